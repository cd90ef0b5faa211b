//! How an action and an outcome go together, from the four counts of those who did it or not and
//! converted or not. It says nothing about what causes what.

use super::proportion::Interval;
use super::special::two_sided_z;

/// The four counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fourfold {
    /// Did it and converted.
    pub with_hits: u64,
    /// Did it and did not convert.
    pub with_misses: u64,
    /// Did not do it and converted.
    pub without_hits: u64,
    /// Did neither.
    pub without_misses: u64,
}

impl Fourfold {
    /// The odds ratio with half a count more in each cell (Haldane, Anscombe), with its interval.
    pub fn odds_ratio(&self, confidence: f64) -> Option<(f64, Interval)> {
        let cells = self.cells().map(|cell| cell + 0.5);
        let [with_hits, with_misses, without_hits, without_misses] = cells;
        let ratio = with_hits * without_misses / (with_misses * without_hits);
        let z = two_sided_z(confidence)?;
        let spread = z * cells.iter().map(|cell| 1.0 / cell).sum::<f64>().sqrt();
        let interval = Interval { low: ratio * (-spread).exp(), high: ratio * spread.exp() };
        Some((ratio, interval))
    }

    /// The rate of those who did it over that of all; `None` where one of them is not known.
    pub fn lift(&self) -> Option<f64> {
        let [a, b, c, d] = self.cells();
        let (with, all) = (a / (a + b), (a + c) / (a + b + c + d));
        let lift = with / all;
        lift.is_finite().then_some(lift)
    }

    /// How much of the outcome is known from the action, in bits.
    pub fn information(&self) -> f64 {
        let [a, b, c, d] = self.cells();
        let all = a + b + c + d;
        let term = |cell: f64, row: f64, column: f64| {
            if cell > 0.0 { cell / all * (cell * all / (row * column)).log2() } else { 0.0 }
        };
        term(a, a + b, a + c)
            + term(b, a + b, b + d)
            + term(c, c + d, a + c)
            + term(d, c + d, b + d)
    }

    /// The share of conversions that would be missing if those who did it converted like the others:
    /// negative where they convert less (Levin 1953).
    pub fn attributable(&self) -> Option<f64> {
        let [a, b, c, d] = self.cells();
        let share = 1.0 - c / (c + d) / ((a + c) / (a + b + c + d));
        share.is_finite().then_some(share)
    }

    fn cells(&self) -> [f64; 4] {
        [self.with_hits, self.with_misses, self.without_hits, self.without_misses]
            .map(|count| count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_did_has_no_lift() {
        let nobody = Fourfold { without_hits: 3, without_misses: 9, ..Fourfold::default() };
        assert_eq!(nobody.lift(), None);
        assert!(nobody.information().abs() < 1e-15);
        assert!(nobody.odds_ratio(0.95).unwrap().1.low < 1.0);
    }
}
