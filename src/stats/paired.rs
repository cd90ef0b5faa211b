//! Two shares of the same people: the exact test of `McNemar` (1947), two-sided.
//!
//! Only those who did one thing and not the other tell the two apart. Nothing here knows what was done.

use statrs::distribution::{Binomial, DiscreteCDF};

/// The chance of a difference at least this large if neither were more common: `only_first` did the first
/// thing alone, `only_second` the second alone. 1 if there is nobody to tell them apart.
pub fn mcnemar(only_first: u64, only_second: u64) -> f64 {
    let Ok(coin) = Binomial::new(0.5, only_first + only_second) else { return 1.0 };
    (2.0 * coin.cdf(only_first.min(only_second))).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_by_hand() {
        let cases = [
            (0, 0, 1.0),
            (1, 0, 1.0),
            (0, 6, 2.0 / 64.0),
            (1, 7, 2.0 * 9.0 / 256.0),
            (7, 1, 2.0 * 9.0 / 256.0),
            (5, 5, 1.0),
        ];
        for (first, second, expected) in cases {
            assert!((mcnemar(first, second) - expected).abs() < 1e-12, "{first} {second}");
        }
    }
}
