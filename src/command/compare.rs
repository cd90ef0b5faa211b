//! `funnel compare`: two periods, two segments or two sets of files, step by step.

use super::answers::refuse_overlap;
use super::report::options_of;
use super::{find_out, plan, question, resolve, show};
use crate::cli::Surroundings;
use crate::cli::questions::{CompareArgs, CompareQuestionArgs};
use crate::engine::{Asks, Outcome, Request, Side};
use crate::error::{Error, Result};
use crate::findings::SideFinding;
use crate::ladder::definition::Ladder;
use crate::ladder::dimension::Filter;
use crate::report::asked::{Asked, AskedReport};
use crate::report::compare::{CompareOptions, CompareReport};
use crate::report::zone::Zone;
use chrono::{Days, NaiveDate};
use std::path::Path;

/// A side as the user named it.
enum Named {
    /// From a day or time to another, both included.
    Period(String, String),
    /// Journeys that meet conditions.
    Segment(Vec<Filter>),
    /// Files of its own.
    Files(Vec<String>),
    /// The days just before the other side.
    Previous,
    /// The same weekdays a year before the other side.
    YearBefore,
}

/// Runs the command; whether the answer is not "no".
pub(super) fn run(arguments: &CompareArgs, surroundings: &Surroundings) -> anyhow::Result<bool> {
    let options = &arguments.question;
    let resolved = resolve(&options.reading, surroundings, false)?;
    let request = Request {
        filters: question::filters(&options.filters)?,
        breakdowns: question::breakdowns(&arguments.by)?,
        asks: Asks { money: true, ..Asks::default() },
        zone: resolved.told_zone(),
        ..Request::of(plan(&options.ladder)?)
    };
    let expected_share = arguments.expect.as_deref().map(expected_share).transpose()?;
    let progress = surroundings.shows_progress && !options.output.quiet;
    let run = |files: &[String], request: &Request| find_out(files, &resolved, request, progress);
    let names = [arguments.a.join(", "), arguments.b.join(", ")];
    let (a, b) = (named("--a", &arguments.a)?, named("--b", &arguments.b)?);
    let breakdowns = request.breakdowns.clone();
    let found = match (a, b) {
        (Named::Files(a), Named::Files(b)) => of_files(options, &request, [a, b], names, run)?,
        (a, b) => within(options, request, [a, b], names, run)?,
    };
    let of_run = |outcome: &Outcome| {
        let made = options_of(outcome, &resolved, options.confidence, &options.filters);
        AskedReport::new(&outcome.findings, &outcome.ladder, &made)
    };
    let [first, further @ ..] = found.runs.as_slice() else { return Ok(true) };
    let asked = further.iter().map(of_run).fold(of_run(first), AskedReport::with);
    let Sides { both: sides, ladder, names, zone: store_zone, are_timeless, on_both, .. } = found;
    refuse_overlap(&ladder, &breakdowns, "compare")?;
    let zone = resolved.zone.or(store_zone).unwrap_or(Zone::UTC);
    let confidence = options.confidence;
    let made = CompareOptions { names, confidence, zone, expected_share, are_timeless, on_both };
    let report = CompareReport::new([&sides[0], &sides[1]], &ladder, &made);
    let is_refused = arguments.fail_if_lower && report.is_lower();
    let asked = Asked::new(report, "What is different", asked);
    show(&asked, &options.output, surroundings)?;
    Ok(!is_refused)
}

/// Two sides and what is known of both.
struct Sides {
    both: [SideFinding; 2],
    ladder: Ladder,
    names: [String; 2],
    /// The store's.
    zone: Option<Zone>,
    /// Whether nothing says when anything was.
    are_timeless: bool,
    /// Customers who are on both.
    on_both: u64,
    /// What was read, without the counts: once, or once for each side.
    runs: Vec<Outcome>,
}

/// Two sets of files: two runs, each as if it were alone.
fn of_files(
    options: &CompareQuestionArgs,
    request: &Request,
    [a, b]: [Vec<String>; 2],
    names: [String; 2],
    run: impl Fn(&[String], &Request) -> Result<Outcome>,
) -> Result<Sides> {
    if !options.files.is_empty() {
        return Err(Error::new("compare: --a and --b name files, and there are other files too")
            .hint("leave the other files out, or make --a and --b periods or segments"));
    }
    let (one, two) = (run(&a, request)?, run(&b, request)?);
    if one.ladder.steps != two.ladder.steps {
        return Err(Error::new("compare: the two sets of files support different ladders")
            .hint("name the ladder with --ladder, or the steps with --step"));
    }
    let zone = one.findings.store_offset.and_then(Zone::fixed);
    let ladder = one.ladder.clone();
    let are_timeless = one.findings.are_timeless() || two.findings.are_timeless();
    let (mut one, mut two) = (one, two);
    let both = [&mut one, &mut two].map(|outcome| SideFinding {
        tally: std::mem::take(&mut outcome.findings.tally),
        breakdowns: std::mem::take(&mut outcome.findings.breakdowns),
        since: None,
        until: None,
    });
    // Two runs know nothing of each other's customers.
    Ok(Sides { both, ladder, names, zone, are_timeless, on_both: 0, runs: vec![one, two] })
}

