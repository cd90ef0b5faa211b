//! Records that are alike: what one of them has shown need not be worked out again for the next.
//!
//! The records of a log differ in their values. What stands between two values (signs, keys, white space)
//! is the same in thousands of them. Such *pieces* are kept as a tree: each step is a piece and what
//! kind of value follows, and the steps that came after it. A record that is a way through this tree has
//! the outline of the one that made the way, so its values are found and its grammar is proven by
//! comparing bytes; any other record goes to the scanner. So what is kept here can save time and
//! cannot change a result, whichever records a thread has met.

use super::quotes::Quotes;
use super::scan::{Node, Room, Span, ValueKind, number_or_word};

/// No more shapes and bytes of records than this are kept. A pixel's log has some dozen shapes.
const MOST_SHAPES: usize = 1024;
const MOST_BYTES: usize = 1 << 20;

/// No more steps than this stand in one place: where keys are names or numbers of things, each record
/// would add one, and all would be compared with every record.
const MOST_IN_PLACE: usize = 64;

/// After so many records it is asked whether most had a known shape. If not, everything is forgotten,
/// and so many records are not looked up before it is tried anew: in a log without recurring shapes,
/// looking up and learning cost more than they bring.
const TRIAL: u32 = 4096;
const PAUSE: u32 = 16 * TRIAL;

/// No step.
const NONE: u32 = u32::MAX;

/// What is known of records of one shape.
#[derive(Debug)]
pub(super) struct Shape<K> {
    /// A record of this shape, for its keys.
    pub(super) sample: Box<[u8]>,
    /// The outline of all of them.
    pub(super) nodes: Box<[Node]>,
    /// What the caller keeps for them.
    pub(super) kept: K,
}

/// The shapes that were met.
#[derive(Debug)]
pub(super) struct Shapes<K> {
    steps: Vec<Step>,
    known: Vec<Shape<K>>,
    /// Bytes of the records that the shapes were learnt from.
    bytes: usize,
    met: u32,
    missed: u32,
    pause: u32,
}

/// A piece, and what comes behind it.
#[derive(Debug)]
struct Step {
    piece: Piece,
    follows: Follows,
    /// The first of the steps behind this one, and the next of the steps that may stand in its place.
    then: u32,
    or: u32,
}

/// What stands behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    /// Text, whose opening quote is the piece's last byte.
    Text,
    /// A number or a word.
    NumberOrWord,
    /// The end of a record of this shape.
    End(u32),
}

impl<K> Default for Shapes<K> {
    fn default() -> Shapes<K> {
        Shapes { steps: Vec::new(), known: Vec::new(), bytes: 0, met: 0, missed: 0, pause: 0 }
    }
}

