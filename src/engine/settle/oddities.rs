//! What is odd about exports as a whole, and what is made of it: zones that differ, dates that stand for no time,
//! columns that somebody has taken out, reports without figures. Each is a notice; rows are judged elsewhere.

use super::Settled;
use crate::engine::haul::Haul;
use crate::findings::{Notice, OrderGaps, SessionReport};
use crate::input::format::Format;
use crate::input::format::shopify_orders::copies::Zones;
use crate::input::format::shopify_orders::packed::Cell;
use crate::input::format::shopify_orders::{Channel, Order, Orders};
use crate::input::format::special::Special;
use crate::input::timestamp::ZoneRule;
use crate::input::{Reading, Rows};
use crate::ladder::vocabulary;
use crate::quality::{Account, Reason};
use crate::text::{counted, shell_word};
use crate::time::Precision;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many rows of orders and checkouts are written with each offset (seconds east of UTC).
pub(super) fn written_offsets(haul: &Haul<'_>) -> BTreeMap<i32, u64> {
    let mut offsets = BTreeMap::new();
    let written = haul.inputs.iter().flat_map(|input| [&input.orders, &input.checkouts]);
    for (&offset, rows) in written.flatten().flat_map(|written| &written.offsets) {
        *offsets.entry(offset).or_default() += rows;
    }
    offsets
}

/// The offset that most rows are written with; of two the one further east.
pub(super) fn most_common(written: &BTreeMap<i32, u64>) -> Option<i32> {
    written.iter().max_by_key(|&(offset, rows)| (rows, offset)).map(|(offset, _)| *offset)
}

/// A notice if the offsets differ by more than summer time.
pub(super) fn offsets_differ(written: &BTreeMap<i32, u64>) -> Option<Notice> {
    const SUMMER_TIME: i32 = 3600;
    let (first, last) = (written.first_key_value()?.0, written.last_key_value()?.0);
    if written.len() <= 2 && last - first <= SUMMER_TIME {
        return None;
    }
    let each = written
        .iter()
        .map(|(&offset, rows)| format!("{} ({})", ZoneRule::Fixed(offset), counted(*rows, "row")));
    let message = format!(
        "the times of the orders are written for {}, which is more than summer time explains: files of several shops, or of a shop that has moved",
        each.collect::<Vec<_>>().join(", ")
    );
    Some(Notice { code: "offsets_differ", message })
}

/// Whether a good part of the orders has a time that does not say its zone.
pub(super) fn lack_zones(orders: &Orders<'_>) -> bool {
    let is_lost =
        |order: &&Order<'_>| order.at.offset.is_none() && order.at.precision != Precision::Day;
    10 * orders.iter().filter(is_lost).count() > orders.len()
}

/// A notice for each input whose times have lost their zone, if orders that other files have too show which it is.
pub(super) fn zones_shown<'z>(
    zones: &'z Zones,
    readings: &'z [Reading],
) -> impl Iterator<Item = Notice> + 'z {
    zones.iter().filter_map(|(&input, shown)| {
        let each = shown.iter().map(|(&east, orders)| {
            let zone = ZoneRule::Fixed(i32::try_from(east * 60).unwrap_or_default());
            format!("{zone} ({})", counted(*orders, "order"))
        });
        let message = format!(
            "{}: its times do not say their zone; by the orders that another file has too it is {}, and orders that only this file has are taken for UTC: say the shop's zone with --tz",
            readings.get(input)?.path,
            each.collect::<Vec<_>>().join(", ")
        );
        Some(Notice { code: "zone_shown_by_orders", message })
    })
}

/// A notice for each input of which a good part has times that cannot be read: what is left is not what happened.
pub(super) fn times_unread<'r>(
    accounts: &'r [Account],
    readings: &'r [Reading],
) -> impl Iterator<Item = Notice> + 'r {
    /// One row in so many is told.
    const TOLD: u64 = 20;
    accounts.iter().zip(readings).filter_map(|(account, reading)| {
        let aside = |reason| account.set_aside.get(&reason);
        let unread = aside(Reason::BadTimestamp)?;
        let further = aside(Reason::Continuation).map_or(0, |aside| aside.rows);
        let rows = account.rows_read.saturating_sub(further);
        let example = unread.examples.iter().min()?;
        let message = format!(
            "{}: the times of {} of {rows} rows cannot be read, so they are missing in all numbers; the first: {}",
            reading.path, unread.rows, example.message
        );
        (TOLD * unread.rows >= rows).then_some(Notice { code: "times_unread", message })
    })
}

