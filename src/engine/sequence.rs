//! How many rows stand behind a later one: a block counts its own, and what meets at the edges of blocks is
//! counted when all were read. So it does not matter where blocks end, nor which thread read them.
//!
//! Rows in order of time never need a count, and whatever is read in the short way is in order.

use super::haul::BlockRead;
use crate::input::Reading;
use crate::time::Instant;

/// The times of rows that follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    /// The first and the last time.
    ends: Option<(Instant, Instant)>,
    /// How many rows are earlier than the row before.
    earlier: u64,
}

impl Sequence {
    /// Notes the time of the next row.
    #[inline]
    pub(super) fn note(&mut self, at: Instant) {
        self.join(Sequence { ends: Some((at, at)), earlier: 0 });
    }

    /// Adds the rows that follow.
    #[inline]
    fn join(&mut self, next: Sequence) {
        let Some((first, last)) = next.ends else { return };
        let (own_first, own_last) = self.ends.unwrap_or((first, first));
        self.earlier += next.earlier + u64::from(first < own_last);
        self.ends = Some((own_first, last));
    }
}

/// How many rows are earlier than the row before them. Inputs of one format are one log in parts.
pub(super) fn out_of_order(blocks: &[BlockRead], readings: &[Reading]) -> u64 {
    let format = |block: &BlockRead| readings.get(block.input).map(|reading| reading.format);
    let mut blocks: Vec<&BlockRead> = blocks.iter().collect();
    blocks.sort_unstable_by_key(|block| (format(block), block.number));
    let logs = blocks.chunk_by(|a, b| format(a) == format(b));
    logs.map(|blocks| joined(blocks.iter().map(|block| block.sequence)).earlier).sum()
}

fn joined(sequences: impl Iterator<Item = Sequence>) -> Sequence {
    sequences.fold(Sequence::default(), |mut all, next| {
        all.join(next);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(times: &[i64]) -> Sequence {
        let mut sequence = Sequence::default();
        for &at in times {
            sequence.note(Instant(at));
        }
        sequence
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_blocks_end(times in prop::collection::vec(0i64..9, 0..40), cuts in prop::collection::vec(0usize..40, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(times.len())).collect();
            cuts.extend([0, times.len()]);
            cuts.sort_unstable();
            let parts = cuts.windows(2).map(|cut| of(&times[cut[0]..cut[1]]));
            let expected = times.windows(2).filter(|pair| pair[1] < pair[0]).count() as u64;
            prop_assert_eq!(joined(parts).earlier, expected);
            prop_assert_eq!(of(&times).earlier, expected);
        }
    }
}
