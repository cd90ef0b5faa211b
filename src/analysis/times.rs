//! Summaries of exact durations.
//!
//! Sums are taken over integers, so that the mean does not depend on the order of the journeys.

use crate::stats::quantile::quantiles;
use crate::tally::Durations;
use crate::time::{SECOND, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// How long something took: everything but the count in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TimeSummary {
    /// How many durations there are.
    pub count: u64,
    /// The mean.
    pub mean: f64,
    /// Half took at most this long.
    pub median: f64,
    /// A quarter took at most this long.
    pub p25: f64,
    /// Three quarters took at most this long.
    pub p75: f64,
    /// Nine in ten took at most this long.
    pub p90: f64,
    /// Nineteen in twenty took at most this long.
    pub p95: f64,
    /// The shortest.
    pub min: f64,
    /// The longest.
    pub max: f64,
}

impl TimeSummary {
    /// The summary of exact durations; `None` when there are none.
    pub fn of(durations: &Durations) -> Option<TimeSummary> {
        let mut spans = durations.in_no_order().to_vec();
        let qs = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0];
        let [min, p25, median, p75, p90, p95, max] = quantiles(&mut spans, qs, Span::as_seconds)?;
        let (count, mean) = (spans.len() as u64, mean_seconds(&spans));
        Some(TimeSummary { count, mean, median, p25, p75, p90, p95, min, max })
    }
}

/// After so many seconds so many were done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TimePoint {
    /// The share of all, 0 to 1.
    pub share: f64,
    /// At most so many seconds.
    pub seconds: f64,
}

/// A curve has this many steps between nothing and all.
const POINTS: usize = 20;

/// How long something took, as the quantiles of every twentieth; none where too few are known.
pub fn curve(durations: &Durations) -> Vec<TimePoint> {
    let mut spans = durations.in_no_order().to_vec();
    if spans.len() < FEW {
        return Vec::new();
    }
    let shares: [f64; POINTS + 1] = std::array::from_fn(|number| number as f64 / POINTS as f64);
    let points = quantiles(&mut spans, shares, Span::as_seconds);
    let point = |(share, seconds)| TimePoint { share, seconds };
    points.map(|seconds| shares.into_iter().zip(seconds).map(point).collect()).unwrap_or_default()
}

/// Fewer durations than this make no curve.
const FEW: usize = 5;

fn mean_seconds(spans: &[Span]) -> f64 {
    let sum: i128 = spans.iter().map(|span| i128::from(span.0)).sum();
    sum as f64 / SECOND as f64 / spans.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_in_seconds_and_exact() {
        let mut durations = Durations::default();
        assert_eq!(TimeSummary::of(&durations), None);
        for seconds in [40, 10, 0, 30, 20] {
            durations.add(Span::seconds(seconds));
        }
        let summary = TimeSummary::of(&durations).unwrap();
        assert_eq!((summary.count, summary.mean, summary.median), (5, 20.0, 20.0));
        assert_eq!((summary.p25, summary.p75, summary.p90), (10.0, 30.0, 36.0));
        assert_eq!((summary.p95, summary.min, summary.max), (38.0, 0.0, 40.0));
    }
}
