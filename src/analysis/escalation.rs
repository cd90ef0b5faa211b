//! Do the requests of a ladder escalate? What customers did at all, held against the order, the sizes
//! and the scale that the ladder claims.
//!
//! Numbers first (`steps`, `pairs`, `scale`), then what in them is worth a word (`findings`), by fixed
//! thresholds. Optional steps are no part of the scale: the ladder itself says that they may be skipped.
//! Nothing here looks at windows or attempts; the report does.

use super::rate::Rate;
use crate::event::StepSet;
use crate::ladder::definition::{Ladder, Presence};
use crate::sightings::Sightings;
use crate::stats::paired;
use crate::stats::precedence::PairCount;
use crate::stats::scale::{self, Scale};
use std::collections::BTreeMap;

/// With fewer customers who did both, nothing is said about the order of two steps.
pub const FEWEST_BOTH: u64 = 10;
/// With fewer customers, nothing is said about the scale.
pub const FEWEST_CUSTOMERS: u64 = 30;
/// Shares from here to one minus this leave the order of two steps undetermined.
pub const UNDETERMINED_FROM: f64 = 0.4;
/// A scale of requests has at least this Loevinger's H (Mokken 1971); so has each of its pairs.
pub const H_LEAST: f64 = 0.3;
/// A scale of requests has at least this scalability (Menzel 1953).
pub const SCALABILITY_LEAST: f64 = 0.6;
/// One step with more of all loss than this is one leap too large, from [`LEAPS_LEAST`] steps on.
pub const LOSS_MOST: f64 = 0.5;
/// With fewer transitions, one of them has most of the loss in any case.
pub const LEAPS_LEAST: usize = 3;
/// A step that surely more than this share go on to says little by itself.
pub const RATE_MOST: f64 = 0.95;
/// A rise of the reach counts if chance alone makes it more rarely than this.
const CHANCE: f64 = 0.05;
const CONFIDENCE: f64 = 0.95;

/// A ladder held against what customers did at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// Customers of the event logs; without a log, all customers.
    pub customers: u64,
    /// One a step.
    pub steps: Vec<StepSeen>,
    /// All pairs of steps, the earlier of the ladder first.
    pub pairs: Vec<PairSeen>,
    /// The positions of the steps of the scale: not optional, and done by somebody.
    pub scaled: Vec<usize>,
    /// The scale of these steps, which it counts from 0; `None` without customers.
    pub scale: Option<Scale>,
    /// What is worth a word, by kind and then by step.
    pub findings: Vec<Finding>,
}

/// What was seen of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSeen {
    /// Customers who ever did it.
    pub observed: u64,
    /// With those whom a later step proves, if the step is implied.
    pub reached: u64,
    /// `reached` over that of the previous step that is not optional.
    pub rate: Rate,
    /// Of those who were seen doing that previous step, who were seen doing this one.
    pub together: Rate,
    /// The share of all loss on the way that this step has: ln rate / ln of all rates. `None` for the
    /// first step, for optional ones, and where nobody is lost or somewhere nobody goes on.
    pub loss: Option<f64>,
}

/// What was seen of two steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairSeen {
    /// The step that the ladder has first.
    pub before: usize,
    /// The step that the ladder has later.
    pub after: usize,
    /// First occurrences.
    pub count: PairCount,
    /// What they say.
    pub order: PairOrder,
}

/// What first occurrences say about the order of two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairOrder {
    /// The order of the ladder.
    AsDeclared,
    /// The later step of the ladder usually comes first.
    Reversed,
    /// Neither usually comes first.
    Undetermined,
    /// Too few did both.
    TooFew,
    /// Mostly it is one and the same event that does both.
    OneEvent,
}

impl PairOrder {
    /// What a pair's counts say.
    pub fn of(count: PairCount) -> PairOrder {
        let share = count.share();
        match () {
            () if count.together > count.both => PairOrder::OneEvent,
            () if count.both < FEWEST_BOTH => PairOrder::TooFew,
            () if share < UNDETERMINED_FROM => PairOrder::Reversed,
            () if share <= 1.0 - UNDETERMINED_FROM => PairOrder::Undetermined,
            () => PairOrder::AsDeclared,
        }
    }

    /// The word in machine formats.
    pub const fn name(self) -> &'static str {
        match self {
            PairOrder::AsDeclared => "as_declared",
            PairOrder::Reversed => "reversed",
            PairOrder::Undetermined => "undetermined",
            PairOrder::TooFew => "too_few",
            PairOrder::OneEvent => "one_event",
        }
    }
}

