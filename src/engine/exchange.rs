//! The exchange: touches wait in partitions by person, in memory or, past the limit, in temporary files.
//!
//! A partition is chosen by the person's key, so all of a person's touches meet in one. They come in
//! any order; who takes them out puts them in order. Temporary files have no name from the moment they
//! are made, so they never outlive the program, whatever ends it.

use super::Settings;
use super::record::{self, Brief, HANDFUL, Records};
use super::skew::Skew;
use crate::error::{Error, Result};
use crate::event::{RowRef, Touch};
use crate::identity::{People, SharedDevice};
use crate::key::{FastSet, Key};
use crate::parallel::in_parallel;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a word.
const WORD: usize = size_of::<u64>();

/// All partitions; shared by all threads.
#[derive(Debug)]
pub(super) struct Exchange {
    partitions: Vec<Mutex<Partition>>,
    /// Words in memory, over all partitions.
    in_memory: AtomicUsize,
    budget: Arc<Budget>,
    /// Words that a thread collects for a partition before it hands them over.
    handful: usize,
}

/// What may be held in memory, and what is. All that grows with the rows counts; only touches can go to files.
#[derive(Debug)]
pub(super) struct Budget {
    /// In bytes.
    limit: usize,
    /// Bytes of touches, in all exchanges.
    touches: AtomicUsize,
    /// Bytes of all else.
    others: AtomicUsize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Arc<Budget> {
        Arc::new(Budget { limit, touches: AtomicUsize::new(0), others: AtomicUsize::new(0) })
    }

    /// Something that is held beside the touches has grown or shrunk; `known` remembers by thread how large it was.
    pub(super) fn hold(&self, known: &mut usize, bytes: usize) {
        self.others.fetch_add(bytes, Ordering::Relaxed);
        self.others.fetch_sub(std::mem::replace(known, bytes), Ordering::Relaxed);
    }

    /// All that is held beside the touches.
    pub(super) fn hold_only(&self, bytes: usize) {
        self.others.store(bytes, Ordering::Relaxed);
    }

    fn is_exceeded(&self) -> bool {
        let touches = self.touches.load(Ordering::Relaxed);
        touches.saturating_add(self.others.load(Ordering::Relaxed)) > self.limit
    }
}

/// The touches of the persons of one partition, as records.
#[derive(Debug, Default)]
struct Partition {
    records: Records,
    file: Option<BufWriter<File>>,
    handfuls_in_file: usize,
}

impl Exchange {
    pub(super) fn new(partitions: usize, budget: Arc<Budget>) -> Exchange {
        let partitions: Vec<_> = (0..partitions.max(1)).map(|_| Mutex::default()).collect();
        let share = budget.limit / WORD / partitions.len() / 4;
        let handful = share.clamp(record::LONGEST, HANDFUL);
        Exchange { partitions, in_memory: AtomicUsize::new(0), budget, handful }
    }

