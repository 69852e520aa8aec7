//! Whether a replay keeps the order of what was lived: rank correlation, with steps permuted for its significance.
//!
//! For each replayed step the best-matching lived step (or decoded position) is found; Spearman's ρ between these and the
//! order of replay tells how well the order is kept. Its significance comes from permuting the replayed *steps*. Cell
//! identities are never shuffled: cells of one engram fire together, and nearly every ripple would beat such a null.

use crate::numeric::Rng;
use crate::numeric::statistics::{dot, mean};

/// Fewer valid steps than this cannot be told from chance.
pub const FEWEST: usize = 5;

/// How a replay's order agrees with that of what was lived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequenceScore {
    /// Steps that matched anything.
    pub steps: usize,
    /// Spearman's ρ: 1 for forward, −1 for reverse replay; NaN for fewer than [`FEWEST`] steps.
    pub rank: f64,
    /// Fraction of permutations with |ρ| at least as large, two-sided; 1 for fewer than [`FEWEST`] steps.
    pub p: f64,
}

/// Scores what each replayed step matched, in replayed order; `None` where it matched nothing.
pub fn score(matched: &[Option<f64>], permutations: usize, rng: &mut Rng) -> SequenceScore {
    let valid: Vec<(f64, f64)> = matched
        .iter()
        .enumerate()
        .filter_map(|(i, m)| Some((i as f64, (*m)?)))
        .collect();
    let steps = valid.len();
    let x = centred_ranks(&valid.iter().map(|v| v.0).collect::<Vec<_>>());
    let mut y = centred_ranks(&valid.iter().map(|v| v.1).collect::<Vec<_>>());
    // Pearson's correlation of the ranks; NaN where either does not vary. A permutation changes Σxy alone.
    let size = (dot(&x, &x) * dot(&y, &y)).sqrt();
    let rank = dot(&x, &y) / size;
    if steps < FEWEST || rank.is_nan() {
        return SequenceScore {
            steps,
            rank: f64::NAN,
            p: 1.0,
        };
    }
    let mut as_large = 0;
    for _ in 0..permutations {
        rng.shuffle(&mut y);
        // A hair of slack: sums in another order round differently.
        as_large += usize::from((dot(&x, &y) / size).abs() >= rank.abs() - 1e-12);
    }
    SequenceScore {
        steps,
        rank,
        p: (as_large + 1) as f64 / (permutations + 1) as f64,
    }
}

/// Ranks from 0, ties sharing their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..]
            .iter()
            .take_while(|&&i| values[i] == values[order[from]])
            .count();
        let mean = from as f64 + (same - 1) as f64 / 2.0;
        order[from..from + same]
            .iter()
            .for_each(|&i| ranks[i] = mean);
        from += same;
    }
    ranks
}

/// Ranks less their mean.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let ranks = ranks(values);
    let mean = mean(&ranks);
    ranks.into_iter().map(|rank| rank - mean).collect()
}

/// Lived steps per replayed step, |slope| of the least-squares line; NaN for fewer than two valid steps.
pub fn slope(matched: &[Option<f64>]) -> f64 {
    let valid = || {
        let steps = matched.iter().enumerate();
        steps.filter_map(|(i, m)| Some((i as f64, (*m)?)))
    };
    let n = valid().count() as f64;
    let (mx, my) = (
        valid().map(|v| v.0).sum::<f64>() / n,
        valid().map(|v| v.1).sum::<f64>() / n,
    );
    let (xy, xx) = valid().fold((0.0, 0.0), |(xy, xx), (x, y)| {
        (xy + (x - mx) * (y - my), xx + (x - mx) * (x - mx))
    });
    (xy / xx).abs()
}

/// How often two areas replay the same episode, against permuted pairings (Ji & Wilson 2007).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matched {
    /// Fraction of ripples in which both areas are nearest to the same episode.
    pub rate: f64,
    /// The same with one area's ripples permuted, the mean.
    pub permuted: f64,
    /// Fraction of permutations with at least this rate.
    pub p: f64,
}

/// Compares the episodes that two areas replayed, a pair a ripple.
pub fn matched(pairs: &[(u64, u64)], permutations: usize, rng: &mut Rng) -> Matched {
    let rate = |second: &[u64]| {
        let same = pairs.iter().zip(second).filter(|(p, s)| p.0 == **s).count();
        same as f64 / pairs.len() as f64
    };
    let mut second: Vec<u64> = pairs.iter().map(|p| p.1).collect();
    let found = rate(&second);
    let (mut sum, mut as_large) = (0.0, 0);
    for _ in 0..permutations {
        rng.shuffle(&mut second);
        let r = rate(&second);
        sum += r;
        as_large += usize::from(r >= found);
    }
    Matched {
        rate: found,
        permuted: sum / permutations as f64,
        p: (as_large + 1) as f64 / (permutations + 1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().map(|v| Some(*v)).collect()
    }

    #[test]
    fn an_ordered_replay_is_significant_and_its_direction_is_told() {
        let mut rng = Rng::named(1, "test");
        let up: Vec<f64> = (0..12).map(f64::from).collect();
        let down: Vec<f64> = up.iter().rev().copied().collect();
        let forward = score(&all(&up), 500, &mut rng);
        let reverse = score(&all(&down), 500, &mut rng);
        assert!((forward.rank - 1.0).abs() < 1e-12 && (reverse.rank + 1.0).abs() < 1e-12);
        assert!(forward.p < 0.01 && reverse.p < 0.01);
        assert!((slope(&all(&down)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn random_orders_are_significant_as_often_as_the_level_says() {
        let mut rng = Rng::named(2, "test");
        let mut order: Vec<f64> = (0..20).map(f64::from).collect();
        let significant = (0..2000).filter(|_| {
            rng.shuffle(&mut order);
            score(&all(&order), 200, &mut rng.clone()).p < 0.05
        });
        let share = significant.count() as f64 / 2000.0;
        assert!((share - 0.05).abs() < 0.015, "{share}");
    }

    #[test]
    fn too_few_valid_steps_are_never_significant() {
        let mut rng = Rng::named(3, "test");
        let few = [Some(1.0), None, Some(2.0), Some(3.0), Some(4.0), None];
        assert_eq!(score(&few, 100, &mut rng).p, 1.0);
        let flat = all(&[2.0; 9]);
        assert_eq!(score(&flat, 100, &mut rng).p, 1.0);
    }

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]), [1.5, 0.0, 1.5, 3.0]);
    }

    #[test]
    fn pairs_that_agree_beat_permuted_ones() {
        let mut rng = Rng::named(4, "test");
        let pairs: Vec<(u64, u64)> = (0..60).map(|i| (i % 6, i % 6)).collect();
        let found = matched(&pairs, 200, &mut rng);
        assert_eq!(found.rate, 1.0);
        assert!(found.permuted < 0.3 && found.p < 0.01);
    }
}
