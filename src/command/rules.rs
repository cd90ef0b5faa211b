//! `funnel rules`: the same ladder as other tools would count it, side by side, and what makes the
//! difference.

use super::answers::refuse_totals;
use super::report::options_of;
use super::{find_out, plan, resolve, show};
use crate::cli::{RulesArgs, Surroundings};
use crate::engine::Request;
use crate::error::{Error, Result};
use crate::ladder::rules::Rules;
use crate::report::asked::{Asked, AskedReport};
use crate::report::rules::RulesReport;

/// The rule sets that are shown where the user names none.
const SHOWN: [&str; 12] = [
    "clickhouse",
    "clickhouse:strict_order",
    "posthog",
    "posthog:strict",
    "posthog:unordered",
    "mixpanel",
    "mixpanel:totals",
    "amplitude",
    "amplitude:any",
    "ga4",
    "ga4:open",
    "shopify",
];

/// Counts have no ranges, so any level will do.
const LEVEL: f64 = 0.95;

/// Runs the command.
pub(super) fn run(arguments: &RulesArgs, surroundings: &Surroundings) -> anyhow::Result<()> {
    if arguments.ladder.rules.is_some() {
        return Err(Error::new("--rules: `funnel rules` shows all rules beside the program's own")
            .hint("name some of them with --only posthog,ga4")
            .into());
    }
    let resolved = resolve(&arguments.reading, surroundings, false)?;
    let rivals = if arguments.only.is_empty() {
        SHOWN.into_iter().map(Rules::parse).collect::<Result<_>>()
    } else {
        arguments.only.iter().map(|name| Rules::parse(name)).collect()
    };
    let request = Request {
        rivals: rivals?,
        rivals_are_named: !arguments.only.is_empty(),
        ..Request::of(plan(&arguments.ladder)?)
    };
    let shows_progress = surroundings.shows_progress && !arguments.output.quiet;
    let outcome = find_out(&arguments.files, &resolved, &request, shows_progress)?;
    refuse_totals(&outcome.ladder, "rules")?;
    let report = RulesReport::new(&outcome.findings, &outcome.ladder);
    let options = options_of(&outcome, &resolved, LEVEL, &[]);
    let asked = AskedReport::new(&outcome.findings, &outcome.ladder, &options);
    let title = "The same ladder under other rules";
    show(&Asked::new(report, title, asked), &arguments.output, surroundings)
}
