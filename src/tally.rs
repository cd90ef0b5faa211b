//! The waist: the mergeable counts from which every report is made.
//!
//! A tally is a commutative monoid: `Tally::new` is its identity, `merge` its operation, and whatever
//! way the journeys are split over threads, partitions or machines, the merged tally is the same.
//! Only counts and exact durations live here; rates and intervals are the business of `analysis`.

pub mod clustering;
pub mod days;
pub mod landmarks;
pub mod ways;

use crate::key::{FastMap, Key};
use crate::money::Currency;
use crate::stats::mean::Moments;
use crate::stats::refunds::{Ratio, RefundsByCustomer};
use crate::time::{Instant, Span};
use clustering::Clustering;
use days::Days;
use landmarks::Landmarks;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use ways::Ways;

/// Exact values, in no order until they are asked for.
#[derive(Clone, Debug)]
pub struct InNoOrder<T>(Vec<T>);

/// Exact durations.
pub type Durations = InNoOrder<Span>;

/// Exact moments.
pub type Times = InNoOrder<Instant>;

impl<T: Ord + Copy> InNoOrder<T> {
    /// Adds one.
    pub fn add(&mut self, value: T) {
        self.0.push(value);
    }

    /// All of them, in no order that means anything.
    pub fn in_no_order(&self) -> &[T] {
        &self.0
    }

    /// All of them, smallest first.
    pub fn sorted(&self) -> Vec<T> {
        let mut values = self.0.clone();
        values.sort_unstable();
        values
    }

    /// How many are not above a bound.
    pub fn up_to(&self, bound: T) -> u64 {
        self.0.iter().filter(|value| **value <= bound).count() as u64
    }
}

impl<T> Default for InNoOrder<T> {
    fn default() -> InNoOrder<T> {
        InNoOrder(Vec::new())
    }
}

impl<T> FromIterator<T> for InNoOrder<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> InNoOrder<T> {
        InNoOrder(values.into_iter().collect())
    }
}

impl<T: Ord + Copy> PartialEq for InNoOrder<T> {
    fn eq(&self, other: &InNoOrder<T>) -> bool {
        self.sorted() == other.sorted()
    }
}

/// The counts of one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepTally {
    /// Journeys that got here: observed or implied.
    pub reached: u64,
    /// Journeys in which an event of the step was seen.
    pub observed: u64,
    /// Journeys in which only a later step proves it.
    pub implied: u64,
    /// Journeys whose furthest step this is and whose window is still running.
    pub open: u64,
    /// Of those who reached it, the journeys that converted.
    pub converted: u64,
    /// From the previous chosen step to this one, where both were chosen.
    pub from_previous: Durations,
    /// From the entry to this step, where it was chosen.
    pub from_entry: Durations,
}

/// The counts of one secondary action, over the journeys that entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionTally {
    /// Journeys that did it within their attempt, before the outcome.
    pub did: u64,
    /// Of these, the journeys that converted.
    pub converted: u64,
    /// What their orders are worth, by currency; only if it was asked for.
    pub worth: BTreeMap<Currency, Moments>,
}

/// The counts of one row of a breakdown: only numbers, because there may be a million rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupTally {
    /// Journeys that reached the first step.
    pub entered: u64,
    /// Of these: reached the last step.
    pub converted: u64,
    /// One a step, in the ladder's order.
    pub steps: Box<[GroupStep]>,
    /// How the journeys of one customer resemble each other, where several are counted.
    pub clustering: Option<Box<Clustering>>,
}

/// The counts of one step in a row of a breakdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupStep {
    /// Journeys that got here: observed or implied.
    pub reached: u64,
    /// Journeys in which an event of the step was seen.
    pub observed: u64,
    /// Journeys whose furthest step this is and whose window is still running.
    pub open: u64,
    /// Of those who reached it, the journeys that converted.
    pub converted: u64,
}

impl GroupTally {
    /// Nothing counted, for a ladder with so many steps.
    pub fn new(steps: usize) -> GroupTally {
        GroupTally {
            steps: vec![GroupStep::default(); steps].into_boxed_slice(),
            ..GroupTally::default()
        }
    }

