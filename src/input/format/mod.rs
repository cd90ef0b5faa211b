//! The export formats: one file for each way of writing events, and the table of all of them.
//!
//! A format turns one record into a [`RawEvent`] or says what is wrong with it; orders, checkouts and
//! aggregated reports need all their rows together and hand on owned lines instead.

pub mod adobe;
pub mod amplitude;
pub mod event_json;
pub mod event_table;
pub mod ga4_bigquery;
pub mod ga4_ui;
mod identifiers;
pub mod kaggle;
pub mod klaviyo;
pub mod matomo;
pub mod matomo_conversions;
pub mod matomo_table;
pub mod maven;
pub mod milestones;
pub mod mixpanel;
pub mod posthog;
pub mod rees46;
pub mod retailrocket;
pub mod rudderstack;
pub mod segment;
pub mod shopify_analytics;
pub mod shopify_bulk;
pub mod shopify_checkouts;
pub mod shopify_customers;
pub mod shopify_order_visits;
pub mod shopify_orders;
pub mod shopify_rest;
pub mod shopify_rest_checkout;
pub mod shopify_session_rows;
pub mod shopify_session_totals;
pub mod shopify_sessions;
pub mod shopify_transactions;
pub mod shopify_url;
pub mod shopify_webhooks;
pub mod snowplow_json;
pub mod special;
pub mod tool_log;
pub mod tool_table;
pub mod web_pixel;
mod within;
pub mod yoochoose;

pub use identifiers::{RowIdentifiers, Texts};

use crate::event::{Identifier, IdentifierKind, Properties, RawEvent};
use crate::input::aliases::Part;
use crate::input::timestamp::ZoneRule;
use crate::input::usual::UsualRows;
use crate::key::Key;
use crate::quality::Reason;
use crate::time::{Instant, Span};
use std::cell::OnceCell;

/// The export formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Shopify's orders export.
    ShopifyOrders,
    /// Shopify's abandoned-checkouts export.
    ShopifyCheckouts,
    /// Orders of Shopify's GraphQL interface, JSON.
    ShopifyBulk,
    /// Orders of Shopify's REST interface and webhooks, JSON.
    ShopifyRestOrder,
    /// Checkouts and carts of Shopify's webhooks, JSON.
    ShopifyRestCheckout,
    /// The visits before each order, as a table of a warehouse.
    ShopifyOrderVisits,
    /// A log of Shopify web-pixel events, JSON or a table.
    ShopifyWebPixel,
    /// A report of Shopify analytics with a row for each session.
    ShopifyAnalyticsSessions,
    /// An aggregated report of Shopify analytics.
    ShopifyAnalytics,
    /// Google Analytics 4 events from `BigQuery`, JSON.
    Ga4BigQuery,
    /// Events of `RudderStack`, JSON.
    RudderStack,
    /// Calls in Segment's archive, JSON.
    Segment,
    /// Events of PostHog, JSON.
    PostHog,
    /// Mixpanel's raw export, JSON.
    Mixpanel,
    /// Amplitude's event export, JSON.
    Amplitude,
    /// Visits of Matomo's live API, JSON.
    MatomoLive,
    /// Events of Klaviyo's API, JSON.
    Klaviyo,
    /// Snowplow's enriched events, JSON.
    SnowplowJson,
    /// Experience events of Adobe, JSON.
    AdobeXdm,
    /// Google Analytics 4 events from `BigQuery` as a table.
    Ga4Flat,
    /// PostHog's events as a table.
    PostHogTable,
    /// Segment's tables in a warehouse.
    SegmentWarehouse,
    /// Snowplow's enriched events as a table.
    SnowplowAtomic,
    /// Visits or conversions of Matomo as a table.
    MatomoTable,
    /// Snowplow's enriched events as its enrichment writes them.
    SnowplowTsv,
    /// Shopify's transaction histories.
    ShopifyTransactions,
    /// Shopify's customers export.
    ShopifyCustomers,
    /// Sessions of Shopify's old data warehouse.
    WarehouseSessions,
    /// A report of Shopify's analytics before October 2024.
    ShopifyAnalyticsLegacy,
    /// Tables from the pages of Google Analytics 4.
    Ga4Ui,
    /// Sessions of the Maven Fuzzy Factory data set.
    MavenSessions,
    /// Page views of the Maven Fuzzy Factory data set.
    MavenPageviews,
    /// Orders of the Maven Fuzzy Factory data set.
    MavenOrders,
    /// The `YooChoose` data set's clicks or purchases.
    Yoochoose,
    /// Tables of who was on which page.
    Kaggle,
    /// The `RetailRocket` data set's event log.
    RetailRocket,
    /// A REES46 data set's event log.
    Rees46,
    /// Any table or JSON with a time, an event name and an identifier.
    GenericEvents,
}

