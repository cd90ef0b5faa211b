//! The report as a document: which sections there are, in the order in which a merchant asks.
//!
//! To add a section: make its sheet, give it a figure if one helps, and put it into `sections`. What
//! the data cannot support has no rows and no lead, and does not appear.

use super::answer::Answer;
use super::changes::changes_sheet;
use super::document::{Curve, Document, Figure, Interval, KeyFigure, Passage, Rung, Section};
use super::notices::NoticeReport;
use super::records::Records;
use super::sheet::{self, Cell, Sheet, left};
use super::{Asides, BreakdownReport, Report, headline, scope, step_rows, unknown_orders, words};
use crate::analysis::coverage::Coverage;
use crate::analysis::rate::Rate;

/// How many exits are listed; the rest is counted.
const EXITS: usize = 5;

/// A flow with more steps than this is not drawn: nobody could follow it.
const FLOW_MOST: usize = 12;

impl Answer for Report {
    fn document(&self) -> Document {
        Document {
            title: format!("{}: how far {} got", self.ladder.name, units(self)),
            scope: scope(self),
            headline: headline(self),
            figures: key_figures(self),
            range: words::range_name(self.confidence),
            sections: sections(self),
            notices: notices(self),
            provenance: provenance(self),
        }
    }

    fn records(&self) -> Records {
        step_rows::step_rows(self)
    }
}

fn units(report: &Report) -> String {
    words::people(report.journeys.unit, 0)
}

fn sections(report: &Report) -> Vec<Section> {
    let mut sections = Vec::new();
    sections.extend(report.changes.as_ref().map(changes_sheet).map(Section::from));
    if !report.steps.is_empty() {
        let ladder = Figure::Ladder(rungs(report));
        sections.push(Section::from(sheet::ladder_sheet(report)).drawn(Some(ladder)));
    }
    sections.push(Section::from(biggest_exits(report)).drawn(flow(report)));
    let asides = report.asides.as_ref();
    sections.extend(asides.map(Asides::after_leaving));
    sections.extend(report.breakdowns.iter().map(|breakdown| {
        let sheet = sheet::breakdown_sheet(report, breakdown);
        Section::from(sheet).drawn(segments(breakdown))
    }));
    sections.extend(asides.map(Asides::segments));
    if !report.actions.is_empty() {
        let actions = Figure::Intervals(actions(report));
        sections.push(Section::from(sheet::actions_sheet(report)).drawn(Some(actions)));
    }
    sections.extend(asides.map(Asides::drivers));
    sections.extend(asides.and_then(Asides::trend));
    sections.push(Section::from(sheet::times_sheet(report)).drawn(curve(report)).only_in_pages());
    sections.push(Section::from(sheet::orders_sheet(report)));
    sections.extend(coverage(report));
    // The first is the ladder itself where there is nothing else.
    let shown = usize::from(report.ladder.open);
    let others = report.session_reports.iter().skip(shown);
    sections.extend(others.map(sheet::session_report_sheet).map(Section::from));
    sections.push(Section::from(sheet::quality_sheet(&report.quality)));
    sections.push(Section::from(sheet::inputs_sheet(report)));
    sections.push(rules(report).only_in_pages());
    sections.retain(|section| !section.is_empty());
    sections
}

/// The largest exits; none where the data are too few to rank anything.
fn biggest_exits(report: &Report) -> Sheet {
    let mut sheet = sheet::exits_sheet(report);
    if report.has_few_orders() {
        sheet.rows.clear();
    }
    if let Some(more) = sheet.rows.len().checked_sub(EXITS).filter(|&more| more > 0) {
        sheet.rows.truncate(EXITS);
        let exits = if more == 1 { "exit is" } else { "exits are" };
        sheet.notes.push(format!("{more} smaller {exits} not shown."));
    }
    sheet
}

/// Who went on and who left, where later steps cannot have more than earlier ones.
fn flow(report: &Report) -> Option<Figure> {
    // Where nobody left there is nothing to see.
    if report.exits.iter().all(|exit| exit.left <= 0) {
        return None;
    }
    let is_closed = report.exits.iter().all(|exit| exit.left >= 0);
    let fits = (1..=FLOW_MOST).contains(&report.exits.len());
    if !is_closed || !fits || report.has_few_orders() {
        return None;
    }
    let mut passages: Vec<Passage> = report
        .exits
        .iter()
        .map(|exit| Passage {
            name: exit.name.clone(),
            reached: exit.reached,
            kept: exit.reached.saturating_sub(exit.left.unsigned_abs()),
        })
        .collect();
    let last = report.steps.last()?;
    passages.push(Passage { name: last.name.clone(), reached: last.reached, kept: last.reached });
    Some(Figure::Flow(passages))
}

fn rungs(report: &Report) -> Vec<Rung> {
    let mut before = None;
    let mut rungs = Vec::new();
    for step in &report.steps {
        rungs.push(Rung {
            name: step.name.clone(),
            reached: step.reached,
            of_all: step.overall_rate.rate,
            before,
            rate: step.step_rate,
            below_target: step.below_target,
        });
        if step.presence != "optional" {
            before = step.overall_rate.rate;
        }
    }
    rungs
}

/// The order rates of a breakdown's rows; of a single row there is nothing to compare.
fn segments(breakdown: &BreakdownReport) -> Option<Figure> {
    let interval = |row: &super::BreakdownRow| {
        Some(Interval { name: row.name(), kind: None, rate: row.steps.last()?.overall_rate })
    };
    let intervals: Vec<Interval> = breakdown.rows.iter().filter_map(interval).collect();
    (intervals.len() > 1).then_some(Figure::Intervals(intervals))
}

