//! JSON records: taken apart without an allocation a record, and read where a format wants to read.
//!
//! A general JSON library builds or skips values one path at a time; logs need a dozen fields out of
//! fifty, at any depth, for millions of records. So a record becomes a flat outline and the spans of its values
//! (`scan`, on the bits of `quotes`), and a format walks to the few members it wants. Records of a
//! log are alike, so most need no scanning at all (`shapes`), and a format can keep where it found its members
//! ([`Record::kept`]). This file knows no format. Numbers are kept as written.

mod lines;
mod members;
mod python;
mod quotes;
mod scan;
mod shapes;
#[cfg(test)]
mod tests;
mod unpack;

pub use lines::{Line, Lines};
pub use members::{end_of_value, member, next_member};
pub use python::{is_like_python, json_of_python};
pub use scan::Malformed;

use crate::event::Value;
use quotes::Quotes;
use scan::{Node, NodeKind, Room, Span, ValueKind};
use shapes::Shapes;
use std::borrow::Cow;
use std::ops::Range;

/// Bytes that hold records, and the same as text if they are text. Checking that is cheap for many
/// records at once and dear for one value at a time.
#[derive(Clone, Copy, Debug)]
pub struct Written<'r> {
    bytes: &'r [u8],
    text: Option<&'r str>,
}

impl<'r> Written<'r> {
    /// Checks whether `bytes` are text.
    pub fn new(bytes: &'r [u8]) -> Written<'r> {
        Written { bytes, text: simdutf8::basic::from_utf8(bytes).ok() }
    }

    /// A part of the bytes, which may be text even if the whole is not; nothing if there is no such part.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Written<'r> {
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        match self.text.and_then(|text| text.get(range)) {
            Some(text) => Written { bytes, text: Some(text) },
            None => Written::new(bytes),
        }
    }

    /// The bytes.
    pub fn bytes(self) -> &'r [u8] {
        self.bytes
    }

    /// Whether the bytes are text.
    pub fn is_text(self) -> bool {
        self.text.is_some()
    }
}

/// Takes records apart, one after the other; one a thread. For each shape of records it keeps a `K`
/// for its caller.
#[derive(Debug)]
pub struct Reader<K = ()> {
    quotes: Quotes,
    room: Room,
    shapes: Shapes<K>,
}

impl<K> Default for Reader<K> {
    fn default() -> Reader<K> {
        Reader { quotes: Quotes::default(), room: Room::default(), shapes: Shapes::default() }
    }
}

impl<K: Default> Reader<K> {
    /// Reads one value from the start of `written` (leading white space allowed).
    pub fn read<'r>(&'r mut self, written: Written<'r>) -> Result<Record<'r, K>, Malformed> {
        let bytes = written.bytes;
        if bytes.len() > u32::MAX as usize {
            return Err(Malformed { expected: "a record below 4 GiB", at: 0 });
        }
        self.quotes.read(bytes);
        if let Some(number) = self.shapes.find(bytes, &self.quotes, &mut self.room.spans) {
            let shape = self.shapes.get(number);
            let (keys, nodes) = (&*shape.sample, &*shape.nodes);
            let parts = Parts { written, keys, nodes, spans: &self.room.spans };
            return Ok(Record { parts, end: bytes.len(), kept: Some(&shape.kept) });
        }
        let end = scan::scan(bytes, &self.quotes, &mut self.room)?;
        if end == bytes.len() {
            self.shapes.learn(bytes, &self.room);
        }
        let Room { nodes, spans, .. } = &self.room;
        Ok(Record { parts: Parts { written, keys: bytes, nodes, spans }, end, kept: None })
    }

    /// Forgets all shapes and what was kept for them.
    pub fn forget(&mut self) {
        self.shapes = Shapes::default();
    }
}

/// A record that was taken apart.
#[derive(Debug)]
pub struct Record<'r, K = ()> {
    parts: Parts<'r>,
    end: usize,
    kept: Option<&'r K>,
}

/// What a record consists of.
#[derive(Debug)]
struct Parts<'r> {
    written: Written<'r>,
    /// What the keys are read from: the record, or one of the same shape.
    keys: &'r [u8],
    nodes: &'r [Node],
    spans: &'r [Span],
}

impl<'r, K> Record<'r, K> {
    /// The record as a value.
    pub fn root(&self) -> Json<'_> {
        Json { parts: &self.parts, position: 0 }
    }

    /// The bytes of the record and of what follows it.
    pub fn bytes(&self) -> &'r [u8] {
        self.parts.written.bytes
    }

    /// Whether it is an object, and nothing follows it.
    pub fn is_whole_object(&self) -> bool {
        self.root().is_object() && self.end == self.bytes().len()
    }

    /// Where the record ends, in bytes from the start.
    pub fn end(&self) -> usize {
        self.end
    }

    /// What the caller keeps for records of this shape: all have the same keys, objects and arrays, in the same
    /// order, and so the same [`Place`]s. `None` if the shape is not known.
    pub fn kept(&self) -> Option<&'r K> {
        self.kept
    }
}

/// Where in a record a value stands; the same in all records of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u32);

/// A value of a record.
#[derive(Clone, Copy, Debug)]
pub struct Json<'r> {
    parts: &'r Parts<'r>,
    position: usize,
}

impl<'r> Json<'r> {
    /// Where it stands.
    pub fn place(self) -> Place {
        Place(u32::try_from(self.position).unwrap_or(u32::MAX))
    }

