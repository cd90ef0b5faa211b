//! What a tool has put around a record: pipelines and loggers hand on what they got under a key of their own, or as a
//! text that holds JSON, and a table of theirs has a column of such texts.
//!
//! An envelope is opened before a format sees the record, so every JSON format can come in one. Formats that read
//! what stands around a record too (the web pixel's, those of webhooks) find a record under their keys by
//! themselves; for them a text only has to be put in its place. This file knows no format.

use super::columns::{Header, Row};
use super::json::{Json, Malformed, Place, Reader, Written, member};
use std::borrow::Cow;

/// The keys under which records come: Airbyte's, those that loggers of events and webhooks use, and Elasticsearch's.
pub const KEYS: [&str; 10] = [
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
];

/// Keys that are no record's own, but may be written as a text where one is in an envelope.
const PARTS: [&str; 4] = ["context", "customData", "init", "properties"];

/// Where the record is in what came.
#[derive(Clone, Debug)]
pub enum Envelope {
    /// What came is the record, with texts that are to be put in as the objects they hold.
    Texts,
    /// Under a key, as it is or as a text.
    Member(&'static str),
    /// In a column of a table.
    Column(Header, usize),
}

impl Envelope {
    /// How a reader is told of it.
    pub fn words(&self) -> String {
        match self {
            Envelope::Texts => ", with JSON that is written as text".to_string(),
            Envelope::Member(key) => format!(", under `{key}`"),
            Envelope::Column(header, column) => {
                let name = header.names().get(*column).map_or("", String::as_str);
                format!(", in the column `{name}`")
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
                let keys = KEYS.iter().chain(&PARTS);
                let texts = keys.filter_map(|key| outer.root().member(key));
                let texts: Vec<Place> =
                    texts.filter(|json| json.is_text()).map(Json::place).collect();
                Ok(outer.unpacked(&texts).map_or(Cow::Borrowed(bytes), Cow::Owned))
            }
            Envelope::Member(key) => {
                let inner = outer.root().member(key);
                let text = inner.and_then(Json::packed).map(|text| Cow::Owned(text.into_bytes()));
                let object = || member(bytes, key).filter(|_| inner.is_some_and(Json::is_object));
                let found = text.or_else(|| object().map(Cow::Borrowed));
                found.ok_or_else(|| format!("there is no record under `{key}`"))
            }
            Envelope::Column(..) => Ok(Cow::Borrowed(bytes)),
        }
    }

    /// The record in a row of a table.
    pub fn of_row<'r>(&self, row: Row<'r>) -> Cow<'r, [u8]> {
        match self {
            Envelope::Column(_, column) => row.cell(*column).unwrap_or_default(),
            Envelope::Texts | Envelope::Member(_) => Cow::Borrowed(&[]),
        }
    }
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
        let airbyte = Envelope::Member("_airbyte_data");
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
    fn texts_are_put_in_their_places() {
        let text = r#"{"received_at":"t","payload":"{\"name\":\"x\"}","note":"{}","context":"{}"}"#;
        let expected = r#"{"received_at":"t","payload":{"name":"x"},"note":"{}","context":{}}"#;
        assert_eq!(open(&Envelope::Texts, text).unwrap(), expected);
        assert_eq!(open(&Envelope::Texts, r#"{"payload":{}}"#).unwrap(), r#"{"payload":{}}"#);
    }
}
