//! What a record of a tool says of times: the device's, the tool's, and how far they are apart.
//!
//! A device's clock may be wrong by hours; tools therefore note when a device sent an event by its own clock,
//! and when they received it. Which paths hold these times is said by the tool.

use crate::input::format::{LATE, Sink, WRONG_CLOCK};
use crate::input::timestamp::Stamp;
use crate::time::{Instant, Span};

/// The times of one record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clocks {
    /// When it was, put right by the tool.
    pub(super) corrected: Option<Stamp>,
    /// When it was by the device's clock.
    pub(super) original: Option<Stamp>,
    /// When the device sent it, by its clock.
    pub(super) sent: Option<Stamp>,
    /// When the tool received it.
    pub(super) received: Option<Stamp>,
    /// When the tool stored it.
    pub(super) stored: Option<Stamp>,
}

impl Clocks {
    /// When it was: the time that the tool has corrected already, or else the device's time put right by
    /// how far its clock was off when it sent the event.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.corrected.or_else(|| match (self.original, self.sent, self.received) {
            (Some(original), Some(sent), Some(received)) => {
                let waited = sent.at.since(original.at);
                let at = Instant(received.at.0 - waited.0);
                Some(Stamp { at, ..original })
            }
            (original, _, received) => original.or(received),
        })
    }

    /// How long after the event, which was at `stamp`, this delivery of it was stored, in milliseconds; at least 1.
    /// Nought where the tool does not say.
    pub(super) fn edition(&self, stamp: Stamp) -> u32 {
        let after = |stored: Stamp| (stored.at.since(stamp.at).0 / 1000).max(1);
        self.stored.map_or(0, |stored| u32::try_from(after(stored)).unwrap_or(u32::MAX))
    }

    /// Tells whether the device's clock was wrong, and whether the event came late; `stamp` is when it was.
    pub(super) fn tell(&self, stamp: Stamp, sink: &mut impl Sink) {
        let moved = self.original.map(|original| stamp.at.since(original.at));
        if moved.is_some_and(|moved| Span(moved.0.abs()) > WRONG_CLOCK) {
            sink.clock_put_right();
        }
        let came = self.received.or(self.stored);
        if came.is_some_and(|came| came.at.since(stamp.at) > LATE) {
            sink.came_late();
        }
    }
}
