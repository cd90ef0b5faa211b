//! Times as files write them, turned into instants.
//!
//! [`parse`] reads every shape that means one thing only; what spreadsheets make of times is in
//! [`slash`], because a whole column has to be seen before `3/4/2025` means anything. Almost every
//! row of every input passes here, so times are read from their bytes with integer arithmetic, the
//! commonest shapes all bytes at once (`usual`); `chrono` is asked only about named time zones.
//! Nothing here allocates or panics.

mod halves;
mod named;
pub mod slash;
#[cfg(test)]
mod tests;
mod usual;

pub use slash::{Ambiguous, DateEvidence, DateOrder, parse_serial, parse_slash};
pub use usual::Usual;

use crate::time::{Instant, Precision, SECOND};
use chrono::{DateTime, LocalResult, NaiveDate, Offset, TimeZone};
use std::fmt;

/// Microseconds in a day.
const DAY: i64 = 86_400 * SECOND;

/// The years that a time may be of: what lies outside is a mistake.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2200;

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When, in UTC.
    pub at: Instant,
    /// How finely the text shows the time; a source may be known to be finer.
    pub precision: Precision,
    /// Seconds east of UTC, if the text says so.
    pub offset: Option<i32>,
}

/// The zone of times that name none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneRule {
    /// So many seconds east of UTC, all year.
    Fixed(i32),
    /// A zone of the time zone database.
    Named(chrono_tz::Tz),
}

impl Default for ZoneRule {
    /// UTC.
    fn default() -> ZoneRule {
        ZoneRule::Fixed(0)
    }
}

impl fmt::Display for ZoneRule {
    /// `UTC`, `+02:00`, `Europe/Paris`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZoneRule::Fixed(0) => f.write_str("UTC"),
            ZoneRule::Fixed(east) => {
                let (sign, minutes) = (if *east < 0 { '-' } else { '+' }, east.unsigned_abs() / 60);
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            ZoneRule::Named(zone) => f.write_str(zone.name()),
        }
    }
}

impl ZoneRule {
    /// The instant of a local time (in microseconds, as if it were UTC). Of a time that the clocks
    /// show twice in autumn it is the earlier one; one that they leave out in spring is counted on
    /// from the time before the change (02:30 is half an hour after 02:00 in winter time).
    fn instant(self, local: i64) -> Option<Instant> {
        let east = match self {
            ZoneRule::Fixed(seconds) => i64::from(seconds),
            ZoneRule::Named(zone) => {
                let clock = DateTime::from_timestamp_micros(local)?.naive_utc();
                let offset = match zone.offset_from_local_datetime(&clock) {
                    LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset,
                    LocalResult::None => {
                        let before = DateTime::from_timestamp_micros(local - DAY)?.naive_utc();
                        zone.offset_from_utc_datetime(&before)
                    }
                };
                i64::from(offset.fix().local_minus_utc())
            }
        };
        Some(Instant(local - east * SECOND))
    }
}

/// The day after a date (`2025-10-31` or `20251031`), as a date.
pub fn day_after(date: &str) -> Option<String> {
    let date = date.trim();
    let day = NaiveDate::parse_from_str(date, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(date, "%Y%m%d"))
        .ok()?;
    day.succ_opt().map(|next| next.format("%Y-%m-%d").to_string())
}

/// Reads a time of any shape that means one thing only. `None` if it is none, if a part is out of
/// range (month 13, 30 February, hour 24) or the year is not in 1900 to 2200.
///
/// - `2025-10-07`, then after a space or `T` `09` (an hour), `09:50`, `09:50:26` or `09:50:26.123` (one to nine
///   digits, cut after microseconds), then `Z`, `UTC`, `GMT`, `+02`, `+0200` or `+02:00`, or a name that stands for one
///   such offset only (`PDT`, `CEST`), or that of a place (`09:50:26.123 Europe/Berlin`); without a
///   zone it is a time of `zone`. Behind a number the zone's name is not looked at (`+0000 UTC`, `+02:00[Europe/Berlin]`). A leap second (`:60`) is read as `:59.999999`.
/// - `20251007`: a date; `202510070950`, `20251007095026`, `20251007T095026Z`, `20251007 09:50:26`: with the
///   time of day.
/// - Months by their names: `7 Oct 2025`, `Tue, 07-Oct-2025 09:50:26 +0200`, `October 7, 2025 9:50 AM`, `7. Okt. 2025`, `07OCT2025:09:50:26`,
///   `Oct 7, 2025 @ 09:50:26.123`, `[07/Oct/2025:09:50:26 +0200]` as web servers write it, `Tue Oct 07 2025 09:50:26 GMT+0200 (CEST)` as
///   browsers do, and `Tue Oct  7 09:50:26 UTC 2025` as `date` does.
/// - Ten digits (with or without a fraction) are seconds since 1970 UTC, thirteen milliseconds,
///   sixteen microseconds, nineteen nanoseconds; so are they as Java writes them (`1.759823426E9`).
pub fn parse(text: &str, zone: ZoneRule) -> Option<Stamp> {
    let bytes = text.as_bytes();
    usual::parse(bytes, zone).or_else(|| parse_trimmed(bytes.trim_ascii(), zone))
}

