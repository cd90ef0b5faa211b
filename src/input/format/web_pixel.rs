//! `shopify.web_pixel`: the customer events of a Shopify store, as a pixel sends them to a log.
//!
//! Loggers keep the event as it is, wrap it (`{"event": {…}}`), flatten it (`context.document.location.href`,
//! `data_checkout_token`) or rename its keys to snake case; all of these are read. There is no session
//! id in it. A newsletter form and a sub-category's page are recognised from the event's data.
//! Field names: Shopify's `@shopify/web-pixels-extension` types.

use super::event_json::unreadable_time;
use super::{Desk, Format, RowIdentifiers, Sink, shopify_url};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::{Strictness, identify};
use crate::input::json::Json;
use crate::input::timestamp;
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::time::{Instant, Precision};
use std::borrow::Cow;

/// Keys under which loggers put the whole event.
const WRAPPERS: [&str; 6] = ["event", "payload", "message", "body", "record", "pixel_event"];

/// The parts of an event that matter, wherever the logger put them.
#[derive(Clone, Copy, Debug, Default)]
struct Parts<'r> {
    id: Option<Json<'r>>,
    client: Option<Json<'r>>,
    name: Option<Json<'r>>,
    time: Option<Json<'r>>,
    sequence: Option<Json<'r>>,
    data: Option<Json<'r>>,
    custom: Option<Json<'r>>,
    path: Option<Json<'r>>,
    user_agent: Option<Json<'r>>,
    token: Option<Json<'r>>,
    email: Option<Json<'r>>,
    phone: Option<Json<'r>>,
    order: Option<Json<'r>>,
    customer: Option<Json<'r>>,
    amount: Option<Json<'r>>,
    currency: Option<Json<'r>>,
}

/// Whether a record looks like an event of the web pixel, in any of the ways in which loggers write it.
pub fn fits(json: Json<'_>) -> bool {
    let parts = Parts::of(json);
    let has_body = parts.data.is_some()
        || parts.custom.is_some()
        || parts.path.is_some()
        || parts.token.is_some();
    parts.client.is_some() && parts.name.is_some() && parts.time.is_some() && has_body
}

/// Reads one record.
pub fn read(json: Json<'_>, mut desk: Desk<'_, impl Sink>) {
    let parts = Parts::of(json);
    let written = parts.time.and_then(Json::scalar);
    let Some(stamp) = written.as_deref().and_then(|text| timestamp::parse(text, desk.zone)) else {
        return desk.defect(Reason::BadTimestamp, unreadable_time("timestamp", written.as_deref()));
    };
    let Some(name) = parts.name.and_then(Json::scalar) else {
        return desk.defect(Reason::BadRow, "the event has no name under `name`".to_string());
    };
    parts.identify(desk.identifiers);
    desk.identifiers.report_blocked(desk.sink);
    let sequence =
        parts.sequence.and_then(Json::scalar).and_then(|text| text.parse().ok()).unwrap_or(0);
    let user_agent = parts.user_agent.and_then(Json::text);
    let event = RawEvent {
        at: stamp.at,
        precision: Precision::Exact,
        name: &name,
        derived: parts.derived(&name),
        identifiers: desk.identifiers.sorted(),
        sequence,
        origin: Origin::Log,
        details: &EventDetails { json, parts, name: &name, at: stamp.at, sequence },
    };
    desk.sink.event(desk.at, &event, user_agent.as_deref());
}

