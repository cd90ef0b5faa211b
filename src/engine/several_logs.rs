//! Logs of several tools that tell of the same days: whom one of them saw is mostly not known to the other.
//!
//! Each tool gives a browser an identifier of its own. Where nothing links the two (an order, a customer number), a
//! visitor is a customer in each log, and rates are lower than those of either log. That cannot be mended here; it
//! is counted, so that it can be said.

use super::rows::RowIndex;
use super::tracking::Logs;
use crate::event::{Touch, mark};
use crate::findings::{InputFinding, Notice};
use crate::tally::Tally;
use crate::time::Instant;

/// Of fewer customers nothing can be said.
const FEW: u64 = 20;

/// Counts the logs that a customer is in, if there are several.
pub(super) fn count_logs(kept: &[Touch], (logs, rows): (&Logs, &RowIndex), tally: &mut Tally) {
    if logs.number() < 2 {
        return;
    }
    let logged = kept.iter().filter(|touch| touch.aside == 0 && touch.is(mark::LOG));
    let of_logs = logged.filter_map(|touch| logs.of_input(rows.input(touch.row)));
    // There are fewer kinds of logs than bits.
    let own = of_logs.fold(0_u64, |own, log| own | 1 << log);
    for log in (0..logs.number()).filter(|log| own & 1 << log != 0) {
        tally.add_customer_of_log(log, own.count_ones() > 1);
    }
}

/// A notice for each two logs of the same days that most customers of the smaller one are not in both of.
pub(super) fn visitors_apart(tally: &Tally, logs: &Logs, inputs: &[InputFinding]) -> Vec<Notice> {
    let met = |log: usize| tally.log_customers.get(log).copied().unwrap_or_default();
    let mut notices = Vec::new();
    for one in 0..logs.number() {
        for other in one + 1..logs.number() {
            let (smaller, larger) = if met(one).customers <= met(other).customers {
                (one, other)
            } else {
                (other, one)
            };
            let own = met(smaller);
            let spans = [smaller, larger].map(|log| span_of(log, logs, inputs));
            let [Some(first), Some(second)] = spans else { continue };
            if own.customers < FEW
                || 2 * own.in_several >= own.customers
                || !tell_of_same_days(first, second)
            {
                continue;
            }
            let message = format!(
                "the logs of {} and {} tell of the same days, but only {} of the {} customers of {} are known to another log too: everybody else counts once in each, so rates are lower than those of either log; for rates report one log alone, with the orders",
                logs.name(one),
                logs.name(other),
                own.in_several,
                own.customers,
                logs.name(smaller)
            );
            notices.push(Notice { code: "visitors_of_several_logs", message });
        }
    }
    notices
}

/// From the first to the last row of a kind of log.
fn span_of(log: usize, logs: &Logs, inputs: &[InputFinding]) -> Option<(Instant, Instant)> {
    let own = (0..).zip(inputs).filter(|(input, _)| logs.of_input(*input) == Some(log));
    let spans = own.filter_map(|(_, input)| input.from.zip(input.to));
    spans.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)))
}

/// Whether two logs have half the time of the shorter one in common.
fn tell_of_same_days(one: (Instant, Instant), other: (Instant, Instant)) -> bool {
    let length = |(from, to): (Instant, Instant)| to.since(from).0;
    let both = (one.0.max(other.0), one.1.min(other.1));
    2 * length(both) >= length(one).min(length(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_tell_of_the_same_days_if_half_of_the_shorter_is_in_both() {
        let days = |from: i64, to: i64| (Instant(from * 1000), Instant(to * 1000));
        assert!(tell_of_same_days(days(0, 10), days(0, 10)));
        assert!(tell_of_same_days(days(0, 10), days(8, 12)));
        assert!(!tell_of_same_days(days(0, 10), days(9, 12)));
        assert!(!tell_of_same_days(days(0, 10), days(11, 12)));
        assert!(tell_of_same_days(days(0, 10), days(10, 10)));
    }
}
