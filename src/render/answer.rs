//! Any answer for a terminal: its sheets one below the other.

use super::layout::sheet_lines;
use super::table::TableStyle;
use crate::report::answer::Answer;

/// The sheets as text, one newline at the end; those with nothing to say are left out.
pub fn answer_table(answer: &impl Answer, style: &TableStyle) -> String {
    let sheets = answer.sheets();
    let sections = sheets.iter().filter(|sheet| {
        !(sheet.rows.is_empty() && sheet.lead.is_empty() && sheet.notes.is_empty())
    });
    let texts: Vec<String> =
        sections.map(|sheet| sheet_lines(sheet, style).join("\n") + "\n").collect();
    texts.join("\n")
}
