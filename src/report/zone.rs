//! The time zone of a report and moments written in it.
//!
//! Calendars live at the edges of the program; this is the edge on the way out. It must not ask for
//! the zone of the machine.

use crate::time::Instant;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Offset, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A time zone: a place's calendar, or a fixed distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Utc,
    Fixed(FixedOffset),
    Place(Tz),
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(Kind::Utc);

    /// A fixed offset in seconds east of UTC; `None` for a day or more.
    pub fn fixed(seconds: i32) -> Option<Zone> {
        FixedOffset::east_opt(seconds).map(|offset| Zone(Kind::Fixed(offset)))
    }

    /// Reads `UTC`, `Z`, `+02:00`, `-0530` or a name of the IANA time zone database (`Europe/Paris`).
    pub fn parse(text: &str) -> Option<Zone> {
        let text = text.trim();
        match text {
            "UTC" | "utc" | "Z" => Some(Zone::UTC),
            _ => text
                .parse::<FixedOffset>()
                .map(|offset| Zone(Kind::Fixed(offset)))
                .or_else(|_| text.parse::<Tz>().map(|place| Zone(Kind::Place(place))))
                .ok(),
        }
    }

    /// The name in reports: `UTC`, `+02:00`, `Europe/Paris`.
    pub fn name(self) -> String {
        match self.0 {
            Kind::Utc => "UTC".to_owned(),
            Kind::Fixed(offset) => offset.to_string(),
            Kind::Place(place) => place.name().to_owned(),
        }
    }

    /// Seconds east of UTC, if the zone is the same all year by definition.
    pub fn fixed_seconds(self) -> Option<i32> {
        match self.0 {
            Kind::Utc => Some(0),
            Kind::Fixed(offset) => Some(offset.local_minus_utc()),
            Kind::Place(_) => None,
        }
    }

    /// The moment in this zone; `None` for the unknown one, and outside the years 1 to 9999, which RFC 3339
    /// cannot write.
    pub fn moment(self, at: Instant) -> Option<Moment> {
        if at == Instant::UNKNOWN {
            return None;
        }
        let utc =
            DateTime::from_timestamp_micros(at.0).filter(|utc| (1..=9999).contains(&utc.year()))?;
        let local = utc.with_timezone(&self.offset_at(utc));
        (1..=9999).contains(&local.year()).then_some(Moment(local))
    }

    fn offset_at(self, utc: DateTime<Utc>) -> FixedOffset {
        match self.0 {
            Kind::Utc => Utc.fix(),
            Kind::Fixed(offset) => offset,
            Kind::Place(place) => place.offset_from_utc_datetime(&utc.naive_utc()).fix(),
        }
    }
}

/// A moment as a report writes it: with the offset of the report's zone at that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(DateTime<FixedOffset>);

impl Moment {
    /// Calendar days from an earlier moment's date to this one's.
    pub fn days_since(&self, earlier: Moment) -> i64 {
        i64::from(self.0.num_days_from_ce()) - i64::from(earlier.0.num_days_from_ce())
    }

    /// Date and time for a reader who knows the zone: `2026-10-03 09:30:01`, with the fraction if there is one.
    pub fn local(&self) -> String {
        self.0.format("%Y-%m-%d %H:%M:%S%.f").to_string()
    }

    /// The date for programs: `2026-10-03`.
    pub fn date(&self) -> String {
        self.0.format("%Y-%m-%d").to_string()
    }

    /// The date for a reader: `3 Oct 2026`.
    pub fn day(&self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }
}

/// A date such as [`Moment::date`] writes it, for a reader: `3 Oct 2026`; anything else as it is.
pub fn day_of_date(date: &str) -> String {
    let day = NaiveDate::parse_from_str(date, "%Y-%m-%d");
    day.map_or_else(|_| date.to_owned(), |day| day.format("%-d %b %Y").to_string())
}

impl fmt::Display for Moment {
    /// RFC 3339; a fraction of a second only where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, false))
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339, with the offset of the report's zone." })
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    #[test]
    fn moments_carry_the_offset_of_their_zone() {
        let cases = [
            ("UTC", "UTC", "2026-10-01T22:30:00+00:00", "1 Oct 2026"),
            ("+02:00", "+02:00", "2026-10-02T00:30:00+02:00", "2 Oct 2026"),
            ("-0530", "-05:30", "2026-10-01T17:00:00-05:30", "1 Oct 2026"),
            ("Europe/Paris", "Europe/Paris", "2026-10-02T00:30:00+02:00", "2 Oct 2026"),
        ];
        for (text, name, written, day) in cases {
            let zone = Zone::parse(text).unwrap();
            let moment = zone.moment(Instant(1_790_893_800 * SECOND)).unwrap();
            assert_eq!((zone.name().as_str(), moment.to_string().as_str()), (name, written));
            assert_eq!(moment.day(), day);
        }
        let winter = Zone::parse("Europe/Paris").unwrap().moment(Instant(1)).unwrap();
        assert_eq!(winter.to_string(), "1970-01-01T01:00:00.000001+01:00");
    }

    #[test]
    fn days_are_of_the_calendar_of_the_zone() {
        let zone = Zone::parse("Europe/Paris").unwrap();
        let at = |seconds| zone.moment(Instant(seconds * SECOND)).unwrap();
        // 1 October 2026 23:59:59 and the second after, in Paris.
        assert_eq!(at(1_790_892_000).days_since(at(1_790_891_999)), 1);
        assert_eq!(at(1_790_891_999).days_since(at(1_790_891_000)), 0);
        assert_eq!(at(1_790_891_999).days_since(at(1_790_892_000)), -1);
    }

    #[test]
    fn what_cannot_be_written_is_none() {
        for text in ["", "Mars/Olympus", "+25:00", "2h"] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
        assert_eq!(Zone::fixed(90_000), None);
        assert_eq!(Zone::fixed(7200), Zone::parse("+02:00"));
        for at in [Instant::MIN, Instant::MAX, Instant(253_402_300_799 * SECOND)] {
            assert_eq!(Zone::fixed(3600).unwrap().moment(at), None);
        }
    }
}
