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
    ///
    /// Of up to three bytes XXH3 puts the length where small seeds have their bits, so that `1` in one space would be
    /// `11` in another: spaces are small numbers, and are spread over all bits.
    pub fn within(space: u64, bytes: &[u8]) -> Key {
        Key(xxh3_64_with_seed(bytes, space.wrapping_mul(KeyHasher::SPREAD)))
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

/// Hashes what maps are keyed by. A key is a good hash already, but packed places and small numbers are not: a map looks
/// at the lowest bits, where all places are alike, and at the highest. One multiplication spreads what was written over both.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl KeyHasher {
    /// The golden ratio as a fraction of 2^64: an odd number with ones and noughts all over.
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
}

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = self.0.rotate_left(23).wrapping_mul(KeyHasher::SPREAD) ^ value;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    fn finish(&self) -> u64 {
        let spread = u128::from(self.0) * u128::from(KeyHasher::SPREAD);
        (spread >> u64::BITS) as u64 ^ spread as u64
    }
}

/// A map by [`Key`] or by text, for look-up only: its order means nothing.
pub type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<KeyHasher>>;

/// A set of [`Key`]s or texts, for look-up only: its order means nothing.
pub type FastSet<K> = HashSet<K, BuildHasherDefault<KeyHasher>>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::hash::{BuildHasher, Hash};

    /// How many of the hashes share the fullest place of a map that has as many places as there are hashes, and the
    /// mark by which maps tell what shares a place.
    fn fullest(keys: impl Iterator<Item = impl Hash>) -> (usize, usize) {
        let hasher = BuildHasherDefault::<KeyHasher>::default();
        let hashes: Vec<u64> = keys.map(|key| hasher.hash_one(key)).collect();
        let most = |part: fn(u64) -> u64, places: u64| {
            let mut counts = BTreeMap::<u64, usize>::new();
            for hash in &hashes {
                *counts.entry(part(*hash) % places).or_default() += 1;
            }
            counts.into_values().max().unwrap_or_default()
        };
        (most(|hash| hash, 1 << 16), most(|hash| hash >> 57, 1 << 7))
    }

    #[test]
    fn short_texts_of_several_spaces_differ() {
        let texts = (0..1200).map(|number: u32| number.to_string());
        let texts: Vec<String> = texts.chain([String::new(), "a".into(), "aa".into()]).collect();
        let seeds: Vec<u64> = (0..24).flat_map(|space| [space, space << 8 | 3]).collect();
        let of_seed = |seed: &u64| {
            texts.iter().map(|text| Key::within(*seed, text.as_bytes())).collect::<Vec<_>>()
        };
        let keys: BTreeSet<Key> = seeds.iter().flat_map(of_seed).collect();
        let differing: BTreeSet<&u64> = seeds.iter().collect();
        assert_eq!(keys.len(), differing.len() * texts.len());
    }

    #[test]
    fn places_of_rows_and_small_numbers_are_spread_over_a_map() {
        let rows = (0..200_u64)
            .flat_map(|block| (0..300_u64).map(move |row| block << 40 | row << 20 | row));
        let numbers = 0..60_000_usize;
        let keys = (0..60_000_u32).map(|number| Key::of(&number.to_le_bytes()));
        for (place, mark) in [fullest(rows), fullest(numbers), fullest(keys)] {
            assert!(place <= 12 && mark <= 1000, "{place} {mark}");
        }
    }
}
