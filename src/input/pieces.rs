//! Reading one file with many threads: the file is cut into pieces of equal size, and each thread reads
//! pieces by itself. A record belongs to the piece in which the line before it ends, so a piece is
//! read on until its last record ends.
//!
//! Whether a piece of a table begins inside quotes is known for certain only when all pieces before it
//! have been looked at. A thread therefore guesses, looks at its piece, and waits for its turn in the
//! `Chain`: the piece before says how it ended. After a wrong guess, which is rare, it looks again.
//! Looking is a small part of the work, so hardly anybody waits; reading the records comes afterwards.

use super::block::Block;
use super::handle::Handle;
use super::quoting::{Quoting, Signs, Walker};
use super::source::PlainFile;
use super::split::Layout;
use crate::error::{Error, Result};
use crate::place::Place;
use std::fs::File;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many bytes are read beyond a piece at first: mostly its last record ends there.
const TAIL: usize = 4096;

/// No piece with its last record may be larger, so that positions fit in 32 bits.
const LARGEST: usize = 1 << 31;

/// A file to be read in pieces.
#[derive(Debug)]
pub struct Pieces {
    shared: Arc<Shared>,
    next: u64,
    number: usize,
}

/// What all pieces of a file share.
#[derive(Debug)]
struct Shared {
    handle: Arc<Handle>,
    path: String,
    layout: Layout,
    /// Where the first record begins.
    first: u64,
    /// Where the file ends.
    end: u64,
    chain: Chain,
}

impl Shared {
    fn read_at(&self, room: &mut [u8], at: u64) -> Result<()> {
        let read = self.handle.file().and_then(|file| read_at(&file, room, at));
        read.map_err(|error| Error::io(&self.path, error))
    }
}

/// A piece that was not read yet.
#[derive(Debug)]
pub struct Piece {
    shared: Arc<Shared>,
    number: usize,
    from: u64,
    size: usize,
}

impl Pieces {
    /// The records of a file behind the first `skip` bytes of its head.
    pub fn new(plain: PlainFile, layout: Layout, skip: usize) -> Pieces {
        let PlainFile { file, path, before_head, size: end } = plain;
        let (handle, first) = (Arc::new(Handle::new(file, &path)), before_head + skip as u64);
        Pieces::of(Shared { handle, path, layout, first, end, chain: Chain::default() })
    }

    /// Closes the file until a piece is read.
    pub fn close(&self) {
        self.shared.handle.close();
    }

    /// The same records from the beginning.
    #[must_use]
    pub fn again(&self) -> Pieces {
        let Shared { ref handle, ref path, layout, first, end, .. } = *self.shared;
        let (handle, path) = (Arc::clone(handle), path.clone());
        Pieces::of(Shared { handle, path, layout, first, end, chain: Chain::default() })
    }

    fn of(shared: Shared) -> Pieces {
        Pieces { next: shared.first, shared: Arc::new(shared), number: 0 }
    }

    /// The first records and the last ones, about so many bytes of each.
    pub fn ends(&self, size: usize) -> Result<[Block; 2]> {
        let mut first = Block::default();
        if let Some(piece) = self.again().next(size) {
            piece.read(&mut first)?;
        }
        let behind_first = self.shared.first + first.bytes().len() as u64;
        let start = self.shared.end.saturating_sub(size as u64).max(behind_first);
        let mut bytes = vec![0; usize::try_from(self.shared.end - start).unwrap_or(0)];
        self.shared.read_at(&mut bytes, start)?;
        let begins = if start == behind_first { 0 } else { line_end(&bytes).unwrap_or(0) };
        bytes.drain(..begins);
        Ok([first, Block::of_bytes(bytes, self.shared.layout.signs())])
    }

    /// The next piece, of about `size` bytes; `None` at the end of the file.
    pub fn next(&mut self, size: usize) -> Option<Piece> {
        if self.next >= self.shared.end {
            return None;
        }
        // Pieces begin at multiples of their size, which is where pages of the file begin.
        let size = size.clamp(1, LARGEST / 4) as u64;
        let to = ((self.next / size + 1) * size).min(self.shared.end);
        let piece = Piece {
            shared: Arc::clone(&self.shared),
            number: self.number,
            from: self.next,
            size: usize::try_from(to - self.next).unwrap_or(LARGEST),
        };
        (self.next, self.number) = (to, self.number + 1);
        Some(piece)
    }

    /// How many bytes were given out so far.
    pub fn bytes_read(&self) -> u64 {
        self.next
    }

    /// Whether the file ended inside a quoted cell; known when all its pieces were read.
    pub fn ends_inside_quotes(&self) -> bool {
        self.shared.chain.lock().quoting == Quoting::Inside
    }
}

impl Piece {
    /// Reads the piece into a block.
    pub fn read(&self, block: &mut Block) -> Result<()> {
        self.load(block, 0, self.size + TAIL.min(self.behind()))?;
        match self.shared.layout {
            Layout::Table(signs) => self.find_rows(block, signs),
            Layout::Lines | Layout::Array => self.find_lines(block),
        }
    }

