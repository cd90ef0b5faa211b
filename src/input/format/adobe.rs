//! `adobe.xdm`: experience events of Adobe Experience Platform, as data sets and Adobe's web SDK have them, one JSON
//! object each.
//!
//! An event may be several at once: what happened is also counted by measures (`commerce.purchases.value`), of which
//! the furthest on the way to an order counts beside the event's type, and gives its name where there is none. Who it
//! was stands in a map of namespaces: each of them is a system of its own that numbers people or devices.
//! Field names: Adobe's documentation of the Experience Data Model.

use super::tool_log::{Parts, Slot, Tool};
use super::{Format, RowIdentifiers};
use crate::event::IdentifierKind;
use crate::identity::{Strictness, space_of_name};
use crate::input::json::Json;
use crate::ladder::vocabulary;
use std::borrow::Cow;

/// Experience events of Adobe.
pub static ADOBE: Tool = Tool {
    format: Format::AdobeXdm,
    why: "JSON with a time, an event type or measures, and a map of identities, as Adobe Experience Platform has its events",
    fits,
    signs: &["timestamp", "eventType", "identityMap"],
    paths: &[
        (Slot::Time, &["timestamp"]),
        (Slot::Arrived, &["receivedTimestamp"]),
        (Slot::Name, &["eventType"]),
        (Slot::Id, &["_id"]),
        (Slot::Session, &["_experience.analytics.session.num"]),
        (
            Slot::Device,
            &[
                FIRST_DEVICE,
                "endUserIDs._experience.ecid.id",
                "endUserIDs._experience.mcid.id",
                "endUserIDs._experience.aaid.id",
            ],
        ),
        (Slot::Person, &[IDENTITIES]),
        (Slot::Order, &["commerce.order.purchaseID"]),
        (Slot::Value, &["commerce.order.priceTotal"]),
        (
            Slot::Currency,
            &[
                "commerce.order.currencyCode",
                "commerce.order.payments.currencyCode",
                "productListItems.currencyCode",
            ],
        ),
        (Slot::UserAgent, &["environment.browserDetails.userAgent"]),
        (Slot::Address, &["web.webPageDetails.URL"]),
        (Slot::Target, &["web.webInteraction.URL"]),
    ],
    parameters: None,
    properties: &["web.webPageDetails", "commerce.order", "environment", "device"],
    named: &[
        ("referrer", "web.webReferrer.URL"),
        ("device", "device.type"),
        ("browser", "environment.browserDetails.name"),
        ("os", "environment.operatingSystem"),
        ("country", "placeContext.geo.countryCode"),
        ("utm_campaign", "marketing.campaignName"),
    ],
    same: &[&[Slot::Id]],
    session: &[Slot::Device, Slot::Session],
    is_coarse: false,
    name,
    who,
    only_joins: |_| false,
    pages: &[],
    total,
    derive,
};

/// Where the identities stand, by namespace.
const IDENTITIES: &str = "identityMap";

/// The namespace of Adobe's own id of a browser.
const DEVICE: &str = "ECID";

/// The first of these.
const FIRST_DEVICE: &str = "identityMap.ECID.id";

/// The measures that say what happened, the furthest on the way to an order first: where each stands, and what
/// Adobe calls such an event.
const MEASURES: [(&[&str], &str); 7] = [
    (&["commerce", "purchases"], "commerce.purchases"),
    (&["commerce", "checkouts"], "commerce.checkouts"),
    (&["commerce", "productListAdds"], "commerce.productListAdds"),
    (&["commerce", "productListViews"], "commerce.productListViews"),
    (&["commerce", "productViews"], "commerce.productViews"),
    (&["commerce", "productListRemovals"], "commerce.productListRemovals"),
    (&["web", "webPageDetails", "pageViews"], "web.webpagedetails.pageViews"),
];

/// The namespaces of browsers, devices and apps that Adobe has of its own, in lower case.
const DEVICES: [&str; 12] = [
    "ecid", "aaid", "mcid", "fpid", "core", "tntid", "adcloud", "idfa", "gaid", "waid", "apns",
    "fcm",
];

