//! Where the cells and records of a table end: one pass over a block's bytes, 64 at a time.
//!
//! The outline of a block is the list of its delimiters and line ends outside quotes. Whoever reads
//! rows then finds any cell by two look-ups, and cells that nobody asks for cost nothing more.
//!
//! Quotes are told apart by parity: an odd one opens, an even one closes, and a doubled quote inside a
//! cell closes and opens again. That is what a CSV reader does as long as every opening quote stands
//! where a cell begins or where a quote has just closed. An opening quote anywhere else (`5" disk`)
//! makes the outline *stray*: it must not be used, and the block is read by the `csv` crate instead.

use super::bitmap::{CHUNK, Chunk, parity_up_to};
use super::quoting::{QUOTE, Quoting, Signs};
use super::simd;

/// So many bytes are drawn at once, whole chunks. Room is made for as many positions, for each byte may be one: for all of a
/// block at once that would be four times its memory, most of it never used.
const SHEET: usize = 64 << 10;
const _: () = assert!(SHEET.is_multiple_of(CHUNK));

/// The delimiters and line ends of a block.
#[derive(Debug, Default)]
pub struct Outline {
    /// Their positions; only the first `count` count, the rest is room.
    ends: Vec<u32>,
    count: usize,
    /// How many of them are line ends.
    line_ends: usize,
    /// How many line ends there are inside quotes.
    quoted_line_ends: usize,
    stray: bool,
}

impl Outline {
    /// Begins with another block.
    pub fn clear(&mut self) {
        (self.count, self.line_ends, self.quoted_line_ends, self.stray) = (0, 0, 0, false);
    }

    /// Goes over `bytes`, which stand at `base` in the block and begin as `quoting` says; tells how they
    /// end. Positions beyond four gigabytes do not fit: blocks must be smaller.
    pub fn draw(&mut self, bytes: &[u8], base: usize, signs: Signs, quoting: Quoting) -> Quoting {
        bytes.chunks(SHEET).enumerate().fold(quoting, |quoting, (number, sheet)| {
            let base = base + number * SHEET;
            let drawn = simd::draw(self, sheet, base, (signs, quoting));
            drawn.unwrap_or_else(|| self.draw_portably((sheet, base), signs, quoting))
        })
    }

    /// The same on any processor.
    pub(super) fn draw_portably(
        &mut self,
        at: (&[u8], usize),
        signs: Signs,
        quoting: Quoting,
    ) -> Quoting {
        self.draw_with(at, quoting, |chunk| Found::portable(chunk, signs), write_places)
    }

    /// Draws with whatever finds the signs of a chunk, and writes down the numbers of a word's set bits.
    ///
    /// This is the loop that looks at every byte. A chunk without quotes costs a few dozen instructions;
    /// nothing in it depends on what the bytes are but the number of rounds. `benches/table.rs`
    /// measures it; its slow twin is in the tests. It is compiled into each of its callers, for the
    /// instructions that they may use.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    pub(super) fn draw_with(
        &mut self,
        (bytes, base): (&[u8], usize),
        quoting: Quoting,
        find: impl Fn(&[u8; CHUNK]) -> Found,
        write: impl Fn(&mut [u32; CHUNK], u32, u64),
    ) -> Quoting {
        self.make_room(bytes.len());
        let mut pen = Pen::new(quoting);
        let mut paper = Paper::behind(self);
        let (chunks, rest) = bytes.as_chunks::<CHUNK>();
        for (number, bytes) in chunks.iter().enumerate() {
            paper.add(base + number * CHUNK, pen.marks(find(bytes)), &write);
        }
        if !rest.is_empty() {
            // Behind the last byte stands nought, which must not be taken for a sign.
            let real = u64::MAX >> (CHUNK - rest.len());
            let mut padded = [0; CHUNK];
            padded.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
            let marks = pen.marks(find(&padded));
            paper.add(base + bytes.len() - rest.len(), marks.within(real), &write);
            pen.step_back(CHUNK - rest.len());
        }
        let Paper { added, line_ends, quoted_line_ends, .. } = paper;
        self.count += added;
        self.line_ends += line_ends;
        self.quoted_line_ends += quoted_line_ends;
        self.stray |= pen.stray != 0;
        pen.quoting()
    }

    /// Notes a line end that does not stand in the block: the end of the source ends a record too.
    pub fn end_record_at(&mut self, position: usize) {
        self.make_room(1);
        if let (Some(place), Ok(position)) = (self.ends.get_mut(self.count), position.try_into()) {
            *place = position;
            self.count += 1;
            self.line_ends += 1;
        }
    }

    /// Whether a quote stands where no cell begins, so that parity tells nothing.
    pub fn is_stray(&self) -> bool {
        self.stray
    }

    /// The positions of delimiters and line ends, in order.
    pub fn ends(&self) -> &[u32] {
        self.ends.get(..self.count).unwrap_or_default()
    }

    /// How many line ends outside quotes there are.
    pub fn line_ends(&self) -> usize {
        self.line_ends
    }

    /// Whether a quoted cell holds a line end, so that lines and records are not the same.
    pub fn has_quoted_line_ends(&self) -> bool {
        self.quoted_line_ends > 0
    }

    fn make_room(&mut self, bytes: usize) {
        let wanted = self.count + bytes + CHUNK;
        if self.ends.len() < wanted {
            self.ends.resize(wanted, 0);
        }
    }
}

