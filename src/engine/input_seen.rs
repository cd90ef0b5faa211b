//! What was counted of one input while its rows were read: names, identifiers, decisions, and what its rows speak of.

use super::claims::{Claim, Spoken, Strength, part_of};
use super::written::Written;
use crate::event::{Identifier, IdentifierKind};
use crate::input::Reading;
use crate::key::{FastSet, Key};
use std::collections::{BTreeMap, BTreeSet};

/// What was counted of one input.
#[derive(Debug, Default)]
pub(super) struct InputSeen {
    /// Rows by the number of their event's name.
    pub(super) names: Vec<u64>,
    pub(super) identifiers: BTreeMap<IdentifierKind, KindSeen>,
    pub(super) decisions: Vec<String>,
    /// Rows of a day that stands for no time.
    pub(super) placeholders: u64,
    /// How its rows of the shop's own orders are written, if there are any.
    pub(super) orders: Option<Written>,
    /// The same of its checkouts.
    pub(super) checkouts: Option<Written>,
    /// The system whose rows they are.
    pub(super) space: u16,
    /// Whether its pages have addresses.
    pub(super) addresses: Addresses,
    /// What its rows speak of.
    pub(super) spoken: Spoken,
    /// What its rows may be.
    pub(super) claims: BTreeSet<Claim>,
}

/// Whether views of pages may be what their addresses say: then no name says all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Addresses {
    /// There are none.
    #[default]
    None,
    /// There are, and nothing else hangs on how a row is read.
    Alone,
    /// There are, and rows are linked: how a row is read must not depend on others.
    Linked,
}

/// What was seen of one kind of identifier.
#[derive(Debug, Default)]
pub(super) struct KindSeen {
    pub(super) rows: u64,
    pub(super) distinct: FastSet<Key>,
}

impl InputSeen {
    /// Nothing seen yet.
    pub(super) fn of(reading: &Reading) -> InputSeen {
        InputSeen {
            space: reading.format.space(),
            addresses: match (reading.rows.have_addresses(), reading.rows.have_one_identifier()) {
                (false, _) => Addresses::None,
                (true, true) => Addresses::Alone,
                (true, false) => Addresses::Linked,
            },
            ..InputSeen::default()
        }
    }

    /// Notes of which part of the shop a row speaks: `told` if it may be nothing else, as a bit.
    pub(super) fn note_spoken(&mut self, told: u16, claim: Option<Claim>) {
        match claim {
            Some(claim) => {
                self.spoken.note(claim.strength, part_of(claim.name));
                self.claims.insert(claim);
            }
            None => self.spoken.note(Strength::Told, told),
        }
    }

    /// Counts the identifiers of a row by kind.
    pub(super) fn count_identifiers(&mut self, identifiers: &[Identifier]) {
        for (place, identifier) in identifiers.iter().enumerate() {
            let seen = self.identifiers.entry(identifier.kind).or_default();
            let is_first = identifiers.iter().take(place).all(|own| own.kind != identifier.kind);
            seen.rows += u64::from(is_first);
            seen.distinct.insert(identifier.key);
        }
    }

    /// Counts rows by the number of their event's name.
    pub(super) fn count_name(&mut self, number: u32, rows: u64) {
        let number = number as usize;
        if self.names.len() <= number {
            self.names.resize(number + 1, 0);
        }
        self.names[number] += rows;
    }
}
