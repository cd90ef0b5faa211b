//! `yoochoose`: the data set of the `RecSys` challenge of 2015, two tables without a header.
//!
//! Clicks are `session,time,item,category`, purchases `session,time,item,price,quantity`. A session is all
//! that is known of a visitor. A purchase is one row a product, so those of one session are one basket; a
//! price of 0 is one that is missing.

use super::event_table::{EventColumns, Named};
use super::{Desk, Format, Sink};
use crate::event::{IdentifierKind, Origin};
use crate::identity::Strictness;
use crate::input::columns::{Header, Row};
use crate::input::timestamp::{ZoneRule, parse};
use csv::ByteRecord;

/// The columns of clicks.
const CLICKS: [&str; 4] = ["session", "timestamp", "item", "category"];

/// The columns of purchases.
const BUYS: [&str; 5] = ["session", "timestamp", "item", "price", "quantity"];

/// One of the two tables.
#[derive(Debug)]
pub struct Yoochoose {
    columns: EventColumns,
    name: &'static str,
}

impl Yoochoose {
    /// The table whose first rows these are, with the header that it lacks; `None` if it is none.
    pub fn of(first: &[ByteRecord]) -> Option<(Header, Yoochoose)> {
        let width = first.first()?.len();
        let is_row = |record: &ByteRecord| {
            let row = Row::parsed(record);
            let is_number = |column: usize| {
                let cell = row.text(Some(column));
                !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit())
            };
            let has_time = row.cell(1).is_some_and(|cell| cell.contains(&b'T'))
                && parse(&row.text(Some(1)), ZoneRule::default()).is_some();
            record.len() == width
                && has_time
                && is_number(0)
                && is_number(2)
                && (width == CLICKS.len() || is_number(3) && is_number(4))
        };
        let names: &[&str] = match width {
            4 => &CLICKS,
            5 => &BUYS,
            _ => return None,
        };
        let space = Format::Yoochoose.space();
        let is_buys = width == BUYS.len();
        let columns = EventColumns {
            time: 1,
            identifiers: vec![(IdentifierKind::ClientId, space, 0)],
            strictness: Strictness::Only,
            session: Some(0),
            basket: Some(0),
            value: is_buys.then_some(3),
            quantity: is_buys.then_some(4),
            ..EventColumns::default()
        };
        let name = if is_buys { "buy" } else { "view" };
        let header = Header::new(&ByteRecord::from(names.to_vec()));
        first.iter().all(is_row).then_some((header, Yoochoose { columns, name }))
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, desk: Desk<'_, impl Sink>) {
        let named = Named { name: self.name.as_bytes(), derived: None, origin: Origin::Log };
        self.columns.read_named((row, header), named, desk);
    }
}
