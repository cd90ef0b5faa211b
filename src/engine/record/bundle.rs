//! Bundles: several plain rows of one person in one record, because most of what people do they do in visits.
//!
//! The first row has the words that every record has; each further one is a word that says how much later it
//! was, how many rows further on in the block, and of which kind. So whoever handles records (looks up their
//! person, moves them between partitions) does it once for a visit. A bundle says nothing that records of
//! single rows would not: what rows share one is a matter of memory alone.

use super::{ANONYMOUS, Brief, COUNT, FIXED, FLAGS, VALUES, WORDS, further_rows, kind};
use crate::event::RowRef;
use crate::key::Key;
use crate::time::Instant;

/// The most further rows.
pub(super) const MOST: usize = 27;

// The parts of a further row's word, from the lowest bit: kind, rows further on, microseconds later.
const KIND_BITS: u32 = 12;
const ROW_BITS: u32 = 16;
const LATER_BITS: u32 = u64::BITS - KIND_BITS - ROW_BITS;

/// Writes a record of plain rows of a person behind the last word: of the first one, and of as many of the others as
/// fit into it. Gives back the row that does not.
///
/// Words are written one by one to where they stay. Put together elsewhere and copied they would be read while
/// they are still on their way to memory, and to wait for that takes longer than all else.
#[inline]
pub(in crate::engine) fn write_rows(
    person: Key,
    first: &Brief,
    others: &mut impl Iterator<Item = Brief>,
    words: &mut Vec<u64>,
) -> Option<Brief> {
    let start = words.len();
    words.extend([first.head, person.0, first.at.0.cast_unsigned(), first.row.0]);
    if first.head & VALUES != 0 {
        words.push(first.further);
    }
    let mut count = 0;
    let left = others.find(|row| {
        let word = word(first, row).filter(|_| count < MOST);
        words.extend(word);
        count += usize::from(word.is_some());
        word.is_none()
    });
    words[start] |= (count as u64) << COUNT;
    left
}

/// The word of a further row of a bundle; `None` if it does not fit into one with the first row.
#[inline]
fn word(first: &Brief, row: &Brief) -> Option<u64> {
    let fits = |part: u64, bits: u32| part >> bits == 0;
    let later = row.at.0.checked_sub(first.at.0).and_then(|later| u64::try_from(later).ok())?;
    let further = row.row.record().checked_sub(first.row.record())?;
    let kind = u64::from(kind(row.head));
    let is_alike =
        (first.head ^ row.head) & (WORDS | ANONYMOUS) == 0 && first.further == row.further;
    let fits = is_alike
        && fits(later, LATER_BITS)
        && fits(further, ROW_BITS)
        && fits(kind, KIND_BITS)
        && first.row.further(further) == row.row;
    fits.then_some(later << (KIND_BITS + ROW_BITS) | further << KIND_BITS | kind)
}

/// Tells `each` the rows of a bundle: the words that every record has, and what follows them.
#[inline]
pub(super) fn each_row(fixed: &[u64; FIXED], further: &[u64], mut each: impl FnMut(Brief)) {
    let &[head, _, at, row] = fixed;
    let alike = head & (WORDS | ANONYMOUS);
    let (values, rest) = match further.split_first() {
        Some((&values, rest)) if head & VALUES != 0 => (values, rest),
        _ => (0, further),
    };
    let first = RowRef(row);
    let head_of = |kind: u64| alike | kind << FLAGS;
    let at = Instant(at.cast_signed());
    each(Brief { at, row: first, head: head_of(u64::from(kind(head))), further: values });
    for &word in rest.get(..further_rows(head)).unwrap_or_default() {
        let later = (word >> (KIND_BITS + ROW_BITS)).cast_signed();
        let rows = word >> KIND_BITS & ((1 << ROW_BITS) - 1);
        each(Brief {
            at: Instant(at.0.wrapping_add(later)),
            row: first.further(rows),
            head: head_of(word & ((1 << KIND_BITS) - 1)),
            further: values,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Records, head, length};
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        /// Rows of a few people, mostly alike, some of them with times, rows or kinds that fit into no bundle.
        fn any_row()(
            person in 1u64..3,
            at in prop_oneof![0i64..9, Just(-5), Just(1 << 36), any::<i64>()],
            block in 0u32..2,
            record in prop_oneof![0u32..9, Just(70_000)],
            line in prop_oneof![4 => Just(0u32), 1 => Just(1)],
            kind in prop_oneof![0u32..3, Just(4095), Just(4096), any::<u32>()],
            values in prop_oneof![Just(0u64), 1u64..3],
            anonymous in any::<bool>(),
        ) -> (Key, Brief) {
            let flag = if values == 0 { 0 } else { VALUES };
            let row = RowRef::new(block, record, record + line);
            (Key(person), Brief { at: Instant(at), row, head: head(kind, anonymous) | flag, further: values })
        }
    }

    proptest! {
        #[test]
        fn what_is_bundled_comes_out_as_it_was(rows in prop::collection::vec(any_row(), 0..80)) {
            let mut records = Records::default();
            for rows in rows.chunk_by(|one, next| one.0 == next.0) {
                records.push_rows(rows[0].0, rows.iter().map(|(_, row)| *row));
            }
            let mut back = Vec::new();
            records.each(|place, fixed, further| {
                assert_eq!(records.only(place).len(), length(fixed[0]));
                Brief::each(place, fixed, further, |row| back.push((Key(fixed[1]), row)));
            });
            let plain = |(person, row): &(Key, Brief)| (*person, row.at, row.row, row.head, row.further);
            let back: Vec<_> = back.iter().map(plain).collect();
            prop_assert_eq!(back, rows.iter().map(plain).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_visit_is_one_record() {
        let mut records = Records::default();
        let rows = (0..=u32::try_from(MOST).unwrap() + 1).map(|row| Brief {
            at: Instant(i64::from(row)),
            row: RowRef::new(3, 2 * row, 2 * row),
            head: head(row % 5, false),
            further: 0,
        });
        records.push_rows(Key(1), rows);
        let mut sizes = Vec::new();
        records.each(|place, _, _| sizes.push(records.only(place).len()));
        assert_eq!(sizes, [FIXED + MOST, FIXED]);
    }
}
