//! From what a user writes to a ladder that is known to be sound, and back.
//!
//! A ladder file or the steps of a command line are read as a whole and every problem is told at
//! once, with its line, a caret and a remedy; what comes out needs no further checks. The parts:
//! `policies`, `parts` and `filter` read the file, `section` knows its keys and types, `problems`
//! collects and draws, `shell` reads `NAME=EVENT`, `print` writes a file, `words` has the words of
//! the policies, `contradictions` what cannot be meant; `config` reads the names in `funnel.toml`. Nothing here reads files: paths are only for messages.

mod config;
mod contradictions;
mod filter;
mod parts;
mod policies;
mod print;
mod problems;
mod section;
mod shell;
pub mod words;

pub use config::{NAMES, own_names};
pub use policies::{parse_ties, parse_window};
pub use print::to_toml;
pub use shell::from_steps;

use super::definition::{
    Attribution, Between, Count, Entry, Halt, Ladder, Linkage, Order, Range, Reuse, Start, Ties,
    Times, Window,
};
use super::overrides::Overrides;
use super::rules::{Policy, named_policies, policies_of};
use super::session_rule::SessionRule;
use super::vocabulary;
use crate::error::Result;
use crate::time::Span;
use problems::Problems;
use section::Section;
use std::collections::BTreeSet;
use std::path::Path;
use toml::de::DeTable;

/// The fewest steps of a ladder.
pub const STEPS_MIN: usize = 2;
/// The most steps of a ladder: they are the bits of a set.
pub const STEPS_MAX: usize = 32;
/// The most secondary actions of a ladder, for the same reason.
pub const ACTIONS_MAX: usize = 32;
/// The most exclusions of a ladder.
pub const EXCLUSIONS_MAX: usize = 8;
/// The lowest acceptable step rate where the ladder names none.
pub const TARGET_DEFAULT: f64 = 0.01;
/// The window where the ladder names none.
pub const WINDOW_DEFAULT: Window = Window::FromEntry(Span::days(30));

/// The keys of a ladder file outside its tables.
const KEYS: &[&str] = &[
    "name", "rules", "count", "order", "window", "entry", "start", "ties", "sessions", "ignore",
    "open", "step", "exclude", "hold", "action",
];

/// Reads a ladder file. `path` names it in messages and, without its extension, the ladder.
///
/// # Errors
/// All problems of the file in one message, each with path, line, column and a caret.
pub fn from_toml(path: &str, text: &str) -> Result<Ladder> {
    as_written(path, text).map(|ladder| under_its_rules(ladder, &named_policies(text)))
}

/// The same before the counting rules that the file names have turned its policies: for whoever may name others.
///
/// # Errors
/// As [`from_toml`].
pub fn as_written(path: &str, text: &str) -> Result<Ladder> {
    let mut problems = Problems::default();
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        problems.add(error.span().unwrap_or_default(), error.message(), "");
    }
    // A table that was mended by guessing would only bring up problems that are not there.
    problems.check(path, text)?;
    let document = document.get_ref();
    let ladder = read(path, document, &mut problems);
    let followed = under_its_rules(ladder.clone(), &policies_of(document));
    contradictions::check(document, &followed, &mut problems);
    problems.check(path, text)?;
    Ok(ladder)
}

/// A ladder with the policies of the rules that it names, but for those that it names itself.
fn under_its_rules(ladder: Ladder, named: &BTreeSet<Policy>) -> Ladder {
    Overrides::default().apply(ladder, named)
}

fn read<'t>(path: &str, document: &'t DeTable<'t>, problems: &mut Problems) -> Ladder {
    let file = Section::open(document, 0..0, "a ladder", KEYS, problems);
    let mut ladder = unfinished(String::new());
    ladder.name = file.text("name", problems).map_or_else(|| stem(path), str::to_owned);
    policies::read(&file, &mut ladder, problems);
    ladder.steps = parts::steps(&file, problems);
    ladder.exclusions = parts::exclusions(&file, &ladder.steps, problems);
    if let Some(actions) = parts::actions(&file, problems) {
        ladder.actions = actions;
        ladder.actions_are_default = false;
    }
    ladder
}

/// A ladder of all defaults that has no steps yet.
fn unfinished(name: String) -> Ladder {
    Ladder {
        name,
        count: Count::default(),
        order: Order::default(),
        between: Between::default(),
        window: WINDOW_DEFAULT,
        entry: Entry::default(),
        start: Start::default(),
        ties: Ties::default(),
        reuse: Reuse::default(),
        linkage: Linkage::default(),
        halt: Halt::default(),
        times: Times::default(),
        range: Range::default(),
        attribution: Attribution::default(),
        sessions: SessionRule::default(),
        ignore: None,
        steps: Vec::new(),
        exclusions: Vec::new(),
        hold: None,
        actions: vocabulary::default_actions(),
        actions_are_default: true,
        open: false,
        rules: None,
    }
}

fn stem(path: &str) -> String {
    Path::new(path)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .filter(|stem| *stem != "-")
        .unwrap_or("Ladder")
        .to_owned()
}

#[cfg(test)]
mod tests;
