//! Axes for shares: where they end, and where their ticks stand.

/// The end of an axis for shares, a little beyond the largest, and its ticks from nought on.
pub fn shares(largest: f64) -> (f64, Vec<f64>) {
    let largest = if largest.is_finite() { largest.clamp(0.000_01, 1.0) } else { 1.0 };
    let raw = largest / 4.0;
    let size = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * size >= raw - 1e-12);
    let step = factor.unwrap_or(10.0) * size;
    let most = ((largest / step - 1e-9).ceil() * step).min(1.0);
    let ticks = (0..=5).map(|number| f64::from(number) * step);
    (most, ticks.filter(|tick| *tick <= most + 1e-9).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_of_shares_end_at_round_numbers() {
        let cases =
            [(0.093, 0.1, 5), (0.48, 0.6, 4), (1.0, 1.0, 5), (0.021, 0.03, 4), (0.001, 0.001, 5)];
        for (largest, most, ticks) in cases {
            let (found, all) = shares(largest);
            assert!((found - most).abs() < 1e-9, "{largest}: {found}");
            assert_eq!(all.len(), ticks, "{largest}: {all:?}");
            assert!(found >= largest - 1e-9);
        }
        assert!(shares(f64::NAN).0 > 0.0 && shares(0.0).0 > 0.0);
    }
}
