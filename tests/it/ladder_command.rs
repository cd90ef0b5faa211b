//! `funnel ladder`: what it shows can be read, what it writes can be used, and what it says about data
//! has the numbers that can be counted by hand.

use crate::program::{Output, Test, reached};
use funnel::ladder::{draft, presets};
use serde_json::Value;
use std::fmt::Write;

/// A log of streams: each letter is an event of one customer, a minute after the one before.
fn log(streams: &[(&str, u64)], name: impl Fn(char) -> String) -> String {
    let mut rows = String::from("timestamp,event,user_id\n");
    for (number, (stream, customers)) in streams.iter().enumerate() {
        for customer in 0..*customers {
            for (minute, letter) in stream.chars().enumerate() {
                let event = name(letter);
                writeln!(rows, "2025-06-01T10:{minute:02}:00Z,{event},u{number}-{customer}")
                    .unwrap();
            }
        }
    }
    rows
}

/// Names that no preset knows.
fn unknown(letter: char) -> String {
    let names = [('V', "gaze"), ('S', "rummage"), ('C', "pocket"), ('K', "queue"), ('O', "haggle")];
    names.iter().find(|(own, _)| *own == letter).unwrap().1.to_string()
}

const TEN: [(&str, u64); 9] = [
    ("VCKO", 2),
    ("VVC", 1),
    ("VSVCK", 1),
    ("SVCO", 1),
    ("V", 1),
    ("VCVCK", 1),
    ("KCV", 1),
    ("VSC", 1),
    ("SV", 1),
];

fn ladder(steps: &[(&str, &str)]) -> String {
    steps.iter().fold(String::from("name = \"Bazaar\"\n"), |text, (name, event)| {
        text + &format!("\n[[step]]\nname = \"{name}\"\nevent = \"{event}\"\n")
    })
}

fn check(steps: &[(&str, &str)], streams: &[(&str, u64)]) -> Value {
    Test::new()
        .file("l.toml", ladder(steps))
        .file("log.csv", log(streams, unknown))
        .args(["ladder", "check", "l.toml", "log.csv", "--format", "json"])
        .json()
}

fn codes(check: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let problems = check["problems"].as_array().unwrap().iter();
    problems.map(|problem| (text(&problem["code"]), text(&problem["step"]))).collect()
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

#[test]
fn what_is_shown_of_a_preset_is_its_file() {
    for name in presets::NAMES {
        let shown = Test::new().args(["ladder", "show", name]).succeed();
        assert_eq!(Some(shown.stdout.as_str()), presets::text(name));
        let test = Test::new().file("shown.toml", &shown.stdout);
        let checked = test.args(["ladder", "check", "shown.toml"]).succeed();
        assert!(checked.stdout.contains("can be counted"), "{checked:?}");
    }
    let list = Test::new().args(["ladder", "show"]).succeed();
    assert!(presets::NAMES.iter().all(|name| list.stdout.lines().any(|line| line == *name)));
}

#[test]
fn what_is_shown_of_a_file_is_the_whole_ladder() {
    let test = Test::new().file("l.toml", ladder(&[("Gaze", "gaze"), ("Haggle", "haggle")]));
    let shown = test.args(["ladder", "show", "l.toml"]).succeed().stdout;
    assert!(shown.contains("window   = \"30d\""), "{shown}");
    assert_eq!(draft::to_toml(&draft::from_toml("l.toml", &shown).unwrap()), shown);
}

#[test]
fn a_broken_file_is_told_with_carets() {
    let text = "windw = \"1d\"\n[[step]]\nname = \"A\"\nevent = \"a\"\n";
    let test = Test::new().file("l.toml", text).args(["ladder", "check", "l.toml"]);
    let Output { code, stdout, stderr } = test.run();
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(
        ["windw", "window", "^", "2 to 32"].iter().all(|part| stderr.contains(part)),
        "{stderr}"
    );
    let missing = Test::new().args(["ladder", "show", "storefornt"]).run();
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("did you mean storefront?"), "{}", missing.stderr);
}

#[test]
fn a_ladder_alone_is_told_where_it_asks_for_less() {
    let text = "[[step]]\nname='A'\nevent='a'\nask=4\n[[step]]\nname='B'\nevent='b'\nask=2\n";
    let test = Test::new().file("l.toml", text);
    let check = test.args(["ladder", "check", "l.toml", "--format", "json"]).json();
    assert_eq!(check["schema"], "funnel.ladder_check/1");
    assert_eq!(codes(&check), [("ask_falls".to_string(), "B".to_string())]);
    assert!(check["scale"].is_null() && check["customers"].is_null());
}

