//! Copies that do not say which record they are of: a spreadsheet has lost the number and the zone of the time, or all
//! of it but the day.
//!
//! What is left is a name, which another shop or another year may have too. Such a copy is of the one record of another
//! file that has the name and was made when the copy can have been: at its minute in some zone and for the same
//! total, or on its day.

use super::super::packed::Cell;
use super::newest::may_be_one;
use super::{Copies, Line, Meant, Zones};
use crate::key::{FastMap, Key};
use crate::time::{Instant, Precision, Span};
use std::collections::BTreeSet;

/// Clocks of the world are ahead of UTC by no more than this.
const EASTMOST: Span = Span::seconds(14 * 3600);

/// They are behind it by no more than this.
const WESTMOST: Span = Span::seconds(12 * 3600);

/// They differ from it by whole quarters of an hour.
const QUARTER: i64 = 15;

const DAY: Span = Span::days(1);

/// What a copy says of its time, from the vaguest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Knows {
    /// The day.
    Day,
    /// What some clock showed.
    Clock,
    /// The moment.
    Moment,
}

impl Knows {
    fn of(meant: &Meant) -> Option<Knows> {
        let stamp = meant.at?;
        Some(match (stamp.precision, stamp.offset) {
            (Precision::Day, _) => Knows::Day,
            (_, None) => Knows::Clock,
            (_, Some(_)) => Knows::Moment,
        })
    }
}

impl<L: Line> Copies<'_, '_, L> {
    /// Gives vague copies the key of the one record that they can be of. Gives back, by input, the offsets from UTC (in
    /// minutes) of times without a zone that are known by that.
    pub(super) fn match_vague(&self, keys: &mut [Key]) -> Zones {
        let mut zones: Zones = Zones::new();
        let ends = [self.lines.first(), self.lines.last()].map(|line| line.map(|at| at.input));
        if ends[0] == ends[1] {
            return zones;
        }
        for own in [Knows::Clock, Knows::Day] {
            for (copy, other) in self.matched(own, keys) {
                keys[copy] = keys[other];
                self.note_zone(&mut zones, (copy, other), own);
            }
        }
        zones
    }

    /// Vague copies, each with one of the record that it is of.
    fn matched(&self, own: Knows, keys: &[Key]) -> Vec<(usize, usize)> {
        let vague = self.vague(own, keys);
        let named = self.named_like(&vague, own);
        let found = vague.into_iter().filter_map(|copy| {
            let named = named.get(&self.meant_of(copy).tags.name)?.iter();
            let others: Vec<usize> =
                named.copied().filter(|&other| self.can_be(copy, other, own)).collect();
            let records: BTreeSet<Key> = others.iter().map(|&other| keys[other]).collect();
            (records.len() == 1).then_some((copy, *others.first()?))
        });
        found.collect()
    }

    /// Notes how far the clock of a copy is from the moment of another one.
    fn note_zone(&self, zones: &mut Zones, (copy, other): (usize, usize), own: Knows) {
        let input = self.lines[self.list[copy].first].input;
        if let Some(east) = self.minutes_apart(copy, other).filter(|_| own == Knows::Clock) {
            *zones.entry(input).or_default().entry(east).or_default() += 1;
        }
    }

    /// The copies that say no more than this, have no number, and are of no known record yet.
    fn vague(&self, own: Knows, keys: &[Key]) -> Vec<usize> {
        let is_vague = |copy: &usize| {
            let meant = self.meant_of(*copy);
            meant.tags.id.is_none()
                && Knows::of(meant) == Some(own)
                && keys[*copy] == meant.tags.own_key()
        };
        (0..self.list.len()).filter(is_vague).collect()
    }

    /// By the names of vague copies, the copies of those names that say more of their time.
    fn named_like(&self, vague: &[usize], own: Knows) -> FastMap<Key, Vec<usize>> {
        if vague.is_empty() {
            return FastMap::default();
        }
        let names = vague.iter().map(|&copy| (self.meant_of(copy).tags.name, Vec::new()));
        let mut named: FastMap<Key, Vec<usize>> = names.collect();
        for copy in 0..self.list.len() {
            let meant = self.meant_of(copy);
            if Knows::of(meant) > Some(own)
                && let Some(copies) = named.get_mut(&meant.tags.name)
            {
                copies.push(copy);
            }
        }
        named
    }

