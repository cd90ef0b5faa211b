//! The best attempt that begins at one given entry, found without trying every chain.
//!
//! All chains of the same length are grown together, rung by rung, and one that can never be better
//! than another is dropped (`level`). Why nothing is lost:
//!
//! * *Earlier is freer.* Where nothing is measured from an event but the order and what is seen behind
//!   it, whatever can follow it can follow an earlier one, and an earlier one sees at least as much.
//! * *So few next events matter.* A step of the gap is observed if the next chosen event is not
//!   before the step's first sighting. Between two sightings nothing new is seen, so only the first
//!   event from each sighting on is tried: waiting longer gains nothing.
//! * *Restless rungs.* Where something is measured from the event (the time to the next step, what must
//!   not follow it, that nothing lies between), later may be better: there every event is tried.
//! * *Spare events.* Where the first candidate may be needed again further up, the next ones are
//!   tried too; with n rungs to come, one of the first n + 1 candidates is not needed by any of them.
//!
//! `room` says what may follow an event. The result is exact as long as no rung has more chains than
//! `level` keeps and a journey needs no more than [`WORK`] looks: robots and test accounts only.

use super::attempt::{Attempt, Merit, Span};
use super::index::{Event, Index, Merged};
use super::level::{Climb, Scratch};
use super::room::{Room, Sightings};
use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Start, Ties};
use crate::time::Instant;
use std::cmp::Reverse;

/// How many candidates of restless rungs one journey may have before only the first few are tried.
const WORK: usize = 5_000_000;

/// How many candidates are tried from then on.
const FEW: usize = 4;

/// A search from one entry.
#[derive(Debug)]
pub(super) struct Search<'j> {
    pub(super) terms: &'j Terms,
    pub(super) index: &'j Index,
    pub(super) journey: &'j [Touch],
    pub(super) scratch: &'j mut Scratch,
    pub(super) entry: Event,
    /// What it means to come after: the ladder's rule, or a stricter one.
    pub(super) ties: Ties,
    /// The last moment inside the window, as far as the entry decides it.
    pub(super) limit: Instant,
    /// Touches before this position belong to earlier attempts.
    pub(super) floor: usize,
    /// Where the chains of the rung that is being reached begin.
    pub(super) start: usize,
}

