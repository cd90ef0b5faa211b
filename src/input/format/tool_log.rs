//! Event logs of analytics tools, as JSON: what their formats have in common.
//!
//! A tool is described by data (a [`Tool`]): under which paths it writes who, when and what, and a few
//! functions for what paths cannot say. This file turns a record into an event by such a description
//! and knows no tool; each tool has a file of its own. Where the parts of a record stand is worked
//! out once for each shape of records (`places`); what an event proves beside its name is in `evidence`.

mod clocks;
pub mod evidence;
pub mod kinds;
pub mod links;
mod places;
mod sequence;

pub use places::{Slot, ToolPlaces, walk};

use clocks::Clocks;
use kinds::Kind;

use super::event_json::unreadable_time;
use super::{Desk, Format, Kept, RowIdentifiers, Sink, shopify_url};
use crate::event::{
    Details, IdentifierKind, OrderNote, Origin, Proof, Properties, RawEvent, Value,
};
use crate::identity::{Strictness, identify, is_device_text};
use crate::input::json::{Json, Place, Reader, Record, Written};
use crate::input::timestamp::{self, ZoneRule};
use crate::key::Key;
use crate::ladder::own_names::OwnNames;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::time::Precision;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How a tool writes its events.
pub struct Tool {
    /// The format.
    pub format: Format,
    /// What the file was taken for, and by which signs.
    pub why: &'static str,
    /// Whether a record looks like one of this tool's.
    pub fits: fn(Json<'_>) -> bool,
    /// Keys that every record of this tool has; a file with most of them was meant to be one.
    pub signs: &'static [&'static str],
    /// Under which paths each part stands, the best first.
    pub paths: &'static [(Slot, &'static [&'static str])],
    /// Where typed parameters stand, and which of them are parts.
    pub parameters: Option<Parameters>,
    /// The objects whose members are the event's properties.
    pub properties: &'static [&'static str],
    /// Names of properties that have a path of their own.
    pub named: &'static [(&'static str, &'static str)],
    /// What tells deliveries of one event, if all of it is there: one of these sets. Otherwise the
    /// whole record does, or, where there are typed parameters, who, what, when and all of those.
    pub same: &'static [&'static [Slot]],
    /// What tells its own sessions apart: their number, and what else it takes where a number may come again.
    pub session: &'static [Slot],
    /// Whether its times are known to the second only.
    pub is_coarse: bool,
    /// The event's name.
    pub name: for<'r> fn(Parts<'r>) -> Option<Cow<'r, str>>,
    /// Who it was, beside what `Parts::identify` finds.
    pub who: fn(Parts<'_>, &mut RowIdentifiers),
    /// Whether a record is no event, and says only who is whom.
    pub only_joins: fn(Json<'_>) -> bool,
    /// The names of its events that are views of pages though they say more or less, in lower case and without gaps.
    pub pages: &'static [&'static str],
    /// The money of an order where no path says it.
    pub total: fn(Parts<'_>) -> Option<f64>,
    /// A further canonical name that the record proves, beside what records of all tools prove.
    pub derive: fn(Parts<'_>, &str) -> Option<&'static str>,
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tool").field("format", &self.format).finish_non_exhaustive()
    }
}

/// Parameters that are written as a list of keys with typed values.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// The path of the list.
    pub list: &'static str,
    /// The parameters that are parts of the event.
    pub slots: &'static [(Slot, &'static str)],
}

/// A log of a tool, and what is known of it beside its records.
#[derive(Debug)]
pub struct ToolLog {
    /// The tool.
    pub tool: &'static Tool,
    /// What a list beside the events says.
    pub beside: Beside,
}

/// What is said beside the events: by a list of names and people that they give by number only, and by the shop
/// of its names.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The names of kinds of events, by number.
    pub names: BTreeMap<String, String>,
    /// The further identifiers of people, by number.
    pub people: BTreeMap<String, Vec<(IdentifierKind, String)>>,
    /// What the shop says of its own names.
    pub own_names: OwnNames,
}

/// The parts of one record.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'r> {
    /// The record.
    pub root: Json<'r>,
    places: &'r ToolPlaces,
    log: &'r ToolLog,
}

impl ToolLog {
    /// Reads one record; objects that are written as text are read as what they are.
    pub fn read(&self, record: &Record<'_, Kept>, desk: Desk<'_, impl Sink>) {
        let root = record.root();
        let own;
        let places = if let Some(kept) = record.kept() {
            kept.tool.get_or_init(|| ToolPlaces::of(self.tool, root))
        } else {
            own = ToolPlaces::of(self.tool, root);
            &own
        };
        let Some(bytes) = record.unpacked(places.texts()) else {
            return self.read_plain((root, record.bytes()), places, desk);
        };
        match Reader::<()>::default().read(Written::new(&bytes)) {
            Ok(unpacked) => {
                let places = ToolPlaces::of(self.tool, unpacked.root());
                self.read_plain((unpacked.root(), record.bytes()), &places, desk);
            }
            Err(_) => self.read_plain((root, record.bytes()), places, desk),
        }
    }

