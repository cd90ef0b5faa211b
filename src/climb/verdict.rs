//! What the matcher found out about one journey, and how it is added to the counts.
//!
//! A verdict is plain data: positions of steps in the ladder and of touches in the journey. It must
//! not judge; whatever stands in it was decided by the matcher.

use super::terms::STEPS;
use crate::event::{StepSet, Touch};
use crate::ladder::definition::Times;
use crate::tally::Tally;
use crate::time::{Instant, Span};
use std::fmt;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The last step was reached.
    Converted,
    /// The last step was not reached, and the window closed inside the data.
    Lost,
    /// The last step was not reached, and the window was still running when the data ended.
    Open,
}

/// The chosen events: one for each required step that was reached.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Chain {
    /// The steps for which a touch was chosen.
    steps: StepSet,
    /// By step, the position of its touch; 0 where none was chosen. No journey that fits in memory has
    /// more touches than 32 bits can number.
    touches: [u32; STEPS],
}

impl Chain {
    /// The links in the ladder's order: (position of the step in the ladder, position of its touch in the
    /// journey).
    pub fn links(&self) -> impl Iterator<Item = (usize, usize)> {
        self.steps.positions().map(|step| (step, self.touches[step] as usize))
    }

    /// The position of the touch that was chosen for a step.
    pub fn touch_of(&self, step: usize) -> Option<usize> {
        let touch = self.touches.get(step).filter(|_| self.steps.has(step));
        touch.map(|&touch| touch as usize)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.links()).finish()
    }
}

impl FromIterator<(usize, usize)> for Chain {
    /// Links of steps beyond the 32nd are left out: no ladder is longer.
    fn from_iter<I: IntoIterator<Item = (usize, usize)>>(links: I) -> Chain {
        let mut chain = Chain::default();
        for (step, touch) in links {
            if let Some(place) = chain.touches.get_mut(step) {
                *place = u32::try_from(touch).unwrap_or(u32::MAX);
                chain.steps.add(step);
            }
        }
        chain
    }
}

/// How far one journey got: its best attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The event chosen for each required step that was reached.
    pub chain: Chain,
    /// The steps of which an event belongs to the attempt, the chosen ones among them.
    pub observed: StepSet,
    /// The observed steps and the implied ones that a later step proves.
    pub reached: StepSet,
    /// The position of the furthest step, not an optional one, that was observed.
    pub furthest: usize,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// The position of the entry in the journey.
    pub entry: usize,
    /// The last moment of the window; `None` where there is no window.
    pub window_end: Option<Instant>,
    /// When an exclusion ended it; `None` unless it is lost for that, and not because its window closed before.
    pub ended: Option<Instant>,
    /// The secondary actions done from the entry until the conversion, else until the window's end.
    pub actions: StepSet,
    /// Whether the conversion would not stand if events of one instant had to stay in stored order.
    pub by_tie: bool,
    /// Which of the times between chosen events count.
    pub times: Times,
}

impl Verdict {
    /// Counts this verdict; `journey` must be the one that was judged.
    pub fn add_to(&self, tally: &mut Tally, journey: &[Touch]) {
        tally.entered += 1;
        match self.outcome {
            Outcome::Converted => tally.converted += 1,
            Outcome::Lost => tally.lost += 1,
            Outcome::Open => tally.open += 1,
        }
        tally.converted_by_tie += u64::from(self.by_tie);
        self.add_steps(tally);
        self.add_times(tally, journey);
        self.add_actions(tally);
    }

    /// The same verdict in a journey of which the judged one was a part: `places` has the positions there.
    #[must_use]
    pub(super) fn placed(self, places: &[usize]) -> Verdict {
        let place = |touch: usize| places.get(touch).copied().unwrap_or(touch);
        let links = self.chain.links().map(|(step, touch)| (step, place(touch)));
        Verdict { chain: links.collect(), entry: place(self.entry), ..self }
    }

    /// Whether the last step was reached.
    fn converted(&self) -> bool {
        self.outcome == Outcome::Converted
    }

    fn add_steps(&self, tally: &mut Tally) {
        for position in self.reached.positions() {
            let Some(step) = tally.steps.get_mut(position) else { continue };
            let observed = u64::from(self.observed.has(position));
            step.reached += 1;
            step.observed += observed;
            step.implied += 1 - observed;
            step.converted += u64::from(self.converted());
        }
        let furthest = tally.steps.get_mut(self.furthest);
        if let Some(step) = furthest.filter(|_| self.outcome == Outcome::Open) {
            step.open += 1;
        }
    }

    /// Durations between chosen events; never negative, though a coarse time may lie before a finer one.
    fn add_times(&self, tally: &mut Tally, journey: &[Touch]) {
        let at = |touch: usize| journey.get(touch).map(|touch| touch.at);
        let Some(entry) = at(self.entry).filter(|_| self.times != Times::None) else { return };
        let mut previous = entry;
        for (step, touch) in self.chain.links().skip(1) {
            let (Some(now), Some(step)) = (at(touch), tally.steps.get_mut(step)) else { continue };
            let counts = |span: &Span| self.times == Times::All || *span > Span(0);
            let span = |since| Some(now.since(since).max(Span(0))).filter(counts);
            if let Some(span) = span(previous) {
                step.from_previous.add(span);
            }
            if let Some(span) = span(entry) {
                step.from_entry.add(span);
            }
            previous = now;
        }
    }

    fn add_actions(&self, tally: &mut Tally) {
        for position in self.actions.positions() {
            let Some(action) = tally.actions.get_mut(position) else { continue };
            action.did += 1;
            action.converted += u64::from(self.converted());
        }
    }
}
