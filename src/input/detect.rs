//! What an input is, decided from its content: from the names of its columns or keys, never from the
//! file's name or the columns' places. What was decided, and why, is kept for the reader.

use super::aliases::{Mapping, Part};
use super::columns::{Header, Row};
use super::format::event_json::EventKeys;
use super::format::event_table::EventColumns;
use super::format::shopify_analytics::AnalyticsColumns;
use super::format::shopify_checkouts::CheckoutColumns;
use super::format::shopify_orders::OrderColumns;
use super::format::{Format, rees46, retailrocket, web_pixel};
use super::json::{Json, Malformed, Tape};
use super::source::Source;
use super::split::{Cutter, Layout};
use super::timestamp::{Ambiguous, DateEvidence};
use super::{Input, Reading, Rows, Told};
use crate::error::{Error, Result};
use crate::identity::Strictness;
use crate::place::Place;

/// How many records detection looks at.
const SAMPLE: usize = 50;

/// Recognises an opened source.
pub fn recognise(source: Source, told: &Told) -> Result<Input> {
    let path = source.path.clone();
    let start = source.head.iter().position(|b| !b.is_ascii_whitespace());
    let Some(start) = start else {
        return Err(Error::at(Place::file(path), "the file is empty")
            .hint("export it again, with at least a header"));
    };
    if source.head.contains(&0) {
        return Err(Error::at(Place::file(path), "this is a binary file, not a table or JSON"));
    }
    match source.head[start] {
        b'{' => recognise_json(source, told, Layout::Lines, start),
        b'[' => recognise_json(source, told, Layout::Array, start + 1),
        _ => recognise_table(source, told),
    }
}

/// The parts of a [`Reading`] that depend on the format.
struct Decision {
    format: Format,
    why: String,
    columns: Vec<(&'static str, String)>,
    rows: Rows,
}

fn input(source: Source, told: &Told, layout: Layout, skip: usize, decision: Decision) -> Input {
    let skipped = &source.head[..skip.min(source.head.len())];
    // A head may end within a character; only a sequence that no byte could mend is another encoding.
    let is_utf8 = std::str::from_utf8(&source.head).err().is_none_or(|e| e.error_len().is_none());
    let reading = Reading {
        path: source.path.clone(),
        format: decision.format,
        why: decision.why,
        encoding: if is_utf8 { source.encoding } else { "windows-1252" },
        delimiter: match layout {
            Layout::Table { delimiter } => Some(delimiter),
            Layout::Lines | Layout::Array => None,
        },
        columns: decision.columns,
        first_line: 1 + memchr::memchr_iter(b'\n', skipped).count() as u64,
        size: source.size,
        zone: told.zone,
        rows: decision.rows,
        layout,
    };
    Input { reading, cutter: Cutter::new(source, layout, skip) }
}

// ---- JSON ----------------------------------------------------------------------------------------

fn recognise_json(source: Source, told: &Told, layout: Layout, start: usize) -> Result<Input> {
    let sample = JsonSample::read(&source.head[start..], layout);
    let Some(keys) = sample.keys else {
        return Err(unreadable_json(&source, layout, start, sample.first_defect));
    };
    let generic = || decide_generic_json(&source.path, &keys, told);
    let decision = match told.format {
        None if sample.is_pixel => Ok(pixel_decision()),
        Some(Format::ShopifyWebPixel) => Ok(pixel_decision()),
        None | Some(Format::GenericEvents) => generic(),
        Some(other) => Err(Error::at(
            Place::file(&source.path),
            format!("this is JSON, and `{}` is a table", other.id()),
        )),
    }?;
    Ok(input(source, told, layout, start, decision))
}

fn pixel_decision() -> Decision {
    let columns = [("time", "timestamp"), ("event", "name"), ("client_id", "clientId")];
    Decision {
        format: Format::ShopifyWebPixel,
        why: "JSON with a client id, an event name, a time and event data, as the web pixel sends them".to_string(),
        columns: columns.map(|(part, key)| (part, key.to_string())).to_vec(),
        rows: Rows::Pixel,
    }
}

/// What the first records of a JSON source show.
#[derive(Default)]
struct JsonSample {
    is_pixel: bool,
    /// The keys of the records' scalars, in order of first sight; `None` if no record is an object.
    keys: Option<Vec<String>>,
    first_defect: Option<(u64, Malformed)>,
}

impl JsonSample {
    fn read(head: &[u8], layout: Layout) -> JsonSample {
        let mut sample = JsonSample::default();
        let mut tape = Tape::default();
        let mut records = 0;
        let mut rest = head;
        let mut line = 0;
        while records < SAMPLE && !rest.is_empty() {
            line += 1;
            let (record, behind) = next_record(rest, layout, &mut tape);
            rest = behind;
            if record.is_empty() {
                continue;
            }
            records += 1;
            match tape.read(record) {
                Ok((json, _)) if json.is_object() => sample.note(json),
                Ok(_) => {}
                Err(bad) => {
                    sample.first_defect.get_or_insert((line, bad));
                }
            }
        }
        sample
    }

