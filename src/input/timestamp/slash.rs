//! Times that a spreadsheet rewrote: `10/27/2025 8:15`, `27.10.25 08:15:30`, `9/22/25, 2:51 PM`, `2025/10/27 8:15`,
//! `45937.41`.
//!
//! The zone is lost, mostly the seconds too, and nothing in one cell says whether the month or the day
//! stands first. The evidence is therefore collected over a whole column and judged once; nothing is
//! ever guessed from a single cell.

use super::halves::{Halves, ShortYears};
use super::{
    DAY, SECOND, Stamp, ZoneRule, date, digits, local, micros, offset, parse, time_of_day, zoned,
};
use crate::time::Precision;

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

/// Why nobody can say how the dates of a column are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguous {
    /// No part of any date is above 12.
    Undecided,
    /// Some dates can only be month/day, others only day/month.
    Contradictory,
    /// A year of two digits may stand first or last.
    ShortYears,
    /// Some dates were converted with month and day swapped, the others not at all.
    Swapped,
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
    /// Whether something else than a 1 stands in the first place, and in the second.
    beyond_one: [bool; 2],
    /// Whether a rewritten time says more than the day.
    has_clock: bool,
    /// Whether any rewritten time has a zone.
    has_zone: bool,
    /// Whether times that are rewritten otherwise or not at all have no zone.
    zoneless: bool,
    /// Whether any rewritten date is parted by something else than dots.
    beside_dots: bool,
    short_years: ShortYears,
    halves: Halves,
}

impl DateEvidence {
    /// Looks at a cell; gives back what it says if no spreadsheet has changed it. What is no date with slashes says
    /// nothing of the order.
    pub fn observe(&mut self, text: &str) -> Option<Stamp> {
        let zone = ZoneRule::default();
        // So almost every text begins that no spreadsheet has changed. It is neither of the others.
        let begins_with_year =
            text.as_bytes().split_first_chunk().is_some_and(|(year, rest): (&[u8; 4], _)| {
                year.iter().all(u8::is_ascii_digit) && rest.starts_with(b"-")
            });
        if begins_with_year && let Some(stamp) = parse(text, zone) {
            if stamp.offset.is_none() {
                self.zoneless = true;
                self.halves.note_converted(stamp.at);
            }
            return Some(stamp);
        }
        if !begins_with_year && let Some(date) = SlashDate::read(text) {
            self.observe_slash(&date);
            return None;
        }
        let serial = serial(text.trim(), zone);
        let plain = parse(text, zone);
        let has_words = text.contains(char::is_alphabetic);
        self.zoneless |= has_words && plain.is_some_and(|stamp| stamp.offset.is_none());
        let year_first = year_first(text, zone).filter(|_| plain.is_none());
        self.serial |= serial.is_some();
        self.year_first |= year_first.is_some();
        if let Some(stamp) = serial.or(year_first) {
            self.has_clock |= stamp.at.0 % DAY != 0;
            self.has_zone |= stamp.offset.is_some();
            self.halves.note_converted(stamp.at);
        }
        plain
    }

    /// Whether any date is a number of days.
    pub fn has_numbers(&self) -> bool {
        self.serial
    }

    fn observe_slash(&mut self, date: &SlashDate<'_>) {
        let &SlashDate { first, second, .. } = date;
        self.seen = true;
        self.month_first |= second > 12;
        self.day_first |= first > 12;
        self.beyond_one[0] |= first != 1;
        self.beyond_one[1] |= second != 1;
        let clock = clock_and_zone(date.time);
        self.has_clock |= clock.is_some_and(|(time, ..)| time != 0);
        self.has_zone |= clock.is_some_and(|(_, zone, _)| !zone.is_empty());
        self.beside_dots |= !date.is_dotted;
        self.short_years.note(date);
        self.halves.note_text(first, second);
    }

    /// Notes that what clocks showed stands in a column of its own.
    pub fn note_clock(&mut self) {
        self.has_clock = true;
    }

    /// Adds what another part of the column says.
    pub fn merge(&mut self, other: DateEvidence) {
        self.seen |= other.seen;
        self.serial |= other.serial;
        self.year_first |= other.year_first;
        self.month_first |= other.month_first;
        self.day_first |= other.day_first;
        self.beyond_one[0] |= other.beyond_one[0];
        self.beyond_one[1] |= other.beyond_one[1];
        self.has_clock |= other.has_clock;
        self.has_zone |= other.has_zone;
        self.zoneless |= other.zoneless;
        self.beside_dots |= other.beside_dots;
        self.short_years.merge(other.short_years);
        self.halves.merge(other.halves);
    }

