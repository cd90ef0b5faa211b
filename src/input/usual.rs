//! The rows of a block of a log, column by column, as far as they are as usual: of a table, or lines of JSON.
//!
//! Most rows of most logs are nothing but a time, a name and a person, each written as always. Such rows
//! are read a column at a time: the loops are short, nothing in one row waits for another, and what
//! nobody asks for is not looked at. Any row that is unusual in any of this is marked, and is read by
//! itself, by the reader of its format. That reader reads the usual ones too, and in the same way; it is
//! the slow twin in the tests.

mod cells;
mod people;

pub use cells::Cells;
pub use people::{Linked, Said};

use super::block::Block;
use super::columns::{Header, is_clean};
use super::format::Kept;
use super::format::event_json::{EventKeys, EventPlaces, UsualParts};
use super::format::event_table::EventColumns;
use super::json::{Line, Lines, Reader};
use super::parquet::Columns;
use super::quoting::QUOTE;
use super::rows::{OutlinedRows, without_return};
use super::timestamp::{Usual, ZoneRule};
use crate::key::Key;
use crate::ladder::dimension::SourcePart;
use crate::time::Instant;
use memchr::memmem::{self, Finder};
use people::{Found, IdentifierCells, People};
use std::ops::Range;

/// Records of JSON that turn out not to be usual are taken apart twice: where most do, so many blocks are
/// read row by row before it is tried anew.
const PAUSE: u32 = 32;

/// So letters begin that JSON has as numbers.
const LETTER: &[u8] = b"\\u00";

/// A part of a block: where it begins and ends.
type Span = Range<u32>;

/// The columns. All have one entry for each row of the block; what stands in them for a row that is not usual
/// means nothing, but for its time.
#[derive(Debug, Default)]
pub struct UsualRows {
    /// When; [`UsualRows::UNUSUAL`] for a row that is not usual.
    pub at: Vec<Instant>,
    /// Who: the key of the strongest identifier.
    pub who: Vec<Key>,
    /// Whether any identifier names a person, not only a device.
    pub are_named: Vec<bool>,
    /// The rows with two identifiers.
    pub linked: Vec<Linked>,
    /// What: where the cell of the event's name is in the block.
    pub name: Cells,
    /// Where the cell of the user agent is in the block; no entries if the log has none.
    pub agent: Cells,
    /// For each dimension that is wanted, which of `cells` decide on its value, and with which part.
    pub sources: Vec<Vec<(usize, SourcePart)>>,
    /// Where the cells of the columns are that dimensions are read from: one list for each such column but that of
    /// the user agent.
    cells: Vec<Cells>,
    /// The column of the page's address, if the block has the columns alone and there is one.
    address: Option<usize>,
    /// Where each row is in the block, without the line end; no entries if the block has the columns alone.
    rows: Vec<Span>,
    /// Whether they are lines of JSON.
    are_lines: bool,
    usual: Usual,
    /// What each row says of who it was, where it may have several identifiers.
    found: Vec<Found>,
    /// So many blocks of lines are not tried, because most rows of the last one were not usual.
    pause: u32,
}

impl UsualRows {
    /// The time of rows that are not usual: no time of a shape that is usual lies so far back.
    pub const UNUSUAL: Instant = Instant::MIN;
    /// Stands in `sources` for the user agent, whose cells are in `agent`.
    const AGENT: usize = usize::MAX;

    /// Reads the columns of a block whose rows all have one cell for each column of the table, and those that
    /// the dimensions are read from; false if rows of this table are never usual.
    pub fn fill(
        &mut self,
        rows: &OutlinedRows<'_>,
        (header, columns): (&Header, &EventColumns),
        (zone, dimensions): (ZoneRule, &[String]),
    ) -> bool {
        let Some(people) = People::of_table(header, columns) else { return false };
        self.usual.begin(zone);
        self.are_lines = false;
        self.read_times(rows, columns.time);
        self.find_people(rows, &people, columns);
        let UsualRows { name, agent, rows: places, .. } = self;
        let room = (rows.count(), &Span::default());
        fill_with(name.own(), room, rows.column(columns.event));
        match columns.user_agent {
            Some(column) => fill_with(agent.own(), room, rows.column(column)),
            None => agent.clear(),
        }
        fill_with(places, room, rows.places());
        let needed = self.find_sources(header, columns.user_agent, dimensions);
        for (cells, column) in self.cells.iter_mut().zip(needed) {
            fill_with(cells.own(), room, rows.column(column));
        }
        true
    }

