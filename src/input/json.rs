//! JSON as a flat list of nodes: one pass over a record's bytes, no allocation per record, no recursion.
//!
//! A general JSON library builds or skips values one path at a time; logs need a dozen fields out of
//! fifty, at any depth, for millions of records. So a record becomes a [`Tape`] (positions only), and a
//! format walks the few members it wants. This file knows no format. Numbers are kept as written.

use crate::event::Value;
use std::borrow::Cow;

/// Deeper nesting than this is no log record.
const MAX_DEPTH: usize = 128;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    /// Text without escapes.
    Plain,
    /// Text with escapes.
    Escaped,
    Number,
    True,
    False,
    Null,
}

/// A node: for text and numbers `start..end` are bytes of the record; for objects and arrays `end` is
/// the tape position behind the last member.
#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
}

/// Why a record is not JSON, and at which byte (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What was expected.
    pub expected: &'static str,
    /// Where, in bytes from the start.
    pub at: usize,
}

/// The nodes of the record that was read last. Reused from record to record.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    open: Vec<u32>,
}

impl Tape {
    /// Reads one value from the start of `bytes` (leading white space allowed) and says where it ends.
    pub fn read<'r>(&'r mut self, bytes: &'r [u8]) -> Result<(Json<'r>, usize), Malformed> {
        self.nodes.clear();
        self.open.clear();
        if bytes.len() > u32::MAX as usize {
            return Err(Malformed { expected: "a record below 4 GiB", at: 0 });
        }
        let end = Scanner { bytes, at: 0, tape: self }.value()?;
        Ok((Json { bytes, nodes: &self.nodes, at: 0 }, end))
    }
}

/// One pass over the bytes of a value.
struct Scanner<'a, 'r> {
    bytes: &'r [u8],
    at: usize,
    tape: &'a mut Tape,
}

impl Scanner<'_, '_> {
    /// Reads one whole value. Containers that are open are on a stack of their own, so depth costs no
    /// call stack.
    fn value(mut self) -> Result<usize, Malformed> {
        loop {
            self.space();
            let opened = self.open_value()?;
            if opened && self.enter()? {
                continue;
            }
            if !self.goes_on()? {
                return Ok(self.at);
            }
        }
    }

