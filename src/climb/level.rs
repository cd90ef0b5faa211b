//! Which chains of one rung are kept: those that no other makes needless.
//!
//! A chain gives way to one that is no later (at a restless rung: ends with the same event), has
//! observed no fewer steps, and is preferred by rules 6 and 7 (or has observed more). A touch that
//! fits several rungs is remembered: a chain gives way only to one that has not spent a touch the
//! first may still need. Nor does it give way to one that an exclusion hits more.
//!
//! Exact as long as no rung has more than [`BREADTH`] chains of which none gives way: that takes a dozen
//! touches of one instant that each fit several rungs in different ways. Beyond it the earliest chain
//! for each number of observed steps is always kept, with a few others: where no touch after the
//! entry fits two rungs, rules 1 to 6 hold even then, and nothing ever hangs.

use super::index::Event;
use super::room::Sightings;
use super::search::Search;
use crate::event::StepSet;
use crate::ladder::definition::Ties;
use crate::time::{Precision, Span};
use std::cmp::{Ordering, Reverse};
use std::iter::successors;

/// The most chains that are kept at one rung.
const BREADTH: usize = 256;

/// The most chains that are kept at one rung once [`BREADTH`] was exceeded [`PATIENCE`] times.
const NARROW: usize = 8;

/// How often a journey may exceed [`BREADTH`].
const PATIENCE: usize = 8;

/// A chain: its last event, and where the chain that it continues is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Climb {
    pub(super) event: Event,
    pub(super) before: Option<usize>,
    /// The steps observed in the gaps up to the event.
    pub(super) observed: StepSet,
    /// Whether an exclusion that ends the whole journey lies in it.
    pub(super) hit: bool,
    /// Where another chain of a restless rung that ends with the same event is kept.
    pub(super) also: Option<usize>,
}

impl Climb {
    /// The chain of the entry alone.
    pub(super) fn at(entry: Event) -> Climb {
        Climb { event: entry, before: None, observed: StepSet::EMPTY, hit: false, also: None }
    }
}

/// The chains of a search, reused from one search to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub(super) climbs: Vec<Climb>,
    /// When the steps of the gap that is being climbed were first seen.
    pub(super) sightings: Sightings,
    /// For each touch, where a chain of the restless rung being reached ends with it.
    places: Vec<Option<usize>>,
    /// How many candidates of restless rungs this journey had.
    pub(super) work: usize,
    /// How often too many chains were kept, in this journey.
    trims: usize,
}

impl Scratch {
    /// Makes ready for another journey.
    pub(super) fn start_journey(&mut self) {
        self.trims = 0;
        self.work = 0;
    }

    /// Drops chains from `start` on where there are far too many, but none of those without which a
    /// time or an observed step would be lost.
    fn trim(&mut self, start: usize) {
        let breadth = if self.trims < PATIENCE { BREADTH } else { NARROW };
        if self.climbs.len() - start < 2 * breadth {
            return;
        }
        self.trims += 1;
        let mut level = self.climbs.split_off(start);
        level.sort_by_key(|climb| (climb.event.at, Reverse(climb.observed.count())));
        let mut most = None;
        let (gains, others): (Vec<Climb>, Vec<Climb>) = level.into_iter().partition(|climb| {
            let gains = Some(climb.observed.count()) > most;
            most = most.max(Some(climb.observed.count()));
            gains
        });
        let room = breadth.saturating_sub(gains.len());
        self.climbs.extend(gains.into_iter().chain(others.into_iter().take(room)));
    }
}

