//! Checkouts that were left, and nothing that tells of orders: what a report then does not know.
//!
//! Nobody has ordered as far as the files go, and that is no finding: a rate of nought with a range would say that it were
//! one. Counts stay as they were found; what else there is to say of it is a notice's (`notices`).

use super::Report;
use super::drivers::DriversReport;
use super::exits::ExitsReport;
use super::notices::{ONLY_ABANDONED, only_abandoned};
use super::segments::SegmentsReport;
use super::steps::StepReport;
use super::trend::TrendReport;
use super::whatif::WhatifReport;
use crate::analysis::open_windows::Matured;
use crate::analysis::orders;
use crate::analysis::rate::Rate;
use crate::findings::Findings;
use crate::ladder::definition::Ladder;

/// Takes out of a report all that would be a share of orders, if orders are not known.
pub(super) fn forget_orders(report: &mut Report) {
    if !are_unknown(report) {
        return;
    }
    report.macro_conversion.rate = unknown();
    let Matured { window_seconds, share_closed, .. } = report.macro_conversion.matured;
    report.macro_conversion.matured =
        Matured { window_seconds, share_closed, ..Matured::default() };
    forget_of_steps(&mut report.steps);
    let rows = report.breakdowns.iter_mut().flat_map(|breakdown| &mut breakdown.rows);
    rows.for_each(|row| forget_of_steps(&mut row.steps));
    for action in &mut report.actions {
        (action.order_rate_with, action.order_rate_without) = (unknown(), unknown());
    }
    let last = report.steps.last().map(|step| step.name.clone());
    report.exits.retain(|exit| Some(&exit.next) != last.as_ref());
}

/// Whether nothing that was read tells of orders.
pub(super) fn are_unknown(report: &Report) -> bool {
    let nobody = report.orders.count.is_none() && report.journeys.converted == 0;
    nobody && report.has_notice(ONLY_ABANDONED)
}

/// Whether nothing that was read tells of orders, as a report would have it.
pub(super) fn are_unknown_to(findings: &Findings, ladder: &Ladder) -> bool {
    let nobody = !orders::are_known(findings) && findings.tally.converted == 0;
    nobody && only_abandoned(findings, ladder).is_some()
}

/// Groups cannot be told apart by what is not known.
pub(super) fn forget_of_segments(report: &mut SegmentsReport) {
    report.all = unknown();
    report.segments.clear();
    (report.tested, report.too_small, report.redundant) = (0, 0, 0);
    report.dimensions.iter_mut().for_each(|own| (own.p_value, own.cramers_v) = (None, None));
    // That rates may still rise.
    report.notices.clear();
}

/// Who had got to the last step but one has not left as far as anybody knows.
pub(super) fn forget_of_exits(report: &mut ExitsReport, ladder: &Ladder) {
    let last = ladder.steps.last().map(|step| step.name.as_str());
    report.steps.retain(|step| Some(step.next_step.as_str()) != last);
    let all: u64 = report.steps.iter().map(|step| step.left).sum();
    for step in &mut report.steps {
        step.order_rate = unknown();
        step.value_at_stake.clear();
        step.share = (all > 0).then(|| step.left as f64 / all as f64);
    }
}

/// Nothing comes before orders of which nothing is known.
pub(super) fn forget_of_drivers(report: &mut DriversReport) {
    for action in &mut report.actions {
        (action.order_rate_with, action.order_rate_without) = (unknown(), unknown());
    }
    for step in &mut report.steps {
        step.order_rate = unknown();
        step.value.clear();
    }
}

/// Takes the last step's rates out of each period.
pub(super) fn forget_of_trend(report: &mut TrendReport, ladder: &Ladder) {
    let last = ladder.steps.last().map_or("", |step| step.name.as_str());
    let metrics = [format!("rate({last})"), format!("step_rate({last})")];
    report.alerts.retain(|alert| !metrics.contains(&alert.metric));
    report.changes.clear();
    for period in &mut report.periods {
        (period.rate, period.same_day_rate, period.limits) = (unknown(), unknown(), None);
        if let Some(last) = period.steps.last_mut() {
            last.step_rate = last.step_rate.map(|_| unknown());
            last.overall_rate = unknown();
        }
    }
}

/// What more of a step would bring is not known either.
pub(super) fn forget_of_whatif(report: &mut WhatifReport, ladder: &Ladder) {
    let last = ladder.steps.last().map_or("", |step| step.name.as_str());
    (report.orders.low, report.orders.high) = (None, None);
    for lift in report.lifts.iter_mut().filter(|lift| lift.step == last) {
        (lift.rate, lift.lifted_rate) = (None, None);
    }
    for step in &mut report.steps {
        step.extra_orders_per_point = None;
        if step.name == last {
            step.step_rate = unknown();
        }
    }
}

fn forget_of_steps(steps: &mut [StepReport]) {
    for step in &mut *steps {
        step.order_rate = unknown();
    }
    let Some(last) = steps.last_mut() else { return };
    last.step_rate = last.step_rate.map(|_| unknown());
    last.overall_rate = unknown();
    (last.below_target, last.target) = (false, None);
}

/// None of none: the rate of what is not known.
pub(super) fn unknown() -> Rate {
    Rate { low: None, high: None, ..Rate::of(0, 0, 0.0) }
}
