//! Files from the pages of Google Analytics: several tables, each behind lines that begin with `#`.
//!
//! They are small, so a file is read whole and cut into its tables; each table is an input of its own. A
//! spreadsheet that has saved such a file again may have filled its lines up with separators, put quotes around
//! some, or have changed the separator.

use super::table_head::{TableHead, line_end};
use super::{Decision, input, table};
use crate::error::{Error, Result};
use crate::input::aliases::Part;
use crate::input::columns::{Header, Row, is_null};
use crate::input::format::Format;
use crate::input::format::ga4_ui::{COMMENT, Exploration, StepNames};
use crate::input::format::shopify_analytics::AnalyticsColumns;
use crate::input::format::special::Special;
use crate::input::quoting::Signs;
use crate::input::source::Source;
use crate::input::split::Layout;
use crate::input::{Input, Rows, Told};
use crate::place::Place;
use std::io::Read;

/// No page gives a larger file.
const LARGEST: u64 = 64 << 20;

/// Whether a source is such a file: its first line begins with `#` and is no header. A header with such a
/// column has rows behind it that begin otherwise, and what holds zeros is no text.
pub(super) fn is_one(head: &[u8]) -> bool {
    if head.contains(&0) {
        return false;
    }
    let end = line_end(head);
    let mut lines = head.split(|&byte| byte == end).filter(|line| !is_blank(line));
    let Some(first) = lines.next().filter(|line| is_comment(line)) else { return false };
    let words = first.trim_ascii().trim_ascii_end();
    let is_filled_up = is_blank(words.strip_prefix(b"#").unwrap_or(words));
    is_filled_up
        || !words.iter().any(|byte| SEPARATORS.contains(byte))
        || lines.next().is_some_and(is_comment)
}

/// Whether below such lines there is a table of which each row is something that happened, not a count: others put them
/// before a log, too.
pub(super) fn precedes_rows(head: &[u8], told: &Told) -> bool {
    let is_of_rows = |table: &TableHead| {
        if has_counts(table) {
            return false;
        }
        table::decide(table, told)
            .is_some_and(|found| !matches!(found.rows, Rows::Totals(..) | Rows::Special(..)))
    };
    TableHead::below_titles(head, is_of_rows).is_some()
}

/// Whether rows stand for more than one event, or for sessions: a column counts them.
fn has_counts(table: &TableHead) -> bool {
    const SESSIONS: &[&str] = &["sessions", "engaged sessions"];
    const COUNTS: &[&str] =
        &["event count", "views", "active users", "total users", "new users", "key events"];
    let header = &table.header;
    let mut counted = COUNTS.iter().filter_map(|name| header.find(&[name]));
    let is_more = |column: usize| {
        let cells = table.rows.iter().map(|row| Row::parsed(row).text(Some(column)).into_owned());
        cells.filter(|cell| !is_null(cell)).any(|cell| cell != "1")
    };
    header.has(SESSIONS) || counted.any(is_more)
}

/// Where records of JSON begin behind such lines, which no page has given then.
pub(super) fn records_begin(head: &[u8]) -> Option<usize> {
    let end = line_end(head);
    let mut lines = head.split_inclusive(|&byte| byte == end);
    let before = lines.by_ref().take_while(|line| is_blank(line) || is_comment(line));
    let start = before.map(<[u8]>::len).sum();
    head.get(start..)?.starts_with(b"{").then_some(start)
}

/// What may separate the cells of a table.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Whether a line is none of a table: `# Start date: 20251001`, `# ----`. `#1001` is the name of an order.
fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let words = line.strip_prefix(b"\"").unwrap_or(line).strip_prefix(&[COMMENT]);
    words.is_some_and(|words| !words.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether nothing stands on a line but separators.
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_whitespace() || SEPARATORS.contains(byte))
}

