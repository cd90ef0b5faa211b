//! JSON that is no line a record: one object that wraps a list of records (a page of an API, a batch, a
//! response), and objects that are spread over several lines, or stand several on one.
//!
//! Both are small beside logs, so they are read into memory as a whole and read on as a list. What stands beside
//! the list of a page may say what the records' numbers mean, or whose they are (`around`).

use super::{SAMPLE, answers, around, refused};
use crate::error::{Error, Result};
use crate::input::Told;
use crate::input::format::klaviyo;
use crate::input::format::tool_log::Beside;
use crate::input::json::{Reader, Written, next_member};
use crate::input::source::Source;
use crate::place::Place;
use crate::text::line_at;
use std::io::Read;
use std::ops::Range;

/// Keys under which a page has its list, the first that is there.
const LISTS: [&str; 11] = [
    "data",
    "orders",
    "batch",
    "results",
    "events",
    "edges",
    "nodes",
    "records",
    "Records",
    "checkouts",
    "hits",
];

/// That of Elasticsearch, which stands in an object of the same name. A list that is called so by itself is what happened in
/// a session of Google's.
const SEARCHED: &[u8] = b"hits";

/// Objects over several lines are read if there is no more of them than this.
const MOST_SPREAD: u64 = 256 * 1024 * 1024;

/// Lists stand no deeper than this.
const DEEPEST: usize = 3;

/// What a source turned out to be.
pub(super) enum Found {
    /// A list that is read on.
    Page(Page),
    /// Anything else, as it was.
    Lines(Source),
}

/// The list of a page, or objects over several lines as a list.
pub(super) struct Page {
    /// The elements, without the brackets around them.
    pub(super) source: Source,
    /// The line on which they begin.
    pub(super) first_line: u64,
    /// What stands beside them.
    pub(super) beside: Beside,
}

/// Takes the list out of a page, or makes one of objects over several lines; any other source stays as it is.
/// Its first value starts behind `start` bytes.
pub(super) fn unwrap(source: Source, start: usize, told: &Told) -> Result<Found> {
    let first = source.head.get(start..).unwrap_or_default();
    let line = first.split(|&b| b == b'\n').next().unwrap_or_default();
    let mut reader = Reader::<()>::default();
    let own = reader.read(Written::new(line)).ok().filter(|record| record.root().is_object());
    let ends_on_line = own.is_some();
    // Some pipelines put records behind each other without a sign between them.
    let is_run_on = own
        .and_then(|record| line.get(record.end()..))
        .is_some_and(|behind| behind.trim_ascii_start().starts_with(b"{"));
    // A record of a log has a line of its own and wraps nothing.
    let is_page = begins_like_a_page(first) && (!ends_on_line || is_page(line));
    let is_spread = is_run_on || !ends_on_line && is_spread(first);
    if !is_page && !is_spread {
        return Ok(Found::Lines(source));
    }
    let (path, origin) = (source.path.clone(), Origin::of(&source));
    let mut text = source.head.clone();
    let most = if is_page { u64::MAX } else { MOST_SPREAD };
    let mut rest = source.into_rest().take(most);
    rest.read_to_end(&mut text).map_err(|e| Error::io(&path, e))?;
    if rest.limit() == 0 {
        return Err(Error::at(Place::file(&path), "its objects are not one on each line")
            .hint("so large a file is read one object a line: `jq -c .` writes it so"));
    }
    let whole = text.get(start..).unwrap_or_default();
    let is_one = match reader.read(Written::new(whole)) {
        Ok(record) => {
            whole.get(record.end()..).is_some_and(|behind| behind.trim_ascii().is_empty())
        }
        Err(bad) if bad.at >= whole.trim_ascii_end().len() => return Err(cut_off(&path)),
        Err(_) => false,
    };
    let lists = if is_one { lists_in(whole) } else { Vec::new() };
    let Some(first) = lists.first() else {
        let Some(list) = listed(whole).filter(|_| is_spread) else {
            return Ok(Found::Lines(origin.holding(text)?));
        };
        let first_line = line_at(&text, start);
        let beside = Beside::default();
        return Ok(Found::Page(Page { source: origin.holding(list)?, first_line, beside }));
    };
    let beside = reader
        .read(Written::new(whole))
        .ok()
        .and_then(|record| record.root().member("included").map(klaviyo::beside));
    let first_line = line_at(&text, start + first.start);
    let elements = answers::with_orders(answers::joined(whole, &lists));
    if elements.trim_ascii().is_empty()
        && let Some(refusal) = refused::of_page(&path, whole)
    {
        return Err(refusal);
    }
    let elements = around::add_to_each(&elements, whole, &around::needed(whole, told));
    let source = origin.holding(elements)?;
    Ok(Found::Page(Page { source, first_line, beside: beside.unwrap_or_default() }))
}

