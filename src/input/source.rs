//! Where bytes come from: a file, what is packed in it, or standard input, read once from front to back.
//!
//! The head of a source is read first (detection looks at it) and handed out again with the rest. What
//! is packed is unpacked (`container`), UTF-16 is decoded here, a UTF-8 byte order mark is dropped;
//! everything else passes unchanged.

use super::companions::{is_companion, is_hidden};
use super::container::{self, Content, Packing};
use super::pieces::read_at;
use crate::error::{Error, Result};
use crate::place::Place;
use encoding_rs::Encoding;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes detection may look at.
const HEAD: u64 = 256 * 1024;

/// So many containers may lie in each other: a file that seems to hold itself is no export.
const DEEPEST: usize = 4;

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
    /// The size of the file in bytes, packed as it is, if it has one.
    pub size: Option<u64>,
    /// How the file is packed, if it is: `gzip`, `zstd`, `zip`.
    pub compression: Option<&'static str>,
    /// How many bytes of a packed file were read so far.
    pub packed_read: Option<Arc<AtomicU64>>,
    /// How many bytes of the file stand before `head`.
    before_head: u64,
    rest: Rest,
}

/// What is behind the head.
pub(super) enum Rest {
    /// A plain file.
    File(File),
    /// Anything that is read from front to back.
    Stream(Box<dyn Read + Send>),
}

