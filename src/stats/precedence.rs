//! Which of several things comes first: counts of pairs, the share that had one before the other, an
//! order of all of them by the sum of these shares (Borda 1781), and circles in which no order is.
//!
//! Counts are integers and added up pair by pair, so any parting of the people gives the same table.
//! What the things are, and which shares are worth a word, is decided elsewhere.

/// In how many a pair of things came in which order. `tied` and `together` leave the order open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairCount {
    /// Who did both, each by an event of its own.
    pub both: u64,
    /// Of these, with whom the first thing was strictly earlier.
    pub first: u64,
    /// Of these, with whom both were at one instant.
    pub tied: u64,
    /// Who did both first by one and the same event, which says nothing about order; not in `both`.
    pub together: u64,
}

impl PairCount {
    /// The chance that the first thing comes first: `(x + 1/2) / (n + 1)`, where ties count for half.
    /// A half if nobody did both.
    pub fn share(self) -> f64 {
        (self.before() + 0.5) / (self.both as f64 + 1.0)
    }

    /// The share in which the first thing came first, as it was counted; `None` if nobody did both.
    pub fn counted(self) -> Option<f64> {
        (self.both > 0).then(|| self.before() / self.both as f64)
    }

    /// How many did the first thing first, where ties count for half.
    fn before(self) -> f64 {
        self.first as f64 + self.tied as f64 / 2.0
    }

    /// The same pair seen from its second thing.
    #[must_use]
    pub fn reversed(self) -> PairCount {
        PairCount { first: self.both - self.first - self.tied, ..self }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: PairCount) {
        self.both += other.both;
        self.first += other.first;
        self.tied += other.tied;
        self.together += other.together;
    }
}

/// The counts of all pairs of `size` things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairTable {
    size: usize,
    /// Row by row; only pairs whose first thing has the lower number are filled.
    counts: Vec<PairCount>,
}

impl PairTable {
    /// A table of so many things in which nothing is counted.
    pub fn new(size: usize) -> PairTable {
        PairTable { size, counts: vec![PairCount::default(); size * size] }
    }

    /// How many things there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The counts of `a` before `b`; nothing for a thing with itself or outside the table.
    pub fn of(&self, a: usize, b: usize) -> PairCount {
        if a >= self.size || b >= self.size {
            return PairCount::default();
        }
        if a > b {
            self.counts[b * self.size + a].reversed()
        } else {
            self.counts[a * self.size + b]
        }
    }

    /// Adds counts to a pair. Things outside the table, and one with itself, are passed over.
    pub fn add(&mut self, a: usize, b: usize, count: PairCount) {
        if a >= self.size || b >= self.size || a == b {
            return;
        }
        let (low, high, count) = if a < b { (a, b, count) } else { (b, a, count.reversed()) };
        self.counts[low * self.size + high].merge(count);
    }

    /// Adds a table of the same things.
    pub fn merge(&mut self, other: &PairTable) {
        for a in 0..other.size {
            for b in a + 1..other.size {
                self.add(a, b, other.of(a, b));
            }
        }
    }
}

/// The Borda score of each thing: the sum over all others of its chance to come first.
pub fn borda(table: &PairTable) -> Vec<f64> {
    let things = 0..table.size();
    let score = |a: usize| things.clone().filter(|&b| b != a).map(|b| table.of(a, b).share()).sum();
    things.clone().map(score).collect()
}

/// The things by score, highest first; of equal ones the one with the larger `reach`, then the first.
pub fn order(scores: &[f64], reach: &[u64]) -> Vec<usize> {
    let reach = |thing: usize| reach.get(thing).copied().unwrap_or(0);
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| {
        scores[b].total_cmp(&scores[a]).then(reach(b).cmp(&reach(a))).then(a.cmp(&b))
    });
    order
}

