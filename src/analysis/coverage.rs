//! How much of what happened the event log saw, measured against the inputs that do not depend on it:
//! the orders export and aggregated session reports.
//!
//! A comparison needs both sides; without one of them the coverage is unknown. Orders that were made
//! before the log begins or after it ends could not be seen: they are no part of a fall.

mod book;
mod logs;
mod losses;
mod sessions;
mod wallets;

pub use logs::{LogCoverage, NotMatched};
pub use losses::LossOfGroup;
pub use sessions::Counted;

use super::rate::Rate;
use crate::findings::{Findings, TrackedOrder, TrackingFindings};
use crate::time::Instant;
use book::{Book, grouped, within};
use schemars::JsonSchema;
use serde::Serialize;

/// What the event log saw; each `None` where one side of the comparison is missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Orders of the orders export that the log saw too.
    pub orders_seen: Option<Rate>,
    /// Orders of the orders export whose customer the log saw before or at the order.
    pub orders_with_visit: Option<Rate>,
    /// Orders that only the log has: none of the orders export.
    pub orders_only_in_log: Option<u64>,
    /// Sessions in the log, of the sessions in the session reports, on the days that both cover; of several kinds of
    /// logs in the one that saw most. May exceed them.
    pub sessions_seen: Option<Rate>,
    /// The same for sessions with a cart addition. May exceed them.
    pub carts_seen: Option<Rate>,
    /// Orders of the orders export that the log saw too, of those that were made between its first and its
    /// last event: it could see no others.
    pub orders_seen_within_log: Option<Rate>,
    /// For each step of the checkout that the log has at all, the orders before which the log saw it. Orders that
    /// were paid with an accelerated wallet are none of those before which it should have seen what wallets skip.
    pub steps: Vec<StepCoverage>,
    /// The same for the orders of each day that has any; `value` is the day.
    pub days: Vec<GroupCoverage>,
    /// By device, most orders first; empty where no device is known.
    pub devices: Vec<GroupCoverage>,
    /// By what the orders were paid through, most orders first; empty where the export does not say.
    pub gateways: Vec<GroupCoverage>,
    /// When the log saw less than otherwise: of the orders, then of each step. Of several kinds of logs, while all
    /// of them ran.
    pub falls: Vec<FallOfCoverage>,
    /// Of whom the log saw less than of others, on the days without a fall: of the orders, then of each step.
    pub losses: Vec<LossOfGroup>,
    /// The same for each kind of log by itself.
    pub logs: Vec<LogCoverage>,
}

/// How many of the orders the log saw a step of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepCoverage {
    /// The canonical name of the step.
    pub name: &'static str,
    /// Orders with the step in the log, of all.
    pub orders_seen: Rate,
}

/// What the log saw of some of the orders.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct GroupCoverage {
    /// What they share; `None` if it is unknown.
    pub value: Option<String>,
    /// Of these orders, those that the log saw too.
    pub orders_seen: Rate,
    /// For each step of the checkout that the log has at all.
    pub steps: Vec<StepCoverage>,
}

/// Days on which the log saw less of the orders than on the others.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FallOfCoverage {
    /// What was seen less often: `checkout_completed`, or a step.
    pub name: &'static str,
    /// The first day.
    pub since: String,
    /// The last day; `None` if it goes on until the end.
    pub until: Option<String>,
    /// What was seen on these days.
    pub within: Rate,
    /// What was seen on all days without such a fall.
    pub outside: Rate,
    /// Of whom it was not seen on these days, if of some surely more often than of the others.
    pub losses: Vec<LossOfGroup>,
}

/// The name under which a fall of the orders themselves stands.
pub const ORDERS: &str = "checkout_completed";

/// The coverage of the event log; `day` is the calendar in which days are told apart.
pub fn coverage(
    findings: &Findings,
    confidence: f64,
    day: &dyn Fn(Instant) -> Option<String>,
) -> Coverage {
    let tracking = &findings.tracking;
    let mut known = totals(findings, confidence);
    let has_orders = known.orders_seen.is_some();
    known.logs = logs::logs(findings, (has_orders, confidence), day);
    if !has_orders {
        return known;
    }
    let book = Book { tracking, confidence };
    let all: Vec<&TrackedOrder> = tracking.orders.iter().collect();
    let by_day = grouped(&tracking.orders, |order| day(order.at));
    let mut days = book.groups(&by_day);
    days.retain(|group| group.value.is_some());
    days.sort_by(|a, b| a.value.cmp(&b.value));
    let (falls, losses) = book.shortfalls(&by_day, shared_span(tracking));
    Coverage {
        orders_seen_within_log: Some(book.orders_seen(&within(tracking, tracking.log_span))),
        steps: book.steps(&all),
        days,
        devices: book.known_groups(|order| order.device.as_deref().map(str::to_owned)),
        gateways: book.known_groups(|order| order.gateway.as_deref().map(str::to_owned)),
        falls,
        losses,
        ..known
    }
}

