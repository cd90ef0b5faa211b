//! The rows of a block one after the other: by its outline, by the parser where quotes stand where no cell
//! begins, and lines of cells between tabs that know no quotes.

use super::block::Block;
use super::columns::Row;
use super::quoting::Signs;
use super::reading::Extent;
use super::rows::OutlinedRows;

/// Goes over the rows of a table by its outline.
pub(super) fn outlined_rows(
    mut rows: OutlinedRows<'_>,
    each: &mut impl FnMut(Extent, (usize, usize), Row<'_>),
) -> Extent {
    let mut extent = Extent::default();
    while let Some(row) = rows.next() {
        extent.lines = rows.line_of(&row, extent.records);
        each(extent, (row.start(), row.bytes().len()), Row::outlined(row));
        extent.records += 1;
    }
    extent.lines = rows.lines(extent.records);
    extent
}

/// Goes over the rows of a table in which quotes stand where no cell begins.
pub(super) fn parsed_rows(
    block: &Block,
    signs: Signs,
    each: &mut impl FnMut(Extent, (usize, usize), Row<'_>),
) -> Extent {
    let (block, before) = (block.bytes(), block.records.start);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(signs.delimiter)
        .terminator(csv::Terminator::Any(signs.line_end))
        .from_reader(block);
    let mut record = csv::ByteRecord::new();
    let mut extent = Extent::default();
    let mut counted = 0;
    // Reading bytes from memory has no way to fail; the loop ends all the same if it does.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let start = start_of(&record, block, signs.line_end);
        extent.lines += count_lines(&block[counted..start], signs.line_end);
        counted = start;
        // A blank line that Windows wrote.
        if record.len() == 1 && record.get(0) == Some(b"\r") {
            continue;
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(block.len());
        let written = block.get(start..end).unwrap_or_default();
        let written = written.strip_suffix(&[signs.line_end]).unwrap_or(written);
        let written = written.strip_suffix(b"\r").unwrap_or(written);
        let place = (before + start, written.len());
        each(extent, place, Row::parsed(&record).written(written));
        extent.records += 1;
    }
    extent.lines += count_lines(&block[counted..], signs.line_end);
    extent
}

/// Goes over lines whose cells stand between tabs, without quotes.
pub(super) fn tabbed_rows(
    block: &Block,
    each: &mut impl FnMut(Extent, (usize, usize), Row<'_>),
) -> Extent {
    let mut extent = Extent::default();
    let mut start = block.records.start;
    for line in block.bytes().split_inclusive(|&byte| byte == b'\n') {
        let written = line.strip_suffix(b"\n").unwrap_or(line);
        let written = written.strip_suffix(b"\r").unwrap_or(written);
        if !written.trim_ascii().is_empty() {
            let record: csv::ByteRecord = written.split(|&byte| byte == b'\t').collect();
            each(extent, (start, written.len()), Row::parsed(&record).written(written));
            extent.records += 1;
        }
        extent.lines += 1;
        start += line.len();
    }
    extent
}

/// Where a record starts in its block. The reader's position is behind the record before; the rest of
/// that one's line end and empty lines may lie between.
fn start_of(record: &csv::ByteRecord, block: &[u8], line_end: u8) -> usize {
    let behind = record.position().and_then(|position| usize::try_from(position.byte()).ok());
    let behind = behind.unwrap_or(0).min(block.len());
    let gap = block[behind..].iter().take_while(|b| **b == line_end || **b == b'\r').count();
    behind + gap
}

/// How many line ends there are.
pub(super) fn count_lines(bytes: &[u8], line_end: u8) -> u64 {
    memchr::memchr_iter(line_end, bytes).count() as u64
}
