//! Which of several columns that are called as times are says when events were: not the day where another says the
//! second, nor numbers that are no times.
//!
//! Names decide first, as everywhere; this looks at what stands under the one that they choose. A column is taken in its
//! place only if it agrees with it about the day.

use super::offers::stamp;
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::is_null;
use crate::input::format::event_table::day_and_clock;
use crate::input::timestamp::Stamp;
use crate::time::{Precision, Span};

/// Under which names it stands when events were.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// What the user said, and the name of the time if it is not the usual one.
    pub(super) map: Vec<(Part, String)>,
    /// Where that is a day, the name of what the clock showed on it.
    pub(super) clock: Option<String>,
}

/// Finds the names; `texts` gives the texts under one, row by row.
pub(super) fn named(
    names: &[String],
    told: &[(Part, String)],
    texts: impl Fn(&str) -> Vec<String>,
) -> Named {
    let mut found = Named { map: told.to_vec(), clock: None };
    let is_told = told.iter().any(|(part, _)| *part == Part::Time);
    let named = Mapping::called(Part::Time, names);
    if is_told || named.len() < 2 {
        return found;
    }
    let all: Vec<(&str, Vec<String>)> = named.into_iter().map(|name| (name, texts(name))).collect();
    let times: Vec<(&str, Times)> = all.iter().map(|(name, own)| (*name, Times::of(own))).collect();
    if let Some((day, clock)) = in_two(&all, &times) {
        found.map.push((Part::Time, day.to_string()));
        found.clock = Some(clock.to_string());
    } else if let Some(best) = best_of(&times) {
        found.map.push((Part::Time, best.to_string()));
    }
    found
}

/// The name whose times say better when events were than those of the first: one with the time of day before others.
fn best_of<'n>(times: &[(&'n str, Times)]) -> Option<&'n str> {
    let ((_, usual), others) = times.split_first()?;
    let better = || others.iter().filter(|(_, own)| own.says_better(usual));
    better().find(|(_, own)| own.is_any_finer()).or_else(|| better().next()).map(|(name, _)| *name)
}

