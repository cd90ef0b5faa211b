//! The options of commands that ask statistical questions: of the data, or of bare numbers.

use super::OutputArgs;
use clap::{Args, Subcommand, ValueEnum};

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
