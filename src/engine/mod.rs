//! The one pipeline: scan (blocks of rows → touches) → settle (orders, checkouts and reports that need
//! all their rows) → exchange (touches → partitions by person) → judge (journeys → tally) → merge.
//!
//! Threads, partitions and memory are numbers, not other pipelines: whatever they are, the findings are
//! the same. This room decides nothing about rows (`input`, `journey`), matching (`climb`) or rates.

mod choose;
mod exchange;
mod finish;
mod groups;
mod judge;
pub mod person;
mod rivals;
mod rows;
mod scan;
mod settle;
mod track;
mod values;

use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::identity::People;
use crate::input::format::Texts;
use crate::input::supply::Supply;
use crate::input::timestamp::{self, ZoneRule};
use crate::input::{Input, Reading};
use crate::ladder::definition::Ladder;
use crate::ladder::dimension::{Breakdown, Filter};
use crate::ladder::overrides::Overrides;
use crate::ladder::presets;
use crate::ladder::rules::Rules;
use crate::ladder::stamp::Stamper;
use crate::names::Names;
use crate::sightings::Sightings;
use crate::time::{Instant, Precision};
use exchange::Exchange;
use groups::Groups;
use judge::Bench;
use person::{Inquiry, PersonFinding, PersonQuestion, Sources};
use rivals::Rival;
use rows::{RowIndex, refuse_hopeless};
use scan::{Haul, Scan, Stamping};
use settle::Settled;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use track::Period;

/// How a run works. None of it changes a number of the result but `now`, `strict` and what is told
/// about dates.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Threads, at least 1.
    pub threads: usize,
    /// Partitions of the exchange, at least 1.
    pub partitions: usize,
    /// Bytes of touches to hold in memory before partitions go to temporary files.
    pub memory: usize,
    /// Bytes of a block.
    pub block: usize,
    /// The moment of the run; rows more than a day later are set aside.
    pub now: Option<Instant>,
    /// Whether a row that cannot be read stops the run.
    pub strict: bool,
    /// Whether to count what `inspect` shows: different identifiers of each kind.
    pub detail: bool,
    /// What the user said about dates such as `3/4/2025`.
    pub date_order: Option<crate::input::timestamp::DateOrder>,
}

/// Which ladder to hold the journeys against.
#[derive(Clone, Debug)]
pub enum Plan {
    /// This one.
    Given(Ladder),
    /// The preset that the data can support, with what the user said about it.
    Auto(Overrides),
}

/// What is asked of the data.
#[derive(Clone, Debug)]
pub struct Request {
    /// The ladder.
    pub plan: Plan,
    /// What the journeys are broken down by.
    pub breakdowns: Vec<Breakdown>,
    /// What the journeys must be like at their entry.
    pub filters: Vec<Filter>,
    /// How many rows a breakdown shows; the others are counted together.
    pub top: usize,
    /// A person to be told everything about, if one is asked for.
    pub person: Option<PersonQuestion>,
    /// The first moment or day of the entries that count.
    pub since: Option<String>,
    /// The last moment or day of the entries that count.
    pub until: Option<String>,
    /// Other rules under which the same ladder is counted beside it.
    pub rivals: Vec<Rules>,
    /// The zone that the user named; without one it is the store's.
    pub zone: Option<ZoneRule>,
    /// Whether to count who did what at all, and in which order.
    pub sightings: bool,
}

impl Request {
    /// Only the ladder.
    pub fn of(plan: Plan) -> Request {
        Request {
            plan,
            breakdowns: Vec::new(),
            filters: Vec::new(),
            top: usize::MAX,
            sightings: false,
            rivals: Vec::new(),
            since: None,
            until: None,
            zone: None,
            person: None,
        }
    }

    /// The period of the entries: a bare date is a whole day of the report's zone, the last one included.
    fn period(&self, store_offset: Option<i32>) -> Result<Period> {
        let zone = self.zone.unwrap_or(ZoneRule::Fixed(store_offset.unwrap_or(0)));
        let read = |text: &Option<String>, option| {
            text.as_deref().map(|text| moment(text, zone, option)).transpose()
        };
        let since = read(&self.since, "--since")?.map_or(Period::ALWAYS.since, |(from, _)| from);
        let until = read(&self.until, "--until")?.map_or(Period::ALWAYS.until, |(_, to)| to);
        Ok(Period { since, until })
    }

    /// The properties that breakdowns, filters and questions about a person look at, each once.
    fn properties(&self) -> Vec<String> {
        let by = self.breakdowns.iter().flat_map(|breakdown| breakdown.properties.iter().cloned());
        let asked = self.person.iter().flat_map(|_| person::PROPERTIES.map(str::to_string));
        let mut properties: Vec<String> = by
            .chain(self.filters.iter().map(|filter| filter.property.clone()))
            .chain(asked)
            .collect();
        properties.sort();
        properties.dedup();
        properties
    }

    /// The identifiers whose texts are to be remembered.
    fn texts(&self) -> Texts {
        let wanted = self.person.as_ref().map(|question| &question.texts_of);
        let wanted = wanted.filter(|wanted| !wanted.is_empty());
        wanted.map_or_else(Texts::default, |wanted| Texts::of(Arc::new(wanted.clone())))
    }

    /// The ladders that may be used; rows are stamped for all of them at once.
    fn candidates(&self) -> Vec<Ladder> {
        match &self.plan {
            Plan::Given(ladder) => vec![ladder.clone()],
            Plan::Auto(_) => {
                choose::CANDIDATES.iter().filter_map(|name| presets::preset(name)).collect()
            }
        }
    }

