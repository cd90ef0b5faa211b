//! `funnel report`: the ladder with rates, intervals, times, exits, orders and the state of the data. A page asks
//! for the answers of other commands too, in the same pass.

use super::{Resolved, is_page, question, show};
use crate::cli::questions::GROUPS;
use crate::cli::{ReportArgs, Surroundings};
use crate::engine::{Asks, Outcome, Request};
use crate::error::{Error, Result};
use crate::input::fingerprint;
use crate::ladder::definition::Ladder;
use crate::ladder::dimension::Breakdown;
use crate::ladder::draft;
use crate::ladder::rules::Rules;
use crate::parallel::both;
use crate::report::changes::ChangesReport;
use crate::report::zone::Zone;
use crate::report::{Asides, Report, ReportOptions};
use crate::text::hexadecimal;
use sha2::{Digest, Sha256};

/// Runs the command.
pub(super) fn run(arguments: &ReportArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let asked = &arguments.question;
    let resolved = question::resolved(asked, surroundings)?;
    let wanted = question::breakdowns(&arguments.by)?;
    let mut request = Request {
        breakdowns: wanted.clone(),
        top: arguments.top,
        ..question::request(asked, &resolved)?
    };
    if is_page(&asked.output) {
        request.asks = Asks { days: true, ways: true, landmarks: true, money: true };
        request.breakdowns.extend(usual_groups(&wanted)?);
    }
    let mut outcome = question::answer(asked, &request, &resolved, surroundings)?;
    let has_asides = is_page(&asked.output) && !outcome.ladder.open;
    let asides =
        has_asides.then(|| Asides::new(&outcome.findings, &outcome.ladder, asked.confidence));
    outcome.findings.breakdowns.truncate(wanted.len());
    let options = options_of(&outcome, &resolved, asked.confidence, &asked.filters);
    let inputs = &outcome.findings.inputs;
    let (fingerprints, report) = both(
        resolved.settings.threads,
        || inputs.iter().map(|input| fingerprint::fingerprint(&input.path)).collect(),
        || Report::new(&outcome.findings, &outcome.ladder, &options),
    );
    let mut report = report.signed(fingerprints);
    report.asides = asides;
    if let Some(path) = &arguments.diff {
        let name = path.to_string_lossy();
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(&name, error))?;
        report.changes = Some(ChangesReport::new(&report, &name, &text)?);
    }
    show(&report, &asked.output, surroundings)
}

/// The dimensions by which a page looks for groups that differ, but for those that are broken down by anyway.
fn usual_groups(wanted: &[Breakdown]) -> Result<Vec<Breakdown>> {
    let mut usual = question::breakdowns(&GROUPS.map(str::to_owned))?;
    usual.retain(|own| wanted.iter().all(|wanted| wanted.properties != own.properties));
    Ok(usual)
}

/// What a report about a run is made with.
pub(super) fn options_of(
    outcome: &Outcome,
    resolved: &Resolved,
    confidence: f64,
    filters: &[String],
) -> ReportOptions {
    let store_zone = outcome.findings.store_offset.and_then(Zone::fixed);
    ReportOptions {
        confidence,
        rules: rules_of(&outcome.ladder),
        sha256: ladder_hash(&outcome.ladder),
        zone: resolved.zone.or(store_zone).unwrap_or(Zone::UTC),
        version: env!("CARGO_PKG_VERSION").to_string(),
        filters: filters.to_vec(),
    }
}

/// The name of the rules that a ladder is counted by.
fn rules_of(ladder: &Ladder) -> String {
    ladder.rules.as_ref().map_or_else(|| "funnel".to_owned(), Rules::name)
}

/// The SHA-256 of the resolved definition, in hexadecimal.
fn ladder_hash(ladder: &Ladder) -> String {
    hexadecimal(&Sha256::digest(draft::to_toml(ladder)))
}
