//! Orders: those of exports and those that logs saw completed, each counted once.
//!
//! An order that a log has seen completed is the log's event, whichever of its numbers the log knows
//! (`same_orders`); the export's row brings its money and status, and no touch of its own. Which rows are one
//! order of an export is decided in `input`.

use super::Settled;
use super::completed::{Completed, CompletedOrders, OrderWorth};
use super::oddities::{logs_not_matched, unpriced};
use super::order_rows::{OrderRow, take_order, take_rows};
use crate::engine::haul::Haul;
use crate::engine::order_seen::OrderSeen;
use crate::engine::robots::Pardons;
use crate::engine::same_orders::{EXPORTS, Exported, SameOrders, Sighting, source_of};
use crate::engine::scan::Scan;
use crate::engine::stamping::{Stamping, Verdict};
use crate::engine::tracking::OrderTrace;
use crate::error::Result;
use crate::event::{Identifier, IdentifierKind, mark};
use crate::findings::OrderFindings;
use crate::identity::{People, Strictness, identify};
use crate::input::Reading;
use crate::input::format::shopify_orders::packed::{Cell, Packed};
use crate::input::format::shopify_orders::{Channel, Order, Orders};
use crate::input::format::shopify_transactions::by_name;
use crate::input::format::{Format, RowIdentifiers};
use crate::key::{FastMap, FastSet, Key};
use crate::money::{Amount, Currency};
use crate::parallel::each_in_parallel;
use crate::quality::Reason;
use crate::stats::refunds::{Refund, SoldOrder};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The orders, each with the number under which every source knows it, found part by part on threads.
pub(super) fn numbered<'o, 'l>(orders: &'o Orders<'l>) -> Vec<(&'o Order<'l>, Identifier)> {
    let shared = shared_names(orders);
    let mut parts: Vec<&[Order<'l>]> = orders.parts().collect();
    let Ok(numbered) = each_in_parallel(&mut parts, |part| {
        let numbered = part.iter().filter_map(|order| Some((order, order_number(order, &shared)?)));
        Ok::<Vec<(&Order<'l>, Identifier)>, Infallible>(numbered.collect())
    });
    numbered.concat()
}

/// Counts the orders and makes touches of those that no log has seen.
pub(super) fn settle_orders(
    haul: &mut Haul<'_>,
    orders: &[(&Order<'_>, Identifier)],
    scan: &Scan<'_, '_>,
    stamping: &Stamping<'_>,
    settled: &mut Settled,
) -> Result<()> {
    let readings = scan.readings;
    note_left_out(haul, orders, stamping, settled);
    keep_latest(&mut haul.orders_seen);
    drop_unnumbered_deliveries(&mut haul.orders_seen);
    if readings.iter().any(|reading| reading.format == Format::ShopifyTransactions) {
        link_names(haul, orders);
    }
    if !haul.robots.is_empty() {
        let counts =
            |order: &Order<'_>| why_left_out(order).is_none() && !stamping.is_future(order.at.at);
        let counted = orders.iter().copied().filter(|(order, _)| counts(order));
        let exported = Exported::of(&counted.collect::<Vec<_>>());
        (settled.pardons, settled.orders.by_robots) =
            Pardons::settle(haul, &exported, &settled.skew);
    }
    find_same(haul, orders, readings, stamping, settled);
    let completed = take_completed(haul, readings, settled);
    if let Some(book) = &mut settled.book {
        book.money
            .extend(completed.iter().map(|(number, seen)| (*number, (seen.amount, seen.currency))));
    }
    let mut rows = Vec::with_capacity(orders.len());
    settled.exported.reserve(orders.len());
    for &(order, number) in orders.iter().filter(|(order, _)| why_left_out(order).is_none()) {
        let in_log = completed.get(number.key);
        if stamping.is_future(order.at.at) {
            rows.push(OrderRow { order, number, is_completed: false });
            continue;
        }
        if let Some(book) = &mut settled.book {
            book.enter(order, number.key);
        }
        if in_log.map_or_else(|| settled.period.has(order.at.at), |seen| seen.in_period) {
            settled.exported.insert(number.key);
            if haul.checkouts.are_wanted() {
                let seen = in_log.map(|seen| (seen.at, seen.sources));
                settled.traces.push(OrderTrace::new(order, number.key, seen));
            }
            count_order(order, in_log, &mut settled.orders);
            if let Some(amount) = order.amount() {
                let sold = SoldOrder::of(amount.0, order.refund(), order.is_cancelled());
                let own = OrderWorth { amount, currency: order.currency(), sold };
                settled.worth.told.insert(number.key, own);
            }
        }
        rows.push(OrderRow { order, number, is_completed: in_log.is_some() });
    }
    settled.worth.completed = completed;
    note_sources(settled);
    take_rows(haul, rows, scan)
}

/// Notes how far the orders go, and which of them do not count.
fn note_left_out(
    haul: &mut Haul<'_>,
    orders: &[(&Order<'_>, Identifier)],
    stamping: &Stamping<'_>,
    settled: &mut Settled,
) {
    for &(order, number) in orders {
        if !stamping.is_future(order.at.at) {
            haul.saw_order(order.at.at);
        }
        if let Some(reason) = why_left_out(order) {
            settled.left_out.insert(number.key, reason);
            let counts = reason == Reason::NotOnlineStore && settled.period.has(order.at.at);
            settled.orders.other_channels += u64::from(counts);
        }
    }
}

/// Notes which sources the orders have that logs saw completed.
fn note_sources(settled: &mut Settled) {
    let Settled { worth, exported, own_orders, orders, .. } = settled;
    for (number, seen) in worth.completed.iter().filter(|(_, seen)| seen.in_period) {
        let is_exported = exported.contains(number);
        let sources = seen.sources | if is_exported { EXPORTS } else { 0 };
        if !is_exported {
            own_orders.push((seen.at, seen.sources));
        }
        orders.in_several_sources += u64::from(sources.count_ones() > 1);
    }
}

/// Forgets deliveries of which a later edition is there.
fn keep_latest(seen: &mut Vec<OrderSeen>) {
    let mut latest: FastMap<Key, u32> = FastMap::default();
    for order in seen.iter().filter(|order| order.edition > 0) {
        let edition = latest.entry(order.fingerprint).or_default();
        *edition = order.edition.max(*edition);
    }
    let is_latest = |order: &OrderSeen| {
        latest.get(&order.fingerprint).is_none_or(|edition| *edition == order.edition)
    };
    if !latest.is_empty() {
        seen.retain(is_latest);
    }
}

/// Forgets events without an order number of which another delivery has it: a source may write an event into several
/// tables, not all of them whole.
fn drop_unnumbered_deliveries(seen: &mut Vec<OrderSeen>) {
    let has_number = |order: &OrderSeen| order.numbered && order.key != order.token;
    if seen.iter().all(has_number) {
        return;
    }
    let numbered = seen.iter().filter(|order| has_number(order)).map(|order| order.fingerprint);
    let numbered: FastSet<Key> = numbered.filter(|fingerprint| !fingerprint.is_none()).collect();
    seen.retain(|order| has_number(order) || !numbered.contains(&order.fingerprint));
}

/// Tells whose transactions are known by the order's name alone, as far as the name is that of one order.
fn link_names(haul: &mut Haul<'_>, orders: &[(&Order<'_>, Identifier)]) {
    let mut named: BTreeMap<Identifier, Option<(&Order<'_>, Identifier)>> = BTreeMap::new();
    for &(order, number) in orders {
        let Some(name) = by_name(order.name()) else { continue };
        named
            .entry(name)
            .and_modify(|known| *known = known.filter(|(_, own)| *own == number))
            .or_insert(Some((order, number)));
    }
    for (name, known) in named {
        let Some((order, number)) = known else { continue };
        let mut pair = [name, number];
        pair.sort_unstable();
        haul.links.note(&pair, order.at.at);
    }
}

/// Finds the orders that sources have under different numbers, and gives each the one under which it counts.
fn find_same(
    haul: &mut Haul<'_>,
    orders: &[(&Order<'_>, Identifier)],
    readings: &[Reading],
    stamping: &Stamping<'_>,
    settled: &mut Settled,
) {
    let source = |order: &OrderSeen| {
        readings.get(order.input).map_or(0, |reading| source_of(reading.format))
    };
    let mut sources = haul.orders_seen.iter().map(source);
    let first = sources.next();
    let has_checkouts = haul.orders_seen.iter().any(|order| !order.token.is_none());
    if orders.is_empty() && !has_checkouts && sources.all(|other| Some(other) == first) {
        return;
    }
    let mut seen = std::mem::take(&mut haul.orders_seen);
    let mut same = SameOrders::named(&mut seen, orders, &mut haul.links, source);
    seen.sort_unstable();
    let mut known = FastSet::default();
    let firsts = seen.iter().filter(|order| known.insert((order.key, source(order))));
    let mut sightings: Vec<Sighting> =
        firsts.map(|order| Sighting::in_log(order, source(order))).collect();
    let counts =
        |order: &Order<'_>| why_left_out(order).is_none() && !stamping.is_future(order.at.at);
    let counted = orders.iter().filter(|(order, _)| counts(order));
    if !sightings.is_empty() {
        sightings.extend(counted.clone().map(|(order, own)| Sighting::in_export(order, own.key)));
        sightings.extend(left_out_sightings(haul, orders, stamping));
    }
    same.join_by_customer(sightings, || {
        for &(order, number) in counted {
            let identifiers = identifiers_of(haul, order, number);
            haul.link(&identifiers, order.at.at, order.row);
        }
        People::unite(&haul.links, &haul.identified, stamping.settings.threads)
    });
    for order in &mut seen {
        // Whatever another source has too is an order by itself, not a part of a basket.
        order.numbered |= same.numbers.contains_key(&order.key);
        order.key = same.of(order.key);
    }
    haul.orders_seen = seen;
    settled.orders.joined_by_number = same.by_number;
    settled.orders.joined_by_customer = same.by_customer;
    settled.numbers = same.numbers;
    settled.recurring = same.recurring;
    settled
        .notices
        .extend(same.not_matched.map(|number| logs_not_matched(number, !orders.is_empty())));
}

/// The orders of exports that do not count, for logs that know them under another number: what is one of them does
/// not count either. They link nobody, so each is there once for everybody whom it names.
fn left_out_sightings(
    haul: &mut Haul<'_>,
    orders: &[(&Order<'_>, Identifier)],
    stamping: &Stamping<'_>,
) -> Vec<Sighting> {
    let mut sightings = Vec::new();
    for &(order, number) in orders {
        if why_left_out(order).is_none() || stamping.is_future(order.at.at) {
            continue;
        }
        for identifier in identifiers_of(haul, order, number) {
            sightings.push(Sighting::left_out(order, number.key, identifier.key));
        }
    }
    sightings
}

/// Why an order does not count, wherever it was seen.
pub(super) fn why_left_out(order: &Order<'_>) -> Option<Reason> {
    match (order.test, order.channel) {
        (true, _) => Some(Reason::TestOrder),
        (false, Channel::OnlineStore) => None,
        (false, Channel::PointOfSale | Channel::Draft | Channel::Other) => {
            Some(Reason::NotOnlineStore)
        }
    }
}

/// The names that several orders without an id have: such a name does not say which of them is meant.
fn shared_names(orders: &Orders<'_>) -> FastSet<Key> {
    let mut seen: FastSet<Key> = FastSet::default();
    let nameless = orders.iter().filter(|order| !order.has_id()).map(|order| order.number);
    nameless.filter(|&name| !seen.insert(name)).collect()
}

/// The number under which every source knows the order: its id; without one its name or, where
/// several orders have that, its name and time.
fn order_number(order: &Order<'_>, shared: &FastSet<Key>) -> Option<Identifier> {
    let text = match order.id() {
        Some(id) => Cow::Borrowed(id),
        None if shared.contains(&order.number) => {
            Cow::Owned(format!("{} {}", order.name(), order.at.at.0))
        }
        None => Cow::Borrowed(order.name()),
    };
    identify(IdentifierKind::OrderId, 0, &text, Strictness::Only)
}

/// The orders that the logs have seen completed, once each, counted as if no export had them. An order
/// has the money of its first event, by its time; a basket that of all its rows.
fn take_completed(
    haul: &mut Haul<'_>,
    readings: &[Reading],
    settled: &mut Settled,
) -> CompletedOrders {
    let mut seen = std::mem::take(&mut haul.orders_seen);
    seen.retain(|order| {
        !settled.left_out.contains_key(&order.key) && !settled.has_no_time(order.input, order.at)
    });
    // What each thread has seen is in order already, but for clocks put right; a stable sort takes it as it is.
    seen.sort();
    let mut completed = Vec::with_capacity(seen.len());
    let mut counted = FastSet::default();
    let mut by_input = vec![[0; 2]; readings.len()];
    for rows in seen.chunk_by(|one, other| one.key == other.key) {
        let OrderSeen { key, at, person, numbered, .. } = rows[0];
        // Not every log says what an order is worth.
        let priced = rows.iter().position(|row| row.amount.is_some()).filter(|_| numbered);
        let priced = priced.unwrap_or(0);
        let first = rows[priced];
        let OrderSeen { amount, currency, .. } = first;
        // The items of one order stand in rows of one moment; what comes later tells it again.
        let is_further_item = |row: &OrderSeen| {
            row.is_line && first.is_line && (row.input, row.at) == (first.input, first.at)
        };
        let in_period = settled.period.has(at);
        if let Some(buyers) = &mut settled.buyers {
            buyers.extend(in_period.then_some((person, at)));
        }
        let mut order = Completed { at, amount, currency, in_period, sources: 0 };
        counted.clear();
        for (number, row) in rows.iter().enumerate() {
            if rows.len() > 1 && !counted.insert(row.fingerprint) {
                continue;
            }
            order.sources |= readings.get(row.input).map_or(0, |reading| source_of(reading.format));
            let adds = number != priced && (!row.numbered || is_further_item(row));
            if let Some(amount) = row.amount.filter(|_| adds) {
                *order.amount.get_or_insert_default() += amount;
            }
        }
        if numbered && order.sources.count_ones() > 1 {
            settled.owners.note(key, rows);
        }
        completed.push((key, order));
        if in_period {
            settled.orders.count += 1;
            add_value(&mut settled.orders, order.amount, order.currency, 1);
            let [all, unpriced] = &mut by_input[rows[0].input];
            *all += 1;
            *unpriced += u64::from(order.amount.is_none());
        }
    }
    settled.notices.extend(unpriced(by_input.iter().zip(readings)));
    CompletedOrders::new(completed)
}

fn add_value(orders: &mut OrderFindings, amount: Option<Amount>, currency: Currency, sign: i128) {
    let Some(amount) = amount else { return };
    let (sum, number) = orders.value.entry(currency).or_default();
    *sum += Amount(amount.0 * sign);
    *number = if sign > 0 { *number + 1 } else { number.saturating_sub(1) };
    if *number == 0 {
        orders.value.remove(&currency);
    }
}

/// Counts an order of an export; what a log said of its money gives way to the export.
fn count_order(order: &Order<'_>, in_log: Option<&Completed>, orders: &mut OrderFindings) {
    orders.in_exports += 1;
    orders.cancelled += u64::from(order.is_cancelled());
    orders.refunded += u64::from(order.is_refunded());
    if let Some(amount) = order.amount() {
        let refunds = orders.refunds.entry(order.currency()).or_default();
        refunds.add(amount.0, order.refund(), order.is_cancelled(), order.is_refunded());
    } else if matches!(order.refund(), Refund::Some(_)) {
        let in_part = !order.is_cancelled() && !order.is_refunded();
        orders.in_part_of_unknown += u64::from(in_part);
    }
    let Some(seen) = in_log else {
        orders.count += 1;
        return add_value(orders, order.amount(), order.currency(), 1);
    };
    orders.seen_in_log += 1;
    if order.amount().is_some() {
        add_value(orders, seen.amount, seen.currency, -1);
        add_value(orders, order.amount(), order.currency(), 1);
    }
}

/// Makes touches, set aside, of the orders that do not count, for whoever asks what one customer did. Such an order
/// links nobody: it is put beside whoever one of its identifiers is known as. All links are noted already, and
/// its row is accounted for.
pub(super) fn list_left_out(
    haul: &mut Haul<'_>,
    orders: &[(&Order<'_>, Identifier)],
    stamping: &mut Stamping<'_>,
    settled: &mut Settled,
) {
    let left_out =
        orders.iter().filter_map(|&(order, number)| Some((order, number, why_left_out(order)?)));
    let mut left_out = left_out.peekable();
    if left_out.peek().is_none() {
        return;
    }
    let people = People::unite(&haul.links, &haul.identified, stamping.settings.threads);
    for (order, number, reason) in left_out {
        let identifiers = identifiers_of(haul, order, number);
        let known = identifiers.iter().find(|identifier| people.of(identifier.key).is_some());
        let named = || identifiers.iter().find(|identifier| identifier.kind.is_named());
        let buyer = known.or_else(named).copied().unwrap_or(number);
        if let Some(book) = &mut settled.book {
            book.enter_left_out(order, number.key, (&identifiers, buyer.key));
        }
        let marks = mark::EXPORT | mark::FURTHER;
        let verdict = Verdict { aside: Some(reason), marks, ..Verdict::default() };
        take_order(haul, order, (number, &[buyer]), verdict, stamping);
    }
}

/// Everybody and everything that an order names.
pub(super) fn identifiers_of(
    haul: &mut Haul<'_>,
    order: &Order<'_>,
    number: Identifier,
) -> Vec<Identifier> {
    haul.texts.note(number, order.id().unwrap_or(order.name()));
    let mut identifiers = RowIdentifiers::remembering(std::mem::take(&mut haul.texts));
    identifiers.push(number);
    add_people(&mut identifiers, order.texts());
    let (identifiers, texts) = identifiers.into_sorted();
    haul.texts = texts;
    identifiers
}

/// Adds the people, browsers and checkouts that an order or a checkout names.
pub(super) fn add_people(identifiers: &mut RowIdentifiers, texts: &Packed) {
    let space = Format::ShopifyOrders.space();
    for (cell, text) in texts.iter() {
        let kind = match cell {
            Cell::Customer => IdentifierKind::CustomerId,
            Cell::Token => IdentifierKind::CheckoutToken,
            Cell::Email => IdentifierKind::Email,
            Cell::Phone => IdentifierKind::Phone,
            Cell::Client => IdentifierKind::ClientId,
            Cell::Name
            | Cell::Id
            | Cell::CreatedAt
            | Cell::UpdatedAt
            | Cell::Source
            | Cell::Gateway
            | Cell::Total
            | Cell::Refunded => continue,
        };
        identifiers.add(kind, space, text, Strictness::Several);
    }
}
