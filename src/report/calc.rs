//! `funnel calc`: answers for people who have only the numbers.

mod visitors;

pub use visitors::{CalcSampleSize, DaysAt};

use super::answer::Answer;
use super::sheet::{Cell, Measure, Sheet, left, right};
use super::words;
use crate::analysis::rate::{Flags, Rate};
use crate::stats::difference::Pair;
use crate::stats::posterior::{JEFFREYS, Posterior};
use crate::stats::proportion::Method;
use crate::stats::sample_size::Design;
use crate::stats::{exact, sample_size, sequential, target};
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys of `calc interval`.
pub const INTERVAL: &str = "funnel.calc_interval/1";
/// The version of the keys of `calc compare`.
pub const COMPARE: &str = "funnel.calc_compare/1";
/// The version of the keys of `calc sample-size`.
pub const SAMPLE_SIZE: &str = "funnel.calc_sample_size/1";

/// The range of a rate.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CalcInterval {
    /// The version of the keys.
    #[schemars(extend("const" = INTERVAL))]
    pub schema: &'static str,
    /// Conversions.
    pub hits: u64,
    /// Visitors.
    pub base: u64,
    /// Their share.
    pub rate: Option<f64>,
    /// The lower bound.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
    /// The name of the method: `wilson`.
    pub method: &'static str,
    /// The level, a share.
    pub confidence: f64,
    /// What to keep in mind: `few_trials`, `few_events`.
    #[schemars(with = "Vec<String>")]
    pub flags: Flags,
    /// How the rate stands to a target.
    pub target: Option<TargetReport>,
    /// The range that stays valid however often one looks.
    pub always_valid: Option<Bounds>,
}

/// Two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Bounds {
    /// The lower one.
    pub low: f64,
    /// The upper one; `None` where there is none.
    pub high: Option<f64>,
}

/// How counts stand to a target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TargetReport {
    /// The target, a share.
    pub rate: f64,
    /// `below`, `meets` or `unclear`.
    pub verdict: &'static str,
    /// The probability of so few or fewer, were the rate the target.
    pub p_below: f64,
    /// The probability of so many or more, were the rate the target.
    pub p_meets: f64,
    /// The probability that the rate is above the target (Jeffreys' prior).
    pub probability_above: f64,
    /// Where it is unclear: how many more it takes to tell at the same rate; `None` if no number of
    /// visitors would do.
    pub more_needed: Option<u64>,
}

impl TargetReport {
    /// Holds counts against a target; `None` where there is no base or no target.
    pub fn of(hits: u64, base: u64, rate: f64) -> Option<TargetReport> {
        let found = target::judge(hits, base, rate)?;
        Some(TargetReport {
            rate,
            verdict: found.standing.name(),
            p_below: found.p_below,
            p_meets: found.p_meets,
            probability_above: found.probability_above,
            more_needed: target::more_until_clear(hits, base, rate),
        })
    }

    /// Holds a rate against a target; where journeys belong to one customer, with as many independent ones
    /// as they are worth.
    pub fn of_rate(found: &Rate, rate: f64) -> Option<TargetReport> {
        let (hits, base) = found.worth();
        let report = TargetReport::of(hits, base, rate)?;
        // So many journeys make one independent one.
        let more_needed = report.more_needed.map(|more| found.of_journeys(more));
        Some(TargetReport { more_needed, ..report })
    }

    /// One sentence.
    pub fn sentence(&self) -> String {
        let rate = words::percent(Some(self.rate));
        match (self.verdict, self.more_needed) {
            ("below", _) => format!("The rate is below {rate}."),
            ("meets", _) => format!("The rate is above {rate}."),
            (_, Some(more)) => format!(
                "Whether the rate is above {rate} cannot be told yet: {} more would tell at this rate.",
                words::count(more)
            ),
            (_, None) => format!("The rate is too close to {rate} to tell."),
        }
    }
}

impl CalcInterval {
    /// The answer.
    pub fn new(hits: u64, base: u64, method: Method, confidence: f64, target: f64) -> CalcInterval {
        let interval = method.interval(hits, base, confidence);
        let always = sequential::always_valid(hits, base, 1.0 - confidence, (1.0, 1.0));
        CalcInterval {
            schema: INTERVAL,
            hits,
            base,
            rate: Rate::of(hits, base, confidence).rate,
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            method: method.name(),
            confidence,
            flags: Flags::of(hits, base),
            target: TargetReport::of(hits, base, target),
            always_valid: always
                .map(|interval| Bounds { low: interval.low, high: Some(interval.high) }),
        }
    }
}

