//! Whether the session of a row says who it was where nothing else does, as the first rows show it.
//!
//! Many logs name somebody only once they have logged in, but have a session on every row. Then a session is what a
//! browser's id is elsewhere: it ties what was done without a name to whoever is named in it. What that makes of rows
//! is not decided here.

use super::strictness;
use crate::event::{Identifier, IdentifierKind};
use crate::identity::identify;
use crate::key::Key;
use std::collections::BTreeMap;

/// What tells people apart: kinds with their systems, and where the text stands.
pub(super) type Who<K> = [(IdentifierKind, u16, K)];

/// The session among what tells people apart, if it says who the rows of nobody are. `text` gives the text of one of
/// the first `rows` at a place.
pub(super) fn session_among<K: Clone, R>(
    rows: &[R],
    (people, session): (&Who<K>, Option<&K>),
    text: impl Fn(&R, &K) -> Option<String>,
) -> Option<(IdentifierKind, u16, K)> {
    let session = session?;
    // Where a session stands for a customer, no row of one is of nobody.
    if people.iter().any(|(_, space, _)| *space == Identifier::SESSIONS) {
        return None;
    }
    let said = |row: &R| {
        let key = |(kind, space, place): &(IdentifierKind, u16, K)| {
            let text = text(row, place)?;
            Some(identify(*kind, *space, &text, strictness(people, true))?.key)
        };
        (people.iter().map(key).collect(), text(row, session))
    };
    let own = (IdentifierKind::ClientId, Identifier::SESSIONS, session.clone());
    name_the_nameless(rows.iter().map(said)).then_some(own)
}

/// Whether some rows have a session but nobody, and no session is of two people: where it is, sessions may be counted
/// anew for each of them. A row has a key for each of what tells people apart, and its session.
fn name_the_nameless(rows: impl Iterator<Item = (Vec<Option<Key>>, Option<String>)>) -> bool {
    let mut people: BTreeMap<(String, usize), Key> = BTreeMap::new();
    let mut are_wanted = false;
    for (keys, session) in rows {
        let Some(session) = session else { continue };
        are_wanted |= keys.iter().all(Option::is_none);
        for (place, key) in keys.into_iter().enumerate() {
            let Some(key) = key else { continue };
            if *people.entry((session.clone(), place)).or_insert(key) != key {
                return false;
            }
        }
    }
    are_wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_wanted_where_rows_name_nobody_and_each_is_of_one_person() {
        let are_wanted = |rows: &[[&str; 3]]| {
            let people = [(IdentifierKind::UserId, 0, 0), (IdentifierKind::Email, 0, 1)];
            let text = |row: &[&str; 3], place: &usize| {
                Some(row[*place].to_owned()).filter(|text| !text.is_empty())
            };
            session_among(rows, (&people, Some(&2)), text).is_some()
        };
        assert!(!are_wanted(&[["ada-1", "", "s1"], ["", "bob@example.com", "s2"]]));
        assert!(are_wanted(&[
            ["", "", "s1"],
            ["ada-1", "", "s1"],
            ["ada-1", "a@example.com", "s1"]
        ]));
        assert!(are_wanted(&[["guest", "", "s1"], ["ada-1", "", "s2"]]));
        assert!(!are_wanted(&[["", "", ""], ["ada-1", "", "s2"]]));
        assert!(!are_wanted(&[["", "", "1"], ["ada-1", "", "1"], ["bob-1", "", "1"]]));
    }

    #[test]
    fn a_session_that_stands_for_a_customer_is_no_other() {
        let sessions = [(IdentifierKind::ClientId, Identifier::SESSIONS, ())];
        let text = |row: &&str, (): &()| Some((*row).to_owned());
        assert!(session_among(&["0", "1"], (&sessions, Some(&())), text).is_none());
    }
}
