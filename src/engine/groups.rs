//! Breakdowns and filters: which row of a breakdown a journey belongs to, decided after matching.
//!
//! A journey has one value for each breakdown (but for `@any`), so rows, `(other)` and unknown together
//! are always the total.

use super::Request;
use super::track::Track;
use super::values::{Row, Values, key_of};
use crate::climb::{Outcome, Verdict};
use crate::error::{Error, Result};
use crate::event::{StepSet, Touch, mark};
use crate::findings::{BreakdownFinding, BreakdownGroup, GroupName};
use crate::key::{FastMap, Key};
use crate::ladder::definition::{Attribution, Ladder};
use crate::ladder::dimension::{At, Breakdown, Filter, RETURNING};
use crate::ladder::session_rule::SessionRule;
use crate::ladder::vocabulary;
use crate::tally::{GroupTally, Tally, merge_groups};
use std::collections::{BTreeMap, BTreeSet};

/// One a breakdown: the counts by the key of the value.
pub(super) type Rows = Vec<FastMap<Key, GroupTally>>;

/// What all judges need to know about breakdowns and filters.
#[derive(Debug)]
pub(super) struct Groups<'g> {
    values: &'g Values,
    /// How many steps the ladder has.
    steps: usize,
    sessions: SessionRule,
    breakdowns: Vec<Grouping<'g>>,
    filters: Vec<(&'g Filter, Source)>,
}

/// A breakdown with its properties and step looked up.
#[derive(Debug)]
struct Grouping<'g> {
    breakdown: &'g Breakdown,
    sources: Vec<Source>,
    step: usize,
    /// Whether the ladder is climbed once for each value.
    by_value: bool,
}

/// A journey with all that its customer did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'s> {
    pub(super) journey: &'s [Touch],
    pub(super) customer: &'s [Touch],
}

/// Where a property's value comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A position in the dictionary.
    Row(usize),
    /// Whether the customer was there before.
    Returning,
}

