//! Reading: from paths to rows. What each input is, is decided from its content (`detect`); its bytes
//! are given out in blocks of whole records (`supply`); a block is read into events (`reading`, `format`).
//!
//! This room knows nothing of ladders, threads or reports.

pub mod aliases;
pub mod bitmap;
pub mod block;
pub mod bots;
pub mod columns;
mod companions;
mod container;
pub mod detect;
pub mod envelope;
pub mod fingerprint;
pub mod format;
mod handle;
pub mod json;
pub mod outline;
pub mod parquet;
pub mod pieces;
pub mod quoting;
mod reading;
pub mod rows;
mod serial;
mod simd;
pub mod source;
pub mod split;
pub mod supply;
pub mod timestamp;
pub mod together;
pub mod usual;

use crate::error::{Nothing, Result};
use crate::ladder::own_names::OwnNames;
use format::Format;
pub use reading::{Extent, Reading, Rows, Scratch};
use supply::Supply;
use timestamp::{DateOrder, ZoneRule};

/// What the user said about the inputs.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The format, where detection shall not decide.
    pub format: Option<Format>,
    /// Which column or key a part of an event stands under.
    pub map: Vec<(aliases::Part, String)>,
    /// The columns of session reports that have other names than in English, wherever such a report is read.
    pub columns: Vec<(aliases::Part, String)>,
    /// The zone of times that are written without one.
    pub zone: ZoneRule,
    /// Whether `3/4/2025` is in March or in April.
    pub date_order: Option<DateOrder>,
    /// What the shop's own names of events mean: no format knows better.
    pub own_names: OwnNames,
}

impl Told {
    /// Whether an input may be of a format.
    fn allows(&self, format: Format) -> bool {
        self.format.is_none_or(|told| told == format)
    }
}

/// An input that was opened and recognised.
#[derive(Debug)]
pub struct Input {
    /// What it is and how it is read.
    pub reading: Reading,
    /// Its records, in blocks.
    pub supply: Supply,
}

/// The inputs of a run.
#[derive(Debug, Default)]
pub struct Opened {
    /// Those that were recognised.
    pub inputs: Vec<Input>,
    /// The paths of those that have nothing in them.
    pub empty: Vec<String>,
    /// The paths of files in folders and zip files that are no exports by their names, and were not read.
    pub left_out: Vec<String>,
    /// Folders in folders, in which no files were looked for.
    pub folders: Vec<String>,
}

/// Opens and recognises the files that the paths mean, sorted by path. One with nothing in it is no error: tools
/// write a file for each hour, and a page at the end of a list. Where no file has anything, an empty one is: nobody knows
/// what it should have been. A list without records says that there are none, as a table without rows does.
pub fn open(paths: &[String], told: &Told) -> Result<Opened> {
    let mut opened = Opened::default();
    let mut nothing = None;
    let source::Meant { files, left_out, folders } = source::expand(paths)?;
    (opened.left_out, opened.folders) = (left_out, folders);
    for path in files {
        let source::Contents { sources, left_out } = source::Source::open(&path)?;
        opened.left_out.extend(left_out);
        for source in sources {
            let path = source.path.clone();
            match detect::recognise_all(source, told) {
                Ok(inputs) => opened.add(inputs),
                Err(error) if error.nothing().is_some() => {
                    opened.empty.push(path);
                    nothing = nothing.or((error.nothing() == Some(Nothing::File)).then_some(error));
                }
                Err(error) if paths.len() > 1 || opened.inputs.len() > 1 => {
                    return Err(error.note("every file that is named is read: leave out those that hold neither orders nor events nor session reports"));
                }
                Err(error) => return Err(error),
            }
        }
    }
    nothing.filter(|_| opened.inputs.is_empty()).map_or(Ok(opened), Err)
}

impl Opened {
    /// Adds the inputs of a source. Beyond the first their files are closed until they are read: there may be more than
    /// a program may have open.
    fn add(&mut self, inputs: Vec<Input>) {
        const MOST_OPEN: usize = 64;
        if self.inputs.len() > MOST_OPEN {
            for input in &inputs {
                input.supply.close();
            }
        }
        self.inputs.extend(inputs);
    }
}

/// The inputs that have something in them, without a word about others.
pub fn open_all(paths: &[String], told: &Told) -> Result<Vec<Input>> {
    Ok(open(paths, told)?.inputs)
}
