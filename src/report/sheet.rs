//! The tables of a report as typed cells: what stands where, before any medium formats it.
//!
//! Terminal, HTML and Markdown draw the same sheets, so they cannot disagree. Nothing here rounds,
//! escapes or measures widths. A column's priority says in which order narrow media drop columns.

mod data;
mod orders;

pub(super) use data::coverage_rows;
pub use data::{
    coverage_by_sheet, coverage_sheet, events_sheet, inputs_sheet, quality_sheet, rows_sentence,
    session_report_sheet,
};
pub use orders::orders_sheet;

use super::Report;
use super::breakdown::BreakdownReport;
use super::steps::StepReport;
use super::unknown_orders;
use super::words;
use crate::analysis::rate::Rate;
use crate::money::Amount;
use crate::stats::axis::shares;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub name: String,
    /// Where its cells stand.
    pub align: Align,
    /// 0 is never dropped; of the others the highest goes first.
    pub priority: u8,
    /// What the heading means, where that is not plain; shown with the column.
    pub meaning: Option<String>,
    /// The name for programs, where the heading is none; of two bounds what stands before `_low` and `_high`.
    pub key: Option<&'static str>,
    /// Whether its cells have two bounds, also where none of them is known.
    pub has_bounds: bool,
    /// Whether only programs get it, because people read the same elsewhere.
    pub only_for_programs: bool,
}

impl Column {
    fn new(name: &str, align: Align, priority: u8) -> Column {
        let name = name.to_owned();
        let (meaning, key) = (None, None);
        Column { name, align, priority, meaning, key, has_bounds: false, only_for_programs: false }
    }

    /// The column with what its heading means.
    #[must_use]
    pub fn means(self, meaning: impl Into<String>) -> Column {
        Column { meaning: Some(meaning.into()), ..self }
    }

    /// The column with a name for programs.
    #[must_use]
    pub fn called(self, key: &'static str) -> Column {
        Column { key: Some(key), ..self }
    }

    /// The column of two bounds.
    #[must_use]
    pub fn of_bounds(self) -> Column {
        Column { has_bounds: true, ..self }
    }

    /// The column for programs alone.
    #[must_use]
    pub fn only_for_programs(self) -> Column {
        Column { only_for_programs: true, ..self }
    }
}

/// One cell, typed and unrounded.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text, possibly from data: to be escaped by the medium.
    Text(String),
    /// A word of ours that programs know by another.
    Word {
        /// What people read.
        said: String,
        /// What programs get.
        code: &'static str,
    },
    /// A number of something.
    Count(u64),
    /// A difference of counts.
    Difference(i64),
    /// A share of one.
    Share(Option<f64>),
    /// The two bounds of a share.
    Range(Option<f64>, Option<f64>),
    /// A number of another kind.
    Number(Option<f64>, Measure),
    /// The two bounds of such a number.
    Bounds(Option<f64>, Option<f64>, Measure),
    /// A length of time.
    Seconds(Option<f64>),
    /// An amount; its currency stands beside it.
    Money(Option<Amount>),
    /// Amounts, each with its currency, if that is known.
    Amounts(Vec<(Option<String>, Amount)>),
    /// A bar of the share that was kept.
    Bar {
        /// The share; `None` draws nothing.
        kept: Option<f64>,
        /// The bounds of its range, drawn within the bar.
        range: Option<(f64, f64)>,
    },
    /// A dot with its range on an axis from nought.
    Strip {
        /// The share.
        share: Option<f64>,
        /// The bounds of its range.
        range: Option<(f64, f64)>,
        /// Where the axis ends.
        most: f64,
    },
    /// Whether the row needs attention.
    Warning(bool),
    /// Nothing belongs here.
    Empty,
}

/// What a number is that is no count, share, time or amount: how people read it. Programs get it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A difference of shares, read in points.
    Points,
    /// A ratio.
    Ratio,
    /// A probability.
    Probability,
    /// So many of something on average.
    Mean,
}

impl Measure {
    /// The number as people read it.
    pub fn in_words(self, number: Option<f64>) -> String {
        match self {
            Measure::Points => words::points(number),
            Measure::Ratio => words::ratio(number),
            Measure::Probability => words::probability(number),
            Measure::Mean => words::mean(number),
        }
    }

