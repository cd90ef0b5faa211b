//! Which small actions come before an order: who did them, who converted with and without, and what is left
//! of the difference when journeys are looked at from the same moment and everything known is held equal.
//!
//! Whoever stays longer does more and has more time to buy, so actions are judged at a landmark
//! (`tally::landmarks`). What every order needs, and what only follows one, is never praised. Nothing here
//! says that an action causes an order.

use super::rate::Rate;
use crate::event::StepSet;
use crate::ladder::definition::Ladder;
use crate::stats::association::Fourfold;
use crate::stats::logistic::{self, Fit, Penalty, Row};
use crate::stats::multiple::benjamini_hochberg;
use crate::stats::special::two_sided_z;
use crate::tally::Tally;
use crate::tally::landmarks::{LANDMARKS, Outcomes, Pattern};
use crate::time::Span;
use std::collections::BTreeMap;

/// What an action turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Those who did it converted more, everything known held equal.
    Driver,
    /// Those who did it converted less.
    Against,
    /// It cannot be told.
    Unclear,
    /// (Nearly) every order has it.
    Prerequisite,
    /// It mostly follows the order.
    Consequence,
    /// Too few did it, or too few converted.
    TooFew,
}

impl Role {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Driver => "driver",
            Role::Against => "against",
            Role::Unclear => "unclear",
            Role::Prerequisite => "prerequisite",
            Role::Consequence => "consequence",
            Role::TooFew => "too_few",
        }
    }
}

/// What is known of one action.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    /// Its position in the ladder's actions.
    pub action: usize,
    /// Journeys that did it before the outcome.
    pub did: Rate,
    /// Of those, who converted.
    pub with: Rate,
    /// Of the others.
    pub without: Rate,
    /// Converted journeys that did it first after the conversion.
    pub after: u64,
    /// What it turned out to be.
    pub role: Role,
    /// The adjusted association at the landmark.
    pub odds: Option<Odds>,
    /// How much of a conversion is known from it, in bits.
    pub information: f64,
}

/// An adjusted odds ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct Odds {
    /// The ratio.
    pub value: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// Its p-value.
    pub p: f64,
    /// The share of false findings if this one and all likelier ones are taken for findings.
    pub q: f64,
    /// What was held equal: names of actions by position, then other things.
    pub equal_actions: Vec<usize>,
    /// `returning`, `activity`.
    pub equal_others: Vec<&'static str>,
    /// By how much those who did it convert more, on average over them.
    pub effect: f64,
    /// The lower bound of that.
    pub effect_low: f64,
    /// The upper bound of that.
    pub effect_high: f64,
    /// Whether the raw difference has the same sign at all landmarks with orders enough.
    pub is_stable: bool,
}

/// The landmark at which actions were judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landmark {
    /// Its time after the entry in seconds.
    pub seconds: f64,
    /// Journeys without an order by then.
    pub journeys: u64,
    /// Of these, converted after it.
    pub converted: u64,
}

/// Conversions that each coefficient of the model needs.
const ORDERS_PER_COLUMN: u64 = 10;
/// Fewer conversions than this tell nothing about an action.
const FEWEST_ORDERS: u64 = 5;
/// Fewer journeys with an action than this tell nothing about it.
const FEWEST_JOURNEYS: u64 = 25;
/// An action in this share of the orders or more is a prerequisite.
const NEARLY_ALL: f64 = 0.98;
/// Fewer orders than this do not show that all have something.
const ORDERS_TO_SEE_ALL: u64 = 10;

