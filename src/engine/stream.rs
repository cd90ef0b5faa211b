//! Journeys that are cut short while they go on: in a log in order of time, most of what a customer did
//! long ago can no longer matter, and what cannot matter need not be kept.
//!
//! Whenever the exchange is full enough, the scan pauses and every partition is thinned: `climb` says
//! which touches of an unfinished journey may still make a difference to its verdict, and the others
//! are accounted for and dropped. What is left is a shorter journey with the same verdict, so whoever
//! judges it in the end need not know. A state for each customer is therefore nothing but a few touches.
//!
//! Allowed only where no row can be given to another customer later and nobody asks for more than the
//! ladder's counts (`Stream::of`); else everything is kept until it is judged. Should a row of JSON name several identifiers
//! after all, reading stops and begins again without (`Scan::is_in_vain`).

use super::Request;
use super::claims::{Claim, Claims};
use super::decided::Decided;
use super::gather::{Gathered, Gatherer, Part, Spare};
use super::input_seen::InputSeen;
use super::kinds::{Kind, Kinds};
use super::needs::Needs;
use super::record::Records;
use super::scan::Scan;
use crate::climb::{Climber, Role};
use crate::error::Result;
use crate::event::{StepSet, Touch, mark};
use crate::key::{FastSet, Key};
use crate::ladder::definition::{Attribution, Count, Ladder};
use crate::parallel::in_parallel;
use crate::time::{Instant, Precision};
use std::collections::BTreeMap;

/// How many words the exchange holds before journeys are cut short for the first time: 16 MiB. The sooner it is known whose
/// verdict stands, the less is kept of what they go on doing.
const FIRST: usize = 2 << 20;
/// How many more words than were kept it holds before the next time, at most, unless more were kept: 64 MiB.
const ROOM: usize = 8 << 20;
/// How many times as many as were kept, where that is less: whatever is kept is gone over again.
const TIMES: usize = 5;

/// What is needed to cut journeys short.
#[derive(Debug)]
pub(super) struct Stream<'s> {
    /// The ladder's steps for each stamped position.
    table: &'s [StepSet],
    climber: Climber,
    /// The last moment of the data.
    end: Instant,
    /// How many words the exchange may hold until it is thinned again.
    pub(super) full: usize,
    /// The least that `full` can be.
    least: usize,
    /// What rows may be that was met so far, with whether it counted when journeys were cut short.
    counted: BTreeMap<Claim, bool>,
}

impl<'s> Stream<'s> {
    /// Makes ready to cut journeys short, if the request and the ladder allow it. `end` is the time of the
    /// last row.
    pub(super) fn of(
        request: &Request,
        needs: Needs,
        (ladder, table): (&'s Ladder, &'s [StepSet]),
        end: Instant,
        memory: usize,
    ) -> Option<Stream<'s>> {
        let is_whole = request.since.is_none() && request.until.is_none();
        let is_plain = ladder.count == Count::Customer && ladder.ignore.is_none() && !ladder.open;
        let is_once = ladder.attribution == Attribution::Once || request.breakdowns.is_empty();
        if needs.every_step || !is_whole || !is_plain || !is_once {
            return None;
        }
        let climber = Climber::new(ladder).ok().filter(Climber::may_forget)?;
        // With no memory at all, a block must be read all the same before anything can be dropped.
        let least = FIRST.min(memory / 2 / size_of::<u64>()).max(1);
        Some(Stream { table, climber, end, full: least, least, counted: BTreeMap::new() })
    }

    /// Drops the touches that can no longer matter when no row before `now` is still to come; says whose
    /// verdict stands already. What rows may be is taken as all rows of the `inputs` so far have it.
    pub(super) fn make_room<'i>(
        &mut self,
        scan: &Scan<'_, '_>,
        inputs: impl Iterator<Item = &'i InputSeen> + Clone,
        now: Instant,
    ) -> Result<Decided> {
        let claims = Claims::of(inputs.clone());
        for &claim in inputs.flat_map(|input| &input.claims) {
            self.counted.entry(claim).or_insert(claims.counts(claim));
        }
        let kinds = Kinds::settled(scan.kinds, &claims, self.table);
        let turns = scan.exchange.turns();
        let decided = in_parallel(scan.settings.threads, || {
            let mut cut = Cut::new(self, &kinds, now);
            while let Some(number) = turns.next() {
                scan.exchange.thin(number, |records| cut.cut(records))?;
            }
            Ok(cut.decided)
        })?;
        // Where little can be dropped, trying again soon would be in vain.
        let kept = scan.exchange.words_in_memory();
        self.full = self.least.max(kept + kept.max(ROOM.min(TIMES * kept)));
        Ok(Decided::of(&decided.concat()))
    }
}

