//! Writing: to standard output, where a closed pipe is no error, or to a file, whole or not at all.

use crate::error::{Error, Result};
use crate::place::Place;
use crate::render::escape::visible;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes a text to a file or, without one, to standard output. A file called `-` is that too, as everywhere.
pub(super) fn write(file: Option<&Path>, text: &str) -> Result<()> {
    match file.filter(|path| is_file(path)) {
        Some(path) => write_file(path, text).map_err(|e| Error::io(&path.to_string_lossy(), e)),
        None => write_out(text),
    }
}

/// Whether what `-o` names is a file.
pub(super) fn is_file(path: &Path) -> bool {
    path != Path::new("-")
}

fn write_out(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::at(Place::file("standard output"), error.to_string()))
        }
        _ => Ok(()),
    }
}

/// A reader of the file sees the old text or the new one, never a part: it is written beside the file
/// and renamed. Whoever may read the old one may read the new one, and a link stays one. Devices and pipes cannot be
/// renamed over and are written to as they are.
fn write_file(path: &Path, text: &str) -> std::io::Result<()> {
    let old = path.metadata().ok();
    if old.as_ref().is_some_and(|old| !old.is_file() && !old.is_dir()) {
        return std::fs::write(path, text);
    }
    let path = &if old.is_some() { path.canonicalize()? } else { path.to_path_buf() };
    let permissions = old.filter(std::fs::Metadata::is_file).map(|old| old.permissions());
    if permissions.as_ref().is_some_and(std::fs::Permissions::readonly) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let mut file = temporary().tempfile_in(folder_of(path))?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|failed| failed.error)
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file with the permissions of an ordinary one.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".funnel-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Says on standard error what went wrong.
pub(super) fn complain(message: &str) {
    // Nothing can be done about a standard error that cannot be written to.
    let _ = writeln!(std::io::stderr(), "error: {}", shown(message));
}

/// Says on standard error what might help.
pub(super) fn hint(message: &str) {
    let _ = writeln!(std::io::stderr(), "hint: {}", shown(message));
}

/// A message may quote what stands in a file; its own lines stay lines.
fn shown(message: &str) -> String {
    message.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}