    fn note(&mut self, json: Json<'_>) {
        self.is_pixel |= web_pixel::fits(json);
        let keys = self.keys.get_or_insert_default();
        for (key, value) in json.members() {
            let key = String::from_utf8_lossy(key).into_owned();
            if value.scalar().is_some() && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
}

/// The next record of a sample, and what is behind it.
fn next_record<'h>(rest: &'h [u8], layout: Layout, tape: &mut Tape) -> (&'h [u8], &'h [u8]) {
    if layout == Layout::Lines {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        return (rest[..end].trim_ascii(), rest.get(end + 1..).unwrap_or_default());
    }
    let gap =
        rest.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b']')).count();
    let rest = &rest[gap..];
    let end = tape.read(rest).map_or(rest.len(), |(_, end)| end);
    rest.split_at(end)
}

fn unreadable_json(
    source: &Source,
    layout: Layout,
    start: usize,
    defect: Option<(u64, Malformed)>,
) -> Error {
    let hint = "one JSON object a line, or one array of objects, can be read";
    let is_spread = layout == Layout::Lines
        && Tape::default().read(&source.head[start..]).is_ok_and(|(_, end)| {
            memchr::memchr(b'\n', &source.head[start..start + end]).is_some()
        });
    match defect {
        _ if is_spread => {
            Error::at(Place::file(&source.path), "one JSON object is spread over several lines")
                .hint(hint)
        }
        Some((line, bad)) => {
            let place = Place {
                line: Some(line),
                column: Some(bad.at as u64 + 1),
                ..Place::file(&source.path)
            };
            Error::at(place, format!("no record can be read as JSON: expected {}", bad.expected))
                .hint(hint)
        }
        None => {
            Error::at(Place::file(&source.path), "this is JSON, but holds no objects").hint(hint)
        }
    }
}

fn decide_generic_json(path: &str, keys: &[String], told: &Told) -> Result<Decision> {
    let mapping = Mapping::find(keys, &told.map);
    if !mapping.missing().is_empty() {
        return Err(not_events(path, keys, &mapping, "keys"));
    }
    let own = |part| mapping.of(part).map(str::to_string);
    let identifiers: Vec<_> = mapping
        .who()
        .map(|(kind, key)| (kind, Format::GenericEvents.space(), key.to_string()))
        .collect();
    let keys = EventKeys {
        time: own(Part::Time).unwrap_or_default(),
        event: own(Part::Event).unwrap_or_default(),
        strictness: strictness(identifiers.len()),
        identifiers: with_order(identifiers, own(Part::Order)),
        session: own(Part::Session),
        sequence: own(Part::Sequence),
        order: own(Part::Order),
        value: own(Part::Value),
        currency: own(Part::Currency),
        user_agent: own(Part::UserAgent),
        id: own(Part::Id),
    };
    Ok(Decision {
        format: Format::GenericEvents,
        why: events_why(&mapping),
        columns: mapping.list(),
        rows: Rows::Json(keys),
    })
}

/// The order number is an identifier too, if there is one.
fn with_order<K>(
    mut identifiers: Vec<(crate::event::IdentifierKind, u16, K)>,
    order: Option<K>,
) -> Vec<(crate::event::IdentifierKind, u16, K)> {
    identifiers.extend(order.map(|key| (crate::event::IdentifierKind::OrderId, 0, key)));
    identifiers
}

fn strictness(identifiers: usize) -> Strictness {
    if identifiers > 1 { Strictness::Several } else { Strictness::Only }
}

fn events_why(mapping: &Mapping) -> String {
    let parts: Vec<String> =
        mapping.list().iter().map(|(part, name)| format!("{part} from `{name}`")).collect();
    format!("events: {}", parts.join(", "))
}

fn not_events(path: &str, names: &[String], mapping: &Mapping, what: &str) -> Error {
    const SHOWN: usize = 12;
    let mut shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    if names.len() > SHOWN {
        shown.push("…");
    }
    Error::at(Place::file(path), format!("not recognised: nothing in it is {}", mapping.missing().join(" or ")))
        .note(format!("its {what}: {}", shown.join(", ")))
        .hint("say what is what with --map time=COLUMN,event=COLUMN,customer=COLUMN, or choose a format with --as")
}

// ---- tables --------------------------------------------------------------------------------------

/// The head of a table, taken apart.
struct TableHead {
    delimiter: u8,
    header: Header,
    /// The bytes of the header with what stands before it.
    skip: usize,
    rows: Vec<csv::ByteRecord>,
}

