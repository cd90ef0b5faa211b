//! Journeys of robots and test accounts must not hang the program; unknown policies must not be ignored.

use super::{ladder, touch};
use crate::climb::{Climber, Outcome, Verdict};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{
    Count, Ends, Entry, Exclusion, Halt, Ladder, Order, Reuse, Start, Ties, Window,
};
use crate::time::{Instant, Precision, SECOND, Span};

fn judge(ladder: &Ladder, journey: &[Touch]) -> Verdict {
    Climber::new(ladder).unwrap().judge(journey, Instant::MAX).unwrap()
}

#[test]
fn a_journey_may_consist_of_entries() {
    let ladder = ladder("A O? B I! C J! D", "1h");
    let mut journey: Vec<Touch> = (0..300_000)
        .map(|second| touch(second * SECOND, Precision::Exact, StepSet::only(0)))
        .collect();
    assert_eq!(judge(&ladder, &journey).entry, 0);
    for (touch, step) in [(200_000, 1), (200_500, 2), (200_600, 3), (200_700, 4), (203_000, 6)] {
        journey[touch].steps.add(step);
    }
    let verdict = judge(&ladder, &journey);
    assert_eq!(verdict.outcome, Outcome::Converted);
    assert_eq!(verdict.entry, 199_400);
    assert_eq!(verdict.observed, StepSet(0b101_1111));
}

#[test]
fn an_instant_may_have_a_hundred_thousand_events() {
    let ladder = ladder("A B O? C D E F", "1h");
    let sets = [0b1, 0b10, 0b1011, 0b10011, 0b11_1010, 0b101_0001, 0b111_1011, 0b100];
    for precision in [Precision::Exact, Precision::Second, Precision::Day] {
        let journey: Vec<Touch> = sets
            .iter()
            .cycle()
            .take(100_000)
            .map(|&steps| touch(SECOND, precision, StepSet(steps)))
            .collect();
        assert_eq!(judge(&ladder, &journey).outcome, Outcome::Converted);
    }
}

#[test]
fn a_rung_that_nobody_can_serve_does_not_make_the_search_endless() {
    let ladder = ladder("A B C D E F G H I J", "1h");
    // Rungs 8 and 9 fit the same single touch; the others fit every number of touches in every way.
    let mixed = |n: i64| StepSet(u32::try_from(n * 37 % 256).unwrap());
    let mut journey: Vec<Touch> =
        (0..1000).map(|n| touch(n / 250 * SECOND, Precision::Second, mixed(n))).collect();
    journey.push(touch(5 * SECOND, Precision::Second, StepSet(0b11_0000_0000)));
    let verdict = judge(&ladder, &journey);
    assert_eq!(verdict.furthest, 8);
}

#[test]
fn coarse_and_exact_times_of_long_journeys_mix() {
    let ladder = ladder("A B O? C", "90d");
    let journey: Vec<Touch> = (0..100_000)
        .map(|n| {
            let day = Precision::Day;
            let precision = if n % 3 == 0 { day } else { Precision::Exact };
            let unit = if n % 3 == 0 { day.unit().0 } else { SECOND };
            let at = n * 60 * SECOND / unit * unit;
            touch(at, precision, StepSet([0b11, 0b1010, 0b111][usize::try_from(n % 3).unwrap()]))
        })
        .collect();
    let mut journey = journey;
    journey.sort_by_key(|touch| touch.at);
    assert_eq!(judge(&ladder, &journey).outcome, Outcome::Converted);
}

