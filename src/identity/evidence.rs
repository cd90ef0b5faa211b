//! Why identifiers are one person: the links around a person, as a reader may check them.
//!
//! Looking is all that happens here; joining is the business of `unite`.

use super::roll::{Roll, Tie};
use super::{Links, People};
use crate::event::Identifier;
use crate::key::Key;
use crate::time::Instant;

/// Two identifiers that stood on one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The two, strongest first.
    pub between: (Identifier, Identifier),
    /// The earliest time of a row with both.
    pub first_seen: Instant,
    /// Whether both belong to the person, a shared device at that time; a link to somebody else was refused.
    pub joined: bool,
}

impl Links {
    /// The links that join a person, or were refused because they would have joined somebody else to
    /// them; the oldest first.
    pub fn around(&self, person: Key, people: &People) -> Vec<Evidence> {
        let owner = |identifier: Identifier, at: Instant| {
            people.of_at(identifier.key, at).map(|person| person.key)
        };
        let roll = Roll::of(self, 1);
        let mut evidence: Vec<Evidence> = roll
            .ties(|_| true)
            .into_iter()
            .filter_map(|Tie { ends, first_seen, .. }| {
                let (a, b) = (roll.identifier(ends.0), roll.identifier(ends.1));
                let own = [a, b].map(|id| owner(id, first_seen) == Some(person));
                own.contains(&true).then_some(Evidence {
                    between: (a, b),
                    first_seen,
                    joined: own == [true, true],
                })
            })
            .collect();
        evidence.sort_unstable_by_key(|link| (link.first_seen, link.between));
        evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::IdentifierKind::{ClientId, CustomerId, Email};
    use crate::event::{Identifier, IdentifierKind};

    fn id(kind: IdentifierKind, number: u64) -> Identifier {
        Identifier { kind, space: 0, key: Key::within(kind as u64, &number.to_le_bytes()) }
    }

    #[test]
    fn links_of_the_person_and_refused_ones_are_told_apart() {
        let mut links = Links::default();
        links.note(&[id(CustomerId, 1), id(ClientId, 1)], Instant(1));
        links.note(&[id(CustomerId, 2), id(ClientId, 1)], Instant(2));
        links.note(&[id(CustomerId, 2), id(Email, 2)], Instant(3));
        let people = People::unite(&links, &[], 1);
        let around = |identifier: Identifier| {
            let person = people.of(identifier.key).unwrap().key;
            let evidence = links.around(person, &people);
            evidence.iter().map(|link| (link.first_seen.0, link.joined)).collect::<Vec<_>>()
        };
        assert_eq!(around(id(CustomerId, 1)), [(1, true), (2, false)]);
        assert_eq!(around(id(Email, 2)), [(2, false), (3, true)]);
    }
}
