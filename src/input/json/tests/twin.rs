//! JSON as one would read it if time did not matter: value by value, byte by byte.

use crate::input::json::Malformed;
use std::iter;

/// A value with all that is in it; keys as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Object(Vec<(Vec<u8>, Tree)>),
    Array(Vec<Tree>),
    Text(String),
    Number(String),
    Bool(bool),
    Null,
}

/// The value at the start of `bytes`, and where it ends.
pub(super) fn read(bytes: &[u8]) -> Result<(Tree, usize), Malformed> {
    let mut twin = Twin { bytes, at: 0 };
    let tree = twin.value(0)?;
    Ok((tree, twin.at))
}

struct Twin<'r> {
    bytes: &'r [u8],
    at: usize,
}

impl Twin<'_> {
    fn value(&mut self, depth: usize) -> Result<Tree, Malformed> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b'"') => Ok(Tree::Text(unescaped(&self.text()?))),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'-' | b'0'..=b'9') => {
                let is_part = |b: &&u8| b"0123456789-+.eE".contains(b);
                let number = self.bytes[self.at..].iter().take_while(is_part);
                let number: String = number.map(|&b| char::from(b)).collect();
                self.at += number.len();
                Ok(Tree::Number(number))
            }
            Some(b't' | b'f' | b'n') => self.word(),
            _ => self.expected("a value"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Tree, Malformed> {
        let mut members = Vec::new();
        let mut goes_on = self.enters(depth, b'}')?;
        while goes_on {
            if self.bytes.get(self.at) != Some(&b'"') {
                return self.expected("a key in quotes");
            }
            let key = self.text()?;
            self.space();
            if self.bytes.get(self.at) != Some(&b':') {
                return self.expected("`:`");
            }
            self.at += 1;
            members.push((key, self.value(depth)?));
            goes_on = self.goes_on(b'}', "`,` or `}`")?;
        }
        Ok(Tree::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Tree, Malformed> {
        let mut elements = Vec::new();
        let mut goes_on = self.enters(depth, b']')?;
        while goes_on {
            elements.push(self.value(depth)?);
            goes_on = self.goes_on(b']', "`,` or `]`")?;
        }
        Ok(Tree::Array(elements))
    }

    /// Reads an opening sign; false if the closing one follows at once.
    fn enters(&mut self, depth: usize, close: u8) -> Result<bool, Malformed> {
        self.at += 1;
        if depth > 128 {
            return self.expected("at most 128 levels of nesting");
        }
        self.space();
        let is_empty = self.bytes.get(self.at) == Some(&close);
        self.at += usize::from(is_empty);
        Ok(!is_empty)
    }

    /// Reads what stands behind a member or element; false if that is the closing sign.
    fn goes_on(&mut self, close: u8, expected: &'static str) -> Result<bool, Malformed> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            Some(sign) if *sign == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.expected(expected),
        }
    }

    /// Reads text in quotes, escapes unresolved.
    fn text(&mut self) -> Result<Vec<u8>, Malformed> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => {
                    return Err(Malformed { expected: "a closing quote", at: self.bytes.len() });
                }
            }
        }
        self.at += 1;
        Ok(self.bytes[start..self.at - 1].to_vec())
    }

    fn word(&mut self) -> Result<Tree, Malformed> {
        let words = [
            (&b"true"[..], Tree::Bool(true)),
            (b"false", Tree::Bool(false)),
            (b"null", Tree::Null),
        ];
        for (word, tree) in words {
            if self.bytes[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(tree);
            }
        }
        self.expected("`true`, `false` or `null`")
    }

    fn space(&mut self) {
        let is_space =
            |at: &usize| matches!(self.bytes.get(*at), Some(b' ' | b'\t' | b'\n' | b'\r'));
        self.at += iter::successors(Some(self.at), |at| Some(at + 1)).take_while(is_space).count();
    }

    fn expected<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { expected, at: self.at })
    }
}

/// A text without its escapes; what is none stays as it is.
fn unescaped(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.into_owned())
}
