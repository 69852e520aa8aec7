//! A unit of CA3: the engrams that it takes part in, and the units it is bound to.
//!
//! The synapses of an attractor store are sums over engrams: w_ij ∝ Σ_p s_p ξ_i^p ξ_j^p, and from the engram before,
//! v_ij ∝ Σ_p s_p ξ_i^p ξ_j^{p−1}, with s_p the strength of the trace. These sums are what is told.

use super::super::super::lab::Lab;
use super::{Findings, Link, MOST, Subject, strongest};
use crate::numeric::Real;

pub(super) fn found<R: Real>(lab: &Lab<R>, unit: u32) -> Result<Findings, String> {
    let Some(memory) = &lab.memory else {
        return Err("there is no hippocampus in this run".into());
    };
    let units = memory.store().units();
    if unit as usize >= units {
        return Err(match units {
            0 => "this store is a tape: it has no units".into(),
            n => format!("CA3 has {n} units"),
        });
    }
    let told = "a unit of the attractor store";
    let mut found = Findings::new(format!("CA3 unit {unit}"), told);
    let mut together = vec![0.0; units];
    let (mut before, mut after) = (vec![0.0; units], vec![0.0; units]);
    let (mut engrams, mut all) = (Vec::new(), 0_usize);
    let mut episodes = 0;
    for episode in memory.stored() {
        let has = |at: usize| {
            let engram = episode.engrams.get(at)?;
            engram.code.binary_search(&unit).ok().map(|_| engram)
        };
        let mut any = false;
        for at in 0..episode.engrams.len() {
            let Some(engram) = has(at) else { continue };
            any = true;
            all += 1;
            let count = |sums: &mut [f64], code: &[u32]| {
                for &other in code.iter().filter(|&&other| other != unit) {
                    sums[other as usize] += f64::from(engram.strength);
                }
            };
            count(&mut together, &engram.code);
            if let Some(earlier) = at.checked_sub(1).map(|at| &episode.engrams[at]) {
                count(&mut before, &earlier.code);
            }
            if let Some(later) = episode.engrams.get(at + 1) {
                count(&mut after, &later.code);
            }
            engrams.push(Link {
                name: format!("step {at} of episode {}", episode.episode),
                value: format!("strength {:.2}", engram.strength),
                to: Some(Subject::Engram(engram.id)),
            });
        }
        episodes += usize::from(any);
    }
    let load = memory.load();
    found.fact(
        "takes part in",
        format!("{all} of {load} engrams, of {episodes} episodes"),
    );
    found.fact(
        "expected by chance",
        format!(
            "{:.1}",
            load as f64 * memory.store().active() as f64 / units as f64
        ),
    );
    // The latest first.
    engrams.reverse();
    engrams.truncate(MOST);
    found.list("engrams, latest first", engrams);
    let to = |i: usize| (format!("unit {i}"), Some(Subject::Winner(i as u32)));
    found.list(
        "collaterals: most often active together",
        strongest(together.into_iter(), to),
    );
    found.list(
        "sequence: most often active a step before",
        strongest(before.into_iter(), to),
    );
    found.list(
        "sequence: most often active a step after",
        strongest(after.into_iter(), to),
    );
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Experiment, load};
    use crate::scenario::bundled;

    #[test]
    fn what_is_told_of_a_unit_is_what_the_codes_say() {
        let scenario = load(bundled()[0].document(), &[], None).unwrap();
        let mut run = Experiment::<f32>::new(&scenario);
        while run.lab().load() < 40 {
            run.step(&mut ()).unwrap();
        }
        let memory = run.lab().memory.as_ref().unwrap();
        let codes: Vec<_> = memory.stored().iter().flat_map(|e| &e.engrams).collect();
        let unit = codes[0].code[0];
        let holding = codes.iter().filter(|e| e.code.contains(&unit)).count();
        let found = found(run.lab(), unit).unwrap();
        let told = &found.facts[0].1;
        assert!(
            told.starts_with(&format!("{holding} of {} engrams", codes.len())),
            "{told}"
        );
        let listed = found.lists[0].1.iter().filter_map(|link| link.to.clone());
        for link in listed {
            let Subject::Engram(id) = link else { panic!() };
            let engram = codes.iter().find(|e| e.id == id).unwrap();
            assert!(engram.code.contains(&unit));
        }
    }
}
