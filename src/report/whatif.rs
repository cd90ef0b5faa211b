//! `funnel whatif` as an answer: what a better step would bring, and which step has room for it.
//!
//! In a pure chain everybody who gets one step further goes on like the others (full pass-through). The
//! additional people are less keen; that a quarter of the lift arrives is the rule of thumb beside it.

use super::answer::Answer;
use super::orders::{as_text, rounded};
use super::sheet::{Cell, Measure, Sheet, left, right};
use super::{unknown_orders, words};
use crate::analysis::benchmark::{self, Source};
use crate::analysis::ladder_rates::{conversion, step_rates};
use crate::analysis::orders::{Worth, worths};
use crate::analysis::rate::Rate;
use crate::findings::Findings;
use crate::ladder::definition::{Ladder, Presence};
use crate::money::Amount;
use crate::stats::association::Fourfold;
use crate::stats::chain;
use crate::tally::Tally;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.whatif/1";

/// One percentage point.
const POINT: f64 = 0.01;

/// The part of a lift that arrives by the rule of thumb.
const QUARTER: f64 = 0.25;

/// What a better step would bring.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WhatifReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What one journey is.
    pub unit: &'static str,
    /// The lifts that were asked about.
    pub lifts: Vec<LiftReport>,
    /// Orders now and with them.
    pub orders: OrdersWithLift,
    /// The value of the orders of converted journeys now and with them, one entry a currency.
    pub revenue: Vec<RevenueWithLift>,
    /// All steps but the first: how far each is from its benchmark, the most promising first.
    pub steps: Vec<HeadroomReport>,
    /// The level of all ranges.
    pub confidence: f64,
}

/// One lift.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LiftReport {
    /// The step.
    pub step: String,
    /// By how much more of those before it reach it, a share.
    pub lift: f64,
    /// Its step rate now; `None` for the first step.
    pub rate: Option<f64>,
    /// Its step rate then.
    pub lifted_rate: Option<f64>,
    /// Whether it cannot rise so far.
    pub capped: bool,
    /// By how much orders grow, of the lift that arrives whole.
    pub growth: f64,
    /// `chain`, or `attributable` for a step that is not on the way of every order: only the orders that
    /// go with it grow.
    pub model: &'static str,
}

/// Orders now and with lifts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OrdersWithLift {
    /// Journeys that converted.
    pub now: u64,
    /// With lifts that arrive whole.
    pub with_full_pass_through: f64,
    /// With a quarter of them.
    pub with_quarter_pass_through: f64,
    /// The lower bound of the first, from what the present rate may be; `None` without journeys.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
}

/// The value of the orders now and with lifts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RevenueWithLift {
    /// The three-letter code.
    pub currency: Option<String>,
    /// Now.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub now: Amount,
    /// With lifts that arrive whole.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub with_full_pass_through: Amount,
    /// With a quarter of them.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub with_quarter_pass_through: Amount,
}

/// The room of one step.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HeadroomReport {
    /// The step.
    pub name: String,
    /// Its step rate.
    pub step_rate: Rate,
    /// What it could be; `None` where there is nothing to compare with.
    pub benchmark: Option<f64>,
    /// `given`, `best segment` or `best period`, with which one.
    pub benchmark_from: Option<String>,
    /// More orders at the benchmark, on average over what the true rate may be.
    pub extra_orders_at_benchmark: Option<f64>,
    /// The same with a quarter of it.
    pub extra_orders_with_quarter: Option<f64>,
    /// The probability that the step is below the benchmark.
    pub probability_below: Option<f64>,
    /// More orders with one percentage point more.
    pub extra_orders_per_point: Option<f64>,
    /// Its share of all that is lost between entry and order, on the scale of logarithms.
    pub share_of_loss: Option<f64>,
}

/// Lifts and benchmarks as the user gave them: by the position of the step.
#[derive(Clone, Debug, Default)]
pub struct WhatifOptions {
    /// Shares of growth.
    pub lifts: Vec<(usize, f64)>,
    /// Step rates.
    pub benchmarks: BTreeMap<usize, f64>,
    /// The level of all ranges.
    pub confidence: f64,
}

