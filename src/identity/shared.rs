//! Devices that several customers used: who had one when.
//!
//! A row that names somebody says who sat there. Whatever the device did from then on, without saying who,
//! was they, until a row names somebody else; what it did before anybody was named was the first. Nobody is
//! joined by that. A checkout or an order that nothing but such a device ties to a person goes with it.

use super::recurring::Recurring;
use super::roll::{Roll, Tie};
use super::unite::Joined;
use super::{People, Person};
use crate::event::{Identifier, IdentifierKind, RowRef};
use crate::key::{FastMap, FastSet, Key};
use crate::time::Instant;
use std::collections::BTreeMap;

/// A row of a device that has a stronger identifier too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identified {
    /// The device.
    pub device: Key,
    /// When.
    pub at: Instant,
    /// The row.
    pub row: RowRef,
    /// The row's strongest identifier.
    pub by: Key,
}

/// From when on a device was a customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The time of the row that names the customer.
    pub since: Instant,
    /// That row.
    pub row: RowRef,
    /// The customer.
    pub person: Person,
}

/// A device that several customers used, or that is a hub, with each change from one to another; the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedDevice {
    /// The device.
    pub device: Identifier,
    /// One at least.
    pub holdings: Vec<Holding>,
}

impl SharedDevice {
    /// Who had the device at a moment: whoever was named last, then or before, else the first.
    pub fn holder(&self, at: Instant) -> Option<Person> {
        let until = self.holdings.partition_point(|held| held.since <= at);
        self.holdings.get(until.saturating_sub(1)).map(|held| held.person)
    }

    /// Whether it is a device at all.
    pub fn is_device(&self) -> bool {
        self.device.kind == IdentifierKind::ClientId
    }

    /// Whether it is a device that several customers had; a hub may be one customer's whose rows name many addresses.
    pub fn is_of_several(&self) -> bool {
        self.is_device() && self.holdings.windows(2).any(|pair| pair[0].person != pair[1].person)
    }
}

/// All shared devices, and what else joins nobody and is parted by time: hubs among devices, names of orders that come again.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedDevices {
    devices: Vec<SharedDevice>,
    /// The device by its key, and by the keys of what goes with it.
    numbers: FastMap<Key, usize>,
}

impl SharedDevices {
    /// How many several customers had.
    pub(super) fn count(&self) -> u64 {
        self.devices.iter().filter(|device| device.is_of_several()).count() as u64
    }

    /// Finds the devices whose rows name several customers, and the `hubs` among devices that nothing ties to whoever their rows
    /// name; `joined` are the customers, and `join_without` joins all links but those of some devices.
    pub(super) fn find(
        (roll, hubs): (&Roll, &FastSet<u32>),
        identified: &[Identified],
        joined: &Joined,
        join_without: impl Fn(&FastSet<u32>) -> Joined,
    ) -> SharedDevices {
        let is_device = |number: &&u32| roll.identifier(**number).kind == IdentifierKind::ClientId;
        let hubs = || hubs.iter().filter(is_device).copied();
        let named = |by| Some(joined.person(by)).filter(|person| person.named);
        let mut suspects = disputed(roll, identified, named);
        suspects.extend(hubs());
        if suspects.is_empty() {
            return SharedDevices::default();
        }
        let ties = &roll.ties(|number| suspects.contains(&number));
        // What is named only by way of such a device says nothing of who had it.
        let apart = join_without(&suspects);
        let person = |by: u32| Some(joined.person(by)).filter(|_| apart.person(by).named);
        let mut disputed = disputed(roll, identified, person);
        disputed.extend(hubs());
        let mut holdings = holdings(roll, identified, &disputed, person);
        let mut shared = SharedDevices::default();
        let devices = ties.iter().flat_map(|tie| [tie.ends.0, tie.ends.1]);
        for device in devices.map(|number| roll.identifier(number)) {
            if let Some(holdings) = holdings.remove(&device.key) {
                shared.numbers.insert(device.key, shared.devices.len());
                shared.devices.push(SharedDevice { device, holdings });
            }
        }
        shared.add_company((roll, ties), &apart);
        shared
    }

    /// Adds the names of orders that come again: at each time a name is whoever made the order that it means.
    pub(super) fn add_recurring(
        &mut self,
        recurring: &Recurring,
        (roll, joined): (&Roll, &Joined),
    ) {
        for name in recurring.names() {
            let person = |order: Identifier| {
                let alone = Person { key: order.key, named: false };
                roll.numbers.get(order.key).map_or(alone, |number| joined.person(number))
            };
            let holding =
                |&(since, order)| Holding { since, row: RowRef::default(), person: person(order) };
            let holdings = name.links.iter().map(holding).collect();
            self.numbers.insert(name.identifier.key, self.devices.len());
            self.devices.push(SharedDevice { device: name.identifier, holdings });
        }
    }

