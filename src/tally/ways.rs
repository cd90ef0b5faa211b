//! Where journeys ended and what came next: by step, the events that followed those who got no further.

use std::collections::BTreeMap;

/// Those who reached a step and not the next one that is not optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leavers {
    /// How many.
    pub left: u64,
    /// Of these, the ones whose window is still running.
    pub open: u64,
    /// By the number of the name, the event that followed next; who did nothing more is in no entry.
    pub next: BTreeMap<u32, u64>,
    /// Of these, the ones whose next event was more than a session's gap later: they came back.
    pub returned: u64,
}

/// The ways of journeys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// One a step, in the ladder's order.
    pub leavers: Vec<Leavers>,
    /// Journeys in which a step was done again after a later one: a way back.
    pub with_way_back: u64,
    /// Such ways back.
    pub ways_back: u64,
    /// Journeys with at least three events of one name within two seconds: clicks out of impatience.
    pub with_burst: u64,
    /// Such bursts.
    pub bursts: u64,
}

impl Ways {
    /// Adds what was counted of others.
    pub fn merge(&mut self, other: Ways) {
        let steps = self.leavers.len().max(other.leavers.len());
        self.leavers.resize(steps, Leavers::default());
        for (mine, theirs) in self.leavers.iter_mut().zip(other.leavers) {
            mine.left += theirs.left;
            mine.open += theirs.open;
            mine.returned += theirs.returned;
            for (name, journeys) in theirs.next {
                *mine.next.entry(name).or_default() += journeys;
            }
        }
        self.with_way_back += other.with_way_back;
        self.ways_back += other.ways_back;
        self.with_burst += other.with_burst;
        self.bursts += other.bursts;
    }
}
