//! Who is who: identifiers that occur on one row belong to one customer, and so on from row to row.
//!
//! A customer is a connected component of identifiers. The result does not depend on the order of rows
//! or files: links are collected first, then joined in an order of their own, strongest first, and a
//! link that would join two people (two customer numbers, too many addresses) is refused and counted.
//! A device that stays with several people is parted by time (`shared`).
//! IP addresses, user agents, names and addresses never join anybody.

mod evidence;
mod lookup;
mod normal;
mod shared;
mod unite;

pub use evidence::Evidence;
pub use lookup::{candidates, is_short_hash, short_hash};
pub use normal::{Plain, Strictness, identify, identify_plain, is_excel_number, is_uuid_text};
pub use shared::{Holding, Identified, SharedDevice};
pub use unite::{People, Person};

use crate::event::Identifier;
use crate::key::FastMap;
use crate::time::Instant;

/// A link between two identifiers of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    /// When a row first showed it.
    first_seen: Instant,
    /// Whether one of the two stands for the row (only such links join; the others count partners).
    joins: bool,
}

/// The links that a scan has seen. Many threads fill one each; they merge in any order.
#[derive(Clone, Debug, Default)]
pub struct Links {
    links: FastMap<(Identifier, Identifier), Link>,
}

impl Links {
    /// Notes that the identifiers of one row, strongest first, belong together.
    pub fn note(&mut self, identifiers: &[Identifier], at: Instant) {
        for (i, &a) in identifiers.iter().enumerate() {
            for &b in identifiers.iter().skip(i + 1).filter(|&&b| b != a) {
                self.add((a.min(b), a.max(b)), Link { first_seen: at, joins: i == 0 });
            }
        }
    }

    /// Adds the links of another thread.
    pub fn merge(&mut self, other: Links) {
        if self.links.is_empty() {
            self.links = other.links;
            return;
        }
        #[expect(clippy::iter_over_hash_type, reason = "adding links is commutative")]
        for (pair, link) in other.links {
            self.add(pair, link);
        }
    }

    /// Whether nothing is linked: then every identifier is a customer of its own.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    fn add(&mut self, pair: (Identifier, Identifier), link: Link) {
        let known = self.links.entry(pair).or_insert(link);
        known.first_seen = known.first_seen.min(link.first_seen);
        known.joins |= link.joins;
    }
}
