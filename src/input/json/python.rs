//! Objects and lists as Python prints them (`{'token': 't', 'note': None}`), written as the JSON that they would be:
//! data tools put them into the cells of tables.
//!
//! What is read is what Python's `repr` makes of dicts, lists, texts, numbers, `True`, `False` and `None`, and of numpy's
//! arrays of dicts, which have no commas between them. Anything else is not read at all.

use std::fmt::Write;

/// Objects stand no deeper within each other.
const DEEPEST: u32 = 64;

/// The JSON of a text that is an object or a list as Python prints them; `None` of any other, and of JSON.
pub fn json_of_python(text: &str) -> Option<String> {
    if !is_like_python(text) {
        return None;
    }
    let mut writer = Writer { rest: text.trim(), json: String::with_capacity(text.len()) };
    writer.value(DEEPEST)?;
    writer.rest.is_empty().then_some(writer.json)
}

/// Whether the first text within braces and brackets has a quote that JSON has not.
pub fn is_like_python(text: &str) -> bool {
    let is_open = |letter: char| matches!(letter, '{' | '[') || letter.is_ascii_whitespace();
    let inside = text.trim_start_matches(is_open);
    inside.len() < text.len() && inside.starts_with('\'')
}

/// Reads Python and writes JSON.
struct Writer<'t> {
    rest: &'t str,
    json: String,
}

