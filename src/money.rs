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
        let Written { is_negative, digits } = Written::parse(text)?;
        let sign = decimal_sign(digits, decimal_comma);
        let (whole, fraction) =
            sign.and_then(|at| digits.split_at_checked(at)).unwrap_or((digits, ""));
        let mut fraction = only_digits(fraction);
        if !is_grouped(whole) {
            return None;
        }
        let whole: i128 = only_digits(whole)
            .parse()
            .or_else(|e| if only_digits(whole).is_empty() { Ok(0) } else { Err(e) })
            .ok()?;
        fraction.truncate(4);
        while fraction.len() < 4 {
            fraction.push('0');
        }
        let amount = whole.checked_mul(UNIT)?.checked_add(fraction.parse().ok()?)?;
        let is_held = amount < i128::from(i64::MAX);
        is_held.then_some(Amount(if is_negative { -amount } else { amount }))
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
        let Some(Written { digits: text, .. }) = Written::parse(text) else { return };
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
            (false, _) if !may_be_thousands(whole_digits, first, decimals) => Some(true),
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

/// An amount without its currency and sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written<'t> {
    is_negative: bool,
    /// Digits, at least one, with the signs that part thousands and decimals.
    digits: &'t str,
}

impl<'t> Written<'t> {
    /// Takes off what may stand around a number: a currency's letters and sign on either side (`Rp. 1.500`, `US$12.50`), a minus
    /// on either side of the number or of its currency, brackets, the dash that stands for no decimals (`12,-`). `None` if
    /// what is left is no number: a date, a range, a sum are none.
    fn parse(text: &'t str) -> Option<Written<'t>> {
        let text = text.trim();
        let whole = [",-", ".-", ",–", ".–", ",--", ".--", ",—", ".—"];
        let rest = without_front(text);
        let before = text.get(..text.len() - rest.len())?;
        let rest = whole.iter().find_map(|dash| without_dash(rest, dash)).unwrap_or(rest);
        let digits = rest.trim_end_matches(stands_behind);
        let behind = rest.get(digits.len()..)?;
        let minuses = [before, behind].map(|side| side.chars().filter(|&c| is_minus(c)).count());
        let is_bracketed = before.contains('(') && behind.contains(')');
        let signs = minuses.iter().sum::<usize>() + usize::from(is_bracketed);
        let is_number = digits.chars().all(|c| c.is_ascii_digit() || parts_digits(c));
        let is_one = is_number && digits.contains(|c: char| c.is_ascii_digit()) && signs <= 1;
        let are_letters_of_one = [before, behind].iter().all(|side| words_in(side) <= 1);
        (is_one && are_letters_of_one).then_some(Written { is_negative: signs == 1, digits })
    }
}

/// What stands where decimals would, if there are none: `12,-` and `CHF 12.–`, also before the currency.
fn without_dash<'t>(text: &'t str, dash: &str) -> Option<&'t str> {
    let behind = text.trim_end_matches(|c: char| stands_behind(c) && !is_minus(c));
    let number = behind.strip_suffix(dash)?;
    number.ends_with(|c: char| c.is_ascii_digit()).then_some(number)
}

/// The text without what stands in front of its number. A point does if it is a currency's (`Rp.`, `S/.`): that of `.5` is not.
fn without_front(text: &str) -> &str {
    let number = text.trim_start_matches(|c: char| is_no_part(c) || c == '/');
    let is_abbreviated = text.starts_with(char::is_alphabetic);
    let point = number.strip_prefix('.').filter(|_| is_abbreviated);
    point.map_or(number, |behind| behind.trim_start_matches(is_no_part))
}

fn stands_behind(letter: char) -> bool {
    is_no_part(letter) || letter == '.'
}

