//! The media of a report from outside: the same numbers in each, hostile values harmless in each, pages
//! in the browser, completions and the manual.

use crate::program::{Test, command, finish, reached};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// What a file may hold that somebody wrote to do harm.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://x\")",
    "\u{1b}[31mred\u{1b}[0m",
    "a|b",
    "\u{202e}gnp.exe",
    "\"quoted\",comma",
    "' onmouseover='x",
    "</style><img src=x onerror=alert(1)>",
    "[link](javascript:alert(1))",
];

const MEDIA: [&str; 6] = ["table", "json", "ndjson", "csv", "markdown", "html"];

fn store(args: &[&str]) -> String {
    let mut command = command(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.args(["report", "examples/store"]).args(args);
    let output = finish(command, &[]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{args:?}");
    output.stdout
}

fn hostile(format: &str) -> String {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["timestamp", "user_id", "event", "channel"]).unwrap();
    for (number, value) in HOSTILE.iter().cycle().take(HOSTILE.len() * 6).enumerate() {
        let user = format!("user-{number}");
        rows.write_record(["2025-03-03T10:00:00Z", &user, "A", value]).unwrap();
        rows.write_record(["2025-03-03T10:05:00Z", &user, "B", value]).unwrap();
    }
    let steps = ["report", "e.csv", "--step", "A=A", "--step", "B=B", "--by", "channel"];
    let test = Test::new().file("e.csv", rows.into_inner().unwrap());
    test.args(steps).args(["--format", format]).succeed().stdout
}

#[test]
fn every_medium_has_the_same_numbers() {
    let report: Value = serde_json::from_str(&store(&["--format", "json"])).unwrap();
    let steps = report["steps"].as_array().unwrap();
    let text = store(&["--format", "csv"]);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let names = rows.headers().unwrap().clone();
    let column = |name: &str| names.iter().position(|found| found == name).unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), steps.len());
    let lines = store(&["--format", "ndjson"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), steps.len());
    let texts = ["table", "markdown", "html"].map(|format| store(&["--format", format]));
    for (number, step) in steps.iter().enumerate() {
        let (name, reached) = (step["name"].as_str().unwrap(), step["reached"].to_string());
        assert_eq!(&rows[number][column("step_name")], name);
        assert_eq!(&rows[number][column("reached")], reached);
        assert_eq!(lines[number]["reached"], step["reached"]);
        assert_eq!(lines[number]["overall_rate"], step["overall_rate"]["rate"]);
        let rate = rows[number][column("overall_rate")].parse::<f64>().unwrap();
        assert!((rate - step["overall_rate"]["rate"].as_f64().unwrap()).abs() < 1e-12);
        assert!(texts.iter().all(|text| text.contains(name) && text.contains(&reached)), "{name}");
    }
}

