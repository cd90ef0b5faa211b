//! Rates of groups as dots with their ranges, all on one axis that begins at nought.

use super::{axis, dot, grid};
use crate::render::markup::Markup;
use crate::report::document::Interval;
use crate::report::words;
use crate::stats::axis::shares;

/// So many groups are drawn; the table has the others.
const MOST: usize = 24;

/// The figure, a list of groups.
pub(super) fn intervals(intervals: &[Interval], range: &str) -> Markup {
    let drawn = intervals.get(..MOST).unwrap_or(intervals);
    let ends = drawn.iter().filter_map(|interval| interval.rate.high.or(interval.rate.rate));
    let (most, ticks) = shares(ends.fold(0.0, f64::max));
    let mut markup = Markup::default();
    markup.open("figure", &[("class", "intervals")]).newline();
    markup.open("figcaption", &[]).text("Dots: the share; lines: its ").text(range).text(".");
    if let Some(more) = intervals.len().checked_sub(MOST).filter(|&more| more > 0) {
        markup.text(&format!(" {more} more in the table."));
    }
    markup.close("figcaption").newline();
    markup.open("ul", &[("class", "groups")]).newline();
    let first_kind = drawn.first().and_then(|interval| interval.kind);
    for interval in drawn {
        let is_hollow = interval.kind != first_kind;
        markup.open("li", &[("class", "group")]).open("span", &[("class", "group-name")]);
        markup.element("b", &[], &interval.name);
        if let Some(kind) = interval.kind {
            markup.text(" ").element("span", &[("class", "kind")], kind);
        }
        markup.close("span");
        markup.open(
            "svg",
            &[("class", "dots"), ("width", "100%"), ("height", "22"), ("aria-hidden", "true")],
        );
        markup
            .add(&grid(&ticks, most, "22"))
            .add(&dot(&interval.rate, most, is_hollow, false))
            .close("svg");
        markup.open("span", &[("class", "rate")]);
        markup.element("b", &[], &words::percent(interval.rate.rate)).text(" ");
        markup.element("span", &[], &words::range(interval.rate.low, interval.rate.high));
        markup.close("span").close("li").newline();
    }
    markup.close("ul").newline();
    let ticks: Vec<(f64, String)> =
        ticks.iter().map(|&tick| (tick, words::tick_of_share(tick))).collect();
    markup.open("div", &[("class", "group foot"), ("aria-hidden", "true")]);
    markup.constant("<span></span>").add(&axis(&ticks, most)).constant("<span></span>");
    markup.close("div").close("figure").newline();
    markup
}
