//! Checkouts that were left, and nothing that tells of orders: what a report then does not know.
//!
//! Nobody has ordered as far as the files go, and that is no finding: a rate of nought with a range would say that it were
//! one. Counts stay as they were found; what else there is to say of it is a notice's (`notices`).

use super::Report;
use super::notices::ONLY_ABANDONED;
use super::steps::StepReport;
use crate::analysis::open_windows::Matured;
use crate::analysis::rate::Rate;

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
fn unknown() -> Rate {
    Rate { low: None, high: None, ..Rate::of(0, 0, 0.0) }
}
