//! How many visitors it takes to see a difference, and what difference a number of visitors can show.
//!
//! Fleiss' formula without continuity correction. Only effects fixed in advance go in: with the difference
//! that was found, it would be a p-value under another name.

use super::special::{bisect, normal_quantile};

/// What a comparison is planned with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// The two-sided level: 0.05.
    pub alpha: f64,
    /// The probability to see the effect if it is there: 0.8.
    pub power: f64,
}

impl Default for Design {
    fn default() -> Design {
        Design { alpha: 0.05, power: 0.8 }
    }
}

impl Design {
    fn deviates(self) -> (f64, f64) {
        (normal_quantile(1.0 - self.alpha / 2.0), normal_quantile(self.power))
    }

    /// Visitors in the first group to tell rate `one` from rate `two`; `ratio` is the size of the second
    /// group over that of the first. `None` where there is nothing to tell.
    pub fn first_group(self, one: f64, two: f64, ratio: f64) -> Option<f64> {
        let are_rates = (0.0..=1.0).contains(&one) && (0.0..=1.0).contains(&two) && ratio > 0.0;
        if !are_rates || (one - two).abs() < f64::EPSILON {
            return None;
        }
        let (alpha, beta) = self.deviates();
        let pooled = (one + ratio * two) / (1.0 + ratio);
        let alike = (1.0 + 1.0 / ratio) * pooled * (1.0 - pooled);
        let apart = one * (1.0 - one) + two * (1.0 - two) / ratio;
        Some((alpha * alike.sqrt() + beta * apart.sqrt()).powi(2) / (one - two).powi(2))
    }

    /// Visitors in each of two equal groups.
    pub fn each_group(self, one: f64, two: f64) -> Option<f64> {
        self.first_group(one, two, 1.0)
    }

    /// The smallest rise of a rate that so many visitors in each group can show; `None` if not even the
    /// largest can be.
    pub fn detectable(self, rate: f64, first: f64, second: f64) -> Option<f64> {
        let room = 1.0 - rate;
        let needs = |rise: f64| self.first_group(rate, rate + rise, second / first);
        if !(first > 0.0 && second > 0.0 && (0.0..1.0).contains(&rate)) || needs(room)? > first {
            return None;
        }
        Some(bisect(0.0, room, |rise| needs(rise).is_none_or(|needed| needed > first)))
    }

    /// How many more visitors each of two groups needs to show a fixed relative effect; the rate is that
    /// of the first group, smoothed. 0 where there are enough; `None` where the rate cannot change so far.
    pub fn more(self, first: (u64, u64), second: (u64, u64), effect: f64) -> Option<(u64, u64)> {
        let observed = first.0 as f64 / first.1 as f64;
        let rate = planned_rate(first);
        let other = (rate * (1.0 + effect)).min(1.0);
        if !(0.0..=1.0).contains(&(observed * (1.0 + effect))) {
            return None;
        }
        let ratio = second.1 as f64 / first.1 as f64;
        let needed = self.first_group(rate, other, ratio)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of visitors that is not negative; what is too large is the largest"
        )]
        let more = |needed: f64, have: u64| (needed - have as f64).ceil().max(0.0) as u64;
        Some((more(needed, first.1), more(needed * ratio, second.1)))
    }
}

/// The rate that so many hits of a base are planned with: half a hit and half a miss more, so that no group is planned
/// with nought.
pub fn planned_rate((hits, base): (u64, u64)) -> f64 {
    (hits as f64 + 0.5) / (base as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_detectable_needs_the_visitors_that_are_there() {
        let design = Design::default();
        let rise = design.detectable(0.02, 5000.0, 5000.0).unwrap();
        assert!((design.each_group(0.02, 0.02 + rise).unwrap() - 5000.0).abs() < 1e-3);
        assert_eq!(design.detectable(0.02, 2.0, 2.0), None);
        assert_eq!(design.each_group(0.1, 0.1), None);
    }

    #[test]
    fn no_number_shows_a_rate_above_all() {
        let design = Design::default();
        assert_eq!(design.more((10, 10), (10, 10), 0.2), None);
        assert_eq!(design.more((36, 40), (16, 80), 0.2), None);
        assert_eq!(design.more((0, 0), (1, 10), 0.2), None);
        let (first, second) = design.more((20, 40), (40, 80), 0.2).unwrap();
        assert!(first > 200 && second > 400, "{first} {second}");
    }
}
