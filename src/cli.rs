//! The command line: what can be typed (clap), and what the surroundings say (terminal, environment,
//! clock). Nothing else in the program reads any of these.

pub mod publishing;
pub mod questions;
mod surroundings;

pub use surroundings::Surroundings;
pub(crate) use surroundings::{variable, variables};

use crate::input::timestamp::{DateOrder, ZoneRule};
use crate::ladder::definition::Count;
use crate::render::Medium;
use crate::report::zone::Zone;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::{Path, PathBuf};

/// Micro- and macro-conversion rates per step, from the files a Shopify merchant already has.
#[derive(Debug, Parser)]
#[command(name = "funnel", version, about, arg_required_else_help = true, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options from this file instead of `funnel.toml` in the working folder
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Settings")]
    pub config: Option<PathBuf>,
    /// No options from a file or the environment
    #[arg(long, global = true, help_heading = "Settings")]
    pub no_config: bool,
}

impl Cli {
    /// Has a command whose files may be left out read these, if it has none: `compare` without files as its sides.
    pub(crate) fn take_files(&mut self, files: Vec<String>) {
        let Command::Compare(compare) = &mut self.command else { return };
        let mut sides = compare.a.iter().chain(&compare.b);
        let has_files = sides.any(|side| Path::new(side).exists());
        if compare.question.files.is_empty() && !has_files {
            compare.question.files = files;
        }
    }
}

const EXAMPLES: &str = "Examples:
  funnel report orders_export.csv pixel.jsonl         how far customers get, step by step
  funnel report exports/ --format json -o report.json  every file of a folder, for another program
  funnel report exports/ --open                        the same as a page in the browser
  funnel inspect export.csv                            what a file is taken for, and what is missing";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The ladder: who reached each step, rates with intervals, times, exits, orders, data quality
    Report(ReportArgs),
    /// The same ladder as ClickHouse, PostHog, Mixpanel, Amplitude, GA4 or Shopify would count it
    Rules(RulesArgs),
    /// What each file is taken for and why, its events and identifiers, and what is missing
    Inspect(InspectArgs),
    /// One customer: what they did, how far they got, and why no further
    Journey(JourneyArgs),
    /// Show a ladder, check one, make one for the data, or let the data suggest an order
    #[command(subcommand)]
    #[command(after_help = LADDER_EXAMPLES)]
    Ladder(LadderCommand),
    /// Two periods, segments or sets of files against each other, and why the rate changed
    Compare(questions::CompareArgs),
    /// Which small actions come before an order, and what weight they deserve
    Drivers(questions::DriversArgs),
    /// Which groups of customers convert more, beyond chance
    Segments(questions::SegmentsArgs),
    /// Who leaves where, what they do next, and what is at stake
    Exits(questions::ExitsArgs),
    /// Rates by day, week or month: what was odd, and what changed for good
    Trend(questions::TrendArgs),
    /// A gate for scheduled runs: exit code 1 when a condition fails or the latest day is odd
    Check(questions::CheckArgs),
    /// What a better step would bring, and which step has room for it
    Whatif(questions::WhatifArgs),
    /// Ranges, comparisons and sample sizes for people who have only the numbers
    #[command(subcommand, after_help = CALC_EXAMPLES)]
    Calc(questions::CalcCommand),
    /// The JSON Schema of what a command writes with --format json
    Schema(publishing::SchemaArgs),
    /// What a shell needs to complete commands, options and files
    Completions(publishing::CompletionsArgs),
    /// The manual, one page a command
    Man(publishing::ManArgs),
}

/// What `funnel calc --help` shows below the options.
const CALC_EXAMPLES: &str = "Examples:
  funnel calc interval 81/263
  funnel calc compare 56/70 48/80";

const LADDER_EXAMPLES: &str = "Examples:
  funnel ladder show                            the presets
  funnel ladder init exports/ -o ladder.toml    a ladder file for the data at hand
  funnel ladder check ladder.toml exports/      what speaks against it
  funnel ladder suggest events.csv              the order that the data suggest";

/// What to do with a ladder.
#[derive(Debug, Subcommand)]
pub enum LadderCommand {
    /// A ladder as a file: a preset with its comments, or a file with every default written out
    Show(LadderShowArgs),
    /// What is wrong with a ladder file, and what in the data speaks against it
    Check(LadderCheckArgs),
    /// A ladder file for the data at hand, with comments
    Init(LadderInitArgs),
    /// The order of the events that the data suggest, with the evidence
    Suggest(LadderSuggestArgs),
}

/// Options of `funnel ladder show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel ladder show
  funnel ladder show storefront > ladder.toml")]
pub struct LadderShowArgs {
    /// A preset or a ladder file; a list of the presets without it
    #[arg(value_name = "PRESET|FILE", value_hint = ValueHint::FilePath)]
    pub ladder: Option<String>,
}

/// Options of `funnel ladder check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel ladder check ladder.toml
  funnel ladder check ladder.toml pixel.jsonl orders_export_1.csv")]
