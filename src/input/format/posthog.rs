//! `posthog`: the events of PostHog's batch exports and of its API, one JSON object each.
//!
//! PostHog tells people apart by a distinct id, which is the browser's until somebody logs in. Which person it
//! belonged to when it was received is written as well; what was joined later is not, so
//! `$identify` and the like join here again. Field names: PostHog's documentation of batch exports.

use super::tool_log::{Parts, Slot, Tool, add_distinct, add_user, is_device, plain_name};
use super::{Format, RowIdentifiers};
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::json::Json;

/// Events of PostHog.
pub static POSTHOG: Tool = Tool {
    format: Format::PostHog,
    why: "JSON with a distinct id, an event, its properties and PostHog's ids",
    fits,
    signs: &["uuid", "event", "distinct_id", "properties", "timestamp"],
    paths: &[
        (Slot::Time, &["timestamp"]),
        (Slot::Received, &["created_at"]),
        (Slot::Name, &["event"]),
        (Slot::Id, &["uuid", "id"]),
        (Slot::Session, &["properties.$session_id"]),
        (Slot::Distinct, &["distinct_id"]),
        (Slot::Device, &["properties.$device_id"]),
        (Slot::Before, &["properties.$anon_distinct_id"]),
        (Slot::Alias, &["properties.alias"]),
        (Slot::Person, &["person.distinct_ids"]),
        (Slot::Profile, &["person_id", "person.id"]),
        (Slot::Kind, &["properties.$is_identified"]),
        (
            Slot::Email,
            &[
                "person_properties.email",
                "person.properties.email",
                "properties.$set.email",
                "properties.email",
            ],
        ),
        (
            Slot::Phone,
            &["person_properties.phone", "person.properties.phone", "properties.$set.phone"],
        ),
        (Slot::Order, &["properties.order_id", "properties.orderId", "properties.transaction_id"]),
        (Slot::Checkout, &["properties.checkout_token", "properties.checkout_id"]),
        (Slot::Value, &["properties.total", "properties.revenue", "properties.value"]),
        (Slot::Currency, &["properties.currency"]),
        (Slot::UserAgent, &["properties.$raw_user_agent", "properties.$user_agent"]),
        (Slot::Address, &["properties.$current_url", "properties.$pathname"]),
        (
            Slot::Target,
            &[
                "properties.$external_click_url",
                "properties.$elements_href",
                "properties.href",
                "properties.link_url",
                "properties.file_name",
            ],
        ),
        (Slot::Category, &["properties.category", "properties.item_list_name"]),
        (Slot::Method, &["properties.method", "properties.form_name"]),
    ],
    parameters: None,
    properties: &["properties", "person_properties", "person.properties"],
    named: &[
        ("referrer", "properties.$referrer"),
        ("device", "properties.$device_type"),
        ("browser", "properties.$browser"),
        ("os", "properties.$os"),
        ("country", "properties.$geoip_country_code"),
    ],
    same: &[&[Slot::Id]],
    session: &[Slot::Session],
    is_coarse: false,
    name: plain_name,
    who,
    only_joins: |_| false,
    pages: &[],
    total: |_| None,
    derive: |_, _| None,
};

fn fits(json: Json<'_>) -> bool {
    let has = |key: &str| json.member(key).is_some();
    has("distinct_id")
        && has("event")
        && json.member("properties").is_some_and(Json::is_object)
        && ["uuid", "person_id", "elements_chain", "elements", "person"].iter().any(|key| has(key))
}

/// The distinct id is a browser if it says so or looks like one. Of a person whose id looks like a
/// browser's both are known: their rows from a server say only the id.
fn who(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    for text in parts.each(Slot::Before) {
        identifiers.add(IdentifierKind::ClientId, parts.space(), &text, Strictness::Several);
    }
    for text in parts.listed(Slot::Alias).chain(parts.first(Slot::Distinct)) {
        add_distinct(parts, identifiers, &text);
    }
    add_person(parts, identifiers);
}

/// Adds the ids that a person had when the events were fetched: the browsers, and whose they are if that is one
/// user. Of several users the event's own distinct id says which one it was.
fn add_person(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    let ids = || parts.listed(Slot::Person);
    for device in ids().filter(|id| is_device(parts, id)) {
        identifiers.add(IdentifierKind::ClientId, parts.space(), &device, Strictness::Several);
    }
    let mut users = ids().filter(|id| !is_device(parts, id));
    if let (Some(user), None) = (users.next(), users.next()) {
        add_user(identifiers, parts.space(), &user);
    }
}
