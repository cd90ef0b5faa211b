//! Tests of whether two proportions differ: Fisher's exact test and its mid-p, and the pooled z test.
//!
//! Weights of tables are taken relative to the likeliest one, so that no table is too large for them.

use super::difference::Pair;
use super::special::{chi_squared_p, two_sided_p};

/// Tables that are this near in probability count as equally likely.
const SLACK: f64 = 1e-7;

/// The p-values of Fisher's test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fisher {
    /// Two-sided: all tables that are no likelier than the one found.
    pub two_sided: f64,
    /// Two-sided, with the tables that are as likely as the one found counted half.
    pub mid: f64,
    /// One-sided: the first group has so many hits or more.
    pub greater: f64,
}

/// Fisher's exact test; `None` unless both are proportions.
pub fn fisher(pair: Pair) -> Option<Fisher> {
    pair.shares()?;
    let ((k1, n1), (k2, n2)) = (pair.first, pair.second);
    let hits = k1 + k2;
    let (least, most) = (hits.saturating_sub(n2), hits.min(n1));
    let weights = weights(least, most, |x| {
        // From x hits in the first group to one more.
        let (up, down) = ((hits - x) as f64 * (n1 - x) as f64, (x + 1) as f64);
        up / (down * (n2 + x + 1 - hits) as f64)
    });
    let place = usize::try_from(k1 - least).ok()?;
    let found = weights[place];
    let all: f64 = weights.iter().sum();
    let (mut rarer, mut tied, mut greater) = (0.0, 0.0, 0.0);
    for (number, &weight) in weights.iter().enumerate() {
        if weight <= found * (1.0 + SLACK) {
            if weight >= found * (1.0 - SLACK) { tied += weight } else { rarer += weight }
        }
        if number >= place {
            greater += weight;
        }
    }
    Some(Fisher {
        two_sided: ((rarer + tied) / all).min(1.0),
        mid: ((rarer + tied / 2.0) / all).min(1.0),
        greater: (greater / all).min(1.0),
    })
}

/// The weights of all counts from `least` to `most`, the likeliest 1; `ratio` leads from one to the next.
pub(super) fn weights(least: u64, most: u64, ratio: impl Fn(u64) -> f64) -> Vec<f64> {
    // Ratios fall, so the likeliest is the first from which the next is rarer.
    let (mut low, mut high) = (least, most);
    while low < high {
        let middle = u64::midpoint(low, high);
        if ratio(middle) >= 1.0 { low = middle + 1 } else { high = middle }
    }
    let mode = low;
    let mut below = Vec::new();
    let mut weight = 1.0;
    for x in (least..mode).rev() {
        weight /= ratio(x);
        below.push(weight);
    }
    below.reverse();
    below.push(1.0);
    weight = 1.0;
    for x in mode..most {
        weight *= ratio(x);
        below.push(weight);
    }
    below
}

/// The pooled z test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// The statistic; positive where the first proportion is higher.
    pub z: f64,
    /// Its two-sided p-value.
    pub p: f64,
    /// Chi-squared with Yates' correction.
    pub yates: f64,
    /// The p-value of that.
    pub yates_p: f64,
    /// The smallest of the four expected counts.
    pub least_expected: f64,
}

/// The pooled z test; `None` unless both are proportions with both outcomes somewhere.
pub fn pooled(pair: Pair) -> Option<Pooled> {
    let (p1, p2) = pair.shares()?;
    let ((k1, n1), (k2, n2)) = (pair.first, pair.second);
    let (hits, all) = ((k1 + k2) as f64, (n1 + n2) as f64);
    let (n1, n2) = (n1 as f64, n2 as f64);
    let share = hits / all;
    if share <= 0.0 || share >= 1.0 {
        return None;
    }
    let z = (p1 - p2) / (share * (1.0 - share) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let distance = (k1 as f64 - n1 * share).abs();
    let corrected = (distance - distance.min(0.5)).max(0.0);
    let yates = corrected * corrected / (n1 * n2 / all * share * (1.0 - share));
    let least_expected = n1.min(n2) * share.min(1.0 - share);
    Some(Pooled { z, p: two_sided_p(z), yates, yates_p: chi_squared_p(yates, 1.0), least_expected })
}

/// The p-value that is shown: Fisher's mid-p where an expected count is below 5, else that of the pooled
/// z test; 1 where all or none hit.
pub fn p_value(pair: Pair) -> Option<(f64, &'static str)> {
    pair.shares()?;
    match pooled(pair) {
        Some(pooled) if pooled.least_expected >= 5.0 => Some((pooled.p, "pooled z")),
        Some(_) => fisher(pair).map(|fisher| (fisher.mid, "Fisher mid-p")),
        None => Some((1.0, "Fisher mid-p")),
    }
}

/// How far several groups are from sharing one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heterogeneity {
    /// Pearson's statistic.
    pub chi_squared: f64,
    /// Groups less one.
    pub freedom: u64,
    /// The p-value.
    pub p: f64,
    /// Cramér's V: how large the differences are, 0 to 1.
    pub cramers_v: f64,
    /// The smallest expected count.
    pub least_expected: f64,
}

/// Pearson's test over groups of (hits, base); `None` with fewer than two groups or one outcome only.
pub fn heterogeneity(groups: &[(u64, u64)]) -> Option<Heterogeneity> {
    let hits: u64 = groups.iter().map(|group| group.0).sum();
    let base: u64 = groups.iter().map(|group| group.1).sum();
    if groups.len() < 2 || hits == 0 || hits >= base {
        return None;
    }
    let share = hits as f64 / base as f64;
    let terms = groups.iter().filter(|group| group.1 > 0).map(|&(hits, base)| {
        let n = base as f64;
        (hits as f64 - n * share).powi(2) / (n * share * (1.0 - share))
    });
    let chi_squared: f64 = terms.sum();
    let smallest = groups.iter().map(|group| group.1).min().unwrap_or(0) as f64;
    let freedom = groups.len() as u64 - 1;
    Some(Heterogeneity {
        chi_squared,
        freedom,
        p: chi_squared_p(chi_squared, freedom as f64),
        cramers_v: (chi_squared / base as f64).sqrt(),
        least_expected: smallest * share.min(1.0 - share),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_tables_and_those_with_one_outcome() {
        let large = Pair { first: (40_000, 1_000_000), second: (39_000, 1_000_000) };
        let p = fisher(large).unwrap();
        assert!((p.two_sided - pooled(large).unwrap().p).abs() < 1e-4, "{p:?}");
        let none = Pair { first: (0, 10), second: (0, 20) };
        assert!((fisher(none).unwrap().two_sided - 1.0).abs() < 1e-12);
        assert_eq!(p_value(none), Some((1.0, "Fisher mid-p")));
        assert_eq!(p_value(Pair { first: (0, 0), second: (0, 20) }), None);
    }
}
