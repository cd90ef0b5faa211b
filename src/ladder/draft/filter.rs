//! The `where` of a ladder file: conditions on properties.

use super::problems::Problems;
use super::section::{Cell, list, number, text, whole, word_hint, wrong_type};
use crate::ladder::predicate::{Expression, Literal, Number, Predicate, PropertyTest, Test};
use crate::ladder::vocabulary::nearest;
use std::cmp::Ordering;
use toml::de::{DeTable, DeValue};

/// The operators, in the order of hints.
const OPERATORS: [&str; 11] = [
    "min", "max", "above", "below", "contains", "prefix", "suffix", "glob", "matches", "exists",
    "not",
];

/// How deep `not` may be nested.
const DEPTH_MAX: usize = 16;

/// The conditions of a `where` table, by property.
pub(super) fn predicate<'t>(value: &'t Cell<'t>, problems: &mut Problems) -> Predicate {
    let Some(table) = value.get_ref().as_table() else {
        let hint = "write it like where = { price = { min = 10 } }";
        problems.add(value.span(), wrong_type("where", "a table", value), hint);
        return Predicate::default();
    };
    let mut tests = Vec::new();
    for (path, value) in table {
        if path.get_ref().trim().is_empty() {
            problems.add(path.span(), "the name of a property is empty", "");
        }
        if let Some(test) = test(path.get_ref(), value, 0, problems) {
            tests.push(PropertyTest { path: path.get_ref().to_string(), test });
        }
    }
    Predicate { tests }
}

/// The test that a literal, a list of literals or a table of operators means.
fn test<'t>(key: &str, value: &'t Cell<'t>, depth: usize, problems: &mut Problems) -> Option<Test> {
    match value.get_ref() {
        DeValue::Table(table) if depth < DEPTH_MAX => operators(key, table, value, depth, problems),
        DeValue::Table(_) => {
            problems.add(value.span(), "this condition is nested too deeply", "");
            None
        }
        DeValue::String(text) if text.is_empty() && depth == 0 => {
            let hint =
                format!("of an empty value nothing is known: write {key} = {{ exists = false }}");
            problems.add(value.span(), format!("`{key}` is never an empty text"), hint);
            None
        }
        DeValue::Array(several) => {
            if several.is_empty() {
                problems.add(value.span(), format!("`{key}` is empty"), "list at least one value");
            }
            let literals = several.iter().filter_map(|value| literal(key, value, problems));
            Some(Test::AnyOf(literals.collect()))
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => literal(key, value, problems).map(Test::Equals),
    }
}

fn operators<'t>(
    key: &str,
    table: &'t DeTable<'t>,
    value: &'t Cell<'t>,
    depth: usize,
    problems: &mut Problems,
) -> Option<Test> {
    if table.is_empty() {
        let hint = format!("it can have {}", list(OPERATORS.iter()));
        problems.add(value.span(), format!("the condition on `{key}` is empty"), hint);
    }
    let mut tests = Vec::new();
    for (word, value) in table {
        if OPERATORS.contains(&word.get_ref().as_ref()) {
            tests.extend(operator(word.get_ref(), value, depth, problems));
        } else {
            let hint = operator_hint(key, word.get_ref());
            let message = format!("a condition has no operator `{}`", word.get_ref());
            problems.add(word.span(), message, hint);
        }
    }
    check_bounds(key, &tests, value, problems);
    match tests.len() {
        0 | 1 => tests.pop(),
        _ => Some(Test::All(tests)),
    }
}

/// Bounds between which no number lies.
fn check_bounds(key: &str, tests: &[Test], value: &Cell<'_>, problems: &mut Problems) {
    let lowest = |test: &Test| {
        if let Test::Min(bound) = test {
            return Some((*bound, true));
        }
        if let Test::Above(bound) = test { Some((*bound, false)) } else { None }
    };
    let highest = |test: &Test| {
        if let Test::Max(bound) = test {
            return Some((*bound, true));
        }
        if let Test::Below(bound) = test { Some((*bound, false)) } else { None }
    };
    let is_empty = |(low, from): (Number, bool), (high, to): (Number, bool)| match low.compare(high)
    {
        Ordering::Less => false,
        Ordering::Equal => !(from && to),
        Ordering::Greater => true,
    };
    let mut lows = tests.iter().filter_map(lowest);
    if lows.any(|low| tests.iter().filter_map(highest).any(|high| is_empty(low, high))) {
        let hint = "the lower bound must not be above the upper one";
        problems.add(value.span(), format!("no number can meet the condition on `{key}`"), hint);
    }
}

fn operator_hint(key: &str, word: &str) -> String {
    if nearest(word, OPERATORS.into_iter()).is_none() {
        let path =
            format!("if it is part of the property's name, write \"{key}.{word}\" in quotes");
        return format!("{}; {path}", word_hint(word, OPERATORS.into_iter()));
    }
    word_hint(word, OPERATORS.into_iter())
}

fn operator<'t>(
    word: &str,
    value: &'t Cell<'t>,
    depth: usize,
    problems: &mut Problems,
) -> Option<Test> {
    match word {
        "min" => bound(word, value, problems).map(Test::Min),
        "max" => bound(word, value, problems).map(Test::Max),
        "above" => bound(word, value, problems).map(Test::Above),
        "below" => bound(word, value, problems).map(Test::Below),
        "exists" => {
            let wanted = value.get_ref().as_bool();
            if wanted.is_none() {
                problems.add(value.span(), wrong_type(word, "true or false", value), "");
            }
            wanted.map(Test::Exists)
        }
        "not" => test(word, value, depth + 1, problems).map(|test| Test::Not(Box::new(test))),
        "matches" => expression(text(value, word, problems)?, value, problems),
        _ => {
            let part = text(value, word, problems)?;
            match word {
                "contains" => Some(Test::Contains(part.to_lowercase())),
                "prefix" => Some(Test::Prefix(part.to_owned())),
                "suffix" => Some(Test::Suffix(part.to_owned())),
                _ => Some(Test::Glob(part.to_owned())),
            }
        }
    }
}

fn expression(source: &str, value: &Cell<'_>, problems: &mut Problems) -> Option<Test> {
    match Expression::new(source) {
        Ok(expression) => Some(Test::Matches(expression)),
        Err(error) => {
            // The last line of the message is the reason; the others draw the pattern once more.
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            problems.add(value.span(), format!("`matches` is no regular expression: {reason}"), "");
            None
        }
    }
}

fn bound(word: &str, value: &Cell<'_>, problems: &mut Problems) -> Option<Number> {
    let found = numeral(value.get_ref());
    if found.is_none() {
        problems.add(value.span(), wrong_type(word, "a finite number", value), "");
    }
    found
}

fn literal(key: &str, value: &Cell<'_>, problems: &mut Problems) -> Option<Literal> {
    let literal = match value.get_ref() {
        DeValue::String(text) => Some(Literal::Text(text.to_string())),
        DeValue::Boolean(truth) => Some(Literal::Bool(*truth)),
        DeValue::Integer(_) | DeValue::Float(_) => numeral(value.get_ref()).map(Literal::Number),
        DeValue::Datetime(date) => Some(Literal::Text(date.to_string())),
        DeValue::Array(_) | DeValue::Table(_) => None,
    };
    if literal.is_none() {
        let wanted = "text, a finite number or true or false";
        problems.add(value.span(), wrong_type(key, wanted, value), "");
    }
    literal
}

fn numeral(value: &DeValue<'_>) -> Option<Number> {
    if value.is_integer() {
        return whole(value).map(Number::Whole);
    }
    number(value).map(Number::Decimal)
}
