//! Options from `funnel.toml` and the environment: what wins over what, and what a mistake says.

use crate::program::Test;

const LOG: &str =
    "user_id,event,timestamp\nada-1,look,2025-10-01T10:00:00Z\nada-1,buy,2025-10-01T11:00:00Z\n";
const LADDER: &str = "name = 'Shop'\n[[step]]\nname = 'Look'\nevent = 'look'\n[[step]]\nname = 'Buy'\nevent = 'buy'\n";

fn folder(settings: &str) -> Test {
    let test = Test::new().file("log.csv", LOG).file("ladder.toml", LADDER);
    if settings.is_empty() { test } else { test.file("funnel.toml", settings) }
}

#[test]
fn the_file_of_the_folder_sets_options() {
    let test = folder("format = 'json'\nladder = 'ladder.toml'\n").args(["report", "log.csv"]);
    assert_eq!(test.json()["ladder"]["name"], "Shop");
}

#[test]
fn typed_wins_over_the_environment_wins_over_the_command_wins_over_all() {
    let settings =
        "confidence = 0.5\n[report]\nconfidence = 0.6\nformat = 'json'\nladder = 'ladder.toml'\n";
    let of = |test: Test| test.json()["confidence"].as_f64().unwrap();
    let report = || folder(settings).args(["report", "log.csv"]);
    assert!((of(report()) - 0.6).abs() < 1e-9);
    assert!((of(report().env("FUNNEL_CONFIDENCE", "0.7")) - 0.7).abs() < 1e-9);
    let typed = report().env("FUNNEL_CONFIDENCE", "0.7").args(["--confidence", "0.8"]);
    assert!((of(typed) - 0.8).abs() < 1e-9);
}

#[test]
fn typed_lists_take_the_place_of_set_ones() {
    let settings = "ladder = 'ladder.toml'\nformat = 'json'\nby = ['returning', 'device']\n";
    let by = |test: Test| test.json()["breakdowns"].as_array().unwrap().len();
    assert_eq!(by(folder(settings).args(["report", "log.csv"])), 2);
    assert_eq!(by(folder(settings).args(["report", "log.csv", "--by=event"])), 1);
}

#[test]
fn a_set_ladder_gives_way_to_typed_steps() {
    let steps = ["report", "log.csv", "--step", "A=look", "--step", "B=buy", "-fjson"];
    let report = folder("ladder = 'ladder.toml'\n").args(steps).json();
    assert_eq!(report["steps"][0]["name"], "A");
}

#[test]
fn files_are_read_where_none_are_named() {
    let settings = "files = ['log.csv']\nladder = 'ladder.toml'\nquiet = true\n";
    let report = folder(settings).args(["report", "--format", "json"]).json();
    assert_eq!(report["journeys"]["entered"], 1);
}

#[test]
fn another_file_and_none() {
    let test = || Test::new().file("log.csv", LOG).file("shop/ladder.toml", LADDER);
    let test = || test().file("shop/funnel.toml", "ladder = 'ladder.toml'\nformat = 'json'\n");
    let named = test().args(["report", "log.csv", "--config", "shop/funnel.toml"]);
    assert_eq!(named.json()["ladder"]["name"], "Shop");
    let variable = test().args(["report", "log.csv"]).env("FUNNEL_CONFIG", "shop/funnel.toml");
    assert_eq!(variable.json()["ladder"]["name"], "Shop");
    let without = folder("format = 'json'\n").args([
        "report",
        "log.csv",
        "--no-config",
        "--ladder",
        "ladder.toml",
    ]);
    assert!(without.succeed().stdout.starts_with("Shop"));
}

#[test]
fn mistakes_have_their_place() {
    for (settings, part) in [
        ("\nladdr = 'x'\n", "funnel.toml:2: `laddr` is no option\nhint: did you mean ladder?"),
        ("[report]\n\nby_device = 1\n", "funnel.toml:3: `by-device` is no option"),
        ("format = 'pdf'\n", "hint: the value stands in funnel.toml:1"),
        ("\ntz = 'Mars'\n", "hint: that stands in funnel.toml:2"),
        ("window = 'soon'\n", "hint: that stands in funnel.toml:1"),
        ("ladder = 'gone.toml'\n", "hint: that stands in funnel.toml:1"),
        ("config = 'x.toml'\n", "funnel.toml:1: `config` says nothing in the file"),
        ("format = { a = 1 }\n", "funnel.toml:1: `format` must be a text"),
        ("format =\n", "funnel.toml:1: "),
        ("[inspect]\nladder = 'x'\n", "funnel.toml:2: `ladder` is no option"),
    ] {
        let output = folder(settings).args(["report", "log.csv"]).run();
        assert_eq!(output.code, Some(2), "{settings}: {output:?}");
        assert!(output.stderr.contains(part), "{settings}: {}", output.stderr);
    }
    let output = folder("").args(["report", "log.csv"]).env("FUNNEL_FORMAT", "pdf").run();
    assert!(output.stderr.contains("hint: the value comes from FUNNEL_FORMAT"), "{output:?}");
    let output = folder("").args(["report", "log.csv"]).env("FUNNEL_QUIET", "maybe").run();
    assert!(output.code == Some(2) && output.stderr.contains("maybe"), "{output:?}");
    let output = folder("").args(["report", "log.csv"]).env("FUNNEL_LADER", "retail").run();
    assert!(output.stderr.contains("did you mean FUNNEL_LADDER?"), "{output:?}");
    let output = folder("").args(["report", "log.csv", "--config", "gone.toml"]).run();
    assert!(output.code == Some(2) && output.stderr.contains("gone.toml"), "{output:?}");
}

#[test]
fn settings_of_a_command_are_for_those_below_it() {
    let of = |settings: &str, args: &[&str]| folder(settings).args(args.iter().copied()).json();
    let interval = of("[calc]\nconfidence = 0.5\n", &["calc", "interval", "3/10", "-f", "json"]);
    assert_eq!(interval["confidence"].as_f64(), Some(0.5), "{interval}");
    // Another command's are not, whatever it is called below.
    let check = "[check]\nconfidence = 'nonsense'\n[ladder]\nformat = 'json'\n";
    assert_eq!(of(check, &["ladder", "check", "ladder.toml"])["schema"], "funnel.ladder_check/1");
}

#[test]
fn files_are_those_of_all_commands_that_read_some() {
    let settings = "files = ['log.csv']\nladder = 'ladder.toml'\nformat = 'json'\n";
    let of = |args: &[&str]| folder(settings).args(args.iter().copied()).json();
    assert_eq!(of(&["journey", "ada-1"])["summary"]["visits"], 2);
    let days = ["compare", "--a", "2025-10-01..2025-10-01", "--b", "2025-10-02..2025-10-02"];
    assert_eq!(of(&days)["a"]["entered"], 1);
    assert_eq!(of(&["ladder", "suggest"])["schema"], "funnel.ladder_suggest/1");
    let by_variable = folder("").env("FUNNEL_FILES", "log.csv");
    let report = by_variable.args(["report", "--ladder", "ladder.toml", "-f", "json"]).json();
    assert_eq!(report["journeys"]["entered"], 1);
    // Who is meant is not said by the files.
    let nobody = folder(settings).args(["journey"]).run();
    assert!(nobody.stderr.contains("<ID>"), "{}", nobody.stderr);
}
