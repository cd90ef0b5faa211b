//! Where each step occurs in one journey: the only way in which the matcher looks at time.
//!
//! An event with precision unit u happened somewhere in `[at, at + u)`. It is *not before* a moment t
//! if its interval ends after t, so an order known to the second is not before any event inside its
//! second. Among events of one precision the order of `at` is also the order of the ends: one sorted
//! list for each step and precision answers "the first that is not before t" by bisection, whatever
//! mixture of sources a journey has. Where a property is held constant, the lists of the rungs are
//! sorted by its value first. The lists are refilled for every journey and never shrink. Entries are in
//! them only where they may be chosen later than first.

use super::glance::Glance;
use super::terms::{STEPS, Terms, is_neutral};
use crate::event::{StepSet, Touch};
use crate::key::Key;
use crate::ladder::definition::Order;
use crate::time::{Instant, Precision, Span};

/// The kinds of precision.
const PRECISIONS: usize = Precision::Day as usize + 1;

/// One occurrence of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// The earliest moment at which it may have happened.
    pub(super) at: Instant,
    /// The first moment at which it is surely over.
    pub(super) end: Instant,
    /// The position of its touch in the journey.
    pub(super) touch: usize,
    /// The value of the property that is held constant.
    pub(super) held: Key,
}

impl Event {
    /// The event of the touch at a position.
    pub(super) fn of(terms: &Terms, position: usize, touch: &Touch) -> Event {
        Event { at: touch.at, end: terms.end(touch), touch: position, held: touch.held }
    }
}

/// From where on events are looked for. All conditions rise along the lists, so bisection finds the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    /// An event must end after this moment.
    pub(super) after: Instant,
    /// An event must not begin before this moment.
    pub(super) from: Instant,
    /// Its touch must not stand before this position.
    pub(super) floor: usize,
    /// The value that its touch must hold.
    pub(super) held: Option<Key>,
}

impl Threshold {
    /// All events that are not before a moment.
    pub(super) fn not_before(moment: Instant, floor: usize) -> Threshold {
        Threshold { after: moment, from: Instant::MIN, floor, held: None }
    }

    /// Whether an event lies beyond it, whatever it holds.
    pub(super) fn admits(&self, event: &Event) -> bool {
        event.end > self.after && event.at >= self.from && event.touch >= self.floor
    }
}

/// The occurrences of one step, by precision, each list in the order of the journey.
type Occurrences = [Vec<Event>; PRECISIONS];

/// A touch that parts two neighbours of an adjacent chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// Its position.
    pub(super) touch: usize,
    /// The first moment at which it, or one that comes after it, is surely over.
    pub(super) end: Instant,
}

/// The occurrences of every step in one journey.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    steps: Vec<Occurrences>,
    /// What each ban forbids.
    bans: Vec<Occurrences>,
    /// For each rung of an adjacent ladder, what parts it from the next one, in the order of the journey.
    foreign: Vec<Vec<Foreign>>,
    /// The steps that occur.
    present: StepSet,
    /// Whether any touch fits two rungs or more.
    pub(super) contested: bool,
    /// The unit of the coarsest time in the journey.
    pub(super) coarsest: Span,
}

impl Index {
    /// An empty index for a ladder.
    pub(super) fn new(terms: &Terms) -> Index {
        let lists = |count: usize| vec![Occurrences::default(); count.min(STEPS)];
        Index {
            steps: lists(terms.steps.positions().count()),
            bans: lists(terms.bans.len()),
            foreign: match terms.order {
                Order::Adjacent => vec![Vec::new(); terms.rungs.len()],
                Order::Loose | Order::Any => Vec::new(),
            },
            ..Index::default()
        }
    }

    /// Replaces the content by that of a journey, which must be sorted by time; tells what occurs in it.
    pub(super) fn fill(&mut self, terms: &Terms, journey: &[Touch]) -> Glance {
        self.clear();
        let mut glance = Glance::default();
        let (sought, forbidden) = (terms.sought(), terms.forbidden());
        for (position, touch) in journey.iter().enumerate() {
            glance = glance.with(touch);
            let steps = touch.steps.common(sought);
            let is_forbidden = touch.exclusions & forbidden != 0;
            if !touch.steps.is_empty() || is_forbidden {
                self.coarsest = self.coarsest.max(terms.unit(touch));
            }
            // Most touches are entries and nothing else, and entries are not looked for.
            if steps.is_empty() && !is_forbidden {
                continue;
            }
            self.contested |= terms.is_contested(touch);
            let event = Event::of(terms, position, touch);
            self.add(steps, touch.precision, event);
            self.add_forbidden(terms, touch, event);
        }
        if terms.holds {
            self.group(terms);
        }
        for (rung, foreign) in terms.rungs.iter().zip(&mut self.foreign) {
            fill_foreign(foreign, terms, rung.neutral, journey);
        }
        glance
    }

