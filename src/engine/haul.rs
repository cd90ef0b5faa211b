//! What one thread brings in from its blocks: everything that is counted of rows as they are read, the
//! links between identifiers, and the rows that are settled later. Hauls are merged in any order.
//!
//! [`Haul::take`] is where an event becomes a touch.

use super::claims::{self, Claim, Instead, part_of};
use super::exchange::Budget;
use super::input_seen::InputSeen;
use super::kinds::{Kind, KindTable};
use super::order_seen::OrderSeen;
use super::relinked::Relinked;
use super::robots::Robot;
use super::runs::Runs;
use super::scan::Scan;
use super::sequence::Sequence;
use super::sieve::{Edges, Sifted};
use super::skew::{Ahead, Received, Unconfirmed};
use super::stamping::{RowPlace, Stamping, Verdict, Who, checkout_of_page, marks_of};
use super::tracking::CheckoutsSeen;
use super::usual::Shortcuts;
use super::values::Values;
use super::written::Written;
use crate::event::{OrderNote, Origin, Proof, RawEvent, RowRef, Touch, mark};
use crate::identity::{Identified, Links, People};
use crate::input::format::Texts;
use crate::input::format::kaggle::MemberLine;
use crate::input::format::shopify_analytics::AnalyticsLine;
use crate::input::format::shopify_checkouts::CheckoutLine;
use crate::input::format::shopify_orders::{LineAt, OrderLine};
use crate::input::{Extent, Reading};
use crate::key::Key;
use crate::ladder::stamp::{Meaning, NameTable};
use crate::names::Names;
use crate::quality::{Quality, Reason};
use crate::time::Instant;
use std::collections::BTreeSet;

/// A block that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockRead {
    pub(super) number: usize,
    pub(super) input: usize,
    pub(super) extent: Extent,
    pub(super) sequence: Sequence,
}

/// What a scan brings in beside the touches.
#[derive(Debug)]
pub(crate) struct Haul<'s> {
    pub(super) names: NameTable<'s>,
    pub(super) kinds: KindTable<'s>,
    /// What is known of rows that take the short way.
    pub(super) shortcuts: Shortcuts,
    /// What a sieve could not decide yet.
    pub(super) edges: Edges,
    /// Every name of the run; filled when no more rows are stamped.
    pub(super) all_names: Names,
    /// The values of the dimensions that are asked for.
    pub(super) values: Values,
    /// The texts of identifiers that are asked for.
    pub(super) texts: Texts,
    /// What logs saw of carts, checkouts and orders, if orders exports are held against it.
    pub(super) checkouts: CheckoutsSeen,
    /// Canonical names that rows proved beyond their own.
    pub(super) derived: BTreeSet<&'static str>,
    pub(super) inputs: Vec<InputSeen>,
    pub(super) links: Links,
    /// Whether any row that was read by itself has several identifiers.
    pub(super) has_linked: bool,
    /// What usual rows of the block have linked.
    pub(super) relinked: Relinked,
    /// Rows of devices that say who it was; of usual ones only those that are needed.
    pub(super) identified: Vec<Identified>,
    pub(super) quality: Quality,
    pub(super) blocks: Vec<BlockRead>,
    /// Inputs that ended inside a quoted cell.
    pub(super) unclosed: Vec<usize>,
    pub(super) seen_until: Option<Instant>,
    /// The first moment of a log, whatever its row is.
    pub(super) log_from: Option<Instant>,
    pub(super) blocked: u64,
    /// Of these, ids that are too short.
    pub(super) too_short: u64,
    /// Of the block that is being read.
    pub(super) sequence: Sequence,
    /// Rows whose device's clock was wrong.
    pub(super) clocks: u64,
    /// Rows that reached their source late.
    pub(super) late: u64,
    /// Rows that say when a log received them.
    pub(super) received: Vec<Received>,
    /// Rows of browsers that nobody has confirmed the time of.
    pub(super) unconfirmed: Vec<Unconfirmed>,
    /// Rows that are of the future by a clock that may be wrong.
    pub(super) ahead: Vec<Ahead>,
    pub(super) orders_seen: Vec<OrderSeen>,
    /// Rows of robots that complete orders.
    pub(super) robots: Vec<Robot>,
    pub(super) order_lines: Runs<LineAt<OrderLine>>,
    pub(super) checkout_lines: Runs<LineAt<CheckoutLine>>,
    pub(super) total_lines: Vec<LineAt<AnalyticsLine>>,
    pub(super) member_lines: Vec<LineAt<MemberLine>>,
}