    /// What a reader should know of how the column's dates are read; `None` if all are written with the year first and
    /// dashes, or with names of months.
    pub fn decision(
        &self,
        column: &str,
        order: Option<DateOrder>,
        zone: ZoneRule,
    ) -> Option<String> {
        let decision = self.decision_of_days(column, order)?;
        let times = if self.has_clock { "" } else { "; none of them has a time of day" };
        if self.has_zone {
            return Some(format!("{decision}, in their own zones, or else in the zone {zone}"));
        }
        Some(format!("{decision}, in the zone {zone} because none is written{times}"))
    }

    /// What a reader should know of times that are written without a zone where exports have one; `None` if none are.
    pub fn decision_of_zone(&self, column: &str, zone: ZoneRule) -> Option<String> {
        self.zoneless.then(|| {
            format!("times under `{column}` are written without a zone: they are taken to be of the zone {zone}")
        })
    }

    /// The same of dates that never had a zone.
    pub fn decision_of_days(&self, column: &str, order: Option<DateOrder>) -> Option<String> {
        let in_order = |order| match order {
            DateOrder::DayFirst if self.is_decided_by_dots() => {
                "day/month/year, as is usual between dots"
            }
            DateOrder::DayFirst | DateOrder::MonthFirst => order.words(),
        };
        let read: Vec<&str> = [
            order.map(in_order),
            self.year_first.then_some("year/month/day"),
            self.serial.then_some("numbers of days since 1900, as spreadsheets keep them"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let read = read.join(" and as ");
        (!read.is_empty()).then(|| format!("the dates under `{column}` are read as {read}"))
    }

    /// The order of the column's dates, `None` if it has none with slashes. What the user told decides only where
    /// the dates do not, and the sign between their parts only where nobody has told.
    pub fn decide(&self, told: Option<DateOrder>) -> Result<Option<DateOrder>, Ambiguous> {
        match (self.month_first, self.day_first, told) {
            _ if !self.seen => Ok(None),
            (_, _, None) if self.halves.are_swapped() => Err(Ambiguous::Swapped),
            (_, _, None) if self.short_years.may_stand_first() => Err(Ambiguous::ShortYears),
            (true, false, _) => Ok(Some(DateOrder::MonthFirst)),
            (false, true, _) => Ok(Some(DateOrder::DayFirst)),
            (_, _, Some(order)) => Ok(Some(order)),
            (true, true, None) => Err(Ambiguous::Contradictory),
            (false, false, None) if self.is_decided_by_dots() => Ok(Some(DateOrder::DayFirst)),
            (false, false, None) => Err(Ambiguous::Undecided),
        }
    }

    /// Whether only the dots between their parts say how dates are meant: where people write them, the day stands first.
    fn is_decided_by_dots(&self) -> bool {
        self.seen && !self.beside_dots && !self.month_first && !self.day_first
    }

    /// The order of dates of which it is known that they are the first days of months: where they are always a 1
    /// stands the day. If both are, it is all the same.
    pub fn order_of_first_days(&self) -> Result<Option<DateOrder>, Ambiguous> {
        match self.beyond_one {
            _ if !self.seen => Ok(None),
            [_, false] => Ok(Some(DateOrder::MonthFirst)),
            [false, true] => Ok(Some(DateOrder::DayFirst)),
            [true, true] => Err(Ambiguous::Undecided),
        }
    }
}

/// Reads a date that a spreadsheet rewrote, as a time of `zone`: two parts and a year of four digits
/// between `/`, `.` or `-` (or of two: `25` is 2025), or the year first, with or without a time
/// (`8:15`, `08:15:30`, `8:15 PM`, `14h51`); or a number of days since 1899-12-30 between 30000 and 60000,
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
    // Japanese and Chinese name the parts instead of parting them.
    if text.contains('年') {
        let parted = text.replace(['年', '月'], "-").replace('日', " ");
        return year_first(&parted, zone);
    }
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
    let (time, written, precision) = clock_and_zone(time)?;
    zoned(day + time, precision, written.as_bytes(), zone)
}

/// The microseconds since the start of the day, and the zone that is written behind them, if one is.
fn clock_and_zone(text: &str) -> Option<(i64, &str, Precision)> {
    let alone = clock(text).map(|(time, precision)| (time, "", precision));
    alone.or_else(|| {
        let (text, zone) = text.rsplit_once(' ')?;
        offset(zone.as_bytes())?;
        let (time, precision) = clock(text)?;
        Some((time, zone, precision))
    })
}

/// The sign between the parts of a date, the parts, and the time behind them.
fn parts_of(text: &str) -> Option<(char, std::str::Split<'_, char>, &str)> {
    let text = text.trim();
    let (date, time) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let date = date.strip_suffix(',').filter(|_| !time.is_empty()).unwrap_or(date);
    let sign = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| "/.-".contains(*c))?;
    Some((sign, date.split(sign), without_preposition(time)))
}

