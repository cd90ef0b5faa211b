//! `snowplow.atomic` and `snowplow.tsv`: Snowplow's enriched events as a table with a header, and as
//! the files of its enrichment: 131 cells between tabs, no header, no quotes.
//!
//! Self-describing events and entities stand in these tables as JSON that names its schema. They are
//! written as Snowplow's analytics SDKs do: each under a key made of its schema's vendor, name and model.
//! Field names: Snowplow's documentation of enriched events.

use super::template::write_text;
use super::{Cell, Target, ToolTable};
use crate::identity::is_uuid_text;
use crate::input::columns::Header;
use crate::input::format::snowplow_json::SNOWPLOW;
use serde_json::Value;

/// The columns that make a table `snowplow.atomic`.
pub const MUST: [&[&str]; 2] = [&["event id"], &["collector tstamp"]];

/// The place of the event's id among the cells of a line.
const EVENT_ID: usize = 6;

/// The names of the cells of a line.
#[rustfmt::skip]
const FIELDS: [&str; 131] = [
    "app_id", "platform", "etl_tstamp", "collector_tstamp", "dvce_created_tstamp", "event",
    "event_id", "txn_id", "name_tracker", "v_tracker", "v_collector", "v_etl", "user_id",
    "user_ipaddress", "user_fingerprint", "domain_userid", "domain_sessionidx",
    "network_userid", "geo_country", "geo_region", "geo_city", "geo_zipcode", "geo_latitude",
    "geo_longitude", "geo_region_name", "ip_isp", "ip_organization", "ip_domain", "ip_netspeed",
    "page_url", "page_title", "page_referrer", "page_urlscheme", "page_urlhost", "page_urlport",
    "page_urlpath", "page_urlquery", "page_urlfragment", "refr_urlscheme", "refr_urlhost",
    "refr_urlport", "refr_urlpath", "refr_urlquery", "refr_urlfragment", "refr_medium",
    "refr_source", "refr_term", "mkt_medium", "mkt_source", "mkt_term", "mkt_content",
    "mkt_campaign", "contexts", "se_category", "se_action", "se_label", "se_property",
    "se_value", "unstruct_event", "tr_orderid", "tr_affiliation", "tr_total", "tr_tax",
    "tr_shipping", "tr_city", "tr_state", "tr_country", "ti_orderid", "ti_sku", "ti_name",
    "ti_category", "ti_price", "ti_quantity", "pp_xoffset_min", "pp_xoffset_max",
    "pp_yoffset_min", "pp_yoffset_max", "useragent", "br_name", "br_family", "br_version",
    "br_type", "br_renderengine", "br_lang", "br_features_pdf", "br_features_flash",
    "br_features_java", "br_features_director", "br_features_quicktime",
    "br_features_realplayer", "br_features_windowsmedia", "br_features_gears",
    "br_features_silverlight", "br_cookies", "br_colordepth", "br_viewwidth", "br_viewheight",
    "os_name", "os_family", "os_manufacturer", "os_timezone", "dvce_type", "dvce_ismobile",
    "dvce_screenwidth", "dvce_screenheight", "doc_charset", "doc_width", "doc_height",
    "tr_currency", "tr_total_base", "tr_tax_base", "tr_shipping_base", "ti_currency",
    "ti_price_base", "base_currency", "geo_timezone", "mkt_clickid", "mkt_network", "etl_tags",
    "dvce_sent_tstamp", "refr_domain_userid", "refr_device_tstamp", "derived_contexts",
    "domain_sessionid", "derived_tstamp", "event_vendor", "event_name", "event_format",
    "event_version", "event_fingerprint", "true_tstamp",
];

/// Whether a text begins with a line of the enrichment's files.
pub fn is_line(text: &[u8]) -> bool {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut cells = line.split(|&byte| byte == b'\t');
    let id = cells.clone().nth(EVENT_ID).and_then(|cell| std::str::from_utf8(cell).ok());
    id.is_some_and(is_uuid_text) && cells.by_ref().count() == FIELDS.len()
}