impl Rest {
    pub(super) fn reader(&mut self) -> &mut dyn Read {
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

/// What a path has in it.
#[derive(Debug, Default)]
pub struct Contents {
    /// The sources.
    pub sources: Vec<Source>,
    /// The paths of members of zip files that are no exports by their names.
    pub left_out: Vec<String>,
}

/// What paths mean.
#[derive(Debug, Default)]
pub struct Meant {
    /// The files that are read.
    pub files: Vec<String>,
    /// The files of folders that are no exports by their names.
    pub left_out: Vec<String>,
    /// The folders in folders, which are not searched.
    pub folders: Vec<String>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Source {
    /// Opens a path, or standard input for `-`, and reads its head; a zip file is as many sources as it
    /// has members.
    pub fn open(path: &str) -> Result<Contents> {
        let mut opened = Contents::default();
        if path == "-" {
            Opening::new(path, None, Rest::Stream(Box::new(std::io::stdin()))).open(&mut opened)?;
            return Ok(opened);
        }
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
        let rest = if size.is_some() { Rest::File(file) } else { Rest::Stream(Box::new(file)) };
        Opening::new(path, size, rest).open(&mut opened)?;
        Ok(opened)
    }

    /// A source over bytes that are in memory, for tests and embedders.
    pub fn from_bytes(path: &str, bytes: Vec<u8>) -> Result<Source> {
        let size = bytes.len() as u64;
        Opening::new(path, Some(size), Rest::Stream(Box::new(Cursor::new(bytes)))).plain(Vec::new())
    }

    /// The file itself, if its bytes can be read as they are, wherever they stand; else the source back.
    pub fn into_file(self) -> std::result::Result<PlainFile, Box<Source>> {
        let Source { path, before_head, .. } = self;
        match (self.rest, self.size) {
            (Rest::File(file), Some(size)) => Ok(PlainFile { file, path, before_head, size }),
            (rest, _) => Err(Box::new(Source { path, rest, ..self })),
        }
    }

    /// A file of the whole source, for what is read from several places: what comes through a pipe or is
    /// unpacked is laid down first.
    pub fn into_whole_file(self) -> Result<PlainFile> {
        match (self.rest, self.size) {
            (Rest::File(file), Some(size)) => {
                Ok(PlainFile { file, path: self.path, before_head: 0, size })
            }
            (rest, _) => container::spool(&self.path, rest, &self.head),
        }
    }

    /// All of the source from the head on, beside it: the source itself can be read as before. What can be read
    /// only once is laid down in a file first. `None` if the head is all.
    pub(super) fn read_through(&mut self) -> Result<Option<Positioned>> {
        if self.is_whole() {
            return Ok(None);
        }
        let io = |error| Error::io(&self.path, error);
        let (file, size, at) = if let (Rest::File(file), Some(size)) = (&self.rest, self.size) {
            (file.try_clone().map_err(io)?, size, self.before_head)
        } else {
            let rest = std::mem::replace(&mut self.rest, Rest::Stream(Box::new(std::io::empty())));
            let laid_down = container::spool(&self.path, rest, &self.head)?;
            let file = laid_down.file.try_clone().map_err(io)?;
            let behind_head = Positioned {
                file: laid_down.file,
                at: self.head.len() as u64,
                size: laid_down.size,
            };
            self.rest = Rest::Stream(Box::new(behind_head));
            (file, laid_down.size, 0)
        };
        Ok(Some(Positioned { file, at, size }))
    }

    /// Reads on until the head is so many times as long; false if there is no more, or it is as long already as a
    /// record may be for the source to be recognised by it.
    pub(super) fn grow_head(&mut self) -> Result<bool> {
        const TIMES: u64 = 4;
        const LONGEST: u64 = 64 * 1024 * 1024;
        let length = self.head.len() as u64;
        if length >= LONGEST {
            return Ok(false);
        }
        let more = self.rest.reader().take((TIMES - 1) * length).read_to_end(&mut self.head);
        more.map(|more| more > 0).map_err(|error| Error::io(&self.path, error))
    }

    /// Whether nothing is behind the head.
    pub(super) fn is_whole(&self) -> bool {
        (self.head.len() as u64) < HEAD.saturating_sub(self.before_head)
    }

    /// The rest of the source behind the head.
    pub fn into_rest(self) -> Box<dyn Read + Send> {
        let is_all_read = self.size == Some(self.before_head + self.head.len() as u64);
        match self.rest {
            // A file that is not read any more need not stay open.
            Rest::File(_) if is_all_read => Box::new(std::io::empty()),
            Rest::File(file) => Box::new(file),
            Rest::Stream(stream) => stream,
        }
    }

    /// Spreadsheets write UTF-16 for small files only, so the whole source is decoded at once.
    fn decode_utf16(&mut self, encoding: &'static Encoding) -> std::io::Result<()> {
        let mut bytes = std::mem::take(&mut self.head);
        self.rest.reader().read_to_end(&mut bytes)?;
        let (text, encoding, _) = encoding.decode(&bytes);
        self.encoding = if encoding == encoding_rs::UTF_16BE { "utf-16be" } else { "utf-16le" };
        let mut text = text.into_owned().into_bytes();
        let head = text.len().min(usize::try_from(HEAD).unwrap_or(usize::MAX));
        let rest = text.split_off(head);
        self.head = text;
        self.rest = Rest::Stream(Box::new(Cursor::new(rest)));
        Ok(())
    }
}

/// A file or a stream of which it is not known yet what is in it.
struct Opening {
    path: String,
    size: Option<u64>,
    rest: Rest,
    compression: Option<&'static str>,
    packed_read: Option<Arc<AtomicU64>>,
    depth: usize,
}

impl Opening {
    fn new(path: &str, size: Option<u64>, rest: Rest) -> Opening {
        let path = path.to_string();
        Opening { path, size, rest, compression: None, packed_read: None, depth: 0 }
    }

    /// Reads the head; what is packed is unpacked, and its contents are opened in turn.
    fn open(mut self, opened: &mut Contents) -> Result<()> {
        let head = self.read_head(Vec::new())?;
        match Packing::of(&head) {
            None => opened.sources.push(self.plain(head)?),
            Some(_) if self.depth == DEEPEST => {
                let message = "too many containers lie in each other: unpack it first";
                return Err(Error::at(Place::file(&self.path), message));
            }
            Some(Packing::Zip) => {
                let (contents, left_out) = container::unpack_all(self.whole_file(&head)?)?;
                opened.left_out.extend(left_out);
                for content in contents {
                    self.inside(Packing::Zip, content).open(opened)?;
                }
            }
            Some(packing) => self.unpack(packing, head)?.open(opened)?,
        }
        Ok(())
    }

    fn unpack(mut self, packing: Packing, head: Vec<u8>) -> Result<Opening> {
        let read = self.packed_read.is_none().then(|| Arc::new(AtomicU64::new(0)));
        let rest = std::mem::replace(&mut self.rest, Rest::Stream(Box::new(std::io::empty())));
        let packed = Cursor::new(head).chain(Counted { rest, read: read.clone() });
        let reader = container::unpack_one(&self.path, packing, packed)?;
        let content = Content { path: self.path.clone(), size: self.size, reader };
        let mut inside = self.inside(packing, content);
        inside.packed_read = inside.packed_read.or(read);
        Ok(inside)
    }

    fn inside(&self, packing: Packing, content: Content) -> Opening {
        Opening {
            path: content.path,
            size: content.size,
            rest: Rest::Stream(content.reader),
            compression: self.compression.or(Some(packing.name())),
            packed_read: self.packed_read.clone(),
            depth: self.depth + 1,
        }
    }

    /// A zip file is read from several places, so one that comes through a pipe is laid down first.
    fn whole_file(&mut self, head: &[u8]) -> Result<PlainFile> {
        let nothing = Rest::Stream(Box::new(std::io::empty()));
        match (std::mem::replace(&mut self.rest, nothing), self.size) {
            (Rest::File(file), Some(size)) => {
                Ok(PlainFile { file, path: self.path.clone(), before_head: 0, size })
            }
            (rest, _) => container::spool(&self.path, rest, head),
        }
    }

    fn read_head(&mut self, mut head: Vec<u8>) -> Result<Vec<u8>> {
        let more = HEAD.saturating_sub(head.len() as u64);
        let rest = self.rest.reader().take(more).read_to_end(&mut head);
        rest.map_err(|e| Error::io(&self.path, e))?;
        Ok(head)
    }

    /// A source whose head begins with bytes that were read already.
    fn plain(mut self, head: Vec<u8>) -> Result<Source> {
        let head = self.read_head(head)?;
        let Opening { path, size, rest, compression, packed_read, .. } = self;
        let mut source = Source {
            path,
            head,
            encoding: "utf-8",
            size,
            compression,
            packed_read,
            before_head: 0,
            rest,
        };
        if source.head.starts_with(BYTE_ORDER_MARK) {
            source.head.drain(..BYTE_ORDER_MARK.len());
            source.before_head = BYTE_ORDER_MARK.len() as u64;
        }
        if let Some(encoding) = utf16(&source.head) {
            source.decode_utf16(encoding).map_err(|e| Error::io(&source.path, e))?;
        }
        Ok(source)
    }
}

/// The kind of UTF-16 that a text begins in: by its byte order mark, or by letters of ASCII beside zeros.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    /// So much is looked at, and at least so much must be there.
    const LOOK: usize = 256;
    const LEAST: usize = 8;
    if head.starts_with(b"\xFF\xFE") {
        return Some(encoding_rs::UTF_16LE);
    }
    if head.starts_with(b"\xFE\xFF") {
        return Some(encoding_rs::UTF_16BE);
    }
    let (pairs, _) = head.get(..head.len().min(LOOK)).unwrap_or_default().as_chunks::<2>();
    let is_sign =
        |byte: u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let count =
        |low: usize| pairs.iter().filter(|pair| is_sign(pair[low]) && pair[1 - low] == 0).count();
    // Names of columns may have other letters among them.
    let is_text = |low| pairs.len() >= LEAST && 4 * count(low) >= 3 * pairs.len();
    if is_text(0) {
        Some(encoding_rs::UTF_16LE)
    } else {
        is_text(1).then_some(encoding_rs::UTF_16BE)
    }
}

/// A file that is read from some place on, wherever others read it.
pub(super) struct Positioned {
    file: File,
    at: u64,
    size: u64,
}

impl Read for Positioned {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = left.min(room.len());
        let (room, _) = room.split_at_mut(length);
        read_at(&self.file, room, self.at)?;
        self.at += room.len() as u64;
        Ok(room.len())
    }
}

/// A packed stream that says how much of it was read.
struct Counted {
    rest: Rest,
    read: Option<Arc<AtomicU64>>,
}

impl Read for Counted {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let read = self.rest.reader().read(room)?;
        if let Some(count) = &self.read {
            count.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

/// The files that the user's paths mean: a folder means every file in it, hidden ones left out, sorted.
/// Paths come back sorted and each file once, by whatever names it was given, so that nothing depends on the order
/// in which they were given and no row is read twice.
pub fn expand(paths: &[String]) -> Result<Meant> {
    let mut meant = Meant::default();
    for path in paths {
        if path != "-" && Path::new(path).is_dir() {
            list_folder(path, &mut meant)?;
        } else {
            meant.files.push(path.clone());
        }
    }
    let Meant { files, left_out, folders } = &mut meant;
    for paths in [&mut *files, left_out, folders] {
        paths.sort();
        paths.dedup();
    }
    let mut known = BTreeSet::new();
    files.retain(|path| same_file(path).is_none_or(|file| known.insert(file)));
    // What the user has named by itself too is read.
    left_out.retain(|path| same_file(path).is_none_or(|file| !known.contains(&file)));
    let is_named = |folder: &String| {
        let own = std::fs::canonicalize(folder).ok();
        own.is_some_and(|own| known.iter().any(|file| file.starts_with(&own)))
    };
    folders.retain(|folder| !is_named(folder));
    Ok(meant)
}

/// What is the same for all names of a file, through links too. Pipes are told by their names only.
fn same_file(path: &str) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok().filter(|file| path != "-" && file.is_file())
}

fn list_folder(path: &str, meant: &mut Meant) -> Result<()> {
    let (mut files, mut left_out, mut folders) = (Vec::new(), Vec::new(), Vec::new());
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, e))? {
        let entry = entry.map_err(|e| Error::io(path, e))?.path();
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if is_hidden(&name) {
            continue;
        }
        let own = entry.to_string_lossy().into_owned();
        if entry.is_dir() {
            folders.push(own);
        } else if entry.is_file() {
            if is_companion(&name) { left_out.push(own) } else { files.push(own) }
        }
    }
    if files.is_empty() {
        return Err(nothing_in(path, left_out, folders));
    }
    meant.files.append(&mut files);
    meant.left_out.append(&mut left_out);
    meant.folders.append(&mut folders);
    Ok(())
}

