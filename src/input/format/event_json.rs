//! Event logs that are JSON objects: one object an event, its parts under keys of its own.
//!
//! Keys are found by the names of `aliases`, or by what `--map` says; a key with dots is a path. What the first records of
//! a log lack, as far as later ones may have it, is looked for by name in every shape of record.
//! What is inside `properties` and the like is the row's properties, never an identifier of people (but for PostHog's
//! `distinct_id`, which is nothing else). Several identifiers of one kind may stand in a list.

use super::event_table::{aliases_of, name_of_page};
use super::identifiers::system_of;
use super::within::{Candidates, letters_like};
use super::{Desk, Format, Kept, Sink};
use crate::event::{Details, IdentifierKind, OrderNote, Origin, Properties, RawEvent, Value};
use crate::identity::{Strictness, identify};
use crate::input::aliases::{ADDRESSES, PROPERTIES, Part, folded, is_called};
use crate::input::columns::is_null;
use crate::input::json::{Json, Place, Reader, Record, Written};
use crate::input::timestamp;
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::quality::Reason;
use crate::text::{is_null_word, shorten};
use crate::time::Precision;
use std::borrow::Cow;
use std::ops::Range;

/// Which key each part of an event stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventKeys {
    /// The time.
    pub time: String,
    /// The event's name.
    pub event: String,
    /// What says what happened where that is blank.
    pub otherwise: Option<String>,
    /// Whether that is the page that was seen, by its name or its address, and nothing says what happened.
    pub names_pages: bool,
    /// What identifies, with the space of its system.
    pub identifiers: Vec<(IdentifierKind, u16, String)>,
    /// The kinds of identifiers that no record has shown yet: later ones may have them under their usual names.
    pub later: Vec<IdentifierKind>,
    /// Which values are placeholders.
    pub strictness: Strictness,
    /// The source's own session.
    pub session: Option<String>,
    /// The source's own sequence number.
    pub sequence: Option<String>,
    /// The order number.
    pub order: Option<String>,
    /// The money of an order.
    pub value: Option<String>,
    /// Whether the user has said so, and it may stand nowhere else.
    pub is_value_told: bool,
    /// Its currency.
    pub currency: Option<String>,
    /// The user agent.
    pub user_agent: Option<String>,
    /// Whether records have the addresses of pages, which may say what views of pages are.
    pub have_addresses: bool,
    /// The address of the page, where the user has said under which key it stands.
    pub address: Option<String>,
    /// The id of the event; without one the whole record tells deliveries of one event.
    pub id: Option<String>,
}

/// Where the parts of an event stand, in all records of one shape.
#[derive(Debug, Default)]
pub struct EventPlaces {
    time: Option<Place>,
    event: Option<Place>,
    otherwise: Option<Place>,
    identifiers: Vec<Option<Place>>,
    /// What identifies of the kinds that may come later.
    later: Vec<(IdentifierKind, Place)>,
    session: Option<Place>,
    sequence: Option<Place>,
    order: Option<Place>,
    value: Option<Place>,
    /// Where the money of an order may stand if that is nothing, best first.
    otherwise_value: Vec<Place>,
    currency: Option<Place>,
    user_agent: Option<Place>,
    id: Option<Place>,
    /// What may be the address of the page, best first.
    addresses: Vec<Place>,
    /// What holds properties.
    properties: Vec<Place>,
    /// What else stands where properties do: a text may hold such.
    texts: Vec<Place>,
}

/// Where in a record the parts of a usual event stand, in bytes from its start.
#[derive(Clone, Debug)]
pub struct UsualParts<'r> {
    root: Json<'r>,
    places: &'r EventPlaces,
    /// The time.
    pub time: Range<u32>,
    /// The event's name.
    pub name: Range<u32>,
    /// The user agent; empty if the log has none.
    pub agent: Range<u32>,
}

impl UsualParts<'_> {
    /// Where the identifier under the key of a number stands, empty if there is none; `None` if it must be read.
    #[inline]
    pub fn identifier(&self, number: usize) -> Option<Range<u32>> {
        match self.places.identifiers.get(number).copied().flatten() {
            Some(place) => self.root.at(place).plain_or_nothing(),
            None => Some(0..0),
        }
    }
}

