//! Rows as JSON, one object a line: for programs that read line by line.
//!
//! Every object has the same keys in the same order, the first says what the line is.

use super::json::quoted;
use crate::report::records::{Records, Value};

/// The rows, a line each.
pub(super) fn lines(records: &Records) -> String {
    let line = |row: &Vec<Value>| {
        let members = records.header.iter().zip(row);
        let members = members.map(|(name, value)| format!(",{}:{}", quoted(name), json(value)));
        format!("{{\"kind\":{}{}}}\n", quoted(records.kind), members.collect::<String>())
    };
    records.rows.iter().map(line).collect()
}

fn json(value: &Value) -> String {
    match value {
        Value::Nothing => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) => serde_json::Value::from(*number).to_string(),
        Value::Truth(truth) => truth.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_an_object() {
        let records = Records {
            kind: "step",
            header: vec!["a\"".into(), "b".into(), "c".into()],
            rows: vec![
                vec![Value::Text("\u{202e}\u{1b}\n".into()), Value::Nothing, Value::Truth(true)],
                vec![Value::Whole(-3), Value::Number(0.1), Value::Number(f64::NAN)],
            ],
        };
        assert_eq!(
            lines(&records),
            "{\"kind\":\"step\",\"a\\\"\":\"\\u202e\\u001b\\n\",\"b\":null,\"c\":true}\n\
             {\"kind\":\"step\",\"a\\\"\":-3,\"b\":0.1,\"c\":null}\n"
        );
    }
}
