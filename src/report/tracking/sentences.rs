//! How the notices on tracking are worded.

use crate::analysis::coverage::{Counted, FallOfCoverage, LossOfGroup, NotMatched, ORDERS};
use crate::analysis::rate::Rate;
use crate::ladder::vocabulary;
use crate::report::words;
use crate::report::zone::day_of_date;

/// Why orders and their steps are missing.
const TRACKING: &str = "what is missing is tracking, not shoppers.";

/// Why sessions are missing: a report may count robots too, and cut visits in another way.
const VISITS: &str = "it missed visits, or the report counts some that were none.";

/// Says something of a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speaker {
    /// Which one, where there are several.
    pub(super) log: Option<&'static str>,
    pub(super) confidence: f64,
}

impl Speaker {
    /// `the event log`, `the event log (ga4.bq)`
    fn log(self) -> String {
        let which = self.log.map_or_else(String::new, |format| format!(" ({format})"));
        format!("the event log{which}")
    }

    /// `71.0% of the orders (213 of 300, 95% range 66–76%)`
    fn share(self, rate: &Rate, of_what: &str) -> String {
        let share = [words::percent(rate.rate).as_str(), of_what].map(str::trim).join(" ");
        let counts = format!("{} of {}", words::count(rate.hits), words::count(rate.base));
        let counts = match rate.low {
            Some(_) => {
                let range = words::range_named(self.confidence, rate.low, rate.high);
                format!("{counts}, {range}")
            }
            None => counts,
        };
        format!("{} ({counts})", share.trim())
    }

    pub(super) fn not_matched(self, orders: NotMatched) -> String {
        format!(
            "Of the time that both cover {} orders are only in {} and {} only in the export: they may be the same, but no order number that both have says so, and they are counted twice.",
            words::count(orders.only_in_log),
            self.log(),
            words::count(orders.only_in_export),
        )
    }

    /// Days on which the log saw less; `is_alone` says that it saw less of the same only then.
    pub(super) fn fell(self, fall: &FallOfCoverage, is_alone: bool) -> String {
        let (when, otherwise) = days(fall);
        let otherwise = if is_alone { otherwise } else { "otherwise" };
        let reason = if is_of_sessions(fall) { VISITS } else { TRACKING };
        let share = self.share(&fall.within, &of_what(fall.name));
        let usual = self.share(&fall.outside, "");
        let whose = fall.losses.first().map_or_else(String::new, |loss| {
            let (group, others) = group(loss);
            let own = self.share(&loss.within, &format!("of those {group}"));
            format!(" Then it saw {own}, of {others} {}.", self.share(&loss.outside, ""))
        });
        format!("{when} {} saw {share}, {otherwise} {usual}: {reason}{whose}", self.log())
    }

    /// Those of whom the log saw less than of others; `has_fallen` says that there are days on which it saw less of
    /// all.
    pub(super) fn lost(self, loss: &LossOfGroup, has_fallen: bool) -> String {
        let (group, others) = group(loss);
        let share = self.share(&loss.within, &format!("{} {group}", of_what(loss.name)));
        let usual = self.share(&loss.outside, "");
        let log = if has_fallen { format!("Otherwise {}", self.log()) } else { self.at_start() };
        format!("{log} saw {share}, of {others} {usual}: {TRACKING}")
    }

    /// A log that always misses many; `is_part` says that there are orders that it could not see.
    pub(super) fn partial(self, rate: Rate, is_part: bool) -> String {
        let made = if is_part { " that were made while it ran" } else { "" };
        let share = self.share(&rate, &format!("{}{made}", of_what(ORDERS)));
        format!("{} saw {share}: {TRACKING}", self.at_start())
    }

    pub(super) fn sessions_partial(self, rate: Rate, have_carts: bool) -> String {
        let counted = if have_carts { Counted::WithCart } else { Counted::All };
        let share = self.share(&rate, &of_what(counted.name()));
        format!("{} saw {share}: {VISITS}", self.at_start())
    }

    /// `The event log`
    fn at_start(self) -> String {
        self.log().replacen('t', "T", 1)
    }
}

/// Whether what was seen less often is sessions.
pub(super) fn is_of_sessions(fall: &FallOfCoverage) -> bool {
    [Counted::All, Counted::WithCart].iter().any(|counted| counted.name() == fall.name)
}

/// When a fall was, and when it was not.
fn days(fall: &FallOfCoverage) -> (String, &'static str) {
    let since = day_of_date(&fall.since);
    match fall.until.as_deref().map(day_of_date) {
        None => (format!("Since {since}"), "before that"),
        Some(until) if until == since => (format!("On {since}"), "on all other days"),
        Some(until) => (format!("From {since} to {until}"), "on all other days"),
    }
}

/// What was seen: `of the orders in the export`, `of the step Payment of the orders in the export`.
fn of_what(name: &str) -> String {
    if name == Counted::All.name() {
        return "of the sessions in the session report".to_owned();
    }
    if name == Counted::WithCart.name() {
        return "of the sessions with a cart addition in the session report".to_owned();
    }
    match vocabulary::label(name).filter(|_| name != ORDERS) {
        Some(step) => format!("of the step {step} of the orders in the export"),
        None => "of the orders in the export".to_owned(),
    }
}

/// Which orders a group is, and which the others.
fn group(loss: &LossOfGroup) -> (String, &'static str) {
    match loss.by {
        "gateway" => (format!("that were paid through {}", loss.value), "the others"),
        _ => (format!("whose device is {}", loss.value), "those with other known devices"),
    }
}

/// `Of the steps Address and Shipping too it saw less of them.`
pub(super) fn of_steps_too<'l>(losses: impl Iterator<Item = &'l LossOfGroup>) -> String {
    let mut names: Vec<&str> =
        losses.map(|loss| vocabulary::label(loss.name).unwrap_or(loss.name)).collect();
    let Some(last) = names.pop() else { return String::new() };
    match names.as_slice() {
        [] => format!(" The step {last} is missing too."),
        names => format!(" The steps {} and {last} are missing too.", names.join(", ")),
    }
}

/// `: 48 orders of the export are later`, if there are any.
pub(super) fn orders_beyond(orders: Option<u64>, when: &str) -> String {
    match orders.unwrap_or(0) {
        0 => String::new(),
        1 => format!(": 1 order of the export is {when}"),
        orders => format!(": {} orders of the export are {when}", words::count(orders)),
    }
}
