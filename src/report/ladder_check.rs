//! What `funnel ladder check` says: the contract `funnel.ladder_check/1`, and the same as a table.
//!
//! Every problem is a stable code, the step that it is about and a plain sentence with its numbers.
//! Numbers come from `analysis::escalation`; nothing here decides what is a problem.

use super::answer::Answer;
use super::document::{Document, Section};
use super::ladder_problems::{Wording, measures};
use super::sheet::{Cell, Sheet, left, right};
use super::words;
use crate::analysis::escalation::{Escalation, PairSeen, claims};
use crate::analysis::rate::Rate;
use crate::findings::Findings;
use crate::ladder::definition::{Ladder, Step};
use crate::stats::scale::Scale;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.ladder_check/1";

/// A ladder and what speaks against it, key by key as other programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LadderCheck {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The ladder's name.
    pub ladder: String,
    /// Customers that the ladder was held against; `None` without data.
    pub customers: Option<u64>,
    /// One a step.
    pub steps: Vec<CheckedStep>,
    /// All pairs of steps that somebody did both of; none without data.
    pub pairs: Vec<CheckedPair>,
    /// How well the steps form a scale; `None` without data.
    pub scale: Option<CheckedScale>,
    /// What speaks against the ladder.
    pub problems: Vec<ProblemReport>,
}

/// One step. Everything from data is `None` without data.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckedStep {
    /// The name.
    pub name: String,
    /// `required`, `optional` or `implied`.
    pub presence: &'static str,
    /// How large the request is, 1 to 10.
    pub ask: Option<u8>,
    /// Customers who ever did it, whatever the order and the window.
    pub observed: Option<u64>,
    /// With those whom a later step proves.
    pub reached: Option<u64>,
    /// Over those who reached the previous step that is not optional; `None` for the first step.
    pub rate: Option<Rate>,
    /// The share of all loss on the way; the shares of the steps add up to one.
    pub share_of_loss: Option<f64>,
}

/// The first occurrences of two steps.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckedPair {
    /// The step that the ladder has first.
    pub before: String,
    /// The step that the ladder has later.
    pub after: String,
    /// Customers who did both, each by an event of its own.
    pub both: u64,
    /// Of these, who did `before` first.
    pub before_first: u64,
    /// Of these, who did both at one instant.
    pub tied: u64,
    /// Customers who did both first by one and the same event.
    pub one_event: u64,
    /// The smoothed chance that `before` comes first.
    pub precedence: f64,
    /// `as_declared`, `reversed`, `undetermined`, `too_few` or `one_event`.
    pub order: &'static str,
}

/// The scale of the steps that are not optional.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckedScale {
    /// Customers.
    pub customers: u64,
    /// The steps of the scale, the one that should be the easiest first.
    pub steps: Vec<String>,
    /// Guttman's errors.
    pub errors: u64,
    /// Guttman's CR.
    pub reproducibility: f64,
    /// MMR: what CR would be by the reach of the steps alone.
    pub marginal_reproducibility: f64,
    /// Menzel's CS.
    pub scalability: Option<f64>,
    /// Loevinger's H.
    pub h: Option<f64>,
    /// Each two steps.
    pub pairs: Vec<CheckedScalePair>,
}

/// Two steps of a scale.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckedScalePair {
    /// The step that should be the easier one.
    pub easier: String,
    /// The step that should be the harder one.
    pub harder: String,
    /// Customers who did the harder one and not the easier one.
    pub errors: u64,
    /// How many that would be if the two had nothing to do with each other.
    pub expected: f64,
    /// Loevinger's H of the pair.
    pub h: Option<f64>,
}

/// Something that speaks against the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProblemReport {
    /// A stable code: `out_of_order`.
    pub code: &'static str,
    /// The step that it is about, if it is about one.
    pub step: Option<String>,
    /// One plain sentence or two.
    pub message: String,
}

impl LadderCheck {
    /// What a sound ladder says about itself, without data.
    pub fn of_ladder(ladder: &Ladder) -> LadderCheck {
        let wording = Wording { ladder, seen: None, names: Vec::new() };
        LadderCheck {
            schema: SCHEMA,
            ladder: ladder.name.clone(),
            customers: None,
            steps: ladder.steps.iter().map(step_alone).collect(),
            pairs: Vec::new(),
            scale: None,
            problems: claims(ladder).iter().map(|finding| wording.problem(finding)).collect(),
        }
    }

    /// The same, where the data are totals: there are no customers to hold the ladder against.
    pub fn of_totals(ladder: &Ladder) -> LadderCheck {
        let mut check = LadderCheck::of_ladder(ladder);
        check.problems.push(ProblemReport {
            code: "totals_only",
            step: None,
            message: "These data are totals: they do not say who did what, so they cannot be held against the ladder.".to_owned(),
        });
        check
    }

