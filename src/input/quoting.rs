//! Inside or outside quotes: the one question that decides where the records of a table end.
//!
//! [`Quoting`] is the answer at one place, as it is handed from piece to piece of a file. [`Walker`]
//! finds it byte by byte, as a CSV reader does, and is right for any bytes at all. `outline` finds it 64
//! bytes at a time and knows when it must not be believed; the two are held against each other.

/// The signs of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    /// Between two cells.
    pub delimiter: u8,
    /// Behind a record: a newline, or a carriage return in files that have no newlines.
    pub line_end: u8,
}

/// The sign that opens and closes a cell.
pub const QUOTE: u8 = b'"';

/// Whether a place in a table is inside a quoted cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Inside: delimiters and line ends are text.
    Inside,
    /// Outside.
    Outside {
        /// Whether a quote here would open a cell: behind a delimiter, a line end or a closing quote.
        may_open: bool,
    },
}

impl Quoting {
    /// Where a record begins.
    pub const START: Quoting = Quoting::Outside { may_open: true };

    /// What a part of a table most likely begins with, judged by its first quote alone: one that follows
    /// a delimiter or a line end opens, any other closes.
    pub fn guess(part: &[u8], signs: Signs) -> Quoting {
        let first = memchr::memchr(QUOTE, part);
        let before = first.and_then(|quote| part.get(quote.checked_sub(1)?));
        match before {
            Some(&before) if before != signs.delimiter && before != signs.line_end => {
                Quoting::Inside
            }
            Some(_) | None => Quoting::START,
        }
    }

    /// Whether a part reads the same whichever of the two it begins with.
    pub fn reads_like(self, other: Quoting, part: &[u8]) -> bool {
        let both_outside = self != Quoting::Inside && other != Quoting::Inside;
        self == other || both_outside && part.first() != Some(&QUOTE)
    }
}

/// A walk over the bytes of a table, one by one.
#[derive(Clone, Copy, Debug)]
pub struct Walker {
    quoting: Quoting,
    signs: Signs,
}

impl Walker {
    /// A walk from a place of which the quoting is known.
    pub fn new(quoting: Quoting, signs: Signs) -> Walker {
        Walker { quoting, signs }
    }

    /// Steps over a byte; says whether a record ends with it.
    pub fn step(&mut self, byte: u8) -> bool {
        let is_line_end = byte == self.signs.line_end;
        self.quoting = match (self.quoting, byte) {
            // A quote may be the first of two that stand for one: then the next opens again.
            (Quoting::Inside, QUOTE) => Quoting::START,
            (Quoting::Inside, _) => return false,
            (Quoting::Outside { may_open: true }, QUOTE) => Quoting::Inside,
            (Quoting::Outside { .. }, byte) => {
                Quoting::Outside { may_open: is_line_end || byte == self.signs.delimiter }
            }
        };
        is_line_end
    }

    /// The position behind the first record that ends in `bytes`.
    pub fn record_end(&mut self, bytes: &[u8]) -> Option<usize> {
        bytes.iter().position(|&byte| self.step(byte)).map(|last| last + 1)
    }

    /// The quoting at the place that was reached.
    pub fn quoting(&self) -> Quoting {
        self.quoting
    }
}
