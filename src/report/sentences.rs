//! The report in sentences: the answer, and where most are lost. (What was counted, and how, is said by `scope`.)
//!
//! Sentences come before tables and must stay true of small data: below a handful of orders there is
//! no ranking. Every sentence reads well aloud, without its table.

use super::notices::{FEW_ORDERS, ONLY_ABANDONED, ORDERS_BESIDE};
use super::unknown_orders;
use super::words::{count, people, percent_within, range_named};
use super::{ExitReport, Report, StepReport};
use crate::analysis::rate::Rate;

/// Where the data lie, if a period is asked for that has none of them.
fn outside_of_the_data(report: &Report) -> Option<String> {
    let period = &report.period;
    let (from, until) = (period.seen_from?, period.seen_until?);
    let is_outside = period.since.is_some_and(|since| since > until)
        || period.until.is_some_and(|until| until < from);
    is_outside.then(|| {
        format!("The period has nothing in it: the data are of {} to {}.", from.day(), until.day())
    })
}

/// The answer in one to three sentences.
pub fn headline(report: &Report) -> Vec<String> {
    let (Some(first), Some(last)) = (report.steps.first(), report.steps.last()) else {
        return Vec::new();
    };
    if report.journeys.entered == 0 {
        let one = people(report.journeys.unit, 1);
        let sentence = format!("No {one} reached {}, so there are no rates.", first.name);
        return std::iter::once(sentence).chain(outside_of_the_data(report)).collect();
    }
    if report.steps.len() == 1 && holds_totals(report) {
        let unit = people(report.journeys.unit, report.journeys.entered);
        return vec![format!("{} {unit}, and no later step.", count(report.journeys.entered))];
    }
    if unknown_orders::are_unknown(report) {
        let entered = report.journeys.entered;
        let who = people(report.journeys.unit, entered);
        let known = format!(
            "{} {who} left a checkout; whether they ordered later is not known.",
            count(entered)
        );
        return [Some(known), largest_loss(report)].into_iter().flatten().collect();
    }
    if report.has_few_orders() {
        return few_orders(report, last);
    }
    let rate = &report.macro_conversion.rate;
    let answer = format!(
        "{} of {}{} {}: {}.",
        percent_within(rate.rate, rate.low, rate.high),
        people(report.journeys.unit, 0),
        of_first_step(report, first),
        reached(report, last),
        counts_with_range(report, &report.macro_conversion.rate)
    );
    [Some(answer), largest_loss(report)].into_iter().flatten().collect()
}

/// Whether the counts are the totals of a session report, and not of journeys.
fn holds_totals(report: &Report) -> bool {
    report.ladder.open && !report.session_reports.is_empty()
}

/// A session report may lack the number of sessions: then its first step is not all of them.
fn of_first_step(report: &Report, first: &StepReport) -> String {
    if report.ladder.linkage == "apart" {
        return " at any step".to_owned();
    }
    let is_whole = !holds_totals(report) || first.name == "Sessions";
    if is_whole { String::new() } else { format!(" that reached {}", first.name) }
}

/// `262 of 12,480 (95% range 1.9–2.4%)`; without the range where there is none.
fn counts_with_range(report: &Report, rate: &Rate) -> String {
    let counts = format!("{} of {}", count(rate.hits), count(rate.base));
    match rate.low {
        Some(_) => format!("{counts} ({})", range_named(report.confidence, rate.low, rate.high)),
        None => counts,
    }
}

/// The verb of a step: an order is made, every other step is reached. Where others have ordered too, or nobody has by way of
/// the ladder, nothing more is said of an order than that it was reached.
fn reached(report: &Report, step: &StepReport) -> String {
    let is_beside = [ORDERS_BESIDE, ONLY_ABANDONED].iter().any(|code| report.has_notice(code));
    if is_order(&step.name) && step.reached > 0 && !is_beside {
        return "ordered".to_owned();
    }
    format!("reached {}", step.name)
}

/// Whether a step is called the order.
pub(super) fn is_order(name: &str) -> bool {
    matches!(name, "Order" | "order")
}

