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
use super::room::Room;
use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Start, Ties};
use crate::time::Instant;
use std::cmp::{Ordering, Reverse};

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

    /// Whether no attempt from this entry is better than a known one, from another entry. What is held
    /// against that need not exist: at each rung the first event, even if it was chosen before, and in
    /// each gap all that may be seen after it.
    pub(super) fn is_outdone_by(&self, known: &Attempt) -> bool {
        let (rung, times) = self.first_events();
        let finish = times[rung];
        let rough = self.merit(rung, finish, StepSet::EMPTY, 0);
        // Almost always rules 1 and 2 decide, and what is seen need not be looked up.
        match (rough.rung, rough.conversion).cmp(&(known.merit.rung, known.merit.conversion)) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => {
                let seen = |rung: usize| self.seen(rung, times[rung], &self.window());
                let last = seen(rung);
                let observed = last.count() + (0..rung).map(|rung| seen(rung).count()).sum::<u32>();
                let merit = self.merit(rung, finish, last, observed);
                known.outdoes(&merit, &times, &self.entry, self.prefers_latest())
            }
        }
    }

    /// The rung that can be reached at most, also if an event could serve twice.
    pub(super) fn most_rungs(&self) -> usize {
        self.first_events().0
    }

    /// The times of the first events of the rungs, and how many rungs above the entry have one.
    fn first_events(&self) -> (usize, [Instant; STEPS]) {
        let (mut rung, mut at) = (0, self.entry.at);
        let mut latest = at;
        let mut times = [Instant::MIN; STEPS];
        times[0] = at;
        while rung < self.terms.last_rung() && !self.is_alone() {
            let until = self.limit.min(self.terms.reach(rung + 1, latest));
            let step = self.terms.rungs[rung + 1].step;
            let Some(event) = self.index.first(step, &self.roughly_after(at), until) else { break };
            if !self.entry_bars(rung + 1).admits(&event) {
                break;
            }
            (rung, at, latest) = (rung + 1, event.at, until);
            times[rung] = at;
        }
        (rung, times)
    }

    /// The best attempt from this entry.
    pub(super) fn best(self) -> Option<Attempt> {
        let mut best = None;
        self.improve(&mut best);
        best
    }

    /// Puts the best attempt from this entry in the place of one that is worse.
    pub(super) fn improve(mut self, best: &mut Option<Attempt>) {
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
        for climb in self.scratch.climbs.get(level).unwrap_or_default() {
            let (merit, seen) = self.worth(rung, climb);
            if best.as_ref().is_some_and(|best| best.merit < merit) {
                continue;
            }
            let attempt = self.attempt(rung, climb, merit, seen);
            if best.as_ref().is_none_or(|best| attempt < *best) {
                *best = Some(attempt);
            }
        }
    }

    /// Whether nothing can share the entry's value, because it has none.
    pub(super) fn is_alone(&self) -> bool {
        self.terms.holds && self.entry.held.is_none()
    }

    /// Continues a chain to the next rung in every way that may turn out best.
    fn climb_on(&mut self, from: usize, rung: usize) {
        let climb = self.scratch.climbs[from];
        let gap = self.gap_room(&climb, rung);
        self.look_around(rung, climb.event.at, &gap);
        let next = Next { from, rung: rung + 1, room: self.room(&climb, rung, gap) };
        if self.terms.rungs[rung + 1].restless {
            return self.take_all(&next);
        }
        self.take_from(Instant::MIN, &next);
        let (mut number, mut moment) = (0, climb.event.at);
        while let Some(sighting) = self.scratch.sightings.moment(number) {
            if sighting > moment {
                moment = sighting;
                self.take_from(moment, &next);
            }
            number += 1;
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
        let observed = before.observed.with(self.scratch.sightings.before(&event));
        let climb = Climb { event, before: Some(next.from), observed, ..before };
        let hit = before.hit || self.is_hit_at(&climb, next.rung);
        self.keep(Climb { hit, ..climb }, next.rung);
    }

    /// What a chain that ends at `rung` is worth, and what it sees after its last event.
    fn worth(&self, rung: usize, climb: &Climb) -> (Merit, StepSet) {
        let room = self.gap_room(climb, rung);
        let seen = self.seen(rung, climb.event.at, &room);
        let merit = self.merit(rung, climb.event.at, seen, climb.observed.with(seen).count());
        (Merit { hit: climb.hit || self.is_hit_on_the_way(climb, rung), ..merit }, seen)
    }

    /// The attempt of a chain that ends at `rung`.
    fn attempt(&self, rung: usize, climb: &Climb, merit: Merit, seen: StepSet) -> Attempt {
        let chain = (0..=rung).rev().zip(self.chain(climb));
        let chosen = self.terms.rungs.iter().take(rung + 1).map(|rung| StepSet::only(rung.step));
        let observed = chosen.fold(climb.observed.with(seen), StepSet::with);
        Attempt::new(merit, chain, (observed, self.span(rung, climb)), self.prefers_latest())
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
}