/// Any shape, one part after the other.
fn parse_trimmed(bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    match bytes.get(4) {
        Some(b'-') if bytes.first().is_some_and(u8::is_ascii_digit) => written(bytes, zone),
        Some(_) => number(bytes, zone).or_else(|| named::parse(bytes, zone)),
        None => None,
    }
}

/// Reads a time of any shape, also those that spreadsheets make (see [`parse_slash`]).
pub fn parse_any(text: &str, order: Option<DateOrder>, zone: ZoneRule) -> Option<Stamp> {
    parse(text, zone).or_else(|| parse_slash(text, order, zone))
}

/// The seconds east of UTC that a time is written with as a number (`+0200`), which says where its clock stood; `Z` and
/// `UTC` do not.
pub fn written_offset(text: &str) -> Option<i32> {
    let bytes = text.trim_ascii().as_bytes();
    // No sign stands so near the end of a date alone.
    let sign = bytes.iter().rposition(|byte| matches!(byte, b'+' | b'-'))?;
    let (clock, zone) = bytes.split_at_checked(sign)?;
    offset(zone).filter(|_| clock.contains(&b':'))
}

/// The instant at which a clock shows so many microseconds since 1970; `None` if the year is not in 1900 to 2200.
pub fn of_clock(micros: i64, zone: ZoneRule) -> Option<Instant> {
    if epoch_range().contains(&micros) { zone.instant(micros) } else { None }
}

/// `2025-10-07…`
fn written(bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    let ([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2], rest) = bytes.split_first_chunk()? else {
        return None;
    };
    let year = digits(&[*y1, *y2, *y3, *y4])?;
    let day = date(year, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)?;
    match rest.split_first() {
        None => local(day, Precision::Day, zone),
        Some((b' ' | b'T' | b't', rest)) => clock(day, rest, zone),
        Some(_) => None,
    }
}

/// The time of day and the zone, as in `09:50:26.123 +0200`, of the day that starts at `day`.
fn clock(day: i64, bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    if let [h1, h2] = bytes {
        return local(day + time_of_day(digits(&[*h1, *h2])?, 0, 0)?, Precision::Hour, zone);
    }
    let ([h1, h2, b':', m1, m2], rest) = bytes.split_first_chunk()? else { return None };
    let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let (second, micros, precision, rest) = match rest.split_first() {
        Some((b':', rest)) => seconds(rest)?,
        Some(_) | None => (0, 0, Precision::Minute, rest),
    };
    zoned(day + time_of_day(hour, minute, second)? + micros, precision, rest, zone)
}

/// The stamp of what a clock shows, of the zone that is written behind it or else of `zone`.
fn zoned(at: i64, precision: Precision, written: &[u8], zone: ZoneRule) -> Option<Stamp> {
    if written.is_empty() {
        return local(at, precision, zone);
    }
    if let Some(own) = zone_of_place(written) {
        let instant = own.instant(at)?;
        let east = i32::try_from((at - instant.0) / SECOND).ok()?;
        return Some(Stamp { at: instant, precision, offset: Some(east) });
    }
    let east = offset(written)?;
    let at = Instant(at - i64::from(east) * SECOND);
    Some(Stamp { at, precision, offset: Some(east) })
}

/// The zone that is written as the name of a place, as Trino writes it: ` Europe/Berlin`.
fn zone_of_place(written: &[u8]) -> Option<ZoneRule> {
    let name = written.strip_prefix(b" ")?;
    let is_place = name.first().is_some_and(u8::is_ascii_uppercase) && name.contains(&b'/');
    let name = std::str::from_utf8(name).ok().filter(|_| is_place)?;
    name.parse().ok().map(ZoneRule::Named)
}

