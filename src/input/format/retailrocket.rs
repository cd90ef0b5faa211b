//! `retailrocket`: `timestamp,visitorid,event,itemid,transactionid`, times in epoch milliseconds.
//!
//! Events are `view`, `addtocart` and `transaction`; there are no sessions and no money.

use super::Format;
use super::event_table::EventColumns;
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::columns::Header;

/// The columns that make a table this format.
pub const MUST: [&[&str]; 5] =
    [&["timestamp"], &["visitorid"], &["event"], &["itemid"], &["transactionid"]];

/// Where each part of an event stands.
pub fn columns(header: &Header) -> Option<EventColumns> {
    Some(EventColumns {
        time: header.find(&["timestamp"])?,
        event: header.find(&["event"])?,
        identifiers: vec![(
            IdentifierKind::ClientId,
            Format::RetailRocket.space(),
            header.find(&["visitorid"])?,
        )],
        strictness: Strictness::Only,
        order: header.find(&["transactionid"]),
        ..EventColumns::default()
    })
}
