//! The best attempt from one entry where steps may come in any order, and where they count apart.
//!
//! In any order the entry is the earliest chosen event, whichever step it is; what comes after what
//! decides nothing, so the rule of ties has no say. The earliest events that can be given to different
//! steps are best in every respect: taken one by one in journey order, an event stays if the steps of
//! those before it can be shared out anew so that it gets one too (an augmenting path). No choice gets
//! further, and none gets anywhere sooner. For n steps the first n events of each suffice.
//!
//! Row k of a report is the k-th step that was done, so the k-th event stands at rung k.

use super::attempt::{Attempt, Merit, Span};
use super::index::{Event, Threshold};
use super::room::Room;
use super::search::Search;
use super::terms::STEPS;
use crate::event::StepSet;
use crate::ladder::definition::{Ends, Start};
use crate::time::Instant;
use std::cmp::Reverse;

/// Which event each step has been given.
struct Shares {
    events: [Option<Event>; STEPS],
}

impl Search<'_> {
    /// The best attempt from this entry, in any order.
    pub(super) fn best_in_any_order(&self) -> Attempt {
        let room = self.entry_bars(self.terms.last_rung()).and(self.window());
        let (chosen, count) = self.chosen(&room);
        let chain = chosen.get(..count).unwrap_or_default();
        let rung = count.saturating_sub(1);
        let finish = chain.last().copied().flatten().unwrap_or(self.entry);
        let converted = rung == self.terms.last_rung();
        let seen = self.seen_until(&room, if converted { finish.at } else { Instant::MAX });
        let rows = self.terms.rungs.iter().take(count).map(|rung| StepSet::only(rung.step));
        let void = self.hit_by(Ends::Progress, &finish, converted);
        let ended = self.hit_by(Ends::Attempt, &finish, converted).filter(|_| !converted);
        let merit = Merit {
            void: void.is_some(),
            rung: Reverse(rung),
            hit: self.hit_by(Ends::Journey, &finish, converted).is_some(),
            conversion: if converted { finish.at } else { Instant::MIN },
            furthest: Reverse(self.terms.furthest(rung, seen)),
            observed: Reverse(seen.count()),
            finish: finish.at,
        };
        let chain = chain.iter().copied().flatten().enumerate();
        let latest = self.terms.start == Start::Latest;
        let excluded = [void, ended].into_iter().flatten().map(|bar| bar.touch).min();
        let span = Span { limit: self.limit, closes: self.limit, excluded };
        Attempt::new(merit, chain, (rows.fold(seen, StepSet::with), span), latest)
    }

    /// Each step by itself: those seen inside the window of the entry. This needs no index.
    pub(super) fn all_apart(&self) -> Attempt {
        let touches = self.journey.iter().skip(self.entry.touch);
        let touches = touches.take_while(|touch| touch.at <= self.limit);
        let seen = touches.fold(StepSet::EMPTY, |seen, touch| seen.with(touch.steps));
        let observed = seen.common(self.terms.steps);
        let merit = Merit {
            void: false,
            rung: Reverse(0),
            hit: false,
            conversion: Instant::MIN,
            furthest: Reverse(0),
            observed: Reverse(observed.count()),
            finish: self.entry.at,
        };
        let span = Span { limit: self.limit, closes: self.limit, excluded: None };
        Attempt::new(merit, std::iter::once((0, self.entry)), (observed, span), false)
    }

    /// The chosen events in journey order, and how many they are.
    fn chosen(&self, room: &Room) -> ([Option<Event>; STEPS], usize) {
        let mut shares = Shares { events: [None; STEPS] };
        if self.is_alone() {
            shares.events[0] = Some(self.entry);
        } else if self.index.contested {
            self.share_out(room, &mut shares);
        } else {
            let places = shares.events.iter_mut().zip(&self.terms.rungs);
            places.for_each(|(place, rung)| *place = self.events(rung.step, room).next());
        }
        let mut events = shares.events;
        events.sort_by_key(|event| event.map_or(usize::MAX, |event| event.touch));
        let count = events.iter().flatten().count();
        (events, count)
    }

    /// The events of a step from the entry on, inside the room.
    fn events(&self, step: usize, room: &Room) -> impl Iterator<Item = Event> {
        let threshold = Threshold { floor: self.entry.touch, ..self.roughly_after(Instant::MIN) };
        let room = *room;
        self.index.from(step, &threshold).take_while(move |event| room.admits(event))
    }

    /// Gives events to steps, earliest first, where some fit several.
    fn share_out(&self, room: &Room, shares: &mut Shares) {
        let rungs = &self.terms.rungs;
        let mut waiting: Vec<Event> =
            rungs.iter().flat_map(|rung| self.events(rung.step, room).take(rungs.len())).collect();
        waiting.sort_by_key(|event| event.touch);
        waiting.dedup_by_key(|event| event.touch);
        for event in waiting {
            self.give(event, shares, &mut StepSet::default());
        }
    }

    /// Gives an event a step that it fits, if need be by giving the event that has it another one.
    fn give(&self, event: Event, shares: &mut Shares, tried: &mut StepSet) -> bool {
        for (rung, terms) in self.terms.rungs.iter().enumerate() {
            if !self.journey[event.touch].steps.has(terms.step) || tried.has(rung) {
                continue;
            }
            tried.add(rung);
            let former = shares.events[rung];
            if former.is_none_or(|former| self.give(former, shares, tried)) {
                shares.events[rung] = Some(event);
                return true;
            }
        }
        false
    }

    /// The steps that are not required of which an event lies inside the room, from the entry on until
    /// `last`: the conversion's moment, which is the same whichever event of that moment is chosen.
    fn seen_until(&self, room: &Room, last: Instant) -> StepSet {
        let threshold = Threshold::not_before(self.entry.at, self.floor);
        let free = StepSet(self.terms.steps.0 & !self.terms.required.0);
        let seen = self.index.present(free).filter(|&step| {
            let first = self.index.first(step, &threshold, room.until.min(last));
            first.is_some_and(|event| room.admits(&event))
        });
        seen.fold(StepSet::EMPTY, |seen, step| seen.with(StepSet::only(step)))
    }
}
