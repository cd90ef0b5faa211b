//! Journeys that are judged in parts: cut into sessions, or cut off where the search halts.
//!
//! Each part is copied into memory that is reused, judged like a journey of its own, and what comes
//! out is put back to the positions of the whole journey.

use super::Climber;
use super::attempt::Attempt;
use super::halt::halt;
use super::verdict::Verdict;
use crate::event::Touch;
use crate::journey::Sessionizer;
use crate::ladder::definition::{Entry, Halt};
use crate::ladder::session_rule::SessionRule;
use crate::time::Instant;

/// The memory for parts of journeys.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    sessionizer: Sessionizer,
    /// For each touch its session and its position.
    sessions: Vec<(usize, usize)>,
    touches: Vec<Touch>,
    /// The positions in the whole journey of the touches of a part.
    places: Vec<usize>,
}

impl Parts {
    /// Reads the sessions of a journey.
    fn read(&mut self, journey: &[Touch], rule: SessionRule, by_session: bool) {
        self.sessions.clear();
        self.sessionizer.begin(rule);
        for (position, touch) in journey.iter().enumerate() {
            let session = if by_session { self.sessionizer.session_of(touch) } else { 0 };
            self.sessions.push((session, position));
        }
        self.sessions.sort_unstable();
    }

    /// Takes the touches of the part that begins at a place of the sessions; gives its length.
    fn take(&mut self, journey: &[Touch], start: usize) -> Option<usize> {
        let session = self.sessions.get(start)?.0;
        let part = self.sessions.iter().skip(start).take_while(|(number, _)| *number == session);
        self.places.clear();
        self.places.extend(part.map(|(_, position)| *position));
        self.touches.clear();
        self.touches.extend(self.places.iter().map(|&place| journey[place]));
        Some(self.places.len())
    }
}

impl Climber {
    /// Whether journeys are judged in parts.
    pub(super) fn is_cut(&self) -> bool {
        self.terms.by_session || self.terms.halt != Halt::default()
    }

    /// Judges the parts of a journey; the best attempt of all of them counts, or the one that begins first.
    pub(super) fn judge_parts(
        &mut self,
        journey: &[Touch],
        seen_until: Instant,
    ) -> Option<Verdict> {
        self.next_entry(journey, 0)?;
        let takes_first = self.terms.entry == Entry::First;
        let is_better = |one: &Attempt, other: &Attempt| {
            if takes_first { one.choice.entry() < other.choice.entry() } else { one < other }
        };
        let mut best: Option<(Attempt, Verdict)> = None;
        self.for_each_part(journey, |climber, part, places, end| {
            let Some(first) = climber.next_entry(part, 0) else { return };
            let Some(attempt) = climber.search(part, first) else { return };
            let placed = attempt.placed(places);
            if best.is_none_or(|(best, _)| is_better(&placed, &best)) {
                let verdict = climber.verdict(&attempt.choice, part, (seen_until, end), 0);
                best = Some((placed, verdict.placed(places)));
            }
        });
        best.filter(|(attempt, _)| !attempt.merit.is_out()).map(|(_, verdict)| verdict)
    }

    /// Judges all attempts in the parts of a journey.
    pub(super) fn judge_parts_all(
        &mut self,
        journey: &[Touch],
        seen_until: Instant,
        verdicts: &mut Vec<Verdict>,
    ) {
        let known = verdicts.len();
        self.for_each_part(journey, |climber, part, places, end| {
            let first = verdicts.len();
            climber.attempts(part, seen_until, end, verdicts);
            for verdict in verdicts.iter_mut().skip(first) {
                *verdict = verdict.placed(places);
            }
        });
        if let Some(new) = verdicts.get_mut(known..) {
            new.sort_by_key(|verdict| verdict.entry);
        }
    }

    /// Goes through the parts: their touches, the places of these, and when the part ends for sure.
    fn for_each_part(
        &mut self,
        journey: &[Touch],
        mut each: impl FnMut(&mut Climber, &[Touch], &[usize], Instant),
    ) {
        let mut parts = std::mem::take(&mut self.parts);
        let by_session = self.terms.by_session;
        parts.read(journey, self.terms.sessions, by_session);
        let mut start = 0;
        while let Some(length) = parts.take(journey, start) {
            start += length;
            let last = parts.touches.last().map_or(Instant::MAX, |touch| touch.at);
            let end = if by_session { last.plus(self.terms.sessions.gap()) } else { Instant::MAX };
            if self.terms.halt != Halt::default() {
                halt(&self.terms, &mut parts.touches);
            }
            each(self, &parts.touches, &parts.places, end);
        }
        self.parts = parts;
    }
}
