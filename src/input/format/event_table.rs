//! Event logs that are tables: one row an event, each part of it in a column of its own.
//!
//! The known data sets name their columns here; any other table is read by the aliases of
//! `detect`, or by what `--map` says.

mod properties;

use super::identifiers::system_of;
use super::{Desk, RowIdentifiers, Sink};
use crate::event::{
    Details, Identifier, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value,
};
use crate::identity::{Strictness, identify};
use crate::input::aliases::{LANDING, Part, URLS};
use crate::input::columns::{Header, Row, is_null, normalise};
use crate::input::timestamp::{self, DateOrder, Stamp, ZoneRule};
use crate::key::Key;
use crate::ladder::dimension::{self, SourcePart};
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::text::{LONGEST_NULL, kind_of, shorten};
use crate::time::{Precision, Span};
pub use properties::column_of_properties;
use std::borrow::Cow;

/// A column that says when together with the column of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FurtherTime {
    /// The milliseconds since then, which is the time of something that began before.
    Since(usize),
    /// What a clock showed on that day.
    Clock(usize),
}

/// Where each part of an event stands in a table.
#[derive(Clone, Debug)]
pub struct EventColumns {
    /// The time.
    pub time: usize,
    /// What else it takes to say when, if the time is not all of it.
    pub further: Option<FurtherTime>,
    /// The event's name.
    pub event: usize,
    /// The column that says it where that one is blank.
    pub otherwise: Option<usize>,
    /// Whether that is the page that was seen, by its name or its address, and nothing says what happened.
    pub names_pages: bool,
    /// What identifies, with the space of its system.
    pub identifiers: Vec<(IdentifierKind, u16, usize)>,
    /// Which values are placeholders.
    pub strictness: Strictness,
    /// The source's own session.
    pub session: Option<usize>,
    /// The source's own sequence number.
    pub sequence: Option<usize>,
    /// The order number.
    pub order: Option<usize>,
    /// What groups purchases that have no order number.
    pub basket: Option<usize>,
    /// Whether each row of a purchase is one of its items, of which nothing says what it cost.
    pub items: bool,
    /// The money of an order.
    pub value: Option<usize>,
    /// Where the money of an order may stand instead, if that cell is blank.
    pub otherwise_value: Vec<usize>,
    /// What that money is.
    pub money: Money,
    /// How many of them were bought at that price.
    pub quantity: Option<usize>,
    /// The currency of the money.
    pub currency: Option<usize>,
    /// The currency of all money, where a data set has only one.
    pub fixed_currency: Option<&'static str>,
    /// The user agent.
    pub user_agent: Option<usize>,
    /// The address of the page, where it may say what views of pages are.
    pub address: Option<usize>,
    /// Properties as JSON, in which the order and the address may stand if no column has them.
    pub properties: Option<usize>,
    /// The id of the event; without one the whole row tells deliveries of one event.
    pub id: Option<usize>,
    /// Whether a comma is the decimal sign.
    pub decimal_comma: bool,
    /// How dates with slashes are read, if there are any.
    pub date_order: Option<DateOrder>,
}

impl Default for EventColumns {
    fn default() -> EventColumns {
        EventColumns {
            time: 0,
            further: None,
            event: 0,
            otherwise: None,
            names_pages: false,
            identifiers: Vec::new(),
            strictness: Strictness::Several,
            session: None,
            sequence: None,
            order: None,
            basket: None,
            items: false,
            value: None,
            otherwise_value: Vec::new(),
            money: Money::OfOrder,
            quantity: None,
            currency: None,
            fixed_currency: None,
            user_agent: None,
            address: None,
            properties: None,
            id: None,
            decimal_comma: false,
            date_order: None,
        }
    }
}

/// What the money in a column is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Money {
    /// What an order is worth.
    #[default]
    OfOrder,
    /// The same in millionths, unless it has decimals.
    Millionths,
    /// The price of one of the items of an order, each of which has a row.
    OfLine,
}

impl Money {
    fn read(self, text: &str, decimal_comma: bool) -> Option<Amount> {
        let amount = Amount::parse(text, decimal_comma)?;
        let is_whole = self == Money::Millionths && !text.contains(['.', ',']);
        Some(if is_whole { Amount(amount.0 / 1_000_000) } else { amount })
    }
}

