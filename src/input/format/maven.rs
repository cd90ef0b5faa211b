//! `maven.sessions`, `maven.pageviews`, `maven.orders`: three tables of the Maven Fuzzy Factory data set.
//!
//! Only sessions and orders name a user, so the session's number is what joins the three. Pages are known
//! by their paths; a page that is none of the shop's fixed ones is a product's. The page that thanks for
//! an order and the order's row are one order, which the session names.

use super::event_table::{EventColumns, Named};
use super::{Desk, Format, Sink};
use crate::event::{IdentifierKind, Origin};
use crate::identity::Strictness;
use crate::input::columns::{Header, Row};

/// The columns of sessions.
pub const SESSIONS: [&[&str]; 4] =
    [&["website session id"], &["created at"], &["user id"], &["utm source"]];

/// The columns of page views.
pub const PAGEVIEWS: [&[&str]; 3] = [&["website session id"], &["created at"], &["pageview url"]];

/// The columns of orders.
pub const ORDERS: [&[&str]; 4] =
    [&["order id"], &["website session id"], &["created at"], &["price usd"]];

/// A table of the data set.
#[derive(Debug)]
pub struct Maven {
    /// The parts of an event.
    pub columns: EventColumns,
    kind: Kind,
}

/// What its rows are.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Session,
    /// The views of pages, and the column of the page's path.
    Page(usize),
    Order,
}

impl Maven {
    /// The table of sessions.
    pub fn sessions(header: &Header) -> Option<Maven> {
        Some(Maven { columns: columns(header)?, kind: Kind::Session })
    }

    /// The table of page views.
    pub fn pageviews(header: &Header) -> Option<Maven> {
        let kind = Kind::Page(header.find(&["pageview url"])?);
        let id = header.find(&["website pageview id"]);
        Some(Maven { columns: EventColumns { id, ..columns(header)? }, kind })
    }

    /// The table of orders.
    pub fn orders(header: &Header) -> Option<Maven> {
        let columns = EventColumns {
            id: header.find(&["order id"]),
            value: header.find(&["price usd"]),
            fixed_currency: Some("USD"),
            ..columns(header)?
        };
        Some(Maven { columns, kind: Kind::Order })
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, desk: Desk<'_, impl Sink>) {
        let (name, derived) = match self.kind {
            Kind::Session => ("session_start", None),
            Kind::Order => ("order", None),
            Kind::Page(column) => ("page_viewed", page(&row.text(Some(column)))),
        };
        let named = Named { name: name.as_bytes(), derived, origin: Origin::Log, otherwise: None };
        self.columns.read_named((row, header), named, desk);
    }
}

fn columns(header: &Header) -> Option<EventColumns> {
    let space = Format::MavenSessions.space();
    let session = header.find(&["website session id"])?;
    let user = header.find(&["user id"]).map(|user| (IdentifierKind::UserId, space, user));
    Some(EventColumns {
        time: header.find(&["created at"])?,
        identifiers: user.into_iter().chain([(IdentifierKind::ClientId, space, session)]).collect(),
        strictness: Strictness::Only,
        session: Some(session),
        basket: Some(session),
        ..EventColumns::default()
    })
}

/// What a page is, by its path. Pages that were tried against each other have a number behind the name.
fn page(path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    let name = path.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    match name {
        "" | "home" | "lander" => None,
        "products" => Some("collection_viewed"),
        "cart" => Some("cart_viewed"),
        "shipping" => Some("checkout_started"),
        "billing" => Some("payment_info_submitted"),
        "thank-you-for-your-order" => Some("checkout_completed"),
        _ => Some("product_viewed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_their_paths() {
        for (path, expected) in [
            ("/home", None),
            ("/lander-3", None),
            ("/products", Some("collection_viewed")),
            ("/a-bear", Some("product_viewed")),
            ("/cart", Some("cart_viewed")),
            ("/billing-2", Some("payment_info_submitted")),
            ("/thank-you-for-your-order", Some("checkout_completed")),
        ] {
            assert_eq!(page(path), expected, "{path}");
        }
    }
}
