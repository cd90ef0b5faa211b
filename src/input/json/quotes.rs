//! The quotes of a record that begin or end a text, found 64 bytes at a time.
//!
//! A quote behind an odd number of backslashes is part of its text. Backslashes outside texts are an
//! error that the scanner meets before it asks for any quote behind them, so they need no care here.

use crate::input::bitmap::{CHUNK, Chunk};

/// The quotes of the record that was looked at last.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    /// A bit for each byte of the record.
    words: Vec<u64>,
    has_escapes: bool,
}

impl Quotes {
    /// Looks at a record.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        self.words.clear();
        self.has_escapes = false;
        let (chunks, rest) = bytes.as_chunks::<CHUNK>();
        self.words.reserve(chunks.len() + 1);
        let mut escaped = false;
        for chunk in chunks {
            escaped = self.add(Chunk::new(chunk), 0, escaped);
        }
        if rest.is_empty() {
            return;
        }
        // The last 64 bytes can be loaded as they are; what they repeat is shifted out.
        match bytes.last_chunk() {
            Some(last) => self.add(Chunk::new(last), CHUNK - rest.len(), escaped),
            None => self.add(Chunk::of_rest(rest), 0, escaped),
        };
    }

    /// Whether any byte is a backslash.
    pub(super) fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// The first quote at or behind `from`.
    #[inline]
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut number = from / CHUNK;
        let ahead = self.words.get(number)? >> (from % CHUNK);
        if ahead != 0 {
            return Some(from + ahead.trailing_zeros() as usize);
        }
        loop {
            number += 1;
            let word = self.words.get(number)?;
            if *word != 0 {
                return Some(CHUNK * number + word.trailing_zeros() as usize);
            }
        }
    }

    /// Adds a chunk without its first `seen` bytes; `escaped` says whether the first byte that counts
    /// is escaped, the result the same of the first byte behind.
    #[inline]
    fn add(&mut self, chunk: Chunk, seen: usize, escaped: bool) -> bool {
        let quotes = chunk.equal_to(b'"') >> seen;
        if !escaped && !chunk.has(b'\\') {
            self.words.push(quotes);
            return false;
        }
        let backslashes = chunk.equal_to(b'\\') >> seen;
        self.has_escapes |= backslashes != 0;
        let (taken, next) = escaped_bytes(backslashes, escaped);
        self.words.push(quotes & !taken);
        next
    }
}

/// The bytes of a chunk that a backslash escapes, given whether the first one is; and whether the
/// first byte behind the chunk is.
///
/// A backslash that is not itself escaped escapes the byte behind it: of a run of backslashes every second
/// byte is escaped, from the second on, the byte behind a run of odd length included. Subtraction finds
/// the end of all runs at once. Source: simdjson, `json_escape_scanner`.
fn escaped_bytes(backslashes: u64, first_is_escaped: bool) -> (u64, bool) {
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    let first = u64::from(first_is_escaped);
    let starting = backslashes & !first;
    let runs = ((starting << 1 | ODD).wrapping_sub(starting)) ^ ODD;
    let escaped = runs ^ (backslashes | first);
    let escaping = runs & backslashes;
    (escaped, escaping >> 63 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The quotes that are not escaped, one byte after the other.
    fn slowly(bytes: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => found.push(at),
                b'\\' => at += 1,
                _ => {}
            }
            at += 1;
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn quotes_are_those_that_no_backslash_escapes(text in r#"(a{0,70}|\\{0,70}|"){0,9}"#) {
            let mut quotes = Quotes::default();
            quotes.read(text.as_bytes());
            let mut found = Vec::new();
            while let Some(at) = quotes.next(found.last().map_or(0, |last| last + 1)) {
                found.push(at);
            }
            prop_assert_eq!(found, slowly(text.as_bytes()));
            prop_assert_eq!(quotes.has_escapes(), text.contains('\\'));
        }
    }
}
