//! What was counted and how, in the lines that stand above an answer: which ladder, whose journeys, of what time, by which
//! rules.

use super::Report;
use super::header::{LadderReport, PeriodReport};
use super::words::people;

/// What was counted and how: the lines that stand above a report.
pub fn scope(report: &Report) -> Vec<String> {
    let Report { ladder, period, filters, .. } = report;
    let mut lines = Scope { ladder, unit: report.journeys.unit, period, filters }.lines();
    let has_more = report.orders.count.is_some() || !report.session_reports.is_empty();
    if !filters.is_empty() && has_more {
        lines.push(
            "orders, tracking and session reports are of everybody, for they have no entry".into(),
        );
    }
    lines
}

/// What an answer is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'r> {
    /// The ladder.
    pub(super) ladder: &'r LadderReport,
    /// What one journey is: `customer`.
    pub(super) unit: &'r str,
    /// The time.
    pub(super) period: &'r PeriodReport,
    /// What decides of a journey whether it counts.
    pub(super) filters: &'r [String],
}

impl Scope<'_> {
    /// Two lines or more, the first as a heading.
    pub(super) fn lines(&self) -> Vec<String> {
        let is_open = self.ladder.open || self.ladder.linkage == "apart";
        let funnel = if is_open { "open funnel" } else { "closed funnel" };
        let rules = match self.ladder.rules.as_str() {
            "funnel" => String::new(),
            rules => format!(" · counted as {rules}"),
        };
        let units = people(self.unit, 0);
        let time = self.time();
        let mut lines = vec![format!("{} · {units} · {time} · {funnel}{rules}", self.ladder.name)];
        if is_open {
            let how =
                "every step counted by itself: a later step may have more than an earlier one";
            lines.push(how.to_owned());
        } else {
            lines.push(format!("{} · {} · {}", self.window(), self.order(), self.entry()));
        }
        lines.extend(self.sessions());
        if !self.filters.is_empty() {
            lines.push(format!("only those with {} at their entry", self.filters.join(" and ")));
        }
        lines
    }

    fn time(&self) -> String {
        let period = self.period;
        let zone = &period.timezone;
        let asked = period.since.is_some() || period.until.is_some();
        let from = period.since.or(period.seen_from);
        let until = period.until.or(period.seen_until);
        // What was asked for may lie outside of the data.
        let (from, until) = match (from, until) {
            (Some(from), Some(until)) if from > until && period.since.is_some() => {
                (Some(from), period.until)
            }
            (Some(from), Some(until)) if from > until => (None, Some(until)),
            both => both,
        };
        let time = match (from, until) {
            (Some(from), Some(until)) if from.day() == until.day() => {
                format!("{} ({zone})", from.day())
            }
            (Some(from), Some(until)) => format!("{} to {} ({zone})", from.day(), until.day()),
            (None, Some(until)) => format!("until {} ({zone})", until.day()),
            (Some(from), None) if asked => format!("from {} ({zone})", from.day()),
            (Some(_) | None, None) => format!("times in {zone}"),
        };
        if asked { format!("entered {time}") } else { time }
    }

    fn window(&self) -> String {
        match self.ladder.window.as_str() {
            "none" => "no limit of time".to_owned(),
            "session" => "within one session".to_owned(),
            window => match window.strip_prefix("each ") {
                Some(each) => format!("{each} from step to step"),
                None => format!("{window} to finish"),
            },
        }
    }

    fn order(&self) -> &'static str {
        match self.ladder.order {
            "adjacent" => "steps in order with nothing between",
            "any" => "steps in any order: the second row has those with two of them, and so on",
            _ => "steps in order",
        }
    }

    fn entry(&self) -> String {
        match self.ladder.entry {
            "first" => format!("from the first entry of each {}", self.unit),
            "every" => "every try of each customer".to_owned(),
            _ => format!("furthest try of each {}", self.unit),
        }
    }

    /// By which rule sessions were cut, where the user named one.
    fn sessions(&self) -> Option<String> {
        Some(match self.ladder.session_rule.as_str() {
            "source" => return None,
            "shopify" => "sessions end after 30 minutes and at midnight UTC".to_owned(),
            "ga4" => "sessions are the source's, else end after 30 minutes".to_owned(),
            "ua" => format!(
                "sessions end after 30 minutes, at midnight ({}) and with another campaign",
                self.period.timezone
            ),
            gap => {
                let gap = gap.trim_start_matches("gap=");
                let unit = if gap.bytes().all(|b| b.is_ascii_digit()) { " minutes" } else { "" };
                format!("sessions end after {gap}{unit}")
            }
        })
    }
}
