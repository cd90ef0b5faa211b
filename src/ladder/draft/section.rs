//! A table of a ladder file: which keys it may have, and their values by type.
//!
//! Whatever is not as it should be becomes a problem and `None`; the reader goes on with a default,
//! which nobody will see. This file must not know what a key means.

use super::problems::Problems;
use super::words::Word;
use crate::ladder::vocabulary::nearest;
use crate::time::Span;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place in the file.
pub(super) type Cell<'t> = Spanned<DeValue<'t>>;

/// How durations are written, for hints.
pub(super) const DURATION: &str =
    "a duration is a number and `ms`, `s`, `m`, `h`, `d` or `w`, such as \"30d\"";

/// A table whose keys are known to be keys of its kind.
pub(super) struct Section<'t> {
    table: &'t DeTable<'t>,
    /// Where the table begins: what is missing is missing there.
    pub(super) span: Range<usize>,
    /// What the table is, for messages: `a step`.
    what: &'static str,
    /// Keys that some unknown key of the table was probably meant to be.
    misspelt: Vec<&'static str>,
}

impl<'t> Section<'t> {
    /// Takes a table, and tells of every key that it cannot have.
    pub(super) fn open(
        table: &'t DeTable<'t>,
        span: Range<usize>,
        what: &'static str,
        known: &'static [&'static str],
        problems: &mut Problems,
    ) -> Section<'t> {
        let mut misspelt = Vec::new();
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let only = || if let [only] = known { Some(*only) } else { None };
            let meant = nearest(key.get_ref(), known.iter().copied()).or_else(only);
            let hint = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the keys of {what} are {}", list(known.iter())),
            };
            misspelt.extend(meant);
            problems.add(key.span(), format!("{what} has no key `{}`", key.get_ref()), hint);
        }
        Section { table, span, what, misspelt }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'t Cell<'t>> {
        self.table.get(key)
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'static str, problems: &mut Problems) -> Option<&'t Cell<'t>> {
        let value = self.get(key);
        if value.is_none() && !self.misspelt.contains(&key) {
            let message = format!("{} needs the key `{key}`", self.what);
            problems.add(self.span.clone(), message, "");
        }
        value
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str, problems: &mut Problems) -> Option<&'t str> {
        self.get(key).and_then(|value| text(value, key, problems))
    }

    /// A duration.
    pub(super) fn duration(&self, key: &str, problems: &mut Problems) -> Option<Span> {
        let value = self.get(key)?;
        let written = text(value, key, problems)?;
        let span = Span::parse(written);
        if span.is_none() {
            problems.add(value.span(), format!("`{key}` cannot be `{written}`"), DURATION);
        }
        span
    }

    /// A number that `fits`; `range` says in words which ones do.
    pub(super) fn number(
        &self,
        key: &str,
        fits: impl Fn(f64) -> bool,
        range: &str,
        problems: &mut Problems,
    ) -> Option<f64> {
        let value = self.get(key)?;
        let number = number(value.get_ref()).filter(|number| fits(*number));
        if number.is_none() {
            problems.add(value.span(), format!("`{key}` must be {range}"), "");
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn truth(&self, key: &str, problems: &mut Problems) -> Option<bool> {
        let value = self.get(key)?;
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            problems.add(value.span(), wrong_type(key, "true or false", value), "");
        }
        truth
    }

    /// A word of a policy, with its place.
    pub(super) fn word<T: Word>(
        &self,
        key: &str,
        problems: &mut Problems,
    ) -> Option<(T, Range<usize>)> {
        let value = self.get(key)?;
        let written = text(value, key, problems)?;
        let word = T::from_word(written);
        if word.is_none() {
            let hint = word_hint(written, T::WORDS.iter().map(|(word, _)| *word));
            problems.add(value.span(), format!("`{key}` cannot be `{written}`"), hint);
        }
        word.map(|word| (word, value.span()))
    }

    /// The tables of a key that is written `[[key]]`, with their places. `None` if there is no such key.
    pub(super) fn tables(
        &self,
        key: &str,
        problems: &mut Problems,
    ) -> Option<Vec<(&'t DeTable<'t>, Range<usize>)>> {
        let value = self.get(key)?;
        let Some(list) = value.get_ref().as_array() else {
            let hint = format!("begin each with a line `[[{key}]]`");
            problems.add(value.span(), wrong_type(key, "a list of tables", value), hint);
            return Some(Vec::new());
        };
        let mut tables = Vec::new();
        for entry in list {
            match entry.get_ref().as_table() {
                Some(table) => tables.push((table, entry.span())),
                None => problems.add(entry.span(), wrong_type(key, "a table", entry), ""),
            }
        }
        Some(tables)
    }
}

/// A value as a text that is not empty. `key` is its name in messages.
pub(super) fn text<'t>(value: &'t Cell<'t>, key: &str, problems: &mut Problems) -> Option<&'t str> {
    match value.get_ref().as_str() {
        Some(text) if !text.trim().is_empty() => return Some(text),
        Some(_) => problems.add(value.span(), format!("`{key}` is empty"), ""),
        None => problems.add(value.span(), wrong_type(key, "text in quotes", value), ""),
    }
    None
}

/// A value as a finite number.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let number = match value {
        DeValue::Integer(_) => whole(value)? as f64,
        DeValue::Float(float) => float.as_str().parse().ok()?,
        DeValue::String(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => return None,
    };
    number.is_finite().then_some(number)
}

/// A value as a whole number.
pub(super) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// The message for a value of the wrong type.
pub(super) fn wrong_type(key: &str, wanted: &str, found: &Cell<'_>) -> String {
    let found = match found.get_ref() {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("`{key}` must be {wanted}, not {found}")
}

/// The remedy for an unknown word: the one that was meant, or all there are.
pub(super) fn word_hint<'w>(written: &str, words: impl Iterator<Item = &'w str> + Clone) -> String {
    match nearest(written, words.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if words.clone().next().is_none() => String::new(),
        None => format!("it can be {}", list(words)),
    }
}

/// Names in a sentence: `` `a`, `b`, `c` ``.
pub(super) fn list(names: impl Iterator<Item = impl std::fmt::Display>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
