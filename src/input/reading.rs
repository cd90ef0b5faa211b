//! Reading a block: from whole records to events, by the layout and the format of the input.
//!
//! Every record of a block is handed to the sink as an event or a line, or as a defect with its reason.

mod columns;
mod invariants;
mod json;
mod printed;

use super::block::Block;
use super::columns::{Header, Row, quoted_cells};
use super::envelope::Envelope;
use super::format::event_json::EventKeys;
use super::format::event_table::EventColumns;
use super::format::shopify_analytics::{AnalyticsColumns, AnalyticsLine, Thousands};
use super::format::shopify_checkouts::{CheckoutColumns, CheckoutLine};
use super::format::shopify_orders::{OrderColumns, OrderLine};
use super::format::special::Special;
use super::format::tool_log::ToolLog;
use super::format::tool_table::{Room, ToolTable};
use super::format::web_pixel::PixelKeys;
use super::format::{Desk, Format, RowAt, RowIdentifiers, Sink, Texts};
use super::parquet::SIGNS;
use super::quoting::{QUOTE, Signs};
use super::rows::OutlinedRows;
use super::serial::{outlined_rows, parsed_rows, tabbed_rows};
use super::split::Layout;
use super::timestamp::ZoneRule;
use super::usual::UsualRows;
use crate::event::Properties;
use crate::quality::Reason;
use csv::ByteRecord;
use json::JsonRoom;

/// What an input is, and how its blocks are read. Shared by all threads.
#[derive(Debug)]
pub struct Reading {
    /// The path as the user gave it.
    pub path: String,
    /// The format.
    pub format: Format,
    /// Why it was taken for that.
    pub why: String,
    /// How it is packed, if it is.
    pub compression: Option<&'static str>,
    /// How its text is encoded.
    pub encoding: &'static str,
    /// The separator of a table.
    pub delimiter: Option<u8>,
    /// Which column or key each part is read from.
    pub columns: Vec<(&'static str, String)>,
    /// The names of its columns or, of JSON, the keys of its first records.
    pub names: Vec<String>,
    /// What was decided about its cells, that a reader should know.
    pub decisions: Vec<String>,
    /// Which other format it nearly is, what is missing for that, and what to do.
    pub nearly: Option<String>,
    /// The line on which the first record starts.
    pub first_line: u64,
    /// The size in bytes, if it is known.
    pub size: Option<u64>,
    /// The zone of times without one.
    pub zone: ZoneRule,
    /// How records become events.
    pub rows: Rows,
    /// The last row of a small table that ends within it, as it is written.
    pub(super) cut_row: Option<Vec<u8>>,
    /// What is around each record.
    pub(super) envelope: Option<Envelope>,
    pub(super) layout: Layout,
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
    Pixel(PixelKeys),
    /// Events of an analytics tool, as JSON.
    Tool(ToolLog),
    /// Visits of Matomo.
    Matomo,
    /// Orders of Shopify's REST interface.
    RestOrders,
    /// Checkouts and carts of Shopify's webhooks.
    RestCheckouts,
    /// Orders of Shopify's GraphQL interface, and their parts.
    Bulk,
    /// Rows that are not one event each with its name in a column.
    Special(Header, Special),
    /// Events of an analytics tool, as a table.
    ToolTable(Header, ToolTable),
}

/// How much a block held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Records.
    pub records: u64,
    /// Lines.
    pub lines: u64,
}

/// Room that reading needs, reused from block to block.
#[derive(Debug, Default)]
pub struct Scratch {
    json: JsonRoom,
    /// What `json` keeps places for.
    kept_for: Option<KeptFor>,
    identifiers: RowIdentifiers,
    usual: UsualRows,
    tool_table: Room,
}

/// Whose records the places were found in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum KeptFor {
    /// Events under these keys.
    Keys(Box<EventKeys>),
    /// Records of a format that has its own.
    Format(Format),
}

impl Scratch {
    /// Room for reading that remembers the texts of identifiers that are asked for.
    pub fn remembering(texts: Texts) -> Scratch {
        Scratch { identifiers: RowIdentifiers::remembering(texts), ..Scratch::default() }
    }

    /// The texts that were remembered.
    pub fn into_texts(self) -> Texts {
        self.identifiers.into_texts()
    }
}

impl Reading {
    /// Whether rows are events of which two deliveries are the same in every byte: no id tells them, and nothing
    /// is around them that tells of each delivery.
    pub fn tells_deliveries_by_row(&self) -> bool {
        self.envelope.is_none() && self.rows.tell_deliveries_by_row()
    }

