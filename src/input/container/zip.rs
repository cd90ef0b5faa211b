//! The list of members that stands at the end of a zip file, and the members' bytes.
//!
//! Only what exports use is read: members that are stored, deflated or packed with zstandard, in files of
//! any size. Members may be read at the same time, because every reader knows its own place in the file.
//! Numbers are little-endian; all places are checked against the file, whatever it says.

use super::{ROOM, unpack_zstandard};
use crate::input::pieces::read_at;
use crate::input::source::PlainFile;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// What stands before a member, without its name.
const HEADER: u64 = 30;

/// The record that ends a zip file, without the comment behind it.
const END: usize = 22;

/// A comment is no longer than this.
const LONGEST_COMMENT: u64 = 0xFFFF;

/// What stands in a field of 32 bits whose number is too large for it.
const ELSEWHERE: u64 = 0xFFFF_FFFF;

/// How an entry of the list begins.
const ENTRY: &[u8] = b"PK\x01\x02";

const LIST_DAMAGED: &str =
    "the zip file is damaged: the list of its members, which stands at its end, cannot be read";

/// A zip file whose list of members was read.
pub(super) struct Archive {
    file: Arc<File>,
    size: u64,
    members: Vec<Member>,
}

/// A file in a zip file.
#[derive(Debug)]
pub(super) struct Member {
    /// Its path within the zip file.
    pub(super) name: String,
    /// How many bytes it takes there.
    pub(super) packed: u64,
    method: u16,
    is_encrypted: bool,
    checksum: u32,
    header_at: u64,
}

/// Where the list of members is.
struct List {
    at: u64,
    length: u64,
    /// How many members it has, as far as the field of that number has room for it.
    count: u64,
    room: u64,
    /// Where the records behind it begin.
    end: u64,
}

impl Archive {
    /// Reads the list of members.
    pub(super) fn open(zip: PlainFile) -> io::Result<Archive> {
        let (file, size) = (Arc::new(zip.file), zip.size);
        let list = find_list(&file, size)?;
        let (bytes, moved) = list_bytes(&file, &list, size)?;
        let mut members = read_list(&bytes)?;
        // A list that says less than the file holds would leave members out without a word.
        if members.len() as u64 & list.room != list.count {
            return Err(flaw(LIST_DAMAGED));
        }
        for member in &mut members {
            member.header_at = member.header_at.saturating_add(moved);
        }
        Ok(Archive { file, size, members })
    }

    /// The members in the order of the list, folders too.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The content of a member.
    pub(super) fn reader(&self, member: &Member) -> io::Result<Box<dyn Read + Send>> {
        if member.is_encrypted {
            return Err(flaw("this member of the zip file needs a password; unpack it first"));
        }
        let header = bytes_at(&self.file, member.header_at, HEADER, self.size)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(flaw("the zip file is damaged: no member begins where its list says"));
        }
        let behind_header = number(&header, 26, 2) + number(&header, 28, 2);
        let at = member.header_at.saturating_add(HEADER + behind_header);
        if at.checked_add(member.packed).is_none_or(|end| end > self.size) {
            return Err(flaw("the zip file is cut off within this member"));
        }
        let part = Part { file: Arc::clone(&self.file), at, left: member.packed };
        let packed = BufReader::with_capacity(ROOM, part);
        let content: Box<dyn Read + Send> = match member.method {
            0 => Box::new(packed),
            8 => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
            93 => unpack_zstandard(packed)?,
            other => {
                let message = format!(
                    "this member of the zip file is packed by method {other}, which is not known here; unpack it first"
                );
                return Err(flaw(&message));
            }
        };
        let crc = flate2::Crc::new();
        Ok(Box::new(Checked { content, crc, expected: member.checksum }))
    }
}

/// The end of the file says where the list is.
fn find_list(file: &File, size: u64) -> io::Result<List> {
    let tail_at = size.saturating_sub(LONGEST_COMMENT + END as u64);
    let tail = bytes_at(file, tail_at, size - tail_at, size)?;
    let is_end = |at: &usize| tail.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x05\x06"));
    let end = (0..=tail.len().saturating_sub(END)).rev().find(is_end);
    let Some(end) = end.filter(|_| tail.len() >= END) else {
        return Err(flaw(
            "the zip file is cut off: the list of its members, which stands at its end, is missing",
        ));
    };
    let list = List {
        length: number(&tail, end + 12, 4),
        at: number(&tail, end + 16, 4),
        count: number(&tail, end + 10, 2),
        room: 0xFFFF,
        end: tail_at + end as u64,
    };
    if list.length != ELSEWHERE && list.at != ELSEWHERE && list.count != list.room {
        return Ok(list);
    }
    // A large file says it once more, in wider fields, and twenty bytes before the end where.
    let Some(locator) = end.checked_sub(20).and_then(|at| tail.get(at..end)) else {
        return Ok(list);
    };
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(list);
    }
    let at = number(locator, 8, 8);
    let wide = bytes_at(file, at, 56, size)?;
    Ok(List {
        length: number(&wide, 40, 8),
        at: number(&wide, 48, 8),
        count: number(&wide, 32, 8),
        room: u64::MAX,
        end: at,
    })
}

