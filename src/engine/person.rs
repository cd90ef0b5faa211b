//! One person's journey, for whoever asks about a single customer: who is meant, what they did, how far
//! they got and why no further.
//!
//! While the partitions are judged, the touches of the person are put aside as they come by (`Wanted`);
//! everything else is worked out afterwards, by the same cleaning, sessions and matcher that made the
//! counts. Nothing here writes sentences.

mod names;

use super::Request;
use super::claims::Claims;
use super::haul::Haul;
use super::judge::Bench;
use super::settle::Settled;
use super::several_pages::SeveralPages;
use super::track::{Period, Track};
use crate::climb::{Climber, Outcome, Verdict, Why};
use crate::error::Result;
use crate::event::{Identifier, IdentifierKind, StepSet, Touch, mark};
use crate::identity::{self, Evidence, Holding, Links, People, SharedDevice};
use crate::input::format::Format;
use crate::journey::{Cleaner, Sessionizer};
use crate::key::{FastSet, Key};
use crate::ladder::session_rule::SessionRule;
use crate::money::{Amount, Currency};
use crate::place::Place;
use crate::quality::Reason;
use crate::time::{Instant, Span};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The properties whose values at the first visit are told.
pub(super) const PROPERTIES: [&str; 2] = ["source", "landing_page"];

/// A question about one person.
#[derive(Clone, Debug, Default)]
pub struct PersonQuestion {
    /// Any identifier that occurs in the data, the name of an order, or the short hash of a customer.
    pub id: String,
    /// The salt of short hashes.
    pub salt: String,
    /// The identifiers whose texts are to be remembered: known only after a first run.
    pub texts_of: FastSet<Key>,
}

/// What an id turned out to be; where it is several things, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundBy {
    /// An identifier of this kind.
    Identifier(IdentifierKind),
    /// The short hash of a customer.
    Hash,
}

impl FoundBy {
    /// The name in reports: `email`, `hash`.
    pub const fn name(self) -> &'static str {
        match self {
            FoundBy::Identifier(kind) => kind.name(),
            FoundBy::Hash => "hash",
        }
    }
}

/// Everything that is known of one person.
#[derive(Clone, Debug)]
pub struct PersonFinding {
    /// The person.
    pub key: Key,
    /// What the id was taken for.
    pub found_by: FoundBy,
    /// Other customers that the id names as well, by what it is there.
    pub also: Vec<FoundBy>,
    /// The person's identifiers, strongest first, with their texts where those were asked for.
    pub identifiers: Vec<(Identifier, Option<String>)>,
    /// Why they are one person, and which links were refused.
    pub evidence: Vec<Evidence>,
    /// The devices that others used too.
    pub shared: Vec<SharedFinding>,
    /// Everything that the person did, in order.
    pub touches: Vec<PersonTouch>,
    /// The orders, oldest first.
    pub orders: Vec<PersonOrder>,
    /// The visits, in the order in which they began.
    pub visits: Vec<Instant>,
    /// Where the first visit came from.
    pub source: Option<String>,
    /// The page on which the first visit began.
    pub landing_page: Option<String>,
    /// How far the best journey got; `None` if none entered the ladder.
    pub climb: Option<PersonClimb>,
    /// Why it got no further; `None` if it converted, or if the ladder has only totals.
    pub stop: Option<PersonStop>,
}

/// A device of a person that others used too.
#[derive(Clone, Debug)]
pub struct SharedFinding {
    /// The device.
    pub device: Identifier,
    /// Each change from one customer to another, with the row that shows it.
    pub holdings: Vec<(Holding, Place)>,
}

/// Where and why a journey stopped.
#[derive(Clone, Copy, Debug)]
pub struct PersonStop {
    /// The position of the first required step that was not reached.
    pub step: usize,
    /// The reason.
    pub why: Why,
    /// The position among the person's touches of the one that shows it.
    pub touch: Option<usize>,
    /// By how much an event came too late or too early.
    pub by: Option<Span>,
}

/// One touch of a person, with its words.
#[derive(Clone, Debug)]
pub struct PersonTouch {
    /// The touch; its steps are positions of the ladder.
    pub touch: Touch,
    /// Why it is set aside, if it is.
    pub aside: Option<Reason>,
    /// The event's name as the source writes it.
    pub name: String,
    /// The canonical name, if one is known.
    pub canonical: Option<&'static str>,
    /// Where its row stands.
    pub place: Place,
    /// Whether it is the person's by its time: its row names nobody, and others used the device too.
    pub by_time: bool,
    /// The position of its visit.
    pub visit: Option<usize>,
    /// The position of the step that it was chosen for.
    pub chosen: Option<usize>,
}

