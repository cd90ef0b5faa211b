//! The edge: a row is held against the ladder's conditions once, and only sets of positions go on.
//!
//! Names recur by the million, so what a name means (which steps it may be, which canonical name it
//! has) is worked out at its first sight and kept. Only conditions on properties look at each row.
//! Behind this file nothing sees a string again.

use super::asked::Asked;
use super::definition::{Action, Condition, Ladder};
use super::own_names::OwnNames;
use super::vocabulary::{self, CHECKOUT_STEPS, Role, Weaker};
use crate::event::{Origin, Properties, StepSet, Value, mark};
use crate::key::Key;
use crate::names::{Names, Recent};
use crate::text::decode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The conditions to hold rows against.
#[derive(Clone, Debug)]
pub struct Stamper {
    steps: Vec<Condition>,
    actions: Vec<Condition>,
    exclusions: Vec<Condition>,
    /// The property whose value a chain must share.
    hold: Option<String>,
    /// What rows show of the properties that are asked for.
    asked: Arc<Asked>,
    /// What the shop's own names mean.
    own: OwnNames,
}

/// What a row is to the ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The steps whose condition it meets.
    pub steps: StepSet,
    /// The secondary actions.
    pub actions: StepSet,
    /// The exclusions, as bits.
    pub exclusions: u8,
    /// The value of the held property, or [`Key::NONE`].
    pub held: Key,
}

impl Stamp {
    /// Whether it is nothing to the ladder.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.actions.is_empty() && self.exclusions == 0
    }
}

/// What a name means to a stamper.
#[derive(Clone, Debug, Default)]
pub struct Meaning {
    /// The canonical name, if the vocabulary knows one.
    pub canonical: Option<&'static str>,
    /// Whether any ladder, action or preset knows the name.
    pub known: bool,
    /// The marks of every event with this name.
    pub marks: u8,
    /// Which of the [`CHECKOUT_STEPS`] it is, as a bit; nought if it is none.
    pub checkout: u8,
    /// The canonical name of a step that is no page's: a page is what else it proves, and says nothing by its name.
    pub step: Option<&'static str>,
    /// Whether it is the view of a page, whatever else is proven.
    pub is_page: bool,
    /// Whether it is what others do, so that no event of a log with this name shows that somebody was there.
    pub is_done_by_others: bool,
    /// What the name means, if that depends on what else the log has: all else is what it means where nothing does.
    pub weaker: Option<Weaker>,
    /// What every event of a log is that has this name, if no property has a say in it.
    pub certain: Option<Stamp>,
    steps: Matches,
    actions: Matches,
    exclusions: Matches,
}

/// Which of a list of conditions a name meets.
#[derive(Clone, Debug, Default)]
struct Matches {
    /// By the name alone.
    certain: StepSet,
    /// By the name alone, because none is asked for or only others are not: events of a log only.
    any: StepSet,
    /// If the properties agree as well.
    conditional: Vec<usize>,
}

