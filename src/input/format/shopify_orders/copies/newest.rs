//! Which of several copies of a record is the newest, and whether that can be known.

use super::{Copies, Line, Progress};
use crate::key::Key;
use crate::money::Currency;
use std::cmp::Reverse;

impl<L: Line> Copies<'_, '_, L> {
    /// The place of the copy that stands for a record, of those at some places: of those that say when they were changed the
    /// one that was changed last; of that and all others the one that has come furthest.
    pub(super) fn furthest(&self, same: &[(Key, usize)]) -> Option<usize> {
        if let [(_, only)] = same {
            return Some(*only);
        }
        let changed = |place: usize| self.line(place).progress().updated_at;
        let (dated, others): (Vec<usize>, Vec<usize>) =
            same.iter().map(|(_, place)| *place).partition(|place| changed(*place).is_some());
        let newest = dated.into_iter().max_by_key(|&place| {
            let (is_whole, ..) = self.rank(place);
            (is_whole, changed(place), self.rank(place))
        });
        others.into_iter().chain(newest).max_by_key(|place| self.rank(*place))
    }

    /// How much a copy tells, and how far its record has come in it; of equals the first one.
    pub(super) fn rank(&self, place: usize) -> ((bool, bool), Progress, Reverse<usize>) {
        let line = self.line(place);
        let has_time = self.meant[self.list[place].first].at.is_some();
        ((line.common().is_first, has_time), line.progress(), Reverse(place))
    }

    pub(super) fn line(&self, place: usize) -> &L {
        &self.lines[self.list[place].first].line
    }

    /// Whether two copies have different totals, and nothing says which of them is newer.
    pub(super) fn differ(&self, one: usize, other: usize) -> bool {
        let (one, other) = (self.line(one), self.line(other));
        let (mine, theirs) = (one.progress(), other.progress());
        let is_told = mine.updated_at.zip(theirs.updated_at).is_some_and(|(own, at)| own != at);
        !is_told
            && mine.stage == theirs.stage
            && one.total().zip(other.total()).is_some_and(|((own, mine), (total, theirs))| {
                own != total && may_be_one(mine, theirs)
            })
    }
}

/// Whether two currencies may be the same.
pub(super) fn may_be_one(one: Currency, other: Currency) -> bool {
    one == other || one == Currency::default() || other == Currency::default()
}
