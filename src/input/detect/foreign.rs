//! Files that are no export of any kind, known by their first bytes: a merchant has them all the same, because a
//! link ran out, a program saved something else, or somebody packed the file.
//!
//! Nothing of them is read here; the answer says what the file is and what to do.

use crate::error::Error;
use crate::input::container;
use crate::place::Place;

/// What something else is than an export.
struct Foreign {
    /// Its first bytes.
    begins: &'static [u8],
    what: &'static str,
    hint: &'static str,
}

const fn foreign(begins: &'static [u8], what: &'static str, hint: &'static str) -> Foreign {
    Foreign { begins, what, hint }
}

const UNPACK: &str =
    "unpack it first, or pack it with gzip, zstandard or zip, which are read as they are";
const UNPACK_ALL: &str =
    "unpack it first, and name the files in it or their folder; a zip file is read as it is";
const REWRITE: &str = "write the table that is meant as CSV, JSON lines or Parquet";
const SAVE_AS_CSV: &str = "export the data itself, as CSV";

/// What old workbooks begin with.
const OLD_WORKBOOK: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Where archives of tar name themselves.
const TAR: (usize, &[u8]) = (257, b"ustar");

const FOREIGN: [Foreign; 11] = [
    foreign(b"BZh91AY&SY", "is packed with bzip2, which is not read", UNPACK),
    foreign(b"\xFD7zXZ\0", "is packed with xz, which is not read", UNPACK),
    foreign(b"7z\xBC\xAF\x27\x1C", "is an archive of 7-Zip, which is not read", UNPACK_ALL),
    foreign(b"Rar!\x1A\x07", "is an archive of RAR, which is not read", UNPACK_ALL),
    foreign(b"\x04\x22\x4D\x18", "is packed with LZ4, which is not read", UNPACK),
    foreign(b"%PDF-", "is a PDF document, not an export", SAVE_AS_CSV),
    foreign(b"SQLite format 3\0", "is a database of SQLite, not an export", REWRITE),
    foreign(b"Obj\x01", "is a file of Apache Avro, which is not read", REWRITE),
    foreign(b"ORC", "is a file of Apache ORC, which is not read", REWRITE),
    foreign(b"ARROW1\0\0", "is a file of Apache Arrow, which is not read", REWRITE),
    foreign(b"<?xml", "is XML, which is not read", SAVE_AS_CSV),
];

/// The error of a source that is no text, or that is text of another kind; `None` if it may be an export. `head` is the
/// source's first bytes, `start` the place of the first that is not blank.
pub(super) fn error(path: &str, head: &[u8], start: usize) -> Option<Error> {
    let error = |what: &str| Error::at(Place::file(path), format!("this {what}"));
    if head.starts_with(OLD_WORKBOOK) {
        return Some(container::workbook(path));
    }
    let shown = head.get(start..).unwrap_or_default();
    let zero = head.iter().position(|&byte| byte == 0);
    let is_binary = zero.is_some();
    // Letters alone may begin the name of a column.
    let is_it =
        |own: &&Foreign| shown.starts_with(own.begins) && (own.begins != b"ORC" || is_binary);
    if let Some(own) = FOREIGN.iter().find(is_it) {
        return Some(error(own.what).hint(own.hint));
    }
    if head.get(TAR.0..).is_some_and(|part| part.starts_with(TAR.1)) {
        return Some(error("is an archive of tar, which is not read").hint(UNPACK_ALL));
    }
    if is_page(shown) {
        return Some(error("is a web page, not an export").hint(
            "the link may have run out, or wants somebody to be logged in: download the export again in a browser",
        ));
    }
    if is_access_log(shown) {
        return Some(error("is the log of a web server, which is not read").hint(
            "it says which machine asked for which page, and not who that was: name a log of events that has its visitors, such as the web pixel's; of requests with a session, write time, url and session as CSV or JSON lines",
        ));
    }
    if is_sql(shown) {
        return Some(error("is a dump in SQL, which is not read").hint(
            "load it into the database that it is of, and export the table that is meant as CSV: the rows alone, with the names of their columns",
        ));
    }
    zero.map(|zero| {
        let before = head.get(..zero).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        error(&format!("is a binary file, not a table or JSON: a zero byte stands on line {line}"))
            .hint("if it is text, a program has damaged it: export it again")
    })
}

