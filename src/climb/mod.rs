//! THE matcher.

pub mod reference;