impl EventKeys {
    /// Finds the parts of an event in a record.
    fn places(&self, root: Json<'_>) -> EventPlaces {
        let at = |key: &str| root.dotted(key).map(Json::place);
        let perhaps = |key: &Option<String>| key.as_deref().and_then(at);
        // The first records of a log may have no order, and then nothing has said what its parts are called.
        let candidates = Candidates::of(root);
        let property = |key: &Option<String>, part| match key {
            Some(key) => at(key),
            None => candidates.all(part).next().map(Json::place),
        };
        let later = self
            .later
            .iter()
            .filter_map(|&kind| Some((kind, candidates.all(Part::Who(kind)).next()?.place())));
        let values = candidates.all(Part::Value).filter(|_| !self.is_value_told);
        let addresses = candidates.all(Part::Address).filter(|_| self.have_addresses);
        let (properties, texts): (Vec<_>, Vec<_>) =
            properties(root).partition(|own| own.is_object());
        EventPlaces {
            time: at(&self.time),
            event: at(&self.event),
            otherwise: perhaps(&self.otherwise),
            identifiers: self.identifiers.iter().map(|(_, _, key)| at(key)).collect(),
            later: later.collect(),
            session: perhaps(&self.session),
            sequence: perhaps(&self.sequence),
            order: property(&self.order, Part::Order),
            value: property(&self.value, Part::Value),
            otherwise_value: values.map(Json::place).collect(),
            currency: property(&self.currency, Part::Currency),
            user_agent: perhaps(&self.user_agent),
            id: perhaps(&self.id),
            addresses: addresses.map(Json::place).collect(),
            properties: properties.into_iter().map(Json::place).collect(),
            texts: texts.into_iter().map(Json::place).collect(),
        }
    }

