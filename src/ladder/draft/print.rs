//! A ladder as a complete ladder file: every default written out, so that what counts can be seen.
//!
//! The text is the same for the same ladder, and reading it gives the same ladder back: what the rules of another tool
//! turn that has no key of its own is said by their name.

use super::words::Word;
use crate::ladder::definition::{
    Action, Condition, EventPattern, Exclusion, Ladder, Step, Ties, Window,
};
use crate::ladder::predicate::{Literal, Number, Predicate, Test};
use crate::ladder::session_rule::SessionRule;
use std::fmt::Write;

/// The ladder file of a ladder. Actions are left out where they are the program's own.
pub fn to_toml(ladder: &Ladder) -> String {
    let mut file = File::default();
    policies(&mut file, ladder);
    for step in &ladder.steps {
        file.header("[[step]]");
        step_of(&mut file, step);
    }
    for exclusion in &ladder.exclusions {
        file.header("[[exclude]]");
        exclusion_of(&mut file, exclusion, &ladder.steps);
    }
    if let Some(property) = &ladder.hold {
        file.header("[hold]");
        file.line("property", &quote(property));
    }
    if !ladder.actions_are_default {
        for action in &ladder.actions {
            file.header("[[action]]");
            action_of(&mut file, action);
        }
    }
    file.0
}

/// A ladder file that grows.
#[derive(Default)]
struct File(String);

impl File {
    fn header(&mut self, header: &str) {
        self.0 += "\n";
        self.0 += header;
        self.0 += "\n";
    }

    fn line(&mut self, key: &str, value: &str) {
        writeln!(self.0, "{key:<8} = {value}").expect("a string takes every line");
    }
}

fn policies(file: &mut File, ladder: &Ladder) {
    file.line("name", &quote(&ladder.name));
    if let Some(rules) = &ladder.rules {
        file.line("rules", &quote(&rules.name()));
    }
    file.line("count", &quote(ladder.count.word()));
    file.line("order", &quote(ladder.order.word()));
    file.line("window", &window(ladder.window));
    file.line("entry", &quote(ladder.entry.word()));
    file.line("start", &quote(ladder.start.word()));
    file.line("ties", &ties(ladder.ties));
    // Rules may have a session rule of their own.
    if ladder.sessions != SessionRule::default() || ladder.rules.is_some() {
        file.line("sessions", &quote(&ladder.sessions.to_string()));
    }
    if let Some(ignore) = &ladder.ignore {
        file.line("ignore", &pattern(ignore));
    }
    if ladder.open {
        file.line("open", "true");
    }
    if !ladder.actions_are_default && ladder.actions.is_empty() {
        file.line("action", "[]");
    }
}

fn step_of(file: &mut File, step: &Step) {
    file.line("name", &quote(&step.name));
    condition(file, &step.condition);
    file.line("presence", &quote(step.presence.word()));
    if let Some(within) = step.within {
        file.line("within", &quote(&within.to_string()));
    }
    if let Some(ask) = step.ask {
        file.line("ask", &ask.to_string());
    }
    file.line("target", &decimal(step.target));
}

fn exclusion_of(file: &mut File, exclusion: &Exclusion, steps: &[Step]) {
    condition(file, &exclusion.condition);
    for (key, position) in [("after", exclusion.after), ("before", exclusion.before)] {
        if let Some(step) = steps.get(position) {
            file.line(key, &quote(&step.name));
        }
    }
    file.line("ends", &quote(exclusion.ends.word()));
}

fn action_of(file: &mut File, action: &Action) {
    file.line("name", &quote(&action.name));
    condition(file, &action.condition);
    if let Some(weight) = action.weight {
        file.line("weight", &decimal(weight));
    }
}

fn condition(file: &mut File, condition: &Condition) {
    file.line("event", &pattern(&condition.event));
    if !condition.filter.is_empty() {
        file.line("where", &filter(&condition.filter));
    }
}

fn window(window: Window) -> String {
    match window {
        Window::FromEntry(span) => quote(&span.to_string()),
        Window::None => quote("none"),
        Window::Session => quote("session"),
        Window::Each(span) => format!("{{ each = {} }}", quote(&span.to_string())),
    }
}

fn ties(ties: Ties) -> String {
    match ties {
        Ties::Tolerance(span) => quote(&span.to_string()),
        Ties::Forgiving | Ties::Sequence | Ties::Strict => quote(ties.word()),
    }
}

fn pattern(pattern: &EventPattern) -> String {
    let names: Vec<_> = pattern.names.iter().map(|name| quote(name.text())).collect();
    let names = match names.as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    if pattern.not { format!("{{ not = {names} }}") } else { names }
}

fn filter(filter: &Predicate) -> String {
    let tests =
        filter.tests.iter().map(|test| format!("{} = {}", key(&test.path), value(&test.test)));
    format!("{{ {} }}", tests.collect::<Vec<_>>().join(", "))
}

/// A test as the value of its property: a literal, a list, or a table of operators.
fn value(test: &Test) -> String {
    match test {
        Test::Equals(wanted) => literal(wanted),
        Test::AnyOf(several) => {
            format!("[{}]", several.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Test::All(tests) => {
            format!("{{ {} }}", tests.iter().map(operator).collect::<Vec<_>>().join(", "))
        }
        Test::Min(_)
        | Test::Max(_)
        | Test::Above(_)
        | Test::Below(_)
        | Test::Contains(_)
        | Test::Prefix(_)
        | Test::Suffix(_)
        | Test::Glob(_)
        | Test::Matches(_)
        | Test::Exists(_)
        | Test::Not(_) => format!("{{ {} }}", operator(test)),
    }
}

/// A test as one key of a table of operators.
fn operator(test: &Test) -> String {
    match test {
        Test::Min(bound) => format!("min = {}", number(*bound)),
        Test::Max(bound) => format!("max = {}", number(*bound)),
        Test::Above(bound) => format!("above = {}", number(*bound)),
        Test::Below(bound) => format!("below = {}", number(*bound)),
        Test::Contains(part) => format!("contains = {}", quote(part)),
        Test::Prefix(part) => format!("prefix = {}", quote(part)),
        Test::Suffix(part) => format!("suffix = {}", quote(part)),
        Test::Glob(pattern) => format!("glob = {}", quote(pattern)),
        Test::Matches(expression) => format!("matches = {}", quote(expression.source())),
        Test::Exists(wanted) => format!("exists = {wanted}"),
        Test::Not(test) => format!("not = {}", value(test)),
        // A ladder file cannot say these beside other operators; twice denied they are the same.
        Test::Equals(_) | Test::AnyOf(_) | Test::All(_) => {
            format!("not = {{ not = {} }}", value(test))
        }
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quote(text),
        Literal::Number(wanted) => number(*wanted),
        Literal::Bool(truth) => truth.to_string(),
    }
}

fn number(number: Number) -> String {
    match number {
        Number::Whole(whole) => whole.to_string(),
        Number::Decimal(value) => decimal(value),
    }
}

/// The shortest text that reads back as the same number, always with a point or an exponent.
fn decimal(number: f64) -> String {
    format!("{number:?}")
}

fn key(path: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !path.is_empty() && path.bytes().all(bare) { path.to_owned() } else { quote(path) }
}

/// A TOML basic string.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if letter.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(letter))
                    .expect("a string takes every letter");
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
