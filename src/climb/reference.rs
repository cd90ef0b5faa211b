//! The slow, readable twin of the matcher: the definition, tried on every chain.
//!
//! It exists for the tests and shares nothing with the fast matcher but the types of the answer. The
//! time it takes grows exponentially with the journey; use it for a dozen touches at most. It reads
//! every ladder that the matcher reads. `rules` says what a chain is, `reading` where tools that halt
//! stop reading; here the best chain is chosen and the verdict given.

mod reading;
mod rules;

use super::{Outcome, Verdict};
use crate::event::{StepSet, Touch};
use crate::journey::Sessionizer;
use crate::ladder::definition::{
    Count, Ends, Entry, Ladder, Linkage, Order, Presence, Start, Ties, Times, Window,
};
use crate::time::Instant;
use rules::Case;
use std::cmp::Reverse;

/// Judges one journey as [`super::Climber::judge`] does.
pub fn judge(ladder: &Ladder, journey: &[Touch], seen_until: Instant) -> Option<Verdict> {
    judge_all(ladder, journey, seen_until).first().copied()
}

/// Judges one journey as [`super::Climber::judge_all`] does.
pub fn judge_all(ladder: &Ladder, journey: &[Touch], seen_until: Instant) -> Vec<Verdict> {
    judge_before(ladder, journey, seen_until, Instant::MAX)
}

/// The same where no attempt begins at a moment or after it, as [`super::Climber::beginning_before`] says.
pub fn judge_before(
    ladder: &Ladder,
    journey: &[Touch],
    seen_until: Instant,
    begins_before: Instant,
) -> Vec<Verdict> {
    let parts = parts(ladder, journey);
    let tries = parts.iter().flat_map(|part| part.tries(ladder, seen_until, begins_before));
    let mut tries: Vec<Try> = tries.collect();
    if is_every(ladder) {
        let tries = tries.into_iter().filter(|one| !one.hit && !one.rank.0);
        let mut verdicts: Vec<Verdict> = tries.map(|one| one.verdict).collect();
        verdicts.sort_by_key(|verdict| verdict.entry);
        return verdicts;
    }
    if ladder.entry == Entry::First {
        let first = tries.iter().map(|one| one.verdict.entry).min();
        tries.retain(|one| Some(one.verdict.entry) == first);
    }
    let best = tries.into_iter().min_by(|one, other| one.rank.cmp(&other.rank));
    best.filter(|best| !best.hit && !best.rank.0).map(|best| best.verdict).into_iter().collect()
}

/// Whether attempts follow each other.
fn is_every(ladder: &Ladder) -> bool {
    let every = ladder.entry == Entry::Every || ladder.count == Count::Attempt;
    every && ladder.linkage == Linkage::Chain
}

/// What an attempt is worth; the smallest is the best.
type Rank = (
    bool,
    Reverse<usize>,
    Option<Instant>,
    bool,
    Reverse<usize>,
    Reverse<u32>,
    Instant,
    i64,
    Vec<Instant>,
    Vec<usize>,
);

/// A judged attempt.
struct Try {
    rank: Rank,
    hit: bool,
    verdict: Verdict,
}

/// A journey, or a session of it.
struct Part {
    touches: Vec<Touch>,
    /// The positions of the touches in the whole journey.
    places: Vec<usize>,
    end: Instant,
}

fn parts(ladder: &Ladder, journey: &[Touch]) -> Vec<Part> {
    let by_session = ladder.window == Window::Session && ladder.linkage == Linkage::Chain;
    let mut sessionizer = Sessionizer::new(ladder.sessions);
    let mut parts: Vec<Part> = Vec::new();
    for (place, touch) in journey.iter().enumerate() {
        let session = if by_session { sessionizer.session_of(touch) } else { 0 };
        if session == parts.len() {
            parts.push(Part { touches: Vec::new(), places: Vec::new(), end: Instant::MAX });
        }
        parts[session].touches.push(*touch);
        parts[session].places.push(place);
        if by_session {
            parts[session].end = touch.at.plus(ladder.sessions.gap());
        }
    }
    for part in &mut parts {
        reading::halt(ladder, &mut part.touches);
    }
    parts
}

impl Part {
    /// The best attempt, or all that follow each other.
    fn tries(&self, ladder: &Ladder, seen_until: Instant, begins_before: Instant) -> Vec<Try> {
        let (mut tries, mut floor) = (Vec::new(), 0);
        loop {
            let case = Case::new(ladder, &self.touches[floor..], ladder.ties);
            let case = case.beginning_before(begins_before);
            let Some(chain) = case.best() else { return tries };
            let mut one = self.judged(&case, &chain, seen_until);
            let resume = case.resume(&chain, one.verdict.outcome, one.verdict.window_end);
            one.rank.9 = one.rank.9.iter().map(|&at| self.places[floor + at]).collect();
            let links = one.verdict.chain.links();
            let links = links.map(|(step, at)| (step, self.places[floor + at]));
            one.verdict.chain = links.collect();
            one.verdict.entry = self.places[floor + one.verdict.entry];
            tries.push(one);
            match resume {
                Some(resume) if is_every(ladder) => floor += resume,
                _ => return tries,
            }
        }
    }

