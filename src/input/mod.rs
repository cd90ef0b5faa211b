//! Reading: bytes to events.

pub mod columns;
pub mod format;
pub mod timestamp;
