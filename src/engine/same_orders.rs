//! Orders that several sources wrote down under different numbers.
//!
//! One order is one conversion, whatever number of systems saw it. Most agree on its number. Where they do
//! not, an order is known by the name that the shop gave it or by its checkout; else two sources mean the
//! same order if the same customer paid the same total within ten minutes, or if all but one know neither number nor total and
//! no source has another order of the customer about that time. No order is ever joined with
//! another one of its own source: that source tells its orders apart. The result depends on neither the
//! order of rows nor that of files. What joined orders are worth is not decided here.

mod checkouts;
mod same_total;
mod without_total;

use super::order_seen::OrderSeen;
use crate::event::{Identifier, IdentifierKind};
use crate::identity::{Links, People, Recurring, Strictness, identify};
use crate::input::format::Format;
use crate::input::format::shopify_orders::Order;
use crate::input::format::shopify_orders::packed::Cell;
use crate::key::{FastMap, FastSet, Key};
use crate::money::{Amount, Currency};
use crate::time::{Instant, Precision, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Two sources that saw one order wrote it down within this time.
const WITHIN: Span = Span::seconds(10 * 60);

/// A number that is also the name of an order means that order only if they are this close: systems that
/// count their own orders get to the same small numbers.
const NAMED_WITHIN: Span = Span::days(1);

/// The sources of an order, as bits: exports are one source, each format of logs is another.
pub(super) type Sources = u64;

/// The source that a log of a format is. Files of one tool are parts of one log.
pub(super) fn source_of(format: Format) -> Sources {
    1 << format.space().min(62)
}

/// The orders exports.
pub(super) const EXPORTS: Sources = 1 << 63;

/// Which orders are another one's, and by what that was known.
#[derive(Debug, Default)]
pub(super) struct SameOrders {
    /// The number under which an order counts, by the other numbers that it has.
    pub(super) numbers: FastMap<Key, Key>,
    /// Names that mean another order at another time.
    pub(super) recurring: Recurring,
    /// Orders that were known by their name or checkout.
    pub(super) by_number: u64,
    /// Orders that were known by customer, total and time.
    pub(super) by_customer: u64,
    /// Orders of one log alone that another log may have under another number, by total and time, if they are at least
    /// half of those that one log alone has.
    pub(super) not_matched: Option<u64>,
}

impl SameOrders {
    /// Finds the orders of logs that are orders of exports under another number: their name, or their
    /// checkout; and those that logs have under several numbers of one checkout. Whoever has the one has the other,
    /// which `links` are told. `source` says whose a row is.
    pub(super) fn named(
        seen: &mut [OrderSeen],
        exported: &[(&Order<'_>, Identifier)],
        links: &mut Links,
        source: impl Fn(&OrderSeen) -> Sources,
    ) -> SameOrders {
        let mut same = SameOrders::default();
        if seen.is_empty() {
            return same;
        }
        let names = Names::of(exported);
        let mut meant: FastMap<Key, Option<Key>> = FastMap::default();
        let named = || seen.iter().filter_map(|order| Some((order, names.of_seen(order)?)));
        for (order, (_, number)) in named() {
            let known = meant.entry(order.key).or_insert(Some(number.key));
            *known = known.filter(|known| *known == number.key);
        }
        for (order, (name, number)) in named() {
            if meant.get(&order.key) != Some(&Some(number.key)) {
                continue;
            }
            if same.numbers.insert(order.key, number.key).is_none() {
                same.by_number += 1;
            }
            let mut pair = [name, number];
            pair.sort_unstable();
            links.note(&pair, order.at);
        }
        // Rows that mean several orders by one name are told apart by their times.
        let several = seen.iter().map(|order| order.key);
        let several = several.filter(|name| meant.get(name) == Some(&None));
        for name in several.collect::<BTreeSet<Key>>() {
            names.add_to(&mut same.recurring, name);
        }
        same.by_number += same.take_meant(seen);
        links.part_by_time(same.recurring.clone());
        for (number, head) in checkouts::joined(seen, &names, source) {
            if same.numbers.insert(number, head).is_none() {
                same.by_number += 1;
            }
        }
        same
    }

    /// Gives rows the numbers of the orders that they mean by a name that comes again; says how many orders these are.
    fn take_meant(&self, seen: &mut [OrderSeen]) -> u64 {
        let mut orders: FastSet<Key> = FastSet::default();
        for order in seen {
            if let Some(number) = self.recurring.order(order.key, order.at) {
                order.key = number.key;
                orders.insert(number.key);
            }
        }
        orders.len() as u64
    }

    /// Joins the orders of one customer that several sources have under numbers of their own; `people` says
    /// who is who, and is asked only if any orders could be the same.
    pub(super) fn join_by_customer(
        &mut self,
        mut sightings: Vec<Sighting>,
        people: impl FnOnce() -> People,
    ) {
        let sources = sightings.iter().fold(0, |all, sighting| all | sighting.source);
        if sources.count_ones() < 2 {
            return;
        }
        for sighting in &mut sightings {
            sighting.number = self.of(sighting.number);
        }
        let mut heads = Heads::of(&sightings);
        sightings.retain(|sighting| sighting.is_one);
        let all = sightings.clone();
        let has_bare = sightings.iter().any(|sighting| sighting.is_bare);
        sightings.retain(|sighting| sighting.total.is_some());
        let may_have_same = same_total::count(&mut sightings, &heads, |_| true) > 0;
        if !may_have_same && !has_bare {
            return;
        }
        let people = people();
        let person = |key: Key, at: Instant| people.of_at(key, at).map_or(key, |person| person.key);
        if may_have_same {
            for sighting in &mut sightings {
                sighting.person = person(sighting.person, sighting.at);
            }
            self.by_customer += same_total::join(&mut sightings, &mut heads);
        }
        if has_bare {
            self.by_customer += without_total::join(all, &mut heads, person);
        }
        if may_have_same {
            self.not_matched = not_matched(&mut sightings, &heads);
        }
        // What is known by number may be of an order that now counts under another one.
        #[expect(clippy::iter_over_hash_type, reason = "each is changed by itself")]
        for number in self.numbers.values_mut() {
            *number = heads.root(*number);
        }
        for (&number, &head) in &heads.above {
            let head = heads.root(head);
            self.numbers.insert(number, head);
            // Others have its number now, so it is one, whatever the row that has it says.
            self.numbers.insert(head, head);
        }
    }

    /// The number under which an order counts.
    #[inline]
    pub(super) fn of(&self, number: Key) -> Key {
        self.numbers.get(&number).copied().unwrap_or(number)
    }
}

/// The orders of exports, by all that logs call them.
pub(super) struct Exported {
    names: Names,
}

impl Exported {
    pub(super) fn of(exported: &[(&Order<'_>, Identifier)]) -> Exported {
        Exported { names: Names::of(exported) }
    }

    /// The number of an order that a log has seen, if an export has it.
    pub(super) fn number(&self, order: &OrderSeen) -> Option<Key> {
        self.names.number(order)
    }
}

/// When the shop made its orders, by all that logs call them.
pub(super) struct OrderTimes {
    names: Names,
    times: FastMap<Key, Instant>,
}

impl OrderTimes {
    /// The times of exported orders, as far as they are known by themselves: a bare date is none, nor is a
    /// time that does not say its zone, as spreadsheets leave it.
    pub(super) fn of(exported: &[(&Order<'_>, Identifier)]) -> OrderTimes {
        let is_sure =
            |order: &Order<'_>| order.at.offset.is_some() && order.at.precision != Precision::Day;
        let sure = exported.iter().filter(|(order, _)| is_sure(order));
        let times = sure.map(|(order, number)| (number.key, order.at.at)).collect();
        OrderTimes { names: Names::of(exported), times }
    }

    /// When the shop made an order that a log has seen.
    pub(super) fn of_order(&self, order: &OrderSeen) -> Option<Instant> {
        self.times.get(&self.names.number(order)?).copied()
    }
}

/// The other names of exported orders.
struct Names {
    /// The first order of each name.
    orders: FastMap<Key, Named>,
    /// All others that have it: of other shops, or of the time before a shop began to count anew.
    others: FastMap<Key, Vec<Named>>,
    /// Their own numbers.
    numbers: FastSet<Key>,
}

/// An order by another of its names.
#[derive(Clone, Copy)]
struct Named {
    name: Identifier,
    number: Identifier,
    at: Instant,
}

impl Names {
    fn of(exported: &[(&Order<'_>, Identifier)]) -> Names {
        let mut names = Names {
            orders: FastMap::default(),
            others: FastMap::default(),
            // A name that is another order's number means that order.
            numbers: exported.iter().map(|(_, number)| number.key).collect(),
        };
        for &(order, number) in exported {
            let name = identify(IdentifierKind::OrderId, 0, order.name(), Strictness::Only);
            // Some logs have the token in place of a number.
            let kinds = [IdentifierKind::CheckoutToken, IdentifierKind::OrderId];
            let tokens = order.texts().all(Cell::Token).flat_map(|token| {
                kinds.into_iter().filter_map(|kind| identify(kind, 0, token, Strictness::Several))
            });
            for name in name.into_iter().filter(|name| *name != number).chain(tokens) {
                names.note(Named { name, number, at: order.at.at });
            }
        }
        names
    }

    fn note(&mut self, named: Named) {
        let Named { name, number, .. } = named;
        if self.numbers.contains(&name.key) {
            return;
        }
        let first = *self.orders.entry(name.key).or_insert(named);
        if first.number != number {
            let others = self.others.entry(name.key).or_default();
            if others.iter().all(|other| other.number != number) {
                others.push(named);
            }
        }
    }

    /// Adds a name to those that come again, if it is one of several orders.
    fn add_to(&self, recurring: &mut Recurring, name: Key) {
        let (Some(first), Some(others)) = (self.orders.get(&name), self.others.get(&name)) else {
            return;
        };
        let orders = others.iter().chain([first]).map(|named| (named.at, named.number));
        recurring.add(first.name, orders.collect(), NAMED_WITHIN);
    }

    /// The order of an export that a log has seen, if it goes by another name there: by that name, or by its checkout.
    fn of_seen(&self, order: &OrderSeen) -> Option<(Identifier, Identifier)> {
        if !order.numbered || self.numbers.contains(&order.key) {
            return None;
        }
        self.order(order.key, order.at).or_else(|| self.order(order.token, order.at))
    }

    /// The number of an order that a log has seen, if an export has it.
    fn number(&self, order: &OrderSeen) -> Option<Key> {
        let named = self.of_seen(order).map(|(_, number)| number.key);
        named.or_else(|| self.numbers.get(&order.key).copied())
    }

    fn order(&self, key: Key, at: Instant) -> Option<(Identifier, Identifier)> {
        let others = self.others.get(&key).into_iter().flatten();
        let is_near = |named: &&Named| {
            let apart = named.at.max(at).since(named.at.min(at));
            apart <= NAMED_WITHIN
        };
        let mut near = self.orders.get(&key).into_iter().chain(others).filter(is_near);
        let named = near.next()?;
        near.next().is_none().then_some((named.name, named.number))
    }
}

/// An order as a source has it. The order of sightings is that of totals and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sighting {
    /// What was paid; `None` if that, or when, is not known well enough to tell orders apart.
    total: Option<Amount>,
    at: Instant,
    number: Key,
    source: Sources,
    /// The row's strongest identifier.
    person: Key,
    unit: Span,
    currency: Currency,
    /// Whether the order does not count.
    is_left_out: bool,
    /// Whether the row is an order by itself, and its time is known to the minute.
    is_one: bool,
    /// Whether its source says neither the number nor the total.
    is_bare: bool,
}

impl Sighting {
    /// An order in a log of a format.
    pub(super) fn in_log(order: &OrderSeen, source: Sources) -> Sighting {
        // A basket is an order in parts, and one of its rows does not tell its total.
        let is_whole = order.numbered || order.key == order.fingerprint;
        let is_known = is_whole && order.precision != Precision::Day;
        Sighting {
            total: order.amount.filter(|_| is_known),
            at: order.at,
            number: order.key,
            source,
            person: order.person,
            unit: order.precision.unit(),
            currency: order.currency,
            is_left_out: false,
            is_one: order.precision != Precision::Day && (is_whole || order.amount.is_none()),
            // The token of a checkout is no number of an order.
            is_bare: (!order.numbered || order.key == order.token) && order.amount.is_none(),
        }
    }

    /// An order of an export, with its number.
    pub(super) fn in_export(order: &Order<'_>, number: Key) -> Sighting {
        Sighting {
            total: order.amount().filter(|_| order.at.precision != Precision::Day),
            at: order.at.at,
            number,
            source: EXPORTS,
            person: number,
            unit: order.at.precision.unit(),
            currency: order.currency(),
            is_left_out: false,
            is_one: order.at.precision != Precision::Day,
            is_bare: false,
        }
    }

    /// An order of an export that does not count, with its number and somebody whom it names.
    pub(super) fn left_out(order: &Order<'_>, number: Key, person: Key) -> Sighting {
        Sighting { person, is_left_out: true, ..Sighting::in_export(order, number) }
    }
}

/// How many orders of one log alone may be orders of another log alone, by total and time.
fn not_matched(sightings: &mut [Sighting], heads: &Heads) -> Option<u64> {
    const FEWEST: u64 = 5;
    let is_alone =
        |number: Key| heads.sources(number).is_some_and(|sources| sources & EXPORTS == 0);
    let matched = same_total::count(sightings, heads, is_alone);
    let all = heads
        .heads
        .values()
        .filter(|(sources, _)| sources & EXPORTS == 0 && sources.is_power_of_two());
    (matched >= FEWEST && 4 * matched >= all.count() as u64).then_some(matched)
}

/// The orders, joined: of each set of numbers one that stands for all.
struct Heads {
    /// For a number that stands for no order any more, one that may.
    above: BTreeMap<Key, Key>,
    /// For a number that does, the sources of the order, and its place among those that could stand for it:
    /// a number of an export first, then the earliest.
    heads: BTreeMap<Key, (Sources, (bool, Instant, Key))>,
}

impl Heads {
    fn of(sightings: &[Sighting]) -> Heads {
        let mut heads: BTreeMap<Key, (Sources, (bool, Instant, Key))> = BTreeMap::new();
        for &Sighting { number, source, at, .. } in sightings {
            let own = (source != EXPORTS, at, number);
            let (sources, first) = heads.entry(number).or_insert((source, own));
            *sources |= source;
            *first = own.min(*first);
        }
        Heads { above: BTreeMap::new(), heads }
    }

    fn root(&self, mut number: Key) -> Key {
        while let Some(&above) = self.above.get(&number) {
            number = above;
        }
        number
    }

    /// Whether two numbers may stand for one order: no source has both.
    fn may_join(&self, a: Key, b: Key) -> bool {
        let is_apart =
            || matches!((self.sources(a), self.sources(b)), (Some(a), Some(b)) if a & b == 0);
        self.root(a) != self.root(b) && is_apart()
    }

    /// The sources that have an order.
    fn sources(&self, number: Key) -> Option<Sources> {
        self.heads.get(&self.root(number)).map(|&(sources, _)| sources)
    }

    /// Joins two orders; false if they may not be joined.
    fn join(&mut self, a: Key, b: Key) -> bool {
        if !self.may_join(a, b) {
            return false;
        }
        let (a, b) = (self.root(a), self.root(b));
        let (Some(one), Some(other)) = (self.heads.remove(&a), self.heads.remove(&b)) else {
            return false;
        };
        let (head, below) = if one.1 <= other.1 { (a, b) } else { (b, a) };
        self.heads.insert(head, (one.0 | other.0, one.1.min(other.1)));
        self.above.insert(below, head);
        true
    }
}

#[cfg(test)]
mod tests;
