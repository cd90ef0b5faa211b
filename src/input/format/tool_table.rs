//! Event logs of analytics tools as tables: exports of the warehouses that the tools fill.
//!
//! A row of such a table is one of the tool's JSON records laid flat, so it is written as that record
//! again (`template`) and read by the tool's own description (`tool_log`), or as one of the web pixel: what an
//! event means is said once, however it was exported. Which column is which part of the record is in one
//! file for each tool. A table in which an event takes a row for each of its parameters is put together
//! here.

pub mod amplitude;
pub mod ga4;
pub mod posthog;
pub mod segment;
pub mod snowplow;
mod template;

pub use template::Cell;

use super::tool_log::{Beside, Tool, ToolLog};
use super::web_pixel::PixelKeys;
use super::{Desk, Kept, RowAt, RowIdentifiers, Sink};
use crate::input::columns::{Header, Row};
use crate::input::json::{Reader, Written};
use crate::input::timestamp::{DateOrder, ZoneRule};
use crate::input::together::goes_on;
use crate::key::Key;
use crate::quality::Reason;
use template::Template;

/// A table of a tool's events.
#[derive(Debug)]
pub struct ToolTable {
    reads: Reads,
    template: Template,
    /// The columns with times.
    times: Vec<usize>,
    exploded: Option<Exploded>,
}

/// How its records are read.
#[derive(Debug)]
enum Reads {
    Tool(ToolLog),
    /// As events of the web pixel, with the columns of the parts that always are there.
    Pixel(PixelKeys, Vec<(&'static str, String)>),
}

/// The columns of a table in which an event takes a row for each of its parameters.
#[derive(Clone, Debug)]
pub struct Exploded {
    /// What the rows of one event have in common.
    same: Vec<usize>,
    /// The parameter's key.
    key: usize,
    /// Its value, in one of these.
    values: Vec<usize>,
}

/// Where a column stands in the tool's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Under a dotted path.
    Path(String, Cell),
    /// Under this key, dots and all.
    Key(String, Cell),
    /// In the list of parameters, under this key.
    Parameter(String),
    /// Nowhere.
    Nowhere,
}

impl ToolTable {
    /// A table whose columns stand where `target` says; `fixed` members are in every record.
    pub fn new(
        tool: &'static Tool,
        header: &Header,
        fixed: &[(&str, &str)],
        target: impl Fn(&str) -> Target,
    ) -> ToolTable {
        let targets = header.names().iter().map(|name| target(name.trim())).enumerate();
        let is_time = |target: Target| match target {
            Target::Path(path, Cell::Text) => tool.is_time(&path),
            Target::Path(..) | Target::Key(..) | Target::Parameter(_) | Target::Nowhere => false,
        };
        let times = targets.clone().filter(|(_, target)| is_time(target.clone()));
        let times = times.map(|(column, _)| column).collect();
        let template = Template::new(Some(tool), targets, fixed);
        let log = ToolLog { tool, beside: Beside::default() };
        ToolTable { reads: Reads::Tool(log), template, times, exploded: None }
    }

