//! Ladders: what they are, how they are written, and how a row is held against one.

pub mod asked;
pub mod definition;
pub mod dimension;
pub mod draft;
pub mod overrides;
pub mod own_names;
pub mod predicate;
pub mod presets;
pub mod rules;
pub mod session_rule;
pub mod stamp;
pub mod vocabulary;
