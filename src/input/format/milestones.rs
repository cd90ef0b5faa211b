//! Journeys laid flat: a row for each customer or visit, with a column for the time of each step
//! (`customer_id,landing_time,add_to_cart_time,purchase_time`).
//!
//! A row is as many events as its steps have times. Which columns are steps is decided where tables are recognised.

use super::event_table::{EventColumns, RowDetails, unreadable_time};
use super::{Desk, Sink};
use crate::event::{Details, OrderNote, Origin, Properties, RawEvent, Value};
use crate::input::columns::{Header, Row};
use crate::input::timestamp::{DateOrder, parse_any};
use crate::key::Key;
use crate::quality::Reason;
use crate::time::{Instant, Precision};

/// Where the parts of a journey are.
#[derive(Debug)]
pub struct Milestones {
    /// Who, in which session and with what order; the time and the event mean nothing.
    pub columns: EventColumns,
    /// The steps, in the order of their columns.
    pub steps: Vec<Milestone>,
}

/// A column with the times of a step.
#[derive(Debug)]
pub struct Milestone {
    /// Which column it is.
    pub column: usize,
    /// What the step is called.
    pub name: String,
    /// What stands first in dates that a spreadsheet has changed.
    pub date_order: Option<DateOrder>,
}

impl Milestones {
    /// Reads a row. One with a time that cannot be read is set aside as a whole.
    pub fn read(&self, row: Row<'_>, header: &Header, mut desk: Desk<'_, impl Sink>) {
        let mut reached: Vec<(u32, &Milestone, Instant)> = Vec::new();
        for (number, step) in (0..).zip(&self.steps) {
            let Some(text) = row.value(Some(step.column)) else { continue };
            let Some(stamp) = parse_any(&text, step.date_order, desk.zone) else {
                return desk.defect(Reason::BadTimestamp, unreadable_time(&text));
            };
            reached.push((number, step, stamp.at));
        }
        let Some(first) = reached.first().map(|(number, ..)| *number) else {
            return desk.defect(Reason::BadRow, "no step has a time".to_string());
        };
        self.columns.identify(row, desk.identifiers);
        desk.identifiers.report_blocked(desk.sink);
        let agent = self.columns.user_agent.and_then(|column| row.cell(column));
        for (number, step, at) in reached {
            let row = RowDetails { columns: &self.columns, row, header };
            let event = RawEvent {
                at,
                precision: Precision::Exact,
                name: step.name.as_bytes(),
                derived: None,
                identifiers: desk.identifiers.sorted(),
                sequence: number,
                origin: Origin::Log,
                details: &MilestoneDetails { row, number },
            };
            if number == first {
                desk.sink.event(desk.at, &event, agent.as_deref());
            } else {
                desk.sink.further(desk.at, &event);
            }
        }
    }

    /// The columns with times.
    pub fn times(&self) -> Vec<usize> {
        self.steps.iter().map(|step| step.column).collect()
    }

    /// Has the dates of a column read so.
    pub fn read_dates(&mut self, column: usize, order: Option<DateOrder>) {
        let own = self.steps.iter_mut().filter(|step| step.column == column);
        own.for_each(|step| step.date_order = order);
    }
}

/// The cells of a row, as one of its steps.
struct MilestoneDetails<'r> {
    row: RowDetails<'r>,
    number: u32,
}

impl Properties for MilestoneDetails<'_> {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        self.row.get(path)
    }
}

impl Details for MilestoneDetails<'_> {
    fn fingerprint(&self) -> Key {
        self.row.fingerprint().and(Key(u64::from(self.number) + 1))
    }

    fn session(&self) -> Option<Key> {
        self.row.session()
    }

    fn order(&self) -> Option<OrderNote> {
        self.row.order()
    }
}
