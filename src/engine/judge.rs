//! Judging: each partition is sorted, cut into people, cleaned and held against the ladder.
//!
//! Partitions are independent, so threads take them in turn; each fills a tally and accounts of its
//! own, and these are merged. How far a journey got is decided by `climb` alone.

use super::calendar::Calendar;
use super::customer::Customer;
use super::exchange::Exchange;
use super::gather::{Gathered, Gatherer};
use super::groups::{Groups, Scene};
use super::kinds::Kinds;
use super::person::{Seen, Wanted};
use super::request::Asks;
use super::rivals::{Rival, Rivals};
use super::settle::Settled;
use super::several_logs::count_logs;
use super::several_pages::SeveralPages;
use super::survey::{Surveyor, count_orders, count_watched};
use super::track::{Period, Track};
use super::tracking::Logs;
use super::{RowIndex, Settings};
use crate::climb::Verdict;
use crate::error::Result;
use crate::event::{RowRef, StepSet, Touch, mark};
use crate::findings::RivalFinding;
use crate::input::timestamp::ZoneRule;
use crate::journey::{Cleaner, Sessionizer};
use crate::key::FastSet;
use crate::ladder::definition::Ladder;
use crate::ladder::session_rule::SessionRule;
use crate::ladder::stamp::Stamper;
use crate::names::Names;
use crate::parallel::in_parallel;
use crate::quality::{Quality, Reason};
use crate::sightings::Sightings;
use crate::tally::Tally;
use crate::time::Instant;

/// What all judges share.
#[derive(Debug)]
pub(super) struct Bench<'b> {
    pub(super) ladder: &'b Ladder,
    /// The ladder's steps for each stamped position.
    pub(super) table: &'b [StepSet],
    /// What the numbers in records stand for, in the ladder's steps.
    pub(super) kinds: &'b Kinds,
    /// What names mean.
    pub(super) stamper: &'b Stamper,
    pub(super) rows: &'b RowIndex,
    /// The orders of the exports.
    pub(super) settled: &'b Settled,
    /// The kinds of event logs.
    pub(super) logs: &'b Logs,
    /// Rows whose customer was decided by their time.
    pub(super) by_time: &'b FastSet<RowRef>,
    pub(super) groups: &'b Groups<'b>,
    /// The person that is asked about.
    pub(super) wanted: Option<&'b Wanted<'b>>,
    pub(super) rivals: &'b [Rival],
    /// Parts of the journeys that are counted by themselves.
    pub(super) sides: &'b [Beside<'b>],
    /// What else is counted.
    pub(super) asks: &'b Asks,
    /// The zone in which days are days.
    pub(super) zone: ZoneRule,
    pub(super) names: &'b Names,
    pub(super) period: Period,
    pub(super) seen_until: Instant,
    /// How many inputs there are.
    pub(super) inputs: usize,
    /// Whether somebody wants to know how many sessions the logs saw.
    pub(super) counts_sessions: bool,
    /// Empty ones to be filled, if they are asked for.
    pub(super) sightings: Option<Sightings>,
}

/// A part of the journeys that is counted by itself.
#[derive(Debug)]
pub(super) struct Beside<'b> {
    pub(super) period: Period,
    pub(super) groups: Groups<'b>,
}

/// What the judges found.
#[derive(Debug)]
pub(super) struct Verdicts {
    pub(super) tally: Tally,
    /// One a side.
    pub(super) sides: Vec<Tally>,
    pub(super) quality: Quality,
    /// What the persons that are asked about did.
    pub(super) seen: Vec<Seen>,
    pub(super) rivals: Vec<RivalFinding>,
    pub(super) sightings: Option<Sightings>,
}

/// Judges all partitions.
pub(super) fn judge(
    exchange: &Exchange,
    bench: &Bench<'_>,
    settings: &Settings,
) -> Result<Verdicts> {
    let turns = exchange.turns();
    let judged = in_parallel(settings.threads, || {
        let mut judge = Judge::new(bench)?;
        let mut gatherer = Gatherer::default();
        while let Some(number) = turns.next() {
            let records = exchange.take(number)?;
            gatherer.each_person(&records, bench.kinds, |Gathered { touches, .. }| {
                judge.settle(touches);
                judge.person(touches);
            });
        }
        Ok(judge.verdicts())
    })?;
    let mut all = Judge::new(bench)?.verdicts();
    for verdicts in judged {
        for (mine, theirs) in all.rivals.iter_mut().zip(&verdicts.rivals) {
            mine.merge(theirs);
        }
        all.tally.merge(verdicts.tally);
        for (mine, theirs) in all.sides.iter_mut().zip(verdicts.sides) {
            mine.merge(theirs);
        }
        all.quality.merge(verdicts.quality);
        all.seen.extend(verdicts.seen);
        if let (Some(all), Some(sightings)) = (&mut all.sightings, verdicts.sightings) {
            all.merge(&sightings);
        }
    }
    Ok(all)
}

