//! One file an export format.

pub mod shopify_analytics;
pub mod shopify_checkouts;
pub mod shopify_orders;
