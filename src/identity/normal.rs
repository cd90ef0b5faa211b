//! From the text of a cell to an identifier: normalised, or refused because it names nobody.
//!
//! The lists of values that name nobody are the union of what customer-data platforms publish
//! (Segment's and `RudderStack`'s suggestions, PostHog's illegal ids, Amplitude's invalid ids).

use crate::event::{Identifier, IdentifierKind};
use crate::key::Key;
use std::borrow::Cow;

/// Which values are taken for placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The log has several identifier columns: short values and words like `guest` name nobody.
    Several,
    /// The log has one identifier column: `0` and `7` are ordinary customers; only words for "none" are not.
    Only,
}

/// Words that mean that there is no value.
const NULL_WORDS: [&str; 10] =
    ["null", "none", "nil", "undefined", "nan", "n/a", "na", "(not set)", "(none)", "-"];

/// Further words that trackers send for "nobody".
const NOBODY_WORDS: [&str; 13] = [
    "anonymous",
    "guest",
    "distinctid",
    "distinct_id",
    "id",
    "not_authenticated",
    "email",
    "true",
    "false",
    "unknown",
    "[object object]",
    "{}",
    "lmy47d",
];

/// No placeholder word is longer than this.
const LONGEST_WORD: usize = 17;

/// Identifiers of users and devices below this length are placeholders where other identifiers exist.
const SHORTEST_ID: usize = 5;

/// Fewer digits are no telephone number.
const SHORTEST_PHONE: usize = 8;

/// The identifier that a cell's text stands for; `None` if it names nobody. `space` tells systems
/// apart that number their users and devices each in their own way.
pub fn identify(
    kind: IdentifierKind,
    space: u16,
    text: &str,
    strictness: Strictness,
) -> Option<Identifier> {
    let text = text.trim();
    if is_placeholder(text, strictness) {
        return None;
    }
    let (space, normal) = match kind {
        IdentifierKind::CustomerId | IdentifierKind::OrderId | IdentifierKind::CheckoutToken => {
            (0, Cow::Owned(shop_id(text)?))
        }
        IdentifierKind::Email => (0, Cow::Owned(email(text)?)),
        IdentifierKind::Phone => (0, Cow::Owned(phone(text)?)),
        IdentifierKind::UserId | IdentifierKind::ClientId => {
            (own_space(text, space), own_id(text, strictness)?)
        }
    };
    let seed = u64::from(space) << 8 | kind as u64;
    Some(Identifier { kind, space, key: Key::within(seed, normal.as_bytes()) })
}

fn is_placeholder(text: &str, strictness: Strictness) -> bool {
    if text.len() > LONGEST_WORD {
        return strictness == Strictness::Several && is_zeros(text);
    }
    let is_word = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    text.is_empty()
        || is_word(&NULL_WORDS)
        || strictness == Strictness::Several
            && (is_word(&NOBODY_WORDS) || is_zeros(text) || text == "-1")
}

/// `0`, `000`, the all-zero UUID.
fn is_zeros(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0' | b'-'))
}

/// Numbers that the shop gives: the tail of a global id, without `#`, the spreadsheet's apostrophe and case.
fn shop_id(text: &str) -> Option<String> {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let tail =
        if text.starts_with("gid://") { text.rsplit('/').next().unwrap_or(text) } else { text };
    let tail = tail.split('?').next().unwrap_or(tail).trim_start_matches('#').to_lowercase();
    (!tail.is_empty() && !is_excel_number(&tail)).then_some(tail)
}

/// Whether a spreadsheet wrote a long number as `5.9E+12` or `5,9E+12`. Its digits are lost, so it
/// identifies nothing.
pub fn is_excel_number(text: &str) -> bool {
    const LONGEST: usize = 24;
    if text.len() > LONGEST {
        return false;
    }
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    whole.len() == 1
        && is_digits(whole)
        && is_digits(fraction)
        && exponent.strip_prefix('+').is_some_and(is_digits)
}

fn email(text: &str) -> Option<String> {
    let text = text
        .trim_matches(|c: char| matches!(c, '<' | '>' | '"' | '\'') || c.is_whitespace())
        .to_lowercase();
    let (name, domain) = text.split_once('@')?;
    let nobody = ["noreply", "no-reply", "no-email", "noemail"].contains(&name);
    (!name.is_empty() && !domain.is_empty() && !nobody).then_some(text)
}

/// Digits only; an international `00` is dropped like the `+`.
fn phone(text: &str) -> Option<String> {
    if is_excel_number(text) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    (digits.len() >= SHORTEST_PHONE).then(|| digits.to_string())
}

fn own_id(text: &str, strictness: Strictness) -> Option<Cow<'_, str>> {
    let too_short =
        strictness == Strictness::Several && text.chars().take(SHORTEST_ID).count() < SHORTEST_ID;
    (!too_short && !is_excel_number(text)).then_some(Cow::Borrowed(text))
}

/// A UUID is unique wherever it was made, so that one browser's id joins across systems.
fn own_space(text: &str, space: u16) -> u16 {
    let bytes = text.as_bytes();
    let dashed = bytes.len() == 36 && [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-');
    if dashed && bytes.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') { 0 } else { space }
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentifierKind::*;

    fn same(kind: IdentifierKind, a: &str, b: &str) {
        let read = |text| {
            identify(kind, 1, text, Strictness::Several)
                .unwrap_or_else(|| panic!("{text} names nobody"))
        };
        assert_eq!(read(a), read(b), "{a} and {b}");
    }

    #[test]
    fn spellings_of_one_identifier_are_one() {
        same(OrderId, "gid://shopify/Order/5900000000001?key=1", "5900000000001");
        same(OrderId, "#AA1001", "aa1001");
        same(CustomerId, "'7100000000001", "7100000000001");
        same(Email, " <Ada@Example.com> ", "ada@example.com");
        same(Phone, "'+33 6 39 98 00 04", "0033639980004");
    }

    #[test]
    fn placeholders_name_nobody() {
        for text in [
            "",
            "null",
            "NULL",
            "Guest",
            "0",
            "-1",
            "00000000-0000-0000-0000-000000000000",
            "5.9E+12",
            "abc",
        ] {
            assert_eq!(identify(UserId, 1, text, Strictness::Several), None, "{text}");
        }
        for text in ["0", "7", "abc", "guest"] {
            assert!(identify(UserId, 1, text, Strictness::Only).is_some(), "{text}");
        }
        for text in ["", "null", "undefined"] {
            assert_eq!(identify(UserId, 1, text, Strictness::Only), None, "{text}");
        }
        for text in ["nobody", "@example.com", "noreply@example.com"] {
            assert_eq!(identify(Email, 0, text, Strictness::Several), None, "{text}");
        }
        assert_eq!(identify(Phone, 0, "1.55556E+10", Strictness::Several), None);
        assert_eq!(identify(Phone, 0, "12 34", Strictness::Several), None);
    }

    #[test]
    fn only_uuids_join_across_systems() {
        let id = |space, text| identify(ClientId, space, text, Strictness::Several).unwrap();
        let uuid = "aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa";
        assert_eq!(id(1, uuid), id(2, uuid));
        assert_ne!(id(1, "12345678"), id(2, "12345678"));
    }
}