#[test]
fn data_say_what_never_occurs_and_what_is_out_of_order() {
    let steps = [("Gaze", "gaze"), ("Queue", "queue"), ("Pocket", "pocket"), ("Haggle", "hagle")];
    let check = check(&steps, &[("VCKO", 30), ("VC", 20), ("V", 50)]);
    let reach: Vec<_> = check["steps"].as_array().unwrap().iter().map(|s| &s["observed"]).collect();
    assert_eq!(reach, [100, 30, 50, 0]);
    let found = codes(&check);
    let named =
        |code: &str| found.iter().find(|(own, _)| own == code).map(|(_, step)| step.as_str());
    assert_eq!(named("never_occurs"), Some("Haggle"));
    assert_eq!(named("out_of_order"), Some("Pocket"));
    assert_eq!(named("reach_rises"), Some("Pocket"));
    let text = check["problems"].to_string();
    assert!(text.contains("did you mean `haggle`?"), "{text}");
    assert!(text.contains("of the 30 customers who did both, 0 did `Queue` first"), "{text}");
}

#[test]
fn a_sound_ladder_has_no_problems() {
    let steps = [("Gaze", "gaze"), ("Pocket", "pocket"), ("Queue", "queue"), ("Haggle", "haggle")];
    let check = check(&steps, &[("V", 100), ("VC", 50), ("VCK", 25), ("VCKO", 25)]);
    assert_eq!(codes(&check), []);
    assert_eq!((&check["scale"]["errors"], &check["scale"]["customers"]), (&0.into(), &200.into()));
    near(&check["scale"]["h"], 1.0);
    let loss: Vec<_> =
        check["steps"].as_array().unwrap().iter().map(|s| &s["share_of_loss"]).collect();
    assert!(loss[0].is_null());
    near(loss[1], 1.0 / 3.0);
}

#[test]
fn the_worked_scale_comes_out_of_a_log() {
    let streams = [
        ("VCKO", 30),
        ("VCK", 50),
        ("VC", 120),
        ("V", 300),
        ("VK", 6),
        ("CK", 3),
        ("VCO", 4),
        ("K", 2),
        ("S", 85),
    ];
    let steps = [("Gaze", "gaze"), ("Pocket", "pocket"), ("Queue", "queue"), ("Haggle", "haggle")];
    // No step and no preset knows the last name: who did only that did nothing that counts.
    let check = check(&steps, &streams);
    let scale = &check["scale"];
    assert_eq!((&scale["customers"], &scale["errors"]), (&515.into(), &30.into()));
    assert_eq!(scale["pairs"].as_array().unwrap().len(), 6);
}

