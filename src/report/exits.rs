//! `funnel exits` as an answer: who leaves where, what they do next, and what is at stake.

use super::answer::Answer;
use super::orders::{as_optional_text, as_text, rounded};
use super::sheet::{Cell, Sheet, left, right};
use super::{unknown_orders, words};
use crate::analysis::orders::{Worth, worths};
use crate::analysis::rate::Rate;
use crate::findings::Findings;
use crate::ladder::definition::{Ladder, Presence};
use crate::money::Amount;
use crate::stats::special::two_sided_z;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.exits/1";

/// Where journeys end.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExitsReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// What one journey is.
    pub unit: &'static str,
    /// One a step that is not optional, but the last.
    pub steps: Vec<ExitStep>,
    /// How journeys wander; `None` where nothing says when anything was.
    pub ways: Option<WaysReport>,
    /// The level of all ranges.
    pub confidence: f64,
}

/// Those who got to a step and no further.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExitStep {
    /// The step.
    pub name: String,
    /// The next step that is not optional.
    pub next_step: String,
    /// Journeys that reached it.
    pub reached: u64,
    /// Of these, the ones that did not reach the next.
    pub left: u64,
    /// Journeys that reached the next without this one, where steps need not follow each other: by so many fewer the
    /// next step's `reached` lies below this one's than `left`.
    pub joined: u64,
    /// The share of those at the step who left.
    pub exit_rate: Rate,
    /// The share of all who left that left here; `None` if nobody did.
    pub share: Option<f64>,
    /// Of these, the ones whose window is still running.
    pub open: u64,
    /// Of these, the ones that came back later for something else.
    pub returned: u64,
    /// What they did next, most first; `(other)` and `(nothing)` last. Together they are `left`.
    pub next: Vec<NextEvent>,
    /// The chance of an order from here.
    pub order_rate: Rate,
    /// What those who left would bring at that chance, one entry a currency.
    pub value_at_stake: Vec<StakeReport>,
}

/// What came next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NextEvent {
    /// The event's name.
    pub event: String,
    /// Journeys.
    pub journeys: u64,
}

/// What is at stake in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StakeReport {
    /// The three-letter code.
    pub currency: Option<String>,
    /// The amount.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub amount: Amount,
    /// The lower bound.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub low: Option<Amount>,
    /// The upper bound.
    #[serde(serialize_with = "as_optional_text")]
    #[schemars(with = "Option<String>")]
    pub high: Option<Amount>,
}

/// How journeys wander.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WaysReport {
    /// Journeys that went back to an earlier step.
    pub with_way_back: Rate,
    /// Such ways back.
    pub ways_back: u64,
    /// Journeys with a burst of events of one name within two seconds.
    pub with_burst: Rate,
    /// Such bursts.
    pub bursts: u64,
}

impl ExitsReport {
    /// The answer; `top` events are named at each step.
    pub fn new(findings: &Findings, ladder: &Ladder, top: usize, confidence: f64) -> ExitsReport {
        let firm = |&step: &usize| {
            ladder.steps[step].presence != Presence::Optional && ladder.next_of(step).is_some()
        };
        let all: u64 = (0..ladder.steps.len())
            .filter(firm)
            .filter_map(|step| findings.tally.ways.leavers.get(step))
            .map(|leavers| leavers.left)
            .sum();
        let step = |step| exit_step(step, findings, ladder, (top, all, confidence));
        let ways = &findings.tally.ways;
        let entered = findings.tally.entered;
        let mut report = ExitsReport {
            schema: SCHEMA,
            unit: super::header::count_name(ladder.count),
            steps: (0..ladder.steps.len()).filter(firm).map(step).collect(),
            ways: (!findings.are_timeless()).then(|| WaysReport {
                with_way_back: Rate::of(ways.with_way_back, entered, confidence),
                ways_back: ways.ways_back,
                with_burst: Rate::of(ways.with_burst, entered, confidence),
                bursts: ways.bursts,
            }),
            confidence,
        };
        if unknown_orders::are_unknown_to(findings, ladder) {
            unknown_orders::forget_of_exits(&mut report, ladder);
        }
        report
    }
}

fn exit_step(
    step: usize,
    findings: &Findings,
    ladder: &Ladder,
    (top, all, confidence): (usize, u64, f64),
) -> ExitStep {
    let leavers = findings.tally.ways.leavers.get(step).cloned().unwrap_or_default();
    let counts = findings.tally.steps.get(step).cloned().unwrap_or_default();
    let order_rate = Rate::of(counts.converted, counts.reached, confidence);
    let next = ladder.next_of(step).map_or(0, |next| next);
    let stayed = counts.reached.saturating_sub(leavers.left);
    let reached_next = findings.tally.steps.get(next).map_or(0, |counts| counts.reached);
    let events = findings.next_events.get(step).map_or(&[][..], Vec::as_slice);
    ExitStep {
        name: ladder.steps[step].name.clone(),
        next_step: ladder.steps[next].name.clone(),
        reached: counts.reached,
        left: leavers.left,
        joined: reached_next.saturating_sub(stayed),
        exit_rate: Rate::of(leavers.left, counts.reached, confidence),
        share: (all > 0).then(|| leavers.left as f64 / all as f64),
        open: leavers.open,
        returned: leavers.returned,
        next: next_events(events, leavers.left, top),
        value_at_stake: at_stake(findings, leavers.left, order_rate, confidence),
        order_rate,
    }
}

