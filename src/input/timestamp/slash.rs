//! Times that a spreadsheet rewrote: `10/27/2025 8:15`, `27.10.2025 08:15:30`, `2025/10/27 8:15`, `45937.41`.
//!
//! The zone is lost, mostly the seconds too, and nothing in one cell says whether the month or the day
//! stands first. The evidence is therefore collected over a whole column and judged once; nothing is
//! ever guessed from a single cell.

use super::{DAY, SECOND, Stamp, ZoneRule, date, digits, local, parse, time_of_day};
use crate::time::Precision;
use std::fmt;

/// What stands first in a date with slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// `10/27/2025`
    MonthFirst,
    /// `27/10/2025`
    DayFirst,
}

impl DateOrder {
    /// `month/day/year`
    const fn words(self) -> &'static str {
        match self {
            DateOrder::MonthFirst => "month/day/year",
            DateOrder::DayFirst => "day/month/year",
        }
    }
}

/// Why nobody can say whether the month or the day stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguous {
    /// No part of any date is above 12.
    Undecided,
    /// Some dates can only be month/day, others only day/month.
    Contradictory,
    /// Years have two digits between dashes, so they may stand first as well as last.
    YearUnknown,
}

impl fmt::Display for Ambiguous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ambiguous::Undecided => "every date can be read as month/day and as day/month",
            Ambiguous::Contradictory => "some dates are month/day and others day/month",
            Ambiguous::YearUnknown => "years of two digits may stand first as well as last",
        })
    }
}

/// What the dates of a column say about their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "what was seen, each by itself")]
pub struct DateEvidence {
    seen: bool,
    serial: bool,
    year_first: bool,
    month_first: bool,
    day_first: bool,
    short: ShortYears,
}

/// What stands first and last in dates such as `24-02-25`, as bits: between dashes years stand first where they have
/// four digits, so with two digits nobody can say where they stand from one date alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ShortYears {
    firsts: u128,
    lasts: u128,
}

impl ShortYears {
    fn note(&mut self, first: i64, last: i64) {
        self.firsts |= bit(first);
        self.lasts |= bit(last);
    }

    fn are_any(self) -> bool {
        self.firsts != 0
    }

    /// Whether days stand first and years last: there are more of the former than years of any log, and few of
    /// the latter.
    fn are_last(self) -> bool {
        const MOST_YEARS: u32 = 12;
        const DAYS_A_YEAR: u32 = 4;
        let [days, years] = [self.firsts, self.lasts].map(u128::count_ones);
        days > MOST_YEARS && years * DAYS_A_YEAR <= days
    }
}

/// The bit of a number of two digits.
fn bit(number: i64) -> u128 {
    u32::try_from(number).ok().and_then(|place| 1_u128.checked_shl(place)).unwrap_or(0)
}

impl DateEvidence {
    /// Looks at a cell. What is no date with slashes says nothing.
    pub fn observe(&mut self, text: &str) {
        let zone = ZoneRule::default();
        // So almost every text begins that no spreadsheet has changed. It is neither of the others.
        let begins_with_year =
            text.as_bytes().split_first_chunk().is_some_and(|(year, rest): (&[u8; 4], _)| {
                year.iter().all(u8::is_ascii_digit) && rest.starts_with(b"-")
            });
        if begins_with_year {
            self.year_first |= parse(text, zone).is_none() && year_first(text, zone).is_some();
            return;
        }
        if let Some(SlashDate { first, second, year, may_begin_with_year, .. }) =
            SlashDate::read(text)
        {
            self.seen = true;
            self.month_first |= second > 12;
            if may_begin_with_year {
                self.short.note(first, year - CENTURY);
            } else {
                self.day_first |= first > 12;
            }
        } else {
            self.serial |= serial(text.trim(), zone).is_some();
            self.year_first |= year_first(text, zone).is_some() && parse(text, zone).is_none();
        }
    }

    /// Adds what another part of the column says.
    pub fn merge(&mut self, other: DateEvidence) {
        self.seen |= other.seen;
        self.serial |= other.serial;
        self.year_first |= other.year_first;
        self.month_first |= other.month_first;
        self.day_first |= other.day_first;
        self.short.firsts |= other.short.firsts;
        self.short.lasts |= other.short.lasts;
    }

