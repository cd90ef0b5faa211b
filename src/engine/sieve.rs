//! What a log that is in order of time allows: rows are cleaned of duplicates as they are read, and rows
//! that are nothing to the ladder need not be kept.
//!
//! Where whole rows tell deliveries of one event apart, two deliveries have the same time; in a log in
//! order of time they stand among the rows of one instant, side by side. So only those rows are
//! compared, and only rows of the same person and instant are hashed. The first and the last instant of
//! a block may go on in its neighbours: their rows wait until all blocks were read (`Edges`).
//!
//! Order is never assumed. A row that is earlier than the one before makes the sieve *disordered*, what
//! it did is thrown away, and the run begins again without it. Which rows are duplicates, and which of
//! them is the first, is decided here exactly as `journey` decides it.

use super::exchange::Entrance;
use super::record;
use crate::error::Result;
use crate::event::{RowRef, Touch};
use crate::input::block::Block;
use crate::key::{FastSet, Key};
use crate::quality::{Account, Reason};
use crate::time::Instant;
use std::ops::Range;

/// Up to so many rows of one instant are compared with each other.
const FEW: usize = 16;

/// A row on its way through the sieve.
#[derive(Clone, Debug)]
pub(super) struct Sifted {
    pub(super) at: Instant,
    pub(super) person: Key,
    pub(super) row: RowRef,
    /// The head of its record.
    pub(super) head: u64,
    /// The bytes of the row in its block.
    pub(super) written: Range<u32>,
    pub(super) aside: Option<Reason>,
    /// Whether anything behind the sieve wants to see it.
    pub(super) matters: bool,
    /// Whether it is used for sure, unless it is a duplicate: nothing behind the sieve sets it aside.
    pub(super) is_used: bool,
    /// Where the further words of its record are among those that wait.
    pub(super) further: Range<u32>,
}

/// Where a row comes from and where it goes.
#[derive(Debug)]
pub(super) struct Way<'w, 'e> {
    pub(super) block: &'w Block,
    pub(super) entrance: &'w mut Entrance<'e>,
    pub(super) account: &'w mut Account,
}

/// One thread's sieve.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    edges: Edges,
    input: usize,
    /// The instants of the block's first row and of its latest one.
    instants: Option<(Instant, Instant)>,
    /// The first and the latest instant of a row of the block that is used for sure.
    used: Option<(Instant, Instant)>,
    /// The rows of the latest instant.
    waiting: Vec<Sifted>,
    /// Further words of their records.
    further: Vec<u64>,
}

impl Sieve {
    /// Whether a row was earlier than the one before.
    pub(super) fn is_disordered(&self) -> bool {
        self.edges.is_disordered
    }

    /// Begins with a block of an input.
    pub(super) fn begin(&mut self, input: usize) {
        (self.input, self.instants, self.used) = (input, None, None);
    }

    /// Takes a row, which is the touch of a kind; lets those of an earlier instant through.
    pub(super) fn take(
        &mut self,
        mut row: Sifted,
        (touch, kind): (&Touch, u32),
        way: Way<'_, '_>,
    ) -> Result<()> {
        self.go_to(row.at, way)?;
        if row.matters {
            let place = |words: &[u64]| u32::try_from(words.len()).unwrap_or(u32::MAX);
            let start = place(&self.further);
            row.head = record::write_further(touch, kind, &mut self.further);
            row.further = start..place(&self.further);
        }
        self.waiting.push(row);
        Ok(())
    }

    /// Rows of this instant come: those of an earlier one have met all that are like them.
    #[inline]
    pub(super) fn go_to(&mut self, at: Instant, way: Way<'_, '_>) -> Result<()> {
        match self.instants {
            Some((_, latest)) if latest == at => {}
            Some((first, latest)) => {
                self.edges.is_disordered |= at < latest;
                self.instants = Some((first, at));
                if latest == first {
                    self.put_aside(way.block);
                } else if !self.waiting.is_empty() {
                    self.let_through(way)?;
                }
            }
            None => self.instants = Some((at, at)),
        }
        Ok(())
    }

    /// Notes whether some rows between two instants were out of order.
    pub(super) fn note_order(&mut self, is_disordered: bool) {
        self.edges.is_disordered |= is_disordered;
    }

    /// Notes the time of a row that is used for sure: it may be dropped before anybody judges it. Within a
    /// block in order of time the first and the latest say all.
    #[inline]
    pub(super) fn note_used(&mut self, at: Instant) {
        self.used = Some((self.used.map_or(at, |(first, _)| first), at));
    }

    /// Ends the block with this number.
    pub(super) fn end(&mut self, number: usize, block: &Block, account: &mut Account) {
        if let Some((first, latest)) = self.used {
            account.saw(first);
            account.saw(latest);
        }
        if let Some((first, latest)) = self.instants {
            self.put_aside(block);
            self.edges.blocks.push((number, first, latest));
        }
    }

    /// What is left to be decided when more blocks were read.
    pub(super) fn take_edges(&mut self) -> Edges {
        std::mem::take(&mut self.edges)
    }

    /// The same, of other sieves.
    pub(super) fn give_edges(&mut self, edges: Edges) {
        self.edges.merge(edges);
    }

