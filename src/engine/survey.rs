//! What is counted of a journey beside its steps, each part only if somebody asks: the day it began, where
//! it ended and what came next, what had been done by a landmark, what its order is worth.
//!
//! Everything here looks at a verdict and at the touches that it is about. It judges nothing.

use super::calendar::Calendar;
use super::groups::{Scene, was_there_before};
use super::judge::Bench;
use super::request::Asks;
use super::settle::{OrderWorth, Settled};
use crate::climb::{Outcome, Verdict};
use crate::event::{StepSet, Touch, mark};
use crate::key::FastSet;
use crate::ladder::definition::{Ladder, Presence};
use crate::tally::days::DayTally;
use crate::tally::landmarks::{LANDMARKS, Outcomes, Pattern};
use crate::tally::ways::Leavers;
use crate::tally::{Durations, Tally};
use crate::time::{Instant, Span};
use std::collections::BTreeMap;

/// So many events of one name within [`BURST_SPAN`] are a burst.
const BURST: usize = 3;
const BURST_SPAN: Span = Span::seconds(2);

/// One thread's surveyor.
#[derive(Clone, Debug)]
pub(super) struct Surveyor {
    asks: Asks,
    calendar: Calendar,
}

impl Surveyor {
    pub(super) fn new(bench: &Bench<'_>) -> Surveyor {
        Surveyor { asks: bench.asks.clone(), calendar: Calendar::new(bench.zone) }
    }

    /// Counts one journey.
    pub(super) fn count(
        &mut self,
        verdict: &Verdict,
        scene: Scene<'_>,
        bench: &Bench<'_>,
        tally: &mut Tally,
    ) {
        if self.asks.days {
            self.count_day(verdict, scene.journey, bench.ladder, tally);
        }
        if self.asks.ways {
            count_ways(verdict, scene.journey, bench.ladder, tally);
        }
        if self.asks.landmarks {
            count_landmarks(verdict, scene, bench, tally);
        }
        if self.asks.money {
            count_worth(verdict, scene.journey, bench, tally);
        }
    }

    /// Counts a journey by the day of its entry. A step that nobody saw is as old as the next that was seen.
    fn count_day(
        &mut self,
        verdict: &Verdict,
        journey: &[Touch],
        ladder: &Ladder,
        tally: &mut Tally,
    ) {
        let Some(entry) = journey.get(verdict.entry) else { return };
        let day = self.calendar.day(entry.at);
        let mut is_of_day = |step: &usize| {
            let touch = place_of(verdict, *step, journey, |_| true).and_then(|at| journey.get(at));
            touch.is_some_and(|touch| self.calendar.day(touch.at) == day)
        };
        let is_optional = |step: usize| {
            ladder.steps.get(step).is_some_and(|step| step.presence == Presence::Optional)
        };
        let proving = verdict.observed.positions().filter(|step| !is_optional(*step));
        let same_day = proving.filter(&mut is_of_day).max();
        let counts = |step: &usize| {
            if is_optional(*step) { is_of_day(step) } else { Some(*step) <= same_day }
        };
        let steps: Vec<usize> = verdict.reached.positions().filter(counts).collect();
        let counts = tally.days.of(day, ladder.steps.len());
        super::groups::add(verdict, &mut counts.journeys);
        for step in steps {
            if let Some(count) = counts.same_day.get_mut(step) {
                *count += 1;
            }
        }
    }

    /// Counts what one customer did by day, in a journey or not.
    pub(super) fn count_person(&mut self, kept: &[Touch], bench: &Bench<'_>, tally: &mut Tally) {
        if !self.asks.days {
            return;
        }
        let steps = bench.ladder.steps.len();
        let is_exported = |touch: &Touch| {
            touch.is(mark::ORDER) && bench.settled.exported.contains(&touch.subject)
        };
        let counts =
            |touch: &&Touch| touch.aside == 0 && (!touch.steps.is_empty() || is_exported(touch));
        let mut touches = kept.iter().filter(counts).peekable();
        // Touches are in order of time, so a day is looked up once for all that happened on it.
        while let Some(first) = touches.peek() {
            let day = self.calendar.day(first.at);
            let counts = tally.days.of(day, steps);
            while let Some(touch) = touches.next_if(|touch| self.calendar.day(touch.at) == day) {
                count_touch(touch, is_exported(touch), counts);
            }
        }
    }
}

/// Counts a touch on its day.
fn count_touch(touch: &Touch, is_exported: bool, counts: &mut DayTally) {
    let is_log = touch.is(mark::LOG);
    for step in touch.steps.positions().filter(|_| is_log) {
        if let Some(seen) = counts.seen.get_mut(step) {
            *seen += 1;
        }
    }
    counts.exported += u64::from(is_exported);
    counts.exported_and_seen += u64::from(is_exported && is_log);
}

