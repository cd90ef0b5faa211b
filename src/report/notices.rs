//! What a reader of the numbers should know: the notices of the run and those that the numbers call for.
//!
//! A notice is one plain sentence or two with a stable code; its figures stand in `data` for programs.

use super::header::count_name;
use super::sentences::is_order;
use super::{tracking, words};
use crate::analysis::coverage::Coverage;
use crate::analysis::open_windows::{Matured, can_still_convert};
use crate::analysis::rate::Rate;
use crate::findings::{Findings, InputFinding, Notice};
use crate::ladder::definition::{Count, Ladder, Linkage, NamePattern, Order, Window};
use crate::time::Instant;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The code of orders that the ladder does not lead to.
pub(super) const ORDERS_BESIDE: &str = "orders_beside_the_ladder";

/// That checkouts are known of those only who left one.
pub(super) const ONLY_ABANDONED: &str = "only_abandoned_checkouts";

/// The canonical name of an order.
const COMPLETED: &str = "checkout_completed";

/// Fewer conversions than this say little about rates by step.
pub(super) const FEW_ORDERS: u64 = 5;

/// Something that the reader should know.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NoticeReport {
    /// A stable code: `window_open`.
    pub code: &'static str,
    /// One plain sentence or two.
    pub message: String,
    /// The figures of the message.
    pub data: BTreeMap<&'static str, Value>,
}

impl NoticeReport {
    /// A notice that was made while reading; it has no figures.
    pub(super) fn found(notice: &Notice) -> NoticeReport {
        NoticeReport { code: notice.code, message: notice.message.clone(), data: BTreeMap::new() }
    }
}

/// What may help where orders cannot be matched.
const LOST_ZONES: &str = " The export's times do not say their zone, and are taken for UTC: with the shop's, said with --tz, orders can be matched by customer, total and time.";

/// The notices of the run, then those of the numbers: of what logs saw, and of the macro conversion without open journeys.
pub(super) fn notices(
    findings: &Findings,
    ladder: &Ladder,
    (coverage, matured): (&Coverage, &Matured),
    confidence: f64,
) -> Vec<NoticeReport> {
    let found = findings.notices.iter().map(NoticeReport::found);
    let computed = [
        window_open(findings, ladder, matured, confidence),
        began_before(findings, ladder),
        few(findings, ladder),
        orders_beside(findings, ladder),
        only_abandoned(findings, ladder),
    ];
    let mut of_tracking = tracking::notices(coverage, confidence);
    if findings.orders.lost_zones {
        let unmatched = of_tracking.iter_mut().filter(|told| told.code == "orders_not_matched");
        unmatched.for_each(|told| told.message.push_str(LOST_ZONES));
    }
    found.chain(of_tracking).chain(computed.into_iter().flatten()).collect()
}

fn window_open(
    findings: &Findings,
    ladder: &Ladder,
    settled: &Matured,
    confidence: f64,
) -> Option<NoticeReport> {
    let tally = &findings.tally;
    if tally.open == 0 || !can_still_convert(ladder, findings.are_timeless()) {
        return None;
    }
    let last = &ladder.steps.last()?.name;
    let share = Rate::of(tally.open, tally.entered, confidence).rate;
    let who = words::people(count_name(ladder.count), tally.open);
    let reason = match ladder.window {
        Window::None => "can still convert, because the ladder has no window",
        Window::FromEntry(_) | Window::Session | Window::Each(_) => {
            "can still convert: the window runs on past the end of the data"
        }
    };
    let (count, share_text) = (words::count(tally.open), words::percent(share));
    let range = words::range_named(confidence, settled.low, settled.high);
    let is_whole = settled.method == Some("closed");
    let without = match settled.rate {
        Some(_) if is_whole => format!(
            " Of those whose window was over by then, {} reach {last} ({range}).",
            words::percent(settled.rate)
        ),
        Some(_) => format!(
            " With those accounted for by how long they were watched, {} reach {last} ({range}).",
            words::percent(settled.rate)
        ),
        None => String::new(),
    };
    let ended = settled.ended.map_or_else(String::new, |ended| {
        format!(
            " By then an exclusion ends {} of all: these will never convert, and are not counted as still going on.",
            words::percent(Some(ended.rate))
        )
    });
    let message = format!("{count} {who} ({share_text}) {reason}.{without}{ended}");
    let data = [("open", Value::from(tally.open)), ("share", Value::from(share))];
    Some(NoticeReport { code: "window_open", message, data: data.into() })
}

