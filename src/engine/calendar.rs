//! On which day of a zone's calendar a moment lies.

use crate::input::timestamp::ZoneRule;
use crate::time::{Instant, SECOND};
use chrono::{DateTime, Offset, TimeZone};

const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// The calendar of a zone; remembers the last hour, because most moments follow each other closely.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: ZoneRule,
    /// The number of a quarter of an hour since 1970, and the zone's distance from UTC then: no zone
    /// changes it within one.
    last: Option<(i64, i64)>,
}

impl Calendar {
    pub(super) fn new(zone: ZoneRule) -> Calendar {
        Calendar { zone, last: None }
    }

    /// The number of the day: 1 January 1970 is 0.
    pub(super) fn day(&mut self, at: Instant) -> i64 {
        at.0.saturating_add(self.offset(at)).div_euclid(DAY)
    }

    fn offset(&mut self, at: Instant) -> i64 {
        let quarter = at.0.div_euclid(HOUR / 4);
        match (self.zone, self.last) {
            (ZoneRule::Fixed(seconds), _) => i64::from(seconds) * SECOND,
            (ZoneRule::Named(_), Some((known, offset))) if known == quarter => offset,
            (ZoneRule::Named(zone), _) => {
                let utc = DateTime::from_timestamp_micros(at.0).unwrap_or_default();
                let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
                let offset = i64::from(offset.local_minus_utc()) * SECOND;
                self.last = Some((quarter, offset));
                offset
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_of_the_zone() {
        // 1 October 2026 22:00 UTC is midnight in Paris.
        let midnight = Instant(1_790_892_000 * SECOND);
        let before = Instant(midnight.0 - 1);
        let mut paris = Calendar::new(ZoneRule::Named(chrono_tz::Europe::Paris));
        assert_eq!(paris.day(midnight) - paris.day(before), 1);
        let mut utc = Calendar::new(ZoneRule::Fixed(0));
        assert_eq!(utc.day(midnight), utc.day(before));
        assert_eq!((utc.day(Instant(0)), utc.day(Instant(-1))), (0, -1));
    }
}
