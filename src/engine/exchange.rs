//! The exchange: touches wait in partitions by person, in memory or, past the limit, in temporary files.
//!
//! A partition is chosen by the person's key, so all of a person's touches meet in one. Touches come in
//! any order and are sorted when they are judged. Temporary files have no name from the moment they are
//! made, so they never outlive the program, whatever ends it.

use super::Settings;
use crate::error::{Error, Result};
use crate::event::{RowRef, StepSet, Touch, mark};
use crate::identity::People;
use crate::key::Key;
use crate::time::{Instant, Precision};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes of a touch in a file.
const RECORD: usize = 76;

/// Touches that a thread collects for a partition before it hands them over.
const HANDFUL: usize = 256;

/// All partitions; shared by all threads.
#[derive(Debug)]
pub(super) struct Exchange {
    partitions: Vec<Mutex<Partition>>,
    in_memory: AtomicUsize,
    limit: usize,
}

/// The touches of the persons of one partition.
#[derive(Debug, Default)]
struct Partition {
    touches: Vec<Vec<Touch>>,
    file: Option<BufWriter<File>>,
    in_file: usize,
}

impl Exchange {
    pub(super) fn new(partitions: usize, limit: usize) -> Exchange {
        let partitions = (0..partitions.max(1)).map(|_| Mutex::default()).collect();
        Exchange { partitions, in_memory: AtomicUsize::new(0), limit }
    }

    /// A thread's way in.
    pub(super) fn entrance(&self) -> Entrance<'_> {
        Entrance { exchange: self, waiting: self.partitions.iter().map(|_| Vec::new()).collect() }
    }

    /// How many partitions there are.
    pub(super) fn len(&self) -> usize {
        self.partitions.len()
    }

    /// Moves every touch to the partition of the person behind its identifier.
    pub(super) fn by_person(self, people: &People, settings: &Settings) -> Result<Exchange> {
        if people.is_empty() {
            return Ok(self);
        }
        let exchange = Exchange::new(settings.partitions, settings.memory);
        let next = AtomicUsize::new(0);
        in_parallel(settings.threads, || self.move_partitions(&next, people, exchange.entrance()))?;
        Ok(exchange)
    }

    /// One thread's share of moving: partition after partition until there is none.
    fn move_partitions(
        &self,
        next: &AtomicUsize,
        people: &People,
        mut entrance: Entrance<'_>,
    ) -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.len() {
                return entrance.close();
            }
            self.drain(number, |touch| entrance.push(with_person(touch, people)))?;
        }
    }

    /// Takes all touches out of a partition, in no order.
    pub(super) fn drain(
        &self,
        number: usize,
        mut take: impl FnMut(Touch) -> Result<()>,
    ) -> Result<()> {
        let Some(partition) = self.partitions.get(number) else { return Ok(()) };
        let Partition { touches, file, in_file } =
            std::mem::take(&mut *partition.lock().unwrap_or_else(PoisonError::into_inner));
        for handful in touches {
            self.in_memory.fetch_sub(handful.len(), Ordering::Relaxed);
            handful.into_iter().try_for_each(&mut take)?;
        }
        let Some(file) = file else { return Ok(()) };
        let mut file = file.into_inner().map_err(|e| spilling(e.into_error()))?;
        file.rewind().map_err(spilling)?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut record = [0; RECORD];
        for _ in 0..in_file {
            reader.read_exact(&mut record).map_err(spilling)?;
            take(decode(&record))?;
        }
        Ok(())
    }

    fn hand_over(&self, number: usize, handful: Vec<Touch>) -> Result<()> {
        let in_memory = self.in_memory.fetch_add(handful.len(), Ordering::Relaxed) + handful.len();
        let mut partition = self.partitions[number].lock().unwrap_or_else(PoisonError::into_inner);
        partition.touches.push(handful);
        if in_memory.saturating_mul(size_of::<Touch>()) > self.limit {
            let freed = partition.spill().map_err(spilling)?;
            self.in_memory.fetch_sub(freed, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A touch with the person behind its identifier.
fn with_person(mut touch: Touch, people: &People) -> Touch {
    if let Some(person) = people.of(touch.person) {
        touch.person = person.key;
        touch.marks =
            touch.marks & !mark::ANONYMOUS | if person.named { 0 } else { mark::ANONYMOUS };
    }
    touch
}

fn spilling(error: std::io::Error) -> Error {
    Error::io("temporary file", error)
        .hint("more memory (--memory) or another folder for temporary files (TMPDIR) may help")
}

impl Partition {
    /// Writes what is in memory to the partition's file; says how many touches that were.
    fn spill(&mut self) -> std::io::Result<usize> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
        };
        let mut freed = 0;
        for touch in std::mem::take(&mut self.touches).into_iter().flatten() {
            file.write_all(&encode(&touch))?;
            freed += 1;
        }
        self.in_file += freed;
        self.file = Some(file);
        Ok(freed)
    }
}

/// A thread's way into the exchange: it collects a handful for each partition before it takes a lock.
#[derive(Debug)]
pub(super) struct Entrance<'e> {
    exchange: &'e Exchange,
    waiting: Vec<Vec<Touch>>,
}

