//! Names of things made of parameters: what tells two apart is in them.

use super::{Slot, each};

/// The leaves below a value: their paths, and what stands there; of a choice, which variant.
fn leaves(root: &dyn Slot) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    each(root, &mut |path, at| {
        if !at.word().is_empty() {
            leaves.push((path.replace('.', "-"), at.word().to_string()));
        }
    });
    leaves
}

/// The name of a choice with what always tells it apart, `told` by the names of the parameters, then every other parameter
/// that is not as it is by default: `Hopfield-100-sweeps-1`. Two that differ in anything have two names.
pub fn label(name: &str, told: &[(&str, String)], value: &dyn Slot, default: &dyn Slot) -> String {
    let usual = leaves(default);
    let is_told = |path: &str| {
        let first = path.split('-').next().unwrap_or_default();
        told.iter().any(|(name, _)| *name == first)
    };
    let others = leaves(value)
        .into_iter()
        .filter(|leaf| !is_told(&leaf.0) && !usual.contains(leaf))
        .map(|(path, value)| format!("-{path}-{value}"));
    let always = told.iter().map(|(_, value)| format!("-{value}"));
    std::iter::once(name.to_string())
        .chain(always)
        .chain(others)
        .collect()
}

/// Names of several things in one run; equal names get the parameters that differ appended: `Tbptt-horizon-16`.
pub fn labels(things: &[(&str, &dyn Slot)]) -> Vec<String> {
    let all: Vec<_> = things.iter().map(|(_, value)| leaves(*value)).collect();
    let one = |i: usize| {
        let twins = (0..things.len()).filter(move |j| *j != i && things[*j].0 == things[i].0);
        let twins: Vec<usize> = twins.collect();
        let differs = |leaf: &&(String, String)| twins.iter().any(|j| !all[*j].contains(leaf));
        let differing = all[i].iter().filter(differs);
        let differing = differing.map(|(path, value)| format!("-{path}-{value}"));
        std::iter::once(things[i].0.to_string())
            .chain(differing)
            .collect()
    };
    (0..things.len()).map(one).collect()
}
