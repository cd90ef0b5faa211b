//! The best attempt that begins at one given entry, found without trying every chain.
//!
//! All chains of the same length are grown together, rung by rung, and one that can never be better
//! than another is dropped. Why nothing is lost:
//!
//! * *Earlier is freer.* "Not before" and the window compare an event with the time of its
//!   predecessor and of the entry only. Whatever can follow a chosen event can follow an earlier one,
//!   and an earlier one sees at least as much of the gap behind it.
//! * *So few next events matter.* A step of the gap is observed if the next chosen event is not
//!   before the step's first sighting. Between two sightings nothing new is seen, so only the first
//!   event from each sighting on is tried: waiting longer gains nothing.
//! * *And few chains survive.* A chain gives way to one that is no later, has observed no fewer steps,
//!   and is preferred by rules 6 and 7 (or has observed more). A touch that fits several rungs is
//!   remembered: a chain gives way only to one that has not spent a touch the first may still need.
//! * *Spare events.* Where the first candidate may be needed again further up, the next ones are
//!   tried too; with n rungs to come, one of the first n + 1 candidates is not needed by any of them.
//!
//! The result is exact as long as no rung has more than [`BREADTH`] chains of which none gives way.
//! That takes a dozen touches of one instant that each fit several rungs in different ways. Beyond it
//! the earliest chain for each number of observed steps is always kept, with a few others: where no
//! touch after the entry fits two rungs, rules 1 to 6 hold even then, and nothing ever hangs.

use super::attempt::{Attempt, Merit};
use super::index::{Event, Index};
use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::time::{Instant, Precision, Span};
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
struct Climb {
    event: Event,
    before: Option<usize>,
    /// The steps observed in the gaps up to the event.
    observed: u32,
}

/// The chains of a search, reused from one search to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    climbs: Vec<Climb>,
    /// How often too many chains were kept, in this journey.
    trims: usize,
}

impl Scratch {
    /// Makes ready for another journey.
    pub(super) fn start_journey(&mut self) {
        self.trims = 0;
    }
}

/// When the steps of a gap were first seen.
#[derive(Debug)]
struct Sightings {
    steps: StepSet,
    times: [Instant; STEPS],
    count: usize,
}

impl Sightings {
    /// The moments, earliest first.
    fn times(&self) -> &[Instant] {
        self.times.get(..self.count).unwrap_or_default()
    }

    /// How many steps are observed if the gap ends with an event.
    fn before(&self, event: &Event) -> u32 {
        self.times().iter().map(|&moment| u32::from(event.is_not_before(moment))).sum()
    }
}

/// A search from one entry.
#[derive(Debug)]
pub(super) struct Search<'j> {
    terms: &'j Terms,
    index: &'j Index,
    journey: &'j [Touch],
    scratch: &'j mut Scratch,
    entry: Event,
    /// The last moment inside the window.
    limit: Instant,
    /// Where the chains of the rung that is being reached begin.
    start: usize,
}

