//! A ladder as a chain of rates: what a better step is worth, and where there is room for one.
//!
//! In a pure chain every step has the same leverage: a fifth more of any of them is a fifth more orders.
//! What differs is how many of the additional people go on (pass-through), and how far a step is from
//! what it could be (headroom).

use super::special::beta_cdf;

/// What lifting one step brings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// The step's rate with it; not lifted above 1.
    pub rate: f64,
    /// By how much orders grow, a share of them.
    pub growth: f64,
    /// Whether the step's rate hit 1.
    pub capped: bool,
}

/// Lifts a rate by a share of itself; of the additional people, `pass_through` times as many go on as of
/// the others.
pub fn lift(rate: f64, by: f64, pass_through: f64) -> Lift {
    let lifted = (rate * (1.0 + by)).clamp(0.0, rate.max(1.0));
    Lift {
        rate: lifted,
        growth: if rate > 0.0 { (lifted / rate - 1.0) * pass_through } else { 0.0 },
        capped: rate * (1.0 + by) > 1.0,
    }
}

/// The room between a step's rate and a benchmark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// How many more orders the benchmark would bring, as a share of them, on average over what the
    /// step's true rate may be.
    pub growth: f64,
    /// The probability that the step is below the benchmark.
    pub probability_below: f64,
}

/// The headroom of `hits` of `base` to a benchmark; `None` if one of them is no rate.
pub fn headroom(hits: u64, base: u64, benchmark: f64) -> Option<Headroom> {
    if base == 0 || hits > base || !(benchmark > 0.0 && benchmark <= 1.0) {
        return None;
    }
    // Without hits the mean has no end: one hit is taken instead.
    let (a, b) = (hits.max(1) as f64 + 0.5, (base - hits) as f64 + 0.5);
    let below = beta_cdf(benchmark, a, b);
    let growth = benchmark * (a + b - 1.0) / (a - 1.0) * beta_cdf(benchmark, a - 1.0, b) - below;
    Some(Headroom { growth: growth.max(0.0), probability_below: below })
}

/// What it is worth to have reached each step: the rates of all later ones, multiplied.
pub fn values(step_rates: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = step_rates
        .iter()
        .rev()
        .scan(1.0, |value, rate| {
            *value *= rate;
            Some(*value)
        })
        .collect();
    values.reverse();
    values.push(1.0);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_ends_at_one_and_nothing_grows_from_nothing() {
        let lifted = lift(0.6, 1.0, 1.0);
        assert!(lifted.capped && (lifted.growth - 2.0 / 3.0).abs() < 1e-12);
        assert!(lift(0.0, 0.2, 1.0).growth.abs() < 1e-15);
        // Of sessions, more may reach a step than the one before it.
        let above = lift(1.5, 0.2, 1.0);
        assert!(above.capped && above.growth.abs() < 1e-12 && (above.rate - 1.5).abs() < 1e-12);
        assert_eq!(headroom(3, 2, 0.5), None);
        assert_eq!(values(&[]), [1.0]);
    }
}