/// All actions of a ladder, in its order, and the landmark at which they were judged.
pub fn drivers(tally: &Tally, ladder: &Ladder, confidence: f64) -> (Vec<Driver>, Option<Landmark>) {
    let landmark = best_landmark(tally);
    let plain = (0..ladder.actions.len()).map(|action| plain(tally, action, confidence));
    let mut drivers: Vec<Driver> = plain.collect();
    let Some((number, landmark)) = landmark else {
        // Nothing can be judged, so nothing is left open either.
        let open = drivers.iter_mut().filter(|driver| driver.role == Role::Unclear);
        open.for_each(|driver| driver.role = Role::TooFew);
        return (drivers, None);
    };
    let judged: Vec<usize> = drivers
        .iter()
        .filter(|driver| driver.role == Role::Unclear)
        .map(|driver| driver.action)
        .filter(|&action| is_supported(tally, number, action))
        .collect();
    let model = Model::new(tally, number, &judged, landmark.converted);
    for driver in &mut drivers {
        if driver.role == Role::Unclear {
            driver.odds = model.odds(driver.action, confidence);
            driver.role = if driver.odds.is_some() { Role::Unclear } else { Role::TooFew };
        }
    }
    let p_values: Vec<f64> = drivers.iter().filter_map(|d| d.odds.as_ref().map(|o| o.p)).collect();
    let mut q_values = benjamini_hochberg(&p_values).into_iter();
    for driver in &mut drivers {
        let Some(odds) = &mut driver.odds else { continue };
        odds.q = q_values.next().unwrap_or(1.0);
        driver.role = match () {
            () if odds.q < 0.05 && odds.low > 1.0 => Role::Driver,
            () if odds.q < 0.05 && odds.high < 1.0 => Role::Against,
            () => Role::Unclear,
        };
    }
    (drivers, Some(landmark))
}

/// What the plain counts say of an action.
fn plain(tally: &Tally, action: usize, confidence: f64) -> Driver {
    let counts = tally.actions.get(action).cloned().unwrap_or_default();
    let others = tally.entered.saturating_sub(counts.did);
    let converted_without = tally.converted.saturating_sub(counts.converted);
    let after = tally.landmarks.after.get(action).copied().unwrap_or(0);
    let share_of_orders = counts.converted as f64 / tally.converted as f64;
    let table = Fourfold {
        with_hits: counts.converted,
        with_misses: counts.did.saturating_sub(counts.converted),
        without_hits: converted_without,
        without_misses: others.saturating_sub(converted_without),
    };
    let role = match () {
        () if after > 0 && after >= counts.did => Role::Consequence,
        () if tally.converted >= ORDERS_TO_SEE_ALL && share_of_orders >= NEARLY_ALL => {
            Role::Prerequisite
        }
        () if tally.converted < FEWEST_ORDERS => Role::TooFew,
        () => Role::Unclear,
    };
    Driver {
        action,
        did: Rate::of(counts.did, tally.entered, confidence),
        with: Rate::of(counts.converted, counts.did, confidence),
        without: Rate::of(converted_without, others, confidence),
        after,
        role,
        odds: None,
        information: table.information(),
    }
}

/// The landmark that can tell most: after which most journeys converted that had done anything by then;
/// of equals the earliest.
fn best_landmark(tally: &Tally) -> Option<(u8, Landmark)> {
    let mut sums = [Outcomes::default(); LANDMARKS.len()];
    let mut telling = [0; LANDMARKS.len()];
    for ((landmark, sum), telling) in (0_u8..).zip(&mut sums).zip(&mut telling) {
        for (pattern, outcomes) in tally.landmarks.at(landmark) {
            sum.journeys += outcomes.journeys;
            sum.converted += outcomes.converted;
            *telling += if pattern.actions.is_empty() { 0 } else { outcomes.converted };
        }
    }
    let found = (0_u8..).zip(LANDMARKS).zip(sums).filter(|(_, sum)| sum.converted > 0);
    let rank = |(number, _): (u8, Span)| std::cmp::Reverse(telling[usize::from(number)]);
    let best = found.min_by_key(|(landmark, _)| rank(*landmark));
    best.map(|((number, span), Outcomes { journeys, converted })| {
        (number, Landmark { seconds: span.as_seconds(), journeys, converted })
    })
}

/// Whether enough journeys had done an action by the landmark, and enough had not.
fn is_supported(tally: &Tally, landmark: u8, action: usize) -> bool {
    let [with, without] = with_and_without(tally, landmark, action);
    let least = FEWEST_JOURNEYS.max((with.journeys + without.journeys) / 200);
    with.journeys >= least && without.journeys >= least
}

