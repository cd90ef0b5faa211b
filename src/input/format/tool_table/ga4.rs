//! `ga4.bq.flat`: Google Analytics 4 events from `BigQuery` as a table.
//!
//! People flatten the export in three ways: parameters as columns of their own, the list of parameters
//! as JSON in one cell, or a row for each parameter (`event_params.key`). Members of records keep their
//! dots or have `_` instead. What is no part of Google's schema is a parameter.

use super::{Cell, Exploded, Target, ToolTable};
use crate::input::columns::Header;
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

/// What people put before the parts of a parameter, in words; last nothing.
const OF_PARAMETERS: [&str; 8] =
    ["event params ", "event param ", "params ", "param ", "ep ", "p ", "parameter ", ""];

/// What Google calls the values of a parameter, beside which `value` says nothing.
const KINDS: [&str; 4] = ["string", "int", "float", "double"];

/// The table of a header, if it has the columns of one.
pub fn table(header: &Header) -> Option<ToolTable> {
    let own = parts_of_parameters(header);
    let exploded = own.as_ref().map(|own| own.exploded(header));
    let about = About {
        has_session: header.has(&["ga session id"]),
        has_list: header.has(&["event params"]),
        is_exploded: exploded.is_some(),
    };
    let is_part = |name: &str| own.as_ref().is_some_and(|own| own.has(header, name));
    let target = |name: &str| if is_part(name) { Target::Nowhere } else { target(name, about) };
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

/// Whether the rows of a table are parameters of Google's events, of which none is an event by itself.
pub fn holds_parameters(header: &Header) -> bool {
    let is_google = ["event timestamp", "event name", "user pseudo id"]
        .iter()
        .filter(|name| header.has(&[name]))
        .count()
        > 1;
    let parts = parts_of_parameters(header);
    has_values(header) || is_google && parts.is_some_and(|parts| parts.are_typed)
}

/// Whether there are columns for the value of any parameter. Beside those of others they are of one that is called
/// `value`.
pub fn has_values(header: &Header) -> bool {
    let starts = ["event params.value.", "event params value "];
    let mut names =
        header.normal_names().iter().filter(|name| name.starts_with("event params")).peekable();
    names.peek().is_some() && names.all(|name| starts.iter().any(|start| name.starts_with(start)))
}

/// The columns of the key and the value of a parameter, where a row is one.
struct Parts {
    key: usize,
    /// By their kinds, in Google's order; last one for any.
    values: Vec<usize>,
    are_typed: bool,
}

/// Finds them under the names that the records of the export have, or those that a query gives them which takes them
/// out of these (`ep.key`, `value.string_value`, `param_value_int`).
fn parts_of_parameters(header: &Header) -> Option<Parts> {
    let words = header.in_words();
    let find = |start: &str, is: &dyn Fn(&str) -> bool| {
        let part = |name: &String| name.strip_prefix(start).is_some_and(is);
        words.normal_names().iter().position(part)
    };
    let is_kind = |part: &str, kind: &str| {
        part.contains(kind) && part.split(' ').all(|word| word == kind || word == "value")
    };
    let parts = |start: &&str| {
        let key = find(start, &|part| part == "key")?;
        // Whoever renames the key leaves the values as they are.
        let starts = || [*start, "", OF_PARAMETERS[0]].into_iter();
        let typed =
            |kind: &&str| starts().find_map(|start| find(start, &|part| is_kind(part, kind)));
        let mut values: Vec<usize> = KINDS.iter().filter_map(typed).collect();
        let are_typed = !values.is_empty();
        values.extend(starts().find_map(|start| find(start, &|part| part == "value")));
        let is_one = !values.is_empty() || !start.is_empty();
        is_one.then_some(Parts { key, values, are_typed })
    };
    OF_PARAMETERS.iter().find_map(parts)
}

impl Parts {
    fn exploded(&self, header: &Header) -> Exploded {
        Exploded {
            same: MUST.iter().filter_map(|name| header.find(name)).collect(),
            key: self.key,
            values: self.values.clone(),
        }
    }

    fn has(&self, header: &Header, name: &str) -> bool {
        let names = header.names();
        let is_it = |column: &usize| names.get(*column).is_some_and(|own| own.trim() == name);
        is_it(&self.key) || self.values.iter().any(is_it)
    }
}

/// What other columns there are.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    has_session: bool,
    has_list: bool,
    is_exploded: bool,
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
    fn rows_of_parameters_are_known_by_a_key_and_its_values() {
        const EVENT: &str = "event_timestamp,event_name,user_pseudo_id";
        for (names, is_exploded, values) in [
            ("event_params.key,event_params.value.string_value", true, 1),
            ("key,string_value,int_value", true, 2),
            ("param_key,param_value_string,param_value_int", true, 2),
            ("ep.key,ep.value.int_value,ep.value", true, 2),
            ("param_key,event_params.value.double_value", true, 1),
            ("key,value", true, 1),
            ("key,page_location", false, 0),
            ("value,string_value", false, 0),
            ("event_params_key_name,event_params_value", false, 0),
        ] {
            let names = EVENT.split(',').chain(names.split(','));
            let header = Header::new(&csv::ByteRecord::from(names.collect::<Vec<_>>()));
            let table = table(&header).unwrap();
            assert_eq!(table.rows_in_common().is_some(), is_exploded, "{:?}", header.names());
            let found = parts_of_parameters(&header).map_or(0, |parts| parts.values.len());
            assert_eq!(found, values, "{:?}", header.names());
        }
        for (names, expected) in [
            ("event_date,event_name,user_pseudo_id,key,string_value", true),
            ("event_date,event_timestamp,user_pseudo_id,param_key,param_value_int", true),
            ("event_timestamp,event_name,user_pseudo_id,event_params.value.int_value", true),
            ("event_date,event_name,user_pseudo_id,key,value", false),
            ("time,event,user,key,string_value", false),
        ] {
            let header = Header::new(&csv::ByteRecord::from(names.split(',').collect::<Vec<_>>()));
            assert_eq!(holds_parameters(&header), expected, "{names}");
        }
    }

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
