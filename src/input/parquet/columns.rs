//! Some rows of a group, column by column: what is looked at of every row is read from the columns, and the text
//! of a row is made for those few that somebody wants to read.
//!
//! The text of a row is the same wherever it is made, so a row that is read by itself out of here and one that is
//! read as a row of a table are the same row.

use super::cells::{Kind, is_plain, micros};
use super::column::{Column, Values};
use super::{Read, SIGNS};
use crate::identity::Plain;
use crate::input::columns::is_clean;
use crate::input::rows::OutlinedRow;
use crate::input::timestamp::{self, DateOrder, Usual, ZoneRule};
use crate::input::usual::{Cells, UsualRows};
use crate::key::Key;
use crate::time::Instant;
use parquet::file::reader::RowGroupReader;
use std::ops::Range;

/// The columns of some rows.
#[derive(Debug)]
pub struct Columns {
    columns: Vec<Column>,
    rows: usize,
    /// The columns whose cells stand in the block.
    laid: Vec<(usize, Laid)>,
}

/// Where the cells of a column stand in the block.
#[derive(Debug)]
enum Laid {
    /// The pieces of its texts stand behind each other from here on.
    Texts(usize),
    /// Each row has a cell of its own.
    Cells(Vec<Range<u32>>),
}

/// The text of a row.
#[derive(Debug, Default)]
pub struct RowText {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl RowText {
    /// The row as one of an outline.
    pub fn row(&self) -> OutlinedRow<'_> {
        OutlinedRow::of(&self.bytes, &self.ends)
    }
}

impl Columns {
    /// Reads `count` rows behind the first `skip`.
    pub(super) fn read(group: &dyn RowGroupReader, skip: usize, count: usize) -> Read<Columns> {
        let columns = 0..group.num_columns();
        let columns = columns.map(|column| Column::read(group, column, (skip, count)));
        Ok(Columns { columns: columns.collect::<Read<_>>()?, rows: count, laid: Vec::new() })
    }

