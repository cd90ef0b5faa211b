//! Conditions on a row's name and properties.

/// Conditions on properties; all must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predicate;
