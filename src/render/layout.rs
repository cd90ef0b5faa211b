//! A sheet as lines of a given width: the columns that fit, aligned, without borders.
//!
//! Very long names are shortened first. Then columns are dropped whole, the least important first, and the number
//! of hidden ones is said; then names are shortened, and what still does not fit is put below, beside the names again. Every cell from data is made visible here; colour is
//! added after widths are known.

use super::escape::visible;
use super::table::TableStyle;
use crate::report::sheet::{Align, Cell, Sheet};
use crate::report::words;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::collections::BTreeSet;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A bar has at least so many cells; otherwise its column is dropped.
const BAR_LEAST: usize = 8;
/// A bar never needs more cells.
const BAR_MOST: usize = 32;
/// Sentences are broken here, however wide the terminal is: longer lines are hard to read.
const LINE_MOST: usize = 110;
/// A name is never shortened below this.
const NAME_LEAST: usize = 8;
/// A name that is longer than this gives way before any column does. What may be dropped is not shortened.
const NAME_ENOUGH: usize = 48;
/// A text of at least so many cells keeps its end too.
const BOTH_ENDS: usize = 16;

/// The sheet as lines: title, lead, table, notes.
pub(super) fn sheet_lines(sheet: &Sheet, style: &TableStyle) -> Vec<String> {
    let mut lines = Vec::new();
    if !sheet.title.is_empty() {
        lines.extend(wrapped(&sheet.title, style.width).iter().map(|line| heading(line, style)));
    }
    lines.extend(sheet.lead.iter().flat_map(|text| wrapped(text, style.width)));
    if !sheet.rows.is_empty() {
        lines.extend(table_lines(sheet, style));
    }
    lines.extend(sheet.notes.iter().flat_map(|text| wrapped(text, style.width)));
    lines
}

/// A heading: bold where colour is allowed.
pub(super) fn heading(text: &str, style: &TableStyle) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// The text made visible and broken between words, further lines indented; a word that is longer than a
/// line stays whole.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let (text, width) = (visible(text), width.min(LINE_MOST));
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn table_lines(sheet: &Sheet, style: &TableStyle) -> Vec<String> {
    let candidates: Vec<usize> =
        (0..sheet.columns.len()).filter(|&column| says_something(sheet, column)).collect();
    let shown = fitting(sheet, candidates.clone(), style.width);
    let parts = parts(sheet, &shown, style.width);
    let mut lines: Vec<String> = Vec::new();
    for part in &parts {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(part_lines(sheet, part, style));
    }
    if let Some(hidden) = candidates.len().checked_sub(shown.len()).filter(|&hidden| hidden > 0) {
        let columns = if hidden == 1 { "column" } else { "columns" };
        let (width, needed) = (style.width, total_width(sheet, &candidates, NAME_ENOUGH));
        let hint = format!("{hidden} {columns} hidden at {width} columns: --width {needed}");
        lines.extend(wrapped(&hint, width));
    }
    lines.extend(meanings(sheet, &shown).iter().flat_map(|text| wrapped(text, style.width)));
    lines
}

/// The lines of a table or of a part of one.
fn part_lines(sheet: &Sheet, shown: &[usize], style: &TableStyle) -> Vec<String> {
    let names = names_that_fit(sheet, shown, style.width);
    let taken = total_width(sheet, shown, names);
    let bar = (BAR_LEAST + style.width.saturating_sub(taken)).min(BAR_MOST);
    let mut lines = laid_out(sheet, shown, bar, (names, taken.saturating_sub(style.width)));
    if style.color {
        for (line, row) in lines.iter_mut().skip(1).zip(&sheet.rows) {
            if row.contains(&Cell::Warning(true)) {
                *line = format!("\u{1b}[1;33m{line}\u{1b}[0m");
            }
        }
    }
    lines
}