impl<'s> Haul<'s> {
    pub(super) fn new(scan: &Scan<'_, 's>) -> Haul<'s> {
        let quality = Quality::new(scan.readings.len());
        Haul {
            names: NameTable::new(scan.stamper, scan.names),
            all_names: Names::default(),
            kinds: KindTable::new(scan.kinds),
            shortcuts: Shortcuts::default(),
            edges: Edges::default(),
            values: Values::new(scan.properties.clone()),
            texts: scan.texts.clone(),
            checkouts: CheckoutsSeen::new(scan.needs.checkouts),
            derived: BTreeSet::new(),
            inputs: scan.readings.iter().map(InputSeen::of).collect(),
            links: Links::default(),
            has_linked: false,
            relinked: Relinked::default(),
            identified: Vec::new(),
            quality,
            blocks: Vec::new(),
            unclosed: Vec::new(),
            seen_until: None,
            log_from: None,
            blocked: 0,
            too_short: 0,
            sequence: Sequence::default(),
            clocks: 0,
            late: 0,
            received: Vec::new(),
            unconfirmed: Vec::new(),
            ahead: Vec::new(),
            orders_seen: Vec::new(),
            robots: Vec::new(),
            order_lines: Runs::default(),
            checkout_lines: Runs::default(),
            total_lines: Vec::new(),
            member_lines: Vec::new(),
        }
    }

    pub(super) fn merge(&mut self, other: Haul<'_>) {
        for (mine, theirs) in self.inputs.iter_mut().zip(other.inputs) {
            for (number, rows) in (0..).zip(theirs.names) {
                mine.count_name(number, rows);
            }
            mine.placeholders += theirs.placeholders;
            for (kind, seen) in theirs.identifiers {
                let own = mine.identifiers.entry(kind).or_default();
                own.rows += seen.rows;
                own.distinct.extend(seen.distinct);
            }
            Written::add(&mut mine.orders, theirs.orders);
            Written::add(&mut mine.checkouts, theirs.checkouts);
            mine.spoken.merge(theirs.spoken);
            mine.claims.extend(theirs.claims);
        }
        self.derived.extend(other.derived);
        self.values.merge(other.values);
        self.texts.merge(other.texts);
        self.checkouts.merge(other.checkouts);
        self.links.merge(other.links);
        self.identified.extend(other.identified);
        self.quality.merge(other.quality);
        self.edges.merge(other.edges);
        self.blocks.extend(other.blocks);
        self.seen_until = self.seen_until.max(other.seen_until);
        self.log_from = self.log_from.into_iter().chain(other.log_from).min();
        self.blocked += other.blocked;
        self.too_short += other.too_short;
        self.clocks += other.clocks;
        self.late += other.late;
        self.received.extend(other.received);
        self.unconfirmed.extend(other.unconfirmed);
        self.ahead.extend(other.ahead);
        self.orders_seen.extend(other.orders_seen);
        self.robots.extend(other.robots);
        self.order_lines.merge(other.order_lines);
        self.checkout_lines.merge(other.checkout_lines);
        self.total_lines.extend(other.total_lines);
        self.member_lines.extend(other.member_lines);
    }

    /// Whether any input holds the shop's own orders: what webhooks have sent is known by its rows only.
    pub(super) fn have_orders(&self, readings: &[Reading]) -> bool {
        readings.iter().any(|reading| reading.format.holds_orders())
            || self.inputs.iter().any(|input| input.orders.is_some())
    }

    /// About how many bytes it takes, as far as they grow with the rows.
    pub(super) fn bytes(&self) -> usize {
        fn of<T>(list: &Vec<T>) -> usize {
            list.capacity() * size_of::<T>()
        }
        // Lines have texts, beside what they are themselves.
        const TEXTS: usize = 128;
        let lines = self.order_lines.len() + self.checkout_lines.len() + self.member_lines.len();
        of(&self.identified)
            + of(&self.received)
            + of(&self.unconfirmed)
            + of(&self.ahead)
            + of(&self.orders_seen)
            + of(&self.robots)
            + self.order_lines.bytes()
            + self.checkout_lines.bytes()
            + of(&self.total_lines)
            + of(&self.member_lines)
            + of(&self.blocks)
            + TEXTS * lines
            + self.links.bytes()
            + self.values.bytes()
            + self.checkouts.bytes()
    }

    /// No more blocks will be read: forgets what is of use only while that goes on.
    pub(super) fn end_blocks(&mut self) {
        self.shortcuts = Shortcuts::default();
        self.relinked = Relinked::default();
    }

    /// The names of events over all inputs, each with its rows: most first, then by name.
    pub(super) fn rows_by_name(&self) -> Vec<(&str, u64)> {
        let rows = |number: usize| -> u64 {
            self.inputs.iter().filter_map(|seen| seen.names.get(number)).sum()
        };
        let texts = self.all_names.texts().enumerate();
        let mut named: Vec<(&str, u64)> = texts
            .map(|(number, text)| (text, rows(number)))
            .filter(|(_, rows)| *rows > 0)
            .collect();
        named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        named
    }

    /// Notes a moment that a log covers.
    pub(super) fn saw(&mut self, at: Instant) {
        self.saw_order(at);
        if !at.is_placeholder() && self.log_from.is_none_or(|first| at < first) {
            self.log_from = Some(at);
        }
    }

    /// Notes a moment that an export covers.
    pub(super) fn saw_order(&mut self, at: Instant) {
        self.seen_until = self.seen_until.max(Some(at));
    }

    /// Stamps an event and sends its touch on its way.
    pub(super) fn take(
        &mut self,
        event: &RawEvent<'_>,
        place: RowPlace<'_>,
        verdict: Verdict,
        stamping: &mut Stamping<'_>,
    ) {
        let (_, meaning) = self.names.look_up(event.name, None);
        match meaning.origin(event.origin) {
            origin if origin == event.origin => self.take_in(event, place, verdict, stamping),
            origin => self.take_in(&RawEvent { origin, ..*event }, place, verdict, stamping),
        }
    }

    /// The same of an event whose origin is what its name says of it.
    fn take_in(
        &mut self,
        event: &RawEvent<'_>,
        place: RowPlace<'_>,
        verdict: Verdict,
        stamping: &mut Stamping<'_>,
    ) {
        let RowPlace { input, row, .. } = place;
        let (claim, derived) = self.claim_of(event, input);
        let otherwise = claim.map(|_| self.otherwise(event));
        let stamper = self.names.stamper();
        let (name, meaning) = self.names.look_up(event.name, derived);
        let stamp = stamper.stamp(meaning, event.origin, event.details);
        let &Meaning { marks: own_marks, checkout, step, is_page, .. } = meaning;
        let instead = otherwise.map(|otherwise| Instead::of(otherwise, own_marks));
        let (any_steps, is_nothing) = claims::by_either(stamp, instead);
        let known = meaning.known || !is_nothing;
        let is_of_shop = verdict.is_program && own_marks & mark::ORDER != 0;
        let reason = verdict
            .aside
            .filter(|_| !is_of_shop)
            .or_else(|| {
                stamping.aside(event).filter(|reason| !self.leaves_open(event, row, *reason))
            })
            .or((!known).then_some(Reason::UnmappedEvent));
        if place.block.is_some() && !verdict.is_further() {
            self.sequence.note(event.at);
        }
        let detail = stamping.settings.detail && !verdict.is_further();
        self.note(event, (input, row, name), reason, detail);
        let marks = (verdict.marks | own_marks | marks_of(event)) & !verdict.denied;
        let order =
            (marks & mark::ORDER != 0).then(|| self.order(event, (input, row), (reason, claim)));
        if reason.is_none() {
            self.inputs[input].note_spoken(step.map_or(0, part_of), claim);
            self.checkouts.note(event, (input, row), (checkout, own_marks, claim));
        }
        if event.at.is_placeholder() && place.block.is_some() {
            self.note_placeholder(input, verdict, stamping);
        }
        let numbered = mark::NUMBERED * u8::from(order.is_some_and(|order| order.numbered));
        let needs = stamping.needs;
        let who = Who::of(event, needs.sessions.then_some(needs.session_rule));
        let touch = Touch {
            person: who.person,
            visit: who.visit,
            at: event.at,
            fingerprint: Key::NONE,
            subject: order
                .map_or_else(|| self.page_key(event, is_page && needs.pages), |order| order.key),
            row,
            steps: stamp.steps,
            actions: stamp.actions,
            name,
            sequence: event.sequence,
            edition: event.details.edition(),
            precision: event.precision,
            aside: reason.map_or(0, Reason::mark),
            marks: marks | numbered | who.marks,
            held: stamp.held,
            values: self.values.note_if(needs.wants_values(any_steps), event.details),
            trail: who.trail,
            exclusions: stamp.exclusions,
        };
        let sifted = Sifted {
            at: touch.at,
            person: touch.person,
            row,
            head: 0,
            written: place.written.clone(),
            aside: reason,
            matters: needs.everything || reason.is_none() && (order.is_some() || !is_nothing),
            is_used: reason.is_none() && numbered == 0 && !needs.cuts_events,
            further: 0..0,
        };
        let kind = self.kinds.number(Kind { claim: claim.zip(instead), ..Kind::of(&touch) });
        self.send((touch, kind), sifted, (event, place), stamping);
    }

    /// Sends a touch on its way: through the sieve, if there is one.
    fn send(
        &mut self,
        (touch, kind): (Touch, u32),
        sifted: Sifted,
        (event, place): (&RawEvent<'_>, RowPlace<'_>),
        stamping: &mut Stamping<'_>,
    ) {
        match (place.block, self.quality.accounts.get_mut(place.input)) {
            (Some(block), Some(account)) if stamping.sifts() => {
                stamping.sift_touch(sifted, (&touch, kind), block, account);
            }
            _ => stamping.push(touch, kind, event),
        }
    }

    /// Notes a row of a day that stands for no time. Only when all is read is it known whether such rows count: no
    /// journey may be cut short before.
    #[cold]
    fn note_placeholder(&mut self, input: usize, verdict: Verdict, stamping: &mut Stamping<'_>) {
        stamping.note_order(true);
        self.inputs[input].placeholders += u64::from(!verdict.is_further());
    }

    /// Whether a row that is of the future is judged when the clocks are known: its own may be wrong.
    fn leaves_open(&mut self, event: &RawEvent<'_>, row: RowRef, reason: Reason) -> bool {
        let is_received = self.received.last().is_some_and(|last| last.row == row);
        let is_unconfirmed = self.unconfirmed.last().is_some_and(|last| last.row == row);
        let is_open = reason == Reason::Future && (is_received || is_unconfirmed);
        if is_open {
            let identifiers = event.identifiers.into();
            self.ahead.push(Ahead { row, at: event.at, identifiers });
        }
        is_open
    }

    /// Counts what every event is counted for.
    fn note(
        &mut self,
        event: &RawEvent<'_>,
        (input, row, name): (usize, RowRef, u32),
        reason: Option<Reason>,
        detail: bool,
    ) {
        self.inputs[input].count_name(name, 1);
        if detail {
            self.inputs[input].count_identifiers(event.identifiers);
        }
        if let Some(derived) = event.derived
            && event.details.proof() == Proof::Cells
        {
            self.derived.insert(derived);
        }
        if !matches!(reason, Some(Reason::Bot | Reason::Future)) {
            self.saw_event(event.at, row);
        }
        if event.identifiers.len() > 1
            && !self.is_open(row)
            && reason.is_none_or(|reason| reason == Reason::UnmappedEvent)
        {
            self.has_linked = true;
            if event.origin == Origin::OrderRow {
                self.link_order(event.identifiers, event.at, row);
            } else {
                self.link(event.identifiers, event.at, row);
            }
        }
    }

    /// The people that all links make; nothing more is linked after that. They count against a budget from now on.
    pub(super) fn unite(&mut self, budget: &Budget, threads: usize) -> People {
        let identified = std::mem::take(&mut self.identified);
        let people = People::unite(&std::mem::take(&mut self.links), &identified, threads);
        budget.hold_only(self.bytes() + people.bytes());
        people
    }

    /// Notes when an event was, as far as that is known already.
    fn saw_event(&mut self, at: Instant, row: RowRef) {
        if let Some(unconfirmed) = self.unconfirmed.last_mut().filter(|last| last.row == row) {
            unconfirmed.counts = true;
            return;
        }
        // No event is later than a log received it, whatever the browser's clock says.
        let received = self.received.last().filter(|received| received.row == row);
        if self.is_open(row) {
            return;
        }
        let arrived = received.and_then(|received| received.arrived);
        self.saw(arrived.map_or(at, |arrived| at.min(arrived)));
    }

    /// Whether the row that is being read may be of the future, so that it links nobody yet.
    fn is_open(&self, row: RowRef) -> bool {
        self.ahead.last().is_some_and(|last| last.row == row)
    }

    /// The order that an event completes; one that a log has seen is remembered.
    fn order(
        &mut self,
        event: &RawEvent<'_>,
        place: (usize, RowRef),
        (reason, claim): (Option<Reason>, Option<Claim>),
    ) -> OrderNote {
        let page = checkout_of_page(event);
        let (order, seen) = OrderSeen::of(event, place, (claim, page));
        if reason.is_none()
            && !self.is_open(seen.row)
            && let Some(checkout) = page
            && !event.identifiers.contains(&checkout)
        {
            // Whoever sees the thanks for an order has made it.
            let mut both = [event.identifiers, &[checkout]].concat();
            both.sort_unstable();
            self.link(&both, seen.at, seen.row);
        }
        match reason {
            None if event.origin.is_visit() => self.orders_seen.push(seen),
            // Only an export can say that the order is real.
            Some(Reason::Bot) if event.origin.is_visit() && self.checkouts.are_wanted() => {
                self.robots.push(Robot { seen, identifiers: event.identifiers.into() });
            }
            _ => {}
        }
        order
    }
}