/// The time that all logs cover: that one of them has ended is no fall.
fn shared_span(tracking: &TrackingFindings) -> Option<(Instant, Instant)> {
    let spans = tracking.logs.iter().map(|log| log.span);
    let shared = spans.reduce(|one, other| {
        let ((from, to), (other_from, other_to)) = one.zip(other)?;
        Some((from.max(other_from), to.min(other_to)))
    });
    shared.unwrap_or(tracking.log_span)
}

/// What the counts of the run say without looking at single orders.
fn totals(findings: &Findings, confidence: f64) -> Coverage {
    let both = findings.has_log && findings.has_orders;
    let of_orders = |hits| both.then(|| Rate::of(hits, findings.orders.in_exports, confidence));
    let seen = |counted| sessions::seen_by_most(findings, counted, confidence);
    Coverage {
        orders_seen: of_orders(findings.orders.seen_in_log),
        orders_with_visit: of_orders(findings.tally.orders_with_visit),
        orders_only_in_log: both
            .then(|| findings.orders.count.saturating_sub(findings.orders.in_exports)),
        sessions_seen: seen(Counted::All),
        carts_seen: seen(Counted::WithCart),
        ..Coverage::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Days;
    use crate::report::example;

    fn counts(rate: Rate) -> (u64, u64) {
        (rate.hits, rate.base)
    }

    #[test]
    fn coverage_needs_both_sides() {
        let (mut findings, _) = example::storefront();
        let day = |_: Instant| None;
        let seen = coverage(&findings, 0.95, &day);
        assert_eq!(seen.orders_seen.map(counts), Some((7, 9)));
        assert_eq!(seen.orders_with_visit.map(counts), Some((6, 9)));
        assert_eq!(seen.orders_only_in_log, Some(1));
        assert_eq!(seen.sessions_seen.map(counts), Some((1400, 1500)));
        assert_eq!(seen.carts_seen.map(counts), Some((50, 75)));
        findings.has_log = false;
        assert_eq!(coverage(&findings, 0.95, &day), Coverage::default());
    }

    #[test]
    fn sessions_are_compared_on_the_days_that_both_cover() {
        let (mut findings, _) = example::storefront();
        let day = |_: Instant| None;
        findings.session_reports[0].says_when = true;
        let of_day = |day| (Days { first: day, last: day }, vec![100, 10, 5, 2]);
        findings.session_reports[0].spans = (0..10).map(of_day).collect();
        findings.tally.session_days = vec![(8..20).map(|day| (day, [70, 4])).collect()];
        let seen = coverage(&findings, 0.95, &day);
        assert_eq!(seen.sessions_seen.map(counts), Some((140, 200)));
        assert_eq!(seen.carts_seen.map(counts), Some((8, 20)));
        // Of two kinds of logs the one that saw more of the same sessions.
        findings.tally.session_days.push((8..20).map(|day| (day, [90, 3])).collect());
        let seen = coverage(&findings, 0.95, &day);
        assert_eq!(seen.sessions_seen.map(counts), Some((180, 200)));
        assert_eq!(seen.carts_seen.map(counts), Some((8, 20)));
        // Of the day on which the period asked for begins only a part is asked for.
        findings.asked_days = Some(Days { first: 9, last: i64::MAX });
        let seen = coverage(&findings, 0.95, &day);
        assert_eq!(seen.sessions_seen.map(counts), Some((90, 100)));
        findings.tally.session_days = vec![(10..20).map(|day| (day, [70, 4])).collect()];
        assert_eq!(coverage(&findings, 0.95, &day).sessions_seen, None, "no day in common");
    }

    #[test]
    fn only_whole_weeks_in_the_log_are_compared() {
        let (mut findings, _) = example::storefront();
        let day = |_: Instant| None;
        findings.session_reports[0].says_when = true;
        let week = |week| (Days { first: 7_i64 * week, last: 7 * week + 6 }, vec![100, 10, 5, 2]);
        findings.session_reports[0].spans = (0..4).map(week).collect();
        findings.tally.session_days = vec![(3..23).map(|day| (day, [10, 1])).collect()];
        let seen = coverage(&findings, 0.95, &day);
        assert_eq!(
            seen.sessions_seen.map(counts),
            Some((140, 200)),
            "of the second and third week"
        );
        // A report by quarter says when, but not on which days.
        findings.session_reports[0].spans.clear();
        assert_eq!(coverage(&findings, 0.95, &day).sessions_seen, None);
    }

    /// Forty days of ten orders; from the twentieth on the log sees half of them, none paid by card.
    fn findings() -> Findings {
        let order = |day: i64, number: i64| TrackedOrder {
            is_nameless: false,
            at: Instant(day * 1000 + number),
            in_log: day < 20 || number >= 5,
            steps: u8::from(number != 9),
            device: (number < 3).then(|| "mobile".into()),
            device_of_order: true,
            gateway: Some(if number < 5 { "card" } else { "wallet" }.into()),
            by_log: Vec::new(),
        };
        let orders = (0..40).flat_map(|day| (0..10).map(move |number| order(day, number)));
        let tracking = TrackingFindings {
            orders: orders.collect(),
            steps: 0b1001,
            log_span: Some((Instant(1000), Instant(39_009))),
            logs: Vec::new(),
        };
        let mut findings =
            Findings { has_log: true, has_orders: true, tracking, ..Findings::default() };
        (findings.orders.in_exports, findings.orders.seen_in_log) = (400, 300);
        findings
    }

    /// What is before 1970 has no day here.
    fn day(at: Instant) -> Option<String> {
        (at.0 >= 0).then(|| format!("{:02}", at.0 / 1000))
    }

    #[test]
    fn orders_are_told_apart_by_day_device_and_gateway() {
        let seen = coverage(&findings(), 0.95, &day);
        let rows = |groups: &[GroupCoverage]| -> Vec<(Option<String>, (u64, u64))> {
            groups.iter().map(|g| (g.value.clone(), counts(g.orders_seen))).collect()
        };
        assert_eq!(
            rows(&seen.gateways),
            [(Some("card".into()), (100, 200)), (Some("wallet".into()), (200, 200))]
        );
        assert_eq!(rows(&seen.devices), [(Some("mobile".into()), (60, 120)), (None, (240, 280))]);
        assert_eq!(seen.days.len(), 40);
        assert_eq!(rows(&seen.days)[20], (Some("20".into()), (5, 10)));
        let steps = |steps: &[StepCoverage]| -> Vec<(&str, (u64, u64))> {
            steps.iter().map(|step| (step.name, counts(step.orders_seen))).collect()
        };
        let expected =
            [("checkout_started", (360, 400)), ("checkout_shipping_info_submitted", (0, 400))];
        assert_eq!(steps(&seen.steps), expected);
        assert_eq!(steps(&seen.gateways[1].steps)[0], ("checkout_started", (160, 200)));
    }

    #[test]
    fn steps_that_a_wallet_skips_were_not_lost() {
        let mut express = findings();
        for order in &mut express.tracking.orders {
            let is_later = order.at >= Instant(20_000);
            (order.in_log, order.steps) = (true, 0b1001);
            if is_later && order.gateway.as_deref() == Some("wallet") {
                (order.gateway, order.steps) = (Some("Shop Pay".into()), 0b0001);
            }
        }
        let seen = coverage(&express, 0.95, &day);
        assert_eq!((seen.falls, seen.losses), (Vec::new(), Vec::new()));
        assert_eq!(counts(seen.steps[1].orders_seen), (300, 300));
        // Where the order itself was not seen nobody can say what it skipped.
        express.tracking.orders.iter_mut().for_each(|order| order.in_log = false);
        assert_eq!(coverage(&express, 0.95, &day).falls.len(), 1);
    }

    #[test]
    fn a_fall_is_dated_and_looks_only_at_what_the_log_could_see() {
        let seen = coverage(&findings(), 0.95, &day);
        assert_eq!(seen.orders_seen_within_log.map(counts), Some((290, 390)));
        let [fall] = seen.falls.as_slice() else { panic!("{:?}", seen.falls) };
        assert_eq!((fall.name, fall.since.as_str(), &fall.until), (ORDERS, "20", &None));
        assert_eq!((counts(fall.within), counts(fall.outside)), ((100, 200), (190, 190)));
        // Its orders are those of a card, of which nothing is seen then.
        let groups: Vec<_> = fall.losses.iter().map(|loss| loss.value.as_str()).collect();
        assert_eq!(groups, ["card"]);
        // A log that ends on the twentieth day has lost nothing.
        let mut short = findings();
        short.tracking.log_span = Some((Instant(0), Instant(19_999)));
        assert_eq!(coverage(&short, 0.95, &day).falls, []);
    }
}
