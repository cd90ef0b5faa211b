//! Lines of a table that are no rows of it: what the programs of databases print around and between rows.

use crate::input::columns::Row;

/// What a line is that is no row.
pub(super) fn no_row(row: Row<'_>) -> Option<&'static str> {
    match row.bytes().trim_ascii() {
        line @ [b'+' | b'-' | b'|' | b'=', ..] if is_border(line) => {
            Some("a line between rows, as programs print tables")
        }
        [b'(', count @ .., b')'] if is_count(count) => {
            Some("the number of rows, as programs print it below a table")
        }
        [b'A'..=b'Z', ..] if has_types(row) => {
            Some("the types of the columns, as ClickHouse writes them below their names")
        }
        _ => None,
    }
}

/// `+----+-----+`, `----+-----`, `|---|---|`
fn is_border(line: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, b'+' | b'-' | b'|' | b'=' | b':' | b' ');
    let is_rule = |pair: &[u8]| matches!(pair, b"--" | b"==");
    line.iter().all(is_sign) && line.windows(2).any(is_rule)
}

/// `2 rows`
fn is_count(words: &[u8]) -> bool {
    let number = words.strip_suffix(b" rows").or_else(|| words.strip_suffix(b" row"));
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Whether all cells that say anything, of which there are several, are types of ClickHouse.
fn has_types(row: Row<'_>) -> bool {
    let mut types = 0;
    let are_types = row.cells().all(|cell| {
        let cell = cell.trim_ascii();
        types += usize::from(!cell.is_empty());
        cell.is_empty() || is_type(cell)
    });
    are_types && types > 1
}

fn is_type(text: &[u8]) -> bool {
    const ALONE: [&[u8]; 8] =
        [b"String", b"Date", b"Date32", b"DateTime", b"UUID", b"Bool", b"IPv4", b"IPv6"];
    const OF_OTHERS: [&[u8]; 10] = [
        b"Nullable(",
        b"LowCardinality(",
        b"FixedString(",
        b"DateTime(",
        b"DateTime64(",
        b"Decimal(",
        b"Enum8(",
        b"Enum16(",
        b"Array(",
        b"Map(",
    ];
    const NUMBERS: [&[u8]; 3] = [b"UInt", b"Int", b"Float"];
    let is_size = |rest: &[u8]| [&b"8"[..], b"16", b"32", b"64", b"128", b"256"].contains(&rest);
    ALONE.contains(&text)
        || OF_OTHERS.iter().any(|own| text.starts_with(own) && text.ends_with(b")"))
        || NUMBERS.iter().any(|own| text.strip_prefix(*own).is_some_and(is_size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::ByteRecord;

    #[test]
    fn what_programs_print_around_rows_is_no_row() {
        for (line, expected) in [
            ("+----+-----+", true),
            ("----+-----", true),
            ("|---|:---:|", true),
            ("(2 rows)", true),
            ("(1 row)", true),
            ("String\tNullable(String)\tDateTime64(3)\tUInt64", true),
            ("String\t\tInt32", true),
            ("-", false),
            ("-1|-2", false),
            ("( rows)", false),
            ("(x rows)", false),
            ("String\tx", false),
            ("Date", false),
            ("Ada\tBool", false),
        ] {
            let record = ByteRecord::from(line.split('\t').collect::<Vec<_>>());
            let row = Row::parsed(&record).written(line.as_bytes());
            assert_eq!(no_row(row).is_some(), expected, "{line}");
        }
    }
}
