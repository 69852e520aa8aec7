//! What differs between runs that are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::{Scenario, Snapshot, is_text};
use crate::registry::values;

/// Differences that are told at most.
const MOST: usize = 12;

/// What a run's differences come from: its parameters, and its lesions in percent.
type Source = (Option<Arc<Scenario>>, Vec<(String, i64)>);

/// The differences between the runs that were compared last.
#[derive(Default)]
pub struct Comparing {
    of: Vec<Source>,
    told: Vec<String>,
}

impl Comparing {
    /// The parameters and lesions that differ, with what they are in each run; worked out anew only where one has changed.
    pub fn differences(&mut self, runs: &[&Snapshot]) -> &[String] {
        let now: Vec<Source> = runs.iter().map(|run| source(run)).collect();
        let alike = |a: &Source, b: &Source| {
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
                told(&now)
            };
            self.of = now;
        }
        &self.told
    }
}

fn source(run: &Snapshot) -> Source {
    let regions = run.regions.iter().map(|r| (r.place, r.lesion));
    let all = regions.chain(run.pathways.iter().map(|p| (p.place, p.lesion)));
    let hurt = all.filter(|(_, lesion)| *lesion > 0.0);
    let percent = hurt.map(|(place, lesion)| (place.to_string(), (lesion * 100.0).round() as i64));
    (run.now.clone(), percent.collect())
}

fn told(runs: &[Source]) -> Vec<String> {
    let words: Vec<BTreeMap<String, String>> = runs.iter().map(self::words).collect();
    let paths: BTreeSet<&String> = words.iter().flat_map(BTreeMap::keys).collect();
    let differing = paths.into_iter().filter_map(|path| {
        let each = words
            .iter()
            .map(|v| v.get(path).map_or("-", String::as_str));
        let each: Vec<&str> = each.collect();
        let differs = each.windows(2).any(|w| w[0] != w[1]);
        differs.then(|| format!("{path} {}", each.join(" | ")))
    });
    differing.take(MOST).collect()
}

/// Numbers, ticks and chosen variants by their paths, and lesions.
fn words((now, lesions): &Source) -> BTreeMap<String, String> {
    let all = now.iter().flat_map(|now| values(&**now));
    let told = all.filter_map(|(path, at)| {
        let word = at.word();
        let counts = !word.is_empty() && word != "Some" && !is_text(&path);
        counts.then(|| (path, word.to_string()))
    });
    let mut found: BTreeMap<String, String> = told.collect();
    for (place, percent) in lesions {
        found.insert(format!("lesion of {place}"), format!("{percent} %"));
    }
    found
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
