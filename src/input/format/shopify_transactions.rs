//! `shopify.transactions`: Shopify admin, Orders, Export transaction histories: what was charged, paid back
//! or refused, several rows an order.
//!
//! A row is an event of its order's customer, because the order is all that it names: `order_paid`,
//! `order_refunded` or, if it did not succeed, `transaction_failed`. It is no visit. Where a spreadsheet has
//! spoilt the order's number, its name says which order it is.

use super::event_table::{EventColumns, Named};
use super::{Desk, Sink};
use crate::event::{Identifier, IdentifierKind, Origin};
use crate::identity::{Strictness, identify};
use crate::input::columns::{Header, Row};

/// The columns that make a table this format.
pub const MUST: [&[&str]; 7] =
    [&["order"], &["name"], &["kind"], &["gateway"], &["created at"], &["status"], &["amount"]];

/// The same of the tables that warehouses make of them.
pub const MUST_OF_WAREHOUSE: [&[&str]; 6] = [
    &["order id"],
    &["kind"],
    &["gateway"],
    &["created at"],
    &["status"],
    &["amount", "amount set shop amount"],
];

/// Where the parts of a transaction are.
#[derive(Debug)]
pub struct Transactions {
    /// The parts of an event.
    pub columns: EventColumns,
    name: Option<usize>,
    kind: usize,
    status: usize,
}

/// What a row has in place of the order's number where that is lost. A name is a number to nobody but the shop,
/// so it is none of the orders that other systems count.
pub fn by_name(name: &str) -> Option<Identifier> {
    let name = name.trim().trim_start_matches('#');
    let named = (!name.is_empty()).then(|| format!("order named {name}"))?;
    identify(IdentifierKind::OrderId, 0, &named, Strictness::Only)
}

impl Transactions {
    /// The columns of a header.
    pub fn new(header: &Header) -> Option<Transactions> {
        let order = header.find(&["order", "order id"])?;
        let columns = EventColumns {
            time: header.find(&["created at"])?,
            identifiers: vec![(IdentifierKind::OrderId, 0, order)],
            strictness: Strictness::Only,
            order: Some(order),
            value: header.find(&["amount", "amount set shop amount"]),
            currency: header.find(&["currency", "amount set shop currency code"]),
            ..EventColumns::default()
        };
        let (kind, status) = (header.find(&["kind"])?, header.find(&["status"])?);
        Some(Transactions { columns, name: header.find(&["name"]), kind, status })
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, desk: Desk<'_, impl Sink>) {
        let kind = row.text(Some(self.kind)).to_ascii_lowercase();
        let status = row.text(Some(self.status)).to_ascii_lowercase();
        let name = match (status.as_str(), kind.as_str()) {
            ("failure" | "error", _) => "transaction_failed",
            ("success", "sale" | "capture") => "order_paid",
            ("success", "refund") => "order_refunded",
            (_, "") => "transaction",
            // Reserved money, and what is still pending: told apart by their kind, and no step.
            (_, kind) => kind,
        };
        let named = Named {
            name: name.as_bytes(),
            derived: None,
            origin: Origin::OrderRow,
            otherwise: by_name(&row.text(self.name)),
        };
        self.columns.read_named((row, header), named, desk);
    }
}
