//! The parts of a report that speak of the ladder: steps, the macro conversion, actions, exits.
//!
//! Names meet numbers here; the numbers themselves come from `analysis`.

use super::calc::TargetReport;
use crate::analysis::ladder_rates::{self, reached, step_rates};
use crate::analysis::open_windows::{self, Matured};
use crate::analysis::rate::Rate;
use crate::analysis::times::TimeSummary;
use crate::ladder::definition::Ladder;
use crate::tally::{ActionTally, StepTally, Tally};
use schemars::JsonSchema;
use serde::Serialize;

/// One step of the ladder.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepReport {
    /// The step's name.
    pub name: String,
    /// `macro` for the last step, `micro` for the others.
    pub kind: &'static str,
    /// `required`, `optional` or `implied`.
    pub presence: &'static str,
    /// Journeys that got here: observed or implied.
    pub reached: u64,
    /// Journeys in which an event of the step was seen.
    pub observed: u64,
    /// Journeys in which only a later step proves it.
    pub implied: u64,
    /// Journeys whose furthest step this is and whose window is still running.
    pub open: u64,
    /// Over the previous step that is not optional; `None` for the first.
    pub step_rate: Option<Rate>,
    /// Over the first step.
    pub overall_rate: Rate,
    /// Of those who got here, who reached the last step.
    pub order_rate: Rate,
    /// Whether the step rate is lower than the step's target.
    pub below_target: bool,
    /// How surely; `None` for the first step and in open funnels.
    pub target: Option<TargetReport>,
    /// Time since the previous chosen step.
    pub seconds_from_previous: Option<TimeSummary>,
    /// Time since the entry.
    pub seconds_from_entry: Option<TimeSummary>,
}

/// All steps, in the ladder's order.
pub(super) fn steps(tally: &Tally, ladder: &Ladder, confidence: f64) -> Vec<StepReport> {
    let unseen = StepTally::default();
    let step = |(position, step): (usize, &crate::ladder::definition::Step)| {
        let counts = tally.steps.get(position).unwrap_or(&unseen);
        let rates = step_rates(tally, ladder, position, confidence);
        StepReport {
            name: step.name.clone(),
            kind: if position == ladder.macro_step() { "macro" } else { "micro" },
            presence: step.presence.name(),
            reached: counts.reached,
            observed: counts.observed,
            implied: counts.implied,
            open: counts.open,
            step_rate: rates.step,
            overall_rate: rates.overall,
            order_rate: rates.order,
            below_target: rates.below_target,
            target: rates
                .step
                .filter(|_| !ladder.open)
                .and_then(|rate| TargetReport::of_rate(&rate, ladder.steps[position].target)),
            seconds_from_previous: TimeSummary::of(&counts.from_previous),
            seconds_from_entry: TimeSummary::of(&counts.from_entry),
        }
    };
    ladder.steps.iter().enumerate().map(step).collect()
}

/// The macro conversion: over all journeys that entered, and beside it over those that are settled.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MacroReport {
    /// Converted of entered.
    #[serde(flatten)]
    pub rate: Rate,
    /// Without open journeys.
    pub matured: Matured,
}

/// The macro conversion of the whole run.
pub(super) fn macro_conversion(tally: &Tally, ladder: &Ladder, confidence: f64) -> MacroReport {
    MacroReport {
        rate: ladder_rates::conversion(tally, confidence),
        matured: open_windows::matured(tally, ladder, confidence),
    }
}

/// A secondary action and the order rates with and without it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ActionReport {
    /// The action's name.
    pub name: String,
    /// Journeys that did it, of those that entered.
    pub did: Rate,
    /// Of those who did it: who converted.
    pub order_rate_with: Rate,
    /// Of those who did not: who converted.
    pub order_rate_without: Rate,
}

/// The actions in the ladder's order; the program's own only where they occur.
pub(super) fn actions(tally: &Tally, ladder: &Ladder, confidence: f64) -> Vec<ActionReport> {
    let unseen = ActionTally::default();
    let action = |(position, action): (usize, &crate::ladder::definition::Action)| {
        let counts = tally.actions.get(position).unwrap_or(&unseen);
        let shown = counts.did > 0 || !ladder.actions_are_default;
        let others = tally.entered.saturating_sub(counts.did);
        let converted_without = tally.converted.saturating_sub(counts.converted);
        shown.then(|| ActionReport {
            name: action.name.clone(),
            did: Rate::of(counts.did, tally.entered, confidence),
            order_rate_with: Rate::of(counts.converted, counts.did, confidence),
            order_rate_without: Rate::of(converted_without, others, confidence),
        })
    };
    ladder.actions.iter().enumerate().filter_map(action).collect()
}

/// Those who reached a step and not the next one that is not optional.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExitReport {
    /// The step that they reached.
    pub name: String,
    /// The next step that is not optional, which they did not reach.
    pub next: String,
    /// Journeys that reached the step.
    pub reached: u64,
    /// Of these, those who did not reach the next; negative where the next has more (open funnels).
    pub left: i64,
}

/// The exits, in the ladder's order.
pub(super) fn exits(tally: &Tally, ladder: &Ladder) -> Vec<ExitReport> {
    ladder_rates::exits(tally, ladder)
        .into_iter()
        .map(|exit| ExitReport {
            name: ladder.steps[exit.step].name.clone(),
            next: ladder.steps[exit.next].name.clone(),
            reached: reached(tally, exit.step),
            left: exit.left,
        })
        .collect()
}
