//! An answer as rows with one header: what spreadsheets and line-by-line readers take.
//!
//! Numbers are exact, unknown is nothing, names of columns are in snake case as in ShopifyQL. The media
//! that write them (`render/csv`, `render/ndjson`) decide what is quoted and escaped.

use super::document::Document;
use super::sheet::{Cell, Column, Sheet};
use std::collections::BTreeSet;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Unknown.
    Nothing,
    /// A text, possibly from data.
    Text(String),
    /// A whole number.
    Whole(i128),
    /// A number with a fraction.
    Number(f64),
    /// Yes or no.
    Truth(bool),
}

/// Rows with one header.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// What one row is: `step`.
    pub kind: &'static str,
    /// The names of the columns, each once.
    pub header: Vec<String>,
    /// The rows; each has as many values as the header has names.
    pub rows: Vec<Vec<Value>>,
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Whole(i128::from(number))
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Value {
        number.filter(|number| number.is_finite()).map_or(Value::Nothing, Value::Number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl Records {
    /// The rows of the first table of a document.
    pub fn of_document(document: &Document) -> Records {
        let mut sheets = document.sections.iter().map(|section| &section.sheet);
        sheets.find(|sheet| !sheet.rows.is_empty()).map_or_else(Records::default, Records::of_sheet)
    }

    /// The rows of a table: a range becomes two columns, bars and columns without a name are left out.
    pub fn of_sheet(sheet: &Sheet) -> Records {
        let mut header = Vec::new();
        let mut rows = vec![Vec::new(); sheet.rows.len()];
        let mut rate = String::from("value");
        for (position, column) in sheet.columns.iter().enumerate() {
            let cells: Vec<&Cell> = sheet.rows.iter().filter_map(|row| row.get(position)).collect();
            let is_bar =
                cells.iter().any(|cell| matches!(cell, Cell::Bar { .. } | Cell::Strip { .. }));
            let is_warning = cells.iter().any(|cell| matches!(cell, Cell::Warning(_)));
            if is_bar || column.name.is_empty() && !is_warning {
                continue;
            }
            if cells.iter().any(|cell| matches!(cell, Cell::Range(..))) {
                header.extend([format!("{rate}_low"), format!("{rate}_high")]);
                rows.iter_mut().zip(cells).for_each(|(row, cell)| row.extend(bounds(cell)));
                continue;
            }
            if is_warning {
                header.push("warning".to_owned());
            } else {
                rate = name(column);
                header.push(rate.clone());
            }
            rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(value(cell)));
        }
        Records { kind: "row", header: each_once(header), rows }
    }
}

/// The name of a column in snake case.
fn name(column: &Column) -> String {
    snake_case(&column.name)
}

/// Letters and digits in lower case, everything between them as one underscore: `Landing page` is
/// `landing_page`.
pub fn snake_case(text: &str) -> String {
    let lower = text.to_lowercase();
    let words =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_");
    if name.is_empty() { "value".to_owned() } else { name }
}

/// The names, numbered where one comes again.
pub fn each_once(names: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut once = |name: String| {
        let again = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(again).find(|name| !seen.contains(name));
        let free = free.unwrap_or(name);
        seen.insert(free.clone());
        free
    };
    names.into_iter().map(&mut once).collect()
}

fn bounds(cell: &Cell) -> [Value; 2] {
    let bounds = if let Cell::Range(low, high) = cell { [*low, *high] } else { [None; 2] };
    bounds.map(Value::from)
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Count(number) => Value::from(*number),
        Cell::Difference(number) => Value::Whole(i128::from(*number)),
        Cell::Share(share) => Value::from(*share),
        Cell::Seconds(seconds) => Value::from(*seconds),
        Cell::Money(amount) => {
            amount.map_or(Value::Nothing, |amount| Value::Text(amount.to_string()))
        }
        Cell::Warning(is_set) => Value::Truth(*is_set),
        Cell::Range(..) | Cell::Bar { .. } | Cell::Strip { .. } | Cell::Empty => Value::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sheet::{left, right};

    #[test]
    fn a_table_becomes_rows() {
        let columns = vec![
            left("by device", 0),
            right("rate", 0),
            left("", 0),
            right("95% range", 0),
            left("kept", 0),
        ];
        let mut sheet = Sheet::new("x", columns);
        sheet.rows.push(vec![
            Cell::Text("mobile".into()),
            Cell::Share(Some(0.25)),
            Cell::Warning(true),
            Cell::Range(Some(0.1), Some(0.5)),
            Cell::Bar { kept: Some(0.25), range: None },
        ]);
        let records = Records::of_sheet(&sheet);
        assert_eq!(records.header, ["by_device", "rate", "warning", "rate_low", "rate_high"]);
        assert_eq!(records.rows[0][1], Value::Number(0.25));
    }

    #[test]
    fn names_are_snake_case_and_each_once() {
        assert_eq!(snake_case("Landing page, UTM"), "landing_page_utm");
        assert_eq!(snake_case("%"), "value");
        let names = ["a", "b", "a", "a_2"].map(str::to_owned).to_vec();
        assert_eq!(each_once(names), ["a", "b", "a_2", "a_2_2"]);
    }
}
