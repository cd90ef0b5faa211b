//! Joining linked identifiers into people, with guards against joining too much.
//!
//! 1. An address, telephone or device that is linked to too many people (a kiosk, an agency, a
//!    placeholder) is a hub and joins nobody.
//! 2. Links are taken strongest first, then oldest first. A link is refused if the two sides together
//!    would hold two customer numbers, two user ids of one system, or more addresses, telephones or
//!    devices than one person has.
//! 3. A device that rows identify as several people all the same is parted by time (`shared`).
//!
//! Almost nobody is ever refused anything, and where nothing is refused the order of links does not matter. So
//! everybody is joined first, as the links come; only where the guards object to what came together is that taken
//! apart again, and put together link by link in the order above.

use super::Links;
use super::roll::{Numbers, Roll, pairs};
use super::shared::{Identified, SharedDevices};
use crate::event::{Identifier, IdentifierKind};
use crate::findings::IdentityFindings;
use crate::key::{FastMap, FastSet, Key};
use std::borrow::Cow;

/// A device, telephone or address with more than this many people on one side is a hub.
const HUB: usize = 3;

/// How many of a kind one person may have: e-mail addresses, telephones, devices.
const fn cap(kind: IdentifierKind) -> Option<u8> {
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
    /// By the key of an identifier, the place of its person in the list.
    places: Numbers,
    list: Vec<Person>,
    pub(super) shared: SharedDevices,
    /// What had to be refused on the way.
    pub findings: IdentityFindings,
}

impl People {
    /// Joins what is linked, on so many threads; `identified` are the rows of devices that say who it was.
    pub fn unite(links: &Links, identified: &[Identified], threads: usize) -> People {
        let roll = Roll::of(links, threads);
        let (hubs, forest) = hubs_and_forest(&roll);
        let joined = join(&roll, forest, |number| hubs.contains(&number));
        let join_without = |devices: &FastSet<u32>| {
            let stays_out = |number| hubs.contains(&number) || devices.contains(&number);
            join(&roll, Forest::grown(&roll, stays_out), stays_out)
        };
        let identified = &resolved(links, identified);
        let mut shared = SharedDevices::find((&roll, &hubs), identified, &joined, join_without);
        let findings = IdentityFindings {
            refused_merges: joined.refused,
            hubs: hubs.len() as u64,
            shared_devices: shared.count(),
            crowd: u64::from(joined.crowd),
            ..IdentityFindings::default()
        };
        shared.add_recurring(&links.recurring, (&roll, &joined));
        let mut places = roll.numbers;
        places.map(|number| joined.places[number as usize]);
        People { places, list: joined.people, shared, findings }
    }

    /// The person that an identifier belongs to, if it is linked to anything.
    pub fn of(&self, identifier: Key) -> Option<Person> {
        let place = self.places.get(identifier)?;
        self.list.get(place as usize).copied()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.places.bytes() + self.list.capacity() * size_of::<Person>()
    }

    /// Whether nobody is linked.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The rows of devices, by what names of orders mean at their times.
fn resolved<'i>(links: &Links, identified: &'i [Identified]) -> Cow<'i, [Identified]> {
    if links.recurring.is_empty() {
        return Cow::Borrowed(identified);
    }
    let meant = |row: &Identified| Identified { by: links.recurring.key(row.by, row.at), ..*row };
    identified.iter().map(meant).collect()
}

/// The identifiers of a roll, joined.
#[derive(Debug, Default)]
pub(super) struct Joined {
    people: Vec<Person>,
    /// By the number of an identifier, the place of its person.
    places: Vec<u32>,
    /// How many ties were refused.
    refused: u64,
    /// How many devices stand beside the one customer, user or address that has most, of those with more than one
    /// person has.
    crowd: u32,
}

impl Joined {
    /// The person that an identifier belongs to, by its number.
    #[inline]
    pub(super) fn person(&self, number: u32) -> Person {
        self.people[self.places[number as usize] as usize]
    }
}

/// The hubs, and the forest that has grown without them.
fn hubs_and_forest(roll: &Roll) -> (FastSet<u32>, Forest<'_>) {
    let (mut forest, others) = Forest::planted(roll, |_| false);
    let hubs = hubs(roll, &others);
    forest.grow(roll, &others, |number| hubs.contains(&number));
    (hubs, forest)
}

