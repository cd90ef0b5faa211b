//! The order that the data suggest among events: by first occurrences, with what speaks for it.
//!
//! The events are the steps of a ladder to look with (`events`); what it saw gives the order
//! (`suggestion`), and the order a ladder to climb (`ladder_of`). Names decide only which events are looked
//! at, never their order.

use super::escalation::{PairOrder, PairSeen};
use crate::findings::Findings;
use crate::ladder::definition::{
    Condition, EventPattern, Ladder, NamePattern, Presence, Step, Window,
};
use crate::ladder::draft::{TARGET_DEFAULT, WINDOW_DEFAULT};
use crate::ladder::predicate::Predicate;
use crate::ladder::presets;
use crate::ladder::vocabulary::{self, Role};
use crate::sightings::Sightings;
use crate::stats::precedence;
use std::collections::{BTreeMap, BTreeSet};

/// At most so many events are ordered: they are the steps of a ladder.
pub const EVENTS_MOST: usize = 31;

/// The events of the data as the steps of a ladder to look with, and the names that have no room in it.
///
/// Names that mean the same are one event. Where there are too many, those of the shop's own way to the
/// order stay, then those with the most rows. With `is_step` only names that it holds for are taken.
///
/// # Panics
/// Never: every preset is read in a test.
pub fn events(
    findings: &Findings,
    is_step: impl Fn(Option<Role>) -> bool,
) -> (Ladder, Vec<String>) {
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    for event in findings.inputs.iter().flat_map(|input| &input.events) {
        let name = event.step.as_deref().unwrap_or(&event.name);
        *rows.entry(name).or_default() += event.rows;
        if name == "collection_viewed" {
            // Proved by the rows' other cells, never by a name.
            rows.entry("subcollection_viewed").or_default();
        }
    }
    let mut names: Vec<(&str, u64)> = rows
        .into_iter()
        .filter(|(name, _)| !name.trim().is_empty() && is_step(vocabulary::role(name)))
        .collect();
    names.sort_by_key(|&(name, rows)| (!is_on_the_way(name), std::cmp::Reverse(rows), name));
    let left_out = names.iter().skip(EVENTS_MOST).map(|(name, _)| (*name).to_owned()).collect();
    names.truncate(EVENTS_MOST);
    let plain = presets::preset("retail").expect("a test reads every preset");
    let ladder = Ladder {
        name: "Suggested".to_owned(),
        window: Window::None,
        steps: steps(names.iter().map(|(name, _)| *name)),
        ..plain
    };
    (ladder, left_out)
}

fn is_on_the_way(name: &str) -> bool {
    let role = vocabulary::role(name);
    matches!(role, Some(Role::Product | Role::Cart | Role::Checkout | Role::Order))
}

/// One step an event, named by its label or, where that is taken, by the event.
fn steps<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Step> {
    let mut taken = BTreeSet::new();
    names
        .map(|event| {
            let label = vocabulary::label(event).unwrap_or(event).trim().to_owned();
            let free = if taken.contains(&label) { format!("{label} ({event})") } else { label };
            taken.insert(free.clone());
            let names = vec![NamePattern::Exact(event.to_owned())];
            Step {
                name: free,
                condition: Condition {
                    event: EventPattern { names, not: false },
                    filter: Predicate::default(),
                },
                presence: Presence::Required,
                within: None,
                ask: None,
                target: TARGET_DEFAULT,
            }
        })
        .collect()
}

/// A ladder of the suggested order. The first and the last event are required; so are those that nearly
/// everybody who did the last one did. Others that most of them did are implied, the rest is optional.
pub fn ladder_of(suggestion: &Suggestion, looked: &Ladder) -> Ladder {
    let last = suggestion.events.len().saturating_sub(1);
    let finished = suggestion.events.last().map_or(0, |event| event.customers);
    let step = |(place, event): (usize, &SuggestedEvent)| {
        let share = event.with_last as f64 / finished.max(1) as f64;
        let presence = match () {
            () if place == 0 || place == last || share >= 0.9 => Presence::Required,
            () if share >= 0.5 => Presence::Implied,
            () => Presence::Optional,
        };
        Step { presence, ..looked.steps[event.position].clone() }
    };
    let steps = suggestion.events.iter().enumerate().map(step).collect();
    Ladder { window: WINDOW_DEFAULT, steps, ..looked.clone() }
}

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
    let reach: Vec<u64> = (0..size).map(|i| sightings.customers(|done| done.has(i))).collect();
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
        with_last: order
            .last()
            .map_or(0, |&last| sightings.customers(|done| done.has(position) && done.has(last))),
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
        customers: sightings.customers(|done| !done.is_empty()),
        events: events.collect(),
        undetermined: pairs.filter(|pair| pair.order == PairOrder::Undetermined).collect(),
        circles,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::StepSet;
    use crate::findings::{EventFinding, InputFinding};
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

    fn findings(names: &[(&str, u64)]) -> Findings {
        let events = names.iter().map(|(name, rows)| EventFinding {
            name: (*name).to_owned(),
            step: vocabulary::canonical(name).map(str::to_owned),
            rows: *rows,
        });
        let input = InputFinding { events: events.collect(), ..InputFinding::default() };
        Findings { inputs: vec![input], ..Findings::default() }
    }

    #[test]
    fn names_that_mean_the_same_are_one_event() {
        let found =
            findings(&[("zap", 9), ("purchase", 1), ("order_placed", 1), ("Order", 1), ("", 5)]);
        let (ladder, left_out) = events(&found, |_| true);
        let names: Vec<_> = ladder.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["Order", "zap"]);
        assert!(left_out.is_empty());
        assert_eq!(events(&found, |role| role.is_some()).0.steps.len(), 1);
    }

    #[test]
    fn too_many_names_keep_the_way_to_the_order() {
        let names: Vec<String> = (0..40).map(|n| format!("zap {n:02}")).collect();
        let mut names: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 9)).collect();
        names.push(("purchase", 1));
        let (ladder, left_out) = events(&findings(&names), |_| true);
        assert_eq!((ladder.steps.len(), left_out.len()), (EVENTS_MOST, 10));
        assert_eq!(ladder.steps[0].name, "Order");
        assert_eq!(left_out[0], "zap 30");
    }

    #[test]
    fn a_ladder_needs_what_nearly_everybody_did() {
        let seen = sightings(&[(0b111, 10), (0b011, 20)], &[(0, 1, 30, 30), (1, 2, 10, 10)]);
        let (looked, _) = events(&findings(&[("a", 3), ("b", 2), ("c", 1)]), |_| true);
        let ladder = ladder_of(&suggestion(&seen, 3), &looked);
        let presences: Vec<_> = ladder.steps.iter().map(|step| step.presence).collect();
        assert_eq!(presences, [Presence::Required; 3]);
        let seen =
            sightings(&[(0b111, 4), (0b101, 6)], &[(0, 1, 4, 4), (1, 2, 4, 4), (0, 2, 10, 9)]);
        let ladder = ladder_of(&suggestion(&seen, 3), &looked);
        assert_eq!(ladder.steps[1].presence, Presence::Optional);
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
