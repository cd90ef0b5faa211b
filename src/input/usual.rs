//! The rows of a block of a log, column by column, as far as they are as usual.
//!
//! Most rows of most logs are nothing but a time, a name and a person, each written as always. Such rows
//! are read a column at a time: the loops are short, nothing in one row waits for another, and what
//! nobody asks for is not looked at. Any row that is unusual in any of this is marked, and is read by
//! itself, by the reader of its format. That reader reads the usual ones too, and in the same way; it is
//! the slow twin in the tests.

use super::format::event_table::EventColumns;
use super::rows::OutlinedRows;
use super::timestamp::Usual;
use crate::event::IdentifierKind;
use crate::identity::{Strictness, identify_plain};
use crate::key::Key;
use crate::time::Instant;
use std::ops::Range;

/// A part of a block: where it begins and ends.
type Span = Range<u32>;

/// The columns. All have one entry for each row of the block; what stands in them for a row that is not usual
/// means nothing.
#[derive(Debug)]
pub struct UsualRows {
    /// Whether the row is as usual.
    pub is_usual: Vec<bool>,
    /// When.
    pub at: Vec<Instant>,
    /// Who: the key of the one identifier.
    pub who: Vec<Key>,
    /// What kind of identifier that is.
    pub kind: IdentifierKind,
    /// What: the bytes of the event's name in the block.
    pub name: Vec<Span>,
    /// The bytes of the user agent in the block; no entries if the log has none.
    pub agent: Vec<Span>,
    /// The bytes of the whole row in the block.
    pub written: Vec<Span>,
    usual: Usual,
}

impl Default for UsualRows {
    fn default() -> UsualRows {
        UsualRows {
            is_usual: Vec::new(),
            at: Vec::new(),
            who: Vec::new(),
            kind: IdentifierKind::ClientId,
            name: Vec::new(),
            agent: Vec::new(),
            written: Vec::new(),
            usual: Usual::default(),
        }
    }
}

impl UsualRows {
    /// Reads the columns of a block whose rows all have one cell for each column of the table; false if
    /// rows of this table are never usual.
    pub fn fill(&mut self, rows: &OutlinedRows<'_>, columns: &EventColumns) -> bool {
        let &[(kind, space, who)] = columns.identifiers.as_slice() else { return false };
        if columns.sequence.is_some() {
            return false;
        }
        self.kind = kind;
        self.is_usual.clear();
        self.is_usual.resize(rows.count(), true);
        self.read_times(rows, columns.time);
        self.read_people(rows, who, (space, columns.strictness));
        let UsualRows { is_usual, name, agent, .. } = self;
        find_cells(rows, columns.event, name, is_usual);
        agent.clear();
        if let Some(column) = columns.user_agent {
            find_cells(rows, column, agent, is_usual);
        }
        self.written.clear();
        self.written.extend(rows.written());
        true
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.is_usual.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.is_usual.is_empty()
    }

    fn read_times(&mut self, rows: &OutlinedRows<'_>, column: usize) {
        self.at.clear();
        for (is_usual, cell) in self.is_usual.iter_mut().zip(rows.column(column)) {
            let stamp = self.usual.parse(rows.bytes(&cell));
            *is_usual &= stamp.is_some();
            self.at.push(stamp.map_or(Instant::MIN, |stamp| stamp.at));
        }
    }

    fn read_people(
        &mut self,
        rows: &OutlinedRows<'_>,
        column: usize,
        (space, strictness): (u16, Strictness),
    ) {
        self.who.clear();
        for (is_usual, cell) in self.is_usual.iter_mut().zip(rows.column(column)) {
            let who = identify_plain(self.kind, space, rows.bytes(&cell), strictness);
            *is_usual &= who.is_some();
            self.who.push(who.map_or(Key::NONE, |who| who.key));
        }
    }
}

/// Finds the cells of a column that say something and need no cleaning.
fn find_cells(
    rows: &OutlinedRows<'_>,
    column: usize,
    spans: &mut Vec<Span>,
    is_usual: &mut [bool],
) {
    spans.clear();
    for (is_usual, cell) in is_usual.iter_mut().zip(rows.column(column)) {
        let span = rows.clean(cell);
        *is_usual &= span.is_some();
        spans.push(span.unwrap_or(0..0));
    }
}
