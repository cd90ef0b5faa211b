//! How fast journeys are judged and counted: `cargo bench --bench climb`. Items are touches.
//!
//! The journeys are like those of REES46's public logs: some 17 touches of a customer, in sessions, of
//! which 94 in 100 are views. They are drawn anew, and alike, in every run.

use divan::Bencher;
use divan::counter::ItemsCount;
use funnel::climb::Climber;
use funnel::event::{RowRef, StepSet, Touch, mark};
use funnel::key::Key;
use funnel::ladder::definition::{Ladder, Window};
use funnel::ladder::{draft, presets};
use funnel::tally::Tally;
use funnel::time::{Instant, Precision, SECOND, Span};

/// So few that their touches stay close to the processor, as those of a customer do who was just cleaned.
const CUSTOMERS: usize = 250;

/// Time that the log covers.
const DAYS: u64 = 61;

fn main() {
    divan::main();
}

/// View, cart and order, one day from the first view to the order.
#[divan::bench]
fn plain_three_steps(bencher: Bencher<'_, '_>) {
    let ladder = Ladder { window: Window::FromEntry(Span::days(1)), ..preset("retail") };
    judge(bencher, &ladder, &customers(&Kinds { others: &[1, 2], ..VIEWS }));
}

/// Eight required steps, of which most customers reach the first few.
#[divan::bench]
fn plain_eight_steps(bencher: Bencher<'_, '_>) {
    let steps: Vec<String> = (1..=8).map(|step| format!("s{step}=s{step}")).collect();
    let ladder = draft::from_steps(&steps, &[]).expect("the steps have names and events");
    let ladder = Ladder { window: Window::FromEntry(Span::days(7)), ..ladder };
    judge(bencher, &ladder, &customers(&Kinds { others: &[1, 2, 3, 4, 5, 6, 7], ..VIEWS }));
}

/// Every touch is an entry, most are a step that is not required as well.
#[divan::bench]
fn storefront(bencher: Bencher<'_, '_>) {
    let kinds = Kinds { always: StepSet::only(0), view: 3, others: &[1, 4, 5, 9], ..VIEWS };
    judge(bencher, &preset("storefront"), &customers(&kinds));
}

/// The same with a window that closes again and again before the log ends.
#[divan::bench]
fn storefront_in_one_day(bencher: Bencher<'_, '_>) {
    let kinds = Kinds { always: StepSet::only(0), view: 3, others: &[1, 4, 5, 9], ..VIEWS };
    let ladder = Ladder { window: Window::FromEntry(Span::days(1)), ..preset("storefront") };
    judge(bencher, &ladder, &customers(&kinds));
}

/// Whoever takes something out of the cart begins anew.
#[divan::bench]
fn with_an_exclusion(bencher: Bencher<'_, '_>) {
    let text =
        "[[exclude]]\nevent = \"cart_viewed\"\nafter = \"Add to cart\"\nbefore = \"Order\"\n";
    let text = format!("{}\n{text}", presets::text("retail").expect("a preset"));
    let ladder = draft::from_toml("retail", &text).expect("a sound ladder");
    let ladder = Ladder { window: Window::FromEntry(Span::days(1)), ..ladder };
    judge(bencher, &ladder, &customers(&Kinds { others: &[1, 2], excluded: 40, ..VIEWS }));
}

/// Orders of an export are known to the second only.
#[divan::bench]
fn with_an_orders_export(bencher: Bencher<'_, '_>) {
    let ladder = Ladder { window: Window::FromEntry(Span::days(1)), ..preset("retail") };
    let mut customers = customers(&Kinds { others: &[1, 2], ..VIEWS });
    for touch in customers.iter_mut().flatten().filter(|touch| touch.steps.has(2)) {
        touch.precision = Precision::Second;
    }
    judge(bencher, &ladder, &customers);
}

/// One customer who views for a year, adds to the cart now and then, and orders at the end.
#[divan::bench]
fn a_robot(bencher: Bencher<'_, '_>) {
    let ladder = Ladder { window: Window::FromEntry(Span::days(1)), ..preset("retail") };
    let is = |n: u64, every: u64| usize::from(n.is_multiple_of(every));
    let step = |n| StepSet::only(is(n, 97) + is(n, 97 * 1030));
    let robot = (0..100_000).map(|n| touch(Instant::default().plus(minutes(n)), step(n + 1)));
    let robot = robot.collect();
    judge(bencher, &ladder, &[robot]);
}

fn judge(bencher: Bencher<'_, '_>, ladder: &Ladder, customers: &[Vec<Touch>]) {
    let until = Instant::default().plus(minutes(DAYS * 24 * 60));
    let mut climber = Climber::new(ladder).expect("a sound ladder");
    let mut verdicts = Vec::new();
    let touches: usize = customers.iter().map(Vec::len).sum();
    bencher.counter(ItemsCount::new(touches)).bench_local(|| {
        let mut tally = Tally::new(ladder.steps.len(), ladder.actions.len());
        for journey in customers {
            verdicts.clear();
            climber.judge_all(journey, until, &mut verdicts);
            for verdict in &verdicts {
                verdict.add_to(&mut tally, journey);
            }
        }
        tally
    });
}

fn preset(name: &str) -> Ladder {
    presets::preset(name).expect("a preset")
}

/// Which steps the touches of a log are.
struct Kinds {
    /// What every touch is.
    always: StepSet,
    /// What a view is.
    view: usize,
    /// What six touches in a hundred are, the further the rarer.
    others: &'static [usize],
    /// Of a thousand touches, so many meet an exclusion.
    excluded: u64,
}

const VIEWS: Kinds = Kinds { always: StepSet::EMPTY, view: 0, others: &[], excluded: 0 };

/// Customers whose sessions lie days apart; in half of those with a cart the order follows.
fn customers(kinds: &Kinds) -> Vec<Vec<Touch>> {
    let mut draw = Draw(20_191_001);
    (0..CUSTOMERS).map(|_| customer(kinds, &mut draw)).collect()
}

fn customer(kinds: &Kinds, draw: &mut Draw) -> Vec<Touch> {
    let mut at = Instant::default().plus(minutes(draw.below(DAYS * 24 * 60 / 2)));
    let mut journey = Vec::new();
    while journey.is_empty() || draw.below(4) != 0 {
        let mut next = 0;
        for _ in 0..=draw.below(8) {
            let chance = if next == 0 { 5 } else { 40 };
            let other = kinds.others.get(next).filter(|_| draw.below(100) < chance);
            next = if other.is_some() { next + 1 } else { next };
            let step = *other.unwrap_or(&kinds.view);
            let excluded = draw.below(1000) < kinds.excluded;
            let one = touch(at, kinds.always.with(StepSet::only(step)));
            journey.push(Touch { exclusions: u8::from(excluded), ..one });
            at = at.plus(Span::seconds(i64::try_from(draw.below(90)).unwrap_or_default()));
        }
        at = at.plus(minutes(draw.below(10 * 24 * 60)));
    }
    journey
}

fn touch(at: Instant, steps: StepSet) -> Touch {
    Touch {
        person: Key(1),
        visit: Key(1),
        at,
        row: RowRef::default(),
        steps,
        marks: mark::LOG,
        ..Touch::default()
    }
}

fn minutes(count: u64) -> Span {
    Span(i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(60 * SECOND))
}

/// Numbers that look random and are the same in every run (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