/// One order of a person.
#[derive(Clone, Copy, Debug)]
pub struct PersonOrder {
    /// When.
    pub at: Instant,
    /// Its money, if any row says it.
    pub amount: Option<Amount>,
    /// The currency of `amount`.
    pub currency: Currency,
}

/// How far a journey got.
#[derive(Clone, Debug)]
pub struct PersonClimb {
    /// The chosen events: the step's position and the position among the person's touches.
    pub chain: Vec<(usize, usize)>,
    /// The steps that were observed, or are proven by a later one.
    pub reached: StepSet,
    /// The position of the furthest step that is not optional.
    pub furthest: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// The last moment of the window.
    pub window_end: Option<Instant>,
    /// How many journeys of the person entered the ladder: sessions or attempts, where those are counted.
    pub journeys: usize,
}

/// A question about a person, once people are known.
#[derive(Debug)]
pub(super) struct Inquiry<'q> {
    pub(super) wanted: Wanted<'q>,
    links: Links,
}

/// The persons that an id may mean.
#[derive(Debug)]
pub(super) struct Wanted<'q> {
    ways: BTreeMap<Key, Way>,
    hash: Option<&'q PersonQuestion>,
}

/// How an id means a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    found_by: FoundBy,
    identifier: Option<Identifier>,
    /// Where among those who used a shared device one after the other.
    turn: usize,
}

/// What a person did, as it came by.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    person: Key,
    way: Way,
    touches: Vec<Touch>,
}

impl<'q> Inquiry<'q> {
    /// The question of a request, if it has one; `links` are those that made the people.
    pub(super) fn new(
        request: &'q Request,
        links: Option<Links>,
        people: &People,
        settled: &Settled,
    ) -> Option<Inquiry<'q>> {
        let wanted = Wanted::new(request.person.as_ref()?, people, settled);
        Some(Inquiry { wanted, links: links? })
    }
}

impl<'q> Wanted<'q> {
    fn new(question: &'q PersonQuestion, people: &People, settled: &Settled) -> Wanted<'q> {
        let others = std::iter::once(Identifier::SESSIONS).chain(identity::NAMED_SPACES);
        let spaces: Vec<u16> = Format::ALL.map(Format::space).into_iter().chain(others).collect();
        let mut ways = BTreeMap::new();
        for identifier in identity::candidates(&question.id, &spaces) {
            let book = settled.book.as_ref();
            let named = book.and_then(|book| book.numbers.get(&identifier.key));
            let numbers = named.into_iter().flatten().map(|&key| Identifier { key, ..identifier });
            for identifier in std::iter::once(identifier).chain(numbers) {
                // An order that does not count is linked to nobody.
                let buyers = book.and_then(|book| book.left_out.get(&identifier.key));
                let keys = std::iter::once(&identifier.key).chain(buyers.into_iter().flatten());
                keys.for_each(|key| add_ways(&mut ways, identifier, (*key, people)));
            }
        }
        let hash = identity::is_short_hash(&question.id).then_some(question);
        Wanted { ways, hash }
    }

    /// Keeps what a person did, if the id may mean them.
    pub(super) fn look(&self, touches: &[Touch]) -> Option<Seen> {
        let person = touches.first()?.person;
        let by_hash =
            || self.hash.filter(|asked| identity::short_hash(&asked.salt, person) == asked.id);
        let way = match self.ways.get(&person) {
            Some(&way) => way,
            None => {
                by_hash().map(|_| Way { found_by: FoundBy::Hash, identifier: None, turn: 0 })?
            }
        };
        Some(Seen { person, way, touches: touches.to_vec() })
    }

    /// The persons that were linked to somebody and did nothing that is left.
    fn idle(&self, people: &People) -> Vec<Seen> {
        let is_linked = |way: &Way| way.identifier.is_some_and(|id| people.of(id.key).is_some());
        let linked = self.ways.iter().filter(|(_, way)| is_linked(way));
        linked.map(|(&person, &way)| Seen { person, way, touches: Vec::new() }).collect()
    }
}

/// Adds whom an identifier means, which stands for them by `key`, as far as nothing stronger means them.
fn add_ways(ways: &mut BTreeMap<Key, Way>, identifier: Identifier, (key, people): (Key, &People)) {
    let found_by = FoundBy::Identifier(identifier.kind);
    for (turn, person) in persons(key, people).into_iter().enumerate() {
        ways.entry(person).or_insert(Way { found_by, identifier: Some(identifier), turn });
    }
}

/// Whom an identifier means: those who used a shared device, in turn; else one person.
fn persons(identifier: Key, people: &People) -> Vec<Key> {
    let mut persons: Vec<Key> = Vec::new();
    let holdings = people.shared(identifier).map_or(&[][..], |device| &device.holdings);
    for Holding { person, .. } in holdings {
        if !persons.contains(&person.key) {
            persons.push(person.key);
        }
    }
    if persons.is_empty() {
        persons.push(people.of(identifier).map_or(identifier, |person| person.key));
    }
    persons
}

/// What the answer is made from, beside what the person did.
#[derive(Clone, Copy)]
pub(super) struct Sources<'r> {
    pub(super) bench: &'r Bench<'r>,
    pub(super) haul: &'r Haul<'r>,
    pub(super) claims: &'r Claims,
    pub(super) people: &'r People,
}

