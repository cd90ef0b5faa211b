//! Names that shops give to orders and checkouts: what stands under `name` may be one, and is no event then.

use super::table_head::TableHead;
use crate::input::columns::Row;

/// Whether a column holds names that shops give to orders and checkouts: an event is not called `#1001`.
pub(super) fn are_names_of_orders(table: &TableHead, column: usize) -> bool {
    let rows = table.rows.iter().map(Row::parsed);
    let mut names = rows.filter_map(|row| row.value(Some(column))).peekable();
    names.peek().is_some() && names.all(|name| is_name_of_order(&name))
}

/// `#1001`, `#D7`, `EU-1001`, `1001`
pub(super) fn is_name_of_order(name: &str) -> bool {
    const FEWEST: usize = 3;
    let bare = name.trim_start_matches('#');
    let digits = bare.bytes().rev().take_while(u8::is_ascii_digit).count();
    let is_sign = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let fewest = if bare.len() < name.len() { 1 } else { FEWEST };
    digits >= fewest && bare.bytes().all(is_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_orders_are_no_events() {
        for (name, expected) in [
            ("#1001", true),
            ("#D7", true),
            ("#30000000000001", true),
            ("1001", true),
            ("EU-1001", true),
            ("#", false),
            ("page_viewed", false),
            ("step_1001", false),
            ("Purchase", false),
            ("STEP-2", false),
            ("404 shown", false),
        ] {
            assert_eq!(is_name_of_order(name), expected, "{name}");
        }
    }
}
