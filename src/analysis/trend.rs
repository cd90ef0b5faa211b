//! Rates by day, week or month: what to expect of each from those before it, what is odd, and when things
//! changed for good.
//!
//! A period is held against others by what happened on the day of the entry, so that the latest one, whose
//! windows are still running, can be judged too. A period that has not ended is shown and never judged.

mod changes;
mod entries;

pub use changes::Change;

use crate::findings::Findings;
use crate::ladder::definition::{Ladder, Presence};
use crate::stats::pooling;
use crate::stats::predictive::{Expected, Tails, alarm_level};
use crate::tally::days::{DayTally, Days};
use changes::changes;
use chrono::{Datelike, Months, NaiveDate};
use std::collections::BTreeMap;

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A day.
    Day,
    /// A week from Monday.
    Week,
    /// A month of the calendar.
    Month,
}

/// 1 January 1970, counted in days from 1 January of the year 1.
const EPOCH: i64 = 719_163;

/// The date of a day's number; the ends of the calendar hold.
pub fn date(day: i64) -> NaiveDate {
    let number = i32::try_from(day.saturating_add(EPOCH)).ok();
    number.and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MAX)
}

impl Every {
    /// The length that so many days are best looked at by: some ten to a hundred periods; `None` where they are too
    /// few for anything to rise or fall.
    pub const fn fitting(days: usize) -> Option<Every> {
        match days {
            0..=6 => None,
            7..=120 => Some(Every::Day),
            121..=730 => Some(Every::Week),
            _ => Some(Every::Month),
        }
    }

    /// The first day of the period that a day is in.
    fn start(self, day: i64) -> i64 {
        match self {
            Every::Day => day,
            // 1 January 1970 was a Thursday.
            Every::Week => day - (day + 3).rem_euclid(7),
            Every::Month => day - i64::from(date(day).day0()),
        }
    }

    /// The first day of the next period.
    fn next(self, start: i64) -> i64 {
        match self {
            Every::Day => start + 1,
            Every::Week => start + 7,
            Every::Month => {
                let next = date(start).checked_add_months(Months::new(1));
                next.map_or(i64::MAX, |next| i64::from(next.num_days_from_ce()) - EPOCH)
            }
        }
    }

    /// How many periods before one say what to expect of it.
    const fn history(self) -> usize {
        match self {
            Every::Day => 28,
            Every::Week | Every::Month => 12,
        }
    }

    /// Fewer periods than this do not say what to expect: of days a week, because a Saturday is not like the days before it.
    pub const fn least_history(self) -> usize {
        match self {
            Every::Day => 7,
            Every::Week | Every::Month => LEAST_HISTORY,
        }
    }

    /// Periods in a month, for the number of false alarms.
    const fn in_a_month(self) -> u64 {
        match self {
            Every::Day => 30,
            Every::Week => 4,
            Every::Month => 1,
        }
    }
}

/// The name of the number of entries among the metrics.
pub const ENTERED: &str = "entered";

/// Fewer periods in which anybody was do not say what to expect.
const LEAST_HISTORY: usize = 5;

/// One period.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// Its first day.
    pub from: i64,
    /// Its last day.
    pub to: i64,
    /// Whether the data have all of it, and all of it is asked for.
    pub is_complete: bool,
    /// Whether more of it may still come.
    pub is_running: bool,
    /// Its counts.
    pub counts: DayTally,
    /// What to expect of the share that converts on the day of the entry; `None` without history.
    pub limits: Option<Limits>,
    /// Whether enough periods came before to tell what is odd about it.
    pub is_judged: bool,
}

/// What to expect of a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The share in the middle.
    pub expected: f64,
    /// The lowest that is not odd.
    pub low: f64,
    /// The highest that is not odd.
    pub high: f64,
}

/// What an odd number speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Events stopped coming while what needs them went on: the tracking is broken.
    Tracking,
    /// Nothing came at all.
    Silence,
    /// Shoppers did something else.
    Shoppers,
}

impl Kind {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Tracking => "tracking",
            Kind::Silence => "silence",
            Kind::Shoppers => "shoppers",
        }
    }
}

/// A number that is not what is to be expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// `entered`, `rate(STEP)`, `step_rate(STEP)` or `coverage`.
    pub metric: String,
    /// The first day of the period.
    pub from: i64,
    /// What was counted.
    pub hits: u64,
    /// Over how many; `None` for a plain count.
    pub base: Option<u64>,
    /// The number to expect.
    pub expected: f64,
    /// The numbers that are not odd.
    pub band: (u64, u64),
    /// Whether it is too much.
    pub is_rise: bool,
    /// How likely a number so far off is, on either side; of `coverage`, so little.
    pub p: f64,
    /// What it speaks of.
    pub kind: Kind,
    /// How many periods it was held against.
    pub history: usize,
}

