//! Money and repeat buyers. Currencies are never added to each other.
//!
//! Sums and averages are integers of ten-thousandths, so they do not depend on the order of the rows. Few
//! large orders make most of a small store's revenue: beside each mean stand its range on the scale of
//! logarithms, and where it is skewed the median and the mean with the largest orders cut down.

use super::rate::Rate;
use super::times::TimeSummary;
use crate::findings::{Findings, OrderFindings};
use crate::money::{Amount, Currency};
use crate::stats::mean::{self, Moments, Tail};
use crate::stats::proportion::Interval;
use crate::stats::survival::{self, Curve};
use crate::tally::{Durations, Tally};
use crate::time::Span;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The value of the orders of one currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderValue {
    /// The currency.
    pub currency: Currency,
    /// The sum.
    pub amount: Amount,
    /// The sum by the number of orders that have a value.
    pub average: Option<Amount>,
    /// The sum by the number of visitors: journeys that entered. Unknown without an event log, or where only a part of the
    /// journeys is asked for.
    pub per_visitor: Option<Amount>,
    /// The range of the average.
    pub average_range: Option<Interval>,
    /// The range of the value by visitor.
    pub per_visitor_range: Option<Interval>,
    /// What single large orders do to the average.
    pub tail: Option<Tail>,
    /// The average with the largest orders cut down, and the amount that they are cut to; only where the
    /// average is skewed.
    pub winsorised: Option<(f64, f64)>,
    /// What of it went back, as far as exports say.
    pub refunds: Option<RefundedValue>,
}

/// What of the orders of one currency was refunded or cancelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RefundedValue {
    /// Of the orders that were not cancelled, those of which something was refunded.
    pub orders: Rate,
    /// Of these, in part.
    pub partly: u64,
    /// What was refunded; `None` where an amount is missing.
    pub amount: Option<Amount>,
    /// Of what was sold, what was refunded; with its range.
    pub share: Option<f64>,
    /// The range of that.
    pub share_range: Option<Interval>,
    /// Orders that were cancelled.
    pub cancelled: u64,
    /// What they would have been worth.
    pub cancelled_amount: Amount,
    /// What is left without what was refunded and cancelled.
    pub net: Option<Amount>,
}

/// More of the revenue than this in a single order makes an average skewed.
const TOP_SHARE: f64 = 0.2;

/// What the orders of converted journeys are worth in one currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// The currency.
    pub currency: Currency,
    /// The orders of known value in it.
    pub orders: u64,
    /// What they are worth together, in ten-thousandths.
    pub sum: f64,
    /// What one order of any currency brings of this one: the sum by all orders of known value.
    pub by_order: f64,
    /// By how much that may be off, as a spread of logarithms; unknown with one order.
    pub spread: Option<f64>,
}

/// What the orders of converted journeys are worth, by currency; the unknown one first. A currency has its part of the orders
/// only, so that what an order brings is not told once for each.
pub fn worths(worth: &BTreeMap<Currency, Moments>, confidence: f64) -> Vec<Worth> {
    let all: u64 = worth.values().map(|moments| moments.count).sum();
    let of = |(&currency, moments): (&Currency, &Moments)| {
        let by_order = moments.sum as f64 / all as f64;
        let is_only = moments.count == all;
        let shared = || moments.per(all, confidence).map(|(_, range)| range);
        let range = if is_only { moments.interval(confidence) } else { shared() };
        Worth {
            currency,
            orders: moments.count,
            sum: moments.sum as f64,
            by_order,
            spread: range.map(|range| (range.high / by_order).ln()),
        }
    };
    worth.iter().filter(|(_, moments)| moments.count > 0).map(of).collect()
}

