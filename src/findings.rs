//! Everything that a run found out: the tally, the accounts of the rows, the orders, the inputs.
//!
//! This is what crosses from the engine to `analysis` and `report`. It holds counts and names, no rates.

use crate::money::{Amount, Currency};
use crate::place::Place;
use crate::quality::Reason;
use crate::sightings::Sightings;
use crate::stats::refunds::Refunds;
use crate::tally::{GroupTally, Tally};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// What an input was taken for and what became of its rows.
#[derive(Clone, Debug, Default)]
pub struct InputFinding {
    /// The path as the user gave it, `-` for standard input.
    pub path: String,
    /// The id of the format: `shopify.orders`.
    pub format: &'static str,
    /// Why it was taken for that, in words.
    pub why: String,
    /// How it is packed, if it is: `gzip`, `zstd`, `zip`.
    pub compression: Option<&'static str>,
    /// `utf-8`, `utf-16le`, `windows-1252` …
    pub encoding: &'static str,
    /// The separator of a table.
    pub delimiter: Option<char>,
    /// Which column or path each part of an event is read from: `("time", "timestamp")`.
    pub columns: Vec<(&'static str, String)>,
    /// Decisions that a reader should know: `dates are read as month/day`.
    pub decisions: Vec<String>,
    /// Records read.
    pub rows_read: u64,
    /// Records that count.
    pub rows_used: u64,
    /// Records set aside.
    pub rows_set_aside: u64,
    /// The earliest time of a row that is not set aside.
    pub from: Option<Instant>,
    /// The latest time of a row that is not set aside.
    pub to: Option<Instant>,
    /// Event names with the canonical name each maps to and the number of rows; by rows, most first, then by name.
    pub events: Vec<EventFinding>,
    /// Identifier types; strongest first.
    pub identifiers: Vec<IdentifierFinding>,
}

/// One event name of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFinding {
    /// The name as the source writes it.
    pub name: String,
    /// The canonical name, if one is known.
    pub step: Option<String>,
    /// Rows with this name.
    pub rows: u64,
}

/// One identifier type of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierFinding {
    /// `client_id`, `email` …
    pub kind: &'static str,
    /// Rows that carry one.
    pub rows: u64,
    /// Different values.
    pub distinct: u64,
}

/// Rows set aside for one reason, over all inputs, with the first places.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// Why.
    pub reason: Reason,
    /// How many rows.
    pub rows: u64,
    /// The first few: where, and what is wrong.
    pub examples: Vec<(Place, String)>,
}

/// The orders of the online store: one for each order number, whatever number of sources saw it.
#[derive(Clone, Debug, Default)]
pub struct OrderFindings {
    /// Online-store orders.
    pub count: u64,
    /// Their value by currency: the sum and the number of orders that have a value.
    pub value: BTreeMap<Currency, (Amount, u64)>,
    /// The values themselves by currency, smallest first.
    pub values: BTreeMap<Currency, Vec<Amount>>,
    /// What of their money went back, by currency; of orders in exports that have a value.
    pub refunds: BTreeMap<Currency, Refunds>,
    /// Orders refunded in part of which nobody knows what they were worth.
    pub in_part_of_unknown: u64,
    /// Of these, cancelled.
    pub cancelled: u64,
    /// Of these, refunded in full.
    pub refunded: u64,
    /// Orders of other sales channels (set aside).
    pub other_channels: u64,
    /// Online-store orders in orders exports.
    pub in_exports: u64,
    /// Of these, also completed in an event log.
    pub seen_in_log: u64,
    /// Orders that more than one source has, the exports or a kind of log.
    pub in_several_sources: u64,
    /// Orders of exports that somebody completed whose user agent says that it is a robot.
    pub by_robots: u64,
    /// Orders of logs that exports have under another number, known by name or checkout.
    pub joined_by_number: u64,
    /// Orders that sources have under different numbers, known by customer, total and time.
    pub joined_by_customer: u64,
    /// Customers whom a log saw order; `None` if only a part of the journeys is asked for.
    pub buyers: Option<u64>,
    /// What no export says.
    pub unknown: OrderGaps,
    /// Whether most orders of exports have times that do not say their zone, and nobody has said it.
    pub lost_zones: bool,
}

/// What an orders export says nothing of, because somebody has taken the columns out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is there or not")]
pub struct OrderGaps {
    /// Which orders were cancelled.
    pub cancelled: bool,
    /// What of their money went back.
    pub refunds: bool,
    /// Where they were made.
    pub channels: bool,
    /// What they were worth.
    pub amounts: bool,
    /// Who bought.
    pub buyers: bool,
    /// Which of them were tests.
    pub tests: bool,
}

impl OrderGaps {
    /// What neither of two rows or exports says.
    #[must_use]
    pub const fn both(self, other: OrderGaps) -> OrderGaps {
        OrderGaps {
            cancelled: self.cancelled && other.cancelled,
            refunds: self.refunds && other.refunds,
            channels: self.channels && other.channels,
            amounts: self.amounts && other.amounts,
            buyers: self.buyers && other.buyers,
            tests: self.tests && other.tests,
        }
    }
}

