//! The orders as a sheet: their value by currency, with the range of the average, and who came back.

use super::{Cell, Sheet, left, right};
use crate::analysis::orders::SecondOrder;
use crate::money::Amount;
use crate::report::orders::OrderValueReport;
use crate::report::{Report, words};

/// The value of the orders by currency.
pub fn orders_sheet(report: &Report) -> Sheet {
    let range = words::range_name(report.confidence);
    let columns = vec![
        left("currency", 0),
        right("value", 0),
        right("average order", 0),
        right(&range, 2),
        right("median", 3),
        right(&words::per_unit(report.journeys.unit), 0).called("per_visitor"),
        right(&range, 4),
    ];
    let mut sheet = Sheet::new("Orders", columns);
    for value in &report.orders.value {
        sheet.rows.push(vec![
            Cell::Text(name(value)),
            Cell::Money(Some(value.amount)),
            Cell::Money(value.average),
            money_range(value.average_low, value.average_high),
            value.median.map_or(Cell::Empty, |median| Cell::Money(Some(median))),
            Cell::Money(value.per_visitor),
            money_range(value.per_visitor_low, value.per_visitor_high),
        ]);
    }
    sheet.lead = lead(report);
    let values = &report.orders.value;
    sheet.notes = values.iter().filter_map(skewed).collect();
    let refunds: Vec<String> =
        values.iter().filter_map(|value| refunds(value, report.confidence)).collect();
    let is_refunded = |value: &OrderValueReport| {
        value.refunds.as_ref().is_some_and(|refunds| refunds.orders.hits > 0)
    };
    let is_late = values.iter().any(is_refunded);
    sheet.notes.extend(refunds);
    if is_late {
        sheet
            .notes
            .push("Refunds come late: more of the latest orders may yet be refunded.".to_owned());
    }
    sheet
}

fn money_range(low: Option<Amount>, high: Option<Amount>) -> Cell {
    words::money_range(low, high).map_or(Cell::Empty, Cell::Text)
}

fn name(value: &OrderValueReport) -> String {
    value.currency.clone().unwrap_or_else(|| "(unknown)".to_owned())
}

/// What single large orders do to the average.
fn skewed(value: &OrderValueReport) -> Option<String> {
    let (mean, cap) = (value.winsorised?, value.winsorised_at?);
    // A spread may be large without any order that is: then cutting takes nothing off.
    let average = words::money(value.average?);
    (words::money(mean) != average && mean < value.average?).then(|| format!(
        "{}: the largest order is {} of the value. With all orders cut down to {} at most the average is {}.",
        name(value),
        words::percent(value.top_share),
        words::money(cap),
        words::money(mean)
    ))
}

/// What is left of the value without what went back; `None` where nothing did.
fn refunds(value: &OrderValueReport, confidence: f64) -> Option<String> {
    let found = value.refunds.as_ref()?;
    let of = &found.orders;
    let cancelled = (found.cancelled > 0).then(|| {
        let who = words::people("order", found.cancelled);
        let amount = words::money(found.cancelled_amount);
        format!("{} {who} of {amount} cancelled", words::count(found.cancelled))
    });
    let refunded = (of.hits > 0).then(|| {
        let orders = format!(
            "{} of {}{} refunded ({}, {})",
            words::count(of.hits),
            if found.cancelled > 0 { "the other " } else { "" },
            words::count(of.base),
            words::percent(of.rate),
            words::range_named(confidence, of.low, of.high)
        );
        match found.amount {
            Some(amount) => format!(
                "{orders} by {}, {} of their value ({})",
                words::money(amount),
                words::percent(found.share),
                words::range_named(confidence, found.share_low, found.share_high)
            ),
            None => format!("{orders}, by how much is not known"),
        }
    });
    let parts: Vec<String> = cancelled.into_iter().chain(refunded).collect();
    let net = found.net.map_or_else(String::new, |net| format!("; {} are left", words::money(net)));
    (!parts.is_empty()).then(|| format!("{}: {}{net}.", name(value), parts.join(", ")))
}

/// Of fewer customers who came back nobody can say when half of all do.
const LEAST_SECOND_ORDERS: u64 = 5;

fn lead(report: &Report) -> Vec<String> {
    let orders = &report.orders;
    let mut notes = Vec::new();
    if let Some(count) = orders.count {
        let part = |number: Option<u64>, what: &str| {
            number.filter(|&n| n > 0).map(|n| format!("{} {what}", words::count(n)))
        };
        let parts = [
            part(orders.cancelled, "cancelled"),
            part(orders.refunded, "refunded in full"),
            part(orders.refunded_in_part, "refunded in part"),
            part(orders.other_channels, "of other sales channels left out"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let parts =
            if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        notes.push(format!("{} {}{parts}.", words::count(count), words::people("order", count)));
    }
    let repeat = &orders.repeat_rate;
    let is_cut = report.period.since.is_some() || report.period.until.is_some();
    if repeat.base > 0 {
        notes.push(format!(
            "{}: {} of {} with an order have two or more ({}, {}).",
            // Whether somebody came back says no part of the orders alone.
            if is_cut { "Repeat rate at all times" } else { "Repeat rate" },
            words::count(repeat.hits),
            words::count(repeat.base),
            words::percent(repeat.rate),
            words::range_named(report.confidence, repeat.low, repeat.high)
        ));
    }
    if let (Some(mean), Some(low), Some(high)) =
        (orders.per_customer, orders.per_customer_low, orders.per_customer_high)
    {
        notes.push(format!(
            "Orders by customer with an order{}: {} ({} {}).",
            if is_cut { ", at all times" } else { "" },
            words::ratio(Some(mean)),
            words::range_name(report.confidence),
            words::ratio_range(low, high)
        ));
    }
    let second = orders.seconds_to_second.filter(|_| repeat.hits >= LEAST_SECOND_ORDERS);
    notes.extend(second.and_then(|found| second_order(&found, report)));
    if let Some(within) = orders.repeat_within.last().filter(|_| repeat.hits > 0) {
        notes.push(format!(
            "Within {} days of the first order, {} order again ({}), those who are customers for a shorter time accounted for.",
            within.days,
            words::percent(Some(within.rate)),
            words::range_named(report.confidence, Some(within.low), Some(within.high))
        ));
    }
    notes
}

/// When half of the customers have ordered again; `None` where fewer are known to.
fn second_order(found: &SecondOrder, report: &Report) -> Option<String> {
    let median = words::duration(Some(found.median?));
    let name = words::range_name(report.confidence);
    let range = match (found.low, found.high) {
        (Some(low), Some(high)) => {
            format!("{name} {}–{}", words::duration(Some(low)), words::duration(Some(high)))
        }
        (Some(low), None) => format!("{name} from {}", words::duration(Some(low))),
        (None, _) => return None,
    };
    Some(format!("Half of the customers order again within {median} ({range})."))
}
