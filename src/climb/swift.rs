//! The best attempt of a plain journey: found in a pass or two, without an index.
//!
//! Plain means of the ladder that steps come in order with anything between, the longest attempt counts,
//! nothing is measured but a window from the entry, nothing is held, and events of one instant may be taken in
//! the order that helps; and of the journey that all times are exact and no exclusion occurs. Then one
//! touch either follows another for sure or is of its instant, and what can follow an event can follow
//! an earlier one. What comes out is what `search` finds, the tests hold them against each other:
//!
//! * *Rung and finish* (rules 1, 2, 5): for each rung the latest entry from which it can be reached by now
//!   is kept. It leaves the most of the window, so if its window is over, all are. The touches of an instant
//!   serve together, rung after rung. Where one that fits several rungs may serve only one of them, it must
//!   stand alone in its instant and the rungs are served from the last to the first, so that it never follows
//!   itself. The first moment at which the highest rung is reached is the finish.
//! * *Entry* (rule 6): each entry before that latest one can take its place if its window is not over at
//!   the finish. It cannot get there sooner, or that would be the finish. So the earliest of them is the
//!   entry or, where the latest is best, that one.
//! * *Chain* (rule 7): from the entry, the first event that may follow, and so on. No other choice gets
//!   anywhere sooner.
//! * *What is seen* (rules 3, 4) hangs on these choices where a step of a gap occurs. Two cases are simple.
//!   Where nobody gets beyond the entry, it is all that happens in the entry's window, and the entries are
//!   compared in one pass. Where the conversion follows the entry, the entry that sees most is the
//!   earliest. All others are left to the search.
//!
//! This is quick because most touches are only entries: they cost a look.

use super::attempt::{Choice, Span};
use super::glance::Glance;
use super::terms::{STEPS, Terms};
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Linkage, Order, Reuse, Start, Ties};
use crate::time::Instant;
use std::iter::once;

/// A journey that may be plain.
#[derive(Debug)]
pub(super) struct Swift<'j> {
    pub(super) terms: &'j Terms,
    pub(super) journey: &'j [Touch],
    pub(super) glance: &'j Glance,
    /// The position of the first entry.
    pub(super) first: usize,
}

/// How far attempts get.
#[derive(Clone, Copy, Debug)]
struct Summit {
    /// The highest rung that can be reached.
    rung: usize,
    /// The first moment at which it can be reached.
    finish: Instant,
    /// The latest entry from which it can be reached at that moment.
    latest: Instant,
}

/// The way up, as far as a journey has been read.
#[derive(Debug)]
struct Ascent {
    /// By rung, the latest entry from which it can be reached by now.
    entries: [Instant; STEPS],
    /// How many rungs can be reached by now.
    count: usize,
    summit: Summit,
}

impl Ascent {
    /// Before the first entry.
    fn to(first: Instant) -> Ascent {
        let summit = Summit { rung: 0, finish: first, latest: first };
        Ascent { entries: [first; STEPS], count: 0, summit }
    }

    fn entry(&self, rung: usize) -> Option<Instant> {
        self.entries.get(rung).copied().filter(|_| rung < self.count)
    }

    fn enter(&mut self, at: Instant) {
        self.entries[0] = at;
        self.count = self.count.max(1);
    }

    /// Reaches a rung above one that was reached.
    fn reach(&mut self, rung: usize, entry: Instant, at: Instant) {
        self.entries[rung] = entry;
        if rung == self.count {
            self.count += 1;
            self.summit = Summit { rung, finish: at, latest: entry };
        }
    }
}

/// The touches of one moment.
#[derive(Debug)]
struct Moment {
    at: Instant,
    steps: StepSet,
    /// Whether it is one touch that fits several rungs and may serve only one of them.
    is_contested: bool,
    /// The position behind its last touch.
    end: usize,
}

