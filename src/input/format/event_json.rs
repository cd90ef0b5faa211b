//! Event logs that are JSON objects: one object an event, its parts under keys of its own.
//!
//! Keys are found by the aliases of `detect`, or by what `--map` says; a key with dots is a path.
//! What is inside `properties`, `props` or `params` is the row's properties, never an identifier.

use super::event_table::shorten;
use super::{Desk, Sink};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::{Strictness, identify};
use crate::input::json::Json;
use crate::input::timestamp;
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::time::Precision;
use std::borrow::Cow;

/// Which key each part of an event stands under.
#[derive(Clone, Debug)]
pub struct EventKeys {
    /// The time.
    pub time: String,
    /// The event's name.
    pub event: String,
    /// What identifies, with the space of its system.
    pub identifiers: Vec<(IdentifierKind, u16, String)>,
    /// Which values are placeholders.
    pub strictness: Strictness,
    /// The source's own session.
    pub session: Option<String>,
    /// The source's own sequence number.
    pub sequence: Option<String>,
    /// The order number.
    pub order: Option<String>,
    /// The money of an order.
    pub value: Option<String>,
    /// Its currency.
    pub currency: Option<String>,
    /// The user agent.
    pub user_agent: Option<String>,
    /// The id of the event; without one the whole record tells deliveries of one event.
    pub id: Option<String>,
}

impl EventKeys {
    /// Reads one record: `raw` is its bytes, `json` the same taken apart.
    pub fn read(&self, raw: &[u8], json: Json<'_>, mut desk: Desk<'_, impl Sink>) {
        let scalar = |key: &Option<String>| scalar_under(json, key.as_deref());
        let written = json.dotted(&self.time).and_then(Json::scalar);
        let Some(stamp) = written.as_deref().and_then(|text| timestamp::parse(text, desk.zone))
        else {
            let message = unreadable_time(&self.time, written.as_deref());
            return desk.defect(Reason::BadTimestamp, message);
        };
        let Some(name) = json.dotted(&self.event).and_then(Json::scalar) else {
            let message = format!("the event has no name under `{}`", self.event);
            return desk.defect(Reason::BadRow, message);
        };
        desk.identifiers.clear();
        for (kind, space, key) in &self.identifiers {
            if let Some(text) = json.dotted(key).and_then(Json::scalar) {
                desk.identifiers.add(*kind, *space, &text, self.strictness);
            }
        }
        desk.identifiers.report_blocked(desk.sink);
        let event = RawEvent {
            at: stamp.at,
            precision: Precision::Exact,
            name: &name,
            derived: None,
            identifiers: desk.identifiers.sorted(),
            sequence: scalar(&self.sequence).and_then(|text| text.parse().ok()).unwrap_or(0),
            origin: Origin::Log,
            details: &RecordDetails { keys: self, raw, json },
        };
        desk.sink.event(desk.at, &event, scalar(&self.user_agent).as_deref());
    }
}

/// The scalar under a key, if there is such a key.
fn scalar_under<'r>(json: Json<'r>, key: Option<&str>) -> Option<Cow<'r, str>> {
    json.dotted(key?)?.scalar()
}

/// What to say of a time that cannot be read.
pub fn unreadable_time(key: &str, written: Option<&str>) -> String {
    match written {
        Some(text) => format!("`{}` is not a time that is known here", shorten(text)),
        None => format!("there is no time under `{key}`"),
    }
}

/// The keys that hold a record's properties.
const PROPERTY_KEYS: [&str; 3] = ["properties", "props", "params"];

/// The members of a record that few records are asked for.
struct RecordDetails<'r> {
    keys: &'r EventKeys,
    raw: &'r [u8],
    json: Json<'r>,
}

impl Properties for RecordDetails<'_> {
    /// By dotted path.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let own = self.json.dotted(path).and_then(Json::property);
        let inside =
            || PROPERTY_KEYS.iter().find_map(|key| self.json.member(key)?.dotted(path)?.property());
        own.or_else(inside)
    }
}

impl Details for RecordDetails<'_> {
    fn fingerprint(&self) -> Key {
        let id = scalar_under(self.json, self.keys.id.as_deref());
        Key::of(id.as_ref().map_or(self.raw, |id| id.as_bytes()))
    }

    fn session(&self) -> Option<Key> {
        let text = scalar_under(self.json, self.keys.session.as_deref())?;
        Some(Key::of(text.as_bytes()))
    }

    fn order(&self) -> Option<OrderNote> {
        let EventKeys { order, value, currency, .. } = self.keys;
        let number = scalar_under(self.json, order.as_deref())?;
        let id = identify(IdentifierKind::OrderId, 0, &number, Strictness::Only)?;
        let value = value.as_deref().and_then(|key| self.json.dotted(key));
        let amount = value.and_then(Json::number).and_then(Amount::from_number);
        let currency = scalar_under(self.json, currency.as_deref());
        let currency = currency.map(|text| Currency::parse(&text)).unwrap_or_default();
        Some(OrderNote { key: id.key, numbered: true, amount, currency })
    }
}