impl Sources<'_> {
    /// The answer; `None` if nobody was found or asked about.
    pub(super) fn answer(
        &self,
        inquiry: Option<&Inquiry<'_>>,
        mut seen: Vec<Seen>,
    ) -> Result<Option<PersonFinding>> {
        let Some(inquiry) = inquiry else { return Ok(None) };
        if seen.is_empty() {
            seen = inquiry.wanted.idle(self.people);
        }
        seen.sort_by_key(|seen| (seen.way, seen.person));
        let also = seen.iter().skip(1).map(|seen| seen.way.found_by).collect();
        let Some(seen) = seen.into_iter().next() else { return Ok(None) };
        let evidence = inquiry.links.around(seen.person, self.people);
        let mut touches = self.touches(&seen);
        let visits = number_visits(&mut touches, self.bench.ladder.sessions);
        let (climb, stop) = self.climb(&touches)?;
        for &(step, position) in climb.iter().flat_map(|climb| &climb.chain) {
            touches[position].chosen = Some(step);
        }
        let [source, landing_page] =
            PROPERTIES.map(|property| self.at_first_visit(property, &touches));
        Ok(Some(PersonFinding {
            key: seen.person,
            found_by: seen.way.found_by,
            also,
            identifiers: self.identifiers(&seen, &evidence),
            evidence,
            shared: self.shared(seen.person),
            orders: self.orders(&touches),
            touches,
            visits,
            source,
            landing_page,
            climb,
            stop,
        }))
    }

    /// The touches in order: those that count and those that are set aside.
    fn touches(&self, seen: &Seen) -> Vec<PersonTouch> {
        let same_input =
            |a: &Touch, b: &Touch| self.bench.rows.input(a.row) == self.bench.rows.input(b.row);
        let (mut kept, mut aside) = (Vec::new(), Vec::new());
        Cleaner::default().clean(&seen.touches, &mut kept, same_input, |touch, reason| {
            aside.push((*touch, Some(reason)));
        });
        if let Some(mut pages) = SeveralPages::of(self.bench.ladder) {
            pages.mark(&mut kept);
        }
        // Rows of unknown names are both kept and told of.
        let used = kept.into_iter().filter(|touch| touch.aside == 0).map(|touch| (touch, None));
        let mut all: Vec<(Touch, Option<Reason>)> = used.chain(aside).collect();
        all.sort_by_key(|(touch, reason)| (touch.order_key(), *reason));
        all.into_iter().map(|(touch, aside)| self.worded(touch, aside)).collect()
    }

    fn worded(&self, touch: Touch, aside: Option<Reason>) -> PersonTouch {
        let name = self.bench.names.text(touch.name).to_string();
        PersonTouch {
            aside,
            canonical: self.canonical(&touch),
            name,
            by_time: self.bench.by_time.contains(&touch.row),
            place: self.bench.rows.place(touch.row),
            visit: None,
            chosen: None,
            touch,
        }
    }

    /// How far the best journey of the person got, and why no further.
    fn climb(&self, touches: &[PersonTouch]) -> Result<(Option<PersonClimb>, Option<PersonStop>)> {
        if self.bench.ladder.open {
            return Ok((None, None));
        }
        let seen_until = self.bench.seen_until;
        let mut track =
            Track::new(self.bench.ladder, self.bench.names, Period::ALWAYS, seen_until)?;
        let kept: Vec<Touch> = touches.iter().filter(|t| t.is_kept()).map(|t| t.touch).collect();
        let mut all: Vec<(Verdict, Vec<Touch>)> = Vec::new();
        track.judge(&kept, |verdict, journey| all.push((*verdict, journey.to_vec())));
        let journeys = all.len();
        let best = all.into_iter().min_by_key(|(verdict, journey)| rank(verdict, journey));
        let (verdict, journey) = match best {
            Some((verdict, journey)) => (Some(verdict), journey),
            None => (None, kept.iter().filter_map(|touch| track.look_at(touch)).collect()),
        };
        let place = |position: usize| {
            let chosen = journey.get(position)?;
            touches.iter().position(|touch| touch.is_kept() && touch.touch == *chosen)
        };
        let named: Vec<StepSet> = journey.iter().map(|touch| self.named(touch)).collect();
        let stop = Climber::new(self.bench.ladder)?.explain(&journey, verdict.as_ref(), &named);
        let stop = stop.map(|stop| PersonStop {
            step: stop.step,
            why: stop.why,
            touch: stop.touch.and_then(place),
            by: stop.by,
        });
        let climb = verdict.map(|verdict| PersonClimb {
            chain: verdict
                .chain
                .links()
                .filter_map(|(step, touch)| Some((step, place(touch)?)))
                .collect(),
            reached: verdict.reached,
            furthest: verdict.furthest,
            outcome: verdict.outcome,
            window_end: verdict.window_end,
            journeys,
        });
        Ok((climb, stop))
    }

    /// The value of a property at the first event of the first visit, else at the first of its events
    /// that has one.
    fn at_first_visit(&self, property: &str, touches: &[PersonTouch]) -> Option<String> {
        let values = &self.haul.values;
        let position = values.position(property)?;
        let first = touches.iter().filter(|touch| touch.visit == Some(0));
        let mut found = first.filter_map(|touch| values.get(touch.touch.values, position));
        found.next().map(str::to_string)
    }

    fn orders(&self, touches: &[PersonTouch]) -> Vec<PersonOrder> {
        let money = self.bench.settled.book.as_ref().map(|book| &book.money);
        let mut known = FastSet::default();
        let completed = touches.iter().filter(|t| t.aside.is_none() && t.touch.is(mark::ORDER));
        completed
            .filter(|touch| known.insert(touch.touch.subject))
            .map(|touch| {
                let money = money.and_then(|money| money.get(&touch.touch.subject)).copied();
                let (amount, currency) = money.unwrap_or_default();
                PersonOrder { at: touch.touch.at, amount, currency }
            })
            .collect()
    }

    /// The person's devices that others used too.
    fn shared(&self, person: Key) -> Vec<SharedFinding> {
        let is_own = |device: &&SharedDevice| {
            let holdings = &mut device.holdings.iter();
            device.is_of_several() && holdings.any(|holding| holding.person.key == person)
        };
        let with_place = |held: &Holding| (*held, self.bench.rows.place(held.row));
        let devices = self.people.shared_devices().iter().filter(is_own);
        let found = devices.map(|device| SharedFinding {
            device: device.device,
            holdings: device.holdings.iter().map(with_place).collect(),
        });
        found.collect()
    }

    /// Whether an identifier is a person's; what goes with a shared device is if a link says so.
    fn is_of(&self, identifier: Identifier, person: Key, evidence: &[Evidence]) -> bool {
        if self.people.shared(identifier.key).is_none() {
            let own = self.people.of(identifier.key);
            return own.map_or(identifier.key, |own| own.key) == person;
        }
        let links = evidence.iter().filter(|link| link.joined);
        links.into_iter().any(|link| [link.between.0, link.between.1].contains(&identifier))
    }

    /// The identifiers that made the person, else the one that was asked for.
    fn identifiers(&self, seen: &Seen, evidence: &[Evidence]) -> Vec<(Identifier, Option<String>)> {
        let texts = &self.haul.texts.found;
        let linked = evidence.iter().flat_map(|link| [link.between.0, link.between.1]);
        let met = texts.keys().copied();
        let mut own: Vec<Identifier> = linked
            .chain(seen.way.identifier)
            .chain(met)
            .filter(|identifier| self.is_of(*identifier, seen.person, evidence))
            .collect();
        own.sort_unstable();
        own.dedup();
        let text = |identifier: &Identifier| texts.get(identifier).map(ToString::to_string);
        own.into_iter().map(|identifier| (identifier, text(&identifier))).collect()
    }
}

