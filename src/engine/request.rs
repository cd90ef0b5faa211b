//! What is asked of the data, and how the work is to be done.

use super::choose;
use super::claims::Claims;
use super::haul::Haul;
use super::person::{self, PersonQuestion};
use super::track::Period;
use crate::error::{Error, Result};
use crate::input::Reading;
use crate::input::format::Texts;
use crate::input::timestamp::{self, DateOrder, ZoneRule};
use crate::ladder::definition::Ladder;
use crate::ladder::dimension::{Breakdown, Filter, RETURNING};
use crate::ladder::overrides::Overrides;
use crate::ladder::own_names::OwnNames;
use crate::ladder::presets;
use crate::ladder::rules::Rules;
use crate::ladder::session_rule::Midnight;
use crate::time::{Instant, Precision};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How a run works. None of it changes a number of the result but `now`, `strict` and what is told
/// about dates and names.
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
    pub date_order: Option<DateOrder>,
    /// What the shop's own names of events mean.
    pub own_names: OwnNames,
    /// Sources of orders that are the online store too: apps of its checkout.
    pub online_sources: Vec<String>,
}

/// Which ladder to hold the journeys against.
#[derive(Clone, Debug)]
pub enum Plan {
    /// This one.
    Given(Ladder),
    /// The preset that the data can support, with what the user said about it.
    Auto(Overrides),
}

/// What is counted beside the ladder; each part costs something, so nobody gets what they do not ask for.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is asked for by itself")]
pub struct Asks {
    /// Counts by the day of the entry.
    pub days: bool,
    /// Where journeys ended and what came next.
    pub ways: bool,
    /// Who had done what by when.
    pub landmarks: bool,
    /// What the orders of journeys are worth.
    pub money: bool,
}

