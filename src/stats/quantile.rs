//! quantile