/// Letters and signs of currencies, minus and plus, brackets, blanks, and what programs put around a number to keep it as it is.
fn is_no_part(letter: char) -> bool {
    let is_currency =
        matches!(letter, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}' | '﷼' | '＄' | '￡' | '￥');
    let is_around = matches!(letter, '(' | ')' | '"' | '\'' | '’' | '=' | '+');
    letter.is_alphabetic() || letter.is_whitespace() || is_currency || is_minus(letter) || is_around
}

fn is_minus(letter: char) -> bool {
    matches!(letter, '-' | '−' | '–' | '—')
}

/// How many words there are: a currency has one.
fn words_in(text: &str) -> usize {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count()
}

/// Whether a sign may stand between the digits of a number.
fn parts_digits(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | '’') || letter.is_whitespace()
}

/// Whether the digits before the decimals are in groups of thousands, or of hundreds of them (`12,34,567`), if they are in
/// groups at all.
fn is_grouped(whole: &str) -> bool {
    let groups: Vec<usize> = whole.split(parts_digits).map(str::len).collect();
    match groups.as_slice() {
        [] | [_] => true,
        [first, between @ .., last] => {
            let are_large = between.iter().all(|&digits| digits == 3 || digits == 2);
            (1..=3).contains(first) && are_large && *last == 3
        }
    }
}

/// Whether a lone sign may part thousands: they come in threes, and none of them begins with nought.
fn may_be_thousands(whole_digits: usize, first: Option<u8>, decimals: usize) -> bool {
    decimals == 3 && (1..=3).contains(&whole_digits) && first != Some(b'0')
}

/// Where the decimal sign of `digits` is: the last of the two signs if both occur, a sign that
/// occurs once and is not a thousands separator otherwise.
fn decimal_sign(digits: &str, decimal_comma: bool) -> Option<usize> {
    let (sign, at) = match (digits.rfind('.'), digits.rfind(',')) {
        (Some(dot), Some(comma)) => return Some(dot.max(comma)),
        (Some(dot), None) => ('.', dot),
        (None, Some(comma)) => (',', comma),
        (None, None) => return None,
    };
    let is_usual = (sign == ',') == decimal_comma;
    let (whole, behind) = digits.split_at_checked(at)?;
    let decimals = behind.len() - 1;
    let is_decimal = is_usual || !may_be_thousands(whole.len(), whole.bytes().next(), decimals);
    (is_decimal && digits.matches(sign).count() == 1).then_some(at)
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
            ("12,-", true, "12.00"),
            ("12.-", false, "12.00"),
            ("CHF 1'299.\u{2013}", false, "1299.00"),
            ("12,- kr", true, "12.00"),
            ("$-12.50", false, "-12.50"),
            ("-$12.50", false, "-12.50"),
            ("\u{2212}12.50 \u{20ac}", false, "-12.50"),
            ("-EUR 12.50", false, "-12.50"),
            ("$(12.50)", false, "-12.50"),
            ("(12.50) EUR", false, "-12.50"),
            ("S/. 12.50", false, "12.50"),
            ("12,34,567.80", false, "1234567.80"),
            ("1234,567", false, "1234.5670"),
            ("=\"12.50\"", false, "12.50"),
            ("5.", false, "5.00"),
        ];
        for (text, comma, expected) in cases {
            assert_eq!(Amount::parse(text, comma).unwrap().to_string(), expected, "{text}");
        }
        let none = [
            "",
            "abc",
            "5.9E+12",
            "-",
            ".",
            "12 for 3",
            "EUR",
            "10-20",
            "2025-10-07",
            "12:30",
            "1/2",
            "12.50 / 24.00",
            "5*3",
            "1,2,3",
            "10.0.0.1",
            "--5",
            "-5-",
            "12 50",
            "50%",
            "4 x 3",
        ];
        for text in none {
            assert_eq!(Amount::parse(text, false), None, "{text}");
        }
        assert_eq!(Amount(100_000).divided(3).unwrap().to_string(), "3.3333");
        assert_eq!(Amount(0).divided(0), None);
    }
}
