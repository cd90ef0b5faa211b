//! Orders that rows of logs know by their checkout: a checkout becomes one order, so its token says which.
//!
//! A thank-you page has the token in its address, an event of a server both the token and the order's number, a second
//! delivery the token alone. Which order of an export a token stands for is known to [`Names`]; what only logs know of
//! is put together here.

use super::{Key, Names, OrderSeen, Sources};
use crate::key::FastSet;
use std::collections::{BTreeMap, BTreeSet};

/// The rows of one checkout: the numbers that each source has for its order, with the rows' places in time.
type Checkout<'s> = Vec<(&'s OrderSeen, Sources)>;

/// The numbers under which logs have an order, each with that under which it counts. `source` says whose a row is.
pub(super) fn joined(
    seen: &[OrderSeen],
    names: &Names,
    source: impl Fn(&OrderSeen) -> Sources,
) -> Vec<(Key, Key)> {
    let mut checkouts: BTreeMap<Key, Checkout<'_>> = BTreeMap::new();
    for order in seen.iter().filter(|order| order.numbered && !order.token.is_none()) {
        checkouts.entry(order.token).or_default().push((order, source(order)));
    }
    checkouts.values().flat_map(|rows| of_checkout(rows, names)).collect()
}

/// All rows of a checkout are one order, unless a source tells several orders apart, or exports do: then only rows
/// that have nothing but the token are left to it.
fn of_checkout(rows: &Checkout<'_>, names: &Names) -> Vec<(Key, Key)> {
    let numbers: FastSet<(Key, Sources)> = rows
        .iter()
        .filter(|(order, _)| order.key != order.token)
        .map(|(order, source)| (order.key, *source))
        .collect();
    let sources: FastSet<Sources> = numbers.iter().map(|(_, source)| *source).collect();
    let exported: FastSet<Key> = rows.iter().filter_map(|(order, _)| names.number(order)).collect();
    if sources.len() < numbers.len() || exported.len() > 1 {
        return Vec::new();
    }
    let earliest = rows.iter().filter(|(order, _)| order.key != order.token);
    let earliest = earliest.map(|(order, _)| (order.at, order.key)).min();
    let head = exported.into_iter().next().or(earliest.map(|(_, number)| number));
    let Some(head) = head else { return Vec::new() };
    let numbers: BTreeSet<Key> = rows.iter().map(|(order, _)| order.key).collect();
    numbers.into_iter().filter(|number| *number != head).map(|number| (number, head)).collect()
}
