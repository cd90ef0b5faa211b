//! Cutting a source into blocks of whole records, so that many threads can read one source.
//!
//! One thread at a time takes the next block: it reads bytes and looks only for the last place where a
//! record ends (a newline; for tables a newline outside quotes; for an array the end of an element).
//! The expensive part, taking records apart, happens outside. Blocks are numbered in the order of the
//! input, so the result never depends on which thread took which.
//! This file must agree with the readers about where records end, and knows nothing else about them.

use super::quoting::Signs;
use super::source::Source;
use super::together::Together;
use crate::error::{Error, Result};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How records are laid out in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One JSON value a line.
    Lines,
    /// A delimited table whose cells may be quoted and hold newlines.
    Table(Signs),
    /// The elements of one JSON array.
    Array,
}

/// The part of a source that is not cut yet.
pub struct Cutter {
    path: String,
    layout: Layout,
    carry: Vec<u8>,
    rest: Box<dyn Read + Send>,
    at_end: bool,
    bytes_read: u64,
    /// The same of the packed file, if it is packed.
    packed_read: Option<Arc<AtomicU64>>,
    ends_inside_quotes: bool,
    /// Rows that must not be parted.
    together: Option<Together>,
}

impl std::fmt::Debug for Cutter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cutter")
            .field("path", &self.path)
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}

impl Cutter {
    /// Cuts what is behind the first `skip` bytes of the source's head (a header, an opening bracket).
    pub fn new(mut source: Source, layout: Layout, skip: usize) -> Cutter {
        let carry = source.head.split_off(skip.min(source.head.len()));
        let bytes_read = (carry.len() + source.head.len()) as u64;
        Cutter {
            path: source.path.clone(),
            layout,
            carry,
            at_end: false,
            ends_inside_quotes: false,
            together: None,
            packed_read: source.packed_read.take(),
            bytes_read,
            rest: source.into_rest(),
        }
    }

    /// The same, but rows that belong together stay in one block.
    #[must_use]
    pub fn keeping(mut self, together: Together) -> Cutter {
        self.together = Some(together);
        self
    }

    /// How the records are laid out.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Whether the source ended within a quoted cell: its last record is not what it seems.
    pub fn ends_inside_quotes(&self) -> bool {
        self.ends_inside_quotes
    }

    /// How many bytes of the source were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.packed_read.as_ref().map_or(self.bytes_read, |read| read.load(Ordering::Relaxed))
    }

    /// Fills `block` with about `size` bytes of whole records, at least one; false at the end.
    /// A block grows beyond `size` only for a single record that is larger.
    pub fn next(&mut self, block: &mut Vec<u8>, size: usize) -> Result<bool> {
        block.clear();
        block.append(&mut self.carry);
        let mut wanted = size.max(1);
        loop {
            self.fill(block, wanted)?;
            if block.is_empty() {
                return Ok(false);
            }
            let window = block.len().min(wanted);
            let cut = if self.at_end && block.len() <= wanted {
                self.ends_inside_quotes = self.layout.ends_inside_quotes(block);
                Some(block.len())
            } else {
                self.last_end(&block[..window])
            };
            if let Some(cut) = cut {
                self.carry.extend_from_slice(&block[cut..]);
                block.truncate(cut);
                return Ok(true);
            }
            wanted = wanted.saturating_mul(2);
        }
    }

    /// Behind the last record that ends in `block`, or the last of those that belong together.
    fn last_end(&self, block: &[u8]) -> Option<usize> {
        let end = self.layout.last_end(block)?;
        match &self.together {
            None => Some(end),
            Some(together) => Some(together.last_begins(block.get(..end)?)).filter(|&at| at > 0),
        }
    }

    fn fill(&mut self, block: &mut Vec<u8>, wanted: usize) -> Result<()> {
        if self.at_end || block.len() >= wanted {
            return Ok(());
        }
        let missing = wanted - block.len();
        let read = self
            .rest
            .by_ref()
            .take(missing as u64)
            .read_to_end(block)
            .map_err(|e| Error::io(&self.path, e))?;
        self.bytes_read += read as u64;
        self.at_end = read < missing;
        Ok(())
    }
}

impl Layout {
    /// The signs of a table.
    pub fn signs(self) -> Option<Signs> {
        match self {
            Layout::Table(signs) => Some(signs),
            Layout::Lines | Layout::Array => None,
        }
    }

    fn ends_inside_quotes(self, block: &[u8]) -> bool {
        match self {
            Layout::Table(signs) => last_record_end(block, signs).1,
            Layout::Lines | Layout::Array => false,
        }
    }

    /// The position behind the last record that ends in `block`, which begins with a record.
    fn last_end(self, block: &[u8]) -> Option<usize> {
        match self {
            Layout::Lines => memchr::memrchr(b'\n', block).map(|at| at + 1),
            Layout::Table(signs) => last_record_end(block, signs).0,
            Layout::Array => last_element_end(block),
        }
    }
}

