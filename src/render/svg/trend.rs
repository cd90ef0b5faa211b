//! A share over time: dots and a line, behind them a band of what was to be expected, below them bars of how many
//! there were. Lines and bands end where nobody was there.

use super::{axis, color, percent, thousandth};
use crate::render::markup::Markup;
use crate::report::document::{Trend, TrendPeriod};
use crate::report::words;
use crate::stats::axis::shares;
use std::fmt::Write;

/// The height of the plot in pixels; what stands on its edges needs a little more.
const HEIGHT: f64 = 160.0;
const EDGE: f64 = 8.0;

/// The height of the bars below.
const BARS: f64 = 44.0;

/// With more periods than this dots are small.
const MANY: usize = 40;

/// The words below the axis are at most so many.
const WORDS: usize = 6;

/// The figure; its sentence is its title.
pub(super) fn trend(trend: &Trend) -> Markup {
    let periods = &trend.periods;
    let tops = periods.iter().flat_map(|period| [period.share, period.limits.map(|own| own.1)]);
    let (most, ticks) = shares(tops.flatten().fold(0.0, f64::max));
    let mut markup = Markup::default();
    markup.open("figure", &[("class", "trend")]).newline();
    markup.element("figcaption", &[], &trend.sentence).newline();
    markup.open("div", &[("class", "plot")]);
    let labels = ticks.iter().map(|&tick| (y(tick / most), words::tick_of_share(tick)));
    scale(&mut markup, labels, "176");
    markup.open(
        "svg",
        &[("width", "100%"), ("height", "176"), ("role", "img"), ("aria-label", &trend.sentence)],
    );
    for tick in &ticks {
        level(&mut markup, &y(tick / most));
    }
    markup.add(&stretched(&bands(periods, most), &line(periods, most)));
    for (place, period) in periods.iter().enumerate() {
        dot(&mut markup, period, middle(place, periods.len()), most, periods.len() > MANY);
    }
    markup.close("svg");
    bars(&mut markup, periods);
    markup.constant("<span></span>").add(&axis(&names(trend), 1.0));
    markup.close("div").close("figure").newline();
    markup
}

/// The words beside an axis that stands upright.
fn scale(markup: &mut Markup, labels: impl Iterator<Item = (String, String)>, height: &str) {
    let attributes = [("class", "scale"), ("width", "100%"), ("height", height)];
    markup.open("svg", &[&attributes[..], &[("aria-hidden", "true")]].concat());
    for (y, words) in labels {
        let place = [
            ("x", "100%"),
            ("y", &*y),
            ("dy", "0.32em"),
            ("text-anchor", "end"),
            ("class", "word"),
            ("fill", color::MUTED),
            ("font-size", "11"),
        ];
        markup.element("text", &place, &words);
    }
    markup.close("svg");
}

fn level(markup: &mut Markup, y: &str) {
    let ends = [("x1", "0"), ("x2", "100%"), ("y1", y), ("y2", y)];
    let line = [&[("class", "grid")][..], &ends, &[("stroke", color::GRID)]].concat();
    markup.shape("line", &line);
}

/// Where a period has its middle, as a share of the width.
fn middle(place: usize, periods: usize) -> f64 {
    (place as f64 + 0.5) / periods.max(1) as f64
}

fn y(share: f64) -> String {
    format!("{:.1}", EDGE + (1.0 - share.clamp(0.0, 1.0)) * HEIGHT)
}

/// Band and line in a box that is stretched over the plot.
fn stretched(bands: &str, line: &str) -> Markup {
    let mut markup = Markup::default();
    let stretched = [
        ("y", "8"),
        ("width", "100%"),
        ("height", "160"),
        ("viewBox", "0 0 1000 1000"),
        ("preserveAspectRatio", "none"),
        ("overflow", "visible"),
    ];
    markup.open("svg", &stretched);
    let band = [("class", "area"), ("d", bands), ("fill", color::BAR), ("fill-opacity", "0.16")];
    markup.shape("path", &band);
    let line = [
        ("class", "line"),
        ("d", line),
        ("fill", "none"),
        ("stroke", color::BAR),
        ("stroke-width", "1.5"),
        ("vector-effect", "non-scaling-stroke"),
    ];
    markup.shape("path", &line).close("svg");
    markup
}

/// A step of the band for each period that has limits: what is expected hangs on how many there were.
fn bands(periods: &[TrendPeriod], most: f64) -> String {
    let mut path = String::new();
    let edge = |place: usize| thousandth(place as f64 / periods.len() as f64);
    for (place, period) in periods.iter().enumerate() {
        if let Some((low, high)) = period.limits {
            let (left, right) = (edge(place), edge(place + 1));
            let (top, bottom) = (thousandth(1.0 - high / most), thousandth(1.0 - low / most));
            // Writing to a string has no way to fail.
            let _ = write!(path, "M{left} {top}H{right}V{bottom}H{left}Z");
        }
    }
    path
}

