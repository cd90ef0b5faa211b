//! The part of a report that breaks the ladder down by the values of a dimension.

use super::steps::{self, StepReport};
use super::words;
use crate::findings::{BreakdownFinding, BreakdownGroup, GroupName};
use crate::ladder::definition::Ladder;
use crate::tally::{GroupTally, StepTally, Tally};
use schemars::JsonSchema;
use serde::Serialize;

/// The steps by the values of one dimension.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BreakdownReport {
    /// The dimension: `device`; several together: `device,country`.
    pub by: String,
    /// At which point of a journey its value is taken: `entry`.
    pub at: String,
    /// One a value; together they are all journeys (but for `any`).
    pub rows: Vec<BreakdownRow>,
}

/// The steps of the journeys that share a value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BreakdownRow {
    /// The value; `None` where it is not known, `(other)` for the values without a row of their own.
    pub value: Option<String>,
    /// How many values stand in this row: 1, or more for `(other)`.
    pub values: usize,
    /// Whether it is the row of the values without a row of their own, whatever these are called.
    pub is_other: bool,
    /// Journeys that entered.
    pub journeys: u64,
    /// As in the whole report; times are not kept for rows.
    pub steps: Vec<StepReport>,
}

impl BreakdownRow {
    /// What the row is called where people read it.
    pub fn name(&self) -> String {
        match self.values {
            1 if self.is_other => "(other)".to_owned(),
            values if self.is_other => format!("(other: {values} values)"),
            _ => words::value_name(self.value.as_deref()),
        }
    }
}

/// All breakdowns that were asked for.
pub(super) fn breakdowns(
    findings: &[BreakdownFinding],
    ladder: &Ladder,
    confidence: f64,
) -> Vec<BreakdownReport> {
    let row = |group: &BreakdownGroup| {
        let (value, values) = match &group.name {
            GroupName::Value(text) => (Some(text.clone()), 1),
            GroupName::Other(values) => (Some("(other)".to_string()), *values),
            GroupName::Unknown => (None, 1),
        };
        let tally = as_tally(&group.tally);
        BreakdownRow {
            value,
            values,
            is_other: matches!(group.name, GroupName::Other(_)),
            journeys: tally.entered,
            steps: steps::steps(&tally, ladder, confidence),
        }
    };
    let breakdown = |finding: &BreakdownFinding| BreakdownReport {
        by: finding.by.clone(),
        at: finding.at.clone(),
        rows: finding.groups.iter().map(row).collect(),
    };
    findings.iter().map(breakdown).collect()
}

/// The counts of a row in the form of a whole run's, without times.
fn as_tally(group: &GroupTally) -> Tally {
    let step = |step: &crate::tally::GroupStep| StepTally {
        reached: step.reached,
        observed: step.observed,
        implied: step.reached.saturating_sub(step.observed),
        open: step.open,
        converted: step.converted,
        ..StepTally::default()
    };
    Tally {
        entered: group.entered,
        converted: group.converted,
        steps: group.steps.iter().map(step).collect(),
        clustering: group.clustering.as_deref().cloned().unwrap_or_default(),
        ..Tally::default()
    }
}
