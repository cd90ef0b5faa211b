//! Values as the cells of a table.
//!
//! Times become text of the shape that is read fastest; numbers are written in their shortest form. Cells of
//! text are copied, and quoted only if they hold one of the table's own signs.

use super::{SIGNS, decimals};
use crate::input::quoting::QUOTE;
use crate::time::SECOND;
use chrono::{DateTime, Datelike, Timelike};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::schema::types::ColumnDescriptor;
use std::io::Write;

/// What the numbers or bytes of a column mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    /// Whole numbers that are never negative.
    Unsigned,
    /// Numbers of sixteen bits with a fraction.
    Half,
    Date,
    /// So many units a second, and whether the times are in UTC.
    Time {
        units: i64,
        is_utc: bool,
    },
    /// A time of day, of so many units a second.
    Clock(i64),
    /// Digits behind the decimal sign.
    Decimal(u32),
    Uuid,
}

/// The bytes of a UUID.
pub(super) const UUID: usize = 16;

impl Kind {
    pub(super) fn of(column: &ColumnDescriptor) -> Kind {
        let units = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => 1000,
            TimeUnit::MICROS => SECOND,
            TimeUnit::NANOS => 1000 * SECOND,
        };
        let scale = u32::try_from(column.type_scale()).unwrap_or(0);
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Timestamp(time)), _) => {
                Kind::Time { units: units(&time.unit), is_utc: time.is_adjusted_to_u_t_c }
            }
            (Some(LogicalType::Time(time)), _) => Kind::Clock(units(&time.unit)),
            (Some(LogicalType::Integer(number)), _) if !number.is_signed => Kind::Unsigned,
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Kind::Date,
            (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => {
                Kind::Decimal(scale)
            }
            (Some(LogicalType::Uuid), _) => Kind::Uuid,
            (Some(LogicalType::Float16), _) => Kind::Half,
            (None, ConvertedType::TIMESTAMP_MILLIS) => Kind::Time { units: 1000, is_utc: true },
            (None, ConvertedType::TIMESTAMP_MICROS) => Kind::Time { units: SECOND, is_utc: true },
            (None, ConvertedType::TIME_MILLIS) => Kind::Clock(1000),
            (None, ConvertedType::TIME_MICROS) => Kind::Clock(SECOND),
            (
                None,
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64,
            ) => Kind::Unsigned,
            _ => Kind::Plain,
        }
    }

    /// Whether whole numbers of this kind are numbers, and no dates or times.
    pub(super) const fn is_number(self) -> bool {
        match self {
            Kind::Plain | Kind::Unsigned | Kind::Half | Kind::Decimal(_) | Kind::Uuid => true,
            Kind::Date | Kind::Time { .. } | Kind::Clock(_) => false,
        }
    }

    /// Writes a number of 32 bits.
    pub(super) fn write_int(self, value: i32, out: &mut Vec<u8>) {
        if self == Kind::Unsigned {
            write_number(u64::from(value.cast_unsigned()), out);
        } else {
            self.write_integer(i64::from(value), out);
        }
    }

    pub(super) fn write_integer(self, value: i64, out: &mut Vec<u8>) {
        match self {
            Kind::Time { units, is_utc } => {
                write_time(micros(value, units), is_utc, out);
            }
            Kind::Clock(units) => write_clock(micros(value, units), out),
            Kind::Date => {
                let micros = value.saturating_mul(86_400 * SECOND);
                let day = DateTime::from_timestamp_micros(micros);
                if let Some(day) = day {
                    write_shown(&day.format("%Y-%m-%d"), out);
                }
            }
            Kind::Decimal(scale) => decimals::write(i128::from(value), scale, out),
            Kind::Unsigned => write_number(value.cast_unsigned(), out),
            Kind::Plain | Kind::Half | Kind::Uuid => {
                if value < 0 {
                    out.push(b'-');
                }
                write_number(value.unsigned_abs(), out);
            }
        }
    }

    /// Writes what bytes say that are no text as they are; whether they say anything of this kind.
    pub(super) fn write_said(self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        match (self, bytes) {
            (Kind::Decimal(scale), _) => decimals::write_bytes(bytes, scale, out),
            (Kind::Half, &[low, high]) => {
                write_shown(&decimals::half(u16::from_le_bytes([low, high])), out);
            }
            (Kind::Uuid, bytes) if bytes.len() == UUID => write_uuid(bytes, out),
            _ => return false,
        }
        true
    }

    pub(super) fn write_bytes(self, bytes: &[u8], is_text: bool, out: &mut Vec<u8>) {
        if self.write_said(bytes, out) {
            return;
        }
        if is_text { write_text(bytes, out) } else { write_digits_of_bytes(bytes, out) }
    }
}

/// Bytes that are no text are shown as their digits.
pub(super) fn write_digits_of_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        write_hexadecimal(byte, out);
    }
}

/// Writes a cell of text, quoted if it holds a sign of the table.
pub(super) fn write_text(cell: &[u8], out: &mut Vec<u8>) {
    if is_plain(cell) {
        return out.extend_from_slice(cell);
    }
    out.push(QUOTE);
    for &byte in cell {
        out.extend_from_slice(if byte == QUOTE { b"\"\"" } else { std::slice::from_ref(&byte) });
    }
    out.push(QUOTE);
}

/// Whether a cell of text needs no quotes.
#[inline]
pub(super) fn is_plain(cell: &[u8]) -> bool {
    memchr::memchr3(QUOTE, SIGNS.delimiter, SIGNS.line_end, cell).is_none()
}

/// A time of so many units a second, in microseconds.
pub(super) fn micros(value: i64, units: i64) -> i64 {
    if units > SECOND {
        value.div_euclid(units / SECOND)
    } else {
        value.saturating_mul(SECOND / units)
    }
}

