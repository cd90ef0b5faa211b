//! Two rates against each other: their difference and ratio with ranges, what could have been seen, and
//! the verdict in a word.
//!
//! Differences are second − first. "Higher" and "lower" are said only where the range of the difference
//! leaves nought out (and the q-value agrees, where there are many); everything else is "unclear".

use super::rate::Rate;
use crate::stats::difference::{Pair, recovered};
use crate::stats::exact;
use crate::stats::proportion::Interval;
use crate::stats::sample_size::Design;
use schemars::JsonSchema;
use serde::Serialize;

/// The q-value from which on a difference among many is no finding.
pub const FALSE_DISCOVERIES: f64 = 0.05;

/// A difference of two rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contrast {
    /// Second − first; `None` where one of them has no base.
    pub value: Option<f64>,
    /// The lower bound (Newcombe).
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
    /// Second ÷ first.
    pub ratio: Option<f64>,
    /// The lower bound of the ratio (Koopman).
    pub ratio_low: Option<f64>,
    /// The upper bound of the ratio; `None` where there is none.
    pub ratio_high: Option<f64>,
    /// How likely so large a difference would be if there were none.
    pub p_value: Option<f64>,
    /// The share of false findings if this and all that are likelier are taken for findings.
    pub q_value: Option<f64>,
    /// The smallest rise over the first rate that these numbers show in four of five cases.
    pub detectable: Option<f64>,
    /// `higher`, `lower` or `unclear`.
    pub verdict: &'static str,
}

impl Contrast {
    /// The difference of two rates.
    pub fn of(first: Rate, second: Rate, confidence: f64) -> Contrast {
        let pair = Pair { first: second.worth(), second: first.worth() };
        let shares = second.rate.zip(first.rate).filter(|_| pair.shares().is_some());
        let interval = bounds(second).zip(bounds(first));
        let interval = interval.map(|(second, first)| recovered(second, first));
        let ratio = pair.score_ratio(confidence, false);
        let design = Design { alpha: 1.0 - confidence, ..Design::default() };
        let mut contrast = Contrast {
            value: shares.map(|(second, first)| second - first),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            ratio: shares.filter(|(_, first)| *first > 0.0).map(|(second, first)| second / first),
            ratio_low: ratio.map(|ratio| ratio.low),
            ratio_high: ratio.map(|ratio| ratio.high).filter(|high| high.is_finite()),
            p_value: exact::p_value(pair).map(|(p, _)| p),
            q_value: None,
            detectable: shares.and_then(|(_, rate)| {
                let trials = |rate: Rate| rate.trials.unwrap_or(rate.base as f64);
                design.detectable(rate, trials(first), trials(second))
            }),
            verdict: "unclear",
        };
        contrast.judge();
        contrast
    }

    /// The difference of two estimates that have ranges of their own.
    pub fn of_estimates(first: (f64, Interval), second: (f64, Interval)) -> Contrast {
        let interval = recovered(second, first);
        let mut contrast = Contrast {
            value: Some(second.0 - first.0),
            low: Some(interval.low),
            high: Some(interval.high),
            ratio: (first.0 > 0.0).then(|| second.0 / first.0),
            ratio_low: None,
            ratio_high: None,
            p_value: None,
            q_value: None,
            detectable: None,
            verdict: "unclear",
        };
        contrast.judge();
        contrast
    }

    /// Takes into account that it is one of many.
    pub fn among_many(&mut self, q_value: f64) {
        self.q_value = Some(q_value);
        self.judge();
    }

    /// Whether the range leaves nought out, whatever the q-value says.
    pub fn is_clear_alone(&self) -> bool {
        self.low.is_some_and(|low| low > 0.0) || self.high.is_some_and(|high| high < 0.0)
    }

    fn judge(&mut self) {
        let is_finding = self.q_value.is_none_or(|q| q < FALSE_DISCOVERIES);
        self.verdict = match (self.low, self.high) {
            (Some(low), _) if is_finding && low > 0.0 => "higher",
            (_, Some(high)) if is_finding && high < 0.0 => "lower",
            _ => "unclear",
        };
    }
}

/// A rate with its interval, at the confidence that it was made with.
fn bounds(rate: Rate) -> Option<(f64, Interval)> {
    Some((rate.rate?, Interval { low: rate.low?, high: rate.high? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::proportion::Clusters;

    #[test]
    fn what_belongs_together_tells_less() {
        let mut clusters = [Clusters::default(); 2];
        for number in 0..100 {
            let often = |share: u64| if number < share { 10 } else { 0 };
            clusters[0].add(10, often(20));
            clusters[1].add(10, often(26));
        }
        let plain = [(200, 1000), (260, 1000)].map(|(hits, base)| Rate::of(hits, base, 0.95));
        assert_eq!(Contrast::of(plain[0], plain[1], 0.95).verdict, "higher");
        let rate = |side: usize| {
            Rate::within(Some(&clusters[side]), plain[side].hits, plain[side].base, 0.95)
        };
        let found = Contrast::of(rate(0), rate(1), 0.95);
        assert_eq!((found.verdict, found.value), ("unclear", Some(0.06)));
        assert!(found.p_value.unwrap() > 0.2 && found.detectable.unwrap() > 0.1, "{found:?}");
    }

    #[test]
    fn a_verdict_needs_a_range_without_nought_and_a_small_q() {
        let rate = |hits, base| Rate::of(hits, base, 0.95);
        let mut clear = Contrast::of(rate(20, 1000), rate(60, 1000), 0.95);
        assert_eq!((clear.verdict, clear.ratio), ("higher", Some(3.0)));
        clear.among_many(0.2);
        assert_eq!(clear.verdict, "unclear");
        assert_eq!(Contrast::of(rate(60, 1000), rate(20, 1000), 0.95).verdict, "lower");
        let unclear = Contrast::of(rate(20, 1000), rate(24, 1000), 0.95);
        assert!(unclear.verdict == "unclear" && unclear.detectable.unwrap() > 0.01);
        let nothing = Contrast::of(rate(0, 0), rate(2, 10), 0.95);
        assert_eq!((nothing.value, nothing.low, nothing.p_value), (None, None, None));
    }
}
