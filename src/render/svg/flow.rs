//! Who went on and who left: a stream that runs down the steps and loses a branch at each.
//!
//! The width of everything is the number of people on one scale, so that branches can be compared. The
//! stream runs down, not to the right, because names need room and a telephone has little.

use super::{color, percent, thousandth};
use crate::render::markup::Markup;
use crate::report::document::Passage;
use crate::report::words;

/// The stream never takes more than this share of the width; the rest is for branches and words.
const WIDEST: f64 = 0.62;

/// Branches bend so far to the right.
const BEND: f64 = 0.05;

/// The height of a step in pixels.
const STEP: usize = 60;

/// The figure; a sentence says what it shows.
pub(super) fn flow(passages: &[Passage]) -> Markup {
    let mut markup = Markup::default();
    let most = passages.iter().map(|passage| passage.reached).max().unwrap_or(0);
    if most == 0 {
        return markup;
    }
    let width = |people: u64| people as f64 / most as f64 * WIDEST;
    let height = (STEP * passages.len()).saturating_sub(22).to_string();
    let title = "How many went on from step to step, and how many left.";
    markup.open("figure", &[("class", "flow")]).newline();
    markup
        .element("figcaption", &[], "Widths: people. Branches to the right: those who left.")
        .newline();
    markup.open(
        "svg",
        &[("width", "100%"), ("height", &height), ("role", "img"), ("aria-label", title)],
    );
    markup.element("title", &[], title);
    for (number, passage) in passages.iter().enumerate() {
        let top = number * STEP;
        if number + 1 < passages.len() {
            let ribbons = ribbons(width(passage.kept), width(passage.reached));
            markup.add(&stretched(top + 28, STEP - 8, &ribbons));
        }
        node(&mut markup, passage, top, &percent(width(passage.reached)));
    }
    markup.close("svg").close("figure").newline();
    markup
}

/// The name above, the bar of a step, and how many left beside it.
fn node(markup: &mut Markup, passage: &Passage, top: usize, width: &str) {
    let (name_y, bar_y, left_y) =
        ((top + 14).to_string(), (top + 20).to_string(), (top + 48).to_string());
    markup.open(
        "text",
        &[
            ("x", "0"),
            ("y", &name_y),
            ("class", "ink-fill"),
            ("fill", color::DOT),
            ("font-size", "13"),
        ],
    );
    markup.text(&format!("{} · {}", passage.name, words::count(passage.reached))).close("text");
    let bar = [
        ("class", "count-bar"),
        ("x", "0"),
        ("y", &*bar_y),
        ("width", width),
        ("height", "8"),
        ("fill", color::BAR),
    ];
    markup.shape("rect", &bar);
    let left = passage.reached.saturating_sub(passage.kept);
    if left > 0 {
        let share = left as f64 / passage.reached as f64;
        let words = format!("{} left ({})", words::count(left), words::percent(Some(share)));
        let place = [
            ("x", "100%"),
            ("y", &*left_y),
            ("text-anchor", "end"),
            ("class", "word"),
            ("fill", color::MUTED),
            ("font-size", "12"),
        ];
        markup.element("text", &place, &words);
    }
}

/// What goes on, straight down, and what leaves, bending away.
fn ribbons(kept: f64, reached: f64) -> Markup {
    let mut markup = Markup::default();
    let (kept_x, reached_x) = (thousandth(kept), thousandth(reached));
    if kept > 0.0 {
        let path = format!("M0 0 L{kept_x} 0 L{kept_x} 1000 L0 1000 Z");
        markup.shape(
            "path",
            &[("class", "area"), ("d", &path), ("fill", color::BAR), ("fill-opacity", "0.28")],
        );
    }
    if reached > kept {
        let (from, to) = (thousandth(kept + BEND), thousandth(reached + BEND));
        let path = format!(
            "M{kept_x} 0 C{kept_x} 400 {from} 300 {from} 700 L{to} 700 C{to} 300 {reached_x} 400 {reached_x} 0 Z"
        );
        markup.shape("path", &[("class", "lost-flow"), ("d", &path), ("fill", "url(#lost)")]);
    }
    markup
}

/// A box of 1000 by 1000 that is stretched over the width.
fn stretched(top: usize, height: usize, content: &Markup) -> Markup {
    let mut markup = Markup::default();
    let (top, height) = (top.to_string(), height.to_string());
    let stretched = [
        ("y", &*top),
        ("width", "100%"),
        ("height", &height),
        ("viewBox", "0 0 1000 1000"),
        ("preserveAspectRatio", "none"),
    ];
    markup.open("svg", &stretched).add(content).close("svg");
    markup
}
