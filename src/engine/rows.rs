//! Where rows stand: from the packed place of a row to file, record and line; and what to say of an input
//! whose rows cannot be read.

use super::haul::Haul;
use crate::error::{Error, Result};
use crate::event::RowRef;
use crate::input::Reading;
use crate::input::aliases::{Part, like};
use crate::ladder::vocabulary;
use crate::place::Place;
use crate::quality::Reason;

/// Which input each block is of, and how many records and lines come before it.
#[derive(Debug)]
pub(super) struct RowIndex {
    blocks: Vec<Option<BlockPlace>>,
    paths: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct BlockPlace {
    input: usize,
    records_before: u64,
    lines_before: u64,
}

impl RowIndex {
    pub(super) fn new(haul: &Haul<'_>, readings: &[Reading]) -> RowIndex {
        let mut blocks =
            vec![None; haul.blocks.iter().map(|block| block.number + 1).max().unwrap_or(0)];
        let mut sorted = haul.blocks.clone();
        sorted.sort_unstable_by_key(|block| block.number);
        let mut before: Vec<(u64, u64)> =
            readings.iter().map(|reading| (0, reading.first_line - 1)).collect();
        for block in sorted {
            let (records, lines) = &mut before[block.input];
            blocks[block.number] = Some(BlockPlace {
                input: block.input,
                records_before: *records,
                lines_before: *lines,
            });
            *records += block.extent.records;
            *lines += block.extent.lines;
        }
        RowIndex { blocks, paths: readings.iter().map(|reading| reading.path.clone()).collect() }
    }

    /// The input that a row is of.
    pub(super) fn input(&self, row: RowRef) -> usize {
        // With one input, as mostly, nothing has to be looked up.
        if self.paths.len() == 1 {
            return 0;
        }
        self.blocks.get(row.block()).copied().flatten().map_or(0, |block| block.input)
    }

    /// Where a row stands.
    pub(super) fn place(&self, row: RowRef) -> Place {
        let Some(block) = self.blocks.get(row.block()).copied().flatten() else {
            return Place::default();
        };
        let path = self.paths.get(block.input).cloned().unwrap_or_default();
        Place {
            path,
            record: Some(block.records_before + row.record() + 1),
            line: Some(block.lines_before + row.line() + 1),
            column: None,
        }
    }
}

/// A run none of whose rows can be read is an error; so is any broken row under `--strict`. It does not matter how a log
/// is cut into files: one that holds nothing but such rows is none where another can be read.
pub(super) fn refuse_hopeless(
    haul: &Haul<'_>,
    readings: &[Reading],
    rows: &RowIndex,
    strict: bool,
) -> Result<()> {
    let mut hopeless = None;
    let mut is_any_read = false;
    for (input, (account, reading)) in haul.quality.accounts.iter().zip(readings).enumerate() {
        let defects = || account.set_aside.iter().filter(|(reason, _)| reason.is_defect());
        let first = defects()
            .flat_map(|(reason, aside)| aside.examples.iter().map(move |example| (example, reason)))
            .min();
        let broken: u64 = defects().map(|(_, aside)| aside.rows).sum();
        let Some((example, reason)) = first else {
            is_any_read |= account.rows_read > 0;
            continue;
        };
        let place = rows.place(example.row);
        if strict {
            let message = format!("{}: {}", reason.code(), example.message);
            return Err(Error::at(place, message)
                .hint("without --strict such rows are set aside and counted"));
        }
        // A further line of an order whose time cannot be read is of no more use than its first.
        let further = account.set_aside.get(&Reason::Continuation).map_or(0, |aside| aside.rows);
        if broken + further < account.rows_read {
            is_any_read = true;
        } else if hopeless.is_none() {
            let error = Error::at(place, none_read(account.rows_read, reading, &example.message));
            let unclosed = haul.unclosed.contains(&input);
            let error = if unclosed { error.note(UNCLOSED) } else { error };
            hopeless = Some(match short_identifiers(haul.too_short) {
                Some(words) if *reason == Reason::NoIdentifier => error.note(words),
                Some(_) | None => error.hint(remedy(reading, *reason)),
            });
        }
    }
    hopeless.filter(|_| !is_any_read).map_or(Ok(()), Err)
}

/// What to do about an input none of whose rows can be read. Under which names a known format has its parts cannot be told.
fn remedy(reading: &Reading, reason: Reason) -> String {
    let (what, parts): (_, &[&str]) = if reason == Reason::BadTimestamp {
        ("when it was", &["time"])
    } else if reason == Reason::NoIdentifier {
        ("who it was", &PEOPLE)
    } else {
        ("", &[])
    };
    let is_told = reading.format.can_be_told(Part::Time);
    let names = reading.columns.iter().filter(|(part, _)| parts.contains(part));
    let names = names.map(|(_, name)| name.as_str()).filter(|name| !name.contains('*'));
    let names: Vec<&str> = names.collect();
    // What is there and cannot be read is not missing.
    let is_there = |name: &&str| like(name, &reading.names).is_some();
    if is_told || names.is_empty() || names.iter().any(is_there) {
        return "`funnel inspect` shows what a file is taken for; --as and --map tell it".into();
    }
    // Another time is not the one that is missing.
    let is_near = |name: &str, own: &str| {
        vocabulary::nearest(name, std::iter::once(own)).is_some()
            && (name.starts_with(own) || own.starts_with(name))
    };
    let own = || reading.names.iter().map(String::as_str).filter(|own| !names.contains(own));
    let near = names.iter().find_map(|name| own().find(|own| is_near(name, own)));
    let meant = near.map(|near| format!(" (is `{near}` meant?)")).unwrap_or_default();
    let id = reading.format.id();
    let those = if names.len() == 1 { "that field too" } else { "one of these fields too" };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "{id} says {what} under {}{meant}: export {those}, under its own name",
        names.join(", ")
    )
}

/// What columns and keys of people are called in reports.
pub(super) const PEOPLE: [&str; 6] =
    ["customer_id", "customer", "client", "client_id", "email", "phone"];

/// What to say of ids that name nobody because they are short, if there are any: a shop that has numbered its customers
/// from 1 must know.
pub(super) fn short_identifiers(values: u64) -> Option<String> {
    let (them, name, those) = match values {
        0 => return None,
        1 => ("1 id of a user or device has".to_owned(), "names", "it is one"),
        _ => (format!("{values} ids of users or devices have"), "name", "they are those"),
    };
    Some(format!(
        "{them} fewer than five characters and {name} nobody: beside other identifiers such ids are mostly placeholders. If {those} of customers, write something before them (`user-7`)"
    ))
}

/// What to say of an input that ends inside a quoted cell.
pub(super) const UNCLOSED: &str =
    "a quote that opens a cell is never closed: all that follows it was read as one cell";

fn none_read(rows: u64, reading: &Reading, first: &str) -> String {
    let format = reading.format.id();
    match rows {
        1 => format!("its only row cannot be read as {format}: {first}"),
        _ => format!("none of its {rows} rows can be read as {format}; the first: {first}"),
    }
}
