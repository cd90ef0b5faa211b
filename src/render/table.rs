//! An answer for a terminal: sentences first, then borderless tables, notices last.
//!
//! Colour only repeats what a word or a mark says already. Everything from data is escaped on its way
//! (`layout`). Figures are for pages; a table says the same.

use super::ascii::ascii;
use super::layout::{heading, sheet_lines, wrapped};
use super::plain;
use crate::report::document::Document;

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStyle {
    /// The width of a line in cells.
    pub width: usize,
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Whether the letters are those of ASCII.
    pub ascii: bool,
    /// Whether there is one fact a line, for those who listen.
    pub plain: bool,
}

impl TableStyle {
    /// Tables of this width, without colours.
    pub const fn wide(width: usize) -> TableStyle {
        TableStyle { width, color: false, ascii: false, plain: false }
    }
}

/// The whole answer as text, one newline at the end.
pub fn document_text(document: &Document, style: &TableStyle) -> String {
    let text = if style.plain { plain::document(document) } else { tables_of(document, style) };
    if style.ascii { ascii(&text) } else { text }
}

fn tables_of(document: &Document, style: &TableStyle) -> String {
    let mut blocks =
        vec![bold_first(&document.scope, style), bold_first(&document.headline, style)];
    let sections = document.sections.iter().filter(|section| !section.only_in_pages);
    blocks.extend(sections.map(|section| sheet_lines(&section.sheet, style)));
    blocks.push(notice_lines(&document.notices, style));
    joined(blocks)
}

/// A list of names with a sentence each.
pub fn named_texts(named: &[(String, String)], style: &TableStyle) -> String {
    let blocks = named.iter().map(|(name, text)| {
        std::iter::once(heading(name, style)).chain(wrapped(text, style.width)).collect()
    });
    let text = joined(blocks.collect());
    if style.ascii { ascii(&text) } else { text }
}

/// The sentences, the first of them in bold.
fn bold_first(sentences: &[String], style: &TableStyle) -> Vec<String> {
    let Some((first, others)) = sentences.split_first() else { return Vec::new() };
    let first = wrapped(first, style.width);
    first.iter().map(|line| heading(line, style)).chain(texts(others, style)).collect()
}

fn texts(texts: &[String], style: &TableStyle) -> Vec<String> {
    texts.iter().flat_map(|text| wrapped(text, style.width)).collect()
}

fn notice_lines(notices: &[String], style: &TableStyle) -> Vec<String> {
    if notices.is_empty() {
        return Vec::new();
    }
    std::iter::once(heading("Notices", style)).chain(texts(notices, style)).collect()
}

/// Blocks of lines with a blank line between them.
fn joined(blocks: Vec<Vec<String>>) -> String {
    let blocks = blocks.into_iter().filter(|lines| !lines.is_empty());
    blocks.map(|lines| lines.join("\n") + "\n").collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Findings;
    use crate::report::answer::Answer;
    use crate::report::inspect::{InspectReport, missing};
    use crate::report::{Report, example};
    use unicode_width::UnicodeWidthStr;

    fn storefront() -> Report {
        let (findings, ladder) = example::storefront();
        Report::new(&findings, &ladder, &example::options())
    }

    fn report_table(report: &Report, style: &TableStyle) -> String {
        document_text(&report.document(), style)
    }

    #[test]
    fn the_view_of_the_inputs_is_the_golden_one() {
        let (findings, _) = example::storefront();
        let zone = example::options().zone;
        let report = InspectReport::new(&findings, missing(&findings), zone);
        let text = document_text(&report.document(), &plain(80));
        assert_eq!(text, include_str!("golden/inspect_80.txt"), "{text}");
    }

    fn plain(width: usize) -> TableStyle {
        TableStyle::wide(width)
    }

    #[test]
    fn the_text_is_the_golden_one() {
        let cases = [
            (100, include_str!("golden/report_100.txt")),
            (60, include_str!("golden/report_60.txt")),
        ];
        for (width, expected) in cases {
            let text = report_table(&storefront(), &plain(width));
            assert_eq!(text, expected, "at {width} columns:\n{text}");
        }
    }

    #[test]
    fn no_line_is_wider_than_asked_and_none_ends_in_blanks() {
        for width in [40, 48, 60, 72, 80, 100, 120, 160] {
            for line in report_table(&storefront(), &plain(width)).lines() {
                assert!(line.width() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
        }
    }

    #[test]
    fn colour_only_wraps_what_the_plain_text_says() {
        let plain_text = report_table(&storefront(), &plain(100));
        let colored = report_table(&storefront(), &TableStyle { color: true, ..plain(100) });
        assert!(colored.contains("\u{1b}[1;33mAdd to cart (i)"), "{colored}");
        let stripped = ["\u{1b}[1;33m", "\u{1b}[1m", "\u{1b}[0m"]
            .iter()
            .fold(colored, |t, c| t.replace(c, ""));
        assert_eq!(stripped, plain_text);
    }

    #[test]
    fn names_from_data_cannot_command_the_terminal() {
        let (mut findings, mut ladder) = example::storefront();
        let evil = "\u{1b}]0;x\u{7}\u{202e}";
        findings.inputs[0].path = evil.into();
        findings.inputs[0].decisions = vec![evil.into()];
        findings.session_reports[0].path = evil.into();
        findings.notices[0].message = evil.into();
        ladder.name = evil.into();
        ladder.actions[0].name = evil.into();
        for step in &mut ladder.steps {
            step.name = evil.into();
        }
        let report = Report::new(&findings, &ladder, &example::options());
        let text = report_table(&report, &plain(100));
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}') && !text.contains('\u{202e}'));
    }

    #[test]
    fn few_orders_leave_the_ranking_out() {
        let (mut findings, ladder) = example::storefront();
        findings.tally.converted = 4;
        let report = Report::new(&findings, &ladder, &example::options());
        let text = report_table(&report, &plain(100));
        assert!(!text.contains("Biggest exits") && text.contains("Too few for rates by step"));
    }

    #[test]
    fn an_open_funnel_and_no_findings_at_all_are_shown_too() {
        let (findings, ladder) = example::sessions();
        let report = Report::new(&findings, &ladder, &example::options());
        let text = report_table(&report, &plain(100));
        assert_eq!(text, include_str!("golden/sessions_100.txt"), "{text}");
        let nothing = Report::new(&Findings::default(), &ladder, &example::options());
        assert!(report_table(&nothing, &plain(60)).contains("No session reached Sessions"));
    }
}
