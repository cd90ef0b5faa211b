//! Rows with lists or records in their columns, as JSON: one object a line.
//!
//! Values are written as in the cells of a table (`cells`), within quotes where JSON wants them.

use super::cells::{Kind, write_digits_of_bytes, write_shown};
use super::column::{Column, Values};
use super::nested::{Leaf, Node, Shape};
use super::{Read, cells, decimals};
use parquet::file::reader::RowGroupReader;

/// Some rows of a group as lines of JSON.
pub(super) fn lines(group: &dyn RowGroupReader, skip: usize, count: usize) -> Read<Vec<u8>> {
    let schema = Node::of(group.metadata().schema_descr().root_schema());
    let mut leaves = Leaf::all(group, (skip, count))?;
    let mut text = Vec::new();
    for _ in 0..count {
        Leaf::check(&leaves, false)?;
        write(&schema, &mut leaves, &mut text);
        text.push(b'\n');
    }
    Leaf::check(&leaves, true)?;
    Ok(text)
}

fn write(node: &Node, leaves: &mut [Leaf], text: &mut Vec<u8>) {
    if !node.is_there(leaves) {
        node.pass(leaves);
        return text.extend_from_slice(NULL);
    }
    match &node.shape {
        Shape::Value => {
            if let Some(leaf) = node.leaf(leaves) {
                write_value(&leaf.column, leaf.value, text);
                leaf.pass();
            }
        }
        Shape::Record(members) => write_record(members, leaves, text),
        Shape::List(repeated, element) => {
            text.push(b'[');
            node.each_element(*repeated, leaves, |leaves, number| {
                if number > 0 {
                    text.push(b',');
                }
                write(element, leaves, text);
            });
            text.push(b']');
        }
        Shape::Map(repeated, both) => {
            let [key, value] = &**both;
            text.push(b'{');
            node.each_element(*repeated, leaves, |leaves, number| {
                if number > 0 {
                    text.push(b',');
                }
                write_key(key, leaves, text);
                text.push(b':');
                write(value, leaves, text);
            });
            text.push(b'}');
        }
    }
}

const NULL: &[u8] = b"null";

/// Missing members are left out, as exports to JSON do.
fn write_record(members: &[(String, Node)], leaves: &mut [Leaf], text: &mut Vec<u8>) {
    text.push(b'{');
    let mut is_first = true;
    for (name, member) in members {
        if !member.is_there(leaves) {
            member.pass(leaves);
            continue;
        }
        if !is_first {
            text.push(b',');
        }
        is_first = false;
        write_string(name, text);
        text.push(b':');
        write(member, leaves, text);
    }
    text.push(b'}');
}

/// A key is a text, whatever it is made of.
fn write_key(key: &Node, leaves: &mut [Leaf], text: &mut Vec<u8>) {
    let mut written = Vec::new();
    write(key, leaves, &mut written);
    if written.starts_with(b"\"") {
        text.extend_from_slice(&written);
    } else {
        write_string(&String::from_utf8_lossy(&written), text);
    }
}

fn write_value(column: &Column, number: usize, text: &mut Vec<u8>) {
    let kind = column.kind;
    match &column.values {
        Values::Texts(rows) | Values::Bytes(rows) => {
            let is_text = matches!(column.values, Values::Texts(_));
            match rows.get(number) {
                Some(bytes) => write_bytes(kind, bytes, is_text, text),
                None => text.extend_from_slice(NULL),
            }
        }
        Values::Ints(_) | Values::Longs(_) if kind.is_number() => column.write(number, text),
        Values::Bools(_) => column.write(number, text),
        Values::Ints(_) | Values::Longs(_) | Values::Moments(_) => {
            quoted(text, |text| column.write(number, text));
        }
        Values::Floats(own) => write_float(own.get(number).copied(), f32::is_finite, text),
        Values::Doubles(own) => write_float(own.get(number).copied(), f64::is_finite, text),
    }
}

