//! What every answer of a command can do: be written as JSON, be read as a document, be taken as rows.
//!
//! A medium needs nothing else, so a new one works for all answers at once. An answer that is nothing but
//! tables names its sheets; one with sentences, figures or pages of its own makes its document.

use super::document::{Document, Section};
use super::records::Records;
use super::sheet::Sheet;
use serde::Serialize;

/// An answer of a command.
pub trait Answer: Serialize {
    /// The tables and sentences, in the order of reading.
    fn sheets(&self) -> Vec<Sheet> {
        Vec::new()
    }

    /// The answer for people.
    fn document(&self) -> Document {
        let mut sections: Vec<Section> = self.sheets().into_iter().map(Section::from).collect();
        sections.retain(|section| !section.is_empty());
        let title = sections.iter().map(|section| &section.sheet.title).find(|t| !t.is_empty());
        let title = title.map_or_else(|| "funnel".to_owned(), Clone::clone);
        Document { title, sections, ..Document::default() }
    }

    /// The answer as rows; by default those of the document's first table.
    fn records(&self) -> Records {
        Records::of_document(&self.document())
    }
}
