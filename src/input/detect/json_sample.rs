//! What the first records of a JSON source show: their keys, what stands under them, and which formats they look like.

use super::json_formats::{self, JsonFormat, Reads};
use super::json_records::each_record;
use super::order_names::is_name_of_order;
use super::{SAMPLE, offers};
use crate::input::Told;
use crate::input::aliases::{Mapping, Part, may_be_fixed_part, may_be_person};
use crate::input::columns::Header;
use crate::input::envelope::KEYS;
use crate::input::format::tool_table::ga4;
use crate::input::format::web_pixel::PixelKeys;
use crate::input::format::{Format, shopify_webhooks};
use crate::input::json::{Json, Malformed, Reader, Record, Written};
use crate::input::split::Layout;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What the first records of a JSON source show.
#[derive(Default)]
pub(super) struct JsonSample {
    pub(super) is_pixel: bool,
    /// How many records are objects, and how many of them look like each known format.
    pub(super) objects: usize,
    pub(super) fitting: [usize; json_formats::COUNT],
    /// How many of them are anything that webhooks send.
    pub(super) of_webhooks: usize,
    /// The first key under which an object stands in base64.
    pub(super) encoded: Option<String>,
    /// The keys of the records, in order of first sight, each with whether it is that of a scalar.
    pub(super) keys: Vec<(String, bool)>,
    /// The keys of scalars within objects, each with whether it may be a part of an event.
    pub(super) within: BTreeMap<String, bool>,
    /// The keys under which a list of objects stands.
    pub(super) lists: BTreeSet<String>,
    /// How `jq` takes rows that are lists, and the names of their columns, out of the first record that has such.
    pub(super) rows_as_lists: Option<(String, String)>,
    /// The scalars of each record, by their keys.
    pub(super) records: Vec<BTreeMap<String, String>>,
    /// All keys, and those within objects behind theirs: `properties.time`; those within a wrapper also alone.
    pub(super) all_keys: BTreeSet<String>,
    pub(super) first_defect: Option<(u64, Malformed)>,
}

/// The object that says around what an event was.
const AROUND: &str = "context";

impl JsonSample {
    pub(super) fn read(head: &[u8], layout: Layout, pixel: &PixelKeys) -> JsonSample {
        let records = each_record(head, layout).take(SAMPLE);
        JsonSample::of(records.map(|(line, record)| (line, Cow::Borrowed(record))), pixel)
    }

    pub(super) fn of<'r>(
        records: impl Iterator<Item = (u64, Cow<'r, [u8]>)>,
        pixel: &PixelKeys,
    ) -> JsonSample {
        let mut sample = JsonSample::default();
        let mut reader = Reader::<()>::default();
        for (line, record) in records {
            match reader.read(Written::new(&record)) {
                Ok(record) if record.root().is_object() => sample.note_record(&record, pixel),
                Ok(_) => {}
                Err(bad) => {
                    sample.first_defect.get_or_insert((line, bad));
                }
            }
        }
        sample
    }

    /// Notes a record; tools' records may have objects that are written as text.
    pub(super) fn note_record(&mut self, record: &Record<'_>, pixel: &PixelKeys) {
        let texts = record.root().members().map(|(_, value)| value).filter(|json| json.is_text());
        let texts: Vec<_> = texts.map(Json::place).collect();
        let unpacked = record.unpacked(&texts);
        let mut reader = Reader::<()>::default();
        let plain = unpacked.as_ref().and_then(|bytes| reader.read(Written::new(bytes)).ok());
        let tools = plain.as_ref().map_or(record.root(), Record::root);
        for (count, format) in self.fitting.iter_mut().zip(&json_formats::ALL) {
            let is_tool = matches!(format.reads, Reads::Tool(_));
            *count += usize::from(format.fits(if is_tool { tools } else { record.root() }));
        }
        self.of_webhooks += usize::from(shopify_webhooks::fits(record.root()));
        self.note(record.root(), pixel);
    }

