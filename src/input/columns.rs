//! The columns of a delimited table: names, and the cells of a row by column.
//!
//! Exports are recognised and read by the names of their columns, never by position. Names are
//! compared in a normalised form, cells are decoded and cleaned of what spreadsheets do to them.
//! This file must not know any format: it neither splits bytes into records nor judges a value.

use super::aliases::{ADDRESSES, LANDING, address_among};
use super::rows::OutlinedRow;
pub use crate::identity::is_excel_number;
use crate::ladder::vocabulary::fold;
pub use crate::text::is_null;
use crate::text::{decode, is_null_word, says_so};
use csv::ByteRecord;
use std::borrow::Cow;
use std::sync::OnceLock;

/// A byte order mark as it looks after decoding.
const BOM: char = '\u{feff}';

/// The header of a table.
#[derive(Clone, Debug, Default)]
pub struct Header {
    record: ByteRecord,
    exact: Vec<String>,
    /// Empty for a name that is another's with a space behind it: reports of comparisons repeat a column's
    /// name so for the change in percent, and that is never the column itself.
    normal: Vec<String>,
    /// The column in which a pipeline notes which rows were deleted at their source.
    deletion: Option<usize>,
    /// The columns that say when and where a row was written down: they differ in rows that are the same.
    bookkeeping: Vec<usize>,
    /// Whether a column was given another name.
    is_called: bool,
    /// The column of the page's address, found when it is asked for first: it is asked for with every order.
    address: OnceLock<Option<usize>>,
}

/// The names of such columns: of Fivetran, Stitch and Airbyte.
const DELETIONS: &[&str] = &["fivetran deleted", "sdc deleted at", "ab cdc deleted at"];

/// What Airbyte calls it in tables of Shopify's: other tables may have such a column of their own.
const DELETIONS_OF_AIRBYTE: &[&str] = &["deleted at"];

/// So begin the names of the columns in which pipelines keep books: of Fivetran, Stitch, Airbyte and dlt.
const BOOKKEEPERS: &[&str] = &["_fivetran_", "_sdc_", "_airbyte_", "_dlt_"];

/// Further columns of this kind: files and lines of Fivetran, and the numbers of rows that libraries write.
const BOOKS: &[&str] = &["_file", "_line", "_modified", "Unnamed: 0", "__index_level_0__"];

/// Whether a column says when and where a row was written down.
fn keeps_books(name: &str) -> bool {
    BOOKS.contains(&name) || BOOKKEEPERS.iter().any(|own| name.starts_with(own))
}

impl Header {
    /// Reads the names of the first record of a table.
    pub fn new(record: &ByteRecord) -> Header {
        let exact: Vec<String> = record.iter().map(|cell| decode(cell).into_owned()).collect();
        let repeats = |name: &String| {
            name.ends_with(' ') && exact.iter().any(|other| other == name.trim_end_matches(' '))
        };
        let normal = exact
            .iter()
            .map(|name| if repeats(name) { String::new() } else { normalise(name) })
            .collect();
        let books = exact.iter().enumerate().filter(|(_, name)| keeps_books(name));
        let bookkeeping = books.map(|(column, _)| column).collect();
        let own = Header { record: record.clone(), exact, normal, ..Header::default() };
        let header = Header { bookkeeping, ..own };
        let is_airbytes = header.exact.iter().any(|name| name.starts_with("_airbyte_"));
        let of_airbyte = || header.find(DELETIONS_OF_AIRBYTE).filter(|_| is_airbytes);
        Header { deletion: header.find(DELETIONS).or_else(of_airbyte), ..header }
    }

    /// The name of the column that says which rows were deleted at their source.
    pub fn deletion(&self) -> Option<&str> {
        self.exact.get(self.deletion?).map(String::as_str)
    }

    /// The columns that say when and where a row was written down.
    pub fn bookkeeping(&self) -> &[usize] {
        &self.bookkeeping
    }

    /// Whether a row says that it was deleted at its source.
    pub fn is_deleted(&self, row: Row<'_>) -> bool {
        says_so(&row.text(self.deletion))
    }

    /// The same columns, found under their names in words, however these are put together: `createdAt`,
    /// `Created-at` and `created.at` are `created at`.
    #[must_use]
    pub fn in_words(&self) -> Header {
        let words = |(exact, normal): (&String, &String)| {
            if normal.is_empty() { String::new() } else { normalise(&fold(exact)) }
        };
        let normal = self.exact.iter().zip(&self.normal).map(words).collect();
        Header { normal, address: OnceLock::new(), ..self.clone() }
    }

    /// The first column that has one of these names, the first alias first. A name that is written
    /// exactly like the alias goes before one that is only equal to it when normalised.
    pub fn find(&self, aliases: &[&str]) -> Option<usize> {
        aliases.iter().filter(|alias| !alias.is_empty()).find_map(|alias| {
            let among = |names: &[String]| names.iter().position(|name| name == alias);
            among(&self.exact).or_else(|| among(&self.normal))
        })
    }

