//! The answer of `funnel rules` for a terminal.

use super::layout::sheet_lines;
use super::table::TableStyle;
use crate::report::rules::{RulesReport, rules_sheet};

/// The table, one newline at the end.
pub fn rules_table(report: &RulesReport, style: &TableStyle) -> String {
    let mut text = sheet_lines(&rules_sheet(report), style).join("\n");
    text.push('\n');
    text
}
