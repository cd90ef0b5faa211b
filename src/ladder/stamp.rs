//! The edge: a row is held against the ladder's conditions once, and only sets of positions go on.
//!
//! Names recur by the million, so what a name means (which steps it may be, which canonical name it
//! has) is worked out at its first sight and kept. Only conditions on properties look at each row.
//! Behind this file nothing sees a string again.

use super::definition::{Action, Condition, Ladder};
use super::vocabulary;
use crate::event::{Origin, Properties, StepSet};
use crate::names::Names;
use std::collections::BTreeMap;

/// The conditions to hold rows against.
#[derive(Clone, Debug)]
pub struct Stamper {
    steps: Vec<Condition>,
    actions: Vec<Condition>,
}

/// What a name means to a stamper.
#[derive(Clone, Debug, Default)]
pub struct Meaning {
    /// The canonical name, if the vocabulary knows one.
    pub canonical: Option<&'static str>,
    /// Whether any ladder, action or preset knows the name.
    pub known: bool,
    steps: Matches,
    actions: Matches,
}

/// Which of a list of conditions a name meets.
#[derive(Clone, Debug, Default)]
struct Matches {
    /// By the name alone.
    certain: StepSet,
    /// By the name alone, through a bare `*`: events of a log only.
    any: StepSet,
    /// If the properties agree as well.
    conditional: Vec<usize>,
}

impl Stamper {
    /// Stamps rows for one ladder: positions are those of its steps and actions.
    pub fn for_ladder(ladder: &Ladder) -> Stamper {
        let steps = ladder.steps.iter().map(|step| step.condition.clone()).collect();
        Stamper { steps, actions: conditions_of(&ladder.actions) }
    }

    /// Stamps rows for several ladders at once. The second value holds, for each ladder, the set of its
    /// steps for each of the stamper's positions (see [`relabel`]). All must have the same actions.
    pub fn for_ladders(ladders: &[Ladder]) -> (Stamper, Vec<Vec<StepSet>>) {
        let mut steps: Vec<Condition> = Vec::new();
        for condition in ladders.iter().flat_map(|ladder| &ladder.steps).map(|step| &step.condition)
        {
            if !steps.contains(condition) {
                steps.push(condition.clone());
            }
        }
        let table = |ladder: &Ladder| {
            let of = |condition: &Condition| {
                let mut set = StepSet::EMPTY;
                let same = ladder
                    .steps
                    .iter()
                    .enumerate()
                    .filter(|(_, step)| step.condition == *condition);
                same.for_each(|(position, _)| set.add(position));
                set
            };
            steps.iter().map(of).collect()
        };
        let tables = ladders.iter().map(table).collect();
        let actions =
            ladders.first().map(|ladder| conditions_of(&ladder.actions)).unwrap_or_default();
        (Stamper { steps, actions }, tables)
    }

    /// What a name means, together with a canonical name that other cells of the row prove.
    fn meaning(&self, name: &str, derived: Option<&'static str>) -> Meaning {
        let canonical = vocabulary::canonical(name);
        let names: Vec<&str> = [Some(name), canonical, derived].into_iter().flatten().collect();
        let steps = Matches::of(&self.steps, &names);
        let actions = Matches::of(&self.actions, &names);
        let known = canonical.is_some()
            || derived.is_some()
            || steps.any_by_name()
            || actions.any_by_name();
        Meaning { canonical: derived.or(canonical), known, steps, actions }
    }

    /// The steps and actions of a row whose name has this meaning.
    pub fn stamp(
        &self,
        meaning: &Meaning,
        origin: Origin,
        properties: &dyn Properties,
    ) -> (StepSet, StepSet) {
        (
            meaning.steps.stamp(&self.steps, origin, properties),
            meaning.actions.stamp(&self.actions, origin, properties),
        )
    }
}

fn conditions_of(actions: &[Action]) -> Vec<Condition> {
    actions.iter().map(|action| action.condition.clone()).collect()
}

/// The steps of one ladder for a row that was stamped for several: the union over the row's positions.
pub fn relabel(stamped: StepSet, table: &[StepSet]) -> StepSet {
    stamped
        .positions()
        .filter_map(|position| table.get(position))
        .fold(StepSet::EMPTY, |all, &steps| all.with(steps))
}

impl Matches {
    fn of(conditions: &[Condition], names: &[&str]) -> Matches {
        let mut matches = Matches::default();
        for (position, condition) in conditions.iter().enumerate() {
            let is_any = condition.event.is_any()
                || condition.event.exact_names().any(|name| name == "visit");
            let hit = |name: &&str| condition.event.matches(name);
            // A negated pattern means none of the names that the row goes by.
            let matched = is_any
                || if condition.event.not { names.iter().all(&hit) } else { names.iter().any(hit) };
            match (matched, condition.filter.is_empty(), is_any) {
                (false, _, _) => {}
                (true, false, _) => matches.conditional.push(position),
                (true, true, true) => matches.any.add(position),
                (true, true, false) => matches.certain.add(position),
            }
        }
        matches
    }

    fn any_by_name(&self) -> bool {
        !self.certain.is_empty() || !self.conditional.is_empty()
    }

    fn stamp(
        &self,
        conditions: &[Condition],
        origin: Origin,
        properties: &dyn Properties,
    ) -> StepSet {
        let is_log = origin == Origin::Log;
        let mut set = if is_log { self.certain.with(self.any) } else { self.certain };
        for &position in &self.conditional {
            let condition = &conditions[position];
            if (is_log || !condition.event.is_any()) && condition.filter.holds(properties) {
                set.add(position);
            }
        }
        set
    }
}

/// The names of a run with what each means; one a thread.
#[derive(Debug)]
pub struct NameTable<'s> {
    stamper: &'s Stamper,
    names: Names,
    meanings: Vec<Meaning>,
    derived: BTreeMap<(u32, &'static str), Meaning>,
}

impl<'s> NameTable<'s> {
    /// An empty table.
    pub fn new(stamper: &'s Stamper) -> NameTable<'s> {
        NameTable {
            stamper,
            names: Names::default(),
            meanings: Vec::new(),
            derived: BTreeMap::new(),
        }
    }

    /// The number of a name, and what it means together with what other cells prove.
    pub fn look_up(&mut self, name: &str, derived: Option<&'static str>) -> (u32, &Meaning) {
        let number = self.names.number(name);
        if number as usize == self.meanings.len() {
            self.meanings.push(self.stamper.meaning(name, None));
        }
        match derived {
            None => (number, &self.meanings[number as usize]),
            Some(canonical) => {
                let stamper = self.stamper;
                (
                    number,
                    self.derived
                        .entry((number, canonical))
                        .or_insert_with(|| stamper.meaning(name, Some(canonical))),
                )
            }
        }
    }

    /// The stamper whose names these are.
    pub fn stamper(&self) -> &'s Stamper {
        self.stamper
    }

    /// The names seen so far.
    pub fn names(&self) -> &Names {
        &self.names
    }
}