impl TableHead {
    /// The delimiter is the one that gives most columns, agreed on by most of the rows.
    fn read(head: &[u8]) -> Option<TableHead> {
        let heads = [b',', b';', b'\t', b'|']
            .into_iter()
            .filter_map(|delimiter| TableHead::with(head, delimiter));
        heads.max_by_key(|t| {
            let width = t.header.names().len();
            let agreeing = t.rows.iter().filter(|row| row.len() == width).count();
            (t.rows.is_empty() || 2 * agreeing >= t.rows.len(), width)
        })
    }

    fn with(head: &[u8], delimiter: u8) -> Option<TableHead> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(head);
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).ok().filter(|&more| more)?;
        let skip = usize::try_from(reader.position().byte()).ok()?;
        let header = Header::new(&record);
        let rows =
            reader.into_byte_records().take(SAMPLE).map_while(std::result::Result::ok).collect();
        (header.names().len() >= 2).then_some(TableHead {
            delimiter,
            header,
            skip: skip_line_end(head, skip),
            rows,
        })
    }
}

/// The reader stops behind the carriage return of `\r\n`; the line ends behind the newline.
fn skip_line_end(head: &[u8], skip: usize) -> usize {
    if head.get(skip) == Some(&b'\n') { skip + 1 } else { skip }
}

fn recognise_table(source: Source, told: &Told) -> Result<Input> {
    let Some(table) = TableHead::read(&source.head) else {
        return Err(Error::at(
            Place::file(&source.path),
            "not recognised: neither JSON nor a table with a header",
        )
        .hint(
            "exports of orders, abandoned checkouts, session reports and event logs can be read",
        ));
    };
    let layout = Layout::Table { delimiter: table.delimiter };
    let skip = table.skip;
    let candidates: Vec<Format> =
        told.format.map_or_else(|| Format::ALL.to_vec(), |format| vec![format]);
    for format in candidates {
        if (told.format.is_some() || fits_table(format, &table))
            && let Some(decision) = decide_table(format, &table, &source, told)?
        {
            return Ok(input(source, told, layout, skip, decision));
        }
    }
    Err(unrecognised_table(&source.path, &table.header, told))
}

/// The column sets that a table of a format must have; any one name of a set will do.
fn must_have(format: Format) -> Vec<Vec<&'static str>> {
    match format {
        Format::ShopifyOrders | Format::ShopifyCheckouts => {
            vec![
                vec!["name"],
                vec!["created at"],
                vec!["financial status", "lineitem name", "lineitem quantity"],
            ]
        }
        Format::ShopifyAnalytics => vec![vec![
            "sessions",
            "sessions with cart additions",
            "sessions that reached checkout",
            "sessions that completed checkout",
            "sessions converted",
            "online store visitors",
        ]],
        Format::RetailRocket => retailrocket::MUST.map(|name| vec![name]).to_vec(),
        Format::Rees46 => rees46::MUST.map(|name| vec![name]).to_vec(),
        Format::ShopifyWebPixel | Format::GenericEvents => Vec::new(),
    }
}

fn missing_columns(format: Format, header: &Header) -> Vec<&'static str> {
    must_have(format)
        .iter()
        .filter(|names| !names.iter().any(|name| header.has(&[name])))
        .map(|names| names[0])
        .collect()
}

fn fits_table(format: Format, table: &TableHead) -> bool {
    let complete = missing_columns(format, &table.header).is_empty();
    match format {
        Format::ShopifyWebPixel => false,
        Format::ShopifyOrders => complete && !are_checkouts(table),
        Format::ShopifyCheckouts => complete && are_checkouts(table),
        Format::ShopifyAnalytics => {
            complete && Mapping::find(table.header.names(), &[]).of(Part::Event).is_none()
        }
        Format::RetailRocket | Format::Rees46 | Format::GenericEvents => complete,
    }
}

/// Abandoned checkouts look like orders without a status whose name is their id.
fn are_checkouts(table: &TableHead) -> bool {
    let header = &table.header;
    if ["outstanding balance", "duties", "payment id"].iter().any(|name| header.has(&[name])) {
        return false;
    }
    let (id, name, status) =
        (header.find(&["id"]), header.find(&["name"]), header.find(&["financial status"]));
    let mut named = table
        .rows
        .iter()
        .map(|record| Row { record })
        .filter(|row| row.value(id).is_some())
        .peekable();
    if named.peek().is_none() {
        return table.rows.is_empty() && header.has(&["receipt number"]);
    }
    named.all(|row| {
        row.value(status).is_none() && row.text(name).strip_prefix('#') == row.value(id).as_deref()
    })
}