/// The tables of a file.
pub(super) fn recognise(source: Source, told: &Told) -> Result<Vec<Input>> {
    let (path, compression) = (source.path.clone(), source.compression);
    let mut text = source.head.clone();
    let rest = source.into_rest().take(LARGEST).read_to_end(&mut text);
    rest.map_err(|e| Error::io(&path, e))?;
    if line_end(&text) == b'\r' {
        text.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
    }
    let tables = tables(&text);
    if tables.is_empty() {
        return Err(Error::at(
            Place::file(&path),
            "not recognised: no table follows the lines that begin with `#`",
        )
        .hint("download the report or the exploration again as CSV"));
    }
    let open = |(number, table): (usize, &Table<'_>)| {
        let name =
            if number == 0 { path.clone() } else { format!("{path} (table {})", number + 1) };
        let delimiter = TableHead::read(table.text).map_or(b',', |head| head.delimiter);
        let text = with_steps(table.text, delimiter);
        let (decision, skip, names) = decide(&text, delimiter, told);
        let mut source = Source::from_bytes(&name, text)?;
        source.compression = compression;
        let layout = Layout::Table(Signs { delimiter, line_end: b'\n' });
        let mut input = input(source, told, layout, skip, decision).starting_on(table.line + 1);
        input.reading.names = names;
        Ok(input)
    };
    tables.iter().enumerate().map(open).collect()
}

/// A table of a file.
struct Table<'t> {
    text: &'t [u8],
    /// The line of its header.
    line: u64,
}

/// Tables are parted by lines that begin with `#`, and by empty ones.
fn tables(text: &[u8]) -> Vec<Table<'_>> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let (mut start, mut is_open) = (0, false);
    for (number, line) in (1..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let end = start + line.len();
        match tables.last_mut() {
            _ if is_blank(line) || is_comment(line) => is_open = false,
            Some(table) if is_open => {
                let begin = end - line.len() - table.text.len();
                table.text = text.get(begin..end).unwrap_or_default();
            }
            _ => {
                tables.push(Table { text: text.get(start..end).unwrap_or_default(), line: number });
                is_open = true;
            }
        }
        start = end;
    }
    tables
}

/// The text of a table; in an exploration each row gets its step, which only the first of its rows has.
fn with_steps(text: &[u8], delimiter: u8) -> Vec<u8> {
    let (header, rows) = records(text, delimiter);
    let Some(column) = Exploration::step_column(&header) else { return text.to_vec() };
    let mut writer =
        csv::WriterBuilder::new().flexible(true).delimiter(delimiter).from_writer(Vec::new());
    let mut step: Vec<u8> = Vec::new();
    let head = text.iter().position(|b| *b == b'\n').map_or(text.len(), |at| at + 1);
    for row in rows {
        if let Some(own) = row.get(column).filter(|own| !own.trim_ascii().is_empty()) {
            step = own.to_vec();
        }
        let cells = row.iter().enumerate();
        let cells = cells.map(|(at, cell)| if at == column { step.as_slice() } else { cell });
        // Writing into memory has no way to fail; the table stays as it is all the same if it does.
        if writer.write_record(cells).is_err() {
            return text.to_vec();
        }
    }
    match writer.into_inner() {
        Ok(rows) => [text.get(..head).unwrap_or_default(), &rows].concat(),
        Err(_) => text.to_vec(),
    }
}

/// The header and the rows of a table.
fn records(text: &[u8], delimiter: u8) -> (Header, Vec<csv::ByteRecord>) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text);
    let mut record = csv::ByteRecord::new();
    let _has_header = reader.read_byte_record(&mut record).unwrap_or(false);
    let rows = reader.into_byte_records().map_while(std::result::Result::ok);
    (Header::new(&record), rows.collect())
}

