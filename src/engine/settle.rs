//! What needs all rows of its kind before it means anything: orders, abandoned checkouts, session
//! reports. They are few beside the events, so this is serial.
//!
//! An order of the online store that an event log has seen completed is that event: it brings its money
//! and status, and no touch of its own. The others become touches like any event.

use super::haul::{Haul, OrderSeen};
use super::members;
use super::order_book::OrderBook;
use super::stamping::{RowPlace, Stamping, Verdict};
use super::track::Period;
use super::tracking::{CheckoutsSeen, OrderTrace};
use super::{Request, Settings};
use crate::error::Result;
use crate::event::{
    Identifier, IdentifierKind, OrderNote, Origin, PlainDetails, RawEvent, RowRef, Touch, mark,
};
use crate::findings::{Findings, Notice, OrderFindings, SessionReport};
use crate::identity::{People, Strictness, identify};
use crate::input::detect::ambiguous_dates;
use crate::input::format::ga4_ui::Exploration;
use crate::input::format::shopify_analytics::{self, ReportInput};
use crate::input::format::shopify_checkouts::{self, Checkout};
use crate::input::format::shopify_orders::{self, Channel, InputSettings, Order};
use crate::input::format::special::Special;
use crate::input::format::{Format, RowIdentifiers};
use crate::input::timestamp::{DateEvidence, DateOrder};
use crate::input::{Reading, Rows};
use crate::key::{FastMap, FastSet, Key};
use crate::ladder::definition::Range;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::time::Instant;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Spaces for the fingerprints of orders and checkouts.
const ORDER_SPACE: u64 = 2;
const CHECKOUT_SPACE: u64 = 3;

/// The canonical name of a completed order.
const COMPLETED: &str = "checkout_completed";

/// What settling brings beside touches.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The numbers of the online-store orders in orders exports.
    pub(super) exported: FastSet<Key>,
    /// The numbers of orders that do not count, with the reason: their events do not count either.
    pub(super) left_out: FastMap<Key, Reason>,
    pub(super) orders: OrderFindings,
    pub(super) session_reports: Vec<SessionReport>,
    pub(super) store_offset: Option<i32>,
    /// The entries (and orders) that are asked for.
    pub(super) period: Period,
    pub(super) notices: Vec<Notice>,
    /// The orders of exports in the period, to be held against what logs saw.
    pub(super) traces: Vec<OrderTrace>,
    /// Names and money of single orders, if somebody asks for them.
    pub(super) book: Option<OrderBook>,
}

impl Settled {
    /// Puts what was settled into the findings.
    pub(super) fn tell(
        self,
        findings: &mut Findings,
        checkouts: &mut CheckoutsSeen,
        people: &People,
    ) {
        findings.tracking = checkouts.tracking(self.traces, people);
        findings.orders = self.orders;
        findings.session_reports = self.session_reports;
        findings.store_offset = self.store_offset;
        findings.since = Some(self.period.since).filter(|&since| since != Instant::MIN);
        findings.until = Some(self.period.until).filter(|&until| until != Instant::MAX);
        findings.notices.extend(self.notices);
    }

    /// Sets a touch aside if it completes an order that does not count, or if it lies outside a period at
    /// which the rules cut events.
    pub(super) fn judge(&self, touch: &mut Touch, range: Range) {
        if touch.aside == 0 && range == Range::Events && !self.period.has(touch.at) {
            touch.aside = Reason::OutOfPeriod.mark();
        }
        if touch.aside == 0 && touch.is(mark::ORDER | mark::NUMBERED) {
            touch.aside = self.left_out.get(&touch.order).map_or(0, |reason| reason.mark());
        }
    }
}

/// Settles what the scan has kept: first everything is put together, which tells the store's zone and
/// so the period that is asked for; then orders and checkouts are counted and stamped.
pub(super) fn settle(
    haul: &mut Haul<'_>,
    readings: &[Reading],
    request: &Request,
    mut stamping: Stamping<'_>,
) -> Result<Settled> {
    let book = request.wants_money().then(OrderBook::default);
    let mut settled = Settled { book, ..Settled::default() };
    members::settle(haul, &mut stamping);
    let orders = assemble_orders(haul, readings, stamping.settings)?;
    let checkouts = assemble_checkouts(haul, readings, stamping.settings)?;
    settled.store_offset = most_common_offset([orders.offsets, checkouts.offsets]);
    settled.period = request.period(settled.store_offset)?;
    settled.notices.extend(orders.notices);
    note_aside(haul, orders.aside);
    note_aside(haul, checkouts.aside);
    settle_orders(haul, &orders.orders, &mut stamping, &mut settled);
    for checkout in &checkouts.checkouts {
        settle_checkout(haul, checkout, &mut stamping);
    }
    settle_totals(haul, readings, &mut settled);
    stamping.close()?;
    Ok(settled)
}