    /// Keeps the rows of the instant for later.
    fn put_aside(&mut self, block: &Block) {
        for row in self.waiting.drain(..) {
            self.edges.rows.push(EdgeRow {
                input: self.input,
                fingerprint: fingerprint(&row, block),
                further: further_of(&row, &self.further).to_vec(),
                row,
            });
        }
        self.further.clear();
    }

    /// Sends the rows of the instant on, each once.
    #[inline]
    fn let_through(&mut self, way: Way<'_, '_>) -> Result<()> {
        let Way { block, entrance, account } = way;
        let mut known = FastSet::default();
        let rows = self.waiting.as_slice();
        for (place, row) in rows.iter().enumerate() {
            let is_again = match rows.len() {
                1 => false,
                2..=FEW => rows.iter().take(place).any(|before| is_same(before, row, block)),
                _ => !known.insert(row.person.and(fingerprint(row, block))),
            };
            if is_again {
                set_aside(row, Reason::Duplicate, account);
                continue;
            }
            self.used = noted(self.used, row);
            pass(row, further_of(row, &self.further), entrance, account)?;
        }
        self.waiting.clear();
        self.further.clear();
        Ok(())
    }
}

/// What cannot be decided within a block: the rows of its first and last instant, and whether it follows
/// on the block before.
#[derive(Debug, Default)]
pub(super) struct Edges {
    rows: Vec<EdgeRow>,
    /// The blocks with their first and last instants.
    blocks: Vec<(usize, Instant, Instant)>,
    is_disordered: bool,
}

/// A row at the edge of a block.
#[derive(Clone, Debug)]
struct EdgeRow {
    row: Sifted,
    input: usize,
    fingerprint: Key,
    further: Vec<u64>,
}

impl Edges {
    /// Adds those of another thread.
    pub(super) fn merge(&mut self, other: Edges) {
        self.rows.extend(other.rows);
        self.blocks.extend(other.blocks);
        self.is_disordered |= other.is_disordered;
    }

    /// Whether any row, in any of the blocks so far, was earlier than the one before. Blocks that follow
    /// each other are then one.
    pub(super) fn are_disordered(&mut self) -> bool {
        self.blocks.sort_unstable();
        let follows = |pair: &[(usize, Instant, Instant)]| match pair {
            [before, after] => before.2 <= after.1,
            _ => true,
        };
        self.is_disordered |= !self.blocks.windows(2).all(follows);
        if let (Some(&(number, first, _)), Some(&(_, _, latest))) =
            (self.blocks.first(), self.blocks.last())
        {
            self.blocks = vec![(number, first, latest)];
        }
        self.is_disordered
    }

    /// The latest instant of any block.
    pub(super) fn latest(&self) -> Option<Instant> {
        self.blocks.iter().map(|block| block.2).max()
    }

    /// Lets the rows before an instant through: none of theirs is still to be read.
    pub(super) fn let_through(
        &mut self,
        before: Instant,
        entrance: &mut Entrance<'_>,
        accounts: &mut [Account],
    ) -> Result<()> {
        self.rows.sort_unstable_by_key(|edge| (edge.row.at, edge.row.row));
        let later = self.rows.split_off(self.rows.partition_point(|edge| edge.row.at < before));
        let mut known = FastSet::default();
        for EdgeRow { row, input, fingerprint, further } in &self.rows {
            let Some(account) = accounts.get_mut(*input) else { continue };
            if !known.insert((row.at, row.person.and(*fingerprint))) {
                set_aside(row, Reason::Duplicate, account);
                continue;
            }
            if row.is_used {
                account.saw(row.at);
            }
            pass(row, further, entrance, account)?;
        }
        self.rows = later;
        Ok(())
    }
}

/// The first and the latest instant of used rows, with a row more.
fn noted(used: Option<(Instant, Instant)>, row: &Sifted) -> Option<(Instant, Instant)> {
    if row.is_used { Some((used.map_or(row.at, |(first, _)| first), row.at)) } else { used }
}

/// Sends a row on if anybody wants it; whoever judges it accounts for it. Any other is accounted for
/// here.
#[inline]
fn pass(
    row: &Sifted,
    further: &[u64],
    entrance: &mut Entrance<'_>,
    account: &mut Account,
) -> Result<()> {
    if row.matters {
        let fixed = [row.head, row.person.0, row.at.0.cast_unsigned(), row.row.0];
        return entrance.push_parts(&fixed, further);
    }
    if let Some(reason) = row.aside {
        set_aside(row, reason, account);
    }
    Ok(())
}

fn set_aside(row: &Sifted, reason: Reason, account: &mut Account) {
    account.set_aside(reason, row.row, || reason.words().to_string());
}

/// The further words of a row's record.
#[inline]
fn further_of<'f>(row: &Sifted, further: &'f [u64]) -> &'f [u64] {
    let Range { start, end } = row.further;
    further.get(start as usize..end as usize).unwrap_or_default()
}

/// Whether two rows of one instant are deliveries of the same event.
#[inline]
fn is_same(one: &Sifted, other: &Sifted, block: &Block) -> bool {
    one.person == other.person && fingerprint(one, block) == fingerprint(other, block)
}

fn fingerprint(row: &Sifted, block: &Block) -> Key {
    block.fingerprint(&row.written)
}
