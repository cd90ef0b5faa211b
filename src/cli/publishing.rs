//! The options of commands that publish what the program knows of itself: schemas, completions, manual.

use crate::report::schemas::CONTRACTS;
use clap::{Args, ValueHint};
use clap_complete::Shell;
use std::path::PathBuf;

/// Options of `funnel schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel schema > report.schema.json
  funnel schema journey")]
pub struct SchemaArgs {
    /// The command whose answer is described
    #[arg(default_value = "report", help = described())]
    pub command: String,
}

/// Which commands have an answer that is described.
fn described() -> String {
    let commands = CONTRACTS.map(|contract| contract.command).join(", ");
    format!("The command whose answer is described: {commands}")
}

/// Options of `funnel completions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel completions bash > /etc/bash_completion.d/funnel
  funnel completions zsh > ~/.zfunc/_funnel
  funnel completions fish > ~/.config/fish/completions/funnel.fish
  funnel completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Options of `funnel man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel man | man -l -
  funnel man report > funnel-report.1
  funnel man --dir /usr/local/share/man/man1")]
pub struct ManArgs {
    /// The command whose page is printed; the page of the program without it
    #[arg(num_args = 0..=2, conflicts_with = "dir")]
    pub command: Vec<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}
