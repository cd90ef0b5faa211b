//! No answer takes the place of the data that it was made of: `-o` must not name a file that is read; nor one in a folder
//! that is not there.
//!
//! This is looked at before anything is read, so nobody waits for an answer that cannot be written.

use super::output::{folder_of, is_file};
use crate::cli::questions::QuestionArgs;
use crate::cli::{Command, LadderCommand};
use crate::error::{Error, Result};
use crate::input::source;
use crate::ladder::presets;
use std::path::{Path, PathBuf};

/// What a command reads and writes, as far as these are files.
struct Files<'c> {
    /// The data, among them perhaps folders and things that are no files.
    read: Vec<String>,
    /// A ladder, by the name of a preset or of a file.
    ladder: Option<&'c str>,
    written: Option<&'c Path>,
}

/// An error if the file that a command writes is one that it reads, whatever the names of both are, or if it cannot be
/// written at all.
pub(super) fn refuse(command: &Command) -> Result<()> {
    let Some(Files { read, ladder, written: Some(written) }) = files(command) else {
        return Ok(());
    };
    if !is_file(written) {
        return Ok(());
    }
    let Some(place) = place(written) else { return can_be_written(written) };
    let ladder = ladder.filter(|name| presets::preset(name).is_none()).map(str::to_owned);
    // What is wrong with the files themselves is said where they are opened.
    let read = source::expand(&read).unwrap_or_default().files;
    let is_written = |path: &String| self::place(Path::new(path)).as_ref() == Some(&place);
    match read.into_iter().chain(ladder).find(is_written) {
        None => Ok(()),
        Some(path) => {
            let message = format!(
                "--output: {} is a file that is read ({path}), and the answer would take its place",
                written.display()
            );
            Err(Error::new(message).hint("write the answer to another file"))
        }
    }
}

/// Whether a file that is not there has a folder to be in.
fn can_be_written(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    if path.is_dir() {
        let message = format!("--output: {} is a folder", path.display());
        return Err(Error::new(message).hint("name a file in it"));
    }
    if !folder.is_dir() {
        let message = format!("--output: {} lies in no folder that is there", path.display());
        return Err(Error::new(message).hint("make the folder, or name a file in another one"));
    }
    Ok(())
}

/// Where a file lies when all links are followed; `None` if there is none, or if it is a pipe or a device, which
/// nothing takes the place of.
fn place(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().filter(|path| path.is_file())
}

fn files(command: &Command) -> Option<Files<'_>> {
    let (read, ladder, output) = match command {
        Command::Report(own) => return Some(of_question(&own.question)),
        Command::Drivers(own) => return Some(of_question(&own.question)),
        Command::Segments(own) => return Some(of_question(&own.question)),
        Command::Exits(own) => return Some(of_question(&own.question)),
        Command::Trend(own) => return Some(of_question(&own.question)),
        Command::Whatif(own) => return Some(of_question(&own.question)),
        Command::Check(own) => return Some(of_question(&own.question)),
        Command::Compare(own) => {
            let shared = &own.question;
            // Periods and segments are no names of files.
            let read = [&own.a, &own.b, &shared.files].into_iter().flatten().cloned().collect();
            (read, shared.ladder.ladder.as_deref(), &shared.output.output)
        }
        Command::Rules(own) => {
            (own.files.clone(), own.ladder.ladder.as_deref(), &own.output.output)
        }
        Command::Journey(own) => {
            (own.files.clone(), own.ladder.ladder.as_deref(), &own.output.output)
        }
        Command::Inspect(own) => (own.files.clone(), None, &own.output.output),
        Command::Ladder(LadderCommand::Check(own)) => {
            (own.files.clone(), Some(&*own.ladder), &own.output.output)
        }
        Command::Ladder(LadderCommand::Init(own)) => (own.files.clone(), None, &own.output),
        Command::Ladder(LadderCommand::Suggest(own)) => {
            (own.files.clone(), None, &own.output.output)
        }
        Command::Ladder(LadderCommand::Show(_))
        | Command::Calc(_)
        | Command::Schema(_)
        | Command::Completions(_)
        | Command::Man(_) => return None,
    };
    Some(Files { read, ladder, written: output.as_deref() })
}

fn of_question(question: &QuestionArgs) -> Files<'_> {
    Files {
        read: question.files.clone(),
        ladder: question.ladder.ladder.as_deref(),
        written: question.output.output.as_deref(),
    }
}
