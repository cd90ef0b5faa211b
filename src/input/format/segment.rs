//! `segment`: the calls that Segment archives, one JSON object each.
//!
//! A call is of a type (`track`, `page`, `identify` …); only `track` calls have a name of their own. Field
//! names: Segment's specification of common fields and its e-commerce events. `RudderStack` writes the
//! same skeleton and shares the tables here.

use super::tool_log::{Parts, Slot, Tool, add_user};
use super::{Format, RowIdentifiers};
use crate::event::IdentifierKind;
use crate::identity::{Strictness, is_device_text};
use crate::input::json::Json;
use std::borrow::Cow;

/// Calls in Segment's archive.
pub static SEGMENT: Tool = Tool {
    format: Format::Segment,
    why: "JSON with a message id, a type of call and an anonymous or user id, as Segment archives them",
    fits: is_call,
    signs: &["messageId", "type", "anonymousId"],
    paths: PATHS,
    parameters: None,
    properties: PROPERTIES,
    named: NAMED,
    same: &[&[Slot::Id]],
    session: &[Slot::Session],
    is_coarse: false,
    name,
    who,
    only_joins: |_| false,
    pages: &[],
    total: |_| None,
    derive: |_, _| None,
};

pub(super) const PATHS: &[(Slot, &[&str])] = &[
    (Slot::Time, &["timestamp"]),
    (Slot::Original, &["originalTimestamp"]),
    (Slot::Sent, &["sentAt"]),
    (Slot::Received, &["receivedAt"]),
    (Slot::Kind, &["type"]),
    (Slot::Name, &["event"]),
    (Slot::Id, &["messageId"]),
    (Slot::Session, &["context.sessionId"]),
    (Slot::Device, &["anonymousId"]),
    (Slot::User, &["userId"]),
    (Slot::Before, &["previousId"]),
    (Slot::External, &["context.externalIds"]),
    (Slot::Email, &["traits.email", "context.traits.email", "properties.email"]),
    (Slot::Phone, &["traits.phone", "context.traits.phone"]),
    (Slot::Order, &["properties.order_id", "properties.orderId"]),
    (Slot::Checkout, &["properties.checkout_id", "properties.checkout_token"]),
    (Slot::Value, &["properties.total", "properties.revenue", "properties.value"]),
    (Slot::Currency, &["properties.currency", "properties.products.currency"]),
    (Slot::UserAgent, &["context.userAgent"]),
    (
        Slot::Address,
        &["properties.url", "context.page.url", "properties.path", "context.page.path"],
    ),
    (Slot::Target, &["properties.href", "properties.link_url", "properties.file_name"]),
    (Slot::Category, &["properties.category", "properties.item_list_name"]),
    (Slot::Method, &["properties.method", "properties.form_name"]),
    (Slot::Step, &["properties.step"]),
    (Slot::Delivery, &["properties.shipping_method"]),
    (Slot::Payment, &["properties.payment_method"]),
];

pub(super) const PROPERTIES: &[&str] = &["properties", "traits", "context.traits"];

pub(super) const NAMED: &[(&str, &str)] = &[
    ("utm_source", "context.campaign.source"),
    ("utm_medium", "context.campaign.medium"),
    ("utm_campaign", "context.campaign.name"),
    ("utm_term", "context.campaign.term"),
    ("utm_content", "context.campaign.content"),
    ("referrer", "context.page.referrer"),
];

/// Whether a text is the type of a call.
pub fn is_type(text: &str) -> bool {
    ["track", "page", "screen", "identify", "alias", "group"].contains(&text)
}

/// Whether a record is a call.
pub(super) fn is_call(json: Json<'_>) -> bool {
    let kind = json.member("type").and_then(Json::text);
    kind.is_some_and(|kind| is_type(&kind))
        && json.member("messageId").is_some()
        && (json.member("anonymousId").is_some() || json.member("userId").is_some())
}

/// A tracked event has a name; every other call is called by its type.
pub(super) fn name(parts: Parts<'_>) -> Option<Cow<'_, str>> {
    let kind = parts.first(Slot::Kind)?;
    if kind == "track" { parts.first(Slot::Name) } else { Some(kind) }
}

/// An alias says what the user was called before: another user, or the browser. Of what does not look like a browser's
/// id nobody can say which of the two it is.
pub(super) fn who(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    let space = parts.space();
    for before in parts.each(Slot::Before) {
        identifiers.add(IdentifierKind::ClientId, space, &before, Strictness::Several);
        if !is_device_text(&before) {
            add_user(identifiers, space, &before);
        }
    }
    for external in parts.objects(Slot::External).flat_map(Json::elements) {
        add_external(external, space, identifiers);
    }
}

/// An id of another system. One whose type is not known here still is the same person's as long as the
/// type is the same; an encoded one is no address that other files could have.
fn add_external(external: Json<'_>, space: u16, identifiers: &mut RowIdentifiers) {
    let text = |key| external.member(key).and_then(Json::scalar);
    let (Some(id), Some(kind)) = (text("id"), text("type")) else { return };
    let is_plain = text("encoding").is_none_or(|encoding| encoding == "none");
    let kind = kind.to_ascii_lowercase();
    let known = match &*kind {
        "email" => Some(IdentifierKind::Email),
        "phone" => Some(IdentifierKind::Phone),
        "customer_id" | "shopify_customer_id" => Some(IdentifierKind::CustomerId),
        "anonymous_id" => Some(IdentifierKind::ClientId),
        _ => None,
    };
    match known.filter(|_| is_plain) {
        Some(known) => identifiers.add(known, space, &id, Strictness::Several),
        None if kind == "user_id" && is_plain => add_user(identifiers, space, &id),
        None => {
            let own = format!("{kind}:{id}");
            identifiers.add(IdentifierKind::ClientId, space, &own, Strictness::Several);
        }
    }
}