    /// The same, held against data.
    pub fn of_data(ladder: &Ladder, seen: &Escalation, findings: &Findings) -> LadderCheck {
        let name = |position: usize| ladder.steps[position].name.clone();
        let wording = Wording { ladder, seen: Some(seen), names: names_seen(findings) };
        LadderCheck {
            customers: Some(seen.customers),
            steps: ladder
                .steps
                .iter()
                .zip(&seen.steps)
                .map(|(step, found)| CheckedStep {
                    observed: Some(found.observed),
                    reached: Some(found.reached),
                    rate: found.rate.rate.map(|_| found.rate),
                    // Where nobody is lost it is a nought that has a sign.
                    share_of_loss: found.loss.map(|loss| if loss.abs() > 0.0 { loss } else { 0.0 }),
                    ..step_alone(step)
                })
                .collect(),
            pairs: seen
                .pairs
                .iter()
                .filter(|pair| pair.count.both + pair.count.together > 0)
                .map(|pair| CheckedPair::new(pair, &name))
                .collect(),
            scale: seen.scale.as_ref().map(|scale| CheckedScale::new(scale, &seen.scaled, &name)),
            problems: seen.findings.iter().map(|finding| wording.problem(finding)).collect(),
            ..LadderCheck::of_ladder(ladder)
        }
    }
}

impl Answer for LadderCheck {
    fn document(&self) -> Document {
        let problems: Vec<String> = self.problems.iter().map(|p| p.message.clone()).collect();
        let doubts = match (problems.is_empty(), self.customers) {
            (false, _) => Sheet { lead: problems, ..Sheet::new("Worth a look", Vec::new()) },
            (true, Some(_)) => {
                let lead = vec!["Nothing in the data speaks against it.".to_owned()];
                Sheet { lead, ..Sheet::new("", Vec::new()) }
            }
            (true, None) => Sheet::new("", Vec::new()),
        };
        let sections = [check_sheet(self), doubts].map(Section::from);
        Document {
            title: format!("The ladder {}", self.ladder),
            scope: check_headline(self),
            sections: sections.into_iter().filter(|section| !section.is_empty()).collect(),
            ..Document::default()
        }
    }
}

fn step_alone(step: &Step) -> CheckedStep {
    CheckedStep {
        name: step.name.clone(),
        presence: step.presence.name(),
        ask: step.ask,
        observed: None,
        reached: None,
        rate: None,
        share_of_loss: None,
    }
}

/// The event names that occur, raw and canonical, each once.
fn names_seen(findings: &Findings) -> Vec<String> {
    let events = findings.inputs.iter().flat_map(|input| &input.events);
    let mut names: Vec<String> =
        events.flat_map(|event| [Some(event.name.clone()), event.step.clone()]).flatten().collect();
    names.sort();
    names.dedup();
    names
}

impl CheckedPair {
    fn new(pair: &PairSeen, name: &impl Fn(usize) -> String) -> CheckedPair {
        CheckedPair {
            before: name(pair.before),
            after: name(pair.after),
            both: pair.count.both,
            before_first: pair.count.first,
            tied: pair.count.tied,
            one_event: pair.count.together,
            precedence: pair.count.share(),
            order: pair.order.name(),
        }
    }
}

impl CheckedScale {
    fn new(scale: &Scale, steps: &[usize], name: &impl Fn(usize) -> String) -> CheckedScale {
        CheckedScale {
            customers: scale.people,
            steps: steps.iter().map(|&step| name(step)).collect(),
            errors: scale.errors,
            reproducibility: scale.reproducibility,
            marginal_reproducibility: scale.marginal_reproducibility,
            scalability: scale.scalability,
            h: scale.h,
            pairs: scale
                .pairs
                .iter()
                .map(|pair| CheckedScalePair {
                    easier: name(steps[pair.easier]),
                    harder: name(steps[pair.harder]),
                    errors: pair.errors,
                    expected: pair.expected,
                    h: pair.h,
                })
                .collect(),
        }
    }
}

/// Fewer customers than this make any scale by chance.
const FEW: u64 = 20;

