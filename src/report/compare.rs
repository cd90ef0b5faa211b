//! `funnel compare` as an answer: two sides of the same ladder, step by step, and why the rate changed.
//!
//! The rate of the last step over everybody who entered decides. Rates from one step to the next are shown
//! and marked: who gets to a step may differ between the sides, so they can differ without any cause.

mod causes;
mod headline;
mod sheets;

pub use causes::{DecompositionReport, FactorReport, RevenueReport, SegmentChange};

use super::notices::NoticeReport;
use super::words;
use super::zone::{Moment, Zone};
use crate::analysis::contrast::Contrast;
use crate::analysis::ladder_rates::{conversion, step_rates};
use crate::analysis::open_windows::{can_still_convert, matured};
use crate::analysis::rate::Rate;
use crate::findings::SideFinding;
use crate::ladder::definition::Ladder;
use crate::stats::multiple::benjamini_hochberg;
use crate::stats::proportion::Interval;
use crate::stats::special::two_sided_p;
use crate::tally::Tally;
use crate::time::Instant;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.compare/1";

/// Two sides of the same ladder.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CompareReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What one journey is.
    pub unit: &'static str,
    /// What is compared with.
    pub a: SideReport,
    /// What is compared.
    pub b: SideReport,
    /// The last step over everybody who entered.
    #[serde(rename = "macro")]
    pub macro_conversion: MacroComparison,
    /// All steps, in the ladder's order.
    pub steps: Vec<StepComparison>,
    /// Why the rate of the last step changed, one a dimension.
    pub decomposition: Vec<DecompositionReport>,
    /// Why the value of the orders changed, one a currency.
    pub revenue: Vec<RevenueReport>,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
    /// The answer in a few sentences.
    pub sentences: Vec<String>,
    /// The level of all ranges.
    pub confidence: f64,
}

/// One side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SideReport {
    /// As the user named it.
    pub name: String,
    /// The first moment of its entries.
    pub since: Option<Moment>,
    /// The last moment of its entries.
    pub until: Option<Moment>,
    /// Journeys that entered.
    pub entered: u64,
    /// Of these, converted.
    pub converted: u64,
    /// Of these, neither converted nor lost.
    pub open: u64,
}

/// The last step on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MacroComparison {
    /// In a.
    pub a: Rate,
    /// In b.
    pub b: Rate,
    /// b − a.
    pub difference: Contrast,
    /// The same with open windows accounted for; `None` where it is unknown.
    pub matured: Option<MaturedComparison>,
    /// `higher`, `lower` or `unclear`: by the matured rates where journeys can still convert.
    pub verdict: &'static str,
}

/// Matured rates on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MaturedComparison {
    /// In a.
    pub a: f64,
    /// In b.
    pub b: f64,
    /// b − a.
    pub difference: Contrast,
}

/// One step on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepComparison {
    /// The step's name.
    pub name: String,
    /// Over everybody who entered, in a.
    pub a: Rate,
    /// The same in b.
    pub b: Rate,
    /// b − a.
    pub difference: Contrast,
    /// Over the step before; `None` for the first.
    pub step_rate: Option<StepRateComparison>,
    /// Whether journeys can still reach it: then the difference is only that so far.
    pub can_change: bool,
    /// One honest sentence.
    pub sentence: String,
}

/// The rate over the step before on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepRateComparison {
    /// In a.
    pub a: Rate,
    /// In b.
    pub b: Rate,
    /// b − a.
    pub difference: Contrast,
    /// Always true: who gets to the step before may differ between the sides.
    pub selection_prone: bool,
}

/// That the sides have customers in common: then they are less different than they seem.
fn overlap(a: &SideFinding, b: &SideFinding, on_both: u64) -> Option<NoticeReport> {
    let period = |side: &SideFinding| {
        (side.since.unwrap_or(Instant::MIN), side.until.unwrap_or(Instant::MAX))
    };
    let (one, two) = (period(a), period(b));
    if one != two {
        return (one.0 < two.1 && two.0 < one.1).then(|| NoticeReport {
            code: "periods_overlap",
            message: "The two periods have days in common, and so journeys: ranges and p-values take the sides as if they had none.".to_owned(),
            data: [].into(),
        });
    }
    (on_both > 0).then(|| NoticeReport {
        code: "segments_overlap",
        message: format!(
            "{} {} in both segments: ranges and p-values take the sides as if they had nobody in common.",
            words::count(on_both),
            if on_both == 1 { "customer is" } else { "customers are" }
        ),
        data: [("customers", on_both.into())].into(),
    })
}

