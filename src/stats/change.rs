//! Where a share fell: the run of days that stands out most from all others, if it stands out at all.
//!
//! Days are counts of trials and hits. Every run of days that ends with the last one (a fall that lasts),
//! and every shorter run (a fall that was mended), is held against the rest by the likelihood ratio of two
//! shares against one. The largest ratio is found exactly, by looking at all runs. Whether it is more than
//! chance is judged with Bonferroni's correction for the number of runs looked at, so that long series find
//! no more falls than short ones; small numbers and small falls are none, however they come out.

use statrs::distribution::{ContinuousCDF, Normal};
use std::ops::Range;

/// Hits and trials of a day, or of several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many hit.
    pub hits: u64,
    /// Of how many; never fewer.
    pub base: u64,
}

impl Counts {
    /// The share; nought without a base.
    fn share(self) -> f64 {
        if self.base == 0 { 0.0 } else { self.hits as f64 / self.base as f64 }
    }

    fn without(self, part: Counts) -> Counts {
        Counts {
            hits: self.hits.saturating_sub(part.hits),
            base: self.base.saturating_sub(part.base),
        }
    }

    /// The logarithm of the likelihood of these counts at their own share.
    fn likelihood(self) -> f64 {
        let part = |count: u64| match count {
            0 => 0.0,
            count => count as f64 * (count as f64 / self.base as f64).ln(),
        };
        part(self.hits) + part(self.base.saturating_sub(self.hits))
    }
}

/// Days on which the share was lower than on the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fall {
    /// The days, by position.
    pub days: Range<usize>,
    /// The counts of these days.
    pub within: Counts,
    /// The counts of all other days.
    pub outside: Counts,
}

/// Fewer trials than this, on either side, are no ground to speak of a fall.
const FEWEST: u64 = 20;

/// A fall by less than this share is not worth a word.
const LEAST: f64 = 0.05;

/// How often chance alone may be called a fall, in one series.
const LEVEL: f64 = 0.01;

/// A fall that was mended lasted no longer than so many days: what is longer is how things were.
const LONGEST: usize = 366;

/// The fall of a series of days, if there is one.
pub fn fall(days: &[Counts]) -> Option<Fall> {
    let sums = sums(days);
    let all = *sums.last()?;
    let lasting = (1..days.len()).map(|start| start..days.len());
    let lasting = most_telling(&sums, all, lasting);
    let mended = (0..days.len()).flat_map(|start| {
        (start + 1..days.len().min(start + LONGEST + 1)).map(move |end| start..end)
    });
    let mended = most_telling(&sums, all, mended);
    let count = days.len() as f64;
    // A mended fall has one end more to be chosen: it must be better by what that choice gains by chance.
    let price = 2.0 * count.ln() + threshold(1.0);
    let (found, looked_at) = match (lasting, mended) {
        (Some(lasting), Some(mended)) if mended.ratio > lasting.ratio + price => {
            (mended, count * count)
        }
        (Some(lasting), _) => (lasting, count),
        (None, Some(mended)) => (mended, count * count),
        (None, None) => return None,
    };
    (found.ratio > threshold(looked_at)).then_some(found.fall)
}

/// The ratio that chance exceeds with [`LEVEL`] if it is the largest of so many.
fn threshold(looked_at: f64) -> f64 {
    let deviate = Normal::standard().inverse_cdf(1.0 - LEVEL / looked_at.max(1.0) / 2.0);
    deviate * deviate
}

struct Candidate {
    ratio: f64,
    fall: Fall,
}

/// The run with the largest ratio, the earliest and longest of equals.
fn most_telling(
    sums: &[Counts],
    all: Counts,
    runs: impl Iterator<Item = Range<usize>>,
) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for days in runs {
        let (Some(start), Some(end)) = (sums.get(days.start), sums.get(days.end)) else { continue };
        let within = end.without(*start);
        let outside = all.without(within);
        let is_fall =
            within.base.min(outside.base) >= FEWEST && outside.share() - within.share() >= LEAST;
        if !is_fall {
            continue;
        }
        let ratio = 2.0 * (within.likelihood() + outside.likelihood() - all.likelihood());
        if best.as_ref().is_none_or(|best| ratio > best.ratio) {
            best = Some(Candidate { ratio, fall: Fall { days, within, outside } });
        }
    }
    best
}

