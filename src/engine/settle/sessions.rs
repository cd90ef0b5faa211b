//! Single sessions of a report: what visitors did, where nothing tells it better.
//!
//! Beside a log the same sessions were seen twice, so there they stay what they are in any report, totals to
//! hold the log against. Without one they are journeys: each step that a session reached is an event. That a session
//! completed a checkout says of no order which one it was; what that means beside exported orders is
//! decided here.

use super::orders::{identifiers_of, why_left_out};
use crate::engine::haul::Haul;
use crate::engine::stamping::{RowPlace, Stamping, Verdict};
use crate::event::{Identifier, IdentifierKind, OrderNote, Origin, RawEvent, RowRef, mark};
use crate::identity::{People, Strictness};
use crate::input::format::shopify_orders::Order;
use crate::input::format::shopify_session_rows::{Session, SessionDimensions, SessionStep};
use crate::input::format::{Format, RowIdentifiers};
use crate::input::timestamp::Stamp;
use crate::input::{Reading, Rows};
use crate::key::{FastMap, Key};
use crate::money::Currency;
use crate::time::{Instant, Precision, Span};
use std::collections::BTreeMap;

/// The steps of a session report by the names of events.
const NAMES: [&str; 4] =
    ["session_start", "product_added_to_cart", "checkout_started", "checkout_completed"];

/// The step that is an order.
const ORDER: usize = 3;

/// An order is made at most so long after the time that is known of its session.
const WITHIN: Span = Span::seconds(3 * 3600);

/// The inputs that have a row for each session, with its parts; none if they are not journeys.
pub(super) fn inputs(readings: &[Reading]) -> BTreeMap<usize, &SessionDimensions> {
    if has_log(readings) {
        return BTreeMap::new();
    }
    let dimensions = readings.iter().enumerate().filter_map(|(input, reading)| {
        if let Rows::Totals(_, columns) = &reading.rows {
            Some((input, columns.sessions.as_ref()?))
        } else {
            None
        }
    });
    dimensions.collect()
}

/// Whether a log tells what happened in the sessions.
pub(super) fn has_log(readings: &[Reading]) -> bool {
    readings.iter().any(|reading| reading.format.is_log())
}

