//! Golden streams: what each tool counts, and what each policy means, by the depth that is reached.
//!
//! Times are in units of ten seconds, the window is ten units, so that tolerances of seconds are small.

use super::{journey, ladder};
use crate::climb::{Climber, Outcome, Verdict, reference};
use crate::event::Touch;
use crate::ladder::definition::{
    Condition, Count, Ends, Entry, EventPattern, Exclusion, Ladder, Order, Presence, Ties, Window,
};
use crate::ladder::predicate::Predicate;
use crate::ladder::rules::{Policy, Rules};
use crate::time::{Instant, SECOND, Span};
use std::collections::BTreeSet;

/// All verdicts of the matcher and its twin, which must agree; times in tens of seconds.
fn verdicts(ladder: &Ladder, stream: &str, seen_until: i64) -> (Vec<Touch>, Vec<Verdict>) {
    let mut journey = journey(ladder, stream);
    for touch in &mut journey {
        touch.at = Instant(touch.at.0 * 10);
    }
    let until = Instant(seen_until * 10 * SECOND);
    let mut fast = Vec::new();
    Climber::new(ladder).unwrap().judge_all(&journey, until, &mut fast);
    assert_eq!(fast, reference::judge_all(ladder, &journey, until), "{stream}");
    (journey, fast)
}

fn depth(ladder: &Ladder, stream: &str) -> u32 {
    verdicts(ladder, stream, 1000).1.first().map_or(0, |verdict| verdict.reached.count())
}

fn under(rules: &str, ladder: &Ladder) -> Ladder {
    let mut ladder = ladder.clone();
    Rules::parse(rules).unwrap().apply(&mut ladder, &BTreeSet::from([Policy::Window]));
    ladder
}

/// An exclusion of `X` between the first two steps.
fn excluding(ends: Ends, ladder: Ladder) -> Ladder {
    let event = EventPattern { names: Vec::new(), not: false };
    let condition = Condition { event, filter: Predicate::default() };
    Ladder { exclusions: vec![Exclusion { condition, after: 0, before: 1, ends }], ..ladder }
}

#[test]
fn tools_count_as_they_do() {
    for (stream, steps, expected) in [
        (
            "A1 A20 B22",
            "A B",
            "funnel 2 clickhouse 2 posthog 2 posthog:strict 2 clickhouse:strict_order 2 mixpanel 1 amplitude 2",
        ),
        (
            "A1 A5 B8 C14",
            "A B C",
            "funnel 3 clickhouse 3 posthog 3 posthog:strict 3 clickhouse:strict_order 3 mixpanel 2",
        ),
        ("A1 B8 C15", "A B C", "funnel 2 clickhouse 2 posthog 2 mixpanel 2"),
        ("B1 A1", "A B", "funnel 2 clickhouse 2 posthog 2 mixpanel 2 clickhouse:strict_increase 1"),
        ("C1 B1 A1", "A B C", "funnel 3 clickhouse 3 posthog 3"),
        (
            "A1 Z2 B3",
            "A B",
            "funnel 2 clickhouse 2 posthog 2 posthog:strict 1 clickhouse:strict_order 1 mixpanel 2 amplitude:exact 1",
        ),
        (
            "A1 Z2 A3 B4",
            "A B",
            "posthog:strict 2 clickhouse:strict_order 1 clickhouse:strict_order+allow_reentry 1 funnel 2",
        ),
        ("A1 A2 B2", "A B", "funnel 2 clickhouse 2 posthog 2 clickhouse:strict_order 2"),
        (
            "B1 A2",
            "A B",
            "funnel 1 clickhouse 1 posthog 1 mixpanel 1 posthog:unordered 2 amplitude:any 2 ga4 1 ga4:open 2 shopify 2",
        ),
        ("AB1", "A B", "funnel 1 clickhouse 2 posthog 1 clickhouse:strict_once 1"),
        ("A1 C2 B3", "A B C", "clickhouse:strict_order 1 clickhouse:strict_order+allow_reentry 2"),
        ("A1 B2 C3 B4 D5", "A B C D", "clickhouse:strict_deduplication 3 clickhouse 4"),
        ("A1 B2 A3 B4 C5", "A B C", "clickhouse:strict_order+allow_reentry+strict_deduplication 2"),
        ("B1 A1.1", "A B", "mixpanel 2 amplitude 1 funnel 1"),
    ] {
        let ladder = ladder(steps, "100s");
        let words: Vec<&str> = expected.split(' ').collect();
        for pair in words.chunks(2) {
            assert_eq!(
                depth(&under(pair[0], &ladder), stream).to_string(),
                pair[1],
                "{}: {stream}",
                pair[0]
            );
        }
    }
}

#[test]
fn policies_mean_what_they_say() {
    let plain = |steps| ladder(steps, "100s");
    let ties = |ties, steps| Ladder { ties, ..plain(steps) };
    let order = |order, steps| Ladder { order, ..plain(steps) };
    let window = |window, steps| Ladder { window, ..plain(steps) };
    let each = Window::Each(Span::seconds(300));
    for (ladder, stream, expected) in [
        (ties(Ties::Strict, "A B"), "A1 A2 B2", 2),
        (ties(Ties::Strict, "A B"), "A1 B1", 1),
        (ties(Ties::Sequence, "A B"), "B1 A1", 1),
        (ties(Ties::Tolerance(Span::seconds(2)), "A B"), "B1 A1.1", 2),
        (ties(Ties::Tolerance(Span::seconds(2)), "A B"), "B1 A1.2", 1),
        (order(Order::Adjacent, "A B"), "A1 Z2 A3 B4", 2),
        (order(Order::Adjacent, "A B"), "A1 Z2 B3", 1),
        // An optional step does not part its neighbours, and a tie parts nothing.
        (order(Order::Adjacent, "A O? B"), "A1 O2 B3", 3),
        (order(Order::Adjacent, "A B"), "A1 Z1 B3", 2),
        (order(Order::Any, "A B C"), "C1 A2 B3", 3),
        (order(Order::Any, "A B C"), "C1 A2 B12", 2),
        (order(Order::Any, "A B C"), "AB1 A2 BC3 A4", 3),
        (window(each, "A B C"), "A1 B2 B30 C33", 3),
        (window(each, "A B C"), "A1 B32 C33", 1),
        (window(Window::None, "A B"), "A1 B9000", 2),
        (window(Window::Session, "A B"), "A1 B400", 1),
        (window(Window::Session, "A B"), "A1 A400 B401", 2),
    ] {
        assert_eq!(depth(&ladder, stream), expected, "{stream}");
    }
}

