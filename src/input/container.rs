//! Compressed files: what is in them, unpacked while it is read.
//!
//! A container is known by its first bytes, never by its name, and one may lie in another (a zip file of
//! gzip files). Nothing is unpacked to disk or as a whole: the readers here give the content from front
//! to back, and say what is wrong with a damaged file, and how far it could be read.

mod zip;

use super::companions::{is_companion, is_hidden};
use super::source::{PlainFile, Rest};
use crate::error::{Error, Result};
use crate::place::Place;
use flate2::bufread::GzDecoder;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

/// How much of a compressed file is read at once.
const ROOM: usize = 256 * 1024;

/// zstandard's longest window, as a power of two: what `zstd --ultra --long=31` writes.
const LONGEST_WINDOW: u32 = 31;

/// A way of packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstandard,
    Zip,
}

impl Packing {
    /// The packing that a file begins with, if it is packed.
    pub(super) fn of(head: &[u8]) -> Option<Packing> {
        const SIGNS: [(&[u8], Packing); 4] = [
            (b"\x1F\x8B", Packing::Gzip),
            (b"\x28\xB5\x2F\xFD", Packing::Zstandard),
            (b"PK\x03\x04", Packing::Zip),
            // A zip file without members is nothing but its end.
            (b"PK\x05\x06", Packing::Zip),
        ];
        let known = SIGNS.iter().find(|(sign, _)| head.starts_with(sign));
        known
            .map(|(_, packing)| *packing)
            .or_else(|| is_zstandard_behind_others(head).then_some(Packing::Zstandard))
    }

    /// The name in reports.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstandard => "zstd",
            Packing::Zip => "zip",
        }
    }
}

/// Whether frames that readers of zstandard pass over stand before the first with data, as programs that pack on
/// several threads write them. LZ4 has the same ones, so what follows them decides.
fn is_zstandard_behind_others(mut head: &[u8]) -> bool {
    while let [0x50..=0x5F, 0x2A, 0x4D, 0x18, length @ ..] = head {
        let Some((length, rest)) = length.split_first_chunk() else { return false };
        let behind = rest.get(u32::from_le_bytes(*length) as usize..);
        let Some(behind) = behind.filter(|behind| !behind.is_empty()) else { return true };
        if behind.starts_with(b"\x28\xB5\x2F\xFD") {
            return true;
        }
        head = behind;
    }
    false
}

/// One content of a container.
pub(super) struct Content {
    /// The path of the container, with the member's own behind it if it may have several.
    pub(super) path: String,
    /// How many packed bytes it takes, if that is known.
    pub(super) size: Option<u64>,
    /// The content.
    pub(super) reader: Box<dyn Read + Send>,
}

/// The content of a packed source that has only one.
pub(super) fn unpack_one(
    path: &str,
    packing: Packing,
    packed: impl Read + Send + 'static,
) -> Result<Box<dyn Read + Send>> {
    let packed = BufReader::with_capacity(ROOM, packed);
    let content: Box<dyn Read + Send> = match packing {
        Packing::Gzip => Box::new(GzipMembers { decoder: Some(GzDecoder::new(packed)) }),
        Packing::Zstandard => unpack_zstandard(packed).map_err(|e| Error::io(path, e))?,
        // Its members are several contents; `unpack_all` gives them.
        Packing::Zip => return Err(Error::at(Place::file(path), "this zip file has members")),
    };
    Ok(Box::new(Watched { content, packing, unpacked: 0 }))
}

fn unpack_zstandard(packed: impl io::BufRead + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(LONGEST_WINDOW)?;
    Ok(Box::new(decoder))
}

/// What several gzip files behind each other hold. Zeros behind the last one only fill up its block.
struct GzipMembers<R> {
    /// `None` behind the last one.
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let read = decoder.read(room)?;
            if read > 0 || room.is_empty() {
                return Ok(read);
            }
            let Some(mut packed) = self.decoder.take().map(GzDecoder::into_inner) else {
                return Ok(0);
            };
            if begins_another(&mut packed)? {
                self.decoder = Some(GzDecoder::new(packed));
            }
        }
    }
}

/// Whether another gzip file follows; an error if something else does.
fn begins_another(packed: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = packed.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        match bytes.get(zeros) {
            Some(0x1F) => {
                packed.consume(zeros);
                return Ok(true);
            }
            Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, Trailing)),
            None if zeros == 0 => return Ok(false),
            None => packed.consume(zeros),
        }
    }
}

