//! The scan: threads take blocks in turn, read them, and stamp every row into a touch.
//!
//! Only taking the next block is serial. What a thread gathers (names, links, accounts, lines of
//! orders) is merged at the end; touches go straight into the exchange.

use super::Settings;
use super::exchange::{Entrance, Exchange, in_parallel};
use super::values::Values;
use crate::error::Result;
use crate::event::{Identifier, IdentifierKind, Origin, RawEvent, RowRef, Touch, mark};
use crate::identity::Links;
use crate::input::bots::Bots;
use crate::input::format::shopify_analytics::AnalyticsLine;
use crate::input::format::shopify_checkouts::CheckoutLine;
use crate::input::format::shopify_orders::{LineAt, OrderLine};
use crate::input::format::{RowAt, Sink, Texts};
use crate::input::block::Block;
use crate::input::supply::{Part, Supply};
use crate::input::{Extent, Reading, Scratch};
use crate::key::{FastSet, Key};
use crate::ladder::stamp::{NameTable, Stamper};
use crate::money::{Amount, Currency};
use crate::names::Names;
use crate::quality::{Quality, Reason};
use crate::time::{Instant, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Clocks may be this much ahead before a row is one of the future.
const AHEAD: Span = Span::days(1);

/// An order that an event log has seen completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OrderSeen {
    pub(super) key: Key,
    pub(super) row: RowRef,
    pub(super) fingerprint: Key,
    pub(super) at: Instant,
    /// Whether `key` is an order number, not a basket.
    pub(super) numbered: bool,
    pub(super) amount: Option<Amount>,
    pub(super) currency: Currency,
}

/// A block that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockRead {
    pub(super) number: usize,
    pub(super) input: usize,
    pub(super) extent: Extent,
}

/// What was counted of one input.
#[derive(Debug, Default)]
pub(super) struct InputSeen {
    /// Rows by the number of their event's name.
    pub(super) names: Vec<u64>,
    pub(super) identifiers: BTreeMap<IdentifierKind, KindSeen>,
    pub(super) decisions: Vec<String>,
}

/// What was seen of one kind of identifier.
#[derive(Debug, Default)]
pub(super) struct KindSeen {
    pub(super) rows: u64,
    pub(super) distinct: FastSet<Key>,
}

/// What a scan brings in beside the touches.
#[derive(Debug)]
pub(crate) struct Haul<'s> {
    pub(super) names: NameTable<'s>,
    /// Every name of the run; filled when no more rows are stamped.
    pub(super) all_names: Names,
    /// The values of the dimensions that are asked for.
    pub(super) values: Values,
    /// The texts of identifiers that are asked for.
    pub(super) texts: Texts,
    /// Canonical names that rows proved beyond their own.
    pub(super) derived: BTreeSet<&'static str>,
    pub(super) inputs: Vec<InputSeen>,
    pub(super) links: Links,
    pub(super) quality: Quality,
    pub(super) blocks: Vec<BlockRead>,
    /// Inputs that ended inside a quoted cell.
    pub(super) unclosed: Vec<usize>,
    pub(super) seen_until: Option<Instant>,
    pub(super) blocked: u64,
    pub(super) orders_seen: Vec<OrderSeen>,
    pub(super) order_lines: Vec<LineAt<OrderLine>>,
    pub(super) checkout_lines: Vec<LineAt<CheckoutLine>>,
    pub(super) total_lines: Vec<LineAt<AnalyticsLine>>,
}

/// Hands out the blocks of all inputs, one input after the other.
struct Feeder {
    supplies: Vec<Supply>,
    input: usize,
    next_block: usize,
    bytes_before: u64,
}

/// A block that was given out: its input, its number over all inputs, and how it is filled.
struct Given {
    input: usize,
    number: usize,
    part: Part,
}

impl Feeder {
    /// Gives out the next block.
    fn next(&mut self, block: &mut Block, size: usize) -> Result<Option<Given>> {
        while let Some(supply) = self.supplies.get_mut(self.input) {
            if let Some(part) = supply.next(block, size)? {
                let number = self.next_block;
                self.next_block += 1;
                return Ok(Some(Given { input: self.input, number, part }));
            }
            self.bytes_before += supply.bytes_read();
            self.input += 1;
        }
        Ok(None)
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_before + self.supplies.get(self.input).map_or(0, Supply::bytes_read)
    }

