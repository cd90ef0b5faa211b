//! The one pipeline: scan (blocks of rows → touches) → settle (orders, checkouts and reports that need
//! all their rows) → exchange (touches → partitions by person) → judge (journeys → tally) → merge.
//!
//! Threads, partitions and memory are numbers, not other pipelines: whatever they are, the findings are
//! the same. This room decides nothing about rows (`input`, `journey`), matching (`climb`) or rates.

mod by_person;
mod calendar;
mod choose;
mod claims;
mod customer;
mod decided;
mod exchange;
mod finish;
mod gather;
mod groups;
mod haul;
mod input_seen;
mod judge;
mod kinds;
mod linking;
mod members;
mod needs;
mod order_book;
mod order_seen;
pub mod person;
mod probe;
mod record;
mod relinked;
mod request;
mod rivals;
mod robots;
mod rows;
mod runs;
mod same_orders;
mod scan;
mod sequence;
mod settle;
mod several_logs;
mod several_pages;
mod sieve;
mod skew;
mod stamping;
mod stream;
mod survey;
mod track;
mod tracking;
mod unseen;
mod usual;
mod value_cells;
mod values;
mod written;

pub use request::{Asks, Plan, Request, Settings, Side};

use crate::error::{Error, Result};
use crate::event::StepSet;
use crate::findings::Findings;
use crate::input::supply::Supply;
use crate::input::timestamp::ZoneRule;
use crate::input::{Input, Reading};
use crate::ladder::definition::Ladder;
use crate::ladder::stamp::Stamper;
use crate::names::Names;
use crate::sightings::Sightings;
use crate::time::Instant;
use claims::Claims;
use exchange::{Budget, Exchange};
use groups::Groups;
use haul::Haul;
use judge::{Bench, Beside};
use kinds::Kinds;
use needs::Needs;
use person::{Inquiry, PersonFinding, Sources};
use rows::{RowIndex, refuse_hopeless};
use scan::Scan;
use settle::Settled;
use skew::Skew;
use stamping::Stamping;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use stream::Stream;
use tracking::Logs;
use unseen::unseen;
use values::Values;

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
///
/// # Errors
/// What is asked for contradicts itself, an input cannot be read, or nothing in it can be used.
#[expect(
    clippy::missing_panics_doc,
    reason = "only what goes through a sieve may have to be read again"
)]
pub fn run(
    inputs: Vec<Input>,
    request: &Request,
    settings: &Settings,
    progress: Progress<'_>,
) -> Result<Outcome> {
    let (readings, supplies): (Vec<Reading>, Vec<Supply>) =
        inputs.into_iter().map(|input| (input.reading, input.supply)).unzip();
    let run = Run { readings: &readings, request, settings, progress };
    if let Some(in_order) = probe::in_order(&readings, &supplies, settings)
        && let Some(outcome) = run.once(in_order.supplies, Some(in_order.end))?
    {
        return Ok(outcome);
    }
    let outcome = run.once(supplies, None)?;
    Ok(outcome.expect("only what goes through a sieve may have to be read again"))
}

/// What a run is made of.
#[derive(Clone, Copy)]
struct Run<'r> {
    readings: &'r [Reading],
    request: &'r Request,
    settings: &'r Settings,
    progress: Progress<'r>,
}

/// What the threads of a scan fill together.
#[derive(Clone, Copy)]
struct Shared<'a, 's> {
    stamper: &'s Stamper,
    names: &'s Mutex<Names>,
    kinds: &'s Mutex<Kinds>,
    exchange: &'a Exchange,
}