    /// Adds what nothing but a shared device ties to a person; of several devices the one that did so first.
    fn add_company(&mut self, (roll, ties): (&Roll, &[Tie]), apart: &Joined) {
        let mut first: BTreeMap<Key, (Instant, usize)> = BTreeMap::new();
        let both_ways = ties.iter().flat_map(|&Tie { ends: (a, b), first_seen, .. }| {
            [(a, b, first_seen), (b, a, first_seen)]
        });
        for (device, other, first_seen) in both_ways {
            let device = roll.identifier(device).key;
            let Some(&number) = self.numbers.get(&device) else { continue };
            let other = apart.person(other);
            if !other.named {
                let tie = (first_seen, number);
                first.entry(other.key).and_modify(|known| *known = tie.min(*known)).or_insert(tie);
            }
        }
        for (number, identifier) in (0..).zip(&roll.identifiers) {
            if let Some(&(_, device)) = first.get(&apart.person(number).key) {
                self.numbers.entry(identifier.key).or_insert(device);
            }
        }
    }
}

impl People {
    /// The shared device that says by the time of a row whose an identifier is.
    #[inline]
    pub fn shared(&self, identifier: Key) -> Option<&SharedDevice> {
        if self.shared.devices.is_empty() {
            return None;
        }
        self.shared.numbers.get(&identifier).and_then(|&number| self.shared.devices.get(number))
    }

    /// All shared devices.
    pub fn shared_devices(&self) -> &[SharedDevice] {
        &self.shared.devices
    }

    /// The person that an identifier belonged to at a moment, if it is linked to anything.
    pub fn of_at(&self, identifier: Key, at: Instant) -> Option<Person> {
        match self.shared(identifier) {
            Some(device) => device.holder(at),
            None => self.of(identifier),
        }
    }
}

/// The devices that are identified as several persons', by their numbers.
fn disputed(
    roll: &Roll,
    identified: &[Identified],
    person: impl Fn(u32) -> Option<Person>,
) -> FastSet<u32> {
    let mut first = vec![Key::NONE; roll.identifiers.len()];
    let mut disputed = FastSet::default();
    let number = |key: Key| roll.numbers.get(key);
    for row in identified {
        let (Some(device), Some(by)) = (number(row.device), number(row.by)) else { continue };
        let Some(person) = person(by) else { continue };
        let first = &mut first[device as usize];
        if first.is_none() {
            *first = person.key;
        } else if *first != person.key {
            disputed.insert(device);
        }
    }
    disputed
}

