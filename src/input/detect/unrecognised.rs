//! What to say of a table that is of no format, or not of the one that was asked for: what it lacks, and what can
//! be done about it.

use super::first_line::{Value, is_time, value_for_a_name};
use super::table::{decide, either, people_column};
use super::table_formats::{self, TableFormat};
use super::table_head::TableHead;
use super::{
    MAP_EVENTS, hits, json_formats, meant, names_of_orders, names_of_people, nearly, not_events,
    offers, shown,
};
use crate::error::Error;
use crate::event::IdentifierKind;
use crate::input::Told;
use crate::input::aliases::{Mapping, Part, like};
use crate::input::columns::{Header, normalise};
use crate::input::format::Format;
use crate::input::format::shopify_orders::columns::{ORDER_TIMES, STATUSES};
use crate::input::format::tool_table::ga4;
use crate::input::format::{shopify_analytics, shopify_session_rows};
use crate::ladder::vocabulary;
use crate::place::Place;

/// Names of columns, any one of which will do.
type Names = &'static [&'static str];

/// The error of a table of which nothing can be made.
pub(super) fn error(path: &str, table: &TableHead, told: &Told) -> Error {
    let header = &table.header;
    if let Some(format) = told.format.filter(|format| *format != Format::GenericEvents) {
        return without_map_columns(not_of(path, table, format, told), header, told);
    }
    if let Some(value) = value_for_a_name(table) {
        return nameless(path, header, value);
    }
    if ga4::holds_parameters(header) {
        return parameters(path, header);
    }
    let told_names = Mapping::there(header.names(), &told.map);
    let mapping = Mapping::of_events(header.names(), &told_names);
    if mapping.of(Part::Event).is_some_and(|name| normalise(name) == "name")
        && mapping.missing().is_empty()
        && people_column(table, told).is_some()
    {
        let error = names_of_people(path, header.names(), "columns");
        return without_map_columns(error, header, told).hint(NO_LOG);
    }
    // With all that events need, its names are none of events.
    let error = if mapping.missing().is_empty() {
        let name = mapping.of(Part::Event).unwrap_or_default();
        names_of_orders(path, header.names(), name, "columns")
    } else {
        not_events(path, header.names(), &mapping, "columns")
    };
    let error = without_map_columns(error, header, told);
    let events = map_events(table, &mapping, &told_names);
    advised(error, table, (&mapping, &events), told)
}

/// The error of rows that are parameters of Google's events, without all that puts these together.
fn parameters(path: &str, header: &Header) -> Error {
    let missing = |names: Names| (!header.has(names)).then_some(names);
    let keyed = || ga4::has_values(header).then_some(ga4::PARAMETER_KEY);
    let missing: Vec<Names> = ga4::MUST.into_iter().filter_map(missing).collect();
    let missing = if missing.is_empty() { keyed().into_iter().collect() } else { missing };
    let message = "not recognised: each of its rows is a parameter of an event of Google Analytics, and none an event by itself";
    let error = Error::at(Place::file(path), message);
    let lacks: Vec<String> = missing.iter().map(|names| either(names)).collect();
    error
        .note(format!("to be {} it lacks: {}", Format::Ga4Flat.id(), lacks.join(", ")))
        .hint(rename(Format::Ga4Flat, &missing))
}

