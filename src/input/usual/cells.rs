//! Where the cells of a column are in a block: row by row, or each text once with the rows that have it.

use super::Span;

/// The cells of a column.
#[derive(Debug, Default)]
pub struct Cells {
    places: Vec<Span>,
    /// For each row, the number of its place; nothing if each row has its own.
    which: Vec<u32>,
}

impl Cells {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.places.clear();
        self.which.clear();
    }

    /// Replaces them by these places, with the number of the place for each row if several may share one.
    pub fn fill(&mut self, places: impl Iterator<Item = Span>, which: &[u32]) {
        self.clear();
        self.places.extend(places);
        self.which.extend_from_slice(which);
    }

    /// Adds the cell of the next row to cells that no rows share.
    pub(super) fn push(&mut self, place: Span) {
        self.places.push(place);
    }

    /// The places, if each row has its own.
    pub(super) fn own(&mut self) -> &mut Vec<Span> {
        self.which.clear();
        &mut self.places
    }

    /// The cell of a row; an empty one if it has none.
    #[inline]
    pub fn of(&self, row: usize) -> Span {
        let number = match self.which.get(row) {
            Some(&number) => number as usize,
            None if self.which.is_empty() => row,
            None => return 0..0,
        };
        self.places.get(number).cloned().unwrap_or_default()
    }

    /// The places of texts.
    pub fn places(&self) -> &[Span] {
        &self.places
    }

    /// The places of texts, to be changed.
    pub fn places_mut(&mut self) -> &mut [Span] {
        &mut self.places
    }

    /// For each row, the number of its place; nothing if each row has its own.
    pub fn which(&self) -> &[u32] {
        &self.which
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.which.is_empty()
    }
}
