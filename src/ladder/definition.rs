//! A ladder that is known to be sound: what `draft` makes of a file, a preset or the command line.
//!
//! Policies are enums whose names a reader finds again in the report. This file must not read or match.

use super::predicate::Predicate;
use super::rules::Rules;
use super::session_rule::SessionRule;
use crate::time::Span;

/// What one journey is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// Everything that one customer did.
    #[default]
    Customer,
    /// One session of one browser.
    Session,
    /// One attempt of a customer; several may follow each other.
    Attempt,
}

/// In which order the steps must come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// In the ladder's order, with anything between.
    #[default]
    Loose,
    /// In the ladder's order, with nothing between.
    Adjacent,
    /// In any order.
    Any,
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// From the entry, inclusive.
    FromEntry(Span),
    /// As long as it takes.
    None,
    /// Within the entry's session.
    Session,
    /// Between each two neighbours.
    Each(Span),
}

/// What may lie between two neighbours of an adjacent chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// Nothing.
    #[default]
    Nothing,
    /// Further events of the step of the first of the two.
    Repeats,
}

/// Which attempt of a journey counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// The one that gets furthest.
    #[default]
    Longest,
    /// The one that begins with the first possible entry.
    First,
    /// Each of them.
    Every,
}

/// Which entry is taken among attempts that are otherwise equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The earliest.
    #[default]
    Earliest,
    /// The latest.
    Latest,
}

/// What it means that two events happened at the same instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// They may be taken in the order that helps.
    #[default]
    Forgiving,
    /// They come in stored order.
    Sequence,
    /// Neither is later than the other.
    Strict,
    /// Events closer than this count as one instant.
    Tolerance(Span),
}

/// Whether one event may be chosen for two steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reuse {
    /// Never.
    #[default]
    Never,
    /// An event that fits several steps may be all of them.
    TwoSteps,
}

/// Whether a step needs those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Linkage {
    /// It is reached by a chain from the first step.
    #[default]
    Chain,
    /// It counts by itself, wherever it lies.
    Apart,
}

/// Which times between chosen events are times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// All of them; zero seconds is a time.
    #[default]
    All,
    /// Those above zero.
    AboveZero,
    /// None: the chosen events follow no order.
    None,
}

/// What makes the matcher look at nothing more of a journey, once it has been entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Halt {
    /// An event that fits no step.
    pub foreign: bool,
    /// An event of a step whose predecessor was not reached.
    pub early: bool,
    /// An event of a step, not the first, that was reached before.
    pub repeat: bool,
}

/// What a period (`--since`, `--until`) chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// Entries; the window runs on past its end.
    #[default]
    Entries,
    /// Events: what lies outside is not looked at.
    Events,
}

/// In how many rows of a breakdown by the value at a step a journey counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attribution {
    /// In one: that of the event chosen for the step.
    #[default]
    Once,
    /// In that of each value which the step's events have: the ladder is climbed with these alone.
    EachValue,
}

/// Whether a step must be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// The chain needs it.
    #[default]
    Required,
    /// Nothing depends on it.
    Optional,
    /// A later step proves it.
    Implied,
}

impl Presence {
    /// The word in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Presence::Required => "required",
            Presence::Optional => "optional",
            Presence::Implied => "implied",
        }
    }
}

/// One name in an event pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamePattern {
    /// The name itself.
    Exact(String),
    /// A pattern in which `*` stands for any text and `?` for one letter.
    Glob(String),
}

/// Which events a step, an exclusion or an action means, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPattern {
    /// The names; any of them.
    pub names: Vec<NamePattern>,
    /// Whether all other names are meant.
    pub not: bool,
}

/// A name pattern and the conditions on the row's properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The event's name.
    pub event: EventPattern,
    /// What the properties must be like.
    pub filter: Predicate,
}

