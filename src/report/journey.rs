//! One customer's journey: the contract `funnel.journey/1`, as the shop admin's conversion summary has
//! it, with the timeline, the evidence and the reason why the journey went no further.
//!
//! Identifiers are texts only where the run remembered them; otherwise they are short hashes, and no
//! text from the data that could name a person passes through here.

mod pages;
mod sentences;

use super::header::{LadderReport, PeriodReport, ToolReport};
use super::notices::NoticeReport;
use super::zone::{Moment, Zone};
use super::{ReportOptions, orders};
use crate::climb::Outcome;
use crate::engine::person::{PersonClimb, PersonFinding, PersonTouch, SharedFinding};
use crate::event::{Identifier, StepSet};
use crate::findings::Findings;
use crate::identity::{self, Evidence, Holding};
use crate::key::Key;
use crate::ladder::definition::Ladder;
use crate::money::{Amount, Currency};
use crate::place::Place;
use crate::quality::Reason;
use crate::time::{Instant, Span};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.journey/1";

/// Visits that began in so many days before the end of the data are recent.
const RECENT: Span = Span::days(30);

/// One customer's journey, key by key as other programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct JourneyReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The program that made it.
    pub tool: ToolReport,
    /// Who.
    pub customer: CustomerReport,
    /// The conversion summary.
    pub summary: SummaryReport,
    /// Everything that the customer did, in order.
    pub timeline: Vec<TimelineEntry>,
    /// How far they got, and why no further.
    pub ladder: ClimbReport,
    /// The time that the data covers, and the zone of all times.
    pub period: PeriodReport,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
}

/// Who the journey is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CustomerReport {
    /// The short hash of the customer.
    pub id: String,
    /// What the given id was taken for: `email`, `order_id`, `hash`.
    pub found_by: &'static str,
    /// The identifiers, strongest first.
    pub identifiers: Vec<IdentifierReport>,
    /// Why they are one person: which identifiers stood on one row, the oldest first.
    pub evidence: Vec<EvidenceReport>,
    /// The devices that other customers used too.
    pub shared_devices: Vec<SharedDeviceReport>,
}

/// One identifier of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IdentifierReport {
    /// `client_id`, `email` …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A short hash, or the text where that was asked for.
    pub value: String,
}

/// Two identifiers that stood on one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvidenceReport {
    /// The two, the stronger first.
    pub between: [IdentifierReport; 2],
    /// The earliest time of such a row.
    pub first_seen: Option<Moment>,
    /// Whether they were joined, a shared device at that time; a link that would join two people is refused.
    pub joined: bool,
}

/// A device that several customers used, with each change from one to another. A row that names nobody is
/// of the customer who was named last; those before the first name are of the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SharedDeviceReport {
    /// The device.
    pub device: IdentifierReport,
    /// The oldest first.
    pub changes: Vec<ChangeReport>,
}

/// A row of a shared device that names another customer than the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangeReport {
    /// When.
    pub at: Option<Moment>,
    /// The row: `path:line`.
    pub source: String,
    /// The short hash of the customer.
    pub customer: String,
    /// Whether it is the customer that this journey is of.
    pub own: bool,
}

/// What the shop admin calls the conversion summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SummaryReport {
    /// Online-store orders.
    pub orders: u64,
    /// Their value, one entry a currency.
    pub order_value: Vec<ValueReport>,
    /// Sessions in the event logs.
    pub visits: u64,
    /// Of these, begun in the 30 days before the end of the data.
    pub visits_last_30_days: u64,
    /// The first visit; `None` if no log saw one.
    pub first_visit: Option<FirstVisitReport>,
    /// The last visit; `None` if no log saw one.
    pub last_visit: Option<LastVisitReport>,
    /// Calendar days from the first visit to the last; `None` without a visit.
    pub days_between_first_and_last_visit: Option<i64>,
    /// Calendar days from the first visit to the first order; `None` without either, or where the order
    /// came before any visit that the logs saw.
    pub days_to_first_order: Option<i64>,
}

/// The value of the orders of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ValueReport {
    /// The three-letter code; `None` if no row says it.
    pub currency: Option<String>,
    /// The sum, with a point.
    #[serde(serialize_with = "orders::as_text")]
    #[schemars(with = "String")]
    pub amount: Amount,
}

/// The first visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FirstVisitReport {
    /// When it began.
    pub at: Option<Moment>,
    /// Where it came from; `None` if nothing says so.
    pub source: Option<String>,
    /// The page on which it began; `None` if nothing says so.
    pub landing_page: Option<String>,
}

/// The last visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LastVisitReport {
    /// When it began.
    pub at: Option<Moment>,
}