fn write_bytes(kind: Kind, bytes: &[u8], is_text: bool, text: &mut Vec<u8>) {
    match (kind, bytes) {
        (Kind::Half, &[low, high]) => {
            let half = decimals::half(u16::from_le_bytes([low, high]));
            write_float(Some(half), f32::is_finite, text);
        }
        (Kind::Decimal(_), _) => {
            kind.write_said(bytes, text);
        }
        (Kind::Uuid, _) if bytes.len() == cells::UUID => quoted(text, |text| {
            kind.write_said(bytes, text);
        }),
        _ if is_text => write_string(&crate::text::decode(bytes), text),
        _ => quoted(text, |text| write_digits_of_bytes(bytes, text)),
    }
}

/// JSON has no numbers that are none.
fn write_float<T: std::fmt::Display + Copy>(
    number: Option<T>,
    is_finite: impl Fn(T) -> bool,
    text: &mut Vec<u8>,
) {
    match number.filter(|number| is_finite(*number)) {
        Some(number) => write_shown(&number, text),
        None => text.extend_from_slice(NULL),
    }
}

fn quoted(text: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    text.push(b'"');
    write(text);
    text.push(b'"');
}

fn write_string(written: &str, text: &mut Vec<u8>) {
    // The one way in which writing text can fail is a writer that does.
    let _written = serde_json::to_writer(text, written);
}