/// Something about a ladder that is worth a word. Numbers are positions of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The step asks for less than the one before it that says how much it asks.
    AskFalls {
        /// The earlier step.
        before: usize,
        /// The step.
        step: usize,
    },
    /// No customer ever did the step.
    NeverOccurs(usize),
    /// The later step of the pair usually comes first.
    OutOfOrder(PairSeen),
    /// Neither step of the pair usually comes first.
    Undetermined(PairSeen),
    /// Too few did both steps of these neighbours to know their order.
    TooFewForOrder(Vec<PairSeen>),
    /// Significantly more customers do the later of two neighbours.
    ReachRises {
        /// The earlier step.
        before: usize,
        /// The step that more customers do.
        step: usize,
        /// How likely chance alone makes such a difference.
        chance: f64,
    },
    /// There are too few customers to say anything about the scale.
    TooFewForScale(u64),
    /// The steps do not form a scale.
    WeakScale(Scale),
    /// Those who do the harder step have hardly more often done the easier one than anybody.
    BrokenPair {
        /// The step that should be the easier one.
        easier: usize,
        /// The step that should be the harder one.
        harder: usize,
        /// How many did the harder one and not the easier one.
        errors: u64,
        /// How many did the harder one.
        did: u64,
        /// Loevinger's H of the pair.
        h: f64,
    },
    /// The step has most of all loss.
    LargeLeap {
        /// The step before.
        before: usize,
        /// The step.
        step: usize,
    },
    /// Nearly everybody who does the step before does this one.
    Redundant {
        /// The step before.
        before: usize,
        /// The step.
        step: usize,
    },
}

/// What the ladder says about itself, without data: requests should not become smaller.
pub fn claims(ladder: &Ladder) -> Vec<Finding> {
    let asked: Vec<(usize, u8)> =
        ladder.steps.iter().enumerate().filter_map(|(i, step)| Some((i, step.ask?))).collect();
    asked
        .windows(2)
        .filter(|pair| pair[1].1 < pair[0].1)
        .map(|pair| Finding::AskFalls { before: pair[0].0, step: pair[1].0 })
        .collect()
}

/// Holds a ladder against what customers did at all.
pub fn escalation(ladder: &Ladder, sightings: &Sightings) -> Escalation {
    let patterns = if sightings.seen.is_empty() { &sightings.unseen } else { &sightings.seen };
    let steps = steps(ladder, patterns);
    let pairs = pairs(ladder, sightings);
    let scaled: Vec<usize> = (0..ladder.steps.len())
        .filter(|&i| ladder.steps[i].presence != Presence::Optional && steps[i].observed > 0)
        .collect();
    let scale = scale::scale(&narrowed(patterns, &scaled), scaled.len());
    let mut seen = Escalation {
        customers: patterns.values().sum(),
        steps,
        pairs,
        scaled,
        scale,
        findings: Vec::new(),
    };
    seen.findings = [
        claims(ladder),
        never(&seen.steps),
        orders(ladder, &seen),
        rises(ladder, &seen.steps, patterns),
        scales(&seen),
        leaps(ladder, &seen.steps),
    ]
    .concat();
    seen
}

fn steps(ladder: &Ladder, patterns: &BTreeMap<StepSet, u64>) -> Vec<StepSeen> {
    let count = |holds: &dyn Fn(StepSet) -> bool| -> u64 {
        patterns.iter().filter(|(p, _)| holds(**p)).map(|(_, customers)| customers).sum()
    };
    let positions = 0..ladder.steps.len();
    let observed: Vec<u64> = positions.clone().map(|i| count(&|p| p.has(i))).collect();
    let reached: Vec<u64> =
        positions.clone().map(|i| count(&|p| is_reached(ladder, p, i))).collect();
    let mut steps: Vec<StepSeen> = positions
        .map(|i| {
            let base = ladder.base_of(i);
            let both = base.map_or(0, |base| count(&|p| p.has(i) && p.has(base)));
            let rate =
                |hits: u64, of: &[u64]| Rate::of(hits, base.map_or(0, |b| of[b]), CONFIDENCE);
            StepSeen {
                observed: observed[i],
                reached: reached[i],
                rate: rate(if base.is_some() { reached[i] } else { 0 }, &reached),
                together: rate(both, &observed),
                loss: None,
            }
        })
        .collect();
    let climbed: Vec<usize> = transitions(ladder).map(|(_, step)| step).collect();
    let logs: Option<Vec<f64>> = climbed
        .iter()
        .map(|&i| steps[i].rate.rate.filter(|rate| *rate > 0.0).map(f64::ln))
        .collect();
    let total: f64 = logs.iter().flatten().sum();
    for (&step, log) in climbed.iter().zip(logs.iter().flatten()) {
        steps[step].loss = (total < 0.0).then(|| log / total);
    }
    steps
}

/// Whether a customer who did these steps reached one: did it, or did what proves it.
fn is_reached(ladder: &Ladder, done: StepSet, step: usize) -> bool {
    let is_proof =
        |later: usize| ladder.steps[later].presence != Presence::Optional && done.has(later);
    done.has(step)
        || ladder.steps[step].presence == Presence::Implied
            && (step + 1..ladder.steps.len()).any(is_proof)
}

/// Each step that is not optional with the one before it.
fn transitions(ladder: &Ladder) -> impl Iterator<Item = (usize, usize)> {
    (0..ladder.steps.len())
        .filter(|&i| ladder.steps[i].presence != Presence::Optional)
        .filter_map(|i| Some((ladder.base_of(i)?, i)))
}

