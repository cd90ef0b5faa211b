//! A touch on its way through the exchange: a few words of 64 bits, in memory and in temporary files.
//!
//! Every record has a head, the person, the time and the row; what most touches lack (an order, a session
//! that matters, the values of dimensions) is a word of its own where there is one. So the common
//! touch takes 32 bytes instead of the 96 that the matcher wants. What a person did within a block, or a part of a
//! large one, comes as a *bundle* (`bundle`): one record, in which each further row takes a single word.

mod bundle;

pub(super) use bundle::write_rows;

use super::kinds::{Kind, Kinds};
use crate::event::{RowRef, Touch, Trail, mark};
use crate::key::Key;
use crate::time::Instant;

/// Words that every record has: head, person, time, row.
pub(super) const FIXED: usize = 4;

/// Bits of the head below the number of the kind, which has 32; above it stands how many further rows there are.
const FLAGS: u32 = 8;
const KIND: u64 = u32::MAX as u64;
const COUNT: u32 = FLAGS + u32::BITS;

// Each of these bits of the head says that a word follows, in this order.
const FINGERPRINT: u64 = 1;
const VISIT: u64 = 1 << 1;
const ORDER: u64 = 1 << 2;
const HELD: u64 = 1 << 3;
const VALUES: u64 = 1 << 4;
const SEQUENCE: u64 = 1 << 5;
const TRAIL: u64 = 1 << 6;
/// The bits that stand for words.
const WORDS: u64 = (1 << 7) - 1;

/// Whether nothing names the person: a matter of the person, not of the kind of row.
const ANONYMOUS: u64 = 1 << 7;

/// The most words of a record.
pub(super) const LONGEST: usize = FIXED + 1 + bundle::MOST;
const _: () = assert!(LONGEST >= FIXED + WORDS.count_ones() as usize);

/// The head of a record without further words: of a kind, with or without anything that names the person.
#[inline]
pub(super) fn head(kind: u32, is_anonymous: bool) -> u64 {
    u64::from(kind) << FLAGS | if is_anonymous { ANONYMOUS } else { 0 }
}

/// Writes a touch of a kind behind the last word.
#[inline]
pub(super) fn write(touch: &Touch, kind: u32, words: &mut Vec<u64>) {
    let place = words.len();
    words.extend_from_slice(&[0, touch.person.0, touch.at.0.cast_unsigned(), touch.row.0]);
    let head = write_further(touch, kind, words);
    if let Some(place) = words.get_mut(place) {
        *place = head;
    }
}

/// Writes those words of a touch that not every record has; gives back the head that says which.
#[inline]
pub(super) fn write_further(touch: &Touch, kind: u32, words: &mut Vec<u64>) -> u64 {
    let further = [
        touch.fingerprint.0,
        touch.visit.0,
        touch.subject.0,
        touch.held.0,
        touch.values.0,
        u64::from(touch.edition) << u32::BITS | u64::from(touch.sequence),
        touch.trail.0,
    ];
    let mut head = head(kind, touch.is(mark::ANONYMOUS));
    for (number, word) in further.into_iter().enumerate() {
        if word != 0 {
            head |= 1 << number;
            words.push(word);
        }
    }
    head
}

/// How many words the record has that begins with `head`.
#[inline]
pub(super) const fn length(head: u64) -> usize {
    FIXED + (head & WORDS).count_ones() as usize + further_rows(head)
}

/// How many rows a record has beside its first.
#[inline]
pub(super) const fn further_rows(head: u64) -> usize {
    (head >> COUNT) as usize
}

/// The number of the kind of a record's first row.
#[inline]
const fn kind(head: u64) -> u32 {
    (head >> FLAGS & KIND) as u32
}

/// The number of the kind of a record's first row if there are no further words to a row but the values;
/// `None` for any other.
#[inline]
pub(super) fn plain_kind(head: u64) -> Option<usize> {
    (head & WORDS & !VALUES == 0).then_some(kind(head) as usize)
}

/// The person of a record.
#[inline]
pub(super) fn person(record: &[u64]) -> Key {
    Key(record.get(1).copied().unwrap_or_default())
}

/// Tells `each` the rows of a record that may go to different people, each as a record of its own with its time
/// and row.
pub(super) fn each_alone(record: &[u64], mut each: impl FnMut(&mut [u64], Instant, RowRef)) {
    let Some((fixed, further)) = record.split_first_chunk::<FIXED>() else { return };
    let person = Key(fixed[1]);
    if further_rows(fixed[0]) == 0 {
        return each(&mut record.to_vec(), when(fixed), RowRef(fixed[3]));
    }
    bundle::each_row(fixed, further, |row| {
        let mut words = row.words(person);
        each(words.get_mut(..length(row.head)).unwrap_or_default(), row.at, row.row);
    });
}

