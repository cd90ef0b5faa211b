//! `rudderstack`: the events of `RudderStack`, one JSON object each.
//!
//! The skeleton is Segment's, with a session number and a call of its own that joins two identifiers.
//! Field names: `RudderStack`'s documentation of common fields.

use super::segment::{self, NAMED, PATHS, PROPERTIES};
use super::tool_log::{Parts, Slot, Tool, add_user};
use super::{Format, RowIdentifiers};
use crate::event::IdentifierKind;
use crate::identity::Strictness;
use crate::input::json::Json;

/// Events of `RudderStack`.
pub static RUDDERSTACK: Tool = Tool {
    format: Format::RudderStack,
    why: "JSON with a message id, a type of call and RudderStack's channel, library or ids",
    fits,
    signs: &["messageId", "type", "anonymousId", "channel"],
    paths: PATHS,
    parameters: None,
    properties: PROPERTIES,
    named: NAMED,
    same: &[&[Slot::Id]],
    session: &[Slot::Session],
    is_coarse: false,
    name: segment::name,
    who,
    only_joins: is_timeless_merge,
    pages: &[],
    total: |_| None,
    derive: |_, _| None,
};

/// A call with something that only `RudderStack` writes. Segment has channels too, and beside them
/// the project or the version of its format.
fn fits(json: Json<'_>) -> bool {
    let is_merge = is_merge(json);
    let library = json.path(&["context", "library", "name"]).and_then(Json::text);
    let is_own = library.is_some_and(|name| name.contains("Rudder"))
        || json.member("rudderId").is_some()
        || json.member("request_ip").is_some();
    let is_other =
        ["projectId", "version", "writeKey"].iter().any(|key| json.member(key).is_some());
    let has_channel = json.member("channel").is_some() && !is_other;
    is_merge || segment::is_call(json) && (is_own || has_channel)
}

/// A call that says that two identifiers are one person's.
fn is_merge(json: Json<'_>) -> bool {
    json.member("type").and_then(Json::text).is_some_and(|kind| kind == "merge")
        && json.member("mergeProperties").is_some()
}

/// Such a call need not say when that was: then it is no event, and joins all the same.
fn is_timeless_merge(json: Json<'_>) -> bool {
    const TIMES: [&str; 4] = ["timestamp", "originalTimestamp", "sentAt", "receivedAt"];
    let has_time = |key: &&str| json.member(key).and_then(Json::scalar).is_some();
    is_merge(json) && !TIMES.iter().any(has_time)
}

fn who(parts: Parts<'_>, identifiers: &mut RowIdentifiers) {
    segment::who(parts, identifiers);
    let merged = parts.root.member("mergeProperties");
    for pair in merged.into_iter().flat_map(Json::elements) {
        let text = |key| pair.member(key).and_then(Json::scalar);
        let (Some(kind), Some(value)) = (text("type"), text("value")) else { continue };
        let space = parts.space();
        match &*kind.to_ascii_lowercase() {
            "email" => identifiers.add(IdentifierKind::Email, space, &value, Strictness::Several),
            "phone" => identifiers.add(IdentifierKind::Phone, space, &value, Strictness::Several),
            "anonymous_id" | "anonymousid" => {
                identifiers.add(IdentifierKind::ClientId, space, &value, Strictness::Several);
            }
            "user_id" | "userid" => add_user(identifiers, space, &value),
            _ => {}
        }
    }
}
