//! Who the rows of a block are, as far as their identifiers are plain.
//!
//! A log may have several identifiers, but most rows have one of them or two: the browser's, and the customer's once
//! somebody has logged in. Such rows are usual if what they have needs no cleaning. Which identifier stands for a
//! row, and what a row links, is decided by the order of identifiers, as it is for rows that are read by themselves.

use super::super::columns::Header;
use super::super::format::event_table::EventColumns;
use super::super::parquet::Columns;
use super::super::quoting::QUOTE;
use super::super::rows::OutlinedRows;
use super::plain;
use crate::event::{Identifier, IdentifierKind};
use crate::identity::{Plain, Strictness};
use crate::key::Key;

/// What says who it was, in a log whose rows may be usual: for each column or key how its plain texts become
/// identifiers, if it can have any.
#[derive(Clone, Debug)]
pub(super) struct People {
    pub(super) columns: Vec<Option<Plain>>,
}

/// The cells of identifiers, column by column.
pub(super) trait IdentifierCells {
    /// Tells `each` what the cell of every row says in a column.
    fn each_said(&self, column: usize, own: Option<Plain>, each: impl FnMut(usize, Said));

    /// Tells `each` the key of every row's identifier in a column that says alone who it was; `None` if the row is not
    /// usual.
    fn each_key(&self, column: usize, own: Plain, mut each: impl FnMut(usize, Option<Key>)) {
        self.each_said(column, Some(own), |row, said| each(row, said.key()));
    }
}

impl IdentifierCells for OutlinedRows<'_> {
    #[inline]
    fn each_said(&self, column: usize, own: Option<Plain>, mut each: impl FnMut(usize, Said)) {
        for (row, cell) in self.column(column).enumerate() {
            each(row, Said::by_cell(self.bytes(&cell), own));
        }
    }

    #[inline]
    fn each_key(&self, column: usize, own: Plain, mut each: impl FnMut(usize, Option<Key>)) {
        for (row, cell) in self.column(column).enumerate() {
            let cell = self.bytes(&cell);
            let key = own.key_of_number(cell);
            each(row, key.or_else(|| Said::by_cell(cell, Some(own)).key()));
        }
    }
}

impl IdentifierCells for Columns {
    #[inline]
    fn each_said(&self, column: usize, own: Option<Plain>, each: impl FnMut(usize, Said)) {
        self.identifiers(column, own, each);
    }
}

/// What the cells of a row say of who it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: Option<Identifier>,
    pub(super) second: Option<Identifier>,
    /// Whether the row has more than that, or what is not plain.
    pub(super) is_unusual: bool,
}

/// What one cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing stands there.
    Nothing,
    /// It is plain.
    Plain(Identifier),
    /// It must be read.
    Unusual,
}

/// A row with two identifiers, the stronger one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Its number in the block.
    pub row: usize,
    /// The identifiers.
    pub identifiers: [Identifier; 2],
}

impl People {
    /// Of the identifiers of a log; `None` if rows are never usual.
    pub(super) fn of(
        identifiers: impl Iterator<Item = (IdentifierKind, u16)>,
        strictness: Strictness,
    ) -> Option<People> {
        let plain = |(kind, space)| Plain::new(kind, space, strictness);
        let columns: Vec<Option<Plain>> = identifiers.map(plain).collect();
        columns.iter().any(Option::is_some).then_some(People { columns })
    }

    /// Of a table; of rows that may be deleted more must be read, and less where pipelines keep books in them.
    pub(super) fn of_table(header: &Header, columns: &EventColumns) -> Option<People> {
        let identifiers = columns.identifiers.iter().map(|&(kind, space, _)| (kind, space));
        People::of(identifiers, columns.strictness)
            .filter(|_| columns.sequence.is_none() && columns.further.is_none())
            .filter(|_| !columns.names_pages && columns.otherwise.is_none())
            // Who else is in the cell, and which page, only a row that is read says.
            .filter(|_| columns.properties.is_none())
            .filter(|_| header.deletion().is_none() && header.bookkeeping().is_empty())
    }
}

impl Found {
    /// Adds what a further cell says.
    #[inline]
    pub(super) fn add(&mut self, said: Said) {
        match (said, self.first, self.second) {
            (Said::Nothing, ..) => {}
            (Said::Plain(own), None, _) => self.first = Some(own),
            (Said::Plain(own), Some(first), None) if own > first => self.second = Some(own),
            (Said::Plain(own), Some(first), None) if own < first => {
                (self.first, self.second) = (Some(own), Some(first));
            }
            (Said::Plain(own), Some(first), None) if own == first => {}
            (Said::Plain(_) | Said::Unusual, ..) => self.is_unusual = true,
        }
    }
}

impl Said {
    /// The key of what is plain.
    #[inline]
    fn key(self) -> Option<Key> {
        match self {
            Said::Plain(identifier) => Some(identifier.key),
            Said::Nothing | Said::Unusual => None,
        }
    }

    /// What a text says that is no cell of a table.
    #[inline]
    pub fn by(text: &[u8], own: Option<Plain>) -> Said {
        match own.and_then(|own| own.identifier(text)) {
            _ if text.is_empty() => Said::Nothing,
            Some(identifier) => Said::Plain(identifier),
            None => Said::Unusual,
        }
    }

    /// What a cell says as it is written.
    #[inline]
    pub(super) fn by_cell(cell: &[u8], own: Option<Plain>) -> Said {
        match cell {
            [QUOTE, QUOTE] => Said::Nothing,
            // Whatever else needs cleaning is not plain.
            [b'\'' | QUOTE, ..] => plain(cell).map_or(Said::Unusual, |text| Said::by(text, own)),
            _ => Said::by(cell, own),
        }
    }
}
