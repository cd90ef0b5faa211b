//! Logs in Parquet files: read by their columns they are the same log as read as text, and the same as the table in
//! CSV. Files are written here in all the ways that a log may be written: types, encodings, pages, row groups.
//!
//! With one large block a file is read as text, row by row; small blocks of a log in order of time take the
//! columns.

use crate::inside::{report, settings, told};
use funnel::engine::{self, Plan, Request, Settings};
use funnel::input::timestamp::ZoneRule;
use funnel::ladder::dimension::Breakdown;
use funnel::ladder::draft;
use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The first moment of the log, in microseconds.
const START: i64 = 1_759_800_000_000_000;

const NAMES: [&str; 7] = [
    "page_viewed",
    "product_viewed",
    "product_added_to_cart",
    "checkout_started",
    "checkout_completed",
    "tile_seen",
    "a \"tile\"",
];

/// How times are written.
#[derive(Clone, Copy, Debug)]
enum Times {
    /// So many units a second, in UTC or not.
    Typed(i64, bool),
    Text,
    Epoch,
}

/// How people are written.
#[derive(Clone, Copy, Debug)]
enum People {
    Text,
    Long,
    Int,
}

/// A row; a cell that is missing is none.
#[derive(Clone, Debug)]
struct Row {
    /// Microseconds since the row before.
    passed: i64,
    is_late: bool,
    person: Option<usize>,
    name: Option<usize>,
    agent: Option<&'static str>,
    page: Option<&'static str>,
    country: Option<&'static str>,
    note: Option<&'static str>,
    customer: Option<&'static str>,
    price: Option<u8>,
    copies: usize,
}

/// How a file is written.
#[derive(Clone, Debug)]
struct Style {
    times: Times,
    people: People,
    has_customers: bool,
    properties: WriterProperties,
    group: usize,
}

impl Style {
    /// The columns of texts.
    fn texts(&self) -> &'static [&'static str] {
        &TEXTS[..if self.has_customers { TEXTS.len() } else { TEXTS.len() - 1 }]
    }
}

/// All columns of texts, the customer's last.
const TEXTS: [&str; 6] = ["event", "user_agent", "url", "country", "note", "customer_id"];

