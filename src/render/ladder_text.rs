//! The answers of `funnel ladder` for a terminal: sentences, a table, and what speaks against it.
//!
//! Everything from data is escaped on its way (`layout`).

use super::layout::{heading, sheet_lines, wrapped};
use super::table::TableStyle;
use crate::report::ladder_check::{LadderCheck, check_headline, check_sheet};
use crate::report::ladder_suggest::{LadderSuggest, suggest_doubts, suggest_sheet};

/// What `ladder check` says, one newline at the end.
pub fn check_text(check: &LadderCheck, style: &TableStyle) -> String {
    let mut headline = wrapped_all(&check_headline(check), style);
    if let Some(first) = headline.first_mut() {
        *first = heading(first, style);
    }
    let mut sections = vec![headline];
    let sheet = check_sheet(check);
    if !sheet.rows.is_empty() {
        sections.push(sheet_lines(&sheet, style));
    }
    let problems: Vec<String> = check.problems.iter().map(|p| p.message.clone()).collect();
    let problems = match (problems.is_empty(), check.customers) {
        (false, _) => section("Worth a look", &problems, style),
        (true, Some(_)) => vec!["Nothing in the data speaks against it.".to_owned()],
        (true, None) => Vec::new(),
    };
    sections.push(problems);
    joined(sections)
}

/// What `ladder suggest` says, one newline at the end.
pub fn suggest_text(suggest: &LadderSuggest, style: &TableStyle) -> String {
    let doubts = section("Doubts", &suggest_doubts(suggest), style);
    joined(vec![sheet_lines(&suggest_sheet(suggest), style), doubts])
}

/// A list of names with a sentence each.
pub fn named_texts(texts: &[(String, String)], style: &TableStyle) -> String {
    let sections = texts.iter().map(|(name, text)| {
        let lines = wrapped_all(std::slice::from_ref(text), style);
        std::iter::once(heading(name, style)).chain(lines).collect()
    });
    joined(sections.collect())
}

fn section(title: &str, texts: &[String], style: &TableStyle) -> Vec<String> {
    if texts.is_empty() {
        return Vec::new();
    }
    std::iter::once(heading(title, style)).chain(wrapped_all(texts, style)).collect()
}

fn wrapped_all(texts: &[String], style: &TableStyle) -> Vec<String> {
    texts.iter().flat_map(|text| wrapped(text, style.width)).collect()
}

fn joined(sections: Vec<Vec<String>>) -> String {
    let sections = sections.into_iter().filter(|lines| !lines.is_empty());
    sections.map(|lines| lines.join("\n") + "\n").collect::<Vec<_>>().join("\n")
}
