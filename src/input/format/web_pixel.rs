//! `shopify.web_pixel`: the customer events of a Shopify store, as a pixel sends them to a log.
//!
//! Loggers keep the event as it is, wrap it (`{"event": {…}}`), flatten it (`context.document.location.href`,
//! `data_checkout_token`) or rename its keys to snake case; all of these are read. There is no session
//! id in it. A newsletter form and a sub-category's page are recognised from the event's data.
//! Field names: Shopify's `@shopify/web-pixels-extension` types.

use super::event_json::unreadable_time;
use super::{Desk, Format, Kept, RowIdentifiers, Sink, shopify_url};
use crate::event::{
    Details, Identifier, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value,
};
use crate::identity::{Strictness, identify};
use crate::input::json::{Json, Place, Record};
use crate::input::timestamp;
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::time::{Instant, Precision};
use std::borrow::Cow;

/// Keys under which loggers put the whole event.
const WRAPPERS: [&str; 6] = ["event", "payload", "message", "body", "record", "pixel_event"];

/// What loggers call the time at which they received an event.
pub const RECEIVED: [&str; 2] = ["received_at", "receivedAt"];

/// Where the parts of an event that matter stand, wherever the logger put them; the same in all records
/// of one shape.
#[derive(Debug, Default)]
pub struct PixelPlaces {
    id: Option<Place>,
    client: Option<Place>,
    name: Option<Place>,
    time: Option<Place>,
    received: Option<Place>,
    sequence: Option<Place>,
    data: Option<Place>,
    custom: Option<Place>,
    path: Option<Place>,
    user_agent: Option<Place>,
    token: Option<Place>,
    email: Choice,
    phone: Option<Place>,
    sms_phone: Option<Place>,
    /// Address and telephone of the account that somebody is logged in to.
    account: [Option<Place>; 2],
    order: Option<Place>,
    customer: Choice,
    amount: Option<Place>,
    currency: Option<Place>,
}

/// Places of which the first counts, or the first that holds something where that is asked.
#[derive(Debug, Default)]
struct Choice(Vec<Candidate>);

#[derive(Clone, Copy, Debug)]
struct Candidate {
    place: Place,
    /// Whether it is passed over if it holds neither text nor a number.
    must_hold: bool,
}

impl Choice {
    /// This place and no other.
    fn set(&mut self, value: Json<'_>) {
        self.0.clear();
        self.or(Some(value));
    }

    /// This place if none counts before.
    fn or(&mut self, value: Option<Json<'_>>) {
        self.0.extend(value.map(|value| Candidate { place: value.place(), must_hold: false }));
    }

    /// This place before all others, if it holds something.
    fn prefer(&mut self, value: Option<Json<'_>>) {
        if let Some(value) = value {
            self.0.insert(0, Candidate { place: value.place(), must_hold: true });
        }
    }

    /// Those that are there count only if they hold something.
    fn must_hold(&mut self) {
        self.0.iter_mut().for_each(|candidate| candidate.must_hold = true);
    }

    /// What the place that counts holds in a record.
    fn scalar<'r>(&self, root: Json<'r>) -> Option<Cow<'r, str>> {
        self.0.iter().find_map(|candidate| {
            let held = root.at(candidate.place).scalar();
            (held.is_some() || !candidate.must_hold).then_some(held)
        })?
    }
}

/// Whether a record looks like an event of the web pixel, in any of the ways in which loggers write it.
pub fn fits(json: Json<'_>) -> bool {
    let places = PixelPlaces::of(json);
    let has_body = places.data.is_some()
        || places.custom.is_some()
        || places.path.is_some()
        || places.token.is_some();
    places.client.is_some() && places.name.is_some() && places.time.is_some() && has_body
}