fn rows() -> impl Strategy<Value = Vec<Row>> {
    fn one_of(texts: &[&'static str]) -> impl Strategy<Value = Option<&'static str>> + use<> {
        prop::option::weighted(0.9, prop::sample::select(texts.to_vec()))
    }
    let rarely = || prop_oneof![40 => Just(false), 1 => Just(true)];
    let passed =
        prop_oneof![2 => Just(0), 2 => Just(7_000_000i64), 1 => Just(1_500_000), 1 => Just(250)];
    let person = prop_oneof![30 => (0..5usize).prop_map(Some), 1 => (5..9usize).prop_map(Some), 1 => Just(None)];
    let name = prop_oneof![30 => (0..NAMES.len()).prop_map(Some), 1 => Just(None)];
    let agent = one_of(&[
        "Mozilla/5.0 (X11; Linux x86_64)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)",
        "Mozilla/5.0 (X11; Linux x86_64)",
        "Googlebot/2.1",
        "Mozilla \"5\"",
    ]);
    let page = one_of(&[
        "https://shop.example.com/p/1?v=2",
        "https://shop.example.com/?utm_source=mail&utm_medium=post",
        "/p/1",
        "https://shop.example.com/p/\"2\",3",
        "",
    ]);
    let country = one_of(&["CA", "FR", "null", "\"CA\"", "", "C\nA", "FR\r"]);
    let note = one_of(&["", "x", "x\r", "two\nlines", "\"", "a\u{1e}b\u{1f}c", "é"]);
    let customer = prop::option::weighted(
        0.4,
        prop::sample::select(vec![
            "7000000000001",
            "7000000000002",
            "gid://shopify/Customer/7000000000001",
            "0",
            "",
            "\"12\"",
        ]),
    );
    let price = prop::option::of(0..9u8);
    let cells = (agent, page, country, note, customer, price);
    (prop::collection::vec((passed, rarely(), person, name, cells, 1..3usize), 1..150)).prop_map(
        |rows| {
            let row = |(passed, is_late, person, name, cells, copies)| {
                let (agent, page, country, note, customer, price) = cells;
                Row {
                    passed,
                    is_late,
                    person,
                    name,
                    agent,
                    page,
                    country,
                    note,
                    customer,
                    price,
                    copies,
                }
            };
            let mut rows: Vec<Row> = rows.into_iter().map(row).collect();
            // A file of which no row can be read is refused; beside a customer a short number names nobody.
            (rows[0].name, rows[0].person) = (Some(0), Some(0));
            rows[0].customer = Some("7000000000001");
            rows
        },
    )
}

fn style() -> impl Strategy<Value = Style> {
    let units = prop::sample::select(vec![1000i64, 1_000_000, 1_000_000_000]);
    let times = prop_oneof![
        3 => (units, any::<bool>()).prop_map(|(units, is_utc)| Times::Typed(units, is_utc)),
        1 => Just(Times::Text),
        1 => Just(Times::Epoch),
    ];
    let people =
        prop_oneof![2 => Just(People::Text), 1 => Just(People::Long), 1 => Just(People::Int)];
    let encoding = prop_oneof![4 => Just(Encoding::PLAIN), 1 => Just(Encoding::DELTA_BYTE_ARRAY)];
    let pages = (1..50usize, prop_oneof![Just(30usize), Just(1 << 20)], any::<[bool; 4]>());
    (times, people, encoding, pages, 1..200usize).prop_map(
        |(times, people, encoding, (page, dictionary, flags), group)| {
            let [is_new, is_packed, is_known, has_customers] = flags;
            let (new, old) = (WriterVersion::PARQUET_2_0, WriterVersion::PARQUET_1_0);
            let version = if is_new { new } else { old };
            let packing = if is_packed { Compression::SNAPPY } else { Compression::UNCOMPRESSED };
            let mut properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_compression(packing)
                .set_dictionary_enabled(is_known)
                .set_dictionary_page_size_limit(dictionary)
                .set_data_page_row_count_limit(page)
                .set_write_batch_size(7);
            let person = Some("client_id").filter(|_| matches!(people, People::Text));
            for column in TEXTS.into_iter().chain(person) {
                properties = properties.set_column_encoding(column.into(), encoding);
            }
            Style { times, people, has_customers, properties: properties.build(), group }
        },
    )
}

/// The rows with their times, each as often as it stands in the log.
fn log(rows: &[Row]) -> Vec<(i64, &Row)> {
    let mut at = START;
    let mut log = Vec::new();
    for row in rows {
        at += row.passed;
        let own = if row.is_late { at - 3_000_000 } else { at };
        log.extend((0..row.copies).map(|_| (own, row)));
    }
    log
}

impl Row {
    fn person(&self, people: People) -> Option<String> {
        Some(match (people, self.person?) {
            (People::Text, 5) => "visitor \"five\" who has a long name".to_string(),
            (People::Text, 6) => "'6aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_string(),
            (People::Text, 7) => "guest".to_string(),
            (People::Text, 8) => "\"8aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"".to_string(),
            (People::Text, own) => format!("1a27a8e7-598d-4e52-9edc-a99c39648d3{own}"),
            (People::Long, 5) => "-5".to_string(),
            (People::Long, 6) => "7100000000006".to_string(),
            (People::Long, own) => (5_000_000_000 + own).to_string(),
            (People::Int, own) => own.to_string(),
        })
    }

    /// The cells of texts, as far as the row has them.
    fn texts(&self) -> [Option<&str>; 6] {
        let name = self.name.map(|name| NAMES[name]);
        [name, self.agent, self.page, self.country, self.note, self.customer]
    }
}

/// Writes a column.
fn write<T: DataType>(group: &mut SerializedRowGroupWriter<'_, File>, values: Vec<Option<T::T>>) {
    let mut column = group.next_column().unwrap().unwrap();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).unwrap();
    column.close().unwrap();
}

fn bytes(text: &str) -> ByteArray {
    text.as_bytes().to_vec().into()
}

fn shown(at: i64, zone: &str) -> String {
    let time = chrono::DateTime::from_timestamp_micros(at).unwrap();
    format!("{}{zone}", time.format("%Y-%m-%dT%H:%M:%S%.6f"))
}

fn write_parquet(path: &Path, log: &[(i64, &Row)], style: &Style) {
    let time = match style.times {
        Times::Typed(units, is_utc) => {
            let unit = match units {
                1000 => "MILLIS",
                1_000_000 => "MICROS",
                _ => "NANOS",
            };
            format!("INT64 time (TIMESTAMP({unit},{is_utc}))")
        }
        Times::Text => "BINARY time (UTF8)".to_string(),
        Times::Epoch => "INT64 time".to_string(),
    };
    let person = match style.people {
        People::Text => "BINARY client_id (UTF8)",
        People::Long => "INT64 client_id",
        People::Int => "INT32 client_id",
    };
    let text = |name: &&str| format!("OPTIONAL BINARY {name} (UTF8);");
    let texts: String = style.texts().iter().map(text).collect();
    let schema = format!(
        "message log {{ OPTIONAL {time}; OPTIONAL {person}; OPTIONAL DOUBLE price; {texts} }}"
    );
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let file = File::create(path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(style.properties.clone())).unwrap();
    for rows in log.chunks(style.group) {
        let mut group = writer.next_row_group().unwrap();
        let times = rows.iter().map(|(at, _)| *at);
        match style.times {
            Times::Typed(units, _) => {
                let units =
                    |at: i64| Some(at / 1000 * (units / 1000) + at % 1000 * units / 1_000_000);
                write::<Int64Type>(&mut group, times.map(units).collect());
            }
            Times::Text => {
                let texts =
                    times.map(|at| Some(bytes(&shown(at / 1000 * 1000, "Z").replace("000Z", "Z"))));
                write::<ByteArrayType>(&mut group, texts.collect());
            }
            Times::Epoch => {
                write::<Int64Type>(&mut group, times.map(|at| Some(at / 1000)).collect());
            }
        }
        let people = rows.iter().map(|(_, row)| row.person(style.people));
        match style.people {
            People::Text => {
                let texts = people.map(|own| own.map(|own| bytes(&own)));
                write::<ByteArrayType>(&mut group, texts.collect());
            }
            People::Long => {
                let numbers = people.map(|own| own.map(|own| own.parse().unwrap()));
                write::<Int64Type>(&mut group, numbers.collect());
            }
            People::Int => {
                let numbers = people.map(|own| own.map(|own| own.parse().unwrap()));
                write::<Int32Type>(&mut group, numbers.collect());
            }
        }
        let prices = rows.iter().map(|(_, row)| row.price.map(|price| f64::from(price) / 4.0));
        write::<DoubleType>(&mut group, prices.collect());
        for column in 0..style.texts().len() {
            let texts = rows.iter().map(|(_, row)| row.texts()[column].map(bytes));
            write::<ByteArrayType>(&mut group, texts.collect());
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn write_csv(path: &Path, log: &[(i64, &Row)], style: &Style) {
    let mut table = csv::Writer::from_path(path).unwrap();
    let header = ["time", "client_id", "price"].iter().chain(style.texts());
    table.write_record(header).unwrap();
    for (at, row) in log {
        let time = match style.times {
            Times::Typed(1000, is_utc) => shown(at / 1000 * 1000, if is_utc { "Z" } else { "" }),
            Times::Typed(_, is_utc) => shown(*at, if is_utc { "Z" } else { "" }),
            Times::Text | Times::Epoch => shown(at / 1000 * 1000, "Z"),
        };
        let person = row.person(style.people).unwrap_or_default();
        let price = row.price.map(|price| (f64::from(price) / 4.0).to_string());
        let price = price.unwrap_or_default();
        let texts = row.texts().map(Option::unwrap_or_default);
        let texts = texts.iter().take(style.texts().len());
        let cells = [time.as_str(), &person, &price].into_iter().chain(texts.copied());
        // At the end of a line it is none of the cell.
        let mut cells: Vec<&str> = cells.collect();
        if let Some(last) = cells.last_mut() {
            *last = last.trim_end_matches('\r');
        }
        table.write_record(cells).unwrap();
    }
    table.flush().unwrap();
}

fn plan(window: &str) -> Plan {
    let steps = ["Visit=*", "Product=product_viewed", "Order=checkout_completed"];
    let Ok(mut ladder) = draft::from_steps(&steps.map(str::to_string), &[]) else {
        panic!("a ladder")
    };
    if let Some(span) = funnel::time::Span::parse(window) {
        ladder.window = funnel::ladder::definition::Window::FromEntry(span);
    }
    Plan::Given(ladder)
}

fn report_on(path: &Path, plan: &Plan, zone: ZoneRule, settings: &Settings) -> String {
    let told = funnel::input::Told { zone, ..told() };
    let inputs = funnel::input::open_all(&[path.display().to_string()], &told).unwrap();
    report(inputs, plan, settings).unwrap()
}

/// The rows of breakdowns.
fn broken_down(path: &Path, plan: &Plan, settings: &Settings) -> String {
    let by = ["country", "device,source", "landing_page@Order", "price"];
    let request = Request {
        breakdowns: by.iter().map(|own| Breakdown::parse(own).unwrap()).collect(),
        ..Request::of(plan.clone())
    };
    let inputs = funnel::input::open_all(&[path.display().to_string()], &told()).unwrap();
    let found = engine::run(inputs, &request, settings, &|_| ()).unwrap().findings;
    format!("{:?}", found.breakdowns)
}

/// What a report says, whatever the file is like.
fn said(report: &str) -> Value {
    let mut report: Value = serde_json::from_str(report).unwrap();
    let mut aside = report["quality"]["set_aside"].take();
    for reason in aside.as_array_mut().unwrap() {
        reason["examples"] = Value::Null;
    }
    let keys = ["journeys", "steps", "macro", "orders", "identity"];
    keys.iter().map(|key| report[key].take()).chain([aside]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn columns_say_what_their_text_says(
        rows in rows(),
        style in style(),
        threads in 1..3usize,
        block in prop_oneof![2 => 1..60usize, 1 => 1..300usize],
        memory in prop_oneof![1 => 0..20_000usize, 4 => Just(1 << 30)],
        zone in prop::sample::select(vec![ZoneRule::default(), ZoneRule::Fixed(7200), ZoneRule::Named(chrono_tz::Europe::Paris)]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.parquet");
        let log = log(&rows);
        write_parquet(&path, &log, &style);
        let other = Settings { threads, block, memory, ..settings() };
        for plan in [plan("1h"), plan("10s")] {
            let plain = report_on(&path, &plan, zone, &settings());
            prop_assert_eq!(&plain, &report_on(&path, &plan, zone, &other));
        }
        let csv = folder.path().join("log.csv");
        write_csv(&csv, &log, &style);
        let table = report_on(&csv, &plan("1h"), zone, &settings());
        prop_assert_eq!(said(&table), said(&report_on(&path, &plan("1h"), zone, &other)));
    }

    #[test]
    fn breakdowns_of_columns_are_those_of_their_text(
        rows in rows(),
        style in style(),
        threads in 1..3usize,
        block in 1..100usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.parquet");
        write_parquet(&path, &log(&rows), &style);
        let other = Settings { threads, block, ..settings() };
        for plan in [plan("1h"), plan("10s")] {
            let plain = broken_down(&path, &plan, &settings());
            prop_assert_eq!(plain, broken_down(&path, &plan, &other));
        }
    }
}
