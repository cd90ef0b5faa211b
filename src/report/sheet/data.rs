//! The tables that speak of the data: what was read, set aside, and seen by the event log.

use super::{Cell, Sheet, left, range, right};
use crate::analysis::coverage::GroupCoverage;
use crate::analysis::rate::Rate;
use crate::ladder::vocabulary;
use crate::report::inspect::InspectedInput;
use crate::report::orders::SessionReportReport;
use crate::report::quality::{QualityReport, UnknownNamesReport};
use crate::report::zone::Moment;
use crate::report::{Report, words};

/// What the event log saw; one row a comparison that both sides allow.
pub fn coverage_sheet(report: &Report) -> Sheet {
    let columns = vec![
        left("the event log saw", 0),
        right("seen", 0),
        right("of", 0),
        right("share", 0),
        right(&words::range_name(report.confidence), 1),
    ];
    let mut sheet = Sheet::new("Tracking coverage", columns);
    for (what, rate) in coverage_rows(report) {
        sheet.rows.push(vec![
            Cell::Text(what),
            Cell::Count(rate.hits),
            Cell::Count(rate.base),
            Cell::Share(rate.rate),
            range(&rate),
        ]);
    }
    sheet
}

/// What the event log saw, as far as both sides of a comparison are known.
pub(in crate::report) fn coverage_rows(report: &Report) -> Vec<(String, Rate)> {
    let coverage = &report.coverage;
    let rows = [
        ("the order", coverage.orders_seen),
        ("the order, while it ran", if_part(coverage.orders_seen_within_log, coverage.orders_seen)),
        ("a visit before the order", coverage.orders_with_visit),
        ("the session", coverage.sessions_seen),
        ("a session's cart addition", coverage.carts_seen),
    ];
    let known = rows.into_iter().filter_map(|(what, rate)| Some((what.to_owned(), rate?)));
    let steps = coverage.steps.iter().map(|step| {
        let label = vocabulary::label(step.name).unwrap_or(step.name);
        (format!("{label}, before the order"), step.orders_seen)
    });
    let several = coverage.logs.iter().filter(|_| coverage.logs.len() > 1);
    let of_logs = several.flat_map(|log| {
        let name = format!("the order, in {}", log.format);
        let within = if_part(log.orders_seen_within_log, log.orders_seen);
        let while_it_ran = within.map(|rate| (format!("{name} while it ran"), rate));
        log.orders_seen.map(|rate| (name, rate)).into_iter().chain(while_it_ran)
    });
    known.chain(of_logs).chain(steps).collect()
}

/// What was seen of a part of the orders, if it is not all of them.
fn if_part(part: Option<Rate>, all: Option<Rate>) -> Option<Rate> {
    part.filter(|part| part.base > 0 && all.is_some_and(|all| part.base < all.base))
}

/// What the event log saw of the orders by what they share: the day, the device, the gateway. Where all
/// share one value there is nothing to tell apart, and the sheet has no rows.
pub fn coverage_by_sheet(report: &Report, what: &str, groups: &[GroupCoverage]) -> Sheet {
    let columns = vec![
        left(what, 0),
        right("orders", 0),
        right("seen", 1),
        right("share", 0),
        right(&words::range_name(report.confidence), 1),
    ];
    let steps = report.coverage.steps.iter();
    let steps = steps.map(|step| right(vocabulary::label(step.name).unwrap_or(step.name), 2));
    let columns = columns.into_iter().chain(steps).collect();
    let mut sheet = Sheet::new(&format!("Orders seen by {what}"), columns);
    if groups.len() < 2 {
        return sheet;
    }
    for group in groups {
        let value = words::value_name(group.value.as_deref());
        let rate = group.orders_seen;
        let mut cells = vec![
            Cell::Text(value),
            Cell::Count(rate.base),
            Cell::Count(rate.hits),
            Cell::Share(rate.rate),
            range(&rate),
        ];
        cells.extend(group.steps.iter().map(|step| Cell::Share(step.orders_seen.rate)));
        sheet.rows.push(cells);
    }
    sheet
}

/// An aggregated session report: its own steps, counted by the shop platform.
pub fn session_report_sheet(report: &SessionReportReport) -> Sheet {
    let columns = vec![left("step", 0), right("total", 0), right("of prev", 0), right("of all", 0)];
    let title = match report.files.len() {
        0 | 1 => format!("Session report {}", report.path),
        files => {
            format!("Session report {} and {} more", report.path, words::count(files as u64 - 1))
        }
    };
    let mut sheet = Sheet::new(&title, columns);
    for step in &report.steps {
        sheet.rows.push(vec![
            Cell::Text(step.name.to_owned()),
            Cell::Count(step.total),
            Cell::Share(step.step_rate.and_then(|rate| rate.rate)),
            Cell::Share(step.overall_rate.rate),
        ]);
    }
    sheet
}

