//! THE matcher: how far did this journey get?
//!
//! Nothing else in the program judges a journey. A journey is the touches of one customer or session,
//! sorted and cleaned; the answer is a [`Verdict`] on its best attempt. An *attempt* is a chain of
//! events, one for each of the first required steps (the *rungs*), each not before the previous one
//! and all inside the window that the entry opens, together with the other steps seen between them.
//!
//! The best attempt is the one with 1. the most rungs; 2. the earliest conversion; 3. the furthest
//! step that is not optional; 4. the most steps observed; 5. the earliest finish; 6. the earliest
//! entry; 7. each further step at its earliest possible event, then in journey order (`attempt`).
//!
//! Every possible entry is considered. One costs a few bisections per step (`index`) to see whether
//! it could be better than the best so far, which is rare in a long journey; only then is it searched
//! (`search`, which also says why the result is exact). `reference` is the slow twin that tries every
//! chain; the tests hold the two against each other. This room must not know where touches come from.

mod attempt;
mod index;
pub mod reference;
mod search;
mod stored_order;
mod terms;
#[cfg(test)]
mod tests;
mod verdict;

pub use verdict::{Chain, Outcome, Verdict};

use crate::error::Error;
use crate::event::{StepSet, Touch};
use crate::ladder::definition::Ladder;
use crate::time::Instant;
use attempt::Attempt;
use index::{Event, Index};
use search::{Scratch, Search};
use terms::Terms;

/// A ladder made ready to judge journeys, with the memory that the judging reuses.
#[derive(Clone, Debug)]
pub struct Climber {
    terms: Terms,
    index: Index,
    scratch: Scratch,
}

impl Climber {
    /// Makes a ladder ready. Fails, naming the keys, if it has a policy that is not supported yet.
    pub fn new(ladder: &Ladder) -> Result<Climber, Error> {
        let terms = Terms::new(ladder)?;
        Ok(Climber { terms, index: Index::new(ladder.steps.len()), scratch: Scratch::default() })
    }

    /// Judges one journey: its touches sorted by time, source sequence and row, without duplicates or
    /// rows that are set aside. `seen_until` is the last moment that the data covers. `None` if the
    /// journey never entered the ladder.
    pub fn judge(&mut self, journey: &[Touch], seen_until: Instant) -> Option<Verdict> {
        let entry_step = self.terms.entry_step();
        if !journey.iter().any(|touch| touch.steps.has(entry_step)) {
            return None;
        }
        self.index.fill(&self.terms, journey);
        self.scratch.start_journey();
        let attempt = self.best_attempt(journey)?;
        let judgement = Judgement { terms: &self.terms, index: &self.index, journey, seen_until };
        Some(judgement.verdict(&attempt))
    }

    /// The best attempt over all entries. They are tried in journey order, so one that can at best
    /// equal an earlier one loses to it; in a long journey that settles almost all of them.
    fn best_attempt(&mut self, journey: &[Touch]) -> Option<Attempt> {
        let entry_step = self.terms.entry_step();
        let entries = journey.iter().enumerate().filter(|(_, touch)| touch.steps.has(entry_step));
        let mut best: Option<Attempt> = None;
        let mut latest: Option<&Touch> = None;
        for (position, touch) in entries {
            if latest.is_some_and(|latest| self.terms.are_twins(latest, touch)) {
                continue;
            }
            latest = Some(touch);
            let entry = Event::of(position, touch);
            let search = Search::new(&self.terms, &self.index, journey, &mut self.scratch, entry);
            let hopeless = best.is_some_and(|best| best <= search.bound());
            if !hopeless {
                best = [best, search.best()].into_iter().flatten().min();
            }
        }
        best
    }
}

/// Everything that turns the best attempt of a journey into its verdict.
struct Judgement<'j> {
    terms: &'j Terms,
    index: &'j Index,
    journey: &'j [Touch],
    seen_until: Instant,
}

impl Judgement<'_> {
    fn verdict(&self, attempt: &Attempt) -> Verdict {
        let chain = attempt.touches();
        let rung = chain.len() - 1;
        let entry = chain.first().copied().unwrap_or_default();
        let observed = self.observed(chain);
        let furthest = self.terms.furthest(rung, observed);
        let outcome = self.outcome(rung, self.journey[entry].at);
        Verdict {
            chain: self
                .terms
                .rungs
                .iter()
                .map(|rung| rung.step)
                .zip(chain.iter().copied())
                .collect(),
            observed,
            reached: observed.with(self.terms.proven_by(furthest)),
            furthest,
            outcome,
            entry,
            window_end: self.terms.window_end(self.journey[entry].at),
            actions: self.actions(chain, outcome),
            by_tie: outcome == Outcome::Converted && self.depends_on_a_tie(),
        }
    }

    /// The chosen steps and the steps of the gaps of which an event lies between its two rungs.
    fn observed(&self, chain: &[usize]) -> StepSet {
        let limit = self.terms.limit(self.journey[chain[0]].at);
        let mut observed = StepSet::EMPTY;
        for (rung, (terms, &touch)) in self.terms.rungs.iter().zip(chain).enumerate() {
            observed.add(terms.step);
            let next = chain.get(rung + 1).map_or(Instant::MAX, |&next| self.journey[next].end());
            let sees = |step: &usize| {
                let sighting = self.index.first(*step, self.journey[touch].at, limit);
                sighting.is_some_and(|event| event.at < next)
            };
            self.index.present(terms.gap).filter(sees).for_each(|step| observed.add(step));
        }
        observed
    }

    fn outcome(&self, rung: usize, entry: Instant) -> Outcome {
        if rung == self.terms.last_rung() {
            Outcome::Converted
        } else if self.terms.window_end(entry).is_none_or(|end| end > self.seen_until) {
            Outcome::Open
        } else {
            Outcome::Lost
        }
    }

    /// The actions done not before the entry, inside the window and, if it converted, no later than that.
    fn actions(&self, chain: &[usize], outcome: Outcome) -> StepSet {
        let entry = self.journey[chain[0]].at;
        let limit = self.terms.limit(entry);
        let conversion = chain.last().filter(|_| outcome == Outcome::Converted);
        let end = conversion.map_or(Instant::MAX, |&touch| self.journey[touch].end());
        self.journey
            .iter()
            .filter(|touch| touch.end() > entry && touch.at <= limit && touch.at < end)
            .fold(StepSet::EMPTY, |actions, touch| actions.with(touch.actions))
    }

    fn depends_on_a_tie(&self) -> bool {
        stored_order::has_ties(self.journey) && !stored_order::converts(self.terms, self.journey)
    }
}
