//! Which groups of journeys convert more: each against all others, drawn towards the common rate, and with
//! the number of groups that were looked at taken into account.
//!
//! A group of two dimensions is kept only if it says more than each of the two alone. Groups too small to
//! tell are counted and not tested: whether a group is tested must not depend on its rate.

use super::contrast::Contrast;
use super::rate::Rate;
use crate::findings::{BreakdownFinding, Findings, GroupName};
use crate::stats::exact::{self, Heterogeneity};
use crate::stats::multiple::benjamini_hochberg;
use crate::stats::pooling;
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

/// All groups of all breakdowns.
pub fn segments(findings: &Findings, confidence: f64) -> Segments {
    let (hits, base) = (findings.tally.converted, findings.tally.entered);
    let common = hits as f64 / base as f64;
    let mut found = Segments::default();
    for breakdown in &findings.breakdowns {
        let groups = groups(breakdown);
        let is_large = |counts: &(u64, u64)| {
            let least = FEWEST_JOURNEYS.max(base / 100);
            counts.1 >= least && counts.1 as f64 * common >= FEWEST_EXPECTED && counts.1 < base
        };
        let large: Vec<(u64, u64)> = groups.values().copied().filter(is_large).collect();
        let all: Vec<(u64, u64)> = groups.values().copied().collect();
        let prior = if all.len() >= FEWEST_GROUPS { pooling::fit(&all) } else { None };
        found.dimensions.push(Dimension {
            by: breakdown.by.clone(),
            groups: large.len(),
            test: exact::heterogeneity(&large),
        });
        found.too_small += all.len() - large.len();
        found.together += together(breakdown);
        for (value, counts) in groups.into_iter().filter(|(_, counts)| is_large(counts)) {
            let rate = Rate::of(counts.0, counts.1, confidence);
            let rest = Rate::of(hits - counts.0, base - counts.1, confidence);
            found.segments.push(Segment {
                by: breakdown.by.clone(),
                value,
                rate,
                difference: Contrast::of(rest, rate, confidence),
                shrunk: prior.map(|prior| {
                    let range = prior.interval(counts.0, counts.1, confidence);
                    (prior.shrunk(counts.0, counts.1), range.low, range.high)
                }),
                extra: counts.0 as f64 - counts.1 as f64 * common,
            });
        }
    }
    judge(&mut found);
    found
}

/// How many values a breakdown has counted together.
fn together(breakdown: &BreakdownFinding) -> usize {
    let further = breakdown.groups.iter().filter_map(|group| match group.name {
        GroupName::Other(values) => Some(values),
        GroupName::Value(_) | GroupName::Unknown => None,
    });
    further.sum()
}

/// The groups with their (converted, entered); further values together are no group.
fn groups(breakdown: &BreakdownFinding) -> BTreeMap<Option<String>, (u64, u64)> {
    let counts = breakdown.groups.iter().filter_map(|group| {
        let name = match &group.name {
            GroupName::Value(text) => Some(text.clone()),
            GroupName::Unknown => None,
            GroupName::Other(_) => return None,
        };
        Some((name, (group.tally.converted, group.tally.entered)))
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
    use crate::tally::GroupTally;

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
        let found = segments(&found, 0.95);
        let names: Vec<_> = found.segments.iter().map(|s| s.value.clone().unwrap()).collect();
        assert_eq!((names, found.too_small), (vec!["FR".to_string(), "DE".to_string()], 1));
        assert_eq!(found.segments[0].difference.verdict, "higher");
        assert!(found.dimensions[0].test.unwrap().p < 0.001);
    }

    #[test]
    fn groups_that_do_not_differ_are_no_finding() {
        let found = findings("day", &[("a", 50, 1000), ("b", 53, 1000), ("c", 47, 1000)]);
        let found = segments(&found, 0.95);
        assert!(found.segments.iter().all(|segment| segment.difference.verdict == "unclear"));
        assert_eq!(segments(&Findings::default(), 0.95), Segments::default());
    }
}