/// Where an outline goes on; its numbers stay in registers while it is drawn.
struct Paper<'o> {
    room: &'o mut [u32],
    added: usize,
    line_ends: usize,
    quoted_line_ends: usize,
}

impl<'o> Paper<'o> {
    fn behind(outline: &'o mut Outline) -> Paper<'o> {
        let room = outline.ends.get_mut(outline.count..).unwrap_or_default();
        Paper { room, added: 0, line_ends: 0, quoted_line_ends: 0 }
    }

    /// Writes down the positions of a chunk's separators.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Outline::draw_with`")]
    #[expect(clippy::cast_possible_truncation, reason = "blocks are smaller than four gigabytes")]
    fn add(&mut self, base: usize, marks: Marks, write: &impl Fn(&mut [u32; CHUNK], u32, u64)) {
        let room = self.room.get_mut(self.added..).and_then(<[u32]>::first_chunk_mut::<CHUNK>);
        let Some(room) = room else { return };
        write(room, base as u32, marks.separators);
        self.added += marks.separators.count_ones() as usize;
        self.line_ends += marks.line_ends.count_ones() as usize;
        self.quoted_line_ends += marks.quoted_line_ends.count_ones() as usize;
    }
}

/// Writes the numbers of a word's set bits, counted from `base`: four at a time, because counting rounds
/// costs more than writing a few that are overwritten by the next chunk.
#[inline(always)]
pub(super) fn write_places(room: &mut [u32; CHUNK], base: u32, places: u64) {
    const AT_ONCE: usize = 4;
    let mut left = places;
    let (rounds, _) = room.as_chunks_mut::<AT_ONCE>();
    for round in rounds {
        for place in round {
            *place = base.wrapping_add(left.trailing_zeros());
            left &= left.wrapping_sub(1);
        }
        if left == 0 {
            break;
        }
    }
}

/// Where the signs stand in a chunk, quoted or not, one bit a byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Delimiters and line ends.
    pub(super) separators: u64,
    pub(super) line_ends: u64,
    pub(super) quotes: u64,
}

impl Found {
    /// Finds them on any processor.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Outline::draw_with`")]
    fn portable(bytes: &[u8; CHUNK], signs: Signs) -> Found {
        let chunk = Chunk::new(bytes);
        let line_ends = chunk.equal_to(signs.line_end);
        let separators = chunk.equal_to(signs.delimiter) | line_ends;
        let quotes = if chunk.has(QUOTE) { chunk.equal_to(QUOTE) } else { 0 };
        Found { separators, line_ends, quotes }
    }
}

/// What stands in a chunk, one bit a byte.
#[derive(Clone, Copy, Debug)]
struct Marks {
    /// Delimiters and line ends outside quotes.
    separators: u64,
    /// Line ends outside quotes.
    line_ends: u64,
    /// Line ends inside quotes.
    quoted_line_ends: u64,
}

impl Marks {
    /// Only what stands at these places.
    fn within(self, places: u64) -> Marks {
        Marks {
            separators: self.separators & places,
            line_ends: self.line_ends & places,
            quoted_line_ends: self.quoted_line_ends & places,
        }
    }
}

