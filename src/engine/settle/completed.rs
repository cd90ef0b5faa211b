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

/// What the orders are worth that count: what an export says, else what a log said first.
#[derive(Debug, Default)]
pub(in crate::engine) struct Worth {
    /// Those of exports, by number.
    pub(super) told: FastMap<Key, (Amount, Currency)>,
    /// What went back of those of which exports say so.
    pub(super) sold: FastMap<Key, SoldOrder>,
    pub(super) completed: CompletedOrders,
}

impl Worth {
    /// What an order is worth, if anybody says so.
    pub(in crate::engine) fn of(&self, number: Key) -> Option<(Amount, Currency)> {
        self.told.get(&number).copied().or_else(|| amount_of(self.completed.get(number)?))
    }

    /// What went back of an order, in its currency, if an export says so.
    pub(in crate::engine) fn sold(&self, number: Key) -> Option<(SoldOrder, Currency)> {
        let sold = self.sold.get(&number)?;
        Some((*sold, self.told.get(&number)?.1))
    }

    /// What all of them are worth, the least first.
    #[expect(clippy::iter_over_hash_type, reason = "they are put in order")]
    pub(in crate::engine) fn all(&self) -> BTreeMap<Currency, Vec<Amount>> {
        let mut all: BTreeMap<Currency, Vec<Amount>> = BTreeMap::new();
        let is_told = |number: &Key| self.told.contains_key(number);
        let seen = self.completed.iter().filter(|(number, _)| !is_told(number));
        for (amount, currency) in seen.filter_map(|(_, order)| amount_of(order)) {
            all.entry(currency).or_default().push(amount);
        }
        for &(amount, currency) in self.told.values() {
            all.entry(currency).or_default().push(amount);
        }
        for amounts in all.values_mut() {
            amounts.sort_unstable();
        }
        all
    }
}

/// What a log said that an order of the period is worth.
fn amount_of(order: &Completed) -> Option<(Amount, Currency)> {
    order.amount.filter(|_| order.in_period).map(|amount| (amount, order.currency))
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
        let told = [(Key(2), (Amount(90), eur)), (Key(7), (Amount(70), eur))].into_iter().collect();
        let worth = Worth { told, completed, ..Worth::default() };
        let amounts =
            [1, 2, 3, 4, 7].map(|number| worth.of(Key(number)).map(|(amount, _)| amount.0));
        assert_eq!(amounts, [Some(1), Some(90), None, Some(4), Some(70)]);
        let all = [
            (Currency::default(), vec![Amount(1), Amount(4)]),
            (eur, vec![Amount(70), Amount(90)]),
        ];
        assert_eq!(worth.all(), all.into_iter().collect());
    }
}
