//! A block: some whole records of an input, in memory, ready to be read. One a thread, used again and
//! again.
//!
//! Blocks come from `pieces` (parts of a file, read by all threads at once) or from `split` (whatever
//! can only be read from front to back). Whoever reads a block cannot tell which it was.

use super::outline::Outline;
use super::parquet::Columns;
use super::quoting::{Quoting, Signs};
use crate::key::Key;
use std::ops::Range;

/// Where a page of memory begins.
const PAGE: usize = 4096;

/// Whole records in memory.
#[derive(Debug, Default)]
pub struct Block {
    pub(super) buffer: Buffer,
    /// The records' bytes.
    pub(super) records: Range<usize>,
    /// Where the cells of a table end.
    pub(super) outline: Outline,
    /// How many places of the outline stand before the first record.
    pub(super) skipped: usize,
    /// Whether the outline cannot be believed, because quotes stand where no cell begins.
    pub(super) is_stray: bool,
    /// The rows, if they are columns of a Parquet file; the buffer has only the cells that many rows are asked for.
    pub(super) columns: Option<Columns>,
}

impl Block {
    /// A block of these bytes, which begin and end with whole records; `signs` are those of a table.
    pub fn of_bytes(bytes: Vec<u8>, signs: Option<Signs>) -> Block {
        let mut block = Block::default();
        block.buffer.replace(bytes);
        block.take_whole(signs);
        block
    }

    /// The bytes of all records.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.bytes().get(self.records.clone()).unwrap_or_default()
    }

    /// All of the block's buffer, in which the places of rows and cells are.
    #[inline]
    pub fn buffer(&self) -> &[u8] {
        self.buffer.bytes()
    }

    /// A part of the block, by its place in the block's buffer.
    #[inline]
    pub fn part(&self, place: &Range<u32>) -> &[u8] {
        let Range { start, end } = *place;
        self.buffer().get(start as usize..end as usize).unwrap_or_default()
    }

    /// The key of a row's text, by the row's place in the block.
    pub fn fingerprint(&self, place: &Range<u32>) -> Key {
        match &self.columns {
            Some(columns) => columns.fingerprint(place.start as usize),
            None => Key::of(self.part(place)),
        }
    }

    /// Makes the whole buffer the block.
    pub(super) fn take_whole(&mut self, signs: Option<Signs>) {
        self.columns = None;
        self.outline.clear();
        (self.records, self.skipped) = (0..self.buffer.bytes().len(), 0);
        self.is_stray = false;
        if let Some(signs) = signs {
            self.draw_rest(0, signs, Quoting::START);
        }
    }

    /// Draws the outline of the records from `from` on, and ends the last one if nothing else does.
    pub(super) fn draw_rest(&mut self, from: usize, signs: Signs, quoting: Quoting) {
        let end = self.records.end;
        let bytes = self.buffer.bytes().get(from..end).unwrap_or_default();
        let ends = self.outline.draw(bytes, from, signs, quoting);
        let last = end.checked_sub(1).and_then(|last| self.buffer.bytes().get(last));
        if !self.records.is_empty() && last != Some(&signs.line_end) {
            self.outline.end_record_at(end);
        }
        self.is_stray = self.outline.is_stray() || ends == Quoting::Inside;
    }

    /// Makes columns the block, some of whose cells stand in these bytes.
    pub(super) fn take_columns(&mut self, columns: Columns, cells: Vec<u8>) {
        self.buffer.replace(cells);
        self.take_nothing();
        self.columns = Some(columns);
    }

    /// No records at all.
    pub(super) fn take_nothing(&mut self) {
        self.outline.clear();
        (self.records, self.skipped, self.is_stray) = (0..0, 0, false);
    }
}

/// Bytes that begin where a page of memory begins.
///
/// The kernel copies pages of a file several times slower to a place that lies a few bytes further in
/// its page than the source in its own, and that is where large allocations begin: 3 GB took 0.70 s
/// instead of 0.21 s (`benches/README.md`).
#[derive(Debug, Default)]
pub(super) struct Buffer {
    room: Vec<u8>,
    start: usize,
    length: usize,
}

impl Buffer {
    /// What is in it.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.room.get(self.start..self.start + self.length).unwrap_or_default()
    }

    /// Makes it `length` bytes long, keeps the first `kept` and gives the rest to be written.
    pub(super) fn extend(&mut self, kept: usize, length: usize) -> &mut [u8] {
        if self.start + length > self.room.len() {
            let mut room = vec![0; length + PAGE];
            let start = room.as_ptr().align_offset(PAGE).min(PAGE);
            let old = self.bytes().get(..kept).unwrap_or_default();
            if let Some(place) = room.get_mut(start..start + old.len()) {
                place.copy_from_slice(old);
            }
            (self.room, self.start) = (room, start);
        }
        self.length = length;
        self.room.get_mut(self.start + kept..self.start + length).unwrap_or_default()
    }

    /// Replaces the content by bytes that stand elsewhere.
    pub(super) fn replace(&mut self, bytes: Vec<u8>) {
        (self.start, self.length) = (0, bytes.len());
        self.room = bytes;
    }

    /// Gives the room away, to be filled and brought back by `replace`.
    pub(super) fn take(&mut self) -> Vec<u8> {
        (self.start, self.length) = (0, 0);
        std::mem::take(&mut self.room)
    }
}