#[test]
fn what_has_no_meaning_is_refused_by_name() {
    let plain = || ladder("A B C", "1h");
    let each = Window::Each(Span::seconds(1));
    let mut within = Ladder { order: Order::Any, ..plain() };
    within.steps[1].within = Some(Span::seconds(1));
    let exclusion = |after, before| Exclusion {
        condition: plain().steps[0].condition.clone(),
        after,
        before,
        ends: Ends::Attempt,
    };
    for (ladder, expected) in [
        (
            Ladder { order: Order::Any, window: each, ..plain() },
            "window = { each = … } needs an order: in any order no step has a previous one",
        ),
        (within, "within needs an order: in any order no step has a previous one"),
        (Ladder { open: true, ..plain() }, "an open ladder has totals, but no journeys to match"),
        (
            Ladder { exclusions: vec![exclusion(1, 1)], ..plain() },
            "[[exclude]]: `after` must name an earlier step than `before`",
        ),
        (
            Ladder { exclusions: vec![exclusion(0, 1); 9], ..plain() },
            "a ladder has at most 8 exclusions",
        ),
        (ladder("A", "1h"), "a ladder has 2 to 32 steps, not 1"),
        (
            ladder("A B!", "1h"),
            "presence: the first and the last step of a ladder must be required",
        ),
    ] {
        assert_eq!(Climber::new(&ladder).unwrap_err().to_string(), expected);
    }
    assert!(Climber::new(&plain()).is_ok());
}

/// Policies under which an event that comes first need not be the best.
fn restless() -> Vec<(&'static str, Ladder)> {
    let plain = || ladder("A B O? C D", "1h");
    let mut within = ladder("A B O? C D", "none");
    for step in &mut within.steps {
        step.within = Some(Span::seconds(600));
    }
    let exclusion = Exclusion {
        condition: plain().steps[0].condition.clone(),
        after: 1,
        before: 3,
        ends: Ends::Attempt,
    };
    let journey = Exclusion { ends: Ends::Journey, ..exclusion.clone() };
    vec![
        ("within", within),
        ("each", Ladder { window: Window::Each(Span::seconds(600)), ..plain() }),
        ("adjacent", Ladder { order: Order::Adjacent, ..plain() }),
        ("any", Ladder { order: Order::Any, ..plain() }),
        ("exclusion", Ladder { exclusions: vec![exclusion], ..plain() }),
        ("exclusion of journeys", Ladder { exclusions: vec![journey], ..plain() }),
        ("hold", Ladder { hold: Some("product".into()), ..plain() }),
        ("strict", Ladder { ties: Ties::Strict, ..plain() }),
        ("sequence", Ladder { ties: Ties::Sequence, ..plain() }),
        ("tolerance", Ladder { ties: Ties::Tolerance(Span::seconds(60)), ..plain() }),
        ("latest", Ladder { start: Start::Latest, ..plain() }),
        ("every", Ladder { entry: Entry::Every, count: Count::Attempt, ..plain() }),
        ("session", Ladder { window: Window::Session, ..plain() }),
        ("halts", Ladder { halt: Halt { foreign: true, early: true, repeat: false }, ..plain() }),
        ("two steps", Ladder { reuse: Reuse::TwoSteps, ..plain() }),
    ]
}

/// A robot: events of all kinds but the last, every ten seconds, for some days.
fn robot(length: i64, sets: &[u32]) -> Vec<Touch> {
    let mut journey: Vec<Touch> = (0..length)
        .map(|n| {
            let number = usize::try_from(n).unwrap();
            let mut one =
                touch(n * 10 * SECOND, Precision::Exact, StepSet(sets[number % sets.len()]));
            one.held = crate::key::Key(u64::try_from(n % 1000).unwrap());
            one.exclusions = u8::from(n % 97 == 0 || sets[number % sets.len()] == 0);
            one
        })
        .collect();
    journey.push(touch(length * 10 * SECOND, Precision::Exact, StepSet(0b10000)));
    journey
}

#[test]
fn long_journeys_under_every_policy() {
    let kinds: [&[u32]; 5] = [
        &[0b1, 0b10, 0b100, 0b1000],
        &[0b1, 0b11, 0b1010, 0b110],
        &[0b1, 0b1, 0b10],
        &[0b1, 0b10, 0b11, 0b10, 0b11],
        // Between the second step and the third there is always an exclusion.
        &[0b1, 0b10, 0, 0b1000],
    ];
    for (name, ladder) in restless() {
        for (kind, sets) in kinds.iter().enumerate() {
            let journey = robot(5_000, sets);
            let mut verdicts = Vec::new();
            let mut climber = Climber::new(&ladder).unwrap();
            climber.judge_all(&journey, Instant::MAX, &mut verdicts);
            let is_out = kind == 4 && name == "exclusion of journeys";
            assert_eq!(verdicts.is_empty(), is_out, "{name} {sets:?}");
        }
    }
}
