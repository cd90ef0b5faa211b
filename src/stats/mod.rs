//! Pure statistics, one file a method.

pub mod axis;
pub mod paired;
pub mod precedence;
pub mod proportion;
pub mod quantile;
pub mod scale;
