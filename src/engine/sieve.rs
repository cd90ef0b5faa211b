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

/// What the sieve must know of a row beside its touch.
#[derive(Clone, Debug)]
pub(super) struct Sifted {
    pub(super) kind: u32,
    /// The bytes of the row in its block.
    pub(super) written: Range<u32>,
    pub(super) aside: Option<Reason>,
    /// Whether anything behind the sieve wants to see it.
    pub(super) matters: bool,
    /// Whether it is used for sure, unless it is a duplicate: nothing behind the sieve sets it aside.
    pub(super) is_used: bool,
}

/// A row that waits for the other rows of its instant.
#[derive(Clone, Debug)]
struct Waiting {
    person: Key,
    row: RowRef,
    written: Range<u32>,
    aside: Option<Reason>,
    is_used: bool,
    /// Where its record is among the staged ones; empty if nobody wants it.
    record: Range<usize>,
}

/// A row at the edge of a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EdgeRow {
    at: Instant,
    row: RowRef,
    input: usize,
    person: Key,
    fingerprint: Key,
    aside: Option<Reason>,
    is_used: bool,
    record: Vec<u64>,
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

/// One thread's sieve.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    edges: Edges,
    input: usize,
    /// The instants of the block's first row and of its latest one.
    instants: Option<(Instant, Instant)>,
    waiting: Vec<Waiting>,
    staged: Vec<u64>,
}

impl Sieve {
    /// Whether a row was earlier than the one before.
    pub(super) fn is_disordered(&self) -> bool {
        self.edges.is_disordered
    }

    /// Begins with a block of an input.
    pub(super) fn begin(&mut self, input: usize) {
        (self.input, self.instants) = (input, None);
    }

    /// Takes a row; lets those of an earlier instant through.
    #[inline]
    pub(super) fn take(
        &mut self,
        touch: &Touch,
        row: Sifted,
        block: &Block,
        entrance: &mut Entrance<'_>,
        account: &mut Account,
    ) -> Result<()> {
        let at = touch.at;
        match self.instants {
            Some((first, latest)) if latest != at => {
                self.edges.is_disordered |= at < latest;
                if latest == first {
                    self.put_aside(latest, block);
                } else {
                    self.let_through(latest, block, entrance, account)?;
                }
                self.instants = Some((first, at));
            }
            Some(_) => {}
            None => self.instants = Some((at, at)),
        }
        let start = self.staged.len();
        if row.matters {
            record::write(touch, row.kind, &mut self.staged);
        }
        self.waiting.push(Waiting {
            person: touch.person,
            row: touch.row,
            written: row.written,
            aside: row.aside,
            is_used: row.is_used,
            record: start..self.staged.len(),
        });
        Ok(())
    }

    /// Ends the block with this number.
    pub(super) fn end(&mut self, number: usize, block: &Block) {
        if let Some((first, latest)) = self.instants {
            self.put_aside(latest, block);
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
    fn put_aside(&mut self, at: Instant, block: &Block) {
        for waiting in self.waiting.drain(..) {
            self.edges.rows.push(EdgeRow {
                at,
                row: waiting.row,
                input: self.input,
                person: waiting.person,
                fingerprint: fingerprint(&waiting, block),
                aside: waiting.aside,
                is_used: waiting.is_used,
                record: self.staged.get(waiting.record).unwrap_or_default().to_vec(),
            });
        }
        self.staged.clear();
    }

    /// Sends the rows of the instant on, each once.
    #[inline]
    fn let_through(
        &mut self,
        at: Instant,
        block: &Block,
        entrance: &mut Entrance<'_>,
        account: &mut Account,
    ) -> Result<()> {
        if let [only] = self.waiting.as_slice() {
            let record = self.staged.get(only.record.clone()).unwrap_or_default();
            pass(
                Passing { at, row: only.row, aside: only.aside, is_used: only.is_used, record },
                entrance,
                account,
            )?;
        } else {
            self.let_group_through(at, block, entrance, account)?;
        }
        self.waiting.clear();
        self.staged.clear();
        Ok(())
    }

    fn let_group_through(
        &self,
        at: Instant,
        block: &Block,
        entrance: &mut Entrance<'_>,
        account: &mut Account,
    ) -> Result<()> {
        let mut known = FastSet::default();
        for (place, waiting) in self.waiting.iter().enumerate() {
            let is_again = if self.waiting.len() > FEW {
                !known.insert(waiting.person.and(fingerprint(waiting, block)))
            } else {
                let mut before = self.waiting[..place].iter();
                before.any(|before| is_same(before, waiting, block))
            };
            let &Waiting { row, aside, is_used, .. } = waiting;
            let record = self.staged.get(waiting.record.clone()).unwrap_or_default();
            let passing = Passing { at, row, aside, is_used, record };
            pass(if is_again { passing.again() } else { passing }, entrance, account)?;
        }
        Ok(())
    }
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
        self.rows.sort_unstable();
        let later = self.rows.split_off(self.rows.partition_point(|edge| edge.at < before));
        for group in self.rows.chunk_by(|a, b| a.at == b.at) {
            let mut known = FastSet::default();
            for edge in group {
                let is_again = !known.insert(edge.person.and(edge.fingerprint));
                let Some(account) = accounts.get_mut(edge.input) else { continue };
                let &EdgeRow { at, row, aside, is_used, ref record, .. } = edge;
                let passing = Passing { at, row, aside, is_used, record };
                pass(if is_again { passing.again() } else { passing }, entrance, account)?;
            }
        }
        self.rows = later;
        Ok(())
    }
}

/// A row of which all is known that the sieve decides.
#[derive(Clone, Copy)]
struct Passing<'r> {
    at: Instant,
    row: RowRef,
    aside: Option<Reason>,
    is_used: bool,
    record: &'r [u64],
}

impl Passing<'_> {
    /// The same row, if it is a delivery of one that has passed.
    fn again(self) -> Self {
        Passing { aside: Some(Reason::Duplicate), is_used: false, record: &[], ..self }
    }
}

/// Sends a row on if it has a record; whoever judges it accounts for it. Any other is accounted for here,
/// and the time of a row that is used for sure too: it may be dropped before anybody judges it.
#[inline]
fn pass(row: Passing<'_>, entrance: &mut Entrance<'_>, account: &mut Account) -> Result<()> {
    if row.is_used {
        account.saw(row.at);
    }
    match row.aside {
        _ if !row.record.is_empty() => return entrance.push_record(row.record),
        Some(reason) => account.set_aside(reason, row.row, || reason.words().to_string()),
        None => {}
    }
    Ok(())
}

/// Whether two rows of one instant are deliveries of the same event.
fn is_same(one: &Waiting, other: &Waiting, block: &Block) -> bool {
    one.person == other.person && fingerprint(one, block) == fingerprint(other, block)
}

fn fingerprint(waiting: &Waiting, block: &Block) -> Key {
    let Range { start, end } = waiting.written;
    Key::of(block.bytes().get(start as usize..end as usize).unwrap_or_default())
}