/// A notice for each log that says what orders are worth, and of some not in a way that can be read; with all orders and
/// these, by input.
pub(super) fn unpriced<'r>(
    by_input: impl Iterator<Item = (&'r [u64; 2], &'r Reading)>,
) -> Vec<Notice> {
    let notice = |(&[all, unpriced], reading): (&[u64; 2], &'r Reading)| {
        let reading = Some(reading).filter(|_| unpriced > 0)?;
        // Tools have places for money that some shops never fill.
        let is_filled = unpriced < all || reading.format == Format::GenericEvents;
        let reading = Some(reading).filter(|_| is_filled)?;
        let (_, column) = reading.columns.iter().find(|(part, _)| *part == "value")?;
        let (orders, have, whose) = match (all, unpriced) {
            (1, _) => ("its order".to_owned(), "has", "its"),
            (_, 1) => (format!("1 of {all} orders"), "has", "its"),
            _ => (format!("{unpriced} of {all} orders"), "have", "their"),
        };
        let message = format!(
            "{}: {orders} {have} no amount under `{column}` that can be read; {whose} money is in no sum",
            reading.path
        );
        Some(Notice { code: "orders_without_amount", message })
    };
    by_input.filter_map(notice).collect()
}

/// A notice if apps that nobody knows made more orders than the online store did: one of them may be its checkout.
pub(super) fn left_out_sources(orders: &Orders<'_>) -> Option<Notice> {
    /// So many sources are named.
    const SHOWN: usize = 5;
    let made_in = |channel| orders.iter().filter(move |order| order.channel == channel);
    let (online, others) = (made_in(Channel::OnlineStore).count(), made_in(Channel::Other).count());
    if others <= online {
        return None;
    }
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for source in made_in(Channel::Other).filter_map(|order| order.texts().get(Cell::Source)) {
        *sources.entry(source).or_default() += 1;
    }
    let mut sources: Vec<(&str, usize)> = sources.into_iter().collect();
    sources.sort_by_key(|&(_, orders)| Reverse(orders));
    let first = sources.first().map_or("", |(source, _)| source);
    let named = sources.iter().take(SHOWN).map(|(source, orders)| format!("`{source}` ({orders})"));
    let message = format!(
        "{others} of {} orders are left out because other apps or marketplaces made them, by their source: {}. If one of these is a checkout of the online store, --online-source {} counts its orders",
        orders.len(),
        named.collect::<Vec<_>>().join(", "),
        shell_word(first)
    );
    Some(Notice { code: "most_orders_of_other_apps", message })
}

/// A notice for each source that the user takes for the online store's and that no order of another app has.
pub(super) fn unseen_sources<'s>(
    orders: &Orders<'_>,
    told: &'s [String],
) -> impl Iterator<Item = Notice> + use<'s> {
    let sources = orders.iter().filter_map(|order| order.texts().get(Cell::Source));
    let sources: BTreeSet<String> = sources.map(str::to_owned).collect();
    let has_orders = orders.iter().next().is_some();
    let is_seen = |told: &str, sources: &BTreeSet<String>| {
        sources.iter().any(|source| source.eq_ignore_ascii_case(told))
    };
    let notice = move |told: &String| {
        let is_other = Channel::of(told) == Channel::Other;
        if !has_orders || !is_other || is_seen(told, &sources) {
            return None;
        }
        let near = vocabulary::nearest(told, sources.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let message = format!("--online-source: no order has the source `{told}`{near}");
        Some(Notice { code: "source_never_seen", message })
    };
    told.iter().filter_map(notice)
}

impl Settled {
    /// Decides what is to be done about dates that stand for no time, and says so. Where they are less than one in a
    /// hundred they are slips of a program; a log that is full of them may be of that day, or has no other times.
    pub(super) fn note_placeholders(&mut self, haul: &Haul<'_>, readings: &[Reading]) {
        let inputs = haul.inputs.iter().zip(&haul.quality.accounts).zip(readings).enumerate();
        for (input, ((seen, account), reading)) in
            inputs.filter(|(_, ((s, _), r))| s.placeholders > 0 && !r.rows.are_timeless())
        {
            let (rows, verb) = match seen.placeholders {
                1 => ("1 row".to_string(), "is"),
                several => (format!("{several} rows"), "are"),
            };
            let what = if 100 * seen.placeholders < account.rows_read {
                self.placeholders.push(input);
                format!("{verb} set aside")
            } else {
                "count as they are, because they are one row in a hundred or more".to_string()
            };
            let message = format!(
                "{}: {rows} of 1970-01-01 or 2000-01-01, which programs write where they have no time, {what}",
                reading.path
            );
            self.notices.push(Notice { code: "placeholder_dates", message });
        }
    }

