//! What the object around a list says of the records in it.
//!
//! Some logs have an object for each session or visitor, with what happened as a list in it
//! (`{"session": 1, "events": [{…}]}`). Where the records are of no known format and name nobody themselves, those
//! members of the object that say who it was and in which session are written into each of them, as loggers of single
//! events do it, and where none says when it was, the time beside that. Nothing else is: what the object says of itself, such as the number of a page, is true of no event.

use super::json::lacks;
use super::wrapped::list_in;
use crate::input::Told;
use crate::input::aliases::{Mapping, Part};
use crate::input::json::{Reader, Record, Written, end_of_value, next_member};

/// So many bytes of a list show what its records are.
const LOOKED_AT: usize = 64 * 1024;

/// The keys of a page's members that its records lack.
pub(super) fn needed(page: &[u8], told: &Told) -> Vec<String> {
    let list = list_in(page).and_then(|list| page.get(list)).unwrap_or_default();
    let list = list.get(..LOOKED_AT).unwrap_or(list);
    let (lacks_who, lacks_time) = lacks(list, told);
    if !lacks_who {
        return Vec::new();
    }
    let keys = scalars(page).filter_map(|(key, _)| String::from_utf8(key.to_vec()).ok());
    let keys: Vec<String> = keys.collect();
    let around = Mapping::find(&keys, &told.map);
    let who = around.who().map(|(_, key)| key).chain(around.of(Part::Session));
    // What somebody did who stands around it happened when that says.
    let is_somebodys = around.who().next().is_some();
    let time = around.of(Part::Time).filter(|_| lacks_time && is_somebodys);
    // What is told may stand in the records.
    who.chain(time).filter(|key| keys.iter().any(|own| own == key)).map(str::to_string).collect()
}

/// The elements of a page's list, each with the members of these keys behind its own.
pub(super) fn add_to_each(elements: &[u8], page: &[u8], keys: &[String]) -> Vec<u8> {
    if keys.is_empty() {
        return elements.to_vec();
    }
    let mut carried = Vec::new();
    for (key, value) in
        scalars(page).filter(|(key, _)| keys.iter().any(|own| own.as_bytes() == *key))
    {
        carried.extend(if carried.is_empty() { None } else { Some(b',') });
        carried.extend([b"\"", key, b"\":", value].concat());
    }
    let mut text = Vec::with_capacity(elements.len());
    let mut reader = Reader::<()>::default();
    let mut rest = elements;
    while !carried.is_empty() && !rest.is_empty() {
        let is_between = |byte: &&u8| byte.is_ascii_whitespace() || **byte == b',';
        let gap = rest.iter().take_while(is_between).count();
        let (between, behind) = rest.split_at(gap);
        let (element, behind) = behind.split_at(end_of_value(behind, 0));
        text.extend_from_slice(between);
        let record = reader.read(Written::new(element)).ok();
        let object = record.filter(Record::is_whole_object);
        match (element.split_last(), object) {
            (Some((b'}', own)), Some(object)) => {
                text.extend_from_slice(own);
                text.extend(object.root().members().next().map(|_| b','));
                text.extend_from_slice(&carried);
                text.push(b'}');
            }
            // What is no record stays a row that cannot be read, and ends the list if it has no end.
            _ => text.extend_from_slice(element),
        }
        rest = behind;
        if element.is_empty() {
            break;
        }
    }
    text.extend_from_slice(rest);
    text
}

/// The members of an object that are texts, numbers, true or false: key and value as they are written.
fn scalars(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 0;
    let members = std::iter::from_fn(move || next_member(object, &mut at));
    let members = members.filter_map(|(key, value)| Some((key, object.get(value)?)));
    members.filter(|(_, value)| !matches!(value.first(), None | Some(b'{' | b'[' | b'n')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_get_what_they_lack_of_the_object_around_them() {
        for (page, expected) in [
            (
                r#"{"session":1, "page":2, "events":[{"ts":3,"type":"x"}, {"ts":4}]}"#,
                r#"{"ts":3,"type":"x","session":1}, {"ts":4,"session":1}"#,
            ),
            (
                r#"{"events":[{},{"a":"}"},7],"user_id":"a\"b" , "visit_id":null}"#,
                r#"{"user_id":"a\"b"},{"a":"}","user_id":"a\"b"},7"#,
            ),
            (
                r#"{"client_id":"a","timestamp":3,"events":[{"name":"x"}]}"#,
                r#"{"name":"x","client_id":"a","timestamp":3}"#,
            ),
            (
                r#"{"timestamp":3,"session":1,"events":[{"name":"x"}]}"#,
                r#"{"name":"x","session":1}"#,
            ),
            // They name somebody, or are of a known format.
            (r#"{"session":1,"events":[{"ts":3,"user_id":4}]}"#, r#"{"ts":3,"user_id":4}"#),
            (
                r#"{"session":1,"batch":[{"messageId":"m","type":"track","anonymousId":"a"}]}"#,
                r#"{"messageId":"m","type":"track","anonymousId":"a"}"#,
            ),
            (r#"{"page":1,"events":[{"ts":3}]}"#, r#"{"ts":3}"#),
            (r#"{"session":1,"events":[]}"#, ""),
        ] {
            let page = page.as_bytes();
            let elements = &page[list_in(page).unwrap()];
            let keys = needed(page, &Told::default());
            let found = add_to_each(elements, page, &keys);
            assert_eq!(String::from_utf8_lossy(&found), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_of_what_is_no_record(text in r#"[{}\[\]",:\\ a1]{0,40}"#) {
            let found = add_to_each(text.as_bytes(), br#"{"session":1}"#, &["session".to_string()]);
            let found = String::from_utf8(found).unwrap();
            let without = found.replace(",\"session\":1", "").replace("\"session\":1", "");
            proptest::prop_assert_eq!(without, text);
        }
    }
}