    /// Reads a record; `raw` is how it is written.
    fn read_plain(
        &self,
        (root, raw): (Json<'_>, &[u8]),
        places: &ToolPlaces,
        mut desk: Desk<'_, impl Sink>,
    ) {
        let parts = Parts { root, places, log: self };
        if (self.tool.only_joins)(root) {
            return parts.join(desk);
        }
        let clocks = parts.clocks();
        let Some(stamp) = clocks.stamp() else {
            let written = parts.first(Slot::Time);
            let key = self.tool.path_of(Slot::Time);
            return desk.defect(Reason::BadTimestamp, unreadable_time(key, written.as_deref()));
        };
        let Some(name) = (self.tool.name)(parts) else {
            let message =
                format!("the event has no name under `{}`", self.tool.path_of(Slot::Name));
            return desk.defect(Reason::BadRow, message);
        };
        clocks.tell(stamp, desk.sink);
        let kind = Kind::of(&name);
        desk.identifiers.clear();
        parts.identify(&name, kind, desk.identifiers);
        desk.identifiers.report_blocked(desk.sink);
        let proven = evidence::proven(parts, kind).or_else(|| (self.tool.derive)(parts, &name));
        let by_cells = proven.map(|name| (name, Proof::Cells));
        let by_address = || parts.is_own_page(&name).then(|| evidence::page_of(parts)).flatten();
        let derived = by_cells.or_else(by_address);
        let event = RawEvent {
            at: stamp.at,
            precision: if self.tool.is_coarse { stamp.precision } else { Precision::Exact },
            name: name.as_bytes(),
            derived: derived.map(|(name, _)| name),
            identifiers: desk.identifiers.sorted(),
            sequence: sequence::sequence(parts, stamp.at),
            origin: Origin::Log,
            details: &ToolDetails {
                parts,
                raw,
                proof: derived.map_or(Proof::Cells, |(_, proof)| proof),
                edition: clocks.edition(stamp),
            },
        };
        let agent = parts.first(Slot::UserAgent);
        desk.sink.event(desk.at, &event, agent.as_ref().map(|text| text.as_bytes()));
    }
}

impl Tool {
    /// The path under which a part is expected first, for messages.
    pub fn path_of(&self, slot: Slot) -> &'static str {
        let found = self.paths.iter().find(|(own, _)| *own == slot);
        found.and_then(|(_, paths)| paths.first()).copied().unwrap_or_default()
    }

    /// Whether a time stands under this path.
    pub fn is_time(&self, path: &str) -> bool {
        let is_time = |slot: &Slot| {
            matches!(
                slot,
                Slot::Time | Slot::Original | Slot::Sent | Slot::Received | Slot::Arrived
            )
        };
        let mut parts = self.paths.iter().filter(|(slot, _)| is_time(slot));
        parts.any(|(_, paths)| paths.contains(&path))
    }

    /// Whether an amount stands under this path.
    pub fn is_amount(&self, path: &str) -> bool {
        let is_money = |slot: &Slot| matches!(slot, Slot::Value | Slot::Dollars);
        self.paths.iter().any(|(slot, paths)| is_money(slot) && paths.contains(&path))
    }

    /// Whether the typed parameter with this key is an amount.
    pub fn is_amount_parameter(&self, key: &str) -> bool {
        self.parameters.is_some_and(|parameters| parameters.slots.contains(&(Slot::Value, key)))
    }

    /// Which path each part is read from, for reports.
    pub fn columns(&self) -> Vec<(&'static str, String)> {
        paths_by_part(self.paths)
    }
}

/// The first path of each part, for reports.
pub fn paths_by_part(paths: &[(Slot, &[&str])]) -> Vec<(&'static str, String)> {
    let named =
        |&(slot, paths): &(Slot, &[&str])| Some((slot.label()?, (*paths.first()?).to_string()));
    paths.iter().filter_map(named).collect()
}

