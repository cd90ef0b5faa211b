//! Numbers that are looked at every day: intervals and p-values that stay valid however often one looks.
//!
//! One rate: the prior-posterior ratio (Robbins 1970; Waudby-Smith, Ramdas 2020). Two rates: the mixture
//! of normal likelihood ratios (Johari et al. 2022). Both assume a stream of new visitors.

use super::proportion::Interval;
use super::special::{bisect, ln_beta};

/// The rates that are still possible at every look, with a prior fixed in advance; 1, 1 knows nothing.
pub fn always_valid(hits: u64, base: u64, alpha: f64, prior: (f64, f64)) -> Option<Interval> {
    let (a, b) = prior;
    if hits > base || !(alpha > 0.0 && alpha < 1.0 && a > 0.0 && b > 0.0) {
        return None;
    }
    if base == 0 {
        return Some(Interval { low: 0.0, high: 1.0 });
    }
    let (k, misses) = (hits as f64, (base - hits) as f64);
    let ratio = ln_beta(a + k, b + misses) - ln_beta(a, b);
    let part = |count: f64, ln: f64| if count > 0.0 { count * ln } else { 0.0 };
    let is_possible = |p: f64| ratio - part(k, p.ln()) - part(misses, (-p).ln_1p()) < -alpha.ln();
    let share = k / base as f64;
    Some(Interval {
        low: if hits == 0 { 0.0 } else { bisect(0.0, share, |p| !is_possible(p)) },
        high: if hits == base { 1.0 } else { bisect(share, 1.0, is_possible) },
    })
}

/// What the mixture says about two rates at one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Second − first.
    pub difference: f64,
    /// Its variance.
    pub variance: f64,
    /// How much likelier the counts are under some difference than under none.
    pub ratio: f64,
    /// The p-value of this look; the smallest so far is always valid.
    pub p: f64,
    /// The always-valid interval of the difference.
    pub interval: Interval,
}

/// One look at two rates; `spread` is the size of difference that one expects, fixed in advance.
pub fn look(first: (u64, u64), second: (u64, u64), spread: f64, alpha: f64) -> Option<Look> {
    if first.1 == 0 || second.1 == 0 || spread <= 0.0 {
        return None;
    }
    let smooth = |(hits, base): (u64, u64)| (hits as f64 + 0.5) / (base as f64 + 1.0);
    let share = |(hits, base): (u64, u64)| hits as f64 / base as f64;
    let part = |group: (u64, u64)| smooth(group) * (1.0 - smooth(group)) / group.1 as f64;
    let (variance, square) = (part(first) + part(second), spread * spread);
    let difference = share(second) - share(first);
    let all = variance + square;
    let exponent = square * difference * difference / (2.0 * variance * all);
    let ratio = (variance / all).sqrt() * exponent.exp();
    let half = (variance * all / square * (all / (variance * alpha * alpha)).ln()).max(0.0).sqrt();
    Some(Look {
        difference,
        variance,
        ratio,
        p: (1.0 / ratio).min(1.0),
        interval: Interval { low: difference - half, high: difference + half },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_always_valid_interval_is_wider_than_a_single_one() {
        let always = always_valid(10, 1000, 0.05, (1.0, 1.0)).unwrap();
        let once = crate::stats::proportion::wilson(10, 1000, 0.95).unwrap();
        assert!(always.low < once.low && once.high < always.high);
        let nothing = always_valid(0, 0, 0.05, (1.0, 1.0)).unwrap();
        assert_eq!((nothing.low, nothing.high), (0.0, 1.0));
        assert_eq!(always_valid(2, 1, 0.05, (1.0, 1.0)), None);
    }
}