/// What a comparison is made with, beside the sides and the ladder.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    /// The names of a and b.
    pub names: [String; 2],
    /// The level of all ranges.
    pub confidence: f64,
    /// The zone of all times.
    pub zone: Zone,
    /// The share of all entries that should be in a, if the sides are variants of a test.
    pub expected_share: Option<f64>,
    /// Whether nothing says when anything was: then nobody knows what can still happen.
    pub are_timeless: bool,
    /// Customers who are on both sides.
    pub on_both: u64,
}

/// What is still to come of both sides.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Journeys that can still convert, in a and in b.
    journeys: [u64; 2],
}

impl Open {
    fn of([a, b]: [&Tally; 2], ladder: &Ladder, options: &CompareOptions) -> Open {
        let can = can_still_convert(ladder, options.are_timeless);
        Open { journeys: if can { [a.open, b.open] } else { [0, 0] } }
    }

    fn is_any(self) -> bool {
        self.journeys != [0, 0]
    }
}

impl CompareReport {
    /// The comparison of two sides.
    pub fn new(
        sides: [&SideFinding; 2],
        ladder: &Ladder,
        options: &CompareOptions,
    ) -> CompareReport {
        let [a, b] = sides;
        let confidence = options.confidence;
        let tallies = [&a.tally, &b.tally];
        let open = Open::of(tallies, ladder, options);
        let macro_conversion = macro_comparison(tallies, ladder, open, confidence);
        let steps = steps(tallies, ladder, (&macro_conversion, open), confidence);
        let decomposition = causes::decompositions(a, b, confidence);
        let mut report = CompareReport {
            schema: SCHEMA,
            unit: super::header::count_name(ladder.count),
            a: side(a, &options.names[0], options.zone),
            b: side(b, &options.names[1], options.zone),
            macro_conversion,
            steps,
            revenue: causes::revenues(&a.tally, &b.tally, ladder),
            notices: Vec::new(),
            sentences: Vec::new(),
            decomposition,
            confidence,
        };
        report.notices = report.find_notices(open, options.expected_share);
        report.notices.extend(overlap(a, b, options.on_both));
        report.sentences = report.in_words(open);
        report
    }

    /// Whether the rate of the last step is lower in b, beyond chance and whatever open journeys do.
    pub fn is_lower(&self) -> bool {
        self.macro_conversion.verdict == "lower"
    }

    fn in_words(&self, open: Open) -> Vec<String> {
        let last = self.steps.last().map(|step| step.sentence.clone());
        let mut sentences: Vec<String> = last.into_iter().collect();
        let largest = self
            .decomposition
            .iter()
            .max_by(|one, two| one.mix_effect.abs().total_cmp(&two.mix_effect.abs()));
        if let Some(split) = largest {
            sentences.push(format!(
                "By {}: {} because rates changed{}, {} because the mix did.",
                split.by,
                words::points(Some(split.rate_effect)),
                if open.is_any() { " so far" } else { "" },
                words::points(Some(split.mix_effect))
            ));
        }
        sentences
    }

    fn find_notices(&self, open: Open, expected_share: Option<f64>) -> Vec<NoticeReport> {
        let reversed = self.decomposition.iter().filter(|split| split.is_reversed);
        let simpson = reversed.map(|split| {
            let advice = if split.is_surely_reversed() {
                "the mix of the groups changed. Look at the groups, not at the total."
            } else {
                "the mix of the groups changed, and chance may be all that moved the rates. Look at the groups too."
            };
            let message = format!(
                "By {}, rates moved by {} and yet the total by {}: {advice}",
                split.by,
                words::points(Some(split.rate_effect)),
                words::points(self.macro_conversion.difference.value)
            );
            let data = [
                ("by", Value::from(split.by.clone())),
                ("rate_effect", split.rate_effect.into()),
                ("mix_effect", split.mix_effect.into()),
            ];
            NoticeReport { code: "simpson", message, data: data.into() }
        });
        let open = headline::still_open(open).map(|who| NoticeReport {
            code: "window_open",
            message: format!(
                "{who} can still convert: {}.",
                match (self.macro_conversion.matured, open.journeys) {
                    (Some(_), _) => "compare the matured rates",
                    (None, [_, 0] | [0, _]) =>
                        "its rate may rise, and how far it will is not known yet",
                    (None, _) => "both rates may rise, and how far they will is not known yet",
                }
            ),
            data: [("a", Value::from(open.journeys[0])), ("b", open.journeys[1].into())].into(),
        });
        simpson
            .chain(open)
            .chain(expected_share.and_then(|share| self.sample_ratio(share)))
            .collect()
    }