fn decide_table(
    format: Format,
    table: &TableHead,
    source: &Source,
    told: &Told,
) -> Result<Option<Decision>> {
    let header = table.header.clone();
    let must = must_have(format);
    let found: Vec<&str> = must
        .iter()
        .filter_map(|names| header.find(names))
        .filter_map(|column| header.names().get(column))
        .map(String::as_str)
        .collect();
    let why = format!("a table with {} ({} columns)", found.join(", "), header.names().len());
    let columns: Vec<(&'static str, String)> = must
        .iter()
        .flatten()
        .filter_map(|name| Some((*name, header.names().get(header.find(&[name])?)?.clone())))
        .collect();
    let rows = match format {
        Format::ShopifyOrders => Rows::Orders(header.clone(), OrderColumns::new(&header)),
        Format::ShopifyCheckouts => Rows::Checkouts(header.clone(), CheckoutColumns::new(&header)),
        Format::ShopifyAnalytics => Rows::Totals(header.clone(), AnalyticsColumns::new(&header)),
        Format::RetailRocket | Format::Rees46 => {
            let known = if format == Format::Rees46 {
                rees46::columns(&header)
            } else {
                retailrocket::columns(&header)
            };
            let Some(known) = known else { return Ok(None) };
            Rows::Table(header.clone(), known)
        }
        Format::ShopifyWebPixel => return Ok(None),
        Format::GenericEvents => return decide_generic_table(table, source, told),
    };
    let complete = missing_columns(format, &header).is_empty();
    Ok(complete.then_some(Decision { format, why, columns, rows }))
}

fn decide_generic_table(
    table: &TableHead,
    source: &Source,
    told: &Told,
) -> Result<Option<Decision>> {
    let header = &table.header;
    let mapping = Mapping::find(header.names(), &told.map);
    let column = |part| mapping.of(part).and_then(|name| column_of(header, name));
    let identifiers: Vec<_> = mapping
        .who()
        .filter_map(|(kind, name)| {
            Some((kind, Format::GenericEvents.space(), column_of(header, name)?))
        })
        .collect();
    let (Some(time), Some(event), false) =
        (column(Part::Time), column(Part::Event), identifiers.is_empty())
    else {
        return Ok(None);
    };
    let evidence = date_evidence(&source.head, table, time);
    let columns = EventColumns {
        time,
        event,
        strictness: strictness(identifiers.len()),
        identifiers: with_order(identifiers, column(Part::Order)),
        session: column(Part::Session),
        sequence: column(Part::Sequence),
        order: column(Part::Order),
        basket: None,
        value: column(Part::Value),
        currency: column(Part::Currency),
        user_agent: column(Part::UserAgent),
        id: column(Part::Id),
        decimal_comma: table.delimiter == b';',
        date_order: evidence
            .decide(told.date_order)
            .map_err(|ambiguous| ambiguous_dates(&source.path, ambiguous))?,
    };
    let rows = Rows::Table(header.clone(), columns);
    Ok(Some(Decision {
        format: Format::GenericEvents,
        why: events_why(&mapping),
        columns: mapping.list(),
        rows,
    }))
}

/// What the times in the head of a table say about the order of day and month.
fn date_evidence(head: &[u8], table: &TableHead, column: usize) -> DateEvidence {
    let rows = head.get(table.skip..).unwrap_or_default();
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(table.delimiter)
        .from_reader(rows);
    let mut evidence = DateEvidence::default();
    for record in reader.into_byte_records().map_while(std::result::Result::ok) {
        evidence.observe(&Row { record: &record }.text(Some(column)));
    }
    evidence
}

/// The error for dates that can be read two ways.
pub fn ambiguous_dates(path: &str, ambiguous: Ambiguous) -> Error {
    let message = match ambiguous {
        Ambiguous::Undecided => {
            "its dates can be read as month/day/year or day/month/year, and none of them decides"
        }
        Ambiguous::Contradictory => {
            "some of its dates can only be month/day/year and others only day/month/year"
        }
    };
    Error::at(Place::file(path), message)
        .hint("say it with --date-order month-first or --date-order day-first")
}

/// The column of an exact name.
fn column_of(header: &Header, name: &str) -> Option<usize> {
    header.names().iter().position(|own| own == name)
}

/// Says what the table has, and which formats are nearest and what they lack.
fn unrecognised_table(path: &str, header: &Header, told: &Told) -> Error {
    let error =
        not_events(path, header.names(), &Mapping::find(header.names(), &told.map), "columns");
    let mut nearest: Vec<(usize, Format, Vec<&str>)> = Format::ALL
        .into_iter()
        .filter(|format| told.format.is_none_or(|told| told == *format))
        .map(|format| (must_have(format).len(), format, missing_columns(format, header)))
        .filter(|(must, _, missing)| missing.len() < *must)
        .collect();
    nearest.sort_by_key(|(must, _, missing)| (missing.len(), usize::MAX - must));
    nearest.into_iter().take(2).fold(error, |error, (_, format, missing)| {
        error.note(format!("to be {} it lacks: {}", format.id(), missing.join(", ")))
    })
}
