//! Text from data, made harmless for a terminal, and for whatever else shows it to people.
//!
//! File names, event names and messages come from files that anybody may have written: a control
//! character or a change of writing direction in them must be seen, not obeyed. Every text that is not
//! the program's own passes through here before it is shown.

use std::borrow::Cow;

/// The text with control characters, escape sequences and direction marks written out: `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_harmful(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal would obey the letter instead of showing it.
pub(super) fn is_harmful(letter: char) -> bool {
    let changes_direction = matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let breaks_line = matches!(letter, '\u{2028}' | '\u{2029}');
    letter.is_control() || changes_direction || breaks_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        let cases = [
            ("orders.csv", "orders.csv"),
            ("Größe — 价格", "Größe — 价格"),
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
            ("a\nb\tc\r", "a\\u{a}b\\u{9}c\\u{d}"),
            ("\u{9b}2J\u{7f}\u{0}", "\\u{9b}2J\\u{7f}\\u{0}"),
            ("gpj.\u{202e}exe\u{2069}", "gpj.\\u{202e}exe\\u{2069}"),
            ("a\u{2028}b\u{200f}", "a\\u{2028}b\\u{200f}"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected);
            assert!(!visible(text).chars().any(is_harmful));
        }
    }
}
