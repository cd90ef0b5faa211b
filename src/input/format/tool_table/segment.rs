//! `segment.warehouse`: the tables that Segment fills in a warehouse: one for all tracked calls or one
//! for each event, one for the pages, and one for the calls that say who somebody is; and one of all calls, each with its
//! type, as others make it of Segment's archive.
//!
//! Names are in snake case, and what stands under `context` begins with `context_`. What is no part of a
//! call is a property of its event, or a trait of the person.

use super::{Cell, Target, ToolTable};
use crate::input::columns::Header;
use crate::input::format::segment::SEGMENT;

/// The columns of tracked calls; any name of a set will do.
pub const MUST: [&[&str]; 3] = [&["anonymous id"], &["received at"], &["event", "event text"]];

/// The columns of a table of all calls, which says of each what it is.
pub const CALLS: [&[&str]; 4] =
    [&["anonymous id", "user id"], &["message id"], &["type"], &["event", "event text"]];

/// The columns of pages.
pub const PAGES: [&[&str]; 3] =
    [&["anonymous id"], &["received at"], &["path", "url", "title", "name"]];

/// The columns of the calls that say who somebody is.
pub const IDENTIFIES: [&[&str]; 3] = [&["anonymous id"], &["received at"], &["user id"]];

/// What people have and pages have not: it tells them apart where both have a name or a title.
const TRAITS: [&str; 8] =
    ["email", "phone", "first name", "last name", "username", "age", "birthday", "created at"];

/// Parts of a call.
const OWN: [(&str, &str); 12] = [
    ("id", "messageId"),
    ("message_id", "messageId"),
    ("anonymous_id", "anonymousId"),
    ("user_id", "userId"),
    ("previous_id", "previousId"),
    ("received_at", "receivedAt"),
    ("sent_at", "sentAt"),
    ("original_timestamp", "originalTimestamp"),
    ("timestamp", "timestamp"),
    ("channel", "channel"),
    ("uuid_ts", "stored"),
    ("loaded_at", "stored"),
];

/// Objects within the context.
const WITHIN: [&str; 8] =
    ["page", "campaign", "traits", "library", "device", "os", "screen", "network"];

/// Which call the rows of a table are.
#[derive(Clone, Copy, Debug)]
enum Call {
    /// The text is the name as it was tracked; the other column is the name of the event's own table.
    Track {
        has_text: bool,
    },
    Page,
    Identify,
    /// Any: the row says which.
    Any,
}

/// The table of tracked calls.
pub fn table(header: &Header) -> Option<ToolTable> {
    let call = Call::Track { has_text: header.has(&["event text"]) };
    MUST.iter().all(|names| header.has(names)).then(|| call.table(header))
}

/// The table of all calls, as whoever loads Segment's archive into a table has it.
pub fn calls(header: &Header) -> Option<ToolTable> {
    CALLS.iter().all(|names| header.has(names)).then(|| Call::Any.table(header))
}

/// The table of pages.
pub fn pages(header: &Header) -> Option<ToolTable> {
    let are_pages = PAGES.iter().all(|names| header.has(names)) && !are_people(header);
    are_pages.then(|| Call::Page.table(header))
}

/// The table of who somebody is.
pub fn identifies(header: &Header) -> Option<ToolTable> {
    IDENTIFIES.iter().all(|names| header.has(names)).then(|| Call::Identify.table(header))
}

/// Whether a table that names nothing by an event has people's names in it and not those of pages.
fn are_people(header: &Header) -> bool {
    !header.has(&["path", "url"]) && header.has(&TRAITS)
}

/// Whether a column may hold the names of events: then a table is somebody's own.
pub fn names_events(header: &Header) -> bool {
    header.has(&["event", "event text", "event name", "event type", "action", "type"])
}

impl Call {
    fn table(self, header: &Header) -> ToolTable {
        let kind = match self {
            Call::Track { .. } => Some("track"),
            Call::Page => Some("page"),
            Call::Identify => Some("identify"),
            Call::Any => None,
        };
        let kind = kind.map(|kind| ("type", kind));
        ToolTable::new(&SEGMENT, header, kind.as_slice(), |name| target(name, self))
    }
}

fn target(name: &str, call: Call) -> Target {
    let name = name.trim_start_matches('\u{feff}').to_lowercase().replace(' ', "_");
    let path = |path: String| Target::Path(path, Cell::Text);
    if let Call::Track { has_text } = call
        && (name == "event" || name == "event_text")
    {
        let is_name = (name == "event_text") == has_text;
        return if is_name { path("event".to_string()) } else { Target::Nowhere };
    }
    if let Some((_, own)) = OWN.iter().find(|(known, _)| *known == name) {
        return path((*own).to_string());
    }
    if matches!(call, Call::Any) {
        match name.as_str() {
            "type" | "event" => return path(name),
            "context" | "traits" => return Target::Path(name, Cell::Json),
            _ => {}
        }
    }
    if name == "properties" {
        return Target::Path(name, Cell::Json);
    }
    if let Some(property) = name.strip_prefix("properties_").filter(|own| !own.is_empty()) {
        return path(format!("properties.{property}"));
    }
    let Some(context) = name.strip_prefix("context_") else {
        let object = if matches!(call, Call::Identify) { "traits" } else { "properties" };
        return path(format!("{object}.{name}"));
    };
    let within = WITHIN.iter().find_map(|object| {
        let member = context.strip_prefix(object)?.strip_prefix('_')?;
        Some(format!("context.{object}.{member}"))
    });
    path(within.unwrap_or_else(|| match context {
        "user_agent" => "context.userAgent".to_string(),
        "session_id" => "context.sessionId".to_string(),
        other => format!("context.{other}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_people_are_told_apart() {
        for (names, expected) in [
            ("url,title,name", (true, false)),
            ("title,user_id", (true, true)),
            ("name,user_id", (true, true)),
            ("name,user_id,email", (false, true)),
            ("title,first_name,user_id", (false, true)),
            ("path,email,user_id", (true, true)),
            ("email", (false, false)),
        ] {
            let names = ["anonymous_id", "received_at"].into_iter().chain(names.split(','));
            let header = Header::new(&csv::ByteRecord::from(names.collect::<Vec<_>>()));
            let found = (pages(&header).is_some(), identifies(&header).is_some());
            assert_eq!(found, expected, "{:?}", header.names());
        }
    }

    #[test]
    fn what_is_no_part_of_a_call_is_a_property_or_a_trait() {
        let path = |path: &str| Target::Path(path.to_string(), Cell::Text);
        assert_eq!(target("Url", Call::Page), path("properties.url"));
        assert_eq!(target("email", Call::Identify), path("traits.email"));
        assert_eq!(target("user_id", Call::Identify), path("userId"));
        assert_eq!(target("event", Call::Track { has_text: true }), Target::Nowhere);
        assert_eq!(target("type", Call::Any), path("type"));
        assert_eq!(target("type", Call::Track { has_text: false }), path("properties.type"));
        assert_eq!(target("properties_total", Call::Any), path("properties.total"));
    }
}
