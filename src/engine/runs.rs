//! Rows that are settled when all is read, as the threads have collected them.
//!
//! Each thread reads its blocks in their order, so what it collects is in order already: a few *runs*, for a run that is full is
//! never made larger. Neither putting the hauls of threads together nor going over all rows in order moves any of them.
//! This file must not know what the rows are.

use crate::parallel::each_in_parallel;
use std::convert::Infallible;

/// The runs of several threads.
#[derive(Clone, Debug)]
pub(super) struct Runs<T>(Vec<Vec<T>>);

impl<T> Default for Runs<T> {
    fn default() -> Runs<T> {
        Runs(Vec::new())
    }
}

impl<T> Runs<T> {
    /// The first run has room for so many rows.
    const LEAST: usize = 4;

    /// Adds a row to the last run; where that is full, to another one with room for as many rows as there are, so that
    /// none is moved.
    pub(super) fn push(&mut self, row: T) {
        let has_room = self.0.last().is_some_and(|run| run.len() < run.capacity());
        if !has_room {
            self.0.push(Vec::with_capacity(self.len().max(Runs::<T>::LEAST)));
        }
        if let Some(run) = self.0.last_mut() {
            run.push(row);
        }
    }

    /// Adds the runs of another thread.
    pub(super) fn merge(&mut self, other: Runs<T>) {
        self.0.extend(other.0);
    }

    /// Gives the memory of all rows back, on so many threads: rows own texts, and each of these is given back by itself.
    pub(super) fn give_back(self, threads: usize)
    where
        T: Send,
    {
        let mut runs = self.0;
        runs.sort_by_key(Vec::len);
        let mut shares: Vec<Vec<Vec<T>>> = Vec::new();
        shares.resize_with(threads.max(1), Vec::new);
        for (number, run) in runs.into_iter().enumerate() {
            shares[number % threads.max(1)].push(run);
        }
        let Ok(_) = each_in_parallel(&mut shares, |share| {
            share.clear();
            Ok::<(), Infallible>(())
        });
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// About how many bytes they take, without what they own elsewhere.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|run| run.capacity() * size_of::<T>()).sum()
    }

    /// All rows, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    /// All rows in the order of their places, where they lie; those of one place stay as they came.
    pub(super) fn in_order<P: Ord>(&mut self, place: impl Fn(&T) -> P) -> Vec<&mut T> {
        let mut all = Vec::with_capacity(self.len());
        if !self.0.iter().all(|run| run.is_sorted_by_key(&place)) {
            all.extend(self.0.iter_mut().flatten());
            all.sort_by_key(|row| place(row));
            return all;
        }
        let mut runs: Vec<&mut [T]> = self.0.iter_mut().map(Vec::as_mut_slice).collect();
        loop {
            // Of one place, those of the earlier run go first.
            let heads = runs.iter().enumerate();
            let mut heads: Vec<(P, usize)> =
                heads.filter_map(|(run, rows)| Some((place(rows.first()?), run))).collect();
            heads.sort_unstable();
            let mut heads = heads.into_iter();
            let Some((_, first)) = heads.next() else { return all };
            // Neighbours are of one block, so mostly many rows go before those of any other run.
            let rows = std::mem::take(&mut runs[first]);
            let count = heads.next().map_or(rows.len(), |other| {
                rows.partition_point(|row| (place(row), first) < other)
            });
            let (before, behind) = rows.split_at_mut(count);
            all.extend(before);
            runs[first] = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_come_in_order_whichever_thread_had_them(
            blocks in prop::collection::vec((0usize..4, 0u32..9), 0..12),
            several in any::<bool>(),
            late in prop::option::of(0usize..4),
        ) {
            let mut threads = vec![Runs::default(); 4];
            let mut expected = Vec::new();
            for (block, (thread, rows)) in (0u32..).zip(blocks) {
                for row in 0..rows {
                    // Several rows may be of one place.
                    let place = if several { row / 3 } else { row };
                    threads[thread].push((block, place, row));
                    expected.push((block, place, row));
                }
            }
            if let Some(late) = late {
                threads[late].push((0, 77, 0));
                expected.push((0, 77, 0));
            }
            expected.sort_unstable();
            let mut all = Runs::default();
            for runs in threads {
                all.merge(runs);
            }
            prop_assert_eq!(all.len(), expected.len());
            prop_assert_eq!(all.iter().count(), expected.len());
            let place = |row: &(u32, u32, u32)| (row.0, row.1);
            let in_order: Vec<(u32, u32, u32)> =
                all.in_order(place).into_iter().map(|row| *row).collect();
            prop_assert_eq!(in_order, expected);
        }
    }
}
