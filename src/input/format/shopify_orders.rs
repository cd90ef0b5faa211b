//! Shopify's export of orders: one row a line item, the first row of an order says everything.
//!
//! Rows are read in any order by many threads ([`OrderLine`]); when all rows of all files are there,
//! [`assemble`] makes orders of them, each once. An order of another sales channel is still returned
//! with its channel: it is counted, and its time shows how far the data goes. Whether an order is a
//! conversion is not judged here.

mod assembly;
pub mod columns;
pub mod common;
pub mod copies;
mod json;
pub mod packed;
#[cfg(test)]
mod tests;

pub use assembly::{Assembly, Orders, assemble};
pub use columns::OrderColumns;
pub use common::order_key;
pub use copies::{Aside, InputSettings, Line, LineAt, Meant, Settings, read as read_lines};

use crate::event::RowRef;
use crate::findings::OrderGaps;
use crate::input::columns::Row;
use crate::input::timestamp::Stamp;
use crate::key::Key;
use crate::ladder::dimension;
use crate::money::{Amount, Currency, DecimalEvidence};
use crate::stats::refunds::Refund;
use crate::text::{is_yes, says_so};
use common::{Common, fill};
use copies::Progress;
use packed::{AMOUNTS, Cell, Packed, Packing};

/// What became of an order's payment, least first: of two copies of an order, the later one in this
/// list is newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum FinancialStatus {
    Unknown = 1,
    Expired,
    Pending,
    Authorized,
    PartiallyPaid,
    Paid,
    Voided,
    PartiallyRefunded,
    Refunded,
}

impl FinancialStatus {
    /// Reads `partially_paid` as Shopify writes it, also `Partially paid` and `PARTIALLY_PAID`.
    fn read(text: &str) -> FinancialStatus {
        let known = FinancialStatus::of_word(text);
        let or_else = || FinancialStatus::of_word(&text.to_ascii_lowercase().replace(' ', "_"));
        known.or_else(or_else).unwrap_or(FinancialStatus::Unknown)
    }

    fn of_word(word: &str) -> Option<FinancialStatus> {
        Some(match word {
            "expired" => FinancialStatus::Expired,
            "pending" => FinancialStatus::Pending,
            "authorized" => FinancialStatus::Authorized,
            "partially_paid" => FinancialStatus::PartiallyPaid,
            "paid" => FinancialStatus::Paid,
            "voided" => FinancialStatus::Voided,
            "partially_refunded" => FinancialStatus::PartiallyRefunded,
            "refunded" => FinancialStatus::Refunded,
            _ => return None,
        })
    }
}

/// One row of an orders export. Words that are the same in many rows are understood at once, the other texts
/// kept in one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    common: Common,
    status: Option<FinancialStatus>,
    cancelled: bool,
    test: bool,
    device: Option<&'static str>,
    currency: Currency,
    channel: Option<Channel>,
    /// Amounts are texts until it is known how their file writes decimals.
    total: Option<Amount>,
    refunded: Option<Amount>,
    /// What its file says nothing of, as far as this row shows.
    gaps: OrderGaps,
}

impl Packing {
    /// The channel of a source, which is kept if it is no known one.
    fn channel(&mut self, source: Option<impl AsRef<str>>) -> Option<Channel> {
        let source = source?;
        let channel = Channel::of(source.as_ref());
        if channel == Channel::Other {
            self.add(Cell::Source, source.as_ref());
        }
        Some(channel)
    }
}

