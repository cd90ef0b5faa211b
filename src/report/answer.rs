//! What every answer that is not the report itself can do: be written as JSON, and be laid out as sheets.
//!
//! A medium needs nothing else, so a new one works for all of them at once.

use super::sheet::Sheet;
use serde::Serialize;

/// An answer of a command.
pub trait Answer: Serialize {
    /// The tables and sentences, in the order of reading.
    fn sheets(&self) -> Vec<Sheet>;
}
