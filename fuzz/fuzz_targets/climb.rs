//! The matcher against its exhaustive twin: bytes become a small ladder of any policies and a journey.
#![no_main]

use funnel::climb::{Climber, reference};
use funnel::event::{RowRef, StepSet, Touch, Trail, mark};
use funnel::key::Key;
use funnel::ladder::definition::{
    Count, Entry, Ladder, Linkage, Order, Presence, Reuse, Start, Ties, Window,
};
use funnel::ladder::draft;
use funnel::time::{Instant, Precision, SECOND, Span};
use libfuzzer_sys::fuzz_target;

/// Takes bytes one by one; nothing more is nought.
struct Draw<'d>(std::slice::Iter<'d, u8>);

impl Draw<'_> {
    fn below(&mut self, limit: u8) -> u8 {
        self.0.next().copied().unwrap_or_default() % limit
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut draw = Draw(bytes.iter());
    let ladder = ladder(&mut draw);
    let journey = journey(&mut draw, ladder.steps.len());
    let until = Instant(i64::from(draw.below(20)) * SECOND);
    let Ok(mut climber) = Climber::new(&ladder) else { return };
    let mut fast = Vec::new();
    climber.judge_all(&journey, until, &mut fast);
    assert_eq!(fast, reference::judge_all(&ladder, &journey, until));
});

fn ladder(draw: &mut Draw<'_>) -> Ladder {
    let steps: Vec<String> = (0..2 + draw.below(3)).map(|step| format!("{step}={step}")).collect();
    let mut ladder = draft::from_steps(&steps, &[]).expect("the steps have names and events");
    let last = ladder.steps.len() - 1;
    for step in &mut ladder.steps[1..last] {
        step.presence =
            [Presence::Required, Presence::Optional, Presence::Implied][usize::from(draw.below(3))];
    }
    let span = Span::seconds(i64::from(draw.below(10)));
    ladder.order = [Order::Loose, Order::Adjacent, Order::Any][usize::from(draw.below(3))];
    ladder.window = [Window::None, Window::FromEntry(span), Window::Each(span), Window::Session]
        [usize::from(draw.below(4))];
    ladder.entry = [Entry::Longest, Entry::First, Entry::Every][usize::from(draw.below(3))];
    ladder.count = if ladder.entry == Entry::Every { Count::Attempt } else { Count::Customer };
    ladder.start = [Start::Earliest, Start::Latest][usize::from(draw.below(2))];
    ladder.ties = [Ties::Forgiving, Ties::Sequence, Ties::Strict, Ties::Tolerance(span)]
        [usize::from(draw.below(4))];
    ladder.reuse = [Reuse::Never, Reuse::TwoSteps][usize::from(draw.below(2))];
    ladder.linkage = [Linkage::Chain, Linkage::Apart][usize::from(draw.below(2))];
    ladder.hold = (draw.below(2) == 1).then(|| "product".to_owned());
    ladder
}

fn journey(draw: &mut Draw<'_>, steps: usize) -> Vec<Touch> {
    let known = (1_u32 << steps) - 1;
    let mut journey: Vec<Touch> = (0..draw.below(8))
        .map(|row| Touch {
            person: Key(1),
            visit: Key(u64::from(draw.below(2))),
            at: Instant(i64::from(draw.below(20)) * SECOND / 2),
            fingerprint: Key(u64::from(row) + 1),
            subject: Key::NONE,
            held: Key(u64::from(draw.below(3))),
            values: Key::NONE,
            trail: Trail::NONE,
            row: RowRef::new(0, u32::from(row), u32::from(row)),
            steps: StepSet(u32::from(draw.below(16)) & known),
            actions: StepSet::EMPTY,
            name: 0,
            sequence: 0,
            edition: 0,
            precision: [Precision::Exact, Precision::Second][usize::from(draw.below(2))],
            aside: 0,
            marks: mark::LOG,
            exclusions: 0,
        })
        .collect();
    journey.sort_by_key(Touch::order_key);
    journey
}
