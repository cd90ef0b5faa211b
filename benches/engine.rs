//! How fast a log becomes a report: `cargo bench --bench engine`. Items are rows.
//!
//! The whole pipeline on one thread, from a file that is in memory. The logs have the same events,
//! and differ in which way their rows take: by columns through the sieve, the same with a second identifier that links
//! some of them, one by one through the sieve, and one by one without it.

use divan::Bencher;
use divan::counter::ItemsCount;
use funnel::engine::{self, Plan, Request, Settings};
use funnel::input::{Told, open_all};
use funnel::ladder::draft;
use funnel::ladder::own_names::OwnNames;
use std::fmt::Write;
use tempfile::NamedTempFile;

const ROWS: usize = 100_000;

fn main() {
    divan::main();
}

/// A log in order of time: usual rows, read by the column.
#[divan::bench]
fn usual_rows(bencher: Bencher<'_, '_>) {
    run(bencher, &log("UTC", |row| row));
}

/// The same rows with a browser too; every third names its customer as well.
#[divan::bench]
fn linked_rows(bencher: Bencher<'_, '_>) {
    let text = log("UTC", |row| row);
    let linked = text.lines().enumerate().map(|(row, line)| match line.rsplit_once(',') {
        Some((rest, person)) if row > 0 => {
            let customer = if row % 3 == 0 { person } else { "" };
            format!("{rest},{customer},4c1d5e6f-0000-4000-8000-000{person}\n")
        }
        _ => format!("{line},client_id\n"),
    });
    run(bencher, &linked.collect::<String>());
}

/// The same times, written in a shape that is not usual: every row is read by itself.
#[divan::bench]
fn unusual_rows(bencher: Bencher<'_, '_>) {
    run(bencher, &log("+00:00", |row| row));
}

/// The same rows in no order: no sieve, every touch is kept until the end.
#[divan::bench]
fn rows_in_no_order(bencher: Bencher<'_, '_>) {
    run(bencher, &log("UTC", |row| row * 7919 % ROWS));
}

fn run(bencher: Bencher<'_, '_>, text: &str) {
    let mut file = NamedTempFile::with_suffix(".csv").expect("there is a folder for such files");
    std::io::Write::write_all(&mut file, text.as_bytes()).expect("there is room for it");
    let path = [file.path().display().to_string()];
    let steps = ["view=view", "cart=cart", "purchase=purchase"].map(str::to_string);
    let ladder = draft::from_steps(&steps, &[]).expect("the steps have names and events");
    let request = Request::of(Plan::Given(ladder));
    let settings = Settings {
        threads: 1,
        partitions: 64,
        memory: 1 << 30,
        block: 1 << 17,
        now: None,
        strict: false,
        detail: false,
        date_order: None,
        online_sources: Vec::new(),
        own_names: OwnNames::default(),
    };
    let told = Told::default();
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| open_all(&path, &told).expect("the file is a log"))
        .bench_local_values(|inputs| engine::run(inputs, &request, &settings, &|_| ()));
}

fn log(zone: &str, order: impl Fn(usize) -> usize) -> String {
    let head = "event_time,event_type,product_id,price,user_id\n".to_string();
    (0..ROWS).map(order).fold(head, |mut text, row| {
        let (hour, minute, second) = (row / 14400, row / 240 % 60, row / 4 % 60);
        let name = ["view", "view", "view", "view", "cart", "view", "purchase"][row % 7];
        let person = 541_312_140 + row * 31 % 6007;
        _ = writeln!(
            text,
            "2019-10-01 {hour:02}:{minute:02}:{second:02} {zone},{name},{row},9.5,{person}"
        );
        text
    })
}
