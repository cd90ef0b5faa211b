//! Parquet files: their rows, given out as text that all readers know.
//!
//! A file of plain columns becomes a table: one row a record, cells parted by signs that no text holds, so
//! that almost nothing needs quotes. A file with lists or records in its columns becomes JSON, one object a
//! line. So every format can be in a Parquet file, is recognised by the same names and read by the same
//! rules. Rows are given out in parts of row groups, which threads read by themselves.

mod cells;
mod column;
mod columns;
mod decimals;
mod hybrid;
mod nested;
mod pages;
mod records;
mod texts;

pub use columns::{Columns, RowText};

use super::block::Block;
use super::handle::Handle;
use super::pieces::read_at;
use super::quoting::Signs;
use super::source::PlainFile;
use super::split::Layout;
use crate::error::{Error, Result};
use crate::place::Place;
use pages::Groups;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result as Read};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use std::cell::Cell;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How a Parquet file begins.
pub const MAGIC: &[u8] = b"PAR1";

/// What parts the cells of a row, and the rows: signs of ASCII that were made for it.
pub const SIGNS: Signs = Signs { delimiter: 0x1F, line_end: 0x1E };

/// No part has more rows: some tens of megabytes of text.
const MOST_ROWS: usize = 1 << 17;

/// Whoever begins in the middle of a row group must go over all before it, so a part takes this many blocks.
const BLOCKS: usize = 16;

/// What stands before a page, which is read byte by byte, is mostly no longer than this.
const HEAD: usize = 256;

/// How many rows detection looks at.
const SAMPLE: usize = 50;

/// The rows of a Parquet file that were not given out yet.
#[derive(Debug)]
pub struct Rows {
    shared: Arc<Shared>,
    group: usize,
    /// How many rows of the group were given out.
    given: usize,
    bytes_read: u64,
}

/// Some rows of a row group, that were not read yet.
#[derive(Debug)]
pub struct Part {
    shared: Arc<Shared>,
    group: usize,
    skip: usize,
    count: usize,
}

/// What all parts of a file share.
struct Shared {
    path: String,
    handle: Arc<Handle>,
    groups: Groups<Chunks>,
    layout: Layout,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Rows {
    /// Opens a file.
    pub fn open(plain: PlainFile) -> Result<Rows> {
        let PlainFile { file, path, size, .. } = plain;
        let handle = Arc::new(Handle::new(file, &path));
        let chunks = Chunks { handle: Arc::clone(&handle), size };
        let groups = guarded(&path, || {
            let groups = Groups::open(chunks)?;
            check_rows(groups.metadata())?;
            Ok(groups)
        })?;
        refuse_packing(&path, groups.metadata())?;
        let schema = groups.metadata().file_metadata().schema_descr();
        let is_flat = schema
            .columns()
            .iter()
            .all(|column| column.max_rep_level() == 0 && column.path().parts().len() == 1);
        let layout = if is_flat { Layout::Table(SIGNS) } else { Layout::Lines };
        let shared = Arc::new(Shared { path, handle, groups, layout });
        Ok(Rows { shared, group: 0, given: 0, bytes_read: 0 })
    }

    /// Closes the file until rows of it are read.
    pub fn close(&self) {
        self.shared.handle.close();
    }

    /// How the text is laid out.
    pub fn layout(&self) -> Layout {
        self.shared.layout
    }

    /// The beginning of the text, with the header of a table and the first rows.
    pub fn head(&self) -> Result<Vec<u8>> {
        let mut head = self.header();
        if let Some(part) = self.again().next_rows(SAMPLE) {
            head.extend(part.text()?);
        }
        Ok(head)
    }

    /// The header of a table; nothing where rows are JSON.
    pub fn header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        if self.layout() == Layout::Lines {
            return header;
        }
        let schema = self.shared.groups.metadata().file_metadata().schema_descr();
        for (number, column) in schema.columns().iter().enumerate() {
            if number > 0 {
                header.push(SIGNS.delimiter);
            }
            cells::write_text(column.name().as_bytes(), &mut header);
        }
        header.push(SIGNS.line_end);
        header
    }

    /// The same rows from the beginning.
    #[must_use]
    pub fn again(&self) -> Rows {
        Rows { shared: Arc::clone(&self.shared), group: 0, given: 0, bytes_read: 0 }
    }

    /// Some of the first and of the last rows.
    pub fn ends(&self) -> Result<[Block; 2]> {
        let mut blocks = [Block::default(), Block::default()];
        if let Some(part) = self.again().next_rows(SAMPLE) {
            part.fill(&mut blocks[0])?;
        }
        let groups = self.shared.groups.metadata().row_groups().iter().enumerate();
        let sizes =
            groups.map(|(group, own)| (group, usize::try_from(own.num_rows()).unwrap_or(0)));
        if let Some((group, rows)) = sizes.rev().find(|(_, rows)| *rows > 0) {
            let count = rows.min(SAMPLE);
            let shared = Arc::clone(&self.shared);
            Part { shared, group, skip: rows - count, count }.fill(&mut blocks[1])?;
        }
        Ok(blocks)
    }

    /// Gives out rows that take about `size` bytes, or several times as many; `None` at the end.
    pub fn next(&mut self, size: usize) -> Option<Part> {
        let groups = self.shared.groups.metadata().row_groups();
        let group = groups.get(self.group)?;
        let rows = usize::try_from(group.num_rows()).unwrap_or(0).max(1);
        let bytes = usize::try_from(group.total_byte_size()).unwrap_or(0);
        let size = size.saturating_mul(BLOCKS);
        self.next_rows((size / (bytes / rows).max(1)).clamp(1, MOST_ROWS))
    }

