//! Which entries are worth a search: those that no earlier one outdoes, whatever follows.
//!
//! Let `e` be an entry and `f` a later one, in the order of the journey. Call a touch *useful* if it fits
//! a step that is looked for behind an entry. Then `e` outdoes `f` if
//!
//! 1. no useful touch begins after the window of `e` and inside that of `f`;
//! 2. nothing but the window and exclusions is measured from an entry: the next step has no `within`,
//!    neighbours have no window of their own and may have anything between;
//! 3. every exclusion that counts from the entry and surely comes after `e` surely comes after `f`, and
//!    none occurs that counts from a step of the gap behind the entry;
//! 4. `e` cannot be chosen for a later step as well (it is not contested);
//! 5. both hold the same value, where one is held;
//! 6. where times must rise, all times are exact, so that `e` is over no later than `f`;
//! 7. of equal attempts the one with the earliest entry is best.
//!
//! For every chain from `f` is a chain from `e` if `e` takes the place of `f`. What may follow `f` may follow
//! `e`, which begins no later, stands before it and is over no later (6). The chain has not spent `e` (4), and
//! all of it is useful, so it lies inside the window of `e` (1); no exclusion ends it sooner (3), and nothing
//! else is asked of it (2, 5). The gap behind `e` begins no later than that behind `f` and ends where that
//! ends, as far as useful touches go; all other gaps are the same. So the chain from `e` has as many rungs, is
//! hit by no more exclusions, sees as much, and finishes no later; by rule 6 of the best attempt, or else by
//! the order of the journey, it is better.
//!
//! Where steps come in any order this holds for sets of events: `e` can choose from all that `f` can choose
//! from, and from itself, so at no moment it has fewer different steps.
//!
//! Later windows end later, so in a journey that one window covers, the first entry outdoes all others.

use super::glance::Glance;
use super::terms::{Ban, Terms};
use crate::event::{StepSet, Touch};
use crate::key::Key;
use crate::ladder::definition::{Start, Ties};
use crate::time::Instant;

/// The entries of one journey, met from the first to the last.
#[derive(Debug)]
pub(super) struct Entries<'j> {
    terms: &'j Terms,
    journey: &'j [Touch],
    /// The steps that are looked for behind an entry.
    useful: StepSet,
    /// The exclusions that count from the entry, as bits.
    forbidden: u8,
    /// Whether any entry can outdo others in this journey.
    may_outdo: bool,
    /// No touch before this position is both useful and beyond the window of the last entry.
    inside: usize,
    /// No touch before this position is both forbidden and not before the last entry.
    clear: usize,
    /// What the last entry that can outdo others leaves to later ones.
    left: Option<Left>,
}

/// What an entry leaves to later ones.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// When the first useful touch beyond its window begins; `None` if there is none.
    beyond: Option<Instant>,
    /// When the first forbidden touch begins that may come between; `None` if there is none.
    barred: Option<Instant>,
    /// The value that it holds.
    held: Key,
}

impl<'j> Entries<'j> {
    pub(super) fn new(terms: &'j Terms, journey: &'j [Touch], glance: &Glance) -> Entries<'j> {
        let is_measured = terms.rungs.first().is_some_and(|entry| entry.restless);
        let bans = terms.bans.iter().filter(|ban| ban.after == 0);
        let behind = bans.clone().filter(|ban| ban.step.is_some());
        let may_outdo = terms.start == Start::Earliest
            && !is_measured
            && (terms.ties != Ties::Strict || glance.is_exact())
            && glance.is_free_of(bits(behind));
        let (useful, forbidden) = (terms.sought(), bits(bans));
        let (inside, clear) =
            if glance.is_free_of(forbidden) { (0, journey.len()) } else { (0, 0) };
        Entries { terms, journey, useful, forbidden, may_outdo, inside, clear, left: None }
    }

    /// Whether an entry that was met outdoes this one.
    pub(super) fn is_outdone(&self, entry: &Touch) -> bool {
        self.left.is_some_and(|left| {
            left.beyond.is_none_or(|beyond| self.terms.limit(entry.at) < beyond)
                && left.barred.is_none_or(|barred| self.terms.end(entry) <= barred)
                && (!self.terms.holds || entry.held == left.held)
        })
    }

    /// Takes in an entry that may outdo later ones.
    pub(super) fn meet(&mut self, entry: &Touch) {
        if !self.may_outdo || self.terms.is_contested(entry) {
            return;
        }
        let limit = self.terms.limit(entry.at);
        let is_useful = |touch: &Touch| !touch.steps.common(self.useful).is_empty();
        self.inside = self.next(self.inside, |touch| touch.at > limit && is_useful(touch));
        let is_forbidden = |touch: &Touch| touch.exclusions & self.forbidden != 0;
        self.clear = self.next(self.clear, |touch| touch.at >= entry.at && is_forbidden(touch));
        let at = |position: usize| self.journey.get(position).map(|touch| touch.at);
        let (beyond, barred) = (at(self.inside), at(self.clear));
        self.left = Some(Left { beyond, barred, held: entry.held });
    }

    /// The position of the first touch from one on for which something holds; else the end.
    fn next(&self, start: usize, holds: impl Fn(&Touch) -> bool) -> usize {
        let rest = self.journey.get(start..).unwrap_or_default();
        start + rest.iter().position(holds).unwrap_or(rest.len())
    }
}

/// The bits of some exclusions.
fn bits<'b>(bans: impl Iterator<Item = &'b Ban>) -> u8 {
    bans.fold(0, |bits, ban| bits | ban.bit)
}
