//! Exact quantiles by linear interpolation between ranks: R's type 7 (Hyndman & Fan 1996), which is
//! also what spreadsheets and numpy do.
//!
//! Never approximates. Values need not be sorted for it: selecting a few ranks takes a few passes.

/// The quantiles `qs` (0 to 1, in ascending order) of values in any order, which it rearranges; `number`
/// must rise with the values. `None` without values, outside that range, or out of order.
pub fn quantiles<T: Copy + Ord, const N: usize>(
    values: &mut [T],
    qs: [f64; N],
    number: impl Fn(T) -> f64,
) -> Option<[f64; N]> {
    let count = values.len();
    if !qs.is_sorted() {
        return None;
    }
    // From the highest rank to the lowest, so that what is left to select from shrinks.
    let mut ranked = count;
    let mut at = |rank: usize| {
        if rank < ranked {
            values[..ranked].select_nth_unstable(rank);
            ranked = rank;
        }
        number(values[rank])
    };
    let mut quantiles = [0.0; N];
    for (quantile, q) in quantiles.iter_mut().zip(qs).rev() {
        *quantile = between_ranks(count, q, &mut at)?;
    }
    Some(quantiles)
}

/// The quantile `q` of `count` values, of which `at` gives that of a rank; the higher rank is asked first.
fn between_ranks(count: usize, q: f64, mut at: impl FnMut(usize) -> f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let last = count.checked_sub(1)?;
    let rank = q * last as f64;
    let below = rank.floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is between nought and the number of values"
    )]
    let position = below as usize;
    let high = at((position + 1).min(last));
    let low = at(position);
    Some(low + (rank - below) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QS: [f64; 7] = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0];

    /// The definition, on values that are sorted.
    fn by_sorting(values: &[i64], q: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let at = |rank: usize| sorted[rank.min(sorted.len() - 1)] as f64;
        let rank = q * (sorted.len() - 1) as f64;
        let below = (0..sorted.len()).rfind(|&below| below as f64 <= rank).unwrap();
        at(below) + (rank - below as f64) * (at(below + 1) - at(below))
    }

    fn one(values: &mut [i64], q: f64) -> Option<f64> {
        quantiles(values, [q], |value| value as f64).map(|[quantile]| quantile)
    }

    #[test]
    fn the_worked_sample_comes_out() {
        let mut seconds = [
            8, 3, 5, 86400, 13, 21, 34, 55, 89, 144, 8, 233, 377, 610, 987, 1597, 2584, 4181, 6765,
            10946,
        ];
        let expected = [3.0, 19.0, 188.5, 1843.75, 7183.1, 14718.7, 86400.0];
        let found = quantiles(&mut seconds, QS, f64::from).unwrap();
        for (q, (found, expected)) in QS.into_iter().zip(found.into_iter().zip(expected)) {
            assert!((found - expected).abs() < 1e-9, "{q}: {found}");
        }
    }

    #[test]
    fn small_and_empty_data() {
        assert_eq!(one(&mut [], 0.5), None);
        assert_eq!(one(&mut [7], 0.9), Some(7.0));
        assert_eq!(one(&mut [2, 1], 0.5), Some(1.5));
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(one(&mut [1], q), None, "{q}");
        }
        assert_eq!(quantiles(&mut [1, 2], [0.5, 0.25], f64::from), None);
    }

    proptest! {
        #[test]
        fn selecting_is_as_good_as_sorting(
            values in prop_oneof![
                proptest::collection::vec(-5..20_i64, 1..60),
                proptest::collection::vec(0..i64::MAX / 4, 1..300),
            ],
        ) {
            let found = quantiles(&mut values.clone(), QS, |value| value as f64).unwrap();
            let expected = QS.map(|q| by_sorting(&values, q).to_bits());
            prop_assert_eq!(found.map(f64::to_bits), expected);
        }
    }
}
