//! Which preset the data can support, when the user names no ladder.

use super::claims::Claims;
use super::haul::Haul;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::input::Reading;
use crate::input::format::Format;
use crate::ladder::definition::{Count, Ladder};
use crate::ladder::vocabulary::{self, Role};
use crate::text::counted;
use std::collections::BTreeMap;

/// The presets that can be chosen; the richest that the data supports is.
pub(super) const CANDIDATES: [&str; 5] = ["storefront", "checkout", "retail", "orders", "sessions"];

const STOREFRONT: usize = 0;
const CHECKOUT: usize = 1;
const RETAIL: usize = 2;
const ORDERS: usize = 3;
const SESSIONS: usize = 4;

/// The position of the chosen preset.
pub(super) fn choose((haul, claims): (&Haul<'_>, &Claims), readings: &[Reading]) -> Result<usize> {
    let has = |format: Format| readings.iter().any(|reading| reading.format == format);
    let seen = Seen::of((haul, claims), readings);
    let has_orders = haul.have_orders(readings);
    // Checkouts of webhooks and of the GraphQL interface are those of the abandoned-checkouts export; carts and orders
    // stand in the same files.
    let may_hold_checkouts = |input: usize| {
        let format = readings[input].format;
        format.holds_webhooks() || format == Format::ShopifyBulk
    };
    let of_webhooks = claims.canonical_names_of(haul, may_hold_checkouts);
    let has_checkouts =
        has(Format::ShopifyCheckouts) || roles(&of_webhooks).contains_key(&Role::Checkout);
    let is_log = |reading: &&Reading| reading.format.is_log();
    let retail_only = readings.iter().filter(is_log).all(|reading| is_retail(reading.format));
    if has(Format::ShopifyWebPixel)
        || seen.has(Role::Visit)
        || seen.has(Role::Browse)
        || seen.has(Role::Product) && (seen.has(Role::Checkout) || has_orders && !retail_only)
    {
        return Ok(STOREFRONT);
    }
    if seen.has(Role::Product) {
        // Nobody gets to the order of a ladder with a step that the log does not have.
        let skips_carts = !seen.has(Role::Cart) && (has_orders || seen.has(Role::Order));
        return Ok(if skips_carts { STOREFRONT } else { RETAIL });
    }
    // Nobody can enter a ladder whose first step no event is: a storefront's is any event of a log.
    if seen.has(Role::Cart) {
        return Ok(STOREFRONT);
    }
    if seen.starts_checkouts || has_checkouts {
        return Ok(CHECKOUT);
    }
    if seen.has(Role::Checkout) {
        return Ok(STOREFRONT);
    }
    if has_orders || seen.has(Role::Order) {
        // Whatever most events of a log are that nobody knows, those who did them were there.
        let are_visits = seen.unknown > seen.role(Role::Order);
        return Ok(if are_visits { STOREFRONT } else { ORDERS });
    }
    if readings.iter().any(|reading| reading.format.holds_totals()) {
        return Ok(SESSIONS);
    }
    if haul.all_names.is_empty() {
        return Ok(STOREFRONT);
    }
    Err(no_preset(haul, readings))
}

/// Whether a log knows products, carts and purchases, and nothing of a checkout.
fn is_retail(format: Format) -> bool {
    matches!(format, Format::RetailRocket | Format::Rees46 | Format::Yoochoose)
}

/// What the events of logs, and the rows of visits, are.
struct Seen {
    /// How many rows speak of each part of the shop.
    roles: BTreeMap<Role, u64>,
    /// Whether any of them begins a checkout.
    starts_checkouts: bool,
    /// How many have names that nobody knows.
    unknown: u64,
}

impl Seen {
    fn of((haul, claims): (&Haul<'_>, &Claims), readings: &[Reading]) -> Seen {
        let is_asked = |input: usize| {
            let format = readings[input].format;
            format.is_log() || format == Format::ShopifyAnalyticsSessions
        };
        let names = claims.canonical_names_of(haul, is_asked);
        let inputs = haul.inputs.iter().enumerate().filter(|(input, _)| is_asked(*input));
        let all: u64 = inputs.flat_map(|(_, input)| &input.names).sum();
        Seen {
            roles: roles(&names),
            starts_checkouts: names.contains_key("checkout_started"),
            unknown: all - names.values().sum::<u64>(),
        }
    }

    fn role(&self, role: Role) -> u64 {
        self.roles.get(&role).copied().unwrap_or(0)
    }

    fn has(&self, role: Role) -> bool {
        self.role(role) > 0
    }
}

/// How many rows speak of each part of the shop, by those of each canonical name.
fn roles(names: &BTreeMap<&'static str, u64>) -> BTreeMap<Role, u64> {
    let mut roles = BTreeMap::new();
    for (name, rows) in names {
        if let Some(role) = vocabulary::role(name) {
            *roles.entry(role).or_insert(0) += rows;
        }
    }
    roles
}

fn no_preset(haul: &Haul<'_>, readings: &[Reading]) -> Error {
    const SHOWN: usize = 15;
    let error = Error::new("no built-in ladder fits the event names in the data");
    let names = haul.rows_by_name();
    let shown = names.iter().take(SHOWN);
    let error = shown.fold(error, |error, (name, rows)| {
        error.note(format!("{name} ({})", counted(*rows, "row")))
    });
    // A file that is taken for less than it is has other names.
    let nearly = readings.iter().filter_map(|own| Some((&own.path, own.nearly.as_ref()?)));
    let error = nearly.fold(error, |error, (path, near)| error.note(format!("{path}: {near}")));
    let steps = steps_of(names.iter().map(|(name, _)| *name));
    error.hint(format!(
        "name the steps yourself in the order in which they are climbed, for example {steps}, or write a ladder file and give it with --ladder"
    ))
}

/// Options that make steps of the names that stand first, as a shell takes them; in the order of their rows, which
/// is often that of the way to an order.
fn steps_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const STEPS: usize = 4;
    let is_plain = |name: &&str| {
        let is_sign = |sign: char| sign.is_alphanumeric() || " _-.$:/".contains(sign);
        !name.trim().is_empty() && name.chars().all(is_sign)
    };
    let mut steps: Vec<(String, &str)> = Vec::new();
    for name in names.filter(is_plain) {
        let words = vocabulary::fold(name).replace('_', " ");
        let mut letters = words.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let title: String = first.chain(letters).collect();
        let is_new = !title.is_empty() && steps.iter().all(|(own, _)| *own != title);
        steps.extend(is_new.then_some((title, name)));
        if steps.len() == STEPS {
            break;
        }
    }
    if steps.len() < 2 {
        steps = vec![("Visit".to_owned(), "NAME"), ("Order".to_owned(), "NAME")];
    }
    let options = steps.iter().map(|(title, name)| format!("--step '{title}={name}'"));
    options.collect::<Vec<_>>().join(" ")
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

#[cfg(test)]
mod tests {
    use super::steps_of;

    #[test]
    fn the_hint_can_be_pasted() {
        for (names, expected) in [
            (
                &["view_tea", "it's", "View Tea", "poured", "$drank", "a", "b"][..],
                "--step 'View tea=view_tea' --step 'Poured=poured' --step 'Drank=$drank' --step 'A=a'",
            ),
            (&["only", "*", "a=b"], "--step 'Visit=NAME' --step 'Order=NAME'"),
            (&[], "--step 'Visit=NAME' --step 'Order=NAME'"),
        ] {
            assert_eq!(steps_of(names.iter().copied()), expected);
        }
    }
}
