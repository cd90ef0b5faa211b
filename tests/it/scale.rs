//! Scale in the other directions: one customer with everything, everybody with one event, a value for each
//! row, as many steps as a ladder may have, a cell of megabytes, a file that ends without a line end.
//!
//! Sizes are such that whatever takes more than its share of time (a customer's events each compared
//! with all others, a value looked for among all others) would not come to an end. What is claimed is
//! exact: what the numbers must be is known from how the file is made.

use crate::program::{Test, reached};
use serde_json::Value;
use std::fmt::Write;

const STEPS: [&str; 6] =
    ["--step", "view=view", "--step", "cart=cart", "--step", "purchase=purchase"];

/// Rows of the larger files.
const ROWS: usize = 400_000;

/// The columns of a log, and its rows in order of time, four a second.
fn log(rows: usize, row: impl Fn(usize) -> (&'static str, usize, String)) -> String {
    let head = "event_time,event_type,user_id,brand\n".to_string();
    (0..rows).fold(head, |mut text, number| {
        let (name, person, brand) = row(number);
        let second = number / 4;
        let (day, hour) = (1 + second / 86_400, second / 3600 % 24);
        let (minute, second) = (second / 60 % 60, second % 60);
        _ = writeln!(
            text,
            "2025-10-{day:02}T{hour:02}:{minute:02}:{second:02}Z,{name},{person},{brand}"
        );
        text
    })
}

fn name_of(number: usize) -> &'static str {
    match number % 20 {
        10 => "cart",
        15 => "purchase",
        _ => "view",
    }
}

fn report(text: String, further: &[&str]) -> Value {
    let args = ["report", "log.csv", "--format", "json"];
    let test = Test::new().file("log.csv", text).args(args).args(STEPS).args(further.to_vec());
    serde_json::from_str(&test.succeed().stdout).unwrap()
}

#[test]
fn one_customer_may_have_all_events() {
    let in_order = |number| (name_of(number), 7, format!("b{number}"));
    let text = log(ROWS, in_order);
    let report_in_order = report(text.clone(), &[]);
    assert_eq!(reached(&report_in_order), [1, 1, 1]);
    assert_eq!(report_in_order["quality"]["rows_read"], ROWS);
    // The same in the opposite order: nothing can be forgotten on the way.
    let (head, rows) = text.split_once('\n').unwrap();
    let mut backwards: Vec<&str> = rows.lines().collect();
    backwards.reverse();
    let backwards = report(format!("{head}\n{}\n", backwards.join("\n")), &[]);
    assert_eq!(backwards["steps"], report_in_order["steps"]);
}

/// Whoever looks from each of its events for one that is foreign finds none before the end.
#[test]
fn one_customer_may_have_all_events_of_an_adjacent_ladder() {
    const NAMES: [&str; 4] =
        ["page_viewed", "checkout_started", "product_added_to_cart", "product_viewed"];
    let text = log(ROWS, |number| (NAMES[number % 4], 7, "b".to_string()));
    let args = ["report", "log.csv", "--format", "json", "--ladder", "storefront"];
    let test = Test::new().file("log.csv", text).args(args).args(["--rules", "posthog:strict"]);
    let report = test.json();
    assert_eq!(report["journeys"]["entered"], 1);
    assert_eq!(report["journeys"]["converted"], 0);
}

#[test]
fn one_attempt_may_have_a_name_for_each_event() {
    let head = "timestamp,event,user_id\n".to_string();
    let text = (0..ROWS).fold(head, |mut text, number| {
        let (hour, minute, second) = (number / 72_000, number / 1200 % 60, number / 20 % 60);
        _ = writeln!(text, "2025-10-01T{hour:02}:{minute:02}:{second:02}Z,name{number},7");
        text
    });
    let args = ["exits", "log.csv", "--format", "json", "--step", "Any=*", "--step", "End=name9"];
    let exits = Test::new().file("log.csv", text).args(args).json();
    assert_eq!(exits["ways"]["with_burst"]["base"], 1);
    assert_eq!(exits["ways"]["bursts"], 0);
}

