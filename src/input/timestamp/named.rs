//! Times whose month is a word: `7 Oct 2025`, `October 7, 2025`, `7. Oktober 2025`, `[07/Oct/2025:09:50:26 +0200]`.
//!
//! Such a date means one thing only. Months are those of the languages that shops' spreadsheets speak, in full or from
//! their third letter on, with or without a point. The day of the week before it is not looked at.

use super::slash::{with_clock, without_preposition};
use super::{Stamp, ZoneRule, clock, date, digits, local};
use crate::time::Precision;

/// The names of each month, without accents: English, German, French, Spanish, Dutch, Italian, Portuguese. Where two
/// languages have the same, or one begins like the other, it stands once; `mrz` and `mrt` are short forms.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "janner", "janvier", "enero", "januari", "gennaio", "janeiro"],
    &["february", "februar", "fevrier", "febrero", "febbraio", "fevereiro"],
    &["march", "marz", "mars", "marzo", "maart", "marco", "mrz", "mrt"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "mei", "maggio", "maio"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "settembre", "setembro"],
    &["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "decembre", "diciembre", "dicembre", "dezembro"],
];

/// Reads a time of such a shape.
pub(super) fn parse(bytes: &[u8], zone: ZoneRule) -> Option<Stamp> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('[').unwrap_or(text);
    let text = text.strip_suffix(']').unwrap_or(text);
    // Browsers name their zone behind its offset.
    let text = text.split_once(" (").map_or(text, |(time, _)| time);
    let read = dated(text).or_else(|| dated(behind_weekday(text)?));
    let Some((day, rest)) = read else { return year_last(behind_weekday(text)?, zone) };
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    let mut signs = rest.chars();
    match signs.next() {
        None => local(day, Precision::Day, zone),
        Some(sign) if sign.is_whitespace() || matches!(sign, ':' | 'T') => {
            let time = without_preposition(signs.as_str());
            let time = time.strip_prefix("@ ").unwrap_or(time);
            clock(day, time.as_bytes(), zone).or_else(|| with_clock(day, time, zone))
        }
        Some(_) => None,
    }
}

/// `Oct  7 09:50:26 UTC 2025`
fn year_last(text: &str, zone: ZoneRule) -> Option<Stamp> {
    let (word, rest) = letters(text);
    let (day, rest) = number(rest.trim_start())?;
    let (time, written) = blank(rest)?.rsplit_once(' ')?;
    let (year, _) = year(written, &[4]).filter(|(_, rest)| rest.is_empty())?;
    clock(date(year, month(word)?, day)?, time.as_bytes(), zone)
}

/// What follows the day of the week, `Tue, ` or `di. `.
fn behind_weekday(text: &str) -> Option<&str> {
    let (word, rest) = letters(text);
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    blank(rest).filter(|_| !word.is_empty())
}

/// The date that a text begins with: the start of the day, and what follows.
fn dated(text: &str) -> Option<(i64, &str)> {
    let (word, rest) = letters(text);
    if word.is_empty() { day_first(text) } else { month_first(month(word)?, without_point(rest)) }
}

/// `7, 2025` behind the month.
fn month_first(month: i64, text: &str) -> Option<(i64, &str)> {
    let (day, rest) = number(blank(text)?)?;
    let rest = blank(rest.strip_prefix(',').unwrap_or(rest))?;
    let (year, rest) = year(rest, &[4])?;
    Some((date(year, month, day)?, rest))
}

/// `7 Oct 2025`, `7. Oktober 2025`, `7-okt-25`, `07OCT2025`, `7 de octubre de 2025`, with the same sign at both sides of the month.
fn day_first(text: &str) -> Option<(i64, &str)> {
    let (day, rest) = number(text)?;
    let rest = without_point(rest);
    let sign = rest.chars().next()?;
    if sign.is_alphabetic() {
        let (word, rest) = letters(rest);
        let (year, rest) = year(rest, &[4])?;
        return Some((date(year, month(word)?, day)?, rest));
    }
    let between = |text| if sign.is_whitespace() { blank(text) } else { text.strip_prefix(sign) };
    if !(sign.is_whitespace() || matches!(sign, '/' | '-')) {
        return None;
    }
    let (word, rest) = letters(without_of(between(rest)?));
    let rest = without_of(between(without_point(rest))?);
    let (year, rest) = year(rest, &[4, 2])?;
    Some((date(year, month(word)?, day)?, rest))
}

/// The number of a month; `None` if it could be two of them (`jui`).
fn month(word: &str) -> Option<i64> {
    const SHORTEST: usize = 3;
    let is_long = word.chars().nth(SHORTEST - 1).is_some();
    let begins = |name: &&str| {
        let mut letters = name.chars();
        word.chars().all(|letter| letters.next() == Some(plain(letter)))
    };
    let is_one = |names: &[&str]| is_long && names.iter().any(begins);
    let number = MONTHS.iter().position(|names| is_one(names))?;
    let is_only = !MONTHS.iter().skip(number + 1).any(|names| is_one(names));
    is_only.then(|| i64::try_from(number + 1).ok())?
}

/// A letter small and without its accent.
fn plain(letter: char) -> char {
    match letter {
        'é' | 'É' | 'è' | 'ê' => 'e',
        'ä' | 'Ä' => 'a',
        'û' | 'Û' => 'u',
        'ç' | 'Ç' => 'c',
        _ => letter.to_ascii_lowercase(),
    }
}

/// The year, of so many digits; two are those of this century.
fn year<'t>(text: &'t str, lengths: &[usize]) -> Option<(i64, &'t str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (year, rest) = text.split_at_checked(length).filter(|_| lengths.contains(&length))?;
    let century = if length == 2 { 2000 } else { 0 };
    Some((century + digits(year.as_bytes())?, rest))
}

/// The number of one or two digits that begins a text.
fn number(text: &str) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(length).filter(|_| (1..=2).contains(&length))?;
    Some((digits(number.as_bytes())?, rest))
}

/// The letters that begin a text, and what follows.
fn letters(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()))
}

/// What follows a blank of whatever kind.
fn blank(text: &str) -> Option<&str> {
    let mut signs = text.chars();
    signs.next().filter(|sign| sign.is_whitespace()).map(|_| signs.as_str())
}

fn without_point(text: &str) -> &str {
    text.strip_prefix('.').unwrap_or(text)
}

/// What follows `de `, which stands around months in Spanish and Portuguese.
fn without_of(text: &str) -> &str {
    text.strip_prefix("de ").or_else(|| text.strip_prefix("del ")).unwrap_or(text)
}
