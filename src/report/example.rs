//! Small findings made by hand, for the tests of analysis, report and render.
//!
//! The numbers are round, so that expected values can be worked out in the head.

use super::ReportOptions;
use super::zone::Zone;
use crate::findings::{
    EventFinding, Findings, IdentifierFinding, IdentityFindings, InputFinding, Notice,
    OrderFindings, SessionReport, SetAside, TimeFindings, TrackingFindings,
};
use crate::ladder::definition::{
    Action, Attribution, Between, Condition, Count, Ends, Entry, EventPattern, Exclusion, Halt,
    Ladder, Linkage, NamePattern, Order, Presence, Range, Reuse, Start, Step, Ties, Times, Window,
};
use crate::ladder::predicate::Predicate;
use crate::ladder::session_rule::SessionRule;
use crate::money::{Amount, Currency};
use crate::place::Place;
use crate::quality::Reason;
use crate::stats::mean::Moments;
use crate::tally::{ActionTally, StepTally, Tally};
use crate::time::{Instant, SECOND, Span};

/// 2026-10-01T00:00:00+02:00.
const OCTOBER: i64 = 1_790_805_600;

/// The options of all examples.
pub(crate) fn options() -> ReportOptions {
    ReportOptions {
        confidence: 0.95,
        rules: "funnel".into(),
        sha256: "c0ffee".into(),
        zone: Zone::fixed(7200).unwrap(),
        version: "0.1.0".into(),
        filters: Vec::new(),
    }
}

/// A ladder of named steps, and actions of the program's own.
fn ladder(name: &str, steps: &[(&str, Presence)], actions: &[&str]) -> Ladder {
    Ladder {
        name: name.into(),
        count: Count::Customer,
        order: Order::Loose,
        between: Between::Nothing,
        window: Window::FromEntry(Span::days(30)),
        entry: Entry::Longest,
        start: Start::Earliest,
        ties: Ties::Forgiving,
        reuse: Reuse::Never,
        linkage: Linkage::Chain,
        halt: Halt::default(),
        times: Times::All,
        ignore: None,
        steps: steps.iter().map(|&(name, presence)| step(name, presence)).collect(),
        exclusions: vec![Exclusion {
            condition: condition("product_removed_from_cart"),
            after: 0,
            before: 1,
            ends: Ends::Attempt,
        }],
        hold: None,
        actions: actions
            .iter()
            .map(|&name| Action { name: name.into(), condition: condition(name), weight: None })
            .collect(),
        actions_are_default: true,
        range: Range::default(),
        attribution: Attribution::default(),
        sessions: SessionRule::default(),
        open: false,
        rules: None,
    }
}

fn step(name: &str, presence: Presence) -> Step {
    let (condition, target) = (condition(name), if name == "Add to cart" { 0.1 } else { 0.01 });
    Step { name: name.into(), condition, presence, within: None, ask: None, target }
}

fn condition(name: &str) -> Condition {
    let event = EventPattern { names: vec![NamePattern::Exact(name.into())], not: false };
    Condition { event, filter: Predicate::default() }
}

/// The report of the sessions of that month.
fn session_report() -> SessionReport {
    SessionReport {
        path: "sessions.csv".into(),
        files: vec!["sessions.csv".into()],
        dimensions: vec!["Day".into()],
        steps: vec![("Sessions", 1500), ("Added to cart", 75), ("Converted", 12)],
        ..SessionReport::default()
    }
}

/// A month of a shop with a pixel log, an orders export and a session report.
pub(crate) fn storefront() -> (Findings, Ladder) {
    let steps = [
        ("Visit", Presence::Required),
        ("Category page", Presence::Optional),
        ("Product page", Presence::Required),
        ("Add to cart", Presence::Implied),
        ("Order", Presence::Required),
    ];
    let ladder = ladder("Storefront", &steps, &["Email sign-up", "Video watched", "Site search"]);
    let findings = Findings {
        since: None,
        until: None,
        breakdowns: Vec::new(),
        rivals: Vec::new(),
        sightings: None,
        derived: std::collections::BTreeSet::new(),
        unknown_names: Vec::new(),
        tally: storefront_tally(),
        inputs: vec![orders_input(), pixel_input()],
        set_aside: vec![
            set_aside(Reason::Duplicate, 30, "orders.csv", "order #1007 is in orders_2.csv too"),
            set_aside(
                Reason::BadTimestamp,
                7,
                "pixel.jsonl",
                "expected a time, found \"soon\u{1b}[31m\"",
            ),
        ],
        orders: OrderFindings {
            count: 10,
            value: [
                (Currency::parse("EUR"), (Amount(12_345_000), 9)),
                (Currency::parse("USD"), (Amount(800_000), 1)),
            ]
            .into(),
            values: [
                (Currency::parse("EUR"), amounts(&[250, 300, 400, 450, 500, 600, 800, 1000, 8045])),
                (Currency::parse("USD"), amounts(&[800])),
            ]
            .into(),
            cancelled: 1,
            other_channels: 46,
            in_exports: 9,
            seen_in_log: 7,
            ..crate::findings::OrderFindings::default()
        },
        tracking: TrackingFindings::default(),
        times: TimeFindings::default(),
        has_log: true,
        has_orders: true,
        session_reports: vec![session_report()],
        identity: IdentityFindings { refused_merges: 1, blocked_values: 3, ..Default::default() },
        sides: Vec::new(),
        next_events: Vec::new(),
        seen_until: Some(october(30)),
        store_offset: Some(7200),
        notices: vec![Notice {
            code: "unknown_events",
            message: "2 event names are not in the ladder.".into(),
        }],
        ..Findings::default()
    };
    (findings, ladder)
}

