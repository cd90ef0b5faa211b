//! The words of the policies in ladder files, options and reports.
//!
//! One table a policy; the meaning of each word is told where the policy is defined.

use crate::ladder::definition::{Count, Ends, Entry, Order, Presence, Start, Ties};

/// A policy whose values have words.
pub trait Word: Copy + PartialEq + Sized + 'static {
    /// Every word with its value, the default first.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    /// The word of this value; empty for a value that is written otherwise.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

impl Word for Count {
    const WORDS: &'static [(&'static str, Count)] =
        &[("customer", Count::Customer), ("session", Count::Session), ("attempt", Count::Attempt)];
}

impl Word for Order {
    const WORDS: &'static [(&'static str, Order)] =
        &[("loose", Order::Loose), ("adjacent", Order::Adjacent), ("any", Order::Any)];
}

impl Word for Entry {
    const WORDS: &'static [(&'static str, Entry)] =
        &[("longest", Entry::Longest), ("first", Entry::First), ("every", Entry::Every)];
}

impl Word for Start {
    const WORDS: &'static [(&'static str, Start)] =
        &[("earliest", Start::Earliest), ("latest", Start::Latest)];
}

/// A tolerance has no word: it is written as a duration.
impl Word for Ties {
    const WORDS: &'static [(&'static str, Ties)] =
        &[("forgiving", Ties::Forgiving), ("sequence", Ties::Sequence), ("strict", Ties::Strict)];
}

impl Word for Presence {
    const WORDS: &'static [(&'static str, Presence)] = &[
        ("required", Presence::Required),
        ("optional", Presence::Optional),
        ("implied", Presence::Implied),
    ];
}

impl Word for Ends {
    const WORDS: &'static [(&'static str, Ends)] =
        &[("attempt", Ends::Attempt), ("journey", Ends::Journey), ("progress", Ends::Progress)];
}
