//! All policies together: the matcher against its slow twin on random small ladders and journeys.
//!
//! Each case mixes a few policies with all the defaults; values, visits and exclusions are few, so
//! that they meet.

use super::random::{journeys, presence};
use super::{ladder_of, step};
use crate::climb::{Climber, Verdict, reference};
use crate::event::{StepSet, Touch, mark};
use crate::key::Key;
use crate::ladder::definition::{
    Between, Count, Ends, Entry, Exclusion, Halt, Ladder, Linkage, Order, Presence, Reuse, Start,
    Ties, Times, Window,
};
use crate::time::{Instant, SECOND, Span};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;

fn seconds(most: i64) -> impl Strategy<Value = Span> {
    (0..=2 * most).prop_map(|half| Span(half * SECOND / 2))
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        2 => Just(Window::None),
        4 => seconds(8).prop_map(Window::FromEntry),
        2 => seconds(4).prop_map(Window::Each),
        2 => Just(Window::Session),
    ]
}

fn ties() -> impl Strategy<Value = Ties> {
    prop_oneof![
        4 => Just(Ties::Forgiving),
        2 => Just(Ties::Sequence),
        2 => Just(Ties::Strict),
        2 => seconds(3).prop_map(Ties::Tolerance),
    ]
}

/// Which attempts count, of what, from where.
fn counting() -> impl Strategy<Value = (Order, Entry, Start, Reuse, Between)> {
    (
        prop_oneof![3 => Just(Order::Loose), 2 => Just(Order::Adjacent), 1 => Just(Order::Any)],
        prop_oneof![3 => Just(Entry::Longest), 1 => Just(Entry::First), 2 => Just(Entry::Every)],
        prop_oneof![2 => Just(Start::Earliest), 1 => Just(Start::Latest)],
        prop_oneof![3 => Just(Reuse::Never), 1 => Just(Reuse::TwoSteps)],
        prop_oneof![3 => Just(Between::Nothing), 1 => Just(Between::Repeats)],
    )
}

/// Middle steps with their limits.
fn middle() -> impl Strategy<Value = Vec<(Presence, Option<Span>)>> {
    let within = proptest::option::weighted(0.2, seconds(4));
    proptest::collection::vec((presence(), within), 0..=3)
}

/// Exclusions as (after, length, whether it ends the journey).
fn exclusions() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    let one = (0..4_usize, 1..4_usize, proptest::bool::weighted(0.4));
    prop_oneof![1 => Just(Vec::new()), 1 => proptest::collection::vec(one, 1..=2)]
}

/// Halts and linkage: rules of other tools, rarely drawn together with the rest.
fn oddities() -> impl Strategy<Value = (Halt, Linkage)> {
    let halts =
        any::<[bool; 3]>().prop_map(|[foreign, early, repeat]| Halt { foreign, early, repeat });
    prop_oneof![
        8 => Just((Halt::default(), Linkage::Chain)),
        1 => Just((Halt::default(), Linkage::Apart)),
        2 => halts.prop_map(|halts| (halts, Linkage::Chain)),
    ]
}

pub(super) fn ladders() -> impl Strategy<Value = Ladder> {
    let last = proptest::option::weighted(0.2, seconds(4));
    let rules = (windows(), ties(), counting(), oddities());
    let parts = (middle(), last, exclusions(), proptest::bool::weighted(0.25));
    (rules, parts).prop_map(|((window, ties, counting, oddities), parts)| {
        let (order, entry, start, reuse, between) = counting;
        let (middle, last, exclusions, holds) = parts;
        let (halt, linkage) = oddities;
        let mut steps = vec![step("", Presence::Required)];
        for (presence, within) in middle {
            // Tools that halt know no optional steps.
            let presence = if halt == Halt::default() { presence } else { Presence::Required };
            steps.push(crate::ladder::definition::Step { within, ..step("", presence) });
        }
        steps
            .push(crate::ladder::definition::Step { within: last, ..step("", Presence::Required) });
        if order == Order::Any {
            for step in &mut steps {
                step.within = None;
            }
        }
        let window = match (order, window) {
            (Order::Any, Window::Each(span)) => Window::FromEntry(span),
            (_, window) => window,
        };
        let exclusions = excluded(&exclusions, &steps, order);
        let hold = holds.then(|| "product".to_owned());
        let counts = if entry == Entry::Every { Count::Attempt } else { Count::Customer };
        let plain = ladder_of(steps, window);
        Ladder {
            order,
            between,
            entry,
            start,
            ties,
            reuse,
            halt,
            linkage,
            exclusions,
            hold,
            count: counts,
            times: Times::AboveZero,
            ..plain
        }
    })
}