    /// What may be held in memory.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// A thread's way in.
    pub(super) fn entrance(&self) -> Entrance<'_> {
        Entrance { exchange: self, waiting: self.partitions.iter().map(|_| Vec::new()).collect() }
    }

    /// All partitions, to be taken by several threads.
    pub(super) fn turns(&self) -> Turns {
        Turns { next: AtomicUsize::new(0), count: self.partitions.len() }
    }

    /// Moves every touch to the partition of the person behind its identifier; says which rows that was
    /// decided for by their time.
    pub(super) fn by_person(
        self,
        people: &People,
        skew: &Skew,
        settings: &Settings,
    ) -> Result<(Exchange, FastSet<RowRef>)> {
        if people.is_empty() {
            return Ok((self, FastSet::default()));
        }
        let exchange = Exchange::new(settings.partitions, Arc::clone(&self.budget));
        let turns = self.turns();
        let by_time = in_parallel(settings.threads, || {
            let mover = Mover { people, skew, entrance: exchange.entrance(), by_time: Vec::new() };
            self.move_partitions(&turns, mover)
        })?;
        Ok((exchange, by_time.into_iter().flatten().collect()))
    }

    /// One thread's share of moving: partition after partition until there is none.
    fn move_partitions(&self, turns: &Turns, mut mover: Mover<'_>) -> Result<Vec<RowRef>> {
        while let Some(number) = turns.next() {
            for handful in self.take(number)?.into_handfuls() {
                mover.move_handful(handful)?;
            }
        }
        mover.entrance.close()?;
        Ok(mover.by_time)
    }

    /// How many words are held in memory, over all partitions.
    pub(super) fn words_in_memory(&self) -> usize {
        self.in_memory.load(Ordering::Relaxed)
    }

    /// Replaces the records of a partition by those of them that `keep` chooses; a partition that went to
    /// a file stays as it is.
    pub(super) fn thin(&self, number: usize, keep: impl FnOnce(&Records) -> Records) -> Result<()> {
        let Some(partition) = self.partitions.get(number) else { return Ok(()) };
        if partition.lock().unwrap_or_else(PoisonError::into_inner).file.is_some() {
            return Ok(());
        }
        let kept = keep(&self.take(number)?);
        kept.into_handfuls().into_iter().try_for_each(|handful| self.hand_over(number, handful))?;
        partition.lock().unwrap_or_else(PoisonError::into_inner).records.note_kept();
        Ok(())
    }

    /// Takes all records out of a partition, in no order.
    pub(super) fn take(&self, number: usize) -> Result<Records> {
        let Some(partition) = self.partitions.get(number) else { return Ok(Records::default()) };
        let Partition { mut records, file, handfuls_in_file } =
            std::mem::take(&mut *partition.lock().unwrap_or_else(PoisonError::into_inner));
        self.forget(records.words());
        if let Some(file) = file {
            read_back(file, handfuls_in_file, &mut records).map_err(spilling)?;
        }
        Ok(records)
    }

    fn hand_over(&self, number: usize, handful: Vec<u64>) -> Result<()> {
        self.in_memory.fetch_add(handful.len(), Ordering::Relaxed);
        self.budget.touches.fetch_add(handful.len() * WORD, Ordering::Relaxed);
        let mut partition = self.partitions[number].lock().unwrap_or_else(PoisonError::into_inner);
        partition.records.push(handful);
        if self.budget.is_exceeded() {
            let freed = partition.spill().map_err(spilling)?;
            self.forget(freed);
        }
        Ok(())
    }

    /// So many words are no longer in memory.
    fn forget(&self, words: usize) {
        self.in_memory.fetch_sub(words, Ordering::Relaxed);
        self.budget.touches.fetch_sub(words * WORD, Ordering::Relaxed);
    }
}

fn spilling(error: std::io::Error) -> Error {
    Error::io("temporary file", error)
        .hint("more memory (--memory) or another folder for temporary files (TMPDIR) may help")
}

impl Partition {
    /// Writes what is in memory to the partition's file; says how many words that were.
    fn spill(&mut self) -> std::io::Result<usize> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => BufWriter::with_capacity(HANDFUL * WORD, tempfile::tempfile()?),
        };
        let mut freed = 0;
        for handful in std::mem::take(&mut self.records).into_handfuls() {
            write_word(&mut file, handful.len() as u64)?;
            handful.iter().try_for_each(|word| write_word(&mut file, *word))?;
            freed += handful.len();
            self.handfuls_in_file += 1;
        }
        self.file = Some(file);
        Ok(freed)
    }
}

fn write_word(file: &mut impl Write, word: u64) -> std::io::Result<()> {
    file.write_all(&word.to_le_bytes())
}

/// Reads so many handfuls, each behind its length, from the start of a file that was written.
fn read_back(file: BufWriter<File>, count: usize, records: &mut Records) -> std::io::Result<()> {
    let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.rewind()?;
    let mut reader = BufReader::with_capacity(HANDFUL * WORD, file);
    let mut read = || {
        let mut word = [0; WORD];
        reader.read_exact(&mut word).map(|()| u64::from_le_bytes(word))
    };
    for _ in 0..count {
        let length = read()?;
        records.push((0..length).map(|_| read()).collect::<std::io::Result<_>>()?);
    }
    Ok(())
}

