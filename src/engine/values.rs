//! The dictionary of dimension values: a touch carries one key for the values of all dimensions that are
//! asked for, and the texts stay here.
//!
//! One key is enough for any number of dimensions, and different texts are kept once, so a touch stays
//! small however many breakdowns there are. Without dimensions nothing is looked at.

use crate::event::Properties;
use crate::key::{FastMap, Key};
use crate::ladder::dimension;

/// The values of one row, one for each property that is asked for.
pub(super) type Row = Box<[Option<Box<str>>]>;

/// The dictionary; one a thread, merged after the scan.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    properties: Vec<String>,
    rows: FastMap<Key, Row>,
}

impl Values {
    /// An empty dictionary of these properties.
    pub(super) fn new(properties: Vec<String>) -> Values {
        Values { properties, rows: FastMap::default() }
    }

    /// The key of a row's values; [`Key::NONE`] if it has none.
    pub(super) fn note(&mut self, row: &dyn Properties) -> Key {
        if self.properties.is_empty() {
            return Key::NONE;
        }
        let values: Vec<_> =
            self.properties.iter().map(|property| dimension::value(property, row)).collect();
        if values.iter().all(Option::is_none) {
            return Key::NONE;
        }
        let key = key_of(values.iter().map(Option::as_deref));
        self.rows.entry(key).or_insert_with(|| {
            values.into_iter().map(|value| value.map(|text| text.as_ref().into())).collect()
        });
        key
    }

    /// The same if they are wanted.
    pub(super) fn note_if(&mut self, are_wanted: bool, row: &dyn Properties) -> Key {
        if are_wanted { self.note(row) } else { Key::NONE }
    }

    /// The same, for a row whose key is known: only what is new is looked at.
    pub(super) fn note_known(
        &mut self,
        key: Key,
        show: impl FnOnce(&mut dyn FnMut(&dyn Properties)),
    ) {
        if !self.rows.contains_key(&key) {
            show(&mut |row| {
                self.note(row);
            });
        }
    }

    /// The key of one value of a row; [`Key::NONE`] if it is unknown.
    pub(super) fn key_of_value(property: &str, row: &dyn Properties) -> Key {
        text_key(dimension::value(property, row).as_deref())
    }

    /// The properties.
    pub(super) fn properties(&self) -> &[String] {
        &self.properties
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        // So many for each text, with what it costs to have one.
        const TEXT: usize = 48;
        self.rows.capacity() * (size_of::<(Key, Row)>() + TEXT * self.properties.len())
    }

    /// Adds the texts of another thread.
    pub(super) fn merge(&mut self, other: Values) {
        self.rows.extend(other.rows);
    }

    /// The value of a property (by its position) in a row; `None` if it is unknown.
    pub(super) fn get(&self, row: Key, property: usize) -> Option<&str> {
        self.rows.get(&row)?.get(property)?.as_deref()
    }

    /// All rows of values, in no order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Option<&Row>> {
        self.rows.values().map(Some)
    }

    /// The position of a property.
    pub(super) fn position(&self, property: &str) -> Option<usize> {
        self.properties.iter().position(|own| own == property)
    }
}

/// The key of a list of values; unknown ones count as such.
pub(super) fn key_of<'v>(values: impl Iterator<Item = Option<&'v str>>) -> Key {
    key_of_keys(values.map(text_key))
}

/// The same, of the values' own keys.
pub(super) fn key_of_keys(values: impl Iterator<Item = Key>) -> Key {
    values.fold(Key::of(b"values"), Key::and)
}

/// The key of one value.
fn text_key(value: Option<&str>) -> Key {
    value.map_or(Key::NONE, |text| Key::of(text.as_bytes()))
}
