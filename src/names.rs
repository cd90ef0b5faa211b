//! Texts that recur (event names) as small numbers.

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
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
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
