//! What needs all rows of its kind before it means anything: orders, abandoned checkouts, session
//! reports. They are few beside the events, so this is serial but for what is done with each row by itself.
//!
//! How orders are counted is in `orders`, what single sessions of a report are in `sessions`, what is odd about
//! exports in `oddities` and, of numbers of days, in `epochs`; this file puts
//! rows together, and settles everything else.

mod completed;
mod epochs;
mod oddities;
mod order_rows;
mod orders;
mod owners;
mod sessions;

use super::exchange::Budget;
use super::haul::Haul;
use super::members;
use super::order_book::OrderBook;
use super::robots::Pardons;
use super::rows::RowIndex;
use super::runs::Runs;
use super::same_orders::{OrderTimes, Sources};
use super::scan::Scan;
use super::skew::Skew;
use super::stamping::{RowPlace, Stamping, Verdict};
use super::track::Period;
use super::tracking::{CheckoutsSeen, Logs, OrderTrace};
use super::written::Written;
use super::{Request, Settings};
use crate::error::{Error, Result};
use crate::event::{IdentifierKind, Origin, PlainDetails, RawEvent, RowRef, Touch, mark};
use crate::findings::{Findings, Notice, OrderFindings, SessionReport};
use crate::identity::{People, Recurring, Strictness};
use crate::input::detect::ambiguous_dates;
use crate::input::format::ga4_ui::Exploration;
use crate::input::format::shopify_checkouts::{self, Checkout};
use crate::input::format::shopify_orders::{
    self, Aside, InputSettings, Line, LineAt, Meant, OrderLine,
};
use crate::input::format::shopify_session_rows::{self, Session};
use crate::input::format::shopify_session_totals::{self, ReportInput};
use crate::input::format::special::Special;
use crate::input::format::{Format, RowIdentifiers};
use crate::input::timestamp::{DateEvidence, DateOrder, ZoneRule};
use crate::input::{Reading, Rows};
use crate::key::{FastMap, FastSet, Key};
use crate::ladder::definition::Range;
use crate::parallel::in_parts;
use crate::place::Place;
use crate::quality::Reason;
use crate::time::Instant;
pub(super) use completed::OrderWorth;
use completed::Worth;
use oddities::{
    lack_zones, left_out_sources, most_common, offsets_differ, rates_alone, times_unread,
    unknown_figures, unseen_sources, users_for_sessions, without_figures, without_sessions,
    written_offsets, zones_shown,
};
use orders::{add_people, list_left_out, numbered, settle_orders};
use owners::Owners;
use sessions::settle_sessions;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The first space for the fingerprints of checkouts.
const CHECKOUT_SPACE: u64 = 3;

/// What settling brings beside touches.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The numbers of the online-store orders in orders exports.
    pub(super) exported: FastSet<Key>,
    /// The numbers of orders that do not count, with the reason: their events do not count either.
    pub(super) left_out: FastMap<Key, Reason>,
    /// The inputs whose few rows of a day that stands for no time do not count.
    pub(super) placeholders: Vec<usize>,
    /// The number under which an order counts, by the other numbers that sources have for it.
    pub(super) numbers: FastMap<Key, Key>,
    /// Names that mean another order at another time.
    pub(super) recurring: Recurring,
    /// By how much the rows of browsers with wrong clocks are moved.
    pub(super) skew: Skew,
    /// Robots that ordered.
    pub(super) pardons: Pardons,
    pub(super) orders: OrderFindings,
    /// What each order is worth, by its number.
    pub(super) worth: Worth,
    pub(super) session_reports: Vec<SessionReport>,
    pub(super) store_offset: Option<i32>,
    /// The entries (and orders) that are asked for.
    pub(super) period: Period,
    pub(super) notices: Vec<Notice>,
    /// The orders of exports in the period, to be held against what logs saw.
    pub(super) traces: Vec<OrderTrace>,
    /// When which kinds of logs saw an order completed that no export has.
    pub(super) own_orders: Vec<(Instant, Sources)>,
    /// Who ordered as a log saw it, by an identifier, and when; once for each order. Nobody where only a part of the
    /// journeys is asked for.
    pub(super) buyers: Option<Vec<(Key, Instant)>>,
    /// Names and money of single orders, if somebody asks for them.
    pub(super) book: Option<OrderBook>,
    /// Whose orders are of which logs name several customers.
    pub(super) owners: Owners,
}