impl Swift<'_> {
    /// What the best attempt over all entries chooses; `None` if it takes a search to find it.
    pub(super) fn best(&self) -> Option<Choice> {
        if self.is_still() {
            return Some(self.standing(self.first, StepSet::EMPTY));
        }
        if !self.is_plain() {
            return None;
        }
        let summit = self.summit()?;
        let sees_nothing = self.gaps(summit.rung).is_empty();
        let is_next = summit.rung == 1 && summit.rung == self.terms.last_rung();
        if summit.rung == 0 {
            Some(if sees_nothing {
                self.standing(self.first, StepSet::EMPTY)
            } else {
                self.most_seen()
            })
        } else if sees_nothing {
            Some(self.choice(self.entry(&summit), &summit, StepSet::EMPTY))
        } else if is_next && self.terms.start == Start::Earliest {
            let entry = self.entry(&summit);
            Some(self.choice(entry, &summit, self.seen(entry, summit.finish)))
        } else {
            None
        }
    }

    /// Whether nothing happens but entries, under whatever policies of a chain: then the first one stands
    /// for all of them by rule 5.
    fn is_still(&self) -> bool {
        self.terms.linkage == Linkage::Chain
            && self.terms.order != Order::Any
            && self.glance.steps.common(self.terms.sought()).is_empty()
            && self.glance.is_unbarred(self.terms)
    }

    /// Whether ladder and journey are plain.
    fn is_plain(&self) -> bool {
        self.terms.is_loose()
            && self.terms.linkage == Linkage::Chain
            && self.terms.ties == Ties::Forgiving
            && self.glance.is_exact()
            && self.glance.is_unbarred(self.terms)
    }

    /// The steps of the gaps up to that behind a rung, as far as they occur.
    fn gaps(&self, rung: usize) -> StepSet {
        let gaps = self.terms.rungs.iter().take(rung + 1).map(|rung| rung.gap);
        gaps.fold(StepSet::EMPTY, StepSet::with).common(self.glance.steps)
    }

    /// How far attempts get; `None` if that takes a search to tell.
    fn summit(&self) -> Option<Summit> {
        let mut ascent = Ascent::to(self.journey[self.first].at);
        let occurs = |rung: &usize| self.glance.steps.has(self.terms.rungs[*rung].step);
        let top = (1..=self.terms.last_rung()).take_while(occurs).last().unwrap_or_default();
        let steps = self.terms.rungs.iter().skip(1).take(top).map(|rung| StepSet::only(rung.step));
        let wanted = steps.fold(StepSet::EMPTY, StepSet::with);
        let mut place = self.start_of(self.first);
        while ascent.summit.rung < top && place < self.journey.len() {
            let touch = &self.journey[place];
            if !touch.steps.common(wanted).is_empty() {
                let moment = self.moment(place)?;
                self.serve(&moment, &mut ascent);
                place = moment.end;
                continue;
            }
            if self.terms.is_entry(touch) {
                ascent.enter(touch.at);
            }
            place += 1;
        }
        Some(ascent.summit)
    }

    /// The touches of a moment from a position on; `None` if one of them fits several rungs, may serve only
    /// one, and does not stand alone.
    fn moment(&self, start: usize) -> Option<Moment> {
        let at = self.journey[start].at;
        let touches = self.journey.iter().skip(start).take_while(|touch| touch.at == at);
        let nothing = Moment { at, steps: StepSet::EMPTY, is_contested: false, end: start };
        let moment = touches.fold(nothing, |moment, touch| Moment {
            steps: moment.steps.with(touch.steps),
            is_contested: moment.is_contested || self.terms.is_contested(touch),
            end: moment.end + 1,
            ..moment
        });
        let is_alone = moment.end - self.start_of(start) == 1;
        Some(moment).filter(|moment| is_alone || !moment.is_contested)
    }

    /// Lets the touches of a moment serve the rungs that they fit.
    fn serve(&self, moment: &Moment, ascent: &mut Ascent) {
        let fits = |rung: &usize| moment.steps.has(self.terms.rungs[*rung].step);
        let mut serve = |rung: usize| match rung.checked_sub(1) {
            None => ascent.enter(moment.at),
            Some(below) => {
                let entry = ascent.entry(below);
                if let Some(entry) = entry.filter(|entry| moment.at <= self.terms.limit(*entry)) {
                    ascent.reach(rung, entry, moment.at);
                }
            }
        };
        let rungs = 0..self.terms.rungs.len();
        if moment.is_contested {
            rungs.rev().filter(fits).for_each(serve);
        } else {
            rungs.filter(fits).for_each(&mut serve);
        }
    }

    /// The entry of the best attempt that gets to the summit.
    fn entry(&self, summit: &Summit) -> usize {
        let reaches = |entry: &Touch| summit.finish <= self.terms.limit(entry.at);
        if self.terms.start == Start::Earliest && reaches(&self.journey[self.first]) {
            return self.first;
        }
        let start = match self.terms.start {
            Start::Earliest => self.journey.partition_point(|touch| !reaches(touch)),
            Start::Latest => self.journey.partition_point(|touch| touch.at < summit.latest),
        };
        let mut touches = self.journey.iter().enumerate().skip(start.max(self.first));
        touches.find(|(_, touch)| self.terms.is_entry(touch)).map_or(self.first, |entry| entry.0)
    }

    /// The way from an entry to the summit, each event as early as can be.
    fn choice(&self, entry: usize, summit: &Summit, seen: StepSet) -> Choice {
        let rungs = self.terms.rungs.iter().take(summit.rung + 1);
        let mut last = entry;
        let chosen = rungs.clone().skip(1).map(|rung| {
            last = self.next(last, rung.step).unwrap_or(last);
            last
        });
        let limit = self.terms.limit(self.journey[entry].at);
        let limit = limit.min(self.terms.limit_after(summit.finish));
        let closes = limit.min(self.terms.reach(summit.rung + 1, summit.finish));
        let observed = rungs.fold(seen, |steps, rung| steps.with(StepSet::only(rung.step)));
        let span = Span { limit, closes, excluded: None };
        Choice::new(once(entry).chain(chosen), observed, span)
    }

    /// An entry alone.
    fn standing(&self, entry: usize, seen: StepSet) -> Choice {
        let at = self.journey[entry].at;
        self.choice(entry, &Summit { rung: 0, finish: at, latest: at }, seen)
    }

    /// The first touch that can serve a rung's step after the touch at a position.
    fn next(&self, last: usize, step: usize) -> Option<usize> {
        let spent = Some(last).filter(|_| self.terms.reuse == Reuse::Never);
        let fits = |at: &usize| self.journey[*at].steps.has(step) && Some(*at) != spent;
        (self.start_of(last)..self.journey.len()).find(fits)
    }

    /// The position of the first touch of the same moment.
    fn start_of(&self, touch: usize) -> usize {
        let at = self.journey[touch].at;
        let before = self.journey.get(..touch).unwrap_or_default().iter().rev();
        touch - before.take_while(|before| before.at == at).count()
    }

    /// The steps behind the entry that are seen from a touch until a moment.
    fn seen(&self, entry: usize, until: Instant) -> StepSet {
        let touches = self.journey.iter().skip(self.start_of(entry));
        let touches = touches.take_while(|touch| touch.at <= until);
        let steps = touches.fold(StepSet::EMPTY, |steps, touch| steps.with(touch.steps));
        steps.common(self.terms.rungs[0].gap)
    }

    /// The entry that sees most where no attempt gets beyond its entry.
    fn most_seen(&self) -> Choice {
        let limit = self.terms.limit(self.journey[self.first].at);
        let is_whole = self.journey.last().is_some_and(|last| last.at <= limit);
        let (entry, seen) = if !is_whole {
            self.sweep()
        } else if self.first == 0 {
            (0, self.glance.steps.common(self.terms.rungs[0].gap))
        } else {
            (self.first, self.seen(self.first, limit))
        };
        self.standing(entry, seen)
    }

    /// The entry in whose window the furthest step, then the most steps, then the earliest, are seen: from
    /// the last moment to the first.
    fn sweep(&self) -> (usize, StepSet) {
        let gap = self.terms.rungs[0].gap;
        let rank = |seen| (self.terms.furthest(0, seen), seen.count());
        let mut outlook = Outlook { next: [Instant::MAX; STEPS], steps: StepSet::EMPTY };
        let (mut best, mut start) = ((self.first, StepSet::EMPTY), self.journey.len());
        for moment in self.journey.chunk_by(|one, other| one.at == other.at).rev() {
            start -= moment.len();
            let at = moment[0].at;
            let steps = moment.iter().fold(StepSet::EMPTY, |steps, touch| steps.with(touch.steps));
            outlook.add(steps.common(gap), at);
            let entry = moment.iter().position(|touch| self.terms.is_entry(touch));
            let Some(entry) = entry else { continue };
            let seen = outlook.until(self.terms.limit(at));
            if rank(seen) >= rank(best.1) {
                best = (start + entry, seen);
            }
        }
        best
    }
}

/// What is ahead of a moment.
struct Outlook {
    /// By step, when it happens next.
    next: [Instant; STEPS],
    /// The steps that happen at all.
    steps: StepSet,
}

impl Outlook {
    fn add(&mut self, steps: StepSet, at: Instant) {
        self.steps = self.steps.with(steps);
        for step in steps.positions() {
            self.next[step] = at;
        }
    }

    fn until(&self, limit: Instant) -> StepSet {
        let inside = self.steps.positions().filter(|&step| self.next[step] <= limit);
        inside.fold(StepSet::EMPTY, |seen, step| seen.with(StepSet::only(step)))
    }
}