    /// Inputs that ended inside a quoted cell.
    fn unclosed(&self) -> Vec<usize> {
        let supplies = self.supplies.iter().enumerate();
        supplies.filter(|(_, supply)| supply.ends_inside_quotes()).map(|(input, _)| input).collect()
    }
}

/// What the threads of a scan share.
pub(super) struct Scan<'a, 's> {
    pub(super) readings: &'a [Reading],
    pub(super) stamper: &'s Stamper,
    pub(super) names: &'s Mutex<Names>,
    /// The properties whose values are kept.
    pub(super) properties: Vec<String>,
    /// The texts of identifiers to remember; nothing was met yet.
    pub(super) texts: Texts,
    pub(super) settings: &'a Settings,
    pub(super) exchange: &'a Exchange,
    pub(super) progress: super::Progress<'a>,
}

impl<'s> Scan<'_, 's> {
    /// Reads all inputs.
    pub(super) fn run(&self, supplies: Vec<Supply>) -> Result<Haul<'s>> {
        let feeder = Mutex::new(Feeder { supplies, input: 0, next_block: 0, bytes_before: 0 });
        let hauls = in_parallel(self.settings.threads, || self.work(&feeder))?;
        let mut all = Haul::new(self);
        for haul in hauls {
            all.merge(haul);
        }
        all.unclosed = feeder.into_inner().unwrap_or_else(PoisonError::into_inner).unclosed();
        Ok(all)
    }

    /// One thread's share: block after block until there is none.
    fn work(&self, feeder: &Mutex<Feeder>) -> Result<Haul<'s>> {
        let mut haul = Haul::new(self);
        let mut stamping = Stamping::new(self.settings, self.exchange);
        let mut block = Block::default();
        let mut scratch = Scratch::remembering(self.texts.clone());
        while let Some(Given { input, number, part }) = self.next_block(feeder, &mut block)? {
            part.fill(&mut block)?;
            let place = u32::try_from(number).unwrap_or(u32::MAX);
            let mut gathering =
                Gathering { haul: &mut haul, stamping: &mut stamping, input, block: place };
            let extent = self.readings[input].read(&block, &mut scratch, &mut gathering);
            haul.blocks.push(BlockRead { number, input, extent });
            haul.quality.accounts[input].rows_read += extent.records;
            stamping.check()?;
        }
        haul.texts.merge(scratch.into_texts());
        stamping.entrance.close()?;
        Ok(haul)
    }

    /// The only serial part.
    fn next_block(
        &self,
        feeder: &Mutex<Feeder>,
        block: &mut Block,
    ) -> Result<Option<Given>> {
        let mut feeder = feeder.lock().unwrap_or_else(PoisonError::into_inner);
        let next = feeder.next(block, self.settings.block)?;
        (self.progress)(feeder.bytes_read());
        Ok(next)
    }
}