impl Settled {
    /// Puts what was settled into the findings.
    pub(super) fn tell(
        self,
        findings: &mut Findings,
        checkouts: &mut CheckoutsSeen,
        people: &People,
        logs: &Logs,
    ) {
        findings.tracking = checkouts.tracking((self.traces, &self.own_orders), people, logs);
        findings.orders = OrderFindings { values: self.worth.all(), ..self.orders };
        findings.orders.buyers = self.buyers.map(|buyers| count_people(&buyers, people));
        findings.session_reports = self.session_reports;
        findings.store_offset = self.store_offset;
        findings.since = Some(self.period.since).filter(|&since| since != Instant::MIN);
        findings.until = Some(self.period.until).filter(|&until| until != Instant::MAX);
        findings.notices.extend(self.notices);
    }

    /// The people that all links make, and whose the orders are that several of them are told to have made.
    pub(super) fn unite(
        mut self,
        haul: &mut Haul<'_>,
        budget: &Budget,
        threads: usize,
    ) -> (People, Settled) {
        let people = haul.unite(budget, threads);
        self.owners.settle(&people);
        (people, self)
    }

    /// Whether a row of an input has a date that stands for none.
    fn has_no_time(&self, input: usize, at: Instant) -> bool {
        at.is_placeholder() && self.placeholders.contains(&input)
    }

    /// Gives a touch that completes an order the number under which that counts. Sets it aside if it completes an order that does not count, or if it lies outside a period at
    /// which the rules cut events.
    pub(super) fn judge(&self, touch: &mut Touch, range: Range, rows: &RowIndex) {
        if touch.is(mark::ORDER)
            && let Some(order) = self.recurring.order(touch.subject, touch.at)
        {
            touch.subject = order.key;
        }
        if touch.is(mark::ORDER)
            && let Some(&number) = self.numbers.get(&touch.subject)
        {
            (touch.subject, touch.marks) = (number, touch.marks | mark::NUMBERED);
        }
        if touch.aside == 0
            && !self.placeholders.is_empty()
            && self.has_no_time(rows.input(touch.row), touch.at)
        {
            touch.aside = Reason::BadTimestamp.mark();
        }
        if touch.aside == 0 && range == Range::Events && !self.period.has(touch.at) {
            touch.aside = Reason::OutOfPeriod.mark();
        }
        if touch.aside == 0 && touch.is(mark::ORDER | mark::NUMBERED) {
            touch.aside = self.left_out.get(&touch.subject).map_or(0, |reason| reason.mark());
        }
        if touch.aside == 0 && self.owners.is_elses(touch) {
            touch.aside = Reason::Duplicate.mark();
        }
    }
}

/// How many people are behind identifiers.
fn count_people(seen: &[(Key, Instant)], people: &People) -> u64 {
    let person = |&(identifier, at): &(Key, Instant)| {
        people.of_at(identifier, at).map_or(identifier, |person| person.key)
    };
    seen.iter().map(person).collect::<FastSet<Key>>().len() as u64
}

