//! People whose verdict no later touch can change: what they do next need not be kept.
//!
//! In a shop's log the few who have bought go on looking around, and a good part of all rows is theirs. The
//! table is asked for every usual row, so it holds one key in each place and looks at no other: of two people
//! with the same place one is forgotten, and their rows are kept until the next thinning drops them. It
//! must never say of anybody that is not decided that they are.

use crate::key::Key;

/// The people whose verdict stands.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// By the lowest bits of the key; as many as a power of two, or none.
    places: Vec<Key>,
}

impl Decided {
    /// Places for each person: with so many, one in five shares theirs.
    const ROOM: usize = 2;

    /// Of these people.
    pub(super) fn of(people: &[Key]) -> Decided {
        if people.is_empty() {
            return Decided::default();
        }
        let count = (Decided::ROOM * people.len()).next_power_of_two();
        let mut decided = Decided { places: vec![Key::NONE; count] };
        for &person in people {
            let place = decided.place(person);
            if let Some(known) = decided.places.get_mut(place) {
                *known = person;
            }
        }
        decided
    }

    /// Whether this person is known to be decided.
    #[inline]
    pub(super) fn has(&self, person: Key) -> bool {
        self.places.get(self.place(person)) == Some(&person) && !person.is_none()
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
    fn place(&self, person: Key) -> usize {
        person.0 as usize & self.places.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nobody_else_is_taken_for_decided(
            people in prop::collection::vec(0u64..200, 0..100),
            others in prop::collection::vec(0u64..200, 0..100),
        ) {
            let people: Vec<Key> = people.into_iter().map(Key).collect();
            let decided = Decided::of(&people);
            for other in others {
                prop_assert!(!decided.has(Key(other)) || people.contains(&Key(other)));
            }
            let last = people.last().copied().unwrap_or_default();
            prop_assert!(last.is_none() || decided.has(last));
        }
    }
}
