//! `ga4.bq`: Google Analytics 4 events from `BigQuery`, as JSON.
//!
//! An event's parameters are a list of keys with typed values, and numbers of 64 bits are text. Events
//! have no id; browser, session, name, time and parameters tell deliveries (daily and intraday tables
//! overlap). There is no user agent. Field names: Google's schema of the export.

use super::tool_log::{Parameters, Parts, Slot, Tool, nobody_else, plain_name};
use super::{Format, shopify_url};
use crate::input::json::Json;

/// Events of Google Analytics 4.
pub static GA4: Tool = Tool {
    format: Format::Ga4BigQuery,
    why: "JSON with an event's name, its time in microseconds and a list of parameters, as Google Analytics 4 exports them to BigQuery",
    fits,
    signs: &["event_timestamp", "event_name", "event_params", "user_pseudo_id"],
    paths: &[
        (Slot::Time, &["event_timestamp"]),
        (Slot::Name, &["event_name"]),
        (Slot::Page, &["batch_page_id"]),
        (Slot::Batch, &["batch_ordering_id"]),
        (Slot::Sequence, &["batch_event_index"]),
        (Slot::Device, &["user_pseudo_id"]),
        (Slot::User, &["user_id"]),
        (Slot::Order, &["ecommerce.transaction_id"]),
        (Slot::Value, &["ecommerce.purchase_revenue"]),
        (Slot::Dollars, &["ecommerce.purchase_revenue_in_usd"]),
        (Slot::Category, &["items.item_list_name"]),
    ],
    parameters: Some(Parameters {
        list: "event_params",
        slots: &[
            (Slot::Session, "ga_session_id"),
            (Slot::Order, "transaction_id"),
            (Slot::Value, "value"),
            // Tables that people make have the ends of names only.
            (Slot::Value, "purchase_revenue"),
            (Slot::Dollars, "purchase_revenue_in_usd"),
            (Slot::Currency, "currency"),
            (Slot::Address, "page_location"),
            (Slot::Target, "link_url"),
            (Slot::Target, "file_name"),
            (Slot::Target, "file_extension"),
            (Slot::Category, "item_list_id"),
            (Slot::Category, "item_list_name"),
            (Slot::Method, "method"),
            (Slot::Method, "form_id"),
            (Slot::Method, "form_name"),
        ],
    }),
    properties: &["ecommerce", "device", "geo"],
    named: &[
        ("device", "device.category"),
        ("browser", "device.web_info.browser"),
        ("os", "device.operating_system"),
        ("country", "geo.country"),
        ("referrer", "page_referrer"),
        ("gclid", "collected_traffic_source.gclid"),
        ("utm_source", "collected_traffic_source.manual_source"),
        ("utm_medium", "collected_traffic_source.manual_medium"),
        ("utm_campaign", "collected_traffic_source.manual_campaign_name"),
    ],
    same: &[],
    session: &[Slot::Device, Slot::Session],
    is_coarse: false,
    name: plain_name,
    who: nobody_else,
    only_joins: |_| false,
    pages: &[],
    total: |_| None,
    derive,
};

fn fits(json: Json<'_>) -> bool {
    ["event_timestamp", "event_name", "event_params"].iter().all(|key| json.member(key).is_some())
}

fn derive(parts: Parts<'_>, name: &str) -> Option<&'static str> {
    if name != "page_view" {
        return None;
    }
    // Where lists are not recorded, the page of a sub-category is.
    let address = parts.first(Slot::Address)?;
    shopify_url::is_subcategory(&address).then_some("subcollection_viewed")
}
