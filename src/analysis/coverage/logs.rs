//! The same of each kind of log by itself: where there are several, one may fail while another sees on; and
//! whether a log ends while others go on.

use super::{Book, FallOfCoverage, StepCoverage, grouped, is_within};
use crate::analysis::rate::Rate;
use crate::findings::{TrackedLog, TrackedOrder, TrackingFindings};
use crate::time::{Instant, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// Exports are made at different hours: what comes so soon behind the end of a log says nothing.
const SOON: Span = Span::days(1);

/// Fewer orders than this behind the end of a log may be a pause of its visitors.
const FEWEST_LATER: usize = 5;

/// Without orders: other logs must go on for longer than this.
const LONG: Span = Span::days(2);

/// What one kind of log saw.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LogCoverage {
    /// The format of its first file.
    pub format: &'static str,
    /// The day of its first event.
    pub since: Option<String>,
    /// The day of its last event.
    pub until: Option<String>,
    /// The day until which others go on, if it ends while they do.
    pub others_until: Option<String>,
    /// Orders of the orders export that were made more than a day after its last event.
    pub later_orders: Option<u64>,
    /// Orders of the orders export that it saw too.
    pub orders_seen: Option<Rate>,
    /// The same, of those that were made between its first and its last event.
    pub orders_seen_within_log: Option<Rate>,
    /// For each step of the checkout that it has at all, the orders before which it saw it.
    pub steps: Vec<StepCoverage>,
    /// When it saw less than otherwise.
    pub falls: Vec<FallOfCoverage>,
}

/// What each kind of log saw; `has_orders` says whether there are orders to hold it against.
pub(super) fn logs(
    tracking: &TrackingFindings,
    (has_orders, confidence): (bool, f64),
    day: &dyn Fn(Instant) -> Option<String>,
) -> Vec<LogCoverage> {
    let log = |(place, log): (usize, &TrackedLog)| {
        let own = of_log(tracking, log, place);
        let book = Book { tracking: &own, confidence };
        let all: Vec<&TrackedOrder> = own.orders.iter().collect();
        let within: Vec<&TrackedOrder> =
            own.orders.iter().filter(|order| is_within(order, &own)).collect();
        let rate = |orders| has_orders.then(|| book.rate(orders, |order| order.in_log));
        LogCoverage {
            format: log.format,
            since: log.span.and_then(|(since, _)| day(since)),
            until: log.span.and_then(|(_, until)| day(until)),
            others_until: others_until(tracking, log).and_then(day),
            later_orders: has_orders.then(|| later(tracking, log).count() as u64),
            orders_seen: rate(&all),
            orders_seen_within_log: rate(&within),
            steps: if has_orders { book.steps(&all) } else { Vec::new() },
            falls: book.falls(&grouped(&own.orders, |order| day(order.at))),
        }
    };
    tracking.logs.iter().enumerate().map(log).collect()
}

/// What would have been found if there were only this log.
fn of_log(tracking: &TrackingFindings, log: &TrackedLog, place: usize) -> TrackingFindings {
    let seen = |order: &TrackedOrder| {
        let mut order = order.clone();
        if let Some(sight) = order.by_log.get(place) {
            (order.in_log, order.steps) = (sight.in_log, sight.steps);
        }
        order
    };
    let orders = tracking.orders.iter().map(seen).collect();
    TrackingFindings { orders, steps: log.steps, log_span: log.span, logs: Vec::new() }
}

/// The orders that were made when a log was over.
fn later<'t>(
    tracking: &'t TrackingFindings,
    log: &TrackedLog,
) -> impl Iterator<Item = &'t TrackedOrder> + use<'t> {
    let end = log.span.map(|(_, until)| until.plus(SOON));
    tracking.orders.iter().filter(move |order| end.is_some_and(|end| order.at > end))
}

/// Until when others go on, if a log ends while they do.
fn others_until(tracking: &TrackingFindings, log: &TrackedLog) -> Option<Instant> {
    let (_, end) = log.span?;
    let others = tracking.logs.iter().filter_map(|other| Some(other.span?.1)).max()?;
    let has_stopped = later(tracking, log).count() >= FEWEST_LATER || others > end.plus(LONG);
    let last_order = tracking.orders.iter().map(|order| order.at).max();
    Some(last_order.unwrap_or(others).max(others)).filter(|_| has_stopped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Sight;

    fn counts(rate: Option<Rate>) -> Option<(u64, u64)> {
        rate.map(|rate| (rate.hits, rate.base))
    }

    /// Forty days (of a thousand microseconds each) of ten orders. One log sees all of them; the other does until the
    /// twentieth day and then one of ten.
    fn tracking() -> TrackingFindings {
        let order = |day: i64, number: i64| {
            let sees = |in_log| Sight { in_log, steps: u8::from(in_log) };
            TrackedOrder {
                at: Instant(day * DAY.0 + number),
                in_log: true,
                steps: 1,
                device: None,
                gateway: None,
                by_log: vec![sees(day < 20 || number == 0), sees(true)],
            }
        };
        let orders = (0..40).flat_map(|day| (0..10).map(move |number| order(day, number)));
        let span = Some((Instant(0), Instant(40 * DAY.0)));
        let log = |format| TrackedLog { format, steps: 1, span };
        TrackingFindings {
            orders: orders.collect(),
            steps: 1,
            log_span: span,
            logs: vec![log("shopify.web_pixel"), log("ga4.bq")],
        }
    }

    const DAY: Span = Span::days(1);

    fn found(tracking: &TrackingFindings) -> Vec<LogCoverage> {
        logs(tracking, (true, 0.95), &|at| Some(format!("{:02}", at.0.div_euclid(DAY.0))))
    }

    #[test]
    fn one_log_falls_while_another_sees_on() {
        let both = found(&tracking());
        let [pixel, other] = both.as_slice() else { panic!("{both:?}") };
        assert_eq!(counts(pixel.orders_seen), Some((220, 400)));
        assert_eq!(counts(other.orders_seen), Some((400, 400)));
        assert_eq!(
            (pixel.falls[0].name, pixel.falls[0].since.as_str()),
            (super::super::ORDERS, "20")
        );
        assert_eq!(other.falls, []);
        assert_eq!((&pixel.others_until, &other.others_until), (&None, &None));
    }

    #[test]
    fn a_log_that_ends_while_others_go_on_is_known() {
        let mut short = tracking();
        let until = |day: i64| Some((Instant(0), Instant(day * DAY.0 + 20)));
        short.logs[0].span = until(29);
        let ends = |tracking: &TrackingFindings| {
            let pixel = found(tracking).remove(0);
            (pixel.until, pixel.others_until, pixel.later_orders)
        };
        let day = |text: &str| Some(text.to_owned());
        assert_eq!(
            ends(&short),
            (day("29"), day("40"), Some(90)),
            "the orders of the 30th are soon"
        );
        // The orders end too, and the other log two days later: it may have been exported later.
        short.orders.retain(|order| order.at < Instant(31 * DAY.0));
        short.logs[1].span = until(31);
        assert_eq!(ends(&short), (day("29"), None, Some(0)));
        short.logs[1].span = until(32);
        assert_eq!(ends(&short), (day("29"), day("32"), Some(0)));
    }
}
