//! Browsers whose clock is wrong: what their pixel wrote is moved to when it happened.
//!
//! The web pixel knows only the device's time. A logger that notes when it received each event shows how far
//! that is off: by the median of all events of one browser that follow each other without a long pause, since
//! single events may have waited to be sent; one that is alone is moved no further than those about it. Where
//! nobody noted that, an order shows it that the shop has dated too: by the median of all such orders of one
//! browser. Only more than five minutes are put right. Rows are moved by where they stand, so it does not matter
//! how the log was cut into blocks, nor who read them.
//!
//! A clock may be years ahead. Whether a row of such a browser is one of the future is therefore decided when
//! the clocks are known ([`Skew::look_ahead`]); until then it links nobody.

use super::haul::Haul;
use super::order_seen::OrderSeen;
use crate::event::{Identifier, RowRef, Touch};
use crate::input::format::{LATE, WRONG_CLOCK};
use crate::key::{FastMap, FastSet, Key};
use crate::quality::Reason;
use crate::time::{Instant, Span};

/// Events of one browser belong to one visit until nothing happens for so long.
const PAUSE: Span = Span::seconds(30 * 60);

/// A row of a browser, and when the log received it, or `None` if that is not known of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Received {
    pub(super) browser: Key,
    /// When it was, by the browser's clock.
    pub(super) at: Instant,
    pub(super) row: RowRef,
    pub(super) arrived: Option<Instant>,
}

/// A row of a browser of which nobody noted when a log received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unconfirmed {
    pub(super) browser: Key,
    /// When it was, by the browser's clock.
    pub(super) at: Instant,
    pub(super) row: RowRef,
    /// Whether the data reach until then.
    pub(super) counts: bool,
}

/// A row that is of the future by a clock that may be wrong.
#[derive(Clone, Debug)]
pub(super) struct Ahead {
    pub(super) row: RowRef,
    /// When it was, by the browser's clock.
    pub(super) at: Instant,
    /// Whom it names, if it links anybody.
    pub(super) identifiers: Box<[Identifier]>,
}

/// By how much the rows of wrong clocks are moved.
#[derive(Debug)]
pub(super) struct Skew {
    rows: FastMap<RowRef, Span>,
    /// What is later than this is of the future.
    latest: Instant,
    /// Whether rows were left to be judged by their time put right.
    has_ahead: bool,
    /// Browsers of which a log noted when it received their events.
    confirmed: FastSet<Key>,
}

impl Default for Skew {
    fn default() -> Skew {
        Skew::new(Instant::MAX)
    }
}

impl Skew {
    /// All clocks are right; what is later than `latest` is of the future.
    fn new(latest: Instant) -> Skew {
        let (rows, confirmed) = (FastMap::default(), FastSet::default());
        Skew { rows, latest, has_ahead: false, confirmed }
    }

    /// Finds the wrong clocks, and puts right what the scan has noted beside touches.
    pub(super) fn settle(haul: &mut Haul<'_>, latest: Instant) -> Skew {
        let mut received = std::mem::take(&mut haul.received);
        let goes_on = |one: &Received, next: &Received| {
            one.browser == next.browser && next.at.since(one.at) <= PAUSE
        };
        let mut skew = Skew::new(latest);
        skew.confirmed.extend(received.iter().map(|row| row.browser));
        received.extend(skew.beside(&haul.unconfirmed));
        received.sort_unstable();
        let visits: Vec<Visit<'_>> = received.chunk_by(goes_on).map(Visit::of).collect();
        for (place, &Visit { rows: visit, .. }) in visits.iter().enumerate() {
            let off = off_of(&visits, place);
            let is_wrong = Span(off.0.abs()) > WRONG_CLOCK;
            haul.late += count_late(visit, if is_wrong { off } else { Span(0) });
            if !is_wrong {
                continue;
            }
            skew.rows.extend(visit.iter().map(|row| (row.row, off)));
            for row in visit {
                skew.saw(haul, moved(row.at, off));
            }
            haul.clocks += visit.len() as u64;
        }
        haul.unconfirmed.retain(|row| !skew.rows.contains_key(&row.row));
        skew.put_right_beside(haul);
        skew
    }

