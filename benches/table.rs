//! How fast tables are taken apart: `cargo bench --bench table`. Bytes are those of the input.
//!
//! A plain table has the columns of REES46's public logs; in a quoted one a user agent with commas
//! stands in quotes in every row, as in the web pixel's.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use funnel::input::block::Block;
use funnel::input::quoting::Signs;
use funnel::input::rows::OutlinedRows;
use std::fmt::Write;

const SIGNS: Signs = Signs { delimiter: b',', line_end: b'\n' };

/// Rows of a table: about as many as a block has.
const ROWS: usize = 6000;

fn main() {
    divan::main();
}

/// The pass over every byte of a table without quotes.
#[divan::bench]
fn outline_of_plain_rows(bencher: Bencher<'_, '_>) {
    outline(bencher, &plain());
}

/// The pass over every byte of a table with quotes in every row.
#[divan::bench]
fn outline_of_quoted_rows(bencher: Bencher<'_, '_>) {
    outline(bencher, &quoted());
}

/// Three cells of every row, found by the outline.
#[divan::bench]
fn three_cells_of_plain_rows(bencher: Bencher<'_, '_>) {
    let text = plain();
    let block = Block::of_bytes(text.clone().into_bytes(), Some(SIGNS));
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        for row in OutlinedRows::new(&block, SIGNS, 9) {
            black_box((row.written(0), row.written(1), row.written(7)));
        }
    });
}

/// The same rows by the `csv` crate, which reads blocks whose quotes stand where none may.
#[divan::bench]
fn plain_rows_by_the_csv_crate(bencher: Bencher<'_, '_>) {
    let text = plain();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).from_reader(black_box(text.as_bytes()));
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
            black_box((record.get(0), record.get(1), record.get(7)));
        }
    });
}

fn outline(bencher: Bencher<'_, '_>, text: &str) {
    let bytes = text.as_bytes();
    bencher
        .counter(BytesCount::of_slice(bytes))
        .with_inputs(|| bytes.to_vec())
        .bench_local_values(|bytes| Block::of_bytes(black_box(bytes), Some(SIGNS)));
}

fn plain() -> String {
    table(|row| {
        format!(
            "2019-10-01 {} UTC,view,{},2103807459595387724,electronics.smartphone,samsung,489.07,{},6a9f9a94-bd5d-4a5b-8a5e-{row:012}",
            clock(row),
            1_000_000 + row * 37,
            541_312_140 + row % 977
        )
    })
}

fn quoted() -> String {
    table(|row| {
        format!(
            "{row:08x}-11b2-4d2a-9d51-0c7b8f3a2e{:02x},2025-10-01T{}.123Z,page_viewed,/collections/all,\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0\",{}",
            row % 251,
            clock(row),
            541_312_140 + row % 977
        )
    })
}

fn clock(row: usize) -> String {
    format!("{:02}:{:02}:{:02}", row / 3600 % 24, row / 60 % 60, row % 60)
}

fn table(row: impl Fn(usize) -> String) -> String {
    (0..ROWS).fold(String::new(), |mut text, number| {
        _ = writeln!(text, "{}", row(number));
        text
    })
}