/// Two parts of the same files, counted in one run.
fn within(
    options: &CompareQuestionArgs,
    request: Request,
    [a, b]: [Named; 2],
    mut names: [String; 2],
    run: impl Fn(&[String], &Request) -> Result<Outcome>,
) -> Result<Sides> {
    if options.files.is_empty() {
        return Err(Error::new("compare: no files").hint("name the files that both sides are in"));
    }
    let b = side("--b", b)?;
    let a = match a {
        Named::Previous | Named::YearBefore => {
            let side = before(&a, &b)?;
            if let (Some(since), Some(until)) = (&side.since, &side.until) {
                names[0] = format!("{since}..{until}");
            }
            side
        }
        a @ (Named::Period(..) | Named::Segment(_) | Named::Files(_)) => side("--a", a)?,
    };
    let mut outcome = run(&options.files, &Request { sides: vec![a, b], ..request })?;
    if outcome.ladder.open {
        return Err(Error::new("compare: aggregated reports have no journeys to be divided")
            .hint("give two sets of files, --a OLD --b NEW"));
    }
    let zone = outcome.findings.store_offset.and_then(Zone::fixed);
    let are_timeless = outcome.findings.are_timeless();
    let on_both = outcome.findings.tally.on_all_sides;
    let mut sides = std::mem::take(&mut outcome.findings.sides).into_iter();
    let mut next = || sides.next().unwrap_or_default();
    let (both, ladder) = ([next(), next()], outcome.ladder.clone());
    Ok(Sides { both, ladder, names, zone, are_timeless, on_both, runs: vec![outcome] })
}

fn side(option: &str, named: Named) -> Result<Side> {
    match named {
        Named::Period(since, until) => Ok(Side {
            since: Some(since).filter(|text| !text.is_empty()),
            until: Some(until).filter(|text| !text.is_empty()),
            filters: Vec::new(),
        }),
        Named::Segment(filters) => Ok(Side { filters, ..Side::default() }),
        Named::Files(_) => {
            Err(Error::new(format!("{option}: one side is a file and the other is not"))
                .hint("make both of them files, periods or segments"))
        }
        Named::Previous | Named::YearBefore => {
            Err(Error::new(format!("{option}: only --a can be relative to the other side")))
        }
    }
}

/// The days just before a period, or the same weekdays a year before it.
fn before(how: &Named, other: &Side) -> Result<Side> {
    let unknown = || {
        Error::new("--a: there is no period before `--b`, because that is not two days")
            .hint("write --b 2025-09-01..2025-09-30, or name --a too")
    };
    let day = |text: &Option<String>| {
        let text = text.as_deref().ok_or_else(unknown)?;
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| unknown())
    };
    let (since, until) = (day(&other.since)?, day(&other.until)?);
    let length = u64::try_from((until - since).num_days() + 1).map_err(|_| unknown())?;
    // 52 weeks keep the weekdays.
    let distance = if matches!(how, Named::YearBefore) { 364 } else { length };
    let shifted = |day: NaiveDate| {
        let day = day.checked_sub_days(Days::new(distance)).ok_or_else(unknown)?;
        Ok::<String, Error>(day.to_string())
    };
    Ok(Side { since: Some(shifted(since)?), until: Some(shifted(until)?), filters: Vec::new() })
}

/// What a side is, by how it is written.
fn named(option: &str, texts: &[String]) -> Result<Named> {
    let is_file = |text: &String| Path::new(text).exists();
    match texts {
        [text] if text == "previous" => Ok(Named::Previous),
        [text] if text == "year-before" => Ok(Named::YearBefore),
        texts if texts.iter().all(is_file) => Ok(Named::Files(texts.to_vec())),
        [text] if text.contains("..") => {
            let (since, until) = text.split_once("..").unwrap_or((text, ""));
            Ok(Named::Period(since.trim().to_owned(), until.trim().to_owned()))
        }
        texts if texts.iter().all(|text| text.contains('=')) => {
            let filters = texts.iter().map(|text| Filter::parse(text));
            Ok(Named::Segment(filters.collect::<Result<_>>()?))
        }
        texts => Err(Error::new(format!(
            "{option}: `{}` is no period, no segment and no file",
            texts.join("`, `")
        ))
        .hint("write 2025-09-01..2025-09-30, device=mobile, or the name of a file or folder")),
    }
}

/// Reads `50:50`: the share of a.
fn expected_share(text: &str) -> Result<f64> {
    let parts = text.split_once(':');
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| *n > 0.0 && n.is_finite());
    parts.and_then(|(a, b)| Some((number(a)?, number(b)?))).map(|(a, b)| a / (a + b)).ok_or_else(
        || Error::new(format!("--expect: `{text}` is no ratio")).hint("write 50:50 or 2:1"),
    )
}
