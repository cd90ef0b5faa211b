//! Where a share fell: the runs of days that stand out from all others, if any stands out at all.
//!
//! Days are counts of trials and hits. Every run of days that ends with the last one (a fall that lasts),
//! and every shorter run (a fall that was mended), is held against the rest by the likelihood ratio of two
//! shares against one. The largest ratio is found exactly, by looking at all runs, so a run begins and ends
//! with days that were lost, however few trials they have. If days within it surely had a larger share it is
//! two falls, and the one that stands out more is taken. It is taken out, and the rest is searched again.
//!
//! Whether a run is more than chance is judged by Fisher's exact test, which holds for the smallest numbers,
//! with Bonferroni's correction for the number of runs looked at, so that long series find no more falls
//! than short ones. A few hits that are missing and small falls are none, however they come out.

use super::difference::Pair;
use super::exact::fisher;
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

    /// These and others together.
    #[must_use]
    pub fn with(self, other: Counts) -> Counts {
        Counts { hits: self.hits + other.hits, base: self.base + other.base }
    }

    /// Those of these that are not in a part of them.
    #[must_use]
    pub fn without(self, part: Counts) -> Counts {
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
    /// The counts of all days that are in no fall.
    pub outside: Counts,
}

/// Fewer trials than this outside of a run are no ground to say what is usual.
const FEWEST_OUTSIDE: u64 = 20;

/// Fewer hits than this that are missing are no fall: how many more there would be at the share of the others.
const FEWEST_MISSING: f64 = 5.0;

/// A fall by less than this share is not worth a word.
const LEAST: f64 = 0.05;

/// How often chance alone may be called a fall, in one series: a report looks at many.
const LEVEL: f64 = 0.001;

/// A fall that was mended has one end more to be chosen: it must be better than one that lasts by what chance exceeds
/// once in a hundred, and by what is gained by that choice.
const MENDED: f64 = 6.6;

/// A fall that was mended lasted no longer than so many days: what is longer is how things were.
const LONGEST: usize = 366;

/// More falls than this in one series are no falls: nothing is usual there.
const MOST: usize = 5;

/// The falls of a series of days, in order.
pub fn falls(days: &[Counts]) -> Vec<Fall> {
    let series = Series { sums: sums(days) };
    let mut found: Vec<Candidate> = Vec::new();
    // The days between the falls that were found.
    let mut gaps = std::iter::once(0..days.len()).collect::<Vec<_>>();
    while found.len() < MOST
        && let Some(next) = series.next_fall(&gaps)
    {
        gaps = gaps.into_iter().flat_map(|gap| around(&gap, &next.days)).collect();
        found.push(next);
    }
    found.sort_by_key(|fall| fall.days.start);
    let outside = series.total(&gaps);
    let fall = |Candidate { days, within, .. }| Fall { days, within, outside };
    found.into_iter().map(fall).collect()
}

