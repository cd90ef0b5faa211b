//! Every JSON that the program writes, held against the schema that it publishes: every command on the
//! example store, and every case that asks for JSON.
//!
//! The validator knows the keywords that the schemas use, fails on any other, and is stricter than a
//! schema has to be: a key that is written must be described.

use crate::program::{Output, command, finish};
use serde_json::{Map, Value};
use std::path::Path;

/// The commands with JSON on the example store, and the name of the schema.
const COMMANDS: [(&str, &[&str]); 8] = [
    ("report", &["report", "examples/store"]),
    (
        "report",
        &[
            "report",
            "examples/store",
            "--by",
            "device",
            "--by",
            "country@any",
            "--since",
            "2025-09-10",
        ],
    ),
    ("report", &["report", "examples/store/sessions_by_day.csv"]),
    ("inspect", &["inspect", "examples/store"]),
    ("journey", &["journey", "6a3e004f-51c3-4e0a-8b7d-00d15ea5e04f", "examples/store"]),
    ("rules", &["rules", "examples/store"]),
    ("ladder-check", &["ladder", "check", "storefront", "examples/store"]),
    ("ladder-suggest", &["ladder", "suggest", "examples/store/pixel.jsonl"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn funnel(args: &[&str]) -> Output {
    let mut command = command(root());
    command.args(args);
    finish(command, &[])
}

fn schema(name: &str) -> Value {
    funnel(&["schema", name]).json()
}

#[test]
fn every_answer_is_what_its_schema_says() {
    for (name, args) in COMMANDS {
        let output = funnel(&[args, &["--format", "json"]].concat());
        assert_eq!(output.code, Some(0), "{args:?}: {output:?}");
        let errors = errors(&schema(name), &output.json());
        assert!(errors.is_empty(), "{args:?}: {errors:?}");
    }
}

#[test]
fn every_golden_answer_is_what_its_schema_says() {
    let folders = std::fs::read_dir(root().join("src/render/golden")).unwrap();
    let mut seen = 0;
    for path in folders.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|end| end == "json") {
            let value: Value =
                serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let version = value["schema"].as_str().unwrap();
            let name = version.trim_start_matches("funnel.").split('/').next().unwrap();
            let errors = errors(&schema(&name.replace('_', "-")), &value);
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 2);
}

#[test]
fn a_schema_names_its_version_and_draft() {
    for (name, version) in
        [("report", "funnel.report/1"), ("ladder-check", "funnel.ladder_check/1")]
    {
        let schema = schema(name);
        assert_eq!(schema["title"], version);
        assert_eq!(schema["properties"]["schema"]["const"], version);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    let output = funnel(&["schema", "reprot"]);
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("did you mean report?"), "{output:?}");
}

/// What makes a report wrong.
type Spoil = fn(&mut Value);

#[test]
fn the_validator_finds_what_is_wrong() {
    let schema = schema("report");
    let good = funnel(&["report", "examples/store", "--format", "json"]).json();
    let spoiled: [(&str, Spoil); 5] = [
        ("a missing key", |report| drop(report.as_object_mut().unwrap().remove("macro"))),
        ("a text for a number", |report| report["steps"][0]["reached"] = "413".into()),
        ("nothing where something must be", |report| report["tool"]["version"] = Value::Null),
        ("an unknown key", |report| report["steps"][1]["surprise"] = 1.into()),
        ("another version", |report| report["schema"] = "funnel.report/2".into()),
    ];
    for (what, spoil) in spoiled {
        let mut report = good.clone();
        spoil(&mut report);
        assert!(!errors(&schema, &report).is_empty(), "{what} was not found");
    }
}

/// What is wrong with a value under a schema; each with its place.
fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    Validator { root: schema }.check(schema, value, "$", &mut errors);
    errors
}

struct Validator<'s> {
    root: &'s Value,
}

impl Validator<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str, errors: &mut Vec<String>) {
        let Some(schema) = schema.as_object() else {
            assert_eq!(schema, &Value::Bool(true), "{place}: a schema is an object or true");
            return;
        };
        for (keyword, rule) in schema {
            let is_right = match keyword.as_str() {
                "$schema"
                | "title"
                | "description"
                | "$defs"
                | "default"
                | "additionalProperties" => true,
                "format" => is_formatted(rule, value),
                "$ref" => {
                    let pointer = rule.as_str().unwrap().trim_start_matches('#');
                    self.check(self.root.pointer(pointer).unwrap(), value, place, errors);
                    true
                }
                "type" => has_type(rule, value),
                "const" => rule == value,
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "minLength" => value
                    .as_str()
                    .is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
                "maxLength" => value
                    .as_str()
                    .is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
                "minItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                "maxItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
                "required" => value.as_object().is_none_or(|object| {
                    rule.as_array()
                        .unwrap()
                        .iter()
                        .all(|key| object.contains_key(key.as_str().unwrap()))
                }),
                "anyOf" => rule.as_array().unwrap().iter().any(|one| {
                    let mut found = Vec::new();
                    self.check(one, value, place, &mut found);
                    found.is_empty()
                }),
                "items" => self.items(rule, value, place, errors),
                "properties" => self.members(schema, value, place, errors),
                other => panic!("{place}: the validator does not know `{other}`"),
            };
            if !is_right {
                errors.push(format!("{place} is {value}, against {keyword} {rule}"));
            }
        }
    }

    /// Checks each item; what is wrong is among the errors.
    fn items(&self, rule: &Value, value: &Value, place: &str, errors: &mut Vec<String>) -> bool {
        for (number, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(rule, item, &format!("{place}[{number}]"), errors);
        }
        true
    }

    /// Checks each member; what is wrong is among the errors.
    fn members(
        &self,
        schema: &Map<String, Value>,
        value: &Value,
        place: &str,
        errors: &mut Vec<String>,
    ) -> bool {
        for (key, member) in value.as_object().into_iter().flatten() {
            errors.extend(self.member(schema, key, member, &format!("{place}.{key}")));
        }
        true
    }

    fn member(
        &self,
        schema: &Map<String, Value>,
        key: &str,
        value: &Value,
        place: &str,
    ) -> Vec<String> {
        let mut errors = Vec::new();
        match schema["properties"].get(key).or_else(|| schema.get("additionalProperties")) {
            Some(rule) => self.check(rule, value, place, &mut errors),
            None => errors.push(format!("{place} is not described")),
        }
        errors
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}

fn is_formatted(rule: &Value, value: &Value) -> bool {
    match (rule.as_str().unwrap(), value.as_str()) {
        ("date-time", Some(text)) => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    }
}
