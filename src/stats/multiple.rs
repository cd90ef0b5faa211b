//! Many tests at once: p-values adjusted for their number.
//!
//! Benjamini and Hochberg (1995) where one explores: the share of false findings among the findings.
//! Holm (1979) where a decision hangs on any of them. All tests that were run count, shown or not.

/// The q-values of Benjamini and Hochberg, in the order of the p-values.
pub fn benjamini_hochberg(values: &[f64]) -> Vec<f64> {
    let order = ascending(values);
    let number = values.len() as f64;
    let mut adjusted = vec![1.0; values.len()];
    let mut least: f64 = 1.0;
    for (rank, &place) in order.iter().enumerate().rev() {
        least = least.min(values[place] * number / (rank + 1) as f64);
        adjusted[place] = least;
    }
    adjusted
}

fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_test_is_not_adjusted_and_none_is_none() {
        assert_eq!(benjamini_hochberg(&[0.03]), [0.03]);
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
