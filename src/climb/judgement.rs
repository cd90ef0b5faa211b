//! From the best attempt of a journey to its verdict.
//!
//! Everything that a verdict says beside the chain is worked out here, once for each journey and not
//! for each attempt. This file must not choose.

use super::attempt::Attempt;
use super::stored_order;
use super::terms::Terms;
use super::verdict::{Chain, Outcome, Verdict};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Entry, Linkage, Order, Ties};
use crate::time::Instant;

/// What the verdict on an attempt depends on.
pub(super) struct Judgement<'j> {
    pub(super) terms: &'j Terms,
    pub(super) journey: &'j [Touch],
    /// The last moment that the data covers.
    pub(super) seen_until: Instant,
    /// Touches before this position belong to earlier attempts.
    pub(super) floor: usize,
    /// When the session ends for sure, if an attempt may not go beyond it.
    pub(super) session_end: Instant,
}

impl Judgement<'_> {
    /// The verdict, but for whether the conversion depends on a tie.
    pub(super) fn verdict(&self, attempt: &Attempt) -> Verdict {
        let touches = attempt.touches();
        let entry = touches.first().copied().unwrap_or_default();
        let furthest = self.furthest(attempt);
        let closes = attempt.span.closes.min(self.session_end);
        let outcome = self.outcome(attempt, closes);
        Verdict {
            chain: self.chain(attempt),
            observed: attempt.observed,
            reached: self.reached(attempt.observed, furthest),
            furthest,
            outcome,
            entry,
            window_end: (closes < Instant::MAX).then_some(closes),
            actions: self.actions(attempt, outcome),
            by_tie: false,
            times: self.terms.times,
        }
    }

    /// The chosen touches; where steps count apart, the first touch of each that was seen.
    fn chain(&self, attempt: &Attempt) -> Chain {
        let touches = attempt.touches();
        match self.terms.linkage {
            Linkage::Chain => {
                let steps = self.terms.rungs.iter().map(|rung| rung.step);
                steps.zip(touches.iter().copied()).collect()
            }
            Linkage::Apart => {
                let entry = touches.first().copied().unwrap_or_default();
                let first = |step: usize| {
                    let mut touches = self.journey.iter().enumerate().skip(entry);
                    touches.find(|(_, touch)| touch.steps.has(step)).map(|(at, _)| (step, at))
                };
                attempt.observed.positions().filter_map(first).collect()
            }
        }
    }

    fn furthest(&self, attempt: &Attempt) -> usize {
        match self.terms.linkage {
            Linkage::Chain => self.terms.furthest(attempt.merit.rung.0, attempt.observed),
            Linkage::Apart => {
                let seen = attempt.observed.common(self.terms.binding);
                seen.positions().last().unwrap_or_default()
            }
        }
    }

    /// Where steps count apart, none proves another.
    fn reached(&self, observed: StepSet, furthest: usize) -> StepSet {
        match self.terms.linkage {
            Linkage::Chain => observed.with(self.terms.proven_by(furthest)),
            Linkage::Apart => observed,
        }
    }

    fn has_converted(&self, attempt: &Attempt) -> bool {
        let last = self.terms.last_rung();
        match self.terms.linkage {
            Linkage::Chain => attempt.merit.rung.0 == last,
            Linkage::Apart => attempt.observed.has(self.terms.rungs[last].step),
        }
    }

    /// An attempt that an exclusion ended is lost: it will never convert.
    fn outcome(&self, attempt: &Attempt, closes: Instant) -> Outcome {
        if self.has_converted(attempt) {
            Outcome::Converted
        } else if attempt.span.excluded.is_some() {
            Outcome::Lost
        } else if closes == Instant::MAX || closes > self.seen_until {
            Outcome::Open
        } else {
            Outcome::Lost
        }
    }

    /// The actions done not before the entry, inside the window and, if it converted, no later than that.
    fn actions(&self, attempt: &Attempt, outcome: Outcome) -> StepSet {
        let chain = attempt.touches();
        let Some(entry) = chain.first().map(|&touch| self.journey[touch].at) else {
            return StepSet::EMPTY;
        };
        let is_chain = self.terms.linkage == Linkage::Chain;
        let conversion = chain.last().filter(|_| is_chain && outcome == Outcome::Converted);
        let end = conversion.map_or(Instant::MAX, |&touch| self.terms.end(&self.journey[touch]));
        // Touches come in order of time, so what is behind the end is not looked at: a customer with
        // many attempts would be read to the end for each of them.
        let journey = self.journey.get(self.floor..).unwrap_or_default();
        journey
            .iter()
            .take_while(|touch| touch.at <= attempt.span.limit && touch.at < end)
            .filter(|touch| self.terms.end(touch) > entry)
            .fold(StepSet::EMPTY, |actions, touch| actions.with(touch.actions))
    }

    /// Whether a conversion may depend on a tie at all.
    pub(super) fn may_depend_on_a_tie(&self, attempt: &Attempt) -> bool {
        let by_time = match self.terms.ties {
            Ties::Forgiving | Ties::Tolerance(_) => self.terms.order != Order::Any,
            Ties::Sequence | Ties::Strict => false,
        };
        by_time
            && self.terms.linkage == Linkage::Chain
            && self.has_converted(attempt)
            && stored_order::has_ties(self.terms, self.in_question(attempt))
    }

    /// The touches whose ties may matter: where every attempt counts only those of the attempt.
    fn in_question(&self, attempt: &Attempt) -> &[Touch] {
        if self.terms.entry != Entry::Every {
            return self.journey;
        }
        let journey = self.journey.get(self.floor..).unwrap_or_default();
        let end = journey.partition_point(|touch| touch.at <= attempt.span.limit);
        journey.get(..(end + 1).min(journey.len())).unwrap_or_default()
    }
}