/// Bytes that are no packed data follow the last of it.
#[derive(Debug)]
struct Trailing;

impl fmt::Display for Trailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("other bytes follow")
    }
}

impl std::error::Error for Trailing {}

/// The members of a zip file, by name, and the paths of those that are no exports by their names; folders and hidden
/// files are left out without a word.
pub(super) fn unpack_all(zip: PlainFile) -> Result<(Vec<Content>, Vec<String>)> {
    let path = zip.path.clone();
    let refuse = |flaw: io::Error| {
        Error::io(&path, flaw).hint("copy or download the file again, or unpack it first")
    };
    let archive = zip::Archive::open(zip).map_err(refuse)?;
    if is_workbook(archive.members()) {
        return Err(workbook(&path));
    }
    let is_file = |member: &&zip::Member| !member.name.ends_with('/') && !is_hidden(&member.name);
    let mut members: Vec<_> = archive.members().iter().filter(is_file).collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    if members.is_empty() {
        return Err(Error::at(Place::file(&path), "this zip file holds no files"));
    }
    let (companions, members): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|member| is_companion(&member.name));
    let left_out: Vec<_> =
        companions.iter().map(|member| format!("{path}/{}", member.name)).collect();
    if members.is_empty() {
        let message =
            format!("this zip file holds no exports: {} is none by its name", left_out.join(", "));
        return Err(Error::at(Place::file(&path), message)
            .hint("unpack it and name the file by itself, if it is one"));
    }
    let content = |member: &&zip::Member| {
        let path = format!("{path}/{}", member.name);
        let reader = archive.reader(member).map_err(|flaw| Error::io(&path, flaw))?;
        let content: Box<dyn Read + Send> =
            Box::new(Watched { content: reader, packing: Packing::Zip, unpacked: 0 });
        Ok(Content { path, size: Some(member.packed), reader: content })
    };
    let contents: Result<Vec<_>> = members.iter().map(content).collect();
    Ok((contents?, left_out))
}

/// Whether a zip file is what office programs save: XML in a zip file of a certain make.
fn is_workbook(members: &[zip::Member]) -> bool {
    let has = |name: &str| members.iter().any(|member| member.name == name);
    has("[Content_Types].xml") || has("mimetype") && has("content.xml")
}

/// The error for a file of a spreadsheet program.
pub(super) fn workbook(path: &str) -> Error {
    let message = "this is a workbook of a spreadsheet program, not a table of text";
    Error::at(Place::file(path), message).hint("open it there and save the sheet as CSV")
}

/// The bytes of a source in a file without a name, for what must be read from several places.
pub(super) fn spool(path: &str, mut rest: Rest, head: &[u8]) -> Result<PlainFile> {
    let io = |e| Error::io(path, e);
    let mut file = tempfile::tempfile().map_err(io)?;
    io::Write::write_all(&mut file, head).map_err(io)?;
    io::copy(rest.reader(), &mut file).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    Ok(PlainFile { file, path: path.to_string(), before_head: 0, size })
}

/// A content that says what is wrong with its container.
struct Watched {
    content: Box<dyn Read + Send>,
    packing: Packing,
    /// How many bytes of content were read.
    unpacked: u64,
}

impl Read for Watched {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.content.read(room) {
            Ok(read) => {
                self.unpacked += read as u64;
                Ok(read)
            }
            // What the system says of a file is no damage of its content.
            Err(error) if error.raw_os_error().is_some() => Err(error),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(Damage::of(self, &error).into()),
        }
    }
}

/// What is wrong with a container.
#[derive(Debug)]
struct Damage {
    packing: &'static str,
    is_cut_off: bool,
    /// Whether it is whole and followed by something else.
    is_followed: bool,
    unpacked: u64,
    detail: String,
}

