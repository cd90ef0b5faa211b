//! `klaviyo`: Klaviyo's events as its API gives them, in pages or one JSON object a line.
//!
//! An event names its metric and its profile by number; what they are called stands beside the events
//! of a page (`included`), or nowhere: then `[map]` can say it. Klaviyo's "Checkout Started" is
//! recorded when contact and delivery details were given, later than Shopify's. Field names: Klaviyo's
//! API reference.

use super::tool_log::{Beside, Parts, Slot, Tool, kinds};
use super::{Format, RowIdentifiers};
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::json::Json;
use std::borrow::Cow;

/// What Klaviyo's "Checkout Started" is here.
const CONTACT: &str = "checkout_contact_info_submitted";

/// Events of Klaviyo.
pub static KLAVIYO: Tool = Tool {
    format: Format::Klaviyo,
    why: "JSON with events that have attributes, a metric and a profile, as Klaviyo's API gives them",
    fits,
    signs: &["type", "attributes.event_properties", "relationships.metric"],
    paths: &[
        (Slot::Time, &["attributes.datetime", "attributes.timestamp"]),
        (Slot::Name, &["relationships.metric.data.id"]),
        (Slot::Id, &["id", "attributes.uuid"]),
        (Slot::Profile, &["relationships.profile.data.id"]),
        (Slot::Email, &["attributes.event_properties.email", "attributes.event_properties.$email"]),
        (Slot::About, &["attributes.event_properties.$event_id"]),
        (
            Slot::Order,
            &["attributes.event_properties.OrderId", "attributes.event_properties.order_id"],
        ),
        (Slot::Value, &["attributes.event_properties.$value"]),
        (
            Slot::Currency,
            &[
                "attributes.event_properties.$currency_code",
                "attributes.event_properties.$value_currency",
            ],
        ),
        (Slot::Address, &["attributes.event_properties.page", "attributes.event_properties.URL"]),
    ],
    parameters: None,
    properties: &["attributes.event_properties"],
    named: &[],
    same: &[&[Slot::Id]],
    session: &[Slot::Session],
    is_coarse: true,
    name,
    who,
    only_joins: |_| false,
    pages: &["activeonsite"],
    total: |_| None,
    derive,
};

fn fits(json: Json<'_>) -> bool {
    let is_event = json.member("type").and_then(Json::text).is_some_and(|kind| kind == "event");
    is_event
        && json.path(&["attributes", "event_properties"]).is_some()
        && json.path(&["relationships", "metric"]).is_some()
}

/// The metric's name; its number where nothing says what it is called. What the shop says of a name goes first.
fn name(parts: Parts<'_>) -> Option<Cow<'_, str>> {
    let number = parts.first(Slot::Name)?;
    let name = parts.beside().names.get(&*number).map_or(number, |name| Cow::Borrowed(name));
    let later = kinds::is_called(&name, &["checkoutstarted", "startedcheckout"])
        && !parts.beside().own_names.say_of(&name);
    Some(if later { Cow::Borrowed(CONTACT) } else { name })
}

/// The profile's addresses, and the order or checkout that the event is about. Where the metric has no
/// name, only numbers as Shopify gives them are taken for one.
fn who(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    let space = parts.space();
    if let Some(profile) = parts.first(Slot::Profile) {
        for (kind, text) in parts.beside().people.get(&*profile).into_iter().flatten() {
            identifiers.add(*kind, space, text, Strictness::Several);
        }
    }
    let Some(about) = parts.first(Slot::About) else { return };
    let metric = parts.first(Slot::Name);
    let named = metric.and_then(|number| parts.beside().names.get(&*number));
    let (is_order, is_checkout) = match named {
        Some(name) => {
            let name = name.to_lowercase();
            (name.contains("order"), name.contains("checkout"))
        }
        None => (is_shop_number(&about), is_shop_number(&about)),
    };
    if is_order {
        identifiers.add(IdentifierKind::OrderId, 0, &about, Strictness::Several);
    }
    if is_checkout {
        identifiers.add(IdentifierKind::CheckoutToken, 0, &about, Strictness::Several);
    }
}

/// Whether a number can be that of an order or a checkout. Other events are numbered by the time.
fn is_shop_number(text: &str) -> bool {
    let is_time = text.len() == 13 && text.starts_with('1');
    (12..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !is_time
}

/// Contact and delivery details are given together; a form sent may be one for the newsletter.
fn derive(_: Parts<'_>, name: &str) -> Option<&'static str> {
    (name == CONTACT).then_some("checkout_address_info_submitted")
}

/// What a page of the API says beside its events: the names of metrics, the addresses of profiles.
pub fn beside(included: Json<'_>) -> Beside {
    let mut beside = Beside::default();
    for thing in included.elements() {
        let text = |path: &[&str]| thing.path(path).and_then(Json::scalar).map(Cow::into_owned);
        let (Some(kind), Some(number)) = (text(&["type"]), text(&["id"])) else { continue };
        if let ("metric", Some(name)) = (&*kind, text(&["attributes", "name"])) {
            beside.names.insert(number, name);
        } else if kind == "profile" {
            let kinds = [
                (IdentifierKind::Email, "email"),
                (IdentifierKind::Phone, "phone_number"),
                (IdentifierKind::UserId, "external_id"),
            ];
            let found =
                kinds.iter().filter_map(|(kind, key)| Some((*kind, text(&["attributes", key])?)));
            beside.people.insert(number, found.collect());
        }
    }
    beside
}
