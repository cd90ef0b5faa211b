//! Pure statistics, one file a method. `docs/statistics.md` has the table of methods and their sources,
//! `testdata/statistics.json` the values that hold them.

pub mod association;
pub mod axis;
pub mod chain;
pub mod change;
pub mod difference;
pub mod dispersion;
pub mod exact;
pub mod logistic;
pub mod mean;
pub mod mix;
pub mod multiple;
pub mod paired;
pub mod pooling;
pub mod posterior;
pub mod precedence;
pub mod predictive;
pub mod proportion;
pub mod quantile;
pub mod refunds;
pub mod sample_size;
pub mod scale;
pub mod sequential;
pub mod special;
pub mod survival;
pub mod target;