/// The parts of a table that does not fit with shortened names either, one below the other: each begins with the names of
/// the rows, and has as many of the other columns as fit. One column beside the names is the least.
fn parts(sheet: &Sheet, shown: &[usize], width: usize) -> Vec<Vec<usize>> {
    let is_left = |&column: &usize| sheet.columns[column].align == Align::Left;
    // The first may go without a heading; further ones without are remarks.
    let is_name = |(place, column): &(usize, &usize)| {
        is_left(column) && (*place == 0 || !sheet.columns[**column].name.is_empty())
    };
    let count = shown.iter().enumerate().take_while(is_name).count();
    // Where there is nothing but names, the first stands for its row.
    let count = if count == shown.len() { 1 } else { count };
    let (names, others) = shown.split_at(count.min(shown.len()));
    if names.is_empty() || fits(sheet, shown, width) {
        return vec![shown.to_vec()];
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for &column in others {
        if let Some(part) = parts.last_mut() {
            part.push(column);
            if fits(sheet, part, width) || is_mark(sheet, column) {
                continue;
            }
            part.pop();
        }
        parts.push(names.iter().copied().chain([column]).collect());
    }
    if parts.is_empty() { vec![shown.to_vec()] } else { parts }
}

/// The cells that a name may take in a part: all that there is room for, or if it is too wide all the same so many fewer.
fn names_that_fit(sheet: &Sheet, shown: &[usize], width: usize) -> usize {
    let room = room_of_names(sheet, shown, width);
    if fits_with(sheet, shown, width, room) {
        return room;
    }
    let fewer = (BOTH_ENDS..room).rev();
    fewer.into_iter().find(|&names| fits_with(sheet, shown, width, names)).unwrap_or(room)
}

/// Whether columns fit when the first of them gives up what it can.
fn fits(sheet: &Sheet, shown: &[usize], width: usize) -> bool {
    fits_with(sheet, shown, width, room_of_names(sheet, shown, width))
}

fn fits_with(sheet: &Sheet, shown: &[usize], width: usize, names: usize) -> bool {
    let excess = total_width(sheet, shown, names).saturating_sub(width);
    let first = shown.iter().copied().find(|&c| sheet.columns[c].align == Align::Left);
    let given = first.filter(|_| excess > 0).map_or(0, |column| {
        let least = width_that_tells_apart(sheet, column, (names, excess));
        let heading = sheet.columns[column].name.width();
        column_width(sheet, column, names).saturating_sub(least.max(heading))
    });
    excess <= given
}

/// Whether a column only marks the number before it.
fn is_mark(sheet: &Sheet, column: usize) -> bool {
    sheet.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Warning(_))))
}

/// What the headings of the shown columns mean, in one sentence.
pub(super) fn meanings(sheet: &Sheet, shown: &[usize]) -> Option<String> {
    let columns = shown.iter().map(|&column| &sheet.columns[column]);
    let meanings: Vec<String> = columns
        .filter_map(|column| Some(format!("{}: {}", column.name, column.meaning.as_ref()?)))
        .collect();
    (!meanings.is_empty()).then(|| meanings.join("; ") + ".")
}

/// Whether a column is for people and has more than warnings that nobody needs and times that nobody knows.
pub(super) fn says_something(sheet: &Sheet, column: usize) -> bool {
    let nothing = [Cell::Warning(false), Cell::Seconds(None), Cell::Empty];
    let is_for_people = !sheet.columns[column].only_for_programs;
    is_for_people
        && sheet.rows.iter().filter_map(|row| row.get(column)).any(|cell| !nothing.contains(cell))
}

/// Whether a column only draws what others say.
pub(super) fn is_picture(sheet: &Sheet, column: usize) -> bool {
    let mut cells = sheet.rows.iter().filter_map(|row| row.get(column));
    cells.any(|cell| matches!(cell, Cell::Bar { .. } | Cell::Strip { .. }))
}

/// The columns that fit: as long as they do not, the last of the least important ones goes.
fn fitting(sheet: &Sheet, mut shown: Vec<usize>, width: usize) -> Vec<usize> {
    while total_width(sheet, &shown, NAME_ENOUGH) > width {
        let droppable = shown.iter().enumerate().filter(|(_, c)| sheet.columns[**c].priority > 0);
        let Some((place, _)) = droppable.max_by_key(|(_, c)| sheet.columns[**c].priority) else {
            break;
        };
        shown.remove(place);
    }
    shown
}