impl OrderLine {
    /// Reads a row. An error says what is wrong with it.
    pub fn read(columns: &OrderColumns, row: &Row<'_>) -> Result<OrderLine, String> {
        let method = row.mark(columns.payment_method);
        let is_bogus =
            method.as_ref().is_some_and(|method| method.to_ascii_lowercase().contains("bogus"));
        let currency = row.mark(columns.currency);
        let agent = row.mark(columns.user_agent);
        let mut packing = Packing::default();
        packing.add_some(Cell::Gateway, method);
        packing.add_some(Cell::Total, row.mark(columns.total));
        packing.add_some(Cell::Refunded, row.mark(columns.refunded_amount));
        let channel = packing.channel(row.mark(columns.source));
        Ok(OrderLine {
            common: Common::read(&columns.common, columns.first, row, packing)?,
            status: row.mark(columns.status).map(|text| FinancialStatus::read(&text)),
            cancelled: row.mark(columns.cancelled_at).is_some_and(|text| says_so(&text)),
            test: is_bogus || is_yes(&row.text(columns.test)) == Some(true),
            device: agent.map(|agent| dimension::device(&agent)),
            currency: currency.map_or_else(Currency::default, |text| Currency::parse(&text)),
            channel,
            total: None,
            refunded: None,
            gaps: columns.gaps(),
        })
    }

    /// What its file says nothing of, as far as this row shows.
    pub fn gaps(&self) -> OrderGaps {
        OrderGaps { buyers: !self.common.names_somebody(), ..self.gaps }
    }

    /// The text in Created at: evidence of how the file writes dates.
    pub fn created_at(&self) -> Option<&str> {
        self.common.created_at()
    }

    /// Adds what the amounts say of how the file writes decimals.
    pub fn observe_amounts(&self, evidence: &mut DecimalEvidence) {
        for text in AMOUNTS.into_iter().filter_map(|cell| self.common.texts.get(cell)) {
            evidence.observe(text, self.currency);
        }
    }

    /// An amount that is none.
    fn unreadable_amount(&self) -> Option<&str> {
        let amounts = AMOUNTS.into_iter().zip([self.total, self.refunded]);
        let mut unread = amounts.filter(|(_, amount)| amount.is_none());
        unread.find_map(|(cell, _)| self.common.texts.get(cell))
    }

    /// What of the order's money went back. An amount says it best; a status says at least whether any did.
    fn refund(&self) -> Refund {
        match (self.refunded, self.status) {
            (Some(amount), _) if amount > Amount(0) => Refund::Some(Some(amount.0)),
            (_, Some(FinancialStatus::Refunded)) => Refund::Some(self.total.map(|total| total.0)),
            (_, Some(FinancialStatus::PartiallyRefunded)) => Refund::Some(None),
            (Some(_), _) | (None, Some(_)) => Refund::Nothing,
            (None, None) => Refund::Unknown,
        }
    }

    /// Whether all of the order's money went back, by its status or by the amounts.
    fn is_refunded(&self) -> bool {
        let by_amounts = self.total.zip(self.refunded);
        self.status == Some(FinancialStatus::Refunded)
            || by_amounts.is_some_and(|(total, back)| total > Amount(0) && back >= total)
    }
}

impl Line for OrderLine {
    fn common(&self) -> &Common {
        &self.common
    }

    /// The amounts can be read, now that it is known how the file writes them.
    fn settle(&mut self, InputSettings { decimal_comma, .. }: InputSettings) {
        let amount = |cell| Amount::parse(self.common.texts.get(cell)?, decimal_comma);
        // What went back is so much, whichever sign it has.
        let refunded = amount(Cell::Refunded).map(|back| Amount(back.0.saturating_abs()));
        (self.total, self.refunded) = (amount(Cell::Total), refunded);
    }

    fn progress(&self) -> Progress {
        let cancelled = self.cancelled.then_some(FinancialStatus::Voided);
        Progress {
            stage: self.status.max(cancelled).map_or(0, |status| status as u8),
            refunded: self.refunded,
            updated_at: self.common.updated_at(),
        }
    }

    fn total(&self) -> Option<(Amount, Currency)> {
        Some((self.total?, self.currency))
    }

    fn fill(&mut self, other: &OrderLine) {
        self.common.fill(&other.common);
        self.fill_cells(other);
    }

    fn take_over(&mut self, other: &OrderLine) {
        self.common.take_over(&other.common);
        self.fill_cells(other);
    }
}

