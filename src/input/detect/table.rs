//! What a table is: from the names of its columns.

use super::order_names::are_names_of_orders;
use super::table_formats::{self, TableFormat};
use super::table_head::{TableHead, line_end};
use super::{
    Decision, SAMPLE, dates, events_identifiers, events_why, exact_time, happened, hits, input,
    json, json_in_lines, milestones, nameless, nearly, offers, sessions_why, strictness,
    unrecognised, with_order,
};
use crate::error::{Error, Result};
use crate::event::IdentifierKind;
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{Header, Row, is_null, normalise};
use crate::input::format::Format;
use crate::input::format::event_table::{EventColumns, FurtherTime, Money, column_of_properties};
use crate::input::format::shopify_session_rows;
use crate::input::format::snowplow_json::SNOWPLOW;
use crate::input::format::special::Special;
use crate::input::format::tool_table::{ga4, snowplow};
use crate::input::format::web_pixel;
use crate::input::format::yoochoose::Yoochoose;
use crate::input::quoting::Signs;
use crate::input::source::Source;
use crate::input::split::Layout;
use crate::input::{Input, Rows, Told};
use crate::place::Place;
use csv::ByteRecord;
use std::borrow::Cow;

/// The columns of logs in which a purchase has a row for each of its items.
const ITEMS: &[&str] = &["item id", "product id", "item", "product", "sku", "product sku", "asin"];

/// The columns that say how many of an item.
const QUANTITIES: &[&str] = &["quantity", "qty", "item quantity"];

/// So begins what Git keeps in place of a large file.
const LARGE_FILE_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Recognises a source that is no JSON.
pub(super) fn recognise(source: Source, told: &Told) -> Result<Input> {
    // Its cells may be empty, and so a line may begin with tabs.
    let blank = source.head.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if told.allows(Format::SnowplowTsv) && snowplow::is_line(&source.head[blank..]) {
        return Ok(input(source, told, Layout::Lines, blank, snowplow_lines()));
    }
    let line_end = line_end(&source.head);
    if told.allows(Format::Yoochoose)
        && let Some((delimiter, decision)) = headless(&source.head)
    {
        let layout = Layout::Table(Signs { delimiter, line_end });
        return Ok(input(source, told, layout, 0, decision));
    }
    if source.head.starts_with(LARGE_FILE_POINTER) {
        let message = "this is the pointer of Git LFS to a file, not the file";
        return Err(Error::at(Place::file(&source.path), message)
            .hint("`git lfs pull` in its repository brings the file"));
    }
    if let Some(error) = json_in_lines::error(&source.path, &source.head) {
        return Err(error);
    }
    if !source.is_whole() && memchr::memchr(line_end, &source.head).is_none() {
        return Err(Error::at(
            Place::file(&source.path),
            format!(
                "its first line is longer than {} KiB, and no more is looked at for the names of columns",
                source.head.len() / 1024
            ),
        )
        .hint("leave columns out: a time, what happened and who it was are what is read"));
    }
    let below = |table: &TableHead| decide(table, told).is_some();
    let table =
        TableHead::read(&source.head).or_else(|| TableHead::below_titles(&source.head, below));
    let Some(table) = table else {
        return Err(Error::at(
            Place::file(&source.path),
            "not recognised: neither JSON nor a table with a header",
        )
        .hint(
            "exports of orders, abandoned checkouts, session reports and event logs can be read",
        ));
    };
    let table = otherwise(&source.head, &table, told).unwrap_or(table);
    let layout = Layout::Table(Signs { delimiter: table.delimiter, line_end });
    by_columns(source, told, table, layout)
}

