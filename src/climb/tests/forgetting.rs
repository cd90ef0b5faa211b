//! Journeys that forget while they go on, against the same journeys kept whole: the verdict is the same.

use super::random::presence;
use super::{ladder_of, step, touch};
use crate::climb::{Climber, Role, Verdict};
use crate::event::{RowRef, StepSet, Touch};
use crate::ladder::definition::{Ladder, Presence, Reuse, Ties, Window};
use crate::time::{Instant, Precision, SECOND, Span};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn ladders() -> impl Strategy<Value = Ladder> {
    let span = || (0..=10_i64).prop_map(Span::seconds);
    let window = prop_oneof![1 => Just(Window::None), 5 => span().prop_map(Window::FromEntry)];
    let ties = prop_oneof![
        3 => Just(Ties::Forgiving),
        1 => Just(Ties::Sequence),
        1 => Just(Ties::Strict)
    ];
    let reuse = prop_oneof![Just(Reuse::Never), Just(Reuse::TwoSteps)];
    let middle = proptest::collection::vec(presence(), 0..=3);
    (middle, window, ties, reuse).prop_map(|(middle, window, ties, reuse)| {
        let ends = [Presence::Required];
        let steps = ends.into_iter().chain(middle).chain(ends);
        let ladder = ladder_of(steps.map(|presence| step("", presence)).collect(), window);
        Ladder { ties, reuse, ..ladder }
    })
}

/// Mostly entries, as in a log; in some journeys touches fit several steps, and in half of them there are no actions.
fn journeys() -> impl Strategy<Value = Vec<Touch>> {
    (any::<bool>(), prop_oneof![1_u32..=1, 4_u32..=4]).prop_flat_map(|(several, actions)| {
        let one = prop_oneof![3 => Just(0), 3 => 1..5_usize].prop_map(StepSet::only);
        let any = (0..32_u32).prop_map(StepSet);
        let steps = if several { prop_oneof![2 => one, 1 => any].boxed() } else { one.boxed() };
        let touches = (0..=40_i64, steps, 0..actions);
        proptest::collection::vec(touches, 0..=14).prop_map(|mut touches| {
            touches.sort_by_key(|(at, ..)| *at);
            let touches = (0..).zip(touches).map(|(row, (half, steps, actions))| Touch {
                row: RowRef::new(0, row, row),
                actions: StepSet(actions),
                ..touch(half * SECOND / 2, Precision::Exact, steps)
            });
            touches.collect()
        })
    })
}

/// What a touch is, as the engine has it.
fn role(climber: &Climber, touch: &Touch) -> Role {
    if touch.precision != Precision::Exact {
        Role::Vague
    } else if touch.actions.is_empty() && climber.is_only_entry(touch.steps, touch.precision) {
        Role::Entry
    } else {
        Role::Other
    }
}

/// The journey, thinned before each of its touches from the places in `cuts` on; says how many were left out by their
/// times alone, and how many forgotten after that.
fn thinned(
    climber: &mut Climber,
    journey: &[Touch],
    cuts: &[bool],
    end: Instant,
) -> (Vec<Touch>, [usize; 2]) {
    let mut kept: Vec<Touch> = Vec::new();
    let (mut left_out, mut forgotten) = (0, 0);
    for (touch, cut) in journey.iter().zip(cuts) {
        if *cut {
            let before = kept.len();
            let see = |touch: &Touch| (touch.at, role(climber, touch));
            let left = climber.leave_out_entries(&mut kept, touch.at, see);
            kept.truncate(left);
            left_out += before - left;
            let mut needed: Vec<bool> = kept.iter().map(|t| !t.actions.is_empty()).collect();
            mark(climber, &kept, (touch.at, end), &mut needed);
            forgotten += needed.iter().filter(|needed| !**needed).count();
            let mut needed = needed.into_iter();
            kept.retain(|_| needed.next().unwrap());
        }
        kept.push(*touch);
    }
    (kept, [left_out, forgotten])
}

/// Marks what is needed in one of the two ways.
fn mark(climber: &mut Climber, kept: &[Touch], moments: (Instant, Instant), needed: &mut [bool]) {
    if !kept.iter().all(|touch| climber.is_only_entry(touch.steps, touch.precision)) {
        climber.mark_needed(kept, moments, needed);
        return;
    }
    let mut first = Instant::MAX;
    // From both ends in turn, for entries may come in any order.
    let count = kept.len();
    let places =
        (0..count).map(|place| if place % 2 == 0 { place / 2 } else { count - 1 - place / 2 });
    for place in places {
        needed[place] |= climber.needs_entry(kept[place].at, moments.0, &mut first);
    }
}

/// A verdict without what the place of a touch in its journey decides: rows instead of positions.
fn by_row(verdict: Option<Verdict>, journey: &[Touch]) -> impl PartialEq + std::fmt::Debug {
    verdict.map(|verdict| {
        let row = |touch: usize| journey[touch].row;
        let links = verdict.chain.links();
        let chain: Vec<_> = links.map(|(step, touch)| (step, row(touch))).collect();
        let entry = row(verdict.entry);
        (chain, entry, Verdict { chain: std::iter::empty().collect(), entry: 0, ..verdict })
    })
}

#[test]
fn a_journey_that_forgets_gets_the_same_verdict() {
    let config = Config { failure_persistence: None, ..Config::default() };
    let cases = config.cases.max(30_000);
    let mut runner = TestRunner::new(Config { cases, ..config });
    let cuts = proptest::collection::vec(prop::bool::weighted(0.3), 14);
    let later = (0..=12_i64).prop_map(Span::seconds);
    let [left_out, forgotten] = [0; 2].map(std::cell::Cell::new);
    let compared =
        runner.run(&(ladders(), journeys(), cuts, later), |(ladder, mut journey, cuts, later)| {
            let mut climber = Climber::new(&ladder).unwrap();
            prop_assert!(climber.may_forget());
            let known = StepSet((1 << ladder.steps.len()) - 1);
            for touch in &mut journey {
                touch.steps = touch.steps.common(known);
            }
            let end = journey.last().map_or(Instant(0), |last| last.at.plus(later));
            let (short, gone) = thinned(&mut climber, &journey, &cuts, end);
            left_out.set(left_out.get() + gone[0]);
            forgotten.set(forgotten.get() + gone[1]);
            let whole = by_row(climber.judge(&journey, end), &journey);
            prop_assert_eq!(by_row(climber.judge(&short, end), &short), whole);
            Ok(())
        });
    compared.unwrap();
    for (gone, how, least) in [(left_out, "left out", 3_000), (forgotten, "forgotten", 15_000)] {
        assert!(gone.get() > least, "only {} touches were {how}", gone.get());
    }
}
