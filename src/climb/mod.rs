//! THE matcher: how far did this journey get?
//!
//! Nothing else in the program judges a journey. A journey is the touches of one customer or session,
//! sorted and cleaned; the answer is a [`Verdict`] on its best attempt, or on each of its attempts. An
//! *attempt* is a chain of events, one for each of the first required steps (the *rungs*), each
//! after the previous one and all inside the window, together with the other steps seen between them.
//!
//! The best attempt is the one with 1. the most rungs; 2. the earliest conversion; 3. the furthest
//! step that is not optional; 4. the most steps observed; 5. the earliest finish; 6. the earliest (or
//! latest) entry; 7. each further step at its earliest possible event, then in journey order (`attempt`).
//!
//! Policies are data (`terms`). Every possible entry is considered: a few bisections per step (`index`)
//! tell whether it could be better than the best so far; only then is it searched (`search`, `level`,
//! `room`; `any_order`). `parts` cuts a journey where a policy asks for it, `explain` says why it stopped.
//! `reference` is the slow twin that tries every chain; the tests hold the two against each other.

mod any_order;
mod attempt;
mod explain;
mod forget;
mod halt;
mod index;
mod judgement;
mod level;
mod parts;
pub mod reference;
mod room;
mod search;
mod sound;
mod stored_order;
mod terms;
#[cfg(test)]
mod tests;
mod verdict;

pub use explain::{Stop, Why};
pub use verdict::{Chain, Outcome, Verdict};

use crate::error::Error;
use crate::event::Touch;
use crate::ladder::definition::{Entry, Ladder, Linkage, Order, Start, Ties};
use crate::time::Instant;
use attempt::Attempt;
use index::Index;
use judgement::Judgement;
use level::Scratch;
use parts::Parts;
use search::Search;
use terms::Terms;

/// A ladder made ready to judge journeys, with the memory that the judging reuses.
#[derive(Clone, Debug)]
pub struct Climber {
    terms: Terms,
    index: Index,
    scratch: Scratch,
    parts: Parts,
}

impl Climber {
    /// Makes a ladder ready. Fails, naming the keys, if its policies contradict each other.
    pub fn new(ladder: &Ladder) -> Result<Climber, Error> {
        let terms = Terms::new(ladder)?;
        let index = Index::new(&terms);
        Ok(Climber { terms, index, scratch: Scratch::default(), parts: Parts::default() })
    }

    /// Judges one journey: its touches sorted by time, source sequence and row, without duplicates,
    /// ignored events or rows that are set aside. `seen_until` is the last moment that the data covers.
    /// `None` if the journey never entered the ladder, or if an exclusion takes it out altogether.
    /// Where every attempt counts this is the first one; see [`Climber::judge_all`].
    pub fn judge(&mut self, journey: &[Touch], seen_until: Instant) -> Option<Verdict> {
        if !journey.iter().any(|touch| self.terms.is_entry(touch)) {
            return None;
        }
        if self.terms.entry == Entry::Every {
            let mut verdicts = Vec::new();
            self.judge_all(journey, seen_until, &mut verdicts);
            return verdicts.first().copied();
        }
        if self.is_cut() {
            return self.judge_parts(journey, seen_until);
        }
        let attempt = self.best_attempt(journey)?;
        self.verdict(&attempt, journey, seen_until, Instant::MAX)
    }

    /// Judges one journey and adds its verdicts, in the order of their entries, to `verdicts`: one for
    /// each attempt if every entry counts, else at most one.
    pub fn judge_all(
        &mut self,
        journey: &[Touch],
        seen_until: Instant,
        verdicts: &mut Vec<Verdict>,
    ) {
        if self.terms.entry != Entry::Every {
            verdicts.extend(self.judge(journey, seen_until));
            return;
        }
        let known = verdicts.len();
        let is_clean = if self.is_cut() {
            self.judge_parts_all(journey, seen_until, verdicts)
        } else {
            self.attempts(journey, seen_until, Instant::MAX, verdicts)
        };
        if !is_clean {
            verdicts.truncate(known);
        }
    }

    /// Judges attempt after attempt: the next one may start after the end of the last. False if an
    /// exclusion takes the whole journey out.
    fn attempts(
        &mut self,
        journey: &[Touch],
        seen_until: Instant,
        session_end: Instant,
        verdicts: &mut Vec<Verdict>,
    ) -> bool {
        self.prepare(journey);
        let mut floor = 0;
        while let Some(entry) = self.next_entry(journey, floor) {
            let Some(attempt) = self.attempt_from(journey, entry, floor) else { break };
            let verdict = self.verdict_of(&attempt, journey, (seen_until, session_end), floor);
            if attempt.merit.hit {
                return false;
            }
            verdicts.extend(Some(verdict).filter(|_| !attempt.merit.void));
            match after(&attempt, &verdict, journey) {
                Some(next) => floor = next,
                None => break,
            }
        }
        true
    }

    /// The verdict on the best attempt, unless an exclusion takes the journey out.
    fn verdict(
        &mut self,
        attempt: &Attempt,
        journey: &[Touch],
        seen_until: Instant,
        session_end: Instant,
    ) -> Option<Verdict> {
        if attempt.merit.is_out() {
            return None;
        }
        Some(self.verdict_of(attempt, journey, (seen_until, session_end), 0))
    }

