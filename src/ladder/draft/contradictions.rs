//! What a ladder file says that cannot be meant: policies that have no meaning beside another, and keys that could
//! do nothing where they stand.
//!
//! The ladder is looked at as it is followed, under the rules that the file names; the file only says where each
//! problem stands. What cannot stand in a file is refused by `climb` when the ladder is made ready.

use super::problems::Problems;
use super::section::{Cell, list};
use crate::ladder::definition::{Ends, Ladder, NamePattern, Order, Presence, Step, Window};
use toml::de::DeTable;

/// Tells of everything in the file that has no meaning in the ladder which it makes.
pub(super) fn check<'t>(document: &'t DeTable<'t>, ladder: &Ladder, problems: &mut Problems) {
    if ladder.order == Order::Any {
        check_any_order(document, ladder, problems);
    } else {
        check_progress(document, ladder, problems);
        check_within(document, ladder, problems);
    }
    check_ignored(document, ladder, problems);
}

/// In any order no step has a previous one.
fn check_any_order<'t>(document: &'t DeTable<'t>, ladder: &Ladder, problems: &mut Problems) {
    let hint = match &ladder.rules {
        Some(rules) if document.get("order").is_none() => {
            format!("the rules `{}` take steps in any order", rules.name())
        }
        Some(_) | None => "in any order no step has a previous one".to_owned(),
    };
    if let (Window::Each(_), Some(window)) = (ladder.window, document.get("window")) {
        problems.add(window.span(), "`window = { each = … }` needs an order", hint.clone());
    }
    for within in cells(document, "step", "within").into_iter().flatten() {
        problems.add(within.span(), "`within` needs an order", hint.clone());
    }
}

/// Progress is undone only in any order.
fn check_progress<'t>(document: &'t DeTable<'t>, ladder: &Ladder, problems: &mut Problems) {
    let ends = cells(document, "exclude", "ends").into_iter();
    for (exclusion, ends) in ladder.exclusions.iter().zip(ends) {
        if let (Ends::Progress, Some(ends)) = (exclusion.ends, ends) {
            let message = "`ends = \"progress\"` is for steps in any order";
            let hint =
                "in an order it can end the `attempt` or the `journey`; or write order = \"any\"";
            problems.add(ends.span(), message, hint);
        }
    }
}

/// A time since the previous step is asked of a step that others wait for.
fn check_within<'t>(document: &'t DeTable<'t>, ladder: &Ladder, problems: &mut Problems) {
    let hint =
        "it limits the time since the previous required step, and nothing waits for any other step";
    let steps = ladder.steps.iter().zip(cells(document, "step", "within"));
    for (number, (step, within)) in steps.enumerate() {
        let Some(within) = within.filter(|_| step.within.is_some()) else { continue };
        let what = match (number, step.presence) {
            (0, _) => "the first",
            (_, Presence::Required) => continue,
            (_, Presence::Optional) => "an optional",
            (_, Presence::Implied) => "an implied",
        };
        problems.add(within.span(), format!("`within` does nothing at {what} step"), hint);
    }
}

/// An event that is not looked at can be no step.
fn check_ignored<'t>(document: &'t DeTable<'t>, ladder: &Ladder, problems: &mut Problems) {
    let (Some(ignore), Some(place)) = (&ladder.ignore, document.get("ignore")) else { return };
    let is_ignored = |step: &&Step| {
        let event = &step.condition.event;
        let is_hit = |name: &NamePattern| match name {
            NamePattern::Exact(name) => ignore.matches(name),
            NamePattern::Glob(_) => false,
        };
        ignore.is_any() || !event.not && event.names.iter().all(is_hit)
    };
    let steps: Vec<&str> =
        ladder.steps.iter().filter(is_ignored).map(|step| step.name.as_str()).collect();
    if !steps.is_empty() {
        let message = "`ignore` leaves no event of a step to look at";
        problems.add(
            place.span(),
            message,
            format!("it names the events of {}", list(steps.iter())),
        );
    }
}

/// The values of a key in the tables of another, one for each table that is one.
fn cells<'t>(document: &'t DeTable<'t>, tables: &str, key: &str) -> Vec<Option<&'t Cell<'t>>> {
    let list = document.get(tables).and_then(|value| value.get_ref().as_array());
    let tables = list.into_iter().flat_map(|list| list.iter());
    tables.filter_map(|table| table.get_ref().as_table()).map(|table| table.get(key)).collect()
}
