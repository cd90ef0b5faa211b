//! The report, the view of the inputs and one journey as JSON: the published contracts, indented, one newline at the end.
//!
//! Names from data are escaped by JSON itself; numbers are not rounded; what is not finite is `null`.

use crate::report::Report;
use crate::report::answer::Answer;
use crate::report::inspect::InspectReport;
use crate::report::journey::JourneyReport;
use crate::report::ladder_check::LadderCheck;
use crate::report::ladder_suggest::LadderSuggest;
use crate::report::rules::RulesReport;
use serde::Serialize;

/// The report as `funnel.report/1`.
pub fn report_json(report: &Report) -> String {
    pretty(report)
}

/// The view of the inputs as `funnel.inspect/1`.
pub fn inspect_json(report: &InspectReport) -> String {
    pretty(report)
}

/// One customer's journey as `funnel.journey/1`.
pub fn journey_json(report: &JourneyReport) -> String {
    pretty(report)
}

/// The same ladder under several rules as `funnel.rules/1`.
pub fn rules_json(report: &RulesReport) -> String {
    pretty(report)
}

/// What speaks against a ladder as `funnel.ladder_check/1`.
pub fn ladder_check_json(check: &LadderCheck) -> String {
    pretty(check)
}

/// A suggested order as `funnel.ladder_suggest/1`.
pub fn ladder_suggest_json(suggest: &LadderSuggest) -> String {
    pretty(suggest)
}

/// Any other answer, under the schema that it names.
pub fn answer_json(answer: &impl Answer) -> String {
    pretty(answer)
}

fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value);
    text.expect("the keys of all contracts are texts") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rate::Rate;
    use crate::report::{example, inspect};

    #[test]
    fn the_report_is_the_golden_one() {
        let (findings, ladder) = example::storefront();
        let report = Report::new(&findings, &ladder, &example::options());
        assert_eq!(report_json(&report), include_str!("golden/report.json"));
    }

    #[test]
    fn the_view_of_the_inputs_is_the_golden_one() {
        let (findings, _) = example::storefront();
        let zone = example::options().zone;
        let report = InspectReport::new(&findings, inspect::missing(&findings), zone);
        assert_eq!(inspect_json(&report), include_str!("golden/inspect.json"));
    }

    #[test]
    fn what_is_no_number_is_null() {
        let (findings, ladder) = example::storefront();
        let mut report = Report::new(&findings, &ladder, &example::options());
        let broken =
            Rate { rate: Some(f64::NAN), low: Some(f64::INFINITY), ..Rate::of(0, 0, 0.95) };
        report.macro_conversion.rate = broken;
        let json = report_json(&report);
        assert!(!json.contains("NaN") && !json.contains("inf"), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(value["macro"]["rate"].is_null() && value["macro"]["low"].is_null());
    }
}
