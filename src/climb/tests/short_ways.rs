//! The short ways against the long one: journeys that are judged without a search, and entries that are passed
//! over, must not change any verdict.
//!
//! Short journeys are held against the slow twin, long ones against the search, and the search against
//! itself from every entry. Each test counts how often every short way was taken, so that none of them
//! passes because it is never tried.

use super::policies;
use super::random::presence;
use super::{ladder_of, step, touch};
use crate::climb::attempt::{Attempt, Choice};
use crate::climb::entries::Entries;
use crate::climb::glance::Glance;
use crate::climb::swift::Swift;
use crate::climb::{Climber, reference};
use crate::event::{StepSet, Touch};
use crate::key::Key;
use crate::ladder::definition::{
    Ends, Entry, Exclusion, Ladder, Linkage, Presence, Reuse, Start, Window,
};
use crate::time::{Instant, Precision, SECOND, Span};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// How often something happened, by its name.
type Counts = RefCell<BTreeMap<String, u64>>;

fn count(counts: &Counts, name: impl Into<String>, number: u64) {
    *counts.borrow_mut().entry(name.into()).or_default() += number;
}

#[track_caller]
fn each_happened(counts: Counts, least: u64, names: &[&str]) {
    let counts = counts.into_inner();
    for name in names {
        let number = counts.get(*name).copied().unwrap_or_default();
        assert!(number >= least, "{name}: only {number} times of {counts:?}");
    }
}

/// Runs at least so many cases.
fn runner(cases: u32) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new(Config { cases: config.cases.max(cases), ..config })
}

/// Ladders under which a journey can be plain, with up to three steps between the ends.
fn plain_ladders() -> impl Strategy<Value = Ladder> {
    let window = prop_oneof![
        1 => Just(Window::None),
        1 => Just(Window::FromEntry(Span::seconds(200))),
        6 => (0..=16_i64).prop_map(|half| Window::FromEntry(Span(half * SECOND / 2))),
    ];
    let required = proptest::collection::vec(Just(Presence::Required), 0..=3);
    let mixed = proptest::collection::vec(presence(), 0..=3);
    let start = prop_oneof![2 => Just(Start::Earliest), 1 => Just(Start::Latest)];
    let reuse = prop_oneof![2 => Just(Reuse::Never), 1 => Just(Reuse::TwoSteps)];
    let excludes = proptest::bool::weighted(0.2);
    (prop_oneof![required, mixed], window, start, reuse, excludes).prop_map(
        |(middle, window, start, reuse, excludes)| {
            let ends = [Presence::Required];
            let steps = ends.into_iter().chain(middle).chain(ends);
            let plain = ladder_of(steps.map(|presence| step("", presence)).collect(), window);
            let condition = plain.steps[0].condition.clone();
            let before = plain.steps.len() - 1;
            let exclusion = Exclusion { condition, after: 0, before, ends: Ends::Attempt };
            let exclusions = if excludes { vec![exclusion] } else { Vec::new() };
            Ladder { start, reuse, exclusions, ..plain }
        },
    )
}

/// How journeys are drawn.
#[derive(Clone, Debug)]
struct Draw {
    length: RangeInclusive<usize>,
    /// By how many half seconds touches lie apart at most.
    apart: i64,
    /// Of a hundred touches, how many know no fractions of a second.
    coarse: u32,
}

/// Of a hundred touches, how many fit any one step, and how many any number of steps; all others are
/// entries.
const KINDS: [(u32, u32); 6] = [(50, 0), (30, 50), (50, 2), (1, 0), (5, 0), (5, 2)];

/// Those of [`KINDS`] with which much happens in a few touches.
const BUSY: usize = 3;

fn steps((one, any): (u32, u32)) -> impl Strategy<Value = StepSet> {
    (0..100_u32, 0..6_usize, 0..32_u32).prop_map(move |(draw, step, steps)| match draw {
        draw if draw < one => StepSet::only(step),
        draw if draw < one + any => StepSet(steps),
        _ => StepSet::only(0),
    })
}

