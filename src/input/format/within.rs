//! Where in a record of JSON the parts of an event stand that some records lack: in the record, or in the objects in it that
//! may hold them.
//!
//! What such objects and parts are called is the business of `aliases`; no names must be here. Records of many shapes are
//! looked through one by one, so each key is looked up once, and not each name among the keys.

use crate::event::IdentifierKind;
use crate::input::aliases::{
    ADDRESSES, Part, TYPES, holders, may_hold, names_of_person, names_of_property,
};
use crate::input::json::Json;
use crate::key::{FastMap, Key};
use std::sync::LazyLock;

/// Objects stand in others so often at most: `data.order.total.amount`.
const DEPTH: usize = 3;

/// No name is longer, with that of what holds it.
const LONGEST: usize = 48;

/// Kinds of parts that stand in the same objects.
const KINDS: [Part; 3] = [Part::Who(IdentifierKind::UserId), Part::Order, Part::Address];

/// Which of these kinds an object may hold.
type Holds = [bool; KINDS.len()];

/// Which part of an event a name may be, and how good a name of it is.
type Meaning = (Part, usize);

/// By the letters of names.
static NAMES: LazyLock<FastMap<Key, Vec<Meaning>>> = LazyLock::new(|| {
    fn ranked(
        part: Part,
        names: impl Iterator<Item = &'static str>,
    ) -> impl Iterator<Item = (Meaning, &'static str)> {
        names.enumerate().map(move |(rank, name)| ((part, rank), name))
    }
    let properties = [Part::Order, Part::Value, Part::Currency].into_iter();
    let properties = properties.flat_map(|part| ranked(part, names_of_property(part)));
    let people = IdentifierKind::ALL.into_iter();
    let people = people.flat_map(|kind| ranked(Part::Who(kind), names_of_person(kind)));
    let addresses = ranked(Part::Address, ADDRESSES.iter().copied());
    let mut all: FastMap<Key, Vec<Meaning>> = FastMap::default();
    for (meaning, name) in properties.chain(people).chain(addresses) {
        all.entry(key_of_all(name)).or_default().push(meaning);
    }
    all
});

/// By the letters of what they are called.
static HOLDERS: LazyLock<FastMap<Key, Holds>> = LazyLock::new(|| {
    let own = |name: &str| (key_of_all(name), KINDS.map(|part| may_hold(part, name)));
    holders().map(own).collect()
});

/// What may be parts of an event in a record.
pub(super) struct Candidates<'r> {
    /// Those with the best names first; of the same name the outermost first.
    all: Vec<(Meaning, Json<'r>)>,
}

/// An object that may hold parts.
struct Holder<'r> {
    name: &'r [u8],
    object: Json<'r>,
    /// What may be in it by its own name.
    holds: Holds,
    /// What may be in it by a name of which that of the object is a part.
    within: Holds,
    depth: usize,
}

impl<'r> Candidates<'r> {
    /// All in a record and in what may hold parts. An object is none, unless it says the type of a value alone.
    pub(super) fn of(root: Json<'r>) -> Candidates<'r> {
        let holds = [true; KINDS.len()];
        let mut queue = vec![Holder { name: b"", object: root, holds, within: holds, depth: 0 }];
        let (mut all, mut next) = (Vec::new(), 0);
        while let Some(holder) = queue.get(next) {
            let members = || {
                let members = holder.object.members();
                members.map(|(key, value)| (key, without_type(value)))
            };
            for (key, value) in members().filter(|(_, value)| !value.is_object()) {
                holder.note(key, value, &mut all);
            }
            let inner = members().filter(|(_, value)| value.is_object());
            let inner = inner.filter_map(|(key, object)| holder.inner(key, object));
            let mut inner = inner.collect();
            queue.append(&mut inner);
            next += 1;
        }
        all.sort_by_key(|((_, rank), _)| *rank);
        Candidates { all }
    }

    /// All that may be a part, best first.
    pub(super) fn all(&self, part: Part) -> impl Iterator<Item = Json<'r>> {
        let own = self.all.iter().filter(move |((own, _), _)| *own == part);
        own.map(|(_, value)| *value)
    }
}

impl<'r> Holder<'r> {
    /// An object within, if any part may be in it.
    fn inner(&self, name: &'r [u8], object: Json<'r>) -> Option<Holder<'r>> {
        if self.depth >= DEPTH || !self.holds.contains(&true) {
            return None;
        }
        let own = key_of(b"", name).and_then(|key| HOLDERS.get(&key));
        let mut holds = self.holds;
        holds
            .iter_mut()
            .zip(own.unwrap_or(&[false; KINDS.len()]))
            .for_each(|(all, own)| *all &= own);
        Some(Holder { name, object, holds, within: self.holds, depth: self.depth + 1 })
    }

    /// Notes what a member may be: by its key, and by that with what the object is called, as the `id` of an `order`.
    fn note(&self, key: &[u8], value: Json<'r>, all: &mut Vec<(Meaning, Json<'r>)>) {
        let whole = if self.name.is_empty() { None } else { key_of(self.name, key) };
        for (own, held) in [(key_of(b"", key), self.holds), (whole, self.within)] {
            let meanings = own.and_then(|own| NAMES.get(&own)).into_iter().flatten();
            let meanings = meanings.filter(|(part, _)| is_held(held, *part));
            all.extend(meanings.map(|meaning| (*meaning, value)));
        }
    }
}

