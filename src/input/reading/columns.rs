//! Reading rows that are columns: most as they are, the others as the text that they stand for.
//!
//! Which rows need text is not decided here: whoever takes the rows in asks for those that it must be told more of.

use super::{Extent, Reading, Rows, Scratch};
use crate::event::Properties;
use crate::input::columns::Row;
use crate::input::format::Sink;
use crate::input::parquet::{Columns, RowText};
use crate::input::usual::UsualRows;
use std::cell::Cell;

impl Reading {
    /// The columns that are wanted of every row, if the rows of a Parquet file may be read from them; the values of
    /// these dimensions are wanted too.
    pub fn columns_needed(&self, dimensions: &[String]) -> Option<Vec<usize>> {
        let Rows::Table(header, columns) = &self.rows else { return None };
        UsualRows::columns_needed(header, columns, dimensions)
    }

    /// Reads rows that are columns: most as they are, the others as the text that they stand for.
    pub(super) fn read_columns(
        &self,
        columns: &Columns,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Extent {
        let Scratch { usual, identifiers, .. } = scratch;
        let mut text = RowText::default();
        let mut read = |sink: &mut _, number| {
            let extent = Extent { records: number as u64, lines: number as u64 };
            columns.write(number, &mut text);
            let desk = self.desk(extent, (number, 1), identifiers, sink);
            self.read_row(Row::outlined(text.row()), desk);
        };
        let count = columns.len() as u64;
        let extent = Extent { records: count, lines: count };
        if let Rows::Table(header, own) = &self.rows
            && usual.fill_from_columns(columns, (header, own), (self.zone, sink.dimensions()))
        {
            let room = Cell::new(RowText::default());
            let show = |number, look: &mut dyn FnMut(&dyn Properties)| {
                let mut text = room.take();
                columns.write_laid(number, &mut text);
                own.show(Row::outlined(text.row()), header, look);
                room.set(text);
            };
            sink.usual(usual, &mut read, &show);
        } else {
            (0..columns.len()).for_each(|number| read(sink, number));
        }
        extent
    }
}