/// Moves records to the people behind their identifiers.
struct Mover<'m> {
    people: &'m People,
    skew: &'m Skew,
    entrance: Entrance<'m>,
    /// Rows whose person was decided by their time.
    by_time: Vec<RowRef>,
}

impl Mover<'_> {
    fn move_handful(&mut self, mut handful: Vec<u64>) -> Result<()> {
        let mut rest = handful.as_mut_slice();
        while let Some(head) = rest.first() {
            let (record, behind) = rest.split_at_mut(record::length(*head).min(rest.len()));
            self.move_record(record)?;
            rest = behind;
        }
        Ok(())
    }

    fn move_record(&mut self, record: &mut [u64]) -> Result<()> {
        let identifier = record::person(record);
        if let Some(device) = self.people.shared(identifier) {
            return self.move_rows(device, record);
        }
        if let Some(person) = self.people.of(identifier) {
            record::give(record, person.key, person.named);
        }
        self.entrance.push_record(record)
    }

    /// Moves each row of a record to whoever used a shared device then.
    #[cold]
    fn move_rows(&mut self, device: &SharedDevice, record: &[u64]) -> Result<()> {
        let Mover { skew, entrance, by_time, .. } = self;
        let mut moved = Ok(());
        record::each_alone(record, |record, at, row| {
            by_time.extend(device.is_device().then_some(row));
            if let Some(person) = device.holder(skew.time(row, at)) {
                record::give(record, person.key, person.named);
            }
            if moved.is_ok() {
                moved = entrance.push_record(record);
            }
        });
        moved
    }
}

/// A thread's way into the exchange: it collects a handful for each partition before it takes a lock.
#[derive(Debug)]
pub(super) struct Entrance<'e> {
    exchange: &'e Exchange,
    waiting: Vec<Vec<u64>>,
}

impl Entrance<'_> {
    /// Puts a touch of a kind into the partition of its person.
    #[inline]
    pub(super) fn push(&mut self, touch: &Touch, kind: u32) -> Result<()> {
        let number = self.partition_of(touch.person);
        record::write(touch, kind, self.room(number, record::LONGEST)?);
        Ok(())
    }

    /// Puts a record into the partition of its person: the words that every record has, then what follows.
    #[inline]
    pub(super) fn push_parts(&mut self, fixed: &[u64], further: &[u64]) -> Result<()> {
        let number = self.partition_of(record::person(fixed));
        let room = self.room(number, fixed.len() + further.len())?;
        room.extend_from_slice(fixed);
        room.extend_from_slice(further);
        Ok(())
    }

    /// Puts plain rows of a person into their partition, in as few records as can be.
    #[inline]
    pub(super) fn push_rows(
        &mut self,
        person: Key,
        mut rows: impl Iterator<Item = Brief>,
    ) -> Result<()> {
        let number = self.partition_of(person);
        let mut next = rows.next();
        while let Some(first) = next {
            let room = self.room(number, record::LONGEST)?;
            next = record::write_rows(person, &first, &mut rows, room);
        }
        Ok(())
    }

    /// Puts a record into the partition of its person.
    #[inline]
    pub(super) fn push_record(&mut self, record: &[u64]) -> Result<()> {
        self.push_parts(record, &[])
    }

    /// Hands over what still waits.
    pub(super) fn close(&mut self) -> Result<()> {
        for (number, waiting) in
            self.waiting.iter_mut().enumerate().filter(|(_, waiting)| !waiting.is_empty())
        {
            self.exchange.hand_over(number, std::mem::take(waiting))?;
        }
        Ok(())
    }

    /// The partition is chosen by bits in the middle of the key: tables by key look at both ends.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the bits in the middle are wanted")]
    fn partition_of(&self, person: Key) -> usize {
        let middle = (person.0 >> 16) as u32;
        ((u64::from(middle) * self.waiting.len() as u64) >> u32::BITS) as usize
    }

    /// Where a partition's next record of so many words goes.
    #[inline]
    fn room(&mut self, number: usize, words: usize) -> Result<&mut Vec<u64>> {
        let waiting = &self.waiting[number];
        if waiting.capacity() - waiting.len() < words {
            self.make_room(number)?;
        }
        Ok(&mut self.waiting[number])
    }

    #[cold]
    fn make_room(&mut self, number: usize) -> Result<()> {
        let empty = Vec::with_capacity(self.exchange.handful);
        let handful = std::mem::replace(&mut self.waiting[number], empty);
        if handful.is_empty() { Ok(()) } else { self.exchange.hand_over(number, handful) }
    }
}

