//! Money with its currency. Amounts are integers (ten-thousandths of the unit), so sums are exact.

use std::borrow::Cow;
use std::fmt;

/// Ten-thousandths in one unit of a currency.
const UNIT: i128 = 10_000;

/// An amount in ten-thousandths of a currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub i128);

impl Amount {
    /// Reads a decimal number as shops and spreadsheets write it: `1234.5`, `$1,234.50`, `1.234,50`,
    /// `(12.50)`, `12.50-`, `12,50 EUR`. With `decimal_comma` a lone comma is the decimal sign. `None` if it is none.
    pub fn parse(text: &str, decimal_comma: bool) -> Option<Amount> {
        let plain = Amount::of_digits(text.as_bytes(), decimal_comma);
        plain.or_else(|| Amount::as_written(text, decimal_comma))
    }

    fn as_written(text: &str, decimal_comma: bool) -> Option<Amount> {
        let text = without_currency(text.trim());
        let negative = text.starts_with('(') && text.ends_with(')')
            || text.starts_with('-')
            || text.ends_with('-');
        let digits: String =
            text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
        if text.chars().any(char::is_alphabetic) || !digits.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let sign = decimal_sign(&digits, decimal_comma);
        let (whole, fraction) =
            sign.and_then(|at| digits.split_at_checked(at)).unwrap_or((&digits, ""));
        let whole: i128 = only_digits(whole)
            .parse()
            .or_else(|e| if only_digits(whole).is_empty() { Ok(0) } else { Err(e) })
            .ok()?;
        let mut fraction = only_digits(fraction);
        fraction.truncate(4);
        while fraction.len() < 4 {
            fraction.push('0');
        }
        let amount = whole.checked_mul(UNIT)?.checked_add(fraction.parse().ok()?)?;
        (amount < i128::from(i64::MAX)).then_some(Amount(if negative { -amount } else { amount }))
    }

    /// The same for what most files have, digits with a point among them, as long as they are few and mean the same to
    /// everybody; `None` says nothing.
    fn of_digits(text: &[u8], decimal_comma: bool) -> Option<Amount> {
        /// Ten-thousandths have so many decimals.
        const DECIMALS: usize = 4;
        const MOST: usize = 12;
        let point = text.iter().position(|byte| *byte == b'.');
        let (whole, decimals) = match point {
            Some(_) if decimal_comma => return None,
            Some(point) => (text.get(..point)?, text.get(point + 1..)?),
            None => (text, &[][..]),
        };
        let is_short = (1..=MOST).contains(&whole.len()) && decimals.len() <= DECIMALS;
        let are_digits = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
        if !is_short || !are_digits(whole) || !are_digits(decimals) {
            return None;
        }
        let noughts = std::iter::repeat_n(&b'0', DECIMALS - decimals.len());
        let digits = whole.iter().chain(decimals).chain(noughts);
        let number = digits.fold(0, |number: i64, digit| number * 10 + i64::from(digit - b'0'));
        Some(Amount(number.into()))
    }

    /// The text of an amount as a plain number, as JSON has it; what is none stays as it is.
    pub fn plain(text: &str, decimal_comma: bool) -> Cow<'_, str> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit())
            || !decimal_comma && text.parse::<f64>().is_ok();
        let amount = if is_plain { None } else { Amount::parse(text, decimal_comma) };
        amount.map_or(Cow::Borrowed(text), |amount| Cow::Owned(amount.to_string()))
    }

    /// The amount of a number; rounded to ten-thousandths. `None` if it is not finite or too large.
    pub fn from_number(number: f64) -> Option<Amount> {
        let scaled = number * UNIT as f64;
        #[expect(clippy::cast_possible_truncation, reason = "checked against the range just here")]
        (scaled.is_finite() && scaled.abs() < 9e18).then(|| Amount(scaled.round() as i128))
    }

    /// The amount shared among `parts`, half away from zero. `None` for no parts.
    pub fn divided(self, parts: u64) -> Option<Amount> {
        let parts = i128::from(parts);
        (parts > 0).then(|| Amount((2 * self.0 + self.0.signum() * parts) / (2 * parts)))
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        Amount(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
    }
}

