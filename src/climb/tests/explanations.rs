//! Why journeys stop: the reason, the touch that shows it, and by how much.

use super::{journey, ladder};
use crate::climb::Climber;
use crate::event::StepSet;
use crate::ladder::definition::{
    Condition, Ends, EventPattern, Exclusion, Ladder, Order, Ties, Window,
};
use crate::ladder::predicate::Predicate;
use crate::time::{Instant, Span};

fn excluding(ends: Ends, ladder: Ladder) -> Ladder {
    let event = EventPattern { names: Vec::new(), not: false };
    let condition = Condition { event, filter: Predicate::default() };
    Ladder { exclusions: vec![Exclusion { condition, after: 1, before: 2, ends }], ..ladder }
}

/// `2 window #3 7s`: the step, the reason, the touch and by how much.
fn explained(ladder: &Ladder, words: &str, named: &[StepSet]) -> String {
    let journey = journey(ladder, words);
    let mut climber = Climber::new(ladder).unwrap();
    let verdict = climber.judge(&journey, Instant::MAX);
    let Some(stop) = climber.explain(&journey, verdict.as_ref(), named) else {
        return "converted".to_owned();
    };
    let touch = stop.touch.map(|touch| format!(" #{touch}")).unwrap_or_default();
    let by = stop.by.map(|by| format!(" {by}")).unwrap_or_default();
    format!("{} {}{touch}{by}", stop.step, stop.why.name())
}

#[test]
fn each_policy_is_named() {
    let plain = |steps| ladder(steps, "10s");
    let mut within = ladder("A B C", "none");
    within.steps[2].within = Some(Span::seconds(3));
    let held = Ladder { hold: Some("product".into()), ..plain("A B") };
    let adjacent = Ladder { order: Order::Adjacent, ..plain("A B") };
    let session = Ladder { window: Window::Session, ..plain("A B") };
    let each = Ladder { window: Window::Each(Span::seconds(5)), ..plain("A B") };
    let strict = Ladder { ties: Ties::Strict, ..plain("A B") };
    let any = Ladder { order: Order::Any, ..plain("A B C") };
    for (ladder, words, expected) in [
        (plain("A B C"), "A1 B2 C3", "converted"),
        (plain("A B C"), "A1", "1 never"),
        (plain("A B C"), "B1 A2", "1 before #0 1s"),
        (plain("A B C"), "A1 B30", "1 window #1 19s"),
        (plain("A O? B"), "A1 O2", "2 never"),
        (plain("A B"), "AB1", "1 taken #0"),
        (plain("A B"), "B1", "0 never"),
        (strict, "A1 B1", "1 before #1 0s"),
        (within, "A1 B2 C9", "2 within #2 4s"),
        (each, "A1 B9", "1 window #1 3s"),
        (session, "A1 B4000", "1 window #1 3999s"),
        (held.clone(), "Ap1 Bq2", "1 held #1"),
        (held, "Ap1 Bp30", "1 window #1 19s"),
        (adjacent, "A1 Z2 B3", "1 adjacent #1"),
        (any.clone(), "C1 A2", "1 never"),
        (any, "C1 A2 B30", "1 window #2 19s"),
        (excluding(Ends::Attempt, plain("A B C")), "A1 B2 X3 C4", "2 excluded #2"),
        (excluding(Ends::Attempt, plain("A B C")), "A1 B2 X3", "2 never"),
        (excluding(Ends::Journey, plain("A B C")), "A1 B2 X3 C4", "0 excluded #2"),
    ] {
        assert_eq!(explained(&ladder, words, &[]), expected, "{words}");
    }
}

#[test]
fn events_that_fail_the_conditions_are_a_reason() {
    let ladder = ladder("A B", "10s");
    let b = StepSet::only(1);
    let none = StepSet::EMPTY;
    assert_eq!(explained(&ladder, "A1 Z2", &[StepSet::only(0), b]), "1 filtered #1");
    assert_eq!(explained(&ladder, "B1 A2 Z3", &[b, none, b]), "1 filtered #2");
    assert_eq!(explained(&ladder, "Z1", &[StepSet::only(0)]), "0 filtered #0");
}

#[test]
fn what_halts_the_search_leaves_the_rest_unread() {
    let mut ladder = ladder("A B", "10s");
    ladder.halt.foreign = true;
    assert_eq!(explained(&ladder, "A1 Z2 B3", &[]), "1 unread #2");
}
