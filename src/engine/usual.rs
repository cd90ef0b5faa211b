//! The short way of usual rows: from the columns of a block through the sieve into the exchange, without
//! a touch being made of each.
//!
//! A row takes it if the log's reader found nothing unusual in it, if its name alone says what it is to
//! the ladder, and if nothing else is wanted of it: then its record has four words, all of them known.
//! Every other row is read by itself (`Haul::take`), and so are the rows of a block's first and last
//! instant, of which the sieve must know all. Which way a row takes is decided by its own bytes and
//! time, so deliveries of one event take the same way, and both ways come to the same records.

use super::haul::Haul;
use super::kinds::Kind;
use super::record;
use super::scan::Gathering;
use crate::event::{IdentifierKind, RowRef, mark};
use crate::input::usual::{UsualRows, plain};
use crate::key::{FastSet, Key};
use crate::names::Recent;
use crate::quality::Reason;
use crate::time::{Instant, Precision};
use std::ops::Range;

/// With more rows of one instant than this, they are no longer compared one by one.
const MANY: usize = 64;

/// What a name says of every usual row that has it.
#[derive(Clone, Copy, Debug, Default)]
struct NameFacts {
    /// The name's number in the run.
    name: u32,
    /// The head of the row's record.
    head: u64,
    /// Whether the row is anything to the ladder.
    matters: bool,
}

/// What one thread knows of the names and user agents of usual rows, by the bytes of their cells.
#[derive(Debug, Default)]
pub(super) struct Shortcuts {
    /// The kind of identifier that the facts are for.
    kind: Option<IdentifierKind>,
    /// Where among the facts a name's are; nought for names whose rows are read by themselves.
    names: Recent<u32>,
    facts: Vec<NameFacts>,
    /// Whether a user agent is known to be no robot's.
    people: Recent<bool>,
    /// Where among the facts those of each row of a block are; nought for rows that are read by themselves.
    short: Vec<u32>,
    /// The rows of an instant that has many.
    seen: FastSet<Key>,
}

