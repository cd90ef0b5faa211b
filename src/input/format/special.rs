//! Tables whose rows are not one event each with its name in a column: names that follow from other
//! cells, several events a row, or no event at all.
//!
//! Each has a file of its own; here is only the list of them.

use super::ga4_ui::Exploration;
use super::kaggle::Members;
use super::matomo_conversions::MatomoConversions;
use super::matomo_table::MatomoTable;
use super::maven::Maven;
use super::milestones::Milestones;
use super::shopify_customers::Customers;
use super::shopify_order_visits::OrderVisits;
use super::shopify_sessions::WarehouseSessions;
use super::shopify_transactions::Transactions;
use super::yoochoose::Yoochoose;
use super::{Desk, Sink};
use crate::input::columns::{Header, Row};

/// Which of them a table is, with its columns.
#[derive(Debug)]
pub enum Special {
    /// Shopify's transactions.
    Transactions(Transactions),
    /// Shopify's customers.
    Customers(Customers),
    /// The visits before each order.
    OrderVisits(OrderVisits),
    /// Sessions of Shopify's old data warehouse.
    WarehouseSessions(WarehouseSessions),
    /// The funnel exploration of Google Analytics.
    Exploration(Exploration),
    /// Visits of Matomo.
    Matomo(MatomoTable),
    /// Conversions of Matomo's database.
    Conversions(MatomoConversions),
    /// A table of the Maven data set.
    Maven(Maven),
    /// A table of the `YooChoose` data set.
    Yoochoose(Yoochoose),
    /// Who was on a page, or who a user is.
    Members(Members),
    /// Journeys with a column for the time of each step.
    Milestones(Milestones),
}

impl Special {
    /// Reads a row.
    pub fn read(&self, row: Row<'_>, header: &Header, desk: Desk<'_, impl Sink>) {
        match self {
            Special::Transactions(table) => table.read(row, header, desk),
            Special::Customers(table) => table.read(row, desk),
            Special::OrderVisits(table) => table.read(row, header, desk),
            Special::WarehouseSessions(table) => table.read(row, header, desk),
            Special::Exploration(table) => table.read(row, desk),
            Special::Matomo(table) => table.read(row, desk),
            Special::Conversions(table) => table.read(row, header, desk),
            Special::Maven(table) => table.read(row, header, desk),
            Special::Yoochoose(table) => table.read(row, header, desk),
            Special::Members(table) => table.read(row, desk),
            Special::Milestones(table) => table.read(row, header, desk),
        }
    }

    /// Says whether a comma is the decimal sign of the table's amounts.
    pub fn read_amounts(&mut self, decimal_comma: bool) {
        match self {
            Special::Transactions(table) => table.columns.decimal_comma = decimal_comma,
            Special::Maven(table) => table.columns.decimal_comma = decimal_comma,
            Special::Milestones(table) => table.columns.decimal_comma = decimal_comma,
            Special::Matomo(table) => table.decimal_comma = decimal_comma,
            Special::Conversions(table) => table.decimal_comma = decimal_comma,
            // They have no amounts, or whole ones.
            Special::Customers(_)
            | Special::OrderVisits(_)
            | Special::WarehouseSessions(_)
            | Special::Exploration(_)
            | Special::Yoochoose(_)
            | Special::Members(_) => {}
        }
    }

    /// Whether its rows are what visitors did.
    pub fn is_log(&self) -> bool {
        match self {
            Special::WarehouseSessions(_)
            | Special::Matomo(_)
            | Special::Conversions(_)
            | Special::Maven(_)
            | Special::Yoochoose(_)
            | Special::Members(_)
            | Special::Milestones(_) => true,
            Special::Transactions(_)
            | Special::Customers(_)
            | Special::OrderVisits(_)
            | Special::Exploration(_) => false,
        }
    }
}
