//! Properties of an event as JSON in one cell of its row, as tables of databases have them. What an order is, and which
//! page was seen, may stand in them. They are read where somebody asks: this file must not be on the way of usual rows.

use crate::event::Value;
use crate::input::aliases::{PROPERTIES, Part, folded};
use crate::input::columns::{Header, is_null};
use crate::input::format::within::{Candidates, letters_like};
use crate::input::json::{Json, look_into};
use std::borrow::Cow;

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
        cells.peek().is_some() && cells.all(|cell| look_into(cell, |_| Some(())).is_some())
    };
    PROPERTIES.iter().filter_map(named).find(holds_objects)
}

/// For each part the first property in a cell that has the letters of one of its names.
pub(super) fn first_of_each<const N: usize>(cell: &str, parts: [Part; N]) -> [Option<String>; N] {
    let found = look_into(cell, |properties| {
        let candidates = Candidates::of(properties);
        let first = |part| candidates.all(part).find_map(Json::scalar).map(Cow::into_owned);
        Some(parts.map(first))
    });
    found.unwrap_or([const { None }; N])
}

/// The property in a cell that stands at a path of keys with dots between them.
pub(super) fn at(cell: &str, path: &str) -> Option<Value<'static>> {
    look_into(cell, |properties| {
        Some(match properties.dotted(path)?.property()? {
            Value::Bool(is_so) => Value::Bool(is_so),
            other @ (Value::Text(_) | Value::Number(_)) => {
                Value::Text(Cow::Owned(other.into_text().into_owned()))
            }
        })
    })
}

/// The property in a cell whose name has the letters of another.
pub(super) fn like(cell: &str, name: &str) -> Option<String> {
    look_into(cell, |properties| letters_like(properties, name)?.scalar().map(Cow::into_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_by_the_letters_of_their_names_and_by_paths() {
        let cell =
            r#"{"Order-ID": 17, "total": "", "is_new": true, "item": {"price": 9.5, "tags": []}}"#;
        let found = first_of_each(cell, [Part::Order, Part::Value, Part::Currency]);
        assert_eq!(found, [Some("17".to_string()), None, None], "empty is none");
        assert_eq!(like(cell, "is new").as_deref(), None, "no text");
        let text = |path| at(cell, path).map(|value| value.into_text().into_owned());
        assert_eq!(text("item.price").as_deref(), Some("9.5"));
        assert_eq!(at(cell, "is_new"), Some(Value::Bool(true)));
        assert_eq!([text("item"), text("item.tags"), text("")], [None, None, None]);
        let is_object = |cell: &&str| look_into(cell, |_| Some(())).is_some();
        assert!(!["[1]", "17", "", "{", "null", "{} {}"].iter().any(is_object));
    }
}