/// What the amounts of a file say about the sign before its decimals: one amount alone, such as `1.234`, says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecimalEvidence {
    comma: bool,
    point: bool,
}

/// Some amounts of a file can only have a decimal comma, others only a decimal point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixedDecimals;

impl DecimalEvidence {
    /// Looks at an amount of a currency.
    pub fn observe(&mut self, text: &str, currency: Currency) {
        let text = without_currency(text.trim());
        let Some((whole, behind)) = text.rfind(['.', ',']).map(|last| text.split_at(last)) else {
            return;
        };
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
        let (whole_digits, decimals) = (digits(whole), digits(behind));
        if whole_digits + decimals == 0 {
            return;
        }
        let is_comma = behind.starts_with(',');
        // The last of two signs is the decimal one; a sign that is repeated parts thousands.
        let sign = if is_comma { ',' } else { '.' };
        let first = whole.bytes().find(u8::is_ascii_digit);
        let is_decimal = match (whole.contains(['.', ',']), whole.contains(sign)) {
            (true, true) => Some(false),
            (true, false) => Some(true),
            // Thousands come in threes, and none of them begins with nought.
            (false, _) if decimals != 3 || whole_digits > 3 || first == Some(b'0') => Some(true),
            (false, _) => currency.has_thousandths().then_some(true),
        };
        match is_decimal {
            Some(is_decimal) if is_decimal == is_comma => self.comma = true,
            Some(_) => self.point = true,
            None => {}
        }
    }

    /// Adds what other amounts of the file say.
    pub fn merge(&mut self, other: DecimalEvidence) {
        self.comma |= other.comma;
        self.point |= other.point;
    }

    /// Whether a comma stands before decimals; `None` if nothing says so.
    pub fn has_comma(&self) -> Result<Option<bool>, MixedDecimals> {
        match (self.comma, self.point) {
            (true, true) => Err(MixedDecimals),
            (true, false) => Ok(Some(true)),
            (false, true) => Ok(Some(false)),
            (false, false) => Ok(None),
        }
    }
}

/// Where the decimal sign of `digits` is: the last of the two signs if both occur, a sign that
/// occurs once and is not a thousands separator otherwise.
fn decimal_sign(digits: &str, decimal_comma: bool) -> Option<usize> {
    match (digits.rfind('.'), digits.rfind(',')) {
        (Some(dot), Some(comma)) => Some(dot.max(comma)),
        (Some(dot), None) => (!decimal_comma || digits.len() - dot != 4)
            .then_some(dot)
            .filter(|_| digits.matches('.').count() == 1),
        (None, Some(comma)) => (decimal_comma || digits.len() - comma != 4)
            .then_some(comma)
            .filter(|_| digits.matches(',').count() == 1),
        (None, None) => None,
    }
}

/// The text without a currency's letters and point before or behind the number: `kr 12,50`, `Rp. 1.500`, `US$12.50`.
fn without_currency(text: &str) -> &str {
    if text.bytes().all(|byte| !byte.is_ascii_alphabetic() && byte.is_ascii()) {
        return text;
    }
    let behind = text.trim_start_matches(char::is_alphabetic);
    let behind = if behind.len() < text.len() { behind.trim_start_matches('.') } else { behind };
    let before = behind.trim_end_matches('.').trim_end_matches(char::is_alphabetic);
    let number = if before.len() < behind.trim_end_matches('.').len() { before } else { behind };
    number.trim()
}

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Amount) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl fmt::Display for Amount {
    /// A plain decimal with two places, more only where they are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.abs() / UNIT, self.0.abs() % UNIT);
        match rest % 100 {
            0 => write!(f, "{sign}{whole}.{:02}", rest / 100),
            _ => write!(f, "{sign}{whole}.{rest:04}"),
        }
    }
}

/// A currency as its three-letter ISO code; unknown is its own currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency(pub Option<[u8; 3]>);

impl Currency {
    /// Reads a three-letter code, in any case; anything else is unknown.
    pub fn parse(text: &str) -> Currency {
        let code: Option<[u8; 3]> = text.trim().as_bytes().try_into().ok();
        Currency(
            code.filter(|c| c.iter().all(u8::is_ascii_alphabetic))
                .map(|c| c.map(|b| b.to_ascii_uppercase())),
        )
    }

