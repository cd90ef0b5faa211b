//! What an attempt is worth: the rule by which a journey's best attempt is chosen, as an order of values.
//!
//! The fields stand in the order of the rule and compare as they stand, smallest first, so that the
//! derived order *is* the rule. Unused places hold the same value in all attempts and decide nothing.

use super::index::Event;
use super::terms::STEPS;
use crate::time::Instant;
use std::cmp::Reverse;

/// What an attempt achieved, apart from when it began and which events it chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merit {
    /// 1. The last rung: the more required steps, the better.
    pub(super) rung: Reverse<usize>,
    /// 2. The time of the conversion, the earlier the better; the beginning of time if there is none.
    pub(super) conversion: Instant,
    /// 3. The position of the furthest step that is not optional.
    pub(super) furthest: Reverse<usize>,
    /// 4. How many steps of the gaps were observed.
    pub(super) observed: Reverse<u32>,
    /// 5. The time of the last chosen event.
    pub(super) finish: Instant,
}

/// A chain of events with its merit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt {
    /// Rules 1 to 5.
    pub(super) merit: Merit,
    /// Rules 6 and 7: the time of the entry, then of each further chosen event.
    times: [Instant; STEPS],
    /// What is left: the positions of the chosen touches, in the same order.
    touches: [usize; STEPS],
}

impl Attempt {
    /// The attempt with these events, one for each rung from the entry on.
    pub(super) fn new(merit: Merit, chain: impl Iterator<Item = (usize, Event)>) -> Attempt {
        let mut attempt = Attempt { merit, times: [Instant::MIN; STEPS], touches: [0; STEPS] };
        for (rung, event) in chain {
            attempt.times[rung] = event.at;
            attempt.touches[rung] = event.touch;
        }
        attempt
    }

    /// An attempt of which only the entry and the times are known.
    pub(super) fn at_best(merit: Merit, times: [Instant; STEPS], entry: Event) -> Attempt {
        let mut touches = [0; STEPS];
        touches[0] = entry.touch;
        Attempt { merit, times, touches }
    }

    /// The positions of the chosen touches, one for each rung.
    pub(super) fn touches(&self) -> &[usize] {
        self.touches.get(..=self.merit.rung.0).unwrap_or_default()
    }
}
