//! What a tool has put around a record: pipelines and loggers hand on what they got under a key of their own, or as a
//! text that holds JSON, and a table of theirs has a column of such texts.
//!
//! An envelope is opened before a format sees the record, so every JSON format can come in one. Formats that read
//! what stands around a record too (the web pixel's, those of webhooks) find a record under their keys by
//! themselves; for them a text only has to be put in its place. This file knows no format.

use super::columns::{Header, Row};
use super::json::{Json, Malformed, Place, Reader, Written, json_of_python, member};
use std::borrow::Cow;

/// The keys under which records come: Airbyte's, those that loggers of events and webhooks use, Elasticsearch's and `DynamoDB`'s.
pub const KEYS: [&str; 11] = [
    "_airbyte_data",
    "payload",
    "body",
    "message",
    "data",
    "record",
    "event",
    "pixel_event",
    "raw",
    "_source",
    "Item",
];

/// Further ones, which many records have of their own: looked into last, and only where they are nothing without.
pub const FURTHER: [&str; 19] = [
    // Of loggers and queues: Google's, Amazon's, Docker's, systemd's, Kafka's.
    "jsonPayload",
    "detail",
    "log",
    "MESSAGE",
    "line",
    "RECORD_CONTENT",
    "value",
    // Of Adobe's web SDK.
    "xdm",
    // Of tables.
    "raw_json",
    "raw_event",
    "event_json",
    "event_payload",
    "json",
    "json_data",
    "content",
    "document",
    "doc",
    "fields",
    "attributes",
];

/// Keys that are no record's own, but may be written as a text where one is in an envelope.
const PARTS: [&str; 4] = ["context", "customData", "init", "properties"];

/// Where the record is in what came.
#[derive(Clone, Debug)]
pub enum Envelope {
    /// What came is the record, with texts that are to be put in as the objects they hold.
    Texts,
    /// Under a key, as it is or as a text; with what stands around it under other keys that it lacks.
    Member(&'static str, Vec<String>),
    /// In a column of a table; with what stands in others that it lacks.
    Column(Header, usize, Vec<usize>),
}

impl Envelope {
    /// How a reader is told of it.
    pub fn words(&self) -> String {
        match self {
            Envelope::Texts => ", with JSON that is written as text".to_string(),
            Envelope::Member(key, around) => format!(", under `{key}`{}", beside(around.iter())),
            Envelope::Column(header, column, around) => {
                let name = |column: &usize| header.names().get(*column);
                let own = name(column).map_or("", String::as_str);
                format!(", in the column `{own}`{}", beside(around.iter().filter_map(name)))
            }
        }
    }

    /// The record in one that came; an error says why there is none. `room` takes apart what is around it.
    pub fn open<'o>(
        &self,
        written: Written<'o>,
        room: &mut Reader,
    ) -> Result<Cow<'o, [u8]>, String> {
        let bytes = written.bytes();
        let outer = room.read(written).map_err(Malformed::in_words)?;
        if !outer.is_whole_object() {
            return Err("it is not one JSON object".to_string());
        }
        match self {
            Envelope::Texts => {
                let keys = KEYS.iter().chain(&FURTHER).chain(&PARTS);
                let texts = keys.filter_map(|key| outer.root().member(key));
                let texts: Vec<Place> =
                    texts.filter(|json| json.is_text()).map(Json::place).collect();
                Ok(outer.unpacked(&texts).map_or(Cow::Borrowed(bytes), Cow::Owned))
            }
            Envelope::Member(key, around) => {
                let inner = outer.root().member(key);
                let text = inner.and_then(Json::packed).map(|text| Cow::Owned(text.into_bytes()));
                let object = || member(bytes, key).filter(|_| inner.is_some_and(Json::is_object));
                let found = text.or_else(|| object().map(Cow::Borrowed));
                let found = found.ok_or_else(|| format!("there is no record under `{key}`"))?;
                let around = around.iter().filter_map(|key| {
                    let value = member(bytes, key)?;
                    Some((key.as_str(), Cow::Borrowed(value)))
                });
                Ok(completed(found, around))
            }
            Envelope::Column(..) => Ok(Cow::Borrowed(bytes)),
        }
    }

    /// The record in a row of a table.
    pub fn of_row<'r>(&self, row: Row<'r>) -> Cow<'r, [u8]> {
        match self {
            Envelope::Column(header, column, around) => {
                let around = around.iter().filter_map(|&column| {
                    let text = serde_json::to_vec(&row.value(Some(column))?).ok()?;
                    Some((header.names().get(column)?.as_str(), Cow::Owned(text)))
                });
                let cell = row.cell(*column).unwrap_or_default();
                let printed = std::str::from_utf8(&cell).ok().and_then(json_of_python);
                completed(printed.map_or(cell, |json| Cow::Owned(json.into_bytes())), around)
            }
            Envelope::Texts | Envelope::Member(..) => Cow::Borrowed(&[]),
        }
    }
}