impl WhatifReport {
    /// The answer.
    pub fn new(findings: &Findings, ladder: &Ladder, options: &WhatifOptions) -> WhatifReport {
        let tally = &findings.tally;
        let lifts: Vec<LiftReport> =
            options.lifts.iter().map(|&(step, lift)| lifted(tally, ladder, step, lift)).collect();
        // Of nobody there comes more than one order, and more people enter only where the entry is lifted.
        let most = lifts.iter().filter(|lift| lift.rate.is_none()).map(|lift| 1.0 + lift.growth);
        let most = most.product::<f64>() * tally.entered as f64;
        let growth = |part: f64| {
            let growth = lifts.iter().map(|lift| 1.0 + lift.growth * part).product::<f64>();
            if tally.converted > 0 { growth.min(most / tally.converted as f64) } else { growth }
        };
        let (full, quarter) = (growth(1.0), growth(QUARTER));
        let now = conversion(tally, options.confidence);
        let orders = |share: f64| (share * tally.entered as f64 * full).min(most);
        let value = |worth: &Worth| {
            let times = |growth: f64| rounded(worth.sum * growth);
            Some(RevenueWithLift {
                currency: worth.currency.code().map(str::to_owned),
                now: times(1.0)?,
                with_full_pass_through: times(full)?,
                with_quarter_pass_through: times(quarter)?,
            })
        };
        let mut report = WhatifReport {
            schema: SCHEMA,
            unit: super::header::count_name(ladder.count),
            orders: OrdersWithLift {
                now: tally.converted,
                with_full_pass_through: tally.converted as f64 * full,
                with_quarter_pass_through: tally.converted as f64 * quarter,
                low: now.low.map(orders),
                high: now.high.map(orders),
            },
            revenue: worths(&tally.worth, options.confidence).iter().filter_map(value).collect(),
            steps: headrooms(findings, ladder, options),
            lifts,
            confidence: options.confidence,
        };
        if unknown_orders::are_unknown_to(findings, ladder) {
            unknown_orders::forget_of_whatif(&mut report, ladder);
        }
        report
    }
}

/// The step rate of a step: over the previous one that is not optional.
fn step_rate(tally: &Tally, ladder: &Ladder, step: usize, confidence: f64) -> Option<Rate> {
    step_rates(tally, ladder, step, confidence).step
}

fn lifted(tally: &Tally, ladder: &Ladder, step: usize, lift: f64) -> LiftReport {
    let rate = step_rate(tally, ladder, step, 0.95).and_then(|rate| rate.rate);
    let found = rate.map(|rate| chain::lift(rate, lift, 1.0));
    let is_beside = ladder.steps[step].presence == Presence::Optional;
    let growth = found.map_or(lift, |found| found.growth);
    let share = if is_beside { attributable(tally, step) } else { 1.0 };
    LiftReport {
        step: ladder.steps[step].name.clone(),
        lift,
        rate,
        lifted_rate: found.map(|found| found.rate),
        capped: found.is_some_and(|found| found.capped),
        growth: growth * share,
        model: if is_beside { "attributable" } else { "chain" },
    }
}

/// The share of orders that go with a step beside the way, never less than none.
fn attributable(tally: &Tally, step: usize) -> f64 {
    let counts = tally.steps.get(step).cloned().unwrap_or_default();
    let misses = |reached: u64, converted: u64| reached.saturating_sub(converted);
    let table = Fourfold {
        with_hits: counts.converted,
        with_misses: misses(counts.reached, counts.converted),
        without_hits: tally.converted.saturating_sub(counts.converted),
        without_misses: misses(
            tally.entered.saturating_sub(counts.reached),
            tally.converted.saturating_sub(counts.converted),
        ),
    };
    table.attributable().unwrap_or(0.0).max(0.0)
}

fn headrooms(findings: &Findings, ladder: &Ladder, options: &WhatifOptions) -> Vec<HeadroomReport> {
    let tally = &findings.tally;
    let converted = tally.converted as f64;
    let whole = (converted / tally.entered as f64).ln();
    let firm =
        (1..ladder.steps.len()).filter(|&step| ladder.steps[step].presence != Presence::Optional);
    let headroom = |step: usize| {
        let rate = step_rate(tally, ladder, step, options.confidence)?;
        let benchmark = benchmark(findings, ladder, step, options);
        let room = benchmark
            .as_ref()
            .and_then(|(benchmark, _)| chain::headroom(rate.hits, rate.base, *benchmark))
            // Without orders nobody knows how many more there would be.
            .filter(|_| tally.converted > 0);
        let share = rate.rate.filter(|rate| *rate > 0.0).map(|rate| rate.ln() / whole);
        Some(HeadroomReport {
            name: ladder.steps[step].name.clone(),
            step_rate: rate,
            benchmark: benchmark.as_ref().map(|(benchmark, _)| *benchmark),
            benchmark_from: benchmark.map(|(_, from)| from),
            extra_orders_at_benchmark: room.map(|room| room.growth * converted),
            extra_orders_with_quarter: room.map(|room| room.growth * converted * QUARTER),
            probability_below: room.map(|room| room.probability_below),
            extra_orders_per_point: rate
                .rate
                .filter(|rate| *rate > 0.0 && *rate <= 1.0 - POINT)
                .map(|rate| converted * POINT / rate),
            share_of_loss: share.filter(|share| share.is_finite()),
        })
    };
    let mut steps: Vec<HeadroomReport> = firm.filter_map(headroom).collect();
    let rank = |step: &HeadroomReport| step.extra_orders_at_benchmark.unwrap_or(-1.0);
    steps.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    steps
}

