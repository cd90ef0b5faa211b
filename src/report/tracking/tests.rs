use super::*;
use crate::analysis::coverage::NotMatched;

fn fall(name: &'static str, since: &str, until: Option<&str>) -> FallOfCoverage {
    let until = until.map(str::to_owned);
    let (within, outside) = (Rate::of(213, 300, 0.95), Rate::of(380, 400, 0.95));
    FallOfCoverage { name, since: since.to_owned(), until, within, outside, losses: Vec::new() }
}

fn loss(name: &'static str, by: &'static str, value: &str) -> LossOfGroup {
    let (within, outside) = (Rate::of(0, 60, 0.95), Rate::of(540, 540, 0.95));
    LossOfGroup { name, by, value: value.to_owned(), within, outside }
}

fn log(format: &'static str, falls: Vec<FallOfCoverage>) -> LogCoverage {
    LogCoverage {
        format,
        since: Some("2026-05-01".into()),
        until: Some("2026-05-30".into()),
        falls,
        sessions_are_of_one_time: true,
        ..LogCoverage::default()
    }
}

fn of(logs: Vec<LogCoverage>) -> Coverage {
    Coverage { logs, ..Coverage::default() }
}

fn said(logs: Vec<LogCoverage>) -> Vec<String> {
    notices(&of(logs), 0.95).into_iter().map(|notice| notice.message).collect()
}

fn codes(log: LogCoverage) -> Vec<&'static str> {
    notices(&of(vec![log]), 0.95).into_iter().map(|notice| notice.code).collect()
}

#[test]
fn a_fall_is_said_with_its_days() {
    let day = "2026-05-14";
    let lasting = vec![fall(ORDERS, day, None), fall("checkout_started", day, None)];
    assert_eq!(
        said(vec![log("ga4.bq", lasting)]),
        [
            "Since 14 May 2026 the event log saw 71.0% of the orders in the export (213 of 300, 95% range 66–76%), before that 95.0% (380 of 400, 95% range 92.4–96.7%): what is missing is tracking, not shoppers."
        ]
    );
    let mended = vec![fall("payment_info_submitted", day, Some("2026-05-20"))];
    let [sentence] = &said(vec![log("ga4.bq", mended)])[..] else { panic!() };
    let start = "From 14 May 2026 to 20 May 2026 the event log saw 71.0% of the step Payment of the orders in the export (213";
    assert!(sentence.starts_with(start), "{sentence}");
    assert!(sentence.contains("on all other days 95.0%"), "{sentence}");
}

#[test]
fn of_several_falls_none_is_held_against_the_days_of_another() {
    let falls =
        vec![fall(ORDERS, "2026-05-05", Some("2026-05-06")), fall(ORDERS, "2026-05-20", None)];
    let sentences = said(vec![log("ga4.bq", falls)]);
    assert_eq!(sentences.len(), 2);
    assert!(
        sentences.iter().all(|sentence| sentence.contains(", otherwise 95.0%")),
        "{sentences:?}"
    );
}

#[test]
fn of_several_logs_it_is_said_which_one_fell() {
    let day = "2026-05-14";
    let falls = vec![fall(ORDERS, day, None), fall("checkout_started", day, None)];
    let pixel = log("shopify.web_pixel", falls.clone());
    let [sentence] = &said(vec![pixel, log("ga4.bq", Vec::new())])[..] else { panic!() };
    assert!(sentence.starts_with(
        "Since 14 May 2026 the event log (shopify.web_pixel) saw 71.0% of the orders"
    ));
    // What only all of them together surely lost is said of all of them.
    let mut both = of(vec![log("shopify.web_pixel", Vec::new()), log("ga4.bq", Vec::new())]);
    both.falls = falls;
    let [notice] = &notices(&both, 0.95)[..] else { panic!() };
    assert!(notice.message.starts_with("Since 14 May 2026 the event log saw 71.0%"));
}

#[test]
fn each_of_several_logs_is_judged_by_itself() {
    let seen = |hits| LogCoverage {
        orders_seen_within_log: Some(Rate::of(hits, 100, 0.95)),
        ..log("ga4.bq", Vec::new())
    };
    let own = LogCoverage {
        not_matched: Some(NotMatched { only_in_log: 40, only_in_export: 50 }),
        ..seen(50)
    };
    let falls = vec![fall(ORDERS, "2026-05-14", None)];
    let told = notices(&of(vec![own, log("shopify.web_pixel", falls), seen(60), seen(100)]), 0.95);
    let codes: Vec<_> = told.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, ["orders_not_matched", "tracking_fell", "tracking_partial"]);
    assert_eq!(
        told[0].message,
        "Of the time that both cover 40 orders are only in the event log (ga4.bq) and 50 only in the export: they may be the same, but no order number that both have says so, and they are counted twice."
    );
    assert!(told[2].message.starts_with("The event log (ga4.bq) saw 60.0% of the orders"));
}