    /// The rows of browsers of which the log has received others: they share the clock of their visit.
    fn beside(&self, unconfirmed: &[Unconfirmed]) -> Vec<Received> {
        let beside = unconfirmed.iter().filter(|row| self.confirmed.contains(&row.browser));
        beside
            .map(|&Unconfirmed { browser, at, row, .. }| Received {
                browser,
                at,
                row,
                arrived: None,
            })
            .collect()
    }

    /// Finds further wrong clocks by orders; `made` says when the shop made one that a log has seen. Browsers
    /// whose events a log has received are left alone.
    pub(super) fn anchor(
        &mut self,
        haul: &mut Haul<'_>,
        made: impl Fn(&OrderSeen) -> Option<Instant>,
    ) {
        let mut rows = std::mem::take(&mut haul.unconfirmed);
        rows.sort_unstable();
        let anchors = anchors(&haul.orders_seen, &rows, made);
        let mut skew = Skew::default();
        for browser in rows.chunk_by(|one, next| one.browser == next.browser) {
            let is_confirmed = browser.iter().any(|row| self.confirmed.contains(&row.browser));
            // Further deliveries of an order's event say nothing new.
            let mut known = FastSet::default();
            let own = browser.iter().filter_map(|row| anchors.get(&row.row));
            let own = own.filter(|(order, _)| known.insert(*order)).map(|(_, off)| *off);
            let off = if is_confirmed { Span(0) } else { nearest_median(own.collect()) };
            let off = if Span(off.0.abs()) > WRONG_CLOCK { off } else { Span(0) };
            for row in browser.iter().filter(|row| row.counts) {
                self.saw(haul, moved(row.at, off));
            }
            if off != Span(0) {
                skew.rows.extend(browser.iter().map(|row| (row.row, off)));
                haul.clocks += browser.len() as u64;
            }
        }
        skew.put_right_beside(haul);
        self.rows.extend(skew.rows);
    }

    /// Judges the rows that were of the future by a clock that may be wrong, now that all clocks are known:
    /// those that are not say who belongs together, the others are forgotten wherever they were noted.
    pub(super) fn look_ahead(&mut self, haul: &mut Haul<'_>) {
        let ahead = std::mem::take(&mut haul.ahead);
        self.has_ahead = !ahead.is_empty();
        for Ahead { row, at, identifiers } in ahead {
            let at = self.time(row, at);
            if at <= self.latest && identifiers.len() > 1 {
                haul.link(&identifiers, at, row);
            }
        }
        if self.has_ahead {
            haul.orders_seen.retain(|order| order.at <= self.latest);
            haul.checkouts.forget_after(self.latest);
        }
    }

    /// Whether a time, put right, is of the future.
    pub(super) fn is_future(&self, at: Instant) -> bool {
        at > self.latest
    }

    /// Notes a moment that the data covers, unless it is of the future.
    fn saw(&self, haul: &mut Haul<'_>, at: Instant) {
        if at <= self.latest {
            haul.saw(at);
        }
    }

    /// Puts right what the scan has noted beside touches.
    fn put_right_beside(&self, haul: &mut Haul<'_>) {
        if self.rows.is_empty() {
            return;
        }
        for order in &mut haul.orders_seen {
            order.at = self.time(order.row, order.at);
        }
        for seen in &mut haul.identified {
            seen.at = self.time(seen.row, seen.at);
        }
        haul.checkouts.put_right(self);
    }

    /// When the event of a row was that is said to have been `at`.
    pub(super) fn time(&self, row: RowRef, at: Instant) -> Instant {
        self.rows.get(&row).map_or(at, |&off| moved(at, off))
    }

    /// Moves a customer's touches, and puts them in order again; sets aside those that are of the future all
    /// the same.
    pub(super) fn put_right(&self, touches: &mut [Touch]) {
        if self.rows.is_empty() && !self.has_ahead {
            return;
        }
        for touch in &mut *touches {
            touch.at = self.time(touch.row, touch.at);
            let is_judged = touch.aside != 0 && touch.aside != Reason::UnmappedEvent.mark();
            if touch.at > self.latest && !is_judged {
                touch.aside = Reason::Future.mark();
            }
        }
        touches.sort_unstable_by_key(Touch::order_key);
    }
}

/// The rows of a browser that follow each other without a long pause, in order of time.
#[derive(Clone, Copy)]
struct Visit<'r> {
    rows: &'r [Received],
    /// How many moments have a row that a log has received.
    moments: usize,
    /// How far the browser's clock is behind that of the log by these rows; of two in the middle the lesser.
    off: Span,
}

