//! The steps as rows: one a step, or one a step and value of a breakdown.
//!
//! The names of the columns are read by other programs: they are added to, not renamed.

use super::records::{Records, Value, each_once, snake_case};
use super::{BreakdownRow, Report, StepReport, words};
use crate::analysis::rate::Rate;

/// What stands in the column of a breakdown that a row does not belong to.
const ALL: &str = "(all)";

/// The columns behind those of the breakdowns.
const COLUMNS: [&str; 22] = [
    "step_number",
    "step_name",
    "step_kind",
    "presence",
    "reached",
    "observed",
    "implied",
    "open",
    "step_rate",
    "step_rate_low",
    "step_rate_high",
    "overall_rate",
    "overall_rate_low",
    "overall_rate_high",
    "order_rate",
    "order_rate_low",
    "order_rate_high",
    "below_target",
    "median_seconds_from_previous",
    "p90_seconds_from_previous",
    "median_seconds_from_entry",
    "p90_seconds_from_entry",
];

/// The steps of the whole; with breakdowns the steps of each of their rows, the values in front.
pub(super) fn step_rows(report: &Report) -> Records {
    let dimensions = report.breakdowns.iter().map(|breakdown| snake_case(&breakdown.by));
    let header = dimensions.chain(COLUMNS.map(str::to_owned)).collect();
    let mut rows = Vec::new();
    for (position, breakdown) in report.breakdowns.iter().enumerate() {
        for row in &breakdown.rows {
            let mut values = vec![Value::from(ALL); report.breakdowns.len()];
            values[position] = value_of(row);
            rows.extend(steps(&row.steps, &values));
        }
    }
    if report.breakdowns.is_empty() {
        rows.extend(steps(&report.steps, &[]));
    }
    Records { kind: "step", header: each_once(header), rows }
}

/// The value, in quotes if it reads like a name of ours.
fn value_of(row: &BreakdownRow) -> Value {
    if row.is_other {
        return Value::from("(other)");
    }
    Value::Text(words::value_name(row.value.as_deref()))
}

fn steps<'a>(
    steps: &'a [StepReport],
    values: &'a [Value],
) -> impl Iterator<Item = Vec<Value>> + 'a {
    let numbered = (1_u64..).zip(steps);
    numbered.map(move |(number, step)| [values.to_vec(), columns(number, step)].concat())
}

fn columns(number: u64, step: &StepReport) -> Vec<Value> {
    let mut values = vec![
        Value::from(number),
        Value::from(step.name.as_str()),
        Value::from(step.kind),
        Value::from(step.presence),
    ];
    values.extend([step.reached, step.observed, step.implied, step.open].map(Value::from));
    values.extend(rate(step.step_rate.as_ref()));
    values.extend(rate(Some(&step.overall_rate)));
    values.extend(rate(Some(&step.order_rate)));
    values.push(Value::Truth(step.below_target));
    for times in [step.seconds_from_previous, step.seconds_from_entry] {
        values.extend(
            [times.map(|times| times.median), times.map(|times| times.p90)].map(Value::from),
        );
    }
    values
}

fn rate(rate: Option<&Rate>) -> [Value; 3] {
    let parts = rate.map_or([None; 3], |rate| [rate.rate, rate.low, rate.high]);
    parts.map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn values_that_read_like_names_of_ours_are_told_apart() {
        let row = |value: Option<&str>, is_other| BreakdownRow {
            value: value.map(str::to_owned),
            values: 1,
            is_other,
            journeys: 1,
            steps: Vec::new(),
        };
        let cases = [
            (row(Some("(other)"), true), "(other)"),
            (row(Some("(other)"), false), "\"(other)\""),
            (row(None, false), "(unknown)"),
            (row(Some("(unknown)"), false), "\"(unknown)\""),
            (row(Some("mobile"), false), "mobile"),
        ];
        for (row, expected) in cases {
            assert_eq!(value_of(&row), Value::from(expected));
        }
    }

    #[test]
    fn every_row_has_a_value_for_every_column() {
        let (findings, ladder) = example::storefront();
        let report = Report::new(&findings, &ladder, &example::options());
        let records = step_rows(&report);
        assert_eq!(records.rows.len(), 5);
        assert!(records.rows.iter().all(|row| row.len() == records.header.len()));
        let reached = records.header.iter().position(|name| name == "reached").unwrap();
        assert_eq!(records.rows[3][reached], Value::Whole(40));
        let step_rate = records.header.iter().position(|name| name == "step_rate").unwrap();
        assert_eq!(records.rows[0][step_rate], Value::Nothing);
    }
}