/// The parts of a date with slashes.
pub(super) struct SlashDate<'t> {
    pub(super) first: i64,
    pub(super) second: i64,
    pub(super) year: i64,
    /// Whether the year has two digits.
    pub(super) is_short: bool,
    /// Whether dashes part it.
    pub(super) is_dashed: bool,
    /// Whether dots do.
    is_dotted: bool,
    time: &'t str,
}

impl SlashDate<'_> {
    /// Takes a text apart. Two parts above 12 are no date in any order.
    fn read(text: &str) -> Option<SlashDate<'_>> {
        let (sign, mut parts, time) = parts_of(text)?;
        let (first, second) = (part(parts.next()?)?, part(parts.next()?)?);
        let year = parts.next()?;
        let century = match year.len() {
            4 => 0,
            2 => 2000,
            _ => return None,
        };
        let fits = parts.next().is_none() && (first <= 12 || second <= 12);
        let is_short = century > 0;
        let year = century + digits(year.as_bytes())?;
        let (is_dashed, is_dotted) = (sign == '-', sign == '.');
        fits.then_some(SlashDate { first, second, year, is_short, is_dashed, is_dotted, time })
    }
}

/// A day, a month or a part of a time: one or two digits.
fn part(text: &str) -> Option<i64> {
    (1..=2).contains(&text.len()).then(|| digits(text.as_bytes()))?
}

/// What stands between a date and the time of day in some languages: `7 Oct 2025 at 9:50`, `um 9:50`.
pub(super) fn without_preposition(time: &str) -> &str {
    const WORDS: [&str; 7] = ["at ", "um ", "om ", "alle ", "a las ", "à ", "às "];
    let time = time.trim();
    WORDS.iter().find_map(|word| time.strip_prefix(word)).unwrap_or(time).trim_start()
}

/// `8:15`, `08:15:30`, `8h15`, `8:15 Uhr`, `8:15 PM`, `8:15:30.123 pm`, `8:15 p. m.`, `08.15.30.123 PM`: microseconds
/// since the start of the day.
fn clock(text: &str) -> Option<(i64, Precision)> {
    let text = text.strip_suffix("Uhr").map_or(text, str::trim_end);
    let is_half = |c: char| matches!(c, 'a' | 'A' | 'p' | 'P');
    let (time, half) = text.split_at(text.find(is_half).unwrap_or(text.len()));
    let time = time.trim_end();
    let signs: &[char] = if time.contains([':', 'h']) { &[':', 'h'] } else { &['.'] };
    let mut parts = time.splitn(3, signs);
    let (hour, minute) = (part(parts.next()?)?, part(parts.next()?)?);
    let (second, fraction, precision) = match parts.next() {
        Some(second) => match second.split_once('.') {
            Some((second, fraction)) => {
                (part(second)?, micros(fraction.as_bytes())?, Precision::Exact)
            }
            None => (part(second)?, 0, Precision::Second),
        },
        None if signs == ['.'] => return None,
        None => (0, 0, Precision::Minute),
    };
    let mut letters = half.chars().filter(|c| *c != '.' && !c.is_whitespace());
    let letters = [letters.next(), letters.next(), letters.next()];
    let hour = match letters.map(|letter| letter.map(|letter| letter.to_ascii_lowercase())) {
        [None, ..] => hour,
        [Some('a'), Some('m'), None] if (1..=12).contains(&hour) => hour % 12,
        [Some('p'), Some('m'), None] if (1..=12).contains(&hour) => hour % 12 + 12,
        _ => return None,
    };
    Some((time_of_day(hour, minute, second)? + fraction, precision))
}

/// The time that a number of days stands for; `None` if the text is none.
pub fn parse_serial(text: &str) -> Option<Stamp> {
    serial(text.trim(), ZoneRule::default())
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
