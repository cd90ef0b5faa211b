//! The options of commands that ask statistical questions: of the data, or of bare numbers.

use super::{LadderArgs, OutputArgs, ReadingArgs};
use clap::{Args, Subcommand, ValueEnum, ValueHint};

/// What to calculate from bare numbers.
#[derive(Debug, Subcommand)]
pub enum CalcCommand {
    /// The range of a rate, and how it stands to a target
    Interval(CalcIntervalArgs),
    /// Two rates against each other: difference, ratio, p-value, and what could have been seen
    Compare(CalcCompareArgs),
    /// How many visitors it takes to see an effect
    SampleSize(CalcSampleSizeArgs),
}

/// Options of `funnel calc interval`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel calc interval 12/800
  funnel calc interval 0/150 --target 1%
  funnel calc interval 81/263 --method clopper-pearson --confidence 0.99")]
pub struct CalcIntervalArgs {
    /// Conversions and visitors: 12/800
    #[arg(value_name = "HITS/BASE", value_parser = fraction)]
    pub counts: Fraction,
    /// How the range is made
    #[arg(long, value_enum, default_value = "wilson")]
    pub method: MethodArg,
    /// A rate to be held against: 1%
    #[arg(long, value_name = "RATE", default_value = "1%", value_parser = share)]
    pub target: f64,
    /// The level of the range
    #[arg(long, default_value = "0.95", value_parser = super::confidence)]
    pub confidence: f64,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `funnel calc compare`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel calc compare 120/10000 150/10000
  funnel calc compare 9/10 3/10 --format json")]
pub struct CalcCompareArgs {
    /// Conversions and visitors of the first group
    #[arg(value_name = "HITS/BASE", value_parser = fraction)]
    pub first: Fraction,
    /// Conversions and visitors of the second group
    #[arg(value_name = "HITS/BASE", value_parser = fraction)]
    pub second: Fraction,
    /// The relative effect that one would want to see
    #[arg(long, value_name = "SHARE", default_value = "20%", value_parser = share)]
    pub lift: f64,
    /// How probable it is that the first rate is the higher one, under Jeffreys' prior
    #[arg(long)]
    pub bayes: bool,
    /// The level of the ranges
    #[arg(long, default_value = "0.95", value_parser = super::confidence)]
    pub confidence: f64,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `funnel calc sample-size`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel calc sample-size --base 2% --lift 20%
  funnel calc sample-size --base 3% --lift 10% --power 0.9 --per-day 400")]
pub struct CalcSampleSizeArgs {
    /// The present rate: 2%
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub base: f64,
    /// The relative effect to be seen: 20% makes 2% into 2.4%
    #[arg(long, value_name = "SHARE", value_parser = signed_share)]
    pub lift: f64,
    /// The probability to see it if it is there
    #[arg(long, default_value = "0.8", value_parser = super::confidence)]
    pub power: f64,
    /// Visitors a day, both groups together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub per_day: Option<u64>,
    /// One less the probability to see an effect that is not there
    #[arg(long, default_value = "0.95", value_parser = super::confidence)]
    pub confidence: f64,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Hits and base as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// Conversions.
    pub hits: u64,
    /// Visitors; at least 1, and no fewer than the hits.
    pub base: u64,
}

/// How an interval is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodArg {
    /// Wilson's score interval
    Wilson,
    /// The same with a correction for continuity
    WilsonCc,
    /// Equal tails under Jeffreys' prior
    Jeffreys,
    /// Agresti and Coull
    AgrestiCoull,
    /// The exact interval, for audits
    ClopperPearson,
    /// Exact, with the observed count counted half
    MidP,
}

/// Reads `12/800`.
fn fraction(text: &str) -> Result<Fraction, String> {
    let expected = || "expected conversions and visitors, such as 12/800".to_string();
    let (hits, base) = text.split_once('/').ok_or_else(expected)?;
    let number = |text: &str| text.trim().replace(['_', ','], "").parse().map_err(|_| expected());
    let (hits, base): (u64, u64) = (number(hits)?, number(base)?);
    match base {
        0 => Err("without visitors there is no rate".to_string()),
        _ if hits > base => Err(format!(
            "{hits} conversions of {base} visitors: there cannot be more than visitors"
        )),
        _ => Ok(Fraction { hits, base }),
    }
}

/// Reads `2%` or `0.02`: above nought, at most 1.
fn share(text: &str) -> Result<f64, String> {
    signed_share(text).and_then(|share| {
        if share > 0.0 { Ok(share) } else { Err("expected more than nought".to_string()) }
    })
}

/// Reads `20%`, `-10%` or `0.2`.
pub fn signed_share(text: &str) -> Result<f64, String> {
    let expected = || "expected a share such as 20% or 0.2".to_string();
    let text = text.trim();
    let (digits, scale) = text.strip_suffix('%').map_or((text, 1.0), |text| (text, 100.0));
    let number: f64 = digits.trim().parse().map_err(|_| expected())?;
    let share = number / scale;
    if share.is_finite() && (-1.0..=10.0).contains(&share) && share.abs() > 0.0 {
        Ok(share)
    } else {
        Err(expected())
    }
}

/// What all questions of the data share.
#[derive(Debug, Args)]
pub struct QuestionArgs {
    /// Files, folders, or `-` for standard input; any mix of formats
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// The ladder and how to count
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
    /// Only entries from this day or time on: 2025-10-07, 2025-10-07T09:30
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only entries up to this day (included) or time; their windows run on past it
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Only journeys that are like this at their entry: device=mobile, country!=FR
    #[arg(long = "where", value_name = "DIMENSION=VALUE")]
    pub filters: Vec<String>,
    /// The level of all intervals
    #[arg(long, default_value = "0.95", value_parser = super::confidence)]
    pub confidence: f64,
}

/// Options of `funnel compare`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel compare exports/ --b 2025-09-01..2025-09-30
  funnel compare exports/ --a 2025-08-01..2025-08-31 --b 2025-09-01..2025-09-30 --by device
  funnel compare pixel.jsonl --a variant=control --b variant=new --expect 50:50
  funnel compare --a old/ --b new/")]
pub struct CompareArgs {
    /// What the second side is held against: a period FROM..TO, a segment such as device=mobile, or a file or
    /// folder; `previous` (the days just before, the default) or `year-before` (the same weekdays)
    #[arg(long, value_name = "PERIOD|SEGMENT|FILE", default_value = "previous")]
    pub a: Vec<String>,
    /// What is compared: a period, a segment, or a file or folder
    #[arg(long, required = true, value_name = "PERIOD|SEGMENT|FILE")]
    pub b: Vec<String>,
    /// Split the change into rate and mix effects by this dimension; repeat it
    #[arg(long, value_name = "DIMENSION[@WHEN]")]
    pub by: Vec<String>,
    /// How visitors should have been shared among two variants: 50:50
    #[arg(long, value_name = "A:B")]
    pub expect: Option<String>,
    /// Exit with 1 if the rate of the last step is lower in b than in a, beyond chance
    #[arg(long)]
    pub fail_if_lower: bool,
    /// What all questions share
    #[command(flatten)]
    pub question: CompareQuestionArgs,
}

/// What all questions share, with files that may be missing.
#[derive(Debug, Args)]
pub struct CompareQuestionArgs {
    /// Files, folders, or `-` for standard input; none where --a and --b are files
    #[arg(value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// The ladder and how to count
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
    /// Only journeys that are like this at their entry: device=mobile, country!=FR
    #[arg(long = "where", value_name = "DIMENSION=VALUE")]
    pub filters: Vec<String>,
    /// The level of all intervals
    #[arg(long, default_value = "0.95", value_parser = super::confidence)]
    pub confidence: f64,
}

/// Options of `funnel drivers`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel drivers pixel.jsonl orders_export.csv
  funnel drivers events.csv --step 'Visit=page' --step 'Order=buy' --action 'Video=video_played'")]
pub struct DriversArgs {
    /// What all questions share
    #[command(flatten)]
    pub question: QuestionArgs,
}

/// The dimensions that make groups where nobody says which.
pub const GROUPS: [&str; 3] = ["device", "source", "returning"];

/// Options of `funnel segments`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel segments pixel.jsonl --by device --by source
  funnel segments events.csv --by country --by returning --top 10")]
pub struct SegmentsArgs {
    /// Dimensions that make the groups; each alone and each two together
    #[arg(long, value_name = "DIMENSION[@WHEN]", default_values = GROUPS)]
    pub by: Vec<String>,
    /// Groups that are shown; all are tested
    #[arg(long, value_name = "N", default_value = "20")]
    pub top: usize,
    /// What all questions share
    #[command(flatten)]
    pub question: QuestionArgs,
}

/// Options of `funnel exits`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel exits pixel.jsonl orders_export.csv
  funnel exits exports/ --ladder ladder.toml --where device=mobile")]
pub struct ExitsArgs {
    /// Events that are named at each step; further ones are counted together
    #[arg(long, value_name = "N", default_value = "5")]
    pub top: usize,
    /// What all questions share
    #[command(flatten)]
    pub question: QuestionArgs,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EveryArg {
    /// A day
    Day,
    /// A week, Monday to Sunday
    Week,
    /// A month of the calendar
    Month,
}

/// Options of `funnel trend`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel trend exports/ --every week
  funnel trend pixel.jsonl --every day --since 2025-09-01 --format json")]
pub struct TrendArgs {
    /// The length of a period
    #[arg(long, value_enum, default_value = "week")]
    pub every: EveryArg,
    /// What all questions share
    #[command(flatten)]
    pub question: QuestionArgs,
}

/// Options of `funnel whatif`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel whatif exports/ --lift 'Add to cart=20%'
  funnel whatif exports/ --lift 'Product=10%' --benchmark 'Add to cart=8%'")]
pub struct WhatifArgs {
    /// A step and by how much more of those before it would reach it; repeat it
    #[arg(long, value_name = "STEP=SHARE")]
    pub lift: Vec<String>,
    /// A step and the step rate that it could have; without it the store's own best four weeks
    #[arg(long, value_name = "STEP=RATE")]
    pub benchmark: Vec<String>,
    /// A dimension whose best group is the benchmark
    #[arg(long, value_name = "DIMENSION")]
    pub by: Option<String>,
    /// What all questions share
    #[command(flatten)]
    pub question: QuestionArgs,
}

/// Options of `funnel check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel check exports/ --that 'rate(Order) >= 0.01' --that 'reached(Checkout) > 10'
  funnel check exports/ --that 'quality.set_aside_share < 0.05' --quiet
  funnel check pixel.jsonl --anomalies day

Conditions: rate(STEP) of all journeys, step_rate(STEP) of the step before, reached(STEP), and
quality.set_aside_share, quality.rows_read, quality.rows_used, quality.rows_set_aside; with <, <=, >, >=, ==, !=.
Exit code 1 when a condition fails or the latest period is odd, with one line for each reason.")]
pub struct CheckArgs {
    /// A condition that must hold; repeat it
    #[arg(long, value_name = "CONDITION", required_unless_present = "anomalies")]
    pub that: Vec<String>,
    /// Whether the last complete day (or week) is odd against those before it
    #[arg(long, value_enum, value_name = "EVERY")]
    pub anomalies: Option<AnomaliesArg>,
    /// False alarms a month that are acceptable
    #[arg(long, value_name = "N", default_value = "0.5")]
    pub false_alarms: f64,
    /// A condition on a rate fails only if it fails beyond chance, however often one looks (`always_valid`)
    #[arg(long)]
    pub beyond_chance: bool,
    /// What all questions share
    #[command(flatten)]
    pub question: QuestionArgs,
}

/// The length of a period that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnomaliesArg {
    /// A day
    Day,
    /// A week, Monday to Sunday
    Week,
}
