//! One customer's touches in order: cleaned of what does not count, and cut into sessions.
//!
//! This file decides which rows of a customer are duplicates, further lines of an order or otherwise
//! set aside, in the one order that `quality` states: duplicates first, then robots, then the rest.
//! How far the journey got is the business of `climb`.

use crate::event::{RowRef, Touch, Trail, mark};
use crate::key::{FastMap, FastSet, Key};
use crate::ladder::session_rule::SessionRule;
use crate::quality::Reason;
use crate::time::{Instant, Span};
use std::cmp::Reverse;

/// So long a checkout may be elsewhere and come back to its session: payment providers keep a payment open
/// for up to three hours. Who resumes a checkout later has come anew.
const CHECKOUT_PAUSE: Span = Span::seconds(3 * 3600);

/// Up to so many touches are compared with each other; more are sorted.
const FEW: usize = 12;

/// Reusable room for cleaning journeys.
#[derive(Debug, Default)]
pub struct Cleaner {
    /// Fingerprints with the positions of their touches, the latest edition first.
    deliveries: Vec<(Key, Reverse<u32>, usize)>,
    /// The positions of touches of which another delivery counts, in order.
    again: Vec<usize>,
    /// The first touch of each order.
    orders: FastMap<Key, Touch>,
}

impl Cleaner {
    /// Sorts a customer's touches (in order already) into those that stay and those that are set aside:
    /// `keep` gets the first, `aside` is told of the others with the reason. Rows of unknown names are
    /// both told of and kept, because they keep sessions going. `same_input` says whether two touches
    /// are of one input.
    pub fn clean(
        &mut self,
        touches: &[Touch],
        keep: &mut Vec<Touch>,
        same_input: impl Fn(&Touch, &Touch) -> bool,
        mut aside: impl FnMut(&Touch, Reason),
    ) {
        keep.clear();
        // A map that has grown large is not emptied for each of a million small customers.
        if !self.orders.is_empty() {
            self.orders = FastMap::default();
        }
        self.find_deliveries(touches);
        let mut again = self.again.iter().copied().peekable();
        for (position, touch) in touches.iter().enumerate() {
            let is_again = again.next_if_eq(&position).is_some();
            let reason = if is_again {
                Some(Reason::Duplicate)
            } else {
                let marked = Reason::from_mark(touch.aside);
                marked.or_else(|| same_order(&mut self.orders, touch, &same_input))
            };
            match reason {
                None => keep.push(*touch),
                Some(Reason::UnmappedEvent) => {
                    aside(touch, Reason::UnmappedEvent);
                    keep.push(*touch);
                }
                Some(reason) => aside(touch, reason),
            }
        }
    }

    /// Finds the touches of which another delivery counts: one of a later edition, else an earlier one. Touches
    /// without a fingerprint have been through this already.
    fn find_deliveries(&mut self, touches: &[Touch]) {
        self.again.clear();
        self.deliveries.clear();
        if touches.len() <= FEW {
            let is_again = |(position, touch): &(usize, &Touch)| {
                let mut all = touches.iter().enumerate();
                let own = (*position, *touch);
                !touch.fingerprint.is_none() && all.any(|other| counts_before(other, own))
            };
            let again = touches.iter().enumerate().filter(is_again);
            return self.again.extend(again.map(|(position, _)| position));
        }
        let known = touches.iter().enumerate().filter(|(_, touch)| !touch.fingerprint.is_none());
        let delivery = |(position, touch): (usize, &Touch)| {
            (touch.fingerprint, Reverse(touch.edition), position)
        };
        self.deliveries.extend(known.map(delivery));
        self.deliveries.sort_unstable();
        let same = self.deliveries.chunk_by(|a, b| a.0 == b.0);
        self.again
            .extend(same.flat_map(|same| same.iter().skip(1)).map(|&(.., position)| position));
        self.again.sort_unstable();
    }
}

/// Whether two touches are deliveries of one event, and the first is the one that counts.
fn counts_before((one, first): (usize, &Touch), (other, second): (usize, &Touch)) -> bool {
    first.fingerprint == second.fingerprint
        && (Reverse(first.edition), one) < (Reverse(second.edition), other)
}

/// Whether an earlier touch completed the same order: one order is one conversion.
fn same_order(
    orders: &mut FastMap<Key, Touch>,
    touch: &Touch,
    same_input: &impl Fn(&Touch, &Touch) -> bool,
) -> Option<Reason> {
    if !touch.is(mark::ORDER | mark::NUMBERED) {
        return None;
    }
    let first = *orders.entry(touch.subject).or_insert(*touch);
    (first != *touch)
        .then(|| if same_input(&first, touch) { Reason::Continuation } else { Reason::Duplicate })
}

