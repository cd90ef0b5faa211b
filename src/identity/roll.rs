//! Everybody and everything that links name, each with a number, and the links that join as pairs of numbers.
//!
//! Links are kept by identifier while rows are read. To join them, every identifier is asked for several times; so each
//! gets a number once, and all that follows is lists by number and sorting, a fraction of what maps of pairs cost. Which
//! number an identifier has depends on the order in which maps give out what they hold, so nothing may depend on
//! numbers: where order matters, identifiers are compared. Who may join whom is the business of `unite`.

use super::Links;
use crate::event::{Identifier, IdentifierKind};
use crate::key::{FastMap, Key};
use crate::time::Instant;

/// The rows that link, by the numbers of their identifiers.
#[derive(Debug, Default)]
pub(super) struct Roll {
    pub(super) numbers: FastMap<Key, u32>,
    /// By number.
    pub(super) identifiers: Vec<Identifier>,
    /// The numbers on each row, row by row, strongest first; none twice on one row.
    members: Vec<u32>,
    /// Where the members of each row end, and the first time of the row.
    rows: Vec<(usize, Instant)>,
}

/// A link that joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    /// The kind of the weaker one.
    kind: IdentifierKind,
    pub(super) first_seen: Instant,
    /// The numbers of the two, that of the smaller identifier first.
    pub(super) ends: (u32, u32),
}

impl Roll {
    /// Numbers all that is linked.
    pub(super) fn of(links: &Links) -> Roll {
        let mut roll = Roll::default();
        // Most rows have somebody whom no other has.
        roll.rows.reserve(links.rows());
        roll.numbers.reserve(links.rows());
        links.each_row(|row, at| roll.add(row, at));
        roll
    }

    fn add(&mut self, row: &[Identifier], at: Instant) {
        let start = self.members.len();
        for &identifier in row {
            let number = self.number(identifier);
            // Rows are short.
            if self.members.iter().skip(start).all(|other| *other != number) {
                self.members.push(number);
            }
        }
        self.rows.push((self.members.len(), at));
    }

    fn number(&mut self, identifier: Identifier) -> u32 {
        let next = u32::try_from(self.identifiers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(identifier.key).or_insert(next);
        if number == next {
            self.identifiers.push(identifier);
        }
        number
    }

    /// The rows: their members, strongest first, and the first time of each.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&[u32], Instant)> {
        let mut start = 0;
        self.rows.iter().map(move |&(end, at)| {
            let members = self.members.get(start..end).unwrap_or_default();
            start = end;
            (members, at)
        })
    }

    /// An identifier by its number.
    #[inline]
    pub(super) fn identifier(&self, number: u32) -> Identifier {
        self.identifiers[number as usize]
    }

    /// The links that join on rows with any identifier that is asked for, each with the first time that such a row had
    /// both: those of the strongest identifier of a row to each of the others, so that who is linked at all is in one of
    /// them. Strongest first, then oldest.
    pub(super) fn ties(&self, is_asked_for: impl Fn(u32) -> bool) -> Vec<Tie> {
        let is_of_one = |members: &[u32]| members.iter().any(|&number| is_asked_for(number));
        let rows = || self.rows().filter(|(members, _)| is_of_one(members));
        let mut ties = Vec::new();
        for (members, at) in rows() {
            if let Some((&strongest, others)) = members.split_first() {
                ties.extend(others.iter().map(|&other| self.tie(strongest, other, at)));
            }
        }
        ties.sort_unstable_by_key(|tie| (tie.ends, tie.first_seen));
        ties.dedup_by_key(|tie| tie.ends);
        self.date_back(rows(), &mut ties);
        let named = |tie: &Tie| (self.identifier(tie.ends.0), self.identifier(tie.ends.1));
        ties.sort_unstable_by(|one, other| {
            let own = (one.kind, one.first_seen).cmp(&(other.kind, other.first_seen));
            own.then_with(|| named(one).cmp(&named(other)))
        });
        ties
    }

    fn tie(&self, one: u32, other: u32, first_seen: Instant) -> Tie {
        let [a, b] = [one, other].map(|number| self.identifier(number));
        let ends = if a <= b { (one, other) } else { (other, one) };
        Tie { kind: a.kind.max(b.kind), first_seen, ends }
    }

    /// Two that are linked beside the strongest may have been on one row before they were linked by one. `ties` are
    /// sorted by their ends.
    fn date_back<'r>(&self, rows: impl Iterator<Item = (&'r [u32], Instant)>, ties: &mut [Tie]) {
        // Of each number, where the ties begin that it stands first in: most of a row's others stand first in none.
        let mut starts = vec![0; self.identifiers.len() + 1];
        for tie in &*ties {
            starts[tie.ends.0 as usize + 1] += 1;
        }
        for number in 1..starts.len() {
            starts[number] += starts[number - 1];
        }
        let ties_of = |number: u32| starts[number as usize]..starts[number as usize + 1];
        for (members, at) in rows {
            let beside = members.get(1..).unwrap_or_default();
            if beside.len() < 2 || beside.iter().all(|&number| ties_of(number).is_empty()) {
                continue;
            }
            for (one, other) in pairs(beside) {
                let tie = self.tie(one, other, at);
                tie.date_back(&mut ties[ties_of(tie.ends.0)]);
            }
        }
    }
}

impl Tie {
    /// Gives its time to the same one among ties that are sorted by their ends, if that is later.
    fn date_back(self, ties: &mut [Tie]) {
        let known = ties.binary_search_by_key(&self.ends, |tie| tie.ends).ok();
        if let Some(tie) = known.and_then(|place| ties.get_mut(place)) {
            tie.first_seen = self.first_seen.min(tie.first_seen);
        }
    }
}

/// The members of a row two by two.
pub(super) fn pairs(members: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    let others = |place: usize| members.iter().skip(place + 1);
    members.iter().enumerate().flat_map(move |(place, &a)| others(place).map(move |&b| (a, b)))
}
