//! JSON that stands in lines of another kind, so that no record begins where a line does.
//!
//! Loggers put a time and a level in front of a record, some programs a sign that parts records, others write each
//! record as a text. Nothing of that is read: the answer says what it is and which command takes it away, and shows
//! nothing of what stands there.

use crate::error::Error;
use crate::input::json::{Reader, Written};
use crate::place::Place;

/// What begins each text of a sequence (RFC 7464).
const RECORD_SEPARATOR: u8 = 0x1E;

/// What to do about each kind.
const WITHOUT_SIGNS: &str = "`tr -d '\\036' < FILE > NEW.jsonl` takes the signs away";
const WITHOUT_FRONT: &str =
    "`sed 's/^[^{]*//' FILE > NEW.jsonl` takes away what stands in front of each record";
const AS_OBJECTS: &str = "`jq -c fromjson FILE > NEW.jsonl` writes the objects themselves";
const FROM_CELLS: &str = "put a line with a name for each column in front, such as id,data: records are looked for under data, message, payload and the like";

/// The error of a source whose first line has a JSON object in it, but does not begin with it.
pub(super) fn error(path: &str, head: &[u8]) -> Option<Error> {
    let line = head.trim_ascii_start().split(|&byte| byte == b'\n').next()?.trim_ascii_end();
    let error = |what: &str, hint: &str| {
        Some(
            Error::at(Place::file(path), format!("not recognised: this is JSON {what}")).hint(hint),
        )
    };
    if let Some(record) = line.strip_prefix(&[RECORD_SEPARATOR]) {
        let is_json = matches!(record.trim_ascii_start().first(), Some(b'{' | b'[') | None);
        return error("with a sign before each record (byte 1E)", WITHOUT_SIGNS)
            .filter(|_| is_json);
    }
    if line.starts_with(b"\"{\\\"") {
        return error("whose objects are written as texts", AS_OBJECTS);
    }
    if line.starts_with(b"\"{\"\"") && line.ends_with(b"}\"") {
        return error("in the cells of a table without names of columns", FROM_CELLS);
    }
    let start = line.iter().position(|&byte| byte == b'{').filter(|&start| start > 0)?;
    let record = line.get(start..)?;
    let mut reader = Reader::<()>::default();
    let read = reader.read(Written::new(record)).ok()?;
    let is_object = read.root().is_object() && read.root().members().next().is_some();
    let is_all = read.end() == record.len();
    error("with something in front of each record", WITHOUT_FRONT).filter(|_| is_object && is_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_within_lines_is_known_and_never_shown() {
        for (head, expected) in [
            ("2025-10-01 INFO {\"name\": \"Ada\"}\nx", Some("in front")),
            ("\u{1e}{\"name\": \"Ada\"}\n", Some("byte 1E")),
            ("\"{\\\"name\\\": \\\"Ada\\\"}\"\n", Some("as texts")),
            ("\"{\"\"name\"\": \"\"Ada\"\"}\"\n", Some("cells of a table")),
            ("time,event,{id}\n", None),
            ("time,event,{}\n", None),
            ("time,event,props\n2025-10-01,x,{\"name\":\"Ada\"}\n", None),
            ("a,{\"name\":\"Ada\"},b\n", None),
            ("", None),
        ] {
            let found = error("x", head.as_bytes()).map(|error| error.to_string());
            let is_it = found.as_deref().map(|found| expected.is_some_and(|e| found.contains(e)));
            assert_eq!(is_it, expected.map(|_| true), "{head}: {found:?}");
            assert!(!found.is_some_and(|found| found.contains("Ada")), "{head}");
        }
    }
}
