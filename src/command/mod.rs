//! The subcommands: from the typed command to the printed answer. Each is one file; what they share
//! (resolving options, running the pipeline, writing) is here and in `output` and `progress`.

mod inspect;
mod journey;
mod output;
mod progress;
mod report;

use crate::cli::{
    Cli, ColorArg, Command, LATER, LadderArgs, OutputArgs, ReadingArgs, Surroundings, zone,
};
use crate::engine::{self, Outcome, Plan, Request, Settings};
use crate::error::{Error, Result};
use crate::input::aliases::parse_map;
use crate::input::format::Format;
use crate::input::timestamp::ZoneRule;
use crate::input::{self, Told};
use crate::ladder::definition::{Count, Ladder, Window};
use crate::ladder::draft;
use crate::ladder::{presets, vocabulary};
use crate::place::Place;
use crate::render::table::TableStyle;
use crate::report::zone::Zone;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments; prints what goes wrong. 0: done; 2: could not do it.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, arguments.get(1)),
    };
    let surroundings = Surroundings::look();
    let done = match &cli.command {
        Command::Report(arguments) => report::run(arguments, &surroundings),
        Command::Inspect(arguments) => inspect::run(arguments, &surroundings),
        Command::Journey(arguments) => journey::run(arguments, &surroundings),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

/// Help and version go to standard output; a wrong command is explained on standard error.
fn usage(error: &clap::Error, command: Option<&OsString>) -> ExitCode {
    let planned = command.and_then(|name| name.to_str()).filter(|name| LATER.contains(name));
    if let Some(name) = planned {
        output::complain(&format!(
            "`funnel {name}` is planned, but not in this version\nhint: this version has `funnel report`, `funnel inspect` and `funnel journey`"
        ));
        return ExitCode::from(2);
    }
    // Nothing can be done about a terminal that cannot be written to.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// What the options about reading and the surroundings amount to.
struct Resolved {
    told: Told,
    settings: Settings,
    /// The zone that the user named.
    zone: Option<Zone>,
}

fn resolve(reading: &ReadingArgs, surroundings: &Surroundings, detail: bool) -> Result<Resolved> {
    let zones = reading
        .tz
        .as_deref()
        .map(|text| zone(text).ok_or_else(|| no_such_zone(text)))
        .transpose()?;
    let format = reading
        .as_format
        .as_deref()
        .map(|id| Format::from_id(id).ok_or_else(|| no_such_format(id)))
        .transpose()?;
    let map = reading.map.as_deref().map(parse_map).transpose()?.unwrap_or_default();
    let date_order = reading.date_order.map(Into::into);
    let settings = Settings {
        threads: reading.threads.map_or(surroundings.processors, usize::from),
        partitions: usize::from(reading.partitions),
        memory: reading.memory,
        block: reading.block_size,
        now: surroundings.now,
        strict: reading.strict,
        detail,
        date_order,
    };
    let told =
        Told { format, map, zone: zones.map_or(ZoneRule::default(), |(_, rule)| rule), date_order };
    Ok(Resolved { told, settings, zone: zones.map(|(zone, _)| zone) })
}

fn no_such_zone(text: &str) -> Error {
    Error::new(format!("--tz: `{text}` is no time zone"))
        .hint("write a name such as Europe/Paris, or an offset such as +02:00")
}

fn no_such_format(id: &str) -> Error {
    let ids: Vec<&str> = Format::ALL.iter().map(|format| format.id()).collect();
    let near = vocabulary::nearest(id, ids.iter().copied())
        .map(|near| format!("did you mean {near}? "))
        .unwrap_or_default();
    Error::new(format!("--as: `{id}` is no format that this version reads"))
        .hint(format!("{near}formats: {}", ids.join(", ")))
}

/// Opens the files and runs the pipeline, with progress on a terminal.
fn find_out(
    files: &[String],
    resolved: &Resolved,
    request: &Request,
    shows_progress: bool,
) -> Result<Outcome> {
    let inputs = input::open_all(files, &resolved.told)?;
    let total = inputs.iter().map(|input| input.reading.size).sum::<Option<u64>>();
    let bar = progress::Bar::new(total, shows_progress);
    let outcome = engine::run(inputs, request, &resolved.settings, &|bytes| bar.update(bytes));
    bar.clear();
    outcome
}

/// The ladder that the options ask for.
fn plan(arguments: &LadderArgs) -> Result<Plan> {
    let count: Option<Count> = arguments.count.map(Into::into);
    let window = arguments
        .window
        .as_deref()
        .map(|text| draft::parse_window(text).ok_or_else(|| no_window(text)))
        .transpose()?;
    let given = match (&arguments.ladder, arguments.steps.is_empty()) {
        (Some(ladder), _) => Some(named_ladder(ladder)?),
        (None, false) => Some(draft::from_steps(&arguments.steps, &arguments.actions)?),
        (None, true) => None,
    };
    Ok(match given {
        Some(ladder) => Plan::Given(overridden(ladder, count, window)),
        None => Plan::Auto { count, window },
    })
}

fn overridden(ladder: Ladder, count: Option<Count>, window: Option<Window>) -> Ladder {
    Ladder {
        count: count.unwrap_or(ladder.count),
        window: window.unwrap_or(ladder.window),
        ..ladder
    }
}

fn no_window(text: &str) -> Error {
    Error::new(format!("--window: `{text}` is no length of time"))
        .hint("write a number and a unit, such as 30d, 12h, 90m, or none")
}

/// A preset by its name, or a file by its path.
fn named_ladder(name: &str) -> Result<Ladder> {
    if let Some(preset) = presets::preset(name) {
        return Ok(preset);
    }
    match std::fs::read_to_string(name) {
        Ok(text) => draft::from_toml(name, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let near = vocabulary::nearest(name, presets::NAMES.iter().copied())
                .map(|near| format!("did you mean {near}? "))
                .unwrap_or_default();
            Err(Error::at(Place::file(name), "no such ladder file, and no preset of that name")
                .hint(format!("{near}presets: {}", presets::NAMES.join(", "))))
        }
        Err(error) => Err(Error::io(name, error)),
    }
}

/// How text is laid out here.
fn style(output: &OutputArgs, surroundings: &Surroundings) -> TableStyle {
    let color = match output.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => surroundings.color && output.output.is_none(),
    };
    TableStyle { width: surroundings.width, color }
}
