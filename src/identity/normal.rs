//! From the text of a cell to an identifier: normalised, or refused because it names nobody.
//!
//! The lists of values that name nobody are the union of what customer-data platforms publish
//! (Segment's and `RudderStack`'s suggestions, PostHog's illegal ids, Amplitude's invalid ids).

use super::nobody;
use crate::event::{Identifier, IdentifierKind};
use crate::key::Key;
use crate::text::{hexadecimal, is_null_word};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

#[cfg(test)]
mod tests;

/// Which values are taken for placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The log has several identifier columns: short values and words like `guest` name nobody.
    Several,
    /// The log has one identifier column, and a session that says who the others were: words like `guest` and `0` name
    /// nobody, but `7` is an ordinary customer.
    WithSession,
    /// The log has one identifier column: words like `guest` and `-1` name nobody, but `0`, `7` and `user` are ordinary
    /// customers, for whoever makes data numbers from 0 and calls people so.
    Lone,
    /// Whoever wrote the column has numbered all that it names, from 0 perhaps: only words for "none" are nobody.
    Only,
}

impl Strictness {
    /// What holds for a kind in an event log: many write `0` as the order's number on rows that are none.
    #[must_use]
    pub fn of(self, kind: IdentifierKind) -> Strictness {
        if kind == IdentifierKind::OrderId { Strictness::Several } else { self }
    }

    /// Whether words like `guest` and noughts name nobody.
    fn knows_nobody(self) -> bool {
        self != Strictness::Only
    }

    /// Whether a text of nothing but noughts names nobody: of data that are numbered from 0 only what is as long as a UUID.
    fn is_nobody(self, noughts: &str) -> bool {
        const LONG: usize = 32;
        self.knows_nobody() && (self != Strictness::Lone || noughts.len() >= LONG)
    }

    /// Whether a system's own ids are placeholders where they are short. No session is.
    fn refuses_short(self, space: u16) -> bool {
        self == Strictness::Several && space != Identifier::SESSIONS
    }
}

/// What MD5, SHA-1 and SHA-256 make of nothing: tools that hash identifiers hash those that are not there too.
const NOTHING_HASHED: [&str; 3] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// Identifiers of users and devices below this length are placeholders where other identifiers exist.
const SHORTEST_ID: usize = 5;

/// No word for nobody is so long, no spreadsheet's number, and it is not the thirteen digits of a shop.
const LONG: usize = 25;

/// What a global id of the shop begins with.
const GLOBAL: &[u8] = b"gid://";

/// What the cookie of Google Analytics begins with.
const COOKIE: &[u8] = b"GA1.";

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
        IdentifierKind::CustomerId | IdentifierKind::CheckoutToken => (0, shop_id(text)?),
        IdentifierKind::OrderId => (0, without_sign(shop_id(text)?)),
        IdentifierKind::Email => (0, email(text)?),
        IdentifierKind::Phone => (0, Cow::Owned(phone(text)?)),
        IdentifierKind::UserId | IdentifierKind::ClientId => {
            match google_browser(text).filter(|_| may_be_google(kind, space)) {
                Some(browser) => (Identifier::GOOGLE, Cow::Borrowed(browser)),
                None => (own_space(text, space), own_id(text, space, strictness)?),
            }
        }
    };
    let seed = u64::from(space) << 8 | kind as u64;
    let may_be_hashed = matches!(kind, IdentifierKind::Email | IdentifierKind::Phone);
    let key = if may_be_hashed && !is_hash(&normal) {
        // What advertisers' tools send in place of an address or a telephone number: whoever is known in plain in one file
        // and hashed in another is the same.
        Key::within(seed, hexadecimal(&Sha256::digest(&*normal)).as_bytes())
    } else {
        Key::within(seed, normal.as_bytes())
    };
    Some(Identifier { kind, space, key })
}

/// The spaces of systems that are known by their names alone.
pub const NAMED_SPACES: std::ops::Range<u16> = 1024..2048;

/// The space of a system that is known by its name alone; two names may share one, seldom.
pub fn space_of_name(name: &str) -> u16 {
    let count = u64::from(NAMED_SPACES.end - NAMED_SPACES.start);
    let place = Key::of(name.as_bytes()).0 % count;
    NAMED_SPACES.start + u16::try_from(place).unwrap_or_default()
}

/// Whether a text that names nobody would be somebody's id if it were longer.
pub fn is_too_short(kind: IdentifierKind, text: &str, strictness: Strictness) -> bool {
    let text = text.trim();
    matches!(kind, IdentifierKind::UserId | IdentifierKind::ClientId)
        && strictness == Strictness::Several
        && is_short(text)
        && !is_placeholder(text, strictness)
}

