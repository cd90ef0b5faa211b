//! Reading records that are JSON: lines, elements of a list, and cells of a column that a pipeline has put them in.

use super::{Extent, Reading, Rows, Scratch};
use crate::input::block::Block;
use crate::input::columns::Row;
use crate::input::format::{Desk, Kept, Sink, matomo, shopify_bulk, shopify_webhooks};
use crate::input::json::{Line, Lines, Reader, Record, Written};
use crate::input::quoting::Signs;
use crate::input::rows::OutlinedRows;
use crate::input::serial::{count_lines, outlined_rows, parsed_rows};
use crate::input::split::element_end;
use crate::quality::Reason;

/// Room for taking records apart, and for what is around them.
#[derive(Debug, Default)]
pub(super) struct JsonRoom {
    pub(super) records: Reader<Kept>,
    pub(super) envelopes: Reader,
}

impl Reading {
    pub(super) fn read_lines(
        &self,
        block: &Block,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        self.prepare(scratch);
        let Scratch { usual, json, .. } = scratch;
        if self.envelope.is_none()
            && sink.takes_usual()
            && sink.dimensions().is_empty()
            && let Rows::Json(keys) = &self.rows
            && usual.fill_from_lines(block, (self.zone, keys), &mut json.records)
        {
            return self.read_usual_lines(block, scratch, sink);
        }
        let mut extent = Extent::default();
        let before = block.records.start;
        for Line { written, start } in Lines::new(block.bytes()) {
            let length = written.bytes().len();
            if length > 0 {
                let desk =
                    self.desk(extent, (before + start, length), &mut scratch.identifiers, sink);
                self.read_json(written, &mut scratch.json, desk);
                extent.records += 1;
            }
            extent.lines += 1;
        }
        extent
    }

    /// Reads the lines of a block of which the usual ones are known.
    fn read_usual_lines(
        &self,
        block: &Block,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        let Scratch { usual, json, identifiers, .. } = scratch;
        let mut read = |sink: &mut _, number| {
            let extent = Extent { records: number as u64, lines: number as u64 };
            let place = usual.place(number, block);
            let written = Written::new(usual.written(number, block));
            self.read_json(written, json, self.desk(extent, place, identifiers, sink));
        };
        sink.usual(usual, &mut read, &|_, _| {});
        let count = usual.len() as u64;
        Extent { records: count, lines: count }
    }

    /// Elements end where the cutter says they do, broken ones too.
    pub(super) fn read_array(
        &self,
        block: &Block,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        self.prepare(scratch);
        let mut extent = Extent::default();
        let mut rest = block.bytes();
        while !rest.is_empty() {
            let (element, behind) = rest.split_at(element_end(rest));
            let before = element.iter().take_while(|b| b.is_ascii_whitespace()).count();
            extent.lines += count_lines(&element[..before], b'\n');
            let record = strip_array_signs(element);
            if !record.is_empty() {
                let place = (block.records.end - rest.len(), element.len());
                let desk = self.desk(extent, place, &mut scratch.identifiers, sink);
                self.read_json(Written::new(record), &mut scratch.json, desk);
                extent.records += 1;
            }
            extent.lines += count_lines(&element[before..], b'\n');
            rest = behind;
        }
        extent
    }

    /// Reads a record as it came.
    fn read_json(&self, written: Written<'_>, room: &mut JsonRoom, mut desk: Desk<'_, impl Sink>) {
        let Some(envelope) = &self.envelope else {
            return self.read_record(written, &mut room.records, desk);
        };
        match envelope.open(written, &mut room.envelopes) {
            Ok(record) => self.read_record(Written::new(&record), &mut room.records, desk),
            Err(problem) => desk.defect(Reason::BadRow, problem),
        }
    }

    fn read_record(
        &self,
        written: Written<'_>,
        reader: &mut Reader<Kept>,
        mut desk: Desk<'_, impl Sink>,
    ) {
        let length = written.bytes().len();
        let problem = match reader.read(written) {
            Ok(record) if record.is_whole_object() => return self.read_object(&record, desk),
            Ok(record) if record.end() < length => {
                format!("more text follows the record at character {}", record.end() + 1)
            }
            Ok(_) => "the record is not a JSON object".to_string(),
            Err(bad) => bad.in_words(),
        };
        desk.defect(Reason::BadRow, problem);
    }

    fn read_object(&self, record: &Record<'_, Kept>, mut desk: Desk<'_, impl Sink>) {
        match &self.rows {
            Rows::Json(keys) => keys.read(record, desk),
            Rows::Pixel(keys) => keys.read(record, desk),
            Rows::Tool(log) => log.read(record, desk),
            Rows::Matomo => matomo::read(record, desk),
            Rows::RestOrders | Rows::RestCheckouts => {
                shopify_webhooks::read(record, self.format, desk);
            }
            Rows::Bulk => shopify_bulk::read(record, desk),
            Rows::Orders(..)
            | Rows::Checkouts(..)
            | Rows::Totals(..)
            | Rows::Table(..)
            | Rows::Special(..)
            | Rows::ToolTable(..) => {
                desk.defect(Reason::BadRow, "a table cannot be read as JSON".to_string());
            }
        }
    }

    /// Reads the rows of a table that has records in a column.
    pub(super) fn read_column(
        &self,
        (block, signs): (&Block, Signs),
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        self.prepare(scratch);
        let Scratch { json, identifiers, .. } = scratch;
        let mut each = |extent, place, row: Row<'_>| {
            let mut desk = self.desk(extent, place, identifiers, sink);
            if let Some((reason, problem)) = self.misfit(row) {
                return desk.defect(reason, problem);
            }
            let cell = self.envelope.as_ref().map(|envelope| envelope.of_row(row));
            self.read_record(Written::new(&cell.unwrap_or_default()), &mut json.records, desk);
        };
        if block.is_stray {
            return parsed_rows(block, signs, &mut each);
        }
        let width = self.header().map_or(0, |header| header.names().len());
        outlined_rows(OutlinedRows::new(block, signs, width), &mut each)
    }
}

/// An element without the comma behind it and, at the end of the array, the closing bracket, and that which opens another.
fn strip_array_signs(element: &[u8]) -> &[u8] {
    let element = element.trim_ascii();
    let element = element.strip_suffix(b",").unwrap_or(element).trim_ascii();
    let element = match element.strip_suffix(b"[") {
        Some(before) if before.trim_ascii().ends_with(b"]") => before.trim_ascii(),
        Some(_) | None => element,
    };
    let closes_array = element.ends_with(b"]") && !element.starts_with(b"[");
    if closes_array { element[..element.len() - 1].trim_ascii() } else { element }
}
