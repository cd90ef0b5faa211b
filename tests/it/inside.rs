//! Running the library in this process, for tests that need hundreds of runs.

use funnel::engine::{self, Plan, Request, Settings};
use funnel::error::Result;
use funnel::input::detect::recognise;
use funnel::input::source::Source;
use funnel::input::{Input, Told};
use funnel::ladder::overrides::Overrides;
use funnel::ladder::own_names::OwnNames;
use funnel::render::json::json;
use funnel::report::zone::Zone;
use funnel::report::{Report, ReportOptions};
use funnel::time::{Instant, SECOND};
use serde_json::Value;

/// The plainest way of working: one thread, one partition, all in memory.
pub(crate) fn settings() -> Settings {
    let seconds: i64 = crate::program::NOW.parse().unwrap();
    Settings {
        threads: 1,
        partitions: 1,
        memory: 1 << 30,
        block: 1 << 20,
        now: Some(Instant(seconds * SECOND)),
        strict: false,
        detail: false,
        date_order: None,
        online_sources: Vec::new(),
        own_names: OwnNames::default(),
    }
}

/// The most awkward way: several threads, tiny blocks, partitions in files.
pub(crate) fn awkward() -> Settings {
    Settings { threads: 3, partitions: 5, memory: 1 << 10, block: 48, ..settings() }
}

/// Nothing was said about the inputs.
pub(crate) fn told() -> Told {
    Told::default()
}

/// The preset that the data can support.
pub(crate) fn auto() -> Plan {
    Plan::Auto(Overrides::default())
}

/// Recognises bytes that are in memory.
pub(crate) fn input(name: &str, bytes: &[u8]) -> Result<Input> {
    recognise(Source::from_bytes(name, bytes.to_vec())?, &told())
}

/// The whole way from inputs to the report as text.
pub(crate) fn report(inputs: Vec<Input>, plan: &Plan, settings: &Settings) -> Result<String> {
    let outcome = engine::run(inputs, &Request::of(plan.clone()), settings, &|_| ())?;
    let options = ReportOptions {
        filters: Vec::new(),
        confidence: 0.95,
        rules: "funnel".to_string(),
        sha256: String::new(),
        zone: Zone::UTC,
        version: "0".to_string(),
    };
    Ok(json(&Report::new(&outcome.findings, &outcome.ladder, &options)))
}

/// What is wrong with the accounts of a report, if anything: read = used + set aside, everywhere.
pub(crate) fn unaccounted(report: &Value) -> Option<String> {
    let number = |value: &Value, key: &str| value[key].as_u64().unwrap_or(u64::MAX);
    let balances = |value: &Value| {
        number(value, "rows_used").checked_add(number(value, "rows_set_aside"))
            == Some(number(value, "rows_read"))
    };
    let quality = &report["quality"];
    let inputs = report["inputs"].as_array().unwrap();
    let reasons = quality["set_aside"].as_array().unwrap();
    let by_reason: u64 = reasons.iter().map(|aside| number(aside, "rows")).sum();
    let by_input: u64 = inputs.iter().map(|input| number(input, "rows_read")).sum();
    let holds = balances(quality)
        && inputs.iter().all(balances)
        && by_reason == number(quality, "rows_set_aside")
        && by_input == number(quality, "rows_read");
    (!holds).then(|| format!("{quality}\n{inputs:?}"))
}
