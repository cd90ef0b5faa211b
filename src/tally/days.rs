//! Counts by day: what the journeys that began on a day came to, and what the log and the exports saw on it.
//!
//! Days are numbers of the calendar of the report's zone (1 January 1970 is 0); weeks and months are made of
//! them later. Only counts live here.

use super::GroupTally;
use std::collections::BTreeMap;

/// The counts of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayTally {
    /// The journeys that entered on this day.
    pub journeys: GroupTally,
    /// For each step, those of these journeys that reached it on the same day. What happens later is left
    /// out, so that a day can be held against others at once.
    pub same_day: Vec<u64>,
    /// For each step, rows of event logs on this day that are it.
    pub seen: Vec<u64>,
    /// Orders of an orders export on this day.
    pub exported: u64,
    /// Of these, seen by an event log too.
    pub exported_and_seen: u64,
}

/// Counts by day, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(pub BTreeMap<i64, DayTally>);

impl Days {
    /// The counts of a day of a ladder with so many steps.
    pub fn of(&mut self, day: i64, steps: usize) -> &mut DayTally {
        self.0.entry(day).or_insert_with(|| DayTally {
            journeys: GroupTally::new(steps),
            same_day: vec![0; steps],
            seen: vec![0; steps],
            ..DayTally::default()
        })
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, other: Days) {
        for (day, theirs) in other.0 {
            let mine = self.of(day, theirs.seen.len());
            mine.journeys.merge(&theirs.journeys);
            let counts = mine.seen.iter_mut().zip(theirs.seen);
            for (mine, theirs) in counts.chain(mine.same_day.iter_mut().zip(theirs.same_day)) {
                *mine += theirs;
            }
            mine.exported += theirs.exported;
            mine.exported_and_seen += theirs.exported_and_seen;
        }
    }
}
