//! `posthog.csv`: PostHog's events as a table, with the properties as JSON in a cell.

use super::{Cell, Target, ToolTable};
use crate::input::columns::Header;
use crate::input::format::posthog::POSTHOG;

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 4] =
    [&["distinct id"], &["event"], &["timestamp"], &["properties", "uuid", "person id"]];

/// The table of a header.
pub fn table(header: &Header) -> Option<ToolTable> {
    let table = ToolTable::new(&POSTHOG, header, &[], target);
    MUST.iter().all(|names| header.has(names)).then_some(table)
}

fn target(name: &str) -> Target {
    let name = name.trim_start_matches('\u{feff}');
    let folded = name.to_lowercase().replace(' ', "_");
    match folded.as_str() {
        "" => Target::Nowhere,
        "properties" | "person_properties" | "person" | "set" | "set_once" => {
            Target::Path(folded, Cell::Json)
        }
        // A property that somebody has selected by itself.
        _ if folded.starts_with("properties.") => Target::Path(name.to_string(), Cell::Text),
        // As a warehouse has it that allows no dots in the names of columns.
        _ if flat(name).is_some() => {
            Target::Path(format!("properties.{}", flat(name).unwrap_or_default()), Cell::Text)
        }
        _ if name.starts_with('$') => Target::Path(format!("properties.{name}"), Cell::Text),
        _ => Target::Path(folded, Cell::Text),
    }
}

/// The name of a property behind `properties_`.
fn flat(name: &str) -> Option<&str> {
    const BEFORE: &str = "properties_";
    let (before, property) = name.split_at_checked(BEFORE.len())?;
    (before.eq_ignore_ascii_case(BEFORE) && !property.is_empty()).then_some(property)
}
