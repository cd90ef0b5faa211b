//! A ladder in the matcher's terms: rungs, gaps, bans and the policies, as integers.
//!
//! A *rung* is a required step; rung 0 is the entry, the last rung is the macro conversion. The
//! steps between a rung and the next one are its *gap*: they are looked for, but never waited for.
//! A *ban* is an exclusion between two rungs. What cannot be followed is refused by `sound`.

use super::sound::refusals;
use crate::error::Error;
use crate::event::{StepSet, Touch, mark};
use crate::ladder::definition::{
    Between, Count, Ends, Entry, Exclusion, Halt, Ladder, Linkage, Order, Presence, Reuse, Start,
    Ties, Times, Window,
};
use crate::ladder::session_rule::SessionRule;
use crate::time::{Instant, Span};

/// The most steps that a ladder has.
pub(super) const STEPS: usize = 32;

/// A required step.
#[derive(Clone, Debug)]
pub(super) struct Rung {
    /// Its position in the ladder.
    pub(super) step: usize,
    /// The steps between this rung and the next.
    pub(super) gap: StepSet,
    /// The steps whose events do not part this rung from the next one in an adjacent chain.
    pub(super) neutral: StepSet,
    /// The steps of all later rungs.
    pub(super) later: StepSet,
    /// The longest time since the event of the rung below.
    pub(super) reach: Option<Span>,
    /// Whether a later event may lead further than an earlier one: something above is measured from it.
    pub(super) restless: bool,
}

/// An exclusion: what must not happen after one rung and before another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ban {
    /// Its bit in the touches.
    pub(super) bit: u8,
    /// The rung after which it counts, or in whose gap `step` lies.
    pub(super) after: usize,
    /// The step of the gap with whose first sighting it begins.
    pub(super) step: Option<usize>,
    /// The rung before which it counts.
    pub(super) before: usize,
    /// What it ends.
    pub(super) ends: Ends,
}

/// The part of a ladder that decides how far a journey got.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// At least two.
    pub(super) rungs: Vec<Rung>,
    /// All steps.
    pub(super) steps: StepSet,
    /// The steps of all rungs.
    pub(super) required: StepSet,
    /// The steps that a later step proves.
    pub(super) implied: StepSet,
    /// The steps that are not optional.
    pub(super) binding: StepSet,
    /// The exclusions.
    pub(super) bans: Vec<Ban>,
    /// The longest time from the entry to any other event of the attempt, inclusive.
    window: Option<Span>,
    /// The longest time between neighbours of the chain, inclusive.
    each: Option<Span>,
    /// Whether an attempt stays inside one session.
    pub(super) by_session: bool,
    /// When a session ends.
    pub(super) sessions: SessionRule,
    /// Whether all events of a chain share one value.
    pub(super) holds: bool,
    pub(super) order: Order,
    pub(super) ties: Ties,
    pub(super) reuse: Reuse,
    pub(super) entry: Entry,
    pub(super) start: Start,
    pub(super) halt: Halt,
    pub(super) linkage: Linkage,
    pub(super) times: Times,
    /// No attempt begins at this moment or after it.
    pub(super) begins_before: Instant,
}

impl Terms {
    /// Reads a ladder; fails, naming every key at fault, where the matcher cannot follow it.
    pub(super) fn new(ladder: &Ladder) -> Result<Terms, Error> {
        let mut refusals = refusals(ladder).into_iter();
        if let Some(first) = refusals.next() {
            return Err(refusals.fold(Error::new(first), Error::note));
        }
        let positions: Vec<usize> = ladder.required().collect();
        let bans = ladder.exclusions.iter().enumerate();
        let bans = bans.map(|(at, ban)| Ban::new(at, ban, &positions));
        let bans: Vec<Ban> = match ladder.order {
            Order::Loose | Order::Adjacent => bans.collect(),
            Order::Any => bans.map(|ban| ban.everywhere(positions.len() - 1)).collect(),
        };
        let of = |presence| {
            let steps = ladder.steps.iter().enumerate();
            set_of(steps.filter(|(_, step)| step.presence == presence).map(|(at, _)| at))
        };
        let (required, implied) = (set_of(positions.iter().copied()), of(Presence::Implied));
        let each = each(ladder.window);
        let counts_attempts = ladder.count == Count::Attempt;
        let terms = Terms {
            rungs: rungs(ladder, &positions, &bans),
            steps: set_of(0..ladder.steps.len()),
            required,
            implied,
            binding: required.with(implied),
            bans,
            window: span_from_entry(ladder.window),
            each,
            by_session: ladder.window == Window::Session,
            sessions: ladder.sessions,
            holds: ladder.hold.is_some(),
            order: ladder.order,
            ties: ladder.ties,
            reuse: ladder.reuse,
            entry: if counts_attempts { Entry::Every } else { ladder.entry },
            start: ladder.start,
            halt: ladder.halt,
            linkage: ladder.linkage,
            times: ladder.times,
            begins_before: Instant::MAX,
        };
        Ok(match ladder.linkage {
            Linkage::Chain => terms,
            Linkage::Apart => terms.apart(),
        })
    }

