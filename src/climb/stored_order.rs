//! Whether a conversion depends on a tie: would it stand if events had to stay in stored order?
//!
//! In stored order a chain is a subsequence of the journey, so where nothing is asked of it but the order
//! of its events and a window, one pass suffices: for each rung the latest entry from which it can be
//! reached by now. The latest entry leaves the most of the window. Where no touch may serve two rungs,
//! none does because the rungs are served from the last to the first. Under other rules the matcher
//! itself is asked.

use super::terms::{STEPS, Terms};
use crate::event::Touch;
use crate::ladder::definition::Reuse;
use crate::time::Instant;

/// Whether any two events of a journey, sorted by time, may have happened at the same instant. If two
/// do, the first of them overlaps its neighbour, which is no later than the second.
pub(super) fn has_ties(terms: &Terms, journey: &[Touch]) -> bool {
    journey.iter().zip(journey.iter().skip(1)).any(|(one, next)| next.at < terms.end(one))
}

/// Whether the journey converts, in a loose ladder and without an exclusion, with each event of the chain
/// stored after the previous one.
pub(super) fn converts(terms: &Terms, journey: &[Touch]) -> bool {
    let mut entries: [Option<Instant>; STEPS] = [None; STEPS];
    journey.iter().any(|touch| serve(terms, touch, &mut entries))
}

/// Lets a touch serve every rung that it fits; says whether that converts inside the window.
fn serve(terms: &Terms, touch: &Touch, entries: &mut [Option<Instant>; STEPS]) -> bool {
    if touch.steps.common(terms.required).is_empty() {
        return false;
    }
    let serve = |rung: usize| {
        let entry = rung.checked_sub(1).map_or(Some(touch.at), |below| entries[below]);
        entries[rung] = entries[rung].max(entry);
    };
    let fits = |rung: &usize| touch.steps.has(terms.rungs[*rung].step);
    let rungs = (0..terms.rungs.len()).filter(fits);
    match terms.reuse {
        Reuse::Never => rungs.rev().for_each(serve),
        Reuse::TwoSteps => rungs.for_each(serve),
    }
    entries[terms.last_rung()].is_some_and(|entry| touch.at <= terms.limit(entry))
        && touch.steps.has(terms.rungs[terms.last_rung()].step)
}