impl Gathering<'_, '_, '_> {
    /// Takes in the rows of a block; `read` reads one by itself.
    ///
    /// This is the loop that most rows of most logs go through. It looks at columns only, and a row costs
    /// a comparison of times and a push of four words. Its slow twin is to `read` every row; the laws in
    /// `tests/it` hold the two against each other, `benches/engine.rs` measures it.
    pub(super) fn take_usual(&mut self, rows: &UsualRows, read: &mut dyn FnMut(&mut Self, usize)) {
        let mut shortcuts = std::mem::take(&mut self.haul.shortcuts);
        self.sort_out(rows, &mut shortcuts);
        // The instant of the rows at hand, the first of them, and whether the sieve stands there.
        let (mut at, mut first, mut is_there) = (Instant::MIN, 0, false);
        for (row, (&facts, (&own, &who))) in
            shortcuts.short.iter().zip(rows.at.iter().zip(&rows.who)).enumerate()
        {
            if facts == 0 {
                read(self, row);
                is_there = false;
                continue;
            }
            let NameFacts { name, head, matters } = shortcuts.facts[facts as usize];
            if own != at {
                (at, first, is_there) = (own, row, false);
                shortcuts.seen.clear();
            }
            if !is_there {
                self.go_to(at);
                is_there = true;
            }
            self.haul.inputs[self.input].count_name(name, 1);
            let place = self.row_at(row);
            if row > first
                && self.is_again(rows, (first, row), &shortcuts.short, &mut shortcuts.seen)
            {
                let account = &mut self.haul.quality.accounts[self.input];
                let reason = Reason::Duplicate;
                account.set_aside(reason, place, || reason.words().to_string());
            } else if matters {
                let record = [head, who.0, at.0.cast_unsigned(), place.0];
                self.stamping.push_plain(who, record);
            }
        }
        self.haul.shortcuts = shortcuts;
    }

    /// Decides which rows take the short way.
    fn sort_out(&mut self, rows: &UsualRows, shortcuts: &mut Shortcuts) {
        if shortcuts.kind != Some(rows.kind) {
            let Shortcuts { people, short, seen, .. } = std::mem::take(shortcuts);
            let facts = vec![NameFacts::default()];
            let kind = Some(rows.kind);
            *shortcuts = Shortcuts { kind, facts, people, short, seen, names: Recent::default() };
        }
        let Shortcuts { names, facts, people, short, .. } = shortcuts;
        let edges = edges_of(rows);
        let block = self.block.buffer();
        let cell_of = |cell: &Range<u32>| {
            block.get(cell.start as usize..cell.end as usize).unwrap_or_default()
        };
        short.clear();
        short.resize(rows.len(), 0);
        for ((short, &at), name) in short.iter_mut().zip(&rows.at).zip(&rows.name) {
            let is_edge = at == edges.0 || at == edges.1;
            if is_edge || at == UsualRows::UNUSUAL || self.stamping.is_future(at) {
                continue;
            }
            let cell = cell_of(name);
            *short = names.get(cell).unwrap_or_else(|| {
                let own = self.haul.facts(cell, rows.kind, self.keeps_all);
                let number = u32::try_from(facts.len()).unwrap_or(0) * u32::from(own.is_some());
                facts.extend(own);
                names.put(cell, number);
                number
            });
        }
        for (short, agent) in short.iter_mut().zip(&rows.agent).filter(|(short, _)| **short != 0) {
            let cell = cell_of(agent);
            let is_person = people.get(cell).unwrap_or_else(|| {
                let is_person = plain(cell).is_some_and(|agent| !self.stamping.is_bot(agent));
                people.put(cell, is_person);
                is_person
            });
            *short *= u32::from(is_person);
        }
    }

    /// Rows of this instant take the short way.
    #[inline]
    fn go_to(&mut self, at: Instant) {
        self.haul.saw(at);
        self.stamping.go_to(at, self.block, &mut self.haul.quality.accounts[self.input]);
    }

    #[inline]
    fn row_at(&self, row: usize) -> RowRef {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        RowRef::new(self.number, row, row)
    }

    /// Whether a row is a delivery of one of the rows from the first of its instant on; where those are many,
    /// `seen` holds their hashes.
    #[inline]
    fn is_again(
        &self,
        rows: &UsualRows,
        (first, row): (usize, usize),
        short: &[u32],
        seen: &mut FastSet<Key>,
    ) -> bool {
        let written = |row| rows.written(row, self.block);
        if row - first > MANY {
            let key = |row: usize| rows.who[row].and(Key::of(written(row)));
            if seen.is_empty() {
                seen.extend((first..row).filter(|&row| short[row] != 0).map(key));
            }
            return !seen.insert(key(row));
        }
        let who = rows.who[row];
        let before = rows.who[first..row].iter().zip(first..);
        let mut own = before.filter(|(before, _)| **before == who);
        own.any(|(_, before)| short[before] != 0 && written(before) == written(row))
    }
}

impl Haul<'_> {
    /// What the cell of a name says of a usual row with an identifier of this kind; `None` if the row must
    /// be read.
    fn facts(&mut self, cell: &[u8], kind: IdentifierKind, keeps_all: bool) -> Option<NameFacts> {
        let (number, meaning) = self.names.look_up(plain(cell)?, None);
        let stamp =
            meaning.certain.filter(|_| meaning.known && meaning.marks & mark::ORDER == 0)?;
        let of_row = Kind {
            name: number,
            steps: stamp.steps,
            actions: stamp.actions,
            exclusions: stamp.exclusions,
            precision: Precision::Exact,
            aside: 0,
            marks: meaning.marks | mark::LOG,
        };
        let head = record::head(self.kinds.number(of_row), !kind.is_named());
        Some(NameFacts { name: number, head, matters: keeps_all || !stamp.is_empty() })
    }
}

/// The instants of a block's first and last usual rows.
fn edges_of(rows: &UsualRows) -> (Instant, Instant) {
    let mut usual = rows.at.iter().filter(|at| **at != UsualRows::UNUSUAL);
    let first = usual.next().copied().unwrap_or(UsualRows::UNUSUAL);
    (first, usual.next_back().copied().unwrap_or(first))
}
