//! What a table is: from the names of its columns.

use super::{Decision, SAMPLE, events_why, input, not_events, strictness, with_order};
use crate::error::{Error, Result};
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{Header, Row};
use crate::input::format::event_table::EventColumns;
use crate::input::format::shopify_analytics::AnalyticsColumns;
use crate::input::format::shopify_checkouts::CheckoutColumns;
use crate::input::format::shopify_orders::OrderColumns;
use crate::input::format::{Format, rees46, retailrocket};
use crate::input::quoting::Signs;
use crate::input::source::Source;
use crate::input::split::Layout;
use crate::input::timestamp::{Ambiguous, DateEvidence};
use crate::input::{Input, Rows, Told};
use crate::place::Place;

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

/// Recognises a source that is no JSON.
pub(super) fn recognise(source: Source, told: &Told) -> Result<Input> {
    let Some(table) = TableHead::read(&source.head) else {
        return Err(Error::at(
            Place::file(&source.path),
            "not recognised: neither JSON nor a table with a header",
        )
        .hint(
            "exports of orders, abandoned checkouts, session reports and event logs can be read",
        ));
    };
    // Only very old programs end lines with a carriage return alone.
    let line_end = if source.head.contains(&b'\n') { b'\n' } else { b'\r' };
    let layout = Layout::Table(Signs { delimiter: table.delimiter, line_end });
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
        Format::ShopifyWebPixel
        | Format::ShopifyBulk
        | Format::ShopifyRestOrder
        | Format::Ga4BigQuery
        | Format::RudderStack
        | Format::Segment
        | Format::PostHog
        | Format::Mixpanel
        | Format::Amplitude
        | Format::MatomoLive
        | Format::Klaviyo
        | Format::SnowplowJson
        | Format::GenericEvents => Vec::new(),
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
        Format::ShopifyWebPixel
        | Format::ShopifyBulk
        | Format::ShopifyRestOrder
        | Format::Ga4BigQuery
        | Format::RudderStack
        | Format::Segment
        | Format::PostHog
        | Format::Mixpanel
        | Format::Amplitude
        | Format::MatomoLive
        | Format::Klaviyo
        | Format::SnowplowJson => false,
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
    let mut named =
        table.rows.iter().map(Row::parsed).filter(|row| row.value(id).is_some()).peekable();
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
        Format::ShopifyWebPixel
        | Format::ShopifyBulk
        | Format::ShopifyRestOrder
        | Format::Ga4BigQuery
        | Format::RudderStack
        | Format::Segment
        | Format::PostHog
        | Format::Mixpanel
        | Format::Amplitude
        | Format::MatomoLive
        | Format::Klaviyo
        | Format::SnowplowJson => return Ok(None),
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
        evidence.observe(&Row::parsed(&record).text(Some(column)));
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