/// What a gap leaves before and behind a run, if the run is in it.
fn around(gap: &Range<usize>, run: &Range<usize>) -> Vec<Range<usize>> {
    if run.start < gap.start || run.end > gap.end {
        return vec![gap.clone()];
    }
    let parts = [gap.start..run.start, run.end..gap.end];
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// Whether more hits are missing from the first counts than chance explains, if so many others were looked at
/// too; the second counts say what is usual.
pub fn is_surely_less(within: Counts, outside: Counts, looked_at: f64) -> bool {
    let lost = |counts: Counts| (counts.base.saturating_sub(counts.hits), counts.base);
    is_fall(within, outside)
        && fisher(Pair { first: lost(within), second: lost(outside) })
            .is_some_and(|test| test.greater * looked_at <= LEVEL)
}

/// How much likelier two shares are than one: of some and of all others.
pub fn ratio(within: Counts, outside: Counts) -> f64 {
    let all = within.with(outside);
    2.0 * (within.likelihood() + outside.likelihood() - all.likelihood())
}

/// Whether a difference is large enough to be worth a word, and the usual known well enough.
fn is_fall(within: Counts, outside: Counts) -> bool {
    let missing = outside.share() * within.base as f64 - within.hits as f64;
    outside.base >= FEWEST_OUTSIDE
        && missing >= FEWEST_MISSING
        && outside.share() - within.share() >= LEAST
}

/// A run of days that may be a fall.
struct Candidate {
    ratio: f64,
    days: Range<usize>,
    within: Counts,
}

/// A series of days, as the counts before each of them and of all.
struct Series {
    sums: Vec<Counts>,
}

impl Series {
    /// The counts of a run of days.
    fn of(&self, days: &Range<usize>) -> Counts {
        let before = |place: usize| self.sums.get(place).copied().unwrap_or_default();
        before(days.end).without(before(days.start))
    }

    fn total(&self, gaps: &[Range<usize>]) -> Counts {
        gaps.iter().fold(Counts::default(), |sum, gap| sum.with(self.of(gap)))
    }

    /// The run of days within the gaps that stands out most from all others there, if that is no chance.
    fn next_fall(&self, gaps: &[Range<usize>]) -> Option<Candidate> {
        let last = self.sums.len().saturating_sub(1);
        let all = self.total(gaps);
        let ends = gaps.iter().filter(|gap| gap.end == last);
        let lasting = ends.flat_map(|gap| gap.clone().map(|start| start..last));
        let lasting = self.most_telling(all, lasting);
        let mended = self.most_telling(all, gaps.iter().flat_map(|gap| runs(gap.clone())));
        let count = last as f64;
        let price = 2.0 * count.ln() + MENDED;
        let (found, looked_at) = match (lasting, mended) {
            (Some(lasting), Some(mended)) if mended.ratio > lasting.ratio + price => {
                (mended, count * count)
            }
            (Some(lasting), _) => (lasting, count),
            (None, Some(mended)) => (mended, count * count),
            (None, None) => return None,
        };
        let is_sure = is_surely_less(found.within, all.without(found.within), looked_at);
        is_sure.then(|| self.narrowed(found, all))
    }

    /// The part of a run that stands out more, as long as days within the run part it.
    fn narrowed(&self, mut found: Candidate, all: Counts) -> Candidate {
        let looked_at = (self.sums.len() * self.sums.len()) as f64;
        while let Some(recovery) = self.recovery(&found.days) {
            let parts = [found.days.start..recovery.start, recovery.end..found.days.end];
            let is_sure = |part: &Range<usize>| {
                let within = self.of(part);
                is_surely_less(within, all.without(within), looked_at)
            };
            if !parts.iter().all(is_sure) {
                break;
            }
            let Some(part) = self.most_telling(all, parts.into_iter()) else { break };
            found = part;
        }
        found
    }

    /// Days within a run that surely had a larger share than the days before and behind.
    fn recovery(&self, run: &Range<usize>) -> Option<Range<usize>> {
        let all = self.of(run);
        let inner = run.start + 1..run.end.saturating_sub(1);
        let looked_at = (inner.len() * inner.len()) as f64;
        let better = runs(inner)
            .filter(|days| self.of(days).share() > all.share())
            .map(|days| (ratio(self.of(&days), all.without(self.of(&days))), days))
            .max_by(|one, other| one.0.total_cmp(&other.0))?;
        let (own, rest) = (self.of(&better.1), all.without(self.of(&better.1)));
        let pair = Pair { first: (own.hits, own.base), second: (rest.hits, rest.base) };
        fisher(pair).is_some_and(|test| test.greater * looked_at <= LEVEL).then_some(better.1)
    }

    /// The run with the largest ratio, the earliest and shortest of equals.
    fn most_telling(
        &self,
        all: Counts,
        runs: impl Iterator<Item = Range<usize>>,
    ) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for days in runs {
            let within = self.of(&days);
            if !is_fall(within, all.without(within)) {
                continue;
            }
            let ratio = ratio(within, all.without(within));
            if best.as_ref().is_none_or(|best| ratio > best.ratio) {
                best = Some(Candidate { ratio, days, within });
            }
        }
        best
    }
}

/// All runs of days in a range that are no longer than a fall that was mended.
fn runs(days: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let last = days.end;
    days.flat_map(move |start| (start + 1..=last.min(start + LONGEST)).map(move |end| start..end))
}

