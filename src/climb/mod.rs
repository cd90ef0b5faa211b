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
//! Policies are data (`terms`). One look (`glance`) tells whether a journey is plain; then a pass or two
//! judge it (`swift`). Else every entry is considered that no earlier one outdoes (`entries`): a few
//! bisections per step (`index`) tell whether it could be better than the best so far; only then is it
//! searched (`search`, `level`, `room`; `any_order`). `parts` cuts a journey where a policy asks for it,
//! `explain` says why it stopped. `reference` is the slow twin that tries every chain; the tests hold the
//! two against each other.

mod any_order;
mod attempt;
mod entries;
mod explain;
mod forget;
mod glance;
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
mod swift;
mod terms;
#[cfg(test)]
mod tests;
mod verdict;

pub use explain::{Stop, Why};
pub use forget::Role;
pub use verdict::{Chain, Outcome, Verdict};

use crate::error::Error;
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Entry, Ladder, Linkage, Order, Start, Ties};
use crate::time::Instant;
use attempt::{Attempt, Choice};
use entries::Entries;
use glance::Glance;
use index::Index;
use judgement::Judgement;
use level::Scratch;
use parts::Parts;
use search::Search;
use swift::Swift;
use terms::Terms;

/// A ladder made ready to judge journeys, with the memory that the judging reuses.
#[derive(Clone, Debug)]
pub struct Climber {
    terms: Terms,
    index: Index,
    scratch: Scratch,
    parts: Parts,
    /// What occurs in the journey that is being judged, or the part of one.
    glance: Glance,
}

impl Climber {
    /// Makes a ladder ready. Fails, naming the keys, if its policies contradict each other.
    pub fn new(ladder: &Ladder) -> Result<Climber, Error> {
        let terms = Terms::new(ladder)?;
        let index = Index::new(&terms);
        let (scratch, parts, glance) = Default::default();
        Ok(Climber { terms, index, scratch, parts, glance })
    }

    /// The same where no attempt begins at a moment or after it: what happens then may only go on with one.
    #[must_use]
    pub fn beginning_before(mut self, moment: Instant) -> Climber {
        self.terms.begins_before = moment;
        self
    }

    /// The steps with any of which an attempt begins.
    pub fn entry_steps(&self) -> StepSet {
        self.terms.entry_steps()
    }

    /// Whether a touch is any step at all.
    #[inline]
    pub fn is_step(&self, touch: &Touch) -> bool {
        !touch.steps.common(self.terms.steps).is_empty()
    }

    /// Judges one journey: its touches sorted by time, source sequence and row, without duplicates,
    /// ignored events or rows that are set aside. `seen_until` is the last moment that the data covers.
    /// `None` if the journey never entered the ladder, or if an exclusion takes it out altogether.
    /// Where every attempt counts this is the first one; see [`Climber::judge_all`].
    pub fn judge(&mut self, journey: &[Touch], seen_until: Instant) -> Option<Verdict> {
        if self.terms.entry == Entry::Every {
            let mut verdicts = Vec::new();
            self.judge_all(journey, seen_until, &mut verdicts);
            return verdicts.first().copied();
        }
        if self.is_cut() {
            return self.judge_parts(journey, seen_until);
        }
        let (first, until) = (self.next_entry(journey, 0)?, (seen_until, Instant::MAX));
        if let Some(choice) = self.choose_swiftly(journey, first) {
            return Some(self.verdict(&choice, journey, until, 0));
        }
        let best = self.search(journey, first)?;
        if best.merit.is_out() {
            return None;
        }
        Some(self.verdict(&best.choice, journey, until, 0))
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
        if self.is_cut() {
            self.judge_parts_all(journey, seen_until, verdicts);
        } else {
            self.attempts(journey, seen_until, Instant::MAX, verdicts);
        }
    }

    /// Judges attempt after attempt: the next one may start after the end of the last. Each is a journey of its own, so an
    /// exclusion takes out no other.
    fn attempts(
        &mut self,
        journey: &[Touch],
        seen_until: Instant,
        session_end: Instant,
        verdicts: &mut Vec<Verdict>,
    ) {
        if self.next_entry(journey, 0).is_none() {
            return;
        }
        self.prepare(journey);
        let mut floor = 0;
        while let Some(entry) = self.next_entry(journey, floor) {
            let Some(attempt) = self.attempt_from(journey, entry, floor) else { break };
            let verdict = self.verdict(&attempt.choice, journey, (seen_until, session_end), floor);
            verdicts.extend(Some(verdict).filter(|_| !attempt.merit.is_out()));
            match after(&attempt.choice, &verdict, journey) {
                Some(next) => floor = next,
                None => break,
            }
        }
    }

