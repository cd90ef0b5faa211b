//! What Shopify's webhooks and its REST interface send, each payload by its own shape: a log of them has whatever the
//! shop has subscribed to.
//!
//! Orders, checkouts and carts are read, customers join what they name, and everything else is set aside: nothing is an
//! order because most of its neighbours are. What surrounds a payload in a logger's record is not looked at.

use super::{Desk, Format, Kept, Sink, shopify_bulk, shopify_rest, shopify_rest_checkout};
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::format::tool_log::walk;
use crate::input::json::{Json, Record};
use crate::quality::Reason;

/// Keys under which loggers put what came; `detail.payload` is that of Amazon's event bus.
const WRAPPERS: [&str; 8] =
    ["payload", "body", "data", "order", "record", "checkout", "cart", "detail.payload"];

/// How the ids of things begin.
const GLOBAL: &str = "gid://shopify/";

/// What a payload tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An order, or the draft of one.
    Order,
    /// A checkout.
    Checkout,
    /// A checkout as the GraphQL interface has it.
    GraphCheckout,
    /// A cart.
    Cart,
    /// A customer.
    Customer,
    /// Anything else with an id of the shop.
    Other,
}

/// Whether a record is something that webhooks send.
pub fn fits(json: Json<'_>) -> bool {
    payload_in(json).is_some()
}

/// Whether a record is, or holds, what only orders or only checkouts and carts have.
pub fn holds(json: Json<'_>, things: &[Thing]) -> bool {
    payload_in(json).is_some_and(|(thing, payload)| {
        things.contains(&thing) && (thing != Thing::Order || shopify_rest::has_signs(payload))
    })
}

/// What came in a record.
fn payload_in(json: Json<'_>) -> Option<(Thing, Json<'_>)> {
    parts(json).find_map(|part| Some((thing(part)?, part)))
}

/// A record, and what stands under the keys of loggers.
fn parts(json: Json<'_>) -> impl Iterator<Item = Json<'_>> {
    let inside = WRAPPERS.iter().filter_map(move |path| walk(json, path));
    std::iter::once(json).chain(inside).filter(|part| part.is_object())
}

/// What a payload is: by its id of the shop; checkouts and carts have none.
fn thing(json: Json<'_>) -> Option<Thing> {
    let global = json.member("admin_graphql_api_id").and_then(Json::text);
    let kind = global.as_deref().and_then(|id| id.strip_prefix(GLOBAL)?.split('/').next());
    match kind {
        Some("Order" | "DraftOrder") => Some(Thing::Order),
        Some("Customer") => Some(Thing::Customer),
        Some(_) => Some(Thing::Other),
        None if shopify_bulk::is_checkout(json) => Some(Thing::GraphCheckout),
        None if shopify_rest::has_signs(json) => Some(Thing::Order),
        None => shopify_rest_checkout::thing(json),
    }
}

/// Reads one record; `expected` is what the file was taken for.
pub fn read(record: &Record<'_, Kept>, expected: Format, mut desk: Desk<'_, impl Sink>) {
    let root = record.root();
    // The GraphQL interface may answer several questions at once.
    if shopify_bulk::fits(root) {
        return shopify_bulk::read(record, desk);
    }
    let found = payload_in(root).or_else(|| {
        // Whoever names the format has orders of fewer keys.
        let may_be_order = |part: &Json<'_>| {
            expected == Format::ShopifyRestOrder && shopify_rest::may_be_order(*part)
        };
        Some((Thing::Order, parts(root).find(may_be_order)?))
    });
    match found {
        Some((Thing::Order, order)) => shopify_rest::read(record, order, desk),
        Some((Thing::Checkout, checkout)) => shopify_rest_checkout::read_checkout(checkout, desk),
        Some((Thing::GraphCheckout, checkout)) => shopify_bulk::read_checkout(checkout, desk),
        Some((Thing::Cart, cart)) => shopify_rest_checkout::read_cart(cart, desk),
        Some((Thing::Customer, customer)) => read_customer(customer, desk),
        Some((Thing::Other, other)) => {
            let id = other.member("admin_graphql_api_id").and_then(Json::text).unwrap_or_default();
            let message = format!("neither an order, a checkout, a cart nor a customer: {id}");
            desk.defect(Reason::UnmappedEvent, message);
        }
        None => {
            let message = "neither an order, a checkout nor a cart".to_string();
            desk.defect(Reason::BadRow, message);
        }
    }
}

/// A customer: nothing happened that the shop's visitors did, but who has which address is known.
fn read_customer(customer: Json<'_>, desk: Desk<'_, impl Sink>) {
    const CELLS: [(IdentifierKind, &str); 4] = [
        (IdentifierKind::CustomerId, "id"),
        (IdentifierKind::Email, "email"),
        (IdentifierKind::Phone, "phone"),
        (IdentifierKind::Phone, "default_address.phone"),
    ];
    let Desk { at, identifiers, sink, .. } = desk;
    identifiers.clear();
    for (kind, path) in CELLS {
        if let Some(text) = walk(customer, path).and_then(Json::scalar) {
            identifiers.add(kind, Format::ShopifyRestOrder.space(), &text, Strictness::Several);
        }
    }
    identifiers.report_blocked(sink);
    sink.person(at, identifiers.sorted());
}
