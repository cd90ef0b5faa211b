//! Rows with lists or records in their columns, as JSON: one object a line.

use super::{Read, cells};
use chrono::DateTime;
use parquet::file::reader::RowGroupReader;
use parquet::record::{Field, Row};
use std::io::Write;

/// Some rows of a group as lines of JSON.
pub(super) fn lines(group: &dyn RowGroupReader, skip: usize, count: usize) -> Read<Vec<u8>> {
    let mut text = Vec::new();
    for row in group.get_row_iter(None)?.skip(skip).take(count) {
        write_row(&row?, &mut text);
        text.push(b'\n');
    }
    Ok(text)
}

/// Missing members are left out, as exports to JSON do.
fn write_row(row: &Row, text: &mut Vec<u8>) {
    text.push(b'{');
    let mut is_first = true;
    for (name, field) in row.get_column_iter().filter(|(_, field)| **field != Field::Null) {
        if !is_first {
            text.push(b',');
        }
        is_first = false;
        write_string(name, text);
        text.push(b':');
        write_field(field, text);
    }
    text.push(b'}');
}

fn write_field(field: &Field, text: &mut Vec<u8>) {
    match field {
        Field::Group(row) => write_row(row, text),
        Field::ListInternal(list) => {
            text.push(b'[');
            for (number, element) in list.elements().iter().enumerate() {
                if number > 0 {
                    text.push(b',');
                }
                write_field(element, text);
            }
            text.push(b']');
        }
        Field::MapInternal(map) => {
            text.push(b'{');
            for (number, (key, value)) in map.entries().iter().enumerate() {
                if number > 0 {
                    text.push(b',');
                }
                if let Field::Str(key) = key {
                    write_string(key, text);
                } else {
                    write_string(&key.to_string(), text);
                }
                text.push(b':');
                write_field(value, text);
            }
            text.push(b'}');
        }
        Field::Null => text.extend_from_slice(b"null"),
        Field::Str(written) => write_string(written, text),
        Field::Bytes(bytes) => write_string(&String::from_utf8_lossy(bytes.data()), text),
        Field::TimestampMillis(millis) => write_time(millis.saturating_mul(1000), text),
        Field::TimestampMicros(micros) => write_time(*micros, text),
        Field::Date(days) => {
            let day = DateTime::from_timestamp(i64::from(*days) * 86_400, 0);
            let day = day.map(|day| day.format("%Y-%m-%d").to_string());
            write_string(&day.unwrap_or_default(), text);
        }
        Field::Float(number) if !number.is_finite() => text.extend_from_slice(b"null"),
        Field::Double(number) if !number.is_finite() => text.extend_from_slice(b"null"),
        Field::Float(number) => write_shown(number, text),
        Field::Double(number) => write_shown(number, text),
        Field::TimeMillis(_) | Field::TimeMicros(_) => write_string(&field.to_string(), text),
        // Numbers and truth values are JSON as they are shown.
        Field::Bool(_)
        | Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_)
        | Field::Float16(_)
        | Field::Decimal(_) => write_shown(field, text),
    }
}

fn write_time(micros: i64, text: &mut Vec<u8>) {
    text.push(b'"');
    cells::write_time(micros, true, text);
    text.push(b'"');
}

fn write_string(written: &str, text: &mut Vec<u8>) {
    // The one way in which writing text can fail is a writer that does.
    let _written = serde_json::to_writer(text, written);
}

fn write_shown(value: &impl std::fmt::Display, text: &mut Vec<u8>) {
    let _written = write!(text, "{value}");
}