#[test]
fn a_log_that_begins_late_or_ends_early_is_said() {
    let pixel = LogCoverage {
        until: Some("2026-05-13".into()),
        others_until: Some("2026-05-30".into()),
        ..log("shopify.web_pixel", Vec::new())
    };
    let later = |later_orders| said(vec![LogCoverage { later_orders, ..pixel.clone() }]);
    let start = "The event log (shopify.web_pixel) ends on 13 May 2026, and other inputs go on until 30 May 2026";
    assert_eq!(later(Some(48)), [format!("{start}: 48 orders of the export are later.")]);
    assert_eq!(later(None), [format!("{start}.")]);
    let late = LogCoverage {
        others_since: Some("2026-03-01".into()),
        earlier_orders: Some(1),
        ..log("shopify.web_pixel", Vec::new())
    };
    assert_eq!(
        said(vec![late]),
        [
            "The event log (shopify.web_pixel) begins on 1 May 2026, and other inputs begin on 1 Mar 2026: 1 order of the export is earlier."
        ]
    );
}

#[test]
fn a_log_that_always_misses_many_is_said_if_that_is_sure() {
    let of = |hits, base, all| {
        let rate = |base| Some(Rate::of(hits, base, 0.95));
        let falls = Vec::new();
        said(vec![LogCoverage {
            orders_seen_within_log: rate(base),
            orders_seen: rate(all),
            ..log("ga4.bq", falls)
        }])
    };
    let end = "(71 of 100, 95% range 61–79%): what is missing is tracking, not shoppers.";
    assert_eq!(
        of(71, 100, 100),
        [format!("The event log saw 71.0% of the orders in the export {end}")]
    );
    let while_it_ran = "that were made while it ran";
    assert_eq!(
        of(71, 100, 300),
        [format!("The event log saw 71.0% of the orders in the export {while_it_ran} {end}")]
    );
    for (hits, base) in [(88, 100), (0, 19), (100, 100)] {
        assert_eq!(of(hits, base, base), [""; 0], "{hits} of {base}");
    }
}

#[test]
fn what_is_lost_of_a_group_is_said_once() {
    let klarna = || loss(ORDERS, "gateway", "Klarna");
    let of = |losses, rate| LogCoverage {
        losses,
        orders_seen_within_log: Some(rate),
        ..log("ga4.bq", Vec::new())
    };
    let steps = || {
        ["checkout_started", "payment_info_submitted"].map(|name| loss(name, "device", "mobile"))
    };
    assert_eq!(
        said(vec![of(vec![klarna()], Rate::of(540, 600, 0.95))]),
        [
            "The event log saw 0.0% of the orders in the export that were paid through Klarna (0 of 60, 95% range 0.0–6.0%), of the others 100.0% (540 of 540, 95% range 99.3–100.0%): what is missing is tracking, not shoppers."
        ]
    );
    // Nor is the whole said, if it is no less but for the group.
    assert_eq!(codes(of(vec![klarna()], Rate::of(400, 600, 0.95))), ["tracking_lost_group"]);
    let [sentence] = &said(vec![of(steps().to_vec(), Rate::of(600, 600, 0.95))])[..] else {
        panic!()
    };
    assert!(
        sentence.contains(
            "0.0% of the step Checkout of the orders in the export whose device is mobile"
        ),
        "{sentence}"
    );
    assert!(sentence.ends_with("not shoppers. The step Payment is missing too."), "{sentence}");
}

#[test]
fn whose_orders_a_fall_is_of_is_said_with_it() {
    let lost = FallOfCoverage {
        losses: vec![loss(ORDERS, "device", "mobile")],
        ..fall(ORDERS, "2026-05-14", None)
    };
    let [sentence] = &said(vec![log("ga4.bq", vec![lost])])[..] else { panic!() };
    let end = "not shoppers. Then it saw 0.0% of those whose device is mobile (0 of 60, 95% range 0.0–6.0%), of those with other known devices 100.0% (540 of 540, 95% range 99.3–100.0%).";
    assert!(sentence.ends_with(end), "{sentence}");
}

#[test]
fn lost_sessions_are_said_unless_it_is_said_of_orders() {
    let sessions = |falls: Vec<FallOfCoverage>, orders: Vec<FallOfCoverage>| LogCoverage {
        session_falls: falls,
        sessions_seen: Some(Rate::of(60, 100, 0.95)),
        ..log("ga4.bq", orders)
    };
    assert_eq!(
        said(vec![sessions(Vec::new(), Vec::new())]),
        [
            "The event log saw 60.0% of the sessions in the session report (60 of 100, 95% range 50–69%): it missed visits, or the report counts some that were none."
        ]
    );
    let since = |name, day| fall(name, day, None);
    let both = vec![since("session", "2026-05-14"), since("session_with_cart", "2026-05-14")];
    assert_eq!(codes(sessions(both.clone(), Vec::new())), ["sessions_fell"]);
    assert_eq!(codes(sessions(both, vec![since(ORDERS, "2026-05-20")])), ["tracking_fell"]);
    let other_time =
        LogCoverage { sessions_are_of_one_time: false, ..sessions(Vec::new(), Vec::new()) };
    assert_eq!(codes(other_time), [""; 0]);
}
