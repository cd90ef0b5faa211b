//! `funnel schema`, `funnel completions`, `funnel man`: what the program knows of itself, for programs,
//! shells and readers. All of it is made from the types and options that are really used.

use super::output;
use crate::cli::Cli;
use crate::cli::publishing::{CompletionsArgs, ManArgs, SchemaArgs};
use crate::error::{Error, Result};
use crate::ladder::vocabulary::nearest;
use crate::render::json;
use crate::report::schemas::CONTRACTS;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::path::Path;

/// Runs `funnel schema`.
pub(super) fn schema(arguments: &SchemaArgs) -> anyhow::Result<()> {
    let name = arguments.command.as_str();
    let contract = CONTRACTS.iter().find(|contract| contract.command == name);
    let contract =
        contract.ok_or_else(|| no_such(name, &CONTRACTS.map(|contract| contract.command)))?;
    Ok(output::write(None, &json::json(&contract.schema()))?)
}

/// Runs `funnel completions`.
pub(super) fn completions(arguments: &CompletionsArgs) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "funnel", &mut script);
    Ok(output::write(None, &String::from_utf8_lossy(&script))?)
}

/// Runs `funnel man`.
pub(super) fn man(arguments: &ManArgs) -> anyhow::Result<()> {
    let mut root = Cli::command();
    root.build();
    if let Some(folder) = &arguments.dir {
        return Ok(write_pages(&root, folder)?);
    }
    let mut command = &root;
    for name in &arguments.command {
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        command = command.find_subcommand(name).ok_or_else(|| no_such(name, &names))?;
    }
    Ok(output::write(None, &page(command)?)?)
}

/// The page of a command and of all below it.
fn write_pages(command: &Command, folder: &Path) -> Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    output::write(Some(&folder.join(format!("{name}.1"))), &page(command)?)?;
    let mut shown = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help");
    shown.try_for_each(|command| write_pages(command, folder))
}

fn page(command: &Command) -> Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).map_err(|error| Error::io("the manual", error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn no_such(name: &str, names: &[&str]) -> Error {
    let near = nearest(name, names.iter().copied()).map(|near| format!("did you mean {near}? "));
    Error::new(format!("`{name}` is no command of which there is one")).hint(format!(
        "{}commands: {}",
        near.unwrap_or_default(),
        names.join(", ")
    ))
}