/// So many cells a name may take: all that it needs if everything fits, else its share of what the others leave.
fn room_of_names(sheet: &Sheet, shown: &[usize], width: usize) -> usize {
    if total_width(sheet, shown, usize::MAX) <= width {
        return usize::MAX;
    }
    let enough = |&column: &usize| column_width(sheet, column, NAME_ENOUGH);
    let is_long = |column: &usize| column_width(sheet, *column, usize::MAX) > enough(column);
    let long = shown.iter().filter(|column| is_long(column)).count();
    let spare = width.saturating_sub(total_width(sheet, shown, NAME_ENOUGH));
    NAME_ENOUGH + spare / long.max(1)
}

/// The width of a table whose names take at most `names` cells.
fn total_width(sheet: &Sheet, shown: &[usize], names: usize) -> usize {
    let gaps: usize = shown.iter().skip(1).map(|&column| gap(sheet, column)).sum();
    gaps + shown.iter().map(|&column| column_width(sheet, column, names)).sum::<usize>()
}

fn column_width(sheet: &Sheet, column: usize, names: usize) -> usize {
    let cells = sheet.rows.iter().filter_map(|row| row.get(column));
    let most = |cell: &Cell| if is_name(sheet, column, cell) { names } else { usize::MAX };
    let widest = cells.map(|cell| least_width(cell).min(most(cell))).max();
    sheet.columns[column].name.width().max(widest.unwrap_or(0))
}

/// Whether a cell says what its row is about, in a column that no table can do without.
fn is_name(sheet: &Sheet, column: usize, cell: &Cell) -> bool {
    sheet.columns[column].priority == 0 && matches!(cell, Cell::Text(_))
}

/// The cells that a cell takes at least: a picture needs them even where it has nothing at its end.
fn least_width(cell: &Cell) -> usize {
    let width = cell_text(cell, BAR_LEAST).width();
    if matches!(cell, Cell::Strip { .. }) { width.max(BAR_LEAST) } else { width }
}

/// The blanks before a column: a warning stands close to its number.
fn gap(sheet: &Sheet, column: usize) -> usize {
    if is_mark(sheet, column) { 1 } else { 2 }
}