/// The same table with another header, if it is nothing by its first line: what stands above a header names nothing,
/// and programs put the name of a table before those of its columns.
fn otherwise(head: &[u8], table: &TableHead, told: &Told) -> Option<TableHead> {
    let format = |table: &TableHead| decide(table, told).map(|decision| decision.format);
    let own = format(table);
    if let Some(without) = table.without_prefix() {
        let better = format(&without).filter(|better| Some(*better) != own);
        if better.is_some_and(|better| own.is_none() || better != Format::GenericEvents) {
            return Some(without);
        }
    }
    if own.is_some() {
        return None;
    }
    let is_title = named(table) < 2;
    TableHead::below_titles(head, |table| decide(table, told).is_some()).or_else(|| {
        // What it lacks is said of the header, not of a title with separators behind it.
        TableHead::below_titles(head, |table| named(table) > 1).filter(|_| is_title)
    })
}

/// How many columns have a name.
fn named(table: &TableHead) -> usize {
    table.header.names().iter().filter(|name| !name.trim().is_empty()).count()
}

/// Recognises the text of a table whose signs are known.
pub(super) fn recognise_signed(source: Source, told: &Told, signs: Signs) -> Result<Input> {
    let line_ends = csv::Terminator::Any(signs.line_end);
    match TableHead::with(&source.head, signs.delimiter, line_ends) {
        Some(table) => by_columns(source, told, table, Layout::Table(signs)),
        None => Err(Error::at(
            Place::file(&source.path),
            "not recognised: it has fewer than two columns",
        )),
    }
}

/// Recognises a table by the names of its columns.
fn by_columns(
    mut source: Source,
    told: &Told,
    mut table: TableHead,
    layout: Layout,
) -> Result<Input> {
    call_figures(&mut table.header, &table.rows, told);
    table.header.note_numbers(&table.rows);
    let own = decide(&table, told);
    if own.as_ref().is_none_or(|own| own.format == Format::GenericEvents)
        && let Some((decision, envelope)) =
            json::decide_column(&source.path, &table, told, own.is_none())
    {
        let mut input = input(source, told, layout, table.skip, decision);
        input.reading.envelope = Some(envelope);
        return Ok(input);
    }
    let Some(mut decision) = own else {
        return Err(unrecognised::error(&source.path, &table, told));
    };
    if table.titles > 0 {
        let lines = if table.titles == 1 { "line" } else { "lines" };
        let below = format!(", below {} {lines} of titles", table.titles);
        decision.why.push_str(&below);
    }
    let decisions = dates::decide(&mut decision.rows, &table, &mut source, told)?;
    let cut_row = if source.is_whole() { table.cut_row(&source.head) } else { None };
    let mut input = input(source, told, layout, table.skip, decision);
    input.reading.cut_row = cut_row;
    input.reading.decisions = decisions;
    input.reading.names = table.header.names().to_vec();
    Ok(input)
}

/// The first format that a table can be of.
pub(super) fn decide(table: &TableHead, told: &Told) -> Option<Decision> {
    table_formats::ALL
        .iter()
        .filter(|known| told.allows(known.format))
        .filter(|known| told.format.is_some() || (known.fits)(table))
        .find_map(|known| decide_table(known, table, told))
}

/// Gives the columns of a session report that the user named their usual names. Without a figure among them, and
/// if nobody says that it is one, its time and people are those of events.
pub(super) fn call_figures(header: &mut Header, rows: &[ByteRecord], told: &Told) {
    let named = |(part, name): &(Part, String)| {
        let usual = match part {
            Part::Figure(figure) => figure.column(),
            Part::Time => "date",
            Part::Session => shopify_session_rows::ID,
            Part::Who(IdentifierKind::CustomerId) => "customer id",
            Part::Who(IdentifierKind::Email) => "customer email",
            Part::Who(_)
            | Part::Event
            | Part::Order
            | Part::Value
            | Part::Currency
            | Part::UserAgent
            | Part::Address
            | Part::Id
            | Part::Sequence => return None,
        };
        Some((*part, header.find(&[name.as_str(), &normalise(name)])?, usual))
    };
    let named: Vec<_> = told.map.iter().chain(&told.columns).filter_map(named).collect();
    let names_figure = named.iter().any(|(part, ..)| matches!(part, Part::Figure(_)));
    if !names_figure && !told.format.is_some_and(Format::holds_totals) {
        return;
    }
    // Names of figures that are English have rates of English names beside them, which are known.
    let others = (0..header.names().len())
        .filter(|_| names_figure)
        .filter(|column| named.iter().all(|(_, own, _)| own != column))
        .filter(|&column| holds_rates(rows, column));
    // A column without a name is nothing.
    let rates: Vec<usize> = others.collect();
    for column in rates {
        header.call(column, "");
    }
    for (_, column, usual) in named {
        header.call(column, usual);
    }
}

