//! The one pipeline: scan (blocks of rows → touches) → settle (orders, checkouts and reports that need
//! all their rows) → exchange (touches → partitions by person) → judge (journeys → tally) → merge.
//!
//! Threads, partitions and memory are numbers, not other pipelines: whatever they are, the findings are
//! the same. This room decides nothing about rows (`input`, `journey`), matching (`climb`) or rates.

mod choose;
mod exchange;
mod judge;
mod scan;
mod settle;

use crate::error::{Error, Result};
use crate::event::{RowRef, StepSet};
use crate::findings::{EventFinding, Findings, IdentifierFinding, InputFinding, Notice, SetAside};
use crate::identity::People;
use crate::input::{Input, Reading};
use crate::ladder::definition::{Count, Ladder, Window};
use crate::ladder::stamp::Stamper;
use crate::ladder::{presets, vocabulary};
use crate::place::Place;
use crate::quality::{Quality, Reason};
use crate::time::Instant;
use exchange::Exchange;
use scan::{Haul, Scan};

/// How a run works. None of it changes a number of the result but `now`, `strict` and what is told
/// about dates.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Threads, at least 1.
    pub threads: usize,
    /// Partitions of the exchange, at least 1.
    pub partitions: usize,
    /// Bytes of touches to hold in memory before partitions go to temporary files.
    pub memory: usize,
    /// Bytes of a block.
    pub block: usize,
    /// The moment of the run; rows more than a day later are set aside.
    pub now: Option<Instant>,
    /// Whether a row that cannot be read stops the run.
    pub strict: bool,
    /// Whether to count what `inspect` shows: different identifiers of each kind.
    pub detail: bool,
    /// What the user said about dates such as `3/4/2025`.
    pub date_order: Option<crate::input::timestamp::DateOrder>,
}

/// Which ladder to hold the journeys against.
#[derive(Clone, Debug)]
pub enum Plan {
    /// This one.
    Given(Ladder),
    /// The preset that the data can support, with what the user said about it.
    Auto {
        /// What one journey is, if the user said.
        count: Option<Count>,
        /// How long an attempt may take, if the user said.
        window: Option<Window>,
    },
}

/// What a run found, and the ladder that it used.
#[derive(Debug)]
pub struct Outcome {
    /// The findings.
    pub findings: Findings,
    /// The ladder: the given one, or the preset that was chosen.
    pub ladder: Ladder,
}

/// Told now and then how many bytes were read so far.
pub type Progress<'p> = &'p (dyn Fn(u64) + Sync);

/// Runs the pipeline over the inputs.
pub fn run(
    inputs: Vec<Input>,
    plan: &Plan,
    settings: &Settings,
    progress: Progress<'_>,
) -> Result<Outcome> {
    let candidates = match plan {
        Plan::Given(ladder) => vec![ladder.clone()],
        Plan::Auto { .. } => {
            choose::CANDIDATES.iter().filter_map(|name| presets::preset(name)).collect()
        }
    };
    let (stamper, tables) = Stamper::for_ladders(&candidates);
    let (readings, cutters): (Vec<Reading>, Vec<_>) =
        inputs.into_iter().map(|input| (input.reading, input.cutter)).unzip();
    let exchange = Exchange::new(settings.partitions, settings.memory);
    let scan =
        Scan { readings: &readings, stamper: &stamper, settings, exchange: &exchange, progress };
    let mut haul = scan.run(cutters)?;
    let settled = settle::settle(&mut haul, &readings, settings, &exchange)?;
    let rows = RowIndex::new(&haul, &readings);
    refuse_hopeless(&haul.quality, &readings, &rows, settings.strict)?;

    let choice = match plan {
        Plan::Given(_) => 0,
        Plan::Auto { .. } => choose::choose(&haul, &readings)?,
    };
    let mut ladder = candidates
        .into_iter()
        .nth(choice)
        .ok_or_else(|| Error::new("there is no ladder to choose"))?;
    if let Plan::Auto { count, window } = plan {
        ladder.count = count.unwrap_or(ladder.count);
        ladder.window = window.unwrap_or(ladder.window);
    }
    let people = People::unite(std::mem::take(&mut haul.links));
    let exchange = exchange.by_person(&people, settings)?;
    let table: &[StepSet] = tables.get(choice).map_or(&[], Vec::as_slice);
    let bench = judge::Bench {
        ladder: &ladder,
        table,
        rows: &rows,
        settled: &settled,
        seen_until: haul.seen_until,
    };
    let verdicts = judge::judge(&exchange, &bench, settings)?;

    haul.quality.merge(verdicts.quality);
    // Some defects are of rows that can be read: only now is it known which of them are duplicates.
    refuse_hopeless(&haul.quality, &readings, &rows, settings.strict)?;
    let mut findings = Findings {
        tally: verdicts.tally,
        orders: settled.orders,
        identity: people.findings,
        ..Findings::default()
    };
    findings.identity.blocked_values = haul.blocked;
    findings.session_reports = settled.session_reports;
    findings.store_offset = settled.store_offset;
    findings.notices = settled.notices;
    findings.notices.extend(unseen_names(
        &ladder,
        &haul,
        matches!(plan, Plan::Given(_)) && !settings.detail,
    ));
    if ladder.open {
        choose::fill_totals(&mut findings, &mut ladder);
    }
    finish(&mut findings, &haul, &readings, &rows);
    Ok(Outcome { findings, ladder })
}

