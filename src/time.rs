//! Instants and spans as integers: microseconds, UTC. Calendars live at the edges (`input`,
//! `render`), but for the midnights that end sessions (`ladder::session_rule`).

use std::fmt;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;

/// 1 January 1970 and 1 January 2000.
const PLACEHOLDERS: [i64; 2] = [0, 946_684_800 * SECOND];

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// The earliest moment that can be held.
    pub const MIN: Instant = Instant(i64::MIN);
    /// The latest moment that can be held.
    pub const MAX: Instant = Instant(i64::MAX);

    /// The moment of what nobody says when it was: of all of them the same.
    pub const UNKNOWN: Instant = Instant(0);

    /// The moment `span` later; the ends of time hold.
    #[must_use]
    pub fn plus(self, span: Span) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }

    /// The last moment of those that stand for no time (see [`Instant::is_placeholder`]).
    pub const LAST_PLACEHOLDER: Instant = Instant(PLACEHOLDERS[1] + 86_400 * SECOND - 1);

    /// Whether it is of a day that programs write where they have no time: 1 January 1970 or 2000, UTC.
    pub fn is_placeholder(self) -> bool {
        self <= Instant::LAST_PLACEHOLDER
            && PLACEHOLDERS.iter().any(|day| (0..86_400 * SECOND).contains(&(self.0 - day)))
    }

    /// How long after `earlier` this is; negative if it is before.
    pub fn since(self, earlier: Instant) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Span {
    /// A span of whole seconds.
    pub const fn seconds(seconds: i64) -> Span {
        Span(seconds.saturating_mul(SECOND))
    }

    /// A span of whole days of 86,400 seconds.
    pub const fn days(days: i64) -> Span {
        Span::seconds(days.saturating_mul(86_400))
    }

    /// The span in seconds.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    /// Reads a decimal number and a unit: `ms`, `s`, `m`, `h`, `d` or `w`. `None` if it is not one.
    pub fn parse(text: &str) -> Option<Span> {
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at(split);
        let scale: f64 = match unit.trim() {
            "ms" => 1e3,
            "s" => 1e6,
            "m" => 60e6,
            "h" => 3600e6,
            "d" => 86_400e6,
            "w" => 604_800e6,
            _ => return None,
        };
        let micros = number.parse::<f64>().ok()? * scale;
        #[expect(clippy::cast_possible_truncation, reason = "checked against the range just here")]
        (micros.is_finite() && micros < 9e18).then(|| Span(micros.round() as i64))
    }
}

impl fmt::Display for Span {
    /// The largest unit that divides the span: `30d`, `90s`, `1500ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units =
            [(86_400 * SECOND, "d"), (3600 * SECOND, "h"), (60 * SECOND, "m"), (SECOND, "s")];
        for (micros, unit) in units {
            if self.0 != 0 && self.0 % micros == 0 {
                return write!(f, "{}{unit}", self.0 / micros);
            }
        }
        match self.0 {
            0 => write!(f, "0s"),
            micros if micros % 1000 == 0 => write!(f, "{}ms", micros / 1000),
            micros => write!(f, "{}s", Span(micros).as_seconds()),
        }
    }
}

/// How finely a source writes its times. An event at `at` happened in `[at, at + unit)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Precision {
    /// As written: event logs.
    #[default]
    Exact = 0,
    /// To the second: Shopify's CSV exports.
    Second = 1,
    /// To the minute: spreadsheets that dropped the seconds.
    Minute = 2,
    /// To the hour: session reports by hour.
    Hour = 3,
    /// A date alone: the coarsest.
    Day = 4,
}

impl Precision {
    /// The length of the interval that a written time stands for.
    pub const fn unit(self) -> Span {
        match self {
            Precision::Exact => Span(1),
            Precision::Second => Span(SECOND),
            Precision::Minute => Span(60 * SECOND),
            Precision::Hour => Span(3_600 * SECOND),
            Precision::Day => Span(86_400 * SECOND),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_shown() {
        for text in ["30d", "90s", "1500ms", "36h", "0s", "5m"] {
            assert_eq!(Span::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Span::parse("1.5h"), Some(Span::seconds(5400)));
        assert_eq!(Span::parse("2w"), Some(Span::days(14)));
        for text in ["", "d", "3 fortnights", "-1d", "1e999d", "7", "1..2s"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
