//! k-winners-take-all.

/// Scratch space for choosing winners.
#[derive(Clone, Debug, Default)]
pub struct KWinners {
    keys: Vec<u64>,
    sample: Vec<f32>,
}

impl KWinners {
    /// The indices of the `k` largest `scores`, sorted; ties go to the lowest index. NaN counts as the smallest.
    ///
    /// A threshold guessed from every eighth score leaves a few candidates; only these are ordered.
    pub fn choose(&mut self, scores: &[f32], k: usize, winners: &mut Vec<u32>) {
        winners.clear();
        let k = k.min(scores.len());
        if k == 0 {
            return;
        }
        let threshold = self.guess(scores, k);
        self.collect(scores, threshold);
        if self.keys.len() < k {
            self.collect(scores, f32::NEG_INFINITY);
        }
        if self.keys.len() > k {
            self.keys.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
            self.keys.truncate(k);
        }
        winners.extend(self.keys.iter().map(|key| !(*key as u32)));
        winners.sort_unstable();
    }

    /// A score that about 1.5 k of all scores reach.
    fn guess(&mut self, scores: &[f32], k: usize) -> f32 {
        const STRIDE: usize = 8;
        self.sample.clear();
        self.sample.extend(scores.iter().copied().step_by(STRIDE));
        let rank = (k * 3 / 2).div_ceil(STRIDE) + 2;
        if rank >= self.sample.len() {
            return f32::NEG_INFINITY;
        }
        *self
            .sample
            .select_nth_unstable_by(rank, |a, b| b.total_cmp(a))
            .1
    }

    /// Keys that order as (score, lowest index first), of all scores from `threshold` up.
    fn collect(&mut self, scores: &[f32], threshold: f32) {
        self.keys.clear();
        let every = threshold == f32::NEG_INFINITY;
        for (i, &score) in scores.iter().enumerate() {
            if score >= threshold || every {
                self.keys
                    .push((u64::from(ordered(score)) << 32) | u64::from(!(i as u32)));
            }
        }
    }
}

/// Bits that order as the numbers do; NaN first.
fn ordered(x: f32) -> u32 {
    if x.is_nan() {
        return 0;
    }
    let bits = (x + 0.0).to_bits();
    if bits >> 31 == 1 {
        !bits
    } else {
        bits | 0x8000_0000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(scores: &[f32], k: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        order.sort_by(|a, b| {
            scores[*b as usize]
                .total_cmp(&scores[*a as usize])
                .then(a.cmp(b))
        });
        order.truncate(k);
        order.sort_unstable();
        order
    }

    proptest! {
        #[test]
        fn winners_are_those_of_a_full_sort(scores in prop::collection::vec(-20i8..20, 1..600), k in 0usize..80) {
            let scores: Vec<f32> = scores.into_iter().map(f32::from).collect();
            let mut winners = Vec::new();
            KWinners::default().choose(&scores, k, &mut winners);
            prop_assert_eq!(winners, reference(&scores, k));
        }
    }
}