impl Answer for CalcInterval {
    fn sheets(&self) -> Vec<Sheet> {
        let range = words::range_name(self.confidence);
        let columns = vec![
            left("method", 0),
            right("hits", 0),
            right("base", 0),
            right("rate", 0),
            right(&range, 0),
        ];
        let mut sheet = Sheet::new("", columns);
        sheet.lead = vec![format!(
            "{} of {}: {}, {}.",
            words::count(self.hits),
            words::count(self.base),
            words::percent_within(self.rate, self.low, self.high),
            words::range_named(self.confidence, self.low, self.high)
        )];
        let row = |name: &str, low: Option<f64>, high: Option<f64>| {
            vec![
                Cell::Text(name.to_owned()),
                Cell::Count(self.hits),
                Cell::Count(self.base),
                Cell::Share(self.rate),
                Cell::Range(low, high),
            ]
        };
        sheet.rows.push(row(self.method, self.low, self.high));
        if let Some(always) = self.always_valid {
            sheet.rows.push(row("always valid", Some(always.low), always.high));
            sheet
                .notes
                .push("always valid: for a number that is looked at again and again.".into());
        }
        sheet.notes.extend(self.target.iter().map(TargetReport::sentence));
        sheet.notes.extend(self.flags.sentence());
        vec![sheet]
    }
}

/// Two rates against each other.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CalcCompare {
    /// The version of the keys.
    #[schemars(extend("const" = COMPARE))]
    pub schema: &'static str,
    /// The first group.
    pub first: Rate,
    /// The second group.
    pub second: Rate,
    /// First − second.
    pub difference: Option<f64>,
    /// Its lower bound (Newcombe).
    pub low: Option<f64>,
    /// Its upper bound.
    pub high: Option<f64>,
    /// First ÷ second; `None` without conversions in the second.
    pub ratio: Option<f64>,
    /// Its lower bound (Koopman).
    pub ratio_low: Option<f64>,
    /// Its upper bound; `None` where there is none.
    pub ratio_high: Option<f64>,
    /// How likely so large a difference would be if there were none.
    pub p_value: Option<f64>,
    /// The methods of difference, ratio and p-value.
    pub method: String,
    /// The level of the ranges.
    pub confidence: f64,
    /// The smallest rise over the first group's rate that these numbers can show in four of five cases.
    pub detectable: Option<f64>,
    /// The relative effect that was asked about: by how much the first group's rate would rise.
    pub lift: f64,
    /// How many more each group needs to show that effect; `None` where the rate cannot rise so far.
    pub more_needed: Option<MoreNeeded>,
    /// How probable it is that the first rate is the higher one; only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posterior: Option<PosteriorReport>,
    /// The answer in one sentence.
    pub sentence: String,
}

/// Two rates as beta distributions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PosteriorReport {
    /// The prior: hits and misses that nobody saw.
    pub prior: [f64; 2],
    /// The probability that the first rate is the higher one.
    pub probability_first_higher: f64,
    /// What choosing the first loses in the mean, as a share: nothing where it is the higher one.
    pub loss_if_first: f64,
    /// What choosing the second loses.
    pub loss_if_second: f64,
}

/// How many more visitors two groups need.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MoreNeeded {
    /// The relative effect.
    pub lift: f64,
    /// In the first group.
    pub first: u64,
    /// In the second group.
    pub second: u64,
}

impl CalcCompare {
    /// The answer.
    pub fn new(pair: Pair, confidence: f64, lift: f64) -> CalcCompare {
        let shares = pair.shares();
        let difference = pair.newcombe(confidence);
        let ratio = pair.score_ratio(confidence, false);
        let test = exact::p_value(pair);
        let design = Design { alpha: 1.0 - confidence, ..Design::default() };
        let detectable = shares.and_then(|(first, _)| {
            design.detectable(first, pair.first.1 as f64, pair.second.1 as f64)
        });
        let more = design.more(pair.first, pair.second, lift);
        let test_name = test.map_or("none", |(_, name)| name);
        let mut answer = CalcCompare {
            schema: COMPARE,
            first: Rate::of(pair.first.0, pair.first.1, confidence),
            second: Rate::of(pair.second.0, pair.second.1, confidence),
            difference: shares.map(|(first, second)| first - second),
            low: difference.map(|interval| interval.low),
            high: difference.map(|interval| interval.high),
            ratio: shares.filter(|(_, second)| *second > 0.0).map(|(first, second)| first / second),
            ratio_low: ratio.map(|interval| interval.low),
            ratio_high: ratio.map(|interval| interval.high).filter(|high| high.is_finite()),
            p_value: test.map(|(p, _)| p),
            method: format!("difference: newcombe; ratio: koopman; p-value: {test_name}"),
            confidence,
            detectable,
            lift,
            more_needed: more.map(|(first, second)| MoreNeeded { lift, first, second }),
            posterior: None,
            sentence: String::new(),
        };
        answer.sentence = answer.in_words();
        answer
    }

    /// Adds how probable it is that the first rate is the higher one.
    pub fn weigh(&mut self, pair: Pair) {
        let posterior = |counts| Posterior::of(counts, JEFFREYS);
        let both = posterior(pair.first).zip(posterior(pair.second));
        self.posterior = both.map(|(first, second)| PosteriorReport {
            prior: JEFFREYS.into(),
            probability_first_higher: first.beats(second, 1.0),
            loss_if_first: first.loss_against(second),
            loss_if_second: second.loss_against(first),
        });
    }