    /// Adds an event to each of the bans that forbid it.
    fn add_forbidden(&mut self, terms: &Terms, touch: &Touch, event: Event) {
        let bans = terms.bans.iter().zip(&mut self.bans);
        for (_, list) in bans.filter(|(ban, _)| touch.exclusions & ban.bit != 0) {
            list[touch.precision as usize].push(event);
        }
    }

    /// Sorts the events of the rungs by the value that is held constant, then as before.
    fn group(&mut self, terms: &Terms) {
        for step in self.present.common(terms.required).positions() {
            for list in &mut self.steps[step] {
                list.sort_by_key(|event| (event.held, event.touch));
            }
        }
    }

    fn clear(&mut self) {
        for step in self.present.positions() {
            self.steps[step].iter_mut().for_each(Vec::clear);
        }
        self.bans.iter_mut().flatten().for_each(Vec::clear);
        self.foreign.iter_mut().for_each(Vec::clear);
        self.present = StepSet::EMPTY;
        self.contested = false;
        self.coarsest = Precision::Exact.unit();
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

    /// The events of a step from a threshold on, in the order of the journey.
    pub(super) fn from(&self, step: usize, threshold: &Threshold) -> Merged<'_> {
        Merged { lists: self.steps[step].each_ref().map(|list| rest(list, threshold)) }
    }

    /// The first event of a step from a threshold on, unless it is after `limit`.
    pub(super) fn first(
        &self,
        step: usize,
        threshold: &Threshold,
        limit: Instant,
    ) -> Option<Event> {
        let heads = self.steps[step].iter().filter_map(|list| rest(list, threshold).first());
        heads.min_by_key(|event| event.touch).filter(|event| event.at <= limit).copied()
    }

    /// The first touch from a position on that parts a rung of an adjacent ladder from the next one.
    pub(super) fn foreign(&self, rung: usize, from: usize) -> Option<Foreign> {
        let foreign = self.foreign.get(rung)?;
        foreign.get(foreign.partition_point(|foreign| foreign.touch < from)).copied()
    }

    /// What a ban forbids from a threshold on: the first event of each precision.
    pub(super) fn forbidden(
        &self,
        ban: usize,
        threshold: Threshold,
    ) -> impl Iterator<Item = Event> {
        let lists = self.bans.get(ban).into_iter().flatten();
        lists.filter_map(move |list| rest(list, &threshold).first().copied())
    }
}

/// Lists the touches of a journey that are not neutral.
fn fill_foreign(foreign: &mut Vec<Foreign>, terms: &Terms, neutral: StepSet, journey: &[Touch]) {
    let touches = journey.iter().enumerate().filter(|(_, touch)| !is_neutral(touch, neutral));
    foreign.extend(touches.map(|(place, touch)| Foreign { touch: place, end: terms.end(touch) }));
    let mut end = Instant::MAX;
    for own in foreign.iter_mut().rev() {
        end = end.min(own.end);
        own.end = end;
    }
}

/// The part of a sorted list from a threshold on, within the value that is held constant.
fn rest<'l>(list: &'l [Event], threshold: &Threshold) -> &'l [Event] {
    let list = match threshold.held {
        None => list,
        Some(held) => {
            let start = list.partition_point(|event| event.held < held);
            let list = list.get(start..).unwrap_or_default();
            list.get(..list.partition_point(|event| event.held == held)).unwrap_or_default()
        }
    };
    let start = list.partition_point(|event| !threshold.admits(event));
    list.get(start..).unwrap_or_default()
}

/// Events of one step from some moment on: a merge of the sorted lists of each precision.
#[derive(Clone, Debug)]
pub(super) struct Merged<'i> {
    lists: [&'i [Event]; PRECISIONS],
}

impl<'i> Merged<'i> {
    /// The events of each precision by themselves.
    pub(super) fn apart(self) -> [Merged<'i>; PRECISIONS] {
        let mut apart = [const { Merged { lists: [&[]; PRECISIONS] } }; PRECISIONS];
        for ((place, one), list) in apart.iter_mut().enumerate().zip(self.lists) {
            one.lists[place] = list;
        }
        apart
    }
}

impl Iterator for Merged<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let heads = self.lists.iter_mut().filter(|list| !list.is_empty());
        let list = heads.min_by_key(|list| list.first().map(|event| event.touch))?;
        let (first, rest) = list.split_first()?;
        *list = rest;
        Some(*first)
    }
}