/// One touch, and by how many half seconds it lies behind the one before.
fn one(draw: &Draw, kinds: (u32, u32)) -> impl Strategy<Value = (i64, Touch)> + use<> {
    let coarse = draw.coarse;
    let more = (0..4_u32, 0..40_u8, 0..3_u64);
    (0..=draw.apart, 0..100_u32, steps(kinds), more).prop_map(
        move |(after, draw, steps, (actions, excluded, held))| {
            let precision = if draw < coarse { Precision::Second } else { Precision::Exact };
            let (actions, held) = (StepSet(actions), Key(held));
            let exclusions = u8::from(excluded == 0);
            (after, Touch { held, actions, exclusions, ..touch(0, precision, steps) })
        },
    )
}

fn journeys(draw: Draw) -> impl Strategy<Value = Vec<Touch>> {
    let kinds = if *draw.length.end() < 10 { BUSY } else { KINDS.len() };
    prop::sample::select(KINDS[..kinds].to_vec()).prop_flat_map(move |kinds| {
        proptest::collection::vec(one(&draw, kinds), draw.length.clone()).prop_map(|touches| {
            let mut at = 0;
            let place = |(after, touch): (i64, Touch)| {
                at += after * SECOND / 2;
                Touch { at: Instant(at), ..touch }
            };
            touches.into_iter().map(place).collect()
        })
    })
}

/// A journey in which touches fit the ladder's steps only.
fn known(ladder: &Ladder, mut journey: Vec<Touch>) -> Vec<Touch> {
    let known = StepSet((1 << ladder.steps.len()) - 1);
    for touch in &mut journey {
        touch.steps = touch.steps.common(known);
    }
    journey
}

fn first_entry(climber: &Climber, journey: &[Touch]) -> Option<usize> {
    journey.iter().position(|touch| climber.terms.is_entry(touch))
}

/// What is chosen without a search, and which way was taken.
fn swift(climber: &Climber, journey: &[Touch]) -> Option<(Option<Choice>, &'static str)> {
    let (terms, glance, first) =
        (&climber.terms, &Glance::at(journey), first_entry(climber, journey)?);
    let choice = Swift { terms, journey, glance, first }.best();
    let covers = journey.last().is_some_and(|last| last.at <= terms.limit(journey[first].at));
    let way = match &choice {
        None if glance.is_exact() && glance.is_unbarred(terms) => "plain, but left to the search",
        None => "not plain",
        Some(_) if glance.steps.common(terms.sought()).is_empty() => "still",
        Some(choice) => match (choice.rung(), choice.observed.count()) {
            (0, 1) => "entry",
            (0, _) if covers => "entry that sees all",
            (0, _) => "entry that sees most",
            (rung, seen) if seen as usize == rung + 1 => "chain",
            _ => "conversion that sees steps",
        },
    };
    Some((choice, way))
}

const WAYS: [&str; 8] = [
    "plain, but left to the search",
    "not plain",
    "still",
    "entry",
    "entry that sees all",
    "entry that sees most",
    "chain",
    "conversion that sees steps",
];

#[test]
fn short_journeys_are_judged_as_the_twin_judges_them() {
    let ways = Counts::default();
    let seen_until = (0..=20_i64).prop_map(|second| Instant(second * SECOND));
    let two = proptest::collection::vec(journeys(Draw { length: 0..=9, apart: 2, coarse: 0 }), 2);
    let case = (plain_ladders(), two, seen_until);
    let compared = runner(300_000).run(&case, |(ladder, journeys, seen_until)| {
        let mut climber = Climber::new(&ladder).unwrap();
        for journey in journeys {
            let journey = known(&ladder, journey);
            let fast = climber.judge(&journey, seen_until);
            prop_assert_eq!(fast, reference::judge(&ladder, &journey, seen_until));
            if let Some((_, way)) = swift(&climber, &journey) {
                count(&ways, way, 1);
            }
        }
        Ok(())
    });
    compared.unwrap();
    each_happened(ways, 2500, &WAYS);
}

