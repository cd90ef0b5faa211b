//! From the records of a partition to people: the touches of each, together and in order.
//!
//! The records stay where they are; they are counted by person, and then each person's are read one
//! after the other. What this room puts together is a partition's worth of positions, never of touches.

use super::kinds::Kinds;
use super::record::{self, Place, Records};
use crate::event::Touch;
use crate::key::{FastMap, Key};

/// The touches of one person, in order.
#[derive(Debug)]
pub(super) struct Gathered<'g> {
    pub(super) touches: &'g mut [Touch],
    /// Where the record of each begins in the partition.
    pub(super) places: &'g [Place],
}

/// Gathers touches by person, with room that is reused from partition to partition.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    people: FastMap<Key, u32>,
    /// For each record its person's number, and where it begins.
    records: Vec<(u32, Place)>,
    /// For each person how many records there are; then where the next one goes; then where they end.
    bounds: Vec<u32>,
    /// Where the records begin, person by person.
    places: Vec<Place>,
    touches: Vec<Touch>,
}

impl Gatherer {
    /// Tells `each` the touches of every person in a partition, in order.
    ///
    /// A counting sort: it goes over the records once to number the people and once over the positions to
    /// put them side by side, both in the order of the records, so touches that came in order stay so
    /// and most people need no sorting. `benches/engine.rs` measures it; a sort is its twin in the tests.
    pub(super) fn each_person(
        &mut self,
        records: &Records,
        kinds: &Kinds,
        mut each: impl FnMut(Gathered<'_>),
    ) {
        self.number_people(records);
        self.place_side_by_side();
        let mut start = 0;
        for &end in &self.bounds {
            let places = self.places.get_mut(start..end as usize).unwrap_or_default();
            decode(records, kinds, places, &mut self.touches);
            let are_in_order = |a: &Touch, b: &Touch| a.at < b.at || a.order_key() <= b.order_key();
            if !self.touches.is_sorted_by(are_in_order) {
                sort(places, &self.touches);
                decode(records, kinds, places, &mut self.touches);
            }
            each(Gathered { touches: &mut self.touches, places });
            start = end as usize;
        }
    }

    fn number_people(&mut self, records: &Records) {
        self.people.clear();
        self.records.clear();
        self.bounds.clear();
        let Gatherer { people, records: numbered, bounds, .. } = self;
        records.each(|place, key| {
            let person = people.get(&key).copied().unwrap_or_else(|| {
                let next = u32::try_from(bounds.len()).unwrap_or(u32::MAX);
                people.insert(key, next);
                bounds.push(0);
                next
            });
            bounds[person as usize] += 1;
            numbered.push((person, place));
        });
    }

    fn place_side_by_side(&mut self) {
        let mut start = 0;
        for count in &mut self.bounds {
            start += std::mem::replace(count, start);
        }
        self.places.clear();
        self.places.resize(self.records.len(), Place::default());
        for &(person, place) in &self.records {
            let next = &mut self.bounds[person as usize];
            self.places[*next as usize] = place;
            *next += 1;
        }
    }
}

/// Puts places in the order of their touches. A sort that takes runs as they are: even where a robot's
/// million touches are out of order, it is a few of them that came late, from the edge of a block.
#[cold]
fn sort(places: &mut [Place], touches: &[Touch]) {
    let mut order: Vec<_> =
        touches.iter().map(Touch::order_key).zip(places.iter().copied()).collect();
    order.sort_by_key(|(key, _)| *key);
    for (place, (_, sorted)) in places.iter_mut().zip(order) {
        *place = sorted;
    }
}

/// Reads the records at these places.
fn decode(records: &Records, kinds: &Kinds, places: &[Place], touches: &mut Vec<Touch>) {
    touches.clear();
    touches.extend(places.iter().map(|&place| record::read(records.at(place), kinds)));
}

#[cfg(test)]
mod tests {
    use super::super::kinds::{Kind, KindTable, Kinds};
    use super::*;
    use crate::event::{RowRef, StepSet, Trail};
    use crate::time::{Instant, Precision};
    use proptest::prelude::*;
    use std::sync::Mutex;

    fn touch(person: u64, at: i64, row: u32) -> Touch {
        Touch {
            person: Key(person),
            visit: Key::NONE,
            at: Instant(at),
            fingerprint: Key::NONE,
            order: Key(u64::from(row) % 3),
            held: Key::NONE,
            values: Key::NONE,
            trail: Trail::NONE,
            row: RowRef::new(0, row, row),
            steps: StepSet(row),
            actions: StepSet::EMPTY,
            name: 0,
            sequence: 0,
            precision: Precision::Exact,
            aside: 0,
            marks: 0,
            exclusions: 0,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_sort(rows in prop::collection::vec((0u64..6, 0i64..9), 0..60)) {
            let kinds = Mutex::new(Kinds::default());
            let mut table = KindTable::new(&kinds);
            let touches: Vec<Touch> =
                (0..).zip(&rows).map(|(row, &(person, at))| touch(person, at, row)).collect();
            let mut records = Records::default();
            for touch in &touches {
                let mut record = Vec::new();
                record::write(touch, table.number(Kind::of(touch)), &mut record);
                records.push_record(&record);
            }
            let kinds = kinds.lock().unwrap();
            let mut people: Vec<Vec<Touch>> = Vec::new();
            let mut gatherer = Gatherer::default();
            // Twice, so that what is left of a partition would show in the next one.
            for _ in 0..2 {
                people.clear();
                gatherer.each_person(&records, &kinds, |person| people.push(person.touches.to_vec()));
            }
            people.sort_by_key(|touches| touches[0].person);
            let mut expected = touches;
            expected.sort_by_key(Touch::order_key);
            let expected: Vec<Vec<Touch>> =
                expected.chunk_by(|a, b| a.person == b.person).map(<[Touch]>::to_vec).collect();
            prop_assert_eq!(people, expected);
        }
    }
}
