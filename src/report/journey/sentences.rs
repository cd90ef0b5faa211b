//! The sentences about one journey: why it stopped, and that an id names several customers.

use super::super::words;
use super::super::zone::Zone;
use super::step_name;
use crate::engine::person::{FoundBy, PersonFinding};
use crate::engine::why::{Stop, Why};
use crate::findings::Notice;
use crate::ladder::definition::Ladder;
use crate::time::{Instant, Span};

/// Why a journey stopped, in words.
pub(super) fn why(stop: Stop, person: &PersonFinding, ladder: &Ladder, zone: Zone) -> String {
    let step = step_name(stop.step, ladder);
    let last = person.climb.as_ref().and_then(|climb| climb.chain.last()).copied();
    let previous = last.map_or_else(|| "that".to_owned(), |(step, _)| step_name(step, ladder));
    let names = names_of(stop.step, ladder);
    match stop.why {
        Why::Never => format!("no event that counts for {step}{names}"),
        Why::Before(span) if span.0 <= 0 => format!("not later than {previous}"),
        Why::Before(span) => format!("only before {previous}: {} earlier", length(span)),
        Why::Window(late) => format!("{} after the window closed", length(late)),
        Why::Within(late) => {
            format!(
                "{} too late: the step allows {} after {previous}",
                length(late),
                within(stop, ladder)
            )
        }
        Why::Excluded(number, at) => {
            format!("{} came first{}", exclusion(number, ladder), moment(at, zone))
        }
        Why::Held => {
            let held = ladder.hold.as_deref().unwrap_or_default();
            format!("another {held} than at {previous}")
        }
        Why::Filtered(1) => {
            format!("1 event of that name{names}, and it fails the conditions of the step")
        }
        Why::Filtered(events) => {
            let events = words::count(events);
            format!(
                "{events} events of that name{names}, and none meets the conditions of the step"
            )
        }
        Why::Adjacent(at) => format!("another event came between{}", moment(at, zone)),
    }
}

/// That an id names other customers as well.
pub(super) fn also(person: &PersonFinding) -> Option<Notice> {
    let mut others: Vec<&str> = person.also.iter().map(|found| found.name()).collect();
    others.dedup();
    let number = person.also.len() as u64;
    let is = |found: FoundBy| match found {
        FoundBy::Identifier(kind) => format!("as {}", kind.name()),
        FoundBy::Hash => "by its hash".to_owned(),
    };
    (number > 0).then(|| Notice {
        code: "several_customers",
        message: format!(
            "The id also names {} other {} (as {}). This is the one that it names {}.",
            words::count(number),
            words::people("customer", number),
            others.join(", "),
            is(person.found_by)
        ),
    })
}

/// A length of time in two units.
fn length(span: Span) -> String {
    words::duration(Some(span.as_seconds()))
}

fn moment(at: Instant, zone: Zone) -> String {
    zone.moment(at).map_or_else(String::new, |moment| format!(", at {moment}"))
}

/// The names that a step is by, if they are few.
fn names_of(step: usize, ladder: &Ladder) -> String {
    let names: Vec<&str> = ladder
        .steps
        .get(step)
        .map(|step| step.condition.event.exact_names().collect())
        .unwrap_or_default();
    match names[..] {
        [name] => format!(" (`{name}`)"),
        [one, other] => format!(" (`{one}` or `{other}`)"),
        _ => String::new(),
    }
}

fn within(stop: Stop, ladder: &Ladder) -> String {
    let within = ladder.steps.get(stop.step).and_then(|step| step.within);
    within.map_or_else(String::new, |within| within.to_string())
}

fn exclusion(number: usize, ladder: &Ladder) -> String {
    let exclusion = ladder.exclusions.get(number);
    let name = exclusion.and_then(|exclusion| exclusion.condition.event.exact_names().next());
    name.map_or_else(|| "an excluded event".to_owned(), |name| format!("`{name}`"))
}
