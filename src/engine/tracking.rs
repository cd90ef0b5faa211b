//! What event logs saw of each order of an export: the orders themselves, the steps of their checkouts, and
//! the device.
//!
//! While rows are read, only the few that speak of a cart, a checkout or an order are noted
//! ([`CheckoutsSeen::note`]), and only if there is an export to hold them against. When people are known,
//! each order finds what belongs to it: what its customer did since the order before, in the two weeks
//! that lead to it. Shares and days are the business of `analysis`.

use super::claims::Claim;
use super::same_orders::{Sources, source_of};
use super::skew::Skew;
use super::values::Values;
use crate::event::{Origin, RawEvent, RowRef, mark};
use crate::findings::{Sight, TrackedLog, TrackedOrder, TrackingFindings};
use crate::identity::People;
use crate::input::Reading;
use crate::input::format::shopify_orders::Order;
use crate::input::format::shopify_orders::packed::Cell;
use crate::key::Key;
use crate::time::{Instant, Span};

/// What happened longer before an order does not belong to its checkout.
const BEFORE: Span = Span::days(14);

/// The shop's clock and the customer's may differ by so much without either being wrong.
const CLOCKS: Span = Span::seconds(120);

/// An order of an export, to be held against what logs saw.
#[derive(Clone, Debug)]
pub(super) struct OrderTrace {
    number: Key,
    /// The kinds of logs that have seen it completed.
    seen_by: Sources,
    /// The last moment at which something belongs to the order.
    until: Instant,
    found: TrackedOrder,
}

impl OrderTrace {
    /// The trace of an order with this number, which some kinds of logs have seen completed, the first of them at a time.
    pub(super) fn new(
        order: &Order<'_>,
        number: Key,
        seen: Option<(Instant, Sources)>,
    ) -> OrderTrace {
        // A time that has lost its zone may be hours off.
        let logged = seen.map(|(at, _)| at).filter(|_| order.at.offset.is_none());
        let at = logged.unwrap_or(order.at.at);
        let seen_by = seen.map_or(0, |(_, sources)| sources);
        OrderTrace {
            number,
            seen_by,
            until: at.plus(order.at.precision.unit().max(CLOCKS)),
            found: TrackedOrder {
                at,
                in_log: seen_by != 0,
                steps: 0,
                is_nameless: !order.has_id(),
                device: order.device().map(Into::into),
                device_of_order: order.device().is_some(),
                gateway: order.texts().get(Cell::Gateway).map(Into::into),
                by_log: Vec::new(),
            },
        }
    }
}

/// The kinds of logs among the inputs: files of one tool are one log in parts.
#[derive(Debug)]
pub(super) struct Logs {
    kinds: Vec<(Sources, &'static str)>,
    /// By input, which of the kinds it is.
    of_inputs: Vec<Option<usize>>,
}

impl Logs {
    pub(super) fn of(readings: &[Reading]) -> Logs {
        let mut logs = Logs { kinds: Vec::new(), of_inputs: Vec::new() };
        for format in readings.iter().map(|reading| reading.format) {
            let source = source_of(format);
            let known = logs.kinds.iter().position(|(own, _)| *own == source);
            let place = known.unwrap_or(logs.kinds.len());
            if format.is_log() && known.is_none() {
                logs.kinds.push((source, format.id()));
            }
            logs.of_inputs.push(format.is_log().then_some(place));
        }
        logs
    }

    /// How many kinds there are.
    pub(super) fn number(&self) -> usize {
        self.kinds.len()
    }

    /// What a kind is called.
    pub(super) fn name(&self, log: usize) -> &'static str {
        self.kinds.get(log).map_or("", |(_, format)| format)
    }

    /// Which kind of log an input is.
    pub(super) fn of_input(&self, input: usize) -> Option<usize> {
        self.of_inputs.get(input).copied().flatten()
    }

    /// What is known of an order before anybody looks at its checkout.
    fn sights(&self, seen_by: Sources) -> Vec<Sight> {
        let several = self.kinds.iter().filter(|_| self.kinds.len() > 1);
        several.map(|(source, _)| Sight { in_log: seen_by & source != 0, steps: 0 }).collect()
    }

    /// The kinds of logs, with the steps that occur in each and the orders that no export has: when which kinds of
    /// logs saw one completed.
    fn tracked(&self, rows: &[Seen], own_orders: &[(Instant, Sources)]) -> Vec<TrackedLog> {
        let log = |(source, format): &(Sources, &'static str)| {
            let own = own_orders.iter().filter(|(_, seen_by)| seen_by & source != 0);
            let own_orders = own.map(|(at, _)| *at).collect();
            TrackedLog { format, own_orders, ..TrackedLog::default() }
        };
        let mut tracked: Vec<TrackedLog> = self.kinds.iter().map(log).collect();
        for row in rows {
            if let Some(log) = self.of_input(row.input()).and_then(|place| tracked.get_mut(place)) {
                log.steps |= row.step;
                // Of several logs with the same orders all but one count as duplicates.
                log.saw((row.at, row.at));
            }
        }
        tracked
    }
}

/// A row of a log that speaks of a cart, a checkout or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    /// The row's strongest identifier; later the person.
    person: Key,
    at: Instant,
    /// The step of a checkout, as a bit.
    step: u8,
    row: RowRef,
    input: u32,
    /// What the dictionary knows of the device.
    device: Key,
}

