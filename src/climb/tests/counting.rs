//! From verdicts to counts.

use super::{journey, ladder};
use crate::climb::Climber;
use crate::tally::Tally;
use crate::time::{Instant, SECOND, Span};

fn counted(steps: &str, journeys: &[&str]) -> Tally {
    let ladder = ladder(steps, "10s");
    let mut climber = Climber::new(&ladder).unwrap();
    let mut tally = Tally::new(ladder.steps.len(), 2);
    for words in journeys {
        let journey = journey(&ladder, words);
        if let Some(verdict) = climber.judge(&journey, Instant(20 * SECOND)) {
            verdict.add_to(&mut tally, &journey);
        }
    }
    tally
}

#[test]
fn verdicts_add_up() {
    let tally = counted(
        "A O? I! B",
        &["A1 O2 B3", "A1 I2", "xA15 I16 y17", "B1", "B1 A1", "A1", "xA1 IB4s y5"],
    );
    assert_eq!((tally.entered, tally.converted, tally.lost, tally.open), (6, 3, 2, 1));
    assert_eq!(tally.converted_by_tie, 1);
    let columns = |of: fn(&crate::tally::StepTally) -> u64| -> Vec<u64> {
        tally.steps.iter().map(of).collect()
    };
    assert_eq!(columns(|step| step.reached), [6, 1, 5, 3]);
    assert_eq!(columns(|step| step.observed), [6, 1, 3, 3]);
    assert_eq!(columns(|step| step.implied), [0, 0, 2, 0]);
    assert_eq!(columns(|step| step.open), [0, 0, 1, 0]);
    assert_eq!(columns(|step| step.converted), [3, 1, 3, 3]);
    let actions: Vec<_> = tally.actions.iter().map(|a| (a.did, a.converted)).collect();
    assert_eq!(actions, [(2, 1), (1, 0)]);
}

#[test]
fn durations_run_between_chosen_events_and_are_never_negative() {
    let tally = counted("A O? B C", &["A1 O2 B3 C7", "A1.5 B1s C2"]);
    let seconds = |spans: Vec<Span>| spans.into_iter().map(Span::as_seconds).collect::<Vec<_>>();
    let previous: Vec<_> =
        tally.steps.iter().map(|step| seconds(step.from_previous.sorted())).collect();
    let entry: Vec<_> = tally.steps.iter().map(|step| seconds(step.from_entry.sorted())).collect();
    assert_eq!(previous, [vec![], vec![], vec![0.0, 2.0], vec![1.0, 4.0]]);
    assert_eq!(entry, [vec![], vec![], vec![0.0, 2.0], vec![0.5, 6.0]]);
}
