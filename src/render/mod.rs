//! The media of an answer, one a file. Everything returns text; nothing here writes or calculates.

mod ascii;
mod csv;
pub mod escape;
mod html;
pub mod json;
pub mod ladder_file;
mod layout;
mod markdown;
mod markup;
mod ndjson;
mod plain;
mod svg;
pub mod table;

use crate::report::answer::Answer;
use table::TableStyle;

/// What an answer is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Text for a terminal.
    Table,
    /// One JSON object.
    Json,
    /// One JSON object a row.
    Ndjson,
    /// A table for spreadsheets.
    Csv,
    /// Text with tables for chat and pull requests.
    Markdown,
    /// A page of its own.
    Html,
}

/// The answer in a medium, one newline at the end; the style is for terminals only.
pub fn show(answer: &impl Answer, medium: Medium, style: &TableStyle) -> String {
    match medium {
        Medium::Table => table::document_text(&answer.document(), style),
        Medium::Json => json::json(answer),
        Medium::Ndjson => ndjson::lines(&answer.records()),
        Medium::Csv => csv::table(&answer.records()),
        Medium::Markdown => markdown::document(&answer.document()),
        Medium::Html => html::page(&answer.document()),
    }
}