/// Reads one record.
pub fn read(record: &Record<'_, Kept>, mut desk: Desk<'_, impl Sink>) {
    let root = record.root();
    let own;
    let places = if let Some(kept) = record.kept() {
        kept.pixel.get_or_init(|| PixelPlaces::of(root))
    } else {
        own = PixelPlaces::of(root);
        &own
    };
    let parts = Parts { root, places };
    let written = parts.scalar(places.time);
    let Some(stamp) = written.as_deref().and_then(|text| timestamp::parse(text, desk.zone)) else {
        return desk.defect(Reason::BadTimestamp, unreadable_time("timestamp", written.as_deref()));
    };
    let Some(name) = parts.scalar(places.name) else {
        return desk.defect(Reason::BadRow, "the event has no name under `name`".to_string());
    };
    parts.identify(desk.identifiers);
    desk.identifiers.report_blocked(desk.sink);
    let received =
        parts.scalar(places.received).and_then(|text| timestamp::parse(&text, desk.zone));
    let is_browser = |identifier: &&Identifier| identifier.kind == IdentifierKind::ClientId;
    match (received, desk.identifiers.sorted().iter().find(is_browser)) {
        (Some(received), Some(browser)) => {
            desk.sink.received(desk.at, browser.key, stamp.at, received.at);
        }
        (None, Some(browser)) => desk.sink.unconfirmed(desk.at, browser.key, stamp.at),
        (_, None) => {}
    }
    let sequence = parts.scalar(places.sequence).and_then(|text| text.parse().ok()).unwrap_or(0);
    let user_agent = parts.at(places.user_agent).and_then(Json::text);
    let event = RawEvent {
        at: stamp.at,
        precision: Precision::Exact,
        name: name.as_bytes(),
        derived: parts.derived(&name),
        identifiers: desk.identifiers.sorted(),
        sequence,
        origin: Origin::Log,
        details: &EventDetails { parts, name: &name, at: stamp.at, sequence },
    };
    desk.sink.event(desk.at, &event, user_agent.as_ref().map(|text| text.as_bytes()));
}

impl PixelPlaces {
    fn of(root: Json<'_>) -> PixelPlaces {
        let mut places = PixelPlaces::default();
        places.take_all(root, root);
        if places.client.is_none() || places.name.is_none() {
            for inner in
                WRAPPERS.iter().filter_map(|key| root.member(key)).filter(|inner| inner.is_object())
            {
                places.take_all(root, inner);
            }
        }
        places
    }

    fn take_all(&mut self, root: Json<'_>, json: Json<'_>) {
        for (key, value) in json.members() {
            self.take(key, value);
        }
        let member = |of: Option<Place>, key: &str| root.at(of?).member(key);
        if let Some(checkout) = member(self.data, "checkout") {
            self.take_checkout(checkout);
        }
        self.email.must_hold();
        self.email.or(member(self.custom, "email"));
    }

    fn take(&mut self, key: &[u8], value: Json<'_>) {
        let place = Some(value.place());
        match key {
            b"clientId" | b"client_id" => self.client = place,
            b"name" | b"eventName" | b"event_name" => self.name = place,
            b"timestamp" | b"eventTime" | b"event_time" | b"event_timestamp" => self.time = place,
            b"received_at" | b"receivedAt" => self.received = place,
            b"id" | b"eventId" | b"event_id" => self.id = place,
            b"seq" | b"sequence" => self.sequence = place,
            b"context" => self.take_context(value),
            b"data" | b"eventData" | b"event_data" if value.is_object() => self.data = place,
            b"customData" | b"custom_data" if value.is_object() => self.custom = place,
            b"init" => self.take_account(value),
            b"event" if self.name.is_none() && !value.is_object() => self.name = place,
            _ if key.iter().any(|b| matches!(b, b'.' | b'_')) => self.take_flat(key, value),
            _ => {}
        }
    }

    fn take_account(&mut self, init: Json<'_>) {
        let of_customer = |key| init.path(&["data", "customer", key]);
        self.customer.or(of_customer("id"));
        self.account = ["email", "phone"].map(|key| of_customer(key).map(Json::place));
    }

    fn take_context(&mut self, context: Json<'_>) {
        let location = context.path(&["document", "location"]);
        let path = location.and_then(|l| l.member("href").or_else(|| l.member("pathname")));
        self.path = path.map(Json::place);
        self.user_agent = context.path(&["navigator", "userAgent"]).map(Json::place);
    }

    /// A key that a logger made of a path: `context.navigator.userAgent`, `data_checkout_order_id`.
    fn take_flat(&mut self, key: &[u8], value: Json<'_>) {
        let place = Some(value.place());
        let letters: Vec<u8> =
            key.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
        match letters.as_slice() {
            b"contextdocumentlocationhref" => self.path = place,
            b"contextdocumentlocationpathname" => self.path = self.path.or(place),
            b"contextnavigatoruseragent" => self.user_agent = place,
            b"datacheckouttoken" => self.token = place,
            b"datacheckoutemail" => self.email.set(value),
            b"datacheckoutphone" => self.phone = place,
            b"datacheckoutsmsmarketingphone" => self.sms_phone = place,
            b"datacheckoutorderid" => self.order = place,
            b"datacheckoutordercustomerid" => self.customer.set(value),
            b"datacheckouttotalpriceamount" => self.amount = place,
            b"datacheckouttotalpricecurrencycode" | b"datacheckoutcurrencycode" => {
                self.currency = place;
            }
            b"initdatacustomerid" => self.customer.or(Some(value)),
            b"initdatacustomeremail" => self.account[0] = place,
            b"initdatacustomerphone" => self.account[1] = place,
            _ => {}
        }
    }

