//! The command line as a user meets it: help, mistakes, files written whole or not at all, pipes, and
//! nothing personal in any output.

use crate::program::{NOW, Test, command};
use serde_json::Value;
use std::fmt::Write;
use std::io::Read;

const LOG: &str = "user_id,event,timestamp\nada-1,page_view,2025-10-01T10:00:00Z\n";

fn report() -> Test {
    Test::new().file("log.csv", LOG).args(["report", "log.csv"])
}

#[test]
fn help_and_version_go_to_standard_output() {
    for (args, part) in [
        (vec!["--help"], "funnel inspect export.csv"),
        (vec!["report", "--help"], "--ladder <FILE|PRESET>"),
        (vec!["inspect", "-h"], "--map"),
        (vec!["help", "report"], "--confidence"),
        (vec!["--version"], concat!("funnel ", env!("CARGO_PKG_VERSION"))),
        (vec!["report", "--version"], env!("CARGO_PKG_VERSION")),
    ] {
        let output = Test::new().args(args.clone()).succeed();
        assert!(output.stdout.contains(part), "{args:?}: {output:?}");
        assert_eq!(output.stderr, "", "{args:?}");
    }
}

#[test]
fn options_for_tests_are_not_shown() {
    let help = Test::new().args(["report", "--help"]).succeed().stdout;
    assert!(!help.contains("--block-size") && !help.contains("--partitions"), "{help}");
}

#[test]
fn wrong_usage_is_two_and_says_why() {
    for (args, part) in [
        (vec![], "Usage"),
        (vec!["report"], "required"),
        (vec!["reprot", "log.csv"], "report"),
        (vec!["report", "log.csv", "--ladderr", "x"], "--ladder"),
        (vec!["report", "log.csv", "--format", "pdf"], "table"),
        (vec!["report", "log.csv", "--confidence", "95"], "between 0 and 1"),
        (vec!["report", "log.csv", "--threads", "0"], "1..=1024"),
        (vec!["report", "log.csv", "--memory", "much"], "512M"),
        (vec!["report", "log.csv", "--window", "soon"], "30d"),
        (vec!["report", "log.csv", "--tz", "Atlantis"], "Europe/Paris"),
        (vec!["report", "log.csv", "--as", "shopify.order"], "did you mean shopify.orders"),
        (vec!["report", "log.csv", "--map", "tim=x"], "is no part of an event"),
        (vec!["report", "log.csv", "--ladder", "store"], "storefront"),
        (vec!["report", "log.csv", "--step", "Visit"], "NAME=EVENT"),
        (vec!["report", "log.csv", "--step", "Visit=page_view"], "2 to 32"),
        (vec!["report", "log.csv", "--ladder", "retail", "--step", "A=b"], "cannot be used with"),
    ] {
        let output = Test::new().file("log.csv", LOG).args(args.clone()).run();
        assert_eq!(output.code, Some(2), "{args:?}: {output:?}");
        assert!(output.stderr.contains(part), "{args:?}: {}", output.stderr);
        assert_eq!(output.stdout, "", "{args:?}");
    }
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let test = report().args(["-o", "out.json", "--format", "json"]).file("out.json", "old");
    let output = test.succeed();
    assert_eq!(output.stdout, "");
    let path = test.folder().join("out.json");
    let written: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(written["schema"], "funnel.report/1");
    assert_eq!(files(&test), ["log.csv", "out.json"]);

    let failing = Test::new().file("out.json", "old").args([
        "report",
        "nowhere.csv",
        "--format",
        "json",
        "-o",
        "out.json",
    ]);
    assert_eq!(failing.run().code, Some(2));
    assert_eq!(std::fs::read_to_string(failing.folder().join("out.json")).unwrap(), "old");
    assert_eq!(files(&failing), ["out.json"]);
}

