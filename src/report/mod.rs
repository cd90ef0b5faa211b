//! The answer at full precision: what the report says, before any medium shows it.
//!
//! `Report` is the published JSON contract `funnel.report/1`: keys are added, never renamed or removed.
//! Unknown is `None` and never nought, numbers are not rounded, lists are in a fixed order.
//! Nothing here lays out, and nothing here counts: counts come from the findings, rates from `analysis`.

pub mod answer;
mod asides;
pub mod asked;
mod breakdown;
pub mod calc;
pub mod changes;
pub mod check;
pub mod compare;
mod contents;
pub mod document;
pub mod drivers;
#[cfg(test)]
pub mod example;
pub mod exits;
mod header;
pub mod inspect;
mod inspect_pages;
pub mod journey;
pub mod ladder_check;
mod ladder_problems;
pub mod ladder_suggest;
mod notices;
mod orders;
mod quality;
pub mod records;
pub mod rules;
pub mod schemas;
mod scope;
pub mod segments;
mod sentences;
pub mod sheet;
mod step_rows;
mod steps;
mod tracking;
pub mod trend;
mod unknown_orders;
pub mod whatif;
pub mod words;
pub mod zone;

pub use asides::Asides;
pub use breakdown::{BreakdownReport, BreakdownRow};
pub use header::{InputReport, JourneysReport, LadderReport, PeriodReport, ToolReport};
pub use notices::NoticeReport;
pub use orders::{OrderValueReport, OrdersReport, SessionReportReport, SessionStepReport};
pub use quality::{ExampleReport, QualityReport, SetAsideReport};
pub use scope::scope;
pub use sentences::headline;
pub use steps::{ActionReport, ExitReport, MacroReport, StepReport};

use crate::analysis::coverage::{self, Coverage};
use crate::analysis::times::{self, TimePoint};
use crate::findings::Findings;
use crate::ladder::definition::Ladder;
use crate::text::hexadecimal;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use zone::Zone;

/// The version of the report's keys.
pub const SCHEMA: &str = "funnel.report/1";

/// What a report is made with, beside the findings and the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportOptions {
    /// The level of all intervals, a share: 0.95.
    pub confidence: f64,
    /// The name of the counting rules: `funnel`.
    pub rules: String,
    /// The SHA-256 of the resolved ladder definition, in hexadecimal.
    pub sha256: String,
    /// The zone of all times.
    pub zone: Zone,
    /// The version of the program.
    pub version: String,
    /// The filters, as they were typed.
    pub filters: Vec<String>,
}

/// The report, key by key as other programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of the keys.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The program that made it.
    pub tool: ToolReport,
    /// The ladder and its policies.
    pub ladder: LadderReport,
    /// One an input, by path.
    pub inputs: Vec<InputReport>,
    /// The time that the report speaks of.
    pub period: PeriodReport,
    /// The journeys by outcome.
    pub journeys: JourneysReport,
    /// The steps, in the ladder's order.
    pub steps: Vec<StepReport>,
    /// The macro conversion.
    #[serde(rename = "macro")]
    pub macro_conversion: MacroReport,
    /// The steps by the values of a dimension.
    pub breakdowns: Vec<BreakdownReport>,
    /// Secondary actions, in the ladder's order.
    pub actions: Vec<ActionReport>,
    /// The orders of the online store.
    pub orders: OrdersReport,
    /// What the event log saw of what happened.
    pub coverage: Coverage,
    /// What became of the rows.
    pub quality: QualityReport,
    /// What a reader should know.
    pub notices: Vec<NoticeReport>,
    /// Where journeys ended: one a step that is not optional, but the last.
    pub exits: Vec<ExitReport>,
    /// Aggregated session reports, by path.
    pub session_reports: Vec<SessionReportReport>,
    /// The level of all intervals, a share: 0.95.
    pub confidence: f64,
    /// What decides of a journey whether it counts at all: `device=mobile`.
    pub filters: Vec<String>,
    /// The SHA-256 of the ladder's, the filters, the period and the fingerprints of all inputs: reports
    /// with the same one were made of the same. `None` where an input can be read only once.
    pub fingerprint: Option<String>,
    /// What changed since the earlier report that was named; `None` if none was.
    pub changes: Option<changes::ChangesReport>,
    /// How long those who converted took from the entry: which share of them after how many seconds.
    pub time_to_convert: Vec<TimePoint>,
    /// What other commands answer too, for a page; `None` where nobody counted it. No part of the contract.
    #[serde(skip)]
    pub asides: Option<Asides>,
}

impl Report {
    /// The report of a run's findings under the ladder that they were counted with.
    pub fn new(findings: &Findings, ladder: &Ladder, options: &ReportOptions) -> Report {
        let ReportOptions { confidence, zone, .. } = *options;
        let day = |at| zone.moment(at).map(|moment| moment.date());
        let coverage = coverage::coverage(findings, confidence, &day);
        let macro_conversion = steps::macro_conversion(&findings.tally, ladder, confidence);
        let known = (&coverage, &macro_conversion.matured);
        let mut report = Report {
            schema: SCHEMA,
            tool: ToolReport { name: "funnel", version: options.version.clone() },
            ladder: LadderReport::new(ladder, options),
            inputs: findings.inputs.iter().map(|input| InputReport::new(input, zone)).collect(),
            period: PeriodReport::new(findings, zone),
            journeys: JourneysReport::new(&findings.tally, ladder),
            steps: steps::steps(&findings.tally, ladder, confidence),
            breakdowns: breakdown::breakdowns(&findings.breakdowns, ladder, confidence),
            actions: steps::actions(&findings.tally, ladder, confidence),
            orders: OrdersReport::new(findings, confidence),
            quality: QualityReport::new(findings),
            notices: notices::notices(findings, ladder, known, confidence),
            macro_conversion,
            coverage,
            exits: steps::exits(&findings.tally, ladder),
            session_reports: orders::session_reports(findings, confidence),
            confidence,
            filters: options.filters.clone(),
            fingerprint: None,
            changes: None,
            time_to_convert: findings
                .tally
                .steps
                .last()
                .map(|step| times::curve(&step.from_entry))
                .unwrap_or_default(),
            asides: None,
        };
        unknown_orders::forget_orders(&mut report);
        report
    }

    /// Notes what the inputs were, one fingerprint each, in their order.
    #[must_use]
    pub fn signed(mut self, fingerprints: Vec<Option<String>>) -> Report {
        for (input, fingerprint) in self.inputs.iter_mut().zip(fingerprints) {
            input.fingerprint = fingerprint;
        }
        let all: Option<Vec<&str>> = self.inputs.iter().map(|i| i.fingerprint.as_deref()).collect();
        self.fingerprint = all.map(|inputs| {
            let period = [self.period.since, self.period.until]
                .map(|at| at.as_ref().map(ToString::to_string));
            let made_of = (&self.ladder.sha256, &self.filters, period, inputs);
            hexadecimal(&Sha256::digest(serde_json::json!(made_of).to_string()))
        });
        self
    }

    /// Whether a notice with this code is told.
    pub(super) fn has_notice(&self, code: &str) -> bool {
        self.notices.iter().any(|notice| notice.code == code)
    }

    /// Whether there are too few conversions for rates by step to be ranked.
    pub fn has_few_orders(&self) -> bool {
        self.journeys.converted < notices::FEW_ORDERS
    }
}

#[cfg(test)]
mod tests;
