//! `funnel report`: the ladder with rates, intervals, times, exits, orders and the state of the data.

use super::{question, show};
use crate::cli::{ReportArgs, Surroundings};
use crate::engine::Request;
use crate::error::Error;
use crate::input::fingerprint;
use crate::ladder::definition::Ladder;
use crate::ladder::draft;
use crate::report::changes::ChangesReport;
use crate::report::zone::Zone;
use crate::report::{Report, ReportOptions};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Runs the command.
pub(super) fn run(arguments: &ReportArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let asked = &arguments.question;
    let resolved = question::resolved(asked, surroundings)?;
    let request = Request {
        breakdowns: question::breakdowns(&arguments.by)?,
        top: arguments.top,
        ..question::request(asked, &resolved)?
    };
    let outcome = question::answer(asked, &request, &resolved, surroundings)?;
    let store_zone = outcome.findings.store_offset.and_then(Zone::fixed);
    let options = ReportOptions {
        confidence: asked.confidence,
        rules: asked.ladder.rules.clone().unwrap_or_else(|| "funnel".to_string()),
        sha256: ladder_hash(&outcome.ladder),
        zone: resolved.zone.or(store_zone).unwrap_or(Zone::UTC),
        version: env!("CARGO_PKG_VERSION").to_string(),
        filters: asked.filters.clone(),
    };
    let report = Report::new(&outcome.findings, &outcome.ladder, &options);
    let paths = outcome.findings.inputs.iter().map(|input| input.path.as_str());
    let mut report = report.signed(paths.map(fingerprint::fingerprint).collect());
    if let Some(path) = &arguments.diff {
        let name = path.to_string_lossy();
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(&name, error))?;
        report.changes = Some(ChangesReport::new(&report, &name, &text)?);
    }
    show(&report, &asked.output, surroundings)
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