    /// The column of the page's address or, where there is none, of the page on which the visit began.
    pub fn address(&self) -> Option<usize> {
        *self.address.get_or_init(|| self.page_address().or_else(|| self.find(&[LANDING])))
    }

    /// The column of the page's address.
    pub fn page_address(&self) -> Option<usize> {
        let among = || address_among(self.exact.iter().map(String::as_str));
        self.find(ADDRESSES).or_else(among)
    }

    /// Whether a column has one of these names.
    pub fn has(&self, aliases: &[&str]) -> bool {
        self.find(aliases).is_some()
    }

    /// Has a column found under another name too.
    pub fn call(&mut self, column: usize, name: &str) {
        if let Some(normal) = self.normal.get_mut(column) {
            *normal = normalise(name);
            self.is_called |= !name.is_empty();
            self.address = OnceLock::new();
        }
    }

    /// Notes that the first column numbers the rows if it has no name and the cells of the first rows count up.
    pub fn note_numbers(&mut self, rows: &[ByteRecord]) {
        let number = |row: &ByteRecord| Row::parsed(row).text(Some(0)).parse::<u64>().ok();
        let numbers: Option<Vec<u64>> = rows.iter().map(number).collect();
        let count_up = numbers.is_some_and(|numbers| {
            numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
        });
        if count_up && self.exact.first().is_some_and(|name| name.trim().is_empty()) {
            self.bookkeeping.push(0);
        }
    }

    /// Whether a column was given another name.
    pub fn is_called(&self) -> bool {
        self.is_called
    }

    /// The names as they are written.
    pub fn names(&self) -> &[String] {
        &self.exact
    }

    /// The names in the form in which they are compared: `financial status`. Empty for a name that is
    /// another's with a space behind it.
    pub fn normal_names(&self) -> &[String] {
        &self.normal
    }

    /// Whether a row is this header again, as in tables that were put behind each other.
    pub fn is_repeat(&self, row: Row<'_>) -> bool {
        let same = |(name, cell): (&[u8], Cow<'_, [u8]>)| without_bom(name) == without_bom(&cell);
        row.len() == self.record.len() && self.record.iter().zip(row.cells()).all(same)
    }
}

/// A name in the form in which names are compared: without byte order mark and quotes, in lower
/// case, each run of spaces and `_` as one space.
pub fn normalise(name: &str) -> String {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, BOM | '"' | '\''));
    let words = name.split(|c: char| c == '_' || c.is_whitespace()).filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The cells of a line that a spreadsheet has put between quotes as a whole, from what stands between them. In a table of
/// fewer than five columns it may be a text with commas in it.
pub fn quoted_cells(line: &[u8], delimiter: u8) -> Option<ByteRecord> {
    const FEWEST: usize = 5;
    // Most cells are one word, and to make a reader takes longer than to count.
    if memchr::memchr_iter(delimiter, line).count() + 1 < FEWEST {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter);
    let mut record = ByteRecord::new();
    let is_row = reader.from_reader(line).read_byte_record(&mut record).unwrap_or(false);
    (is_row && record.len() >= FEWEST).then_some(record)
}

/// The cells of one row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    cells: Cells<'r>,
}

/// Where the cells are.
#[derive(Clone, Copy, Debug)]
enum Cells<'r> {
    /// Cut out of their block by its outline.
    Outlined(OutlinedRow<'r>),
    /// Taken apart by the parser, with the bytes as they are written.
    Parsed(&'r ByteRecord, &'r [u8]),
}

