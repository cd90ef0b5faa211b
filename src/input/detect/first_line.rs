//! Whether the first line of a table holds the names of its columns, or is a row like all others.
//!
//! Names are texts. A number or a time is none where the rows below have such a thing in the same place; but the
//! columns of some reports are called after years.

use super::table_formats;
use super::table_head::TableHead;
use crate::input::aliases::Mapping;
use crate::input::columns::{Row, is_null};
use crate::input::timestamp::{DateOrder, ZoneRule, parse_any};
use std::ops::RangeInclusive;

/// Numbers that may be a column's name.
const YEARS: RangeInclusive<u32> = 1900..=2100;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Time,
    Text,
}

impl Kind {
    fn of(cell: &str) -> Kind {
        if is_number(cell) {
            Kind::Number
        } else if is_time(cell) {
            Kind::Time
        } else {
            Kind::Text
        }
    }
}

/// A cell of a first line that is no name. What it says is nobody's business: it may be a customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Which cell it is, from 1.
    pub(super) cell: usize,
    /// What stands there.
    pub(super) what: &'static str,
}

/// The first cell that is no name, if the first line of a table is a row.
pub(super) fn value_for_a_name(table: &TableHead) -> Option<Value> {
    // The names of other columns than a text's are never read from its first line.
    let is_text = matches!(table.line_ends, csv::Terminator::CRLF);
    if !is_text || names_any(table) {
        return None;
    }
    let names = || table.header.names().iter().map(String::as_str).enumerate();
    // Nobody is called so whose cells hold addresses.
    if let Some((column, _)) = names().find(|(_, name)| is_email(name)) {
        return Some(Value { cell: column + 1, what: "an e-mail address" });
    }
    let is_row = names().all(|(column, name)| is_like_those_below(table, column, name));
    let is_value = |name: &str| {
        let is_year = name.parse().is_ok_and(|number| YEARS.contains(&number));
        Kind::of(name) != Kind::Text && !is_year
    };
    let (column, name) = names().find(|(_, name)| is_row && is_value(name))?;
    let what = if Kind::of(name) == Kind::Time {
        "a time, as those below it are"
    } else {
        "a number, as those below it are"
    };
    Some(Value { cell: column + 1, what })
}

/// Whether a name is rather something that rows hold: it may be a customer's, and is shown to nobody.
pub(super) fn is_value(name: &str) -> bool {
    const LONGEST_NUMBER: usize = 4;
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let is_number = digits > LONGEST_NUMBER && !name.contains(char::is_alphabetic);
    let is_of_a_value = ["{\"", "\":", "://", "Mozilla/"].iter().any(|sign| name.contains(sign));
    is_number || is_email(name) || is_time(name) || is_of_a_value || begins_with_an_ip(name)
}

/// Whether a text begins with the address of a machine: `192.0.2.0`.
fn begins_with_an_ip(text: &str) -> bool {
    const PARTS: usize = 4;
    let first = text.split_whitespace().next().unwrap_or_default();
    first.split('.').count() == PARTS && first.split('.').all(|part| part.parse::<u8>().is_ok())
}

/// Whether a text has an e-mail address in it.
fn is_email(text: &str) -> bool {
    let is_one = |word: &str| {
        let parts = word.split_once('@');
        parts.is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
    };
    text.split_whitespace().any(is_one)
}

/// Whether the first line has a name that is known here.
fn names_any(table: &TableHead) -> bool {
    let names = table.header.names();
    let is_known = |names: &&'static [&'static str]| table.header.has(names);
    !Mapping::find(names, &[]).list().is_empty()
        || table_formats::ALL.iter().any(|known| known.must.iter().any(is_known))
}

/// Whether the cells below a cell of the first line may be of the same kind as it. Where it is a text there must be a
/// text too; of nothing, anything is.
fn is_like_those_below(table: &TableHead, column: usize, name: &str) -> bool {
    let texts = table.rows.iter().map(|row| Row::parsed(row).text(Some(column)).into_owned());
    let mut kinds = texts.filter(|text| !is_null(text)).map(|text| Kind::of(&text)).peekable();
    if is_null(name) || kinds.peek().is_none() {
        return is_null(name) || Kind::of(name) == Kind::Text;
    }
    match Kind::of(name) {
        Kind::Text => kinds.any(|kind| kind == Kind::Text),
        own @ (Kind::Number | Kind::Time) => kinds.all(|kind| kind == own),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.contains(|sign: char| sign.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// Whether a text is a time, in either order of day and month; of digits alone it may be any number.
pub(super) fn is_time(text: &str) -> bool {
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let read = |order| parse_any(text, Some(order), ZoneRule::default());
    !is_number && orders.into_iter().any(|order| read(order).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rows_hold_is_no_name() {
        for (name, expected) in [
            ("ada@example.com", true),
            ("'+46 70 174 06 05", true),
            ("5900000000001", true),
            ("2025-10-01 10:00:00", true),
            ("{\"id\": 5", true),
            ("\"name\": \"Ada\"", true),
            ("Name", false),
            ("2025", false),
            ("@timestamp", false),
            ("properties.$os", false),
            ("option1 name", false),
        ] {
            assert_eq!(is_value(name), expected, "{name}");
        }
    }

    #[test]
    fn a_first_line_of_values_is_a_row() {
        for (text, expected) in [
            ("1,2268318,pv,1511544070\n1,2333346,pv,1511561733\n", Some(1)),
            ("ada,pv,2025-10-01 10:00:00\nbob,buy,2025-10-02 11:00:00\n", Some(3)),
            ("ada;;-1,5\nbob;x;2\n", Some(3)),
            ("ada,ada@example.com\nbob,\n", Some(2)),
            // A text stands above numbers.
            ("who,17\n1,17\n2,18\n", None),
            // A time stands above counts.
            ("Mug,2025-10-01\nCup,14\n", None),
            // Years.
            ("Mug,2024,2025\nCup,14,2016\n", None),
            // Nothing is below that could be compared.
            ("ada,17\nbob,\n", None),
            ("ada,17\n", None),
            // A name that is known.
            ("user_id,17\nada,18\n", None),
            ("Name,17\n#1001,18\n", None),
            ("who,what\nada,pv\n", None),
        ] {
            let table = TableHead::read(text.as_bytes()).unwrap();
            let cell = value_for_a_name(&table).map(|value| value.cell);
            assert_eq!(cell, expected, "{text}");
        }
    }
}
