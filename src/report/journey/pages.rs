//! One customer's journey as a document: summary, how far they got and why no further, everything that
//! they did, and who they are.

use super::{
    ClimbReport, CustomerReport, IdentifierReport, JourneyReport, SummaryReport, TimelineEntry,
};
use crate::report::answer::Answer;
use crate::report::document::{Document, Section};
use crate::report::records::{Records, Value};
use crate::report::sheet::{Cell, Sheet, left, right};
use crate::report::words;
use crate::report::zone::Moment;

/// So many links are shown; JSON has all of them.
const LINKS: usize = 20;

impl Answer for JourneyReport {
    fn document(&self) -> Document {
        let title = format!("Customer {}", self.customer.id);
        let mut scope = vec![title.clone()];
        scope.extend(summary_texts(&self.summary));
        let sheets = [
            climb_sheet(&self.ladder),
            timeline_sheet(self),
            identifier_sheet(&self.customer),
            evidence_sheet(&self.customer),
            shared_sheet(&self.customer),
        ];
        let sections: Vec<Section> = sheets.into_iter().map(Section::from).collect();
        Document {
            title,
            scope,
            sections,
            notices: self.notices.iter().map(|notice| notice.message.clone()).collect(),
            ..Document::default()
        }
    }

    /// The timeline under the names that JSON has for its parts: times with their zone, no marks.
    fn records(&self) -> Records {
        let header = [
            "at",
            "session",
            "event",
            "canonical",
            "steps",
            "chain",
            "set_aside",
            "given_by_time",
            "source",
        ];
        Records {
            kind: "event",
            header: header.map(str::to_owned).to_vec(),
            rows: self.timeline.iter().map(recorded).collect(),
        }
    }
}

fn recorded(entry: &TimelineEntry) -> Vec<Value> {
    let text = |text: Option<&str>| text.map_or(Value::Nothing, Value::from);
    vec![
        entry.at.map_or(Value::Nothing, |at| Value::Text(at.to_string())),
        entry.session.map_or(Value::Nothing, Value::from),
        Value::from(entry.event.as_str()),
        text(entry.canonical),
        text(Some(entry.steps.join(" | ")).as_deref().filter(|steps| !steps.is_empty())),
        text(entry.chain.as_deref()),
        text(entry.set_aside),
        Value::Truth(entry.given_by_time),
        Value::from(entry.source.as_str()),
    ]
}

fn summary_texts(summary: &SummaryReport) -> Vec<String> {
    let worth: Vec<String> = summary
        .order_value
        .iter()
        .map(|value| {
            let currency = value.currency.as_deref().unwrap_or("(no currency)");
            format!("{} {currency}", words::money(value.amount))
        })
        .collect();
    let worth = if worth.is_empty() { String::new() } else { format!(": {}", worth.join(", ")) };
    let mut texts = vec![
        format!(
            "{} {}{worth}",
            words::count(summary.orders),
            words::people("order", summary.orders)
        ),
        visits_text(summary),
    ];
    if let Some(first) = &summary.first_visit {
        let at = first.at.map(|at| at.local());
        let from = first.source.as_ref().map(|source| format!("from {source}"));
        let page = first.landing_page.as_ref().map(|page| format!("on {page}"));
        let parts: Vec<String> = [at, from, page].into_iter().flatten().collect();
        texts.extend((!parts.is_empty()).then(|| format!("first visit: {}", parts.join(", "))));
    }
    if let Some(at) = summary.last_visit.as_ref().and_then(|last| last.at) {
        texts.push(format!("last visit: {}", at.local()));
    }
    let days = [
        (summary.days_between_first_and_last_visit, "between first and last visit"),
        (summary.days_to_first_order, "from the first visit to the first order"),
    ];
    texts.extend(days.into_iter().filter_map(|(days, what)| {
        let days = u64::try_from(days?).ok()?;
        Some(format!("{} {} {what}", words::count(days), words::people("day", days)))
    }));
    texts
}

fn visits_text(summary: &SummaryReport) -> String {
    let (visits, recent) = (summary.visits, summary.visits_last_30_days);
    let all = format!("{} {}", words::count(visits), words::people("visit", visits));
    let are_timeless = summary.last_visit.as_ref().is_some_and(|last| last.at.is_none());
    if are_timeless {
        return all;
    }
    format!("{all}, {} in the last 30 days of the data", words::count(recent))
}

/// A moment in the zone that is named below the timeline, or a dash.
fn written(at: Option<Moment>) -> String {
    at.map_or_else(|| words::UNKNOWN.to_owned(), |at| at.local())
}

fn climb_sheet(climb: &ClimbReport) -> Sheet {
    let columns = vec![left("step", 0), left("time", 0), left("row", 1)];
    let definition = &climb.definition;
    let title = format!("Ladder: {}", definition.name);
    let cells = |link: &super::ChainLink| {
        vec![
            Cell::Text(link.step.clone()),
            Cell::Text(written(link.at)),
            Cell::Text(link.source.clone()),
        ]
    };
    Sheet {
        title,
        columns,
        lead: vec![reached_text(climb)],
        rows: climb.chain.iter().map(cells).collect(),
        notes: stopped_texts(climb),
    }
}

