//! Means of money: few orders, some of them very large.
//!
//! The interval of a mean is made on the scale of logarithms with Student's deviate, so it is never
//! negative and needs only a count, a sum and a sum of squares. Sums are of integers; where the values
//! are skewed, the winsorised mean and the median say more.

use super::proportion::Interval;
use super::quantile::quantiles;
use super::refunds::Ratio;
use super::special::{two_sided_t, two_sided_z};

/// A count, a sum and a sum of squares of exact values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: i128,
    /// The sum of their squares.
    pub squares: i128,
}

impl Moments {
    /// Adds one value.
    pub fn add(&mut self, value: i128) {
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.squares = self.squares.saturating_add(value.saturating_mul(value));
    }

    /// Adds the values of others.
    pub fn merge(&mut self, other: &Moments) {
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// The mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The sum of squared distances from the mean.
    fn scatter(&self) -> f64 {
        let count = i128::from(self.count);
        // Exact where the product fits; the difference of two large squares is else lost in rounding.
        match (self.squares.checked_mul(count), self.sum.checked_mul(self.sum)) {
            (Some(squares), Some(square)) => (squares - square).max(0) as f64 / count as f64,
            _ => (self.squares as f64 - (self.sum as f64).powi(2) / count as f64).max(0.0),
        }
    }

    /// The standard deviation; `None` with fewer than two values.
    pub fn deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.scatter() / (self.count as f64 - 1.0)).sqrt())
    }

    /// The squared deviation, over the number of values, relative to the squared mean.
    pub fn relative_variance(&self) -> Option<f64> {
        let mean = self.mean().filter(|mean| *mean > 0.0)?;
        Some(self.scatter() / self.count as f64 / (mean * mean))
    }

    /// The interval of the mean where several values may be of one customer; `customers` are their sums and their numbers of
    /// values. `None` with a single customer.
    pub fn interval_by(&self, customers: &Ratio, confidence: f64) -> Option<Interval> {
        if !has_several(customers) {
            return self.interval(confidence);
        }
        let mean = self.mean().filter(|mean| *mean > 0.0)?;
        let spread = two_sided_t(confidence, customers.count as f64 - 1.0)?;
        let spread = spread * customers.relative_error()?;
        Some(Interval { low: mean * (-spread).exp(), high: mean * spread.exp() })
    }

    /// The interval of the mean over more than those that have a value, where several values may be of one customer.
    pub fn interval_per(
        &self,
        customers: &Ratio,
        visitors: u64,
        confidence: f64,
    ) -> Option<Interval> {
        if !has_several(customers) {
            return self.per(visitors, confidence).map(|(_, range)| range);
        }
        let mean = (visitors > 0).then(|| self.sum as f64 / visitors as f64)?;
        let spread = two_sided_z(confidence)? * customers.relative_error_of_mean(visitors)?;
        Some(Interval { low: mean * (-spread).exp(), high: mean * spread.exp() })
    }

    /// The interval of the mean, on the scale of logarithms; `None` with fewer than two values, or where
    /// the mean is not above nought.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let mean = self.mean().filter(|mean| *mean > 0.0)?;
        let count = self.count as f64;
        let error = self.deviation()? / count.sqrt() / mean;
        let spread = two_sided_t(confidence, count - 1.0)? * error;
        Some(Interval { low: mean * (-spread).exp(), high: mean * spread.exp() })
    }

    /// The mean over more than those that have a value, the others counting nought, with its interval on
    /// the scale of logarithms: revenue per visitor from the orders of `visitors`.
    pub fn per(&self, visitors: u64, confidence: f64) -> Option<(f64, Interval)> {
        let (mean, relative) = (self.mean()?, self.relative_variance()?);
        let (count, base) = (self.count as f64, visitors as f64);
        if self.count > visitors {
            return None;
        }
        let share = count / base;
        let variance = (1.0 - share) / count + relative / count;
        let spread = two_sided_z(confidence)? * variance.sqrt();
        let value = share * mean;
        Some((value, Interval { low: value * (-spread).exp(), high: value * spread.exp() }))
    }
}

/// Whether any customer has more than one value.
fn has_several(customers: &Ratio) -> bool {
    customers.below > i128::from(customers.count)
}

/// What large single values do to a mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// The share of the sum that is the largest value.
    pub top_share: f64,
    /// The skewness.
    pub skewness: f64,
    /// How many values it takes until the mean is nearly normal (Kohavi et al. 2014).
    pub needed: f64,
    /// The median.
    pub median: f64,
}

/// The tail of some values; they are put into another order. `None` with fewer than three.
pub fn tail(values: &mut [i128]) -> Option<Tail> {
    if values.len() < 3 {
        return None;
    }
    let count = values.len() as f64;
    let sum = values.iter().sum::<i128>() as f64;
    let mean = sum / count;
    // In order of size, so that sums of fractions do not depend on the order of the orders.
    values.sort_unstable();
    let power =
        |power: i32| values.iter().map(|&x| (x as f64 - mean).powi(power)).sum::<f64>() / count;
    let (square, cube) = (power(2), power(3));
    // Adjusted for the number of values (Fisher, Pearson).
    let adjusted = (count * (count - 1.0)).sqrt() / (count - 2.0);
    let skewness = if square > 0.0 { adjusted * cube / square.powf(1.5) } else { 0.0 };
    let top = values.last().copied().unwrap_or(0) as f64;
    let [median] = quantiles(values, [0.5], |value| value as f64)?;
    Some(Tail {
        top_share: if sum > 0.0 { top / sum } else { 0.0 },
        skewness,
        needed: (355.0 * skewness * skewness).ceil(),
        median,
    })
}

/// The mean with everything above a quantile cut down to it: the cap, the mean, how many were cut.
pub fn winsorised(values: &mut [i128], share: f64) -> Option<(f64, f64, usize)> {
    let [cap] = quantiles(values, [share], |value| value as f64)?;
    let above = |value: &&i128| **value as f64 > cap;
    let cut = values.iter().filter(above).count();
    let kept: i128 = values.iter().filter(|value| !above(value)).sum();
    let mean = (kept as f64 + cut as f64 * cap) / values.len() as f64;
    Some((cap, mean, cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_no_interval_and_none_has_no_mean() {
        let mut moments = Moments::default();
        assert_eq!((moments.mean(), moments.interval(0.95)), (None, None));
        moments.add(42);
        assert_eq!((moments.mean(), moments.interval(0.95)), (Some(42.0), None));
    }

    #[test]
    fn large_values_keep_their_spread() {
        let mut moments = Moments::default();
        for value in [1_000_000_000_001, 1_000_000_000_002, 1_000_000_000_003] {
            moments.add(value);
        }
        assert!((moments.deviation().unwrap() - 1.0).abs() < 1e-9);
    }
}
