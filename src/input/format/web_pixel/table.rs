//! Tables of web-pixel events: a row is the event laid flat, with columns that are paths (`data.checkout.token`,
//! `data_checkout_token`) or hold JSON (`context`, `data`, `customData`).
//!
//! A row is written as the record that a logger would have written with the same keys, and read as that; so what an event
//! means is said once. What stands beside the pixel's columns under a usual name (an `email`, a
//! `session_id`) counts where the pixel's own are missing.

use super::PixelKeys;
use super::places::{PixelPlaces, letters};
use crate::event::IdentifierKind;
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{Header, Row};
use crate::input::format::tool_table::{Cell, Target, ToolTable};
use crate::input::json::{Json, Reader, Written};

/// The columns of a table of pixel events, for whoever has nearly one; any name of a set will do.
pub const MUST: [&[&str]; 4] = [
    &["clientid", "client id"],
    &["name", "eventname", "event name", "event"],
    &["timestamp", "eventtime", "event time", "event timestamp"],
    &["data", "context", "context.document.location.href", "data.checkout.token"],
];

/// What the data of the pixel's own events are.
const DATA: [&str; 8] = [
    "checkout",
    "productVariant",
    "collection",
    "cartLine",
    "cart",
    "searchResult",
    "element",
    "alert",
];

/// What the pixel calls the kinds of its events.
const TYPES: [&str; 5] = ["standard", "custom", "dom", "advanced-dom", "meta"];

/// The table of a header and its first rows, and how its records are read. `None` if its rows are no events of
/// the pixel; whoever `is_told` that they are needs less to be convinced.
pub fn table(
    header: &Header,
    rows: &[csv::ByteRecord],
    told: &[(Part, String)],
    is_told: bool,
) -> Option<ToolTable> {
    let keys = PixelKeys { told: told.to_vec(), found: found(header) };
    let is_amount = |name: &str| {
        let mut parts = keys.told.iter().chain(&keys.found);
        parts.any(|(part, own)| *part == Part::Value && own == name.trim())
    };
    let target = |(column, name): (usize, &String)| {
        let (key, holds) = key_of(name.trim());
        let cell = match holds {
            Holds::Json => Cell::Json,
            Holds::Anything if holds_json(rows, column) => Cell::Json,
            Holds::Anything if is_amount(name) => Cell::Amount,
            Holds::Amount => Cell::Amount,
            Holds::Time | Holds::Text | Holds::Anything => Cell::Text,
        };
        (holds == Holds::Time, Target::Key(key.to_string(), cell))
    };
    let targets: Vec<_> = header.names().iter().enumerate().map(target).collect();
    let times = targets.iter().enumerate().filter(|(_, (is_time, _))| *is_time);
    let times = times.map(|(column, _)| column).collect();
    let targets = targets.into_iter().map(|(_, target)| target).enumerate();
    let columns = columns(header, told);
    let table = ToolTable::of_pixel((keys.clone(), columns), targets, times);
    let empty = [csv::ByteRecord::new()];
    let rows = if rows.is_empty() { &empty } else { rows };
    let fitting = rows.iter().filter(|row| {
        let mut text = Vec::new();
        table.write(Row::parsed(row), &mut text);
        let mut reader = Reader::<()>::default();
        reader.read(Written::new(&text)).is_ok_and(|record| {
            keys.fits(record.root()) && (is_told || is_sure(record.root(), &keys))
        })
    });
    (2 * fitting.count() >= rows.len()).then_some(table)
}

/// Which column each part is read from that an event always has, and those that the user has named.
fn columns(header: &Header, told: &[(Part, String)]) -> Vec<(&'static str, String)> {
    let named =
        |key: &str| header.names().iter().find(|name| key_of(name.trim()).0 == key).cloned();
    let own = [
        (Part::Time, "time", "timestamp"),
        (Part::Event, "event", "name"),
        (Part::Who(IdentifierKind::ClientId), "client_id", "clientId"),
    ];
    let told = || told.iter().filter(|(_, column)| header.names().contains(column));
    let is_told = |part: Part| told().any(|(told, _)| *told == part);
    let own = own.into_iter().filter(|(part, _, _)| !is_told(*part));
    own.filter_map(|(_, name, key)| Some((name, named(key)?)))
        .chain(told().map(|(part, column)| (part.name(), column.clone())))
        .collect()
}

/// What stands under usual names that are none of the pixel's.
fn found(header: &Header) -> Vec<(Part, String)> {
    let own = |name: &String| key_of(name.trim()).1 != Holds::Anything;
    let names: Vec<String> = header.names().iter().filter(|name| !own(name)).cloned().collect();
    let mapping = Mapping::find(&names, &[]);
    mapping.parts().map(|(part, name)| (part, name.trim().to_string())).collect()
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Time,
    Text,
    Amount,
    Json,
    /// What its cells say.
    Anything,
}