/// What is said of names around a record.
fn beside<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(", with {} around it", names.join(", ")) }
}

/// A record with further members behind its own.
fn completed<'r, 'm>(
    record: Cow<'r, [u8]>,
    members: impl Iterator<Item = (&'m str, Cow<'m, [u8]>)>,
) -> Cow<'r, [u8]> {
    let mut members = members.peekable();
    let Some(inside) = record.trim_ascii().strip_suffix(b"}") else { return record };
    if members.peek().is_none() {
        return record;
    }
    let mut text = inside.to_vec();
    for (key, value) in members {
        let is_first = text.trim_ascii_end() == b"{";
        text.extend_from_slice(if is_first { b"" } else { b"," });
        text.extend(serde_json::to_vec(key).unwrap_or_default());
        text.push(b':');
        text.extend_from_slice(&value);
    }
    text.push(b'}');
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(envelope: &Envelope, text: &str) -> Result<String, String> {
        let mut room = Reader::default();
        // A record of a shape that is known is opened in the same way.
        let once = envelope.open(Written::new(text.as_bytes()), &mut room).map(Cow::into_owned);
        let again = envelope.open(Written::new(text.as_bytes()), &mut room).map(Cow::into_owned);
        assert_eq!(once, again);
        once.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn records_are_taken_out_of_their_envelopes() {
        let airbyte = Envelope::Member("_airbyte_data", Vec::new());
        for (text, expected) in [
            (
                r#"{"_airbyte_ab_id":"{}","_airbyte_data":{"id":1,"a":[{}]}}"#,
                r#"{"id":1,"a":[{}]}"#,
            ),
            (r#"{"_airbyte_data" : "{\"id\": \"\\u00e9\"}" ,"x":1}"#, r#"{"id": "\u00e9"}"#),
        ] {
            assert_eq!(open(&airbyte, text).unwrap(), expected);
        }
        for text in [
            r#"{"_airbyte_data":"text"}"#,
            r#"{"_airbyte_data":[{"id":1}]}"#,
            r#"{"other":{"_airbyte_data":{"id":1}}}"#,
            r#"{"_airbyte_data":{"id":1}"#,
            r#"{"_airbyte_data":{"id":1}} x"#,
        ] {
            assert!(open(&airbyte, text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_record_lacks_is_put_into_it() {
        let around = vec!["ts".to_string(), "a\"b".to_string()];
        let envelope = Envelope::Member("data", around);
        for (text, expected) in [
            (r#"{"ts":"x","data":{"id":1}, "z":2}"#, r#"{"id":1,"ts":"x"}"#),
            (r#"{"data":{ },"ts":7}"#, r#"{ "ts":7}"#),
            (r#"{"data":"{\"id\": 1 }","ts":null}"#, r#"{"id": 1 ,"ts":null}"#),
            (r#"{"data":{"ts":1},"ts":2}"#, r#"{"ts":1,"ts":2}"#),
            (r#"{"data":{"id":1}}"#, r#"{"id":1}"#),
        ] {
            assert_eq!(open(&envelope, text).unwrap(), expected, "{text}");
        }
        let header = Header::new(&csv::ByteRecord::from(vec!["at", "log", "who \"am\" I"]));
        let envelope = Envelope::Column(header, 1, vec![0, 2]);
        let row = csv::ByteRecord::from(vec!["7 \"o'clock\"", r#"{"id":1}"#, ""]);
        let record = envelope.of_row(Row::parsed(&row));
        assert_eq!(&*record, br#"{"id":1,"at":"7 \"o'clock\""}"#);
    }

    #[test]
    fn texts_are_put_in_their_places() {
        let text = r#"{"received_at":"t","payload":"{\"name\":\"x\"}","note":"{}","context":"{}"}"#;
        let expected = r#"{"received_at":"t","payload":{"name":"x"},"note":"{}","context":{}}"#;
        assert_eq!(open(&Envelope::Texts, text).unwrap(), expected);
        assert_eq!(open(&Envelope::Texts, r#"{"payload":{}}"#).unwrap(), r#"{"payload":{}}"#);
    }
}