impl<'r> Row<'r> {
    /// A row that the `csv` crate has taken apart.
    pub fn parsed(record: &'r ByteRecord) -> Row<'r> {
        Row { cells: Cells::Parsed(record, record.as_slice()) }
    }

    /// The same, with the bytes of the row as they are written.
    #[must_use]
    pub fn written(self, bytes: &'r [u8]) -> Row<'r> {
        match self.cells {
            Cells::Parsed(record, _) => Row { cells: Cells::Parsed(record, bytes) },
            Cells::Outlined(_) => self,
        }
    }

    /// The row as it is written, without the line end.
    pub fn bytes(&self) -> &'r [u8] {
        match self.cells {
            Cells::Outlined(row) => row.bytes(),
            Cells::Parsed(_, bytes) => bytes,
        }
    }

    /// A row of an outline.
    pub fn outlined(row: OutlinedRow<'r>) -> Row<'r> {
        Row { cells: Cells::Outlined(row) }
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        match self.cells {
            Cells::Outlined(row) => row.len(),
            Cells::Parsed(record, _) => record.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A cell's bytes, quotes resolved.
    #[inline]
    pub fn cell(&self, column: usize) -> Option<Cow<'r, [u8]>> {
        match self.cells {
            Cells::Outlined(row) => row.cell(column),
            Cells::Parsed(record, _) => record.get(column).map(Cow::Borrowed),
        }
    }

    /// All cells, as [`Row::cell`] gives each.
    pub fn cells(&self) -> impl Iterator<Item = Cow<'r, [u8]>> {
        let row = *self;
        (0..row.len()).filter_map(move |column| row.cell(column))
    }

    /// A cell as it is written, if it needs neither cleaning nor the resolving of quotes inside it. Most
    /// cells are such, and whoever can work on bytes need not have them checked for being text.
    #[inline]
    pub fn plain(&self, column: usize) -> Option<&'r [u8]> {
        let written = match self.cells {
            Cells::Outlined(row) => row.written(column)?,
            Cells::Parsed(record, _) => record.get(column)?,
        };
        // A quote is no sign that a clean cell begins with.
        if is_clean(written) {
            return Some(written);
        }
        match self.cell(column) {
            Some(Cow::Borrowed(cell)) if is_clean(cell) => Some(cell),
            _ => None,
        }
    }

    /// A cell as text: decoded, trimmed, without the one `'` that guards a number or a formula from
    /// spreadsheets. Empty for no column and for a row that is too short.
    #[inline]
    pub fn text(&self, column: Option<usize>) -> Cow<'r, str> {
        match column.and_then(|column| self.cell(column)) {
            None => Cow::Borrowed(""),
            Some(Cow::Borrowed(cell)) => match decode(cell) {
                Cow::Borrowed(text) => Cow::Borrowed(clean(text)),
                Cow::Owned(text) => Cow::Owned(clean(&text).to_owned()),
            },
            Some(Cow::Owned(cell)) => Cow::Owned(clean(&decode(&cell)).to_owned()),
        }
    }

    /// The same of a cell in a column of numbers, times, identifiers or marks: there `NA`, `nan` and `nil` say nothing
    /// either.
    pub fn mark(&self, column: Option<usize>) -> Option<Cow<'r, str>> {
        Some(self.text(column)).filter(|text| !is_null_word(text))
    }

    /// A cell that says something: `None` for what [`Row::text`] leaves empty and for `null`,
    /// `None`, `(not set)`, `(none)`, `-`, `N/A`, `undefined`, `NaN`, `\N` and the like.
    pub fn value(&self, column: Option<usize>) -> Option<Cow<'r, str>> {
        Some(self.text(column)).filter(|text| !is_null(text))
    }

    /// Whether all cells are empty.
    #[inline]
    pub fn is_blank(&self) -> bool {
        self.cells().all(|cell| cell.trim_ascii().is_empty())
    }

    /// Whether any cell from a column on is not empty.
    pub fn says_more_from(&self, column: usize) -> bool {
        (column..self.len()).any(|column| self.cell(column).is_some_and(|cell| !cell.is_empty()))
    }
}

fn without_bom(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell)
}

/// Whether a cell begins and ends with signs that need no cleaning, as almost every cell does.
#[inline]
pub(super) fn is_clean(cell: &[u8]) -> bool {
    match cell {
        [b'\'' | b'"', ..] | [] => false,
        [only] => only.is_ascii_graphic(),
        [first, .., last] => first.is_ascii_graphic() && last.is_ascii_graphic(),
    }
}