/// The error with what is to be done: by the likeliest of what the table may be.
fn advised(
    error: Error,
    table: &TableHead,
    (mapping, events): (&Mapping, &str),
    told: &Told,
) -> Error {
    let header = &table.header;
    if let Some(hint) = hits::hint(header.names()) {
        return error.hint(hint);
    }
    if let Some(own) = of_no_shopper(header, mapping) {
        return error.note(own).hint(
            "exports of orders, abandoned checkouts, session reports and event logs can be read",
        );
    }
    let nearest = nearest(table, told);
    // Of many columns one may have been left out; of few it is none.
    let is_one =
        |(known, missing): &(&TableFormat, Vec<Names>)| missing.len() == 1 && known.must.len() > 3;
    let lacks_one = nearest.first().is_some_and(is_one);
    let names_events = mapping.of(Part::Event).is_none() && offers::event(table).is_some();
    if let Some(near) = nearly::instead(table).filter(|_| !lacks_one) {
        return error.note(near).hint(format!("of events of no tool, {events}"));
    }
    if names_events && !lacks_one {
        return error.hint(events);
    }
    if let Some((known, missing)) = nearest.first() {
        let hint = format!("{}; of events, {MAP_EVENTS}", rename(known.format, missing));
        let note = |error: Error, (known, missing): &(&TableFormat, Vec<Names>)| {
            let names = missing.iter().map(|names| either(names) + &asked(table, names));
            let names: Vec<String> = names.collect();
            error.note(format!("to be {} it lacks: {}", known.format.id(), names.join(", ")))
        };
        return nearest.iter().fold(error, note).hint(hint);
    }
    if offers::has_column_for_each_step(table) {
        let error = error.note("it has a column for each step; a log has a row for each event, with its time and its name");
        return error.hint(match offers::figures(table, mapping) {
            Some(map) => format!(
                "if each row is a session, or counts some, {map} says which column is which step"
            ),
            None => "write a row for each step that somebody has reached, under the columns customer, event and time".to_owned(),
        });
    }
    if are_orders(header.names(), mapping) {
        return error.hint(format!(
            "if each row is an order, --as shopify.orders says what its columns must be called; of events, {events}"
        ));
    }
    if let Some(time) = looks_like_counts(table) {
        return error
            .note(format!(
                "days and counts: nearest is a session report ({}), whose columns are named otherwise",
                Format::ShopifyAnalytics.id()
            ))
            .hint(map_counts(time));
    }
    if let Some(counts) = offers::counts_of_steps(table).filter(|_| mapping.who().next().is_none())
    {
        return error
            .note(format!("its rows are steps that `{counts}` counts; a log has a row for each event, with who it was and when"))
            .hint("what follows from counts alone, `funnel calc interval 81/263` says: a rate and its range");
    }
    let is_in_parts = ["year", "month", "day"].iter().all(|part| header.has(&[part]));
    let error = if is_in_parts && mapping.of(Part::Time).is_none() {
        error.note("its time stands in several columns (year, month, day): put it into one, such as 2025-10-07")
    } else {
        error
    };
    error.hint(events)
}

/// What a table is that Shopify exports and that tells of no shopper.
fn of_no_shopper(header: &Header, mapping: &Mapping) -> Option<&'static str> {
    let header = header.in_words();
    let has = |name: &str| header.has(&[name]);
    if has("handle")
        && ["variant sku", "variant price", "option1 name"].iter().any(|name| has(name))
    {
        return Some(
            "these are products or their stock: nothing in it is somebody's visit or order",
        );
    }
    let of_sales = ["gross sales", "net sales", "total sales"];
    // A row may be an order, of which the sales are one.
    let are_orders =
        ["name", "order name", "order id", "order number"].iter().any(|name| has(name))
            || mapping.who().next().is_some();
    (of_sales.iter().any(|name| has(name)) && !are_orders && !has("sessions")).then_some(
        "this is a report of sales: sums of orders, without the sessions or the orders themselves",
    )
}

/// What to do with a list of people or things.
pub(super) const NO_LOG: &str = "a list of people or things is no log: leave it out; if each row is an event, say which column names it with --map event=COLUMN";

/// How to say what the columns of a log are: with those that can only be meant, beside what the user has said.
fn map_events(table: &TableHead, mapping: &Mapping, told: &[(Part, String)]) -> String {
    let lacks = |part: Part| mapping.of(part).is_none();
    let time = offers::time(table).filter(|_| lacks(Part::Time));
    // Views of pages are all events only where nothing says what else happened.
    let event = offers::event(table).filter(|_| lacks(Part::Event) || mapping.names_pages());
    let lacks_somebody = mapping.who().next().is_none();
    let lacks_all = lacks(Part::Time) && lacks(Part::Event) && lacks_somebody;
    if lacks_all && time.is_none() && event.is_none() {
        return MAP_EVENTS.to_owned();
    }
    let somebody = offers::somebody(table, mapping);
    let own = told.iter().map(|(part, name)| (*part, name.as_str()));
    let missing = [
        lacks(Part::Time).then_some((Part::Time, time)),
        lacks(Part::Event).then_some((Part::Event, event)),
        lacks_somebody.then_some((Part::Who(IdentifierKind::UserId), somebody)),
    ];
    let missing =
        missing.into_iter().flatten().map(|(part, name)| (part, name.unwrap_or("COLUMN")));
    let map = offers::map(&own.chain(missing).collect::<Vec<_>>());
    format!("say what is what with {map}, or choose a format with --as")
}

/// Whether rows or records are orders, as those of shops of all makers are: they have a number of an order, or what was
/// to be paid and how, and no event.
pub(super) fn are_orders(names: &[String], mapping: &Mapping) -> bool {
    let names: Vec<String> = names.iter().map(|name| normalise(&vocabulary::fold(name))).collect();
    let says = |word: &str| names.iter().any(|name| name.split(' ').any(|own| own == word));
    mapping.of(Part::Event).is_none()
        && (mapping.of(Part::Order).is_some()
            || names.iter().any(|name| ORDER_NUMBERS.contains(&name.as_str()))
            || says("total") && (says("payment") || says("order")))
}