/// Makes events of sessions. Orders that were made in one of them are that session's event; where there are
/// exports of `orders`, another conversion is a step and no order.
pub(super) fn settle_sessions(
    haul: &mut Haul<'_>,
    sessions: &[Session<'_>],
    (orders, are_exported): (&[(&Order<'_>, Identifier)], bool),
    stamping: &mut Stamping<'_>,
) {
    let named: Vec<Named<'_>> = sessions
        .iter()
        .map(|session| Named { session, identifiers: identifiers(haul, session) })
        .collect();
    let made = made_in(haul, &named, orders, stamping);
    for own in &named {
        let order = made.get(&own.session.key());
        for number in (0..NAMES.len()).filter(|&number| own.session.reached[number]) {
            own.take(number, (order, are_exported), haul, stamping);
        }
    }
}

/// A session and who it was.
struct Named<'s> {
    session: &'s Session<'s>,
    identifiers: Vec<Identifier>,
}

/// The order that was made in a session.
#[derive(Clone, Copy, Debug)]
struct Made {
    number: Key,
    at: Stamp,
}

impl Named<'_> {
    fn is_of_somebody(&self) -> bool {
        self.identifiers.iter().any(|identifier| identifier.kind.is_named())
    }

    /// Hands over a step.
    fn take(
        &self,
        number: usize,
        (made, are_exported): (Option<&Made>, bool),
        haul: &mut Haul<'_>,
        stamping: &mut Stamping<'_>,
    ) {
        let session = self.session;
        let made = made.filter(|_| number == ORDER);
        let at = made.map_or(session.at, |made| made.at);
        let order = OrderNote {
            key: made.map_or_else(|| session.key().and(Key::of(b"order")), |made| made.number),
            numbered: made.is_some(),
            amount: None,
            currency: Currency::default(),
        };
        let step = u32::try_from(number).unwrap_or(u32::MAX);
        let event = RawEvent {
            at: at.at,
            precision: at.precision,
            name: NAMES[number].as_bytes(),
            derived: session.landing().filter(|_| number == 0),
            identifiers: &self.identifiers,
            sequence: step,
            origin: Origin::Session,
            details: &SessionStep { session, number: step, order: Some(order) },
        };
        let verdict = Verdict {
            aside: None,
            marks: if number == 0 { 0 } else { mark::FURTHER },
            denied: if are_exported && made.is_none() { mark::ORDER } else { 0 },
            is_program: false,
        };
        haul.take(&event, RowPlace::settled(session.input, session.row), verdict, stamping);
    }
}

/// Who a session was: the customer, else nobody but the session itself.
fn identifiers(haul: &mut Haul<'_>, session: &Session<'_>) -> Vec<Identifier> {
    let mut identifiers = RowIdentifiers::remembering(std::mem::take(&mut haul.texts));
    let space = Format::ShopifyAnalyticsSessions.space();
    for text in &session.customers {
        identifiers.add(IdentifierKind::CustomerId, space, text, Strictness::Several);
    }
    for text in &session.emails {
        identifiers.add(IdentifierKind::Email, space, text, Strictness::Several);
    }
    if identifiers.sorted().is_empty() {
        identifiers.add(IdentifierKind::ClientId, space, &session.id, Strictness::Only);
    }
    let (identifiers, texts) = identifiers.into_sorted();
    haul.texts = texts;
    identifiers
}

/// The orders that were made in sessions that completed a checkout, by session. An order is that of the last
/// such session of the same customer that had begun before it, if it was made within three hours of what is
/// known of the session's time. Each session made at most one of them, each order was made in at most one.
fn made_in(
    haul: &mut Haul<'_>,
    sessions: &[Named<'_>],
    orders: &[(&Order<'_>, Identifier)],
    stamping: &Stamping<'_>,
) -> FastMap<Key, Made> {
    let mut made = FastMap::default();
    let ordering =
        || sessions.iter().filter(|own| own.session.reached[ORDER] && own.is_of_somebody());
    if orders.is_empty() || ordering().next().is_none() {
        return made;
    }
    let counts =
        |order: &Order<'_>| why_left_out(order).is_none() && !stamping.is_future(order.at.at);
    let counted = || orders.iter().filter(|(order, _)| counts(order));
    for &(order, number) in counted() {
        let identifiers = identifiers_of(haul, order, number);
        haul.link(&identifiers, order.at.at, order.row);
    }
    for own in sessions {
        haul.link(&own.identifiers, own.session.at.at, own.session.row);
    }
    let people = People::unite(&haul.links, &haul.identified, stamping.settings.threads);
    let person = |key: Key, at: Instant| people.of_at(key, at).map_or(key, |person| person.key);
    let mut by_person: BTreeMap<Key, BTreeMap<Precision, Free<'_>>> = BTreeMap::new();
    let mut in_order: Vec<&Named<'_>> = ordering().collect();
    in_order.sort_by_key(|own| place_in_time(own.session));
    for own in in_order {
        let Some(strongest) = own.identifiers.first() else { continue };
        let person = person(strongest.key, own.session.at.at);
        let of_person = by_person.entry(person).or_default();
        of_person.entry(own.session.at.precision).or_default().add(own.session);
    }
    let mut in_order: Vec<_> = counted().collect();
    in_order.sort_by_key(|(order, number)| (order.at.at, number.key));
    for &(order, number) in in_order {
        let Some(free) = by_person.get_mut(&person(number.key, order.at.at)) else { continue };
        let last = free.values_mut().filter_map(|free| {
            let place = free.last_before(order.at)?;
            Some((free.sessions[place], place, free))
        });
        let Some((session, place, free)) = last.max_by_key(|(own, ..)| place_in_time(own)) else {
            continue;
        };
        free.take(place);
        made.insert(session.key(), Made { number: number.key, at: finer(session.at, order.at) });
    }
    made
}

/// By what sessions are put in order.
fn place_in_time(session: &Session<'_>) -> (Instant, usize, RowRef) {
    (session.at.at, session.input, session.row)
}

/// The sessions of a customer that no order is known to be of, of those whose times are known equally well.
#[derive(Debug, Default)]
struct Free<'s> {
    /// All of them, in order of time.
    sessions: Vec<&'s Session<'s>>,
    /// For each how many there are up to the last one that is free, as far as that was looked up: itself, or one before it.
    free: Vec<usize>,
}

impl<'s> Free<'s> {
    fn add(&mut self, session: &'s Session<'s>) {
        self.sessions.push(session);
        self.free.push(self.sessions.len());
    }

    /// The last free session in which an order may have been made.
    fn last_before(&mut self, order: Stamp) -> Option<usize> {
        // A later one of them is over later.
        let count = self.sessions.partition_point(|own| has_begun(own.at, order));
        let place = self.count_to_free(count).checked_sub(1)?;
        Some(place).filter(|&place| may_hold(self.sessions[place].at, order))
    }

    /// How many of the first sessions there are up to the last one that is free.
    fn count_to_free(&mut self, count: usize) -> usize {
        let mut free = count;
        while free > 0 && self.free[free - 1] != free {
            free = self.free[free - 1];
        }
        let mut passed = count;
        while passed > free {
            passed = std::mem::replace(&mut self.free[passed - 1], free);
        }
        free
    }

    fn take(&mut self, place: usize) {
        self.free[place] = place;
    }
}

/// Whether an order may have been made in a session that began at a time.
fn may_hold(session: Stamp, order: Stamp) -> bool {
    has_begun(session, order) && order.at < behind(session).plus(WITHIN)
}

/// Whether a session may have begun before an order was made.
fn has_begun(session: Stamp, order: Stamp) -> bool {
    behind(order) > session.at
}

fn behind(stamp: Stamp) -> Instant {
    stamp.at.plus(stamp.precision.unit())
}

/// When an order was made, by the session or by the export, whichever says it more finely.
fn finer(session: Stamp, order: Stamp) -> Stamp {
    let is_known = order.precision <= session.precision && order.at >= session.at;
    if is_known { order } else { session }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_made_in_a_session_that_has_begun_and_is_not_long_over() {
        const DAY: i64 = 86_400;
        let stamp = |seconds: i64, precision| Stamp {
            at: Instant(seconds * 1_000_000),
            precision,
            offset: None,
        };
        for (session, precision, order, unit, expected) in [
            (0, Precision::Day, DAY - 1, Precision::Second, true),
            (0, Precision::Day, DAY + 3 * 3600 - 1, Precision::Second, true),
            (0, Precision::Day, DAY + 3 * 3600, Precision::Second, false),
            (600, Precision::Minute, 599, Precision::Second, false),
            (600, Precision::Minute, 600, Precision::Second, true),
            (600, Precision::Minute, 540, Precision::Minute, false),
            (600, Precision::Minute, 0, Precision::Day, true),
            (0, Precision::Second, 3 * 3600 + 1, Precision::Second, false),
        ] {
            let (session, order) = (stamp(session, precision), stamp(order, unit));
            assert_eq!(may_hold(session, order), expected, "{session:?} {order:?}");
        }
    }

    #[test]
    fn the_finer_time_is_when_the_order_was_made() {
        let stamp = |at, precision| Stamp { at: Instant(at), precision, offset: None };
        let (day, second) = (stamp(0, Precision::Day), stamp(9, Precision::Second));
        assert_eq!(finer(day, second), second);
        assert_eq!(finer(second, day), second);
        assert_eq!(finer(stamp(10, Precision::Second), second).at, Instant(10));
    }
}