#[test]
fn long_journeys_end_the_same_way_without_a_search() {
    let ways = Counts::default();
    let journeys = prop_oneof![
        journeys(Draw { length: 20..=60, apart: 2, coarse: 0 }),
        journeys(Draw { length: 20..=400, apart: 9, coarse: 0 }),
        journeys(Draw { length: 20..=400, apart: 300, coarse: 1 }),
    ];
    let compared = runner(60_000).run(&(plain_ladders(), journeys), |(ladder, journey)| {
        let mut climber = Climber::new(&ladder).unwrap();
        let journey = known(&ladder, journey);
        let Some((choice, way)) = swift(&climber, &journey) else { return Ok(()) };
        count(&ways, way, 1);
        if choice.is_some() {
            climber.glance = Glance::at(&journey);
            let first = first_entry(&climber, &journey).unwrap();
            let searched = climber.search(&journey, first).unwrap();
            prop_assert!(!searched.merit.is_out());
            prop_assert_eq!(choice, Some(searched.choice), "{}", way);
        }
        Ok(())
    });
    compared.unwrap();
    each_happened(ways, 50, &WAYS);
}

#[test]
fn no_entry_that_is_passed_over_is_better() {
    let counts = Counts::default();
    let journeys = prop_oneof![
        journeys(Draw { length: 5..=30, apart: 1, coarse: 0 }),
        journeys(Draw { length: 5..=40, apart: 4, coarse: 20 }),
        journeys(Draw { length: 5..=40, apart: 4, coarse: 0 })
    ];
    let ladders = prop_oneof![policies::ladders(), plain_ladders()];
    let compared = runner(60_000).run(&(ladders, journeys), |(ladder, journey)| {
        let ladder = Ladder { entry: Entry::Longest, linkage: Linkage::Chain, ..ladder };
        let mut climber = Climber::new(&ladder).unwrap();
        let journey = known(&ladder, journey);
        let Some(first) = first_entry(&climber, &journey) else { return Ok(()) };
        climber.glance = Glance::at(&journey);
        let searched = climber.search(&journey, first);
        prop_assert_eq!(searched, best_of_all(&mut climber, &journey));
        for policy in policies_of(&ladder, &journey) {
            count(&counts, policy, passed_over(&climber, &journey));
        }
        Ok(())
    });
    compared.unwrap();
    let names = [
        "order Loose",
        "order Any",
        "Forgiving",
        "Sequence",
        "Strict",
        "Tolerance",
        "held",
        "excluded",
        "TwoSteps",
        "several precisions",
        "window",
    ];
    each_happened(counts, 2000, &names);
}

/// The best attempt, found by a search from every single entry.
fn best_of_all(climber: &mut Climber, journey: &[Touch]) -> Option<Attempt> {
    climber.prepare(journey);
    let entries = (0..journey.len()).filter(|&entry| climber.terms.is_entry(&journey[entry]));
    let entries: Vec<usize> = entries.collect();
    entries.into_iter().filter_map(|entry| climber.attempt_from(journey, entry, 0)).min()
}

/// How many entries are not looked at because of an earlier one.
fn passed_over(climber: &Climber, journey: &[Touch]) -> u64 {
    let mut entries = Entries::new(&climber.terms, journey, &Glance::at(journey));
    let mut passed = 0;
    for entry in journey.iter().filter(|touch| climber.terms.is_entry(touch)) {
        if entries.is_outdone(entry) {
            passed += 1;
        } else {
            entries.meet(entry);
        }
    }
    passed
}

/// What a journey is judged under, as far as it matters for passing over entries.
fn policies_of(ladder: &Ladder, journey: &[Touch]) -> Vec<String> {
    let ties = format!("{:?}", ladder.ties);
    let ties = ties.split('(').next().unwrap_or_default().to_owned();
    let coarse = journey.iter().filter(|touch| touch.precision != Precision::Exact).count();
    let excluded = journey.iter().any(|touch| touch.exclusions != 0);
    let named = [
        (ladder.hold.is_some(), "held"),
        (excluded && !ladder.exclusions.is_empty(), "excluded"),
        (ladder.reuse == Reuse::TwoSteps, "TwoSteps"),
        (0 < coarse && coarse < journey.len(), "several precisions"),
        (matches!(ladder.window, Window::FromEntry(_)), "window"),
    ];
    let named = named.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name.to_owned());
    named.chain([ties, format!("order {:?}", ladder.order)]).collect()
}
