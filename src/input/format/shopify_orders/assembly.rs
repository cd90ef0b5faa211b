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
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What a set of orders exports holds.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    /// Orders with a readable time, of every channel, by input and row.
    pub orders: Orders,
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
pub struct Orders(Vec<Vec<Order>>);

impl Orders {
    /// All of them, one part after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.0.iter().flatten()
    }

    /// The parts.
    pub fn parts(&self) -> impl Iterator<Item = &[Order]> {
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
pub fn assemble(
    mut lines: Vec<&mut LineAt<OrderLine>>,
    meant: Vec<Vec<Meant>>,
    settings: &Settings,
    threads: usize,
) -> Assembly {
    let Gathered { records, aside, placeholders, zones } = gather(&mut lines, meant, settings);
    let mut parts = Part::cut(&mut lines, &records, threads);
    let orders =
        |part: &mut Part<'_, '_>| Ok::<_, Infallible>(part.orders(&settings.online_sources));
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

/// Records, and the rows among which theirs are.
struct Part<'p, 'l> {
    records: OwnRecords<'p>,
    lines: &'p mut [&'l mut LineAt<OrderLine>],
    /// Where the first of these rows stands among all.
    from: usize,
}

/// The records of a part.
#[derive(Clone, Copy)]
enum OwnRecords<'p> {
    OfRows(&'p [Meant]),
    List(&'p [Record]),
}

impl<'p> OwnRecords<'p> {
    /// Cuts records into parts, for so many threads unless they are in parts already.
    fn parts(records: &'p Records, threads: usize) -> Vec<OwnRecords<'p>> {
        match records {
            Records::OfRows(meant) => meant.iter().map(|part| OwnRecords::OfRows(part)).collect(),
            Records::List(records) => {
                let size = part_size(records.len(), threads);
                records.chunks(size).map(OwnRecords::List).collect()
            }
        }
    }

    fn len(self) -> usize {
        match self {
            OwnRecords::OfRows(meant) => meant.len(),
            OwnRecords::List(records) => records.len(),
        }
    }

    /// One of its records; its rows begin at `from`.
    fn get(self, number: usize, from: usize) -> Option<Record> {
        match self {
            OwnRecords::OfRows(meant) => Some(Record::of_row(from + number, meant.get(number)?)),
            OwnRecords::List(records) => records.get(number).copied(),
        }
    }
}

impl<'p, 'l> Part<'p, 'l> {
    /// Cuts records, which are in the order of their rows, into parts for so many threads.
    fn cut(
        mut lines: &'p mut [&'l mut LineAt<OrderLine>],
        records: &'p Records,
        threads: usize,
    ) -> Vec<Part<'p, 'l>> {
        let mut from = 0;
        let mut parts = Vec::with_capacity(threads);
        for records in OwnRecords::parts(records, threads) {
            let last = records.len().checked_sub(1).and_then(|last| records.get(last, from));
            let end = last.map_or(from, |record| record.place + 1);
            let (own, behind) = lines.split_at_mut((end - from).min(lines.len()));
            parts.push(Part { records, lines: own, from });
            (lines, from) = (behind, end);
        }
        parts
    }

    /// Makes the orders.
    fn orders(&mut self, online_sources: &[String]) -> Made {
        let mut made = Made { orders: Vec::with_capacity(self.records.len()), ..Made::default() };
        for number in 0..self.records.len() {
            if let Some(record) = self.records.get(number, self.from) {
                self.take(&record, online_sources, &mut made);
            }
        }
        made
    }

    /// Makes the order of a record.
    fn take(&mut self, record: &Record, online_sources: &[String], made: &mut Made) {
        let Some(at) = self.lines.get_mut(record.place - self.from) else { return };
        made.odd.note(record, &at.line);
        let (input, row) = (at.input, at.row);
        if record.at.is_none() {
            let words = without_time(&at.line.common);
            made.aside.push((input, row, Reason::BadTimestamp, words));
        }
        let order = record.at.map(|stamp| order(at, (stamp, record.id), online_sources));
        if let Some((reason, words)) = order.as_ref().and_then(why_not) {
            made.aside.push((input, row, reason, words.into()));
        }
        made.orders.extend(order);
    }
}

/// What was made of a part.
#[derive(Debug, Default)]
struct Made {
    orders: Vec<Order>,
    aside: Vec<Aside>,
    odd: Odd,
}

/// Why the first row of an order does not count.
fn why_not(order: &Order) -> Option<(Reason, &'static str)> {
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

/// The order of a record; takes its texts out of the row that stands for it.
fn order(
    row: &mut LineAt<OrderLine>,
    (at, id): (Stamp, Option<Key>),
    online_sources: &[String],
) -> Order {
    let LineAt { input, row, line } = row;
    let refunded = line.is_refunded();
    let refund = line.refund();
    let source = line.common.texts.get(Cell::Source).filter(|_| !online_sources.is_empty());
    let is_online = |source: &str| online_sources.iter().any(|o| o.eq_ignore_ascii_case(source));
    let channel = if source.is_some_and(is_online) {
        Channel::OnlineStore
    } else {
        // Files without sources are taken for the online store's.
        line.channel.unwrap_or(Channel::OnlineStore)
    };
    Order {
        input: *input,
        row: *row,
        number: id.unwrap_or_else(|| order_key(line.common.name())),
        at,
        texts: std::mem::take(&mut line.common.texts),
        amount: line.total,
        currency: line.currency,
        channel,
        device: line.device,
        cancelled: line.cancelled,
        refunded,
        refund,
        paid: line.status.is_some_and(FinancialStatus::is_paid),
        test: line.test,
    }
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
                "order names stand for several orders with different ids; the orders are counted by their ids",
            ),
            (
                self.nameless,
                "orders_without_id",
                "orders have no readable id; they are told apart by name and time, and names may repeat",
            ),
            (
                self.unknown,
                "unknown_financial_status",
                "orders have a financial status that is not known; they count as not paid",
            ),
            (
                self.differ,
                "order_totals_differ",
                "orders have another total in another file, and nothing in the files says which is newer; that of the first file, by its name, counts",
            ),
            (
                self.uneven,
                "order_rows_differ",
                "orders have rows with different totals: the first one counts as what the order is worth; if they are what its items cost, add them up before",
            ),
        ];
        let found = found.into_iter().filter(|(number, _, _)| *number > 0);
        let found = found
            .map(|(number, code, words)| Notice { code, message: format!("{number} {words}") });
        found.chain(self.unreadable_amounts()).collect()
    }

    /// How many names occur with more than one id.
    fn names_with_several_ids(&mut self) -> usize {
        self.names.sort_unstable();
        self.names.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).count()
    }

    fn unreadable_amounts(&self) -> Option<Notice> {
        let first = self.first_unread.as_ref()?;
        let (count, have, whose) = match self.unread {
            1 => ("1 order".to_string(), "has", "its"),
            several => (format!("{several} orders"), "have", "their"),
        };
        let message = format!(
            "{count} {have} an amount that cannot be read, such as `{first}`; {whose} money is not in the sums"
        );
        Some(Notice { code: "unreadable_amounts", message })
    }
}
