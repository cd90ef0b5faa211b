//! An answer with what it is of: the ladder, the time, the files and what became of their rows. Whoever reads an answer that
//! somebody has saved must be able to tell it from that of another question; and rows that could not be used change every
//! answer, not only the report's.

use super::answer::Answer;
use super::document::Document;
use super::header::{InputReport, LadderReport, PeriodReport};
use super::notices::{NoticeReport, ONLY_ABANDONED, only_abandoned};
use super::records::Records;
use super::scope::Scope;
use super::sheet::Sheet;
use super::{ReportOptions, words};
use crate::findings::{Findings, SetAside};
use crate::ladder::definition::Ladder;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Of a hundred rows so many must be of no use for a notice.
const NOTABLE: u64 = 1;

/// The notice that a good part of the rows cannot be used.
const UNUSABLE: &str = "rows_unusable";

/// The notices that say it file by file.
const SAY_AS_MUCH: [&str; 2] = ["times_unread", "rows_of_nobody"];

/// An answer and what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Asked<T> {
    /// The answer, key by key.
    #[serde(flatten)]
    pub answer: T,
    /// What it is of.
    pub asked: AskedReport,
    /// What a page of it is called, in front of the ladder's name.
    #[serde(skip)]
    pub title: &'static str,
    /// Whether people are told what it is of and all that was noticed: the few lines of a gate go into a mail as they are.
    #[serde(skip)]
    pub says_scope: bool,
}

/// What an answer is of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AskedReport {
    /// The ladder and its policies.
    pub ladder: LadderReport,
    /// The time.
    pub period: PeriodReport,
    /// What decides of a journey whether it counts at all: `device=mobile`.
    pub filters: Vec<String>,
    /// The files and what became of their rows.
    pub inputs: Vec<InputReport>,
    /// What was noticed while they were read, as `funnel report` says it.
    pub notices: Vec<NoticeReport>,
}

impl<T> Asked<T> {
    /// The answer with what it is of; people are told that as well.
    pub fn new(answer: T, title: &'static str, asked: AskedReport) -> Asked<T> {
        Asked { answer, asked, title, says_scope: true }
    }
}

impl AskedReport {
    /// What a run's findings under a ladder are of.
    pub fn new(findings: &Findings, ladder: &Ladder, options: &ReportOptions) -> AskedReport {
        let found = findings.notices.iter().map(NoticeReport::found);
        AskedReport {
            ladder: LadderReport::new(ladder, options),
            period: PeriodReport::new(findings, options.zone),
            filters: options.filters.clone(),
            inputs: findings.inputs.iter().map(|i| InputReport::new(i, options.zone)).collect(),
            notices: unusable(findings)
                .into_iter()
                .chain(found)
                .chain(only_abandoned(findings, ladder))
                .collect(),
        }
    }

    /// The same with the files of a further run, for an answer about both.
    #[must_use]
    pub fn with(mut self, further: AskedReport) -> AskedReport {
        self.inputs.extend(further.inputs);
        let new: Vec<NoticeReport> =
            further.notices.into_iter().filter(|new| !self.notices.contains(new)).collect();
        self.notices.extend(new);
        let PeriodReport { seen_from, seen_until, .. } = further.period;
        self.period.seen_from = self.period.seen_from.into_iter().chain(seen_from).min();
        self.period.seen_until = self.period.seen_until.max(seen_until);
        self
    }
}

impl<T: Answer> Answer for Asked<T> {
    fn sheets(&self) -> Vec<Sheet> {
        self.answer.sheets()
    }

    fn document(&self) -> Document {
        let document = self.answer.document();
        let AskedReport { ladder, period, filters, notices, .. } = &self.asked;
        let scope = Scope { ladder, unit: ladder.count, period, filters };
        let is_told = |code: &str| notices.iter().any(|notice| notice.code == code);
        let is_said = |notice: &&NoticeReport| match notice.code {
            UNUSABLE => !self.says_scope || !SAY_AS_MUCH.iter().any(|code| is_told(code)),
            ONLY_ABANDONED => true,
            _ => self.says_scope && !document.notices.contains(&notice.message),
        };
        let further = notices.iter().filter(is_said).map(|notice| notice.message.clone());
        Document {
            title: format!("{}: {}", self.title, ladder.name),
            scope: if self.says_scope { scope.lines() } else { document.scope },
            notices: document.notices.iter().cloned().chain(further).collect(),
            ..document
        }
    }

    fn records(&self) -> Records {
        self.answer.records()
    }
}

/// That a good part of the rows cannot be used, and why.
fn unusable(findings: &Findings) -> Option<NoticeReport> {
    let read: u64 = findings.inputs.iter().map(|input| input.rows_read).sum();
    let defects: Vec<&SetAside> =
        findings.set_aside.iter().filter(|aside| aside.reason.is_defect()).collect();
    let rows: u64 = defects.iter().map(|aside| aside.rows).sum();
    let because =
        |aside: &&SetAside| format!("{} ({})", aside.reason.words(), words::count(aside.rows));
    let message = format!(
        "{} of {} rows cannot be used, so they are missing in all numbers: {}. `funnel inspect` shows the first of them.",
        words::count(rows),
        words::count(read),
        defects.iter().map(because).collect::<Vec<_>>().join(", ")
    );
    let data = [("rows", Value::from(rows)), ("rows_read", Value::from(read))].into();
    (rows * 100 > read * NOTABLE).then_some(NoticeReport { code: UNUSABLE, message, data })
}
