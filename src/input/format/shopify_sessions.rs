//! `shopify.warehouse.sessions`: the table `online_store_sessions` of Shopify's old data warehouse, one row
//! a session.
//!
//! A session is a few events: its beginning, which is also the page on which it began; something put into
//! the cart, of which only the number is known, so it is taken to be when the session began; the first
//! checkout and the first order with their times. Times are UTC.

use super::event_table::{EventColumns, unreadable_time};
use super::{Desk, Format, Sink};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::Strictness;
use crate::input::columns::{Header, Row};
use crate::input::timestamp::{DateOrder, ZoneRule, parse, parse_slash};
use crate::key::Key;
use crate::money::Currency;
use crate::quality::Reason;
use crate::time::Precision;

/// The columns that make a table this format; any name of a set will do. A derived session token is enough, a
/// session token needs a user token beside it.
pub const MUST: [&[&str]; 3] = [
    &["derived session token", "session token"],
    &["user token", "derived session token"],
    &["session started at"],
];

/// Where the parts of a session are.
#[derive(Debug)]
pub struct WarehouseSessions {
    session: usize,
    user: Option<usize>,
    started: usize,
    additions: Option<usize>,
    checkout: Option<usize>,
    order: Option<usize>,
    page_type: Option<usize>,
    agent: Option<usize>,
    /// What stands first in the dates of a column that a spreadsheet has changed.
    pub dates: Vec<(usize, DateOrder)>,
    /// For properties by the names of columns.
    columns: EventColumns,
}

impl WarehouseSessions {
    /// The columns of a header.
    pub fn new(header: &Header) -> Option<WarehouseSessions> {
        Some(WarehouseSessions {
            session: header.find(&["derived session token", "session token"])?,
            user: header.find(&["user token"]),
            started: header.find(&["session started at"])?,
            additions: header.find(&["count of cart additions"]),
            checkout: header.find(&["hit first checkout at"]),
            order: header.find(&["completed first order at"]),
            page_type: header.find(&["landing page type"]),
            agent: header.find(&["ua raw"]),
            dates: Vec::new(),
            columns: EventColumns::default(),
        })
    }

    /// The columns with times.
    pub fn times(&self) -> Vec<usize> {
        [Some(self.started), self.checkout, self.order].into_iter().flatten().collect()
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, mut desk: Desk<'_, impl Sink>) {
        let time = |column: Option<usize>| {
            let text = row.text(column);
            let order = self.dates.iter().find(|(own, _)| Some(*own) == column);
            let stamp = parse(&text, ZoneRule::default())
                .or_else(|| parse_slash(&text, order.map(|(_, order)| *order), desk.zone));
            stamp.map(|stamp| stamp.at)
        };
        let Some(started) = time(Some(self.started)) else {
            let message = unreadable_time(&row.text(Some(self.started)));
            return desk.defect(Reason::BadTimestamp, message);
        };
        desk.identifiers.clear();
        // A table without browsers has nothing but the session to say who it was.
        let user = row.text(self.user.or(Some(self.session)));
        let space = Format::WarehouseSessions.space();
        desk.identifiers.add(IdentifierKind::ClientId, space, &user, Strictness::Only);
        desk.identifiers.report_blocked(desk.sink);
        let has_additions = row
            .value(self.additions)
            .is_some_and(|text| text.bytes().any(|b| matches!(b, b'1'..=b'9')));
        let events = [
            ("session_start", Some(started)),
            ("product_added_to_cart", has_additions.then_some(started)),
            ("checkout_started", time(self.checkout)),
            ("checkout_completed", time(self.order)),
        ];
        let agent = self.agent.and_then(|column| row.cell(column));
        let session = Key::of(row.text(Some(self.session)).as_bytes());
        for (number, (name, at)) in (0..).zip(events) {
            let Some(at) = at else { continue };
            let details = SessionDetails { session, number, row, header, columns: &self.columns };
            let event = RawEvent {
                at,
                precision: Precision::Exact,
                name: name.as_bytes(),
                derived: if number == 0 { self.landing(row) } else { None },
                identifiers: desk.identifiers.sorted(),
                sequence: number,
                origin: Origin::Log,
                details: &details,
            };
            if number == 0 {
                desk.sink.event(desk.at, &event, agent.as_deref());
            } else {
                desk.sink.further(desk.at, &event);
            }
        }
    }

    /// What the page is on which the session began.
    fn landing(&self, row: Row<'_>) -> Option<&'static str> {
        match row.text(self.page_type).to_ascii_lowercase().as_str() {
            "product" => Some("product_viewed"),
            "collection" => Some("collection_viewed"),
            _ => None,
        }
    }
}

/// The cells of a session.
struct SessionDetails<'r> {
    session: Key,
    number: u32,
    row: Row<'r>,
    header: &'r Header,
    columns: &'r EventColumns,
}

impl Properties for SessionDetails<'_> {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let column = match path {
            "device" => self.header.find(&["ua form factor"]),
            "browser" => self.header.find(&["ua browser"]),
            "country" => self.header.find(&["location country code", "location country"]),
            "referrer" => self.header.find(&["referrer url"]),
            "url" => self.header.find(&["landing page url", "landing page path"]),
            "utm_source" => self.header.find(&["utm campaign source"]),
            "utm_medium" => self.header.find(&["utm campaign medium"]),
            "utm_term" => self.header.find(&["utm campaign term"]),
            "utm_content" => self.header.find(&["utm campaign content"]),
            _ => return self.columns.property(self.row, self.header, path),
        };
        self.row.value(column).map(Value::Text)
    }
}

impl Details for SessionDetails<'_> {
    fn fingerprint(&self) -> Key {
        self.session.and(Key(u64::from(self.number) + 1))
    }

    fn session(&self) -> Option<Key> {
        Some(self.session)
    }

    /// A session's first order is known by the session alone.
    fn order(&self) -> Option<OrderNote> {
        Some(OrderNote {
            key: self.session.and(Key::of(b"order")),
            numbered: false,
            amount: None,
            currency: Currency::default(),
        })
    }
}
