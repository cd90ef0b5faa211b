//! Dates that a spreadsheet has rewritten, in tables whose rows are read one by one: each column with times is
//! judged by itself, by what the head of the file has in it, and what was decided is kept for the reader. Only where
//! the head leaves a column undecided is all of the file looked at.
//!
//! Orders, checkouts and session reports are judged when all of their rows are there (`engine/settle`).

use super::table_head::TableHead;
use crate::error::{Error, Result};
use crate::input::Rows;
use crate::input::Told;
use crate::input::columns::Row;
use crate::input::format::event_table::{EventColumns, FurtherTime};
use crate::input::format::special::Special;
use crate::input::source::Source;
use crate::input::timestamp::{Ambiguous, DateEvidence, DateOrder, ZoneRule};
use crate::place::Place;
use std::io::Read;

/// Decides how the dates of each column are read; gives back what a reader should know.
pub(super) fn decide(
    rows: &mut Rows,
    table: &TableHead,
    source: &mut Source,
    told: &Told,
) -> Result<Vec<String>> {
    let columns = time_columns(rows);
    let mut decisions = Vec::new();
    for (column, mut evidence) in columns.iter().zip(evidence(source, table, told, &columns)?) {
        let has_clock =
            |columns: &EventColumns| matches!(columns.further, Some(FurtherTime::Clock(_)));
        if matches!(&*rows, Rows::Table(_, columns) if has_clock(columns)) {
            evidence.note_clock();
        }
        let name = table.header.names().get(*column).map_or("", String::as_str);
        let order = evidence
            .decide(told.date_order)
            .map_err(|ambiguous| ambiguous_dates(&source.path, name, ambiguous))?;
        let decision = evidence.decision(name, order, told.zone);
        // Dates may be rewritten where nobody has looked yet; then what was told holds for them.
        let order = order.or(told.date_order);
        if decision.is_some() || order.is_some() {
            read_as(rows, *column, order, told.zone);
        }
        decisions.extend(decision);
    }
    Ok(decisions)
}

/// The columns with times.
fn time_columns(rows: &Rows) -> Vec<usize> {
    match rows {
        Rows::Table(_, columns) => vec![columns.time],
        Rows::ToolTable(_, table) => table.times().to_vec(),
        Rows::Special(_, special) => match special {
            Special::Transactions(table) => vec![table.columns.time],
            Special::Maven(table) => vec![table.columns.time],
            Special::OrderVisits(table) => vec![table.time],
            Special::Conversions(table) => vec![table.time],
            Special::Members(table) => table.date.into_iter().collect(),
            Special::Milestones(table) => table.times(),
            Special::WarehouseSessions(table) => table.times(),
            Special::Customers(_)
            | Special::Exploration(_)
            | Special::Matomo(_)
            | Special::Yoochoose(_) => Vec::new(),
        },
        Rows::Orders(..)
        | Rows::Checkouts(..)
        | Rows::Totals(..)
        | Rows::Json(_)
        | Rows::Pixel(_)
        | Rows::Tool(_)
        | Rows::Matomo
        | Rows::RestOrders
        | Rows::RestCheckouts
        | Rows::Bulk => Vec::new(),
    }
}

