//! `funnel check` as an answer: which conditions hold, whether the latest period is odd, and one line for
//! each reason to say no.

use super::answer::Answer;
use super::calc::Bounds;
use super::quality::QualityReport;
use super::records::{Records, Value};
use super::sheet::Sheet;
use super::trend::AlertReport;
use super::words;
use crate::analysis::ladder_rates::step_rates;
use crate::analysis::rate::Rate;
use crate::analysis::trend::{self, Every, LEAST_HISTORY};
use crate::findings::Findings;
use crate::ladder::definition::Ladder;
use crate::stats::sequential::always_valid;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.check/1";

/// What was checked.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// Whether everything is as it should be.
    pub ok: bool,
    /// The conditions, in the order in which they were given.
    pub conditions: Vec<ConditionReport>,
    /// What is odd about the latest complete period.
    pub alerts: Vec<AlertReport>,
    /// The first day of that period; `None` if it was not asked for or there is none.
    pub period: Option<String>,
    /// Whether enough periods came before that one to tell what is odd about it; `None` if it was not asked for.
    pub judged: Option<bool>,
    /// One line for each reason to say no.
    pub reasons: Vec<String>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ConditionReport {
    /// As it was written.
    pub text: String,
    /// Whether it holds.
    pub held: bool,
    /// The number that it is about; `None` if that is not known.
    pub value: Option<f64>,
    /// The counts of a rate.
    pub rate: Option<Rate>,
    /// The range of a rate that stays valid however often one looks.
    pub always_valid: Option<Bounds>,
}

/// What a condition is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The share of all journeys that reached a step.
    Rate(usize),
    /// The share of those at the step before.
    StepRate(usize),
    /// The number of journeys that reached a step.
    Reached(usize),
    /// A number about the rows.
    Quality(QualityNumber),
}

/// A number about the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QualityNumber {
    /// Rows read.
    RowsRead,
    /// Rows that count.
    RowsUsed,
    /// Rows set aside.
    RowsSetAside,
    /// Their share of the rows read.
    SetAsideShare,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// Whether a number stands so to another.
    #[expect(clippy::float_cmp, reason = "equality is what the user wrote")]
    pub fn holds(self, number: f64, other: f64) -> bool {
        match self {
            Comparison::Below => number < other,
            Comparison::AtMost => number <= other,
            Comparison::Above => number > other,
            Comparison::AtLeast => number >= other,
            Comparison::Equal => number == other,
            Comparison::Unequal => number != other,
        }
    }

    /// Whether any number of a range stands so to another.
    fn is_possible(self, bounds: Bounds, other: f64) -> bool {
        let (low, high) = (bounds.low, bounds.high.unwrap_or(f64::INFINITY));
        match self {
            Comparison::Below | Comparison::AtMost => self.holds(low, other),
            Comparison::Above | Comparison::AtLeast => self.holds(high, other),
            Comparison::Equal => low <= other && other <= high,
            Comparison::Unequal => true,
        }
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    /// What it is about.
    pub subject: Subject,
    /// How that is compared.
    pub comparison: Comparison,
    /// With what.
    pub number: f64,
}

/// What to check.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// The length of the periods whose latest is looked at.
    pub anomalies: Option<Every>,
    /// False alarms a month that are acceptable.
    pub false_alarms: f64,
    /// Whether a condition on a rate fails only beyond chance.
    pub beyond_chance: bool,
    /// The level of all ranges.
    pub confidence: f64,
}

impl CheckReport {
    /// The answer.
    pub fn new(findings: &Findings, ladder: &Ladder, options: &CheckOptions) -> CheckReport {
        let quality = QualityReport::new(findings);
        let conditions: Vec<ConditionReport> = options
            .conditions
            .iter()
            .map(|condition| judged(condition, findings, ladder, (&quality, options)))
            .collect();
        let Odd { alerts, period, judged } = odd(findings, ladder, options);
        let broken = options.conditions.iter().zip(&conditions);
        let broken = broken.filter(|(_, found)| !found.held);
        let broken = broken.map(|(condition, found)| reason(condition, found));
        let reasons: Vec<String> =
            broken.chain(alerts.iter().map(|alert| alert.message.clone())).collect();
        let ok = reasons.is_empty();
        CheckReport { schema: SCHEMA, ok, conditions, alerts, period, judged, reasons }
    }
}

