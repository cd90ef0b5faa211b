//! Why a rate and the value of the orders changed, exactly split: rate and mix effects by group, and the
//! factors of revenue.

use crate::analysis::rate::Rate;
use crate::findings::{BreakdownFinding, GroupName, SideFinding};
use crate::ladder::definition::Ladder;
use crate::money::{Amount, Currency};
use crate::report::orders::{as_text, rounded};
use crate::stats::mean::Moments;
use crate::stats::mix::{self, Part};
use crate::stats::special::two_sided_z;
use crate::tally::{GroupTally, Tally};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The change of the last step's rate, split over the groups of a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DecompositionReport {
    /// The dimension.
    pub by: String,
    /// At which point of a journey its value is taken.
    pub at: String,
    /// Because groups converted more or less.
    pub rate_effect: f64,
    /// The lower bound of that.
    pub rate_effect_low: f64,
    /// The upper bound of that.
    pub rate_effect_high: f64,
    /// Because the weights of groups changed.
    pub mix_effect: f64,
    /// The difference at equal weights (Mantel, Haenszel).
    pub adjusted_difference: Option<f64>,
    /// How far weights shifted (population stability index, with half a journey more in every group); above 0.1 worth a look.
    pub shift: f64,
    /// Whether the rates moved one way and the total the other, be it by chance.
    pub is_reversed: bool,
    /// One a group; their effects add up to those of the whole.
    pub segments: Vec<SegmentChange>,
}

impl DecompositionReport {
    /// Whether the rates moved beyond chance, and the total the other way.
    pub(super) fn is_surely_reversed(&self) -> bool {
        self.is_reversed && (self.rate_effect_low > 0.0 || self.rate_effect_high < 0.0)
    }
}

/// What one group contributes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SegmentChange {
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// Its rate in a.
    pub a: Rate,
    /// Its rate in b.
    pub b: Rate,
    /// Because its own rate changed.
    pub rate_effect: f64,
    /// Because its weight changed.
    pub mix_effect: f64,
}

/// The splits of all dimensions.
pub(super) fn decompositions(
    a: &SideFinding,
    b: &SideFinding,
    confidence: f64,
) -> Vec<DecompositionReport> {
    let pairs = a.breakdowns.iter().zip(&b.breakdowns);
    pairs.filter_map(|(a, b)| decomposition(a, b, confidence)).collect()
}

/// The converted and the entered on both sides.
type Counts = [(u64, u64); 2];

fn decomposition(
    a: &BreakdownFinding,
    b: &BreakdownFinding,
    confidence: f64,
) -> Option<DecompositionReport> {
    // A value may be called as the others together are.
    let mut groups: BTreeMap<(bool, Option<String>), Counts> = BTreeMap::new();
    for (side, finding) in [a, b].into_iter().enumerate() {
        for group in &finding.groups {
            let name = match &group.name {
                GroupName::Value(text) => (false, Some(text.clone())),
                GroupName::Other(_) => (true, Some("(other)".to_owned())),
                GroupName::Unknown => (false, None),
            };
            let GroupTally { entered, converted, .. } = group.tally;
            groups.entry(name).or_default()[side] = (converted, entered);
        }
    }
    let parts: Vec<Part> = groups.values().map(|&[before, after]| Part { before, after }).collect();
    let split = mix::kitagawa(&parts)?;
    let spread = two_sided_z(confidence)? * split.error;
    // Half a journey more in every group, or one that is new or gone would be no shift at all.
    let weights = |side: usize| {
        let counts = groups.values().map(|sides| sides[side].1 as f64 + 0.5);
        let all: f64 = counts.clone().sum();
        counts.map(|count| count / all).collect::<Vec<f64>>()
    };
    let rate = |(hits, base): (u64, u64)| Rate::of(hits, base, confidence);
    let segments =
        groups.iter().zip(&split.parts).map(|(((_, value), sides), part)| SegmentChange {
            value: value.clone(),
            a: rate(sides[0]),
            b: rate(sides[1]),
            rate_effect: part.rate,
            mix_effect: part.mix,
        });
    Some(DecompositionReport {
        by: a.by.clone(),
        at: a.at.clone(),
        rate_effect: split.rate_effect,
        rate_effect_low: split.rate_effect - spread,
        rate_effect_high: split.rate_effect + spread,
        mix_effect: split.mix_effect,
        adjusted_difference: mix::mantel_haenszel(&parts),
        shift: mix::stability(&weights(0), &weights(1)),
        is_reversed: split.is_reversed(),
        segments: segments.collect(),
    })
}

