//! The records of an input, given out block by block: a plain file in pieces that threads read by
//! themselves, anything else (a pipe, decoded text, a JSON array) from front to back.
//!
//! Giving out is serial and quick; what can be done by many threads at once is left to [`Part::fill`].

use super::block::Block;
use super::parquet;
use super::pieces::{Piece, Pieces};
use super::source::Source;
use super::split::{Cutter, Layout};
use super::together::Together;
use crate::error::Result;

/// The records of an input that were not given out yet.
#[derive(Debug)]
pub enum Supply {
    /// A file that can be read anywhere.
    Pieces(Pieces),
    /// A source that is read from front to back.
    Stream(Cutter),
    /// A Parquet file.
    Parquet(parquet::Rows),
}

/// A block that was given out, on the way to being filled.
#[derive(Debug)]
pub enum Part {
    /// The piece of a file.
    Piece(Piece),
    /// The block has its bytes already; their layout.
    Cut(Layout),
    /// Some rows of a Parquet file.
    Parquet(parquet::Part),
}

impl Supply {
    /// The records behind the first `skip` bytes of the source's head (a header, an opening bracket).
    pub fn new(source: Source, layout: Layout, skip: usize) -> Supply {
        if layout == Layout::Array {
            return Supply::Stream(Cutter::new(source, layout, skip));
        }
        match source.into_file() {
            Ok(plain) => Supply::Pieces(Pieces::new(plain, layout, skip)),
            Err(source) => Supply::Stream(Cutter::new(*source, layout, skip)),
        }
    }

    /// The same for rows some of which must not be parted.
    pub fn keeping(source: Source, layout: Layout, skip: usize, together: Together) -> Supply {
        Supply::Stream(Cutter::new(source, layout, skip).keeping(together))
    }

    /// Gives out about `size` bytes of whole records; `None` at the end.
    pub fn next(&mut self, block: &mut Block, size: usize) -> Result<Option<Part>> {
        match self {
            Supply::Pieces(pieces) => Ok(pieces.next(size).map(Part::Piece)),
            Supply::Parquet(rows) => Ok(rows.next(size).map(Part::Parquet)),
            Supply::Stream(cutter) => {
                let mut bytes = block.buffer.take();
                let more = cutter.next(&mut bytes, size);
                block.buffer.replace(bytes);
                Ok(more?.then(|| Part::Cut(cutter.layout())))
            }
        }
    }

    /// Closes the file until it is read, where that can be.
    pub fn close(&self) {
        match self {
            Supply::Pieces(pieces) => pieces.close(),
            Supply::Parquet(rows) => rows.close(),
            Supply::Stream(_) => {}
        }
    }

    /// The same records from the beginning, if they can be read again.
    pub fn again(&self) -> Option<Supply> {
        match self {
            Supply::Pieces(pieces) => Some(Supply::Pieces(pieces.again())),
            Supply::Parquet(rows) => Some(Supply::Parquet(rows.again())),
            Supply::Stream(_) => None,
        }
    }

    /// About so many bytes of the first and of the last records, if they can be read more than once. The
    /// last ones begin behind a line end that may lie inside quotes: good enough for a glance.
    pub fn ends(&self, size: usize) -> Option<[Block; 2]> {
        match self {
            Supply::Pieces(pieces) => pieces.ends(size).ok(),
            Supply::Parquet(rows) => rows.ends().ok(),
            Supply::Stream(_) => None,
        }
    }

    /// How many bytes of the source were given out so far.
    pub fn bytes_read(&self) -> u64 {
        match self {
            Supply::Pieces(pieces) => pieces.bytes_read(),
            Supply::Stream(cutter) => cutter.bytes_read(),
            Supply::Parquet(rows) => rows.bytes_read(),
        }
    }

    /// Whether the source ended within a quoted cell: its last record is not what it seems. Known when
    /// all parts were filled.
    pub fn ends_inside_quotes(&self) -> bool {
        match self {
            Supply::Pieces(pieces) => pieces.ends_inside_quotes(),
            Supply::Stream(cutter) => cutter.ends_inside_quotes(),
            Supply::Parquet(_) => false,
        }
    }
}

impl Part {
    /// Makes the block ready to be read; if all that is wanted of most rows are some columns, these will do.
    pub fn fill(
        self,
        block: &mut Block,
        wanted: impl FnOnce() -> Option<Vec<usize>>,
    ) -> Result<()> {
        block.columns = None;
        match self {
            Part::Piece(piece) => piece.read(block),
            Part::Parquet(part) => match wanted() {
                Some(columns) => part.fill_columns(block, &columns),
                None => part.fill(block),
            },
            Part::Cut(layout) => {
                block.take_whole(layout.signs());
                Ok(())
            }
        }
    }
}
