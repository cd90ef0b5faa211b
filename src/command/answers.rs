//! `funnel drivers`, `segments`, `exits`, `trend` and `whatif`: each reads the files once, asks for one more count than
//! the report does, and shows what comes of it.

use super::question::{answer, asked, breakdowns, request, resolved};
use super::show;
use crate::analysis::trend::Every;
use crate::cli::Surroundings;
use crate::cli::questions::{
    DriversArgs, EveryArg, ExitsArgs, SegmentsArgs, TrendArgs, WhatifArgs, signed_share,
};
use crate::engine::{Asks, Request};
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::ladder::definition::{Attribution, Ladder, Presence};
use crate::ladder::dimension::{At, Breakdown};
use crate::ladder::vocabulary;
use crate::report::drivers::DriversReport;
use crate::report::exits::ExitsReport;
use crate::report::segments::SegmentsReport;
use crate::report::trend::TrendReport;
use crate::report::whatif::{WhatifOptions, WhatifReport};
use crate::report::words;

/// Runs `funnel drivers`.
pub(super) fn drivers(arguments: &DriversArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let question = &arguments.question;
    let resolved = resolved(question, surroundings)?;
    let asks = Asks { landmarks: true, money: true, ..Asks::default() };
    let request = Request { asks, ..request(question, &resolved)? };
    let outcome = answer(question, &request, &resolved, surroundings)?;
    refuse_totals(&outcome.ladder, "drivers")?;
    let report = DriversReport::new(&outcome.findings, &outcome.ladder, question.confidence);
    let asked = asked(report, "What comes before an order", &outcome, (question, &resolved));
    show(&asked, &question.output, surroundings)
}

/// Runs `funnel segments`.
pub(super) fn segments(
    arguments: &SegmentsArgs,
    surroundings: &Surroundings,
) -> anyhow::Result<()> {
    let question = &arguments.question;
    let resolved = resolved(question, surroundings)?;
    let mut all = breakdowns(&arguments.by)?;
    for (number, one) in arguments.by.iter().enumerate() {
        for two in &arguments.by[number + 1..] {
            // Two moments would be two questions.
            if !one.contains(['@', ',']) && !two.contains(['@', ',']) {
                all.extend(breakdowns(&[format!("{one},{two}")])?);
            }
        }
    }
    let request = Request { breakdowns: all, ..request(question, &resolved)? };
    let outcome = answer(question, &request, &resolved, surroundings)?;
    refuse_totals(&outcome.ladder, "segments")?;
    refuse_overlap(&outcome.ladder, &request.breakdowns, "segments")?;
    let (findings, level) = (&outcome.findings, question.confidence);
    let report = SegmentsReport::new(findings, &outcome.ladder, arguments.top, level);
    let asked = asked(report, "Which groups convert more", &outcome, (question, &resolved));
    show(&asked, &question.output, surroundings)
}

/// Runs `funnel exits`.
pub(super) fn exits(arguments: &ExitsArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let question = &arguments.question;
    let resolved = resolved(question, surroundings)?;
    let asks = Asks { ways: true, money: true, ..Asks::default() };
    let request = Request { asks, ..request(question, &resolved)? };
    let outcome = answer(question, &request, &resolved, surroundings)?;
    refuse_totals(&outcome.ladder, "exits")?;
    let (findings, level) = (&outcome.findings, question.confidence);
    let report = ExitsReport::new(findings, &outcome.ladder, arguments.top, level);
    let asked = asked(report, "Where they leave", &outcome, (question, &resolved));
    show(&asked, &question.output, surroundings)
}

/// Runs `funnel trend`.
pub(super) fn trend(arguments: &TrendArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let question = &arguments.question;
    let resolved = resolved(question, surroundings)?;
    let asks = Asks { days: true, ..Asks::default() };
    let request = Request { asks, ..request(question, &resolved)? };
    let outcome = answer(question, &request, &resolved, surroundings)?;
    refuse_totals(&outcome.ladder, "trend")?;
    refuse_timeless(&outcome.findings, "trend")?;
    let every = match arguments.every {
        EveryArg::Day => Every::Day,
        EveryArg::Week => Every::Week,
        EveryArg::Month => Every::Month,
    };
    let (findings, level) = (&outcome.findings, question.confidence);
    let report = TrendReport::new(findings, &outcome.ladder, every, level);
    let asked = asked(report, "Day by day", &outcome, (question, &resolved));
    show(&asked, &question.output, surroundings)
}

