//! Every store does what a store must: complete cues, step both ways, forget exactly, obey lesions.

use ammon::hippocampus::{
    Cue, Cuts, Diluted, End, Limits, ModernHopfield, Recall, Scratch, Shared, Store, StoreSpec,
    StoreStart, StoreState, Trace, walk,
};
use ammon::numeric::Rng;
use ammon::record::Direction;

type Codes = Vec<Vec<u32>>;

/// Every store that has units, at a size that takes milliseconds.
fn specs() -> Vec<StoreSpec> {
    sized(1)
}

/// The same, so many times as large: with more units in a code chance evens out which of them a lesion takes.
fn sized(times: usize) -> Vec<StoreSpec> {
    let mut all = StoreSpec::all();
    for spec in &mut all {
        match spec {
            StoreSpec::Ca3(p) => p.units = 600 * times,
            StoreSpec::Diluted(p) => {
                *p = Diluted {
                    units: 1000 * times,
                    connectivity: 0.4,
                    ..p.clone()
                }
            }
            StoreSpec::Hopfield(p) => p.units = 600,
            StoreSpec::ModernHopfield(p) => p.units = 600 * times,
            StoreSpec::SequenceHopfield(p) => p.units = 600,
            StoreSpec::Exact(_) => {}
        }
    }
    all.retain(|spec| spec.kind().units() > 0);
    all
}

fn codes(spec: &StoreSpec, n: usize, seed: u64) -> Codes {
    let mut rng = Rng::named(seed, "codes");
    let (m, k) = (spec.kind().units(), spec.kind().active());
    (0..n).map(|_| rng.subset(m, k)).collect()
}

/// Stores codes as one episode, numbered from `first`.
fn encode(store: &mut dyn Store<f32>, codes: &Codes, first: u64) {
    for (i, code) in codes.iter().enumerate() {
        let after = i
            .checked_sub(1)
            .map(|j| (first + j as u64, codes[j].as_slice()));
        store.encode(&[Trace {
            engram: first + i as u64,
            code,
            content: &[],
            after,
        }]);
    }
    store.flush();
}

fn half(code: &[u32]) -> Cue {
    Cue {
        units: code.iter().copied().step_by(2).collect(),
        engram: Some(0),
    }
}

fn path(store: &dyn Store<f32>, from: &[u32], direction: Direction) -> (Codes, End) {
    let cue = half(from);
    let cuts = Cuts::default();
    let walk = walk(
        store,
        &cue,
        direction,
        Limits {
            ripple: 7,
            walk: 100,
        },
        &cuts,
        &mut Scratch::default(),
    );
    (
        walk.states.into_iter().map(|s| s.active).collect(),
        walk.end,
    )
}

#[test]
fn every_store_completes_half_a_cue_and_walks_both_ways() {
    for spec in specs() {
        let mut store = StoreState::<f32>::new(&spec, StoreStart::default());
        let store = store.as_dyn_mut();
        let codes = codes(&spec, 16, 3);
        encode(store, &codes, 0);
        for code in &codes {
            let recall = store.complete(&half(code), &Cuts::default(), &mut Scratch::default());
            assert_eq!(&recall.active, code, "{}", spec.label());
            assert!(
                (recall.support - 1.0).abs() < 0.25,
                "{}: {}",
                spec.label(),
                recall.support
            );
            assert!(
                (store.overlap(Shared::of(&recall.active, code, &[]), &[]) - 1.0).abs() < 1e-12
            );
        }
        let (forward, end) = path(store, &codes[0], Direction::Forward);
        assert_eq!(
            (forward, end),
            (codes.clone(), End::Boundary),
            "{}",
            spec.label()
        );
        let (mut reverse, end) = path(store, &codes[15], Direction::Reverse);
        reverse.reverse();
        assert_eq!((reverse, end), (codes, End::Boundary), "{}", spec.label());
    }
}