/// Has the dates of a column read so.
fn read_as(rows: &mut Rows, column: usize, order: Option<DateOrder>, zone: ZoneRule) {
    match rows {
        Rows::Table(_, columns) => columns.date_order = order,
        Rows::ToolTable(_, table) => table.read_dates(column, order, zone),
        Rows::Special(_, Special::Transactions(table)) => table.columns.date_order = order,
        Rows::Special(_, Special::Maven(table)) => table.columns.date_order = order,
        Rows::Special(_, Special::OrderVisits(table)) => table.date_order = order,
        Rows::Special(_, Special::Conversions(table)) => table.date_order = order,
        Rows::Special(_, Special::Members(table)) => table.date_order = order,
        Rows::Special(_, Special::Milestones(table)) => table.read_dates(column, order),
        Rows::Special(_, Special::WarehouseSessions(table)) => {
            table.dates.extend(order.map(|order| (column, order)));
        }
        // They have no column that is judged here.
        Rows::Special(
            _,
            Special::Customers(_)
            | Special::Exploration(_)
            | Special::Matomo(_)
            | Special::Yoochoose(_),
        )
        | Rows::Orders(..)
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

/// What the cells of a table say, column by column: those of its head or, if these do not decide, all.
fn evidence(
    source: &mut Source,
    table: &TableHead,
    told: &Told,
    columns: &[usize],
) -> Result<Vec<DateEvidence>> {
    let head = source.head.get(table.skip..).unwrap_or_default();
    let evidence = observed(head, table, columns);
    let is_open =
        |evidence: &DateEvidence| evidence.decide(told.date_order) == Err(Ambiguous::Undecided);
    if !evidence.iter().any(is_open) {
        return Ok(evidence);
    }
    let path = source.path.clone();
    let Some(mut whole) = source.read_through()? else { return Ok(evidence) };
    let skip = &mut whole.by_ref().take(table.skip as u64);
    std::io::copy(skip, &mut std::io::sink()).map_err(|e| Error::io(&path, e))?;
    Ok(observed(whole, table, columns))
}

fn observed(rows: impl Read, table: &TableHead, columns: &[usize]) -> Vec<DateEvidence> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(table.delimiter)
        .terminator(table.line_ends)
        .from_reader(rows);
    let mut evidence = vec![DateEvidence::default(); columns.len()];
    for record in reader.into_byte_records().map_while(std::result::Result::ok) {
        for (evidence, &column) in evidence.iter_mut().zip(columns) {
            evidence.observe(&Row::parsed(&record).text(Some(column)));
        }
    }
    evidence
}

/// How to say what stands first.
const ORDER: &str = "say it with --date-order month-first or --date-order day-first";

/// The error for dates that can be read two ways.
pub fn ambiguous_dates(path: &str, column: &str, ambiguous: Ambiguous) -> Error {
    let dates = match column {
        "" => "its dates".to_owned(),
        column => format!("the dates under `{column}`"),
    };
    let (message, hint) = match ambiguous {
        Ambiguous::Undecided => (
            format!(
                "{dates} can be read as month/day/year or day/month/year, and none of them decides"
            ),
            ORDER,
        ),
        Ambiguous::Contradictory => (
            format!("of {dates} some can only be month/day/year and others only day/month/year"),
            ORDER,
        ),
        Ambiguous::ShortYears => (
            format!("{dates} have years of two digits, which may stand first or last"),
            "write the years with four digits, or say --date-order day-first if the year stands last",
        ),
        Ambiguous::Swapped => (
            format!(
                "of {dates} a spreadsheet has converted those with days up to 12, with month and day swapped, and left the others as they were"
            ),
            "export the file anew, and save it from a spreadsheet that reads days before months, or from none; with --date-order the dates are read as they stand",
        ),
    };
    Error::at(Place::file(path), message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;
    use crate::input::detect::recognise;
    use std::io::Write;

    /// A log of more rows than a head holds, of which only the last one decides.
    fn log(last: &str) -> String {
        let rows = (0..30_000).map(|n| format!("10/1/2025 9:{:02},view,u{n}\n", n % 60));
        format!("time,event,user_id\n{}{last},view,u\n", rows.collect::<String>())
    }

    fn decided(source: Source) -> Result<Input> {
        recognise(source, &Told::default())
    }

    #[test]
    fn a_later_row_decides_where_the_head_does_not() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let text = log("10/27/2025 8:00");
        file.write_all(text.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let of_file = Source::open(&path).unwrap().sources.remove(0);
        let of_stream = Source::from_bytes("x", text.clone().into_bytes()).unwrap();
        for source in [of_file, of_stream] {
            let Input { reading, mut supply } = decided(source).unwrap();
            assert!(reading.decisions[0].contains("as month/day/year"), "{:?}", reading.decisions);
            let mut block = crate::input::block::Block::default();
            let part = supply.next(&mut block, usize::MAX >> 1).unwrap().unwrap();
            part.fill(&mut block, || None).unwrap();
            assert_eq!(block.bytes().len(), text.len() - "time,event,user_id\n".len());
        }
        let undecided = Source::from_bytes("x", log("10/2/2025 8:00").into_bytes()).unwrap();
        assert!(decided(undecided).unwrap_err().to_string().contains("none of them decides"));
    }

    #[test]
    fn what_was_told_holds_where_nobody_has_looked() {
        let rows = (0..30_000).map(|n| format!("2025-10-01 09:{:02},view,u{n}\n", n % 60));
        let text =
            format!("time,event,user_id\n{}10/13/2025 8:00,view,u\n", rows.collect::<String>());
        for told in [None, Some(DateOrder::MonthFirst)] {
            let source = Source::from_bytes("x", text.clone().into_bytes()).unwrap();
            let input = recognise(source, &Told { date_order: told, ..Told::default() }).unwrap();
            let Rows::Table(_, columns) = &input.reading.rows else { unreachable!() };
            assert_eq!(columns.date_order, told);
        }
    }

    #[test]
    fn a_head_that_decides_is_enough() {
        let text = log("27/10/2025 8:00").replacen("10/1/2025", "10/13/2025", 1);
        let input = decided(Source::from_bytes("x", text.into_bytes()).unwrap()).unwrap();
        assert!(input.reading.decisions[0].contains("as month/day/year"));
    }
}
