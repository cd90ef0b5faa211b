//! What single orders are called and worth, for whoever asks for more than their sum.

use crate::event::{Identifier, IdentifierKind};
use crate::identity::{Strictness, identify};
use crate::input::format::shopify_orders::Order;
use crate::key::Key;
use crate::money::{Amount, Currency};
use std::collections::BTreeMap;

/// What single orders are called and worth.
#[derive(Debug, Default)]
pub(super) struct OrderBook {
    /// The numbers of the orders with a name, by the key of the name.
    pub(super) numbers: BTreeMap<Key, Vec<Key>>,
    /// The money of each order, by its number.
    pub(super) money: BTreeMap<Key, (Option<Amount>, Currency)>,
    /// The identifiers of orders that do not count, each with one of whoever made such an order.
    pub(super) left_out: BTreeMap<Key, Vec<Key>>,
}

impl OrderBook {
    /// Enters an order of an export; what it does not say stays as a log has told it.
    pub(super) fn enter(&mut self, order: &Order<'_>, number: Key) {
        self.enter_name(order, number);
        if order.amount().is_some() {
            self.money.insert(number, (order.amount(), order.currency()));
        }
    }

    /// Enters an order that does not count, with all its identifiers and the one that `buyer` is known as.
    pub(super) fn enter_left_out(
        &mut self,
        order: &Order<'_>,
        number: Key,
        (all, buyer): (&[Identifier], Key),
    ) {
        self.enter_name(order, number);
        for identifier in all.iter().filter(|identifier| identifier.key != buyer) {
            self.left_out.entry(identifier.key).or_default().push(buyer);
        }
    }

    fn enter_name(&mut self, order: &Order<'_>, number: Key) {
        if let Some(name) = identify(IdentifierKind::OrderId, 0, order.name(), Strictness::Only) {
            self.numbers.entry(name.key).or_default().push(number);
        }
    }
}
