//! Some rows of a group, column by column: what is looked at of every row is read from the columns, and the text
//! of a row is made for those few that somebody wants to read.
//!
//! The text of a row is the same wherever it is made, so a row that is read by itself out of here and one that is
//! read as a row of a table are the same row.

use super::cells::{Kind, is_plain, micros};
use super::column::Column;
use super::{Read, SIGNS};
use crate::identity::Plain;
use crate::input::columns::is_clean;
use crate::input::rows::OutlinedRow;
use crate::input::timestamp::{self, DateOrder, Usual, ZoneRule};
use crate::input::usual::{Cells, Said, UsualRows};
use crate::key::Key;
use crate::time::Instant;
use memchr::memmem::Finder;
use parquet::file::reader::RowGroupReader;
use std::ops::Range;

/// The columns of some rows.
#[derive(Debug)]
pub struct Columns {
    all: Vec<Column>,
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
    /// Writes a cell for each item.
    fn fill<T>(&mut self, cells: impl Iterator<Item = T>, mut write: impl FnMut(T, &mut Vec<u8>)) {
        let RowText { bytes, ends } = self;
        bytes.clear();
        ends.clear();
        for (number, cell) in cells.enumerate() {
            if number > 0 {
                bytes.push(SIGNS.delimiter);
            }
            write(cell, bytes);
            ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
    }

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
        Ok(Columns { all: columns.collect::<Read<_>>()?, rows: count, laid: Vec::new() })
    }

