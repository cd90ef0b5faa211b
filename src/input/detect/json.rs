//! What a JSON source is: from the keys of its first records.

use super::json_formats::{self, JsonFormat, Near, Reads};
use super::json_records::{each_record, ends_within_record};
use super::json_sample::JsonSample;
use super::table_head::TableHead;
use super::{
    Decision, MAP_EVENTS, SAMPLE, enveloped, events_identifiers, events_why, exact_time, happened,
    hits, input, nameless, names_of_orders, names_of_people, not_events, refused, sessions_why,
    strictness, unrecognised, with_order, wrapped,
};
use crate::error::{Error, Nothing, Result};
use crate::event::IdentifierKind;
use crate::input::aliases::{Mapping, Part, like};
use crate::input::envelope::Envelope;
use crate::input::format::Format;
use crate::input::format::event_json::{EventKeys, have_addresses};
use crate::input::format::tool_log::{Beside, ToolLog};
use crate::input::format::web_pixel::{self, PixelKeys};
use crate::input::json::Malformed;
use crate::input::source::Source;
use crate::input::split::Layout;
use crate::input::{Input, Rows, Told};
use crate::place::Place;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Recognises a source whose first value starts behind `start` bytes.
pub(super) fn recognise(
    source: Source,
    told: &Told,
    layout: Layout,
    start: usize,
) -> Result<Input> {
    if layout == Layout::Lines {
        return match wrapped::unwrap(source, start, told)? {
            wrapped::Found::Page(page) if are_pages(&page.source, told, Layout::Array, 0) => {
                let inner = wrapped::unwrap_elements(page.source, 0, told)?;
                of_list(wrapped::Page { first_line: page.first_line, ..inner }, told)
            }
            wrapped::Found::Page(page) => of_list(page, told),
            wrapped::Found::Lines(source) if are_pages(&source, told, layout, start) => {
                of_list(wrapped::unwrap_lines(source, start, told)?, told)
            }
            // What has commas between its lines is a list without its brackets.
            wrapped::Found::Lines(source) if are_elements(&source.head[start..]) => {
                decide(source, told, Layout::Array, start, &Beside::default())
            }
            wrapped::Found::Lines(source) => {
                decide(source, told, layout, start, &Beside::default())
            }
        };
    }
    if are_pages(&source, told, layout, start) {
        return of_list(wrapped::unwrap_elements(source, start, told)?, told);
    }
    decide(source, told, layout, start, &Beside::default())
}

/// Recognises the list of a page, or of several.
fn of_list(page: wrapped::Page, told: &Told) -> Result<Input> {
    let input = decide(page.source, told, Layout::Array, 0, &page.beside)?;
    Ok(input.starting_on(page.first_line))
}

/// Whether the records of a source are pages: the first has a list of records, and is no record itself.
fn are_pages(source: &Source, told: &Told, layout: Layout, start: usize) -> bool {
    let Some((line, first)) = each_record(&source.head[start..], layout).next() else {
        return false;
    };
    wrapped::is_page(first) && {
        let pixel = PixelKeys { told: told.map.clone(), found: Vec::new() };
        let sample = JsonSample::of(std::iter::once((line, Cow::Borrowed(first))), &pixel);
        let mapping = Mapping::of_events(&sample.scalars(), &sample.told(told));
        let is_event = mapping.missing().is_empty();
        !sample.is_pixel && sample.known().is_none() && !is_event
    }
}

/// What the records of a list lack of an event: whether none of them says who it was, and whether none says when. Nothing if
/// they are of a known format.
pub(super) fn lacks(list: &[u8], told: &Told) -> (bool, bool) {
    let pixel = PixelKeys { told: told.map.clone(), found: Vec::new() };
    let sample = JsonSample::read(list, Layout::Array, &pixel);
    let is_known = match told.format {
        None => sample.is_pixel || sample.known().is_some(),
        Some(format) => format != Format::GenericEvents,
    };
    let is_event = sample.objects > 0 && !is_known;
    let mapping = Mapping::find(&sample.scalars(), &sample.told(told));
    let lacks_time = mapping.of(Part::Time).is_none();
    (is_event && mapping.who().next().is_none(), is_event && lacks_time)
}

