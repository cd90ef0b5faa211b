//! The floors of the source: a room may name only rooms of lower floors, and its own children.
//!
//! The table is the architecture; a line of code that breaks it fails here with its place. Also held:
//! the length of files, and that nothing in the library can stop the program by `unwrap`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every room with its floor. Rooms of one floor do not know each other.
const FLOORS: [(&str, u32); 28] = [
    // Words: what everything else is said in.
    ("key", 0),
    ("money", 0),
    ("place", 0),
    ("stats", 0),
    ("text", 0),
    ("time", 0),
    ("error", 1),
    ("names", 1),
    ("parallel", 2),
    // The domain: events, then what is counted of them.
    ("event", 2),
    ("quality", 3),
    ("sightings", 3),
    ("tally", 3),
    ("findings", 4),
    ("ladder", 4),
    ("journey", 5),
    ("identity", 5),
    // The verdict.
    ("climb", 6),
    // Bytes in.
    ("input", 6),
    // Bytes to findings.
    ("engine", 7),
    // Answers: findings to numbers, numbers to a report.
    ("analysis", 7),
    ("report", 8),
    ("render", 9),
    // The shell.
    ("cli", 10),
    ("command", 11),
    ("main", 12),
    ("lib", 13),
    ("funnel", 11),
];

/// What does not stand as the floors have it: (the room, the room that it names). Empty is the aim.
const KNOWN_BREACHES: [(&str, &str); 0] = [];

/// The longest file of the library, tests left out.
const LINES: usize = 500;

/// Files that are still longer, to be divided. Empty is the aim.
const KNOWN_TO_BE_LONG: [&str; 0] = [];

#[test]
fn rooms_name_only_lower_floors() {
    let floors: BTreeMap<&str, u32> = FLOORS.into_iter().collect();
    let mut breaches = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        for (number, named) in named_rooms(&file) {
            let own = floors.get(room.as_str());
            let other = floors.get(named.as_str());
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
    let known: BTreeSet<String> =
        FLOORS.iter().map(|(room, _)| (*room).to_string()).filter(|r| r != "funnel").collect();
    assert_eq!(rooms, known);
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