/// Counts where a journey ended and what came next.
fn count_ways(verdict: &Verdict, journey: &[Touch], ladder: &Ladder, tally: &mut Tally) {
    let ways = &mut tally.ways;
    ways.leavers.resize(ladder.steps.len(), Leavers::default());
    for step in verdict.reached.positions() {
        let is_over = ladder.next_of(step).is_some_and(|next| !verdict.reached.has(next));
        let Some(leavers) = ways.leavers.get_mut(step).filter(|_| is_over) else { continue };
        leavers.left += 1;
        leavers.open += u64::from(verdict.outcome == Outcome::Open);
        let place = left_at(verdict, step, journey);
        if let Some(next) = journey.get(place + 1) {
            *leavers.next.entry(next.name).or_default() += 1;
            let since = journey.get(place..).unwrap_or_default();
            let is_back = |pair: &[Touch]| !ladder.sessions.goes_on(pair[0].at, pair[1].at);
            leavers.returned += u64::from(since.windows(2).any(is_back));
        }
    }
    let attempt = attempt_of(verdict, journey);
    let back = ways_back(climb_of(verdict, attempt, ladder), ladder);
    ways.with_way_back += u64::from(back > 0);
    ways.ways_back += back;
    let bursts = bursts(attempt);
    ways.with_burst += u64::from(bursts > 0);
    ways.bursts += bursts;
}

/// Where a step that an attempt reached was done: at the event chosen for it, or where none was chosen at the first of
/// its events behind the one chosen last. The shop's own account tells a step again: that of a log is the better one.
fn left_at(verdict: &Verdict, step: usize, journey: &[Touch]) -> usize {
    let by_log = place_of(verdict, step, journey, |touch| touch.is(mark::LOG));
    let by_any = || place_of(verdict, step, journey, |_| true);
    by_log.or_else(by_any).unwrap_or_else(|| last_chosen(verdict, step))
}

/// The position of the event chosen for a step, or else of the first of its events behind the one chosen last of which
/// something holds.
fn place_of(
    verdict: &Verdict,
    step: usize,
    journey: &[Touch],
    holds: impl Fn(&Touch) -> bool,
) -> Option<usize> {
    if let Some(chosen) = verdict.chain.touch_of(step) {
        return Some(chosen);
    }
    let chosen = last_chosen(verdict, step);
    // Of one moment it may stand before.
    let is_before = |touch: &Touch| journey.get(chosen).is_some_and(|own| touch.at < own.at);
    let first = journey.get(..chosen)?.partition_point(is_before);
    let is_inside = |touch: &&Touch| verdict.window_end.is_none_or(|end| touch.at <= end);
    let mut rest = journey.get(first..)?.iter().take_while(is_inside);
    let place = rest.position(|touch| touch.steps.has(step) && holds(touch))?;
    Some(chosen.max(first + place))
}

/// The position of the last event chosen for a step up to this one.
fn last_chosen(verdict: &Verdict, step: usize) -> usize {
    (0..=step).filter_map(|step| verdict.chain.touch_of(step)).max().unwrap_or(verdict.entry)
}

/// The touches from the entry to the end of the window.
fn attempt_of<'j>(verdict: &Verdict, journey: &'j [Touch]) -> &'j [Touch] {
    let rest = journey.get(verdict.entry..).unwrap_or_default();
    let is_in = |touch: &Touch| verdict.window_end.is_none_or(|end| touch.at <= end);
    rest.get(..rest.partition_point(is_in)).unwrap_or_default()
}

/// The touches of an attempt up to the order: what happens behind it, as its page of thanks, is no way back.
fn climb_of<'j>(verdict: &Verdict, attempt: &'j [Touch], ladder: &Ladder) -> &'j [Touch] {
    let order = verdict.chain.touch_of(ladder.macro_step());
    let end = order.map(|order| (order + 1).saturating_sub(verdict.entry));
    end.and_then(|end| attempt.get(..end)).unwrap_or(attempt)
}

/// How often an earlier step is done again right after a later one. Whatever happens is no earlier step because a step is
/// any event.
fn ways_back(climb: &[Touch], ladder: &Ladder) -> u64 {
    let conditions = ladder.steps.iter().map(|step| &step.condition).enumerate();
    let open = conditions
        .filter(|(_, condition)| condition.event.is_open() && condition.filter.is_empty());
    let any = open.fold(StepSet::EMPTY, |any, (step, _)| any.with(StepSet::only(step)));
    let highest = |touch: &Touch| 31_u32.checked_sub(touch.steps.without(any).0.leading_zeros());
    let (mut back, mut before) = (0, 0);
    for step in climb.iter().filter_map(highest) {
        back += u64::from(step < before);
        before = step;
    }
    back
}

