//! On which day of a zone's calendar a moment lies.

use crate::input::timestamp::ZoneRule;
use crate::time::{Instant, SECOND};
use chrono::{DateTime, Offset, TimeZone};

const HOUR: i64 = 3600 * SECOND;
const QUARTER: i64 = HOUR / 4;
const DAY: i64 = 24 * HOUR;

/// The calendar of a zone; remembers the last day, because most moments follow each other closely.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: ZoneRule,
    known: Known,
}

/// Moments of one day: from one until before another.
#[derive(Clone, Copy, Debug)]
struct Known {
    from: i64,
    until: i64,
    day: i64,
}

impl Calendar {
    pub(super) fn new(zone: ZoneRule) -> Calendar {
        Calendar { zone, known: Known { from: 0, until: 0, day: 0 } }
    }

    /// The number of the day: 1 January 1970 is 0.
    #[inline]
    pub(super) fn day(&mut self, Instant(at): Instant) -> i64 {
        let Known { from, until, .. } = self.known;
        if !(from..until).contains(&at) {
            self.known = self.around(at);
        }
        self.known.day
    }

    /// The day of a moment with others of the same day: where the zone's distance from UTC may change, those of
    /// a quarter of an hour, for no zone changes it within one.
    #[cold]
    fn around(&self, at: i64) -> Known {
        match self.zone {
            ZoneRule::Fixed(seconds) => Known::of(at, i64::from(seconds) * SECOND, DAY),
            ZoneRule::Named(zone) => {
                let utc = DateTime::from_timestamp_micros(at).unwrap_or_default();
                let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
                Known::of(at, i64::from(offset.local_minus_utc()) * SECOND, QUARTER)
            }
        }
    }
}

impl Known {
    /// The moments of a day and of a part of it around one of them, with so much between UTC and the zone.
    fn of(at: i64, offset: i64, part: i64) -> Known {
        let local = at.saturating_add(offset);
        let from = at.saturating_sub(local.rem_euclid(part));
        Known { from, until: from.saturating_add(part), day: local.div_euclid(DAY) }
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

    #[test]
    fn what_is_remembered_changes_no_day() {
        // Around the end of summer time in Paris, 25 October 2026 01:00 UTC, and at both ends of time.
        let change = 1_792_890_000 * SECOND;
        let hours = (-60..60).map(|hours| change + hours * HOUR);
        let edges = hours.flat_map(|at| [at - 1, at, at + 1]);
        let moments: Vec<i64> = edges.chain([i64::MIN, i64::MAX, i64::MIN + 1, 0]).collect();
        for zone in [ZoneRule::Named(chrono_tz::Europe::Paris), ZoneRule::Fixed(-12_600)] {
            let mut calendar = Calendar::new(zone);
            for at in moments.iter().chain(moments.iter().rev()).map(|at| Instant(*at)) {
                assert_eq!(calendar.day(at), Calendar::new(zone).day(at), "{at:?}");
            }
        }
    }
}
