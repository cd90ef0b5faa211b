//! What is known beforehand of rows that are one event each, with its parts where the file says.

use super::Rows;

impl Rows {
    /// Whether rows are events of which two deliveries are the same in every byte: no id tells them.
    pub(super) fn tell_deliveries_by_row(&self) -> bool {
        self.plain_events().is_some_and(|events| !events.have_ids)
    }

    /// Whether a row can have one identifier only, so that nothing is ever linked.
    pub fn have_one_identifier(&self) -> bool {
        self.plain_events().is_some_and(|events| events.identifiers == 1)
    }

    /// Whether views of pages may be what the address in a cell of theirs says.
    pub fn have_addresses(&self) -> bool {
        self.plain_events().is_some_and(|events| events.have_addresses)
    }

    /// What rows are like that are one event each, with its parts where the file says; `None` for others.
    fn plain_events(&self) -> Option<PlainEvents> {
        let (have_ids, identifiers, have_addresses) = match self {
            Rows::Table(_, own) => (own.id.is_some(), own.identifiers.len(), own.address.is_some()),
            Rows::Json(own) => (own.id.is_some(), own.identifiers.len(), own.have_addresses),
            Rows::Pixel(_)
            | Rows::Tool(_)
            | Rows::Matomo
            | Rows::RestOrders
            | Rows::RestCheckouts
            | Rows::Bulk
            | Rows::ToolTable(..)
            | Rows::Special(..)
            | Rows::Orders(..)
            | Rows::Checkouts(..)
            | Rows::Totals(..) => return None,
        };
        Some(PlainEvents { have_ids, identifiers, have_addresses })
    }
}

/// Rows that are one event each.
struct PlainEvents {
    /// Whether each has an id of its own.
    have_ids: bool,
    /// How many identifiers each may have.
    identifiers: usize,
    /// Whether the address of a page may be in one of its cells.
    have_addresses: bool,
}