/// The sentences above the table.
pub fn check_headline(check: &LadderCheck) -> Vec<String> {
    let steps = check.steps.len();
    let mut lines = vec![format!("The ladder `{}` can be counted: {steps} steps.", check.ladder)];
    if let Some(customers) = check.customers {
        lines.push(format!(
            "Held against what {} {} did at all, whatever the order and the window.",
            words::count(customers),
            words::people("customer", customers)
        ));
    }
    if let Some(scale) = &check.scale {
        let are_few = check.customers.is_some_and(|customers| customers < FEW);
        let strength = match scale.h {
            _ if are_few => "too few customers to judge it by",
            None => "nothing to judge it by",
            Some(h) if h >= 0.5 => "a strong scale",
            Some(h) if h >= 0.4 => "a medium scale",
            Some(h) if h >= 0.3 => "a weak scale",
            Some(_) => "no scale",
        };
        let measures = measures(
            scale.h,
            scale.scalability,
            scale.reproducibility,
            scale.marginal_reproducibility,
        );
        lines.push(format!("As a scale of growing requests: {strength}; {measures}."));
    }
    lines
}

/// One row a step; without rows if there were no data.
pub fn check_sheet(check: &LadderCheck) -> Sheet {
    let columns = vec![
        left("step", 0),
        right("did it", 0),
        right("reached", 0).means("did it, or did what proves it"),
        right("of the step before", 0),
        right("loss", 0).means("share of all loss on the way, on a scale where rates add up"),
    ];
    let row = |step: &CheckedStep| {
        Some(vec![
            Cell::Text(step.name.clone()),
            Cell::Count(step.observed?),
            Cell::Count(step.reached?),
            Cell::Share(step.rate.and_then(|rate| rate.rate)),
            Cell::Share(step.share_of_loss),
        ])
    };
    Sheet {
        title: "Steps".to_owned(),
        columns,
        lead: Vec::new(),
        rows: check.steps.iter().filter_map(row).collect(),
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::escalation::escalation;
    use crate::event::StepSet;
    use crate::findings::{EventFinding, InputFinding};
    use crate::ladder::draft;
    use crate::sightings::Sightings;
    use crate::stats::precedence::PairCount;

    fn ladder() -> Ladder {
        let text = "name = 'Tea'\n[[step]]\nname = 'Look'\nevent = 'look'\nask = 3\n[[step]]\nname = 'Taste'\nevent = 'tast'\n\
            [[step]]\nname = 'Buy'\nevent = 'buy'\nask = 2\n";
        draft::from_toml("l.toml", text).unwrap()
    }

    #[test]
    fn a_ladder_alone() {
        let check = LadderCheck::of_ladder(&ladder());
        assert_eq!(check_headline(&check), ["The ladder `Tea` can be counted: 3 steps."]);
        assert!(check_sheet(&check).rows.is_empty());
        let problems: Vec<_> = check
            .problems
            .iter()
            .map(|p| (p.code, p.step.as_deref(), p.message.as_str()))
            .collect();
        assert_eq!(
            problems,
            [(
                "ask_falls",
                Some("Buy"),
                "`Buy` asks for less (2) than `Look` before it (3): requests should become larger along the ladder."
            )]
        );
    }

    #[test]
    fn a_ladder_and_data() {
        let mut sightings = Sightings::new(&[0, 0, 0]);
        sightings.seen = [(0b001, 60), (0b101, 20), (0b100, 20)]
            .into_iter()
            .map(|(done, customers)| (StepSet(done), customers))
            .collect();
        sightings.pairs.add(0, 2, PairCount { both: 20, first: 3, tied: 1, together: 0 });
        let ladder = ladder();
        let event = |name: &str| EventFinding { name: name.to_owned(), step: None, rows: 1 };
        let events = ["look", "taste", "buy"].map(event).to_vec();
        let input = InputFinding { events, ..InputFinding::default() };
        let findings = Findings { inputs: vec![input], ..Findings::default() };
        let check = LadderCheck::of_data(&ladder, &escalation(&ladder, &sightings), &findings);
        assert_eq!(check.customers, Some(100));
        assert_eq!(check_sheet(&check).rows.len(), 3);
        let messages: Vec<_> =
            check.problems[1..].iter().map(|p| format!("{}: {}", p.code, p.message)).collect();
        assert_eq!(
            messages,
            [
                "never_occurs: No customer ever did `Taste`: nothing in the data is named `tast`; did you mean `taste`?",
                "out_of_order: `Buy` usually comes before `Look`, but stands behind it in the ladder: of the 20 customers who did both, 3 did `Look` first and 1 did both at the same moment.",
                "weak_scale: The steps do not build on each other: H -1.50, CS 0.33, CR 0.80 (MMR 0.70). A ladder has H 0.30 and CS 0.60 or more.",
                "broken_pair: `Look` does not lead to `Buy`: 20 of the 40 customers who did `Buy` were never seen doing `Look` (H -1.50, a scale needs 0.30).",
            ]
        );
    }
}
