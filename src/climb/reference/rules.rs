//! What a chain is, policy by policy, as plain conditions on every pair of touches.
//!
//! Touches are named by their position in the journey. Nothing here is quick, and nothing is clever.

use crate::event::{StepSet, Touch, mark};
use crate::ladder::definition::{
    Between, Ends, Exclusion, Ladder, Linkage, Order, Presence, Reuse, Ties, Window,
};
use crate::time::Instant;

/// A journey held against a ladder.
pub(super) struct Case<'c> {
    pub(super) ladder: &'c Ladder,
    pub(super) journey: &'c [Touch],
    /// The positions of the required steps.
    pub(super) required: Vec<usize>,
    /// What it means to come after.
    ties: Ties,
    /// No attempt begins at this moment or after it.
    begins_before: Instant,
}

impl<'c> Case<'c> {
    pub(super) fn new(ladder: &'c Ladder, journey: &'c [Touch], ties: Ties) -> Case<'c> {
        let (required, begins_before) = (ladder.required().collect(), Instant::MAX);
        Case { ladder, journey, required, ties, begins_before }
    }

    /// The same where no attempt begins at a moment or after it.
    pub(super) fn beginning_before(self, begins_before: Instant) -> Case<'c> {
        Case { begins_before, ..self }
    }

    /// The same under another rule of ties.
    pub(super) fn with_ties(&self, ties: Ties) -> Case<'c> {
        Case { ties, required: self.required.clone(), ..*self }
    }

    /// Whether an attempt can begin with a touch.
    pub(super) fn is_entry(&self, touch: usize) -> bool {
        let fits = |step: &usize| self.journey[touch].steps.has(*step);
        let is_entry_step = match (self.ladder.linkage, self.ladder.order) {
            (Linkage::Apart, _) => (0..self.ladder.steps.len()).any(|step| fits(&step)),
            (Linkage::Chain, Order::Any) => self.required.iter().any(fits),
            (Linkage::Chain, Order::Loose | Order::Adjacent) => fits(&0),
        };
        is_entry_step && self.journey[touch].at < self.begins_before
    }

    /// Every chain of every length: touches for the first required steps, by position.
    pub(super) fn all_chains(&self) -> Vec<Vec<usize>> {
        let mut chains = Vec::new();
        if self.ladder.order == Order::Any {
            self.grow_any(&[], StepSet::EMPTY, &mut chains);
        } else {
            self.grow(&mut Vec::new(), &mut chains);
        }
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

    /// In any order a chain is a set of events, each given a step of its own; it stands in journey order.
    fn grow_any(&self, chain: &[usize], used: StepSet, chains: &mut Vec<Vec<usize>>) {
        let again = usize::from(self.ladder.reuse == Reuse::Never);
        let start = chain.last().map_or(0, |last| last + again);
        for touch in (start..self.journey.len()).filter(|&touch| self.may_append_any(chain, touch))
        {
            let steps = self.required.iter();
            let fits = |step: &&usize| self.journey[touch].steps.has(**step) && !used.has(**step);
            for &step in steps.filter(fits) {
                let mut longer = chain.to_vec();
                longer.push(touch);
                chains.push(longer.clone());
                self.grow_any(&longer, used.with(StepSet::only(step)), chains);
            }
        }
    }

    fn may_append(&self, chain: &[usize], touch: usize) -> bool {
        let Some(&last) = chain.last() else { return self.is_entry(touch) };
        let reach = self.ladder.steps[self.required[chain.len()]].within;
        let since = self.journey[touch].at.since(self.journey[last].at);
        self.follows(last, touch)
            && (self.ladder.reuse == Reuse::TwoSteps || !chain.contains(&touch))
            && self.journey[touch].at <= self.window_end(chain)
            && reach.is_none_or(|reach| since <= reach)
            && self.shares_value(chain[0], touch)
            && !self.is_parted(chain, touch)
            && !self.is_barred(chain, touch)
    }

    fn may_append_any(&self, chain: &[usize], touch: usize) -> bool {
        let Some(&entry) = chain.first() else { return self.is_entry(touch) };
        self.journey[touch].at <= self.window_end(chain)
            && self.shares_value(entry, touch)
            && !self.is_barred(chain, touch)
    }

    fn end(&self, touch: usize) -> Instant {
        let unit = self.journey[touch].precision.unit();
        let unit = match self.ladder.ties {
            Ties::Tolerance(span) => unit.max(span),
            Ties::Forgiving | Ties::Sequence | Ties::Strict => unit,
        };
        self.journey[touch].at.plus(unit)
    }

    /// A later touch is not over when the earlier one begins.
    pub(super) fn not_before(&self, earlier: usize, later: usize) -> bool {
        self.end(later) > self.journey[earlier].at
    }

    /// Whether the second touch may come after the first one in a chain.
    fn follows(&self, earlier: usize, later: usize) -> bool {
        match self.ties {
            Ties::Forgiving | Ties::Tolerance(_) => self.not_before(earlier, later),
            Ties::Strict => self.journey[later].at >= self.end(earlier),
            Ties::Sequence => {
                later > earlier || later == earlier && self.ladder.reuse == Reuse::TwoSteps
            }
        }
    }

    /// Whether the second touch comes after the first one, and is not of its instant.
    fn is_surely_after(&self, earlier: usize, later: usize) -> bool {
        match self.ties {
            Ties::Sequence => later > earlier,
            Ties::Forgiving | Ties::Tolerance(_) | Ties::Strict => {
                self.journey[later].at >= self.end(earlier)
            }
        }
    }

    fn shares_value(&self, entry: usize, touch: usize) -> bool {
        let held = self.journey[entry].held;
        self.ladder.hold.is_none() || !held.is_none() && held == self.journey[touch].held
    }

    /// Whether an event lies between the end of an adjacent chain and its next touch.
    fn is_parted(&self, chain: &[usize], next: usize) -> bool {
        let last = chain[chain.len() - 1];
        let repeats = usize::from(self.ladder.between == Between::Nothing);
        let gap = self.required[chain.len() - 1] + repeats..self.required[chain.len()];
        let is_foreign = |touch: &Touch| {
            !touch.is(mark::FURTHER) && !gap.clone().any(|step| touch.steps.has(step))
        };
        self.ladder.order == Order::Adjacent
            && (0..self.journey.len()).any(|touch| {
                is_foreign(&self.journey[touch])
                    && self.is_surely_after(last, touch)
                    && self.is_surely_after(touch, next)
            })
    }

    /// The rungs between which an exclusion holds.
    fn rungs_of(&self, exclusion: &Exclusion) -> (usize, usize) {
        let last = self.required.len() - 1;
        if self.ladder.order == Order::Any {
            return (0, last);
        }
        let after = self.required.iter().rposition(|&step| step <= exclusion.after).unwrap_or(0);
        let before = self.required.iter().position(|&step| step >= exclusion.before);
        (after, before.unwrap_or(last))
    }

    /// What an exclusion forbids after a chain reached the step that begins it.
    fn forbidden(&self, number: usize, chain: &[usize]) -> Vec<usize> {
        let exclusion = &self.ladder.exclusions[number];
        let (after, _) = self.rungs_of(exclusion);
        let Some(&rung) = chain.get(after) else { return Vec::new() };
        let is_rung = self.required[after] == exclusion.after || self.ladder.order == Order::Any;
        let anchor = if is_rung {
            Some(rung)
        } else {
            let seen = |touch: &usize| {
                self.journey[*touch].steps.has(exclusion.after) && self.not_before(rung, *touch)
            };
            (0..self.journey.len())
                .find(seen)
                .filter(|&seen| self.journey[seen].at <= self.limit(chain[0]))
        };
        let Some(anchor) = anchor else { return Vec::new() };
        let touches = 0..self.journey.len();
        let meets = |touch: &usize| self.journey[*touch].exclusions & 1 << number != 0;
        touches.filter(meets).filter(|&touch| self.is_surely_after(anchor, touch)).collect()
    }

    /// The exclusions of a kind that hold after a chain's last event.
    fn active(&self, chain: &[usize], ends: Ends) -> impl Iterator<Item = usize> {
        let rung = chain.len() - 1;
        let active = move |&number: &usize| {
            let exclusion = &self.ladder.exclusions[number];
            let (after, before) = self.rungs_of(exclusion);
            exclusion.ends == ends && after <= rung && rung < before
        };
        (0..self.ladder.exclusions.len()).filter(active)
    }

    /// Whether an exclusion that ends the attempt comes before a touch.
    fn is_barred(&self, chain: &[usize], touch: usize) -> bool {
        self.active(chain, Ends::Attempt)
            .flat_map(|number| self.forbidden(number, chain))
            .any(|forbidden| self.is_surely_after(forbidden, touch))
    }

    /// The position of the exclusion that ended an attempt.
    pub(super) fn excluded(&self, chain: &[usize]) -> Option<usize> {
        let closes = self.closes(chain);
        if self.ladder.linkage == Linkage::Apart || self.has_converted(chain) {
            return None;
        }
        let kinds = [Ends::Attempt, Ends::Progress].into_iter();
        let active = kinds.flat_map(|ends| self.active(chain, ends));
        let forbidden = active.flat_map(|number| self.forbidden(number, chain));
        forbidden.filter(|&touch| self.journey[touch].at <= closes).min()
    }

    /// Whether an exclusion that ends the journey, or the attempt's progress, lies in the attempt.
    pub(super) fn is_hit(&self, chain: &[usize], ends: Ends) -> bool {
        let ends = |number: &usize| self.ladder.exclusions[*number].ends == ends;
        let is_hit = |number: usize| {
            let (_, before) = self.rungs_of(&self.ladder.exclusions[number]);
            let forbidden = self.forbidden(number, chain).into_iter();
            let end = self.closes(chain);
            forbidden.into_iter().any(|touch| match chain.get(before) {
                Some(&last) => self.is_surely_after(touch, last),
                None => self.journey[touch].at <= end && !self.is_parted(chain, touch),
            })
        };
        (0..self.ladder.exclusions.len()).filter(ends).any(is_hit)
            && self.ladder.linkage == Linkage::Chain
    }

    /// The last moment of the window, as far as the entry decides it.
    fn limit(&self, entry: usize) -> Instant {
        match self.ladder.window {
            Window::FromEntry(span) => self.journey[entry].at.plus(span),
            Window::None | Window::Session | Window::Each(_) => Instant::MAX,
        }
    }

    /// The last moment of the window after a chain's last event.
    pub(super) fn window_end(&self, chain: &[usize]) -> Instant {
        let last = self.journey[chain[chain.len() - 1]].at;
        match self.ladder.window {
            Window::Each(span) if self.ladder.linkage == Linkage::Chain => last.plus(span),
            Window::FromEntry(_) | Window::None | Window::Session | Window::Each(_) => {
                self.limit(chain[0])
            }
        }
    }

    /// The last moment at which a chain could have gone on.
    pub(super) fn closes(&self, chain: &[usize]) -> Instant {
        let last = self.journey[chain[chain.len() - 1]].at;
        let next = self.required.get(chain.len()).and_then(|&step| self.ladder.steps[step].within);
        let next = next.filter(|_| self.ladder.linkage == Linkage::Chain);
        self.window_end(chain).min(next.map_or(Instant::MAX, |span| last.plus(span)))
    }

    /// Whether the last step was reached.
    pub(super) fn has_converted(&self, chain: &[usize]) -> bool {
        match self.ladder.linkage {
            Linkage::Chain => chain.len() == self.required.len(),
            Linkage::Apart => self.observed(chain).has(self.ladder.steps.len() - 1),
        }
    }

    /// The steps of which an event was chosen or lies where it should.
    pub(super) fn observed(&self, chain: &[usize]) -> StepSet {
        if self.ladder.linkage == Linkage::Apart {
            let inside = |touch: &usize| self.journey[*touch].at <= self.window_end(chain);
            let touches = (chain[0]..self.journey.len()).filter(inside);
            return touches.fold(StepSet::EMPTY, |all, touch| all.with(self.journey[touch].steps));
        }
        self.steps(|step| {
            let chosen = self.required.iter().take(chain.len()).any(|&required| required == step);
            let is_required = self.ladder.steps[step].presence == Presence::Required;
            chosen || !is_required && self.sees(chain, step)
        })
    }

    /// Whether an event of a step that is not required lies between its two required neighbours; in any
    /// order, between the entry and the conversion or the end.
    fn sees(&self, chain: &[usize], step: usize) -> bool {
        let is_any = self.ladder.order == Order::Any;
        let rung = self.required.iter().filter(|&&required| required < step).count() - 1;
        let rung = if is_any { 0 } else { rung };
        let Some(&before) = chain.get(rung) else { return false };
        let conversion = chain.last().filter(|_| self.has_converted(chain));
        let after = chain.get(rung + 1).filter(|_| !is_any);
        let last = conversion.filter(|_| is_any);
        let climbed = &chain[..=rung];
        (0..self.journey.len()).any(|touch| {
            self.journey[touch].steps.has(step)
                && self.journey[touch].at <= self.window_end(climbed)
                && self.not_before(before, touch)
                && after.is_none_or(|&after| self.not_before(touch, after))
                && last.is_none_or(|&last| self.journey[touch].at <= self.journey[last].at)
                && !self.is_barred(climbed, touch)
        })
    }

    /// The steps of the ladder for which something holds.
    pub(super) fn steps(&self, holds: impl Fn(usize) -> bool) -> StepSet {
        let steps = (0..self.ladder.steps.len()).filter(|&step| holds(step));
        steps.fold(StepSet::EMPTY, |set, step| set.with(StepSet::only(step)))
    }
}