/// Settles what the scan has kept: first everything is put together, which tells the store's zone and
/// so the period that is asked for; then orders and checkouts are counted and stamped.
pub(super) fn settle(
    haul: &mut Haul<'_>,
    scan: &Scan<'_, '_>,
    request: &Request,
    mut stamping: Stamping<'_>,
    skew: Skew,
) -> Result<Settled> {
    let readings = scan.readings;
    let book = request.wants_money().then(OrderBook::default);
    let buyers = request.filters.is_empty().then(Vec::new);
    let mut settled = Settled { skew, buyers, book, ..Settled::default() };
    members::settle(haul, &mut stamping);
    let written = written_offsets(haul);
    settled.store_offset = most_common(&written);
    settled.notices.extend(offsets_differ(&written));
    settled.notices.extend(epochs::counted_from_1904(haul, readings));
    // Times that lost their zone are the shop's, unless somebody says otherwise.
    let zone = settled.store_offset.map(ZoneRule::Fixed).filter(|_| request.zone.is_none());
    let mut order_lines = std::mem::take(&mut haul.order_lines);
    let orders = assemble_orders(haul, &mut order_lines, readings, stamping.settings, zone)?;
    let checkouts = assemble_checkouts(haul, readings, stamping.settings, zone)?;
    for (&input, rows) in orders.placeholders.iter().chain(&checkouts.placeholders) {
        haul.inputs[input].placeholders += rows;
    }
    settled.note_placeholders(haul, readings);
    settled.period = request.period(settled.store_offset)?;
    settled.notices.extend(left_out_sources(&orders.orders));
    settled.notices.extend(unseen_sources(&orders.orders, &stamping.settings.online_sources));
    settled.notices.extend(orders.notices);
    settled.notices.extend(zones_shown(&orders.zones, readings));
    settled.orders.lost_zones = request.zone.is_none() && lack_zones(&orders.orders);
    note_aside(haul, orders.aside);
    note_aside(haul, checkouts.aside);
    let reports = assemble_reports(haul, readings, request, (&settled, stamping.settings))?;
    let numbered = numbered(&orders.orders);
    // Without browsers whose clocks nobody has confirmed, nothing is held against the orders' times.
    let made = OrderTimes::of(if haul.unconfirmed.is_empty() { &[] } else { &numbered });
    settled.skew.anchor(haul, |order| made.of_order(order));
    settled.skew.look_ahead(haul);
    let are_exported = haul.have_orders(readings);
    settle_sessions(haul, &reports.sessions, (&numbered, are_exported), &mut stamping);
    settle_orders(haul, &numbered, scan, &stamping, &mut settled)?;
    for checkout in &checkouts.checkouts {
        settle_checkout(haul, checkout, &mut stamping);
    }
    if request.person.is_some() {
        list_left_out(haul, &numbered, &mut stamping, &mut settled);
    }
    settle_reports(reports.totals, readings, &mut settled);
    settled.notices.extend(times_unread(&haul.quality.accounts, readings));
    let gaps = settled.note_gaps(haul, readings);
    let gaps = gaps.into_iter().chain(oddities::checkouts_lacking(readings));
    settled.notices.extend(gaps.filter(|_| request.person.is_none()));
    order_lines.give_back(stamping.settings.threads);
    stamping.close()?;
    Ok(settled)
}

fn assemble_orders<'l>(
    haul: &mut Haul<'_>,
    lines: &'l mut Runs<LineAt<OrderLine>>,
    readings: &[Reading],
    settings: &Settings,
    zone: Option<ZoneRule>,
) -> Result<shopify_orders::Assembly<'l>> {
    let written: Vec<(usize, Written)> = haul
        .inputs
        .iter()
        .enumerate()
        .filter_map(|(input, seen)| Some((input, seen.orders.clone()?)))
        .collect();
    let dates = written.iter().map(|(input, written)| (*input, written.dates)).collect();
    let mut inputs = input_settings(dates, readings, (settings.date_order, zone), haul)?;
    for (input, written) in written {
        let own = inputs.entry(input).or_default();
        let mixed = |_| mixed_decimals(&readings[input].path);
        own.decimal_comma =
            written.amounts.has_comma().map_err(mixed)?.unwrap_or(own.decimal_comma);
    }
    let online_sources = settings.online_sources.clone();
    let own = shopify_orders::Settings { inputs, online_sources };
    let (lines, meant) = read_lines(lines, &own, settings.threads);
    Ok(shopify_orders::assemble(lines, meant, &own, settings.threads))
}