    /// Two bounds as people read them.
    pub fn range_in_words(self, low: Option<f64>, high: Option<f64>) -> String {
        match self {
            Measure::Points => words::points_range(low, high),
            Measure::Ratio | Measure::Probability | Measure::Mean => match (low, high) {
                (None, _) | (_, None) => words::UNKNOWN.to_owned(),
                bounds => format!("{}–{}", self.in_words(bounds.0), self.in_words(bounds.1)),
            },
        }
    }
}

/// A table with its title and the lines that explain it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The heading.
    pub title: String,
    /// The columns; every row has as many cells.
    pub columns: Vec<Column>,
    /// The sentences that stand before the table and say what matters in it.
    pub lead: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// What a reader must know to read the table.
    pub notes: Vec<String>,
}

impl Sheet {
    /// A table without rows.
    pub fn new(title: &str, columns: Vec<Column>) -> Sheet {
        Sheet {
            title: title.to_owned(),
            columns,
            lead: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A column of texts.
pub fn left(name: &str, priority: u8) -> Column {
    Column::new(name, Align::Left, priority)
}

/// A column of numbers.
pub fn right(name: &str, priority: u8) -> Column {
    Column::new(name, Align::Right, priority)
}

/// The ladder: one row a step.
pub fn ladder_sheet(report: &Report) -> Sheet {
    let mut sheet = Sheet::new("Steps", ladder_columns(report));
    sheet.rows = report.steps.iter().map(|step| ladder_row(report, step)).collect();
    sheet.notes = ladder_notes(report);
    sheet
}

fn ladder_columns(report: &Report) -> Vec<Column> {
    let range = words::range_name(report.confidence);
    let first = report.steps.first().map_or("", |step| step.name.as_str());
    let last = report.steps.last().map_or("", |step| step.name.as_str());
    let left_means = if is_apart(report) {
        "how many fewer reached the next step"
    } else {
        "reached this step and not the next"
    };
    vec![
        left("step", 0),
        right("reached", 0),
        right("of prev", 0).means("of those at the step before (an optional step is no base)"),
        left("", 0),
        right(&range, 1),
        right("of all", 2).means(format!("of those at {first}")),
        right(&range, 8),
        right(to_last(report), 5).means(format!("of those here, who reached {last}")),
        right(&range, 7),
        right("left", 4).means(left_means),
        right("median", 6).means("time since the step before"),
        left("kept", 3).means("█ kept, ▒ within the range, ░ lost"),
    ]
}

/// Whether each step counts by itself, so that nobody knows of those at the next which of them were here.
pub(super) fn is_apart(report: &Report) -> bool {
    report.ladder.linkage == "apart" || report.ladder.open
}

/// The heading of the order rate.
fn to_last(report: &Report) -> &'static str {
    match report.steps.last() {
        Some(step) if step.name == "Order" => "to order",
        Some(_) | None => "to last",
    }
}

fn ladder_row(report: &Report, step: &StepReport) -> Vec<Cell> {
    let mark = match step.presence {
        "optional" => " (o)",
        "implied" => " (i)",
        _ => "",
    };
    let exit = report.exits.iter().find(|exit| exit.name == step.name);
    let rate = step.step_rate;
    let is_unknown = step.kind == "macro" && unknown_orders::are_unknown(report);
    vec![
        Cell::Text(format!("{}{mark}", step.name)),
        if is_unknown { Cell::Share(None) } else { Cell::Count(step.reached) },
        Cell::Share(rate.and_then(|rate| rate.rate)),
        Cell::Warning(step.below_target),
        Cell::Range(rate.and_then(|rate| rate.low), rate.and_then(|rate| rate.high)),
        Cell::Share(step.overall_rate.rate),
        range(&step.overall_rate),
        Cell::Share(step.order_rate.rate),
        range(&step.order_rate),
        exit.map_or(Cell::Empty, |exit| Cell::Difference(exit.left)),
        Cell::Seconds(step.seconds_from_previous.map(|seconds| seconds.median)),
        Cell::Bar { kept: rate.and_then(|rate| rate.rate), range: rate.as_ref().and_then(bounds) },
    ]
}

/// Both bounds, where there are any.
fn bounds(rate: &Rate) -> Option<(f64, f64)> {
    rate.low.zip(rate.high)
}

/// A column of dots on one axis, and its cells: the ends of the axis are its heading.
fn strips(rates: &[Option<Rate>], priority: u8) -> (Column, Vec<Cell>) {
    let ends = rates.iter().flatten().filter_map(|rate| rate.high.or(rate.rate));
    let (most, _) = shares(ends.fold(0.0, f64::max));
    let cell = |rate: &Option<Rate>| Cell::Strip {
        share: rate.as_ref().and_then(|rate| rate.rate),
        range: rate.as_ref().and_then(bounds),
        most,
    };
    let heading = format!("0–{}", words::tick_of_share(most));
    (left(&heading, priority), rates.iter().map(cell).collect())
}

/// Puts dots behind the rows of a table.
fn add_strips(sheet: &mut Sheet, rates: &[Option<Rate>], priority: u8) {
    let (column, cells) = strips(rates, priority);
    sheet.columns.push(column);
    sheet.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
}

fn range(rate: &Rate) -> Cell {
    Cell::Range(rate.low, rate.high)
}

/// What the marks of the ladder mean; only of those that occur.
fn ladder_notes(report: &Report) -> Vec<String> {
    let has = |presence: &str| report.steps.iter().any(|step| step.presence == presence);
    let mut notes = Vec::new();
    if has("optional") {
        notes.push("(o) optional: nothing depends on it.".to_owned());
    }
    if has("implied") {
        notes.push(format!("(i) implied: a later step proves it.{}", implied_shares(report)));
    }
    if report.steps.iter().any(|step| step.below_target) {
        notes.push("! below the step's target.".to_owned());
    }
    notes.extend(report.steps.iter().filter_map(unclear));
    notes.extend(clustered(report));
    notes
}

/// What the journeys are worth where several belong to one customer.
fn clustered(report: &Report) -> Option<String> {
    let rate = &report.macro_conversion.rate;
    let (_, worth) = rate.trials.map(|_| rate.worth())?;
    let who = words::people(report.journeys.unit, rate.base);
    Some(format!(
        "Several {who} of one customer resemble each other, and the ranges allow for that: these {} tell as much as {} of different customers.",
        words::count(rate.base),
        words::count(worth)
    ))
}

/// A step that is below its target, where that may be chance.
fn unclear(step: &StepReport) -> Option<String> {
    let target = step.target.filter(|target| step.below_target && target.verdict == "unclear")?;
    let rate = words::percent(Some(target.rate));
    Some(match target.more_needed {
        Some(more) => format!(
            "{}: whether it is below {rate} cannot be told yet; {} more at the step before would tell.",
            step.name,
            words::count(more)
        ),
        None => format!("{}: too close to {rate} to tell.", step.name),
    })
}

fn implied_shares(report: &Report) -> String {
    let share = |step: &StepReport| {
        let rate = Rate::of(step.implied, step.reached, report.confidence).rate;
        format!(
            "{} {} of {} ({})",
            step.name,
            words::count(step.implied),
            words::count(step.reached),
            words::percent(rate)
        )
    };
    let shares: Vec<String> =
        report.steps.iter().filter(|step| step.implied > 0).map(share).collect();
    match shares.as_slice() {
        [] => String::new(),
        shares => format!(" Not seen by itself: {}.", shares.join(", ")),
    }
}

/// Where journeys ended, most first; steps that lose nobody are left out.
pub fn exits_sheet(report: &Report) -> Sheet {
    let (next, fewer) = if is_apart(report) { ("next", "fewer") } else { ("but not", "left") };
    let columns = vec![left("reached", 0), left(next, 0), right(fewer, 0), right("of reached", 0)];
    let mut sheet = Sheet::new("Biggest exits", columns);
    let mut exits: Vec<_> = report.exits.iter().filter(|exit| exit.left > 0).collect();
    exits.sort_by_key(|exit| std::cmp::Reverse(exit.left));
    for exit in exits {
        let share = Rate::of(exit.left.unsigned_abs(), exit.reached, report.confidence).rate;
        sheet.rows.push(vec![
            Cell::Text(exit.name.clone()),
            Cell::Text(exit.next.clone()),
            Cell::Difference(exit.left),
            Cell::Share(share),
        ]);
    }
    sheet
}

/// Secondary actions: who did them, and the order rates with and without.
pub fn actions_sheet(report: &Report) -> Sheet {
    let range_name = words::range_name(report.confidence);
    let last = report.steps.last().map_or("", |step| step.name.as_str());
    let columns = vec![
        left("action", 0),
        right("did it", 0),
        right("of all", 1),
        right("rate with", 0).means(format!("of those who did it, who reached {last}")),
        right(&range_name, 2),
        right("rate without", 0).means("of the others"),
        right(&range_name, 3),
    ];
    let mut sheet = Sheet::new("Secondary actions", columns);
    for action in &report.actions {
        sheet.rows.push(vec![
            Cell::Text(action.name.clone()),
            Cell::Count(action.did.hits),
            Cell::Share(action.did.rate),
            Cell::Share(action.order_rate_with.rate),
            range(&action.order_rate_with),
            Cell::Share(action.order_rate_without.rate),
            range(&action.order_rate_without),
        ]);
    }
    let rates: Vec<Option<Rate>> =
        report.actions.iter().map(|action| Some(action.order_rate_with)).collect();
    add_strips(&mut sheet, &rates, 4);
    sheet.notes = vec!["That is no proof that an action makes the difference.".to_owned()];
    sheet
}

/// The rows of a breakdown: who entered, who reached the last step.
pub fn breakdown_sheet(report: &Report, breakdown: &BreakdownReport) -> Sheet {
    let range_name = words::range_name(report.confidence);
    let first = report.steps.first().map_or("", |step| step.name.as_str());
    let last = report.steps.last().map_or("", |step| step.name.as_str());
    let columns = vec![
        left(&breakdown.by, 0),
        right(first, 0),
        right(last, 0),
        right("rate", 0).means(format!("of those at {first}, who reached {last}")),
        right(&range_name, 1),
    ];
    let mut sheet =
        Sheet::new(&format!("{last}, by {} (at: {})", breakdown.by, breakdown.at), columns);
    for row in &breakdown.rows {
        let converted = row.steps.last().map(|step| step.overall_rate);
        sheet.rows.push(vec![
            Cell::Text(row.name()),
            Cell::Count(row.journeys),
            Cell::Count(row.steps.last().map_or(0, |step| step.reached)),
            Cell::Share(converted.as_ref().and_then(|rate| rate.rate)),
            converted.as_ref().map_or(Cell::Empty, range),
        ]);
    }
    let rates: Vec<Option<Rate>> =
        breakdown.rows.iter().map(|row| row.steps.last().map(|step| step.overall_rate)).collect();
    add_strips(&mut sheet, &rates, 2);
    if breakdown.at == "any" {
        sheet.notes = vec![
            "A journey with several values counts in several rows: they do not add up.".to_owned(),
        ];
    }
    sheet
}

/// How long the steps took, from the step before and from the entry.
pub fn times_sheet(report: &Report) -> Sheet {
    let columns = vec![
        left("step", 0),
        right("seen", 2).means("journeys of which both times are known"),
        right("median", 0).means("since the step before"),
        right("90%", 1).means("nine in ten took at most this long"),
        right("from entry", 0).means("the median since the first step"),
        right("90% from entry", 1),
    ];
    let mut sheet = Sheet::new("Time to convert", columns);
    for step in &report.steps {
        let (previous, entry) = (step.seconds_from_previous, step.seconds_from_entry);
        if previous.is_some() || entry.is_some_and(|times| times.max > 0.0) {
            sheet.rows.push(vec![
                Cell::Text(step.name.clone()),
                entry.map_or(Cell::Empty, |times| Cell::Count(times.count)),
                Cell::Seconds(previous.map(|times| times.median)),
                Cell::Seconds(previous.map(|times| times.p90)),
                Cell::Seconds(entry.map(|times| times.median)),
                Cell::Seconds(entry.map(|times| times.p90)),
            ]);
        }
    }
    sheet
}
