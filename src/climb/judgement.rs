//! From the best attempt of a journey to its verdict.
//!
//! Everything that a verdict says beside the chain is worked out here, once for each journey and not
//! for each choice. This file must not choose.

use super::attempt::Choice;
use super::glance::Glance;
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
    /// What occurs in the journey.
    pub(super) glance: &'j Glance,
}

impl Judgement<'_> {
    /// The verdict, but for whether the conversion depends on a tie.
    pub(super) fn verdict(&self, choice: &Choice) -> Verdict {
        let furthest = self.furthest(choice);
        let closes = choice.span.closes.min(self.session_end);
        let outcome = self.outcome(choice, closes);
        Verdict {
            chain: self.chain(choice),
            observed: choice.observed,
            reached: self.reached(choice.observed, furthest),
            furthest,
            outcome,
            entry: choice.entry(),
            window_end: (closes < Instant::MAX).then_some(closes),
            ended: self.ended(choice, outcome, closes),
            actions: self.actions(choice, outcome),
            by_tie: false,
            times: self.terms.times,
        }
    }

    /// The chosen touches; where steps count apart, the first touch of each that was seen.
    fn chain(&self, choice: &Choice) -> Chain {
        match self.terms.linkage {
            Linkage::Chain => {
                let steps = self.terms.rungs.iter().map(|rung| rung.step);
                steps.zip(choice.touches()).collect()
            }
            Linkage::Apart => {
                let first = |step: usize| {
                    let mut touches = self.journey.iter().enumerate().skip(choice.entry());
                    touches.find(|(_, touch)| touch.steps.has(step)).map(|(at, _)| (step, at))
                };
                choice.observed.positions().filter_map(first).collect()
            }
        }
    }

    fn furthest(&self, choice: &Choice) -> usize {
        match self.terms.linkage {
            Linkage::Chain => self.terms.furthest(choice.rung(), choice.observed),
            Linkage::Apart => {
                let seen = choice.observed.common(self.terms.binding);
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

    fn has_converted(&self, choice: &Choice) -> bool {
        let last = self.terms.last_rung();
        match self.terms.linkage {
            Linkage::Chain => choice.rung() == last,
            Linkage::Apart => choice.observed.has(self.terms.rungs[last].step),
        }
    }

    /// An attempt that an exclusion ended is lost: it will never convert.
    fn outcome(&self, choice: &Choice, closes: Instant) -> Outcome {
        if self.has_converted(choice) {
            Outcome::Converted
        } else if choice.span.excluded.is_some() {
            Outcome::Lost
        } else if closes == Instant::MAX || closes > self.seen_until {
            Outcome::Open
        } else {
            Outcome::Lost
        }
    }

    /// When an exclusion ended a lost attempt, if its window was still running then.
    fn ended(&self, choice: &Choice, outcome: Outcome, closes: Instant) -> Option<Instant> {
        let excluded = choice.span.excluded.filter(|_| outcome == Outcome::Lost)?;
        self.journey.get(excluded).map(|touch| touch.at).filter(|&at| at <= closes)
    }

    /// The actions done not before the entry, inside the window and, if it converted, no later than that.
    fn actions(&self, choice: &Choice, outcome: Outcome) -> StepSet {
        if self.glance.actions.is_empty() {
            return StepSet::EMPTY;
        }
        let touch = |position: usize| &self.journey[position];
        let entry = touch(choice.entry()).at;
        let has_end = self.terms.linkage == Linkage::Chain && outcome == Outcome::Converted;
        let end = if has_end { self.terms.end(touch(choice.last())) } else { Instant::MAX };
        // Touches come in order of time, so what is behind the end is not looked at: a customer with
        // many attempts would be read to the end for each of them.
        let journey = self.journey.get(self.floor..).unwrap_or_default();
        journey
            .iter()
            .take_while(|touch| touch.at <= choice.span.limit && touch.at < end)
            .filter(|touch| self.terms.end(touch) > entry)
            .fold(StepSet::EMPTY, |actions, touch| actions.with(touch.actions))
    }

    /// Whether a conversion may depend on a tie at all.
    pub(super) fn may_depend_on_a_tie(&self, choice: &Choice) -> bool {
        let by_time = match self.terms.ties {
            Ties::Forgiving | Ties::Tolerance(_) => self.terms.order != Order::Any,
            Ties::Sequence | Ties::Strict => false,
        };
        by_time
            && self.terms.linkage == Linkage::Chain
            && self.has_converted(choice)
            && !self.is_in_stored_order(choice)
            && stored_order::has_ties(self.terms, self.in_question(choice))
    }

    /// Whether the chosen events themselves are stored one behind the other, so that no tie is needed (two
    /// may be one event only where that is allowed). Where something may lie between or not, stored order
    /// may say otherwise about that than time does.
    fn is_in_stored_order(&self, choice: &Choice) -> bool {
        self.terms.order == Order::Loose
            && self.glance.is_unbarred(self.terms)
            && choice.touches().is_sorted()
    }

    /// The touches whose ties may matter: where every attempt counts only those of the attempt.
    fn in_question(&self, choice: &Choice) -> &[Touch] {
        if self.terms.entry != Entry::Every {
            return self.journey;
        }
        let journey = self.journey.get(self.floor..).unwrap_or_default();
        let end = journey.partition_point(|touch| touch.at <= choice.span.limit);
        journey.get(..(end + 1).min(journey.len())).unwrap_or_default()
    }
}