#[test]
fn a_step_may_have_a_limit_of_its_own() {
    let mut ladder = ladder("A B I! C", "none");
    ladder.steps[3].within = Some(Span::seconds(50));
    // The limit runs from the previous required step: a later one is chosen if the first is too early.
    for (stream, expected) in
        [("A1 B2 C8", 2), ("A1 B2 B4 C8", 4), ("A1 B2 I5 C7", 4), ("A1 B2 C7", 4)]
    {
        assert_eq!(depth(&ladder, stream), expected, "{stream}");
    }
    assert_eq!(verdicts(&ladder, "A1 B2", 8).1[0].outcome, Outcome::Lost);
    assert_eq!(verdicts(&ladder, "A1 B2", 6).1[0].outcome, Outcome::Open);
}

#[test]
fn exclusions_end_attempts_or_journeys() {
    let attempt = excluding(Ends::Attempt, ladder("A B", "100s"));
    for (stream, expected) in
        [("A1 X2 A3 B4", 2), ("A1 X2 B3", 1), ("A1 X1 B3", 2), ("A1 X3 B3", 2)]
    {
        assert_eq!(depth(&attempt, stream), expected, "{stream}");
    }
    let journey = excluding(Ends::Journey, ladder("A B", "100s"));
    // Out: nothing gets further than the dirty attempt. A clean one that gets as far speaks for the rest.
    for (stream, expected) in [
        ("A1 X2 B3", 0),
        ("A1 X2", 0),
        ("A1 X12", 1),
        ("A1 X2 A3 B4", 2),
        ("A1 X2 A31", 1),
        ("A1 X2 B3 A4 B5", 0),
        ("A1 X2 B3 A40", 0),
    ] {
        assert_eq!(depth(&journey, stream), expected, "{stream}");
        assert_eq!(depth(&under("posthog", &attempt), stream), expected, "posthog: {stream}");
    }
    // What comes after the attempt cannot go on is not in it.
    let mut within = journey.clone();
    within.steps[1].within = Some(Span::seconds(100));
    assert_eq!((depth(&within, "A1 X12"), depth(&within, "A1 X10")), (1, 0));
    for (stream, expected) in [("A1 Z2 X3 B8", 1), ("A1 X2 B8", 0), ("A1 B2 X3", 2)] {
        assert_eq!(depth(&under("posthog:strict", &attempt), stream), expected, "{stream}");
    }
    // A later cart leaves the removal behind it.
    let mut ladder = excluding(Ends::Attempt, ladder("A B C", "100s"));
    (ladder.exclusions[0].after, ladder.exclusions[0].before) = (1, 2);
    assert_eq!(depth(&ladder, "A1 B2 X3 B4 C5"), 3);
    assert_eq!(verdicts(&ladder, "A1 B2 X3 C4", 5).1[0].outcome, Outcome::Lost);
}

#[test]
fn a_property_may_be_held_constant() {
    let ladder = Ladder { hold: Some("product".into()), ..ladder("A B", "100s") };
    for (stream, expected) in [("Ap1 Bq2", 1), ("Ap1 Aq2 Bp3", 2), ("Ap1 Aq2 Bq3", 2), ("A1 B2", 1)]
    {
        assert_eq!(depth(&ladder, stream), expected, "{stream}");
    }
}

#[test]
fn attempts_follow_each_other() {
    let plain = ladder("A B", "100s");
    let every = Ladder { entry: Entry::Every, count: Count::Attempt, ..plain.clone() };
    let count = |ladder: &Ladder, streams: &[&str]| {
        let all = streams.iter().flat_map(|stream| verdicts(ladder, stream, 1000).1);
        let all: Vec<Verdict> = all.collect();
        (all.len(), all.iter().filter(|verdict| verdict.outcome == Outcome::Converted).count())
    };
    let streams = ["A1 B2 A20 B21 A40", "A1", "A1 A30 B31"];
    assert_eq!(count(&plain, &streams), (3, 2));
    assert_eq!(count(&every, &streams), (6, 3));
    assert_eq!(count(&Ladder { entry: Entry::First, ..plain }, &streams), (3, 1));
    assert_eq!(count(&excluding(Ends::Attempt, every), &["A1 X2 A3 B4"]), (2, 1));
}

#[test]
fn times_of_zero_seconds_may_be_no_times() {
    let ladder = under("posthog", &ladder("A B", "100s"));
    let mut tally = crate::tally::Tally::new(2, 0);
    for stream in ["A1 B1", "A1 A3 B4"] {
        let (journey, verdicts) = verdicts(&ladder, stream, 1000);
        verdicts[0].add_to(&mut tally, &journey);
    }
    // From the latest entry, and without the tie.
    assert_eq!(tally.steps[1].from_previous.sorted(), [Span::seconds(10)]);
    assert!(ladder.steps.iter().all(|step| step.presence == Presence::Required));
}
