//! Row accounting: every row that was read is used or set aside, by reason, with the first places.
//!
//! A ledger is a commutative monoid like the tally: it is filled by many threads and merged in any order.

use crate::event::RowRef;
use crate::time::Instant;
use std::collections::BTreeMap;

/// Why a row is set aside. The order is the order of the list in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// The same event or order again.
    Duplicate = 0,
    /// Its user agent says it is a robot.
    Bot = 1,
    /// It is not a record of its format.
    BadRow = 2,
    /// Its time cannot be read.
    BadTimestamp = 3,
    /// Nothing in it says who it was.
    NoIdentifier = 4,
    /// No ladder, action or preset knows the name.
    UnmappedEvent = 5,
    /// A further line of the same order.
    Continuation = 6,
    /// An order of another sales channel.
    NotOnlineStore = 7,
    /// A test order.
    TestOrder = 8,
    /// Outside the period, under rules that cut events there.
    OutOfPeriod = 9,
    /// The user's filter leaves it out.
    Filtered = 10,
    /// More than a day in the future.
    Future = 11,
    /// Deleted at its source.
    Deleted = 12,
}

impl Reason {
    /// All reasons in the order of reports.
    pub const ALL: [Reason; 13] = [
        Reason::Duplicate,
        Reason::Bot,
        Reason::BadRow,
        Reason::BadTimestamp,
        Reason::NoIdentifier,
        Reason::UnmappedEvent,
        Reason::Continuation,
        Reason::NotOnlineStore,
        Reason::TestOrder,
        Reason::OutOfPeriod,
        Reason::Filtered,
        Reason::Future,
        Reason::Deleted,
    ];

    /// The stable code in reports.
    pub const fn code(self) -> &'static str {
        match self {
            Reason::Duplicate => "duplicate",
            Reason::Bot => "bot",
            Reason::BadRow => "bad_row",
            Reason::BadTimestamp => "bad_timestamp",
            Reason::NoIdentifier => "no_identifier",
            Reason::UnmappedEvent => "unmapped_event",
            Reason::Continuation => "continuation",
            Reason::NotOnlineStore => "not_online_store",
            Reason::TestOrder => "test_order",
            Reason::OutOfPeriod => "out_of_period",
            Reason::Filtered => "filtered",
            Reason::Future => "future",
            Reason::Deleted => "deleted",
        }
    }

    /// The reason in words, for a reader.
    pub const fn words(self) -> &'static str {
        match self {
            Reason::Duplicate => "the same event or order again",
            Reason::Bot => "a robot, by its user agent",
            Reason::BadRow => "not a record of its format",
            Reason::BadTimestamp => "the time cannot be read",
            Reason::NoIdentifier => "nothing says who it was",
            Reason::UnmappedEvent => "an event name that no ladder knows",
            Reason::Continuation => "a further line of the same order",
            Reason::NotOnlineStore => "an order of another sales channel",
            Reason::TestOrder => "a test order",
            Reason::OutOfPeriod => "outside the period",
            Reason::Filtered => "left out by the filter",
            Reason::Future => "more than a day in the future",
            Reason::Deleted => "deleted at its source",
        }
    }

    /// Whether the row is broken (an error under `--strict`), not merely of no use.
    pub const fn is_defect(self) -> bool {
        matches!(
            self,
            Reason::BadRow | Reason::BadTimestamp | Reason::NoIdentifier | Reason::Future
        )
    }

    /// The number that a touch carries for this reason (never 0).
    pub const fn mark(self) -> u8 {
        self as u8 + 1
    }

    /// The reason of a touch's number; `None` for 0.
    pub fn from_mark(mark: u8) -> Option<Reason> {
        Reason::ALL.get(usize::from(mark.checked_sub(1)?)).copied()
    }
}

/// How many places are kept for each reason and input.
const EXAMPLES: usize = 3;

/// A row that was set aside: where, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// The row.
    pub row: RowRef,
    /// What is wrong, in words; never a cell of the row that may be personal.
    pub message: String,
}

/// The rows of one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// How many.
    pub rows: u64,
    /// The first few, in the order of rows.
    pub examples: Vec<Example>,
}

/// The account of one input.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Account {
    /// Records read, headers not counted.
    pub rows_read: u64,
    /// Rows set aside, by reason.
    pub set_aside: BTreeMap<Reason, Aside>,
    /// The earliest time of a row that is not set aside.
    pub from: Option<Instant>,
    /// The latest time of a row that is not set aside.
    pub to: Option<Instant>,
}

impl Account {
    /// Counts a row as set aside.
    pub fn set_aside(&mut self, reason: Reason, row: RowRef, message: impl FnOnce() -> String) {
        let aside = self.set_aside.entry(reason).or_default();
        aside.rows += 1;
        let at = aside.examples.partition_point(|e| e.row < row);
        if at < EXAMPLES {
            aside.examples.insert(at, Example { row, message: message() });
            aside.examples.truncate(EXAMPLES);
        }
    }

    /// Notes the time of a row that is used.
    pub fn saw(&mut self, at: Instant) {
        self.from = Some(self.from.map_or(at, |from| from.min(at)));
        self.to = Some(self.to.map_or(at, |to| to.max(at)));
    }

    /// Rows set aside for any reason.
    pub fn rows_set_aside(&self) -> u64 {
        self.set_aside.values().map(|aside| aside.rows).sum()
    }

    /// Rows that count: read less set aside.
    pub fn rows_used(&self) -> u64 {
        self.rows_read.saturating_sub(self.rows_set_aside())
    }

    /// Adds another thread's account of the same input.
    pub fn merge(&mut self, other: Account) {
        self.rows_read += other.rows_read;
        self.from = [self.from, other.from].into_iter().flatten().min();
        self.to = [self.to, other.to].into_iter().flatten().max();
        for (reason, more) in other.set_aside {
            let aside = self.set_aside.entry(reason).or_default();
            aside.rows += more.rows;
            aside.examples.extend(more.examples);
            aside.examples.sort();
            aside.examples.truncate(EXAMPLES);
        }
    }
}

/// The accounts of all inputs, in the order of the inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// One account an input.
    pub accounts: Vec<Account>,
    /// Rows that are something to the ladder, and whose customer was decided by their time.
    pub given_by_time: u64,
}

impl Quality {
    /// Empty accounts for so many inputs.
    pub fn new(inputs: usize) -> Quality {
        Quality { accounts: vec![Account::default(); inputs], given_by_time: 0 }
    }

    /// Adds another thread's accounts of the same inputs.
    pub fn merge(&mut self, other: Quality) {
        self.given_by_time += other.given_by_time;
        if self.accounts.len() < other.accounts.len() {
            self.accounts.resize(other.accounts.len(), Account::default());
        }
        for (mine, theirs) in self.accounts.iter_mut().zip(other.accounts) {
            mine.merge(theirs);
        }
    }

    /// Rows set aside for a reason, over all inputs.
    pub fn rows(&self, reason: Reason) -> u64 {
        self.accounts.iter().filter_map(|a| a.set_aside.get(&reason)).map(|aside| aside.rows).sum()
    }
}
