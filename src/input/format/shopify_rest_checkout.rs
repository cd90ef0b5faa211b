//! `shopify.rest_checkout`: checkouts and carts as Shopify's webhooks and its REST interface write them, one
//! JSON object each. What surrounds them is the business of `shopify_webhooks`.
//!
//! A checkout is read as a row of the abandoned-checkouts export: what is filled shows how far the buyer
//! came. Webhooks write it again with each change; `shopify_checkouts` makes one of all of them. A cart
//! with something in it is one event. Field names: Shopify's Admin REST reference of the checkout, and its
//! webhooks of checkouts and carts.

use super::event_json::unreadable_time;
use super::shopify_checkouts::{Buyer, CheckoutLine};
use super::shopify_webhooks::Thing;
use super::tool_log::{Slot, walk};
use super::{Desk, Format, Sink};
use crate::event::{IdentifierKind, Origin, PlainDetails, RawEvent};
use crate::identity::Strictness;
use crate::input::json::Json;
use crate::input::timestamp;
use crate::key::Key;
use crate::quality::Reason;

/// What the file was taken for.
pub const WHY: &str =
    "JSON with checkouts or carts, their token and line items, as Shopify's webhooks write them";

/// Keys that every checkout has.
pub const SIGNS: &[&str] = &["token", "cart_token", "abandoned_checkout_url", "created_at"];

/// Keys that every cart has.
pub const CART_SIGNS: &[&str] = &["token", "line_items", "created_at", "updated_at"];

/// Where the cells stand.
pub const PATHS: &[(Slot, &[&str])] = &[
    (Slot::Id, &["id"]),
    (Slot::Time, &["created_at"]),
    (Slot::Email, &["email", "customer.email"]),
    (
        Slot::Phone,
        &[
            "phone",
            "sms_marketing_phone",
            "customer.phone",
            "billing_address.phone",
            "shipping_address.phone",
        ],
    ),
    (Slot::User, &["customer.id", "customer.admin_graphql_api_id"]),
    (Slot::Checkout, &["token", "cart_token"]),
];

/// Whether a record is a checkout or a cart. A cart has a token and line items, and nothing of a buyer.
pub fn thing(json: Json<'_>) -> Option<Thing> {
    let has = |key: &str| json.member(key).is_some();
    if has("financial_status") || !has("created_at") || !has("token") {
        return None;
    }
    if has("abandoned_checkout_url") || has("cart_token") && has("line_items") {
        return Some(Thing::Checkout);
    }
    let is_cart = has("line_items") && has("updated_at") && !has("email");
    is_cart.then_some(Thing::Cart)
}

/// Reads a checkout.
pub fn read_checkout(checkout: Json<'_>, mut desk: Desk<'_, impl Sink>) {
    match line_of(checkout) {
        Ok(line) => desk.sink.checkout(desk.at, line),
        Err((reason, message)) => desk.defect(reason, message.to_string()),
    }
}

fn line_of(checkout: Json<'_>) -> Result<CheckoutLine, (Reason, &'static str)> {
    let each = |slot: Slot| {
        let paths = PATHS.iter().filter(move |(own, _)| *own == slot);
        let cells = paths.flat_map(|(_, paths)| *paths).filter_map(|path| walk(checkout, path));
        cells.filter_map(Json::scalar).filter(|text| !text.trim().is_empty())
    };
    let is_filled = |path: &str| {
        let value = walk(checkout, path);
        let text = value.and_then(Json::scalar);
        text.is_some_and(|text| !text.trim().is_empty())
            || value.is_some_and(|value| value.elements().next().is_some())
    };
    let is_known = each(Slot::Email).chain(each(Slot::Phone)).next().is_some();
    let proofs = [
        is_known,
        is_filled("shipping_address.address1"),
        is_filled("shipping_lines") || is_filled("shipping_line.title"),
        is_filled("gateway") || is_filled("completed_at"),
    ];
    let mut phones: Vec<Box<str>> = each(Slot::Phone).map(Into::into).collect();
    phones.sort_unstable();
    phones.dedup();
    let tokens: Vec<Box<str>> = each(Slot::Checkout).map(|token| bare(&token).into()).collect();
    let first = |slot| each(slot).next().map(Into::into);
    let id = each(Slot::Id).find(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let name = id.as_deref().or_else(|| tokens.first().map(|token| &**token));
    CheckoutLine::of_parts(
        name.ok_or((Reason::BadRow, "the checkout has neither an id nor a token"))?,
        Buyer { email: first(Slot::Email), phones, customer: first(Slot::User) },
        &tokens,
        each(Slot::Time).next().as_deref(),
        proofs,
    )
    .ok_or((Reason::BadTimestamp, "the checkout has no time under `created_at`"))
}

/// Reads a cart with something in it. Whatever changes in it later is the same event again.
pub fn read_cart(cart: Json<'_>, mut desk: Desk<'_, impl Sink>) {
    if cart.member("line_items").is_none_or(|items| items.elements().next().is_none()) {
        return desk.defect(Reason::UnmappedEvent, "a cart with nothing in it".to_string());
    }
    let written = cart.member("created_at").and_then(Json::scalar);
    let Some(stamp) = written.as_deref().and_then(|text| timestamp::parse(text, desk.zone)) else {
        let message = unreadable_time("created_at", written.as_deref());
        return desk.defect(Reason::BadTimestamp, message);
    };
    let token = cart.member("token").and_then(Json::scalar).unwrap_or_default();
    desk.identifiers.clear();
    let (kind, space) = (IdentifierKind::CheckoutToken, Format::ShopifyRestCheckout.space());
    desk.identifiers.add(kind, space, bare(&token), Strictness::Several);
    desk.identifiers.report_blocked(desk.sink);
    let event = RawEvent {
        at: stamp.at,
        precision: stamp.precision,
        name: b"product_added_to_cart",
        derived: None,
        identifiers: desk.identifiers.sorted(),
        sequence: 0,
        origin: Origin::CheckoutRow,
        details: &PlainDetails { fingerprint: Key::of(bare(&token).as_bytes()), order: None },
    };
    desk.sink.event(desk.at, &event, None);
}

/// Carts' tokens come with a key behind them, which is not the same everywhere.
fn bare(token: &str) -> &str {
    token.split('?').next().unwrap_or(token)
}
