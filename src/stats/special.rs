//! The few distribution functions that everything here is made of.
//!
//! The incomplete beta function is worked out here because the usual ones stop too early for a million
//! visitors. What is no probability and no parameter gives NaN; nothing panics.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::erf::erfc;
use statrs::function::gamma::{checked_gamma_ur, ln_gamma};

/// The normal deviate that leaves half of `1 - confidence` above it; `None` if that is no confidence.
pub fn two_sided_z(confidence: f64) -> Option<f64> {
    (confidence > 0.0 && confidence < 1.0)
        .then(|| Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence)))
}

/// The normal deviate below which a share of all lies.
pub fn normal_quantile(share: f64) -> f64 {
    if share > 0.0 && share < 1.0 { Normal::standard().inverse_cdf(share) } else { f64::NAN }
}

/// The probability that a normal deviate lies at least this far from nought, on either side.
pub fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The deviate of Student's distribution that leaves half of `1 - confidence` above it.
pub fn two_sided_t(confidence: f64, freedom: f64) -> Option<f64> {
    let students = StudentsT::new(0.0, 1.0, freedom).ok()?;
    (confidence > 0.0 && confidence < 1.0)
        .then(|| students.inverse_cdf(f64::midpoint(1.0, confidence)))
}

/// The probability that Student's deviate lies at least this far from nought, on either side.
pub fn two_sided_t_p(t: f64, freedom: f64) -> f64 {
    beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The probability that chi-squared is at least this large.
pub fn chi_squared_p(statistic: f64, freedom: f64) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    checked_gamma_ur(freedom / 2.0, statistic / 2.0).unwrap_or(f64::NAN)
}

/// The logarithm of the beta function.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    let sum = small + large;
    if small >= 10.0 {
        let rest = stirling_rest(small) + stirling_rest(large) - stirling_rest(sum);
        let half_ln_two_pi = 0.918_938_533_204_672_8;
        (small - 0.5) * (small / sum).ln() + large * (-small / sum).ln_1p() - 0.5 * large.ln()
            + half_ln_two_pi
            + rest
    } else if large >= 10.0 {
        let rest = stirling_rest(large) - stirling_rest(sum);
        ln_gamma(small) + rest + small - small * sum.ln() + (large - 0.5) * (-small / sum).ln_1p()
    } else {
        ln_gamma(small) + ln_gamma(large) - ln_gamma(sum)
    }
}

/// What Stirling's formula leaves of the logarithm of gamma, from 10 on.
fn stirling_rest(x: f64) -> f64 {
    let square = x * x;
    let series = [1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    series.iter().fold(0.0, |sum, term| sum / square + term) / x
}

/// The share of the beta distribution that lies below `x`: the regularised incomplete beta function.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() || !(a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b)).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(1.0 - x, b, a) / b
    }
}

/// Lentz's method; it takes about the square root of the larger parameter in rounds.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const MOST_ROUNDS: u32 = 100_000;
    let held = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (sum, above, below) = (a + b, a + 1.0, a - 1.0);
    let mut rising = 1.0;
    let mut falling = 1.0 / held(1.0 - sum * x / above);
    let mut fraction = falling;
    for round in 1..=MOST_ROUNDS {
        let m = f64::from(round);
        let even = m * (b - m) * x / ((below + 2.0 * m) * (a + 2.0 * m));
        falling = 1.0 / held(1.0 + even * falling);
        rising = held(1.0 + even / rising);
        fraction *= falling * rising;
        let odd = -(a + m) * (sum + m) * x / ((a + 2.0 * m) * (above + 2.0 * m));
        falling = 1.0 / held(1.0 + odd * falling);
        rising = held(1.0 + odd / rising);
        let change = falling * rising;
        fraction *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// The value below which a share of the beta distribution lies.
pub fn beta_quantile(share: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&share) {
        return f64::NAN;
    }
    // Near one the distance from one is what has to be exact.
    if beta_cdf(0.5, a, b) < share {
        return 1.0 - bisect(0.0, 0.5, |y| beta_cdf(y, b, a) < 1.0 - share);
    }
    bisect(0.0, 0.5, |x| beta_cdf(x, a, b) < share)
}

/// The probability of at most so many hits.
pub fn binomial_at_most(hits: u64, base: u64, share: f64) -> f64 {
    if hits >= base {
        return 1.0;
    }
    beta_cdf(1.0 - share, (base - hits) as f64, hits as f64 + 1.0)
}

/// The probability of at least so many hits.
pub fn binomial_at_least(hits: u64, base: u64, share: f64) -> f64 {
    if hits == 0 {
        return 1.0;
    }
    if hits > base {
        return 0.0;
    }
    beta_cdf(share, hits as f64, (base - hits) as f64 + 1.0)
}

/// The point between `low` and `high` up to which a condition holds, as exactly as numbers allow.
pub fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..1100 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_incomplete_beta_function_is_the_sum_of_its_terms() {
        for (base, share) in [(12_u64, 0.3_f64), (40, 0.02), (300, 0.9)] {
            let mut term = (base as f64 * (-share).ln_1p()).exp();
            let mut sum = 0.0;
            for hits in 0..base {
                sum += term;
                let found = binomial_at_most(hits, base, share);
                assert!((found - sum).abs() < 1e-12, "{hits} of {base}: {found} {sum}");
                let rest = binomial_at_least(hits + 1, base, share);
                assert!((found + rest - 1.0).abs() < 1e-12);
                term *= (base - hits) as f64 / (hits + 1) as f64 * share / (1.0 - share);
            }
        }
    }

    #[test]
    fn large_parameters_are_no_trouble() {
        // Half of a symmetric distribution lies below the middle, however narrow it is.
        for size in [1e3, 1e6, 1e9] {
            assert!((beta_cdf(0.5, size, size) - 0.5).abs() < 1e-6, "{size}");
            assert!((beta_quantile(0.5, size, size) - 0.5).abs() < 1e-9, "{size}");
        }
    }

    #[test]
    fn known_points() {
        assert!((two_sided_z(0.95).unwrap() - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((two_sided_p(1.959_963_984_540_054) - 0.05).abs() < 1e-10);
        // Tables of chi-squared and of Student's distribution.
        assert!((chi_squared_p(3.841_458_820_694_124, 1.0) - 0.05).abs() < 1e-10);
        assert!((two_sided_t(0.95, 9.0).unwrap() - 2.262_157_162_798).abs() < 1e-9);
        assert!((two_sided_t_p(2.262_157_162_798, 9.0) - 0.05).abs() < 1e-9);
        assert!(beta_cdf(0.5, -1.0, 2.0).is_nan() && two_sided_z(1.0).is_none());
    }
}
