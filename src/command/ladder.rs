//! `funnel ladder`: show a ladder, check one, make one for the data, suggest an order of events.
//!
//! What is counted is asked of the engine as sightings; numbers come from `analysis`, words from `report`.

use super::{find_out, named_ladder, output, resolve, show};
use crate::analysis::escalation::escalation;
use crate::analysis::suggestion::{self, Suggestion};
use crate::cli::{
    LadderCheckArgs, LadderCommand, LadderInitArgs, LadderShowArgs, LadderSuggestArgs, ReadingArgs,
    Surroundings,
};
use crate::climb::Climber;
use crate::engine::{Outcome, Plan, Request};
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::ladder::definition::{Ladder, Presence};
use crate::ladder::overrides::Overrides;
use crate::ladder::vocabulary::Role;
use crate::ladder::{draft, presets};
use crate::place::Place;
use crate::render::ladder_file::{StepNote, ladder_file};
use crate::render::table::{self, TableStyle};
use crate::report::ladder_check::LadderCheck;
use crate::report::ladder_suggest::LadderSuggest;
use crate::report::words;
use crate::sightings::Sightings;
use std::path::Path;

/// Runs the command.
pub(super) fn run(command: &LadderCommand, surroundings: &Surroundings) -> anyhow::Result<()> {
    match command {
        LadderCommand::Show(arguments) => show_ladder(arguments, surroundings)?,
        LadderCommand::Check(arguments) => check(arguments, surroundings)?,
        LadderCommand::Init(arguments) => init(arguments, surroundings)?,
        LadderCommand::Suggest(arguments) => suggest(arguments, surroundings)?,
    }
    Ok(())
}

fn show_ladder(arguments: &LadderShowArgs, surroundings: &Surroundings) -> Result<()> {
    let text = match &arguments.ladder {
        None => preset_list(&TableStyle {
            color: surroundings.color,
            ascii: surroundings.ascii,
            ..TableStyle::wide(surroundings.width)
        }),
        Some(name) => match presets::text(name) {
            Some(text) => text.to_owned(),
            None => draft::to_toml(&followed(name)?),
        },
    };
    output::write(None, &text)
}

/// The ladder of a name, under the rules that it names itself.
fn followed(name: &str) -> Result<Ladder> {
    let (ladder, named) = named_ladder(name)?;
    Ok(Overrides::default().apply(ladder, &named))
}

/// The presets, each with what its own first comment says.
fn preset_list(style: &TableStyle) -> String {
    let first_comment = |text: &str| {
        let lines = text.lines().map_while(|line| line.strip_prefix("# "));
        lines.collect::<Vec<_>>().join(" ")
    };
    let presets: Vec<(String, String)> = presets::NAMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), first_comment(presets::text(name)?))))
        .collect();
    table::named_texts(&presets, style)
}

fn check(arguments: &LadderCheckArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let ladder = followed(&arguments.ladder)?;
    if !ladder.open {
        Climber::new(&ladder)?;
    }
    let check = if arguments.files.is_empty() {
        LadderCheck::of_ladder(&ladder)
    } else {
        let data = Data { files: &arguments.files, reading: &arguments.reading, surroundings };
        let seen = data.look(Plan::Given(ladder), arguments.output.quiet)?;
        let Outcome { findings, ladder, .. } = &seen;
        match &findings.sightings {
            Some(sightings) => {
                LadderCheck::of_data(ladder, &escalation(ladder, sightings), findings)
            }
            None => LadderCheck::of_totals(ladder),
        }
    };
    show(&check, &arguments.output, surroundings)
}

fn suggest(arguments: &LadderSuggestArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    let data = Data { files: &arguments.files, reading: &arguments.reading, surroundings };
    data.refuse_once("suggest")?;
    let findings = data.names(arguments.output.quiet)?;
    let (suggestion, looked, left_out) =
        data.suggestion(&findings, arguments.output.quiet, |_| true)?;
    let suggest = LadderSuggest::new(&suggestion, &looked, left_out);
    show(&suggest, &arguments.output, surroundings)
}

fn init(arguments: &LadderInitArgs, surroundings: &Surroundings) -> Result<()> {
    let data = Data { files: &arguments.files, reading: &arguments.reading, surroundings };
    data.refuse_once("init")?;
    let fitting = data.look(Plan::Auto(Overrides::default()), arguments.quiet);
    let text = match fitting {
        Ok(outcome) => preset_file(&outcome),
        // Either no preset fits, and the names say what might, or the data cannot be read at all.
        Err(failed) => match data.names(arguments.quiet) {
            Ok(findings) => data.suggested_file(&findings, arguments.quiet)?,
            Err(_) => return Err(failed),
        },
    };
    let path = arguments.output.as_deref();
    let name = path.map_or_else(|| "ladder.toml".to_owned(), |path| path.display().to_string());
    draft::from_toml(&name, &text)?;
    output::write(path, &text)
}

