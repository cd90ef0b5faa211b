//! The steps, exclusions and secondary actions of a ladder file, and the events that they name.

use super::filter;
use super::problems::Problems;
use super::section::{Cell, Section, list, text, word_hint};
use super::{ACTIONS_MAX, EXCLUSIONS_MAX, STEPS_MAX, STEPS_MIN, TARGET_DEFAULT};
use crate::ladder::definition::{
    Action, Condition, EventPattern, Exclusion, NamePattern, Presence, Step,
};
use std::collections::BTreeSet;
use std::ops::Range;

const STEP_KEYS: &[&str] = &["name", "event", "where", "presence", "within", "ask", "target"];
const EXCLUDE_KEYS: &[&str] = &["event", "where", "after", "before", "ends"];
const ACTION_KEYS: &[&str] = &["name", "event", "where", "weight"];

/// The steps of a file, with everything that must hold among them.
pub(super) fn steps(file: &Section<'_>, problems: &mut Problems) -> Vec<Step> {
    let tables = file.tables("step", problems).unwrap_or_default();
    let mut sections = Vec::new();
    let mut steps = Vec::new();
    for (table, span) in tables {
        let section = Section::open(table, span, "a step", STEP_KEYS, problems);
        steps.push(step(&section, problems));
        sections.push(section);
    }
    check_number(file, &sections, problems);
    check_names(&sections, "step", problems);
    check_ends(&sections, &steps, problems);
    steps
}

/// The exclusions of a file. Their steps are looked up in `steps`.
pub(super) fn exclusions(
    file: &Section<'_>,
    steps: &[Step],
    problems: &mut Problems,
) -> Vec<Exclusion> {
    let tables = file.tables("exclude", problems).unwrap_or_default();
    if let Some((_, span)) = tables.get(EXCLUSIONS_MAX) {
        let message = format!("a ladder has at most {EXCLUSIONS_MAX} exclusions");
        problems.add(span.clone(), message, "one exclusion can name several events: a list");
    }
    tables
        .into_iter()
        .map(|(table, span)| {
            let section = Section::open(table, span, "an exclusion", EXCLUDE_KEYS, problems);
            exclusion(&section, steps, problems)
        })
        .collect()
}

/// The secondary actions of a file; `None` if it leaves them to the program.
pub(super) fn actions(file: &Section<'_>, problems: &mut Problems) -> Option<Vec<Action>> {
    let tables = file.tables("action", problems)?;
    if let Some((_, span)) = tables.get(ACTIONS_MAX) {
        let message = format!("a ladder has at most {ACTIONS_MAX} actions");
        problems.add(span.clone(), message, "");
    }
    let mut sections = Vec::new();
    let mut actions = Vec::new();
    for (table, span) in tables {
        let section = Section::open(table, span, "an action", ACTION_KEYS, problems);
        actions.push(Action {
            name: name(&section, problems),
            condition: condition(&section, problems),
            weight: section.number("weight", |w| w >= 0.0, "a number from 0", problems),
        });
        sections.push(section);
    }
    check_names(&sections, "action", problems);
    Some(actions)
}

/// The events that a name, a list of names or `{ not = … }` means.
pub(super) fn pattern<'t>(
    value: &'t Cell<'t>,
    key: &str,
    problems: &mut Problems,
) -> Option<EventPattern> {
    let Some(table) = value.get_ref().as_table() else {
        return Some(EventPattern { names: names(value, key, problems), not: false });
    };
    let section = Section::open(table, value.span(), "an event", &["not"], problems);
    let names = section.need("not", problems).map(|value| names(value, "not", problems));
    Some(EventPattern { names: names?, not: true })
}

/// A name or a list of names, none of them empty.
fn names<'t>(value: &'t Cell<'t>, key: &str, problems: &mut Problems) -> Vec<NamePattern> {
    let Some(several) = value.get_ref().as_array() else {
        return text(value, key, problems).map(NamePattern::new).into_iter().collect();
    };
    if several.is_empty() {
        problems.add(value.span(), format!("`{key}` is empty"), "name at least one event");
    }
    several.iter().filter_map(|name| text(name, key, problems)).map(NamePattern::new).collect()
}

