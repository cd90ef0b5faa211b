//! A rate with the two counts that it is made of and its interval.
//!
//! The counts always stay beside the rate, so that a reader can check it and another program can go on
//! calculating. It must not round, and it must not clamp what exceeds its base.

use crate::stats::proportion;
use schemars::JsonSchema;
use serde::Serialize;

/// `hits` of `base`, both counts, as a share of one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rate {
    /// How many did.
    pub hits: u64,
    /// Of how many.
    pub base: u64,
    /// `hits / base`; above 1 in an open funnel; `None` without a base.
    pub rate: Option<f64>,
    /// The lower bound; `None` where the hits are no part of the base.
    pub low: Option<f64>,
    /// The upper bound; `None` where the hits are no part of the base.
    pub high: Option<f64>,
}

impl Rate {
    /// The rate of two counts with its Wilson interval at `confidence` (a share: 0.95).
    pub fn of(hits: u64, base: u64, confidence: f64) -> Rate {
        let interval = proportion::wilson(hits, base, confidence);
        Rate {
            hits,
            base,
            rate: (base > 0).then(|| hits as f64 / base as f64),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_base_is_no_rate_and_nothing_is_clamped() {
        let none = Rate::of(0, 0, 0.95);
        assert_eq!((none.rate, none.low, none.high), (None, None, None));
        let open = Rate::of(13, 10, 0.95);
        assert_eq!((open.rate, open.low, open.high), (Some(1.3), None, None));
        let nought = Rate::of(0, 20, 0.95);
        assert_eq!((nought.rate, nought.low), (Some(0.0), Some(0.0)));
        assert!((nought.high.unwrap() - 0.1611).abs() < 5e-5);
    }
}
