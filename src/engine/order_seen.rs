//! An order that a row of an event log completes: under which number, for how much, and whose.
//!
//! What is the same order under another number is found when all rows are there (`same_orders`).

use super::claims::{self, Claim, Strength};
use super::stamping::checkout_told;
use crate::event::{Identifier, OrderNote, RawEvent, RowRef};
use crate::key::Key;
use crate::money::{Amount, Currency};
use crate::time::{Instant, Precision};

/// An order that an event log has seen completed. The order of these is that of orders, and of one order that
/// of time: what was seen first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OrderSeen {
    pub(super) key: Key,
    pub(super) at: Instant,
    pub(super) row: RowRef,
    pub(super) fingerprint: Key,
    /// Whether `key` is an order number, not a basket.
    pub(super) numbered: bool,
    /// Whether `amount` is that of one item of the order, each of which has a row.
    pub(super) is_line: bool,
    /// The token of its checkout, if the row has it; `key` is that where the row has no number.
    pub(super) token: Key,
    pub(super) amount: Option<Amount>,
    pub(super) currency: Currency,
    pub(super) input: usize,
    /// The row's strongest identifier.
    pub(super) person: Key,
    pub(super) precision: Precision,
    /// How well the row says that it is one.
    pub(super) strength: Strength,
    /// Which of several deliveries it is.
    pub(super) edition: u32,
}

impl OrderSeen {
    /// The order that an event completes, for its touch and to be remembered, with the checkout that the page's address
    /// names. Without a number it is that of its checkout, which becomes one order; without that an order by itself.
    pub(super) fn of(
        event: &RawEvent<'_>,
        (input, row): (usize, RowRef),
        (claim, page): (Option<Claim>, Option<Identifier>),
    ) -> (OrderNote, OrderSeen) {
        let fingerprint = event.details.fingerprint();
        let alone = OrderNote {
            key: fingerprint,
            numbered: false,
            amount: None,
            currency: Currency::default(),
        };
        let told = event.details.order().unwrap_or(alone);
        let token = checkout_told(event).or(page.map(|page| page.key)).unwrap_or(Key::NONE);
        let order = match claims::numbered(told, event, claim) {
            order if !order.numbered && order.key == fingerprint && !token.is_none() => {
                OrderNote { key: token, numbered: true, ..order }
            }
            order => order,
        };
        let OrderNote { key, numbered, amount, currency } = order;
        let seen = OrderSeen {
            key,
            row,
            fingerprint,
            at: event.at,
            numbered,
            is_line: event.details.is_line(),
            token,
            amount,
            currency,
            input,
            person: event.identifiers.first().map_or(fingerprint, |strongest| strongest.key),
            precision: event.precision,
            strength: claim.map_or(Strength::Told, |claim| claim.strength),
            edition: event.details.edition(),
        };
        (order, seen)
    }
}