impl<'g> Groups<'g> {
    /// The breakdowns and filters of a request, and `further` filters.
    pub(super) fn new(
        request: &'g Request,
        further: &'g [Filter],
        values: &'g Values,
        ladder: &Ladder,
    ) -> Result<Groups<'g>> {
        let source = |property: &String| match (property.as_str(), values.position(property)) {
            (RETURNING, _) | (_, None) => Source::Returning,
            (_, Some(position)) => Source::Row(position),
        };
        let grouping = |breakdown: &'g Breakdown| {
            let sources = breakdown.properties.iter().map(source).collect();
            let by_value = match breakdown.at {
                At::Any => true,
                At::Step(_) => ladder.attribution == Attribution::EachValue,
                At::Entry | At::First | At::Last => false,
            };
            Ok(Grouping { breakdown, sources, step: step_of(breakdown, ladder)?, by_value })
        };
        Ok(Groups {
            values,
            steps: ladder.steps.len(),
            sessions: ladder.sessions,
            breakdowns: request.breakdowns.iter().map(grouping).collect::<Result<_>>()?,
            filters: request
                .filters
                .iter()
                .chain(further)
                .map(|filter| (filter, source(&filter.property)))
                .collect(),
        })
    }

    /// Whether a journey meets all filters at its entry.
    pub(super) fn admit(&self, verdict: &Verdict, scene: Scene<'_>) -> bool {
        self.filters
            .iter()
            .all(|(filter, source)| filter.holds(self.value(*source, verdict.entry, scene)))
    }

    /// Counts a journey in its row of each breakdown.
    pub(super) fn count(&self, verdict: &Verdict, scene: Scene<'_>, groups: &mut Rows) {
        groups.resize_with(self.breakdowns.len(), FastMap::default);
        let groupings = self.breakdowns.iter().zip(groups);
        for (grouping, rows) in groupings.filter(|(grouping, _)| !grouping.by_value) {
            let key = self.row_of(grouping, verdict, scene);
            add(verdict, rows.entry(key).or_insert_with(|| GroupTally::new(self.steps)));
        }
    }

    /// Climbs the ladder once for each value, where a breakdown asks for that, and counts the outcomes.
    pub(super) fn count_by_value(&self, kept: &[Touch], track: &mut Track, groups: &mut Rows) {
        groups.resize_with(self.breakdowns.len(), FastMap::default);
        let groupings = self.breakdowns.iter().zip(groups);
        for (grouping, rows) in groupings.filter(|(grouping, _)| grouping.by_value) {
            let by_value = self.by_value(grouping, kept);
            // Most values lead nowhere: only those that do have a row.
            let counted = by_value.into_iter().filter_map(|(key, touches)| {
                Some((key, self.climb(grouping, (&touches, kept), track)?))
            });
            merge_groups(rows, counted);
        }
    }

    /// Counts the verdicts on some of a customer's touches that have the step at which the breakdown is
    /// decided; `None` if there is no such verdict.
    fn climb(
        &self,
        grouping: &Grouping<'_>,
        (touches, customer): (&[Touch], &[Touch]),
        track: &mut Track,
    ) -> Option<GroupTally> {
        let mut group = GroupTally::new(self.steps);
        track.judge(touches, |verdict, journey| {
            let is_in = self.admit(verdict, Scene { journey, customer });
            if is_in && verdict.reached.has(grouping.step) {
                add(verdict, &mut group);
            }
        });
        (group.entered > 0).then_some(group)
    }

    /// A customer's touches for each value: those with the value (`@any`), or all of them, of which only
    /// those with the value may be the step.
    fn by_value(&self, grouping: &Grouping<'_>, kept: &[Touch]) -> BTreeMap<Key, Vec<Touch>> {
        let any = grouping.breakdown.at == At::Any;
        let step = StepSet::only(grouping.step);
        let decides = |touch: &Touch| any || !touch.steps.common(step).is_empty();
        let scene = Scene { journey: kept, customer: kept };
        let keys: Vec<Key> =
            (0..kept.len()).map(|touch| self.key(grouping, touch, scene)).collect();
        let values: BTreeSet<Key> = keys
            .iter()
            .zip(kept)
            .filter(|(_, touch)| decides(touch))
            .map(|(key, _)| *key)
            .collect();
        let with_value = |value: Key| {
            let touches = keys.iter().zip(kept).filter_map(|(&key, touch)| {
                let is_in = key == value || !decides(touch);
                is_in.then_some(*touch).or_else(|| (!any).then(|| without(touch, step)))
            });
            (value, touches.collect())
        };
        values.into_iter().map(with_value).collect()
    }

    fn row_of(&self, grouping: &Grouping<'_>, verdict: &Verdict, scene: Scene<'_>) -> Key {
        let touches = 0..scene.journey.len();
        let key = |touch: usize| self.key(grouping, touch, scene);
        let has_value = |touch: &usize| !key(*touch).is_none();
        let touch = match &grouping.breakdown.at {
            At::Entry | At::Any => Some(verdict.entry),
            At::First => touches.clone().find(has_value),
            At::Last => touches.clone().rev().find(has_value),
            At::Step(_) => verdict.chain.touch_of(grouping.step),
        };
        touch.map_or(Key::NONE, key)
    }

    /// The key of a touch's values for a breakdown; [`Key::NONE`] if all of them are unknown.
    fn key(&self, grouping: &Grouping<'_>, touch: usize, scene: Scene<'_>) -> Key {
        let mut is_known = false;
        let values = grouping.sources.iter().map(|source| self.value(*source, touch, scene));
        let key = key_of(values.inspect(|value| is_known |= value.is_some()));
        if is_known { key } else { Key::NONE }
    }

    fn value(&self, source: Source, touch: usize, scene: Scene<'_>) -> Option<&str> {
        let touch = scene.journey.get(touch)?;
        match source {
            Source::Row(position) => self.values.get(touch.values, position),
            Source::Returning => Some(if was_there_before(scene.customer, touch, self.sessions) {
                "returning"
            } else {
                "new"
            }),
        }
    }

    /// The rows of all breakdowns: the largest first, at most `top`, then the others together, then the
    /// journeys whose value is unknown.
    pub(super) fn findings(
        &self,
        tally: &Tally,
        ladder: &Ladder,
        top: usize,
    ) -> Vec<BreakdownFinding> {
        let none = FastMap::default();
        let rows = |position: usize| tally.groups.get(position).unwrap_or(&none);
        self.breakdowns
            .iter()
            .enumerate()
            .map(|(position, grouping)| self.finding(grouping, rows(position), (ladder, top)))
            .collect()
    }

    fn finding(
        &self,
        grouping: &Grouping<'_>,
        rows: &FastMap<Key, GroupTally>,
        shown: (&Ladder, usize),
    ) -> BreakdownFinding {
        let (ladder, top) = shown;
        let texts = self.texts(grouping);
        let mut known: Vec<(&str, &GroupTally)> = rows
            .iter()
            .filter_map(|(key, group)| Some((texts.get(key)?.as_str(), group)))
            .collect();
        known.sort_by(|a, b| b.1.entered.cmp(&a.1.entered).then(a.0.cmp(b.0)));
        // A customer with two of these values counts as two: values are no longer known by customer.
        let mut others = GroupTally::new(ladder.steps.len());
        for (_, group) in known.iter().skip(top) {
            others.merge(group);
        }
        let named = known.iter().take(top).map(|(text, group)| BreakdownGroup {
            name: GroupName::Value((*text).to_string()),
            tally: (*group).clone(),
        });
        let mut groups: Vec<BreakdownGroup> = named.collect();
        if known.len() > top {
            groups
                .push(BreakdownGroup { name: GroupName::Other(known.len() - top), tally: others });
        }
        if let Some(unknown) = rows.get(&Key::NONE) {
            groups.push(BreakdownGroup { name: GroupName::Unknown, tally: unknown.clone() });
        }
        BreakdownFinding {
            by: grouping.breakdown.name(),
            at: grouping.breakdown.at.word().to_string(),
            groups,
        }
    }

    /// The text of each row key of a breakdown.
    fn texts(&self, grouping: &Grouping<'_>) -> FastMap<Key, String> {
        let mut texts = FastMap::default();
        for row in self.values.rows().chain([None]) {
            for returning in ["new", "returning"] {
                let values = grouping.values(row, returning);
                texts.entry(key_of(values.iter().copied())).or_insert_with(|| in_words(&values));
            }
        }
        texts
    }
}

