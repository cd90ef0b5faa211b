//! `snowplow.json`: Snowplow's enriched events as its analytics SDKs write them, one JSON object each.
//!
//! What a self-describing event says is under a key that holds its vendor, name and version, and so are
//! its entities; the version does not matter here. Events as they are collected, before that, name the schema beside
//! what it describes; of these the entities are not read. Field names: Snowplow's documentation of enriched events
//! and of its e-commerce schemas.

use super::Format;
use super::tool_log::{Parts, Slot, Tool, kinds, nobody_else};
use crate::input::json::Json;
use std::borrow::Cow;

/// What Snowplow calls every action of its e-commerce schema.
const ACTION: &str = "snowplow_ecommerce_action";

/// Events of Snowplow.
pub static SNOWPLOW: Tool = Tool {
    format: Format::SnowplowJson,
    why: "JSON with an event id and a collector's time, as Snowplow's analytics SDKs write enriched events",
    fits,
    signs: &["event_id", "collector_tstamp", "event_name", "domain_userid"],
    paths: &[
        (Slot::Time, &["true_tstamp", "derived_tstamp"]),
        (Slot::Original, &["dvce_created_tstamp"]),
        (Slot::Sent, &["dvce_sent_tstamp"]),
        (Slot::Received, &["collector_tstamp"]),
        (Slot::Name, &["event_name", "event"]),
        (
            Slot::Kind,
            &[
                "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_*.type",
                "unstruct_event.data.data.type",
            ],
        ),
        (Slot::Action, &["se_action"]),
        (Slot::Group, &["se_category"]),
        (Slot::Id, &["event_id"]),
        (Slot::Stored, &["event_fingerprint"]),
        (Slot::Session, &["domain_sessionid"]),
        (Slot::Device, &["domain_userid", "network_userid"]),
        (Slot::User, &["user_id"]),
        (Slot::Email, &["contexts_com_snowplowanalytics_snowplow_ecommerce_user_*.email"]),
        (
            Slot::Order,
            &[
                "tr_orderid",
                "ti_orderid",
                "contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_*.transaction_id",
            ],
        ),
        (
            Slot::Value,
            &[
                "tr_total",
                "contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_*.revenue",
            ],
        ),
        (
            Slot::Currency,
            &[
                "tr_currency",
                "contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_*.currency",
            ],
        ),
        (Slot::UserAgent, &["useragent"]),
        (Slot::Address, &["page_url", "page_urlpath"]),
        (
            Slot::Target,
            &[
                "unstruct_event_com_snowplowanalytics_snowplow_link_click_*.targetUrl",
                "unstruct_event.data.data.targetUrl",
            ],
        ),
        (Slot::Category, &["contexts_com_snowplowanalytics_snowplow_ecommerce_product_*.category"]),
        (Slot::PageKind, &["contexts_com_snowplowanalytics_snowplow_ecommerce_page_*.type"]),
        (Slot::Step, &["contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_*.step"]),
        (
            Slot::Delivery,
            &["contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_*.delivery_method"],
        ),
        (
            Slot::Payment,
            &["contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_*.payment_method"],
        ),
    ],
    parameters: None,
    properties: &[],
    named: &[
        ("referrer", "page_referrer"),
        ("utm_source", "mkt_source"),
        ("utm_medium", "mkt_medium"),
        ("utm_campaign", "mkt_campaign"),
        ("utm_term", "mkt_term"),
        ("utm_content", "mkt_content"),
        ("country", "geo_country"),
        ("device", "dvce_type"),
    ],
    same: &[&[Slot::Id, Slot::Stored], &[Slot::Id]],
    session: &[Slot::Session],
    is_coarse: false,
    name,
    who: nobody_else,
    only_joins: |_| false,
    pages: &[],
    total: |_| None,
    derive,
};

fn fits(json: Json<'_>) -> bool {
    json.member("event_id").is_some() && json.member("collector_tstamp").is_some()
}

/// Actions of the e-commerce schema and structured events say what they are by themselves.
fn name(parts: Parts<'_>) -> Option<Cow<'_, str>> {
    let name = parts.first(Slot::Name)?;
    if !matches!(&*name, ACTION | "event" | "struct") {
        return Some(name);
    }
    if let Some(kind) = parts.first(Slot::Kind) {
        return Some(kind);
    }
    let action = parts.first(Slot::Action).map(|own| kinds::name_of(parts.first(Slot::Group), own));
    action.or(Some(name))
}

fn derive(parts: Parts<'_>, name: &str) -> Option<&'static str> {
    if name != "page_view" {
        return None;
    }
    let kind = parts.first(Slot::PageKind)?;
    kind.eq_ignore_ascii_case("cart").then_some("cart_viewed")
}
