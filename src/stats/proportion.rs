//! Intervals of one proportion. Wilson's (Wilson 1927; Newcombe 1998, method 3) is the one in use;
//! the others are there for audits and for comparison with other tools.
//!
//! Wilson's is chosen because its coverage stays near the nominal level at the small rates of a shop and
//! it needs no special case at nought. Nothing here rounds, clamps a rate or knows what is counted.

use super::special::{beta_quantile, binomial_at_least, binomial_at_most, bisect, two_sided_z};

/// The two bounds of an interval, as shares of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// How an interval of a proportion is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Wilson's score interval.
    #[default]
    Wilson,
    /// The same with a correction for continuity (Newcombe 1998, method 4).
    WilsonCorrected,
    /// Equal tails of the posterior under Jeffreys' prior, the ends exact (Brown, Cai, `DasGupta` 2001).
    Jeffreys,
    /// Wald's interval about a rate with two more hits and misses (Agresti, Coull 1998).
    AgrestiCoull,
    /// The "exact" interval of Clopper and Pearson (1934).
    ClopperPearson,
    /// The same with the observed count counted half.
    MidP,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 6] = [
        Method::Wilson,
        Method::WilsonCorrected,
        Method::Jeffreys,
        Method::AgrestiCoull,
        Method::ClopperPearson,
        Method::MidP,
    ];

    /// The name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Method::Wilson => "wilson",
            Method::WilsonCorrected => "wilson-cc",
            Method::Jeffreys => "jeffreys",
            Method::AgrestiCoull => "agresti-coull",
            Method::ClopperPearson => "clopper-pearson",
            Method::MidP => "mid-p",
        }
    }

    /// The interval of `hits` of `base` at `confidence` (a share: 0.95). `None` when there is no base, when
    /// the hits are no part of the base, or when `confidence` is not between 0 and 1.
    pub fn interval(self, hits: u64, base: u64, confidence: f64) -> Option<Interval> {
        if base == 0 || hits > base {
            return None;
        }
        let z = two_sided_z(confidence)?;
        let (low, high) = match self {
            Method::Wilson => return wilson(hits, base, confidence),
            Method::WilsonCorrected => corrected(hits as f64, base as f64, z),
            Method::AgrestiCoull => agresti_coull(hits as f64, base as f64, z),
            Method::Jeffreys | Method::ClopperPearson => beta_bounds(self, hits, base, confidence),
            Method::MidP => mid_p(hits, base, confidence),
        };
        Some(Interval {
            low: if hits == 0 { 0.0 } else { low.max(0.0) },
            high: if hits == base { 1.0 } else { high.min(1.0) },
        })
    }
}

/// Wilson's two-sided interval of `hits` of `base` at `confidence` (a share: 0.95).
///
/// The low bound is exactly 0 without hits, the high bound exactly 1 when everything hits. `None` when
/// there is no base, when the hits are no part of the base, or when `confidence` is not between 0 and 1.
pub fn wilson(hits: u64, base: u64, confidence: f64) -> Option<Interval> {
    if hits > base {
        return None;
    }
    let share = hits as f64 / base as f64;
    wilson_of_share(share, base as f64, confidence).map(|interval| Interval {
        low: if hits == 0 { 0.0 } else { interval.low },
        high: if hits == base { 1.0 } else { interval.high },
    })
}

/// Wilson's interval of a share that is worth so many independent trials, a whole number or not.
pub fn wilson_of_share(share: f64, trials: f64, confidence: f64) -> Option<Interval> {
    if !(trials > 0.0 && (0.0..=1.0).contains(&share)) {
        return None;
    }
    let z = two_sided_z(confidence)?;
    let shrink = 1.0 + z * z / trials;
    let centre = (share + z * z / (2.0 * trials)) / shrink;
    let half =
        z / shrink * (share * (1.0 - share) / trials + z * z / (4.0 * trials * trials)).sqrt();
    Some(Interval {
        low: if share <= 0.0 { 0.0 } else { (centre - half).max(0.0) },
        high: if share >= 1.0 { 1.0 } else { (centre + half).min(1.0) },
    })
}

