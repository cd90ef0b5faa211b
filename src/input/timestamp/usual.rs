//! The shapes in which almost every log writes its times, read all bytes at once.
//!
//! `2025-10-07T09:50:26Z`, `2025-10-07T09:50:26.123Z` and `2025-10-07 09:50:26 UTC`, in UTC, and the same without a zone where
//! such a time is of one offset all year: every part at its place. What is read here, the parser of all
//! shapes reads too, and to the same instant; a test holds that.

use super::{Stamp, ZoneRule, date, time_of_day};
use crate::time::{Instant, Precision, SECOND};

/// Date, hour and minute.
const HEAD: usize = 16;

/// What stands between the digits of the head; a byte of nought where a digit is.
const SIGNS: u128 = u128::from_le_bytes(*b"\0\0\0\0-\0\0-\0\0\0\0\0:\0\0");

/// All bits of the bytes of the head that are digits.
const DIGITS: u128 =
    u128::from_le_bytes([255, 255, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255]);

/// All bits of the bytes of the head that are signs, other than the one before the hour.
const FIXED: u128 = !DIGITS & !(0xFF << 80);

/// Reads a time of one of the shapes above; `None` for any other, which may be a time all the same.
#[inline]
pub(super) fn parse(bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    Usual::in_zone(zone).read(*head, rest, (0, 0))
}

/// Reads times of the shapes above. The time that was read last is remembered, and its minute: in a log in
/// order of time several rows share the one and hundreds the other.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// Date, hour and minute as they were written, and what they are in microseconds; all nought as long as
    /// none was read, as no text is.
    minute: (u128, i64),
    /// The last eight bytes of the time, as it was written, and how many there are behind the minute.
    behind: (u64, usize),
    latest: Stamp,
    /// What a time without a zone is ahead of UTC, in microseconds; `None` if that depends on the time.
    east: Option<i64>,
}

impl Default for Usual {
    fn default() -> Usual {
        Usual::in_zone(ZoneRule::default())
    }
}

impl Usual {
    /// Nothing was read yet; `zone` is that of times that name none.
    pub fn in_zone(zone: ZoneRule) -> Usual {
        let latest = Stamp { at: Instant::MIN, precision: Precision::Exact, offset: None };
        let east = match zone {
            ZoneRule::Fixed(east) => Some(i64::from(east) * SECOND),
            ZoneRule::Named(_) => None,
        };
        Usual { minute: (0, 0), behind: (0, 0), latest, east }
    }

    /// Forgets what was read in another zone.
    pub fn begin(&mut self, zone: ZoneRule) {
        let other = Usual::in_zone(zone);
        if other.east != self.east {
            *self = other;
        }
    }

    /// Reads a time; `None` for any other shape, which may be a time all the same.
    #[inline]
    pub fn instant(&mut self, bytes: &[u8]) -> Option<Instant> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        // Head and end are all of the text: no shape is longer.
        let behind = (u64::from_le_bytes(*bytes.last_chunk()?), rest.len());
        let written = u128::from_le_bytes(*head);
        if behind == self.behind && written == self.minute.0 {
            return Some(self.latest.at);
        }
        self.read(*head, rest, behind).map(|stamp| stamp.at)
    }

    #[inline]
    fn read(&mut self, head: [u8; HEAD], rest: &[u8], behind: (u64, usize)) -> Option<Stamp> {
        let Seconds { micros, precision, has_zone } = within_minute(rest)?;
        let east = if has_zone { 0 } else { self.east? };
        let written = u128::from_le_bytes(head);
        if written != self.minute.0 {
            self.minute = (written, minute(head)?);
        }
        self.behind = behind;
        let at = Instant(self.minute.1 + micros - east);
        self.latest = Stamp { at, precision, offset: has_zone.then_some(0) };
        Some(self.latest)
    }
}

/// The end of a time.
struct Seconds {
    /// Since the minute.
    micros: i64,
    /// How finely they are written.
    precision: Precision,
    /// Whether the zone is written, which is UTC then.
    has_zone: bool,
}

/// The seconds and what follows.
#[inline]
fn within_minute(rest: &[u8]) -> Option<Seconds> {
    match rest {
        [b':', s1, s2, zone @ ..] if matches!(zone, b"Z" | b" UTC" | b"") => Some(Seconds {
            micros: seconds(*s1, *s2)?,
            precision: Precision::Second,
            has_zone: !zone.is_empty(),
        }),
        [b':', s1, s2, b'.', m1, m2, m3, zone @ ..] if matches!(zone, b"Z" | b"") => {
            Some(Seconds {
                micros: seconds(*s1, *s2)? + 1000 * number(&[*m1, *m2, *m3])?,
                precision: Precision::Exact,
                has_zone: !zone.is_empty(),
            })
        }
        _ => None,
    }
}

/// The microseconds since 1970 of a minute.
fn minute(head: [u8; HEAD]) -> Option<i64> {
    if !matches!(head[10], b'T' | b' ') {
        return None;
    }
    let [century, year, month, day, hour, minute] = pairs(head)?;
    Some(date(100 * century + year, month, day)? + time_of_day(hour, minute, 0)?)
}

/// The six numbers of two digits in a head whose signs are right.
fn pairs(head: [u8; HEAD]) -> Option<[i64; 6]> {
    let head = u128::from_le_bytes(head);
    let values = (head ^ u128::from_le_bytes([b'0'; HEAD])) & DIGITS;
    // A value above 9 carries into the highest bit of its byte; one above 127 has it already.
    let above = values.wrapping_add(u128::from_le_bytes([0x76; HEAD])) | values;
    if head & FIXED != SIGNS & FIXED || above & u128::from_le_bytes([0x80; HEAD]) != 0 {
        return None;
    }
    // Ten times each byte plus the byte behind it; no byte is above 99, so none carries.
    let pairs = ((values << 3) + (values << 1) + (values >> 8)).to_le_bytes();
    let pair = |at: usize| i64::from(pairs[at]);
    Some([pair(0), pair(2), pair(5), pair(8), pair(11), pair(14)])
}

/// Microseconds of up to 59 seconds: leap seconds are not usual.
fn seconds(tens: u8, ones: u8) -> Option<i64> {
    number(&[tens, ones]).filter(|seconds| *seconds < 60).map(|seconds| seconds * SECOND)
}

fn number<const N: usize>(digits: &[u8; N]) -> Option<i64> {
    let mut number = 0;
    let mut are_digits = true;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        are_digits &= value <= 9;
        number = 10 * number + i64::from(value);
    }
    are_digits.then_some(number)
}
