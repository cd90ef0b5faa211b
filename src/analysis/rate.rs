//! A rate with the two counts that it is made of and its interval.
//!
//! The counts always stay beside the rate, so that a reader can check it and another program can go on
//! calculating. It must not round, and it must not clamp what exceeds its base.

use crate::stats::proportion::{self, Clusters};
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
    /// The number of independent ones that it is worth, where several belong to one customer.
    #[serde(skip)]
    pub trials: Option<f64>,
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
    /// Several belong to one customer and resemble each other: the range allows for that.
    pub clustered: bool,
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
        Flags {
            few_trials: base < FEW_TRIALS,
            few_events: hits.min(base - hits) < FEW_EVENTS,
            clustered: false,
        }
    }

    /// Whether there is nothing to keep in mind.
    pub fn is_empty(&self) -> bool {
        *self == Flags::default()
    }

    /// The words, in a fixed order.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.few_trials, "few_trials"),
            (self.few_events, "few_events"),
            (self.clustered, "clustered"),
        ];
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
            trials: None,
            flags: Flags::of(hits, base),
        }
    }

    /// The same where several of them belong to one customer: the range is that of as many independent ones
    /// as they are worth. Without sums over customers it is the plain one.
    pub fn within(clusters: Option<&Clusters>, hits: u64, base: u64, confidence: f64) -> Rate {
        let plain = Rate::of(hits, base, confidence);
        let trials = clusters.and_then(Clusters::trials);
        let (Some(trials), Some(share), Some(_)) = (trials, plain.rate, plain.low) else {
            return plain;
        };
        let interval = proportion::wilson_of_share(share, trials, confidence);
        Rate {
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            trials: Some(trials),
            flags: Flags { clustered: true, ..plain.flags },
            ..plain
        }
    }

    /// The rate if so many more of them did.
    #[must_use]
    pub fn with_more(&self, more: u64, confidence: f64) -> Rate {
        let hits = self.hits.saturating_add(more).min(self.base);
        let plain = Rate::of(hits, self.base, confidence);
        let (Some(trials), Some(share)) = (self.trials, plain.rate) else { return plain };
        let interval = proportion::wilson_of_share(share, trials, confidence);
        Rate {
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            trials: Some(trials),
            ..plain
        }
    }

    /// Hits and base of the independent ones that it is worth, in whole numbers: for whatever counts them.
    pub fn worth(&self) -> (u64, u64) {
        let (Some(trials), Some(share)) = (self.trials, self.rate) else {
            return (self.hits, self.base);
        };
        let base = whole(trials).max(1);
        (whole(share * base as f64).min(base), base)
    }

    /// How many are worth as much as so many independent ones.
    pub fn of_journeys(&self, independent: u64) -> u64 {
        self.trials.map_or(independent, |trials| {
            whole(independent as f64 * self.base as f64 / trials).max(independent)
        })
    }
}

/// The nearest whole number of one that is not negative.
fn whole(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "numbers of journeys are neither negative nor too large"
    )]
    (number.round() as u64)
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

    #[test]
    fn what_belongs_together_widens_the_range_and_is_flagged() {
        let mut clusters = Clusters::default();
        for (size, hits) in [(10, 9), (10, 0), (10, 0), (10, 1)] {
            clusters.add(size, hits);
        }
        let plain = Rate::of(10, 40, 0.95);
        let found = Rate::within(Some(&clusters), 10, 40, 0.95);
        assert_eq!((found.hits, found.base, found.rate), (10, 40, plain.rate));
        assert!(found.low < plain.low && found.high > plain.high, "{found:?}");
        assert_eq!(found.flags.words().collect::<Vec<_>>(), ["clustered"]);
        let (hits, base) = found.worth();
        assert!(base < 10 && hits * 4 <= base + 2, "{hits} of {base}");
        assert!(found.of_journeys(10) > 40 && plain.of_journeys(10) == 10);
        assert_eq!(plain.worth(), (10, 40));
        assert_eq!(Rate::within(None, 10, 40, 0.95), plain);
        assert_eq!(Rate::within(Some(&Clusters::default()), 13, 10, 0.95), Rate::of(13, 10, 0.95));
    }
}