/// Periods and what is odd about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// All periods from the first entry on, the empty ones too.
    pub periods: Vec<Period>,
    /// Odd numbers, by period and then by metric.
    pub alerts: Vec<Alert>,
    /// Changes that lasted, in order of time.
    pub changes: Vec<Change>,
    /// The level of each test.
    pub level: f64,
}

/// The trend of a run that counted days.
pub fn trend(findings: &Findings, ladder: &Ladder, every: Every, false_alarms: f64) -> Trend {
    let metrics = metrics(ladder);
    let tests = (metrics.len() as u64 + 2) * every.in_a_month();
    let level = alarm_level(tests, false_alarms);
    let mut trend = Trend { periods: periods(findings, ladder, every), level, ..Trend::default() };
    for place in 0..trend.periods.len() {
        let (before, rest) = trend.periods.split_at_mut(place);
        let Some(period) = rest.first_mut() else { continue };
        let history: Vec<&Period> =
            before.iter().rev().filter(|period| !period.is_running).take(every.history()).collect();
        period.is_judged = history.len() >= every.least_history();
        if !period.is_judged {
            continue;
        }
        period.limits = limits(period, &history, ladder, level);
        if period.is_complete {
            trend.alerts.extend(entries::alert(period, before, every, level));
            trend.alerts.extend(alerts(period, &history, ladder, &metrics, level));
        }
    }
    trend.changes = changes(&trend.periods, ladder);
    trend
}

/// The periods with their counts.
fn periods(findings: &Findings, ladder: &Ladder, every: Every) -> Vec<Period> {
    /// A day that the user names need not have data, but a year of them is a mistake.
    const LONGEST_SILENCE: i64 = 366;
    let days = &findings.tally.days;
    let entered = |(_, day): &(&i64, &DayTally)| day.journeys.entered > 0;
    let Some(first) = days.0.iter().find(entered).map(|(day, _)| *day) else {
        return Vec::new();
    };
    let last_entry = days.0.iter().rfind(entered).map_or(first, |(day, _)| *day);
    let seen = findings.last_day.unwrap_or(last_entry);
    let last = match findings.until_day {
        Some(until) => until.min(seen.saturating_add(LONGEST_SILENCE)),
        None => seen,
    };
    let mut by_start: BTreeMap<i64, Days> = BTreeMap::new();
    for (day, counts) in days.0.range(first..=last.max(first)) {
        let period = by_start.entry(every.start(*day)).or_default();
        period.merge(Days(BTreeMap::from([(0, counts.clone())])));
    }
    let mut periods = Vec::new();
    let mut start = every.start(first);
    while start <= last.max(first) {
        let next = every.next(start);
        let counts = by_start.remove(&start).and_then(|mut days| days.0.remove(&0));
        let empty = || Days::default().of(0, ladder.steps.len()).clone();
        // A day that the user names has ended, whether it has data or not.
        let is_over = seen >= next || findings.until_day.is_some_and(|until| until >= next - 1);
        let is_asked =
            findings.asked_days.is_none_or(|asked| asked.first <= start && asked.last >= next - 1);
        periods.push(Period {
            from: start,
            to: next - 1,
            is_complete: is_over && is_asked && start >= first,
            is_running: !is_over && findings.until_day.is_none_or(|until| until > seen),
            counts: counts.unwrap_or_else(empty),
            limits: None,
            is_judged: false,
        });
        start = next;
    }
    periods
}

/// A share that is watched: hits at one step over those at another, on the day of the entry.
#[derive(Clone, Debug, PartialEq)]
struct Metric {
    name: String,
    step: usize,
    base: usize,
    is_step_rate: bool,
}

impl Metric {
    fn of(&self, period: &Period) -> (u64, u64) {
        let at = |step: usize| period.counts.same_day.get(step).copied().unwrap_or(0);
        (at(self.step), at(self.base))
    }
}

/// The step rates of all steps that are not optional, and the rate of the last one over all.
fn metrics(ladder: &Ladder) -> Vec<Metric> {
    let firm =
        (1..ladder.steps.len()).filter(|&step| ladder.steps[step].presence != Presence::Optional);
    let step_rates = firm.filter_map(|step| {
        let name = format!("step_rate({})", ladder.steps[step].name);
        Some(Metric { name, step, base: ladder.base_of(step)?, is_step_rate: true })
    });
    let mut metrics: Vec<Metric> = step_rates.collect();
    if metrics.len() > 1 {
        metrics.push(overall(ladder));
    }
    metrics
}