impl Grouping<'_> {
    /// The values of a row of the dictionary, one a property.
    fn values<'r>(&self, row: Option<&'r Row>, returning: &'r str) -> Vec<Option<&'r str>> {
        let value = |source: &Source| match source {
            Source::Row(position) => row?.get(*position)?.as_deref(),
            Source::Returning => Some(returning),
        };
        self.sources.iter().map(value).collect()
    }
}

fn in_words(values: &[Option<&str>]) -> String {
    values.iter().map(|value| value.unwrap_or("(unknown)")).collect::<Vec<_>>().join(" / ")
}

/// The step that a breakdown is decided at.
fn step_of(breakdown: &Breakdown, ladder: &Ladder) -> Result<usize> {
    let At::Step(name) = &breakdown.at else { return Ok(0) };
    let names = || ladder.steps.iter().map(|step| step.name.as_str());
    names().position(|own| own == name).ok_or_else(|| {
        let near = vocabulary::nearest(name, names())
            .map(|near| format!("did you mean @{near}? "))
            .unwrap_or_default();
        Error::new(format!("--by: the ladder has no step `{name}`"))
            .hint(format!("{near}after @ comes entry, first, last, any or the name of a step"))
    })
}

/// The touch, were it not the step.
fn without(touch: &Touch, step: StepSet) -> Touch {
    Touch { steps: StepSet(touch.steps.0 & !step.0), ..*touch }
}

/// Counts a verdict in a row of a breakdown.
pub(super) fn add(verdict: &Verdict, group: &mut GroupTally) {
    let converted = u64::from(verdict.outcome == Outcome::Converted);
    group.entered += 1;
    group.converted += converted;
    // Most journeys have one step or two.
    for position in verdict.reached.with(verdict.observed).positions() {
        let Some(step) = group.steps.get_mut(position) else { break };
        let reached = u64::from(verdict.reached.has(position));
        step.reached += reached;
        step.observed += u64::from(verdict.observed.has(position));
        step.converted += reached * converted;
    }
    if let Some(step) = group.steps.get_mut(verdict.furthest) {
        step.open += u64::from(verdict.outcome == Outcome::Open);
    }
}

/// Whether a session of the customer had ended before a touch.
pub(super) fn was_there_before(customer: &[Touch], touch: &Touch, rule: SessionRule) -> bool {
    let until = customer.partition_point(|other| other.at <= touch.at);
    let before = customer.get(..until).unwrap_or_default().iter();
    let log = before.filter(|other| other.is(mark::LOG)).map(|other| other.at);
    log.clone().zip(log.skip(1)).any(|(one, next)| !rule.goes_on(one, next))
}
