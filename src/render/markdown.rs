//! An answer as Markdown: sentences and tables as chat programs and pull requests show them.
//!
//! Numbers are written as on a terminal. Signs from data that Markdown or HTML would obey are escaped.

use super::escape::visible;
use super::layout::{cell_text, meanings, says_something};
use crate::report::document::Document;
use crate::report::sheet::{Align, Cell, Sheet};
use std::fmt::Write;

/// A bar in a table has so many cells.
const BAR: usize = 12;

/// The whole answer.
pub(super) fn document(document: &Document) -> String {
    let mut blocks = vec![format!("# {}", escaped(&document.title))];
    blocks.extend(document.scope.iter().map(|text| escaped(text)));
    let sentences: Vec<String> =
        document.headline.iter().map(|text| format!("**{}**", escaped(text))).collect();
    blocks.push(sentences.join("\n"));
    for section in document.sections.iter().filter(|section| !section.only_in_pages) {
        blocks.extend(sheet(&section.sheet));
    }
    if !document.notices.is_empty() {
        blocks.push("## Notices".to_owned());
        blocks.push(list(&document.notices));
    }
    blocks.extend(document.provenance.iter().map(|text| format!("<sub>{}</sub>", escaped(text))));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n\n") + "\n"
}

fn sheet(sheet: &Sheet) -> Vec<String> {
    let mut blocks = Vec::new();
    if !sheet.title.is_empty() {
        blocks.push(format!("## {}", escaped(&sheet.title)));
    }
    blocks.push(list(&sheet.lead));
    if !sheet.rows.is_empty() {
        let shown: Vec<usize> =
            (0..sheet.columns.len()).filter(|&column| says_something(sheet, column)).collect();
        blocks.push(table(sheet, &shown));
        blocks.extend(meanings(sheet, &shown).map(|meanings| escaped(&meanings)));
    }
    let notes: Vec<String> = sheet.notes.iter().map(|note| escaped(note)).collect();
    blocks.push(notes.join("  \n"));
    blocks
}

/// Sentences below each other; one alone is a paragraph.
fn list(texts: &[String]) -> String {
    match texts {
        [text] => escaped(text),
        texts => {
            texts.iter().map(|text| format!("- {}", escaped(text))).collect::<Vec<_>>().join("\n")
        }
    }
}

fn table(sheet: &Sheet, shown: &[usize]) -> String {
    let mut text = String::from("|");
    for &column in shown {
        let _ = write!(text, " {} |", escaped(&sheet.columns[column].name));
    }
    text.push_str("\n|");
    for &column in shown {
        text.push_str(match sheet.columns[column].align {
            Align::Left => " --- |",
            Align::Right => " ---: |",
        });
    }
    for row in &sheet.rows {
        text.push_str("\n|");
        for &column in shown {
            let cell = row.get(column).unwrap_or(&Cell::Empty);
            let _ = write!(text, " {} |", escaped(&cell_text(cell, BAR)));
        }
    }
    text
}

/// The text with everything that Markdown or HTML would obey made visible.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' => {
                safe.push('\\');
                safe.push(letter);
            }
            // No name of a person or a link is made of a sign that some chat program looks for.
            '@' => safe.push_str("&#64;"),
            _ => safe.push(letter),
        }
    }
    safe.replace("://", ":\\//")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sheet::{Sheet, left};

    #[test]
    fn values_cannot_leave_their_cell() {
        let cases = [
            ("a|b", "a\\|b"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("[x](http://y)", "\\[x\\](http:\\//y)"),
            ("**bold** `code`", "\\*\\*bold\\*\\* \\`code\\`"),
            ("a\nb\u{202e}", "a\\\\u{a}b\\\\u{202e}"),
            ("&lt;", "&amp;lt;"),
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected);
        }
        let mut sheet = Sheet::new("T", vec![left("a|b", 0)]);
        sheet.rows.push(vec![Cell::Text("x|\ny".into())]);
        assert_eq!(table(&sheet, &[0]), "| a\\|b |\n| --- |\n| x\\|\\\\u{a}y |");
    }
}
