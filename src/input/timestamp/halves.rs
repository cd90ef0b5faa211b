//! What speaks against the plain reading of a column: years of two digits that may stand first, and a column that a
//! spreadsheet converted by halves.
//!
//! A spreadsheet that is set to month/day takes `07/10/2025` for the tenth of July and makes a date of it; of
//! `13/10/2025` it can make nothing and leaves it as it is. What it writes then looks like dates of two kinds, and half of
//! them are wrong.

use super::slash::SlashDate;
use crate::time::Instant;
use chrono::{DateTime, Datelike};

/// Numbers that were met in one place of a date, one bit each.
type Met = u128;

/// What stands first and last in dates whose year has two digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ShortYears {
    first: Met,
    last: Met,
    /// Whether one of the dates can have its year in the last place only.
    is_last: bool,
    /// Whether dashes part one: between these years of four digits stand first.
    is_dashed: bool,
}

impl ShortYears {
    pub(super) fn note(&mut self, date: &SlashDate<'_>) {
        if !date.is_short {
            self.is_last = true;
            return;
        }
        let last = date.year % 100;
        self.first |= bit(date.first);
        self.last |= bit(last);
        self.is_last |= !(1..=31).contains(&last) || date.second > 12;
        self.is_dashed |= date.is_dashed;
    }

    pub(super) fn merge(&mut self, other: ShortYears) {
        self.first |= other.first;
        self.last |= other.last;
        self.is_last |= other.is_last;
        self.is_dashed |= other.is_dashed;
    }

    /// Whether what stands last runs on as days do, and what stands first stays as years do. Between dashes years may
    /// stand first unless there are more numbers there than years of any log, and few in the last place.
    pub(super) fn may_stand_first(self) -> bool {
        const MOST_YEARS: u32 = 12;
        const DAYS_A_YEAR: u32 = 4;
        let [first, last] = [self.first, self.last].map(Met::count_ones);
        let are_days = first > MOST_YEARS && last * DAYS_A_YEAR <= first;
        !self.is_last && (last > first || self.is_dashed && !are_days)
    }
}

/// Dates of a column that are dates to a spreadsheet, and those that are mere text to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Halves {
    converted: u32,
    /// The days of converted dates, and their months.
    days: Met,
    months: Met,
    texts: u32,
    /// The months of texts.
    months_of_texts: Met,
    /// Whether a text could have been converted.
    is_convertible: bool,
}

impl Halves {
    /// So many of both must there be: a few dates may be as they are by chance.
    const FEWEST: u32 = 4;

    pub(super) fn note_converted(&mut self, at: Instant) {
        let Some(time) = DateTime::from_timestamp_micros(at.0) else { return };
        self.converted = self.converted.saturating_add(1);
        self.days |= bit(i64::from(time.day()));
        self.months |= bit(i64::from(time.month()));
    }

    /// Notes the first two numbers of a date with slashes.
    pub(super) fn note_text(&mut self, first: i64, second: i64) {
        self.texts = self.texts.saturating_add(1);
        self.is_convertible |= first <= 12 && second <= 12;
        self.months_of_texts |= bit(first.min(second));
    }

    pub(super) fn merge(&mut self, other: Halves) {
        self.converted = self.converted.saturating_add(other.converted);
        self.texts = self.texts.saturating_add(other.texts);
        self.days |= other.days;
        self.months |= other.months;
        self.months_of_texts |= other.months_of_texts;
        self.is_convertible |= other.is_convertible;
    }

    /// Whether exactly those dates were converted that could be, and only swapped they are of the months of the others.
    pub(super) fn are_swapped(self) -> bool {
        let is_enough = self.converted >= Self::FEWEST && self.texts >= Self::FEWEST;
        let near = self.months_of_texts << 1 | self.months_of_texts >> 1 | self.months_of_texts;
        let are_swapped = self.days & !self.months_of_texts == 0;
        is_enough && !self.is_convertible && are_swapped && self.months & !near != 0
    }
}

/// The bit of a number.
fn bit(number: i64) -> Met {
    u32::try_from(number).ok().and_then(|number| 1_u128.checked_shl(number)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use crate::input::timestamp::{Ambiguous, DateEvidence, DateOrder};

    fn order(cells: &[&str]) -> Result<Option<DateOrder>, Ambiguous> {
        let mut whole = DateEvidence::default();
        for cell in cells {
            let mut part = DateEvidence::default();
            part.observe(cell);
            whole.merge(part);
        }
        whole.decide(None)
    }

    #[test]
    fn a_year_of_two_digits_may_stand_first() {
        let short = Err(Ambiguous::ShortYears);
        for (cells, expected) in [
            (&["25/10/07 9:50", "25/10/08 10:00"][..], short),
            (&["24.12.30", "25.01.02", "25.01.03"], short),
            (&["25/10/07"], Ok(Some(DateOrder::DayFirst))),
            (&["25/10/07", "26/10/07", "27/11/07"], Ok(Some(DateOrder::DayFirst))),
            (&["25/10/07", "25/10/08", "25/10/2008"], Ok(Some(DateOrder::DayFirst))),
            (&["10/25/07", "10/25/08"], Ok(Some(DateOrder::MonthFirst))),
        ] {
            assert_eq!(order(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn a_column_that_was_converted_by_halves_is_known() {
        let texts = ["13/10/2025", "14/10/2025", "15/10/2025", "31/10/2025"];
        let with = |converted: &[&str]| order(&[converted, &texts].concat());
        // 7 to 10 October, swapped.
        let swapped = ["2025-07-10 09:50", "2025-08-10 09:50", "2025-09-10 09:50", "2025-10-10"];
        assert_eq!(with(&swapped), Err(Ambiguous::Swapped));
        assert_eq!(with(&["45848.41", "45879.4", "45910", "45940"]), Err(Ambiguous::Swapped));
        // Days that are what they seem, and too few to tell.
        let day_first = Ok(Some(DateOrder::DayFirst));
        assert_eq!(with(&["2025-10-07", "2025-10-08", "2025-10-09", "2025-10-10"]), day_first);
        assert_eq!(with(&["2025-07-10", "2025-08-10", "2025-09-10", "2025-10-13"]), day_first);
        assert_eq!(with(&swapped[..3]), day_first);
        let zoned: Vec<String> = swapped[..3].iter().map(|cell| format!("{cell} +0200")).collect();
        assert_eq!(with(&zoned.iter().map(String::as_str).collect::<Vec<_>>()), day_first);
    }
}