impl<K: Default> Shapes<K> {
    /// The number of a record's shape, if it has one that is known; its values are then in `spans`.
    pub(super) fn find(
        &mut self,
        bytes: &[u8],
        quotes: &Quotes,
        spans: &mut Vec<Span>,
    ) -> Option<usize> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        let found = self.way(bytes, quotes, spans);
        *(if found.is_some() { &mut self.met } else { &mut self.missed }) += 1;
        if self.met + self.missed >= TRIAL {
            self.take_stock();
        }
        found.filter(|_| self.pause == 0)
    }

    /// Whether what is known was of use.
    fn take_stock(&mut self) {
        if self.met < self.missed {
            *self = Shapes { pause: PAUSE, ..Shapes::default() };
        } else {
            (self.met, self.missed) = (self.met / 2, self.missed / 2);
        }
    }

    /// The shape of a number.
    pub(super) fn get(&self, number: usize) -> &Shape<K> {
        &self.known[number]
    }

    /// Keeps the shape of a record that was just scanned, if there is room for it.
    pub(super) fn learn(&mut self, bytes: &[u8], room: &Room) {
        let is_full = self.known.len() >= MOST_SHAPES || self.bytes + bytes.len() > MOST_BYTES;
        if is_full || self.pause > 0 || self.add_way(bytes, &room.spans).is_none() {
            return;
        }
        self.bytes += bytes.len();
        self.known.push(Shape {
            sample: bytes.into(),
            nodes: room.nodes.as_slice().into(),
            kept: K::default(),
        });
    }

    /// Makes the way of a record, which leads to the next shape to be kept.
    fn add_way(&mut self, bytes: &[u8], spans: &[Span]) -> Option<()> {
        let (mut at, mut last) = (0, None);
        for span in spans {
            let (start, end) = (span.start as usize, span.end as usize);
            let follows = match span.kind {
                ValueKind::Plain | ValueKind::Escaped => Follows::Text,
                ValueKind::Number | ValueKind::True | ValueKind::False | ValueKind::Null => {
                    Follows::NumberOrWord
                }
            };
            last = Some(self.step_behind(last, bytes.get(at..start)?, follows)?);
            at = end;
        }
        let shape = u32::try_from(self.known.len()).ok()?;
        self.step_behind(last, bytes.get(at..)?, Follows::End(shape)).map(drop)
    }

    /// Follows the tree along a record. No two steps that may stand in one place can both hold: a
    /// piece that is the start of another is followed by a value where that one has a sign.
    fn way(&self, bytes: &[u8], quotes: &Quotes, spans: &mut Vec<Span>) -> Option<usize> {
        spans.clear();
        let (mut next, mut at) = (0, 0);
        loop {
            let step = self.steps.get(next as usize)?;
            next = step.or;
            let rest = bytes.get(at..)?;
            if !step.piece.starts(rest) {
                continue;
            }
            let start = at + step.piece.len();
            let span = match step.follows {
                Follows::Text => Span::text(bytes, quotes, start, quotes.next(start)?),
                Follows::NumberOrWord => match number_or_word(bytes.get(start..)?) {
                    Some((kind, length)) => Span::new(kind, start, start + length),
                    None => continue,
                },
                Follows::End(shape) => return (start == bytes.len()).then_some(shape as usize),
            };
            spans.push(span);
            at = span.end as usize;
            next = step.then;
        }
    }

    /// The step of a piece behind another one (`None`: at the start), made if it is not there yet and
    /// there is room in its place.
    fn step_behind(&mut self, before: Option<u32>, piece: &[u8], follows: Follows) -> Option<u32> {
        let first = match before {
            Some(before) => self.steps.get(before as usize)?.then,
            None if self.steps.is_empty() => NONE,
            None => 0,
        };
        let (mut last, mut next, mut in_place) = (NONE, first, 0);
        while let Some(step) = self.steps.get(next as usize) {
            if step.piece.bytes() == piece && step.follows == follows {
                return Some(next);
            }
            (last, next, in_place) = (next, step.or, in_place + 1);
        }
        if in_place >= MOST_IN_PLACE {
            return None;
        }
        let made = u32::try_from(self.steps.len()).ok()?;
        self.steps.push(Step { piece: Piece::new(piece), follows, then: NONE, or: NONE });
        if let Some(step) = self.steps.get_mut(last as usize) {
            step.or = made;
        } else if let Some(step) = before.and_then(|before| self.steps.get_mut(before as usize)) {
            step.then = made;
        }
        Some(made)
    }
}

/// Bytes to compare with the start of a record's rest. Most pieces are short, so sixteen bytes are
/// compared at once before a call for the rest is worth it.
#[derive(Debug)]
struct Piece {
    head: u128,
    /// The bits of `head` that count.
    mask: u128,
    bytes: Box<[u8]>,
}

impl Piece {
    const HEAD: usize = 16;

    fn new(bytes: &[u8]) -> Piece {
        let (mut head, mut mask) = ([0; Piece::HEAD], [0; Piece::HEAD]);
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(bytes) {
            (*head, *mask) = (*byte, u8::MAX);
        }
        Piece {
            head: u128::from_le_bytes(head),
            mask: u128::from_le_bytes(mask),
            bytes: bytes.into(),
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What is not in the head.
    #[inline]
    fn tail(&self) -> &[u8] {
        self.bytes.get(Piece::HEAD..).unwrap_or_default()
    }

    /// Whether `rest` starts with the piece.
    #[inline]
    fn starts(&self, rest: &[u8]) -> bool {
        match rest.split_first_chunk() {
            Some((head, tail)) => {
                (u128::from_le_bytes(*head) ^ self.head) & self.mask == 0
                    && (self.tail().is_empty() || tail.starts_with(self.tail()))
            }
            None => rest.starts_with(&self.bytes),
        }
    }
}
