//! The sentences about one journey: why it stopped, and that an id names several customers.

use super::super::words;
use super::super::zone::Zone;
use super::{row, step_name};
use crate::climb::Why;
use crate::engine::person::{FoundBy, PersonFinding, PersonStop, PersonTouch};
use crate::findings::Notice;
use crate::ladder::definition::Ladder;

/// Why a journey stopped, in words.
pub(super) fn why(
    stop: &PersonStop,
    person: &PersonFinding,
    ladder: &Ladder,
    zone: Zone,
) -> String {
    let step = step_name(stop.step, ladder);
    let last = person.climb.as_ref().and_then(|climb| climb.chain.last());
    let previous = last.map_or_else(|| "the one before".to_owned(), |l| step_name(l.0, ladder));
    let names = names_of(stop.step, ladder);
    let shown = stop.touch.and_then(|position| person.touches.get(position));
    let place = shown.map(|touch| place(touch, zone)).unwrap_or_default();
    let by = stop.by.filter(|by| by.0 > 0).map(|by| words::duration(Some(by.as_seconds())));
    match stop.why {
        Why::Never => format!("no event counts for {step}{names}"),
        Why::Before => match by {
            Some(by) => format!("{by} before {previous}, and not after it{place}"),
            None => format!("not after {previous}{place}"),
        },
        Why::Window => {
            format!("{} after the window closed{place}", by.as_deref().unwrap_or("just"))
        }
        Why::Within => {
            let within = ladder.steps.get(stop.step).and_then(|step| step.within);
            let limit = within.map(|within| format!(", of {within} after {previous}"));
            format!(
                "{} after the limit of the step{}{place}",
                by.as_deref().unwrap_or("just"),
                limit.unwrap_or_default()
            )
        }
        Why::Excluded => match shown {
            Some(touch) => format!("`{}` came first{place}", touch.name),
            None => "an excluded event came first".to_owned(),
        },
        Why::Held => {
            let held = ladder.hold.as_deref().unwrap_or("value");
            format!("not with the {held} of the steps before{place}")
        }
        Why::Filtered => {
            format!("an event of that name{names} fails the conditions of the step{place}")
        }
        Why::Adjacent => match shown {
            Some(touch) => format!("`{}` came between{place}", touch.name),
            None => "another event came between".to_owned(),
        },
        Why::Taken => format!("its only event counts for another step already{place}"),
        Why::Unread => format!("the counting rules do not look at its event{place}"),
    }
}

/// When and where a touch is: `, at … (pixel.jsonl:7)`.
fn place(touch: &PersonTouch, zone: Zone) -> String {
    let at = zone.moment(touch.touch.at).map_or_else(String::new, |at| format!(", at {at}"));
    format!("{at} ({})", row(&touch.place))
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