    /// Who else is in a record than those whose keys are known: that of kinds which the first records did not have, and of
    /// an order's number.
    fn latecomers<'r>(
        &self,
        root: Json<'r>,
        places: &EventPlaces,
    ) -> impl Iterator<Item = (IdentifierKind, Cow<'r, str>)> {
        let order = places.order.filter(|_| self.order.is_none());
        let order = order.map(|place| (IdentifierKind::OrderId, place));
        let all = places.later.iter().copied().chain(order);
        all.flat_map(move |(kind, place)| root.at(place).scalars().map(move |text| (kind, text)))
    }

    /// Where the parts of a usual event stand in its record; `None` if any of them is missing or has escapes. That
    /// is decided by the record's bytes alone; `own` is room for the places of a record whose shape is not known yet.
    #[inline]
    pub fn usual<'r>(
        &self,
        record: &'r Record<'_, Kept>,
        own: &'r mut EventPlaces,
    ) -> Option<UsualParts<'r>> {
        if self.names_pages {
            return None;
        }
        let root = record.root();
        let places = if let Some(kept) = record.kept() {
            kept.event.get_or_init(|| self.places(root))
        } else {
            *own = self.places(root);
            own
        };
        // Who came later is not among the columns.
        if self.latecomers(root, places).next().is_some() {
            return None;
        }
        let part = |place: Option<Place>| root.at(place?).scalar_place();
        Some(UsualParts {
            root,
            places,
            time: part(places.time)?,
            name: part(places.event)?,
            agent: if self.user_agent.is_some() { part(places.user_agent)? } else { 0..0 },
        })
    }

    /// Reads one record; properties that are written as text are read as what they are.
    pub fn read(&self, record: &Record<'_, Kept>, desk: Desk<'_, impl Sink>) {
        let root = record.root();
        let own;
        let places = if let Some(kept) = record.kept() {
            kept.event.get_or_init(|| self.places(root))
        } else {
            own = self.places(root);
            &own
        };
        let Some(bytes) = record.unpacked(&places.texts) else {
            return self.read_plain((root, record.bytes()), places, desk);
        };
        match Reader::<()>::default().read(Written::new(&bytes)) {
            Ok(unpacked) => {
                let root = unpacked.root();
                self.read_plain((root, record.bytes()), &self.places(root), desk);
            }
            Err(_) => self.read_plain((root, record.bytes()), places, desk),
        }
    }

    /// Reads a record; `raw` is how it is written.
    fn read_plain(
        &self,
        (root, raw): (Json<'_>, &[u8]),
        places: &EventPlaces,
        mut desk: Desk<'_, impl Sink>,
    ) {
        let scalar = |place| scalar_at(root, place);
        let written = scalar(places.time);
        let Some(stamp) = written.as_deref().and_then(|text| timestamp::parse(text, desk.zone))
        else {
            let message = unreadable_time(&self.time, written.as_deref());
            return desk.defect(Reason::BadTimestamp, message);
        };
        let details = RecordDetails { raw, root, places, keys: self };
        let named = |place| scalar(place).filter(|name| !is_null(name));
        let told = named(places.event).or_else(|| named(places.otherwise));
        let is_page = self.names_pages || told.is_none();
        // Loggers of pages name only what else happened.
        let Some(name) = told.or_else(|| details.address()) else {
            let message = format!("the event has no name under `{}`", self.event);
            return desk.defect(Reason::BadRow, message);
        };
        let name = if is_page { name_of_page(name.as_bytes()) } else { name.as_bytes() };
        desk.identifiers.clear();
        for ((kind, space, _), place) in self.identifiers.iter().zip(&places.identifiers) {
            for text in place.iter().flat_map(|place| root.at(*place).scalars()) {
                desk.identifiers.add(*kind, *space, &text, self.strictness.of(*kind));
            }
        }
        for (kind, text) in self.latecomers(root, places) {
            let space = Format::GenericEvents.space();
            desk.identifiers.add(kind, space, &text, Strictness::Several);
        }
        desk.identifiers.report_blocked(desk.sink);
        let event = RawEvent {
            at: stamp.at,
            precision: Precision::Exact,
            name,
            derived: None,
            identifiers: desk.identifiers.sorted(),
            sequence: scalar(places.sequence).and_then(|text| text.parse().ok()).unwrap_or(0),
            origin: Origin::Log,
            details: &details,
        };
        let user_agent = scalar(places.user_agent);
        desk.sink.event(desk.at, &event, user_agent.as_ref().map(|text| text.as_bytes()));
    }
}

/// The scalar at a place, if there is such a place.
fn scalar_at(root: Json<'_>, place: Option<Place>) -> Option<Cow<'_, str>> {
    root.at(place?).scalar()
}

/// What to say of a time that cannot be read.
pub fn unreadable_time(key: &str, written: Option<&str>) -> String {
    match written {
        Some(text) if !text.trim().is_empty() => {
            format!("`{}` is not a time that is known here", shorten(text))
        }
        Some(_) | None => format!("there is no time under `{key}`"),
    }
}

/// Whether the address of a page may stand under one of these keys, those of objects behind the key that holds
/// them; what stands in properties that are written as text is not known.
pub fn have_addresses<'k>(keys: impl Iterator<Item = &'k str>, texts: &[&str]) -> bool {
    let is_address =
        |key: &str| ADDRESSES.iter().any(|address| is_called(Part::Address, key, &folded(address)));
    let mut keys = keys;
    keys.any(is_address) || texts.iter().any(|key| holds_properties(key.as_bytes()))
}

/// Whether properties stand under a key.
fn holds_properties(key: &[u8]) -> bool {
    std::str::from_utf8(key).is_ok_and(|key| PROPERTIES.contains(&folded(key).as_str()))
}

/// What holds the properties of a record.
fn properties(root: Json<'_>) -> impl Iterator<Item = Json<'_>> {
    let own = root.members().filter(|(key, _)| holds_properties(key));
    own.map(|(_, value)| value)
}

/// The members of a record that few records are asked for.
struct RecordDetails<'r> {
    raw: &'r [u8],
    root: Json<'r>,
    places: &'r EventPlaces,
    keys: &'r EventKeys,
}