/// Trims a cell and takes away a guarding apostrophe.
#[inline]
fn clean(text: &str) -> &str {
    if is_clean(text.as_bytes()) {
        return text;
    }
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "+-=@".contains(c)) => rest,
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Header {
        Header::new(&ByteRecord::from(names.to_vec()))
    }

    #[test]
    fn columns_are_found_by_their_normalised_names() {
        let table =
            header(&["\u{feff}Name", "\"Created  at\"", "financial_status", "name", "ÉTAT"]);
        let cases: [(&[&str], Option<usize>); 6] = [
            (&["name"], Some(3)), // written exactly so
            (&["created at"], Some(1)),
            (&["financial status"], Some(2)),
            (&["status", "état"], Some(4)),
            (&["id"], None),
            (&[""], None),
        ];
        for (aliases, expected) in cases {
            assert_eq!(table.find(aliases), expected, "{aliases:?}");
            assert_eq!(table.has(aliases), expected.is_some(), "{aliases:?}");
        }
        assert_eq!(table.names()[1], "\"Created  at\"");
    }

    #[test]
    fn a_first_column_without_a_name_numbers_rows_only_if_it_counts_up() {
        for (cells, expected) in [
            (&["0", "1", "2"][..], true),
            (&["7", "8"], true),
            (&["7001", "7050"], false),
            (&["A1", "A2"], false),
            (&["1"], false),
        ] {
            let mut table = header(&["", "event"]);
            let rows: Vec<ByteRecord> =
                cells.iter().map(|cell| ByteRecord::from(vec![*cell, "x"])).collect();
            table.note_numbers(&rows);
            assert_eq!(!table.bookkeeping().is_empty(), expected, "{cells:?}");
        }
        assert_eq!(header(&["id", "_fivetran_synced", "_line"]).bookkeeping(), [1, 2]);
    }

    #[test]
    fn a_trailing_space_makes_another_column_of_a_name_that_is_there() {
        let twins = header(&["Sessions (previous_year) ", "Sessions (previous_year)", "Day "]);
        assert_eq!(twins.find(&["sessions (previous year)"]), Some(1));
        assert_eq!(twins.find(&["Sessions (previous_year) "]), Some(0));
        assert_eq!(twins.find(&["day"]), Some(2));
        assert_eq!(twins.normal_names(), ["", "sessions (previous year)", "day"]);
    }

    #[test]
    fn names_that_are_written_otherwise_are_found_in_words() {
        let table =
            header(&["CreatedAt", "Financial-Status", "Name", "customer.id", "Price: Total"]);
        assert_eq!(table.find(&["created at"]), None);
        let words = ["created at", "financial status", "name", "customer id", "price total"];
        for (column, name) in words.into_iter().enumerate() {
            assert_eq!(table.in_words().find(&[name]), Some(column), "{name}");
        }
        assert_eq!(table.in_words().names(), table.names());
        let twins = header(&["Sessions ", "Sessions"]);
        assert_eq!(twins.in_words().find(&["sessions"]), Some(1));
    }

    #[test]
    fn a_header_in_the_middle_is_seen() {
        let table = header(&["\u{feff}Name", "Id"]);
        let cases: [(&[&str], bool); 5] = [
            (&["\u{feff}Name", "Id"], true),
            (&["Name", "Id"], true),
            (&["Name", "Id", ""], false),
            (&["Name", "ID"], false),
            (&["#7", "8"], false),
        ];
        for (cells, expected) in cases {
            assert_eq!(
                table.is_repeat(Row::parsed(&ByteRecord::from(cells.to_vec()))),
                expected,
                "{cells:?}"
            );
        }
        let record = ByteRecord::from(vec!["\u{feff}Name"]);
        assert!(header(&["Name"]).is_repeat(Row::parsed(&record)));
    }

    #[test]
    fn cells_are_decoded_and_cleaned() {
        let cases: [(&[u8], &str); 10] = [
            (b" a b ", "a b"),
            (b"'06000", "06000"),
            (b"'+44 20", "+44 20"),
            (b"''7", "''7"),
            (b"'quoted", "'quoted"),
            (b"'=1+1", "=1+1"),
            (b"'", "'"),
            (b"caf\xe9 ", "café"),
            ("café".as_bytes(), "café"),
            (b"\x80 12", "€ 12"),
        ];
        for (cell, expected) in cases {
            let record = ByteRecord::from(vec![cell]);
            assert_eq!(Row::parsed(&record).text(Some(0)), expected);
        }
        let record = ByteRecord::from(vec!["x"]);
        assert_eq!(Row::parsed(&record).text(Some(1)), "");
        assert_eq!(Row::parsed(&record).text(None), "");
    }

    #[test]
    fn what_says_nothing_is_no_value() {
        for text in [
            "",
            "  ",
            "null",
            "NULL",
            "None",
            "(not set)",
            "(none)",
            "-",
            "N/A",
            "undefined",
            "NaN",
            "NaT",
            "\\N",
            "<NA>",
            "[NULL]",
            "(null)",
            "#N/A",
        ] {
            let record = ByteRecord::from(vec![text]);
            assert_eq!(Row::parsed(&record).value(Some(0)), None, "{text}");
        }
        for text in ["0", "(direct)", "nan", "NA", "no", "Nonesuch"] {
            let record = ByteRecord::from(vec![text]);
            let row = Row::parsed(&record);
            assert_eq!(row.value(Some(0)).unwrap(), text);
            let is_word = ["nan", "NA"].contains(&text);
            assert_eq!(row.mark(Some(0)).is_none(), is_word, "{text}");
        }
        assert!(Row::parsed(&ByteRecord::from(vec!["", " "])).is_blank());
        assert!(!Row::parsed(&ByteRecord::from(vec!["", "0"])).is_blank());
    }

    #[test]
    fn spreadsheet_numbers_are_seen() {
        for text in ["5.9E+12", "5,9E+12", "5E+12", "1.55556e+10"] {
            assert!(is_excel_number(text), "{text}");
        }
        for text in
            ["5900000000001", "5.9", "55.9E+12", "5.9E12", "5.9E-3", "E+1", "5.E+1", "5E+", "12e4"]
        {
            assert!(!is_excel_number(text), "{text}");
        }
    }
}
