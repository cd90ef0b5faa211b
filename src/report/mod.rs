//! The full-precision answer.

pub mod inspect;
pub mod sheet;
