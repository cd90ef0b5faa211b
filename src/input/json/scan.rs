//! The grammar: one pass over the bytes of a record, no allocation per record, no recursion.
//!
//! What comes out is the record's *outline* (objects, arrays and keys in the order in which they stand)
//! and the *spans* of its values. Whether a record is JSON, and what is wrong with one that is not, is
//! decided here alone.

use super::quotes::Quotes;

/// Deeper nesting than this is no log record.
const MAX_DEPTH: usize = 128;

/// What a node of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// `behind` is the position of the node behind the last member.
    Object,
    /// `behind` is the position of the node behind the last element.
    Array,
    /// Bytes `start..behind` of the record are the key, escapes unresolved.
    Key,
    /// `start` is the number of the value's span.
    Value,
}

/// A node of the outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) start: u32,
    pub(super) behind: u32,
}

/// What a value is that holds no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// Text without escapes.
    Plain,
    /// Text with escapes.
    Escaped,
    Number,
    True,
    False,
    Null,
}

/// Where a value stands: bytes `start..end` of the record, for text without the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) kind: ValueKind,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    #[expect(clippy::cast_possible_truncation, reason = "records of 4 GiB are refused")]
    pub(super) fn new(kind: ValueKind, start: usize, end: usize) -> Span {
        Span { kind, start: start as u32, end: end as u32 }
    }

    /// The span of a text.
    #[inline]
    pub(super) fn text(bytes: &[u8], quotes: &Quotes, start: usize, end: usize) -> Span {
        let is_escaped = quotes.has_escapes()
            && bytes.get(start..end).is_some_and(|text| memchr::memchr(b'\\', text).is_some());
        Span::new(if is_escaped { ValueKind::Escaped } else { ValueKind::Plain }, start, end)
    }
}

/// Why a record is not JSON, and at which byte (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What was expected.
    pub expected: &'static str,
    /// Where, in bytes from the start.
    pub at: usize,
}

impl Malformed {
    /// What is wrong, for whoever looks at the record.
    pub fn in_words(self) -> String {
        format!("not JSON: expected {} at character {}", self.expected, self.at + 1)
    }
}

/// Room for one record.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) nodes: Vec<Node>,
    pub(super) spans: Vec<Span>,
    open: Vec<u32>,
}

/// Reads one value from the start of `bytes` (leading white space allowed) and says where it ends.
pub(super) fn scan(bytes: &[u8], quotes: &Quotes, room: &mut Room) -> Result<usize, Malformed> {
    room.nodes.clear();
    room.spans.clear();
    room.open.clear();
    Scanner { bytes, at: 0, quotes, room }.value()
}

/// The kind and the length of the number or word at the start of `bytes`.
#[inline]
pub(super) fn number_or_word(bytes: &[u8]) -> Option<(ValueKind, usize)> {
    match bytes.first()? {
        b'-' | b'0'..=b'9' => {
            let is_part = |b: &&u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
            Some((ValueKind::Number, bytes.iter().take_while(is_part).count()))
        }
        b't' => bytes.starts_with(b"true").then_some((ValueKind::True, 4)),
        b'f' => bytes.starts_with(b"false").then_some((ValueKind::False, 5)),
        b'n' => bytes.starts_with(b"null").then_some((ValueKind::Null, 4)),
        _ => None,
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    quotes: &'a Quotes,
    room: &'a mut Room,
}

impl Scanner<'_> {
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
    #[inline]
    fn goes_on(&mut self) -> Result<bool, Malformed> {
        while !self.room.open.is_empty() {
            if self.after_value()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Notes the next value; true if it is a container, whose opening sign is then read.
    #[inline]
    fn open_value(&mut self) -> Result<bool, Malformed> {
        match self.bytes.get(self.at) {
            Some(b'"') => {
                let (start, end) = self.text()?;
                self.note_value(Span::text(self.bytes, self.quotes, start, end));
                Ok(false)
            }
            Some(b'{') => Ok(self.container(NodeKind::Object)),
            Some(b'[') => Ok(self.container(NodeKind::Array)),
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => self.number_or_word(),
            _ => Err(self.expected("a value")),
        }
    }

    #[inline]
    fn container(&mut self, kind: NodeKind) -> bool {
        let position = self.position();
        self.room.open.push(position);
        self.room.nodes.push(Node { kind, start: 0, behind: 0 });
        self.at += 1;
        true
    }

    /// Behind an opening sign: true if a first value follows (its key read already).
    #[inline]
    fn enter(&mut self) -> Result<bool, Malformed> {
        if self.room.open.len() > MAX_DEPTH {
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
    #[inline]
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
    #[inline]
    fn innermost(&self) -> (bool, u8) {
        let kind = self.room.open.last().map(|&open| self.room.nodes[open as usize].kind);
        if kind == Some(NodeKind::Object) { (true, b'}') } else { (false, b']') }
    }

    #[inline]
    fn close(&mut self) {
        let behind = self.position();
        if let Some(open) = self.room.open.pop() {
            self.room.nodes[open as usize].behind = behind;
        }
        self.at += 1;
    }

    #[inline]
    fn key(&mut self) -> Result<(), Malformed> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return Err(self.expected("a key in quotes"));
        }
        let (start, end) = self.text()?;
        let Span { start, end, .. } = Span::new(ValueKind::Plain, start, end);
        self.room.nodes.push(Node { kind: NodeKind::Key, start, behind: end });
        self.space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads text in quotes: where it starts and ends, without them.
    #[inline]
    fn text(&mut self) -> Result<(usize, usize), Malformed> {
        let start = self.at + 1;
        let Some(end) = self.quotes.next(start) else {
            return Err(Malformed { expected: "a closing quote", at: self.bytes.len() });
        };
        self.at = end + 1;
        Ok((start, end))
    }

    fn number_or_word(&mut self) -> Result<bool, Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((kind, length)) = number_or_word(rest) else {
            return Err(self.expected("`true`, `false` or `null`"));
        };
        self.note_value(Span::new(kind, self.at, self.at + length));
        self.at += length;
        Ok(false)
    }

    #[inline]
    fn note_value(&mut self, span: Span) {
        let number = u32::try_from(self.room.spans.len()).unwrap_or(u32::MAX);
        self.room.spans.push(span);
        self.room.nodes.push(Node { kind: NodeKind::Value, start: number, behind: 0 });
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    #[inline]
    fn position(&self) -> u32 {
        u32::try_from(self.room.nodes.len()).unwrap_or(u32::MAX)
    }

    #[cold]
    fn expected(&self, expected: &'static str) -> Malformed {
        Malformed { expected, at: self.at }
    }
}