fn with_and_without(tally: &Tally, landmark: u8, action: usize) -> [Outcomes; 2] {
    let mut sums = [Outcomes::default(); 2];
    for (pattern, outcomes) in tally.landmarks.at(landmark) {
        let sum = &mut sums[usize::from(!pattern.actions.has(action))];
        sum.journeys += outcomes.journeys;
        sum.converted += outcomes.converted;
    }
    sums
}

/// What the regression of conversions on everything that is known at the landmark says.
struct Model<'t> {
    tally: &'t Tally,
    landmark: u8,
    /// Actions that can be judged.
    judged: Vec<usize>,
    /// Those that all fit into one model; the others are judged one at a time.
    together: Vec<usize>,
    others: Vec<&'static str>,
    fit: Option<(Fit, Vec<Row>)>,
}

impl<'t> Model<'t> {
    fn new(tally: &'t Tally, landmark: u8, judged: &[usize], orders: u64) -> Model<'t> {
        let room = usize::try_from(orders / ORDERS_PER_COLUMN).unwrap_or(usize::MAX);
        let mut together = judged.to_vec();
        // The most common first: they disturb the others most.
        let support = |&action: &usize| with_and_without(tally, landmark, action)[0].journeys;
        together.sort_by_key(|action| std::cmp::Reverse(support(action)));
        together.truncate(room);
        together.sort_unstable();
        let others = ["returning", "activity"].into_iter();
        let others = others.filter(|name| varies(tally, landmark, name));
        let others: Vec<&'static str> = others.take(room - together.len().min(room)).collect();
        let mut model =
            Model { tally, landmark, judged: judged.to_vec(), together, others, fit: None };
        model.fit = model.fitted(&model.together, &model.others);
        if model.fit.is_none() {
            model.others.clear();
            model.fit = model.fitted(&model.together, &[]);
        }
        model
    }

    fn fitted(&self, actions: &[usize], others: &[&str]) -> Option<(Fit, Vec<Row>)> {
        if actions.is_empty() {
            return None;
        }
        let rows = rows(self.tally, self.landmark, actions, others);
        Some((logistic::fit(&rows, Penalty::Firth)?, rows))
    }

    /// The adjusted odds ratio of an action; `None` if it cannot be judged.
    fn odds(&self, action: usize, confidence: f64) -> Option<Odds> {
        if !self.judged.contains(&action) {
            return None;
        }
        let place = self.together.iter().position(|&own| own == action);
        let alone;
        let joint = place.zip(self.fit.as_ref());
        let (fit, rows, column, actions, others) = if let Some((place, (fit, rows))) = joint {
            (fit, rows, place + 1, self.together.as_slice(), self.others.as_slice())
        } else {
            alone = self.fitted(&[action], &[])?;
            (&alone.0, &alone.1, 1, &[][..], &[][..])
        };
        let z = two_sided_z(confidence)?;
        let (coefficient, error) = (fit.coefficients[column], fit.error(column));
        let effect = fit.effect(rows, column);
        let spread = z * effect.error;
        Some(Odds {
            value: coefficient.exp(),
            low: (coefficient - z * error).exp(),
            high: (coefficient + z * error).exp(),
            p: fit.p_value(column),
            q: 1.0,
            equal_actions: actions.iter().copied().filter(|&own| own != action).collect(),
            equal_others: others.to_vec(),
            effect: effect.on_those_with,
            effect_low: effect.on_those_with - spread,
            effect_high: effect.on_those_with + spread,
            is_stable: is_stable(self.tally, action),
        })
    }
}

/// Whether journeys differ in something at a landmark.
fn varies(tally: &Tally, landmark: u8, name: &str) -> bool {
    let value = |pattern: &Pattern| match name {
        "returning" => u8::from(pattern.returning),
        _ => pattern.activity,
    };
    let mut values = tally.landmarks.at(landmark).map(|(pattern, _)| value(&pattern));
    let first = values.next();
    values.any(|value| Some(value) != first)
}

/// The patterns as rows of a model: 1, the actions, then the others.
fn rows(tally: &Tally, landmark: u8, actions: &[usize], others: &[&str]) -> Vec<Row> {
    let mut sums: BTreeMap<(StepSet, bool, u8), Outcomes> = BTreeMap::new();
    let wanted = actions.iter().fold(StepSet::EMPTY, |all, &one| all.with(StepSet::only(one)));
    for (pattern, outcomes) in tally.landmarks.at(landmark) {
        let returning = pattern.returning && others.contains(&"returning");
        let activity = if others.contains(&"activity") { pattern.activity } else { 0 };
        let sum = sums.entry((pattern.actions.common(wanted), returning, activity)).or_default();
        sum.journeys += outcomes.journeys;
        sum.converted += outcomes.converted;
    }
    let row = |((done, returning, activity), sum): ((StepSet, bool, u8), Outcomes)| {
        let mut columns = vec![1.0];
        columns.extend(actions.iter().map(|&action| f64::from(u8::from(done.has(action)))));
        columns.extend(others.iter().map(|name| match *name {
            "returning" => f64::from(u8::from(returning)),
            _ => f64::from(activity),
        }));
        Row { columns, base: sum.journeys as f64, hits: sum.converted as f64 }
    };
    sums.into_iter().map(row).collect()
}

/// Whether those who did an action convert more at all landmarks, or less at all.
fn is_stable(tally: &Tally, action: usize) -> bool {
    let signs: Vec<bool> = (0_u8..)
        .take(LANDMARKS.len())
        .map(|landmark| with_and_without(tally, landmark, action))
        .filter(|[with, without]| {
            with.converted + without.converted >= FEWEST_ORDERS
                && with.journeys >= FEWEST_JOURNEYS
                && without.journeys >= FEWEST_JOURNEYS
        })
        .map(|[with, without]| {
            with.converted * without.journeys >= without.converted * with.journeys
        })
        .collect();
    signs.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;
    use crate::tally::ActionTally;

    /// 200 of 1000 did the first action and convert three times as often; everybody who converted did the
    /// second; nobody did the third before.
    fn tally() -> Tally {
        let mut tally = Tally::new(5, 3);
        (tally.entered, tally.converted) = (10_000, 280);
        let action = |did, converted| ActionTally { did, converted, ..ActionTally::default() };
        tally.actions = vec![action(2000, 120), action(5000, 280), action(3, 0)];
        tally.landmarks.after = vec![0, 0, 50];
        for (actions, journeys, converted) in
            [(0b00, 4000, 0), (0b01, 900, 0), (0b10, 3900, 160), (0b11, 1100, 120)]
        {
            let pattern = Pattern { actions: StepSet(actions), ..Pattern::default() };
            tally.landmarks.patterns.insert(pattern, Outcomes { journeys, converted });
        }
        tally
    }

    #[test]
    fn prerequisites_and_consequences_are_not_praised() {
        let (_, ladder) = example::storefront();
        let (drivers, landmark) = drivers(&tally(), &ladder, 0.95);
        let roles: Vec<Role> = drivers.iter().map(|driver| driver.role).collect();
        assert_eq!(roles, [Role::Driver, Role::Prerequisite, Role::Consequence]);
        assert!(drivers[0].odds.as_ref().unwrap().low > 1.5);
        assert_eq!((&drivers[1].odds, &drivers[2].odds), (&None, &None));
        assert_eq!(landmark.unwrap().converted, 280);
    }

    #[test]
    fn without_orders_nothing_is_told() {
        let (_, ladder) = example::storefront();
        let mut nothing = tally();
        nothing.landmarks = crate::tally::landmarks::Landmarks::default();
        (nothing.converted, nothing.actions[0].converted) = (0, 0);
        let (drivers, landmark) = drivers(&nothing, &ladder, 0.95);
        assert!(landmark.is_none() && drivers.iter().all(|driver| driver.odds.is_none()));
        assert_eq!(drivers[0].role, Role::TooFew);
    }

    #[test]
    fn what_nobody_did_is_too_little_and_not_unclear() {
        let (_, ladder) = example::storefront();
        let mut idle = tally();
        idle.landmarks = crate::tally::landmarks::Landmarks::default();
        idle.actions[0] = ActionTally::default();
        let (drivers, landmark) = drivers(&idle, &ladder, 0.95);
        assert!(landmark.is_none());
        assert_eq!(drivers[0].role, Role::TooFew);
        assert_eq!(drivers[1].role, Role::Prerequisite);
    }
}
