//! The slow, readable twin of the matcher: the definition, tried on every chain.
//!
//! It exists for the tests and shares nothing with the fast matcher but the types of the answer. The
//! time it takes grows exponentially with the journey; use it for a dozen touches at most. It reads
//! the same ladders as the matcher; policies that the matcher refuses are not looked at.

use super::{Outcome, Verdict};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Ladder, Presence, Window};
use crate::time::{Instant, Span};
use std::cmp::Reverse;

/// Judges one journey as [`super::Climber::judge`] does.
pub fn judge(ladder: &Ladder, journey: &[Touch], seen_until: Instant) -> Option<Verdict> {
    let case = Case { ladder, journey, required: ladder.required().collect(), follows: not_before };
    let chains = case.all_chains();
    let best = chains.iter().min_by_key(|chain| case.rank(chain))?;
    let converted = case.has_converted(best);
    let entry_at = journey[best[0]].at;
    let window_end = case.window().map(|span| entry_at.plus(span));
    let observed = case.observed(best);
    let furthest = case.furthest(best);
    Some(Verdict {
        chain: case.required.iter().copied().zip(best.iter().copied()).collect(),
        observed,
        reached: case.steps(|step| {
            let implied = ladder.steps[step].presence == Presence::Implied;
            observed.has(step) || implied && step < furthest
        }),
        furthest,
        outcome: match (converted, window_end) {
            (true, _) => Outcome::Converted,
            (false, Some(end)) if end <= seen_until => Outcome::Lost,
            (false, _) => Outcome::Open,
        },
        entry: best[0],
        window_end,
        actions: case.actions(best),
        by_tie: converted && !case.converts_in_stored_order(),
    })
}

/// Whether the second touch may come after the first one in a chain; both are positions in the journey.
type Follows = fn(journey: &[Touch], earlier: usize, later: usize) -> bool;

/// A later touch is not over when the earlier one begins.
fn not_before(journey: &[Touch], earlier: usize, later: usize) -> bool {
    journey[later].end() > journey[earlier].at
}

/// A later touch is stored after the earlier one.
fn stored_after(_journey: &[Touch], earlier: usize, later: usize) -> bool {
    later > earlier
}

/// A journey held against a ladder.
struct Case<'c> {
    ladder: &'c Ladder,
    journey: &'c [Touch],
    /// The positions of the required steps.
    required: Vec<usize>,
    follows: Follows,
}

impl Case<'_> {
    /// Every chain of every length: touches for the first required steps, by position.
    fn all_chains(&self) -> Vec<Vec<usize>> {
        let mut chains = Vec::new();
        self.grow(&mut Vec::new(), &mut chains);
        chains
    }

    fn grow(&self, chain: &mut Vec<usize>, chains: &mut Vec<Vec<usize>>) {
        let Some(&step) = self.required.get(chain.len()) else { return };
        for touch in 0..self.journey.len() {
            if self.journey[touch].steps.has(step) && self.may_append(chain, touch) {
                chain.push(touch);
                chains.push(chain.clone());
                self.grow(chain, chains);
                chain.pop();
            }
        }
    }

    fn may_append(&self, chain: &[usize], touch: usize) -> bool {
        chain.last().is_none_or(|&last| {
            (self.follows)(self.journey, last, touch)
                && !chain.contains(&touch)
                && self.in_window(chain, touch)
        })
    }

    fn in_window(&self, chain: &[usize], touch: usize) -> bool {
        let since = self.journey[touch].at.since(self.journey[chain[0]].at);
        self.window().is_none_or(|span| since <= span)
    }

    fn window(&self) -> Option<Span> {
        match self.ladder.window {
            Window::FromEntry(span) => Some(span),
            Window::None | Window::Session | Window::Each(_) => None,
        }
    }

    /// The rule by which the best attempt is chosen; the smallest is the best.
    fn rank(&self, chain: &[usize]) -> impl Ord + use<> {
        let times: Vec<Instant> = chain.iter().map(|&touch| self.journey[touch].at).collect();
        let finish = times.last().copied();
        (
            Reverse(chain.len()),
            finish.filter(|_| self.has_converted(chain)),
            Reverse(self.furthest(chain)),
            Reverse(self.observed(chain).count()),
            finish,
            times,
            chain.to_vec(),
        )
    }

    fn has_converted(&self, chain: &[usize]) -> bool {
        chain.len() == self.required.len()
    }

    /// The steps of which an event was chosen or lies where it should.
    fn observed(&self, chain: &[usize]) -> StepSet {
        self.steps(|step| {
            let chosen = self.required.iter().take(chain.len()).any(|&required| required == step);
            let required = self.required.contains(&step);
            chosen || !required && self.sees(chain, step)
        })
    }

    /// Whether an event of a step that is not required lies between its two required neighbours.
    fn sees(&self, chain: &[usize], step: usize) -> bool {
        let below = self.required.iter().filter(|&&required| required < step).count() - 1;
        let Some(&before) = chain.get(below) else { return false };
        (0..self.journey.len()).any(|touch| {
            self.journey[touch].steps.has(step)
                && self.in_window(chain, touch)
                && not_before(self.journey, before, touch)
                && chain.get(below + 1).is_none_or(|&after| not_before(self.journey, touch, after))
        })
    }

    /// The furthest step, not an optional one, that was observed.
    fn furthest(&self, chain: &[usize]) -> usize {
        let observed = self.observed(chain);
        let counts = |step: &usize| {
            observed.has(*step) && self.ladder.steps[*step].presence != Presence::Optional
        };
        (0..self.ladder.steps.len()).rev().find(counts).unwrap_or_default()
    }

    /// The actions done not before the entry, inside the window and not after the conversion.
    fn actions(&self, chain: &[usize]) -> StepSet {
        let conversion = chain.last().filter(|_| self.has_converted(chain));
        let counts = |&touch: &usize| {
            not_before(self.journey, chain[0], touch)
                && self.in_window(chain, touch)
                && conversion.is_none_or(|&order| not_before(self.journey, touch, order))
        };
        let touches = (0..self.journey.len()).filter(counts);
        touches.fold(StepSet::EMPTY, |actions, touch| actions.with(self.journey[touch].actions))
    }

    fn converts_in_stored_order(&self) -> bool {
        let stored = Case { required: self.required.clone(), follows: stored_after, ..*self };
        stored.all_chains().iter().any(|chain| self.has_converted(chain))
    }

    /// The steps of the ladder for which something holds.
    fn steps(&self, holds: impl Fn(usize) -> bool) -> StepSet {
        let steps = (0..self.ladder.steps.len()).filter(|&step| holds(step));
        steps.fold(StepSet::EMPTY, |set, step| set.with(StepSet::only(step)))
    }
}
