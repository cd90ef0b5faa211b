//! Journeys that are still going on: how many will have converted by an age, from those that are old
//! enough at each age (Kaplan, Meier 1958; Greenwood 1926).
//!
//! A journey that is watched for a while and has not converted counts for as long as it was watched.
//! Conversions come before journeys that end at the same age. Ages are integers, so that the curve does
//! not depend on the order of the journeys. Whoever left without a word must not be called "still going on".

use super::proportion::{Interval, wilson_of_share};
use super::special::two_sided_z;

/// What happened at one age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// The age.
    pub age: i64,
    /// Conversions.
    pub events: u64,
    /// Journeys that were watched no longer.
    pub censored: u64,
}

/// The curve at an age with conversions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The age.
    pub age: i64,
    /// Journeys that were watched at least until then.
    pub at_risk: u64,
    /// Conversions.
    pub events: u64,
    /// The share that has not converted by then.
    pub survival: f64,
    /// Greenwood's sum.
    pub greenwood: f64,
}

impl Step {
    /// The standard error of the share.
    pub fn error(&self) -> f64 {
        if self.survival > 0.0 { self.survival * self.greenwood.sqrt() } else { 0.0 }
    }

    /// The interval of the share that has not converted, on the scale where it is most nearly normal.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let z = two_sided_z(confidence)?;
        if self.survival <= 0.0 || self.survival >= 1.0 {
            return None;
        }
        let spread = z * self.greenwood.sqrt() / self.survival.ln().abs();
        let bound = |sign: f64| self.survival.powf((sign * spread).exp());
        Some(Interval { low: bound(1.0), high: bound(-1.0) })
    }
}

/// A curve of conversions over age.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// One an age with conversions, ascending.
    pub steps: Vec<Step>,
    /// All journeys.
    pub all: u64,
    /// The greatest age that was watched.
    pub last_age: i64,
    /// Journeys that were watched until that age.
    pub at_last_age: u64,
}

/// The table of ages from the ages of conversions and of journeys that are still going on.
pub fn ages(events: &mut [i64], censored: &mut [i64]) -> Vec<Age> {
    events.sort_unstable();
    censored.sort_unstable();
    let (mut events, mut censored) = (&events[..], &censored[..]);
    let mut ages = Vec::new();
    while let Some(age) = [events.first(), censored.first()].into_iter().flatten().min().copied() {
        // Hardly any age occurs often.
        let up_to = |ages: &[i64]| ages.iter().take_while(|&&at| at <= age).count();
        let (one, two) = (up_to(events), up_to(censored));
        ages.push(Age { age, events: one as u64, censored: two as u64 });
        (events, censored) = (&events[one..], &censored[two..]);
    }
    ages
}

/// The curve of a table of ages, ascending.
pub fn curve(ages: &[Age]) -> Curve {
    let all: u64 = ages.iter().map(|age| age.events + age.censored).sum();
    let mut curve = Curve { all, ..Curve::default() };
    let (mut at_risk, mut survival, mut greenwood) = (all, 1.0, 0.0);
    for age in ages {
        curve.last_age = age.age;
        curve.at_last_age = at_risk;
        if age.events > 0 {
            let (risk, events) = (at_risk as f64, age.events as f64);
            survival *= 1.0 - events / risk;
            if age.events < at_risk {
                greenwood += events / (risk * (risk - events));
            } else {
                survival = 0.0;
            }
            let Age { age, events, .. } = *age;
            curve.steps.push(Step { age, at_risk, events, survival, greenwood });
        }
        at_risk -= age.events + age.censored;
    }
    curve
}

/// A rate by the end of the window, with what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaturedRate {
    /// The share that has converted by then.
    pub rate: f64,
    /// The number of journeys with the whole window that would know as much.
    pub trials: f64,
    /// Wilson's interval with these.
    pub interval: Interval,
}

