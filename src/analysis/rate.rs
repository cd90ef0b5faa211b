//! A rate with the two counts that it is made of and its interval.
//!
//! The counts always stay beside the rate, so that a reader can check it and another program can go on
//! calculating. It must not round, and it must not clamp what exceeds its base.

use crate::stats::proportion;
use schemars::JsonSchema;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

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
    /// What to keep in mind with it.
    #[serde(skip_serializing_if = "Flags::is_empty")]
    #[schemars(with = "Option<Vec<String>>")]
    pub flags: Flags,
}

/// What to keep in mind with a rate; written as a list of stable words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// There are fewer than 30 of them.
    pub few_trials: bool,
    /// Fewer than 5 did it, or fewer than 5 did not.
    pub few_events: bool,
}

/// A rate over fewer than this has `few_trials`.
const FEW_TRIALS: u64 = 30;
/// A rate with fewer hits or misses than this has `few_events`.
const FEW_EVENTS: u64 = 5;

impl Flags {
    /// What to keep in mind with a rate of these counts. What is no proportion, or everybody as a matter
    /// of course (the first step over itself), has no flags.
    pub fn of(hits: u64, base: u64) -> Flags {
        if base == 0 || hits > base {
            return Flags::default();
        }
        Flags { few_trials: base < FEW_TRIALS, few_events: hits.min(base - hits) < FEW_EVENTS }
    }

    /// Whether there is nothing to keep in mind.
    pub fn is_empty(&self) -> bool {
        *self == Flags::default()
    }

    /// The words, in a fixed order.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.few_trials, "few_trials"), (self.few_events, "few_events")];
        all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word)
    }

    /// One sentence, if there is something to say.
    pub fn sentence(self) -> Option<String> {
        let text = match (self.few_trials, self.few_events) {
            (true, _) => "Fewer than 30: the range says more than the rate.",
            (false, true) => "Fewer than 5 of one kind: the range says more than the rate.",
            (false, false) => return None,
        };
        Some(text.to_owned())
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for word in self.words() {
            list.serialize_element(word)?;
        }
        list.end()
    }
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
            flags: Flags::of(hits, base),
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