    pub(super) fn note(&mut self, json: Json<'_>, pixel: &PixelKeys) {
        self.is_pixel |= pixel.fits(json);
        self.objects += 1;
        let mut scalars = BTreeMap::new();
        self.rows_as_lists = self.rows_as_lists.take().or_else(|| rows_as_lists(json));
        for (key, value) in json.members() {
            let key = String::from_utf8_lossy(key).into_owned();
            let said = said(&key, value);
            let is_scalar = said.is_some();
            self.note_encoded(&key, value);
            scalars.extend(said.map(|text| (key.clone(), text.into_owned())));
            match self.keys.iter_mut().find(|(known, _)| *known == key) {
                Some((_, holds_scalars)) => *holds_scalars |= is_scalar,
                None => self.keys.push((key.clone(), is_scalar)),
            }
            if value.is_array() && value.elements().next().is_some_and(Json::is_object) {
                self.lists.insert(key.clone());
            }
            self.note_within(&key, value, &mut scalars);
            if KEYS.contains(&key.as_str()) {
                let inner =
                    value.members().map(|(inner, _)| String::from_utf8_lossy(inner).into_owned());
                self.all_keys.extend(inner);
            }
            self.all_keys.insert(key);
        }
        self.records.push(scalars);
    }

    /// Notes the keys of an object in a record, and which of them may be a part of an event; of what is around an event, that
    /// of objects within too.
    fn note_within(&mut self, key: &str, object: Json<'_>, scalars: &mut BTreeMap<String, String>) {
        for (inner, value) in object.members() {
            let name = format!("{key}.{}", String::from_utf8_lossy(inner));
            self.note_encoded(&name, value);
            if key == AROUND {
                self.note_within(&name, value, scalars);
            }
            if let Some(text) = said(&name, value).filter(|_| self.is_part_within(&name)) {
                scalars.insert(name.clone(), text.into_owned());
            }
            self.all_keys.insert(name);
        }
    }

    /// Notes the first key under which an object stands in base64, as queues hand on what they got.
    fn note_encoded(&mut self, key: &str, value: Json<'_>) {
        /// So begins an object in base64: `{\"`.
        const BEGINS: &str = "eyJ";
        /// No object with anything in it is shorter. Tokens have dots in them.
        const SHORTEST: usize = 24;
        let is_encoded =
            |text: &str| text.len() >= SHORTEST && text.starts_with(BEGINS) && !text.contains('.');
        if self.encoded.is_none() && value.text().is_some_and(|text| is_encoded(&text)) {
            self.encoded = Some(key.to_string());
        }
    }

    /// Whether the key of a scalar within an object may be that of a part of an event.
    fn is_part_within(&mut self, name: &str) -> bool {
        if let Some(is_part) = self.within.get(name) {
            return *is_part;
        }
        let is_part = may_be_fixed_part(name);
        self.within.insert(name.to_string(), is_part);
        is_part
    }

    /// The key of an object called for somebody, within which an id stands: `customer_ids.cookie`.
    pub(super) fn somebody_within(&self) -> Option<&str> {
        let is_one = |key: &&str| {
            key.split_once('.').is_some_and(|(object, id)| offers::names_id_of_somebody(object, id))
        };
        self.all_keys.iter().map(String::as_str).find(is_one)
    }

    /// The keys under which scalars stand; last those within objects, as far as they may be a part of an event.
    pub(super) fn scalars(&self) -> Vec<String> {
        let scalars = self.keys.iter().filter(|(_, holds_scalars)| *holds_scalars);
        let within = self.within.iter().filter(|(_, is_part)| **is_part);
        scalars.map(|(key, _)| key).chain(within.map(|(key, _)| key)).cloned().collect()
    }

    /// What the user said of keys that the records have.
    pub(super) fn told(&self, told: &Told) -> Vec<(Part, String)> {
        let is_there = |path: &str| {
            let key = path.split('.').next().unwrap_or_default();
            self.keys.iter().any(|(own, _)| own == path || own == key)
        };
        told.map.iter().filter(|(_, path)| is_there(path)).cloned().collect()
    }

