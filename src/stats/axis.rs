//! Axes for shares, for their differences and for ratios: where they end, and where their ticks stand.

/// An axis with two ends and the ticks between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Its ticks, rising.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// Where a number stands on it, 0 to 1.
    pub fn place(&self, number: f64) -> f64 {
        ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// An axis for differences of shares: it holds both, nought, and ends at ticks.
pub fn differences(low: f64, high: f64) -> Axis {
    let bound = |end: f64| if end.is_finite() { end.clamp(-1.0, 1.0) } else { 0.0 };
    let (low, high) = (bound(low).min(0.0), bound(high).max(0.0));
    let step = step((high - low).max(0.000_01) / 5.0);
    let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    let (first, last) = if first < last { (first, last) } else { (-1.0, 1.0) };
    let ticks = (0..=8).map(|number| first + f64::from(number)).filter(|tick| *tick <= last);
    Axis { low: first * step, high: last * step, ticks: ticks.map(|tick| tick * step).collect() }
}

/// An axis for ratios, in powers of two: it holds both, one, and ends at powers. Beyond a factor of 64 it holds
/// nothing: there a number says no more than "many".
pub fn powers_of_two(low: f64, high: f64) -> Axis {
    /// No axis is longer to either side.
    const MOST: f64 = 6.0;
    let bound = |ratio: f64| {
        let power = ratio.log2();
        if power.is_nan() { 0.0 } else { power.clamp(-MOST, MOST) }
    };
    let (low, high) = (bound(low).floor().min(-1.0), bound(high).ceil().max(1.0));
    let step = if high - low > 6.0 { 2.0 } else { 1.0 };
    // One is always among the ticks.
    let first = (low / step).ceil();
    let ticks = (0..=12).map(|number| (first + f64::from(number)) * step);
    Axis { low, high, ticks: ticks.filter(|tick| *tick <= high).collect() }
}

/// The end of an axis for shares, a little beyond the largest, and its ticks from nought on.
pub fn shares(largest: f64) -> (f64, Vec<f64>) {
    let largest = if largest.is_finite() { largest.clamp(0.000_01, 1.0) } else { 1.0 };
    let step = step(largest / 4.0);
    let most = ((largest / step - 1e-9).ceil() * step).min(1.0);
    let ticks = (0..=5).map(|number| f64::from(number) * step);
    (most, ticks.filter(|tick| *tick <= most + 1e-9).collect())
}

/// The next round number that is not smaller.
fn step(raw: f64) -> f64 {
    let size = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * size >= raw - 1e-12);
    factor.unwrap_or(10.0) * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_of_differences_hold_nought_and_both_ends() {
        let cases = [
            (-0.12, 0.18, -0.2, 0.2),
            (-0.03, -0.01, -0.03, 0.0),
            (0.001, 0.004, 0.0, 0.004),
            (0.0, 0.0, -0.000_002, 0.000_002),
        ];
        for (low, high, from, to) in cases {
            let axis = differences(low, high);
            let is_near = (axis.low - from).abs() < 1e-9 && (axis.high - to).abs() < 1e-9;
            assert!(is_near, "{low}..{high}: {axis:?}");
            assert!(axis.ticks.iter().any(|tick| tick.abs() < 1e-9), "{axis:?}");
            assert!((axis.ticks.last().unwrap() - axis.high).abs() < 1e-9, "{axis:?}");
        }
        assert!(differences(f64::NAN, f64::INFINITY).place(0.0).is_finite());
    }

    #[test]
    fn axes_of_ratios_hold_one() {
        let cases = [
            (0.9, 1.1, vec![-1.0, 0.0, 1.0]),
            (0.3, 3.0, vec![-2.0, -1.0, 0.0, 1.0, 2.0]),
            (0.0, 1e9, vec![-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0]),
            (f64::NAN, f64::NAN, vec![-1.0, 0.0, 1.0]),
        ];
        for (low, high, ticks) in cases {
            assert_eq!(powers_of_two(low, high).ticks, ticks, "{low}..{high}");
        }
    }

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
