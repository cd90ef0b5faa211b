//! What one look at a journey tells: which steps, actions and exclusions occur at all.
//!
//! Most journeys are decided by it, or can be judged in a simpler way because of what they lack.

use super::terms::Terms;
use crate::event::{StepSet, Touch};
use crate::time::Precision;

/// What occurs anywhere in a journey.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Glance {
    pub(super) steps: StepSet,
    pub(super) actions: StepSet,
    /// The exclusions that any touch meets, as bits.
    exclusions: u8,
    /// How finely the coarsest time is known.
    precision: Precision,
}

impl Glance {
    pub(super) fn at(journey: &[Touch]) -> Glance {
        journey.iter().fold(Glance::default(), Glance::with)
    }

    /// With one touch more.
    pub(super) fn with(self, touch: &Touch) -> Glance {
        Glance {
            steps: self.steps.with(touch.steps),
            actions: self.actions.with(touch.actions),
            exclusions: self.exclusions | touch.exclusions,
            precision: self.precision.max(touch.precision),
        }
    }

    /// Whether all times are exact, so that two touches are either of one instant or one after the other.
    pub(super) fn is_exact(&self) -> bool {
        self.precision == Precision::Exact
    }

    /// Whether no exclusion of the ladder occurs.
    pub(super) fn is_unbarred(&self, terms: &Terms) -> bool {
        self.is_free_of(terms.forbidden())
    }

    /// Whether none of these exclusions occurs.
    pub(super) fn is_free_of(&self, exclusions: u8) -> bool {
        self.exclusions & exclusions == 0
    }
}