impl Stamper {
    /// Stamps rows for several ladders at once. The second value holds, for each ladder, the set of its
    /// steps for each of the stamper's positions (see [`relabel`]). All must have the same
    /// actions; exclusions and the held property are the first one's, and presets have none.
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
        let first = ladders.first();
        let actions = first.map(|ladder| conditions_of(&ladder.actions)).unwrap_or_default();
        let exclusions =
            first.map(|ladder| ladder.exclusions.iter().map(|e| e.condition.clone()).collect());
        let exclusions: Vec<Condition> = exclusions.unwrap_or_default();
        let hold = first.and_then(|ladder| ladder.hold.clone());
        let conditions = steps.iter().chain(&actions).chain(&exclusions);
        let asked = Arc::new(Asked::by(conditions, hold.as_deref()));
        (Stamper { steps, actions, exclusions, hold, asked, own: OwnNames::default() }, tables)
    }

    /// The same with what the shop's own names mean.
    #[must_use]
    pub fn with_names(self, own: OwnNames) -> Stamper {
        Stamper { own, ..self }
    }

    /// What rows have shown so far of the properties that are asked for.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The canonical name of an event, if its name is known in any form.
    pub fn canonical(&self, name: &str) -> Option<&'static str> {
        self.own.canonical(name)
    }

    /// What a name means if that depends on what else the log has.
    pub fn weaker(&self, name: &str) -> Option<Weaker> {
        self.own.weaker(name)
    }

    /// Whether any ladder, action or preset knows a name by itself.
    pub fn knows(&self, name: &str) -> bool {
        self.meaning(name, None).known
    }

    /// What a name means, together with a canonical name that other cells of the row prove.
    fn meaning(&self, name: &str, derived: Option<&'static str>) -> Meaning {
        let weaker = self.weaker(name);
        Meaning { weaker, ..self.meaning_as(name, self.canonical(name), derived) }
    }

    /// What a name means that stands for a canonical one, together with another that other cells prove.
    fn meaning_as(
        &self,
        name: &str,
        canonical: Option<&'static str>,
        derived: Option<&'static str>,
    ) -> Meaning {
        let names: Vec<&str> = [Some(name), canonical, derived].into_iter().flatten().collect();
        let steps = Matches::of(&self.steps, &names);
        let actions = Matches::of(&self.actions, &names);
        let exclusions = Matches::of(&self.exclusions, &names);
        let known = canonical.is_some()
            || derived.is_some()
            || steps.any_by_name()
            || actions.any_by_name()
            || exclusions.any_by_name();
        let is_page = canonical == Some("page_viewed");
        let is_done_by_others = derived.is_none()
            && canonical.is_some_and(|canonical| !vocabulary::is_of_a_visit(canonical));
        let step = step_of(canonical, derived);
        let meaning = Meaning {
            canonical: derived.or(canonical),
            known,
            marks: marks_of(step),
            checkout: checkout_of(step),
            step: step.filter(|_| !is_page),
            is_page,
            is_done_by_others,
            weaker: None,
            certain: None,
            steps,
            actions,
            exclusions,
        };
        Meaning { certain: self.certain(&meaning), ..meaning }
    }

    /// The stamp of every event of a log with a meaning, if no property has a say in it.
    fn certain(&self, meaning: &Meaning) -> Option<Stamp> {
        let parts = [&meaning.steps, &meaning.actions, &meaning.exclusions];
        let depends = self.hold.is_some() || parts.iter().any(|part| !part.conditional.is_empty());
        let origin = meaning.origin(Origin::Log);
        (!depends).then(|| self.work_out(meaning, origin, &NoProperties))
    }

    /// The steps that an event of a log may be by its name, which stands for a canonical one, whatever its properties
    /// are like; positions as they are stamped (see [`relabel`]).
    pub fn named(&self, name: &str, canonical: Option<&'static str>) -> StepSet {
        let Meaning { steps, is_done_by_others, .. } = self.meaning_as(name, canonical, None);
        let any = if is_done_by_others { StepSet::EMPTY } else { steps.any };
        let conditional = steps.conditional.iter().map(|&step| StepSet::only(step));
        conditional.fold(steps.certain.with(any), StepSet::with)
    }

    /// What a row is whose name has this meaning.
    #[inline]
    pub fn stamp(&self, meaning: &Meaning, origin: Origin, properties: &dyn Properties) -> Stamp {
        match meaning.certain {
            Some(stamp) if origin == Origin::Log => stamp,
            _ => self.work_out(meaning, meaning.origin(origin), properties),
        }
    }

    fn work_out(&self, meaning: &Meaning, origin: Origin, properties: &dyn Properties) -> Stamp {
        let row = (origin, properties, &*self.asked);
        let exclusions = meaning.exclusions.stamp(&self.exclusions, row);
        let held = self.hold.as_deref().and_then(|held| self.asked.get(held, properties));
        Stamp {
            steps: meaning.steps.stamp(&self.steps, row),
            actions: meaning.actions.stamp(&self.actions, row),
            // A ladder has at most eight exclusions.
            exclusions: u8::try_from(exclusions.0).unwrap_or(u8::MAX),
            held: held.map_or(Key::NONE, |value| Key::of(value.into_text().as_bytes())),
        }
    }
}

impl Meaning {
    /// Where an event with this name comes from, by what kind of file it is from.
    pub fn origin(&self, origin: Origin) -> Origin {
        if self.is_done_by_others && origin == Origin::Log { Origin::Background } else { origin }
    }
}

/// A row of which nothing is known but its name.
struct NoProperties;

impl Properties for NoProperties {
    fn get(&self, _path: &str) -> Option<Value<'_>> {
        None
    }
}

/// What of a row counts as its step: what its cells prove, unless that is only done beside a step of the shop, as one
/// signs up for news with the order.
fn step_of(own: Option<&'static str>, derived: Option<&'static str>) -> Option<&'static str> {
    let role = |name: Option<&str>| name.and_then(vocabulary::role);
    let is_step = matches!(role(own), Some(Role::Cart | Role::Checkout | Role::Order));
    if is_step && role(derived) == Some(Role::Action) { own } else { derived.or(own) }
}

