//! The floors of the source: a room may name only rooms of lower floors, and its own children.
//!
//! The table stands in `ARCHITECTURE.md`; a line of code that breaks it fails here with its place. Also held: who opens files and
//! starts threads, the length of files, and that nothing in the library can stop the program by `unwrap`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What opens files, prints or starts threads, and the rooms that may.
const DOORS: [(&str, &[&str]); 4] = [
    ("std::fs", &["input", "engine", "cli", "command", "main"]),
    ("std::io", &["error", "input", "engine", "cli", "command", "main"]),
    ("std::thread", &["parallel", "input", "cli", "command"]),
    ("std::env", &["cli", "main"]),
];

/// What does not stand as the floors have it: (the room, the room that it names). Empty is the aim.
const KNOWN_BREACHES: [(&str, &str); 0] = [];

/// The longest file of the library, tests left out.
const LINES: usize = 500;

/// Files that are still longer, to be divided. Empty is the aim.
const KNOWN_TO_BE_LONG: [&str; 0] = [];

#[test]
fn rooms_name_only_lower_floors() {
    let floors = floors();
    let mut breaches = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        for (number, named) in named_rooms(&file) {
            let own = floors.get(&room);
            let other = floors.get(&named);
            let is_lower = own.is_some() && other.is_some() && other < own;
            let is_known = KNOWN_BREACHES.contains(&(room.as_str(), named.as_str()));
            if named != room && !is_lower && !is_known {
                breaches.push(format!("{}:{number}: {room} names {named}", file.display()));
            }
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    let rooms: BTreeSet<String> = sources().iter().map(|file| room_of(file)).collect();
    let known: BTreeSet<String> = floors().into_keys().filter(|room| room != "funnel").collect();
    assert_eq!(rooms, known);
}

#[test]
fn only_the_edges_open_files_and_start_threads() {
    let mut found = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        for (number, line) in code_of(&file) {
            let code = line.split("//").next().unwrap_or_default();
            let is_open =
                |(door, rooms): &&(&str, &[&str])| code.contains(door) && !rooms.contains(&&*room);
            let opened = DOORS.iter().filter(is_open);
            found.extend(opened.map(|(door, _)| format!("{}:{number}: {door}", file.display())));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// Every room with its floor, as the document has them. Rooms of one floor do not know each other.
fn floors() -> BTreeMap<String, u32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("```text floors\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut floors = BTreeMap::new();
    for line in table.unwrap().lines() {
        let mut words = line.split_whitespace();
        let floor: u32 = words.next().unwrap().parse().unwrap();
        floors.extend(words.map(|room| (room.to_owned(), floor)));
    }
    floors
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|file| code_of(file).len() > LINES)
        .filter(|file| !KNOWN_TO_BE_LONG.iter().any(|known| file.ends_with(known)))
        .map(|file| file.display().to_string())
        .collect();
    assert!(long.is_empty(), "longer than {LINES} lines without their tests: {long:?}");
}

#[test]
fn the_library_never_unwraps() {
    let mut found = Vec::new();
    for file in sources() {
        for (number, line) in code_of(&file) {
            if line.contains(".unwrap()") || line.contains(".expect(\"\")") {
                found.push(format!("{}:{number}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// The library's files; those that only tests use are left out.
fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_stem().is_some_and(|name| name == "tests" || name == "example");
            if path.is_dir() && !is_test {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && !is_test {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The first part of a file's path below `src`.
fn room_of(file: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let part = file.strip_prefix(root).unwrap().iter().next().unwrap();
    part.to_string_lossy().trim_end_matches(".rs").to_string()
}

/// The numbered lines of a file, without comments and without the tests, which stand last.
fn code_of(file: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.to_string()));
    let mut code = Vec::new();
    let mut lines = lines.peekable();
    while let Some((number, line)) = lines.next() {
        let has_body = lines.peek().is_some_and(|(_, next)| next.trim_end().ends_with('{'));
        if line.trim() == "#[cfg(test)]" && has_body {
            break;
        }
        code.push((number, line));
    }
    code
}

/// The rooms that a file names, with the line: `crate::room`, `crate::{a, b}`, `funnel::room`.
fn named_rooms(file: &Path) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in code_of(file) {
        let code = line.split("//").next().unwrap_or_default();
        let paths = ["crate::", "funnel::"].into_iter().flat_map(|root| code.split(root).skip(1));
        for path in paths {
            let list = path.strip_prefix('{').map_or(vec![path], |list| list.split(',').collect());
            found.extend(list.into_iter().map(|part| (number, word(part.trim()))));
        }
    }
    // What the crate's root itself brings is named by `mod`, and that is its business.
    found.retain(|(_, room)| !room.is_empty());
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
}