/// The name of an event where one path has it.
pub fn plain_name(parts: Parts<'_>) -> Option<Cow<'_, str>> {
    parts.first(Slot::Name)
}

/// Nobody beside those that the paths name.
pub fn nobody_else(_: Parts<'_>, _: &mut RowIdentifiers) {}

impl<'r> Parts<'r> {
    /// What a part holds: the first of its places that holds text or a number.
    pub fn first(self, slot: Slot) -> Option<Cow<'r, str>> {
        self.each(slot).next()
    }

    /// All that the places of a part hold.
    pub fn each(self, slot: Slot) -> impl Iterator<Item = Cow<'r, str>> {
        let Parts { root, places, .. } = self;
        let in_place =
            places.of_slot(slot).iter().filter_map(move |&place| root.at(place).scalar());
        in_place.chain(places.parameter_of(root, slot))
    }

    /// The lists or objects of a part.
    pub fn objects(self, slot: Slot) -> impl Iterator<Item = Json<'r>> {
        let Parts { root, places, .. } = self;
        places.of_slot(slot).iter().map(move |&place| root.at(place))
    }

    /// All that the places of a part hold, and what stands in lists there.
    pub fn listed(self, slot: Slot) -> impl Iterator<Item = Cow<'r, str>> {
        let elements = self.objects(slot).flat_map(Json::elements).filter_map(Json::scalar);
        self.each(slot).chain(elements)
    }

    /// What a list beside the events says.
    pub fn beside(self) -> &'r Beside {
        &self.log.beside
    }

    /// Whether an event of this name is the view of a page to this tool alone.
    fn is_own_page(self, name: &str) -> bool {
        let pages = self.log.tool.pages;
        !pages.is_empty() && kinds::is_called(name, pages)
    }

    /// Whether an event of this name is the view of a page.
    fn is_page(self, name: &str, kind: Option<Kind>) -> bool {
        let by_shop = || self.beside().own_names.own(name) == Some("page_viewed");
        kind == Some(Kind::Page) || self.is_own_page(name) || by_shop()
    }

    /// The space of the tool's own ids.
    pub fn space(self) -> u16 {
        self.log.tool.format.space()
    }

    /// All that the record says of times.
    fn clocks(self) -> Clocks {
        let read =
            |slot| self.each(slot).find_map(|text| timestamp::parse(&text, ZoneRule::default()));
        Clocks {
            corrected: read(Slot::Time),
            original: read(Slot::Original),
            sent: read(Slot::Sent),
            received: read(Slot::Received),
            stored: read(Slot::Arrived),
        }
    }

    /// Reads a record that says only who is whom.
    fn join(self, desk: Desk<'_, impl Sink>) {
        let Desk { at, identifiers, sink, .. } = desk;
        identifiers.clear();
        self.identify("", None, identifiers);
        identifiers.report_blocked(sink);
        if identifiers.sorted().is_empty() {
            return sink.defect(
                at,
                Reason::NoIdentifier,
                "nothing in it names anybody".to_string(),
            );
        }
        sink.person(at, identifiers.sorted());
    }

    /// Everybody that the record names.
    fn identify(self, name: &str, kind: Option<Kind>, identifiers: &mut RowIdentifiers) {
        let space = self.space();
        let mut add = |kind, slot| {
            for text in self.each(slot) {
                identifiers.add(kind, space, &text, Strictness::Several);
            }
        };
        add(IdentifierKind::OrderId, Slot::Order);
        add(IdentifierKind::CheckoutToken, Slot::Checkout);
        add(IdentifierKind::Email, Slot::Email);
        add(IdentifierKind::Phone, Slot::Phone);
        add(IdentifierKind::ClientId, Slot::Device);
        for text in self.each(Slot::User) {
            add_user(identifiers, space, &text);
        }
        // What a tool has grouped by itself is a further device, whoever it is.
        for text in self.each(Slot::Profile) {
            identifiers.add(IdentifierKind::ClientId, space, &text, Strictness::Only);
        }
        if evidence::is_before_the_order(name) {
            // Until there is an order, shops send the checkout under the order's key.
            for text in self.each(Slot::Order) {
                identifiers.add(IdentifierKind::CheckoutToken, 0, &text, Strictness::Several);
            }
        }
        if self.is_page(name, kind)
            && let Some(address) = self.first(Slot::Address)
            && let Some(token) = shopify_url::token(&address)
        {
            identifiers.add(IdentifierKind::CheckoutToken, 0, token, Strictness::Several);
        }
        (self.log.tool.who)(self, identifiers);
    }

    /// Where events have no id: who, what, when and all parameters. Tables of one export may differ in
    /// the rest of the record.
    fn by_all_parameters(self) -> Key {
        let slots = [Slot::Device, Slot::Name, Slot::Time];
        let parts = slots.iter().map(|&slot| self.first(slot).unwrap_or_default());
        let named = self.places.parameters(self.root).flat_map(|(key, value)| [key, value]);
        parts.chain(named).fold(Key::NONE, |key, part| key.and(Key::of(part.as_bytes())))
    }

    /// The part's value at a place, whatever it is.
    fn at(self, place: Place) -> Json<'r> {
        self.root.at(place)
    }
}

/// Adds whoever a tool's user id names: shops send addresses as well as numbers.
pub fn add_user(identifiers: &mut RowIdentifiers, space: u16, text: &str) {
    let kind = if text.contains('@') { IdentifierKind::Email } else { IdentifierKind::UserId };
    identifiers.add(kind, space, text, Strictness::Several);
}

