//! Names of orders that come again: of several shops, or of a shop that began to count anew.
//!
//! Such a name says which order is meant by the time of the row that has it. It links whoever it stands beside to that
//! order, not to everybody who ever made one of that name.

use crate::event::Identifier;
use crate::key::{FastMap, Key};
use crate::time::{Instant, Span};

/// The names that come again, each with its orders.
#[derive(Clone, Debug, Default)]
pub struct Recurring {
    names: FastMap<Key, Name>,
}

/// A name that several orders have.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) identifier: Identifier,
    /// A row means an order that was made within this time.
    within: Span,
    /// The orders, oldest first.
    orders: Vec<(Instant, Identifier)>,
    /// From when on the name links to which order, or to nobody but itself; the oldest first.
    pub(super) links: Vec<(Instant, Identifier)>,
}

impl Recurring {
    /// Adds a name and the orders that have it: a row means one that was made `within` a time.
    pub fn add(&mut self, name: Identifier, mut orders: Vec<(Instant, Identifier)>, within: Span) {
        orders.sort_unstable();
        let mut own = Name { identifier: name, within, orders, links: Vec::new() };
        own.links = own.find_links();
        self.names.insert(name.key, own);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The order that a row means by a name, if exactly one was made about then.
    pub fn order(&self, name: Key, at: Instant) -> Option<Identifier> {
        match self.names.get(&name)?.near(at) {
            [(_, order)] => Some(*order),
            _ => None,
        }
    }

    /// What an identifier of a row stands for. Rows that tell of an order later link to the latest one of the name.
    pub(super) fn meant(&self, identifier: Identifier, at: Instant) -> Identifier {
        self.linked(identifier.key, at).unwrap_or(identifier)
    }

    /// The same of an identifier's key.
    pub(super) fn key(&self, identifier: Key, at: Instant) -> Key {
        self.linked(identifier, at).map_or(identifier, |order| order.key)
    }

    fn linked(&self, name: Key, at: Instant) -> Option<Identifier> {
        let links = &self.names.get(&name)?.links;
        let until = links.partition_point(|(since, _)| *since <= at);
        links.get(until.saturating_sub(1)).map(|(_, order)| *order)
    }

    /// All names, in the order of their keys.
    pub(super) fn names(&self) -> Vec<&Name> {
        let mut names: Vec<&Name> = self.names.values().collect();
        names.sort_unstable_by_key(|name| name.identifier);
        names
    }
}

impl Name {
    /// The orders that were made about a time.
    fn near(&self, at: Instant) -> &[(Instant, Identifier)] {
        let from = self.orders.partition_point(|(made, _)| made.plus(self.within) < at);
        let near = self.orders.get(from..).unwrap_or_default();
        let until = near.partition_point(|(made, _)| *made <= at.plus(self.within));
        near.get(..until).unwrap_or_default()
    }

    fn find_links(&self) -> Vec<(Instant, Identifier)> {
        let bounds = self.orders.iter().flat_map(|(made, _)| {
            let begins = Instant(made.0.saturating_sub(self.within.0));
            [begins, Instant(made.plus(self.within).0.saturating_add(1))]
        });
        let mut bounds: Vec<Instant> = bounds.collect();
        bounds.sort_unstable();
        let mut links: Vec<(Instant, Identifier)> = Vec::new();
        for bound in bounds {
            let meant = match self.near(bound) {
                [] => continue,
                [(_, order)] => *order,
                _ => self.identifier,
            };
            if links.last().is_none_or(|(_, before)| *before != meant) {
                links.push((bound, meant));
            }
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::IdentifierKind::OrderId;

    fn id(number: u64) -> Identifier {
        Identifier { kind: OrderId, space: 0, key: Key(number) }
    }

    #[test]
    fn a_name_means_the_order_that_was_made_about_then() {
        let mut recurring = Recurring::default();
        let made = [(100, 2), (200, 3), (215, 4), (400, 5)];
        let orders = made.map(|(at, number)| (Instant(at), id(number)));
        recurring.add(id(1), orders.to_vec(), Span(10));
        for (at, order, meant) in [
            (0, None, 2),
            (90, Some(2), 2),
            (110, Some(2), 2),
            (111, None, 2),
            (190, Some(3), 3),
            (204, Some(3), 3),
            (205, None, 1),
            (210, None, 1),
            (211, Some(4), 4),
            (300, None, 4),
            (400, Some(5), 5),
            (900, None, 5),
        ] {
            assert_eq!(recurring.order(Key(1), Instant(at)), order.map(id), "at {at}");
            assert_eq!(recurring.meant(id(1), Instant(at)), id(meant), "at {at}");
        }
        assert_eq!(recurring.order(Key(2), Instant(100)), None);
        assert_eq!(recurring.meant(id(2), Instant(100)), id(2));
    }
}
