//! Journeys laid flat: a row for each customer or visit, with a column for each step, that says when it was taken
//! (`customer_id,landing_time,add_to_cart_time,purchase_time`) or only whether (`user_id,visited,carted,ordered`).
//!
//! A row is as many events as steps were taken; one that only says whether is a visit too. Which columns are steps is decided
//! where tables are recognised.

use super::event_table::{EventColumns, RowDetails, unreadable_time};
use super::{Desk, Sink};
use crate::event::{Details, OrderNote, Origin, Properties, RawEvent, Value};
use crate::input::columns::{Header, Row, is_null};
use crate::input::timestamp::{DateOrder, ZoneRule, parse_any};
use crate::key::Key;
use crate::quality::Reason;
use crate::text::{is_yes, kind_of};
use crate::time::{Instant, Precision};

/// The name of the event that a row is which only says whether steps were taken.
const VISIT: &str = "visit";

/// Where the parts of a journey are.
#[derive(Debug)]
pub struct Milestones {
    /// Who, in which session and with what order; the time and the event mean nothing.
    pub columns: EventColumns,
    /// The steps, in the order of their columns.
    pub steps: Vec<Milestone>,
    /// What the cells of the steps say.
    pub cells: Cells,
}

/// What the cells of steps say.
#[derive(Clone, Copy, Debug)]
pub enum Cells {
    /// When each was taken.
    Times,
    /// Whether it was; the row may have a time of its own.
    Marks(Option<TimeOfRow>),
}

/// The column that says when a row was.
#[derive(Clone, Copy, Debug)]
pub struct TimeOfRow {
    /// Which column it is.
    pub column: usize,
    /// What stands first in dates that a spreadsheet has changed.
    pub date_order: Option<DateOrder>,
}

/// A column of a step.
#[derive(Debug)]
pub struct Milestone {
    /// Which column it is.
    pub column: usize,
    /// What the step is called.
    pub name: String,
    /// Where it stands on the way to an order, as far as that is known.
    pub rank: u32,
    /// What stands first in dates that a spreadsheet has changed.
    pub date_order: Option<DateOrder>,
}

/// A step that was taken.
struct Reached<'m> {
    name: &'m str,
    /// Tells the events of a row apart.
    number: u32,
    /// Its place among the events of the same moment.
    sequence: u32,
    at: Instant,
    precision: Precision,
}

/// Why a row cannot be used.
type Defect = (Reason, String);

impl Milestones {
    /// Reads a row. One with a cell that cannot be read is set aside as a whole.
    pub fn read(&self, row: Row<'_>, header: &Header, mut desk: Desk<'_, impl Sink>) {
        let reached = match self.cells {
            Cells::Times => self.timed(row, desk.zone),
            Cells::Marks(time) => self.marked(row, time, desk.zone),
        };
        let reached = match reached {
            Ok(reached) => reached,
            Err((reason, message)) => return desk.defect(reason, message),
        };
        self.columns.identify(row, desk.identifiers);
        desk.identifiers.report_blocked(desk.sink);
        let agent = self.columns.user_agent.and_then(|column| row.cell(column));
        for (place, step) in reached.iter().enumerate() {
            let row = RowDetails { columns: &self.columns, row, header };
            let event = RawEvent {
                at: step.at,
                precision: step.precision,
                name: step.name.as_bytes(),
                derived: None,
                identifiers: desk.identifiers.sorted(),
                sequence: step.sequence,
                origin: Origin::Log,
                details: &MilestoneDetails { row, number: step.number },
            };
            if place == 0 {
                desk.sink.event(desk.at, &event, agent.as_deref());
            } else {
                desk.sink.further(desk.at, &event);
            }
        }
    }

    /// The steps that have a time.
    fn timed(&self, row: Row<'_>, zone: ZoneRule) -> Result<Vec<Reached<'_>>, Defect> {
        let mut reached = Vec::new();
        for (number, step) in (0..).zip(&self.steps) {
            let Some(text) = row.value(Some(step.column)) else { continue };
            let at = parse_any(&text, step.date_order, zone)
                .ok_or_else(|| (Reason::BadTimestamp, unreadable_time(&text)))?
                .at;
            let precision = Precision::Exact;
            reached.push(Reached { name: &step.name, number, sequence: number, at, precision });
        }
        if reached.is_empty() {
            return Err((Reason::BadRow, "no step has a time".to_string()));
        }
        Ok(reached)
    }

    /// The visit, and the steps that are marked.
    fn marked(
        &self,
        row: Row<'_>,
        time: Option<TimeOfRow>,
        zone: ZoneRule,
    ) -> Result<Vec<Reached<'_>>, Defect> {
        let (at, precision) = match time {
            None => (Instant::UNKNOWN, Precision::Day),
            Some(TimeOfRow { column, date_order }) => {
                let text = row.text(Some(column));
                let stamp = parse_any(&text, date_order, zone)
                    .ok_or_else(|| (Reason::BadTimestamp, unreadable_time(&text)))?;
                (stamp.at, stamp.precision)
            }
        };
        let number = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        let mut reached = vec![Reached { name: VISIT, number, sequence: 0, at, precision }];
        for (number, step) in (0..).zip(&self.steps) {
            let text = row.text(Some(step.column));
            let is_marked = mark(&text).ok_or_else(|| {
                (
                    Reason::BadRow,
                    format!(
                        "a mark that is written like `{}` says neither yes nor no",
                        kind_of(&text)
                    ),
                )
            })?;
            if is_marked {
                let sequence = step.rank;
                reached.push(Reached { name: &step.name, number, sequence, at, precision });
            }
        }
        Ok(reached)
    }

    /// Whether nothing says when its steps were taken.
    pub fn are_timeless(&self) -> bool {
        matches!(self.cells, Cells::Marks(None))
    }

    /// The columns with times.
    pub fn times(&self) -> Vec<usize> {
        match self.cells {
            Cells::Times => self.steps.iter().map(|step| step.column).collect(),
            Cells::Marks(time) => time.iter().map(|time| time.column).collect(),
        }
    }

    /// Has the dates of a column read so.
    pub fn read_dates(&mut self, column: usize, order: Option<DateOrder>) {
        match &mut self.cells {
            Cells::Times => {
                let own = self.steps.iter_mut().filter(|step| step.column == column);
                own.for_each(|step| step.date_order = order);
            }
            Cells::Marks(time) => {
                let own = time.iter_mut().filter(|time| time.column == column);
                own.for_each(|time| time.date_order = order);
            }
        }
    }
}

/// Whether a cell says yes or no; a blank one says no, and `None` is neither.
pub fn mark(text: &str) -> Option<bool> {
    is_yes(text).or_else(|| is_null(text.trim()).then_some(false))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_say_yes_or_no() {
        for (text, expected) in [
            ("1|1.0|TRUE|Yes|y|t", Some(true)),
            ("0|0.0|false|NO|n|F||NULL| ", Some(false)),
            ("2|maybe|2025-10-01|10", None),
        ] {
            for text in text.split('|') {
                assert_eq!(mark(text), expected, "{text}");
            }
        }
    }
}
