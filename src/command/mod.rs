//! The subcommands: from the typed command to the printed answer. Each is one file; what they share
//! (resolving options, running the pipeline, writing) is here and in `output` and `progress`.

mod answers;
mod calc;
mod check;
mod compare;
mod inspect;
mod journey;
mod ladder;
mod mapping;
mod open;
mod output;
mod overwriting;
mod progress;
mod publishing;
mod question;
mod report;
mod rules;
mod settings;

use crate::cli::{
    ColorArg, Command, FormatArg, LadderArgs, OutputArgs, ReadingArgs, Surroundings, zone,
};
use crate::engine::{self, Outcome, Plan, Request};
use crate::error::{Error, Result};
use crate::findings::Notice;
use crate::input::aliases::parse_map;
use crate::input::format::Format;
use crate::input::timestamp::ZoneRule;
use crate::input::{self, Opened, Told};
use crate::ladder::definition::Ladder;
use crate::ladder::draft;
use crate::ladder::overrides::Overrides;
use crate::ladder::rules::{Policy, Rules, named_policies};
use crate::ladder::session_rule::SessionRule;
use crate::ladder::{presets, vocabulary};
use crate::place::Place;
use crate::render::table::TableStyle;
use crate::render::{self, Medium};
use crate::report::answer::Answer;
use crate::report::zone::Zone;
use settings::Settings;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments; prints what goes wrong. 0: done; 1: the answer is no; 2: could not do it.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    hush_guarded_panics();
    let typed: Vec<OsString> = arguments.collect();
    let settings = match Settings::find(&typed) {
        Ok(settings) => settings,
        Err(error) => {
            output::complain(&error.to_string());
            return ExitCode::from(2);
        }
    };
    let cli = match settings.parse(&typed) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &settings),
    };
    settings.misspelt_variables().iter().for_each(|words| output::hint(words));
    let surroundings = Surroundings {
        own_names: settings.own_names(),
        own_columns: settings.own_columns(),
        typed,
        ..Surroundings::look()
    };
    match answer(&cli.command, &surroundings) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let error = error.to_string();
            output::complain(&error);
            if let Some(place) = settings.place_of(&error, &surroundings.typed) {
                output::hint(&place);
            }
            ExitCode::from(2)
        }
    }
}

/// A panic over a damaged file becomes an error with the file's name; its own text would only stand before that.
fn hush_guarded_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !input::parquet::is_guarded() {
            usual(panic);
        }
    }));
}

/// Runs a command; whether its answer is not "no".
fn answer(command: &Command, surroundings: &Surroundings) -> anyhow::Result<bool> {
    overwriting::refuse(command)?;
    let done = match command {
        Command::Report(arguments) => report::run(arguments, surroundings),
        Command::Rules(arguments) => rules::run(arguments, surroundings),
        Command::Inspect(arguments) => inspect::run(arguments, surroundings),
        Command::Journey(arguments) => journey::run(arguments, surroundings),
        Command::Ladder(command) => ladder::run(command, surroundings),
        Command::Drivers(arguments) => answers::drivers(arguments, surroundings),
        Command::Segments(arguments) => answers::segments(arguments, surroundings),
        Command::Exits(arguments) => answers::exits(arguments, surroundings),
        Command::Trend(arguments) => answers::trend(arguments, surroundings),
        Command::Whatif(arguments) => answers::whatif(arguments, surroundings),
        Command::Calc(command) => calc::run(command, surroundings),
        Command::Schema(arguments) => publishing::schema(arguments),
        Command::Completions(arguments) => publishing::completions(arguments),
        Command::Man(arguments) => publishing::man(arguments),
        Command::Compare(arguments) => return compare::run(arguments, surroundings),
        Command::Check(arguments) => return check::run(arguments, surroundings),
    };
    done.map(|()| true)
}