fn judged(
    condition: &Condition,
    findings: &Findings,
    ladder: &Ladder,
    (quality, options): (&QualityReport, &CheckOptions),
) -> ConditionReport {
    let reached = |step: usize| findings.tally.steps.get(step).map_or(0, |counts| counts.reached);
    let rates = |step: usize| step_rates(&findings.tally, ladder, step, options.confidence);
    let rate = match condition.subject {
        Subject::Rate(step) => Some(rates(step).overall),
        Subject::StepRate(step) => Some(rates(step).step.unwrap_or(rates(step).overall)),
        Subject::Quality(QualityNumber::SetAsideShare) => {
            Some(Rate::of(quality.rows_set_aside, quality.rows_read, options.confidence))
        }
        Subject::Reached(_) | Subject::Quality(_) => None,
    };
    let value = match condition.subject {
        Subject::Reached(step) => Some(reached(step) as f64),
        Subject::Quality(QualityNumber::RowsRead) => Some(quality.rows_read as f64),
        Subject::Quality(QualityNumber::RowsUsed) => Some(quality.rows_used as f64),
        Subject::Quality(QualityNumber::RowsSetAside) => Some(quality.rows_set_aside as f64),
        Subject::Rate(_) | Subject::StepRate(_) | Subject::Quality(_) => {
            rate.and_then(|rate| rate.rate)
        }
    };
    let alpha = 1.0 - options.confidence;
    let always = rate
        .filter(|rate| rate.base > 0)
        .map(|rate| rate.worth())
        .and_then(|(hits, base)| always_valid(hits, base, alpha, (1.0, 1.0)))
        .map(|interval| Bounds { low: interval.low, high: Some(interval.high) });
    let is_possible = options.beyond_chance
        && always.is_some_and(|bounds| condition.comparison.is_possible(bounds, condition.number));
    let holds = value.is_some_and(|value| condition.comparison.holds(value, condition.number));
    ConditionReport {
        text: condition.text.clone(),
        held: holds || is_possible,
        value,
        rate,
        always_valid: always,
    }
}

/// Why a condition does not hold.
fn reason(condition: &Condition, found: &ConditionReport) -> String {
    let is = match (found.rate, found.value) {
        (_, None) => "is not known: there is nothing to divide by".to_owned(),
        (Some(rate), Some(value)) => format!(
            "is {} ({} of {})",
            percent_that_breaks(condition, value),
            words::count(rate.hits),
            words::count(rate.base)
        ),
        (None, Some(value)) => format!("is {value}"),
    };
    format!("{}: {is}", condition.text)
}

/// A share that breaks a condition, with as many decimals as it takes to see that it does: 19.88% is not at least 19.9%.
fn percent_that_breaks(condition: &Condition, value: f64) -> String {
    words::percent_where(value, |shown| !condition.comparison.holds(shown, condition.number))
}

/// What is odd about the latest complete period.
#[derive(Default)]
struct Odd {
    alerts: Vec<AlertReport>,
    /// Its first day.
    period: Option<String>,
    /// Whether there is enough before it to tell.
    judged: Option<bool>,
}

fn odd(findings: &Findings, ladder: &Ladder, options: &CheckOptions) -> Odd {
    let Some(every) = options.anomalies else { return Odd::default() };
    let trend = trend::trend(findings, ladder, every, options.false_alarms);
    let latest = trend.periods.iter().rev().find(|period| period.is_complete);
    let Some(latest) = latest else { return Odd { judged: Some(false), ..Odd::default() } };
    let is_of_it = |alert: &&trend::Alert| alert.from == latest.from;
    Odd {
        alerts: trend.alerts.iter().filter(is_of_it).map(AlertReport::new).collect(),
        period: Some(trend::date(latest.from).to_string()),
        judged: Some(latest.is_judged()),
    }
}

impl Answer for CheckReport {
    fn sheets(&self) -> Vec<Sheet> {
        let mut sheet = Sheet::new("", Vec::new());
        sheet.lead.clone_from(&self.reasons);
        if self.ok {
            let held = match self.conditions.len() {
                0 => None,
                1 => Some("The condition holds.".to_owned()),
                many => Some(format!("All {many} conditions hold.")),
            };
            let calm = match (self.judged, &self.period) {
                (Some(true), Some(day)) => Some(format!("Nothing odd about {day}.")),
                (Some(false), Some(day)) => Some(format!(
                    "Whether {day} is odd cannot be told: fewer than {LEAST_HISTORY} periods came before it."
                )),
                (Some(false), None) => Some("No period is complete, so none is judged.".to_owned()),
                _ => None,
            };
            sheet.lead.extend(held.into_iter().chain(calm));
        }
        vec![sheet]
    }

    /// What was asked, one row a condition, then what is odd.
    fn records(&self) -> Records {
        let header = ["what", "text", "held", "value", "hits", "base", "from"];
        let condition = |condition: &ConditionReport| {
            let count =
                |of: fn(Rate) -> u64| condition.rate.map_or(Value::Nothing, |r| of(r).into());
            vec![
                Value::from("condition"),
                Value::from(condition.text.as_str()),
                Value::Truth(condition.held),
                Value::from(condition.value),
                count(|rate| rate.hits),
                count(|rate| rate.base),
                Value::Nothing,
            ]
        };
        let alert = |alert: &AlertReport| {
            let share = alert.base.map(|base| alert.hits as f64 / base as f64);
            vec![
                Value::from("alert"),
                Value::from(alert.metric.as_str()),
                Value::Truth(false),
                share.map_or(Value::from(alert.hits), |share| Value::from(Some(share))),
                Value::from(alert.hits),
                alert.base.map_or(Value::Nothing, Value::from),
                Value::from(alert.day.as_str()),
            ]
        };
        let rows = self.conditions.iter().map(condition).chain(self.alerts.iter().map(alert));
        Records { kind: "row", header: header.map(str::to_owned).to_vec(), rows: rows.collect() }
    }
}
