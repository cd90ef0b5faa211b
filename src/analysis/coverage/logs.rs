//! The same of each kind of log by itself: where there are several, one may fail while another sees on; whether a
//! log begins later or ends earlier than other inputs; and whether its orders can be matched at all.

use super::book::{Book, TimeSpan, grouped, within};
use super::sessions::{self, Counted};
use super::{FallOfCoverage, LossOfGroup, StepCoverage};
use crate::analysis::rate::Rate;
use crate::findings::{Findings, TrackedLog, TrackedOrder, TrackingFindings};
use crate::time::{Instant, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// Exports are made at different hours: what lies so near behind the end of a log, or before its beginning, says
/// nothing.
const NEAR: Span = Span::days(1);

/// Fewer orders than this behind the end of a log or before its beginning may be a pause of its visitors.
const FEWEST_BEYOND: usize = 5;

/// Without orders: other logs must go on, or have begun, for longer than this, and session reports for more days.
const LONG: Span = Span::days(2);

/// The same as days.
const LONG_DAYS: i64 = 2;

/// Fewer orders than this that only a log has are strays.
const FEWEST_UNMATCHED: u64 = 5;

/// Two sources that saw one order wrote it down within this time.
const MATCHED_WITHIN: Span = Span::seconds(10 * 60);

/// What one kind of log saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct LogCoverage {
    /// The format of its first file.
    pub format: &'static str,
    /// The day of its first event.
    pub since: Option<String>,
    /// The day of its last event.
    pub until: Option<String>,
    /// The day on which others begin, if it begins only when they have.
    pub others_since: Option<String>,
    /// The day until which others go on, if it ends while they do.
    pub others_until: Option<String>,
    /// Orders of the orders export that were made more than a day before its first event.
    pub earlier_orders: Option<u64>,
    /// Orders of the orders export that were made more than a day after its last event.
    pub later_orders: Option<u64>,
    /// Orders of the orders export that it saw too.
    pub orders_seen: Option<Rate>,
    /// The same, of those that were made between its first and its last event.
    pub orders_seen_within_log: Option<Rate>,
    /// Orders that it saw and no orders export has.
    pub orders_only_in_log: Option<u64>,
    /// Orders that may be the same, if there are so many of them that nothing can be said of what it saw.
    pub not_matched: Option<NotMatched>,
    /// Sessions in it, of those in the session reports, on the days that both cover. May exceed them.
    pub sessions_seen: Option<Rate>,
    /// The same for sessions with a cart addition.
    pub carts_seen: Option<Rate>,
    /// For each step of the checkout that it has at all, the orders before which it saw it.
    pub steps: Vec<StepCoverage>,
    /// When it saw less than otherwise.
    pub falls: Vec<FallOfCoverage>,
    /// Of whom it saw less than of others, on all other days.
    pub losses: Vec<LossOfGroup>,
    /// When it saw less of the sessions (`session`) or of those with a cart addition (`session_with_cart`) in the
    /// session reports than otherwise.
    pub session_falls: Vec<FallOfCoverage>,
    /// Whether the report of sessions says when they were. No part of the contract.
    #[serde(skip)]
    pub sessions_are_of_one_time: bool,
}

/// Orders of the time that both a log and the orders exports cover which only one of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotMatched {
    /// Orders that only the log has.
    pub only_in_log: u64,
    /// Orders that only the exports have.
    pub only_in_export: u64,
}

/// What each kind of log saw; `has_orders` says whether there are orders to hold it against.
pub(super) fn logs(
    findings: &Findings,
    (has_orders, confidence): (bool, f64),
    day: &dyn Fn(Instant) -> Option<String>,
) -> Vec<LogCoverage> {
    let log = |(place, log): (usize, &TrackedLog)| {
        let of_sessions = of_sessions(findings, place, confidence);
        let beyond = Beyond { findings, log, place, day };
        let timed = LogCoverage {
            format: log.format,
            since: log.span.and_then(|(since, _)| day(since)),
            until: log.span.and_then(|(_, until)| day(until)),
            others_since: beyond.others_since(),
            others_until: beyond.others_until(),
            ..of_sessions
        };
        if has_orders { of_orders(timed, (findings, place), confidence, day) } else { timed }
    };
    findings.tracking.logs.iter().enumerate().map(log).collect()
}