/// What a table is, where its rows begin, and what its columns and its steps are called.
fn decide(text: &[u8], delimiter: u8, told: &Told) -> (Decision, usize, Vec<String>) {
    let (mut header, rows) = records(text, delimiter);
    table::call_figures(&mut header, &rows, told);
    let mut names = header.names().to_vec();
    let step = Exploration::step_column(&header);
    let steps = rows.iter().filter_map(|row| Some(Row::parsed(row).text(Some(step?)).into_owned()));
    names.extend(
        steps.map(|step| step.split_once(". ").map_or(step.clone(), |(_, name)| name.into())),
    );
    let skip = text.iter().position(|b| *b == b'\n').map_or(text.len(), |at| at + 1);
    let exploration = Exploration::new(&header, &rows, step_names(told));
    let what = match exploration.as_ref().map(Exploration::segment) {
        None => "a report".to_string(),
        Some(None) => "a funnel exploration".to_string(),
        Some(Some(segment)) => format!("a funnel exploration, of which `{segment}` is read"),
    };
    let columns = header.names().len();
    let rows = if let Some(exploration) = exploration {
        Rows::Special(header, Special::Exploration(exploration))
    } else {
        let columns = AnalyticsColumns::of_a_page(&header);
        Rows::Totals(header, columns)
    };
    let why = format!("lines that begin with `#` before {what} ({columns} columns)");
    let decision = Decision { format: Format::Ga4Ui, why, columns: Vec::new(), rows, nearly: None };
    (decision, skip, names)
}

/// What the user says that steps of explorations are.
fn step_names(told: &Told) -> StepNames {
    let figure = |(part, name): &(Part, String)| {
        if let Part::Figure(figure) = part { Some((*figure, name.clone())) } else { None }
    };
    let figures = told.map.iter().chain(&told.columns).filter_map(figure);
    StepNames { events: told.own_names.clone(), figures: figures.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_parted_by_comments_and_empty_lines() {
        let text = b"# x\n#\n\na,b\n1,2\n\n# y\nc\n3\n4\n";
        let found: Vec<(&[u8], u64)> = tables(text).iter().map(|t| (t.text, t.line)).collect();
        assert_eq!(found, [(&b"a,b\n1,2\n"[..], 4), (&b"c\n3\n4\n"[..], 8)]);
        let filled_up = b"#--,,\r\n\"# x, y\",,\r\n,,\r\na,b,\r\n1,2,\r\n,,\r\n";
        let found: Vec<(&[u8], u64)> = tables(filled_up).iter().map(|t| (t.text, t.line)).collect();
        assert_eq!(found, [(&b"a,b,\r\n1,2,\r\n"[..], 4)]);
    }

    #[test]
    fn a_first_line_with_a_sign_is_a_title_or_a_header() {
        for (text, expected) in [
            (&b"# x\na,b\n"[..], true),
            (b"\n#--\n", true),
            (b"#--,,\n#\n", true),
            (b"#,,\n\na,b\n", true),
            (b"# a page, a query\n# ---\n", true),
            (b"\"# a page, a query\",\n\"# ---\",\n", true),
            (b"#!/bin/sh\n# \0\x01\n", false),
            (b"# x\r# y\ra,b\r1,2\r", true),
            (b"#,Name\n1,x\n", false),
            (b"#;Name\n1;x\n", false),
            (b"#1001,a@x.com\n#1002,b@x.com\n", false),
            (b"a\n", false),
            (b"", false),
        ] {
            assert_eq!(is_one(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn every_row_of_an_exploration_gets_its_step() {
        let text = b"Step,Device,Active users\n1. A,x,1\n,y,2\n2. \"B\",x,3\n, \"y\" ,4\n";
        let expected = b"Step,Device,Active users\n1. A,x,1\n1. A,y,2\n\"2. \"\"B\"\"\",x,3\n";
        let found = with_steps(text, b',');
        assert!(found.starts_with(expected), "{}", String::from_utf8_lossy(&found));
        assert_eq!(memchr::memchr_iter(b'\n', &found).count(), 5);
        assert_eq!(with_steps(b"Day;Sessions\n;2\n", b';'), b"Day;Sessions\n;2\n");
    }
}