/// The circles of "comes before": groups of two or more things, each of which comes before each other
/// one on some way. `is_before` says which pairs have an order. Groups and members in ascending order.
pub fn circles(size: usize, is_before: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut leads: Vec<Vec<bool>> =
        (0..size).map(|a| (0..size).map(|b| a != b && is_before(a, b)).collect()).collect();
    for by in 0..size {
        let onward = leads[by].clone();
        for from in leads.iter_mut().filter(|from| from[by]) {
            from.iter_mut().zip(&onward).for_each(|(leads, on)| *leads |= on);
        }
    }
    let circle = |a: usize| (0..size).filter(|&b| leads[a][b] && leads[b][a]).collect::<Vec<_>>();
    // A circle is told once, by the first of its members.
    (0..size)
        .map(|a| (a, circle(a)))
        .filter(|(a, c)| c.first() == Some(a))
        .map(|(_, c)| c)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the first occurrences of letters in texts.
    fn table(letters: &str, texts: &[&str]) -> (PairTable, Vec<u64>) {
        let letters: Vec<char> = letters.chars().collect();
        let mut table = PairTable::new(letters.len());
        for (a, b) in (0..letters.len()).flat_map(|a| (a + 1..letters.len()).map(move |b| (a, b))) {
            let both =
                texts.iter().filter_map(|text| text.find(letters[a]).zip(text.find(letters[b])));
            for (at, to) in both {
                let first = u64::from(at < to);
                table.add(a, b, PairCount { both: 1, first, ..PairCount::default() });
            }
        }
        let reach = letters.iter().map(|l| texts.iter().filter(|t| t.contains(*l)).count() as u64);
        (table, reach.collect())
    }

    const TEXTS: [&str; 10] =
        ["VCKO", "VVC", "VSVCK", "SVCO", "V", "VCVCK", "KCV", "VSC", "SV", "VCKO"];

    #[test]
    fn the_worked_order_comes_out() {
        let (table, reach) = table("VSCKO", &TEXTS);
        assert_eq!(reach, [10, 4, 8, 5, 3]);
        let pairs = [
            (0, 1, 4, 2),
            (0, 2, 8, 7),
            (0, 3, 5, 4),
            (0, 4, 3, 3),
            (1, 2, 3, 3),
            (2, 3, 5, 4),
            (3, 4, 2, 2),
            (2, 0, 8, 1),
            (4, 3, 2, 0),
        ];
        for (a, b, both, first) in pairs {
            let pair = table.of(a, b);
            assert_eq!((pair.both, pair.first), (both, first), "{a} before {b}");
        }
        let scores = borda(&table);
        let expected = [
            2.958_333_333_333_333_5,
            2.875,
            1.916_666_666_666_666_5,
            1.583_333_333_333_333_5,
            2.0 / 3.0,
        ];
        for (score, expected) in scores.iter().zip(expected) {
            assert!((score - expected).abs() < 1e-12, "{score} is not {expected}");
        }
        assert_eq!(order(&scores, &reach), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn ties_count_for_half_and_one_event_for_nothing() {
        let pair = PairCount { both: 3, first: 1, tied: 1, together: 9 };
        assert!((pair.share() - 0.5).abs() < 1e-12);
        assert_eq!(pair.reversed(), pair);
        assert!((PairCount::default().share() - 0.5).abs() < 1e-12);
        let early = PairCount { both: 9, first: 9, ..PairCount::default() };
        assert!((early.share() - 0.95).abs() < 1e-12);
        assert!((early.share() + early.reversed().share() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn parts_merge_into_the_whole() {
        let (mut parts, _) = table("VSCKO", &TEXTS[..4]);
        let (rest, _) = table("VSCKO", &TEXTS[4..]);
        parts.merge(&rest);
        assert_eq!(parts, table("VSCKO", &TEXTS).0);
    }

    #[test]
    fn equal_scores_go_by_reach_and_then_by_place() {
        assert_eq!(order(&[1.0, 1.0, 2.0, 1.0], &[5, 7, 1, 5]), [2, 1, 0, 3]);
        assert_eq!(order(&[], &[]), [0; 0]);
    }

    #[test]
    fn circles_are_found() {
        type Case<'c> = (&'c [(usize, usize)], &'c [&'c [usize]]);
        let cases: [Case<'_>; 4] = [
            (&[(0, 1), (1, 2), (2, 0), (2, 3)], &[&[0, 1, 2]]),
            (&[(0, 1), (1, 2), (0, 2)], &[]),
            (&[(0, 1), (1, 0), (2, 3), (3, 2)], &[&[0, 1], &[2, 3]]),
            (&[(0, 3), (3, 1), (1, 0)], &[&[0, 1, 3]]),
        ];
        for (edges, expected) in cases {
            assert_eq!(circles(4, |a, b| edges.contains(&(a, b))), expected, "{edges:?}");
        }
    }
}