/// The error of an object without its end.
fn cut_off(path: &str) -> Error {
    Error::at(Place::file(path), "it is cut off: it ends within a JSON object")
        .hint("export or download it again, in full")
}

/// Takes the lists out of a file that has a page on each line; a line that is none is a record itself.
pub(super) fn unwrap_lines(source: Source, start: usize, told: &Told) -> Result<Page> {
    let (path, origin) = (source.path.clone(), Origin::of(&source));
    let mut text = source.head.clone();
    source.into_rest().read_to_end(&mut text).map_err(|e| Error::io(&path, e))?;
    let first_line = line_at(&text, start);
    let head = text.get(start..).unwrap_or_default().split(|&byte| byte == b'\n').take(SAMPLE);
    let around = head.map(|line| around::needed(line, told)).find(|keys| !keys.is_empty());
    let mut page = Elements { around: around.unwrap_or_default(), ..Elements::default() };
    for line in text.get(start..).unwrap_or_default().split_inclusive(|&byte| byte == b'\n') {
        page.add(line.trim_ascii());
        page.text.extend(line.ends_with(b"\n").then_some(b'\n'));
    }
    Ok(Page { source: origin.holding(page.text)?, first_line, beside: page.beside })
}

/// Takes the lists out of the pages that are the elements of a list, which starts behind `start` bytes; an element
/// that is none is a record itself.
pub(super) fn unwrap_elements(source: Source, start: usize, told: &Told) -> Result<Page> {
    let (path, origin) = (source.path.clone(), Origin::of(&source));
    let mut text = source.head.clone();
    source.into_rest().read_to_end(&mut text).map_err(|e| Error::io(&path, e))?;
    let first_line = line_at(&text, start);
    let mut page = Elements::default();
    let mut reader = Reader::<()>::default();
    let mut rest = text.get(start..).unwrap_or_default();
    while !rest.is_empty() {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']');
        let gap = rest.iter().take_while(|byte| is_between(byte)).count();
        let (between, behind) = rest.split_at(gap);
        let end = reader.read(Written::new(behind)).map_or(behind.len(), |record| record.end());
        let (element, behind) = behind.split_at(end);
        rest = behind;
        if page.around.is_empty() {
            page.around = around::needed(element, told);
        }
        let lists = lists_in(element);
        let list = lists.first().zip(lists.last()).map(|(first, last)| first.start..last.end);
        let list = list.map_or(0..element.len(), |list| trimmed(element, list));
        page.skip_lines(between);
        page.skip_lines(element.get(..list.start).unwrap_or_default());
        page.add(element);
        page.skip_lines(element.get(list.end..).unwrap_or_default());
    }
    Ok(Page { source: origin.holding(page.text)?, first_line, beside: page.beside })
}

/// A range of a text without the blanks at its ends.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let inside = text.get(range.clone()).unwrap_or_default();
    let start = range.start + inside.len() - inside.trim_ascii_start().len();
    start..start + inside.trim_ascii().len()
}

/// What stays true of a source when its text is another.
struct Origin {
    path: String,
    encoding: &'static str,
    size: Option<u64>,
    compression: Option<&'static str>,
}

impl Origin {
    fn of(source: &Source) -> Origin {
        let Source { encoding, size, compression, .. } = *source;
        Origin { path: source.path.clone(), encoding, size, compression }
    }

    /// The source with this text.
    fn holding(&self, text: Vec<u8>) -> Result<Source> {
        let mut source = Source::from_bytes(&self.path, text)?;
        (source.encoding, source.size, source.compression) =
            (self.encoding, self.size, self.compression);
        Ok(source)
    }
}

/// The elements of several pages, each on its own line, and what stands beside them.
#[derive(Default)]
struct Elements {
    text: Vec<u8>,
    has_any: bool,
    beside: Beside,
    /// The keys of a page's members that its records lack.
    around: Vec<String>,
}