/// Two sources without a common number: an order of one may be any of the other that has its total and time.
#[test]
fn all_orders_may_have_one_total() {
    const ORDERS: usize = 60_000;
    let (mut exported, mut logged) = (
        "Name,Id,Email,Financial Status,Currency,Total,Created at,Lineitem name,Source\n"
            .to_string(),
        String::new(),
    );
    for number in 0..ORDERS {
        // A third is one guest's, all of one instant.
        let (instant, buyer) = if number % 3 == 0 { (0, 0) } else { (number / 50, number) };
        let (hour, minute, second) = (9 + instant / 3600, instant / 60 % 60, instant % 60);
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        _ = writeln!(
            exported,
            "#{number},{},buyer{buyer}@example.org,paid,EUR,10.00,2025-10-07 {time} +0000,A,web",
            5_550_000_000_000_usize + number
        );
        _ = writeln!(
            logged,
            r#"{{"time":"2025-10-07T{time}Z","event":"checkout_completed","client_id":"c-{number:06}","email":"buyer{buyer}@example.org","order_id":"T{number}","total":10.00,"currency":"EUR"}}"#
        );
    }
    let args = ["report", "orders.csv", "log.jsonl", "--format", "json", "--ladder", "orders"];
    let report = Test::new().file("orders.csv", exported).file("log.jsonl", logged).args(args);
    let report = report.json();
    assert_eq!(report["orders"]["count"], ORDERS);
    assert_eq!(report["quality"]["orders_joined_by_customer"], ORDERS);
}

#[test]
fn every_customer_may_have_one_event() {
    let report = report(log(ROWS, |number| (name_of(number), number, "b".to_string())), &[]);
    let twentieth = (ROWS / 20) as u64;
    assert_eq!(reached(&report), [18 * twentieth, 0, 0]);
    assert_eq!(report["quality"]["rows_used"], ROWS);
}

#[test]
fn every_row_may_have_a_value_of_its_own() {
    let rows = log(ROWS, |number| ("view", number, format!("brand{number}")));
    let report = report(rows, &["--by", "brand", "--top", "5"]);
    let breakdown = &report["breakdowns"][0];
    let rows = breakdown["rows"].as_array().unwrap();
    let journeys = rows.iter().map(|row| row["journeys"].as_u64().unwrap());
    assert_eq!(journeys.sum::<u64>(), ROWS as u64);
    let values = rows.iter().map(|row| row["values"].as_u64().unwrap());
    assert_eq!(values.collect::<Vec<_>>(), [1, 1, 1, 1, 1, ROWS as u64 - 5]);
}

#[test]
fn every_row_may_have_a_user_agent_of_its_own() {
    // Many more than are remembered, and some that come again after all were forgotten.
    const ROWS: usize = 300_000;
    let agent = |number: usize| match number % 3 {
        0 => format!("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Build/{}", number / 2),
        1 => format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Build/{}", number % 200_000),
        _ => format!("Googlebot/2.1 (+http://www.google.com/bot.html) {number}"),
    };
    let rows = log(ROWS, |number| ("view", number, agent(number)));
    let rows = rows.replacen("brand", "user_agent", 1);
    let report = report(rows, &["--by", "device"]);
    assert_eq!(report["quality"]["rows_set_aside"], ROWS / 3);
    let rows = report["breakdowns"][0]["rows"].as_array().unwrap();
    let journeys = rows.iter().map(|row| (row["value"].clone(), row["journeys"].as_u64().unwrap()));
    let third = ROWS as u64 / 3;
    assert_eq!(journeys.collect::<Vec<_>>(), [("desktop".into(), third), ("mobile".into(), third)]);
}

