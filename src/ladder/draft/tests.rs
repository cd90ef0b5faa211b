//! Ladder files that are refused, with what is said; files that are read, with what they mean; and
//! the way there and back.

use super::*;
use crate::event::{PlainDetails, Properties, Value};
use crate::key::Key;
use crate::ladder::definition::{Ends, NamePattern, Presence};
use crate::ladder::presets;

/// A row that has no properties.
const NOTHING: PlainDetails = PlainDetails { fingerprint: Key::NONE, order: None };

/// Two sound steps, to put lines before and behind.
const TWO: &str = "\n[[step]]\nname = 'A'\nevent = 'a'\n[[step]]\nname = 'B'\nevent = 'b'\n";

fn refusal(text: &str) -> String {
    from_toml("my/l.toml", text).expect_err(text).to_string()
}

fn with_head(head: &str) -> String {
    format!("{head}{TWO}")
}

fn with_step(line: &str) -> String {
    format!("[[step]]\nname='0'\nevent='0'\n[[step]]\nname='1'\nevent='1'\n{line}\n{TWO}")
}

fn with_tail(tail: &str) -> String {
    format!("{TWO}{tail}")
}

/// Text, place, and what the message and the hint must say.
fn check_refused(cases: &[(String, &str, &[&str])]) {
    for (text, place, words) in cases {
        let refusal = refusal(text);
        let place = format!(" my/l.toml:{place}\n");
        assert!(refusal.contains(&place), "{place} not in:\n{refusal}");
        assert!(refusal.contains('^'), "no caret:\n{refusal}");
        assert!(!refusal.contains("\nerror: "), "one problem only:\n{refusal}");
        for word in *words {
            assert!(refusal.contains(word), "{word} not in:\n{refusal}");
        }
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let within = "name='c'\nevent='c'\nwithin='1h'";
    check_refused(&[
        (
            with_head("order = 'any'\nwindow = { each = '1h' }"),
            "2:10",
            &["needs an order", "no step has a previous one"],
        ),
        (
            with_head("rules = 'amplitude:any'\nwindow = { each = '1h' }"),
            "2:10",
            &["the rules `amplitude:any`"],
        ),
        (
            with_head(&format!("order = 'any'\n[[step]]\n{within}")),
            "5:8",
            &["`within` needs an order"],
        ),
        (with_tail("[[exclude]]\nevent='x'\nends='progress'"), "10:6", &["for steps in any order"]),
        (with_head(&format!("[[step]]\n{within}")), "4:8", &["does nothing at the first step"]),
        (
            with_step(&format!("[[step]]\n{within}\npresence='implied'")),
            "10:8",
            &["at an implied step"],
        ),
        (with_head("ignore = ['z', '*']"), "1:10", &["leaves no event of a step"]),
        (with_step("where = { p = { min = 3, max = 2 } }"), "7:15", &["no number can meet", "`p`"]),
        (with_step("where = { p = { above = 2, max = 2.0 } }"), "7:15", &["no number can meet"]),
        (with_step("where = { p = '' }"), "7:15", &["exists = false"]),
        (with_tail("[[exclude]]\nevent='x'\nafter='Z'"), "10:7", &["there is no step `Z`"]),
    ]);
    read_well(&with_step("where = { p = { min = 2, max = 2 }, q = { not = '' } }"));
    read_well(&with_head("order = 'any'\nignore = { not = ['a', 'b', 'c'] }"));
    let both = "order = 'any'\nwindow = { each = '1h' }\nties = 'x'\n";
    let refusal = refusal(&with_head(both));
    assert!(
        refusal.contains("needs an order") && refusal.contains("`ties` cannot be"),
        "{refusal}"
    );
}

#[test]
fn policies_that_are_refused() {
    check_refused(&[
        (with_head("windw = '1d'"), "1:1", &["a ladder has no key `windw`", "`window`?"]),
        (with_head("colour = 1"), "1:1", &["no key `colour`", "the keys of a ladder are `name`"]),
        (with_head("window = '3 fortnights'"), "1:10", &["3 fortnights", "number and `ms`"]),
        (with_head("window = 30"), "1:10", &["`window` must be text or a table, not a number"]),
        (with_head("window = { each = 'x' }"), "1:19", &["`each` cannot be `x`"]),
        (with_head("window = { ech = '1h' }"), "1:12", &["no key `ech`", "`each`?"]),
        (with_head("window = {}"), "1:10", &["a window needs the key `each`"]),
        (with_head("count = 'visitor'"), "1:9", &["`visitor`", "`customer`, `session`, `attempt`"]),
        (with_head("order = 'lose'"), "1:9", &["`order` cannot be `lose`", "`loose`?"]),
        (with_head("order = 3"), "1:9", &["`order` must be text in quotes, not a number"]),
        (with_head("start = 'late'"), "1:9", &["`latest`"]),
        (with_head("ties = 'stricd'"), "1:8", &["`strict`?", "tolerance"]),
        (with_head("name = ''"), "1:8", &["`name` is empty"]),
        (with_head("name = ' '"), "1:8", &["`name` is empty"]),
        (with_head("open = 1"), "1:8", &["`open` must be true or false, not a number"]),
        (with_head("ignore = []"), "1:10", &["`ignore` is empty"]),
        (with_head("hold = 'product_id'"), "1:8", &["`hold` must be a table"]),
        (with_head("[hold]\nproprty = 'x'"), "2:1", &["`property`?"]),
        (with_head("[hold]"), "1:1", &["needs the key `property`"]),
        (
            with_head("count = 'session'\nentry = 'every'"),
            "2:9",
            &["`entry = \"every\"` contradicts `count = \"session\"`"],
        ),
        (with_head("count = 'customer'\nentry = 'every'"), "2:9", &["contradicts"]),
        (with_head("count = 'attempt'\nentry = 'first'"), "2:9", &["contradicts"]),
        ("name = \n".to_owned(), "1:8", &["expected literal string"]),
        ("name = 'a'\nname = 'b'\n".to_owned(), "2:1", &["duplicate key"]),
        ("é = 'a'\n".to_owned(), "1:1", &["invalid unquoted key"]),
    ]);
}

#[test]
fn steps_that_are_refused() {
    let third = "[[step]]\nname = 'C'\nevent = 'c'\npresence = 'implied'";
    check_refused(&[
        (String::new(), "1:1", &["2 to 32 steps, this one has 0"]),
        ("step = []".to_owned(), "1:8", &["this one has 0"]),
        ("[[step]]\nname='A'\nevent='a'".to_owned(), "1:1", &["this one has 1"]),
        (many(33), "97:1", &["2 to 32 steps, this one has 33"]),
        (with_step("nam = 'x'"), "7:1", &["a step has no key `nam`", "`name`?"]),
        (with_step("[[step]]\nnam = 'x'\nevent='x'"), "8:1", &["`name`?"]),
        (with_step("[[step]]\nevent = 'x'"), "7:1", &["a step needs the key `name`"]),
        (with_step("[[step]]\nname = 'x'"), "7:1", &["a step needs the key `event`"]),
        (with_step("[[step]]\nname = 'A'\nevent = 'x'"), "12:8", &["another step is called `A`"]),
        (with_step("[[step]]\nname = ''\nevent = 'x'"), "8:8", &["`name` is empty"]),
        (with_step("[[step]]\nname = 'x'\nevent = ['x', '']"), "9:15", &["`event` is empty"]),
        (with_step("[[step]]\nname = 'x'\nevent = []"), "9:9", &["`event` is empty"]),
        (with_step("[[step]]\nname = 'x'\nevent = { is = 'x' }"), "9:11", &["no key `is`"]),
        (with_step("presence = 'optinal'"), "7:12", &["`optional`?"]),
        (with_step("within = '1'"), "7:10", &["`within` cannot be `1`"]),
        (with_step("within = '-1h'"), "7:10", &["`within` cannot be `-1h`"]),
        (with_step("ask = 0"), "7:7", &["`ask` must be a whole number from 1 to 10"]),
        (with_step("ask = 11"), "7:7", &["1 to 10"]),
        (with_step("ask = 2.5"), "7:7", &["1 to 10"]),
        (with_step("ask = '2'"), "7:7", &["1 to 10"]),
        (with_step("target = 1.5"), "7:10", &["`target` must be a share from 0 to 1"]),
        (with_step("target = nan"), "7:10", &["`target` must be"]),
        (with_tail("presence = 'optional'"), "8:12", &["the last step, `B`, cannot be optional"]),
        (with_tail(third), "11:12", &["the last step, `C`, cannot be implied"]),
        (format!("{third}{TWO}"), "4:12", &["the first step, `C`, cannot be implied"]),
        ("[step]\nname = 'A'".to_owned(), "1:1", &["`step` must be a list of tables"]),
    ]);
}

#[test]
fn exclusions_and_actions_that_are_refused() {
    let exclude = |lines: &str| with_tail(&format!("[[exclude]]\nevent = 'x'\n{lines}"));
    check_refused(&[
        (exclude("after = 'Cart'"), "10:9", &["there is no step `Cart`", "`A`, `B`"]),
        (exclude("before = 'a'"), "10:10", &["there is no step `a`", "did you mean `A`?"]),
        (exclude("after = 'B'"), "10:9", &["nothing lies between"]),
        (exclude("after = 'B'\nbefore = 'A'"), "11:10", &["nothing lies between"]),
        (exclude("after = 'A'\nbefore = 'A'"), "11:10", &["nothing lies between"]),
        (exclude("ends = 'all'"), "10:8", &["`ends` cannot be `all`", "`attempt`, `journey`"]),
        (with_tail("[[exclude]]\n"), "8:1", &["an exclusion needs the key `event`"]),
        (with_tail(&"[[exclude]]\nevent = 'x'\n".repeat(9)), "24:1", &["at most 8 exclusions"]),
        (with_tail("[[action]]\nname = 'x'"), "8:1", &["an action needs the key `event`"]),
        (with_tail("[[action]]\nname='x'\nevent='x'\nweight = -1"), "11:10", &["from 0"]),
        (with_tail("[[action]]\nname='x'\nevent='x'\nweigth = 1"), "11:1", &["`weight`?"]),
        (
            with_tail(&"[[action]]\nname='x'\nevent='x'\n".repeat(2)),
            "12:6",
            &["another action is called `x` already"],
        ),
        (with_tail(&actions(33)), "104:1", &["at most 32 actions"]),
    ]);
}

#[test]
fn conditions_that_are_refused() {
    let deep = format!("where = {{ p = {}1{} }}", "{ not = ".repeat(17), " }".repeat(17));
    check_refused(&[
        (with_step("where = 'x'"), "7:9", &["`where` must be a table, not text"]),
        (with_step("where = { p = {} }"), "7:15", &["condition on `p` is empty", "`min`"]),
        (with_step("where = { p = { mni = 1 } }"), "7:17", &["operator `mni`", "`min`?"]),
        (with_step("where = { p.q = 'x' }"), "7:13", &["operator `q`", "\"p.q\" in quotes"]),
        (with_step("where = { p = { min = '1' } }"), "7:23", &["`min` must be a finite number"]),
        (with_step("where = { p = { max = inf } }"), "7:23", &["a finite number"]),
        (with_step("where = { p = { prefix = 1 } }"), "7:26", &["`prefix` must be text"]),
        (with_step("where = { p = { exists = 1 } }"), "7:26", &["`exists` must be true or false"]),
        (with_step("where = { p = { matches = '(' } }"), "7:27", &["unclosed group"]),
        (with_step("where = { p = [] }"), "7:15", &["`p` is empty"]),
        (with_step("where = { p = [[1]] }"), "7:16", &["`p` must be text, a finite number"]),
        (with_step("where = { p = 99999999999999999999 }"), "7:15", &["a finite number"]),
        (with_step("where = { '' = 1 }"), "7:11", &["the name of a property is empty"]),
        (with_step(&deep), "7:143", &["nested too deeply"]),
    ]);
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "windw = \"1d\"\n[[step]]\nnam = \"A\"\n[[step]]\nname = \"B\"\nevent = \"B\"\nwithin = \"x\"\n";
    assert_eq!(
        refusal(text),
        "a ladder has no key `windw`
 --> my/l.toml:1:1
  |
1 | windw = \"1d\"
  | ^^^^^
  |
  = hint: did you mean `window`?

error: a step needs the key `event`
 --> my/l.toml:2:1
  |
2 | [[step]]
  | ^^^^^^^^

error: a step has no key `nam`
 --> my/l.toml:3:1
  |
3 | nam = \"A\"
  | ^^^
  |
  = hint: did you mean `name`?

error: `within` cannot be `x`
 --> my/l.toml:7:10
  |
7 | within = \"x\"
  |          ^^^
  |
  = hint: a duration is a number and `ms`, `s`, `m`, `h`, `d` or `w`, such as \"30d\""
    );
}

#[test]
fn a_file_of_another_kind_is_refused_in_few_words() {
    let table = "id,name,\"price\n".repeat(500);
    let refusal = refusal(&table);
    assert!(refusal.contains("my/l.toml:1:") && refusal.len() < 20_000, "{refusal}");
    let keys = numbered(100, |n| format!("unknown{n} = 1\n"));
    assert!(self::refusal(&keys).ends_with("and 81 more"));
}

#[test]
fn hostile_texts_do_not_panic() {
    let nested = format!("where{} = 1", ".not".repeat(100_000));
    for text in [
        "\u{feff}windw = 1",
        "windw = 1\r\n[[step]]\r\n",
        "\u{0}",
        "[[",
        "name = \"\\",
        "'''",
        "name = 'ünï\nwindw = 1",
        "日本語 = 1",
        "[[step]]\n\n\n\n",
        "step = { name = 'x' }",
        &nested,
        &with_step(&nested),
    ] {
        assert!(refusal(text).contains('^'), "{text}");
    }
}

fn many(steps: usize) -> String {
    numbered(steps, |n| format!("[[step]]\nname = 'S{n}'\nevent = 'e{n}'\n"))
}

fn actions(number: usize) -> String {
    numbered(number, |n| format!("[[action]]\nname = 'S{n}'\nevent = 'e{n}'\n"))
}

fn numbered(number: usize, text: impl Fn(usize) -> String) -> String {
    (0..number).map(text).collect::<Vec<_>>().concat()
}

fn read_well(text: &str) -> Ladder {
    from_toml("my/l.toml", text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn what_is_left_out_has_its_default() {
    let ladder = read_well(TWO);
    assert_eq!(ladder.name, "l");
    assert_eq!(ladder.window, Window::FromEntry(Span::days(30)));
    assert_eq!((ladder.count, ladder.entry), (Count::Customer, Entry::Longest));
    assert_eq!((ladder.order, ladder.start), (Order::Loose, Start::Earliest));
    assert_eq!((ladder.ties, ladder.open), (Ties::Forgiving, false));
    assert_eq!((ladder.ignore, ladder.hold, ladder.exclusions.len()), (None, None, 0));
    assert!(ladder.actions_are_default && ladder.actions == vocabulary::default_actions());
    let step = &ladder.steps[1];
    assert_eq!((step.name.as_str(), step.presence), ("B", Presence::Required));
    assert_eq!((step.within, step.ask), (None, None));
    assert!((step.target - 0.01).abs() < 1e-12 && step.condition.filter.is_empty());
    assert_eq!(from_toml("-", TWO).unwrap().name, "Ladder");
    assert_eq!(read_well(&many(32)).steps.len(), 32);
}

#[test]
fn policies_are_read() {
    for (head, expected) in [
        ("window = '0s'", Window::FromEntry(Span(0))),
        ("window = '1.5h'", Window::FromEntry(Span::seconds(5400))),
        ("window = 'none'", Window::None),
        ("window = 'session'", Window::Session),
        ("window = { each = '1h' }", Window::Each(Span::seconds(3600))),
        ("window.each = '1h'", Window::Each(Span::seconds(3600))),
    ] {
        assert_eq!(read_well(&with_head(head)).window, expected, "{head}");
    }
    for (head, expected) in [
        ("ties = 'sequence'", Ties::Sequence),
        ("ties = 'strict'", Ties::Strict),
        ("ties = '2s'", Ties::Tolerance(Span::seconds(2))),
    ] {
        assert_eq!(read_well(&with_head(head)).ties, expected, "{head}");
    }
    for (head, expected) in [
        ("count = 'attempt'", (Count::Attempt, Entry::Every)),
        ("entry = 'every'", (Count::Attempt, Entry::Every)),
        ("count = 'attempt'\nentry = 'every'", (Count::Attempt, Entry::Every)),
        ("count = 'session'\nwindow = 'session'", (Count::Session, Entry::Longest)),
        ("entry = 'first'", (Count::Customer, Entry::First)),
        ("count = 'session'\nentry = 'first'", (Count::Session, Entry::First)),
    ] {
        let ladder = read_well(&with_head(head));
        assert_eq!((ladder.count, ladder.entry), expected, "{head}");
    }
    let odd = "order = 'any'\nstart = 'latest'\nopen = true\nignore = ['scroll', 'click*']";
    let ladder = read_well(&with_step("presence = 'implied'\n[[exclude]]\nevent='x'"));
    assert_eq!((ladder.exclusions[0].after, ladder.exclusions[0].before), (0, 3));
    let ladder = read_well(&with_head(odd));
    assert_eq!((ladder.order, ladder.start, ladder.open), (Order::Any, Start::Latest, true));
    let ignore = ladder.ignore.unwrap();
    assert!(ignore.matches("scroll") && ignore.matches("clicked") && !ignore.matches("view"));
}

#[test]
fn parts_are_read() {
    let ladder = read_well(FULL);
    assert_eq!(ladder.name, "Everything \"here\"");
    let [visit, list, cart, order] = ladder.steps.as_slice() else { panic!("four steps") };
    assert!(visit.condition.event.is_any());
    assert_eq!((list.presence, list.ask), (Presence::Optional, Some(2)));
    assert!(!list.condition.event.matches("scroll") && list.condition.event.matches("list"));
    assert_eq!(
        cart.condition.event.names,
        [NamePattern::Exact("cart".into()), NamePattern::Glob("add_*".into())]
    );
    assert_eq!((cart.presence, order.within), (Presence::Implied, Some(Span::seconds(3600))));
    assert_eq!((order.name.as_str(), order.ask), ("Order", Some(10)));
    let exclusion = &ladder.exclusions[0];
    assert_eq!((exclusion.after, exclusion.before, exclusion.ends), (2, 3, Ends::Journey));
    assert_eq!((ladder.exclusions[1].after, ladder.exclusions[1].before), (0, 3));
    assert_eq!(ladder.hold.as_deref(), Some("product_id"));
    assert!(!ladder.actions_are_default);
    let weights: Vec<_> = ladder.actions.iter().map(|a| (a.name.as_str(), a.weight)).collect();
    assert_eq!(weights, [("Email sign-up", Some(3.0)), ("Video", None)]);
}

const FULL: &str = r#"
name   = 'Everything "here"'
count  = "attempt"
order  = "adjacent"
window = { each = "36h" }
start  = "latest"
ties   = "1500ms"
ignore = { not = ["view", "cart", "add_*", "order"] }

[[step]]
name  = "Visit"
event = "*"

[[step]]
name     = "List"
event    = { not = "scroll" }
presence = "optional"
ask      = 2
target   = 0

[[step]]
name     = "Cart"
event    = ["cart", "add_*"]
where    = { price = { min = 10, below = 99.5 }, "context.page" = { prefix = "/a\\b\u0007" }, vip = true }
presence = "implied"
target   = 0.125

[[step]]
name   = "Order"
event  = "order"
within = "1h"
ask    = 10
where = { channel = ["web", 7, false], device = { contains = "MObile", not = { not = ["x", 'y'] } } }

[[exclude]]
event  = "removed"
where  = { sku = { matches = '^a"[0-9]+$', exists = true, glob = "a*", suffix = "1" } }
after  = "Cart"
before = "Order"
ends   = "journey"

[[exclude]]
event = "logged_out"
where = { a = { above = 1e300, max = 2e300, not = { exists = false } } }

[hold]
property = "product_id"

[[action]]
name   = "Email sign-up"
event  = "newsletter_subscribed"
weight = 3

[[action]]
name  = "Video"
event = ["video_*"]
where = { day = 2025-03-01, count = { not = { min = 3 } } }
"#;

#[test]
fn a_printed_ladder_reads_back_as_the_same() {
    let presets = presets::NAMES.into_iter().filter_map(presets::text).map(str::to_owned);
    let mut texts: Vec<_> = presets.collect();
    texts.extend([FULL.to_owned(), TWO.to_owned(), with_head("action = []")]);
    for head in
        ["window = '0.5ms'", "window = '100w'", "ties = '0s'", "ignore = 'x'", "name = 'ü\t'"]
    {
        texts.push(with_head(head));
    }
    for text in texts {
        let ladder = read_well(&text);
        let printed = to_toml(&ladder);
        let again = from_toml("elsewhere.toml", &printed).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(again, ladder, "{printed}");
        assert_eq!(to_toml(&again), printed);
    }
    let steps = ["A=*", "B=b|c_*"].map(str::to_owned);
    let ladder = from_steps(&steps, &["X=x".to_owned()]).unwrap();
    assert_eq!(from_toml("", &to_toml(&ladder)).unwrap(), ladder);
}

#[test]
fn a_printed_ladder_is_complete() {
    assert_eq!(
        to_toml(&read_well(TWO)),
        r#"name     = "l"
count    = "customer"
order    = "loose"
window   = "30d"
entry    = "longest"
start    = "earliest"
ties     = "forgiving"

[[step]]
name     = "A"
event    = "a"
presence = "required"
target   = 0.01

[[step]]
name     = "B"
event    = "b"
presence = "required"
target   = 0.01
"#
    );
}

/// A row with one property.
struct One(&'static str, Value<'static>);

impl Properties for One {
    fn get(&self, path: &str) -> Option<Value<'_>> {
        (path == self.0).then(|| self.1.clone())
    }
}

#[test]
fn conditions_hold_as_written() {
    let text = |text: &'static str| Value::Text(text.into());
    for (condition, value, expected) in [
        ("{ p = 'x' }", text("x"), true),
        ("{ p = 12.50 }", Value::Number("12.5"), true),
        ("{ p = 0x10 }", text("16"), true),
        ("{ p = 1_000 }", text("1000"), true),
        ("{ p = true }", text("True"), true),
        ("{ p = ['a', 'b'] }", text("b"), true),
        ("{ p = { min = 10 } }", text("9.99"), false),
        ("{ p = { min = 10, below = 20 } }", text("20"), false),
        ("{ p = { contains = 'MOB' } }", text("a mobile"), true),
        ("{ p = { not = 'x' } }", text("x"), false),
        ("{ p = { not = ['x', 'y'] } }", text("z"), true),
        ("{ p = { not = { prefix = 'x' } } }", text("xy"), false),
        ("{ p = { exists = false } }", text("x"), false),
        ("{ q = { exists = false } }", text("x"), true),
        ("{ q = { not = 'x' } }", text("x"), false),
        ("{ q = 'x' }", text("x"), false),
        ("{ p = 'x', q = 'x' }", text("x"), false),
    ] {
        let ladder = read_well(&with_step(&format!("where = {condition}")));
        let filter = &ladder.steps[1].condition.filter;
        assert_eq!(filter.holds(&One("p", value.clone())), expected, "{condition} on {value:?}");
        let without = condition.contains("exists = false");
        assert_eq!(filter.holds(&NOTHING), without, "{condition}");
    }
}

#[test]
fn steps_of_a_command_line() {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let steps = texts(&["Visit=*", " Cart = add_to_cart|add_* ", "Order=url=/thanks"]);
    let ladder = from_steps(&steps, &[]).unwrap();
    let events: Vec<_> = ladder.steps.iter().map(|s| s.condition.event.clone()).collect();
    assert_eq!(ladder.steps[1].name, "Cart");
    assert!(events[0].is_any());
    assert_eq!(
        events[1].names,
        [NamePattern::Exact("add_to_cart".into()), NamePattern::Glob("add_*".into())]
    );
    assert!(events[2].matches("url=/thanks") && ladder.actions_are_default);
    let ladder = from_steps(&steps, &texts(&["Video=video_*"])).unwrap();
    assert_eq!((ladder.actions.len(), ladder.actions_are_default), (1, false));

    for (steps, actions, words) in [
        (&["A", "B=b"][..], &[][..], &["--step 'A' has no `=`", "hint: a step is NAME=EVENT"][..]),
        (&["=a", "B=b"], &[], &["no name before the `=`"]),
        (&["A=", "B=b"], &[], &["has an empty event"]),
        (&["A=a||b", "B=b"], &[], &["has an empty event"]),
        (&["A=a", "A=b"], &[], &["--step 'A=b' has the name of another"]),
        (&["A=a"], &[], &["2 to 32 steps, this one has 1"]),
        (&["A=a", "B=b"], &["x"], &["--action 'x' has no `=`"]),
        (&["A", "B="], &["x"], &["'A' has no", "'B=' has an empty", "'x' has no"]),
    ] {
        let error = from_steps(&texts(steps), &texts(actions)).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{words:?} not in {error}");
    }
    let many: Vec<_> = (0..33).map(|n| format!("S{n}=e{n}")).collect();
    assert!(from_steps(&many, &[]).unwrap_err().to_string().contains("2 to 32 steps"));
    assert!(from_steps(&steps_of(&ladder), &many).unwrap_err().to_string().contains("32 actions"));
}

fn steps_of(ladder: &Ladder) -> Vec<String> {
    ladder.steps.iter().map(|step| format!("{}=x", step.name)).collect()
}