impl Elements {
    fn add(&mut self, line: &[u8]) {
        let mut reader = Reader::<()>::default();
        let record =
            reader.read(Written::new(line)).ok().filter(|record| record.end() == line.len());
        // What is no record stays a row that cannot be read.
        let Some(record) = record else {
            let row: &[u8] = if line.is_empty() { b"" } else { b"null" };
            return self.push(row);
        };
        let lists = lists_in(line);
        if !lists.is_empty()
            && let Some(included) = record.root().member("included")
        {
            let beside = klaviyo::beside(included);
            self.beside.names.extend(beside.names);
            self.beside.people.extend(beside.people);
        }
        if lists.is_empty() {
            return self.push(line);
        }
        let list = answers::with_orders(answers::joined(line, &lists).trim_ascii().to_vec());
        self.push(&around::add_to_each(&list, line, &self.around));
    }

    /// Keeps the line ends of what is left out, so that records stay on their lines.
    fn skip_lines(&mut self, left_out: &[u8]) {
        self.text.extend(left_out.iter().filter(|byte| **byte == b'\n'));
    }

    fn push(&mut self, elements: &[u8]) {
        if elements.is_empty() {
            return;
        }
        self.text.extend(self.has_any.then_some(b','));
        self.text.extend_from_slice(elements);
        self.has_any = true;
    }
}

/// Whether the object at the beginning of a text goes on over several lines, as far as the text says. Its first line
/// ends where more must follow: a line that is broken within a text is none.
fn is_spread(text: &[u8]) -> bool {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if !matches!(line.trim_ascii_end().last(), Some(b'{' | b'[' | b',' | b':')) {
        return false;
    }
    let end = match Reader::<()>::default().read(Written::new(text)) {
        Ok(record) if record.root().is_object() => record.end(),
        // It does not end within the text: what is there of it is one as far as it goes.
        Err(bad) if bad.at >= text.len() => text.len(),
        Ok(_) | Err(_) => return false,
    };
    memchr::memchr(b'\n', text.get(..end).unwrap_or_default()).is_some()
}

/// Objects that follow each other, as the elements of a list; `None` if the first cannot be read. From one that
/// cannot be read on, all is one element.
fn listed(text: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::<()>::default();
    let mut list = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Ok(end) = reader.read(Written::new(rest)).map(|record| record.end()) {
        let (object, behind) = rest.split_at_checked(end)?;
        let gap = behind.len() - behind.trim_ascii_start().len();
        list.extend_from_slice(object);
        rest = behind.get(gap..)?;
        if !rest.is_empty() {
            list.push(b',');
        }
        list.extend_from_slice(behind.get(..gap)?);
        if rest.is_empty() {
            return Some(list);
        }
    }
    let is_any = !list.is_empty();
    list.extend_from_slice(rest);
    is_any.then_some(list)
}

/// Whether a text has the key of a list near its beginning: a log of large records is not read whole.
fn begins_like_a_page(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some((key, value)) = next_member(text, &mut at) {
        if LISTS.iter().any(|list| list.as_bytes() == key) {
            let begins = text.get(value.start);
            return begins == Some(&b'{') || begins == Some(&b'[') && key != SEARCHED;
        }
    }
    false
}

/// The elements of the lists of a page: of a response all that it answers, of any other the first list.
fn lists_in(text: &[u8]) -> Vec<Range<usize>> {
    let answers = answers::answers(text);
    if answers.is_empty() { list_in(text).into_iter().collect() } else { answers }
}

/// Whether a text is a page.
pub(super) fn is_page(text: &[u8]) -> bool {
    list_in(text).is_some() || !answers::answers(text).is_empty()
}

/// The elements of the list of a page, as a range of its bytes; `data` may hold further objects.
pub(super) fn list_in(text: &[u8]) -> Option<Range<usize>> {
    find_list(text, 0, DEEPEST)
}

/// Whether a list under this key is that of a page.
pub(super) fn names_list(key: &[u8]) -> bool {
    LISTS.iter().any(|list| list.as_bytes() == key)
}

/// The same of what stands within `data`.
pub(super) fn list_within(text: &[u8]) -> Option<Range<usize>> {
    find_list(text, 1, DEEPEST - 1)
}

fn find_list(text: &[u8], start: usize, depth: usize) -> Option<Range<usize>> {
    let mut members = Vec::new();
    let mut at = start;
    while let Some(member) = next_member(text, &mut at) {
        members.push(member);
    }
    let is_list = |key: &[u8]| LISTS.iter().position(|list| list.as_bytes() == key);
    members.sort_by_key(|(key, _)| is_list(key).unwrap_or(usize::MAX));
    members.into_iter().find_map(|(key, value)| match text.get(value.start)? {
        b'[' if start == 0 && key == SEARCHED => None,
        b'[' if is_list(key).is_some() && holds_objects(text, &value) => {
            Some(value.start + 1..value.end.checked_sub(1)?)
        }
        // Within `data`, what is asked for has any name.
        b'{' if depth > 0 && (start > 0 || is_list(key).is_some()) => {
            find_list(text, value.start, depth - 1)
        }
        _ => None,
    })
}