#[test]
fn what_is_forgotten_leaves_no_trace_in_any_store() {
    for spec in specs() {
        let (gone, kept) = (codes(&spec, 6, 1), codes(&spec, 8, 2));
        let mut forgot = StoreState::<f32>::new(&spec, StoreStart::default());
        encode(forgot.as_dyn_mut(), &gone, 0);
        encode(forgot.as_dyn_mut(), &kept, 6);
        let episode = gone
            .iter()
            .enumerate()
            .map(|(i, c)| (i as u64, c.as_slice()));
        forgot.as_dyn_mut().forget(&[episode.collect()]);
        let mut only = StoreState::<f32>::new(&spec, StoreStart::default());
        encode(only.as_dyn_mut(), &kept, 6);
        let recalls = |store: &StoreState<f32>| -> Vec<Recall> {
            let (cuts, mut scratch) = (Cuts::default(), Scratch::default());
            let cues = kept.iter().chain(&gone);
            cues.map(|c| store.as_dyn().complete(&half(c), &cuts, &mut scratch))
                .collect()
        };
        assert_eq!(recalls(&forgot), recalls(&only), "{}", spec.label());
        assert_eq!(forgot.as_dyn().load(), only.as_dyn().load());
    }
}

#[test]
fn silenced_units_never_fire_in_any_store_and_the_rest_is_recalled() {
    for spec in specs() {
        let m = spec.kind().units();
        let mut store = StoreState::<f32>::new(&spec, StoreStart::default());
        let codes = codes(&spec, 10, 4);
        encode(store.as_dyn_mut(), &codes, 0);
        let mut cuts = Cuts {
            units: (0..m).map(|i| i < m / 3).collect(),
            ..Cuts::default()
        };
        let cue = Cue {
            units: codes[3].clone(),
            engram: Some(3),
        };
        let recall = store
            .as_dyn()
            .complete(&cue, &cuts, &mut Scratch::default());
        let left: Vec<u32> = codes[3]
            .iter()
            .copied()
            .filter(|&i| i as usize >= m / 3)
            .collect();
        // As many fewer units win as are silenced, which is not to the unit how many of this code are left.
        let kept = left.iter().filter(|i| recall.active.contains(i)).count();
        assert!(recall.active.iter().all(|&i| i as usize >= m / 3));
        assert!(kept as f64 > 0.9 * left.len() as f64, "{}", spec.label());
        assert!((recall.active.len() as f64) < 1.15 * left.len() as f64);
        cuts.units.fill(true);
        let silent = store
            .as_dyn()
            .complete(&cue, &cuts, &mut Scratch::default());
        assert!(silent.active.is_empty(), "{}", spec.label());
    }
}

/// A mask with this fraction of the units in it.
fn mask(units: usize, fraction: f64, seed: u64) -> Vec<bool> {
    let mut gone = vec![false; units];
    let count = (fraction * units as f64).round() as usize;
    for i in Rng::named(seed, "mask").subset(units, count) {
        gone[i as usize] = true;
    }
    gone
}

/// How far a walk from the last code comes in reverse: overlaps with what is left of the codes, and its end.
fn walked(store: &dyn Store<f32>, codes: &Codes, cuts: &Cuts) -> (Vec<f64>, End) {
    let limits = Limits {
        ripple: 100,
        walk: 100,
    };
    let cue = Cue {
        units: codes[codes.len() - 1].clone(),
        engram: Some(0),
    };
    let reverse = Direction::Reverse;
    let walk = walk(store, &cue, reverse, limits, cuts, &mut Scratch::default());
    let pairs = walk.states.iter().zip(codes.iter().rev());
    let overlaps = pairs.map(|(state, code)| {
        store.overlap(Shared::of(&state.active, code, &cuts.units), &cuts.units)
    });
    (overlaps.collect(), walk.end)
}

