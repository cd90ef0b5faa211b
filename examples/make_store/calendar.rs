//! Times of the store: milliseconds since 1970, written as its files write them.
//!
//! The five weeks lie in the summer time of Lisbon, one hour east of UTC.

/// Milliseconds in a day.
pub(super) const DAY: i64 = 86_400_000;

/// Midnight in Lisbon at the start of Monday, 1 September 2025.
pub(super) const START: i64 = 20_332 * DAY - HOUR;

/// How many days the store is watched.
pub(super) const DAYS: i64 = 35;

const HOUR: i64 = 3_600_000;

/// `2025-09-01T07:33:20.400Z`, as the web pixel writes it.
pub(super) fn utc(at: i64) -> String {
    let (date, clock) = parts(at);
    format!("{date}T{clock}.{:03}Z", at.rem_euclid(1000))
}

/// `2025-09-01 08:33:20 +0100`, as the exports write it.
pub(super) fn local(at: i64) -> String {
    let (date, clock) = parts(at + HOUR);
    format!("{date} {clock} +0100")
}

/// `2025-09-01` in Lisbon.
pub(super) fn local_day(at: i64) -> String {
    parts(at + HOUR).0
}

/// The date and the time of day of a moment.
fn parts(at: i64) -> (String, String) {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let second = at.rem_euclid(DAY) / 1000;
    let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    (format!("{year}-{month:02}-{day:02}"), clock)
}

/// Year, month and day of a number of days since 1970 (the algorithm of Howard Hinnant).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
