use super::super::sweep::active;
use super::super::{Ca3, overlap};
use super::*;
use crate::numeric::Rng;

fn stored(n: usize, m: usize) -> (AttractorStore, Vec<Code>) {
    let params = Ca3 {
        units: m,
        ..Ca3::default()
    };
    let mut store = AttractorStore::new(&params, StoreStart::default());
    let mut rng = Rng::named(4, "test");
    let codes: Vec<Code> = (0..n)
        .map(|_| rng.subset(m, active(m, params.sparsity)))
        .collect();
    for (i, code) in codes.iter().enumerate() {
        let after = i.checked_sub(1).map(|j| (j as u64, codes[j].as_slice()));
        Store::<f64>::encode(
            &mut store,
            &[Trace {
                engram: i as u64,
                code,
                content: &[],
                after,
            }],
        );
    }
    Store::<f64>::flush(&mut store);
    (store, codes)
}

#[test]
fn the_synapses_told_are_those_saved() {
    let (store, _) = stored(10, 300);
    let told = Store::<f64>::load(&store).synapses;
    assert_eq!(crate::numeric::counts_in(&store), told);
    assert_eq!(told, 2 * 300 * 300);
}

#[test]
fn a_half_cue_is_completed() {
    let (store, codes) = stored(60, 1000);
    for code in &codes {
        let cue = Cue {
            units: code.iter().copied().step_by(2).collect(),
            engram: Some(0),
        };
        let recall =
            Store::<f64>::complete(&store, &cue, &Cuts::default(), &mut Scratch::default());
        assert_eq!(&recall.active, code);
        assert!((recall.support - 1.0).abs() < 0.2, "{}", recall.support);
    }
}

#[test]
fn both_directions_walk_the_sequence_and_stop_at_its_ends() {
    let (store, codes) = stored(30, 1000);
    let walk = |from: usize, direction| {
        let mut recall = Recall {
            active: codes[from].clone(),
            ..Recall::default()
        };
        let mut path = Vec::new();
        for _ in 0..40 {
            recall = Store::<f64>::next(
                &store,
                &recall,
                direction,
                &Cuts::default(),
                &mut Scratch::default(),
            );
            if recall.strength < 0.5 {
                break;
            }
            path.push(recall.active.clone());
        }
        path
    };
    assert_eq!(walk(0, Direction::Forward), codes[1..]);
    assert_eq!(
        walk(29, Direction::Reverse),
        codes[..29].iter().rev().cloned().collect::<Vec<_>>()
    );
}

#[test]
fn fading_traces_written_together_are_those_written_one_by_one() {
    // The last decay is one past which all values are scaled anew.
    for faded in [0.9, 0.5, 1e-5] {
        let birth = StoreStart {
            decaying: true,
            ..StoreStart::default()
        };
        let params = Ca3 {
            units: 300,
            ..Ca3::default()
        };
        let mut rng = Rng::named(4, "test");
        let codes: Vec<Code> = (0..8).map(|_| rng.subset(300, 15)).collect();
        let stored = |flushing: bool| {
            let mut store = AttractorStore::new(&params, birth);
            for (i, code) in codes.iter().enumerate() {
                Store::<f64>::decay(&mut store, faded);
                let after = i.checked_sub(1).map(|j| (j as u64, codes[j].as_slice()));
                let (engram, content) = (i as u64, &[][..]);
                let trace = Trace {
                    engram,
                    code,
                    content,
                    after,
                };
                Store::<f64>::encode(&mut store, &[trace]);
                if flushing {
                    Store::<f64>::flush(&mut store);
                }
            }
            Store::<f64>::flush(&mut store);
            postcard::to_stdvec(&store).unwrap()
        };
        assert!(stored(true) == stored(false), "{faded}");
    }
}

#[test]
fn silenced_units_never_fire() {
    let (store, codes) = stored(20, 1000);
    let mut cuts = Cuts {
        units: vec![false; 1000],
        ..Cuts::default()
    };
    (0..500).for_each(|i| cuts.units[i] = true);
    let cue = Cue {
        units: codes[3].clone(),
        engram: Some(3),
    };
    let recall = Store::<f64>::complete(&store, &cue, &cuts, &mut Scratch::default());
    assert!(recall.active.iter().all(|&i| i >= 500));
    assert!(overlap(&codes[3], &recall.active) > 0.9);
    cuts.units.fill(true);
    let silent = Store::<f64>::complete(&store, &cue, &cuts, &mut Scratch::default());
    assert!(silent.active.is_empty());
}
