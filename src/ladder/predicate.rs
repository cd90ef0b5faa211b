//! Conditions on a row's name and properties, and the glob that both use.
//!
//! A condition is made once, by `draft`, and held against every row of the input: whatever can be
//! prepared (numbers, lower case, compiled expressions) is prepared in the types below. No glob or
//! expression takes longer than its own length times the length of the text. This file must not read
//! ladder files and must not report problems.

use super::definition::{EventPattern, NamePattern};
use crate::event::{Properties, Value};
use std::cmp::Ordering;

/// Conditions on properties; all must hold. The default has none and always holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predicate {
    /// One test for each property that is looked at.
    pub tests: Vec<PropertyTest>,
}

impl Predicate {
    /// Whether there is nothing to test.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Whether a row with these properties meets all conditions.
    pub fn holds(&self, properties: &dyn Properties) -> bool {
        self.tests.iter().all(|test| test.holds(properties))
    }
}

/// A test of one property.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyTest {
    /// The property's name or dotted path.
    pub path: String,
    /// What its value must be like.
    pub test: Test,
}

impl PropertyTest {
    /// Whether the property of a row is as it must be.
    pub fn holds(&self, properties: &dyn Properties) -> bool {
        self.test.holds(properties.get(&self.path).as_ref())
    }
}

/// What a value must be like. A missing value fails every test but `Exists(false)`: what is not known
/// is neither something nor something else.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal to this.
    Equals(Literal),
    /// Equal to any of these.
    AnyOf(Vec<Literal>),
    /// A number of at least this.
    Min(Number),
    /// A number of at most this.
    Max(Number),
    /// A number greater than this.
    Above(Number),
    /// A number less than this.
    Below(Number),
    /// Has this within it, whatever the case. Held in lower case.
    Contains(String),
    /// Begins with this.
    Prefix(String),
    /// Ends with this.
    Suffix(String),
    /// Meets this glob as a whole.
    Glob(String),
    /// Has a place that meets this regular expression.
    Matches(Expression),
    /// Is there, or is not.
    Exists(bool),
    /// All of these, on the same value.
    All(Vec<Test>),
    /// The contrary.
    Not(Box<Test>),
}

impl Test {
    /// Whether a value passes; `None` is a missing one.
    pub fn holds(&self, value: Option<&Value<'_>>) -> bool {
        match (self, value) {
            (Test::Exists(wanted), _) => *wanted == value.is_some(),
            (Test::All(tests), _) => tests.iter().all(|test| test.holds(value)),
            (_, None) => false,
            (Test::Not(test), _) => !test.holds(value),
            (_, Some(value)) => self.passes(value),
        }
    }

    /// The same for the tests that look at a value.
    fn passes(&self, value: &Value<'_>) -> bool {
        let text = text_of(value);
        match self {
            Test::Equals(literal) => literal.equals(value),
            Test::AnyOf(literals) => literals.iter().any(|literal| literal.equals(value)),
            Test::Min(bound) => bound.compared_with(text).is_some_and(Ordering::is_ge),
            Test::Max(bound) => bound.compared_with(text).is_some_and(Ordering::is_le),
            Test::Above(bound) => bound.compared_with(text).is_some_and(Ordering::is_gt),
            Test::Below(bound) => bound.compared_with(text).is_some_and(Ordering::is_lt),
            Test::Contains(part) => text.to_lowercase().contains(part),
            Test::Prefix(part) => text.starts_with(part),
            Test::Suffix(part) => text.ends_with(part),
            Test::Glob(pattern) => glob_matches(pattern, text),
            Test::Matches(expression) => expression.is_match(text),
            Test::Exists(_) | Test::All(_) | Test::Not(_) => self.holds(Some(value)),
        }
    }
}

/// A value that a ladder file names.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text: equal to the same text, and to a JSON number of the same value.
    Text(String),
    /// A number: equal to the same number however it is written.
    Number(Number),
    /// A truth value: equal to `true` or `false` in any case.
    Bool(bool),
}

