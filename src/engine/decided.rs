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
    /// No more places than fit into the cache of a core beside all else. Few people do most of what is done.
    const MOST: usize = 1 << 16;

    /// Of these people, each with how much they have done: who does most is remembered.
    pub(super) fn of(people: &[(u32, Key)]) -> Decided {
        if people.is_empty() {
            return Decided::default();
        }
        let count = (Decided::ROOM * people.len()).next_power_of_two().min(Decided::MOST);
        let mut most = vec![(0, Key::NONE); count];
        for &(done, person) in people {
            let place = &mut most[place_of(person, count)];
            *place = (*place).max((done, person));
        }
        Decided { places: most.into_iter().map(|(_, person)| person).collect() }
    }

    /// Whether this person is known to be decided.
    #[inline]
    pub(super) fn has(&self, person: Key) -> bool {
        self.places.get(place_of(person, self.places.len())) == Some(&person) && !person.is_none()
    }
}

/// The place of a person among so many, a power of two or none.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
fn place_of(person: Key, places: usize) -> usize {
    person.0 as usize & places.wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nobody_else_is_taken_for_decided(
            people in prop::collection::vec((0u32..9, 0u64..200), 0..100),
            others in prop::collection::vec(0u64..200, 0..100),
        ) {
            let people: Vec<(u32, Key)> = people.into_iter().map(|(count, key)| (count, Key(key))).collect();
            let decided = Decided::of(&people);
            for other in others {
                let is_decided = people.iter().any(|(_, key)| *key == Key(other));
                prop_assert!(is_decided || !decided.has(Key(other)));
            }
            let (_, busiest) = people.iter().max().copied().unwrap_or_default();
            prop_assert!(busiest.is_none() || decided.has(busiest));
        }
    }
}