    /// What a reader should know of how the column's dates are read; `None` if no spreadsheet has changed
    /// any of them.
    pub fn decision(
        &self,
        column: &str,
        order: Option<DateOrder>,
        zone: ZoneRule,
    ) -> Option<String> {
        let read: Vec<&str> = [
            order.map(DateOrder::words),
            self.year_first.then_some("year/month/day"),
            self.serial.then_some("numbers of days since 1900"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if read.is_empty() {
            return None;
        }
        let read = read.join(" and as ");
        Some(format!(
            "a spreadsheet has changed the dates under `{column}`: they are read as {read}, in the zone {zone} because theirs is lost"
        ))
    }

    /// The order of the column's dates, `None` if it has none with slashes. What the user told goes
    /// before the evidence.
    pub fn decide(&self, told: Option<DateOrder>) -> Result<Option<DateOrder>, Ambiguous> {
        let day_first = self.day_first || self.short.are_last();
        match (told, self.month_first, day_first) {
            _ if !self.seen => Ok(None),
            (Some(order), _, _) => Ok(Some(order)),
            (None, false, _) if self.short.are_any() && !self.short.are_last() => {
                Err(Ambiguous::YearUnknown)
            }
            (None, true, false) => Ok(Some(DateOrder::MonthFirst)),
            (None, false, true) => Ok(Some(DateOrder::DayFirst)),
            (None, true, true) => Err(Ambiguous::Contradictory),
            (None, false, false) => Err(Ambiguous::Undecided),
        }
    }
}

/// Reads a date that a spreadsheet rewrote, as a time of `zone`: two parts and a year of four digits
/// between `/`, `.` or `-` (between `/` and `-` also of two: `25` is 2025), or the year first, with or without a time
/// (`8:15`, `08:15:30`, `8:15 PM`); or a number of days since 1899-12-30 between 30000 and 60000,
/// rounded to the second. `None` if it is none of these, or if its year stands last and `order` is not known.
pub fn parse_slash(text: &str, order: Option<DateOrder>, zone: ZoneRule) -> Option<Stamp> {
    let Some(SlashDate { first, second, year, time, .. }) = SlashDate::read(text) else {
        return year_first(text, zone).or_else(|| serial(text.trim(), zone));
    };
    let day = match order? {
        DateOrder::MonthFirst => date(year, first, second)?,
        DateOrder::DayFirst => date(year, second, first)?,
    };
    with_clock(day, time, zone)
}

/// `2025/10/7 9:50`, `2025-10-07 9:50`: what stands first in it is plain.
fn year_first(text: &str, zone: ZoneRule) -> Option<Stamp> {
    let (_, mut parts, time) = parts_of(text)?;
    let year = parts.next().filter(|year| year.len() == 4)?;
    let (month, day) = (part(parts.next()?)?, part(parts.next()?)?);
    let is_all = parts.next().is_none();
    let day = date(digits(year.as_bytes())?, month, day).filter(|_| is_all)?;
    with_clock(day, time, zone)
}

/// The stamp of a day that starts at `day` with what stands behind it.
pub(super) fn with_clock(day: i64, time: &str, zone: ZoneRule) -> Option<Stamp> {
    if time.is_empty() {
        return local(day, Precision::Day, zone);
    }
    let (time, precision) = clock(time)?;
    local(day + time, precision, zone)
}

/// The sign between the parts of a date, the parts, and the time behind them.
fn parts_of(text: &str) -> Option<(char, std::str::Split<'_, char>, &str)> {
    let text = text.trim();
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    // Browsers put a comma behind the date.
    let date = date.strip_suffix(',').unwrap_or(date);
    let sign = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| "/.-".contains(*c))?;
    Some((sign, date.split(sign), time.trim()))
}

/// The parts of a date with slashes.
struct SlashDate<'t> {
    first: i64,
    second: i64,
    year: i64,
    /// Whether the year may as well stand first.
    may_begin_with_year: bool,
    time: &'t str,
}

/// What years of two digits are of.
const CENTURY: i64 = 2000;

impl SlashDate<'_> {
    /// Takes a text apart. Two parts above 12 are no date in any order.
    fn read(text: &str) -> Option<SlashDate<'_>> {
        let (sign, mut parts, time) = parts_of(text)?;
        let (first, second) = (part(parts.next()?)?, part(parts.next()?)?);
        let year = parts.next()?;
        let century = match (year.len(), sign) {
            (4, _) => 0,
            (2, '/' | '-') => CENTURY,
            _ => return None,
        };
        let fits = parts.next().is_none() && (first <= 12 || second <= 12);
        let year = century + digits(year.as_bytes())?;
        let may_begin_with_year = century > 0 && sign == '-';
        fits.then_some(SlashDate { first, second, year, may_begin_with_year, time })
    }
}

/// A day, a month or a part of a time: one or two digits.
fn part(text: &str) -> Option<i64> {
    (1..=2).contains(&text.len()).then(|| digits(text.as_bytes()))?
}

/// `8:15`, `08:15:30`, `8:15 PM`: microseconds since the start of the day.
fn clock(text: &str) -> Option<(i64, Precision)> {
    // Newer browsers part the half of the day with a narrow space.
    let (time, half) = text.split_once([' ', '\u{202f}']).unwrap_or((text, ""));
    let mut parts = time.split(':');
    let (hour, minute) = (part(parts.next()?)?, part(parts.next()?)?);
    let (second, precision) = match parts.next() {
        Some(second) => (part(second)?, Precision::Second),
        None => (0, Precision::Minute),
    };
    let hour = match half.trim().to_ascii_lowercase().as_str() {
        "" => hour,
        "am" if (1..=12).contains(&hour) => hour % 12,
        "pm" if (1..=12).contains(&hour) => hour % 12 + 12,
        _ => return None,
    };
    let time = time_of_day(hour, minute, second)?;
    parts.next().is_none().then_some((time, precision))
}

/// `45937.41`: days since 1899-12-30. Spreadsheets keep seconds in it, but no more.
fn serial(text: &str, zone: ZoneRule) -> Option<Stamp> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let days = digits(whole.as_bytes()).filter(|_| whole.len() == 5)?;
    let is_number = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    if !is_number || !(30_000..=60_000).contains(&days) {
        return None;
    }
    // Twelve digits are a ten-millionth of a second; more would not fit the integer.
    let (parts, unit) = fraction
        .bytes()
        .take(12)
        .fold((0_i64, 1_i64), |(n, unit), b| (n * 10 + i64::from(b - b'0'), unit * 10));
    let seconds = (2 * parts * 86_400 + unit) / (2 * unit);
    let day = super::days_from_civil(1899, 12, 30) + days;
    local(day * DAY + seconds * SECOND, Precision::Minute, zone)
}
