//! What to say of a table that is of no format, or not of the one that was asked for: what it lacks, and what can
//! be done about it.

use super::first_line::{is_time, value_for_a_name};
use super::table::{decide, either};
use super::table_formats::{self, TableFormat};
use super::table_head::TableHead;
use super::{MAP_EVENTS, json_formats, meant, names_of_orders, not_events, shown};
use crate::error::Error;
use crate::input::Told;
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{Header, Row, is_null};
use crate::input::format::Format;
use crate::input::format::event_table::shorten;
use crate::input::format::shopify_analytics;
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
    let is_there = |(_, name): &&(Part, String)| header.names().contains(name);
    let told_names: Vec<_> = told.map.iter().filter(is_there).cloned().collect();
    let mapping = Mapping::of_events(header.names(), &told_names);
    // With all that events need, its names are none of events.
    let error = if mapping.missing().is_empty() {
        let name = mapping.of(Part::Event).unwrap_or_default();
        names_of_orders(path, header.names(), name, "columns")
    } else {
        not_events(path, header.names(), &mapping, "columns")
    };
    let error = without_map_columns(error, header, told);
    let nearest = nearest(header, told);
    let holds_orders = mapping.of(Part::Order).is_some() && mapping.of(Part::Event).is_none();
    let error = if holds_orders && nearest.is_empty() {
        error.note(
            "if each row is an order, --as shopify.orders says what its columns must be called",
        )
    } else {
        error
    };
    if let Some((format, missing)) = nearest.first() {
        let hint = format!("{}; of events, {MAP_EVENTS}", rename(*format, missing));
        let note = |error: Error, (format, missing): &(Format, Vec<Names>)| {
            let names: Vec<String> = missing.iter().map(|names| either(names)).collect();
            let meant = meant(header, missing);
            error.note(format!("to be {} it lacks: {}{meant}", format.id(), names.join(", ")))
        };
        return nearest.iter().fold(error, note).hint(hint);
    }
    let error = if has_column_for_each_step(header) {
        error.note("it has a column for each step; a log has a row for each event, with its time and its name")
    } else {
        error
    };
    match looks_like_counts(table) {
        Some(time) => error
            .note(format!(
                "days and counts: nearest is a session report ({}), whose columns are named otherwise",
                Format::ShopifyAnalytics.id()
            ))
            .hint(map_counts(time)),
        None => error.hint(MAP_EVENTS),
    }
}

/// The error of a table whose first line is a row.
fn nameless(path: &str, header: &Header, value: &str) -> Error {
    let message = format!(
        "not recognised: its first line looks like data and not like names of columns: `{}` is no name, and the lines below it hold the like",
        shorten(value)
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

/// Says which columns are mapped that the table does not have.
fn without_map_columns(error: Error, header: &Header, told: &Told) -> Error {
    let absent = told.map.iter().filter(|(_, name)| !header.has(&[name.as_str()]));
    absent.fold(error, |error, (part, name)| {
        let near = vocabulary::nearest(name, header.names().iter().map(String::as_str));
        let meant = near.map(|near| format!(" (is `{near}` meant?)")).unwrap_or_default();
        error.note(format!("no column is called `{name}`, as --map says of {}{meant}", part.name()))
    })
}

/// The formats of which two columns at least are there and at most half are missing, the nearest first, with these.
fn nearest(header: &Header, told: &Told) -> Vec<(Format, Vec<Names>)> {
    const SHOWN: usize = 2;
    let mut near: Vec<(&TableFormat, Vec<Names>)> = table_formats::ALL
        .iter()
        .filter(|known| told.allows(known.format))
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
    let mut nearest: Vec<(&TableFormat, Vec<Names>)> = Vec::new();
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
    nearest.into_iter().map(|(known, missing)| (known.format, missing)).collect()
}

/// Which columns may be meant by those that are missing.
fn meant(header: &Header, missing: &[Names]) -> String {
    let own = || header.names().iter().map(String::as_str);
    let near = missing.iter().filter_map(|names| {
        let near = names.iter().find_map(|name| meant::meant(name, own()))?;
        Some(format!(" (is `{near}` meant?)"))
    });
    near.collect()
}

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
        Some((missing, must)) if missing.len() < must => {
            let meant = meant(header, &missing);
            error.hint(rename(format, &missing) + &meant)
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

/// Whether names of columns are names of events: such a table says of each row what was reached.
fn has_column_for_each_step(header: &Header) -> bool {
    let names = header.normal_names().iter();
    let names = names.map(|name| name.strip_prefix("reached ").unwrap_or(name));
    names.filter(|name| vocabulary::canonical(name).is_some()).count() > 1
}

/// Whether a table holds counts by day or by anything else, and nothing of events: then the name of its column
/// of times, as far as it has one.
fn looks_like_counts(table: &TableHead) -> Option<&str> {
    let names = table.header.names();
    let mapping = Mapping::find(names, &[]);
    // A table of orders has dates and numbers too.
    if mapping.list().iter().any(|(part, _)| *part != Part::Time.name()) {
        return None;
    }
    let column_of = |is: fn(&str) -> bool| {
        let holds = move |column: usize| {
            let texts =
                table.rows.iter().map(|row| Row::parsed(row).text(Some(column)).into_owned());
            let mut texts = texts.filter(|text| !is_null(text)).peekable();
            texts.peek().is_some() && texts.all(|text| is(&text))
        };
        (0..names.len()).filter(move |&column| holds(column))
    };
    let counts = column_of(shopify_analytics::is_count).count();
    let time = column_of(is_time).next().and_then(|column| names.get(column));
    let are_counts = counts > 0 && counts < names.len() && 2 * counts >= names.len();
    are_counts.then(|| time.map_or("COLUMN", String::as_str))
}
