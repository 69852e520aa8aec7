//! What differs between runs that are compared.

use std::sync::Arc;

use crate::engine::{Compared, Snapshot, compared, differing};

/// Differences that are told at most.
const MOST: usize = 12;

/// The differences between the runs that were compared last.
#[derive(Default)]
pub struct Comparing {
    of: Vec<Compared>,
    told: Vec<String>,
}

impl Comparing {
    /// The parameters and lesions that differ, with what they are in each run; worked out anew only where one has changed.
    pub fn differences(&mut self, runs: &[&Snapshot]) -> &[String] {
        let now: Vec<Compared> = runs.iter().map(|run| compared(run)).collect();
        let alike = |a: &Compared, b: &Compared| {
            let same = match (&a.0, &b.0) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                (a, b) => a.is_none() && b.is_none(),
            };
            same && a.1 == b.1
        };
        if now.len() != self.of.len() || !now.iter().zip(&self.of).all(|(a, b)| alike(a, b)) {
            self.told = if now.len() < 2 {
                Vec::new()
            } else {
                let all = differing(&now).into_iter().take(MOST);
                all.map(|d| format!("{} {}", d.path, d.values.join(" | ")))
                    .collect()
            };
            self.of = now;
        }
        &self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Experiment, Frames, draw, load};
    use crate::scenario::bundled;

    #[test]
    fn rules_numbers_and_lesions_that_differ_are_told() {
        let of = |sets: &[&str]| {
            let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
            let scenario = load(bundled()[0].document(), &sets, None).unwrap();
            let mut snapshot = Snapshot::default();
            draw(
                &Experiment::<f32>::new(&scenario),
                &Frames::new(0),
                &mut snapshot,
            );
            snapshot.now = Some(Arc::new(scenario));
            snapshot
        };
        let first = of(&[]);
        let mut second = of(&[
            "learning.rule=ReadoutOnly",
            "hippocampus.ripple.cue=Fraction(0.1)",
        ]);
        second.regions[0].lesion = 0.5;
        let mut comparing = Comparing::default();
        assert!(comparing.differences(&[&first]).is_empty());
        let told = comparing.differences(&[&first, &second]).to_vec();
        assert_eq!(
            told,
            [
                "hippocampus.ripple.cue.fraction 0.5 | 0.1",
                "learning.rule ReplayBptt | ReadoutOnly",
                "lesion of Input - | 50 %",
            ]
        );
        second.regions[0].lesion = 0.0;
        assert_eq!(comparing.differences(&[&first, &second]).len(), 2);
    }
}
