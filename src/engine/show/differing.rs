//! What differs between runs: parameters, and lesions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::scenario::{Scenario, is_text};
use super::snapshot::Snapshot;
use crate::registry::values;

/// Something that is not the same in all of some runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The parameter's path, or what is lesioned.
    pub path: String,
    /// What it is in each run; `-` where it is not there.
    pub values: Vec<String>,
}

/// What a run's differences come from: its parameters, and its lesions in percent.
pub type Compared = (Option<Arc<Scenario>>, Vec<(String, i64)>);

/// What of a run is compared.
pub fn compared(run: &Snapshot) -> Compared {
    let regions = run.regions.iter().map(|r| (r.place, r.lesion));
    let all = regions.chain(run.pathways.iter().map(|p| (p.place, p.lesion)));
    let hurt = all.filter(|(_, lesion)| *lesion > 0.0);
    let percent = hurt.map(|(place, lesion)| (place.to_string(), (lesion * 100.0).round() as i64));
    (run.now.clone(), percent.collect())
}

/// The parameters and lesions that are not the same in all runs.
pub fn differing(runs: &[Compared]) -> Vec<Difference> {
    let words: Vec<BTreeMap<String, String>> = runs.iter().map(self::words).collect();
    let paths: BTreeSet<&String> = words.iter().flat_map(BTreeMap::keys).collect();
    let differing = paths.into_iter().filter_map(|path| {
        let each = words
            .iter()
            .map(|v| v.get(path).map_or("-", String::as_str));
        let values: Vec<String> = each.map(String::from).collect();
        let differs = values.windows(2).any(|w| w[0] != w[1]);
        differs.then(|| Difference {
            path: path.clone(),
            values,
        })
    });
    differing.collect()
}

/// Numbers, ticks and chosen variants by their paths, and lesions.
fn words((now, lesions): &Compared) -> BTreeMap<String, String> {
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