fn assemble_checkouts(
    haul: &mut Haul<'_>,
    readings: &[Reading],
    settings: &Settings,
    zone: Option<ZoneRule>,
) -> Result<shopify_checkouts::Assembly> {
    let mut lines = std::mem::take(&mut haul.checkout_lines);
    let seen = haul.inputs.iter().map(|seen| seen.checkouts.as_ref()).enumerate();
    let dates = seen.filter_map(|(input, written)| Some((input, written?.dates))).collect();
    let own = of_inputs(input_settings(dates, readings, (settings.date_order, zone), haul)?);
    let (lines, meant) = read_lines(&mut lines, &own, settings.threads);
    Ok(shopify_checkouts::assemble(lines, meant, &own))
}

/// Puts rows in order and reads what each means, in parts of them.
fn read_lines<'l, L: Line + Send>(
    lines: &'l mut Runs<LineAt<L>>,
    settings: &shopify_orders::Settings,
    threads: usize,
) -> (Vec<&'l mut LineAt<L>>, Vec<Vec<Meant>>) {
    let mut lines = lines.in_order(LineAt::order_key);
    let read = |part: &mut [&mut LineAt<L>]| {
        Ok::<_, Infallible>(shopify_orders::read_lines(part, settings))
    };
    let Ok(meant) = in_parts(threads, &mut lines, read);
    (lines, meant)
}

/// How the texts of inputs that hold no orders are meant.
fn of_inputs(inputs: BTreeMap<usize, InputSettings>) -> shopify_orders::Settings {
    shopify_orders::Settings { inputs, ..shopify_orders::Settings::default() }
}

/// Nobody can say how such a file means an amount like `1.234`.
fn mixed_decimals(path: &str) -> Error {
    let message = "some amounts are written with a decimal comma (`1.234,50`), others with a decimal point (`12.50`)";
    Error::at(Place::file(path), message)
        .hint("export the file anew, or let a spreadsheet write all amounts in one way")
}

/// One touch for each step that the checkout reached; the first stands for the row.
fn settle_checkout(haul: &mut Haul<'_>, checkout: &Checkout, stamping: &mut Stamping<'_>) {
    let mut identifiers = RowIdentifiers::remembering(std::mem::take(&mut haul.texts));
    let space = Format::ShopifyCheckouts.space();
    let token = IdentifierKind::CheckoutToken;
    identifiers.add(token, space, checkout.number(), Strictness::Several);
    add_people(&mut identifiers, &checkout.texts);
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
        haul.take(&event, place, Verdict { marks, ..Verdict::default() }, stamping);
    }
}

/// Session reports, put together.
struct Reports<'r> {
    totals: shopify_session_totals::Assembly,
    /// Those of their sessions that are journeys.
    sessions: Vec<Session<'r>>,
}

/// Sums the session reports, and puts sessions together where a report has a row for each and they are
/// journeys. Their times are of the store's zone.
fn assemble_reports<'r>(
    haul: &mut Haul<'_>,
    readings: &'r [Reading],
    request: &Request,
    (settled, settings): (&Settled, &Settings),
) -> Result<Reports<'r>> {
    let mut lines = std::mem::take(&mut haul.total_lines);
    let dimensions = sessions::inputs(readings);
    let zone = Some(request.calendar_zone(settled.store_offset));
    let mut dates: BTreeMap<usize, DateEvidence> = BTreeMap::new();
    for LineAt { input, line, .. } in &lines {
        if let Some(own) = dimensions.get(input) {
            let time = own.id(line).and_then(|_| own.written_time(line));
            dates.entry(*input).or_default().observe(time.unwrap_or_default());
        }
    }
    let inputs = input_settings(dates, readings, (settings.date_order, zone), haul)?;
    let gathered = shopify_session_rows::gather(&lines, &dimensions, &of_inputs(inputs));
    let unread: FastSet<RowRef> = gathered.aside.iter().map(|(_, row, ..)| *row).collect();
    lines.retain(|at| !unread.contains(&at.row));
    note_aside(haul, gathered.aside);
    let inputs = report_inputs(readings);
    let mut totals = shopify_session_totals::assemble(lines, &inputs, settings.date_order)
        .map_err(|of| ambiguous_dates(&readings[of.input].path, &of.column, of.why))?;
    note_aside(haul, std::mem::take(&mut totals.aside));
    // What is decided about single sessions was told when these were put together.
    for (input, decision) in std::mem::take(&mut totals.decisions) {
        if !dimensions.contains_key(&input) {
            haul.inputs[input].decisions.push(decision);
        }
    }
    Ok(Reports { totals, sessions: gathered.sessions })
}