fn line(periods: &[TrendPeriod], most: f64) -> String {
    let mut path = String::new();
    let mut sign = 'M';
    for (place, period) in periods.iter().enumerate() {
        let share = period.share.filter(|_| period.is_complete);
        if let Some(share) = share {
            let x = thousandth(middle(place, periods.len()));
            let _ = write!(path, "{sign}{x} {} ", thousandth(1.0 - share / most));
        }
        sign = if share.is_some() { 'L' } else { 'M' };
    }
    path.trim_end().to_owned()
}

fn dot(markup: &mut Markup, period: &TrendPeriod, x: f64, most: f64, is_small: bool) {
    let Some(share) = period.share else { return };
    let (x, y) = (percent(x), y(share / most));
    let (class, fill, stroke) = match (period.is_odd, period.is_complete) {
        (true, _) => ("warn-fill", color::WARNING, color::WARNING),
        (false, true) => ("count-bar", color::BAR, "none"),
        (false, false) => ("hollow-bar", "#ffffff", color::BAR),
    };
    let radius = match (period.is_odd, is_small) {
        (true, _) => "5.5",
        (false, true) => "2",
        (false, false) => "3.5",
    };
    let place = [("class", class), ("cx", &*x), ("cy", &*y), ("r", radius), ("fill", fill)];
    markup.open("circle", &[&place[..], &[("stroke", stroke)]].concat());
    let odd = if period.is_odd || period.is_few { ", odd" } else { "" };
    let share = words::percent(Some(share));
    markup.element(
        "title",
        &[],
        &format!("{}: {share} of {}{odd}", period.name, words::count(period.base)),
    );
    markup.close("circle");
}

/// How many there were, as bars with the largest number beside them.
fn bars(markup: &mut Markup, periods: &[TrendPeriod]) {
    let most = periods.iter().map(|period| period.base).max().unwrap_or(0).max(1);
    scale(markup, std::iter::once(("6".to_owned(), words::count(most))), "52");
    let attributes = [("width", "100%"), ("height", "52"), ("aria-hidden", "true")];
    markup.open("svg", &attributes);
    level(markup, "50");
    let each = 1.0 / periods.len().max(1) as f64;
    for (place, period) in periods.iter().enumerate().filter(|(_, period)| period.base > 0) {
        let height = period.base as f64 / most as f64 * BARS;
        let (x, width) = (percent((place as f64 + 0.12) * each), percent(0.76 * each));
        let (y, height) = (format!("{:.1}", 50.0 - height), format!("{height:.1}"));
        let (class, fill) =
            if period.is_few { ("warn-fill", color::WARNING) } else { ("past", color::MUTED) };
        let bar = [("class", class), ("x", &*x), ("y", &y), ("width", &width), ("fill", fill)];
        markup.shape("rect", &[&bar[..], &[("height", &height)]].concat());
    }
    markup.close("svg");
}

/// The words below the axis: as many as there is room for, at natural distances.
fn names(trend: &Trend) -> Vec<(f64, String)> {
    let periods = trend.periods.len();
    let fits = |step: &&usize| periods.div_ceil(**step) <= WORDS;
    let step = trend.steps.iter().find(fits).copied().unwrap_or(periods.div_ceil(WORDS));
    let named = trend.periods.iter().enumerate().step_by(step.max(1));
    named.map(|(place, period)| (middle(place, periods), period.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(share: Option<f64>, limits: Option<(f64, f64)>) -> TrendPeriod {
        let name = "6 Oct".to_owned();
        TrendPeriod {
            name,
            share,
            limits,
            base: 10,
            is_odd: false,
            is_few: false,
            is_complete: true,
        }
    }

    #[test]
    fn lines_and_bands_end_where_nobody_was_there() {
        let periods = [
            period(Some(0.1), None),
            period(None, None),
            period(Some(0.2), Some((0.1, 0.4))),
            period(Some(0.4), None),
        ];
        assert_eq!(line(&periods, 0.4), "M125 750 M625 500 L875 0");
        assert_eq!(bands(&periods, 0.4), "M500 0H750V750H500Z");
    }

    #[test]
    fn words_below_the_axis_stand_at_natural_distances() {
        let cases = [(6, 6), (35, 5), (120, 5), (500, 6)];
        for (periods, expected) in cases {
            let periods = vec![period(Some(0.1), None); periods];
            let trend = Trend { sentence: String::new(), periods, steps: &[1, 2, 7, 14, 28] };
            assert_eq!(names(&trend).len(), expected);
        }
    }
}