impl Writer<'_> {
    /// Takes a sign if it comes next, and the blanks behind it.
    fn takes(&mut self, sign: char) -> bool {
        let Some(behind) = self.rest.strip_prefix(sign) else { return false };
        self.rest = behind.trim_ascii_start();
        true
    }

    fn value(&mut self, depth: u32) -> Option<()> {
        match self.rest.chars().next()? {
            '{' => self.object(depth.checked_sub(1)?),
            '[' => self.list(depth.checked_sub(1)?),
            '\'' | '"' => self.text(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: u32) -> Option<()> {
        self.rest = self.rest.strip_prefix('{')?.trim_ascii_start();
        self.json.push('{');
        let mut is_first = true;
        while !self.takes('}') {
            if !is_first {
                self.json.push(',');
            }
            self.text()?;
            self.takes(':').then_some(())?;
            self.json.push(':');
            self.value(depth)?;
            // Python prints none before the end.
            let goes_on = self.takes(',');
            (goes_on != self.rest.starts_with('}')).then_some(())?;
            is_first = false;
        }
        self.json.push('}');
        Some(())
    }

    fn list(&mut self, depth: u32) -> Option<()> {
        self.rest = self.rest.strip_prefix('[')?.trim_ascii_start();
        self.json.push('[');
        let mut is_first = true;
        while !self.takes(']') {
            if !is_first {
                self.json.push(',');
            }
            let is_object = self.rest.starts_with('{');
            self.value(depth)?;
            let goes_on = self.takes(',') || is_object && self.rest.starts_with('{');
            (goes_on != self.rest.starts_with(']')).then_some(())?;
            is_first = false;
        }
        self.json.push(']');
        Some(())
    }

    /// A text in quotes of either kind.
    fn text(&mut self) -> Option<()> {
        let mut letters = self.rest.chars();
        let quote = letters.next().filter(|quote| matches!(quote, '\'' | '"'))?;
        self.json.push('"');
        loop {
            match letters.next()? {
                letter if letter == quote => break,
                '\\' => {
                    let letter = escaped(&mut letters)?;
                    self.letter(letter);
                }
                letter => self.letter(letter),
            }
        }
        self.json.push('"');
        self.rest = letters.as_str().trim_ascii_start();
        Some(())
    }

    /// Writes a letter of a text as JSON has it.
    fn letter(&mut self, letter: char) {
        match letter {
            '"' | '\\' => self.json.extend(['\\', letter]),
            '\0'..' ' => {
                // Writing into a text cannot fail.
                let _ = write!(self.json, "\\u{:04x}", u32::from(letter));
            }
            _ => self.json.push(letter),
        }
    }

    /// A number, or a word that Python has for one of JSON's.
    fn word(&mut self) -> Option<()> {
        let is_end = |letter: char| matches!(letter, ',' | '}' | ']' | ':');
        let end = self.rest.find(|letter: char| is_end(letter) || letter.is_ascii_whitespace());
        let (word, behind) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        let json = match word {
            "True" => "true",
            "False" => "false",
            "None" | "nan" => "null",
            number if is_number(number) => number,
            _ => return None,
        };
        self.json.push_str(json);
        self.rest = behind.trim_ascii_start();
        Some(())
    }
}

/// The letter that an escape stands for; Python prints no others.
fn escaped(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits = match letters.next()? {
        own @ ('\\' | '\'' | '"') => return Some(own),
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + letters.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}

/// Whether a word is a number as JSON has them.
fn is_number(word: &str) -> bool {
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_plain = whole == "0" || !whole.starts_with('0');
    is_plain && [whole, part, exponent].into_iter().all(are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn what_python_prints_becomes_json() {
        for (text, expected) in [
            ("{'a': 'b', 'c': None}", r#"{"a":"b","c":null}"#),
            (
                "{'a': True, 'b': [False, 1, -2.5, 1e-05], 'c': {}}",
                r#"{"a":true,"b":[false,1,-2.5,1e-05],"c":{}}"#,
            ),
            (r#"{'a': "it's", 'b"': 'x'}"#, r#"{"a":"it's","b\"":"x"}"#),
            (
                r"{'a': 'it\'s \\ \n\x1b\u2028\U0001f600 é'}",
                "{\"a\":\"it's \\\\ \\u000a\\u001b\u{2028}😀 é\"}",
            ),
            (" [ {'k' : 'a'} , ['x'] ] ", r#"[{"k":"a"},["x"]]"#),
            ("[{'k': 'a'}\n {'k': 'b'}]", r#"[{"k":"a"},{"k":"b"}]"#),
            ("{'a': nan, 'b': 10}", r#"{"a":null,"b":10}"#),
            ("['a']", r#"["a"]"#),
        ] {
            let json = json_of_python(text);
            assert_eq!(json.as_deref(), Some(expected), "{text}");
            serde_json::from_str::<Value>(expected).unwrap();
        }
    }

    #[test]
    fn anything_else_is_not_read() {
        for text in [
            r#"{"a": None}"#,
            "{}",
            "[]",
            "'a'",
            "",
            "{'a': 1,}",
            "{'a' 1}",
            "{'a': 1 'b': 2}",
            "{'a': 1",
            "{'a': 'b",
            "{'a': 'b\\",
            "{'a': 1} x",
            "{'a': 01}",
            "{'a': 1_000}",
            "{'a': .5}",
            "{'a': inf}",
            "{'a': datetime.date(2025, 1, 1)}",
            "{'a': (1, 2)}",
            "{'a', 'b'}",
            r"{'a': '\ud800'}",
            r"{'a': '\q'}",
            "['a' 'b']",
            "[{'a': 1}, ... {'b': 2}]",
            "{{'a': 1}: 2}",
        ] {
            assert_eq!(json_of_python(text), None, "{text}");
        }
        let deep = "[".repeat(65) + "'a'" + &"]".repeat(65);
        assert_eq!(json_of_python(&deep), None);
        assert!(json_of_python(deep.get(1..deep.len() - 1).unwrap_or_default()).is_some());
    }

    proptest::proptest! {
        /// What is read of any text is JSON.
        #[test]
        fn any_text_becomes_json_or_nothing(text in r#"[\[{]{1,3}'(\{|\}|\[|\]|'|"|:|,| |\\|\\x0a|a|1|None|-|\.|e){0,24}"#) {
            if let Some(json) = json_of_python(&text) {
                proptest::prop_assert!(serde_json::from_str::<Value>(&json).is_ok(), "{}", json);
            }
        }
    }
}