/// One step of the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The name in reports.
    pub name: String,
    /// Which rows are this step.
    pub condition: Condition,
    /// Whether it must be seen.
    pub presence: Presence,
    /// The longest time since the previous step of the chain.
    pub within: Option<Span>,
    /// How large the request is, 1 to 10.
    pub ask: Option<u8>,
    /// The lowest acceptable step rate.
    pub target: f64,
}

/// What an exclusion ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    /// The attempt that has it between its two steps.
    #[default]
    Attempt,
    /// The whole journey.
    Journey,
    /// What the attempt has done so far, as if it had never begun; in any order only.
    Progress,
}

/// An event that must not happen between two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// Which rows.
    pub condition: Condition,
    /// The position of the step after which it counts.
    pub after: usize,
    /// The position of the step before which it counts.
    pub before: usize,
    /// What it ends.
    pub ends: Ends,
}

/// A secondary action, measured beside the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The name in reports.
    pub name: String,
    /// Which rows.
    pub condition: Condition,
    /// What it is worth beside the others, if the user says so.
    pub weight: Option<f64>,
}

/// A sound ladder. The first and the last step are never optional; there are 2 to 32 steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    /// The name in reports.
    pub name: String,
    /// What one journey is.
    pub count: Count,
    /// In which order the steps must come.
    pub order: Order,
    /// What may lie between neighbours where nothing else may.
    pub between: Between,
    /// How long an attempt may take.
    pub window: Window,
    /// Which attempt counts.
    pub entry: Entry,
    /// Which entry among equal attempts.
    pub start: Start,
    /// What the same instant means.
    pub ties: Ties,
    /// Whether one event may be chosen for two steps.
    pub reuse: Reuse,
    /// Whether a step needs those before it.
    pub linkage: Linkage,
    /// What ends the search in a journey for good.
    pub halt: Halt,
    /// Which times are times.
    pub times: Times,
    /// What a period chooses.
    pub range: Range,
    /// In how many rows of a breakdown at a step a journey counts.
    pub attribution: Attribution,
    /// When a session ends.
    pub sessions: SessionRule,
    /// Events that are not even looked at.
    pub ignore: Option<EventPattern>,
    /// The steps, from the smallest request to the order.
    pub steps: Vec<Step>,
    /// What must not happen between steps.
    pub exclusions: Vec<Exclusion>,
    /// The property that must stay the same along the chain.
    pub hold: Option<String>,
    /// Secondary actions.
    pub actions: Vec<Action>,
    /// Whether `actions` are the program's own (shown only when they occur) or the user's.
    pub actions_are_default: bool,
    /// Whether later steps may exceed earlier ones (aggregated counts).
    pub open: bool,
    /// The other tool's rules from which its policies come, but for those that were named; `None` for the program's own.
    pub rules: Option<Rules>,
}

impl Ladder {
    /// The position of the macro conversion: the last step.
    pub fn macro_step(&self) -> usize {
        self.steps.len() - 1
    }

    /// The positions of the required steps, in order.
    pub fn required(&self) -> impl Iterator<Item = usize> {
        self.steps
            .iter()
            .enumerate()
            .filter(|(_, s)| s.presence == Presence::Required)
            .map(|(i, _)| i)
    }

    /// For each step, how many earlier steps mean the same rows: the second of two equal steps is the
    /// second time.
    pub fn twins(&self) -> Vec<usize> {
        let steps = self.steps.iter().enumerate();
        steps
            .map(|(i, s)| self.steps[..i].iter().filter(|e| e.condition == s.condition).count())
            .collect()
    }

    /// The position of the step that the rate of `step` is over: the previous one that is not optional.
    pub fn base_of(&self, step: usize) -> Option<usize> {
        (0..step).rev().find(|&i| self.steps[i].presence != Presence::Optional)
    }

    /// The position of the next step that is not optional.
    pub fn next_of(&self, step: usize) -> Option<usize> {
        (step + 1..self.steps.len()).find(|&i| self.steps[i].presence != Presence::Optional)
    }
}