#[test]
fn findings_about_data_are_told_in_words() {
    let test = Test::new()
        .file("l.toml", ladder(&[("Gaze", "gaze"), ("Haggle", "haggle"), ("Pocket", "pocket")]))
        .file("log.csv", log(&[("VCO", 40), ("V", 60)], unknown))
        .args(["ladder", "check", "l.toml", "log.csv"]);
    let text = test.succeed().stdout;
    for part in [
        "The ladder `Bazaar` can be counted: 3 steps.",
        "what 100 customers did at all",
        "Worth a look",
        "`Pocket` usually comes before `Haggle`",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn the_worked_order_is_suggested() {
    let test = Test::new().file("log.csv", log(&TEN, unknown));
    let suggest = test.args(["ladder", "suggest", "log.csv", "--format", "json"]).json();
    assert_eq!(suggest["schema"], "funnel.ladder_suggest/1");
    let order = suggest["order"].as_array().unwrap();
    let events: Vec<_> = order.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["gaze", "rummage", "pocket", "queue", "haggle"]);
    let customers: Vec<_> = order.iter().map(|step| &step["customers"]).collect();
    assert_eq!(customers, [10, 4, 8, 5, 3]);
    let scores = [2.958_333_333_3, 2.875, 1.916_666_666_6, 1.583_333_333_3, 0.666_666_666_6];
    for (step, score) in order.iter().zip(scores) {
        assert!((step["score"].as_f64().unwrap() - score).abs() < 1e-9);
    }
    let next = &order[0]["next"];
    assert_eq!((&next["both"], &next["before_first"]), (&4.into(), &2.into()));
    near(&next["precedence"], 0.5);
    assert!(order[4]["next"].is_null());
}

#[test]
fn doubts_about_an_order_are_told() {
    let streams = [("VC", 20), ("CV", 20), ("SKO", 20), ("KOS", 20), ("OSK", 20)];
    let test = Test::new().file("log.csv", log(&streams, unknown));
    let text = test.args(["ladder", "suggest", "log.csv"]).succeed().stdout;
    assert!(text.contains("of the 40 customers who did both, 20 did"), "{text}");
    assert!(text.contains("A circle: each of"), "{text}");
}

#[test]
fn a_ladder_is_made_of_names_that_no_preset_knows() {
    let log = log(&[("VCKO", 30), ("VSCK", 20), ("V", 50)], unknown);
    let test =
        Test::new().file("log.csv", &log).args(["ladder", "init", "log.csv", "-o", "l.toml"]);
    assert_eq!(test.succeed().stdout, "");
    let text = std::fs::read_to_string(test.folder().join("l.toml")).unwrap();
    let made = draft::from_toml("l.toml", &text).unwrap();
    let events: Vec<_> = made.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(events, ["gaze", "rummage", "pocket", "queue", "haggle"]);
    assert!(
        text.contains("# 100 customers; 30 of the 30 who got to the last step did this"),
        "{text}"
    );
    let report = Test::new()
        .file("log.csv", &log)
        .file("l.toml", &text)
        .args(["report", "log.csv", "--ladder", "l.toml", "--format", "json"])
        .json();
    assert_eq!(reached(&report), [100, 20, 50, 50, 30]);
}

#[test]
fn a_fitting_preset_is_reduced_to_what_occurs() {
    let known = |letter| match letter {
        'V' => "page_viewed".to_string(),
        'S' => "product_viewed".to_string(),
        'C' => "product_added_to_cart".to_string(),
        _ => "checkout_completed".to_string(),
    };
    let log = log(&[("VSCO", 3), ("VS", 4), ("V", 5)], known);
    let test = Test::new().file("log.csv", &log).args(["ladder", "init", "log.csv"]);
    let text = test.succeed().stdout;
    let made = draft::from_toml("l.toml", &text).unwrap();
    let steps: Vec<_> = made.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["Visit", "Product page", "Add to cart", "Order"]);
    assert_eq!(text.matches("# [[step]]").count(), 6);
    assert!(text.contains("# 12 customers\n[[step]]\nname     = \"Visit\""), "{text}");
    let report = |ladder: &str| {
        Test::new()
            .file("log.csv", &log)
            .file("l.toml", &text)
            .args(["report", "log.csv", "--ladder", ladder, "--format", "json"])
            .json()
    };
    assert_eq!(reached(&report("l.toml")), [12, 7, 3, 3]);
    assert_eq!(report("storefront")["macro"], report("l.toml")["macro"]);
}

#[test]
fn what_can_be_read_once_is_refused_where_it_is_read_twice() {
    for command in ["init", "suggest"] {
        let test = Test::new().stdin(log(&TEN, unknown)).args(["ladder", command, "-"]);
        let output = test.run();
        assert_eq!(output.code, Some(2));
        assert!(output.stderr.contains("standard input"), "{}", output.stderr);
        assert!(
            output.stderr.contains("hint: write the data to a file first"),
            "{}",
            output.stderr
        );
    }
    let once = Test::new()
        .stdin(log(&TEN, unknown))
        .file("l.toml", ladder(&[("A", "gaze"), ("B", "queue")]));
    once.args(["ladder", "check", "l.toml", "-"]).succeed();
}

#[test]
fn one_event_alone_has_no_order() {
    let test = Test::new().file("log.csv", log(&[("V", 3)], unknown));
    let output = test.args(["ladder", "suggest", "log.csv"]).run();
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("two different events"), "{}", output.stderr);
}

#[test]
fn answers_do_not_depend_on_threads_and_blocks() {
    let streams = [("VCKO", 30), ("SVC", 20), ("V", 50), ("CV", 9)];
    let ask = |command: &[&str], more: &[&str]| {
        let steps = [("Gaze", "gaze"), ("Pocket", "pocket"), ("Haggle", "haggle")];
        Test::new()
            .file("l.toml", ladder(&steps))
            .file("log.csv", log(&streams, unknown))
            .args(command.iter().chain(more).copied())
            .succeed()
            .stdout
    };
    let awkward = ["--threads", "3", "--partitions", "7", "--block-size", "200", "--memory", "1K"];
    for command in [
        &["ladder", "check", "l.toml", "log.csv", "--format", "json"][..],
        &["ladder", "suggest", "log.csv", "--format", "json"],
        &["ladder", "init", "log.csv"],
    ] {
        assert_eq!(ask(command, &["--threads", "1"]), ask(command, &awkward), "{command:?}");
    }
}
