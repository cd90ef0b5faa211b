//! Who is who: identifiers that occur on one row belong to one customer, and so on from row to row.
//!
//! A customer is a connected component of identifiers. The result does not depend on the order of rows
//! or files: links are collected first, then joined in an order of their own, strongest first, and a
//! link that would join two people (two customer numbers, too many addresses) is refused and counted.
//! A device that stays with several people is parted by time (`shared`).
//! IP addresses, user agents, names and addresses never join anybody.

mod evidence;
mod lookup;
mod normal;
mod shared;
mod unite;

pub use evidence::Evidence;
pub use lookup::{candidates, is_short_hash, short_hash};
pub use normal::{Plain, Strictness, identify, identify_plain, is_excel_number, is_uuid_text};
pub use shared::{Holding, Identified, SharedDevice};
pub use unite::{People, Person};

use crate::event::Identifier;
use crate::key::{FastMap, FastSet};
use crate::time::Instant;
use std::hash::Hash;

/// The links that a scan has seen. Many threads fill one each; they merge in any order.
///
/// Rows are kept as they are, each once: a row of seven identifiers has twenty-one links, and most rows of a log
/// have the identifiers of an earlier one.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Rows of two identifiers, the smaller first, with the first time that a row had both.
    pairs: FastMap<Pair, Instant>,
    /// Rows of more, strongest first, likewise.
    rows: FastMap<Box<[Identifier]>, Instant>,
}

/// Two identifiers, the smaller first.
type Pair = (Identifier, Identifier);

fn pair(a: Identifier, b: Identifier) -> Pair {
    (a.min(b), a.max(b))
}

/// Keeps the earlier time.
fn note<K: Eq + Hash>(times: &mut FastMap<K, Instant>, key: K, at: Instant) {
    times.entry(key).and_modify(|first| *first = at.min(*first)).or_insert(at);
}

impl Links {
    /// Notes that the identifiers of one row, strongest first, belong together.
    pub fn note(&mut self, identifiers: &[Identifier], at: Instant) {
        match *identifiers {
            [] | [_] => {}
            [a, b] if a == b => {}
            [a, b] => note(&mut self.pairs, pair(a, b), at),
            _ => match self.rows.get_mut(identifiers) {
                Some(first) => *first = at.min(*first),
                None => {
                    self.rows.insert(identifiers.into(), at);
                }
            },
        }
    }

    /// Adds the links of another thread.
    #[expect(clippy::iter_over_hash_type, reason = "adding links is commutative")]
    pub fn merge(&mut self, other: Links) {
        if self.is_empty() {
            *self = other;
            return;
        }
        for (pair, at) in other.pairs {
            note(&mut self.pairs, pair, at);
        }
        for (row, at) in other.rows {
            note(&mut self.rows, row, at);
        }
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        // Most rows of more than two identifiers have a few.
        const FEW: usize = 6;
        let rows = size_of::<(Box<[Identifier]>, Instant)>() + FEW * size_of::<Identifier>();
        self.pairs.capacity() * size_of::<(Pair, Instant)>() + self.rows.capacity() * rows
    }

    /// Whether nothing is linked: then every identifier is a customer of its own.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.rows.is_empty()
    }

    /// The links that join, each with the first time that a row had both: those of the strongest identifier of a
    /// row to each of the others. Who is linked at all is in one of them.
    #[expect(clippy::iter_over_hash_type, reason = "the earliest time is the same in any order")]
    fn joining(&self) -> FastMap<Pair, Instant> {
        let mut joining = self.pairs.clone();
        joining.reserve(self.rows.keys().map(|row| row.len().saturating_sub(1)).sum());
        // Of each of these links the identifier that stands first: most of a row's others stand first in none.
        let mut smaller: FastSet<Identifier> = self.pairs.keys().map(|pair| pair.0).collect();
        for (row, &at) in &self.rows {
            let Some((&strongest, others)) = row.split_first() else { continue };
            for &other in others.iter().filter(|&&other| other != strongest) {
                note(&mut joining, pair(strongest, other), at);
                smaller.insert(strongest.min(other));
            }
        }
        // Two that are linked beside the strongest may have been on one row before they were linked by one.
        for (row, &at) in &self.rows {
            let beside = row.get(1..).unwrap_or_default();
            let may_join = beside.iter().any(|identifier| smaller.contains(identifier));
            for pair in pairs(beside).filter(|_| may_join) {
                joining.entry(pair).and_modify(|first| *first = at.min(*first));
            }
        }
        joining
    }

    /// All that are on one row, two by two; some more than once.
    fn all(&self) -> impl Iterator<Item = Pair> {
        self.pairs.keys().copied().chain(self.rows.keys().flat_map(|row| pairs(row)))
    }
}

/// The identifiers of a row two by two.
fn pairs(row: &[Identifier]) -> impl Iterator<Item = Pair> {
    row.iter().enumerate().flat_map(|(place, &a)| {
        let others = row.iter().skip(place + 1).filter(move |&&b| b != a);
        others.map(move |&b| pair(a, b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::IdentifierKind;
    use crate::key::Key;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Rows of a few identifiers, strongest first, each with a second.
    fn rows() -> impl Strategy<Value = Vec<(Vec<Identifier>, i64)>> {
        let identifier = (0..IdentifierKind::ALL.len(), 0..3_u64).prop_map(|(kind, number)| {
            let kind = IdentifierKind::ALL[kind];
            Identifier { kind, space: 0, key: Key(number << 8 | kind as u64) }
        });
        let row = prop::collection::btree_set(identifier, 0..5);
        let row = row.prop_map(|row: BTreeSet<Identifier>| row.into_iter().collect());
        prop::collection::vec((row, 0..9_i64), 0..12)
    }

    proptest! {
        /// Rows that are kept as they are say the same as a list of all their links.
        #[test]
        fn links_are_those_of_all_rows_whichever_thread_noted_them(rows in rows(), cut in 0..12_usize) {
            let mut expected: BTreeMap<Pair, (i64, bool)> = BTreeMap::new();
            let mut parts = [Links::default(), Links::default()];
            for (number, (row, second)) in rows.iter().enumerate() {
                parts[usize::from(number < cut)].note(row, Instant(*second));
                for (place, &a) in row.iter().enumerate() {
                    for &b in &row[place + 1..] {
                        let (first, joins) =
                            expected.entry(pair(a, b)).or_insert((*second, place == 0));
                        (*first, *joins) = ((*second).min(*first), *joins || place == 0);
                    }
                }
            }
            let [mut links, other] = parts;
            links.merge(other);
            let all: BTreeSet<Pair> = links.all().collect();
            prop_assert_eq!(all, expected.keys().copied().collect::<BTreeSet<_>>());
            let joining: BTreeMap<Pair, i64> =
                links.joining().into_iter().map(|(pair, first)| (pair, first.0)).collect();
            let expected: BTreeMap<Pair, i64> = expected
                .into_iter()
                .filter(|(_, (_, joins))| *joins)
                .map(|(pair, (first, _))| (pair, first))
                .collect();
            prop_assert_eq!(joining, expected);
        }
    }
}
