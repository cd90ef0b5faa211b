//! Why a journey stopped where it did: the policy that kept the first missing step from being reached.
//!
//! The chosen chain is held against every event of the missing step, one policy after the other; the
//! policy that leaves none of them is the reason, and the event that came closest to passing tells by
//! how much. The bounds are those of the search (`room`), so the reason is never another rule's. Where
//! touches are known that had the step's name but failed its conditions, they are a reason too.

use super::Climber;
use super::halt::halt;
use super::index::Event;
use super::level::Climb;
use super::room::Room;
use super::search::Search;
use super::verdict::{Outcome, Verdict};
use crate::event::{StepSet, Touch, mark};
use crate::journey::Sessionizer;
use crate::ladder::definition::{Halt, Linkage, Order, Reuse};
use crate::time::{Instant, Span};

/// Why a step was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No event of the journey fits the step.
    Never,
    /// Events fit, but only before the step that they would have to follow.
    Before,
    /// The first event that fits came after the window had closed.
    Window,
    /// It came longer after the previous step than the step allows.
    Within,
    /// An exclusion had ended the attempt; without a step, the whole journey.
    Excluded,
    /// The events that fit do not share the value that is held constant.
    Held,
    /// Events have the step's name, but fail its conditions.
    Filtered,
    /// Another event lies between.
    Adjacent,
    /// Every event that fits has been chosen for another step.
    Taken,
    /// The rules look at nothing after an earlier event, or count another attempt.
    Unread,
}

impl Why {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Why::Never => "never",
            Why::Before => "before",
            Why::Window => "window",
            Why::Within => "within",
            Why::Excluded => "excluded",
            Why::Held => "held",
            Why::Filtered => "filtered",
            Why::Adjacent => "adjacent",
            Why::Taken => "taken",
            Why::Unread => "unread",
        }
    }
}

/// Where and why a journey stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The position of the first required step that was not reached.
    pub step: usize,
    /// The reason.
    pub why: Why,
    /// The position of the touch that shows it: the event that came too late or too early, or was of
    /// another value; the exclusion; the event between.
    pub touch: Option<usize>,
    /// By how much: after the window closed (`Window`), after the step's own limit (`Within`), before the
    /// event that it would have to follow (`Before`). Microseconds, not negative.
    pub by: Option<Span>,
}

impl Climber {
    /// Why a journey stopped: `verdict` is what [`Climber::judge`] said of it, or one of the verdicts of
    /// [`Climber::judge_all`]. `named` holds for each touch the steps whose name it has, whether or not it
    /// meets their conditions; it may be empty. `None` if the journey converted.
    pub fn explain(
        &mut self,
        journey: &[Touch],
        verdict: Option<&Verdict>,
        named: &[StepSet],
    ) -> Option<Stop> {
        let Some(verdict) = verdict else { return Some(self.explain_absence(journey, named)) };
        if verdict.outcome == Outcome::Converted {
            return None;
        }
        let whole = journey;
        let journey = self.read_part(whole, verdict.entry);
        self.index.fill(&self.terms, &journey);
        let search =
            Search::new(&self.terms, &self.index, &journey, &mut self.scratch, verdict.entry);
        let chosen: Vec<usize> = verdict.chain.links().map(|link| link.1).collect();
        Some(Question { search, whole, named, chosen: &chosen }.answer())
    }

    /// Why a journey has no verdict: it was never entered, or an exclusion took it out.
    fn explain_absence(&self, journey: &[Touch], named: &[StepSet]) -> Stop {
        let step = self.terms.entry_step();
        if let Some(entry) = journey.iter().position(|touch| self.terms.is_entry(touch)) {
            let mut later = journey.iter().enumerate().skip(entry);
            let touch = later.find(|(_, touch)| touch.exclusions != 0).map(|(at, _)| at);
            return Stop { step, why: Why::Excluded, touch, by: None };
        }
        let touch = named.iter().position(|steps| steps.has(step));
        let why = if touch.is_some() { Why::Filtered } else { Why::Never };
        Stop { step, why, touch, by: None }
    }