    /// Variants that are not shared out as planned cannot be compared.
    fn sample_ratio(&self, share: f64) -> Option<NoticeReport> {
        const LEVEL: f64 = 0.001;
        let all = (self.a.entered + self.b.entered) as f64;
        let z = (self.a.entered as f64 - all * share) / (all * share * (1.0 - share)).sqrt();
        let p = two_sided_p(z);
        (all > 0.0 && p < LEVEL).then(|| NoticeReport {
            code: "sample_ratio",
            message: format!(
                "{} of {} entered a, where {} were expected: something is wrong with how visitors are shared out, and the comparison means nothing.",
                words::count(self.a.entered),
                words::count(self.a.entered + self.b.entered),
                words::percent(Some(share))
            ),
            data: [("p_value", Value::from(p))].into(),
        })
    }
}

fn side(finding: &SideFinding, name: &str, zone: Zone) -> SideReport {
    let tally = &finding.tally;
    SideReport {
        name: name.to_owned(),
        since: finding.since.and_then(|at| zone.moment(at)),
        until: finding.until.and_then(|at| zone.moment(Instant(at.0.saturating_sub(1)))),
        entered: tally.entered,
        converted: tally.converted,
        open: tally.open,
    }
}

fn macro_comparison(
    [a, b]: [&Tally; 2],
    ladder: &Ladder,
    open: Open,
    confidence: f64,
) -> MacroComparison {
    let whole = |tally: &Tally| {
        let found = matured(tally, ladder, confidence);
        Some((found.rate?, Interval { low: found.low?, high: found.high? }))
    };
    let matured = whole(a).zip(whole(b)).map(|(a, b)| MaturedComparison {
        a: a.0,
        b: b.0,
        difference: Contrast::of_estimates(a, b),
    });
    let (a, b) = (conversion(a, confidence), conversion(b, confidence));
    let difference = Contrast::of(a, b, confidence);
    let found = MacroComparison { a, b, difference, matured, verdict: headline::UNCLEAR };
    MacroComparison { verdict: headline::verdict(&found, open, confidence), ..found }
}

/// The steps. The last one is the question itself and is judged alone, as the answer is; the first (all of all) is none; the
/// differences of those between are judged as many at once.
fn steps(
    [a, b]: [&Tally; 2],
    ladder: &Ladder,
    (answer, open): (&MacroComparison, Open),
    confidence: f64,
) -> Vec<StepComparison> {
    let rates = |tally: &Tally, step: usize| step_rates(tally, ladder, step, confidence);
    let still_before =
        |tally: &Tally, step: usize| tally.steps.iter().take(step).any(|before| before.open > 0);
    let mut steps: Vec<StepComparison> = Vec::new();
    for (position, step) in ladder.steps.iter().enumerate() {
        let (of_a, of_b) = (rates(a, position), rates(b, position));
        let step_rate = of_a.step.zip(of_b.step).map(|(a, b)| {
            let difference = Contrast::of(a, b, confidence);
            StepRateComparison { a, b, difference, selection_prone: true }
        });
        steps.push(StepComparison {
            name: step.name.clone(),
            a: of_a.overall,
            b: of_b.overall,
            difference: Contrast::of(of_a.overall, of_b.overall, confidence),
            step_rate,
            can_change: open.is_any() && [a, b].iter().any(|side| still_before(side, position)),
            sentence: String::new(),
        });
    }
    let Some((last, others)) = steps.split_last_mut() else { return steps };
    judge_as_many(others.get_mut(1..).unwrap_or_default());
    for step in others {
        let so_far = if step.can_change { " so far" } else { "" };
        step.sentence = match step.step_rate {
            Some(_) => headline::of_step(&step.name, step.a, step.b, &step.difference, so_far),
            None => format!("{}: the first step, so there is nothing to compare.", step.name),
        };
    }
    (last.a, last.b, last.difference) = (answer.a, answer.b, answer.difference);
    last.sentence = headline::sentence(&last.name, answer, open);
    steps
}

fn judge_as_many(steps: &mut [StepComparison]) {
    let p_values: Vec<f64> = steps.iter().filter_map(|step| step.difference.p_value).collect();
    let tested = steps.iter_mut().filter(|step| step.difference.p_value.is_some());
    for (step, q_value) in tested.zip(benjamini_hochberg(&p_values)) {
        step.difference.among_many(q_value);
    }
}
