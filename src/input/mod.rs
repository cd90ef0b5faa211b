//! Reading: from paths to rows. What each input is, is decided from its content (`detect`); its bytes
//! are cut into blocks of whole records (`split`); a block is read into events (`format`).
//!
//! This room knows nothing of ladders, threads or reports.

pub mod aliases;
pub mod bots;
pub mod columns;
pub mod detect;
pub mod format;
pub mod json;
pub mod source;
pub mod split;
pub mod timestamp;

use columns::{Header, Row};
use format::event_json::EventKeys;
use format::event_table::{Context, EventColumns, shorten};
use format::shopify_analytics::{AnalyticsColumns, AnalyticsLine};
use format::shopify_checkouts::{CheckoutColumns, CheckoutLine};
use format::shopify_orders::{OrderColumns, OrderLine};
use format::{Format, RowAt, RowIdentifiers, Sink, web_pixel};
use json::Tape;
use split::{Cutter, Layout};
use timestamp::{DateOrder, ZoneRule};

use crate::error::Result;
use crate::quality::Reason;

/// What the user said about the inputs.
#[derive(Clone, Debug)]
pub struct Told {
    /// The format, where detection shall not decide.
    pub format: Option<Format>,
    /// Which column or key a part of an event stands under.
    pub map: Vec<(aliases::Part, String)>,
    /// The zone of times that are written without one.
    pub zone: ZoneRule,
    /// Whether `3/4/2025` is in March or in April.
    pub date_order: Option<DateOrder>,
}

/// An input that was opened and recognised.
#[derive(Debug)]
pub struct Input {
    /// What it is and how it is read.
    pub reading: Reading,
    /// Its records, in blocks.
    pub cutter: Cutter,
}

/// What an input is, and how its blocks are read. Shared by all threads.
#[derive(Debug)]
pub struct Reading {
    /// The path as the user gave it.
    pub path: String,
    /// The format.
    pub format: Format,
    /// Why it was taken for that.
    pub why: String,
    /// How its text is encoded.
    pub encoding: &'static str,
    /// The separator of a table.
    pub delimiter: Option<u8>,
    /// Which column or key each part is read from.
    pub columns: Vec<(&'static str, String)>,
    /// The line on which the first record starts.
    pub first_line: u64,
    /// The size in bytes, if it is known.
    pub size: Option<u64>,
    /// The zone of times without one.
    pub zone: ZoneRule,
    /// How records become events.
    pub rows: Rows,
    layout: Layout,
}

/// How the records of a format become events.
#[derive(Debug)]
pub enum Rows {
    /// Rows of an orders export.
    Orders(Header, OrderColumns),
    /// Rows of an abandoned-checkouts export.
    Checkouts(Header, CheckoutColumns),
    /// Rows of an aggregated report.
    Totals(Header, AnalyticsColumns),
    /// Events in a table.
    Table(Header, EventColumns),
    /// Events as JSON objects.
    Json(EventKeys),
    /// Web-pixel events.
    Pixel,
}

/// How much a block held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Records.
    pub records: u64,
    /// Lines.
    pub lines: u64,
}

/// Opens and recognises the files that the paths mean, sorted by path.
pub fn open_all(paths: &[String], told: &Told) -> Result<Vec<Input>> {
    source::expand(paths)?
        .iter()
        .map(|path| detect::recognise(source::Source::open(path)?, told))
        .collect()
}

/// Room that reading needs, reused from block to block.
#[derive(Debug, Default)]
pub struct Scratch {
    tape: Tape,
    identifiers: RowIdentifiers,
}

impl Reading {
    /// Reads a block of whole records.
    pub fn read(&self, block: &[u8], scratch: &mut Scratch, sink: &mut impl Sink) -> Extent {
        match self.layout {
            Layout::Lines => self.read_lines(block, scratch, sink),
            Layout::Array => self.read_array(block, scratch, sink),
            Layout::Table { delimiter } => self.read_table(block, delimiter, scratch, sink),
        }
    }

    fn read_lines(&self, block: &[u8], scratch: &mut Scratch, sink: &mut impl Sink) -> Extent {
        let mut extent = Extent::default();
        let mut rest = block;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest[..end].trim_ascii();
            if !line.is_empty() {
                let at = row_at(extent);
                self.read_json(line, at, scratch, sink);
                extent.records += 1;
            }
            extent.lines += 1;
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        extent
    }

