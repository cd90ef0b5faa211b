//! Orders of different sources with one total, at most ten minutes apart: if one customer made both, they are one order.
//!
//! The closest are joined first. A price that half of the shop's orders have makes any number of such pairs, so they are never
//! listed: of each order no more than the closest other one waits in a queue, and of orders that are alike no more than the first.

use super::{Heads, Key, Sighting, Sources, WITHIN};
use crate::key::{FastMap, FastSet};
use crate::money::Currency;
use crate::time::Span;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// What decides, beside its customer, total and time, which orders another one may be the same as.
type Class = (Sources, Currency, Span);

/// Two orders by their places, the earlier first; before them how far they are apart, and their numbers, the smaller first.
type Pair = (Span, Key, Key, usize, usize);

/// How many orders are left that may be one with another's, if `is_asked` is said of both numbers, whoever made them. Each is
/// taken for one at most: an order for the one that has waited longest.
pub(super) fn count(
    sightings: &mut [Sighting],
    heads: &Heads,
    is_asked: impl Fn(Key) -> bool,
) -> u64 {
    sightings.sort_unstable();
    let mut taken: FastSet<Key> = FastSet::default();
    let mut matched = 0;
    for alike in sightings.chunk_by(|one, next| one.total == next.total) {
        let mut waiting: BTreeMap<Class, VecDeque<&Sighting>> = BTreeMap::new();
        for one in alike {
            let number = heads.root(one.number);
            if !is_asked(number) || taken.contains(&number) {
                continue;
            }
            let own = class(one, heads);
            let is_free = |other: &Sighting| {
                is_near(other, one) && !taken.contains(&heads.root(other.number))
            };
            match longest_waiting(&mut waiting, own, is_free) {
                Some(other) => {
                    taken.extend([number, heads.root(other.number)]);
                    matched += 1;
                }
                None => waiting.entry(own).or_default().push_back(one),
            }
        }
    }
    matched
}

/// Takes out the order that has waited longest of those that one of a class may be the same as.
fn longest_waiting<'s>(
    waiting: &mut BTreeMap<Class, VecDeque<&'s Sighting>>,
    own: Class,
    is_free: impl Fn(&Sighting) -> bool,
) -> Option<&'s Sighting> {
    let mut longest = None;
    for (&class, queue) in waiting.iter_mut().filter(|(class, _)| may_be_same(own, **class)) {
        while queue.pop_front_if(|first| !is_free(first)).is_some() {}
        let first = queue.front().map(|first| (first.at.plus(first.unit), first.number, class));
        longest = [longest, first].into_iter().flatten().min();
    }
    let (.., class) = longest?;
    waiting.get_mut(&class)?.pop_front()
}

/// Joins the orders of each customer, closest first, those that count before those that do not; each sighting's `person` is
/// the customer. Gives back how many were joined.
pub(super) fn join(sightings: &mut [Sighting], heads: &mut Heads) -> u64 {
    sightings.sort_unstable_by_key(|own| (own.total, own.person, own.at, own.number, own.source));
    let counting = sightings.iter().filter(|own| !own.is_left_out).copied();
    let counting: Vec<Sighting> = counting.collect();
    let joined = Joining::new(&counting, heads).run();
    let are_all = counting.len() == sightings.len();
    joined + if are_all { 0 } else { Joining::new(sightings, heads).run() }
}

/// The orders that wait to be joined, in order of total, customer, time and number.
struct Joining<'s> {
    own: &'s [Sighting],
    heads: &'s mut Heads,
    /// The sources that had each order in the beginning.
    sources: Vec<Sources>,
    /// For each order the next one of the same instant that is like it. As long as an order is like the next one, all that
    /// the next one may be the same as the order itself may be too, and comes before it; so the next one need not be looked at.
    next_alike: Vec<Option<usize>>,
    queue: BinaryHeap<Reverse<Pair>>,
    /// For orders of some sources and a currency, and a place: a later place to which there is none that they may be the same
    /// as. Orders only ever gain sources, so what is passed over once always is.
    passed: FastMap<(Sources, Option<[u8; 3]>, usize), usize>,
}

