//! Files that are no data but the message with which an interface has refused to give any: a download that failed is
//! stored like one that did not.
//!
//! It is looked for only where nothing else can be made of a file: events may have errors of their own.

use super::SAMPLE;
use super::json_records::each_record;
use crate::error::Error;
use crate::event::Value;
use crate::input::json::{Json, Reader, Written};
use crate::input::split::Layout;
use crate::place::Place;
use crate::text;
use std::borrow::Cow;

/// Keys under which an interface says what went wrong.
const ERRORS: [&str; 2] = ["errors", "error"];

/// Keys of the words for it, the plainest first.
const WORDS: [&str; 7] =
    ["message", "error_description", "detail", "title", "description", "reason", "code"];

/// Keys of the number that a refusal has in the protocol of the web.
const STATUS: [&str; 4] = ["status", "code", "statusCode", "status_code"];

/// The lowest of these numbers.
const LOWEST: u32 = 400;

/// The highest of them.
const HIGHEST: u32 = 599;

/// Words stand no deeper than this.
const DEEPEST: usize = 3;

/// The error of a file all of whose first records are refusals.
pub(super) fn error(path: &str, (head, layout): (&[u8], Layout)) -> Option<Error> {
    let mut reader = Reader::<()>::default();
    let mut first = None;
    for (_, record) in each_record(head, layout).take(SAMPLE) {
        let said = said_of(record, &mut reader)?;
        first.get_or_insert(said);
    }
    Some(error_of(path, &first?))
}

/// The error of a page without records, if it says why it has none.
pub(super) fn of_page(path: &str, page: &[u8]) -> Option<Error> {
    Some(error_of(path, &said_of(page, &mut Reader::default())?))
}

fn error_of(path: &str, said: &str) -> Error {
    const LONGEST: usize = 160;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = text::shortened(&said, LONGEST);
    Error::at(
        Place::file(path),
        format!("it holds no data, but the error message of an interface: {said}"),
    )
    .hint("the download failed: mend what it says, and fetch it again")
}

fn said_of(record: &[u8], reader: &mut Reader) -> Option<String> {
    let record = reader.read(Written::new(record)).ok()?;
    said(record.root())
}

/// What a record says, if it is a refusal.
fn said(root: Json<'_>) -> Option<String> {
    let named = ERRORS.into_iter().find_map(|key| root.member(key));
    if let Some(error) = named.filter(|error| is_any(*error)) {
        let Some(own) = error.text() else { return words(error, DEEPEST).or_else(|| beside(root)) };
        return Some(match beside(root) {
            Some(beside) if beside != *own => format!("{own}: {beside}"),
            _ => own.into_owned(),
        });
    }
    let is_said = root.member("result").and_then(Json::text).is_some_and(|text| text == "error");
    let is_status = |key: &str| {
        let number = root.member(key).and_then(Json::scalar).and_then(|text| text.parse().ok());
        number.is_some_and(|number: u32| (LOWEST..=HIGHEST).contains(&number))
    };
    (is_said || STATUS.into_iter().any(is_status)).then(|| beside(root)).flatten()
}

/// Whether anything is said: an interface that refuses nothing may say so.
fn is_any(error: Json<'_>) -> bool {
    let is_text = || error.text().is_some_and(|text| !text.trim().is_empty());
    let is_yes = || matches!(error.property(), Some(Value::Bool(true)));
    let holds = || error.members().next().is_some() || error.elements().next().is_some();
    is_text() || is_yes() || holds()
}

/// The words beside the sign of an error.
fn beside(root: Json<'_>) -> Option<String> {
    let mut found = WORDS.into_iter().filter_map(|key| root.member(key)?.text());
    found.find(|text| !text.trim().is_empty()).map(Cow::into_owned)
}

/// The words of an error that is an object or a list: of a list its first, of an object under the names of words, else
/// whatever is said of its first member.
fn words(error: Json<'_>, depth: usize) -> Option<String> {
    if let Some(text) = error.text() {
        return Some(text.into_owned());
    }
    let deeper = depth.checked_sub(1)?;
    if let Some(first) = error.elements().next() {
        return words(first, deeper);
    }
    beside(error).or_else(|| {
        let (key, value) = error.members().next()?;
        Some(format!("{}: {}", String::from_utf8_lossy(key), words(value, deeper)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_by_what_they_say() {
        for (text, expected) in [
            (r#"{"errors":"[API] Invalid API key"}"#, Some("[API] Invalid API key")),
            (r#"{"error":{"code":190,"message":"no token"}}"#, Some("no token")),
            (r#"{"data":null,"errors":[{"message":"Throttled","path":["a"]}]}"#, Some("Throttled")),
            (r#"{"errors":[{"status":401,"title":"t","detail":"wrong key"}]}"#, Some("wrong key")),
            (r#"{"errors":{"order":["is missing"]}}"#, Some("order: is missing")),
            (r#"{"error":"invalid_grant","error_description":"old"}"#, Some("invalid_grant: old")),
            (r#"{"error":true,"message":"closed"}"#, Some("closed")),
            (r#"{"result":"error","message":"no access"}"#, Some("no access")),
            (r#"{"message":"Not Found","status":"404"}"#, Some("Not Found")),
            (r#"{"errors":[],"data":[]}"#, None),
            (r#"{"error":null,"message":"all is well"}"#, None),
            (r#"{"error":false,"message":"x","status":200}"#, None),
            (r#"{"message":"Not Found"}"#, None),
            (r#"{"errors":[[[[[["x"]]]]]]}"#, None),
            ("[", None),
        ] {
            let said = said_of(text.as_bytes(), &mut Reader::default());
            assert_eq!(said.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_file_is_refused_if_all_its_records_are() {
        let is_one = |text: &str| error("x", (text.as_bytes(), Layout::Lines)).is_some();
        assert!(is_one("{\"error\":\"a\"}\n{\"error\":\"b\"}\n"));
        assert!(!is_one("{\"error\":\"a\"}\n{\"id\":7}\n"));
        assert!(!is_one(""));
    }
}