/// Customers who ordered, though not by way of the ladder: where they are many, its rate is not that of orders.
fn orders_beside(findings: &Findings, ladder: &Ladder) -> Option<NoticeReport> {
    const MANY: u64 = 5;
    let last = &ladder.steps.last()?.name;
    let (buyers, converted) = (findings.orders.buyers?, findings.tally.converted);
    let others = buyers.saturating_sub(converted);
    // Who asks for some events only knows that others are left out.
    let asks_for_all = ladder.steps.iter().all(|step| step.condition.filter.is_empty());
    // Orders of exports have customers of their own, whom no log need have seen.
    let is_asked = !findings.has_orders
        && !ladder.open
        && ladder.count == Count::Customer
        && is_order(last)
        && asks_for_all;
    if !is_asked || converted == 0 || others * MANY <= buyers {
        return None;
    }
    let message = format!(
        "{} customers ordered, and {} of them reached {last}: the others did not do before, within the window, all that the ladder asks for. Its rate is not that of customers who ordered.",
        words::count(buyers),
        words::count(converted),
    );
    let data = [("buyers", Value::from(buyers)), ("converted", Value::from(converted))];
    Some(NoticeReport { code: ORDERS_BESIDE, message, data: data.into() })
}

/// That checkouts are known of those only who left one.
pub(super) fn only_abandoned(findings: &Findings, ladder: &Ladder) -> Option<NoticeReport> {
    const ABANDONED: [&str; 2] = ["shopify.abandoned_checkouts", "shopify.rest_checkout"];
    let is_of_checkouts =
        |input: &InputFinding| ABANDONED.contains(&input.format) && input.rows_used > 0;
    let is_alone = !findings.has_log && findings.inputs.iter().any(is_of_checkouts);
    if !is_alone || ladder.open || findings.tally.entered == 0 {
        return None;
    }
    let (entered, buyers) = (findings.tally.entered, findings.tally.orders_of_buyers.count);
    let message = if findings.has_orders {
        format!(
            "An export of checkouts lists those that were abandoned: the {} {} here left one, and {} {} ordered. No rate is of all who began a checkout.",
            words::count(entered),
            words::people(count_name(ladder.count), entered),
            words::count(buyers),
            words::people("customer", buyers)
        )
    } else {
        "An export of checkouts lists those that were abandoned, and nothing here tells of orders: how many of them ordered later is not known. Name an orders export too.".to_owned()
    };
    let data = [("entered", Value::from(entered)), ("buyers", buyers.into())];
    Some(NoticeReport { code: ONLY_ABANDONED, message, data: data.into() })
}

/// Whether the last step is what every source's order is, and nothing of the user's own.
fn asks_for_orders(ladder: &Ladder) -> bool {
    let is_completed =
        |name: &NamePattern| matches!(name, NamePattern::Exact(own) if own == COMPLETED);
    ladder.steps.last().is_some_and(|last| last.condition.event.names.iter().any(is_completed))
}

/// Whether anything that was read is known as an order.
fn knows_orders(findings: &Findings) -> bool {
    let mut events = findings.inputs.iter().flat_map(|input| &input.events);
    findings.has_orders
        || findings.derived.contains(COMPLETED)
        || events.any(|event| event.step.as_deref() == Some(COMPLETED))
}