impl PersonTouch {
    /// Whether it counts, or at least keeps sessions going.
    fn is_kept(&self) -> bool {
        self.aside.is_none_or(|reason| reason == Reason::UnmappedEvent)
    }
}

/// The best comes first: most required steps, furthest step, most steps seen, earliest entry.
fn rank(verdict: &Verdict, journey: &[Touch]) -> impl Ord + use<> {
    (
        Reverse(verdict.chain.links().count()),
        Reverse(verdict.furthest),
        Reverse(verdict.observed.count()),
        journey.get(verdict.entry).map(|touch| touch.at),
    )
}

/// Tells each touch its visit: sessions of an event log, numbered as they began; gives back when.
fn number_visits(touches: &mut [PersonTouch], rule: SessionRule) -> Vec<Instant> {
    let mut sessionizer = Sessionizer::new(rule);
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut visits = Vec::new();
    for touch in touches.iter_mut().filter(|touch| touch.is_kept()) {
        let session = sessionizer.session_of(&touch.touch);
        if touch.touch.is(mark::LOG) && !numbers.contains_key(&session) {
            numbers.insert(session, visits.len());
            visits.push(touch.touch.at);
        }
        // An exported order that found no running session is no visit.
        touch.visit = numbers.get(&session).copied();
    }
    visits
}