    /// The columns of a table whose cells [`UsualRows::fill_from_columns`] needs in the block; `None` if rows of
    /// this table are never usual.
    pub fn columns_needed(
        header: &Header,
        columns: &EventColumns,
        dimensions: &[String],
    ) -> Option<Vec<usize>> {
        People::of_table(header, columns)?;
        let sources =
            dimensions.iter().flat_map(|dimension| EventColumns::columns_of(header, dimension));
        let named = std::iter::once(columns.event).chain(columns.user_agent);
        Some(named.chain(sources.map(|(column, _)| column)).collect())
    }

    /// The same as [`UsualRows::fill`] for rows that are columns already.
    pub fn fill_from_columns(
        &mut self,
        rows: &Columns,
        (header, columns): (&Header, &EventColumns),
        (zone, dimensions): (ZoneRule, &[String]),
    ) -> bool {
        let Some(people) = People::of_table(header, columns) else { return false };
        self.usual.begin(zone);
        let UsualRows { at, usual, .. } = self;
        rows.times(columns.time, (zone, columns.date_order), usual, at);
        self.find_people(rows, &people, columns);
        let UsualRows { name, agent, address, rows: places, .. } = self;
        places.clear();
        rows.plain_cells(columns.event, name);
        *address = columns.address;
        match columns.user_agent {
            Some(column) => rows.plain_cells(column, agent),
            None => agent.clear(),
        }
        let needed = self.find_sources(header, columns.user_agent, dimensions);
        for (cells, column) in self.cells.iter_mut().zip(needed) {
            rows.cells(column, cells);
        }
        true
    }

    /// The same for a block whose lines are records of JSON, with the room to read them; false as well if a
    /// line is blank.
    ///
    /// Records are taken apart as always, but of their parts nothing is made but these columns.
    pub fn fill_from_lines(
        &mut self,
        block: &Block,
        (zone, keys): (ZoneRule, &EventKeys),
        reader: &mut Reader<Kept>,
    ) -> bool {
        let identifiers = keys.identifiers.iter().map(|&(kind, space, _)| (kind, space));
        let Some(people) = People::of(identifiers, keys.strictness) else { return false };
        if keys.sequence.is_some() || self.pause > 0 {
            self.pause = self.pause.saturating_sub(1);
            return false;
        }
        self.begin();
        self.are_lines = true;
        self.usual.begin(zone);
        let before = block.records.start;
        for Line { written, start } in Lines::new(block.bytes()) {
            let length = written.bytes().len();
            let Ok(start) = u32::try_from(before + start) else { return false };
            if length == 0 {
                return false;
            }
            let record = if written.is_text() { reader.read(written).ok() } else { None };
            let mut own = EventPlaces::default();
            let whole = record.as_ref().filter(|record| record.is_whole_object());
            let parts = whole.and_then(|record| keys.usual(record, &mut own));
            self.add_line((start, written.bytes()), parts, &people, keys.user_agent.is_some());
        }
        let unusual = self.at.iter().filter(|at| **at == UsualRows::UNUSUAL).count();
        self.pause = if 2 * unusual > self.len() { PAUSE } else { 0 };
        true
    }

    /// Forgets all rows.
    fn begin(&mut self) {
        let UsualRows { at, who, are_named, linked, name, agent, rows, .. } = self;
        at.clear();
        who.clear();
        are_named.clear();
        linked.clear();
        name.clear();
        agent.clear();
        rows.clear();
    }

