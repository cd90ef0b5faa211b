//! How much of what happened the event log saw, measured against the inputs that do not depend on it:
//! the orders export and aggregated session reports.
//!
//! A comparison needs both sides; without one of them the coverage is unknown.

use super::rate::Rate;
use crate::findings::Findings;
use schemars::JsonSchema;
use serde::Serialize;

/// The column of a session report that counts all sessions.
const ALL_SESSIONS: &str = "Sessions";

/// The column of a session report that counts sessions with a cart addition.
const WITH_CART: &str = "Added to cart";

/// What the event log saw; each `None` where one side of the comparison is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Orders of the orders export that the log saw too.
    pub orders_seen: Option<Rate>,
    /// Orders of the orders export whose customer the log saw before or at the order.
    pub orders_with_visit: Option<Rate>,
    /// Sessions in the log, of the sessions in the session reports. May exceed them.
    pub sessions_seen: Option<Rate>,
    /// Sessions with a cart addition in the log, of those in the session reports. May exceed them.
    pub carts_seen: Option<Rate>,
}

/// The coverage of the event log.
pub fn coverage(findings: &Findings, confidence: f64) -> Coverage {
    let both = findings.has_log && findings.has_orders;
    let of_orders = |hits| both.then(|| Rate::of(hits, findings.orders.in_exports, confidence));
    let of_reported = |step, hits| {
        let total = reported(findings, step).filter(|_| findings.has_log);
        total.map(|total| Rate::of(hits, total, confidence))
    };
    Coverage {
        orders_seen: of_orders(findings.orders.seen_in_log),
        orders_with_visit: of_orders(findings.tally.orders_with_visit),
        sessions_seen: of_reported(ALL_SESSIONS, findings.tally.sessions),
        carts_seen: of_reported(WITH_CART, findings.tally.sessions_with_cart),
    }
}

/// A total of the first report that counts it: reports by different dimensions hold the same
/// sessions and must not be added.
fn reported(findings: &Findings, step: &str) -> Option<u64> {
    let mut steps = findings.session_reports.iter().flat_map(|report| &report.steps);
    steps.find(|(name, _)| *name == step).map(|&(_, total)| total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn coverage_needs_both_sides() {
        let (mut findings, _) = example::storefront();
        let counts = |rate: Option<Rate>| rate.map(|rate| (rate.hits, rate.base));
        let seen = coverage(&findings, 0.95);
        assert_eq!(counts(seen.orders_seen), Some((7, 9)));
        assert_eq!(counts(seen.orders_with_visit), Some((6, 9)));
        assert_eq!(counts(seen.sessions_seen), Some((1400, 1500)));
        assert_eq!(counts(seen.carts_seen), Some((50, 75)));
        findings.has_log = false;
        assert_eq!(coverage(&findings, 0.95), Coverage::default());
    }
}