/// The key of the pixel that a column's name stands for; any other is its own key.
fn key_of(name: &str) -> (&str, Holds) {
    match letters(name.as_bytes()).as_slice() {
        b"clientid" => ("clientId", Holds::Text),
        b"name" | b"eventname" => ("name", Holds::Text),
        b"timestamp" | b"eventtime" | b"eventtimestamp" => ("timestamp", Holds::Time),
        b"receivedat" => ("received_at", Holds::Time),
        b"id" | b"eventid" => ("id", Holds::Text),
        b"seq" | b"sequence" => ("seq", Holds::Text),
        b"type" => ("type", Holds::Text),
        b"context" => ("context", Holds::Json),
        b"data" | b"eventdata" => ("data", Holds::Json),
        b"customdata" => ("customData", Holds::Json),
        b"init" => ("init", Holds::Json),
        b"datacheckouttotalpriceamount" => (name, Holds::Amount),
        _ => (name, Holds::Anything),
    }
}

/// Whether the cells of a column are objects or lists, as far as they are not empty.
fn holds_json(rows: &[csv::ByteRecord], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| {
        let cell = row.get(column)?.trim_ascii();
        (!cell.is_empty() && cell != b"null").then_some(cell)
    });
    cells.next().is_some_and(is_json) && cells.all(is_json)
}

fn is_json(cell: &[u8]) -> bool {
    matches!(cell.first(), Some(b'{' | b'['))
}

/// Whether a record has something that is nobody's but the pixel's: many logs have a browser, a name, a time
/// and data.
fn is_sure(json: Json<'_>, keys: &PixelKeys) -> bool {
    let places = PixelPlaces::of(json, keys);
    let kind = json.member("type").and_then(Json::text);
    let data = places.data.map(|data| json.at(data));
    places.token.is_some()
        || places.path.is_some()
        || places.target.is_some()
        || kind.is_some_and(|kind| TYPES.contains(&&*kind))
        || data.is_some_and(|data| DATA.iter().any(|key| data.member(key).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_one(names: &str, cells: &[&str], is_told: bool) -> bool {
        let header = Header::new(&names.split('|').collect::<Vec<_>>().into());
        let rows: Vec<csv::ByteRecord> =
            cells.iter().map(|cells| cells.split('|').collect::<Vec<_>>().into()).collect();
        table(&header, &rows, &[], is_told).is_some()
    }

    #[test]
    fn tables_are_the_pixels_if_they_hold_what_only_that_writes() {
        for (names, cells, expected) in [
            ("clientId|name|timestamp|data.checkout.token", "c|n|t|", true),
            ("CLIENT_ID|EVENT_NAME|EVENT_TIME|CONTEXT_DOCUMENT_LOCATION_HREF", "c|n|t|u", true),
            ("client_id|event|timestamp|type|data", "c|n|t|standard|{}", true),
            ("client_id|event|timestamp|data", "c|n|t|{\"checkout\":{}}", true),
            ("client_id|event|timestamp|data", "c|n|t|{\"score\":1}", false),
            ("client_id|event|timestamp|data", "c|n|t|text", false),
            ("client_id|event|timestamp|email", "c|n|t|e", false),
            ("name|timestamp|data.checkout.token", "n|t|tok", false),
        ] {
            assert_eq!(is_one(names, &[cells], false), expected, "{names}: {cells}");
        }
        assert!(is_one("client_id|event|timestamp|data", &["c|n|t|{\"score\":1}"], true));
        assert!(is_one("clientId|name|timestamp|data.checkout.token", &[], false));
    }

    #[test]
    fn amounts_are_read_as_the_table_writes_them() {
        for (name, expected) in
            [("data.checkout.totalPrice.amount", true), ("revenue", true), ("note", false)]
        {
            let names = vec!["clientId", "name", "timestamp", "data.checkout.token", name];
            let header = Header::new(&names.into());
            let mut own = table(&header, &[], &[], false).unwrap();
            own.read_amounts(true);
            let mut text = Vec::new();
            own.write(Row::parsed(&vec!["c", "n", "t", "tok", "1.010,50"].into()), &mut text);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text.contains("\"1010.50\""), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_beside_the_pixels_columns_is_found_by_its_usual_name() {
        let header = Header::new(
            &vec!["clientId", "name", "timestamp", "type", "data.checkout.email", "email", "id"]
                .into(),
        );
        assert_eq!(found(&header), [(Part::Who(IdentifierKind::Email), "email".to_string())]);
    }
}
