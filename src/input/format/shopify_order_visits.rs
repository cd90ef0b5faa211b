//! `shopify.order_visits`: the visits before each order, one row each, as warehouses copy them from the shop's
//! own account of an order's journey (`order_attribution_interactions` of Shopify's old data warehouse, the
//! customer visits of its GraphQL interface).
//!
//! A row is a visit of whoever made the order, and not one that a log saw. Which order that is says the
//! order's number alone, so a row means something only beside the orders.

use super::event_table::unreadable_time;
use super::{Desk, Sink};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::Strictness;
use crate::input::columns::{Header, Row};
use crate::input::timestamp::{DateOrder, parse_any};
use crate::key::Key;
use crate::quality::Reason;

/// What a table calls the time of a visit.
const TIMES: [&str; 2] = ["interaction started at", "occurred at"];

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 3] = [
    &["order id"],
    &TIMES,
    &[
        "is first",
        "is last",
        "landing page",
        "referrer url",
        "utm parameters source",
        "utm campaign source",
    ],
];

/// Where the parts of a visit are.
#[derive(Debug)]
pub struct OrderVisits {
    order: usize,
    id: Option<usize>,
    landing: Option<usize>,
    /// When it was.
    pub time: usize,
    /// What stands first in dates that a spreadsheet has changed.
    pub date_order: Option<DateOrder>,
}

impl OrderVisits {
    /// The columns of a header.
    pub fn new(header: &Header) -> Option<OrderVisits> {
        Some(OrderVisits {
            order: header.find(&["order id"])?,
            id: header.find(&["id", "visit id", "interaction id"]),
            landing: header.find(&["landing page", "landing page url"]),
            time: header.find(&TIMES)?,
            date_order: None,
        })
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, mut desk: Desk<'_, impl Sink>) {
        let written = row.text(Some(self.time));
        let Some(stamp) = parse_any(&written, self.date_order, desk.zone) else {
            return desk.defect(Reason::BadTimestamp, unreadable_time(&written));
        };
        desk.identifiers.clear();
        let order = row.text(Some(self.order));
        desk.identifiers.add(IdentifierKind::OrderId, 0, &order, Strictness::Only);
        desk.identifiers.report_blocked(desk.sink);
        let event = RawEvent {
            at: stamp.at,
            precision: stamp.precision,
            name: b"visit",
            derived: None,
            identifiers: desk.identifiers.sorted(),
            sequence: 0,
            origin: Origin::Journey,
            details: &VisitCells { row, header, visits: self },
        };
        desk.sink.event(desk.at, &event, None);
    }
}

/// The cells of a visit.
struct VisitCells<'r> {
    row: Row<'r>,
    header: &'r Header,
    visits: &'r OrderVisits,
}

impl Details for VisitCells<'_> {
    /// The visit's id; without one, when it was and where it landed.
    fn fingerprint(&self) -> Key {
        let OrderVisits { id, landing, time, .. } = *self.visits;
        let key = |column: Option<usize>| self.row.value(column).map(|t| Key::of(t.as_bytes()));
        let landed = || [Some(time), landing].into_iter().filter_map(key);
        key(id).unwrap_or_else(|| landed().fold(Key::NONE, Key::and))
    }

    fn session(&self) -> Option<Key> {
        None
    }

    fn order(&self) -> Option<OrderNote> {
        None
    }
}

impl Properties for VisitCells<'_> {
    /// A cell by its column; what logs call otherwise goes by their names too.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let column = match path {
            "url" => self.visits.landing,
            "referrer" => self.header.find(&["referrer url", "referrer"]),
            "utm_source" => self.utm("source"),
            "utm_medium" => self.utm("medium"),
            "utm_campaign" => self.utm("campaign"),
            "utm_term" => self.utm("term"),
            "utm_content" => self.utm("content"),
            _ => self.header.find(&[path]),
        };
        self.row.value(column).map(Value::Text)
    }
}

impl VisitCells<'_> {
    /// The column of a part of the campaign.
    fn utm(&self, part: &str) -> Option<usize> {
        let names =
            ["utm parameters", "utm campaign", "utm"].map(|start| format!("{start} {part}"));
        let is_bare = part == "campaign";
        let bare = || self.header.find(&["utm campaign name", "utm campaign"]).filter(|_| is_bare);
        names.iter().find_map(|name| self.header.find(&[name])).or_else(bare)
    }
}