    fn find_lines(&self, block: &mut Block) -> Result<()> {
        let own = block.buffer.bytes().get(..self.size).unwrap_or_default();
        let start = if self.is_first() { Some(0) } else { line_end(own) };
        let Some(start) = start else {
            block.take_nothing();
            return Ok(());
        };
        let mut at = self.size;
        let end = loop {
            if let Some(found) = line_end(block.buffer.bytes().get(at..).unwrap_or_default()) {
                break at + found;
            }
            at = block.buffer.bytes().len();
            if !self.load_more(block)? {
                break at;
            }
        };
        block.records = start..end;
        Ok(())
    }

    fn find_rows(&self, block: &mut Block, signs: Signs) -> Result<()> {
        let Some((begins, ends)) = self.look(block, signs) else {
            block.take_nothing();
            return Ok(());
        };
        let own = block.buffer.bytes().get(..self.size).unwrap_or_default();
        let start =
            if self.is_first() { Some(0) } else { Walker::new(begins, signs).record_end(own) };
        let Some(start) = start else {
            block.take_nothing();
            return Ok(());
        };
        let end = self.record_end(block, Walker::new(ends, signs))?;
        block.records = start..end;
        block.skipped = block.outline.ends().partition_point(|&end| (end as usize) < start);
        block.draw_rest(self.size, signs, ends);
        Ok(())
    }

    /// Draws the outline of the piece and says how the piece begins and ends; `None` if a piece before
    /// it could not be read, which somebody else has an error for.
    fn look(&self, block: &mut Block, signs: Signs) -> Option<(Quoting, Quoting)> {
        let Block { buffer, outline, .. } = block;
        let own = buffer.bytes().get(..self.size).unwrap_or_default();
        let guess = if self.is_first() { Quoting::START } else { Quoting::guess(own, signs) };
        outline.clear();
        let mut ends = outline.draw(own, 0, signs, guess);
        let begins = self.shared.chain.wait(self.number)?;
        if !guess.reads_like(begins, own) {
            outline.clear();
            ends = outline.draw(own, 0, signs, begins);
        }
        if outline.is_stray() {
            let mut walker = Walker::new(begins, signs);
            for &byte in own {
                walker.step(byte);
            }
            ends = walker.quoting();
        }
        self.shared.chain.pass_on(ends);
        Some((begins, ends))
    }

    /// Where the record ends in which the piece ends; the file's end if nothing else ends it.
    fn record_end(&self, block: &mut Block, mut walker: Walker) -> Result<usize> {
        let mut at = self.size;
        loop {
            let rest = block.buffer.bytes().get(at..).unwrap_or_default();
            if let Some(found) = walker.record_end(rest) {
                return Ok(at + found);
            }
            at = block.buffer.bytes().len();
            if !self.load_more(block)? {
                return Ok(at);
            }
        }
    }

    /// Loads more behind what is loaded; false at the end of the file.
    fn load_more(&self, block: &mut Block) -> Result<bool> {
        let loaded = block.buffer.bytes().len();
        let more = loaded.max(TAIL).min(self.size.saturating_add(self.behind()) - loaded);
        if more > 0 {
            self.load(block, loaded, loaded + more)?;
        }
        Ok(more > 0)
    }

    /// Loads the bytes from `loaded` up to `to`, counted from the start of the piece.
    fn load(&self, block: &mut Block, loaded: usize, to: usize) -> Result<()> {
        let path = &self.shared.path;
        if to > LARGEST {
            let message = "a record of more than a gigabyte cannot be read";
            return Err(Error::at(Place::file(path), message));
        }
        let room = block.buffer.extend(loaded, to);
        self.shared.read_at(room, self.from + loaded as u64)
    }

    /// How many bytes of the file lie behind the piece.
    fn behind(&self) -> usize {
        let behind = self.shared.end - self.from - self.size as u64;
        usize::try_from(behind).unwrap_or(usize::MAX)
    }

    fn is_first(&self) -> bool {
        self.number == 0
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if let Layout::Table(_) = self.shared.layout {
            self.shared.chain.leave(self.number);
        }
    }
}

/// The position behind the first newline.
fn line_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', bytes).map(|at| at + 1)
}

