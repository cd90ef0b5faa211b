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
use crate::input::usual::UsualRows;
use crate::quality::Reason;
use crate::time::{Instant, Precision};
use std::ops::Range;

/// More rows of one instant than this are read one by one: comparing each with each would take long.
const MANY: usize = 256;

/// What a name says of every usual row that has it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NameFacts {
    /// The name's number in the run.
    name: u32,
    /// The head of the row's record.
    head: u64,
    /// Whether the row is anything to the ladder.
    matters: bool,
}

/// Of each row of a block, what its name says; `None` for rows that are read by themselves.
pub(super) type Short = Vec<Option<NameFacts>>;

impl Gathering<'_, '_, '_> {
    /// Takes in the rows of a block; `read` reads one by itself.
    ///
    /// This is the loop that most rows of most logs go through. It looks at columns only, and a row costs
    /// a comparison of times and a push of four words. Its slow twin is to `read` every row; the laws in
    /// `tests/it` hold the two against each other, `benches/engine.rs` measures it.
    pub(super) fn take_usual(&mut self, rows: &UsualRows, read: &mut dyn FnMut(&mut Self, usize)) {
        let mut short = std::mem::take(&mut self.haul.short);
        self.sort_out(rows, &mut short);
        let edges = Edges::of(rows);
        let mut row = 0;
        while row < rows.len() {
            let group = match short[row] {
                Some(_) if !edges.have(rows.at[row]) => group_from(row, rows),
                _ => row..row + 1,
            };
            let is_short = short[row].is_some() && !edges.have(rows.at[row]);
            if is_short && group.len() <= MANY {
                self.take_group(rows, group.clone(), &short, read);
            } else {
                group.clone().for_each(|row| read(self, row));
            }
            row = group.end;
        }
        self.haul.short = short;
    }

    /// Decides which rows take the short way.
    fn sort_out(&mut self, rows: &UsualRows, short: &mut Short) {
        short.clear();
        for row in 0..rows.len() {
            let is_usual = rows.is_usual[row] && !self.stamping.is_future(rows.at[row]);
            let name = self.block.part(&rows.name[row]);
            let facts =
                if is_usual { self.haul.facts(name, rows.kind, self.keeps_all) } else { None };
            short.push(facts);
        }
        for (facts, agent) in short.iter_mut().zip(&rows.agent) {
            if facts.is_some() && self.stamping.is_bot(self.block.part(agent)) {
                *facts = None;
            }
        }
    }

    /// Takes in the rows of one instant, each delivery once.
    fn take_group(
        &mut self,
        rows: &UsualRows,
        group: Range<usize>,
        short: &Short,
        read: &mut dyn FnMut(&mut Self, usize),
    ) {
        let at = rows.at[group.start];
        self.haul.saw(at);
        self.stamping.go_to(at, self.block, &mut self.haul.quality.accounts[self.input]);
        for row in group.clone() {
            let Some(facts) = short[row] else {
                read(self, row);
                continue;
            };
            self.haul.inputs[self.input].count_name(facts.name, 1);
            let place = u32::try_from(row).unwrap_or(u32::MAX);
            let place = RowRef::new(self.number, place, place);
            if self.is_again(rows, group.start..row, row, short) {
                let account = &mut self.haul.quality.accounts[self.input];
                let reason = Reason::Duplicate;
                account.set_aside(reason, place, || reason.words().to_string());
            } else if facts.matters {
                self.stamping.push_plain(
                    rows.who[row],
                    [facts.head, rows.who[row].0, at.0.cast_unsigned(), place.0],
                );
            }
        }
    }

    /// Whether a row is a delivery of one of the rows before it that are of its instant.
    #[inline]
    fn is_again(&self, rows: &UsualRows, before: Range<usize>, row: usize, short: &Short) -> bool {
        let who = rows.who[row];
        before.into_iter().any(|before| {
            rows.who[before] == who
                && short[before].is_some()
                && self.block.part(&rows.written[before]) == self.block.part(&rows.written[row])
        })
    }
}

impl Haul<'_> {
    /// What a name says of a usual row with an identifier of this kind; `None` if the row must be read.
    #[inline]
    fn facts(&mut self, name: &[u8], kind: IdentifierKind, keeps_all: bool) -> Option<NameFacts> {
        let (number, meaning) = self.names.look_up(name, None);
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
#[derive(Clone, Copy, Debug)]
struct Edges(Option<(Instant, Instant)>);

impl Edges {
    fn of(rows: &UsualRows) -> Edges {
        let mut usual = rows.at.iter().zip(&rows.is_usual).filter(|(_, is_usual)| **is_usual);
        let first = usual.next();
        let last = usual.next_back().or(first);
        Edges(first.zip(last).map(|((first, _), (last, _))| (*first, *last)))
    }

    #[inline]
    fn have(self, at: Instant) -> bool {
        self.0.is_none_or(|(first, last)| at == first || at == last)
    }
}

/// The rows from one on that may be of its instant: all but usual ones of another.
#[inline]
fn group_from(row: usize, rows: &UsualRows) -> Range<usize> {
    let at = rows.at[row];
    let behind = row + 1..rows.len();
    let end = behind.clone().find(|&next| rows.is_usual[next] && rows.at[next] != at);
    row..end.unwrap_or(behind.end)
}