impl Curve {
    /// The last step not after an age.
    pub fn at(&self, age: i64) -> Option<&Step> {
        let place = self.steps.partition_point(|step| step.age <= age);
        place.checked_sub(1).and_then(|place| self.steps.get(place))
    }

    /// The share that has converted by an age.
    pub fn converted_by(&self, age: i64) -> f64 {
        self.at(age).map_or(0.0, |step| 1.0 - step.survival)
    }

    /// The rate by the end of the window. `whole` is how many journeys had all of it: they alone tell
    /// how much is known where nobody has converted.
    pub fn matured(&self, window: i64, whole: u64, confidence: f64) -> Option<MaturedRate> {
        if self.all == 0 {
            return None;
        }
        let step = self.at(window);
        let rate = step.map_or(0.0, |step| 1.0 - step.survival);
        let variance = step.map_or(0.0, |step| step.error().powi(2));
        let trials = if variance > 0.0 {
            rate * (1.0 - rate) / variance
        } else if whole > 0 {
            whole as f64
        } else {
            self.at_last_age as f64
        };
        let interval = wilson_of_share(rate, trials, confidence)?;
        Some(MaturedRate { rate, trials, interval })
    }

    /// The age by which a share of all has converted; `None` if that is never reached.
    pub fn quantile(&self, share: f64) -> Option<i64> {
        let reached = |step: &&Step| step.survival <= 1.0 - share + 1e-12;
        self.steps.iter().find(reached).map(|step| step.age)
    }

    /// The interval of the age by which half of all have converted (Brookmeyer, Crowley 1982): where the interval of
    /// the curve holds one half. A bound that the curve does not reach is `None`.
    pub fn median_interval(&self, confidence: f64) -> (Option<i64>, Option<i64>) {
        let first = |bound: fn(&Interval) -> f64| {
            let reaches = |step: &&Step| match step.interval(confidence) {
                Some(interval) => bound(&interval) <= 0.5,
                None => step.survival <= 0.0,
            };
            self.steps.iter().find(reaches).map(|step| step.age)
        };
        (first(|interval| interval.low), first(|interval| interval.high))
    }

    /// The age by which a share of those who convert within the window has done so. Late converters who
    /// cannot be seen yet are accounted for.
    pub fn quantile_of_converters(&self, share: f64, window: i64) -> Option<i64> {
        let all = self.converted_by(window);
        let reached = |step: &&Step| 1.0 - step.survival >= share * all - 1e-12;
        (all > 0.0).then(|| self.steps.iter().find(reached).map(|step| step.age)).flatten()
    }
}

/// The curve of conversions where some journeys end otherwise before they can convert (Aalen, Johansen): those
/// never will, and are no longer watched for it. Each entry, ascending, is an age with the conversions, the other
/// endings, and the journeys that were watched no longer. Without other endings it is that of [`curve`].
pub fn competing(ages: &[(i64, [u64; 3])]) -> Curve {
    let all = ages.iter().flat_map(|(_, counts)| counts).sum();
    let mut curve = Curve { all, ..Curve::default() };
    let (mut at_risk, mut unended, mut converted) = (all, 1.0, 0.0);
    let mut spread = Spread::default();
    for &(age, [events, others, censored]) in ages {
        curve.last_age = age;
        curve.at_last_age = at_risk;
        if events + others > 0 {
            let (risk, ended) = (at_risk as f64, (events + others) as f64);
            converted += unended * events as f64 / risk;
            spread.add(converted, unended, (risk, ended, events as f64));
            unended *= 1.0 - ended / risk;
        }
        if events > 0 {
            let survival = (1.0 - converted).max(0.0);
            let error = if survival > 0.0 { spread.at(converted) / survival.powi(2) } else { 0.0 };
            curve.steps.push(Step { age, at_risk, events, survival, greenwood: error.max(0.0) });
        }
        at_risk -= events + others + censored;
    }
    curve
}

/// The variance of a share that grows beside other endings (Marubini, Valsecchi 1995), as sums from which it
/// can be told at every age without going back: of `(now − then)²` with weights, of conversions by
/// themselves, and of `now − then` with weights.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    squares: [f64; 3],
    own: f64,
    linear: [f64; 2],
}

