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
        () if size >= 1.0 || size <= 0.0 => fixed(percent, 1),
        () if size >= 0.1 => fixed(percent, 2),
        () if size >= 0.01 => fixed(percent, 3),
        () if size >= 0.001 => fixed(percent, 4),
        () => "<0.001".to_owned(),
    };
    let not_all = size < 100.0 && written == "100.0";
    if not_all { ">99.9%".to_owned() } else { written + "%" }
}

/// A share in percent with as many decimals as it takes that something holds of the share that is shown.
pub fn percent_where(share: f64, holds: impl Fn(f64) -> bool) -> String {
    /// More than any share of so many rows needs.
    const MOST: usize = 12;
    let usual = percent(Some(share));
    let is_fine = |written: &String| {
        let shown = written.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
        shown.is_none_or(|shown| holds(shown / 100.0))
    };
    let finer = (2..=MOST).map(|decimals| format!("{:.decimals$}%", share * 100.0));
    std::iter::once(usual.clone()).chain(finer).find(is_fine).unwrap_or(usual)
}

/// A share as it stands before its range: it does not lie outside of that for the rounding.
pub fn percent_within(share: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    match (share, low, high) {
        (Some(share), Some(low), Some(high)) => {
            percent_where(share, |shown| (low..=high).contains(&shown))
        }
        _ => percent(share),
    }
}

/// The two bounds of a share in percent: `1.9–2.4%`. A wide range has no decimals, a narrow one as many
/// as it takes to tell the bounds apart; a bound that is not nought or all does not look as if it were.
pub fn range(low: Option<f64>, high: Option<f64>) -> String {
    let (Some(low), Some(high)) = (low, high) else { return UNKNOWN.to_owned() };
    let (low, high) = (low * 100.0, high * 100.0);
    let decimals = match high - low {
        width if width >= 10.0 => 0,
        width if width >= 0.2 => 1,
        width if width >= 0.02 => 2,
        _ => 3,
    };
    let bound = |bound: f64| fixed(bound, decimals_of_bound(bound, decimals));
    format!("{}–{}%", bound(low), bound(high))
}

/// A difference of shares in percentage points: `+0.3 points`, `-1.2 points`.
pub fn points(difference: Option<f64>) -> String {
    let Some(points) = difference.map(|d| d * 100.0).filter(|points| points.is_finite()) else {
        return UNKNOWN.to_owned();
    };
    format!("{} points", signed(points, decimals(points.abs())))
}

/// A relative change: `+20%`, `-7.5%`.
pub fn points_of_share(share: f64) -> String {
    let percent = signed(share * 100.0, 1);
    format!("{}%", percent.strip_suffix(".0").unwrap_or(&percent))
}

/// The two bounds of a difference of shares: `-0.3 to +0.9 points`.
pub fn points_range(low: Option<f64>, high: Option<f64>) -> String {
    let (Some(low), Some(high)) = (low, high) else { return UNKNOWN.to_owned() };
    let (low, high) = (low * 100.0, high * 100.0);
    let decimals = decimals((high - low) / 2.0);
    let bound = |bound: f64| signed(bound, decimals_of_bound(bound, decimals));
    format!("{} to {} points", bound(low), bound(high))
}

/// Two shares as percentages, each on its side of the middle between them, so that it is seen which is the larger one.
pub fn percents_apart(one: Option<f64>, two: Option<f64>) -> (String, String) {
    let usual = (percent(one), percent(two));
    let (Some(a), Some(b)) = (one, two) else { return usual };
    if usual.0 != usual.1 || (a - b).abs() <= 0.0 {
        return usual;
    }
    let middle = f64::midpoint(a, b);
    let beside = |share: f64| percent_where(share, |shown| (shown < middle) == (share < middle));
    (beside(a), beside(b))
}

/// How large a difference in points is of which a word says which way it goes: without signs, the smaller bound first.
pub fn size_range(low: Option<f64>, high: Option<f64>) -> String {
    let (low, high) = match high {
        Some(high) if high < 0.0 => (Some(-high), low.map(|low| -low)),
        _ => (low, high),
    };
    points_range(low, high).replace('+', "")
}