impl<'j> Search<'j> {
    /// A search in a journey that `index` was filled with.
    pub(super) fn new(
        terms: &'j Terms,
        index: &'j Index,
        journey: &'j [Touch],
        scratch: &'j mut Scratch,
        entry: usize,
    ) -> Search<'j> {
        let entry = Event::of(terms, entry, &journey[entry]);
        let (limit, ties) = (terms.limit(entry.at), terms.ties);
        Search { terms, index, journey, scratch, entry, ties, limit, floor: 0, start: 0 }
    }

    /// No attempt from this entry is better than this one, which need not exist: at each rung the
    /// first event, even if it was chosen before, and in each gap all that may be seen after it.
    pub(super) fn bound(&self) -> Attempt {
        let (mut rung, mut at) = (0, self.entry.at);
        let mut latest = at;
        let mut times = [Instant::MIN; STEPS];
        times[0] = at;
        let mut seen = self.sightings(0, at, &self.window()).steps;
        let mut observed = seen.count();
        while rung < self.terms.last_rung() && !self.is_alone() {
            let until = self.limit.min(self.terms.reach(rung + 1, latest));
            let step = self.terms.rungs[rung + 1].step;
            let Some(event) = self.index.first(step, &self.roughly_after(at), until) else { break };
            if !self.entry_bars(rung + 1).admits(&event) {
                break;
            }
            (rung, at, latest) = (rung + 1, event.at, until);
            times[rung] = at;
            seen = self.sightings(rung, at, &self.window()).steps;
            observed += seen.count();
        }
        let merit = self.merit(rung, at, seen, observed);
        Attempt::at_best(merit, times, &self.entry, self.prefers_latest())
    }

    /// The best attempt from this entry.
    pub(super) fn best(mut self) -> Option<Attempt> {
        self.scratch.climbs.clear();
        self.scratch.climbs.push(Climb::at(self.entry));
        let (mut rung, mut level) = (0, 0..1);
        while rung < self.terms.last_rung() && !self.is_alone() {
            self.start = level.end;
            for climb in level.clone() {
                self.climb_on(climb, rung);
            }
            self.forget_places();
            if self.scratch.climbs.len() == self.start {
                break;
            }
            (rung, level) = (rung + 1, self.start..self.scratch.climbs.len());
        }
        let climbs = self.scratch.climbs.get(level).unwrap_or_default();
        climbs.iter().map(|climb| self.attempt(rung, climb)).min()
    }

    /// Whether nothing can share the entry's value, because it has none.
    pub(super) fn is_alone(&self) -> bool {
        self.terms.holds && self.entry.held.is_none()
    }

    /// Continues a chain to the next rung in every way that may turn out best.
    fn climb_on(&mut self, from: usize, rung: usize) {
        let climb = self.scratch.climbs[from];
        let gap = self.gap_room(&climb, rung);
        let sightings = self.sightings(rung, climb.event.at, &gap);
        let room = self.room(&climb, rung, gap);
        let next = Next { from, rung: rung + 1, room, sightings };
        if self.terms.rungs[rung + 1].restless {
            return self.take_all(&next);
        }
        self.take_from(Instant::MIN, &next);
        let mut moment = climb.event.at;
        for &(sighting, _) in next.sightings.times() {
            if sighting > moment {
                moment = sighting;
                self.take_from(moment, &next);
            }
        }
    }

    /// Continues a chain with every event that may follow.
    fn take_all(&mut self, next: &Next) {
        let index = self.index;
        let climb = self.scratch.climbs[next.from];
        let step = self.terms.rungs[next.rung].step;
        let mut tried = 0;
        for event in index.from(step, &self.onward(&climb.event, Instant::MIN)) {
            let is_weary = self.scratch.work > WORK && tried >= FEW;
            if !next.room.admits(&event) || is_weary {
                break;
            }
            self.scratch.work += 1;
            if !self.is_spent(next.from, &event) {
                tried += 1;
                self.take(next, event);
            }
        }
    }

    /// Continues a chain with the first event that is not before `moment`. Where times must rise, an
    /// event that begins first need not be over first: the first of each precision is taken.
    fn take_from(&mut self, moment: Instant, next: &Next) {
        let index = self.index;
        let climb = self.scratch.climbs[next.from];
        let step = self.terms.rungs[next.rung].step;
        let events = index.from(step, &self.onward(&climb.event, moment));
        if self.ties == Ties::Strict {
            events.apart().into_iter().for_each(|events| self.take_first(events, next));
        } else {
            self.take_first(events, next);
        }
    }

    /// Continues a chain with the first event, and with the next ones as long as an earlier one may be
    /// needed further up.
    fn take_first(&mut self, events: Merged<'_>, next: &Next) {
        let enough = self.terms.rungs.len() - next.rung;
        let mut tried = [0; STEPS];
        let (mut looked, mut count) = (0, 0);
        for event in events {
            if !next.room.admits(&event) {
                break;
            }
            if self.is_spent(next.from, &event) {
                continue;
            }
            let earlier = tried.get(..count).unwrap_or_default();
            if looked == enough || earlier.iter().any(|&t| !self.may_return(t, event.at, next.rung))
            {
                break;
            }
            looked += 1;
            if earlier.iter().any(|&touch| self.are_twins(touch, event.touch)) {
                continue;
            }
            tried[count] = event.touch;
            count += 1;
            self.take(next, event);
        }
    }

    /// Continues a chain with an event.
    fn take(&mut self, next: &Next, event: Event) {
        let before = self.scratch.climbs[next.from];
        let observed = before.observed.with(next.sightings.before(&event));
        let climb = Climb { event, before: Some(next.from), observed, ..before };
        let hit = before.hit || self.is_hit_at(&climb, next.rung);
        self.keep(Climb { hit, ..climb }, next.rung);
    }

    /// A chain that ends at `rung`, with what it sees after its last event.
    fn attempt(&self, rung: usize, climb: &Climb) -> Attempt {
        let room = self.gap_room(climb, rung);
        let seen = self.sightings(rung, climb.event.at, &room).steps;
        let mut merit = self.merit(rung, climb.event.at, seen, (climb.observed.with(seen)).count());
        merit.hit = climb.hit || self.is_hit_on_the_way(climb, rung);
        let chain = (0..=rung).rev().zip(self.chain(climb));
        let chosen = self.terms.rungs.iter().take(rung + 1).map(|rung| StepSet::only(rung.step));
        let observed = chosen.fold(climb.observed.with(seen), StepSet::with);
        let span = self.span(rung, climb);
        Attempt::new(merit, chain, self.prefers_latest()).with(observed, span)
    }

    /// How long an attempt may go on after its last event.
    fn span(&self, rung: usize, climb: &Climb) -> Span {
        let until = self.window_after(climb).until;
        let closes = until.min(self.terms.reach(rung + 1, climb.event.at));
        let bar = self.first_bar(climb, rung).filter(|bar| bar.at <= closes);
        Span { limit: until, closes, excluded: bar.map(|bar| bar.touch) }
    }

    fn merit(&self, rung: usize, finish: Instant, seen: StepSet, observed: u32) -> Merit {
        let converted = rung == self.terms.last_rung();
        Merit {
            void: false,
            rung: Reverse(rung),
            conversion: if converted { finish } else { Instant::MIN },
            hit: false,
            furthest: Reverse(self.terms.furthest(rung, seen)),
            observed: Reverse(observed),
            finish,
        }
    }

    fn prefers_latest(&self) -> bool {
        self.terms.start == Start::Latest
    }
}

/// The next step of a chain: where it comes from, and what may follow.
#[derive(Debug)]
struct Next {
    from: usize,
    rung: usize,
    room: Room,
    sightings: Sightings,
}