/// What to do with orders that are JSON and not Shopify's.
pub(super) const TABLE_OF_ORDERS: &str = "if each record is an order, write them into a table with the columns Name, Created at, Financial Status, Total, Currency and Email; of events, say what is what with --map time=KEY,event=KEY,customer=KEY";

/// What shops of other makers call the number of an order.
const ORDER_NUMBERS: &[&str] = &[
    "order",
    "order number",
    "order no",
    "order nr",
    "order reference",
    "amazon order id",
    "invoice",
    "invoice no",
    "invoice number",
];

/// The error of a table whose first line is a row.
fn nameless(path: &str, header: &Header, value: Value) -> Error {
    let message = format!(
        "not recognised: its first line looks like data and not like names of columns: its cell {} is {}",
        value.cell, value.what
    );
    Error::at(Place::file(path), message).hint(format!(
        "put a line with a name for each of its {} columns in front, separated as the others are, such as user_id,item,category,event,time",
        header.names().len()
    ))
}

/// How to say what the columns of a session report are.
fn map_counts(time: &str) -> String {
    format!(
        "if it counts sessions, say which column is which, of those that it has: --map 'time={time},sessions=COLUMN,added_to_cart=COLUMN,reached_checkout=COLUMN,converted=COLUMN', or once for all in [map] of funnel.toml"
    )
}

/// That `--map` names a column or key that is not there, and which may be meant.
pub(super) fn absent(part: Part, name: &str, names: &[String], what: &str) -> String {
    let near = vocabulary::nearest(name, names.iter().map(String::as_str));
    let meant = near.map(|near| format!(" (is `{near}` meant?)")).unwrap_or_default();
    format!("no {what} is called `{name}`, as --map says of {}{meant}", part.name())
}

/// Says which columns are mapped that the table does not have.
fn without_map_columns(error: Error, header: &Header, told: &Told) -> Error {
    let is_absent = |(_, name): &&(Part, String)| like(name, header.names()).is_none();
    told.map.iter().filter(is_absent).fold(error, |error, (part, name)| {
        error.note(absent(*part, name, header.names(), "column"))
    })
}

