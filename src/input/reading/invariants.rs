//! What is true of all rows of an input, whatever stands in them, unless it says otherwise.

use super::Rows;
use crate::event::{Identifier, IdentifierKind};
use crate::input::format::special::Special;

impl Rows {
    /// Whether rows are events of which two deliveries are the same in every byte: no id tells them.
    pub(super) fn tell_deliveries_by_row(&self) -> bool {
        self.plain_events().is_some_and(|events| !events.have_ids)
    }

    /// Whether a row has one identifier only, so that nothing is ever linked. Of JSON that is what its first records show; a
    /// later one may have more all the same.
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
        let is_alone = |sessions| sessions == Sessions::Alone;
        let are_journeys = matches!(
            self,
            Rows::Special(_, Special::Milestones(own))
                if is_alone(Sessions::among(&own.columns.identifiers))
        );
        let are_events = self.plain_events().is_some_and(|events| is_alone(events.sessions));
        is_yoochoose || are_journeys || are_events
    }

    /// Whether no row says when it was, but for the day of a user.
    pub fn are_timeless(&self) -> bool {
        let are_marks =
            matches!(self, Rows::Special(_, Special::Milestones(own)) if own.are_timeless());
        are_marks || matches!(self, Rows::Special(_, Special::Members(_)))
    }

    /// Whether rows say on which day users were there who are on pages elsewhere.
    pub fn are_days_of_users(&self) -> bool {
        matches!(self, Rows::Special(_, Special::Members(own)) if own.date.is_some())
    }

    /// Whether sessions say who rows without a name are of.
    pub fn have_sessions_beside(&self) -> bool {
        self.plain_events().is_some_and(|events| events.sessions == Sessions::Beside)
    }

    /// What rows are like that are one event each, with its parts where the file says; `None` for others.
    fn plain_events(&self) -> Option<PlainEvents> {
        Some(match self {
            Rows::Table(_, own) => PlainEvents {
                have_ids: own.id.is_some(),
                // The number of an order may stand among properties.
                identifiers: own.identifiers.len() + usize::from(own.properties.is_some()),
                sessions: Sessions::among(&own.identifiers),
                have_addresses: own.address.is_some() || own.properties.is_some(),
            },
            Rows::Json(own) => PlainEvents {
                have_ids: own.id.is_some(),
                identifiers: own.identifiers.len(),
                sessions: Sessions::among(&own.identifiers),
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
    /// What sessions say of who it was.
    sessions: Sessions,
    /// Whether the address of a page may be in one of its cells.
    have_addresses: bool,
}

/// What sessions say of who it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sessions {
    /// Nothing.
    Nothing,
    /// Whose the rows are that name nobody.
    Beside,
    /// All that is known.
    Alone,
}

impl Sessions {
    /// Of what identifies in a log.
    fn among<K>(identifiers: &[(IdentifierKind, u16, K)]) -> Sessions {
        let people = identifiers.iter().filter(|(kind, ..)| *kind != IdentifierKind::OrderId);
        let count = |is: bool| {
            people.clone().filter(|(_, space, _)| (*space == Identifier::SESSIONS) == is).count()
        };
        match (count(true), count(false)) {
            (0, _) => Sessions::Nothing,
            (_, 0) => Sessions::Alone,
            _ => Sessions::Beside,
        }
    }
}
