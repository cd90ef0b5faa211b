//! One customer's touches in order: cleaned of what does not count, and cut into sessions.
//!
//! This file decides which rows of a customer are duplicates, further lines of an order or otherwise
//! set aside, in the one order that `quality` states: duplicates first, then robots, then the rest.
//! How far the journey got is the business of `climb`.

use crate::event::{Touch, mark};
use crate::key::{FastMap, FastSet, Key};
use crate::quality::Reason;
use crate::time::{Instant, Span};

/// More than this without an event ends a session.
pub const SESSION_GAP: Span = Span::seconds(30 * 60);

/// Reusable room for cleaning journeys.
#[derive(Debug, Default)]
pub struct Cleaner {
    deliveries: FastSet<Key>,
    orders: FastMap<Key, Touch>,
}

impl Cleaner {
    /// Sorts a customer's touches (in order already) into those that stay and those that are set aside:
    /// `keep` gets the first, `aside` is told of the others with the reason. Rows of unknown names are
    /// both told of and kept, because they keep sessions going. `same_input` says whether two touches
    /// are of one input.
    pub fn clean(
        &mut self,
        touches: &[Touch],
        keep: &mut Vec<Touch>,
        same_input: impl Fn(&Touch, &Touch) -> bool,
        mut aside: impl FnMut(&Touch, Reason),
    ) {
        keep.clear();
        self.make_room(touches.len());
        for touch in touches {
            let again = self.is_again(touches, touch);
            let reason = if again {
                Some(Reason::Duplicate)
            } else {
                Reason::from_mark(touch.aside).or_else(|| self.same_order(touch, &same_input))
            };
            match reason {
                None => keep.push(*touch),
                Some(Reason::UnmappedEvent) => {
                    aside(touch, Reason::UnmappedEvent);
                    keep.push(*touch);
                }
                Some(reason) => aside(touch, reason),
            }
        }
    }

    /// Forgets the customer before. To empty a map takes as long as it is large, so the room of a robot is
    /// given back: everybody after it would pay for it.
    fn make_room(&mut self, touches: usize) {
        const LARGE: usize = 1024;
        if self.deliveries.capacity() > LARGE.max(8 * touches) {
            self.deliveries = FastSet::default();
        }
        if self.orders.capacity() > LARGE.max(8 * touches) {
            self.orders = FastMap::default();
        }
        self.deliveries.clear();
        self.orders.clear();
    }

    /// Whether an earlier touch is a delivery of the same event.
    fn is_again(&mut self, touches: &[Touch], touch: &Touch) -> bool {
        const FEW: usize = 12;
        if touches.len() > FEW {
            return !self.deliveries.insert(touch.fingerprint);
        }
        touches
            .iter()
            .take_while(|earlier| !std::ptr::eq(*earlier, touch))
            .any(|earlier| earlier.fingerprint == touch.fingerprint)
    }

    /// Whether an earlier touch completed the same order: one order is one conversion.
    fn same_order(
        &mut self,
        touch: &Touch,
        same_input: &impl Fn(&Touch, &Touch) -> bool,
    ) -> Option<Reason> {
        if !touch.is(mark::ORDER | mark::NUMBERED) {
            return None;
        }
        let first = *self.orders.entry(touch.order).or_insert(*touch);
        (first != *touch).then(|| {
            if same_input(&first, touch) { Reason::Continuation } else { Reason::Duplicate }
        })
    }
}

/// The sessions of a customer's touches (kept, in order of time), each in order of time; sessions in
/// the order in which they began. Orders of an export never open a session: they go with the latest
/// session of the customer that was active within the gap, and stand alone without one.
pub fn sessions(touches: &[Touch]) -> Vec<Vec<Touch>> {
    let mut sessions: Vec<Vec<Touch>> = Vec::new();
    let mut sessionizer = Sessionizer::default();
    for touch in touches {
        let session = sessionizer.session_of(touch);
        if session == sessions.len() {
            sessions.push(Vec::new());
        }
        sessions[session].push(*touch);
    }
    sessions
}

/// Numbers the sessions of one customer, from 0, as touches come in order of time.
#[derive(Clone, Debug, Default)]
pub struct Sessionizer {
    /// The latest session of each visit, and when its log last said something.
    current: FastMap<Key, (usize, Instant)>,
    /// The latest session of any visit, likewise.
    latest: Option<(usize, Instant)>,
    count: usize,
}

