//! Numbers as a reader sees them: the one place where anything is rounded.
//!
//! Used by the sentences and by every medium for people; machine formats never come here.
//! What is unknown is a dash, never nought.

use crate::money::Amount;

/// What stands for a number that does not exist.
pub const UNKNOWN: &str = "–";

/// A count with thousands separators: `1,284,551`.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A count that may be negative: `-1,200`.
pub fn signed_count(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", count(number.unsigned_abs()))
}

/// A share of one in percent: `64.4%`; two significant digits below one percent: `0.13%`.
pub fn percent(share: Option<f64>) -> String {
    let Some(percent) = share.map(|share| share * 100.0).filter(|percent| percent.is_finite())
    else {
        return UNKNOWN.to_owned();
    };
    let size = percent.abs();
    let written = match () {
        () if size >= 1.0 || size <= 0.0 => format!("{percent:.1}%"),
        () if size >= 0.1 => format!("{percent:.2}%"),
        () if size >= 0.01 => format!("{percent:.3}%"),
        () if size >= 0.001 => format!("{percent:.4}%"),
        () => "<0.001%".to_owned(),
    };
    let not_all = size < 100.0 && written == "100.0%";
    if not_all { ">99.9%".to_owned() } else { written }
}

/// The two bounds of a share in percent: `1.9–2.4%`. A wide range has no decimals, a narrow one as many
/// as it takes to tell the bounds apart.
pub fn range(low: Option<f64>, high: Option<f64>) -> String {
    let (Some(low), Some(high)) = (low, high) else { return UNKNOWN.to_owned() };
    let (low, high) = (low * 100.0, high * 100.0);
    let decimals = match high - low {
        width if width >= 10.0 => 0,
        width if width >= 0.2 => 1,
        width if width >= 0.02 => 2,
        _ => 3,
    };
    format!("{low:.decimals$}–{high:.decimals$}%")
}

/// A difference of shares in percentage points: `+0.3 points`, `-1.2 points`.
pub fn points(difference: Option<f64>) -> String {
    let Some(points) = difference.map(|d| d * 100.0).filter(|points| points.is_finite()) else {
        return UNKNOWN.to_owned();
    };
    let decimals = decimals(points.abs());
    format!("{points:+.decimals$} points")
}

/// A relative change: `+20%`, `-7.5%`.
pub fn points_of_share(share: f64) -> String {
    let percent = format!("{:+.1}", share * 100.0);
    format!("{}%", percent.strip_suffix(".0").unwrap_or(&percent))
}

/// The two bounds of a difference of shares: `-0.3 to +0.9 points`.
pub fn points_range(low: Option<f64>, high: Option<f64>) -> String {
    let (Some(low), Some(high)) = (low, high) else { return UNKNOWN.to_owned() };
    let (low, high) = (low * 100.0, high * 100.0);
    let decimals = decimals((high - low) / 2.0);
    format!("{low:+.decimals$} to {high:+.decimals$} points")
}

/// So many decimals that a number of this size shows two digits, at least one decimal.
fn decimals(size: f64) -> usize {
    match () {
        () if size >= 1.0 => 1,
        () if size >= 0.1 => 2,
        () if size >= 0.01 => 3,
        () => 4,
    }
}

/// A probability: `0.032`, `<0.001`.
pub fn probability(p: Option<f64>) -> String {
    match p.filter(|p| p.is_finite()) {
        None => UNKNOWN.to_owned(),
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) if p > 0.999 => ">0.999".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// A range in a sentence: `95% range 1.9–2.4%`.
pub fn range_named(confidence: f64, low: Option<f64>, high: Option<f64>) -> String {
    format!("{} {}", range_name(confidence), range(low, high))
}

/// The name of a range: `95% range`.
pub fn range_name(confidence: f64) -> String {
    let level = format!("{:.3}", confidence * 100.0);
    format!("{}% range", level.trim_end_matches('0').trim_end_matches('.'))
}

/// A number on an axis of shares, without needless zeros: `7.5%`.
pub fn tick_of_share(share: f64) -> String {
    trimmed(&format!("{:.3}", share * 100.0)) + "%"
}

/// A number on an axis of differences of shares, in points: `+2.5`, `0`, `-10`.
pub fn tick_of_points(difference: f64) -> String {
    let points = difference * 100.0;
    if points.abs() < 1e-9 { "0".to_owned() } else { trimmed(&format!("{points:+.4}")) }
}

/// A decimal number without the zeros at its end.
fn trimmed(decimal: &str) -> String {
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A ratio: `1.85`.
pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// The two bounds of a ratio: `1.20–2.85`.
pub fn ratio_range(low: f64, high: f64) -> String {
    format!("{low:.2}–{high:.2}")
}

/// A length of time in its two largest units: `45s`, `4m 32s`, `2h 5m`, `3d 4h`.
pub fn duration(seconds: Option<f64>) -> String {
    let Some(seconds) = seconds.filter(|seconds| (0.0..1e15).contains(seconds)) else {
        return UNKNOWN.to_owned();
    };
    if seconds > 0.0 && seconds < 0.5 {
        return "<1s".to_owned();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the range just here"
    )]
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole}s"),
        60..3_600 => two_units(whole, (60, "m"), (1, "s")),
        3_600..86_400 => two_units(whole, (3_600, "h"), (60, "m")),
        86_400.. => two_units(whole, (86_400, "d"), (3_600, "h")),
    }
}

