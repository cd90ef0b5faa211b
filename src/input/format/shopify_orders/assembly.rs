//! Orders out of the rows of all orders exports, each once, and what is odd about them as a whole.
//!
//! Which rows are one order is decided in `copies`, what a row says is read in the files beside this one; here each
//! record becomes an order, which threads do part by part.

use super::copies::{
    Aside, Gathered, LineAt, Meant, Record, Records, Settings, Zones, gather, without_time,
};
use super::packed::Cell;
use super::{Channel, FinancialStatus, Order, OrderLine, order_key};
use crate::findings::Notice;
use crate::input::timestamp::Stamp;
use crate::key::Key;
use crate::parallel::{each_in_parallel, part_size};
use crate::quality::Reason;
use crate::text::kind_of;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What a set of orders exports holds.
#[derive(Clone, Debug, Default)]
pub struct Assembly<'l> {
    /// Orders with a readable time, of every channel, by input and row.
    pub orders: Orders<'l>,
    /// Rows that do not count, by input and row.
    pub aside: Vec<Aside>,
    /// What a reader should know.
    pub notices: Vec<Notice>,
    /// By input, how many rows have a date that stands for no time.
    pub placeholders: BTreeMap<usize, u64>,
    /// By input whose times have lost their zone, the offsets (minutes east of UTC) that copies elsewhere show.
    pub zones: Zones,
}

/// Orders, part by part as threads have made them.
#[derive(Clone, Debug, Default)]
pub struct Orders<'l>(Vec<Vec<Order<'l>>>);

impl<'l> Orders<'l> {
    /// All of them, one part after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Order<'l>> {
        self.0.iter().flatten()
    }

    /// The parts.
    pub fn parts(&self) -> impl Iterator<Item = &[Order<'l>]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Makes orders of all rows of all orders exports on so many threads. The rows are in order, and
/// `meant` is what was [read](super::read_lines) of each.
pub fn assemble<'l>(
    mut lines: Vec<&'l mut LineAt<OrderLine>>,
    meant: Vec<Vec<Meant>>,
    settings: &Settings,
    threads: usize,
) -> Assembly<'l> {
    let Gathered { records, aside, placeholders, zones } = gather(&mut lines, meant, settings);
    // From here on no row changes, and each record is looked for where the row lies that stands for it.
    let lines: Vec<&'l LineAt<OrderLine>> = lines.into_iter().map(|line| &*line).collect();
    let mut parts = Part::cut(&records, threads);
    let orders =
        |part: &mut Part<'_>| Ok::<_, Infallible>(part.orders(&lines, &settings.online_sources));
    let Ok(made) = each_in_parallel(&mut parts, orders);
    let (mut orders, mut aside, mut odd) = (Vec::with_capacity(made.len()), aside, Odd::default());
    for made in made {
        orders.push(made.orders);
        aside.extend(made.aside);
        odd.merge(made.odd);
    }
    aside.sort_unstable();
    Assembly { orders: Orders(orders), aside, notices: odd.notices(), placeholders, zones }
}

/// Some of the records.
struct Part<'p> {
    records: OwnRecords<'p>,
    /// Where the row of the first one stands among all, if each row is a record.
    from: usize,
}

/// The records of a part.
#[derive(Clone, Copy)]
enum OwnRecords<'p> {
    OfRows(&'p [Meant]),
    List(&'p [Record]),
}

impl OwnRecords<'_> {
    fn len(self) -> usize {
        match self {
            OwnRecords::OfRows(meant) => meant.len(),
            OwnRecords::List(records) => records.len(),
        }
    }
}

impl<'p> Part<'p> {
    /// Cuts records into parts, for so many threads unless they are in parts already.
    fn cut(records: &'p Records, threads: usize) -> Vec<Part<'p>> {
        let parts: Vec<OwnRecords<'p>> = match records {
            Records::OfRows(meant) => meant.iter().map(|part| OwnRecords::OfRows(part)).collect(),
            Records::List(records) => {
                let size = part_size(records.len(), threads);
                records.chunks(size).map(OwnRecords::List).collect()
            }
        };
        let mut next = 0;
        let part = |records: OwnRecords<'p>| {
            let from = next;
            next += records.len();
            Part { records, from }
        };
        parts.into_iter().map(part).collect()
    }

    /// Makes the orders out of all rows.
    fn orders<'l>(&self, lines: &[&'l LineAt<OrderLine>], online_sources: &[String]) -> Made<'l> {
        let mut made = Made { orders: Vec::with_capacity(self.records.len()), ..Made::default() };
        for number in 0..self.records.len() {
            let Some(record) = self.record(number) else { continue };
            if let Some(row) = lines.get(record.place) {
                made.take(&record, row, online_sources);
            }
        }
        made.odd.names.sort_unstable();
        made
    }

    fn record(&self, number: usize) -> Option<Record> {
        match self.records {
            OwnRecords::OfRows(meant) => {
                Some(Record::of_row(self.from + number, meant.get(number)?))
            }
            OwnRecords::List(records) => records.get(number).copied(),
        }
    }
}

/// What was made of a part.
#[derive(Debug, Default)]
struct Made<'l> {
    orders: Vec<Order<'l>>,
    aside: Vec<Aside>,
    odd: Odd,
}