#[test]
fn a_ladder_may_have_32_steps() {
    let mut text = "event_time,event_type,user_id\n".to_string();
    for person in 0..2000 {
        for step in 0..=person % 32 {
            let second = person % 60;
            _ = writeln!(text, "2025-10-01T10:{step:02}:{second:02}Z,s{step},{person}");
        }
    }
    let steps = (0..32).flat_map(|step| ["--step".to_string(), format!("s{step}=s{step}")]);
    let test = Test::new()
        .file("log.csv", text)
        .args(["report", "log.csv", "--format", "json"])
        .args(steps);
    let report: Value = serde_json::from_str(&test.succeed().stdout).unwrap();
    let reached = reached(&report);
    let expected: Vec<u64> =
        (0..32).map(|step| (0..2000).filter(|person| person % 32 >= step).count() as u64).collect();
    assert_eq!(reached, expected);
}

/// Whoever joins them all would hold all against each other.
#[test]
fn one_address_may_be_everybodys() {
    let head = "timestamp,event_name,user_id,email\n".to_string();
    let text = (0..ROWS).fold(head, |mut text, number| {
        let (hour, minute, second) = (number / 36_000, number / 600 % 60, number / 10 % 60);
        let time = format!("2025-10-01T{hour:02}:{minute:02}:{second:02}Z");
        _ = writeln!(text, "{time},{},u-{number:06},till@example.org", name_of(number));
        text
    });
    let report = report(text, &[]);
    assert_eq!(report["quality"]["refused_merges"], ROWS - 1);
    assert_eq!(report["journeys"]["entered"], ROWS - ROWS / 10);
}

#[test]
fn a_cell_may_have_five_megabytes() {
    let long = "long \"\"cell\"\",\n".repeat(5 << 20 >> 4);
    let text = format!(
        "event_time,event_type,user_id,brand\n2025-10-01T10:00:00Z,view,1,a\n2025-10-01T10:00:01Z,cart,1,\"{long}\"\n2025-10-01T10:00:02Z,purchase,1,c\n"
    );
    for block in ["1K", "1M"] {
        assert_eq!(reached(&report(text.clone(), &["--block-size", block])), [1, 1, 1]);
    }
}

#[test]
fn a_file_may_end_without_a_line_end() {
    let text = log(1000, |number| (name_of(number), number % 10, "b".to_string()));
    let whole = report(text.clone(), &["--block-size", "64"]);
    let cut = report(text.trim_end().to_string(), &["--block-size", "64"]);
    assert_eq!(whole["steps"], cut["steps"]);
    assert_eq!(cut["quality"]["rows_read"], 1000);
    assert_eq!(cut["quality"]["set_aside"], whole["quality"]["set_aside"]);
}

#[test]
fn journeys_are_not_cut_short_before_it_is_known_whose_they_are() {
    // Each browser enters twice, and its order three weeks later names a customer besides; then others come.
    let mut rows: Vec<(usize, String)> = Vec::new();
    for number in 0..400 {
        let customer = format!("71000000{number:05}");
        for (day, name, customer) in
            [(1, "view", ""), (21, "view", ""), (22, "purchase", customer.as_str())]
        {
            rows.push((day * 1000 + number, format!("{name},device-{number:05},{customer}")));
        }
        rows.push((28_000 + number, format!("view,device-z{number:05},")));
    }
    rows.sort();
    let mut text = String::from("timestamp,event,client_id,customer_id\n");
    for (at, row) in rows {
        let (day, minute) = (at / 1000, at % 1000);
        let time = format!("2025-10-{day:02}T{:02}:{:02}:00Z", minute / 60, minute % 60);
        _ = writeln!(text, "{time},{row}");
    }
    let steps = ["--step", "View=view", "--step", "Order=purchase", "--window", "5d"];
    for memory in ["1G", "40K", "20K"] {
        let args = ["report", "log.csv", "--format", "json", "--memory", memory];
        let test = Test::new().file("log.csv", &text).args(args).args(steps);
        let test = test.args(["--block-size", "200"]);
        let report: Value = serde_json::from_str(&test.succeed().stdout).unwrap();
        assert_eq!(reached(&report), [800, 400], "with {memory}");
    }
}

