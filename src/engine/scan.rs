//! The scan: threads take blocks in turn, read them, and stamp every row into a touch.
//!
//! Only giving out the next block is serial. What a thread gathers (names, links, accounts, lines of
//! orders) is a `Haul` of its own, merged at the end; touches go into the exchange.

use super::Settings;
use super::exchange::Exchange;
use super::haul::{BlockRead, Haul};
use super::kinds::Kinds;
use super::needs::Needs;
use super::sieve::Edges;
use super::skew::{Received, Unconfirmed};
use super::stamping::{RowPlace, Stamping, Verdict};
use super::stream::Stream;
use crate::error::Result;
use crate::event::{Identifier, RawEvent, RowRef, mark};
use crate::input::block::Block;
use crate::input::bots;
use crate::input::format::kaggle::MemberLine;
use crate::input::format::shopify_analytics::AnalyticsLine;
use crate::input::format::shopify_checkouts::CheckoutLine;
use crate::input::format::shopify_orders::{LineAt, OrderLine};
use crate::input::format::{RowAt, Show, Sink, Texts};
use crate::input::supply::{Part, Supply};
use crate::input::usual::UsualRows;
use crate::input::{Reading, Scratch};
use crate::key::Key;
use crate::ladder::stamp::Stamper;
use crate::names::Names;
use crate::parallel::each_in_parallel;
use crate::quality::Reason;
use crate::time::Instant;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
    pub(super) kinds: &'s Mutex<Kinds>,
    /// The properties whose values are kept.
    pub(super) properties: Vec<String>,
    /// The texts of identifiers to remember; nothing was met yet.
    pub(super) texts: Texts,
    pub(super) settings: &'a Settings,
    pub(super) exchange: &'a Exchange,
    pub(super) needs: Needs,
    /// Whether rows go through a sieve: all inputs seem to be in order of time.
    pub(super) sifts: bool,
    /// Whether journeys are cut short while they go on: whose a row is must be known from the row alone.
    pub(super) cuts: bool,
    /// Set as soon as a row is earlier than the one before where all seem to be in order, or links two identifiers where
    /// journeys are cut short: nothing more need be read, for everything is read again in another way.
    pub(super) is_in_vain: AtomicBool,
    pub(super) progress: super::Progress<'a>,
}

impl<'a, 's> Scan<'a, 's> {
    /// Reads all inputs. Where journeys can be cut short while they go on, the threads meet whenever the
    /// exchange is full enough, and `stream` makes room.
    pub(super) fn run(
        &self,
        supplies: Vec<Supply>,
        mut stream: Option<&mut Stream<'_>>,
    ) -> Result<Haul<'s>> {
        let feeder = Mutex::new(Feeder { supplies, input: 0, next_block: 0, bytes_before: 0 });
        let mut workers: Vec<Worker<'a, 's>> =
            (0..self.settings.threads.max(1)).map(|_| Worker::new(self)).collect();
        let full = |stream: &Option<&mut Stream<'_>>| {
            stream.as_ref().map_or(usize::MAX, |stream| stream.full)
        };
        while !self.round(&mut workers, &feeder, full(&stream))? {
            if let Some(stream) = &mut stream {
                let latest = self.let_edges_through(&mut workers)?;
                let inputs = workers.iter().flat_map(|worker| &worker.haul.inputs);
                let decided = Arc::new(stream.make_room(self, inputs, latest)?);
                let all = workers.iter_mut().map(|worker| &mut worker.stamping);
                all.for_each(|stamping| stamping.decided = Arc::clone(&decided));
            }
        }
        let mut workers = workers.into_iter();
        let mut all = workers.next().map_or_else(|| Ok(Haul::new(self)), Worker::finish)?;
        for worker in workers {
            all.merge(worker.finish()?);
        }
        all.unclosed = feeder.into_inner().unwrap_or_else(PoisonError::into_inner).unclosed();
        Ok(all)
    }

    /// Reads blocks until so many words are in the exchange; true if all is read.
    fn round(
        &self,
        workers: &mut [Worker<'a, 's>],
        feeder: &Mutex<Feeder>,
        full: usize,
    ) -> Result<bool> {
        let more = each_in_parallel(workers, |worker| worker.work(self, feeder, full))?;
        Ok(more.into_iter().all(|more| !more))
    }

    /// Lets the rows at the edges of the blocks through that were read so far, but for those of the
    /// latest instant; says when that is. No row that is still to be read is earlier.
    fn let_edges_through(&self, workers: &mut [Worker<'a, 's>]) -> Result<Instant> {
        let mut edges = Edges::default();
        for worker in &mut *workers {
            edges.merge(worker.stamping.take_edges());
        }
        if edges.are_disordered() {
            self.is_in_vain.store(true, Ordering::Relaxed);
        }
        let latest = edges.latest().unwrap_or(Instant::MIN);
        if let Some(Worker { haul, stamping, .. }) = workers.first_mut() {
            stamping.let_through(&mut edges, latest, &mut haul.quality.accounts)?;
            stamping.hand_over()?;
            stamping.give_edges(edges);
        }
        Ok(latest)
    }

    /// The only serial part.
    fn next_block(&self, feeder: &Mutex<Feeder>, block: &mut Block) -> Result<Option<Given>> {
        if self.is_in_vain.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut feeder = feeder.lock().unwrap_or_else(PoisonError::into_inner);
        let next = feeder.next(block, self.settings.block)?;
        (self.progress)(feeder.bytes_read());
        Ok(next)
    }
}

