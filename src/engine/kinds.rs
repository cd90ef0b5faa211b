//! What rows are, as numbers. Millions of rows are alike in everything but who, when and where: such a
//! likeness is a *kind*, and a touch on its way through the exchange carries its number alone.
//!
//! Numbers are given out in the order of first sight and differ from run to run; nothing may depend on
//! which number a kind has.

use super::claims::{Claim, Claims, Instead};
use crate::event::{StepSet, Touch, mark};
use crate::key::FastMap;
use crate::ladder::stamp::relabel;
use crate::time::Precision;
use std::sync::{Mutex, PoisonError};

/// What a row is, apart from who, when and where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// The event's name, a number of the run's names.
    pub(super) name: u32,
    pub(super) steps: StepSet,
    pub(super) actions: StepSet,
    pub(super) exclusions: u8,
    pub(super) precision: Precision,
    /// Why the row is set aside: 0, or the reason's number plus one.
    pub(super) aside: u8,
    pub(super) marks: u8,
    /// For a row that may be something, what that is and what the row is otherwise; all else is what it is then.
    pub(super) claim: Option<(Claim, Instead)>,
}

impl Kind {
    /// What a touch is, apart from who, when and where; whether anything names the person is a matter of
    /// the person.
    #[inline]
    pub(super) fn of(touch: &Touch) -> Kind {
        Kind {
            name: touch.name,
            steps: touch.steps,
            actions: touch.actions,
            exclusions: touch.exclusions,
            precision: touch.precision,
            aside: touch.aside,
            marks: touch.marks & !mark::ANONYMOUS,
            claim: None,
        }
    }

    /// The same if it is not what it may be.
    fn otherwise(self, instead: Instead) -> Kind {
        let Instead { steps, actions, exclusions, marks } = instead;
        Kind { steps, actions, exclusions, marks: self.marks & !marks, ..self }
    }
}

/// The kinds of a run, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    kinds: Vec<Kind>,
    numbers: FastMap<Kind, u32>,
}

impl Kinds {
    /// The number of a kind, a new one if it was never seen.
    fn number(&mut self, kind: Kind) -> u32 {
        let next = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(kind).or_insert(next);
        if number == next {
            self.kinds.push(kind);
        }
        number
    }

    /// The kind of a number that was given out.
    pub(super) fn get(&self, number: u32) -> Kind {
        self.kinds.get(number as usize).copied().unwrap_or_default()
    }

    /// By number, what is said of each kind.
    pub(super) fn each<T>(&self, say: impl Fn(&Kind) -> T) -> Vec<T> {
        self.kinds.iter().map(say).collect()
    }

    /// The kinds that all threads have met, with what counts of what they may be, and the steps of one ladder.
    pub(super) fn settled(all: &Mutex<Kinds>, claims: &Claims, table: &[StepSet]) -> Kinds {
        let all = all.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.with_claims(claims).relabelled(table)
    }

    /// The same kinds with what they may be where that counts.
    fn with_claims(mut self, claims: &Claims) -> Kinds {
        for kind in &mut self.kinds {
            if let Some((_, instead)) = kind.claim.take_if(|(claim, _)| !claims.counts(*claim)) {
                *kind = kind.otherwise(instead);
            }
        }
        self
    }

    /// The same kinds with the steps of one ladder in place of the stamped positions.
    pub(super) fn relabelled(mut self, table: &[StepSet]) -> Kinds {
        for kind in &mut self.kinds {
            kind.steps = relabel(kind.steps, table);
        }
        self
    }
}

/// A thread's way to the run's kinds: the last kind of each name is remembered, and almost always right.
#[derive(Debug)]
pub(super) struct KindTable<'k> {
    shared: &'k Mutex<Kinds>,
    latest: Vec<Option<(Kind, u32)>>,
    known: FastMap<Kind, u32>,
}

impl<'k> KindTable<'k> {
    /// A table that has seen nothing.
    pub(super) fn new(shared: &'k Mutex<Kinds>) -> KindTable<'k> {
        KindTable { shared, latest: Vec::new(), known: FastMap::default() }
    }

    /// The number of a kind.
    #[inline]
    pub(super) fn number(&mut self, kind: Kind) -> u32 {
        match self.latest.get(kind.name as usize) {
            Some(&Some((latest, number))) if latest == kind => number,
            _ => self.look_up(kind),
        }
    }

    fn look_up(&mut self, kind: Kind) -> u32 {
        let shared = self.shared;
        let ask = || shared.lock().unwrap_or_else(PoisonError::into_inner).number(kind);
        let number = *self.known.entry(kind).or_insert_with(ask);
        let place = kind.name as usize;
        if self.latest.len() <= place {
            self.latest.resize(place + 1, None);
        }
        if let Some(latest) = self.latest.get_mut(place) {
            *latest = Some((kind, number));
        }
        number
    }
}
