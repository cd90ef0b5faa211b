//! The chosen rows of a block, or of a part of a large one, on their way into the exchange: put together by person,
//! so that what one did in a visit goes there as one record.
//!
//! A place is chosen by the lowest bits of the person's key; where two people share one they take turns, and
//! their visits come as several records. That costs room and changes nothing. Rows of one person stay in the
//! order of the block.

use super::record::Brief;
use super::stamping::Stamping;
use crate::event::RowRef;
use crate::key::Key;
use crate::time::Instant;

/// Rows that wait until there are enough, or until the block ends.
#[derive(Debug, Default)]
pub(super) struct ByPerson {
    /// By the lowest bits of a person's key: the latest group of anybody who has the same.
    places: Vec<u32>,
    groups: Vec<Group>,
    rows: Vec<Waiting>,
}

/// A row that goes into the exchange: the head of its record without further words, its time and place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) head: u64,
    pub(super) at: Instant,
    pub(super) row: RowRef,
}

/// Rows of one person with the same values, as far as anybody wants theirs.
#[derive(Clone, Copy, Debug)]
struct Group {
    person: Key,
    values: Option<Key>,
    first: u32,
    last: u32,
}

/// A row that waits, and the next one of its group.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    row: Chosen,
    next: u32,
}

impl ByPerson {
    /// Rows that are as many as a block of a table has: more would not stay in the nearest caches.
    pub(super) const ENOUGH: usize = 1 << 13;
    /// So many that few people share a place.
    const PLACES: usize = 1 << 12;
    /// No group, and no row.
    const NONE: u32 = u32::MAX;

    /// Begins anew.
    pub(super) fn begin(&mut self) {
        self.places.clear();
        self.places.resize(ByPerson::PLACES, ByPerson::NONE);
        self.groups.clear();
        self.rows.clear();
    }

    /// Takes a row of a person, with the key of its values if they are wanted; a row whose values nobody looks
    /// at may get those of another.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted; rows are few")]
    pub(super) fn take(&mut self, person: Key, row: Chosen, values: Option<Key>) {
        let number = self.rows.len() as u32;
        self.rows.push(Waiting { row, next: ByPerson::NONE });
        let place = &mut self.places[person.0 as usize % ByPerson::PLACES];
        let group = self.groups.get_mut(*place as usize);
        if let Some(group) = group.filter(|own| own.person == person && own.allows(values)) {
            group.values = group.values.or(values);
            self.rows[group.last as usize].next = number;
            group.last = number;
        } else {
            *place = self.groups.len() as u32;
            self.groups.push(Group { person, values, first: number, last: number });
        }
    }

    /// Whether there are enough rows to be sent.
    pub(super) fn has_enough(&self) -> bool {
        self.rows.len() >= ByPerson::ENOUGH
    }

    /// Sends all rows into the exchange.
    pub(super) fn send(&self, stamping: &mut Stamping<'_>) {
        for &Group { person, values, first, .. } in &self.groups {
            let mut next = first;
            let own = std::iter::from_fn(|| {
                let &Waiting { row, next: after } = self.rows.get(next as usize)?;
                next = after;
                Some(Brief::plain(row.head, row.at, row.row, values.unwrap_or(Key::NONE)))
            });
            stamping.push_rows(person, own);
        }
    }
}

impl Group {
    /// Whether a row with these values may be among its rows.
    #[inline]
    fn allows(&self, values: Option<Key>) -> bool {
        values.is_none() || self.values.is_none() || self.values == values
    }
}
