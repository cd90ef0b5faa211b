//! Rates and times where many windows are still running: late entries have not had the time to convert, so
//! plain shares press the rate down and the times of those who did convert are too short.
//!
//! Every journey counts for as long as it was watched (`stats::survival`). Where the ladder's times do not
//! allow that, only the journeys whose whole window lies inside the data are counted.

use super::rate::Rate;
use crate::ladder::definition::{Count, Ladder, Times, Window};
use crate::stats::proportion::wilson_of_share;
use crate::stats::survival::{self, Age, Curve};
use crate::tally::{Durations, Tally};
use crate::time::{SECOND, Span};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The macro-conversion rate that journeys will have reached by the end of their window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Matured {
    /// The rate; `None` when nothing is known of it.
    pub rate: Option<f64>,
    /// The lower bound.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
    /// The ladder's window from the entry in seconds; `None` if it has none of that kind.
    pub window_seconds: Option<f64>,
    /// The share of journeys whose whole window lies inside the data; `None` without journeys.
    pub share_closed: Option<f64>,
    /// `kaplan-meier`; `aalen-johansen` where some journeys ended otherwise; or `closed` where only journeys
    /// with a whole window could be counted.
    pub method: Option<&'static str>,
    /// How many journeys with a whole window would know as much.
    pub trials: Option<f64>,
    /// Of those who convert within the window: the time by which half, three quarters and nine in ten have.
    pub seconds: Option<MaturedSeconds>,
    /// The share that has converted by several ages.
    pub curve: Vec<CurvePoint>,
    /// Journeys that an exclusion ended before they could convert; `None` without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedOtherwise>,
}

/// The journeys that ended otherwise than by converting, and before their window was over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EndedOtherwise {
    /// How many of them there are.
    pub journeys: u64,
    /// The share that will have ended so by the end of the window, open windows accounted for.
    pub rate: f64,
}

/// When those who convert within the window do so, late converters accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MaturedSeconds {
    /// Half of them.
    pub median: Option<f64>,
    /// Three quarters.
    pub p75: Option<f64>,
    /// Nine in ten.
    pub p90: Option<f64>,
}

/// The share that has converted by an age.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CurvePoint {
    /// The age in seconds.
    pub seconds: f64,
    /// The share.
    pub rate: f64,
    /// The lower bound; `None` before the first conversion.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
}

/// The ages at which the curve is told, in seconds: those that people think in.
const AGES: [i64; 16] = [
    60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800, 1_209_600,
    2_592_000, 5_184_000, 7_776_000,
];

/// Whether journeys that are still open may convert one day; `are_timeless` where nothing says when anything was.
pub fn can_still_convert(ladder: &Ladder, are_timeless: bool) -> bool {
    // A session does not go on when its window does.
    let are_over = ladder.count == Count::Session && ladder.window != Window::Session;
    !are_over && !ladder.open && !are_timeless
}

/// The matured rate. Aggregated counts do not say what is settled: there it is unknown.
pub fn matured(tally: &Tally, ladder: &Ladder, confidence: f64) -> Matured {
    if ladder.open {
        return Matured::default();
    }
    let share_closed = Rate::of(tally.closed, tally.entered, confidence).rate;
    let window_seconds = window_seconds(ladder.window);
    let known = Matured { window_seconds, share_closed, ..Matured::default() };
    if let (Window::FromEntry(window), Some(curve)) = (ladder.window, curve(tally, ladder)) {
        let ended = ended(tally, window);
        return by_curve(&curve, window, tally, confidence, &Matured { ended, ..known });
    }
    let settled = Rate::of(tally.closed_converted, tally.closed, confidence);
    let trials = settled.rate.map(|_| tally.closed as f64 / effect(tally));
    let interval = settled.rate.zip(trials);
    let interval = interval.and_then(|(rate, trials)| wilson_of_share(rate, trials, confidence));
    Matured {
        rate: settled.rate,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        method: settled.rate.map(|_| "closed"),
        trials,
        ..known
    }
}

/// How many journeys are worth one independent one: more than one where several belong to a customer.
fn effect(tally: &Tally) -> f64 {
    let trials = tally.clustering.conversion.trials();
    trials.map_or(1.0, |trials| tally.entered as f64 / trials)
}