/// That nobody reached the last step, and why orders that are there do not count for it.
fn no_orders(findings: &Findings, ladder: &Ladder, last: &str) -> String {
    let nobody = format!("No {} reached {last}", words::people(count_name(ladder.count), 1));
    match findings.orders.count {
        _ if !is_order(last) => format!("{nobody}."),
        0 if asks_for_orders(ladder) && !knows_orders(findings) => format!(
            "{nobody}: nothing in the data is known as an order. If an event is one, say so with --step or in the table [map] of funnel.toml; `funnel inspect` lists the names."
        ),
        0 => format!("{nobody}."),
        orders => format!(
            "{nobody}, though the data have {} {}: an order counts behind what comes before it within the window, not by itself.",
            words::count(orders),
            words::people("order", orders)
        ),
    }
}

/// Customers whose first step in a log is none with which they can enter, so near the beginning of the log that an entry
/// before it could still count. Sessions are cut at both ends of a log, and no more than a few are.
fn began_before(findings: &Findings, ladder: &Ladder) -> Option<NoticeReport> {
    let is_chain = ladder.order != Order::Any && ladder.linkage == Linkage::Chain;
    if ladder.open || ladder.count == Count::Session || !is_chain {
        return None;
    }
    let start = findings.log_from?;
    let entry = &ladder.steps.get(ladder.required().next()?)?.name;
    let (last, near) = match ladder.window {
        Window::FromEntry(span) | Window::Each(span) => {
            let within = words::duration(Some(span.as_seconds()));
            (start.plus(span), format!(", and within {within} of its beginning"))
        }
        Window::None => (Instant::MAX, String::new()),
        Window::Session => return None,
    };
    let customers = findings.tally.first_seen_beyond.up_to(last);
    let message = format!(
        "The first step of {} {} in the log lies beyond {entry}{near}: they may have entered before it begins. They count only from an entry that was seen.",
        words::count(customers),
        words::people("customer", customers),
    );
    let data = [("customers", Value::from(customers))];
    (customers > 0).then(|| NoticeReport {
        code: "began_before_the_log",
        message,
        data: data.into(),
    })
}

/// Whether the inputs only name people.
fn tells_of_nothing(findings: &Findings) -> bool {
    let has_events = findings.inputs.iter().any(|input| !input.events.is_empty());
    let has_inputs = findings.inputs.iter().any(|input| input.rows_used > 0);
    has_inputs && !has_events && !findings.has_orders && findings.session_reports.is_empty()
}

fn few(findings: &Findings, ladder: &Ladder) -> Option<NoticeReport> {
    let tally = &findings.tally;
    let last = &ladder.steps.last()?.name;
    let who = words::people(count_name(ladder.count), tally.converted);
    let (code, message) = match (tally.entered, tally.converted) {
        (0, _) => {
            let (first, one) =
                (&ladder.steps.first()?.name, words::people(count_name(ladder.count), 1));
            let why = if tells_of_nothing(findings) {
                " Nothing here tells what anybody did: name an event log, orders or checkouts too."
                    .to_owned()
            } else if tally.filtered > 0 {
                format!(
                    " {} did whose values are none of those asked for with --where: --by lists the values that there are.",
                    words::count(tally.filtered)
                )
            } else {
                String::new()
            };
            ("no_journeys", format!("No {one} reached {first}, so there are no rates.{why}"))
        }
        (_, 0) => ("no_orders", no_orders(findings, ladder, last)),
        (_, converted @ 1..FEW_ORDERS) => {
            let message = format!(
                "Only {converted} {who} reached {last}: too few for rates by step to mean much."
            );
            ("few_orders", message)
        }
        (_, FEW_ORDERS..) => return None,
    };
    let mut data: BTreeMap<&'static str, Value> =
        [("entered", tally.entered.into()), ("converted", tally.converted.into())].into();
    if code == "no_orders" && is_order(last) && findings.orders.count > 0 {
        data.insert("orders", findings.orders.count.into());
    }
    if tally.entered == 0 && tally.filtered > 0 {
        data.insert("filtered", tally.filtered.into());
    }
    if tally.entered == 0 && tells_of_nothing(findings) {
        data.insert("tells_of_nothing", true.into());
    }
    Some(NoticeReport { code, message, data })
}
