//! The notices that say when tracking, not shoppers, is the problem.
//!
//! They compare what the event log saw with what the shop has sold. A log that saw less of the orders on
//! some days than on others has lost something on those days, whatever shoppers did; so has one that sees less of
//! those who pay in one way, or use one kind of device. What is said, and what would be said twice, is decided here;
//! how, in `sentences`.

mod sentences;

use super::notices::NoticeReport;
use super::zone::day_of_date;
use crate::analysis::coverage::{Coverage, FallOfCoverage, LogCoverage, LossOfGroup, ORDERS};
use crate::analysis::rate::Rate;
use sentences::{Speaker, of_steps_too};
use serde_json::Value;

/// A log that surely sees less than this share of the orders is worth a word.
const ENOUGH: f64 = 0.9;

/// With fewer orders or sessions than this nothing is said of shares.
const FEW: u64 = 20;

/// What is to be said of the coverage.
pub(super) fn notices(coverage: &Coverage, confidence: f64) -> Vec<NoticeReport> {
    let are_several = coverage.logs.len() > 1;
    let speaker =
        |log: &LogCoverage| Speaker { log: are_several.then_some(log.format), confidence };
    let ends = coverage.logs.iter().flat_map(|log| [began(log), ended(log)]).flatten();
    let of_each = coverage.logs.iter().flat_map(|log| of_orders(log, speaker(log)));
    let mut of_orders: Vec<NoticeReport> = of_each.collect();
    if of_orders.is_empty() && are_several {
        of_orders = of_all_logs(coverage, Speaker { log: None, confidence });
    }
    let of_sessions = coverage.logs.iter().flat_map(|log| of_sessions(log, speaker(log)));
    ends.chain(of_orders).chain(of_sessions).collect()
}

/// What is to be said of the orders that a log did not see. Where nothing says which orders are the same, nothing
/// can be said of tracking.
fn of_orders(log: &LogCoverage, speaker: Speaker) -> Vec<NoticeReport> {
    if let Some(notice) = not_matched(log, speaker) {
        return vec![notice];
    }
    let mut said: Vec<_> = partial(log, speaker).into_iter().collect();
    said.extend(told(&log.falls).map(|fall| fell(fall, &log.falls, speaker)));
    said.extend(lost(&log.losses, &log.falls, speaker));
    said
}

/// What all logs together missed, though none of them by itself surely did.
fn of_all_logs(coverage: &Coverage, speaker: Speaker) -> Vec<NoticeReport> {
    if coverage.logs.iter().any(|log| log.not_matched.is_some()) {
        return Vec::new();
    }
    told(&coverage.falls).map(|fall| fell(fall, &coverage.falls, speaker)).collect()
}

/// The falls that are told. Where orders were lost their steps were too: that is said once.
fn told(falls: &[FallOfCoverage]) -> impl Iterator<Item = &FallOfCoverage> {
    let is_of_orders = |fall: &&FallOfCoverage| fall.name == ORDERS;
    let lost_orders = falls.iter().any(|fall| is_of_orders(&fall));
    falls.iter().filter(move |fall| !lost_orders || is_of_orders(fall))
}

/// A log that begins when others have begun.
fn began(log: &LogCoverage) -> Option<NoticeReport> {
    let (since, others_since) = (log.since.as_deref()?, log.others_since.as_deref()?);
    let message = format!(
        "The event log ({}) begins on {}, and other inputs begin on {}{}.",
        log.format,
        day_of_date(since),
        day_of_date(others_since),
        sentences::orders_beyond(log.earlier_orders, "earlier"),
    );
    let data = [
        ("log", Value::from(log.format)),
        ("since", since.into()),
        ("others_since", others_since.into()),
        ("earlier_orders", log.earlier_orders.into()),
    ];
    Some(NoticeReport { code: "log_begins_late", message, data: data.into() })
}

/// A log that ends while others go on.
fn ended(log: &LogCoverage) -> Option<NoticeReport> {
    let (until, others_until) = (log.until.as_deref()?, log.others_until.as_deref()?);
    let message = format!(
        "The event log ({}) ends on {}, and other inputs go on until {}{}.",
        log.format,
        day_of_date(until),
        day_of_date(others_until),
        sentences::orders_beyond(log.later_orders, "later"),
    );
    let data = [
        ("log", Value::from(log.format)),
        ("until", until.into()),
        ("others_until", others_until.into()),
        ("later_orders", log.later_orders.into()),
    ];
    Some(NoticeReport { code: "log_ends_early", message, data: data.into() })
}

/// A log that has about as many orders of its own as it misses.
fn not_matched(log: &LogCoverage, speaker: Speaker) -> Option<NoticeReport> {
    let orders = log.not_matched?;
    let data = [
        ("only_in_log", Value::from(orders.only_in_log)),
        ("only_in_export", orders.only_in_export.into()),
        ("log", speaker.log.into()),
    ];
    let message = speaker.not_matched(orders);
    Some(NoticeReport { code: "orders_not_matched", message, data: data.into() })
}

/// Days on which a log saw less; `all` are those of the same log.
fn fell(fall: &FallOfCoverage, all: &[FallOfCoverage], speaker: Speaker) -> NoticeReport {
    let code = if sentences::is_of_sessions(fall) { "sessions_fell" } else { "tracking_fell" };
    let is_alone = all.iter().filter(|other| other.name == fall.name).count() == 1;
    let mut data = of_fall(fall);
    data.push(("log", speaker.log.into()));
    let message = speaker.fell(fall, is_alone);
    NoticeReport { code, message, data: data.into_iter().collect() }
}

