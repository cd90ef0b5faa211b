//! `rees46`: `event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session`.
//!
//! Events are `view`, `cart`, `remove_from_cart` and `purchase`, one row a product; a purchase has no
//! order number, so the purchases of one session are one basket whose prices add up.

use super::Format;
use super::event_table::EventColumns;
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::columns::Header;

/// The columns that make a table this format.
pub const MUST: [&[&str]; 5] =
    [&["event time"], &["event type"], &["product id"], &["user id"], &["user session"]];

/// Where each part of an event stands.
pub fn columns(header: &Header) -> Option<EventColumns> {
    Some(EventColumns {
        time: header.find(&["event time"])?,
        event: header.find(&["event type"])?,
        identifiers: vec![(
            IdentifierKind::UserId,
            Format::Rees46.space(),
            header.find(&["user id"])?,
        )],
        strictness: Strictness::Only,
        session: header.find(&["user session"]),
        basket: header.find(&["user session"]),
        value: header.find(&["price"]),
        ..EventColumns::default()
    })
}
