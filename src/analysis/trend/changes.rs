//! When things changed: the moments that part a row of periods into stretches of different shares.
//!
//! Periods differ by more than chance, and what is large among equal ones may be ordinary among those: what a moment explains is
//! divided by the dispersion of the periods (`stats::dispersion`).

use super::{Period, overall};
use crate::analysis::rate::Rate;
use crate::ladder::definition::Ladder;
use crate::stats::dispersion::Dispersion;

/// A change that lasted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The first day of the first period after it.
    pub from: i64,
    /// The last day of the last period before the next change; `None` if there is none.
    pub to: Option<i64>,
    /// The share before, back to the change before it.
    pub before: f64,
    /// The share after, up to the next change.
    pub after: f64,
    /// How likely that is if nothing changed, the choice of the moment accounted for.
    pub p: f64,
}

/// Changes of the share that converts on the day of the entry: the moment that parts the periods best,
/// then those within the parts, as long as they are beyond chance. Each is told by what lies between it and its neighbours.
pub(super) fn changes(periods: &[Period], ladder: &Ladder) -> Vec<Change> {
    let metric = overall(ladder);
    let complete: Vec<&Period> = periods.iter().filter(|period| period.is_complete).collect();
    let counts: Vec<(u64, u64)> = complete.iter().map(|period| metric.of(period)).collect();
    let mut cuts = Vec::new();
    let noise = Dispersion::of(&counts);
    part(&mut counts.clone(), (0, noise), &mut cuts);
    cuts.sort_by_key(|&(at, _)| at);
    let bound = |cut: usize| cuts.get(cut).map(|&(at, _)| at);
    let rate = |from: usize, to: usize| {
        let (hits, base) = sum(&counts[from..to]);
        Rate::of(hits, base, 0.95).rate
    };
    let change = |(place, &(at, p)): (usize, &(usize, f64))| {
        let before = place.checked_sub(1).and_then(bound).unwrap_or(0);
        let next = bound(place + 1);
        Some(Change {
            from: complete[at].from,
            to: next.map(|next| complete[next - 1].to),
            before: rate(before, at)?,
            after: rate(at, next.unwrap_or(counts.len()))?,
            p,
        })
    };
    cuts.iter().enumerate().filter_map(change).collect()
}

/// Fewer periods than this on a side are no new state of things.
const SHORTEST: usize = 3;
/// How unlikely a change must be.
const CHANGE_LEVEL: f64 = 0.01;
/// A change that chance alone makes so often without one of the periods was made by that one.
const CHANCE_ENOUGH: f64 = 0.1;

/// Hits and bases of several periods together.
fn sum(counts: &[(u64, u64)]) -> (u64, u64) {
    counts.iter().fold((0, 0), |(hits, base), own| (hits + own.0, base + own.1))
}

/// Parts periods, the first of which stands at `from` among all, at the moments of changes; notes these moments, with how
/// likely each is by chance. What a single period makes is no change, however far it is off: it is left out.
fn part(
    counts: &mut [(u64, u64)],
    (from, noise): (usize, Dispersion),
    found: &mut Vec<(usize, f64)>,
) {
    while let Some((at, p)) = best_cut(counts, noise).filter(|&(_, p)| p < CHANGE_LEVEL) {
        if let Some(odd) = single_maker(counts, at, noise) {
            counts[odd] = (0, 0);
            continue;
        }
        found.push((from + at, p));
        let (before, after) = counts.split_at_mut(at);
        part(before, (from, noise), found);
        return part(after, (from + at, noise), found);
    }
}

/// The moment that parts periods best, with how likely it is by chance.
fn best_cut(counts: &[(u64, u64)], noise: Dispersion) -> Option<(usize, f64)> {
    let last = counts.len().saturating_sub(SHORTEST);
    let of = |at: usize| (at, gain(counts, at));
    let (at, gain) =
        (SHORTEST..=last).map(of).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let have_bases = sum(&counts[..at]).1 > 0 && sum(&counts[at..]).1 > 0;
    have_bases.then(|| (at, chance(gain, counts.len(), noise)))
}

/// The period without which nothing changes there, if there is one.
fn single_maker(counts: &[(u64, u64)], at: usize, noise: Dispersion) -> Option<usize> {
    let mut rest = counts.to_vec();
    (0..counts.len()).find(|&odd| {
        let own = std::mem::take(&mut rest[odd]);
        let p = chance(gain(&rest, at), counts.len(), noise);
        rest[odd] = own;
        p >= CHANCE_ENOUGH
    })
}

/// By how much two stretches explain the counts better than one.
fn gain(counts: &[(u64, u64)], at: usize) -> f64 {
    let (before, after) = counts.split_at(at);
    likelihood(sum(before)) + likelihood(sum(after)) - likelihood(sum(counts))
}

/// How likely so large a gain is by chance at the best moment of so many periods.
fn chance(gain: f64, periods: usize, noise: Dispersion) -> f64 {
    let tries = (periods + 1).saturating_sub(2 * SHORTEST) as f64;
    (tries * noise.p_value(2.0 * gain)).min(1.0)
}

/// The logarithm of the likelihood of counts at their own rate.
fn likelihood((hits, base): (u64, u64)) -> f64 {
    let (k, n) = (hits as f64, base as f64);
    let term = |count: f64| if count > 0.0 { count * (count / n).ln() } else { 0.0 };
    term(k) + term(n - k)
}
