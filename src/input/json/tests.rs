//! JSON: tables of records, a library, and the slow twin on random, broken and recurring records.

mod twin;

use super::*;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use twin::Tree;

/// Records of a real log: nested, of several kinds, one of them broken.
const LOG: &str = include_str!("../../../examples/store/pixel.jsonl");

type Read = Result<(Tree, usize), Malformed>;

/// What a reader makes of a text.
fn read<K: Default>(reader: &mut Reader<K>, bytes: &[u8]) -> Read {
    reader.read(Written::new(bytes)).map(|record| (tree(record.root()), record.end()))
}

fn tree(json: Json<'_>) -> Tree {
    match json.node().kind {
        NodeKind::Object => {
            Tree::Object(json.members().map(|(key, value)| (key.to_vec(), tree(value))).collect())
        }
        NodeKind::Array => Tree::Array(json.elements().map(tree).collect()),
        NodeKind::Key => panic!("a key is no value"),
        NodeKind::Value => match (json.text(), json.property()) {
            (Some(text), _) => Tree::Text(text.into_owned()),
            (None, Some(Value::Number(number))) => Tree::Number(number.to_string()),
            (None, Some(Value::Bool(bool))) => Tree::Bool(bool),
            (None, _) => Tree::Null,
        },
    }
}

fn malformed(text: &[u8]) -> Malformed {
    let mut reader: Reader = Reader::default();
    reader.read(Written::new(text)).map(|record| record.end()).unwrap_err()
}

#[test]
fn values_are_found_at_any_depth() {
    let mut reader: Reader = Reader::default();
    let text = br#" {"a":{"b":[1,{"c":"x\u00e9\n"}],"d.e":true},"n":null,"s":"","f":-1.5e3} rest"#;
    let record = reader.read(Written::new(text)).unwrap();
    assert_eq!(&text[record.end()..], b" rest");
    let json = record.root();
    assert_eq!(json.dotted("f").and_then(Json::number), Some(-1500.0));
    assert_eq!(json.dotted("a.d.e").and_then(Json::property), Some(Value::Bool(true)));
    assert!(json.dotted("n").unwrap().property().is_none());
    assert!(json.dotted("s").unwrap().scalar().is_none());
    let inner = json.path(&["a", "b"]).unwrap().elements().nth(1).unwrap();
    assert_eq!(inner.member("c").unwrap().text().unwrap(), "xé\n");
    assert!(json.dotted("a.x").is_none() && json.dotted("n.x").is_none());
}

#[test]
fn the_first_of_equal_keys_and_the_longest_key_win() {
    let mut reader: Reader = Reader::default();
    let text = br#"{"a":{"b":1},"a":{"b":2,"c":3},"a.b":4,"x":{"y.z":5,"y":{"z":6}}}"#;
    for _ in 0..2 {
        let record = reader.read(Written::new(text)).unwrap();
        let number = |path: &str| record.root().dotted(path).and_then(Json::number);
        assert_eq!([number("a.b"), number("a.c"), number("x.y.z")], [Some(4.0), None, Some(5.0)]);
    }
}

