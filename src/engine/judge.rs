//! Judging: each partition is sorted, cut into people, cleaned and held against the ladder.
//!
//! Partitions are independent, so threads take them in turn; each fills a tally and accounts of its
//! own, and these are merged. How far a journey got is decided by `climb` alone.

use super::exchange::{Exchange, in_parallel};
use super::groups::{Groups, Scene};
use super::person::{Seen, Wanted};
use super::rivals::{Rival, Rivals};
use super::settle::Settled;
use super::track::{Period, Track};
use super::{RowIndex, Settings};
use crate::climb::{Outcome, Verdict};
use crate::error::Result;
use crate::event::{StepSet, Touch, mark};
use crate::findings::RivalFinding;
use crate::journey::{Cleaner, Sessionizer};
use crate::key::Key;
use crate::ladder::definition::Ladder;
use crate::ladder::stamp::relabel;
use crate::names::Names;
use crate::quality::{Quality, Reason};
use crate::sightings::Sightings;
use crate::tally::Tally;
use crate::time::Instant;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What all judges share.
#[derive(Debug)]
pub(super) struct Bench<'b> {
    pub(super) ladder: &'b Ladder,
    /// The ladder's steps for each stamped position.
    pub(super) table: &'b [StepSet],
    pub(super) rows: &'b RowIndex,
    /// The orders of the exports.
    pub(super) settled: &'b Settled,
    pub(super) groups: &'b Groups<'b>,
    /// The person that is asked about.
    pub(super) wanted: Option<&'b Wanted<'b>>,
    pub(super) rivals: &'b [Rival],
    pub(super) names: &'b Names,
    pub(super) period: Period,
    pub(super) seen_until: Instant,
    /// Empty ones to be filled, if they are asked for.
    pub(super) sightings: Option<Sightings>,
}

/// What the judges found.
#[derive(Debug)]
pub(super) struct Verdicts {
    pub(super) tally: Tally,
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
    let next = AtomicUsize::new(0);
    let judged = in_parallel(settings.threads, || {
        let mut judge = Judge::new(bench)?;
        let mut touches = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= exchange.len() {
                return Ok(judge.verdicts());
            }
            touches.clear();
            exchange.drain(number, |touch| {
                touches.push(bench.settled.judged(touch, bench.ladder.range));
                Ok(())
            })?;
            touches.sort_unstable_by_key(Touch::order_key);
            for person in touches.chunk_by(|a, b| a.person == b.person) {
                judge.person(person);
            }
        }
    })?;
    let mut all = Judge::new(bench)?.verdicts();
    for verdicts in judged {
        for (mine, theirs) in all.rivals.iter_mut().zip(&verdicts.rivals) {
            mine.merge(theirs);
        }
        all.tally.merge(verdicts.tally);
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
    rivals: Rivals,
    cleaner: Cleaner,
    kept: Vec<Touch>,
    verdicts: Verdicts,
}