    /// The position of the ladder to use.
    fn choose(&self, haul: &Haul<'_>, readings: &[Reading]) -> Result<usize> {
        match &self.plan {
            Plan::Given(_) => Ok(0),
            Plan::Auto(_) => choose::choose(haul, readings),
        }
    }

    /// The ladder with what the user said about it.
    fn told(&self, ladder: Ladder) -> Ladder {
        match &self.plan {
            Plan::Given(_) => ladder,
            Plan::Auto(overrides) => overrides.apply(ladder, &BTreeSet::new()),
        }
    }
}

/// What a run found, and the ladder that it used.
#[derive(Debug)]
pub struct Outcome {
    /// The findings.
    pub findings: Findings,
    /// The ladder: the given one, or the preset that was chosen.
    pub ladder: Ladder,
    /// The person that was asked about, if there is such a person.
    pub person: Option<PersonFinding>,
}

/// Told now and then how many bytes were read so far.
pub type Progress<'p> = &'p (dyn Fn(u64) + Sync);

/// Runs the pipeline over the inputs.
pub fn run(
    inputs: Vec<Input>,
    request: &Request,
    settings: &Settings,
    progress: Progress<'_>,
) -> Result<Outcome> {
    let mut candidates = request.candidates();
    let (stamper, tables) = Stamper::for_ladders(&candidates);
    let (readings, supplies): (Vec<Reading>, Vec<_>) =
        inputs.into_iter().map(|input| (input.reading, input.supply)).unzip();
    let exchange = Exchange::new(settings.partitions, settings.memory);
    let names = Mutex::new(Names::default());
    let scan = Scan {
        readings: &readings,
        stamper: &stamper,
        names: &names,
        properties: request.properties(),
        texts: request.texts(),
        settings,
        exchange: &exchange,
        progress,
    };
    let (mut haul, settled, rows) = gather(&scan, supplies, request)?;
    let choice = request.choose(&haul, &readings)?;
    let ladder = request.told(candidates.swap_remove(choice));
    let links = request.person.as_ref().map(|_| haul.links.clone());
    let people = People::unite(std::mem::take(&mut haul.links));
    let inquiry = Inquiry::new(request, links, &people, &settled);
    let exchange = exchange.by_person(&people, settings)?;
    let groups = Groups::new(request, &haul.values, &ladder)?;
    let rivals: Vec<Rival> =
        request.rivals.iter().map(|rules| Rival::new(rules, &ladder)).collect();
    let table = tables.get(choice).map_or(&[][..], Vec::as_slice);
    let bench = Bench {
        ladder: &ladder,
        table,
        rows: &rows,
        settled: &settled,
        groups: &groups,
        wanted: inquiry.as_ref().map(|inquiry| &inquiry.wanted),
        names: &haul.all_names,
        period: settled.period,
        rivals: &rivals,
        seen_until: haul.seen_until.unwrap_or(Instant::MAX),
        sightings: (request.sightings && !ladder.open).then(|| Sightings::new(&ladder.twins())),
    };
    let verdicts = judge::judge(&exchange, &bench, settings)?;
    haul.quality.merge(verdicts.quality);
    // Some defects are of rows that can be read: only now is it known which of them are duplicates.
    refuse_hopeless(&haul, &readings, &rows, settings.strict)?;

    let sources = Sources { bench: &bench, stamper: &stamper, haul: &haul, people: &people };
    let asked = inquiry.as_ref().map(|inquiry| sources.answer(inquiry, verdicts.seen));
    let person = asked.transpose()?.flatten();
    let breakdowns = groups.findings(&verdicts.tally, &ladder, request.top);
    let mut findings = Findings {
        tally: verdicts.tally,
        rivals: verdicts.rivals,
        identity: people.findings,
        breakdowns,
        sightings: verdicts.sightings,
        ..Findings::default()
    };
    settled.tell(&mut findings);
    let is_asked = matches!(request.plan, Plan::Given(_)) && !settings.detail;
    findings.notices.extend(finish::unseen_names(&ladder, &haul, is_asked));
    finish::finish(&mut findings, &haul, &readings, &rows);
    let ladder = if ladder.open { choose::fill_totals(&mut findings, ladder) } else { ladder };
    Ok(Outcome { findings, ladder, person })
}

/// Reads everything and settles what needs all its rows; an input of which nothing can be read is an error.
fn gather<'s>(
    scan: &Scan<'_, 's>,
    supplies: Vec<Supply>,
    request: &Request,
) -> Result<(Haul<'s>, Settled, RowIndex)> {
    let Scan { readings, settings, .. } = *scan;
    let mut haul = scan.run(supplies)?;
    let stamping = Stamping::new(settings, scan.exchange);
    let settled = settle::settle(&mut haul, readings, request, stamping)?;
    haul.all_names = scan.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let rows = RowIndex::new(&haul, readings);
    refuse_hopeless(&haul, readings, &rows, settings.strict)?;
    Ok((haul, settled, rows))
}

/// The first moment of a day or instant that the user wrote, and the first one behind it.
fn moment(text: &str, zone: ZoneRule, option: &str) -> Result<(Instant, Instant)> {
    let unreadable = || {
        Error::new(format!("{option}: `{text}` is no date or time"))
            .hint("write a day such as 2025-10-07, or a time such as 2025-10-07T09:30")
    };
    let stamp = timestamp::parse(text, zone).ok_or_else(unreadable)?;
    if stamp.precision != Precision::Day {
        return Ok((stamp.at, stamp.at.plus(stamp.precision.unit())));
    }
    // A day may have 23 or 25 hours: the next one begins where the calendar says.
    let next = timestamp::day_after(text)
        .and_then(|text| timestamp::parse(&text, zone))
        .ok_or_else(unreadable)?;
    Ok((stamp.at, next.at))
}
