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

/// What an attempt chose and saw: all that its verdict is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Choice {
    /// By rung, the positions of the chosen touches. No journey that fits in memory has more touches than
    /// 32 bits can number.
    touches: [u32; STEPS],
    /// How many were chosen; at least one.
    count: usize,
    /// The steps of which an event was chosen or lies where it should.
    pub(super) observed: StepSet,
    /// How long the attempt may go on.
    pub(super) span: Span,
}

impl Choice {
    /// The choice of these touches, one for each rung.
    pub(super) fn new(
        chosen: impl Iterator<Item = usize>,
        observed: StepSet,
        span: Span,
    ) -> Choice {
        let mut choice = Choice { touches: [0; STEPS], count: 0, observed, span };
        for (place, touch) in choice.touches.iter_mut().zip(chosen) {
            *place = number(touch);
            choice.count += 1;
        }
        choice
    }

    /// The positions of the chosen touches, one for each rung.
    pub(super) fn touches(&self) -> impl Iterator<Item = usize> {
        self.touches.iter().take(self.count).map(|&touch| touch as usize)
    }

    /// The last rung.
    pub(super) fn rung(&self) -> usize {
        self.count.saturating_sub(1)
    }

    /// The position of the touch with which the attempt began.
    pub(super) fn entry(&self) -> usize {
        self.touches[0] as usize
    }

    /// The position of the last chosen touch.
    pub(super) fn last(&self) -> usize {
        self.touches[self.rung()] as usize
    }

    /// The same choice in a journey of which this one was a part: `places` has the positions there.
    fn placed(mut self, places: &[usize]) -> Choice {
        let place = |touch: usize| places.get(touch).copied().unwrap_or(touch);
        for touch in self.touches.iter_mut().take(self.count) {
            *touch = number(place(*touch as usize));
        }
        self.span.excluded = self.span.excluded.map(place);
        self
    }
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
    pub(super) choice: Choice,
}

impl Attempt {
    /// The attempt with these events, by rung; `latest` says whether a later entry is better.
    pub(super) fn new(
        merit: Merit,
        chain: impl Iterator<Item = (usize, Event)>,
        (observed, span): (StepSet, Span),
        latest: bool,
    ) -> Attempt {
        let (mut times, mut touches) = ([Instant::MIN; STEPS], [0; STEPS]);
        for (rung, event) in chain {
            times[rung] = event.at;
            touches[rung] = number(event.touch);
        }
        let choice = Choice { touches, count: merit.rung.0 + 1, observed, span };
        Attempt { merit, begins: begins(times[0], latest), times, choice }
    }

    /// Whether no attempt from another entry is better than this one, if it achieves at best so much and
    /// chooses its events at best at these times.
    pub(super) fn outdoes(
        &self,
        merit: &Merit,
        times: &[Instant; STEPS],
        entry: &Event,
        latest: bool,
    ) -> bool {
        let known = (&self.merit, self.begins, &self.times, self.choice.entry());
        known <= (merit, begins(times[0], latest), times, entry.touch)
    }

    /// The same attempt in a journey of which this one was a part: `places` has the positions there.
    pub(super) fn placed(self, places: &[usize]) -> Attempt {
        Attempt { choice: self.choice.placed(places), ..self }
    }
}

/// Rule 6 as a number: the smaller the better.
fn begins(entry: Instant, latest: bool) -> i64 {
    if latest { entry.0.saturating_neg() } else { entry.0 }
}

fn number(touch: usize) -> u32 {
    u32::try_from(touch).unwrap_or(u32::MAX)
}