/// Seconds and microseconds at the start of `bytes`, how fine they are, and what follows.
fn seconds(bytes: &[u8]) -> Option<(i64, i64, Precision, &[u8])> {
    let ([s1, s2], rest) = bytes.split_first_chunk()?;
    let second = digits(&[*s1, *s2])?;
    let (micros, precision, rest) = match rest.split_first() {
        Some((b'.' | b',', rest)) => {
            let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let (fraction, rest) = rest.split_at_checked(length)?;
            (micros(fraction)?, Precision::Exact, rest)
        }
        Some(_) | None => (0, Precision::Second, rest),
    };
    match second {
        60 => Some((59, SECOND - 1, precision, rest)),
        second => Some((second, micros, precision, rest)),
    }
}

/// The seconds east of UTC that the zone at the end of a time stands for.
fn offset(bytes: &[u8]) -> Option<i32> {
    let bytes = without_zone_name(bytes.strip_prefix(b" ").unwrap_or(bytes));
    let (east, rest) = match bytes {
        b"Z" | b"z" | b"UTC" | b"utc" | b"GMT" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        name => return offset_of_name(name),
    };
    let (hours, minutes) = match rest {
        [h1, h2] => (digits(&[*h1, *h2])?, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 18 && minutes <= 59).then_some(east * seconds)
}

/// The names of zones that stand for one offset only, in hours. Those that several parts of the world use (`CST`, `IST`,
/// `BST`) say nothing.
const ZONE_NAMES: [(&[u8], i32); 16] = [
    (b"EST", -5),
    (b"EDT", -4),
    (b"CDT", -5),
    (b"MST", -7),
    (b"MDT", -6),
    (b"PST", -8),
    (b"PDT", -7),
    (b"CET", 1),
    (b"CEST", 2),
    (b"EET", 2),
    (b"EEST", 3),
    (b"JST", 9),
    (b"AEST", 10),
    (b"AEDT", 11),
    (b"NZST", 12),
    (b"NZDT", 13),
];

fn offset_of_name(name: &[u8]) -> Option<i32> {
    let (_, hours) = ZONE_NAMES.iter().find(|(own, _)| *own == name)?;
    Some(hours * 3600)
}

/// An offset without what programs write around it: `GMT+0200`, `+0000 UTC`, `+02:00[Europe/Berlin]`.
fn without_zone_name(bytes: &[u8]) -> &[u8] {
    let is_offset = |bytes: &[u8]| matches!(bytes.first(), Some(b'+' | b'-'));
    let behind = [b"GMT", b"UTC"].into_iter().find_map(|name| bytes.strip_prefix(name));
    let bytes = behind.filter(|behind| is_offset(behind)).unwrap_or(bytes);
    let name = bytes.iter().position(|byte| matches!(byte, b'[' | b' '));
    let Some((own, name)) = name.and_then(|at| bytes.split_at_checked(at)) else { return bytes };
    let is_name = match name {
        [b'[', .., b']'] => true,
        [_, letters @ ..] => letters.iter().all(u8::is_ascii_uppercase),
        [] => false,
    };
    if is_name && (is_offset(own) || own == b"Z") { own } else { bytes }
}

/// Digits alone: a date or the time since 1970, by their number.
fn number(bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    let parts = |sign| {
        let place = bytes.iter().position(|&byte| byte == sign)?;
        Some((bytes.get(..place)?, bytes.get(place + 1..)?))
    };
    if let Some((date, clock)) = parts(b'T') {
        return without_signs(date, clock, zone);
    }
    if let Some((date, written)) = parts(b' ') {
        return clock(date_of_digits(date)?, written, zone);
    }
    if let Some((mantissa, exponent)) = parts(b'E') {
        return with_exponent(mantissa, exponent);
    }
    let dot = bytes.iter().position(|&b| b == b'.').unwrap_or(bytes.len());
    let (whole, fraction) = bytes.split_at_checked(dot)?;
    match (whole.len(), fraction.split_first()) {
        (8, None) => local(date_of_digits(whole)?, Precision::Day, zone),
        (10, None) => since(digits(whole)? * SECOND, Precision::Second),
        (10, Some((_, fraction))) => {
            since(digits(whole)? * SECOND + micros(fraction)?, Precision::Exact)
        }
        (13, None) => since(digits(whole)? * 1000, Precision::Exact),
        (13, Some((_, fraction))) => {
            since(digits(whole)? * 1000 + micros(fraction)? / 1000, Precision::Exact)
        }
        (12 | 14, None) => without_signs(whole.get(..8)?, whole.get(8..)?, zone),
        (16, None) => since(digits(whole)?, Precision::Exact),
        (19, None) => since(digits(whole)? / 1000, Precision::Exact),
        _ => None,
    }
}

/// The day of `20251007` with the clock of `0950`, `095026` or `095026.123`, perhaps with a zone.
fn without_signs(date: &[u8], clock: &[u8], zone: ZoneRule) -> Option<Stamp> {
    let day = date_of_digits(date)?;
    let ([h1, h2, m1, m2], rest) = clock.split_first_chunk()?;
    let (second, micros, precision, rest) = match rest.first() {
        Some(byte) if byte.is_ascii_digit() => seconds(rest)?,
        Some(_) | None => (0, 0, Precision::Minute, rest),
    };
    let time = time_of_day(digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, second)?;
    zoned(day + time + micros, precision, rest, zone)
}

/// The start of a day that eight digits stand for.
fn date_of_digits(bytes: &[u8]) -> Option<i64> {
    let day = digits(bytes).filter(|_| bytes.len() == 8)?;
    date(day / 10_000, day / 100 % 100, day % 100)
}

/// The time since 1970 as Java writes a number with a fraction: `1.759823426E9` in seconds, `1.759823426123E12` in milliseconds.
/// Spreadsheets, which round such numbers, put a sign before the exponent.
fn with_exponent(mantissa: &[u8], exponent: &[u8]) -> Option<Stamp> {
    /// Whatever its unit, the mantissa is of so many microseconds, as a power of ten.
    const MICROS: usize = 15;
    let ([whole, b'.'], fraction) = mantissa.split_first_chunk()? else { return None };
    let is_number = !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit);
    if !is_number || !matches!(exponent, b"9" | b"12" | b"15" | b"18") {
        return None;
    }
    let place = |value: i64, power: usize| Some(value * 10_i64.pow(u32::try_from(power).ok()?));
    let finest = fraction.get(..MICROS.min(fraction.len()))?;
    let rest = place(digits(finest)?, MICROS - finest.len())?;
    let micros = place(digits(&[*whole])?, MICROS)? + rest;
    let is_second = exponent == b"9" && fraction.len() <= 9;
    since(micros, if is_second { Precision::Second } else { Precision::Exact })
}