    /// All rows as a table.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for row in 0..self.rows {
            for (number, column) in self.columns.iter().enumerate() {
                if number > 0 {
                    text.push(SIGNS.delimiter);
                }
                column.write(row, &mut text);
            }
            text.push(SIGNS.line_end);
        }
        text
    }

    /// Puts the cells of some columns into a buffer, each text once.
    pub(super) fn lay_out(&mut self, wanted: &[usize]) -> Option<Vec<u8>> {
        let mut buffer = Vec::new();
        for &number in wanted {
            if self.laid.iter().any(|(laid, _)| *laid == number) {
                continue;
            }
            let column = self.columns.get(number)?;
            let start = buffer.len();
            let laid = if let Some(rows) = column.texts() {
                rows.texts.pieces().for_each(|piece| buffer.extend_from_slice(piece));
                Laid::Texts(start)
            } else {
                let mut cells = Vec::with_capacity(self.rows);
                for row in 0..self.rows {
                    let start = u32::try_from(buffer.len()).ok()?;
                    column.write(row, &mut buffer);
                    cells.push(start..u32::try_from(buffer.len()).ok()?);
                }
                Laid::Cells(cells)
            };
            u32::try_from(buffer.len()).ok()?;
            self.laid.push((number, laid));
        }
        Some(buffer)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Writes a row as it stands in a table.
    pub fn write(&self, row: usize, text: &mut RowText) {
        self.write_if(row, text, |_| true);
    }

    /// The same, but all cells are empty whose columns are not in the block.
    pub fn write_laid(&self, row: usize, text: &mut RowText) {
        self.write_if(row, text, |number| self.laid.iter().any(|(laid, _)| *laid == number));
    }

    fn write_if(&self, row: usize, text: &mut RowText, is_wanted: impl Fn(usize) -> bool) {
        let RowText { bytes, ends } = text;
        bytes.clear();
        ends.clear();
        // Few rows are read, so that all of a row is far away; looking for all cells first means waiting once.
        let found: Vec<Option<&[u8]>> =
            self.columns.iter().map(|column| column.bytes(row)).collect();
        for (number, (column, found)) in self.columns.iter().zip(found).enumerate() {
            if number > 0 {
                bytes.push(SIGNS.delimiter);
            }
            if is_wanted(number) {
                column.write_found(row, found, bytes);
            }
            ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
    }

    /// The key of a row's text.
    pub fn fingerprint(&self, row: usize) -> Key {
        let mut text = RowText::default();
        self.write(row, &mut text);
        Key::of(text.row().bytes())
    }

    /// Whether two rows have the same text.
    pub fn are_same(&self, one: usize, other: usize) -> bool {
        let last = self.columns.len().saturating_sub(1);
        self.columns.iter().enumerate().all(|(number, column)| {
            column.are_same(one, other) || number == last && column.end_in_same(one, other)
        })
    }

    /// The times of a column; [`UsualRows::UNUSUAL`] for those that are to be read as text.
    pub fn times(
        &self,
        column: usize,
        (zone, order): (ZoneRule, Option<DateOrder>),
        usual: &mut Usual,
        at: &mut Vec<Instant>,
    ) {
        at.clear();
        at.resize(self.rows, UsualRows::UNUSUAL);
        let Some(own) = self.columns.get(column) else { return };
        if let Some(rows) = own.texts() {
            return rows.gather(at, UsualRows::UNUSUAL, |text| usual.instant(text));
        }
        let read = |row: usize, text: &mut Vec<u8>| {
            text.clear();
            own.write(row, text);
            let written = std::str::from_utf8(text).ok()?;
            Some(timestamp::parse_any(written, order, zone)?.at)
        };
        match (&own.values, own.kind) {
            (Values::Longs(values), Kind::Time { units, is_utc }) => {
                let zone = if is_utc { ZoneRule::default() } else { zone };
                let mut latest = (i64::MIN, UsualRows::UNUSUAL);
                for (row, at) in at.iter_mut().enumerate() {
                    let value = own.number(row).and_then(|number| values.get(number));
                    let Some(&value) = value else { continue };
                    if value != latest.0 {
                        let instant = timestamp::of_clock(micros(value, units), zone);
                        latest = (value, instant.unwrap_or(UsualRows::UNUSUAL));
                    }
                    *at = latest.1;
                }
            }
            _ => {
                let mut text = Vec::new();
                for (row, at) in at.iter_mut().enumerate() {
                    *at = read(row, &mut text).unwrap_or(UsualRows::UNUSUAL);
                }
            }
        }
    }

    /// The people of a column; rows of which that must be read as text become unusual.
    pub fn people(&self, column: usize, plain: Plain, at: &mut [Instant], who: &mut Vec<Key>) {
        who.clear();
        who.resize(self.rows, Key::NONE);
        let Some(own) = self.columns.get(column) else { return };
        let key = |cell: &[u8]| if is_clean(cell) { plain.key(cell) } else { None };
        if let Some(rows) = own.texts() {
            rows.gather(who, Key::NONE, key);
        } else {
            let mut cell = Vec::new();
            for (row, who) in who.iter_mut().enumerate() {
                cell.clear();
                own.write(row, &mut cell);
                *who = key(&cell).unwrap_or(Key::NONE);
            }
        }
        for (at, who) in at.iter_mut().zip(who) {
            if who.is_none() {
                *at = UsualRows::UNUSUAL;
            }
        }
    }

    /// The cells of a column that stands in the block, as far as they need no quotes: those that do are empty.
    pub fn plain_cells(&self, column: usize, cells: &mut Cells) {
        self.cells(column, cells);
        if let Some(rows) = self.columns.get(column).and_then(Column::texts) {
            for (text, place) in rows.texts.iter().zip(cells.places_mut()) {
                if !is_plain(text) {
                    *place = 0..0;
                }
            }
        }
    }

    /// The cells of a column that stands in the block.
    pub fn cells(&self, column: usize, cells: &mut Cells) {
        cells.clear();
        let Some((_, laid)) = self.laid.iter().find(|(laid, _)| *laid == column) else { return };
        match (laid, self.columns.get(column).and_then(Column::texts)) {
            (Laid::Texts(base), Some(rows)) => {
                let place = |at: usize| u32::try_from(base + at).unwrap_or(u32::MAX);
                let places = rows.texts.places();
                let places = places.map(|(start, length)| place(start)..place(start + length));
                cells.fill(places, &rows.which);
            }
            (Laid::Cells(own), _) => cells.fill(own.iter().cloned(), &[]),
            (Laid::Texts(_), None) => {}
        }
    }
}