    /// The same where steps count apart: what ties the events of a chain together means nothing.
    fn apart(self) -> Terms {
        Terms {
            bans: Vec::new(),
            each: None,
            by_session: false,
            holds: false,
            entry: Entry::First,
            times: Times::None,
            ..self
        }
    }

    /// The step with which every chain begins.
    pub(super) fn entry_step(&self) -> usize {
        self.rungs.first().map_or(0, |rung| rung.step)
    }

    /// The steps with any of which an attempt begins.
    pub(super) fn entry_steps(&self) -> StepSet {
        match (self.linkage, self.order) {
            (Linkage::Apart, _) => self.steps,
            (Linkage::Chain, Order::Any) => self.required,
            (Linkage::Chain, Order::Loose | Order::Adjacent) => StepSet::only(self.entry_step()),
        }
    }

    /// Whether an attempt can begin with a touch.
    pub(super) fn is_entry(&self, touch: &Touch) -> bool {
        !touch.steps.common(self.entry_steps()).is_empty() && touch.at < self.begins_before
    }

    /// The number of the last rung.
    pub(super) fn last_rung(&self) -> usize {
        self.rungs.len() - 1
    }

    /// The first moment at which a touch is surely over. With a tolerance, every event is at least as
    /// long as that: two events closer than it overlap.
    pub(super) fn end(&self, touch: &Touch) -> Instant {
        touch.at.plus(self.unit(touch))
    }

    /// How long a touch may have taken.
    pub(super) fn unit(&self, touch: &Touch) -> Span {
        match self.ties {
            Ties::Tolerance(span) => touch.precision.unit().max(span),
            Ties::Forgiving | Ties::Sequence | Ties::Strict => touch.precision.unit(),
        }
    }

    /// The last moment inside the window that an entry opens, as far as the entry alone decides it.
    pub(super) fn limit(&self, entry: Instant) -> Instant {
        self.window.map_or(Instant::MAX, |span| entry.plus(span))
    }

    /// The last moment inside the window that is measured from the latest event of a chain.
    pub(super) fn limit_after(&self, event: Instant) -> Instant {
        self.each.map_or(Instant::MAX, |span| event.plus(span))
    }

    /// The latest moment at which a rung may be reached from an event of the rung below.
    pub(super) fn reach(&self, rung: usize, below: Instant) -> Instant {
        let span = self.rungs.get(rung).and_then(|rung| rung.reach);
        span.map_or(Instant::MAX, |span| below.plus(span)).min(self.limit_after(below))
    }

    /// Whether a touch fits two rungs or more, of which it may serve only one.
    pub(super) fn is_contested(&self, touch: &Touch) -> bool {
        self.reuse == Reuse::Never && touch.steps.common(self.required).count() > 1
    }

    /// Whether two touches may change places in any chain: nothing that matters tells them apart.
    pub(super) fn are_twins(&self, one: &Touch, other: &Touch) -> bool {
        self.ties != Ties::Sequence
            && one.at == other.at
            && one.precision == other.precision
            && one.steps.common(self.required) == other.steps.common(self.required)
            && (!self.holds || one.held == other.held)
            && one.exclusions == other.exclusions
    }

    /// The implied steps that stand below a step that was reached.
    pub(super) fn proven_by(&self, furthest: usize) -> StepSet {
        self.implied.common(StepSet(StepSet::only(furthest).0 - 1))
    }

    /// The furthest step, not an optional one, of an attempt that ends at `rung` and saw `seen`.
    pub(super) fn furthest(&self, rung: usize, seen: StepSet) -> usize {
        seen.common(self.implied).positions().last().unwrap_or(0).max(self.rungs[rung].step)
    }

