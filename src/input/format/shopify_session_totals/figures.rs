//! Columns of figures that nobody knows: `New customers`, or whatever a shop has added to its report.
//!
//! By its name alone such a column would be a dimension, and then no two rows would be of the same day and none
//! the sum of others. What it is, its cells tell: they are numbers, and the rows are told apart without them.

use super::super::shopify_analytics::{AnalyticsColumns, AnalyticsLine, says_sum};
use super::super::shopify_orders::copies::{Aside, LineAt};
use super::{ReportInput, aside_as_sum};
use crate::input::columns::{is_null, normalise};
use crate::key::{FastMap, Key};
use std::collections::{BTreeMap, BTreeSet};

/// What numbers may name, by the word that says what a column holds: `Hour of day`, `Session ID`, `UTM campaign`.
const NAMING: [&str; 52] = [
    "id",
    "ids",
    "code",
    "zip",
    "number",
    "no",
    "nr",
    "index",
    "age",
    "version",
    "sku",
    "barcode",
    "second",
    "minute",
    "hour",
    "day",
    "date",
    "week",
    "month",
    "quarter",
    "year",
    "time",
    "campaign",
    "term",
    "keyword",
    "content",
    "page",
    "path",
    "url",
    "title",
    "name",
    "product",
    "variant",
    "item",
    "referrer",
    "source",
    "medium",
    "channel",
    "city",
    "region",
    "country",
    "location",
    "language",
    "device",
    "system",
    "resolution",
    "size",
    "group",
    "segment",
    "cohort",
    "range",
    "variation",
];

/// What stands between the word that says what a column holds and the words that say of what: `Hour of day`.
const BETWEEN: [&str; 6] = ["of", "per", "with", "in", "from", "/"];

/// Takes the unknown figures out of `lines` and out of the columns of their inputs, which are given back in the order
/// of `inputs`; with them the rows that turn out to sum up others when nothing but dimensions is looked at.
pub(super) fn take_out(
    lines: Vec<LineAt<AnalyticsLine>>,
    inputs: &[ReportInput<'_>],
) -> (Vec<LineAt<AnalyticsLine>>, Vec<AnalyticsColumns>, Vec<Aside>) {
    let figures = unknown_figures(&lines, inputs);
    let of = |of: &ReportInput<'_>| match figures.get(&of.input) {
        Some(figures) => of.columns.without(figures),
        None => of.columns.clone(),
    };
    let columns: Vec<AnalyticsColumns> = inputs.iter().map(of).collect();
    let (mut kept, mut aside) = (Vec::with_capacity(lines.len()), Vec::new());
    for mut at in lines {
        if let Some(figures) = figures.get(&at.input) {
            let mut place = 0..;
            at.line.dimensions.retain(|_| place.next().is_none_or(|own| !figures.contains(&own)));
            let texts = at.line.dimensions.iter().map(String::as_str);
            if says_sum(texts) {
                aside.push(aside_as_sum(&at));
                continue;
            }
        }
        kept.push(at);
    }
    (kept, columns, aside)
}

/// The places of unknown figures among the dimensions, by the input. All files of the same dimensions are judged
/// together, so that they stay one report.
fn unknown_figures(
    lines: &[LineAt<AnalyticsLine>],
    inputs: &[ReportInput<'_>],
) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut alike: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    // Of single sessions every column is known by its place.
    for of in inputs.iter().filter(|of| of.columns.sessions.is_none()) {
        let names = of.columns.dimensions().iter().map(|name| normalise(name)).collect();
        alike.entry(names).or_default().push(of.input);
    }
    let mut found = BTreeMap::new();
    for (names, inputs) in alike {
        let may_count = |place: &usize| names.get(*place).is_some_and(|name| may_count(name));
        let mut figures: BTreeSet<usize> = (0..names.len()).filter(may_count).collect();
        if figures.is_empty() {
            continue;
        }
        let own = || lines.iter().filter(|at| inputs.binary_search(&at.input).is_ok());
        figures.retain(|place| are_numbers(own().filter_map(|at| at.line.dimensions.get(*place))));
        if !figures.is_empty() && figures.len() < names.len() && are_apart(own(), &figures) {
            found.extend(inputs.iter().map(|input| (*input, figures.clone())));
        }
    }
    found
}

/// Whether a column of this name may count something, if all it holds are numbers.
fn may_count(name: &str) -> bool {
    let words: Vec<&str> = name.split(' ').collect();
    let end = words.iter().position(|word| BETWEEN.contains(word)).unwrap_or(words.len());
    let head = words.get(..end).and_then(<[_]>::last);
    head.is_some_and(|head| !NAMING.contains(head)) && !name.starts_with("utm")
}

/// Whether all texts that say something are numbers, and there are any.
fn are_numbers<'l>(texts: impl Iterator<Item = &'l String>) -> bool {
    let mut texts = texts.filter(|text| !is_null(text)).peekable();
    texts.peek().is_some() && texts.all(|text| is_number(text))
}

/// `1,234`, `-5`, `45.10%`, `$5.00`, `00:01:02`.
fn is_number(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['-', '+', '$', '€', '£']).trim_end_matches(['%', '€']);
    let is_part = |c: char| {
        c.is_ascii_digit() || matches!(c, '.' | ',' | ':' | '\'' | '’') || c.is_whitespace()
    };
    unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && unsigned.chars().all(is_part)
}

/// Whether no two rows of an input are the same without the figures, unless they are the same with them.
fn are_apart<'l>(
    lines: impl Iterator<Item = &'l LineAt<AnalyticsLine>>,
    figures: &BTreeSet<usize>,
) -> bool {
    let mut known: FastMap<Key, Key> = FastMap::default();
    for LineAt { input, line, .. } in lines {
        let others = line.dimensions.iter().enumerate().filter(|(own, _)| !figures.contains(own));
        let key = others.fold(Key(*input as u64).and(Key::NONE), |key, (_, text)| {
            key.and(Key::of(text.as_bytes()))
        });
        if *known.entry(key).or_insert_with(|| line.content()) != line.content() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_name_something_are_no_figures() {
        for name in
            ["new customers", "product views", "views per active user", "neue kunden", "net sales"]
        {
            assert!(may_count(name), "{name}");
        }
        for name in ["hour of day", "session id", "utm campaign", "landing page", "week of year"] {
            assert!(!may_count(name), "{name}");
        }
        for text in ["5", "1,234.5", "-3", "45.10%", "00:01:02", "$5.00", "1 234"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "x", "18-24", "2025-10-06", "10/6/2025", "v1", "1a"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
