//! Finding a person again: what a typed text may identify, and the short hash that stands for a person
//! or an identifier where their text must not be shown.

use super::{Strictness, identify};
use crate::event::{Identifier, IdentifierKind};
use crate::key::Key;
use crate::text::hexadecimal;
use sha2::{Digest, Sha256};

/// What tools write before the id of a browser whose user is not known.
pub const DEVICE: &str = "$device:";

/// Hexadecimal digits of a short hash.
const DIGITS: usize = 12;

/// Everything that a text may identify, strongest first; `spaces` are the systems that number their
/// users and devices each in their own way.
pub fn candidates(text: &str, spaces: &[u16]) -> Vec<Identifier> {
    let kinds = IdentifierKind::ALL.into_iter().map(|kind| (kind, text));
    let bare = text.strip_prefix(DEVICE).map(|bare| (IdentifierKind::ClientId, bare));
    let mut found: Vec<Identifier> = kinds
        .chain(bare)
        .flat_map(|(kind, text)| spaces.iter().map(move |&space| (kind, text, space)))
        .flat_map(|(kind, text, space)| {
            [Strictness::Several, Strictness::Only]
                .map(|strictness| identify(kind, space, text, strictness))
        })
        .flatten()
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The short hash of a person or identifier: the same for the same salt, on every machine.
pub fn short_hash(salt: &str, key: Key) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(key.0.to_le_bytes()).finalize();
    hexadecimal(digest.get(..DIGITS / 2).unwrap_or(&digest))
}

/// Whether a text can be a short hash.
pub fn is_short_hash(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        candidates(text, &[1, 4]).iter().map(|found| found.kind.name()).collect()
    }

    #[test]
    fn a_text_may_identify_several_things() {
        let any = ["customer_id", "order_id", "checkout_token"];
        let own = ["user_id", "user_id", "client_id", "client_id"];
        assert_eq!(kinds("7"), [&any[..], &own].concat());
        assert_eq!(kinds("+44 20 7946 0000").iter().filter(|kind| **kind == "phone").count(), 1);
        assert_eq!(kinds("ada@example.com").iter().filter(|kind| **kind == "email").count(), 1);
        assert_eq!(kinds("aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa").len(), 6);
        assert_eq!(kinds("null"), [""; 0]);
        let browser = identify(IdentifierKind::ClientId, 4, "d-0001", Strictness::Several).unwrap();
        assert!(candidates("$device:d-0001", &[4]).contains(&browser));
    }

    #[test]
    fn hashes_are_short_and_depend_on_the_salt() {
        let hash = short_hash("", Key(1));
        assert!(is_short_hash(&hash), "{hash}");
        assert_ne!(hash, short_hash("pepper", Key(1)));
        assert_ne!(hash, short_hash("", Key(2)));
        assert_eq!(hash, short_hash("", Key(1)));
        for text in ["", "0123456789a", "0123456789AB", "0123456789abc", "user@example"] {
            assert!(!is_short_hash(text), "{text}");
        }
    }
}
