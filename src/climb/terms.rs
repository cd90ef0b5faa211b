//! A ladder in the matcher's terms: rungs, gaps and the window, as integers.
//!
//! A *rung* is a required step; rung 0 is the entry, the last rung is the macro conversion. The
//! steps between a rung and the next one are its *gap*: they are looked for, but never waited for.
//! What the matcher does not know yet is refused here, by name, so that no policy is quietly ignored.

use crate::error::Error;
use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Count, Entry, Ladder, Order, Presence, Start, Step, Ties, Window};
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
    /// The steps of all later rungs.
    pub(super) later: StepSet,
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
    /// The longest time from the entry to any other event of the attempt, inclusive.
    window: Option<Span>,
}

impl Terms {
    /// Reads a ladder; fails, naming every key at fault, where the matcher cannot follow it.
    pub(super) fn new(ladder: &Ladder) -> Result<Terms, Error> {
        let mut refusals = refusals(ladder).into_iter();
        if let Some(first) = refusals.next() {
            return Err(refusals.fold(Error::new(first), Error::note));
        }
        let positions: Vec<usize> = ladder.required().collect();
        let required = set_of(positions.iter().copied());
        let rungs = positions.iter().enumerate().map(|(rung, &step)| {
            let next = positions.get(rung + 1).copied().unwrap_or(step);
            let later = set_of(positions.iter().copied().skip(rung + 1));
            Rung { step, gap: set_of(step + 1..next), later }
        });
        let implied = ladder.steps.iter().enumerate();
        let implied = implied.filter(|(_, step)| step.presence == Presence::Implied);
        Ok(Terms {
            rungs: rungs.collect(),
            steps: set_of(0..ladder.steps.len()),
            required,
            implied: set_of(implied.map(|(step, _)| step)),
            window: span_from_entry(ladder.window),
        })
    }

    /// The step with which every attempt begins.
    pub(super) fn entry_step(&self) -> usize {
        self.rungs.first().map_or(0, |rung| rung.step)
    }

    /// The number of the last rung.
    pub(super) fn last_rung(&self) -> usize {
        self.rungs.len() - 1
    }

    /// When the window of an attempt ends; the moment itself is still inside.
    pub(super) fn window_end(&self, entry: Instant) -> Option<Instant> {
        self.window.map(|span| entry.plus(span))
    }

    /// The last moment at which an event may belong to an attempt.
    pub(super) fn limit(&self, entry: Instant) -> Instant {
        self.window_end(entry).unwrap_or(Instant::MAX)
    }

    /// Whether a touch fits two rungs or more, of which it may serve only one.
    pub(super) fn is_contested(&self, touch: &Touch) -> bool {
        touch.steps.common(self.required).count() > 1
    }

    /// Whether two touches may change places in any chain: nothing that matters tells them apart.
    pub(super) fn are_twins(&self, one: &Touch, other: &Touch) -> bool {
        one.at == other.at
            && one.precision == other.precision
            && one.steps.common(self.required) == other.steps.common(self.required)
    }

    /// The implied steps that stand below a step that was reached.
    pub(super) fn proven_by(&self, furthest: usize) -> StepSet {
        self.implied.common(StepSet(StepSet::only(furthest).0 - 1))
    }

    /// The furthest step, not an optional one, of an attempt that ends at `rung` and saw `seen` after it.
    pub(super) fn furthest(&self, rung: usize, seen: StepSet) -> usize {
        seen.common(self.implied).positions().last().unwrap_or(0).max(self.rungs[rung].step)
    }
}

/// A set of positions.
fn set_of(positions: impl Iterator<Item = usize>) -> StepSet {
    positions.fold(StepSet::EMPTY, |set, step| set.with(StepSet::only(step)))
}

/// The window as one span; the two that are none have been refused.
fn span_from_entry(window: Window) -> Option<Span> {
    match window {
        Window::FromEntry(span) => Some(span),
        Window::None | Window::Session | Window::Each(_) => None,
    }
}

/// Everything in the ladder that the matcher does not know yet or cannot know, in words.
fn refusals(ladder: &Ladder) -> Vec<String> {
    let mut refusals: Vec<String> =
        unknown_policies(ladder).map(|policy| format!("{policy} is not supported yet")).collect();
    refusals.extend(unsound_steps(&ladder.steps));
    refusals
}

/// The keys with values that the matcher does not know yet, as a ladder file writes them.
fn unknown_policies(ladder: &Ladder) -> impl Iterator<Item = &'static str> {
    let step = |has: fn(&Step) -> bool| ladder.steps.iter().any(has);
    [
        match ladder.count {
            Count::Customer | Count::Session => None,
            Count::Attempt => Some("count = \"attempt\""),
        },
        match ladder.order {
            Order::Loose => None,
            Order::Adjacent => Some("order = \"adjacent\""),
            Order::Any => Some("order = \"any\""),
        },
        match ladder.window {
            Window::FromEntry(_) | Window::None => None,
            Window::Session => Some("window = \"session\""),
            Window::Each(_) => Some("window = { each = … }"),
        },
        match ladder.entry {
            Entry::Longest => None,
            Entry::First => Some("entry = \"first\""),
            Entry::Every => Some("entry = \"every\""),
        },
        match ladder.start {
            Start::Earliest => None,
            Start::Latest => Some("start = \"latest\""),
        },
        match ladder.ties {
            Ties::Forgiving => None,
            Ties::Sequence => Some("ties = \"sequence\""),
            Ties::Strict => Some("ties = \"strict\""),
            Ties::Tolerance(_) => Some("ties with a tolerance"),
        },
        ladder.ignore.is_some().then_some("ignore"),
        step(|step| step.within.is_some()).then_some("within"),
        (!ladder.exclusions.is_empty()).then_some("[[exclude]]"),
        ladder.hold.is_some().then_some("[hold]"),
        ladder.open.then_some("matching journeys with an open ladder"),
    ]
    .into_iter()
    .flatten()
}

/// What keeps the steps from being a ladder at all.
fn unsound_steps(steps: &[Step]) -> Option<String> {
    let ends = [steps.first(), steps.last()];
    let sound = |step: &Step| step.presence == Presence::Required;
    if !(2..=STEPS).contains(&steps.len()) {
        Some(format!("a ladder has 2 to {STEPS} steps, not {}", steps.len()))
    } else if !ends.into_iter().flatten().all(sound) {
        Some("presence: the first and the last step of a ladder must be required".to_owned())
    } else {
        None
    }
}