/// Adds what a log saw of the orders.
fn of_orders(
    timed: LogCoverage,
    (findings, place): (&Findings, usize),
    confidence: f64,
    day: &dyn Fn(Instant) -> Option<String>,
) -> LogCoverage {
    let Some(log) = findings.tracking.logs.get(place) else { return timed };
    let own = of_log(&findings.tracking, log, place);
    let book = Book { tracking: &own, confidence };
    let all: Vec<&TrackedOrder> = own.orders.iter().collect();
    let by_day = grouped(&own.orders, |order| day(order.at));
    let (falls, losses) = book.shortfalls(&by_day, log.span);
    LogCoverage {
        earlier_orders: Some(earlier(&findings.tracking, log).count() as u64),
        later_orders: Some(later(&findings.tracking, log).count() as u64),
        orders_seen: Some(book.orders_seen(&all)),
        orders_seen_within_log: Some(book.orders_seen(&within(&own, log.span))),
        orders_only_in_log: Some(log.own_orders.len() as u64),
        not_matched: not_matched(&own, log),
        steps: book.steps(&all),
        falls,
        losses,
        ..timed
    }
}

/// What a log saw of the sessions in the session reports.
fn of_sessions(findings: &Findings, place: usize, confidence: f64) -> LogCoverage {
    let both = [Counted::All, Counted::WithCart];
    let [sessions_seen, carts_seen] =
        both.map(|counted| sessions::seen(findings, (place, counted), confidence));
    let falls = both.map(|counted| sessions::falls(findings, (place, counted), confidence));
    LogCoverage {
        sessions_seen,
        carts_seen,
        session_falls: falls.concat(),
        sessions_are_of_one_time: sessions::are_of_one_time(findings),
        ..LogCoverage::default()
    }
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

/// A log that has about as many orders of its own as it misses may not have missed them, nor one that has some where the
/// export has lost the ids of those that it misses. Only what was made in the time that both the log and the exports cover
/// can be the same.
fn not_matched(own: &TrackingFindings, log: &TrackedLog) -> Option<NotMatched> {
    let missed = within(own, log.span).into_iter().filter(|order| !order.in_log);
    let missed: Vec<&TrackedOrder> = missed.collect();
    let nameless = missed.iter().filter(|order| order.is_nameless).count() as u64;
    let times = || own.orders.iter().map(|order| order.at);
    let (first, last) = (times().min()?, times().max()?);
    let is_near =
        |at: &&Instant| first.since(**at) <= MATCHED_WITHIN && at.since(last) <= MATCHED_WITHIN;
    let only_in_log = log.own_orders.iter().filter(is_near).count() as u64;
    let only_in_export = missed.len() as u64;
    let are_as_many = 2 * only_in_log >= only_in_export || nameless >= FEWEST_UNMATCHED;
    let may_be_the_same = only_in_export > 0 && only_in_log >= FEWEST_UNMATCHED && are_as_many;
    may_be_the_same.then_some(NotMatched { only_in_log, only_in_export })
}

/// The orders that were made when a log was over.
fn later<'t>(
    tracking: &'t TrackingFindings,
    log: &TrackedLog,
) -> impl Iterator<Item = &'t TrackedOrder> + use<'t> {
    let end = log.span.map(|(_, until)| until.plus(NEAR));
    tracking.orders.iter().filter(move |order| end.is_some_and(|end| order.at > end))
}

/// The orders that were made when a log had not begun.
fn earlier<'t>(
    tracking: &'t TrackingFindings,
    log: &TrackedLog,
) -> impl Iterator<Item = &'t TrackedOrder> + use<'t> {
    let start = log.span.map(|(since, _)| since);
    let is_earlier = move |at: Instant| start.is_some_and(|start| start > at.plus(NEAR));
    tracking.orders.iter().filter(move |order| is_earlier(order.at))
}

/// What other inputs have beyond the time of a log.
struct Beyond<'f> {
    findings: &'f Findings,
    log: &'f TrackedLog,
    place: usize,
    day: &'f dyn Fn(Instant) -> Option<String>,
}

