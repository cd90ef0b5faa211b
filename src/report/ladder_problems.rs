//! What speaks against a ladder, in words: one plain sentence for each finding, with its numbers.
//!
//! Codes are stable; sentences are for people and may change. What is a finding is decided in
//! `analysis::escalation`.

use super::ladder_check::ProblemReport;
use super::words;
use crate::analysis::escalation::{Escalation, Finding, PairSeen};
use crate::ladder::definition::Ladder;
use crate::ladder::vocabulary;
use crate::stats::scale::Scale;

/// What the sentences need to know.
pub(super) struct Wording<'w> {
    pub(super) ladder: &'w Ladder,
    /// `None` without data.
    pub(super) seen: Option<&'w Escalation>,
    /// The event names that occur.
    pub(super) names: Vec<String>,
}

impl Wording<'_> {
    fn name(&self, step: usize) -> &str {
        &self.ladder.steps[step].name
    }

    /// A finding with its code and its sentence.
    pub(super) fn problem(&self, finding: &Finding) -> ProblemReport {
        let (code, step, message) = match finding {
            Finding::AskFalls { before, step } => {
                ("ask_falls", Some(*step), self.ask_falls(*before, *step))
            }
            Finding::NeverOccurs(step) => ("never_occurs", Some(*step), self.never(*step)),
            Finding::OutOfOrder(pair) => ("out_of_order", Some(pair.after), self.reversed(pair)),
            Finding::Undetermined(pair) => {
                ("order_undetermined", Some(pair.after), self.undetermined(pair))
            }
            Finding::TooFewForOrder(pairs) => ("few_for_order", None, self.few_for_order(pairs)),
            Finding::ReachRises { before, step, .. } => {
                ("reach_rises", Some(*step), self.rises(*before, *step))
            }
            Finding::TooFewForScale(customers) => (
                "few_customers",
                None,
                format!(
                    "Only {} {}: too few to say whether the requests escalate.",
                    words::count(*customers),
                    words::people("customer", *customers)
                ),
            ),
            Finding::WeakScale(scale) => ("weak_scale", None, weak(scale)),
            Finding::BrokenPair { harder, .. } => {
                ("broken_pair", Some(*harder), self.broken(finding))
            }
            Finding::LargeLeap { before, step } => {
                ("large_leap", Some(*step), self.leap(*before, *step))
            }
            Finding::Redundant { before, step } => {
                ("redundant", Some(*step), self.redundant(*before, *step))
            }
        };
        ProblemReport { code, step: step.map(|step| self.name(step).to_owned()), message }
    }

    fn ask_falls(&self, before: usize, step: usize) -> String {
        let ask = |step: usize| self.ladder.steps[step].ask.unwrap_or_default();
        format!(
            "`{}` asks for less ({}) than `{}` before it ({}): requests should become larger along the ladder.",
            self.name(step),
            ask(step),
            self.name(before),
            ask(before)
        )
    }

    fn never(&self, step: usize) -> String {
        let condition = &self.ladder.steps[step].condition;
        let wanted: Vec<&str> = condition.event.exact_names().collect();
        let missing: Vec<&&str> =
            wanted.iter().filter(|name| !self.names.iter().any(|seen| seen == **name)).collect();
        let times = self.ladder.twins()[step] + 1;
        let step = self.name(step);
        if missing.is_empty() && times > 1 {
            return format!(
                "No customer ever did `{step}`: nobody did what it asks for {times} times."
            );
        }
        if missing.is_empty() {
            let why = if condition.filter.is_empty() {
                "no row of its events counts"
            } else {
                "no row meets its conditions"
            };
            return format!("No customer ever did `{step}`: {why}.");
        }
        let hints: Vec<String> = missing
            .iter()
            .map(|name| {
                let near = vocabulary::nearest(name, self.names.iter().map(String::as_str));
                let near = near.map(|near| format!("; did you mean `{near}`?"));
                format!("nothing in the data is named `{name}`{}", near.unwrap_or_default())
            })
            .collect();
        let sentence = format!("No customer ever did `{step}`: {}", hints.join(", "));
        if sentence.ends_with('?') { sentence } else { sentence + "." }
    }

    fn reversed(&self, pair: &PairSeen) -> String {
        format!(
            "`{}` usually comes before `{}`, but stands behind it in the ladder: {}.",
            self.name(pair.after),
            self.name(pair.before),
            self.firsts(pair)
        )
    }

    fn undetermined(&self, pair: &PairSeen) -> String {
        format!(
            "The data do not say whether `{}` or `{}` comes first: {}.",
            self.name(pair.before),
            self.name(pair.after),
            self.firsts(pair)
        )
    }

    fn firsts(&self, pair: &PairSeen) -> String {
        let tied = match pair.count.tied {
            0 => String::new(),
            tied => format!(" and {} did both at the same moment", words::count(tied)),
        };
        format!(
            "of the {} customers who did both, {} did `{}` first{tied}",
            words::count(pair.count.both),
            words::count(pair.count.first),
            self.name(pair.before)
        )
    }

    fn few_for_order(&self, pairs: &[PairSeen]) -> String {
        let names: Vec<String> = pairs
            .iter()
            .map(|pair| {
                let (before, after) = (self.name(pair.before), self.name(pair.after));
                format!("`{before}` and `{after}` ({})", words::count(pair.count.both))
            })
            .collect();
        format!("Too few customers did both to know which comes first: {}.", names.join(", "))
    }

    fn rises(&self, before: usize, step: usize) -> String {
        let reached =
            |step: usize| words::count(self.seen.map_or(0, |seen| seen.steps[step].reached));
        format!(
            "More customers do `{}` ({}) than `{}` before it ({}): the later step is the smaller request.",
            self.name(step),
            reached(step),
            self.name(before),
            reached(before)
        )
    }

    fn broken(&self, finding: &Finding) -> String {
        let Finding::BrokenPair { easier, harder, errors, did, h } = finding else {
            return String::new();
        };
        format!(
            "`{}` does not lead to `{}`: {} of the {} customers who did `{}` were never seen doing `{}` (H {}, a scale needs 0.30).",
            self.name(*easier),
            self.name(*harder),
            words::count(*errors),
            words::count(*did),
            self.name(*harder),
            self.name(*easier),
            words::ratio(Some(*h))
        )
    }

    fn leap(&self, before: usize, step: usize) -> String {
        let found = self.seen.map(|seen| &seen.steps[step]);
        format!(
            "From `{}` to `{}` is one large leap: {} of {} customers go on ({}), which is {} of all loss on the way. A smaller request between the two would show where they stop.",
            self.name(before),
            self.name(step),
            words::count(found.map_or(0, |found| found.rate.hits)),
            words::count(found.map_or(0, |found| found.rate.base)),
            words::percent(found.and_then(|found| found.rate.rate)),
            words::percent(found.and_then(|found| found.loss))
        )
    }

    fn redundant(&self, before: usize, step: usize) -> String {
        let found = self.seen.map(|seen| &seen.steps[step].together);
        format!(
            "Nearly everybody who did `{}` did `{}` too ({} of {}, surely more than {}): one of the two says little.",
            self.name(before),
            self.name(step),
            words::count(found.map_or(0, |found| found.hits)),
            words::count(found.map_or(0, |found| found.base)),
            words::percent(found.and_then(|found| found.low))
        )
    }
}

fn weak(scale: &Scale) -> String {
    format!(
        "The steps do not build on each other: {}. A ladder has H 0.30 and CS 0.60 or more.",
        measures(scale.h, scale.scalability, scale.reproducibility, scale.marginal_reproducibility)
    )
}

/// The four measures of a scale in words.
pub(super) fn measures(h: Option<f64>, scalability: Option<f64>, cr: f64, mmr: f64) -> String {
    let [h, scalability, cr, mmr] = [h, scalability, Some(cr), Some(mmr)].map(words::ratio);
    format!("H {h}, CS {scalability}, CR {cr} (MMR {mmr})")
}