    /// The value at a place of this record, which was found in a record of the same shape.
    #[must_use]
    pub fn at(self, place: Place) -> Json<'r> {
        Json { position: place.0 as usize, ..self }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.node().kind == NodeKind::Object
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.node().kind == NodeKind::Array
    }

    /// The members of an object with their keys as written (escapes unresolved); none for other values.
    pub fn members(self) -> Members<'r> {
        let end = if self.is_object() { self.node().behind as usize } else { 0 };
        Members { json: self, next: self.position + 1, end }
    }

    /// The elements of an array; none for other values.
    pub fn elements(self) -> impl Iterator<Item = Json<'r>> {
        let is_array = self.node().kind == NodeKind::Array;
        let end = if is_array { self.node().behind as usize } else { 0 };
        let mut next = self.position + 1;
        std::iter::from_fn(move || {
            let element = (next < end).then_some(Json { position: next, ..self })?;
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
    #[inline]
    pub fn text(self) -> Option<Cow<'r, str>> {
        let span = self.span()?;
        match span.kind {
            ValueKind::Plain => Some(self.written(span)),
            ValueKind::Escaped => Some(Cow::Owned(unescape(&self.written(span)))),
            ValueKind::Number | ValueKind::True | ValueKind::False | ValueKind::Null => None,
        }
    }

    /// Text or a number as text, not empty: the form in which identifiers come.
    #[inline]
    pub fn scalar(self) -> Option<Cow<'r, str>> {
        let span = self.span()?;
        match span.kind {
            ValueKind::Plain | ValueKind::Number => {
                Some(self.written(span)).filter(|text| !text.is_empty())
            }
            ValueKind::Escaped => self.text().filter(|text| !text.is_empty()),
            ValueKind::True | ValueKind::False | ValueKind::Null => None,
        }
    }

    /// The same, or those that stand in a list.
    pub fn scalars(self) -> impl Iterator<Item = Cow<'r, str>> {
        self.scalar().into_iter().chain(self.elements().filter_map(Json::scalar))
    }

    /// Where a scalar that needs no resolving stands in its record; `None` for anything else.
    #[inline]
    pub fn scalar_place(self) -> Option<Range<u32>> {
        let Span { start, end, kind } = self.span()?;
        let is_plain = matches!(kind, ValueKind::Plain | ValueKind::Number);
        (is_plain && start < end).then_some(start..end)
    }

    /// The same, but an empty text and `null` are an empty place.
    #[inline]
    pub fn plain_or_nothing(self) -> Option<Range<u32>> {
        let Span { start, end, kind } = self.span()?;
        match kind {
            ValueKind::Null => Some(0..0),
            ValueKind::Plain | ValueKind::Number => Some(start..end),
            ValueKind::Escaped | ValueKind::True | ValueKind::False => None,
        }
    }

    /// A number, also one written as text.
    pub fn number(self) -> Option<f64> {
        self.scalar()?.trim().parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// A scalar as a property; empty text and `null` are none.
    pub fn property(self) -> Option<Value<'r>> {
        let span = self.span()?;
        match span.kind {
            ValueKind::Plain | ValueKind::Escaped => {
                self.text().filter(|t| !t.is_empty()).map(Value::Text)
            }
            ValueKind::Number => std::str::from_utf8(self.bytes(span)).ok().map(Value::Number),
            ValueKind::True => Some(Value::Bool(true)),
            ValueKind::False => Some(Value::Bool(false)),
            ValueKind::Null => None,
        }
    }

    #[inline]
    fn node(self) -> Node {
        self.parts.nodes[self.position]
    }

    /// The span of what is no object or array.
    #[inline]
    fn span(self) -> Option<Span> {
        let node = self.node();
        match node.kind {
            NodeKind::Value => self.parts.spans.get(node.start as usize).copied(),
            NodeKind::Object | NodeKind::Array | NodeKind::Key => None,
        }
    }

    /// The bytes of a span as text; bytes that are no text are replaced.
    #[inline]
    fn written(self, span: Span) -> Cow<'r, str> {
        let range = span.start as usize..span.end as usize;
        match self.parts.written.text.and_then(|text| text.get(range)) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(self.bytes(span)),
        }
    }

    fn bytes(self, span: Span) -> &'r [u8] {
        &self.parts.written.bytes[span.start as usize..span.end as usize]
    }

    /// The position behind this value.
    fn behind(self) -> usize {
        let node = self.node();
        match node.kind {
            NodeKind::Object | NodeKind::Array => node.behind as usize,
            NodeKind::Key | NodeKind::Value => self.position + 1,
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
        let key = self.json.parts.nodes[self.next];
        let value = Json { position: self.next + 1, ..self.json };
        self.next = value.behind();
        Some((&self.json.parts.keys[key.start as usize..key.behind as usize], value))
    }
}

/// Resolves the escapes of a JSON text; what is no escape stays as it is.
fn unescape(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_string())
}

/// What `look` finds in the object that a text is, as JSON or as Python prints it; nothing if it is none. For the cells of
/// tables, of which few are looked into.
pub fn look_into<T>(text: &str, look: impl FnOnce(Json<'_>) -> Option<T>) -> Option<T> {
    let mut reader = Reader::<()>::default();
    let written = json_of_python(text);
    let text = written.as_deref().unwrap_or(text).trim();
    let record = reader.read(Written::new(text.as_bytes())).ok()?;
    if record.is_whole_object() { look(record.root()) } else { None }
}