    fn verdict_of(
        &mut self,
        attempt: &Attempt,
        journey: &[Touch],
        (seen_until, session_end): (Instant, Instant),
        floor: usize,
    ) -> Verdict {
        let judgement = Judgement { terms: &self.terms, journey, seen_until, floor, session_end };
        let verdict = judgement.verdict(attempt);
        let may = judgement.may_depend_on_a_tie(attempt);
        Verdict {
            by_tie: may && !self.converts_in_stored_order(journey, &verdict, floor),
            ..verdict
        }
    }

    /// Makes ready for attempts in a journey.
    fn prepare(&mut self, journey: &[Touch]) {
        self.index.fill(&self.terms, journey);
        self.scratch.start_journey();
    }

    /// The position of the first entry not before `floor`.
    fn next_entry(&self, journey: &[Touch], floor: usize) -> Option<usize> {
        let mut entries = journey.iter().enumerate().skip(floor);
        entries.find(|(_, touch)| self.terms.is_entry(touch)).map(|(position, _)| position)
    }

    /// The best attempt of the whole journey, over the entries that count.
    fn best_attempt(&mut self, journey: &[Touch]) -> Option<Attempt> {
        let first = self.next_entry(journey, 0)?;
        self.prepare(journey);
        if self.terms.entry == Entry::First || self.terms.linkage == Linkage::Apart {
            return self.attempt_from(journey, first, 0);
        }
        match self.terms.start {
            Start::Earliest => self.best_of(journey, first..journey.len()),
            Start::Latest => self.best_of(journey, (first..journey.len()).rev()),
        }
    }

    /// The best attempt over the given entries, which come best first.
    fn best_of(
        &mut self,
        journey: &[Touch],
        touches: impl Iterator<Item = usize>,
    ) -> Option<Attempt> {
        let mut best = None;
        for entry in touches {
            if self.terms.is_entry(&journey[entry]) && !self.has_twin_before(journey, entry) {
                self.improve(&mut best, journey, entry);
            }
        }
        best
    }

    /// Whether the entry before a given one may change places with it.
    fn has_twin_before(&self, journey: &[Touch], entry: usize) -> bool {
        let (before, touch) = (journey.get(..entry).unwrap_or_default(), &journey[entry]);
        let same_instant = before.iter().rev().take_while(|before| before.at == touch.at);
        let mut entries = same_instant.filter(|before| self.terms.is_entry(before));
        entries.next().is_some_and(|before| self.terms.are_twins(before, touch))
    }

    /// Puts the best attempt from an entry in the place of one that is worse. Entries come best first,
    /// so one that can at best equal an earlier one loses to it; in a long journey that settles almost
    /// all of them without a search.
    fn improve(&mut self, best: &mut Option<Attempt>, journey: &[Touch], entry: usize) {
        let search = Search::new(&self.terms, &self.index, journey, &mut self.scratch, entry);
        let attempt = if self.terms.order == Order::Any {
            Some(search.best_in_any_order())
        } else if best.as_ref().is_some_and(|best| *best <= search.bound()) {
            None
        } else {
            search.best()
        };
        if attempt.is_some_and(|attempt| best.as_ref().is_none_or(|best| attempt < *best)) {
            *best = attempt;
        }
    }

    /// The best attempt from one entry, among the touches from `floor` on.
    fn attempt_from(&mut self, journey: &[Touch], entry: usize, floor: usize) -> Option<Attempt> {
        let search = Search::new(&self.terms, &self.index, journey, &mut self.scratch, entry);
        let search = Search { floor, ..search };
        match (self.terms.linkage, self.terms.order) {
            (Linkage::Apart, _) => Some(search.all_apart()),
            (Linkage::Chain, Order::Any) => Some(search.best_in_any_order()),
            (Linkage::Chain, Order::Loose | Order::Adjacent) => search.best(),
        }
    }

    /// Whether a journey converts with each event of the chain stored after the previous one: from the
    /// verdict's entry if the policies name it, else from any.
    fn converts_in_stored_order(
        &mut self,
        journey: &[Touch],
        verdict: &Verdict,
        floor: usize,
    ) -> bool {
        if self.terms.is_plain() {
            return stored_order::converts(&self.terms, journey);
        }
        let entries = match self.terms.entry {
            Entry::Longest => 0..journey.len(),
            Entry::First | Entry::Every => verdict.entry..verdict.entry + 1,
        };
        let last = self.terms.last_rung();
        for entry in entries.filter(|&entry| self.terms.is_entry(&journey[entry])) {
            let search = Search::new(&self.terms, &self.index, journey, &mut self.scratch, entry);
            let search = Search { floor, ties: Ties::Sequence, ..search };
            if search.bound().merit.rung.0 == last
                && search.best().is_some_and(|attempt| attempt.merit.rung.0 == last)
            {
                return true;
            }
        }
        false
    }
}

/// The position from which the next attempt may start: after the conversion, the exclusion that ended
/// the attempt, or its window. `None` if it never ends.
fn after(attempt: &Attempt, verdict: &Verdict, journey: &[Touch]) -> Option<usize> {
    let chosen = attempt.touches().iter().copied().max().unwrap_or_default() + 1;
    match (verdict.outcome, attempt.span.excluded, verdict.window_end) {
        (Outcome::Converted, _, _) => Some(chosen),
        (Outcome::Lost | Outcome::Open, Some(excluded), _) => Some(chosen.max(excluded + 1)),
        (Outcome::Lost | Outcome::Open, None, Some(end)) => {
            Some(chosen.max(journey.partition_point(|touch| touch.at <= end)))
        }
        (Outcome::Lost | Outcome::Open, None, None) => None,
    }
}