/// Thousands of the smallest unit.
fn amounts(thousands: &[i128]) -> Vec<Amount> {
    thousands.iter().map(|amount| Amount(amount * 1000)).collect()
}

/// A session report alone: an open funnel in which checkouts exceed carts.
pub(crate) fn sessions() -> (Findings, Ladder) {
    let names = ["Sessions", "Added to cart", "Reached checkout", "Converted"];
    let totals = [1000, 80, 100, 30];
    let mut ladder = ladder("Sessions", &names.map(|name| (name, Presence::Required)), &[]);
    (ladder.open, ladder.count) = (true, Count::Session);
    let mut tally = Tally::new(4, 0);
    (tally.entered, tally.converted) = (1000, 30);
    for (step, total) in tally.steps.iter_mut().zip(totals) {
        (step.reached, step.observed, step.converted) = (total, total, 30);
    }
    let steps = names.into_iter().zip(totals).collect();
    let path = "sessions.csv".to_owned();
    let files = vec![path.clone()];
    let report = SessionReport { path, files, steps, ..SessionReport::default() };
    (Findings { tally, session_reports: vec![report], ..Findings::default() }, ladder)
}

fn october(day: i64) -> Instant {
    Instant((OCTOBER + day * 86_400) * SECOND)
}

fn storefront_tally() -> Tally {
    let counts = [
        (1000, 1000, 0, 90, 8),
        (600, 600, 0, 20, 5),
        (500, 500, 0, 80, 8),
        (40, 36, 4, 10, 8),
        (8, 8, 0, 0, 8),
    ];
    let mut tally = Tally::new(5, 3);
    for (step, counts) in tally.steps.iter_mut().zip(counts) {
        let (reached, observed, implied, open, converted) = counts;
        *step = StepTally { reached, observed, implied, open, converted, ..StepTally::default() };
    }
    for seconds in [30, 70, 110] {
        tally.steps[2].from_previous.add(Span::seconds(seconds));
        tally.steps[4].from_previous.add(Span::seconds(60 * seconds));
        tally.steps[4].from_entry.add(Span::seconds(3600 * seconds));
    }
    for hours in [40, 50, 60, 80, 90] {
        tally.steps[4].from_entry.add(Span::seconds(3600 * hours));
    }
    for day in 0..200 {
        tally.watched.add(Span::days(1 + day % 29));
    }
    tally.actions[0] = ActionTally { did: 100, converted: 4, ..ActionTally::default() };
    tally.actions[2] = ActionTally { did: 50, ..ActionTally::default() };
    Tally {
        entered: 1000,
        converted: 8,
        lost: 792,
        open: 200,
        closed: 800,
        closed_converted: 8,
        converted_by_tie: 1,
        customers: 1046,
        anonymous: 950,
        repeat_buyers: 1,
        orders_of_buyers: Moments { count: 9, sum: 10, squares: 12 },
        orders_with_visit: 6,
        session_days: vec![[(0, [1400, 50])].into()],
        ..tally
    }
}

fn orders_input() -> InputFinding {
    InputFinding {
        path: "orders.csv".into(),
        format: "shopify.orders",
        why: "the header has Name, Financial Status, Created at and Lineitem quantity".into(),
        compression: None,
        encoding: "utf-8",
        delimiter: Some(','),
        columns: vec![("time", "Created at".into()), ("order", "Name".into())],
        decisions: vec!["times carry their own offset".into()],
        rows_read: 85,
        rows_used: 55,
        rows_set_aside: 30,
        from: Some(october(1)),
        to: Some(october(29)),
        events: Vec::new(),
        identifiers: vec![IdentifierFinding { kind: "email", rows: 55, distinct: 54 }],
    }
}

fn pixel_input() -> InputFinding {
    let event = |name: &str, step: Option<&str>, rows| EventFinding {
        name: name.into(),
        step: step.map(str::to_owned),
        rows,
    };
    InputFinding {
        path: "pixel.jsonl".into(),
        format: "shopify.web_pixel",
        why: "the records have clientId, name and timestamp".into(),
        compression: None,
        encoding: "utf-8",
        columns: vec![("time", "timestamp".into()), ("event", "name".into())],
        rows_read: 12_000,
        rows_used: 11_993,
        rows_set_aside: 7,
        from: Some(october(0)),
        to: Some(october(30)),
        events: vec![
            event("page_viewed", Some("page_viewed"), 9000),
            event("product_viewed", Some("product_viewed"), 2900),
            event("product_added_to_cart", Some("product_added_to_cart"), 85),
            event("warp_drive", None, 8),
        ],
        identifiers: vec![IdentifierFinding { kind: "client_id", rows: 11_993, distinct: 1046 }],
        ..InputFinding::default()
    }
}

fn set_aside(reason: Reason, rows: u64, path: &str, message: &str) -> SetAside {
    let place = Place { path: path.into(), record: Some(41), line: Some(42), column: None };
    SetAside { reason, rows, examples: vec![(place, message.into())] }
}