/// Whether a text has so few characters that it is mostly a placeholder.
fn is_short(text: &str) -> bool {
    /// Bytes of the longest character: a text of so many for each is long enough without counting.
    const WIDEST: usize = 4;
    text.len() < WIDEST * SHORTEST_ID && text.chars().take(SHORTEST_ID).count() < SHORTEST_ID
}

/// The same for most cells of logs without a look at what they say: a customer, user or device whose text is so long
/// or so plain that it is no placeholder and needs no cleaning. `None` says nothing.
#[inline]
pub fn identify_plain(
    kind: IdentifierKind,
    space: u16,
    cell: &[u8],
    strictness: Strictness,
) -> Option<Identifier> {
    Plain::new(kind, space, strictness)?.identifier(cell)
}

/// What is plain in one column, and how its cells become keys.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    kind: IdentifierKind,
    space: u16,
    strictness: Strictness,
    /// How many digits a number has at least that is somebody's, and how many at most.
    shortest: usize,
    longest: usize,
}

impl Plain {
    /// For a column of a kind; `None` if identifiers of this kind always need a look.
    pub fn new(kind: IdentifierKind, space: u16, strictness: Strictness) -> Option<Plain> {
        let (space, shortest, longest) = match kind {
            IdentifierKind::CustomerId => (0, 1, 16),
            IdentifierKind::UserId | IdentifierKind::ClientId => {
                let is_strict = strictness.refuses_short(space);
                // Not the thirteen digits of a shop.
                (space, if is_strict { SHORTEST_ID } else { 1 }, 12)
            }
            IdentifierKind::OrderId
            | IdentifierKind::CheckoutToken
            | IdentifierKind::Email
            | IdentifierKind::Phone => return None,
        };
        Some(Plain { kind, space, strictness, shortest, longest })
    }

    /// The key of the identifier of a cell that is a short number without noughts in front; `None` says nothing.
    #[inline]
    pub fn key_of_number(self, cell: &[u8]) -> Option<Key> {
        let is_plain = self.is_short_number(cell) && cell.first() != Some(&b'0');
        is_plain.then(|| Key::within(self.seed(self.space), cell))
    }

    /// The identifier of a cell, if it is plain.
    #[inline]
    pub fn identifier(self, cell: &[u8]) -> Option<Identifier> {
        let space =
            if self.is_short_number(cell) { Some(self.space) } else { self.space_of_other(cell) }?;
        let is_nobody =
            matches!(cell, [b'0' | b'-', ..]) && self.strictness.knows_nobody() && is_zeros(cell);
        let key = || Key::within(self.seed(space), cell);
        (!is_nobody).then(|| Identifier { kind: self.kind, space, key: key() })
    }

    #[inline]
    fn is_short_number(self, cell: &[u8]) -> bool {
        (self.shortest..=self.longest).contains(&cell.len()) && is_number(cell)
    }

    #[inline]
    fn seed(self, space: u16) -> u64 {
        u64::from(space) << 8 | self.kind as u64
    }

    /// The space of a cell that is no short number, if it is plain.
    fn space_of_other(self, cell: &[u8]) -> Option<u16> {
        if self.kind == IdentifierKind::CustomerId {
            return None;
        }
        if cell.len() < LONG {
            // What data tools write behind numbers is taken off.
            let is_browser = cell.len() >= 14 && is_dotted_number(cell) && !cell.ends_with(b".0");
            let is_google = || may_be_google(self.kind, self.space) && is_google_browser(cell);
            let space = || if is_google() { Identifier::GOOGLE } else { self.space };
            return is_browser.then(space);
        }
        if cell.try_into().is_ok_and(is_uuid) {
            return Some(space_of_uuid(self.space));
        }
        let is_nobody = || is_hash_of_nothing(cell) || nobody::is_template(cell);
        // Global ids are written at length, and Google's in a cookie.
        let is_other = || cell.starts_with(GLOBAL) || cell.starts_with(COOKIE);
        (is_graphic(cell) && !is_nobody() && !is_other()).then_some(self.space)
    }
}

