//! `--open`: an answer as a page in the reader's browser.

use crate::cli::variable;
use crate::error::{Error, Result};
use crate::place::Place;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Keeps the page beside other temporary files; a browser reads it when the program has ended.
pub(super) fn keep(page: &str) -> Result<PathBuf> {
    let name = |error| Error::io("the folder for temporary files", error);
    let mut file =
        tempfile::Builder::new().prefix("funnel-").suffix(".html").tempfile().map_err(name)?;
    file.write_all(page.as_bytes()).map_err(name)?;
    file.into_temp_path().keep().map_err(|kept| name(kept.error))
}

/// Hands a file to the browser: that of `BROWSER`, else the one that the system chooses.
pub(super) fn open(path: &Path) -> Result<()> {
    let (program, arguments): (String, &[&str]) = match variable("BROWSER") {
        Some(browser) => (browser, &[]),
        None if cfg!(target_os = "macos") => ("open".to_owned(), &[]),
        None if cfg!(windows) => ("cmd".to_owned(), &["/C", "start", ""]),
        None => ("xdg-open".to_owned(), &[]),
    };
    match Command::new(&program).args(arguments).arg(path).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) | Err(_) => {
            let place = Place::file(path.to_string_lossy());
            Err(Error::at(place, format!("the page is written, but `{program}` cannot show it"))
                .hint("open the file yourself, or name a browser in BROWSER"))
        }
    }
}
