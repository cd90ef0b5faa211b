//! The records at the beginning of a JSON source: one on each line, or the elements of a list.
//!
//! What they are is decided in `json`.

use crate::input::json::{Malformed, Reader, Written};
use crate::input::split::Layout;

/// The records of a sample, each with its line; what is no record ends it.
pub(super) fn each_record(head: &[u8], layout: Layout) -> impl Iterator<Item = (u64, &[u8])> {
    let mut reader = Reader::<()>::default();
    let mut rest = head;
    let mut line = 0;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            line += 1;
            let (record, behind) = next_record(rest, layout, &mut reader);
            rest = behind;
            if !record.is_empty() {
                return Some((line, record));
            }
        }
        None
    })
}

/// Whether a sample ends before its first record does.
pub(super) fn ends_within_record(head: &[u8], layout: Layout) -> bool {
    let mut reader = Reader::<()>::default();
    let (record, behind) = next_record(head, layout, &mut reader);
    let is_cut = |bad: Malformed| bad.at >= record.len();
    behind.is_empty() && reader.read(Written::new(record)).err().is_some_and(is_cut)
}

/// The next record of a sample, and what is behind it.
fn next_record<'h>(rest: &'h [u8], layout: Layout, reader: &mut Reader) -> (&'h [u8], &'h [u8]) {
    if layout == Layout::Lines {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        return (rest[..end].trim_ascii(), rest.get(end + 1..).unwrap_or_default());
    }
    let gap =
        rest.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b']')).count();
    let rest = &rest[gap..];
    let end = reader.read(Written::new(rest)).map_or(rest.len(), |record| record.end());
    rest.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_may_end_before_its_first_record() {
        for (head, layout, expected) in [
            ("{\"a\":\"x", Layout::Lines, true),
            ("{\"a\":1}", Layout::Lines, false),
            ("{\"a\":1}\n{\"a\":", Layout::Lines, false),
            ("{\"a\":[1,", Layout::Lines, true),
            ("{a:", Layout::Lines, false),
            ("no json", Layout::Lines, false),
            (" {\"a\":1},{\"a\":", Layout::Array, false),
            (" {\"a\":{\"b\":", Layout::Array, true),
        ] {
            assert_eq!(ends_within_record(head.as_bytes(), layout), expected, "{head}");
        }
    }
}