/// What an event is called, where no column says it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'r> {
    /// Its name.
    pub name: &'r [u8],
    /// A further canonical name that the row proves.
    pub derived: Option<&'static str>,
    /// What kind of file it is from.
    pub origin: Origin,
    /// Who it was, if no column says so.
    pub otherwise: Option<Identifier>,
}

impl EventColumns {
    /// Reads one row.
    pub fn read(&self, row: Row<'_>, header: &Header, mut desk: Desk<'_, impl Sink>) {
        let Some(stamp) = self.stamp(row, &mut desk) else { return };
        let cell = cell_of(row, self.event);
        let told = if is_nothing(&cell) { self.otherwise(row) } else { cell };
        // Loggers of pages name only what else happened.
        let page = self.address.filter(|_| told.is_empty()).map(|column| cell_of(row, column));
        let is_page = self.names_pages || page.is_some();
        let name = page.unwrap_or(told);
        if name.is_empty() {
            return desk.defect(Reason::BadRow, "the event has no name".to_string());
        }
        let name = if is_page { name_of_page(&name) } else { &name };
        let named = Named { name, derived: None, origin: Origin::Log, otherwise: None };
        self.deliver((row, header), stamp, named, &mut desk);
    }

    /// What the row says beside the usual column; empty if that is nothing either.
    fn otherwise<'r>(&self, row: Row<'r>) -> Cow<'r, [u8]> {
        let cell = self.otherwise.map(|column| cell_of(row, column));
        cell.filter(|cell| !is_nothing(cell)).unwrap_or_default()
    }

    /// Reads a row whose event's name stands in no column.
    pub fn read_named(
        &self,
        (row, header): (Row<'_>, &Header),
        named: Named<'_>,
        mut desk: Desk<'_, impl Sink>,
    ) {
        if let Some(stamp) = self.stamp(row, &mut desk) {
            self.deliver((row, header), stamp, named, &mut desk);
        }
    }

    /// The value of a property of a row: by column name.
    pub fn property<'r>(&self, row: Row<'r>, header: &Header, path: &str) -> Option<Value<'r>> {
        row.value(Some(column_of(header, path)?)).map(Value::Text)
    }

    /// The columns that decide on the value of a dimension, and with which part of their cells: rows that
    /// agree in these agree in the value.
    pub fn columns_of(header: &Header, dimension: &str) -> Vec<(usize, SourcePart)> {
        let own = column_of(header, dimension).map(|column| (column, SourcePart::Whole));
        let sources = dimension::sources(dimension).iter();
        let sources =
            sources.filter_map(|source| Some((column_of(header, source.name)?, source.part)));
        own.into_iter().chain(sources).collect()
    }

    /// Shows the properties of a row to whoever looks at them.
    pub fn show(&self, row: Row<'_>, header: &Header, look: &mut dyn FnMut(&dyn Properties)) {
        look(&RowDetails { columns: self, row, header });
    }

    #[inline]
    fn stamp(&self, row: Row<'_>, desk: &mut Desk<'_, impl Sink>) -> Option<Stamp> {
        let mut written = row.text(Some(self.time));
        if let Some(FurtherTime::Clock(clock)) = self.further {
            written = day_and_clock(&written, &row.text(Some(clock))).into();
        }
        let stamp = timestamp::parse_any(&written, self.date_order, desk.zone);
        if stamp.is_none() {
            desk.defect(Reason::BadTimestamp, unreadable_time(&written));
        }
        match self.further {
            None | Some(FurtherTime::Clock(_)) => stamp,
            Some(FurtherTime::Since(since)) => Some(later(stamp?, &row.text(Some(since)))),
        }
    }

    #[inline]
    fn deliver(
        &self,
        (row, header): (Row<'_>, &Header),
        stamp: Stamp,
        named: Named<'_>,
        desk: &mut Desk<'_, impl Sink>,
    ) {
        self.identify(row, desk.identifiers);
        desk.identifiers.report_blocked(desk.sink);
        if let Some(otherwise) = named.otherwise
            && desk.identifiers.sorted().is_empty()
        {
            desk.identifiers.push(otherwise);
        }
        let user_agent = self.user_agent.map(|column| cell_of(row, column));
        let event = RawEvent {
            at: stamp.at,
            precision: Precision::Exact,
            name: named.name,
            derived: named.derived,
            identifiers: desk.identifiers.sorted(),
            sequence: self
                .sequence
                .and_then(|column| row.text(Some(column)).parse().ok())
                .unwrap_or(0),
            origin: named.origin,
            details: &RowDetails { columns: self, row, header },
        };
        desk.sink.event(desk.at, &event, user_agent.as_deref());
    }

    #[inline]
    pub(super) fn identify(&self, row: Row<'_>, identifiers: &mut RowIdentifiers) {
        identifiers.clear();
        for &(kind, space, column) in &self.identifiers {
            let is_added = row
                .plain(column)
                .is_some_and(|cell| identifiers.add_plain(kind, space, cell, self.strictness));
            if !is_added {
                let strictness = self.strictness.of(kind);
                identifiers.add(kind, space, &row.text(Some(column)), strictness);
            }
        }
        if self.order.is_none()
            && let [Some(number)] = self.among_properties(row, [Part::Order])
        {
            identifiers.add(IdentifierKind::OrderId, 0, &number, Strictness::Several);
        }
    }

    /// The cell in which the properties of a row stand, if they have one of their own.
    fn cell_of_properties<'r>(&self, row: Row<'r>) -> Option<Cow<'r, str>> {
        row.value(Some(self.properties?))
    }

    /// For each part the first property that has one of its names.
    fn among_properties<const N: usize>(
        &self,
        row: Row<'_>,
        parts: [Part; N],
    ) -> [Option<String>; N] {
        match self.cell_of_properties(row) {
            Some(cell) => properties::first_of_each(&cell, parts),
            None => [const { None }; N],
        }
    }
}