impl Run<'_> {
    /// Goes through the pipeline once. If the rows seem to be in order of time, the last one at `end`, they
    /// go through a sieve; `None` if that turns out wrong, or what was concluded from it.
    fn once(self, supplies: Vec<Supply>, end: Option<Instant>) -> Result<Option<Outcome>> {
        let Run { readings, request, settings, .. } = self;
        let mut candidates = request.candidates();
        let (stamper, tables) = Stamper::for_ladders(&candidates);
        let stamper = stamper.with_names(settings.own_names.clone());
        let told: Vec<_> = candidates.iter().map(|own| request.told(own.clone())).collect();
        let (names, kinds) = (Mutex::default(), Mutex::default());
        let exchange = Exchange::new(settings.partitions, Budget::new(settings.memory));
        let needs = Needs::of(request, readings, (&told, &tables), settings.detail);
        let shared =
            Shared { stamper: &stamper, names: &names, kinds: &kinds, exchange: &exchange };
        let stream = self.stream(needs, (&told, &tables), end);
        let scan = self.scan(shared, needs, (end.is_some(), stream.is_some()));
        let gathered = gather(&scan, supplies, request, (stream, end))?;
        let Some(Gathered { mut haul, settled, rows, claims }) = gathered else { return Ok(None) };
        let choice = request.choose((&haul, &claims), readings)?;
        let ladder = request.told(candidates.swap_remove(choice));
        let ladder = request.in_zone(ladder, settled.store_offset);
        let table = tables.get(choice).map_or(&[][..], Vec::as_slice);
        let kinds = Kinds::settled(&kinds, &claims, table);
        let links = request.person.as_ref().map(|_| haul.links.clone());
        let (people, settled) = settled.unite(&mut haul, exchange.budget(), settings.threads);
        let inquiry = Inquiry::new(request, links, &people, &settled);
        let (exchange, by_time) = exchange.by_person(&people, &settled.skew, settings)?;
        let groups = Groups::new(request, &[], &haul.values, &ladder)?;
        let zone = request.calendar_zone(settled.store_offset);
        let sides = sides(request, zone, (&haul.values, &ladder))?;
        let (rivals, left_out) = rivals::rivals(request, &ladder);
        let logs = Logs::of(readings);
        let bench = Bench {
            ladder: &ladder,
            table,
            kinds: &kinds,
            stamper: &stamper,
            rows: &rows,
            settled: &settled,
            logs: &logs,
            by_time: &by_time,
            groups: &groups,
            wanted: inquiry.as_ref().map(|inquiry| &inquiry.wanted),
            names: &haul.all_names,
            period: settled.period,
            rivals: &rivals,
            sides: &sides,
            asks: &request.asks,
            zone,
            seen_until: haul.seen_until.unwrap_or(Instant::MAX),
            inputs: readings.len(),
            counts_sessions: !settled.session_reports.is_empty(),
            sightings: (request.sightings && !ladder.open).then(|| Sightings::new(&ladder.twins())),
        };
        let verdicts = judge::judge(&exchange, &bench, settings)?;
        haul.quality.merge(verdicts.quality);
        // Some defects are of rows that can be read: only now is it known which are duplicates.
        refuse_hopeless(&haul, readings, &rows, settings.strict)?;
        let sources = Sources { bench: &bench, haul: &haul, claims: &claims, people: &people };
        let person = sources.answer(inquiry.as_ref(), verdicts.seen)?;
        let mut findings = Findings {
            identity: people.findings,
            breakdowns: groups.findings(&verdicts.tally, &ladder, request.top),
            sides: finish::sides(sides.iter().zip(verdicts.sides), (&ladder, request.top)),
            next_events: finish::next_events(&verdicts.tally.ways, &haul),
            tally: verdicts.tally,
            rivals: verdicts.rivals,
            sightings: verdicts.sightings,
            notices: left_out.into_iter().collect(),
            ..Findings::default()
        };
        settled.tell(&mut findings, &mut haul.checkouts, &people, &logs);
        self.finish(&mut findings, (&haul, &claims, &ladder), (&logs, &rows));
        let ladder = if ladder.open { self.in_totals(&mut findings, ladder)? } else { ladder };
        Ok(Some(Outcome { findings, ladder, person }))
    }

    /// An open ladder in the totals of session reports; an error if the user gave one and there are none.
    fn in_totals(self, findings: &mut Findings, ladder: Ladder) -> Result<Ladder> {
        let is_given = matches!(self.request.plan, Plan::Given(_)) && !self.settings.detail;
        if is_given && findings.session_reports.is_empty() {
            let message = format!(
                "the ladder {} is open (`open = true`): its steps are the totals of a session report, and no file is one",
                ladder.name
            );
            let hint = "leave `open` out; under --rules ga4:open each step counts by itself, whatever came before";
            return Err(Error::new(message).hint(hint));
        }
        Ok(choose::fill_totals(findings, ladder))
    }

    /// Adds what is known of inputs and names.
    fn finish(
        self,
        findings: &mut Findings,
        (haul, claims, ladder): (&Haul<'_>, &Claims, &Ladder),
        (logs, rows): (&Logs, &RowIndex),
    ) {
        let Run { readings, request, settings, .. } = self;
        let is_asked = matches!(request.plan, Plan::Given(_)) && !settings.detail;
        findings.is_part = !request.filters.is_empty();
        if is_asked {
            findings.notices.extend(unseen(ladder, (haul, claims), readings));
        }
        finish::finish(findings, (haul, claims), (readings, logs), rows);
        finish::mark_days(findings, request.calendar_zone(findings.store_offset));
        findings.notices.extend(unseen::unseen_dimensions(request, &haul.values, readings));
        if request.has_program_names() {
            findings.unknown_names = finish::unknown_names(haul);
        }
        findings.notices.extend(finish::misspelt_names(haul, &settings.own_names));
        findings.notices.extend(finish::provisional(&findings.inputs, settings.now));
    }

    /// A scan of the inputs; `sifts` says whether rows go through a sieve, `cuts` whether journeys are cut short.
    fn scan<'a, 's>(
        self,
        shared: Shared<'a, 's>,
        needs: Needs,
        (sifts, cuts): (bool, bool),
    ) -> Scan<'a, 's>
    where
        Self: 'a,
    {
        let Shared { stamper, names, kinds, exchange } = shared;
        Scan {
            readings: self.readings,
            stamper,
            names,
            kinds,
            properties: self.request.properties(),
            texts: self.request.texts(),
            settings: self.settings,
            exchange,
            needs,
            sifts,
            cuts,
            is_in_vain: AtomicBool::new(false),
            progress: self.progress,
        }
    }

    /// What is needed to cut journeys short while they go on, if one ladder alone is to be judged.
    fn stream<'l>(
        self,
        needs: Needs,
        (ladders, tables): (&'l [Ladder], &'l [Vec<StepSet>]),
        end: Option<Instant>,
    ) -> Option<Stream<'l>> {
        // Only when all is read is it known which orders of two kinds of logs are the same.
        let mut logs = self.readings.iter().map(|reading| reading.format.space());
        let first = logs.next();
        if logs.any(|space| Some(space) != first) {
            return None;
        }
        // Nor is it known before whose a row is that another identifier may name.
        if !self.readings.iter().all(|reading| reading.rows.have_one_identifier()) {
            return None;
        }
        match (&self.request.plan, ladders, tables, end) {
            (Plan::Given(_), [ladder], [table], Some(end)) => {
                Stream::of(self.request, needs, (ladder, table), end, self.settings.memory)
            }
            _ => None,
        }
    }
}