/// The counts before each day, and of all.
fn sums(days: &[Counts]) -> Vec<Counts> {
    let mut sum = Counts::default();
    let running = days.iter().map(|day| {
        sum = sum.with(*day);
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
    type Shares = (u64, u64);

    fn found(counts: &[Shares]) -> Vec<(Range<usize>, Shares, Shares)> {
        let pair = |counts: Counts| (counts.hits, counts.base);
        let fall = |fall: Fall| (fall.days, pair(fall.within), pair(fall.outside));
        falls(&days(counts)).into_iter().map(fall).collect()
    }

    #[test]
    fn a_fall_that_lasts_is_found_to_the_day() {
        let series = [&[(19, 20); 10][..], &[(14, 20); 10]].concat();
        assert_eq!(found(&series), [(10..20, (140, 200), (190, 200))]);
    }

    #[test]
    fn a_fall_that_was_mended_has_an_end() {
        let series = [&[(19, 20); 8][..], &[(2, 20); 3], &[(19, 20); 8]].concat();
        assert_eq!(found(&series), [(8..11, (6, 60), (304, 320))]);
        // From the first day on: there is no before, but an after.
        let series = [&[(5, 20); 4][..], &[(19, 20); 8]].concat();
        assert_eq!(found(&series), [(0..4, (20, 80), (152, 160))]);
    }

    #[test]
    fn a_fall_of_few_orders_is_no_longer_than_it_was() {
        // Five days without any of two orders each, in a small store.
        let series = [&[(2, 2); 10][..], &[(0, 2); 5], &[(2, 2); 20]].concat();
        assert_eq!(found(&series), [(10..15, (0, 10), (60, 60))]);
        // The last day alone.
        let series = [&[(10, 10); 29][..], &[(1, 10)]].concat();
        assert_eq!(found(&series), [(29..30, (1, 10), (290, 290))]);
    }

    #[test]
    fn every_fall_is_found() {
        let series = [&[(6, 6); 5][..], &[(0, 6); 2], &[(6, 6); 20], &[(0, 6); 2], &[(6, 6); 5]];
        let apart = [(5..7, (0, 12), (180, 180)), (27..29, (0, 12), (180, 180))];
        assert_eq!(found(&series.concat()), apart);
        // So near each other that both together stand out more than either of them.
        let series = [&[(10, 10); 25][..], &[(0, 10); 2], &[(10, 10); 2], &[(0, 10); 2]];
        let near = [(25..27, (0, 20), (270, 270)), (29..31, (0, 20), (270, 270))];
        assert_eq!(found(&series.concat()), near);
    }

    #[test]
    fn small_numbers_small_falls_and_rises_are_none() {
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[(0, 0), (0, 0)]), []);
        // Four orders are missing.
        assert_eq!(found(&[(200, 200), (0, 4)]), []);
        assert_eq!(found(&[(200, 200), (0, 5)]), [(1..2, (0, 5), (200, 200))]);
        // Nobody knows what is usual.
        assert_eq!(found(&[(19, 19), (0, 19)]), []);
        // By four points of a hundred, however sure.
        assert_eq!(found(&[(9_500, 10_000), (9_100, 10_000)]), []);
        assert_eq!(found(&[(19, 20), (18, 20), (19, 20), (17, 20), (19, 20)]), []);
        // A day of rest is no fall.
        assert_eq!(found(&[(19, 20), (0, 0), (19, 20)]), []);
    }

    /// Numbers without a pattern, each below a bound.
    fn scattered(seed: u64) -> impl FnMut(u64) -> u64 {
        let mut state = seed;
        move |below| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        }
    }

    #[test]
    fn what_is_lost_here_and_there_is_no_fall() {
        let mut falls_found = 0;
        for store in 0..400 {
            let mut below = scattered(store);
            let (size, seen) = (1 + below(15), 50 + below(50));
            let day = |_| {
                let base = below(2 * size);
                Counts { hits: (0..base).filter(|_| below(100) < seen).count() as u64, base }
            };
            falls_found += falls(&(0..60).map(day).collect::<Vec<_>>()).len();
        }
        assert!(falls_found <= 1, "one in a thousand, and {falls_found} were found");
    }

    proptest! {
        /// Falls stand in order and apart, and each is one against the days that are in none.
        #[test]
        fn falls_are_apart(
            series in proptest::collection::vec((0_u64..30, 0_u64..30), 2..30)
        ) {
            let series: Vec<_> = series.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
            let days = days(&series);
            let whole = Series { sums: sums(&days) };
            let found = falls(&days);
            let inside = found.iter().fold(Counts::default(), |sum, fall| sum.with(fall.within));
            let all = whole.of(&(0..days.len()));
            for fall in &found {
                prop_assert_eq!(fall.within, whole.of(&fall.days));
                prop_assert_eq!(fall.outside, all.without(inside));
            }
            prop_assert!(found.windows(2).all(|two| two[0].days.end <= two[1].days.start));
        }

        /// Hits without a pattern are rarely called a fall: here never, the same share every day.
        #[test]
        fn the_same_share_every_day_is_no_fall(hits in 0_u64..20, length in 0_usize..40) {
            prop_assert_eq!(falls(&days(&vec![(hits, 20); length])), vec![]);
        }
    }
}
