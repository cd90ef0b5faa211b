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

    /// What to expect of a kind of days (the first of `kinds`), where kinds have means of their own: their mean, and the
    /// dispersion of all days around the mean of their kind. `None` without one of its kind, and where fewer days than `freedom` say
    /// how far they stray.
    pub fn of_kind(kinds: &[Vec<u64>], freedom: u64) -> Option<Counts> {
        let of_each: Vec<Counts> = kinds.iter().filter_map(|kind| Counts::of(kind)).collect();
        let strayed: u64 = of_each.iter().map(|kind| kind.days - 1).sum();
        let sum = |of: fn(&Counts) -> f64| {
            of_each.iter().map(|kind| of(kind) * (kind.days as f64 - 1.0)).sum::<f64>()
        };
        let by_chance = sum(|kind| kind.mean);
        let own = Counts::of(kinds.first()?)?;
        (strayed >= freedom && by_chance > 0.0).then(|| {
            let dispersion = sum(|kind| kind.variance) / by_chance;
            // The mean of few days strays too.
            let variance = own.mean * dispersion * (1.0 + 1.0 / own.days as f64);
            Counts { variance, ..own }
        })
    }

    /// Whether days differ more than chance makes them.
    pub fn is_dispersed(&self) -> bool {
        self.variance > DISPERSED * self.mean
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
        let dispersed = if self.is_dispersed() { self.dispersed_tails(today) } else { None };
        dispersed.unwrap_or_else(|| self.tails(today))
    }
}

fn negative_binomial(size: f64, share: f64, count: u64) -> Tails {
    let high = if count == 0 { 1.0 } else { beta_cdf(1.0 - share, count as f64, size) };
    Tails { low: beta_cdf(share, size, count as f64 + 1.0), high }
}

/// The level of each test, so that this many false alarms are expected a month.
pub fn alarm_level(tests_a_month: u64, false_alarms: f64) -> f64 {
    (false_alarms / tests_a_month.max(1) as f64).min(0.5)
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
        assert_eq!(Expected::from_history(3, 2, None), None);
    }
}
