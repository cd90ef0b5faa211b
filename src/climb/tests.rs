//! The meaning, case by case; the random comparison with the slow twin is in `random`, what is judged without
//! a search in `short_ways`, long journeys and what is refused in `limits`, the way into the counts in
//! `counting`.
//!
//! A ladder is written `A O? I! E` (`?` optional, `!` implied); a journey is written `A1 OE2.5 E3s`:
//! the steps that a touch fits, its time in seconds and its precision (`s` second, `m` minute, `d`
//! day, none exact). `x` and `y` are secondary actions, `X` is excluded, `Z` is foreign; `p` and `q` are
//! values of the property that is held.

mod counting;
mod explanations;
mod forgetting;
mod golden;
mod limits;
mod policies;
mod random;
mod short_ways;

use super::{Climber, Outcome, Verdict, reference};
use crate::event::{RowRef, StepSet, Touch, mark};
use crate::key::Key;
use crate::ladder::definition::{
    Attribution, Between, Condition, Count, Entry, EventPattern, Halt, Ladder, Linkage, Order,
    Presence, Range, Reuse, Start, Step, Ties, Times, Window,
};
use crate::ladder::predicate::Predicate;
use crate::ladder::session_rule::SessionRule;
use crate::time::{Instant, Precision, SECOND, Span};

pub(super) fn step(name: &str, presence: Presence) -> Step {
    let event = EventPattern { names: Vec::new(), not: false };
    let condition = Condition { event, filter: Predicate::default() };
    let name = name.to_owned();
    Step { name, condition, presence, within: None, ask: None, target: 0.01 }
}

pub(super) fn ladder_of(steps: Vec<Step>, window: Window) -> Ladder {
    Ladder {
        name: String::new(),
        count: Count::default(),
        order: Order::default(),
        between: Between::default(),
        window,
        entry: Entry::default(),
        start: Start::default(),
        ties: Ties::default(),
        reuse: Reuse::default(),
        linkage: Linkage::default(),
        halt: Halt::default(),
        times: Times::default(),
        ignore: None,
        steps,
        exclusions: Vec::new(),
        hold: None,
        actions: Vec::new(),
        actions_are_default: true,
        range: Range::default(),
        attribution: Attribution::default(),
        sessions: SessionRule::default(),
        open: false,
        rules: None,
    }
}

/// `A O? I! E`, and a window as in a ladder file.
pub(super) fn ladder(steps: &str, window: &str) -> Ladder {
    let steps = steps.split(' ').map(|word| {
        let presence = match word.chars().last() {
            Some('?') => Presence::Optional,
            Some('!') => Presence::Implied,
            _ => Presence::Required,
        };
        step(word.trim_end_matches(['?', '!']), presence)
    });
    let window = match window {
        "none" => Window::None,
        span => Window::FromEntry(Span::parse(span).unwrap()),
    };
    ladder_of(steps.collect(), window)
}

pub(super) fn touch(at: i64, precision: Precision, steps: StepSet) -> Touch {
    Touch {
        person: Key::NONE,
        at: Instant(at),
        row: RowRef::default(),
        steps,
        precision,
        marks: mark::LOG,
        ..Touch::default()
    }
}

/// `A1 OE2.5 E3s`, sorted by time; words of one time stay in the order in which they are written.
pub(super) fn journey(ladder: &Ladder, words: &str) -> Vec<Touch> {
    let mut touches: Vec<Touch> =
        words.split_whitespace().map(|word| read_touch(ladder, word)).collect();
    touches.sort_by_key(|touch| touch.at);
    touches
}

fn read_touch(ladder: &Ladder, word: &str) -> Touch {
    let (letters, time) = word.split_at(word.find(|c: char| !c.is_alphabetic()).unwrap());
    let number = time.trim_end_matches(char::is_alphabetic);
    let precision = match time.trim_start_matches(number) {
        "" => Precision::Exact,
        "s" => Precision::Second,
        "m" => Precision::Minute,
        "d" => Precision::Day,
        other => panic!("no precision: {other}"),
    };
    let at = Span::parse(&format!("{number}s")).unwrap().0;
    let mut touch = touch(at, precision, StepSet::EMPTY);
    for letter in letters.chars().map(String::from) {
        match letter.as_str() {
            "x" => touch.actions.add(0),
            "y" => touch.actions.add(1),
            "X" => touch.exclusions |= 1,
            "p" => touch.held = Key(7),
            "q" => touch.held = Key(8),
            "Z" => {}
            name => touch.steps.add(ladder.steps.iter().position(|s| s.name == name).unwrap()),
        }
    }
    touch
}

