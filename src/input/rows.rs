//! The rows of a block of a table, by its outline: where each row is, and its cells.
//!
//! In a table all of whose rows have as many cells as the header, every row takes equally many places
//! in the outline, so rows need not be searched for. That is checked for each block before it is relied
//! on; a block with shorter, longer or empty rows is walked through line end by line end.

use super::block::Block;
use super::quoting::{QUOTE, Signs};
use std::borrow::Cow;
use std::ops::Range;

/// One row of a block: its cells are found by the outline.
#[derive(Clone, Copy, Debug)]
pub struct OutlinedRow<'b> {
    block: &'b [u8],
    start: usize,
    /// Where its cells end, the last one at the line end.
    ends: &'b [u32],
}

impl<'b> OutlinedRow<'b> {
    /// A row that is all of these bytes, whose cells end there.
    pub(super) fn of(bytes: &'b [u8], ends: &'b [u32]) -> OutlinedRow<'b> {
        OutlinedRow { block: bytes, start: 0, ends }
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where the row begins in the block.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The row as it is written, without the line end.
    pub fn bytes(&self) -> &'b [u8] {
        let end = self.ends.last().map_or(self.start, |&end| end as usize);
        without_return(self.block.get(self.start..end).unwrap_or_default())
    }

    /// A cell's bytes, quotes resolved.
    #[inline]
    pub fn cell(&self, column: usize) -> Option<Cow<'b, [u8]>> {
        let cell = self.written(column)?;
        Some(if cell.first() == Some(&QUOTE) { unquote(cell) } else { Cow::Borrowed(cell) })
    }

    /// A cell's bytes as they are written.
    #[inline]
    pub fn written(&self, column: usize) -> Option<&'b [u8]> {
        let end = *self.ends.get(column)? as usize;
        let start = match column.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize + 1,
            None => self.start,
        };
        let cell = self.block.get(start..end)?;
        Some(if column + 1 == self.ends.len() { without_return(cell) } else { cell })
    }
}

/// Windows ends lines with a carriage return before the newline.
pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The text of a quoted cell. What follows the closing quote belongs to it too, as in the `csv` crate.
fn unquote(cell: &[u8]) -> Cow<'_, [u8]> {
    let inner = cell.get(1..).unwrap_or_default();
    match memchr::memchr(QUOTE, inner) {
        Some(closing) if closing + 1 == inner.len() => {
            Cow::Borrowed(inner.get(..closing).unwrap_or_default())
        }
        _ => Cow::Owned(resolve_quotes(inner)),
    }
}

