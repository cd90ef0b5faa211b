//! Who is who: identifiers that occur on one row belong to one customer, and so on from row to row.
//!
//! A customer is a connected component of identifiers. The result does not depend on the order of rows
//! or files: links are collected first, then joined in an order of their own, strongest first, and a
//! link that would join two people (two customer numbers, too many addresses) is refused and counted.
//! A device that stays with several people is parted by time (`shared`).
//! IP addresses, user agents, names and addresses never join anybody.

mod evidence;
mod lookup;
mod nobody;
mod normal;
mod recurring;
mod roll;
mod shared;
mod unite;

pub use evidence::Evidence;
pub use lookup::{DEVICE, candidates, is_short_hash, short_hash};
pub use normal::{
    NAMED_SPACES, Plain, Strictness, identify, identify_plain, is_device_text, is_excel_number,
    is_shop_customer, is_too_short, is_uuid_text, space_of_name,
};
pub use recurring::Recurring;
pub use shared::{Holding, Identified, SharedDevice};
pub use unite::{People, Person};

use crate::event::{Identifier, IdentifierKind};
use crate::key::FastMap;
use crate::time::{Instant, Span};

/// The links that a scan has seen. Many threads fill one each; they merge in any order.
///
/// Rows are kept as they are, each once for each thread: a row of seven identifiers has twenty-one links, and most rows
/// of a log have the identifiers of an earlier one.
#[derive(Clone, Debug, Default)]
pub struct Links {
    noted: Noted,
    /// What other threads have noted.
    others: Vec<Noted>,
    /// Names of orders that mean another one at another time.
    recurring: Recurring,
}

/// What one thread has noted.
#[derive(Clone, Debug, Default)]
struct Noted {
    /// Rows of two identifiers, the smaller first, with the first time that a row had both.
    pairs: FastMap<Pair, Instant>,
    /// Rows of more, strongest first, likewise.
    rows: FastMap<Box<[Identifier]>, Instant>,
    /// Rows with an order, strongest first, and the day, with the first time of that day: the same name may be another order's
    /// on another one.
    of_days: FastMap<(Box<[Identifier]>, i64), Instant>,
    single: Single,
}

/// Rows none of which is like another, strongest identifiers first: looking for them would be in vain.
#[derive(Clone, Debug, Default)]
struct Single {
    identifiers: Vec<Identifier>,
    /// Where the identifiers of each row end, and its time.
    rows: Vec<(usize, Instant)>,
}

/// Two identifiers, the smaller first.
type Pair = (Identifier, Identifier);

impl Links {
    /// Notes that the identifiers of one row, strongest first, belong together.
    pub fn note(&mut self, identifiers: &[Identifier], at: Instant) {
        let Noted { pairs, rows, of_days, .. } = &mut self.noted;
        let earlier = |first: &mut Instant| *first = at.min(*first);
        match *identifiers {
            [] | [_] => {}
            [a, b] if a == b => {}
            _ if identifiers.iter().any(|own| own.kind == IdentifierKind::OrderId) => {
                let day = at.0.div_euclid(Span::days(1).0);
                of_days.entry((identifiers.into(), day)).and_modify(earlier).or_insert(at);
            }
            [a, b] => {
                pairs.entry((a.min(b), a.max(b))).and_modify(earlier).or_insert(at);
            }
            _ => match rows.get_mut(identifiers) {
                Some(first) => earlier(first),
                None => {
                    rows.insert(identifiers.into(), at);
                }
            },
        }
    }

    /// The same of a row that is hardly ever like another, such as that of an order.
    pub fn note_single(&mut self, identifiers: &[Identifier], at: Instant) {
        if identifiers.len() > 1 {
            let Single { identifiers: all, rows } = &mut self.noted.single;
            all.extend_from_slice(identifiers);
            rows.push((all.len(), at));
        }
    }

    /// Adds the links of another thread.
    pub fn merge(&mut self, other: Links) {
        self.others.push(other.noted);
        self.others.extend(other.others);
        self.others.retain(|noted| !noted.is_empty());
    }

    /// Parts the links of names that come again by their times.
    pub fn part_by_time(&mut self, recurring: Recurring) {
        self.recurring = recurring;
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.parts().map(Noted::bytes).sum()
    }

    /// Whether nothing is linked: then every identifier is a customer of its own.
    pub fn is_empty(&self) -> bool {
        self.parts().all(Noted::is_empty)
    }