#[test]
fn a_page_says_what_the_commands_say() {
    let page = store(&["--format", "html"]);
    let answer = |args: &[&str]| -> Value {
        let mut command = command(Path::new(env!("CARGO_MANIFEST_DIR")));
        command.args(args).args(["examples/store", "--format", "json"]);
        serde_json::from_str(&finish(command, &[]).stdout).unwrap()
    };
    let cell = |value: &Value| {
        format!(">{}</td>", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let trend = answer(&["trend", "--every", "day"]);
    for period in trend["periods"].as_array().unwrap() {
        let row = format!(
            ">{}</th><td class=\"n\">{}</td>",
            period["from"].as_str().unwrap(),
            period["entered"]
        );
        assert!(page.contains(&row), "{row}");
    }
    for step in answer(&["exits", "--top", "3"])["steps"].as_array().unwrap() {
        for next in step["next"].as_array().unwrap() {
            let row = [&step["next_step"], &next["event"]]
                .map(|text| format!("<td class=\"l\">{}</td>", text.as_str().unwrap()));
            assert!(
                page.contains(&(row.concat() + "<td class=\"n\"" + &cell(&next["journeys"]))),
                "{next}"
            );
        }
    }
    let groups = answer(&["segments", "--by", "device", "--by", "source"]);
    let alone = |group: &&Value| !group["by"].as_str().unwrap().contains(',');
    for group in groups["segments"].as_array().unwrap().iter().filter(alone) {
        assert!(
            page.contains(&format!(
                "<b>{}</b> <span class=\"kind\">{}",
                group["value"].as_str().unwrap(),
                group["by"].as_str().unwrap()
            )),
            "{group}"
        );
    }
    for title in
        ["Over time, by day", "Small actions before Order", "What they did instead", "Segments"]
    {
        assert!(page.contains(&format!(">{title}</h2>")), "{title}");
        assert!(!store(&[]).contains(title), "{title} is for pages");
    }
}

#[test]
fn a_page_leaves_out_what_the_data_cannot_support() {
    let log =
        "user_id,event,timestamp\nada-1,A,2025-10-01T10:00:00Z\nada-1,B,2025-10-01T11:00:00Z\n";
    let args = ["report", "e.csv", "--step", "A=A", "--step", "B=B", "--format", "html"];
    let page = Test::new().file("e.csv", log).args(args).succeed().stdout;
    for title in ["Over time", "Small actions", "Segments", "What they did instead"] {
        assert!(!page.contains(title), "{title}");
    }
    // Totals have no journeys that could be looked at one by one.
    let totals = std::fs::read("examples/store/sessions_by_day.csv").unwrap();
    let page = Test::new().file("s.csv", totals).args(["report", "s.csv", "--format", "html"]);
    assert!(!page.succeed().stdout.contains("Over time"));
}

#[test]
fn a_breakdown_is_leading_columns() {
    let text = store(&["--format", "csv", "--by", "device", "--by", "country,returning"]);
    assert!(text.starts_with("device,country_returning,step_number,"), "{text}");
    assert!(text.contains("\nmobile,(all),1,Visit,"), "{text}");
}

#[test]
fn hostile_values_are_harmless_in_every_medium() {
    for format in MEDIA {
        let text = hostile(format);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{format}");
        let told: bool = match format {
            "json" => {
                let report: Value = serde_json::from_str(&text).unwrap();
                let rows = report["breakdowns"][0]["rows"].as_array().unwrap();
                let values: Vec<&str> =
                    rows.iter().filter_map(|row| row["value"].as_str()).collect();
                assert_eq!(reached(&report), [54, 54]);
                HOSTILE.iter().all(|value| values.contains(value))
            }
            "ndjson" => {
                let values: Vec<Value> =
                    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                HOSTILE.iter().all(|value| values.iter().any(|line| line["channel"] == **value))
            }
            "csv" => {
                let mut rows = csv::Reader::from_reader(text.as_bytes());
                let cells: Vec<String> = rows
                    .records()
                    .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                    .collect();
                cells.iter().all(|cell| !cell.starts_with(['=', '@', '+']) && !cell.is_empty())
            }
            "markdown" => {
                !text.replace("\\|", "").contains("a|b")
                    && !text.replace("\\]", "").contains("](")
                    && !text.contains("<script")
            }
            "html" => {
                !text.contains("<script")
                    && !text.contains("<img")
                    && !text.contains("onmouseover='x")
            }
            _ => text.contains("\\u{1b}[31mred"),
        };
        assert!(told, "{format}: {text}");
    }
}

#[test]
fn every_command_has_every_medium() {
    let commands: [&[&str]; 6] = [
        &["report", "examples/store"],
        &["inspect", "examples/store"],
        &["journey", "6a3e004f-51c3-4e0a-8b7d-00d15ea5e04f", "examples/store"],
        &["rules", "examples/store/pixel.jsonl", "--only", "ga4"],
        &["ladder", "check", "storefront", "examples/store"],
        &["ladder", "suggest", "examples/store/pixel.jsonl"],
    ];
    for args in commands {
        for format in MEDIA {
            let mut command = command(Path::new(env!("CARGO_MANIFEST_DIR")));
            command.args(args).args(["--format", format]);
            let output = finish(command, &[]);
            assert_eq!(output.code, Some(0), "{args:?} {format}: {}", output.stderr);
            assert!(output.stdout.ends_with('\n') && output.stdout.len() > 40, "{args:?} {format}");
            if format == "ndjson" {
                output
                    .stdout
                    .lines()
                    .for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
            }
        }
    }
}

#[test]
fn a_page_opens_in_the_browser() {
    let log = "user_id,event,timestamp\nada-1,A,2025-10-01T10:00:00Z\n";
    let test = || {
        Test::new().file("e.csv", log).args(["report", "e.csv", "--step", "A=A", "--step", "B=B"])
    };
    let output = test().args(["--open", "-o", "page.html"]).env("BROWSER", "cat").succeed();
    assert!(output.stdout.starts_with("<!doctype html>"), "{output:?}");
    let output = test().args(["--open", "-o", "page.html"]).env("BROWSER", "no-such-browser").run();
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("page.html: the page is written"), "{output:?}");
    let output = test().args(["--open", "--format", "csv"]).run();
    assert!(output.code == Some(2) && output.stderr.contains("--open shows a page"), "{output:?}");
}

#[test]
fn shells_and_readers_get_what_they_need() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Test::new().args(["completions", shell]).succeed().stdout;
        assert!(
            script.contains("funnel") && script.contains("ladder") && script.contains("confidence"),
            "{shell}"
        );
    }
    let page = Test::new().args(["man"]).succeed().stdout;
    assert!(page.contains(".TH funnel 1") && page.contains("funnel\\-report"), "{page}");
    let page = Test::new().args(["man", "ladder", "check"]).succeed().stdout;
    assert!(
        page.contains("funnel ladder check") || page.contains("funnel\\-ladder\\-check"),
        "{page}"
    );
    let test = Test::new().file("man/x", "").args(["man", "--dir", "man"]);
    test.succeed();
    for page in ["funnel.1", "funnel-report.1", "funnel-ladder-check.1"] {
        assert!(test.folder().join("man").join(page).is_file(), "{page}");
    }
    assert_eq!(Test::new().args(["man", "reprot"]).run().code, Some(2));
}