/// The list itself, and by how much everything stands further behind than the file says: by as much as somebody has
/// put other bytes in front of it.
fn list_bytes(file: &File, list: &List, size: u64) -> io::Result<(Vec<u8>, u64)> {
    let moved = list.end.checked_sub(list.length).and_then(|at| at.checked_sub(list.at));
    let begins = |bytes: &[u8]| bytes.is_empty() || bytes.starts_with(ENTRY);
    let bytes = bytes_at(file, list.at, list.length, size)?;
    if begins(&bytes) {
        return Ok((bytes, 0));
    }
    let moved = moved.filter(|moved| *moved > 0).ok_or_else(|| flaw(LIST_DAMAGED))?;
    let bytes = bytes_at(file, list.at + moved, list.length, size)?;
    if begins(&bytes) { Ok((bytes, moved)) } else { Err(flaw(LIST_DAMAGED)) }
}

fn read_list(mut list: &[u8]) -> io::Result<Vec<Member>> {
    /// What stands in an entry before its texts.
    const FIELDS: usize = 46;
    let mut members = Vec::new();
    // A signature of the list may stand behind its entries.
    while !list.is_empty() && !list.starts_with(b"PK\x05\x05") {
        if !list.starts_with(ENTRY) || list.len() < FIELDS {
            return Err(flaw(LIST_DAMAGED));
        }
        let length = |at: usize| usize::try_from(number(list, at, 2)).unwrap_or(0);
        let (name, extra, comment) = (length(28), length(30), length(32));
        let texts = list.get(FIELDS..FIELDS + name + extra + comment);
        let texts = texts.ok_or_else(|| flaw(LIST_DAMAGED))?;
        let (name, rest) = texts.split_at(name);
        let mut member = Member {
            name: crate::text::decode(name).into_owned(),
            packed: number(list, 20, 4),
            method: u16::try_from(number(list, 10, 2)).unwrap_or(u16::MAX),
            is_encrypted: number(list, 8, 2) & 1 != 0,
            checksum: u32::try_from(number(list, 16, 4)).unwrap_or(0),
            header_at: number(list, 42, 4),
        };
        let is_wide = number(list, 24, 4) == ELSEWHERE;
        widen(&mut member, is_wide, rest.get(..extra).unwrap_or_default());
        members.push(member);
        list = list.get(FIELDS + texts.len()..).unwrap_or_default();
    }
    Ok(members)
}

/// Numbers that were too large for their fields stand in an extra field with the id 1, in this order: the
/// unpacked size, the packed one, the place.
fn widen(member: &mut Member, has_wide_size: bool, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let length = usize::try_from(number(extra, 2, 2)).unwrap_or(0);
        let field = extra.get(4..4 + length).unwrap_or_default();
        if number(extra, 0, 2) == 1 {
            let numbers = field.chunks(8).map(|wide| number(wide, 0, 8));
            let mut numbers = numbers.skip(usize::from(has_wide_size));
            let narrow = [&mut member.packed, &mut member.header_at].into_iter();
            narrow
                .filter(|narrow| **narrow == ELSEWHERE)
                .for_each(|narrow| *narrow = numbers.next().unwrap_or(*narrow));
            return;
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
}

/// The number that stands at a place in so many bytes, the lowest first; 0 behind the end.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn bytes_at(file: &File, at: u64, length: u64, size: u64) -> io::Result<Vec<u8>> {
    let is_inside = at.checked_add(length).is_some_and(|end| end <= size);
    let length = usize::try_from(length).ok().filter(|_| is_inside);
    let length = length.ok_or_else(|| flaw("the zip file is cut off or damaged"))?;
    let mut bytes = vec![0; length];
    read_at(file, &mut bytes, at)?;
    Ok(bytes)
}

fn flaw(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Some bytes of a file.
struct Part {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let length = room.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let room = room.get_mut(..length).unwrap_or_default();
        read_at(&self.file, room, self.at)?;
        self.at += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}

/// A content that is held against its checksum when it ends.
struct Checked {
    content: Box<dyn Read + Send>,
    crc: flate2::Crc,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(room)?;
        self.crc.update(room.get(..read).unwrap_or_default());
        if read == 0 && !room.is_empty() && self.crc.sum() != self.expected {
            return Err(flaw("its checksum is another one"));
        }
        Ok(read)
    }
}