    /// The journey as the rules read it from an entry on: what is in another session, or after the event
    /// that halts, is there but fits nothing.
    fn read_part(&self, journey: &[Touch], entry: usize) -> Vec<Touch> {
        let mut part = journey.to_vec();
        if self.terms.by_session {
            let mut sessionizer = Sessionizer::new(self.terms.sessions);
            let sessions: Vec<usize> =
                journey.iter().map(|touch| sessionizer.session_of(touch)).collect();
            let others = part.iter_mut().zip(&sessions);
            others.filter(|(_, session)| **session != sessions[entry]).for_each(|(touch, _)| {
                touch.steps = StepSet::EMPTY;
                touch.exclusions = 0;
                touch.marks |= mark::FURTHER;
            });
        }
        if self.terms.halt != Halt::default() {
            halt(&self.terms, &mut part);
        }
        part
    }
}

/// What is asked: why the chosen touches have no successor.
struct Question<'q> {
    search: Search<'q>,
    /// The journey with all sessions and to its end.
    whole: &'q [Touch],
    named: &'q [StepSet],
    chosen: &'q [usize],
}

impl Question<'_> {
    fn answer(mut self) -> Stop {
        let rungs = &self.search.terms.rungs;
        let is_chain = self.search.terms.linkage == Linkage::Chain;
        if is_chain && self.search.terms.order != Order::Any {
            let next = self.chosen.len().min(rungs.len() - 1);
            return self.why(next, self.chosen.len().saturating_sub(1));
        }
        let is_missing = |rung: &usize| {
            let step = rungs[*rung].step;
            !self.chosen.iter().any(|&touch| self.whole[touch].steps.has(step))
        };
        let missing = (0..rungs.len()).find(is_missing).unwrap_or(rungs.len() - 1);
        self.chosen = self.chosen.get(..1).unwrap_or_default();
        self.why(missing, 0)
    }

    /// Why no event serves a rung after the last chosen touch, at `rung`.
    fn why(&mut self, next: usize, rung: usize) -> Stop {
        let step = self.search.terms.rungs[next].step;
        let stop = |why, touch: Option<&Event>, by| Stop {
            step,
            why,
            touch: touch.map(|event| event.touch),
            by,
        };
        let climb = self.climb();
        let all = self.events(step, self.whole);
        let Some(last) = all.last() else { return self.without_events(step, &climb) };
        let again = self.search.terms.reuse == Reuse::TwoSteps;
        let fits: Vec<Event> =
            all.iter().copied().filter(|e| again || !self.chosen.contains(&e.touch)).collect();
        if fits.is_empty() {
            return stop(Why::Taken, Some(last), None);
        }
        let late: Vec<Event> = fits.iter().copied().filter(|e| self.follows(&climb, e)).collect();
        let Some(first) = late.first() else {
            if let Some(filtered) = self.filtered(step, &climb) {
                return filtered;
            }
            let latest = fits.last();
            let by = latest.map(|latest| climb.event.at.since(latest.at).max(Span(0)));
            return stop(Why::Before, latest, by);
        };
        let held = late.iter().copied().filter(|event| self.shares_value(event));
        let held: Vec<Event> = held.collect();
        let Some(first_held) = held.first() else { return stop(Why::Held, Some(first), None) };
        let window = self.search.window_after(&climb);
        if !window.admits(first_held) {
            let by = Some(first_held.at.since(window.until));
            return stop(Why::Window, Some(first_held), by);
        }
        let read = held.iter().copied().find(|event| self.is_read(event, step));
        let Some(read) = read else { return self.unread(step, first_held) };
        self.bounded(&stop, (&climb, rung), &read)
    }

    /// Which of the bounds after the last chosen event an event is beyond.
    fn bounded(
        &self,
        stop: &impl Fn(Why, Option<&Event>, Option<Span>) -> Stop,
        (climb, rung): (&Climb, usize),
        event: &Event,
    ) -> Stop {
        let terms = self.search.terms;
        let bar = self.search.first_bar(climb, rung).filter(|bar| !bar.room.admits(event));
        if let Some(bar) = bar {
            return Stop { touch: Some(bar.touch), ..stop(Why::Excluded, None, None) };
        }
        let reach = terms.reach(rung + 1, climb.event.at);
        if terms.order != Order::Any && !Room::until(reach).admits(event) {
            return stop(Why::Within, Some(event), Some(event.at.since(reach)));
        }
        let room = self.search.room(climb, rung, Room::until(Instant::MAX));
        if terms.order == Order::Adjacent && !room.admits(event) {
            let between = self.search.first_foreign(&climb.event, rung);
            return Stop { touch: between, ..stop(Why::Adjacent, None, None) };
        }
        stop(Why::Unread, Some(event), None)
    }

    /// The chosen chain as the search holds it.
    fn climb(&mut self) -> Climb {
        let Search { terms, journey, .. } = self.search;
        self.search.scratch.climbs.clear();
        let mut climb = Climb::at(self.search.entry);
        for (number, &touch) in self.chosen.iter().enumerate() {
            // A chosen touch stands in what was read; the whole journey is as good where it does not.
            let event = journey.get(touch).unwrap_or(&self.whole[touch]);
            climb = Climb {
                before: number.checked_sub(1),
                ..Climb::at(Event::of(terms, touch, event))
            };
            self.search.scratch.climbs.push(climb);
        }
        climb
    }

    fn events(&self, step: usize, journey: &[Touch]) -> Vec<Event> {
        let fits = journey.iter().enumerate().filter(|(_, touch)| touch.steps.has(step));
        fits.map(|(at, touch)| Event::of(self.search.terms, at, touch)).collect()
    }

    /// Whether an event comes after the last chosen one: in any order, after the entry.
    fn follows(&self, climb: &Climb, event: &Event) -> bool {
        match self.search.terms.order {
            Order::Any => event.touch > climb.event.touch,
            Order::Loose | Order::Adjacent => {
                self.search.onward(&climb.event, Instant::MIN).admits(event)
            }
        }
    }

    fn shares_value(&self, event: &Event) -> bool {
        !self.search.terms.holds || !event.held.is_none() && event.held == self.search.entry.held
    }

    fn is_read(&self, event: &Event, step: usize) -> bool {
        self.search.journey.get(event.touch).is_some_and(|touch| touch.steps.has(step))
    }

    /// An event lies where it should, but is not read: in another session, or after what halted.
    fn unread(&self, step: usize, event: &Event) -> Stop {
        let why = if self.search.terms.by_session { Why::Window } else { Why::Unread };
        let part = self.search.journey.iter().rev();
        let last = part.clone().find(|touch| !touch.is(mark::FURTHER)).map(|touch| touch.at);
        let by = last.filter(|_| why == Why::Window).map(|last| event.at.since(last).max(Span(0)));
        Stop { step, why, touch: Some(event.touch), by }
    }

    fn without_events(&self, step: usize, climb: &Climb) -> Stop {
        self.filtered(step, climb).unwrap_or(Stop { step, why: Why::Never, touch: None, by: None })
    }

    /// A touch not before the last chosen one that has the step's name but not its properties; else any.
    fn filtered(&self, step: usize, climb: &Climb) -> Option<Stop> {
        let fails = |at: &usize| {
            self.named.get(*at).is_some_and(|steps| steps.has(step))
                && !self.whole[*at].steps.has(step)
        };
        let start = climb.event.touch;
        let later = (start..self.whole.len()).find(fails);
        let touch = later.or_else(|| (0..self.whole.len()).find(fails));
        let has_events = self.whole.iter().any(|touch| touch.steps.has(step));
        let touch = if has_events { later } else { touch };
        touch.map(|touch| Stop { step, why: Why::Filtered, touch: Some(touch), by: None })
    }
}