fn pairs(ladder: &Ladder, sightings: &Sightings) -> Vec<PairSeen> {
    let size = ladder.steps.len();
    let all = (0..size).flat_map(|before| (before + 1..size).map(move |after| (before, after)));
    all.map(|(before, after)| {
        let count = sightings.pairs.of(before, after);
        PairSeen { before, after, count, order: PairOrder::of(count) }
    })
    .collect()
}

/// Patterns of some of the steps only, counted from 0.
fn narrowed(patterns: &BTreeMap<StepSet, u64>, steps: &[usize]) -> Vec<(u32, u64)> {
    let bits = |done: StepSet| {
        let bit = |(new, old): (usize, &usize)| u32::from(done.has(*old)) << new;
        steps.iter().enumerate().map(bit).sum()
    };
    patterns.iter().map(|(done, customers)| (bits(*done), *customers)).collect()
}

fn never(steps: &[StepSeen]) -> Vec<Finding> {
    let nobody = steps.iter().enumerate().filter(|(_, step)| step.observed == 0);
    nobody.map(|(step, _)| Finding::NeverOccurs(step)).collect()
}

fn orders(ladder: &Ladder, seen: &Escalation) -> Vec<Finding> {
    let is_free = |step: usize| ladder.steps[step].presence == Presence::Optional;
    let both_occur =
        |pair: &PairSeen| [pair.before, pair.after].iter().all(|&i| seen.steps[i].observed > 0);
    let of = |order: PairOrder| seen.pairs.iter().filter(move |pair| pair.order == order).copied();
    let reversed = of(PairOrder::Reversed).map(Finding::OutOfOrder);
    let undetermined = of(PairOrder::Undetermined)
        .filter(|pair| !is_free(pair.before) && !is_free(pair.after))
        .map(Finding::Undetermined);
    let few: Vec<PairSeen> = of(PairOrder::TooFew)
        .filter(|pair| ladder.base_of(pair.after) == Some(pair.before) && !is_free(pair.after))
        .filter(both_occur)
        .collect();
    let few = (!few.is_empty()).then_some(Finding::TooFewForOrder(few));
    reversed.chain(undetermined).chain(few).collect()
}

fn rises(ladder: &Ladder, steps: &[StepSeen], patterns: &BTreeMap<StepSet, u64>) -> Vec<Finding> {
    let alone = |did: usize, not: usize| -> u64 {
        let is_alone = |p: StepSet| is_reached(ladder, p, did) && !is_reached(ladder, p, not);
        patterns.iter().filter(|(p, _)| is_alone(**p)).map(|(_, customers)| customers).sum()
    };
    transitions(ladder)
        // That nobody did the step before is told already.
        .filter(|&(before, _)| steps[before].reached > 0)
        .filter(|&(before, step)| steps[step].reached > steps[before].reached)
        .map(|(before, step)| {
            let chance = paired::mcnemar(alone(before, step), alone(step, before));
            Finding::ReachRises { before, step, chance }
        })
        .filter(|rise| matches!(rise, Finding::ReachRises { chance, .. } if *chance < CHANCE))
        .collect()
}

fn scales(seen: &Escalation) -> Vec<Finding> {
    let Some(scale) = seen.scale.as_ref().filter(|_| seen.scaled.len() > 1) else {
        return Vec::new();
    };
    if seen.customers < FEWEST_CUSTOMERS {
        return vec![Finding::TooFewForScale(seen.customers)];
    }
    let is_weak = scale.h.is_some_and(|h| h < H_LEAST)
        || scale.scalability.is_some_and(|share| share < SCALABILITY_LEAST);
    let weak = is_weak.then(|| Finding::WeakScale(scale.clone()));
    let broken = scale.pairs.iter().filter_map(|pair| {
        let (easier, harder) = (seen.scaled[pair.easier], seen.scaled[pair.harder]);
        let did = seen.steps[harder].observed;
        let enough = did.min(seen.steps[easier].observed) >= FEWEST_BOTH;
        let h = pair.h.filter(|h| enough && *h < H_LEAST)?;
        Some(Finding::BrokenPair { easier, harder, errors: pair.errors, did, h })
    });
    weak.into_iter().chain(broken).collect()
}

fn leaps(ladder: &Ladder, steps: &[StepSeen]) -> Vec<Finding> {
    let ways: Vec<(usize, usize)> = transitions(ladder).collect();
    let is_large = |step: usize| {
        ways.len() >= LEAPS_LEAST && steps[step].loss.is_some_and(|share| share > LOSS_MOST)
    };
    let is_redundant = |step: usize| steps[step].together.low.is_some_and(|low| low > RATE_MOST);
    let large = ways.iter().filter(|(_, step)| is_large(*step));
    let redundant = ways.iter().filter(|(_, step)| is_redundant(*step));
    large
        .map(|&(before, step)| Finding::LargeLeap { before, step })
        .chain(redundant.map(|&(before, step)| Finding::Redundant { before, step }))
        .collect()
}

#[cfg(test)]
mod tests;
