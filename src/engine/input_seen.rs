//! What was counted of one input while its rows were read: names, identifiers, decisions, and what its rows speak of.

use super::claims::{Addresses, Claim, Spoken, Strength, part_of};
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
    /// The system whose rows they are.
    pub(super) space: u16,
    /// Whether views of pages may be what their addresses say: then no name says all of them.
    pub(super) has_addresses: bool,
    /// Whether its rows may link identifiers.
    pub(super) has_links: bool,
    /// What its rows speak of.
    pub(super) spoken: Spoken,
    /// What its rows may be.
    pub(super) claims: BTreeSet<Claim>,
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
            has_addresses: reading.rows.have_addresses(),
            has_links: !reading.rows.have_one_identifier(),
            ..InputSeen::default()
        }
    }

    /// What the addresses of its pages may say. Where rows are linked, how a row is read must not depend on those read
    /// before.
    pub(super) fn addresses(&self) -> Addresses {
        match (self.has_addresses, self.has_links) {
            (false, _) => Addresses::Nothing,
            (true, false) => self.spoken.addresses(),
            (true, true) => Addresses::Anything,
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
        for identifier in identifiers {
            let seen = self.identifiers.entry(identifier.kind).or_default();
            seen.rows += 1;
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
