//! The tables that are known by the names of their columns, the most particular first.

use super::offers;
use super::order_names::are_names_of_orders;
use super::table_head::TableHead;
use crate::input::Rows;
use crate::input::aliases::{Mapping, Part};
use crate::input::columns::{Header, Row, is_excel_number};
use crate::input::format::kaggle::{self, Members};
use crate::input::format::matomo_conversions::{self, MatomoConversions};
use crate::input::format::matomo_table::MatomoTable;
use crate::input::format::maven::Maven;
use crate::input::format::segment::is_type;
use crate::input::format::shopify_analytics::AnalyticsColumns;
use crate::input::format::shopify_checkouts::CheckoutColumns;
use crate::input::format::shopify_customers::Customers;
use crate::input::format::shopify_order_visits::OrderVisits;
use crate::input::format::shopify_orders::OrderColumns;
use crate::input::format::shopify_orders::columns::{
    ORDER_TIMES, SHEET_STATUSES, STATUSES, TOTALS,
};
use crate::input::format::shopify_sessions::WarehouseSessions;
use crate::input::format::shopify_transactions::Transactions;
use crate::input::format::special::Special;
use crate::input::format::tool_table::{ToolTable, amplitude, ga4, posthog, segment, snowplow};
use crate::input::format::{
    Format, matomo_table, maven, rees46, retailrocket, shopify_customers, shopify_order_visits,
    shopify_session_rows, shopify_sessions, shopify_transactions, web_pixel,
};
use std::borrow::Cow;

/// A table of a known format.
pub(super) struct TableFormat {
    pub(super) format: Format,
    /// The columns that it must have; any one name of a set will do.
    pub(super) must: &'static [&'static [&'static str]],
    /// Whether a table that has them is of this format.
    pub(super) fits: fn(&TableHead) -> bool,
    /// How its rows are read.
    pub(super) rows: fn(&Header) -> Option<Rows>,
    /// Whether its names are compared in words: what a shop's own data are called is told by the words alone, and
    /// each program puts them together in its way.
    pub(super) in_words: bool,
}

impl TableFormat {
    /// The header as this format compares its names.
    pub(super) fn spelt<'h>(&self, header: &'h Header) -> Cow<'h, Header> {
        if self.in_words { Cow::Owned(header.in_words()) } else { Cow::Borrowed(header) }
    }

    /// The columns that a header lacks to be of this format, each with the names that it may have.
    pub(super) fn missing(&self, header: &Header) -> Vec<&'static [&'static str]> {
        let header = self.spelt(header);
        self.must.iter().copied().filter(|names| !header.has(names)).collect()
    }

    /// Whether a table that lacks one of its columns may nearly be of this format: what many tables have says nothing, and
    /// nobody writes the expressions of a query by hand.
    pub(super) fn may_be_near(&self) -> bool {
        let others: [&[&[&str]]; 3] = [ORDERS_BY_ID, &posthog::CURRENT, &segment::CALLS];
        !others.contains(&self.must)
    }

    /// Which column each part is read from.
    pub(super) fn columns(&self, header: &Header, rows: &Rows) -> Vec<(&'static str, String)> {
        if let Rows::ToolTable(_, table) = rows {
            return table.columns();
        }
        let named =
            |name: &&'static str| Some((*name, header.names().get(header.find(&[name])?)?.clone()));
        let mut columns: Vec<_> = self.must.iter().copied().flatten().filter_map(named).collect();
        // A column may do for two sets.
        columns.sort_by_key(|(name, _)| {
            self.must.iter().copied().flatten().position(|own| own == name)
        });
        columns.dedup();
        columns
    }
}

