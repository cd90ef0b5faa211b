//! Many small groups that resemble each other: each one's rate drawn towards the common one by as much as
//! it lacks visitors of its own (empirical Bayes with a beta prior).
//!
//! The prior is fitted to the groups by maximum likelihood. Where the groups differ no more than chance
//! makes them, all have the common rate. Groups that overlap must not be fitted together.

use super::proportion::Interval;
use super::special::{beta_quantile, ln_beta};

/// Beyond this the groups cannot be told apart.
const LARGEST: f64 = 1e7;

/// What groups have in common: a beta distribution of their rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Hits that the prior is worth.
    pub alpha: f64,
    /// Misses that the prior is worth.
    pub beta: f64,
}

impl Prior {
    /// Visitors that the prior is worth.
    pub fn size(&self) -> f64 {
        self.alpha + self.beta
    }

    /// A group's rate, drawn towards the common one.
    pub fn shrunk(&self, hits: u64, base: u64) -> f64 {
        (hits as f64 + self.alpha) / (base as f64 + self.size())
    }

    /// The interval of a group's rate; approximate, because the prior is taken for known.
    pub fn interval(&self, hits: u64, base: u64, confidence: f64) -> Interval {
        let (a, b) = (self.alpha + hits as f64, self.beta + (base - hits) as f64);
        let tail = (1.0 - confidence) / 2.0;
        Interval { low: beta_quantile(tail, a, b), high: beta_quantile(1.0 - tail, a, b) }
    }
}

/// The moments of the groups (Kleinman 1973): the common rate, and the correlation within groups, which
/// is not above nought where they differ no more than chance makes them.
pub fn moments(groups: &[(u64, u64)]) -> Option<(f64, f64)> {
    let numbers: Vec<(f64, f64)> = groups
        .iter()
        .filter(|group| group.1 > 0)
        .map(|&(hits, base)| (hits as f64, base as f64))
        .collect();
    let hits: f64 = numbers.iter().map(|group| group.0).sum();
    let all: f64 = numbers.iter().map(|group| group.1).sum();
    let squares: f64 = numbers.iter().map(|group| group.1 * group.1).sum();
    let mean = hits / all;
    let spread: f64 =
        numbers.iter().map(|group| group.1 * (group.0 / group.1 - mean).powi(2)).sum();
    let freedom = numbers.len() as f64 - 1.0;
    let within = mean * (1.0 - mean);
    let below = within * (all - squares / all - freedom);
    (freedom >= 1.0 && below > 0.0).then(|| (mean, (spread - within * freedom) / below))
}

/// The prior of groups of (hits, base); `None` with fewer than two groups or one outcome only, and where
/// they cannot be told apart.
pub fn fit(groups: &[(u64, u64)]) -> Option<Prior> {
    let (mean, correlation) = moments(groups)?;
    if correlation <= 0.0 {
        return None;
    }
    let likelihood = |point: [f64; 2]| {
        let mean = 1.0 / (1.0 + (-point[0]).exp());
        let size = point[1].exp();
        let (a, b) = (mean * size, (1.0 - mean) * size);
        if !(a > 0.0 && b > 0.0 && size <= LARGEST) {
            return f64::INFINITY;
        }
        let terms = groups.iter().map(|&(hits, base)| {
            ln_beta(hits as f64 + a, (base - hits) as f64 + b) - ln_beta(a, b)
        });
        -terms.sum::<f64>()
    };
    let logit = (mean / (1.0 - mean)).ln();
    let starts = [0.0, 2.0, 4.0, 6.0, 8.0, (1.0 / correlation).ln()];
    let found = starts.map(|size| downhill([logit, size], likelihood));
    let best = found.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (mean, size) = (1.0 / (1.0 + (-best.0[0]).exp()), best.0[1].exp());
    (size < LARGEST / 2.0).then_some(Prior { alpha: mean * size, beta: (1.0 - mean) * size })
}

/// The lowest point that three points find on their way downhill (Nelder, Mead), with its height.
fn downhill(start: [f64; 2], height: impl Fn([f64; 2]) -> f64) -> ([f64; 2], f64) {
    const ROUNDS: u32 = 400;
    let mut corners = [start, [start[0] + 0.5, start[1]], [start[0], start[1] + 0.5]]
        .map(|point| (point, height(point)));
    let along = |from: [f64; 2], to: [f64; 2], by: f64| {
        [from[0] + by * (to[0] - from[0]), from[1] + by * (to[1] - from[1])]
    };
    for _ in 0..ROUNDS {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [best, second, worst] = corners;
        if (worst.1 - best.1).abs() < 1e-13 && (worst.0[1] - best.0[1]).abs() < 1e-9 {
            break;
        }
        let middle = along(best.0, second.0, 0.5);
        let tried = |by: f64| {
            let point = along(worst.0, middle, by);
            (point, height(point))
        };
        let mirrored = tried(2.0);
        let next = if mirrored.1 < best.1 {
            let further = tried(3.0);
            if further.1 < mirrored.1 { further } else { mirrored }
        } else if mirrored.1 < second.1 {
            mirrored
        } else {
            tried(if mirrored.1 < worst.1 { 1.5 } else { 0.5 })
        };
        if next.1 < worst.1 {
            corners[2] = next;
        } else {
            for corner in &mut corners[1..] {
                let point = along(best.0, corner.0, 0.5);
                *corner = (point, height(point));
            }
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_do_not_differ_have_no_prior() {
        assert_eq!(fit(&[(20, 1000), (21, 1000), (19, 1000), (20, 1000)]), None);
        assert_eq!(fit(&[(20, 1000)]), None);
        assert_eq!(fit(&[(0, 10), (0, 20)]), None);
        assert_eq!(fit(&[]), None);
    }

    #[test]
    fn small_groups_move_further() {
        let groups = [(12, 400), (3, 40), (90, 2100), (2, 310), (44, 760)];
        let prior = fit(&groups).unwrap();
        let moved =
            |hits: u64, base: u64| (prior.shrunk(hits, base) - hits as f64 / base as f64).abs();
        assert!(moved(3, 40) > moved(90, 2100));
    }
}
