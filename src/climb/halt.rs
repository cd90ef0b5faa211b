//! Where the search in a journey ends for good, by the rules of tools that stop at a wrong event.
//!
//! Such a tool reads a journey instant by instant, the events of an instant in the order of their
//! steps, and remembers for each step the latest entry from which it was reached. Once entered, the
//! event that halts it and everything after it do not exist. What is left of the journey is matched
//! like any other. This file must not match: it only says what is there to be matched.

use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Reuse, Ties};
use crate::time::Instant;

/// How a rung was reached.
#[derive(Clone, Copy)]
struct Reached {
    /// When the attempt was entered.
    entry: Instant,
    /// When the event was over.
    over: Instant,
    /// The position of the event's touch.
    touch: usize,
}

/// What was reached so far.
struct Reading<'t> {
    terms: &'t Terms,
    rungs: [Option<Reached>; STEPS],
    /// The same by the touch before: where an event is one step only, it cannot follow itself.
    former: [Option<Reached>; STEPS],
}

/// Takes out of a journey, in place, what comes after the event that halts it. Touches stay at their
/// positions; those that do not exist are cut off or lose their steps.
pub(super) fn halt(terms: &Terms, journey: &mut Vec<Touch>) {
    let mut reading = Reading { terms, rungs: [None; STEPS], former: [None; STEPS] };
    let mut start = 0;
    while let Some(first) = journey.get(start) {
        let at = first.at;
        let end = start + journey.iter().skip(start).take_while(|touch| touch.at == at).count();
        if reading.halts(&mut journey[start..end], start) {
            journey.truncate(end);
            return;
        }
        start = end;
    }
}

impl Reading<'_> {
    /// Reads the events of one instant, the first of which is at position `start`; if one halts, takes
    /// the steps after it from all of them.
    fn halts(&mut self, instant: &mut [Touch], start: usize) -> bool {
        let is_foreign = |touch: &Touch| touch.steps.common(self.terms.steps).is_empty();
        let entered = self.rungs[0].is_some();
        if self.terms.halt.foreign && entered && instant.iter().any(is_foreign) {
            keep_below(0, 0, instant);
            return true;
        }
        let wrong = self.first_wrong(instant, start);
        if let Some((place, rung)) = wrong {
            keep_below(self.terms.rungs[rung].step, place, instant);
        }
        wrong.is_some()
    }

    /// The first event of an instant that halts: its place in the instant, and the rung that it fits.
    fn first_wrong(&mut self, instant: &[Touch], start: usize) -> Option<(usize, usize)> {
        for rung in 0..self.terms.rungs.len() {
            let step = self.terms.rungs[rung].step;
            let mut fits = instant.iter().enumerate().filter(|(_, touch)| touch.steps.has(step));
            let wrong = fits.find(|(place, touch)| self.reads(rung, touch, start + place));
            if let Some((place, _)) = wrong {
                return Some((place, rung));
            }
        }
        None
    }

    /// Reads an event of a rung; says whether it halts.
    fn reads(&mut self, rung: usize, touch: &Touch, position: usize) -> bool {
        let over = self.terms.end(touch);
        let Some(below) = rung.checked_sub(1) else {
            self.reach(rung, Reached { entry: touch.at, over, touch: position });
            return false;
        };
        if self.terms.halt.repeat && self.rungs[rung].is_some() {
            return true;
        }
        let Some(below) = self.before(below, position) else {
            return self.terms.halt.early && self.rungs[0].is_some();
        };
        let rises = self.terms.ties != Ties::Strict || touch.at >= below.over;
        if touch.at <= self.terms.limit(below.entry) && rises {
            self.reach(rung, Reached { entry: below.entry, over, touch: position });
        }
        false
    }

    /// How a rung was reached before an event, which may not follow itself.
    fn before(&self, rung: usize, position: usize) -> Option<Reached> {
        let by_another =
            |reached: &Reached| self.terms.reuse == Reuse::TwoSteps || reached.touch != position;
        self.rungs[rung].filter(by_another).or_else(|| self.former[rung].filter(by_another))
    }

    fn reach(&mut self, rung: usize, reached: Reached) {
        self.former[rung] = self.rungs[rung];
        self.rungs[rung] = Some(reached);
    }
}

/// Leaves the steps below `step`, and `step` itself to the touches before `place`.
fn keep_below(step: usize, place: usize, instant: &mut [Touch]) {
    let below = StepSet(StepSet::only(step).0 - 1);
    for (at, touch) in instant.iter_mut().enumerate() {
        let left = if at < place { below.with(StepSet::only(step)) } else { below };
        touch.steps = touch.steps.common(left);
    }
}
