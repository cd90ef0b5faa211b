//! `mixpanel`: Mixpanel's raw export, one JSON object an event.
//!
//! Everything but the event's name is a property. Exports hold deliveries of one event more than once.
//! Field names: Mixpanel's documentation of the raw export and of identities.

use super::tool_log::{Parts, Slot, Tool, add_distinct, plain_name};
use super::{Format, RowIdentifiers};
use crate::event::IdentifierKind;
use crate::identity::{DEVICE, Strictness};
use crate::input::json::Json;

/// Events of Mixpanel.
pub static MIXPANEL: Tool = Tool {
    format: Format::Mixpanel,
    why: "JSON with an event and its properties, of which `time` and `distinct_id` are two, as Mixpanel exports them",
    fits,
    signs: &["event", "properties.time", "properties.distinct_id"],
    paths: &[
        (Slot::Time, &["properties.time"]),
        (Slot::Arrived, &["properties.mp_processing_time_ms"]),
        (Slot::Name, &["event"]),
        (Slot::Id, &["properties.$insert_id"]),
        (Slot::Distinct, &["properties.distinct_id"]),
        (Slot::Device, &["properties.$device_id"]),
        (Slot::User, &["properties.$user_id", "properties.$identified_id"]),
        (Slot::Before, &["properties.$anon_id"]),
        (Slot::Alias, &["properties.alias", "properties.$distinct_ids"]),
        (Slot::Email, &["properties.$email", "properties.email"]),
        (Slot::Phone, &["properties.$phone"]),
        (Slot::Order, &["properties.order_id", "properties.Order ID", "properties.transaction_id"]),
        (Slot::Checkout, &["properties.checkout_token", "properties.checkout_id"]),
        (
            Slot::Value,
            &["properties.total", "properties.revenue", "properties.value", "properties.$amount"],
        ),
        (Slot::Currency, &["properties.currency"]),
        (Slot::UserAgent, &["properties.$user_agent", "properties.user_agent"]),
        (Slot::Address, &["properties.$current_url", "properties.current_url_path"]),
        (
            Slot::Target,
            &[
                "properties.$attr-href",
                "properties.href",
                "properties.link_url",
                "properties.file_name",
            ],
        ),
        (Slot::Category, &["properties.category", "properties.item_list_name"]),
        (Slot::Method, &["properties.method", "properties.form_name"]),
    ],
    parameters: None,
    properties: &["properties"],
    named: &[
        ("referrer", "properties.$referrer"),
        ("browser", "properties.$browser"),
        ("os", "properties.$os"),
        ("device", "properties.$device"),
        ("country", "properties.mp_country_code"),
    ],
    same: &[&[Slot::Name, Slot::Distinct, Slot::Time, Slot::Id]],
    session: &[Slot::Session],
    is_coarse: true,
    name: plain_name,
    who,
    only_joins: |_| false,
    pages: &[],
    total: |_| None,
    derive: |_, _| None,
};

fn fits(json: Json<'_>) -> bool {
    let has = |key: &str| json.path(&["properties", key]).is_some();
    let is_named = json.member("event").and_then(Json::text).is_some();
    is_named
        && has("time")
        && (has("distinct_id") || has("$device_id"))
        && json.members().count() <= 4
}

/// The distinct id is a browser before somebody logs in, and then the user.
fn who(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    for text in parts.each(Slot::Before) {
        let bare = text.strip_prefix(DEVICE).unwrap_or(&text);
        identifiers.add(IdentifierKind::ClientId, parts.space(), bare, Strictness::Several);
    }
    for text in parts.listed(Slot::Alias).chain(parts.first(Slot::Distinct)) {
        match text.strip_prefix(DEVICE) {
            Some(bare) => {
                identifiers.add(IdentifierKind::ClientId, parts.space(), bare, Strictness::Several);
            }
            None => add_distinct(parts, identifiers, &text),
        }
    }
}
