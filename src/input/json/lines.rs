//! The lines of a block, with what can be found out about many of them at once.

use super::Written;

/// Whether bytes are text is asked of whole lines of about so many bytes: they are still in the nearest
/// cache when the lines are taken apart, and one line that is no text costs the others little.
const WINDOW: usize = 16 * 1024;

/// The lines of a block, one after the other.
#[derive(Debug)]
pub struct Lines<'b> {
    block: &'b [u8],
    /// Some whole lines of the block, and where they start.
    window: Written<'b>,
    start: usize,
    /// How many bytes of the window were given out.
    given: usize,
}

/// A line without white space at its ends, and where it starts in its block.
#[derive(Clone, Copy, Debug)]
pub struct Line<'b> {
    /// Its bytes.
    pub written: Written<'b>,
    /// Bytes of the block before it.
    pub start: usize,
}

impl<'b> Lines<'b> {
    /// All lines of a block; what is behind its last newline is a line too.
    pub fn new(block: &'b [u8]) -> Lines<'b> {
        Lines { block, window: Written::new(&[]), start: 0, given: 0 }
    }

    /// Goes on to the next window; false at the end of the block.
    fn move_on(&mut self) -> bool {
        self.start += self.given;
        self.given = 0;
        let rest = self.block.get(self.start..).unwrap_or_default();
        let (near, far) = rest.split_at(rest.len().min(WINDOW));
        let end = memchr::memrchr(b'\n', near).or_else(|| {
            let behind = memchr::memchr(b'\n', far)?;
            Some(near.len() + behind)
        });
        self.window = Written::new(end.map_or(rest, |end| &rest[..=end]));
        !rest.is_empty()
    }
}

impl<'b> Iterator for Lines<'b> {
    type Item = Line<'b>;

    fn next(&mut self) -> Option<Line<'b>> {
        if self.given == self.window.bytes().len() && !self.move_on() {
            return None;
        }
        let rest = self.window.bytes().get(self.given..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let blank = line.len() - line.trim_ascii_start().len();
        let start = self.given + blank;
        let written = self.window.part(start..start + line.trim_ascii().len());
        self.given += (length + 1).min(rest.len());
        Some(Line { written, start: self.start + start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_those_between_newlines(
            lines in prop::collection::vec("( |\r|a|é){0,4}|b{9000}", 0..8),
            broken in any::<bool>(),
        ) {
            let mut block = lines.join("\n").into_bytes();
            if let (true, Some(byte)) = (broken, block.last_mut()) {
                *byte = 0xFF;
            }
            let whole = block.strip_suffix(b"\n").unwrap_or(&block);
            let expected: Vec<&[u8]> = whole.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).collect();
            let expected = if block.is_empty() { Vec::new() } else { expected };
            let found: Vec<Line<'_>> = Lines::new(&block).collect();
            prop_assert_eq!(found.len(), expected.len());
            for (line, expected) in found.iter().zip(expected) {
                let bytes = line.written.bytes();
                prop_assert_eq!(bytes, expected);
                prop_assert_eq!(bytes, &block[line.start..line.start + bytes.len()]);
                prop_assert_eq!(line.written.text, std::str::from_utf8(bytes).ok());
            }
        }
    }
}