impl<'s> Haul<'s> {
    fn new(scan: &Scan<'_, 's>) -> Haul<'s> {
        let inputs = scan.readings.len();
        Haul {
            names: NameTable::new(scan.stamper, scan.names),
            all_names: Names::default(),
            values: Values::new(scan.properties.clone()),
            texts: scan.texts.clone(),
            derived: BTreeSet::new(),
            inputs: (0..inputs).map(|_| InputSeen::default()).collect(),
            links: Links::default(),
            quality: Quality::new(inputs),
            blocks: Vec::new(),
            unclosed: Vec::new(),
            seen_until: None,
            blocked: 0,
            orders_seen: Vec::new(),
            order_lines: Vec::new(),
            checkout_lines: Vec::new(),
            total_lines: Vec::new(),
        }
    }

    fn merge(&mut self, other: Haul<'_>) {
        for (mine, theirs) in self.inputs.iter_mut().zip(other.inputs) {
            for (number, rows) in (0..).zip(theirs.names) {
                mine.count_name(number, rows);
            }
            for (kind, seen) in theirs.identifiers {
                let own = mine.identifiers.entry(kind).or_default();
                own.rows += seen.rows;
                own.distinct.extend(seen.distinct);
            }
        }
        self.derived.extend(other.derived);
        self.values.merge(other.values);
        self.texts.merge(other.texts);
        self.links.merge(other.links);
        self.quality.merge(other.quality);
        self.blocks.extend(other.blocks);
        self.seen_until = self.seen_until.max(other.seen_until);
        self.blocked += other.blocked;
        self.orders_seen.extend(other.orders_seen);
        self.order_lines.extend(other.order_lines);
        self.checkout_lines.extend(other.checkout_lines);
        self.total_lines.extend(other.total_lines);
    }

    /// Notes a moment that the data covers.
    pub(super) fn saw(&mut self, at: Instant) {
        self.seen_until = self.seen_until.max(Some(at));
    }

    /// Stamps an event and puts its touch into the exchange.
    pub(super) fn take(
        &mut self,
        event: &RawEvent<'_>,
        place: (usize, RowRef),
        verdict: Verdict,
        stamping: &mut Stamping<'_>,
    ) {
        let (input, row) = place;
        let stamper = self.names.stamper();
        let (number, meaning) = self.names.look_up(event.name, event.derived);
        let stamp = stamper.stamp(meaning, event.origin, event.properties);
        let canonical = meaning.canonical;
        let known = meaning.known || !stamp.is_empty();
        let reason = verdict
            .aside
            .or_else(|| stamping.aside(event))
            .or((!known).then_some(Reason::UnmappedEvent));
        self.inputs[input].count_name(number, 1);
        if stamping.settings.detail && verdict.marks & mark::FURTHER == 0 {
            self.inputs[input].count_identifiers(event.identifiers);
        }
        self.derived.extend(event.derived);
        if !matches!(reason, Some(Reason::Bot | Reason::Future)) {
            self.saw(event.at);
        }
        if reason.is_none_or(|reason| reason == Reason::UnmappedEvent) {
            self.links.note(event.identifiers, event.at);
        }
        let mut marks = verdict.marks | marks_of(event, canonical);
        let order = event.order.map_or(event.fingerprint, |note| note.key);
        if marks & mark::ORDER != 0 {
            let note = event.order;
            if note.is_some_and(|note| note.numbered) {
                marks |= mark::NUMBERED;
            }
            if reason.is_none() && event.origin == Origin::Log {
                let (amount, currency) =
                    note.map_or((None, Currency::default()), |note| (note.amount, note.currency));
                self.orders_seen.push(OrderSeen {
                    key: order,
                    row,
                    fingerprint: event.fingerprint,
                    at: event.at,
                    numbered: note.is_some_and(|note| note.numbered),
                    amount,
                    currency,
                });
            }
        }
        let who = Who::of(event);
        stamping.push(Touch {
            person: who.person,
            visit: who.visit,
            at: event.at,
            fingerprint: event.fingerprint,
            order: if marks & mark::ORDER == 0 { Key::NONE } else { order },
            row,
            steps: stamp.steps,
            actions: stamp.actions,
            name: number,
            sequence: event.sequence,
            precision: event.precision,
            aside: reason.map_or(0, Reason::mark),
            marks,
            held: stamp.held,
            values: self.values.note(event.properties),
            exclusions: stamp.exclusions,
        });
    }
}

impl InputSeen {
    /// Counts the identifiers of a row by kind.
    pub(super) fn count_identifiers(&mut self, identifiers: &[Identifier]) {
        for identifier in identifiers {
            let seen = self.identifiers.entry(identifier.kind).or_default();
            seen.rows += 1;
            seen.distinct.insert(identifier.key);
        }
    }

    /// Counts rows by the number of their event's name.
    pub(super) fn count_name(&mut self, number: u32, rows: u64) {
        let number = number as usize;
        if self.names.len() <= number {
            self.names.resize(number + 1, 0);
        }
        self.names[number] += rows;
    }
}

/// What is known of a row before it is stamped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdict {
    pub(super) aside: Option<Reason>,
    pub(super) marks: u8,
}