/// One thing that the customer did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimelineEntry {
    /// When.
    pub at: Option<Moment>,
    /// The event's name as the source writes it.
    pub event: String,
    /// The number of the visit, from 1; `None` for what belongs to none.
    pub session: Option<u64>,
    /// The row: `path:line`.
    pub source: String,
    /// The canonical name; `None` if none is known.
    pub canonical: Option<&'static str>,
    /// The steps that the row can be.
    pub steps: Vec<String>,
    /// The step that it was chosen for; `None` if it is not in the chain.
    pub chain: Option<String>,
    /// Why the row does not count; `None` if it does.
    pub set_aside: Option<&'static str>,
    /// Whether the row names nobody, and is the customer's only by the time at which it was written on a
    /// shared device.
    pub given_by_time: bool,
}

/// How far the customer's best journey got.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClimbReport {
    /// The number of required steps that were reached.
    pub depth: u64,
    /// The events chosen for them.
    pub chain: Vec<ChainLink>,
    /// Where and why it stopped; `None` for a journey that converted.
    pub stopped: Option<StoppedReport>,
    /// The number of required steps.
    pub required: u64,
    /// The furthest step that is not optional; `None` if the ladder was not entered.
    pub furthest: Option<String>,
    /// The steps that were reached: seen, or proven by a later one.
    pub reached: Vec<String>,
    /// `converted`, `lost` or `open`; `None` if the ladder was not entered.
    pub outcome: Option<&'static str>,
    /// The last moment of the window; `None` without one.
    pub window_end: Option<Moment>,
    /// How many sessions or attempts of the customer entered the ladder; the one shown got furthest.
    pub journeys: u64,
    /// The ladder and its policies.
    pub definition: LadderReport,
}

/// One chosen event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChainLink {
    /// The step's name.
    pub step: String,
    /// When.
    pub at: Option<Moment>,
    /// The row: `path:line`.
    pub source: String,
}

/// Where and why a journey stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StoppedReport {
    /// The first required step that was not reached.
    pub step: String,
    /// `never`, `before`, `window`, `excluded`, `held`, `filtered`, `adjacent`, `within`, `taken` or
    /// `unread`.
    pub reason: &'static str,
    /// The same in words.
    pub detail: String,
}

impl JourneyReport {
    /// The journey of a person under the ladder that a run used; `salt` is that of the short hashes.
    pub fn new(
        person: &PersonFinding,
        findings: &Findings,
        ladder: &Ladder,
        options: &ReportOptions,
        salt: &str,
    ) -> JourneyReport {
        let zone = options.zone;
        let found = findings.notices.iter().map(NoticeReport::found);
        let shared = sentences::also(person).map(|notice| NoticeReport::found(&notice));
        JourneyReport {
            schema: SCHEMA,
            tool: ToolReport { name: "funnel", version: options.version.clone() },
            customer: customer(person, zone, salt),
            summary: summary(person, findings, zone),
            timeline: person.touches.iter().map(|touch| entry(touch, ladder, zone)).collect(),
            ladder: climb(person, ladder, options),
            period: PeriodReport::new(findings, zone),
            notices: shared.into_iter().chain(found).collect(),
        }
    }
}

fn customer(person: &PersonFinding, zone: Zone, salt: &str) -> CustomerReport {
    let texts: BTreeMap<Key, &str> = person
        .identifiers
        .iter()
        .filter_map(|(identifier, text)| Some((identifier.key, text.as_deref()?)))
        .collect();
    let shown = |identifier: Identifier| IdentifierReport {
        kind: identifier.kind.name(),
        value: texts
            .get(&identifier.key)
            .map_or_else(|| identity::short_hash(salt, identifier.key), |text| (*text).to_owned()),
    };
    let evidence = |link: &Evidence| EvidenceReport {
        between: [shown(link.between.0), shown(link.between.1)],
        first_seen: zone.moment(link.first_seen),
        joined: link.joined,
    };
    CustomerReport {
        id: identity::short_hash(salt, person.key),
        found_by: person.found_by.name(),
        identifiers: person.identifiers.iter().map(|(identifier, _)| shown(*identifier)).collect(),
        evidence: person.evidence.iter().map(evidence).collect(),
        shared_devices: person
            .shared
            .iter()
            .map(|shared| SharedDeviceReport {
                device: shown(shared.device),
                changes: changes(shared, person.key, zone, salt),
            })
            .collect(),
    }
}

fn changes(shared: &SharedFinding, own: Key, zone: Zone, salt: &str) -> Vec<ChangeReport> {
    let change = |(held, place): &(Holding, Place)| ChangeReport {
        at: zone.moment(held.since),
        source: row(place),
        customer: identity::short_hash(salt, held.person.key),
        own: held.person.key == own,
    };
    shared.holdings.iter().map(change).collect()
}