    /// Whether its unit has a thousand parts, so that amounts have three decimals.
    pub fn has_thousandths(self) -> bool {
        const THESE: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];
        self.0.is_some_and(|code| THESE.contains(&&code))
    }

    /// The code as text, if it is known.
    pub fn code(&self) -> Option<&str> {
        self.0.as_ref().and_then(|code| std::str::from_utf8(code).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_says_which_sign_is_decimal() {
        type Case = (&'static [&'static str], Currency, Result<Option<bool>, MixedDecimals>);
        let euro = Currency::parse("EUR");
        let cases: [Case; 10] = [
            (&["12", "1.234", "1,234"], euro, Ok(None)),
            (&["1.234", "12,50"], euro, Ok(Some(true))),
            (&["1,234", "12.5"], euro, Ok(Some(false))),
            (&["1.234,50"], euro, Ok(Some(true))),
            (&["$1,234.50", "1234.567"], euro, Ok(Some(false))),
            (&["1.234.567"], euro, Ok(Some(true))),
            (&["0,125"], euro, Ok(Some(true))),
            (&["12.500"], Currency::parse("KWD"), Ok(Some(false))),
            (&["1.234,50", "12.50"], euro, Err(MixedDecimals)),
            (&["1,234.50", "12,50 EUR"], euro, Err(MixedDecimals)),
        ];
        for (texts, currency, expected) in cases {
            let mut evidence = DecimalEvidence::default();
            for text in texts {
                evidence.observe(text, currency);
            }
            assert_eq!(evidence.has_comma(), expected, "{texts:?}");
        }
    }

    proptest! {
        #[test]
        fn amounts_of_few_digits_are_what_they_are_as_written(
            text in r"[0-9]{0,14}(\.[0-9]{0,6})?",
            decimal_comma: bool,
        ) {
            let plain = Amount::of_digits(text.as_bytes(), decimal_comma);
            let as_written = Amount::as_written(&text, decimal_comma);
            prop_assert!(plain.is_none() || plain == as_written);
        }
    }

    #[test]
    fn amounts_become_plain_numbers() {
        for (text, decimal_comma, expected) in [
            ("58,81", true, "58.81"),
            ("1.058,81", true, "1058.81"),
            ("1.058", true, "1058.00"),
            ("58.81", true, "58.81"),
            ("58", true, "58"),
            ("58,81", false, "58.81"),
            ("12.5", false, "12.5"),
            ("$1,234.50", false, "1234.50"),
            ("free", true, "free"),
        ] {
            assert_eq!(Amount::plain(text, decimal_comma), expected, "{text}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let cases = [
            ("50.00", false, "50.00"),
            ("50", false, "50.00"),
            ("$1,234.50", false, "1234.50"),
            ("1.234,50", true, "1234.50"),
            ("(12.50)", false, "-12.50"),
            ("39,80", true, "39.80"),
            ("1,234", false, "1234.00"),
            ("1.234", true, "1234.00"),
            ("0,5", false, "0.50"),
            ("-3.1", false, "-3.10"),
            (".5", false, "0.50"),
            ("1,234,567", false, "1234567.00"),
            ("12.50-", false, "-12.50"),
            ("12.50 EUR", false, "12.50"),
            ("1 299,00 kr", true, "1299.00"),
            ("1\u{a0}299,00 kr.", true, "1299.00"),
            ("Rp 1.234.567", true, "1234567.00"),
            ("Rp. 1.500", true, "1500.00"),
            ("US$12.50", false, "12.50"),
            ("12,50 z\u{142}", true, "12.50"),
            ("€ 12.50", false, "12.50"),
        ];
        for (text, comma, expected) in cases {
            assert_eq!(Amount::parse(text, comma).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "abc", "5.9E+12", "-", ".", "12 for 3", "EUR"] {
            assert_eq!(Amount::parse(text, false), None, "{text}");
        }
        assert_eq!(Amount(100_000).divided(3).unwrap().to_string(), "3.3333");
        assert_eq!(Amount(0).divided(0), None);
    }
}
