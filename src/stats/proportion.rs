//! The interval of one proportion: Wilson's score interval (Wilson 1927; Newcombe 1998, method 3).
//!
//! Chosen because its coverage stays near the nominal level at the small rates of a shop and it needs
//! no special case at nought. Nothing here rounds, clamps a rate or knows what is counted.

use statrs::distribution::{ContinuousCDF, Normal};

/// The two bounds of an interval, as shares of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// Wilson's two-sided interval of `hits` of `base` at `confidence` (a share: 0.95).
///
/// The low bound is exactly 0 without hits, the high bound exactly 1 when everything hits. `None` when
/// there is no base, when the hits are no part of the base, or when `confidence` is not between 0 and 1.
pub fn wilson(hits: u64, base: u64, confidence: f64) -> Option<Interval> {
    if base == 0 || hits > base {
        return None;
    }
    let z = two_sided_z(confidence)?;
    let n = base as f64;
    let share = hits as f64 / n;
    let shrink = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / shrink;
    let half = z / shrink * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    Some(Interval {
        low: if hits == 0 { 0.0 } else { (centre - half).max(0.0) },
        high: if hits == base { 1.0 } else { (centre + half).min(1.0) },
    })
}

/// The normal deviate that leaves half of `1 - confidence` above it.
fn two_sided_z(confidence: f64) -> Option<f64> {
    (confidence > 0.0 && confidence < 1.0)
        .then(|| Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_values_come_out() {
        // Newcombe 1998, table I (four digits); then values of our own to seven digits.
        let cases = [
            (81, 263, 0.2553, 0.3662, 5e-5),
            (15, 148, 0.0624, 0.1605, 5e-5),
            (0, 20, 0.0, 0.1611, 5e-5),
            (1, 29, 0.0061, 0.1718, 5e-5),
            (10, 1000, 0.005_440_8, 0.018_309_5, 5e-8),
            (3, 1000, 0.001_020_8, 0.008_783_0, 5e-8),
            (0, 100, 0.0, 0.036_993_5, 5e-8),
            (0, 1, 0.0, 0.793_450_7, 5e-8),
            (1, 1, 0.206_549_3, 1.0, 5e-8),
        ];
        for (hits, base, low, high, tolerance) in cases {
            let interval = wilson(hits, base, 0.95).unwrap();
            assert!((interval.low - low).abs() <= tolerance, "{hits}/{base}: {interval:?}");
            assert!((interval.high - high).abs() <= tolerance, "{hits}/{base}: {interval:?}");
        }
    }

    #[test]
    fn the_ends_are_exact() {
        for base in [1, 7, 29, 1_000_003] {
            assert_eq!(wilson(0, base, 0.95).unwrap().low.to_bits(), 0.0_f64.to_bits());
            assert_eq!(wilson(base, base, 0.95).unwrap().high.to_bits(), 1.0_f64.to_bits());
        }
    }

    #[test]
    fn what_is_no_proportion_has_no_interval() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(5, 4, 0.95), None);
        for confidence in [0.0, 1.0, -1.0, 95.0, f64::NAN] {
            assert_eq!(wilson(1, 2, confidence), None, "{confidence}");
        }
    }

    #[test]
    fn the_normal_deviate_is_the_known_one() {
        assert!((two_sided_z(0.95).unwrap() - 1.959_963_984_540_054).abs() < 1e-12);
    }
}
