//! The members of an object by its bytes alone, for text that need not be JSON to its end.

use std::ops::Range;

/// The bytes of the member of an object with a key.
pub fn member<'t>(object: &'t [u8], key: &str) -> Option<&'t [u8]> {
    let mut at = 0;
    while let Some((own, value)) = next_member(object, &mut at) {
        if own == key.as_bytes() {
            return Some(object.get(value)?.trim_ascii_end());
        }
    }
    None
}

/// The next member of the object at or in which `at` stands: its key, and where its value is. A value
/// that does not end reaches to the end of the text.
pub fn next_member<'t>(text: &'t [u8], at: &mut usize) -> Option<(&'t [u8], Range<usize>)> {
    skip(text, at, |b| b.is_ascii_whitespace() || matches!(b, b'{' | b','));
    if text.get(*at) != Some(&b'"') {
        return None;
    }
    let key_start = *at + 1;
    let key_end = end_of_value(text, *at).checked_sub(1)?;
    *at = key_end + 1;
    skip(text, at, |b| b.is_ascii_whitespace() || b == b':');
    let value = *at..end_of_value(text, *at);
    *at = value.end;
    Some((text.get(key_start..key_end)?, value))
}

fn skip(text: &[u8], at: &mut usize, is_gap: impl Fn(u8) -> bool) {
    while text.get(*at).is_some_and(|&b| is_gap(b)) {
        *at += 1;
    }
}

/// Behind the value that starts at `start`.
pub fn end_of_value(text: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = end_of_text(text, at + 1);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Behind the quote that ends the text which starts at `at`.
fn end_of_text(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if text[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_their_bytes() {
        let text = br#" { "a": "}\"," , "b" :{"c":[1]} , "c": 7 }"#;
        for (key, expected) in [
            ("a", Some(&br#""}\",""#[..])),
            ("b", Some(&br#"{"c":[1]}"#[..])),
            ("c", Some(&b"7"[..])),
            ("d", None),
        ] {
            assert_eq!(member(text, key), expected, "{key}");
        }
    }
}