/// The inputs that hold totals of sessions.
fn report_inputs(readings: &[Reading]) -> Vec<ReportInput<'_>> {
    readings
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
            | Rows::Pixel(_)
            | Rows::Tool(_)
            | Rows::Matomo
            | Rows::RestOrders
            | Rows::RestCheckouts
            | Rows::Bulk
            | Rows::ToolTable(..) => None,
        })
        .collect()
}

fn settle_reports(
    assembly: shopify_session_totals::Assembly,
    readings: &[Reading],
    settled: &mut Settled,
) {
    let is_single = |reading: &&Reading| reading.format == Format::ShopifyAnalyticsSessions;
    if let Some(reading) = readings.iter().find(is_single).filter(|_| sessions::has_log(readings)) {
        let message = format!(
            "{}: an event log tells what happened in these sessions, so they are no journeys of their own: their totals are held against it",
            reading.path
        );
        settled.notices.push(Notice { code: "sessions_beside_a_log", message });
    }
    settled.notices.extend(readings.iter().filter_map(users_for_sessions));
    settled.notices.extend(assembly.notices);
    settled.notices.extend(without_figures(&assembly.reports));
    settled.notices.extend(without_sessions(&assembly.reports));
    settled.notices.extend(unknown_figures(&assembly.reports));
    settled.notices.extend(rates_alone(&assembly.reports));
    settled.session_reports = assembly.reports;
}

fn note_aside(haul: &mut Haul<'_>, aside: Vec<Aside>) {
    for (input, row, reason, words) in aside {
        haul.quality.accounts[input].set_aside(reason, row, || words.into_owned());
    }
}

/// The name of the column that says when a row was.
fn time_column(reading: &Reading) -> &str {
    if let Rows::Totals(_, columns) = &reading.rows {
        let time = columns.sessions.as_ref().and_then(|own| columns.dimensions().get(own.time()));
        return time.map_or("", String::as_str);
    }
    let named = reading.columns.iter().find(|(part, _)| part.ends_with("created at"));
    named.map_or("", |(_, column)| column.as_str())
}

/// How each input's dates and numbers are read, times in its own zone if no other one is given; what was
/// decided about dates is kept for the reader.
fn input_settings(
    dates: BTreeMap<usize, DateEvidence>,
    readings: &[Reading],
    (told, zone): (Option<DateOrder>, Option<ZoneRule>),
    haul: &mut Haul<'_>,
) -> Result<BTreeMap<usize, InputSettings>> {
    let mut settings = BTreeMap::new();
    for (input, evidence) in dates {
        let reading = &readings[input];
        let column = time_column(reading);
        let date_order = evidence
            .decide(told)
            .map_err(|ambiguous| ambiguous_dates(&reading.path, column, ambiguous))?;
        let zone = zone.unwrap_or(reading.zone);
        let decisions = &mut haul.inputs[input].decisions;
        decisions.extend(evidence.decision(column, date_order, zone));
        // Exports have it; days of session reports never had.
        if matches!(reading.rows, Rows::Orders(..) | Rows::Checkouts(..)) {
            decisions.extend(evidence.decision_of_zone(column, zone));
        }
        settings.insert(
            input,
            InputSettings { zone, date_order, decimal_comma: reading.delimiter == Some(b';') },
        );
    }
    Ok(settings)
}
