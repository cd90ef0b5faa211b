//! What was counted of one input while its rows were read: names, identifiers, decisions, and what its rows speak of.

use super::pages::{Page, Spoken, part_of};
use crate::event::{Identifier, IdentifierKind};
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
    /// What its rows speak of.
    pub(super) spoken: Spoken,
    /// What its pages are by their addresses.
    pub(super) pages: BTreeSet<Page>,
}

/// What was seen of one kind of identifier.
#[derive(Debug, Default)]
pub(super) struct KindSeen {
    pub(super) rows: u64,
    pub(super) distinct: FastSet<Key>,
}

impl InputSeen {
    /// Notes of which part of the shop a row speaks: by its name, or by its page's address.
    pub(super) fn note_spoken(&mut self, step: Option<&'static str>, page: Option<Page>) {
        match page {
            Some(page) => {
                self.spoken.note_page(page);
                self.pages.insert(page);
            }
            None => self.spoken.note_name(step.map_or(0, part_of)),
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
