//! Rows that are settled when all is read, as the threads have collected them.
//!
//! Each thread reads its blocks in their order, so what it collects is a *run* that is in order already. Neither
//! putting the hauls of threads together nor going over all rows in order moves any of them. This file must not know
//! what the rows are.

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

    /// All rows in the order of their places, where they lie; those of one place are of one thread, and stay as they are.
    /// A row that is out of order in its run is put where it belongs.
    pub(super) fn in_order<P: Ord>(&mut self, place: impl Fn(&T) -> P) -> Vec<&mut T> {
        let mut all = Vec::with_capacity(self.len());
        let mut runs: Vec<_> = self.0.iter_mut().map(|run| run.iter_mut().peekable()).collect();
        loop {
            let heads = runs.iter_mut().enumerate();
            let mut heads: Vec<(P, usize)> =
                heads.filter_map(|(run, rows)| Some((place(rows.peek()?), run))).collect();
            heads.sort_unstable();
            let mut heads = heads.into_iter();
            let Some((_, first)) = heads.next() else { break };
            // Neighbours are of one block, so mostly many rows go before those of any other run.
            let until = heads.next().map(|(other, _)| other);
            let goes_before = |row: &&mut T| until.as_ref().is_none_or(|until| place(row) < *until);
            while let Some(row) = runs[first].next_if(goes_before) {
                all.push(row);
            }
        }
        all.sort_by_key(|row| place(row));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_come_in_order_whichever_thread_had_them(
            blocks in prop::collection::vec((0usize..4, 0u32..5), 0..12),
            late in prop::option::of(0usize..4),
        ) {
            let mut threads = vec![Runs::default(); 4];
            let mut expected = Vec::new();
            for (block, (thread, rows)) in (0u32..).zip(blocks) {
                for row in 0..rows {
                    threads[thread].push((block, row));
                    expected.push((block, row));
                }
            }
            if let Some(late) = late {
                threads[late].push((0, 77));
                expected.push((0, 77));
            }
            expected.sort_unstable();
            let mut all = Runs::default();
            for runs in threads {
                all.merge(runs);
            }
            prop_assert_eq!(all.len(), expected.len());
            prop_assert_eq!(all.iter().count(), expected.len());
            let in_order: Vec<(u32, u32)> = all.in_order(|row| *row).into_iter().map(|row| *row).collect();
            prop_assert_eq!(in_order, expected);
        }
    }
}
