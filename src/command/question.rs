//! What the commands that ask statistical questions of the data share: from their options to the findings.

use super::report::options_of;
use super::{Resolved, find_out, plan, resolve};
use crate::cli::Surroundings;
use crate::cli::questions::QuestionArgs;
use crate::engine::{Outcome, Request};
use crate::error::Result;
use crate::ladder::dimension::{Breakdown, Filter};
use crate::report::asked::{Asked, AskedReport};

/// The request that the shared options amount to; commands say what else they ask.
pub(super) fn request(arguments: &QuestionArgs, resolved: &Resolved) -> Result<Request> {
    Ok(Request {
        filters: filters(&arguments.filters)?,
        since: arguments.since.clone(),
        until: arguments.until.clone(),
        zone: resolved.told_zone(),
        ..Request::of(plan(&arguments.ladder)?)
    })
}

/// The options about reading.
pub(super) fn resolved(arguments: &QuestionArgs, surroundings: &Surroundings) -> Result<Resolved> {
    resolve(&arguments.reading, surroundings, false)
}

/// Reads the files and counts what the request asks for.
pub(super) fn answer(
    arguments: &QuestionArgs,
    request: &Request,
    resolved: &Resolved,
    surroundings: &Surroundings,
) -> Result<Outcome> {
    let shows_progress = surroundings.shows_progress && !arguments.output.quiet;
    find_out(&arguments.files, resolved, request, shows_progress)
}

/// The answer with what it is of; a page of it is called by the title.
pub(super) fn asked<T>(
    answer: T,
    title: &'static str,
    outcome: &Outcome,
    (arguments, resolved): (&QuestionArgs, &Resolved),
) -> Asked<T> {
    let options = options_of(outcome, resolved, arguments.confidence, &arguments.filters);
    Asked::new(answer, title, AskedReport::new(&outcome.findings, &outcome.ladder, &options))
}

pub(super) fn filters(texts: &[String]) -> Result<Vec<Filter>> {
    texts.iter().map(|text| Filter::parse(text)).collect()
}

pub(super) fn breakdowns(texts: &[String]) -> Result<Vec<Breakdown>> {
    texts.iter().map(|text| Breakdown::parse(text)).collect()
}
