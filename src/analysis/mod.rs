//! From counts to numbers: rates with intervals, times, money, coverage. One question a file.
//!
//! Everything here is a pure function of the findings and the ladder; a number that does not exist is
//! `None`, never nought. Nothing here formats or names.

pub mod benchmark;
pub mod contrast;
pub mod coverage;
pub mod drivers;
pub mod escalation;
pub mod ladder_rates;
pub mod open_windows;
pub mod orders;
pub mod rate;
pub mod segments;
pub mod suggestion;
pub mod times;
pub mod trend;
