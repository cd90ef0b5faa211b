//! The orders that are held against a log, and what is counted of them: shares, and when and of whom the log saw
//! less than otherwise.

use super::losses::{self, LossOfGroup};
use super::wallets;
use super::{FallOfCoverage, GroupCoverage, ORDERS, StepCoverage};
use crate::analysis::rate::Rate;
use crate::findings::{TrackedOrder, TrackingFindings};
use crate::ladder::vocabulary::CHECKOUT_STEPS;
use crate::stats::change::{self, Counts};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// Orders by what they share.
pub(super) type Groups<'o> = BTreeMap<Option<String>, Vec<&'o TrackedOrder>>;

pub(super) fn grouped(
    orders: &[TrackedOrder],
    of: impl Fn(&TrackedOrder) -> Option<String>,
) -> Groups<'_> {
    let mut groups = Groups::new();
    for order in orders {
        groups.entry(of(order)).or_default().push(order);
    }
    groups
}

/// A first and a last moment; `None` of nothing.
pub(super) type TimeSpan = Option<(Instant, Instant)>;

fn is_within(order: &TrackedOrder, span: TimeSpan) -> bool {
    span.is_some_and(|(from, to)| (from..=to).contains(&order.at))
}

/// The orders that were made while a log ran.
pub(super) fn within(tracking: &TrackingFindings, span: TimeSpan) -> Vec<&TrackedOrder> {
    tracking.orders.iter().filter(|order| is_within(order, span)).collect()
}

/// What a log may have seen of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    /// That it was completed.
    Order,
    /// A step of its checkout, as a bit.
    Step(u8),
}

impl Sought {
    /// Whether the log saw it; `None` if there was nothing to be seen.
    pub(super) fn is_seen(self, order: &TrackedOrder) -> Option<bool> {
        match self {
            Sought::Order => Some(order.in_log),
            Sought::Step(step) if order.steps & step != 0 => Some(true),
            Sought::Step(step) => (!wallets::skipped(order, step)).then_some(false),
        }
    }

    pub(super) fn counts<'o>(self, orders: impl IntoIterator<Item = &'o TrackedOrder>) -> Counts {
        let seen = orders.into_iter().filter_map(|order| self.is_seen(order));
        seen.fold(Counts::default(), |sum, is_seen| Counts {
            hits: sum.hits + u64::from(is_seen),
            base: sum.base + 1,
        })
    }
}

/// The orders that are held against a log.
pub(super) struct Book<'f> {
    pub(super) tracking: &'f TrackingFindings,
    pub(super) confidence: f64,
}

/// The orders of a day.
type Day<'o> = (&'o String, Vec<&'o TrackedOrder>);

impl Book<'_> {
    pub(super) fn rate(&self, counts: Counts) -> Rate {
        Rate::of(counts.hits, counts.base, self.confidence)
    }

    /// How many of the orders the log saw.
    pub(super) fn orders_seen(&self, orders: &[&TrackedOrder]) -> Rate {
        self.rate(Sought::Order.counts(orders.iter().copied()))
    }

    /// The steps that the log has at all, with their bits.
    fn known_steps(&self) -> impl Iterator<Item = (&'static str, u8)> {
        let steps = CHECKOUT_STEPS.into_iter().zip((0..).map(|position| 1_u8 << position));
        steps.filter(|(_, step)| self.tracking.steps & step != 0)
    }

    /// What may be seen of an order, by name: the order itself, then the steps.
    fn sought(&self) -> impl Iterator<Item = (&'static str, Sought)> {
        let steps = self.known_steps().map(|(name, step)| (name, Sought::Step(step)));
        std::iter::once((ORDERS, Sought::Order)).chain(steps)
    }

    pub(super) fn steps(&self, orders: &[&TrackedOrder]) -> Vec<StepCoverage> {
        let step = |(name, step)| {
            let orders_seen = self.rate(Sought::Step(step).counts(orders.iter().copied()));
            StepCoverage { name, orders_seen }
        };
        self.known_steps().map(step).collect()
    }

    pub(super) fn groups(&self, groups: &Groups<'_>) -> Vec<GroupCoverage> {
        let group = |(value, orders): (&Option<String>, &Vec<&TrackedOrder>)| GroupCoverage {
            value: value.clone(),
            orders_seen: self.orders_seen(orders),
            steps: self.steps(orders),
        };
        groups.iter().map(group).collect()
    }

    /// The groups, most orders first and the unknown last; none if nothing is known.
    pub(super) fn known_groups(
        &self,
        of: impl Fn(&TrackedOrder) -> Option<String>,
    ) -> Vec<GroupCoverage> {
        let mut groups = self.groups(&grouped(&self.tracking.orders, of));
        if groups.iter().all(|group| group.value.is_none()) {
            return Vec::new();
        }
        groups.sort_by(|a, b| {
            let key = |group: &GroupCoverage| {
                (group.value.is_none(), std::cmp::Reverse(group.orders_seen.base))
            };
            key(a).cmp(&key(b)).then_with(|| a.value.cmp(&b.value))
        });
        groups
    }

    /// When, and of whom, the log saw less than otherwise, of the orders of the time that it covers. Orders of days on
    /// which it saw less of all are no ground to say that it always sees less of some.
    pub(super) fn shortfalls(
        &self,
        by_day: &Groups<'_>,
        span: TimeSpan,
    ) -> (Vec<FallOfCoverage>, Vec<LossOfGroup>) {
        let days: Vec<Day<'_>> = by_day
            .iter()
            .filter_map(|(day, orders)| {
                let within = orders.iter().copied().filter(|order| is_within(order, span));
                Some((day.as_ref()?, within.collect()))
            })
            .collect();
        let (mut falls, mut losses) = (Vec::new(), Vec::new());
        for (name, sought) in self.sought() {
            let (own, usual) = self.falls_of((name, sought), &days);
            falls.extend(own);
            losses.extend(losses::losses((name, sought), &usual, self));
        }
        (falls, losses)
    }

    /// The falls of one thing that is sought, and the orders of all other days.
    fn falls_of<'o>(
        &self,
        (name, sought): (&'static str, Sought),
        days: &[Day<'o>],
    ) -> (Vec<FallOfCoverage>, Vec<&'o TrackedOrder>) {
        let counted = days.iter().map(|day| (day, sought.counts(day.1.iter().copied())));
        let counted: Vec<_> = counted.filter(|(_, counts)| counts.base > 0).collect();
        let counts: Vec<Counts> = counted.iter().map(|(_, counts)| *counts).collect();
        let mut fallen: BTreeSet<&String> = BTreeSet::new();
        let mut falls = Vec::new();
        for fall in change::falls(&counts) {
            let run = counted.get(fall.days.clone()).unwrap_or_default();
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            fallen.extend(run.iter().map(|(day, _)| day.0));
            let orders: Vec<_> = run.iter().flat_map(|(day, _)| day.1.iter().copied()).collect();
            let lasts = fall.days.end == counted.len();
            falls.push(FallOfCoverage {
                name,
                since: first.0.0.clone(),
                until: Some(last.0.0.clone()).filter(|_| !lasts),
                within: self.rate(fall.within),
                outside: self.rate(fall.outside),
                losses: losses::losses((name, sought), &orders, self),
            });
        }
        let usual = days.iter().filter(|day| !fallen.contains(day.0));
        (falls, usual.flat_map(|day| day.1.iter().copied()).collect())
    }
}
