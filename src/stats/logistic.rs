//! Logistic regression on counts by pattern, with Firth's penalty (Firth 1993), which stays finite where
//! a pattern has only one outcome; and what one column changes on average.
//!
//! A row is a pattern with how many showed it and how many of these converted: the likelihood is that of
//! the single journeys. There are few columns, so matrices are plain vectors.

use super::special::two_sided_p;

/// What is added to the likelihood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// Nothing: maximum likelihood.
    None,
    /// Firth's: half the logarithm of the information.
    Firth,
    /// Half of this much of the squares of all coefficients but the first.
    Ridge(f64),
}

/// One pattern: its columns (the first is 1), how many showed it, and how many of these converted.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The columns.
    pub columns: Vec<f64>,
    /// Journeys.
    pub base: f64,
    /// Conversions.
    pub hits: f64,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// One a column.
    pub coefficients: Vec<f64>,
    /// Their covariance, row by row.
    pub covariance: Vec<Vec<f64>>,
}

/// What a column changes, averaged over journeys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Over all journeys: the mean rate with the column less that without.
    pub on_all: f64,
    /// Over those that have the column.
    pub on_those_with: f64,
    /// The standard error of the second (delta method).
    pub error: f64,
}

const MOST_ROUNDS: usize = 200;
const LONGEST_STEP: f64 = 5.0;
const CLOSE: f64 = 1e-11;

/// Fits the model; `None` if columns depend on each other or nothing converges.
pub fn fit(rows: &[Row], penalty: Penalty) -> Option<Fit> {
    let columns = rows.first()?.columns.len();
    let mut coefficients = vec![0.0; columns];
    for _ in 0..MOST_ROUNDS {
        let covariance = inverse(&information(rows, &coefficients, penalty))?;
        let score = score(rows, &coefficients, &covariance, penalty);
        let mut step: Vec<f64> = covariance.iter().map(|row| dot(row, &score)).collect();
        let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
        if !longest.is_finite() {
            return None;
        }
        if longest > LONGEST_STEP {
            for part in &mut step {
                *part *= LONGEST_STEP / longest;
            }
        }
        for (coefficient, part) in coefficients.iter_mut().zip(&step) {
            *coefficient += part;
        }
        if longest < CLOSE {
            return Some(Fit { coefficients, covariance });
        }
    }
    None
}

fn information(rows: &[Row], coefficients: &[f64], penalty: Penalty) -> Vec<Vec<f64>> {
    let columns = coefficients.len();
    let mut matrix = vec![vec![0.0; columns]; columns];
    for row in rows {
        let p = rate(&row.columns, coefficients);
        let weight = row.base * p * (1.0 - p);
        for (i, line) in matrix.iter_mut().enumerate() {
            for (j, cell) in line.iter_mut().enumerate() {
                *cell += weight * row.columns[i] * row.columns[j];
            }
        }
    }
    if let Penalty::Ridge(strength) = penalty {
        (1..columns).for_each(|i| matrix[i][i] += strength);
    }
    matrix
}

fn score(rows: &[Row], at: &[f64], covariance: &[Vec<f64>], penalty: Penalty) -> Vec<f64> {
    let mut score = vec![0.0; at.len()];
    for row in rows {
        let p = rate(&row.columns, at);
        let mut rest = row.hits - row.base * p;
        if penalty == Penalty::Firth {
            // The leverage of all journeys of the row together.
            let leverage = row.base * p * (1.0 - p) * quadratic(covariance, &row.columns);
            rest += leverage * (0.5 - p);
        }
        for (part, column) in score.iter_mut().zip(&row.columns) {
            *part += rest * column;
        }
    }
    if let Penalty::Ridge(strength) = penalty {
        for (part, coefficient) in score.iter_mut().zip(at).skip(1) {
            *part -= strength * coefficient;
        }
    }
    score
}

impl Fit {
    /// The standard error of a coefficient.
    pub fn error(&self, column: usize) -> f64 {
        self.covariance[column][column].max(0.0).sqrt()
    }

