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
    /// The table whose first rows these are, with the header that it lacks; `None` if it is none. At least half of
    /// the rows must be such, and the first one no header.
    pub fn of(first: &[ByteRecord]) -> Option<(Header, Yoochoose)> {
        let begins_with_number = is_number(&Row::parsed(first.first()?), 0);
        let is_most = |width: &usize| {
            let rows = first.iter().filter(|record| is_row(record, *width)).count();
            rows > 0 && rows * 2 >= first.len()
        };
        let width = [CLICKS.len(), BUYS.len()].into_iter().find(is_most)?;
        begins_with_number.then(|| Yoochoose::of_width(width))
    }

    fn of_width(width: usize) -> (Header, Yoochoose) {
        let is_buys = width == BUYS.len();
        let names: &[&str] = if is_buys { &BUYS } else { &CLICKS };
        let space = Format::Yoochoose.space();
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
        (header, Yoochoose { columns, name })
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, desk: Desk<'_, impl Sink>) {
        let named = Named {
            name: self.name.as_bytes(),
            derived: None,
            origin: Origin::Log,
            otherwise: None,
        };
        self.columns.read_named((row, header), named, desk);
    }
}

/// Whether a record has the cells of a click or a purchase.
fn is_row(record: &ByteRecord, width: usize) -> bool {
    let row = Row::parsed(record);
    let has_time = row.cell(1).is_some_and(|cell| cell.contains(&b'T'))
        && parse(&row.text(Some(1)), ZoneRule::default()).is_some();
    let are_numbers = |columns: &[usize]| columns.iter().all(|&column| is_number(&row, column));
    let has_numbers = are_numbers(if width == CLICKS.len() { &[0, 2] } else { &[0, 2, 3, 4] });
    record.len() == width && has_time && has_numbers
}

fn is_number(row: &Row<'_>, column: usize) -> bool {
    let cell = row.text(Some(column));
    !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_first_rows_decide() {
        for (rows, expected) in [
            ("1,2014-04-07T10:51:09Z,214,0|2,2014-04-07T10:52:09Z,214,S", Some(4)),
            ("1,2014-04-07T10:51:09Z,214,0|1,2014|2,2014-04-07T10:52:09Z,214,S", Some(4)),
            ("1|2,2014-04-07T10:52:09Z,214,5,1|3,2014-04-07T10:52:09Z,214,5,1", Some(5)),
            ("1,2014-04-07T10:51:09Z,214,0|x,y,z,w|x,y,z,w", None),
            ("Session,Time,Item,Category|1,2014-04-07T10:51:09Z,214,0", None),
            ("", None),
        ] {
            let rows =
                rows.split('|').map(|row| ByteRecord::from(row.split(',').collect::<Vec<_>>()));
            let found = Yoochoose::of(&rows.collect::<Vec<_>>());
            assert_eq!(found.map(|(header, _)| header.names().len()), expected);
        }
        assert!(Yoochoose::of(&[]).is_none());
    }
}