/// The figures of a fall.
fn of_fall(fall: &FallOfCoverage) -> Vec<(&'static str, Value)> {
    let mut data = vec![
        ("step", Value::from(fall.name)),
        ("since", fall.since.clone().into()),
        ("until", fall.until.clone().into()),
        ("seen", fall.within.hits.into()),
        ("orders", fall.within.base.into()),
        ("seen_otherwise", fall.outside.hits.into()),
        ("orders_otherwise", fall.outside.base.into()),
    ];
    if let Some(loss) = fall.losses.first() {
        data.extend([("by", loss.by.into()), ("value", loss.value.clone().into())]);
    }
    data
}

/// Those of whom a log saw less than of others. Of each group it is said once: of the orders, else of the first step
/// that is seen less often. What a fall was of is said with that.
fn lost(losses: &[LossOfGroup], falls: &[FallOfCoverage], speaker: Speaker) -> Vec<NoticeReport> {
    let group = |loss: &LossOfGroup| (loss.by, loss.value.clone());
    let mut known: Vec<_> = told(falls).flat_map(|fall| &fall.losses).map(group).collect();
    let mut said = Vec::new();
    for loss in losses {
        if known.contains(&group(loss)) {
            continue;
        }
        known.push(group(loss));
        let further =
            losses.iter().filter(|own| group(own) == group(loss) && own.name != loss.name);
        let steps_too = if loss.name == ORDERS { String::new() } else { of_steps_too(further) };
        let has_fallen = falls.iter().any(|fall| fall.name == loss.name);
        let data = [
            ("step", Value::from(loss.name)),
            ("by", loss.by.into()),
            ("value", loss.value.clone().into()),
            ("seen", loss.within.hits.into()),
            ("orders", loss.within.base.into()),
            ("seen_otherwise", loss.outside.hits.into()),
            ("orders_otherwise", loss.outside.base.into()),
            ("log", speaker.log.into()),
        ];
        let message = speaker.lost(loss, has_fallen) + &steps_too;
        said.push(NoticeReport { code: "tracking_lost_group", message, data: data.into() });
    }
    said
}

/// A log that misses many orders all the time, and not only those of the groups of which that is said.
fn partial(log: &LogCoverage, speaker: Speaker) -> Option<NoticeReport> {
    if log.falls.iter().any(|fall| fall.name == ORDERS) {
        return None;
    }
    let rate = log.orders_seen_within_log?;
    let of_groups = log.losses.iter().find(|loss| loss.name == ORDERS).map(|loss| loss.outside);
    if !is_surely_partial(rate) || of_groups.is_some_and(|others| !is_surely_partial(others)) {
        return None;
    }
    let is_part = log.orders_seen.is_some_and(|all| all.base > rate.base);
    let data = [
        ("seen", Value::from(rate.hits)),
        ("orders", rate.base.into()),
        ("log", speaker.log.into()),
    ];
    let message = speaker.partial(rate, is_part);
    Some(NoticeReport { code: "tracking_partial", message, data: data.into() })
}

/// Whether a share is surely too small, of enough.
fn is_surely_partial(rate: Rate) -> bool {
    rate.base >= FEW && rate.high.is_some_and(|high| high < ENOUGH)
}

/// What is to be said of the sessions in the session report that a log did not see. Whoever lost orders lost sessions
/// too, and whoever lost sessions their carts: that is said once.
fn of_sessions(log: &LogCoverage, speaker: Speaker) -> Vec<NoticeReport> {
    let mut said: Vec<&FallOfCoverage> = Vec::new();
    let lost_orders: Vec<_> = told(&log.falls).filter(|fall| fall.name == ORDERS).collect();
    for fall in &log.session_falls {
        let others = lost_orders.iter().copied().chain(said.iter().copied());
        if others.filter(|other| other.name != fall.name).all(|other| !overlap(other, fall)) {
            said.push(fall);
        }
    }
    if said.is_empty() {
        return sessions_partial(log, speaker).into_iter().collect();
    }
    said.into_iter().map(|fall| fell(fall, &log.session_falls, speaker)).collect()
}

/// Whether two falls have a day in common.
fn overlap(one: &FallOfCoverage, other: &FallOfCoverage) -> bool {
    let is_over = |first: &FallOfCoverage, second: &FallOfCoverage| {
        first.until.as_ref().is_some_and(|until| *until < second.since)
    };
    !is_over(one, other) && !is_over(other, one)
}

/// A log that misses many sessions, or many of their carts, all the time, if that is not said of the orders.
fn sessions_partial(log: &LogCoverage, speaker: Speaker) -> Option<NoticeReport> {
    let is_said = !log.falls.is_empty() || partial(log, speaker).is_some();
    if is_said || !log.sessions_are_of_one_time {
        return None;
    }
    let (rate, have_carts) = [(log.sessions_seen, false), (log.carts_seen, true)]
        .into_iter()
        .find_map(|(rate, have_carts)| {
            Some((rate?, have_carts)).filter(|_| rate.is_some_and(is_surely_partial))
        })?;
    let data = [
        ("seen", Value::from(rate.hits)),
        ("sessions", rate.base.into()),
        ("with_cart", have_carts.into()),
        ("log", speaker.log.into()),
    ];
    let message = speaker.sessions_partial(rate, have_carts);
    Some(NoticeReport { code: "sessions_partial", message, data: data.into() })
}

#[cfg(test)]
mod tests;
