//! Names are read, policies turned, and what is named elsewhere stays.

use super::*;
use crate::ladder::draft;

const STEPS: &str = "[[step]]\nname = \"A\"\nevent = \"a\"\n[[step]]\nname = \"B\"\nevent = \"b\"\nwithin = \"1h\"\n";

fn under(rules: &str, head: &str) -> Ladder {
    let text = format!("{head}\n{STEPS}[[exclude]]\nevent = \"x\"\n");
    let mut ladder = draft::from_toml("l.toml", &text).unwrap();
    Rules::parse(rules).unwrap().apply(&mut ladder, &named_policies(&text));
    ladder
}

#[test]
fn names_are_read_and_written() {
    for name in [
        "funnel",
        "clickhouse",
        "clickhouse:strict_order+strict_increase",
        "posthog:strict",
        "ga4:open",
    ] {
        assert_eq!(Rules::parse(name).unwrap().name(), name);
    }
    for (name, expected) in [
        ("posthok", "--rules: no rules are named `posthok`"),
        ("ga4:opened", "--rules: `ga4` has no variant `opened`"),
        ("posthog:strict+unordered", "--rules: `posthog` takes one variant, not 2"),
        ("posthog:", "--rules: `posthog` has no variant ``"),
        ("clickhouse:allow_reentry", "--rules: `allow_reentry` changes what `strict_order` does"),
    ] {
        let error = Rules::parse(name).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn every_rule_set_makes_a_ladder_that_can_be_matched() {
    for (set, variants) in SETS {
        for variant in variants.iter().map(|variant| format!("{set}:{variant}")).chain([set.into()])
        {
            let Ok(rules) = Rules::parse(&variant) else { continue };
            let mut ladder =
                draft::from_toml("l.toml", &STEPS.replace("within", "ask = 1 #")).unwrap();
            rules.apply(&mut ladder, &BTreeSet::new());
            assert!(crate::climb::Climber::new(&ladder).is_ok(), "{variant}");
        }
    }
}

#[test]
fn what_is_named_and_has_no_meaning_under_rules_is_refused() {
    for (rules, head) in
        [("amplitude:any", "window = { each = \"1h\" }"), ("posthog:unordered", "")]
    {
        let error = crate::climb::Climber::new(&under(rules, head)).unwrap_err().to_string();
        let refused = error.contains("needs an order") && error.contains(&format!("`{rules}`"));
        assert!(refused, "{error}");
    }
}

#[test]
fn a_ladder_file_may_name_rules() {
    let read = |head: &str| draft::from_toml("l.toml", &format!("{head}\n{STEPS}"));
    for (set, variants) in SETS {
        for variant in variants.iter().map(|variant| format!("{set}:{variant}")).chain([set.into()])
        {
            let Ok(ladder) = read(&format!("rules = \"{variant}\"")) else { continue };
            let printed = draft::to_toml(&ladder);
            assert_eq!(draft::from_toml("l.toml", &printed).unwrap(), ladder, "{printed}");
            let mut told = draft::from_toml("l.toml", STEPS).unwrap();
            Rules::parse(&variant).unwrap().apply(&mut told, &BTreeSet::new());
            assert_eq!(told, ladder, "{variant}");
        }
    }
    let ladder = read("rules = \"posthog\"\nwindow = \"1h\"").unwrap();
    assert_eq!(
        (ladder.window, ladder.times),
        (Window::FromEntry(Span::seconds(3600)), Times::AboveZero)
    );
    let error = read("rules = \"posthok\"").unwrap_err().to_string();
    assert!(error.starts_with("no rules are named `posthok`\n --> l.toml:1:9"), "{error}");
}

#[test]
fn what_exclusions_end_depends_on_the_order_that_is_named() {
    let ends = |rules: &str, head: &str| under(rules, head).exclusions[0].ends;
    assert_eq!(ends("posthog:unordered", ""), Ends::Progress);
    assert_eq!(ends("posthog:unordered", "order = \"loose\""), Ends::Journey);
    assert_eq!(ends("mixpanel", ""), Ends::Attempt);
}

#[test]
fn rules_turn_policies() {
    let ladder = under("posthog", "");
    assert_eq!(ladder.window, Window::FromEntry(Span::days(14)));
    assert_eq!((ladder.start, ladder.times), (Start::Latest, Times::AboveZero));
    assert_eq!(ladder.exclusions[0].ends, Ends::Journey);
    let ladder = under("clickhouse:strict_order+allow_reentry", "");
    assert_eq!(ladder.halt, Halt { foreign: true, early: false, repeat: false });
    assert_eq!(ladder.reuse, Reuse::TwoSteps);
    assert_eq!(under("mixpanel:totals", "").count, Count::Attempt);
    let ladder = under("shopify", "");
    assert_eq!((ladder.linkage, ladder.sessions), (Linkage::Apart, SessionRule::Shopify));
}

#[test]
fn what_is_named_stays() {
    assert_eq!(under("posthog", "window = \"1h\"").window, Window::FromEntry(Span::seconds(3600)));
    assert_eq!(under("mixpanel", "ties = \"strict\"").ties, Ties::Strict);
    let ladder = under("mixpanel:totals", "entry = \"longest\"");
    assert_eq!((ladder.count, ladder.entry), (Count::Customer, Entry::Longest));
    let ladder = under("mixpanel", "count = \"attempt\"");
    assert_eq!((ladder.count, ladder.entry), (Count::Attempt, Entry::Every));
    assert_eq!(under("shopify", "sessions = \"ga4\"").sessions, SessionRule::Ga4);
    let own = format!("{STEPS}[[exclude]]\nevent = \"x\"\nends = \"attempt\"\n");
    assert!(named_policies(&own).contains(&Policy::Ends));
}

#[test]
fn the_programs_own_rules_change_nothing() {
    let text =
        format!("order = \"any\"\nwindow = \"2h\"\n{}", STEPS.replace("within = \"1h\"\n", ""));
    let ladder = draft::from_toml("l.toml", &text).unwrap();
    let mut same = ladder.clone();
    Rules::parse("funnel").unwrap().apply(&mut same, &BTreeSet::new());
    assert_eq!(same, ladder);
}
