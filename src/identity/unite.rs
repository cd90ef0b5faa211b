//! Joining linked identifiers into people, with guards against joining too much.
//!
//! 1. An address, telephone or device that is linked to too many people (a kiosk, an agency, a
//!    placeholder) is a hub and joins nobody.
//! 2. Links are taken strongest first, then oldest first. A link is refused if the two sides together
//!    would hold two customer numbers, two user ids of one system, or more addresses, telephones or
//!    devices than one person has.
//! 3. A device that rows identify as several people all the same is parted by time (`shared`).

use super::Links;
use super::shared::{Identified, Link, SharedDevices};
use crate::event::{Identifier, IdentifierKind};
use crate::findings::IdentityFindings;
use crate::key::{FastMap, FastSet, Key};

/// A device, telephone or address with more than this many people on one side is a hub.
const HUB: usize = 3;

/// How many of a kind one person may have: e-mail addresses, telephones, devices.
const fn cap(kind: IdentifierKind) -> Option<u32> {
    match kind {
        IdentifierKind::Email => Some(5),
        IdentifierKind::Phone => Some(3),
        IdentifierKind::ClientId => Some(20),
        IdentifierKind::CustomerId
        | IdentifierKind::UserId
        | IdentifierKind::OrderId
        | IdentifierKind::CheckoutToken => None,
    }
}

/// The person behind an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The key of the strongest, then smallest identifier: stable whatever the order of the input.
    pub key: Key,
    /// Whether a customer number, user id, address or telephone names the person.
    pub named: bool,
}

/// The people that links make. Identifiers that are not linked are people of their own and not in here.
#[derive(Clone, Debug, Default)]
pub struct People {
    by_identifier: FastMap<Key, Person>,
    pub(super) shared: SharedDevices,
    /// What had to be refused on the way.
    pub findings: IdentityFindings,
}

impl People {
    /// Joins what is linked; `identified` are the rows of devices that say who it was.
    pub fn unite(links: &Links, identified: &[Identified]) -> People {
        let hubs = hubs(links);
        let mut links: Vec<Link> = links.joining().into_iter().collect();
        links.sort_unstable_by_key(|&((a, b), first_seen)| (a.kind.max(b.kind), first_seen, a, b));
        let (by_identifier, refused_merges) = join(&links, |identifier| hubs.contains(&identifier));
        let join_without = |devices: &FastSet<Key>| {
            let stays_out = |identifier: Identifier| {
                hubs.contains(&identifier) || devices.contains(&identifier.key)
            };
            join(&links, stays_out).0
        };
        let shared = SharedDevices::find(&links, identified, &by_identifier, join_without);
        let findings = IdentityFindings {
            refused_merges,
            hubs: hubs.len() as u64,
            shared_devices: shared.count(),
            ..IdentityFindings::default()
        };
        People { by_identifier, shared, findings }
    }

    /// The person that an identifier belongs to, if it is linked to anything.
    pub fn of(&self, identifier: Key) -> Option<Person> {
        self.by_identifier.get(&identifier).copied()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.by_identifier.capacity() * size_of::<(Key, Person)>()
    }

    /// Whether nobody is linked.
    pub fn is_empty(&self) -> bool {
        self.by_identifier.is_empty()
    }
}

/// Joins what sorted links tie together, but for what stays out; says how many links were refused.
fn join(links: &[Link], stays_out: impl Fn(Identifier) -> bool) -> (FastMap<Key, Person>, u64) {
    let mut forest = Forest::default();
    let mut refused = 0;
    for &((a, b), _) in links {
        let (one, other) = (forest.tree(a), forest.tree(b));
        if !stays_out(a) && !stays_out(b) && !forest.join(one, other) {
            refused += 1;
        }
    }
    (forest.people(), refused)
}