/// The people of a forest that has grown without what stays out.
fn join(roll: &Roll, mut forest: Forest<'_>, stays_out: impl Fn(u32) -> bool) -> Joined {
    let contested = forest.contested();
    let (mut refused, mut crowd) = (0, 0);
    if contested.contains(&true) {
        forest.take_apart(&contested);
        let ties = roll.ties(|number| contested[number as usize]);
        for (a, b) in ties.iter().map(|tie| tie.ends) {
            let is_out = stays_out(a) || stays_out(b);
            refused += u64::from(!is_out && !forest.join(a, b, Members::take_in));
        }
        crowd = crowd_of(roll, ties.iter().map(|tie| tie.ends));
    }
    Joined { refused, crowd, ..forest.people() }
}

/// The most devices that are tied to one customer, user or address.
fn crowd_of(roll: &Roll, ties: impl Iterator<Item = (u32, u32)>) -> u32 {
    let mut devices: FastMap<u32, u32> = FastMap::default();
    for (strongest, other) in ties {
        let [strong, weak] = [strongest, other].map(|number| roll.identifier(number));
        let is_device = weak.kind == IdentifierKind::ClientId && !weak.is_session();
        if is_device && strong.kind.is_named() {
            *devices.entry(strongest).or_default() += 1;
        }
    }
    devices.into_values().max().unwrap_or(0)
}

/// Identifiers with more partners than one person can be, by their numbers. They are on none but these rows.
fn hubs(roll: &Roll, rows: &[u32]) -> FastSet<u32> {
    let counts = |own: IdentifierKind, other: IdentifierKind| match own {
        // Exports may have no customer numbers: then addresses tell how many people there are.
        IdentifierKind::ClientId | IdentifierKind::Phone => {
            matches!(other, IdentifierKind::CustomerId | IdentifierKind::Email)
        }
        IdentifierKind::Email => other == IdentifierKind::CustomerId,
        IdentifierKind::CustomerId
        | IdentifierKind::OrderId
        | IdentifierKind::CheckoutToken
        | IdentifierKind::UserId => false,
    };
    let partners_of = |members| {
        let both_ways = pairs(members).flat_map(|(a, b)| [(a, b), (b, a)]);
        let kinds = both_ways.map(|(own, other)| {
            (own, roll.identifier(own).kind, roll.identifier(other).kind, other)
        });
        let counted = kinds.filter(|&(_, own, other, _)| counts(own, other));
        counted.map(|(own, _, kind, other)| (own, kind, other))
    };
    // Most have so few rows that they are none, whoever is on these.
    let met = partners_met(roll, rows);
    let is_often_met = |number: &u32| usize::from(met[*number as usize]) > HUB;
    let rows = rows.iter().map(|row| roll.row(*row));
    let rows = rows.filter(|members| members.iter().any(is_often_met));
    let mut partners: Vec<_> = rows.flat_map(partners_of).collect();
    partners.sort_unstable();
    partners.dedup();
    let alike = partners.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1));
    alike.filter(|alike| alike.len() > HUB).map(|alike| alike[0].0).collect()
}

/// By number, how often an identifier meets on some rows those that count as its partners, some of them more than once;
/// what is beyond a byte makes a hub possible all the same.
fn partners_met(roll: &Roll, rows: &[u32]) -> Vec<u8> {
    let mut met = vec![0_u8; roll.identifiers.len()];
    for members in rows.iter().map(|row| roll.row(*row)) {
        let kinds = || members.iter().map(|&number| roll.identifier(number).kind);
        let of = |kind| {
            let count = kinds().filter(|own| *own == kind).count();
            u8::try_from(count).unwrap_or(u8::MAX)
        };
        let (customers, emails) = (of(IdentifierKind::CustomerId), of(IdentifierKind::Email));
        for (&number, kind) in members.iter().zip(kinds()) {
            let partners = match kind {
                IdentifierKind::ClientId | IdentifierKind::Phone => {
                    customers.saturating_add(emails)
                }
                IdentifierKind::Email => customers,
                IdentifierKind::CustomerId
                | IdentifierKind::OrderId
                | IdentifierKind::CheckoutToken
                | IdentifierKind::UserId => 0,
            };
            let met = &mut met[number as usize];
            *met = met.saturating_add(partners);
        }
    }
    met
}

/// What a tree of the forest holds, as far as the guards need it.
#[derive(Clone, Debug)]
struct Members {
    strongest: Identifier,
    /// The one customer number, and one user id for each system: there are few, and mostly one.
    unique: Unique,
    /// By kind; what is beyond a byte is beyond every cap.
    counts: [u8; IdentifierKind::ALL.len()],
    named: bool,
    /// Whether the guards would have refused some of it.
    is_contested: bool,
}

