//! Exact quantiles by linear interpolation between ranks: R's type 7 (Hyndman & Fan 1996), which is
//! also what spreadsheets and numpy do.
//!
//! Works on data that is sorted already and never approximates.

/// The quantile `q` (0 to 1) of values in ascending order. `None` without values or outside that range.
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let rank = q * sorted.len().checked_sub(1)? as f64;
    let below = rank.floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is between nought and the number of values"
    )]
    let position = below as usize;
    let low = *sorted.get(position)?;
    let high = sorted.get(position + 1).copied().unwrap_or(low);
    Some(low + (rank - below) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_sample_comes_out() {
        let seconds = [
            3.0, 5.0, 8.0, 8.0, 13.0, 21.0, 34.0, 55.0, 89.0, 144.0, 233.0, 377.0, 610.0, 987.0,
            1597.0, 2584.0, 4181.0, 6765.0, 10946.0, 86400.0,
        ];
        let cases = [
            (0.0, 3.0),
            (0.25, 19.0),
            (0.5, 188.5),
            (0.75, 1843.75),
            (0.9, 7183.1),
            (0.95, 14718.7),
            (1.0, 86400.0),
        ];
        for (q, expected) in cases {
            assert!((quantile(&seconds, q).unwrap() - expected).abs() < 1e-9, "{q}");
        }
    }

    #[test]
    fn small_and_empty_data() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
        assert_eq!(quantile(&[1.0, 2.0], 0.5), Some(1.5));
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(&[1.0], q), None, "{q}");
        }
    }
}
