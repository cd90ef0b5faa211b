//! Who did what at all: for each customer the steps ever done, and for each pair of steps which one was
//! done first. Counts of whole customers, whatever the windows and the order of the ladder.
//!
//! This is what a ladder can be checked against and what an order can be suggested from. Counts merge in
//! any order. Nothing here judges journeys (`climb`) or calculates shares (`stats`).

use crate::event::{StepSet, Touch, mark};
use crate::stats::precedence::{PairCount, PairTable};
use std::collections::BTreeMap;

/// What customers did at all, by the positions of a ladder's steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// Customers of an event log by the steps that they ever did.
    pub seen: BTreeMap<StepSet, u64>,
    /// Customers whom no event log has seen (orders and checkouts alone), likewise.
    pub unseen: BTreeMap<StepSet, u64>,
    /// First occurrences of each two steps, all customers.
    pub pairs: PairTable,
    /// For each step, how many earlier ones mean the same rows.
    twins: Vec<usize>,
}

impl Sightings {
    /// Nothing seen yet. `twins` says for each step how many earlier steps mean the same rows: a step
    /// with two is done when its rows come for the third time. At most 32 steps.
    pub fn new(twins: &[usize]) -> Sightings {
        Sightings {
            pairs: PairTable::new(twins.len()),
            twins: twins.to_vec(),
            ..Sightings::default()
        }
    }

    /// Takes in everything that one customer did, in order of time; rows that are set aside are passed over.
    pub fn see(&mut self, touches: &[Touch]) {
        let counting = || touches.iter().filter(|touch| touch.aside == 0);
        let firsts = self.firsts(counting());
        let mut done = StepSet::EMPTY;
        for (step, _) in &firsts {
            done.add(*step);
        }
        let has_log = counting().any(|touch| touch.is(mark::LOG));
        let patterns = if has_log { &mut self.seen } else { &mut self.unseen };
        *patterns.entry(done).or_default() += 1;
        for (number, (step, first)) in firsts.iter().enumerate() {
            for (other, second) in &firsts[number + 1..] {
                self.pairs.add(*step, *other, came(first, second));
            }
        }
    }

    /// How many customers did steps for which `holds` is true.
    pub fn customers(&self, holds: impl Fn(StepSet) -> bool) -> u64 {
        let patterns = self.seen.iter().chain(&self.unseen);
        patterns.filter(|(done, _)| holds(**done)).map(|(_, customers)| customers).sum()
    }

    /// Adds what was counted elsewhere for the same ladder.
    pub fn merge(&mut self, other: &Sightings) {
        for (mine, theirs) in [(&mut self.seen, &other.seen), (&mut self.unseen, &other.unseen)] {
            for (pattern, customers) in theirs {
                *mine.entry(*pattern).or_default() += customers;
            }
        }
        self.pairs.merge(&other.pairs);
    }

    /// The steps that were done, in ascending order, each with the touch that did it first.
    fn firsts<'t>(&self, touches: impl Iterator<Item = &'t Touch>) -> Vec<(usize, &'t Touch)> {
        let mut left = self.twins.clone();
        let mut done = StepSet::EMPTY;
        let mut firsts = Vec::new();
        let hits = touches.flat_map(|touch| touch.steps.positions().map(move |step| (step, touch)));
        for (step, touch) in hits.filter(|(step, _)| *step < self.twins.len()) {
            if left[step] > 0 {
                left[step] -= 1;
            } else if !done.has(step) {
                done.add(step);
                firsts.push((step, touch));
            }
        }
        firsts.sort_by_key(|(step, _)| *step);
        firsts
    }
}