/// What carries over from chunk to chunk.
struct Pen {
    /// All bits set inside quotes, none outside.
    inside: u64,
    /// The lowest bit set where a quote may open.
    may_open: u64,
    /// Not nought as soon as a quote opened where none may.
    stray: u64,
    /// Of the last chunk, for its end may lie before its 64th byte.
    last_inside: u64,
    last_openers: u64,
}

impl Pen {
    fn new(quoting: Quoting) -> Pen {
        let (inside, may_open) = match quoting {
            Quoting::Inside => (u64::MAX, 0),
            Quoting::Outside { may_open } => (0, u64::from(may_open)),
        };
        Pen { inside, may_open, stray: 0, last_inside: 0, last_openers: 0 }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Outline::draw_with`")]
    fn marks(&mut self, Found { separators, line_ends, quotes }: Found) -> Marks {
        if self.inside == 0 && quotes == 0 {
            self.may_open = separators >> (CHUNK - 1);
            (self.last_inside, self.last_openers) = (0, separators);
            return Marks { separators, line_ends, quoted_line_ends: 0 };
        }
        let inside = parity_up_to(quotes) ^ self.inside;
        let openers = separators & !inside | quotes & !inside;
        self.stray |= quotes & inside & !(openers << 1 | self.may_open);
        self.inside = if inside >> (CHUNK - 1) == 0 { 0 } else { u64::MAX };
        self.may_open = openers >> (CHUNK - 1);
        (self.last_inside, self.last_openers) = (inside, openers);
        Marks {
            separators: separators & !inside,
            line_ends: line_ends & !inside,
            quoted_line_ends: line_ends & inside,
        }
    }

    /// The last chunk was so many bytes shorter than a whole one.
    fn step_back(&mut self, missing: usize) {
        let last = CHUNK - 1 - missing;
        self.inside = if self.last_inside >> last & 1 == 0 { 0 } else { u64::MAX };
        self.may_open = self.last_openers >> last & 1;
    }

    fn quoting(&self) -> Quoting {
        if self.inside == 0 {
            Quoting::Outside { may_open: self.may_open != 0 }
        } else {
            Quoting::Inside
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::quoting::Walker;
    use proptest::prelude::*;

    const SIGNS: Signs = Signs { delimiter: b',', line_end: b'\n' };

    /// The outline as one would draw it if time did not matter; `None` if a quote is stray.
    fn slow(bytes: &[u8], quoting: Quoting) -> Option<(Vec<u32>, Quoting)> {
        let mut walker = Walker::new(quoting, SIGNS);
        let mut ends = Vec::new();
        for (at, &byte) in bytes.iter().enumerate() {
            let is_stray =
                byte == QUOTE && walker.quoting() == Quoting::Outside { may_open: false };
            if is_stray {
                return None;
            }
            let is_separator = byte == SIGNS.delimiter || byte == SIGNS.line_end;
            if is_separator && walker.quoting() != Quoting::Inside {
                ends.push(u32::try_from(at).unwrap());
            }
            walker.step(byte);
        }
        Some((ends, walker.quoting()))
    }

    fn any_quoting() -> impl Strategy<Value = Quoting> {
        let outside = |may_open| Quoting::Outside { may_open };
        prop_oneof![Just(Quoting::Inside), Just(outside(true)), Just(outside(false))]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn agrees_with_a_walk(text in "[a\"\n,]{0,200}", quoting in any_quoting(), cut in 0usize..200) {
            let bytes = text.as_bytes();
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let mut plain = Outline::default();
            let end = plain.draw_portably((bytes, 0), SIGNS, quoting);
            let mut outline = Outline::default();
            let between = outline.draw(head, 0, SIGNS, quoting);
            prop_assert_eq!(outline.draw(tail, head.len(), SIGNS, between), end);
            prop_assert_eq!(plain.ends(), outline.ends());
            match slow(bytes, quoting) {
                None => prop_assert!(outline.is_stray()),
                Some((ends, quoting)) => {
                    prop_assert!(!outline.is_stray());
                    prop_assert_eq!(outline.ends(), &ends[..]);
                    prop_assert_eq!(end, quoting);
                    let is_line_end = |end: &&u32| bytes[**end as usize] == SIGNS.line_end;
                    prop_assert_eq!(outline.line_ends(), ends.iter().filter(is_line_end).count());
                    let all = memchr::memchr_iter(SIGNS.line_end, bytes).count();
                    prop_assert_eq!(outline.has_quoted_line_ends(), all > outline.line_ends());
                }
            }
        }
    }
}
