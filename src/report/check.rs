//! `funnel check` as an answer: which conditions hold, whether the latest period is odd, and one line for
//! each reason to say no.

use super::answer::Answer;
use super::calc::Bounds;
use super::quality::QualityReport;
use super::records::{Records, Value};
use super::sheet::Sheet;
use super::trend::AlertReport;
use super::{unknown_orders, words};
use crate::analysis::ladder_rates::step_rates;
use crate::analysis::rate::Rate;
use crate::analysis::trend::{self, Every};
use crate::findings::Findings;
use crate::ladder::definition::Ladder;
use crate::stats::sequential::always_valid;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.check/1";

/// A condition that is not met, by no more than chance explains.
const UNCLEAR: &str = "unclear";

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
    /// How many periods must come before one for that; `None` if it was not asked for.
    pub history_needed: Option<usize>,
    /// One line for each reason to say no.
    pub reasons: Vec<String>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ConditionReport {
    /// As it was written.
    pub text: String,
    /// Whether it holds, or may hold where it is only to fail beyond chance.
    pub held: bool,
    /// `holds`, `fails`, or `unclear` where the number does not meet it and chance may be why.
    pub verdict: &'static str,
    /// The number that it is about; `None` if that is not known.
    pub value: Option<f64>,
    /// The counts of a rate.
    pub rate: Option<Rate>,
    /// The range of a rate that stays valid however often one looks.
    pub always_valid: Option<Bounds>,
    /// Why it cannot be told, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
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
        let history_needed = options.anomalies.map(Every::least_history);
        CheckReport {
            schema: SCHEMA,
            ok,
            conditions,
            alerts,
            period,
            judged,
            history_needed,
            reasons,
        }
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
    let is_unknown = |step: usize| {
        step + 1 == ladder.steps.len() && unknown_orders::are_unknown_to(findings, ladder)
    };
    let rate = match condition.subject {
        Subject::Rate(step) | Subject::StepRate(step) if is_unknown(step) => {
            Some(unknown_orders::unknown())
        }
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
    let mut found = ConditionReport {
        text: condition.text.clone(),
        held: holds || is_possible,
        verdict: match (holds, is_possible) {
            (true, _) => "holds",
            (false, true) => UNCLEAR,
            (false, false) => "fails",
        },
        value,
        rate,
        always_valid: always,
        doubt: None,
    };
    found.doubt = (found.verdict == UNCLEAR).then(|| {
        format!(
            "{}; chance may be why, so whether the condition holds cannot be told.",
            reason(condition, &found)
        )
    });
    found
}

/// Why a condition does not hold.
fn reason(condition: &Condition, found: &ConditionReport) -> String {
    format!("{}: {}", condition.text, what_it_is(found, condition.number))
}

/// The number that a condition is about, beside the one that it is compared with.
fn what_it_is(found: &ConditionReport, number: f64) -> String {
    match (found.rate, found.value) {
        (_, None) => "is not known: there is nothing to divide by".to_owned(),
        (Some(rate), Some(value)) => format!(
            "is {} ({} of {})",
            percent_beside(value, number),
            words::count(rate.hits),
            words::count(rate.base)
        ),
        (None, Some(value)) => format!("is {value}"),
    }
}

/// A share with as many decimals as it takes to see on which side of another number it is: 19.79% is not 19.8%.
fn percent_beside(value: f64, number: f64) -> String {
    let side = value.partial_cmp(&number);
    words::percent_where(value, |shown| shown.partial_cmp(&number) == side)
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
        judged: Some(latest.is_judged),
    }
}

impl CheckReport {
    /// What is said of conditions that do not fail: those that only may hold are named.
    fn holding(&self) -> Vec<String> {
        let unclear: Vec<&ConditionReport> =
            self.conditions.iter().filter(|condition| condition.verdict == UNCLEAR).collect();
        let rest = match (self.conditions.len() - unclear.len(), unclear.is_empty()) {
            (0, _) => None,
            (1, true) => Some("The condition holds.".to_owned()),
            (1, false) => Some("The other condition holds.".to_owned()),
            (many, true) => Some(format!("All {many} conditions hold.")),
            (many, false) => Some(format!("The other {many} conditions hold.")),
        };
        let told = unclear.into_iter().map(|condition| condition.doubt.clone().unwrap_or_default());
        told.chain(rest).collect()
    }
}

impl Answer for CheckReport {
    fn sheets(&self) -> Vec<Sheet> {
        let mut sheet = Sheet::new("", Vec::new());
        sheet.lead.clone_from(&self.reasons);
        if self.ok {
            let calm = match (self.judged, &self.period) {
                (Some(true), Some(day)) => Some(format!("Nothing odd about {day}.")),
                (Some(false), Some(day)) => Some(format!(
                    "Whether {day} is odd cannot be told: fewer than {} periods came before it.",
                    self.history_needed.unwrap_or_default()
                )),
                (Some(false), None) => Some("No period is complete, so none is judged.".to_owned()),
                _ => None,
            };
            sheet.lead.extend(self.holding().into_iter().chain(calm));
        }
        vec![sheet]
    }

    /// What was asked, one row a condition, then what is odd.
    fn records(&self) -> Records {
        let header = ["what", "text", "held", "value", "hits", "base", "from", "verdict"];
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
                Value::from(condition.verdict),
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
                Value::from(alert.direction),
            ]
        };
        let rows = self.conditions.iter().map(condition).chain(self.alerts.iter().map(alert));
        Records { kind: "row", header: header.map(str::to_owned).to_vec(), rows: rows.collect() }
    }
}
