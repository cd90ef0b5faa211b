//! `matomo.live`: visits as Matomo's live API gives them, one JSON object a visit.
//!
//! A visit holds its actions, so one record is many events: the visit itself, which stands for the row, and
//! each action at its own time. Views of pages are what their addresses say. Field names: Matomo's
//! `Live.getLastVisitsDetails`.

use super::event_json::unreadable_time;
use super::tool_log::{Slot, add_user, evidence};
use super::{Desk, Format, Kept, Sink, shopify_url};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::{Strictness, identify};
use crate::input::json::{Json, Record};
use crate::input::timestamp::{self, Stamp, ZoneRule};
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use std::borrow::Cow;

/// What the file was taken for.
pub const WHY: &str = "JSON with visits and their actions, as Matomo's live API gives them";

/// Keys that every visit has.
pub const SIGNS: &[&str] = &["idVisit", "visitorId", "actionDetails"];

/// Which key each part is read from, for reports.
pub const PATHS: &[(Slot, &[&str])] = &[
    (Slot::Time, &["actionDetails.timestamp"]),
    (Slot::Name, &["actionDetails.type"]),
    (Slot::Device, &["visitorId"]),
    (Slot::User, &["userId"]),
    (Slot::Session, &["idVisit"]),
    (Slot::Order, &["actionDetails.orderId"]),
    (Slot::Value, &["actionDetails.revenue"]),
];

/// Whether a record looks like a visit.
pub fn fits(json: Json<'_>) -> bool {
    json.member("idVisit").is_some() && json.member("actionDetails").is_some()
}

/// Reads one visit.
pub fn read(record: &Record<'_, Kept>, mut desk: Desk<'_, impl Sink>) {
    let visit = record.root();
    let space = Format::MatomoLive.space();
    let actions: Vec<Json<'_>> =
        visit.member("actionDetails").into_iter().flat_map(Json::elements).collect();
    let start = ["firstActionTimestamp", "serverTimestamp"].iter().find_map(|key| time(visit, key));
    let Some(start) =
        start.or_else(|| actions.iter().find_map(|action| time(*action, "timestamp")))
    else {
        let written = scalar(visit, "serverTimestamp");
        let message = unreadable_time("firstActionTimestamp", written.as_deref());
        return desk.defect(Reason::BadTimestamp, message);
    };
    desk.identifiers.clear();
    if let Some(text) = scalar(visit, "visitorId") {
        desk.identifiers.add(IdentifierKind::ClientId, space, &text, Strictness::Several);
    }
    if let Some(text) = scalar(visit, "userId") {
        add_user(desk.identifiers, space, &text);
    }
    for number in actions.iter().filter_map(|action| scalar(*action, "orderId")) {
        desk.identifiers.add(IdentifierKind::OrderId, space, &number, Strictness::Several);
    }
    desk.identifiers.report_blocked(desk.sink);
    let identifiers = desk.identifiers.sorted();
    let moment = |number: u32, action: Option<Json<'_>>, at: Stamp, name: &str, sink: &mut _| {
        let address = action.and_then(|action| scalar(action, "url"));
        let details = ActionDetails { visit, action, number };
        let event = RawEvent {
            at: at.at,
            precision: at.precision,
            name: name.as_bytes(),
            derived: action.and_then(|action| derived(action, name, address.as_deref())),
            identifiers,
            sequence: number,
            origin: Origin::Log,
            details: &details,
        };
        hand_over(sink, desk.at, &event, number > 0);
    };
    moment(0, None, start, "visit", desk.sink);
    for (number, action) in (1..).zip(&actions) {
        let at = time(*action, "timestamp").unwrap_or(start);
        if let Some(name) = name(*action) {
            moment(number, Some(*action), at, &name, desk.sink);
        }
    }
}

fn hand_over(sink: &mut impl Sink, at: super::RowAt, event: &RawEvent<'_>, is_further: bool) {
    if is_further { sink.further(at, event) } else { sink.event(at, event, None) }
}

/// What an action is called: an event by its own name, everything else by its type.
fn name(action: Json<'_>) -> Option<Cow<'_, str>> {
    let kind = scalar(action, "type")?;
    Some(match &*kind {
        "action" => Cow::Borrowed("page_view"),
        "search" => Cow::Borrowed("site_search"),
        "download" => Cow::Borrowed("file_download"),
        "outlink" => Cow::Borrowed("click"),
        "event" => event_name(action).unwrap_or(kind),
        "goal" => scalar(action, "goalName").unwrap_or(kind),
        _ => kind,
    })
}

/// An event is called by its action, with its category where the action alone could be anything.
fn event_name(action: Json<'_>) -> Option<Cow<'_, str>> {
    let own = scalar(action, "eventAction")?;
    if own.contains([' ', '_']) {
        return Some(own);
    }
    let category = scalar(action, "eventCategory");
    Some(category.map_or(own.clone(), |category| Cow::Owned(format!("{category} {own}"))))
}

/// What an action proves beside its name.
fn derived(action: Json<'_>, name: &str, address: Option<&str>) -> Option<&'static str> {
    let has = |key: &str| action.member(key).and_then(Json::scalar).is_some();
    match name {
        "page_view" if has("productViewSku") || has("productViewName") => Some("product_viewed"),
        "page_view" => match shopify_url::page(address?) {
            None if has("productViewCategory1") => Some("collection_viewed"),
            found => found,
        },
        "file_download" => evidence::book(address?),
        "click" => evidence::target_of(address?),
        _ => None,
    }
}

fn scalar<'r>(json: Json<'r>, key: &str) -> Option<Cow<'r, str>> {
    json.member(key)?.scalar()
}

fn time(json: Json<'_>, key: &str) -> Option<Stamp> {
    timestamp::parse(&scalar(json, key)?, ZoneRule::default())
}

/// What few actions are asked for.
struct ActionDetails<'r> {
    visit: Json<'r>,
    action: Option<Json<'r>>,
    number: u32,
}

impl Details for ActionDetails<'_> {
    /// The visit's number and the action's place in it.
    fn fingerprint(&self) -> Key {
        let text = |key: &str| scalar(self.visit, key).unwrap_or_default();
        [text("idSite"), text("idVisit")]
            .iter()
            .fold(Key::of(&self.number.to_le_bytes()), |key, part| {
                key.and(Key::of(part.as_bytes()))
            })
    }

    fn session(&self) -> Option<Key> {
        scalar(self.visit, "idVisit").map(|text| Key::of(text.as_bytes()))
    }

    fn order(&self) -> Option<OrderNote> {
        let action = self.action?;
        let id = scalar(action, "orderId")
            .and_then(|number| identify(IdentifierKind::OrderId, 0, &number, Strictness::Several));
        let amount = action.member("revenue").and_then(Json::number);
        let currency = scalar(self.visit, "siteCurrency");
        Some(OrderNote {
            key: id.map_or_else(|| self.fingerprint(), |id| id.key),
            numbered: id.is_some(),
            amount: amount.and_then(Amount::from_number),
            currency: currency.map(|text| Currency::parse(&text)).unwrap_or_default(),
        })
    }
}

impl Properties for ActionDetails<'_> {
    /// Of the action first, then of the visit.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let own = self.action.and_then(|action| action.dotted(path)?.property());
        let named = || match path {
            "device" => self.visit.member("deviceType"),
            "country" => self.visit.member("countryCode"),
            "referrer" => self.visit.member("referrerUrl"),
            _ => self.visit.dotted(path),
        };
        own.or_else(|| named()?.property())
    }
}
