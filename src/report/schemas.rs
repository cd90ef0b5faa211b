//! The published JSON Schemas: one for each contract, made from the types that are written.
//!
//! Keys are added to a contract, never renamed or removed, so the schemas allow keys that they do not know.

use super::Report;
use super::asked::Asked;
use super::calc::{self, CalcCompare, CalcInterval, CalcSampleSize};
use super::check::{self, CheckReport};
use super::compare::{self, CompareReport};
use super::drivers::{self, DriversReport};
use super::exits::{self, ExitsReport};
use super::inspect::{self, InspectReport};
use super::journey::{self, JourneyReport};
use super::ladder_check::{self, LadderCheck};
use super::ladder_suggest::{self, LadderSuggest};
use super::rules::{self, RulesReport};
use super::segments::{self, SegmentsReport};
use super::trend::{self, TrendReport};
use super::whatif::{self, WhatifReport};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A contract: the command that writes it, its version, and its schema.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// The command: `report`, `ladder-check`.
    pub command: &'static str,
    /// The version of its keys: `funnel.report/1`.
    pub version: &'static str,
    schema: fn() -> Schema,
}

/// All contracts, the report first.
pub const CONTRACTS: [Contract; 16] = [
    contract::<Report>("report", super::SCHEMA),
    contract::<InspectReport>("inspect", inspect::SCHEMA),
    contract::<JourneyReport>("journey", journey::SCHEMA),
    contract::<Asked<RulesReport>>("rules", rules::SCHEMA),
    contract::<LadderCheck>("ladder-check", ladder_check::SCHEMA),
    contract::<LadderSuggest>("ladder-suggest", ladder_suggest::SCHEMA),
    contract::<Asked<CompareReport>>("compare", compare::SCHEMA),
    contract::<Asked<DriversReport>>("drivers", drivers::SCHEMA),
    contract::<Asked<SegmentsReport>>("segments", segments::SCHEMA),
    contract::<Asked<ExitsReport>>("exits", exits::SCHEMA),
    contract::<Asked<TrendReport>>("trend", trend::SCHEMA),
    contract::<Asked<WhatifReport>>("whatif", whatif::SCHEMA),
    contract::<Asked<CheckReport>>("check", check::SCHEMA),
    contract::<CalcInterval>("calc-interval", calc::INTERVAL),
    contract::<CalcCompare>("calc-compare", calc::COMPARE),
    contract::<CalcSampleSize>("calc-sample-size", calc::SAMPLE_SIZE),
];

const fn contract<T: JsonSchema>(command: &'static str, version: &'static str) -> Contract {
    Contract { command, version, schema: schema_of::<T> }
}

fn schema_of<T: JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<T>()
}

impl Contract {
    /// The JSON Schema (draft 2020-12).
    pub fn schema(&self) -> Schema {
        let mut schema = (self.schema)();
        schema.insert("title".to_owned(), self.version.into());
        schema
    }
}
