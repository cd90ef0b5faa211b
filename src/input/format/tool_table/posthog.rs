//! `posthog.csv`: PostHog's events as a table, with the properties as JSON in a cell or in columns of their own.
//!
//! What PostHog's pages export as *current columns* are expressions of its query language: `properties.$lib`, or
//! `coalesce(properties.$current_url, properties.$screen_name) -- Url / Screen` with a title behind it.

use super::{Cell, Target, ToolTable};
use crate::input::aliases::split_flat;
use crate::input::columns::Header;
use crate::input::format::posthog::POSTHOG;

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 4] =
    [&["distinct id"], &["event"], &["timestamp"], &["properties", "uuid", "person id"]];

/// Those of the columns that a page shows.
pub const CURRENT: [&[&str]; 3] = [
    &["event"],
    &["timestamp"],
    &[
        "coalesce(properties.$current url, properties.$screen name) -- url / screen",
        "properties.$current url",
        "properties.$lib",
    ],
];

/// What PostHog itself says of an event, beside its properties and its person.
const OWN: [&str; 11] = [
    "uuid",
    "id",
    "event",
    "distinct_id",
    "timestamp",
    "created_at",
    "inserted_at",
    "person_id",
    "team_id",
    "elements",
    "elements_chain",
];

/// What says who it was where no distinct id does, best first: a person's first distinct id, or their own.
const PEOPLE: [&str; 4] =
    ["person.distinct_id", "person.distinct_ids.0", "person.id", "person.uuid"];

/// The table of a header.
pub fn table(header: &Header) -> Option<ToolTable> {
    let has_properties = header.has(&["properties"]);
    let table = ToolTable::new(&POSTHOG, header, &[], |name| target(name, has_properties));
    MUST.iter().all(|names| header.has(names)).then_some(table)
}

/// The table of the columns that a page shows, if one of them says who it was.
pub fn current(header: &Header) -> Option<ToolTable> {
    let names = || header.names().iter().map(|name| name.trim().trim_start_matches('\u{feff}'));
    let known = PEOPLE.into_iter().find(|own| names().any(|name| name == *own));
    let is_distinct = |name: &str| column_of(name) == "distinct_id";
    let person = names().find(|name| is_distinct(name)).or(known);
    let names_somebody = person.is_some() || names().any(|name| name == "person.properties.email");
    let own = |name: &str| {
        if Some(name) == person {
            return Target::Path("distinct_id".to_string(), Cell::Text);
        }
        // Another one of those that say the same.
        let own = column_of(name);
        if own == "distinct_id" { Target::Nowhere } else { target(own, false) }
    };
    // All columns of an event, behind a sign of their own, are read without it.
    let has_all = names().any(|name| name.starts_with("*."));
    let is_it = names_somebody && !has_all && CURRENT.iter().all(|names| header.has(names));
    is_it.then(|| ToolTable::new(&POSTHOG, header, &[], own))
}

/// What an expression takes its value from, without its title: of several the distinct id, or else the first.
fn column_of(name: &str) -> &str {
    let expression = name.split(" -- ").next().unwrap_or(name).trim();
    let inside = expression.strip_prefix("coalesce(").and_then(|rest| rest.strip_suffix(')'));
    let columns = || inside.unwrap_or(expression).split(',').map(str::trim);
    let distinct = columns().find(|column| *column == "distinct_id");
    distinct.or_else(|| columns().next()).unwrap_or(expression)
}

fn target(name: &str, has_properties: bool) -> Target {
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
        _ if has_properties || is_own(&folded) => Target::Path(folded, Cell::Text),
        // Under a name that somebody has given it.
        _ => Target::Path(format!("properties.{name}"), Cell::Text),
    }
}

fn is_own(name: &str) -> bool {
    OWN.contains(&name) || name.starts_with("person.") || name.starts_with("person_properties")
}

fn is_properties(holder: &str) -> bool {
    holder.eq_ignore_ascii_case("properties")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_what_they_take_their_values_from() {
        for (name, expected) in [
            ("properties.$lib", "properties.$lib"),
            (
                "coalesce(properties.$current_url, properties.$screen_name) -- Url / Screen",
                "properties.$current_url",
            ),
            ("coalesce(person.properties.email, distinct_id) -- Person", "distinct_id"),
            ("distinct_id -- Who", "distinct_id"),
            ("count()", "count()"),
        ] {
            assert_eq!(column_of(name), expected, "{name}");
        }
    }

    #[test]
    fn columns_that_are_not_posthogs_own_are_properties() {
        let path = |path: &str| Target::Path(path.to_string(), Cell::Text);
        assert_eq!(target("order_id", false), path("properties.order_id"));
        assert_eq!(target("order_id", true), path("order_id"));
        assert_eq!(target("Distinct ID", false), path("distinct_id"));
        assert_eq!(target("person.properties.email", false), path("person.properties.email"));
    }
}
