//! Numbers from the tally.

pub mod ladder_rates;
