//! Where bytes come from: a file or standard input, read once from front to back.
//!
//! The head of a source is read first (detection looks at it) and handed out again with the rest.
//! UTF-16 is decoded here, a UTF-8 byte order mark is dropped; everything else passes unchanged.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

/// How many bytes detection may look at.
const HEAD: u64 = 256 * 1024;

/// How UTF-8 files begin that some programs write.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// An open input whose head was read.
pub struct Source {
    /// The path as the user gave it, `-` for standard input.
    pub path: String,
    /// The first bytes, without a byte order mark.
    pub head: Vec<u8>,
    /// `utf-8` or `utf-16le`/`utf-16be` (decoded). Cells that are not UTF-8 are read as Windows-1252.
    pub encoding: &'static str,
    /// The size of the file in bytes, if it has one.
    pub size: Option<u64>,
    /// How many bytes of the file stand before `head`.
    before_head: u64,
    rest: Rest,
}

/// What is behind the head.
enum Rest {
    /// A plain file.
    File(File),
    /// Anything that is read from front to back.
    Stream(Box<dyn Read + Send>),
}

impl Rest {
    fn reader(&mut self) -> &mut dyn Read {
        match self {
            Rest::File(file) => file,
            Rest::Stream(stream) => stream,
        }
    }
}

/// A file that can be read anywhere.
#[derive(Debug)]
pub struct PlainFile {
    /// The open file.
    pub file: File,
    /// The path as the user gave it.
    pub path: String,
    /// How many bytes stand before the source's head: a byte order mark.
    pub before_head: u64,
    /// Its size in bytes.
    pub size: u64,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Source {
    /// Opens a path, or standard input for `-`, and reads its head.
    pub fn open(path: &str) -> Result<Source> {
        if path == "-" {
            return Source::from_rest(path, None, Rest::Stream(Box::new(std::io::stdin())));
        }
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
        let rest = if size.is_some() { Rest::File(file) } else { Rest::Stream(Box::new(file)) };
        Source::from_rest(path, size, rest)
    }

    /// A source over bytes that are in memory, for tests and embedders.
    pub fn from_bytes(path: &str, bytes: Vec<u8>) -> Result<Source> {
        let size = bytes.len() as u64;
        Source::from_rest(path, Some(size), Rest::Stream(Box::new(Cursor::new(bytes))))
    }

    fn from_rest(path: &str, size: Option<u64>, mut rest: Rest) -> Result<Source> {
        let io = |e| Error::io(path, e);
        let mut head = Vec::new();
        rest.reader().take(HEAD).read_to_end(&mut head).map_err(io)?;
        refuse_compressed(path, &head)?;
        let path = path.to_string();
        let mut source = Source { path, head, encoding: "utf-8", size, before_head: 0, rest };
        if source.head.starts_with(BYTE_ORDER_MARK) {
            source.head.drain(..BYTE_ORDER_MARK.len());
            source.before_head = BYTE_ORDER_MARK.len() as u64;
        }
        if source.head.starts_with(b"\xFF\xFE") || source.head.starts_with(b"\xFE\xFF") {
            source.decode_utf16().map_err(io)?;
        }
        Ok(source)
    }

    /// The file itself, if its bytes can be read as they are, wherever they stand; else the source back.
    pub fn into_file(self) -> std::result::Result<PlainFile, Source> {
        let Source { path, before_head, .. } = self;
        match (self.rest, self.size) {
            (Rest::File(file), Some(size)) => Ok(PlainFile { file, path, before_head, size }),
            (rest, _) => Err(Source { path, rest, ..self }),
        }
    }

    /// The rest of the source behind the head.
    pub fn into_rest(self) -> Box<dyn Read + Send> {
        match self.rest {
            Rest::File(file) => Box::new(file),
            Rest::Stream(stream) => stream,
        }
    }

    /// Spreadsheets write UTF-16 for small files only, so the whole source is decoded at once.
    fn decode_utf16(&mut self) -> std::io::Result<()> {
        let mut bytes = std::mem::take(&mut self.head);
        self.rest.reader().read_to_end(&mut bytes)?;
        let (text, encoding, _) = encoding_rs::UTF_16LE.decode(&bytes);
        self.encoding = if encoding == encoding_rs::UTF_16BE { "utf-16be" } else { "utf-16le" };
        let mut text = text.into_owned().into_bytes();
        let head = text.len().min(usize::try_from(HEAD).unwrap_or(usize::MAX));
        let rest = text.split_off(head);
        self.head = text;
        self.rest = Rest::Stream(Box::new(Cursor::new(rest)));
        Ok(())
    }
}

/// Compressed files are named for what they are instead of being taken for noise.
fn refuse_compressed(path: &str, head: &[u8]) -> Result<()> {
    let kinds: [(&[u8], &str, &str); 4] = [
        (b"\x1F\x8B", "gzip", "gunzip"),
        (b"\x28\xB5\x2F\xFD", "zstandard", "unzstd"),
        (b"PK\x03\x04", "zip", "unzip"),
        (b"PAR1", "Parquet", "a tool that writes CSV"),
    ];
    match kinds.iter().find(|(magic, _, _)| head.starts_with(magic)) {
        None => Ok(()),
        Some((_, name, tool)) => Err(Error::at(
            crate::place::Place::file(path),
            format!("this is a {name} file, and this version reads plain files only"),
        )
        .hint(format!("decompress it first, for example with {tool}"))),
    }
}

/// The files that the user's paths mean: a folder means every file in it, hidden ones left out, sorted.
/// Paths come back sorted and each once, so that nothing depends on the order in which they were given.
pub fn expand(paths: &[String]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for path in paths {
        if path != "-" && Path::new(path).is_dir() {
            list_folder(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn list_folder(path: &str, files: &mut Vec<String>) -> Result<()> {
    let before = files.len();
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, e))? {
        let entry = entry.map_err(|e| Error::io(path, e))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.path().is_file() {
            files.push(entry.path().to_string_lossy().into_owned());
        }
    }
    if files.len() == before {
        return Err(Error::at(crate::place::Place::file(path), "this folder holds no files"));
    }
    Ok(())
}