impl<'b> Judge<'b> {
    fn new(bench: &'b Bench<'b>) -> Result<Judge<'b>> {
        let ladder = bench.ladder;
        Ok(Judge {
            bench,
            track: Track::new(ladder, bench.names, bench.period, bench.seen_until)?,
            rivals: Rivals::new(bench)?,
            cleaner: Cleaner::default(),
            kept: Vec::new(),
            verdicts: Verdicts {
                tally: Tally::new(ladder.steps.len(), ladder.actions.len()),
                quality: Quality::default(),
                seen: Vec::new(),
                rivals: Vec::new(),
                sightings: bench.sightings.clone(),
            },
        })
    }

    fn verdicts(self) -> Verdicts {
        Verdicts { rivals: self.rivals.into_findings(), ..self.verdicts }
    }

    /// Takes in everything that one person did, in order.
    fn person(&mut self, touches: &[Touch]) {
        self.verdicts.seen.extend(self.bench.wanted.and_then(|wanted| wanted.look(touches)));
        let mut kept = std::mem::take(&mut self.kept);
        self.clean(touches, &mut kept);
        if kept.iter().any(|touch| touch.aside == 0) {
            for touch in &mut kept {
                touch.steps = relabel(touch.steps, self.bench.table);
            }
            self.count_person(&kept);
            if let Some(sightings) = &mut self.verdicts.sightings {
                sightings.see(&kept);
            }
            self.journeys(&kept);
            self.rivals.count(&kept);
        }
        self.kept = kept;
    }

    fn journeys(&mut self, kept: &[Touch]) {
        let Judge { bench, track, verdicts, .. } = self;
        let tally = &mut verdicts.tally;
        track.judge(kept, |verdict, journey| {
            let scene = Scene { journey, customer: kept };
            if bench.groups.admit(verdict, scene) {
                verdict.add_to(tally, journey);
                count_closed(verdict, bench.seen_until, tally);
                bench.groups.count(verdict, scene, tally);
            }
        });
        bench.groups.count_by_value(kept, track, tally);
    }

    fn clean(&mut self, touches: &[Touch], kept: &mut Vec<Touch>) {
        let rows = self.bench.rows;
        let accounts = &mut self.verdicts.quality.accounts;
        let mut account = |touch: &Touch| {
            let input = rows.input(touch.row);
            if accounts.len() <= input {
                accounts.resize_with(input + 1, Default::default);
            }
            input
        };
        let mut aside: Vec<(usize, Touch, Reason)> = Vec::new();
        let same_input = |a: &Touch, b: &Touch| rows.input(a.row) == rows.input(b.row);
        self.cleaner.clean(touches, kept, same_input, |touch, reason| {
            if !touch.is(mark::FURTHER) {
                aside.push((account(touch), *touch, reason));
            }
        });
        let used: Vec<(usize, Instant)> = kept
            .iter()
            .filter(|touch| touch.aside == 0)
            .map(|touch| (account(touch), touch.at))
            .collect();
        for (input, touch, reason) in aside {
            accounts[input].set_aside(reason, touch.row, || reason.words().to_string());
        }
        for (input, at) in used {
            accounts[input].saw(at);
        }
    }

    fn count_person(&mut self, kept: &[Touch]) {
        let tally = &mut self.verdicts.tally;
        tally.customers += 1;
        tally.anonymous += u64::from(kept.iter().all(|touch| touch.is(mark::ANONYMOUS)));
        let mut orders: Vec<Key> =
            kept.iter().filter(|touch| touch.is(mark::ORDER)).map(|touch| touch.order).collect();
        orders.sort_unstable();
        orders.dedup();
        tally.buyers += u64::from(!orders.is_empty());
        tally.repeat_buyers += u64::from(orders.len() > 1);
        let is_exported = |touch: &&Touch| {
            touch.is(mark::ORDER) && self.bench.settled.exported.contains(&touch.order)
        };
        let has_visit = |order: &&Touch| {
            kept.iter().any(|touch| {
                touch.is(mark::LOG) && touch.at < order.end() && touch.row != order.row
            })
        };
        tally.orders_with_visit += kept.iter().filter(is_exported).filter(has_visit).count() as u64;
        for session in sessions_of_log(kept) {
            tally.sessions += 1;
            tally.sessions_with_cart += u64::from(session);
        }
    }
}

/// Whoever entered a whole window before the data ends has had all the time to convert: only such
/// journeys, converted or not, give a rate that late entries do not press down.
fn count_closed(verdict: &Verdict, seen_until: Instant, tally: &mut Tally) {
    if verdict.window_end.is_some_and(|end| end <= seen_until) {
        tally.closed += 1;
        tally.closed_converted += u64::from(verdict.outcome == Outcome::Converted);
    }
}

/// For each session of an event log, whether it put something into the cart.
fn sessions_of_log(kept: &[Touch]) -> Vec<bool> {
    let mut sessionizer = Sessionizer::default();
    let mut sessions = Vec::new();
    for touch in kept.iter().filter(|touch| touch.is(mark::LOG)) {
        let session = sessionizer.session_of(touch);
        if session == sessions.len() {
            sessions.push(false);
        }
        sessions[session] |= touch.is(mark::CART);
    }
    sessions
}