/// One thread with all that it keeps from block to block.
struct Worker<'a, 's> {
    haul: Haul<'s>,
    /// How many bytes the haul was when that was told last.
    held: usize,
    stamping: Stamping<'a>,
    block: Block,
    scratch: Scratch,
}

impl<'a, 's> Worker<'a, 's> {
    fn new(scan: &Scan<'a, 's>) -> Worker<'a, 's> {
        Worker {
            haul: Haul::new(scan),
            held: 0,
            stamping: Stamping::of(scan),
            block: Block::default(),
            scratch: Scratch::remembering(scan.texts.clone()),
        }
    }

    /// Reads block after block until there is none (then false) or so many words are in the exchange.
    fn work(&mut self, scan: &Scan<'a, 's>, feeder: &Mutex<Feeder>, full: usize) -> Result<bool> {
        while scan.exchange.words_in_memory() < full {
            let Some(given) = scan.next_block(feeder, &mut self.block)? else {
                // Each thread sorts its own; put together they are quickly in order.
                self.haul.orders_seen.sort_unstable();
                self.stamping.hand_over()?;
                return Ok(false);
            };
            self.read(scan, given)?;
            scan.exchange.budget().hold(&mut self.held, self.haul.bytes());
        }
        self.stamping.hand_over()?;
        Ok(true)
    }

    fn read(&mut self, scan: &Scan<'a, 's>, given: Given) -> Result<()> {
        let Worker { haul, stamping, block, scratch, .. } = self;
        let Given { input, number, part } = given;
        let reading = &scan.readings[input];
        let takes_usual = stamping.takes_usual();
        part.fill(block, || {
            takes_usual.then(|| reading.columns_needed(haul.values.properties())).flatten()
        })?;
        stamping.begin(input);
        haul.relinked.begin();
        let mut gathering = Gathering {
            takes_usual,
            haul,
            stamping,
            input,
            number: u32::try_from(number).unwrap_or(u32::MAX),
            block,
        };
        let extent = reading.read(block, scratch, &mut gathering);
        let sequence = std::mem::take(&mut haul.sequence);
        haul.blocks.push(BlockRead { number, input, extent, sequence });
        haul.quality.accounts[input].rows_read += extent.records;
        stamping.end(number, block, &mut haul.quality.accounts[input])?;
        if stamping.is_disordered() || scan.cuts && haul.has_linked {
            scan.is_in_vain.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn finish(self) -> Result<Haul<'s>> {
        let Worker { mut haul, stamping, scratch, .. } = self;
        haul.texts.merge(scratch.into_texts());
        haul.edges = stamping.close()?;
        haul.end_blocks();
        Ok(haul)
    }
}

/// Takes in the rows of one block.
pub(super) struct Gathering<'g, 's, 'e> {
    pub(super) haul: &'g mut Haul<'s>,
    pub(super) stamping: &'g mut Stamping<'e>,
    pub(super) input: usize,
    pub(super) number: u32,
    pub(super) block: &'g Block,
    takes_usual: bool,
}