impl Members {
    fn of(identifier: Identifier) -> Members {
        let kind = identifier.kind;
        let is_unique = matches!(kind, IdentifierKind::CustomerId | IdentifierKind::UserId);
        let mut counts = [0; IdentifierKind::ALL.len()];
        // Sessions, which may stand in for devices, are as many as visits.
        counts[kind as usize] = u8::from(!identifier.is_session());
        let unique = Unique { first: is_unique.then_some(identifier), others: Vec::new() };
        Members {
            strongest: identifier,
            unique,
            counts,
            named: kind.is_named(),
            is_contested: false,
        }
    }

    fn may_join(&self, other: &Members) -> bool {
        let contradicts = other.unique.iter().any(|theirs| {
            let is_of_system =
                |mine: &Identifier| (mine.kind, mine.space) == (theirs.kind, theirs.space);
            self.unique.iter().find(is_of_system).is_some_and(|mine| mine != theirs)
        });
        let too_many = IdentifierKind::ALL.iter().any(|&kind| {
            let together = self.counts[kind as usize].saturating_add(other.counts[kind as usize]);
            cap(kind).is_some_and(|cap| together > cap)
        });
        !contradicts && !too_many
    }

    /// Takes all of the other's members; false if the guards refuse, and then nothing has changed.
    fn take_in(&mut self, other: &mut Members) -> bool {
        let may_join = self.may_join(other);
        if may_join {
            self.absorb(other);
        }
        may_join
    }

    /// The same whatever the guards say, which is noted. Of what is contested nothing else is asked, and it may be large.
    fn take_in_anyway(&mut self, other: &mut Members) -> bool {
        self.is_contested |= other.is_contested || !self.may_join(other);
        if self.is_contested {
            self.unique = Unique::default();
        } else {
            self.absorb(other);
        }
        true
    }

    fn absorb(&mut self, other: &mut Members) {
        self.strongest = self.strongest.min(other.strongest);
        other.unique.iter().for_each(|theirs| self.unique.add(theirs));
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine = mine.saturating_add(theirs);
        }
        self.named |= other.named;
    }

    fn person(&self) -> Person {
        Person { key: self.strongest.key, named: self.named }
    }
}

/// Different identifiers; most persons have one at most, which then needs no piece of memory.
#[derive(Clone, Debug, Default)]
struct Unique {
    first: Option<Identifier>,
    others: Vec<Identifier>,
}

impl Unique {
    fn iter(&self) -> impl Iterator<Item = Identifier> {
        self.first.into_iter().chain(self.others.iter().copied())
    }

    fn add(&mut self, identifier: Identifier) {
        if self.first.is_none() {
            self.first = Some(identifier);
        } else if self.iter().all(|known| known != identifier) {
            self.others.push(identifier);
        }
    }
}

/// A disjoint-set forest over the identifiers of a roll.
#[derive(Debug)]
struct Forest<'r> {
    identifiers: &'r [Identifier],
    parents: Vec<u32>,
    /// By root, where its members are; [`NO_MEMBERS`] for a tree of one identifier, that or [`NAMED`] for a planted one.
    places: Vec<u32>,
    members: Vec<Members>,
}

/// Stands for the members of a tree for which none were made: one identifier, or a planted tree.
const NO_MEMBERS: u32 = u32::MAX;
/// The same of a planted tree in which something names the person, whatever its root is.
const NAMED: u32 = u32::MAX - 1;