/// Bursts of events of one name; none shares an event with another.
fn bursts(attempt: &[Touch]) -> u64 {
    // Hardly anybody does anything so often in so short a time, whatever it is.
    if !is_hasty(attempt) {
        return 0;
    }
    let mut bursts = 0;
    let mut names: BTreeMap<u32, Vec<Instant>> = BTreeMap::new();
    for touch in attempt.iter().filter(|touch| touch.is(mark::LOG)) {
        let times = names.entry(touch.name).or_default();
        times.retain(|&earlier| touch.at.since(earlier) <= BURST_SPAN);
        times.push(touch.at);
        if times.len() == BURST {
            bursts += 1;
            times.clear();
        }
    }
    bursts
}

/// Whether as many events as a burst has, of whatever names, ever are as close together.
fn is_hasty(attempt: &[Touch]) -> bool {
    let mut latest = [None; BURST - 1];
    let mut times = attempt.iter().filter(|touch| touch.is(mark::LOG)).map(|touch| touch.at);
    times.any(|at| {
        let first: Option<Instant> = latest[0];
        latest.rotate_left(1);
        latest[BURST - 2] = Some(at);
        first.is_some_and(|first| at.since(first) <= BURST_SPAN)
    })
}

/// Counts what a journey was like at each landmark, if it was watched to the end of its window.
fn count_landmarks(verdict: &Verdict, scene: Scene<'_>, bench: &Bench<'_>, tally: &mut Tally) {
    let Some(entry) = scene.journey.get(verdict.entry) else { return };
    let attempt = attempt_of(verdict, scene.journey);
    let converted = (verdict.outcome == Outcome::Converted)
        .then(|| verdict.chain.touch_of(bench.ladder.macro_step()))
        .flatten()
        .and_then(|touch| scene.journey.get(touch));
    let landmarks = &mut tally.landmarks;
    landmarks.after.resize(bench.ladder.actions.len(), 0);
    if let Some(order) = converted {
        let later = attempt.iter().filter(|touch| touch.at > order.at || touch.row == order.row);
        let after = later.fold(StepSet::EMPTY, |all, touch| all.with(touch.actions));
        for action in after.without(verdict.actions).positions() {
            if let Some(after) = landmarks.after.get_mut(action) {
                *after += 1;
            }
        }
    }
    let is_watched = verdict.window_end.is_none_or(|end| end <= bench.seen_until);
    if !is_watched || verdict.outcome == Outcome::Open {
        return;
    }
    let returning = was_there_before(scene.customer, entry, bench.ladder.sessions);
    let mut done =
        Done { pattern: Pattern { returning, ..Pattern::default() }, touches: 0, events: 0 };
    for (number, landmark) in (0..).zip(LANDMARKS) {
        let moment = entry.at.plus(landmark);
        let is_late = verdict.window_end.is_some_and(|end| end <= moment);
        if is_late || converted.is_some_and(|order| order.at <= moment) {
            // Later landmarks are so too.
            break;
        }
        done.go_on(attempt, moment);
        let own = Outcomes { journeys: 1, converted: u64::from(converted.is_some()) };
        landmarks.patterns.entry(done.pattern_at(number)).or_default().add(own);
    }
}

/// What was done in an attempt up to a landmark.
struct Done {
    pattern: Pattern,
    /// How many of its touches that were.
    touches: usize,
    /// Of these, events that are no action.
    events: u32,
}

impl Done {
    /// Goes on to a later moment.
    fn go_on(&mut self, attempt: &[Touch], moment: Instant) {
        let rest = attempt.get(self.touches..).unwrap_or_default();
        for touch in rest.iter().take_while(|touch| touch.at <= moment) {
            self.pattern.actions = self.pattern.actions.with(touch.actions);
            self.pattern.steps = self.pattern.steps.with(touch.steps);
            self.events += u32::from(touch.actions.is_empty());
            self.touches += 1;
        }
    }

    fn pattern_at(&self, landmark: u8) -> Pattern {
        const MOST: u32 = 6;
        let activity = self.events.max(1).ilog2().min(MOST);
        let activity = u8::try_from(activity).unwrap_or(u8::MAX);
        Pattern { landmark, activity, ..self.pattern }
    }
}

