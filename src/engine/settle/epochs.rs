//! Numbers of days that a workbook counts from 1904, not from 1900: they look like dates of four years before.
//!
//! Nothing in such a number says so. What does is that all others are of the time four years and a day later.

use crate::engine::haul::Haul;
use crate::findings::Notice;
use crate::input::timestamp::{self, ZoneRule};
use crate::input::{Reading, Rows};
use crate::time::{Instant, Span};
use std::collections::BTreeMap;

/// From the first day of the one count to that of the other.
const APART: Span = Span::days(1462);

/// So far from each other exports of one shop may lie.
const NEAR: Span = Span::days(31);

/// A stretch of time, with both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: Instant,
    to: Instant,
}

impl Stretch {
    fn with(stretch: Option<Stretch>, at: Instant) -> Stretch {
        let Stretch { from, to } = stretch.unwrap_or(Stretch { from: at, to: at });
        Stretch { from: from.min(at), to: to.max(at) }
    }

    /// Whether it is of the time of another one only if it is moved.
    fn is_apart(self, other: Stretch) -> bool {
        let is_near =
            |own: Stretch| own.from <= other.to.plus(NEAR) && other.from <= own.to.plus(NEAR);
        let moved = Stretch { from: self.from.plus(APART), to: self.to.plus(APART) };
        !is_near(self) && is_near(moved)
    }
}

/// A notice for each input of orders, checkouts or totals of sessions whose numbers of days seem to be such.
pub(super) fn counted_from_1904(haul: &Haul<'_>, readings: &[Reading]) -> Vec<Notice> {
    let written = haul.inputs.iter().flat_map(|input| [&input.orders, &input.checkouts]);
    let has_numbers = written.flatten().any(|written| written.dates.has_numbers());
    let orders = haul.order_lines.iter().map(|at| (at.input, at.line.created_at()));
    let checkouts = haul.checkout_lines.iter().map(|at| (at.input, at.line.created_at()));
    let totals = haul.total_lines.iter().map(|at| {
        let column = if let Rows::Totals(_, columns) = &readings[at.input].rows {
            columns.dated()
        } else {
            None
        };
        (at.input, column.and_then(|column| at.line.dimensions.get(column)).map(String::as_str))
    });
    // Hardly any file has such numbers, and then nothing need be read.
    let is_number = |(_, text): (_, Option<&str>)| {
        text.is_some_and(|text| timestamp::parse_serial(text).is_some())
    };
    if !has_numbers && !totals.clone().any(is_number) {
        return Vec::new();
    }
    let texts = orders.chain(checkouts).chain(totals);
    apart(texts.filter_map(|(input, text)| Some((input, text?))))
        .into_iter()
        .map(|input| Notice {
            code: "dates_four_years_apart",
            message: format!(
                "{}: its dates are numbers of days, all of them 1462 days before those of other rows: a workbook that counts from 1904 writes them so; if it is one, save it with the dates of 1900 and export it again",
                readings[input].path
            ),
        })
        .collect()
}

/// The inputs whose numbers of days are apart from all times that are written as such.
fn apart<'t>(texts: impl Iterator<Item = (usize, &'t str)>) -> Vec<usize> {
    let (mut numbers, mut others) = (BTreeMap::new(), None);
    for (input, text) in texts {
        if let Some(stamp) = timestamp::parse_serial(text) {
            let own = numbers.get(&input).copied();
            numbers.insert(input, Stretch::with(own, stamp.at));
        } else if let Some(stamp) = timestamp::parse(text, ZoneRule::default())
            && !stamp.at.is_placeholder()
        {
            others = Some(Stretch::with(others, stamp.at));
        }
    }
    let Some(others) = others else { return Vec::new() };
    let apart = numbers.into_iter().filter(|(_, own)| own.is_apart(others));
    apart.map(|(input, _)| input).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_days_from_1904_lie_four_years_before_the_others() {
        let of_1904 = [(0, "44475.4"), (0, "44476")];
        for (others, expected) in [
            (&[(1, "2025-10-07 09:00:00 +0200")][..], &[0][..]),
            (&[(0, "2025-10-20")], &[0]),
            (&[(1, "2021-10-07")], &[]),
            (&[(1, "2021-10-07"), (1, "2025-10-07")], &[]),
            (&[(1, "2024-10-07")], &[]),
            (&[(1, "10/7/2025")], &[]),
        ] {
            let texts = of_1904.iter().chain(others).copied();
            assert_eq!(apart(texts), expected, "{others:?}");
        }
    }
}
