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
use super::times::{add, is_sum as is_sum_of};
use super::{ReportInput, aside_as_sum};
use crate::findings::Notice;
use crate::input::columns::{is_null, normalise};
use crate::key::{FastMap, Key};
use crate::quality::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// Dimensions whose values do not part the sessions: ranges of dates hold others, segments may share some.
const COMPARED: [&str; 4] = ["date range", "segment", "comparison", "comparisons"];

/// The segments with everybody in them.
const EVERYBODY: [&str; 3] = ["all users", "all sessions", "all traffic"];

/// How a row calls itself that sums up others.
const TOTALS: [&str; 7] =
    ["total", "totals", "grand total", "sub total", "subtotal", "sub-total", "summary"];

/// A sum of fewer rows would be a row like any other.
const LEAST_PARTS: usize = 2;

/// Whoever calls a sum by another word than those is believed if it is of so many rows, in so many figures, and the largest is
/// not less than this: that is no chance.
const NAMED_SUM: (usize, usize, u64) = (3, 2, 100);

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
            take_subtotals(&mut own, &mut found);
            if !(of.columns.are_of_a_page() && take_total(&mut own, of, &mut found)) {
                take_sum(&mut own, of, &mut found);
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

/// Takes out rows that say in one of the dimensions that they are a total (`Total`, `search Total`), if that is true:
/// their figures must be the sums of the rows that are the same in all other dimensions.
fn take_subtotals(lines: &mut Vec<LineAt<AnalyticsLine>>, found: &mut Overlapping) {
    let of_row: Vec<Option<Sought>> = lines.iter().map(|at| Sought::of(&at.line)).collect();
    let mut by_pattern: BTreeMap<Vec<usize>, Vec<(usize, &Sought)>> = BTreeMap::new();
    for (row, sought) in of_row.iter().enumerate() {
        if let Some(sought) = sought {
            by_pattern.entry(sought.open.clone()).or_default().push((row, sought));
        }
    }
    let mut totals = BTreeSet::new();
    for (open, rows) in by_pattern {
        let mut sums: FastMap<Key, (u64, [u64; 4])> = FastMap::default();
        for (at, _) in lines.iter().zip(&of_row).filter(|(_, sought)| sought.is_none()) {
            let texts = at.line.dimensions.iter().map(String::as_str);
            let (parts, sums) = sums.entry(key_but(&open, texts)).or_default();
            *parts += 1;
            add(sums, &at.line);
        }
        let true_ones: Vec<(usize, u64)> = rows
            .into_iter()
            .filter_map(|(row, sought)| {
                let (parts, sums) = sums.get(&sought.parts)?;
                is_sum_of(&lines.get(row)?.line, sums).then_some((row, *parts))
            })
            .collect();
        // A row that equals a single other one proves nothing by itself.
        if true_ones.iter().any(|(_, parts)| *parts >= LEAST_PARTS as u64) {
            totals.extend(true_ones.into_iter().map(|(row, _)| row));
        }
    }
    let mut row = 0..;
    lines.retain(|at| {
        let is_total = row.next().is_some_and(|row| totals.contains(&row));
        found.aside.extend(is_total.then(|| aside_as_sum(at)));
        !is_total
    });
}

/// What a row that says it is a total sums up.
struct Sought {
    /// The dimensions in which its parts may have any value.
    open: Vec<usize>,
    /// What its parts have in the others.
    parts: Key,
}

impl Sought {
    fn of(line: &AnalyticsLine) -> Option<Sought> {
        let (mut open, mut texts, mut is_total) = (Vec::new(), Vec::new(), false);
        for (place, text) in line.dimensions.iter().enumerate() {
            let own = normalise(text);
            let of = own.strip_suffix(" total").filter(|of| *of != "grand" && *of != "sub");
            is_total |= of.is_some() || TOTALS.contains(&own.as_str());
            if TOTALS.contains(&own.as_str()) || is_null(text) {
                open.push(place);
            }
            // `search Total` sums up the rows of `search`.
            texts.push(of.and_then(|of| text.get(..of.len())).unwrap_or(text));
        }
        let parts = key_but(&open, texts.into_iter());
        is_total.then_some(Sought { open, parts })
    }
}

/// The key of the values in all dimensions but these.
fn key_but<'l>(open: &[usize], texts: impl Iterator<Item = &'l str>) -> Key {
    let others = texts.enumerate().filter(|(place, _)| !open.contains(place));
    others.fold(Key::NONE, |key, (_, text)| key.and(Key::of(text.as_bytes())))
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
        found.aside.extend(sum.as_ref().map(aside_as_sum));
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

/// The first or last row is the sum of the others if it names nothing and has their sum in every column; the last one also if it
/// has a name and that can be no chance.
fn take_sum(lines: &mut Vec<LineAt<AnalyticsLine>>, of: &ReportInput<'_>, found: &mut Overlapping) {
    let last = lines.len().saturating_sub(1);
    for place in [last, 0] {
        let names_nothing = lines.get(place).is_some_and(|at| names_nothing(&at.line));
        if names_nothing && lines.len() > LEAST_PARTS && is_sum(lines, place) {
            let at = lines.remove(place);
            found.aside.push(aside_as_sum(&at));
            return;
        }
    }
    if let Some(name) = name_of_sum(lines) {
        let message = format!(
            "{}: the last row, \"{name}\", has the sums of all others in every figure: it is their total, and does not count",
            of.path
        );
        found.notices.push(Notice { code: "session_report_total", message });
        found.aside.extend(lines.pop().as_ref().map(aside_as_sum));
    }
}

/// Whether a row names nothing. Figures that are not known as such are taken for dimensions.
fn names_nothing(line: &AnalyticsLine) -> bool {
    line.dimensions.first().is_some_and(|text| is_null(text))
        && line.dimensions.iter().all(|text| is_null(text) || is_figure(text))
}

/// Whether a row has the sum of all others in every figure.
fn is_sum(lines: &[LineAt<AnalyticsLine>], place: usize) -> bool {
    let Some(LineAt { line, .. }) = lines.get(place) else { return false };
    let sum = |metric: usize| -> u128 {
        let of = |at: &LineAt<AnalyticsLine>| at.line.metrics.get(metric).copied().flatten();
        lines.iter().filter_map(of).map(u128::from).sum()
    };
    let figures =
        || line.metrics.iter().enumerate().filter_map(|(metric, count)| Some((metric, (*count)?)));
    figures().any(|(_, count)| count > 0)
        && figures().all(|(metric, count)| sum(metric) == 2 * u128::from(count))
}

/// The name of the last row, if it sums up all others and names nothing else.
fn name_of_sum(lines: &[LineAt<AnalyticsLine>]) -> Option<String> {
    let (least_rows, least_figures, least_count) = NAMED_SUM;
    let (LineAt { line, .. }, parts) = lines.split_last()?;
    let (name, others) = line.dimensions.split_first()?;
    let is_alone = others.iter().all(|text| is_null(text) || is_figure(text));
    let counts = line.metrics.iter().flatten().filter(|count| **count > 0);
    let is_no_chance = parts.len() >= least_rows
        && counts.clone().count() >= least_figures
        && counts.max().is_some_and(|count| *count >= least_count);
    (is_alone && is_no_chance && is_sum(lines, parts.len())).then(|| name.clone())
}

/// Whether a text is a number of whatever kind: `1,234`, `45.10%`, `$5.00`, `00:01:02`.
fn is_figure(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && !text.contains(char::is_alphabetic)
}
