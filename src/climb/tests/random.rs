//! The matcher against its slow twin on random small ladders and journeys: the whole verdict.
//!
//! Times fall on few values and precisions mix, so that ties are the rule; touches often fit several
//! steps. One climber judges several journeys, so that memory of an earlier one would show.

use super::{ladder_of, step, touch};
use crate::climb::{Climber, reference};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Ladder, Presence, Window};
use crate::time::{Instant, Precision, SECOND, Span};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

pub(super) fn presence() -> impl Strategy<Value = Presence> {
    prop_oneof![
        2 => Just(Presence::Required),
        1 => Just(Presence::Optional),
        1 => Just(Presence::Implied)
    ]
}

fn ladders() -> impl Strategy<Value = Ladder> {
    let window = prop_oneof![
        1 => Just(Window::None),
        4 => (0..=10_i64).prop_map(|seconds| Window::FromEntry(Span::seconds(seconds)))
    ];
    (proptest::collection::vec(presence(), 0..=4), window).prop_map(|(middle, window)| {
        let ends = [Presence::Required];
        let steps = ends.into_iter().chain(middle).chain(ends);
        ladder_of(steps.map(|presence| step("", presence)).collect(), window)
    })
}

/// Which precisions and fractions of a second occur: one source, or several.
#[derive(Clone, Copy, Debug)]
enum Clock {
    Whole,
    Mixed,
    Coarse,
}

fn time(clock: Clock) -> BoxedStrategy<(i64, Precision)> {
    let whole = (0..=9_i64).prop_map(|second| (second * SECOND, Precision::Exact));
    let tenths = (0..=18_i64).prop_map(|half| (half * SECOND / 2, Precision::Exact));
    let second = (0..=9_i64).prop_map(|second| (second * SECOND, Precision::Second));
    let odd = (0..=30_i64).prop_map(|third| (third * SECOND / 3, Precision::Second));
    let minute = (-6..=9_i64).prop_map(|tens| (tens * 10 * SECOND, Precision::Minute));
    let hour = (-360..=0_i64).prop_map(|tens| (tens * 10 * SECOND, Precision::Hour));
    match clock {
        Clock::Whole => whole.boxed(),
        Clock::Mixed => prop_oneof![tenths, second].boxed(),
        Clock::Coarse => prop_oneof![tenths, second, odd, minute, hour].boxed(),
    }
}

/// Mostly one step; in some journeys often several.
fn steps(several: bool) -> BoxedStrategy<StepSet> {
    let one = (0..6_usize).prop_map(StepSet::only);
    let any = (0..64_u32).prop_map(StepSet);
    if several { prop_oneof![1 => one, 2 => any].boxed() } else { one.boxed() }
}

pub(super) fn journeys() -> impl Strategy<Value = Vec<Touch>> {
    let clock = prop_oneof![Just(Clock::Whole), Just(Clock::Mixed), Just(Clock::Coarse)];
    (clock, any::<bool>()).prop_flat_map(|(clock, several)| {
        let one = (time(clock), steps(several), 0..4_u32).prop_map(
            |((at, precision), steps, actions)| Touch {
                actions: StepSet(actions),
                ..touch(at, precision, steps)
            },
        );
        proptest::collection::vec(one, 0..=8).prop_map(|mut journey| {
            journey.sort_by_key(|touch| touch.at);
            journey
        })
    })
}

#[test]
fn the_matcher_and_its_twin_agree() {
    let config = Config { failure_persistence: None, ..Config::default() };
    let cases = config.cases.max(3000);
    let mut runner = TestRunner::new(Config { cases, ..config });
    let seen_until = (0..=20_i64).prop_map(|second| Instant(second * SECOND));
    let three = proptest::collection::vec(journeys(), 3);
    let case = (ladders(), three, seen_until);
    let compared = runner.run(&case, |(ladder, journeys, seen_until)| {
        let mut climber = Climber::new(&ladder).unwrap();
        for mut journey in journeys {
            let known = StepSet((1 << ladder.steps.len()) - 1);
            for touch in &mut journey {
                touch.steps = touch.steps.common(known);
            }
            let fast = climber.judge(&journey, seen_until);
            prop_assert_eq!(fast, reference::judge(&ladder, &journey, seen_until));
        }
        Ok(())
    });
    compared.unwrap();
}
