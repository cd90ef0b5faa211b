//! Identifiers to customers.