    /// Behind a value: closes what ends here; true if another value follows.
    fn goes_on(&mut self) -> Result<bool, Malformed> {
        while !self.tape.open.is_empty() {
            if self.after_value()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts the next value on the tape; true if it is a container, whose opening sign is then read.
    fn open_value(&mut self) -> Result<bool, Malformed> {
        match self.bytes.get(self.at) {
            Some(b'"') => self.text().map(|()| false),
            Some(b'{') => Ok(self.container(Kind::Object)),
            Some(b'[') => Ok(self.container(Kind::Array)),
            Some(b'-' | b'0'..=b'9') => {
                self.number();
                Ok(false)
            }
            Some(b't') => self.word(b"true", Kind::True),
            Some(b'f') => self.word(b"false", Kind::False),
            Some(b'n') => self.word(b"null", Kind::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn container(&mut self, kind: Kind) -> bool {
        let position = self.position();
        self.tape.open.push(position);
        self.push(kind, self.at, 0);
        self.at += 1;
        true
    }

    /// Behind an opening sign: true if a first value follows (its key read already).
    fn enter(&mut self) -> Result<bool, Malformed> {
        if self.tape.open.len() > MAX_DEPTH {
            return Err(self.expected("at most 128 levels of nesting"));
        }
        self.space();
        let (object, close) = self.innermost();
        if self.bytes.get(self.at) == Some(&close) {
            self.close();
            return Ok(false);
        }
        if object {
            self.key()?;
        }
        Ok(true)
    }

    /// Behind a value inside a container: true if another value follows; false if it was closed.
    fn after_value(&mut self) -> Result<bool, Malformed> {
        self.space();
        let (object, close) = self.innermost();
        match self.bytes.get(self.at) {
            Some(b',') => {
                self.at += 1;
                self.space();
                if object {
                    self.key()?;
                }
                Ok(true)
            }
            Some(sign) if *sign == close => {
                self.close();
                Ok(false)
            }
            _ => Err(self.expected(if object { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    /// Whether the innermost open container is an object, and its closing sign.
    fn innermost(&self) -> (bool, u8) {
        let kind = self.tape.open.last().map(|&open| self.tape.nodes[open as usize].kind);
        if kind == Some(Kind::Object) { (true, b'}') } else { (false, b']') }
    }

    fn close(&mut self) {
        let end = self.position();
        if let Some(open) = self.tape.open.pop() {
            self.tape.nodes[open as usize].end = end;
        }
        self.at += 1;
    }

    fn key(&mut self) -> Result<(), Malformed> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return Err(self.expected("a key in quotes"));
        }
        self.text()?;
        self.space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads text in quotes.
    fn text(&mut self) -> Result<(), Malformed> {
        let start = self.at + 1;
        let mut kind = Kind::Plain;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            match quote_or_escape(rest) {
                None => {
                    return Err(Malformed { expected: "a closing quote", at: self.bytes.len() });
                }
                Some(found) if rest[found] == b'"' => {
                    self.push(kind, start, at + found);
                    self.at = at + found + 1;
                    return Ok(());
                }
                Some(found) => {
                    kind = Kind::Escaped;
                    at += found + 2;
                }
            }
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let is_part = |b: &&u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = self.bytes[start..].iter().take_while(is_part).count();
        self.at += length;
        self.push(Kind::Number, start, self.at);
    }

    fn word(&mut self, word: &'static [u8], kind: Kind) -> Result<bool, Malformed> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(self.expected("`true`, `false` or `null`"));
        }
        self.push(kind, self.at, self.at + word.len());
        self.at += word.len();
        Ok(false)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn position(&self) -> u32 {
        u32::try_from(self.tape.nodes.len()).unwrap_or(u32::MAX)
    }

    #[expect(clippy::cast_possible_truncation, reason = "`Tape::read` refuses records of 4 GiB")]
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tape.nodes.push(Node { kind, start: start as u32, end: end as u32 });
    }

    fn expected(&self, expected: &'static str) -> Malformed {
        Malformed { expected, at: self.at }
    }
}

/// A value of the record on the tape.
#[derive(Clone, Copy, Debug)]
pub struct Json<'r> {
    bytes: &'r [u8],
    nodes: &'r [Node],
    at: usize,
}

impl<'r> Json<'r> {
    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.node().kind == Kind::Object
    }

    /// The members of an object with their keys as written (escapes unresolved); none for other values.
    pub fn members(self) -> Members<'r> {
        let end = if self.is_object() { self.node().end as usize } else { 0 };
        Members { json: self, next: self.at + 1, end }
    }

    /// The elements of an array; none for other values.
    pub fn elements(self) -> impl Iterator<Item = Json<'r>> {
        let end = if self.node().kind == Kind::Array { self.node().end as usize } else { 0 };
        let mut next = self.at + 1;
        std::iter::from_fn(move || {
            let element = (next < end).then_some(Json { at: next, ..self })?;
            next = element.behind();
            Some(element)
        })
    }

    /// The member of an object with this key.
    pub fn member(self, key: &str) -> Option<Json<'r>> {
        self.members().find(|(k, _)| *k == key.as_bytes()).map(|(_, value)| value)
    }

    /// The value at a path of keys, none of which may be missing.
    pub fn path(self, keys: &[&str]) -> Option<Json<'r>> {
        keys.iter().try_fold(self, |json, key| json.member(key))
    }

    /// The value at a dotted path; at each level the longest key that is a prefix of the path wins, so
    /// that keys which hold dots themselves are found too.
    pub fn dotted(self, path: &str) -> Option<Json<'r>> {
        if let Some(found) = self.member(path) {
            return Some(found);
        }
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let (head, tail) = path.split_at_checked(dot)?;
            self.member(head)?.dotted(tail.strip_prefix('.')?)
        })
    }

    /// Text, escapes resolved; `None` for anything else.
    pub fn text(self) -> Option<Cow<'r, str>> {
        let node = self.node();
        match node.kind {
            Kind::Plain => Some(text_of(self.raw())),
            Kind::Escaped => Some(Cow::Owned(unescape(self.raw()))),
            Kind::Object | Kind::Array | Kind::Number | Kind::True | Kind::False | Kind::Null => {
                None
            }
        }
    }

    /// Text or a number as text, not empty: the form in which identifiers come.
    pub fn scalar(self) -> Option<Cow<'r, str>> {
        match self.node().kind {
            Kind::Number => Some(text_of(self.raw())),
            Kind::Plain | Kind::Escaped => self.text().filter(|text| !text.is_empty()),
            Kind::Object | Kind::Array | Kind::True | Kind::False | Kind::Null => None,
        }
    }

    /// A number, also one written as text.
    pub fn number(self) -> Option<f64> {
        self.scalar()?.trim().parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// A scalar as a property; empty text and `null` are none.
    pub fn property(self) -> Option<Value<'r>> {
        match self.node().kind {
            Kind::Plain | Kind::Escaped => self.text().filter(|t| !t.is_empty()).map(Value::Text),
            Kind::Number => std::str::from_utf8(self.raw()).ok().map(Value::Number),
            Kind::True => Some(Value::Bool(true)),
            Kind::False => Some(Value::Bool(false)),
            Kind::Object | Kind::Array | Kind::Null => None,
        }
    }

    fn node(self) -> Node {
        self.nodes[self.at]
    }

    fn raw(self) -> &'r [u8] {
        let node = self.node();
        &self.bytes[node.start as usize..node.end as usize]
    }

    /// The tape position behind this value.
    fn behind(self) -> usize {
        let node = self.node();
        match node.kind {
            Kind::Object | Kind::Array => node.end as usize,
            Kind::Plain | Kind::Escaped | Kind::Number | Kind::True | Kind::False | Kind::Null => {
                self.at + 1
            }
        }
    }
}

