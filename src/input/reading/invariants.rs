//! What is true of all rows of an input, whatever stands in them.

use super::Rows;
use crate::input::format::SESSIONS_ALONE;
use crate::input::format::special::Special;

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

    /// Whether nothing says who it was but a session, so that each session stands for a customer.
    pub fn have_sessions_alone(&self) -> bool {
        let is_yoochoose = matches!(self, Rows::Special(_, Special::Yoochoose(_)));
        is_yoochoose || self.plain_events().is_some_and(|events| events.are_sessions)
    }

    /// What rows are like that are one event each, with its parts where the file says; `None` for others.
    fn plain_events(&self) -> Option<PlainEvents> {
        let is_session = |space: u16| space == SESSIONS_ALONE;
        Some(match self {
            Rows::Table(_, own) => PlainEvents {
                have_ids: own.id.is_some(),
                identifiers: own.identifiers.len(),
                are_sessions: own.identifiers.iter().any(|who| is_session(who.1)),
                have_addresses: own.address.is_some(),
            },
            Rows::Json(own) => PlainEvents {
                have_ids: own.id.is_some(),
                identifiers: own.identifiers.len(),
                are_sessions: own.identifiers.iter().any(|who| is_session(who.1)),
                have_addresses: own.have_addresses,
            },
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
        })
    }
}

/// Rows that are one event each.
struct PlainEvents {
    /// Whether each has an id of its own.
    have_ids: bool,
    /// How many identifiers each may have.
    identifiers: usize,
    /// Whether what identifies them are sessions that stand for customers.
    are_sessions: bool,
    /// Whether the address of a page may be in one of its cells.
    have_addresses: bool,
}
