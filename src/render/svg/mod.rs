//! Pictures as SVG inside a page: bars for counts, dots with ranges for rates, a curve, a flow.
//!
//! Drawn without a library and without a script, so that mail, build servers and printers show them.
//! Widths are percentages, so a picture fits a telephone while its letters keep their size; only shapes
//! that bend stand in a box that is stretched. Colours are attributes that the page's style may replace.
//! What a picture shows is also said in words, here or in the table of its section.

mod curve;
mod effects;
mod flow;
mod intervals;
mod ladder;
mod scale;
mod trend;

use super::markup::Markup;
use crate::report::document::Figure;

/// The colours of light surroundings; the classes beside them let a style sheet replace them.
pub(super) mod color {
    /// Counts.
    pub(in crate::render) const BAR: &str = "#0072B2";
    /// Rates.
    pub(in crate::render) const DOT: &str = "#1b1f24";
    /// Lines that help the eye.
    pub(in crate::render) const GRID: &str = "#d0d7de";
    /// What deserves a look.
    pub(in crate::render) const WARNING: &str = "#C45100";
    /// Words beside a picture.
    pub(in crate::render) const MUTED: &str = "#57606a";
}

/// The figure; `range` is the name of its ranges: `95% range`.
pub(super) fn figure(figure: &Figure, range: &str) -> Markup {
    match figure {
        Figure::Ladder(rungs) => ladder::ladder(rungs, range),
        Figure::Intervals(intervals) => intervals::intervals(intervals, range),
        Figure::Curve(curve) => curve::curve(curve),
        Figure::Flow(passages) => flow::flow(passages),
        Figure::Effects(effects) => effects::effects(effects, range),
        Figure::Trend(trend) => trend::trend(trend),
    }
}

/// Patterns that figures refer to; once in a page.
pub(super) fn patterns() -> Markup {
    let mut markup = Markup::default();
    markup
        .open(
            "svg",
            &[("class", "patterns"), ("width", "0"), ("height", "0"), ("aria-hidden", "true")],
        )
        .open("defs", &[])
        .open(
            "pattern",
            &[
                ("id", "lost"),
                ("width", "6"),
                ("height", "6"),
                ("patternUnits", "userSpaceOnUse"),
                ("patternTransform", "rotate(45)"),
            ],
        )
        .shape(
            "rect",
            &[("width", "6"), ("height", "6"), ("class", "lost-back"), ("fill", "#eef3f7")],
        )
        .shape(
            "rect",
            &[("width", "1.5"), ("height", "6"), ("class", "lost-line"), ("fill", "#7fb0cf")],
        )
        .close("pattern")
        .close("defs")
        .close("svg");
    markup
}

/// A share that lies in the picture; what is no number lies at its begin.
fn inside(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

/// A position or width in percent of the picture.
fn percent(share: f64) -> String {
    let text = format!("{:.3}", inside(share) * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A coordinate in a stretched box of 1000 by 1000.
fn thousandth(share: f64) -> String {
    let text = format!("{:.1}", inside(share) * 1000.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A dot with its range on an axis that ends at `most`; hollow for the other kind of two.
fn dot(rate: &crate::analysis::rate::Rate, most: f64, is_hollow: bool, is_warning: bool) -> Markup {
    let Some(share) = rate.rate.filter(|share| share.is_finite()) else {
        return Markup::default();
    };
    let range = rate.low.zip(rate.high).map(|(low, high)| (low / most, high / most));
    dot_at(share / most, range, is_hollow, is_warning)
}

/// A dot with its range at shares of an axis.
fn dot_at(place: f64, range: Option<(f64, f64)>, is_hollow: bool, is_warning: bool) -> Markup {
    let mut markup = Markup::default();
    let (class, ink) = if is_warning { ("warn", color::WARNING) } else { ("ink", color::DOT) };
    let stroke = [("stroke", ink), ("stroke-width", "2")];
    if let Some((low, high)) = range {
        let (low, high) = (percent(low), percent(high));
        let mut line = |x1: &str, x2: &str, y1: &str, y2: &str| {
            let ends = [("x1", x1), ("x2", x2), ("y1", y1), ("y2", y2)];
            let attributes = [&[("class", class)][..], &ends, &stroke].concat();
            markup.shape("line", &attributes);
        };
        line(&low, &high, "11", "11");
        line(&low, &low, "7", "15");
        line(&high, &high, "7", "15");
    }
    let center = percent(place);
    let (class, fill) = match (is_hollow, is_warning) {
        (true, _) => ("hollow", "#ffffff"),
        (false, true) => ("warn-fill", color::WARNING),
        (false, false) => ("ink-fill", color::DOT),
    };
    let circle = [("class", class), ("cx", &*center), ("cy", "11"), ("r", "4.5"), ("fill", fill)];
    markup.shape("circle", &[&circle[..], &stroke].concat());
    markup
}

/// Upright lines behind dots.
fn grid(ticks: &[f64], most: f64, height: &str) -> Markup {
    let mut markup = Markup::default();
    for tick in ticks {
        let x = percent(tick / most);
        let line = [
            ("class", "grid"),
            ("x1", &*x),
            ("x2", &x),
            ("y1", "0"),
            ("y2", height),
            ("stroke", color::GRID),
        ];
        markup.shape("line", &line);
    }
    markup
}

/// The words below an axis: the first begins at its tick, the last ends at its, the others stand around theirs.
fn axis(ticks: &[(f64, String)], most: f64) -> Markup {
    let mut markup = Markup::default();
    markup.open(
        "svg",
        &[("class", "axis"), ("width", "100%"), ("height", "16"), ("aria-hidden", "true")],
    );
    for (tick, words) in ticks {
        let share = tick / most;
        let anchor = match () {
            () if share <= 0.02 => "start",
            () if share >= 0.98 => "end",
            () => "middle",
        };
        let x = percent(share);
        markup.element(
            "text",
            &[
                ("x", &x),
                ("y", "12"),
                ("text-anchor", anchor),
                ("class", "word"),
                ("fill", color::MUTED),
                ("font-size", "11"),
            ],
            words,
        );
    }
    markup.close("svg");
    markup
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_stay_inside() {
        assert_eq!(percent(0.237_44), "23.744%");
        assert_eq!(percent(1.5), "100%");
        assert_eq!(percent(-1.0), "0%");
        assert_eq!(percent(f64::NAN), "0%");
        assert_eq!(thousandth(0.5), "500");
    }
}