    fn read_json(&self, line: &[u8], at: RowAt, scratch: &mut Scratch, sink: &mut impl Sink) {
        match scratch.tape.read(line) {
            Ok((json, end)) if json.is_object() && end == line.len() => {
                self.read_object(line, json, at, &mut scratch.identifiers, sink)
            }
            Ok((_, end)) if end < line.len() => sink.defect(
                at,
                Reason::BadRow,
                format!("more text follows the record at character {}", end + 1),
            ),
            Ok(_) => sink.defect(at, Reason::BadRow, "the record is not a JSON object".to_string()),
            Err(bad) => sink.defect(
                at,
                Reason::BadRow,
                format!("not JSON: expected {} at character {}", bad.expected, bad.at + 1),
            ),
        }
    }

    fn read_object(
        &self,
        raw: &[u8],
        json: json::Json<'_>,
        at: RowAt,
        identifiers: &mut RowIdentifiers,
        sink: &mut impl Sink,
    ) {
        match &self.rows {
            Rows::Json(keys) => keys.read(raw, json, (at, self.zone), identifiers, sink),
            Rows::Pixel => web_pixel::read(json, at, self.zone, identifiers, sink),
            Rows::Orders(..) | Rows::Checkouts(..) | Rows::Totals(..) | Rows::Table(..) => {
                sink.defect(at, Reason::BadRow, "a table cannot be read as JSON".to_string());
            }
        }
    }

    /// Reads elements one after the other; what is broken is one bad row up to the end of its block.
    fn read_array(&self, block: &[u8], scratch: &mut Scratch, sink: &mut impl Sink) -> Extent {
        let mut extent = Extent::default();
        let mut at = 0;
        loop {
            let gap = block[at..]
                .iter()
                .take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b']'))
                .count();
            extent.lines += count_lines(&block[at..at + gap]);
            at += gap;
            if at == block.len() {
                return extent;
            }
            let element = &block[at..];
            let length = scratch.tape.read(element).map_or(element.len(), |(_, end)| end);
            self.read_json(&element[..length], row_at(extent), scratch, sink);
            extent.records += 1;
            extent.lines += count_lines(&element[..length]);
            at += length;
        }
    }

    fn read_table(
        &self,
        block: &[u8],
        delimiter: u8,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(block);
        let mut record = csv::ByteRecord::new();
        let mut extent = Extent::default();
        // Reading bytes from memory has no way to fail; the loop ends all the same if it does.
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            extent.lines =
                record.position().map_or(0, |position| position.line().saturating_sub(1));
            self.read_record(&record, row_at(extent), scratch, sink);
            extent.records += 1;
        }
        extent.lines = count_lines(block);
        extent
    }

    fn read_record(
        &self,
        record: &csv::ByteRecord,
        at: RowAt,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) {
        let row = Row { record };
        let Some(header) = self.header() else { return };
        if header.is_repeat(record) {
            sink.defect(at, Reason::BadRow, "the header again".to_string());
            return;
        }
        let cells = header.names().len();
        if record.iter().skip(cells).any(|cell| !cell.is_empty()) {
            sink.defect(
                at,
                Reason::BadRow,
                format!("{} cells where the header has {cells}", record.len()),
            );
            return;
        }
        if row.is_blank() {
            sink.defect(at, Reason::BadRow, "all cells are empty".to_string());
            return;
        }
        let line = match &self.rows {
            Rows::Orders(_, columns) => {
                OrderLine::read(columns, &row).map(|line| sink.order(at, line))
            }
            Rows::Checkouts(_, columns) => {
                CheckoutLine::read(columns, &row).map(|line| sink.checkout(at, line))
            }
            Rows::Totals(_, columns) => {
                AnalyticsLine::read(columns, &row).map(|line| sink.total(at, line))
            }
            Rows::Table(header, columns) => {
                columns.read(
                    row,
                    at,
                    Context { header, zone: self.zone },
                    &mut scratch.identifiers,
                    sink,
                );
                Ok(())
            }
            Rows::Json(_) | Rows::Pixel => Err("JSON cannot be read as a table".to_string()),
        };
        if let Err(message) = line {
            sink.defect(at, Reason::BadRow, shorten(&message));
        }
    }

    fn header(&self) -> Option<&Header> {
        match &self.rows {
            Rows::Orders(header, _)
            | Rows::Checkouts(header, _)
            | Rows::Totals(header, _)
            | Rows::Table(header, _) => Some(header),
            Rows::Json(_) | Rows::Pixel => None,
        }
    }
}

fn row_at(extent: Extent) -> RowAt {
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    RowAt { record: number(extent.records), line: number(extent.lines) }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