    fn take_checkout(&mut self, checkout: Json<'_>) {
        for (key, value) in checkout.members() {
            let place = Some(value.place());
            let member = |key: &str| value.member(key).map(Json::place);
            match key {
                b"token" => self.token = place,
                b"email" => self.email.set(value),
                b"phone" => self.phone = place,
                b"smsMarketingPhone" => self.sms_phone = place,
                b"currencyCode" => self.currency = place,
                b"order" => {
                    self.order = member("id");
                    self.customer.prefer(value.path(&["customer", "id"]));
                }
                b"totalPrice" => {
                    self.amount = member("amount");
                    self.currency = member("currencyCode").or(self.currency);
                }
                _ => {}
            }
        }
    }
}

/// The parts of one record.
#[derive(Clone, Copy)]
struct Parts<'r> {
    root: Json<'r>,
    places: &'r PixelPlaces,
}

impl<'r> Parts<'r> {
    fn at(self, place: Option<Place>) -> Option<Json<'r>> {
        place.map(|place| self.root.at(place))
    }

    fn scalar(self, place: Option<Place>) -> Option<Cow<'r, str>> {
        self.at(place)?.scalar()
    }

    fn identify(self, identifiers: &mut RowIdentifiers) {
        let space = Format::ShopifyWebPixel.space();
        let places = self.places;
        // What was typed into the checkout goes before what the account says.
        let [account_email, account_phone] = places.account;
        let phones = [places.phone, places.sms_phone, account_phone];
        let phone = phones.into_iter().find_map(|place| self.scalar(place));
        let email = places.email.scalar(self.root).or_else(|| self.scalar(account_email));
        identifiers.clear();
        let cells = [
            (IdentifierKind::CustomerId, places.customer.scalar(self.root)),
            (IdentifierKind::OrderId, self.scalar(places.order)),
            (IdentifierKind::CheckoutToken, self.scalar(places.token)),
            (IdentifierKind::Email, email),
            (IdentifierKind::Phone, phone),
            (IdentifierKind::ClientId, self.scalar(places.client)),
        ];
        for (kind, cell) in cells {
            if let Some(text) = cell {
                identifiers.add(kind, space, &text, Strictness::Several);
            }
        }
    }

    /// The event's id; without one the browser, name, time and sequence.
    fn fingerprint(self, name: &str, at: i64, sequence: u32) -> Key {
        match self.scalar(self.places.id) {
            Some(id) => Key::of(id.as_bytes()),
            None => [
                self.scalar(self.places.client).unwrap_or_default().as_bytes(),
                name.as_bytes(),
                &at.to_le_bytes(),
                &sequence.to_le_bytes(),
            ]
            .iter()
            .fold(Key::NONE, |key, part| key.and(Key::of(part))),
        }
    }

    /// The order that the event completes: without a number it is that of its checkout, and without a
    /// checkout one by itself.
    fn order_note(self, fingerprint: Key) -> OrderNote {
        let places = self.places;
        let named = |kind, place| identify(kind, 0, &self.scalar(place)?, Strictness::Only);
        let number = named(IdentifierKind::OrderId, places.order)
            .or_else(|| named(IdentifierKind::CheckoutToken, places.token));
        let amount = self.at(places.amount).and_then(Json::number).and_then(Amount::from_number);
        let currency =
            self.scalar(places.currency).map(|text| Currency::parse(&text)).unwrap_or_default();
        let key = number.map_or(fingerprint, |number| number.key);
        OrderNote { key, numbered: number.is_some(), amount, currency }
    }

    /// What the event's data prove beyond its name.
    fn derived(self, name: &str) -> Option<&'static str> {
        match name {
            "collection_viewed" => {
                let address = self.at(self.places.path).and_then(Json::text)?;
                shopify_url::is_subcategory(&address).then_some("subcollection_viewed")
            }
            "form_submitted" => {
                let form = self.at(self.places.data).and_then(|data| data.member("element"))?;
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
        Some(self.parts.order_note(self.fingerprint()))
    }
}

impl Properties for EventDetails<'_> {
    /// Any dotted path of the record, or of its data.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let Parts { root, places } = self.parts;
        let own = root.dotted(path).and_then(Json::property);
        let known = || match path {
            "url" => self.parts.at(places.path),
            "user_agent" => self.parts.at(places.user_agent),
            "referrer" => root.path(&["context", "document", "referrer"]),
            _ => None,
        };
        let inside = || {
            [places.data, places.custom]
                .into_iter()
                .find_map(|place| self.parts.at(place)?.dotted(path)?.property())
        };
        own.or_else(|| known()?.property()).or_else(inside)
    }
}