/// What event logs saw of the orders in exports, order by order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackingFindings {
    /// The online-store orders of the exports, by time.
    pub orders: Vec<TrackedOrder>,
    /// The checkout steps that occur in the logs at all, as bits in the order of the vocabulary.
    pub steps: u8,
    /// The first and the last moment that the logs cover.
    pub log_span: Option<(Instant, Instant)>,
    /// The kinds of logs.
    pub logs: Vec<TrackedLog>,
}

/// A kind of log: all files of one tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackedLog {
    /// The format of its first file.
    pub format: &'static str,
    /// When it saw orders completed that no export has.
    pub own_orders: Vec<Instant>,
    /// The checkout steps that occur in it at all, as bits in the order of the vocabulary.
    pub steps: u8,
    /// The first and the last moment that it covers.
    pub span: Option<(Instant, Instant)>,
}

impl TrackedLog {
    /// Notes that it covers the moments from one to another.
    pub fn saw(&mut self, (from, to): (Instant, Instant)) {
        self.span = Some(self.span.map_or((from, to), |own| (own.0.min(from), own.1.max(to))));
    }
}

/// What one kind of log saw of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sight {
    /// Whether it saw the order completed.
    pub in_log: bool,
    /// The steps of the order's checkout that it saw, as bits.
    pub steps: u8,
}

/// An order of an export, and what event logs saw of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrackedOrder {
    /// When it was made.
    pub at: Instant,
    /// Whether a log saw it completed.
    pub in_log: bool,
    /// The steps of its checkout that a log saw, as bits in the order of the vocabulary.
    pub steps: u8,
    /// Whether the export has lost its id, so that a log that knows it by that is not recognised.
    pub is_nameless: bool,
    /// What it was ordered with: what the order says, else what the log saw last before it.
    pub device: Option<Box<str>>,
    /// Whether the order says so itself: what a log says is known only of what it saw.
    pub device_of_order: bool,
    /// What it was paid through, as the export says.
    pub gateway: Option<Box<str>>,
    /// What each kind of log saw, if there are several.
    pub by_log: Vec<Sight>,
}

/// Days of the store's calendar (1 January 1970 is 0), from the first to the last: one, a week or a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// The first day.
    pub first: i64,
    /// The last day.
    pub last: i64,
}

impl Days {
    /// Whether it has all days of others.
    pub fn has(self, others: Days) -> bool {
        self.first <= others.first && others.last <= self.last
    }
}

/// An aggregated session report: totals by step.
#[derive(Clone, Debug, Default)]
pub struct SessionReport {
    /// The first of its files.
    pub path: String,
    /// All of its files.
    pub files: Vec<String>,
    /// The names of its dimensions.
    pub dimensions: Vec<String>,
    /// Steps that the file has a column for, in the order of the ladder, with their totals.
    pub steps: Vec<(&'static str, u64)>,
    /// The totals of these steps by the days of a row, if all rows say theirs.
    pub spans: BTreeMap<Days, Vec<u64>>,
    /// Whether a dimension says when, be it in days or otherwise.
    pub says_when: bool,
    /// The column that has the last step as a share of sessions, where none counts it.
    pub rate_alone: Option<String>,
    /// The columns that count something of which nothing is known.
    pub unknown_figures: Vec<String>,
}

/// The counts of a breakdown.
#[derive(Clone, Debug)]
pub struct BreakdownFinding {
    /// The dimension: `device`.
    pub by: String,
    /// Which moment of a journey decides: `entry`, `first`, `last`, `any` or a step's name.
    pub at: String,
    /// The groups, largest first; then the others together, then the unknown.
    pub groups: Vec<BreakdownGroup>,
}

/// One row of a breakdown.
#[derive(Clone, Debug)]
pub struct BreakdownGroup {
    /// Which journeys these are.
    pub name: GroupName,
    /// Their counts.
    pub tally: GroupTally,
}

/// Which journeys a row of a breakdown holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupName {
    /// Those with this value.
    Value(String),
    /// Those with one of so many values that have no row of their own.
    Other(usize),
    /// Those whose value is not known.
    Unknown,
}

/// What the same ladder counts under other rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RivalFinding {
    /// The name of the rules: `ga4`.
    pub name: String,
    /// Journeys that entered the ladder.
    pub entered: u64,
    /// Journeys that reached each step.
    pub reached: Vec<u64>,
    /// For each group of policies that differs, the customers whose count it changes.
    pub because: BTreeMap<&'static str, u64>,
}

impl RivalFinding {
    /// Nothing counted yet.
    pub fn new(name: &str, steps: usize) -> RivalFinding {
        let because = BTreeMap::new();
        RivalFinding { name: name.to_string(), entered: 0, reached: vec![0; steps], because }
    }