    /// How the first group stands to the second, as cells for programs.
    fn held_against(&self) -> Vec<Cell> {
        vec![
            Cell::Number(self.difference, Measure::Points),
            Cell::Bounds(self.low, self.high, Measure::Points),
            Cell::Number(self.ratio, Measure::Ratio),
            Cell::Bounds(self.ratio_low, self.ratio_high, Measure::Ratio),
            Cell::Number(self.p_value, Measure::Probability),
        ]
    }

    /// That the range and the p-value say two things, where they do.
    fn disagreement(&self) -> Option<String> {
        let is_apart = self.low? > 0.0 || self.high? < 0.0;
        let is_unlikely = self.p_value? < 1.0 - self.confidence;
        (is_apart != is_unlikely).then(|| {
            "The range and the p-value are found in two ways, which disagree here, as they may with few hits: take the difference for a hint, not for a finding.".to_owned()
        })
    }

    /// How many more it takes to see the effect, or why no number would do.
    fn more_in_words(&self) -> Option<String> {
        let lift = words::percent(Some(self.lift));
        let Some(more) = self.more_needed else {
            let rate = self.first.rate?;
            return (rate * (1.0 + self.lift) > 1.0).then(|| {
                format!(
                    "The first rate, {}, cannot rise by {lift} of itself: that would be more than all.",
                    words::percent(Some(rate))
                )
            });
        };
        (more.first + more.second > 0).then(|| {
            format!(
                "To see in four of five cases that the second rate is {lift} above the first{} takes {} more in the first group and {} in the second.",
                self.as_planned_in_words(),
                words::count(more.first),
                words::count(more.second)
            )
        })
    }

    /// What the first rate is planned with, where that is not what was found.
    fn as_planned_in_words(&self) -> String {
        let planned = sample_size::planned_rate((self.first.hits, self.first.base));
        let [found, planned] = [self.first.rate, Some(planned)].map(words::percent);
        if found == planned {
            return String::new();
        }
        format!(" (taken for {planned}: with half a hit and half a miss more)")
    }

    fn in_words(&self) -> String {
        let (first, second) = words::percents_apart(self.first.rate, self.second.rate);
        let range = words::points_range(self.low, self.high);
        let verdict = match (self.low, self.high) {
            (Some(low), _) if low > 0.0 => "higher",
            (_, Some(high)) if high < 0.0 => "lower",
            (None, _) | (_, None) => return "There is nothing to compare.".to_owned(),
            _ => {
                let seen = match self.detectable {
                    Some(rise) => format!(
                        "these numbers could only have shown a rise of about {} or more",
                        words::points(Some(rise))
                    ),
                    None => words::no_rise(self.first.rate),
                };
                return format!(
                    "No clear difference between {first} and {second} ({range}); {seen}."
                );
            }
        };
        let size = words::size_range(self.low, self.high);
        format!("The first rate, {first}, is {verdict} than the second, {second}: by {size}.")
    }
}

impl Answer for CalcCompare {
    fn sheets(&self) -> Vec<Sheet> {
        let range = words::range_name(self.confidence);
        let columns = vec![
            left("", 0).called("group"),
            right("hits", 0),
            right("base", 0),
            right("rate", 0),
            right(&range, 0),
            right("difference", 0).only_for_programs(),
            right("difference range", 0).of_bounds().only_for_programs(),
            right("ratio", 0).only_for_programs(),
            right("ratio range", 0).of_bounds().only_for_programs(),
            right("p value", 0).only_for_programs(),
        ];
        let mut sheet = Sheet::new("", columns);
        sheet.lead = vec![self.sentence.clone()];
        // The first is held against the second, so what that says stands in its row.
        let second = vec![Cell::Empty; 5];
        let rows = [("first", self.first, self.held_against()), ("second", self.second, second)];
        for (name, rate, held_against) in rows {
            let mut cells = vec![
                Cell::Text(name.to_owned()),
                Cell::Count(rate.hits),
                Cell::Count(rate.base),
                Cell::Share(rate.rate),
                Cell::Range(rate.low, rate.high),
            ];
            cells.extend(held_against);
            sheet.rows.push(cells);
        }
        sheet.notes.push(format!(
            "Ratio {}, {range} {} to {}; p = {}.",
            words::ratio(self.ratio),
            words::ratio(self.ratio_low),
            self.ratio_high.map_or_else(|| "any".to_owned(), |high| words::ratio(Some(high))),
            words::probability(self.p_value)
        ));
        sheet.notes.extend(self.disagreement());
        sheet.notes.extend(self.more_in_words());
        sheet.notes.extend(self.posterior.map(|posterior| {
            let loss = |loss: f64| words::points(Some(loss)).replace('+', "");
            let [first, second] = [posterior.loss_if_first, posterior.loss_if_second].map(loss);
            format!(
                "The first rate is the higher one with a probability of {} (Jeffreys' prior: half a hit, half a miss); choosing it loses {first} in the mean, choosing the second {second}. That is no protection for whoever looks every day.",
                words::percent(Some(posterior.probability_first_higher))
            )
        }));
        vec![sheet]
    }
}

#[cfg(test)]
mod tests;