/// The partitions, one after the other, each for whichever thread comes next.
#[derive(Debug)]
pub(super) struct Turns {
    next: AtomicUsize,
    count: usize,
}

impl Turns {
    /// The number of the next partition.
    pub(super) fn next(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.count).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds::{Kind, KindTable, Kinds};
    use super::*;
    use crate::event::{RowRef, StepSet, Trail};
    use crate::time::{Instant, Precision};
    use proptest::prelude::*;

    prop_compose! {
        fn any_touch()(keys in any::<[u64; 4]>(), optional in prop::collection::vec(prop_oneof![Just(0), any::<u64>()], 5), at in any::<i64>(), parts in any::<[u32; 4]>(), precision in 0u8..5, rest in any::<[u8; 3]>()) -> Touch {
            let precision = [Precision::Exact, Precision::Second, Precision::Minute, Precision::Hour, Precision::Day][usize::from(precision)];
            Touch {
                person: Key(keys[0]), row: RowRef(keys[1]), at: Instant(at), fingerprint: Key(keys[2]), visit: Key(optional[0]), subject: Key(optional[1]), held: Key(optional[2]), values: Key(optional[3]), trail: Trail(optional[4]),
                steps: StepSet(parts[0]), actions: StepSet(parts[1]), name: parts[2] % 50, sequence: parts[3] % 3, edition: parts[3] % 5, precision, aside: rest[0], marks: rest[1], exclusions: rest[2],
            }
        }
    }

    #[test]
    fn what_else_is_held_counts_against_the_budget() {
        let limit = 1 << 20;
        let exchange = Exchange::new(4, Budget::new(limit));
        let fill = || {
            let mut entrance = exchange.entrance();
            let words = [record::head(0, false), 7, 0, 0];
            (0..100).for_each(|_| entrance.push_parts(&words, &[]).unwrap());
            entrance.close().unwrap();
            exchange.words_in_memory()
        };
        assert_eq!(fill(), 400);
        let mut known = 0;
        exchange.budget().hold(&mut known, 2 * limit);
        assert_eq!(fill(), 0, "all went to files");
        exchange.budget().hold(&mut known, 0);
        assert_eq!(fill(), 400);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_whatever_the_memory(touches in prop::collection::vec(any_touch(), 0..600), limit in 0usize..50_000, partitions in 1usize..5) {
            let kinds = Mutex::new(Kinds::default());
            let mut table = KindTable::new(&kinds);
            let exchange = Exchange::new(partitions, Budget::new(limit));
            let mut entrance = exchange.entrance();
            for touch in &touches {
                entrance.push(touch, table.number(Kind::of(touch))).unwrap();
            }
            entrance.close().unwrap();
            let kinds = kinds.lock().unwrap();
            let mut back = Vec::new();
            for number in 0..exchange.partitions.len() {
                let records = exchange.take(number).unwrap();
                records.each(|place, _, _| back.push(record::read(records.only(place), &kinds)));
            }
            let mut expected = touches;
            expected.sort_by_key(|t| (t.order_key(), t.fingerprint));
            back.sort_by_key(|t| (t.order_key(), t.fingerprint));
            prop_assert_eq!(back, expected);
        }
    }
}
