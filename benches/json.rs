//! How fast JSON lines are read: `cargo bench --bench json`. Bytes are those of the input.
//!
//! Flat records are like those of public logs, all text; nested ones are the example store's pixel events.
//! Events go to a sink that only looks at them, so what is measured ends where the ladder begins.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use funnel::event::RawEvent;
use funnel::input::bitmap::{CHUNK, Chunk};
use funnel::input::block::Block;
use funnel::input::detect;
use funnel::input::format::shopify_analytics::AnalyticsLine;
use funnel::input::format::shopify_checkouts::CheckoutLine;
use funnel::input::format::shopify_orders::OrderLine;
use funnel::input::format::{RowAt, Sink};
use funnel::input::json::{Lines, Reader, Written};
use funnel::input::source::Source;
use funnel::input::{Reading, Scratch, Told};
use funnel::quality::Reason;

fn main() {
    divan::main();
}

/// Flat records: split, taken apart, and read as events.
#[divan::bench]
fn flat_events(bencher: Bencher<'_, '_>) {
    read(bencher, &flat());
}

/// Nested records, the same.
#[divan::bench]
fn nested_events(bencher: Bencher<'_, '_>) {
    read(bencher, NESTED.as_bytes());
}

/// Flat records, only taken apart.
#[divan::bench]
fn flat_records(bencher: Bencher<'_, '_>) {
    take_apart(bencher, &flat());
}

/// Nested records, only taken apart.
#[divan::bench]
fn nested_records(bencher: Bencher<'_, '_>) {
    take_apart(bencher, NESTED.as_bytes());
}

/// Nested records, each scanned as if none were like another.
#[divan::bench]
fn nested_records_of_no_known_shape(bencher: Bencher<'_, '_>) {
    let all = Written::new(NESTED.as_bytes());
    bencher.counter(BytesCount::of_slice(all.bytes())).bench_local(|| {
        let mut reader = Reader::<()>::default();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', all.bytes()) {
            // Something follows each record, and only whole records are learnt.
            black_box(reader.read(all.part(start..end + 1)).is_ok());
            start = end + 1;
        }
    });
}

/// Every byte compared with one sign.
#[divan::bench]
fn masks(bencher: Bencher<'_, '_>) {
    let block = flat();
    let (chunks, _) = block.as_chunks::<CHUNK>();
    bencher.counter(BytesCount::of_slice(&block)).bench_local(|| {
        chunks.iter().fold(0, |all, chunk| all ^ black_box(Chunk::new(chunk).equal_to(b'"')))
    });
}

const NESTED: &str = include_str!("../examples/store/pixel.jsonl");

/// A megabyte of records as they follow each other in a log: two events at a time of one visitor.
fn flat() -> Vec<u8> {
    const AGENTS: [&str; 4] = [
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    ];
    const REFERRERS: [&str; 3] =
        ["", "https://www.google.com/", "https://l.instagram.com/?u=shop.example.com"];
    const NAMES: [&str; 4] =
        ["page_viewed", "product_viewed", "product_added_to_cart", "checkout_started"];
    let mut block = String::new();
    let mut state = 1_u64;
    for number in 0..2500_u64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(number / 2);
        let pick = |of: usize| usize::try_from(state >> 33).unwrap_or(0) % of;
        let client = state.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        block += &format!(
            concat!(
                r#"{{"timestamp":"2025-03-01T{:02}:{:02}:{:02}.{:03}Z","client_id":"{:08x}-598d-4e52-9edc-{:012x}","#,
                r#""event_name":"{}","session_id":"{:08x}-ce33-4ccb-897d-effbd754de49","#,
                r#""url":"https://shop.example.com/products/{}-{}?variant={}","referrer":"{}","#,
                r#""user_agent":"{}","country":"{}"}}"#,
                "\n"
            ),
            number / 120,
            number / 2 % 60,
            state % 60,
            state % 1000,
            client >> 32,
            client & 0xFFFF_FFFF_FFFF,
            NAMES[pick(100).saturating_sub(96)],
            (client >> 20) & 0xFFFF_FFFF,
            ["oppo", "artel", "xiaomi", "a"][pick(4)],
            pick(1_000_000),
            40_000_000_000 + pick(1_000_000_000),
            REFERRERS[pick(3)],
            AGENTS[pick(4)],
            ["CA", "DE", "US"][pick(3)],
        );
    }
    block.into_bytes()
}

fn read(bencher: Bencher<'_, '_>, block: &[u8]) {
    let reading = reading(block);
    let block = &Block::of_bytes(block.to_vec(), None);
    let mut scratch = Scratch::default();
    bencher.counter(BytesCount::of_slice(block.bytes())).bench_local(|| {
        let mut sink = Looks::default();
        let extent = reading.read(black_box(block), &mut scratch, &mut sink);
        assert_eq!(sink.events + sink.defects, extent.records);
        sink.seen
    });
}

fn take_apart(bencher: Bencher<'_, '_>, block: &[u8]) {
    let mut reader = Reader::<()>::default();
    bencher.counter(BytesCount::of_slice(block)).bench_local(|| {
        for line in Lines::new(black_box(block)) {
            black_box(reader.read(line.written).is_ok());
        }
    });
}

fn reading(block: &[u8]) -> Reading {
    let told = Told::default();
    let source = Source::from_bytes("bench", block.to_vec()).expect("the records are text");
    detect::recognise(source, &told).expect("the records are events").reading
}

/// Looks at each event and forgets it.
#[derive(Default)]
struct Looks {
    events: u64,
    defects: u64,
    seen: u64,
}

impl Sink for Looks {
    fn event(&mut self, at: RowAt, event: &RawEvent<'_>, user_agent: Option<&[u8]>) {
        let who = event.identifiers.first().map_or(0, |identifier| identifier.key.0);
        let agent = user_agent.map_or(0, <[u8]>::len) as u64;
        self.seen ^= who ^ event.at.0.cast_unsigned() ^ agent;
        self.seen ^= u64::from(at.record) ^ event.name.len() as u64;
        self.events += 1;
    }

    fn further(&mut self, _: RowAt, _: &RawEvent<'_>) {}

    fn defect(&mut self, _at: RowAt, _reason: Reason, _message: String) {
        self.defects += 1;
    }

    fn blocked(&mut self, _: bool) {}
    fn order(&mut self, _at: RowAt, _line: OrderLine) {}
    fn checkout(&mut self, _at: RowAt, _line: CheckoutLine) {}
    fn person(&mut self, _: RowAt, _: &[funnel::event::Identifier]) {}

    fn member(&mut self, _: RowAt, _: funnel::input::format::kaggle::MemberLine) {}

    fn total(&mut self, _at: RowAt, _line: AnalyticsLine) {}
}