    /// Adds the counts of other journeys.
    pub fn merge(&mut self, other: &GroupTally) {
        self.entered += other.entered;
        self.converted += other.converted;
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            mine.reached += theirs.reached;
            mine.observed += theirs.observed;
            mine.open += theirs.open;
            mine.converted += theirs.converted;
        }
        if let Some(theirs) = &other.clustering {
            self.clustering.get_or_insert_default().merge(theirs);
        }
    }
}

/// The mergeable counts of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Journeys that reached the first step.
    pub entered: u64,
    /// Journeys that reached the first step and do not meet the filters.
    pub filtered: u64,
    /// Of those who entered: reached the last step.
    pub converted: u64,
    /// Not reached it, and the window is over.
    pub lost: u64,
    /// Not reached it, and the window is still running.
    pub open: u64,
    /// Of the entered: journeys whose whole window lies inside the data, converted or not.
    pub closed: u64,
    /// Of these, converted.
    pub closed_converted: u64,
    /// How long journeys that are still open have been watched.
    pub watched: Durations,
    /// From the entry to the exclusion that ended it, of the lost journeys that one has ended in their window.
    pub ended: Durations,
    /// One a step, in the ladder's order.
    pub steps: Vec<StepTally>,
    /// One an action, in the ladder's order.
    pub actions: Vec<ActionTally>,
    /// Conversions that would not stand if events of one instant had to stay in stored order.
    pub converted_by_tie: u64,
    /// Customers with at least one row that is not set aside.
    pub customers: u64,
    /// Of these, those who entered on every side of a comparison.
    pub on_all_sides: u64,
    /// Of the customers, the ones known by a device only.
    pub anonymous: u64,
    /// When those customers were seen first whose first step in a log is none with which an attempt can begin.
    pub first_seen_beyond: Times,
    /// Buyers with two orders or more.
    pub repeat_buyers: u64,
    /// The orders of each customer with at least one online-store order: a buyer.
    pub orders_of_buyers: Moments,
    /// What the orders of each buyer are worth together, and how many those are, by currency.
    pub value_of_buyers: BTreeMap<Currency, Ratio>,
    /// What of the orders of each buyer went back, by currency.
    pub refunds_of_buyers: BTreeMap<Currency, RefundsByCustomer>,
    /// From the first order to the second, of the repeat buyers.
    pub to_second_order: Durations,
    /// From the only order to the end of the data, of the other buyers.
    pub since_only_order: Durations,
    /// From each order to the next.
    pub between_orders: Durations,
    /// What the orders of converted journeys are worth, by currency; only if it was asked for.
    pub worth: BTreeMap<Currency, Moments>,
    /// Counts by day, if they were asked for.
    pub days: Days,
    /// Where journeys ended, if that was asked for.
    pub ways: Ways,
    /// Who had done what by when, if that was asked for.
    pub landmarks: Landmarks,
    /// Orders (of the orders export) whose customer has an event in the log before or at the order.
    pub orders_with_visit: u64,
    /// For each kind of event log its sessions, and those of them with a cart addition, by the day on which they
    /// began (of the report's zone, 1 January 1970 is 0), if they are counted at all.
    pub session_days: Vec<BTreeMap<i64, [u64; 2]>>,
    /// For each kind of event log the customers that it saw, if there are several kinds.
    pub log_customers: Vec<LogCustomers>,
    /// How the journeys of one customer resemble each other; empty where each has one only.
    pub clustering: Clustering,
    /// One a breakdown: the counts by the key of the value.
    pub groups: Vec<FastMap<Key, GroupTally>>,
}

/// The customers that a kind of event log saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogCustomers {
    /// How many.
    pub customers: u64,
    /// How many of these another kind of log saw too.
    pub in_several: u64,
}

impl Tally {
    /// The empty tally of a ladder with so many steps and actions.
    pub fn new(steps: usize, actions: usize) -> Tally {
        Tally {
            steps: vec![StepTally::default(); steps],
            actions: vec![ActionTally::default(); actions],
            ..Tally::default()
        }
    }

