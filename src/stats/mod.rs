//! Pure statistics, one file a method.

pub mod proportion;
pub mod quantile;