/// The verdict in words: `A9 D10 E12 +O -I converted`: the chain, `+` observed beside it, `-` implied.
fn show(ladder: &Ladder, journey: &[Touch], verdict: &Verdict) -> String {
    let mut words = Vec::new();
    let name = |step: usize| ladder.steps[step].name.as_str();
    for (step, touch) in verdict.chain.links() {
        let seconds = Span(journey[touch].at.0).as_seconds();
        words.push(format!("{}{seconds}", name(step)));
    }
    for step in verdict.reached.with(verdict.observed).positions() {
        match (verdict.observed.has(step), verdict.chain.touch_of(step)) {
            (true, None) => words.push(format!("+{}", name(step))),
            (false, _) => words.push(format!("-{}", name(step))),
            (true, Some(_)) => {}
        }
    }
    words.push(match verdict.outcome {
        Outcome::Converted => "converted".to_owned(),
        Outcome::Lost => "lost".to_owned(),
        Outcome::Open => "open".to_owned(),
    });
    if verdict.by_tie {
        words.push("by tie".to_owned());
    }
    words.join(" ")
}

/// Judges a case with the matcher and with its twin, which must agree.
fn judged(steps: &str, window: &str, words: &str, seen_until: i64) -> String {
    let ladder = ladder(steps, window);
    let journey = journey(&ladder, words);
    let seen_until = Instant(seen_until * SECOND);
    let fast = Climber::new(&ladder).unwrap().judge(&journey, seen_until);
    let slow = reference::judge(&ladder, &journey, seen_until);
    assert_eq!(fast, slow, "{steps} | {window} | {words}");
    fast.map_or("never entered".to_owned(), |verdict| show(&ladder, &journey, &verdict))
}

#[track_caller]
fn check(cases: &[(&str, &str, &str, &str)]) {
    for (steps, window, words, expected) in cases {
        assert_eq!(
            judged(steps, window, words, 1000),
            *expected,
            "steps {steps}, window {window}, journey {words}"
        );
    }
}

#[test]
fn a_chain_is_found_if_there_is_one() {
    check(&[
        ("A B C", "10s", "", "never entered"),
        ("A B C", "10s", "B1 C2", "never entered"),
        ("A B C", "10s", "A1", "A1 lost"),
        ("A B C", "10s", "A1 C2", "A1 lost"),
        ("A B C", "10s", "A1 B2 C3", "A1 B2 C3 converted"),
        ("A B C", "10s", "C1 A2 B3", "A2 B3 lost"),
        ("A B C", "10s", "A1 C2 B3 C4", "A1 B3 C4 converted"),
        // Entering again: the first entry is too early for the order, a later one is not.
        ("A B C", "10s", "A1 B2 A9 B10 C14", "A9 B10 C14 converted"),
        // The product page of the first visit is not taken with the entry of the second one.
        ("A B C", "10s", "A1 B2 A9 C14", "A1 B2 lost"),
        ("A O? D E", "10s", "A1 O2 A9 D10 E12", "A9 D10 E12 converted"),
    ]);
}

#[test]
fn the_window_is_inclusive_and_exact() {
    check(&[
        ("A B", "10s", "A1 B11", "A1 B11 converted"),
        ("A B", "10s", "A1 B11.000001", "A1 lost"),
        ("A B", "10s", "A1 B11s", "A1 B11 converted"),
        ("A B", "0s", "A1 B1", "A1 B1 converted"),
        ("A B", "none", "A1 B999999", "A1 B999999 converted"),
        ("A B", "none", "A1", "A1 open"),
    ]);
}

#[test]
fn the_best_attempt_follows_the_rule() {
    check(&[
        // 1. The most required steps, though it comes later.
        ("A B C", "5s", "A1 A20 B21", "A20 B21 lost"),
        // 2. The earliest conversion, 6. from the earliest entry inside the window.
        ("A B", "10s", "A1 A2 B5 A6 B7", "A1 B5 converted"),
        ("A B", "3s", "A1 A2 A3 B5 A6 B7", "A2 B5 converted"),
        // 3. The furthest step that is not optional.
        ("A O? I! B", "5s", "A1 O2 A20 I21", "A20 +I lost"),
        // 4. The most steps observed: a later cart sees the address, if the order does not wait.
        ("A B O? C", "20s", "A1 B2 O3 B4 C5", "A1 B2 C5 +O converted"),
        ("A O? B C", "20s", "A1 B2 O3 B4 C5", "A1 B4 C5 +O converted"),
        ("A O? B P? C", "20s", "A1 B2 P3 O4 B5 C6", "A1 B2 C6 +P converted"),
        // 5. The earliest finish.
        ("A B C", "5s", "A1 B3 A20 B21", "A1 B3 lost"),
        // 7. Each further step at its earliest possible event.
        ("A B C", "20s", "A1 B2 B3 C4 C5", "A1 B2 C4 converted"),
    ]);
}