/// An amount with two decimals and thousands separators, half away from nought: `14,212.40`.
pub fn money(amount: Amount) -> String {
    let hundredths = (amount.0.unsigned_abs() + 50) / 100;
    let sign = if amount.0 < 0 && hundredths > 0 { "-" } else { "" };
    let whole = grouped(&(hundredths / 100).to_string());
    format!("{sign}{whole}.{:02}", hundredths % 100)
}

/// The two bounds of an amount: `41.20–58.90`; `None` where one of them is not known.
pub fn money_range(low: Option<Amount>, high: Option<Amount>) -> Option<String> {
    Some(format!("{}–{}", money(low?), money(high?)))
}

/// A unit for so many of it: `customer`, `customers`.
pub fn people(unit: &str, number: u64) -> String {
    format!("{unit}{}", if number == 1 { "" } else { "s" })
}

fn two_units(seconds: u64, large: (u64, &str), small: (u64, &str)) -> String {
    let rest = seconds % large.0 / small.0;
    match rest {
        0 => format!("{}{}", seconds / large.0, large.1),
        _ => format!("{}{} {rest}{}", seconds / large.0, large.1, small.1),
    }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_284_551, "1,284,551")];
        for (number, expected) in cases {
            assert_eq!(count(number), expected);
        }
        assert_eq!(signed_count(-1200), "-1,200");
        assert_eq!(signed_count(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn percents_have_sensible_digits() {
        let cases = [
            (Some(0.0), "0.0%"),
            (Some(1.0), "100.0%"),
            (Some(0.020_993), "2.1%"),
            (Some(0.001_34), "0.13%"),
            (Some(0.000_134), "0.013%"),
            (Some(0.000_001), "<0.001%"),
            (Some(0.999_9), ">99.9%"),
            (Some(1.25), "125.0%"),
            (Some(f64::NAN), "–"),
            (None, "–"),
        ];
        for (share, expected) in cases {
            assert_eq!(percent(share), expected, "{share:?}");
        }
    }

    #[test]
    fn ranges_tell_their_bounds_apart() {
        let cases = [
            (0.0186, 0.0237, "1.9–2.4%"),
            (0.0134, 0.1612, "1–16%"),
            (0.640, 0.649, "64.0–64.9%"),
            (0.0010, 0.0016, "0.10–0.16%"),
            (0.00010, 0.00016, "0.010–0.016%"),
        ];
        for (low, high, expected) in cases {
            assert_eq!(range(Some(low), Some(high)), expected);
        }
        assert_eq!(range(None, Some(1.0)), "–");
        assert_eq!(range_name(0.95), "95% range");
        assert_eq!(range_name(0.999), "99.9% range");
    }

    #[test]
    fn durations_are_humane() {
        let cases = [
            (0.0, "0s"),
            (0.2, "<1s"),
            (45.0, "45s"),
            (59.6, "1m"),
            (272.0, "4m 32s"),
            (7500.0, "2h 5m"),
            (273_600.0, "3d 4h"),
            (2_592_000.0, "30d"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(Some(seconds)), expected);
        }
        for seconds in [None, Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            assert_eq!(duration(seconds), "–");
        }
    }

    #[test]
    fn money_is_rounded_to_hundredths() {
        let cases = [
            (142_124_000, "14,212.40"),
            (542_458, "54.25"),
            (-1_234_567, "-123.46"),
            (50, "0.01"),
            (-49, "0.00"),
            (i128::MIN, "-17,014,118,346,046,923,173,168,730,371,588,410.57"),
        ];
        for (amount, expected) in cases {
            assert_eq!(money(Amount(amount)), expected);
        }
    }
}
