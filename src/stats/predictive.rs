//! Whether today is odd, from the days before: predictive tails of a rate and of a count.
//!
//! Limits of three standard deviations are wrong at the numbers of a shop: they cry wolf at the upper side
//! and can never speak at the lower. These are exact for small counts. Days that differ more than chance
//! makes them (`correlation`, `dispersion`) widen what is expected.

use super::exact::weights;
use super::special::beta_cdf;

/// How likely so little and so much is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// The probability of so many or fewer.
    pub low: f64,
    /// The probability of so many or more.
    pub high: f64,
}

impl Tails {
    /// The two-sided p-value.
    pub fn two_sided(self) -> f64 {
        (2.0 * self.low.min(self.high)).min(1.0)
    }
}

/// A beta distribution of the rate to expect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Hits that are known.
    pub alpha: f64,
    /// Misses that are known.
    pub beta: f64,
}

impl Expected {
    /// What the days before say about today's rate. A correlation within days (above nought) says that
    /// days differ, and so that they know less about today than their number promises.
    pub fn from_history(hits: u64, base: u64, correlation: Option<f64>) -> Option<Expected> {
        if hits > base {
            return None;
        }
        let (alpha, beta) = (hits as f64 + 0.5, (base - hits) as f64 + 0.5);
        let Some(correlation) = correlation.filter(|correlation| *correlation > 0.0) else {
            return Some(Expected { alpha, beta });
        };
        let mean = alpha / (alpha + beta);
        let size = (1.0 / correlation - 1.0).min(alpha + beta).max(2.0);
        Some(Expected { alpha: mean * size, beta: (1.0 - mean) * size })
    }

    /// The mean.
    pub fn rate(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    /// How likely today's count is.
    pub fn tails(&self, hits: u64, base: u64) -> Tails {
        let weights = self.weights(base);
        let all: f64 = weights.iter().sum();
        let place = usize::try_from(hits).unwrap_or(usize::MAX).min(weights.len() - 1);
        Tails {
            low: (weights[..=place].iter().sum::<f64>() / all).min(1.0),
            high: (weights[place..].iter().sum::<f64>() / all).min(1.0),
        }
    }

    /// The counts between which today's lies with this probability at least; each tail holds less than
    /// half of the rest.
    pub fn band(&self, base: u64, share: f64) -> (u64, u64) {
        let weights = self.weights(base);
        let all: f64 = weights.iter().sum();
        let tail = (1.0 - share) / 2.0;
        let first = |weights: &mut dyn Iterator<Item = &f64>| {
            let mut sum = 0.0;
            weights
                .take_while(|weight| {
                    sum += *weight / all;
                    sum < tail
                })
                .count() as u64
        };
        let low = first(&mut weights.iter());
        (low, base - first(&mut weights.iter().rev()).min(base - low))
    }

    fn weights(&self, base: u64) -> Vec<f64> {
        let Expected { alpha, beta } = *self;
        weights(0, base, |x| {
            let (x, rest) = (x as f64, (base - x) as f64);
            rest * (alpha + x) / ((x + 1.0) * (rest - 1.0 + beta))
        })
    }
}

/// The moments of counts of several days, and how many times larger their variance is than chance makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counts {
    /// Days.
    pub days: u64,
    /// The sum.
    pub sum: u64,
    /// The mean.
    pub mean: f64,
    /// The variance.
    pub variance: f64,
}

/// Above this, days differ more than chance makes them.
const DISPERSED: f64 = 1.5;

impl Counts {
    /// The moments of some counts; `None` without any.
    pub fn of(counts: &[u64]) -> Option<Counts> {
        let days = counts.len() as u64;
        let sum: u64 = counts.iter().sum();
        let mean = (days > 0).then(|| sum as f64 / days as f64)?;
        let squares: f64 = counts.iter().map(|&count| (count as f64 - mean).powi(2)).sum();
        let variance = if days > 1 { squares / (days as f64 - 1.0) } else { 0.0 };
        Some(Counts { days, sum, mean, variance })
    }

    /// How likely today's count is if days differ only by chance.
    pub fn tails(&self, today: u64) -> Tails {
        let days = self.days as f64;
        negative_binomial(self.sum as f64 + 0.5, days / (days + 1.0), today)
    }

