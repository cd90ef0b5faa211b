//! The cases: every folder of `testdata/cases` is a small input with an answer that was worked out by
//! hand; its README says why the answer is right.
//!
//! `cmd` holds one command a line (`funnel report …`, `< FILE` for standard input). `stdout` and
//! `stderr` are compared whole; `stdout.json` names only the keys that the case is about. Each command
//! is run with several numbers of threads, blocks, partitions and bytes, and must give the same bytes.
//! `FUNNEL_BLESS=1` rewrites the expected files; `FUNNEL_CASE=part-of-a-name` runs some of the cases.

use crate::program::{Output, command, finish};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Ways of running that must not change a byte.
const WAYS: [&[&str]; 4] = [
    &["--threads", "1"],
    &["--threads", "8"],
    &["--block-size", "64"],
    &["--memory", "4K", "--partitions", "3", "--block-size", "200"],
];

#[test]
fn every_case_gives_its_answer_in_every_way() {
    let wanted = variable("FUNNEL_CASE");
    let cases: Vec<PathBuf> = folders()
        .into_iter()
        .filter(|path| wanted.as_ref().is_none_or(|part| name_of(path).contains(part.as_str())))
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = Case::read(case).check();
            failures.lock().unwrap().extend(found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_case_says_what_it_is_and_why() {
    let cases = folders();
    assert!(cases.len() >= 35, "only {} cases", cases.len());
    for case in cases {
        let readme = std::fs::read_to_string(case.join("README")).unwrap_or_default();
        assert!(readme.trim().len() > 40, "{}: the README says too little", name_of(&case));
        assert!(case.join("cmd").is_file(), "{}: no cmd", name_of(&case));
        let answers = ["stdout", "stdout.json", "stderr"];
        assert!(answers.iter().any(|file| case.join(file).is_file()), "{}", name_of(&case));
    }
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok().filter(|text| !text.is_empty())
}

struct Case {
    folder: PathBuf,
    commands: Vec<String>,
}

impl Case {
    fn read(folder: &Path) -> Case {
        let text = std::fs::read_to_string(folder.join("cmd")).unwrap();
        let line = |line: &str| line.trim().trim_start_matches('$').trim().to_string();
        let commands = text.lines().map(line).filter(|line| !line.is_empty()).collect();
        Case { folder: folder.to_path_buf(), commands }
    }

    /// What is wrong with the case; blesses instead if that is wanted.
    fn check(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let mut outputs = Vec::new();
        for line in &self.commands {
            let output = self.run(line, WAYS[0]);
            let others = WAYS[1..].iter().map(|way| (way, self.run(line, way)));
            let differing = others.filter(|(_, other)| *other != output);
            failures.extend(differing.map(|(way, o)| format!("`{line}` with {way:?}: {o:?}")));
            outputs.push(output);
        }
        let found = self.compare(&outputs);
        if variable("FUNNEL_BLESS").is_none() {
            failures.extend(found);
        } else if !found.is_empty() {
            self.bless(&outputs);
        }
        let name = name_of(&self.folder);
        failures.iter().map(|failure| format!("{name}: {failure}")).collect()
    }

    fn run(&self, line: &str, way: &[&str]) -> Output {
        let (line, stdin) = line.split_once('<').unwrap_or((line, ""));
        let mut words = words(line).into_iter();
        assert_eq!(words.next().as_deref(), Some("funnel"), "{}", self.folder.display());
        let mut command = command(&self.folder);
        command.args(words).args(way);
        let stdin = match stdin.trim() {
            "" => Vec::new(),
            file => std::fs::read(self.folder.join(file)).unwrap(),
        };
        finish(command, &stdin)
    }

    fn compare(&self, outputs: &[Output]) -> Vec<String> {
        let mut failures = Vec::new();
        let codes: Vec<String> = outputs.iter().map(code).collect();
        let expected = self.file("code").map_or_else(
            || vec!["0".to_string(); outputs.len()],
            |text| text.split_whitespace().map(str::to_string).collect(),
        );
        if codes != expected {
            let errors: String = outputs.iter().map(|output| output.stderr.as_str()).collect();
            failures.push(format!("exit {codes:?}, not {expected:?}: {errors}"));
        }
        for (file, found) in [("stdout", joined(outputs, out)), ("stderr", joined(outputs, err))] {
            let expected = self.file(file);
            if expected.is_some_and(|expected| expected != found) {
                failures.push(format!("{file} is:\n{found}"));
            }
        }
        let expected = self.file("stdout.json").map(|text| answers(&text, outputs.len()));
        for (expected, output) in expected.iter().flatten().zip(outputs) {
            let found = serde_json::from_str(&output.stdout).unwrap_or(Value::Null);
            differences(expected, &found, "$", &mut failures);
        }
        if self.file("stderr").is_none() && outputs.iter().any(|output| !output.stderr.is_empty()) {
            failures.push(format!("stderr is not empty: {}", joined(outputs, err)));
        }
        failures
    }

    fn bless(&self, outputs: &[Output]) {
        for (file, found) in [("stdout", joined(outputs, out)), ("stderr", joined(outputs, err))] {
            let is_kept = self.folder.join(file).is_file();
            let is_new = file == "stderr" && !found.is_empty();
            if is_kept || is_new {
                std::fs::write(self.folder.join(file), found).unwrap();
            }
        }
        let codes: Vec<String> = outputs.iter().map(code).collect();
        if codes.iter().any(|code| code != "0") {
            std::fs::write(self.folder.join("code"), codes.join("\n") + "\n").unwrap();
        }
        let Some(text) = self.file("stdout.json") else { return };
        let renewed: Vec<Value> = answers(&text, outputs.len())
            .iter()
            .zip(outputs)
            .map(|(expected, output)| renewed(expected, &output.json()))
            .collect();
        let whole = if renewed.len() == 1 { renewed[0].clone() } else { Value::Array(renewed) };
        std::fs::write(self.folder.join("stdout.json"), lines(&whole)).unwrap();
    }

    fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(name)).ok()
    }
}