fn corrected(k: f64, n: f64, z: f64) -> (f64, f64) {
    let (p, square) = (k / n, z * z);
    let (centre, below) = (2.0 * n * p + square, 2.0 * (n + square));
    let root = |sign: f64| {
        let under = square - sign * 2.0 - 1.0 / n + 4.0 * p * (n * (1.0 - p) + sign);
        z * under.max(0.0).sqrt()
    };
    ((centre - 1.0 - root(1.0)) / below, (centre + 1.0 + root(-1.0)) / below)
}

fn agresti_coull(k: f64, n: f64, z: f64) -> (f64, f64) {
    let trials = n + z * z;
    let share = (k + z * z / 2.0) / trials;
    let half = z * (share * (1.0 - share) / trials).sqrt();
    (share - half, share + half)
}

fn beta_bounds(method: Method, hits: u64, base: u64, confidence: f64) -> (f64, f64) {
    let (k, misses) = (hits as f64, (base - hits) as f64);
    let tail = (1.0 - confidence) / 2.0;
    if method == Method::Jeffreys {
        let bound = |share: f64| beta_quantile(share, k + 0.5, misses + 0.5);
        return (bound(tail), bound(1.0 - tail));
    }
    let low = if hits == 0 { 0.0 } else { beta_quantile(tail, k, misses + 1.0) };
    let high = if hits == base { 1.0 } else { beta_quantile(1.0 - tail, k + 1.0, misses) };
    (low, high)
}

fn mid_p(hits: u64, base: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let at_least = |share: f64, hits: u64| binomial_at_least(hits, base, share);
    let above = |share: f64| f64::midpoint(at_least(share, hits), at_least(share, hits + 1));
    let below = |share: f64| {
        let fewer = hits.checked_sub(1).map_or(0.0, |fewer| binomial_at_most(fewer, base, share));
        f64::midpoint(binomial_at_most(hits, base, share), fewer)
    };
    (bisect(0.0, 1.0, |p| above(p) < tail), bisect(0.0, 1.0, |p| below(p) > tail))
}

/// A rate over things that come in clusters, such as the sessions of one visitor: what is added up over
/// the visitors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    /// Clusters.
    pub clusters: u64,
    /// Things in them.
    pub size: u64,
    /// Hits in them.
    pub hits: u64,
    /// Squares of the sizes.
    pub size_squares: u128,
    /// Squares of the hits.
    pub hit_squares: u128,
    /// Products of sizes and hits.
    pub products: u128,
}

/// What a clustered rate is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clustered {
    /// The variance of the rate.
    pub variance: f64,
    /// How many times larger that is than without clusters; at least 1.
    pub effect: f64,
    /// The number of independent trials that the rate is worth.
    pub trials: f64,
    /// Wilson's interval with these.
    pub interval: Interval,
}

impl Clusters {
    /// Adds one cluster.
    pub fn add(&mut self, size: u64, hits: u64) {
        self.clusters += 1;
        self.size += size;
        self.hits += hits;
        self.size_squares += u128::from(size) * u128::from(size);
        self.hit_squares += u128::from(hits) * u128::from(hits);
        self.products += u128::from(size) * u128::from(hits);
    }

    /// Adds the clusters of others.
    pub fn merge(&mut self, other: &Clusters) {
        self.clusters += other.clusters;
        self.size += other.size;
        self.hits += other.hits;
        self.size_squares += other.size_squares;
        self.hit_squares += other.hit_squares;
        self.products += other.products;
    }

    /// The number of independent trials that the rate is worth. A single cluster does not say how far
    /// clusters differ: it is worth one. `None` where the hits are no part of what is in the clusters.
    pub fn trials(&self) -> Option<f64> {
        if self.size == 0 || self.hits > self.size {
            return None;
        }
        Some(self.variance().map_or(1.0, |(_, effect)| self.size as f64 / effect))
    }

