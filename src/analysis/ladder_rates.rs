//! The numbers of the ladder: what share climbed each step, what share of those went on to the order,
//! and where the rest left.
//!
//! A step's rate is over the previous step that is not optional, and nothing is clamped: where later
//! counts exceed earlier ones (aggregated reports), the numbers say so.

use super::rate::{Flags, Rate};
use crate::ladder::definition::{Ladder, Presence};
use crate::tally::Tally;

/// The rates of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepRates {
    /// Over the previous step that is not optional; `None` for the first step.
    pub step: Option<Rate>,
    /// Over the first step.
    pub overall: Rate,
    /// Of those who reached the step: who reached the last one.
    pub order: Rate,
    /// Whether the step rate is known and lower than the step's target.
    pub below_target: bool,
}

/// The rates of the step at `position`.
pub fn step_rates(tally: &Tally, ladder: &Ladder, position: usize, confidence: f64) -> StepRates {
    let here = reached(tally, position);
    let clusters = tally.clustering.steps.get(position);
    let step = ladder.base_of(position).map(|base| {
        let clusters = clusters.map(|step| &step.from_previous);
        Rate::within(clusters, here, reached(tally, base), confidence)
    });
    let converted = tally.steps.get(position).map_or(0, |step| step.converted);
    let target = ladder.steps.get(position).map_or(0.0, |step| step.target);
    let mut overall = {
        let clusters = clusters.map(|step| &step.from_first);
        Rate::within(clusters, here, reached(tally, 0), confidence)
    };
    if position == 0 {
        // All of all is no finding that could rest on too little.
        overall.flags = Flags { clustered: overall.flags.clustered, ..Flags::default() };
    }
    StepRates {
        step,
        overall,
        order: Rate::within(clusters.map(|step| &step.to_last), converted, here, confidence),
        below_target: step.and_then(|rate| rate.rate).is_some_and(|rate| rate < target),
    }
}

/// Of all journeys that entered, those that reached the last step.
pub fn conversion(tally: &Tally, confidence: f64) -> Rate {
    // Empty sums say nothing.
    let clusters = Some(&tally.clustering.conversion);
    Rate::within(clusters, tally.converted, tally.entered, confidence)
}

/// Those who reached a step and not the next one that is not optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The position of the step that they reached.
    pub step: usize,
    /// The position of the step that they did not reach.
    pub next: usize,
    /// How many; negative where the next step has more (open funnels).
    pub left: i64,
}

/// The exits in the ladder's order: one a step that is not optional, but the last.
pub fn exits(tally: &Tally, ladder: &Ladder) -> Vec<Exit> {
    let firm = |step: &usize| ladder.steps[*step].presence != Presence::Optional;
    (0..ladder.steps.len())
        .filter(firm)
        .filter_map(|step| ladder.next_of(step).map(|next| (step, next)))
        .map(|(step, next)| {
            let stayed = reached(tally, next).cast_signed();
            Exit { step, next, left: reached(tally, step).cast_signed().saturating_sub(stayed) }
        })
        .collect()
}

/// Journeys that reached the step at `position`.
pub fn reached(tally: &Tally, position: usize) -> u64 {
    tally.steps.get(position).map_or(0, |step| step.reached)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn rates_are_over_the_previous_step_that_is_not_optional() {
        let (findings, ladder) = example::storefront();
        let bases: Vec<Option<(u64, u64)>> = (0..5)
            .map(|step| step_rates(&findings.tally, &ladder, step, 0.95))
            .map(|rates| rates.step.map(|rate| (rate.hits, rate.base)))
            .collect();
        let expected = [None, Some((600, 1000)), Some((500, 1000)), Some((40, 500)), Some((8, 40))];
        assert_eq!(bases, expected);
        let cart = step_rates(&findings.tally, &ladder, 3, 0.95);
        assert_eq!((cart.overall.hits, cart.overall.base), (40, 1000));
        assert_eq!((cart.order.hits, cart.order.base), (8, 40));
        assert!(cart.below_target, "8 % is below the step's target of 10 %");
        assert!(!step_rates(&findings.tally, &ladder, 0, 0.95).below_target);
    }

    #[test]
    fn exits_skip_optional_steps() {
        let (findings, ladder) = example::storefront();
        let left: Vec<(usize, usize, i64)> =
            exits(&findings.tally, &ladder).iter().map(|e| (e.step, e.next, e.left)).collect();
        assert_eq!(left, [(0, 2, 500), (2, 3, 460), (3, 4, 32)]);
    }

    #[test]
    fn an_open_funnel_is_not_clamped() {
        let (findings, ladder) = example::sessions();
        let checkout = step_rates(&findings.tally, &ladder, 2, 0.95);
        assert_eq!(checkout.step.unwrap().rate, Some(1.25));
        assert_eq!(checkout.step.unwrap().low, None);
        assert_eq!(exits(&findings.tally, &ladder)[1].left, -20);
    }
}