/// The preset that fits the data, with what customers did; steps that nobody did are comments.
fn preset_file(outcome: &Outcome) -> String {
    let chosen = presets::NAMES.into_iter().filter_map(|name| Some((name, presets::preset(name)?)));
    let (name, full) = chosen
        .into_iter()
        .find(|(_, preset)| preset.name == outcome.ladder.name)
        .unwrap_or(("", outcome.ladder.clone()));
    let unit = if full.open { "session" } else { "customer" };
    let notes: Vec<StepNote> = full
        .steps
        .iter()
        .map(|step| {
            let position = outcome.ladder.steps.iter().position(|own| own.name == step.name);
            let count = position.map_or(0, |position| count_of(&outcome.findings, position));
            let is_needed = step.presence == Presence::Required && position.is_some();
            match count {
                0 if !is_needed => StepNote {
                    text: format!("No {unit} in the data did this, so it is left out:"),
                    is_out: true,
                },
                _ => StepNote { text: counted(count, unit), is_out: false },
            }
        })
        .collect();
    let lead = [
        format!(
            "A ladder for {}, made from the preset `{name}` by `funnel ladder init`.",
            inputs(&outcome.findings)
        ),
        "Above each step: how many ever did it in that data, whatever the order and the window."
            .to_owned(),
        "Change it as you like; `funnel ladder check` tells what is wrong with it.".to_owned(),
    ];
    ladder_file(&full, &lead, &notes)
}

/// How many did a step: customers, or sessions of an aggregated report.
fn count_of(findings: &Findings, step: usize) -> u64 {
    let total = || findings.tally.steps.get(step).map_or(0, |step| step.reached);
    findings
        .sightings
        .as_ref()
        .map_or_else(total, |sightings| sightings.customers(|done| done.has(step)))
}

fn counted(count: u64, unit: &str) -> String {
    format!("{} {}", words::count(count), words::people(unit, count))
}

fn inputs(findings: &Findings) -> String {
    let paths: Vec<&str> = findings.inputs.iter().map(|input| input.path.as_str()).collect();
    match paths.as_slice() {
        [first, second, third, .., _] => format!("{first}, {second}, {third} and further files"),
        few => few.join(", "),
    }
}

/// The files of a command that looks at data.
struct Data<'a> {
    files: &'a [String],
    reading: &'a ReadingArgs,
    surroundings: &'a Surroundings,
}

impl Data<'_> {
    /// Runs the pipeline and counts who did what at all.
    fn look(&self, plan: Plan, is_quiet: bool) -> Result<Outcome> {
        let resolved = resolve(self.reading, self.surroundings, false)?;
        let request = Request { sightings: true, ..Request::of(plan) };
        find_out(self.files, &resolved, &request, self.surroundings.shows_progress && !is_quiet)
    }

    /// Which names there are. They are held against the fullest preset, so that any file can be looked at.
    fn names(&self, is_quiet: bool) -> Result<Findings> {
        let fullest = presets::preset("storefront").expect("a test reads every preset");
        self.look(Plan::Given(fullest), is_quiet).map(|outcome| outcome.findings)
    }

    /// The order of the events that occur, the ladder that they were looked at with, and those that had
    /// no room in it.
    fn suggestion(
        &self,
        findings: &Findings,
        is_quiet: bool,
        is_step: impl Fn(Option<Role>) -> bool,
    ) -> Result<(Suggestion, Ladder, Vec<String>)> {
        let (looked, left_out) = suggestion::events(findings, is_step);
        if looked.steps.len() < draft::STEPS_MIN {
            let names: Vec<&str> = looked.steps.iter().map(|step| step.name.as_str()).collect();
            let only = if names.is_empty() {
                "none".to_owned()
            } else {
                format!("only {}", names.join(", "))
            };
            return Err(Error::new(format!("an order needs two different events, and the data have {only}"))
                .hint("`funnel inspect` shows the events of a file; --map says which column they stand in"));
        }
        let outcome = self.look(Plan::Given(looked), is_quiet)?;
        let sightings = outcome.findings.sightings.unwrap_or_else(|| Sightings::new(&[]));
        let size = outcome.ladder.steps.len();
        Ok((suggestion::suggestion(&sightings, size), outcome.ladder, left_out))
    }

    /// A ladder of the events themselves, in the order that the data suggest.
    fn suggested_file(&self, findings: &Findings, is_quiet: bool) -> Result<String> {
        let is_step = |role: Option<Role>| !matches!(role, Some(Role::Action | Role::Other));
        let (suggestion, looked, _) = self.suggestion(findings, is_quiet, is_step)?;
        let ladder = suggestion::ladder_of(&suggestion, &looked);
        let finished = suggestion.events.last().map_or(0, |event| event.customers);
        let notes: Vec<StepNote> = suggestion
            .events
            .iter()
            .map(|event| StepNote {
                text: format!(
                    "{}; {} of the {} who got to the last step did this",
                    counted(event.customers, "customer"),
                    words::count(event.with_last),
                    words::count(finished)
                ),
                is_out: false,
            })
            .collect();
        let lead = [
            format!("A ladder for {}, made by `funnel ladder init`.", inputs(findings)),
            "No preset knows these events: they stand in the order in which customers did them first.".to_owned(),
            "Make the last step what you want people to do, take out what is no step, and give the steps names.".to_owned(),
            "`funnel ladder suggest` shows the evidence, `funnel ladder check` tells what is wrong.".to_owned(),
        ];
        Ok(ladder_file(&ladder, &lead, &notes))
    }

    /// What can be read only once cannot be read for its names first and for their order then.
    fn refuse_once(&self, command: &str) -> Result<()> {
        let is_once = |path: &&String| {
            let kind = Path::new(path.as_str()).metadata();
            *path == "-" || kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
        };
        self.files.iter().find(is_once).map_or(Ok(()), |path| {
            let name = if path == "-" { "standard input" } else { path };
            let message =
                format!("can be read only once, and `ladder {command}` reads its data twice");
            Err(Error::at(Place::file(name), message).hint("write the data to a file first"))
        })
    }
}