#[test]
fn steps_linked_in_another_order_are_walked_in_it_and_linked_back_leave_no_trace() {
    for spec in specs() {
        let mut state = StoreState::<f32>::new(&spec, StoreStart::default());
        let (others, own) = (codes(&spec, 8, 3), codes(&spec, 8, 4));
        encode(state.as_dyn_mut(), &others, 0);
        encode(state.as_dyn_mut(), &own, 8);
        let paths = |state: &StoreState<f32>| {
            let from = [&others[7], &own[7], &own[4]];
            from.map(|code| path(state.as_dyn(), code, Direction::Reverse))
        };
        let before = paths(&state);
        let now: Vec<(u64, &[u32])> = (8..).zip(own.iter().map(Vec::as_slice)).collect();
        let then: Vec<_> = [3, 0, 6, 1, 7, 2, 5, 4].iter().map(|i| now[*i]).collect();
        state.as_dyn_mut().relink(&now, &then);
        let walked: Codes = then.iter().rev().map(|step| step.1.to_vec()).collect();
        let [other, _, shuffled] = paths(&state);
        assert_eq!(shuffled, (walked, End::Boundary), "{}", spec.label());
        assert_eq!(other, before[0], "{}", spec.label());
        state.as_dyn_mut().relink(&then, &now);
        assert_eq!(paths(&state), before, "{}", spec.label());
        // What is linked in another order is forgotten in it.
        state.as_dyn_mut().relink(&now, &then);
        state.as_dyn_mut().forget(&[then]);
        let mut alone = StoreState::<f32>::new(&spec, StoreStart::default());
        encode(alone.as_dyn_mut(), &others, 0);
        assert_eq!(paths(&state), paths(&alone), "{}", spec.label());
    }
}

#[test]
fn what_a_half_lesion_leaves_still_replays_in_every_store() {
    for spec in sized(4) {
        let units = spec.kind().units();
        let mut store = StoreState::<f32>::new(&spec, StoreStart::default());
        let codes = codes(&spec, 12, 3);
        encode(store.as_dyn_mut(), &codes, 0);
        let half_of = |seed| mask(units, 0.5, seed);
        for (what, cuts) in [
            (
                "units",
                Cuts {
                    units: half_of(1),
                    ..Cuts::default()
                },
            ),
            (
                "collaterals",
                Cuts {
                    collaterals: half_of(2),
                    ..Cuts::default()
                },
            ),
            (
                "sequence",
                Cuts {
                    sequence: half_of(3),
                    ..Cuts::default()
                },
            ),
        ] {
            let (overlaps, end) = walked(store.as_dyn(), &codes, &cuts);
            let label = spec.label();
            assert_eq!(
                (overlaps.len(), end),
                (12, End::Boundary),
                "{label} {what} {overlaps:?}"
            );
            let mean = overlaps.iter().sum::<f64>() / 12.0;
            assert!(mean > 0.9, "{label} {what} {overlaps:?}");
        }
        let all = Cuts {
            sequence: vec![true; units],
            ..Cuts::default()
        };
        let (overlaps, end) = walked(store.as_dyn(), &codes, &all);
        assert!(
            overlaps.len() <= 1 && end != End::TooLong,
            "{}: {overlaps:?}",
            spec.label()
        );
    }
}

#[test]
fn what_was_stored_with_half_the_units_replays_with_half_of_them_and_with_all() {
    for spec in sized(4) {
        // Codes of ±1 units have all units in them, whatever fires.
        if matches!(
            spec,
            StoreSpec::Hopfield(_) | StoreSpec::SequenceHopfield(_)
        ) {
            continue;
        }
        let gone = mask(spec.kind().units(), 0.5, 1);
        let mut codes = codes(&spec, 12, 3);
        for code in &mut codes {
            code.retain(|i| !gone[*i as usize]);
        }
        let mut store = StoreState::<f32>::new(&spec, StoreStart::default());
        encode(store.as_dyn_mut(), &codes, 0);
        for units in [gone, Vec::new()] {
            let cuts = Cuts {
                units,
                ..Cuts::default()
            };
            let (overlaps, end) = walked(store.as_dyn(), &codes, &cuts);
            let label = spec.label();
            assert_eq!((overlaps.len(), end), (12, End::Boundary), "{label}");
            let mean = overlaps.iter().sum::<f64>() / 12.0;
            assert!(mean > 0.9, "{label} {overlaps:?}");
        }
    }
}