impl<'r> Parts<'r> {
    fn of(json: Json<'r>) -> Parts<'r> {
        let mut parts = Parts::default();
        parts.take_all(json);
        if parts.client.is_none() || parts.name.is_none() {
            for inner in
                WRAPPERS.iter().filter_map(|key| json.member(key)).filter(|inner| inner.is_object())
            {
                parts.take_all(inner);
            }
        }
        parts
    }

    fn take_all(&mut self, json: Json<'r>) {
        for (key, value) in json.members() {
            self.take(key, value);
        }
        self.take_checkout();
        let custom_email = self.custom.and_then(|custom| custom.member("email"));
        self.email = self.email.filter(|email| email.scalar().is_some()).or(custom_email);
    }

    fn take(&mut self, key: &[u8], value: Json<'r>) {
        match key {
            b"clientId" | b"client_id" => self.client = Some(value),
            b"name" | b"eventName" | b"event_name" => self.name = Some(value),
            b"timestamp" | b"eventTime" | b"event_time" | b"event_timestamp" => {
                self.time = Some(value);
            }
            b"id" | b"eventId" | b"event_id" => self.id = Some(value),
            b"seq" | b"sequence" => self.sequence = Some(value),
            b"context" => self.take_context(value),
            b"data" | b"eventData" | b"event_data" if value.is_object() => self.data = Some(value),
            b"customData" | b"custom_data" if value.is_object() => self.custom = Some(value),
            b"init" => self.customer = self.customer.or(value.path(&["data", "customer", "id"])),
            b"event" if self.name.is_none() && !value.is_object() => self.name = Some(value),
            _ if key.iter().any(|b| matches!(b, b'.' | b'_')) => self.take_flat(key, value),
            _ => {}
        }
    }

    fn take_context(&mut self, context: Json<'r>) {
        let location = context.path(&["document", "location"]);
        self.path = location.and_then(|l| l.member("href").or_else(|| l.member("pathname")));
        self.user_agent = context.path(&["navigator", "userAgent"]);
    }

    /// A key that a logger made of a path: `context.navigator.userAgent`, `data_checkout_order_id`.
    fn take_flat(&mut self, key: &[u8], value: Json<'r>) {
        let letters: Vec<u8> =
            key.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
        match letters.as_slice() {
            b"contextdocumentlocationhref" => self.path = Some(value),
            b"contextdocumentlocationpathname" => self.path = self.path.or(Some(value)),
            b"contextnavigatoruseragent" => self.user_agent = Some(value),
            b"datacheckouttoken" => self.token = Some(value),
            b"datacheckoutemail" => self.email = Some(value),
            b"datacheckoutphone" => self.phone = Some(value),
            b"datacheckoutorderid" => self.order = Some(value),
            b"datacheckoutordercustomerid" => self.customer = Some(value),
            b"datacheckouttotalpriceamount" => self.amount = Some(value),
            b"datacheckouttotalpricecurrencycode" | b"datacheckoutcurrencycode" => {
                self.currency = Some(value);
            }
            b"initdatacustomerid" => self.customer = self.customer.or(Some(value)),
            _ => {}
        }
    }

    fn take_checkout(&mut self) {
        let Some(checkout) =
            self.data.and_then(|data| data.member("checkout")).filter(|c| c.is_object())
        else {
            return;
        };
        for (key, value) in checkout.members() {
            match key {
                b"token" => self.token = Some(value),
                b"email" => self.email = Some(value),
                b"phone" => self.phone = Some(value),
                b"currencyCode" => self.currency = Some(value),
                b"order" => {
                    self.order = value.member("id");
                    self.customer = value
                        .path(&["customer", "id"])
                        .filter(|id| id.scalar().is_some())
                        .or(self.customer);
                }
                b"totalPrice" => {
                    self.amount = value.member("amount");
                    self.currency = value.member("currencyCode").or(self.currency);
                }
                _ => {}
            }
        }
    }

    fn identify(&self, identifiers: &mut RowIdentifiers) {
        let space = Format::ShopifyWebPixel.space();
        identifiers.clear();
        let cells = [
            (IdentifierKind::CustomerId, self.customer),
            (IdentifierKind::OrderId, self.order),
            (IdentifierKind::CheckoutToken, self.token),
            (IdentifierKind::Email, self.email),
            (IdentifierKind::Phone, self.phone),
            (IdentifierKind::ClientId, self.client),
        ];
        for (kind, cell) in cells {
            if let Some(text) = cell.and_then(Json::scalar) {
                identifiers.add(kind, space, &text, Strictness::Several);
            }
        }
    }

    /// The event's id; without one the browser, name, time and sequence.
    fn fingerprint(&self, name: &str, at: i64, sequence: u32) -> Key {
        let scalar =
            |json: Option<Json<'r>>| json.and_then(Json::scalar).unwrap_or(Cow::Borrowed(""));
        match self.id.and_then(Json::scalar) {
            Some(id) => Key::of(id.as_bytes()),
            None => [
                scalar(self.client).as_bytes(),
                name.as_bytes(),
                &at.to_le_bytes(),
                &sequence.to_le_bytes(),
            ]
            .iter()
            .fold(Key::NONE, |key, part| key.and(Key::of(part))),
        }
    }

    fn order_note(&self) -> Option<OrderNote> {
        let number = self.order.and_then(Json::scalar)?;
        let id = identify(IdentifierKind::OrderId, 0, &number, Strictness::Only)?;
        let amount = self.amount.and_then(Json::number).and_then(Amount::from_number);
        let currency = self
            .currency
            .and_then(Json::scalar)
            .map(|text| Currency::parse(&text))
            .unwrap_or_default();
        Some(OrderNote { key: id.key, numbered: true, amount, currency })
    }

    /// What the event's data prove beyond its name.
    fn derived(&self, name: &str) -> Option<&'static str> {
        match name {
            "collection_viewed" => {
                let address = self.path.and_then(Json::text)?;
                shopify_url::is_subcategory(&address).then_some("subcollection_viewed")
            }
            "form_submitted" => {
                let form = self.data.and_then(|data| data.member("element"))?;
                is_newsletter(form).then_some("email_signup")
            }
            _ => None,
        }
    }
}

/// Whether a submitted form signs up for a newsletter: by its id, name or action, or by the tag that
/// Shopify's newsletter section sends.
fn is_newsletter(form: Json<'_>) -> bool {
    let says = |json: Json<'_>, key: &str| {
        let text = json.member(key).and_then(Json::text).unwrap_or_default().to_lowercase();
        text.contains("newsletter") || text.contains("klaviyo")
    };
    let is_tag = |element: &Json<'_>| {
        let name = element.member("name").and_then(Json::text);
        name.as_deref() == Some("contact[tags]") && says(*element, "value")
    };
    ["id", "name", "action"].iter().any(|key| says(form, key))
        || form.member("elements").is_some_and(|elements| elements.elements().any(|e| is_tag(&e)))
}

/// What few events are asked for.
struct EventDetails<'r> {
    json: Json<'r>,
    parts: Parts<'r>,
    name: &'r str,
    at: Instant,
    sequence: u32,
}

impl Details for EventDetails<'_> {
    fn fingerprint(&self) -> Key {
        self.parts.fingerprint(self.name, self.at.0, self.sequence)
    }

    fn session(&self) -> Option<Key> {
        None
    }

    fn order(&self) -> Option<OrderNote> {
        self.parts.order_note()
    }
}

impl Properties for EventDetails<'_> {
    /// Any dotted path of the record, or of its data.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let own = self.json.dotted(path).and_then(Json::property);
        let known = || match path {
            "url" => self.parts.path,
            "user_agent" => self.parts.user_agent,
            "referrer" => self.json.path(&["context", "document", "referrer"]),
            _ => None,
        };
        let inside = || {
            [self.parts.data, self.parts.custom]
                .into_iter()
                .flatten()
                .find_map(|json| json.dotted(path)?.property())
        };
        own.or_else(|| known()?.property()).or_else(inside)
    }
}
