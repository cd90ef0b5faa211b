//! Responses of a GraphQL interface: what was asked for stands in `data`, under any name.
//!
//! A response may answer several questions with a list each, answer one with a single thing, or have lists in the things
//! of its list. Nothing else is a response: an event of a log has `data` too.

use super::wrapped::{list_in, list_within, names_list};
use crate::input::json::{end_of_value, member, next_member};
use std::ops::Range;

/// What may stand beside the answers.
const BESIDE: [&[u8]; 2] = [b"extensions", b"errors"];

/// How the ids of things begin.
const GLOBAL: &[u8] = b"\"gid:";

/// The answers of a response: the elements of each list, and things of which there is one. None, if the text is no
/// response.
pub(super) fn answers(text: &[u8]) -> Vec<Range<usize>> {
    let Some(data) = data_of(text) else { return Vec::new() };
    if is_record(text.get(data.clone()).unwrap_or_default()) {
        return vec![data];
    }
    let list = |key: &[u8], value: &Range<usize>| {
        let answer = text.get(value.clone())?;
        if let Some(elements) = answer.strip_prefix(b"[") {
            let holds_objects = elements.trim_ascii_start().starts_with(b"{");
            let is_list = names_list(key) && holds_objects;
            return is_list.then_some(value.start + 1..value.end.checked_sub(1)?);
        }
        if is_record(answer) {
            return Some(value.clone());
        }
        let list = list_within(answer)?;
        Some(value.start + list.start..value.start + list.end)
    };
    members(text, data.start).filter_map(|(key, value)| list(key, &value)).collect()
}

/// The elements of several ranges as those of one list. What is left out between them leaves its line ends.
pub(super) fn joined(text: &[u8], ranges: &[Range<usize>]) -> Vec<u8> {
    let mut list = Vec::new();
    let mut behind = None;
    let mut has_any = false;
    for range in ranges {
        let between = behind.and_then(|behind| text.get(behind..range.start));
        list.extend(between.unwrap_or_default().iter().filter(|byte| **byte == b'\n'));
        let elements = text.get(range.clone()).unwrap_or_default();
        let is_any = !elements.trim_ascii().is_empty();
        list.extend((has_any && is_any).then_some(b','));
        list.extend_from_slice(elements);
        has_any |= is_any;
        behind = Some(range.end);
    }
    list
}

/// The elements of a list, those of customers followed by their orders, each as the lines of a bulk operation have it: with
/// the customer's id above it.
pub(super) fn with_orders(elements: Vec<u8>) -> Vec<u8> {
    let is_any = |part: &[u8]| memchr::memmem::find(&elements, part).is_some();
    if !is_any(b"/Customer/") || !is_any(b"\"orders\"") {
        return elements;
    }
    let mut text = Vec::with_capacity(elements.len());
    let mut at = 0;
    for element in each(&elements) {
        text.extend_from_slice(elements.get(at..element.end).unwrap_or_default());
        at = element.end;
        add_orders(&mut text, elements.get(element).unwrap_or_default());
    }
    text.extend_from_slice(elements.get(at..).unwrap_or_default());
    text
}

/// Adds the orders of an element that is a customer. They stand on the line on which that ends.
fn add_orders(text: &mut Vec<u8>, element: &[u8]) {
    let customer = node_of(element);
    let Some(id) = member(customer, "id").filter(|id| id.starts_with(GLOBAL)) else { return };
    let Some(orders) = member(customer, "orders") else { return };
    let Some(list) = list_in(orders).and_then(|list| orders.get(list)) else { return };
    for order in each(list).filter_map(|order| list.get(order)) {
        let order = node_of(order);
        if let Some(members) = order.strip_prefix(b"{").filter(|_| is_thing(order)) {
            text.extend_from_slice(b",{\"__parentId\":");
            text.extend_from_slice(id);
            text.push(b',');
            text.extend(members.iter().filter(|byte| **byte != b'\n'));
        }
    }
}

/// The elements of a list.
fn each(list: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_between = |byte: &&u8| byte.is_ascii_whitespace() || **byte == b',';
        at += list.get(at..)?.iter().take_while(is_between).count();
        let end = end_of_value(list, at);
        let element = (end > at).then_some(at..end);
        at = end;
        element
    })
}

/// The object in `data` of a text that has nothing beside but what responses have.
fn data_of(text: &[u8]) -> Option<Range<usize>> {
    let data = members(text, 0).find(|(key, _)| *key == b"data").map(|(_, value)| value)?;
    let is_object = text.get(data.start) == Some(&b'{');
    let is_response = || members(text, 0).all(|(key, _)| key == b"data" || BESIDE.contains(&key));
    (is_object && is_response()).then_some(data)
}

