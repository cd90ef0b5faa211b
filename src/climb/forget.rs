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

/// What an event is to a journey that is cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An entry, and nothing else that anybody asks for.
    Entry,
    /// Anything else, at a time that is known exactly.
    Other,
    /// Anything else, at a time that is not.
    Vague,
}

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

    /// Leaves out those entries of a person that can be told to be needless from times alone: moves all other events to
    /// the front, in their order, and gives back how many they are. What stands behind them then means nothing. The events
    /// come in order of time; `see` says when each is and what.
    ///
    /// Whatever a chain can use that begins with the later of two entries, one that begins with the earlier can use too,
    /// if nothing else lies between the two, and nothing between the ends of their windows; and of
    /// chains that get as far as each other the one that begins first is chosen. So the later is needless once its window
    /// is over. All that are left are held against each other ([`Climber::mark_needed`]), which takes several times as long.
    pub fn leave_out_entries<E: Copy>(
        &self,
        events: &mut [E],
        now: Instant,
        see: impl Fn(&E) -> (Instant, Role),
    ) -> usize {
        if events.iter().any(|event| see(event).1 == Role::Vague) {
            return events.len();
        }
        // When the window of the first of the entries ends that one is among, and the first other event behind that.
        let (mut first_over, mut other) = (None, 0);
        let mut kept = 0;
        for place in 0..events.len() {
            let event = events[place];
            let (at, role) = see(&event);
            let over = self.terms.limit(at);
            let over = Some(over).filter(|over| role == Role::Entry && *over < now);
            let is_needless = first_over.zip(over).is_some_and(|(first_over, over)| {
                let is_behind = |(at, role)| at >= first_over && role != Role::Entry;
                let rest = events.get(other..).unwrap_or_default();
                let next = rest.iter().map(&see).position(is_behind);
                other += next.unwrap_or(rest.len());
                events.get(other).is_none_or(|event| see(event).0 > over)
            });
            if !is_needless {
                first_over = over;
                events[kept] = event;
                kept += 1;
            }
        }
        kept
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