    fn verdict(
        &mut self,
        choice: &Choice,
        journey: &[Touch],
        (seen_until, session_end): (Instant, Instant),
        floor: usize,
    ) -> Verdict {
        let Climber { terms, glance, .. } = self;
        let judgement = Judgement { terms, journey, seen_until, floor, session_end, glance };
        let mut verdict = judgement.verdict(choice);
        let may = judgement.may_depend_on_a_tie(choice);
        verdict.by_tie = may && !self.converts_in_stored_order(journey, &verdict, floor);
        verdict
    }

    /// Makes ready for attempts in a journey.
    fn prepare(&mut self, journey: &[Touch]) {
        self.glance = self.index.fill(&self.terms, journey);
        self.scratch.start_journey();
    }

    /// The position of the first entry not before `floor`.
    fn next_entry(&self, journey: &[Touch], floor: usize) -> Option<usize> {
        let mut entries = journey.iter().enumerate().skip(floor);
        entries.find(|(_, touch)| self.terms.is_entry(touch)).map(|(position, _)| position)
    }

    /// What the best attempt of a journey chooses, if that takes no search. An attempt from one given entry
    /// is left to the search, which is as quick.
    fn choose_swiftly(&mut self, journey: &[Touch], first: usize) -> Option<Choice> {
        if self.terms.entry != Entry::Longest {
            return None;
        }
        self.glance = Glance::at(journey);
        Swift { terms: &self.terms, journey, glance: &self.glance, first }.best()
    }

    /// The best attempt of a journey by the search that every policy allows.
    fn search(&mut self, journey: &[Touch], first: usize) -> Option<Attempt> {
        if self.terms.linkage == Linkage::Apart {
            self.glance = Glance::at(journey);
            return self.attempt_from(journey, first, 0);
        }
        self.prepare(journey);
        match (self.terms.entry, self.terms.start) {
            (Entry::First, _) => self.attempt_from(journey, first, 0),
            (_, Start::Earliest) => self.best_of(journey, first..journey.len()),
            (_, Start::Latest) => self.best_of(journey, (first..journey.len()).rev()),
        }
    }

    /// The best attempt over the given entries, which come best first.
    fn best_of(
        &mut self,
        journey: &[Touch],
        touches: impl Iterator<Item = usize>,
    ) -> Option<Attempt> {
        let Climber { terms, index, scratch, glance, .. } = self;
        let mut entries = Entries::new(terms, journey, glance);
        let mut best = None;
        for entry in touches {
            let touch = &journey[entry];
            if terms.is_entry(touch)
                && !entries.is_outdone(touch)
                && !has_twin_before(terms, journey, entry)
            {
                improve(&mut best, Search::new(terms, index, journey, scratch, entry));
                entries.meet(touch);
            }
        }
        best
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
        if self.terms.is_loose() && self.glance.is_unbarred(&self.terms) {
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
            if search.most_rungs() == last
                && search.best().is_some_and(|attempt| attempt.merit.rung.0 == last)
            {
                return true;
            }
        }
        false
    }
}

/// Whether the entry before a given one may change places with it.
fn has_twin_before(terms: &Terms, journey: &[Touch], entry: usize) -> bool {
    let (before, touch) = (journey.get(..entry).unwrap_or_default(), &journey[entry]);
    let same_instant = before.iter().rev().take_while(|before| before.at == touch.at);
    let mut entries = same_instant.filter(|before| terms.is_entry(before));
    entries.next().is_some_and(|before| terms.are_twins(before, touch))
}

/// Puts the best attempt from an entry in the place of one that is worse. Entries come best first,
/// so one that can at best equal an earlier one loses to it; in a long journey that settles almost
/// all of them without a search.
fn improve(best: &mut Option<Attempt>, search: Search<'_>) {
    if search.terms.order == Order::Any {
        let attempt = search.best_in_any_order();
        if best.as_ref().is_none_or(|best| attempt < *best) {
            *best = Some(attempt);
        }
    } else if !best.as_ref().is_some_and(|best| search.is_outdone_by(best)) {
        search.improve(best);
    }
}

/// The position from which the next attempt may start: after the conversion, the exclusion that ended
/// the attempt, or its window. `None` if it never ends.
fn after(choice: &Choice, verdict: &Verdict, journey: &[Touch]) -> Option<usize> {
    let chosen = choice.touches().max().unwrap_or_default() + 1;
    match (verdict.outcome, choice.span.excluded, verdict.window_end) {
        (Outcome::Converted, _, _) => Some(chosen),
        (Outcome::Lost | Outcome::Open, Some(excluded), _) => Some(chosen.max(excluded + 1)),
        (Outcome::Lost | Outcome::Open, None, Some(end)) => {
            Some(chosen.max(journey.partition_point(|touch| touch.at <= end)))
        }
        (Outcome::Lost | Outcome::Open, None, None) => None,
    }
}