/// Whether text begins as a web page does.
fn is_page(shown: &[u8]) -> bool {
    let begins =
        |with: &[u8]| shown.get(..with.len()).is_some_and(|own| own.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html")
}

/// Whether text begins as the logs of web servers do: with a line of the common format (`192.0.2.0 - - [01/Oct/2025:08:20:09
/// +0000] "GET / …"`), or with the fields of the extended one.
fn is_access_log(shown: &[u8]) -> bool {
    if [&b"#Version:"[..], b"#Fields:", b"#Software:"].iter().any(|with| shown.starts_with(with)) {
        return true;
    }
    let line = shown.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let Some(open) = memchr::memchr(b'[', line) else { return false };
    let before = line.get(..open).unwrap_or_default();
    let words = before.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    let time = line.get(open + 1..).unwrap_or_default();
    let is_time = matches!(time, [a, b, b'/', _, _, _, b'/', rest @ ..]
        if a.is_ascii_digit() && b.is_ascii_digit() && rest.get(4) == Some(&b':'));
    // What a request brought may stand behind it.
    words == 3 && is_time && memchr::memmem::find(line, b"{\"").is_none()
}

/// Whether text is statements of SQL, as databases dump tables: behind comments, or begun by making or filling one.
fn is_sql(shown: &[u8]) -> bool {
    const ALONE: [&str; 6] = [
        "create table ",
        "insert into ",
        "drop table ",
        "pragma foreign_keys",
        "begin transaction;",
        "start transaction;",
    ];
    const BELOW_COMMENTS: [&str; 5] = ["set ", "copy ", "use ", "lock tables ", "create "];
    let is_comment =
        |line: &&[u8]| line.is_empty() || line.starts_with(b"--") || line.starts_with(b"/*");
    let mut lines = shown.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).peekable();
    let has_comments = lines.peek().is_some_and(is_comment);
    let Some(first) = lines.find(|line| !is_comment(line)) else { return false };
    let begins = |with: &&str| {
        first.get(..with.len()).is_some_and(|own| own.eq_ignore_ascii_case(with.as_bytes()))
    };
    ALONE.iter().any(&begins) || has_comments && BELOW_COMMENTS.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(head: &[u8]) -> Option<String> {
        let start = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap();
        error("a", head, start).map(|error| error.to_string())
    }

    #[test]
    fn what_else_merchants_have_is_known_by_its_first_bytes() {
        let mut tar = b"orders.csv".to_vec();
        tar.resize(257, 0);
        tar.extend(b"ustar\0");
        for (head, expected) in [
            (&b"BZh91AY&SY\x01"[..], "bzip2"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\n<!DOCTYPE HTML><html>", "web page"),
            (b"<HTML lang=en>", "web page"),
            (b"-- MySQL dump 10.13, for Linux\nDROP TABLE IF EXISTS `events`;\n", "SQL"),
            (b"--\n-- PostgreSQL database dump\n--\nSET x = 0;\n", "SQL"),
            (b"insert into events VALUES (1,'x');\n", "SQL"),
            (b"ORC\0\x01", "ORC"),
            (b"a,b\n1,\0", "a zero byte stands on line 2"),
            (&tar, "tar"),
            (OLD_WORKBOOK, "workbook"),
        ] {
            let told = told(head);
            assert!(told.as_deref().is_some_and(|told| told.contains(expected)), "{told:?}");
        }
    }

    #[test]
    fn exports_are_nothing_else() {
        for head in [
            "ORC,time\n1,2",
            "set ,time\n1,2",
            "-- a\ntime,b\n",
            "Obj,time\n",
            "BZh,time\n",
            "{\"a\":1}",
            "<a>,time\n",
        ] {
            assert_eq!(told(head.as_bytes()), None, "{head}");
        }
    }
}