impl Seen {
    fn input(&self) -> usize {
        usize::try_from(self.input).unwrap_or(usize::MAX)
    }
}

/// What logs saw of carts, checkouts and orders.
#[derive(Debug, Default)]
pub(super) struct CheckoutsSeen {
    is_wanted: bool,
    rows: Vec<Seen>,
    /// Those of rows that may be something.
    claimed: Vec<(Claim, Seen)>,
    devices: Values,
}

impl CheckoutsSeen {
    /// Nothing seen yet; nothing is kept unless it is wanted.
    pub(super) fn new(is_wanted: bool) -> CheckoutsSeen {
        let devices = Values::new(vec!["device".to_owned()]);
        CheckoutsSeen { is_wanted, rows: Vec::new(), claimed: Vec::new(), devices }
    }

    /// Whether there is an export to hold logs against.
    pub(super) fn are_wanted(&self) -> bool {
        self.is_wanted
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Seen>()
            + self.claimed.capacity() * size_of::<(Claim, Seen)>()
            + self.devices.bytes()
    }

    /// Notes a row that counts, if it is of a log: `step` of a checkout, with the marks of its name, and what
    /// it may be if it is only that.
    #[inline]
    pub(super) fn note(
        &mut self,
        event: &RawEvent<'_>,
        (input, row): (usize, RowRef),
        (step, marks, claim): (u8, u8, Option<Claim>),
    ) {
        if !self.is_wanted || event.origin != Origin::Log || event.at.is_placeholder() {
            return;
        }
        if step == 0 && marks & (mark::CART | mark::ORDER) == 0 {
            return;
        }
        let Some(strongest) = event.identifiers.first() else { return };
        let device = self.devices.note(event.details);
        let input = u32::try_from(input).unwrap_or(u32::MAX);
        let seen = Seen { person: strongest.key, at: event.at, step, input, device, row };
        match claim {
            Some(claim) => self.claimed.push((claim, seen)),
            None => self.rows.push(seen),
        }
    }

    /// Lets rows count as what they may be if `counts` says so.
    pub(super) fn settle_claims(&mut self, counts: impl Fn(Claim) -> bool) {
        let claimed = std::mem::take(&mut self.claimed).into_iter();
        self.rows.extend(claimed.filter(|(claim, _)| counts(*claim)).map(|(_, seen)| seen));
    }

    /// Moves what browsers with wrong clocks did to when it was.
    pub(super) fn put_right(&mut self, skew: &Skew) {
        for seen in &mut self.rows {
            seen.at = skew.time(seen.row, seen.at);
        }
    }

    /// Forgets what turned out to be later than an instant.
    pub(super) fn forget_after(&mut self, latest: Instant) {
        self.rows.retain(|seen| seen.at <= latest);
    }

    /// Adds what another thread noted.
    pub(super) fn merge(&mut self, other: CheckoutsSeen) {
        self.rows.extend(other.rows);
        self.claimed.extend(other.claimed);
        self.devices.merge(other.devices);
    }

    /// What was seen of each order: of what its customer did, that behind the order before.
    pub(super) fn tracking(
        &mut self,
        (orders, own_orders): (Vec<OrderTrace>, &[(Instant, Sources)]),
        people: &People,
        logs: &Logs,
    ) -> TrackingFindings {
        let person = |key: Key, at: Instant| people.of_at(key, at).map_or(key, |person| person.key);
        let mut rows = std::mem::take(&mut self.rows);
        for row in &mut rows {
            row.person = person(row.person, row.at);
        }
        rows.sort_unstable();
        let steps = rows.iter().fold(0, |steps, row| steps | row.step);
        let mut orders: Vec<(Key, OrderTrace)> =
            orders.into_iter().map(|order| (person(order.number, order.found.at), order)).collect();
        orders.sort_unstable_by_key(|(person, order)| (*person, order.until, order.number));
        let mut found: Vec<TrackedOrder> = Vec::with_capacity(orders.len());
        let (mut own, mut before): (&[Seen], _) = (&[], None);
        for (person, order) in orders {
            let after = before.filter(|(whose, _)| *whose == person).map(|(_, until)| until);
            if after.is_none() {
                let start = rows.partition_point(|row| row.person < person);
                let rest = rows.get(start..).unwrap_or_default();
                own = &rest[..rest.partition_point(|row| row.person == person)];
            }
            before = Some((person, order.until));
            found.push(self.order(order, after.unwrap_or(Instant::MIN), own, logs));
        }
        found.sort_unstable();
        TrackingFindings {
            orders: found,
            steps,
            log_span: None,
            logs: logs.tracked(&rows, own_orders),
        }
    }

    /// An order with what its customer did behind `after`; `own` is in order of time.
    fn order(&self, order: OrderTrace, after: Instant, own: &[Seen], logs: &Logs) -> TrackedOrder {
        let OrderTrace { until, seen_by, mut found, .. } = order;
        found.by_log = logs.sights(seen_by);
        let belongs = own
            .iter()
            .filter(|row| row.at > after && row.at <= until && found.at.since(row.at) <= BEFORE);
        let mut device = None;
        for row in belongs {
            found.steps |= row.step;
            let log = logs.of_input(row.input());
            if let Some(sight) = log.and_then(|place| found.by_log.get_mut(place)) {
                sight.steps |= row.step;
            }
            device = self.devices.get(row.device, 0).or(device);
        }
        found.device = found.device.or_else(|| device.map(Into::into));
        found
    }
}
