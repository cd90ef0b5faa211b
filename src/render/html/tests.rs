//! What must hold for every page, read as a browser would: one file, nothing loaded, nothing run,
//! well-formed pictures, every number of the report in it.

use super::*;
use crate::report::answer::Answer;
use crate::report::{Report, example, words};
use regex::Regex;

fn report() -> Report {
    let (findings, ladder) = example::storefront();
    Report::new(&findings, &ladder, &example::options())
}

fn hostile() -> Report {
    let (mut findings, mut ladder) = example::storefront();
    let evil = "</script></style><img src=x onerror='alert(1)'>\"\u{202e}\u{1b}[31m";
    ladder.name = evil.into();
    ladder.steps.iter_mut().for_each(|step| step.name = evil.into());
    ladder.actions.iter_mut().for_each(|action| action.name = evil.into());
    findings.inputs[0].path = evil.repeat(200);
    findings.notices[0].message = evil.into();
    Report::new(&findings, &ladder, &example::options())
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let attributes = Regex::new(r#"[a-zA-Z:-]+="[^"]*""#).unwrap();
    let markup = Regex::new("<[^>]*>").unwrap();
    for page in [page(&report().document()), page(&hostile().document())] {
        for tag in markup.find_iter(&page).map(|tag| tag.as_str()) {
            for attribute in attributes.find_iter(tag).map(|found| found.as_str()) {
                let name = attribute.split('=').next().unwrap();
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{tag}");
                assert!(name != "href" || attribute == "href=\"data:,\"", "{tag}");
            }
            assert!(!tag.starts_with("<script") && !tag.starts_with("<img"), "{tag}");
        }
        assert!(
            !page.contains("http://") && !page.contains("https://") && !page.contains("@import")
        );
        assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'));
        assert!(page.len() < 200_000, "{} bytes", page.len());
    }
}

#[test]
fn the_policy_names_the_style_sheet_that_is_there() {
    let page = page(&report().document());
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let digest = base64(&Sha256::digest(style));
    assert!(page.contains(&format!("style-src &#39;sha256-{digest}&#39;")), "{digest}");
}

#[test]
fn base64_is_that_of_the_standard() {
    let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
    for (bytes, expected) in cases {
        assert_eq!(base64(bytes.as_bytes()), expected);
    }
}

#[test]
fn elements_are_closed_in_order_and_names_are_given_once() {
    let tags = Regex::new(r"</?[a-z0-9]+[^>]*>").unwrap();
    let names = Regex::new(r#" id="([^"]*)""#).unwrap();
    for page in [page(&report().document()), page(&hostile().document())] {
        let body = page.split("<body>").nth(1).unwrap();
        let mut open = vec!["html", "body"];
        for tag in tags.find_iter(body).map(|tag| tag.as_str()) {
            let name = tag.trim_start_matches(['<', '/']).split([' ', '>', '/']).next().unwrap();
            match (tag.starts_with("</"), tag.ends_with("/>")) {
                (true, _) => assert_eq!(open.pop(), Some(name), "{tag}"),
                (false, false) => open.push(name),
                (false, true) => {}
            }
        }
        assert!(open.is_empty(), "{open:?}");
        let mut ids: Vec<_> =
            names.captures_iter(&page).map(|found| found[1].to_string()).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "{ids:?}");
    }
}

#[test]
fn every_step_and_count_stands_in_a_table() {
    let report = report();
    let page = page(&report.document());
    for step in &report.steps {
        assert!(page.contains(&format!(">{}</td>", words::count(step.reached))), "{}", step.name);
    }
    assert_eq!(page.matches("<figure").count(), 5, "{page}");
    assert!(page.matches("<table>").count() >= 7);
}

#[test]
fn a_long_table_below_its_figure_is_folded() {
    let (sheet, figure) = (
        crate::report::sheet::Sheet::new("Many", vec![crate::report::sheet::left("x", 0)]),
        crate::report::document::Figure::Intervals(Vec::new()),
    );
    let shown = |rows: usize| {
        let rows = vec![vec![crate::report::sheet::Cell::Count(1)]; rows];
        let sheet = crate::report::sheet::Sheet { rows, ..sheet.clone() };
        let section = Section::from(sheet).drawn(Some(figure.clone()));
        page(&Document { sections: vec![section], ..Document::default() })
    };
    assert!(!shown(FOLDED).contains("<details"));
    assert!(shown(FOLDED + 1).contains("<details><summary>Table of 15 rows</summary>"));
}

#[test]
fn colours_can_be_told_from_their_ground() {
    for (theme, ground) in [(0, "#ffffff"), (1, "#0f141a")] {
        let themes: Vec<&str> = STYLE.lines().filter(|line| line.contains("--back:")).collect();
        for (name, least) in [("text", 7.0), ("muted", 4.5), ("bar", 3.0), ("warn", 4.5)] {
            let color = themes[theme].split(&format!("--{name}: ")).nth(1).unwrap();
            let contrast = contrast(color.split(';').next().unwrap(), ground);
            assert!(contrast >= least, "{name} on {ground}: {contrast}");
        }
    }
}

/// The contrast of WCAG 2.2.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |color: &str| {
        let part = |at: usize| {
            let value =
                f64::from(u8::from_str_radix(color.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (a, b) = (luminance(one) + 0.05, luminance(other) + 0.05);
    a.max(b) / a.min(b)
}
