//! `matomo.csv`: conversions as Matomo's database has them (`log_conversion`), one row each.
//!
//! A row is an order (`idgoal` 0), a cart that was left (-1), or a goal of the site by its number. What a conversion is
//! called is what Matomo's visits call it (`matomo`); a goal's name stands in another table. Field names: Matomo's guide
//! to its database.

use super::event_table::unreadable_time;
use super::tool_log::add_user;
use super::{Desk, Format, Sink};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::{Strictness, identify};
use crate::input::columns::{Header, Row};
use crate::input::timestamp::{DateOrder, ZoneRule, parse_any};
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use std::borrow::Cow;

/// The columns that make a table this format.
pub const MUST: [&[&str]; 4] = [&["idvisit"], &["idvisitor"], &["idgoal"], &["server time"]];

/// The goal that is an order.
const ORDER: &str = "0";

/// The goal that is a cart which was left.
const CART: &str = "-1";

/// Where the parts of a conversion are.
#[derive(Debug)]
pub struct MatomoConversions {
    visit: usize,
    visitor: usize,
    goal: usize,
    order: Option<usize>,
    revenue: Option<usize>,
    user: Option<usize>,
    /// What tells conversions of one goal in one visit apart, and visits of several sites.
    others: [Option<usize>; 2],
    /// When it was.
    pub time: usize,
    /// What stands first in dates that a spreadsheet has changed.
    pub date_order: Option<DateOrder>,
    /// Whether a comma is the decimal sign of amounts.
    pub decimal_comma: bool,
}

impl MatomoConversions {
    /// The columns of a header.
    pub fn new(header: &Header) -> Option<MatomoConversions> {
        Some(MatomoConversions {
            visit: header.find(&["idvisit"])?,
            visitor: header.find(&["idvisitor"])?,
            goal: header.find(&["idgoal"])?,
            order: header.find(&["idorder"]),
            revenue: header.find(&["revenue"]),
            user: header.find(&["user id"]),
            others: [header.find(&["buster"]), header.find(&["idsite"])],
            time: header.find(&["server time"])?,
            date_order: None,
            decimal_comma: false,
        })
    }

    /// Reads a row. The times of Matomo's database are UTC.
    pub fn read(&self, row: Row<'_>, header: &Header, mut desk: Desk<'_, impl Sink>) {
        let written = row.text(Some(self.time));
        let Some(stamp) = parse_any(&written, self.date_order, ZoneRule::default()) else {
            return desk.defect(Reason::BadTimestamp, unreadable_time(&written));
        };
        let goal = row.text(Some(self.goal));
        let name = match goal.trim() {
            "" => return desk.defect(Reason::BadRow, "it is of no goal".to_string()),
            ORDER => Cow::Borrowed("ecommerceOrder"),
            CART => Cow::Borrowed("ecommerceAbandonedCart"),
            number => Cow::Owned(format!("goal_{number}")),
        };
        let space = Format::MatomoTable.space();
        desk.identifiers.clear();
        let visitor = row.text(Some(self.visitor));
        let visitor = visitor_as_shown(&visitor);
        desk.identifiers.add(IdentifierKind::ClientId, space, &visitor, Strictness::Several);
        if let Some(user) = row.value(self.user) {
            add_user(desk.identifiers, space, &user);
        }
        if let Some(number) = row.value(self.order) {
            desk.identifiers.add(IdentifierKind::OrderId, space, &number, Strictness::Several);
        }
        desk.identifiers.report_blocked(desk.sink);
        let event = RawEvent {
            at: stamp.at,
            precision: stamp.precision,
            name: name.as_bytes(),
            derived: None,
            identifiers: desk.identifiers.sorted(),
            sequence: 0,
            origin: Origin::Log,
            details: &ConversionCells { row, header, table: self },
        };
        desk.sink.event(desk.at, &event, None);
    }
}

/// A visitor's id as Matomo shows it: databases give back its bytes as they like.
fn visitor_as_shown(written: &str) -> Cow<'_, str> {
    let bare = ["0x", "0X", "\\x"].iter().find_map(|start| written.strip_prefix(start));
    let bare = bare.unwrap_or(written);
    let is_number = bare.len() == 16 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_number { Cow::Owned(bare.to_ascii_lowercase()) } else { Cow::Borrowed(written) }
}

/// The cells of a conversion.
struct ConversionCells<'r> {
    row: Row<'r>,
    header: &'r Header,
    table: &'r MatomoConversions,
}

impl Details for ConversionCells<'_> {
    /// What Matomo tells conversions apart by. What a visit did is numbered otherwise, so it is no delivery of this.
    fn fingerprint(&self) -> Key {
        let MatomoConversions { visit, goal, order, others, .. } = *self.table;
        let columns = [Some(visit), Some(goal), order].into_iter().chain(others);
        let texts = columns.map(|column| self.row.value(column).unwrap_or_default());
        texts.fold(Key::of(b"conversion"), |key, text| key.and(Key::of(text.as_bytes())))
    }

    /// The visit, as a table of visits has it.
    fn session(&self) -> Option<Key> {
        let visit = self.row.value(Some(self.table.visit))?;
        Some(Key::within(Format::MatomoTable.space().into(), visit.as_bytes()))
    }

    fn order(&self) -> Option<OrderNote> {
        let number = self.row.value(self.table.order);
        let id = number
            .and_then(|number| identify(IdentifierKind::OrderId, 0, &number, Strictness::Several));
        let revenue = self.row.value(self.table.revenue);
        Some(OrderNote {
            key: id.map_or_else(|| self.fingerprint(), |id| id.key),
            numbered: id.is_some(),
            amount: revenue.and_then(|text| Amount::parse(&text, self.table.decimal_comma)),
            currency: Currency::default(),
        })
    }
}

impl Properties for ConversionCells<'_> {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        self.row.value(self.header.find(&[path])).map(Value::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_called_as_matomo_shows_them() {
        for (written, expected) in [
            ("9f2c4d1e8a7b3c60", "9f2c4d1e8a7b3c60"),
            ("0x9F2C4D1E8A7B3C60", "9f2c4d1e8a7b3c60"),
            ("9F2C4D1E8A7B3C60", "9f2c4d1e8a7b3c60"),
            ("nyxNHop7PGA=", "nyxNHop7PGA="),
            ("0x12", "0x12"),
        ] {
            assert_eq!(visitor_as_shown(written), expected, "{written}");
        }
    }
}