/// The marks that a canonical name brings.
fn marks_of(canonical: Option<&str>) -> u8 {
    match canonical {
        Some("checkout_completed") => mark::ORDER,
        Some("product_added_to_cart") => mark::CART,
        Some(_) | None => 0,
    }
}

/// The step of a checkout that a canonical name stands for, as a bit.
fn checkout_of(canonical: Option<&str>) -> u8 {
    let step = CHECKOUT_STEPS.iter().position(|step| Some(*step) == canonical);
    step.map_or(0, |position| 1 << position)
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
            let is_open = condition.event.is_open();
            let hit = |name: &&str| condition.event.matches(name);
            // A negated pattern means none of the names that the row goes by.
            let matched = condition.event.is_any()
                || if condition.event.not { names.iter().all(&hit) } else { names.iter().any(hit) };
            match (matched, condition.filter.is_empty(), is_open) {
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
        (origin, properties, asked): (Origin, &dyn Properties, &Asked),
    ) -> StepSet {
        let is_log = origin.is_visit() || origin == Origin::Journey;
        let mut set = if is_log { self.certain.with(self.any) } else { self.certain };
        for &position in &self.conditional {
            let condition = &conditions[position];
            let may_be = is_log || !condition.event.is_open();
            if may_be && asked.holds(&condition.filter, properties) {
                set.add(position);
            }
        }
        set
    }
}

/// The names of a run with what each means; one a thread. Numbers are the run's, shared by all threads,
/// so a name is the same number wherever it is met.
#[derive(Debug)]
pub struct NameTable<'s> {
    stamper: &'s Stamper,
    shared: &'s Mutex<Names>,
    names: Names,
    /// The own numbers of names as they are written.
    recent: Recent<u32>,
    numbers: Vec<u32>,
    meanings: Vec<Meaning>,
    derived: BTreeMap<(u32, &'static str), Meaning>,
    /// What weaker names mean where something better says what they may mean.
    otherwise: BTreeMap<u32, Meaning>,
}

impl<'s> NameTable<'s> {
    /// An empty table over the run's names.
    pub fn new(stamper: &'s Stamper, shared: &'s Mutex<Names>) -> NameTable<'s> {
        NameTable {
            stamper,
            shared,
            names: Names::default(),
            recent: Recent::default(),
            numbers: Vec::new(),
            meanings: Vec::new(),
            derived: BTreeMap::new(),
            otherwise: BTreeMap::new(),
        }
    }

    /// The run's number of a name, and what it means together with what other cells prove.
    #[inline]
    pub fn look_up(&mut self, name: &[u8], derived: Option<&'static str>) -> (u32, &Meaning) {
        let own = self.find(name);
        let number = self.numbers[own as usize];
        match derived {
            None => (number, &self.meanings[own as usize]),
            Some(canonical) => (number, self.derived_meaning(own, canonical)),
        }
    }

    /// What a name means where something better says what it may mean: for a name that is certain the name itself.
    pub fn look_up_otherwise(&mut self, name: &[u8]) -> &Meaning {
        let own = self.find(name);
        let NameTable { stamper, names, otherwise, .. } = self;
        let meaning = || {
            let name = names.text(own);
            let canonical = match stamper.weaker(name) {
                Some(weaker) => weaker.otherwise,
                None => stamper.canonical(name),
            };
            stamper.meaning_as(name, canonical, None)
        };
        otherwise.entry(own).or_insert_with(meaning)
    }

    #[inline]
    fn find(&mut self, name: &[u8]) -> u32 {
        match self.recent.get(name) {
            Some(own) => own,
            None => self.own_number(name),
        }
    }

    /// This table's number of a name, which is worked out at its first sight.
    fn own_number(&mut self, written: &[u8]) -> u32 {
        let name = decode(written);
        let own = self.names.number(&name);
        if own as usize == self.meanings.len() {
            self.meanings.push(self.stamper.meaning(&name, None));
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            self.numbers.push(shared.number(&name));
        }
        self.recent.put(written, own);
        own
    }

    fn derived_meaning(&mut self, own: u32, canonical: &'static str) -> &Meaning {
        let NameTable { stamper, names, derived, .. } = self;
        let meaning = || stamper.meaning(names.text(own), Some(canonical));
        derived.entry((own, canonical)).or_insert_with(meaning)
    }

    /// The stamper whose names these are.
    pub fn stamper(&self) -> &'s Stamper {
        self.stamper
    }
}