impl Entrance<'_> {
    /// Puts a touch into the partition of its person.
    pub(super) fn push(&mut self, touch: Touch) -> Result<()> {
        let number = usize::try_from(touch.person.0 % self.waiting.len() as u64).unwrap_or(0);
        let waiting = &mut self.waiting[number];
        waiting.push(touch);
        if waiting.len() < HANDFUL {
            return Ok(());
        }
        let handful = std::mem::replace(waiting, Vec::with_capacity(HANDFUL));
        self.exchange.hand_over(number, handful)
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
}

/// Runs the same work on so many threads and gives back what each made; the first error wins.
pub(super) fn in_parallel<T: Send>(
    threads: usize,
    work: impl Fn() -> Result<T> + Sync,
) -> Result<Vec<T>> {
    if threads <= 1 {
        return work().map(|one| vec![one]);
    }
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn encode(touch: &Touch) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    let (words, rest) = record.split_at_mut(64);
    let keys = [
        touch.person.0,
        touch.visit.0,
        touch.at.0.cast_unsigned(),
        touch.fingerprint.0,
        touch.order.0,
        touch.row.0,
        touch.held.0,
    ];
    let sets = u64::from(touch.steps.0) << 32 | u64::from(touch.actions.0);
    for (place, word) in words.chunks_exact_mut(8).zip(keys.into_iter().chain([sets])) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    let numbers = u64::from(touch.name) << 32 | u64::from(touch.sequence);
    rest[..8].copy_from_slice(&numbers.to_le_bytes());
    rest[8..12].copy_from_slice(&[
        touch.precision as u8,
        touch.aside,
        touch.marks,
        touch.exclusions,
    ]);
    record
}

fn decode(record: &[u8; RECORD]) -> Touch {
    let word = |number: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&record[8 * number..8 * number + 8]);
        u64::from_le_bytes(bytes)
    };
    let high = |word: u64| u32::try_from(word >> 32).unwrap_or(0);
    let low = |word: u64| u32::try_from(word & u64::from(u32::MAX)).unwrap_or(0);
    let precision = match record[72] {
        1 => Precision::Second,
        2 => Precision::Minute,
        3 => Precision::Day,
        _ => Precision::Exact,
    };
    Touch {
        person: Key(word(0)),
        visit: Key(word(1)),
        at: Instant(word(2).cast_signed()),
        fingerprint: Key(word(3)),
        order: Key(word(4)),
        row: RowRef(word(5)),
        held: Key(word(6)),
        steps: StepSet(high(word(7))),
        actions: StepSet(low(word(7))),
        name: high(word(8)),
        sequence: low(word(8)),
        precision,
        aside: record[73],
        marks: record[74],
        exclusions: record[75],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn any_touch()(words in any::<[u64; 7]>(), at in any::<i64>(), parts in any::<[u32; 4]>(), precision in 0u8..4, aside in any::<u8>(), marks in any::<u8>(), exclusions in any::<u8>()) -> Touch {
            let precision = [Precision::Exact, Precision::Second, Precision::Minute, Precision::Day][usize::from(precision)];
            Touch {
                person: Key(words[0]), visit: Key(words[1]), at: Instant(at), fingerprint: Key(words[2]), order: Key(words[3]), row: RowRef(words[4]), held: Key(words[5]),
                steps: StepSet(parts[0]), actions: StepSet(parts[1]), name: parts[2], sequence: parts[3], precision, aside, marks, exclusions,
            }
        }
    }

    proptest! {
        #[test]
        fn a_touch_comes_back_from_a_file_as_it_was(touch in any_touch()) {
            prop_assert_eq!(decode(&encode(&touch)), touch);
        }

        #[test]
        fn nothing_is_lost_whatever_the_memory(touches in prop::collection::vec(any_touch(), 0..600), limit in 0usize..50_000, partitions in 1usize..5) {
            let exchange = Exchange::new(partitions, limit);
            let mut entrance = exchange.entrance();
            for touch in &touches {
                entrance.push(*touch).unwrap();
            }
            entrance.close().unwrap();
            let mut back = Vec::new();
            for number in 0..exchange.len() {
                exchange.drain(number, |touch| { back.push(touch); Ok(()) }).unwrap();
            }
            let mut expected = touches;
            expected.sort_by_key(|t| (t.order_key(), t.fingerprint));
            back.sort_by_key(|t| (t.order_key(), t.fingerprint));
            prop_assert_eq!(back, expected);
        }
    }
}