    /// The two-sided p-value of a coefficient.
    pub fn p_value(&self, column: usize) -> f64 {
        two_sided_p(self.coefficients[column] / self.error(column))
    }

    /// What a column of noughts and ones changes, everything else as it is.
    pub fn effect(&self, rows: &[Row], column: usize) -> Effect {
        let columns = self.coefficients.len();
        let (mut all, mut with, mut sum, mut sum_with) = (0.0, 0.0, 0.0, 0.0);
        let mut gradient = vec![0.0; columns];
        for row in rows {
            let mut changed = row.columns.clone();
            changed[column] = 1.0;
            let high = rate(&changed, &self.coefficients);
            let slope_high = high * (1.0 - high);
            let ones = changed.clone();
            changed[column] = 0.0;
            let low = rate(&changed, &self.coefficients);
            let slope_low = low * (1.0 - low);
            let base_with = row.base * row.columns[column];
            all += row.base;
            with += base_with;
            sum += row.base * (high - low);
            sum_with += base_with * (high - low);
            for (part, (one, nought)) in gradient.iter_mut().zip(ones.iter().zip(&changed)) {
                *part += base_with * (slope_high * one - slope_low * nought);
            }
        }
        for part in &mut gradient {
            *part /= with;
        }
        Effect {
            on_all: sum / all,
            on_those_with: sum_with / with,
            error: quadratic(&self.covariance, &gradient).max(0.0).sqrt(),
        }
    }
}

fn rate(columns: &[f64], coefficients: &[f64]) -> f64 {
    1.0 / (1.0 + (-dot(columns, coefficients)).exp())
}

fn dot(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(a, b)| a * b).sum()
}

fn quadratic(matrix: &[Vec<f64>], vector: &[f64]) -> f64 {
    matrix.iter().zip(vector).map(|(row, value)| value * dot(row, vector)).sum()
}

/// The inverse of a symmetric matrix that is positive definite; `None` if it is not.
fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut lower = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let sum = matrix[i][j] - dot(&lower[i][..j], &lower[j][..j]);
            if i != j {
                lower[i][j] = sum / lower[j][j];
            } else if sum > matrix[i][i].abs() * 1e-13 {
                lower[i][i] = sum.sqrt();
            } else {
                return None;
            }
        }
    }
    let mut inverse = vec![vec![0.0; size]; size];
    for column in 0..size {
        let mut solved = vec![0.0; size];
        for i in 0..size {
            let unit = if i == column { 1.0 } else { 0.0 };
            solved[i] = (unit - dot(&lower[i][..i], &solved[..i])) / lower[i][i];
        }
        for i in (0..size).rev() {
            let rest: f64 = (i + 1..size).map(|k| lower[k][i] * solved[k]).sum();
            solved[i] = (solved[i] - rest) / lower[i][i];
        }
        for (row, value) in inverse.iter_mut().zip(solved) {
            row[column] = value;
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[f64], base: f64, hits: f64) -> Row {
        Row { columns: columns.to_vec(), base, hits }
    }

    #[test]
    fn one_column_is_the_odds_ratio_with_half_a_count_more_in_each_cell() {
        let rows = [row(&[1.0, 0.0], 4.0, 0.0), row(&[1.0, 1.0], 4.0, 4.0)];
        let fit = fit(&rows, Penalty::Firth).unwrap();
        assert!((fit.coefficients[1] - 81.0_f64.ln()).abs() < 1e-8);
        assert_eq!(super::fit(&rows, Penalty::None), None);
    }

    #[test]
    fn columns_that_say_the_same_are_refused() {
        let rows = [row(&[1.0, 0.0, 0.0], 9.0, 3.0), row(&[1.0, 1.0, 1.0], 9.0, 5.0)];
        assert_eq!(fit(&rows, Penalty::Firth), None);
        assert_eq!(fit(&[], Penalty::Firth), None);
    }
}