fn excluded(
    drawn: &[(usize, usize, bool)],
    steps: &[crate::ladder::definition::Step],
    order: Order,
) -> Vec<Exclusion> {
    let one = |&(after, length, ends_journey): &(usize, usize, bool)| {
        // Progress is undone only where steps come in any order, and only from the entry on.
        let undoes = order == Order::Any && length < 3;
        let after = if undoes { 0 } else { after.min(steps.len() - 2) };
        let before = (after + length).min(steps.len() - 1);
        let ends = match (undoes, ends_journey) {
            (true, _) => Ends::Progress,
            (false, true) => Ends::Journey,
            (false, false) => Ends::Attempt,
        };
        Exclusion { condition: steps[0].condition.clone(), after, before, ends }
    };
    drawn.iter().map(one).collect()
}

/// Journeys whose touches hold values, belong to visits and meet exclusions.
fn rich_journeys() -> impl Strategy<Value = Vec<Touch>> {
    let more = (0..4_u64, 0..3_u64, 0..6_u8, 0..10_u8);
    (journeys(), proptest::collection::vec(more, 8)).prop_map(|(mut journey, more)| {
        for (touch, (held, visit, exclusions, marks)) in journey.iter_mut().zip(more) {
            touch.held = Key(held.saturating_sub(1));
            touch.visit = Key(visit);
            touch.exclusions = if exclusions < 4 { exclusions } else { 0 };
            touch.marks = match marks {
                0 => mark::FURTHER | mark::LOG,
                1 => mark::ORDER,
                2 => mark::LOG | mark::SESSION,
                _ => mark::LOG,
            };
        }
        journey
    })
}

/// Judges a journey with the matcher and its twin: all verdicts, and the one.
fn judged(
    climber: &mut Climber,
    ladder: &Ladder,
    journey: &[Touch],
    (until, begins_before): (Instant, Instant),
) -> [Vec<Verdict>; 2] {
    let mut fast = Vec::new();
    climber.judge_all(journey, until, &mut fast);
    assert_eq!(climber.judge(journey, until), fast.first().copied());
    [fast, reference::judge_before(ladder, journey, until, begins_before)]
}

#[test]
fn under_all_policies_the_matcher_and_its_twin_agree() {
    let config = Config { failure_persistence: None, ..Config::default() };
    let cases = config.cases.max(CASES);
    let seen = RefCell::new(BTreeMap::new());
    let mut runner = TestRunner::new(Config { cases, ..config });
    let seen_until = (0..=20_i64).prop_map(|second| Instant(second * SECOND));
    let scale = prop_oneof![2 => Just(1_i64), 1 => Just(400)];
    let two = proptest::collection::vec(rich_journeys(), 2);
    let last = prop_oneof![4 => Just(i64::MAX), 1 => 0..=9_i64];
    let case = (ladders(), two, seen_until, (scale, last));
    let compared = runner.run(&case, |(ladder, journeys, seen_until, (scale, last))| {
        // Sessions need times that are far apart.
        let scale = if ladder.window == Window::Session { scale } else { 1 };
        let begins_before = Instant(last.saturating_mul(SECOND * scale));
        let mut climber = Climber::new(&ladder).unwrap().beginning_before(begins_before);
        for mut journey in journeys {
            let known = StepSet((1 << ladder.steps.len()) - 1);
            for touch in &mut journey {
                touch.steps = touch.steps.common(known);
                touch.at = Instant(touch.at.0 * scale);
            }
            let moments = (seen_until, begins_before);
            let [fast, slow] = judged(&mut climber, &ladder, &journey, moments);
            prop_assert_eq!(fast, slow);
            count_policies(&ladder, &mut seen.borrow_mut());
        }
        Ok(())
    });
    compared.unwrap();
    for (policy, journeys) in seen.into_inner() {
        assert!(journeys >= JOURNEYS, "{policy}: only {journeys} journeys");
    }
}

/// Random ladders in each run; two journeys are held against each.
const CASES: u32 = 700_000;

/// Journeys that every policy is tried on at least.
const JOURNEYS: u64 = 100_000;

/// Counts a journey for each policy of its ladder.
fn count_policies(ladder: &Ladder, seen: &mut BTreeMap<String, u64>) {
    let window = match ladder.window {
        Window::FromEntry(_) => "from entry",
        Window::None => "none",
        Window::Session => "session",
        Window::Each(_) => "each",
    };
    let ties = match ladder.ties {
        Ties::Tolerance(_) => "tolerance".to_owned(),
        Ties::Forgiving | Ties::Sequence | Ties::Strict => format!("{:?}", ladder.ties),
    };
    let policies = [
        format!("order {:?}", ladder.order),
        format!("between {:?}", ladder.between),
        format!("window {window}"),
        format!("entry {:?}", ladder.entry),
        format!("start {:?}", ladder.start),
        format!("ties {ties}"),
        format!("reuse {:?}", ladder.reuse),
        format!("linkage {:?}", ladder.linkage),
        format!("hold {}", ladder.hold.is_some()),
        format!("within {}", ladder.steps.iter().any(|step| step.within.is_some())),
        format!("halt {}", ladder.halt != Halt::default()),
    ];
    let ends = ladder.exclusions.iter().map(|exclusion| format!("ends {:?}", exclusion.ends));
    for policy in policies.into_iter().chain(ends) {
        *seen.entry(policy).or_default() += 1;
    }
}
