//! `posthog.csv`: PostHog's events as a table, with the properties as JSON in a cell.

use super::{Cell, Target, ToolTable};
use crate::input::aliases::split_flat;
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
    // As a warehouse has it that allows no dots in the names of columns.
    if let Some((_, property)) = split_flat(name).filter(|(holder, _)| is_properties(holder)) {
        return Target::Path(format!("properties.{property}"), Cell::Text);
    }
    let folded = name.to_lowercase().replace(' ', "_");
    match folded.as_str() {
        "" => Target::Nowhere,
        "properties" | "person_properties" | "person" | "set" | "set_once" => {
            Target::Path(folded, Cell::Json)
        }
        // A property that somebody has selected by itself.
        _ if folded.starts_with("properties.") => Target::Path(name.to_string(), Cell::Text),
        _ if name.starts_with('$') => Target::Path(format!("properties.{name}"), Cell::Text),
        _ => Target::Path(folded, Cell::Text),
    }
}

fn is_properties(holder: &str) -> bool {
    holder.eq_ignore_ascii_case("properties")
}