fn overall(ladder: &Ladder) -> Metric {
    let step = ladder.macro_step();
    let name = format!("rate({})", ladder.steps[step].name);
    Metric { name, step, base: 0, is_step_rate: false }
}

/// What the periods before say about a share; days that differ more than chance makes them say less.
fn expected(history: &[&Period], metric: &Metric) -> Option<Expected> {
    let counts: Vec<(u64, u64)> = history.iter().map(|period| metric.of(period)).collect();
    let with_base = counts.iter().filter(|(_, base)| *base > 0).count();
    let hits: u64 = counts.iter().map(|counts| counts.0).sum();
    let base: u64 = counts.iter().map(|counts| counts.1).sum();
    if with_base < LEAST_HISTORY {
        return None;
    }
    Expected::from_history(hits, base, pooling::moments(&counts).map(|(_, rho)| rho))
}

fn limits(period: &Period, history: &[&Period], ladder: &Ladder, level: f64) -> Option<Limits> {
    let metric = overall(ladder);
    let expected = expected(history, &metric)?;
    let (_, base) = metric.of(period);
    let (low, high) = expected.band(base, 1.0 - level);
    (base > 0).then(|| Limits {
        expected: expected.rate(),
        low: low as f64 / base as f64,
        high: high as f64 / base as f64,
    })
}

/// How likely so odd a number is, and whether it is odd by being too much; `None` where it is not. Each side has half of the
/// level.
fn is_odd(tails: Tails, level: f64) -> Option<(f64, bool)> {
    let p = tails.two_sided();
    (p < level).then_some((p, tails.high < tails.low))
}

fn alerts(
    period: &Period,
    history: &[&Period],
    ladder: &Ladder,
    metrics: &[Metric],
    level: f64,
) -> Vec<Alert> {
    let of_metric = |metric: &Metric| {
        let (hits, base) = metric.of(period);
        let expected = expected(history, metric).filter(|_| base > 0)?;
        let (p, is_rise) = is_odd(expected.tails(hits, base), level)?;
        Some(Alert {
            metric: metric.name.clone(),
            from: period.from,
            hits,
            base: Some(base),
            expected: expected.rate() * base as f64,
            band: expected.band(base, 1.0 - level),
            is_rise,
            p,
            kind: kind(period, metric, ladder),
            history: history.len(),
        })
    };
    let alerts = metrics.iter().filter_map(of_metric);
    alerts.chain(coverage(period, history, level)).collect()
}

/// Events of a step that stop altogether while later steps or exported orders go on are not shoppers'.
fn kind(period: &Period, metric: &Metric, ladder: &Ladder) -> Kind {
    let seen = |step: usize| period.counts.seen.get(step).copied().unwrap_or(0);
    let goes_on = (metric.step + 1..ladder.steps.len()).any(|step| seen(step) > 0)
        || period.counts.exported > 0;
    let is_gone = metric.is_step_rate && seen(metric.step) == 0;
    if is_gone && goes_on { Kind::Tracking } else { Kind::Shoppers }
}