impl<'l> Made<'l> {
    /// Makes the order of a record out of the row that stands for it.
    fn take(&mut self, record: &Record, row: &'l LineAt<OrderLine>, online_sources: &[String]) {
        self.odd.note(record, &row.line);
        if record.at.is_none() {
            let words = without_time(&row.line.common);
            self.aside.push((row.input, row.row, Reason::BadTimestamp, words));
        }
        let order = record.at.map(|stamp| order(row, (stamp, record.id), online_sources));
        if let Some((reason, words)) = order.as_ref().and_then(why_not) {
            self.aside.push((row.input, row.row, reason, words.into()));
        }
        self.orders.extend(order);
    }
}

/// Why the first row of an order does not count.
fn why_not(order: &Order<'_>) -> Option<(Reason, &'static str)> {
    if order.test {
        return Some((Reason::TestOrder, "paid through a test gateway"));
    }
    match order.channel {
        Channel::OnlineStore => None,
        Channel::PointOfSale => Some((Reason::NotOnlineStore, "made at a till")),
        Channel::Draft => Some((Reason::NotOnlineStore, "a draft order, made by staff")),
        Channel::Other => Some((Reason::NotOnlineStore, "made in another app or marketplace")),
    }
}

/// The order of a record, for which a row stands.
fn order<'l>(
    LineAt { input, row, line }: &'l LineAt<OrderLine>,
    (at, id): (Stamp, Option<Key>),
    online_sources: &[String],
) -> Order<'l> {
    let source = line.common.texts.get(Cell::Source).filter(|_| !online_sources.is_empty());
    let is_online = |source: &str| online_sources.iter().any(|o| o.eq_ignore_ascii_case(source));
    let channel = if source.is_some_and(is_online) {
        Channel::OnlineStore
    } else {
        // Files without sources are taken for the online store's.
        line.channel.unwrap_or(Channel::OnlineStore)
    };
    let number = id.unwrap_or_else(|| order_key(line.common.name()));
    Order { input: *input, row: *row, number, at, channel, test: line.test, line }
}

/// What is odd about orders.
#[derive(Debug, Default)]
struct Odd {
    /// The names of orders that have an id.
    names: Vec<Key>,
    nameless: usize,
    unknown: usize,
    differ: usize,
    uneven: usize,
    unread: usize,
    /// The first amount that cannot be read.
    first_unread: Option<String>,
}

impl Odd {
    fn note(&mut self, record: &Record, line: &OrderLine) {
        self.names.extend(record.id.map(|_| record.name));
        self.nameless += usize::from(record.id.is_none());
        self.unknown += usize::from(line.status == Some(FinancialStatus::Unknown));
        self.differ += usize::from(record.differs);
        self.uneven += usize::from(record.is_uneven);
        if let Some(text) = line.unreadable_amount() {
            self.unread += 1;
            self.first_unread.get_or_insert_with(|| text.to_owned());
        }
    }

    /// Adds what is odd about later orders.
    fn merge(&mut self, mut other: Odd) {
        self.names.append(&mut other.names);
        self.nameless += other.nameless;
        self.unknown += other.unknown;
        self.differ += other.differ;
        self.uneven += other.uneven;
        self.unread += other.unread;
        self.first_unread = self.first_unread.take().or(other.first_unread);
    }

    fn notices(mut self) -> Vec<Notice> {
        let found = [
            (
                self.names_with_several_ids(),
                "order_names_repeat",
                ["order name stands", "order names stand"],
                "for several orders with different ids; the orders are counted by their ids",
            ),
            (
                self.nameless,
                "orders_without_id",
                ["order has", "orders have"],
                "no readable id; they are told apart by name and time, and names may repeat",
            ),
            (
                self.unknown,
                "unknown_financial_status",
                ["order has", "orders have"],
                "a financial status that is not known; none of the money counts as refunded unless an amount says so",
            ),
            (
                self.differ,
                "order_totals_differ",
                ["order has", "orders have"],
                "another total in another file, and nothing in the files says which is newer; that of the first file, by its name, counts",
            ),
            (
                self.uneven,
                "order_rows_differ",
                ["order has", "orders have"],
                "rows with different totals: the first one counts as what the order is worth; if these are what its items cost, add them up before",
            ),
        ];
        let found = found.into_iter().filter(|(number, ..)| *number > 0);
        let found = found.map(|(number, code, [one, several], what)| {
            let who = if number == 1 { one } else { several };
            Notice { code, message: format!("{number} {who} {what}") }
        });
        found.chain(self.unreadable_amounts()).collect()
    }

    /// How many names occur with more than one id.
    fn names_with_several_ids(&mut self) -> usize {
        // Those of each part are in order: a stable sort takes them as they are.
        self.names.sort();
        self.names.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).count()
    }

    fn unreadable_amounts(&self) -> Option<Notice> {
        let first = self.first_unread.as_ref()?;
        let (count, have, whose) = match self.unread {
            1 => ("1 order".to_string(), "has", "its"),
            several => (format!("{several} orders"), "have", "their"),
        };
        let message = format!(
            "{count} {have} an amount that cannot be read, such as one that is written like `{}`; {whose} money is not in the sums",
            kind_of(first)
        );
        Some(Notice { code: "unreadable_amounts", message })
    }
}
