//! `amplitude`: Amplitude's event export, one JSON object an event.
//!
//! Times have no zone and are UTC; Amplitude has put devices' clocks right already. Field names:
//! Amplitude's documentation of the Export API. What it once took for one person
//! (`amplitude_id`) joins here as well, and so does the list of ids that it has merged since.

use super::Format;
use super::tool_log::{Slot, Tool, nobody_else, plain_name};
use crate::input::json::Json;

/// Events of Amplitude.
pub static AMPLITUDE: Tool = Tool {
    format: Format::Amplitude,
    why: "JSON with an event type and Amplitude's ids of device, person and event",
    fits,
    signs: &["event_type", "event_time", "amplitude_id", "device_id"],
    paths: &[
        (Slot::Time, &["event_time"]),
        (Slot::Original, &["client_event_time"]),
        (Slot::Sent, &["client_upload_time"]),
        (Slot::Received, &["server_received_time", "server_upload_time"]),
        (Slot::Name, &["event_type"]),
        (Slot::Id, &["$insert_id", "insert_id"]),
        (Slot::Stored, &["uuid"]),
        (Slot::Session, &["session_id"]),
        (Slot::Sequence, &["event_id"]),
        (Slot::Device, &["device_id"]),
        (Slot::User, &["user_id"]),
        (Slot::Profile, &["amplitude_id", "merged_amplitude_id"]),
        (Slot::Email, &["user_properties.email", "event_properties.email"]),
        (Slot::Phone, &["user_properties.phone"]),
        (
            Slot::Order,
            &[
                "event_properties.order_id",
                "event_properties.orderId",
                "event_properties.transaction_id",
            ],
        ),
        (Slot::Checkout, &["event_properties.checkout_token", "event_properties.checkout_id"]),
        (
            Slot::Value,
            &[
                "event_properties.total",
                "event_properties.revenue",
                "event_properties.$revenue",
                "event_properties.value",
            ],
        ),
        (Slot::Currency, &["event_properties.currency"]),
        (Slot::UserAgent, &["user_agent", "event_properties.user_agent"]),
        (
            Slot::Address,
            &[
                "event_properties.[Amplitude] Page Location",
                "event_properties.[Amplitude] Page URL",
                "event_properties.[Amplitude] Page Path",
            ],
        ),
        (
            Slot::Target,
            &[
                "event_properties.[Amplitude] Element Href",
                "event_properties.[Amplitude] File Name",
                "event_properties.href",
                "event_properties.link_url",
                "event_properties.file_name",
            ],
        ),
        (Slot::Category, &["event_properties.category", "event_properties.item_list_name"]),
        (Slot::Method, &["event_properties.method", "event_properties.form_name"]),
    ],
    parameters: None,
    properties: &["event_properties", "user_properties", "group_properties"],
    named: &[
        ("device", "device_type"),
        ("os", "os_name"),
        ("referrer", "user_properties.referrer"),
    ],
    same: &[&[Slot::Device, Slot::Id], &[Slot::Stored]],
    session: &[Slot::Session],
    is_coarse: false,
    name: plain_name,
    who: nobody_else,
    only_joins: is_merge,
    pages: &[],
    total: |_| None,
    derive: |_, _| None,
};

fn fits(json: Json<'_>) -> bool {
    let has = |key: &str| json.member(key).is_some();
    // A device alone, and a kind of event, many logs have.
    let is_device_of_it = || {
        let others = ["event_properties", "user_properties", "session_id", "uuid"];
        has("device_id")
            && (has("event_time") || has("client_event_time"))
            && others.iter().any(|key| has(key))
    };
    has("event_type") && (has("amplitude_id") || has("$insert_id") || is_device_of_it())
        || is_merge(json)
}

/// A record of the list of merged ids: the one is the other, and nothing happened.
fn is_merge(json: Json<'_>) -> bool {
    let has = |key: &str| json.member(key).is_some();
    has("merged_amplitude_id") && has("amplitude_id") && !has("event_type")
}