fn assemble_orders(
    haul: &mut Haul<'_>,
    readings: &[Reading],
    settings: &Settings,
) -> Result<shopify_orders::Assembly> {
    let lines = std::mem::take(&mut haul.order_lines);
    let evidence = lines.iter().map(|at| (at.input, at.line.created_at()));
    let inputs = input_settings(evidence, readings, settings.date_order, haul)?;
    Ok(shopify_orders::assemble(lines, &shopify_orders::Settings { inputs }))
}

fn assemble_checkouts(
    haul: &mut Haul<'_>,
    readings: &[Reading],
    settings: &Settings,
) -> Result<shopify_checkouts::Assembly> {
    let lines = std::mem::take(&mut haul.checkout_lines);
    let evidence = lines.iter().map(|at| (at.input, at.line.created_at()));
    let inputs = input_settings(evidence, readings, settings.date_order, haul)?;
    Ok(shopify_checkouts::assemble(lines, &shopify_orders::Settings { inputs }))
}

/// The offset that most rows are written with; of two the one further east.
fn most_common_offset(of_exports: [BTreeMap<i32, u64>; 2]) -> Option<i32> {
    let mut all: BTreeMap<i32, u64> = BTreeMap::new();
    for (offset, rows) in of_exports.into_iter().flatten() {
        *all.entry(offset).or_default() += rows;
    }
    all.into_iter().max_by_key(|&(offset, rows)| (rows, offset)).map(|(offset, _)| offset)
}

fn settle_orders(
    haul: &mut Haul<'_>,
    orders: &[Order],
    stamping: &mut Stamping<'_>,
    settled: &mut Settled,
) {
    let shared = shared_names(orders);
    for order in orders {
        if !stamping.is_future(order.at.at) {
            haul.saw(order.at.at);
        }
        if let (Some(reason), Some(number)) = (why_left_out(order), order_number(order, &shared)) {
            settled.left_out.insert(number.key, reason);
            let counts = reason == Reason::NotOnlineStore && settled.period.has(order.at.at);
            settled.orders.other_channels += u64::from(counts);
        }
    }
    let completed = take_completed(haul, settled);
    if let Some(book) = &mut settled.book {
        book.money
            .extend(completed.iter().map(|(&number, seen)| (number, (seen.amount, seen.currency))));
    }
    let mut told: FastMap<Key, (Amount, Currency)> = FastMap::default();
    for order in orders.iter().filter(|order| why_left_out(order).is_none()) {
        let Some(number) = order_number(order, &shared) else { continue };
        let in_log = completed.get(&number.key);
        if stamping.is_future(order.at.at) {
            settle_order(haul, order, number, false, stamping);
            continue;
        }
        if let Some(book) = &mut settled.book {
            book.enter(order, number.key);
        }
        if in_log.map_or_else(|| settled.period.has(order.at.at), |seen| seen.in_period) {
            settled.exported.insert(number.key);
            settled.traces.push(OrderTrace::new(order, number.key, in_log.is_some()));
            count_order(order, in_log, &mut settled.orders);
            match (order.amount, in_log) {
                (Some(amount), Some(_)) => {
                    told.insert(number.key, (amount, order.currency));
                }
                (Some(amount), None) => list_value(&mut settled.orders, amount, order.currency),
                (None, _) => {}
            }
        }
        settle_order(haul, order, number, in_log.is_some(), stamping);
    }
    for (number, seen) in completed.iter().filter(|(_, seen)| seen.in_period) {
        let own = seen.amount.map(|amount| (amount, seen.currency));
        if let Some((amount, currency)) = told.get(number).copied().or(own) {
            list_value(&mut settled.orders, amount, currency);
        }
    }
    settled.orders.values.values_mut().for_each(|values| values.sort_unstable());
}

/// Why an order does not count, wherever it was seen.
fn why_left_out(order: &Order) -> Option<Reason> {
    match (order.test, order.channel) {
        (true, _) => Some(Reason::TestOrder),
        (false, Channel::OnlineStore) => None,
        (false, Channel::PointOfSale | Channel::Draft | Channel::Other) => {
            Some(Reason::NotOnlineStore)
        }
    }
}

/// The names that several orders without an id have: such a name does not say which of them is meant.
fn shared_names(orders: &[Order]) -> FastSet<Key> {
    let mut seen: FastSet<Key> = FastSet::default();
    let nameless = orders.iter().filter(|order| order.id.is_none()).map(|order| order.number);
    nameless.filter(|&name| !seen.insert(name)).collect()
}

