//! Writing a row as a JSON record: everything but the cells is the same for all rows of a table.
//!
//! Because only the cells differ, all records of a table have one shape, and the reader of JSON knows it
//! after the first. Members are nested by the dots of their paths; parameters stand last, so that more of
//! them can be added to an event of several rows.

use super::{Target, snowplow};
use crate::input::columns::Row;
use crate::input::format::tool_log::Tool;
use crate::input::json::json_of_python;
use crate::input::timestamp::{self, DateOrder, Stamp, ZoneRule};
use crate::money::Amount;
use crate::time::Precision;
use chrono::DateTime;
use std::borrow::Cow;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text or a number.
    Text,
    /// An amount as the table writes it.
    Amount,
    /// JSON, or what Python prints of it.
    Json,
    /// A time that a spreadsheet has changed, of a zone.
    Date(Option<DateOrder>, ZoneRule),
    /// JSON of Snowplow that says by which schema it is to be read; it makes members of its own.
    Described,
}

/// How rows are written.
#[derive(Debug)]
pub(super) struct Template {
    pieces: Vec<Piece>,
    parameters: Vec<Parameter>,
    /// Whether a comma is the decimal sign of amounts.
    decimal_comma: bool,
}

/// A parameter that has a column, or one for each type of its value: the first that holds something counts.
#[derive(Debug)]
struct Parameter {
    key: String,
    columns: Vec<usize>,
    is_amount: bool,
}

#[derive(Debug)]
enum Piece {
    Words(String),
    Cell(usize, Cell),
}

/// The members of the record, as a tree.
#[derive(Debug)]
enum Node {
    Cell(usize, Cell),
    Fixed(String),
    Object(Vec<(String, Node)>),
}

impl Template {
    pub(super) fn new(
        tool: Option<&'static Tool>,
        targets: impl Iterator<Item = (usize, Target)>,
        fixed: &[(&str, &str)],
    ) -> Template {
        let mut members = Vec::new();
        let mut parameters: Vec<Parameter> = Vec::new();
        let is_amount = |path: &str| tool.is_some_and(|tool| tool.is_amount(path));
        let own_cell = |path: &str, cell: Cell| {
            if cell == Cell::Text && is_amount(path) { Cell::Amount } else { cell }
        };
        let is_amount_parameter =
            |key: &str| tool.is_some_and(|tool| tool.is_amount_parameter(key));
        for (path, text) in fixed {
            insert(&mut members, path, Node::Fixed((*text).to_string()));
        }
        for (column, target) in targets {
            match target {
                Target::Path(path, cell) => {
                    insert(&mut members, &path, Node::Cell(column, own_cell(&path, cell)));
                }
                Target::Key(key, cell) if members.iter().all(|(known, _)| *known != key) => {
                    members.push((key, Node::Cell(column, cell)));
                }
                Target::Parameter(key) => {
                    let is_amount = is_amount_parameter(&key);
                    add_parameter(
                        &mut parameters,
                        Parameter { key, columns: vec![column], is_amount },
                    );
                }
                Target::Key(..) | Target::Nowhere => {}
            }
        }
        let mut template = Template { pieces: Vec::new(), parameters, decimal_comma: false };
        template.flatten(&members);
        template
    }

    /// Writes the times of a column as what they are read as.
    pub(super) fn read_dates(&mut self, column: usize, order: Option<DateOrder>, zone: ZoneRule) {
        for piece in &mut self.pieces {
            match piece {
                Piece::Cell(own, cell) if *own == column => *cell = Cell::Date(order, zone),
                Piece::Cell(..) | Piece::Words(_) => {}
            }
        }
    }

    /// Says whether a comma is the decimal sign of the table's amounts.
    pub(super) fn read_amounts(&mut self, decimal_comma: bool) {
        self.decimal_comma = decimal_comma;
    }

