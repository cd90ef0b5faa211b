//! When the rows of session reports are: the dates of each file are read by its own evidence, as those of any table
//! are, and a row whose day is none does not count.
//!
//! A row that says no day but the sum of all others is their total, in whatever language it says so.

use super::super::event_table::unknown_kind_of_time;
use super::super::shopify_analytics::AnalyticsLine;
use super::super::shopify_orders::copies::{Aside, LineAt};
use super::{ReportInput, aside_as_sum};
use crate::input::timestamp::{Ambiguous, DateEvidence, DateOrder, Stamp, ZoneRule, parse_any};
use crate::key::FastMap;
use crate::quality::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// A report of whose dates nobody can say how they are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undated {
    /// Its input.
    pub input: usize,
    /// The column with the dates.
    pub column: String,
    /// What is wrong with them.
    pub why: Ambiguous,
}

/// How the dates of each input are read.
#[derive(Debug, Default)]
pub(super) struct Dates {
    orders: BTreeMap<usize, DateOrder>,
    /// What a reader should know of that, by the input.
    pub(super) decisions: Vec<(usize, String)>,
}

impl Dates {
    /// Decides it, by the column that says the day or, without one, the week or whatever else says when.
    pub(super) fn decide(
        lines: &[LineAt<AnalyticsLine>],
        inputs: &[ReportInput<'_>],
        told: Option<DateOrder>,
    ) -> Result<Dates, Undated> {
        let columns: BTreeMap<usize, usize> =
            inputs.iter().filter_map(|of| Some((of.input, of.columns.dated()?))).collect();
        let mut evidence: BTreeMap<usize, DateEvidence> = BTreeMap::new();
        for LineAt { input, line, .. } in lines {
            let text = columns.get(input).and_then(|column| line.dimensions.get(*column));
            if let Some(text) = text {
                evidence.entry(*input).or_default().observe(text);
            }
        }
        let mut dates = Dates::default();
        for of in inputs {
            let Some((evidence, column)) = evidence.get(&of.input).zip(of.columns.dated()) else {
                continue;
            };
            let column = of.columns.dimensions().get(column).map_or("", String::as_str);
            let order = match evidence.decide(told) {
                Err(Ambiguous::Undecided) if of.columns.has_whole_months() => {
                    evidence.order_of_first_days()
                }
                Err(why) => Err(why),
                Ok(order) => Ok(order),
            };
            let undated = |why| Undated { input: of.input, column: column.to_owned(), why };
            let order = order.map_err(undated)?;
            dates.orders.extend(order.map(|order| (of.input, order)));
            let decision = evidence.decision_of_days(column, order);
            dates.decisions.extend(decision.map(|decision| (of.input, decision)));
        }
        Ok(dates)
    }

    /// The time that a text of an input is.
    pub(super) fn read(&self, input: usize, text: &str) -> Option<Stamp> {
        parse_any(text, self.orders.get(&input).copied(), ZoneRule::default())
    }

    /// Takes the rows out of `lines` whose time is none. Weeks, months and longer times may be names (`Q3`), so there
    /// it is none only if others of the same report are one; `places` says which report an input is of.
    pub(super) fn set_undated_apart(
        &self,
        lines: Vec<LineAt<AnalyticsLine>>,
        inputs: &[ReportInput<'_>],
        places: &FastMap<usize, usize>,
    ) -> (Vec<LineAt<AnalyticsLine>>, Vec<Aside>) {
        let columns: BTreeMap<usize, &ReportInput<'_>> =
            inputs.iter().map(|of| (of.input, of)).collect();
        let text = |at: &LineAt<AnalyticsLine>| {
            // A single session without a time is one all the same.
            let columns = columns.get(&at.input).map(|of| of.columns);
            let column = columns.filter(|columns| columns.sessions.is_none())?.dated()?;
            at.line.dimensions.get(column).cloned()
        };
        let is_dated = |at: &LineAt<AnalyticsLine>| {
            text(at).is_none_or(|text| self.read(at.input, &text).is_some())
        };
        let (dated, undated): (Vec<_>, Vec<_>) = lines.into_iter().partition(is_dated);
        let with_dates: BTreeSet<Option<&usize>> =
            dated.iter().map(|at| places.get(&at.input)).collect();
        let sums = sums(&dated);
        let (mut kept, mut aside) = (dated, Vec::new());
        for at in undated {
            let has_days = columns.get(&at.input).is_some_and(|of| of.columns.has_days());
            if !has_days && !with_dates.contains(&places.get(&at.input)) {
                kept.push(at);
            } else if sums.get(&at.input).is_some_and(|sums| is_sum(&at.line, sums)) {
                aside.push(aside_as_sum(&at));
            } else {
                let words = unknown_kind_of_time(&text(&at).unwrap_or_default()).into();
                aside.push((at.input, at.row, Reason::BadTimestamp, words));
            }
        }
        kept.sort_unstable_by_key(|at| (at.input, at.row));
        (kept, aside)
    }
}

/// The sums of each input's counts.
fn sums(lines: &[LineAt<AnalyticsLine>]) -> BTreeMap<usize, [u64; 4]> {
    let mut sums: BTreeMap<usize, [u64; 4]> = BTreeMap::new();
    for LineAt { input, line, .. } in lines {
        add(sums.entry(*input).or_default(), line);
    }
    sums
}

/// Adds what a row counts.
pub(super) fn add(sums: &mut [u64; 4], line: &AnalyticsLine) {
    for (sum, count) in sums.iter_mut().zip(line.metrics) {
        *sum = sum.saturating_add(count.unwrap_or(0));
    }
}

/// Whether all figures of a row are these sums, and any is there.
pub(super) fn is_sum(line: &AnalyticsLine, sums: &[u64; 4]) -> bool {
    let mut figures =
        line.metrics.iter().zip(sums).filter_map(|(count, sum)| Some(((*count)?, sum)));
    line.metrics.iter().any(Option::is_some) && figures.all(|(count, sum)| count == *sum)
}
