//! The parts of a report that come from orders and from aggregated session reports.
//!
//! What no input speaks of is `None`: without an orders export nobody knows how many were cancelled.

use crate::analysis::orders::{self, RepeatWithin, SecondOrder};
use crate::analysis::rate::Rate;
use crate::analysis::times::TimeSummary;
use crate::findings::{Findings, SessionReport};
use crate::money::Amount;
use crate::stats::proportion::Interval;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// The orders of the online store, in a journey or not.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OrdersReport {
    /// How many; `None` if no input speaks of orders.
    pub count: Option<u64>,
    /// Their value, one entry a currency.
    pub value: Vec<OrderValueReport>,
    /// Of these, cancelled; known from an orders export only, if that has the column.
    pub cancelled: Option<u64>,
    /// Of these, refunded in full; known from an orders export only, if that has the columns.
    pub refunded: Option<u64>,
    /// Of these, refunded in part.
    pub refunded_in_part: Option<u64>,
    /// Orders of other sales channels; known from an orders export only, if that has the column.
    pub other_channels: Option<u64>,
    /// Of the customers with an order, those with two or more.
    pub repeat_rate: Rate,
    /// The same within some days after the first order, customers who are young yet accounted for.
    pub repeat_within: Vec<RepeatWithin>,
    /// Orders by customer with an order.
    pub per_customer: Option<f64>,
    /// The lower bound of that.
    pub per_customer_low: Option<f64>,
    /// The upper bound.
    pub per_customer_high: Option<f64>,
    /// From the first order of a customer to the second, those accounted for who have but one yet; `None`
    /// without any second order.
    pub seconds_to_second: Option<SecondOrder>,
    /// From each order of a customer to the next.
    pub seconds_between: Option<TimeSummary>,
}

impl OrdersReport {
    pub(super) fn new(findings: &Findings, confidence: f64) -> OrdersReport {
        let counts = &findings.orders;
        let unknown = counts.unknown;
        let exported = |count: u64| findings.has_orders.then_some(count);
        let partly: u64 = counts.refunds.values().map(|refunds| refunds.partly).sum();
        let partly = partly + counts.in_part_of_unknown;
        let per_customer = orders::per_customer(&findings.tally, confidence);
        let range = per_customer.and_then(|(_, range)| range);
        let seconds = orders::second_orders(&findings.tally);
        OrdersReport {
            count: orders::are_known(findings).then_some(counts.count),
            value: orders::order_values(findings, confidence)
                .iter()
                .map(OrderValueReport::new)
                .collect(),
            cancelled: exported(counts.cancelled).filter(|_| !unknown.cancelled),
            refunded: exported(counts.refunded).filter(|_| !unknown.refunds),
            refunded_in_part: exported(partly).filter(|_| !unknown.refunds),
            other_channels: exported(counts.other_channels).filter(|_| !unknown.channels),
            repeat_rate: orders::repeat_rate(&findings.tally, confidence),
            repeat_within: orders::repeat_within(&seconds, &findings.tally, confidence),
            per_customer: per_customer.map(|(mean, _)| mean),
            per_customer_low: range.map(|range| range.low),
            per_customer_high: range.map(|range| range.high),
            seconds_to_second: orders::to_second_order(&seconds, confidence),
            seconds_between: orders::between_orders(&findings.tally),
        }
    }
}

/// The value of the orders of one currency; money is text with a point.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
    /// The lower bound of the average.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub average_low: Option<Amount>,
    /// The upper bound of the average.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub average_high: Option<Amount>,
    /// The lower bound of the value by visitor.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub per_visitor_low: Option<Amount>,
    /// The upper bound of the value by visitor.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub per_visitor_high: Option<Amount>,
    /// The middle order.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub median: Option<Amount>,
    /// The average with the largest orders cut down to `winsorised_at`; only where it is skewed.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub winsorised: Option<Amount>,
    /// The amount that the largest orders are cut down to.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub winsorised_at: Option<Amount>,
    /// The share of the sum that is the largest order.
    pub top_share: Option<f64>,
    /// What of it went back; `None` where no export says so.
    pub refunds: Option<RefundsReport>,
    /// `skewed_revenue` where few orders make the average.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Option<Vec<String>>")]
    pub flags: Vec<&'static str>,
}

impl OrderValueReport {
    fn new(value: &orders::OrderValue) -> OrderValueReport {
        let low = |range: Option<Interval>| range.and_then(|range| rounded(range.low));
        let high = |range: Option<Interval>| range.and_then(|range| rounded(range.high));
        let winsorised = value.winsorised;
        OrderValueReport {
            average_low: low(value.average_range),
            average_high: high(value.average_range),
            per_visitor_low: low(value.per_visitor_range),
            per_visitor_high: high(value.per_visitor_range),
            median: value.tail.and_then(|tail| rounded(tail.median)),
            winsorised: winsorised.and_then(|(mean, _)| rounded(mean)),
            winsorised_at: winsorised.and_then(|(_, cap)| rounded(cap)),
            refunds: value.refunds.as_ref().map(RefundsReport::new),
            top_share: value.tail.map(|tail| tail.top_share),
            flags: winsorised.map(|_| "skewed_revenue").into_iter().collect(),
            currency: value.currency.code().map(str::to_owned),
            amount: value.amount,
            average: value.average,
            per_visitor: value.per_visitor,
        }
    }
}

/// What of the value of the orders of one currency went back; of orders in exports.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RefundsReport {
    /// Of the orders that were not cancelled, those of which something was refunded.
    pub orders: Rate,
    /// Of these, in part.
    pub in_part: u64,
    /// What was refunded; `None` where the amount of a refund is missing.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub amount: Option<Amount>,
    /// The share of what was sold that was refunded.
    pub share: Option<f64>,
    /// The lower bound.
    pub share_low: Option<f64>,
    /// The upper bound.
    pub share_high: Option<f64>,
    /// Orders that were cancelled; they are in none of the numbers above.
    pub cancelled: u64,
    /// What they would have been worth.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub cancelled_amount: Amount,
    /// The value of all orders without what was refunded and cancelled.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub net: Option<Amount>,
}

impl RefundsReport {
    fn new(value: &orders::RefundedValue) -> RefundsReport {
        RefundsReport {
            orders: value.orders,
            in_part: value.partly,
            amount: value.amount,
            share: value.share,
            share_low: value.share_range.map(|range| range.low),
            share_high: value.share_range.map(|range| range.high),
            cancelled: value.cancelled,
            cancelled_amount: value.cancelled_amount,
            net: value.net,
        }
    }
}

/// Ten-thousandths that are no whole number, as an amount.
pub(super) fn rounded(ten_thousandths: f64) -> Option<Amount> {
    #[expect(clippy::cast_possible_truncation, reason = "checked against the range just here")]
    (ten_thousandths.abs() < 1e30).then(|| Amount(ten_thousandths.round() as i128))
}

pub(super) fn as_text<S: Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

#[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
pub(super) fn as_optional_text<S: Serializer>(
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
    /// The first of its files.
    pub path: String,
    /// All of its files: exports of one report for several ranges of dates are added.
    pub files: Vec<String>,
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
        files: report.files.clone(),
        dimensions: report.dimensions.clone(),
        steps: report.steps.iter().zip(previous).map(step).collect(),
    }
}