/// The number under which every source knows the order: its id; without one its name or, where
/// several orders have that, its name and time.
fn order_number(order: &Order, shared: &FastSet<Key>) -> Option<Identifier> {
    let text = match &order.id {
        Some(id) => Cow::Borrowed(&**id),
        None if shared.contains(&order.number) => {
            Cow::Owned(format!("{} {}", order.name, order.at.at.0))
        }
        None => Cow::Borrowed(&*order.name),
    };
    identify(IdentifierKind::OrderId, 0, &text, Strictness::Only)
}

/// An order that a log has seen completed.
#[derive(Clone, Copy, Debug)]
struct Completed {
    amount: Option<Amount>,
    currency: Currency,
    in_period: bool,
}

/// The orders that the logs have seen completed, once each, counted as if no export had them. An order
/// has the money of its first event; a basket that of all its rows.
fn take_completed(haul: &mut Haul<'_>, settled: &mut Settled) -> BTreeMap<Key, Completed> {
    let mut seen = std::mem::take(&mut haul.orders_seen);
    seen.retain(|order| !settled.left_out.contains_key(&order.key));
    seen.sort_unstable();
    let mut counted = FastSet::default();
    seen.retain(|order| counted.insert(order.key.and(order.fingerprint)));
    let mut completed: BTreeMap<Key, Completed> = BTreeMap::new();
    for OrderSeen { key, at, numbered, amount, currency, .. } in seen {
        match completed.entry(key) {
            Entry::Vacant(first) => {
                first.insert(Completed { amount, currency, in_period: settled.period.has(at) });
            }
            Entry::Occupied(mut known) if !numbered => {
                let sum = known.get_mut().amount.get_or_insert_default();
                *sum += amount.unwrap_or_default();
            }
            Entry::Occupied(_) => {}
        }
    }
    for order in completed.values().filter(|order| order.in_period) {
        settled.orders.count += 1;
        add_value(&mut settled.orders, order.amount, order.currency, 1);
    }
    completed
}