/// Who had each of the disputed devices from when on. Of several persons of one instant it is the one who
/// came last; who comes again in it changes nothing, since that may be another delivery of the same row.
fn holdings(
    roll: &Roll,
    identified: &[Identified],
    disputed: &FastSet<u32>,
    person: impl Fn(u32) -> Option<Person>,
) -> BTreeMap<Key, Vec<Holding>> {
    let number = |key: Key| roll.numbers.get(key);
    let is_disputed = |device: Key| number(device).is_some_and(|number| disputed.contains(&number));
    let mut rows: Vec<Identified> =
        identified.iter().filter(|row| is_disputed(row.device)).copied().collect();
    rows.sort_unstable();
    let mut holdings: BTreeMap<Key, Vec<Holding>> = BTreeMap::new();
    for instant in rows.chunk_by(|one, next| (one.device, one.at) == (next.device, next.at)) {
        // Where only days are known, an instant may have any number of rows.
        let mut met = FastSet::default();
        let mut last = None;
        for Identified { at, row, by, .. } in instant {
            let new = number(*by).and_then(&person).filter(|own| met.insert(own.key));
            last = new.map(|person| Holding { since: *at, row: *row, person }).or(last);
        }
        let (Some(device), Some(last)) = (instant.first(), last) else { continue };
        let own = holdings.entry(device.device).or_default();
        if own.last().is_none_or(|before| before.person != last.person) {
            own.push(last);
        }
    }
    holdings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::IdentifierKind::{CheckoutToken, ClientId, CustomerId, Email};
    use crate::identity::Links;

    fn id(kind: IdentifierKind, number: u64) -> Identifier {
        Identifier { kind, space: 0, key: Key::within(kind as u64, &number.to_le_bytes()) }
    }

    /// The people of rows with a second and identifiers, strongest first.
    fn people(rows: &[(i64, &[Identifier])]) -> People {
        let (mut links, mut identified) = (Links::default(), Vec::new());
        for (number, &(second, row)) in (0..).zip(rows) {
            links.note(row, Instant(second));
            let of_row = |device: &Identifier| Identified {
                device: device.key,
                at: Instant(second),
                row: RowRef(number),
                by: row[0].key,
            };
            identified.extend(row[1..].iter().filter(|id| id.kind == ClientId).map(of_row));
        }
        People::unite(&links, &identified, 1)
    }

    fn owner(people: &People, identifier: Identifier, second: i64) -> Option<Key> {
        people.of_at(identifier.key, Instant(second)).map(|person| person.key)
    }

    #[test]
    fn a_shared_device_is_whoever_was_named_last() {
        let (ada, bob, tablet) = (id(CustomerId, 1), id(CustomerId, 2), id(ClientId, 1));
        let people = people(&[
            (40, &[ada, tablet]),
            (10, &[ada, tablet]),
            (30, &[bob, tablet]),
            (20, &[ada, tablet]),
        ]);
        let [shared] = people.shared_devices() else { panic!("one device is shared") };
        assert_eq!(shared.device, tablet);
        assert_eq!(shared.holdings.len(), 3, "Ada, Bob, Ada: {shared:?}");
        for (second, expected) in
            [(0, ada), (10, ada), (29, ada), (30, bob), (39, bob), (40, ada), (99, ada)]
        {
            assert_eq!(owner(&people, tablet, second), Some(expected.key), "at {second}");
        }
    }

    #[test]
    fn of_one_instant_the_last_who_comes_decides() {
        let (ada, bob, tablet) = (id(CustomerId, 1), id(CustomerId, 2), id(ClientId, 1));
        let once = [(10, &[ada, tablet][..]), (10, &[bob, tablet])];
        let again = [once[0], once[1], once[0]];
        for rows in [&once[..], &again] {
            let people = people(rows);
            assert_eq!([9, 10, 11].map(|at| owner(&people, tablet, at)), [Some(bob.key); 3]);
        }
    }

    #[test]
    fn a_hub_is_shared_too_and_joins_nobody() {
        let kiosk = id(ClientId, 9);
        let rows: Vec<_> = (1..=4).map(|n| [id(Email, n), kiosk]).collect();
        let rows: Vec<(i64, &[Identifier])> = (1..).zip(&rows).map(|(n, r)| (n, &r[..])).collect();
        let people = people(&rows);
        assert_eq!(people.findings.hubs, 1);
        assert_eq!(people.findings.shared_devices, 1);
        assert_eq!(owner(&people, kiosk, 3), Some(id(Email, 3).key));
    }

    #[test]
    fn a_hub_of_one_customer_is_theirs() {
        let (ada, browser) = (id(CustomerId, 1), id(ClientId, 9));
        let rows: Vec<_> = (1..=4).map(|n| [ada, id(Email, n), browser]).collect();
        let rows: Vec<(i64, &[Identifier])> = (1..).zip(&rows).map(|(n, r)| (n, &r[..])).collect();
        let people = people(&rows);
        assert_eq!((people.findings.hubs, people.findings.shared_devices), (1, 0));
        assert_eq!([0, 9].map(|second| owner(&people, browser, second)), [Some(ada.key); 2]);
    }

    #[test]
    fn a_checkout_that_only_the_device_ties_to_somebody_goes_with_it() {
        let (ada, bob, tablet) = (id(CustomerId, 1), id(CustomerId, 2), id(ClientId, 1));
        let [left, bobs] = [id(CheckoutToken, 1), id(CheckoutToken, 2)];
        let people = people(&[
            (10, &[ada, tablet]),
            (20, &[bob, tablet]),
            (30, &[left, tablet]),
            (40, &[bobs, tablet]),
            (50, &[bob, bobs]),
        ]);
        assert_eq!(owner(&people, left, 30), Some(bob.key));
        assert_eq!(owner(&people, left, 15), Some(ada.key));
        assert_eq!(owner(&people, bobs, 15), Some(bob.key), "a row says whose it is");
    }

    #[test]
    fn a_device_of_one_person_is_not_shared() {
        let (ada, mail, tablet) = (id(CustomerId, 1), id(Email, 1), id(ClientId, 1));
        let people = people(&[(1, &[ada, mail]), (2, &[ada, tablet]), (3, &[mail, tablet])]);
        assert_eq!(people.shared_devices(), []);
        assert_eq!(owner(&people, tablet, 0), Some(ada.key));
    }
}
