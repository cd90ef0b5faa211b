//! How a tool that halts reads a journey: row by row, one row for each step that an event fits, in order
//! of time and then of step, with a row of no step before them.

use crate::event::{StepSet, Touch};
use crate::ladder::definition::{Halt, Ladder, Ties, Window};
use crate::time::Instant;

/// Leaves of a journey what such a tool has read: rows as steps of touches, touches at their places.
pub(super) fn halt(ladder: &Ladder, journey: &mut Vec<Touch>) {
    if ladder.halt == Halt::default() {
        return;
    }
    let required: Vec<usize> = ladder.required().collect();
    let mut rows: Vec<(Instant, usize, usize)> = Vec::new();
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
    let later = rows.get(halted).map(|row| row.0);
    let Some(later) = later else { return };
    for (place, touch) in journey.iter_mut().enumerate().filter(|(_, touch)| touch.at == later) {
        let kept = read.iter().filter(|row| row.2 == place && row.1 > 0);
        touch.steps =
            kept.fold(StepSet::EMPTY, |all, row| all.with(StepSet::only(required[row.1 - 1])));
    }
    journey.retain(|touch| touch.at <= later);
}

/// The number of the row that halts the reading.
fn first_halt(ladder: &Ladder, journey: &[Touch], rows: &[(Instant, usize, usize)]) -> usize {
    let mut levels: Vec<Option<(Instant, Instant)>> = vec![None; ladder.required().count()];
    for (number, &(at, level, place)) in rows.iter().enumerate() {
        let entered = levels[0].is_some();
        let over = journey[place].end();
        let halts = match level {
            0 => entered && ladder.halt.foreign,
            1 => {
                levels[0] = Some((at, over));
                false
            }
            level if ladder.halt.repeat && levels[level - 1].is_some() => true,
            level => match levels[level - 2] {
                None => entered && ladder.halt.early,
                Some((entry, before)) => {
                    let inside = match ladder.window {
                        Window::FromEntry(span) => at.since(entry) <= span,
                        Window::None | Window::Session | Window::Each(_) => true,
                    };
                    if inside && (ladder.ties != Ties::Strict || at >= before) {
                        levels[level - 1] = Some((entry, over));
                    }
                    false
                }
            },
        };
        if halts {
            return number;
        }
    }
    rows.len()
}