/// In which order two first occurrences came. A time that is known to the second stands for the whole
/// second: within it, nothing is earlier.
fn came(first: &Touch, second: &Touch) -> PairCount {
    if std::ptr::eq(first, second) || first.row == second.row {
        return PairCount { together: 1, ..PairCount::default() };
    }
    let is_tied = first.at < second.end() && second.at < first.end();
    PairCount {
        both: 1,
        first: u64::from(!is_tied && first.at < second.at),
        tied: u64::from(is_tied),
        together: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RowRef;
    use crate::key::Key;
    use crate::time::{Instant, Precision, SECOND};

    /// `A1 BC2.5`: letters are steps, the number is seconds.
    fn touches(text: &str) -> Vec<Touch> {
        let words = text.split_whitespace().enumerate();
        words.map(|(row, word)| touch(u32::try_from(row).unwrap(), word)).collect()
    }

    fn touch(row: u32, word: &str) -> Touch {
        let split = word.find(|c: char| c.is_ascii_digit()).unwrap();
        let (letters, seconds) = word.split_at(split);
        let mut steps = StepSet::EMPTY;
        letters.bytes().for_each(|letter| steps.add(usize::from(letter - b'A')));
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a test")]
        let at = (seconds.parse::<f64>().unwrap() * SECOND as f64) as i64;
        Touch {
            person: Key(1),
            visit: Key(1),
            at: Instant(at),
            fingerprint: Key(1),
            row: RowRef::new(0, row, row),
            steps,
            marks: mark::LOG,
            ..Touch::default()
        }
    }

    fn sightings(twins: &[usize], people: &[&str]) -> Sightings {
        let mut sightings = Sightings::new(twins);
        for person in people {
            sightings.see(&touches(person));
        }
        sightings
    }

    fn pair(both: u64, first: u64, tied: u64, together: u64) -> PairCount {
        PairCount { both, first, tied, together }
    }

    #[test]
    fn patterns_and_first_occurrences() {
        let seen = sightings(&[0, 0, 0], &["A1 B2 A3", "B1 A2", "A1", "A1 B1", "AB1 C2"]);
        let patterns: Vec<(u32, u64)> = seen.seen.iter().map(|(s, n)| (s.0, *n)).collect();
        assert_eq!(patterns, [(0b001, 1), (0b011, 3), (0b111, 1)]);
        assert_eq!(seen.pairs.of(0, 1), pair(3, 1, 1, 1));
        assert_eq!(seen.pairs.of(1, 0), pair(3, 1, 1, 1));
        assert_eq!(seen.pairs.of(0, 2), pair(1, 1, 0, 0));
    }

    #[test]
    fn equal_steps_are_the_first_the_second_and_the_third_time() {
        let seen = sightings(&[0, 1, 2], &["ABC1 ABC2", "ABC1"]);
        let patterns: Vec<(u32, u64)> = seen.seen.iter().map(|(s, n)| (s.0, *n)).collect();
        assert_eq!(patterns, [(0b001, 1), (0b011, 1)]);
        assert_eq!(seen.pairs.of(0, 1), pair(1, 1, 0, 0));
    }

    #[test]
    fn a_second_is_not_told_apart_within_itself() {
        let mut exported = touches("A1.5 B1");
        exported[1].precision = Precision::Second;
        exported.sort_by_key(Touch::order_key);
        let mut seen = Sightings::new(&[0, 0]);
        seen.see(&exported);
        assert_eq!(seen.pairs.of(0, 1), pair(1, 0, 1, 0));
    }

    #[test]
    fn rows_set_aside_do_not_count_and_orders_alone_stand_apart() {
        let mut touches = touches("A1 B2");
        touches[0].aside = 1;
        touches[1].marks = mark::ORDER;
        let mut seen = Sightings::new(&[0, 0]);
        seen.see(&touches);
        assert!(seen.seen.is_empty());
        assert_eq!(seen.unseen, BTreeMap::from([(StepSet::only(1), 1)]));
    }

    #[test]
    fn parts_merge_in_any_order() {
        let people = ["A1 B2", "B1 A2", "A1", "C1 B1", "A5 C7"];
        let whole = sightings(&[0, 0, 0], &people);
        let (one, two) = (sightings(&[0, 0, 0], &people[..2]), sightings(&[0, 0, 0], &people[2..]));
        let (mut left, mut right) = (one.clone(), two.clone());
        left.merge(&two);
        right.merge(&one);
        assert_eq!((&left, &right), (&whole, &whole));
    }
}