/// The parts of the journeys that are counted by themselves.
fn sides<'g>(
    request: &'g Request,
    zone: ZoneRule,
    (values, ladder): (&'g Values, &Ladder),
) -> Result<Vec<Beside<'g>>> {
    let side = |side: &'g Side| {
        Ok(Beside {
            period: side.period(zone, "--a, --b")?,
            groups: Groups::new(request, &side.filters, values, ladder)?,
        })
    };
    request.sides.iter().map(side).collect()
}

/// What reading has brought.
struct Gathered<'s> {
    haul: Haul<'s>,
    settled: Settled,
    rows: RowIndex,
    claims: Claims,
}

/// Reads everything and settles what needs all its rows; an input of which nothing can be read is an
/// error. `None` if rows that go through a sieve are not in order of time, or journeys were cut short
/// by what rows turned out not to be or that are not one person's.
fn gather<'s>(
    scan: &Scan<'_, 's>,
    supplies: Vec<Supply>,
    request: &Request,
    (mut stream, end): (Option<Stream<'_>>, Option<Instant>),
) -> Result<Option<Gathered<'s>>> {
    let Scan { readings, settings, .. } = *scan;
    let mut haul = scan.run(supplies, stream.as_mut())?;
    let mut edges = std::mem::take(&mut haul.edges);
    if scan.is_in_vain.load(Ordering::Relaxed) || edges.are_disordered() || edges.latest() != end {
        return Ok(None);
    }
    let mut stamping = Stamping::new(settings, scan.exchange, scan.needs);
    stamping.let_through(&mut edges, Instant::MAX, &mut haul.quality.accounts)?;
    let claims = Claims::of(haul.inputs.iter());
    if stream.is_some_and(|stream| !stream.has_read_right(&claims)) {
        return Ok(None);
    }
    claims.settle(&mut haul);
    let skew = Skew::settle(&mut haul, stamping.latest());
    let settled = settle::settle(&mut haul, scan, request, stamping, skew)?;
    haul.all_names = scan.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let rows = RowIndex::new(&haul, readings);
    refuse_hopeless(&haul, readings, &rows, settings.strict)?;
    Ok(Some(Gathered { haul, settled, rows, claims }))
}
