//! `funnel trend` as an answer: rates by day, week or month, what was odd, and what changed for good.

use super::answer::Answer;
use super::sheet::{Cell, Measure, Sheet, left, right};
use super::{unknown_orders, words};
use crate::analysis::rate::Rate;
use crate::analysis::trend::{self, Alert, Every, Kind, Period, Trend, date};
use crate::findings::Findings;
use crate::ladder::definition::Ladder;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.trend/1";

/// Rates over time.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TrendReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What one journey is.
    pub unit: &'static str,
    /// `day`, `week` or `month`.
    pub every: &'static str,
    /// The periods in order, the empty ones too.
    pub periods: Vec<PeriodCounts>,
    /// Numbers that are not what is to be expected.
    pub alerts: Vec<AlertReport>,
    /// Changes that lasted.
    pub changes: Vec<ChangeReport>,
    /// The level of all ranges.
    pub confidence: f64,
}

/// One period.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PeriodCounts {
    /// Its first day: `2025-10-06`.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// Whether the data have all of it, and all of it is asked for.
    pub complete: bool,
    /// Whether more of it may still come.
    pub running: bool,
    /// Journeys that entered in it.
    pub entered: u64,
    /// Those that have converted by now.
    pub rate: Rate,
    /// Those that converted on the day of the entry: what periods are held against each other by.
    pub same_day_rate: Rate,
    /// All steps, in the ladder's order.
    pub steps: Vec<PeriodStep>,
    /// What to expect of the same-day rate from the periods before; `None` without enough of them.
    pub limits: Option<LimitsReport>,
    /// `immature` where more than a fifth can still convert.
    pub flags: Vec<&'static str>,
}

/// One step in a period.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PeriodStep {
    /// The step's name.
    pub name: String,
    /// Journeys that reached it.
    pub reached: u64,
    /// Over the step before; `None` for the first.
    pub step_rate: Option<Rate>,
    /// Over all that entered.
    pub overall_rate: Rate,
}

/// What to expect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LimitsReport {
    /// In the middle.
    pub expected: f64,
    /// The lowest that is not odd.
    pub low: f64,
    /// The highest that is not odd.
    pub high: f64,
}

/// A number that is not what is to be expected.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AlertReport {
    /// `entered`, `rate(STEP)`, `step_rate(STEP)` or `coverage`.
    pub metric: String,
    /// The first day of the period.
    pub day: String,
    /// What was counted.
    pub hits: u64,
    /// Over how many.
    pub base: Option<u64>,
    /// The number to expect.
    pub expected: f64,
    /// The numbers that are not odd.
    pub band: [u64; 2],
    /// `fall` or `rise`.
    pub direction: &'static str,
    /// How likely a number so far off is, on either side; of `coverage`, so little.
    pub p: f64,
    /// `tracking`, `silence` or `shoppers`.
    pub kind: &'static str,
    /// How many periods it was held against.
    pub history: usize,
    /// One sentence.
    pub message: String,
}

/// A change that lasted.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChangeReport {
    /// The first day of the first period after it.
    pub from: String,
    /// The last day before the next change; `None` if it lasts until the end.
    pub to: Option<String>,
    /// The same-day rate before, back to the change before it.
    pub before: f64,
    /// The same-day rate after, up to the next change.
    pub after: f64,
    /// How likely that is if nothing changed.
    pub p: f64,
}

/// False alarms a month that are acceptable.
pub const FALSE_ALARMS: f64 = 0.5;

impl TrendReport {
    /// The answer.
    pub fn new(findings: &Findings, ladder: &Ladder, every: Every, confidence: f64) -> TrendReport {
        let Trend { periods, alerts, changes, .. } =
            trend::trend(findings, ladder, every, FALSE_ALARMS);
        let mut report = TrendReport {
            schema: SCHEMA,
            unit: super::header::count_name(ladder.count),
            every: match every {
                Every::Day => "day",
                Every::Week => "week",
                Every::Month => "month",
            },
            periods: periods.iter().map(|period| counts(period, ladder, confidence)).collect(),
            alerts: alerts.iter().map(AlertReport::new).collect(),
            changes: changes
                .iter()
                .map(|change| ChangeReport {
                    from: date(change.from).to_string(),
                    to: change.to.map(|to| date(to).to_string()),
                    before: change.before,
                    after: change.after,
                    p: change.p,
                })
                .collect(),
            confidence,
        };
        if unknown_orders::are_unknown_to(findings, ladder) {
            unknown_orders::forget_of_trend(&mut report, ladder);
        }
        report
    }
}