/// The value of the orders by currency; known currencies in alphabetical order, the unknown one first.
pub fn order_values(findings: &Findings, confidence: f64) -> Vec<OrderValue> {
    let has_visitors = findings.has_log && !findings.is_part;
    let visitors = if has_visitors { findings.tally.entered } else { 0 };
    let value = |(&currency, &(amount, orders)): (&Currency, &(Amount, u64))| {
        let values = findings.orders.values.get(&currency).map_or(&[][..], Vec::as_slice);
        let mut values: Vec<i128> = values.iter().map(|amount| amount.0).collect();
        let mut moments = Moments::default();
        for &value in &values {
            moments.add(value);
        }
        let tail = mean::tail(&mut values);
        let is_skewed = tail.is_some_and(|tail| is_skewed(&tail, values.len()));
        let buyers = findings.tally.value_of_buyers.get(&currency).copied().unwrap_or_default();
        let share = if values.len() < 200 { 0.95 } else { 0.99 };
        OrderValue {
            currency,
            amount,
            average: amount.divided(orders),
            per_visitor: amount.divided(visitors),
            average_range: moments.interval_by(&buyers, confidence),
            per_visitor_range: moments.interval_per(&buyers, visitors, confidence),
            tail,
            winsorised: is_skewed
                .then(|| mean::winsorised(&mut values, share))
                .flatten()
                .map(|(cap, mean, _)| (mean, cap)),
            refunds: refunded(findings, (currency, amount), confidence),
        }
    };
    findings.orders.value.iter().map(value).collect()
}

/// What of `sum` went back; `None` where nobody says. The ranges go by customers.
fn refunded(
    findings: &Findings,
    (currency, sum): (Currency, Amount),
    confidence: f64,
) -> Option<RefundedValue> {
    let refunds = findings.orders.refunds.get(&currency)?;
    let customers = findings.tally.refunds_of_buyers.get(&currency);
    let customers = customers.filter(|customers| customers.says_more_than(refunds));
    let clusters = customers.map(|customers| &customers.orders);
    let sold = customers.map_or(&refunds.sold, |customers| &customers.sold);
    let amount = refunds.amount();
    let share = refunds.sold.value().filter(|_| amount.is_some());
    let is_known = refunds.sold.count + refunds.cancelled > 0;
    is_known.then(|| RefundedValue {
        orders: Rate::within(clusters, refunds.touched, refunds.sold.count, confidence),
        partly: refunds.partly,
        amount: amount.map(Amount),
        share,
        share_range: share.and_then(|_| sold.share_interval(confidence)),
        cancelled: refunds.cancelled,
        cancelled_amount: Amount(refunds.cancelled_sum),
        net: amount.map(|amount| Amount(sum.0 - amount - refunds.cancelled_sum)),
    })
}

/// Whether so many orders are too few for their average to be nearly normal, or one of them is too large.
fn is_skewed(tail: &Tail, orders: usize) -> bool {
    tail.needed > orders as f64 || tail.top_share > TOP_SHARE
}

/// Of the customers with an order, those with two or more.
pub fn repeat_rate(tally: &Tally, confidence: f64) -> Rate {
    Rate::of(tally.repeat_buyers, tally.orders_of_buyers.count, confidence)
}

/// How many come back for a second order within some time, young customers accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RepeatWithin {
    /// Within so many days after the first order.
    pub days: u32,
    /// The share.
    pub rate: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// The repeat rate within 30, 90 and 365 days by the curve of second orders, as far as customers were watched for so long.
pub fn repeat_within(curve: &Curve, tally: &Tally, confidence: f64) -> Vec<RepeatWithin> {
    let watched = tally.since_only_order.in_no_order();
    let within = |days: u32| {
        let horizon = Span::days(i64::from(days)).0;
        let whole = watched.iter().filter(|span| span.0 >= horizon).count() as u64;
        let found = (curve.last_age >= horizon)
            .then(|| curve.matured(horizon, whole, confidence))
            .flatten()?;
        let Interval { low, high } = found.interval;
        Some(RepeatWithin { days, rate: found.rate, low, high })
    };
    [30, 90, 365].into_iter().filter_map(within).collect()
}

/// The time from each order of a customer to the next.
pub fn between_orders(tally: &Tally) -> Option<TimeSummary> {
    TimeSummary::of(&tally.between_orders)
}

/// Orders by customer with an order, with the range of that; `None` without any. No customer with an order has less
/// than one. Where all have the same number nothing is known of how far it may differ, and there is no range.
pub fn per_customer(tally: &Tally, confidence: f64) -> Option<(f64, Option<Interval>)> {
    let orders = &tally.orders_of_buyers;
    let differ = orders.deviation().is_some_and(|deviation| deviation > 0.0);
    let range = orders.interval(confidence).filter(|_| differ);
    let range = range.map(|range| Interval { low: range.low.max(1.0), high: range.high });
    Some((orders.mean()?, range))
}

