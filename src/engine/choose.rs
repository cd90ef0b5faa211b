//! Which preset the data can support, when the user names no ladder.

use super::haul::Haul;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::input::Reading;
use crate::input::format::Format;
use crate::ladder::definition::{Count, Ladder};
use crate::ladder::vocabulary::{self, Role};
use std::collections::BTreeMap;

/// The presets that can be chosen; the richest that the data supports is.
pub(super) const CANDIDATES: [&str; 5] = ["storefront", "checkout", "retail", "orders", "sessions"];

const STOREFRONT: usize = 0;
const CHECKOUT: usize = 1;
const RETAIL: usize = 2;
const ORDERS: usize = 3;
const SESSIONS: usize = 4;

/// The position of the chosen preset.
pub(super) fn choose(haul: &Haul<'_>, readings: &[Reading]) -> Result<usize> {
    let has = |format: Format| readings.iter().any(|reading| reading.format == format);
    let has_orders = readings.iter().any(|reading| reading.format.holds_orders());
    let visits = |format: Format| format.is_log() || format == Format::ShopifyAnalyticsSessions;
    let roles_of_visits = roles(haul, readings, visits);
    // Checkouts of webhooks are those of the abandoned-checkouts export; carts stand in the same files.
    let of_webhooks = roles(haul, readings, |format| format == Format::ShopifyRestCheckout);
    let has_checkouts = has(Format::ShopifyCheckouts) || of_webhooks.contains_key(&Role::Checkout);
    let log = |role: Role| roles_of_visits.get(&role).copied().unwrap_or(0) > 0;
    let pages = log(Role::Visit) || log(Role::Browse);
    let retail_only =
        readings.iter().filter(|reading| reading.format.is_log()).all(|r| is_retail(r.format));
    if has(Format::ShopifyWebPixel)
        || pages
        || log(Role::Product) && (log(Role::Checkout) || has_orders && !retail_only)
    {
        return Ok(STOREFRONT);
    }
    if log(Role::Product)
        || log(Role::Cart)
        || readings.iter().any(|reading| is_retail(reading.format))
    {
        return Ok(RETAIL);
    }
    if log(Role::Checkout) || has_checkouts {
        return Ok(CHECKOUT);
    }
    if has_orders || log(Role::Order) {
        return Ok(ORDERS);
    }
    if readings.iter().any(|reading| reading.format.holds_totals()) {
        return Ok(SESSIONS);
    }
    if haul.all_names.is_empty() {
        return Ok(STOREFRONT);
    }
    Err(no_preset(haul))
}

/// Whether a log knows products, carts and purchases, and nothing of a checkout.
fn is_retail(format: Format) -> bool {
    matches!(format, Format::RetailRocket | Format::Rees46 | Format::Yoochoose)
}

/// How many rows of the inputs of some formats have each role.
fn roles(
    haul: &Haul<'_>,
    readings: &[Reading],
    is_of: impl Fn(Format) -> bool,
) -> BTreeMap<Role, u64> {
    let mut roles = BTreeMap::new();
    let inputs = readings.iter().zip(&haul.inputs);
    for (_, seen) in inputs.filter(|(reading, _)| is_of(reading.format)) {
        for (name, &rows) in haul.all_names.texts().zip(&seen.names).filter(|(_, rows)| **rows > 0)
        {
            if let Some(role) = haul.names.stamper().canonical(name).and_then(vocabulary::role) {
                *roles.entry(role).or_insert(0) += rows;
            }
        }
    }
    roles
}

fn no_preset(haul: &Haul<'_>) -> Error {
    const SHOWN: usize = 15;
    let error = Error::new("no built-in ladder fits the event names in the data");
    let error = haul
        .rows_by_name()
        .into_iter()
        .take(SHOWN)
        .fold(error, |error, (name, count)| error.note(format!("{name} ({count} rows)")));
    error.hint("name the steps yourself, for example --step 'Visit=NAME' --step 'Order=NAME', or write a ladder file and give it with --ladder")
}

/// With aggregated reports alone, the ladder's counts are the totals of the first report; steps that it
/// has no column for are left out.
pub(super) fn fill_totals(findings: &mut Findings, mut ladder: Ladder) -> Ladder {
    let Some(report) = findings.session_reports.first() else { return ladder };
    let totals = report.steps.clone();
    ladder.count = Count::Session;
    ladder.steps.retain(|step| totals.iter().any(|(name, _)| *name == step.name));
    let tally = &mut findings.tally;
    let last = totals.last().map_or(0, |(_, total)| *total);
    tally.steps.clear();
    for (_, total) in &totals {
        tally.steps.push(crate::tally::StepTally {
            reached: *total,
            observed: *total,
            converted: last,
            ..Default::default()
        });
    }
    tally.entered = totals.first().map_or(0, |(_, total)| *total);
    tally.converted = last;
    tally.lost = tally.entered.saturating_sub(last);
    ladder
}
