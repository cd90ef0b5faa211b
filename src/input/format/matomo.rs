//! `matomo.live`: visits as Matomo's live API gives them, one JSON object a visit.
//!
//! A visit holds its actions, so one record is many events: the visit itself, which stands for the row, and
//! each action at its own time. Views of pages are what their addresses say. Field names: Matomo's
//! `Live.getLastVisitsDetails`.

use super::event_json::unreadable_time;
use super::tool_log::{Slot, add_user, evidence, kinds, links};
use super::{Desk, Format, Kept, Sink, shopify_url};
use crate::event::{
    Details, IdentifierKind, OrderNote, Origin, Proof, Properties, RawEvent, Value,
};
use crate::identity::{Strictness, identify};
use crate::input::json::{Json, Record};
use crate::input::timestamp::{self, Stamp, ZoneRule};
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use std::borrow::Cow;
use std::cell::OnceCell;

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

/// The keys that are looked for and that have capital letters: databases lose these.
pub const KEYS: [&str; 18] = [
    "actionDetails",
    "countryCode",
    "deviceType",
    "eventAction",
    "eventCategory",
    "firstActionTimestamp",
    "goalName",
    "idSite",
    "idVisit",
    "orderId",
    "productViewCategory1",
    "productViewName",
    "productViewSku",
    "referrerUrl",
    "serverTimestamp",
    "siteCurrency",
    "userId",
    "visitorId",
];

/// Whether a record looks like a visit.
pub fn fits(json: Json<'_>) -> bool {
    json.member("idVisit").is_some() && json.member("actionDetails").is_some()
}

/// Reads one visit.
pub fn read(record: &Record<'_, Kept>, mut desk: Desk<'_, impl Sink>) {
    let root = record.root();
    let space = Format::MatomoLive.space();
    let actions = root.member("actionDetails").into_iter().flat_map(Json::elements);
    let actions: Vec<Action<'_>> = actions.map(Action::of).collect();
    // The server's time is that of the last action.
    let start = time(root.member("firstActionTimestamp"))
        .or_else(|| actions.iter().filter_map(|action| action.at).min_by_key(|stamp| stamp.at))
        .or_else(|| time(root.member("serverTimestamp")));
    let Some(start) = start else {
        let written = scalar(root.member("serverTimestamp"));
        let message = unreadable_time("firstActionTimestamp", written.as_deref());
        return desk.defect(Reason::BadTimestamp, message);
    };
    desk.identifiers.clear();
    if let Some(text) = scalar(root.member("visitorId")) {
        desk.identifiers.add(IdentifierKind::ClientId, space, &text, Strictness::Several);
    }
    if let Some(text) = scalar(root.member("userId")) {
        add_user(desk.identifiers, space, &text);
    }
    for number in actions.iter().filter_map(|action| scalar(action.order)) {
        desk.identifiers.add(IdentifierKind::OrderId, space, &number, Strictness::Several);
    }
    desk.identifiers.report_blocked(desk.sink);
    let identifiers = desk.identifiers.sorted();
    let visit = Visit::of(root);
    let moment = |number: u32, action: Option<&Action<'_>>, at: Stamp, name: &str, sink: &mut _| {
        let event = RawEvent {
            at: at.at,
            precision: at.precision,
            name: name.as_bytes(),
            derived: action.and_then(|action| action.derived(name)),
            identifiers,
            sequence: number,
            origin: Origin::Log,
            details: &ActionDetails { visit: &visit, action, number },
        };
        hand_over(sink, desk.at, &event, number > 0);
    };
    moment(0, None, start, "visit", desk.sink);
    for (number, action) in (1..).zip(&actions) {
        if let Some(name) = action.name() {
            moment(number, Some(action), action.at.unwrap_or(start), &name, desk.sink);
        }
    }
}

fn hand_over(sink: &mut impl Sink, at: super::RowAt, event: &RawEvent<'_>, is_further: bool) {
    if is_further { sink.further(at, event) } else { sink.event(at, event, None) }
}

/// What all actions of a visit have in common.
struct Visit<'r> {
    json: Json<'r>,
    /// The keys of its site and its number.
    keys: [Key; 2],
    session: Option<Key>,
}