/// Identifiers with more partners than one person can be.
fn hubs(links: &Links) -> FastSet<Identifier> {
    let counts = |own: IdentifierKind, other: IdentifierKind| match own {
        IdentifierKind::ClientId => {
            matches!(other, IdentifierKind::CustomerId | IdentifierKind::Email)
        }
        IdentifierKind::Phone | IdentifierKind::Email => other == IdentifierKind::CustomerId,
        IdentifierKind::CustomerId
        | IdentifierKind::OrderId
        | IdentifierKind::CheckoutToken
        | IdentifierKind::UserId => false,
    };
    let both_ways = links.all().flat_map(|(a, b)| [(a, b), (b, a)]);
    let mut partners: Vec<(Identifier, Identifier)> =
        both_ways.filter(|(own, other)| counts(own.kind, other.kind)).collect();
    partners.sort_unstable();
    partners.dedup();
    let alike = partners.chunk_by(|one, next| (one.0, one.1.kind) == (next.0, next.1.kind));
    alike.filter(|alike| alike.len() > HUB).map(|alike| alike[0].0).collect()
}

/// What a tree of the forest holds, as far as the guards need it.
#[derive(Clone, Debug)]
struct Members {
    strongest: Identifier,
    /// The one customer number, and one user id for each system: there are few.
    unique: Vec<Identifier>,
    counts: [u32; IdentifierKind::ALL.len()],
    named: bool,
}

impl Members {
    fn of(identifier: Identifier) -> Members {
        let kind = identifier.kind;
        let is_unique = matches!(kind, IdentifierKind::CustomerId | IdentifierKind::UserId);
        let mut counts = [0; IdentifierKind::ALL.len()];
        counts[kind as usize] = 1;
        let named = is_unique || matches!(kind, IdentifierKind::Email | IdentifierKind::Phone);
        let unique = is_unique.then_some(identifier).into_iter().collect();
        Members { strongest: identifier, unique, counts, named }
    }

    fn may_join(&self, other: &Members) -> bool {
        let contradicts = other.unique.iter().any(|theirs| {
            let is_of_system =
                |mine: &&Identifier| (mine.kind, mine.space) == (theirs.kind, theirs.space);
            self.unique.iter().find(is_of_system).is_some_and(|mine| mine != theirs)
        });
        let too_many = IdentifierKind::ALL.iter().any(|&kind| {
            cap(kind)
                .is_some_and(|cap| self.counts[kind as usize] + other.counts[kind as usize] > cap)
        });
        !contradicts && !too_many
    }

    fn join(&mut self, other: Members) {
        self.strongest = self.strongest.min(other.strongest);
        if self.unique.is_empty() {
            self.unique = other.unique;
        } else {
            let new = other.unique.into_iter().filter(|theirs| !self.unique.contains(theirs));
            let new: Vec<Identifier> = new.collect();
            self.unique.extend(new);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
        self.named |= other.named;
    }
}

/// A disjoint-set forest over identifiers.
#[derive(Debug, Default)]
struct Forest {
    numbers: FastMap<Key, usize>,
    identifiers: Vec<Identifier>,
    parents: Vec<usize>,
    members: Vec<Option<Members>>,
}

impl Forest {
    /// The number of an identifier, a tree of its own at first.
    fn tree(&mut self, identifier: Identifier) -> usize {
        let next = self.identifiers.len();
        let number = *self.numbers.entry(identifier.key).or_insert(next);
        if number == next {
            self.identifiers.push(identifier);
            self.parents.push(next);
            self.members.push(Some(Members::of(identifier)));
        }
        number
    }

    fn root(&mut self, mut tree: usize) -> usize {
        while self.parents[tree] != tree {
            self.parents[tree] = self.parents[self.parents[tree]];
            tree = self.parents[tree];
        }
        tree
    }

    /// Joins two trees; false if the guards refuse.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        let allowed = matches!((&self.members[a], &self.members[b]), (Some(mine), Some(theirs)) if mine.may_join(theirs));
        if !allowed {
            return false;
        }
        let theirs = self.members[b].take();
        if let (Some(mine), Some(theirs)) = (&mut self.members[a], theirs) {
            mine.join(theirs);
        }
        self.parents[b] = a;
        true
    }

