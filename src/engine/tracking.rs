//! What event logs saw of each order of an export: the orders themselves, the steps of their checkouts, and
//! the device.
//!
//! While rows are read, only the few that speak of a cart, a checkout or an order are noted
//! ([`CheckoutsSeen::note`]), and only if there is an export to hold them against. When people are known,
//! each order finds what belongs to it: what its customer did since the order before, in the two weeks
//! that lead to it. Shares and days are the business of `analysis`.

use super::pages::Page;
use super::skew::Skew;
use super::values::Values;
use crate::event::{RawEvent, RowRef, mark};
use crate::findings::{TrackedOrder, TrackingFindings};
use crate::identity::People;
use crate::input::format::shopify_orders::Order;
use crate::input::format::shopify_orders::packed::Cell;
use crate::key::Key;
use crate::time::{Instant, Span};
use std::collections::BTreeMap;

/// What happened longer before an order does not belong to its checkout.
const BEFORE: Span = Span::days(14);

/// The shop's clock and the customer's may differ by so much without either being wrong.
const CLOCKS: Span = Span::seconds(120);

/// An order of an export, to be held against what logs saw.
#[derive(Clone, Debug)]
pub(super) struct OrderTrace {
    number: Key,
    /// The last moment at which something belongs to the order.
    until: Instant,
    found: TrackedOrder,
}

impl OrderTrace {
    /// The trace of an order with this number.
    pub(super) fn new(order: &Order, number: Key, in_log: bool) -> OrderTrace {
        OrderTrace {
            number,
            until: order.at.at.plus(order.at.precision.unit().max(CLOCKS)),
            found: TrackedOrder {
                at: order.at.at,
                in_log,
                steps: 0,
                device: order.device.map(Into::into),
                gateway: order.texts.get(Cell::Gateway).map(Into::into),
            },
        }
    }
}

/// A row of a log that speaks of a cart, a checkout or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    /// The row's strongest identifier; later the person.
    person: Key,
    at: Instant,
    /// The step of a checkout, as a bit.
    step: u8,
    /// What the dictionary knows of the device.
    device: Key,
    row: RowRef,
}

/// What logs saw of carts, checkouts and orders.
#[derive(Debug, Default)]
pub(super) struct CheckoutsSeen {
    is_wanted: bool,
    rows: Vec<Seen>,
    /// Those of pages of which only the address says so.
    pages: Vec<(Page, Seen)>,
    devices: Values,
}

impl CheckoutsSeen {
    /// Nothing seen yet; nothing is kept unless it is wanted.
    pub(super) fn new(is_wanted: bool) -> CheckoutsSeen {
        let devices = Values::new(vec!["device".to_owned()]);
        CheckoutsSeen { is_wanted, rows: Vec::new(), pages: Vec::new(), devices }
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Seen>()
            + self.pages.capacity() * size_of::<(Page, Seen)>()
            + self.devices.bytes()
    }

    /// Notes a row of a log that counts: `step` of a checkout, with the marks of its name, and the page if
    /// only its address says so.
    #[inline]
    pub(super) fn note(
        &mut self,
        event: &RawEvent<'_>,
        row: RowRef,
        (step, marks, page): (u8, u8, Option<Page>),
    ) {
        if !self.is_wanted || (step == 0 && marks & (mark::CART | mark::ORDER) == 0) {
            return;
        }
        let Some(strongest) = event.identifiers.first() else { return };
        let device = self.devices.note(event.details);
        let seen = Seen { person: strongest.key, at: event.at, step, device, row };
        match page {
            Some(page) => self.pages.push((page, seen)),
            None => self.rows.push(seen),
        }
    }

    /// Lets pages count of which only the address says what they are, if `counts` says so.
    pub(super) fn settle_pages(&mut self, counts: impl Fn(Page) -> bool) {
        let pages = std::mem::take(&mut self.pages).into_iter();
        self.rows.extend(pages.filter(|(page, _)| counts(*page)).map(|(_, seen)| seen));
    }

    /// Moves what browsers with wrong clocks did to when it was.
    pub(super) fn put_right(&mut self, skew: &Skew) {
        for seen in &mut self.rows {
            seen.at = skew.time(seen.row, seen.at);
        }
    }

    /// Forgets what turned out to be later than an instant.
    pub(super) fn forget_behind(&mut self, latest: Instant) {
        self.rows.retain(|seen| seen.at <= latest);
    }

    /// Adds what another thread noted.
    pub(super) fn merge(&mut self, other: CheckoutsSeen) {
        self.rows.extend(other.rows);
        self.pages.extend(other.pages);
        self.devices.merge(other.devices);
    }

    /// What was seen of each order.
    pub(super) fn tracking(
        &mut self,
        orders: Vec<OrderTrace>,
        people: &People,
    ) -> TrackingFindings {
        let person = |key: Key, at: Instant| people.of_at(key, at).map_or(key, |person| person.key);
        let mut rows = std::mem::take(&mut self.rows);
        for row in &mut rows {
            row.person = person(row.person, row.at);
        }
        rows.sort_unstable();
        let steps = rows.iter().fold(0, |steps, row| steps | row.step);
        let mut by_person: BTreeMap<Key, Vec<OrderTrace>> = BTreeMap::new();
        for order in orders {
            let person = person(order.number, order.found.at);
            by_person.entry(person).or_default().push(order);
        }
        let mut found: Vec<TrackedOrder> = Vec::new();
        for (person, mut orders) in by_person {
            let start = rows.partition_point(|row| row.person < person);
            let own = rows.get(start..).unwrap_or_default();
            let own = &own[..own.partition_point(|row| row.person == person)];
            orders.sort_unstable_by_key(|order| (order.until, order.number));
            let mut after = Instant::MIN;
            for order in orders {
                let until = order.until;
                found.push(self.order(order, after, own));
                after = until;
            }
        }
        found.sort_unstable();
        TrackingFindings { orders: found, steps, log_span: None }
    }

    /// An order with what its customer did behind `after`; `own` is in order of time.
    fn order(&self, order: OrderTrace, after: Instant, own: &[Seen]) -> TrackedOrder {
        let OrderTrace { until, mut found, .. } = order;
        let belongs = own
            .iter()
            .filter(|row| row.at > after && row.at <= until && found.at.since(row.at) <= BEFORE);
        let mut device = None;
        for row in belongs {
            found.steps |= row.step;
            device = self.devices.get(row.device, 0).or(device);
        }
        found.device = found.device.or_else(|| device.map(Into::into));
        found
    }
}