/// So many decimals that a number of this size shows two digits, at least one decimal.
fn decimals(size: f64) -> u8 {
    match () {
        () if size >= 1.0 || size <= 0.0 => 1,
        () if size >= 0.1 => 2,
        () if size >= 0.01 => 3,
        () => 4,
    }
}

/// The decimals of a bound in percent, more than these where it would look like a limit that it does not reach:
/// a range that only looks as if it went down to nought says something else.
fn decimals_of_bound(bound: f64, decimals: u8) -> u8 {
    /// What is nearer than this to a limit has reached it, but for the rounding of machines.
    const NEAR: f64 = 1e-7;
    const MOST: u8 = 6;
    let limits = [0.0, 100.0, -100.0];
    let Some(limit) = limits.into_iter().find(|limit| (bound - limit).abs() < 1.0) else {
        return decimals;
    };
    if (bound - limit).abs() < NEAR {
        return decimals;
    }
    let is_apart = |decimals: &u8| fixed(bound, *decimals) != fixed(limit, *decimals);
    (decimals..=MOST).find(is_apart).unwrap_or(decimals)
}

/// A number with so many decimals, half away from nought as with money; nought has no sign.
pub fn fixed(number: f64, decimals: u8) -> String {
    /// What is a half in decimal digits may be a hair less in binary ones.
    const HAIR: f64 = 1.0 + 8.0 * f64::EPSILON;
    /// Numbers as large as this have no half to lose, and a hair of them could be seen.
    const LARGE: f64 = 1e12;
    let scale = 10_f64.powi(i32::from(decimals));
    let scaled = number * scale;
    let rounded = if scaled.abs() < LARGE { (scaled * HAIR).round() / scale } else { number };
    let digits = usize::from(decimals);
    // Adding nought takes the sign from a nought.
    format!("{:.digits$}", rounded + 0.0)
}

/// The same with a sign that says which way.
fn signed(number: f64, decimals: u8) -> String {
    let written = fixed(number, decimals);
    let is_plus = number > 0.0 && written.contains(|digit| ('1'..='9').contains(&digit));
    if is_plus { format!("+{written}") } else { written }
}

/// A probability: `0.032`, `<0.001`.
pub fn probability(p: Option<f64>) -> String {
    match p.filter(|p| p.is_finite()) {
        None => UNKNOWN.to_owned(),
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) if p > 0.999 => ">0.999".to_owned(),
        Some(p) => fixed(p, 3),
    }
}

/// So many of something on average: `34.2`; of hundreds and more the whole ones: `1,237`.
pub fn mean(number: Option<f64>) -> String {
    const MANY: f64 = 100.0;
    let Some(number) = number.filter(|number| number.is_finite()) else {
        return UNKNOWN.to_owned();
    };
    if number.abs() < MANY {
        return fixed(number, 1);
    }
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(&fixed(number.abs(), 0)))
}

/// Why counts could not have shown any rise of a rate, as the end of a sentence.
pub fn no_rise(rate: Option<f64>) -> String {
    if rate.is_some_and(|rate| rate >= 1.0) {
        format!("a rate of {} cannot rise", percent(rate))
    } else {
        "these numbers are too few to show any rise".to_owned()
    }
}

/// A value from data as a name in a table: one that reads like a name of ours stands in quotes.
pub fn value_name(value: Option<&str>) -> String {
    match value {
        None => "(unknown)".to_owned(),
        Some(own @ ("(unknown)" | "(other)" | "(all)")) => format!("\"{own}\""),
        Some(text) => text.to_owned(),
    }
}

/// A range in a sentence: `95% range 1.9–2.4%`.
pub fn range_named(confidence: f64, low: Option<f64>, high: Option<f64>) -> String {
    format!("{} {}", range_name(confidence), range(low, high))
}