/// A cell's bytes, cleaned.
#[inline]
fn cell_of(row: Row<'_>, column: usize) -> Cow<'_, [u8]> {
    match row.plain(column) {
        Some(cell) => Cow::Borrowed(cell),
        None => Cow::Owned(row.text(Some(column)).as_bytes().to_vec()),
    }
}

/// Whether a cell is a word that stands for nothing (`null`, `N/A`).
pub fn is_nothing(cell: &[u8]) -> bool {
    cell.len() <= LONGEST_NULL && std::str::from_utf8(cell).is_ok_and(is_null)
}

/// The cells of a row that few rows are asked for.
pub(super) struct RowDetails<'r> {
    pub(super) columns: &'r EventColumns,
    pub(super) row: Row<'r>,
    pub(super) header: &'r Header,
}

impl RowDetails<'_> {
    /// The row as it is written, but for what differs each time that it is.
    fn whole_row(&self) -> Key {
        let books = self.header.bookkeeping();
        if books.is_empty() {
            return Key::of(self.row.bytes());
        }
        let columns = (0..self.row.len()).filter(|column| !books.contains(column));
        columns.fold(Key::NONE, |key, column| {
            key.and(Key::of(&self.row.cell(column).unwrap_or_default()))
        })
    }

    /// What rows without an order's number have in common if they are one order: what groups them, else, in logs of single
    /// items that are not told what they cost, who bought when.
    fn basket(&self) -> Option<Key> {
        let EventColumns { basket, items, time, ref identifiers, .. } = *self.columns;
        let together = || {
            let who = identifiers.first().map(|&(.., column)| column)?;
            let text = |column| self.row.text(Some(column));
            let written = text(time);
            // What was bought on one day was not bought at once.
            let stamp =
                timestamp::parse_any(&written, self.columns.date_order, ZoneRule::default());
            let is_moment = stamp.is_some_and(|stamp| stamp.precision != Precision::Day);
            let key = || Key::within(2, text(who).as_bytes()).and(Key::of(written.as_bytes()));
            (items && is_moment).then(key)
        };
        let grouped = self.row.value(basket).map(|text| Key::within(1, text.as_bytes()));
        grouped.or_else(together)
    }
}

impl Properties for RowDetails<'_> {
    /// By column name; then among the properties in a cell.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let own = self.columns.property(self.row, self.header, path);
        own.or_else(|| {
            let cell = self.columns.cell_of_properties(self.row)?;
            if path == ADDRESS {
                let [address] = properties::first_of_each(&cell, [Part::Address]);
                let address = address.or_else(|| properties::like(&cell, LANDING));
                return address.map(|address| Value::Text(Cow::Owned(address)));
            }
            properties::at(&cell, path)
        })
    }
}