    /// The same if days differ as these have; `None` if these do not.
    pub fn dispersed_tails(&self, today: u64) -> Option<Tails> {
        (self.variance > self.mean).then(|| {
            let size = self.mean * self.mean / (self.variance - self.mean);
            negative_binomial(size, size / (size + self.mean), today)
        })
    }

    /// The one of the two that fits.
    pub fn fitting_tails(&self, today: u64) -> Tails {
        let is_dispersed = self.variance > DISPERSED * self.mean;
        let dispersed = if is_dispersed { self.dispersed_tails(today) } else { None };
        dispersed.unwrap_or_else(|| self.tails(today))
    }
}

fn negative_binomial(size: f64, share: f64, count: u64) -> Tails {
    let high = if count == 0 { 1.0 } else { beta_cdf(1.0 - share, count as f64, size) };
    Tails { low: beta_cdf(share, size, count as f64 + 1.0), high }
}

/// After how many periods without a single hit something is wrong; `None` if that can never be told.
pub fn silent_periods(visitors: u64, rate: f64, alpha: f64) -> Option<u64> {
    let periods = (alpha.ln() / (visitors as f64 * (-rate).ln_1p())).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the range just here"
    )]
    (periods > 0.0 && periods < 1e9).then_some(periods as u64)
}

/// The level of each test, so that this many false alarms are expected a month.
pub fn alarm_level(tests_a_month: u64, false_alarms: f64) -> f64 {
    (false_alarms / tests_a_month.max(1) as f64).min(0.5)
}

/// How far a value lies from the middle of others, robust to outliers (Iglewicz, Hoaglin 1993); `None`
/// where more than half of them are equal.
pub fn robust_z(others: &[f64], value: f64) -> Option<f64> {
    let middle = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted.get((sorted.len() - 1) / 2)?, sorted.get(sorted.len() / 2)?);
        Some(f64::midpoint(*low, *high))
    };
    if others.is_empty() {
        return None;
    }
    let median = middle(others)?;
    let distances: Vec<f64> = others.iter().map(|other| (other - median).abs()).collect();
    let spread = middle(&distances)?;
    (spread > 0.0).then(|| 0.674_489_750_196_081_7 * (value - median) / spread)
}

/// Slow leaks: the cumulative evidence that the rate has changed by a factor, day by day (Page 1954).
pub fn cumulative(days: &[(u64, u64)], rate: f64, factor: f64) -> Vec<f64> {
    let changed = rate * factor;
    let (hit, miss) = ((changed / rate).ln(), ((1.0 - changed) / (1.0 - rate)).ln());
    let evidence = |sum: &mut f64, &(hits, base): &(u64, u64)| {
        *sum = (*sum + hits as f64 * hit + (base - hits) as f64 * miss).max(0.0);
        Some(*sum)
    };
    days.iter().scan(0.0, evidence).collect()
}

/// The limits of the classical chart at three standard deviations, kept within 0 and 1.
pub fn chart_limits(rate: f64, base: u64) -> (f64, f64) {
    let half = 3.0 * (rate * (1.0 - rate) / base as f64).sqrt();
    ((rate - half).max(0.0), (rate + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tails_share_the_count_itself() {
        let expected = Expected::from_history(420, 21_000, None).unwrap();
        let (a, b) = (expected.tails(9, 800), expected.tails(10, 800));
        assert!((a.low + b.high - 1.0).abs() < 1e-12);
        let nothing = expected.tails(0, 0);
        assert!((nothing.low - 1.0).abs() < 1e-12 && (nothing.high - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_broken_day_is_odd_and_a_good_one_is_not() {
        let expected = Expected::from_history(3600, 18_000, None).unwrap();
        assert!(expected.tails(6, 300).low < 1e-12);
        assert!(expected.tails(62, 300).two_sided() > 0.1);
    }

    #[test]
    fn nothing_to_compare_with() {
        assert_eq!(Counts::of(&[]), None);
        assert_eq!(robust_z(&[], 1.0), None);
        assert_eq!(robust_z(&[5.0, 5.0, 5.0, 9.0], 1.0), None);
        assert_eq!(Expected::from_history(3, 2, None), None);
    }
}