/// The counts before each day, and of all.
fn sums(days: &[Counts]) -> Vec<Counts> {
    let mut sum = Counts::default();
    let running = days.iter().map(|day| {
        sum = Counts { hits: sum.hits + day.hits, base: sum.base + day.base };
        sum
    });
    std::iter::once(Counts::default()).chain(running).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(counts: &[(u64, u64)]) -> Vec<Counts> {
        counts.iter().map(|&(hits, base)| Counts { hits, base }).collect()
    }

    /// Hits and trials.
    type Pair = (u64, u64);

    fn found(counts: &[Pair]) -> Option<(Range<usize>, Pair, Pair)> {
        let fall = fall(&days(counts))?;
        let pair = |counts: Counts| (counts.hits, counts.base);
        Some((fall.days, pair(fall.within), pair(fall.outside)))
    }

    #[test]
    fn a_fall_that_lasts_is_found_to_the_day() {
        let series = [&[(19, 20); 10][..], &[(14, 20); 10]].concat();
        assert_eq!(found(&series), Some((10..20, (140, 200), (190, 200))));
    }

    #[test]
    fn a_fall_that_was_mended_has_an_end() {
        let series = [&[(19, 20); 8][..], &[(2, 20); 3], &[(19, 20); 8]].concat();
        assert_eq!(found(&series), Some((8..11, (6, 60), (304, 320))));
        // From the first day on: there is no before, but an after.
        let series = [&[(5, 20); 4][..], &[(19, 20); 8]].concat();
        assert_eq!(found(&series), Some((0..4, (20, 80), (152, 160))));
    }

    #[test]
    fn small_numbers_small_falls_and_rises_are_none() {
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[(0, 0), (0, 0)]), None);
        // Nineteen orders after the fall.
        assert_eq!(found(&[(200, 200), (0, 19)]), None);
        assert_eq!(found(&[(200, 200), (0, 20)]), Some((1..2, (0, 20), (200, 200))));
        // By four points of a hundred, however sure.
        assert_eq!(found(&[(9_500, 10_000), (9_100, 10_000)]), None);
        assert_eq!(found(&[(19, 20), (18, 20), (19, 20), (17, 20), (19, 20)]), None);
        // A day of rest is no fall.
        assert_eq!(found(&[(19, 20), (0, 0), (19, 20)]), None);
    }

    proptest! {
        /// Of all runs of days that may be called a fall that lasts, none stands out more.
        #[test]
        fn no_other_start_stands_out_more(
            series in proptest::collection::vec((0_u64..30, 0_u64..30), 2..30)
        ) {
            let series: Vec<_> = series.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
            let days = days(&series);
            let Some(fall) = fall(&days) else { return Ok(()) };
            let sum = |range: Range<usize>| days[range].iter().fold((0, 0), |sum, day| {
                (sum.0 + day.hits, sum.1 + day.base)
            });
            let log = |(hits, base): (u64, u64)| [hits, base - hits].into_iter()
                .filter(|&count| count > 0)
                .map(|count| count as f64 * (count as f64 / base as f64).ln())
                .sum::<f64>();
            let of = |range: Range<usize>| {
                let (within, all) = (sum(range), sum(0..days.len()));
                let outside = (all.0 - within.0, all.1 - within.1);
                let falls = within.1 >= 20 && outside.1 >= 20
                    && outside.0 as f64 / outside.1 as f64 - within.0 as f64 / within.1 as f64 >= 0.05;
                if falls { log(within) + log(outside) } else { f64::NEG_INFINITY }
            };
            let best = of(fall.days.clone());
            prop_assert!(best.is_finite());
            if fall.days.end == days.len() {
                prop_assert!((1..days.len()).all(|start| of(start..days.len()) <= best + 1e-9));
            }
        }

        /// Hits without a pattern are rarely called a fall: here never, the same share every day.
        #[test]
        fn the_same_share_every_day_is_no_fall(hits in 0_u64..20, length in 0_usize..40) {
            prop_assert_eq!(fall(&days(&vec![(hits, 20); length])), None);
        }
    }
}
