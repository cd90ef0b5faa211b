//! The notices that say when tracking, not shoppers, is the problem.
//!
//! They compare what the event log saw with what the shop has sold. A log that saw less of the orders on
//! some days than on others has lost something on those days, whatever shoppers did.

use super::notices::NoticeReport;
use super::words;
use super::zone::day_of_date;
use crate::analysis::coverage::{Coverage, FallOfCoverage, LogCoverage, ORDERS};
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
    let ended = coverage.logs.iter().filter_map(ended);
    let of_orders = match unmatched(coverage) {
        Some(notice) => vec![notice],
        None => of_orders(coverage, confidence),
    };
    ended.chain(of_orders).collect()
}

/// What is to be said of the orders that logs did not see.
fn of_orders(coverage: &Coverage, confidence: f64) -> Vec<NoticeReport> {
    let several = coverage.logs.iter().filter(|_| coverage.logs.len() > 1);
    let of_one = several.flat_map(|log| told(&log.falls).map(|fall| (fall, Some(log.format))));
    let mut falls: Vec<_> = of_one.collect();
    if falls.is_empty() {
        falls.extend(told(&coverage.falls).map(|fall| (fall, None)));
    }
    if falls.is_empty() {
        return partial(coverage, confidence).into_iter().collect();
    }
    falls.into_iter().map(|(fall, log)| fell(fall, log, confidence)).collect()
}

/// The falls that are told. Where orders were lost their steps were too: that is said once.
fn told(falls: &[FallOfCoverage]) -> impl Iterator<Item = &FallOfCoverage> {
    let is_of_orders = |fall: &&FallOfCoverage| fall.name == ORDERS;
    let lost_orders = falls.iter().any(|fall| is_of_orders(&fall));
    falls.iter().filter(move |fall| !lost_orders || is_of_orders(fall))
}

/// A log that ends while others go on.
fn ended(log: &LogCoverage) -> Option<NoticeReport> {
    let (until, others_until) = (log.until.as_deref()?, log.others_until.as_deref()?);
    let later = log.later_orders.filter(|&later| later > 0);
    let missed = later.map_or_else(String::new, |later| match later {
        1 => ": 1 order of the export is later".to_owned(),
        _ => format!(": {} orders of the export are later", words::count(later)),
    });
    let message = format!(
        "The event log ({}) ends on {}, and other inputs go on until {}{missed}.",
        log.format,
        day_of_date(until),
        day_of_date(others_until),
    );
    let data = [
        ("log", Value::from(log.format)),
        ("until", until.into()),
        ("others_until", others_until.into()),
        ("later_orders", log.later_orders.into()),
    ];
    Some(NoticeReport { code: "log_ends_early", message, data: data.into() })
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

/// Days on which a log saw less; `log` says which one where there are several.
fn fell(fall: &FallOfCoverage, log: Option<&'static str>, confidence: f64) -> NoticeReport {
    let which = log.map_or_else(String::new, |format| format!(" ({format})"));
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
        "{when} the event log{which} saw {} of {} ({}), {otherwise} {} ({}): what is missing is tracking, not shoppers.",
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
        ("log", log.into()),
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

    fn log(format: &'static str, falls: Vec<FallOfCoverage>) -> LogCoverage {
        LogCoverage {
            format,
            since: Some("2026-05-01".into()),
            until: Some("2026-05-30".into()),
            others_until: None,
            later_orders: Some(0),
            orders_seen: None,
            orders_seen_within_log: None,
            steps: Vec::new(),
            falls,
        }
    }

    #[test]
    fn of_several_logs_it_is_said_which_one_fell() {
        let falls = vec![fall(ORDERS, None), fall("checkout_started", None)];
        let pixel = log("shopify.web_pixel", falls.clone());
        let mut coverage =
            Coverage { logs: vec![pixel, log("ga4.bq", Vec::new())], ..Coverage::default() };
        let [sentence] = &said(&coverage)[..] else { panic!() };
        assert!(sentence.starts_with(
            "Since 14 May 2026 the event log (shopify.web_pixel) saw 71.0% of the orders"
        ));
        // One log is the event log, and its falls are those of all.
        coverage.logs.pop();
        assert_eq!(said(&coverage), [""; 0]);
        coverage.falls = falls;
        assert!(
            said(&coverage)[0]
                .starts_with("Since 14 May 2026 the event log saw 71.0% of the orders")
        );
    }

    #[test]
    fn a_log_that_ends_early_is_said() {
        let mut pixel = log("shopify.web_pixel", Vec::new());
        pixel.until = Some("2026-05-13".into());
        pixel.others_until = Some("2026-05-30".into());
        let said = |later| {
            said(&Coverage {
                logs: vec![LogCoverage { later_orders: later, ..pixel.clone() }],
                ..Coverage::default()
            })
        };
        assert_eq!(
            said(Some(48)),
            [
                "The event log (shopify.web_pixel) ends on 13 May 2026, and other inputs go on until 30 May 2026: 48 orders of the export are later."
            ]
        );
        assert_eq!(
            said(None),
            [
                "The event log (shopify.web_pixel) ends on 13 May 2026, and other inputs go on until 30 May 2026."
            ]
        );
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