/// Whether the log saw far fewer of the exported orders than before.
fn coverage(period: &Period, history: &[&Period], level: f64) -> Option<Alert> {
    let of = |period: &Period| (period.counts.exported_and_seen, period.counts.exported);
    let counts: Vec<(u64, u64)> = history.iter().map(|period| of(period)).collect();
    let hits: u64 = counts.iter().map(|counts| counts.0).sum();
    let all: u64 = counts.iter().map(|counts| counts.1).sum();
    let (today, base) = of(period);
    if history.len() < LEAST_HISTORY || hits == 0 || base == 0 {
        return None;
    }
    let expected =
        Expected::from_history(hits, all, pooling::moments(&counts).map(|(_, rho)| rho))?;
    let p = expected.tails(today, base).low;
    (p < level).then(|| Alert {
        metric: "coverage".to_owned(),
        from: period.from,
        hits: today,
        base: Some(base),
        expected: expected.rate() * base as f64,
        band: expected.band(base, 1.0 - 2.0 * level),
        is_rise: false,
        p,
        kind: Kind::Tracking,
        history: history.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;
    use crate::tally::GroupTally;

    /// A store of two steps with these orders of so many entries a day, from a Monday on.
    fn store(days: &[(u64, u64)]) -> (Findings, Ladder) {
        let (_, mut ladder) = example::storefront();
        ladder.steps = vec![ladder.steps[0].clone(), ladder.steps[4].clone()];
        let mut findings = Findings::default();
        for (day, &(orders, entered)) in (4..).zip(days) {
            let tally = findings.tally.days.of(day, 2);
            tally.journeys = GroupTally { entered, converted: orders, ..GroupTally::new(2) };
            tally.same_day = vec![entered, orders];
            tally.seen = vec![entered, orders];
            findings.last_day = Some(day + 1);
        }
        (findings, ladder)
    }

    #[test]
    fn a_broken_day_is_told_and_an_ordinary_one_is_not() {
        let mut days = vec![(20, 100); 30];
        let (findings, ladder) = store(&days);
        let quiet = trend(&findings, &ladder, Every::Day, 0.5);
        assert_eq!((quiet.alerts.len(), quiet.changes.len()), (0, 0));
        days.push((2, 100));
        let (mut findings, ladder) = store(&days);
        findings.last_day = Some(40);
        let broken = trend(&findings, &ladder, Every::Day, 0.5);
        let last = broken.alerts.iter().find(|alert| alert.from == 34).unwrap();
        assert_eq!((last.hits, last.base, last.kind), (2, Some(100), Kind::Shoppers));
        assert!(last.band.0 > 2 && last.p < 1e-4);
    }

    #[test]
    fn a_rise_is_told_as_a_rise() {
        let mut days = vec![(20, 100); 30];
        days.push((45, 100));
        let (findings, ladder) = store(&days);
        let found = trend(&findings, &ladder, Every::Day, 0.5).alerts;
        let odd: Vec<_> = found.iter().map(|alert| (alert.from, alert.is_rise)).collect();
        assert_eq!(odd, [(34, true)], "{found:?}");
        assert!(found[0].band.1 < 45 && found[0].p < 1e-3);
    }

    #[test]
    fn a_weekday_is_held_against_its_own_kind() {
        let week = [200_u64, 210, 195, 205, 190, 60, 70].map(|entered| (entered / 10, entered));
        let mut days: Vec<(u64, u64)> = week.iter().copied().cycle().take(70).collect();
        let (findings, ladder) = store(&days);
        let quiet = trend(&findings, &ladder, Every::Day, 0.5);
        assert_eq!(quiet.alerts, [], "neither the first Saturday nor the first Monday after it");
        assert!(!quiet.periods[6].is_judged && quiet.periods[7].is_judged);
        // A Monday like a Saturday.
        days.extend([(6, 62), (20, 200)]);
        let (findings, ladder) = store(&days);
        let found = trend(&findings, &ladder, Every::Day, 0.5).alerts;
        let [monday] = found.try_into().unwrap();
        assert_eq!((monday.metric.as_str(), monday.from, monday.hits), (ENTERED, 74, 62));
        assert_eq!((monday.is_rise, monday.history), (false, 8));
        assert!((monday.expected - 200.0).abs() < 1e-9 && monday.band.0 > 100, "{monday:?}");
    }

    #[test]
    fn events_that_vanish_while_orders_are_exported_are_a_matter_of_tracking() {
        let mut days = vec![(20, 100); 30];
        days.push((0, 100));
        let (mut findings, ladder) = store(&days);
        let last = findings.tally.days.of(34, 2);
        (last.exported, last.seen) = (15, vec![100, 0]);
        findings.last_day = Some(35);
        let found = trend(&findings, &ladder, Every::Day, 0.5);
        assert_eq!(found.alerts.last().unwrap().kind, Kind::Tracking);
    }

    #[test]
    fn a_day_that_has_not_ended_is_not_judged() {
        let mut days = vec![(20, 100); 30];
        days.push((0, 40));
        let (mut findings, ladder) = store(&days);
        findings.last_day = Some(34);
        let found = trend(&findings, &ladder, Every::Day, 0.5);
        assert!(!found.periods.last().unwrap().is_complete && found.alerts.is_empty());
        findings.until_day = Some(34);
        assert!(!trend(&findings, &ladder, Every::Day, 0.5).alerts.is_empty());
    }

    #[test]
    fn a_change_for_good_has_its_day() {
        let days = [vec![(20, 100); 20], vec![(10, 100); 20]].concat();
        let (findings, ladder) = store(&days);
        let found = trend(&findings, &ladder, Every::Day, 0.5);
        let [change] = found.changes.try_into().unwrap();
        assert_eq!((change.from, change.before, change.after), (24, 0.2, 0.1));
    }

    #[test]
    fn a_single_day_is_no_change() {
        let outage = [vec![(50, 100); 10], vec![(0, 100)], vec![(50, 100); 2]].concat();
        let (findings, ladder) = store(&outage);
        assert_eq!(trend(&findings, &ladder, Every::Day, 0.5).changes, []);
        // Nor does it hide one.
        let days = [vec![(20, 100); 20], vec![(90, 100)], vec![(10, 100); 20]].concat();
        let (findings, ladder) = store(&days);
        let found = trend(&findings, &ladder, Every::Day, 0.5);
        assert_eq!(found.changes.len(), 1, "{:?}", found.changes);
    }

    #[test]
    fn each_of_several_changes_is_held_against_its_neighbours() {
        let days = [vec![(30, 100); 20], vec![(13, 100); 20], vec![(36, 100); 20]].concat();
        let (findings, ladder) = store(&days);
        let found = trend(&findings, &ladder, Every::Day, 0.5);
        let [fall, rise] = found.changes.try_into().unwrap();
        assert_eq!((fall.from, fall.to, fall.before, fall.after), (24, Some(43), 0.3, 0.13));
        assert_eq!((rise.from, rise.to, rise.before, rise.after), (44, None, 0.13, 0.36));
    }

    /// Numbers between nought and one without a pattern.
    fn scattered(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        }
    }

    /// Of so many logs of 60 days of 600 entries, those with a change: the rate of a day strays by so much of itself, and from the
    /// thirtieth day on it is a part of what it was.
    fn changed(logs: u64, strays: f64, part: f64) -> usize {
        let has_change = |seed: &u64| {
            let mut number = scattered(*seed);
            let day = |day: u64| {
                let level = 0.06 * [1.0, part][usize::from(day >= 30)];
                // Twelve uniform numbers are nearly normal.
                let deviate = (0..12).map(|_| number()).sum::<f64>() - 6.0;
                let rate = level * (1.0 + strays * deviate).max(0.0);
                ((0..600).filter(|_| number() < rate).count() as u64, 600)
            };
            let (findings, ladder) = store(&(0..60).map(day).collect::<Vec<_>>());
            !trend(&findings, &ladder, Every::Day, 0.5).changes.is_empty()
        };
        (0..logs).filter(has_change).count()
    }

    #[test]
    fn days_that_vary_more_than_chance_are_no_change_and_a_change_is_one() {
        let false_ones = [changed(60, 0.0, 1.0), changed(60, 0.25, 1.0)];
        assert!(false_ones.iter().all(|&found| found <= 2), "{false_ones:?} of 60");
        let true_ones = [changed(20, 0.0, 0.7), changed(20, 0.25, 0.5)];
        assert!(true_ones.iter().all(|&found| found >= 18), "{true_ones:?} of 20");
    }

    #[test]
    fn a_period_of_which_only_a_part_is_there_or_asked_for_is_not_judged() {
        // Day 4 is a Monday.
        let (mut findings, ladder) = store(&vec![(20, 100); 60]);
        let complete = |findings: &Findings| {
            let periods = trend(findings, &ladder, Every::Week, 0.5).periods;
            periods.iter().map(|period| period.is_complete).collect::<Vec<bool>>()
        };
        assert_eq!(complete(&findings), [true, true, true, true, true, true, true, true, false]);
        findings.tally.days.0.remove(&4);
        assert!(!complete(&findings)[0], "the data begin on its second day");
        let asked = |first, last| Some(crate::findings::Days { first, last });
        (findings.until_day, findings.asked_days) = (Some(20), asked(i64::MIN, 20));
        let judged = trend(&findings, &ladder, Every::Week, 0.5);
        assert_eq!(
            judged.periods.last().map(|last| (last.is_complete, last.is_running)),
            Some((false, false))
        );
        // Of the last day only some hours are asked for.
        (findings.until_day, findings.asked_days) = (Some(20), asked(i64::MIN, 19));
        let days = trend(&findings, &ladder, Every::Day, 0.5).periods;
        assert_eq!(days.last().map(|day| (day.from, day.is_complete)), Some((20, false)));
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        // 6 October 2025 was a Monday.
        let monday =
            i64::from(NaiveDate::from_ymd_opt(2025, 10, 6).unwrap().num_days_from_ce()) - EPOCH;
        assert_eq!((Every::Week.start(monday + 6), Every::Week.start(monday)), (monday, monday));
        assert_eq!(date(Every::Month.start(monday)).to_string(), "2025-10-01");
        assert_eq!(date(Every::Month.next(Every::Month.start(monday))).to_string(), "2025-11-01");
        assert_eq!(date(0).to_string(), "1970-01-01");
    }
}
