//! What stops the program: a message, its place, and what to do about it.
//!
//! A row that cannot be used is no error (see `quality`); an error is for the whole run.

use crate::place::Place;
use std::fmt;

/// A failure with the place where it happened and, where known, the remedy.
#[derive(Debug)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    message: String,
    place: Option<Place>,
    notes: Vec<String>,
    hint: Option<String>,
    source: Option<std::io::Error>,
    nothing: Option<Nothing>,
}

/// What has nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// A file without a byte that says anything.
    File,
    /// A list without records: somebody asked, and there was nothing to tell.
    List,
}

/// The result of everything in the library that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure that has no place in a file.
    pub fn new(message: impl Into<String>) -> Error {
        Error(Box::new(Parts {
            message: message.into(),
            place: None,
            notes: Vec::new(),
            hint: None,
            source: None,
            nothing: None,
        }))
    }

    /// A failure at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Error {
        let mut error = Error::new(message);
        error.0.place = Some(place);
        error
    }

    /// A failure of the operating system with the file it concerns.
    pub fn io(path: &str, source: std::io::Error) -> Error {
        let mut error = Error::at(Place::file(path), "");
        error.0.source = Some(source);
        error
    }

    /// Says that nothing is wrong but that an input has nothing in it.
    #[must_use]
    pub fn of_nothing(mut self, what: Nothing) -> Error {
        self.0.nothing = Some(what);
        self
    }

    /// What has nothing in it, if nothing else is wrong.
    pub fn nothing(&self) -> Option<Nothing> {
        self.0.nothing
    }

    /// Adds a line that stands below the message.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Error {
        self.0.notes.push(note.into());
        self
    }

    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        match &self.0.source {
            Some(source) if self.0.message.is_empty() => write!(f, "{}", plain(source))?,
            _ => write!(f, "{}", self.0.message)?,
        }
        for note in &self.0.notes {
            write!(f, "\n  {note}")?;
        }
        match &self.0.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|e| e as _)
    }
}

/// The operating system's words in our style: lower case, without the error number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