fn step(section: &Section<'_>, problems: &mut Problems) -> Step {
    let whole = |ask: f64| ask.fract() == 0.0 && (1.0..=10.0).contains(&ask);
    let share = |rate: f64| (0.0..=1.0).contains(&rate);
    let ask = section.number("ask", whole, "a whole number from 1 to 10", problems);
    Step {
        name: name(section, problems),
        condition: condition(section, problems),
        presence: section.word("presence", problems).map_or(Presence::default(), |(word, _)| word),
        within: section.duration("within", problems),
        ask: ask.and_then(|ask| (1..=10).find(|&small| f64::from(small) >= ask)),
        target: section
            .number("target", share, "a share from 0 to 1", problems)
            .unwrap_or(TARGET_DEFAULT),
    }
}

fn exclusion(section: &Section<'_>, steps: &[Step], problems: &mut Problems) -> Exclusion {
    let last = steps.len().saturating_sub(1);
    let after = position(section, "after", steps, problems);
    let before = position(section, "before", steps, problems);
    let exclusion = Exclusion {
        condition: condition(section, problems),
        after: after.unwrap_or(0),
        before: before.unwrap_or(last),
        ends: section.word("ends", problems).map(|(word, _)| word).unwrap_or_default(),
    };
    if (after.is_some() || before.is_some()) && exclusion.after >= exclusion.before {
        let key = if before.is_some() { "before" } else { "after" };
        let span = section.get(key).map_or(section.span.clone(), Cell::span);
        let hint = "`after` names the earlier step, `before` the later one";
        problems.add(span, "nothing lies between the two steps of this exclusion", hint);
    }
    exclusion
}

/// The position of the step that a key names.
fn position(
    section: &Section<'_>,
    key: &str,
    steps: &[Step],
    problems: &mut Problems,
) -> Option<usize> {
    let value = section.get(key)?;
    let wanted = text(value, key, problems)?;
    let position = steps.iter().position(|step| step.name == wanted.trim());
    if position.is_none() {
        let names: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        let hint = word_hint(wanted, names.iter().copied().filter(|name| !name.is_empty()));
        problems.add(value.span(), format!("there is no step `{wanted}`"), hint);
    }
    position
}

fn name(section: &Section<'_>, problems: &mut Problems) -> String {
    let value = section.need("name", problems);
    value.and_then(|value| text(value, "name", problems)).unwrap_or_default().trim().to_owned()
}

fn condition(section: &Section<'_>, problems: &mut Problems) -> Condition {
    let event = section.need("event", problems);
    Condition {
        event: event
            .and_then(|value| pattern(value, "event", problems))
            .unwrap_or_else(EventPattern::any),
        filter: section
            .get("where")
            .map(|value| filter::predicate(value, problems))
            .unwrap_or_default(),
    }
}

fn check_number(file: &Section<'_>, sections: &[Section<'_>], problems: &mut Problems) {
    if file.get("step").is_some_and(|steps| !steps.get_ref().is_array()) {
        return;
    }
    let place = match sections.len() {
        0 => file.get("step").map_or(0..0, Cell::span),
        few @ 1..STEPS_MIN => sections[few - 1].span.clone(),
        STEPS_MIN..=STEPS_MAX => return,
        _ => sections[STEPS_MAX].span.clone(),
    };
    let steps = sections.len();
    let message = format!("a ladder has {STEPS_MIN} to {STEPS_MAX} steps, this one has {steps}");
    problems.add(place, message, "each step is a `[[step]]` with a `name` and an `event`");
}

fn check_names(sections: &[Section<'_>], what: &str, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for section in sections {
        let Some(value) = section.get("name") else { continue };
        let Some(name) = value.get_ref().as_str().map(str::trim).filter(|n| !n.is_empty()) else {
            continue;
        };
        if !seen.insert(name) {
            let message = format!("another {what} is called `{name}` already");
            problems.add(value.span(), message, "");
        }
    }
}

/// The chain must be held at both ends.
fn check_ends(sections: &[Section<'_>], steps: &[Step], problems: &mut Problems) {
    let pairs: Vec<_> = sections.iter().zip(steps).collect();
    let ends: [(&str, Option<_>); 2] = match pairs.as_slice() {
        [] => return,
        [only] => [("only", Some(only)), ("last", None)],
        [first, .., last] => [("first", Some(first)), ("last", Some(last))],
    };
    for (which, end) in ends {
        let Some((section, step)) = end else { continue };
        if step.presence == Presence::Required {
            continue;
        }
        let span: Range<usize> = section.get("presence").map_or(0..0, Cell::span);
        let presence = step.presence.name();
        let message = format!("the {which} step, `{}`, cannot be {presence}", step.name);
        let hint = format!("the first and the last step are {}", list(["required"].iter()));
        problems.add(span, message, hint);
    }
}