/// Why the value of the orders changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RevenueReport {
    /// The three-letter code; `None` if no row says it.
    pub currency: Option<String>,
    /// The value of the orders of converted journeys in a.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub a: Amount,
    /// The same in b.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub b: Amount,
    /// What each factor contributes; together they are b − a, but for rounding. None where the currency
    /// is new or gone.
    pub factors: Vec<FactorReport>,
    /// Whether half a journey was added to every count, because one of them was nought.
    pub smoothed: bool,
}

/// One factor of revenue.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FactorReport {
    /// `entries`, a step's name, `share of orders in EUR` (where there are several currencies), or `order
    /// value`.
    pub name: String,
    /// Its contribution.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub amount: Amount,
}

/// The value of converted journeys as entries × step rates × order value, and what each did. Orders of two
/// currencies share their journeys: there each currency has its own split, with its share of the orders as
/// a further factor, and currencies are never added.
pub(super) fn revenues(a: &Tally, b: &Tally, ladder: &Ladder) -> Vec<RevenueReport> {
    let currencies: BTreeSet<Currency> = a.worth.keys().chain(b.worth.keys()).copied().collect();
    let shared = currencies.len() > 1;
    let report = |currency: Currency| revenue((currency, shared), a, b, ladder);
    currencies.into_iter().filter_map(report).collect()
}

fn revenue(
    (currency, shared): (Currency, bool),
    a: &Tally,
    b: &Tally,
    ladder: &Ladder,
) -> Option<RevenueReport> {
    let worth = |tally: &Tally| tally.worth.get(&currency).copied().unwrap_or_default();
    let firm: Vec<usize> = (0..ladder.steps.len())
        .filter(|&step| {
            step == 0
                || ladder.steps[step].presence != crate::ladder::definition::Presence::Optional
        })
        .collect();
    let reached = |tally: &Tally| -> Vec<u64> {
        firm.iter().map(|&step| tally.steps.get(step).map_or(0, |s| s.reached)).collect()
    };
    let has_none = |tally: &&Tally| shared && worth(tally).count == 0;
    let is_zero = [a, b].iter().any(|tally| reached(tally).contains(&0) || has_none(tally));
    let half = if is_zero { 0.5 } else { 0.0 };
    let factors = |tally: &Tally, worth: Moments| -> Option<Vec<f64>> {
        let counts: Vec<f64> =
            reached(tally).into_iter().map(|count| count as f64 + half).collect();
        let mut factors = vec![*counts.first()?];
        factors.extend(counts.windows(2).map(|pair| pair[1] / pair[0]));
        let mut orders = *counts.last()?;
        if shared {
            let of_currency = worth.count as f64 + half;
            factors.push(of_currency / orders);
            orders = of_currency;
        }
        // By order, whether its value is known or not, so that the product is the revenue.
        factors.push(worth.sum as f64 / orders);
        Some(factors)
    };
    let parts = mix::log_mean_split(&factors(a, worth(a))?, &factors(b, worth(b))?);
    // What is new or gone has nothing to split, but is no less there.
    let parts = parts.unwrap_or_default();
    let steps = firm.iter().skip(1).map(|&step| ladder.steps[step].name.clone());
    let names = std::iter::once("entries".to_owned()).chain(steps);
    let code = currency.code().map(str::to_owned);
    let share = format!("share of orders in {}", code.as_deref().unwrap_or("an unknown currency"));
    let names = names.chain(shared.then_some(share)).chain(["order value".to_owned()]);
    Some(RevenueReport {
        smoothed: is_zero && !parts.is_empty(),
        currency: code,
        a: Amount(worth(a).sum),
        b: Amount(worth(b).sum),
        factors: names
            .zip(parts)
            .filter_map(|(name, part)| Some(FactorReport { name, amount: rounded(part)? }))
            .collect(),
    })
}
