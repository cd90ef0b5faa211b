//! The notices that say when tracking, not shoppers, is the problem.
//!
//! They compare what the event log saw with what the shop has sold. A log that saw less of the orders on
//! some days than on others has lost something on those days, whatever shoppers did.

use super::notices::NoticeReport;
use super::words;
use super::zone::day_of_date;
use crate::analysis::coverage::{Coverage, FallOfCoverage, ORDERS};
use crate::analysis::rate::Rate;
use crate::ladder::vocabulary;
use serde_json::Value;

/// A log that surely sees less than this share of the orders is worth a word.
const ENOUGH: f64 = 0.9;

/// Fewer orders that only the log has are strays, such as those at the edges of an export.
const FEWEST_UNMATCHED: u64 = 5;

/// With fewer orders than this nothing is said of shares.
const FEW_ORDERS: u64 = 20;

/// What is to be said of the coverage.
pub(super) fn notices(coverage: &Coverage, confidence: f64) -> Vec<NoticeReport> {
    if let Some(notice) = unmatched(coverage) {
        return vec![notice];
    }
    let (of_orders, of_steps): (Vec<_>, Vec<_>) =
        coverage.falls.iter().partition(|fall| fall.name == ORDERS);
    // Where orders were lost their steps were too: that is said once.
    let falls = if of_orders.is_empty() { of_steps } else { of_orders };
    if falls.is_empty() {
        return partial(coverage, confidence).into_iter().collect();
    }
    falls.into_iter().map(|fall| fell(fall, confidence)).collect()
}

/// A log that has about as many orders of its own as it misses has not missed them: nothing says which are
/// the same, so nothing can be said of tracking.
fn unmatched(coverage: &Coverage) -> Option<NoticeReport> {
    let seen = coverage.orders_seen?;
    let (missing, own) = (seen.base.checked_sub(seen.hits)?, coverage.orders_only_in_log?);
    if missing == 0 || own < FEWEST_UNMATCHED || 2 * own < missing {
        return None;
    }
    let message = format!(
        "{} orders are only in the event log and {} only in the export: they may be the same, but no order number that both have says so, and they are counted twice.",
        words::count(own),
        words::count(missing),
    );
    let data = [("only_in_log", Value::from(own)), ("only_in_export", missing.into())];
    Some(NoticeReport { code: "orders_not_matched", message, data: data.into() })
}

fn fell(fall: &FallOfCoverage, confidence: f64) -> NoticeReport {
    let since = day_of_date(&fall.since);
    let (when, otherwise) = match fall.until.as_deref().map(day_of_date) {
        None => (format!("Since {since}"), "before that"),
        Some(until) if until == since => (format!("On {since}"), "on all other days"),
        Some(until) => (format!("From {since} to {until}"), "on all other days"),
    };
    let what = match vocabulary::label(fall.name).filter(|_| fall.name != ORDERS) {
        Some(step) => format!("the step {step} of"),
        None => String::new(),
    };
    let what = [what.as_str(), "the orders in the export"].map(str::trim).join(" ");
    let message = format!(
        "{when} the event log saw {} of {} ({}), {otherwise} {} ({}): what is missing is tracking, not shoppers.",
        words::percent(fall.within.rate),
        what.trim(),
        counts(&fall.within, confidence),
        words::percent(fall.outside.rate),
        counts(&fall.outside, confidence),
    );
    let data = [
        ("step", Value::from(fall.name)),
        ("since", fall.since.clone().into()),
        ("until", fall.until.clone().into()),
        ("seen", fall.within.hits.into()),
        ("orders", fall.within.base.into()),
        ("seen_otherwise", fall.outside.hits.into()),
        ("orders_otherwise", fall.outside.base.into()),
    ];
    NoticeReport { code: "tracking_fell", message, data: data.into() }
}

/// A log that misses many orders all the time.
fn partial(coverage: &Coverage, confidence: f64) -> Option<NoticeReport> {
    let rate = coverage.orders_seen_within_log.filter(|rate| rate.base >= FEW_ORDERS)?;
    rate.high.filter(|&high| high < ENOUGH)?;
    let message = format!(
        "The event log saw {} of the orders in the export ({}): what is missing is tracking, not shoppers.",
        words::percent(rate.rate),
        counts(&rate, confidence),
    );
    let data = [("seen", Value::from(rate.hits)), ("orders", rate.base.into())];
    Some(NoticeReport { code: "tracking_partial", message, data: data.into() })
}

/// `213 of 300, 95% range 66–76%`
fn counts(rate: &Rate, confidence: f64) -> String {
    let counts = format!("{} of {}", words::count(rate.hits), words::count(rate.base));
    match rate.low {
        Some(_) => format!("{counts}, {}", words::range_named(confidence, rate.low, rate.high)),
        None => counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fall(name: &'static str, until: Option<&str>) -> FallOfCoverage {
        let until = until.map(str::to_owned);
        let (within, outside) = (Rate::of(213, 300, 0.95), Rate::of(380, 400, 0.95));
        FallOfCoverage { name, since: "2026-05-14".into(), until, within, outside }
    }

    fn said(coverage: &Coverage) -> Vec<String> {
        notices(coverage, 0.95).into_iter().map(|notice| notice.message).collect()
    }

    #[test]
    fn a_fall_is_said_with_its_days() {
        let lasting = Coverage {
            falls: vec![fall(ORDERS, None), fall("checkout_started", None)],
            ..Coverage::default()
        };
        assert_eq!(
            said(&lasting),
            [
                "Since 14 May 2026 the event log saw 71.0% of the orders in the export (213 of 300, 95% range 66–76%), before that 95.0% (380 of 400, 95% range 92.4–96.7%): what is missing is tracking, not shoppers."
            ]
        );
        let mended = Coverage {
            falls: vec![fall("payment_info_submitted", Some("2026-05-20"))],
            ..Coverage::default()
        };
        let [sentence] = &said(&mended)[..] else { panic!() };
        let start = "From 14 May 2026 to 20 May 2026 the event log saw 71.0% of the step Payment of the orders in the export (213";
        assert!(sentence.starts_with(start), "{sentence}");
        assert!(sentence.contains("on all other days 95.0%"), "{sentence}");
    }

    #[test]
    fn orders_that_cannot_be_matched_are_not_blamed_on_tracking() {
        let of = |own| Coverage {
            orders_seen: Some(Rate::of(0, 30, 0.95)),
            orders_seen_within_log: Some(Rate::of(0, 30, 0.95)),
            orders_only_in_log: Some(own),
            falls: vec![fall(ORDERS, None)],
            ..Coverage::default()
        };
        let codes = |own| notices(&of(own), 0.95)[0].code;
        assert_eq!([codes(30), codes(15)], ["orders_not_matched"; 2]);
        assert_eq!([codes(14), codes(0)], ["tracking_fell"; 2]);
    }

    #[test]
    fn a_log_that_always_misses_many_is_said_if_that_is_sure() {
        let of = |hits, base| Coverage {
            orders_seen_within_log: Some(Rate::of(hits, base, 0.95)),
            ..Coverage::default()
        };
        assert_eq!(
            said(&of(71, 100)),
            [
                "The event log saw 71.0% of the orders in the export (71 of 100, 95% range 61–79%): what is missing is tracking, not shoppers."
            ]
        );
        for (hits, base) in [(88, 100), (0, 19), (100, 100)] {
            assert_eq!(said(&of(hits, base)), [""; 0], "{hits} of {base}");
        }
    }
}
