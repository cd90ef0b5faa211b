//! Orders of which a source knows neither the number nor the total: a tracker that says no more than that there was one.
//!
//! Who ordered, and when, says which order it was as long as there is no other of the customer about that time: neither
//! in that source nor in another one.

use super::{Heads, Key, Sighting, WITHIN};
use crate::time::{Instant, Precision, Span};

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

/// The orders of one customer, in order of time, that are the only ones that each other can be.
fn of_customer(own: &[Sighting], heads: &Heads) -> Vec<(Key, Key)> {
    let unknown = own.iter().filter(|own| own.is_bare);
    let pair = |one: &Sighting| {
        let other = only_near(own, one)?;
        // Whoever is alone with it is so for it too.
        let is_mutual = only_near(own, other)?.number == one.number;
        // Of an order of another channel it takes more to know that a log has seen it.
        let may_join = !other.is_left_out && heads.may_join(one.number, other.number);
        (is_mutual && may_join).then_some((one.number, other.number))
    };
    unknown.filter_map(pair).collect()
}

/// The only other order, of all sources, about the time of one; `None` where there are several.
fn only_near<'s>(own: &'s [Sighting], one: &Sighting) -> Option<&'s Sighting> {
    let reach = |other: &Sighting| WITHIN.0 + one.unit.0.max(other.unit.0);
    // Both times may be coarse: an hour at most, for bare dates are not here.
    let furthest = Span(WITHIN.0 + Precision::Hour.unit().0);
    let from = own.partition_point(|other| other.at.plus(furthest) < one.at);
    let until = one.at.plus(furthest);
    let mut near = own
        .iter()
        .skip(from)
        .take_while(|other| other.at <= until)
        .filter(|other| {
            let apart = one.at.max(other.at).since(one.at.min(other.at));
            other.number != one.number && apart.0 < reach(other)
        })
        .peekable();
    let only = *near.peek()?;
    near.all(|other| other.number == only.number).then_some(only)
}