impl Details for RowDetails<'_> {
    /// Deliveries of one event have the same id; without ids the whole row tells.
    fn fingerprint(&self) -> Key {
        match self.columns.id.and_then(|column| self.row.value(Some(column))) {
            Some(id) => Key::of(id.as_bytes()),
            None => self.whole_row(),
        }
    }

    fn session(&self) -> Option<Key> {
        let cell = self.columns.session.and_then(|column| self.row.value(Some(column)))?;
        Some(Key::within(system_of(&self.columns.identifiers).into(), cell.as_bytes()))
    }

    fn address(&self) -> Option<Cow<'_, str>> {
        if let Some(column) = self.columns.address {
            return self.row.value(Some(column));
        }
        let [address] = self.columns.among_properties(self.row, [Part::Address]);
        address.map(Cow::Owned)
    }

    fn is_line(&self) -> bool {
        self.columns.money == Money::OfLine
    }

    fn order(&self) -> Option<OrderNote> {
        let EventColumns { order, value, quantity, currency, decimal_comma, .. } = *self.columns;
        let parts = [Part::Order, Part::Value, Part::Currency];
        let [own_number, own_value, own_currency] = self.columns.among_properties(self.row, parts);
        let part = |column: Option<usize>, own: Option<String>| match column {
            Some(_) => self.row.value(column),
            None => own.map(Cow::Owned),
        };
        let number = part(order, own_number)
            .and_then(|text| identify(IdentifierKind::OrderId, 0, &text, Strictness::Several));
        let key = number.map(|id| id.key).or_else(|| self.basket());
        // JSON has a decimal point, whatever stands in the columns beside it.
        let has_comma = decimal_comma && value.is_some();
        let told = part(value, own_value).or_else(|| {
            let mut further = self.columns.otherwise_value.iter();
            further.find_map(|&column| self.row.value(Some(column)))
        });
        let amount = told.and_then(|text| self.columns.money.read(&text, has_comma));
        let quantity = self.row.value(quantity).and_then(|text| text.parse::<u32>().ok());
        let amount = amount.map(|amount| Amount(amount.0 * i128::from(quantity.unwrap_or(1))));
        let fixed = self.columns.fixed_currency.map(Currency::parse);
        let written = part(currency, own_currency).map(|text| Currency::parse(&text));
        let currency = written.or(fixed).unwrap_or_default();
        let key = key.unwrap_or_else(|| self.fingerprint());
        Some(OrderNote { key, numbered: number.is_some(), amount, currency })
    }
}

/// The column of a property.
fn column_of(header: &Header, path: &str) -> Option<usize> {
    if path == ADDRESS {
        return header.address();
    }
    let own = header.find(&[normalise(path).as_str()]);
    own.or_else(|| header.find(aliases_of(path)))
}

/// The property that is the page's address.
const ADDRESS: &str = "url";

/// The columns that hold what dimensions are worked out from.
pub(super) fn aliases_of(property: &str) -> &'static [&'static str] {
    match property {
        ADDRESS => &URLS,
        "referrer" => &["referer", "page referrer", "http referer"],
        "user_agent" => &["useragent", "ua"],
        _ => &[],
    }
}

/// What happened where a row says only which page was seen: pages have names, or addresses.
pub(super) fn name_of_page(page: &[u8]) -> &[u8] {
    if page.contains(&b'/') { b"page_viewed" } else { page }
}

/// What is wrong with a time that cannot be read.
pub fn unreadable_time(written: &str) -> String {
    if written.trim().is_empty() {
        return "there is no time in its cell".to_string();
    }
    format!("`{}` is not a time that is known here", shorten(written))
}

/// The time that a day and what a clock showed on it make; the day alone where there is no clock.
pub fn day_and_clock(day: &str, clock: &str) -> String {
    let (day, clock) = (day.trim(), clock.trim());
    if is_null(clock) { day.to_string() } else { format!("{day} {clock}") }
}

/// A time so many milliseconds later; where no number says how many, none are known.
fn later(stamp: Stamp, milliseconds: &str) -> Stamp {
    let since: i64 = milliseconds.parse::<u32>().map_or(0, i64::from);
    Stamp { at: stamp.at.plus(Span(since * MILLISECOND)), precision: Precision::Exact, ..stamp }
}

/// Microseconds in a millisecond.
const MILLISECOND: i64 = 1000;

/// The same of a time in a table of customers: anything may have slipped into its column, so nothing of it is shown
/// but how it is made, digits as 9 and letters as a.
pub fn unknown_kind_of_time(written: &str) -> String {
    format!("a time that is written like `{}` is not known here", kind_of(written))
}
