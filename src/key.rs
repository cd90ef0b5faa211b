//! Wide, stable hashes of texts, and the maps that are keyed by them.
//!
//! Identifiers, event ids and whole rows are compared far more often than they are shown, so they
//! become 64-bit keys (XXH3, the same on every machine and in every version) as soon as they are
//! read. Two different texts among ten million share a key with a probability of about 3 in a million.
//! This file must not know what a key stands for.
#![expect(clippy::disallowed_types, reason = "the one place where the fast maps are named")]

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// A stable 64-bit key of some bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl Key {
    /// The key of no text at all; no text has it in practice.
    pub const NONE: Key = Key(0);

    /// The key of `bytes`.
    pub fn of(bytes: &[u8]) -> Key {
        Key(xxh3_64(bytes))
    }

    /// The key of `bytes` within a space of its own: equal bytes in two spaces differ.
    pub fn within(space: u64, bytes: &[u8]) -> Key {
        Key(xxh3_64_with_seed(bytes, space))
    }

    /// A key that depends on both keys and on their order.
    #[must_use]
    pub fn and(self, other: Key) -> Key {
        Key::within(self.0, &other.0.to_le_bytes())
    }

    /// Whether this is [`Key::NONE`].
    pub fn is_none(self) -> bool {
        self == Key::NONE
    }
}

/// Passes a key through: it is a good hash already.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = self.0.rotate_left(23).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ value;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map by [`Key`] or by text, for look-up only: its order means nothing.
pub type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<KeyHasher>>;

/// A set of [`Key`]s or texts, for look-up only: its order means nothing.
pub type FastSet<K> = HashSet<K, BuildHasherDefault<KeyHasher>>;
