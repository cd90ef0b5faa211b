//! The source's own order of events of one instant.
//!
//! A browser sends its events in batches, and some tools give all events of a batch one time. They tell their
//! order by three numbers: of the page, of the batch that it sent, of the event in the batch.

use super::{Parts, Slot};
use crate::time::Instant;
use std::borrow::Cow;

// The parts of the number, from the lowest bit: the event in its batch, the batch of its page, the page.
const EVENT_BITS: u32 = 6;
const BATCH_BITS: u32 = 10;
const PAGE_BITS: u32 = u32::BITS - BATCH_BITS - EVENT_BITS;

/// A page's number from here on is the time at which it was loaded, in milliseconds.
const FIRST_TIME: u64 = 1_000_000_000_000;

/// The place of an event among those of its instant. Whatever does not fit into its part of the number is the last.
pub(super) fn sequence(parts: Parts<'_>, at: Instant) -> u32 {
    let number = |slot| parts.first(slot).and_then(|text: Cow<'_, str>| text.parse::<u64>().ok());
    let own = number(Slot::Sequence);
    let (page, batch) = (number(Slot::Page), number(Slot::Batch));
    if page.is_none() && batch.is_none() {
        return own.and_then(|own| u32::try_from(own).ok()).unwrap_or(0);
    }
    let page = page.map_or(0, |page| place_of_page(page, at));
    let batch = part(batch.unwrap_or(0), BATCH_BITS);
    page << (BATCH_BITS + EVENT_BITS) | batch << EVENT_BITS | part(own.unwrap_or(0), EVENT_BITS)
}

/// Pages that are numbered by time are told apart to the second, counted back from the event.
fn place_of_page(page: u64, at: Instant) -> u32 {
    let now = u64::try_from(at.0 / 1000).unwrap_or(0);
    match page {
        0..FIRST_TIME => part(page, PAGE_BITS),
        loaded => last(PAGE_BITS) - part(now.saturating_sub(loaded) / 1000, PAGE_BITS),
    }
}

fn part(number: u64, bits: u32) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).min(last(bits))
}

const fn last(bits: u32) -> u32 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_pages_the_later_one_comes_later() {
        let at = Instant(1_759_822_201_050_000);
        let places = [1, 2, 70_000, 1_759_822_100_000, 1_759_822_150_000, 1_759_822_201_000];
        let places = places.map(|page| place_of_page(page, at));
        assert!(places[0] < places[1] && places[1] < places[2]);
        assert!(places[3] < places[4] && places[4] < places[5]);
    }
}
