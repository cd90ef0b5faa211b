//! From the records of a partition to people: the touches of each, together and in order.
//!
//! Records lie as they came, so those of one person are far apart, and to fetch each from where it lies would
//! mean to wait for memory at each. So a partition is gone over from its beginning to its end, twice: once
//! to number the people and to count what each did, once to put a brief of every row beside the others of
//! its person. The brief of almost every row says all that its touch needs. What this room puts together
//! is a partition's worth of briefs, never of touches. The second time goes block by block, so that most people's
//! touches come in order whichever thread has read them.

use super::kinds::Kinds;
use super::record::{self, Brief, FIXED, Place, Records};
use crate::climb::{Climber, Role};
use crate::event::{RowRef, Touch};
use crate::key::{FastMap, Key};
use crate::time::Instant;

/// The touches of one person, in order.
#[derive(Debug)]
pub(super) struct Gathered<'g> {
    pub(super) person: Key,
    pub(super) touches: &'g mut [Touch],
    /// The brief of each one's row.
    pub(super) briefs: &'g [Brief],
    /// How many rows there are, with those that were left out.
    pub(super) rows: usize,
}

/// Gathers touches by person, with room that is reused from partition to partition.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    numbers: FastMap<Key, u32>,
    people: Vec<Person>,
    /// For each record its person's number.
    owners: Vec<u32>,
    runs: Vec<Run>,
    /// Person by person.
    briefs: Vec<Brief>,
    /// The rows of one record.
    rows: Vec<Brief>,
    touches: Vec<Touch>,
}

/// What is known of a person before the touches are.
#[derive(Clone, Copy, Debug)]
struct Person {
    key: Key,
    /// How many rows there are; then where the next one goes; then where they end.
    bound: u32,
    /// Whether there is anything but entries.
    is_busy: bool,
    /// Whether the briefs of all rows say all.
    is_plain: bool,
}

/// Records of one block that lie one behind the other, or those that were kept when the partition was thinned.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Nought for those that were kept: they are older than all others.
    block: usize,
    first: Place,
    records: usize,
    /// Where the number of the first one's person is.
    owner: usize,
}

/// Which rows need not be gathered when journeys are cut short.
pub(super) struct Spare<'s> {
    /// By the number of a kind, what its rows are if there are no further words to them.
    pub(super) roles: &'s [Role],
    pub(super) climber: &'s Climber,
    /// No row before that is still to come.
    pub(super) now: Instant,
}

