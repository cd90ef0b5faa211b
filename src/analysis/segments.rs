//! Which groups of journeys convert more: each against all others, drawn towards the common rate, and with
//! the number of groups that were looked at taken into account.
//!
//! A group of two dimensions is kept only if it says more than each of the two alone. Groups too small to
//! tell are counted and not tested: whether a group is tested must not depend on its rate.
//!
//! Journeys that can still convert press a rate down. That does no harm where a group has as many of them as the others; a
//! group that came later has more, and is not said to differ unless it would also if open journeys were no journeys yet.

use super::contrast::Contrast;
use super::rate::Rate;
use crate::findings::{BreakdownFinding, Findings, GroupName};
use crate::stats::exact::{self, Heterogeneity};
use crate::stats::multiple::benjamini_hochberg;
use crate::stats::pooling;
use crate::tally::GroupTally;
use std::collections::BTreeMap;

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The dimension or dimensions.
    pub by: String,
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// Its rate.
    pub rate: Rate,
    /// Group − all others.
    pub difference: Contrast,
    /// The rate drawn towards the common one, with its range; `None` where groups are too few to say how far.
    pub shrunk: Option<(f64, f64, f64)>,
    /// Orders beyond those that the group would have at the rate of all.
    pub extra: f64,
    /// Of the journeys that have not converted, the share that still can.
    pub open: Shares,
    /// Whether its open journeys may be all that is different about it.
    pub is_too_early: bool,
}

/// A share of a group, and of all others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Of the group.
    pub own: f64,
    /// Of all others.
    pub others: f64,
}

/// Whether the groups of a dimension differ at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// The dimension.
    pub by: String,
    /// Groups that are large enough.
    pub groups: usize,
    /// The test over them; `None` with fewer than two.
    pub test: Option<Heterogeneity>,
    /// Whether one group holds all journeys, so that there are no others.
    pub holds_all: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segments {
    /// The groups, those with most extra orders first.
    pub segments: Vec<Segment>,
    /// One a dimension.
    pub dimensions: Vec<Dimension>,
    /// Groups that were tested.
    pub tested: usize,
    /// Groups that are too small to tell.
    pub too_small: usize,
    /// Groups of two dimensions that say no more than one of them.
    pub redundant: usize,
    /// Values that were counted together, so that nobody looked at them.
    pub together: usize,
}

/// Fewer journeys than this are no group.
const FEWEST_JOURNEYS: u64 = 50;
/// Fewer conversions than this at the common rate are not enough to test.
const FEWEST_EXPECTED: f64 = 5.0;
/// Fewer groups than this do not say how far rates differ.
const FEWEST_GROUPS: usize = 5;

/// Journeys: those that converted, those that entered, and those that can still convert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    converted: u64,
    entered: u64,
    open: u64,
}

impl Counts {
    fn without(self, other: Counts) -> Counts {
        Counts {
            converted: self.converted.saturating_sub(other.converted),
            entered: self.entered.saturating_sub(other.entered),
            open: self.open.saturating_sub(other.open),
        }
    }

    /// Of those who have not converted, the share that still can.
    fn open_share(self) -> f64 {
        let not_yet = self.entered.saturating_sub(self.converted);
        if not_yet == 0 { 0.0 } else { self.open as f64 / not_yet as f64 }
    }

    fn rate(self, confidence: f64) -> Rate {
        Rate::of(self.converted, self.entered, confidence)
    }

    /// The rate if as large a part of all were no journeys yet as of those who have not converted.
    fn rate_of_closed(self, confidence: f64) -> Rate {
        let closed = self.entered as f64 * (1.0 - self.open_share());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a count is no larger than the count"
        )]
        let closed = closed.round() as u64;
        Rate::of(self.converted, closed.max(self.converted), confidence)
    }
}

