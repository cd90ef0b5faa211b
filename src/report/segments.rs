//! `funnel segments` as an answer: which groups of customers convert more.

use super::answer::Answer;
use super::notices::NoticeReport;
use super::sheet::{Cell, Measure, Sheet, left, right};
use super::{unknown_orders, words};
use crate::analysis::contrast::{Contrast, FALSE_DISCOVERIES};
use crate::analysis::ladder_rates::conversion;
use crate::analysis::open_windows::can_still_convert;
use crate::analysis::rate::Rate;
use crate::analysis::segments::{self, Segment};
use crate::findings::Findings;
use crate::ladder::definition::Ladder;
use crate::ladder::dimension::RETURNING;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.segments/1";

/// Groups of journeys.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SegmentsReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What one journey is.
    pub unit: &'static str,
    /// The last step's name.
    pub outcome: String,
    /// Everybody.
    pub all: Rate,
    /// The groups, best first.
    pub segments: Vec<SegmentReport>,
    /// Whether the groups of a dimension differ at all.
    pub dimensions: Vec<DimensionReport>,
    /// Groups that were tested, shown or not.
    pub tested: usize,
    /// Groups that are too small to tell.
    pub too_small: usize,
    /// Groups of two dimensions that say no more than one of them.
    pub redundant: usize,
    /// Values beyond the largest, which were counted together and not looked at.
    pub together: usize,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
    /// The level of all ranges.
    pub confidence: f64,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SegmentReport {
    /// The dimension, or two with a comma.
    pub by: String,
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// Journeys in it.
    pub journeys: u64,
    /// Who converted.
    pub rate: Rate,
    /// To all other journeys.
    pub difference: Contrast,
    /// The share of false findings among those that are at least as likely.
    pub q_value: Option<f64>,
    /// The rate drawn towards the common one; `None` with fewer than five groups.
    pub shrunk: Option<ShrunkReport>,
    /// Orders beyond those at the rate of all.
    pub extra_orders: f64,
    /// Of those who have not converted, the share that still can.
    pub open_share: f64,
    /// `likely different`, `maybe` or `no evidence`; `too early` where open journeys may be all that is different.
    pub verdict: &'static str,
}

/// A rate drawn towards the common one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ShrunkReport {
    /// The rate.
    pub rate: f64,
    /// The lower bound; approximate.
    pub low: f64,
    /// The upper bound; approximate.
    pub high: f64,
}

/// Whether the groups of a dimension differ at all.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DimensionReport {
    /// The dimension.
    pub by: String,
    /// Groups that are large enough.
    pub groups: usize,
    /// How likely such differences would be if there were none.
    pub p_value: Option<f64>,
    /// How large they are, 0 to 1 (Cramér's V).
    pub cramers_v: Option<f64>,
    /// Whether one group holds all journeys, so that there is nothing to compare it with.
    pub holds_all: bool,
}