/// The sessions of a customer's touches (kept, in order of time), each in order of time; sessions in
/// the order in which they began. Orders of an export never open a session: they go with the latest
/// session of the customer if that may go on, and stand alone without one; checkouts with what else was seen of them.
pub fn sessions(touches: &[Touch], rule: SessionRule) -> Vec<Vec<Touch>> {
    let mut sessions: Vec<Vec<Touch>> = Vec::new();
    let mut sessionizer = Sessionizer::new(rule);
    for touch in touches {
        let session = sessionizer.session_of(touch);
        if session == sessions.len() {
            sessions.push(Vec::new());
        }
        sessions[session].push(*touch);
    }
    sessions
}

/// Numbers the sessions of one customer, from 0, as touches come in order of time.
#[derive(Clone, Debug, Default)]
pub struct Sessionizer {
    rule: SessionRule,
    /// The latest session of each visit, and when its log last said something.
    current: FastMap<Key, (usize, Instant)>,
    /// The latest session of any visit, likewise.
    latest: Option<(usize, Instant)>,
    /// The sessions that the source has noted.
    of_source: FastSet<usize>,
    /// The session in which a checkout was last seen, and when.
    checkouts: FastMap<Key, (usize, Instant)>,
    /// The campaign that last brought each browser, if the rule minds it.
    campaigns: FastMap<Key, Trail>,
    /// The last row that no log has seen, when it was, and its session.
    told: Option<(RowRef, Instant, usize)>,
    count: usize,
}

impl Sessionizer {
    /// Begins with a customer whose sessions end by a rule.
    pub fn new(rule: SessionRule) -> Sessionizer {
        Sessionizer { rule, ..Sessionizer::default() }
    }

    /// Begins with another customer.
    pub fn begin(&mut self, rule: SessionRule) {
        self.rule = rule;
        self.current.clear();
        self.latest = None;
        self.of_source.clear();
        self.checkouts.clear();
        self.campaigns.clear();
        self.told = None;
        self.count = 0;
    }

    /// The number of the session that the next touch belongs to.
    pub fn session_of(&mut self, touch: &Touch) -> usize {
        if !touch.is(mark::LOG) {
            let session = self.told_of(touch);
            if let Some(checkout) = touch.trail.checkout().filter(|_| session == self.count) {
                self.checkouts.insert(Key(checkout.0), (session, touch.at));
            }
            self.count = self.count.max(session + 1);
            self.told = Some((touch.row, touch.at, session));
            return session;
        }
        let session = self.logged(touch).unwrap_or(self.count);
        self.count = self.count.max(session + 1);
        let now = (session, touch.at);
        self.current.insert(touch.visit, now);
        self.latest = Some(now);
        if touch.is(mark::SESSION) {
            self.of_source.insert(session);
        } else if let Some(checkout) = touch.trail.checkout() {
            self.checkouts.insert(Key(checkout.0), now);
        }
        session
    }

    /// The session of a row that no log has seen: that of what else the row says of its moment, as a checkout does of its
    /// steps; that of its checkout; else the one that is running, or one of its own.
    fn told_of(&self, touch: &Touch) -> usize {
        let is_of_row =
            |&(row, at, _): &(RowRef, Instant, usize)| (row, at) == (touch.row, touch.at);
        if let Some((.., session)) = self.told.filter(is_of_row) {
            return session;
        }
        let runs = |&(_, last): &(usize, Instant)| touch.at.since(last) <= self.rule.gap();
        let running = || self.latest.filter(runs).map(|(session, _)| session);
        self.paused(touch).or_else(running).unwrap_or(self.count)
    }

    /// The session in which a row of a log goes on: that of the source as it is; else, unless a campaign brings the
    /// browser anew, that of its checkout or that of the browser.
    fn logged(&mut self, touch: &Touch) -> Option<usize> {
        if touch.is(mark::SESSION) {
            return self.latest_of(touch).map(|(session, _)| session);
        }
        if self.is_brought_anew(touch) {
            return None;
        }
        let running = |&(_, last): &(usize, Instant)| self.rule.goes_on(last, touch.at);
        self.paused(touch)
            .or_else(|| self.latest_of(touch).filter(running).map(|(session, _)| session))
    }

    /// The session in which the visit was last seen, and when. Who comes without a browser goes on where the customer is,
    /// and so does a row without a session where the source has noted one.
    fn latest_of(&self, touch: &Touch) -> Option<(usize, Instant)> {
        let own = self.current.get(&touch.visit).copied();
        let (has_browser, is_of_source) = (!touch.visit.is_none(), touch.is(mark::SESSION));
        let is_noted =
            |(session, _): &(usize, Instant)| !is_of_source && self.of_source.contains(session);
        let other = self.latest.filter(|latest| !has_browser || is_noted(latest));
        let both = own.filter(|_| has_browser).into_iter().chain(other);
        both.max_by_key(|(_, last)| *last)
    }

