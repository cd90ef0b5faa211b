//! A sheet as a table of a page: every number that a picture above it shows.

use crate::render::layout::{cell_text, is_picture, says_something};
use crate::render::markup::Markup;
use crate::report::sheet::{Align, Cell, Sheet};
use crate::text::shortened;

/// So many rows are shown; whoever needs more needs another medium.
const ROWS: usize = 200;

/// So many letters of a text are shown.
const LETTERS: usize = 300;

/// The table with what its columns mean and the notes below it.
pub(super) fn table(page: &mut Markup, sheet: &Sheet) {
    let shown: Vec<usize> = (0..sheet.columns.len())
        .filter(|&column| says_something(sheet, column) && !is_picture(sheet, column))
        .collect();
    if !sheet.rows.is_empty() {
        let title = if sheet.title.is_empty() { "Table" } else { &sheet.title };
        page.open(
            "div",
            &[("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", title)],
        )
        .newline();
        page.open("table", &[]).newline().element("caption", &[], title).newline();
        header(page, sheet, &shown);
        page.open("tbody", &[]).newline();
        for row in sheet.rows.iter().take(ROWS) {
            body_row(page, sheet, row, &shown);
        }
        page.close("tbody").close("table").close("div").newline();
    }
    notes(page, sheet, &shown);
}

fn class(align: Align) -> &'static str {
    match align {
        Align::Left => "l",
        Align::Right => "n",
    }
}

fn header(page: &mut Markup, sheet: &Sheet, shown: &[usize]) {
    page.open("thead", &[]).open("tr", &[]);
    for &place in shown {
        let column = &sheet.columns[place];
        page.element("th", &[("scope", "col"), ("class", class(column.align))], &column.name);
    }
    page.close("tr").close("thead").newline();
}

fn body_row(page: &mut Markup, sheet: &Sheet, row: &[Cell], shown: &[usize]) {
    page.open("tr", &[]);
    for (number, &place) in shown.iter().enumerate() {
        let cell = row.get(place).unwrap_or(&Cell::Empty);
        let text = shortened(&cell_text(cell, 0), LETTERS);
        let class = class(sheet.columns[place].align);
        if number == 0 {
            page.element("th", &[("scope", "row"), ("class", class)], &text);
        } else if *cell == Cell::Warning(true) {
            page.element("td", &[("class", "warning")], "below target");
        } else {
            page.element("td", &[("class", class)], &text);
        }
    }
    page.close("tr").newline();
}

fn notes(page: &mut Markup, sheet: &Sheet, shown: &[usize]) {
    if let Some(more) = sheet.rows.len().checked_sub(ROWS).filter(|&more| more > 0) {
        page.element("p", &[("class", "note")], &format!("{more} more rows with --format csv."))
            .newline();
    }
    let columns = shown.iter().map(|&column| &sheet.columns[column]);
    let meanings: Vec<_> =
        columns.filter_map(|column| Some((column, column.meaning.as_ref()?))).collect();
    if !meanings.is_empty() && !sheet.rows.is_empty() {
        page.open("dl", &[("class", "meanings")]);
        for (column, meaning) in meanings {
            page.element("dt", &[], &column.name).element("dd", &[], meaning);
        }
        page.close("dl").newline();
    }
    for note in &sheet.notes {
        page.element("p", &[("class", "note")], note).newline();
    }
}
