//! `funnel check`: a gate for scheduled runs. It says no, with exit code 1 and one line for each reason, when
//! a condition does not hold or the latest period is odd.

use super::answers::{position, refuse_timeless, refuse_totals};
use super::question::{answer, asked, request, resolved};
use super::show;
use crate::analysis::trend::Every;
use crate::cli::questions::{AnomaliesArg, CheckArgs, signed_share};
use crate::cli::{FormatArg, Surroundings};
use crate::engine::{Asks, Request};
use crate::error::{Error, Result};
use crate::ladder::definition::Ladder;
use crate::ladder::vocabulary;
use crate::report::asked::Asked;
use crate::report::check::{
    CheckOptions, CheckReport, Comparison, Condition, QualityNumber, Subject,
};

/// The comparisons, longer signs first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<", Comparison::Below),
    (">", Comparison::Above),
    ("=", Comparison::Equal),
];

/// The numbers about the rows.
const QUALITY: [(&str, QualityNumber); 4] = [
    ("quality.rows_read", QualityNumber::RowsRead),
    ("quality.rows_used", QualityNumber::RowsUsed),
    ("quality.rows_set_aside", QualityNumber::RowsSetAside),
    ("quality.set_aside_share", QualityNumber::SetAsideShare),
];

/// Runs the command; whether everything is as it should be.
pub(super) fn run(arguments: &CheckArgs, surroundings: &Surroundings) -> anyhow::Result<bool> {
    let question = &arguments.question;
    let resolved = resolved(question, surroundings)?;
    // What cannot be read is said before a file is opened.
    let written = arguments.that.iter().map(|text| Written::parse(text));
    let written = written.collect::<Result<Vec<_>>>()?;
    let asks = Asks { days: arguments.anomalies.is_some(), ..Asks::default() };
    let request = Request { asks, ..request(question, &resolved)? };
    let outcome = answer(question, &request, &resolved, surroundings)?;
    if arguments.anomalies.is_some() {
        refuse_totals(&outcome.ladder, "check --anomalies")?;
        refuse_timeless(&outcome.findings, "check --anomalies")?;
    }
    let conditions = written.into_iter().map(|written| written.resolve(&outcome.ladder));
    let options = CheckOptions {
        conditions: conditions.collect::<Result<_>>()?,
        anomalies: arguments.anomalies.map(|every| match every {
            AnomaliesArg::Day => Every::Day,
            AnomaliesArg::Week => Every::Week,
        }),
        false_alarms: arguments.false_alarms,
        beyond_chance: arguments.beyond_chance,
        confidence: question.confidence,
    };
    let report = CheckReport::new(&outcome.findings, &outcome.ladder, &options);
    // A scheduled run that finds nothing has nothing to say.
    let is_silent =
        report.ok && question.output.quiet && question.output.format == FormatArg::Table;
    let is_ok = report.ok;
    if !is_silent || question.output.output.is_some() {
        let asked = asked(report, "Check", &outcome, (question, &resolved));
        show(&Asked { says_scope: false, ..asked }, &question.output, surroundings)?;
    }
    Ok(is_ok)
}

/// A condition whose step is not looked up yet.
struct Written {
    text: String,
    subject: String,
    comparison: Comparison,
    number: f64,
    /// Whether the number was written with `%`.
    in_percent: bool,
}

impl Written {
    fn parse(text: &str) -> Result<Written> {
        let wrong = |why: &str| {
            Error::new(format!("--that: `{text}` {why}"))
                .hint("write a condition such as 'rate(Order) >= 0.02', 'reached(Checkout) > 10' or 'quality.set_aside_share < 5%'")
        };
        // The name of a step may have signs in it, so the comparison is looked for behind it.
        let behind = text.rfind(')').map_or(0, |at| at + 1);
        let (head, tail) = text.split_at_checked(behind).unwrap_or(("", text));
        let found = COMPARISONS.iter().find_map(|(sign, comparison)| {
            let (left, number) = tail.split_once(sign)?;
            Some((format!("{head}{left}"), *comparison, number))
        });
        let (subject, comparison, number) = found.ok_or_else(|| wrong("compares nothing"))?;
        let number = number.trim();
        let in_percent = number.ends_with('%');
        let parsed = number.parse::<f64>().ok().or_else(|| signed_share(number).ok());
        let number = parsed
            .filter(|number| number.is_finite())
            .ok_or_else(|| wrong(&format!("has no number: `{number}`")))?;
        let subject = subject.trim().to_owned();
        Ok(Written { text: text.trim().to_owned(), subject, comparison, number, in_percent })
    }

    fn resolve(self, ladder: &Ladder) -> Result<Condition> {
        let Written { text, subject, comparison, number, in_percent } = self;
        let step = |kind: &str| {
            let inner = subject.strip_prefix(kind)?.trim_start().strip_prefix('(')?;
            Some(position(ladder, inner.strip_suffix(')')?.trim(), "--that"))
        };
        let of_step = [
            step("step_rate").map(|step| step.map(Subject::StepRate)),
            step("rate").map(|step| step.map(Subject::Rate)),
            step("reached").map(|step| step.map(Subject::Reached)),
        ];
        let of_rows = QUALITY.iter().find(|(name, _)| *name == subject);
        let of_rows = of_rows.map(|(_, number)| Ok(Subject::Quality(*number)));
        let found = of_step.into_iter().flatten().next().or(of_rows);
        let subject = found.ok_or_else(|| unknown(&text, &subject))??;
        fits(&subject, number, in_percent)
            .map_err(|(why, hint)| Error::new(format!("--that: `{text}` {why}")).hint(hint))?;
        Ok(Condition { text, subject, comparison, number })
    }
}

/// Whether a number may stand for what a condition is about, or why not and what to write: a gate that is always open, or
/// never, is a slip.
fn fits(
    subject: &Subject,
    number: f64,
    in_percent: bool,
) -> std::result::Result<(), (&'static str, String)> {
    let is_share = match subject {
        Subject::Rate(_) | Subject::StepRate(_) => true,
        Subject::Quality(number) => *number == QualityNumber::SetAsideShare,
        Subject::Reached(_) => false,
    };
    match (is_share, in_percent) {
        (true, false) if number > 1.0 => {
            let hint = format!("is {number}% meant? that is {}", number / 100.0);
            Err(("compares a share with a number above 1", hint))
        }
        (false, true) => {
            let hint = "write how many, as in 'reached(Checkout) >= 10', or ask for a rate";
            Err(("compares a count with a share", hint.to_owned()))
        }
        _ => Ok(()),
    }
}

fn unknown(text: &str, subject: &str) -> Error {
    let names = QUALITY.iter().map(|(name, _)| *name);
    let near = vocabulary::nearest(subject, names.clone())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let all: Vec<&str> = names.collect();
    Error::new(format!("--that: `{text}` is about nothing that is known")).hint(format!(
        "{near}conditions are about rate(STEP), step_rate(STEP), reached(STEP), {}",
        all.join(", ")
    ))
}
