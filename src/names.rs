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
#[derive(Clone, Debug, Default)]
pub struct Recent<V> {
    places: Vec<(Vec<u8>, Option<V>)>,
}

impl<V: Copy> Recent<V> {
    const PLACES: usize = 2048;

    /// What was put for this text, if no other text has taken its place.
    #[inline]
    pub fn get(&self, text: &[u8]) -> Option<V> {
        let (known, value) = self.places.get(Self::place(text))?;
        if known == text { *value } else { None }
    }

    /// Remembers a value.
    pub fn put(&mut self, text: &[u8], value: V) {
        if self.places.is_empty() {
            self.places.resize(Self::PLACES, (Vec::new(), None));
        }
        if let Some((known, place)) = self.places.get_mut(Self::place(text)) {
            known.clear();
            known.extend_from_slice(text);
            *place = Some(value);
        }
    }

    /// Looks at the length, both ends and two places between: user agents all begin alike.
    #[inline]
    fn place(bytes: &[u8]) -> usize {
        const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
        let word = |from: usize| bytes.get(from..)?.first_chunk().map(|w| u64::from_le_bytes(*w));
        let length = bytes.len();
        let words = match length.checked_sub(size_of::<u64>()) {
            Some(last) => [word(0), word(last / 3), word(last / 3 * 2), word(last)],
            None => [bytes.first(), bytes.get(length / 3), bytes.get(length / 3 * 2), bytes.last()]
                .map(|byte| byte.map(|&byte| u64::from(byte))),
        };
        let hash = words.iter().fold(length as u64, |hash, word| {
            (hash.rotate_left(29) ^ word.unwrap_or(0)).wrapping_mul(FACTOR)
        });
        usize::try_from(hash >> 40).unwrap_or(0) % Self::PLACES
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
