//! `shopify.web_pixel`: the customer events of a Shopify store, as a pixel sends them to a log.
//!
//! Loggers keep the event as it is, wrap it (`{"event": {…}}`), flatten it (`context.document.location.href`,
//! `data_checkout_token`) or rename its keys to snake case; all of these are read, also as rows of a table
//! (`table`). Where the parts of an event stand is found in `places`. There is no session id in it. A newsletter
//! form, a click on a page that shares and a sub-category's page are recognised from the event's data.
//! Field names: Shopify's `@shopify/web-pixels-extension` types.

mod places;
pub mod table;

pub use places::{PixelKeys, PixelPlaces, RECEIVED};

use super::event_json::unreadable_time;
use super::tool_log::{evidence, links};
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

/// What a page reports of itself all the time (the mouse was moved, an input was left) begins so. It is no step of
/// anybody's, so it counts only where a ladder names it.
const OF_THE_PAGE: &str = "advanced_dom_";

impl PixelKeys {
    /// Whether a record looks like an event of the web pixel, in any of the ways in which loggers write it.
    pub fn fits(&self, json: Json<'_>) -> bool {
        let places = PixelPlaces::of(json, self);
        places.client.is_some()
            && places.name.is_some()
            && places.time.is_some()
            && places.have_body()
    }

    /// Reads one record.
    pub fn read(&self, record: &Record<'_, Kept>, mut desk: Desk<'_, impl Sink>) {
        let root = record.root();
        let own;
        let places = if let Some(kept) = record.kept() {
            kept.pixel.get_or_init(|| PixelPlaces::of(root, self))
        } else {
            own = PixelPlaces::of(root, self);
            &own
        };
        let parts = Parts { root, places };
        let written = parts.scalar(places.time);
        let Some(stamp) = written.as_deref().and_then(|text| timestamp::parse(text, desk.zone))
        else {
            return desk
                .defect(Reason::BadTimestamp, unreadable_time("timestamp", written.as_deref()));
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
        let sequence =
            parts.scalar(places.sequence).and_then(|text| text.parse().ok()).unwrap_or(0);
        let user_agent = parts.at(places.user_agent).and_then(Json::text);
        let event = RawEvent {
            at: stamp.at,
            precision: Precision::Exact,
            name: name.as_bytes(),
            derived: parts.derived(&name),
            identifiers: desk.identifiers.sorted(),
            sequence,
            origin: if name.starts_with(OF_THE_PAGE) { Origin::Background } else { Origin::Log },
            details: &EventDetails { parts, name: &name, at: stamp.at, sequence },
        };
        desk.sink.event(desk.at, &event, user_agent.as_ref().map(|text| text.as_bytes()));
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
        // Whom a logger has named beside the pixel is named as in any log.
        let beside = Format::GenericEvents.space();
        let others = places.others.iter();
        let others = others.map(|&(kind, place)| (kind, beside, self.scalar(Some(place))));
        let cells = cells.into_iter().map(|(kind, cell)| (kind, space, cell));
        for (kind, space, cell) in cells.chain(others) {
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
            "page_viewed" => {
                let address = self.at(self.places.path).and_then(Json::text)?;
                address.ends_with(REVIEWS).then_some("reviews_read")
            }
            "collection_viewed" => {
                let address = self.address()?;
                shopify_url::is_subcategory(&address).then_some("subcollection_viewed")
            }
            "form_submitted" if self.is_newsletter() => Some("email_signup"),
            "form_submitted" => self.is_of_a_new_account().then_some("account_created"),
            "clicked" => {
                let address = self.at(self.places.target).and_then(Json::text)?;
                let of_page = || address.ends_with(REVIEWS).then_some("reviews_read");
                links::target_of(&address).or_else(|| evidence::book(&address)).or_else(of_page)
            }
            _ => self.sign_up(name),
        }
    }

    /// The address of the page; a logger may keep the query apart from the path.
    fn address(self) -> Option<Cow<'r, str>> {
        let path = self.at(self.places.path).and_then(Json::text)?;
        match self.at(self.places.search).and_then(Json::text) {
            Some(search) if !path.contains('?') && search.starts_with('?') => {
                Some(Cow::Owned(format!("{path}{search}")))
            }
            Some(_) | None => Some(path),
        }
    }

    /// What one enters oneself for with one's details. Whoever wants news by both ways says so in every event: the first
    /// and the last then speak of e-mail, those between of text messages.
    fn sign_up(self, name: &str) -> Option<&'static str> {
        const ENDS: [&str; 2] = ["checkout_contact_info_submitted", "checkout_completed"];
        const BETWEEN: [&str; 3] = [
            "checkout_address_info_submitted",
            "checkout_shipping_info_submitted",
            "payment_info_submitted",
        ];
        let places = self.places.news;
        if places == [None; 2] || !(ENDS.contains(&name) || BETWEEN.contains(&name)) {
            return None;
        }
        let [by_email, by_text] = places.map(|place| {
            let value = self.at(place).and_then(Json::property);
            value.is_some_and(|value| value.into_text().eq_ignore_ascii_case("true"))
        });
        match (by_email, by_text) {
            (true, true) if BETWEEN.contains(&name) => Some("sms_subscribed"),
            (true, _) => Some("email_signup"),
            (false, true) => Some("sms_subscribed"),
            (false, false) => None,
        }
    }

    /// Whether a submitted form signs up for a newsletter: by its id, name or action, or by the tag that
    /// Shopify's newsletter section sends.
    fn is_newsletter(self) -> bool {
        let says = |json: Json<'_>| json.text().is_some_and(|text| evidence::is_newsletter(&text));
        let is_tag = |element: Json<'_>| {
            let name = element.member("name").and_then(Json::text);
            name.as_deref() == Some("contact[tags]") && element.member("value").is_some_and(says)
        };
        let mut form = self.places.form.iter().map(|&place| self.root.at(place));
        form.any(says) || self.fields().any(is_tag)
    }

    /// Whether a submitted form makes an account: it goes to the page of accounts, with an address and a password.
    fn is_of_a_new_account(self) -> bool {
        let is_action = |&place: &Place| {
            let text = self.root.at(place).text().unwrap_or_default();
            let path = text.split(['?', '#']).next().unwrap_or_default();
            path.trim_end_matches('/').ends_with("/account")
        };
        let has = |field: &str| {
            let mut names = self.fields().filter_map(|own| own.member("name").and_then(Json::text));
            names.any(|name| name == field)
        };
        self.places.form.iter().any(is_action)
            && has("customer[email]")
            && has("customer[password]")
    }

    /// What was entered in a form.
    fn fields(self) -> impl Iterator<Item = Json<'r>> {
        self.at(self.places.fields).into_iter().flat_map(Json::elements)
    }
}

/// Where on a product's page its reviews stand.
const REVIEWS: &str = "#reviews";

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
        let text = self.parts.scalar(self.parts.places.session)?;
        Some(Key::of(text.as_bytes()))
    }

    fn address(&self) -> Option<Cow<'_, str>> {
        self.parts.address()
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
            "referrer" => self.parts.at(places.referrer),
            _ => None,
        };
        let inside = || {
            [places.data, places.custom]
                .into_iter()
                .find_map(|place| self.parts.at(place)?.dotted(path)?.property())
        };
        // A logger that flattens events leaves no object to look into.
        let flat = || {
            let at = |object: &str| root.member(&format!("{object}.{path}"))?.property();
            at("data").or_else(|| at("customData"))
        };
        own.or_else(|| known()?.property()).or_else(inside).or_else(flat)
    }
}