#[test]
fn old_traces_fade_in_every_store() {
    for spec in specs() {
        let decaying = StoreStart {
            decaying: true,
            ..StoreStart::default()
        };
        let mut store = StoreState::<f32>::new(&spec, decaying);
        let store = store.as_dyn_mut();
        let (old, new) = (codes(&spec, 6, 1), codes(&spec, 6, 2));
        encode(store, &old, 0);
        store.decay(0.02);
        encode(store, &new, 6);
        // A cue halfway between an old and a new code falls to the new one.
        let mut both: Vec<u32> = half(&old[2]).units;
        both.extend(half(&new[2]).units);
        both.sort_unstable();
        both.dedup();
        let cue = Cue {
            units: both,
            engram: Some(0),
        };
        let recall = store.complete(&cue, &Cuts::default(), &mut Scratch::default());
        let (to_new, to_old) = (
            store.overlap(Shared::of(&recall.active, &new[2], &[]), &[]),
            store.overlap(Shared::of(&recall.active, &old[2], &[]), &[]),
        );
        assert!(
            to_new > 0.9 && to_old < 0.6,
            "{}: {to_new} {to_old}",
            spec.label()
        );
    }
}

#[test]
fn an_empty_store_recalls_nothing_and_never_panics() {
    for spec in StoreSpec::all() {
        let store = StoreState::<f32>::new(&spec, StoreStart::default());
        let store = store.as_dyn();
        let cue = Cue {
            units: vec![0, 1, 2],
            engram: Some(0),
        };
        let recall = store.complete(&cue, &Cuts::default(), &mut Scratch::default());
        for direction in [Direction::Forward, Direction::Reverse] {
            let next = store.next(
                &recall,
                direction,
                &Cuts::default(),
                &mut Scratch::default(),
            );
            assert!(next.strength < 0.5, "{}", spec.label());
        }
        assert_eq!(store.load().patterns, 0);
    }
}

#[test]
fn one_sweep_of_the_modern_network_is_softmax_attention() {
    let spec = StoreSpec::ModernHopfield(ModernHopfield {
        units: 500,
        beta: 8.0,
        sweeps: 1,
        ..ModernHopfield::default()
    });
    let (m, k) = (500.0_f64, spec.kind().active() as f64);
    let mut store = StoreState::<f32>::new(&spec, StoreStart::default());
    let codes = codes(&spec, 40, 5);
    encode(store.as_dyn_mut(), &codes, 0);
    let cue = half(&codes[7]);
    let told = store.as_dyn().attention(&cue).unwrap();
    // Attention written out: softmax(β K q) with q the cue less its mean, keys and values the codes.
    let a = k / m;
    let scores: Vec<f64> = codes
        .iter()
        .map(|key| {
            let shared = key.iter().filter(|i| cue.units.contains(i)).count() as f64;
            8.0 * (shared - a * cue.units.len() as f64) / (k * (1.0 - a))
        })
        .collect();
    let total: f64 = scores.iter().map(|s| s.exp()).sum();
    for (i, (weight, score)) in told.weights.iter().zip(&scores).enumerate() {
        assert!(
            (f64::from(*weight) - score.exp() / total).abs() < 1e-6,
            "{i}"
        );
    }
    let unit = codes[7][3];
    let value: f64 = codes
        .iter()
        .zip(&scores)
        .filter(|(code, _)| code.contains(&unit))
        .map(|(_, s)| s.exp() / total)
        .sum();
    assert!((f64::from(told.state[unit as usize]) - value).abs() < 1e-6);
}