impl Damage {
    fn of(watched: &Watched, error: &io::Error) -> Damage {
        Damage {
            packing: watched.packing.name(),
            is_cut_off: error.kind() == io::ErrorKind::UnexpectedEof,
            is_followed: matches!(error.get_ref(), Some(inner) if inner.is::<Trailing>()),
            unpacked: watched.unpacked,
            detail: error.to_string(),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damage { packing, is_cut_off, is_followed, unpacked, detail } = self;
        if *is_followed {
            write!(
                f,
                "behind the {packing} data, which is whole ({unpacked} bytes of content), bytes follow that are none"
            )?;
        } else if *is_cut_off {
            write!(
                f,
                "the {packing} data is cut off: it ends after {unpacked} bytes of its content"
            )?;
        } else {
            write!(
                f,
                "the {packing} data is damaged after {unpacked} bytes of its content ({detail})"
            )?;
        }
        f.write_str("\nhint: copy or download the file again, or export it anew")
    }
}

impl std::error::Error for Damage {}

impl From<Damage> for io::Error {
    fn from(damage: Damage) -> io::Error {
        let is_cut_off = damage.is_cut_off;
        let kind =
            if is_cut_off { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
        io::Error::new(kind, damage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(packing: Packing, packed: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        unpack_one("x", packing, io::Cursor::new(packed)).unwrap().read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn several_gzip_files_behind_each_other_are_one_text() {
        let packed = [gzip(b"a,b\n"), gzip(b""), gzip(b"1,2\n")].concat();
        assert_eq!(Packing::of(&packed), Some(Packing::Gzip));
        assert_eq!(unpacked(Packing::Gzip, packed).unwrap(), b"a,b\n1,2\n");
    }

    #[test]
    fn what_follows_gzip_data_is_named_and_zeros_are_nothing() {
        let packed = |behind: &[u8]| [&gzip(b"a,b\n"), behind].concat();
        let padded = [packed(&[0; 700]), gzip(b"1,2\n"), vec![0; 3]].concat();
        assert_eq!(unpacked(Packing::Gzip, padded).unwrap(), b"a,b\n1,2\n");
        for behind in [&b"more"[..], b"\0\0x"] {
            let error = unpacked(Packing::Gzip, packed(behind)).unwrap_err().to_string();
            assert!(error.contains("which is whole (4 bytes of content)"), "{error}");
            assert!(!error.contains("cut off"), "{error}");
        }
        let error = unpacked(Packing::Gzip, packed(b"\x1F\x8B")).unwrap_err().to_string();
        assert!(error.contains("is cut off"), "{error}");
    }

    #[test]
    fn zstandard_is_unpacked_frame_by_frame() {
        let frame = |text: &[u8]| zstd::encode_all(text, 3).unwrap();
        let packed = [frame(b"a,b\n"), frame(b"1,2\n")].concat();
        assert_eq!(Packing::of(&packed), Some(Packing::Zstandard));
        assert_eq!(unpacked(Packing::Zstandard, packed).unwrap(), b"a,b\n1,2\n");
    }

    #[test]
    fn frames_without_data_may_stand_before_zstandard() {
        let skipped = |length: u8| {
            [&[0x5A, 0x2A, 0x4D, 0x18, length, 0, 0, 0], &vec![7; length.into()][..]].concat()
        };
        let frame = zstd::encode_all(&b"a,b\n"[..], 3).unwrap();
        let packed = [skipped(4), skipped(0), frame].concat();
        assert_eq!(Packing::of(&packed), Some(Packing::Zstandard));
        assert_eq!(unpacked(Packing::Zstandard, packed).unwrap(), b"a,b\n");
        let lz4 = [skipped(4), b"\x04\x22\x4D\x18".to_vec()].concat();
        assert_eq!(Packing::of(&lz4), None);
        assert_eq!(Packing::of(b"\x5A\x2A\x4D\x18\x01"), None);
    }

    #[test]
    fn wherever_a_file_is_cut_or_changed_that_is_said() {
        let text: Vec<u8> = (0..2000u32).flat_map(|n| format!("{n},x\n").into_bytes()).collect();
        for (packing, packed) in [
            (Packing::Gzip, gzip(&text)),
            (Packing::Zstandard, zstd::encode_all(&text[..], 3).unwrap()),
        ] {
            for length in [12, packed.len() / 2, packed.len() - 1] {
                let error = unpacked(packing, packed[..length].to_vec()).unwrap_err().to_string();
                assert!(error.contains("is cut off: it ends after"), "{error}");
            }
        }
        let mut changed = gzip(&text);
        let middle = changed.len() / 2;
        changed[middle] ^= 0x55;
        let error = unpacked(Packing::Gzip, changed).unwrap_err().to_string();
        assert!(error.contains("is damaged after") && error.contains("hint: "), "{error}");
    }
}
