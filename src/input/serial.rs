//! The rows of a block one after the other: by its outline, by the parser where quotes stand where no cell
//! begins, and lines of cells between tabs that know no quotes.

use super::block::Block;
use super::columns::Row;
use super::quoting::Signs;
use super::reading::Extent;
use super::rows::{OutlinedRows, without_return};

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
        let end = usize::try_from(reader.position().byte()).unwrap_or(block.len());
        let written = block.get(start..end).unwrap_or_default();
        let line = written.strip_suffix(&[signs.line_end]).unwrap_or(written);
        let written = without_return(line);
        // A blank line that Windows wrote.
        if written.is_empty() {
            continue;
        }
        if written.len() < line.len() {
            cut_return(&mut record);
        }
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
        let written = without_return(line.strip_suffix(b"\n").unwrap_or(line));
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

/// Takes away the carriage return before a line end, which the reader leaves in the last cell.
fn cut_return(record: &mut csv::ByteRecord) {
    let Some(last) = record.len().checked_sub(1) else { return };
    let cell = record.get(last).map(|cell| without_return(cell).to_vec()).unwrap_or_default();
    record.truncate(last);
    record.push_field(&cell);
}

/// Where a record starts in its block. The reader's position is behind the record before; empty lines
/// may lie between.
fn start_of(record: &csv::ByteRecord, block: &[u8], line_end: u8) -> usize {
    let behind = record.position().and_then(|position| usize::try_from(position.byte()).ok());
    let behind = behind.unwrap_or(0).min(block.len());
    behind + block[behind..].iter().take_while(|byte| **byte == line_end).count()
}

/// How many line ends there are.
pub(super) fn count_lines(bytes: &[u8], line_end: u8) -> u64 {
    memchr::memchr_iter(line_end, bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIGNS: Signs = Signs { delimiter: b',', line_end: b'\n' };

    /// A row with its place: what whoever reads it can see of it.
    type Seen = (u64, u64, (usize, usize), Vec<String>, String);

    fn seen(into: &mut Vec<Seen>) -> impl FnMut(Extent, (usize, usize), Row<'_>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        move |extent, place, row| {
            let cells = (0..row.len()).map(|column| text(&row.cell(column).unwrap_or_default()));
            let (cells, written) = (cells.collect(), text(row.bytes()));
            into.push((extent.records, extent.lines, place, cells, written));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// A block is read in the one way or the other depending on what else stands in it.
        #[test]
        fn both_ways_see_the_same_rows(
            text in prop_oneof!["[a,\r\n]{0,30}\n", "(\"a?\r?\n?,?(\"\")?\"\r?[,\n]|a?\r?[,\n]){0,10}\n"],
        ) {
            let block = Block::of_bytes(text.into_bytes(), Some(SIGNS));
            prop_assume!(!block.is_stray);
            let (mut parsed, mut outlined) = (Vec::new(), Vec::new());
            let parsed_extent = parsed_rows(&block, SIGNS, &mut seen(&mut parsed));
            let rows = OutlinedRows::new(&block, SIGNS, 2);
            let outlined_extent = outlined_rows(rows, &mut seen(&mut outlined));
            prop_assert_eq!(parsed, outlined);
            prop_assert_eq!(parsed_extent, outlined_extent);
        }
    }
}
