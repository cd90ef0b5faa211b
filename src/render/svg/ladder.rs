//! The ladder: per step a bar of those who got there with the lost part hatched, and beside it the rate
//! of the step as a dot with its range on an axis that is the same for all steps.

use super::{axis, color, dot, grid, percent};
use crate::render::markup::Markup;
use crate::report::document::Rung;
use crate::report::words;

/// The figure, a list of steps.
pub(super) fn ladder(rungs: &[Rung], range: &str) -> Markup {
    let mut markup = Markup::default();
    let key = "Bars: how many got here; hatched: lost since the step before. Dots: share of the step before, with its ";
    markup.open("figure", &[("class", "ladder")]).newline();
    markup.open("figcaption", &[]).text(key).text(range).text(".").close("figcaption").newline();
    markup.open("ol", &[("class", "rungs")]).newline();
    for rung in rungs {
        row(&mut markup, rung);
    }
    markup.close("ol").newline();
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|tick| (tick, format!("{:.0}%", tick * 100.0)));
    markup.open("div", &[("class", "rung foot"), ("aria-hidden", "true")]);
    markup.constant("<span></span><span></span>").add(&axis(&ticks, 1.0)).constant("<span></span>");
    markup.close("div").close("figure").newline();
    markup
}

fn row(markup: &mut Markup, rung: &Rung) {
    let class = if rung.rate.is_some() { "rung" } else { "rung start" };
    markup.open("li", &[("class", class)]);
    markup.open("span", &[("class", "rung-name")]).element("b", &[], &rung.name).text(" ");
    markup.element("span", &[("class", "count")], &words::count(rung.reached)).close("span");
    markup.add(&bar(rung));
    markup.open(
        "svg",
        &[("class", "dots"), ("width", "100%"), ("height", "22"), ("aria-hidden", "true")],
    );
    markup.add(&grid(&[0.0, 0.25, 0.5, 0.75, 1.0], 1.0, "22"));
    if let Some(rate) = &rung.rate {
        markup.add(&dot(rate, 1.0, false, rung.below_target));
    }
    markup.close("svg");
    markup.open("span", &[("class", "rate")]);
    match &rung.rate {
        Some(rate) => {
            markup.element("b", &[], &words::percent(rate.rate)).text(" ");
            markup.element("span", &[], &words::range(rate.low, rate.high));
            if rung.below_target {
                markup.text(" ").element("em", &[], "below target");
            }
        }
        None => {
            markup.element("span", &[], "the start");
        }
    }
    markup.close("span").close("li").newline();
}

fn bar(rung: &Rung) -> Markup {
    let mut markup = Markup::default();
    let share = rung.of_all.unwrap_or(0.0);
    markup.open(
        "svg",
        &[("class", "bar"), ("width", "100%"), ("height", "22"), ("aria-hidden", "true")],
    );
    if let Some(before) = rung.before.filter(|before| *before > share) {
        let (x, width) = (percent(share), percent(before - share));
        let lost =
            [("x", &*x), ("y", "3"), ("width", &width), ("height", "16"), ("fill", "url(#lost)")];
        markup.shape("rect", &lost);
    }
    let width = percent(share);
    let kept = [
        ("class", "count-bar"),
        ("x", "0"),
        ("y", "3"),
        ("width", &*width),
        ("height", "16"),
        ("fill", color::BAR),
    ];
    markup.shape("rect", &kept).close("svg");
    markup
}