fn reached_text(climb: &ClimbReport) -> String {
    let steps = format!("{} of {} required steps reached", climb.depth, climb.required);
    let outcome = climb.outcome.map(|outcome| format!(", {outcome}")).unwrap_or_default();
    let which = match (climb.journeys, climb.definition.count) {
        (0 | 1, _) | (_, "customer") => String::new(),
        (number, unit) => {
            format!(" (the best of {} {})", words::count(number), words::people(unit, number))
        }
    };
    format!("{steps}{outcome}{which}.")
}

fn stopped_texts(climb: &ClimbReport) -> Vec<String> {
    let stopped = climb
        .stopped
        .as_ref()
        .map(|stop| format!("Stopped at {} ({}): {}.", stop.step, stop.reason, stop.detail));
    let window = match (climb.outcome, climb.window_end) {
        (Some("open"), Some(end)) => Some(format!("The window is open until {}.", end.local())),
        (Some(_) | None, _) => None,
    };
    stopped.into_iter().chain(window).collect()
}

fn timeline_sheet(report: &JourneyReport) -> Sheet {
    Sheet {
        title: "Timeline".to_owned(),
        columns: vec![
            left("time", 0),
            right("visit", 1),
            left("event", 0),
            left("step", 0),
            left("row", 2),
        ],
        lead: Vec::new(),
        rows: report.timeline.iter().map(timeline_row).collect(),
        notes: vec![format!(
            "Times are {}; * marks the events of the chain, ( ) what is set aside.",
            report.period.timezone
        )],
    }
}

fn timeline_row(entry: &TimelineEntry) -> Vec<Cell> {
    let mut event = match entry.canonical {
        Some(canonical) if canonical != entry.event => format!("{} = {canonical}", entry.event),
        Some(_) | None => entry.event.clone(),
    };
    if entry.given_by_time {
        event.push_str(" (by time)");
    }
    let step = match (entry.set_aside, &entry.chain) {
        (Some(reason), _) => format!("({reason})"),
        (None, Some(chosen)) => format!("*{chosen}"),
        // Of the steps that an event can be, the furthest says most: any event of a log is a visit.
        (None, None) => entry.steps.last().cloned().unwrap_or_default(),
    };
    vec![
        Cell::Text(written(entry.at)),
        entry.session.map_or(Cell::Empty, Cell::Count),
        Cell::Text(event),
        Cell::Text(step),
        Cell::Text(entry.source.clone()),
    ]
}

fn identifier_sheet(customer: &CustomerReport) -> Sheet {
    let row = |identifier: &IdentifierReport| {
        vec![Cell::Text(identifier.kind.to_owned()), Cell::Text(identifier.value.clone())]
    };
    Sheet {
        title: "Identifiers".to_owned(),
        columns: vec![left("type", 0), left("value", 0)],
        lead: Vec::new(),
        rows: customer.identifiers.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

fn evidence_sheet(customer: &CustomerReport) -> Sheet {
    let name = |identifier: &IdentifierReport| format!("{} {}", identifier.kind, identifier.value);
    let rows = customer.evidence.iter().take(LINKS).map(|link| {
        vec![
            Cell::Text(name(&link.between[0])),
            Cell::Text(name(&link.between[1])),
            Cell::Text(written(link.first_seen)),
            Cell::Text(if link.joined { "joined" } else { "refused" }.to_owned()),
        ]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let hidden = customer.evidence.len().saturating_sub(LINKS) as u64;
    let more = format!("{} more with --format json.", words::count(hidden));
    Sheet {
        title: if rows.is_empty() { String::new() } else { "On one row".to_owned() },
        columns: vec![left("this", 0), left("and this", 0), left("first seen", 2), left("", 1)],
        lead: Vec::new(),
        rows,
        notes: if hidden > 0 { vec![more] } else { Vec::new() },
    }
}

/// Who used the devices that others used too, and from when on.
fn shared_sheet(customer: &CustomerReport) -> Sheet {
    let rows = customer.shared_devices.iter().flat_map(|shared| {
        shared.changes.iter().map(|change| {
            let who = if change.own { "this customer" } else { &change.customer };
            vec![
                Cell::Text(shared.device.value.clone()),
                Cell::Text(written(change.at)),
                Cell::Text(who.to_owned()),
                Cell::Text(change.source.clone()),
            ]
        })
    });
    let rows: Vec<Vec<Cell>> = rows.take(LINKS).collect();
    let changes = customer.shared_devices.iter().map(|shared| shared.changes.len()).sum::<usize>();
    let hidden = changes.saturating_sub(LINKS) as u64;
    let mut notes = vec![
        "A row that names nobody is of the customer who was named last (\"by time\" above)."
            .to_owned(),
    ];
    if hidden > 0 {
        notes.push(format!("{} more with --format json.", words::count(hidden)));
    }
    Sheet {
        title: if rows.is_empty() { String::new() } else { "Shared devices".to_owned() },
        columns: vec![
            left("device", 0),
            left("from", 0),
            left("used by", 0),
            left("row that says so", 2),
        ],
        lead: Vec::new(),
        notes: if rows.is_empty() { Vec::new() } else { notes },
        rows,
    }
}