/// Whether a list is empty or begins with an object.
fn holds_objects(text: &[u8], list: &Range<usize>) -> bool {
    let inside = text.get(list.start + 1..list.end).unwrap_or_default();
    matches!(inside.trim_ascii_start().first(), Some(b'{' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Option<&str> {
        text.get(list_in(text.as_bytes())?)
    }

    #[test]
    fn pages_on_lines_become_one_list() {
        let text = b"{\"batch\":[{\"a\":1},{\"b\":2}]}\n{\"batch\":[]}\n\nbroken\n{\"c\":3}\n";
        let page =
            unwrap_lines(Source::from_bytes("x", text.to_vec()).unwrap(), 0, &Told::default())
                .unwrap();
        let expected = "{\"a\":1},{\"b\":2}\n\n\n,null\n,{\"c\":3}\n";
        assert_eq!(String::from_utf8_lossy(&page.source.head), expected);
        assert_eq!(page.first_line, 1);
    }

    #[test]
    fn the_list_of_a_page_is_found() {
        for (text, expected) in [
            (r#"{"took":1,"hits":{"total":1,"hits":[{"a":1}]}}"#, Some(r#"{"a":1}"#)),
            (r#"{"visitId":1,"hits":[{"a":1}]}"#, None),
            (r#"{"data":[{"a":1},{"b":"]}"}],"included":[{}]}"#, Some(r#"{"a":1},{"b":"]}"}"#)),
            (r#"{"orders": [ {"id":1} ] }"#, Some(r#" {"id":1} "#)),
            (r#"{"sentAt":"\"[","batch":[]}"#, Some("")),
            (r#"{"data":{"orders":{"edges":[{"node":{}}]}}}"#, Some(r#"{"node":{}}"#)),
            (r#"{"data":{"orders":{"pageInfo":{},"nodes":[{"id":1}]}}}"#, Some(r#"{"id":1}"#)),
            (r#"{"event":"x","properties":{"data":[{"a":1}]}}"#, None),
            (r#"{"data":[1,2]}"#, None),
            (r#"{"data":"#, None),
            (r#"{"data":["#, None),
            ("{", None),
            (r#"{"a"#, None),
        ] {
            assert_eq!(list(text), expected, "{text}");
        }
    }

    #[test]
    fn objects_over_several_lines_are_a_list() {
        for (text, expected) in [
            ("{\n\"a\": 1\n}\n", Some("{\n\"a\": 1\n}\n")),
            ("{\n\"a\":[{}]}\n\n{\"b\":\n2} {}", Some("{\n\"a\":[{}]},\n\n{\"b\":\n2}, {}")),
            ("{\n\"a\":1}\n{\"b\":", Some("{\n\"a\":1},\n{\"b\":")),
            ("{\n\"a\":", None),
        ] {
            let list = listed(text.as_bytes()).map(|list| String::from_utf8(list).unwrap());
            assert_eq!(list.as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("{\n\"a\": 1\n}\n", true),
            ("{\"a\": 1,\n\"b", true),
            ("{\"a\": 1,\n", true),
            ("{\"a\": 1}\n{\"a\": 2}\n", false),
            ("{\"a\": 1\n{\"a\": 2}\n", false),
            ("{\"a\": x\n}", false),
            ("{\"a\": \"x\n\"}", false),
            ("{\"a\": 1", false),
        ] {
            assert_eq!(is_spread(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn pages_in_a_list_become_one_list() {
        let text =
            b"[\n{\"orders\":[\n{\"a\":1}]},{\"orders\":[{\"b\":2},{\"c\":3}]}\n,{\"d\":4}]\n";
        let source = Source::from_bytes("x", text.to_vec()).unwrap();
        let page = unwrap_elements(source, 1, &Told::default()).unwrap();
        let expected = "\n\n{\"a\":1},{\"b\":2},{\"c\":3}\n,{\"d\":4}\n";
        assert_eq!(String::from_utf8_lossy(&page.source.head), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_end(text in r#"[{}\[\]",:\\ adt]{0,40}"#) {
            if let Some(range) = list_in(text.as_bytes()) {
                proptest::prop_assert!(range.end <= text.len());
            }
        }
    }
}