/// The events that came next: the most frequent by name, then the others, then nothing at all.
fn next_events(events: &[(String, u64)], left: u64, top: usize) -> Vec<NextEvent> {
    let named = events.iter().take(top);
    let mut next: Vec<NextEvent> = named
        .map(|(event, journeys)| NextEvent { event: event.clone(), journeys: *journeys })
        .collect();
    let other: u64 = events.iter().skip(top).map(|(_, journeys)| journeys).sum();
    let some: u64 = events.iter().map(|(_, journeys)| journeys).sum();
    let rest = [("(other)", other), ("(nothing)", left.saturating_sub(some))];
    let rest = rest.into_iter().filter(|(_, journeys)| *journeys > 0);
    next.extend(rest.map(|(event, journeys)| NextEvent { event: event.to_owned(), journeys }));
    next
}

/// Those who left times the chance of an order times what the orders of converted journeys bring; ranges on the scale of
/// logarithms.
fn at_stake(findings: &Findings, left: u64, chance: Rate, confidence: f64) -> Vec<StakeReport> {
    let z = two_sided_z(confidence);
    let stake = |worth: &Worth| {
        let amount = left as f64 * chance.rate? * worth.by_order;
        // Both ranges, each as a spread of logarithms, add up by their squares.
        let of_rate = z
            .filter(|_| chance.hits > 0)
            .map(|z| z * ((1.0 - chance.rate.unwrap_or(0.0)) / chance.hits as f64).max(0.0).sqrt());
        let spread = of_rate.zip(worth.spread).map(|(a, b)| a.hypot(b));
        Some(StakeReport {
            currency: worth.currency.code().map(str::to_owned),
            amount: rounded(amount)?,
            low: spread.and_then(|spread| rounded(amount * (-spread).exp())),
            high: spread.and_then(|spread| rounded(amount * spread.exp())),
        })
    };
    worths(&findings.tally.worth, confidence).iter().filter_map(stake).collect()
}

impl Answer for ExitsReport {
    fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = vec![self.step_sheet()];
        sheets.extend(self.steps.iter().filter(|step| step.left > 0).map(next_sheet));
        sheets
    }
}

impl ExitsReport {
    fn step_sheet(&self) -> Sheet {
        let columns = vec![
            left("reached", 0),
            left("but not", 0),
            right("left", 0),
            right("of reached", 0),
            right("of all exits", 1),
            right("still open", 2),
            right("came back", 3).means("for something else, in a later visit"),
            right("at stake", 0).means("what they would bring at the chance of those who got here"),
        ];
        let mut sheet = Sheet::new("Exits", columns);
        for step in &self.steps {
            let stake = step.value_at_stake.iter();
            let stake = stake.map(|stake| (stake.currency.clone(), stake.amount));
            sheet.rows.push(vec![
                Cell::Text(step.name.clone()),
                Cell::Text(step.next_step.clone()),
                Cell::Count(step.left),
                Cell::Share(step.exit_rate.rate),
                Cell::Share(step.share),
                Cell::Count(step.open),
                Cell::Count(step.returned),
                Cell::Amounts(stake.collect()),
            ]);
        }
        sheet.notes = self.joining().into_iter().chain(self.ways.iter().map(wandering)).collect();
        sheet
    }

    /// Who came to a step by another way: without them what left here would not be what a report says.
    fn joining(&self) -> Option<String> {
        let joined: Vec<String> = (self.steps.iter().filter(|step| step.joined > 0))
            .map(|step| {
                let count = words::count(step.joined);
                format!("{count} reached {} without {}", step.next_step, step.name)
            })
            .collect();
        (!joined.is_empty()).then(|| {
            format!(
                "Steps need not follow each other here: {}. The report says how many fewer reached the next step: those who left less these.",
                joined.join(", ")
            )
        })
    }
}

fn wandering(ways: &WaysReport) -> String {
    let (back, burst) = (ways.with_way_back, ways.with_burst);
    format!(
        "{} went back to an earlier step ({}), {} clicked out of impatience ({}).",
        words::count(back.hits),
        words::percent(back.rate),
        words::count(burst.hits),
        words::percent(burst.rate)
    )
}

fn next_sheet(step: &ExitStep) -> Sheet {
    let columns = vec![left("next", 0), right("journeys", 0), right("share", 0)];
    let mut sheet =
        Sheet::new(&format!("After {}, without {}", step.name, step.next_step), columns);
    for next in &step.next {
        sheet.rows.push(vec![
            Cell::Text(next.event.clone()),
            Cell::Count(next.journeys),
            Cell::Share(Some(next.journeys as f64 / step.left as f64)),
        ]);
    }
    sheet
}
