//! The policies of a ladder file: what is counted, in which order, how long, and from where.
//!
//! Policies that contradict each other are a problem here, or in `contradictions` where rules have a say in them.

use super::parts;
use super::problems::Problems;
use super::section::{Cell, DURATION, Section, text, word_hint, wrong_type};
use super::words::Word;
use crate::ladder::definition::{Count, Entry, Ladder, Ties, Window};
use crate::ladder::rules::Rules;
use crate::ladder::session_rule::SessionRule;
use crate::time::Span;
use std::ops::Range;

/// Reads all policies of a file into the ladder; what the file does not name keeps its default.
pub(super) fn read(file: &Section<'_>, ladder: &mut Ladder, problems: &mut Problems) {
    ladder.rules = file.get("rules").and_then(|value| rules(value, problems));
    let count = file.word("count", problems);
    let entry = file.word("entry", problems);
    (ladder.count, ladder.entry) = reconcile(count, entry, problems);
    if let Some((order, _)) = file.word("order", problems) {
        ladder.order = order;
    }
    if let Some((start, _)) = file.word("start", problems) {
        ladder.start = start;
    }
    if let Some(window) = file.get("window").and_then(|value| window(value, problems)) {
        ladder.window = window;
    }
    if let Some(ties) = file.get("ties").and_then(|value| ties(value, problems)) {
        ladder.ties = ties;
    }
    if let Some(rule) = file.get("sessions").and_then(|value| sessions(value, problems)) {
        ladder.sessions = rule;
    }
    if let Some(ignore) = file.get("ignore") {
        ladder.ignore = parts::pattern(ignore, "ignore", problems);
    }
    ladder.open = file.truth("open", problems).unwrap_or(false);
    ladder.hold = file.get("hold").and_then(|value| hold(value, problems));
}

/// The window that a text means: a duration from the entry, `none` or `session`.
pub fn parse_window(text: &str) -> Option<Window> {
    match text {
        "none" => Some(Window::None),
        "session" => Some(Window::Session),
        _ => Span::parse(text).map(Window::FromEntry),
    }
}

/// The rule of ties that a text means: `forgiving`, `sequence`, `strict` or a tolerance.
pub fn parse_ties(text: &str) -> Option<Ties> {
    Ties::from_word(text).or_else(|| Span::parse(text).map(Ties::Tolerance))
}

/// `count = "attempt"` and `entry = "every"` imply each other.
fn reconcile(
    count: Option<(Count, Range<usize>)>,
    entry: Option<(Entry, Range<usize>)>,
    problems: &mut Problems,
) -> (Count, Entry) {
    match (count, entry) {
        (None, Some((Entry::Every, _))) | (Some((Count::Attempt, _)), None) => {
            (Count::Attempt, Entry::Every)
        }
        (None, None) => (Count::default(), Entry::default()),
        (Some((count, _)), None) => (count, Entry::default()),
        (None, Some((entry, _))) => (Count::default(), entry),
        (Some((count, _)), Some((entry, span))) => {
            if (count == Count::Attempt) != (entry == Entry::Every) {
                let (count, entry) = (count.word(), entry.word());
                problems.add(
                    span,
                    format!("`entry = \"{entry}\"` contradicts `count = \"{count}\"`"),
                    "attempts are counted when, and only when, every entry is; leave one of the two out",
                );
            }
            (count, entry)
        }
    }
}

/// The counting rules of another tool.
fn rules<'t>(value: &'t Cell<'t>, problems: &mut Problems) -> Option<Rules> {
    match Rules::read(text(value, "rules", problems)?) {
        Ok(rules) => Some(rules),
        Err(wrong) => {
            problems.add(value.span(), wrong.message, wrong.hint);
            None
        }
    }
}

fn window<'t>(value: &'t Cell<'t>, problems: &mut Problems) -> Option<Window> {
    if let Some(table) = value.get_ref().as_table() {
        let section = Section::open(table, value.span(), "a window", &["each"], problems);
        section.need("each", problems);
        return section.duration("each", problems).map(Window::Each);
    }
    if !value.get_ref().is_str() {
        problems.add(value.span(), wrong_type("window", "text or a table", value), DURATION);
        return None;
    }
    let written = text(value, "window", problems)?;
    let window = parse_window(written);
    if window.is_none() {
        let hint = format!("{DURATION}; or \"none\", \"session\", {{ each = \"1h\" }}");
        problems.add(value.span(), format!("`window` cannot be `{written}`"), hint);
    }
    window
}

fn ties<'t>(value: &'t Cell<'t>, problems: &mut Problems) -> Option<Ties> {
    let written = text(value, "ties", problems)?;
    let ties = parse_ties(written);
    if ties.is_none() {
        let words = word_hint(written, Ties::WORDS.iter().map(|(word, _)| *word));
        let hint = format!("{words}; a tolerance is a duration, such as \"2s\"");
        problems.add(value.span(), format!("`ties` cannot be `{written}`"), hint);
    }
    ties
}

fn sessions<'t>(value: &'t Cell<'t>, problems: &mut Problems) -> Option<SessionRule> {
    let written = text(value, "sessions", problems)?;
    let rule = SessionRule::parse(written);
    if rule.is_none() {
        let hint = format!("write {}; or source, as it is without", SessionRule::WORDS);
        problems.add(value.span(), format!("`sessions` cannot be `{written}`"), hint);
    }
    rule
}

fn hold<'t>(value: &'t Cell<'t>, problems: &mut Problems) -> Option<String> {
    let Some(table) = value.get_ref().as_table() else {
        let hint = "write `[hold]` and below it `property = \"product_id\"`";
        problems.add(value.span(), wrong_type("hold", "a table", value), hint);
        return None;
    };
    let section = Section::open(table, value.span(), "`[hold]`", &["property"], problems);
    section.need("property", problems);
    section.text("property", problems).map(str::to_owned)
}