/// A part of a partition.
pub(super) enum Part<'g> {
    /// All that a person did.
    Person(Gathered<'g>),
    /// The rows of a record of somebody who does nothing but enter; people are numbered from 0.
    Idle { person: usize, key: Key, rows: &'g [Brief] },
}

impl Run {
    /// Whether a record at this place, of this block, is of the run too.
    #[inline]
    fn goes_on(&self, place: Place, block: usize) -> bool {
        self.block == block && self.first.is_beside(place)
    }
}

impl Gatherer {
    /// With fewer records in a run than this it takes as long to put them in order as it saves.
    const RECORDS_OF_A_RUN: usize = 8;

    /// Tells `each` the touches of every person in a partition, in order.
    ///
    /// A counting sort: people are numbered in the order in which they come, and their briefs are put side by
    /// side in the order of the blocks, so touches that came in order stay so and most people need
    /// no sorting. `benches/engine.rs` measures it; a sort is its twin in the tests.
    pub(super) fn each_person(
        &mut self,
        records: &Records,
        kinds: &Kinds,
        mut each: impl FnMut(Gathered<'_>),
    ) {
        self.each_part(records, kinds, None, |part| {
            if let Part::Person(gathered) = part {
                each(gathered);
            }
        });
    }

    /// The same, but that people who do nothing but enter are not gathered where rows can be spared: their rows are told
    /// record by record, in no order. Of the others' entries only those are gathered that may matter.
    pub(super) fn each_part(
        &mut self,
        records: &Records,
        kinds: &Kinds,
        spare: Option<&Spare<'_>>,
        mut each: impl FnMut(Part<'_>),
    ) {
        self.number_people(records, spare);
        self.put_runs_in_order();
        self.place_side_by_side(records, &mut each);
        let mut start = 0;
        for person in self.people.iter().filter(|person| person.is_busy) {
            let end = person.bound as usize;
            let briefs = self.briefs.get_mut(start..end).unwrap_or_default();
            put_in_order(briefs, person.is_plain, |brief| brief.touch(person.key, records, kinds));
            let rows = briefs.len();
            let kept = spare.map_or(rows, |spare| spare.leave_out(briefs));
            let briefs = briefs.get(..kept).unwrap_or_default();
            self.touches.clear();
            let touches = briefs.iter().map(|brief| brief.touch(person.key, records, kinds));
            self.touches.extend(touches);
            let touches = &mut self.touches;
            each(Part::Person(Gathered { person: person.key, touches, briefs, rows }));
            start = end;
        }
    }

    fn number_people(&mut self, records: &Records, spare: Option<&Spare<'_>>) {
        self.numbers.clear();
        self.owners.clear();
        self.people.clear();
        self.runs.clear();
        let Gatherer { numbers, owners, people, runs, .. } = self;
        records.each(|place, fixed, further| {
            let &[head, key, _, row] = fixed;
            let key = Key(key);
            let block = if records.was_kept(place) { 0 } else { RowRef(row).block() };
            match runs.last_mut().filter(|run| run.goes_on(place, block)) {
                Some(run) => run.records += 1,
                None => runs.push(Run { block, first: place, records: 1, owner: owners.len() }),
            }
            let number = numbers.get(&key).copied().unwrap_or_else(|| {
                let next = u32::try_from(people.len()).unwrap_or(u32::MAX);
                numbers.insert(key, next);
                // Where no rows are spared nobody is idle.
                people.push(Person { key, bound: 0, is_busy: spare.is_none(), is_plain: true });
                next
            });
            let person = &mut people[number as usize];
            person.bound += 1 + u32::try_from(record::further_rows(head)).unwrap_or(0);
            person.is_plain &= record::plain_kind(head).is_some();
            person.is_busy = person.is_busy
                || spare.is_some_and(|spare| !spare.is_idle((place, fixed, further)));
            owners.push(number);
        });
    }

    /// Puts the runs in the order of their blocks, where that is quickly done. Threads hand over what they have
    /// read as it comes; in the order of the blocks most people's touches come in order.
    fn put_runs_in_order(&mut self) {
        if self.runs.len() <= self.owners.len() / Gatherer::RECORDS_OF_A_RUN {
            self.runs.sort_by_key(|run| run.block);
        }
    }

    fn place_side_by_side(&mut self, records: &Records, each: &mut impl FnMut(Part<'_>)) {
        let mut start = 0;
        for person in self.people.iter_mut().filter(|person| person.is_busy) {
            start += std::mem::replace(&mut person.bound, start);
        }
        // What is left of another partition is overwritten.
        if self.briefs.len() < start as usize {
            self.briefs.resize(start as usize, Brief::default());
        }
        for number in 0..self.runs.len() {
            self.place_run(records, self.runs[number], each);
        }
    }

    fn place_run(&mut self, records: &Records, run: Run, each: &mut impl FnMut(Part<'_>)) {
        let Gatherer { people, owners, briefs, rows, .. } = self;
        let mut owners = owners.iter().skip(run.owner).take(run.records);
        records.each_from(run.first, |place, fixed, further| {
            let number = *owners.next()? as usize;
            let person = &mut people[number];
            if person.is_busy {
                Brief::each(place, fixed, further, |row| person.put(row, briefs));
                return Some(());
            }
            rows.clear();
            Brief::each(place, fixed, further, |row| rows.push(row));
            each(Part::Idle { person: number, key: person.key, rows });
            Some(())
        });
    }
}

impl Spare<'_> {
    /// What a row is.
    #[inline]
    fn role(&self, row: &Brief) -> Role {
        let role = self.roles.get(row.kind()).copied().unwrap_or(Role::Vague);
        if role == Role::Entry && row.plain_kind().is_none() { Role::Other } else { role }
    }

    /// Whether all rows of a record are nothing but entries.
    #[inline]
    fn is_idle(&self, (place, fixed, further): (Place, &[u64; FIXED], &[u64])) -> bool {
        let mut is_idle = true;
        Brief::each(place, fixed, further, |row| is_idle &= self.role(&row) == Role::Entry);
        is_idle
    }

    /// Moves those rows of a person that may matter to the front, in order, and says how many they are.
    fn leave_out(&self, rows: &mut [Brief]) -> usize {
        self.climber.leave_out_entries(rows, self.now, |row| (row.at, self.role(row)))
    }
}

impl Person {
    /// Puts the brief of a row behind the others of the person.
    #[inline]
    fn put(&mut self, row: Brief, briefs: &mut [Brief]) {
        briefs[self.bound as usize] = row;
        self.bound += 1;
    }
}

/// Puts briefs in the order of their touches: by time, and where times are equal by row, unless a touch says
/// more on that.
fn put_in_order(briefs: &mut [Brief], is_plain: bool, touch: impl Fn(&Brief) -> Touch) {
    let place = |brief: &Brief| (brief.at, brief.row);
    let are_settled = put_back_the_late(briefs, place).unwrap_or_else(|| {
        briefs.sort_by_key(place);
        briefs.is_sorted_by(|one, next| place(one) < place(next))
    });
    if are_settled && is_plain {
        return;
    }
    for tied in briefs.chunk_by_mut(|one, next| one.at == next.at).filter(|tied| tied.len() > 1) {
        tied.sort_by_cached_key(|brief| touch(brief).order_key());
    }
}

/// Puts each that comes too late where it belongs, and says whether all places differ. Most people's come in order but
/// for a few, not far from where they belong: rows that are read by themselves come before the others of their
/// block. Where there are many, gives up: `None`.
fn put_back_the_late<T: Copy, P: Ord>(all: &mut [T], place: impl Fn(&T) -> P) -> Option<bool> {
    // So many steps for each cost no more than a sort.
    let mut patience = 8 * all.len();
    let mut differ = true;
    for late in 1..all.len() {
        let own = all[late];
        let own_place = place(&own);
        let mut to = late;
        while let Some(before) = to.checked_sub(1).map(|before| all[before]) {
            let order = place(&before).cmp(&own_place);
            differ &= order.is_ne();
            if order.is_le() {
                break;
            }
            all[to] = before;
            to -= 1;
        }
        all[to] = own;
        patience = patience.checked_sub(late - to)?;
    }
    Some(differ)
}

#[cfg(test)]
mod tests {
    use super::super::kinds::{Kind, KindTable, Kinds};
    use super::*;
    use crate::event::{StepSet, mark};
    use crate::time::Instant;
    use proptest::prelude::*;
    use std::sync::Mutex;

    fn touch(person: u64, at: i64, row: u32) -> Touch {
        Touch {
            person: Key(person),
            at: Instant(at),
            subject: Key(u64::from(row) % 3),
            row: RowRef::new(0, row, row),
            steps: StepSet(row),
            ..Touch::default()
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_sort(rows in prop::collection::vec((0u64..6, 0i64..9, 0u32..2, any::<bool>()), 0..60)) {
            let kinds = Mutex::new(Kinds::default());
            let mut table = KindTable::new(&kinds);
            let touches: Vec<Touch> = (0..)
                .zip(&rows)
                .map(|(row, &(person, at, sequence, is_further))| Touch {
                    sequence,
                    marks: if is_further { mark::FURTHER } else { 0 },
                    ..touch(person, at, row / 2)
                })
                .collect();
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
