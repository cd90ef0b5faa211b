//! The report for a terminal: sentences first, then borderless tables, notices last.
//!
//! The order of the sections is the order in which a merchant asks. Colour only repeats what a word or
//! a mark says already. Everything from data is escaped on its way (`layout`).

use super::layout::{heading, sheet_lines, wrapped};
use crate::report::sheet::{self, Sheet};
use crate::report::{Report, headline, scope};

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStyle {
    /// The width of a line in cells.
    pub width: usize,
    /// Whether ANSI colours may be used.
    pub color: bool,
}

/// How many exits are listed; the rest is counted.
const EXITS: usize = 5;

/// The whole report as text, one newline at the end.
pub fn report_table(report: &Report, style: &TableStyle) -> String {
    let mut sections = vec![scope_lines(report, style), sentences(&headline(report), style)];
    if !report.steps.is_empty() {
        sections.push(sheet_lines(&sheet::ladder_sheet(report), style));
    }
    sections.extend(sheets(report).iter().map(|sheet| sheet_lines(sheet, style)));
    sections.push(notice_lines(report, style));
    let sections = sections.into_iter().filter(|lines| !lines.is_empty());
    sections.map(|lines| lines.join("\n") + "\n").collect::<Vec<_>>().join("\n")
}

fn scope_lines(report: &Report, style: &TableStyle) -> Vec<String> {
    let mut lines = sentences(&scope(report), style);
    if let Some(first) = lines.first_mut() {
        *first = heading(first, style);
    }
    lines
}

fn sentences(texts: &[String], style: &TableStyle) -> Vec<String> {
    texts.iter().flat_map(|text| wrapped(text, style.width)).collect()
}

/// The sections below the ladder that have something to say.
fn sheets(report: &Report) -> Vec<Sheet> {
    let mut sheets = vec![biggest_exits(report)];
    sheets.extend(
        report.breakdowns.iter().map(|breakdown| sheet::breakdown_sheet(report, breakdown)),
    );
    if !report.actions.is_empty() {
        sheets.push(sheet::actions_sheet(report));
    }
    sheets.push(sheet::orders_sheet(report));
    sheets.push(sheet::coverage_sheet(report));
    if !report.ladder.open {
        sheets.extend(report.session_reports.iter().map(sheet::session_report_sheet));
    }
    sheets.push(sheet::quality_sheet(&report.quality));
    sheets.push(sheet::inputs_sheet(report));
    sheets.retain(|sheet| !sheet.rows.is_empty() || !sheet.lead.is_empty());
    sheets
}

/// The largest exits; none where the data are too few to rank anything.
fn biggest_exits(report: &Report) -> Sheet {
    let mut sheet = sheet::exits_sheet(report);
    if report.has_few_orders() {
        sheet.rows.clear();
    }
    if let Some(more) = sheet.rows.len().checked_sub(EXITS).filter(|&more| more > 0) {
        sheet.rows.truncate(EXITS);
        let exits = if more == 1 { "exit is" } else { "exits are" };
        sheet.notes.push(format!("{more} smaller {exits} not shown."));
    }
    sheet
}

/// The notices that the sentences at the top have not said already.
fn notice_lines(report: &Report, style: &TableStyle) -> Vec<String> {
    let said = ["no_journeys", "no_orders", "few_orders"];
    let notices: Vec<String> = report
        .notices
        .iter()
        .filter(|notice| !said.contains(&notice.code))
        .flat_map(|notice| wrapped(&notice.message, style.width))
        .collect();
    if notices.is_empty() {
        return notices;
    }
    std::iter::once(heading("Notices", style)).chain(notices).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Findings;
    use crate::report::example;
    use unicode_width::UnicodeWidthStr;

    fn storefront() -> Report {
        let (findings, ladder) = example::storefront();
        Report::new(&findings, &ladder, &example::options())
    }

    fn plain(width: usize) -> TableStyle {
        TableStyle { width, color: false }
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
        for width in [60, 72, 80, 100, 120, 160] {
            for line in report_table(&storefront(), &plain(width)).lines() {
                assert!(line.width() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
        }
    }

    #[test]
    fn colour_only_wraps_what_the_plain_text_says() {
        let plain_text = report_table(&storefront(), &plain(100));
        let colored = report_table(&storefront(), &TableStyle { width: 100, color: true });
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
