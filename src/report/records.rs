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
    /// The rows of the first table of a document that has some; if none has, the header of the first table.
    pub fn of_document(document: &Document) -> Records {
        let sheets = || document.sections.iter().map(|section| &section.sheet);
        let filled = sheets().find(|sheet| !sheet.rows.is_empty());
        let empty = || sheets().find(|sheet| !sheet.columns.is_empty());
        filled.or_else(empty).map_or_else(Records::default, Records::of_sheet)
    }

    /// The rows of a table: a range becomes two columns, amounts one for each currency; pictures and columns
    /// without any name are left out.
    pub fn of_sheet(sheet: &Sheet) -> Records {
        let mut header = Vec::new();
        let mut rows = vec![Vec::new(); sheet.rows.len()];
        let mut before = String::from("value");
        for (position, column) in sheet.columns.iter().enumerate() {
            let cells: Vec<&Cell> = sheet.rows.iter().filter_map(|row| row.get(position)).collect();
            for (name, values) in recorded(column, &cells, &mut before) {
                header.push(name);
                rows.iter_mut()
                    .zip(values)
                    .for_each(|(row, value): (&mut Vec<_>, _)| row.push(value));
            }
        }
        Records { kind: "row", header: each_once(header), rows }
    }
}

/// The columns for programs that a column for people makes. Bounds without a name of their own are those of the
/// number before.
fn recorded(column: &Column, cells: &[&Cell], before: &mut String) -> Vec<(String, Vec<Value>)> {
    let has = |is: fn(&Cell) -> bool| cells.iter().any(|cell| is(cell));
    if has(|cell| matches!(cell, Cell::Bar { .. } | Cell::Strip { .. })) {
        return Vec::new();
    }
    let values = || cells.iter().map(|cell| value(cell)).collect();
    if has(|cell| matches!(cell, Cell::Warning(_))) {
        return vec![("warning".to_owned(), values())];
    }
    if column.has_bounds || has(|cell| matches!(cell, Cell::Range(..) | Cell::Bounds(..))) {
        let of = column.key.unwrap_or(before);
        let bound = |number: usize| cells.iter().map(|cell| bounds(cell)[number].clone()).collect();
        return vec![(format!("{of}_low"), bound(0)), (format!("{of}_high"), bound(1))];
    }
    let Some(name) = name(column) else { return Vec::new() };
    before.clone_from(&name);
    if has(|cell| matches!(cell, Cell::Amounts(amounts) if !amounts.is_empty())) {
        return by_currency(&name, cells);
    }
    vec![(name, values())]
}

/// Amounts as one column for each currency: `at_stake_eur`.
fn by_currency(name: &str, cells: &[&Cell]) -> Vec<(String, Vec<Value>)> {
    let amounts = |cell: &Cell| {
        if let Cell::Amounts(amounts) = cell { amounts.clone() } else { Vec::new() }
    };
    let currencies: BTreeSet<Option<String>> =
        cells.iter().flat_map(|cell| amounts(cell)).map(|(currency, _)| currency).collect();
    let column = |currency: Option<String>| {
        let amount = |cell: &&Cell| {
            let own = amounts(cell).into_iter().find(|(own, _)| *own == currency);
            own.map_or(Value::Nothing, |(_, amount)| Value::Text(amount.to_string()))
        };
        let values = cells.iter().map(amount).collect();
        let currency = currency.as_deref().unwrap_or("unknown currency");
        (format!("{name}_{}", snake_case(currency)), values)
    };
    currencies.into_iter().map(column).collect()
}

/// The name of a column for programs: its own, or its heading in snake case; `None` if it has neither.
fn name(column: &Column) -> Option<String> {
    let heading = || (!column.name.is_empty()).then(|| snake_case(&column.name));
    column.key.map(str::to_owned).or_else(heading)
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
    let bounds = if let Cell::Range(low, high) | Cell::Bounds(low, high, _) = cell {
        [*low, *high]
    } else {
        [None; 2]
    };
    bounds.map(Value::from)
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Word { code, .. } => Value::from(*code),
        Cell::Count(number) => Value::from(*number),
        Cell::Difference(number) => Value::Whole(i128::from(*number)),
        Cell::Share(number) | Cell::Number(number, _) => Value::from(*number),
        Cell::Seconds(seconds) => Value::from(*seconds),
        Cell::Money(amount) => {
            amount.map_or(Value::Nothing, |amount| Value::Text(amount.to_string()))
        }
        Cell::Warning(is_set) => Value::Truth(*is_set),
        Cell::Range(..)
        | Cell::Bounds(..)
        | Cell::Amounts(_)
        | Cell::Bar { .. }
        | Cell::Strip { .. }
        | Cell::Empty => Value::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Amount;
    use crate::report::sheet::{Measure, left, right};

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
    fn programs_get_numbers_and_words_of_their_own() {
        let columns = vec![
            left("", 0).called("what"),
            right("to the others", 0),
            right("95% range", 0),
            right("to expect", 0).called("expected").of_bounds(),
            left("", 0).called("verdict"),
            right("at stake", 0),
            right("p", 0).only_for_programs(),
        ];
        let mut sheet = Sheet::new("x", columns);
        let amount = |code: Option<&str>, amount| (code.map(str::to_owned), Amount(amount));
        let row = |amounts: Vec<(Option<String>, Amount)>| {
            vec![
                Cell::Text("EUR".into()),
                Cell::Number(Some(-0.012_34), Measure::Points),
                Cell::Bounds(Some(-0.02), None, Measure::Points),
                Cell::Empty,
                Cell::Word { said: String::new(), code: "unclear" },
                Cell::Amounts(amounts),
                Cell::Number(Some(0.000_4), Measure::Probability),
            ]
        };
        sheet.rows.push(row(vec![amount(None, 88_900), amount(Some("EUR"), 120_000)]));
        sheet.rows.push(row(vec![amount(Some("USD"), 5)]));
        let records = Records::of_sheet(&sheet);
        let names = [
            "what",
            "to_the_others",
            "to_the_others_low",
            "to_the_others_high",
            "expected_low",
            "expected_high",
            "verdict",
            "at_stake_unknown_currency",
            "at_stake_eur",
            "at_stake_usd",
            "p",
        ];
        assert_eq!(records.header, names);
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            records.rows[0],
            [
                text("EUR"),
                Value::Number(-0.012_34),
                Value::Number(-0.02),
                Value::Nothing,
                Value::Nothing,
                Value::Nothing,
                text("unclear"),
                text("8.89"),
                text("12.00"),
                Value::Nothing,
                Value::Number(0.000_4),
            ]
        );
        assert_eq!(records.rows[1][7..10], [Value::Nothing, Value::Nothing, text("0.0005")]);
    }

    #[test]
    fn names_are_snake_case_and_each_once() {
        assert_eq!(snake_case("Landing page, UTM"), "landing_page_utm");
        assert_eq!(snake_case("%"), "value");
        let names = ["a", "b", "a", "a_2"].map(str::to_owned).to_vec();
        assert_eq!(each_once(names), ["a", "b", "a_2", "a_2_2"]);
    }
}
