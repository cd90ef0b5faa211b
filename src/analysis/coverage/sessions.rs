//! How many of the sessions in a session report each log saw.
//!
//! Several kinds of logs see the same visits, so their sessions are never added. A report counts by days, weeks or
//! months: only those are compared that lie in the time of the log, and in the period asked for, as a whole.

use super::FallOfCoverage;
use crate::analysis::rate::Rate;
use crate::findings::{Days, Findings, SessionReport};
use crate::stats::change::{self, Counts};
use chrono::NaiveDate;

/// Which sessions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// All of them.
    All,
    /// Those with a cart addition.
    WithCart,
}

impl Counted {
    /// The name under which falls of it stand.
    pub fn name(self) -> &'static str {
        match self {
            Counted::All => "session",
            Counted::WithCart => "session_with_cart",
        }
    }

    /// The column of a session report that has them.
    fn column(self) -> &'static str {
        match self {
            Counted::All => "Sessions",
            Counted::WithCart => "Added to cart",
        }
    }

    /// How many a log has of them.
    fn of([all, with_cart]: [u64; 2], counted: Counted) -> u64 {
        match counted {
            Counted::All => all,
            Counted::WithCart => with_cart,
        }
    }
}

/// The sessions of a log and of a report within the same days.
#[derive(Clone, Copy, Debug)]
struct Compared {
    days: Days,
    counts: Counts,
}

/// The first report that counts some sessions, and where: reports by different dimensions hold the same
/// sessions and must not be added.
fn reported(findings: &Findings, counted: Counted) -> Option<(&SessionReport, usize)> {
    let reports = findings.session_reports.iter().filter(|_| findings.has_log);
    let position =
        |own: &SessionReport| own.steps.iter().position(|(name, _)| *name == counted.column());
    reports.into_iter().find_map(|report| Some((report, position(report)?)))
}

/// The sessions in the report that the log saw which saw most of them.
pub(super) fn seen_by_most(findings: &Findings, counted: Counted, confidence: f64) -> Option<Rate> {
    let logs = 0..findings.tally.session_days.len().max(1);
    let seen = logs.filter_map(|log| seen(findings, (log, counted), confidence));
    // Of equals the first.
    seen.reduce(|most, rate| if rate.hits > most.hits { rate } else { most })
}

/// The sessions in the report that a log saw; may be more than there are in the report.
pub(super) fn seen(
    findings: &Findings,
    (log, counted): (usize, Counted),
    confidence: f64,
) -> Option<Rate> {
    let (report, position) = reported(findings, counted)?;
    if !report.says_when && findings.asked_days.is_none() {
        let own = findings.tally.session_days.get(log).into_iter().flat_map(|days| days.values());
        let hits = own.map(|own| Counted::of(*own, counted)).sum();
        return Some(Rate::of(hits, report.steps.get(position)?.1, confidence));
    }
    let compared = compared(findings, (log, counted));
    let total = compared.iter().fold(Counts::default(), |sum, own| sum.with(own.counts));
    (!compared.is_empty()).then(|| Rate::of(total.hits, total.base, confidence))
}

/// Whether the report says when its sessions were, so that those of another time are not compared.
pub(super) fn are_of_one_time(findings: &Findings) -> bool {
    reported(findings, Counted::All).is_some_and(|(report, _)| report.says_when)
}

/// What can be compared, in order of time.
fn compared(findings: &Findings, (log, counted): (usize, Counted)) -> Vec<Compared> {
    let Some((report, position)) = reported(findings, counted) else { return Vec::new() };
    let Some(own) = findings.tally.session_days.get(log) else { return Vec::new() };
    let (Some((&first, _)), Some((&last, _))) = (own.first_key_value(), own.last_key_value())
    else {
        return Vec::new();
    };
    let covered = Days { first, last };
    let spans = report.spans.iter().filter(|(days, _)| {
        covered.has(**days) && findings.asked_days.is_none_or(|asked| asked.has(**days))
    });
    let compare = |(&days, totals): (&Days, &Vec<u64>)| {
        let hits = own.range(days.first..=days.last).map(|(_, own)| Counted::of(*own, counted));
        let counts = Counts { hits: hits.sum(), base: totals.get(position).copied()? };
        Some(Compared { days, counts })
    };
    spans.filter_map(compare).collect()
}

/// When a log saw fewer of the sessions in the report than otherwise. Of a day on which it has more than the report
/// it saw all.
pub(super) fn falls(
    findings: &Findings,
    (log, counted): (usize, Counted),
    confidence: f64,
) -> Vec<FallOfCoverage> {
    let mut compared = compared(findings, (log, counted));
    // A log rarely begins or ends with a day: what it has not of these days it has not missed.
    let ends = days_of_log(findings, log);
    let is_cut = |days: Days| {
        let is_end = |ends: Days| [ends.first, ends.last].contains(&days.first);
        days.first == days.last && ends.is_some_and(is_end)
    };
    compared.retain(|own| own.counts.base > 0 && !is_cut(own.days));
    let counts = compared
        .iter()
        .map(|own| Counts { hits: own.counts.hits.min(own.counts.base), base: own.counts.base });
    let rate = |counts: Counts| Rate::of(counts.hits, counts.base, confidence);
    let fall = |fall: change::Fall| {
        let run = compared.get(fall.days.clone())?;
        let lasts = fall.days.end == compared.len();
        Some(FallOfCoverage {
            name: counted.name(),
            since: date(run.first()?.days.first)?,
            until: if lasts { None } else { date(run.last()?.days.last) },
            within: rate(fall.within),
            outside: rate(fall.outside),
            losses: Vec::new(),
        })
    };
    change::falls(&counts.collect::<Vec<_>>()).into_iter().filter_map(fall).collect()
}

/// The first and the last day on which the report has sessions, if it counts by days: of the first and the last
/// week or month of others nobody knows which days they have.
pub(super) fn reported_days(findings: &Findings) -> Option<Days> {
    let (report, position) = reported(findings, Counted::All)?;
    let has_any = |totals: &Vec<u64>| totals.get(position).is_some_and(|total| *total > 0);
    if report.spans.keys().any(|days| days.first != days.last) {
        return None;
    }
    let mut days = report.spans.iter().filter(|(_, own)| has_any(own)).map(|(days, _)| *days);
    let first = days.next()?;
    Some(days.fold(first, |all, own| Days { last: own.last, ..all }))
}

/// The first and the last day on which a session of a log began.
pub(super) fn days_of_log(findings: &Findings, log: usize) -> Option<Days> {
    let own = findings.tally.session_days.get(log)?;
    Some(Days { first: *own.first_key_value()?.0, last: *own.last_key_value()?.0 })
}

/// The date of a day: `2026-10-03`.
pub(super) fn date(day: i64) -> Option<String> {
    let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
    Some(date.format("%Y-%m-%d").to_string())
}
