//! Text for terminals that know no letters but those of ASCII: each sign becomes one that is as wide, so columns
//! stay where they are. Arrows alone take one more, for they stand in sentences, where `9% > 11%` would say something else.

use unicode_width::UnicodeWidthChar;

/// Letters with marks, and below them the same without.
const MARKED: &str = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöøùúûüýÿ";
const BARE: &str = "AAAAAACEEEEIIIINOOOOOOUUUUYaaaaaaceeeeiiiinoooooouuuuyy";

/// The text in ASCII; a letter that has no counterpart is a question mark for each cell that it takes.
pub(super) fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if letter.is_ascii() => plain.push(letter),
            '█' => plain.push('#'),
            '▒' => plain.push('+'),
            '░' | '·' => plain.push('.'),
            '●' => plain.push('o'),
            '├' | '┤' => plain.push('|'),
            '─' | '–' | '−' | '—' => plain.push('-'),
            '…' => plain.push('~'),
            '×' => plain.push('x'),
            '→' => plain.push_str("->"),
            '←' => plain.push_str("<-"),
            '’' => plain.push('\''),
            _ => match MARKED.chars().zip(BARE.chars()).find(|(marked, _)| *marked == letter) {
                Some((_, bare)) => plain.push(bare),
                None => plain.extend(std::iter::repeat_n('?', letter.width().unwrap_or(0))),
            },
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn nothing_moves_and_nothing_else_is_left() {
        let cases = [
            ("██▒░  ├─●─┤", "##+.  |-o-|"),
            ("6.8–12.4% · Größe", "6.8-12.4% . Gro?e"),
            ("价格 x", "???? x"),
            ("e\u{301}", "e"),
        ];
        for (text, expected) in cases {
            assert_eq!(ascii(text), expected);
            assert_eq!(ascii(text).width(), text.width());
        }
        assert_eq!(ascii("Order: 9.7% → 11.7%."), "Order: 9.7% -> 11.7%.");
        assert_eq!(MARKED.chars().count(), BARE.len());
    }
}
