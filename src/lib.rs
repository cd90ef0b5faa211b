//! `funnel` reads the files that a Shopify merchant already has, stitches every row to a customer,
//! rebuilds each journey and says how many climbed each step of a ladder of small requests that ends
//! in an order.
//!
//! The way of the data, and the order in which to read the code:
//! `input` (bytes → events) → `ladder::stamp` (event → [`event::Touch`]) → `identity` (identifiers →
//! customers) → `engine` (partition, sort, group) → `climb` (how far a journey got) → `tally` (counts)
//! → `analysis` (rates) → `report` → `render`. See ARCHITECTURE.md.

pub mod analysis;
pub mod cli;
pub mod climb;
pub mod command;
pub mod engine;
pub mod error;
pub mod event;
pub mod findings;
pub mod identity;
pub mod input;
pub mod journey;
pub mod key;
pub mod ladder;
pub mod money;
pub mod names;
pub mod parallel;
pub mod place;
pub mod quality;
pub mod render;
pub mod report;
pub mod sightings;
pub mod stats;
pub mod tally;
pub mod text;
pub mod time;