impl<'r> Forest<'r> {
    /// Every identifier is a tree of its own.
    fn new(identifiers: &'r [Identifier]) -> Forest<'r> {
        let count = u32::try_from(identifiers.len()).unwrap_or(NO_MEMBERS);
        let places = vec![NO_MEMBERS; identifiers.len()];
        Forest { identifiers, parents: (0..count).collect(), places, members: Vec::new() }
    }

    /// Joins what rows link, but for what stays out.
    fn grown(roll: &'r Roll, stays_out: impl Fn(u32) -> bool) -> Forest<'r> {
        let (mut forest, others) = Forest::planted(roll, &stays_out);
        forest.grow(roll, &others, stays_out);
        forest
    }

    /// Joins what stands on rows by itself, on which nothing stays out; gives back the other rows. Nobody on a row by
    /// itself can be a hub.
    fn planted(roll: &'r Roll, stays_out: impl Fn(u32) -> bool) -> (Forest<'r>, Vec<u32>) {
        let mut forest = Forest::new(&roll.identifiers);
        let mut others = Vec::new();
        for (row, (members, _)) in (0..).zip(roll.rows()) {
            let Some((&strongest, weaker)) = members.split_first() else { continue };
            if roll.is_by_itself(members) && !members.iter().any(|number| stays_out(*number)) {
                forest.plant(strongest, weaker);
            } else {
                others.push(row);
            }
        }
        (forest, others)
    }

    /// Joins what some rows link, but for what stays out.
    fn grow(&mut self, roll: &Roll, rows: &[u32], stays_out: impl Fn(u32) -> bool) {
        for members in rows.iter().map(|row| roll.row(*row)) {
            let Some((&strongest, others)) = members.split_first() else { continue };
            if stays_out(strongest) {
                continue;
            }
            for &other in others.iter().filter(|other| !stays_out(**other)) {
                self.join(strongest, other, Members::take_in_anyway);
            }
        }
    }

    /// Joins what stands on one row and is nowhere else, and to which no guard can object: most people of a shop have one
    /// order. Nothing else is ever joined with it, so nobody will ask for its members.
    fn plant(&mut self, strongest: u32, others: &[u32]) {
        for &other in others {
            self.parents[other as usize] = strongest;
        }
        let is_named = |number: &u32| self.identifiers[*number as usize].kind.is_named();
        if others.iter().any(is_named) {
            self.places[strongest as usize] = NAMED;
        }
    }

    fn root(&mut self, mut tree: u32) -> u32 {
        while self.parents[tree as usize] != tree {
            let above = self.parents[self.parents[tree as usize] as usize];
            self.parents[tree as usize] = above;
            tree = above;
        }
        tree
    }

    /// Joins the trees of two identifiers if the one takes in the other; says whether they are joined.
    #[inline]
    fn join(&mut self, a: u32, b: u32, take_in: fn(&mut Members, &mut Members) -> bool) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        debug_assert!([a, b].iter().all(|root| self.places[*root as usize] != NAMED));
        // Whoever has no members goes to the other.
        let (a, b) = if self.has_no_members(a) { (b, a) } else { (a, b) };
        let mine = self.place_of(a);
        let is_joined = if self.has_no_members(b) {
            let mut alone = Members::of(self.identifiers[b as usize]);
            take_in(&mut self.members[mine], &mut alone)
        } else {
            let theirs = self.places[b as usize] as usize;
            let both = self.members.get_disjoint_mut([mine, theirs]);
            both.is_ok_and(|[mine, theirs]| take_in(mine, theirs))
        };
        if is_joined {
            self.parents[b as usize] = a;
        }
        is_joined
    }

    /// By the number of an identifier, whether the guards object to the tree that it is in.
    fn contested(&mut self) -> Vec<bool> {
        if !self.members.iter().any(|members| members.is_contested) {
            return Vec::new();
        }
        let numbers = (0..).take(self.identifiers.len());
        let is_contested = |number: u32| {
            let root = self.root(number) as usize;
            self.members.get(self.places[root] as usize).is_some_and(|members| members.is_contested)
        };
        numbers.map(is_contested).collect()
    }

    /// Makes a tree of its own of each of these identifiers: of a whole tree all or none.
    fn take_apart(&mut self, which: &[bool]) {
        for (number, _) in (0..).zip(which).filter(|(_, is_one)| **is_one) {
            self.parents[number as usize] = number;
            self.places[number as usize] = NO_MEMBERS;
        }
    }

    fn has_no_members(&self, root: u32) -> bool {
        self.places[root as usize] >= NAMED
    }

    /// Where the members of a tree are, made if there were none.
    fn place_of(&mut self, root: u32) -> usize {
        if self.has_no_members(root) {
            self.places[root as usize] = u32::try_from(self.members.len()).unwrap_or(NO_MEMBERS);
            self.members.push(Members::of(self.identifiers[root as usize]));
        }
        self.places[root as usize] as usize
    }

    /// Whose tree has this root.
    fn person(&self, root: usize) -> Person {
        let place = self.places[root];
        if let Some(members) = self.members.get(place as usize) {
            return members.person();
        }
        let Identifier { kind, key, .. } = self.identifiers[root];
        Person { key, named: kind.is_named() || place == NAMED }
    }

    fn people(mut self) -> Joined {
        /// Stands for the place of a person who has none yet.
        const NONE: u32 = u32::MAX;
        let places = Vec::with_capacity(self.identifiers.len());
        let mut joined = Joined { places, ..Joined::default() };
        // By root, the place of the person.
        let mut of_roots = vec![NONE; self.identifiers.len()];
        for number in (0..).take(self.identifiers.len()) {
            let root = self.root(number) as usize;
            if of_roots[root] == NONE {
                of_roots[root] = u32::try_from(joined.people.len()).unwrap_or(NONE);
                joined.people.push(self.person(root));
            }
            joined.places.push(of_roots[root]);
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;
    use IdentifierKind::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

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
        People::unite(&links, &[], 1)
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
    fn a_telephone_of_many_addresses_is_a_placeholder_and_one_of_a_few_a_households() {
        let unite = |addresses: u64| {
            let rows: Vec<_> = (1..=addresses).map(|n| vec![id(Email, n), id(Phone, 7)]).collect();
            let people = unite(&rows);
            (people.findings.hubs, together(&people, id(Email, 1), id(Email, 2)))
        };
        assert_eq!(unite(3), (0, true));
        assert_eq!(unite(4), (1, false));
    }

    proptest! {
        /// A hub is what has more partners of one kind than one person can be, each counted once.
        #[test]
        fn hubs_have_too_many_partners(
            rows in prop::collection::vec(prop::collection::btree_set((0..7_usize, 0..6_u64), 0..5), 0..30)
        ) {
            let mut links = Links::default();
            let mut partners: BTreeMap<(Identifier, IdentifierKind), BTreeSet<Identifier>> = BTreeMap::new();
            for row in rows {
                let row: BTreeSet<Identifier> =
                    row.into_iter().map(|(kind, name)| id(IdentifierKind::ALL[kind], name)).collect();
                let row: Vec<Identifier> = row.into_iter().collect();
                links.note(&row, Instant(0));
                for &own in &row {
                    for &other in &row {
                        let counts = matches!((own.kind, other.kind), (ClientId | Phone, CustomerId | Email) | (Email, CustomerId));
                        if counts {
                            partners.entry((own, other.kind)).or_default().insert(other);
                        }
                    }
                }
            }
            let expected: BTreeSet<Identifier> = partners
                .into_iter()
                .filter_map(|((own, _), partners)| (partners.len() > HUB).then_some(own))
                .collect();
            let roll = Roll::of(&links, 1);
            let all: Vec<u32> = (0..).zip(roll.rows()).map(|(row, _)| row).collect();
            let is_hub = |number: &u32| expected.contains(&roll.identifier(*number));
            let expected_hubs: FastSet<u32> =
                (0..).take(roll.identifiers.len()).filter(is_hub).collect();
            prop_assert_eq!(&hubs(&roll, &all), &expected_hubs);
            let (hubs, forest) = hubs_and_forest(&roll);
            prop_assert_eq!(&hubs, &expected_hubs, "nobody on a row by itself is one");
            let stays_out = |number: u32| hubs.contains(&number);
            let [own, grown] = [forest, Forest::grown(&roll, stays_out)]
                .map(|forest| join(&roll, forest, stays_out));
            prop_assert_eq!(own.people, grown.people);
            prop_assert_eq!(own.places, grown.places);
        }
    }

    proptest! {
        /// Where nothing is refused the order of links does not matter, and elsewhere they are taken in theirs.
        #[test]
        fn people_are_those_of_all_links_one_by_one_in_their_order(
            rows in prop::collection::vec((prop::collection::btree_set((0..7_usize, 0..9_u64), 0..4), 0..5_i64), 0..40),
            out in prop::collection::btree_set(0..20_u32, 0..4),
        ) {
            let mut links = Links::default();
            for (row, second) in &rows {
                let row: BTreeSet<Identifier> =
                    row.iter().map(|&(kind, name)| id(IdentifierKind::ALL[kind], name)).collect();
                let row: Vec<Identifier> = row.into_iter().collect();
                links.note(&row, Instant(*second));
            }
            let roll = Roll::of(&links, 1);
            let stays_out = |number: u32| out.contains(&number);
            let mut forest = Forest::new(&roll.identifiers);
            let mut refused = 0;
            for (a, b) in roll.ties(|_| true).iter().map(|tie| tie.ends) {
                let is_out = stays_out(a) || stays_out(b);
                refused += u64::from(!is_out && !forest.join(a, b, Members::take_in));
            }
            let expected = forest.people();
            let joined = join(&roll, Forest::grown(&roll, stays_out), stays_out);
            prop_assert_eq!(joined.refused, refused);
            for number in (0..).take(roll.identifiers.len()) {
                prop_assert_eq!(joined.person(number), expected.person(number));
            }
        }
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
            let people = People::unite(&links, &[], 1);
            rows.iter().flatten().map(|i| people.of(i.key)).collect::<Vec<_>>()
        };
        assert_eq!(noted([0, 1, 2, 3]), noted([3, 1, 2, 0]));
        assert_eq!(noted([0, 1, 2, 3]), noted([2, 3, 1, 0]));
    }
}
