//! How far groups differ: dots with their ranges on one axis, with a line where nothing differs. A full dot is
//! more than chance explains, a hollow one is not.

use super::{axis, color, dot_at, percent};
use crate::render::markup::Markup;
use crate::report::document::{Effect, Effects, Scale};
use crate::report::words;
use crate::stats::axis::{Axis, differences, powers_of_two};

/// The figure, a list of groups.
pub(super) fn effects(effects: &Effects, range: &str) -> Markup {
    let scale = Scaled::new(effects);
    let mut markup = Markup::default();
    markup.open("figure", &[("class", "effects")]).newline();
    let key = format!("{}; lines: its {range}; full dots: beyond chance.", effects.sentence);
    markup.element("figcaption", &[], &key).newline();
    markup.open("ul", &[("class", "groups")]).newline();
    for effect in &effects.effects {
        row(&mut markup, effect, &scale);
    }
    markup.close("ul").newline();
    markup.open("div", &[("class", "group foot"), ("aria-hidden", "true")]);
    markup.constant("<span></span>").add(&axis(&scale.ticks(), 1.0)).constant("<span></span>");
    markup.close("div").close("figure").newline();
    markup
}

fn row(markup: &mut Markup, effect: &Effect, scale: &Scaled) {
    markup.open("li", &[("class", "group")]).open("span", &[("class", "group-name")]);
    markup.element("b", &[], &effect.name);
    if let Some(kind) = &effect.kind {
        markup.text(" ").element("span", &[("class", "kind")], kind);
    }
    markup.close("span");
    markup.open(
        "svg",
        &[("class", "dots"), ("width", "100%"), ("height", "22"), ("aria-hidden", "true")],
    );
    for (place, _) in scale.ticks() {
        upright(markup, place, "grid", color::GRID);
    }
    upright(markup, scale.place(scale.neutral), "zero", color::MUTED);
    let ends = (scale.place(effect.low), scale.place(effect.high));
    markup.add(&dot_at(scale.place(effect.value), Some(ends), !effect.is_clear, false));
    markup.close("svg");
    let (value, range) = in_words(effect, scale.scale);
    markup.open("span", &[("class", "rate")]).element("b", &[], &value).text(" ");
    markup.element("span", &[], &range).close("span").close("li").newline();
}

fn upright(markup: &mut Markup, place: f64, class: &str, ink: &str) {
    let x = percent(place);
    let line =
        [("class", class), ("x1", &*x), ("x2", &x), ("y1", "0"), ("y2", "22"), ("stroke", ink)];
    markup.shape("line", &line);
}

fn in_words(effect: &Effect, scale: Scale) -> (String, String) {
    match scale {
        Scale::Differences => {
            let bare = |text: String| text.trim_end_matches(" points").to_owned();
            let range = words::points_range(Some(effect.low), Some(effect.high));
            (bare(words::points(Some(effect.value))), bare(range))
        }
        Scale::Ratios => {
            (words::ratio(Some(effect.value)), words::ratio_range(effect.low, effect.high))
        }
    }
}

/// An axis with the way from an effect to its place.
struct Scaled {
    axis: Axis,
    scale: Scale,
    /// Where nothing differs.
    neutral: f64,
}

impl Scaled {
    fn new(effects: &Effects) -> Scaled {
        let all = || effects.effects.iter();
        let low = all().map(|effect| effect.low).fold(f64::INFINITY, f64::min);
        let high = all().map(|effect| effect.high).fold(f64::NEG_INFINITY, f64::max);
        let (axis, neutral) = match effects.scale {
            Scale::Differences => (differences(low, high), 0.0),
            Scale::Ratios => (powers_of_two(low, high), 1.0),
        };
        Scaled { axis, scale: effects.scale, neutral }
    }

    fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Differences => self.axis.place(value),
            Scale::Ratios => self.axis.place(value.log2()),
        }
    }

    /// The places of the ticks with their words.
    fn ticks(&self) -> Vec<(f64, String)> {
        let words = |tick: f64| match self.scale {
            Scale::Differences => words::tick_of_points(tick),
            Scale::Ratios if tick < 0.0 => format!("1/{}", (-tick).exp2()),
            Scale::Ratios => format!("{}", tick.exp2()),
        };
        self.axis.ticks.iter().map(|&tick| (self.axis.place(tick), words(tick))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(scale: Scale, low: f64, high: f64) -> Scaled {
        let effect =
            Effect { name: "a".into(), kind: None, value: low, low, high, is_clear: false };
        Scaled::new(&Effects { sentence: String::new(), scale, effects: vec![effect] })
    }

    #[test]
    fn equal_factors_are_equal_distances() {
        let scale = scaled(Scale::Ratios, 0.3, 3.0);
        let words: Vec<String> = scale.ticks().into_iter().map(|tick| tick.1).collect();
        assert_eq!(words, ["1/4", "1/2", "1", "2", "4"]);
        assert!((scale.place(1.0) - 0.5).abs() < 1e-9);
        assert!((scale.place(2.0) - 0.75).abs() < 1e-9);
        assert!(scale.place(0.0) <= 0.0 && scale.place(f64::INFINITY) >= 1.0);
    }

    #[test]
    fn differences_stand_around_nought() {
        let words = |low, high| {
            let ticks = scaled(Scale::Differences, low, high).ticks();
            ticks.into_iter().map(|tick| tick.1).collect::<Vec<String>>()
        };
        assert_eq!(words(-0.12, 0.18), ["-20", "-10", "0", "+10", "+20"]);
        assert_eq!(words(-0.004, 0.001), ["-0.4", "-0.3", "-0.2", "-0.1", "0", "+0.1"]);
    }
}