/// Header and rows with aligned columns. Names take at most `names` cells, and the first text column gives up
/// `excess` more.
fn laid_out(
    sheet: &Sheet,
    shown: &[usize],
    bar: usize,
    (names, excess): (usize, usize),
) -> Vec<String> {
    let first = shown.iter().copied().find(|&c| sheet.columns[c].align == Align::Left);
    let shortened = first
        .filter(|_| excess > 0)
        .map(|column| (column, width_that_tells_apart(sheet, column, (names, excess))));
    let text = |column: usize, cell: &Cell| {
        let text = cell_text(cell, bar);
        if let Some((_, width)) = shortened.filter(|(shortened, _)| *shortened == column) {
            return cut(&text, width);
        }
        if is_name(sheet, column, cell) { cut(&text, names) } else { text }
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(shown.iter().map(|&column| heading_of(sheet, column, bar)));
    for row in &sheet.rows {
        table
            .add_row(shown.iter().map(|&c| row.get(c).map_or(String::new(), |cell| text(c, cell))));
    }
    for (place, &column) in shown.iter().enumerate() {
        let Some(laid) = table.column_mut(place) else { continue };
        let before = if place == 0 { 0 } else { gap(sheet, column) };
        laid.set_padding((u16::try_from(before).unwrap_or(2), 0));
        laid.set_cell_alignment(match sheet.columns[column].align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The width of a column that gives up `excess` cells, or as many as it can: rows that differ must still do so. A table that
/// is too wide is read with some pains, one whose rows are all called `2025-09…` not at all.
fn width_that_tells_apart(sheet: &Sheet, column: usize, (names, excess): (usize, usize)) -> usize {
    let full = column_width(sheet, column, names);
    let cells = sheet.rows.iter().filter_map(|row| row.get(column));
    let texts: BTreeSet<String> =
        cells.map(|cell| cut(&cell_text(cell, BAR_LEAST), full)).collect();
    let are_apart = |width: &usize| {
        texts.iter().map(|text| cut(text, *width)).collect::<BTreeSet<_>>().len() == texts.len()
    };
    (full.saturating_sub(excess).max(NAME_LEAST)..full).find(are_apart).unwrap_or(full)
}

/// The heading of a column; that of dots on an axis is the two ends of the axis.
fn heading_of(sheet: &Sheet, column: usize, width: usize) -> String {
    let cells = sheet.rows.iter().filter_map(|row| row.get(column));
    let is_axis = cells.into_iter().any(|cell| matches!(cell, Cell::Strip { .. }));
    let name = &sheet.columns[column].name;
    match name.split_once('–').filter(|_| is_axis) {
        Some((low, high)) => {
            format!("{low}{high:>width$}", width = width.saturating_sub(low.width()))
        }
        None => name.clone(),
    }
}

/// A cell as text; bars `width` cells long.
pub(super) fn cell_text(cell: &Cell, width: usize) -> String {
    match cell {
        Cell::Text(text) | Cell::Word { said: text, .. } => visible(text).into_owned(),
        Cell::Count(number) => words::count(*number),
        Cell::Difference(number) => words::signed_count(*number),
        Cell::Share(share) => words::percent(*share),
        Cell::Range(low, high) => words::range(*low, *high),
        Cell::Number(number, measure) => measure.in_words(*number),
        Cell::Bounds(low, high, measure) => measure.range_in_words(*low, *high),
        Cell::Seconds(seconds) => words::duration(*seconds),
        Cell::Money(amount) => amount.map_or_else(|| words::UNKNOWN.to_owned(), words::money),
        Cell::Amounts(amounts) => visible(&words::amounts(amounts)).into_owned(),
        Cell::Bar { kept, range } => kept.map_or_else(String::new, |kept| bar(kept, *range, width)),
        Cell::Strip { share, range, most } => {
            share.map_or_else(String::new, |share| strip(share, *range, *most, width))
        }
        Cell::Warning(true) => "!".to_owned(),
        Cell::Warning(false) | Cell::Empty => String::new(),
    }
}

/// A bar of the kept share, shaded where its range lies, the lost part hollow; more than all is a full bar.
fn bar(kept: f64, range: Option<(f64, f64)>, width: usize) -> String {
    let (low, high) = range.unwrap_or((kept, kept));
    let (sure, perhaps) = (cells(low, width), cells(high.max(low), width));
    "█".repeat(sure) + &"▒".repeat(perhaps - sure) + &"░".repeat(width - perhaps)
}

/// A dot with its range on an axis from nought to `most`.
fn strip(share: f64, range: Option<(f64, f64)>, most: f64, width: usize) -> String {
    let place = |share: f64| cells(share / most, width.saturating_sub(1));
    let (low, high) = range.map_or((share, share), |(low, high)| (low.min(share), high.max(share)));
    let [low, dot, high] = [low, share, high].map(place);
    let sign = |cell: usize| match cell {
        _ if cell == dot => '●',
        _ if cell == low => '├',
        _ if cell == high => '┤',
        _ if low < cell && cell < high => '─',
        _ => ' ',
    };
    (0..=high).map(sign).collect()
}

/// How many of so many cells a share takes.
fn cells(share: f64, width: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between nought and the width of a line"
    )]
    let cells = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    cells
}

/// As much of a text as fits the width, with a mark where it was cut: its beginning, and where there is room its end,
/// in which values like addresses differ.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let end = if width < BOTH_ENDS { 0 } else { width / 3 };
    let end: Vec<char> = fitting_letters(text.chars().rev(), end);
    let beginning = fitting_letters(text.chars(), width.saturating_sub(1 + width_of(&end)));
    beginning.iter().chain(&['…']).chain(end.iter().rev()).collect()
}

/// The first letters that fit the width.
fn fitting_letters(letters: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |letter: &char| {
        used += letter.width().unwrap_or(0);
        used <= width
    };
    letters.take_while(fits).collect()
}

fn width_of(letters: &[char]) -> usize {
    letters.iter().map(|letter| letter.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_the_kept_share_and_its_range() {
        let cases = [
            (0.0, None, "░░░░"),
            (0.5, None, "██░░"),
            (1.3, None, "████"),
            (f64::NAN, None, "░░░░"),
            (0.5, Some((0.25, 0.75)), "█▒▒░"),
            (0.5, Some((0.0, 1.0)), "▒▒▒▒"),
        ];
        for (kept, range, expected) in cases {
            assert_eq!(bar(kept, range, 4), expected, "{kept}");
        }
    }

    #[test]
    fn dots_stand_in_their_range() {
        let cases = [
            (0.05, Some((0.03, 0.08)), "   ├─●──┤"),
            (0.0, Some((0.0, 0.02)), "●─┤"),
            (0.1, None, "          ●"),
            (0.05, Some((0.049, 0.051)), "     ●"),
        ];
        for (share, range, expected) in cases {
            assert_eq!(strip(share, range, 0.1, 11), expected, "{share}");
        }
    }

    #[test]
    fn names_are_cut_by_display_width() {
        let cases =
            [("Visit", 8, "Visit"), ("Delivery address", 8, "Deliver…"), ("价格价格", 6, "价格…")];
        for (text, width, expected) in cases {
            assert_eq!(cut(text, width), expected);
        }
        assert_eq!(cut("/collections/tea/products/green", 18), "/collection…/green");
    }

    #[test]
    fn long_values_give_way_before_columns_do() {
        use crate::report::sheet::{left, right};
        let columns = vec![left("page", 0), right("rate", 0), right("95% range", 1)];
        let mut sheet = Sheet::new("", columns);
        for (name, share) in [("x".repeat(300), 0.25), ("y".to_owned(), 0.5)] {
            sheet.rows.push(vec![
                Cell::Text(name),
                Cell::Share(Some(share)),
                Cell::Range(Some(share - 0.1), Some(share + 0.1)),
            ]);
        }
        let lines = sheet_lines(&sheet, &TableStyle::wide(100));
        let widths: Vec<usize> = lines.iter().map(|line| line.width()).collect();
        assert_eq!(widths, [100, 100, 100], "{lines:?}");
        assert!(lines[1].contains("x…x") && lines[1].ends_with("25.0%     15–35%"), "{lines:?}");
        let narrow = sheet_lines(&sheet, &TableStyle::wide(40));
        assert_eq!(narrow[3..], ["1 column hidden at 40 columns: --width", "  66"], "{narrow:?}");
    }

    #[test]
    fn what_does_not_fit_beside_the_names_stands_below() {
        use crate::report::sheet::{left, right};
        let columns = ["a, of all", "b, of all", "difference"].map(|name| right(name, 0));
        let mut sheet = Sheet::new("", [left("step", 0)].into_iter().chain(columns).collect());
        for (name, share) in [("Category view", 0.25), ("Category cart", 0.5)] {
            let share = || Cell::Share(Some(share));
            sheet.rows.push(vec![Cell::Text(name.to_owned()), share(), share(), share()]);
        }
        let lines = sheet_lines(&sheet, &TableStyle::wide(40));
        let expected = [
            "step           a, of all  b, of all",
            "Category view      25.0%      25.0%",
            "Category cart      50.0%      50.0%",
            "",
            "step           difference",
            "Category view       25.0%",
            "Category cart       50.0%",
        ];
        assert_eq!(lines, expected);
        assert_eq!(sheet_lines(&sheet, &TableStyle::wide(47)).len(), 3);
    }

    #[test]
    fn sentences_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "  three"]);
        assert_eq!(wrapped("immeasurable x", 5), ["immeasurable", "  x"]);
        assert_eq!(wrapped("a\u{1b}b", 80), ["a\\u{1b}b"]);
    }
}
