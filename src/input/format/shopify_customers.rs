//! `shopify.customers`: Shopify admin, Customers, Export, in its newer and older layouts.
//!
//! A customer did nothing by being listed, and no cell says when anything was: rows only tell that a
//! customer's number, address and telephone are of one person.

use super::{Desk, Format, Sink};
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::columns::{Header, Row};
use crate::quality::Reason;

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 4] = [&["first name"], &["last name"], &["email"], FIGURES];

/// What the shop knows of its customers, in the names of its exports and of warehouses.
const FIGURES: &[&str] = &[
    "total orders",
    "total spent",
    "orders count",
    "accepts marketing",
    "accepts email marketing",
];

/// Where the identifiers are.
#[derive(Debug)]
pub struct Customers {
    identifiers: Vec<(IdentifierKind, usize)>,
}

impl Customers {
    /// The columns of a header.
    pub fn new(header: &Header) -> Customers {
        // Warehouses have the customer's number in a column for the row's own.
        let number = if header.has(&["customer id"]) { "customer id" } else { "id" };
        let columns = [
            (IdentifierKind::CustomerId, number),
            (IdentifierKind::Email, "email"),
            (IdentifierKind::Phone, "phone"),
            (IdentifierKind::Phone, "default address phone"),
        ];
        let found = columns.iter().filter_map(|&(kind, name)| Some((kind, header.find(&[name])?)));
        Customers { identifiers: found.collect() }
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, mut desk: Desk<'_, impl Sink>) {
        desk.identifiers.clear();
        let space = Format::ShopifyCustomers.space();
        for &(kind, column) in &self.identifiers {
            desk.identifiers.add(kind, space, &row.text(Some(column)), Strictness::Several);
        }
        desk.identifiers.report_blocked(desk.sink);
        if desk.identifiers.sorted().is_empty() {
            let message = "neither a number nor an address nor a telephone".to_string();
            return desk.defect(Reason::NoIdentifier, message);
        }
        desk.sink.person(desk.at, desk.identifiers.sorted());
    }
}
