//! The parts of a report that come from orders and from aggregated session reports.
//!
//! What no input speaks of is `None`: without an orders export nobody knows how many were cancelled.

use crate::analysis::orders;
use crate::analysis::rate::Rate;
use crate::findings::{Findings, SessionReport};
use crate::money::Amount;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// The orders of the online store, in a journey or not.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OrdersReport {
    /// How many; `None` if no input speaks of orders.
    pub count: Option<u64>,
    /// Their value, one entry a currency.
    pub value: Vec<OrderValueReport>,
    /// Of these, cancelled; known from an orders export only.
    pub cancelled: Option<u64>,
    /// Of these, refunded in full; known from an orders export only.
    pub refunded: Option<u64>,
    /// Orders of other sales channels; known from an orders export only.
    pub other_channels: Option<u64>,
    /// Of the customers with an order, those with two or more.
    pub repeat_rate: Rate,
}

impl OrdersReport {
    pub(super) fn new(findings: &Findings, confidence: f64) -> OrdersReport {
        let counts = &findings.orders;
        let exported = |count: u64| findings.has_orders.then_some(count);
        OrdersReport {
            count: orders::are_known(findings).then_some(counts.count),
            value: orders::order_values(findings).iter().map(OrderValueReport::new).collect(),
            cancelled: exported(counts.cancelled),
            refunded: exported(counts.refunded),
            other_channels: exported(counts.other_channels),
            repeat_rate: orders::repeat_rate(&findings.tally, confidence),
        }
    }
}

/// The value of the orders of one currency; money is text with a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderValueReport {
    /// The three-letter code; `None` if no row says it.
    pub currency: Option<String>,
    /// The sum.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub amount: Amount,
    /// By the number of orders that have a value.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub average: Option<Amount>,
    /// By the number of visitors; `None` without an event log.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub per_visitor: Option<Amount>,
}

impl OrderValueReport {
    fn new(value: &orders::OrderValue) -> OrderValueReport {
        OrderValueReport {
            currency: value.currency.code().map(str::to_owned),
            amount: value.amount,
            average: value.average,
            per_visitor: value.per_visitor,
        }
    }
}

pub(super) fn as_text<S: Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

#[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
fn as_optional_text<S: Serializer>(
    amount: &Option<Amount>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => serializer.collect_str(amount),
        None => serializer.serialize_none(),
    }
}

/// An aggregated session report: its own small ladder, counted by the shop platform.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SessionReportReport {
    /// The file.
    pub path: String,
    /// The names of its dimensions.
    pub dimensions: Vec<String>,
    /// The steps that the file has a column for.
    pub steps: Vec<SessionStepReport>,
}

/// One step of a session report.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SessionStepReport {
    /// The step's name.
    pub name: &'static str,
    /// The sum of the column.
    pub total: u64,
    /// Over the step before; `None` for the first.
    pub step_rate: Option<Rate>,
    /// Over the first step.
    pub overall_rate: Rate,
}

/// The session reports, by path.
pub(super) fn session_reports(findings: &Findings, confidence: f64) -> Vec<SessionReportReport> {
    findings.session_reports.iter().map(|report| session_report(report, confidence)).collect()
}

fn session_report(report: &SessionReport, confidence: f64) -> SessionReportReport {
    let first = report.steps.first().map_or(0, |&(_, total)| total);
    let previous = std::iter::once(None).chain(report.steps.iter().map(|&(_, total)| Some(total)));
    let step =
        |(&(name, total), previous): (&(&'static str, u64), Option<u64>)| SessionStepReport {
            name,
            total,
            step_rate: previous.map(|base| Rate::of(total, base, confidence)),
            overall_rate: Rate::of(total, first, confidence),
        };
    SessionReportReport {
        path: report.path.clone(),
        dimensions: report.dimensions.clone(),
        steps: report.steps.iter().zip(previous).map(step).collect(),
    }
}
