//! Values as the cells of a table.
//!
//! Times become text of the shape that is read fastest; numbers are written in their shortest form. Cells of
//! text are copied, and quoted only if they hold one of the table's own signs.

use super::SIGNS;
use crate::input::quoting::QUOTE;
use crate::time::SECOND;
use chrono::{DateTime, Datelike, Timelike};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::schema::types::ColumnDescriptor;
use std::io::Write;

/// What the numbers or bytes of a column mean.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Plain,
    Date,
    /// So many units a second, and whether the times are in UTC.
    Time {
        units: i64,
        is_utc: bool,
    },
    /// Digits behind the decimal sign.
    Decimal(u32),
    Uuid,
}

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
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Kind::Date,
            (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => {
                Kind::Decimal(scale)
            }
            (Some(LogicalType::Uuid), _) => Kind::Uuid,
            (None, ConvertedType::TIMESTAMP_MILLIS) => Kind::Time { units: 1000, is_utc: true },
            (None, ConvertedType::TIMESTAMP_MICROS) => Kind::Time { units: SECOND, is_utc: true },
            _ => Kind::Plain,
        }
    }

    pub(super) fn write_integer(self, value: i64, out: &mut Vec<u8>) {
        match self {
            Kind::Time { units, is_utc } => {
                write_time(micros(value, units), is_utc, out);
            }
            Kind::Date => {
                let micros = value.saturating_mul(86_400 * SECOND);
                let day = DateTime::from_timestamp_micros(micros);
                if let Some(day) = day {
                    write_shown(&day.format("%Y-%m-%d"), out);
                }
            }
            Kind::Decimal(scale) => write_decimal(i128::from(value), scale, out),
            Kind::Plain | Kind::Uuid => write_number(value, out),
        }
    }

    pub(super) fn write_bytes(self, bytes: &[u8], is_text: bool, out: &mut Vec<u8>) {
        match self {
            Kind::Decimal(scale) if bytes.len() <= 16 => {
                let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
                let number = bytes.iter().fold(sign, |n: i128, &byte| n << 8 | i128::from(byte));
                write_decimal(number, scale, out);
            }
            Kind::Uuid if bytes.len() == 16 => write_uuid(bytes, out),
            Kind::Plain | Kind::Date | Kind::Time { .. } | Kind::Decimal(_) | Kind::Uuid
                if is_text =>
            {
                write_text(bytes, out);
            }
            // Bytes that are no text are shown as their digits.
            Kind::Plain | Kind::Date | Kind::Time { .. } | Kind::Decimal(_) | Kind::Uuid => {
                for &byte in bytes {
                    write_hexadecimal(byte, out);
                }
            }
        }
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
    let second = time.num_seconds_from_midnight();
    let parts = [
        (b'-', date.month()),
        (b'-', date.day()),
        (b'T', second / 3600),
        (b':', second / 60 % 60),
        (b':', second % 60),
    ];
    for (sign, part) in parts {
        out.push(sign);
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
    if is_utc {
        out.push(b'Z');
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
fn write_number(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    let mut digits = [b'0'; 20];
    let mut rest = number.unsigned_abs();
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

fn write_decimal(number: i128, scale: u32, out: &mut Vec<u8>) {
    let Some(unit) = 10i128.checked_pow(scale).filter(|_| scale > 0) else {
        return write_shown(&number, out);
    };
    let (sign, number) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    let unit = unit.unsigned_abs();
    let width = scale as usize;
    write_shown(&format_args!("{sign}{}.{:0width$}", number / unit, number % unit), out);
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

    proptest! {
        #[test]
        fn numbers_are_written_as_always(number in prop_oneof![any::<i64>(), -1_000_000..1_000_000i64, Just(0)]) {
            let mut written = Vec::new();
            write_number(number, &mut written);
            prop_assert_eq!(String::from_utf8(written).unwrap(), number.to_string());
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
