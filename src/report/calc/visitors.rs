//! How many visitors it takes to tell one rate from another, and how long they take to come.
//!
//! Beside the other questions of people who have only the numbers: this one is asked before there are any.

use super::SAMPLE_SIZE;
use crate::report::answer::Answer;
use crate::report::sheet::{Cell, Sheet, left, right};
use crate::report::words;
use crate::stats::sample_size::Design;
use schemars::JsonSchema;
use serde::Serialize;

/// How many visitors it takes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CalcSampleSize {
    /// The version of the keys.
    #[schemars(extend("const" = SAMPLE_SIZE))]
    pub schema: &'static str,
    /// The present rate.
    pub rate: f64,
    /// The rate to be told from it.
    pub other: f64,
    /// Visitors in each group; `None` where there is nothing to tell.
    pub per_group: Option<u64>,
    /// Both groups together.
    pub total: Option<u64>,
    /// How long that takes at some numbers of visitors a day.
    pub days_at: Vec<DaysAt>,
    /// The probability to see the effect.
    pub power: f64,
    /// One less the probability to see one that is not there.
    pub confidence: f64,
}

/// How long it takes with so many visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DaysAt {
    /// Visitors a day, both groups together.
    pub visitors_per_day: u64,
    /// Days.
    pub days: u64,
}

/// More than half a year is no plan.
const TOO_LONG: u64 = 180;

impl CalcSampleSize {
    /// The answer.
    pub fn new(rate: f64, lift: f64, design: Design, per_day: Option<u64>) -> CalcSampleSize {
        let other = rate * (1.0 + lift);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of visitors; what is too large is the largest"
        )]
        let per_group = design.each_group(rate, other).map(|needed| needed.ceil() as u64);
        let total = per_group.map(|each| each.saturating_mul(2));
        let usual = per_day.map_or_else(|| vec![100, 300, 1000, 3000, 10_000], |own| vec![own]);
        let at = |visitors_per_day: u64| {
            Some(DaysAt { visitors_per_day, days: total?.div_ceil(visitors_per_day) })
        };
        CalcSampleSize {
            schema: SAMPLE_SIZE,
            rate,
            other,
            per_group,
            total,
            days_at: usual.into_iter().filter_map(at).collect(),
            power: design.power,
            confidence: 1.0 - design.alpha,
        }
    }
}

impl Answer for CalcSampleSize {
    fn sheets(&self) -> Vec<Sheet> {
        let columns = vec![
            right("visitors a day", 0),
            right("days", 0),
            left("", 0).called("remark"),
            right("visitors per group", 0).only_for_programs(),
        ];
        let mut sheet = Sheet::new("", columns);
        let (rate, other) = words::percents_apart(Some(self.rate), Some(self.other));
        sheet.lead = vec![match (self.per_group, self.total) {
            (Some(each), Some(all)) => format!(
                "To tell {other} from {rate} takes {} visitors in each of two groups, {} together.",
                words::count(each),
                words::count(all)
            ),
            _ if self.other > 1.0 => {
                format!("A rate of {rate} cannot rise to {other}: that would be more than all.")
            }
            _ => format!("{other} cannot be told from {rate} with any number of visitors."),
        }];
        for at in &self.days_at {
            let (said, code) = if at.days > TOO_LONG {
                ("not with this traffic: watch an earlier step, or a bigger change", "too_long")
            } else {
                ("", "")
            };
            sheet.rows.push(vec![
                Cell::Count(at.visitors_per_day),
                Cell::Count(at.days),
                Cell::Word { said: said.to_owned(), code },
                self.per_group.map_or(Cell::Empty, Cell::Count),
            ]);
        }
        vec![sheet]
    }
}
