//! The head of a table: the names of its columns, what stands above them, and its first rows.
//!
//! Spreadsheets and programs write more than a header above the rows, and sometimes less: a line that names the
//! separator, titles, quotes around the line as a whole, no name for a column of row numbers. What a table is about is
//! decided elsewhere.

use super::SAMPLE;
use crate::input::columns::{Header, quoted_cells};
use csv::ByteRecord;

/// The head of a table, taken apart.
pub(super) struct TableHead {
    pub(super) delimiter: u8,
    pub(super) line_ends: csv::Terminator,
    pub(super) header: Header,
    /// The bytes of the header with what stands before it.
    pub(super) skip: usize,
    /// How many lines of titles stand above the header.
    pub(super) titles: usize,
    pub(super) rows: Vec<ByteRecord>,
}

/// So many lines of titles may stand above a header.
const MOST_TITLES: usize = 10;

impl TableHead {
    /// The head of a table that may begin with a line that names its separator. The delimiter is that, or the one
    /// that gives most columns, agreed on by most of the rows.
    pub(super) fn read(head: &[u8]) -> Option<TableHead> {
        let (named, start) = named_separator(head);
        let text = head.get(start..)?;
        let named = named.as_slice();
        let delimiters = if named.is_empty() { b",;\t|" } else { named };
        let heads = delimiters
            .iter()
            .filter_map(|&delimiter| TableHead::with(text, delimiter, csv::Terminator::CRLF));
        let best = heads.max_by_key(|t| {
            let width = t.header.names().len();
            let agreeing = t.rows.iter().filter(|row| row.len() == width).count();
            (t.rows.is_empty() || 2 * agreeing >= t.rows.len(), width)
        })?;
        Some(TableHead { skip: best.skip + start, ..best })
    }

    /// The head of the table below a few lines of titles that is one of those wanted.
    pub(super) fn below_titles(
        head: &[u8],
        is_wanted: impl Fn(&TableHead) -> bool,
    ) -> Option<TableHead> {
        let ends = memchr::memchr_iter(b'\n', head).map(|end| end + 1);
        (1..).zip(ends).take(MOST_TITLES).find_map(|(titles, start)| {
            let table = TableHead::read(head.get(start..)?)?;
            let skip = table.skip + start;
            is_wanted(&table).then_some(TableHead { skip, titles, ..table })
        })
    }

    /// The same with the names of columns behind the name of the table that all of them begin with: `t.event_time`, `ga:date`. Where
    /// everything was asked for (`*.event`), columns beside that say nothing more and get no name.
    pub(super) fn without_prefix(&self) -> Option<TableHead> {
        let names = self.header.names();
        let rest = |name: &String, prefix: &str| {
            Some(name.strip_prefix(prefix)?.strip_prefix(['.', ':'])?.to_string())
        };
        let all = names.iter().filter(|name| name.starts_with("*.")).count();
        let names: Option<Vec<String>> = if 2 * all > names.len() {
            names.iter().map(|name| Some(rest(name, "*").unwrap_or_default())).collect()
        } else {
            let (prefix, _) = names.first()?.split_once(['.', ':'])?;
            names.iter().map(|name| rest(name, prefix)).collect()
        };
        let header = Header::new(&ByteRecord::from(names?));
        Some(TableHead { header, rows: self.rows.clone(), ..*self })
    }

    /// The last row of a table, if the text ends within it: no line end follows, and it has fewer cells than the header, which all
    /// others have. `head` is the whole text of the table.
    pub(super) fn cut_row(&self, head: &[u8]) -> Option<Vec<u8>> {
        const FEWEST: usize = 2;
        if matches!(head.last(), Some(b'\n' | b'\r') | None) {
            return None;
        }
        let text = head.get(self.skip..)?;
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .terminator(self.line_ends)
            .from_reader(text);
        let rows: Vec<ByteRecord> = reader.into_byte_records().map_while(Result::ok).collect();
        let (last, others) = rows.split_last()?;
        let width = self.header.names().len();
        let are_whole = others.len() >= FEWEST && others.iter().all(|row| row.len() >= width);
        let start = usize::try_from(last.position()?.byte()).ok()?;
        // Where others have blanks there, they may be left out.
        let says = |row: &ByteRecord| {
            row.get(last.len()).is_some_and(|cell| !cell.trim_ascii().is_empty())
        };
        let is_short = last.len() < width && others.iter().all(says);
        let row = text.get(start..).filter(|_| are_whole && is_short)?;
        Some(row.trim_ascii_start().to_vec())
    }