    /// An amount as a plain number.
    pub(super) fn amount<'t>(&self, written: &'t str) -> Cow<'t, str> {
        Amount::plain(written, self.decimal_comma)
    }

    /// Writes the record of a row up to the end of its parameters.
    pub(super) fn begin(&self, row: Row<'_>, text: &mut Vec<u8>) {
        text.clear();
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => text.extend_from_slice(words.as_bytes()),
                Piece::Cell(column, cell) => self.write_cell(row, *column, *cell, text),
            }
        }
        text.extend_from_slice(b"\"event_params\":[");
        for (number, Parameter { key, columns, is_amount }) in self.parameters.iter().enumerate() {
            let value = columns.iter().find_map(|&column| row.value(Some(column)));
            let amount =
                value.as_deref().filter(|_| *is_amount).map(|written| self.amount(written));
            parameter(key, amount.as_deref().or(value.as_deref()), number == 0, text);
        }
    }

    /// Whether parameters of their own columns come first.
    pub(super) fn has_parameters(&self) -> bool {
        !self.parameters.is_empty()
    }

    /// Ends the record.
    pub(super) fn end(text: &mut Vec<u8>) {
        text.extend_from_slice(b"]}");
    }

    /// Every member ends in a comma, because the parameters follow.
    fn flatten(&mut self, members: &[(String, Node)]) {
        self.words("{");
        for (key, node) in members {
            self.member(key, node);
            self.words(",");
        }
    }

    fn member(&mut self, key: &str, node: &Node) {
        // The members that a described cell makes have keys of their own.
        if !matches!(node, Node::Cell(_, Cell::Described)) {
            self.words(&quoted(key));
            self.words(":");
        }
        match node {
            Node::Cell(column, cell) => self.pieces.push(Piece::Cell(*column, *cell)),
            Node::Fixed(text) => self.words(&quoted(text)),
            Node::Object(members) => self.object(members),
        }
    }

    fn object(&mut self, members: &[(String, Node)]) {
        let mut before = "{";
        for (key, node) in members {
            self.words(before);
            self.member(key, node);
            before = ",";
        }
        self.words("}");
    }

    fn words(&mut self, more: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Words(words)) => words.push_str(more),
            _ => self.pieces.push(Piece::Words(more.to_string())),
        }
    }

    fn write_cell(&self, row: Row<'_>, column: usize, cell: Cell, text: &mut Vec<u8>) {
        let written = row.text(Some(column));
        match cell {
            Cell::Text => write_text(row.value(Some(column)).as_deref(), text),
            Cell::Amount => {
                let value = row.value(Some(column));
                write_text(value.as_deref().map(|written| self.amount(written)).as_deref(), text);
            }
            Cell::Json if written.starts_with(['{', '[']) => {
                let json = json_of_python(&written);
                text.extend_from_slice(json.as_deref().unwrap_or(&written).as_bytes());
            }
            Cell::Json => text.extend_from_slice(b"null"),
            Cell::Date(order, zone) => {
                let date = timestamp::parse_slash(&written, order, zone).and_then(utc);
                let cell = row.value(Some(column));
                write_text(date.as_deref().or(cell.as_deref()), text);
            }
            Cell::Described => snowplow::write_described(&written, text),
        }
    }
}

/// Adds a parameter, or its column to those of the one with the same key.
fn add_parameter(parameters: &mut Vec<Parameter>, own: Parameter) {
    if let Some(known) = parameters.iter_mut().find(|known| known.key == own.key) {
        known.columns.extend(own.columns);
    } else {
        parameters.push(own);
    }
}

/// Puts a node at a dotted path; where something stands already it stays.
fn insert(members: &mut Vec<(String, Node)>, path: &str, node: Node) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let known = members.iter().position(|(known, _)| known == key);
    match (known, rest) {
        (Some(at), Some(rest)) => {
            if let Some((_, Node::Object(inner))) = members.get_mut(at) {
                insert(inner, rest, node);
            }
        }
        (Some(_), None) => {}
        (None, Some(rest)) => {
            let mut inner = Vec::new();
            insert(&mut inner, rest, node);
            members.push((key.to_string(), Node::Object(inner)));
        }
        (None, None) => members.push((key.to_string(), node)),
    }
}

/// A time as tools write it, no finer than it is known.
fn utc(stamp: Stamp) -> Option<String> {
    let clock = match stamp.precision {
        Precision::Day | Precision::Hour | Precision::Minute => "%Y-%m-%dT%H:%MZ",
        Precision::Second | Precision::Exact => "%Y-%m-%dT%H:%M:%SZ",
    };
    let at = DateTime::from_timestamp_micros(stamp.at.0)?;
    Some(at.format(clock).to_string())
}