/// The text of a cell behind its opening quote: two quotes stand for one, a single one closes, and then
/// quotes are text.
fn resolve_quotes(inner: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(quote) = memchr::memchr(QUOTE, rest) {
        let (before, behind) = rest.split_at(quote);
        text.extend_from_slice(before);
        if behind.get(1) != Some(&QUOTE) {
            text.extend_from_slice(behind.get(1..).unwrap_or_default());
            return text;
        }
        text.push(QUOTE);
        rest = behind.get(2..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
    text
}

/// The rows of a block, blank lines left out.
#[derive(Debug)]
pub struct OutlinedRows<'b> {
    block: &'b [u8],
    ends: &'b [u32],
    start: usize,
    line_end: u8,
    /// The places that every row takes, if they all take as many.
    stride: Option<usize>,
    /// How many lines lie before `counted`.
    lines: u64,
    counted: usize,
    /// Whether each row is one line, and no line is blank.
    is_line_by_line: bool,
}

impl<'b> OutlinedRows<'b> {
    /// The rows of a block whose outline can be believed; most rows have `width` cells.
    pub fn new(block: &'b Block, signs: Signs, width: usize) -> OutlinedRows<'b> {
        let ends = block.outline.ends().get(block.skipped..).unwrap_or_default();
        let mut rows = OutlinedRows {
            block: block.buffer.bytes().get(..block.records.end).unwrap_or_default(),
            ends,
            start: block.records.start,
            line_end: signs.line_end,
            stride: None,
            lines: 0,
            counted: block.records.start,
            is_line_by_line: false,
        };
        // What is skipped is the end of the record before: one line end.
        let line_ends = block.outline.line_ends() - usize::from(block.skipped > 0);
        let width = width.max(1);
        let is_even = ends.len() == line_ends * width
            && ends.iter().skip(width - 1).step_by(width).all(|&end| rows.is_line_end(end));
        if is_even && width > 1 {
            rows.stride = Some(width);
            rows.is_line_by_line = !block.outline.has_quoted_line_ends();
        }
        rows
    }

    /// Whether all rows have as many cells as the table has columns, and each is one line.
    pub fn are_even(&self) -> bool {
        self.stride.is_some() && self.is_line_by_line
    }

    /// How many rows there are, if they are even.
    pub fn count(&self) -> usize {
        self.even().len()
    }

    /// A row by its number, if they are even.
    pub fn row(&self, number: usize) -> Option<OutlinedRow<'b>> {
        let mut even = self.even();
        let before = number.checked_sub(1).and_then(|before| even.clone().nth(before)?.last());
        let start = before.map_or(self.start, |&end| end as usize + 1);
        Some(OutlinedRow { block: self.block, start, ends: even.nth(number)? })
    }

    /// Where the cells of a column are, row by row, if rows are even.
    pub fn column(&self, column: usize) -> impl Iterator<Item = Range<u32>> {
        let is_last = Some(column + 1) == self.stride;
        let before = column.checked_sub(1);
        self.even_places().map(move |(row, ends)| {
            let behind = before.and_then(|before| ends.get(before));
            let start = behind.map_or(row.start, |&end| end + 1);
            let mut end = ends.get(column).copied().unwrap_or(start);
            if is_last {
                let has_return = end > start && self.block.get(end as usize - 1) == Some(&b'\r');
                end -= u32::from(has_return);
            }
            start..end
        })
    }

    /// Where each row is, if they are even.
    pub fn places(&self) -> impl Iterator<Item = Range<u32>> {
        self.even_places().map(|(row, _)| row)
    }

    /// Where each row is, and where its cells end, if they are even.
    fn even_places(&self) -> impl Iterator<Item = (Range<u32>, &'b [u32])> {
        let mut start = u32::try_from(self.start).unwrap_or(u32::MAX);
        self.even().map(move |ends| {
            let end = ends.last().copied().unwrap_or(start);
            let row = start..end;
            start = end.wrapping_add(1);
            (row, ends)
        })
    }

    /// The places of each row, if all take as many.
    fn even(&self) -> std::slice::ChunksExact<'b, u32> {
        let (ends, stride) = match self.stride {
            Some(stride) => (self.ends, stride),
            None => (&[][..], 1),
        };
        ends.chunks_exact(stride)
    }

    /// The bytes of a part of the block.
    #[inline]
    pub fn bytes(&self, span: &Range<u32>) -> &'b [u8] {
        self.block.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The line on which a row that was given out begins, from 0; `record` is the number of the row.
    pub fn line_of(&mut self, row: &OutlinedRow<'_>, record: u64) -> u64 {
        if self.is_line_by_line {
            return record;
        }
        self.count_to(row.start);
        self.lines
    }

    /// How many lines the block has.
    pub fn lines(&mut self, records: u64) -> u64 {
        if self.is_line_by_line {
            return records;
        }
        self.count_to(self.block.len());
        self.lines
    }

    fn count_to(&mut self, position: usize) {
        let passed = self.block.get(self.counted..position).unwrap_or_default();
        self.lines += memchr::memchr_iter(self.line_end, passed).count() as u64;
        self.counted = position;
    }

    fn is_line_end(&self, end: u32) -> bool {
        self.block.get(end as usize).is_none_or(|byte| *byte == self.line_end)
    }
}

impl<'b> Iterator for OutlinedRows<'b> {
    type Item = OutlinedRow<'b>;

    #[inline]
    fn next(&mut self) -> Option<OutlinedRow<'b>> {
        loop {
            let length = match self.stride {
                Some(stride) if self.ends.len() >= stride => stride,
                _ => self.ends.iter().position(|&end| self.is_line_end(end))? + 1,
            };
            let (ends, rest) = self.ends.split_at_checked(length)?;
            let row = OutlinedRow { block: self.block, start: self.start, ends };
            self.ends = rest;
            self.start = *ends.last()? as usize + 1;
            if length > 1 || !row.bytes().is_empty() {
                return Some(row);
            }
        }
    }
}
