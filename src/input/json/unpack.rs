//! JSON that was written as a text into other JSON, as databases and loggers do with objects: put in its place,
//! the record is the one that it was made of.

use super::{Json, Place, Reader, Record, Written, json_of_python};

impl<K> Record<'_, K> {
    /// The record with the texts at these places put in as the objects and lists that they hold; `None` if
    /// none of them holds one.
    #[inline]
    pub fn unpacked(&self, places: &[Place]) -> Option<Vec<u8>> {
        if places.is_empty() { None } else { self.with_objects(places) }
    }

    fn with_objects(&self, places: &[Place]) -> Option<Vec<u8>> {
        let mut texts: Vec<Json<'_>> = places.iter().map(|&place| self.root().at(place)).collect();
        texts.sort_by_key(|text| text.position);
        let mut whole = Vec::new();
        let mut behind = 0;
        for text in texts {
            let Some((inner, span)) = text.packed().zip(text.span()) else { continue };
            // The span has no quotes.
            let (start, end) = ((span.start as usize).checked_sub(1)?, span.end as usize + 1);
            whole.extend_from_slice(self.bytes().get(behind..start)?);
            whole.extend_from_slice(inner.as_bytes());
            behind = end;
        }
        whole.extend_from_slice(self.bytes().get(behind..)?);
        (behind > 0).then_some(whole)
    }
}

impl Json<'_> {
    /// The object or list that a text holds, as JSON or as Python prints it.
    pub fn packed(self) -> Option<String> {
        let text = self.text().filter(|text| text.trim_start().starts_with(['{', '[']))?;
        if let Some(json) = json_of_python(&text) {
            return Some(json);
        }
        let text = text.trim();
        let mut reader = Reader::<()>::default();
        let is_one =
            reader.read(Written::new(text.as_bytes())).is_ok_and(|inner| inner.end() == text.len());
        is_one.then(|| text.to_string())
    }

    /// Whether it is a text, which may hold an object or a list.
    pub fn is_text(self) -> bool {
        self.text().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_what_they_hold() {
        for (written, expected) in [
            (
                r#"{"a":"{\"b\":\"x\\n\"}","c":"[1]","d":"[2]"}"#,
                Some(r#"{"a":{"b":"x\n"},"c":[1],"d":"[2]"}"#),
            ),
            (r#"{"a":"{","c":" {} ","d":1}"#, Some(r#"{"a":"{","c":{},"d":1}"#)),
            (r#"{"a":"{'b': None}","c":"[]"}"#, Some(r#"{"a":{"b":null},"c":[]}"#)),
            (r#"{"a":"{} x","c":"text","d":1}"#, None),
            (r#"{"a":{"b":1},"c":null,"d":1}"#, None),
        ] {
            let mut reader = Reader::<()>::default();
            let record = reader.read(Written::new(written.as_bytes())).unwrap();
            let places: Vec<Place> = ["c", "a"]
                .iter()
                .filter_map(|key| Some(record.root().member(key)?.place()))
                .collect();
            let found = record.unpacked(&places).map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(found.as_deref(), expected, "{written}");
        }
    }
}
