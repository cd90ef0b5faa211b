//! Two proportions against each other: the interval of their difference and of their ratio.
//!
//! The difference is Newcombe's hybrid of two Wilson intervals (Newcombe 1998 II, method 10): a closed form
//! that stays between -1 and 1 and works at nought. The ratio inverts the score test (Koopman 1984). The
//! score interval of the difference (Miettinen, Nurminen 1985) is there as an alternative.

use super::proportion::{Interval, wilson};
use super::special::{bisect, two_sided_z};

/// Two groups: hits and base of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Hits and base of the first.
    pub first: (u64, u64),
    /// Hits and base of the second.
    pub second: (u64, u64),
}

impl Pair {
    /// The shares of both; `None` unless both are proportions.
    pub fn shares(self) -> Option<(f64, f64)> {
        let share = |(hits, base): (u64, u64)| {
            (base > 0 && hits <= base).then(|| hits as f64 / base as f64)
        };
        Some((share(self.first)?, share(self.second)?))
    }

    /// Newcombe's interval of first − second.
    pub fn newcombe(self, confidence: f64) -> Option<Interval> {
        let (p1, p2) = self.shares()?;
        let one = wilson(self.first.0, self.first.1, confidence)?;
        let two = wilson(self.second.0, self.second.1, confidence)?;
        Some(recovered((p1, one), (p2, two)))
    }

    /// The score interval of first ÷ second (Koopman); `corrected` with the factor of Miettinen and
    /// Nurminen. The upper bound is infinite where the second has no hits.
    pub fn score_ratio(self, confidence: f64, corrected: bool) -> Option<Interval> {
        const FURTHEST: f64 = 40.0;
        self.shares()?;
        let z = two_sided_z(confidence)?;
        let score = |ln: f64| self.score_of_ratio(ln.exp(), corrected);
        let (hits, others) = (self.first.0, self.second.0);
        let low = bisect(-FURTHEST, FURTHEST, |ln| score(ln) > z).exp();
        let high = bisect(-FURTHEST, FURTHEST, |ln| score(ln) > -z).exp();
        Some(Interval {
            low: if hits == 0 { 0.0 } else { low },
            high: if others == 0 { f64::INFINITY } else { high },
        })
    }

    /// The score statistic were the true ratio `at`; it falls as `at` rises.
    fn score_of_ratio(self, at: f64, corrected: bool) -> f64 {
        let ((k1, n1), (k2, n2)) = self.counts();
        let all = n1 + n2;
        let (square, linear) = (all * at, -(n1 * at + k1 + n2 + k2 * at));
        let constant = k1 + k2;
        let root = (linear * linear - 4.0 * square * constant).max(0.0).sqrt();
        // The same root as (-b - root) / 2a, without the loss where a is small.
        let p2 = (2.0 * constant / (root - linear)).clamp(0.0, 1.0);
        let p1 = (at * p2).clamp(0.0, 1.0);
        let factor = if corrected { all / (all - 1.0) } else { 1.0 };
        let variance = (p1 * (1.0 - p1) / n1 + at * at * p2 * (1.0 - p2) / n2) * factor;
        statistic(k1 / n1 - at * k2 / n2, variance)
    }

    fn counts(self) -> ((f64, f64), (f64, f64)) {
        let as_numbers = |(hits, base): (u64, u64)| (hits as f64, base as f64);
        (as_numbers(self.first), as_numbers(self.second))
    }
}

/// The interval of the difference of two estimates, recovered from the interval of each (Donner, Zou).
pub fn recovered((one, of_one): (f64, Interval), (two, of_two): (f64, Interval)) -> Interval {
    let difference = one - two;
    let below = ((one - of_one.low).powi(2) + (of_two.high - two).powi(2)).sqrt();
    let above = ((of_one.high - one).powi(2) + (two - of_two.low).powi(2)).sqrt();
    Interval { low: difference - below, high: difference + above }
}

fn statistic(distance: f64, variance: f64) -> f64 {
    match () {
        () if variance > 0.0 => distance / variance.sqrt(),
        () if distance.abs() < 1e-15 => 0.0,
        () => distance.signum() * f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanging_the_groups_mirrors_the_interval() {
        for (first, second) in [((10, 500), (25, 500)), ((0, 10), (3, 12)), ((7, 7), (1, 9))] {
            let pair = Pair { first, second };
            let other = Pair { first: second, second: first };
            let (a, b) = (pair.newcombe(0.95).unwrap(), other.newcombe(0.95).unwrap());
            assert!((a.low + b.high).abs() < 1e-9 && (a.high + b.low).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_no_proportion_is_not_compared() {
        let none = Pair { first: (0, 0), second: (1, 2) };
        assert_eq!(none.newcombe(0.95), None);
        assert_eq!(none.score_ratio(0.95, false), None);
        assert_eq!(Pair { first: (3, 2), second: (1, 2) }.newcombe(0.95), None);
    }
}