    /// How many rows link, some counted more than once.
    fn rows(&self) -> usize {
        let rows = |noted: &Noted| {
            let Noted { pairs, rows, of_days, single } = noted;
            pairs.len() + rows.len() + of_days.len() + single.rows.len()
        };
        self.parts().map(rows).sum()
    }

    /// About how many identifiers there are: most rows have somebody whom no other has, and those that are noted by themselves
    /// have hardly anybody else.
    fn identifiers(&self) -> usize {
        self.rows() + self.parts().map(|noted| noted.single.identifiers.len()).sum::<usize>()
    }

    fn parts(&self) -> impl Iterator<Item = &Noted> {
        std::iter::once(&self.noted).chain(&self.others)
    }

    /// Tells `each` the identifiers of every row, strongest first, with the first time; in no order, some more than
    /// once.
    fn each_row(&self, mut each: impl FnMut(&[Identifier], Instant)) {
        if self.recurring.is_empty() {
            return self.each_noted(each);
        }
        self.each_noted(|row, at| {
            let meant = row.iter().map(|identifier| self.recurring.meant(*identifier, at));
            let mut meant: Vec<Identifier> = meant.collect();
            meant.sort_unstable();
            each(&meant, at);
        });
    }

    /// The same as the rows were noted.
    #[expect(clippy::iter_over_hash_type, reason = "what is made of links does not depend on it")]
    fn each_noted(&self, mut each: impl FnMut(&[Identifier], Instant)) {
        for noted in self.parts() {
            for (&(a, b), &at) in &noted.pairs {
                each(&[a, b], at);
            }
            for (row, &at) in &noted.rows {
                each(row, at);
            }
            for ((row, _), &at) in &noted.of_days {
                each(row, at);
            }
            noted.single.each(&mut each);
        }
    }
}

impl Noted {
    fn is_empty(&self) -> bool {
        let Noted { pairs, rows, of_days, single } = self;
        pairs.is_empty() && rows.is_empty() && of_days.is_empty() && single.rows.is_empty()
    }

    fn bytes(&self) -> usize {
        // Most rows of more than two identifiers have a few.
        const FEW: usize = 6;
        let rows = size_of::<(Box<[Identifier]>, Instant)>() + FEW * size_of::<Identifier>();
        self.pairs.capacity() * size_of::<(Pair, Instant)>()
            + (self.rows.capacity() + self.of_days.capacity()) * rows
            + self.single.identifiers.capacity() * size_of::<Identifier>()
            + self.single.rows.capacity() * size_of::<(usize, Instant)>()
    }
}

impl Single {
    fn each(&self, mut each: impl FnMut(&[Identifier], Instant)) {
        let mut start = 0;
        for &(end, at) in &self.rows {
            each(self.identifiers.get(start..end).unwrap_or_default(), at);
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::roll::Roll;
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
                let part = &mut parts[usize::from(number < cut)];
                if *second % 2 == 0 {
                    part.note(row, Instant(*second));
                } else {
                    part.note_single(row, Instant(*second));
                }
                for (place, &a) in row.iter().enumerate() {
                    for &b in &row[place + 1..] {
                        let (first, joins) =
                            expected.entry((a, b)).or_insert((*second, place == 0));
                        (*first, *joins) = ((*second).min(*first), *joins || place == 0);
                    }
                }
            }
            let [mut links, other] = parts;
            links.merge(other);
            let roll = Roll::in_parts(&links, 3);
            let ends = |(a, b)| (roll.identifier(a), roll.identifier(b));
            let all: BTreeSet<Pair> =
                roll.rows().flat_map(|(members, _)| roll::pairs(members)).map(ends).collect();
            prop_assert_eq!(all, expected.keys().copied().collect::<BTreeSet<_>>());
            let mut expected: Vec<(Pair, i64)> = expected
                .into_iter()
                .filter(|(_, (_, joins))| *joins)
                .map(|(pair, (first, _))| (pair, first))
                .collect();
            expected.sort_by_key(|&((a, b), first)| (a.kind.max(b.kind), first, a, b));
            let ties: Vec<(Pair, i64)> =
                roll.ties(|_| true).iter().map(|tie| (ends(tie.ends), tie.first_seen.0)).collect();
            prop_assert_eq!(ties, expected);
        }
    }
}
