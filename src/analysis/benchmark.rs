//! What a step's rate could be, as far as a store's own data show it: the best of its groups, else its best four weeks.
//!
//! The highest of many rates is high by chance too. Groups are therefore drawn towards what they have in common
//! (`stats::pooling`), groups that differ no more than chance makes them are no benchmark for each other, and one period alone
//! is not the best of any. There are no numbers here of other stores.

use crate::findings::{BreakdownFinding, Findings, GroupName};
use crate::stats::pooling;
use crate::tally::GroupTally;
use std::collections::BTreeMap;

/// Fewer journeys than this are no benchmark.
const LEAST_BASE: u64 = 200;
/// The days of a period.
const DAYS: i64 = 28;

/// Whose rate a benchmark is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A group's.
    Group {
        /// The dimension.
        by: String,
        /// Its value.
        value: String,
    },
    /// That of four weeks.
    Period {
        /// How many periods lie between them and the end of the data.
        ago: i64,
    },
}

/// The best rate that the store itself has had from step `base` to `step`, and whose; `None` where nothing is large enough.
pub fn own(findings: &Findings, base: usize, step: usize) -> Option<(f64, Source)> {
    best_group(&findings.breakdowns, base, step)
        .or_else(|| best_period(findings, base, step))
        .filter(|(rate, _)| *rate > 0.0)
}

fn best_group(breakdowns: &[BreakdownFinding], base: usize, step: usize) -> Option<(f64, Source)> {
    let best = |breakdown: &BreakdownFinding| {
        let named = breakdown.groups.iter().filter_map(|group| match &group.name {
            GroupName::Value(value) => Some((value, counts_of(&group.tally, base, step)?)),
            GroupName::Other(_) | GroupName::Unknown => None,
        });
        let named: Vec<(&String, (u64, u64))> = named.collect();
        let all: Vec<(u64, u64)> = named.iter().map(|(_, counts)| *counts).collect();
        let prior = pooling::fit(&all)?;
        let large = named.into_iter().filter(|(_, (_, base))| *base >= LEAST_BASE);
        let rates = large.map(|(value, (hits, base))| (prior.shrunk(hits, base), value));
        let (rate, value) = rates.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))?;
        Some((rate, Source::Group { by: breakdown.by.clone(), value: value.clone() }))
    };
    // Of equal ones the first: `max_by` takes the last.
    breakdowns.iter().rev().filter_map(best).max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The best of the store's periods of four whole weeks, counted back from the last day.
fn best_period(findings: &Findings, base: usize, step: usize) -> Option<(f64, Source)> {
    let days = &findings.tally.days.0;
    let (first, last) = (*days.keys().next()?, *days.keys().next_back()?);
    let mut periods: BTreeMap<i64, GroupTally> = BTreeMap::new();
    for (day, counts) in days {
        let steps = counts.journeys.steps.len();
        let period = periods.entry((last - day) / DAYS).or_insert_with(|| GroupTally::new(steps));
        period.merge(&counts.journeys);
    }
    let is_whole = |ago: i64| last - ago * DAYS - (DAYS - 1) >= first;
    let rates = periods.iter().filter(|(ago, _)| is_whole(**ago)).filter_map(|(ago, tally)| {
        let (hits, base) = counts_of(tally, base, step)?;
        (base >= LEAST_BASE).then(|| (hits as f64 / base as f64, *ago))
    });
    let rates: Vec<(f64, i64)> = rates.collect();
    let best = rates.iter().max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
    (rates.len() > 1).then_some((best.0, Source::Period { ago: best.1 }))
}

/// How many of a group reached a step, and how many the step that it is counted of.
fn counts_of(group: &GroupTally, base: usize, step: usize) -> Option<(u64, u64)> {
    let reached = |step: usize| group.steps.get(step).map(|counts| counts.reached);
    Some((reached(step)?, reached(base)?)).filter(|(hits, base)| hits <= base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::BreakdownGroup;
    use crate::tally::days::DayTally;

    fn tally(reached: [u64; 2]) -> GroupTally {
        let mut tally = GroupTally::new(2);
        for (step, reached) in tally.steps.iter_mut().zip(reached) {
            step.reached = reached;
        }
        tally
    }

    fn by_device(groups: &[(&str, [u64; 2])]) -> BreakdownFinding {
        let group = |(name, reached): &(&str, [u64; 2])| BreakdownGroup {
            name: GroupName::Value((*name).to_owned()),
            tally: tally(*reached),
        };
        BreakdownFinding {
            by: "device".to_owned(),
            at: "entry".to_owned(),
            groups: groups.iter().map(group).collect(),
        }
    }

    fn of_days(days: &[(i64, [u64; 2])]) -> Findings {
        let mut findings = Findings::default();
        for (day, reached) in days {
            let own = DayTally { journeys: tally(*reached), ..DayTally::default() };
            findings.tally.days.0.insert(*day, own);
        }
        findings
    }

    #[test]
    fn the_best_group_is_drawn_towards_the_others() {
        let groups = [("a", [1000, 100]), ("b", [1000, 200]), ("c", [250, 60]), ("d", [100, 90])];
        let (rate, from) = best_group(&[by_device(&groups)], 0, 1).unwrap();
        assert_eq!(from, Source::Group { by: "device".into(), value: "c".into() });
        assert!(rate > 0.2 && (rate - 0.24).abs() > 1e-6, "{rate}");
    }

    #[test]
    fn groups_that_differ_by_chance_are_no_benchmark() {
        let groups = [("a", [1000, 100]), ("b", [1000, 103])];
        assert_eq!(best_group(&[by_device(&groups)], 0, 1), None);
    }

    #[test]
    fn a_part_of_four_weeks_is_no_period_and_one_is_not_the_best() {
        let first = (0, [500, 400]);
        let one = of_days(&[first, (5, [400, 40]), (32, [400, 40])]);
        assert_eq!(best_period(&one, 0, 1), None);
        let two = of_days(&[first, (5, [400, 40]), (33, [400, 60]), (60, [100, 15])]);
        assert_eq!(best_period(&two, 0, 1), Some((0.15, Source::Period { ago: 0 })));
    }
}