/// Whether a column holds numbers some of which have a fraction or a percent sign.
fn holds_rates(rows: &[ByteRecord], column: usize) -> bool {
    let texts = || {
        let texts = rows.iter().map(|row| Row::parsed(row).text(Some(column)).into_owned());
        texts.filter(|text| !is_null(text))
    };
    let is_number = |text: &str| {
        let text = text.trim_end_matches('%').trim_end();
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        [whole, fraction]
            .iter()
            .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    texts().all(|text| is_number(&text)) && texts().any(|text| text.contains(['.', ',', '%']))
}

/// A table without a header that is known by its cells, with its delimiter.
fn headless(head: &[u8]) -> Option<(u8, Decision)> {
    [b',', b';', b'\t', b'|'].into_iter().find_map(|delimiter| {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(head);
        let rows = reader.into_byte_records().take(SAMPLE);
        let rows: Vec<_> = rows.map_while(std::result::Result::ok).collect();
        let (header, table) = Yoochoose::of(&rows)?;
        let decision = Decision {
            format: Format::Yoochoose,
            why: format!("rows without a header: {}", header.names().join(", ")),
            columns: [("time", "timestamp"), ("session", "session")]
                .map(|(part, name)| (part, name.to_string()))
                .to_vec(),
            rows: Rows::Special(header, Special::Yoochoose(table)),
            nearly: None,
        };
        Some((delimiter, decision))
    })
}

fn snowplow_lines() -> Decision {
    let header = snowplow::line_header();
    Decision {
        format: Format::SnowplowTsv,
        why: format!("{} cells between tabs, the seventh an id", header.names().len()),
        columns: SNOWPLOW.columns(),
        rows: Rows::ToolTable(header.clone(), snowplow::lines(&header)),
        nearly: None,
    }
}

fn decide_table(known: &TableFormat, table: &TableHead, told: &Told) -> Option<Decision> {
    if known.format == Format::GenericEvents {
        return decide_generic_table(table, told).or_else(|| milestones::decide(table, told));
    }
    if known.format == Format::ShopifyWebPixel {
        return decide_pixel_table(table, told);
    }
    let header = &*known.spelt(&table.header);
    if !known.missing(&table.header).is_empty() {
        return None;
    }
    let mut names: Vec<_> = known.must.iter().filter_map(|names| header.find(names)).collect();
    names.dedup();
    let names: Vec<&str> = names.iter().map(|&column| header.names()[column].as_str()).collect();
    let each =
        if known.format == Format::ShopifyAnalyticsSessions { ": a row a session" } else { "" };
    let why = format!("a table with {} ({} columns){each}", names.join(", "), header.names().len());
    let mut rows = (known.rows)(header)?;
    read_amounts(&mut rows, table.delimiter == b';');
    Some(Decision {
        format: known.format,
        why,
        columns: known.columns(header, &rows),
        rows,
        nearly: None,
    })
}

/// Has amounts read as the table writes them.
fn read_amounts(rows: &mut Rows, decimal_comma: bool) {
    match rows {
        Rows::Table(_, columns) => columns.decimal_comma = decimal_comma,
        Rows::ToolTable(_, table) => table.read_amounts(decimal_comma),
        Rows::Special(_, special) => special.read_amounts(decimal_comma),
        // Theirs are read when all rows are there, or they have none.
        Rows::Orders(..)
        | Rows::Checkouts(..)
        | Rows::Totals(..)
        | Rows::Json(_)
        | Rows::Pixel(_)
        | Rows::Tool(_)
        | Rows::Matomo
        | Rows::RestOrders
        | Rows::RestCheckouts
        | Rows::Bulk => {}
    }
}

/// A table of web-pixel events, as its first rows show; what the user says of its columns goes first.
fn decide_pixel_table(table: &TableHead, told: &Told) -> Option<Decision> {
    let header = &table.header;
    let is_told = told.format.is_some();
    let mut rows = web_pixel::table::table(header, &table.rows, &told.map, is_told)?;
    rows.read_amounts(table.delimiter == b';');
    Some(Decision {
        format: Format::ShopifyWebPixel,
        why: format!(
            "a table with a client id, an event name, a time and event data, as the web pixel sends them ({} columns)",
            header.names().len()
        ),
        columns: rows.columns(),
        rows: Rows::ToolTable(header.clone(), rows),
        nearly: None,
    })
}

fn decide_generic_table(table: &TableHead, told: &Told) -> Option<Decision> {
    let header = &table.header;
    // Each of its rows is a part of an event, which only its own format puts together.
    if ga4::holds_parameters(header) {
        return None;
    }
    let said = Mapping::there(header.names(), &told.map);
    let hits = hits::of(table, &said);
    let texts = |name: &str| offers::texts_of(table, column_of(header, name));
    let names = names_of_events(table, told);
    let named = exact_time::named(&names, &hits.map, texts);
    let clock = named.clock.as_deref().and_then(|name| column_of(header, name));
    let mapping = Mapping::of_events(&names, &named.map);
    let column = |part| mapping.of(part).and_then(|name| column_of(header, name));
    let identifiers: Vec<_> = events_identifiers(&mapping)
        .filter_map(|(kind, space, name)| Some((kind, space, column_of(header, name)?)))
        .collect();
    let (Some(time), Some(event), false) =
        (column(Part::Time), column(Part::Event), identifiers.is_empty())
    else {
        return None;
    };
    let is_told = told.format.is_some() || said.iter().any(|(part, _)| *part == Part::Event);
    let are_named = header.find(&["name"]) == Some(event);
    if are_named && !is_told && are_names_of_orders(table, event) {
        return None;
    }
    let (event, otherwise) = if is_told || mapping.names_pages() {
        (event, None)
    } else {
        happened::columns(table, event)
    };
    let mapping = &mapping.clone().under(Part::Event, &header.names()[event]);
    let column = |part| mapping.of(part).and_then(|name| column_of(header, name));
    let session = column(Part::Session);
    let among =
        nameless::session_among(&table.rows, (&identifiers, session.as_ref()), |row, at| {
            Row::parsed(row).value(Some(*at)).map(Cow::into_owned)
        });
    let among_name = among.and(mapping.of(Part::Session));
    let columns = EventColumns {
        time,
        further: hits.since.map(FurtherTime::Since).or(clock.map(FurtherTime::Clock)),
        event,
        otherwise,
        strictness: strictness(&identifiers, among.is_some()),
        identifiers: with_order(identifiers.into_iter().chain(among), column(Part::Order)),
        session,
        sequence: column(Part::Sequence),
        order: column(Part::Order),
        basket: None,
        items: column(Part::Value).is_none() && header.has(ITEMS),
        fixed_currency: None,
        currency: column(Part::Currency),
        user_agent: column(Part::UserAgent),
        address: column(Part::Address)
            .or_else(|| header.page_address())
            .filter(|column| *column != event || mapping.names_pages()),
        names_pages: mapping.names_pages(),
        properties: column_of_properties(header, |column| offers::texts_of(table, Some(column))),
        id: column(Part::Id),
        decimal_comma: table.delimiter == b';',
        date_order: None,
        ..money(table, mapping, told)
    };
    let why = events_why(mapping) + &sessions_why(among_name);
    Some(decided(table, told, (mapping, columns), (why, named.clock)))
}

/// Where a table says what an order is worth, and what that is.
fn money(table: &TableHead, mapping: &Mapping, told: &Told) -> EventColumns {
    let header = &table.header;
    let Some(value) = mapping.of(Part::Value).and_then(|name| column_of(header, name)) else {
        return EventColumns::default();
    };
    if told.map.iter().any(|(part, _)| *part == Part::Value) {
        return EventColumns { value: Some(value), ..EventColumns::default() };
    }
    let has_order = mapping.of(Part::Order).is_some();
    let money = if hits::are_millionths(table, value) {
        Money::Millionths
    } else if mapping.is_by_item() && has_order && header.has(ITEMS) {
        Money::OfLine
    } else {
        Money::OfOrder
    };
    let otherwise = mapping.otherwise_worth(header.names());
    EventColumns {
        value: Some(value),
        otherwise_value: otherwise.iter().filter_map(|name| column_of(header, name)).collect(),
        money,
        quantity: header.find(QUANTITIES).filter(|_| money == Money::OfLine),
        ..EventColumns::default()
    }
}

/// The decision for a table of events, with what was found in it and why; `clock` is the column that completes its times.
fn decided(
    table: &TableHead,
    told: &Told,
    (mapping, columns): (&Mapping, EventColumns),
    (why, clock): (String, Option<String>),
) -> Decision {
    let header = &table.header;
    let named = |column: usize| header.names().get(column).cloned();
    let mut own = header.clone();
    if let Some(address) = mapping.of(Part::Address).and_then(|name| column_of(header, name)) {
        own.call(address, "url");
    }
    let are_named = header.find(&["name"]) == Some(columns.event);
    let may_name_orders = are_named && !offers::names_events(table, columns.event);
    let nearly = nearly::of_table(table, may_name_orders).filter(|_| told.format.is_none());
    let nearly = nearly::printed_by_python(table).or(nearly);
    let mut parts = mapping.list();
    parts.extend(clock.map(|name| ("clock", name)));
    parts.extend(columns.otherwise.and_then(named).map(|name| ("event_if_blank", name)));
    parts.extend(columns.properties.and_then(named).map(|name| ("properties", name)));
    Decision {
        format: Format::GenericEvents,
        why,
        columns: parts,
        rows: Rows::Table(own, columns),
        nearly,
    }
}

/// The names of the columns that may be parts of an event: what people are called is no event.
fn names_of_events(table: &TableHead, told: &Told) -> Vec<String> {
    let people = people_column(table, told).and_then(|column| table.header.names().get(column));
    table.header.names().iter().filter(|name| Some(*name) != people).cloned().collect()
}

/// The column `name`, where it holds what people or things are called and nobody says otherwise.
pub(super) fn people_column(table: &TableHead, told: &Told) -> Option<usize> {
    let header = &table.header;
    let column = header.find(&["name"])?;
    let is_said = told.map.iter().any(|(_, name)| normalise(name) == "name");
    let has_address = offers::have_address(header.names());
    let texts = || offers::texts_of(table, Some(column));
    let are_people = !is_said && offers::are_of_people(&texts(), has_address, &told.own_names);
    are_people.then_some(column)
}

/// The column of an exact name.
fn column_of(header: &Header, name: &str) -> Option<usize> {
    header.names().iter().position(|own| own == name)
}

/// The name of a column; of two that it may have, both.
pub(super) fn either(names: &[&str]) -> String {
    match names {
        [one, other] => format!("{one} or {other}"),
        [first, ..] => (*first).to_string(),
        [] => String::new(),
    }
}