    fn next_rows(&mut self, count: usize) -> Option<Part> {
        let shared = Arc::clone(&self.shared);
        let groups = shared.groups.metadata().row_groups();
        loop {
            let group = groups.get(self.group)?;
            let left = usize::try_from(group.num_rows()).unwrap_or(0).saturating_sub(self.given);
            if left == 0 {
                self.bytes_read += u64::try_from(group.compressed_size()).unwrap_or(0);
                (self.group, self.given) = (self.group + 1, 0);
                continue;
            }
            let count = count.min(left);
            let (group, skip) = (self.group, self.given);
            self.given += count;
            return Some(Part { shared: Arc::clone(&shared), group, skip, count });
        }
    }

    /// About how many bytes of the file were given out so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }
}

impl Part {
    /// Makes the block these rows.
    pub fn fill(self, block: &mut Block) -> Result<()> {
        let text = self.text()?;
        let signs = self.shared.layout.signs();
        block.buffer.replace(text);
        block.take_whole(signs);
        Ok(())
    }

    /// The same as columns, some of which are wanted of every row.
    pub fn fill_columns(self, block: &mut Block, wanted: &[usize]) -> Result<()> {
        let Part { ref shared, group, skip, count } = self;
        let made = guarded(&shared.path, || {
            let group = shared.groups.group(group)?;
            let mut columns = Columns::read(&group, skip, count)?;
            let cells = columns.lay_out(wanted);
            Ok(cells.map(|cells| (columns, cells)))
        })?;
        match made {
            Some((columns, cells)) => {
                block.take_columns(columns, cells);
                Ok(())
            }
            // Too many bytes for places of 32 bits.
            None => self.fill(block),
        }
    }

    fn text(&self) -> Result<Vec<u8>> {
        let Part { shared, group, skip, count } = self;
        guarded(&shared.path, || {
            let group = shared.groups.group(*group)?;
            match shared.layout {
                Layout::Table(_) => Ok(Columns::read(&group, *skip, *count)?.text()),
                Layout::Lines | Layout::Array => records::lines(&group, *skip, *count),
            }
        })
    }
}

/// An error if the file says of some of its parts that they have other rows than the rest: rows would be lost or made
/// up without a word.
fn check_rows(file: &ParquetMetaData) -> Read<()> {
    let schema = file.file_metadata().schema_descr();
    let groups = file.row_groups();
    let rows: i128 = groups.iter().map(|group| i128::from(group.num_rows())).sum();
    let mut columns = groups.iter().flat_map(|group| {
        // A column of lists has a value for each element.
        let plain = group.columns().iter().enumerate();
        let plain = plain.filter(|(column, _)| schema.column(*column).max_rep_level() == 0);
        plain.map(|(_, column)| column.num_values() == group.num_rows())
    });
    if rows == i128::from(file.file_metadata().num_rows()) && columns.all(|fits| fits) {
        return Ok(());
    }
    Err(ParquetError::General("it says different numbers of rows of itself".to_string()))
}

/// An error if pages are packed in a way that is not known here: the file is whole, and another program can read it.
fn refuse_packing(path: &str, file: &ParquetMetaData) -> Result<()> {
    let groups = file.row_groups().iter();
    let columns = groups.flat_map(RowGroupMetaData::columns);
    let name = columns.map(ColumnChunkMetaData::compression).find_map(|packing| match packing {
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
        Compression::UNCOMPRESSED
        | Compression::SNAPPY
        | Compression::GZIP(_)
        | Compression::LZ4
        | Compression::LZ4_RAW
        | Compression::ZSTD(_) => None,
    });
    let Some(name) = name else { return Ok(()) };
    let message =
        format!("the pages of this Parquet file are packed with {name}, which is not read");
    Err(Error::at(Place::file(path), message)
        .hint("write it again with snappy, zstd, gzip or lz4, or with no compression"))
}

thread_local! {
    /// Whether this thread does what may panic on a damaged file.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread becomes an error with its place, so that whoever shows panics need not show it.
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

/// Does what may fail; also what may panic on a damaged file, which the crate does not rule out.
fn guarded<T>(path: &str, work: impl FnOnce() -> Read<T>) -> Result<T> {
    let was_guarded = IS_GUARDED.replace(true);
    let done = caught(path, work);
    IS_GUARDED.set(was_guarded);
    done
}

fn caught<T>(path: &str, work: impl FnOnce() -> Read<T>) -> Result<T> {
    let damaged = |detail: String| {
        Error::at(Place::file(path), format!("the Parquet file cannot be read: {detail}"))
            .hint("copy or download the file again, or export it anew")
    };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(ParquetError::EOF(detail))) => Err(damaged(format!("it is cut off ({detail})"))),
        Ok(Err(ParquetError::General(detail))) => Err(damaged(detail)),
        Ok(Err(ParquetError::NYI(detail))) => Err(damaged(format!("not known here: {detail}"))),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("it is damaged".to_string())),
    }
}

/// A file that many threads read at once, each at its own place.
#[derive(Debug)]
struct Chunks {
    handle: Arc<Handle>,
    size: u64,
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Onward>;

    fn get_read(&self, start: u64) -> Read<BufReader<Onward>> {
        let left = self.size.saturating_sub(start);
        let onward = Onward { file: self.handle.file()?, at: start, left };
        Ok(BufReader::with_capacity(HEAD, onward))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Read<bytes::Bytes> {
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.size) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start}")));
        }
        let mut room = vec![0; length];
        read_at(&*self.handle.file()?, &mut room, start)?;
        Ok(room.into())
    }
}

/// The bytes of a file from a place on.
#[derive(Debug)]
struct Onward {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl std::io::Read for Onward {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let length = room.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        read_at(&self.file, room.get_mut(..length).unwrap_or_default(), self.at)?;
        self.at += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}
