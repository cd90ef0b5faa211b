//! Whether logs seem to be in order of time, judged by their first and last rows.
//!
//! This is a hint and decides only whether a sieve is worth trying; the sieve itself looks at every row.

use super::Settings;
use crate::event::{Identifier, RawEvent};
use crate::input::format::kaggle::MemberLine;
use crate::input::format::shopify_analytics::AnalyticsLine;
use crate::input::format::shopify_checkouts::CheckoutLine;
use crate::input::format::shopify_orders::OrderLine;
use crate::input::format::{RowAt, Sink};
use crate::input::supply::Supply;
use crate::input::{Reading, Scratch};
use crate::quality::Reason;
use crate::time::Instant;

/// How many bytes are looked at, at both ends of an input.
const LOOK: usize = 64 * 1024;

/// Inputs of fewer blocks than this are read without a sieve: they would be read twice for nothing.
const BLOCKS: u64 = 8;

/// Logs that seem to be in order of time.
#[derive(Debug)]
pub(super) struct InOrder {
    /// The inputs once more: should it turn out wrong, they are read again.
    pub(super) supplies: Vec<Supply>,
    /// The time of the last row.
    pub(super) end: Instant,
}

/// The inputs once more, if they are logs that seem to be in order of time, one behind the other, and can
/// be read again should that turn out wrong.
pub(super) fn in_order(
    readings: &[Reading],
    supplies: &[Supply],
    settings: &Settings,
) -> Option<InOrder> {
    let bytes: u64 = readings.iter().map(|reading| reading.size.unwrap_or(0)).sum();
    if bytes < BLOCKS * settings.block as u64 {
        return None;
    }
    let mut clock = Clock::default();
    for (reading, supply) in readings.iter().zip(supplies) {
        if !reading.tells_deliveries_by_row() {
            return None;
        }
        for block in supply.ends(LOOK)? {
            reading.read(&block, &mut Scratch::default(), &mut clock);
        }
    }
    let end = clock.latest.filter(|_| !clock.goes_back)?;
    Some(InOrder { supplies: supplies.iter().map(Supply::again).collect::<Option<_>>()?, end })
}

/// Looks only at times.
#[derive(Debug, Default)]
struct Clock {
    latest: Option<Instant>,
    goes_back: bool,
}

impl Sink for Clock {
    fn event(&mut self, _at: RowAt, event: &RawEvent<'_>, _user_agent: Option<&[u8]>) {
        self.goes_back |= Some(event.at) < self.latest;
        self.latest = Some(event.at);
    }

    fn further(&mut self, _at: RowAt, _event: &RawEvent<'_>) {}

    fn defect(&mut self, _at: RowAt, _reason: Reason, _message: String) {}

    fn blocked(&mut self, _is_too_short: bool) {}

    fn order(&mut self, _at: RowAt, _line: OrderLine) {}

    fn checkout(&mut self, _at: RowAt, _line: CheckoutLine) {}

    fn person(&mut self, _at: RowAt, _identifiers: &[Identifier]) {}

    fn member(&mut self, _at: RowAt, _line: MemberLine) {}

    fn total(&mut self, _at: RowAt, _line: AnalyticsLine) {}
}
