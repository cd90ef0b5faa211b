//! Whose an order is that several kinds of logs tell of under customers who stay two.
//!
//! One log knows who was logged in, another who paid as a guest: where the guards of identity keep the two apart, the order is
//! still one conversion. It belongs to the customer of its number, else to the one whom the first log names; what the others
//! tell of it is a duplicate. Within one customer, and within one kind of log, that is the business of `journey`.

use crate::engine::order_seen::OrderSeen;
use crate::event::{Touch, mark};
use crate::identity::People;
use crate::key::{FastMap, Key};
use crate::time::Instant;

/// The owners of such orders.
#[derive(Debug, Default)]
pub(in crate::engine) struct Owners {
    /// Who tells of each, by an identifier and when, before it is known who is who.
    told: Vec<(Key, Vec<(Key, Instant)>)>,
    /// By the order's number, the customer.
    owners: FastMap<Key, Key>,
}

impl Owners {
    /// Notes the rows of an order that several kinds of logs have seen, the first one first.
    pub(super) fn note(&mut self, number: Key, rows: &[OrderSeen]) {
        let is_contested = rows.iter().any(|row| row.person != rows[0].person);
        if is_contested {
            self.told.push((number, rows.iter().map(|row| (row.person, row.at)).collect()));
        }
    }

    /// Decides, now that it is known who is who.
    pub(super) fn settle(&mut self, people: &People) {
        let person = |&(identifier, at): &(Key, Instant)| {
            people.of_at(identifier, at).map_or(identifier, |person| person.key)
        };
        for (number, told) in std::mem::take(&mut self.told) {
            let customers: Vec<Key> = told.iter().map(person).collect();
            if customers.iter().all(|customer| *customer == customers[0]) {
                continue;
            }
            let named = people.of(number).map(|person| person.key);
            let named = named.filter(|named| customers.contains(named));
            self.owners.insert(number, named.unwrap_or(customers[0]));
        }
    }

    /// Whether a touch completes an order that is somebody else's.
    pub(super) fn is_elses(&self, touch: &Touch) -> bool {
        touch.is(mark::ORDER | mark::NUMBERED)
            && self.owners.get(&touch.subject).is_some_and(|owner| *owner != touch.person)
    }
}
