//! The parts of a report that say what was counted, how, and from what.
//!
//! The policies of a ladder get their names here, the same that a ladder file uses.

use super::ReportOptions;
use super::zone::{Moment, Zone};
use crate::analysis::open_windows::window_seconds;
use crate::findings::{Findings, InputFinding};
use crate::ladder::definition::{Count, Entry, Ladder, Linkage, Order, Start, Ties, Window};
use crate::ladder::draft;
use crate::tally::Tally;
use crate::time::Instant;
use schemars::JsonSchema;
use serde::Serialize;

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToolReport {
    /// Always `funnel`.
    pub name: &'static str,
    /// Its version: `0.1.0`.
    pub version: String,
}

/// The ladder of a report and its policies, in the words of a ladder file.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LadderReport {
    /// The ladder's name.
    pub name: String,
    /// `customer`, `session` or `attempt`.
    pub count: &'static str,
    /// `loose`, `adjacent` or `any`.
    pub order: &'static str,
    /// The window from the entry in seconds; `None` if the ladder has no window of that kind.
    pub window_seconds: Option<f64>,
    /// `longest`, `first` or `every`.
    pub entry: &'static str,
    /// `forgiving`, `sequence`, `strict` or a tolerance (`2s`).
    pub ties: String,
    /// The name of the counting rules.
    pub rules: String,
    /// The SHA-256 of the resolved definition.
    pub sha256: String,
    /// The window in words: `30d`, `none`, `session`, `each 1h`.
    pub window: String,
    /// `earliest` or `latest`.
    pub start: &'static str,
    /// When a session ends: `source`, `shopify`, `ga4`, `ua`, or `gap=45`, in minutes.
    pub session_rule: String,
    /// Whether later steps may exceed earlier ones (aggregated counts).
    pub open: bool,
    /// `chain` if a step is reached by way of those before it, `apart` if it counts by itself.
    pub linkage: &'static str,
    /// The resolved ladder as a file with every default written out.
    pub definition: String,
}

impl LadderReport {
    pub(super) fn new(ladder: &Ladder, options: &ReportOptions) -> LadderReport {
        LadderReport {
            name: ladder.name.clone(),
            count: count_name(ladder.count),
            order: match ladder.order {
                Order::Loose => "loose",
                Order::Adjacent => "adjacent",
                Order::Any => "any",
            },
            window_seconds: window_seconds(ladder.window),
            entry: match ladder.entry {
                Entry::Longest => "longest",
                Entry::First => "first",
                Entry::Every => "every",
            },
            ties: match ladder.ties {
                Ties::Forgiving => "forgiving".to_owned(),
                Ties::Sequence => "sequence".to_owned(),
                Ties::Strict => "strict".to_owned(),
                Ties::Tolerance(span) => span.to_string(),
            },
            rules: options.rules.clone(),
            sha256: options.sha256.clone(),
            window: match ladder.window {
                Window::FromEntry(span) => span.to_string(),
                Window::None => "none".to_owned(),
                Window::Session => "session".to_owned(),
                Window::Each(span) => format!("each {span}"),
            },
            start: match ladder.start {
                Start::Earliest => "earliest",
                Start::Latest => "latest",
            },
            session_rule: ladder.sessions.to_string(),
            open: ladder.open,
            linkage: match ladder.linkage {
                Linkage::Chain => "chain",
                Linkage::Apart => "apart",
            },
            definition: draft::to_toml(ladder),
        }
    }
}

/// The word for one journey: `customer`, `session`, `attempt`.
pub(super) fn count_name(count: Count) -> &'static str {
    match count {
        Count::Customer => "customer",
        Count::Session => "session",
        Count::Attempt => "attempt",
    }
}

/// One input: what it was taken for and what became of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InputReport {
    /// The path as the user gave it.
    pub path: String,
    /// The id of the format.
    pub format: &'static str,
    /// Records read.
    pub rows_read: u64,
    /// Records that count.
    pub rows_used: u64,
    /// Records set aside.
    pub rows_set_aside: u64,
    /// The earliest time of a row that counts.
    pub from: Option<Moment>,
    /// The latest time of a row that counts.
    pub to: Option<Moment>,
    /// Why it was taken for that format, in words.
    pub why: String,
    /// Decisions that a reader should know.
    pub decisions: Vec<String>,
    /// The hash by which a later run knows whether the file is the same: `xxh3:…` of all of it,
    /// `xxh3-sampled:…` of parts; `None` if it can be read only once.
    pub fingerprint: Option<String>,
}

impl InputReport {
    pub(super) fn new(input: &InputFinding, zone: Zone) -> InputReport {
        InputReport {
            path: input.path.clone(),
            format: input.format,
            rows_read: input.rows_read,
            rows_used: input.rows_used,
            rows_set_aside: input.rows_set_aside,
            from: input.from.and_then(|at| zone.moment(at)),
            to: input.to.and_then(|at| zone.moment(at)),
            why: input.why.clone(),
            decisions: input.decisions.clone(),
            fingerprint: None,
        }
    }
}

/// The time that a report speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PeriodReport {
    /// The first moment of the entries that were asked for; `None` if all.
    pub since: Option<Moment>,
    /// The last moment of the entries that were asked for; `None` if all.
    pub until: Option<Moment>,
    /// The zone of all times in the report.
    pub timezone: String,
    /// The last moment that the data covers.
    pub seen_until: Option<Moment>,
    /// The first moment that the data covers.
    pub seen_from: Option<Moment>,
}

impl PeriodReport {
    pub(super) fn new(findings: &Findings, zone: Zone) -> PeriodReport {
        let first = findings.inputs.iter().filter_map(|input| input.from).min();
        PeriodReport {
            since: findings.since.and_then(|at| zone.moment(at)),
            until: findings.until.and_then(|at| zone.moment(Instant(at.0.saturating_sub(1)))),
            timezone: zone.name(),
            seen_until: findings.seen_until.and_then(|at| zone.moment(at)),
            seen_from: first.and_then(|at| zone.moment(at)),
        }
    }
}

/// The journeys by outcome: `entered = converted + lost + open` in a closed funnel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JourneysReport {
    /// What one journey is: `customer`, `session`, `attempt`.
    pub unit: &'static str,
    /// Reached the first step.
    pub entered: u64,
    /// Reached the last step.
    pub converted: u64,
    /// Did not, and the window is over.
    pub lost: u64,
    /// Did not, and the window is still running.
    pub open: u64,
}

impl JourneysReport {
    pub(super) fn new(tally: &Tally, ladder: &Ladder) -> JourneysReport {
        JourneysReport {
            unit: count_name(ladder.count),
            entered: tally.entered,
            converted: tally.converted,
            lost: tally.lost,
            open: tally.open,
        }
    }
}
