//! placeholder
pub struct Stop;
pub struct Why;
