//! Why a rate or a sum has changed: exactly split into what its parts did and what their weights did.
//!
//! Kitagawa (1955) for rates; the logarithmic mean (Ang 2004) for products such as revenue; Mantel and
//! Haenszel for a difference at equal weights. The parts add up to the whole without a rest.

/// One group in two periods: (hits, base) before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Hits and base before.
    pub before: (u64, u64),
    /// Hits and base after.
    pub after: (u64, u64),
}

/// What one group contributes to the change of the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Because its own rate changed.
    pub rate: f64,
    /// Because its weight changed.
    pub mix: f64,
}

/// The change of a rate, split.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The whole rate before.
    pub before: f64,
    /// The whole rate after.
    pub after: f64,
    /// The sum of the rate effects.
    pub rate_effect: f64,
    /// The sum of the mix effects.
    pub mix_effect: f64,
    /// One a group.
    pub parts: Vec<Contribution>,
    /// The standard error of the rate effect.
    pub error: f64,
}

impl Split {
    /// Whether the groups and the whole disagree: their own rates moved one way, the whole the other.
    pub fn is_reversed(&self) -> bool {
        self.rate_effect * (self.after - self.before) < 0.0
    }
}

/// Splits the change of a rate over groups that make up the whole; `None` without a base on both sides.
/// A group that is missing on one side changes the whole by its weight alone.
pub fn kitagawa(parts: &[Part]) -> Option<Split> {
    let total = |side: fn(&Part) -> (u64, u64)| {
        let hits: u64 = parts.iter().map(|part| side(part).0).sum();
        let base: u64 = parts.iter().map(|part| side(part).1).sum();
        (base > 0).then(|| (hits as f64 / base as f64, base as f64))
    };
    let (before, base_before) = total(|part| part.before)?;
    let (after, base_after) = total(|part| part.after)?;
    let share = |(hits, base): (u64, u64)| (base > 0).then(|| hits as f64 / base as f64);
    let centre = f64::midpoint(before, after);
    let mut variance = 0.0;
    let mut contribution = |part: &Part| {
        let (own_before, own_after) = (share(part.before), share(part.after));
        let old = own_before.or(own_after).unwrap_or(0.0);
        let new = own_after.or(own_before).unwrap_or(0.0);
        let weight_before = part.before.1 as f64 / base_before;
        let weight_after = part.after.1 as f64 / base_after;
        let weight = f64::midpoint(weight_before, weight_after);
        if own_before.is_some() && own_after.is_some() {
            let of = |rate: f64, base: u64| rate * (1.0 - rate) / base as f64;
            variance += weight * weight * (of(old, part.before.1) + of(new, part.after.1));
        }
        Contribution {
            rate: weight * (new - old),
            mix: (f64::midpoint(old, new) - centre) * (weight_after - weight_before),
        }
    };
    let parts: Vec<Contribution> = parts.iter().map(&mut contribution).collect();
    Some(Split {
        before,
        after,
        rate_effect: parts.iter().map(|part| part.rate).sum(),
        mix_effect: parts.iter().map(|part| part.mix).sum(),
        parts,
        error: variance.sqrt(),
    })
}

/// The difference after − before that the groups have at equal weights; `None` where no group is on both
/// sides.
pub fn mantel_haenszel(parts: &[Part]) -> Option<f64> {
    let both = parts.iter().filter(|part| part.before.1 > 0 && part.after.1 > 0);
    let (mut sum, mut weights) = (0.0, 0.0);
    for part in both {
        let (n1, n2) = (part.before.1 as f64, part.after.1 as f64);
        let weight = n1 * n2 / (n1 + n2);
        sum += weight * (part.after.0 as f64 / n2 - part.before.0 as f64 / n1);
        weights += weight;
    }
    (weights > 0.0).then(|| sum / weights)
}

/// How far weights have shifted (population stability index); above 0.1 worth a look, above 0.25 much.
pub fn stability(before: &[f64], after: &[f64]) -> f64 {
    let pairs = before.iter().zip(after).filter(|(before, after)| **before > 0.0 && **after > 0.0);
    pairs.map(|(before, after)| (after - before) * (after / before).ln()).sum()
}

/// What each factor of a product contributes to its change; the contributions add up to it. `None` unless
/// all factors are above nought.
pub fn log_mean_split(before: &[f64], after: &[f64]) -> Option<Vec<f64>> {
    let are_sound = before.iter().chain(after).all(|factor| *factor > 0.0 && factor.is_finite());
    if !are_sound || before.len() != after.len() {
        return None;
    }
    let (old, new): (f64, f64) = (before.iter().product(), after.iter().product());
    let mean = log_mean(old, new);
    Some(before.iter().zip(after).map(|(old, new)| mean * (new / old).ln()).collect())
}

fn log_mean(one: f64, two: f64) -> f64 {
    let ratio = two / one;
    // Near equality the quotient loses its digits; the mean of the two is then as good.
    if (ratio - 1.0).abs() < 1e-9 { f64::midpoint(one, two) } else { (two - one) / ratio.ln() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_add_up(parts in proptest::collection::vec((0..50_u64, 0..50_u64, 0..50_u64, 0..50_u64), 1..6)) {
            let part = |(a, b, c, d): (u64, u64, u64, u64)| Part {
                before: (a.min(b), b),
                after: (c.min(d), d),
            };
            let parts: Vec<Part> = parts.into_iter().map(part).collect();
            if let Some(split) = kitagawa(&parts) {
                let change = split.after - split.before;
                prop_assert!((split.rate_effect + split.mix_effect - change).abs() < 1e-12);
            }
        }

        #[test]
        fn the_factors_add_up(factors in proptest::collection::vec((0.01..50.0_f64, 0.01..50.0_f64), 1..6)) {
            let (before, after): (Vec<f64>, Vec<f64>) = factors.into_iter().unzip();
            let parts = log_mean_split(&before, &after).unwrap();
            let change = after.iter().product::<f64>() - before.iter().product::<f64>();
            let scale = before.iter().product::<f64>().max(after.iter().product::<f64>());
            prop_assert!((parts.iter().sum::<f64>() - change).abs() <= 1e-9 * scale);
        }
    }

    #[test]
    fn a_group_of_one_side_is_all_mix() {
        let parts = [
            Part { before: (10, 100), after: (10, 100) },
            Part { before: (0, 0), after: (40, 100) },
        ];
        let split = kitagawa(&parts).unwrap();
        assert!(split.rate_effect.abs() < 1e-15 && (split.mix_effect - 0.15).abs() < 1e-12);
        assert_eq!(log_mean_split(&[0.0, 1.0], &[1.0, 1.0]), None);
        assert_eq!(kitagawa(&[]), None);
    }
}