fn counts(period: &Period, ladder: &Ladder, confidence: f64) -> PeriodCounts {
    /// More open journeys than this make a rate immature.
    const OPEN: f64 = 0.2;
    let journeys = &period.counts.journeys;
    let reached = |step: usize| journeys.steps.get(step).map_or(0, |counts| counts.reached);
    let over = |step: usize, base: u64| Rate::of(reached(step), base, confidence);
    let step = |(position, step): (usize, &crate::ladder::definition::Step)| PeriodStep {
        name: step.name.clone(),
        reached: reached(position),
        step_rate: ladder.base_of(position).map(|base| over(position, reached(base))),
        overall_rate: over(position, journeys.entered),
    };
    let same_day = period.counts.same_day.last().copied().unwrap_or(0);
    let open: u64 = journeys.steps.iter().map(|step| step.open).sum();
    let is_immature = open as f64 > OPEN * journeys.entered as f64;
    PeriodCounts {
        from: date(period.from).to_string(),
        to: date(period.to).to_string(),
        complete: period.is_complete,
        running: period.is_running,
        entered: journeys.entered,
        rate: Rate::of(journeys.converted, journeys.entered, confidence),
        same_day_rate: Rate::of(same_day, journeys.entered, confidence),
        steps: ladder.steps.iter().enumerate().map(step).collect(),
        limits: period.limits.map(|limits| LimitsReport {
            expected: limits.expected,
            low: limits.low,
            high: limits.high,
        }),
        flags: is_immature.then_some("immature").into_iter().collect(),
    }
}

impl AlertReport {
    pub(super) fn new(alert: &Alert) -> AlertReport {
        let day = date(alert.from).to_string();
        let of = alert.base.map_or_else(String::new, |base| format!(" of {}", words::count(base)));
        let why = match (alert.is_rise, alert.kind) {
            (true, _) if alert.base.is_some() => {
                "more than chance explains: look whether events are sent twice"
            }
            (true, _) => "more than chance explains",
            (_, Kind::Tracking) => "what needs it went on, so look at the tracking",
            (_, Kind::Silence) => "nothing came at all: look at the tracking and at the shop",
            (_, Kind::Shoppers) => "fewer than chance explains",
        };
        AlertReport {
            message: format!(
                "{day}: {} {}{of}, expected {} ({} to {}); {why}.",
                alert.metric,
                words::count(alert.hits),
                words::mean(Some(alert.expected)),
                words::count(alert.band.0),
                words::count(alert.band.1)
            ),
            metric: alert.metric.clone(),
            day,
            hits: alert.hits,
            base: alert.base,
            expected: alert.expected,
            band: [alert.band.0, alert.band.1],
            direction: if alert.is_rise { "rise" } else { "fall" },
            p: alert.p,
            kind: alert.kind.name(),
            history: alert.history,
        }
    }
}

impl Answer for TrendReport {
    fn sheets(&self) -> Vec<Sheet> {
        vec![self.period_sheet(), self.alert_sheet()]
    }
}

impl TrendReport {
    pub(super) fn period_sheet(&self) -> Sheet {
        let range = words::range_name(self.confidence);
        let last = self.periods.first().and_then(|period| period.steps.last());
        let last = last.map_or("", |step| step.name.as_str());
        let columns = vec![
            left(self.every, 0),
            right("entered", 0),
            right(last, 0),
            right("rate", 0).means(format!("of those who entered, who have reached {last} by now")),
            right(&range, 2).of_bounds(),
            right("same day", 0).means("who reached it on the day of the entry"),
            right("to expect", 1)
                .means("of the same day, from the periods before")
                .called("expected")
                .of_bounds(),
            left("", 0).called("remark"),
        ];
        let mut sheet = Sheet::new("", columns);
        for period in &self.periods {
            let odd = self.alerts.iter().any(|alert| alert.day == period.from);
            let (said, code) = match (odd, period.complete, period.flags.is_empty()) {
                (true, _, _) => ("odd", "odd"),
                (_, false, _) if period.running => ("not over yet", "incomplete"),
                (_, false, _) => ("only a part of it", "part"),
                (_, _, false) => ("can still rise", "immature"),
                _ => ("", ""),
            };
            sheet.rows.push(vec![
                Cell::Text(period.from.clone()),
                Cell::Count(period.entered),
                // Nought of none is no count of orders.
                match period.rate.base {
                    base if base == period.entered => Cell::Count(period.rate.hits),
                    _ => Cell::Number(None, Measure::Mean),
                },
                Cell::Share(period.rate.rate),
                Cell::Range(period.rate.low, period.rate.high),
                Cell::Share(period.same_day_rate.rate),
                period
                    .limits
                    .map_or(Cell::Empty, |limits| Cell::Range(Some(limits.low), Some(limits.high))),
                Cell::Word { said: said.to_owned(), code },
            ]);
        }
        sheet
    }

    pub(super) fn alert_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new("What was odd", Vec::new());
        sheet.lead = self.alerts.iter().map(|alert| alert.message.clone()).collect();
        sheet.lead.extend(self.changes.iter().map(|change| {
            let (when, lasts) = match &change.to {
                Some(to) => (format!("to {to}"), ""),
                None => ("on".to_owned(), ": a change for good"),
            };
            format!(
                "From {} {when}, {} converted on the day of the entry, before that {}{lasts}.",
                change.from,
                words::percent(Some(change.after)),
                words::percent(Some(change.before))
            )
        }));
        if sheet.lead.is_empty() {
            let is_judged = self.periods.iter().any(|period| period.limits.is_some());
            let calm =
                if is_judged { "Nothing beyond chance." } else { "Too few periods to tell." };
            sheet.lead.push(calm.to_owned());
        }
        sheet
    }
}
