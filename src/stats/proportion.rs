//! proportion
