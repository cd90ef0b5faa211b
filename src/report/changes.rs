//! What changed since an earlier report: the same counts beside each other, and whether they are of the
//! same thing at all.
//!
//! The earlier report is read as other programs read it, by the keys of its contract. Whether a
//! difference is more than chance is another question, which this does not answer.

use super::sheet::{Cell, Sheet, left, right};
use super::{Report, SCHEMA, words};
use crate::error::{Error, Result};
use crate::place::Place;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The rules of a ladder that are compared by name.
const RULES: [&str; 11] = [
    "name", "count", "order", "window", "entry", "start", "ties", "rules", "linkage", "open",
    "sha256",
];

/// What changed since an earlier report.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChangesReport {
    /// The file of the earlier report.
    pub path: String,
    /// The last moment that its data cover.
    pub seen_until: Option<String>,
    /// The version of the program that made it.
    pub version: Option<String>,
    /// The keys of the ladder that differ; none if both count the same way.
    pub ladder: Vec<String>,
    /// What else is asked for now than then: `filters`, `since`, `until`.
    pub asked: Vec<&'static str>,
    /// The inputs that are new, gone, or not the same any more.
    pub inputs: Vec<ChangedInput>,
    /// Rows that count, before and now.
    pub rows_used: Change,
    /// Journeys that entered.
    pub entered: Change,
    /// Journeys that converted.
    pub converted: Change,
    /// Orders of the online store.
    pub orders: Change,
    /// The steps, by name: those of now, then those that are gone.
    pub steps: Vec<ChangedStep>,
}

/// A count before and now; `None` where there was or is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// In the earlier report.
    pub before: Option<u64>,
    /// In this one.
    pub now: Option<u64>,
}

/// An input that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangedInput {
    /// The path.
    pub path: String,
    /// `new`, `gone` or `changed`.
    pub change: &'static str,
}

/// A step before and now.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChangedStep {
    /// The name.
    pub name: String,
    /// Journeys that reached it.
    pub reached: Change,
    /// The share of those at the first step, before.
    pub rate_before: Option<f64>,
    /// The share of those at the first step, now.
    pub rate_now: Option<f64>,
}

impl ChangesReport {
    /// What changed since the report of which `text` is the JSON.
    pub fn new(report: &Report, path: &str, text: &str) -> Result<ChangesReport> {
        let before: Value = serde_json::from_str(text).map_err(|error| {
            let line = Some(error.line() as u64);
            Error::at(Place { line, ..Place::file(path) }, "this is no JSON, so no earlier report")
        })?;
        if before["schema"] != SCHEMA {
            return Err(Error::at(
                Place::file(path),
                format!("expected a report with the schema {SCHEMA}"),
            )
            .hint("make one with `funnel report … --format json -o FILE`"));
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let change = |before: &Value, now: Option<u64>| Change { before: before.as_u64(), now };
        Ok(ChangesReport {
            path: path.to_owned(),
            seen_until: text(&before["period"]["seen_until"]),
            version: text(&before["tool"]["version"]),
            ladder: changed_rules(report, &before["ladder"]),
            asked: changed_questions(report, &before),
            inputs: changed_inputs(report, &before["inputs"]),
            rows_used: change(&before["quality"]["rows_used"], Some(report.quality.rows_used)),
            entered: change(&before["journeys"]["entered"], Some(report.journeys.entered)),
            converted: change(&before["journeys"]["converted"], Some(report.journeys.converted)),
            orders: change(&before["orders"]["count"], report.orders.count),
            steps: changed_steps(report, &before["steps"]),
        })
    }
}

fn changed_rules(report: &Report, before: &Value) -> Vec<String> {
    let now = serde_json::to_value(&report.ladder).unwrap_or(Value::Null);
    RULES.into_iter().filter(|key| now[*key] != before[*key]).map(str::to_owned).collect()
}

/// What else is asked for. An earlier version said less of it.
fn changed_questions(report: &Report, before: &Value) -> Vec<&'static str> {
    let now = serde_json::to_value(&report.period).unwrap_or(Value::Null);
    let filters = serde_json::to_value(&report.filters).unwrap_or(Value::Null);
    let period = &before["period"];
    let asked = [
        ("filters", &filters, &before["filters"]),
        ("since", &now["since"], &period["since"]),
        ("until", &now["until"], &period["until"]),
    ];
    let is_told = before.get("filters").is_some();
    let differ = asked.into_iter().filter(|(_, now, before)| is_told && now != before);
    differ.map(|(name, ..)| name).collect()
}

fn changed_inputs(report: &Report, before: &Value) -> Vec<ChangedInput> {
    let before: Vec<&Value> = before.as_array().into_iter().flatten().collect();
    let now = report.inputs.iter().filter_map(|input| {
        let change = match before.iter().find(|old| old["path"] == *input.path) {
            None => "new",
            Some(old) => {
                let is_same = match (&input.fingerprint, old["fingerprint"].as_str()) {
                    (Some(now), Some(before)) => now == before,
                    _ => old["rows_read"].as_u64() == Some(input.rows_read),
                };
                (!is_same).then_some("changed")?
            }
        };
        Some(ChangedInput { path: input.path.clone(), change })
    });
    let is_gone = |old: &&&Value| report.inputs.iter().all(|input| old["path"] != *input.path);
    let gone = before.iter().filter(is_gone).filter_map(|old| old["path"].as_str());
    now.chain(gone.map(|path| ChangedInput { path: path.to_owned(), change: "gone" })).collect()
}

