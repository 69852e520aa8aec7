//! The self-compressing memory: an episode like a stored one joins its prototype.
//!
//! When an episode is over, its contents are read back out of the decoder's synapses, as are those of all stored episodes of
//! as many steps. Where the targets are the same and the distance ‖y − ȳ‖ / √(½(‖y‖² + ‖ȳ‖²)), over states and inputs of
//! all steps, is below the threshold, the nearest prototype takes the episode in: its codes stay, its content becomes the
//! running mean ȳ ← ȳ + (y − ȳ)/(n + 1), and the episode's own codes are unlearned. The count weighs the prototype in
//! replay. Synapses between its codes are not strengthened with the count: frequent prototypes would drown the others.

use super::engram::codes_of;
use super::memory::HippocampusState;
use crate::numeric::Real;

/// Episodes that a prototype remembers having taken in: the latest ones.
const MOST_MEMBERS: usize = 64;

impl<R: Real> HippocampusState<R> {
    /// Lets the last `count` stored episodes join prototypes like them; returns which joined which.
    pub(super) fn compress(&mut self, count: usize) -> Vec<(u64, u64)> {
        let Some(threshold) = self.spec.capacity.kind().joins_within() else {
            return Vec::new();
        };
        let Some(decoder) = &mut self.decoder else {
            return Vec::new();
        };
        let codes = codes_of(&self.stored);
        let width = self.shape.len();
        let all = decoder.contents(&codes);
        let mut from = 0;
        let mut contents: Vec<Vec<f64>> = Vec::with_capacity(self.stored.len());
        for episode in &self.stored {
            let to = from + episode.engrams.len() * width;
            contents.push(all[from..to].to_vec());
            from = to;
        }
        let mut joined = Vec::new();
        let mut gone = Vec::new();
        for new in self.stored.len() - count.min(self.stored.len())..self.stored.len() {
            let Some(prototype) = self.prototype_of(new, &contents, &gone, threshold) else {
                continue;
            };
            let taken = contents[new].clone();
            self.take_in(prototype, new, &taken, &mut contents[prototype]);
            joined.push((self.stored[new].episode, self.stored[prototype].episode));
            gone.push(new);
        }
        let mut removed = Vec::new();
        for position in gone.into_iter().rev() {
            removed.extend(self.stored.remove(position));
        }
        self.unlearn(&removed);
        joined
    }

    /// The nearest stored episode that is like enough.
    fn prototype_of(
        &self,
        new: usize,
        contents: &[Vec<f64>],
        gone: &[usize],
        threshold: f64,
    ) -> Option<usize> {
        let near = (0..new)
            .filter(|p| !gone.contains(p) && contents[*p].len() == contents[new].len())
            .filter(|&p| self.same_targets(&contents[p], &contents[new]))
            .map(|p| (p, self.distance(&contents[p], &contents[new])))
            .filter(|(_, d)| *d < threshold);
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(p, _)| p)
    }

    /// Whether two episodes are scored at the same steps, with the same targets there.
    fn same_targets(&self, a: &[f64], b: &[f64]) -> bool {
        let (len, from) = (self.shape.len(), self.shape.seen());
        a.chunks(len).zip(b.chunks(len)).all(|(a, b)| {
            let (scored, other) = (a[len - 1] > 0.5, b[len - 1] > 0.5);
            let alike = a[from..len - 1]
                .iter()
                .zip(&b[from..len - 1])
                .all(|(x, y)| (x - y).abs() < 0.1);
            scored == other && (!scored || alike)
        })
    }

    /// Size of the difference of states and inputs, relative to their own.
    fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        let (len, seen) = (self.shape.len(), self.shape.seen());
        let (mut apart, mut size) = (0.0, 0.0);
        for (a, b) in a.chunks(len).zip(b.chunks(len)) {
            for (x, y) in a[..seen].iter().zip(&b[..seen]) {
                apart += (x - y) * (x - y);
                size += 0.5 * (x * x + y * y);
            }
        }
        if size > 0.0 {
            (apart / size).sqrt()
        } else {
            0.0
        }
    }

    /// The prototype's content becomes the mean with one more episode.
    fn take_in(&mut self, prototype: usize, new: usize, taken: &[f64], mean: &mut [f64]) {
        let len = self.shape.len();
        let (own, episode) = (&self.stored[prototype], &self.stored[new]);
        let share = 1.0 / (own.count as f64 + 1.0);
        let (error, reward, member) = (episode.error, episode.reward, episode.episode);
        let engrams: Vec<_> = own.engrams.iter().map(|e| e.code.clone()).collect();
        for ((code, mean), taken) in engrams
            .iter()
            .zip(mean.chunks_mut(len))
            .zip(taken.chunks(len))
        {
            let next: Vec<f64> = mean
                .iter()
                .zip(taken)
                .map(|(m, y)| m + share * (y - m))
                .collect();
            if let Some(decoder) = &mut self.decoder {
                decoder.revise(code, mean, &next);
            }
            mean.copy_from_slice(&next);
        }
        let own = &mut self.stored[prototype];
        own.count += 1;
        own.error += share * (error - own.error);
        own.reward += share * (reward - own.reward);
        own.members.push(member);
        if own.members.len() > MOST_MEMBERS {
            own.members.remove(1);
        }
    }
}
