//! `matomo.csv`: visits of Matomo as a table, one row a visit, whose actions are laid flat into columns
//! (`actionDetails_0_type`, `actionDetails_0_url`, `actionDetails_1_type` …).
//!
//! A row is written as the record that it was laid flat from and read as one (`matomo`): what a visit and its
//! actions mean is said once. Lists within actions are not read.

use super::{Desk, Kept, Sink, matomo};
use crate::input::columns::{Header, Row};
use crate::input::json::{Reader, Written};
use crate::money::Amount;
use crate::quality::Reason;
use std::collections::BTreeMap;

/// The columns that make a table this format; any name of a set will do.
pub const MUST: [&[&str]; 2] =
    [&["idvisit"], &["actiondetails 0 type", "actiondetails 0 url", "actiondetails 0 timestamp"]];

/// How the columns of actions begin.
const ACTIONS: &str = "actionDetails";

/// Where the cells of a visit and its actions are.
#[derive(Debug)]
pub struct MatomoTable {
    visit: Vec<(String, usize)>,
    /// The cells of each action, in the order of actions.
    actions: BTreeMap<u32, Vec<(String, usize)>>,
    /// Whether a comma is the decimal sign of amounts.
    pub decimal_comma: bool,
}

/// The key of an action's amount.
const REVENUE: &str = "revenue";

impl MatomoTable {
    /// The columns of a header.
    pub fn new(header: &Header) -> MatomoTable {
        let mut table =
            MatomoTable { visit: Vec::new(), actions: BTreeMap::new(), decimal_comma: false };
        for (column, name) in header.names().iter().enumerate() {
            match action_of(name) {
                Some((number, key)) => {
                    table.actions.entry(number).or_default().push((as_matomo(key), column));
                }
                None if without_actions(name).is_some() => {}
                None => table.visit.push((as_matomo(name), column)),
            }
        }
        table
    }

    /// Reads a row.
    pub fn read(&self, row: Row<'_>, mut desk: Desk<'_, impl Sink>) {
        let text = self.record(row);
        match Reader::<Kept>::default().read(Written::new(text.as_bytes())) {
            Ok(record) => matomo::read(&record, desk),
            Err(_) => desk.defect(Reason::BadRow, "the visit cannot be read".to_string()),
        }
    }

    /// The record that a row was laid flat from.
    fn record(&self, row: Row<'_>) -> String {
        let actions = self.actions.values().map(|cells| self.object(cells, row));
        let actions: Vec<String> = actions.filter(|cells| !cells.is_empty()).collect();
        let actions: Vec<String> = actions.iter().map(|cells| format!("{{{cells}}}")).collect();
        let visit = self.object(&self.visit, row);
        let comma = if visit.is_empty() { "" } else { "," };
        format!("{{{visit}{comma}\"{ACTIONS}\":[{}]}}", actions.join(","))
    }

    /// The members that cells make; empty cells make none.
    fn object(&self, cells: &[(String, usize)], row: Row<'_>) -> String {
        let members = cells.iter().filter_map(|(key, column)| {
            let value = row.value(Some(*column))?;
            let is_amount = key == REVENUE;
            let plain = is_amount.then(|| Amount::plain(&value, self.decimal_comma));
            Some(format!("{}:{}", quoted(key), written(plain.as_deref().unwrap_or(&value))))
        });
        members.collect::<Vec<_>>().join(",")
    }
}

/// A name as Matomo writes it: databases give back names in lower case.
fn as_matomo(name: &str) -> String {
    let name = name.trim();
    let own = matomo::KEYS.iter().find(|own| own.eq_ignore_ascii_case(name));
    own.map_or(name, |own| own).to_string()
}

/// What follows in the name of a column of actions.
fn without_actions(name: &str) -> Option<&str> {
    let (start, rest) = name.trim().split_at_checked(ACTIONS.len())?;
    start.eq_ignore_ascii_case(ACTIONS).then_some(rest)
}

/// The number of the action and the key that a column's name stands for.
fn action_of(name: &str) -> Option<(u32, &str)> {
    let is_mark = |c: char| matches!(c, '_' | ' ' | '.');
    let rest = without_actions(name)?.trim_start_matches(is_mark);
    let (number, key) = rest.split_once(is_mark)?;
    // What stands in a list within the action has a number of its own in its name.
    (!key.is_empty() && !key.contains(is_mark)).then_some((number.parse().ok()?, key))
}

/// A cell as JSON: a plain decimal number as it is, everything else as text.
fn written(cell: &str) -> String {
    let (whole, rest) = cell.split_once('.').unwrap_or((cell, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b: u8| b.is_ascii_digit());
    let is_number =
        are_digits(whole) && are_digits(rest) && (whole.len() == 1 || !whole.starts_with('0'));
    if is_number { cell.to_string() } else { quoted(cell) }
}

/// Text as JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::ByteRecord;

    #[test]
    fn a_row_becomes_the_record_that_it_was_laid_flat_from() {
        let names = ["idVisit", "actionDetails_1_url", "actionDetails 0 revenue", "userId"];
        let further = ["actionDetails_0_itemDetails_0_itemSKU", "actionDetails_2_url"];
        let names: Vec<&str> = names.into_iter().chain(further).collect();
        let header = Header::new(&ByteRecord::from(names));
        let row = ByteRecord::from(vec!["07", "a\"b", "12.50", "", "S-1", ""]);
        let record = MatomoTable::new(&header).record(Row::parsed(&row));
        let expected = r#"{"idVisit":"07","actionDetails":[{"revenue":12.50},{"url":"a\"b"}]}"#;
        assert_eq!(record, expected);
        let lower = header.names().iter().map(|name| name.to_lowercase());
        let lower = Header::new(&ByteRecord::from(lower.collect::<Vec<_>>()));
        assert_eq!(MatomoTable::new(&lower).record(Row::parsed(&row)), expected);
    }
}
