//! Who had done what by a moment, and who converted after it: the counts from which actions are judged.
//!
//! Comparing whoever ever did something with whoever never did favours what takes time: those who stay
//! longer do more and have more time to buy. So journeys are looked at a fixed time after their entry (a
//! landmark): only those still without an order, by what they had done until then, with what came later.

use crate::event::StepSet;
use crate::key::FastMap;
use crate::time::Span;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// The landmarks: a minute, ten minutes, an hour and a day after the entry.
pub const LANDMARKS: [Span; 4] =
    [Span::seconds(60), Span::seconds(600), Span::seconds(3600), Span::seconds(86_400)];

/// What a journey was like at a landmark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// The position of the landmark.
    pub landmark: u8,
    /// Actions done until then.
    pub actions: StepSet,
    /// Steps seen until then.
    pub steps: StepSet,
    /// Whether the customer was there before.
    pub returning: bool,
    /// How many events there were until then, actions left out: 0 for one, 1 for up to 3, 2 for up to 7, …
    pub activity: u8,
}

impl Pattern {
    /// All parts in one number, in the order in which patterns stand: they are looked up for every journey.
    fn rank(&self) -> u128 {
        let steps = u128::from(self.actions.0) << 32 | u128::from(self.steps.0);
        let rest = u128::from(self.returning) << 8 | u128::from(self.activity);
        u128::from(self.landmark) << 80 | steps << 16 | rest
    }
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let rank = self.rank();
        let half = |part: u128| u64::try_from(part & u128::from(u64::MAX)).unwrap_or_default();
        state.write_u64(half(rank >> u64::BITS));
        state.write_u64(half(rank));
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Pattern) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Pattern) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Journeys of one pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Journeys that had not converted by the landmark and were watched to the end of their window.
    pub journeys: u64,
    /// Of these, converted after it.
    pub converted: u64,
}

impl Outcomes {
    /// Adds other journeys of the pattern.
    #[inline]
    pub fn add(&mut self, other: Outcomes) {
        self.journeys += other.journeys;
        self.converted += other.converted;
    }
}

/// The counts at all landmarks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landmarks {
    /// Journeys by pattern: every journey adds to one for each landmark, so they are put in order only when they
    /// are read.
    pub patterns: FastMap<Pattern, Outcomes>,
    /// For each action, converted journeys in which it was done first after the conversion.
    pub after: Vec<u64>,
}

impl Landmarks {
    /// The patterns at a landmark, in their order.
    pub fn at(&self, landmark: u8) -> impl Iterator<Item = (Pattern, Outcomes)> {
        let own = self.patterns.iter().filter(|(pattern, _)| pattern.landmark == landmark);
        let mut own: Vec<_> = own.map(|(pattern, outcomes)| (*pattern, *outcomes)).collect();
        own.sort_unstable_by_key(|(pattern, _)| *pattern);
        own.into_iter()
    }

    /// Adds the counts of other journeys.
    pub fn merge(&mut self, other: Landmarks) {
        other.patterns.into_iter().for_each(|(pattern, outcomes)| {
            self.patterns.entry(pattern).or_default().add(outcomes);
        });
        self.after.resize(self.after.len().max(other.after.len()), 0);
        for (mine, theirs) in self.after.iter_mut().zip(other.after) {
            *mine += theirs;
        }
    }
}