    /// Adds the counts of other journeys of the same ladder.
    pub fn merge(&mut self, other: Tally) {
        self.steps.resize(self.steps.len().max(other.steps.len()), StepTally::default());
        self.actions.resize(self.actions.len().max(other.actions.len()), ActionTally::default());
        for (mine, theirs) in self.steps.iter_mut().zip(other.steps) {
            mine.reached += theirs.reached;
            mine.observed += theirs.observed;
            mine.implied += theirs.implied;
            mine.open += theirs.open;
            mine.converted += theirs.converted;
            mine.from_previous.0.extend(theirs.from_previous.0);
            mine.from_entry.0.extend(theirs.from_entry.0);
        }
        for (mine, theirs) in self.actions.iter_mut().zip(other.actions) {
            mine.did += theirs.did;
            mine.converted += theirs.converted;
            merge_worth(&mut mine.worth, theirs.worth);
        }
        self.groups.resize_with(self.groups.len().max(other.groups.len()), FastMap::default);
        for (mine, theirs) in self.groups.iter_mut().zip(other.groups) {
            merge_groups(mine, theirs);
        }
        self.clustering.merge(&other.clustering);
        self.entered += other.entered;
        self.filtered += other.filtered;
        self.converted += other.converted;
        self.lost += other.lost;
        self.open += other.open;
        self.closed += other.closed;
        self.closed_converted += other.closed_converted;
        self.converted_by_tie += other.converted_by_tie;
        self.customers += other.customers;
        self.on_all_sides += other.on_all_sides;
        self.anonymous += other.anonymous;
        self.first_seen_beyond.0.extend(other.first_seen_beyond.0);
        self.repeat_buyers += other.repeat_buyers;
        self.orders_of_buyers.merge(&other.orders_of_buyers);
        for (currency, theirs) in &other.value_of_buyers {
            self.value_of_buyers.entry(*currency).or_default().merge(theirs);
        }
        for (currency, theirs) in &other.refunds_of_buyers {
            self.refunds_of_buyers.entry(*currency).or_default().merge(theirs);
        }
        self.watched.0.extend(other.watched.0);
        self.ended.0.extend(other.ended.0);
        self.to_second_order.0.extend(other.to_second_order.0);
        self.since_only_order.0.extend(other.since_only_order.0);
        self.between_orders.0.extend(other.between_orders.0);
        merge_worth(&mut self.worth, other.worth);
        self.days.merge(other.days);
        self.ways.merge(other.ways);
        self.landmarks.merge(other.landmarks);
        self.orders_with_visit += other.orders_with_visit;
        for (log, customers) in other.log_customers.into_iter().enumerate() {
            self.merge_log_customers(log, customers);
        }
        for (log, days) in other.session_days.into_iter().enumerate() {
            for (day, counts) in days {
                self.add_sessions(log, day, counts);
            }
        }
    }

    /// Counts a customer whom a kind of event log saw, and whether another kind did too.
    pub fn add_customer_of_log(&mut self, log: usize, is_in_several: bool) {
        let own = LogCustomers { customers: 1, in_several: u64::from(is_in_several) };
        self.merge_log_customers(log, own);
    }

    fn merge_log_customers(&mut self, log: usize, other: LogCustomers) {
        if self.log_customers.len() <= log {
            self.log_customers.resize_with(log + 1, LogCustomers::default);
        }
        if let Some(own) = self.log_customers.get_mut(log) {
            own.customers += other.customers;
            own.in_several += other.in_several;
        }
    }

    /// Counts sessions of a kind of event log that began on a day, and those of them with a cart addition.
    pub fn add_sessions(&mut self, log: usize, day: i64, [sessions, with_cart]: [u64; 2]) {
        if self.session_days.len() <= log {
            self.session_days.resize_with(log + 1, BTreeMap::new);
        }
        if let Some(days) = self.session_days.get_mut(log) {
            let own = days.entry(day).or_default();
            *own = [own[0] + sessions, own[1] + with_cart];
        }
    }
}

fn merge_worth(mine: &mut BTreeMap<Currency, Moments>, theirs: BTreeMap<Currency, Moments>) {
    for (currency, moments) in theirs {
        mine.entry(currency).or_default().merge(&moments);
    }
}

/// Adds rows of a breakdown to others, in whatever order they come.
pub(crate) fn merge_groups(
    mine: &mut FastMap<Key, GroupTally>,
    theirs: impl IntoIterator<Item = (Key, GroupTally)>,
) {
    for (key, group) in theirs {
        match mine.entry(key) {
            Entry::Occupied(mut own) => own.get_mut().merge(&group),
            Entry::Vacant(own) => {
                own.insert(group);
            }
        }
    }
}
