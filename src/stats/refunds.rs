//! What of the money of orders went back: the share of orders, and the share of their value as a ratio of two
//! sums (Cochran 1977; Deng, Knoblich, Lu 2018).
//!
//! Orders that were cancelled were never sold; they stand apart. An order that was refunded in full stays an order.
//! Sums are of integers, and merge in any way.

use super::proportion::{Clusters, Interval, wilson_of_share};

/// Two sums over the same things, one to be divided by the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many things.
    pub count: u64,
    /// The sum that is divided.
    pub above: i128,
    /// The sum that it is divided by.
    pub below: i128,
    squares_above: i128,
    squares_below: i128,
    products: i128,
}

impl Ratio {
    /// Adds one thing.
    pub fn add(&mut self, above: i128, below: i128) {
        self.count += 1;
        self.above = self.above.saturating_add(above);
        self.below = self.below.saturating_add(below);
        let product = |one: i128, two: i128| one.saturating_mul(two);
        self.squares_above = self.squares_above.saturating_add(product(above, above));
        self.squares_below = self.squares_below.saturating_add(product(below, below));
        self.products = self.products.saturating_add(product(above, below));
    }

    /// Adds the sums over other things.
    pub fn merge(&mut self, other: &Ratio) {
        self.count += other.count;
        self.above = self.above.saturating_add(other.above);
        self.below = self.below.saturating_add(other.below);
        self.squares_above = self.squares_above.saturating_add(other.squares_above);
        self.squares_below = self.squares_below.saturating_add(other.squares_below);
        self.products = self.products.saturating_add(other.products);
    }

    /// The standard error of the ratio, relative to it; `None` with fewer than two things.
    pub fn relative_error(&self) -> Option<f64> {
        Some(self.variance()?.sqrt() / self.value().filter(|ratio| *ratio > 0.0)?)
    }

    /// The standard error of what is divided over so many things, most of which have nothing of it, relative to that mean.
    pub fn relative_error_of_mean(&self, things: u64) -> Option<f64> {
        let (all, sum) = (things as f64, self.above as f64);
        let variance = (self.squares_above as f64 * all / (sum * sum) - 1.0).max(0.0) / all;
        (self.above > 0 && self.count <= things).then(|| variance.sqrt())
    }

    /// The ratio; `None` unless there is something to divide by.
    pub fn value(&self) -> Option<f64> {
        (self.below > 0).then(|| self.above as f64 / self.below as f64)
    }

    /// The variance of the ratio; `None` with fewer than two things.
    pub fn variance(&self) -> Option<f64> {
        let ratio = self.value().filter(|_| self.count > 1)?;
        let squares = self.squares_above as f64 - 2.0 * ratio * self.products as f64
            + ratio * ratio * self.squares_below as f64;
        let (count, below) = (self.count as f64, self.below as f64);
        Some(count / (count - 1.0) * squares.max(0.0) / (below * below))
    }

    /// The interval of a ratio that is a share: Wilson's with the trials that it is worth, which are never more
    /// than the things; where none or all is divided, these. `None` with fewer than two things.
    pub fn share_interval(&self, confidence: f64) -> Option<Interval> {
        let (share, variance) = (self.value()?, self.variance()?);
        let trials = if variance > 0.0 { share * (1.0 - share) / variance } else { f64::INFINITY };
        wilson_of_share(share, trials.min(self.count as f64), confidence)
    }
}

/// What of the money of an order went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refund {
    /// Nobody says.
    Unknown,
    /// Nothing.
    Nothing,
    /// A part or all of it; how much, if somebody says so.
    Some(Option<i128>),
}

/// What of the money of many orders went back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refunds {
    /// What was refunded over what was sold, of the orders that were not cancelled and of which it is known.
    pub sold: Ratio,
    /// Of these, orders of which something was refunded.
    pub touched: u64,
    /// Of these, in part.
    pub partly: u64,
    /// Orders of which something was refunded and nobody says how much.
    pub amounts_unknown: u64,
    /// Orders that were cancelled.
    pub cancelled: u64,
    /// What they would have been worth.
    pub cancelled_sum: i128,
}

/// What of the money of orders went back, customer by customer: somebody who sends things back does so again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundsByCustomer {
    /// The orders of which something was refunded, of those of which it is known.
    pub orders: Clusters,
    /// What was refunded over what was sold.
    pub sold: Ratio,
}

impl RefundsByCustomer {
    /// Adds all orders of one customer, each with what was refunded and what it is worth, and whether anything was
    /// refunded.
    pub fn add(&mut self, orders: impl IntoIterator<Item = SoldOrder>) {
        let (mut size, mut hits, mut refunded, mut sold) = (0, 0, 0_i128, 0_i128);
        for order in orders {
            size += 1;
            hits += u64::from(order.is_touched);
            refunded = refunded.saturating_add(order.refunded);
            sold = sold.saturating_add(order.total);
        }
        if size > 0 {
            self.orders.add(size, hits);
            self.sold.add(refunded, sold);
        }
    }