/// Behind the last line end outside quotes, and whether the block ends inside quotes. A quote opens a
/// cell only at the start of a cell, as in the reader; elsewhere outside quotes it is an ordinary
/// character. Quotes and line ends are searched for instead of walked to: this runs under a lock.
fn last_record_end(block: &[u8], signs: Signs) -> (Option<usize>, bool) {
    let Signs { delimiter, line_end } = signs;
    let mut last = None;
    let mut outside_from = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'"', &block[at..]) {
        let quote = at + found;
        let opens = quote == 0 || block[quote - 1] == line_end || block[quote - 1] == delimiter;
        at = quote + 1;
        if !opens {
            continue;
        }
        if let Some(newline) = memchr::memrchr(line_end, &block[outside_from..quote]) {
            last = Some(outside_from + newline + 1);
        }
        match closing_quote(block, at) {
            Some(closing) => at = closing + 1,
            None => return (last, true),
        }
        outside_from = at;
    }
    let newline = memchr::memrchr(line_end, &block[outside_from..]);
    (newline.map(|newline| outside_from + newline + 1).or(last), false)
}

/// The quote that closes a cell whose text starts at `from`; doubled quotes stand for one.
fn closing_quote(block: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let quote = at + memchr::memchr(b'"', &block[at..])?;
        if block.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        at = quote + 2;
        if at > block.len() {
            return None;
        }
    }
}

/// Behind the last element that ends in `block`, its comma included.
fn last_element_end(block: &[u8]) -> Option<usize> {
    let mut last = None;
    while let Some(end) = next_comma(block, last.unwrap_or(0)) {
        last = Some(end);
    }
    last
}

/// Behind the first element of `block`, its comma included; the block's end if no comma follows.
pub(super) fn element_end(block: &[u8]) -> usize {
    next_comma(block, 0).unwrap_or(block.len())
}

/// Behind the next comma outside objects, arrays and texts; or behind the bracket that opens the next of several arrays,
/// one behind the other.
fn next_comma(block: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = from;
    while let Some(byte) = block.get(at) {
        match byte {
            b'"' => at = end_of_text(block, at + 1)?,
            b']' if depth == 0 => {
                let behind = block.get(at + 1..)?;
                let next = behind.iter().position(|byte| !byte.is_ascii_whitespace())?;
                if behind[next] == b'[' {
                    return Some(at + 1 + next + 1);
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The position of the quote that ends a JSON text starting at `from`; the block's end if none does.
fn end_of_text(block: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match memchr::memchr2(b'"', b'\\', block.get(at..)?) {
            None => return Some(block.len()),
            Some(found) if block[at + found] == b'"' => return Some(at + found),
            Some(found) => at += found + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(text: &[u8], layout: Layout, size: usize) -> Vec<Vec<u8>> {
        let mut cutter = Cutter::new(Source::from_bytes("x", text.to_vec()).unwrap(), layout, 0);
        let mut all = Vec::new();
        let mut block = Vec::new();
        while cutter.next(&mut block, size).unwrap() {
            all.push(block.clone());
        }
        all
    }

    fn records(bytes: &[u8]) -> Vec<csv::ByteRecord> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        reader.byte_records().map(Result::unwrap).collect()
    }

    proptest! {
        #[test]
        fn tables_are_cut_between_records(text in "[a,\"\n]{0,80}", size in 1usize..20) {
            let layout = Layout::Table(Signs { delimiter: b',', line_end: b'\n' });
            let pieces = pieces(text.as_bytes(), layout, size);
            prop_assert_eq!(pieces.concat(), text.as_bytes());
            let whole = records(text.as_bytes());
            let cut: Vec<_> = pieces.iter().flat_map(|piece| records(piece)).collect();
            prop_assert_eq!(cut, whole);
        }

        #[test]
        fn lines_are_cut_behind_newlines(text in "[a\n]{0,60}", size in 1usize..20) {
            let pieces = pieces(text.as_bytes(), Layout::Lines, size);
            prop_assert_eq!(pieces.concat(), text.as_bytes());
            let all_but_last = pieces.len().saturating_sub(1);
            prop_assert!(pieces.iter().take(all_but_last).all(|piece| piece.ends_with(b"\n")));
        }
    }

    #[test]
    fn arrays_are_cut_between_elements() {
        let text = br#"{"a":"},{\""},[1,2], {"b":[{}]}  ,3]"#;
        for size in 1..40 {
            let pieces = pieces(text, Layout::Array, size);
            assert_eq!(pieces.concat(), text);
            let ends: Vec<_> =
                pieces.iter().take(pieces.len() - 1).map(|p| *p.last().unwrap()).collect();
            assert!(ends.iter().all(|&b| b == b','), "{pieces:?}");
        }
    }
}