const fn known(
    format: Format,
    must: &'static [&'static [&'static str]],
    rows: fn(&Header) -> Option<Rows>,
) -> TableFormat {
    TableFormat { format, must, fits: |_| true, rows, in_words: false }
}

/// A table of what a shop keeps itself, or that is no tool's own export.
const fn of_shop(
    format: Format,
    must: &'static [&'static [&'static str]],
    rows: fn(&Header) -> Option<Rows>,
) -> TableFormat {
    TableFormat { in_words: true, ..known(format, must, rows) }
}

/// The columns of orders and checkouts.
const ORDERS: &[&[&str]] =
    &[&["name"], &["created at"], &["financial status", "lineitem name", "lineitem quantity"]];

/// The columns of the tables that warehouses and other programs make of orders.
const WAREHOUSE_ORDERS: &[&[&str]] =
    &[&["order id", "order number", "order name", "name"], ORDER_TIMES, STATUSES];

/// The same of tables that say nothing of payment: a buyer and a total make an order.
const ORDERS_WITHOUT_STATUS: &[&[&str]] = &[
    &["order id", "order number", "order name", "name"],
    ORDER_TIMES,
    &["customer id", "customer email", "email"],
    TOTALS,
];

/// A few columns of the shop's own export, under its own names.
const SOME_OF_ORDERS: &[&[&str]] =
    &[&["name"], &["created at"], &["email", "customer id", "phone"], &["total"]];

/// What other documents have that are numbered like orders, and logs: returns, subscriptions, steps of a checkout.
const OF_OTHERS: &[&str] = &[
    "status",
    "state",
    "type",
    "kind",
    "step",
    "stage",
    "event",
    "action",
    "reason",
    "next order",
    "return",
    "order",
];

/// The columns of the orders sheet of Matrixify and of programs that write the same.
const SHEET_OF_ORDERS: &[&[&str]] = &[&["name", "id"], ORDER_TIMES, SHEET_STATUSES, SHEET_SIGNS];

/// What nobody else writes.
const SHEET_SIGNS: &[&str] = &["price total", "line type", "top row"];

/// The columns of the tables that warehouses make of abandoned checkouts.
const WAREHOUSE_CHECKOUTS: &[&[&str]] =
    &[&["abandoned checkout url"], &["created at"], &["id", "checkout id", "token", "name"]];

/// The columns of tables that say of each order its number alone. Many tables have a number and a time, so nothing is
/// nearly such a one.
const ORDERS_BY_ID: &[&[&str]] = &[&["id"], ORDER_TIMES, STATUSES];

/// All of them, in the order in which they are tried.
pub(super) static ALL: [TableFormat; 38] = [
    TableFormat {
        fits: |table| !are_checkouts(table),
        ..of_shop(Format::ShopifyOrders, ORDERS, |header| Some(orders(header)))
    },
    TableFormat {
        fits: are_checkouts,
        ..of_shop(Format::ShopifyCheckouts, ORDERS, |header| {
            Some(Rows::Checkouts(header.clone(), CheckoutColumns::new(header)))
        })
    },
    TableFormat {
        fits: are_orders,
        ..of_shop(Format::ShopifyCheckouts, WAREHOUSE_CHECKOUTS, |header| {
            let header = calling(header, &["id", "checkout id", "name", "token"], "name");
            let columns = CheckoutColumns::new(&header);
            Some(Rows::Checkouts(header, columns))
        })
    },
    TableFormat {
        fits: are_orders,
        ..of_shop(Format::ShopifyOrderVisits, &shopify_order_visits::MUST, |header| {
            Some(special(header, Special::OrderVisits(OrderVisits::new(header)?)))
        })
    },
    TableFormat {
        fits: are_orders,
        ..of_shop(Format::ShopifyOrders, WAREHOUSE_ORDERS, |header| Some(orders(header)))
    },
    TableFormat {
        fits: |table| are_orders(table) && says_status(table),
        ..of_shop(Format::ShopifyOrders, ORDERS_BY_ID, |header| {
            Some(orders(&calling(header, &["id"], "order id")))
        })
    },
    TableFormat {
        fits: |table| are_orders(table) && are_named_as_orders(table),
        ..of_shop(Format::ShopifyOrders, ORDERS_WITHOUT_STATUS, |header| Some(orders(header)))
    },
    TableFormat {
        fits: |table| {
            are_orders(table) && are_named_as_orders(table) && !table.header.has(OF_OTHERS)
        },
        ..of_shop(Format::ShopifyOrders, SOME_OF_ORDERS, |header| Some(orders(header)))
    },
    of_shop(Format::ShopifyOrders, SHEET_OF_ORDERS, |header| Some(orders(header))),
    TableFormat {
        fits: is_no_log,
        ..known(
            Format::ShopifyAnalyticsLegacy,
            &[&["total sessions", "total visitors"]],
            |header| Some(Rows::Totals(header.clone(), AnalyticsColumns::new(header))),
        )
    },
    TableFormat {
        fits: is_no_log,
        ..known(Format::ShopifyAnalyticsSessions, SINGLE_SESSIONS, |header| {
            Some(Rows::Totals(header.clone(), AnalyticsColumns::of_sessions(header)?))
        })
    },
    TableFormat {
        fits: is_no_log,
        ..known(Format::ShopifyAnalytics, SESSIONS, |header| {
            Some(Rows::Totals(header.clone(), AnalyticsColumns::new(header)))
        })
    },
    known(Format::ShopifyTransactions, &shopify_transactions::MUST, |header| {
        Some(special(header, Special::Transactions(Transactions::new(header)?)))
    }),
    of_shop(Format::ShopifyTransactions, &shopify_transactions::MUST_OF_WAREHOUSE, |header| {
        Some(special(header, Special::Transactions(Transactions::new(&header.in_words())?)))
    }),
    TableFormat {
        fits: |table| !table.header.in_words().has(&["financial status", "anonymous id"]),
        ..of_shop(Format::ShopifyCustomers, &shopify_customers::MUST, |header| {
            Some(special(header, Special::Customers(Customers::new(header))))
        })
    },
    of_shop(Format::WarehouseSessions, &shopify_sessions::MUST, |header| {
        Some(special(header, Special::WarehouseSessions(WarehouseSessions::new(header)?)))
    }),
    // Its rows decide too, and what the user says of them.
    known(Format::ShopifyWebPixel, &web_pixel::table::MUST, |_| None),
    known(Format::Ga4Flat, &ga4::MUST, |header| tool_table(header, ga4::table(header))),
    known(Format::Amplitude, &amplitude::MUST, |header| {
        tool_table(header, amplitude::table(header))
    }),
    known(Format::PostHogTable, &posthog::MUST, |header| {
        tool_table(header, posthog::table(header))
    }),
    known(Format::PostHogTable, &posthog::CURRENT, |header| {
        tool_table(header, posthog::current(header))
    }),
    TableFormat {
        fits: |table| {
            let kind = table.header.find(&["type"]);
            kind.is_some_and(|kind| offers::holds(table, kind, is_type))
        },
        ..known(Format::SegmentWarehouse, &segment::CALLS, |header| {
            tool_table(header, segment::calls(header))
        })
    },
    known(Format::SegmentWarehouse, &segment::MUST, |header| {
        tool_table(header, segment::table(header))
    }),
    TableFormat {
        fits: names_no_events,
        ..known(Format::SegmentWarehouse, &segment::PAGES, |header| {
            tool_table(header, segment::pages(header))
        })
    },
    TableFormat {
        fits: names_no_events,
        ..known(Format::SegmentWarehouse, &segment::IDENTIFIES, |header| {
            tool_table(header, segment::identifies(header))
        })
    },
    known(Format::SnowplowAtomic, &snowplow::MUST, |header| {
        tool_table(header, snowplow::table(header))
    }),
    known(Format::MatomoTable, &matomo_table::MUST, |header| {
        Some(special(header, Special::Matomo(MatomoTable::new(header))))
    }),
    known(Format::MatomoTable, &matomo_conversions::MUST, |header| {
        Some(special(header, Special::Conversions(MatomoConversions::new(header)?)))
    }),
    // Its lines have no header and are known by their shape.
    TableFormat { fits: |_| false, ..known(Format::SnowplowTsv, &snowplow::MUST, |_| None) },
    of_shop(Format::MavenOrders, &maven::ORDERS, |header| {
        Some(special(header, Special::Maven(Maven::orders(header)?)))
    }),
    of_shop(Format::MavenPageviews, &maven::PAGEVIEWS, |header| {
        Some(special(header, Special::Maven(Maven::pageviews(header)?)))
    }),
    of_shop(Format::MavenSessions, &maven::SESSIONS, |header| {
        Some(special(header, Special::Maven(Maven::sessions(header)?)))
    }),
    of_shop(Format::Kaggle, KAGGLE, |header| {
        Some(special(header, Special::Members(Members::new(header)?)))
    }),
    // It has no header and is known by its cells.
    TableFormat { fits: |_| false, ..known(Format::Yoochoose, YOOCHOOSE, |_| None) },
    TableFormat { fits: |_| false, ..known(Format::Ga4Ui, GA4_UI, |_| None) },
    known(Format::RetailRocket, &retailrocket::MUST, |header| {
        Some(Rows::Table(header.clone(), retailrocket::columns(header)?))
    }),
    of_shop(Format::Rees46, &rees46::MUST, |header| {
        Some(Rows::Table(header.clone(), rees46::columns(header)?))
    }),
    known(Format::GenericEvents, &[], |_| None),
];

/// Any of the columns of a session report.
const COUNTS: &[&str] = &[
    "sessions",
    "sessions with cart additions",
    "sessions that reached checkout",
    "sessions that completed checkout",
    "sessions converted",
    "online store visitors",
];

const SESSIONS: &[&[&str]] = &[COUNTS];

/// The same with a row for each session, which says when it was.
const SINGLE_SESSIONS: &[&[&str]] =
    &[COUNTS, &[shopify_session_rows::ID], &shopify_session_rows::TIMES];

/// A user, and where they were or who they are.
const KAGGLE: &[&[&str]] = &[kaggle::USERS, kaggle::TELLING];

/// The signs of formats that are not known by a header, for whoever names them with `--as`.
const YOOCHOOSE: &[&[&str]] = &[&["four or five cells a row and no header: session, time, item …"]];
const GA4_UI: &[&[&str]] = &[&["lines that begin with `#` before each table"]];

/// The same header with a column found under another name too: the first that has one of these names, if that is the last.
fn calling(header: &Header, names: &[&str], name: &str) -> Header {
    let mut own = header.clone();
    let others = names.split_last().map_or(names, |(_, others)| others);
    if let Some(column) = header.find(names).filter(|_| !header.has(others)) {
        own.call(column, name);
    }
    own
}

fn orders(header: &Header) -> Rows {
    Rows::Orders(header.clone(), OrderColumns::new(header))
}

/// A table of events may name orders too.
fn are_orders(table: &TableHead) -> bool {
    let names_events = ["action", "type", "name"].iter().any(|name| holds_events(table, name));
    !table.header.in_words().has(&["event", "event name", "event type"]) && !names_events
}

/// Whether any row says what became of its payment: of an abandoned checkout nothing has.
fn says_status(table: &TableHead) -> bool {
    let status = table.header.in_words().find(STATUSES);
    table.rows.iter().any(|row| Row::parsed(row).value(status).is_some())
}

/// Whether a table without a status is one of orders by what names its rows: a column that is called for orders, or
/// names as shops give them to orders, which are neither a checkout's nor a draft's.
fn are_named_as_orders(table: &TableHead) -> bool {
    let header = table.header.in_words();
    if header.has(&["order id", "order number", "order name"]) {
        return true;
    }
    let Some(column) = header.find(&["name"]) else { return false };
    let is_draft = |row| Row::parsed(row).text(Some(column)).starts_with("#D");
    are_names_of_orders(table, column) && !are_checkouts(table) && !table.rows.iter().any(is_draft)
}

/// Whether a column of this name holds names of events: columns that are called so may hold anything.
fn holds_events(table: &TableHead, name: &str) -> bool {
    table.header.find(&[name]).is_some_and(|column| offers::names_events(table, column))
}

/// What Segment knows of its visitors stands in tables of other names than a log's.
fn names_no_events(table: &TableHead) -> bool {
    !segment::names_events(&table.header)
}

/// A session report may have a column that is called as events are, but says of no row who it was. Whose figures the user
/// has named is one.
fn is_no_log(table: &TableHead) -> bool {
    if table.header.is_called() {
        return true;
    }
    let mapping = Mapping::find(table.header.names(), &[]);
    mapping.of(Part::Event).is_none() || mapping.who().next().is_none()
}

fn special(header: &Header, special: Special) -> Rows {
    Rows::Special(header.clone(), special)
}

fn tool_table(header: &Header, table: Option<ToolTable>) -> Option<Rows> {
    Some(Rows::ToolTable(header.clone(), table?))
}

/// The columns of an orders export that one of abandoned checkouts has not.
const OF_ORDERS_ALONE: [&str; 9] = [
    "outstanding balance",
    "employee",
    "location",
    "device id",
    "duties",
    "payment id",
    "payment terms name",
    "next payment due at",
    "payment references",
];

/// What an order may have and a checkout never has.
const SETTLED: [&str; 3] = ["financial status", "paid at", "cancelled at"];

/// Abandoned checkouts look like orders that nothing has become of, and whose name is their id.
fn are_checkouts(table: &TableHead) -> bool {
    let header = &table.header.in_words();
    if OF_ORDERS_ALONE.iter().any(|name| header.has(&[name])) {
        return false;
    }
    let (name, id) = (header.find(&["name"]), header.find(&["id"]));
    let settled = SETTLED.map(|name| header.find(&[name]));
    let rows = table.rows.iter().map(Row::parsed);
    let named = rows.filter(|row| row.mark(name).is_some() && !header.is_repeat(*row));
    if named.clone().next().is_none() {
        return header.has(&["receipt number"]);
    }
    let nothing_became_of = |row: Row<'_>| settled.iter().all(|&column| row.mark(column).is_none());
    named.clone().all(nothing_became_of)
        && are_named_by_ids(named.map(|row| (row.text(name), row.mark(id))))
}

/// Whether the names of rows are `#` and the row's id. Further rows of a checkout have no id; where spreadsheets
/// have spoilt them all, or the file has none, names must be as long as the ids of checkouts are, which no shop
/// counts its orders up to.
fn are_named_by_ids<'r>(rows: impl Iterator<Item = (Cow<'r, str>, Option<Cow<'r, str>>)>) -> bool {
    let (mut by_id, mut by_length) = (None, true);
    for (name, id) in rows {
        let number = name.strip_prefix('#').unwrap_or_default();
        by_length &=
            (13..=15).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        if let Some(id) = id.filter(|id| !is_excel_number(id)) {
            // Data tools make fractions of numbers some of which are missing.
            let id = id.strip_suffix(".0").unwrap_or(&id);
            by_id = Some(by_id.unwrap_or(true) && number == id);
        }
    }
    by_id.unwrap_or(by_length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkouts_are_named_by_their_ids() {
        type Named = (&'static str, Option<&'static str>);
        let cases: [(&[Named], bool); 10] = [
            (&[("#30000000000001", Some("30000000000001.0")), ("#30000000000001", None)], true),
            (&[("#30000000000001", Some("30000000000001")), ("#30000000000001", None)], true),
            (&[("#44", Some("44")), ("#44", None)], true),
            (&[("#30000000000001", None), ("#30000000000002", Some("3E+13"))], true),
            (&[("#30000000000001", None), ("#1001", None)], false),
            (&[("#30000000000001", Some("5900000000001"))], false),
            (&[("#1001", Some("5.9E+12"))], false),
            (&[("#1001", None)], false),
            (&[("30000000000001", None)], false),
            (&[("#2025-10-07-001", None)], false),
        ];
        for (rows, expected) in cases {
            let cells = rows.iter().map(|&(name, id)| (name.into(), id.map(Into::into)));
            assert_eq!(are_named_by_ids(cells), expected, "{rows:?}");
        }
    }
}