/// What a thread needs to stamp rows.
#[derive(Debug)]
pub(super) struct Stamping<'e> {
    bots: Bots,
    pub(super) entrance: Entrance<'e>,
    pub(super) settings: &'e Settings,
    /// The first failure of the exchange; rows are read from inside the formats, which know no failures.
    failed: Option<crate::error::Error>,
}

impl<'e> Stamping<'e> {
    pub(super) fn new(settings: &'e Settings, exchange: &'e Exchange) -> Stamping<'e> {
        Stamping { bots: Bots::default(), entrance: exchange.entrance(), settings, failed: None }
    }

    /// The first failure of the exchange, if there was one.
    pub(super) fn check(&mut self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    fn push(&mut self, touch: Touch) {
        if let Err(error) = self.entrance.push(touch) {
            self.failed.get_or_insert(error);
        }
    }

    fn aside(&self, event: &RawEvent<'_>) -> Option<Reason> {
        if event.identifiers.is_empty() {
            return Some(Reason::NoIdentifier);
        }
        self.is_future(event.at).then_some(Reason::Future)
    }

    /// Whether a time lies more than a day after the moment of the run.
    pub(super) fn is_future(&self, at: Instant) -> bool {
        self.settings.now.is_some_and(|now| at > now.plus(AHEAD))
    }
}

/// Whom a touch is keyed by until people are known.
struct Who {
    person: Key,
    visit: Key,
}

impl Who {
    /// The strongest identifier stands for the person, the device for the visit; a row that names
    /// nobody stands for itself, so that its deliveries still meet.
    fn of(event: &RawEvent<'_>) -> Who {
        let strongest =
            event.identifiers.first().map_or(event.fingerprint, |identifier| identifier.key);
        let is_device = |identifier: &&Identifier| identifier.kind == IdentifierKind::ClientId;
        let device =
            event.identifiers.iter().find(is_device).map_or(strongest, |identifier| identifier.key);
        Who {
            person: strongest,
            visit: event.session.map_or(device, |session| session.and(device)),
        }
    }
}

fn marks_of(event: &RawEvent<'_>, canonical: Option<&'static str>) -> u8 {
    let is_named = |identifier: &Identifier| {
        matches!(
            identifier.kind,
            IdentifierKind::CustomerId
                | IdentifierKind::UserId
                | IdentifierKind::Email
                | IdentifierKind::Phone
        )
    };
    let marks = [
        (event.origin == Origin::Log, mark::LOG),
        (canonical == Some("checkout_completed"), mark::ORDER),
        (canonical == Some("product_added_to_cart"), mark::CART),
        (event.session.is_some(), mark::SESSION),
        (!event.identifiers.iter().any(is_named), mark::ANONYMOUS),
    ];
    marks.into_iter().filter(|(holds, _)| *holds).fold(0, |all, (_, mark)| all | mark)
}

/// Takes in the rows of one block.
struct Gathering<'g, 's, 'e> {
    haul: &'g mut Haul<'s>,
    stamping: &'g mut Stamping<'e>,
    input: usize,
    block: u32,
}

impl Gathering<'_, '_, '_> {
    fn row(&self, at: RowAt) -> RowRef {
        RowRef::new(self.block, at.record, at.line)
    }
}

impl Sink for Gathering<'_, '_, '_> {
    fn event(&mut self, at: RowAt, event: &RawEvent<'_>, user_agent: Option<&str>) {
        let is_bot = user_agent.is_some_and(|agent| self.stamping.bots.is_bot(agent));
        let verdict = Verdict { aside: is_bot.then_some(Reason::Bot), marks: 0 };
        let place = (self.input, self.row(at));
        self.haul.take(event, place, verdict, self.stamping);
    }

    fn defect(&mut self, at: RowAt, reason: Reason, message: String) {
        let row = self.row(at);
        self.haul.quality.accounts[self.input].set_aside(reason, row, || message);
    }

    fn blocked(&mut self) {
        self.haul.blocked += 1;
    }

    fn order(&mut self, at: RowAt, line: OrderLine) {
        self.haul.order_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }

    fn checkout(&mut self, at: RowAt, line: CheckoutLine) {
        self.haul.checkout_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }

    fn total(&mut self, at: RowAt, line: AnalyticsLine) {
        self.haul.total_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }
}