/// What the findings say about the inputs and the rows.
fn finish(findings: &mut Findings, haul: &Haul<'_>, readings: &[Reading], rows: &RowIndex) {
    findings.has_log = readings.iter().any(|reading| reading.format.is_log());
    findings.has_orders = readings
        .iter()
        .any(|reading| reading.format == crate::input::format::Format::ShopifyOrders);
    findings.seen_until = haul.seen_until;
    findings.inputs = readings
        .iter()
        .enumerate()
        .map(|(number, reading)| input_finding(number, reading, haul))
        .collect();
    findings.set_aside = Reason::ALL
        .into_iter()
        .filter_map(|reason| set_aside(reason, &haul.quality, rows))
        .collect();
}

fn input_finding(number: usize, reading: &Reading, haul: &Haul<'_>) -> InputFinding {
    let account = haul.quality.accounts.get(number).cloned().unwrap_or_default();
    let counts = haul.inputs.get(number);
    let mut events: Vec<EventFinding> = counts
        .into_iter()
        .flat_map(|input| input.names.iter().enumerate())
        .filter(|(_, rows)| **rows > 0)
        .map(|(name, &rows)| {
            let name = haul.names.names().text(u32::try_from(name).unwrap_or(u32::MAX)).to_string();
            EventFinding { step: vocabulary::canonical(&name).map(str::to_string), name, rows }
        })
        .collect();
    events.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
    let identifiers = counts.into_iter().flat_map(|input| &input.identifiers);
    InputFinding {
        path: reading.path.clone(),
        format: reading.format.id(),
        why: reading.why.clone(),
        encoding: reading.encoding,
        delimiter: reading.delimiter.map(char::from),
        columns: reading.columns.clone(),
        decisions: counts.map(|input| input.decisions.clone()).unwrap_or_default(),
        rows_read: account.rows_read,
        rows_used: account.rows_used(),
        rows_set_aside: account.rows_set_aside(),
        from: account.from,
        to: account.to,
        events,
        identifiers: identifiers
            .map(|(kind, seen)| IdentifierFinding {
                kind: kind.name(),
                rows: seen.rows,
                distinct: seen.distinct.len() as u64,
            })
            .collect(),
    }
}

fn set_aside(reason: Reason, quality: &Quality, rows: &RowIndex) -> Option<SetAside> {
    const SHOWN: usize = 5;
    let mut examples: Vec<_> = quality
        .accounts
        .iter()
        .filter_map(|account| account.set_aside.get(&reason))
        .flat_map(|aside| aside.examples.clone())
        .collect();
    examples.sort();
    examples.truncate(SHOWN);
    let total = quality.rows(reason);
    let examples =
        examples.into_iter().map(|example| (rows.place(example.row), example.message)).collect();
    (total > 0).then_some(SetAside { reason, rows: total, examples })
}

