//! Everybody and everything that links name, each with a number, and the links that join as pairs of numbers.
//!
//! Links are kept by identifier while rows are read. To join them, every identifier is asked for several times; so each
//! gets a number once, and all that follows is lists by number and sorting, a fraction of what maps of pairs cost. Which
//! number an identifier has depends on the order in which maps give out what they hold, so nothing may depend on
//! numbers: where order matters, identifiers are compared. Who may join whom is the business of `unite`.

use super::Links;
use crate::event::{Identifier, IdentifierKind};
use crate::key::{FastMap, Key};
use crate::parallel::each_in_parallel;
use crate::time::Instant;
use std::convert::Infallible;

/// Fewer rows are not worth a second thread.
const WORTH_THREADS: usize = 4096;

/// A number for each of many identifiers, in parts by the highest bits of their keys: each thread fills one.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    parts: Vec<FastMap<Key, u32>>,
}

impl Numbers {
    #[inline]
    pub(super) fn get(&self, key: Key) -> Option<u32> {
        self.parts.get(part_of(key, self.parts.len()))?.get(&key).copied()
    }

    /// Gives others to all.
    pub(super) fn map(&mut self, other: impl Fn(u32) -> u32) {
        for number in self.parts.iter_mut().flat_map(FastMap::values_mut) {
            *number = other(*number);
        }
    }

    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.capacity() * size_of::<(Key, u32)>()).sum()
    }
}

/// In which of so many parts a key is.
#[inline]
const fn part_of(key: Key, parts: usize) -> usize {
    (((key.0 >> 32) * parts as u64) >> 32) as usize
}

/// The rows that link, by the numbers of their identifiers.
#[derive(Debug, Default)]
pub(super) struct Roll {
    pub(super) numbers: Numbers,
    /// By number.
    pub(super) identifiers: Vec<Identifier>,
    /// By number, whether it is on more rows than one.
    are_met_again: Vec<bool>,
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
    /// Numbers all that is linked, on so many threads if it is much.
    pub(super) fn of(links: &Links, threads: usize) -> Roll {
        Roll::in_parts(links, if links.rows() < WORTH_THREADS { 1 } else { threads.max(1) })
    }

    /// Numbers all that is linked on as many threads as there are parts.
    pub(super) fn in_parts(links: &Links, count: usize) -> Roll {
        let mut parts: Vec<Numbering> = Vec::new();
        parts.resize_with(count, Numbering::default);
        let mut numbered: Vec<(usize, &mut Numbering)> = parts.iter_mut().enumerate().collect();
        let Ok(_) = each_in_parallel(&mut numbered, |(part, own)| {
            own.take(links, (*part, count));
            Ok::<_, Infallible>(())
        });
        Roll::joined(links, parts)
    }

    /// Puts parts together: the identifiers of each part stand behind those of the parts before it.
    fn joined(links: &Links, mut parts: Vec<Numbering>) -> Roll {
        let mut roll = Roll::default();
        let mut from = Vec::with_capacity(parts.len());
        for part in &mut parts {
            let start = u32::try_from(roll.identifiers.len()).unwrap_or(u32::MAX);
            from.push(start);
            roll.identifiers.append(&mut part.identifiers);
            roll.are_met_again.append(&mut part.are_met_again);
            let mut numbers = Numbers { parts: vec![std::mem::take(&mut part.numbers)] };
            if start > 0 {
                numbers.map(|number| start + number);
            }
            roll.numbers.parts.append(&mut numbers.parts);
        }
        let mut met: Vec<_> = parts.iter().map(|part| part.met.iter()).collect();
        roll.rows.reserve(links.rows());
        roll.members.reserve(parts.iter().map(|part| part.met.len()).sum());
        let mut number_of = |identifier: &Identifier| {
            let part = part_of(identifier.key, parts.len());
            from[part] + met[part].next().copied().unwrap_or_default()
        };
        links.each_row(|row, at| roll.add(row.iter().map(&mut number_of), at));
        roll
    }

    fn add(&mut self, row: impl Iterator<Item = u32>, at: Instant) {
        let start = self.members.len();
        for number in row {
            // Rows are short.
            if self.members.iter().skip(start).all(|other| *other != number) {
                self.members.push(number);
            }
        }
        self.rows.push((self.members.len(), at));
    }

    /// The members of a row, strongest first.
    pub(super) fn row(&self, number: u32) -> &[u32] {
        let number = number as usize;
        let end = |row: usize| self.rows.get(row).map_or(0, |&(end, _)| end);
        let start = number.checked_sub(1).map_or(0, end);
        self.members.get(start..end(number)).unwrap_or_default()
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

    /// Whether the members of a row, strongest first, are on no other row, and none but orders and checkouts are of one kind.
    pub(super) fn is_by_itself(&self, members: &[u32]) -> bool {
        let may_be_several =
            |kind| matches!(kind, IdentifierKind::OrderId | IdentifierKind::CheckoutToken);
        let may_follow = |pair: &[u32]| {
            let [before, next] = [pair[0], pair[1]].map(|number| self.identifier(number));
            before < next && (before.kind != next.kind || may_be_several(next.kind))
        };
        members.iter().all(|number| !self.are_met_again[*number as usize])
            && members.windows(2).all(may_follow)
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

/// The identifiers of one part, numbered by themselves.
#[derive(Debug, Default)]
struct Numbering {
    numbers: FastMap<Key, u32>,
    identifiers: Vec<Identifier>,
    are_met_again: Vec<bool>,
    /// The number of each identifier of the part that is met, row by row.
    met: Vec<u32>,
}

impl Numbering {
    /// Numbers the identifiers of one of so many parts.
    fn take(&mut self, links: &Links, (part, parts): (usize, usize)) {
        self.numbers.reserve(links.identifiers() / parts);
        links.each_row(|row, _| {
            for identifier in row.iter().filter(|own| part_of(own.key, parts) == part) {
                let number = self.number(*identifier);
                self.met.push(number);
            }
        });
    }

    fn number(&mut self, identifier: Identifier) -> u32 {
        let next = u32::try_from(self.identifiers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(identifier.key).or_insert(next);
        if number == next {
            self.identifiers.push(identifier);
            self.are_met_again.push(false);
        } else {
            self.are_met_again[number as usize] = true;
        }
        number
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