    /// Whether something is measured from one event of a chain to the next.
    pub(super) fn is_measured_between_steps(&self) -> bool {
        self.each.is_some() || self.rungs.iter().any(|rung| rung.reach.is_some())
    }

    /// The steps of which events are looked for behind an entry.
    pub(super) fn sought(&self) -> StepSet {
        match (self.linkage, self.order) {
            (Linkage::Chain, Order::Loose | Order::Adjacent) => {
                self.steps.without(StepSet::only(self.entry_step()))
            }
            (Linkage::Apart, _) | (Linkage::Chain, Order::Any) => self.steps,
        }
    }

    /// The bits of all exclusions.
    pub(super) fn forbidden(&self) -> u8 {
        self.bans.iter().fold(0, |bits, ban| bits | ban.bit)
    }

    /// Whether every entry counts and nothing is asked of a chain but the order of its events and a window
    /// from the entry, as far as no exclusion occurs.
    pub(super) fn is_loose(&self) -> bool {
        self.order == Order::Loose
            && self.entry == Entry::Longest
            && self.begins_before == Instant::MAX
            && !self.holds
            && self.rungs.iter().all(|rung| rung.reach.is_none())
            && self.each.is_none()
    }
}

impl Ban {
    /// An exclusion in terms of rungs. A step that is not required begins a ban with its first
    /// sighting; one that ends it stands for the next required step, the first that must wait for it.
    fn new(number: usize, exclusion: &Exclusion, rungs: &[usize]) -> Ban {
        let after = rungs.iter().rposition(|&step| step <= exclusion.after).unwrap_or_default();
        let before = rungs.iter().position(|&step| step >= exclusion.before);
        Ban {
            bit: 1_u8.checked_shl(u32::try_from(number).unwrap_or(u32::MAX)).unwrap_or_default(),
            after,
            step: (rungs[after] != exclusion.after).then_some(exclusion.after),
            before: before.unwrap_or(rungs.len() - 1),
            ends: exclusion.ends,
        }
    }

    /// The same from the entry to the last rung: in any order no step stands before another.
    fn everywhere(self, last: usize) -> Ban {
        Ban { after: 0, step: None, before: last, ..self }
    }
}

/// The rungs of a ladder whose required steps stand at `positions`.
fn rungs(ladder: &Ladder, positions: &[usize], bans: &[Ban]) -> Vec<Rung> {
    let reach = |rung: usize| positions.get(rung).and_then(|&step| ladder.steps[step].within);
    let is_measured = ladder.order == Order::Adjacent || each(ladder.window).is_some();
    let rung = |(rung, &step): (usize, &usize)| {
        let next = positions.get(rung + 1).copied();
        let gap = set_of(step + 1..next.unwrap_or(step));
        Rung {
            step,
            gap,
            neutral: match ladder.between {
                Between::Nothing => gap,
                Between::Repeats => gap.with(StepSet::only(step)),
            },
            later: set_of(positions.iter().copied().skip(rung + 1)),
            reach: reach(rung).filter(|_| rung > 0),
            restless: next.is_some()
                && (is_measured
                    || reach(rung + 1).is_some()
                    || bans.iter().any(|ban| ban.after == rung && rung > 0)),
        }
    };
    positions.iter().enumerate().map(rung).collect()
}

/// Whether an event between two neighbours of an adjacent chain does not part them: optional and
/// implied steps never block one, and a further touch of a row is no event of its own.
pub(super) fn is_neutral(touch: &Touch, neutral: StepSet) -> bool {
    touch.is(mark::FURTHER) || !touch.steps.common(neutral).is_empty()
}

/// A set of positions.
fn set_of(positions: impl Iterator<Item = usize>) -> StepSet {
    positions.fold(StepSet::EMPTY, |set, step| set.with(StepSet::only(step)))
}

/// The window as one span from the entry.
fn span_from_entry(window: Window) -> Option<Span> {
    match window {
        Window::FromEntry(span) => Some(span),
        Window::None | Window::Session | Window::Each(_) => None,
    }
}

/// The window as a span between neighbours.
fn each(window: Window) -> Option<Span> {
    match window {
        Window::Each(span) => Some(span),
        Window::None | Window::Session | Window::FromEntry(_) => None,
    }
}
