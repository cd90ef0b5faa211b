//! Dates that stand for no time, such as the first day of 1970.
//!
//! A file that has few of them among its rows has them where nobody knew the time; one that has many means what it says.
//! Rows whose date is taken are records without a time.

use super::{Line, LineAt, Meant, Settings, Tags};
use std::collections::{BTreeMap, BTreeSet};

/// Takes dates that stand for no time from their rows, where they are so few that they are none; gives back, by input,
/// how many rows have such a date.
pub(super) fn take_placeholders<L: Line>(
    lines: &[&mut LineAt<L>],
    meant: &mut [Vec<Meant>],
    settings: &Settings,
) -> BTreeMap<usize, u64> {
    let (placeholders, without) = placeholders_of(lines, meant);
    if !without.is_empty() {
        for (LineAt { input, line, .. }, own) in
            lines.iter().map(|at| &**at).zip(meant.iter_mut().flatten())
        {
            if without.contains(input) && own.is_placeholder() {
                let tags = Tags::new(line.common(), None, settings.of(*input));
                *own = Meant { at: None, tags };
            }
        }
    }
    placeholders
}

/// By input, how many rows have a date that stands for no time; and the inputs in which these are less than one in a
/// hundred, so that they have none.
fn placeholders_of<L>(
    lines: &[&mut LineAt<L>],
    meant: &[Vec<Meant>],
) -> (BTreeMap<usize, u64>, BTreeSet<usize>) {
    let mut rows: BTreeMap<usize, [u64; 2]> = BTreeMap::new();
    let placeholders =
        lines.iter().zip(meant.iter().flatten()).filter(|(_, own)| own.is_placeholder());
    for (line, _) in placeholders {
        rows.entry(line.input).or_default()[1] += 1;
    }
    if rows.is_empty() {
        return <(BTreeMap<usize, u64>, BTreeSet<usize>)>::default();
    }
    for line in lines {
        if let Some([all, _]) = rows.get_mut(&line.input) {
            *all += 1;
        }
    }
    let few = rows.iter().filter(|(_, [all, few])| 100 * few < *all);
    let few = few.map(|(&input, _)| input).collect();
    (rows.into_iter().map(|(input, [_, placeholders])| (input, placeholders)).collect(), few)
}

impl Meant {
    fn is_placeholder(&self) -> bool {
        self.at.is_some_and(|stamp| stamp.at.is_placeholder())
    }
}