    /// Adds a record that begins at a place of the block, with its parts if it may be usual.
    #[inline]
    fn add_line(
        &mut self,
        (start, record): (u32, &[u8]),
        parts: Option<UsualParts<'_>>,
        people: &People,
        has_agent: bool,
    ) {
        let text = |part: &Span| record.get(part.start as usize..part.end as usize);
        let own = |part: &Span| start + part.start..start + part.end;
        let usual = parts.and_then(|parts| {
            let at = self.usual.instant(text(&parts.time)?)?;
            let mut found = Found::default();
            for (number, &own) in people.columns.iter().enumerate() {
                let part = parts.identifier(number);
                found.add(
                    part.map_or(Said::Unusual, |part| Said::by(text(&part).unwrap_or(&[]), own)),
                );
            }
            Some((at, found, parts))
        });
        let (at, found, name, agent) = match &usual {
            Some((at, found, parts)) => (*at, *found, own(&parts.name), own(&parts.agent)),
            None => (UsualRows::UNUSUAL, Found::default(), 0..0, 0..0),
        };
        self.at.push(at);
        self.add_person(found);
        self.name.push(name);
        if has_agent {
            self.agent.push(agent);
        }
        let end = start + u32::try_from(record.len()).unwrap_or(0);
        self.rows.push(start..end);
    }