#[test]
fn optional_and_implied_steps_never_cost_anything() {
    let checkout = "A I! J! B";
    check(&[
        // Express checkout: the order proves the steps that the pixel did not see.
        (checkout, "10s", "A1 B2", "A1 B2 -I -J converted"),
        (checkout, "10s", "A1 J2 B3", "A1 B3 -I +J converted"),
        (checkout, "10s", "A1 J2", "A1 -I +J lost"),
        (checkout, "10s", "A1 I2", "A1 +I lost"),
        // Any order among themselves; not before the entry, not after the next required step.
        (checkout, "10s", "A1 J2 I3 B4", "A1 B4 +I +J converted"),
        (checkout, "10s", "I0 A1 B4 J5", "A1 B4 -I -J converted"),
        (checkout, "10s", "A1 I11 J11.5", "A1 +I lost"),
        // Optional steps prove nothing and are proven by nothing.
        ("A O? I! B", "10s", "A1 O2", "A1 +O lost"),
        ("A I! O? B", "10s", "A1 O2", "A1 +O lost"),
        ("A O? B", "10s", "A1 B2", "A1 B2 converted"),
        // A chosen event is observed for another step as well.
        ("A I! B", "10s", "A1 IB2", "A1 B2 +I converted"),
        ("A I! B", "10s", "AI1 B2", "A1 B2 +I converted"),
        // A step beyond the next required one waits for that one.
        ("A B I! C", "10s", "A1 I2", "A1 lost"),
    ]);
}

#[test]
fn no_event_serves_two_required_steps() {
    check(&[
        ("A B", "10s", "AB1", "A1 lost"),
        ("A B", "10s", "AB1 AB2", "A1 B2 converted"),
        ("A B C", "10s", "AB1 B2 C3", "A1 B2 C3 converted"),
        ("A B C D", "10s", "ABCD1 ABCD2 ABCD3", "A1 B2 C3 lost"),
        ("A B C D", "10s", "ABCD1 ABCD2 ABCD3 ABCD4 ABCD5", "A1 B2 C3 D4 converted"),
        // Only one assignment inside the instant works.
        ("A B C D", "10s", "A1 BC2 BD2 C2", "A1 B2 C2 D2 converted by tie"),
        ("A B C D", "10s", "A1 BC2 BD2 B2", "A1 B2 C2 D2 converted by tie"),
        // Two touches of an instant: which of them is the entry decides about the chain.
        ("A B", "10s", "AB1 A1 B9", "A1 B1 converted"),
        ("A B", "10s", "A1 AB1 B9", "A1 B1 converted"),
        ("A B", "10s", "AB1 A1", "A1 B1 converted by tie"),
        // Times decide before the order of storage: both ways begin A0 B1, one has its C sooner.
        ("A B C D", "none", "ACD0 BC1 BD1 C2 D2", "A0 B1 C1 D2 converted"),
        // The order of B7.5 and C7 is open, so the first touch may come last.
        ("A B O? C D", "none", "AO0 BCD7 C7s B7.5", "A0 B7.5 C7 D7 converted by tie"),
    ]);
}

#[test]
fn events_of_one_instant_may_come_in_the_order_that_helps() {
    check(&[
        ("A B", "10s", "B1 A1", "A1 B1 converted by tie"),
        ("A B", "10s", "A1 B1", "A1 B1 converted"),
        ("A B C", "10s", "C1 B1 A1", "A1 B1 C1 converted by tie"),
        // A conversion that stands without the tie, only later, does not depend on it.
        ("A B", "10s", "B1 A1 B3", "A1 B1 converted"),
        // An order known to the second is not before any event inside its second …
        ("A B", "10s", "A1.7 B1s", "A1.7 B1 converted by tie"),
        ("A B", "10s", "A2 B1s", "A2 lost"),
        ("A B", "10s", "A100 B60m", "A100 B60 converted by tie"),
        // … and neither is an event before it: what both may precede is seen.
        ("A I! B", "10s", "A1.2 B1s I1.9", "A1.2 B1 +I converted by tie"),
        ("A I! B", "10s", "A1.2 B1s I2", "A1.2 B1 -I converted by tie"),
    ]);
}

#[test]
fn an_attempt_is_open_until_its_window_has_closed_inside_the_data() {
    for (window, words, seen_until, expected) in [
        ("10s", "A1", 10, "A1 open"),
        ("10s", "A1", 11, "A1 lost"),
        ("10s", "A1 B2", 3, "A1 B2 converted"),
        ("none", "A1", 1_000_000, "A1 open"),
    ] {
        assert_eq!(judged("A B", window, words, seen_until), expected, "{window} {words}");
    }
}

#[test]
fn actions_count_from_the_entry_to_the_conversion_or_the_end_of_the_window() {
    for (words, expected) in [
        ("x0 A1 y2 B3", StepSet::only(1)),
        ("A1 x2 B3 y4", StepSet::only(0)),
        ("A1 x11 y12", StepSet::only(0)),
        ("xA1 yB3", StepSet(0b11)),
        ("A1.5 x1s B3s y3.5", StepSet(0b11)),
    ] {
        let ladder = ladder("A B", "10s");
        let journey = journey(&ladder, words);
        let fast = Climber::new(&ladder).unwrap().judge(&journey, Instant(0));
        assert_eq!(fast, reference::judge(&ladder, &journey, Instant(0)), "{words}");
        assert_eq!(fast.unwrap().actions, expected, "{words}");
    }
}