impl Spread {
    /// Adds an age: the share that has converted by then, the share that had not ended before, and the
    /// counts at risk, ended, and converted.
    fn add(&mut self, converted: f64, unended: f64, (risk, ended, events): (f64, f64, f64)) {
        if risk > ended {
            let weight = ended / (risk * (risk - ended));
            self.squares[0] += weight;
            self.squares[1] += weight * converted;
            self.squares[2] += weight * converted * converted;
        }
        self.own += unended * unended * (risk - events) * events / risk.powi(3);
        let weight = unended * events / (risk * risk);
        self.linear[0] += weight;
        self.linear[1] += weight * converted;
    }

    fn at(&self, converted: f64) -> f64 {
        let [one, then, square] = self.squares;
        let apart = converted * converted * one - 2.0 * converted * then + square;
        apart + self.own - 2.0 * (converted * self.linear[0] - self.linear[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_has_the_range_that_the_curve_gives_it() {
        // Remission under 6-mercaptopurine (Gehan 1965): 23 weeks, 13 to not reached.
        let mut events = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let mut censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let curve = curve(&ages(&mut events, &mut censored));
        assert_eq!(curve.quantile(0.5), Some(23));
        assert_eq!(curve.median_interval(0.95), (Some(13), None));
        assert_eq!(Curve::default().median_interval(0.95), (None, None));
    }

    #[test]
    fn nobody_gives_no_rate_and_everybody_gives_all() {
        assert_eq!(curve(&[]).matured(10, 0, 0.95), None);
        let all = curve(&ages(&mut [1, 2, 2], &mut []));
        let matured = all.matured(10, 3, 0.95).unwrap();
        assert!((matured.rate - 1.0).abs() < 1e-15 && matured.interval.low > 0.3);
        assert_eq!(all.quantile(0.5), Some(2));
    }

    #[test]
    fn without_conversions_only_the_old_journeys_count() {
        let none = curve(&ages(&mut [], &mut [3, 5, 9, 9, 9]));
        let matured = none.matured(9, 3, 0.95).unwrap();
        assert!(matured.rate.abs() < 1e-15 && (matured.trials - 3.0).abs() < 1e-15);
        assert_eq!(none.quantile_of_converters(0.5, 9), None);
    }

    #[test]
    fn without_other_endings_it_is_the_plain_curve() {
        let (mut events, mut censored) = ([2, 2, 3, 5, 8], [1, 3, 4, 8, 8]);
        let ages = ages(&mut events, &mut censored);
        let plain = curve(&ages);
        let found: Vec<(i64, [u64; 3])> =
            ages.iter().map(|age| (age.age, [age.events, 0, age.censored])).collect();
        let found = competing(&found);
        assert_eq!((found.all, found.last_age, found.at_last_age), (10, 8, 3));
        for (one, two) in plain.steps.iter().zip(&found.steps) {
            assert!((one.survival - two.survival).abs() < 1e-12, "{one:?} {two:?}");
            assert!((one.greenwood - two.greenwood).abs() < 1e-12, "{one:?} {two:?}");
        }
        assert_eq!(plain.steps.len(), found.steps.len());
    }

    #[test]
    fn when_everybody_is_watched_it_is_the_plain_share_with_its_variance() {
        let found = competing(&[(1, [2, 1, 0]), (2, [1, 1, 0]), (4, [0, 2, 0]), (5, [1, 0, 2])]);
        let matured = found.matured(9, 10, 0.95).unwrap();
        assert!((matured.rate - 0.4).abs() < 1e-12 && (matured.trials - 10.0).abs() < 1e-9);
        // Were the other endings taken for journeys that go on, the rate would be too high.
        let plain = curve(&ages(&mut [1, 1, 2, 5], &mut [1, 2, 4, 4, 5, 5]));
        assert!(plain.converted_by(9) > 0.45);
    }
}