    /// A table of web-pixel events, of which some columns hold times; `columns` are those of its parts.
    pub fn of_pixel(
        (keys, columns): (PixelKeys, Vec<(&'static str, String)>),
        targets: impl Iterator<Item = (usize, Target)>,
        times: Vec<usize>,
    ) -> ToolTable {
        let template = Template::new(None, targets, &[]);
        ToolTable { reads: Reads::Pixel(keys, columns), template, times, exploded: None }
    }

    /// The same table, whose events take several rows.
    #[must_use]
    pub fn exploded(mut self, exploded: Exploded) -> ToolTable {
        self.exploded = Some(exploded);
        self
    }

    /// The columns that the rows of one event have in common, if events take several rows.
    pub fn rows_in_common(&self) -> Option<&[usize]> {
        self.exploded.as_ref().map(|exploded| exploded.same.as_slice())
    }

    /// The columns with times.
    pub fn times(&self) -> &[usize] {
        &self.times
    }

    /// Has the dates of a column read as a spreadsheet has changed them.
    pub fn read_dates(&mut self, column: usize, order: Option<DateOrder>, zone: ZoneRule) {
        self.template.read_dates(column, order, zone);
    }

    /// Says whether a comma is the decimal sign of the table's amounts.
    pub fn read_amounts(&mut self, decimal_comma: bool) {
        self.template.read_amounts(decimal_comma);
    }

    /// Which column each part of a tool's event is read from.
    pub fn columns(&self) -> Vec<(&'static str, String)> {
        match &self.reads {
            Reads::Tool(log) => log.tool.columns(),
            Reads::Pixel(_, columns) => columns.clone(),
        }
    }

    /// Writes a row that is an event by itself as a record.
    pub fn write(&self, row: Row<'_>, text: &mut Vec<u8>) {
        self.template.begin(row, text);
        Template::end(text);
    }

    /// Reads a row. An event of several rows is read when it is known to have no more.
    pub fn read(&self, row: Row<'_>, room: &mut Room, mut desk: Desk<'_, impl Sink>) {
        if let Some(exploded) = &self.exploded {
            let event = match &room.open {
                Some(open) if goes_on(row, &exploded.same) => open.event,
                Some(_) | None => exploded.event_of(row),
            };
            if room.open.as_ref().is_some_and(|open| open.event == event)
                && self.adds(room, exploded, row)
            {
                let message = "a further parameter of the event before".to_string();
                return desk.defect(Reason::Continuation, message);
            }
            self.finish(room, desk.identifiers, desk.sink);
            self.template.begin(row, &mut room.text);
            room.open = Some(Open { event, at: desk.at, keys: Vec::new() });
            self.adds(room, exploded, row);
            return;
        }
        self.template.begin(row, &mut room.text);
        self.read_record(room, desk);
    }

    /// Reads the event whose rows were the last.
    pub fn finish(&self, room: &mut Room, identifiers: &mut RowIdentifiers, sink: &mut impl Sink) {
        if let Some(open) = room.open.take() {
            let zone = ZoneRule::default();
            self.read_record(room, Desk { at: open.at, zone, identifiers, sink });
        }
    }

    /// Adds the parameter of a row to the open event; false if it has that one already.
    fn adds(&self, room: &mut Room, exploded: &Exploded, row: Row<'_>) -> bool {
        let Some(open) = &mut room.open else { return false };
        let Some(key) = row.value(Some(exploded.key)) else { return true };
        let known = Key::of(key.as_bytes());
        if open.keys.contains(&known) {
            return false;
        }
        let value = exploded.values.iter().find_map(|&column| row.value(Some(column)));
        let is_amount = match &self.reads {
            Reads::Tool(log) => log.tool.is_amount_parameter(&key),
            Reads::Pixel(..) => false,
        };
        let amount =
            value.as_deref().filter(|_| is_amount).map(|written| self.template.amount(written));
        let value = amount.as_deref().or(value.as_deref());
        let is_first = open.keys.is_empty() && !self.template.has_parameters();
        template::parameter(&key, value, is_first, &mut room.text);
        open.keys.push(known);
        true
    }

    fn read_record(&self, room: &mut Room, mut desk: Desk<'_, impl Sink>) {
        Template::end(&mut room.text);
        match room.json.read(Written::new(&room.text)) {
            Ok(record) if record.end() == room.text.len() => match &self.reads {
                Reads::Tool(log) => log.read(&record, desk),
                Reads::Pixel(keys, _) => keys.read(&record, desk),
            },
            Ok(_) | Err(_) => {
                let is_printed = memchr::memmem::find(&room.text, b"{'").is_some();
                let why = if is_printed {
                    ": it is written as Python prints objects, and json.dumps would write it"
                } else {
                    ""
                };
                let message = format!("a cell that should be JSON is not{why}");
                desk.defect(Reason::BadRow, message);
            }
        }
    }
}

/// Room for writing rows as records and for reading these.
#[derive(Debug, Default)]
pub struct Room {
    text: Vec<u8>,
    json: Reader<Kept>,
    open: Option<Open>,
}

/// An event that may have further rows.
#[derive(Debug)]
struct Open {
    /// What its rows have in common.
    event: Key,
    /// The first row.
    at: RowAt,
    /// The parameters so far: one that comes again is of another event.
    keys: Vec<Key>,
}

impl Room {
    /// Forgets what was found out about the records of another table.
    pub fn forget(&mut self) {
        self.json.forget();
        self.open = None;
    }
}

impl Exploded {
    fn event_of(&self, row: Row<'_>) -> Key {
        let cell = |&column: &usize| Key::of(row.text(Some(column)).as_bytes());
        self.same.iter().map(cell).fold(Key::NONE, Key::and)
    }
}