    /// Whether a vague copy can be of the record of another file's copy.
    fn can_be(&self, copy: usize, other: usize, own: Knows) -> bool {
        let input = |copy: usize| self.lines[self.list[copy].first].input;
        if input(copy) == input(other) || self.have_other_buyers(copy, other) {
            return false;
        }
        match own {
            Knows::Day => {
                let is_of_day = self.is_of_day(copy, other) && self.may_be_one_sale(copy, other);
                is_of_day || self.have_one_total(copy, other) && self.can_be_of_day(copy, other)
            }
            Knows::Clock => {
                let is_zone = |east: i64| {
                    let range = -WESTMOST.0..=EASTMOST.0;
                    east % QUARTER == 0 && range.contains(&(east * MINUTE.0))
                };
                let is_near = || self.minutes_apart(copy, other).is_some_and(is_zone);
                self.have_one_total(copy, other) && is_near()
            }
            Knows::Moment => false,
        }
    }

    /// Whether two copies have the same total.
    fn have_one_total(&self, copy: usize, other: usize) -> bool {
        let both = self.line(copy).total().zip(self.line(other).total());
        both.is_some_and(|((own, mine), (total, theirs))| own == total && may_be_one(mine, theirs))
    }

    /// Whether nothing speaks against it that two copies are of one sale: another total does, unless the buyer is the same.
    fn may_be_one_sale(&self, copy: usize, other: usize) -> bool {
        let lacks_total = |copy: usize| self.line(copy).total().is_none();
        lacks_total(copy)
            || lacks_total(other)
            || self.have_one_total(copy, other)
            || self.have_one_buyer(copy, other) == Some(true)
    }

    /// Whether two copies name different addresses: shops have the same names and prices, and hardly the same buyers.
    fn have_other_buyers(&self, copy: usize, other: usize) -> bool {
        self.have_one_buyer(copy, other) == Some(false)
    }

    /// Whether two copies name the same address, if both name one.
    fn have_one_buyer(&self, copy: usize, other: usize) -> Option<bool> {
        let email = |copy: usize| self.line(copy).common().texts.get(Cell::Email);
        Some(email(copy)?.eq_ignore_ascii_case(email(other)?))
    }

    /// How many minutes the clock of one copy is ahead of the moment of another one.
    fn minutes_apart(&self, copy: usize, other: usize) -> Option<i64> {
        let minute = |at: Instant| at.0.div_euclid(MINUTE.0);
        let (shown, _) = self.meant_of(copy).tags.shown?;
        Some(minute(shown) - minute(self.meant_of(other).at?.at))
    }

    /// Whether a copy is of the day of another one, by its clock or by UTC.
    fn is_of_day(&self, day: usize, other: usize) -> bool {
        let of = |at: Instant| at.0.div_euclid(DAY.0);
        let Some((shown, _)) = self.meant_of(day).tags.shown else { return false };
        let Meant { at, tags } = self.meant_of(other);
        let times = [tags.shown.map(|(shown, _)| shown), at.map(|stamp| stamp.at)];
        times.into_iter().flatten().any(|at| of(at) == of(shown))
    }

    /// Whether a copy is of the day of another one somewhere in the world.
    fn can_be_of_day(&self, day: usize, other: usize) -> bool {
        let shown = self.meant_of(day).tags.shown;
        shown.zip(self.meant_of(other).at).is_some_and(|((start, _), stamp)| {
            let into = stamp.at.0 - start.0;
            (-EASTMOST.0..DAY.0 + WESTMOST.0).contains(&into)
        })
    }

    fn meant_of(&self, copy: usize) -> &Meant {
        &self.meant[self.list[copy].first]
    }
}

const MINUTE: Span = Span::seconds(60);
