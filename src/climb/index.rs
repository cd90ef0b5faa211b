//! Where each step occurs in one journey: the only way in which the matcher looks at time.
//!
//! An event with precision unit u happened somewhere in `[at, at + u)`. It is *not before* a moment t
//! if its interval ends after t, so an order known to the second is not before any event inside its
//! second. Among events of one precision the order of `at` is also the order of the ends: one sorted
//! list for each step and precision answers "the first that is not before t" by bisection, whatever
//! mixture of sources a journey has. The lists are refilled for every journey and never shrink.

use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::time::{Instant, Precision, Span};

/// The kinds of precision.
const PRECISIONS: usize = 4;

/// One occurrence of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// The earliest moment at which it may have happened.
    pub(super) at: Instant,
    /// The first moment at which it is surely over.
    pub(super) end: Instant,
    /// The position of its touch in the journey.
    pub(super) touch: usize,
}

impl Event {
    /// The event of the touch at a position.
    pub(super) fn of(position: usize, touch: &Touch) -> Event {
        Event { at: touch.at, end: touch.end(), touch: position }
    }

    /// Whether it may have happened at `moment` or later.
    pub(super) fn is_not_before(&self, moment: Instant) -> bool {
        self.end > moment
    }
}

/// The occurrences of one step, by precision, each list in the order of the journey.
type Occurrences = [Vec<Event>; PRECISIONS];

/// The occurrences of every step in one journey.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    steps: Vec<Occurrences>,
    /// The steps that occur.
    present: StepSet,
    /// Whether any touch fits two rungs or more.
    pub(super) contested: bool,
    /// The unit of the coarsest time in the journey.
    pub(super) coarsest: Span,
}

impl Index {
    /// An empty index of a ladder with so many steps.
    pub(super) fn new(steps: usize) -> Index {
        Index { steps: vec![Occurrences::default(); steps.min(STEPS)], ..Index::default() }
    }

    /// Replaces the content by that of a journey, which must be sorted by time.
    pub(super) fn fill(&mut self, terms: &Terms, journey: &[Touch]) {
        for step in self.present.positions() {
            self.steps[step].iter_mut().for_each(Vec::clear);
        }
        self.present = StepSet::EMPTY;
        self.contested = false;
        self.coarsest = Precision::Exact.unit();
        let useful = journey.iter().enumerate().filter(|(_, touch)| !touch.steps.is_empty());
        for (position, touch) in useful {
            self.contested |= terms.is_contested(touch);
            self.coarsest = self.coarsest.max(touch.precision.unit());
            self.add(touch.steps.common(terms.steps), touch.precision, Event::of(position, touch));
        }
    }

    /// Adds an event to each of the steps that its touch fits.
    fn add(&mut self, steps: StepSet, precision: Precision, event: Event) {
        self.present = self.present.with(steps);
        for step in steps.positions() {
            self.steps[step][precision as usize].push(event);
        }
    }

    /// Those of the steps that occur in the journey at all.
    pub(super) fn present(&self, steps: StepSet) -> impl Iterator<Item = usize> {
        steps.common(self.present).positions()
    }

    /// The events of a step that are not before `moment`, in the order of the journey.
    pub(super) fn not_before(&self, step: usize, moment: Instant) -> NotBefore<'_> {
        NotBefore { lists: self.steps[step].each_ref().map(|list| rest(list, moment)) }
    }

    /// The first event of a step that is not before `moment`, unless it is after `limit`.
    pub(super) fn first(&self, step: usize, moment: Instant, limit: Instant) -> Option<Event> {
        let heads = self.steps[step].iter().filter_map(|list| rest(list, moment).first());
        heads.min_by_key(|event| event.touch).filter(|event| event.at <= limit).copied()
    }
}

/// The part of a sorted list that is not before `moment`.
fn rest(list: &[Event], moment: Instant) -> &[Event] {
    let start = list.partition_point(|event| !event.is_not_before(moment));
    list.get(start..).unwrap_or_default()
}

/// Events of one step from some moment on: a merge of at most four sorted lists.
#[derive(Debug)]
pub(super) struct NotBefore<'i> {
    lists: [&'i [Event]; PRECISIONS],
}

impl Iterator for NotBefore<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let heads = self.lists.iter_mut().filter(|list| !list.is_empty());
        let list = heads.min_by_key(|list| list.first().map(|event| event.touch))?;
        let (first, rest) = list.split_first()?;
        *list = rest;
        Some(*first)
    }
}
