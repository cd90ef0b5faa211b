//! The identifiers of one row, as the formats collect them, and the texts of those that somebody asks for.
//!
//! What a text is as an identifier is decided by `identity`.

use super::Sink;
use crate::event::{Identifier, IdentifierKind};
use crate::identity::{Strictness, identify, identify_plain, is_shop_customer, is_too_short};
use crate::key::{FastSet, Key};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The system whose rows these identify: order numbers are of no system, and sessions that say who rows without a name
/// are of are of the system of the names.
pub(super) fn system_of<K>(identifiers: &[(IdentifierKind, u16, K)]) -> u16 {
    let spaces = identifiers.iter().map(|(_, space, _)| *space);
    let named = spaces.clone().filter(|space| *space != Identifier::SESSIONS).max();
    named.filter(|space| *space != 0).or(spaces.max()).unwrap_or_default()
}

/// The texts of identifiers that somebody asks for. Of several spellings the smallest is kept, so that
/// the order of rows does not matter.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    wanted: Option<Arc<FastSet<Key>>>,
    /// The texts that were met.
    pub found: BTreeMap<Identifier, Box<str>>,
}

impl Texts {
    /// Waits for the texts of these keys.
    pub fn of(wanted: Arc<FastSet<Key>>) -> Texts {
        Texts { wanted: Some(wanted), found: BTreeMap::new() }
    }

    /// Remembers the text of an identifier if it is wanted.
    pub fn note(&mut self, identifier: Identifier, text: &str) {
        if self.wanted.as_ref().is_some_and(|wanted| wanted.contains(&identifier.key)) {
            let known = self.found.entry(identifier).or_insert_with(|| text.trim().into());
            if text.trim() < &**known {
                *known = text.trim().into();
            }
        }
    }

    /// Adds what was met elsewhere.
    pub fn merge(&mut self, other: Texts) {
        for (identifier, text) in other.found {
            self.note(identifier, &text);
        }
    }
}

/// The identifiers of one row, collected anew for each row.
#[derive(Debug, Default)]
pub struct RowIdentifiers {
    found: Vec<Identifier>,
    /// For each value that named nobody, whether it was an id that is too short.
    blocked: Vec<bool>,
    texts: Texts,
}

impl RowIdentifiers {
    /// Room for rows whose texts are remembered if they are wanted.
    pub fn remembering(texts: Texts) -> RowIdentifiers {
        RowIdentifiers { texts, ..RowIdentifiers::default() }
    }

    /// The texts that were remembered.
    pub fn into_texts(self) -> Texts {
        self.texts
    }

    /// The identifiers, strongest first, each once, with the texts that were remembered.
    pub fn into_sorted(mut self) -> (Vec<Identifier>, Texts) {
        self.sorted();
        (self.found, self.texts)
    }

    /// Forgets the row before.
    pub fn clear(&mut self) {
        self.found.clear();
        self.blocked.clear();
    }

    /// Adds the identifier that a cell's text stands for, if it names somebody.
    pub fn add(&mut self, kind: IdentifierKind, space: u16, text: &str, strictness: Strictness) {
        if text.is_empty() {
            return;
        }
        // A user id of Shopify's thirteen digits is the shop's customer, whoever logged it.
        let is_of_shop = kind == IdentifierKind::UserId && is_shop_customer(text);
        let kind = if is_of_shop { IdentifierKind::CustomerId } else { kind };
        match identify(kind, space, text, strictness) {
            Some(identifier) => {
                self.texts.note(identifier, text);
                self.found.push(identifier);
            }
            None => self.blocked.push(is_too_short(kind, text, strictness)),
        }
    }

    /// Adds the identifier of a cell as it is written, if that can be told without reading it.
    #[inline]
    pub fn add_plain(
        &mut self,
        kind: IdentifierKind,
        space: u16,
        cell: &[u8],
        strictness: Strictness,
    ) -> bool {
        let plain = identify_plain(kind, space, cell, strictness);
        // Whoever wants its text wants it read.
        let plain = plain.filter(|_| self.texts.wanted.is_none());
        self.found.extend(plain);
        plain.is_some()
    }

    /// Adds an identifier that is known already.
    pub fn push(&mut self, identifier: Identifier) {
        self.found.push(identifier);
    }

    /// The identifiers, strongest first, each once.
    pub fn sorted(&mut self) -> &[Identifier] {
        if self.found.len() > 1 {
            self.found.sort_unstable();
            self.found.dedup();
        }
        &self.found
    }

    /// Tells the sink how many values named nobody.
    pub fn report_blocked(&self, sink: &mut impl Sink) {
        for &is_too_short in &self.blocked {
            sink.blocked(is_too_short);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    #[test]
    fn sessions_of_one_log_are_the_same_whether_or_not_they_say_who_it_was() {
        let own = Format::GenericEvents.space();
        let (user, order) = ((IdentifierKind::UserId, own, ()), (IdentifierKind::OrderId, 0, ()));
        let session = (IdentifierKind::ClientId, Identifier::SESSIONS, ());
        assert_eq!(system_of(&[user, session, order]), system_of(&[user]));
        assert_eq!(system_of(&[session, order]), Identifier::SESSIONS);
        assert!(Format::ALL.iter().all(|format| format.space() != Identifier::SESSIONS));
    }
}
