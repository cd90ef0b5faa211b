//! What an input is, decided from its content: from the names of its columns or keys, never from the
//! file's name or the columns' places. What was decided, and why, is kept for the reader.
//!
//! `json` and `table` decide for the two kinds of text, `json_sample` shows what records hold, `json_formats` lists the JSON exports, `wrapped` takes
//! the records out of a page (with what stands `around` them and says whose they are; of a response all `answers`), `nameless` whether sessions say who
//! rows without a name are of, `exact_time` which of several columns says when, `hits` when those of Universal Analytics were, `unrecognised` what a
//! table lacks and `json_in_lines` that it is none, `meant` which of its names may be that and `offers` which of its cells, `nearly` what a table of events would
//! be if it had one column more, `refused` that a file is no data but an error message, `first_line` that it has no names of columns, `table_head` finds these; what they share is here.

mod answers;
mod around;
mod dates;
mod enveloped;
mod exact_time;
mod first_line;
mod foreign;
mod ga4_ui;
mod happened;
mod hits;
mod json;
mod json_formats;
mod json_in_lines;
mod json_records;
mod json_sample;
mod meant;
mod milestones;
mod nameless;
mod nearly;
mod offers;
mod order_names;
mod refused;
mod table;
mod table_formats;
mod table_head;
mod unrecognised;
mod wrapped;

pub use dates::ambiguous_dates;

use self::first_line::is_value;
use super::aliases::{Mapping, Part};
use super::format::Format;
use super::parquet;
use super::source::Source;
use super::split::Layout;
use super::supply::Supply;
use super::together::Together;
use super::{Input, Reading, Rows, Told};
use crate::error::{Error, Nothing, Result};
use crate::event::{Identifier, IdentifierKind};
use crate::identity::Strictness;
use crate::place::Place;

/// How many records detection looks at.
const SAMPLE: usize = 50;

/// Recognises an opened source; one of several tables is as many inputs.
pub fn recognise_all(source: Source, told: &Told) -> Result<Vec<Input>> {
    let is_of_a_page = told.allows(Format::Ga4Ui) && ga4_ui::is_one(&source.head);
    if is_of_a_page && let Some(start) = ga4_ui::records_begin(&source.head) {
        return Ok(vec![json::recognise(source, told, Layout::Lines, start)?]);
    }
    if is_of_a_page && !ga4_ui::precedes_rows(&source.head, told) {
        return ga4_ui::recognise(source, told);
    }
    if source.head.starts_with(parquet::MAGIC) {
        return Ok(vec![recognise_parquet(source, told)?]);
    }
    Ok(vec![recognise(source, told)?])
}

/// Recognises the rows of a Parquet file by the text that is made of the first ones.
fn recognise_parquet(source: Source, told: &Told) -> Result<Input> {
    let (path, size, compression) = (source.path.clone(), source.size, source.compression);
    let rows = parquet::Rows::open(source.into_whole_file()?)?;
    let shown = Source::from_bytes(&path, rows.head()?)?;
    let mut input = match rows.layout() {
        Layout::Table(signs) => table::recognise_signed(shown, told, signs)?,
        Layout::Lines | Layout::Array => recognise(shown, told)?,
    };
    if let Rows::ToolTable(_, table) = &input.reading.rows
        && table.rows_in_common().is_some()
    {
        return Err(Error::at(
            Place::file(path),
            "a Parquet file in which an event takes several rows cannot be read",
        )
        .hint("export it with the parameters as a list, or as CSV"));
    }
    input.reading.why = format!("a Parquet file: {}", input.reading.why);
    (input.reading.size, input.reading.compression) = (size, compression);
    input.reading.delimiter = None;
    input.supply = Supply::Parquet(rows);
    Ok(input)
}

/// Recognises an opened source that is one input.
pub fn recognise(source: Source, told: &Told) -> Result<Input> {
    let path = source.path.clone();
    let start = source.head.iter().position(|b| !b.is_ascii_whitespace());
    let Some(start) = start else {
        return Err(Error::at(Place::file(path), "the file is empty")
            .hint("export it again, with at least a header")
            .of_nothing(Nothing::File));
    };
    if let Some(error) = foreign::error(&path, &source.head, start) {
        return Err(error);
    }
    match source.head[start] {
        b'{' if names_columns(&source.head[start..]) => table::recognise(source, told),
        b'{' => json::recognise(source, told, Layout::Lines, start),
        b'[' => json::recognise(source, told, Layout::Array, start + 1),
        _ => table::recognise(source, told),
    }
}

/// Whether a text begins with the name of a column between braces, as some tools write placeholders: `{created_at},{event_name}`.
fn names_columns(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"{").unwrap_or_default();
    let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = inside.iter().take_while(is_letter).count();
    length > 0 && matches!(inside.get(length..), Some([b'}', b',' | b';' | b'\t' | b'|', ..]))
}