/// Adds an id by which a tool tells browsers and people apart alike: a browser's if the row says so, or if it looks
/// like one.
pub fn add_distinct(parts: Parts<'_>, identifiers: &mut RowIdentifiers, text: &str) {
    if is_device(parts, text) {
        identifiers.add(IdentifierKind::ClientId, parts.space(), text, Strictness::Several);
    } else {
        add_user(identifiers, parts.space(), text);
    }
}

/// Whether such an id is a browser's.
pub fn is_device(parts: Parts<'_>, text: &str) -> bool {
    let mut devices = parts.each(Slot::Device).chain(parts.each(Slot::Before));
    devices.any(|device| device == text) || is_device_text(text)
}

/// What few events are asked for.
struct ToolDetails<'r> {
    parts: Parts<'r>,
    raw: &'r [u8],
    /// Where it is said what the record proves beside its name.
    proof: Proof,
    /// How long after the event it was stored, in milliseconds: what was stored last counts.
    edition: u32,
}

impl Details for ToolDetails<'_> {
    fn fingerprint(&self) -> Key {
        if self.parts.log.tool.parameters.is_some() {
            return self.parts.by_all_parameters();
        }
        let whole = |set: &&[Slot]| {
            set.iter().try_fold(Key::NONE, |key, &slot| {
                Some(key.and(Key::of(self.parts.first(slot)?.as_bytes())))
            })
        };
        let known = self.parts.log.tool.same.iter().find_map(whole);
        known.unwrap_or_else(|| Key::of(self.raw))
    }

    fn session(&self) -> Option<Key> {
        // Some tools write that an event is outside of all sessions as a number below nought.
        self.parts.first(Slot::Session).filter(|text| !text.starts_with('-'))?;
        let each = self.parts.log.tool.session.iter();
        let texts = each.filter_map(|&slot| self.parts.first(slot));
        let own = Key::of(&self.parts.space().to_le_bytes());
        Some(texts.fold(own, |key, text| key.and(Key::of(text.as_bytes()))))
    }

    fn device(&self) -> Option<Key> {
        let space = self.parts.space();
        let distinct = || self.parts.first(Slot::Distinct).filter(|id| is_device(self.parts, id));
        let Some(device) = self.parts.first(Slot::Device).or_else(distinct) else {
            // The number that a tool gives a person is no browser, however it identifies.
            return self.parts.first(Slot::Profile).map(|_| Key::NONE);
        };
        let known = identify(IdentifierKind::ClientId, space, &device, Strictness::Several)?;
        Some(known.key)
    }

    fn edition(&self) -> u32 {
        self.edition
    }

    fn proof(&self) -> Proof {
        self.proof
    }

    fn address(&self) -> Option<Cow<'_, str>> {
        self.parts.first(Slot::Address)
    }

    fn order(&self) -> Option<OrderNote> {
        let identify = |kind, text: &str| identify(kind, 0, text, Strictness::Several);
        let written = self.parts.first(Slot::Order).or_else(|| self.parts.first(Slot::About));
        let id = written.and_then(|number| identify(IdentifierKind::OrderId, &number));
        let number = |slot| self.parts.first(slot).and_then(|text| text.trim().parse().ok());
        let (own, dollars) = (number(Slot::Value), || number(Slot::Dollars));
        let (amount, currency) = if let Some(dollars) = own.map_or_else(dollars, |_| None) {
            (Some(dollars), Some("USD".into()))
        } else {
            let summed = || (self.parts.log.tool.total)(self.parts);
            (own.or_else(summed), self.parts.first(Slot::Currency))
        };
        Some(OrderNote {
            key: id.map_or_else(|| self.fingerprint(), |id| id.key),
            numbered: id.is_some(),
            amount: amount.and_then(Amount::from_number),
            currency: currency.map(|text| Currency::parse(&text)).unwrap_or_default(),
        })
    }
}

impl Properties for ToolDetails<'_> {
    /// Any dotted path of the record or of its properties, a parameter, or one of the tool's own names.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let Parts { root, places, log } = self.parts;
        let own = root.dotted(path).and_then(Json::property);
        let inside =
            || places.objects().iter().find_map(|&at| self.parts.at(at).dotted(path)?.property());
        let parameter = || places.parameter(root, path).map(Value::Text);
        let named = || {
            let (_, path) = log.tool.named.iter().find(|(name, _)| *name == path)?;
            let written = walk(root, path).and_then(Json::property);
            written.or_else(|| places.parameter(root, path).map(Value::Text))
        };
        let address = || match path {
            "url" => self.parts.first(Slot::Address).map(Value::Text),
            "user_agent" => self.parts.first(Slot::UserAgent).map(Value::Text),
            _ => None,
        };
        own.or_else(inside).or_else(parameter).or_else(named).or_else(address)
    }
}
