//! Texts that recur (event names) as small numbers, and what is remembered of texts that recur.

use crate::key::FastMap;

/// A set of texts, each with a number from 0 in the order of first sight.
#[derive(Clone, Debug, Default)]
pub struct Names {
    numbers: FastMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// The number of `text`, a new one if it was never seen.
    pub fn number(&mut self, text: &str) -> u32 {
        self.numbers.get(text).copied().unwrap_or_else(|| self.add(text))
    }

    fn add(&mut self, text: &str) -> u32 {
        // Four billion different names do not fit in memory; were they to, the last would share a number.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of `text` if it was seen.
    pub fn get(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number that this set gave out.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// All texts, by number.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// What was said of texts last, for texts that recur so often that hashing them is the larger part of
/// looking them up. A place is chosen by a few bytes of the text and holds the text that had it
/// last, so what is found is always of the same text, and memory is bounded.
#[derive(Clone, Debug)]
pub struct Recent<V> {
    places: Vec<Known<V>>,
    /// The short text that was found last: most rows of most logs have the name of the row before.
    latest: (Ends, V),
}

/// A text with what was said of it.
#[derive(Clone, Debug)]
struct Known<V> {
    ends: Ends,
    /// The text, if its ends do not say all of it.
    text: Vec<u8>,
    value: V,
}

impl<V: Default> Default for Recent<V> {
    fn default() -> Recent<V> {
        Recent { places: Vec::new(), latest: (Ends::NONE, V::default()) }
    }
}

impl<V: Copy + Default> Recent<V> {
    const PLACES: usize = 2048;

    /// What was put for this text, if no other text has taken its place.
    #[inline]
    pub fn get(&mut self, text: &[u8]) -> Option<V> {
        let ends = Ends::of(text);
        if ends == self.latest.0 {
            return Some(self.latest.1);
        }
        self.get_other(ends, text)
    }

    fn get_other(&mut self, ends: Ends, text: &[u8]) -> Option<V> {
        let known = self.places.get(Self::place(&ends, text))?;
        if known.ends != ends || !ends.are_all() && known.text != text {
            return None;
        }
        if ends.are_all() {
            self.latest = (ends, known.value);
        }
        Some(known.value)
    }

    /// Remembers a value.
    pub fn put(&mut self, text: &[u8], value: V) {
        let ends = Ends::of(text);
        self.latest.0 = Ends::NONE;
        if self.places.is_empty() {
            let nothing = Known { ends: Ends::NONE, text: Vec::new(), value: V::default() };
            self.places.resize(Self::PLACES, nothing);
        }
        if let Some(known) = self.places.get_mut(Self::place(&ends, text)) {
            (known.ends, known.value) = (ends, value);
            known.text.clear();
            known.text.extend_from_slice(text);
        }
    }

    /// Looks at the length, both ends and, in long texts, two places between: user agents begin alike.
    #[inline]
    fn place(ends: &Ends, text: &[u8]) -> usize {
        const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut hash = (ends.first.rotate_left(29) ^ ends.last).wrapping_mul(FACTOR);
        if !ends.are_all() {
            for at in [ends.length / 3, ends.length / 3 * 2] {
                let word = text.get(at..).and_then(<[u8]>::first_chunk).copied();
                let word = word.map_or(0, u64::from_le_bytes);
                hash = (hash.rotate_left(29) ^ word).wrapping_mul(FACTOR);
            }
        }
        hash ^= ends.length as u64;
        usize::try_from(hash >> 40 ^ hash).unwrap_or(0) % Self::PLACES
    }
}

/// The length of a text, and its first and last bytes: up to eight of each, or as many as tell a short one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    length: usize,
    first: u64,
    last: u64,
}

impl Ends {
    /// Those of no text: none is so long.
    const NONE: Ends = Ends { length: usize::MAX, first: 0, last: 0 };

    #[inline]
    fn of(text: &[u8]) -> Ends {
        let length = text.len();
        if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
            return Ends { length, first, last };
        }
        if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            let word = |bytes: [u8; 4]| u64::from(u32::from_le_bytes(bytes));
            return Ends { length, first: word(*first), last: word(*last) };
        }
        let byte = |at: usize| text.get(at).map_or(0, |&byte| u64::from(byte));
        Ends { length, first: byte(0), last: byte(1) << 8 | byte(2) }
    }

    /// Whether they are the whole text.
    #[inline]
    fn are_all(&self) -> bool {
        self.length <= 2 * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_keeps_its_number(texts in prop::collection::vec("[ab]{0,12}", 1..60)) {
            let mut names = Names::default();
            let mut plain: Vec<&str> = Vec::new();
            for text in &texts {
                let known = plain.iter().position(|known| known == text);
                let number = known.unwrap_or_else(|| {
                    plain.push(text);
                    plain.len() - 1
                });
                prop_assert_eq!(names.number(text) as usize, number);
            }
            prop_assert_eq!(names.texts().collect::<Vec<_>>(), plain);
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_of_the_same_text(texts in prop::collection::vec("[ab]{0,20}", 1..80)) {
            let mut recent = Recent::default();
            for (number, text) in texts.iter().enumerate() {
                let found: Option<usize> = recent.get(text.as_bytes());
                prop_assert!(found.is_none_or(|found| texts[found] == *text));
                recent.put(text.as_bytes(), number);
                prop_assert_eq!(recent.get(text.as_bytes()), Some(number));
            }
        }
    }

    #[test]
    fn a_place_is_given_to_the_text_that_came_last() {
        let mut recent = Recent::default();
        for number in 0..10_000 {
            let text = format!("text {number}");
            recent.put(text.as_bytes(), number);
            assert_eq!(recent.get(text.as_bytes()), Some(number));
        }
        let is_kept = |n: &i32| recent.get(format!("text {n}").as_bytes()) == Some(*n);
        let kept = (0..10_000).filter(is_kept).count();
        assert!((1..=Recent::<i32>::PLACES).contains(&kept), "{kept}");
    }
}