/// Namespaces of what is neither a device nor a person: a click on an advertisement.
const NOBODY: [&str; 2] = ["gclid", "fbclid"];

fn fits(json: Json<'_>) -> bool {
    let has = |key: &str| json.member(key).is_some();
    let is_object =
        |key: &str| json.member(key).is_some_and(|json| json.is_object() || json.is_text());
    let happened = || has("eventType") || is_object("commerce") || is_object("web");
    let named = || {
        let has_type = json.member("eventType").and_then(Json::text);
        has_type.is_some_and(|name| name.starts_with("web.") || name.starts_with("commerce."))
    };
    has("timestamp")
        && happened()
        && (is_object(IDENTITIES) || has("_id") && (is_object("endUserIDs") || named()))
}

/// The event's type; of an event without one what it counts.
fn name(parts: Parts<'_>) -> Option<Cow<'_, str>> {
    let counted = || measured(parts).next().map(Cow::Borrowed);
    parts.first(Slot::Name).or_else(counted)
}

/// What a record counts that its name does not say. The view of a page may be one of a product too.
fn derive(parts: Parts<'_>, name: &str) -> Option<&'static str> {
    let own = vocabulary::canonical(name);
    let counted = measured(parts).next().and_then(vocabulary::canonical);
    counted.filter(|counted| own != Some(counted))
}

/// What a record counts, the furthest on the way to an order first.
fn measured(parts: Parts<'_>) -> impl Iterator<Item = &'static str> {
    let is_counted = move |path: &[&str]| {
        let value = parts.root.path(path).and_then(|measure| measure.member("value"));
        let number = value.and_then(Json::scalar).and_then(|text| text.parse::<f64>().ok());
        number.is_some_and(|number| number > 0.0)
    };
    MEASURES.into_iter().filter(move |(path, _)| is_counted(path)).map(|(_, name)| name)
}

/// What the products cost together: what Adobe Analytics takes for an order's revenue. Of products of which not each
/// has its price nothing is known.
fn total(parts: Parts<'_>) -> Option<f64> {
    let price = |item: Json<'_>| item.member("priceTotal")?.scalar()?.parse().ok();
    let prices: Option<Vec<f64>> =
        parts.root.member("productListItems")?.elements().map(price).collect();
    prices.filter(|prices| !prices.is_empty()).map(|prices| prices.iter().sum())
}

/// Everybody in the map of identities.
fn who(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    let namespaces = parts.objects(Slot::Person).flat_map(Json::members);
    for (namespace, identities) in namespaces {
        let namespace = String::from_utf8_lossy(namespace);
        // The first of them has a path of its own.
        let known = usize::from(namespace == DEVICE);
        for identity in identities.elements().skip(known) {
            if let Some(id) = identity.member("id").and_then(Json::scalar) {
                add(parts, identifiers, (&namespace, &id));
            }
        }
    }
}

/// Adds an identity. A namespace that is not Adobe's own is a shop's, and numbers people.
fn add(parts: Parts<'_>, identifiers: &mut RowIdentifiers, (namespace, id): (&str, &str)) {
    let folded = namespace.to_ascii_lowercase();
    let is_device = DEVICES.contains(&folded.as_str());
    let (kind, space) = match folded.as_str() {
        name if NOBODY.contains(&name) => return,
        name if name == "email" || name.starts_with("email_") => (IdentifierKind::Email, 0),
        name if name == "phone" || name.starts_with("phone_") => (IdentifierKind::Phone, 0),
        _ if is_device => (IdentifierKind::ClientId, parts.space()),
        name => (IdentifierKind::UserId, space_of_name(name)),
    };
    identifiers.add(kind, space, id, Strictness::Several);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_is_an_event_of_the_ladder_or_beside_it() {
        for (_, name) in MEASURES {
            assert!(vocabulary::canonical(name).is_some(), "{name}");
        }
    }
}