/// The error of a folder without a file that is read.
fn nothing_in(path: &str, mut left_out: Vec<String>, mut folders: Vec<String>) -> Error {
    let error = |message: String| Error::at(Place::file(path), message);
    folders.sort();
    left_out.sort();
    match (folders.first(), left_out.is_empty()) {
        (Some(first), _) => error(format!(
            "this folder holds no exports, only folders ({})",
            folders.len()
        ))
        .hint(format!(
            "folders within folders are not searched: name those that are meant, such as {first}"
        )),
        (None, true) => error("this folder holds no files".to_owned()),
        (None, false) => error(format!(
            "this folder holds no exports: {} is none by its name",
            left_out.join(", ")
        ))
        .hint("a file that is named by itself is read, whatever it is called"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_known_without_a_byte_order_mark() {
        let text = "Gr\u{f6}\u{df}e,event,user_id\n1,view,u-1\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, encoding) in [(little, "utf-16le"), (big, "utf-16be")] {
            let source = Source::from_bytes("x", bytes).unwrap();
            assert_eq!((source.encoding, source.head), (encoding, text.as_bytes().to_vec()));
        }
        for other in [
            &b"a\0b\0"[..],
            b"\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0\x07\0\x08\0\x09\0",
            b"time,event,user\n1,\0,3\n",
        ] {
            assert_eq!(Source::from_bytes("x", other.to_vec()).unwrap().encoding, "utf-8");
        }
    }
}
