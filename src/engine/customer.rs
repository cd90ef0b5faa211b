//! The journeys of one customer counted by themselves, before they join those of others: only so can be told
//! how much they resemble each other.
//!
//! Only where a customer has several journeys (sessions); everywhere else journeys go straight to the
//! tally, and nothing of this is made.

use super::groups::{Rows, add};
use crate::climb::Verdict;
use crate::key::FastMap;
use crate::ladder::definition::{Count, Ladder};
use crate::tally::{GroupTally, Tally};

/// What the journeys of the customer who is being judged have come to.
#[derive(Debug)]
pub(super) struct Customer {
    /// By step, the position of the one before that is not optional.
    bases: Vec<Option<usize>>,
    whole: GroupTally,
    /// The same by breakdown and value.
    pub(super) rows: Rows,
}

impl Customer {
    /// Nobody yet; `None` where a customer's journeys are not looked at together.
    pub(super) fn of(ladder: &Ladder) -> Option<Customer> {
        let steps = ladder.steps.len();
        (ladder.count == Count::Session).then(|| Customer {
            bases: (0..steps).map(|step| ladder.base_of(step)).collect(),
            whole: GroupTally::new(steps),
            rows: Rows::default(),
        })
    }

    /// Counts one journey.
    pub(super) fn count(&mut self, verdict: &Verdict) {
        add(verdict, &mut self.whole);
    }

    /// Adds the customer to a tally, and is nobody again.
    pub(super) fn join(&mut self, tally: &mut Tally) {
        let steps = self.bases.len();
        if self.whole.entered > 0 {
            tally.clustering.add(&self.whole, &self.bases);
            self.whole = GroupTally::new(steps);
        }
        tally.groups.resize_with(self.rows.len().max(tally.groups.len()), FastMap::default);
        for (own, rows) in self.rows.iter_mut().zip(&mut tally.groups) {
            for (key, group) in own.drain() {
                let row = rows.entry(key).or_insert_with(|| GroupTally::new(steps));
                row.merge(&group);
                row.clustering.get_or_insert_default().add(&group, &self.bases);
            }
        }
    }
}