impl Format {
    /// All formats, the most particular first.
    pub const ALL: [Format; 38] = [
        Format::ShopifyOrders,
        Format::ShopifyCheckouts,
        Format::ShopifyBulk,
        Format::ShopifyRestOrder,
        Format::ShopifyRestCheckout,
        Format::ShopifyOrderVisits,
        Format::ShopifyWebPixel,
        Format::ShopifyAnalyticsSessions,
        Format::ShopifyAnalytics,
        Format::Ga4BigQuery,
        Format::RudderStack,
        Format::Segment,
        Format::PostHog,
        Format::Mixpanel,
        Format::Amplitude,
        Format::MatomoLive,
        Format::Klaviyo,
        Format::SnowplowJson,
        Format::AdobeXdm,
        Format::Ga4Flat,
        Format::PostHogTable,
        Format::SegmentWarehouse,
        Format::SnowplowAtomic,
        Format::MatomoTable,
        Format::SnowplowTsv,
        Format::ShopifyTransactions,
        Format::ShopifyCustomers,
        Format::WarehouseSessions,
        Format::ShopifyAnalyticsLegacy,
        Format::Ga4Ui,
        Format::MavenSessions,
        Format::MavenPageviews,
        Format::MavenOrders,
        Format::Yoochoose,
        Format::Kaggle,
        Format::RetailRocket,
        Format::Rees46,
        Format::GenericEvents,
    ];

