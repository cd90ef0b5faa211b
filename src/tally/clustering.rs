//! How much the journeys of one customer resemble each other: squares and products of what each customer's
//! journeys came to, added up over customers.
//!
//! Only where the journeys of a customer are counted each by itself (sessions): there a rate knows less than
//! as many independent journeys would (`stats::proportion::Clusters`). All journeys of a customer
//! must be added at once; whatever way customers are split and merged, the sums are the same.

use super::GroupTally;
use crate::stats::proportion::Clusters;

/// The sums of a ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clustering {
    /// Who converted, of those who entered.
    pub conversion: Clusters,
    /// One a step, in the ladder's order; none where nothing is counted.
    pub steps: Vec<StepClustering>,
}

/// The sums of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepClustering {
    /// Who got here, of those at the step before that is not optional.
    pub from_previous: Clusters,
    /// Who got here, of those at the first step.
    pub from_first: Clusters,
    /// Who converted, of those who got here.
    pub to_last: Clusters,
}

impl Clustering {
    /// Adds all journeys of one customer. `bases` has for each step the position of the one before that is
    /// not optional.
    pub fn add(&mut self, customer: &GroupTally, bases: &[Option<usize>]) {
        let reached = |step: usize| customer.steps.get(step).map_or(0, |step| step.reached);
        self.steps.resize(self.steps.len().max(customer.steps.len()), StepClustering::default());
        add(&mut self.conversion, customer.entered, customer.converted);
        for (position, (sums, step)) in self.steps.iter_mut().zip(&customer.steps).enumerate() {
            if let Some(base) = bases.get(position).copied().flatten() {
                add(&mut sums.from_previous, reached(base), step.reached);
            }
            add(&mut sums.from_first, reached(0), step.reached);
            add(&mut sums.to_last, step.reached, step.converted);
        }
    }

    /// Adds the sums over other customers.
    pub fn merge(&mut self, other: &Clustering) {
        self.steps.resize(self.steps.len().max(other.steps.len()), StepClustering::default());
        self.conversion.merge(&other.conversion);
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            mine.from_previous.merge(&theirs.from_previous);
            mine.from_first.merge(&theirs.from_first);
            mine.to_last.merge(&theirs.to_last);
        }
    }
}

/// Whoever has none of the base says nothing about the rate.
fn add(clusters: &mut Clusters, size: u64, hits: u64) {
    if size + hits > 0 {
        clusters.add(size, hits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::GroupStep;

    /// A customer's journeys that got to each of three steps.
    fn customer(reached: [u64; 3]) -> GroupTally {
        let step =
            |reached: u64| GroupStep { reached, converted: reached.min(1), ..GroupStep::default() };
        GroupTally {
            entered: reached[0],
            converted: reached[2],
            steps: reached.map(step).into(),
            ..GroupTally::default()
        }
    }

    #[test]
    fn a_customer_counts_where_the_base_was_reached() {
        let mut sums = Clustering::default();
        // The second step is optional: the third is counted over the first.
        for reached in [[3, 2, 1], [1, 0, 0], [2, 0, 2]] {
            sums.add(&customer(reached), &[None, Some(0), Some(0)]);
        }
        let [first, second, third] = sums.steps.as_slice() else { panic!("{sums:?}") };
        assert_eq!(first.from_previous, Clusters::default());
        let counts = |of: Clusters| (of.clusters, of.size, of.hits, of.size_squares, of.products);
        assert_eq!(counts(sums.conversion), (3, 6, 3, 14, 7));
        assert_eq!(counts(second.from_previous), (3, 6, 2, 14, 6));
        assert_eq!(third.from_previous, third.from_first);
        assert_eq!(counts(second.to_last), (1, 2, 1, 4, 2), "two of the three never got there");
    }
}
