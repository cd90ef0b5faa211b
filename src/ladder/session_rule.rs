//! When a session ends: the program's own rule, and those of other tools, as data.
//!
//! A rule says how long a browser may be silent, whether midnight or another campaign ends a session, and
//! whether the source's own sessions are believed. `journey` cuts by it; nothing here looks at a touch.
//! Midnight needs a calendar, so this is the one place behind the edges that has one.

use crate::time::{Instant, SECOND, Span};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use std::fmt;

/// More than this without an event ends a session, unless the rule says otherwise.
pub const SESSION_GAP: Span = Span::seconds(30 * 60);

/// Which rule cuts the sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionRule {
    /// The source's own sessions where it has some; else 30 minutes of silence.
    #[default]
    Source,
    /// 30 minutes, and midnight in UTC.
    Shopify,
    /// The source's own sessions, else 30 minutes; neither midnight nor a campaign ends one.
    Ga4,
    /// 30 minutes, midnight in the zone of the report, and another campaign.
    Ua(Midnight),
    /// So much silence, and nothing else.
    Gap(Span),
}

/// Where it is midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Midnight {
    /// So many seconds east of UTC, all year.
    Fixed(i32),
    /// In a zone of the time zone database.
    Named(Tz),
}

impl SessionRule {
    /// What can be written, for messages.
    pub const WORDS: &'static str = "shopify, ga4, ua, or gap=45 (minutes)";

    /// Reads `source`, `shopify`, `ga4`, `ua` or `gap=45`, a number of minutes or a span such as `90s`.
    pub fn parse(text: &str) -> Option<SessionRule> {
        match text {
            "source" => Some(SessionRule::Source),
            "shopify" => Some(SessionRule::Shopify),
            "ga4" => Some(SessionRule::Ga4),
            "ua" => Some(SessionRule::Ua(Midnight::Fixed(0))),
            _ => {
                let written = text.strip_prefix("gap=")?;
                let gap = Span::parse(written).or_else(|| Span::parse(&format!("{written}m")))?;
                (gap > Span(0)).then_some(SessionRule::Gap(gap))
            }
        }
    }

    /// The same rule where the report has this midnight.
    #[must_use]
    pub fn in_zone(self, midnight: Midnight) -> SessionRule {
        if let SessionRule::Ua(_) = self { SessionRule::Ua(midnight) } else { self }
    }

    /// Whether the sessions that a source writes are taken as they are.
    pub const fn believes_source(self) -> bool {
        matches!(self, SessionRule::Source | SessionRule::Ga4)
    }

    /// Whether another campaign begins another session.
    pub const fn minds_campaigns(self) -> bool {
        matches!(self, SessionRule::Ua(_))
    }

    /// The longest silence inside a session.
    pub const fn gap(self) -> Span {
        match self {
            SessionRule::Gap(gap) => gap,
            SessionRule::Source | SessionRule::Shopify | SessionRule::Ga4 | SessionRule::Ua(_) => {
                SESSION_GAP
            }
        }
    }

    /// Whether an event can belong to the session of the event before it.
    pub fn goes_on(self, last: Instant, at: Instant) -> bool {
        at.since(last) <= self.gap()
            && self.midnight().is_none_or(|midnight| midnight.day(last) == midnight.day(at))
    }

    fn midnight(self) -> Option<Midnight> {
        match self {
            SessionRule::Shopify => Some(Midnight::Fixed(0)),
            SessionRule::Ua(midnight) => Some(midnight),
            SessionRule::Source | SessionRule::Ga4 | SessionRule::Gap(_) => None,
        }
    }
}

/// As it is written: `shopify`, `gap=45`.
impl fmt::Display for SessionRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MINUTE: i64 = 60 * SECOND;
        match self {
            SessionRule::Source => f.write_str("source"),
            SessionRule::Shopify => f.write_str("shopify"),
            SessionRule::Ga4 => f.write_str("ga4"),
            SessionRule::Ua(_) => f.write_str("ua"),
            SessionRule::Gap(gap) if gap.0 % MINUTE == 0 => write!(f, "gap={}", gap.0 / MINUTE),
            SessionRule::Gap(gap) => write!(f, "gap={gap}"),
        }
    }
}

impl Midnight {
    /// The number of the day that an instant lies on.
    fn day(self, at: Instant) -> i64 {
        const DAY: i64 = 86_400;
        let second = at.0.div_euclid(SECOND);
        let east = match self {
            Midnight::Fixed(east) => east,
            Midnight::Named(zone) => DateTime::from_timestamp(second, 0).map_or(0, |utc| {
                zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc()
            }),
        };
        second.saturating_add(i64::from(east)).div_euclid(DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_and_written() {
        for text in ["source", "shopify", "ga4", "ua", "gap=45", "gap=90s", "gap=1"] {
            assert_eq!(SessionRule::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(SessionRule::parse("gap=2h"), SessionRule::parse("gap=120"));
        for text in ["", "gap", "gap=", "gap=0", "gap=-5", "gap=x", "GA4", "30"] {
            assert_eq!(SessionRule::parse(text), None, "{text}");
        }
    }

    fn goes_on(rule: SessionRule, last: &str, at: &str) -> bool {
        let read =
            |text: &str| Instant(DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros());
        rule.goes_on(read(last), read(at))
    }

    #[test]
    fn midnight_ends_a_session_where_the_rule_says_so() {
        let paris = SessionRule::Ua(Midnight::Named(chrono_tz::Europe::Paris));
        let (before, behind) = ("2025-10-01T23:55:00Z", "2025-10-02T00:05:00Z");
        assert!(!goes_on(SessionRule::Shopify, before, behind));
        assert!(goes_on(SessionRule::Source, before, behind) && goes_on(paris, before, behind));
        // In Paris it is two hours later in summer, one in winter.
        assert!(!goes_on(paris, "2025-10-01T21:59:00Z", "2025-10-01T22:00:00Z"));
        assert!(!goes_on(paris, "2025-12-01T22:59:00Z", "2025-12-01T23:00:00Z"));
        assert!(goes_on(SessionRule::Shopify, "2025-10-01T21:59:00Z", "2025-10-01T22:29:00Z"));
        assert!(!goes_on(SessionRule::Shopify, "2025-10-01T21:59:00Z", "2025-10-01T22:29:01Z"));
    }
}
