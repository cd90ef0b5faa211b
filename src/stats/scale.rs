//! Whether steps form one cumulative scale: whoever does a harder one has done the easier ones.
//! Guttman's reproducibility (1944) with Menzel's scalability (1953), and Loevinger's H as used by
//! Mokken (1971), all from counts of patterns.
//!
//! Reproducibility alone misleads when shares are near nought or one: judge by H and scalability.
//! Steps that the shop itself makes prerequisites of each other give H = 1 and prove nothing.

/// How well a list of steps, easiest first, forms a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// How many people the patterns are of.
    pub people: u64,
    /// The share of people who did each step.
    pub reach: Vec<f64>,
    /// Places at which patterns differ from the perfect pattern with as many steps.
    pub errors: u64,
    /// Guttman's CR: 1 − errors / (people × steps). Good from .90.
    pub reproducibility: f64,
    /// MMR: the reproducibility that the shares of the single steps give by themselves.
    pub marginal_reproducibility: f64,
    /// Menzel's CS: what CR gains over MMR, of what it could gain. Good from .60. `None` if MMR is 1.
    pub scalability: Option<f64>,
    /// Loevinger's H: .3 weak, .4 medium, .5 strong. `None` if no error can be expected.
    pub h: Option<f64>,
    /// All pairs of steps, the easier first.
    pub pairs: Vec<ScalePair>,
}

/// One pair of a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalePair {
    /// The position of the easier step.
    pub easier: usize,
    /// The position of the harder step.
    pub harder: usize,
    /// How many did the harder step and not the easier one.
    pub errors: u64,
    /// How many would, if the two steps had nothing to do with each other.
    pub expected: f64,
    /// 1 − errors / expected. `None` if none are expected.
    pub h: Option<f64>,
}

/// The scale of `steps` steps (at most 32) from patterns, whose bit i says that step i was done, with the
/// number of people of each; a pattern may occur twice. `None` without people or steps.
pub fn scale(patterns: &[(u32, u64)], steps: usize) -> Option<Scale> {
    let people: u64 = patterns.iter().map(|(_, people)| people).sum();
    if people == 0 || steps == 0 || steps > 32 {
        return None;
    }
    let n = people as f64;
    let reach: Vec<f64> =
        (0..steps).map(|step| count(patterns, |p| has(p, step)) as f64 / n).collect();
    let errors =
        patterns.iter().map(|(p, people)| u64::from(differences(*p, steps)) * people).sum();
    let reproducibility = 1.0 - errors as f64 / (n * steps as f64);
    let marginal = reach.iter().map(|share| share.max(1.0 - share)).sum::<f64>() / steps as f64;
    let pairs = pairs(patterns, &reach, n);
    let total_errors: u64 = pairs.iter().map(|pair| pair.errors).sum();
    let total_expected: f64 = pairs.iter().map(|pair| pair.expected).sum();
    Some(Scale {
        people,
        errors,
        reproducibility,
        marginal_reproducibility: marginal,
        scalability: (marginal < 1.0).then(|| (reproducibility - marginal) / (1.0 - marginal)),
        h: loevinger(total_errors, total_expected),
        pairs,
        reach,
    })
}

fn pairs(patterns: &[(u32, u64)], reach: &[f64], people: f64) -> Vec<ScalePair> {
    let all =
        (0..reach.len()).flat_map(|easier| (easier + 1..reach.len()).map(move |h| (easier, h)));
    all.map(|(easier, harder)| {
        let errors = count(patterns, |p| has(p, harder) && !has(p, easier));
        let expected = people * (1.0 - reach[easier]) * reach[harder];
        ScalePair { easier, harder, errors, expected, h: loevinger(errors, expected) }
    })
    .collect()
}

fn loevinger(errors: u64, expected: f64) -> Option<f64> {
    (expected > 0.0).then(|| 1.0 - errors as f64 / expected)
}

/// At how many places a pattern differs from the perfect one with as many steps.
fn differences(pattern: u32, steps: usize) -> u32 {
    let done = (0..steps).filter(|&step| has(pattern, step)).count();
    let missing = (0..done).filter(|&step| !has(pattern, step)).count();
    // As many steps are done beyond the perfect pattern as are missing within it.
    u32::try_from(2 * missing).unwrap_or(u32::MAX)
}

fn count(patterns: &[(u32, u64)], holds: impl Fn(u32) -> bool) -> u64 {
    patterns.iter().filter(|(pattern, _)| holds(*pattern)).map(|(_, people)| people).sum()
}

fn has(pattern: u32, step: usize) -> bool {
    pattern >> step & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Patterns as texts, easiest step first.
    fn patterns(texts: &[(&str, u64)]) -> Vec<(u32, u64)> {
        let bits = |text: &str| {
            text.chars().enumerate().map(|(step, c)| u32::from(c == '1') << step).sum::<u32>()
        };
        texts.iter().map(|(text, people)| (bits(text), *people)).collect()
    }

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
    }

    #[test]
    fn the_worked_scale_comes_out() {
        let scale = scale(
            &patterns(&[
                ("1111", 30),
                ("1110", 50),
                ("1100", 120),
                ("1000", 300),
                ("1010", 6),
                ("0110", 3),
                ("1101", 4),
                ("0010", 2),
                ("0000", 85),
            ]),
            4,
        )
        .unwrap();
        assert_eq!((scale.people, scale.errors), (600, 30));
        for (share, expected) in scale.reach.iter().zip([0.85, 0.345, 91.0 / 600.0, 34.0 / 600.0]) {
            near(Some(*share), expected);
        }
        near(Some(scale.reproducibility), 0.9875);
        near(Some(scale.marginal_reproducibility), 0.824_166_666_666_666_7);
        near(scale.scalability, 0.928_909_952_606_635_3);
        near(scale.h, 0.875_403_640_290_309_5);
        let expected = [
            (0, 1, 0.903_381_642_512_077_2),
            (0, 2, 0.633_699_633_699_633_8),
            (0, 3, 1.0),
            (1, 2, 0.865_783_071_889_942_2),
            (1, 3, 1.0),
            (2, 3, 0.861_319_773_488_963_4),
        ];
        assert_eq!(scale.pairs.len(), expected.len());
        for (pair, (easier, harder, h)) in scale.pairs.iter().zip(expected) {
            assert_eq!((pair.easier, pair.harder), (easier, harder));
            near(pair.h, h);
        }
    }

    #[test]
    fn a_perfect_scale_has_no_errors() {
        let perfect = patterns(&[("111", 5), ("110", 10), ("100", 20), ("000", 5)]);
        let scale = scale(&perfect, 3).unwrap();
        assert_eq!((scale.people, scale.errors), (40, 0));
        near(Some(scale.reproducibility), 1.0);
        near(scale.h, 1.0);
    }

    #[test]
    fn what_cannot_be_judged_is_unknown() {
        assert_eq!(scale(&[], 3), None);
        assert_eq!(scale(&[(1, 4)], 0), None);
        let everybody = scale(&[(0b11, 9)], 2).unwrap();
        assert_eq!((everybody.scalability, everybody.h), (None, None));
        assert_eq!(everybody.pairs[0].h, None);
        let backwards = scale(&patterns(&[("01", 8), ("00", 2)]), 2).unwrap();
        near(backwards.h, 0.0);
    }
}