impl OrderLine {
    /// Fills what is no text. An amount and its currency belong together, and what went back belongs to what the
    /// status says of it.
    fn fill_cells(&mut self, other: &OrderLine) {
        let is_of_status = self.status.is_none() || self.status == other.status;
        // Where the status says that something did, nought is no amount.
        let is_any = self.status >= Some(FinancialStatus::PartiallyRefunded);
        let lacks_refund = self.refunded.is_none_or(|back| is_any && back == Amount(0));
        if self.total.is_none() && lacks_refund && other.total.is_some() {
            self.currency.0 = other.currency.0.or(self.currency.0);
        }
        let (own, theirs) = (self.currency.0, other.currency.0);
        let is_same_money = own.is_none() || theirs.is_none() || own == theirs;
        if is_same_money {
            fill(&mut self.currency.0, theirs);
            fill(&mut self.total, other.total);
            if is_of_status && lacks_refund {
                self.refunded = other.refunded.or(self.refunded);
            }
        }
        fill(&mut self.status, other.status);
        fill(&mut self.channel, other.channel);
        fill(&mut self.device, other.device);
        self.cancelled |= other.cancelled;
        self.test |= other.test;
    }
}

/// Where an order was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// The online store: the only channel with visits.
    OnlineStore,
    /// A till.
    PointOfSale,
    /// Made by staff, or an invoice.
    Draft,
    /// Another app or marketplace.
    Other,
}

/// What the column Source says of the channel; anything else is another app.
const CHANNELS: [(&str, Channel); 11] = [
    ("web", Channel::OnlineStore),
    // What the admin calls the channels, and warehouses after it.
    ("online store", Channel::OnlineStore),
    ("online", Channel::OnlineStore),
    ("point of sale", Channel::PointOfSale),
    ("draft orders", Channel::Draft),
    ("draft order", Channel::Draft),
    ("580111", Channel::OnlineStore), // the app id of the online store
    ("pos", Channel::PointOfSale),
    ("iphone", Channel::PointOfSale), // the older till apps
    ("android", Channel::PointOfSale),
    ("shopify_draft_order", Channel::Draft),
];

impl Channel {
    /// The channel of a source.
    pub fn of(source: &str) -> Channel {
        if let Some((_, channel)) = CHANNELS.iter().find(|(name, _)| *name == source) {
            return *channel;
        }
        let spaced = source.replace(['_', '-'], " ");
        let is_it = |name: &str| name.replace('_', " ").eq_ignore_ascii_case(&spaced);
        let known = CHANNELS.iter().find(|(name, _)| is_it(name));
        known.map_or(Channel::Other, |(_, channel)| *channel)
    }
}

/// An order: the row that stands for it, and what is decided about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<'l> {
    /// The input of its first row.
    pub input: usize,
    /// Its first row.
    pub row: RowRef,
    /// The [`order_key`] of its id or, where that is lost, of its name.
    pub number: Key,
    /// When it was made.
    pub at: Stamp,
    /// Where it was made.
    pub channel: Channel,
    /// Whether it was made to try the shop.
    pub test: bool,
    line: &'l OrderLine,
}

impl<'l> Order<'l> {
    /// The name that the shop gave: `#1001`.
    pub fn name(&self) -> &'l str {
        self.texts().get(Cell::Name).unwrap_or_default()
    }

    /// The number, if it is known.
    pub fn id(&self) -> Option<&'l str> {
        self.texts().get(Cell::Id)
    }

    /// Whether the number is known.
    pub fn has_id(&self) -> bool {
        self.texts().says(Cell::Id)
    }

    /// Its name, its number if that is known, who made it, by which checkout, and what it was paid through
    /// (several are joined as the export joins them).
    pub fn texts(&self) -> &'l Packed {
        &self.line.common.texts
    }

    /// What the buyer was asked to pay.
    pub fn amount(&self) -> Option<Amount> {
        self.line.total
    }

    /// The currency of the amount.
    pub fn currency(&self) -> Currency {
        self.line.currency
    }

    /// The device of whoever ordered, if the order says it.
    pub fn device(&self) -> Option<&'static str> {
        self.line.device
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.line.cancelled
    }

    /// Whether all of its money went back.
    pub fn is_refunded(&self) -> bool {
        self.line.is_refunded()
    }

    /// What of its money went back.
    pub fn refund(&self) -> Refund {
        self.line.refund()
    }
}
