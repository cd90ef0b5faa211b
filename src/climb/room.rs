//! What may follow an event: the policies of ties, windows, adjacency and exclusions, as bounds.
//!
//! From below an event must come after the one it follows; from above the windows, the exclusions
//! that ended the attempt and, for an adjacent chain, the next foreign event bound it. Both are bounds
//! of time and of position, so that the sorted lists of `index` answer by bisection.

use super::index::{Event, Threshold};
use super::level::Climb;
use super::search::Search;
use super::terms::{Ban, is_neutral};
use crate::event::StepSet;
use crate::ladder::definition::{Ends, Order, Reuse, Ties};
use crate::time::{Instant, Precision};

/// The bounds from above; both are still inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// The last moment at which an event may begin.
    pub(super) until: Instant,
    /// The last position of its touch.
    pub(super) last: usize,
}

impl Room {
    /// No bounds but a last moment.
    pub(super) fn until(until: Instant) -> Room {
        Room { until, last: usize::MAX }
    }

    /// Whether an event lies inside.
    pub(super) fn admits(&self, event: &Event) -> bool {
        event.at <= self.until && event.touch <= self.last
    }

    /// What lies in both.
    pub(super) fn and(self, other: Room) -> Room {
        Room { until: self.until.min(other.until), last: self.last.min(other.last) }
    }

    /// What begins before `end` is over.
    fn before(end: Instant) -> Room {
        Room::until(Instant(end.0.saturating_sub(Precision::Exact.unit().0)))
    }
}

/// The first event that an exclusion forbids, after a given event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    /// What may still happen: nothing that surely comes after it.
    pub(super) room: Room,
    /// When it begins.
    pub(super) at: Instant,
    /// The position of its touch.
    pub(super) touch: usize,
}

/// When the steps of a gap were first seen, earliest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sightings(Vec<(Instant, usize)>);

impl Sightings {
    /// The moment of a sighting.
    pub(super) fn moment(&self, number: usize) -> Option<Instant> {
        self.0.get(number).map(|(moment, _)| *moment)
    }

    /// The steps that are observed if the gap ends with an event.
    pub(super) fn before(&self, event: &Event) -> StepSet {
        let seen = self.0.iter().take_while(|(moment, _)| event.end > *moment);
        seen.fold(StepSet::EMPTY, |steps, &(_, step)| steps.with(StepSet::only(step)))
    }
}