    fn people(mut self) -> FastMap<Key, Person> {
        let mut people = FastMap::default();
        people.reserve(self.identifiers.len());
        for number in 0..self.identifiers.len() {
            let root = self.root(number);
            if let Some(members) = &self.members[root] {
                let person = Person { key: members.strongest.key, named: members.named };
                people.insert(self.identifiers[number].key, person);
            }
        }
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;
    use IdentifierKind::*;

    fn id(kind: IdentifierKind, name: u64) -> Identifier {
        Identifier { kind, space: 0, key: Key::within(kind as u64, &name.to_le_bytes()) }
    }

    /// Rows of (kind, name), noted in the given order, one second apart.
    fn unite(rows: &[Vec<Identifier>]) -> People {
        let mut links = Links::default();
        for (second, row) in rows.iter().enumerate() {
            let mut row = row.clone();
            row.sort_unstable();
            links.note(&row, Instant(i64::try_from(second).unwrap() * 1_000_000));
        }
        People::unite(&links, &[])
    }

    fn together(people: &People, a: Identifier, b: Identifier) -> bool {
        matches!((people.of(a.key), people.of(b.key)), (Some(x), Some(y)) if x == y)
    }

    #[test]
    fn a_chain_of_rows_is_one_person() {
        let people = unite(&[
            vec![id(ClientId, 1), id(CheckoutToken, 1)],
            vec![id(CheckoutToken, 1), id(Email, 1)],
            vec![id(Email, 1), id(ClientId, 2)],
        ]);
        assert!(together(&people, id(ClientId, 1), id(ClientId, 2)));
        assert!(people.of(id(ClientId, 1).key).unwrap().named);
        assert_eq!(people.of(id(ClientId, 9).key), None);
    }

    #[test]
    fn two_customer_numbers_never_join() {
        let people = unite(&[
            vec![id(CustomerId, 1), id(ClientId, 1)],
            vec![id(CustomerId, 2), id(ClientId, 1)],
        ]);
        assert!(together(&people, id(CustomerId, 1), id(ClientId, 1)));
        assert!(!together(&people, id(CustomerId, 1), id(CustomerId, 2)));
        assert_eq!(people.findings.refused_merges, 1);
    }

    #[test]
    fn a_shared_device_is_a_hub_and_joins_nobody() {
        let rows: Vec<_> = (1..=4).map(|n| vec![id(Email, n), id(ClientId, 7)]).collect();
        let people = unite(&rows);
        assert_eq!(people.findings.hubs, 1);
        assert!(!together(&people, id(Email, 1), id(Email, 2)));
    }

    #[test]
    fn a_person_has_at_most_five_addresses() {
        let rows: Vec<_> = (1..=6).map(|n| vec![id(CheckoutToken, 7), id(Email, n)]).collect();
        let people = unite(&rows);
        assert_eq!(people.findings.refused_merges, 1);
        assert!(together(&people, id(Email, 1), id(Email, 5)));
        assert!(
            !together(&people, id(Email, 1), id(Email, 6)),
            "the youngest link is the one refused"
        );
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let rows = [
            vec![id(CustomerId, 1), id(ClientId, 1), id(Email, 1)],
            vec![id(CustomerId, 2), id(ClientId, 1)],
            vec![id(Email, 1), id(Phone, 3)],
            vec![id(Phone, 3), id(ClientId, 4)],
        ];
        let noted = |order: [usize; 4]| {
            let mut links = Links::default();
            for n in order {
                let mut row = rows[n].clone();
                row.sort_unstable();
                links.note(&row, Instant(i64::try_from(n).unwrap()));
            }
            let people = People::unite(&links, &[]);
            rows.iter().flatten().map(|i| people.of(i.key)).collect::<Vec<_>>()
        };
        assert_eq!(noted([0, 1, 2, 3]), noted([3, 1, 2, 0]));
        assert_eq!(noted([0, 1, 2, 3]), noted([2, 3, 1, 0]));
    }
}
