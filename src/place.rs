//! Where something is: a file, a record, a line, a column. All count from one.

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// A place in an input. What is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The path as the user gave it, `-` for standard input.
    pub path: String,
    /// The record, the header line not counted.
    pub record: Option<u64>,
    /// The line on which the record starts.
    pub line: Option<u64>,
    /// The column (field) of a table, or the character of a line.
    pub column: Option<u64>,
}

impl Place {
    /// The whole file.
    pub fn file(path: impl Into<String>) -> Place {
        Place { path: path.into(), ..Place::default() }
    }
}

impl fmt::Display for Place {
    /// `path:line:column` as editors read it, with the record behind it where the two can differ.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        match self.record {
            Some(record) => write!(f, " (record {record})"),
            None => Ok(()),
        }
    }
}