    /// The id in reports and for `--as`.
    pub const fn id(self) -> &'static str {
        match self {
            Format::ShopifyOrders => "shopify.orders",
            Format::ShopifyCheckouts => "shopify.abandoned_checkouts",
            Format::ShopifyBulk => "shopify.bulk",
            Format::ShopifyRestOrder => "shopify.rest_order",
            Format::ShopifyRestCheckout => "shopify.rest_checkout",
            Format::ShopifyOrderVisits => "shopify.order_visits",
            Format::ShopifyWebPixel => "shopify.web_pixel",
            Format::ShopifyAnalyticsSessions => "shopify.analytics.sessions",
            Format::ShopifyAnalytics => "shopify.analytics",
            Format::Ga4BigQuery => "ga4.bq",
            Format::RudderStack => "rudderstack",
            Format::Segment => "segment",
            Format::PostHog => "posthog",
            Format::Mixpanel => "mixpanel",
            Format::Amplitude => "amplitude",
            Format::MatomoLive => "matomo.live",
            Format::Klaviyo => "klaviyo",
            Format::SnowplowJson => "snowplow.json",
            Format::AdobeXdm => "adobe.xdm",
            Format::Ga4Flat => "ga4.bq.flat",
            Format::PostHogTable => "posthog.csv",
            Format::SegmentWarehouse => "segment.warehouse",
            Format::SnowplowAtomic => "snowplow.atomic",
            Format::MatomoTable => "matomo.csv",
            Format::SnowplowTsv => "snowplow.tsv",
            Format::ShopifyTransactions => "shopify.transactions",
            Format::ShopifyCustomers => "shopify.customers",
            Format::WarehouseSessions => "shopify.warehouse.sessions",
            Format::ShopifyAnalyticsLegacy => "shopify.analytics.legacy",
            Format::Ga4Ui => "ga4.ui",
            Format::MavenSessions => "maven.sessions",
            Format::MavenPageviews => "maven.pageviews",
            Format::MavenOrders => "maven.orders",
            Format::Yoochoose => "yoochoose",
            Format::Kaggle => "kaggle.funnel",
            Format::RetailRocket => "retailrocket",
            Format::Rees46 => "rees46",
            Format::GenericEvents => "generic.events",
        }
    }

    /// The format with this id.
    pub fn from_id(id: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.id() == id)
    }

    /// Whether its rows are events of visitors, as somebody's tracking saw them.
    pub const fn is_log(self) -> bool {
        match self {
            Format::ShopifyWebPixel
            | Format::Ga4BigQuery
            | Format::RudderStack
            | Format::Segment
            | Format::PostHog
            | Format::Mixpanel
            | Format::Amplitude
            | Format::MatomoLive
            | Format::Klaviyo
            | Format::SnowplowJson
            | Format::AdobeXdm
            | Format::Ga4Flat
            | Format::PostHogTable
            | Format::SegmentWarehouse
            | Format::SnowplowAtomic
            | Format::MatomoTable
            | Format::SnowplowTsv
            | Format::WarehouseSessions
            | Format::MavenSessions
            | Format::MavenPageviews
            | Format::MavenOrders
            | Format::Yoochoose
            | Format::Kaggle
            | Format::RetailRocket
            | Format::Rees46
            | Format::GenericEvents => true,
            Format::ShopifyOrders
            | Format::ShopifyCheckouts
            | Format::ShopifyBulk
            | Format::ShopifyRestOrder
            | Format::ShopifyRestCheckout
            | Format::ShopifyOrderVisits
            | Format::ShopifyTransactions
            | Format::ShopifyCustomers
            | Format::ShopifyAnalyticsLegacy
            | Format::Ga4Ui
            | Format::ShopifyAnalyticsSessions
            | Format::ShopifyAnalytics => false,
        }
    }

    /// Whether its rows are totals of sessions.
    pub const fn holds_totals(self) -> bool {
        matches!(
            self,
            Format::ShopifyAnalyticsSessions
                | Format::ShopifyAnalytics
                | Format::ShopifyAnalyticsLegacy
                | Format::Ga4Ui
        )
    }

    /// Whether its rows are the shop's own orders.
    pub const fn holds_orders(self) -> bool {
        matches!(self, Format::ShopifyOrders | Format::ShopifyBulk | Format::ShopifyRestOrder)
    }

    /// Whether its rows are what webhooks send, which may be of several kinds.
    pub const fn holds_webhooks(self) -> bool {
        matches!(self, Format::ShopifyRestOrder | Format::ShopifyRestCheckout)
    }

    /// Whether `--map` can say under which column or key it has a part. Of all others the names are known.
    pub const fn can_be_told(self, part: Part) -> bool {
        let is_figure = matches!(part, Part::Figure(_));
        let of_session = matches!(
            part,
            Part::Time
                | Part::Session
                | Part::Who(IdentifierKind::CustomerId | IdentifierKind::Email)
        );
        let is_page = matches!(self, Format::Ga4Ui);
        matches!(self, Format::GenericEvents | Format::ShopifyWebPixel) && !is_figure
            || self.holds_totals() && !is_page && (is_figure || of_session)
            || is_page && (is_figure || matches!(part, Part::Time))
    }

    /// A number of its own, to keep the user and device ids of different systems apart. 0 is for all.
    pub const fn space(self) -> u16 {
        match self {
            Format::ShopifyOrders
            | Format::ShopifyCheckouts
            | Format::ShopifyBulk
            | Format::ShopifyRestOrder
            | Format::ShopifyRestCheckout
            | Format::ShopifyOrderVisits
            | Format::ShopifyWebPixel
            | Format::ShopifyTransactions
            | Format::ShopifyCustomers
            | Format::WarehouseSessions
            | Format::ShopifyAnalyticsLegacy
            | Format::ShopifyAnalyticsSessions
            | Format::ShopifyAnalytics => 1,
            Format::MavenSessions | Format::MavenPageviews | Format::MavenOrders => 14,
            Format::Yoochoose => 15,
            Format::Kaggle => 16,
            Format::RetailRocket => 2,
            Format::Rees46 => 3,
            Format::GenericEvents => 4,
            Format::Ga4BigQuery | Format::Ga4Flat | Format::Ga4Ui => Identifier::GOOGLE,
            Format::Segment | Format::SegmentWarehouse => 6,
            Format::RudderStack => 7,
            Format::PostHog | Format::PostHogTable => 8,
            Format::Mixpanel => 9,
            Format::Amplitude => 10,
            Format::MatomoLive | Format::MatomoTable => 11,
            Format::Klaviyo => 12,
            Format::SnowplowJson | Format::SnowplowAtomic | Format::SnowplowTsv => 13,
            Format::AdobeXdm => 18,
        }
    }
}