/// Writes a parameter as GA4 does.
pub(super) fn parameter(key: &str, value: Option<&str>, is_first: bool, text: &mut Vec<u8>) {
    text.extend_from_slice(if is_first { b"{\"key\":" } else { b",{\"key\":" });
    write_text(Some(key), text);
    text.extend_from_slice(b",\"value\":{\"string_value\":");
    write_text(value, text);
    text.extend_from_slice(b"}}");
}

/// Writes text with its quotes and escapes; `null` for nothing.
pub(super) fn write_text(written: Option<&str>, text: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let Some(written) = written else { return text.extend_from_slice(b"null") };
    text.push(b'"');
    for &byte in written.as_bytes() {
        match byte {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                text.extend_from_slice(b"\\u00");
                text.extend([byte >> 4, byte & 15].map(|half| HEX[usize::from(half)]));
            }
            _ => text.push(byte),
        }
    }
    text.push(b'"');
}

fn quoted(text: &str) -> String {
    let mut bytes = Vec::new();
    write_text(Some(text), &mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::format::ga4_bigquery::GA4;
    use crate::input::format::segment::SEGMENT;

    #[test]
    fn rows_are_written_as_nested_records() {
        let path = |path: &str, cell| Target::Path(path.to_string(), cell);
        let targets = [
            path("a.b", Cell::Text),
            path("c", Cell::Json),
            path("a.d", Cell::Text),
            Target::Parameter("k".into()),
            Target::Nowhere,
            path("a", Cell::Text),
            Target::Key("c.x".into(), Cell::Text),
        ];
        let targets = targets.into_iter().enumerate();
        let template = Template::new(Some(&SEGMENT), targets, &[("type", "track")]);
        for (cells, expected) in [
            (
                ["1", "{\"x\":[2]}", "say \"hi\"\n", "v", "no", "no", "k"],
                r#"{"type":"track","a":{"b":"1","d":"say \"hi\""},"c":{"x":[2]},"c.x":"k","event_params":[{"key":"k","value":{"string_value":"v"}}]}"#,
            ),
            (
                ["", "x", "\\\t\\", "null", "", "", ""],
                r#"{"type":"track","a":{"b":null,"d":"\\\u0009\\"},"c":null,"c.x":null,"event_params":[{"key":"k","value":{"string_value":null}}]}"#,
            ),
        ] {
            let record = csv::ByteRecord::from(cells.to_vec());
            let mut text = Vec::new();
            template.begin(Row::parsed(&record), &mut text);
            Template::end(&mut text);
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        }
    }

    #[test]
    fn amounts_are_read_as_the_table_writes_them() {
        let targets = [
            Target::Path("ecommerce.purchase_revenue".into(), Cell::Text),
            Target::Parameter("value".into()),
            Target::Parameter("ga_session_id".into()),
        ];
        let mut template = Template::new(Some(&GA4), targets.into_iter().enumerate(), &[]);
        template.read_amounts(true);
        let record = csv::ByteRecord::from(vec!["1.058,81", "5,5", "5,5"]);
        let mut text = Vec::new();
        template.begin(Row::parsed(&record), &mut text);
        let expected = r#"{"ecommerce":{"purchase_revenue":"1058.81"},"event_params":[{"key":"value","value":{"string_value":"5.50"}},{"key":"ga_session_id","value":{"string_value":"5,5"}}"#;
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn of_the_columns_of_a_parameter_the_one_counts_that_is_set() {
        let targets = [Target::Parameter("k".into()), Target::Parameter("k".into())];
        let template = Template::new(Some(&GA4), targets.into_iter().enumerate(), &[]);
        for (cells, expected) in [(["", "5"], "\"5\""), (["a", ""], "\"a\""), (["", ""], "null")] {
            let record = csv::ByteRecord::from(cells.to_vec());
            let mut text = Vec::new();
            template.begin(Row::parsed(&record), &mut text);
            let expected = format!(
                "{{\"event_params\":[{{\"key\":\"k\",\"value\":{{\"string_value\":{expected}}}}}"
            );
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        }
    }
}
