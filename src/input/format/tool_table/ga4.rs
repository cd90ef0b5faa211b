//! `ga4.bq.flat`: Google Analytics 4 events from `BigQuery` as a table.
//!
//! People flatten the export in three ways: parameters as columns of their own, the list of parameters
//! as JSON in one cell, or a row for each parameter (`event_params.key`). Members of records keep their
//! dots or have `_` instead. What is no part of Google's schema is a parameter.

use super::{Cell, Exploded, Target, ToolTable};
use crate::input::columns::{Header, normalise};
use crate::input::format::ga4_bigquery::GA4;

/// The columns that make a table this format.
pub const MUST: [&[&str]; 3] = [&["event timestamp"], &["event name"], &["user pseudo id"]];

/// Columns of the event itself.
const OWN: [&str; 16] = [
    "event_date",
    "event_timestamp",
    "event_name",
    "event_previous_timestamp",
    "event_bundle_sequence_id",
    "event_server_timestamp_offset",
    "event_value_in_usd",
    "user_pseudo_id",
    "user_id",
    "user_first_touch_timestamp",
    "stream_id",
    "platform",
    "is_active_user",
    "batch_event_index",
    "batch_ordering_id",
    "batch_page_id",
];

/// Records of the schema whose members may be columns.
const RECORDS: [&str; 11] = [
    "collected_traffic_source",
    "traffic_source",
    "ecommerce",
    "device",
    "geo",
    "app_info",
    "privacy_info",
    "user_ltv",
    "user_properties",
    "event_dimensions",
    "items",
];

/// What begins the name of a column that is a parameter.
const PARAMETERS: [&str; 4] = ["event_params.", "event_params_", "params.", "params_"];

/// The table of a header, if it has the columns of one.
pub fn table(header: &Header) -> Option<ToolTable> {
    let exploded = exploded(header);
    let about = About {
        has_session: header.has(&["ga session id"]),
        has_list: header.has(&["event params"]),
        is_exploded: exploded.is_some(),
    };
    let target = |name: &str| target(name, about);
    let table = ToolTable::new(&GA4, header, &[], target);
    let whole = MUST.iter().all(|name| header.has(name));
    // Rows of parameters are no events: without the key nobody can tell what they are.
    let is_known = exploded.is_some() || !has_values(header);
    (whole && is_known).then(|| match exploded {
        Some(exploded) => table.exploded(exploded),
        None => table,
    })
}

/// The column with the key of a parameter, where a row is one.
pub const PARAMETER_KEY: &[&str] = &["event params.key", "event params key"];

/// Whether there are columns for the value of any parameter. Beside those of others they are of one that is called
/// `value`.
pub fn has_values(header: &Header) -> bool {
    let starts = ["event params.value.", "event params value "];
    let mut names =
        header.normal_names().iter().filter(|name| name.starts_with("event params")).peekable();
    names.peek().is_some() && names.all(|name| starts.iter().any(|start| name.starts_with(start)))
}

/// What other columns there are.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    has_session: bool,
    has_list: bool,
    is_exploded: bool,
}

fn exploded(header: &Header) -> Option<Exploded> {
    let find = |part: &str| {
        let (dot, space) = (format!("event params.{part}"), format!("event params {part}"));
        header.find(&[&dot, &space])
    };
    let values = ["string_value", "int_value", "float_value", "double_value"].map(|kind| {
        let kind = normalise(kind);
        find(&format!("value.{kind}")).or_else(|| find(&format!("value {kind}")))
    });
    Some(Exploded {
        same: MUST.iter().filter_map(|name| header.find(name)).collect(),
        key: find("key")?,
        values: values.into_iter().flatten().chain(find("value")).collect(),
    })
}

fn target(name: &str, about: About) -> Target {
    let name = name.trim_start_matches('\u{feff}').to_lowercase().replace(' ', "_");
    let parameter = PARAMETERS.iter().find_map(|start| name.strip_prefix(start));
    if name == "event_params" {
        return Target::Path(name, Cell::Json);
    }
    match parameter {
        Some(_) if about.is_exploded => return Target::Nowhere,
        Some(key) => {
            let kinds = ["string_value", "int_value", "float_value", "double_value"];
            let typed = kinds.iter().find_map(|kind| key.strip_suffix(kind));
            let key = typed.map_or(key, |key| key.trim_end_matches(['.', '_']));
            return Target::Parameter(key.trim_end_matches(".value").to_string());
        }
        None => {}
    }
    if OWN.contains(&name.as_str()) {
        return Target::Path(name, Cell::Text);
    }
    if RECORDS.contains(&name.as_str()) {
        return Target::Path(name, Cell::Json);
    }
    let record = RECORDS.iter().find_map(|record| {
        let member = name.strip_prefix(record)?.strip_prefix(['.', '_'])?;
        Some(format!("{record}.{member}"))
    });
    match record {
        Some(path) => Target::Path(path, Cell::Text),
        None if name == "session_id" && !about.has_session => {
            Target::Parameter("ga_session_id".into())
        }
        // A record has one list of parameters: what is a column beside it is a member.
        None if about.has_list => Target::Path(name, Cell::Text),
        None => Target::Parameter(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_members_records_or_parameters() {
        let path = |path: &str, cell| Target::Path(path.to_string(), cell);
        for (name, expected) in [
            ("event_timestamp", path("event_timestamp", Cell::Text)),
            ("Event Name", path("event_name", Cell::Text)),
            ("ecommerce.transaction_id", path("ecommerce.transaction_id", Cell::Text)),
            ("ecommerce_transaction_id", path("ecommerce.transaction_id", Cell::Text)),
            (
                "collected_traffic_source.manual_source",
                path("collected_traffic_source.manual_source", Cell::Text),
            ),
            ("items", path("items", Cell::Json)),
            ("page_location", Target::Parameter("page_location".into())),
            ("session_id", Target::Parameter("ga_session_id".into())),
            ("event_params.ga_session_id.int_value", Target::Parameter("ga_session_id".into())),
            ("event_params_page_title", Target::Parameter("page_title".into())),
        ] {
            assert_eq!(target(name, About::default()), expected, "{name}");
        }
        assert_eq!(
            target("event_params.key", About { is_exploded: true, ..About::default() }),
            Target::Nowhere
        );
    }
}
