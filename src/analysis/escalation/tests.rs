//! Ladders of letters held against patterns with numbers of people.

use super::*;
use crate::ladder::draft;

/// A ladder of one step a letter; `o` and `i` behind a letter make it optional or implied, a number asks.
fn ladder(steps: &str) -> Ladder {
    let file: Vec<String> = steps
        .split_whitespace()
        .map(|word| {
            let name = word.chars().next().unwrap();
            let presence = match word.chars().nth(1) {
                Some('o') => "optional",
                Some('i') => "implied",
                _ => "required",
            };
            let ask: String = word.chars().filter(char::is_ascii_digit).collect();
            let ask = if ask.is_empty() { ask } else { format!("ask = {ask}\n") };
            format!("[[step]]\nname = '{name}'\nevent = '{name}'\npresence = '{presence}'\n{ask}")
        })
        .collect();
    draft::from_toml("l.toml", &file.concat()).unwrap()
}

/// Patterns, first step first, with people; pairs in the order of the ladder unless told otherwise.
fn sightings(
    steps: usize,
    patterns: &[(&str, u64)],
    pairs: &[(usize, usize, PairCount)],
) -> Sightings {
    let mut sightings = Sightings::new(&vec![0; steps]);
    for (text, people) in patterns {
        let mut done = StepSet::EMPTY;
        text.chars().enumerate().filter(|(_, c)| *c == '1').for_each(|(step, _)| done.add(step));
        sightings.seen.insert(done, *people);
    }
    for (a, b, count) in pairs {
        sightings.pairs.add(*a, *b, *count);
    }
    sightings
}

fn pair(both: u64, first: u64) -> PairCount {
    PairCount { both, first, ..PairCount::default() }
}

fn codes(findings: &[Finding]) -> Vec<String> {
    let code =
        |finding: &Finding| format!("{finding:?}").split([' ', '(']).next().unwrap().to_owned();
    findings.iter().map(code).collect()
}

/// Rates .44, .25, .52, .6 of 10,000.
const STEEP: [(&str, u64); 5] =
    [("10000", 5600), ("11000", 3300), ("11100", 528), ("11110", 229), ("11111", 343)];

#[test]
fn each_step_has_its_share_of_the_loss() {
    let seen = escalation(&ladder("A B C D E"), &sightings(5, &STEEP, &[]));
    assert_eq!(seen.customers, 10_000);
    let reached: Vec<u64> = seen.steps.iter().map(|step| step.reached).collect();
    assert_eq!(reached, [10_000, 4400, 1100, 572, 343]);
    let expected = [0.243_47, 0.411_12, 0.193_93, 0.151_49];
    for (step, expected) in seen.steps[1..].iter().zip(expected) {
        assert!((step.loss.unwrap() - expected).abs() < 1e-3, "{step:?}");
    }
    assert_eq!(seen.steps[0].loss, None);
    assert_eq!(seen.steps[0].rate.rate, None);
    assert_eq!(codes(&seen.findings), ["TooFewForOrder"]);
}

#[test]
fn one_leap_can_be_too_large_and_one_step_too_small() {
    let patterns = [("1000", 9000), ("1100", 10), ("1110", 500), ("1111", 490)];
    let all = [(0, 1, pair(1000, 1000)), (1, 2, pair(990, 990)), (2, 3, pair(490, 490))];
    let seen = escalation(&ladder("A B C D"), &sightings(4, &patterns, &all));
    assert_eq!(
        seen.findings,
        [Finding::LargeLeap { before: 0, step: 1 }, Finding::Redundant { before: 1, step: 2 }]
    );
}

#[test]
fn first_occurrences_say_what_is_out_of_order() {
    let cases = [
        (pair(100, 90), PairOrder::AsDeclared),
        (pair(100, 10), PairOrder::Reversed),
        (pair(100, 55), PairOrder::Undetermined),
        (pair(100, 40), PairOrder::Undetermined),
        (pair(9, 9), PairOrder::TooFew),
        (PairCount { together: 9, ..pair(8, 8) }, PairOrder::OneEvent),
        (PairCount { tied: 20, ..pair(20, 0) }, PairOrder::Undetermined),
    ];
    for (count, expected) in cases {
        assert_eq!(PairOrder::of(count), expected, "{count:?}");
    }
}

#[test]
fn reach_may_not_rise_but_implied_steps_are_filled() {
    let patterns = [("100", 50), ("110", 10), ("101", 40)];
    let rising = escalation(&ladder("A B C"), &sightings(3, &patterns, &[]));
    assert!(codes(&rising.findings).contains(&"ReachRises".to_owned()), "{rising:?}");
    let implied = escalation(&ladder("A Bi C"), &sightings(3, &patterns, &[]));
    assert_eq!((implied.steps[1].observed, implied.steps[1].reached), (10, 50));
    assert!(!codes(&implied.findings).contains(&"ReachRises".to_owned()));
    let by_chance = [("100", 50), ("110", 2), ("101", 4)];
    let seen = escalation(&ladder("A B C"), &sightings(3, &by_chance, &[]));
    assert!(!codes(&seen.findings).contains(&"ReachRises".to_owned()));
}

#[test]
fn a_pair_that_breaks_the_scale_is_named() {
    let patterns = [("100", 60), ("110", 20), ("101", 18), ("111", 2)];
    let seen = escalation(&ladder("A B C"), &sightings(3, &patterns, &[]));
    let broken = seen.findings.iter().find_map(|finding| match finding {
        Finding::BrokenPair { easier, harder, errors, did, .. } => {
            Some((*easier, *harder, *errors, *did))
        }
        Finding::AskFalls { .. }
        | Finding::NeverOccurs(_)
        | Finding::OutOfOrder(_)
        | Finding::Undetermined(_)
        | Finding::TooFewForOrder(_)
        | Finding::ReachRises { .. }
        | Finding::TooFewForScale(_)
        | Finding::WeakScale(_)
        | Finding::LargeLeap { .. }
        | Finding::Redundant { .. } => None,
    });
    assert_eq!(broken, Some((1, 2, 18, 20)));
    let optional = escalation(&ladder("A Bo C"), &sightings(3, &patterns, &[]));
    assert_eq!(optional.scaled, [0, 2]);
    assert!(!codes(&optional.findings).contains(&"BrokenPair".to_owned()));
}

#[test]
fn what_nobody_did_and_what_asks_for_less_is_named() {
    let seen = escalation(&ladder("A3 B C2"), &sightings(3, &[("101", 5), ("100", 5)], &[]));
    assert_eq!(codes(&seen.findings), ["AskFalls", "NeverOccurs", "TooFewForScale"]);
    assert_eq!(seen.findings[0], Finding::AskFalls { before: 0, step: 2 });
    assert!(claims(&ladder("A1 B C1 D4")).is_empty());
}

#[test]
fn no_customers_are_no_numbers() {
    let seen = escalation(&ladder("A B"), &sightings(2, &[], &[]));
    assert_eq!((seen.customers, &seen.scale), (0, &None));
    assert_eq!(codes(&seen.findings), ["NeverOccurs", "NeverOccurs"]);
}