/// Gives a record to another person; `named` says whether anything names them.
pub(super) fn give(record: &mut [u64], person: Key, named: bool) {
    if let [head, own, ..] = record {
        *own = person.0;
        *head = given(*head, named);
    }
}

/// The head of a row of somebody whom anything names, or not.
#[inline]
pub(super) fn given(head: u64, named: bool) -> u64 {
    if named { head & !ANONYMOUS } else { head | ANONYMOUS }
}

/// Words of a handful: as many as a thread collects for a partition before it hands them over.
pub(super) const HANDFUL: usize = 1 << HANDFUL_BITS;
const HANDFUL_BITS: u32 = 10;

/// Many records, in handfuls of whole ones.
#[derive(Debug, Default)]
pub(super) struct Records {
    handfuls: Vec<Vec<u64>>,
    /// So many of them, the first ones, were kept when the records were thinned.
    kept: usize,
}

/// Where a record is among many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Records {
    /// Adds a handful of whole records, at most [`HANDFUL`] words.
    pub(super) fn push(&mut self, handful: Vec<u64>) {
        self.handfuls.push(handful);
    }

    /// Adds one record.
    #[inline]
    pub(super) fn push_record(&mut self, record: &[u64]) {
        self.room(record.len()).extend_from_slice(record);
    }

    /// Adds plain rows of a person, in as few records as can be.
    #[inline]
    pub(super) fn push_rows(&mut self, person: Key, mut rows: impl Iterator<Item = Brief>) {
        let mut next = rows.next();
        while let Some(first) = next {
            next = write_rows(person, &first, &mut rows, self.room(LONGEST));
        }
    }

    /// Where the next record goes, of so many words at most.
    #[inline]
    fn room(&mut self, words: usize) -> &mut Vec<u64> {
        if self.handfuls.last().is_none_or(|last| last.len() + words > HANDFUL) {
            self.handfuls.push(Vec::with_capacity(HANDFUL));
        }
        let last = self.handfuls.len() - 1;
        &mut self.handfuls[last]
    }

    /// Notes that all these records were kept when records were thinned.
    pub(super) fn note_kept(&mut self) {
        self.kept = self.handfuls.len();
    }

    /// Whether the record at a place was kept when records were thinned.
    #[inline]
    pub(super) fn was_kept(&self, place: Place) -> bool {
        place.handful() < self.kept
    }

    /// How many words there are.
    pub(super) fn words(&self) -> usize {
        self.handfuls.iter().map(Vec::len).sum()
    }

    /// The handfuls, to be taken elsewhere.
    pub(super) fn into_handfuls(self) -> Vec<Vec<u64>> {
        self.handfuls
    }

    /// Tells `each` the place of every record, the words that every record has, and what follows them: those
    /// that only this one has, then other records.
    #[inline]
    pub(super) fn each(&self, mut each: impl FnMut(Place, &[u64; FIXED], &[u64])) {
        for number in 0..self.handfuls.len() {
            self.each_from(Place::new(number, 0), |place, fixed, further| {
                each(place, fixed, further);
                Some(())
            });
        }
    }

    /// The same for those from a place on that lie in the same handful, until `each` says that it is enough.
    #[inline]
    pub(super) fn each_from(
        &self,
        first: Place,
        mut each: impl FnMut(Place, &[u64; FIXED], &[u64]) -> Option<()>,
    ) {
        let from_here = self.at(first);
        let mut rest = from_here;
        while let Some((fixed, further)) = rest.split_first_chunk() {
            // A handful has no more than a few thousand words.
            let place = first.behind(from_here.len() - rest.len());
            if each(place, fixed, further).is_none() {
                return;
            }
            rest = rest.get(length(fixed[0])..).unwrap_or_default();
        }
    }

    /// The record at a place, and what follows it.
    #[inline]
    pub(super) fn at(&self, place: Place) -> &[u64] {
        let number = place.handful();
        let start = place.0 as usize & (HANDFUL - 1);
        self.handfuls.get(number).and_then(|handful| handful.get(start..)).unwrap_or_default()
    }

    /// The record at a place alone.
    pub(super) fn only(&self, place: Place) -> &[u64] {
        let rest = self.at(place);
        rest.get(..rest.first().map_or(0, |head| length(*head))).unwrap_or_default()
    }
}

impl Place {
    /// The place so many words further in the same handful.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a handful is short")]
    fn behind(self, words: usize) -> Place {
        Place(self.0 + words as u32)
    }

    /// The number of the handful.
    #[inline]
    fn handful(self) -> usize {
        (self.0 >> HANDFUL_BITS) as usize
    }

    /// Whether the other place is in the same handful.
    #[inline]
    pub(super) fn is_beside(self, other: Place) -> bool {
        self.handful() == other.handful()
    }

    /// More than four million handfuls, 32 gigabytes, are not held in one partition.
    fn new(handful: usize, start: usize) -> Place {
        let handful = u32::try_from(handful).unwrap_or(u32::MAX);
        Place(handful << HANDFUL_BITS | u32::try_from(start).unwrap_or(0))
    }
}

