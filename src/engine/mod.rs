//! Scan, exchange, judge.