/// So many microseconds since 1970.
fn since(micros: i64, precision: Precision) -> Option<Stamp> {
    let stamp = Stamp { at: Instant(micros), precision, offset: None };
    epoch_range().contains(&micros).then_some(stamp)
}

/// The instants of [`YEARS`], in microseconds.
const fn epoch_range() -> std::ops::Range<i64> {
    days_from_civil(*YEARS.start(), 1, 1) * DAY..days_from_civil(*YEARS.end() + 1, 1, 1) * DAY
}

/// The stamp of a local time in microseconds.
fn local(at: i64, precision: Precision, zone: ZoneRule) -> Option<Stamp> {
    Some(Stamp { at: zone.instant(at)?, precision, offset: None })
}

/// The start of a day in microseconds, if there is such a day.
fn date(year: i64, month: i64, day: i64) -> Option<i64> {
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    let exists = YEARS.contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day);
    exists.then(|| days_from_civil(year, month, day) * DAY)
}

/// Microseconds since the start of the day, if there is such a time.
fn time_of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let exists = hour <= 23 && minute <= 59 && second <= 59;
    exists.then_some((hour * 3600 + minute * 60 + second) * SECOND)
}

/// Days since 1970-01-01 in the Gregorian calendar.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", for years after 0.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // The year starts in March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The number that up to 19 digits stand for; `None` if a byte is no digit.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0_i64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then_some(())?;
        number.checked_mul(10)?.checked_add(i64::from(digit))
    })
}

/// Microseconds of the one to nine digits behind a decimal sign.
fn micros(fraction: &[u8]) -> Option<i64> {
    let length = u32::try_from(fraction.len()).ok().filter(|n| (1..=9).contains(n))?;
    Some(digits(fraction)? * 10_i64.pow(9 - length) / 1000)
}
