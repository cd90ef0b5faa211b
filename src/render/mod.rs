//! The media of a report, one a file. Everything returns text; nothing here writes or calculates.

pub mod answer;
pub mod escape;
pub mod inspect_table;
pub mod journey_text;
pub mod json;
pub mod ladder_file;
pub mod ladder_text;
mod layout;
pub mod rules_table;
pub mod table;