fn members(text: &[u8], start: usize) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut at = start;
    std::iter::from_fn(move || next_member(text, &mut at))
}

/// Whether a text is a thing that is a record itself, whatever lists it has, or a part of one. Other things, such as the
/// shop, are asked for their lists.
fn is_record(text: &[u8]) -> bool {
    let kinds: [&[u8]; 4] = [b"/Order/", b"/Customer/", b"/AbandonedCheckout/", b"/DraftOrder/"];
    let is_of = |id: &[u8]| kinds.iter().any(|kind| memchr::memmem::find(id, kind).is_some());
    is_thing(text) && member(text, "id").is_some_and(is_of)
        || text.starts_with(b"{") && member(text, "__parentId").is_some()
}

/// Whether a text is an object with a global id of its own.
fn is_thing(text: &[u8]) -> bool {
    text.starts_with(b"{") && member(text, "id").is_some_and(|id| id.starts_with(GLOBAL))
}

/// In a list of edges, each element has its thing under `node`.
fn node_of(element: &[u8]) -> &[u8] {
    member(element, "node").filter(|node| node.starts_with(b"{")).unwrap_or(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        String::from_utf8(joined(text.as_bytes(), &answers(text.as_bytes()))).unwrap()
    }

    #[test]
    fn all_answers_of_a_response_are_found() {
        for (text, expected) in [
            (
                r#"{"data":{"order":{"id":"gid://x/Order/1","lines":{"edges":[{}]}}}}"#,
                r#"{"id":"gid://x/Order/1","lines":{"edges":[{}]}}"#,
            ),
            (
                r#"{"data":{"id":"gid://x/Order/1","lines":{"nodes":[{}]}}}"#,
                r#"{"id":"gid://x/Order/1","lines":{"nodes":[{}]}}"#,
            ),
            (
                "{\"data\":{\"a\":{\"edges\":[{\"node\":1}]},\n\"b\":{\"nodes\":[ ]},\"c\":{\"nodes\":[{}]}},\"extensions\":{}}",
                "{\"node\":1}\n ,{}",
            ),
            (
                r#"{"data":{"nodes":[{"id":"gid://x/Order/1","lines":{"nodes":[{}]}}]}}"#,
                r#"{"id":"gid://x/Order/1","lines":{"nodes":[{}]}}"#,
            ),
            (
                r#"{"data":{"orders":[{"id":1,"customer":{"orders":[{}]}}]}}"#,
                r#"{"id":1,"customer":{"orders":[{}]}}"#,
            ),
            (
                r#"{"data":{"shop":{"id":"gid://x/Shop/1","orders":{"nodes":[{"a":1}]}}}}"#,
                r#"{"a":1}"#,
            ),
            (
                r#"{"data":{"product":{"id":"gid://x/Product/1"},"orders":{"nodes":[{"a":1}]}}}"#,
                r#"{"a":1}"#,
            ),
            (r#"{"event":"x","data":{"order":{"id":"gid://x/Order/1"}}}"#, ""),
            (r#"{"data":[{"id":"gid://x/Order/1"}]}"#, ""),
            (r#"{"data":{"order":null}}"#, ""),
            (r#"{"data":{"order":{"id":"gid"#, ""),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn orders_of_customers_follow_them() {
        let text = "{\"id\":\"gid://x/Customer/7\",\n\"orders\":{\"edges\":[{\"node\":{\"id\":\"gid://x/Order/1\",\n\"name\":\"#1\"}}]}},{\"id\":\"gid://x/Customer/8\"}";
        let (customer, other) = text.split_at(text.find(",{\"id\":\"gid://x/Customer/8").unwrap());
        let order =
            ",{\"__parentId\":\"gid://x/Customer/7\",\"id\":\"gid://x/Order/1\",\"name\":\"#1\"}";
        let expected = [customer, order, other].concat();
        assert_eq!(String::from_utf8(with_orders(text.into())).unwrap(), expected);
        for text in ["", "{", r#"{"id":"gid://x/Customer/7","orders":{"edges":[{"#, r#"{"node":1}"#]
        {
            assert_eq!(with_orders(text.into()), text.as_bytes());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_end(text in r#"(\{|\}|\[|\]|"data"|"id":"gid:/Customer/"|"orders":|"|,|:|\\| |n){0,30}"#) {
            let text = text.into_bytes();
            joined(&text, &answers(&text));
            let all = with_orders(text.clone());
            proptest::prop_assert!(all.len() >= text.len());
        }
    }
}
