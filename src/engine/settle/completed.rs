//! The orders that logs saw completed, and what each order is worth that counts.

use crate::engine::same_orders::Sources;
use crate::key::{FastMap, Key};
use crate::money::{Amount, Currency};
use crate::stats::refunds::SoldOrder;
use crate::time::Instant;
use std::collections::BTreeMap;

/// An order that a log has seen completed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Completed {
    pub(super) at: Instant,
    pub(super) amount: Option<Amount>,
    pub(super) currency: Currency,
    pub(super) in_period: bool,
    /// The logs that saw it.
    pub(super) sources: Sources,
}

/// Orders that logs have seen completed, by number.
///
/// Every buyer's orders are looked up. Numbers are hashes, so their first bits say almost where each is.
#[derive(Debug, Default)]
pub(super) struct CompletedOrders {
    /// In the order of their numbers.
    orders: Vec<(Key, Completed)>,
    /// By the first bits of a number, where those begin that have them.
    starts: Vec<u32>,
}

impl CompletedOrders {
    /// Of orders in the order of their numbers.
    pub(super) fn new(orders: Vec<(Key, Completed)>) -> CompletedOrders {
        let places = orders.len().next_power_of_two();
        let mut starts = Vec::with_capacity(places + 1);
        for (place, (number, _)) in (0..).zip(&orders) {
            let first = first_bits(*number, places);
            starts.resize(starts.len().max(first + 1), place);
        }
        starts.resize(places + 1, u32::try_from(orders.len()).unwrap_or(u32::MAX));
        CompletedOrders { orders, starts }
    }

    pub(super) fn get(&self, number: Key) -> Option<&Completed> {
        let first = first_bits(number, self.starts.len().checked_sub(1)?);
        let [start, end] = [first, first + 1].map(|at| self.starts.get(at).copied());
        let own = self.orders.get(start? as usize..end? as usize)?;
        let place = own.binary_search_by_key(&number, |(own, _)| *own).ok()?;
        own.get(place).map(|(_, order)| order)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Key, Completed)> {
        self.orders.iter()
    }
}

/// The first bits of a number, as many as tell so many places apart, a power of two.
#[expect(clippy::cast_possible_truncation, reason = "less than the places")]
fn first_bits(number: Key, places: usize) -> usize {
    ((u128::from(number.0) * places as u128) >> u64::BITS) as usize
}

/// What an order is worth, and what of that went back if an export says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::engine) struct OrderWorth {
    pub(in crate::engine) amount: Amount,
    pub(in crate::engine) currency: Currency,
    pub(in crate::engine) sold: Option<SoldOrder>,
}

/// What the orders are worth that count: what an export says, else what a log said first.
#[derive(Debug, Default)]
pub(in crate::engine) struct Worth {
    /// Those of exports, by number.
    pub(super) told: FastMap<Key, OrderWorth>,
    pub(super) completed: CompletedOrders,
}

impl Worth {
    /// What an order is worth, if anybody says so.
    pub(in crate::engine) fn of(&self, number: Key) -> Option<OrderWorth> {
        self.told.get(&number).copied().or_else(|| worth_of(self.completed.get(number)?))
    }

    /// What all of them are worth, the least first.
    #[expect(clippy::iter_over_hash_type, reason = "they are put in order")]
    pub(in crate::engine) fn all(&self) -> BTreeMap<Currency, Vec<Amount>> {
        let mut all: BTreeMap<Currency, Vec<Amount>> = BTreeMap::new();
        let is_told = |number: &Key| self.told.contains_key(number);
        let seen = self.completed.iter().filter(|(number, _)| !is_told(number));
        for own in seen.filter_map(|(_, order)| worth_of(order)) {
            all.entry(own.currency).or_default().push(own.amount);
        }
        for own in self.told.values() {
            all.entry(own.currency).or_default().push(own.amount);
        }
        for amounts in all.values_mut() {
            amounts.sort_unstable();
        }
        all
    }
}

/// What a log said that an order of the period is worth.
fn worth_of(order: &Completed) -> Option<OrderWorth> {
    let amount = order.amount.filter(|_| order.in_period)?;
    Some(OrderWorth { amount, currency: order.currency, sold: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn completed(at: i64) -> Completed {
        let (amount, currency) = (Some(Amount(i128::from(at))), Currency::default());
        Completed { at: Instant(at), amount, currency, in_period: at != 3, sources: 0 }
    }

    proptest! {
        #[test]
        fn every_order_is_found_and_no_other(numbers in prop::collection::btree_set(prop_oneof![any::<u64>(), 0u64..9, u64::MAX - 9..], 0..40), other in 0u64..9) {
            let orders = (0..).zip(&numbers).map(|(at, number)| (Key(*number), completed(at)));
            let orders = CompletedOrders::new(orders.collect());
            for (at, number) in (0..).zip(&numbers) {
                prop_assert_eq!(orders.get(Key(*number)).map(|order| order.at), Some(Instant(at)));
            }
            prop_assert_eq!(orders.get(Key(other)).is_some(), numbers.contains(&other));
        }
    }

    #[test]
    fn what_an_export_tells_is_worth_more_than_what_a_log_said() {
        let orders = (1..5).map(|at| (Key(at), completed(i64::try_from(at).unwrap())));
        let completed = CompletedOrders::new(orders.collect());
        let eur = Currency::parse("EUR");
        let told = |amount| OrderWorth { amount: Amount(amount), currency: eur, sold: None };
        let told = [(Key(2), told(90)), (Key(7), told(70))].into_iter().collect();
        let worth = Worth { told, completed };
        let amounts = [1, 2, 3, 4, 7].map(|number| worth.of(Key(number)).map(|own| own.amount.0));
        assert_eq!(amounts, [Some(1), Some(90), None, Some(4), Some(70)]);
        let all = [
            (Currency::default(), vec![Amount(1), Amount(4)]),
            (eur, vec![Amount(70), Amount(90)]),
        ];
        assert_eq!(worth.all(), all.into_iter().collect());
    }
}
