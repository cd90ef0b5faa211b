//! The order that the data suggest among events: by first occurrences, with what speaks for it.
//!
//! Works on the sightings of a ladder whose steps are the events. It must not know the events' names:
//! an order that is always in the data needs no vocabulary.

use super::escalation::{PairOrder, PairSeen};
use crate::event::StepSet;
use crate::sightings::Sightings;
use crate::stats::precedence;

/// The events in the order that the data suggest. Positions are those of the ladder that was looked with.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Customers who did any of it.
    pub customers: u64,
    /// The events that occur, the first one first.
    pub events: Vec<SuggestedEvent>,
    /// Pairs of which neither usually comes first, each in the order of `events`.
    pub undetermined: Vec<PairSeen>,
    /// Groups of events that come before each other in a circle, each in the order of `events`.
    pub circles: Vec<Vec<usize>>,
}

/// One event of the order.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestedEvent {
    /// Its position.
    pub position: usize,
    /// Customers who ever did it.
    pub customers: u64,
    /// The Borda score: the sum over the other events of the chance to come before it.
    pub score: f64,
    /// How it stands to the next event of the order; `None` for the last.
    pub next: Option<PairSeen>,
    /// Of those who did the last event of the order, who did this one.
    pub with_last: u64,
}

/// The order that the sightings suggest among `size` events. Events that nobody did are left out.
pub fn suggestion(sightings: &Sightings, size: usize) -> Suggestion {
    let patterns = || sightings.seen.iter().chain(&sightings.unseen);
    let count = |holds: &dyn Fn(StepSet) -> bool| -> u64 {
        patterns().filter(|(p, _)| holds(**p)).map(|(_, customers)| customers).sum()
    };
    let reach: Vec<u64> = (0..size).map(|i| count(&|p| p.has(i))).collect();
    // Nobody is before or after what nobody did: such an event adds a half to all scores alike.
    let absent = reach.iter().filter(|&&customers| customers == 0).count() as f64;
    let scores = precedence::borda(&sightings.pairs);
    let mut order = precedence::order(&scores, &reach);
    order.retain(|&i| reach.get(i).is_some_and(|&customers| customers > 0));
    let pair = |before: usize, after: usize| {
        let count = sightings.pairs.of(before, after);
        PairSeen { before, after, count, order: PairOrder::of(count) }
    };
    let events = order.iter().enumerate().map(|(place, &position)| SuggestedEvent {
        position,
        customers: reach[position],
        score: scores[position] - absent / 2.0,
        next: order.get(place + 1).map(|&next| pair(position, next)),
        with_last: order.last().map_or(0, |&last| count(&|p| p.has(position) && p.has(last))),
    });
    let pairs = order.iter().enumerate().flat_map(|(place, &before)| {
        order[place + 1..].iter().map(move |&after| pair(before, after))
    });
    let is_before = |a: usize, b: usize| pair(a, b).order == PairOrder::AsDeclared;
    let mut circles = precedence::circles(size, is_before);
    for circle in &mut circles {
        circle.sort_by_key(|member| order.iter().position(|position| position == member));
    }
    Suggestion {
        customers: count(&|p| !p.is_empty()),
        events: events.collect(),
        undetermined: pairs.filter(|pair| pair.order == PairOrder::Undetermined).collect(),
        circles,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::precedence::PairCount;

    fn sightings(patterns: &[(u32, u64)], pairs: &[(usize, usize, u64, u64)]) -> Sightings {
        let mut sightings = Sightings::new(&[0, 0, 0]);
        sightings.seen = patterns.iter().map(|(p, n)| (StepSet(*p), *n)).collect();
        for &(a, b, both, first) in pairs {
            sightings.pairs.add(a, b, PairCount { both, first, ..PairCount::default() });
        }
        sightings
    }

    #[test]
    fn the_order_has_its_evidence() {
        let seen = sightings(
            &[(0b010, 70), (0b110, 20), (0b111, 10), (0, 4)],
            &[(0, 1, 10, 0), (0, 2, 10, 1), (1, 2, 30, 30)],
        );
        let suggestion = suggestion(&seen, 3);
        assert_eq!(suggestion.customers, 100);
        let events: Vec<_> =
            suggestion.events.iter().map(|e| (e.position, e.customers, e.with_last)).collect();
        assert_eq!(events, [(1, 100, 10), (2, 30, 10), (0, 10, 10)]);
        assert_eq!(suggestion.events[0].next.unwrap().count.first, 30);
        assert_eq!(suggestion.events[2].next, None);
        assert!(suggestion.undetermined.is_empty() && suggestion.circles.is_empty());
    }

    #[test]
    fn doubts_are_told() {
        let seen = sightings(&[(0b111, 60)], &[(0, 1, 60, 50), (1, 2, 60, 45), (0, 2, 60, 15)]);
        assert_eq!(suggestion(&seen, 3).circles, [[0, 2, 1]]);
        let seen = sightings(&[(0b011, 60)], &[(0, 1, 60, 30)]);
        let suggestion = suggestion(&seen, 3);
        assert_eq!(suggestion.events.len(), 2);
        assert_eq!(suggestion.undetermined.len(), 1);
    }
}
