//! By how much days differ more than chance makes them: the dispersion of a row of shares, from what lies between neighbours.
//!
//! A change of level stands between two neighbours and an odd day between three, so neither is taken for noise that is there
//! every day: the largest fifth of the differences is left out, and the mean of the rest put right by what a normal deviate
//! leaves there (Rice 1984; a trimmed mean).

use super::special::{chi_squared_p, normal_quantile, two_sided_t_p};

/// One of so many differences is left out.
const LEFT_OUT: usize = 5;
/// What a difference of neighbours tells of their noise, as a part of an independent deviate: neighbours overlap, and the largest
/// are left out.
const WORTH: f64 = 2.0 / 3.0 * 0.8;

/// How many times larger the variance of days is than chance makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispersion {
    /// The factor.
    pub factor: f64,
    /// How many independent deviates say so.
    pub freedom: f64,
}

impl Dispersion {
    /// The dispersion of a row of (hits, base); of too few it is that of chance alone.
    pub fn of(counts: &[(u64, u64)]) -> Dispersion {
        let pairs = counts.iter().zip(counts.iter().skip(1));
        let mut squares: Vec<f64> =
            pairs.filter_map(|(one, two)| squared_difference(*one, *two)).collect();
        squares.sort_by(f64::total_cmp);
        let all = squares.len() as f64;
        squares.truncate(squares.len() - squares.len() / LEFT_OUT);
        let kept = squares.len() as f64;
        if squares.is_empty() {
            return Dispersion { factor: 1.0, freedom: 0.0 };
        }
        let mean = squares.iter().sum::<f64>() / kept;
        Dispersion { factor: mean / mean_below(kept / all), freedom: WORTH * kept }
    }

    /// How likely so large a statistic is that would be chi-squared of one degree if days differed by chance alone.
    pub fn p_value(&self, statistic: f64) -> f64 {
        if self.factor <= 1.0 {
            return chi_squared_p(statistic, 1.0);
        }
        // What is estimated is not known: F with one degree above is Student's deviate squared.
        two_sided_t_p((statistic / self.factor).max(0.0).sqrt(), self.freedom)
    }
}

/// The square of the difference of two shares over the variance that chance gives it; `None` without a base.
fn squared_difference(one: (u64, u64), two: (u64, u64)) -> Option<f64> {
    let (first, second) = (one.1 as f64, two.1 as f64);
    if one.1 == 0 || two.1 == 0 {
        return None;
    }
    let share = (one.0 + two.0) as f64 / (first + second);
    let variance = share * (1.0 - share) * (1.0 / first + 1.0 / second);
    let difference = one.0 as f64 / first - two.0 as f64 / second;
    Some(if variance > 0.0 { difference * difference / variance } else { 0.0 })
}

/// The mean of the smallest such share of squared normal deviates.
fn mean_below(share: f64) -> f64 {
    if share >= 1.0 {
        return 1.0;
    }
    let z = normal_quantile(f64::midpoint(1.0, share));
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    1.0 - 2.0 * z * density / share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_smaller_squares_is_that_of_a_table() {
        // P(chi-squared of 3 < 1.6424) / 0.8, because 1.6424 is the quantile of 1 degree.
        assert!((mean_below(0.8) - 0.438_9).abs() < 2e-3, "{}", mean_below(0.8));
        assert!((mean_below(1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn neither_a_change_nor_an_odd_day_is_noise() {
        let level = [vec![(20, 100); 20], vec![(90, 100)], vec![(10, 100); 20]].concat();
        assert_eq!(Dispersion::of(&level).factor.to_bits(), 0.0_f64.to_bits());
        let restless: Vec<(u64, u64)> =
            (0..40).map(|day| if day % 2 == 0 { (20, 100) } else { (40, 100) }).collect();
        let found = Dispersion::of(&restless);
        assert!(found.factor > 9.0, "{found:?}");
        assert!(found.p_value(20.0) > 0.1 && Dispersion::of(&level).p_value(20.0) < 1e-4);
        assert_eq!(Dispersion::of(&[(1, 2)]), Dispersion { factor: 1.0, freedom: 0.0 });
        assert_eq!(Dispersion::of(&[(1, 2), (0, 0), (2, 2)]).freedom.to_bits(), 0.0_f64.to_bits());
    }
}