impl Literal {
    fn equals(&self, value: &Value<'_>) -> bool {
        let text = text_of(value);
        match (self, value) {
            (Literal::Number(number), _) => number.compared_with(text) == Some(Ordering::Equal),
            (Literal::Bool(wanted), _) => text.eq_ignore_ascii_case(word_of(*wanted)),
            (Literal::Text(wanted), Value::Bool(_)) => wanted.eq_ignore_ascii_case(text),
            (Literal::Text(wanted), Value::Number(_)) => {
                wanted == text
                    || Number::parse(wanted)
                        .is_some_and(|n| n.compared_with(text) == Some(Ordering::Equal))
            }
            (Literal::Text(wanted), Value::Text(_)) => wanted == text,
        }
    }
}

/// A finite number. Whole numbers keep all their digits: ids are numbers too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Whole(i64),
    /// Any other.
    Decimal(f64),
}

impl Number {
    /// Reads a decimal number, with or without an exponent. `None` if the text is no such number.
    pub fn parse(text: &str) -> Option<Number> {
        if let Ok(whole) = text.parse() {
            return Some(Number::Whole(whole));
        }
        decimal(text).map(Number::Decimal)
    }

    /// How this number compares with another.
    pub fn compare(self, other: Number) -> Ordering {
        let value = |number: Number| match number {
            Number::Whole(whole) => whole as f64,
            Number::Decimal(value) => value,
        };
        match (self, other) {
            (Number::Whole(one), Number::Whole(other)) => one.cmp(&other),
            (one, other) => value(one).total_cmp(&value(other)),
        }
    }

    /// How the number in `text` compares with this one: `Greater` if it is greater than this one.
    fn compared_with(self, text: &str) -> Option<Ordering> {
        let text = text.trim();
        match self {
            Number::Whole(bound) => match text.parse::<i64>() {
                Ok(whole) => Some(whole.cmp(&bound)),
                Err(_) => decimal(text)?.partial_cmp(&(bound as f64)),
            },
            Number::Decimal(bound) => decimal(text)?.partial_cmp(&bound),
        }
    }
}

/// Reads digits, signs, a point and an exponent; the words `inf` and `nan` are no numbers here.
fn decimal(text: &str) -> Option<f64> {
    let last = text.bytes().next_back()?;
    if !(last.is_ascii_digit() || last == b'.') {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A compiled regular expression that can be compared by its source.
#[derive(Clone, Debug)]
pub struct Expression(regex::Regex);

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with it, in the words of the `regex` crate.
    pub fn new(source: &str) -> Result<Expression, regex::Error> {
        regex::Regex::new(source).map(Expression)
    }

    /// The expression as it was written.
    pub fn source(&self) -> &str {
        self.0.as_str()
    }

    /// Whether some place of the text meets it.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.source() == other.source()
    }
}

impl EventPattern {
    /// The pattern of every event: `*` alone.
    pub fn any() -> EventPattern {
        EventPattern { names: vec![NamePattern::Glob("*".to_owned())], not: false }
    }

    /// Whether every event is meant.
    pub fn is_any(&self) -> bool {
        let is_any = |name: &NamePattern| match name {
            NamePattern::Glob(glob) => glob.bytes().all(|letter| letter == b'*'),
            NamePattern::Exact(_) => false,
        };
        !self.not && self.names.iter().any(is_any)
    }

    /// Whether events are meant that nobody has named: every one, or all others. Such are events of a log by which
    /// somebody was there.
    pub fn is_open(&self) -> bool {
        self.not || self.is_any()
    }

    /// Whether an event of this name is meant. Names are compared exactly, case and all.
    pub fn matches(&self, name: &str) -> bool {
        let listed = self.names.iter().any(|pattern| match pattern {
            NamePattern::Exact(exact) => exact == name,
            NamePattern::Glob(glob) => glob_matches(glob, name),
        });
        listed != self.not
    }

    /// The names that are written out in full.
    pub fn exact_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|pattern| match pattern {
            NamePattern::Exact(exact) => Some(exact.as_str()),
            NamePattern::Glob(_) => None,
        })
    }
}