/// Recognises a source by its records, which start behind `start` bytes.
fn decide(
    mut source: Source,
    told: &Told,
    layout: Layout,
    start: usize,
    beside: &Beside,
) -> Result<Input> {
    let pixel = PixelKeys { told: told.map.clone(), found: Vec::new() };
    let mut own = JsonSample::read(&source.head[start..], layout, &pixel);
    // The first record alone may be longer than what is looked at of a file.
    while own.objects == 0
        && ends_within_record(&source.head[start..], layout)
        && source.grow_head()?
    {
        own = JsonSample::read(&source.head[start..], layout, &pixel);
    }
    if own.objects == 0 {
        return Err(unreadable_json(&source, start, own.first_defect));
    }
    let head = &source.head[start..];
    let (sample, envelope) = match enveloped::of_records((head, layout), &own, told, &pixel) {
        Some((sample, envelope)) => (sample, Some(envelope)),
        None => (own, None),
    };
    let names: Vec<String> = sample.all_keys.iter().cloned().collect();
    let refusal = || refused::error(&source.path, (&source.head[start..], layout));
    let decided = decide_sample(&source.path, sample, told, pixel, beside);
    // What somebody says that a file is, it may not be.
    if let Some(refusal) =
        (decided.is_err() || told.format.is_some() || !told.map.is_empty()).then(refusal).flatten()
    {
        return Err(refusal);
    }
    let mut decision = decided?;
    decision.why.extend(envelope.as_ref().map(Envelope::words));
    let mut input = input(source, told, layout, start, decision);
    input.reading.envelope = envelope;
    input.reading.names = names;
    Ok(input)
}

/// Recognises the records in a column of a table that has an envelope's name. Events of which no format is known
/// are only taken from it if the table is nothing without.
pub(super) fn decide_column(
    path: &str,
    table: &TableHead,
    told: &Told,
    is_nothing: bool,
) -> Option<(Decision, Envelope)> {
    let pixel = PixelKeys { told: told.map.clone(), found: Vec::new() };
    let (sample, envelope) = enveloped::of_column(table, told, &pixel, is_nothing)?;
    let mut decision = decide_sample(path, sample, told, pixel, &Beside::default()).ok()?;
    decision.why.push_str(&envelope.words());
    Some((decision, envelope))
}

/// Decides by a sample of records.
fn decide_sample(
    path: &str,
    sample: JsonSample,
    told: &Told,
    pixel: PixelKeys,
    beside: &Beside,
) -> Result<Decision> {
    let known = |format: &'static JsonFormat| {
        let beside = Beside { own_names: told.own_names.clone(), ..beside.clone() };
        Ok(known_decision(format, beside, &sample.all_keys))
    };
    let may_be_google = told
        .format
        .is_none_or(|format| matches!(format, Format::Ga4BigQuery | Format::GenericEvents));
    if may_be_google && sample.holds_parameters() {
        return Err(parameters(path));
    }
    match told.format {
        None if sample.is_pixel => Ok(pixel_decision(pixel, &sample.all_keys)),
        Some(Format::ShopifyWebPixel) => Ok(pixel_decision(pixel, &sample.all_keys)),
        None => match sample.known() {
            Some(format) => known(format),
            None => decide_generic_json(path, &sample, told),
        },
        Some(Format::GenericEvents) => {
            let sample = JsonSample { all_keys: BTreeSet::new(), ..sample };
            decide_generic_json(path, &sample, told)
        }
        Some(other) => match json_formats::of(other) {
            Some(format) => known(format),
            None => Err(Error::at(
                Place::file(path),
                format!("this is JSON, and `{}` is a table", other.id()),
            )),
        },
    }
}

/// Events of the web pixel; what the user said goes before its own keys, as far as it is there.
fn pixel_decision(keys: PixelKeys, all_keys: &BTreeSet<String>) -> Decision {
    let own = [
        (Part::Time, "time", "timestamp"),
        (Part::Event, "event", "name"),
        (Part::Who(IdentifierKind::ClientId), "client_id", "clientId"),
    ];
    let is_there = |key: &str| key.split('.').next().is_some_and(|key| all_keys.contains(key));
    let told: Vec<_> = keys.told.iter().filter(|(_, key)| is_there(key)).collect();
    let mut names = all_keys.iter().filter_map(|key| key.rsplit('.').next());
    let (part, known) = web_pixel::RECEIVED;
    let received = names.find(|name| known.contains(name)).map(|name| (part, name.to_string()));
    let is_told = |part: Part| told.iter().any(|(told, _)| *told == part);
    let columns = own
        .iter()
        .filter(|(part, _, _)| !is_told(*part))
        .map(|&(_, name, key)| (name, key.to_string()))
        .chain(told.iter().map(|(part, key)| (part.name(), key.clone())))
        .chain(received)
        .collect();
    Decision {
        format: Format::ShopifyWebPixel,
        why: "JSON with a client id, an event name, a time and event data, as the web pixel sends them".to_string(),
        columns,
        rows: Rows::Pixel(keys),
        nearly: None,
    }
}

fn known_decision(
    known: &'static JsonFormat,
    beside: Beside,
    all_keys: &BTreeSet<String>,
) -> Decision {
    let rows = match known.reads {
        Reads::Tool(tool) => Rows::Tool(ToolLog { tool, beside }),
        Reads::Own(way) => (way.rows)(),
    };
    Decision {
        format: known.format,
        why: known.why().to_string(),
        columns: known.columns(),
        rows,
        nearly: known.unread(all_keys),
    }
}

