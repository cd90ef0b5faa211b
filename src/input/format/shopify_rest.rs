//! `shopify.rest_order`: orders as Shopify's REST interface and its webhooks write them, one JSON object
//! each. What surrounds them, and what else webhooks send, is the business of `shopify_webhooks`.
//!
//! They know what the export does not: the customer's number and the checkout's token, which tie the order
//! to what a pixel saw. Field names: Shopify's Admin REST reference of the order.

use super::shopify_orders::OrderLine;
use super::tool_log::{Parameters, Slot, ToolPlaces};
use super::{Desk, Kept, Sink};
use crate::input::json::{Json, Record};
use crate::quality::Reason;

/// What the file was taken for.
pub const WHY: &str = "JSON with orders, their financial status and line items, as Shopify's REST interface writes them";

/// Keys that every order has.
pub const SIGNS: &[&str] =
    &["admin_graphql_api_id", "financial_status", "line_items", "created_at"];

/// Where the cells stand.
pub const PATHS: &[(Slot, &[&str])] = &[
    (Slot::Id, &["id", "admin_graphql_api_id"]),
    (Slot::Title, &["name"]),
    (Slot::Time, &["created_at", "processed_at"]),
    (Slot::Updated, &["updated_at"]),
    (Slot::Email, &["email", "contact_email", "customer.email"]),
    (Slot::Phone, &["phone", "customer.phone", "billing_address.phone", "shipping_address.phone"]),
    (Slot::User, &["customer.id", "customer.admin_graphql_api_id"]),
    (Slot::Checkout, &["checkout_token", "checkout_id", "cart_token"]),
    (Slot::Status, &["financial_status"]),
    (Slot::Cancelled, &["cancelled_at"]),
    (Slot::Test, &["test"]),
    (Slot::Source, &["source_name"]),
    (Slot::Payment, &["payment_gateway_names", "gateway"]),
    (Slot::UserAgent, &["client_details.user_agent"]),
    (Slot::Value, &["total_price"]),
    (Slot::Net, &["current_total_price"]),
    (Slot::Currency, &["currency", "presentment_currency"]),
    (Slot::Refunded, &["refunds"]),
];

/// What apps noted at the order.
pub const NOTES: Parameters = Parameters { list: "note_attributes", slots: &[] };

/// Whether a record is an order, as the interface writes them.
pub fn has_signs(json: Json<'_>) -> bool {
    let has = |key: &str| json.member(key).is_some();
    has("line_items") && has("financial_status")
        || has("admin_graphql_api_id") && has("created_at") && has("total_price")
}

/// Whether a record can be an order of which only some keys were asked for: it has what only orders have, and nothing of
/// what belongs to one or comes before it.
pub fn may_be_order(json: Json<'_>) -> bool {
    let has = |key: &&str| json.member(key).is_some();
    ["total_price", "current_total_price", "financial_status", "order_number"].iter().any(has)
        && !["order_id", "abandoned_checkout_url", "admin_graphql_api_id"].iter().any(has)
}

/// Reads the order of a record.
pub fn read(record: &Record<'_, Kept>, order: Json<'_>, mut desk: Desk<'_, impl Sink>) {
    let find = || ToolPlaces::at_paths(PATHS, Some(NOTES), order);
    let own;
    let places = if let Some(kept) = record.kept() {
        kept.tool.get_or_init(find)
    } else {
        own = find();
        &own
    };
    match OrderLine::of_json(record.root(), places) {
        Ok(line) => desk.sink.order(desk.at, line),
        Err(message) => desk.defect(Reason::BadRow, message),
    }
}
