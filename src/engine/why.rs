//! Why a journey went no further than it did: the first required step without an event, and what kept
//! the nearest event from being it.
//!
//! The verdict is the matcher's; this only looks for the reason. Reasons are numbers and positions, the
//! sentences are the report's.

use crate::climb::{Outcome, Verdict};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Ladder, Order};
use crate::time::{Instant, Span};

/// Where a journey stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The position of the first required step that was not reached.
    pub step: usize,
    /// Why not.
    pub why: Why,
}

/// Why a step was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No such event.
    Never,
    /// Such events only earlier than the step before; the last of them so long before.
    Before(Span),
    /// So long after the window closed.
    Window(Span),
    /// So much longer after the step before than the step allows.
    Within(Span),
    /// The exclusion with this position came first, at this time.
    Excluded(usize, Instant),
    /// The event has another value of the held property.
    Held,
    /// Events of that name, so many, fail the step's conditions.
    Filtered(u64),
    /// Something came between, at this time.
    Adjacent(Instant),
}

impl Why {
    /// The stable code: `never`, `window`.
    pub const fn code(self) -> &'static str {
        match self {
            Why::Never => "never",
            Why::Before(_) => "before",
            Why::Window(_) => "window",
            Why::Within(_) => "within",
            Why::Excluded(..) => "excluded",
            Why::Held => "held",
            Why::Filtered(_) => "filtered",
            Why::Adjacent(_) => "adjacent",
        }
    }
}

/// A journey with its verdict.
#[derive(Clone, Debug, Default)]
pub(super) struct Journey {
    /// What the matcher looked at.
    pub(super) touches: Vec<Touch>,
    /// The steps that each touch is by its name, whatever its properties are like.
    pub(super) named: Vec<StepSet>,
    /// The matcher's verdict; `None` if the journey did not enter the ladder.
    pub(super) verdict: Option<Verdict>,
}

/// Why a journey stopped; `None` if it converted, or if nothing can be matched at all.
pub(super) fn stop(ladder: &Ladder, journey: &Journey) -> Option<Stop> {
    if ladder.open || journey.verdict.is_some_and(|v| v.outcome == Outcome::Converted) {
        return None;
    }
    let reached = |step: usize| journey.verdict.and_then(|verdict| verdict.chain.touch_of(step));
    let step = ladder.required().find(|&step| reached(step).is_none())?;
    Some(Stop { step, why: Missing { ladder, journey, step }.why() })
}

/// A step that was not reached.
struct Missing<'m> {
    ladder: &'m Ladder,
    journey: &'m Journey,
    step: usize,
}

impl Missing<'_> {
    fn why(&self) -> Why {
        let chosen = self.journey.verdict.map(|verdict| verdict.chain);
        let is_chosen = |position: usize| {
            chosen.is_some_and(|chain| chain.links().iter().any(|link| link.1 == position))
        };
        let fitting: Vec<usize> = (0..self.journey.touches.len())
            .filter(|&position| self.journey.touches[position].steps.has(self.step))
            .filter(|&position| !is_chosen(position))
            .collect();
        let named = self.journey.named.iter().filter(|steps| steps.has(self.step)).count() as u64;
        let fits = self.journey.touches.iter().any(|touch| touch.steps.has(self.step));
        match (fitting.last(), self.last_chosen()) {
            (None, _) if named > 0 && !fits => Why::Filtered(named),
            (None, _) => Why::Never,
            (Some(_), None) => self.excluded(Instant::MIN, Instant::MAX).unwrap_or(Why::Never),
            (Some(&latest), Some(last)) => {
                let mut later = fitting.iter().filter(|&&position| self.is_after(position, last));
                let before = self.at(last).since(self.at(latest));
                later.next().map_or(Why::Before(before), |&position| self.too_late(position, last))
            }
        }
    }

    fn at(&self, position: usize) -> Instant {
        self.journey.touches.get(position).map_or(Instant::MIN, |touch| touch.at)
    }

    fn last_chosen(&self) -> Option<usize> {
        let links = self.journey.verdict.as_ref()?.chain.links();
        links.iter().map(|link| link.1).max_by_key(|&position| (self.at(position), position))
    }

    /// Whether a touch may come after another: one instant is a tie.
    fn is_after(&self, position: usize, last: usize) -> bool {
        let [touch, last] = [position, last].map(|at| &self.journey.touches[at]);
        self.ladder.order == Order::Any || touch.end() > last.at
    }

    /// What kept an event after the last chosen one from being the step.
    fn too_late(&self, position: usize, last: usize) -> Why {
        let (touch, before) = (&self.journey.touches[position], &self.journey.touches[last]);
        let window_end = self.journey.verdict.and_then(|verdict| verdict.window_end);
        let since = touch.at.since(before.at);
        if let Some(excluded) = self.excluded(before.at, touch.at) {
            return excluded;
        }
        if let Some(end) = window_end.filter(|&end| touch.at > end) {
            return Why::Window(touch.at.since(end));
        }
        match self.ladder.steps.get(self.step).and_then(|step| step.within) {
            Some(within) if since > within => Why::Within(Span(since.0 - within.0)),
            Some(_) | None if self.ladder.hold.is_some() && touch.held != before.held => Why::Held,
            Some(_) | None => self.between(position, last),
        }
    }

    fn between(&self, position: usize, last: usize) -> Why {
        match (self.ladder.order, self.journey.touches.get(last + 1)) {
            (Order::Adjacent, Some(next)) if last + 1 < position => Why::Adjacent(next.at),
            (Order::Loose | Order::Adjacent | Order::Any, _) => {
                Why::Before(self.at(last).since(self.at(position)))
            }
        }
    }

    /// The first exclusion inside an interval that counts before the step.
    fn excluded(&self, from: Instant, to: Instant) -> Option<Why> {
        let counts = |position: usize| {
            let exclusion = self.ladder.exclusions.get(position);
            exclusion.is_some_and(|exclusion| exclusion.after < self.step.max(1))
        };
        let inside = self.journey.touches.iter().filter(|touch| touch.at >= from && touch.at <= to);
        let mut hits = inside.filter_map(|touch| {
            let positions = StepSet(u32::from(touch.exclusions)).positions();
            positions.into_iter().find(|&p| counts(p)).map(|p| Why::Excluded(p, touch.at))
        });
        hits.next()
    }
}