/// Help and version go to standard output; a wrong command is explained on standard error.
fn usage(error: &clap::Error, settings: &Settings) -> ExitCode {
    // Nothing can be done about a terminal that cannot be written to.
    let _ = error.print();
    if let Some(hint) = settings.hint(error) {
        output::hint(&hint);
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// What the options about reading and the surroundings amount to.
struct Resolved {
    told: Told,
    /// Whether `--map` was typed. What stands in `funnel.toml` is for all inputs of a shop, also for those that have
    /// no use for it.
    is_map_typed: bool,
    settings: engine::Settings,
    /// The zone that the user named.
    zone: Option<Zone>,
}

impl Resolved {
    /// The zone that the user named, as times are read in it.
    fn told_zone(&self) -> Option<ZoneRule> {
        self.zone.map(|_| self.told.zone)
    }
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
    let is_map_typed = settings::is_typed_long("map", &surroundings.typed);
    if let Some(format) = format.filter(|_| is_map_typed) {
        mapping::has_use_for(format, &map)?;
    }
    let date_order = reading.date_order.map(Into::into);
    let settings = engine::Settings {
        threads: reading.threads.map_or(surroundings.processors, usize::from),
        partitions: usize::from(reading.partitions),
        memory: reading.memory,
        block: reading.block_size,
        now: surroundings.now,
        strict: reading.strict,
        detail,
        date_order,
        own_names: surroundings.own_names.clone(),
        online_sources: reading.online_source.clone(),
    };
    let told = Told {
        format,
        map,
        columns: surroundings.own_columns.clone(),
        zone: zones.map_or(ZoneRule::default(), |(_, rule)| rule),
        date_order,
        own_names: surroundings.own_names.clone(),
    };
    Ok(Resolved { told, is_map_typed, settings, zone: zones.map(|(zone, _)| zone) })
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
    let Opened { inputs, empty, left_out, folders } = input::open(files, &resolved.told)?;
    let told = mapping::said_of(&inputs, resolved)?;
    let total = inputs.iter().map(|input| input.reading.size).sum::<Option<u64>>();
    let bar = progress::Bar::new(total, shows_progress);
    let outcome = engine::run(inputs, request, &resolved.settings, &|bytes| bar.update(bytes));
    bar.clear();
    let mut outcome = outcome?;
    outcome.findings.notices.extend(told);
    if !empty.is_empty() {
        let message = format!("{}: nothing is in it, so it has no rows", empty.join(", "));
        outcome.findings.notices.push(Notice { code: "empty_inputs", message });
    }
    if !left_out.is_empty() {
        let message = format!(
            "{}: no export by its name, so it was left out (a file that is named by itself is read)",
            left_out.join(", ")
        );
        outcome.findings.notices.push(Notice { code: "files_left_out", message });
    }
    if !folders.is_empty() {
        let message = format!(
            "{}: folders within folders are not searched, so nothing in {} was read: name those that are meant",
            folders.join(", "),
            if folders.len() == 1 { "it" } else { "them" }
        );
        outcome.findings.notices.push(Notice { code: "folders_left_out", message });
    }
    Ok(outcome)
}

/// The ladder that the options ask for.
fn plan(arguments: &LadderArgs) -> Result<Plan> {
    let overrides = overrides(arguments)?;
    if let Some(name) = &arguments.ladder {
        let (ladder, named) = named_ladder(name)?;
        return Ok(Plan::Given(overrides.apply(ladder, &named)));
    }
    if arguments.steps.is_empty() {
        return Ok(Plan::Auto(overrides));
    }
    let ladder = draft::from_steps(&arguments.steps, &arguments.actions)?;
    Ok(Plan::Given(overrides.apply(ladder, &BTreeSet::new())))
}

fn overrides(arguments: &LadderArgs) -> Result<Overrides> {
    let window = arguments
        .window
        .as_deref()
        .map(|text| draft::parse_window(text).ok_or_else(|| no_window(text)));
    let ties =
        arguments.ties.as_deref().map(|text| draft::parse_ties(text).ok_or_else(|| no_ties(text)));
    let sessions = arguments
        .session_rule
        .as_deref()
        .map(|text| SessionRule::parse(text).ok_or_else(|| no_session_rule(text)));
    Ok(Overrides {
        rules: arguments.rules.as_deref().map(Rules::parse).transpose()?,
        count: arguments.count.map(Into::into),
        window: window.transpose()?,
        ties: ties.transpose()?,
        sessions: sessions.transpose()?,
    })
}

fn no_ties(text: &str) -> Error {
    Error::new(format!("--ties: `{text}` is no rule for events of one instant"))
        .hint("write forgiving, sequence, strict, or a tolerance such as 2s")
}

fn no_session_rule(text: &str) -> Error {
    Error::new(format!("--session-rule: `{text}` is no rule for sessions"))
        .hint(format!("write {}; or source, as it is without", SessionRule::WORDS))
}

fn no_window(text: &str) -> Error {
    Error::new(format!("--window: `{text}` is no length of time"))
        .hint("write a number and a unit, such as 30d, 12h, 90m, or none")
}

/// A preset by its name, or a file by its path, before any rules have turned its policies; with those that the file
/// names itself.
fn named_ladder(name: &str) -> Result<(Ladder, BTreeSet<Policy>)> {
    if let Some(preset) = presets::preset(name) {
        return Ok((preset, BTreeSet::new()));
    }
    match std::fs::read_to_string(name) {
        Ok(text) => Ok((draft::as_written(name, &text)?, named_policies(&text))),
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

/// Shows an answer in the form and at the place that the options name.
fn show(
    answer: &impl Answer,
    options: &OutputArgs,
    surroundings: &Surroundings,
) -> anyhow::Result<()> {
    if options.open {
        return Ok(open_page(answer, options, surroundings)?);
    }
    let text = render::show(answer, options.format.into(), &style(options, surroundings));
    Ok(output::write(options.output.as_deref(), &text)?)
}

/// Whether a page is made, which has room for more than other forms.
fn is_page(options: &OutputArgs) -> bool {
    options.open || options.format == FormatArg::Html
}

/// Writes the answer as a page and shows it.
fn open_page(
    answer: &impl Answer,
    options: &OutputArgs,
    surroundings: &Surroundings,
) -> Result<()> {
    if !matches!(options.format, FormatArg::Table | FormatArg::Html) {
        return Err(Error::new("--open shows a page, and --format asks for something else")
            .hint("leave --format out, or --open"));
    }
    let page = render::show(answer, Medium::Html, &style(options, surroundings));
    match options.output.as_deref().filter(|path| output::is_file(path)) {
        Some(path) => {
            output::write(Some(path), &page)?;
            open::open(path)
        }
        None => open::open(&open::keep(&page)?),
    }
}

/// How text is laid out here.
fn style(output: &OutputArgs, surroundings: &Surroundings) -> TableStyle {
    let is_shown = !output.output.as_deref().is_some_and(output::is_file);
    let color = match output.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => surroundings.color && is_shown,
    };
    TableStyle {
        width: output.width.map_or(surroundings.width, usize::from),
        color,
        ascii: output.ascii || surroundings.ascii && is_shown,
        plain: output.plain,
    }
}
