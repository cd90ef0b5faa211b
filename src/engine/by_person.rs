//! The chosen rows of a block, or of a part of a large one, on their way into the exchange: put together by person,
//! so that what one did in a visit goes there as one record.
//!
//! A place is chosen by the lowest bits of the person's key; where two people share one they take turns, and
//! their visits come as several records. That costs room and changes nothing. Rows of one person stay in the
//! order of the block.
//!
//! Who comes next is as good as random, so taking a row decides nothing by a jump, and the rows are put side by
//! side by counting.

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
    /// Only the first `count` count, the rest is room. The first one is nobody's: it stands in places that
    /// nobody has taken.
    groups: Vec<Group>,
    count: usize,
    /// In the order of the block.
    rows: Vec<Chosen>,
    /// The group of each.
    owners: Vec<u32>,
    /// The numbers of the rows, group by group.
    order: Vec<u32>,
}

/// A row that goes into the exchange: the head of its record without further words, its time and place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) head: u64,
    pub(super) at: Instant,
    pub(super) row: RowRef,
}

/// Rows of one person with the same values, as far as anybody wants theirs.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    person: Key,
    /// The key of the values, if they are wanted of any row.
    values: Key,
    has_values: bool,
    /// How many rows there are; then where the next one goes; then where they end.
    bound: u32,
}

impl ByPerson {
    /// Rows that are as many as a block of a table has: more would not stay in the nearest caches.
    pub(super) const ENOUGH: usize = 1 << 13;
    /// So many that few people share a place.
    const PLACES: usize = 1 << 12;

    /// Begins anew.
    pub(super) fn begin(&mut self) {
        self.places.clear();
        self.places.resize(ByPerson::PLACES, 0);
        self.groups.resize(self.groups.len().max(1), Group::default());
        self.groups[0] = Group::default();
        self.count = 1;
        self.rows.clear();
        self.owners.clear();
    }

    /// Makes room for so many rows more.
    pub(super) fn make_room(&mut self, rows: usize) {
        let most = self.count + rows + 1;
        if self.groups.len() < most {
            self.groups.resize(most, Group::default());
        }
    }

    /// Takes a row of a person, with the key of its values if they are wanted; a row whose values nobody looks
    /// at may get those of another. There must be room for it.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted; rows are few")]
    pub(super) fn take(&mut self, person: Key, row: Chosen, values: Option<Key>) {
        let place = &mut self.places[person.0 as usize % ByPerson::PLACES];
        let own = Group {
            person,
            values: values.unwrap_or_default(),
            has_values: values.is_some(),
            bound: 0,
        };
        let is_known = self.groups[*place as usize].allows(&own);
        self.groups[self.count] = own;
        let number = if is_known { *place as usize } else { self.count };
        self.count += usize::from(!is_known);
        *place = number as u32;
        let group = &mut self.groups[number];
        group.bound += 1;
        group.values = if own.has_values { own.values } else { group.values };
        group.has_values |= own.has_values;
        self.rows.push(row);
        self.owners.push(number as u32);
    }

    /// Whether there are enough rows to be sent.
    pub(super) fn has_enough(&self) -> bool {
        self.rows.len() >= ByPerson::ENOUGH
    }

    /// Sends all rows into the exchange.
    pub(super) fn send(&mut self, stamping: &mut Stamping<'_>) {
        self.put_side_by_side();
        let ByPerson { groups, count, rows, order, .. } = self;
        let mut start = 0;
        for group in groups.iter().take(*count) {
            let end = group.bound as usize;
            let own = order[start..end].iter().map(|row| {
                let Chosen { head, at, row } = rows[*row as usize];
                Brief::plain(head, at, row, group.values)
            });
            stamping.push_rows(group.person, own);
            start = end;
        }
    }

    fn put_side_by_side(&mut self) {
        let ByPerson { groups, count, owners, order, .. } = self;
        let mut start = 0;
        for group in groups.iter_mut().take(*count) {
            start += std::mem::replace(&mut group.bound, start);
        }
        order.resize(owners.len(), 0);
        for (row, &owner) in (0..).zip(&*owners) {
            let bound = &mut groups[owner as usize].bound;
            order[*bound as usize] = row;
            *bound += 1;
        }
    }
}

impl Group {
    /// Whether a row that would make this group by itself may be among the rows of the group.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "as good as random: no jumps")]
    fn allows(&self, own: &Group) -> bool {
        let are_alike = !own.has_values | !self.has_values | (own.values == self.values);
        (self.person == own.person) & are_alike
    }
}