    /// The head of a table with these signs.
    pub(super) fn with(
        head: &[u8],
        delimiter: u8,
        line_ends: csv::Terminator,
    ) -> Option<TableHead> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .terminator(line_ends)
            .from_reader(head);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record).ok().filter(|&more| more)?;
        let skip = usize::try_from(reader.position().byte()).ok()?;
        let rows = reader.into_byte_records().take(SAMPLE).map_while(Result::ok);
        let rows: Vec<ByteRecord> = rows.map(|row| without_quotes(row, delimiter)).collect();
        let names = with_row_numbers(without_quotes(record, delimiter), &rows);
        (names.len() >= 2).then(|| TableHead {
            delimiter,
            line_ends,
            header: Header::new(&names),
            skip: skip_line_end(head, skip),
            titles: 0,
            rows,
        })
    }
}

/// The separator that the first line names for spreadsheets (`sep=;`), and where the table begins.
fn named_separator(head: &[u8]) -> (Option<u8>, usize) {
    let Some(end) = memchr::memchr(b'\n', head) else { return (None, 0) };
    let line = head.get(..end).unwrap_or_default().trim_ascii_end();
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let words = line.strip_prefix(b"\"").unwrap_or(line);
    match words.strip_prefix(b"sep=").or_else(|| words.strip_prefix(b"SEP=")) {
        // A tab at the end of the line has been trimmed away.
        Some([]) => (Some(b'\t'), end + 1),
        Some([sign, rest @ ..]) if rest.iter().all(|b| b == sign || *b == b'"') => {
            (Some(*sign), end + 1)
        }
        Some(_) | None => (None, 0),
    }
}

/// Whether what is read stands in a cell between quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Outside,
    Inside,
    /// Behind a quote that ends it, unless another follows.
    Closed,
}

/// What ends the lines of a text. Only very old programs end them with a carriage return alone; a cell in quotes may hold
/// newlines even then, and here and there one without.
pub(super) fn line_end(text: &[u8]) -> u8 {
    let (mut quoting, mut returns, mut newlines) = (Quoting::Outside, 0, 0);
    let mut before = b'\n';
    for (at, &byte) in text.iter().enumerate() {
        quoting = match (quoting, byte) {
            // Only one that begins a cell opens it: an inch has none.
            (Quoting::Outside, b'"') if b",;\t|\r\n".contains(&before) => Quoting::Inside,
            (Quoting::Inside, b'"') => Quoting::Closed,
            // Doubled, it is one of the cell's.
            (Quoting::Closed, b'"') | (Quoting::Inside, _) => Quoting::Inside,
            (Quoting::Outside | Quoting::Closed, _) => Quoting::Outside,
        };
        let is_outside = quoting == Quoting::Outside;
        newlines += usize::from(is_outside && byte == b'\n');
        let is_return = is_outside && byte == b'\r' && text.get(at + 1) != Some(&b'\n');
        returns += usize::from(is_return);
        before = byte;
    }
    let has_none = memchr::memchr(b'\n', text).is_none();
    if has_none || returns > newlines && are_rows(text) { b'\r' } else { b'\n' }
}

/// Whether what stands between returns are rows of a table: most have as many separators as the first.
fn are_rows(text: &[u8]) -> bool {
    const LOOKED_AT: usize = 50;
    let mut lines = text.split(|&byte| byte == b'\r').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    let count = |line: &[u8], sign: u8| memchr::memchr_iter(sign, line).count();
    let sign = b",;\t|".iter().copied().max_by_key(|&sign| count(first, sign)).unwrap_or(b',');
    let width = count(first, sign);
    let rest: Vec<&[u8]> = lines.take(LOOKED_AT).collect();
    let alike = rest.iter().filter(|line| count(line, sign) >= width).count();
    width > 0 && 2 * alike > rest.len()
}

/// The reader stops behind the carriage return of `\r\n`; the line ends behind the newline.
fn skip_line_end(head: &[u8], skip: usize) -> usize {
    if head.get(skip) == Some(&b'\n') { skip + 1 } else { skip }
}

/// The cells of a line that a spreadsheet has put between quotes as a whole.
fn without_quotes(record: ByteRecord, delimiter: u8) -> ByteRecord {
    let [Some(line), None] = [record.get(0), record.get(1)] else { return record };
    quoted_cells(line, delimiter).unwrap_or(record)
}