pub struct LadderCheckArgs {
    /// A ladder file, or a preset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ladder: String,
    /// Files, folders, or `-` for standard input, to hold the ladder against
    #[arg(value_name = "DATA", value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `funnel ladder init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel ladder init exports/ -o ladder.toml
  funnel report exports/ --ladder ladder.toml")]
pub struct LadderInitArgs {
    /// Files or folders; any mix of formats
    #[arg(required = true, value_name = "DATA", value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The ladder file to write, whole or not at all; standard output without it
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// No progress on standard error
    #[arg(long, short)]
    pub quiet: bool,
}

/// Options of `funnel ladder suggest`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel ladder suggest events.csv --map time=ts,event=action,customer=uid")]
pub struct LadderSuggestArgs {
    /// Files or folders; any mix of formats
    #[arg(required = true, value_name = "DATA", value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `funnel report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel report pixel.jsonl orders_export_1.csv orders_export_2.csv
  funnel report events.csv --map time=ts,event=action,customer=uid --step 'Visit=page' --step 'Order=buy'
  funnel report pixel.jsonl --ladder ladder.toml --count session --format json -o report.json
  funnel report exports/ --by device --format html -o report.html
  funnel report exports/ --open
  funnel report exports/ --diff last-week.json")]
pub struct ReportArgs {
    /// What all questions of the data share
    #[command(flatten)]
    pub question: questions::QuestionArgs,
    /// Break the ladder down by device, source, medium, campaign, country, `landing_page`, returning or any
    /// column; several together with commas; @first, @last, @any or @STEP instead of at the entry
    #[arg(long, value_name = "DIMENSION[@WHEN]")]
    pub by: Vec<String>,
    /// Rows of a breakdown; further values are counted together
    #[arg(long, value_name = "N", default_value = "20")]
    pub top: usize,
    /// Say what changed since an earlier report, which was written with --format json
    #[arg(long, value_name = "OLD.json", value_hint = ValueHint::FilePath)]
    pub diff: Option<PathBuf>,
}

/// Options of `funnel rules`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel rules pixel.jsonl orders_export.csv
  funnel rules pixel.jsonl --only posthog,ga4 --ladder ladder.toml")]
pub struct RulesArgs {
    /// Files, folders, or `-` for standard input; any mix of formats
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// Only these rules, beside the program's own
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// The ladder and how to count
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the answer goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `funnel inspect`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel inspect exports/
  funnel inspect events.csv --map time=ts,event=action,customer=uid")]
pub struct InspectArgs {
    /// Files, folders, or `-` for standard input; any mix of formats
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the view goes
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `funnel journey`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  funnel journey ada@example.com orders_export.csv pixel.jsonl
  funnel journey '#1001' exports/ --show-identifiers
  funnel journey 3f2a9c01b7de exports/ --format json")]
pub struct JourneyArgs {
    /// Who: a client id, e-mail address, telephone number, customer or user id, checkout token, order id or
    /// name, or the hash of a customer
    pub id: String,
    /// Files, folders, or `-` for standard input; any mix of formats
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<String>,
    /// The ladder and how to count
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// How to read the files
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where the journey goes
    #[command(flatten)]
    pub output: OutputArgs,
    /// Show identifiers as they are instead of hashes; reads the files twice
    #[arg(long)]
    pub show_identifiers: bool,
    /// A secret text that goes into the hashes of customers and identifiers
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub salt: String,
}

/// Options about the ladder.
#[derive(Debug, Args)]
#[command(next_help_heading = "Ladder")]
pub struct LadderArgs {
    /// A ladder file (TOML), or a preset: storefront, checkout, retail, sessions, orders
    #[arg(long, value_name = "FILE|PRESET", value_hint = ValueHint::FilePath)]
    pub ladder: Option<String>,
    /// A step, from the smallest request to the order; repeat it
    #[arg(long = "step", value_name = "NAME=EVENT", conflicts_with = "ladder")]
    pub steps: Vec<String>,
    /// A secondary action, measured beside the ladder; repeat it
    #[arg(long = "action", value_name = "NAME=EVENT", requires = "steps")]
    pub actions: Vec<String>,
    /// What one journey is
    #[arg(long, value_enum)]
    pub count: Option<CountArg>,
    /// How long an attempt may take: 30d, 12h, none
    #[arg(long, value_name = "SPAN")]
    pub window: Option<String>,
    /// Count as another tool does: clickhouse, posthog, mixpanel, amplitude, ga4 or shopify, with variants
    /// such as posthog:strict or `clickhouse:strict_order`; keys in the ladder file win
    #[arg(long, value_name = "RULES")]
    pub rules: Option<String>,
    /// Events of one instant: forgiving, sequence, strict, or a tolerance such as 2s
    #[arg(long, value_name = "RULE")]
    pub ties: Option<String>,
    /// When a session ends: shopify, ga4, ua, or gap=MINUTES; without it the source's own sessions, else 30
    /// minutes
    #[arg(long, value_name = "RULE")]
    pub session_rule: Option<String>,
}

/// Options about reading.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadingArgs {
    /// The format of all files, where detection shall not decide
    #[arg(long = "as", id = "as", value_name = "FORMAT")]
    pub as_format: Option<String>,
    /// Which column or key is what: time=ts,event=action,customer=uid
    #[arg(long, value_name = "PART=NAME,…")]
    pub map: Option<String>,
    /// The time zone of the report and of times without one: Europe/Paris, +02:00
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub tz: Option<String>,
    /// How dates such as 3/4/2025 are read, where the file does not decide
    #[arg(long, value_enum)]
    pub date_order: Option<DateOrderArg>,
    /// A source of orders that is the online store too: an app of its checkout, as the column Source names it
    #[arg(long, value_name = "SOURCE", value_delimiter = ',')]
    pub online_source: Vec<String>,
    /// A row that cannot be read is an error
    #[arg(long)]
    pub strict: bool,
    /// Threads; all processors by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Memory for events before they go to temporary files: 512M, 4G
    #[arg(long, value_name = "SIZE", default_value = "2G", value_parser = size)]
    pub memory: usize,
    /// Bytes of a block of input
    #[arg(long, hide = true, default_value = "1M", value_parser = size)]
    pub block_size: usize,
    /// Partitions of the exchange
    #[arg(long, hide = true, default_value = "64", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub partitions: u16,
}

/// Options about the output.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "switches that are typed one by one")]
pub struct OutputArgs {
    /// The form of the report
    #[arg(long, short, value_enum, default_value = "table")]
    pub format: FormatArg,
    /// Write to a file, whole or not at all
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Show the answer as a page in the browser
    #[arg(long)]
    pub open: bool,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorArg,
    /// Columns of text; those of the terminal by default, else COLUMNS, else 100
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub width: Option<u16>,
    /// Text in ASCII, as where the locale is not UTF-8
    #[arg(long)]
    pub ascii: bool,
    /// Text with one fact a line instead of tables and bars, for screen readers
    #[arg(long)]
    pub plain: bool,
    /// No progress on standard error
    #[arg(long, short)]
    pub quiet: bool,
}

/// What one journey is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CountArg {
    /// Everything one customer did
    Customer,
    /// One session of one browser
    Session,
    /// One attempt of a customer
    Attempt,
}

impl From<CountArg> for Count {
    fn from(count: CountArg) -> Count {
        match count {
            CountArg::Customer => Count::Customer,
            CountArg::Session => Count::Session,
            CountArg::Attempt => Count::Attempt,
        }
    }
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Text for a terminal
    Table,
    /// One JSON object
    Json,
    /// One JSON object a row: the steps
    Ndjson,
    /// A table for spreadsheets: the steps
    Csv,
    /// Text for chat and pull requests
    #[value(alias = "md")]
    Markdown,
    /// A page of its own
    Html,
}

impl From<FormatArg> for Medium {
    fn from(format: FormatArg) -> Medium {
        match format {
            FormatArg::Table => Medium::Table,
            FormatArg::Json => Medium::Json,
            FormatArg::Ndjson => Medium::Ndjson,
            FormatArg::Csv => Medium::Csv,
            FormatArg::Markdown => Medium::Markdown,
            FormatArg::Html => Medium::Html,
        }
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How dates with slashes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DateOrderArg {
    /// 3/4/2025 is in March
    MonthFirst,
    /// 3/4/2025 is in April
    DayFirst,
}

impl From<DateOrderArg> for DateOrder {
    fn from(order: DateOrderArg) -> DateOrder {
        match order {
            DateOrderArg::MonthFirst => DateOrder::MonthFirst,
            DateOrderArg::DayFirst => DateOrder::DayFirst,
        }
    }
}

fn confidence(text: &str) -> Result<f64, String> {
    let level: f64 = text.parse().map_err(|_| "expected a share such as 0.95".to_string())?;
    if level > 0.0 && level < 1.0 {
        Ok(level)
    } else {
        Err("expected a share between 0 and 1, such as 0.95".to_string())
    }
}

/// Reads `64M`, `4G`, `4096`: powers of 1024.
fn size(text: &str) -> Result<usize, String> {
    let units = [("K", 10), ("M", 20), ("G", 30), ("T", 40)];
    let upper = text.trim().to_ascii_uppercase();
    let upper =
        upper.strip_suffix('B').map_or(upper.as_str(), |s| s.strip_suffix('I').unwrap_or(s));
    let (digits, shift) = units
        .iter()
        .find_map(|(unit, shift)| Some((upper.strip_suffix(unit)?, *shift)))
        .unwrap_or((upper, 0));
    let number: usize =
        digits.parse().map_err(|_| "expected a size such as 512M or 4G".to_string())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "that is more than this machine can address".to_string())
}

/// A zone as the report and as the reader of times need it; `None` if there is no such zone.
pub fn zone(text: &str) -> Option<(Zone, ZoneRule)> {
    let zone = Zone::parse(text)?;
    let named = text.trim().parse().map(ZoneRule::Named);
    let rule = named.ok().or_else(|| zone.fixed_seconds().map(ZoneRule::Fixed));
    Some((zone, rule?))
}