impl NamePattern {
    /// The pattern that a name in a ladder means: a `*` or a `?` makes it a glob.
    pub fn new(name: &str) -> NamePattern {
        if name.contains(['*', '?']) {
            NamePattern::Glob(name.to_owned())
        } else {
            NamePattern::Exact(name.to_owned())
        }
    }

    /// The name or glob as it is written.
    pub fn text(&self) -> &str {
        match self {
            NamePattern::Exact(text) | NamePattern::Glob(text) => text,
        }
    }
}

/// Whether the whole text meets a glob: `*` stands for any text, `?` for one letter.
///
/// Only the last `*` is ever tried again: what an earlier one took at its first chance suffices.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry = None;
    loop {
        let mut behind = pattern.clone();
        let wanted = behind.next();
        if wanted == Some('*') {
            retry = Some((behind.clone(), text.clone()));
            pattern = behind;
            continue;
        }
        let mut rest = text.clone();
        let found = rest.next();
        if found.is_none() && wanted.is_none() {
            return true;
        }
        if found.is_some() && (wanted == found || wanted == Some('?')) {
            (pattern, text) = (behind, rest);
            continue;
        }
        // One more letter for the last `*`.
        let Some((after_star, taken)) = &mut retry else { return false };
        if taken.next().is_none() {
            return false;
        }
        (pattern, text) = (after_star.clone(), taken.clone());
    }
}

fn text_of<'v>(value: &'v Value<'_>) -> &'v str {
    match value {
        Value::Text(text) => text,
        Value::Number(number) => number,
        Value::Bool(truth) => word_of(*truth),
    }
}