/// A log in JSON need not show at its beginning that rows may name several identifiers.
#[test]
fn journeys_that_were_cut_short_are_read_again_if_others_name_their_people() {
    let mut lines = String::new();
    let mut add = |time: &str, event: &str, device: &str, further: &str| {
        _ = writeln!(
            lines,
            r#"{{"timestamp":"2025-03-01T{time}Z","event":"{event}","client_id":"{device}"{further}}}"#
        );
    };
    for minute in 0..60 {
        add(&format!("08:{minute:02}:00"), "view", "device-1", "");
    }
    // Neither the first nor the last of its views, and the one that the order of the other device is in the window of.
    add("10:00:00", "view", "device-1", "");
    add("10:20:00", "purchase", "device-2", "");
    add("10:50:00", "view", "device-1", "");
    for other in 0..10_000 {
        add(&format!("11:{:02}:00", other / 200), "view", &format!("other-{other:05}"), "");
    }
    for device in ["device-1", "device-2"] {
        add("12:00:00", "view", device, r#","user_id":"user-00001""#);
    }
    let steps = ["--step", "View=view", "--step", "Order=purchase", "--window", "30m"];
    for memory in ["1G", "400K", "200K", "100K"] {
        let args = ["report", "log.jsonl", "--format", "json", "--memory", memory];
        let test = Test::new().file("log.jsonl", &lines).args(args).args(steps);
        let test = test.args(["--block-size", "64K"]);
        let report: Value = serde_json::from_str(&test.succeed().stdout).unwrap();
        assert_eq!(reached(&report), [10_001, 1], "with {memory}");
    }
}

/// A file is recognised by its beginning, however long its first record is.
#[test]
fn the_first_record_may_be_as_long_as_any() {
    let event = |name: &str, note: usize| {
        format!(
            "{{\"ts\":\"2025-10-01T10:00:00Z\",\"note\":\"{}\",\"event\":\"{name}\",\"user_id\":\"ada\"}}",
            "x".repeat(note)
        )
    };
    let (long, short) = (event("view", 700_000), event("cart", 1));
    for text in [
        format!("{long}\n{short}\n"),
        format!("[{long},{short}]"),
        format!("{{\"data\":[{long},\n{short}]}}"),
        format!("{long}\n{short}"),
    ] {
        let args =
            ["report", "log.jsonl", "--format", "json", "--step", "a=view", "--step", "b=cart"];
        let report = Test::new().file("log.jsonl", &text).args(args).json();
        assert_eq!(reached(&report), [1, 1], "{}", text.get(..20).unwrap_or_default());
    }
    // What is cut off is told as such, wherever that is.
    let cut =
        Test::new().file("log.jsonl", long.get(..600_000).unwrap()).args(["inspect", "log.jsonl"]);
    let output = cut.run();
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("no record can be read"), "{}", output.stderr);
}

/// Orders by the thousand are put together on all threads.
#[test]
fn many_orders_are_the_same_on_any_number_of_threads() {
    let orders = (0..3000).fold(
        "Name,Id,Email,Financial Status,Total,Currency,Created at\n".to_string(),
        |mut text, n| {
            // Some are copies, some have no id, and two customers in three come again.
            let id = if n % 7 == 0 {
                String::new()
            } else {
                format!("55500000{:05}", n / 2 * 2 + usize::from(n % 10 != 0))
            };
            _ = writeln!(
                text,
                "#{},{id},c{}@example.com,paid,{}.50,EUR,2025-10-{:02} 10:{:02}:00 +0200",
                1000 + n,
                n % 1000,
                n % 90,
                1 + n % 28,
                n % 60
            );
            text
        },
    );
    let run = |threads: &str| {
        let args = [
            "report",
            "orders.csv",
            "--ladder",
            "orders",
            "--format",
            "json",
            "--threads",
            threads,
        ];
        Test::new().file("orders.csv", &orders).args(args).succeed().stdout
    };
    let one = run("1");
    for threads in ["2", "3", "7"] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
    assert!(reached(&serde_json::from_str(&one).unwrap())[1] > 500);
}