impl<'r> Visit<'r> {
    fn of(json: Json<'r>) -> Visit<'r> {
        let space = Format::MatomoLive.space().into();
        let key =
            |name: &str| scalar(json.member(name)).map(|text| Key::within(space, text.as_bytes()));
        let session = key("idVisit");
        let nothing = || Key::of(b"");
        let keys = [key("idSite").unwrap_or_else(nothing), session.unwrap_or_else(nothing)];
        Visit { json, keys, session }
    }
}

/// An action, with the members that every action is asked for: of two with one key the first.
struct Action<'r> {
    json: Json<'r>,
    at: Option<Stamp>,
    kind: Option<Json<'r>>,
    address: Option<Json<'r>>,
    order: Option<Json<'r>>,
    /// What is shown: a product, or else a category.
    product: [Option<Json<'r>>; 2],
    category: Option<Json<'r>>,
    /// What its address says, once that was asked for.
    page: OnceCell<Option<(&'static str, Proof)>>,
}

impl<'r> Action<'r> {
    fn of(json: Json<'r>) -> Action<'r> {
        let (mut at, mut kind, mut address, mut order) = (None, None, None, None);
        let (mut product, mut category) = ([None; 2], None);
        for (key, value) in json.members() {
            let member = match key {
                b"timestamp" => &mut at,
                b"type" => &mut kind,
                b"url" => &mut address,
                b"orderId" => &mut order,
                b"productViewSku" => &mut product[0],
                b"productViewName" => &mut product[1],
                b"productViewCategory1" => &mut category,
                _ => continue,
            };
            member.get_or_insert(value);
        }
        let page = OnceCell::new();
        Action { json, at: time(at), kind, address, order, product, category, page }
    }

    /// What it is called: an event by its own name, everything else by its type.
    fn name(&self) -> Option<Cow<'r, str>> {
        let kind = scalar(self.kind)?;
        Some(match &*kind {
            "action" => Cow::Borrowed("page_view"),
            "search" => Cow::Borrowed("site_search"),
            "download" => Cow::Borrowed("file_download"),
            "outlink" => Cow::Borrowed("click"),
            "event" => self.event_name().unwrap_or(kind),
            "goal" => scalar(self.json.member("goalName")).unwrap_or(kind),
            _ => kind,
        })
    }

    /// An event is called by its action, with its category where the action alone could be anything.
    fn event_name(&self) -> Option<Cow<'r, str>> {
        let own = scalar(self.json.member("eventAction"))?;
        Some(kinds::name_of(scalar(self.json.member("eventCategory")), own))
    }

    /// What it proves beside its name.
    fn derived(&self, name: &str) -> Option<&'static str> {
        let has = |member: Option<Json<'_>>| member.and_then(Json::scalar).is_some();
        match name {
            "page_view" if self.product.into_iter().any(has) => Some("product_viewed"),
            "page_view" => match self.page() {
                None if has(self.category) => Some("collection_viewed"),
                found => found.map(|(name, _)| name),
            },
            "file_download" => evidence::book(&scalar(self.address)?),
            "click" => links::target_of(&scalar(self.address)?),
            _ => None,
        }
    }
}

impl Action<'_> {
    /// For the page of an order, where it is said that it is one.
    fn order_page(&self) -> Option<Proof> {
        let (name, proof) = self.page()?;
        let is_order = name == "checkout_completed" && self.derived("page_view") == Some(name);
        (is_order && self.name()? == "page_view").then_some(proof)
    }

    /// What its address says that it is.
    fn page(&self) -> Option<(&'static str, Proof)> {
        *self.page.get_or_init(|| shopify_url::proof(&scalar(self.address)?))
    }
}

fn scalar(json: Option<Json<'_>>) -> Option<Cow<'_, str>> {
    json?.scalar()
}

fn time(json: Option<Json<'_>>) -> Option<Stamp> {
    timestamp::parse(&scalar(json)?, ZoneRule::default())
}

/// What few actions are asked for.
struct ActionDetails<'r> {
    visit: &'r Visit<'r>,
    action: Option<&'r Action<'r>>,
    number: u32,
}

impl Details for ActionDetails<'_> {
    /// The visit's number and the action's place in it.
    fn fingerprint(&self) -> Key {
        self.visit.keys.into_iter().fold(Key::of(&self.number.to_le_bytes()), Key::and)
    }

    fn session(&self) -> Option<Key> {
        self.visit.session
    }

    /// Shops that record orders record them beside the page of thanks.
    fn proof(&self) -> Proof {
        let proof = self.action.and_then(Action::order_page);
        proof.unwrap_or(Proof::Cells)
    }

    fn order(&self) -> Option<OrderNote> {
        let action = self.action?;
        let identify = |kind, text: &str| identify(kind, 0, text, Strictness::Several);
        let by_address = || {
            action.order_page()?;
            let address = scalar(action.address)?;
            shopify_url::order(&address)
        };
        let id = match scalar(action.order) {
            Some(number) => identify(IdentifierKind::OrderId, &number),
            None => by_address(),
        };
        let amount = action.json.member("revenue").and_then(Json::number);
        let currency = scalar(self.visit.json.member("siteCurrency"));
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
        let visit = self.visit.json;
        let own = self.action.and_then(|action| action.json.dotted(path)?.property());
        let named = || match path {
            "device" => visit.member("deviceType"),
            "country" => visit.member("countryCode"),
            "referrer" => visit.member("referrerUrl"),
            // A visit begins with its first page.
            "url" => visit.member("actionDetails")?.elements().next()?.member("url"),
            _ => visit.dotted(path),
        };
        own.or_else(|| named()?.property())
    }
}