impl<'s> Joining<'s> {
    fn new(own: &'s [Sighting], heads: &'s mut Heads) -> Joining<'s> {
        let sources = own.iter().map(|one| class(one, heads).0).collect();
        Joining {
            own,
            heads,
            sources,
            next_alike: vec![None; own.len()],
            queue: BinaryHeap::new(),
            passed: FastMap::default(),
        }
    }

    /// Joins all that are the same, and says how many were joined.
    fn run(mut self) -> u64 {
        for place in self.first_ones() {
            self.look_at(place);
        }
        let mut joined = 0;
        while let Some(Reverse((_, a, b, one, other))) = self.queue.pop() {
            joined += u64::from(self.heads.join(a, b));
            self.wait(one, other);
            self.release_next(one);
        }
        joined
    }

    /// The first of all orders that are alike.
    fn first_ones(&mut self) -> Vec<usize> {
        let mut first_ones = Vec::new();
        let mut latest: BTreeMap<Class, usize> = BTreeMap::new();
        let mut before: Option<&Sighting> = None;
        for (place, one) in self.own.iter().enumerate() {
            if before.is_none_or(|before| !is_of_one(before, one) || before.at != one.at) {
                latest.clear();
            }
            before = Some(one);
            match latest.insert((self.sources[place], one.currency, one.unit), place) {
                Some(alike) => self.next_alike[alike] = Some(place),
                None => first_ones.push(place),
            }
        }
        first_ones
    }

    /// Lets an order wait for the closest one that it may be the same as, and so the next one like it if it is not like that
    /// any more.
    fn look_at(&mut self, place: usize) {
        self.wait(place, place + 1);
        self.release_next(place);
    }

    fn release_next(&mut self, place: usize) {
        let mut place = place;
        while class(&self.own[place], self.heads).0 != self.sources[place] {
            let Some(next) = self.next_alike[place].take() else { break };
            self.wait(next, next + 1);
            place = next;
        }
    }

    /// Puts an order and the closest one that it may be the same as into the queue, if there is one from a place on.
    fn wait(&mut self, place: usize, from: usize) {
        let one = &self.own[place];
        let own = class(one, self.heads);
        let mut from = self.not_passed(own, from);
        while let Some(other) = self.own.get(from)
            && is_of_one(one, other)
            && is_near(one, other)
        {
            if may_be_same(own, class(other, self.heads)) {
                let (a, b) = (one.number.min(other.number), one.number.max(other.number));
                self.queue.push(Reverse((other.at.since(one.at), a, b, place, from)));
                return;
            }
            self.passed.insert((own.0, own.1.0, from), from + 1);
            from = self.not_passed(own, from + 1);
        }
    }

    /// The first place from one on that was not passed over.
    fn not_passed(&mut self, (sources, currency, _): Class, from: usize) -> usize {
        let mut until = from;
        while let Some(&next) = self.passed.get(&(sources, currency.0, until)) {
            until = next;
        }
        let mut place = from;
        while place < until {
            place = self.passed.insert((sources, currency.0, place), until).unwrap_or(until);
        }
        until
    }
}

fn class(one: &Sighting, heads: &Heads) -> Class {
    (heads.sources(one.number).unwrap_or(one.source), one.currency, one.unit)
}

/// Whether no source has both of two orders, and they may have been paid in one currency.
fn may_be_same((sources, currency, _): Class, (others, other, _): Class) -> bool {
    let unknown = Currency::default();
    sources & others == 0 && (currency == other || currency == unknown || other == unknown)
}

/// Whether one customer paid the same twice.
fn is_of_one(one: &Sighting, other: &Sighting) -> bool {
    (one.total, one.person) == (other.total, other.person)
}

/// Whether an order is at most ten minutes after another one: both times may stand for the instant at the far end of what they
/// are known to.
fn is_near(earlier: &Sighting, later: &Sighting) -> bool {
    later.at.since(earlier.at).0 < WITHIN.0 + earlier.unit.0
}
