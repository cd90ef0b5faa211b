//! An answer as JSON: the published contracts, indented, one newline at the end.
//!
//! Names from data are escaped by JSON itself, and signs that change the direction of writing beside
//! it, so that what a terminal shows of it is what stands there. Numbers are not rounded; what is not
//! finite is `null`.

use super::escape::is_harmful;
use serde::Serialize;
use std::fmt::Write;

/// The keys and values of an answer.
pub fn json(answer: &impl Serialize) -> String {
    visible(&pretty(answer)) + "\n"
}

fn pretty(answer: &impl Serialize) -> String {
    serde_json::to_string_pretty(answer).expect("the keys of all contracts are texts")
}

/// A text as JSON, in quotes.
pub(super) fn quoted(text: &str) -> String {
    visible(&serde_json::Value::from(text).to_string())
}

/// JSON with harmful signs written as `\u202e`. They stand within texts only, but for line ends.
fn visible(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter != '\n' && is_harmful(letter) {
            // All of them take one unit of UTF-16; writing to a string has no way to fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(letter));
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rate::Rate;
    use crate::report::inspect::InspectReport;
    use crate::report::{Report, example, inspect};

    #[test]
    fn the_report_is_the_golden_one() {
        let (findings, ladder) = example::storefront();
        let report = Report::new(&findings, &ladder, &example::options());
        assert_eq!(json(&report), include_str!("golden/report.json"));
    }

    #[test]
    fn the_view_of_the_inputs_is_the_golden_one() {
        let (findings, _) = example::storefront();
        let zone = example::options().zone;
        let report = InspectReport::new(&findings, inspect::missing(&findings), zone);
        assert_eq!(json(&report), include_str!("golden/inspect.json"));
    }

    #[test]
    fn a_change_of_direction_is_written_out() {
        assert_eq!(json(&"a\u{202e}\"\u{1b}"), "\"a\\u202e\\\"\\u001b\"\n");
        assert_eq!(quoted("\u{2066}\u{85}"), "\"\\u2066\\u0085\"");
    }

    #[test]
    fn what_is_no_number_is_null() {
        let (findings, ladder) = example::storefront();
        let mut report = Report::new(&findings, &ladder, &example::options());
        let broken =
            Rate { rate: Some(f64::NAN), low: Some(f64::INFINITY), ..Rate::of(0, 0, 0.95) };
        report.macro_conversion.rate = broken;
        let json = super::json(&report);
        assert!(!json.contains("NaN") && !json.contains("inf"), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(value["macro"]["rate"].is_null() && value["macro"]["low"].is_null());
    }
}