    /// Adds what is known of other customers.
    pub fn merge(&mut self, other: &RefundsByCustomer) {
        self.orders.merge(&other.orders);
        self.sold.merge(&other.sold);
    }

    /// Whether these are the orders of `all`, and some of them of one customer.
    pub fn says_more_than(&self, all: &Refunds) -> bool {
        let are_all = self.orders.size == all.sold.count && self.orders.hits == all.touched;
        are_all && self.orders.clusters < self.orders.size
    }
}

/// An order that was not cancelled, and of which it is known what went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldOrder {
    /// What it is worth.
    pub total: i128,
    /// What was refunded, nought where nobody says how much.
    pub refunded: i128,
    /// Whether anything was refunded.
    pub is_touched: bool,
}

impl SoldOrder {
    /// `None` for an order that was cancelled, or where nobody says what became of the money.
    pub fn of(total: i128, refund: Refund, is_cancelled: bool) -> Option<SoldOrder> {
        let (refunded, is_touched) = match refund {
            Refund::Unknown => return None,
            Refund::Nothing => (0, false),
            Refund::Some(amount) => (amount.unwrap_or_default(), true),
        };
        (!is_cancelled).then_some(SoldOrder { total, refunded, is_touched })
    }
}

impl Refunds {
    /// Adds one order; one that was refunded in full, whatever amount stands beside that, was not in part.
    pub fn add(&mut self, total: i128, refund: Refund, cancelled: bool, in_full: bool) {
        if cancelled {
            self.cancelled += 1;
            self.cancelled_sum = self.cancelled_sum.saturating_add(total);
        }
        let Some(order) = SoldOrder::of(total, refund, cancelled) else { return };
        if let Refund::Some(amount) = refund {
            self.touched += 1;
            self.partly += u64::from(!in_full && amount.is_none_or(|amount| amount < total));
            self.amounts_unknown += u64::from(amount.is_none());
        }
        self.sold.add(order.refunded, total);
    }

    /// What was refunded; `None` where an amount is missing.
    pub fn amount(&self) -> Option<i128> {
        (self.amounts_unknown == 0).then_some(self.sold.above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_says_is_not_nought() {
        let mut refunds = Refunds::default();
        refunds.add(100, Refund::Unknown, false, false);
        assert_eq!((refunds.sold.count, refunds.sold.value()), (0, None));
        refunds.add(100, Refund::Some(None), false, false);
        refunds.add(100, Refund::Some(Some(100)), true, false);
        assert_eq!((refunds.touched, refunds.partly, refunds.amount()), (1, 1, None));
        assert_eq!((refunds.cancelled, refunds.cancelled_sum), (1, 100));
    }

    #[test]
    fn a_share_of_few_large_orders_has_a_wide_range() {
        let mut even = Ratio::default();
        let mut uneven = Ratio::default();
        for number in 0..100 {
            even.add(if number < 10 { 50 } else { 0 }, 50);
            uneven.add(if number == 0 { 500 } else { 0 }, if number == 0 { 500 } else { 45 });
        }
        let (even, uneven) = (even.share_interval(0.95), uneven.share_interval(0.95));
        let plain = crate::stats::proportion::wilson(10, 100, 0.95).unwrap();
        assert!((even.unwrap().low - plain.low).abs() < 1e-2);
        assert!(uneven.unwrap().high > even.unwrap().high + 0.1, "{uneven:?}");
        // Nothing went back of so many orders: that says no more than so many orders can.
        let mut none = Ratio::default();
        (0..20).for_each(|_| none.add(0, 10));
        let none = none.share_interval(0.95).unwrap();
        assert!(none.low.abs() < 1e-15 && (none.high - 0.1611).abs() < 5e-5);
    }
    #[test]
    fn whoever_sends_all_back_is_one_witness() {
        let order = |refund| SoldOrder::of(50, refund, false).unwrap();
        assert_eq!(SoldOrder::of(50, Refund::Nothing, true), None);
        let (mut alone, mut together) =
            (RefundsByCustomer::default(), RefundsByCustomer::default());
        let mut all = Refunds::default();
        for customer in 0..40 {
            let refund = if customer < 10 { Refund::Some(Some(50)) } else { Refund::Nothing };
            together.add([order(refund); 5]);
            for order in [order(refund); 5] {
                alone.add([order]);
                all.add(50, refund, false, order.is_touched);
            }
        }
        assert!(together.says_more_than(&all) && !alone.says_more_than(&all));
        // Forty customers, of whom ten: the five orders of each add nothing.
        let plain = crate::stats::proportion::wilson(10, 40, 0.95).unwrap();
        let money = together.sold.share_interval(0.95).unwrap();
        let orders = together.orders.rate(0.95).unwrap().interval;
        for range in [money, orders] {
            assert!((range.low - plain.low).abs() < 5e-3 && (range.high - plain.high).abs() < 5e-3);
        }
        assert!(alone.sold.share_interval(0.95).unwrap().low > money.low + 0.05);
        let mut halves = RefundsByCustomer::default();
        halves.merge(&together);
        halves.merge(&alone);
        assert_eq!((halves.orders.clusters, halves.sold.count), (240, 240));
    }
}
