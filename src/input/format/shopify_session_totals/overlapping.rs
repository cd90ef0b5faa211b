//! Rows of one report that count the same sessions again: of another range of dates, of a segment, or the sum of all.
//!
//! Analytics tools put the ranges and segments that one compares below each other, told apart by a column, and write
//! the sum of a table into a row that names nothing. To add such rows would count everybody twice. What a row *says*
//! to be a sum is known when it is read.
//!
//! Pages of Google Analytics write the rows that were on the screen and below them the total of all: it may be more than
//! the rows above it make together, and then it is the report, and they are some of its parts.

use super::super::shopify_analytics::AnalyticsLine;
use super::super::shopify_orders::copies::{Aside, LineAt};
use super::ReportInput;
use crate::findings::Notice;
use crate::input::columns::{is_null, normalise};
use crate::quality::Reason;

/// Dimensions whose values do not part the sessions: ranges of dates hold others, segments may share some.
const COMPARED: [&str; 4] = ["date range", "segment", "comparison", "comparisons"];

/// The segments with everybody in them.
const EVERYBODY: [&str; 3] = ["all users", "all sessions", "all traffic"];

/// A sum of fewer rows would be a row like any other.
const LEAST_PARTS: usize = 2;

/// What was taken out of a report.
#[derive(Debug, Default)]
pub(super) struct Overlapping {
    pub(super) aside: Vec<Aside>,
    pub(super) notices: Vec<Notice>,
}

/// Takes the rows out of `lines`, which are in order, that count sessions of other rows of their input again.
pub(super) fn set_apart(
    lines: Vec<LineAt<AnalyticsLine>>,
    inputs: &[ReportInput<'_>],
) -> (Vec<LineAt<AnalyticsLine>>, Overlapping) {
    let mut found = Overlapping::default();
    let mut kept = Vec::with_capacity(lines.len());
    let mut lines = lines.into_iter().peekable();
    while let Some(first) = lines.next() {
        let input = first.input;
        let mut own = vec![first];
        own.extend(std::iter::from_fn(|| lines.next_if(|at| at.input == input)));
        // Of single sessions none is a sum or a part of another.
        if let Some(of) =
            inputs.iter().find(|of| of.input == input && of.columns.sessions.is_none())
        {
            take_compared(&mut own, of, &mut found);
            if !(of.columns.are_of_a_page() && take_total(&mut own, of, &mut found)) {
                take_sum(&mut own, &mut found);
            }
        }
        kept.append(&mut own);
    }
    (kept, found)
}

/// Of several ranges or segments one counts: everybody's, or the one that comes first.
fn take_compared(
    lines: &mut Vec<LineAt<AnalyticsLine>>,
    of: &ReportInput<'_>,
    found: &mut Overlapping,
) {
    for (column, name) in of.columns.dimensions().iter().enumerate() {
        let kind = normalise(name);
        if !COMPARED.contains(&kind.as_str()) {
            continue;
        }
        let value = |at: &LineAt<AnalyticsLine>| at.line.dimensions.get(column).cloned();
        let is_everybody = |text: &String| EVERYBODY.contains(&normalise(text).as_str());
        let Some(taken) =
            lines.iter().filter_map(value).find(is_everybody).or_else(|| value(lines.first()?))
        else {
            continue;
        };
        let (own, others): (Vec<_>, Vec<_>) =
            lines.drain(..).partition(|at| value(at).as_ref() == Some(&taken));
        *lines = own;
        let words = format!("of another {}", kind.trim_end_matches('s'));
        found.aside.extend(
            others.iter().map(|at| (at.input, at.row, Reason::Continuation, words.clone().into())),
        );
        if let Some(other) = others.first().and_then(value) {
            let message = format!(
                "{}: \"{name}\" compares the same report with others, which must not be added: only the rows of \"{taken}\" count, not those of \"{other}\"{}",
                of.path,
                if others.iter().filter_map(value).any(|v| v != other) { " and more" } else { "" }
            );
            found.notices.push(Notice { code: "session_report_compares", message });
        }
    }
}

/// The last row of a table from a page is the total if it names nothing and has at least the sum of all others in every
/// figure. If it has more, the others were not all there are, and the total counts in their place. Tells whether it is one.
fn take_total(
    lines: &mut Vec<LineAt<AnalyticsLine>>,
    of: &ReportInput<'_>,
    found: &mut Overlapping,
) -> bool {
    let Some((last, parts)) = lines.split_last() else { return false };
    if parts.is_empty() || !is_blank(&last.line) {
        return false;
    }
    let beside = |figure: usize| -> (u128, u128) {
        let of = |at: &LineAt<AnalyticsLine>| {
            at.line.metrics.get(figure).copied().flatten().map_or(0, u128::from)
        };
        (of(last), parts.iter().map(of).sum())
    };
    let figures: Vec<(u128, u128)> = (0..last.line.metrics.len()).map(beside).collect();
    if !figures.iter().all(|(total, sum)| total >= sum) || figures.iter().all(|(n, _)| *n == 0) {
        return false;
    }
    if figures.iter().all(|(total, sum)| total == sum) {
        let sum = lines.pop();
        found.aside.extend(sum.map(|at| set_aside(&at, "the sum of other rows")));
        return true;
    }
    let message = format!(
        "{}: the total in its last row is more than the rows above it make together, as on a page that shows only some of them: the total counts",
        of.path
    );
    found.notices.push(Notice { code: "session_report_is_a_part", message });
    let parts = lines.drain(..lines.len() - 1);
    found.aside.extend(parts.map(|at| set_aside(&at, "a part of the total in the last row")));
    true
}

/// Whether a row names nothing at all. A word for "nothing" is the name of those of whom nothing is known.
fn is_blank(line: &AnalyticsLine) -> bool {
    line.dimensions.first().is_some_and(String::is_empty)
        && line.dimensions.iter().all(|text| text.is_empty() || is_figure(text))
}

fn set_aside(at: &LineAt<AnalyticsLine>, words: &'static str) -> Aside {
    (at.input, at.row, Reason::Continuation, words.into())
}

/// The first or last row is the sum of the others if it names nothing and has their sum in every column.
fn take_sum(lines: &mut Vec<LineAt<AnalyticsLine>>, found: &mut Overlapping) {
    for place in [lines.len().saturating_sub(1), 0] {
        if lines.len() > LEAST_PARTS && is_sum(lines, place) {
            let at = lines.remove(place);
            found.aside.push(set_aside(&at, "the sum of other rows"));
            return;
        }
    }
}

fn is_sum(lines: &[LineAt<AnalyticsLine>], place: usize) -> bool {
    let Some(LineAt { line, .. }) = lines.get(place) else { return false };
    // Figures that are not known as such are taken for dimensions.
    let names_nothing = line.dimensions.first().is_some_and(|text| is_null(text))
        && line.dimensions.iter().all(|text| is_null(text) || is_figure(text));
    let sum = |metric: usize| -> u128 {
        let of = |at: &LineAt<AnalyticsLine>| at.line.metrics.get(metric).copied().flatten();
        lines.iter().filter_map(of).map(u128::from).sum()
    };
    let figures =
        || line.metrics.iter().enumerate().filter_map(|(metric, count)| Some((metric, (*count)?)));
    names_nothing
        && figures().any(|(_, count)| count > 0)
        && figures().all(|(metric, count)| sum(metric) == 2 * u128::from(count))
}

/// Whether a text is a number of whatever kind: `1,234`, `45.10%`, `$5.00`, `00:01:02`.
fn is_figure(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && !text.contains(char::is_alphabetic)
}