/// All groups of all breakdowns; `can_convert`: whether open journeys may still convert.
pub fn segments(findings: &Findings, can_convert: bool, confidence: f64) -> Segments {
    let tally = &findings.tally;
    let open = if can_convert { tally.open } else { 0 };
    let all = Counts { converted: tally.converted, entered: tally.entered, open };
    let common = all.converted as f64 / all.entered as f64;
    let mut found = Segments::default();
    for breakdown in &findings.breakdowns {
        let groups = groups(breakdown, can_convert);
        let is_large = |counts: &Counts| {
            let least = FEWEST_JOURNEYS.max(all.entered / 100);
            let is_part = counts.entered < all.entered;
            is_part && counts.entered >= least && counts.entered as f64 * common >= FEWEST_EXPECTED
        };
        let pair = |counts: &Counts| (counts.converted, counts.entered);
        let large: Vec<_> = groups.values().filter(|counts| is_large(counts)).map(pair).collect();
        let every: Vec<_> = groups.values().map(pair).collect();
        let prior = if every.len() >= FEWEST_GROUPS { pooling::fit(&every) } else { None };
        let holds_all = all.entered > 0 && every.iter().any(|&(_, base)| base >= all.entered);
        found.dimensions.push(Dimension {
            by: breakdown.by.clone(),
            groups: large.len(),
            test: exact::heterogeneity(&large),
            holds_all,
        });
        found.too_small += every.len() - large.len() - usize::from(holds_all);
        found.together += together(breakdown);
        for (value, counts) in groups.into_iter().filter(|(_, counts)| is_large(counts)) {
            let (by, others) = (breakdown.by.clone(), all.without(counts));
            let rate = counts.rate(confidence);
            found.segments.push(Segment {
                by,
                value,
                rate,
                difference: Contrast::of(others.rate(confidence), rate, confidence),
                shrunk: prior.map(|prior| {
                    let range = prior.interval(counts.converted, counts.entered, confidence);
                    (prior.shrunk(counts.converted, counts.entered), range.low, range.high)
                }),
                extra: counts.converted as f64 - counts.entered as f64 * common,
                open: Shares { own: counts.open_share(), others: others.open_share() },
                is_too_early: is_too_early(counts, others, confidence),
            });
        }
    }
    judge(&mut found);
    found
}

/// Whether a difference may come of open journeys alone: it is not there, or goes the other way, when these are left out. Without
/// a window all who have not converted are open, of every group.
fn is_too_early(counts: Counts, others: Counts, confidence: f64) -> bool {
    let (own, rest) = (counts.open_share(), others.open_share());
    if own.max(rest) <= 0.0 || own.min(rest) >= 1.0 {
        return false;
    }
    let now = Contrast::of(others.rate(confidence), counts.rate(confidence), confidence);
    let closed = [others, counts].map(|counts| counts.rate_of_closed(confidence));
    Contrast::of(closed[0], closed[1], confidence).verdict != now.verdict
}

/// How many values a breakdown has counted together.
fn together(breakdown: &BreakdownFinding) -> usize {
    let further = breakdown.groups.iter().filter_map(|group| match group.name {
        GroupName::Other(values) => Some(values),
        GroupName::Value(_) | GroupName::Unknown => None,
    });
    further.sum()
}

/// The groups with their counts; further values together are no group.
fn groups(breakdown: &BreakdownFinding, can_convert: bool) -> BTreeMap<Option<String>, Counts> {
    let counts = breakdown.groups.iter().filter_map(|group| {
        let name = match &group.name {
            GroupName::Value(text) => Some(text.clone()),
            GroupName::Unknown => None,
            GroupName::Other(_) => return None,
        };
        let GroupTally { converted, entered, ref steps, .. } = group.tally;
        let open = if can_convert { steps.iter().map(|step| step.open).sum() } else { 0 };
        Some((name, Counts { converted, entered, open }))
    });
    counts.collect()
}

