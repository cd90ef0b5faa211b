//! A ladder file with comments: what `funnel ladder init` writes.
//!
//! The definition is that of `ladder::draft`; this file only puts comments into it and turns steps that
//! the data cannot show into comments. Comments hold no text from data but what `draft` has quoted.

use crate::ladder::definition::Ladder;
use crate::ladder::draft;

/// What stands above one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepNote {
    /// A comment; one line.
    pub text: String,
    /// Whether the step itself is only a comment.
    pub is_out: bool,
}

/// What the keys outside the steps may say.
const KEYS: [(&str, &str); 6] = [
    ("count", "customer | session | attempt"),
    ("order", "loose | adjacent | any"),
    ("window", "from the first step; \"none\", \"session\" or a time such as \"7d\""),
    ("entry", "longest | first | every"),
    ("start", "earliest | latest: which first step, among attempts that are otherwise equal"),
    ("ties", "forgiving | sequence | strict, or a tolerance such as \"2s\""),
];

/// The ladder as a file, with lines of comment above it and a note above each step.
pub fn ladder_file(ladder: &Ladder, lead: &[String], notes: &[StepNote]) -> String {
    let toml = draft::to_toml(ladder);
    let mut parts = toml.split("\n[[step]]\n");
    let mut file: String = lead.iter().map(|line| comment(line)).collect();
    file.push('\n');
    for line in parts.next().unwrap_or_default().lines() {
        file.push_str(&explained(line));
        file.push('\n');
    }
    for (number, part) in parts.enumerate() {
        let note = notes.get(number).cloned().unwrap_or_default();
        file.push('\n');
        file += &comment(&note.text);
        for line in std::iter::once("[[step]]").chain(part.lines()) {
            file += &if note.is_out { comment(line) } else { line.to_owned() + "\n" };
        }
    }
    file
}

/// A line with what its key may say, where that is not plain.
fn explained(line: &str) -> String {
    let key = line.split(' ').next().unwrap_or_default();
    let meaning = KEYS.iter().find(|(known, _)| *known == key);
    meaning.map_or_else(|| line.to_owned(), |(_, says)| format!("{line:<24} # {says}"))
}

/// A line of comment; what would end it is taken out.
fn comment(line: &str) -> String {
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# {line}").trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::presets;

    #[test]
    fn the_file_is_the_ladder_without_the_steps_that_are_out() {
        let ladder = presets::preset("retail").unwrap();
        let notes = ["9 customers", "nobody\nat all", ""]
            .map(|text| StepNote { text: text.to_owned(), is_out: text.starts_with("nobody") });
        let text = ladder_file(&ladder, &["Made by hand.".to_owned()], &notes);
        let read = draft::from_toml("l.toml", &text).unwrap();
        let names: Vec<_> = read.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["View", "Order"]);
        assert_eq!((read.window, read.count), (ladder.window, ladder.count));
        for line in ["# Made by hand.", "# 9 customers", "# nobody at all", "# [[step]]", "#"] {
            assert!(text.lines().any(|own| own == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn texts_from_data_stay_in_their_place() {
        let mut ladder = presets::preset("retail").unwrap();
        ladder.steps[1].name = "x\"\n[[step]]\nname = \"y".to_owned();
        let out = StepNote { text: "none".to_owned(), is_out: true };
        let text = ladder_file(&ladder, &[], &[StepNote::default(), out]);
        assert_eq!(draft::from_toml("l.toml", &text).unwrap().steps.len(), 2);
    }
}