fn by_curve(
    curve: &Curve,
    window: Span,
    tally: &Tally,
    confidence: f64,
    known: &Matured,
) -> Matured {
    let Matured { window_seconds, share_closed, ended, .. } = *known;
    // What nobody was watched for cannot be told, whatever the window says; but nobody is left to be watched
    // where all have converted, or ended otherwise, before that.
    let nobody_is_left = tally.open == 0 && tally.entered > 0;
    if curve.last_age < window.0 && !nobody_is_left {
        let curve = points(curve, curve.last_age, confidence);
        return Matured { window_seconds, share_closed, curve, ended, ..Matured::default() };
    }
    let whole = if nobody_is_left { tally.entered } else { tally.closed };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a count is no larger than the count"
    )]
    let whole = (whole as f64 / effect(tally)).round() as u64;
    let found = curve.matured(window.0, whole, confidence);
    let by = |share: f64| {
        curve.quantile_of_converters(share, window.0).map(|age| Span(age).as_seconds())
    };
    Matured {
        rate: found.map(|found| found.rate),
        low: found.map(|found| found.interval.low),
        high: found.map(|found| found.interval.high),
        method: found.map(|_| if ended.is_some() { "aalen-johansen" } else { "kaplan-meier" }),
        trials: found.map(|found| found.trials),
        seconds: (tally.converted > 0).then(|| MaturedSeconds {
            median: by(0.5),
            p75: by(0.75),
            p90: by(0.9),
        }),
        curve: points(curve, window.0, confidence),
        window_seconds,
        share_closed,
        ended,
    }
}

/// The curve at the ages that people think in, and at the last one.
fn points(curve: &Curve, last: i64, confidence: f64) -> Vec<CurvePoint> {
    let ages = AGES.iter().map(|age| age * SECOND).filter(|&age| age < last).chain([last]);
    let point = |age: i64| {
        let interval = curve.at(age).and_then(|step| step.interval(confidence));
        CurvePoint {
            seconds: Span(age).as_seconds(),
            rate: curve.converted_by(age),
            low: interval.map(|survival| 1.0 - survival.high),
            high: interval.map(|survival| 1.0 - survival.low),
        }
    };
    if curve.all == 0 { Vec::new() } else { ages.map(point).collect() }
}

/// The curve of all journeys; `None` where the ladder does not know every time.
pub fn curve(tally: &Tally, ladder: &Ladder) -> Option<Curve> {
    let Window::FromEntry(window) = ladder.window else { return None };
    let last = tally.steps.get(ladder.macro_step())?;
    let are_known = last.from_entry.in_no_order().len() as u64 == tally.converted;
    if ladder.times != Times::All || !are_known {
        return None;
    }
    let converted = within(&last.from_entry, window);
    let mut curve = conversions(converted, tally, window);
    let effect = effect(tally);
    curve.steps.iter_mut().for_each(|step| step.greenwood *= effect);
    Some(curve)
}

/// The curve of those who converted, whether or not others ended otherwise.
fn conversions(mut converted: Vec<i64>, tally: &Tally, window: Span) -> Curve {
    let mut watched = within(&tally.watched, window);
    let ended = within(&tally.ended, window);
    if !ended.is_empty() {
        let to_the_end = tally.lost.saturating_sub(ended.len() as u64);
        let ages = endings([converted, ended, watched], (window.0, to_the_end));
        return survival::competing(&ages);
    }
    let mut ages = survival::ages(&mut converted, &mut watched);
    match ages.last_mut() {
        Some(age) if age.age == window.0 => age.censored += tally.lost,
        _ if tally.lost > 0 => {
            ages.push(Age { age: window.0, events: 0, censored: tally.lost });
        }
        _ => {}
    }
    survival::curve(&ages)
}

/// The journeys that an exclusion ended, and their share by the end of the window.
fn ended(tally: &Tally, window: Span) -> Option<EndedOtherwise> {
    let ended = within(&tally.ended, window);
    if ended.is_empty() {
        return None;
    }
    let journeys = ended.len() as u64;
    let to_the_end = tally.lost.saturating_sub(journeys);
    let converted = within(&tally.steps.last()?.from_entry, window);
    // The same curve with the endings exchanged.
    let watched = within(&tally.watched, window);
    let ages = endings([ended, converted, watched], (window.0, to_the_end));
    let rate = survival::competing(&ages).converted_by(window.0);
    Some(EndedOtherwise { journeys, rate })
}