/// Which input each block is of, and how many records and lines come before it.
#[derive(Debug)]
pub(crate) struct RowIndex {
    blocks: Vec<Option<BlockPlace>>,
    paths: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct BlockPlace {
    input: usize,
    records_before: u64,
    lines_before: u64,
}

impl RowIndex {
    fn new(haul: &Haul<'_>, readings: &[Reading]) -> RowIndex {
        let mut blocks =
            vec![None; haul.blocks.iter().map(|block| block.number + 1).max().unwrap_or(0)];
        let mut sorted = haul.blocks.clone();
        sorted.sort_unstable_by_key(|block| block.number);
        let mut before: Vec<(u64, u64)> =
            readings.iter().map(|reading| (0, reading.first_line - 1)).collect();
        for block in sorted {
            let (records, lines) = &mut before[block.input];
            blocks[block.number] = Some(BlockPlace {
                input: block.input,
                records_before: *records,
                lines_before: *lines,
            });
            *records += block.extent.records;
            *lines += block.extent.lines;
        }
        RowIndex { blocks, paths: readings.iter().map(|reading| reading.path.clone()).collect() }
    }

    /// The input that a row is of.
    pub(crate) fn input(&self, row: RowRef) -> usize {
        self.blocks.get(row.block()).copied().flatten().map_or(0, |block| block.input)
    }

    /// Where a row stands.
    pub(crate) fn place(&self, row: RowRef) -> Place {
        let Some(block) = self.blocks.get(row.block()).copied().flatten() else {
            return Place::default();
        };
        let path = self.paths.get(block.input).cloned().unwrap_or_default();
        Place {
            path,
            record: Some(block.records_before + row.record() + 1),
            line: Some(block.lines_before + row.line() + 1),
            column: None,
        }
    }
}

/// An input none of whose rows can be read is an error; so is any broken row under `--strict`.
fn refuse_hopeless(
    quality: &Quality,
    readings: &[Reading],
    rows: &RowIndex,
    strict: bool,
) -> Result<()> {
    for (account, reading) in quality.accounts.iter().zip(readings) {
        let defects = || account.set_aside.iter().filter(|(reason, _)| reason.is_defect());
        let first = defects()
            .flat_map(|(reason, aside)| aside.examples.iter().map(move |example| (example, reason)))
            .min();
        let broken: u64 = defects().map(|(_, aside)| aside.rows).sum();
        let Some((example, reason)) = first else { continue };
        if strict {
            return Err(Error::at(
                rows.place(example.row),
                format!("{}: {}", reason.code(), example.message),
            )
            .hint("without --strict such rows are set aside and counted"));
        }
        if broken == account.rows_read {
            let message = format!(
                "none of its {broken} rows can be read as {}; the first: {}",
                reading.format.id(),
                example.message
            );
            return Err(Error::at(rows.place(example.row), message)
                .hint("`funnel inspect` shows what a file is taken for; --as and --map tell it"));
        }
    }
    Ok(())
}

/// A name in the user's ladder that never occurs is a notice with the nearest names that do.
fn unseen_names(ladder: &Ladder, haul: &Haul<'_>, given: bool) -> Vec<Notice> {
    let seen: Vec<&str> = haul.names.names().texts().collect();
    let occurs = |name: &str| {
        seen.iter().any(|own| *own == name || vocabulary::canonical(own) == Some(name))
            || haul.derived.contains(name)
            || name == "visit"
    };
    let names = ladder.steps.iter().filter(|_| given).flat_map(|step| {
        step.condition.event.exact_names().map(|name| (step.name.clone(), name.to_string()))
    });
    names
        .filter(|(_, name)| !occurs(name))
        .map(|(step, name)| {
            let near = vocabulary::nearest(&name, seen.iter().copied())
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            Notice {
                code: "name_never_seen",
                message: format!("no event is named `{name}` (step {step}){near}"),
            }
        })
        .collect()
}