fn summary(person: &PersonFinding, findings: &Findings, zone: Zone) -> SummaryReport {
    let moment = |at: &Instant| zone.moment(*at);
    let first = person.visits.first().and_then(moment);
    let last = person.visits.last().and_then(moment);
    let ordered = person.orders.first().and_then(|order| zone.moment(order.at));
    let days = |from: Option<Moment>, to: Option<Moment>| Some(to?.days_since(from?));
    let is_recent =
        |at: &&Instant| findings.seen_until.is_some_and(|end| end.since(**at) <= RECENT);
    SummaryReport {
        orders: person.orders.len() as u64,
        order_value: order_value(person),
        visits: person.visits.len() as u64,
        visits_last_30_days: person.visits.iter().filter(is_recent).count() as u64,
        first_visit: (!person.visits.is_empty()).then(|| FirstVisitReport {
            at: first,
            source: person.source.as_deref().and_then(impersonal),
            landing_page: person.landing_page.as_deref().and_then(impersonal),
        }),
        last_visit: (!person.visits.is_empty()).then_some(LastVisitReport { at: last }),
        days_between_first_and_last_visit: days(first, last),
        days_to_first_order: days(first, ordered).filter(|&days| days >= 0),
    }
}

fn order_value(person: &PersonFinding) -> Vec<ValueReport> {
    let mut sums: BTreeMap<Currency, Amount> = BTreeMap::new();
    for order in &person.orders {
        if let Some(amount) = order.amount {
            *sums.entry(order.currency).or_default() += amount;
        }
    }
    let value = |(currency, amount): (Currency, Amount)| ValueReport {
        currency: currency.code().map(str::to_owned),
        amount,
    };
    sums.into_iter().map(value).collect()
}

/// A text of an address without its query, where sites put what people typed; nothing if even the
/// rest looks like an e-mail address.
fn impersonal(text: &str) -> Option<String> {
    let page = text.split(['?', '#']).next().unwrap_or_default();
    let is_address = page.contains('@') || page.to_ascii_lowercase().contains("%40");
    (!is_address && !page.is_empty()).then(|| page.to_owned())
}

fn entry(touch: &PersonTouch, ladder: &Ladder, zone: Zone) -> TimelineEntry {
    TimelineEntry {
        at: zone.moment(touch.touch.at),
        event: touch.name.clone(),
        session: touch.visit.map(|visit| visit as u64 + 1),
        source: row(&touch.place),
        canonical: touch.canonical,
        steps: step_names(touch.touch.steps, ladder),
        chain: touch.chosen.map(|step| step_name(step, ladder)),
        set_aside: touch.aside.map(Reason::code),
        given_by_time: touch.by_time,
    }
}

/// A row as editors read it: `path:line`.
fn row(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.path),
        None => place.path.clone(),
    }
}

fn step_name(step: usize, ladder: &Ladder) -> String {
    ladder.steps.get(step).map_or_else(String::new, |step| step.name.clone())
}

fn step_names(steps: StepSet, ladder: &Ladder) -> Vec<String> {
    steps.positions().map(|step| step_name(step, ladder)).collect()
}

fn climb(person: &PersonFinding, ladder: &Ladder, options: &ReportOptions) -> ClimbReport {
    let best = person.climb.as_ref();
    let zone = options.zone;
    let link = |&(step, position): &(usize, usize)| {
        let touch = person.touches.get(position)?;
        let at = zone.moment(touch.touch.at);
        Some(ChainLink { step: step_name(step, ladder), at, source: row(&touch.place) })
    };
    let chain: Vec<ChainLink> = best.iter().flat_map(|best| &best.chain).filter_map(link).collect();
    let begun = chain.first().and_then(|link| link.at);
    let stopped = person.stop.as_ref().map(|stop| StoppedReport {
        step: step_name(stop.step, ladder),
        reason: stop.why.name(),
        detail: sentences::why(stop, person, ladder, zone),
    });
    ClimbReport {
        depth: chain.len() as u64,
        chain,
        stopped,
        required: ladder.required().count() as u64,
        furthest: best.map(|best| step_name(best.furthest, ladder)),
        reached: best.map_or_else(Vec::new, |best| step_names(best.reached, ladder)),
        outcome: best.map(outcome),
        window_end: begun.and(best).and_then(|best| zone.moment(best.window_end?)),
        journeys: best.map_or(0, |best| best.journeys as u64),
        definition: LadderReport::new(ladder, options),
    }
}

fn outcome(climb: &PersonClimb) -> &'static str {
    match climb.outcome {
        Outcome::Converted => "converted",
        Outcome::Lost => "lost",
        Outcome::Open => "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_without_what_was_typed_on_them() {
        let cases = [
            ("/collections/gifts", Some("/collections/gifts")),
            ("/search?q=ada@example.com", Some("/search")),
            ("/account/ada@example.com", None),
            ("/account/ada%40example.com", None),
            ("?q=1", None),
            ("google", Some("google")),
        ];
        for (text, expected) in cases {
            assert_eq!(impersonal(text).as_deref(), expected, "{text}");
        }
    }
}