/// The names of the day and of the clock, if the time stands in two columns and in no other.
fn in_two<'n>(
    texts: &[(&'n str, Vec<String>)],
    times: &[(&'n str, Times)],
) -> Option<(&'n str, &'n str)> {
    let is_whole = |own: &Times| own.written > 0 && own.unread == 0 && own.is_any_finer();
    let (clock, shown) = texts.iter().find(|(_, texts)| are_clocks(texts))?;
    if times.iter().any(|(_, own)| is_whole(own)) {
        return None;
    }
    let is_its_day = |(_, days): &&(&str, Vec<String>)| {
        let joined: Vec<String> =
            days.iter().zip(shown).map(|(day, clock)| day_and_clock(day, clock)).collect();
        Times::of(days).unread == 0 && is_whole(&Times::of(&joined))
    };
    texts.iter().find(is_its_day).map(|(day, _)| (*day, *clock))
}

/// Whether texts are what clocks show, without a day.
fn are_clocks(texts: &[String]) -> bool {
    let is_clock = |text: &String| {
        text.contains(':')
            && stamp(text).is_none()
            && stamp(&day_and_clock("2000-01-01", text)).is_some()
    };
    let mut written = texts.iter().filter(|text| !is_null(text)).peekable();
    written.peek().is_some() && written.all(is_clock)
}

/// What stands under a name in the first rows.
struct Times {
    /// Where nothing stands, nothing is said; where something stands that is no time, neither.
    stamps: Vec<Option<Stamp>>,
    /// How many texts there are, and how many of them are no times.
    written: usize,
    unread: usize,
}

impl Times {
    fn of(texts: &[String]) -> Times {
        let stamps: Vec<Option<Stamp>> = texts.iter().map(|text| stamp(text.trim())).collect();
        let written = texts.iter().filter(|text| !is_null(text)).count();
        let read = stamps.iter().flatten().count();
        Times { stamps, written, unread: written - read }
    }

    /// Whether all are times, and the other's are not, or are days alone, and the same.
    fn says_better(&self, other: &Times) -> bool {
        let are_times = self.written > 0 && self.unread == 0 && self.written >= other.written;
        let is_wrong = 2 * other.unread > other.written;
        let is_finer = self.is_any_finer() && !other.is_any_finer() && self.agrees(other);
        are_times && (is_wrong || is_finer)
    }

    fn is_any_finer(&self) -> bool {
        self.stamps.iter().flatten().any(|stamp| stamp.precision < Precision::Day)
    }

    /// Whether both are of the same days, as far as zones allow to say so.
    fn agrees(&self, other: &Times) -> bool {
        let mut both = self
            .stamps
            .iter()
            .zip(&other.stamps)
            .filter_map(|(own, other)| Some(((*own)?, (*other)?)))
            .peekable();
        both.peek().is_some()
            && both.all(|(own, day)| {
                let behind = own.at.since(day.at);
                behind > Span(-Span::days(1).0) && behind < Span::days(2)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of the time that is said in a table of cells between bars, if it is not the usual one.
    fn found(table: &[&str], own: &[(Part, String)]) -> Option<String> {
        let cells: Vec<Vec<&str>> = table.iter().map(|row| row.split('|').collect()).collect();
        let names: Vec<String> = cells[0].iter().map(ToString::to_string).collect();
        let texts = |name: &str| {
            let column = names.iter().position(|own| own == name).unwrap();
            cells[1..].iter().map(|row| row[column].to_string()).collect()
        };
        let Named { map, clock } = named(&names, own, texts);
        let time = map.get(own.len()).map(|(_, name)| name.clone());
        clock.map_or(time.clone(), |clock| time.map(|time| format!("{time} {clock}")))
    }

    #[test]
    fn the_second_goes_before_the_day() {
        for (table, expected) in [
            (&["date|ts", "2025-10-01|2025-10-01 09:30:00"][..], Some("ts")),
            (&["date|ts", "2025-10-01|1759311000"], Some("ts")),
            (&["event_date|event_ts", "20251001|2025-10-01T23:30:00-05:00"], Some("event_ts")),
            (&["event_ts|event_date", "2025-10-01T23:30:00Z|20251001"], Some("event_ts")),
            (&["date|datetime", "01/10/2025|01/10/2025 09:30"], Some("datetime")),
            // Another day: when something else was.
            (&["date|created_at|x", "2025-10-01|2025-09-01 09:30:00|y"], None),
            (&["timestamp|date", "2025-10-01 09:30:00|2025-10-01"], None),
            (&["date|ts", "2025-10-01|2025-10-01"], None),
            (&["date|ts", "2025-10-01|soon"], None),
            // Some rows have none.
            (&["date|ts", "2025-10-01|2025-10-01 09:30:00", "2025-10-02|"], None),
            (&["date", "2025-10-01"], None),
        ] {
            assert_eq!(found(table, &[]).as_deref(), expected, "{table:?}");
        }
    }

    #[test]
    fn a_day_and_a_clock_are_one_time() {
        for (table, expected) in [
            (&["Time|Date|x", "09:30:00|2025-10-01|y", "|2025-10-02|y"][..], Some("Date Time")),
            (&["Date|Time", "01/10/2025|9:30 AM", "13/10/2025|4:05 PM"], Some("Date Time")),
            (&["Date|Time|ts", "2025-10-01|09:30|2025-10-01 09:30:10"], Some("ts")),
            (&["Date|Time", "2025-10-01|soon"], Some("Date")),
            (&["Time|x", "09:30:00|2025-10-01"], None),
        ] {
            assert_eq!(found(table, &[]).as_deref(), expected, "{table:?}");
        }
    }

    #[test]
    fn what_is_no_time_gives_way() {
        let table = ["time|date", "0|20170524", "13542|20170524", "1042340|20170525"];
        assert_eq!(found(&table, &[]).as_deref(), Some("date"));
        let told = [(Part::Time, "time".to_string())];
        assert_eq!(found(&table, &told), None);
    }
}