/// The names of the columns with an empty one in front, if all rows begin with a number for which there is none.
fn with_row_numbers(names: ByteRecord, rows: &[ByteRecord]) -> ByteRecord {
    let is_number = |cell: &[u8]| !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
    let is_numbered =
        |row: &ByteRecord| row.len() == names.len() + 1 && row.get(0).is_some_and(is_number);
    // Where rows end with a separator the cell too many is the last.
    let ends_filled = |row: &ByteRecord| row.get(names.len()).is_some_and(|last| !last.is_empty());
    if !rows.iter().all(is_numbered) || !rows.iter().any(ends_filled) {
        return names;
    }
    std::iter::once(&b""[..]).chain(&names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(char, String, usize)> {
        let table = TableHead::read(text.as_bytes())?;
        Some((char::from(table.delimiter), table.header.names().join("+"), table.skip))
    }

    #[test]
    fn lines_end_with_what_ends_most_of_them() {
        for (text, expected) in [
            ("a,b\n1,2\n", b'\n'),
            ("a,b\r\n1,2\r\n", b'\n'),
            ("a,b\r1,2\r", b'\r'),
            ("a,b\r1,\"2\n3\"\r", b'\r'),
            ("a,b\n1,2\r3\n", b'\n'),
            ("a,b\n1,\"2\r\r\r3\"\n", b'\n'),
            ("a", b'\r'),
        ] {
            assert_eq!(line_end(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn the_names_of_columns_are_found() {
        for (text, expected) in [
            ("a,b\n1,2\n", Some((',', "a+b", 4))),
            ("a;b\r\n1,5;2\r\n", Some((';', "a+b", 5))),
            ("sep=;\r\na;b,c\r\n", Some((';', "a+b,c", 14))),
            ("\"sep=,\"\na,b;c;d\n", Some((',', "a+b;c;d", 16))),
            ("sep=\t\na\tb\n", Some(('\t', "a+b", 10))),
            ("sep=x y\na,b\n", None),
            ("\"a,b,c,d,\"\"e\"\"\"\n\"1,2,3,4,5\"\n", Some((',', "a+b+c+d+e", 16))),
            ("\"a,b\"\n\"1,2\"\n", None),
            ("a,b\n1,x,\n2,x,z\n", Some((',', "+a+b", 4))),
            // Rows end with a separator.
            ("a,b\n1,x,\n2,x,\n", Some((',', "a+b", 4))),
            // No number names these.
            ("a,b\n1,x,y\n2,x\n", Some((',', "a+b", 4))),
        ] {
            let expected = expected.map(|(sign, names, skip)| (sign, names.to_string(), skip));
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_last_row_without_its_end_is_cut() {
        for (text, expected) in [
            ("a,b,c\n1,2,3\n4,5,6\n7,8", Some("7,8")),
            ("a,b,c\r\n1,2,3\r\n4,5,6\r\n7", Some("7")),
            ("a,b,c\n1,2,3\n4,5,6\n7,8\n", None),
            ("a,b,c\n1,2,3\n4,5,6\n7,8,9", None),
            // Rows may be shorter.
            ("a,b,c\n1,2\n4,5,6\n7,8", None),
            ("a,b,c\n1,2,3\n7,8", None),
        ] {
            let table = TableHead::read(text.as_bytes()).unwrap();
            let found = table.cut_row(text.as_bytes());
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn a_table_may_stand_below_titles() {
        let text = b"Orders of the shop\n\n2025,all\na,b\n1,2\n";
        let has_a = |table: &TableHead| table.header.has(&["a"]);
        let table = TableHead::below_titles(text, has_a).unwrap();
        assert_eq!((table.titles, table.skip, table.rows.len()), (3, 33, 1));
        assert!(TableHead::below_titles(text, |table| table.header.has(&["c"])).is_none());
    }

    #[test]
    fn the_name_of_a_table_is_no_part_of_its_columns_names() {
        let names = |text: &str| {
            let table = TableHead::read(text.as_bytes()).unwrap().without_prefix();
            table.map(|table| table.header.names().join("+"))
        };
        assert_eq!(names("t.a,t.b\n"), Some("a+b".to_string()));
        assert_eq!(names("*.event,*.properties.$os\n"), Some("event+properties.$os".to_string()));
        assert_eq!(names("event,*.uuid,*.event\n"), Some("+uuid+event".to_string()));
        assert_eq!(names("event,time,*.event\n"), None);
        assert_eq!(names("t.a,b\n"), None);
        assert_eq!(names("a,t.b\n"), None);
    }
}
