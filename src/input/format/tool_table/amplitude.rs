//! `amplitude` as a table: what Amplitude writes into warehouses, with the properties as JSON in cells.

use super::{Cell, Target, ToolTable};
use crate::input::columns::Header;
use crate::input::format::amplitude::AMPLITUDE;

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 4] = [
    &["event type"],
    &["event time"],
    &["amplitude id", "device id"],
    &["event properties", "user properties", "$insert id", "insert id"],
];

/// The table of a header.
pub fn table(header: &Header) -> Option<ToolTable> {
    let table = ToolTable::new(&AMPLITUDE, header, &[], target);
    MUST.iter().all(|names| header.has(names)).then_some(table)
}

fn target(name: &str) -> Target {
    let name = name.trim_start_matches('\u{feff}');
    let folded = name.to_lowercase().replace(' ', "_");
    match folded.as_str() {
        "event_properties" | "user_properties" | "group_properties" | "groups" | "data" => {
            Target::Path(folded, Cell::Json)
        }
        // A property that somebody has selected by itself.
        _ if folded.starts_with("event_properties.") || folded.starts_with("user_properties.") => {
            Target::Path(name.to_string(), Cell::Text)
        }
        _ => Target::Path(folded, Cell::Text),
    }
}