/// The parts of a [`Reading`] that depend on the format.
struct Decision {
    format: Format,
    why: String,
    columns: Vec<(&'static str, String)>,
    rows: Rows,
    /// Which other format it nearly is, what is missing for that, and what to do.
    nearly: Option<String>,
}

fn input(source: Source, told: &Told, layout: Layout, skip: usize, decision: Decision) -> Input {
    let skipped = &source.head[..skip.min(source.head.len())];
    let line_end = layout.signs().map_or(b'\n', |signs| signs.line_end);
    // A head may end within a character; only a sequence that no byte could mend is another encoding.
    let is_utf8 = std::str::from_utf8(&source.head).err().is_none_or(|e| e.error_len().is_none());
    let reading = Reading {
        path: source.path.clone(),
        format: decision.format,
        why: decision.why,
        compression: source.compression,
        encoding: if is_utf8 { source.encoding } else { "windows-1252" },
        delimiter: match layout {
            Layout::Table(signs) => Some(signs.delimiter),
            Layout::Lines | Layout::Array => None,
        },
        columns: decision.columns,
        names: Vec::new(),
        cut_row: None,
        decisions: Vec::new(),
        nearly: decision.nearly,
        first_line: 1 + memchr::memchr_iter(line_end, skipped).count() as u64,
        size: source.size,
        zone: told.zone,
        rows: decision.rows,
        envelope: None,
        layout,
    };
    let together = if let Rows::ToolTable(_, table) = &reading.rows {
        table.rows_in_common().zip(layout.signs())
    } else {
        None
    };
    let supply = match together {
        Some((columns, signs)) => {
            Supply::keeping(source, layout, skip, Together::new(columns, signs))
        }
        None => Supply::new(source, layout, skip),
    };
    Input { reading, supply }
}

impl Input {
    /// The same input, the first record of which starts on this line of its file.
    fn starting_on(mut self, line: u64) -> Input {
        self.reading.first_line = line;
        self
    }
}

/// The order number is an identifier too, if there is one.
fn with_order<K>(
    identifiers: impl IntoIterator<Item = (IdentifierKind, u16, K)>,
    order: Option<K>,
) -> Vec<(IdentifierKind, u16, K)> {
    let order = order.map(|key| (IdentifierKind::OrderId, 0, key));
    identifiers.into_iter().chain(order).collect()
}

/// Which values are placeholders, by what columns or keys there are for people, sessions that stand for them apart, and
/// whether sessions are beside.
fn strictness<K>(people: &[(IdentifierKind, u16, K)], has_session: bool) -> Strictness {
    match people {
        [(_, Identifier::SESSIONS, _)] => Strictness::Only,
        [] | [_] if has_session => Strictness::WithSession,
        [] | [_] => Strictness::Lone,
        _ => Strictness::Several,
    }
}

fn events_why(mapping: &Mapping) -> String {
    let parts: Vec<String> =
        mapping.list().iter().map(|(part, name)| format!("{part} from `{name}`")).collect();
    let sessions = mapping.of(Part::Who(IdentifierKind::ClientId));
    let sessions = sessions.filter(|_| mapping.has_sessions_alone());
    let sessions = sessions
        .map(|name| format!("; nothing says who it was, so each `{name}` stands for a customer"));
    let pages = mapping.of(Part::Event).filter(|_| mapping.names_pages());
    let pages = pages.map(|name| format!("; nothing says what happened but the page in `{name}`"));
    let [pages, sessions] = [pages, sessions].map(Option::unwrap_or_default);
    format!("events: {}{pages}{sessions}", parts.join(", "))
}

/// What to add about sessions that say who rows without a name are of.
fn sessions_why(session: Option<&str>) -> String {
    session.map_or_else(String::new, |name| {
        format!("; rows that name nobody are of whoever their `{name}` is")
    })
}

/// What identifies in events of no tool, with the space of its system.
fn events_identifiers(mapping: &Mapping) -> impl Iterator<Item = (IdentifierKind, u16, &str)> {
    let is_session = mapping.has_sessions_alone();
    let space = if is_session { Identifier::SESSIONS } else { Format::GenericEvents.space() };
    mapping.who().map(move |(kind, name)| (kind, space, name))
}

/// The error of a file of which nothing can be made, with the names of its columns or keys.
fn not_events(path: &str, names: &[String], mapping: &Mapping, what: &str) -> Error {
    let missing = mapping.missing().join(" or ");
    Error::at(Place::file(path), format!("not recognised: nothing in it is {missing}"))
        .note(shown(names, what))
}

/// The error of a file that has all that events need, if names of orders were events.
fn names_of_orders(path: &str, names: &[String], event: &str, what: &str) -> Error {
    let message = format!(
        "not recognised: what stands in `{event}` are the names of orders or checkouts, not of events"
    );
    Error::at(Place::file(path), message).note(shown(names, what))
}

/// The error of a file that has all that events need, if names of people were events.
fn names_of_people(path: &str, names: &[String], what: &str) -> Error {
    let message = "not recognised: what stands in `name` is what people or things are called, and none of it is known as an event or comes again";
    Error::at(Place::file(path), message).note(shown(names, what))
}

/// How to say what the columns or keys of a file of events are.
const MAP_EVENTS: &str = "say what is what with --map time=COLUMN,event=COLUMN,customer=COLUMN, or choose a format with --as";

/// `its columns: Day, Sessions, …`
fn shown(names: &[String], what: &str) -> String {
    const SHOWN: usize = 12;
    // A first line that is a row holds what is a customer's.
    let text =
        |name: &'_ String| if is_value(name) { "(a value)".to_string() } else { name.clone() };
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(text).collect();
    if names.len() > SHOWN {
        shown.push("…".to_string());
    }
    format!("its {what}: {}", shown.join(", "))
}
