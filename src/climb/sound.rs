//! What the matcher cannot follow, said by name, so that no policy is quietly ignored.
//!
//! A ladder that comes from a file has passed stricter checks; this is the last one before journeys
//! are judged, for ladders from anywhere.

use super::terms::STEPS;
use crate::ladder::definition::{Ends, Exclusion, Ladder, Order, Presence, Step, Window};
use crate::ladder::vocabulary::MULTI_PAGE_VISIT;

/// The most exclusions: they are the bits of a byte.
const EXCLUSIONS: usize = 8;

/// Everything in the ladder that cannot be followed, in words.
pub(super) fn refusals(ladder: &Ladder) -> Vec<String> {
    let mut refusals: Vec<String> = unsound_steps(&ladder.steps).into_iter().collect();
    refusals.extend(without_meaning(ladder).into_iter().flatten().map(str::to_owned));
    refusals.extend(unsound_exclusions(ladder));
    refusals.extend(without_properties(ladder));
    let rules = ladder.rules.as_ref().filter(|_| !refusals.is_empty());
    refusals.extend(rules.map(|rules| {
        let name = rules.name();
        format!(
            "that is so under the rules `{name}`: what a ladder or an option names itself stays"
        )
    }));
    refusals
}

/// Policies that contradict each other.
fn without_meaning(ladder: &Ladder) -> [Option<&'static str>; 4] {
    let any = ladder.order == Order::Any;
    let each = matches!(ladder.window, Window::Each(_));
    let within = ladder.steps.iter().any(|step| step.within.is_some());
    [
        (!any && ladder.exclusions.iter().any(|ban| ban.ends == Ends::Progress))
            .then_some("[[exclude]]: ends = \"progress\" is for steps in any order"),
        ladder.open.then_some("an open ladder has totals, but no journeys to match"),
        (any && each).then_some(
            "window = { each = … } needs an order: in any order no step has a previous one",
        ),
        (any && within).then_some("within needs an order: in any order no step has a previous one"),
    ]
}

/// What keeps the steps from being a ladder at all.
fn unsound_steps(steps: &[Step]) -> Option<String> {
    let ends = [steps.first(), steps.last()];
    let sound = |step: &Step| step.presence == Presence::Required;
    if !(2..=STEPS).contains(&steps.len()) {
        Some(format!("a ladder has 2 to {STEPS} steps, not {}", steps.len()))
    } else if !ends.into_iter().flatten().all(sound) {
        Some("presence: the first and the last step of a ladder must be required".to_owned())
    } else {
        None
    }
}

/// Conditions on properties of what is made of several rows.
fn without_properties(ladder: &Ladder) -> Option<String> {
    let steps = ladder.steps.iter().map(|step| &step.condition);
    let actions = ladder.actions.iter().map(|action| &action.condition);
    let exclusions = ladder.exclusions.iter().map(|exclusion| &exclusion.condition);
    let mut conditions = steps.chain(actions).chain(exclusions);
    let is_made = |name: &str| name == MULTI_PAGE_VISIT;
    conditions
        .any(|own| !own.filter.is_empty() && own.event.exact_names().any(is_made))
        .then(|| format!("`{MULTI_PAGE_VISIT}` is made of several pages and has no properties: `where` cannot be asked of it"))
}

/// What is wrong with the exclusions.
fn unsound_exclusions(ladder: &Ladder) -> Option<String> {
    let sound = |ban: &Exclusion| ban.after < ban.before && ban.before < ladder.steps.len();
    if ladder.exclusions.len() > EXCLUSIONS {
        Some(format!("a ladder has at most {EXCLUSIONS} exclusions"))
    } else if !ladder.exclusions.iter().all(sound) {
        Some("[[exclude]]: `after` must name an earlier step than `before`".to_owned())
    } else {
        None
    }
}