#[test]
fn help_of_every_command_has_an_example() {
    for name in ["report", "inspect", "journey", "rules", "ladder", "schema", "completions", "man"]
    {
        let help = Test::new().args([name, "--help"]).succeed().stdout;
        assert!(
            help.contains("Examples:") && help.contains(&format!("  funnel {name}")),
            "{name}: {help}"
        );
    }
}

#[test]
fn a_report_says_what_changed_since_an_earlier_one() {
    let rows = |people: u32| {
        let mut text = String::from("user_id,event,timestamp\n");
        for number in 0..people {
            let _ = writeln!(
                text,
                "u-{number},A,2025-10-01T10:00:00Z\nu-{number},B,2025-10-01T10:01:00Z"
            );
        }
        text
    };
    let args =
        ["report", "e.csv", "--step", "A=A", "--step", "B=B", "--format", "json", "-o", "old.json"];
    let test = Test::new().file("e.csv", rows(6)).args(args);
    test.succeed();
    let old = std::fs::read_to_string(test.folder().join("old.json")).unwrap();
    let later = |people| {
        let test = Test::new().file("e.csv", rows(people)).file("old.json", &old);
        test.args(["report", "e.csv", "--step", "A=A", "--step", "B=B", "--diff", "old.json"])
    };
    assert!(later(6).succeed().stdout.contains("Nothing changed in the counts."));
    let text = later(9).succeed().stdout;
    assert!(text.contains("Changed: rows that count +6, entered +3, converted +3"), "{text}");
    assert!(text.contains("e.csv: changed."), "{text}");
    let report = later(9).args(["--format", "json"]).json();
    let before: Value = serde_json::from_str(&old).unwrap();
    assert_ne!(report["fingerprint"], before["fingerprint"]);
    assert_eq!(report["changes"]["converted"], serde_json::json!({ "before": 6, "now": 9 }));
    let output = Test::new()
        .file("e.csv", rows(6))
        .file("old.json", "[]")
        .args(args)
        .args(["--diff", "old.json"])
        .run();
    assert!(output.code == Some(2) && output.stderr.contains("funnel.report/1"), "{output:?}");
}