impl<'r> Visit<'r> {
    fn of(rows: &'r [Received]) -> Visit<'r> {
        let behind = times_behind(rows);
        let middle = behind.len().saturating_sub(1) / 2;
        let off = behind.get(middle).copied().unwrap_or_default();
        Visit { rows, moments: behind.len(), off }
    }

    fn browser(&self) -> Option<Key> {
        self.rows.first().map(|row| row.browser)
    }

    /// From the end of this visit to the beginning of a later one.
    fn until(&self, later: &Visit<'_>) -> Option<Span> {
        Some(later.rows.first()?.at.since(self.rows.last()?.at))
    }
}

/// How far a browser's clock is behind during a visit. Of an event that is alone nobody can tell a clock that is behind from an
/// event that waited to be sent: it is moved no further than the closest rows of the browser that show its clock.
fn off_of(visits: &[Visit<'_>], place: usize) -> Span {
    let Some(own) = visits.get(place) else { return Span(0) };
    if own.moments != 1 || own.off <= Span(0) {
        return own.off;
    }
    let is_of_browser = |visit: &&Visit<'_>| visit.browser() == own.browser();
    let is_shown =
        |visit: &&Visit<'_>| visit.moments > 1 || visit.moments == 1 && visit.off <= WRONG_CLOCK;
    let (before, after) = (visits.iter().take(place).rev(), visits.iter().skip(place + 1));
    let before = before.take_while(is_of_browser).find(is_shown);
    let after = after.take_while(is_of_browser).find(is_shown);
    let before = before.and_then(|visit| Some((visit.until(own)?, visit.off)));
    let after = after.and_then(|visit| Some((own.until(visit)?, visit.off)));
    let closest = before.into_iter().chain(after).min_by_key(|(apart, _)| *apart);
    match closest {
        Some((_, off)) if off.0.abs() <= WRONG_CLOCK.0 || off > Span(0) => own.off.min(off),
        _ => own.off,
    }
}

/// How far a browser's clock is behind that of the log by each moment of a visit, least first.
fn times_behind(visit: &[Received]) -> Vec<Span> {
    // What is delivered again is late, whatever the clock says.
    let moments = visit.chunk_by(|one, next| one.at == next.at);
    let first = moments
        .filter_map(|rows| rows.iter().filter_map(|row| row.arrived).min().zip(rows.first()));
    let behind = first.map(|(arrived, row)| arrived.since(row.at));
    let mut behind: Vec<Span> = behind.collect();
    behind.sort_unstable();
    behind
}

/// By how much the rows of orders are behind the shop's clock, with the order. Who looks at an order again, in another browser,
/// does so later: of all rows of one those count that come closest. Only rows of browsers can be moved, `rows`: what a server has
/// told of the same order says nothing of their clocks.
fn anchors(
    seen: &[OrderSeen],
    rows: &[Unconfirmed],
    made: impl Fn(&OrderSeen) -> Option<Instant>,
) -> FastMap<RowRef, (Key, Span)> {
    let of_orders: FastSet<RowRef> = seen.iter().map(|seen| seen.row).collect();
    let of_browsers = rows.iter().map(|row| row.row).filter(|row| of_orders.contains(row));
    let of_browsers: FastSet<RowRef> = of_browsers.collect();
    let behind = |seen: &OrderSeen| Some((seen.row, (seen.key, made(seen)?.since(seen.at))));
    let seen = seen.iter().filter(|seen| of_browsers.contains(&seen.row));
    let all: Vec<(RowRef, (Key, Span))> = seen.filter_map(behind).collect();
    let mut closest: FastMap<Key, i64> = FastMap::default();
    for (_, (order, off)) in &all {
        let own = closest.entry(*order).or_insert(i64::MAX);
        *own = off.0.abs().min(*own);
    }
    let is_closest = |(order, off): &(Key, Span)| closest.get(order) == Some(&off.0.abs());
    all.into_iter().filter(|(_, anchor)| is_closest(anchor)).collect()
}

/// How many rows of a visit, whose clock is so much behind, came late.
fn count_late(visit: &[Received], off: Span) -> u64 {
    let waited = visit.iter().filter_map(|row| Some(row.arrived?.since(moved(row.at, off))));
    waited.filter(|waited| *waited > LATE).count() as u64
}

/// The median; of two in the middle the one that moves less. Nought without any.
fn nearest_median(mut behind: Vec<Span>) -> Span {
    behind.sort_unstable();
    let middle = behind.len().saturating_sub(1) / 2..=behind.len() / 2;
    let two = behind.get(middle).unwrap_or(&behind);
    two.iter().copied().min_by_key(|off| off.0.abs()).unwrap_or_default()
}

fn moved(at: Instant, by: Span) -> Instant {
    Instant(at.0.saturating_add(by.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(visit: &[Received]) -> Span {
        Visit::of(visit).off
    }

    fn row(minute: i64, received: i64) -> Received {
        let at = |minute: i64| Instant(minute * 60_000_000);
        let number = u32::try_from(minute.rem_euclid(1000)).unwrap();
        Received {
            browser: Key(1),
            at: at(minute),
            row: RowRef::new(0, number, number),
            arrived: Some(at(received)),
        }
    }

    #[test]
    fn single_events_that_waited_do_not_make_a_clock_wrong() {
        let visit = [row(0, 0), row(1, 1), row(2, 90)];
        assert_eq!(median(&visit), Span(0));
        assert_eq!(median(&[row(0, 60), row(1, 61), row(2, 62), row(3, 900)]), Span::seconds(3600));
        assert_eq!(median(&[row(0, 7), row(1, 9)]), Span::seconds(420), "the lesser of two");
        let unknown = Received { arrived: None, ..row(2, 0) };
        assert_eq!(median(&[row(0, 60), row(1, 61), unknown]), Span::seconds(3600));
        assert_eq!(median(&[unknown]), Span(0));
        let again = [row(0, 0), row(0, 20), row(0, 40), row(1, 1), row(1, 21), row(1, 41)];
        assert_eq!(median(&again), Span(0), "what comes again is late");
    }

    #[test]
    fn an_event_that_is_alone_is_moved_no_further_than_those_about_it() {
        let hours = |hours: i64| Span::seconds(hours * 3600);
        let off = |others: &[&[Received]], own: Received| {
            let own = [own];
            let visits = others.iter().copied().chain([&own[..]]).map(Visit::of);
            off_of(&visits.collect::<Vec<_>>(), others.len())
        };
        let (right, behind) = ([row(0, 0), row(1, 1)], [row(300, 420), row(301, 421)]);
        let ahead = [row(300, 0), row(301, 1)];
        let unknown = [Received { arrived: None, ..row(300, 0) }];
        let waited = row(600, 960);
        assert_eq!(off(&[&right], waited), hours(0), "the clock is right");
        assert_eq!(off(&[&right, &unknown], waited), hours(0), "it is not known anew");
        assert_eq!(off(&[&right, &behind], waited), hours(2), "the clock is behind by then");
        assert_eq!(off(&[&behind, &right[..1]], waited), hours(0), "one is enough to show it");
        assert_eq!(off(&[&right, &[row(500, 860)]], waited), hours(0), "another one that waited");
        assert_eq!(off(&[], waited), hours(6), "nothing else shows the clock");
        assert_eq!(off(&[&ahead], waited), hours(6), "the clock was another one");
        assert_eq!(off(&[&right], row(600, 480)), hours(-2), "nothing is received before it was");
        let other = right.map(|row| Received { browser: Key(2), ..row });
        assert_eq!(off(&[&other], waited), hours(6), "another browser's clock");
    }

    #[test]
    fn what_waited_for_days_came_late_whatever_the_clock_says() {
        let days = |days: i64| days * 24 * 60;
        let visit = [row(0, 60), row(1, 61), row(2, days(4))];
        assert_eq!(count_late(&visit, median(&visit)), 1);
        assert_eq!(count_late(&[row(0, days(3))], Span(0)), 0);
        assert_eq!(count_late(&[row(0, days(3) + 1)], Span(0)), 1);
    }

    #[test]
    fn of_two_orders_the_one_that_moves_less_decides() {
        let off =
            |seconds: &[i64]| nearest_median(seconds.iter().copied().map(Span::seconds).collect());
        assert_eq!(off(&[]), Span(0));
        assert_eq!(off(&[-600]), Span::seconds(-600));
        assert_eq!(off(&[-600, 2]), Span::seconds(2));
        assert_eq!(off(&[600, -7200, 3]), Span::seconds(3));
        assert_eq!(off(&[-700, -500, 3, 9]), Span::seconds(3));
    }
}