    /// The first known format that at least half of the records look like. A log of webhooks has several kinds of records: it
    /// is what most of those are that are read.
    pub(super) fn known(&self) -> Option<&'static JsonFormat> {
        self.all_known().next()
    }

    pub(super) fn all_known(&self) -> impl Iterator<Item = &'static JsonFormat> {
        let is_webhook = |known: &JsonFormat| known.format.holds_webhooks();
        let fitting = || json_formats::ALL.iter().zip(self.fitting);
        let most = fitting().filter(|(known, _)| is_webhook(known)).map(|(_, count)| count).max();
        let is_it = move |known: &JsonFormat, count: usize| {
            let all = if is_webhook(known) { self.of_webhooks } else { count };
            count > 0 && all * 2 >= self.objects && (!is_webhook(known) || Some(count) == most)
        };
        fitting().filter(move |(known, count)| is_it(known, *count)).map(|(known, _)| known)
    }

    /// Whether the records are of the format that was asked for, or of any that is known.
    pub(super) fn looks_like(&self, told: &Told) -> bool {
        match told.format {
            None => self.is_pixel || self.known().is_some(),
            Some(Format::ShopifyWebPixel) => self.is_pixel,
            Some(Format::GenericEvents) => self.are_events(told),
            Some(other) => self.all_known().any(|known| known.format == other),
        }
    }

    /// The texts under a key, record by record; nothing where it is not.
    pub(super) fn texts_of(&self, key: &str) -> Vec<String> {
        self.records.iter().map(|record| record.get(key).cloned().unwrap_or_default()).collect()
    }

    /// Whether a key holds names that shops give to orders and checkouts, in all records that have it.
    pub(super) fn holds_names_of_orders(&self, key: &str) -> bool {
        let mut names = self.records.iter().filter_map(|record| record.get(key)).peekable();
        names.peek().is_some() && names.all(|name| is_name_of_order(name))
    }

    /// The key of the only list of objects, where a few records have nothing else that says anything of an event.
    pub(super) fn only_list(&self) -> Option<&str> {
        const MOST_BESIDE: usize = 3;
        let is_only = self.lists.len() == 1 && self.keys.len() <= 1 + MOST_BESIDE;
        let is_of_anything = |key: &&String| LISTS_OF_ANYTHING.contains(&key.as_str());
        self.lists.first().filter(|_| is_only).filter(is_of_anything).map(String::as_str)
    }

    /// Whether each record is a parameter of an event of Google's, and none an event by itself.
    pub(super) fn holds_parameters(&self) -> bool {
        let names = csv::ByteRecord::from(self.all_keys.iter().collect::<Vec<_>>());
        self.all_keys.contains("event_params.key") || ga4::holds_parameters(&Header::new(&names))
    }

    /// Whether a key holds what people or things are called, and not what happened.
    pub(super) fn are_of_people(&self, key: &str, told: &Told) -> bool {
        let keys = self.scalars();
        let has_address = offers::have_address(&keys);
        offers::are_of_people(&self.texts_of(key), has_address, &told.own_names)
    }

    /// Whether the records have all that events need, under usual names or those that the user says.
    pub(super) fn are_events(&self, told: &Told) -> bool {
        told.allows(Format::GenericEvents)
            && Mapping::of_events(&self.scalars(), &told.map).missing().is_empty()
    }
}

/// How `jq` takes rows that are lists out of an object, and the names of their columns: a list of names, or of objects with
/// a name each.
fn rows_as_lists(json: Json<'_>) -> Option<(String, String)> {
    let key_of = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
    let (rows, width) = json.members().find_map(|(key, value)| {
        let row = value.elements().next().filter(|row| row.is_array())?;
        Some((key_of(key), row.elements().count()))
    })?;
    let names = json.members().find_map(|(key, value)| {
        let key = key_of(key);
        if value.elements().count() != width {
            return None;
        }
        if value.elements().all(Json::is_text) {
            return Some(format!(".{key}"));
        }
        let is_named = |own: Json<'_>| own.member("name").is_some_and(Json::is_text);
        value.elements().all(is_named).then(|| format!("[.{key}[].name]"))
    })?;
    Some((rows, names))
}

/// What stands under a key: a scalar, or the first of a list of identifiers, as tools send those of one person.
fn said<'r>(key: &str, value: Json<'r>) -> Option<Cow<'r, str>> {
    /// Nobody has so many of one kind: a longer list is a column of a table.
    const MOST: usize = 10;
    value.scalar().or_else(|| {
        let first = value.elements().next().and_then(Json::scalar);
        first.filter(|_| may_be_person(key) && value.elements().nth(MOST).is_none())
    })
}

/// What lists of records are called too, where an object has nothing else. A record of a log may have such a list as well,
/// so none is taken out of its object.
const LISTS_OF_ANYTHING: [&str; 14] = [
    "rows",
    "items",
    "hits",
    "list",
    "entries",
    "values",
    "result",
    "response",
    "logs",
    "docs",
    "documents",
    "content",
    "messages",
    "visits",
];
