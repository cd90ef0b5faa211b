//! How much of what happened the event log saw, measured against the inputs that do not depend on it:
//! the orders export and aggregated session reports.
//!
//! A comparison needs both sides; without one of them the coverage is unknown. Orders that were made
//! before the log begins or after it ends could not be seen: they are no part of a fall.

mod logs;

pub use logs::LogCoverage;

use super::rate::Rate;
use crate::findings::{Findings, SessionReport, TrackedOrder, TrackingFindings};
use crate::ladder::vocabulary::CHECKOUT_STEPS;
use crate::stats::change::{self, Counts};
use crate::time::Instant;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The column of a session report that counts all sessions.
const ALL_SESSIONS: &str = "Sessions";

/// The column of a session report that counts sessions with a cart addition.
const WITH_CART: &str = "Added to cart";

/// What the event log saw; each `None` where one side of the comparison is missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Orders of the orders export that the log saw too.
    pub orders_seen: Option<Rate>,
    /// Orders of the orders export whose customer the log saw before or at the order.
    pub orders_with_visit: Option<Rate>,
    /// Orders that only the log has: none of the orders export.
    pub orders_only_in_log: Option<u64>,
    /// Sessions in the log, of the sessions in the session reports, on the days that both cover where the
    /// report has days. May exceed them.
    pub sessions_seen: Option<Rate>,
    /// Sessions with a cart addition in the log, of those in the session reports. May exceed them.
    pub carts_seen: Option<Rate>,
    /// Orders of the orders export that the log saw too, of those that were made between its first and its
    /// last event: it could see no others.
    pub orders_seen_within_log: Option<Rate>,
    /// For each step of the checkout that the log has at all, the orders before which the log saw it.
    pub steps: Vec<StepCoverage>,
    /// The same for the orders of each day that has any; `value` is the day.
    pub days: Vec<GroupCoverage>,
    /// By device, most orders first; empty where no device is known.
    pub devices: Vec<GroupCoverage>,
    /// By what the orders were paid through, most orders first; empty where the export does not say.
    pub gateways: Vec<GroupCoverage>,
    /// When the log saw less than otherwise: of the orders, then of each step.
    pub falls: Vec<FallOfCoverage>,
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
    /// What was seen on all others.
    pub outside: Rate,
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
    known.logs = logs::logs(tracking, (has_orders, confidence), day);
    if !has_orders {
        return known;
    }
    let book = Book { tracking, confidence };
    let within: Vec<&TrackedOrder> =
        tracking.orders.iter().filter(|order| is_within(order, tracking)).collect();
    let by_day = grouped(&tracking.orders, |order| day(order.at));
    let mut days = book.groups(&by_day);
    days.retain(|group| group.value.is_some());
    days.sort_by(|a, b| a.value.cmp(&b.value));
    Coverage {
        orders_seen_within_log: Some(book.rate(&within, |order| order.in_log)),
        steps: book.steps(&tracking.orders.iter().collect::<Vec<_>>()),
        days,
        devices: book.known_groups(|order| order.device.as_deref().map(str::to_owned)),
        gateways: book.known_groups(|order| order.gateway.as_deref().map(str::to_owned)),
        falls: book.falls(&by_day),
        ..known
    }
}

fn is_within(order: &TrackedOrder, tracking: &TrackingFindings) -> bool {
    tracking.log_span.is_some_and(|(from, to)| (from..=to).contains(&order.at))
}

/// Orders by what they share.
type Groups<'o> = BTreeMap<Option<String>, Vec<&'o TrackedOrder>>;

fn grouped(orders: &[TrackedOrder], of: impl Fn(&TrackedOrder) -> Option<String>) -> Groups<'_> {
    let mut groups = Groups::new();
    for order in orders {
        groups.entry(of(order)).or_default().push(order);
    }
    groups
}

/// The orders that were held against the log.
struct Book<'f> {
    tracking: &'f TrackingFindings,
    confidence: f64,
}

impl Book<'_> {
    fn rate(&self, orders: &[&TrackedOrder], is_seen: impl Fn(&TrackedOrder) -> bool) -> Rate {
        let hits = orders.iter().filter(|order| is_seen(order)).count();
        Rate::of(hits as u64, orders.len() as u64, self.confidence)
    }

    /// The steps that the log has at all, with their bits.
    fn known_steps(&self) -> impl Iterator<Item = (&'static str, u8)> {
        let steps = CHECKOUT_STEPS.into_iter().zip((0..).map(|position| 1_u8 << position));
        steps.filter(|(_, step)| self.tracking.steps & step != 0)
    }

    fn steps(&self, orders: &[&TrackedOrder]) -> Vec<StepCoverage> {
        let step = |(name, step)| {
            let orders_seen = self.rate(orders, |order| order.steps & step != 0);
            StepCoverage { name, orders_seen }
        };
        self.known_steps().map(step).collect()
    }

    fn groups(&self, groups: &Groups<'_>) -> Vec<GroupCoverage> {
        let group = |(value, orders): (&Option<String>, &Vec<&TrackedOrder>)| GroupCoverage {
            value: value.clone(),
            orders_seen: self.rate(orders, |order| order.in_log),
            steps: self.steps(orders),
        };
        groups.iter().map(group).collect()
    }

    /// The groups, most orders first and the unknown last; none if nothing is known.
    fn known_groups(&self, of: impl Fn(&TrackedOrder) -> Option<String>) -> Vec<GroupCoverage> {
        let mut groups = self.groups(&grouped(&self.tracking.orders, of));
        if groups.iter().all(|group| group.value.is_none()) {
            return Vec::new();
        }
        groups.sort_by(|a, b| {
            let key = |group: &GroupCoverage| {
                (group.value.is_none(), std::cmp::Reverse(group.orders_seen.base))
            };
            key(a).cmp(&key(b)).then_with(|| a.value.cmp(&b.value))
        });
        groups
    }

    /// When the log saw less than otherwise, of the orders that it could have seen.
    fn falls(&self, by_day: &Groups<'_>) -> Vec<FallOfCoverage> {
        let days: Vec<(&String, Vec<&TrackedOrder>)> = by_day
            .iter()
            .filter_map(|(day, orders)| {
                let within = orders.iter().copied().filter(|order| is_within(order, self.tracking));
                Some((day.as_ref()?, within.collect::<Vec<_>>()))
            })
            .filter(|(_, orders)| !orders.is_empty())
            .collect();
        let fall = |name, is_seen: &dyn Fn(&TrackedOrder) -> bool| {
            let counts = days.iter().map(|(_, orders)| {
                let hits = orders.iter().filter(|order| is_seen(order)).count();
                Counts { hits: hits as u64, base: orders.len() as u64 }
            });
            let fall = change::fall(&counts.collect::<Vec<_>>())?;
            let rate = |counts: Counts| Rate::of(counts.hits, counts.base, self.confidence);
            let lasts = fall.days.end == days.len();
            Some(FallOfCoverage {
                name,
                since: days.get(fall.days.start)?.0.clone(),
                until: days
                    .get(fall.days.end.checked_sub(1)?)
                    .filter(|_| !lasts)
                    .map(|d| d.0.clone()),
                within: rate(fall.within),
                outside: rate(fall.outside),
            })
        };
        let of_orders = fall(ORDERS, &|order| order.in_log);
        let of_steps = self
            .known_steps()
            .filter_map(|(name, step)| fall(name, &|order| order.steps & step != 0));
        of_orders.into_iter().chain(of_steps).collect()
    }
}