/// The header that lines have in common.
pub fn line_header() -> Header {
    Header::new(&csv::ByteRecord::from(FIELDS.to_vec()))
}

/// The table of these lines.
pub fn lines(header: &Header) -> ToolTable {
    ToolTable::new(&SNOWPLOW, header, &[], target)
}

/// The table of a header.
pub fn table(header: &Header) -> Option<ToolTable> {
    MUST.iter().all(|name| header.has(name)).then(|| lines(header))
}

fn target(name: &str) -> Target {
    let name = name.trim_start_matches('\u{feff}').to_lowercase().replace(' ', "_");
    let starts = |start: &str| name.starts_with(start);
    let cell = match name.as_str() {
        "unstruct_event" | "contexts" | "derived_contexts" => Cell::Described,
        _ if starts("unstruct_event_") || starts("contexts_") => Cell::Json,
        _ => Cell::Text,
    };
    Target::Path(name, cell)
}

/// Writes the members that a self-describing cell makes: `key:value` with commas between; if it makes
/// none, one that says so.
pub(super) fn write_described(cell: &str, text: &mut Vec<u8>) {
    let described: Value = serde_json::from_str(cell).unwrap_or(Value::Null);
    let mut members: Vec<(String, Value)> = Vec::new();
    match described.get("data") {
        Some(Value::Array(entities)) => {
            for entity in entities {
                add_entity(entity, &mut members);
            }
        }
        Some(event) => {
            members.extend(key_of("unstruct_event", event).zip(event.get("data").cloned()));
        }
        None => {}
    }
    if members.is_empty() {
        members.push(("described".to_string(), Value::Null));
    }
    for (number, (key, value)) in members.iter().enumerate() {
        text.extend_from_slice(if number == 0 { b"" } else { b"," });
        write_text(Some(key), text);
        text.push(b':');
        text.extend_from_slice(value.to_string().as_bytes());
    }
}

/// Entities of one schema are a list.
fn add_entity(entity: &Value, members: &mut Vec<(String, Value)>) {
    let Some((key, data)) = key_of("contexts", entity).zip(entity.get("data")) else { return };
    match members.iter_mut().find(|(known, _)| *known == key) {
        Some((_, Value::Array(list))) => list.push(data.clone()),
        _ => members.push((key, Value::Array(vec![data.clone()]))),
    }
}

/// `iglu:com.vendor/name/jsonschema/1-0-0` is `contexts_com_vendor_name_1`.
fn key_of(start: &str, described: &Value) -> Option<String> {
    let schema = described.get("schema")?.as_str()?;
    let mut parts = schema.strip_prefix("iglu:").unwrap_or(schema).split('/');
    let (vendor, name) = (parts.next()?.replace(['.', '-'], "_"), parts.next()?);
    let model = parts.nth(1)?.split('-').next()?;
    let mut snake = String::new();
    for letter in name.replace(['.', '-'], "_").chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    Some(format!("{start}_{}_{snake}_{model}", vendor.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn described_cells_make_members() {
        let event = r#"{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.example-shop/AddToCart/jsonschema/2-1-0","data":{"sku":"a"}}}"#;
        let entities = r#"{"schema":"iglu:c/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":1}},{"schema":"iglu:com.acme/page/jsonschema/1-0-0","data":{"t":"cart"}},{"schema":"iglu:com.acme/product/jsonschema/1-0-2","data":{"id":2}}]}"#;
        for (cell, expected) in [
            (event, r#""unstruct_event_com_example_shop_add_to_cart_2":{"sku":"a"}"#),
            (
                entities,
                r#""contexts_com_acme_product_1":[{"id":1},{"id":2}],"contexts_com_acme_page_1":[{"t":"cart"}]"#,
            ),
            ("", r#""described":null"#),
            ("{", r#""described":null"#),
            (r#"{"data":[]}"#, r#""described":null"#),
        ] {
            let mut text = Vec::new();
            write_described(cell, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        }
    }
}