/// Counts what the order of a converted journey is worth.
fn count_worth(verdict: &Verdict, journey: &[Touch], bench: &Bench<'_>, tally: &mut Tally) {
    let order = (verdict.outcome == Outcome::Converted)
        .then(|| verdict.chain.touch_of(bench.ladder.macro_step()))
        .flatten()
        .and_then(|touch| journey.get(touch));
    let money = bench.settled.book.as_ref().map(|book| &book.money);
    let Some((Some(amount), currency)) =
        order.zip(money).and_then(|(order, money)| money.get(&order.subject)).copied()
    else {
        return;
    };
    tally.worth.entry(currency).or_default().add(amount.0);
    for action in verdict.actions.positions() {
        if let Some(action) = tally.actions.get_mut(action) {
            action.worth.entry(currency).or_default().add(amount.0);
        }
    }
}

/// Counts whoever has ordered: how often, how soon again, and which of the exported orders come after a
/// visit.
pub(super) fn count_orders(
    kept: &[Touch],
    settled: &Settled,
    seen_until: Instant,
    tally: &mut Tally,
) {
    let logged = || kept.iter().filter(|touch| touch.is(mark::LOG));
    let orders = || kept.iter().filter(|touch| touch.is(mark::ORDER));
    let firsts = firsts_of_orders(orders());
    let times: Vec<Instant> = firsts.iter().map(|touch| touch.at).collect();
    tally.repeat_buyers += u64::from(times.len() > 1);
    tally.orders_of_buyers.add(times.len() as i128);
    count_value(&firsts, settled, tally);
    match times.as_slice() {
        [only] => add_span(&mut tally.since_only_order, *only, seen_until),
        [first, second, ..] => add_span(&mut tally.to_second_order, *first, *second),
        [] => {}
    }
    for pair in times.windows(2) {
        add_span(&mut tally.between_orders, pair[0], pair[1]);
    }
    // Rows of visits have many events. What is of the order's row and moment is the order itself.
    let is_before = |touch: &Touch, order: &Touch| touch.at < order.at || touch.row != order.row;
    let has_visit = |order: &&Touch| {
        let mut before = logged().take_while(|touch| touch.at < order.end());
        before.any(|touch| is_before(touch, order))
    };
    let exported = orders().filter(|touch| settled.exported.contains(&touch.subject));
    tally.orders_with_visit += exported.filter(has_visit).count() as u64;
}

/// The first touch of each order, in their order. Most buyers have one.
fn firsts_of_orders<'t>(mut orders: impl Iterator<Item = &'t Touch>) -> Vec<&'t Touch> {
    let mut firsts: Vec<&Touch> = orders.next().into_iter().collect();
    let mut known = FastSet::default();
    for touch in orders {
        known.extend(firsts.first().filter(|_| known.is_empty()).map(|first| first.subject));
        if known.insert(touch.subject) {
            firsts.push(touch);
        }
    }
    firsts
}

/// Counts what a customer's orders are worth together, by currency, and what of it went back.
fn count_value(orders: &[&Touch], settled: &Settled, tally: &mut Tally) {
    let worth = |touch: &&Touch| settled.worth.of(touch.subject);
    let mut worths: Vec<OrderWorth> = orders.iter().filter_map(worth).collect();
    worths.sort_by_key(|own| own.currency);
    for own in worths.chunk_by(|one, next| one.currency == next.currency) {
        let currency = own[0].currency;
        let sum = own.iter().map(|own| own.amount.0).sum();
        tally.value_of_buyers.entry(currency).or_default().add(sum, own.len() as i128);
        if own.iter().any(|own| own.sold.is_some()) {
            let refunds = tally.refunds_of_buyers.entry(currency).or_default();
            refunds.add(own.iter().filter_map(|own| own.sold));
        }
    }
}

fn add_span(durations: &mut Durations, from: Instant, to: Instant) {
    durations.add(to.since(from).max(Span(0)));
}

/// Whoever entered a whole window before the data ends has had all the time to convert. The others that
/// have not converted are still being watched, or were until an exclusion ended them: what is known of
/// them is for how long.
pub(super) fn count_watched(
    verdict: &Verdict,
    journey: &[Touch],
    seen_until: Instant,
    tally: &mut Tally,
) {
    if verdict.window_end.is_some_and(|end| end <= seen_until) {
        tally.closed += 1;
        tally.closed_converted += u64::from(verdict.outcome == Outcome::Converted);
    }
    let Some(entry) = journey.get(verdict.entry) else { return };
    if verdict.outcome == Outcome::Open {
        add_span(&mut tally.watched, entry.at, seen_until);
    }
    if let Some(ended) = verdict.ended {
        add_span(&mut tally.ended, entry.at, ended);
    }
}
