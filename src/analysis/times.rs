//! Summaries of exact durations.
//!
//! Sums are taken over integers, so that the mean does not depend on the order of the journeys.

use crate::stats::quantile::quantile;
use crate::tally::Durations;
use crate::time::{SECOND, Span};
use serde::Serialize;

/// How long something took: everything but the count in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
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
        let spans = durations.sorted();
        let seconds: Vec<f64> = spans.iter().map(|span| span.as_seconds()).collect();
        Some(TimeSummary {
            count: spans.len() as u64,
            mean: mean_seconds(&spans),
            median: quantile(&seconds, 0.5)?,
            p25: quantile(&seconds, 0.25)?,
            p75: quantile(&seconds, 0.75)?,
            p90: quantile(&seconds, 0.9)?,
            p95: quantile(&seconds, 0.95)?,
            min: *seconds.first()?,
            max: *seconds.last()?,
        })
    }
}

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