/// How many journeys ended in one way, in another, or were watched no longer, by age; with those that were watched
/// to the end of the window.
fn endings(kinds: [Vec<i64>; 3], to_the_end: (i64, u64)) -> Vec<(i64, [u64; 3])> {
    let mut ages: BTreeMap<i64, [u64; 3]> = BTreeMap::new();
    for (kind, spans) in kinds.into_iter().enumerate() {
        for span in spans {
            ages.entry(span).or_default()[kind] += 1;
        }
    }
    ages.entry(to_the_end.0).or_default()[2] += to_the_end.1;
    ages.into_iter().collect()
}

fn within(durations: &Durations, window: Span) -> Vec<i64> {
    durations.in_no_order().iter().map(|span| span.0.min(window.0)).collect()
}

/// The length of a window that runs from the entry, in seconds; `None` for every other kind.
pub fn window_seconds(window: Window) -> Option<f64> {
    match window {
        Window::FromEntry(span) => Some(span.as_seconds()),
        Window::None | Window::Session | Window::Each(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn without_open_journeys_it_is_the_plain_rate() {
        let (mut findings, ladder) = example::storefront();
        let tally = &mut findings.tally;
        tally.watched = Durations::default();
        tally.lost += tally.open;
        (tally.open, tally.closed) = (0, tally.entered);
        let found = matured(tally, &ladder, 0.95);
        let plain = Rate::of(tally.converted, tally.entered, 0.95);
        let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-12;
        assert!(near(found.rate, plain.rate) && near(found.low, plain.low));
        assert!(near(found.high, plain.high) && near(found.share_closed, Some(1.0)));
        assert_eq!(found.method, Some("kaplan-meier"));
    }

    #[test]
    fn journeys_that_belong_together_widen_every_range() {
        let (mut findings, ladder) = example::storefront();
        let plain = matured(&findings.tally, &ladder, 0.95);
        let clusters = &mut findings.tally.clustering.conversion;
        (0..92).for_each(|_| clusters.add(10, 0));
        (0..4).for_each(|_| clusters.add(20, 2));
        let found = matured(&findings.tally, &ladder, 0.95);
        assert_eq!(found.rate, plain.rate);
        assert!(found.trials < plain.trials && found.low < plain.low && found.high > plain.high);
        let [plain, found] = [plain, found].map(|matured| *matured.curve.last().unwrap());
        assert_eq!(found.rate.to_bits(), plain.rate.to_bits());
        assert!(found.low < plain.low && found.high > plain.high);
        let ladder = Ladder { window: Window::None, ..ladder };
        let settled = matured(&findings.tally, &ladder, 0.95);
        assert_eq!(settled.method, Some("closed"));
        assert!(settled.trials.unwrap() < findings.tally.closed as f64);
    }

    #[test]
    fn journeys_that_ended_otherwise_are_not_taken_for_watched() {
        let (mut findings, ladder) = example::storefront();
        let plain = matured(&findings.tally, &ladder, 0.95);
        assert_eq!(plain.ended, None);
        let tally = &mut findings.tally;
        (0..tally.lost.min(300)).for_each(|_| tally.ended.add(Span::seconds(60)));
        let found = matured(tally, &ladder, 0.95);
        let ended = found.ended.unwrap();
        assert_eq!((found.method, ended.journeys), (Some("aalen-johansen"), 300));
        let all = ended.rate + found.rate.unwrap();
        assert!(ended.rate >= 0.3 && all < 1.0, "{found:?}");
        // When everybody was watched to the end, it is the plain share again.
        tally.watched = Durations::default();
        tally.lost += tally.open;
        (tally.open, tally.closed) = (0, tally.entered);
        let found = matured(tally, &ladder, 0.95);
        let plain = Rate::of(tally.converted, tally.entered, 0.95);
        assert!((found.rate.unwrap() - plain.rate.unwrap()).abs() < 1e-12);
        assert!((found.low.unwrap() - plain.low.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn open_journeys_raise_the_rate_and_aggregated_counts_have_none() {
        let (findings, ladder) = example::storefront();
        let found = matured(&findings.tally, &ladder, 0.95);
        let plain = Rate::of(findings.tally.converted, findings.tally.entered, 0.95);
        assert!(found.rate > plain.rate, "{found:?}");
        assert_eq!(found.share_closed, Some(0.8));
        let (findings, ladder) = example::sessions();
        assert_eq!(matured(&findings.tally, &ladder, 0.95), Matured::default());
    }

    #[test]
    fn nothing_at_all_is_unknown() {
        let (_, ladder) = example::storefront();
        let nothing = matured(&Tally::new(5, 0), &ladder, 0.95);
        assert_eq!((nothing.rate, nothing.share_closed), (None, None));
        assert!(nothing.curve.is_empty());
    }
}