/// A part of the journeys that is counted by itself, as if only that had been asked for.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The first moment or day of its entries.
    pub since: Option<String>,
    /// The last moment or day of its entries.
    pub until: Option<String>,
    /// What its journeys must be like at their entry, beside the filters of the request.
    pub filters: Vec<Filter>,
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
    /// Whether the user has named these rules: then one that cannot count the ladder is an error.
    pub rivals_are_named: bool,
    /// The zone that the user named; without one it is the store's.
    pub zone: Option<ZoneRule>,
    /// Whether to count who did what at all, and in which order.
    pub sightings: bool,
    /// What else to count.
    pub asks: Asks,
    /// Parts of the journeys to be counted by themselves too.
    pub sides: Vec<Side>,
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
            asks: Asks::default(),
            sides: Vec::new(),
            rivals: Vec::new(),
            rivals_are_named: true,
            since: None,
            until: None,
            zone: None,
            person: None,
        }
    }

    /// A ladder whose days are those of the report.
    pub(super) fn in_zone(&self, ladder: Ladder, store_offset: Option<i32>) -> Ladder {
        let midnight = match self.calendar_zone(store_offset) {
            ZoneRule::Fixed(east) => Midnight::Fixed(east),
            ZoneRule::Named(zone) => Midnight::Named(zone),
        };
        Ladder { sessions: ladder.sessions.in_zone(midnight), ..ladder }
    }

    /// The period of the entries: a bare date is a whole day of the report's zone, the last one included.
    pub(super) fn period(&self, store_offset: Option<i32>) -> Result<Period> {
        let zone = self.calendar_zone(store_offset);
        let since = moment_of(self.since.as_deref(), zone, "--since")?;
        let until = moment_of(self.until.as_deref(), zone, "--until")?;
        if is_reversed(since, until) {
            return Err(reversed("--since", (&self.since, &self.until)));
        }
        Ok(Period::between(since, until))
    }

    /// The zone in which days are days.
    pub(super) fn calendar_zone(&self, store_offset: Option<i32>) -> ZoneRule {
        self.zone.unwrap_or(ZoneRule::Fixed(store_offset.unwrap_or(0)))
    }

    /// The properties that breakdowns, filters and questions about a person look at, each once.
    pub(super) fn properties(&self) -> Vec<String> {
        let by = self.breakdowns.iter().flat_map(|breakdown| breakdown.properties.iter().cloned());
        let asked = self.person.iter().flat_map(|_| person::PROPERTIES.map(str::to_string));
        let mut properties: Vec<String> = by
            .chain(self.all_filters().map(|filter| filter.property.clone()))
            .chain(asked)
            .filter(|property| property != RETURNING)
            .collect();
        properties.sort();
        properties.dedup();
        properties
    }

    /// The filters of the request and of its sides.
    pub(super) fn all_filters(&self) -> impl Iterator<Item = &Filter> {
        self.filters.iter().chain(self.sides.iter().flat_map(|side| &side.filters))
    }

    /// Whether the money of single orders is wanted.
    pub(super) fn wants_money(&self) -> bool {
        self.person.is_some() || self.asks.money
    }

    /// The identifiers whose texts are to be remembered.
    pub(super) fn texts(&self) -> Texts {
        let wanted = self.person.as_ref().map(|question| &question.texts_of);
        let wanted = wanted.filter(|wanted| !wanted.is_empty());
        wanted.map_or_else(Texts::default, |wanted| Texts::of(Arc::new(wanted.clone())))
    }

    /// The ladders that may be used; rows are stamped for all of them at once.
    pub(super) fn candidates(&self) -> Vec<Ladder> {
        match &self.plan {
            Plan::Given(ladder) => vec![ladder.clone()],
            Plan::Auto(_) => {
                choose::CANDIDATES.iter().filter_map(|name| presets::preset(name)).collect()
            }
        }
    }

    /// Whether events go by the program's names, those of its presets: then one that is not known is worth a word.
    pub(super) fn has_program_names(&self) -> bool {
        match &self.plan {
            Plan::Auto(_) => true,
            Plan::Given(ladder) => presets::NAMES
                .iter()
                .filter_map(|name| presets::preset(name))
                .any(|preset| preset.steps == ladder.steps),
        }
    }

    /// The position of the ladder to use.
    pub(super) fn choose(
        &self,
        found: (&Haul<'_>, &Claims),
        readings: &[Reading],
    ) -> Result<usize> {
        match &self.plan {
            Plan::Given(_) => Ok(0),
            Plan::Auto(_) => choose::choose(found, readings),
        }
    }

    /// The ladder with what the user said about it.
    pub(super) fn told(&self, ladder: Ladder) -> Ladder {
        match &self.plan {
            Plan::Given(_) => ladder,
            Plan::Auto(overrides) => overrides.apply(ladder, &BTreeSet::new()),
        }
    }
}

impl Side {
    /// The period of the side's entries.
    pub(super) fn period(&self, zone: ZoneRule, option: &str) -> Result<Period> {
        let since = moment_of(self.since.as_deref(), zone, option)?;
        let until = moment_of(self.until.as_deref(), zone, option)?;
        if is_reversed(since, until) {
            return Err(reversed(option, (&self.since, &self.until)));
        }
        Ok(Period::between(since, until))
    }
}

/// Whether nothing lies between two moments, for the first is after the second.
fn is_reversed(since: Option<(Instant, Instant)>, until: Option<(Instant, Instant)>) -> bool {
    since.zip(until).is_some_and(|((since, _), (_, behind))| since >= behind)
}

fn reversed(option: &str, (since, until): (&Option<String>, &Option<String>)) -> Error {
    let text = |moment: &Option<String>| moment.clone().unwrap_or_default();
    let (since, until) = (text(since), text(until));
    Error::new(format!("{option}: {since} is after {until}, so nothing lies between them"))
        .hint(format!("write the earlier one first: {until} to {since}"))
}

fn moment_of(
    text: Option<&str>,
    zone: ZoneRule,
    option: &str,
) -> Result<Option<(Instant, Instant)>> {
    text.map(|text| moment(text, zone, option)).transpose()
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
