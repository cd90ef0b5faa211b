//! Orders of which a source knows neither the number nor the total: a tracker that says no more than that there was one.
//!
//! Who ordered, and when, says which order it was as long as no source has a second one of the customer about that time. Any number
//! of sources may have it; what it cost, or its number, not more than one of them may know otherwise.

use super::{Heads, Key, Sighting, Sources, WITHIN};
use crate::time::{Instant, Precision, Span};
use std::collections::BTreeSet;

/// Joins such orders with those of other sources; gives back how many were joined. `person` says who made a row.
pub(super) fn join(
    mut sightings: Vec<Sighting>,
    heads: &mut Heads,
    person: impl Fn(Key, Instant) -> Key,
) -> u64 {
    for sighting in &mut sightings {
        sighting.person = person(sighting.person, sighting.at);
        sighting.number = heads.root(sighting.number);
    }
    sightings.sort_unstable_by_key(|own| (own.person, own.at, own.number, own.source));
    let alike = sightings.chunk_by(|one, next| one.person == next.person);
    let pairs: Vec<(Key, Key)> = alike.flat_map(|own| of_customer(own, heads)).collect();
    let mut joined = 0;
    for (one, other) in pairs {
        joined += u64::from(heads.join(one, other));
    }
    joined
}

/// The orders of one customer, in order of time, that are the only ones that each other can be: one a source, and not more than
/// one of which anything else is known.
fn of_customer(own: &[Sighting], heads: &Heads) -> Vec<(Key, Key)> {
    let (unknown, known): (Vec<&Sighting>, Vec<&Sighting>) =
        own.iter().partition(|own| own.is_bare);
    // What one source says nothing of, another one may know that it was joined with.
    let known: BTreeSet<Key> = known.iter().map(|own| own.number).collect();
    let pairs = |one: &&Sighting| -> Option<Vec<(Key, Key)>> {
        let near = all_near(own, one)?;
        let numbers = numbers_of(one, &near);
        // Whoever has these about it is about them too.
        let is_same = |other: &&Sighting| {
            all_near(own, other).is_some_and(|theirs| numbers_of(other, &theirs) == numbers)
        };
        let is_mutual = near.iter().all(is_same);
        // Of an order of another channel it takes more to know that a log has seen it.
        let is_left_out = near.iter().any(|other| other.is_left_out);
        let is_one = is_mutual
            && numbers.intersection(&known).count() <= 1
            && !is_left_out
            && are_apart(&numbers, heads);
        let others = numbers.into_iter().filter(|number| *number != one.number);
        is_one.then(|| others.map(|number| (one.number, number)).collect())
    };
    unknown.iter().filter_map(pairs).flatten().collect()
}

/// Whether no source has two of some orders.
fn are_apart(numbers: &BTreeSet<Key>, heads: &Heads) -> bool {
    let mut seen: Sources = 0;
    numbers.iter().all(|number| {
        let own = heads.sources(*number).unwrap_or_default();
        let is_apart = seen & own == 0;
        seen |= own;
        is_apart
    })
}

fn numbers_of(one: &Sighting, near: &[&Sighting]) -> BTreeSet<Key> {
    near.iter().map(|other| other.number).chain([one.number]).collect()
}

/// The other orders, of all sources, about the time of one; `None` if there are more than sources.
fn all_near<'s>(own: &'s [Sighting], one: &Sighting) -> Option<Vec<&'s Sighting>> {
    const MOST: usize = Sources::BITS as usize;
    let reach = |other: &Sighting| WITHIN.0 + one.unit.0.max(other.unit.0);
    // Both times may be coarse: an hour at most, for bare dates are not here.
    let furthest = Span(WITHIN.0 + Precision::Hour.unit().0);
    let from = own.partition_point(|other| other.at.plus(furthest) < one.at);
    let until = one.at.plus(furthest);
    let near = own.iter().skip(from).take_while(|other| other.at <= until).filter(|other| {
        let apart = one.at.max(other.at).since(one.at.min(other.at));
        other.number != one.number && apart.0 < reach(other)
    });
    let near: Vec<&Sighting> = near.take(MOST + 1).collect();
    (near.len() <= MOST).then_some(near)
}
