//! What the user names and the data never have: events of the ladder, properties or numbers that its conditions ask for, and
//! those that breakdowns and filters look at. A misspelt name counts nothing in silence, so each is a notice, with the nearest
//! name that occurs.

use super::Request;
use super::claims::Claims;
use super::haul::Haul;
use super::values::Values;
use crate::findings::Notice;
use crate::input::Reading;
use crate::ladder::asked::Fate;
use crate::ladder::definition::{Condition, EventPattern, Ladder};
use crate::ladder::dimension::{self, RETURNING};
use crate::ladder::predicate::Test;
use crate::ladder::vocabulary::{self, MULTI_PAGE_VISIT};
use std::collections::BTreeSet;

/// The notices of a ladder that the user gave.
pub(super) fn unseen(
    ladder: &Ladder,
    (haul, claims): (&Haul<'_>, &Claims),
    readings: &[Reading],
) -> Vec<Notice> {
    let mut notices = unseen_names(ladder, (haul, claims));
    notices.extend(unseen_properties(ladder, haul, readings));
    notices
}

/// The conditions that the user wrote, each with the part of the ladder that it stands in. Actions that come along
/// are looked for, and nobody expects all of them.
fn conditions(ladder: &Ladder) -> impl Iterator<Item = (String, &Condition)> {
    let steps = ladder.steps.iter().map(|step| (format!("step {}", step.name), &step.condition));
    let own = ladder.actions.iter().filter(|_| !ladder.actions_are_default);
    let actions = own.map(|action| (format!("action {}", action.name), &action.condition));
    let exclusions = ladder.exclusions.iter();
    let exclusions = exclusions.map(|own| ("[[exclude]]".to_owned(), &own.condition));
    steps.chain(actions).chain(exclusions)
}

/// Names of events that no event has.
fn unseen_names(ladder: &Ladder, (haul, claims): (&Haul<'_>, &Claims)) -> Vec<Notice> {
    let mut seen: Vec<&str> = haul.all_names.texts().collect();
    seen.sort_unstable();
    let canonical = claims.canonical_names(haul);
    let occurs = |name: &str| {
        seen.contains(&name) || canonical.contains_key(name) || haul.derived.contains(name)
    };
    let unseen = |event: &EventPattern| -> Vec<String> {
        // Beside a name that occurs, one of the program's is there for other data.
        let has_seen = event.exact_names().any(occurs);
        let is_unseen =
            |name: &&str| !(occurs(name) || has_seen && vocabulary::role(name).is_some());
        event.exact_names().filter(is_unseen).map(str::to_owned).collect()
    };
    let conditions = conditions(ladder).map(|(part, condition)| (part, &condition.event));
    let ignored = ladder.ignore.iter().map(|ignore| ("ignore".to_owned(), ignore));
    let mut notices = Vec::new();
    for (part, event) in conditions.chain(ignored) {
        for name in unseen(event) {
            let message = if name == MULTI_PAGE_VISIT {
                format!(
                    "no view of a page has an address, so nobody can tell which visits have several pages ({part})"
                )
            } else {
                format!("no event is named `{name}` ({part}){}", near(&name, seen.iter().copied()))
            };
            notices.push(Notice { code: "name_never_seen", message });
        }
    }
    notices
}

/// Properties that no row has, and those that are compared with numbers and are none.
fn unseen_properties(ladder: &Ladder, haul: &Haul<'_>, readings: &[Reading]) -> Vec<Notice> {
    let notice = |(path, fate): (&str, Fate)| {
        let part = part_of(ladder, path)?;
        let (code, message) = match fate {
            Fate::NeverSeen => {
                let near = near(path, names_of(readings).filter(|own| *own != path));
                ("property_not_seen", format!("no row has a property `{path}` ({part}){near}"))
            }
            Fate::DressedNumbers => (
                "numbers_not_plain",
                format!(
                    "some values of `{path}` ({part}) are written with a decimal comma, a mark between thousands or a currency: they are not compared as numbers, for those are digits with at most a point"
                ),
            ),
            Fate::NoNumbers => (
                "numbers_not_plain",
                format!("no value of `{path}` ({part}) is a number, so none is compared with one"),
            ),
        };
        Some(Notice { code, message })
    };
    haul.names.stamper().asked().amiss().filter_map(notice).collect()
}

/// Which properties that breakdowns or filters look at no row has, and which may be meant.
pub(super) fn unseen_dimensions(
    request: &Request,
    values: &Values,
    readings: &[Reading],
) -> Vec<Notice> {
    let by = request.breakdowns.iter().flat_map(|breakdown| &breakdown.properties);
    let asked = by.chain(request.all_filters().map(|filter| &filter.property));
    let is_seen = |property: &str| {
        let position = values.position(property);
        position.is_none_or(|own| {
            values.rows().flatten().any(|row| row.get(own).is_some_and(Option::is_some))
        })
    };
    let asked: BTreeSet<&str> = asked.map(String::as_str).filter(|own| *own != RETURNING).collect();
    let notice = |property: &str| {
        let known = dimension::WORKED_OUT.into_iter().chain(names_of(readings));
        let near = vocabulary::nearest(property, known.filter(|own| *own != property));
        let meant = near.map(|near| format!(" (is `{near}` meant?)")).unwrap_or_default();
        let message =
            format!("no row that counts has `{property}`{meant}, so it is unknown everywhere");
        Notice { code: "property_not_seen", message }
    };
    asked.into_iter().filter(|property| !is_seen(property)).map(notice).collect()
}

/// The names of what rows have; what stands in an object is looked for by its own name too.
fn names_of(readings: &[Reading]) -> impl Iterator<Item = &str> {
    let names = readings.iter().flat_map(|reading| &reading.names);
    names.map(|name| name.rsplit('.').next().unwrap_or(name))
}

/// The part of the user's ladder that asks for a property, unless it only asks that it is missing.
fn part_of(ladder: &Ladder, path: &str) -> Option<String> {
    let asks = |condition: &Condition| {
        let mut tests = condition.filter.tests.iter().filter(|test| test.path == path);
        tests.any(|test| test.test != Test::Exists(false))
    };
    let held = || ladder.hold.as_deref().filter(|held| *held == path);
    let part = conditions(ladder).find(|(_, condition)| asks(condition)).map(|(part, _)| part);
    part.or_else(|| held().map(|_| "[hold]".to_owned()))
}

/// The name that was probably meant.
fn near<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = vocabulary::nearest(name, known);
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