impl<'j> Search<'j> {
    /// A search in a journey that `index` was filled with.
    pub(super) fn new(
        terms: &'j Terms,
        index: &'j Index,
        journey: &'j [Touch],
        scratch: &'j mut Scratch,
        entry: Event,
    ) -> Search<'j> {
        let limit = terms.limit(entry.at);
        Search { terms, index, journey, scratch, entry, limit, start: 0 }
    }

    /// No attempt from this entry is better than this one, which need not exist: at each rung the
    /// first event, even if it was chosen before, and in each gap all that may be seen after it.
    pub(super) fn bound(&self) -> Attempt {
        let (mut rung, mut at) = (0, self.entry.at);
        let mut seen = self.sightings(0, at).steps;
        let mut observed = seen.count();
        let mut times = [Instant::MIN; STEPS];
        times[0] = at;
        for next in self.terms.rungs.iter().skip(1) {
            let Some(event) = self.index.first(next.step, at, self.limit) else { break };
            (rung, at) = (rung + 1, event.at);
            times[rung] = at;
            seen = self.sightings(rung, at).steps;
            observed += seen.count();
        }
        Attempt::at_best(self.merit(rung, at, seen, observed), times, self.entry)
    }

    /// The best attempt from this entry.
    pub(super) fn best(mut self) -> Option<Attempt> {
        self.scratch.climbs.clear();
        self.scratch.climbs.push(Climb { event: self.entry, before: None, observed: 0 });
        let (mut rung, mut level) = (0, 0..1);
        while rung < self.terms.last_rung() {
            self.start = level.end;
            for climb in level.clone() {
                self.climb_on(climb, rung);
            }
            if self.scratch.climbs.len() == self.start {
                break;
            }
            (rung, level) = (rung + 1, self.start..self.scratch.climbs.len());
        }
        let climbs = self.scratch.climbs.get(level).unwrap_or_default();
        climbs.iter().map(|climb| self.attempt(rung, climb)).min()
    }

    /// Continues a chain to the next rung in every way that may turn out best.
    fn climb_on(&mut self, from: usize, rung: usize) {
        let mut moment = self.scratch.climbs[from].event.at;
        let sightings = self.sightings(rung, moment);
        self.take_from(moment, &sightings, from, rung + 1);
        for &sighting in sightings.times() {
            if sighting > moment {
                moment = sighting;
                self.take_from(moment, &sightings, from, rung + 1);
            }
        }
    }

    /// Continues a chain with the first event of `rung` that is not before `moment`, and with the next
    /// ones as long as an earlier one may be needed further up.
    fn take_from(&mut self, moment: Instant, sightings: &Sightings, from: usize, rung: usize) {
        let index = self.index;
        let events = index.not_before(self.terms.rungs[rung].step, moment);
        let enough = self.terms.rungs.len() - rung;
        let mut tried = [0; STEPS];
        let (mut looked, mut count) = (0, 0);
        for event in events {
            if event.at > self.limit {
                break;
            }
            if self.is_spent(from, &event) {
                continue;
            }
            let earlier = tried.get(..count).unwrap_or_default();
            if looked == enough || earlier.iter().any(|&t| !self.may_return(t, event.at, rung)) {
                break;
            }
            looked += 1;
            if earlier.iter().any(|&touch| self.are_twins(touch, event.touch)) {
                continue;
            }
            tried[count] = event.touch;
            count += 1;
            let observed = self.scratch.climbs[from].observed + sightings.before(&event);
            self.keep(Climb { event, before: Some(from), observed }, rung);
        }
    }

    /// Keeps a chain unless one of the same rung makes it needless, and drops those that it makes so.
    fn keep(&mut self, new: Climb, rung: usize) {
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

    /// Whether `other` can replace `climb` in whatever is built on it, without loss.
    fn gives_way(&self, climb: &Climb, other: &Climb, rung: usize) -> bool {
        other.event.at <= climb.event.at
            && other.observed >= climb.observed
            && (other.observed > climb.observed || self.preference(other, climb).is_le())
            && !self.is_hindered(other, climb, rung)
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
    fn is_spent(&self, from: usize, event: &Event) -> bool {
        self.index.contested
            && self.terms.is_contested(&self.journey[event.touch])
            && self.chain(&self.scratch.climbs[from]).any(|spent| spent.touch == event.touch)
    }

    /// Whether a touch could be chosen for a rung after `rung`, whose event is at `moment`. Times may
    /// run backwards from rung to rung, each time by less than the unit of the coarsest event.
    fn may_return(&self, touch: usize, moment: Instant, rung: usize) -> bool {
        let touch = &self.journey[touch];
        let later = self.terms.rungs[rung].later;
        let drifts = i64::from(later.count()).saturating_sub(1);
        let drift = self.index.coarsest.0 - Precision::Exact.unit().0;
        !touch.steps.common(later).is_empty() && moment.since(touch.end()) < Span(drifts * drift)
    }

    /// Whether two touches may change places.
    fn are_twins(&self, one: usize, other: usize) -> bool {
        self.terms.are_twins(&self.journey[one], &self.journey[other])
    }

    /// The first events of the steps in the gap after `rung`, whose event is at `moment`.
    fn sightings(&self, rung: usize, moment: Instant) -> Sightings {
        let mut sightings =
            Sightings { steps: StepSet::EMPTY, times: [Instant::MIN; STEPS], count: 0 };
        for step in self.index.present(self.terms.rungs[rung].gap) {
            if let Some(event) = self.index.first(step, moment, self.limit) {
                sightings.steps.add(step);
                sightings.times[sightings.count] = event.at;
                sightings.count += 1;
            }
        }
        if let Some(times) = sightings.times.get_mut(..sightings.count) {
            times.sort_unstable();
        }
        sightings
    }

    /// A chain that ends at `rung`, with what it sees after its last event.
    fn attempt(&self, rung: usize, climb: &Climb) -> Attempt {
        let seen = self.sightings(rung, climb.event.at).steps;
        let merit = self.merit(rung, climb.event.at, seen, climb.observed + seen.count());
        Attempt::new(merit, (0..=rung).rev().zip(self.chain(climb)))
    }

    fn merit(&self, rung: usize, finish: Instant, seen: StepSet, observed: u32) -> Merit {
        let converted = rung == self.terms.last_rung();
        Merit {
            rung: Reverse(rung),
            conversion: if converted { finish } else { Instant::MIN },
            furthest: Reverse(self.terms.furthest(rung, seen)),
            observed: Reverse(observed),
            finish,
        }
    }

    /// The events of a chain, from the last one back to the entry.
    fn chain(&self, climb: &Climb) -> impl Iterator<Item = Event> {
        let before = |climb: &Climb| climb.before.map(|place| self.scratch.climbs[place]);
        successors(Some(*climb), before).map(|climb| climb.event)
    }
}

impl Scratch {
    /// Drops chains from `start` on where there are far too many, but none of those without which a
    /// time or an observed step would be lost.
    fn trim(&mut self, start: usize) {
        let breadth = if self.trims < PATIENCE { BREADTH } else { NARROW };
        if self.climbs.len() - start < 2 * breadth {
            return;
        }
        self.trims += 1;
        let mut level = self.climbs.split_off(start);
        level.sort_by_key(|climb| (climb.event.at, Reverse(climb.observed)));
        let mut most = None;
        let (gains, others): (Vec<Climb>, Vec<Climb>) = level.into_iter().partition(|climb| {
            let gains = Some(climb.observed) > most;
            most = most.max(Some(climb.observed));
            gains
        });
        let room = breadth.saturating_sub(gains.len());
        self.climbs.extend(gains.into_iter().chain(others.into_iter().take(room)));
    }
}
