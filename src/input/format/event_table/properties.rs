//! Properties of an event as JSON in one cell of its row, as tables of databases have them. What an order is, and which
//! page was seen, may stand in them. They are read where somebody asks: this file must not be on the way of usual rows.

use crate::input::aliases::folded;
use crate::input::columns::{Header, is_null};
use serde_json::{Map, Value};

/// What such a column is called.
const COLUMNS: [&str; 10] = [
    "properties",
    "eventproperties",
    "props",
    "params",
    "eventparams",
    "data",
    "eventdata",
    "payload",
    "attributes",
    "metadata",
];

/// The properties in a cell.
#[derive(Debug)]
pub(super) struct CellProperties(Map<String, Value>);

/// The column of a table that holds properties: by its name, if what stands in its cells, `texts` by the column, are
/// objects.
pub fn column_of_properties(
    header: &Header,
    texts: impl Fn(usize) -> Vec<String>,
) -> Option<usize> {
    let named = |name: &&str| header.names().iter().position(|own| folded(own) == **name);
    let holds_objects = |column: &usize| {
        let cells = texts(*column);
        let mut cells = cells.iter().filter(|cell| !is_null(cell)).peekable();
        cells.peek().is_some() && cells.all(|cell| CellProperties::of(cell).is_some())
    };
    COLUMNS.iter().filter_map(named).find(holds_objects)
}

impl CellProperties {
    /// Reads a cell; `None` if it is no object.
    pub(super) fn of(cell: &str) -> Option<CellProperties> {
        serde_json::from_str(cell).ok().map(CellProperties)
    }

    /// The first that has the letters of one of some names, whatever stands between its words.
    pub(super) fn first(&self, names: impl Iterator<Item = &'static str>) -> Option<String> {
        let mut names = names.map(folded);
        names.find_map(|name| {
            let own = self.0.iter().find(|(key, _)| folded(key) == name);
            own.and_then(|(_, value)| scalar(value))
        })
    }

    /// The one at a path of keys with dots between them.
    pub(super) fn at(&self, path: &str) -> Option<String> {
        let mut keys = path.split('.');
        let first = self.0.get(keys.next()?)?;
        scalar(keys.try_fold(first, |value, key| value.get(key))?)
    }
}

/// Text, or a number or a word as text; not empty.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_so) => Some(is_so.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_by_the_letters_of_their_names_and_by_paths() {
        let cell =
            r#"{"Order-ID": 17, "total": "", "url": "/cart", "item": {"price": 9.5, "tags": []}}"#;
        let properties = CellProperties::of(cell).unwrap();
        let first = |names: &'static [&'static str]| properties.first(names.iter().copied());
        assert_eq!(first(&["order name", "order id"]).as_deref(), Some("17"));
        assert_eq!(first(&["total"]), None, "empty is none");
        assert_eq!(properties.at("item.price").as_deref(), Some("9.5"));
        assert_eq!(
            [properties.at("item"), properties.at("item.tags"), properties.at("")],
            [None, None, None]
        );
        assert!(
            ["[1]", "17", "", "{", "null"].iter().all(|cell| CellProperties::of(cell).is_none())
        );
    }
}