/// What has to be known of a record to put it in order and, if it is plain, to make its touch: a record that
/// lies elsewhere need not be fetched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Brief {
    pub(super) at: Instant,
    pub(super) row: RowRef,
    head: u64,
    /// Of a plain record the key of its values, of any other where it lies.
    further: u64,
}

impl Brief {
    /// The brief of a record of one row at a place.
    #[inline]
    fn of(place: Place, fixed: &[u64; FIXED], further: &[u64]) -> Brief {
        let &[head, _, _, row] = fixed;
        let further = match head & WORDS {
            0 => 0,
            VALUES => further.first().copied().unwrap_or_default(),
            _ => u64::from(place.0),
        };
        Brief { at: when(fixed), row: RowRef(row), head, further }
    }

    /// Tells `each` the briefs of a record's rows: of its place, the words that every record has, and what
    /// follows them.
    #[inline]
    pub(super) fn each(
        place: Place,
        fixed: &[u64; FIXED],
        further: &[u64],
        mut each: impl FnMut(Brief),
    ) {
        match further_rows(fixed[0]) {
            0 => each(Brief::of(place, fixed, further)),
            _ => bundle::each_row(fixed, further, each),
        }
    }

    /// The touch of a person's row.
    #[inline]
    pub(super) fn touch(&self, person: Key, records: &Records, kinds: &Kinds) -> Touch {
        let Brief { at, row, head, further } = *self;
        match self.place() {
            Some(place) => read(records.at(place), kinds),
            None => Touch {
                values: Key(further),
                ..made([head, person.0, at.0.cast_unsigned(), row.0], [0; 7], kinds)
            },
        }
    }

    /// The brief of a plain row.
    #[inline]
    pub(super) fn plain(head: u64, at: Instant, row: RowRef, values: Key) -> Brief {
        let flag = if values.is_none() { 0 } else { VALUES };
        Brief { at, row, head: head | flag, further: values.0 }
    }

    /// The number of the row's kind, if the brief says all of it.
    #[inline]
    pub(super) fn plain_kind(&self) -> Option<usize> {
        plain_kind(self.head)
    }

    /// The number of the row's kind.
    #[inline]
    pub(super) fn kind(&self) -> usize {
        kind(self.head) as usize
    }

    /// The words of a plain row, of which a record of one row has the first [`length`].
    #[inline]
    fn words(&self, person: Key) -> [u64; FIXED + 1] {
        [self.head, person.0, self.at.0.cast_unsigned(), self.row.0, self.further]
    }

    /// Where the record lies, if there is more to it than the brief says.
    #[inline]
    pub(super) fn place(&self) -> Option<Place> {
        let is_plain = self.plain_kind().is_some();
        (!is_plain).then(|| Place(u32::try_from(self.further).unwrap_or(u32::MAX)))
    }
}

/// When a record's first row was.
#[inline]
fn when(fixed: &[u64; FIXED]) -> Instant {
    Instant(fixed[2].cast_signed())
}

/// The touch of a record.
#[inline]
pub(super) fn read(record: &[u64], kinds: &Kinds) -> Touch {
    let Some((&fixed, optional)) = record.split_first_chunk::<FIXED>() else {
        unreachable!("a record has at least four words")
    };
    let [head, ..] = fixed;
    let further = if head & WORDS == 0 { [0; 7] } else { further(head, optional) };
    made(fixed, further, kinds)
}

/// A touch of the words that every record has and of those that only some have, nought for those that this one
/// lacks.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "two numbers share a word")]
fn made(fixed: [u64; FIXED], further: [u64; 7], kinds: &Kinds) -> Touch {
    let [head, person, at, row] = fixed;
    let [fingerprint, visit, order, held, values, sequence, trail] = further;
    let Kind { name, steps, actions, exclusions, precision, aside, marks, .. } =
        kinds.get(kind(head));
    Touch {
        person: Key(person),
        at: Instant(at.cast_signed()),
        row: RowRef(row),
        fingerprint: Key(fingerprint),
        visit: Key(visit),
        subject: Key(order),
        held: Key(held),
        values: Key(values),
        trail: Trail(trail),
        sequence: (sequence & u64::from(u32::MAX)) as u32,
        edition: (sequence >> u32::BITS) as u32,
        steps,
        actions,
        name,
        precision,
        aside,
        marks: marks | if head & ANONYMOUS == 0 { 0 } else { mark::ANONYMOUS },
        exclusions,
    }
}

/// The words that not every record has, nought for those that this one lacks.
fn further(head: u64, words: &[u64]) -> [u64; 7] {
    let mut words = words.iter();
    [FINGERPRINT, VISIT, ORDER, HELD, VALUES, SEQUENCE, TRAIL]
        .map(|flag| if head & flag == 0 { 0 } else { words.next().copied().unwrap_or_default() })
}