/// One thread's judge, with room that is reused from person to person.
struct Judge<'b> {
    bench: &'b Bench<'b>,
    track: Track,
    sides: Vec<Track>,
    /// Only where a customer's journeys are looked at together.
    customer: Option<Customer>,
    surveyor: Surveyor,
    rivals: Rivals,
    cleaner: Cleaner,
    /// Only where the ladder asks for such visits.
    several_pages: Option<SeveralPages>,
    kept: Vec<Touch>,
    calendar: Calendar,
    verdicts: Verdicts,
}

impl<'b> Judge<'b> {
    fn new(bench: &'b Bench<'b>) -> Result<Judge<'b>> {
        let ladder = bench.ladder;
        let track = |period| Track::new(ladder, bench.names, period, bench.seen_until);
        let tally = || Tally::new(ladder.steps.len(), ladder.actions.len());
        Ok(Judge {
            bench,
            track: track(bench.period)?,
            sides: bench.sides.iter().map(|side| track(side.period)).collect::<Result<_>>()?,
            customer: Customer::of(ladder),
            surveyor: Surveyor::new(bench),
            rivals: Rivals::new(bench)?,
            cleaner: Cleaner::default(),
            several_pages: SeveralPages::of(ladder),
            kept: Vec::new(),
            calendar: Calendar::new(bench.zone),
            verdicts: Verdicts {
                tally: tally(),
                sides: bench.sides.iter().map(|_| tally()).collect(),
                quality: Quality::new(bench.inputs),
                seen: Vec::new(),
                rivals: Vec::new(),
                sightings: bench.sightings.clone(),
            },
        })
    }

    fn verdicts(self) -> Verdicts {
        Verdicts { rivals: self.rivals.into_findings(), ..self.verdicts }
    }

    /// Puts right what settling has found to be wrong, and sets aside what does not count.
    fn settle(&self, touches: &mut [Touch]) {
        let Bench { settled, stamper, names, .. } = self.bench;
        settled.skew.put_right(touches);
        settled.pardons.pardon(touches, |name| stamper.knows(names.text(name)));
        for touch in touches {
            settled.judge(touch, self.bench.ladder.range, self.bench.rows);
        }
    }

    /// Takes in everything that one person did, in order.
    fn person(&mut self, touches: &[Touch]) {
        self.verdicts.seen.extend(self.bench.wanted.and_then(|wanted| wanted.look(touches)));
        if self.several_pages.is_none() && touches.iter().all(is_clean) {
            self.account(touches);
            return self.count(touches);
        }
        let mut kept = std::mem::take(&mut self.kept);
        self.clean(touches, &mut kept);
        if let Some(several_pages) = &mut self.several_pages {
            several_pages.mark(&mut kept);
        }
        self.account(&kept);
        if kept.iter().any(|touch| touch.aside == 0) {
            self.count(&kept);
        }
        self.kept = kept;
    }

    /// Counts all that a person did that counts.
    fn count(&mut self, kept: &[Touch]) {
        self.count_person(kept);
        self.count_given_by_time(kept);
        if let Some(sightings) = &mut self.verdicts.sightings {
            sightings.see(kept);
        }
        self.journeys(kept);
        self.rivals.count(kept);
    }

    fn count_given_by_time(&mut self, kept: &[Touch]) {
        let by_time = self.bench.by_time;
        if !by_time.is_empty() {
            let counts = |touch: &&Touch| {
                touch.aside == 0 && touch.is_something() && by_time.contains(&touch.row)
            };
            self.verdicts.quality.given_by_time += kept.iter().filter(counts).count() as u64;
        }
    }

    fn journeys(&mut self, kept: &[Touch]) {
        let Judge { bench, track, sides, customer, surveyor, verdicts, .. } = self;
        let own = std::iter::once((track, bench.groups, &mut verdicts.tally));
        let beside = bench.sides.iter().map(|side| &side.groups);
        let beside = sides.iter_mut().zip(beside).zip(&mut verdicts.sides);
        let beside = beside.map(|((track, groups), tally)| (track, groups, tally));
        let mut sides_entered = 0;
        for (side, (track, groups, tally)) in own.chain(beside).enumerate() {
            let entered_before = tally.entered;
            let mut count = |verdict: &Verdict, scene: Scene<'_>| {
                verdict.add_to(tally, scene.journey);
                count_watched(verdict, scene.journey, bench.seen_until, tally);
                match customer {
                    Some(customer) => customer.count(verdict, scene, groups),
                    None => groups.count(verdict, scene, &mut tally.groups),
                }
                surveyor.count(verdict, scene, bench, tally);
            };
            let mut filtered = 0;
            track.judge(kept, |verdict, journey| {
                let scene = Scene { journey, customer: kept };
                let is_in = groups.admit(verdict, scene);
                filtered += u64::from(!is_in);
                is_in.then(|| count(verdict, scene));
            });
            tally.filtered += filtered;
            // The first is no side: it is all of them.
            sides_entered += usize::from(side > 0 && tally.entered > entered_before);
            let Some(customer) = customer else {
                groups.count_by_value(kept, track, &mut tally.groups);
                continue;
            };
            groups.count_by_value(kept, track, &mut customer.rows);
            customer.join(tally);
        }
        let is_on_all = sides_entered > 0 && sides_entered == bench.sides.len();
        verdicts.tally.on_all_sides += u64::from(is_on_all);
    }

    /// Takes out what does not count, and accounts for every row.
    fn clean(&mut self, touches: &[Touch], kept: &mut Vec<Touch>) {
        let rows = self.bench.rows;
        let accounts = &mut self.verdicts.quality.accounts;
        let same_input = |a: &Touch, b: &Touch| rows.input(a.row) == rows.input(b.row);
        self.cleaner.clean(touches, kept, same_input, |touch, reason| {
            if !touch.is(mark::FURTHER) {
                let account = &mut accounts[rows.input(touch.row)];
                account.set_aside(reason, touch.row, || words_of(touch, reason).to_string());
            }
        });
    }

    /// Notes when the inputs begin and end.
    fn account(&mut self, kept: &[Touch]) {
        let mut used = kept.iter().filter(|touch| touch.aside == 0);
        let accounts = &mut self.verdicts.quality.accounts;
        if let [only] = accounts.as_mut_slice() {
            // Touches are in order.
            let first = used.next();
            let last = used.next_back();
            return first.into_iter().chain(last).for_each(|touch| only.saw(touch.at));
        }
        for touch in used {
            accounts[self.bench.rows.input(touch.row)].saw(touch.at);
        }
    }

    fn count_person(&mut self, kept: &[Touch]) {
        let tally = &mut self.verdicts.tally;
        tally.customers += 1;
        let (all, any) = kept
            .iter()
            .fold((u8::MAX, 0), |(all, any), touch| (all & touch.marks, any | touch.marks));
        tally.anonymous += u64::from(all & mark::ANONYMOUS != 0);
        if let Some(at) = self.track.begins_beyond(kept) {
            tally.first_seen_beyond.add(at);
        }
        if any & mark::ORDER != 0 {
            count_orders(kept, self.bench.settled, self.bench.seen_until, tally);
        }
        self.surveyor.count_person(kept, self.bench, tally);
        count_logs(kept, (self.bench.logs, self.bench.rows), tally);
        if self.bench.counts_sessions {
            for log in 0..self.bench.logs.number() {
                self.count_sessions(log, kept);
            }
        }
    }

    /// Counts the sessions of a kind of log. Each kind has seen the same visits, so the sessions of each are those of
    /// its own rows.
    fn count_sessions(&mut self, log: usize, kept: &[Touch]) {
        let Bench { ladder, logs, rows, .. } = self.bench;
        // With one log, as mostly, nothing has to be looked up.
        let is_own =
            |touch: &Touch| logs.number() == 1 || logs.of_input(rows.input(touch.row)) == Some(log);
        for (began, has_cart) in sessions_of_log(kept, ladder.sessions, is_own) {
            let counts = [1, u64::from(has_cart)];
            self.verdicts.tally.add_sessions(log, self.calendar.day(began), counts);
        }
    }
}

/// Why a touch is set aside, in words.
fn words_of(touch: &Touch, reason: Reason) -> &'static str {
    if reason == Reason::BadTimestamp && touch.at.is_placeholder() {
        return "a date that stands for no time";
    }
    reason.words()
}

/// Whether cleaning leaves a touch as it is, whatever is beside it: it is not set aside, it is no delivery
/// of another, and it completes no order.
#[inline]
fn is_clean(touch: &Touch) -> bool {
    touch.aside == 0 && touch.fingerprint.is_none() && !touch.is(mark::ORDER)
}

/// For each session of an event log, when it began and whether it put something into the cart.
fn sessions_of_log(
    kept: &[Touch],
    rule: SessionRule,
    is_own: impl Fn(&Touch) -> bool,
) -> Vec<(Instant, bool)> {
    let mut sessionizer = Sessionizer::new(rule);
    let mut sessions = Vec::new();
    for touch in kept.iter().filter(|touch| touch.is(mark::LOG) && is_own(touch)) {
        let session = sessionizer.session_of(touch);
        if session == sessions.len() {
            sessions.push((touch.at, false));
        }
        sessions[session].1 |= touch.is(mark::CART);
    }
    sessions
}