impl Search<'_> {
    /// The window, as far as the entry decides it.
    pub(super) fn window(&self) -> Room {
        Room::until(self.limit)
    }

    /// The window after the last event of a chain.
    pub(super) fn window_after(&self, climb: &Climb) -> Room {
        Room::until(self.limit.min(self.terms.limit_after(climb.event.at)))
    }

    /// What may be seen after the last event of a chain that ends at `rung`: the window, up to an
    /// exclusion that ends the attempt.
    pub(super) fn gap_room(&self, climb: &Climb, rung: usize) -> Room {
        let bars = self.bars(climb, rung).filter(|(ban, _)| ban.ends == Ends::Attempt);
        bars.fold(self.window_after(climb), |room, (_, bar)| room.and(bar.room))
    }

    /// What may be chosen next: the gap's room `gap`, as far as the next step's own limit reaches.
    pub(super) fn room(&self, climb: &Climb, rung: usize, gap: Room) -> Room {
        let room = gap.and(Room::until(self.terms.reach(rung + 1, climb.event.at)));
        match self.terms.order {
            Order::Loose | Order::Any => room,
            Order::Adjacent => room.and(self.next_foreign(&climb.event, rung)),
        }
    }

    /// Notes the first events of the steps in the gap after `rung`, whose event is at `moment`.
    pub(super) fn look_around(&mut self, rung: usize, moment: Instant, room: &Room) {
        let mut sightings = std::mem::take(&mut self.scratch.sightings);
        sightings.0.clear();
        sightings.0.extend(self.sights(rung, moment, room).map(|(step, event)| (event.at, step)));
        sightings.0.sort_unstable();
        self.scratch.sightings = sightings;
    }

    /// The steps that are seen in the gap after `rung`, whose event is at `moment`.
    pub(super) fn seen(&self, rung: usize, moment: Instant, room: &Room) -> StepSet {
        let steps = self.sights(rung, moment, room).map(|(step, _)| StepSet::only(step));
        steps.fold(StepSet::EMPTY, StepSet::with)
    }

    /// The steps in the gap after `rung`, each with its first event.
    fn sights(
        &self,
        rung: usize,
        moment: Instant,
        room: &Room,
    ) -> impl Iterator<Item = (usize, Event)> {
        let threshold = Threshold::not_before(moment, self.floor);
        self.index.present(self.terms.rungs[rung].gap).filter_map(move |step| {
            let first = self.index.first(step, &threshold, room.until);
            Some((step, first.filter(|event| room.admits(event))?))
        })
    }

    /// Which events may come after `event` and not before `seen`.
    pub(super) fn onward(&self, event: &Event, seen: Instant) -> Threshold {
        let held = self.terms.holds.then_some(self.entry.held);
        let plain = Threshold { after: seen, from: Instant::MIN, floor: self.floor, held };
        match self.ties {
            Ties::Forgiving | Ties::Tolerance(_) => {
                Threshold { after: seen.max(event.at), ..plain }
            }
            Ties::Strict => Threshold { from: event.end, ..plain },
            Ties::Sequence => {
                let next = event.touch + usize::from(self.terms.reuse == Reuse::Never);
                Threshold { floor: self.floor.max(next), ..plain }
            }
        }
    }

    /// Which events may come after a moment under any rule of ties.
    pub(super) fn roughly_after(&self, moment: Instant) -> Threshold {
        let held = self.terms.holds.then_some(self.entry.held);
        Threshold { held, ..Threshold::not_before(moment, self.floor) }
    }

    /// Which events surely come after `event`.
    fn surely_after(&self, event: &Event) -> Threshold {
        let floor = self.floor;
        match self.ties {
            Ties::Sequence => Threshold {
                floor: floor.max(event.touch + 1),
                ..Threshold::not_before(Instant::MIN, floor)
            },
            Ties::Forgiving | Ties::Tolerance(_) | Ties::Strict => {
                Threshold { from: event.end, ..Threshold::not_before(Instant::MIN, floor) }
            }
        }
    }

    /// The bound that the next foreign event sets: one that lies neither at the instant of `event` nor
    /// at that of the next chosen one parts the two.
    fn next_foreign(&self, event: &Event, rung: usize) -> Room {
        if self.ties == Ties::Sequence {
            let next = self.index.foreign(rung, event.touch + 1);
            let last = next.map_or(usize::MAX, |foreign| foreign.touch);
            return Room { last, ..Room::until(Instant::MAX) };
        }
        let start = self.journey.partition_point(|touch| touch.at < event.end).max(self.floor);
        Room::before(self.index.foreign(rung, start).map_or(Instant::MAX, |foreign| foreign.end))
    }

    /// The position of the first foreign event that parts `event` from what follows.
    pub(super) fn first_foreign(&self, event: &Event, rung: usize) -> Option<usize> {
        let neutral = self.terms.rungs[rung].neutral;
        let threshold = self.surely_after(event);
        (0..self.journey.len()).find(|&at| {
            let touch = &self.journey[at];
            !is_neutral(touch, neutral) && threshold.admits(&Event::of(self.terms, at, touch))
        })
    }

    /// The exclusions in force after the last event of a chain that ends at `rung`, with the first event
    /// that each forbids.
    fn bars(&self, climb: &Climb, rung: usize) -> impl Iterator<Item = (&Ban, Bar)> {
        let bans = self.terms.bans.iter().enumerate();
        let active = bans.filter(move |(_, ban)| ban.after <= rung && rung < ban.before);
        let climb = *climb;
        active.filter_map(move |(number, ban)| {
            Some((ban, self.bar(number, &self.chain(&climb).nth(rung - ban.after)?)?))
        })
    }

    /// The first event that a ban forbids after the event of its rung. One that begins with another
    /// step begins with the first sighting of that, wherever it lies.
    fn bar(&self, number: usize, anchor: &Event) -> Option<Bar> {
        let ban = self.terms.bans.get(number)?;
        let sighting = ban.step.map(|step| {
            let threshold = Threshold::not_before(anchor.at, self.floor);
            self.index.first(step, &threshold, self.limit)
        });
        let anchor = sighting.unwrap_or(Some(*anchor))?;
        let threshold = self.surely_after(&anchor);
        let forbidden = || self.index.forbidden(number, threshold);
        let first = forbidden().min_by_key(|event| event.touch)?;
        let end = forbidden().map(|event| event.end).min()?;
        let room = match self.ties {
            Ties::Sequence => Room { last: first.touch, ..Room::until(Instant::MAX) },
            Ties::Forgiving | Ties::Tolerance(_) | Ties::Strict => Room::before(end),
        };
        Some(Bar { room, at: first.at, touch: first.touch })
    }

    /// The bounds that exclusions after the entry set to a rung.
    pub(super) fn entry_bars(&self, rung: usize) -> Room {
        let bans = self.terms.bans.iter().enumerate();
        let bans = bans
            .filter(|(_, ban)| ban.after == 0 && rung <= ban.before && ban.ends == Ends::Attempt);
        let bars = bans.filter_map(|(number, _)| self.bar(number, &self.entry));
        bars.fold(Room::until(Instant::MAX), |room, bar| room.and(bar.room))
    }

    /// The first exclusion of a kind that lies after the entry: before `finish` if that is the conversion,
    /// else inside the window.
    pub(super) fn hit_by(&self, ends: Ends, finish: &Event, converted: bool) -> Option<Bar> {
        let entry = Climb::at(self.entry);
        let bars = self.bars(&entry, 0).filter(|(ban, _)| ban.ends == ends);
        let hits = bars
            .map(|(_, bar)| bar)
            .filter(|bar| if converted { !bar.room.admits(finish) } else { bar.at <= self.limit });
        hits.min_by_key(|bar| bar.touch)
    }

    /// The first exclusion that ended an attempt after the last event of its chain.
    pub(super) fn first_bar(&self, climb: &Climb, rung: usize) -> Option<Bar> {
        let bars = self.bars(climb, rung).filter(|(ban, _)| ban.ends == Ends::Attempt);
        bars.map(|(_, bar)| bar).min_by_key(|bar| bar.touch)
    }

    /// Whether an exclusion that ends the journey lies before the last event of a chain, at `rung`.
    pub(super) fn is_hit_at(&self, climb: &Climb, rung: usize) -> bool {
        let bans = self.terms.bans.iter().enumerate();
        let mut bans = bans.filter(|(_, ban)| ban.ends == Ends::Journey && ban.before == rung);
        bans.any(|(number, ban)| {
            let anchor = self.chain(climb).nth(rung - ban.after);
            let bar = anchor.and_then(|anchor| self.bar(number, &anchor));
            bar.is_some_and(|bar| !bar.room.admits(&climb.event))
        })
    }

    /// Whether an exclusion that ends the journey lies after the last event of a chain, while its next step
    /// could still be reached: within its time, and in an adjacent chain before it is parted.
    pub(super) fn is_hit_on_the_way(&self, climb: &Climb, rung: usize) -> bool {
        let until = self.window_after(climb).until.min(self.terms.reach(rung + 1, climb.event.at));
        let room = match self.terms.order {
            Order::Loose | Order::Any => Room::until(until),
            Order::Adjacent => Room::until(until).and(self.next_foreign(&climb.event, rung)),
        };
        let mut bars = self.bars(climb, rung).filter(|(ban, _)| ban.ends == Ends::Journey);
        bars.any(|(_, bar)| bar.at <= room.until && bar.touch <= room.last)
    }

    /// Whether exclusions leave `one` less room than `other`, or have hit it alone.
    pub(super) fn is_hit_more(&self, one: &Climb, other: &Climb, rung: usize) -> bool {
        let room = |climb: &Climb, number: usize, ban: &Ban| {
            let anchor = self.chain(climb).nth(rung - ban.after)?;
            self.bar(number, &anchor)
        };
        let mut active = self.terms.bans.iter().enumerate();
        one.hit && !other.hit
            || active.any(|(number, ban)| {
                let is_active = 0 < ban.after && ban.after <= rung && rung < ban.before;
                is_active
                    && match (room(one, number, ban), room(other, number, ban)) {
                        (None, _) => false,
                        (Some(_), None) => true,
                        (Some(one), Some(other)) => {
                            one.room.until < other.room.until
                                || one.room.last < other.room.last
                                || one.at < other.at
                        }
                    }
            })
    }
}
