//! An answer for people who listen: one fact a line, no columns, no bars, no signs that are read out one by one.
//!
//! A screen reader says a table line by line, so a number must stand with its name. Nothing is dropped for want of
//! room, and nothing is broken into lines.

use super::escape::visible;
use super::layout::{is_picture, says_something};
use crate::report::document::{Document, Section};
use crate::report::sheet::{Cell, Column, Sheet};
use crate::report::words;

/// The whole answer, one newline at the end.
pub(super) fn document(document: &Document) -> String {
    let mut blocks = vec![sentences(&document.scope), sentences(&document.headline)];
    let sections = document.sections.iter().filter(|section| !section.only_in_pages);
    blocks.extend(sections.map(section_lines));
    if !document.notices.is_empty() {
        let title = std::iter::once("Notices".to_owned());
        blocks.push(title.chain(sentences(&document.notices)).collect());
    }
    let blocks = blocks.into_iter().filter(|lines| !lines.is_empty());
    blocks.map(|lines| lines.join("\n") + "\n").collect::<Vec<_>>().join("\n")
}

fn section_lines(section: &Section) -> Vec<String> {
    let sheet = &section.sheet;
    let mut lines = Vec::new();
    if !sheet.title.is_empty() {
        lines.push(visible(&sheet.title).into_owned());
    }
    lines.extend(sentences(&sheet.lead));
    let shown: Vec<usize> = (0..sheet.columns.len())
        .filter(|&column| says_something(sheet, column) && !is_picture(sheet, column))
        .collect();
    lines.extend(sheet.rows.iter().map(|row| fact(sheet, row, &shown)));
    if !sheet.rows.is_empty() {
        let meaning = |column: &usize| {
            let Column { name, meaning, .. } = &sheet.columns[*column];
            Some(spoken(&format!("{name}: {}.", meaning.as_ref()?)))
        };
        lines.extend(shown.iter().filter_map(meaning));
    }
    // The sign for a missed target is said in words already.
    lines.extend(sentences(&sheet.notes).into_iter().filter(|note| !note.starts_with("! ")));
    lines
}

/// A row as a sentence: what it is about, then its numbers, each behind its name.
fn fact(sheet: &Sheet, row: &[Cell], shown: &[usize]) -> String {
    let mut subject = Vec::new();
    let mut facts = Vec::new();
    for &place in shown {
        let (Some(cell), Some(column)) = (row.get(place), sheet.columns.get(place)) else {
            continue;
        };
        let Some(said) = said(cell) else { continue };
        let name = spoken(&column.name);
        let is_text = matches!(cell, Cell::Text(_) | Cell::Word { .. });
        match () {
            () if is_text && subject.is_empty() => subject.push(said),
            () if is_text && facts.is_empty() => subject.push(format!("{name} {said}")),
            () => facts.push(format!("{name} {said}").trim().to_owned()),
        }
    }
    let subject = subject.join(", ");
    if facts.is_empty() {
        format!("{subject}.")
    } else {
        format!("{subject}: {}.", facts.join(", "))
    }
}

/// A cell in words; `None` where there is nothing to say.
fn said(cell: &Cell) -> Option<String> {
    let said = match cell {
        Cell::Text(text) | Cell::Word { said: text, .. } if text.is_empty() => return None,
        Cell::Text(text) if is_range(text) => spoken(text),
        Cell::Text(text) | Cell::Word { said: text, .. } => visible(text).into_owned(),
        Cell::Count(number) => words::count(*number),
        Cell::Difference(number) => words::signed_count(*number),
        Cell::Share(share) => spoken(&words::percent(Some((*share)?))),
        Cell::Range(low, high) => spoken(&words::range(Some((*low)?), Some((*high)?))),
        Cell::Number(number, measure) => measure.in_words(Some((*number)?)),
        Cell::Bounds(low, high, measure) => {
            spoken(&measure.range_in_words(Some((*low)?), Some((*high)?)))
        }
        Cell::Amounts(amounts) if amounts.is_empty() => return None,
        Cell::Amounts(amounts) => visible(&words::amounts(amounts)).into_owned(),
        Cell::Seconds(seconds) => spelled(&words::duration(Some((*seconds)?))),
        Cell::Money(amount) => words::money((*amount)?),
        Cell::Warning(true) => "below target".to_owned(),
        Cell::Warning(false) | Cell::Bar { .. } | Cell::Strip { .. } | Cell::Empty => return None,
    };
    Some(said)
}

/// Whether a text is nothing but a range of numbers: `41.95–56.47`.
fn is_range(text: &str) -> bool {
    text.contains('–') && text.chars().all(|sign| sign.is_ascii_digit() || ".,–".contains(sign))
}

fn sentences(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| spoken(&visible(text))).collect()
}

/// A sentence with words for the signs in it: `6.8–12.4%` is `6.8 to 12.4 percent`.
fn spoken(text: &str) -> String {
    text.replace('%', " percent").replace('–', " to ").replace(" · ", ", ").replace('…', "...")
}

/// A length of time with its units written out: `13m 18s` is `13 minutes 18 seconds`.
fn spelled(duration: &str) -> String {
    let unit = |part: &str| {
        let number = part.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
        let is_one = number.trim_start_matches('<') == "1";
        let name = match part.strip_prefix(number)? {
            "s" => "second",
            "m" => "minute",
            "h" => "hour",
            "d" => "day",
            _ => return None,
        };
        Some(format!("{number} {}", words::people(name, u64::from(!is_one) + 1)))
    };
    let parts = duration.split(' ').map(|part| unit(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join(" ").replace('<', "less than ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::answer::Answer;
    use crate::report::{Report, example};

    #[test]
    fn the_text_is_the_golden_one() {
        let (findings, ladder) = example::storefront();
        let text = document(&Report::new(&findings, &ladder, &example::options()).document());
        assert_eq!(text, include_str!("golden/report_plain.txt"), "{text}");
    }

    #[test]
    fn lengths_of_time_are_spelled_out() {
        let cases = [
            ("13m 18s", "13 minutes 18 seconds"),
            ("1h", "1 hour"),
            ("3d 4h", "3 days 4 hours"),
            ("<1s", "less than 1 second"),
        ];
        for (short, long) in cases {
            assert_eq!(spelled(short), long);
        }
    }
}