fn is_held(held: Holds, part: Part) -> bool {
    let kind = match part {
        Part::Who(_) => 0,
        Part::Order | Part::Value | Part::Currency => 1,
        Part::Address => 2,
        Part::Time
        | Part::Event
        | Part::Session
        | Part::UserAgent
        | Part::Id
        | Part::Sequence
        | Part::Figure(_) => return false,
    };
    held.get(kind).copied().unwrap_or_default()
}

/// The key of the letters of a name of any length.
fn key_of_all(name: &str) -> Key {
    Key::of(&letters(name.as_bytes()).collect::<Vec<u8>>())
}

/// The key of the letters of a name, behind those of what holds it; `None` if nothing is called so.
fn key_of(holder: &[u8], name: &[u8]) -> Option<Key> {
    let mut own = [0; LONGEST];
    let mut length = 0;
    for letter in letters(holder).chain(letters(name)) {
        *own.get_mut(length)? = letter;
        length += 1;
    }
    Some(Key::of(own.get(..length)?))
}

/// What stands in an object that says nothing but its type: `{"$numberDecimal": "9.50"}`.
fn without_type(value: Json<'_>) -> Json<'_> {
    match value.members().next() {
        Some((key, inner)) if TYPES.iter().any(|own| own.as_bytes() == key) => inner,
        Some(_) | None => value,
    }
}

/// The member of an object whose key has the letters of a name, whatever stands between its words.
pub(super) fn letters_like<'r>(object: Json<'r>, name: &str) -> Option<Json<'r>> {
    let is_name = |key: &[u8]| letters(key).eq(letters(name.as_bytes()));
    object.members().find(|(key, _)| is_name(key)).map(|(_, value)| value)
}

fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
    let signs = text.iter().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    signs.map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::aliases::is_called;
    use crate::input::json::{Reader, Written};
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    /// The values of a record with their paths and how many objects they stand in.
    fn paths(own: &Value, path: &str, depth: usize) -> Vec<(usize, String, String)> {
        let members = own.as_object().into_iter().flatten();
        let all = members.flat_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match value.as_str() {
                Some(text) => {
                    vec![(depth, path.trim_start_matches('.').to_string(), text.to_string())]
                }
                None => paths(value, &path, depth + 1),
            }
        });
        all.collect()
    }

    /// The slow twin: each name among all paths, those within fewest objects first.
    fn by_paths(record: &Value, part: Part, names: &[&str]) -> Option<String> {
        let mut all = paths(record, "", 0);
        all.retain(|(depth, ..)| *depth <= DEPTH);
        all.sort_by_key(|(depth, ..)| *depth);
        let named = |name: &&str| all.iter().find(|(_, path, _)| is_called(part, path, name));
        names.iter().find_map(named).map(|(.., value)| value.clone())
    }

    /// Puts a value at a path, if nothing is there.
    fn put(record: &mut Map<String, Value>, path: &[&str], value: &str) {
        match path {
            [] => {}
            [last] => {
                record.entry(*last).or_insert_with(|| json!(value));
            }
            [first, rest @ ..] => {
                let inner = record.entry(*first).or_insert_with(|| json!({}));
                if let Some(inner) = inner.as_object_mut() {
                    put(inner, rest, value);
                }
            }
        }
    }

    const KEYS: [&str; 16] = [
        "user",
        "id",
        "email",
        "order",
        "ecommerce",
        "data",
        "transactionId",
        "total",
        "value",
        "context",
        "page",
        "url",
        "Page_URL",
        "visitor",
        "item",
        "properties",
    ];

    fn path() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(KEYS.to_vec()), 1..5)
    }

    proptest! {
        /// One pass over a record finds what looking for each name finds.
        #[test]
        fn the_best_name_is_found(paths in prop::collection::btree_set(path(), 0..9)) {
            let mut record = Map::new();
            let named = paths.iter().enumerate();
            named.for_each(|(number, path)| put(&mut record, path, &format!("v{number}")));
            let record = Value::Object(record);
            let text = record.to_string();
            let mut reader = Reader::<()>::default();
            let read = reader.read(Written::new(text.as_bytes())).unwrap();
            let candidates = Candidates::of(read.root());
            let parts = [Part::Order, Part::Value].map(|part| (part, names_of_property(part).collect()));
            let people = [IdentifierKind::UserId, IdentifierKind::Email, IdentifierKind::ClientId];
            let people = people.map(|kind| (Part::Who(kind), names_of_person(kind).collect()));
            let all: Vec<(Part, Vec<&str>)> = parts.into_iter().chain(people).collect();
            for (part, names) in all {
                let found = candidates.all(part).next().and_then(Json::scalar);
                let expected = by_paths(&record, part, &names);
                prop_assert_eq!(found.as_deref(), expected.as_deref(), "{:?} in {}", part, text);
            }
        }
    }
}