impl SegmentsReport {
    /// The answer; `top` groups at most, those that matter most.
    pub fn new(
        findings: &Findings,
        ladder: &Ladder,
        top: usize,
        confidence: f64,
    ) -> SegmentsReport {
        let can_convert = can_still_convert(ladder, findings.are_timeless());
        let found = segments::segments(findings, can_convert, confidence);
        let mut sizes: Vec<f64> = found.segments.iter().map(|s| s.extra.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let least = sizes.len().checked_sub(top).and_then(|at| sizes.get(at)).copied();
        let shown = found.segments.iter().filter(|s| s.extra.abs() >= least.unwrap_or(0.0));
        let dimension = |dimension: &segments::Dimension| DimensionReport {
            by: dimension.by.clone(),
            groups: dimension.groups,
            p_value: dimension.test.map(|test| test.p),
            cramers_v: dimension.test.map(|test| test.cramers_v),
            holds_all: dimension.holds_all,
        };
        let unit = super::header::count_name(ladder.count);
        let open = if can_convert { findings.tally.open } else { 0 };
        let mut report = SegmentsReport {
            schema: SCHEMA,
            unit,
            outcome: ladder.steps.last().map_or_else(String::new, |step| step.name.clone()),
            all: conversion(&findings.tally, confidence),
            segments: shown.take(top).map(segment).collect(),
            dimensions: found.dimensions.iter().map(dimension).collect(),
            tested: found.tested,
            too_small: found.too_small,
            redundant: found.redundant,
            together: found.together,
            notices: window_open((open, findings.tally.entered), &found.segments, unit)
                .into_iter()
                .collect(),
            confidence,
        };
        if unknown_orders::are_unknown_to(findings, ladder) {
            unknown_orders::forget_of_segments(&mut report);
        }
        report
    }
}

/// That journeys can still convert, and the groups that have far more of them than the others.
fn window_open(
    (open, entered): (u64, u64),
    segments: &[Segment],
    unit: &str,
) -> Option<NoticeReport> {
    /// A share that is so much larger is told.
    const FAR: f64 = 0.1;
    /// So many groups at most.
    const NAMED: usize = 3;
    if open == 0 {
        return None;
    }
    let mut later: Vec<&Segment> =
        segments.iter().filter(|group| group.open.own - group.open.others > FAR).collect();
    later.sort_by(|one, two| {
        let by_share = two.open.own.total_cmp(&one.open.own);
        by_share.then_with(|| (&one.by, &one.value).cmp(&(&two.by, &two.value)))
    });
    let told: Vec<String> = later
        .iter()
        .take(NAMED)
        .map(|group| {
            format!(
                "{} {} ({} of those who have not, {} of the others)",
                group.by,
                words::value_name(group.value.as_deref()),
                words::percent(Some(group.open.own)),
                words::percent(Some(group.open.others))
            )
        })
        .collect();
    let more = if told.is_empty() {
        String::new()
    } else {
        format!(" Groups that came later have had less time: {}.", told.join(", "))
    };
    let share = Rate::of(open, entered, 0.95).rate;
    Some(NoticeReport {
        code: "window_open",
        message: format!(
            "{} {} ({}) can still convert, so all rates are those so far.{more}",
            words::count(open),
            words::people(unit, open),
            words::percent(share)
        ),
        data: [("open", open.into()), ("share", share.into())].into(),
    })
}

fn segment(segment: &Segment) -> SegmentReport {
    let q_value = segment.difference.q_value;
    SegmentReport {
        by: segment.by.clone(),
        value: segment.value.clone(),
        journeys: segment.rate.base,
        rate: segment.rate,
        difference: segment.difference,
        q_value,
        shrunk: segment.shrunk.map(|(rate, low, high)| ShrunkReport { rate, low, high }),
        extra_orders: segment.extra,
        open_share: segment.open.own,
        verdict: match q_value {
            Some(q) if q < 0.2 && segment.is_too_early => "too early",
            Some(q) if q < FALSE_DISCOVERIES => "likely different",
            Some(q) if q < 0.2 => "maybe",
            _ => "no evidence",
        },
    }
}

impl Answer for SegmentsReport {
    fn sheets(&self) -> Vec<Sheet> {
        vec![self.sheet()]
    }
}

impl SegmentsReport {
    /// The groups as a table.
    pub(super) fn sheet(&self) -> Sheet {
        let range = words::range_name(self.confidence);
        let columns = vec![
            left("by", 0),
            left("group", 0),
            right(&format!("{}s", self.unit), 0),
            right("rate", 0).means(format!("who reached {}", self.outcome)),
            right(&range, 2).of_bounds(),
            right("to the others", 0),
            right(&range, 1).of_bounds(),
            right("q", 1).means("share of false findings among such findings"),
            left("", 0).called("verdict"),
            right("drawn in", 3)
                .means("the rate drawn towards the common one, as far as the group is small"),
        ];
        let mut sheet = Sheet::new("", columns);
        sheet.lead = vec![self.sentence()];
        for group in &self.segments {
            sheet.rows.push(vec![
                Cell::Text(group.by.clone()),
                Cell::Text(words::value_name(group.value.as_deref())),
                Cell::Count(group.journeys),
                Cell::Share(group.rate.rate),
                Cell::Range(group.rate.low, group.rate.high),
                Cell::Number(group.difference.value, Measure::Points),
                Cell::Bounds(group.difference.low, group.difference.high, Measure::Points),
                Cell::Number(group.q_value, Measure::Probability),
                Cell::Text(group.verdict.to_owned()),
                group.shrunk.map_or(Cell::Empty, |shrunk| Cell::Share(Some(shrunk.rate))),
            ]);
        }
        sheet.notes = self.notes();
        sheet
    }

    fn sentence(&self) -> String {
        if self.all.base == 0 {
            return format!(
                "Of nobody is it known whether they reached {}, so there is nothing to compare.",
                self.outcome
            );
        }
        let all = words::percent(self.all.rate);
        let is_higher = |group: &&SegmentReport| {
            group.difference.verdict == "higher" && group.verdict == "likely different"
        };
        let best = self.segments.iter().find(is_higher);
        match best {
            Some(group) => format!(
                "{} of all reached {}. Of {}, {} did: more than the others, beyond chance.",
                all,
                self.outcome,
                self.named(group),
                words::percent(group.rate.rate)
            ),
            None => {
                format!("{all} of all reached {}. No group stands out beyond chance.", self.outcome)
            }
        }
    }

    /// A group within a sentence: `device mobile`, `new customers`.
    fn named(&self, group: &SegmentReport) -> String {
        match (group.by.as_str(), &group.value) {
            (RETURNING, Some(value)) => format!("{value} {}", words::people(self.unit, 0)),
            (by, value) => format!("{by} {}", words::value_name(value.as_deref())),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!(
            "{} tested, {} too small to tell{}.",
            if self.tested == 1 {
                "1 group was".to_owned()
            } else {
                format!("{} groups were", words::count(self.tested as u64))
            },
            if self.too_small == 1 {
                "1 is".to_owned()
            } else {
                format!("{} are", words::count(self.too_small as u64))
            },
            match self.redundant {
                0 => String::new(),
                redundant =>
                    format!(", {redundant} of two dimensions say no more than one of them"),
            }
        )];
        for dimension in self.dimensions.iter().filter(|dimension| dimension.holds_all) {
            notes.push(format!(
                "By {}, one group holds all: there is nothing to compare it with.",
                dimension.by
            ));
        }
        for dimension in self.dimensions.iter().filter(|d| d.p_value.is_some()) {
            notes.push(format!(
                "By {}: {} groups, p = {}, V = {}.",
                dimension.by,
                dimension.groups,
                words::probability(dimension.p_value),
                words::ratio(Some(dimension.cramers_v.unwrap_or(0.0)))
            ));
        }
        if self.together > 0 {
            let who = words::people("value", self.together as u64);
            notes.push(format!(
                "{} further {who} of fewer {} were not looked at; `funnel segments` looks at all.",
                words::count(self.together as u64),
                words::people(self.unit, 0)
            ));
        }
        notes.extend(self.notices.iter().map(|notice| notice.message.clone()));
        notes
    }
}