    /// Reads a block of whole records.
    pub fn read(&self, block: &Block, scratch: &mut Scratch, sink: &mut impl Sink) -> Extent {
        if let Some(columns) = &block.columns {
            return self.read_columns(columns, scratch, sink);
        }
        let extent = match (&self.rows, self.layout) {
            (_, Layout::Table(signs)) if self.envelope.is_some() => {
                self.read_column((block, signs), scratch, sink)
            }
            (Rows::ToolTable(_, table), _) => self.read_tool_table(table, block, scratch, sink),
            (_, Layout::Lines) => self.read_lines(block, scratch, sink),
            (_, Layout::Array) => self.read_array(block, scratch, sink),
            (_, Layout::Table(signs)) if block.is_stray => {
                self.parse_table(block, signs, scratch, sink)
            }
            (_, Layout::Table(signs)) => self.read_table(block, signs, scratch, sink),
        };
        if self.has_lines() { extent } else { Extent { lines: extent.records, ..extent } }
    }

    /// Whether lines can be counted; rows of a Parquet file are lines, whatever their cells hold.
    fn has_lines(&self) -> bool {
        self.layout != Layout::Table(SIGNS)
    }

    /// Everything that reading one record needs; `start` and `length` say where its bytes stand.
    fn desk<'d, S>(
        &self,
        extent: Extent,
        (start, length): (usize, usize),
        identifiers: &'d mut RowIdentifiers,
        sink: &'d mut S,
    ) -> Desk<'d, S> {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let at = RowAt {
            record: number(extent.records),
            line: number(if self.has_lines() { extent.lines } else { extent.records }),
            start: number(start as u64),
            length: number(length as u64),
        };
        Desk { at, zone: self.zone, identifiers, sink }
    }

    /// What is kept of another input's records is of no use for this one.
    fn prepare(&self, scratch: &mut Scratch) {
        let is_same = match (&self.rows, &scratch.kept_for) {
            (Rows::Json(keys), Some(KeptFor::Keys(kept))) => **kept == *keys,
            (Rows::Json(_), _) => false,
            (_, kept) => *kept == Some(KeptFor::Format(self.format)),
        };
        if !is_same {
            scratch.json.records.forget();
            scratch.tool_table.forget();
            scratch.kept_for = Some(if let Rows::Json(keys) = &self.rows {
                KeptFor::Keys(Box::new(keys.clone()))
            } else {
                KeptFor::Format(self.format)
            });
        }
    }

    /// Reads the rows of a table by its outline.
    fn read_table(
        &self,
        block: &Block,
        signs: Signs,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        let width = self.header().map_or(0, |header| header.names().len());
        let rows = OutlinedRows::new(block, signs, width);
        if rows.are_even()
            && sink.takes_usual()
            && let Rows::Table(header, columns) = &self.rows
            && scratch.usual.fill(&rows, (header, columns), (self.zone, sink.dimensions()))
        {
            return self.read_usual((block, &rows), (header, columns), scratch, sink);
        }
        outlined_rows(rows, &mut |extent, place, row| {
            self.read_row(row, self.desk(extent, place, &mut scratch.identifiers, sink));
        })
    }

    /// Reads the rows of a block of which the usual ones are known.
    fn read_usual(
        &self,
        (block, rows): (&Block, &OutlinedRows<'_>),
        (header, columns): (&Header, &EventColumns),
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        let Scratch { usual, identifiers, .. } = scratch;
        let show = |number, look: &mut dyn FnMut(&dyn Properties)| {
            let Some(row) = rows.row(number) else { return };
            columns.show(Row::outlined(row), header, look);
        };
        let mut read = |sink: &mut _, number| {
            let Some(row) = rows.row(number) else { return };
            let extent = Extent { records: number as u64, lines: number as u64 };
            let place = usual.place(number, block);
            self.read_row(Row::outlined(row), self.desk(extent, place, identifiers, sink));
        };
        sink.usual(usual, &mut read, &show);
        let count = usual.len() as u64;
        Extent { records: count, lines: count }
    }

    /// Reads the rows of a table in which quotes stand where no cell begins.
    fn parse_table(
        &self,
        block: &Block,
        signs: Signs,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        parsed_rows(block, signs, &mut |extent, place, row| {
            self.read_row(row, self.desk(extent, place, &mut scratch.identifiers, sink));
        })
    }

    /// Reads the rows of a table of a tool; an event may take several of them, all in one block.
    fn read_tool_table(
        &self,
        table: &ToolTable,
        block: &Block,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        self.prepare(scratch);
        let Scratch { tool_table: room, identifiers, .. } = scratch;
        let mut each = |extent, place, row: Row<'_>| {
            let mut desk = self.desk(extent, place, identifiers, sink);
            match self.misfit(row) {
                Some((reason, problem)) => desk.defect(reason, problem),
                None => match self.quoted_whole(row) {
                    Some(inner) => table.read(Row::parsed(&inner).written(row.bytes()), room, desk),
                    None => table.read(row, room, desk),
                },
            }
        };
        let width = self.header().map_or(0, |header| header.names().len());
        let extent = match self.layout {
            Layout::Table(signs) if block.is_stray => parsed_rows(block, signs, &mut each),
            Layout::Table(signs) => {
                outlined_rows(OutlinedRows::new(block, signs, width), &mut each)
            }
            Layout::Lines | Layout::Array => tabbed_rows(block, &mut each),
        };
        table.finish(room, identifiers, sink);
        extent
    }

    fn read_row(&self, row: Row<'_>, mut desk: Desk<'_, impl Sink>) {
        if let Some((reason, problem)) = self.misfit(row) {
            return desk.defect(reason, problem);
        }
        if let Some(inner) = self.quoted_whole(row) {
            return self.read_row(Row::parsed(&inner).written(row.bytes()), desk);
        }
        let at = desk.at;
        let line = match &self.rows {
            Rows::Orders(_, columns) => {
                OrderLine::read(columns, &row).map(|line| desk.sink.order(at, line))
            }
            Rows::Checkouts(_, columns) => {
                CheckoutLine::read(columns, &row).map(|line| desk.sink.checkout(at, line))
            }
            Rows::Totals(_, columns) if columns.is_sum(&row) => {
                return desk.defect(Reason::Continuation, "the sum of other rows".to_string());
            }
            Rows::Totals(_, columns) => {
                let thousands = Thousands::of_table(self.delimiter);
                AnalyticsLine::read(columns, &row, thousands).map(|line| desk.sink.total(at, line))
            }
            Rows::Table(header, columns) => return columns.read(row, header, desk),
            Rows::Special(header, table) => return table.read(row, header, desk),
            Rows::Json(_)
            | Rows::Pixel(_)
            | Rows::Tool(_)
            | Rows::Matomo
            | Rows::RestOrders
            | Rows::RestCheckouts
            | Rows::Bulk
            | Rows::ToolTable(..) => Err("JSON cannot be read as a table".to_string()),
        };
        if let Err(message) = line {
            desk.defect(Reason::BadRow, message);
        }
    }

    /// Why a row as a whole is none of the format's.
    fn misfit(&self, row: Row<'_>) -> Option<(Reason, String)> {
        let header = self.header()?;
        let cells = header.names().len();
        let problem = if header.is_repeat(row) {
            Some("the header again".to_string())
        } else if row.says_more_from(cells) {
            let is_escaped = memchr::memmem::find(row.bytes(), b"\\\"").is_some();
            let why = if is_escaped {
                "; its quotes are escaped by backslashes, and a table needs them doubled"
            } else {
                ""
            };
            Some(format!("{} cells where the header has {cells}{why}", row.len()))
        } else if self.cut_row.as_deref().is_some_and(|cut| cut == row.bytes()) {
            Some(format!(
                "the file ends within it: {} cells where all others have {cells}",
                row.len()
            ))
        } else if row.is_blank() {
            Some("all cells are empty".to_string())
        } else {
            printed::no_row(row).map(str::to_string)
        };
        let deletion = || {
            let column = header.deletion().filter(|_| header.is_deleted(row))?;
            Some((Reason::Deleted, format!("deleted at its source, as `{column}` says")))
        };
        problem.map(|problem| (Reason::BadRow, problem)).or_else(deletion)
    }

    /// The cells of a row that a spreadsheet has put between quotes as a whole.
    fn quoted_whole(&self, row: Row<'_>) -> Option<ByteRecord> {
        if row.len() != 1 {
            return None;
        }
        let (cells, delimiter) = (self.header()?.names().len(), self.delimiter?);
        let is_quoted = matches!(row.bytes(), [QUOTE, .., QUOTE]);
        let line = row.cell(0).filter(|_| is_quoted)?;
        quoted_cells(&line, delimiter).filter(|inner| inner.len() == cells)
    }

    fn header(&self) -> Option<&Header> {
        if let Some(Envelope::Column(header, ..)) = &self.envelope {
            return Some(header);
        }
        match &self.rows {
            Rows::Orders(header, _)
            | Rows::Checkouts(header, _)
            | Rows::Totals(header, _)
            | Rows::Table(header, _)
            | Rows::Special(header, _)
            | Rows::ToolTable(header, _) => Some(header),
            Rows::Json(_)
            | Rows::Pixel(_)
            | Rows::Tool(_)
            | Rows::Matomo
            | Rows::RestOrders
            | Rows::RestCheckouts
            | Rows::Bulk => None,
        }
    }
}
