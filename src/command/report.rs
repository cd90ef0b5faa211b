//! `funnel report`: the ladder with rates, intervals, times, exits, orders and the state of the data.

use super::{find_out, plan, resolve, show};
use crate::cli::{ReportArgs, Surroundings};
use crate::engine::Request;
use crate::error::Error;
use crate::input::fingerprint;
use crate::ladder::definition::Ladder;
use crate::ladder::dimension::{Breakdown, Filter};
use crate::ladder::draft;
use crate::report::changes::ChangesReport;
use crate::report::zone::Zone;
use crate::report::{Report, ReportOptions};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Runs the command.
pub(super) fn run(arguments: &ReportArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let resolved = resolve(&arguments.reading, surroundings, false)?;
    let request = Request {
        breakdowns: arguments
            .by
            .iter()
            .map(|text| Breakdown::parse(text))
            .collect::<Result<_, _>>()?,
        filters: arguments
            .filters
            .iter()
            .map(|text| Filter::parse(text))
            .collect::<Result<_, _>>()?,
        top: arguments.top,
        since: arguments.since.clone(),
        until: arguments.until.clone(),
        zone: resolved.told_zone(),
        ..Request::of(plan(&arguments.ladder)?)
    };
    let outcome = find_out(
        &arguments.files,
        &resolved,
        &request,
        surroundings.shows_progress && !arguments.output.quiet,
    )?;
    let store_zone = outcome.findings.store_offset.and_then(Zone::fixed);
    let options = ReportOptions {
        confidence: arguments.confidence,
        rules: arguments.ladder.rules.clone().unwrap_or_else(|| "funnel".to_string()),
        sha256: ladder_hash(&outcome.ladder),
        zone: resolved.zone.or(store_zone).unwrap_or(Zone::UTC),
        version: env!("CARGO_PKG_VERSION").to_string(),
        filters: arguments.filters.clone(),
    };
    let report = Report::new(&outcome.findings, &outcome.ladder, &options);
    let paths = outcome.findings.inputs.iter().map(|input| input.path.as_str());
    let mut report = report.signed(paths.map(fingerprint::fingerprint).collect());
    if let Some(path) = &arguments.diff {
        let name = path.to_string_lossy();
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(&name, error))?;
        report.changes = Some(ChangesReport::new(&report, &name, &text)?);
    }
    show(&report, &arguments.output, surroundings)
}

/// The SHA-256 of the resolved definition, in hexadecimal.
pub(super) fn ladder_hash(ladder: &Ladder) -> String {
    let digest = Sha256::digest(draft::to_toml(ladder));
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string has no way to fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