/// What a step's rate could be, and where that is from: given, else found in the store's own data.
fn benchmark(
    findings: &Findings,
    ladder: &Ladder,
    step: usize,
    options: &WhatifOptions,
) -> Option<(f64, String)> {
    if let Some(&given) = options.benchmarks.get(&step) {
        return Some((given, "given".to_owned()));
    }
    let (rate, from) = benchmark::own(findings, ladder.base_of(step)?, step)?;
    Some((rate, said(&from)))
}

fn said(from: &Source) -> String {
    match from {
        Source::Group { by, value } => format!("best segment, {by}={value}"),
        Source::Period { ago: 0 } => "best period, the last four weeks".to_owned(),
        Source::Period { ago } => {
            format!("best period, the four weeks {} weeks before the end", (ago + 1) * 4)
        }
    }
}

impl Answer for WhatifReport {
    fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        if !self.lifts.is_empty() {
            sheets.push(self.lift_sheet());
        }
        sheets.push(self.headroom_sheet());
        sheets
    }
}

impl WhatifReport {
    fn lift_sheet(&self) -> Sheet {
        let columns = vec![
            left("", 0).called("what"),
            left("currency", 0).only_for_programs(),
            right("now", 0),
            right("a quarter arrives", 0),
            right("all of it arrives", 0),
            right("range", 0).of_bounds().only_for_programs(),
        ];
        let mut sheet = Sheet::new("What if", columns);
        let named = self.lifts.iter().map(|lift| {
            let capped = if lift.capped { " (as far as it can)" } else { "" };
            format!("{} {}{capped}", lift.step, words::points_of_share(lift.lift))
        });
        sheet.lead = vec![format!("{}.", named.collect::<Vec<String>>().join(", "))];
        let number = |orders: f64| Cell::Number(Some(orders), Measure::Mean);
        sheet.rows.push(vec![
            Cell::Word { said: "orders".to_owned(), code: "orders" },
            Cell::Empty,
            Cell::Count(self.orders.now),
            number(self.orders.with_quarter_pass_through),
            number(self.orders.with_full_pass_through),
            Cell::Bounds(self.orders.low, self.orders.high, Measure::Mean),
        ]);
        for value in &self.revenue {
            let currency = value.currency.as_deref();
            sheet.rows.push(vec![
                Cell::Word {
                    said: currency.unwrap_or("(unknown currency)").to_owned(),
                    code: "value",
                },
                currency.map_or(Cell::Empty, |code| Cell::Text(code.to_owned())),
                Cell::Money(Some(value.now)),
                Cell::Money(Some(value.with_quarter_pass_through)),
                Cell::Money(Some(value.with_full_pass_through)),
                Cell::Empty,
            ]);
        }
        if let (Some(low), Some(high)) = (self.orders.low, self.orders.high) {
            sheet.notes.push(format!(
                "{} of the last: {} to {} orders.",
                words::range_name(self.confidence),
                words::mean(Some(low)),
                words::mean(Some(high))
            ));
        }
        sheet.notes.push(
            "Additional people are less keen than those who come anyway: the truth lies between the two."
                .to_owned(),
        );
        sheet
    }

    fn headroom_sheet(&self) -> Sheet {
        let columns = vec![
            left("step", 0),
            right("of prev", 0),
            right(&words::range_name(self.confidence), 2).of_bounds(),
            right("could be", 0),
            right("more orders", 0).means(
                "to be expected if it were, as far as the step's own rate is known, and everybody went on as before",
            ),
            right("a quarter of it", 1),
            right("per point", 3).means("more orders with one percentage point more"),
            left("from", 1),
        ];
        let mut sheet = Sheet::new("Which step has room", columns);
        let number = |orders: Option<f64>| {
            orders.map_or(Cell::Empty, |orders| Cell::Number(Some(orders), Measure::Mean))
        };
        for step in &self.steps {
            sheet.rows.push(vec![
                Cell::Text(step.name.clone()),
                Cell::Share(step.step_rate.rate),
                Cell::Range(step.step_rate.low, step.step_rate.high),
                Cell::Share(step.benchmark),
                number(step.extra_orders_at_benchmark),
                number(step.extra_orders_with_quarter),
                number(step.extra_orders_per_point),
                step.benchmark_from.clone().map_or(Cell::Empty, Cell::Text),
            ]);
        }
        if self.steps.iter().all(|step| step.benchmark.is_none()) {
            sheet.notes.push(
                "Nothing to compare with: give --benchmark 'STEP=RATE', or --by with groups of 200 or more."
                    .to_owned(),
            );
        }
        sheet
    }
}
