//! What counts make of a prior opinion about a rate: the beta posterior, and which of two rates is the higher.
//!
//! Such a probability is only as good as the prior, so whoever shows it says which one it was. It is no
//! safer than a p-value for somebody who looks every day.

use super::proportion::Interval;
use super::special::{beta_cdf, beta_quantile, ln_beta};

/// Jeffreys' prior: half a hit and half a miss.
pub const JEFFREYS: (f64, f64) = (0.5, 0.5);

/// What is known of a rate, as a beta distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// Hits, with those of the prior.
    pub hits: f64,
    /// Misses, with those of the prior.
    pub misses: f64,
}

impl Posterior {
    /// What is known after so many hits; `None` if they are no part of the base, or if the prior is less
    /// than Jeffreys'.
    pub fn of(
        (hits, base): (u64, u64),
        (prior_hits, prior_misses): (f64, f64),
    ) -> Option<Posterior> {
        let misses = base.checked_sub(hits)?;
        (prior_hits >= 0.5 && prior_misses >= 0.5).then_some(Posterior {
            hits: prior_hits + hits as f64,
            misses: prior_misses + misses as f64,
        })
    }

    /// The mean.
    pub fn mean(self) -> f64 {
        self.hits / (self.hits + self.misses)
    }

    /// The middle.
    pub fn median(self) -> f64 {
        beta_quantile(0.5, self.hits, self.misses)
    }

    /// The range with equal tails.
    pub fn interval(self, confidence: f64) -> Interval {
        let bound = |share: f64| beta_quantile(share, self.hits, self.misses);
        let tail = (1.0 - confidence) / 2.0;
        Interval { low: bound(tail), high: bound(1.0 - tail) }
    }

    /// The probability that the rate is above another.
    pub fn above(self, rate: f64) -> f64 {
        1.0 - beta_cdf(rate, self.hits, self.misses)
    }

    /// The probability that this rate is higher than `ratio` times the other.
    pub fn beats(self, other: Posterior, ratio: f64) -> f64 {
        // Either way round; but the function within must be smooth where it is asked for, and over the narrower of the two
        // it does not climb between one point and the next.
        let over_self = ratio >= 1.0 || self.range().1.sin().powi(2) <= ratio;
        let over_other = ratio <= 1.0 || other.range().1.sin().powi(2) * ratio <= 1.0;
        let is_narrower = self.hits + self.misses >= other.hits + other.misses;
        if over_self && (is_narrower || !over_other) {
            self.mean_of(|rate| beta_cdf((rate / ratio).min(1.0), other.hits, other.misses))
        } else {
            other.mean_of(|rate| self.above((ratio * rate).min(1.0)))
        }
    }

    /// The angles between which its rate surely lies; see `mean_of`.
    fn range(self) -> (f64, f64) {
        let Posterior { hits, misses } = self;
        let (middle, spread) = (self.mean().sqrt().asin(), 6.0 / (hits + misses).sqrt());
        ((middle - spread).max(0.0), (middle + spread).min(std::f64::consts::FRAC_PI_2))
    }

    /// How much is lost in the mean by choosing this rate: nothing where it is the higher one, else the difference.
    pub fn loss_against(self, other: Posterior) -> f64 {
        let once_more = |one: Posterior| Posterior { hits: one.hits + 1.0, ..one };
        other.mean() * once_more(other).beats(self, 1.0)
            - self.mean() * other.beats(once_more(self), 1.0)
    }

    /// The mean of a function of the rate, by Simpson's rule over the angle whose squared sine is the rate:
    /// on that scale a rate near nought is as smooth as any.
    fn mean_of(self, function: impl Fn(f64) -> f64) -> f64 {
        const PARTS: u32 = 2000;
        let Posterior { hits, misses } = self;
        let (low, high) = self.range();
        let width = (high - low) / f64::from(PARTS);
        let ln_whole = ln_beta(hits, misses);
        let density = |angle: f64| {
            let ln =
                ln_power(angle.sin(), 2.0 * hits - 1.0) + ln_power(angle.cos(), 2.0 * misses - 1.0);
            2.0 * (ln - ln_whole).exp()
        };
        // What the logarithms of a thousand million lose is lost above and below.
        let (mut sum, mut weights) = (0.0, 0.0);
        for part in 0..=PARTS {
            let angle = low + width * f64::from(part);
            let simpson = match part {
                0 | PARTS => 1.0,
                part if part % 2 == 1 => 4.0,
                _ => 2.0,
            };
            let weight = simpson * density(angle);
            sum += weight * function(angle.sin().powi(2));
            weights += weight;
        }
        sum / weights
    }
}

/// The logarithm of a power; that of any number, nought among them, to the power of nought is nought.
fn ln_power(base: f64, exponent: f64) -> f64 {
    if exponent.abs() < f64::EPSILON { 0.0 } else { exponent * base.ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_is_the_higher_one() {
        let unequal = ((1, 100), (10_000_000, 1_000_000_000));
        let alike = ((400, 90_000), (520, 100_000));
        for (one, two) in [((0, 3), (2, 3)), ((1, 1), (0, 1)), alike, unequal] {
            let (one, two) =
                (Posterior::of(one, JEFFREYS).unwrap(), Posterior::of(two, JEFFREYS).unwrap());
            let all = one.beats(two, 1.0) + two.beats(one, 1.0);
            assert!((all - 1.0).abs() < 1e-9, "{one:?} {two:?} {all}");
            let turned = one.beats(two, 1.25) + two.beats(one, 0.8);
            assert!((turned - 1.0).abs() < 1e-9, "{one:?} {two:?} {turned}");
        }
    }

    #[test]
    fn what_is_no_proportion_is_not_known() {
        assert_eq!(Posterior::of((3, 2), JEFFREYS), None);
        assert_eq!(Posterior::of((1, 2), (0.0, 1.0)), None);
        let nothing = Posterior::of((0, 0), JEFFREYS).unwrap();
        assert!((nothing.median() - 0.5).abs() < 1e-12);
    }
}