/// Whether a text is digits and dots, a digit first: what Google calls a browser.
fn is_dotted_number(cell: &[u8]) -> bool {
    cell.first().is_some_and(u8::is_ascii_digit)
        && cell.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// Whether all bytes of a text of up to sixteen are digits; four or eight are looked at at once.
#[inline]
fn is_number(cell: &[u8]) -> bool {
    // A digit's upper half is 3, and adding 6 to it does not change that.
    const UPPER: u64 = u64::from_le_bytes([0xF0; 8]);
    const THREES: u64 = u64::from_le_bytes([0x30; 8]);
    const SIXES: u64 = u64::from_le_bytes([6; 8]);
    let are_digits =
        |word: u64| word & UPPER == THREES && word.wrapping_add(SIXES) & UPPER == THREES;
    match (cell.first_chunk(), cell.last_chunk()) {
        (Some(first), Some(last)) => {
            are_digits(u64::from_le_bytes(*first)) && are_digits(u64::from_le_bytes(*last))
        }
        _ => match (cell.first_chunk(), cell.last_chunk()) {
            (Some(first), Some(last)) => {
                let word = |bytes: [u8; 4]| u64::from(u32::from_le_bytes(bytes));
                are_digits(word(*first) << u32::BITS | word(*last))
            }
            _ => cell.iter().all(u8::is_ascii_digit),
        },
    }
}

/// Whether all bytes are visible signs of ASCII.
fn is_graphic(cell: &[u8]) -> bool {
    cell.iter().fold(0, |others, byte| others | u8::from(byte.wrapping_sub(b'!') > b'~' - b'!'))
        == 0
}

fn is_placeholder(text: &str, strictness: Strictness) -> bool {
    if nobody::is_template(text.as_bytes()) {
        return true;
    }
    if text.len() > nobody::LONGEST {
        let is_nothing = || is_hash_of_nothing(text.as_bytes());
        return is_nothing() || strictness.is_nobody(text) && is_zeros(text.as_bytes());
    }
    // No word begins with a digit, and most identifiers that are as short as words are numbers.
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return is_zeros(whole_number(text).as_bytes()) && strictness.is_nobody(text);
    }
    let word = unquoted(text);
    let is_no_number = || ["-1", "-1.0", "-0.0"].contains(&text);
    let is_nought = || is_zeros(text.as_bytes()) && strictness.is_nobody(text);
    let is_word = match strictness {
        Strictness::Lone => nobody::is_clear_word,
        Strictness::Several | Strictness::WithSession | Strictness::Only => nobody::is_word,
    };
    text.is_empty()
        || is_null_word(word)
        || strictness.knows_nobody() && (is_word(word) || is_no_number() || is_nought())
}

fn is_hash_of_nothing(text: &[u8]) -> bool {
    NOTHING_HASHED.iter().any(|hash| text.eq_ignore_ascii_case(hash.as_bytes()))
}

/// Some trackers quote what they send, words for nobody too.
fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// `0`, `000`, the all-zero UUID.
fn is_zeros(text: &[u8]) -> bool {
    text.iter().all(|b| matches!(b, b'0' | b'-'))
}

/// Numbers that the shop gives: the tail of a global id, without `#`, the spreadsheet's apostrophe, case and the `.0` that
/// data tools write behind numbers.
fn shop_id(text: &str) -> Option<Cow<'_, str>> {
    let tail = lower_case(shop_number(text));
    (!tail.is_empty() && !is_excel_number(&tail)).then_some(tail)
}

/// The same in any case.
fn shop_number(text: &str) -> &str {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let tail =
        if text.starts_with("gid://") { text.rsplit('/').next().unwrap_or(text) } else { text };
    let tail = tail.split('?').next().unwrap_or(tail).trim_start_matches('#');
    whole_number(tail)
}

/// Whether a user id is the shop's number of a customer, whoever logged it: thirteen digits however data tools write
/// them, or a global id that says so.
pub fn is_shop_customer(text: &str) -> bool {
    const DIGITS: usize = 13;
    let text = text.trim();
    let global = text.strip_prefix('\'').unwrap_or(text).strip_prefix("gid://");
    if let Some(path) = global {
        return path.starts_with("shopify/Customer/");
    }
    let number = shop_number(text);
    number.len() == DIGITS && number.bytes().all(|b| b.is_ascii_digit())
}

/// A number without the `.0` that data tools write behind it where a column has blanks; other texts as they are.
fn whole_number(text: &str) -> &str {
    let number = text.strip_suffix(".0").filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    number.filter(|number| !number.is_empty()).unwrap_or(text)
}