/// The members of an object.
#[derive(Debug)]
pub struct Members<'r> {
    json: Json<'r>,
    next: usize,
    end: usize,
}

impl<'r> Iterator for Members<'r> {
    type Item = (&'r [u8], Json<'r>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let key = Json { at: self.next, ..self.json };
        let value = Json { at: self.next + 1, ..self.json };
        self.next = value.behind();
        Some((key.raw(), value))
    }
}

/// Bytes as text; bytes that are no text are replaced. Checking alone is much faster than replacing.
fn text_of(raw: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed)
}

/// Where the first quote or backslash is. Keys and most values are short, so eight bytes are looked at
/// at a time before the long-range search is worth its call.
fn quote_or_escape(bytes: &[u8]) -> Option<usize> {
    const NEAR: usize = 4;
    let (words, _) = bytes.as_chunks::<8>();
    for (number, word) in words.iter().take(NEAR).enumerate() {
        let word = u64::from_le_bytes(*word);
        let hits = bytes_equal(word, b'"') | bytes_equal(word, b'\\');
        if hits != 0 {
            return Some(8 * number + hits.trailing_zeros() as usize / 8);
        }
    }
    let looked_at = 8 * words.len().min(NEAR);
    memchr::memchr2(b'"', b'\\', bytes.get(looked_at..)?).map(|found| looked_at + found)
}

/// The high bit of each byte of `word` that equals `byte`; exact up to the first one that does.
const fn bytes_equal(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let differences = word ^ (ONES * byte as u64);
    differences.wrapping_sub(ONES) & !differences & (ONES << 7)
}

/// Resolves the escapes of a JSON text; what is no escape stays as it is.
fn unescape(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_at_any_depth() {
        let mut tape = Tape::default();
        let text =
            br#" {"a":{"b":[1,{"c":"x\u00e9\n"}],"d.e":true},"n":null,"s":"","f":-1.5e3} rest"#;
        let (json, end) = tape.read(text).unwrap();
        assert_eq!(&text[end..], b" rest");
        assert_eq!(json.dotted("f").and_then(Json::number), Some(-1500.0));
        assert_eq!(json.dotted("a.d.e").and_then(Json::property), Some(Value::Bool(true)));
        assert!(json.dotted("n").unwrap().property().is_none());
        assert!(json.dotted("s").unwrap().scalar().is_none());
        let inner = json.path(&["a", "b"]).unwrap().elements().nth(1).unwrap();
        assert_eq!(inner.member("c").unwrap().text().unwrap(), "xé\n");
        assert!(json.dotted("a.x").is_none() && json.dotted("n.x").is_none());
    }

    #[test]
    fn broken_records_say_where() {
        let cases = [
            ("", "a value", 0),
            ("{", "a key in quotes", 1),
            ("{\"a\"}", "`:`", 4),
            ("{\"a\":1", "`,` or `}`", 6),
            ("[1 2]", "`,` or `]`", 3),
            ("{\"a\":\"x", "a closing quote", 7),
            ("tru", "`true`, `false` or `null`", 0),
            ("{broken", "a key in quotes", 1),
        ];
        for (text, expected, at) in cases {
            assert_eq!(
                Tape::default().read(text.as_bytes()).unwrap_err(),
                Malformed { expected, at },
                "{text}"
            );
        }
        let deep = "[".repeat(100_000);
        assert_eq!(
            Tape::default().read(deep.as_bytes()).unwrap_err().expected,
            "at most 128 levels of nesting"
        );
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_a_library(text in r#"[\[\]{}",:0-9a-c\\ \-.etrufalsn]{0,40}"#) {
            let ours = Tape::default().read(text.as_bytes()).map(|(_, end)| end);
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                proptest::prop_assert_eq!(ours, Ok(text.trim_end().len()));
            }
        }
    }
}