fn changed_steps(report: &Report, before: &Value) -> Vec<ChangedStep> {
    let before: Vec<&Value> = before.as_array().into_iter().flatten().collect();
    let now = report.steps.iter().map(|step| {
        let old = before.iter().find(|old| old["name"] == *step.name);
        ChangedStep {
            name: step.name.clone(),
            reached: Change {
                before: old.and_then(|old| old["reached"].as_u64()),
                now: Some(step.reached),
            },
            rate_before: old.and_then(|old| old["overall_rate"]["rate"].as_f64()),
            rate_now: step.overall_rate.rate,
        }
    });
    let is_gone = |old: &&&Value| report.steps.iter().all(|step| old["name"] != *step.name);
    let gone = before.iter().filter(is_gone).filter_map(|old| {
        Some(ChangedStep {
            name: old["name"].as_str()?.to_owned(),
            reached: Change { before: old["reached"].as_u64(), now: None },
            rate_before: old["overall_rate"]["rate"].as_f64(),
            rate_now: None,
        })
    });
    now.chain(gone).collect()
}

/// The changes as a table: one row a step.
pub(super) fn changes_sheet(changes: &ChangesReport) -> Sheet {
    let columns = vec![
        left("step", 0),
        right("before", 0),
        right("now", 0),
        right("change", 1),
        right("of all before", 2),
        right("of all now", 2),
    ];
    let mut sheet = Sheet::new(&format!("Since {}", changes.path), columns);
    let count = |count: Option<u64>| count.map_or(Cell::Empty, Cell::Count);
    for step in &changes.steps {
        sheet.rows.push(vec![
            Cell::Text(step.name.clone()),
            count(step.reached.before),
            count(step.reached.now),
            difference(step.reached).map_or(Cell::Empty, Cell::Difference),
            Cell::Share(step.rate_before),
            Cell::Share(step.rate_now),
        ]);
    }
    sheet.lead = lead(changes);
    sheet.notes = notes(changes);
    sheet
}

fn difference(change: Change) -> Option<i64> {
    let (before, now) = (i64::try_from(change.before?).ok()?, i64::try_from(change.now?).ok()?);
    now.checked_sub(before)
}

fn lead(changes: &ChangesReport) -> Vec<String> {
    let named = [
        ("rows that count", changes.rows_used),
        ("entered", changes.entered),
        ("converted", changes.converted),
        ("orders", changes.orders),
    ];
    let parts = named.into_iter().filter_map(|(name, change)| match difference(change)? {
        0 => None,
        more => {
            Some(format!("{name} {}{}", if more > 0 { "+" } else { "" }, words::signed_count(more)))
        }
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        vec!["Nothing changed in the counts.".to_owned()]
    } else {
        vec![format!("Changed: {}.", parts.join(", "))]
    }
}

fn notes(changes: &ChangesReport) -> Vec<String> {
    let rules: Vec<&str> =
        changes.ladder.iter().map(String::as_str).filter(|key| *key != "sha256").collect();
    let ladder = match (changes.ladder.is_empty(), rules.as_slice()) {
        (true, _) => None,
        (false, []) => {
            Some("The ladder is not the same, so the counts are not of the same thing.".to_owned())
        }
        (false, rules) => Some(format!(
            "The ladder is not the same ({}), so the counts are not of the same thing.",
            rules.join(", ")
        )),
    };
    let asked = (!changes.asked.is_empty()).then(|| {
        format!(
            "Something else is asked for ({}), so the counts are not of the same journeys.",
            changes.asked.join(", ")
        )
    });
    let inputs = changes.inputs.iter().map(|input| format!("{}: {}.", input.path, input.change));
    ladder.into_iter().chain(asked).chain(inputs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn report() -> Report {
        let (findings, ladder) = example::storefront();
        Report::new(&findings, &ladder, &example::options())
    }

    #[test]
    fn the_same_report_has_no_changes() {
        let text = serde_json::to_string(&report()).unwrap();
        let changes = ChangesReport::new(&report(), "old.json", &text).unwrap();
        assert!(changes.ladder.is_empty() && changes.inputs.is_empty());
        assert_eq!(changes_sheet(&changes).lead, ["Nothing changed in the counts."]);
    }

    #[test]
    fn what_is_new_and_gone_is_told() {
        let mut before = report();
        before.steps[1].name = "Old step".into();
        before.steps[4].reached = 5;
        before.journeys.converted = 5;
        before.inputs[0].path = "gone.csv".into();
        before.inputs[1].rows_read = 1;
        before.ladder.window = "7d".into();
        before.filters = vec!["device=mobile".into()];
        let text = serde_json::to_string(&before).unwrap();
        let changes = ChangesReport::new(&report(), "old.json", &text).unwrap();
        assert_eq!(
            (&changes.ladder[..], &changes.asked[..]),
            (&["window".to_owned()][..], &["filters"][..])
        );
        let inputs: Vec<_> =
            changes.inputs.iter().map(|input| (input.path.as_str(), input.change)).collect();
        assert_eq!(
            inputs,
            [("orders.csv", "new"), ("pixel.jsonl", "changed"), ("gone.csv", "gone")]
        );
        assert_eq!(changes.steps[1].reached, Change { before: None, now: Some(600) });
        assert_eq!(changes.steps[5].reached, Change { before: Some(600), now: None });
        let sheet = changes_sheet(&changes);
        assert_eq!(sheet.lead, ["Changed: converted +3."]);
        assert_eq!(
            sheet.notes[0],
            "The ladder is not the same (window), so the counts are not of the same thing."
        );
        assert_eq!(
            sheet.notes[1],
            "Something else is asked for (filters), so the counts are not of the same journeys."
        );
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for (text, part) in
            [("{", "no JSON"), ("{\"schema\": \"funnel.inspect/1\"}", "funnel.report/1")]
        {
            let error = ChangesReport::new(&report(), "old.json", text).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
