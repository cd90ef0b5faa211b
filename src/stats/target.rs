//! Whether a rate reaches a target: what the counts can say, and how many more it takes to tell.
//!
//! Exact one-sided binomial tests. "Unclear" is an answer; it must not be turned into one of the others.

use super::special::{beta_cdf, binomial_at_least, binomial_at_most};

/// The level at which a one-sided test decides.
pub const LEVEL: f64 = 0.05;

/// More visitors than this is no help to anybody.
const MOST: u64 = 10_000_000;

/// What the counts say about a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The rate is lower.
    Below,
    /// The rate is higher.
    Meets,
    /// The counts cannot tell.
    Unclear,
}

impl Standing {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Standing::Below => "below",
            Standing::Meets => "meets",
            Standing::Unclear => "unclear",
        }
    }
}

/// How counts stand to a target, with the evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The probability of so few hits or fewer, were the rate the target.
    pub p_below: f64,
    /// The probability of so many hits or more, were the rate the target.
    pub p_meets: f64,
    /// The probability that the rate is above the target, under Jeffreys' prior.
    pub probability_above: f64,
    /// The verdict.
    pub standing: Standing,
}

/// Holds counts against a target; `None` without a base, or where the hits are no part of it.
pub fn judge(hits: u64, base: u64, target: f64) -> Option<Evidence> {
    if base == 0 || hits > base || !(target > 0.0 && target < 1.0) {
        return None;
    }
    let p_below = binomial_at_most(hits, base, target);
    let p_meets = binomial_at_least(hits, base, target);
    let misses = (base - hits) as f64;
    Some(Evidence {
        p_below,
        p_meets,
        probability_above: 1.0 - beta_cdf(target, hits as f64 + 0.5, misses + 0.5),
        standing: match () {
            () if p_below < LEVEL => Standing::Below,
            () if p_meets < LEVEL => Standing::Meets,
            () => Standing::Unclear,
        },
    })
}

/// How many more it takes until the same rate would be clearly on its side of the target; `None` if that
/// is more than anybody has, or if it is clear already.
pub fn more_until_clear(hits: u64, base: u64, target: f64) -> Option<u64> {
    let now = judge(hits, base, target)?;
    if now.standing != Standing::Unclear {
        return None;
    }
    let share = hits as f64 / base as f64;
    let is_clear = |more: u64| {
        let all = base + more;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count is a count"
        )]
        let expected = (share * all as f64).round() as u64;
        judge(expected.min(all), all, target)
            .is_some_and(|found| found.standing != Standing::Unclear)
    };
    let mut high = 1;
    while !is_clear(high) {
        high *= 2;
        if high > MOST {
            return None;
        }
    }
    // Counts are whole, so clarity flickers at the boundary; what is found is clear.
    let mut low = high / 2;
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if is_clear(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_clear_and_less_is_not_far_from_it() {
        for (hits, base) in [(5, 1000), (0, 150), (3, 200), (12, 1000)] {
            let more = more_until_clear(hits, base, 0.01).unwrap();
            let all = base + more;
            // The nearest whole number of hits at the same rate.
            let expected = (2 * hits * all + base) / (2 * base);
            let then = judge(expected, all, 0.01).unwrap();
            assert_ne!(then.standing, Standing::Unclear, "{hits}/{base} + {more}");
        }
        // 149 more make 299 without a hit, which is where 1 % is excluded.
        assert_eq!(more_until_clear(0, 150, 0.01), Some(149));
    }

    #[test]
    fn a_rate_on_the_target_never_tells() {
        assert_eq!(more_until_clear(10, 1000, 0.01), None);
        assert_eq!(judge(0, 0, 0.01), None);
        assert_eq!(judge(3, 2, 0.01), None);
    }
}