fn actions(report: &Report) -> Vec<Interval> {
    let both = |action: &super::ActionReport| {
        let interval =
            |kind, rate: Rate| Interval { name: action.name.clone(), kind: Some(kind), rate };
        [interval("did it", action.order_rate_with), interval("did not", action.order_rate_without)]
    };
    report.actions.iter().flat_map(both).collect()
}

fn curve(report: &Report) -> Option<Figure> {
    let points: Vec<(f64, f64)> =
        report.time_to_convert.iter().map(|point| (point.seconds, point.share)).collect();
    let summary = report.steps.last()?.seconds_from_entry?;
    let sentence = format!(
        "Half took {} or less, nine in ten {} or less.",
        words::duration(Some(summary.median)),
        words::duration(Some(summary.p90))
    );
    (points.len() > 1).then_some(Figure::Curve(Curve { sentence, points }))
}

/// What the event log saw, in all and by what tells orders apart; days and their many rows for pages.
fn coverage(report: &Report) -> [Section; 4] {
    let figure = |rates: Vec<(String, Rate)>| {
        let interval = |(name, rate)| Interval { name, kind: None, rate };
        let intervals: Vec<Interval> = rates.into_iter().map(interval).collect();
        (!intervals.is_empty()).then_some(Figure::Intervals(intervals))
    };
    let by = |what, groups| Section::from(sheet::coverage_by_sheet(report, what, groups));
    let Coverage { days, devices, gateways, .. } = &report.coverage;
    [
        Section::from(sheet::coverage_sheet(report)).drawn(figure(sheet::coverage_rows(report))),
        by("device", devices),
        by("gateway", gateways),
        by("day", days).only_in_pages(),
    ]
}

/// The numbers on top of a page.
fn key_figures(report: &Report) -> Vec<KeyFigure> {
    let (Some(first), Some(last)) = (report.steps.first(), report.steps.last()) else {
        return Vec::new();
    };
    let figure =
        |name: &str, value: String, note: String| KeyFigure { name: name.to_owned(), value, note };
    let rate = &report.macro_conversion.rate;
    let is_apart = sheet::is_apart(report) && !report.ladder.open;
    let converted = if unknown_orders::are_unknown(report) {
        words::UNKNOWN.to_owned()
    } else {
        words::count(report.journeys.converted)
    };
    let mut figures = vec![
        figure(
            &units(report),
            words::count(report.journeys.entered),
            if is_apart { "at any step".to_owned() } else { format!("reached {}", first.name) },
        ),
        figure("converted", converted, format!("reached {}", last.name)),
        figure(
            "conversion rate",
            words::percent(rate.rate),
            words::range_named(report.confidence, rate.low, rate.high),
        ),
    ];
    if let [value] = report.orders.value.as_slice()
        && let Some(each) = value.per_visitor
    {
        let currency = value.currency.as_deref().unwrap_or("");
        let total = format!("{} {currency} in orders", words::money(value.amount));
        let per = words::per_unit(report.journeys.unit);
        figures.push(figure(&per, format!("{} {currency}", words::money(each)), total));
    }
    figures
}

/// The notices that the sentences at the top have not said already.
fn notices(report: &Report) -> Vec<String> {
    let is_said = |notice: &&NoticeReport| match notice.code {
        "few_orders" => true,
        // Unless it says what is missing.
        "no_journeys" => {
            !["tells_of_nothing", "filtered"].iter().any(|key| notice.data.contains_key(key))
        }
        // Unless it says why orders that are there do not count.
        "no_orders" => !notice.data.contains_key("orders"),
        _ => false,
    };
    let notices = report.notices.iter().filter(|notice| !is_said(notice));
    notices.map(|notice| notice.message.clone()).collect()
}

/// The exact rules in use, and the ladder as a file that would count the same again.
fn rules(report: &Report) -> Section {
    let ladder = &report.ladder;
    let mut sheet = Sheet::new("Definitions", vec![left("rule", 0), left("in use", 0)]);
    let window = ladder
        .window_seconds
        .map_or_else(|| ladder.window.clone(), |seconds| words::duration(Some(seconds)));
    let filters =
        if report.filters.is_empty() { "none".to_owned() } else { report.filters.join(", ") };
    let rules = [
        ("one journey is", ladder.count.to_owned()),
        ("order of the steps", ladder.order.to_owned()),
        ("window", window),
        ("entry", ladder.entry.to_owned()),
        ("start", ladder.start.to_owned()),
        ("events of one instant", ladder.ties.clone()),
        ("counting rules", ladder.rules.clone()),
        ("filters", filters),
        ("ranges", words::range_name(report.confidence) + " (Wilson)"),
    ];
    sheet.rows =
        rules.map(|(rule, used)| vec![Cell::Text(rule.to_owned()), Cell::Text(used)]).to_vec();
    sheet.lead = vec!["The rules in use. The ladder below, saved as a file and given with --ladder, counts the same again.".to_owned()];
    Section { listing: Some(ladder.definition.clone()), ..Section::from(sheet) }
}

fn provenance(report: &Report) -> Vec<String> {
    let rows = sheet::rows_sentence(
        report.quality.rows_read,
        report.quality.rows_used,
        report.quality.rows_set_aside,
    );
    vec![
        format!("{} {} · {}", report.tool.name, report.tool.version, report.schema),
        format!("ladder sha256 {}", report.ladder.sha256),
        format!("rows: {rows}"),
    ]
    .into_iter()
    .chain(
        report
            .fingerprint
            .iter()
            .map(|made_of| format!("ladder, period and inputs sha256 {made_of}")),
    )
    .collect()
}