#[cfg(test)]
mod tests {
    use super::super::pages::Groups;
    use super::*;
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};
    use std::sync::Arc;

    const SCHEMA: &str = "message rows {
        optional group lists (LIST) { repeated group list { optional group element (LIST) {
            repeated group list { optional int32 element; } } } }
        required group record { optional group map (MAP) { repeated group key_value {
            required binary key (UTF8); optional int32 value (INTEGER(32, false)); } } }
        repeated binary plain;
        optional group old (LIST) { repeated int32 array; }
    }";

    /// What a row holds.
    #[derive(Clone, Debug)]
    struct Held {
        lists: Option<Vec<Option<Vec<Option<i32>>>>>,
        map: Option<Vec<(String, Option<i32>)>>,
        plain: Vec<Vec<u8>>,
        old: Option<Vec<i32>>,
    }

    fn held() -> impl Strategy<Value = Held> {
        use prop::collection::vec;
        use prop::option::of;
        let bytes = prop::sample::select(vec![&b"a\"b"[..], b"caf\xE9", b"", b"caf\xC3\xA9"]);
        let parts = (
            of(vec(of(vec(of(any::<i32>()), 0..4)), 0..4)),
            of(vec(("[a-c]", of(any::<i32>())), 0..3)),
            vec(bytes.prop_map(<[u8]>::to_vec), 0..3),
            of(vec(any::<i32>(), 0..3)),
        );
        parts.prop_map(|(lists, map, plain, old)| Held { lists, map, plain, old })
    }

    /// The values of a column, and the levels beside them.
    struct Written<T> {
        values: Vec<T>,
        definitions: Vec<i16>,
        repetitions: Vec<i16>,
    }

    impl<T> Written<T> {
        fn new() -> Written<T> {
            Written { values: Vec::new(), definitions: Vec::new(), repetitions: Vec::new() }
        }

        fn add(&mut self, value: Option<T>, definition: i16, repetition: i16) {
            self.values.extend(value);
            self.definitions.push(definition);
            self.repetitions.push(repetition);
        }

        /// The elements of a list; what an empty one is.
        fn list<E>(
            &mut self,
            elements: &[E],
            (empty, repetition, level): (i16, i16, i16),
            mut each: impl FnMut(&mut Self, &E, i16),
        ) {
            if elements.is_empty() {
                self.add(None, empty, repetition);
            }
            let repetitions = std::iter::once(repetition).chain(std::iter::repeat(level));
            elements.iter().zip(repetitions).for_each(|(element, own)| each(self, element, own));
        }
    }

    fn lists(rows: &[Held]) -> Written<i32> {
        let mut out = Written::new();
        for row in rows {
            let Some(lists) = &row.lists else {
                out.add(None, 0, 0);
                continue;
            };
            out.list(lists, (1, 0, 1), |out, list, repetition| match list {
                None => out.add(None, 2, repetition),
                Some(list) => out.list(list, (3, repetition, 2), |out, number, repetition| {
                    out.add(*number, 4 + i16::from(number.is_some()), repetition);
                }),
            });
        }
        out
    }

    fn keys_and_values(rows: &[Held]) -> (Written<ByteArray>, Written<i32>) {
        let (mut keys, mut values) = (Written::new(), Written::new());
        for row in rows {
            let Some(map) = &row.map else {
                keys.add(None, 0, 0);
                values.add(None, 0, 0);
                continue;
            };
            keys.list(map, (1, 0, 1), |out, (key, _), repetition| {
                out.add(Some(key.as_str().into()), 2, repetition);
            });
            values.list(map, (1, 0, 1), |out, (_, value), repetition| {
                out.add(*value, 2 + i16::from(value.is_some()), repetition);
            });
        }
        (keys, values)
    }

    /// What is to be read of a row.
    fn expected(row: &Held) -> Value {
        let mut record = Map::new();
        if let Some(lists) = &row.lists {
            record.insert("lists".to_owned(), json!(lists));
        }
        let mut inner = Map::new();
        if let Some(map) = &row.map {
            let unsigned = |value: &Option<i32>| value.map(i32::cast_unsigned);
            let map = map.iter().map(|(key, value)| (key.clone(), json!(unsigned(value))));
            inner.insert("map".to_owned(), Value::Object(map.collect()));
        }
        record.insert("record".to_owned(), Value::Object(inner));
        let plain = row.plain.iter().map(|bytes| crate::text::decode(bytes));
        record.insert("plain".to_owned(), json!(plain.collect::<Vec<_>>()));
        if let Some(old) = &row.old {
            record.insert("old".to_owned(), json!(old));
        }
        Value::Object(record)
    }

    fn file(rows: &[Held], properties: WriterProperties) -> bytes::Bytes {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let mut writer =
            SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        macro_rules! column {
            ($type:ty, $written:expr) => {
                let own = $written;
                let mut column = group.next_column().unwrap().unwrap();
                let typed = column.typed::<$type>();
                let levels = (Some(&own.definitions[..]), Some(&own.repetitions[..]));
                typed.write_batch(&own.values, levels.0, levels.1).unwrap();
                column.close().unwrap();
            };
        }
        let (keys, values) = keys_and_values(rows);
        let (mut plain, mut old) = (Written::new(), Written::new());
        for row in rows {
            plain.list(&row.plain, (0, 0, 1), |out, bytes, repetition| {
                out.add(Some(ByteArray::from(bytes.clone())), 1, repetition);
            });
            match &row.old {
                None => old.add(None, 0, 0),
                Some(list) => old.list(list, (1, 0, 1), |out, number, repetition| {
                    out.add(Some(*number), 2, repetition);
                }),
            }
        }
        column!(Int32Type, lists(rows));
        column!(ByteArrayType, keys);
        column!(Int32Type, values);
        column!(ByteArrayType, plain);
        column!(Int32Type, old);
        group.close().unwrap();
        writer.into_inner().unwrap().into()
    }

    proptest! {
        /// Rows are read as they were written, in parts that begin anywhere, and only as many as there are.
        #[test]
        fn rows_are_those_that_were_written(
            rows in prop::collection::vec(held(), 1..40),
            (skip, count) in (0..40usize, 0..40usize),
            (is_new, limit) in (any::<bool>(), 1..20usize),
        ) {
            let (new, old) = (WriterVersion::PARQUET_2_0, WriterVersion::PARQUET_1_0);
            let properties = WriterProperties::builder()
                .set_writer_version(if is_new { new } else { old })
                .set_data_page_row_count_limit(limit)
                .set_write_batch_size(limit)
                .build();
            let groups = Groups::open(file(&rows, properties)).unwrap();
            let group = groups.group(0).unwrap();
            let skip = skip.min(rows.len());
            let count = count.min(rows.len() - skip);
            let text = String::from_utf8(lines(&group, skip, count).unwrap()).unwrap();
            let read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let expected: Vec<Value> = rows[skip..skip + count].iter().map(expected).collect();
            prop_assert_eq!(read, expected);
            prop_assert!(lines(&group, skip, rows.len() - skip + 1).is_err());
        }
    }
}