    /// A row of the block as it is written, without the line end.
    #[inline]
    pub fn written<'b>(&self, row: usize, block: &'b Block) -> &'b [u8] {
        self.rows.get(row).map_or(&[], |place| without_return(block.part(place)))
    }

    /// Tells `each` the rows that may have a text in the address of their page. The block is looked through once, not
    /// row by row; whatever else of a row has the text may be the address.
    pub fn each_with_in_address(
        &self,
        text: &Finder<'_>,
        block: &Block,
        mut each: impl FnMut(usize),
    ) {
        if let Some(columns) = &block.columns {
            if let Some(address) = self.address {
                columns.each_holding(address, text, each);
            }
            return;
        }
        let bytes = block.bytes();
        for place in text.find_iter(bytes).map(|place| block.records.start + place) {
            each(self.rows.partition_point(|row| row.end as usize <= place));
        }
        // Most have no backslash at all, and a single sign is found sooner.
        let may_have_letters = self.are_lines && memchr::memchr(LETTER[0], bytes).is_some();
        if may_have_letters && memmem::find(bytes, LETTER).is_some() {
            let has_letter =
                |row: &usize| memmem::find(self.written(*row, block), LETTER).is_some();
            (0..self.len()).filter(has_letter).for_each(each);
        }
    }

    /// A row's place in the block, without the line end: where it begins, and how long it is.
    pub fn place(&self, row: usize, block: &Block) -> (usize, usize) {
        let start = self.rows.get(row).map_or(0, |place| place.start as usize);
        (start, self.written(row, block).len())
    }

    /// Whether two rows of the block are written the same.
    pub fn are_same(&self, one: usize, other: usize, block: &Block) -> bool {
        match &block.columns {
            Some(columns) => columns.are_same(one, other),
            None => self.written(one, block) == self.written(other, block),
        }
    }

    /// The key of a row as it is written.
    pub fn fingerprint(&self, row: usize, block: &Block) -> Key {
        match &block.columns {
            Some(columns) => columns.fingerprint(row),
            None => Key::of(self.written(row, block)),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Notes which columns dimensions are read from; gives back those whose cells are not there anyway.
    fn find_sources(
        &mut self,
        header: &Header,
        agent: Option<usize>,
        dimensions: &[String],
    ) -> Vec<usize> {
        let columns_of = |dimension: &String| EventColumns::columns_of(header, dimension);
        self.sources = dimensions.iter().map(columns_of).collect();
        let columns = self.sources.iter().flatten().map(|&(column, _)| column);
        let mut needed: Vec<usize> = columns.filter(|column| Some(*column) != agent).collect();
        needed.sort_unstable();
        needed.dedup();
        for (column, _) in self.sources.iter_mut().flatten() {
            *column = if Some(*column) == agent {
                UsualRows::AGENT
            } else {
                needed.partition_point(|before| before < column)
            };
        }
        self.cells.resize_with(needed.len(), Cells::default);
        needed
    }

    /// Whether a number in `sources` stands for the user agent.
    pub fn is_agent(source: usize) -> bool {
        source == UsualRows::AGENT
    }

    /// The cell of a row that a dimension is read from, by its number in `sources`.
    #[inline]
    pub fn source_cell(&self, source: usize, row: usize) -> Span {
        match self.cells.get(source) {
            Some(cells) => cells.of(row),
            None if UsualRows::is_agent(source) => self.agent.of(row),
            None => 0..0,
        }
    }

    fn read_times(&mut self, rows: &OutlinedRows<'_>, column: usize) {
        let UsualRows { at, usual, .. } = self;
        let times = rows
            .column(column)
            .map(|cell| usual.instant(rows.bytes(&cell)).unwrap_or(UsualRows::UNUSUAL));
        fill_with(at, (rows.count(), &UsualRows::UNUSUAL), times);
    }

    /// Finds out who the rows of a block are whose times are known.
    fn find_people(
        &mut self,
        cells: &impl IdentifierCells,
        people: &People,
        columns: &EventColumns,
    ) {
        let UsualRows { at, who, are_named, linked, found, .. } = self;
        linked.clear();
        if let ([Some(own)], &[(kind, _, column)]) = (&*people.columns, &*columns.identifiers) {
            who.resize(at.len(), Key::NONE);
            are_named.clear();
            are_named.resize(at.len(), kind.is_named());
            return cells.each_key(column, *own, |row, key| match key {
                Some(key) => who[row] = key,
                None => at[row] = UsualRows::UNUSUAL,
            });
        }
        who.clear();
        are_named.clear();
        let mut found = std::mem::take(found);
        found.clear();
        found.resize(self.len(), Found::default());
        for (&own, &(_, _, column)) in people.columns.iter().zip(&columns.identifiers) {
            cells.each_said(column, own, |row, said| found[row].add(said));
        }
        for found in &found {
            self.add_person(*found);
        }
        self.found = found;
    }

    /// Adds who the next row is, whose time is known already; without a person it is not usual.
    #[inline]
    fn add_person(&mut self, Found { first, second, is_unusual }: Found) {
        let row = self.who.len();
        if let (Some(first), Some(second), false) = (first, second, is_unusual) {
            self.linked.push(Linked { row, identifiers: [first, second] });
        }
        let is_named = [first, second].iter().flatten().any(|own| own.kind.is_named());
        self.are_named.push(is_named);
        self.who.push(first.map_or(Key::NONE, |own| own.key));
        if first.is_none() || is_unusual {
            self.at[row] = UsualRows::UNUSUAL;
        }
    }
}

/// The text of a cell that says something and needs neither cleaning nor the resolving of quotes.
pub fn plain(cell: &[u8]) -> Option<&[u8]> {
    match cell {
        _ if is_clean(cell) => Some(cell),
        [QUOTE, inner @ .., QUOTE] if is_clean(inner) && !inner.contains(&QUOTE) => Some(inner),
        _ => None,
    }
}

/// Replaces what is in a column by so many values, and by `nothing` where there are fewer. Room is made once,
/// not value by value, and what stood there is written over.
fn fill_with<T: Clone>(
    column: &mut Vec<T>,
    (count, nothing): (usize, &T),
    values: impl Iterator<Item = T>,
) {
    column.resize(count, nothing.clone());
    let mut places = column.iter_mut();
    for (value, place) in values.zip(&mut places) {
        *place = value;
    }
    places.for_each(|place| place.clone_from(nothing));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_with_a_text_in_them_are_found_however_its_letters_are_written() {
        let lines = [
            r#"{"url":"/blogs/news/1"}"#,
            r#"{"url":"/cart"}"#,
            r#"{"url":"/\u0062logs/news/1"}"#,
            r#"{"url":"\/blogs\/blogs\/1"}"#,
        ];
        let mut end = 0;
        let place = |line: &str| {
            let start = end;
            end += u32::try_from(line.len()).unwrap() + 1;
            start..end - 1
        };
        let places: Vec<Span> = lines.into_iter().map(place).collect();
        let block = Block::of_bytes(lines.map(|line| format!("{line}\n")).concat().into(), None);
        for (are_lines, expected) in [(true, vec![0, 2, 3]), (false, vec![0, 3])] {
            let at = vec![Instant(0); lines.len()];
            let rows = UsualRows { at, rows: places.clone(), are_lines, ..UsualRows::default() };
            let mut found = BTreeSet::new();
            rows.each_with_in_address(&Finder::new("blogs"), &block, |row| {
                found.insert(row);
            });
            assert_eq!(found, expected.into_iter().collect());
        }
    }
}