impl Sessionizer {
    /// Begins with another customer.
    pub fn clear(&mut self) {
        self.current.clear();
        self.latest = None;
        self.count = 0;
    }

    /// The number of the session that the next touch belongs to.
    pub fn session_of(&mut self, touch: &Touch) -> usize {
        let goes_on = |&(_, last): &(usize, Instant)| touch.at.since(last) <= SESSION_GAP;
        let is_log = touch.is(mark::LOG);
        let open = if is_log {
            let running = self.current.get(&touch.visit).copied();
            running.filter(|running| touch.is(mark::SESSION) || goes_on(running))
        } else {
            self.latest.filter(goes_on)
        };
        let session = open.map_or(self.count, |(session, _)| session);
        self.count = self.count.max(session + 1);
        if is_log {
            self.current.insert(touch.visit, (session, touch.at));
            self.latest = Some((session, touch.at));
        }
        session
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{RowRef, StepSet};
    use crate::time::Precision;

    fn touch(minute: i64, visit: u64, marks: u8) -> Touch {
        Touch {
            person: Key(1),
            visit: Key(visit),
            at: Instant(minute * 60_000_000),
            fingerprint: Key(u64::try_from(minute).unwrap() << 32 | visit),
            order: Key::NONE,
            row: RowRef::new(0, u32::try_from(minute).unwrap(), 0),
            steps: StepSet::EMPTY,
            actions: StepSet::EMPTY,
            name: 0,
            sequence: 0,
            precision: Precision::Exact,
            aside: 0,
            marks,
            held: Key::NONE,
            values: Key::NONE,
            exclusions: 0,
        }
    }

    fn cut(touches: &[Touch]) -> Vec<Vec<i64>> {
        sessions(touches).iter().map(|s| s.iter().map(|t| t.at.0 / 60_000_000).collect()).collect()
    }

    #[test]
    fn more_than_thirty_minutes_end_a_session() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG), touch(30, 1, mark::LOG), touch(61, 1, mark::LOG)]),
            [vec![0, 30], vec![61]]
        );
    }

    #[test]
    fn devices_have_sessions_of_their_own() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG), touch(5, 2, mark::LOG), touch(10, 1, mark::LOG)]),
            [vec![0, 10], vec![5]]
        );
    }

    #[test]
    fn a_session_of_the_source_is_not_cut() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG | mark::SESSION), touch(90, 1, mark::LOG | mark::SESSION)]),
            [vec![0, 90]]
        );
    }

    #[test]
    fn an_exported_order_joins_a_running_session_or_stands_alone() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG), touch(20, 9, mark::ORDER), touch(90, 9, mark::ORDER)]),
            [vec![0, 20], vec![90]]
        );
    }

    #[test]
    fn the_room_of_a_robot_is_given_back() {
        let order = |minute| Touch {
            order: Key(u64::try_from(minute).unwrap()),
            ..touch(minute, 1, mark::LOG | mark::ORDER | mark::NUMBERED)
        };
        let robot: Vec<Touch> = (0..100_000).map(order).collect();
        let (mut cleaner, mut keep) = (Cleaner::default(), Vec::new());
        for length in [100_000, 20] {
            cleaner.clean(&robot[..length], &mut keep, |_, _| true, |_, _| {});
            assert_eq!(keep.len(), length);
        }
        assert!(cleaner.deliveries.capacity() < 2000, "{}", cleaner.deliveries.capacity());
        assert!(cleaner.orders.capacity() < 2000, "{}", cleaner.orders.capacity());
    }

    #[test]
    fn deliveries_and_lines_of_an_order_count_once() {
        let order = |minute, key, fingerprint| Touch {
            order: Key(key),
            fingerprint: Key(fingerprint),
            ..touch(minute, 1, mark::LOG | mark::ORDER | mark::NUMBERED)
        };
        let bot = Touch { aside: Reason::Bot.mark(), ..touch(3, 1, mark::LOG) };
        let touches = [order(0, 7, 1), order(0, 7, 1), order(1, 7, 2), order(2, 8, 3), bot, bot];
        let (mut keep, mut aside) = (Vec::new(), Vec::new());
        Cleaner::default().clean(&touches, &mut keep, |_, _| true, |_, reason| aside.push(reason));
        assert_eq!(keep.len(), 2);
        assert_eq!(
            aside,
            [Reason::Duplicate, Reason::Continuation, Reason::Bot, Reason::Duplicate]
        );
    }
}