impl Beyond<'_> {
    /// When others begin, if a log begins only when they have.
    fn others_since(&self) -> Option<String> {
        let tracking = &self.findings.tracking;
        let (start, _) = self.log.span?;
        let others = self.spans().map(|(since, _)| since).min()?;
        let has_orders = earlier(tracking, self.log).count() >= FEWEST_BEYOND;
        let first_order = tracking.orders.iter().map(|order| order.at).min();
        let of_logs = first_order.filter(|_| has_orders).unwrap_or(others).min(others);
        let is_late = has_orders || start > others.plus(LONG);
        let of_logs = Some(of_logs).filter(|_| is_late).and_then(self.day);
        let of_report = self.reported(|report, own| own.0 - report.0 > LONG_DAYS, |days| days.0);
        // Dates in this form are in order of time.
        of_logs.into_iter().chain(of_report).min()
    }

    /// Until when others go on, if a log ends while they do.
    fn others_until(&self) -> Option<String> {
        let tracking = &self.findings.tracking;
        let (_, end) = self.log.span?;
        let others = self.spans().map(|(_, until)| until).max()?;
        let has_orders = later(tracking, self.log).count() >= FEWEST_BEYOND;
        let last_order = tracking.orders.iter().map(|order| order.at).max();
        let is_early = has_orders || others > end.plus(LONG);
        let of_logs = Some(last_order.unwrap_or(others).max(others));
        let of_logs = of_logs.filter(|_| is_early).and_then(self.day);
        let of_report = self.reported(|report, own| report.1 - own.1 > LONG_DAYS, |days| days.1);
        of_logs.into_iter().chain(of_report).max()
    }

    fn spans(&self) -> impl Iterator<Item = (Instant, Instant)> {
        self.findings.tracking.logs.iter().filter_map(|other| other.span as TimeSpan)
    }

    /// The date of a day of the session report, if the report goes so far beyond the log.
    fn reported(
        &self,
        is_beyond: impl Fn((i64, i64), (i64, i64)) -> bool,
        day: impl Fn((i64, i64)) -> i64,
    ) -> Option<String> {
        let report = sessions::reported_days(self.findings)?;
        let own = sessions::days_of_log(self.findings, self.place)?;
        let report = (report.first, report.last);
        is_beyond(report, (own.first, own.last)).then(|| sessions::date(day(report))).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Days, SessionReport, Sight};

    fn counts(rate: Option<Rate>) -> Option<(u64, u64)> {
        rate.map(|rate| (rate.hits, rate.base))
    }

    /// Forty days (of a thousand microseconds each) of ten orders. One log sees all of them; the other does until the
    /// twentieth day and then one of ten.
    fn tracking() -> TrackingFindings {
        let order = |day: i64, number: i64| {
            let sees = |in_log| Sight { in_log, steps: u8::from(in_log) };
            TrackedOrder {
                is_nameless: false,
                at: Instant(day * DAY.0 + number),
                in_log: true,
                steps: 1,
                device: None,
                device_of_order: false,
                gateway: None,
                by_log: vec![sees(day < 20 || number == 0), sees(true)],
            }
        };
        let orders = (0..40).flat_map(|day| (0..10).map(move |number| order(day, number)));
        let span = Some((Instant(0), Instant(40 * DAY.0)));
        let log = |format| TrackedLog { format, steps: 1, span, ..TrackedLog::default() };
        TrackingFindings {
            orders: orders.collect(),
            steps: 1,
            log_span: span,
            logs: vec![log("shopify.web_pixel"), log("ga4.bq")],
        }
    }

    const DAY: Span = Span::days(1);

    fn found(tracking: &TrackingFindings) -> Vec<LogCoverage> {
        let findings = Findings { tracking: tracking.clone(), ..Findings::default() };
        logs(&findings, (true, 0.95), &|at| Some(format!("{:02}", at.0.div_euclid(DAY.0))))
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

    #[test]
    fn a_log_that_begins_when_others_have_begun_is_known() {
        let mut late = tracking();
        late.logs[0].span = Some((Instant(10 * DAY.0), Instant(40 * DAY.0)));
        let begins = |tracking: &TrackingFindings| {
            let pixel = found(tracking).remove(0);
            (pixel.since, pixel.others_since, pixel.earlier_orders)
        };
        let day = |text: &str| Some(text.to_owned());
        // Those of the day before are near.
        assert_eq!(begins(&late), (day("10"), day("00"), Some(90)));
        assert_eq!(begins(&tracking()), (day("00"), None, Some(0)));
        late.logs[1].span = late.logs[0].span;
        late.orders.retain(|order| order.at >= Instant(9 * DAY.0));
        assert_eq!(begins(&late), (day("10"), None, Some(0)));
    }

    #[test]
    fn a_log_that_ends_while_the_session_report_goes_on_is_known() {
        let log =
            TrackedLog { span: Some((Instant(0), Instant(9 * DAY.0))), ..TrackedLog::default() };
        let mut findings = Findings { has_log: true, ..Findings::default() };
        findings.tracking.logs = vec![log];
        findings.tally.session_days = vec![(0..10).map(|day| (day, [5, 1])).collect()];
        let report = |days: i64| {
            let of_day = |day| (Days { first: day, last: day }, vec![5]);
            let spans = (0..days).map(of_day).collect();
            SessionReport {
                steps: vec![("Sessions", 5)],
                spans,
                says_when: true,
                ..SessionReport::default()
            }
        };
        let mut until = |days| {
            findings.session_reports = vec![report(days)];
            let day = |at: Instant| sessions::date(at.0.div_euclid(DAY.0));
            logs(&findings, (false, 0.95), &day).remove(0).others_until
        };
        assert_eq!(until(30).as_deref(), Some("1970-01-30"));
        assert_eq!(until(12), None, "two days later");
    }

    #[test]
    fn only_orders_of_the_time_of_both_may_be_the_same() {
        let mut unmatched = tracking();
        // The export begins on the tenth day, and the pixel has what was ordered before.
        unmatched.orders.retain(|order| order.at >= Instant(10 * DAY.0));
        let own = |days: std::ops::Range<i64>| {
            days.flat_map(|day| (0..10).map(move |number| Instant(day * DAY.0 + number))).collect()
        };
        unmatched.logs[0].own_orders = own(0..10);
        let pixel = found(&unmatched).remove(0);
        assert_eq!((pixel.not_matched, pixel.orders_only_in_log), (None, Some(100)));
        // It misses 180 orders; of 90 of its own in the same time nobody can say that they are others.
        unmatched.logs[0].own_orders = own(11..20);
        let expected = NotMatched { only_in_log: 90, only_in_export: 180 };
        assert_eq!(found(&unmatched)[0].not_matched, Some(expected));
        assert_eq!(found(&unmatched)[1].not_matched, None, "the other log misses none");
        unmatched.logs[0].own_orders = own(11..19);
        assert_eq!(found(&unmatched)[0].not_matched, None);
        unmatched.orders.iter_mut().for_each(|order| order.is_nameless = true);
        let expected = NotMatched { only_in_log: 80, only_in_export: 180 };
        assert_eq!(found(&unmatched)[0].not_matched, Some(expected));
    }

    #[test]
    fn sessions_that_a_log_lost_are_dated() {
        let mut findings = Findings { has_log: true, ..Findings::default() };
        findings.tracking.logs = vec![TrackedLog::default()];
        let of_day = |day| (day, if day < 20 { [21, 2] } else { [12, 2] });
        findings.tally.session_days = vec![(0..30).map(of_day).collect()];
        findings.session_reports = vec![SessionReport {
            steps: vec![("Sessions", 600), ("Added to cart", 60)],
            spans: (0..30).map(|day| (Days { first: day, last: day }, vec![20, 2])).collect(),
            says_when: true,
            ..SessionReport::default()
        }];
        let log = logs(&findings, (false, 0.95), &|_| None).remove(0);
        let [fall] = log.session_falls.as_slice() else { panic!("{:?}", log.session_falls) };
        assert_eq!((fall.name, fall.since.as_str(), &fall.until), ("session", "1970-01-21", &None));
        // The first and the last day of the log may not be whole.
        assert_eq!(counts(Some(fall.within)), Some((108, 180)));
        assert_eq!(counts(Some(fall.outside)), Some((380, 380)), "what is more than all is all");
    }
}