/// Takes the number of tests into account, and drops what one dimension says already.
fn judge(found: &mut Segments) {
    found.tested = found.segments.len();
    let p_values: Vec<f64> =
        found.segments.iter().map(|segment| segment.difference.p_value.unwrap_or(1.0)).collect();
    for (segment, q) in found.segments.iter_mut().zip(benjamini_hochberg(&p_values)) {
        segment.difference.among_many(q);
    }
    let alone: BTreeMap<(String, String), f64> = found
        .segments
        .iter()
        .filter(|segment| !segment.by.contains(','))
        .filter_map(|s| Some(((s.by.clone(), s.value.clone()?), s.rate.rate?)))
        .collect();
    let says_more = |segment: &Segment| {
        let Some((one, two)) = segment.by.split_once(',') else { return true };
        let Some(value) = segment.value.as_deref() else { return false };
        let rate_of = |by: &str, value: &str| alone.get(&(by.to_owned(), value.to_owned()));
        // Values may have such a sign themselves.
        let mut cuts = value.match_indices(" / ").map(|(at, sign)| {
            let behind = value.get(at + sign.len()..).unwrap_or_default();
            (value.get(..at).unwrap_or_default(), behind)
        });
        let is_of_both = |&(first, second): &(&str, &str)| {
            rate_of(one, first).is_some() && rate_of(two, second).is_some()
        };
        let Some((first, second)) = cuts.clone().find(is_of_both).or_else(|| cuts.next()) else {
            return false;
        };
        let parents = [(one, first), (two, second)];
        parents.iter().all(|(by, value)| {
            let parent = rate_of(by, value);
            let (low, high) = (segment.rate.low.unwrap_or(0.0), segment.rate.high.unwrap_or(1.0));
            parent.is_none_or(|rate| *rate < low || *rate > high)
        })
    };
    let before = found.segments.len();
    found.segments.retain(says_more);
    found.redundant = before - found.segments.len();
    found.segments.sort_by(|a, b| {
        b.extra.total_cmp(&a.extra).then_with(|| (&a.by, &a.value).cmp(&(&b.by, &b.value)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::BreakdownGroup;
    use crate::tally::GroupStep;

    fn findings(by: &str, groups: &[(&str, u64, u64)]) -> Findings {
        let group = |&(name, converted, entered): &(&str, u64, u64)| BreakdownGroup {
            name: GroupName::Value(name.to_string()),
            tally: GroupTally { entered, converted, ..GroupTally::default() },
        };
        let mut findings = Findings::default();
        findings.tally.entered = groups.iter().map(|group| group.2).sum();
        findings.tally.converted = groups.iter().map(|group| group.1).sum();
        let groups = groups.iter().map(group).collect();
        findings.breakdowns = vec![BreakdownFinding { by: by.into(), at: "entry".into(), groups }];
        findings
    }

    #[test]
    fn the_best_group_comes_first_and_small_ones_are_not_tested() {
        let found = findings("country", &[("FR", 60, 1000), ("DE", 20, 1000), ("NL", 3, 20)]);
        let found = segments(&found, true, 0.95);
        let names: Vec<_> = found.segments.iter().map(|s| s.value.clone().unwrap()).collect();
        assert_eq!((names, found.too_small), (vec!["FR".to_string(), "DE".to_string()], 1));
        assert_eq!(found.segments[0].difference.verdict, "higher");
        assert!(found.dimensions[0].test.unwrap().p < 0.001);
    }

    #[test]
    fn what_came_late_is_not_yet_different() {
        let found = |groups: &[(&str, u64, u64, u64)]| {
            let plain: Vec<_> =
                groups.iter().map(|&(name, hits, all, _)| (name, hits, all)).collect();
            let mut found = findings("campaign", &plain);
            found.tally.open = groups.iter().map(|group| group.3).sum();
            for (group, counts) in found.breakdowns[0].groups.iter_mut().zip(groups) {
                group.tally.steps =
                    vec![GroupStep { open: counts.3, ..GroupStep::default() }].into();
            }
            segments(&found, true, 0.95).segments.iter().all(|segment| segment.is_too_early)
        };
        // Half as many, and most of it still open.
        assert!(found(&[("always", 80, 1000, 200), ("spring", 40, 1000, 800)]));
        // As open as the others, or different whatever becomes of those.
        assert!(!found(&[("always", 80, 1000, 400), ("spring", 40, 1000, 400)]));
        assert!(!found(&[("always", 200, 1000, 200), ("spring", 40, 1000, 240)]));
        // No window.
        assert!(!found(&[("always", 80, 1000, 920), ("spring", 40, 1000, 960)]));
    }

    #[test]
    fn a_group_that_holds_all_is_not_too_small() {
        let found = segments(&findings("device", &[("mobile", 60, 1000)]), true, 0.95);
        assert_eq!((found.tested, found.too_small), (0, 0));
        assert!(found.dimensions[0].holds_all);
    }

    #[test]
    fn groups_that_do_not_differ_are_no_finding() {
        let found = findings("day", &[("a", 50, 1000), ("b", 53, 1000), ("c", 47, 1000)]);
        let found = segments(&found, true, 0.95);
        assert!(found.segments.iter().all(|segment| segment.difference.verdict == "unclear"));
        assert_eq!(segments(&Findings::default(), true, 0.95), Segments::default());
    }
}