/// The formats of which two columns at least are there and at most half are missing, the nearest first, with these.
fn nearest(table: &TableHead, told: &Told) -> Vec<(&'static TableFormat, Vec<Names>)> {
    const SHOWN: usize = 2;
    let header = &table.header;
    let mut near: Vec<(&'static TableFormat, Vec<Names>)> = table_formats::ALL
        .iter()
        .filter(|known| told.allows(known.format) && may_be_near(table, known))
        .map(|known| (known, known.missing(header)))
        .filter(|(known, missing)| {
            // One column alone says little: many tables have a user.
            2 * missing.len() <= known.must.len() && known.must.len() - missing.len() > 1
        })
        // One that has them all is not of the format for what it has beside them.
        .filter(|(_, missing)| !missing.is_empty())
        .collect();
    near.sort_by_key(|(known, missing)| (missing.len(), usize::MAX - known.must.len()));
    // Of several layouts of one format the nearest is enough; those of pipelines come last and are meant where names
    // are put together as these do it.
    let is_spelt_by_programs = header.in_words().normal_names() != header.normal_names()
        || header.names().iter().any(|name| name.contains('_'));
    let mut nearest: Vec<(&'static TableFormat, Vec<Names>)> = Vec::new();
    for (known, missing) in near {
        let rank = |known: &TableFormat, missing: &[Names]| (missing.len(), known.must.len());
        match nearest.iter().position(|(own, _)| own.format == known.format) {
            Some(own)
                if is_spelt_by_programs
                    && rank(nearest[own].0, &nearest[own].1) == rank(known, &missing) =>
            {
                nearest[own] = (known, missing);
            }
            None if nearest.len() < SHOWN => nearest.push((known, missing)),
            Some(_) | None => {}
        }
    }
    nearest
}

/// Whether a table may be of a format but for the names of a few columns. Nobody has renamed those of a data set that
/// everybody has from one place, and a row of a session report says when it was.
fn may_be_near(table: &TableHead, known: &TableFormat) -> bool {
    let format = known.format;
    if !known.may_be_near() {
        return false;
    }
    // A token is a checkout's, whose orders say what was paid.
    let header = table.header.in_words();
    if format == Format::ShopifyOrders
        && header.has(&["token", "completed at"])
        && !header.has(STATUSES)
    {
        return false;
    }
    let of_everybody =
        [Format::MavenSessions, Format::MavenPageviews, Format::MavenOrders, Format::Kaggle];
    if format == Format::ShopifyAnalyticsSessions {
        let time = table.header.find(&shopify_session_rows::TIMES);
        return time.is_none_or(|column| offers::holds(table, column, is_time));
    }
    !of_everybody.contains(&format)
}

/// Which column may be meant by one that is missing.
fn meant(table: &TableHead, missing: Names) -> Option<&str> {
    let own = || table.header.names().iter().map(String::as_str);
    let time = || offers::time(table).filter(|_| missing == ORDER_TIMES || missing == CREATED_AT);
    missing.iter().find_map(|name| meant::meant(name, own())).or_else(time)
}

/// The same in words.
fn asked(table: &TableHead, missing: Names) -> String {
    meant(table, missing).map(|near| format!(" (is `{near}` meant?)")).unwrap_or_default()
}

/// The time of an order as the admin's export calls it.
const CREATED_AT: Names = &["created at"];

/// What to do about missing columns.
fn rename(format: Format, missing: &[Names]) -> String {
    let names: Vec<String> =
        missing.iter().filter_map(|names| Some(format!("`{}`", names.first()?))).collect();
    let those =
        if names.len() == 1 { "the column that holds it" } else { "the columns that hold them" };
    format!(
        "if it is {}, call {those} {} in the first line of the file",
        format.id(),
        names.join(", ")
    )
}

/// The error of a table that lacks columns of the format that was asked for.
fn not_of(path: &str, table: &TableHead, format: Format, told: &Told) -> Error {
    let id = format.id();
    let header = &table.header;
    let own = |known: &&TableFormat| known.format == format;
    let layouts = table_formats::ALL.iter().filter(own);
    let nearest = layouts
        .map(|known| (known.missing(header), known.must.len()))
        .min_by_key(|(missing, must)| (missing.len(), usize::MAX - must));
    let message = match &nearest {
        Some((missing, _)) if missing.is_empty() => {
            format!("this is no file of `{id}`, though it has the columns of one")
        }
        None if json_formats::of(format).is_some() || format == Format::ShopifyWebPixel => {
            format!("this is a table, and `{id}` is JSON")
        }
        None => format!("this is no file of `{id}`"),
        Some((missing, _)) => {
            let missing: Vec<String> = missing.iter().map(|names| any_of(names)).collect();
            format!("it cannot be read as `{id}`: it lacks {}", missing.join("; "))
        }
    };
    let error = Error::at(Place::file(path), message).note(shown(header.names(), "columns"));
    let anything = Told { format: None, ..told.clone() };
    if let Some(other) = decide(table, &anything).filter(|other| other.format != format) {
        let other = other.format.id();
        return error.hint(format!("without --as it is read as `{other}`"));
    }
    match nearest {
        Some(_) if format.holds_totals() => error.hint(map_counts("COLUMN")),
        Some((missing, must)) if missing.len() < must || format == Format::ShopifyOrders => {
            let near = |names: &Names| {
                let (near, name) = (meant(table, names)?, names.first()?);
                let of = if missing.len() > 1 { format!(" by `{name}`") } else { String::new() };
                Some(format!(" (is `{near}` meant{of}?)"))
            };
            let near: String = missing.iter().filter_map(near).collect();
            error.hint(rename(format, &missing) + &near)
        }
        Some(_) | None => {
            error.hint("`funnel inspect FILE` without --as says what it is, or nearly is")
        }
    }
}

/// `one of sessions, sessions converted`
fn any_of(names: &[&str]) -> String {
    match names {
        [] | [_] | [_, _] => either(names),
        names => format!("one of {}", names.join(", ")),
    }
}

/// Whether a table holds counts by day or by anything else, and nothing of events: then the name of its column
/// of times, as far as it has one.
fn looks_like_counts(table: &TableHead) -> Option<&str> {
    let names = table.header.names();
    // Orders and logs have dates and numbers too.
    let is_other = |(part, _): (Part, &str)| part != Part::Time;
    if Mapping::find(names, &[]).parts().any(is_other)
        || Mapping::of_events(names, &[]).who().next().is_some()
        || offers::tells_single_things(table)
    {
        return None;
    }
    let column_of = |is: fn(&str) -> bool| {
        (0..names.len()).filter(move |&column| offers::holds(table, column, is))
    };
    let counts = column_of(shopify_analytics::is_count).count();
    let time = column_of(is_time).next().and_then(|column| names.get(column));
    let are_counts = counts > 0 && counts < names.len() && 2 * counts >= names.len();
    are_counts.then(|| time.map_or("COLUMN", String::as_str))
}