/// Runs `funnel whatif`.
pub(super) fn whatif(arguments: &WhatifArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let question = &arguments.question;
    let resolved = resolved(question, surroundings)?;
    let named = |texts: &[String], option| {
        texts.iter().map(|text| step_and_share(text, option)).collect::<Result<Vec<_>>>()
    };
    let lifts = named(&arguments.lift, "--lift")?;
    let given = named(&arguments.benchmark, "--benchmark")?;
    let by: Vec<String> = arguments.by.iter().cloned().collect();
    let asks = Asks { days: true, money: true, ..Asks::default() };
    let request = Request { asks, breakdowns: breakdowns(&by)?, ..request(question, &resolved)? };
    let outcome = answer(question, &request, &resolved, surroundings)?;
    refuse_overlap(&outcome.ladder, &request.breakdowns, "whatif")?;
    let at = |named: Vec<(String, f64)>, option: &str| -> Result<Vec<(usize, f64)>> {
        let step = |(name, share): (String, f64)| {
            let step = position(&outcome.ladder, &name, option)?;
            refuse_optional(&outcome.ladder, step, option)?;
            Ok((step, share))
        };
        named.into_iter().map(step).collect()
    };
    let benchmarks = at(given, "--benchmark")?;
    if let Some((step, rate)) = benchmarks.iter().find(|(_, rate)| !(0.0..=1.0).contains(rate)) {
        let name = &outcome.ladder.steps[*step].name;
        let message =
            format!("--benchmark: {name} cannot be reached by {}", words::tick_of_share(*rate));
        return Err(Error::new(message)
            .hint("write a share of the step before, such as 8%")
            .into());
    }
    let options = WhatifOptions {
        lifts: at(lifts, "--lift")?,
        benchmarks: benchmarks.into_iter().collect(),
        confidence: question.confidence,
    };
    let report = WhatifReport::new(&outcome.findings, &outcome.ladder, &options);
    let asked = asked(report, "What if", &outcome, (question, &resolved));
    show(&asked, &question.output, surroundings)
}

/// Aggregated reports have no journeys that could be looked at one by one.
pub(super) fn refuse_totals(ladder: &Ladder, command: &str) -> Result<()> {
    if !ladder.open {
        return Ok(());
    }
    Err(Error::new(format!("{command}: aggregated reports have no single journeys"))
        .hint("give an event log or an orders export too"))
}

/// Where nothing says when anything was, there are no days.
pub(super) fn refuse_timeless(findings: &Findings, command: &str) -> Result<()> {
    if !findings.are_timeless() {
        return Ok(());
    }
    Err(Error::new(format!("{command}: nothing in the data says when anything was"))
        .hint("give a log or an export that has times"))
}

/// Who holds a group against all others needs every journey in one group.
pub(super) fn refuse_overlap(
    ladder: &Ladder,
    breakdowns: &[Breakdown],
    command: &str,
) -> Result<()> {
    let is_each = ladder.attribution == Attribution::EachValue;
    let overlaps = |breakdown: &&Breakdown| match breakdown.at {
        At::Any => true,
        At::Step(_) => is_each,
        At::Entry | At::First | At::Last => false,
    };
    let Some(one) = breakdowns.iter().find(overlaps) else { return Ok(()) };
    let (name, at) = (one.name(), one.at.word());
    let message = format!(
        "{command}: --by {name}@{at} counts a journey once for each value, so no value can be held against the others"
    );
    Err(Error::new(message).hint(format!("ask for the value at the entry: --by {name}")))
}

/// Nothing depends on an optional step, so the chain of rates does not say what a better one brings.
fn refuse_optional(ladder: &Ladder, step: usize, option: &str) -> Result<()> {
    let Some(step) = ladder.steps.get(step).filter(|step| step.presence == Presence::Optional)
    else {
        return Ok(());
    };
    let message = format!("{option}: {} is optional, and nothing depends on it", step.name);
    Err(Error::new(message).hint("`funnel drivers` says how orders go with what is optional"))
}

/// Reads `Add to cart=20%`.
fn step_and_share(text: &str, option: &str) -> Result<(String, f64)> {
    let wrong = |why: &str| {
        Error::new(format!("{option}: `{text}` {why}"))
            .hint(format!("write {option} 'Add to cart=20%'"))
    };
    let (name, share) = text.rsplit_once('=').ok_or_else(|| wrong("has no `=`"))?;
    let share = signed_share(share).map_err(|why| wrong(&format!("has no share: {why}")))?;
    Ok((name.trim().to_owned(), share))
}

/// The position of a step by its name, in any case.
pub(super) fn position(ladder: &Ladder, name: &str, option: &str) -> Result<usize> {
    let names = || ladder.steps.iter().map(|step| step.name.as_str());
    names().position(|own| own.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let near = vocabulary::nearest(name, names())
            .map(|near| format!("did you mean `{near}`? "))
            .unwrap_or_default();
        let all: Vec<&str> = names().collect();
        Error::new(format!("{option}: the ladder has no step `{name}`"))
            .hint(format!("{near}steps: {}", all.join(", ")))
    })
}