#[test]
fn broken_records_say_where() {
    let cases = [
        ("", "a value", 0),
        ("{", "a key in quotes", 1),
        ("{\"a\"}", "`:`", 4),
        ("{\"a\":1", "`,` or `}`", 6),
        ("[1 2]", "`,` or `]`", 3),
        ("{\"a\":\"x", "a closing quote", 7),
        ("{\"a\":\"x\\\"", "a closing quote", 9),
        ("{\"a\":\\\"x\"}", "a value", 5),
        ("tru", "`true`, `false` or `null`", 0),
        ("{broken", "a key in quotes", 1),
    ];
    for (text, expected, at) in cases {
        assert_eq!(malformed(text.as_bytes()), Malformed { expected, at }, "{text}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(malformed(deep.as_bytes()).expected, "at most 128 levels of nesting");
}

#[test]
fn bytes_that_are_no_text_are_replaced_in_their_value_alone() {
    let mut reader: Reader = Reader::default();
    for _ in 0..2 {
        let record = reader.read(Written::new(b"{\"a\":\"x\xFFy\",\"b\":\"\xC3\xA9\"}")).unwrap();
        let text = |key: &str| record.root().member(key).and_then(Json::text).unwrap();
        assert_eq!(text("a"), "x\u{FFFD}y");
        assert_eq!(text("b"), "é");
    }
}

#[test]
fn records_of_a_shape_share_what_is_kept_for_them() {
    let mut reader: Reader<std::cell::OnceCell<Place>> = Reader::default();
    let records = [
        (r#"{"a":{"b":"x"},"c":1}"#, false),
        (r#"{"a":{"b":"longer\n"},"c":null}"#, true),
        (r#"{"a":{"b":true},"c":1}"#, false),
        (r#"{"a":{"b":"x"} ,"c":1}"#, false),
        (r#"{"a":{"b":null},"c":-1.5}"#, true),
        (r#"{"a":{"b":""},"c":false}"#, true),
        (r#"{"a":{"b":""},"c":false}x"#, false),
    ];
    for (text, is_known) in records {
        let record = reader.read(Written::new(text.as_bytes())).unwrap();
        assert_eq!(record.kept().is_some(), is_known, "{text}");
        let here = record.root().dotted("a.b").unwrap().place();
        if let Some(kept) = record.kept() {
            assert_eq!(*kept.get_or_init(|| here), here, "{text}");
        }
    }
}

/// Real logs come back to a shape; one that never does must not fill the memory, and not hide it.
#[test]
fn a_log_without_recurring_shapes_is_read_all_the_same() {
    let mut reader: Reader = Reader::default();
    for number in 0..20_000 {
        let text = format!(r#"{{"key {number}":"value","n":[{number}]}}"#);
        assert_eq!(read(&mut reader, text.as_bytes()), twin::read(text.as_bytes()));
    }
    let text = br#"{"a":1}"#;
    let is_known = |reader: &mut Reader| reader.read(Written::new(text)).unwrap().kept().is_some();
    assert!((0..100_000).any(|_| is_known(&mut reader)));
    reader.forget();
    assert!(!is_known(&mut reader) && is_known(&mut reader));
}

/// A record of a log, changed at a few places by bytes that mean something.
fn broken(records: &[&str]) -> impl Strategy<Value = Vec<u8>> {
    let records: Vec<Vec<u8>> = records.iter().map(|record| record.as_bytes().to_vec()).collect();
    let sign = prop_oneof![prop::sample::select(br#"{}[]":,\ tfn0-.e"#.to_vec()), any::<u8>(),];
    let change = (any::<Index>(), 0_usize..4, sign);
    (prop::sample::select(records), prop::collection::vec(change, 0..4)).prop_map(
        |(mut bytes, changes)| {
            for (at, what, sign) in changes {
                let at = at.index(bytes.len());
                match what {
                    0 => bytes.insert(at, sign),
                    1 if bytes.len() > 1 => drop(bytes.remove(at)),
                    2 => bytes.truncate(at.max(1)),
                    _ => bytes[at] = sign,
                }
            }
            bytes
        },
    )
}

/// A value of any kind, written in any way; texts cross the borders of chunks, with and without escapes.
fn written(keys: &'static str) -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-cé]{0,6}",
        r"[a-c ]{50,70}",
        r"(\\\\){0,70}",
        r#"([a-c]|\\"|\\\\|\\u00e9|\\n){0,40}"#,
    ];
    let scalar = prop_oneof![
        text.prop_map(|text| format!("\"{text}\"")),
        "-?[0-9]{1,3}(\\.[0-9])?",
        "true|false|null|\\{\\}|\\[ \\]",
    ];
    scalar.prop_recursive(4, 24, 4, move |inner| {
        let member = (keys, " ?:[ \r\t]?", inner.clone())
            .prop_map(|(key, colon, value)| format!("\"{key}\"{colon}{value}"));
        prop_oneof![
            prop::collection::vec(member, 0..5).prop_map(|all| format!("{{{}}}", all.join(","))),
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(" , "))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn agrees_with_a_library(text in r#"[\[\]{}",:0-9a-c\\ \-.etrufalsn]{0,40}"#) {
        if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
            let end = read::<()>(&mut Reader::default(), text.as_bytes()).map(|(_, end)| end);
            prop_assert_eq!(end, Ok(text.trim_end().len()));
        }
    }

    #[test]
    fn any_text_is_what_the_twin_says(text in r#"[\[\]{}",:0-9a-c\\ \-.etrufalsn\r]{0,90}"#) {
        let reader = &mut Reader::<()>::default();
        prop_assert_eq!(read(reader, text.as_bytes()), twin::read(text.as_bytes()));
    }

    #[test]
    fn records_are_what_the_twin_says_whatever_came_before(
        records in prop::collection::vec(written("a|b|a\\.b|\\\\\""), 1..6),
        order in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let reader = &mut Reader::<()>::default();
        for at in order {
            let text = at.get(&records).as_bytes();
            prop_assert_eq!(read(reader, text), twin::read(text));
        }
    }

    #[test]
    fn broken_records_are_what_the_twin_says_whatever_came_before(
        first in 0_usize..2000,
        broken in prop::collection::vec(
            broken(&LOG.lines().step_by(97).collect::<Vec<_>>()), 1..20),
    ) {
        let reader = &mut Reader::<()>::default();
        for text in LOG.lines().skip(first).take(10).chain(LOG.lines().step_by(97)) {
            prop_assert_eq!(read(reader, text.as_bytes()), twin::read(text.as_bytes()));
        }
        for text in broken {
            prop_assert_eq!(read(reader, &text), twin::read(&text));
        }
    }

    #[test]
    fn lines_are_what_the_twin_says_of_each(
        records in prop::collection::vec(
            broken(&LOG.lines().step_by(97).collect::<Vec<_>>()), 1..60),
        end in prop::sample::select(vec!["\n", "\r\n", " \n\n"]),
    ) {
        let block = records.join(end.as_bytes());
        let reader = &mut Reader::<()>::default();
        for line in Lines::new(&block) {
            let record = reader.read(line.written);
            let found = record.map(|record| (tree(record.root()), record.end()));
            prop_assert_eq!(found, twin::read(line.written.bytes()));
        }
    }

    /// The library takes the last of equal keys, so none are equal here.
    #[test]
    fn values_are_what_a_library_says(text in written("[a-z]{6}")) {
        let Ok(expected) = serde_json::from_str::<serde_json::Value>(&text) else {
            return Ok(());
        };
        let mut reader: Reader = Reader::default();
        for _ in 0..2 {
            let record = reader.read(Written::new(text.as_bytes())).unwrap();
            prop_assert!(same(record.root(), &expected), "{}", text);
        }
    }
}

/// Whether our value is the library's.
fn same(ours: Json<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Theirs;
    match theirs {
        Theirs::Null => ours.property().is_none() && ours.text().is_none(),
        Theirs::Bool(bool) => ours.property() == Some(Value::Bool(*bool)),
        Theirs::Number(number) => ours.number() == number.as_f64(),
        Theirs::String(text) => ours.text().as_deref() == Some(text),
        Theirs::Array(all) => {
            ours.elements().count() == all.len()
                && ours.elements().zip(all).all(|(ours, theirs)| same(ours, theirs))
        }
        Theirs::Object(all) => {
            let keys: BTreeSet<&[u8]> = ours.members().map(|(key, _)| key).collect();
            keys.len() != ours.members().count()
                || ours.members().all(|(key, ours)| {
                    let theirs = std::str::from_utf8(key).ok().and_then(|key| all.get(key));
                    theirs.is_some_and(|theirs| same(ours, theirs))
                })
        }
    }
}