#[test]
fn an_answer_is_written_to_standard_output_by_its_sign_too() {
    let test = report().args(["-o", "-", "--format", "json"]);
    assert_eq!(test.json()["schema"], "funnel.report/1");
    assert_eq!(files(&test), ["log.csv"]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error_of_the_output() {
    let output = report().args(["-o", "no/such/folder/out.txt"]).run();
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("no/such/folder/out.txt"), "{}", output.stderr);
}

/// Whoever may not read the old answer may not read the new one, and links are followed.
#[test]
#[cfg(unix)]
fn a_new_answer_is_as_private_as_the_old_one() {
    use std::os::unix::fs::PermissionsExt;
    let test = report().file("private.txt", "old").file("kept.txt", "old");
    let path = |name: &str| test.folder().join(name);
    let allow = |name: &str, mode| {
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow("private.txt", 0o600);
    std::os::unix::fs::symlink("private.txt", path("link.txt")).unwrap();
    let args = ["report", "log.csv", "-o"];
    let run = |output: &str| command(test.folder()).args(args).arg(output).status().unwrap().code();
    assert_eq!(run("link.txt"), Some(0));
    assert!(path("link.txt").is_symlink());
    assert_ne!(std::fs::read_to_string(path("private.txt")).unwrap(), "old");
    let mode = std::fs::metadata(path("private.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    allow("kept.txt", 0o444);
    assert_eq!(run("kept.txt"), Some(2));
    assert_eq!(std::fs::read_to_string(path("kept.txt")).unwrap(), "old");
}

#[test]
fn no_answer_takes_the_place_of_its_data() {
    let written = |files: &[&str], output: &str| {
        let test = report().file("ladder.toml", "").args(files.iter().copied());
        #[cfg(unix)]
        std::os::unix::fs::symlink("log.csv", test.folder().join("link.csv")).unwrap();
        let run = test.args(["-o", output]).run();
        (run.code, run.stderr)
    };
    for output in ["log.csv", "./log.csv"] {
        let (code, words) = written(&[], output);
        assert_eq!(code, Some(2), "{output}");
        assert!(words.contains("is a file that is read (log.csv)"), "{words}");
    }
    #[cfg(unix)]
    assert_eq!(written(&[], "link.csv").0, Some(2));
    assert_eq!(written(&["--ladder", "ladder.toml"], "ladder.toml").0, Some(2));
    assert_eq!(written(&[], "report.txt"), (Some(0), String::new()));

    let folder = Test::new().file("in/log.csv", LOG).args(["inspect", "in", "-o", "in/log.csv"]);
    assert_eq!(folder.run().code, Some(2));
    assert_eq!(std::fs::read_to_string(folder.folder().join("in/log.csv")).unwrap(), LOG);
}

#[test]
fn a_file_of_several_names_is_read_once() {
    let once = report().args(["--format", "json"]).succeed();
    let test = report().args(["./log.csv", "--format", "json"]);
    let path = test.folder().join("log.csv").to_string_lossy().into_owned();
    #[cfg(unix)]
    std::os::unix::fs::symlink("log.csv", test.folder().join("link.csv")).unwrap();
    let output = test.args([path]).succeed();
    let rows = |output: &str| {
        let report: Value = serde_json::from_str(output).unwrap();
        report["quality"]["rows_read"].clone()
    };
    assert_eq!(rows(&output.stdout), rows(&once.stdout));
}

/// A report names its inputs by their fingerprints, and a pipe has none: it must not be opened once more for it.
#[test]
#[cfg(unix)]
fn a_named_pipe_is_opened_once() {
    let test = Test::new();
    let pipe = test.folder().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child =
        command(test.folder()).args(["report", "pipe", "--format", "json"]).spawn().unwrap();
    std::fs::write(&pipe, LOG).unwrap();
    let patience = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while child.try_wait().unwrap().is_none() {
        if std::time::Instant::now() > patience {
            child.kill().unwrap();
            panic!("the program waits for the pipe to be written once more");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

fn files(test: &Test) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(test.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    // More than a pipe holds, so that the program is still writing when the reader leaves.
    let mut log = String::from("user_id,event,timestamp\n");
    for n in 0..9000 {
        writeln!(log, "user-{n},name_{n},2025-10-01T10:00:00Z").unwrap();
    }
    std::fs::write(folder.path().join("log.csv"), log).unwrap();
    let mut child =
        command(folder.path()).args(["inspect", "log.csv", "--format", "json"]).spawn().unwrap();
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn quiet_and_pipes_carry_the_report_and_nothing_else() {
    let loud = report().succeed();
    let quiet = report().args(["--quiet"]).succeed();
    assert_eq!(loud, quiet);
    for output in [loud, quiet] {
        assert!(!output.stdout.contains('\u{1b}') && output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let plain = report().succeed().stdout;
    let coloured = report().args(["--color", "always"]).succeed().stdout;
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert_eq!(without_colours(&coloured), plain);
    let never = report().args(["--color", "never"]).env("FORCE_COLOR", "1").env("NO_COLOR", "");
    assert_eq!(never.succeed().stdout, plain);
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |all, part| all + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn text_keeps_to_the_width() {
    for width in ["40", "60", "80", "200"] {
        let output = report().env("COLUMNS", width).succeed().stdout;
        let limit: usize = width.parse().unwrap();
        let long: Vec<&str> = output.lines().filter(|l| l.chars().count() > limit).collect();
        assert!(long.is_empty(), "wider than {width}: {long:#?}");
    }
}

#[test]
fn a_width_that_is_asked_for_wins() {
    let store = |args: &[&str]| {
        let mut command = command(std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
        command.args(["report", "examples/store"]).args(args);
        crate::program::finish(command, &[]).stdout
    };
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
    let narrow = store(&["--width", "60"]);
    assert!(widest(&narrow) <= 60 && widest(&store(&["--width", "140"])) > 110);
    // What is hidden is to be had: the line below a table says at which width.
    let hint = narrow.lines().find_map(|line| line.split_once("at 60 columns: --width "));
    let needed = hint.unwrap().1;
    let wide = store(&["--width", needed]);
    let [narrow, wide] =
        [&narrow, &wide].map(|text| text.split("\n\nBiggest").next().unwrap().to_owned());
    assert!(narrow.contains("hidden") && !wide.contains("hidden"), "{wide}");
    assert_eq!(report().args(["--width", "12"]).run().code, Some(2));
}

#[test]
fn letters_are_those_of_the_locale() {
    let ascii = report().args(["--ascii"]).succeed().stdout;
    assert!(ascii.is_ascii() && ascii.contains("100.0%"), "{ascii}");
    let unicode = report().succeed().stdout;
    assert!(!unicode.is_ascii());
    assert_eq!(report().env("LC_ALL", "C").succeed().stdout, ascii);
    let lengths = |text: &str| text.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
    assert_eq!(lengths(&ascii), lengths(&unicode), "nothing moves");
    // A file may be read anywhere.
    let file = report().args(["-o", "out.txt"]).env("LC_ALL", "C");
    file.succeed();
    assert_eq!(std::fs::read_to_string(file.folder().join("out.txt")).unwrap(), unicode);
}

#[test]
fn plain_text_says_each_number_with_its_name() {
    let text = report().args(["--plain", "--color", "always"]).succeed().stdout;
    assert!(!text.contains(['█', '░', '\u{1b}', '%']), "{text}");
    assert!(text.contains("Visit: reached 1, of all 100.0 percent"), "{text}");
}

#[test]
fn the_clock_is_the_runs_and_not_the_datas() {
    let late = report().args(["--format", "json"]).env("FUNNEL_NOW", "1759000000").run();
    assert_eq!(late.code, Some(2), "all rows are of the future: {late:?}");
    assert!(late.stderr.contains("future"), "{}", late.stderr);
    assert_eq!(report().env("FUNNEL_NOW", NOW).run().code, Some(0));
}

/// Everything personal that the files of [`people`] hold.
const PERSONAL: [&str; 9] = [
    "ada",
    "lovelace",
    "example.com",
    "7946",
    "2079460",
    "made-up",
    "192.0.2",
    "7100000000001",
    "c-secret",
];

fn people() -> Test {
    Test::new()
        .file(
            "orders.csv",
            "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Billing Name,Billing Address1,Notes,Id,Source,Phone\n\
             #1001,ada@example.com,paid,EUR,10.00,2025-10-01 10:00:00 +0000,1,Soap,Ada Lovelace,1 Made-up Road,\"call Ada\nat +44 20 7946 0000\",5900000000001,web,'+44 20 7946 0000\n\
             #1001,ada@example.com,,,,2025-10-01 10:00:00 +0000,1,Brush,,,,,,+442079460000\n\
             #1002,ada@example.com,paid,EUR,10.00,ada@example.com,1,Soap,Ada Lovelace,1 Made-up Road,,5900000000002,web,\n\
             ,ada@example.com,paid,EUR,10.00,2025-10-01 10:00:00 +0000,1,Soap,Ada Lovelace,,,,web,\n",
        )
        .file(
            "pixel.jsonl",
            "{\"id\":\"e1\",\"clientId\":\"c-secret-1\",\"name\":\"checkout_started\",\"timestamp\":\"2025-10-01T09:00:00Z\",\"ip\":\"192.0.2.7\",\"data\":{\"checkout\":{\"email\":\"ada@example.com\",\"phone\":\"+442079460000\",\"order\":{\"id\":null,\"customer\":{\"id\":\"7100000000001\"}}}}}\n\
             {\"id\":\"e2\",\"clientId\":\"c-secret-1\",\"name\":\"page_viewed\",\"timestamp\":\"2025-10-01T08:00:00Z\",\"data\":{}} ada@example.com\n",
        )
        .file("log.csv", "email,event,timestamp\nada@example.com,page_view,2025-10-01T10:00:00Z\nada@example.com,page_view,soon\n")
}

#[test]
fn no_output_holds_anything_personal() {
    for command in ["report", "inspect"] {
        for format in ["table", "json"] {
            let args = [command, "orders.csv", "pixel.jsonl", "log.csv", "--format", format];
            let output = people().args(args).succeed();
            let text = (output.stdout + &output.stderr).to_lowercase();
            for part in PERSONAL {
                assert!(
                    !text.contains(part),
                    "{command} --format {format} shows `{part}`:\n{text}"
                );
            }
        }
    }
}

#[test]
fn one_journey_holds_nothing_personal_unless_asked() {
    let files = ["orders.csv", "pixel.jsonl", "log.csv"];
    for id in ["ADA@example.com", "+44 20 7946 0000", "7100000000001", "c-secret-1", "#1001"] {
        for format in ["table", "json"] {
            let journey = people().args(["journey", id]).args(files).args(["--format", format]);
            let output = journey.succeed();
            let text = (output.stdout + &output.stderr).to_lowercase();
            for part in PERSONAL {
                assert!(!text.contains(part), "{id} --format {format} shows `{part}`:\n{text}");
            }
        }
    }
    let shown = people().args(["journey", "#1001"]).args(files).args(["--show-identifiers"]);
    let text = shown.succeed().stdout;
    for part in ["ada@example.com", "7946", "7100000000001", "c-secret-1"] {
        assert!(text.contains(part), "no `{part}`:\n{text}");
    }
    for part in ["Lovelace", "Made-up", "192.0.2"] {
        assert!(!text.contains(part), "`{part}` is no identifier:\n{text}");
    }
}

#[test]
fn no_message_holds_anything_personal() {
    let strict = people().args(["report", "orders.csv", "--strict"]).run();
    let broken = people().args(["report", "log.csv", "--as", "shopify.orders"]).run();
    for output in [strict, broken] {
        assert_eq!(output.code, Some(2), "{output:?}");
        let text = output.stderr.to_lowercase();
        assert!(PERSONAL.iter().all(|part| !text.contains(part)), "{text}");
    }
}