/// The rows set aside, by reason, each with its first place.
pub fn quality_sheet(quality: &QualityReport) -> Sheet {
    let columns = vec![right("rows", 0), left("set aside because", 0), left("first place", 1)];
    let mut sheet = Sheet::new("Rows", columns);
    for aside in &quality.set_aside {
        let first = aside.examples.first();
        sheet.rows.push(vec![
            Cell::Count(aside.rows),
            Cell::Text(aside.reason.words().to_owned()),
            first.map_or(Cell::Empty, |example| Cell::Text(example.place.to_string())),
        ]);
    }
    sheet.lead = vec![rows_sentence(quality.rows_read, quality.rows_used, quality.rows_set_aside)];
    sheet.notes = unknown_names_note(&quality.unknown_names).into_iter().collect();
    sheet.notes.extend(quality_notes(quality));
    sheet
}

/// `85 read = 55 used + 30 set aside.`
pub fn rows_sentence(read: u64, used: u64, set_aside: u64) -> String {
    let [read, used, set_aside] = [read, used, set_aside].map(words::count);
    format!("{read} read = {used} used + {set_aside} set aside.")
}

/// `3 rows have names of events that are not known: Warenkorb (2), Kauf (1).`
fn unknown_names_note(unknown: &UnknownNamesReport) -> Option<String> {
    let listed =
        unknown.most.iter().map(|own| format!("{} ({})", own.name, words::count(own.rows)));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let further = unknown.names - unknown.most.len() as u64;
    let further = match further {
        0 => String::new(),
        number => format!(" and {} more", words::count(number)),
    };
    let rows = match unknown.rows {
        0 => return None,
        1 => "1 row has a name of an event that is not known".to_string(),
        rows => format!("{} rows have names of events that are not known", words::count(rows)),
    };
    Some(format!("{rows}: {listed}{further}; [map] in funnel.toml can say what they are."))
}

fn quality_notes(quality: &QualityReport) -> Vec<String> {
    let note = |number: u64, one: &str, many: &str| {
        (number > 0)
            .then(|| format!("{} {}.", words::count(number), if number == 1 { one } else { many }))
    };
    let notes = [
        note(
            quality.conversions_by_tie,
            "conversion depends on events of one instant",
            "conversions depend on events of one instant",
        ),
        note(
            quality.refused_merges,
            "link between identifiers was refused: it would have joined two people",
            "links between identifiers were refused: they would have joined two people",
        ),
        note(
            quality.hubs,
            "identifier is shared by too many people to join any",
            "identifiers are shared by too many people to join any",
        ),
        note(
            quality.shared_devices,
            "device was used by several customers, and its rows were parted by time",
            "devices were used by several customers, and their rows were parted by time",
        ),
        note(
            quality.given_by_time,
            "row of a shared device names nobody: it belongs to the customer who was named last",
            "rows of shared devices name nobody: each belongs to the customer who was named last",
        ),
        note(
            quality.orders_in_several_sources,
            "order was seen by several sources and counts once",
            "orders were seen by several sources and count once",
        ),
        note(
            quality.orders_joined_by_number,
            "order of a log is in an export under another number: joined by its name or checkout",
            "orders of logs are in exports under other numbers: joined by their names or checkouts",
        ),
        note(
            quality.orders_joined_by_customer,
            "order has another number in each source: joined by customer, total and time (ten minutes)",
            "orders have another number in each source: joined by customer, total and time (ten minutes)",
        ),
        note(
            quality.orders_by_robots,
            "order of an export was completed by what says it is a robot: its session counts",
            "orders of exports were completed by what says it is a robot: their sessions count",
        ),
        note(
            quality.clock_corrected,
            "row is from a device whose clock was more than five minutes wrong: its time was put right",
            "rows are from devices whose clocks were more than five minutes wrong: their times were put right",
        ),
        note(
            quality.out_of_order,
            "row is earlier than the one before it, and was put in order",
            "rows are earlier than the ones before them, and were put in order",
        ),
        note(
            quality.late,
            "row reached its tool more than three days after what it tells of",
            "rows reached their tools more than three days after what they tell of",
        ),
    ];
    notes.into_iter().flatten().collect()
}

/// The inputs: what each file was taken for.
pub fn inputs_sheet(report: &Report) -> Sheet {
    let columns = vec![
        left("file", 0),
        left("taken for", 0),
        right("rows", 1),
        right("used", 2),
        right("set aside", 2),
        left("from", 3),
        left("to", 3),
    ];
    let mut sheet = Sheet::new("Inputs", columns);
    let day = |moment: Option<Moment>| moment.map_or(Cell::Empty, |m| Cell::Text(m.day()));
    for input in &report.inputs {
        sheet.rows.push(vec![
            Cell::Text(input.path.clone()),
            Cell::Text(input.format.to_owned()),
            Cell::Count(input.rows_read),
            Cell::Count(input.rows_used),
            Cell::Count(input.rows_set_aside),
            day(input.from),
            day(input.to),
        ]);
        let notes = input.decisions.iter().map(|what| format!("{}: {what}.", input.path));
        sheet.notes.extend(notes);
    }
    sheet
}

/// The event names of one input and the canonical name that each counts as.
pub fn events_sheet(input: &InspectedInput) -> Sheet {
    let columns = vec![left("event", 0), right("rows", 0), left("counts as", 0)];
    let mut sheet = Sheet::new("", columns);
    for event in &input.events {
        let step = event.step.clone().unwrap_or_else(|| "(nothing that is known)".to_owned());
        sheet.rows.push(vec![
            Cell::Text(event.name.clone()),
            Cell::Count(event.rows),
            Cell::Text(step),
        ]);
    }
    sheet
}
