//! The open file of an input, which can be closed until it is read again.
//!
//! A system lets a program have some hundreds of files open at once, and a folder may hold more of them: a log a day for
//! years. Files beyond the first are therefore closed once they are recognised, and opened again by whoever reads them.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A file that is open, or open while somebody has it.
#[derive(Debug)]
pub(super) struct Handle {
    path: String,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Open(Arc<File>),
    WhileRead(Weak<File>),
}

impl Handle {
    /// A file that stays open.
    pub(super) fn new(file: File, path: &str) -> Handle {
        Handle { path: path.to_string(), state: Mutex::new(State::Open(Arc::new(file))) }
    }

    /// Closes the file until it is read. It must have a path, by which it is opened again.
    pub(super) fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Open(file) = &*state {
            *state = State::WhileRead(Arc::downgrade(file));
        }
    }

    /// The file, opened if it is not.
    pub(super) fn file(&self) -> io::Result<Arc<File>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Open(file) => Ok(Arc::clone(file)),
            State::WhileRead(file) => {
                let own =
                    file.upgrade().map_or_else(|| File::open(&self.path).map(Arc::new), Ok)?;
                *state = State::WhileRead(Arc::downgrade(&own));
                Ok(own)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn a_closed_file_is_opened_while_it_is_read() {
        let mut named = tempfile::NamedTempFile::new().unwrap();
        named.write_all(b"abc").unwrap();
        let path = named.path().to_str().unwrap();
        let handle = Handle::new(File::open(path).unwrap(), path);
        let open = Arc::downgrade(&handle.file().unwrap());
        assert!(open.upgrade().is_some(), "it stays open");
        handle.close();
        assert!(open.upgrade().is_none());
        let (one, other) = (handle.file().unwrap(), handle.file().unwrap());
        assert!(Arc::ptr_eq(&one, &other), "opened once");
        let mut text = String::new();
        (&*one).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        let open = Arc::downgrade(&one);
        drop((one, other));
        assert!(open.upgrade().is_none(), "closed again");
        drop(named);
        assert!(handle.file().is_err());
    }
}