    /// The rate with its variance (Cochran's ratio); `None` with fewer than two clusters.
    pub fn rate(&self, confidence: f64) -> Option<Clustered> {
        let (variance, effect) = self.variance()?;
        let trials = self.trials()?;
        let interval = wilson_of_share(self.hits as f64 / self.size as f64, trials, confidence)?;
        Some(Clustered { variance, effect, trials, interval })
    }

    /// The variance, and how many times larger that is than without clusters.
    fn variance(&self) -> Option<(f64, f64)> {
        if self.clusters < 2 || self.size == 0 || self.hits > self.size {
            return None;
        }
        let (clusters, size) = (self.clusters as f64, self.size as f64);
        let share = self.hits as f64 / size;
        let squares = self.hit_squares as f64 - 2.0 * share * self.products as f64
            + share * share * self.size_squares as f64;
        let variance = clusters / (clusters - 1.0) * squares.max(0.0) / (size * size);
        let plain = share * (1.0 - share) / size;
        let is_one_sided = self.hits == 0 || self.hits == self.size;
        let effect = if is_one_sided { size / clusters } else { (variance / plain).max(1.0) };
        Some((variance, effect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_exact() {
        for method in Method::ALL {
            for base in [1, 7, 29, 1_000_003] {
                let none = method.interval(0, base, 0.95).unwrap();
                let all = method.interval(base, base, 0.95).unwrap();
                assert_eq!(none.low.to_bits(), 0.0_f64.to_bits(), "{method:?} {base}");
                assert_eq!(all.high.to_bits(), 1.0_f64.to_bits(), "{method:?} {base}");
            }
        }
    }

    #[test]
    fn what_is_no_proportion_has_no_interval() {
        for method in Method::ALL {
            assert_eq!(method.interval(0, 0, 0.95), None);
            assert_eq!(method.interval(5, 4, 0.95), None);
            for confidence in [0.0, 1.0, -1.0, 95.0, f64::NAN] {
                assert_eq!(method.interval(1, 2, confidence), None, "{confidence}");
            }
        }
    }

    #[test]
    fn every_interval_holds_its_rate() {
        for method in Method::ALL {
            let trials = [1_u64, 3, 20, 400].map(|base| (0..=base).map(move |hits| (hits, base)));
            for (hits, base) in trials.into_iter().flatten() {
                let Interval { low, high } = method.interval(hits, base, 0.9).unwrap();
                let share = hits as f64 / base as f64;
                let holds = low <= share && share <= high && 0.0 <= low && high <= 1.0;
                assert!(holds, "{method:?} {hits}/{base}: {low} {high}");
            }
        }
    }

    #[test]
    fn clusters_merge_in_any_way() {
        let all = [(1, 0), (3, 0), (8, 7), (2, 0)];
        let mut whole = Clusters::default();
        let (mut one, mut two) = (Clusters::default(), Clusters::default());
        for (number, (size, hits)) in all.into_iter().enumerate() {
            whole.add(size, hits);
            if number < 2 { one.add(size, hits) } else { two.add(size, hits) }
        }
        two.merge(&one);
        assert_eq!(two, whole);
        assert!(whole.rate(0.95).unwrap().effect > 1.0);
    }

    #[test]
    fn clusters_of_one_are_worth_what_they_are_and_one_cluster_is_worth_one() {
        let mut single = Clusters::default();
        for number in 0..1000 {
            single.add(1, u64::from(number % 50 == 0));
        }
        let (clustered, plain) =
            (single.rate(0.95).unwrap().interval, wilson(20, 1000, 0.95).unwrap());
        assert!((clustered.low - plain.low).abs() < 1e-5, "{clustered:?} {plain:?}");
        assert!((clustered.high - plain.high).abs() < 1e-5, "{clustered:?} {plain:?}");
        let mut one = Clusters::default();
        one.add(9, 3);
        assert_eq!((one.trials(), one.rate(0.95)), (Some(1.0), None));
        assert_eq!(Clusters::default().trials(), None);
    }
}
