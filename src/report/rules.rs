//! `funnel rules` as an answer: the same ladder under other tools' rules, and why the counts differ.

use super::answer::Answer;
use super::notices::NoticeReport;
use super::sheet::{Cell, Sheet, left, right};
use super::{unknown_orders, words};
use crate::findings::{Findings, RivalFinding};
use crate::ladder::definition::Ladder;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the keys.
pub const SCHEMA: &str = "funnel.rules/1";

/// The notice on rules that cannot count the ladder.
pub const LEFT_OUT: &str = "rules_left_out";

/// The same ladder under several rules.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RulesReport {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The steps' names, in the ladder's order.
    pub steps: Vec<String>,
    /// One row a rule set, the program's own first.
    pub rows: Vec<RulesRow>,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
    /// Whether nothing that was read tells of orders: then no rules know their rate.
    #[serde(skip)]
    pub are_orders_unknown: bool,
}

/// What one rule set counts.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RulesRow {
    /// The name of the rules.
    pub rules: String,
    /// Journeys that entered the ladder: more than reached the first step where each step counts by itself.
    pub entered: u64,
    /// Journeys that reached each step.
    pub reached: Vec<u64>,
    /// Which of its rules change whose count, against the program's own.
    pub because: Vec<Because>,
}

/// A group of policies and how many customers it touches.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Because {
    /// `unit`, `window`, `entry`, `ties`, `exclusion`, `missing events` or `order`.
    pub cause: &'static str,
    /// Customers whose count changes with it.
    pub journeys: u64,
    /// Their share of all customers; `None` without customers.
    pub share: Option<f64>,
}

impl RulesReport {
    /// The rows of a run that counted the ladder under other rules.
    pub fn new(findings: &Findings, ladder: &Ladder) -> RulesReport {
        let ours = RulesRow {
            rules: "funnel".to_string(),
            entered: findings.tally.entered,
            reached: findings.tally.steps.iter().map(|step| step.reached).collect(),
            because: Vec::new(),
        };
        let customers = findings.tally.customers;
        let rivals = findings.rivals.iter().map(|rival| row(rival, customers));
        RulesReport {
            schema: SCHEMA,
            steps: ladder.steps.iter().map(|step| step.name.clone()).collect(),
            rows: std::iter::once(ours).chain(rivals).collect(),
            notices: findings.notices.iter().map(NoticeReport::found).collect(),
            are_orders_unknown: unknown_orders::are_unknown_to(findings, ladder),
        }
    }
}

impl Answer for RulesReport {
    fn sheets(&self) -> Vec<Sheet> {
        vec![rules_sheet(self)]
    }
}

/// The causes with the most customers first.
fn row(rival: &RivalFinding, customers: u64) -> RulesRow {
    let because = |(&cause, &journeys): (&&'static str, &u64)| Because {
        cause,
        journeys,
        share: (customers > 0).then(|| journeys as f64 / customers as f64),
    };
    let mut because: Vec<Because> = rival.because.iter().map(because).collect();
    because.sort_by(|a, b| b.journeys.cmp(&a.journeys).then(a.cause.cmp(b.cause)));
    let (rules, entered) = (rival.name.clone(), rival.entered);
    RulesRow { rules, entered, reached: rival.reached.clone(), because }
}

/// The rows as a table: the steps, the share that reached the last, and what makes the difference.
pub fn rules_sheet(report: &RulesReport) -> Sheet {
    let mut columns = vec![left("rules", 0)];
    let last = report.steps.len().saturating_sub(1);
    for (position, step) in report.steps.iter().enumerate() {
        columns.push(right(step, if position == 0 || position == last { 0 } else { 2 }));
    }
    let is_apart = report.rows.iter().any(|row| row.reached.first() != Some(&row.entered));
    let who = if is_apart { "of those at any step" } else { "of those at the first step" };
    columns.push(right("rate", 0).means(format!("{who}, who reached the last")));
    columns.push(
        left("because of", 1)
            .means("the rules that change the count, with the customers they touch"),
    );
    let mut sheet = Sheet::new("The same ladder as others count it", columns);
    for row in &report.rows {
        let mut cells = vec![Cell::Text(row.rules.clone())];
        cells.extend(row.reached.iter().map(|&reached| Cell::Count(reached)));
        let is_known = row.entered > 0 && !report.are_orders_unknown;
        let rate = row.reached.last().filter(|_| is_known);
        cells.push(Cell::Share(rate.map(|&hits| hits as f64 / row.entered as f64)));
        cells.push(Cell::Text(row.because.iter().map(in_words).collect::<Vec<_>>().join(", ")));
        sheet.rows.push(cells);
    }
    let left_out = report.notices.iter().filter(|notice| notice.code == LEFT_OUT);
    sheet.notes = left_out.map(|notice| notice.message.clone()).collect();
    sheet
}

fn in_words(because: &Because) -> String {
    format!("{} {}", because.cause, words::count(because.journeys))
}