/// Where a record is within its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowAt {
    /// The record within the block, from 0.
    pub record: u32,
    /// The line within the block on which it starts, from 0.
    pub line: u32,
    /// Where its bytes begin in the block.
    pub start: u32,
    /// How many bytes it has, the line end not counted.
    pub length: u32,
}

/// A device's clock that is no more than this wrong is left alone, and not worth a word.
pub const WRONG_CLOCK: Span = Span::seconds(5 * 60);

/// What reaches a tool or a log longer after it happened came late: tools rewrite the days of so long ago.
pub const LATE: Span = Span::days(3);

/// Shows the properties of the usual row with a number to whoever looks at them.
pub type Show<'s> = &'s dyn Fn(usize, &mut dyn FnMut(&dyn Properties));

/// What takes in the rows of a block.
pub trait Sink {
    /// A row that is an event, with its user agent if the row has one.
    fn event(&mut self, at: RowAt, event: &RawEvent<'_>, user_agent: Option<&[u8]>);
    /// Another event of a row of which one was handed over.
    fn further(&mut self, at: RowAt, event: &RawEvent<'_>);
    /// Whether it is of use to hand over the usual rows of a block at once.
    fn takes_usual(&self) -> bool {
        false
    }
    /// The dimensions whose values are wanted of usual rows too.
    fn dimensions(&self) -> &[String] {
        &[]
    }
    /// The rows of a block, as far as they are usual. For each row that is not, or of which the sink must
    /// be told more, it calls `read` with the row's number, in the order of the rows; `show` shows a
    /// row's properties.
    fn usual(&mut self, rows: &UsualRows, read: &mut dyn FnMut(&mut Self, usize), _show: Show<'_>) {
        for row in 0..rows.len() {
            read(self, row);
        }
    }
    /// A row that cannot be read.
    fn defect(&mut self, at: RowAt, reason: Reason, message: String);
    /// The next event is of this browser and happened then by its clock; the log received it then.
    fn received(&mut self, _at: RowAt, _browser: Key, _happened: Instant, _received: Instant) {}
    /// The next event is of this browser and happened then by its clock; nobody noted when it was received.
    fn unconfirmed(&mut self, _at: RowAt, _browser: Key, _happened: Instant) {}
    /// The row's device had a clock that was more than five minutes wrong, and its time was put right.
    fn clock_put_right(&mut self) {}
    /// The row reached its source more than three days after what it tells of.
    fn came_late(&mut self) {}
    /// A value that names nobody stood where an identifier should: an id that is too short, or anything else.
    fn blocked(&mut self, is_too_short: bool);
    /// A row of an orders export.
    fn order(&mut self, at: RowAt, line: shopify_orders::OrderLine);
    /// A row of an abandoned-checkouts export.
    fn checkout(&mut self, at: RowAt, line: shopify_checkouts::CheckoutLine);
    /// A row that only says which identifiers are of one person.
    fn person(&mut self, at: RowAt, identifiers: &[Identifier]);
    /// A row that says who was on a page, or who a user is.
    fn member(&mut self, at: RowAt, line: kaggle::MemberLine);
    /// A row of an aggregated report.
    fn total(&mut self, at: RowAt, line: shopify_analytics::AnalyticsLine);
}

/// Everything that reading one record needs beside the record.
#[derive(Debug)]
pub struct Desk<'d, S> {
    /// Where the record is.
    pub at: RowAt,
    /// How times without a zone are read.
    pub zone: ZoneRule,
    /// Room for the record's identifiers.
    pub identifiers: &'d mut RowIdentifiers,
    /// What takes the event in.
    pub sink: &'d mut S,
}

impl<S: Sink> Desk<'_, S> {
    /// Says that the record cannot be read.
    pub fn defect(&mut self, reason: Reason, message: String) {
        self.sink.defect(self.at, reason, message);
    }
}

/// What the JSON formats keep for all records of one shape.
#[derive(Debug, Default)]
pub struct Kept {
    event: OnceCell<event_json::EventPlaces>,
    pixel: OnceCell<web_pixel::PixelPlaces>,
    tool: OnceCell<tool_log::ToolPlaces>,
}
