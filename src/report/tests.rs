//! The contract's keys and the rules that hold for every number of a report.

use super::*;
use serde_json::Value;

/// Every key of the contract, as JSON pointers.
const CONTRACT: [&str; 74] = [
    "/schema",
    "/tool/name",
    "/tool/version",
    "/ladder/name",
    "/ladder/count",
    "/ladder/order",
    "/ladder/window_seconds",
    "/ladder/entry",
    "/ladder/ties",
    "/ladder/rules",
    "/ladder/sha256",
    "/inputs/0/path",
    "/inputs/0/format",
    "/inputs/0/rows_read",
    "/inputs/0/rows_used",
    "/inputs/0/rows_set_aside",
    "/inputs/0/from",
    "/inputs/0/to",
    "/period/since",
    "/period/until",
    "/period/timezone",
    "/period/seen_until",
    "/journeys/unit",
    "/journeys/entered",
    "/journeys/converted",
    "/journeys/lost",
    "/journeys/open",
    "/steps/0/name",
    "/steps/0/kind",
    "/steps/0/presence",
    "/steps/0/reached",
    "/steps/0/observed",
    "/steps/0/implied",
    "/steps/0/open",
    "/steps/0/step_rate",
    "/steps/0/overall_rate/low",
    "/steps/0/order_rate/hits",
    "/steps/0/below_target",
    "/steps/0/seconds_from_previous",
    "/steps/0/seconds_from_entry",
    "/steps/4/seconds_from_previous/p95",
    "/macro/hits",
    "/macro/base",
    "/macro/rate",
    "/macro/low",
    "/macro/high",
    "/macro/matured/rate",
    "/macro/matured/window_seconds",
    "/macro/matured/share_closed",
    "/breakdowns",
    "/actions/0/did/hits",
    "/actions/0/order_rate_with/rate",
    "/actions/0/order_rate_without/rate",
    "/orders/count",
    "/orders/value/0/currency",
    "/orders/value/0/amount",
    "/orders/value/0/average",
    "/orders/value/0/per_visitor",
    "/orders/cancelled",
    "/orders/refunded",
    "/orders/other_channels",
    "/orders/repeat_rate/rate",
    "/coverage/orders_seen/hits",
    "/coverage/orders_with_visit/hits",
    "/coverage/sessions_seen/hits",
    "/quality/rows_read",
    "/quality/set_aside/0/reason",
    "/quality/set_aside/0/examples/0/path",
    "/quality/set_aside/0/examples/0/record",
    "/quality/set_aside/0/examples/0/line",
    "/quality/set_aside/0/examples/0/message",
    "/notices/0/code",
    "/notices/0/message",
    "/notices/0/data",
];

fn json(findings: &Findings, ladder: &Ladder) -> Value {
    serde_json::to_value(Report::new(findings, ladder, &example::options())).unwrap()
}

#[test]
fn the_keys_of_the_contract_are_all_there() {
    let (findings, ladder) = example::storefront();
    let report = json(&findings, &ladder);
    for path in CONTRACT {
        assert!(report.pointer(path).is_some(), "{path}");
    }
}

#[test]
fn unknown_is_null_and_never_nought() {
    let (_, ladder) = example::storefront();
    let report = json(&Findings::default(), &ladder);
    let unknown = [
        "/steps/4/step_rate/rate",
        "/steps/4/overall_rate/low",
        "/steps/4/seconds_from_entry",
        "/macro/rate",
        "/macro/matured/rate",
        "/macro/matured/share_closed",
        "/orders/count",
        "/orders/cancelled",
        "/orders/repeat_rate/rate",
        "/coverage/orders_seen",
        "/coverage/sessions_seen",
        "/period/seen_until",
    ];
    for path in unknown {
        assert_eq!(report.pointer(path), Some(&Value::Null), "{path}");
    }
    assert_eq!(report["notices"][0]["code"], "no_journeys");
}

#[test]
fn the_programs_own_actions_are_listed_only_where_they_occur() {
    let (findings, mut ladder) = example::storefront();
    let names = |ladder: &Ladder| -> Vec<String> {
        let report = Report::new(&findings, ladder, &example::options());
        report.actions.into_iter().map(|action| action.name).collect()
    };
    assert_eq!(names(&ladder), ["Email sign-up", "Site search"]);
    ladder.actions_are_default = false;
    assert_eq!(names(&ladder), ["Email sign-up", "Video watched", "Site search"]);
}

#[test]
fn actions_split_the_journeys_in_two() {
    let (findings, ladder) = example::storefront();
    let report = Report::new(&findings, &ladder, &example::options());
    let action = &report.actions[0];
    assert_eq!((action.order_rate_with.hits, action.order_rate_with.base), (4, 100));
    assert_eq!((action.order_rate_without.hits, action.order_rate_without.base), (4, 900));
}

#[test]
fn notices_are_those_of_the_run_and_of_the_numbers() {
    let (mut findings, ladder) = example::storefront();
    let notices = |findings: &Findings| -> Vec<String> {
        let report = Report::new(findings, &ladder, &example::options());
        report.notices.into_iter().map(|n| format!("{}: {}", n.code, n.message)).collect()
    };
    let open = "window_open: 200 customers (20.0%) can still convert: the window runs on past the end of the data. With those accounted for by how long they were watched, 0.81% reach Order (95% range 0.4–1.6%).";
    assert_eq!(notices(&findings), ["unknown_events: 2 event names are not in the ladder.", open]);
    findings.tally.converted = 1;
    assert_eq!(
        notices(&findings)[2],
        "few_orders: Only 1 customer reached Order: too few for rates by step to mean much."
    );
    findings.tally.converted = 0;
    assert_eq!(
        notices(&findings)[2],
        "no_orders: No customer reached Order, though the data have 10 orders: an order counts behind what comes before it within the window, not by itself."
    );
    findings.orders.count = 0;
    assert_eq!(notices(&findings)[2], "no_orders: No customer reached Order.");
}

#[test]
fn an_open_funnel_keeps_rates_above_one() {
    let (findings, ladder) = example::sessions();
    let report = json(&findings, &ladder);
    assert_eq!(report["steps"][2]["step_rate"]["rate"], 1.25);
    assert_eq!(report["steps"][2]["step_rate"]["low"], Value::Null);
    assert_eq!(report["exits"][1]["left"], -20);
    assert_eq!(report["journeys"]["unit"], "session");
}
