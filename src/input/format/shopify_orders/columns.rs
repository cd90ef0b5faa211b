//! What the columns of orders are called, whoever wrote the table: the admin's export, a warehouse, a program that
//! exports a shop's data. Detection asks for the same names as reading does.
//!
//! Names are compared in words ([`Header::in_words`]): `createdAt`, `created_at` and `Created At` are one, so are
//! `customer.id`, `customer__id` and `Customer: ID`. The best name stands first. Where the admin's export has
//! no such column, the names are those of Shopify's REST and GraphQL interfaces, laid flat, and of the sheet that Matrixify
//! and programs like it write.

use super::common::CommonColumns;
use crate::findings::OrderGaps;
use crate::input::columns::Header;

/// Names of one column.
pub type Names = &'static [&'static str];

/// The name that the shop gave an order.
pub const ORDER_NAMES: Names = &["name", "order name", "order number"];

/// The number of an order in tables that may have one of their own rows too.
pub const ORDER_IDS: Names = &["order id"];

/// The number of an order in tables that have it for their rows'.
pub const ROW_IDS: Names =
    &["id", "legacy resource id", "admin graphql api id", "shopify order id"];

/// When an order was made.
pub const ORDER_TIMES: Names =
    &["created at", "order created at", "processed at", "order processed at"];

/// What became of its payment.
pub const STATUSES: Names =
    &["financial status", "display financial status", "order financial status"];

/// The same in the sheets of Matrixify.
pub const SHEET_STATUSES: Names = &["payment status"];

/// What the buyer was asked to pay, but for the export's own name, which many tables have.
pub const TOTALS: Names = &[
    "total price",
    "total price set shop money amount",
    "total price set shop amount",
    "order total price",
    "price total",
];

/// The buyer's number.
pub const CUSTOMERS: Names = &["customer id", "customer legacy resource id"];

/// The buyer's address.
pub const EMAILS: Names = &[
    "email",
    "e-mail",
    "e mail",
    "email address",
    "customer email",
    "customer e-mail",
    "customer e mail",
    "customer email address",
    "contact email",
    "order email",
    "customer default email address email address",
];

/// The buyer's telephone.
pub const PHONES: [Names; 3] = [
    &["phone", "customer phone", "order phone", "customer default phone number phone number"],
    &["billing phone", "billing address phone"],
    &["shipping phone", "shipping address phone"],
];

/// The tokens and numbers of the checkout.
pub const TOKENS: [Names; 3] = [&["checkout token"], &["checkout id"], &["cart token"]];

/// What apps noted at an order.
pub const NOTES: Names = &["note attributes", "custom attributes", "additional details"];

const CANCELLED: Names = &["cancelled at", "canceled at", "order cancelled at"];
const REFUNDED: Names = &[
    "refunded amount",
    "total refunded",
    "total refunded set shop money amount",
    "total refunded set shop amount",
    "price total refund",
    "amount refunded",
];
const CURRENCIES: Names = &[
    "currency",
    "currency code",
    "order currency",
    "total price set shop money currency code",
    "total price set shop currency code",
];
// Where an order came from in another sense may stand under the export's own name.
const SOURCES: Names = &["source name", "order source name", "source"];
const TESTS: Names = &["test", "order test", "transaction test"];
const PAYMENTS: Names = &["payment method", "payment gateway names", "gateway"];
const AGENTS: Names = &["user agent", "client details user agent", "browser user agent"];

/// Where the cells of an orders export are, or of a table that a warehouse has made of orders. All columns
/// but a name and a time may be missing.
#[derive(Clone, Debug, Default)]
pub struct OrderColumns {
    pub(super) common: CommonColumns,
    /// The column that only the first row of an order fills.
    pub(super) first: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) cancelled_at: Option<usize>,
    pub(super) total: Option<usize>,
    pub(super) refunded_amount: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) source: Option<usize>,
    pub(super) payment_method: Option<usize>,
    pub(super) test: Option<usize>,
    pub(super) user_agent: Option<usize>,
}

impl OrderColumns {
    /// Finds the columns.
    pub fn new(header: &Header) -> OrderColumns {
        let common = CommonColumns::new(header);
        let of_export = header.find(STATUSES);
        let status = of_export.or_else(|| header.find(SHEET_STATUSES));
        let total = header.find(&["total"]).or_else(|| header.find(TOTALS));
        // A sheet may repeat the status on each row of an order, and the number always.
        let first =
            if of_export.is_some() { of_export } else { total.filter(|_| status.is_some()) };
        OrderColumns {
            first: first.or(status).or(common.id()).or(total),
            common,
            status,
            cancelled_at: header.find(CANCELLED),
            total,
            refunded_amount: header.find(REFUNDED),
            currency: header.find(CURRENCIES),
            source: header.find(SOURCES),
            test: header.find(TESTS),
            payment_method: header.find(PAYMENTS),
            user_agent: header.find(AGENTS),
        }
    }

    /// What the columns say nothing of.
    pub fn gaps(&self) -> OrderGaps {
        OrderGaps {
            cancelled: self.cancelled_at.is_none(),
            refunds: self.status.is_none() && self.refunded_amount.is_none(),
            channels: self.source.is_none(),
            amounts: self.total.is_none(),
            buyers: !self.common.name_buyers(),
            tests: self.payment_method.is_none() && self.test.is_none(),
        }
    }
}
