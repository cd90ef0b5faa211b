//! A comparison as sheets.

use super::{CompareReport, DecompositionReport, RevenueReport, StepComparison};
use crate::report::answer::Answer;
use crate::report::sheet::{Cell, Measure, Sheet, left, right};
use crate::report::words;

impl Answer for CompareReport {
    fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = vec![steps(self)];
        sheets.extend(self.decomposition.iter().map(decomposition));
        sheets.extend(self.revenue.iter().map(revenue));
        let mut notices = Sheet::new("Notices", Vec::new());
        notices.notes = self.notices.iter().map(|notice| notice.message.clone()).collect();
        if !notices.notes.is_empty() {
            sheets.push(notices);
        }
        sheets
    }
}

fn steps(report: &CompareReport) -> Sheet {
    let range = words::range_name(report.confidence);
    let first = report.steps.first().map_or("", |step| step.name.as_str());
    let columns = vec![
        left("step", 0),
        right("a", 1),
        right("b", 1),
        right("a, of all", 0).means(format!("of those at {first}")),
        right("b, of all", 0),
        right("b − a", 0),
        right(&range, 0).of_bounds(),
        left("", 0).called("verdict"),
        right("q", 3).means("share of false findings among such findings"),
        right("a, of prev", 4).means("of the step before; who gets there may differ"),
        right("b, of prev", 4),
    ];
    let mut sheet = Sheet::new("", columns);
    let unit = |count: u64| words::people(report.unit, count);
    let (a, b) = (&report.a, &report.b);
    sheet.lead = vec![format!(
        "a: {} ({} {})  b: {} ({} {})",
        a.name,
        words::count(a.entered),
        unit(a.entered),
        b.name,
        words::count(b.entered),
        unit(b.entered)
    )];
    sheet.lead.extend(report.sentences.iter().cloned());
    sheet.rows = report.steps.iter().map(row).collect();
    sheet
}

fn row(step: &StepComparison) -> Vec<Cell> {
    let change = &step.difference;
    // The first step is all of all on both sides: there is nothing to compare.
    let compared = |cell: Cell| if step.step_rate.is_some() { cell } else { Cell::Empty };
    let said = match change.verdict {
        "unclear" => String::new(),
        verdict if step.can_change => format!("{verdict} so far"),
        verdict => verdict.to_owned(),
    };
    let previous = |rate: fn(&super::StepRateComparison) -> Option<f64>| {
        step.step_rate.as_ref().map_or(Cell::Empty, |both| Cell::Share(rate(both)))
    };
    vec![
        Cell::Text(step.name.clone()),
        Cell::Count(step.a.hits),
        Cell::Count(step.b.hits),
        Cell::Share(step.a.rate),
        Cell::Share(step.b.rate),
        compared(Cell::Number(change.value, Measure::Points)),
        compared(Cell::Bounds(change.low, change.high, Measure::Points)),
        compared(Cell::Word { said, code: change.verdict }),
        change.q_value.map_or(Cell::Empty, |q| Cell::Number(Some(q), Measure::Probability)),
        previous(|both| both.a.rate),
        previous(|both| both.b.rate),
    ]
}

fn decomposition(split: &DecompositionReport) -> Sheet {
    let columns = vec![
        left(&split.by, 0),
        right("a", 1),
        right("b", 1),
        right("rate a", 0),
        right("rate b", 0),
        right("by its rate", 0),
        right("by its weight", 0),
    ];
    let mut sheet = Sheet::new(&format!("Why, by {}", split.by), columns);
    for group in &split.segments {
        let value = match group.value.as_deref() {
            Some("(other)") => "(other)".to_owned(),
            value => words::value_name(value),
        };
        sheet.rows.push(vec![
            Cell::Text(value),
            Cell::Count(group.a.base),
            Cell::Count(group.b.base),
            Cell::Share(group.a.rate),
            Cell::Share(group.b.rate),
            Cell::Number(Some(group.rate_effect), Measure::Points),
            Cell::Number(Some(group.mix_effect), Measure::Points),
        ]);
    }
    sheet.notes = vec![format!(
        "Rates changed the total by {} ({}), the mix by {}.",
        words::points(Some(split.rate_effect)),
        words::points_range(Some(split.rate_effect_low), Some(split.rate_effect_high)),
        words::points(Some(split.mix_effect))
    )];
    sheet
}

fn revenue(revenue: &RevenueReport) -> Sheet {
    let currency = revenue.currency.clone().unwrap_or_else(|| "(unknown currency)".to_owned());
    let columns = vec![left("because of", 0), right("change", 0)];
    let mut sheet = Sheet::new(&format!("Order value, {currency}"), columns);
    sheet.lead = vec![format!("{} → {}.", words::money(revenue.a), words::money(revenue.b))];
    if revenue.factors.is_empty() {
        sheet.lead.push("One side has no order in it, so there is nothing to split.".to_owned());
        return Sheet { columns: Vec::new(), ..sheet };
    }
    for factor in &revenue.factors {
        let cells = vec![Cell::Text(factor.name.clone()), Cell::Money(Some(factor.amount))];
        sheet.rows.push(cells);
    }
    if revenue.smoothed {
        sheet.notes.push("Half a journey was added to every count, because one is nought.".into());
    }
    sheet
}