    /// Whether another campaign than the last one has brought the browser, where the rule minds it.
    fn is_brought_anew(&mut self, touch: &Touch) -> bool {
        let campaign = touch.trail.campaign().filter(|_| self.rule.minds_campaigns());
        campaign
            .is_some_and(|campaign| self.campaigns.insert(touch.visit, campaign) != Some(campaign))
    }

    /// The session of a checkout that may have gone on elsewhere, as at a payment provider's site.
    fn paused(&self, touch: &Touch) -> Option<usize> {
        let checkout = Key(touch.trail.checkout()?.0);
        let (session, last) = self.checkouts.get(&checkout).copied()?;
        (touch.at.since(last) <= CHECKOUT_PAUSE).then_some(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(minute: i64, visit: u64, marks: u8) -> Touch {
        Touch {
            person: Key(1),
            visit: Key(visit),
            at: Instant(minute * 60_000_000),
            fingerprint: Key(u64::try_from(minute).unwrap() << 32 | visit),
            row: RowRef::new(0, u32::try_from(minute).unwrap(), 0),
            marks,
            ..Touch::default()
        }
    }

    fn cut(touches: &[Touch]) -> Vec<Vec<i64>> {
        cut_by(SessionRule::default(), touches)
    }

    fn cut_by(rule: SessionRule, touches: &[Touch]) -> Vec<Vec<i64>> {
        sessions(touches, rule)
            .iter()
            .map(|s| s.iter().map(|t| t.at.0 / 60_000_000).collect())
            .collect()
    }

    #[test]
    fn more_than_thirty_minutes_end_a_session() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG), touch(30, 1, mark::LOG), touch(61, 1, mark::LOG)]),
            [vec![0, 30], vec![61]]
        );
    }

    #[test]
    fn devices_have_sessions_of_their_own() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG), touch(5, 2, mark::LOG), touch(10, 1, mark::LOG)]),
            [vec![0, 10], vec![5]]
        );
    }

    #[test]
    fn without_a_browser_a_row_goes_on_in_the_latest_session() {
        let [one, server] = [1, Key::NONE.0];
        let own = mark::LOG;
        let rows = [touch(0, one, own), touch(10, server, own), touch(41, server, own)];
        assert_eq!(cut(&rows), [vec![0, 10], vec![41]]);
        let rows = [touch(0, server, own), touch(30, server, own), touch(35, one, own)];
        assert_eq!(cut(&rows), [vec![0, 30], vec![35]]);
    }

    #[test]
    fn a_row_without_a_session_goes_on_in_the_one_that_the_source_has_noted() {
        let (source, log) = (mark::LOG | mark::SESSION, mark::LOG);
        let rows = [touch(0, 7, source), touch(2, 1, log), touch(40, 1, log)];
        assert_eq!(cut(&rows), [vec![0, 2], vec![40]]);
        // Another of the source's begins all the same.
        let rows = [touch(0, 7, source), touch(2, 1, log), touch(3, 8, source)];
        assert_eq!(cut(&rows), [vec![0, 2], vec![3]]);
    }

    #[test]
    fn a_session_that_the_source_has_noted_is_its_own_whoever_goes_on_in_it() {
        let (source, log) = (mark::LOG | mark::SESSION, mark::LOG);
        let rows = [touch(0, 7, source), touch(15, 2, log), touch(40, 1, log), touch(71, 1, log)];
        assert_eq!(cut(&rows), [vec![0, 15, 40], vec![71]]);
    }

    #[test]
    fn a_checkout_goes_on_where_it_was_unless_a_campaign_brings_it() {
        let at = |minute, checkout: u64, campaign: u64| Touch {
            trail: Trail::new(
                (checkout > 0).then_some(Key(checkout)),
                (campaign > 0).then_some(Key(campaign)),
            ),
            ..touch(minute, 1, mark::LOG)
        };
        let returned = [at(0, 8, 0), at(60, 0, 0), at(65, 8, 0), at(70, 0, 0)];
        assert_eq!(cut(&returned), [vec![0, 65, 70], vec![60]]);
        let ua = SessionRule::parse("ua").unwrap();
        let recovered = [at(0, 8, 3), at(5, 0, 3), at(10, 8, 4), at(15, 8, 0)];
        assert_eq!(cut_by(ua, &recovered), [vec![0, 5], vec![10, 15]]);
        assert_eq!(cut(&recovered), [vec![0, 5, 10, 15]]);
    }

    #[test]
    fn a_session_of_the_source_is_not_cut() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG | mark::SESSION), touch(90, 1, mark::LOG | mark::SESSION)]),
            [vec![0, 90]]
        );
    }

    #[test]
    fn an_exported_order_joins_a_running_session_or_stands_alone() {
        assert_eq!(
            cut(&[touch(0, 1, mark::LOG), touch(20, 9, mark::ORDER), touch(90, 9, mark::ORDER)]),
            [vec![0, 20], vec![90]]
        );
    }

    #[test]
    fn how_long_an_export_waits_for_a_session_is_said_by_the_rule() {
        let rows = [touch(0, 1, mark::LOG), touch(20, 9, mark::ORDER), touch(75, 9, mark::ORDER)];
        let gap = |minutes: i64| SessionRule::Gap(Span::seconds(minutes * 60));
        assert_eq!(cut_by(gap(10), &rows), [vec![0], vec![20], vec![75]]);
        assert_eq!(cut_by(gap(80), &rows), [vec![0, 20, 75]]);
    }

    #[test]
    fn an_exported_checkout_goes_where_a_log_has_seen_it() {
        let trail = Trail::new(Some(Key(8)), None);
        let [logged, exported] = [mark::LOG, 0]
            .map(|marks| move |minute, visit| Touch { trail, ..touch(minute, visit, marks) });
        // Another browser has been active meanwhile.
        let rows = [logged(0, 1), touch(20, 2, mark::LOG), exported(25, 9), exported(90, 9)];
        assert_eq!(cut(&rows), [vec![0, 25, 90], vec![20]]);
        // Where the export has it first, nobody's session runs.
        let rows =
            [touch(0, 1, mark::LOG), exported(40, 9), logged(41, 1), touch(50, 1, mark::LOG)];
        assert_eq!(cut(&rows), [vec![0], vec![40, 41, 50]]);
        // What the export says of a running session moves no browser into it.
        let rows = [touch(0, 1, mark::LOG), touch(5, 2, mark::LOG), exported(6, 9), logged(7, 1)];
        assert_eq!(cut(&rows), [vec![0, 7], vec![5, 6]]);
    }

    #[test]
    fn a_checkout_comes_back_to_its_session() {
        let at = |minute, visit, trail| Touch { trail, ..touch(minute, visit, mark::LOG) };
        let checkout = Trail::new(Some(Key(8)), None);
        let paid = [at(0, 1, checkout), at(40, 1, checkout), at(45, 1, Trail::NONE)];
        assert_eq!(cut(&paid), [vec![0, 40, 45]]);
        assert_eq!(cut_by(SessionRule::Gap(Span::seconds(60)), &paid), [vec![0, 40], vec![45]]);
        let others =
            [at(0, 1, checkout), at(40, 2, checkout), at(75, 1, Trail::new(Some(Key(6)), None))];
        assert_eq!(cut(&others), [vec![0, 40], vec![75]], "in another browser too");
        assert_eq!(cut(&[at(0, 1, checkout), at(180, 1, checkout)]), [vec![0, 180]]);
        assert_eq!(cut(&[at(0, 1, checkout), at(181, 1, checkout)]), [vec![0], vec![181]]);
    }

    #[test]
    fn another_campaign_begins_a_session_where_the_rule_minds_it() {
        let at = |minute, campaign: u64| Touch {
            trail: Trail::new(None, (campaign > 0).then_some(Key(campaign))),
            ..touch(minute, 1, mark::LOG)
        };
        let touches = [at(0, 0), at(1, 3), at(2, 0), at(3, 3), at(4, 5), at(5, 3)];
        let ua = SessionRule::parse("ua").unwrap();
        assert_eq!(cut_by(ua, &touches), [vec![0], vec![1, 2, 3], vec![4], vec![5]]);
        assert_eq!(cut(&touches), [vec![0, 1, 2, 3, 4, 5]]);
    }

    #[test]
    fn deliveries_and_lines_of_an_order_count_once() {
        let order = |minute, key, fingerprint| Touch {
            subject: Key(key),
            fingerprint: Key(fingerprint),
            ..touch(minute, 1, mark::LOG | mark::ORDER | mark::NUMBERED)
        };
        let bot = Touch { aside: Reason::Bot.mark(), ..touch(3, 1, mark::LOG) };
        let touches = [order(0, 7, 1), order(0, 7, 1), order(1, 7, 2), order(2, 8, 3), bot, bot];
        let (mut keep, mut aside) = (Vec::new(), Vec::new());
        Cleaner::default().clean(&touches, &mut keep, |_, _| true, |_, reason| aside.push(reason));
        assert_eq!(keep.len(), 2);
        let later = Touch { edition: 2, ..order(0, 7, 1) };
        for others in [0, FEW] {
            let mut touches = vec![order(0, 7, 1), later, Touch { edition: 1, ..later }];
            touches.extend(touches.clone().into_iter().cycle().take(others));
            Cleaner::default().clean(&touches, &mut keep, |_, _| true, |_, _| ());
            assert_eq!(keep, [later]);
        }
        assert_eq!(
            aside,
            [Reason::Duplicate, Reason::Continuation, Reason::Bot, Reason::Duplicate]
        );
    }
}
