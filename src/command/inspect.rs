//! `funnel inspect`: what each file is, what is in it, and what is missing for a full ladder.

use super::{find_out, resolve, show};
use crate::cli::{InspectArgs, Surroundings};
use crate::engine::{Plan, Request};
use crate::ladder::overrides::Overrides;
use crate::ladder::presets;
use crate::report::inspect::{InspectReport, missing};
use crate::report::zone::Zone;

/// Runs the command. Names are held against the fullest preset, so that any file can be looked at.
pub(super) fn run(arguments: &InspectArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let resolved = resolve(&arguments.reading, surroundings, true)?;
    let fullest =
        presets::preset("storefront").map_or(Plan::Auto(Overrides::default()), Plan::Given);
    let findings = find_out(
        &arguments.files,
        &resolved,
        &Request::of(fullest),
        surroundings.shows_progress && !arguments.output.quiet,
    )?
    .findings;
    let store_zone = findings.store_offset.and_then(Zone::fixed);
    let zone = resolved.zone.or(store_zone).unwrap_or(Zone::UTC);
    let report = InspectReport::new(&findings, missing(&findings), zone);
    show(&report, &arguments.output, surroundings)
}