fn few_orders(report: &Report, last: &StepReport) -> Vec<String> {
    let rate = &report.macro_conversion.rate;
    let counts = format!("{} of {}", count(rate.hits), count(rate.base));
    let who = people(report.journeys.unit, rate.base);
    let range = match rate.low {
        Some(_) => format!(" ({})", range_named(report.confidence, rate.low, rate.high)),
        None => String::new(),
    };
    let watch = match latest_telling_step(report) {
        Some(step) => {
            let rate = &step.overall_rate;
            let counts = format!("{} of {}", count(rate.hits), count(rate.base));
            let range = range_named(report.confidence, rate.low, rate.high);
            format!("; {} ({counts}, {range}) is the latest step worth watching", step.name)
        }
        None => String::new(),
    };
    vec![
        format!("{counts} {who} {}{range}.", reached(report, last)),
        format!("Too few for rates by step to mean much{watch}."),
    ]
}

/// The last step between the first and the macro step that enough journeys reached.
fn latest_telling_step(report: &Report) -> Option<&StepReport> {
    let between = report.steps.get(1..report.steps.len().checked_sub(1)?)?;
    between.iter().rev().find(|step| step.reached >= FEW_ORDERS)
}

/// Where more are lost than before any other step; the earliest of equals.
fn largest_loss(report: &Report) -> Option<String> {
    let losses = || report.exits.iter().filter(|exit| exit.left > 0);
    let all: i64 = losses().map(|exit| exit.left).fold(0, i64::saturating_add);
    let most: &ExitReport = losses().rev().max_by_key(|exit| exit.left)?;
    let start = if most.left > all / 2 { "Most are lost" } else { "The largest loss is" };
    let counts = format!("{} of {}", count(most.left.unsigned_abs()), count(most.reached));
    Some(format!("{start} before {}: {counts}.", most.next))
}

#[cfg(test)]
mod tests {
    use crate::report::example;
    use crate::report::{Report, headline, scope};

    fn storefront(change: impl FnOnce(&mut crate::findings::Findings)) -> Report {
        let (mut findings, ladder) = example::storefront();
        change(&mut findings);
        Report::new(&findings, &ladder, &example::options())
    }

    #[test]
    fn the_answer_comes_first_then_the_largest_loss() {
        assert_eq!(
            headline(&storefront(|_| ())),
            [
                "0.80% of customers ordered: 8 of 1,000 (95% range 0.4–1.6%).",
                "Most are lost before Product page: 500 of 1,000."
            ]
        );
        let mut report = storefront(|_| ());
        report.steps[4].name = "Fourth order".into();
        report.exits[2].left = 500;
        assert_eq!(
            headline(&report),
            [
                "0.80% of customers reached Fourth order: 8 of 1,000 (95% range 0.4–1.6%).",
                "The largest loss is before Product page: 500 of 1,000."
            ]
        );
    }

    #[test]
    fn few_orders_make_no_ranking() {
        let report = storefront(|findings| {
            findings.tally.converted = 2;
            findings.tally.entered = 41;
            findings.tally.steps[0].reached = 41;
            findings.tally.steps[3].reached = 9;
        });
        assert_eq!(
            headline(&report),
            [
                "2 of 41 customers ordered (95% range 1–16%).",
                "Too few for rates by step to mean much; Add to cart (9 of 41, 95% range 12–37%) is the latest step worth watching."
            ]
        );
    }

    #[test]
    fn nobody_is_no_rate() {
        let report = storefront(|findings| findings.tally = crate::tally::Tally::new(5, 3));
        assert_eq!(headline(&report), ["No customer reached Visit, so there are no rates."]);
    }

    #[test]
    fn the_scope_names_unit_period_zone_and_rules() {
        assert_eq!(
            scope(&storefront(|_| ())),
            [
                "Storefront · customers · 1 Oct 2026 to 31 Oct 2026 (+02:00) · closed funnel",
                "30d to finish · steps in order · furthest try of each customer"
            ]
        );
        let (findings, ladder) = example::sessions();
        let report = Report::new(&findings, &ladder, &example::options());
        assert_eq!(scope(&report)[0], "Sessions · sessions · times in +02:00 · open funnel");
        assert_eq!(
            headline(&report),
            [
                "3.0% of sessions reached Converted: 30 of 1,000 (95% range 2.1–4.3%).",
                "Most are lost before Added to cart: 920 of 1,000."
            ]
        );
    }
}