#[cfg(unix)]
pub(super) fn read_at(file: &File, room: &mut [u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, room, at)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, mut room: &mut [u8], mut at: u64) -> std::io::Result<()> {
    while !room.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, room, at)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => {
                room = &mut room[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

/// Hands the quoting at the end of each piece to the next one.
#[derive(Debug)]
struct Chain {
    state: Mutex<ChainState>,
    moved: Condvar,
}

#[derive(Debug)]
struct ChainState {
    /// The piece whose turn it is.
    next: usize,
    /// How it begins.
    quoting: Quoting,
    /// Whether a piece was given up before its turn.
    is_broken: bool,
}

impl Default for Chain {
    fn default() -> Chain {
        let state = ChainState { next: 0, quoting: Quoting::START, is_broken: false };
        Chain { state: Mutex::new(state), moved: Condvar::new() }
    }
}

impl Chain {
    fn lock(&self) -> MutexGuard<'_, ChainState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn of a piece and says how the piece begins; `None` if its turn never comes.
    /// Pieces are given out in order and each passes on as soon as it was looked at, so the wait ends.
    fn wait(&self, number: usize) -> Option<Quoting> {
        let waits = |state: &mut ChainState| state.next < number && !state.is_broken;
        let state = self.moved.wait_while(self.lock(), waits);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        (!state.is_broken).then_some(state.quoting)
    }

    /// Ends a turn: the piece ends like this.
    fn pass_on(&self, ends: Quoting) {
        let mut state = self.lock();
        (state.next, state.quoting) = (state.next + 1, ends);
        drop(state);
        self.moved.notify_all();
    }

    /// A piece is gone: if it never had its turn, the next ones must not wait for it.
    fn leave(&self, number: usize) {
        let mut state = self.lock();
        state.is_broken |= state.next <= number;
        drop(state);
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::OutlinedRows;
    use super::*;
    use csv::{ByteRecord, ReaderBuilder, Terminator};
    use proptest::prelude::*;
    use std::io::Write;

    const SIGNS: Signs = Signs { delimiter: b',', line_end: b'\n' };

    fn file_of(text: &str) -> PlainFile {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        PlainFile { file, path: "x".to_string(), before_head: 0, size: text.len() as u64 }
    }

    /// The rows as the `csv` crate reads them.
    fn parsed(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(SIGNS.line_end))
            .from_reader(bytes);
        let cells = |record: ByteRecord| record.iter().map(<[u8]>::to_vec).collect();
        reader.byte_records().map(|record| cells(record.unwrap())).collect()
    }

    fn rows_of(block: &Block, width: usize) -> Vec<Vec<Vec<u8>>> {
        if block.is_stray {
            return parsed(block.bytes());
        }
        let cell = |row: &super::super::rows::OutlinedRow<'_>, column| {
            row.cell(column).unwrap().into_owned()
        };
        OutlinedRows::new(block, SIGNS, width)
            .map(|row| (0..row.len()).map(|column| cell(&row, column)).collect())
            .collect()
    }

    /// Reads all pieces, each by a thread of its own if there are several.
    fn read(text: &str, skip: usize, size: usize, threads: usize) -> (Vec<Block>, bool) {
        let pieces = Mutex::new(Pieces::new(file_of(text), Layout::Table(SIGNS), skip));
        let blocks = Mutex::new(Vec::new());
        let next = || pieces.lock().unwrap().next(size);
        let work = || {
            while let Some(piece) = next() {
                let mut block = Block::default();
                piece.read(&mut block).unwrap();
                blocks.lock().unwrap().push((piece.number, block));
            }
        };
        std::thread::scope(|scope| {
            (0..threads).for_each(|_| _ = scope.spawn(work));
        });
        let mut blocks = blocks.into_inner().unwrap();
        blocks.sort_by_key(|(number, _)| *number);
        let ends_inside = pieces.into_inner().unwrap().ends_inside_quotes();
        (blocks.into_iter().map(|(_, block)| block).collect(), ends_inside)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn pieces_hold_the_rows_of_the_whole(
            text in prop_oneof!["[a,\"\n]{0,60}", "(a?,a?\n|\"a*(\"\")?\n?,?\",a\n){0,12}"],
            skip in 0usize..4,
            size in 1usize..30,
            threads in 1usize..4,
        ) {
            let skip = skip.min(text.len());
            let whole = &text.as_bytes()[skip..];
            let (blocks, ends_inside) = read(&text, skip, size, threads);
            let rows: Vec<_> = blocks.iter().flat_map(|block| rows_of(block, 2)).collect();
            prop_assert_eq!(rows, parsed(whole));
            let bytes: Vec<u8> = blocks.iter().flat_map(|block| block.bytes().to_vec()).collect();
            prop_assert_eq!(&bytes[..], whole);
            let mut walker = Walker::new(Quoting::START, SIGNS);
            for &byte in whole {
                walker.step(byte);
            }
            prop_assert_eq!(ends_inside, walker.quoting() == Quoting::Inside);
        }
    }

    #[test]
    fn a_piece_that_is_given_up_keeps_nobody_waiting() {
        let mut pieces = Pieces::new(file_of("a,b\nc,d\ne,f\n"), Layout::Table(SIGNS), 0);
        drop(pieces.next(4));
        let mut block = Block::default();
        pieces.next(4).unwrap().read(&mut block).unwrap();
        assert!(block.bytes().is_empty());
    }
}