/// The name of a range: `95% range`.
pub fn range_name(confidence: f64) -> String {
    // A level that is nearly all has as many decimals as it takes to say so.
    let mut levels = (3..=12).map(|decimals| format!("{:.decimals$}", confidence * 100.0));
    let level = levels.find(|level| !level.starts_with("100"));
    format!("{}% range", trimmed(&level.unwrap_or_else(|| "100.0".to_owned())))
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
pub fn ratio(ratio: Option<f64>) -> String {
    ratio
        .filter(|ratio| ratio.is_finite())
        .map_or_else(|| UNKNOWN.to_owned(), |ratio| fixed(ratio, 2))
}

/// The two bounds of a ratio: `1.20–2.85`.
pub fn ratio_range(low: f64, high: f64) -> String {
    format!("{}–{}", ratio(Some(low)), ratio(Some(high)))
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

/// An amount with its currency: `14,212.40 EUR`.
pub fn money_in(amount: Amount, currency: Option<&str>) -> String {
    format!("{} {}", money(amount), currency.unwrap_or("(unknown currency)"))
}

/// Amounts of several currencies: `8.89 EUR, 12.00 USD`.
pub fn amounts(amounts: &[(Option<String>, Amount)]) -> String {
    let each = amounts.iter().map(|(currency, amount)| money_in(*amount, currency.as_deref()));
    each.collect::<Vec<String>>().join(", ")
}

/// The two bounds of an amount: `41.20–58.90`; `None` where one of them is not known.
pub fn money_range(low: Option<Amount>, high: Option<Amount>) -> Option<String> {
    Some(format!("{}–{}", money(low?), money(high?)))
}

/// A unit for so many of it: `customer`, `customers`.
pub fn people(unit: &str, number: u64) -> String {
    format!("{unit}{}", if number == 1 { "" } else { "s" })
}

/// Of whom an amount is a share: `per visitor`, `per session`.
pub fn per_unit(unit: &str) -> String {
    // Whoever came is a visitor, a customer who bought.
    let whom = if unit == "customer" { "visitor" } else { unit };
    format!("per {whom}")
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
            (Some(1.0 / 16.0), "6.3%"),
            (Some(5.0 / 16.0), "31.3%"),
            (Some(267.0 / 2000.0), "13.4%"),
            (Some(0.001_05), "0.11%"),
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
            (0.0, 0.0, "0.000–0.000%"),
            (0.0, 0.16, "0–16%"),
            (0.004, 0.16, "0.4–16%"),
            (0.000_001_77, 0.000_056_6, "0.0002–0.006%"),
            (0.999_06, 0.999_97, "99.91–99.997%"),
            (0.72, 0.9996, "72–99.96%"),
            (0.997_6, 0.999_999_998_6, "99.8–100.0%"),
            (0.72, 1.0, "72–100%"),
        ];
        for (low, high, expected) in cases {
            assert_eq!(range(Some(low), Some(high)), expected);
        }
        assert_eq!(range(None, Some(1.0)), "–");
        assert_eq!(range_name(0.95), "95% range");
        assert_eq!(range_name(0.999), "99.9% range");
        assert_eq!(range_name(0.999_999_9), "99.99999% range");
    }

    #[test]
    fn differences_have_a_sign_unless_they_are_nought() {
        let cases = [
            (0.0162, "+1.6 points"),
            (-0.012_5, "-1.3 points"),
            (0.0, "0.0 points"),
            (-0.000_000_1, "0.0000 points"),
        ];
        for (difference, expected) in cases {
            assert_eq!(points(Some(difference)), expected);
        }
        let ranges = [
            (-0.103, 0.0, "-10.3 to 0.0 points"),
            (-0.103, -0.000_4, "-10.3 to -0.04 points"),
            (-0.003, 0.009, "-0.30 to +0.90 points"),
        ];
        for (low, high, expected) in ranges {
            assert_eq!(points_range(Some(low), Some(high)), expected);
        }
    }

    #[test]
    fn halves_go_away_from_nought() {
        let cases = [
            (0.25, 1, "0.3"),
            (-0.25, 1, "-0.3"),
            (1.005, 2, "1.01"),
            (-0.04, 1, "0.0"),
            (2.5, 0, "3"),
            (123_456_789_012_345.25, 1, "123456789012345.2"),
        ];
        for (number, decimals, expected) in cases {
            assert_eq!(fixed(number, decimals), expected);
        }
    }

    #[test]
    fn values_that_read_like_names_of_ours_are_quoted() {
        let cases = [(None, "(unknown)"), (Some("(unknown)"), "\"(unknown)\""), (Some("a"), "a")];
        for (value, expected) in cases {
            assert_eq!(value_name(value), expected);
        }
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
        let both = [(None, Amount(88_900)), (Some("EUR".to_owned()), Amount(120_000))];
        assert_eq!(amounts(&both), "8.89 (unknown currency), 12.00 EUR");
    }
}
