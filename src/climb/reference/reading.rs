//! How a tool that halts reads a journey: row by row, one row for each step that an event fits, in order
//! of time and then of step, with a row of no step before them.

use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Halt, Ladder, Reuse, Ties, Window};
use crate::time::Instant;

/// When a row was read, the rung plus one (or 0 for no step), and the place of its touch.
type Row = (Instant, usize, usize);

/// Leaves of a journey what such a tool has read: rows as steps of touches, touches at their places.
pub(super) fn halt(ladder: &Ladder, journey: &mut Vec<Touch>) {
    if ladder.halt == Halt::default() {
        return;
    }
    let required: Vec<usize> = ladder.required().collect();
    let mut rows: Vec<Row> = Vec::new();
    for (place, touch) in journey.iter().enumerate() {
        if touch.steps.is_empty() {
            rows.push((touch.at, 0, place));
        }
        let fits = required.iter().enumerate().filter(|(_, step)| touch.steps.has(**step));
        rows.extend(fits.map(|(rung, _)| (touch.at, rung + 1, place)));
    }
    rows.sort_unstable();
    let halted = first_halt(ladder, journey, &rows);
    let read = rows.get(..halted).unwrap_or_default();
    let Some(later) = rows.get(halted).map(|row| row.0) else { return };
    for (place, touch) in journey.iter_mut().enumerate().filter(|(_, touch)| touch.at == later) {
        let kept = read.iter().filter(|row| row.2 == place && row.1 > 0);
        touch.steps =
            kept.fold(StepSet::EMPTY, |all, row| all.with(StepSet::only(required[row.1 - 1])));
    }
    journey.retain(|touch| touch.at <= later);
}

/// The number of the row that halts the reading.
fn first_halt(ladder: &Ladder, journey: &[Touch], rows: &[Row]) -> usize {
    // For each rung every reading of it, with its entry, the latest last.
    let mut read: Vec<Vec<(Instant, Row)>> = vec![Vec::new(); ladder.required().count()];
    for (number, &row) in rows.iter().enumerate() {
        let (at, level, place) = row;
        let entered = !read[0].is_empty();
        let Some(rung) = level.checked_sub(1) else {
            if entered && ladder.halt.foreign {
                return number;
            }
            continue;
        };
        if rung == 0 {
            read[0].push((at, row));
            continue;
        }
        if ladder.halt.repeat && !read[rung].is_empty() {
            return number;
        }
        let by_another =
            |&&(_, row): &&(Instant, Row)| ladder.reuse == Reuse::TwoSteps || row.2 != place;
        match read[rung - 1].iter().rev().find(by_another).copied() {
            None if entered && ladder.halt.early => return number,
            None => {}
            Some((entry, before)) => {
                let rises = ladder.ties != Ties::Strict || at >= journey[before.2].end();
                if is_inside(ladder, entry, at) && rises {
                    read[rung].push((entry, row));
                }
            }
        }
    }
    rows.len()
}

fn is_inside(ladder: &Ladder, entry: Instant, at: Instant) -> bool {
    match ladder.window {
        Window::FromEntry(span) => at.since(entry) <= span,
        Window::None | Window::Session | Window::Each(_) => true,
    }
}