/// `2025-10-07T09:50:26.123Z`; without `Z` if the time is of no zone, and with microseconds only if it has
/// some.
pub(super) fn write_time(micros: i64, is_utc: bool, out: &mut Vec<u8>) {
    let Some(time) = DateTime::from_timestamp_micros(micros) else { return };
    let date = time.date_naive();
    match u32::try_from(date.year()) {
        Ok(year) if year < 10_000 => write_digits(year, 4, out),
        Ok(_) | Err(_) => write_shown(&time.format("%Y"), out),
    }
    for part in [date.month(), date.day()] {
        out.push(b'-');
        write_digits(part, 2, out);
    }
    out.push(b'T');
    write_time_of_day(time.num_seconds_from_midnight(), micros, out);
    if is_utc {
        out.push(b'Z');
    }
}

/// `09:50:26.123`; nothing if no day has such a time.
fn write_clock(micros: i64, out: &mut Vec<u8>) {
    if (0..86_400 * SECOND).contains(&micros) {
        write_time_of_day(u32::try_from(micros / SECOND).unwrap_or(0), micros, out);
    }
}

fn write_time_of_day(second: u32, micros: i64, out: &mut Vec<u8>) {
    write_digits(second / 3600, 2, out);
    for part in [second / 60 % 60, second % 60] {
        out.push(b':');
        write_digits(part, 2, out);
    }
    let within = u32::try_from(micros.rem_euclid(SECOND)).unwrap_or(0);
    match (within, within % 1000) {
        (0, _) => {}
        (_, 0) => {
            out.push(b'.');
            write_digits(within / 1000, 3, out);
        }
        _ => {
            out.push(b'.');
            write_digits(within, 6, out);
        }
    }
}

/// Writes the last `count` digits of a number; far quicker than by a format, and every row has a time.
fn write_digits(number: u32, count: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + count, b'0');
    let mut rest = number;
    for digit in out.iter_mut().skip(start).rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
}

/// Writes a whole number, digit by digit from the last: in many logs every row has that of a person.
fn write_number(number: u64, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or(0);
        start -= 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

fn write_uuid(bytes: &[u8], out: &mut Vec<u8>) {
    for (number, byte) in bytes.iter().enumerate() {
        if matches!(number, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        write_hexadecimal(*byte, out);
    }
}

fn write_hexadecimal(byte: u8, out: &mut Vec<u8>) {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
    out.extend([digit(byte >> 4), digit(byte & 15)]);
}

pub(super) fn write_shown(value: &impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    let _written = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::timestamp::{self, ZoneRule};
    use proptest::prelude::*;

    #[test]
    fn a_time_of_day_is_one() {
        for (value, units, expected) in [
            (36_303_000, 1000, "10:05:03"),
            (36_303_000_250, SECOND, "10:05:03.000250"),
            (0, 1000 * SECOND, "00:00:00"),
            (-1, SECOND, ""),
            (i64::MAX, 1000, ""),
        ] {
            let mut written = Vec::new();
            Kind::Clock(units).write_integer(value, &mut written);
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_always(number in prop_oneof![any::<i64>(), -1_000_000..1_000_000i64, Just(0)]) {
            let mut written = Vec::new();
            Kind::Plain.write_integer(number, &mut written);
            prop_assert_eq!(String::from_utf8(written).unwrap(), number.to_string());
        }

        #[test]
        fn numbers_without_a_sign_are_never_negative(number: u64, short: u32) {
            let mut written = Vec::new();
            Kind::Unsigned.write_integer(number.cast_signed(), &mut written);
            written.push(b' ');
            Kind::Unsigned.write_int(short.cast_signed(), &mut written);
            prop_assert_eq!(String::from_utf8(written).unwrap(), format!("{number} {short}"));
        }

        /// Times are taken as they are, or read from what was written of them.
        #[test]
        fn a_time_is_the_one_that_is_written(
            micros in prop_oneof![any::<i64>(), -2_500_000_000_000_000..7_500_000_000_000_000i64],
            is_utc: bool,
            cut in prop::sample::select(vec![1, 1000, SECOND]),
            zone in prop::sample::select(vec![
                ZoneRule::default(),
                ZoneRule::Fixed(-7200),
                ZoneRule::Named(chrono_tz::Europe::Paris),
            ]),
        ) {
            let micros = micros.div_euclid(cut).saturating_mul(cut);
            let mut written = Vec::new();
            write_time(micros, is_utc, &mut written);
            let read = timestamp::parse(std::str::from_utf8(&written).unwrap(), zone);
            let zone = if is_utc { ZoneRule::default() } else { zone };
            prop_assert_eq!(timestamp::of_clock(micros, zone), read.map(|stamp| stamp.at));
        }

        #[test]
        fn times_are_written_as_chrono_writes_them(micros in prop_oneof![any::<i64>(), -4_000_000_000_000_000..4_000_000_000_000_000i64], is_utc: bool, cut in prop::sample::select(vec![1, 1000, SECOND])) {
            let micros = micros.div_euclid(cut).saturating_mul(cut);
            let mut written = Vec::new();
            write_time(micros, is_utc, &mut written);
            let expected = DateTime::from_timestamp_micros(micros).map_or(String::new(), |time| {
                let within = match (micros.rem_euclid(SECOND), micros.rem_euclid(1000)) {
                    (0, _) => "",
                    (_, 0) => "%.3f",
                    _ => "%.6f",
                };
                let zone = if is_utc { "Z" } else { "" };
                format!("{}{zone}", time.format(&format!("%Y-%m-%dT%H:%M:%S{within}")))
            });
            prop_assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
