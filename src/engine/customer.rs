//! The journeys of one customer counted by themselves, before they join those of others: only so can be told
//! how much they resemble each other.
//!
//! Only where a customer has several journeys (sessions); everywhere else journeys go straight to the
//! tally, and nothing of this is made.

use super::groups::{Groups, Rows, Scene, add};
use crate::climb::Verdict;
use crate::key::FastMap;
use crate::ladder::definition::{Count, Ladder};
use crate::tally::clustering::Clustering;
use crate::tally::{GroupTally, Tally, merge_groups};

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
    pub(super) fn count(&mut self, verdict: &Verdict, scene: Scene<'_>, groups: &Groups<'_>) {
        add(verdict, &mut self.whole);
        groups.count(verdict, scene, &mut self.rows);
    }

    /// Adds the customer to a tally, and is nobody again.
    pub(super) fn join(&mut self, tally: &mut Tally) {
        if self.whole.entered > 0 {
            tally.clustering.add(&self.whole, &self.bases);
            self.whole = GroupTally::new(self.bases.len());
        }
        tally.groups.resize_with(self.rows.len().max(tally.groups.len()), FastMap::default);
        for (own, rows) in self.rows.iter_mut().zip(&mut tally.groups) {
            merge_groups(
                rows,
                own.drain().map(|(key, group)| (key, clustered(group, &self.bases))),
            );
        }
    }
}

/// The counts of one customer as those of a row of its own.
fn clustered(mut group: GroupTally, bases: &[Option<usize>]) -> GroupTally {
    let mut sums = Clustering::default();
    sums.add(&group, bases);
    group.clustering = Some(Box::new(sums));
    group
}
