//! Money and repeat buyers. Currencies are never added to each other.
//!
//! Sums and averages are integers of ten-thousandths, so they do not depend on the order of the rows.

use super::rate::Rate;
use crate::findings::{Findings, OrderFindings};
use crate::money::{Amount, Currency};
use crate::tally::Tally;

/// The value of the orders of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderValue {
    /// The currency.
    pub currency: Currency,
    /// The sum.
    pub amount: Amount,
    /// The sum by the number of orders that have a value.
    pub average: Option<Amount>,
    /// The sum by the number of visitors: journeys that entered. Unknown without an event log.
    pub per_visitor: Option<Amount>,
}

/// The value of the orders by currency; known currencies in alphabetical order, the unknown one first.
pub fn order_values(findings: &Findings) -> Vec<OrderValue> {
    let visitors = if findings.has_log { findings.tally.entered } else { 0 };
    let value = |(&currency, &(amount, orders)): (&Currency, &(Amount, u64))| OrderValue {
        currency,
        amount,
        average: amount.divided(orders),
        per_visitor: amount.divided(visitors),
    };
    findings.orders.value.iter().map(value).collect()
}

/// Of the customers with an order, those with two or more.
pub fn repeat_rate(tally: &Tally, confidence: f64) -> Rate {
    Rate::of(tally.repeat_buyers, tally.buyers, confidence)
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

    #[test]
    fn each_currency_has_its_own_sum_and_average() {
        let (findings, _) = example::storefront();
        let values: Vec<String> = order_values(&findings)
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
    fn without_a_log_nobody_knows_the_visitors() {
        let (mut findings, _) = example::storefront();
        findings.has_log = false;
        assert!(order_values(&findings).iter().all(|value| value.per_visitor.is_none()));
        assert!(are_known(&findings));
        assert!(!are_known(&Findings::default()));
    }
}
