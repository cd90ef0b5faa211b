//! Where the search in a journey ends for good, by the rules of tools that stop at a wrong event.
//!
//! Such a tool reads a journey instant by instant, the events of an instant in the order of their
//! steps, and remembers for each step the latest entry from which it was reached. Once entered, the
//! event that halts it and everything after it do not exist. What is left of the journey is matched
//! like any other. This file must not match: it only says what is there to be matched.

use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::Ties;
use crate::time::Instant;

/// How a rung was reached: from which entry, and by an event that was over when.
type Reached = Option<(Instant, Instant)>;

/// What was reached so far.
struct Reading<'t> {
    terms: &'t Terms,
    rungs: [Reached; STEPS],
}

/// Takes out of a journey, in place, what comes after the event that halts it. Touches stay at their
/// positions; those that do not exist are cut off or lose their steps.
pub(super) fn halt(terms: &Terms, journey: &mut Vec<Touch>) {
    let mut reading = Reading { terms, rungs: [None; STEPS] };
    let mut start = 0;
    while let Some(first) = journey.get(start) {
        let at = first.at;
        let end = start + journey.iter().skip(start).take_while(|touch| touch.at == at).count();
        if reading.halts(&mut journey[start..end]) {
            journey.truncate(end);
            return;
        }
        start = end;
    }
}

impl Reading<'_> {
    /// Reads the events of one instant; if one halts, takes the steps after it from all of them.
    fn halts(&mut self, instant: &mut [Touch]) -> bool {
        let is_foreign = |touch: &Touch| touch.steps.common(self.terms.steps).is_empty();
        let entered = self.rungs[0].is_some();
        if self.terms.halt.foreign && entered && instant.iter().any(is_foreign) {
            instant.iter_mut().for_each(|touch| touch.steps = StepSet::EMPTY);
            return true;
        }
        for rung in 0..self.terms.rungs.len() {
            let step = self.terms.rungs[rung].step;
            for place in 0..instant.len() {
                let touch = instant[place];
                if touch.steps.has(step) && self.reads(rung, &touch) {
                    self.cut(instant, place, rung);
                    return true;
                }
            }
        }
        false
    }

    /// Leaves the steps below a rung, and the rung itself to the touches before `place`.
    fn cut(&self, instant: &mut [Touch], place: usize, rung: usize) {
        let step = self.terms.rungs[rung].step;
        for (at, touch) in instant.iter_mut().enumerate() {
            let left =
                StepSet::only(step).0 - 1 | if at < place { StepSet::only(step).0 } else { 0 };
            touch.steps = touch.steps.common(StepSet(left));
        }
    }

    /// Reads an event of a rung; says whether it halts.
    fn reads(&mut self, rung: usize, touch: &Touch) -> bool {
        let Some(below) = rung.checked_sub(1).map(|below| self.rungs[below]) else {
            self.rungs[0] = Some((touch.at, self.terms.end(touch)));
            return false;
        };
        if self.terms.halt.repeat && self.rungs[rung].is_some() {
            return true;
        }
        let Some((entry, over)) = below else {
            return self.terms.halt.early && self.rungs[0].is_some();
        };
        let rises = self.terms.ties != Ties::Strict || touch.at >= over;
        if touch.at <= self.terms.limit(entry) && rises {
            self.rungs[rung] = Some((entry, self.terms.end(touch)));
        }
        false
    }
}