const fn word_of(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    fn whole(number: i64) -> Number {
        Number::Whole(number)
    }

    #[test]
    fn globs() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("", "", true),
            ("", "a", false),
            ("checkout_*", "checkout_started", true),
            ("checkout_*", "checkout_", true),
            ("checkout_*", "checkout", false),
            ("*_viewed", "cart_viewed", true),
            ("*_viewed", "cart_viewed_twice", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1c2b", false),
            ("?", "é", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("**", "x", true),
            ("Cart", "cart", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(glob_matches(pattern, name), expected, "{pattern} on {name}");
        }
    }

    #[test]
    fn a_hostile_glob_ends_soon() {
        let pattern = "a*".repeat(200) + "b";
        assert!(!glob_matches(&pattern, &"a".repeat(5000)));
    }

    #[test]
    fn literals() {
        let twelve = Literal::Number(Number::parse("12.5").unwrap());
        let one = Literal::Number(whole(1));
        for (literal, value, expected) in [
            (&twelve, Value::Number("12.50"), true),
            (&twelve, Value::Text("12.50".into()), true),
            (&twelve, Value::Text("12.5 €".into()), false),
            (&one, Value::Text("1".into()), true),
            (&one, Value::Number("1.0"), true),
            (&one, Value::Bool(true), false),
            (&Literal::Text("1".into()), Value::Number("1.0"), true),
            (&Literal::Text("1".into()), Value::Text("1.0".into()), false),
            (&Literal::Text("mobile".into()), Value::Text("Mobile".into()), false),
            (&Literal::Text("true".into()), Value::Bool(true), true),
            (&Literal::Bool(true), Value::Text("TRUE".into()), true),
            (&Literal::Bool(true), Value::Bool(true), true),
            (&Literal::Bool(false), Value::Text("no".into()), false),
            (
                &Literal::Number(whole(9_007_199_254_740_993)),
                Value::Number("9007199254740992"),
                false,
            ),
        ] {
            assert_eq!(literal.equals(&value), expected, "{literal:?} on {value:?}");
        }
    }

    #[test]
    fn tests_of_text_and_number() {
        let pattern = Expression::new("^sku-[0-9]+$").unwrap();
        for (test, value, expected) in [
            (Test::Min(whole(10)), "10", true),
            (Test::Min(whole(10)), "9.99", false),
            (Test::Min(whole(10)), "", false),
            (Test::Min(whole(10)), "many", false),
            (Test::Min(whole(10)), "inf", false),
            (Test::Min(whole(10)), "NaN", false),
            (Test::Max(whole(10)), "1e1", true),
            (Test::Above(whole(10)), "10", false),
            (Test::Above(Number::Decimal(9.5)), "10", true),
            (Test::Below(whole(10)), "-3", true),
            (Test::Below(whole(10)), "10.0", false),
            (Test::Contains("élan".into()), "Grand ÉLAN", true),
            (Test::Prefix("/pro".into()), "/products/a", true),
            (Test::Prefix("/pro".into()), "/Products/a", false),
            (Test::Suffix(".pdf".into()), "guide.pdf", true),
            (Test::Glob("*.pdf".into()), "guide.pdf", true),
            (Test::Matches(pattern.clone()), "sku-12", true),
            (Test::Matches(pattern), "sku-", false),
            (Test::All(vec![Test::Min(whole(1)), Test::Below(whole(5))]), "4.99", true),
            (Test::All(vec![Test::Min(whole(1)), Test::Below(whole(5))]), "5", false),
            (Test::Not(Box::new(Test::Max(whole(10)))), "11", true),
            (Test::Not(Box::new(Test::Max(whole(10)))), "many", true),
            (Test::AnyOf(vec![Literal::Text("a".into()), Literal::Number(whole(2))]), "2", true),
            (Test::AnyOf(vec![]), "2", false),
        ] {
            assert_eq!(test.holds(Some(&text(value))), expected, "{test:?} on {value}");
        }
    }

    #[test]
    fn a_missing_value_is_not_anything() {
        let equals = Test::Equals(Literal::Text("x".into()));
        for (test, expected) in [
            (equals.clone(), false),
            (Test::Not(Box::new(equals.clone())), false),
            (Test::Not(Box::new(Test::AnyOf(vec![]))), false),
            (Test::Exists(true), false),
            (Test::Exists(false), true),
            (Test::Min(whole(0)), false),
            (Test::Contains(String::new()), false),
            (Test::All(vec![Test::Exists(true), Test::Not(Box::new(equals))]), false),
        ] {
            assert_eq!(test.holds(None), expected, "{test:?}");
        }
        assert!(Test::Exists(true).holds(Some(&text(""))));
    }

    struct Price(&'static str);

    impl Properties for Price {
        fn get(&self, path: &str) -> Option<Value<'_>> {
            (path == "cart.price").then_some(Value::Number(self.0))
        }
    }

    #[test]
    fn all_tests_of_a_predicate_must_hold() {
        let test = |path: &str, test| PropertyTest { path: path.to_owned(), test };
        let mut predicate = Predicate::default();
        assert!(predicate.is_empty() && predicate.holds(&Price("1")));
        predicate.tests.push(test("cart.price", Test::Min(whole(10))));
        assert!(predicate.holds(&Price("10.00")) && !predicate.holds(&Price("9.99")));
        predicate.tests.push(test("coupon", Test::Exists(true)));
        assert!(!predicate.holds(&Price("10.00")));
    }

    #[test]
    fn event_patterns() {
        let pattern = |names: &[&str], not| EventPattern {
            names: names.iter().map(|name| NamePattern::new(name)).collect(),
            not,
        };
        for (names, not, name, expected) in [
            (&["cart", "add_*"][..], false, "cart", true),
            (&["cart", "add_*"], false, "add_to_cart", true),
            (&["cart", "add_*"], false, "Cart", false),
            (&["cart", "add_*"], true, "add_to_cart", false),
            (&["cart"], true, "visit", true),
            (&["*"], false, "", true),
        ] {
            assert_eq!(pattern(names, not).matches(name), expected, "{names:?} {not} on {name}");
        }
        assert!(EventPattern::any().is_any() && EventPattern::any().matches("x"));
        assert!(!pattern(&["*"], true).is_any() && !pattern(&["a*"], false).is_any());
        assert!(pattern(&["a", "*"], false).is_any());
        assert_eq!(pattern(&["a", "b*", "c"], true).exact_names().collect::<Vec<_>>(), ["a", "c"]);
    }
}