/// The name of an order without the sign between the shop's letters and the number: `EN#1004`.
fn without_sign(name: Cow<'_, str>) -> Cow<'_, str> {
    match name.split_once('#') {
        Some((letters, number)) if !letters.bytes().any(|b| b.is_ascii_digit()) => {
            Cow::Owned(format!("{letters}{number}"))
        }
        _ => name,
    }
}

/// Text in lower case, as it is if it is so already.
fn lower_case(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
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

fn email(text: &str) -> Option<Cow<'_, str>> {
    let is_around = |c: char| matches!(c, '<' | '>' | '"' | '\'') || c.is_whitespace();
    let text = lower_case(text.trim_matches(is_around));
    if is_hash(&text) {
        return Some(text);
    }
    let (name, domain) = text.split_once('@')?;
    let is_nobody = nobody::is_address(name, domain);
    (!name.is_empty() && !domain.is_empty() && !is_nobody).then_some(text)
}

/// Digits only; an international `00` is dropped like the `+`.
fn phone(text: &str) -> Option<String> {
    if is_excel_number(text) {
        return None;
    }
    if is_hash(text) {
        return Some(text.to_lowercase());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    (digits.len() >= SHORTEST_PHONE).then(|| digits.to_string())
}

/// Whether a text is what MD5, SHA-1 or SHA-256 have made of an address or a telephone number: tools that get them hashed
/// write them in their place. A number alone is none.
fn is_hash(text: &str) -> bool {
    const LENGTHS: [usize; 3] = [32, 40, 64];
    LENGTHS.contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_hexdigit())
        && !text.bytes().all(|b| b.is_ascii_digit())
}

fn own_id(text: &str, space: u16, strictness: Strictness) -> Option<Cow<'_, str>> {
    let too_short = strictness.refuses_short(space) && is_short(text);
    (!too_short && !is_excel_number(text)).then_some(Cow::Borrowed(whole_number(text)))
}

/// What Google Analytics calls a browser, in its cookie behind `GA1.2.` too.
fn google_browser(text: &str) -> Option<&str> {
    let bare = match text.strip_prefix("GA1.") {
        Some(rest) => rest.split_once('.')?.1,
        None => text,
    };
    is_google_browser(bare.as_bytes()).then_some(bare)
}

/// Whether a text is a random number and the second at which it was made: `1111111111.1780000000`.
fn is_google_browser(text: &[u8]) -> bool {
    /// The digits of either number at most; a second has so many.
    const DIGITS: usize = 10;
    let Some((random, [b'.', second @ ..])) =
        text.len().checked_sub(DIGITS + 1).and_then(|at| text.split_at_checked(at))
    else {
        return false;
    };
    (1..=DIGITS).contains(&random.len()) && random.iter().chain(second).all(u8::is_ascii_digit)
}

/// Whether an identifier may be a browser of Google Analytics; a session is nobody else's id.
fn may_be_google(kind: IdentifierKind, space: u16) -> bool {
    kind == IdentifierKind::ClientId && space != Identifier::SESSIONS
}

/// A UUID is unique wherever it was made, so that one browser's id joins across systems.
fn own_space(text: &str, space: u16) -> u16 {
    if is_uuid_text(text) { space_of_uuid(space) } else { space }
}

/// A session is nobody else's id, however it is written.
fn space_of_uuid(space: u16) -> u16 {
    if space == Identifier::SESSIONS { space } else { 0 }
}

/// Whether a text is a UUID: a browser's or a device's, unless something says otherwise.
pub fn is_uuid_text(text: &str) -> bool {
    text.as_bytes().try_into().is_ok_and(is_uuid)
}

/// Whether a text looks like a browser's id as analytics SDKs make them: a UUID, or five numbers of a clock, a
/// random generator, the user agent and the screen in hexadecimal digits, as they were made before.
pub fn is_device_text(text: &str) -> bool {
    const PARTS: usize = 5;
    const SHORTEST: usize = 36;
    let is_hex = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = || text.split('-');
    is_uuid_text(text) || text.len() >= SHORTEST && parts().count() == PARTS && parts().all(is_hex)
}

/// Whether the text is hexadecimal digits with dashes where a UUID has them. All bytes are looked at,
/// many in one instruction: stopping at the first wrong one is slower. Some are looked at twice, so that none
/// is left over that must be looked at by itself.
fn is_uuid(bytes: &[u8; 36]) -> bool {
    const WIDTH: usize = 16;
    let is_other = |byte: u8| {
        let is_letter = u8::from((byte | 0x20).wrapping_sub(b'a') < 6);
        let is_digit = u8::from(byte.wrapping_sub(b'0') < 10);
        1 - (is_letter | is_digit | u8::from(byte == b'-'))
    };
    let mut others = [0; WIDTH];
    for (number, other) in others.iter_mut().enumerate() {
        let last = bytes.len() - WIDTH + number;
        *other = is_other(bytes[number]) | is_other(bytes[WIDTH + number]) | is_other(bytes[last]);
    }
    u128::from_le_bytes(others) == 0 && [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-')
}