/// When half of the customers have ordered again, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SecondOrder {
    /// The time from the first order to the second that half of all customers take; `None` where fewer than
    /// half are known to order again.
    pub median: Option<f64>,
    /// The lower bound of that.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
}

/// The time from the first order of a customer to the second by the curve of second orders; `None` without any.
pub fn to_second_order(curve: &Curve, confidence: f64) -> Option<SecondOrder> {
    let (low, high) = curve.median_interval(confidence);
    let seconds = |age: Option<i64>| age.map(|age| Span(age).as_seconds());
    let median = seconds(curve.quantile(0.5));
    (!curve.steps.is_empty()).then(|| SecondOrder {
        median,
        low: seconds(low),
        high: seconds(high),
    })
}

/// The curve of second orders over the time since the first, those who have but one order accounted for by how long they
/// were watched.
pub fn second_orders(tally: &Tally) -> Curve {
    let spans = |durations: &Durations| -> Vec<i64> {
        durations.in_no_order().iter().map(|span| span.0).collect()
    };
    let mut watched = spans(&tally.since_only_order);
    survival::curve(&survival::ages(&mut spans(&tally.to_second_order), &mut watched))
}

/// Whether any input or event speaks of orders at all; if not, their number is unknown and not nought.
pub fn are_known(findings: &Findings) -> bool {
    let OrderFindings { count, .. } = findings.orders;
    findings.has_orders || findings.has_log || count > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;
    use crate::stats::refunds::{Ratio, Refund};

    #[test]
    fn each_currency_has_its_own_sum_and_average() {
        let (findings, _) = example::storefront();
        let values: Vec<String> = order_values(&findings, 0.95)
            .iter()
            .map(|value| {
                let text = |amount: Option<Amount>| amount.map_or("-".into(), |a| a.to_string());
                let (average, visitor) = (text(value.average), text(value.per_visitor));
                format!("{:?} {} {average} {visitor}", value.currency.code(), value.amount)
            })
            .collect();
        assert_eq!(
            values,
            ["Some(\"EUR\") 1234.50 137.1667 1.2345", "Some(\"USD\") 80.00 80.00 0.08"]
        );
    }

    #[test]
    fn orders_of_one_customer_tell_less_than_those_of_several() {
        let (mut findings, _) = example::storefront();
        let euro = |findings: &Findings| {
            let value = order_values(findings, 0.95)[0];
            (value.average_range.unwrap(), value.per_visitor_range.unwrap())
        };
        let alone = euro(&findings);
        let currency = Currency::parse("EUR");
        let values = findings.orders.values[&currency].clone();
        let mut of_each = Ratio::default();
        for value in &values {
            of_each.add(value.0, 1);
        }
        findings.tally.value_of_buyers.insert(currency, of_each);
        assert_eq!(euro(&findings), alone, "nobody ordered twice");
        let mut of_few = Ratio::default();
        for own in values.chunks(3) {
            of_few.add(own.iter().map(|value| value.0).sum(), own.len() as i128);
        }
        findings.tally.value_of_buyers.insert(currency, of_few);
        let (average, per_visitor) = euro(&findings);
        assert!(average.low < alone.0.low && average.high > alone.0.high, "{average:?}");
        assert!(per_visitor.low < alone.1.low && per_visitor.high > alone.1.high);
        let mut of_one = Ratio::default();
        of_one.add(12_345_000, 9);
        findings.tally.value_of_buyers.insert(currency, of_one);
        assert_eq!(order_values(&findings, 0.95)[0].average_range, None, "one customer");
    }

    #[test]
    fn one_large_order_is_said() {
        let (findings, _) = example::storefront();
        let [euro, dollar] = order_values(&findings, 0.95).try_into().unwrap();
        assert!(euro.tail.unwrap().top_share > 0.6);
        let (winsorised, cap) = euro.winsorised.unwrap();
        assert!(winsorised < euro.average.unwrap().0 as f64 && cap < 8_045_000.0);
        assert_eq!((dollar.average_range, dollar.tail), (None, None), "one order has no range");
    }

    #[test]
    fn what_went_back_is_taken_off_and_what_was_cancelled_stands_apart() {
        let (mut findings, _) = example::storefront();
        assert_eq!(order_values(&findings, 0.95)[0].refunds, None);
        let refunds = findings.orders.refunds.entry(Currency::parse("EUR")).or_default();
        refunds.add(250_000, Refund::Nothing, true, false);
        refunds.add(300_000, Refund::Some(Some(100_000)), false, false);
        for amount in [400, 450, 500, 600, 800, 1000, 8045] {
            refunds.add(amount * 1000, Refund::Nothing, false, false);
        }
        let [euro, dollar] = order_values(&findings, 0.95).try_into().unwrap();
        let found = euro.refunds.unwrap();
        assert_eq!((found.orders.hits, found.orders.base, found.partly), (1, 8, 1));
        assert_eq!((found.cancelled, found.cancelled_amount), (1, Amount(250_000)));
        assert_eq!(found.net, Some(Amount(12_345_000 - 250_000 - 100_000)));
        let (share, range) = (found.share.unwrap(), found.share_range.unwrap());
        assert!(range.low < share && share < range.high, "{found:?}");
        assert_eq!(dollar.refunds, None);
        // Of one more nobody says how much went back.
        let refunds = findings.orders.refunds.get_mut(&euro.currency).unwrap();
        refunds.add(10_000, Refund::Some(None), false, false);
        let found = order_values(&findings, 0.95)[0].refunds.unwrap();
        assert_eq!((found.amount, found.net, found.share), (None, None, None));
        assert_eq!(found.orders.hits, 2);
    }

    #[test]
    fn young_customers_do_not_press_the_repeat_rate_down() {
        let mut tally = Tally::new(2, 0);
        for _ in 0..10 {
            tally.to_second_order.add(Span::days(20));
            tally.since_only_order.add(Span::days(200));
            tally.since_only_order.add(Span::days(5));
        }
        let found = repeat_within(&second_orders(&tally), &tally, 0.95);
        let days: Vec<u32> = found.iter().map(|found| found.days).collect();
        assert_eq!(days, [30, 90], "nobody was watched for a year");
        assert!((found[0].rate - 0.5).abs() < 1e-12 && found[0].low < 0.5);
    }

    #[test]
    fn half_of_all_is_told_only_where_half_are_known_to_come_back() {
        let mut tally = Tally::new(2, 0);
        assert_eq!(
            (to_second_order(&second_orders(&tally), 0.95), per_customer(&tally, 0.95)),
            (None, None)
        );
        for days in 1..=10 {
            tally.to_second_order.add(Span::days(days));
            tally.orders_of_buyers.add(2);
        }
        for _ in 0..5 {
            tally.since_only_order.add(Span::days(100));
            tally.orders_of_buyers.add(1);
        }
        let found = to_second_order(&second_orders(&tally), 0.95).unwrap();
        let days = |seconds: Option<f64>| seconds.map(|seconds| seconds / 86_400.0);
        // The eighth of fifteen; the bounds are where the curve's own reach one half.
        assert_eq!(days(found.median), Some(8.0));
        assert!(days(found.low).unwrap() < 8.0 && found.high.is_none(), "{found:?}");
        let (mean, range) = per_customer(&tally, 0.95).unwrap();
        assert!((mean - 25.0 / 15.0).abs() < 1e-12);
        let Interval { low, high } = range.unwrap();
        assert!(1.0 < low && low < mean && mean < high && high < 2.0);
        for _ in 0..20 {
            tally.since_only_order.add(Span::days(100));
        }
        assert_eq!(to_second_order(&second_orders(&tally), 0.95).unwrap().median, None);
    }

    #[test]
    fn without_a_log_nobody_knows_the_visitors() {
        let (mut findings, _) = example::storefront();
        findings.is_part = true;
        assert!(order_values(&findings, 0.95).iter().all(|value| value.per_visitor.is_none()));
        (findings.has_log, findings.is_part) = (false, false);
        assert!(order_values(&findings, 0.95).iter().all(|value| value.per_visitor.is_none()));
        assert!(are_known(&findings));
        assert!(!are_known(&Findings::default()));
    }
}