/// Whether lines are elements of a list that has lost its brackets: each of them but the last ends with a comma.
fn are_elements(head: &[u8]) -> bool {
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty()).take(SAMPLE).peekable();
    let mut elements = 0;
    while let Some(line) = lines.next() {
        if !line.ends_with(b"},") {
            return elements > 0 && lines.peek().is_none();
        }
        elements += 1;
    }
    elements > 1
}

/// The error of records that are parameters.
fn parameters(path: &str) -> Error {
    let message = "not recognised: each record is a parameter of an event of Google Analytics, and none an event by itself";
    Error::at(Place::file(path), message).hint(
        "export event_params as it is, so that each event is one record; or write these rows as CSV, of which those of an event are put together",
    )
}

/// What to say of JSON none of whose records can be read.
fn unreadable_json(source: &Source, start: usize, defect: Option<(u64, Malformed)>) -> Error {
    let hint = "one JSON object a line, or one array of objects, can be read";
    let Some((line, bad)) = defect else {
        let error = Error::at(Place::file(&source.path), "this is JSON, but holds no objects");
        let is_sign = |byte: &u8| byte.is_ascii_whitespace() || *byte == b']';
        let is_nothing = source.head[start..].iter().all(is_sign);
        return if is_nothing {
            error.hint(hint).of_nothing(Nothing::List)
        } else {
            error.hint(hint)
        };
    };
    let place =
        Place { line: Some(line), column: Some(bad.at as u64 + 1), ..Place::file(&source.path) };
    Error::at(place, format!("no record can be read as JSON: expected {}", bad.expected)).hint(hint)
}

/// The error of a table that stands column by column in one object, as data tools write it unless they are told otherwise.
fn of_columns(path: &str, sample: &JsonSample) -> Option<Error> {
    let names: Vec<String> = sample.keys.iter().map(|(key, _)| key.clone()).collect();
    let is_one = sample.objects == 1 && sample.keys.iter().all(|(_, holds_scalars)| !holds_scalars);
    let mapping = Mapping::find(&names, &[]);
    let first = mapping.of(Part::Time).filter(|_| is_one && names.len() > 2)?;
    let message = "not recognised: it is one object that holds a table column by column";
    Some(Error::at(Place::file(path), message).hint(format!(
        "write it row by row (`orient=\"records\", lines=True` in pandas), or let `jq -c '(.{first} | keys[]) as $row | with_entries(.value |= .[$row])' FILE > NEW.jsonl` do so"
    )))
}

/// The error of records that are neither events nor nearly of a known format; what stands under `name` may be the names of
/// orders or of people.
fn no_events(
    path: &str,
    sample: &JsonSample,
    mapping: &Mapping,
    (names_orders, names_people): (Option<&str>, bool),
) -> Error {
    if let Some(list) = sample.only_list() {
        let message = format!(
            "not recognised: its records stand in a list under `{list}`, where none is looked for"
        );
        return Error::at(Place::file(path), message).hint(format!(
            "`jq -c '.{list}[]' FILE > NEW.jsonl` writes each of them on a line of its own"
        ));
    }
    if let Some((rows, names)) = &sample.rows_as_lists {
        let message = format!(
            "not recognised: its rows stand under `{rows}` as lists without the names of their columns"
        );
        return Error::at(Place::file(path), message).hint(format!(
            "`jq -c '{names} as $names | .{rows}[] | [$names, .] | transpose | map({{(.[0]): .[1]}}) | add' FILE > NEW.jsonl` writes each of them with these names"
        ));
    }
    if let Some(error) = of_columns(path, sample) {
        return error;
    }
    if let Some(key) = &sample.encoded {
        let message = format!("not recognised: what stands under `{key}` is an object in base64");
        return Error::at(Place::file(path), message)
            .hint(format!("`jq -c '.{key} | @base64d | fromjson' FILE > NEW.jsonl` decodes it"));
    }
    let keys: Vec<String> = sample.keys.iter().map(|(key, _)| key.clone()).collect();
    // What else is missing goes first.
    let names_people = names_people && mapping.missing().len() == 1;
    let events = if names_people {
        unrecognised::NO_LOG
    } else if unrecognised::are_orders(&keys, mapping) {
        unrecognised::TABLE_OF_ORDERS
    } else {
        MAP_EVENTS
    };
    let error = match names_orders {
        None if names_people => names_of_people(path, &keys, "keys"),
        Some(name) => names_of_orders(path, &keys, name, "keys"),
        None => not_events(path, &keys, mapping, "keys"),
    };
    let within = sample.somebody_within().filter(|_| mapping.who().next().is_none());
    let error = match within {
        Some(key) => {
            error.note(format!("who it was may stand under `{key}`: --map customer={key} says so"))
        }
        None => error,
    };
    error.hint(hits::hint(&keys).unwrap_or(events))
}

