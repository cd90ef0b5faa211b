//! `segment.warehouse`: the tables that Segment fills in a warehouse, one for all tracked calls or one
//! for each event.
//!
//! Names are in snake case, and what stands under `context` begins with `context_`. What is no part of a
//! call is a property of its event.

use super::{Cell, Target, ToolTable};
use crate::input::columns::Header;
use crate::input::format::segment::SEGMENT;

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 3] = [&["anonymous id"], &["received at"], &["event", "event text"]];

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

/// The table of a header.
pub fn table(header: &Header) -> Option<ToolTable> {
    // The text is the name as it was tracked; the other column is the name of the event's own table.
    let has_text = header.has(&["event text"]);
    let target = |name: &str| target(name, has_text);
    let table = ToolTable::new(&SEGMENT, header, &[("type", "track")], target);
    MUST.iter().all(|names| header.has(names)).then_some(table)
}

fn target(name: &str, has_text: bool) -> Target {
    let name = name.trim_start_matches('\u{feff}').to_lowercase().replace(' ', "_");
    let path = |path: String| Target::Path(path, Cell::Text);
    if name == "event" || name == "event_text" {
        let is_name = (name == "event_text") == has_text;
        return if is_name { path("event".to_string()) } else { Target::Nowhere };
    }
    if let Some((_, own)) = OWN.iter().find(|(known, _)| *known == name) {
        return path((*own).to_string());
    }
    let Some(context) = name.strip_prefix("context_") else {
        return path(format!("properties.{name}"));
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