/// What the counts of the run say without looking at single orders.
fn totals(findings: &Findings, confidence: f64) -> Coverage {
    let both = findings.has_log && findings.has_orders;
    let of_orders = |hits| both.then(|| Rate::of(hits, findings.orders.in_exports, confidence));
    let tally = &findings.tally;
    let of_reported = |step, all, of_day: fn([u64; 2]) -> u64| {
        let (report, position) = reported(findings, step).filter(|_| findings.has_log)?;
        if report.days.is_empty() {
            return Some(Rate::of(all, report.steps.get(position)?.1, confidence));
        }
        let shared = shared_days(&report.days, &tally.session_days)?;
        let hits = tally.session_days.range(shared.clone()).map(|(_, own)| of_day(*own));
        let total = report.days.range(shared).filter_map(|(_, own)| own.get(position));
        Some(Rate::of(hits.sum(), total.sum(), confidence))
    };
    Coverage {
        orders_seen: of_orders(findings.orders.seen_in_log),
        orders_with_visit: of_orders(findings.tally.orders_with_visit),
        orders_only_in_log: both
            .then(|| findings.orders.count.saturating_sub(findings.orders.in_exports)),
        sessions_seen: of_reported(ALL_SESSIONS, tally.sessions, |[all, _]| all),
        carts_seen: of_reported(WITH_CART, tally.sessions_with_cart, |[_, with_cart]| with_cart),
        ..Coverage::default()
    }
}

/// The first report that counts a step, and where: reports by different dimensions hold the same
/// sessions and must not be added.
fn reported<'f>(findings: &'f Findings, step: &str) -> Option<(&'f SessionReport, usize)> {
    let position = |report: &SessionReport| report.steps.iter().position(|(name, _)| *name == step);
    findings.session_reports.iter().find_map(|report| Some((report, position(report)?)))
}

/// The days on which two both count something, from the first to the last.
fn shared_days<A, B>(
    one: &BTreeMap<i64, A>,
    other: &BTreeMap<i64, B>,
) -> Option<RangeInclusive<i64>> {
    let first = *one.first_key_value()?.0.max(other.first_key_value()?.0);
    let last = *one.last_key_value()?.0.min(other.last_key_value()?.0);
    (first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        findings.session_reports[0].days = (0..10).map(|day| (day, vec![100, 10, 5, 2])).collect();
        findings.tally.session_days = (8..20).map(|day| (day, [70, 4])).collect();
        let seen = coverage(&findings, 0.95, &day);
        assert_eq!(seen.sessions_seen.map(counts), Some((140, 200)));
        assert_eq!(seen.carts_seen.map(counts), Some((8, 20)));
        findings.tally.session_days = (10..20).map(|day| (day, [70, 4])).collect();
        assert_eq!(coverage(&findings, 0.95, &day).sessions_seen, None, "no day in common");
    }

    /// Forty days of ten orders; from the twentieth on the log sees half of them, none paid by card.
    fn findings() -> Findings {
        let order = |day: i64, number: i64| TrackedOrder {
            at: Instant(day * 1000 + number),
            in_log: day < 20 || number >= 5,
            steps: u8::from(number != 9),
            device: (number < 3).then(|| "mobile".into()),
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
    fn a_fall_is_dated_and_looks_only_at_what_the_log_could_see() {
        let seen = coverage(&findings(), 0.95, &day);
        assert_eq!(seen.orders_seen_within_log.map(counts), Some((290, 390)));
        let [fall] = seen.falls.as_slice() else { panic!("{:?}", seen.falls) };
        assert_eq!((fall.name, fall.since.as_str(), &fall.until), (ORDERS, "20", &None));
        assert_eq!((counts(fall.within), counts(fall.outside)), ((100, 200), (190, 190)));
        // A log that ends on the twentieth day has lost nothing.
        let mut short = findings();
        short.tracking.log_span = Some((Instant(0), Instant(19_999)));
        assert_eq!(coverage(&short, 0.95, &day).falls, []);
    }
}