impl Search<'_> {
    /// Keeps a chain unless one of the same rung makes it needless, and drops those that it makes so.
    pub(super) fn keep(&mut self, new: Climb, rung: usize) {
        if self.terms.rungs[rung].restless {
            return self.keep_beside(new, rung);
        }
        let level = self.scratch.climbs.get(self.start..).unwrap_or_default();
        if level.iter().any(|old| self.gives_way(&new, old, rung)) {
            return;
        }
        let mut place = self.start;
        while let Some(old) = self.scratch.climbs.get(place).copied() {
            if self.gives_way(&old, &new, rung) {
                self.scratch.climbs.swap_remove(place);
            } else {
                place += 1;
            }
        }
        self.scratch.climbs.push(new);
        self.scratch.trim(self.start);
    }

    /// The same at a restless rung, where only chains that end with the same event compare.
    fn keep_beside(&mut self, new: Climb, rung: usize) {
        let touch = new.event.touch;
        if self.scratch.places.len() <= touch {
            self.scratch.places.resize(self.journey.len().max(touch + 1), None);
        }
        let first = self.scratch.places[touch];
        let (mut next, mut count) = (first, 0);
        while let Some(place) = next {
            let old = self.scratch.climbs[place];
            if self.gives_way(&new, &old, rung) {
                return;
            }
            if self.gives_way(&old, &new, rung) {
                self.scratch.climbs[place] = Climb { also: old.also, ..new };
                return;
            }
            (next, count) = (old.also, count + 1);
        }
        if count < BREADTH {
            self.scratch.places[touch] = Some(self.scratch.climbs.len());
            self.scratch.climbs.push(Climb { also: first, ..new });
        }
    }

    /// Forgets where the chains of a rung are kept, before the next rung.
    pub(super) fn forget_places(&mut self) {
        let Scratch { climbs, places, .. } = &mut *self.scratch;
        if places.is_empty() {
            return;
        }
        for climb in climbs.get(self.start..).unwrap_or_default() {
            if let Some(place) = places.get_mut(climb.event.touch) {
                *place = None;
            }
        }
    }

    /// Whether `other` can replace `climb` in whatever is built on it, without loss.
    fn gives_way(&self, climb: &Climb, other: &Climb, rung: usize) -> bool {
        let (many, more) = (climb.observed.count(), other.observed.count());
        self.is_freer(other, climb, rung)
            && more >= many
            && (more > many || self.preference(other, climb).is_le())
            && !self.is_hindered(other, climb, rung)
            && (self.terms.bans.is_empty() || !self.is_hit_more(other, climb, rung))
    }

    /// Whether whatever can follow `climb` in time can follow `other`.
    fn is_freer(&self, other: &Climb, climb: &Climb, rung: usize) -> bool {
        let (one, other) = (&climb.event, &other.event);
        if self.terms.rungs[rung].restless {
            return other.touch == one.touch;
        }
        other.at <= one.at
            && match self.ties {
                Ties::Forgiving | Ties::Tolerance(_) => true,
                Ties::Strict => other.end <= one.end,
                Ties::Sequence => other.touch <= one.touch,
            }
    }

    /// Rules 6 and 7, and journey order: the difference that is nearest to the entry decides.
    fn preference(&self, one: &Climb, other: &Climb) -> Ordering {
        let (mut times, mut touches) = (Ordering::Equal, Ordering::Equal);
        for (one, other) in self.chain(one).zip(self.chain(other)) {
            times = one.at.cmp(&other.at).then(times);
            touches = one.touch.cmp(&other.touch).then(touches);
        }
        times.then(touches)
    }

    /// Whether `climb` has spent a touch that `other` has not, and that may follow `other`.
    fn is_hindered(&self, climb: &Climb, other: &Climb, rung: usize) -> bool {
        self.index.contested
            && self.chain(climb).any(|event| {
                self.may_return(event.touch, other.event.at, rung)
                    && self.chain(other).all(|spent| spent.touch != event.touch)
            })
    }

    /// Whether a touch was chosen for an earlier rung of a chain.
    pub(super) fn is_spent(&self, from: usize, event: &Event) -> bool {
        self.index.contested
            && self.terms.is_contested(&self.journey[event.touch])
            && self.chain(&self.scratch.climbs[from]).any(|spent| spent.touch == event.touch)
    }

    /// Whether a touch could be chosen for a rung after `rung`, whose event is at `moment`. Times may
    /// run backwards from rung to rung, each time by less than the unit of the coarsest event.
    pub(super) fn may_return(
        &self,
        touch: usize,
        moment: crate::time::Instant,
        rung: usize,
    ) -> bool {
        let touch = &self.journey[touch];
        let later = self.terms.rungs[rung].later;
        let drifts = i64::from(later.count()).saturating_sub(1);
        let drift = self.index.coarsest.0 - Precision::Exact.unit().0;
        let slack = Span(drifts.saturating_mul(drift));
        !touch.steps.common(later).is_empty() && moment.since(self.terms.end(touch)) < slack
    }

    /// Whether two touches may change places.
    pub(super) fn are_twins(&self, one: usize, other: usize) -> bool {
        self.terms.are_twins(&self.journey[one], &self.journey[other])
    }

    /// The events of a chain, from the last one back to the entry.
    pub(super) fn chain(&self, climb: &Climb) -> impl Iterator<Item = Event> {
        let before = |climb: &Climb| climb.before.map(|place| self.scratch.climbs[place]);
        successors(Some(*climb), before).map(|climb| climb.event)
    }
}
