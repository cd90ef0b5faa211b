//! One ladder's way through a customer's touches: what it does not look at, the period it counts, and
//! how the customer's touches are cut into journeys before `climb` judges them.

use crate::climb::{Climber, Verdict};
use crate::error::Result;
use crate::event::{StepSet, Touch, mark};
use crate::journey;
use crate::ladder::definition::{Count, Ladder, Linkage, Order, Range};
use crate::ladder::session_rule::SessionRule;
use crate::names::Names;
use crate::time::Instant;

/// The entries that count: from `since` until before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) since: Instant,
    pub(super) until: Instant,
}

impl Default for Period {
    fn default() -> Period {
        Period::ALWAYS
    }
}

impl Period {
    /// From the first moment of one thing the user wrote until behind the last of another.
    pub(super) fn between(
        since: Option<(Instant, Instant)>,
        until: Option<(Instant, Instant)>,
    ) -> Period {
        Period {
            since: since.map_or(Period::ALWAYS.since, |(from, _)| from),
            until: until.map_or(Period::ALWAYS.until, |(_, to)| to),
        }
    }

    /// All of time.
    pub(super) const ALWAYS: Period = Period { since: Instant::MIN, until: Instant::MAX };

    /// Whether a moment lies in the period.
    pub(super) fn has(self, at: Instant) -> bool {
        self.since <= at && at < self.until
    }
}

/// A ladder that is ready to judge customers.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// Nobody climbs an open ladder: it has only totals.
    climber: Option<Climber>,
    count: Count,
    sessions: SessionRule,
    range: Range,
    /// Whether an attempt may begin with any step.
    begins_anywhere: bool,
    period: Period,
    seen_until: Instant,
    /// By the number of a name: whether the ladder does not look at it.
    ignored: Vec<bool>,
    looked_at: Vec<Touch>,
    verdicts: Vec<Verdict>,
}

impl Track {
    pub(super) fn new(
        ladder: &Ladder,
        names: &Names,
        period: Period,
        seen_until: Instant,
    ) -> Result<Track> {
        let is_ignored =
            |name: &str| ladder.ignore.as_ref().is_some_and(|ignore| ignore.matches(name));
        let begins_anywhere = ladder.order == Order::Any || ladder.linkage == Linkage::Apart;
        let begins_before = if begins_anywhere { period.until } else { Instant::MAX };
        let climber = (!ladder.open).then(|| Climber::new(ladder)).transpose()?;
        Ok(Track {
            climber: climber.map(|climber| climber.beginning_before(begins_before)),
            count: ladder.count,
            sessions: ladder.sessions,
            range: ladder.range,
            begins_anywhere,
            period,
            seen_until,
            ignored: if ladder.ignore.is_some() {
                names.texts().map(is_ignored).collect()
            } else {
                Vec::new()
            },
            looked_at: Vec::new(),
            verdicts: Vec::new(),
        })
    }

    /// Judges all journeys of a customer; `each` is told every verdict with the journey it is on.
    pub(super) fn judge(&mut self, kept: &[Touch], mut each: impl FnMut(&Verdict, &[Touch])) {
        match self.count {
            Count::Customer | Count::Attempt => self.judge_looked_at(kept, &mut each),
            Count::Session => {
                // What the ladder does not look at keeps a session going all the same.
                for session in journey::sessions(kept, self.sessions) {
                    self.judge_looked_at(&session, &mut each);
                }
            }
        }
    }

    /// Judges what the ladder sees of a journey.
    fn judge_looked_at(&mut self, touches: &[Touch], each: &mut impl FnMut(&Verdict, &[Touch])) {
        if self.looks_at_everything() {
            return self.journey(touches, each);
        }
        let mut looked_at = std::mem::take(&mut self.looked_at);
        looked_at.clear();
        looked_at.extend(touches.iter().filter_map(|touch| self.look_at(touch)));
        self.journey(&looked_at, each);
        self.looked_at = looked_at;
    }

    /// When a log saw a customer first, if what it saw is a step with which no attempt can begin: then they may have
    /// entered before the data begins.
    pub(super) fn begins_beyond(&self, kept: &[Touch]) -> Option<Instant> {
        let climber = self.climber.as_ref()?;
        let counts = |touch: &&Touch| {
            touch.aside == 0
                && touch.is(mark::LOG)
                && climber.is_step(touch)
                && !self.is_ignored(touch)
        };
        let first = kept.iter().find(counts)?;
        let may_enter = !first.steps.common(climber.entry_steps()).is_empty();
        (!may_enter && self.period.has(first.at)).then_some(first.at)
    }

    fn is_ignored(&self, touch: &Touch) -> bool {
        self.ignored.get(touch.name as usize).copied().unwrap_or(false)
    }

    /// Whether the ladder sees every touch as it is.
    fn looks_at_everything(&self) -> bool {
        self.ignored.is_empty() && self.period == Period::ALWAYS
    }

    /// The touch as the ladder sees it: outside the period it is no entry (or nothing at all). Where any step may begin
    /// an attempt, no touch before the period is a step, and one behind it may go on with an attempt that has begun.
    pub(super) fn look_at(&self, touch: &Touch) -> Option<Touch> {
        let outside = !self.period.has(touch.at);
        if self.is_ignored(touch) || outside && self.range == Range::Events {
            return None;
        }
        let mut touch = *touch;
        if outside {
            let entry = match (self.begins_anywhere, touch.at < self.period.since) {
                (false, _) => StepSet::only(0),
                (true, true) => touch.steps,
                (true, false) => StepSet::EMPTY,
            };
            touch.steps = touch.steps.without(entry);
        }
        Some(touch)
    }

    fn journey(&mut self, journey: &[Touch], each: &mut impl FnMut(&Verdict, &[Touch])) {
        let Some(climber) = &mut self.climber else { return };
        self.verdicts.clear();
        climber.judge_all(journey, self.seen_until, &mut self.verdicts);
        self.verdicts.iter().for_each(|verdict| each(verdict, journey));
    }
}
