//! Which share was done after how long: a rising line over an axis of time that grows by factors.

use super::scale::TimeAxis;
use super::{axis, color, percent, thousandth};
use crate::render::markup::Markup;
use crate::report::document::Curve;
use std::fmt::Write;

/// The height of the plot in pixels, as it stands in the attributes below.
const HEIGHT: f64 = 180.0;

/// The figure; the sentence is its title.
pub(super) fn curve(curve: &Curve) -> Markup {
    let mut markup = Markup::default();
    let (Some(first), Some(last)) = (curve.points.first(), curve.points.last()) else {
        return markup;
    };
    let time = TimeAxis::new(first.0, last.0);
    markup.open("figure", &[("class", "curve")]).newline();
    markup.element("figcaption", &[], &curve.sentence).newline();
    markup.open(
        "svg",
        &[("width", "100%"), ("height", "196"), ("role", "img"), ("aria-label", &curve.sentence)],
    );
    markup.element("title", &[], &curve.sentence);
    for share in [0.0, 0.5, 0.9, 1.0] {
        level(&mut markup, share);
    }
    let stretched = [
        ("y", "8"),
        ("width", "100%"),
        ("height", "180"),
        ("viewBox", "0 0 1000 1000"),
        ("preserveAspectRatio", "none"),
        ("overflow", "visible"),
    ];
    let line = line(curve, time);
    let area = format!("{line} L1000 1000 L0 1000 Z");
    markup.open("svg", &stretched);
    markup.shape(
        "path",
        &[("class", "area"), ("d", &area), ("fill", color::BAR), ("fill-opacity", "0.12")],
    );
    let stroke = [
        ("class", "line"),
        ("d", &*line),
        ("fill", "none"),
        ("stroke", color::BAR),
        ("stroke-width", "2.5"),
        ("vector-effect", "non-scaling-stroke"),
    ];
    markup.shape("path", &stroke).close("svg");
    for share in [0.5, 0.9] {
        mark(&mut markup, curve, time, share);
    }
    markup.close("svg").add(&axis(&time.ticks(), 1.0)).close("figure").newline();
    markup
}

fn y(share: f64) -> String {
    format!("{:.1}", 8.0 + (1.0 - share) * HEIGHT)
}

/// A level line with its share.
fn level(markup: &mut Markup, share: f64) {
    let y = y(share);
    let line = [
        ("class", "grid"),
        ("x1", "0"),
        ("x2", "100%"),
        ("y1", &*y),
        ("y2", &y),
        ("stroke", color::GRID),
    ];
    markup.shape("line", &line);
    if share > 0.0 && share < 1.0 {
        let words = format!("{:.0}%", share * 100.0);
        let text_y = format!("{:.1}", 8.0 + (1.0 - share) * HEIGHT - 4.0);
        let place = [
            ("x", "0"),
            ("y", &*text_y),
            ("class", "word"),
            ("fill", color::MUTED),
            ("font-size", "11"),
        ];
        markup.element("text", &place, &words);
    }
}

fn line(curve: &Curve, time: TimeAxis) -> String {
    let mut path = String::new();
    for (number, &(seconds, share)) in curve.points.iter().enumerate() {
        let sign = if number == 0 { 'M' } else { 'L' };
        // Writing to a string has no way to fail.
        let _ =
            write!(path, "{sign}{} {} ", thousandth(time.place(seconds)), thousandth(1.0 - share));
    }
    path.trim_end().to_owned()
}

/// A dot on the line where a share is reached.
fn mark(markup: &mut Markup, curve: &Curve, time: TimeAxis, share: f64) {
    let found = curve.points.iter().find(|point| point.1 >= share - 1e-9);
    if let Some(&(seconds, _)) = found {
        let (x, y) = (percent(time.place(seconds)), y(share));
        let dot =
            [("class", "ink-fill"), ("cx", &*x), ("cy", &*y), ("r", "4.5"), ("fill", color::DOT)];
        markup.shape("circle", &dot);
    }
}