fn list_value(orders: &mut OrderFindings, amount: Amount, currency: Currency) {
    orders.values.entry(currency).or_default().push(amount);
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
fn count_order(order: &Order, in_log: Option<&Completed>, orders: &mut OrderFindings) {
    orders.in_exports += 1;
    orders.cancelled += u64::from(order.cancelled);
    orders.refunded += u64::from(order.refunded);
    let Some(seen) = in_log else {
        orders.count += 1;
        return add_value(orders, order.amount, order.currency, 1);
    };
    orders.seen_in_log += 1;
    if order.amount.is_some() {
        add_value(orders, seen.amount, seen.currency, -1);
        add_value(orders, order.amount, order.currency, 1);
    }
}

fn settle_order(
    haul: &mut Haul<'_>,
    order: &Order,
    number: Identifier,
    is_completed: bool,
    stamping: &mut Stamping<'_>,
) {
    haul.texts.note(number, order.id.as_deref().unwrap_or(&order.name));
    let mut identifiers = RowIdentifiers::remembering(std::mem::take(&mut haul.texts));
    identifiers.push(number);
    let space = Format::ShopifyOrders.space();
    let customer = order.customer.iter().map(|text| (IdentifierKind::CustomerId, text));
    let tokens = order.tokens.iter().map(|text| (IdentifierKind::CheckoutToken, text));
    for (kind, text) in customer.chain(tokens) {
        identifiers.add(kind, space, text, Strictness::Several);
    }
    add_people(&mut identifiers, &order.emails, &order.phones, &order.client_ids);
    let (identifiers, texts) = identifiers.into_sorted();
    haul.texts = texts;
    let identifiers = &identifiers;
    if is_completed {
        haul.links.note(identifiers, order.at.at);
        haul.quality.accounts[order.input].saw(order.at.at);
        let (name, _) = haul.names.look_up(COMPLETED.as_bytes(), None);
        haul.inputs[order.input].count_name(name, 1);
        if stamping.settings.detail {
            haul.inputs[order.input].count_identifiers(identifiers);
        }
        return;
    }
    let event = RawEvent {
        at: order.at.at,
        precision: order.at.precision,
        name: COMPLETED.as_bytes(),
        derived: None,
        identifiers,
        sequence: 0,
        origin: Origin::OrderRow,
        details: &PlainDetails {
            fingerprint: Key::within(ORDER_SPACE, &number.key.0.to_le_bytes()),
            order: Some(OrderNote {
                key: number.key,
                numbered: true,
                amount: order.amount,
                currency: order.currency,
            }),
        },
    };
    haul.take(
        &event,
        RowPlace::settled(order.input, order.row),
        Verdict { aside: None, marks: mark::EXPORT },
        stamping,
    );
}

fn add_people(
    identifiers: &mut RowIdentifiers,
    emails: &[Box<str>],
    phones: &[Box<str>],
    clients: &[Box<str>],
) {
    let space = Format::ShopifyOrders.space();
    let kinds = [
        (IdentifierKind::Email, emails),
        (IdentifierKind::Phone, phones),
        (IdentifierKind::ClientId, clients),
    ];
    for (kind, texts) in kinds {
        for text in texts {
            identifiers.add(kind, space, text, Strictness::Several);
        }
    }
}

/// One touch for each step that the checkout reached; the first stands for the row.
fn settle_checkout(haul: &mut Haul<'_>, checkout: &Checkout, stamping: &mut Stamping<'_>) {
    let mut identifiers = RowIdentifiers::remembering(std::mem::take(&mut haul.texts));
    let space = Format::ShopifyCheckouts.space();
    let token = IdentifierKind::CheckoutToken;
    identifiers.add(token, space, &checkout.number, Strictness::Several);
    add_people(&mut identifiers, &checkout.emails, &checkout.phones, &checkout.client_ids);
    let (identifiers, texts) = identifiers.into_sorted();
    haul.texts = texts;
    let identifiers = &identifiers;
    for (number, name) in checkout.steps.iter().enumerate() {
        let event = RawEvent {
            at: checkout.at.at,
            precision: checkout.at.precision,
            name: name.as_bytes(),
            derived: None,
            identifiers,
            sequence: u32::try_from(number).unwrap_or(u32::MAX),
            origin: Origin::CheckoutRow,
            details: &PlainDetails {
                fingerprint: Key::within(
                    CHECKOUT_SPACE + number as u64,
                    &checkout.id.0.to_le_bytes(),
                ),
                order: None,
            },
        };
        let marks = if number == 0 { 0 } else { mark::FURTHER };
        let place = RowPlace::settled(checkout.input, checkout.row);
        haul.take(&event, place, Verdict { aside: None, marks }, stamping);
    }
}

fn settle_totals(haul: &mut Haul<'_>, readings: &[Reading], settled: &mut Settled) {
    let lines = std::mem::take(&mut haul.total_lines);
    let inputs: Vec<ReportInput<'_>> = readings
        .iter()
        .enumerate()
        .filter_map(|(input, reading)| match &reading.rows {
            Rows::Totals(_, columns) => Some(ReportInput { input, path: &reading.path, columns }),
            Rows::Special(_, Special::Exploration(Exploration { columns, .. })) => {
                Some(ReportInput { input, path: &reading.path, columns })
            }
            Rows::Orders(..)
            | Rows::Checkouts(..)
            | Rows::Special(..)
            | Rows::Table(..)
            | Rows::Json(_)
            | Rows::Pixel
            | Rows::Tool(_)
            | Rows::Matomo
            | Rows::RestOrders
            | Rows::Bulk
            | Rows::ToolTable(..) => None,
        })
        .collect();
    let assembly = shopify_analytics::assemble(lines, &inputs);
    note_aside(haul, assembly.aside);
    if assembly.reports.len() > 1 {
        let message = format!(
            "{} session reports: each stands by itself, because reports by different dimensions must not be added",
            assembly.reports.len()
        );
        settled.notices.push(Notice { code: "several_session_reports", message });
    }
    settled.session_reports = assembly.reports;
}

fn note_aside(haul: &mut Haul<'_>, aside: Vec<(usize, RowRef, Reason, &'static str)>) {
    for (input, row, reason, words) in aside {
        haul.quality.accounts[input].set_aside(reason, row, || words.to_string());
    }
}

/// How each input's dates and numbers are read; what was decided about dates is kept for the reader.
fn input_settings<'l>(
    evidence: impl Iterator<Item = (usize, Option<&'l str>)>,
    readings: &[Reading],
    told: Option<DateOrder>,
    haul: &mut Haul<'_>,
) -> Result<BTreeMap<usize, InputSettings>> {
    let mut dates: BTreeMap<usize, DateEvidence> = BTreeMap::new();
    for (input, text) in evidence {
        dates.entry(input).or_default().observe(text.unwrap_or_default());
    }
    let mut settings = BTreeMap::new();
    for (input, evidence) in dates {
        let reading = &readings[input];
        let named = reading.columns.iter().find(|(part, _)| part.ends_with("created at"));
        let column = named.map_or("", |(_, column)| column.as_str());
        let date_order = evidence
            .decide(told)
            .map_err(|ambiguous| ambiguous_dates(&reading.path, column, ambiguous))?;
        let decision = evidence.decision(column, date_order, reading.zone);
        haul.inputs[input].decisions.extend(decision);
        settings.insert(
            input,
            InputSettings {
                zone: reading.zone,
                date_order,
                decimal_comma: reading.delimiter == Some(b';'),
            },
        );
    }
    Ok(settings)
}