impl RecordDetails<'_> {
    /// The record and what holds its properties.
    fn objects(&self) -> impl Iterator<Item = Json<'_>> + Clone {
        let properties = self.places.properties.iter().map(|place| self.root.at(*place));
        std::iter::once(self.root).chain(properties)
    }
}

impl Properties for RecordDetails<'_> {
    /// By dotted path; then as columns of tables are found: by a key in another case, and by what else the
    /// property may be called.
    fn get(&self, path: &str) -> Option<Value<'_>> {
        let told = self.keys.address.as_deref().filter(|_| path == "url");
        if let Some(address) = told.and_then(|key| self.root.dotted(key)?.property()) {
            return Some(address);
        }
        let like = if path == "url" { letters_like } else { member_like };
        let objects = self.objects();
        objects.clone().find_map(|object| object.dotted(path)?.property()).or_else(|| {
            let mut names = std::iter::once(&path).chain(aliases_of(path));
            names.find_map(|name| objects.clone().find_map(|own| like(own, name)?.property()))
        })
    }
}

/// The member of an object whose key is a name in any case, with spaces and `_` alike.
fn member_like<'r>(object: Json<'r>, name: &str) -> Option<Json<'r>> {
    let form = |byte: &u8| if *byte == b'_' { b' ' } else { byte.to_ascii_lowercase() };
    let is_name = |key: &[u8]| key.iter().map(form).eq(name.as_bytes().iter().map(form));
    object.members().find(|(key, _)| is_name(key)).map(|(_, value)| value)
}

impl Details for RecordDetails<'_> {
    fn fingerprint(&self) -> Key {
        let id = scalar_at(self.root, self.places.id);
        Key::of(id.as_ref().map_or(self.raw, |id| id.as_bytes()))
    }

    fn session(&self) -> Option<Key> {
        let text = scalar_at(self.root, self.places.session)?;
        Some(Key::within(system_of(&self.keys.identifiers).into(), text.as_bytes()))
    }

    fn address(&self) -> Option<Cow<'_, str>> {
        if let Some(key) = &self.keys.address {
            return self.root.dotted(key)?.scalar();
        }
        self.places.addresses.iter().find_map(|place| self.root.at(*place).scalar())
    }

    fn order(&self) -> Option<OrderNote> {
        let EventPlaces { order, value, otherwise_value, currency, .. } = self.places;
        let id = scalar_at(self.root, *order)
            .and_then(|number| identify(IdentifierKind::OrderId, 0, &number, Strictness::Several));
        // What is there and cannot be read is not looked for elsewhere.
        let is_said =
            |json: &Json<'_>| json.scalar().is_some_and(|text| !is_null_word(text.trim()));
        let mut places = value.iter().chain(otherwise_value).map(|place| self.root.at(*place));
        let amount = places.find(is_said).and_then(Json::number).and_then(Amount::from_number);
        let currency = scalar_at(self.root, *currency);
        let currency = currency.map(|text| Currency::parse(&text)).unwrap_or_default();
        let key = id.map_or_else(|| self.fingerprint(), |id| id.key);
        Some(OrderNote { key, numbered: id.is_some(), amount, currency })
    }
}

#[cfg(test)]
mod tests {
    use super::have_addresses;

    #[test]
    fn addresses_stand_in_records_or_in_their_properties() {
        for (keys, texts, expected) in [
            (&["event", "url"][..], &["event"][..], true),
            (&["event", "properties", "properties.Page_URL"], &["event"], true),
            (&["event", "properties", "properties.$current_url"], &["event"], true),
            (&["event", "pageUrl"], &["event", "pageUrl"], true),
            (&["event", "properties"], &["event", "properties"], true),
            (&["event", "context", "context.page.url"], &["event"], true),
            (&["event", "landing_page", "link.url"], &["event", "landing_page"], false),
        ] {
            assert_eq!(have_addresses(keys.iter().copied(), texts), expected, "{keys:?}");
        }
    }
}
