//! Times whose month is a word: `7 Oct 2025`, `October 7, 2025`, `[07/Oct/2025:09:50:26 +0200]`.
//!
//! Such a date means one thing only. Months are the English ones, in full or from their third letter on. The
//! day of the week before it is not looked at.

use super::slash::with_clock;
use super::{Stamp, ZoneRule, clock, date, digits, local};
use crate::time::Precision;

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

/// Reads a time of such a shape.
pub(super) fn parse(bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    let bytes = bytes.strip_prefix(b"[").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"]").unwrap_or(bytes);
    let (word, behind) = letters(bytes);
    let (day, rest) = match month(word) {
        Some(month) => month_first(month, behind)?,
        None if word.is_empty() => day_first(bytes)?,
        // The day of the week.
        None => {
            let behind = behind.strip_prefix(b".").unwrap_or(behind);
            let behind = behind.strip_prefix(b",").unwrap_or(behind).strip_prefix(b" ")?;
            let (word, rest) = letters(behind);
            match month(word) {
                Some(month) => month_first(month, rest)?,
                None => day_first(behind)?,
            }
        }
    };
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    match rest.split_first() {
        None => local(day, Precision::Day, zone),
        Some((b' ' | b':' | b'T', time)) => clock(day, time, zone)
            .or_else(|| with_clock(day, std::str::from_utf8(time).ok()?, zone)),
        Some(_) => None,
    }
}

/// `7, 2025` behind the month: the start of the day, and what follows.
fn month_first(month: i64, bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (day, rest) = number(bytes.strip_prefix(b" ")?, 2)?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest).strip_prefix(b" ")?;
    let (year, rest) = year(rest)?;
    Some((date(year, month, day)?, rest))
}

/// `7 Oct 2025`, with the same sign at both sides of the month.
fn day_first(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (day, rest) = number(bytes, 2)?;
    let (sign, rest) = rest.split_first().filter(|(sign, _)| matches!(sign, b' ' | b'/' | b'-'))?;
    let (word, rest) = letters(rest);
    let (year, rest) = year(rest.strip_prefix(&[*sign])?)?;
    Some((date(year, month(word)?, day)?, rest))
}

/// The number of a month.
fn month(word: &[u8]) -> Option<i64> {
    const SHORTEST: usize = 3;
    let begins =
        |name: &&[u8]| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let number = MONTHS.iter().position(begins).filter(|_| word.len() >= SHORTEST)?;
    i64::try_from(number + 1).ok()
}

/// Four digits.
fn year(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (year, rest) = bytes.split_first_chunk::<4>()?;
    Some((digits(year)?, rest))
}

/// The number that begins a text, of so many digits at most.
fn number(bytes: &[u8], most: usize) -> Option<(i64, &[u8])> {
    let length = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = bytes.split_at_checked(length).filter(|_| (1..=most).contains(&length))?;
    Some((digits(number)?, rest))
}

/// The letters that begin a text, and what follows.
fn letters(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count())
}
