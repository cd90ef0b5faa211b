//! The documents and examples, held against the program: every `$ funnel …` of a console block is run
//! and its output compared, every file that a block quotes is the file, the example store is what its
//! generator writes, and the lists that must be complete are.
//!
//! `FUNNEL_BLESS=1 cargo test --test it docs` writes what the program says now into the documents and
//! the example reports instead of comparing. Look at the difference before you commit it.

#[path = "../../examples/make_store/main.rs"]
#[expect(dead_code, reason = "its `main` is for `cargo run --example make_store`")]
mod make_store;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// 6 October 2025, midnight UTC: the day after the example store's last event.
const NOW: &str = "1759708800";

/// The command of the README, whose outputs are kept beside the store.
const MAIN_COMMAND: &str = "funnel report examples/store";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn blesses() -> bool {
    std::env::vars_os().any(|(name, _)| name == "FUNNEL_BLESS")
}

/// Compares a file with what it should hold, or writes that into it.
fn hold(path: &Path, expected: &str) {
    if blesses() {
        std::fs::write(path, expected).expect("the repository can be written to");
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    if kept != expected {
        let (mut line, mut shown) = (0, String::from("one is longer"));
        for (kept, expected) in kept.lines().zip(expected.lines()) {
            line += 1;
            if kept != expected {
                shown = format!("kept:   {kept}\n  should: {expected}");
                break;
            }
        }
        panic!(
            "{} is not up to date at line {line}:\n  {shown}\n(FUNNEL_BLESS=1 brings it up to date)",
            path.display()
        );
    }
}

/// What a command says, on standard output and then on standard error.
fn run(command: &str) -> String {
    let words = words(command);
    let output = Command::new(env!("CARGO_BIN_EXE_funnel"))
        .args(&words[1..])
        .current_dir(root())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("FUNNEL_NOW", NOW)
        .output()
        .expect("the program can be started");
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
    out + &err
}

/// The words of a command line: parted by spaces, single quotes hold together.
fn words(command: &str) -> Vec<String> {
    assert!(
        !command.contains(['|', '>', '<', '"', '$', '`']),
        "too clever for this test: {command}"
    );
    let parts = command.split('\'').enumerate();
    let mut words = vec![String::new()];
    for (number, part) in parts {
        if number % 2 == 1 {
            words.last_mut().expect("there is one").push_str(part);
            continue;
        }
        let mut pieces = part.split(' ');
        words.last_mut().expect("there is one").push_str(pieces.next().unwrap_or_default());
        words.extend(pieces.map(str::to_owned));
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A document as it should be: console blocks with real output, quoted files with their real text.
fn corrected(text: &str) -> String {
    let mut document = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        document.push_str(line);
        document.push('\n');
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match info.split_once(' ') {
            Some((_, path)) => document.push_str(&read(&root().join(path))),
            None if info == "console" => document.push_str(&console(&block)),
            None => block.iter().for_each(|line| {
                let _ = writeln!(document, "{line}");
            }),
        }
        document.push_str("```\n");
    }
    document
}

/// A console block with the output that its commands have now.
fn console(block: &[&str]) -> String {
    let mut shown = String::new();
    for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
        assert!(command.starts_with("funnel "), "a console block runs funnel only: {command}");
        let _ = write!(shown, "$ {command}\n{}", run(command));
    }
    shown
}

fn documents() -> Vec<PathBuf> {
    let mut documents = vec![root().join("README.md"), root().join("examples/README.md")];
    documents.extend(files("docs", "md"));
    documents
}

/// The files of a folder with this ending, by name.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    files.sort();
    files
}

#[test]
fn documents_show_what_the_program_says() {
    for path in documents() {
        hold(&path, &corrected(&read(&path)));
    }
}

#[test]
fn the_example_reports_are_those_of_the_example_store() {
    let examples = root().join("examples");
    hold(&examples.join("report.txt"), &run(MAIN_COMMAND));
    hold(&examples.join("report.json"), &run(&format!("{MAIN_COMMAND} --format json")));
    // What the example of `--diff` compares with.
    let earlier = format!("{MAIN_COMMAND} --until 2025-09-21 --format json");
    hold(&examples.join("earlier.json"), &run(&earlier));
    assert!(read(&root().join("README.md")).contains(&format!("$ {MAIN_COMMAND}\n")));
}

#[test]
fn the_example_store_is_what_its_generator_writes() {
    let folder = tempfile::tempdir().unwrap();
    make_store::write(folder.path()).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let made = entry.unwrap().path();
        let kept = root().join("examples/store").join(made.file_name().unwrap());
        assert!(
            std::fs::read(&made).unwrap() == std::fs::read(&kept).unwrap(),
            "{}: run `cargo run --example make_store -- examples/store`",
            kept.display()
        );
    }
}

#[test]
fn example_ladders_are_sound() {
    let ladders = [files("examples/ladders", "toml"), files("examples/semantics", "toml")].concat();
    assert!(ladders.len() > 3);
    for path in ladders {
        let ladder =
            funnel::ladder::draft::from_toml(&path.to_string_lossy(), &read(&path)).unwrap();
        funnel::climb::Climber::new(&ladder).unwrap();
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest: toml::Table = read(&root().join("Cargo.toml")).parse().unwrap();
    let reasons = read(&root().join("docs/dependencies.md"));
    let unix = &manifest["target"]["cfg(unix)"];
    let sections =
        [&manifest["dependencies"], &manifest["dev-dependencies"], &unix["dev-dependencies"]];
    for section in sections {
        for name in section.as_table().unwrap().keys() {
            assert!(reasons.contains(&format!("\n| `{name}` |")), "{name} has no line");
        }
    }
}

#[test]
fn every_reason_and_every_key_is_explained() {
    let semantics = read(&root().join("docs/semantics.md"));
    let report = run(&format!("{MAIN_COMMAND} --format json"));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let keys = report.as_object().unwrap().keys().map(String::as_str);
    let inner = ["quality", "orders", "coverage", "journeys", "period"];
    let inner = inner.iter().flat_map(|key| report[key].as_object().unwrap().keys());
    let step = report["steps"][0].as_object().unwrap().keys();
    let reasons = funnel::quality::Reason::ALL.map(funnel::quality::Reason::code);
    for word in keys.chain(inner.map(String::as_str)).chain(step.map(String::as_str)).chain(reasons)
    {
        assert!(semantics.contains(&format!("`{word}`")), "{word} is not explained");
    }
}

#[test]
fn every_name_of_an_event_is_listed() {
    let formats = read(&root().join("docs/formats.md"));
    let names = funnel::ladder::vocabulary::names();
    let missing: Vec<_> = names.filter(|name| !formats.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/formats.md does not list {missing:?}");
}

#[test]
fn the_cases_that_the_rules_name_exist() {
    let text = std::fs::read_to_string("docs/semantics.md").unwrap();
    let named: Vec<&str> =
        text.lines().filter_map(|line| line.split("  case ").nth(1)).map(str::trim).collect();
    assert!(named.len() > 15, "only {} cases are named", named.len());
    for case in named {
        assert!(Path::new("testdata/cases").join(case).join("cmd").exists(), "{case}");
    }
}
