//! What an attempt is worth: the rule by which a journey's best attempt is chosen, as an order of values.
//!
//! The fields stand in the order of the rule and compare as they stand, smallest first, so that the
//! derived order *is* the rule. Unused places hold the same value in all attempts and decide nothing.

use super::index::Event;
use super::terms::STEPS;
use crate::event::StepSet;
use crate::time::Instant;
use std::cmp::Reverse;

/// What an attempt achieved, apart from when it began and which events it chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merit {
    /// Whether an exclusion undid all of it: such an attempt counts only as the absence of others.
    pub(super) void: bool,
    /// 1. The last rung: the more required steps, the better.
    pub(super) rung: Reverse<usize>,
    /// 2. The time of the conversion, the earlier the better; the beginning of time if there is none.
    pub(super) conversion: Instant,
    /// Whether an exclusion that ends the whole journey lies in it: a clean attempt that gets as far
    /// speaks for the journey.
    pub(super) hit: bool,
    /// 3. The position of the furthest step that is not optional.
    pub(super) furthest: Reverse<usize>,
    /// 4. How many steps of the gaps were observed.
    pub(super) observed: Reverse<u32>,
    /// 5. The time of the last chosen event.
    pub(super) finish: Instant,
}

impl Merit {
    /// Whether a journey whose best attempt this is counts nowhere.
    pub(super) fn is_out(&self) -> bool {
        self.void || self.hit
    }
}

/// How long an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// The last moment at which an event belongs to it.
    pub(super) limit: Instant,
    /// The last moment at which its next step could have been reached.
    pub(super) closes: Instant,
    /// The position of the exclusion that ended it.
    pub(super) excluded: Option<usize>,
}

/// A chain of events with its merit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt {
    /// Rules 1 to 5.
    pub(super) merit: Merit,
    /// Rule 6: when it began, later ones below zero if the latest is best.
    begins: i64,
    /// Rule 7: the time of the entry, then of each further chosen event.
    times: [Instant; STEPS],
    /// What is left: the positions of the chosen touches, in the same order.
    touches: [usize; STEPS],
    /// The steps of which an event was chosen or lies where it should.
    pub(super) observed: StepSet,
    /// How long it may go on.
    pub(super) span: Span,
}

impl Attempt {
    /// The attempt with these events, by rung; `latest` says whether a later entry is better.
    pub(super) fn new(
        merit: Merit,
        chain: impl Iterator<Item = (usize, Event)>,
        latest: bool,
    ) -> Attempt {
        let (mut times, mut touches) = ([Instant::MIN; STEPS], [0; STEPS]);
        for (rung, event) in chain {
            times[rung] = event.at;
            touches[rung] = event.touch;
        }
        Attempt::of(merit, times, touches, latest)
    }

    /// An attempt of which only the entry and the times are known.
    pub(super) fn at_best(
        merit: Merit,
        times: [Instant; STEPS],
        entry: &Event,
        latest: bool,
    ) -> Attempt {
        let mut touches = [0; STEPS];
        touches[0] = entry.touch;
        Attempt::of(merit, times, touches, latest)
    }

    fn of(merit: Merit, times: [Instant; STEPS], touches: [usize; STEPS], latest: bool) -> Attempt {
        Attempt {
            merit,
            begins: if latest { times[0].0.saturating_neg() } else { times[0].0 },
            times,
            touches,
            observed: StepSet::EMPTY,
            span: Span { limit: Instant::MAX, closes: Instant::MAX, excluded: None },
        }
    }

    /// The same attempt, with what it observed and how long it may go on.
    pub(super) fn with(self, observed: StepSet, span: Span) -> Attempt {
        Attempt { observed, span, ..self }
    }

    /// The positions of the chosen touches, one for each rung.
    pub(super) fn touches(&self) -> &[usize] {
        self.touches.get(..=self.merit.rung.0).unwrap_or_default()
    }

    /// The same attempt in a journey of which this one was a part: `places` has the positions there.
    pub(super) fn placed(mut self, places: &[usize]) -> Attempt {
        let place = |touch: &usize| places.get(*touch).copied().unwrap_or(*touch);
        let chosen = self.merit.rung.0 + 1;
        self.touches.iter_mut().take(chosen).for_each(|touch| *touch = place(touch));
        self.span.excluded = self.span.excluded.map(|touch| place(&touch));
        self
    }
}
