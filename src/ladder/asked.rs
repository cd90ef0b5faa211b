//! What rows show of the properties that a ladder asks for: whether any has them, and whether their values are
//! numbers where they are compared with some.
//!
//! Nobody notices by the counts alone that a property is misspelt, or that its numbers are written in a way that is
//! not read: such a condition simply never holds. Only rows that are asked for a property are noted, each by a look
//! at a flag, and it does not matter in which order or how often.

use super::definition::Condition;
use super::predicate::{Literal, Number, Predicate, Test};
use crate::event::{Properties, Value};
use std::sync::atomic::{AtomicBool, Ordering};

/// The properties that a ladder asks for.
#[derive(Debug, Default)]
pub struct Asked(Vec<Property>);

/// A property that is asked for.
#[derive(Debug, Default)]
struct Property {
    path: String,
    is_compared: bool,
    was_asked: Flag,
    was_found: Flag,
    has_number: Flag,
    has_dressed_number: Flag,
    has_other_text: Flag,
}

/// Something that becomes true and stays so.
#[derive(Debug, Default)]
struct Flag(AtomicBool);

impl Flag {
    fn set(&self) {
        // A flag that is set already is only read, so that threads do not wait for each other.
        if !self.is_set() {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What became of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Rows were asked for it, and none has it.
    NeverSeen,
    /// It is compared with numbers, and some of its values are numbers with more to them than digits and a point.
    DressedNumbers,
    /// It is compared with numbers, and none of its values is one.
    NoNumbers,
}

impl Asked {
    /// What these conditions ask for, and the property whose value is held.
    pub(super) fn by<'c>(
        conditions: impl Iterator<Item = &'c Condition>,
        hold: Option<&str>,
    ) -> Asked {
        let mut asked = Asked::default();
        for test in conditions.flat_map(|condition| &condition.filter.tests) {
            asked.add(&test.path, is_about_numbers(&test.test));
        }
        if let Some(property) = hold {
            asked.add(property, false);
        }
        asked
    }

    fn add(&mut self, path: &str, is_compared: bool) {
        match self.0.iter_mut().find(|known| known.path == path) {
            Some(known) => known.is_compared |= is_compared,
            None => {
                self.0.push(Property { path: path.to_owned(), is_compared, ..Property::default() });
            }
        }
    }

    /// Whether a row with these properties meets a filter; what it has is noted.
    pub(super) fn holds(&self, filter: &Predicate, properties: &dyn Properties) -> bool {
        filter.tests.iter().all(|test| test.test.holds(self.get(&test.path, properties).as_ref()))
    }

    /// A property of a row; whether it has it is noted.
    pub(super) fn get<'p>(&self, path: &str, properties: &'p dyn Properties) -> Option<Value<'p>> {
        let value = properties.get(path);
        if let Some(property) = self.0.iter().find(|property| property.path == path) {
            property.note(value.as_ref());
        }
        value
    }

    /// The properties by which something is amiss.
    pub fn amiss(&self) -> impl Iterator<Item = (&str, Fate)> {
        self.0.iter().filter_map(|property| Some((property.path.as_str(), property.fate()?)))
    }
}

impl Property {
    fn note(&self, value: Option<&Value<'_>>) {
        self.was_asked.set();
        let Some(value) = value else { return };
        self.was_found.set();
        if !self.is_compared {
            return;
        }
        let Value::Text(text) = value else { return self.has_number.set() };
        let text = text.trim();
        if Number::parse(text).is_some() {
            self.has_number.set();
        } else if is_dressed_number(text) {
            self.has_dressed_number.set();
        } else {
            self.has_other_text.set();
        }
    }

    fn fate(&self) -> Option<Fate> {
        if self.was_asked.is_set() && !self.was_found.is_set() {
            Some(Fate::NeverSeen)
        } else if self.has_dressed_number.is_set() {
            Some(Fate::DressedNumbers)
        } else {
            let has_none = self.has_other_text.is_set() && !self.has_number.is_set();
            has_none.then_some(Fate::NoNumbers)
        }
    }
}

/// Whether a test compares with a number.
fn is_about_numbers(test: &Test) -> bool {
    let is_number = |literal: &Literal| matches!(literal, Literal::Number(_));
    match test {
        Test::Min(_) | Test::Max(_) | Test::Above(_) | Test::Below(_) => true,
        Test::Equals(literal) => is_number(literal),
        Test::AnyOf(literals) => literals.iter().all(is_number),
        Test::All(tests) => tests.iter().any(is_about_numbers),
        Test::Not(test) => is_about_numbers(test),
        Test::Contains(_)
        | Test::Prefix(_)
        | Test::Suffix(_)
        | Test::Glob(_)
        | Test::Matches(_)
        | Test::Exists(_) => false,
    }
}

/// Whether a text is an amount with a decimal comma, a mark between thousands, a currency or a sign of percent.
fn is_dressed_number(text: &str) -> bool {
    const MARKS: [char; 9] = ['.', ',', '\'', '’', '€', '$', '£', '¥', '%'];
    let is_currency = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
    let mut words = text.split_whitespace().filter(|word| !is_currency(word)).peekable();
    let text = text.trim_start_matches(['-', '+']);
    let has_digit = text.contains(|letter: char| letter.is_ascii_digit());
    has_digit
        && words.peek().is_some()
        && words.all(|word| {
            let word = word.trim_start_matches(['-', '+']);
            word.chars().all(|letter| letter.is_ascii_digit() || MARKS.contains(&letter))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn numbers_in_dress_are_told_from_other_texts() {
        for text in ["12,50", "1.200,00", "€ 30", "30 EUR", "1 200,5", "-4,5", "12 %", "1'200.00"]
        {
            assert!(is_dressed_number(text), "{text}");
        }
        for text in ["", "free", "2025-09-01", "10:30", "EUR", "v1,2", "12px", "€"] {
            assert!(!is_dressed_number(text), "{text}");
        }
    }

    struct Row(&'static str, Option<&'static str>);

    impl Properties for Row {
        fn get(&self, path: &str) -> Option<Value<'_>> {
            self.1.filter(|_| path == self.0).map(|text| Value::Text(Cow::Borrowed(text)))
        }
    }

    #[test]
    fn what_is_amiss_is_told() {
        let fate = |rows: &[Row]| {
            let mut asked = Asked::default();
            asked.add("price", true);
            for row in rows {
                drop(asked.get("price", row));
            }
            asked.amiss().map(|(_, fate)| fate).next()
        };
        let price = |text| Row("price", Some(text));
        for (rows, expected) in [
            (&[][..], None),
            (&[Row("prise", Some("3"))], Some(Fate::NeverSeen)),
            (&[Row("prise", Some("3")), price("4")], None),
            (&[price("4,5"), price("4")], Some(Fate::DressedNumbers)),
            (&[price("free"), price("4")], None),
            (&[price("free")], Some(Fate::NoNumbers)),
        ] {
            assert_eq!(fate(rows), expected);
        }
    }
}
