//! `funnel calc`: intervals, comparisons and sample sizes for people who have only the numbers.

use super::show;
use crate::cli::Surroundings;
use crate::cli::questions::{CalcCommand, Fraction, MethodArg};
use crate::report::calc::{CalcCompare, CalcInterval, CalcSampleSize};
use crate::stats::difference::Pair;
use crate::stats::proportion::Method;
use crate::stats::sample_size::Design;

/// Runs the command.
pub(super) fn run(command: &CalcCommand, surroundings: &Surroundings) -> anyhow::Result<()> {
    match command {
        CalcCommand::Interval(arguments) => {
            let Fraction { hits, base } = arguments.counts;
            let method = method(arguments.method);
            let (level, target) = (arguments.confidence, arguments.target);
            let answer = CalcInterval::new(hits, base, method, level, target);
            show(&answer, &arguments.output, surroundings)
        }
        CalcCommand::Compare(arguments) => {
            let group = |counts: Fraction| (counts.hits, counts.base);
            let pair = Pair { first: group(arguments.first), second: group(arguments.second) };
            let mut answer = CalcCompare::new(pair, arguments.confidence, arguments.lift);
            if arguments.bayes {
                answer.weigh(pair);
            }
            show(&answer, &arguments.output, surroundings)
        }
        CalcCommand::SampleSize(arguments) => {
            let design = Design { alpha: 1.0 - arguments.confidence, power: arguments.power };
            let (base, lift) = (arguments.base, arguments.lift);
            let answer = CalcSampleSize::new(base, lift, design, arguments.per_day);
            show(&answer, &arguments.output, surroundings)
        }
    }
}

fn method(method: MethodArg) -> Method {
    match method {
        MethodArg::Wilson => Method::Wilson,
        MethodArg::WilsonCc => Method::WilsonCorrected,
        MethodArg::Jeffreys => Method::Jeffreys,
        MethodArg::AgrestiCoull => Method::AgrestiCoull,
        MethodArg::ClopperPearson => Method::ClopperPearson,
        MethodArg::MidP => Method::MidP,
    }
}
