//! The scan: threads take blocks in turn, read them, and stamp every row into a touch.
//!
//! Only giving out the next block is serial. What a thread gathers (names, links, accounts, lines of
//! orders) is a `Haul` of its own, merged at the end; touches go into the exchange.

use super::Settings;
use super::exchange::{Exchange, in_parallel};
use super::haul::{BlockRead, Haul};
use super::kinds::Kinds;
use super::needs::Needs;
use super::stamping::{RowPlace, Stamping, Verdict};
use crate::error::Result;
use crate::event::{RawEvent, RowRef};
use crate::input::block::Block;
use crate::input::format::shopify_analytics::AnalyticsLine;
use crate::input::format::shopify_checkouts::CheckoutLine;
use crate::input::format::shopify_orders::{LineAt, OrderLine};
use crate::input::format::{RowAt, Sink, Texts};
use crate::input::supply::{Part, Supply};
use crate::input::{Reading, Scratch};
use crate::ladder::stamp::Stamper;
use crate::names::Names;
use crate::quality::Reason;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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
    /// Set as soon as a row is earlier than the one before in spite of that: nothing more need be read.
    pub(super) is_disordered: AtomicBool,
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
        let mut stamping = Stamping::of(self);
        let mut block = Block::default();
        let mut scratch = Scratch::remembering(self.texts.clone());
        while let Some(given) = self.next_block(feeder, &mut block)? {
            let Given { input, number, part } = given;
            part.fill(&mut block)?;
            stamping.begin(input);
            let mut gathering = Gathering {
                haul: &mut haul,
                stamping: &mut stamping,
                input,
                number: u32::try_from(number).unwrap_or(u32::MAX),
                block: &block,
            };
            let extent = self.readings[input].read(&block, &mut scratch, &mut gathering);
            haul.blocks.push(BlockRead { number, input, extent });
            haul.quality.accounts[input].rows_read += extent.records;
            stamping.end(number, &block)?;
            if stamping.is_disordered() {
                self.is_disordered.store(true, Ordering::Relaxed);
            }
        }
        haul.texts.merge(scratch.into_texts());
        haul.edges = stamping.close()?;
        Ok(haul)
    }

    /// The only serial part.
    fn next_block(&self, feeder: &Mutex<Feeder>, block: &mut Block) -> Result<Option<Given>> {
        if self.is_disordered.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut feeder = feeder.lock().unwrap_or_else(PoisonError::into_inner);
        let next = feeder.next(block, self.settings.block)?;
        (self.progress)(feeder.bytes_read());
        Ok(next)
    }
}

/// Takes in the rows of one block.
struct Gathering<'g, 's, 'e> {
    haul: &'g mut Haul<'s>,
    stamping: &'g mut Stamping<'e>,
    input: usize,
    number: u32,
    block: &'g Block,
}

impl Gathering<'_, '_, '_> {
    fn row(&self, at: RowAt) -> RowRef {
        RowRef::new(self.number, at.record, at.line)
    }
}

impl Sink for Gathering<'_, '_, '_> {
    fn event(&mut self, at: RowAt, event: &RawEvent<'_>, user_agent: Option<&str>) {
        let is_bot = user_agent.is_some_and(|agent| self.stamping.is_bot(agent));
        let verdict = Verdict { aside: is_bot.then_some(Reason::Bot), marks: 0 };
        let place = RowPlace {
            input: self.input,
            row: self.row(at),
            block: Some(self.block),
            written: at.start..at.start + at.length,
        };
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
