//! A ladder of the command line: `NAME=EVENT`, one for each step.

use super::{ACTIONS_MAX, STEPS_MAX, STEPS_MIN, TARGET_DEFAULT, unfinished};
use crate::error::{Error, Result};
use crate::ladder::definition::{
    Action, Condition, EventPattern, Ladder, NamePattern, Presence, Step,
};
use crate::ladder::predicate::Predicate;
use std::collections::BTreeSet;

/// Makes a ladder of the steps and secondary actions of a command line: each `NAME=EVENT`, where
/// `EVENT` may be a glob, or several events separated by `|`.
///
/// # Errors
/// All problems in one message, with a hint.
pub fn from_steps(steps: &[String], actions: &[String]) -> Result<Ladder> {
    let mut problems = Vec::new();
    let mut ladder = unfinished("Command line".to_owned());
    ladder.steps = conditions("--step", steps, &mut problems)
        .into_iter()
        .map(|(name, condition)| Step {
            name,
            condition,
            presence: Presence::Required,
            within: None,
            ask: None,
            target: TARGET_DEFAULT,
        })
        .collect();
    if !(STEPS_MIN..=STEPS_MAX).contains(&steps.len()) {
        let found = steps.len();
        problems
            .push(format!("a ladder has {STEPS_MIN} to {STEPS_MAX} steps, this one has {found}"));
    }
    if !actions.is_empty() {
        ladder.actions = conditions("--action", actions, &mut problems)
            .into_iter()
            .map(|(name, condition)| Action { name, condition, weight: None })
            .collect();
        ladder.actions_are_default = false;
    }
    if actions.len() > ACTIONS_MAX {
        problems.push(format!("a ladder has at most {ACTIONS_MAX} actions"));
    }
    check(problems).map(|()| ladder)
}

fn check(problems: Vec<String>) -> Result<()> {
    let mut problems = problems.into_iter();
    let Some(first) = problems.next() else { return Ok(()) };
    let error = problems.fold(Error::new(first), Error::note);
    Err(error.hint(
        "a step is NAME=EVENT, such as --step 'Cart=product_added_to_cart'; \
         several events of one step are separated by `|`",
    ))
}

/// The names and conditions of all texts that have both.
fn conditions(
    option: &str,
    texts: &[String],
    problems: &mut Vec<String>,
) -> Vec<(String, Condition)> {
    let mut seen = BTreeSet::new();
    let mut conditions = Vec::new();
    for text in texts {
        let Some((name, events)) = text.split_once('=') else {
            problems.push(format!("{option} '{text}' has no `=`"));
            continue;
        };
        let name = name.trim();
        let events: Vec<_> = events.split('|').map(str::trim).collect();
        if name.is_empty() {
            problems.push(format!("{option} '{text}' has no name before the `=`"));
        } else if !seen.insert(name) {
            problems.push(format!("{option} '{text}' has the name of another"));
        }
        if events.contains(&"") {
            problems.push(format!("{option} '{text}' has an empty event"));
        }
        let names = events.into_iter().map(NamePattern::new).collect();
        let event = EventPattern { names, not: false };
        conditions.push((name.to_owned(), Condition { event, filter: Predicate::default() }));
    }
    conditions
}