    /// Counts a customer whose count changes with a group of policies.
    pub fn blame(&mut self, cause: &'static str) {
        *self.because.entry(cause).or_default() += 1;
    }

    /// Adds the journeys of one customer.
    pub fn add(&mut self, entered: u64, reached: &[u64]) {
        self.entered += entered;
        for (mine, more) in self.reached.iter_mut().zip(reached) {
            *mine += more;
        }
    }

    /// Adds the counts of other customers under the same rules.
    pub fn merge(&mut self, other: &RivalFinding) {
        self.add(other.entered, &other.reached);
        for (cause, customers) in &other.because {
            *self.because.entry(cause).or_default() += customers;
        }
    }
}

/// A part of the journeys, counted by itself.
#[derive(Clone, Debug, Default)]
pub struct SideFinding {
    /// Its counts.
    pub tally: Tally,
    /// Its breakdowns.
    pub breakdowns: Vec<BreakdownFinding>,
    /// The first moment of its entries, if it has one.
    pub since: Option<Instant>,
    /// The first moment behind its entries, if there is one.
    pub until: Option<Instant>,
}

/// What was found of the times of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeFindings {
    /// Rows whose device's clock was more than five minutes wrong, and was put right.
    pub clocks: u64,
    /// Rows that are earlier than the row of their input before them.
    pub out_of_order: u64,
    /// Rows that reached their source more than three days after what they tell of.
    pub late: u64,
}

/// What identity resolution did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdentityFindings {
    /// Links that were refused because they would have joined two people.
    pub refused_merges: u64,
    /// Identifiers shared by too many people to join any.
    pub hubs: u64,
    /// The most devices beside one customer, user or address, where some have more than one person has.
    pub crowd: u64,
    /// Values that name nobody (`null`, `anonymous` …).
    pub blocked_values: u64,
    /// Devices that several customers used.
    pub shared_devices: u64,
    /// Rows of shared devices that name nobody, are something to the ladder, and were given by their time.
    pub given_by_time: u64,
}

/// The code of the notice that all inputs say who got how far, and not when.
pub const TIMES_UNKNOWN: &str = "times_unknown";

/// Something that the reader of a report should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A stable code: `window_open`.
    pub code: &'static str,
    /// One plain sentence or two.
    pub message: String,
}

/// Everything that a run found out.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The counts.
    pub tally: Tally,
    /// Whether only a part of the journeys is asked for: orders are all there are nevertheless.
    pub is_part: bool,
    /// The breakdowns that were asked for.
    pub breakdowns: Vec<BreakdownFinding>,
    /// The counts under other rules, if they were asked for.
    pub rivals: Vec<RivalFinding>,
    /// Who did what at all, and in which order; only if it was asked for.
    pub sightings: Option<Sightings>,
    /// The parts of the journeys that were asked for by themselves.
    pub sides: Vec<SideFinding>,
    /// For each step, the names of the events that followed those who got no further, most first; only if
    /// it was asked for.
    pub next_events: Vec<Vec<(String, u64)>>,
    /// The inputs, by path.
    pub inputs: Vec<InputFinding>,
    /// Rows set aside, by reason.
    pub set_aside: Vec<SetAside>,
    /// The orders, if any input or event speaks of orders.
    pub orders: OrderFindings,
    /// What event logs saw of the orders in exports.
    pub tracking: TrackingFindings,
    /// Whether any input is an event log.
    pub has_log: bool,
    /// Whether any input is an orders export.
    pub has_orders: bool,
    /// Names of events that nothing knows, with their rows, most first; none where the user names the events.
    pub unknown_names: Vec<(String, u64)>,
    /// Canonical names that rows proved beside their own.
    pub derived: BTreeSet<&'static str>,
    /// Aggregated session reports, by path.
    pub session_reports: Vec<SessionReport>,
    /// What identity resolution did.
    pub identity: IdentityFindings,
    /// What was found of the times of rows.
    pub times: TimeFindings,
    /// The first moment of the entries that were asked for.
    pub since: Option<Instant>,
    /// The first moment behind the entries that were asked for.
    pub until: Option<Instant>,
    /// The last moment that the data covers.
    pub seen_until: Option<Instant>,
    /// The first moment of a log, whatever its row is.
    pub log_from: Option<Instant>,
    /// The day (of the report's zone, 1 January 1970 is 0) on which the data end.
    pub last_day: Option<i64>,
    /// The last day of the entries that were asked for.
    pub until_day: Option<i64>,
    /// The days that lie in the period asked for with all their hours, if one is asked for.
    pub asked_days: Option<Days>,
    /// The most common offset (seconds east of UTC) in the orders exports.
    pub store_offset: Option<i32>,
    /// What the reader should know, found while reading.
    pub notices: Vec<Notice>,
}

impl Findings {
    /// Whether nothing says when anything was.
    pub fn are_timeless(&self) -> bool {
        self.notices.iter().any(|notice| notice.code == TIMES_UNKNOWN)
    }
}
