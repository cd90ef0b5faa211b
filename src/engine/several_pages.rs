//! Visits of several pages. No event is called that: whether a visit is one shows only when all rows of a customer
//! are together, in order and cut into visits.
//!
//! The first page of a visit that is another than its first makes it one of several, so that page's touch meets
//! whatever conditions name such a visit. Which page a row shows is noted while it is read (`Needs::pages`), as far as
//! its address says it; a page without an address is none.

use super::haul::Haul;
use crate::event::{RawEvent, StepSet, Touch, mark};
use crate::journey::Sessionizer;
use crate::key::Key;
use crate::ladder::definition::{Condition, Ladder};
use crate::ladder::dimension;
use crate::ladder::session_rule::SessionRule;
use crate::ladder::vocabulary::MULTI_PAGE_VISIT;

/// Finds the pages that make a visit one of several.
#[derive(Debug)]
pub(super) struct SeveralPages {
    steps: StepSet,
    actions: StepSet,
    exclusions: u8,
    rule: SessionRule,
    sessionizer: Sessionizer,
    /// Of each visit of the customer what its pages have been so far.
    visits: Vec<Pages>,
}

/// The pages of a visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pages {
    #[default]
    None,
    Only(Key),
    Several,
}

impl SeveralPages {
    /// For a ladder; `None` if it does not ask for such visits.
    pub(super) fn of(ladder: &Ladder) -> Option<SeveralPages> {
        let steps = asking(ladder.steps.iter().map(|step| &step.condition));
        let actions = asking(ladder.actions.iter().map(|action| &action.condition));
        let exclusions = asking(ladder.exclusions.iter().map(|exclusion| &exclusion.condition));
        let is_asked_for = [steps, actions, exclusions].iter().any(|asking| !asking.is_empty());
        is_asked_for.then(|| SeveralPages {
            steps,
            actions,
            // A ladder has at most eight exclusions.
            exclusions: u8::try_from(exclusions.0).unwrap_or(u8::MAX),
            rule: ladder.sessions,
            sessionizer: Sessionizer::new(ladder.sessions),
            visits: Vec::new(),
        })
    }

    /// Has the touches that make visits those of several pages meet the conditions; these are one customer's, in
    /// order and without duplicates.
    pub(super) fn mark(&mut self, kept: &mut [Touch]) {
        self.sessionizer.begin(self.rule);
        self.visits.clear();
        for touch in kept.iter_mut().filter(|touch| touch.is(mark::LOG)) {
            let visit = self.sessionizer.session_of(touch);
            if self.visits.len() <= visit {
                self.visits.resize(visit + 1, Pages::None);
            }
            let Some(page) = page_of(touch) else { continue };
            let (before, now) = (self.visits[visit], self.visits[visit].with(page));
            self.visits[visit] = now;
            if now == Pages::Several && before != now {
                touch.steps = touch.steps.with(self.steps);
                touch.actions = touch.actions.with(self.actions);
                touch.exclusions |= self.exclusions;
            }
        }
    }
}

impl Pages {
    /// With one more.
    fn with(self, page: Key) -> Pages {
        match self {
            Pages::None => Pages::Only(page),
            Pages::Only(own) if own == page => self,
            Pages::Only(_) | Pages::Several => Pages::Several,
        }
    }
}

/// Whether a ladder asks for visits of several pages.
pub(super) fn are_asked_for(ladder: &Ladder) -> bool {
    SeveralPages::of(ladder).is_some()
}

impl Haul<'_> {
    /// The key of the page that an event shows, by its address, if it shows one.
    pub(super) fn page_key(&mut self, event: &RawEvent<'_>, shows_page: bool) -> Key {
        let page = if shows_page { dimension::page(event.details) } else { None };
        page.map_or(Key::NONE, |page| {
            // There are pages that may be several.
            self.derived.insert(MULTI_PAGE_VISIT);
            Key::of(page.trim_end_matches('/').as_bytes())
        })
    }
}

/// The positions of the conditions that name such a visit.
fn asking<'c>(conditions: impl Iterator<Item = &'c Condition>) -> StepSet {
    let mut asking = StepSet::EMPTY;
    for (position, condition) in conditions.enumerate() {
        let mut names = condition.event.exact_names();
        if !condition.event.not && names.any(|name| name == MULTI_PAGE_VISIT) {
            asking.add(position);
        }
    }
    asking
}

/// The page that a touch shows, if it counts.
fn page_of(touch: &Touch) -> Option<Key> {
    let shows = touch.aside == 0 && !touch.is(mark::ORDER) && !touch.subject.is_none();
    shows.then_some(touch.subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    /// A view of a page in some minute; nought is a row that shows none.
    fn touch(minute: i64, page: u64) -> Touch {
        Touch {
            person: Key(1),
            visit: Key(2),
            at: Instant(minute * 60_000_000),
            subject: Key(page),
            marks: mark::LOG,
            ..Touch::default()
        }
    }

    /// The minutes of the touches that are marked.
    fn marked(touches: &[Touch]) -> Vec<i64> {
        let mut several = SeveralPages {
            steps: StepSet::only(1),
            actions: StepSet::EMPTY,
            exclusions: 0,
            rule: SessionRule::default(),
            sessionizer: Sessionizer::default(),
            visits: Vec::new(),
        };
        let mut kept = touches.to_vec();
        several.mark(&mut kept);
        let marked = kept.iter().filter(|touch| touch.steps == StepSet::only(1));
        marked.map(|touch| touch.at.0 / 60_000_000).collect()
    }

    #[test]
    fn the_second_page_of_a_visit_makes_it_one_of_several() {
        assert_eq!(marked(&[touch(0, 7), touch(1, 8), touch(2, 9)]), [1]);
        assert_eq!(marked(&[touch(0, 7), touch(1, 0), touch(2, 7), touch(3, 8)]), [3]);
    }

    #[test]
    fn each_visit_has_pages_of_its_own() {
        assert_eq!(marked(&[touch(0, 7), touch(60, 8), touch(61, 7), touch(62, 8)]), [61]);
        assert_eq!(marked(&[touch(0, 7), touch(60, 8)]), [0_i64; 0]);
    }

    #[test]
    fn only_pages_that_count_make_visits() {
        let aside = Touch { aside: 1, ..touch(1, 8) };
        let order = Touch { marks: mark::LOG | mark::ORDER, ..touch(2, 9) };
        let exported = Touch { marks: mark::EXPORT, ..touch(3, 9) };
        assert_eq!(marked(&[touch(0, 7), aside, order, exported]), [0_i64; 0]);
    }
}