    /// All rows as a table.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for row in 0..self.rows {
            self.write_line(row, &mut text);
        }
        text
    }

    fn write_line(&self, row: usize, text: &mut Vec<u8>) {
        for (number, column) in self.all.iter().enumerate() {
            if number > 0 {
                text.push(SIGNS.delimiter);
            }
            column.write(row, text);
        }
        text.push(SIGNS.line_end);
    }

    /// Puts the cells of some columns into a buffer, each text once; `None` if there are too many bytes.
    pub(super) fn lay_out(&mut self, wanted: &[usize]) -> Option<Vec<u8>> {
        let mut buffer = Vec::new();
        for &number in wanted {
            if self.laid.iter().any(|(laid, _)| *laid == number) {
                continue;
            }
            let laid = self.lay_column(self.all.get(number)?, &mut buffer)?;
            u32::try_from(buffer.len()).ok()?;
            self.laid.push((number, laid));
        }
        Some(buffer)
    }

    fn lay_column(&self, column: &Column, buffer: &mut Vec<u8>) -> Option<Laid> {
        let start = buffer.len();
        if let Some(rows) = column.texts() {
            rows.texts.pieces().for_each(|piece| buffer.extend_from_slice(piece));
            return Some(Laid::Texts(start));
        }
        let mut cells = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            let start = u32::try_from(buffer.len()).ok()?;
            column.write(row, buffer);
            cells.push(start..u32::try_from(buffer.len()).ok()?);
        }
        Some(Laid::Cells(cells))
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
        // Few rows are read, so that all of a row is far away; looking for all cells first means waiting once.
        let found: Vec<Option<&[u8]>> = self.all.iter().map(|column| column.bytes(row)).collect();
        text.fill(self.all.iter().zip(found), |(column, found), bytes| {
            column.write_found(row, found, bytes);
        });
    }

    /// The same, but all cells are empty whose columns are not in the block.
    pub fn write_laid(&self, row: usize, text: &mut RowText) {
        text.fill(self.all.iter().enumerate(), |(number, column), bytes| {
            if self.laid.iter().any(|(laid, _)| *laid == number) {
                column.write(row, bytes);
            }
        });
    }

    /// The key of a row's text.
    pub fn fingerprint(&self, row: usize) -> Key {
        let mut text = RowText::default();
        self.write(row, &mut text);
        Key::of(text.row().bytes())
    }

    /// Whether two rows have the same text.
    pub fn are_same(&self, one: usize, other: usize) -> bool {
        let last = self.all.len().saturating_sub(1);
        self.all.iter().enumerate().all(|(number, column)| {
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
        let Some(own) = self.all.get(column) else { return };
        if let Some(rows) = own.texts() {
            return rows.gather(at, UsualRows::UNUSUAL, |text| usual.instant(text));
        }
        if let (Some(values), Kind::Time { units, is_utc }) = (own.longs(self.rows), own.kind) {
            let zone = if is_utc { ZoneRule::default() } else { zone };
            let mut clock = Clock { zone, units, latest: (i64::MIN, UsualRows::UNUSUAL) };
            for (at, value) in at.iter_mut().zip(values) {
                *at = value.map_or(UsualRows::UNUSUAL, |value| clock.instant(value));
            }
            return;
        }
        let mut text = Vec::new();
        let mut read = |row: usize| {
            text.clear();
            own.write(row, &mut text);
            let written = std::str::from_utf8(&text).ok()?;
            Some(timestamp::parse_any(written, order, zone)?.at)
        };
        for (row, at) in at.iter_mut().enumerate() {
            *at = read(row).unwrap_or(UsualRows::UNUSUAL);
        }
    }

    /// Tells `each` the rows whose cells in a column have a text in them.
    pub fn each_holding(&self, column: usize, text: &Finder<'_>, mut each: impl FnMut(usize)) {
        let Some(own) = self.all.get(column) else { return };
        let holds = |cell: &[u8]| text.find(cell).is_some();
        let Some(rows) = own.texts() else {
            let all = (0..self.rows).filter(|row| own.bytes(*row).is_some_and(holds));
            return all.for_each(each);
        };
        if rows.texts.pieces().any(holds) {
            let mut all = vec![false; self.rows];
            rows.gather(&mut all, false, |cell| Some(holds(cell)));
            (0..).zip(all).filter(|(_, holds)| *holds).for_each(|(row, _)| each(row));
        }
    }

    /// Tells `each` what the cell of every row says in a column of identifiers.
    pub fn identifiers(
        &self,
        column: usize,
        plain: Option<Plain>,
        mut each: impl FnMut(usize, Said),
    ) {
        let Some(own) = self.all.get(column) else { return };
        let said = |cell: &[u8]| match Said::by(cell, plain) {
            Said::Plain(_) if !is_clean(cell) => Said::Unusual,
            said @ (Said::Nothing | Said::Plain(_) | Said::Unusual) => said,
        };
        if let Some(rows) = own.texts() {
            let mut all = vec![Said::Nothing; self.rows];
            rows.gather(&mut all, Said::Nothing, |cell| Some(said(cell)));
            all.into_iter().enumerate().for_each(|(row, said)| each(row, said));
        } else {
            let mut cell = Vec::new();
            for row in 0..self.rows {
                cell.clear();
                own.write(row, &mut cell);
                each(row, said(&cell));
            }
        }
    }

    /// The cells of a column that stands in the block, as far as they need no quotes: those that do are empty.
    pub fn plain_cells(&self, column: usize, cells: &mut Cells) {
        self.cells(column, cells);
        let Some(rows) = self.all.get(column).and_then(Column::texts) else { return };
        for (text, place) in rows.texts.iter().zip(cells.places_mut()) {
            if !is_plain(text) {
                *place = 0..0;
            }
        }
    }

    /// The cells of a column that stands in the block.
    pub fn cells(&self, column: usize, cells: &mut Cells) {
        cells.clear();
        let Some((_, laid)) = self.laid.iter().find(|(laid, _)| *laid == column) else { return };
        match (laid, self.all.get(column).and_then(Column::texts)) {
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

/// Reads times of so many units a second, which a clock of a zone has shown. Several rows share one in most logs.
struct Clock {
    zone: ZoneRule,
    units: i64,
    latest: (i64, Instant),
}

impl Clock {
    #[inline]
    fn instant(&mut self, value: i64) -> Instant {
        if value != self.latest.0 {
            let instant = timestamp::of_clock(micros(value, self.units), self.zone);
            self.latest = (value, instant.unwrap_or(UsualRows::UNUSUAL));
        }
        self.latest.1
    }
}
