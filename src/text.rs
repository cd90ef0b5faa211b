//! Bytes as text: UTF-8, or what old spreadsheets write.
//!
//! Rows stay bytes as long as nobody needs to know what they say; this is where they become text, and where it is known
//! which texts say nothing, yes or no. What else they mean is the business of others.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Texts that stand for "nothing" wherever they are, in lower case: what programs, databases and their tools write.
pub(crate) const NULLS: [&str; 14] = [
    "",
    "null",
    "none",
    "(not set)",
    "(none)",
    "-",
    "n/a",
    "undefined",
    // Copies out of databases, and what tools show for their nulls.
    "\\n",
    "<null>",
    "[null]",
    "(null)",
    // Spreadsheets, and libraries for tables.
    "#n/a",
    "<na>",
];

/// Texts that stand for "nothing" where a word would be none of the column's own: elsewhere `NA` is Namibia, and Nan a name.
pub(crate) const NULL_WORDS: [&str; 4] = ["na", "nan", "nat", "nil"];

/// No text that stands for "nothing" is longer.
pub(crate) const LONGEST_NULL: usize = 9;

/// Whether a text stands for "nothing".
pub fn is_null(text: &str) -> bool {
    text.len() <= LONGEST_NULL
        && (NULLS.iter().any(|null| null.eq_ignore_ascii_case(text))
            || matches!(text, "NaN" | "NaT"))
}

/// The same of a text where numbers, times, identifiers or marks are expected.
pub fn is_null_word(text: &str) -> bool {
    is_null(text) || NULL_WORDS.iter().any(|null| null.eq_ignore_ascii_case(text))
}

/// Whether a text says yes, as databases and programs write it (libraries for tables with a fraction, where some cells are
/// blank); `None` if it says neither.
pub fn is_yes(text: &str) -> Option<bool> {
    const YES: [&str; 7] = ["true", "t", "yes", "y", "on", "1", "1.0"];
    const NO: [&str; 7] = ["false", "f", "no", "n", "off", "0", "0.0"];
    let text = text.trim();
    let is_of = |words: [&str; 7]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match (is_of(YES), is_of(NO)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Whether a time or mark says that something happened: databases write `0`, `false` or `0000-00-00` where nothing did.
pub fn says_so(text: &str) -> bool {
    let says = |c: char| c.is_alphabetic() || c.is_ascii_digit() && c != '0';
    !is_null_word(text) && is_yes(text) != Some(false) && text.contains(says)
}

/// The first characters of a text, with a sign that there are more.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_string()
    } else {
        text.chars().take(most).chain(['…']).collect()
    }
}

/// Bytes as hexadecimal digits, two for each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string has no way to fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A number of things in words: `1 row`, `2 rows`.
pub fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A text as a shell takes it for one word, whatever is in it.
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-=,.:/".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The line on which a byte of a text stands, from 1.
pub fn line_at(text: &[u8], byte: usize) -> u64 {
    let before = text.get(..byte).unwrap_or_default();
    1 + memchr::memchr_iter(b'\n', before).count() as u64
}

/// Decodes bytes as UTF-8 or, where they are none, as Windows-1252 (which every byte sequence is).
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// How a cell is made, letter by letter, without what it says: `9-99-a`; its first characters.
pub fn kind_of(written: &str) -> String {
    let kind = |sign: char| {
        if sign.is_numeric() {
            '9'
        } else if sign.is_alphabetic() {
            'a'
        } else {
            sign
        }
    };
    shorten(written.trim()).chars().map(kind).collect()
}

/// The first characters of a cell, for a message.
pub fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    shortened(text, LONGEST)
}
