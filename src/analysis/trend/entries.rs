//! Whether far fewer or far more entered than on such days.
//!
//! Where days differ more than chance makes them, a weekday is held against its own kind: the mean is that of the same weekday
//! of the last eight weeks, and how far days stray from it is told by all weekdays together, each around its own mean.

use super::{Alert, ENTERED, Every, Kind, LEAST_HISTORY, Period, is_odd};
use crate::stats::predictive::Counts;

/// Days before one among which its weekday is looked for: eight weeks.
const WEEKDAY_HISTORY: usize = 56;
/// Fewer deviations from the means of weekdays than this do not say how far days stray.
const LEAST_FREEDOM: u64 = 5;

/// What is odd about the number of entries of a period; `before` are all periods before it.
pub(super) fn alert(period: &Period, before: &[Period], every: Every, level: f64) -> Option<Alert> {
    let counts = usual(period, before, every)?;
    let today = period.counts.journeys.entered;
    let (p, is_rise) = is_odd(counts.fitting_tails(today), level)?;
    let kind = match (today, period.counts.exported) {
        (0, 0) => Kind::Silence,
        (0, _) => Kind::Tracking,
        _ => Kind::Shoppers,
    };
    Some(Alert {
        metric: ENTERED.to_owned(),
        from: period.from,
        hits: today,
        base: None,
        expected: counts.mean,
        band: band(&counts, level / 2.0),
        is_rise,
        p,
        kind,
        history: usize::try_from(counts.days).unwrap_or(usize::MAX),
    })
}

/// How many are to be expected. A part of a period says what share is usual, and not how many.
fn usual(period: &Period, before: &[Period], every: Every) -> Option<Counts> {
    let last = |longest: usize| {
        let whole = before.iter().rev().filter(|period| !period.is_running).take(longest);
        whole.filter(|period| period.is_complete)
    };
    let entered = |period: &Period| period.counts.journeys.entered;
    let all: Vec<u64> = last(every.history()).map(entered).collect();
    if all.len() < LEAST_HISTORY {
        return None;
    }
    let counts = Counts::of(&all)?;
    if every != Every::Day || !counts.is_dispersed() {
        return Some(counts);
    }
    let mut by_weekday: [Vec<u64>; 7] = Default::default();
    for day in last(WEEKDAY_HISTORY) {
        by_weekday.get_mut(distance(period, day))?.push(entered(day));
    }
    Counts::of_kind(&by_weekday, LEAST_FREEDOM).or(Some(counts))
}

/// By how many days of the week two days lie apart: nought for the same weekday.
fn distance(one: &Period, two: &Period) -> usize {
    usize::try_from((one.from - two.from).rem_euclid(7)).unwrap_or_default()
}

/// The counts that are not odd.
fn band(counts: &Counts, level: f64) -> (u64, u64) {
    let is_low = |count: u64| counts.fitting_tails(count).low < level;
    let is_high = |count: u64| counts.fitting_tails(count).high >= level;
    let first = |holds: &dyn Fn(u64) -> bool| {
        let (mut low, mut high) = (0, 1);
        while holds(high) && high < 1 << 50 {
            low = high;
            high *= 2;
        }
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if holds(middle) { low = middle } else { high = middle }
        }
        if holds(low) { high } else { low }
    };
    (first(&is_low), first(&is_high).saturating_sub(1))
}
