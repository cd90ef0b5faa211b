//! Rows as CSV: one header, full precision, lines end with a line feed. A number that is not known is
//! `NA`, which readers of data know, so that it can be mistaken neither for nought nor for an empty text.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a formula from a
//! file that anybody may have written can send data away. Such texts get an apostrophe in front, which
//! spreadsheets do not show; numbers never do.

use super::escape::visible;
use crate::report::records::{Records, Value};

/// The rows with their header.
pub(super) fn table(records: &Records) -> String {
    let mut text = String::new();
    let header: Vec<String> = records.header.iter().map(|name| cell_of_text(name)).collect();
    line(&mut text, &header);
    for row in &records.rows {
        line(&mut text, &row.iter().map(cell).collect::<Vec<_>>());
    }
    text
}

fn line(text: &mut String, cells: &[String]) {
    text.push_str(&cells.join(","));
    text.push('\n');
}

fn cell(value: &Value) -> String {
    match value {
        Value::Nothing => "NA".to_owned(),
        Value::Text(text) => cell_of_text(text),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula, in quotes where it needs them.
fn cell_of_text(text: &str) -> String {
    let text = visible(text);
    let is_number = text.parse::<f64>().is_ok();
    // Some spreadsheets pass over blanks in front of a formula, and wide signs count as narrow ones.
    let first = text.trim_start().chars().next();
    let begins_formula = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    let guard = if begins_formula && !is_number { "'" } else { "" };
    if text.contains([',', '"', ';']) || text.trim() != text {
        return format!("\"{guard}{}\"", text.replace('"', "\"\""));
    }
    format!("{guard}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_harmless() {
        let cases = [
            ("mobile", "mobile"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("-2.5", "-2.5"),
            ("+49", "+49"),
            (" =1+1", "\"' =1+1\""),
            ("＝1", "'＝1"),
            ("\t=1", "\\u{9}=1"),
            ("a\r\n=1", "a\\u{d}\\u{a}=1"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("a,b", "\"a,b\""),
            ("a|b", "a|b"),
        ];
        for (text, expected) in cases {
            assert_eq!(cell_of_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_what_a_reader_gets() {
        let texts = ["a", "\"quoted\",comma", "' onmouseover='x", "", "ü; ö"];
        let records = Records {
            kind: "row",
            header: vec!["text".into(), "number".into()],
            rows: texts.map(|text| vec![Value::Text(text.into()), Value::Number(-0.1)]).to_vec(),
        };
        let written = table(&records);
        let mut reader = ::csv::Reader::from_reader(written.as_bytes());
        let read: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
        for (row, text) in read.iter().zip(texts) {
            assert_eq!(row.iter().collect::<Vec<_>>(), [text, "-0.1"]);
        }
        assert_eq!(read.len(), texts.len());
    }
}