fn code(output: &Output) -> String {
    output.code.map_or_else(|| "none".to_string(), |code| code.to_string())
}

fn out(output: &Output) -> &str {
    &output.stdout
}

fn err(output: &Output) -> &str {
    &output.stderr
}

fn joined(outputs: &[Output], part: fn(&Output) -> &str) -> String {
    outputs.iter().map(part).collect()
}

/// The expected objects: one, or an array with one for each command.
fn answers(text: &str, commands: usize) -> Vec<Value> {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    if commands == 1 {
        return vec![value];
    }
    let values = value.as_array().expect("an array with an answer for each command");
    assert_eq!(values.len(), commands, "one answer for each command");
    values.clone()
}

/// Words of a command line; single quotes keep spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_string());
        } else {
            words.extend(part.split_whitespace().map(str::to_string));
        }
    }
    words
}

/// Every key of `expected` must be in `found` with the same value; arrays are compared whole.
fn differences(expected: &Value, found: &Value, path: &str, failures: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let place = format!("{path}.{key}");
                match found.get(key) {
                    Some(found) => differences(value, found, &place, failures),
                    None => failures.push(format!("{place} is missing")),
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (number, (expected, found)) in expected.iter().zip(found).enumerate() {
                differences(expected, found, &format!("{path}[{number}]"), failures);
            }
        }
        _ if expected == found => {}
        _ => failures.push(format!("{path} is {found}, not {expected}")),
    }
}

/// The keys of `expected` with the values of `found`.
fn renewed(expected: &Value, found: &Value) -> Value {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected
            .iter()
            .map(|(key, value)| {
                (key.clone(), renewed(value, found.get(key).unwrap_or(&Value::Null)))
            })
            .collect(),
        (Value::Array(expected), Value::Array(found)) => {
            let pattern = expected.first().unwrap_or(&Value::Null);
            let own = |number: usize| expected.get(number).unwrap_or(pattern);
            found.iter().enumerate().map(|(number, v)| renewed(own(number), v)).collect()
        }
        _ => found.clone(),
    }
}

/// JSON with one line for each element of a list and each key, so that changes show.
fn lines(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}
