//! What an unfinished journey may forget: touches that can no longer make a difference to its verdict,
//! when no touch before a moment *now* is still to come and none after a moment *end* ever will.
//!
//! Kept are
//! 1. the best attempt so far, with all that it has observed. Attempts never get worse as touches come,
//!    so one that is behind it for good need not be kept;
//! 2. unless that attempt has converted, which nothing later can better: what a chain of the future may
//!    still use. Its entry is so young that its window reaches *now*, and nothing in it is older. Of
//!    several entries with nothing else to them, those behind one whose window reaches the end lead
//!    nowhere that the first does not lead, and the first is preferred.
//!
//! Whatever can be chosen from fewer touches could be chosen from all of them, and the best attempt of
//! all is among what is kept: so the verdict is the same. That holds where a chain depends on nothing but
//! its own events and its window (`Climber::may_forget`), and for exact times: an event that is known to
//! the minute may come before one that begins earlier. Whether a conversion depends on a tie is asked
//! of all touches; if the best chain is in stored order the answer is no, else nothing is forgotten.

use super::Climber;
use super::attempt::Choice;
use super::terms::Terms;
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Entry, Halt, Linkage, Order, Start, Ties};
use crate::time::{Instant, Precision};

impl Climber {
    /// Whether journeys may forget under this ladder at all.
    pub fn may_forget(&self) -> bool {
        let terms = &self.terms;
        terms.order == Order::Loose
            && terms.linkage == Linkage::Chain
            && terms.entry == Entry::Longest
            && terms.start == Start::Earliest
            && terms.halt == Halt::default()
            && terms.bans.is_empty()
            && !terms.holds
            && !terms.is_measured_between_steps()
            && !terms.by_session
            // With a tolerance a chain may run backwards, by a little with each step.
            && !matches!(terms.ties, Ties::Tolerance(_))
    }

    /// Marks the touches of an unfinished journey that may still matter: sorted, without duplicates and
    /// without rows that are set aside. Marks that are set already stay. True if the verdict stands: no touch
    /// of the future will be needed either.
    pub fn mark_needed(
        &mut self,
        journey: &[Touch],
        (now, end): (Instant, Instant),
        needed: &mut [bool],
    ) -> bool {
        if let Some(best) = self.best_so_far(journey) {
            if !best.touches().is_sorted_by(|one, next| one < next) {
                needed.fill(true);
                return false;
            }
            mark_attempt(&self.terms, &best, journey, needed);
            let last = journey.get(best.last());
            let is_over = last.is_some_and(|last| self.terms.end(last) <= now);
            if is_over && best.rung() == self.terms.last_rung() {
                return true;
            }
        }
        mark_useful(&self.terms, journey, (now, end), needed);
        false
    }

    /// Whether a touch of these steps is an entry and nothing else, at a time that is known exactly.
    pub fn is_only_entry(&self, steps: StepSet, precision: Precision) -> bool {
        let entry = StepSet::only(self.terms.entry_step());
        steps.common(self.terms.steps) == entry && precision == Precision::Exact
    }

    /// The same as [`Climber::mark_needed`] where nothing happens but entries: whether the next one of them
    /// may still matter. They come in any order; `first` is the earliest so far, [`Instant::MAX`] in the beginning.
    #[inline]
    pub fn needs_entry(&self, at: Instant, now: Instant, first: &mut Instant) -> bool {
        let is_first = at <= *first;
        *first = at.min(*first);
        is_first || self.terms.limit(at) >= now
    }

    fn best_so_far(&mut self, journey: &[Touch]) -> Option<Choice> {
        let first = self.next_entry(journey, 0)?;
        self.choose_swiftly(journey, first)
            .or_else(|| self.search(journey, first).map(|best| best.choice))
    }
}

/// Marks the chosen events of an attempt and whatever it may have observed between them.
fn mark_attempt(terms: &Terms, attempt: &Choice, journey: &[Touch], needed: &mut [bool]) {
    for touch in attempt.touches() {
        if let Some(needed) = needed.get_mut(touch) {
            *needed = true;
        }
    }
    let gaps = StepSet(terms.steps.0 & !terms.required.0);
    let Some(entry) = journey.get(attempt.entry()).filter(|_| !gaps.is_empty()) else { return };
    for (touch, needed) in journey.iter().zip(needed) {
        let is_inside = terms.end(touch) > entry.at && touch.at <= attempt.span.limit;
        *needed |= is_inside && !touch.steps.common(gaps).is_empty();
    }
}

/// Marks what chains of the future may use.
fn mark_useful(
    terms: &Terms,
    journey: &[Touch],
    (now, end): (Instant, Instant),
    needed: &mut [bool],
) {
    let entry = StepSet::only(terms.entry_step());
    // When the entry is over that makes later ones needless.
    let mut covered: Option<Instant> = None;
    for (touch, needed) in journey.iter().zip(needed) {
        let steps = touch.steps.common(terms.steps);
        let over = terms.end(touch);
        if steps.is_empty() || terms.limit(touch.at) < now && over <= now {
            continue;
        }
        let is_needless = steps == entry && covered.is_some_and(|covered| covered <= over);
        *needed |= !is_needless;
        if terms.is_entry(touch) && terms.limit(touch.at) >= end && covered.is_none() {
            covered = Some(over);
        }
    }
}
