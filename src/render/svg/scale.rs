//! The axis of time, on which equal distances are equal factors.

/// Lengths of time that people know, in seconds.
const TIMES: [(f64, &str); 13] = [
    (1.0, "1s"),
    (10.0, "10s"),
    (60.0, "1m"),
    (600.0, "10m"),
    (3_600.0, "1h"),
    (21_600.0, "6h"),
    (86_400.0, "1d"),
    (259_200.0, "3d"),
    (604_800.0, "1w"),
    (2_592_000.0, "30d"),
    (7_776_000.0, "90d"),
    (31_536_000.0, "1y"),
    (315_360_000.0, "10y"),
];

/// An axis of time on which equal distances are equal factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TimeAxis {
    low: f64,
    high: f64,
}

impl TimeAxis {
    /// An axis that holds both; nothing is shorter than a second on it.
    pub(super) fn new(low: f64, high: f64) -> TimeAxis {
        let low = low.max(1.0);
        TimeAxis { low, high: high.max(low * 2.0) }
    }

    /// Where a length of time stands, 0 to 1.
    pub(super) fn place(&self, seconds: f64) -> f64 {
        let place = (seconds.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        place.clamp(0.0, 1.0)
    }

    /// The ticks that lie on the axis with their words, not too close to each other.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for (seconds, words) in TIMES {
            let place = self.place(seconds);
            let is_far = ticks.last().is_none_or(|(last, _)| place - last >= 0.09);
            if seconds >= self.low && seconds <= self.high && is_far {
                ticks.push((place, words.to_owned()));
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_in_order() {
        let axis = TimeAxis::new(30.0, 86_400.0);
        assert!(axis.place(30.0) <= 0.0 && axis.place(86_400.0) >= 1.0);
        assert!(axis.place(60.0) < axis.place(3_600.0));
        let words: Vec<String> = axis.ticks().into_iter().map(|tick| tick.1).collect();
        assert_eq!(words, ["1m", "10m", "1h", "6h", "1d"]);
        assert!(TimeAxis::new(0.0, 0.0).place(5.0).is_finite());
    }
}