/// Decides by the usual names of the parts of an event. All keys are compared with those of the known
/// formats, for a file that is nearly one of them.
fn decide_generic_json(path: &str, sample: &JsonSample, told: &Told) -> Result<Decision> {
    let mut scalars = sample.scalars();
    let is_told = told.format.is_some() || told.map.iter().any(|(part, _)| *part == Part::Event);
    let names_people =
        scalars.iter().any(|key| key == "name") && !is_told && sample.are_of_people("name", told);
    if names_people {
        scalars.retain(|key| key != "name");
    }
    // A key that is not in the first records may be in later ones.
    let said =
        |(part, name): &(Part, String)| (*part, like(name, &scalars).unwrap_or(name).clone());
    let said: Vec<_> = told.map.iter().map(said).collect();
    let named = exact_time::named(&scalars, &said, |name| sample.texts_of(name));
    // Keys of two are not put together.
    let map = if named.clock.is_none() { &named.map } else { &said };
    let mapping = Mapping::of_events(&scalars, map);
    let nearest = json_formats::nearest(&sample.all_keys);
    // A session is less than what the web pixel has of a browser.
    let is_pixel = |near: &Near| near.format == Format::ShopifyWebPixel;
    let lacks_browser = mapping.has_sessions_alone() && nearest.as_ref().is_some_and(is_pixel);
    let names_orders = mapping.of(Part::Event).filter(|name| !is_told && *name == "name");
    let names_orders = names_orders.filter(|name| sample.holds_names_of_orders(name));
    if lacks_browser || names_orders.is_some() || !mapping.missing().is_empty() {
        return Err(match nearest {
            Some(near) => near.error(path, &sample.all_keys),
            None => no_events(path, sample, &mapping, (names_orders, names_people)),
        });
    }
    let usual = mapping.of(Part::Event).unwrap_or_default();
    let (event, otherwise) = if is_told || mapping.names_pages() {
        (usual, None)
    } else {
        happened::keys(&scalars, |key| sample.texts_of(key), usual)
    };
    let mapping = &mapping.clone().under(Part::Event, event);
    let (event_keys, sessions) = event_keys(sample, told, &scalars, (mapping, otherwise));
    let near = nearest.filter(|_| told.format.is_none());
    let mut columns = mapping.list();
    columns.extend(otherwise.map(|key| ("event_if_blank", key.to_string())));
    Ok(Decision {
        format: Format::GenericEvents,
        why: events_why(mapping) + &sessions,
        columns,
        rows: Rows::Json(event_keys),
        nearly: near.and_then(|near| near.remark(&sample.all_keys)),
    })
}

/// The keys of the parts of events, and what to add about their sessions.
fn event_keys(
    sample: &JsonSample,
    told: &Told,
    scalars: &[String],
    (mapping, otherwise): (&Mapping, Option<&str>),
) -> (EventKeys, String) {
    let own = |part| mapping.of(part).map(str::to_string);
    let identifiers: Vec<_> = events_identifiers(mapping)
        .map(|(kind, space, key)| (kind, space, key.to_string()))
        .collect();
    let session = own(Part::Session);
    // Who stands deeper in a record is not in the sample.
    let are_shown = identifiers.iter().all(|(_, _, key)| scalars.contains(key));
    let shown = session.as_ref().filter(|_| are_shown);
    let among = nameless::session_among(&sample.records, (&identifiers, shown), |row, key| {
        row.get(key).cloned()
    });
    let sessions = sessions_why(among.as_ref().and(session.as_deref()));
    let texts: Vec<&str> = scalars.iter().map(String::as_str).collect();
    let people = IdentifierKind::ALL.into_iter().filter(|kind| *kind != IdentifierKind::OrderId);
    let is_new = |kind: &IdentifierKind| identifiers.iter().all(|(own, ..)| own != kind);
    let keys = EventKeys {
        is_value_told: told.map.iter().any(|(part, _)| *part == Part::Value),
        later: people.filter(is_new).collect(),
        time: own(Part::Time).unwrap_or_default(),
        event: own(Part::Event).unwrap_or_default(),
        otherwise: otherwise.map(str::to_string),
        names_pages: mapping.names_pages(),
        strictness: strictness(&identifiers, among.is_some()),
        identifiers: with_order(identifiers.into_iter().chain(among), own(Part::Order)),
        session,
        sequence: own(Part::Sequence),
        order: own(Part::Order),
        value: own(Part::Value),
        currency: own(Part::Currency),
        user_agent: own(Part::UserAgent),
        have_addresses: mapping.of(Part::Address).is_some()
            || have_addresses(sample.all_keys.iter().map(String::as_str), &texts),
        address: own(Part::Address),
        id: own(Part::Id),
    };
    (keys, sessions)
}