    /// Notes what no export says; gives what each says nothing of, with what follows from that.
    pub(super) fn note_gaps(&mut self, haul: &Haul<'_>, readings: &[Reading]) -> Vec<Notice> {
        let each = readings.iter().zip(&haul.inputs).filter_map(|(reading, seen)| {
            let of_header = if let Rows::Orders(_, columns) = &reading.rows {
                Some(columns.gaps())
            } else {
                None
            };
            Some((reading, seen.orders.as_ref().and_then(|orders| orders.gaps).or(of_header)?))
        });
        let all = each.clone().map(|(_, gaps)| gaps).reduce(OrderGaps::both);
        self.orders.unknown = all.unwrap_or_default();
        // Parts of one export lack the same, and that is told once.
        let messages: BTreeSet<String> = each
            .filter_map(|(reading, gaps)| lacking(reading, gaps, self.orders.unknown))
            .collect();
        let notice = |message| Notice { code: "orders_lack_columns", message };
        messages.into_iter().map(notice).collect()
    }
}

/// What follows from a gap of an export: for all orders, or for those that no other export has.
type Follows = [&'static str; 2];

const CHANNELS: Follows = [
    "so that orders of tills, of staff and of other apps count as the online store's",
    "so that orders of tills, of staff and of other apps count as the online store's unless another file has them",
];
const CANCELLED: Follows = [
    "so that no order is known to be cancelled",
    "so that an order is known to be cancelled only if another file has it",
];
const REFUNDS: Follows =
    ["so that no refund is known", "so that a refund is known only if another file has the order"];
const AMOUNTS: Follows = [
    "so that it is not known what orders were worth",
    "so that it is known what an order was worth only if another file has it",
];
const BUYERS: Follows = [
    "so that who bought is known only where a log has seen it, and all other orders count as of somebody else each",
    "so that who bought is known only if another file has the order",
];
const TESTS: Follows = [
    "so that orders that were tests count as others do",
    "so that orders that were tests count as others do unless another file says so",
];

/// What an export says nothing of, in words; `unknown` is what none does.
fn lacking(reading: &Reading, gaps: OrderGaps, unknown: OrderGaps) -> Option<String> {
    let is_bulk = reading.format == Format::ShopifyBulk;
    let names: [&str; 6] = if is_bulk {
        [
            "sourceName",
            "cancelledAt",
            "displayFinancialStatus or refund",
            "totalPriceSet",
            "email, phone or customer",
            "test or paymentGatewayNames",
        ]
    } else if reading.format.holds_webhooks() {
        [
            "source_name",
            "cancelled_at",
            "financial_status or refund",
            "total_price",
            "email, phone or customer",
            "test or payment_gateway_names",
        ]
    } else {
        [
            "Source",
            "Cancelled at",
            "Financial Status or Refunded Amount",
            "Total",
            "Email, Phone or Customer ID",
            "Payment Method",
        ]
    };
    // Columns may be there with nothing in them.
    let is_blank = gaps.buyers && has_columns_of_buyers(reading);
    let told = [
        (gaps.channels, unknown.channels, CHANNELS),
        (gaps.cancelled, unknown.cancelled, CANCELLED),
        (gaps.refunds, unknown.refunds, REFUNDS),
        (gaps.amounts, unknown.amounts, AMOUNTS),
        (gaps.buyers && !is_blank, unknown.buyers, BUYERS),
        (gaps.tests, unknown.tests, TESTS),
    ];
    let told = told.into_iter().zip(names).filter(|((is_missing, ..), _)| *is_missing);
    let told = told.map(|((_, is_unknown, [of_all, of_some]), name)| {
        format!("{name}, {}", if is_unknown { of_all } else { of_some })
    });
    let told: Vec<String> = told.collect();
    let whose = if matches!(reading.rows, Rows::Orders(..)) {
        "an orders export has no column".to_string()
    } else {
        format!("orders of `{}` have no", reading.format.id())
    };
    let lacks = (!told.is_empty()).then(|| format!("{whose} {}", told.join("; none ")));
    let [of_all, of_some] = BUYERS;
    let blank = is_blank.then(|| {
        let follows = if unknown.buyers { of_all } else { of_some };
        format!("no order of an orders export names its buyer, {follows}")
    });
    let told: Vec<String> = lacks.into_iter().chain(blank).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Which steps tables of checkouts cannot show, for want of a column.
pub(super) fn checkouts_lacking(readings: &[Reading]) -> impl Iterator<Item = Notice> {
    readings.iter().filter_map(|reading| {
        let Rows::Checkouts(_, columns) = &reading.rows else { return None };
        let unseen = columns.unseen();
        let message = format!(
            "{}: no column says {}, so a checkout that got so far is not known by this file",
            reading.path,
            unseen.join(" or ")
        );
        (!unseen.is_empty()).then_some(Notice { code: "checkouts_lack_columns", message })
    })
}

/// Whether an orders export has a column for who bought.
fn has_columns_of_buyers(reading: &Reading) -> bool {
    matches!(&reading.rows, Rows::Orders(_, columns) if !columns.gaps().buyers)
}

/// What to tell of logs that may have the same orders.
pub(super) fn logs_not_matched(orders: u64, has_export: bool) -> Notice {
    let advice = if has_export {
        "An orders export with Id, Name and times that say their zone would join them"
    } else {
        "An orders export, which has both numbers and names, would join them"
    };
    let message = format!(
        "{orders} orders of one event log have the total and, within ten minutes, the time of an order that another log has: they may be the same, but no number and no customer that both have says so, and they are counted twice. {advice}"
    );
    Notice { code: "logs_not_matched", message }
}

/// Says of which reports nothing is known, and what would be.
pub(super) fn without_figures(reports: &[SessionReport]) -> Option<Notice> {
    let empty: Vec<&SessionReport> = reports.iter().filter(|r| r.steps.is_empty()).collect();
    let paths: Vec<&str> = empty.iter().map(|report| report.path.as_str()).collect();
    let names: BTreeSet<&str> = empty
        .iter()
        .flat_map(|of| of.dimensions.iter().chain(&of.unknown_figures))
        .map(String::as_str)
        .collect();
    let found = match names.len() {
        0 => String::new(),
        _ => format!("; found are {}", Vec::from_iter(names).join(", ")),
    };
    let message = format!(
        "{}: no figure is known in it: no column is Sessions or another count of sessions, and no Step with its Active users is a session, a cart, a checkout or an order; what these are called in an English admin is known{found}. If some are such, say so with --map sessions=NAME,added_to_cart=NAME,reached_checkout=NAME,converted=NAME, or once for all in [map] of funnel.toml",
        paths.join(", ")
    );
    (!empty.is_empty()).then_some(Notice { code: "no_figures", message })
}

/// A notice for each session report that does not count all sessions: its first step is a part of them.
pub(super) fn without_sessions(reports: &[SessionReport]) -> impl Iterator<Item = Notice> {
    reports.iter().filter_map(|report| {
        let (first, _) = report.steps.first().filter(|(step, _)| *step != "Sessions")?;
        let message = format!(
            "{}: no column counts all sessions, so shares are of those at {first}, and not of all: add Sessions to the report (visitors are people, and fewer)",
            report.path
        );
        Some(Notice { code: "no_sessions", message })
    })
}

/// A notice for each session report that has columns which may be one of its steps and are not known: such as are called
/// for sessions, and where a step is missing any that count something.
pub(super) fn unknown_figures(reports: &[SessionReport]) -> impl Iterator<Item = Notice> {
    /// Sessions, carts, checkouts and orders.
    const STEPS: usize = 4;
    // What sessions are told apart by is of one: `Session country`.
    let of_sessions = |name: &&String| name.to_lowercase().starts_with("sessions ");
    reports.iter().filter(|report| !report.steps.is_empty()).filter_map(move |report| {
        let lacks_step = report.steps.len() < STEPS;
        let figures = report.unknown_figures.iter();
        let figures = figures.filter(|name| lacks_step || of_sessions(name));
        let names = report.dimensions.iter().filter(of_sessions).chain(figures);
        let columns: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let message = format!(
            "{}: it is not known what {} count, so they are in no step: figures are known by the names of an English admin, and [map] of funnel.toml says what others are",
            report.path,
            columns.join(", ")
        );
        (!columns.is_empty()).then_some(Notice { code: "unknown_figures", message })
    })
}

/// A notice for a funnel exploration, which counts users and not sessions.
pub(super) fn users_for_sessions(reading: &Reading) -> Option<Notice> {
    let Rows::Special(_, Special::Exploration(_)) = reading.rows else { return None };
    let message = format!(
        "{}: the exploration counts users: wherever sessions are spoken of, they are its users",
        reading.path
    );
    Some(Notice { code: "users_for_sessions", message })
}

/// A notice for each session report that has its last step as a rate only: how many sessions that were cannot be known.
pub(super) fn rates_alone(reports: &[SessionReport]) -> impl Iterator<Item = Notice> {
    reports.iter().filter_map(|report| {
        let rate = report.rate_alone.as_deref()?;
        let message = format!(
            "{}: `{rate}` is a rate, rounded, from which no number of sessions can be known, so the report has no last step: export it with Sessions that completed checkout",
            report.path
        );
        Some(Notice { code: "rate_alone", message })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_time_is_no_other_place() {
        let notice = |written: &[(i32, u64)]| {
            offsets_differ(&written.iter().copied().collect()).map(|notice| notice.message)
        };
        assert_eq!(notice(&[]), None);
        assert_eq!(notice(&[(7200, 9)]), None);
        assert_eq!(notice(&[(3600, 5), (7200, 9)]), None);
        let message = notice(&[(-18_000, 1), (32_400, 2)]).unwrap();
        assert!(message.contains("-05:00 (1 row), +09:00 (2 rows)"), "{message}");
        assert!(notice(&[(0, 1), (3600, 5), (7200, 9)]).is_some());
    }
}
