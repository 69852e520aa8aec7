//! A few pairs that are counted, or no longer, but not written to the table of synapses: sums over the table are put right by
//! what each of them has in common with what is active.

use serde::{Deserialize, Serialize};

/// Pairs beside the table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Beside {
    pairs: Vec<Pair>,
}

/// A post- and a pre-code.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pair {
    post: Vec<u32>,
    pre: Vec<u32>,
    /// 1 where it comes to the table's, −1 where it goes.
    sign: i8,
}

impl Beside {
    /// With more of them it is faster to write them.
    pub const MOST: usize = 256;

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Pairs come or go; what goes that had come, or comes that had gone, is over.
    pub fn change(&mut self, pairs: &[(&[u32], &[u32])], sign: i8) {
        for &(post, pre) in pairs {
            let undone = |p: &Pair| p.sign == -sign && p.post == post && p.pre == pre;
            if let Some(at) = self.pairs.iter().position(undone) {
                self.pairs.swap_remove(at);
            } else {
                self.pairs.push(Pair {
                    post: post.to_vec(),
                    pre: pre.to_vec(),
                    sign,
                });
            }
        }
    }

    /// Those that come, or those that go.
    pub fn of(&self, sign: i8) -> Vec<(&[u32], &[u32])> {
        let these = self.pairs.iter().filter(|p| p.sign == sign);
        these.map(|p| (&p.post[..], &p.pre[..])).collect()
    }

    /// Puts sums over the rows of active post-units right.
    pub fn back(&self, active: &[u32], sums: &mut [f32]) {
        self.correct(active, sums, |p| (&p.post, &p.pre));
    }

    /// Puts sums over the columns of active pre-units right.
    pub fn forward(&self, active: &[u32], sums: &mut [f32]) {
        self.correct(active, sums, |p| (&p.pre, &p.post));
    }

    /// `ends` are the codes that a pair leads from and to. Sums are whole numbers, and below
    /// 2²⁴ their order does not matter.
    fn correct(&self, active: &[u32], sums: &mut [f32], ends: impl Fn(&Pair) -> (&[u32], &[u32])) {
        if self.pairs.is_empty() {
            return;
        }
        let mut lit = vec![false; sums.len()];
        active.iter().for_each(|&i| lit[i as usize] = true);
        for pair in &self.pairs {
            let (from, to) = ends(pair);
            let shared = from.iter().filter(|i| lit[**i as usize]).count();
            if shared > 0 {
                let by = f32::from(pair.sign) * shared as f32;
                to.iter().for_each(|&j| sums[j as usize] += by);
            }
        }
    }
}
