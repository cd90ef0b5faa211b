//! The answer of a comparison in a word and a sentence.
//!
//! The last step is the question that was asked, and is judged by itself. Where journeys can still convert, the rates so far
//! say how old the journeys are as much as how well they convert: there the matured rates decide, and where these are not
//! known only what no open journey could change is said.

use super::{MacroComparison, Open};
use crate::analysis::contrast::Contrast;
use crate::analysis::rate::Rate;
use crate::report::words;

/// What cannot be said, or not yet.
pub(super) const UNCLEAR: &str = "unclear";

/// Which way the last step's rate went, with open windows accounted for.
pub(super) fn verdict(found: &MacroComparison, open: Open, confidence: f64) -> &'static str {
    let now = found.difference.verdict;
    match found.matured {
        _ if !open.is_any() => now,
        Some(matured) => matured.difference.verdict,
        None => unshaken(found, open, confidence),
    }
}

/// The verdict of now, if it stands though all open journeys of the side that is behind convert and none of the other's.
fn unshaken(found: &MacroComparison, open: Open, confidence: f64) -> &'static str {
    let MacroComparison { a, b, difference, .. } = *found;
    let [open_a, open_b] = open.journeys;
    let later = |rate: Rate, more: u64| rate.with_more(more, confidence);
    let then = match difference.verdict {
        "lower" => Contrast::of(a, later(b, open_b), confidence),
        "higher" => Contrast::of(later(a, open_a), b, confidence),
        _ => return UNCLEAR,
    };
    if then.verdict == difference.verdict { then.verdict } else { UNCLEAR }
}

/// The first sentence: what became of the last step.
pub(super) fn sentence(name: &str, found: &MacroComparison, open: Open) -> String {
    let MacroComparison { a, b, difference, .. } = found;
    if !open.is_any() || difference.value.is_none() {
        return of_step(name, *a, *b, difference, "");
    }
    let (from, to) = words::percents_apart(a.rate, b.rate);
    let range = words::points_range(difference.low, difference.high);
    let Some(matured) = found.matured else {
        let who = still_open(open).unwrap_or_default();
        return match found.verdict {
            UNCLEAR => format!(
                "{name}: {from} → {to} so far ({range}); {who} can still convert, so whether b is higher or lower in the end cannot be told yet."
            ),
            verdict => format!(
                "{name}: {from} → {to} so far, {verdict} by {}; {who} can still convert, and cannot change that.",
                words::size_range(difference.low, difference.high)
            ),
        };
    };
    let (low, high) = (matured.difference.low, matured.difference.high);
    let (first, second) = words::percents_apart(Some(matured.a), Some(matured.b));
    let which_way = match matured.difference.verdict {
        UNCLEAR => format!("no clear difference ({})", words::points_range(low, high)),
        verdict => format!("{verdict} by {}", words::size_range(low, high)),
    };
    format!(
        "{name}: {first} → {second} with open windows accounted for, {which_way}; so far {from} → {to}."
    )
}

/// How many can still convert on which side; a side without any is not named.
pub(super) fn still_open(open: Open) -> Option<String> {
    let [a, b] = open.journeys;
    match (a, b) {
        (0, 0) => None,
        (a, 0) => Some(format!("{} in a", words::count(a))),
        (0, b) => Some(format!("{} in b", words::count(b))),
        (a, b) => Some(format!("{} in a and {} in b", words::count(a), words::count(b))),
    }
}

/// What became of a step; `so far` where it can still change.
pub(super) fn of_step(name: &str, a: Rate, b: Rate, difference: &Contrast, so_far: &str) -> String {
    let (from, to) = words::percents_apart(a.rate, b.rate);
    let range = words::points_range(difference.low, difference.high);
    match difference.verdict {
        UNCLEAR if difference.value.is_none() => format!("{name}: nothing to compare."),
        UNCLEAR if difference.is_clear_alone() => format!(
            "{name}: {from} → {to}{so_far}, no clear difference: {range}, looked at alone, but so many steps are compared here that chance may have made one such (q = {}).",
            words::probability(difference.q_value)
        ),
        UNCLEAR => format!(
            "{name}: {from} → {to}{so_far}, no clear difference ({range}); {}.",
            match difference.detectable {
                Some(rise) => format!(
                    "these numbers could only have shown a rise of {} or more",
                    words::points(Some(rise))
                ),
                None => words::no_rise(a.rate),
            }
        ),
        verdict => {
            let size = words::size_range(difference.low, difference.high);
            format!("{name}: {from} → {to}{so_far}, {verdict} by {size}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(a: (u64, u64), b: (u64, u64), open: [u64; 2]) -> &'static str {
        let [a, b] = [a, b].map(|(hits, base)| Rate::of(hits, base, 0.95));
        let difference = Contrast::of(a, b, 0.95);
        let found = MacroComparison { a, b, difference, matured: None, verdict: UNCLEAR };
        verdict(&found, Open { journeys: open }, 0.95)
    }

    #[test]
    fn what_open_journeys_could_change_is_not_said() {
        assert_eq!(found((300, 1000), (200, 1000), [0, 0]), "lower");
        assert_eq!(found((300, 1000), (200, 1000), [0, 200]), UNCLEAR);
        // Only the side that is behind can catch up, and not with these.
        assert_eq!(found((300, 1000), (200, 1000), [700, 0]), "lower");
        assert_eq!(found((300, 1000), (200, 1000), [700, 10]), "lower");
        assert_eq!(found((200, 1000), (300, 1000), [10, 700]), "higher");
        assert_eq!(found((200, 1000), (300, 1000), [90, 0]), UNCLEAR);
        assert_eq!(found((200, 1000), (210, 1000), [0, 0]), UNCLEAR);
    }

    #[test]
    fn a_side_without_open_journeys_is_not_named() {
        let who = |a, b| still_open(Open { journeys: [a, b] });
        assert_eq!(who(0, 0), None);
        assert_eq!(who(183, 0).as_deref(), Some("183 in a"));
        assert_eq!(who(0, 1_959).as_deref(), Some("1,959 in b"));
        assert_eq!(who(1, 2).as_deref(), Some("1 in a and 2 in b"));
    }
}