impl<'g> Gathering<'g, '_, '_> {
    #[inline]
    fn row(&self, at: RowAt) -> RowRef {
        RowRef::new(self.number, at.record, at.line)
    }

    #[inline]
    fn place(&self, at: RowAt) -> RowPlace<'g> {
        RowPlace {
            input: self.input,
            row: self.row(at),
            block: Some(self.block),
            written: at.start..at.start + at.length,
        }
    }
}

impl Sink for Gathering<'_, '_, '_> {
    fn event(&mut self, at: RowAt, event: &RawEvent<'_>, user_agent: Option<&[u8]>) {
        let bot = user_agent.filter(|agent| self.stamping.is_bot(agent));
        let aside = bot.map(|_| Reason::Bot);
        let verdict =
            Verdict { aside, is_program: bot.is_some_and(bots::is_program), ..Verdict::default() };
        self.haul.take(event, self.place(at), verdict, self.stamping);
    }

    fn further(&mut self, at: RowAt, event: &RawEvent<'_>) {
        let verdict = Verdict { marks: mark::FURTHER, ..Verdict::default() };
        self.haul.take(event, self.place(at), verdict, self.stamping);
    }

    fn takes_usual(&self) -> bool {
        self.takes_usual
    }

    fn dimensions(&self) -> &[String] {
        self.haul.values.properties()
    }

    fn usual(&mut self, rows: &UsualRows, read: &mut dyn FnMut(&mut Self, usize), show: Show<'_>) {
        self.take_usual(rows, read, show);
    }

    fn defect(&mut self, at: RowAt, reason: Reason, message: String) {
        let row = self.row(at);
        self.haul.quality.accounts[self.input].set_aside(reason, row, || message);
    }

    fn received(&mut self, at: RowAt, browser: Key, happened: Instant, received: Instant) {
        let row = self.row(at);
        self.haul.received.push(Received { browser, at: happened, row, arrived: Some(received) });
    }

    fn unconfirmed(&mut self, at: RowAt, browser: Key, happened: Instant) {
        // Without orders or other rows that were received there is nothing to hold a clock against.
        if self.stamping.needs.clocks {
            let row = self.row(at);
            self.haul.unconfirmed.push(Unconfirmed { browser, at: happened, row, counts: false });
        }
    }

    fn clock_put_right(&mut self) {
        self.haul.clocks += 1;
    }

    fn came_late(&mut self) {
        self.haul.late += 1;
    }

    fn blocked(&mut self, is_too_short: bool) {
        self.haul.blocked += 1;
        self.haul.too_short += u64::from(is_too_short);
    }

    fn order(&mut self, at: RowAt, line: OrderLine) {
        self.haul.inputs[self.input].orders.get_or_insert_default().note_order(&line);
        self.haul.order_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }

    fn checkout(&mut self, at: RowAt, line: CheckoutLine) {
        self.haul.inputs[self.input].checkouts.get_or_insert_default().note_checkout(&line);
        self.haul.checkout_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }

    fn person(&mut self, _at: RowAt, identifiers: &[Identifier]) {
        // The row has no time, and is never the first to show a link.
        self.haul.links.note(identifiers, Instant::MAX);
        if self.stamping.settings.detail {
            self.haul.inputs[self.input].count_identifiers(identifiers);
        }
    }

    fn member(&mut self, at: RowAt, line: MemberLine) {
        self.haul.member_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }

    fn total(&mut self, at: RowAt, line: AnalyticsLine) {
        self.haul.total_lines.push(LineAt { input: self.input, row: self.row(at), line });
    }
}
