//! The same data under other counting rules: what each counts, and which of its rules make the
//! difference.
//!
//! From our ladder to a rival's the policies are changed one group after the other. Every customer whose
//! count changes with a group is counted for it, so the causes say how many customers each rule touches.

use super::Request;
use super::judge::Bench;
use super::track::Track;
use crate::climb::Climber;
use crate::error::Result;
use crate::event::Touch;
use crate::findings::{Notice, RivalFinding};
use crate::ladder::definition::Ladder;
use crate::ladder::overrides::Overrides;
use crate::ladder::rules::Rules;
use std::collections::BTreeSet;

/// A ladder under other rules.
#[derive(Clone, Debug)]
pub(super) struct Rival {
    name: String,
    ladder: Ladder,
}

impl Rival {
    /// The same steps under other rules: all policies are the rules' own.
    pub(super) fn new(rules: &Rules, ours: &Ladder) -> Rival {
        let overrides = Overrides { rules: Some(rules.clone()), ..Overrides::default() };
        Rival { name: rules.name(), ladder: overrides.apply(ours.clone(), &BTreeSet::new()) }
    }
}

/// The ladder under the rules that are asked for; where nobody has named them, those that cannot count it are left out and
/// told.
pub(super) fn rivals(request: &Request, ours: &Ladder) -> (Vec<Rival>, Option<Notice>) {
    let all = request.rivals.iter().map(|rules| Rival::new(rules, ours));
    if request.rivals_are_named {
        return (all.collect(), None);
    }
    let is_sound = |rival: &Rival| rival.ladder.open || Climber::new(&rival.ladder).is_ok();
    let (rivals, others): (Vec<Rival>, Vec<Rival>) = all.partition(is_sound);
    let names: Vec<&str> = others.iter().map(|rival| rival.name.as_str()).collect();
    let message = format!(
        "Left out, because the ladder asks for what these rules cannot do: {} (--only NAME says what).",
        names.join(", ")
    );
    let notice = (!names.is_empty()).then_some(Notice { code: "rules_left_out", message });
    (rivals, notice)
}

/// A change of some policies of a ladder to those of another.
type Change = fn(&mut Ladder, &Ladder);

/// The groups of policies, in the order in which they are changed.
const CAUSES: [(&str, Change); 7] = [
    ("window", |ladder, rival| {
        ladder.window = rival.window;
        ladder.range = rival.range;
    }),
    ("entry", |ladder, rival| {
        ladder.entry = rival.entry;
        ladder.start = rival.start;
    }),
    ("ties", |ladder, rival| ladder.ties = rival.ties),
    ("exclusion", |ladder, rival| ladder.exclusions.clone_from(&rival.exclusions)),
    // Where a step counts by itself, one that only a later step proves does not count.
    ("missing events", |ladder, rival| ladder.linkage = rival.linkage),
    ("order", |ladder, rival| *ladder = Ladder { count: ladder.count, ..rival.clone() }),
    ("unit", |ladder, rival| ladder.count = rival.count),
];

/// All rivals, ready to judge customers. One a thread.
#[derive(Clone, Debug)]
pub(super) struct Rivals {
    rivals: Vec<Stages>,
}

/// The way from our ladder to one rival's.
#[derive(Clone, Debug)]
struct Stages {
    /// Our ladder first; each further one with the cause that it adds.
    tracks: Vec<(&'static str, Track)>,
    finding: RivalFinding,
}

impl Rivals {
    pub(super) fn new(bench: &Bench<'_>) -> Result<Rivals> {
        let rivals = bench.rivals.iter().map(|rival| Stages::new(rival, bench));
        Ok(Rivals { rivals: rivals.collect::<Result<_>>()? })
    }

    /// Counts one customer under all rules.
    pub(super) fn count(&mut self, kept: &[Touch]) {
        for stages in &mut self.rivals {
            stages.count(kept);
        }
    }

    pub(super) fn into_findings(self) -> Vec<RivalFinding> {
        self.rivals.into_iter().map(|stages| stages.finding).collect()
    }
}

impl Stages {
    fn new(rival: &Rival, bench: &Bench<'_>) -> Result<Stages> {
        let track =
            |ladder: &Ladder| Track::new(ladder, bench.names, bench.period, bench.seen_until);
        let mut tracks = vec![("", track(bench.ladder)?)];
        let mut ladder = bench.ladder.clone();
        for (cause, change) in CAUSES {
            let before = ladder.clone();
            change(&mut ladder, &rival.ladder);
            // Some policies only make sense together: such a group waits for the next one.
            let changed = (ladder != before).then(|| track(&ladder));
            tracks.extend(changed.and_then(Result::ok).map(|track| (cause, track)));
        }
        // The last stage is the rival itself; if it cannot be built, that is an error.
        track(&ladder)?;
        Ok(Stages { tracks, finding: RivalFinding::new(&rival.name, bench.ladder.steps.len()) })
    }

    /// Counts one customer: each cause that changes how many journeys reach each step is blamed.
    fn count(&mut self, kept: &[Touch]) {
        let steps = self.finding.reached.len();
        let mut last: Option<Counts> = None;
        for (cause, track) in &mut self.tracks {
            let counts = counts(track, kept, steps);
            if last.as_ref().is_some_and(|last| last.reached != counts.reached) {
                self.finding.blame(cause);
            }
            last = Some(counts);
        }
        if let Some(Counts { entered, reached }) = last {
            self.finding.add(entered, &reached);
        }
    }
}

/// What one customer's journeys are under some rules.
struct Counts {
    /// How many entered the ladder.
    entered: u64,
    /// How many reached each step.
    reached: Vec<u64>,
}

fn counts(track: &mut Track, kept: &[Touch], steps: usize) -> Counts {
    let mut counts = Counts { entered: 0, reached: vec![0; steps] };
    track.judge(kept, |verdict, _| {
        counts.entered += u64::from(!verdict.reached.is_empty());
        for step in verdict.reached.positions().filter(|&step| step < steps) {
            counts.reached[step] += 1;
        }
    });
    counts
}