    fn judged(&self, case: &Case<'_>, chain: &[usize], seen_until: Instant) -> Try {
        let ladder = case.ladder;
        let observed = case.observed(chain);
        let furthest = case.furthest(chain);
        let window_end = case.closes(chain).min(self.end);
        let outcome = if case.has_converted(chain) {
            Outcome::Converted
        } else if case.excluded(chain).is_some() {
            Outcome::Lost
        } else if window_end == Instant::MAX || window_end > seen_until {
            Outcome::Open
        } else {
            Outcome::Lost
        };
        let is_apart = ladder.linkage == Linkage::Apart;
        let implied = |step: usize| {
            !is_apart && step < furthest && ladder.steps[step].presence == Presence::Implied
        };
        let verdict = Verdict {
            chain: case.links(chain),
            observed,
            reached: case.steps(|step| observed.has(step) || implied(step)),
            furthest,
            outcome,
            entry: chain[0],
            window_end: (window_end < Instant::MAX).then_some(window_end),
            ended: case
                .excluded(chain)
                .filter(|_| outcome == Outcome::Lost)
                .map(|excluded| case.journey[excluded].at)
                .filter(|&at| at <= window_end),
            actions: case.actions(chain),
            by_tie: case.depends_on_a_tie(chain),
            times: if is_apart { Times::None } else { ladder.times },
        };
        Try { rank: case.rank(chain), hit: case.is_hit(chain, Ends::Journey), verdict }
    }
}

impl Case<'_> {
    /// The best chain over the entries that count.
    fn best(&self) -> Option<Vec<usize>> {
        let first = (0..self.journey.len()).find(|&touch| self.is_entry(touch))?;
        if self.ladder.linkage == Linkage::Apart {
            return Some(vec![first]);
        }
        let is_longest = self.ladder.entry == Entry::Longest && self.ladder.count != Count::Attempt;
        let chains = self.all_chains().into_iter();
        let chains = chains.filter(|chain| is_longest || chain[0] == first);
        chains.min_by(|one, other| self.rank(one).cmp(&self.rank(other)))
    }

    /// The rule by which the best attempt is chosen.
    fn rank(&self, chain: &[usize]) -> Rank {
        let times: Vec<Instant> = chain.iter().map(|&touch| self.journey[touch].at).collect();
        let finish = times.last().copied().unwrap_or_default();
        let begin = times.first().copied().unwrap_or_default().0;
        (
            self.is_hit(chain, Ends::Progress),
            Reverse(chain.len()),
            Some(finish).filter(|_| self.has_converted(chain)),
            self.is_hit(chain, Ends::Journey),
            Reverse(self.furthest(chain)),
            Reverse(self.observed(chain).count()),
            finish,
            if self.ladder.start == Start::Latest { -begin } else { begin },
            times,
            chain.to_vec(),
        )
    }

    /// Where, after an attempt, the next one may start.
    fn resume(&self, chain: &[usize], outcome: Outcome, end: Option<Instant>) -> Option<usize> {
        let chosen = chain.iter().max().map_or(0, |last| last + 1);
        if outcome == Outcome::Converted {
            return Some(chosen);
        }
        if let Some(excluded) = self.excluded(chain) {
            return Some(chosen.max(excluded + 1));
        }
        let later = |end: Instant| self.journey.iter().filter(|touch| touch.at <= end).count();
        end.map(|end| chosen.max(later(end)))
    }

    fn links(&self, chain: &[usize]) -> super::Chain {
        if self.ladder.linkage == Linkage::Chain {
            return self.required.iter().copied().zip(chain.iter().copied()).collect();
        }
        let observed = self.observed(chain);
        let first = |step: usize| {
            (chain[0]..self.journey.len()).find(|&touch| self.journey[touch].steps.has(step))
        };
        observed.positions().filter_map(|step| Some((step, first(step)?))).collect()
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
        let is_chain = self.ladder.linkage == Linkage::Chain;
        let conversion = chain.last().filter(|_| is_chain && self.has_converted(chain));
        let counts = |&touch: &usize| {
            self.not_before(chain[0], touch)
                && self.journey[touch].at <= self.window_end(chain)
                && conversion.is_none_or(|&order| self.not_before(touch, order))
        };
        let touches = (0..self.journey.len()).filter(counts);
        touches.fold(StepSet::EMPTY, |actions, touch| actions.with(self.journey[touch].actions))
    }

    /// Whether the journey would not convert if events had to stay in stored order.
    fn depends_on_a_tie(&self, chain: &[usize]) -> bool {
        let by_time = matches!(self.ladder.ties, Ties::Forgiving | Ties::Tolerance(_))
            && self.ladder.order != Order::Any
            && self.ladder.linkage == Linkage::Chain;
        let is_longest = self.ladder.entry == Entry::Longest && self.ladder.count != Count::Attempt;
        let stored = self.with_ties(Ties::Sequence);
        by_time
            && self.has_converted(chain)
            && !stored
                .all_chains()
                .iter()
                .any(|other| stored.has_converted(other) && (is_longest || other[0] == chain[0]))
    }
}