impl Stream<'_> {
    /// Whether journeys were cut short by what rows turned out to be. Better evidence that comes later is rare, and
    /// then everything is read again.
    pub(super) fn has_read_right(&self, claims: &Claims) -> bool {
        self.counted.iter().all(|(claim, counted)| claims.counts(*claim) == *counted)
    }
}

/// One thread's share of thinning.
struct Cut<'c> {
    climber: Climber,
    /// The same, asked while the former is at work.
    windows: &'c Climber,
    kinds: &'c Kinds,
    now: Instant,
    end: Instant,
    gatherer: Gatherer,
    /// What rows of each kind are, by its number.
    roles: Vec<Role>,
    /// The earliest entry of each person who has nothing else.
    firsts: Vec<Instant>,
    needed: Vec<bool>,
    /// Those whose verdict stands.
    decided: Vec<(u32, Key)>,
}

impl<'c> Cut<'c> {
    fn new(stream: &'c Stream<'_>, kinds: &'c Kinds, now: Instant) -> Cut<'c> {
        Cut {
            climber: stream.climber.clone(),
            windows: &stream.climber,
            kinds,
            now,
            end: stream.end,
            gatherer: Gatherer::default(),
            roles: kinds.each(|kind| role_of(kind, &stream.climber)),
            firsts: Vec::new(),
            needed: Vec::new(),
            decided: Vec::new(),
        }
    }

    /// The records that may still matter.
    fn cut(&mut self, records: &Records) -> Records {
        let Cut { climber, windows, kinds, roles, now, end, gatherer, firsts, needed, decided } =
            self;
        let mut kept = Records::default();
        firsts.clear();
        let spare = Spare { roles, climber: windows, now: *now };
        gatherer.each_part(records, kinds, Some(&spare), |part| {
            let Gathered { person, touches, briefs, rows } = match part {
                Part::Person(gathered) => gathered,
                Part::Idle { person, key, rows } => {
                    let first = first_of(firsts, person);
                    let rows = rows.iter().filter(|row| climber.needs_entry(row.at, *now, first));
                    return kept.push_rows(key, rows.copied());
                }
            };
            needed.clear();
            needed.extend(touches.iter().map(is_kept_anyway));
            mark_first_steps(climber, touches, needed);
            if repeats_an_order(touches) {
                needed.fill(true);
            } else if climber.mark_needed(touches, (*now, *end), needed) {
                decided.push((u32::try_from(rows).unwrap_or(u32::MAX), person));
            }
            let needed = briefs.iter().zip(&*needed).filter(|(_, is_needed)| **is_needed);
            let (plain, others) = (needed.clone(), needed.filter_map(|(row, _)| row.place()));
            let plain = plain.map(|(row, _)| *row).filter(|row| row.place().is_none());
            kept.push_rows(person, plain);
            others.for_each(|place| kept.push_record(records.only(place)));
        });
        kept
    }
}

/// The earliest entry of a person with this number.
fn first_of(firsts: &mut Vec<Instant>, person: usize) -> &mut Instant {
    if firsts.len() <= person {
        firsts.resize(person + 1, Instant::MAX);
    }
    &mut firsts[person]
}

/// What rows of a kind are to a journey that is cut short.
fn role_of(kind: &Kind, climber: &Climber) -> Role {
    let is_plain = kind.marks & mark::ORDER == 0 && kind.aside == 0 && kind.actions.is_empty();
    if is_plain && climber.is_only_entry(kind.steps, kind.precision) {
        Role::Entry
    } else if kind.precision == Precision::Exact {
        Role::Other
    } else {
        Role::Vague
    }
}

/// Marks the first step of a customer: whether they may have entered before the data begins is asked of it. It may have
/// a date that turns out to stand for no time; then the first with another date is asked.
fn mark_first_steps(climber: &Climber, touches: &[Touch], needed: &mut [bool]) {
    let counts = |touch: &Touch| touch.aside == 0 && climber.is_step(touch);
    let first = touches.iter().position(counts);
    let timed = touches.iter().position(|touch| counts(touch) && !touch.at.is_placeholder());
    for first in [first, timed] {
        if let Some(needed) = first.and_then(|first| needed.get_mut(first)) {
            *needed = true;
        }
    }
}

/// Whether two touches complete the same order: one of them does not count, which is decided later.
fn repeats_an_order(touches: &[Touch]) -> bool {
    let numbered = touches.iter().filter(|touch| touch.is(mark::ORDER | mark::NUMBERED));
    let mut known = FastSet::default();
    numbered.into_iter().any(|touch| !known.insert(touch.subject))
}

/// Whether a touch is wanted for more than the chain: orders are counted by customer, and actions belong
/// to whatever attempt turns out best.
fn is_kept_anyway(touch: &Touch) -> bool {
    touch.is(mark::ORDER) || touch.aside != 0 || !touch.actions.is_empty()
}
