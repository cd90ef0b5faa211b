//! How the texts in rows of orders and checkouts are written: what they show together decides how each of
//! them is read, so it is noted as rows come, on all threads. What follows from it is the business of `settle`.

use crate::findings::OrderGaps;
use crate::input::format::shopify_checkouts::CheckoutLine;
use crate::input::format::shopify_orders::OrderLine;
use crate::input::timestamp::{self, DateEvidence};
use crate::money::DecimalEvidence;
use std::collections::BTreeMap;

/// What the rows of orders, or of checkouts, of one input show.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    /// How dates are written.
    pub(super) dates: DateEvidence,
    /// How amounts are written.
    pub(super) amounts: DecimalEvidence,
    /// Rows by the offset that their time is written with (seconds east of UTC).
    pub(super) offsets: BTreeMap<i32, u64>,
    /// What no row says anything of, if they are orders.
    pub(super) gaps: Option<OrderGaps>,
}

impl Written {
    /// Looks at the row of an order.
    pub(super) fn note_order(&mut self, line: &OrderLine) {
        self.note_time(line.created_at());
        line.observe_amounts(&mut self.amounts);
        self.note_gaps(line.gaps());
    }

    /// Looks at the row of a checkout.
    pub(super) fn note_checkout(&mut self, line: &CheckoutLine) {
        self.note_time(line.created_at());
    }

    /// Adds what other rows show, if there are any on either side.
    pub(super) fn add(own: &mut Option<Written>, other: Option<Written>) {
        if let Some(other) = other {
            own.get_or_insert_default().merge(other);
        }
    }

    fn merge(&mut self, other: Written) {
        self.dates.merge(other.dates);
        self.amounts.merge(other.amounts);
        for (offset, rows) in other.offsets {
            *self.offsets.entry(offset).or_default() += rows;
        }
        other.gaps.into_iter().for_each(|gaps| self.note_gaps(gaps));
    }

    fn note_time(&mut self, text: Option<&str>) {
        let Some(text) = text else { return };
        let stamp = self.dates.observe(text);
        // A time that stands for none says nothing of the shop.
        let is_time = stamp.is_some_and(|stamp| !stamp.at.is_placeholder());
        if let Some(offset) = timestamp::written_offset(text).filter(|_| is_time) {
            *self.offsets.entry(offset).or_default() += 1;
        }
    }

    fn note_gaps(&mut self, gaps: OrderGaps) {
        self.gaps = Some(self.gaps.map_or(gaps, |known| known.both(gaps)));
    }
}
